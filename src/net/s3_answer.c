#include "net/s3_answer.h"
#include <expat.h>

#define DEPTH_MAX 8u
#define TEXT_MAX  2048u

/* Where the reader is: names of the elements that are open, and the text of the innermost. */
typedef struct reader {
	XML_Parser parser;
	const char *root;
	rd_arena *arena;
	uint32_t depth;
	char path[DEPTH_MAX][32];
	char text[TEXT_MAX];
	uint32_t n_text;
	bool wrong;
	bool truncated;
	rd_s3_object object;
	rd_s3_page page;
	uint32_t cap;
	rd_str code;
} reader;

static void refuse(reader *r)
{
	r->wrong = true;
	XML_StopParser(r->parser, XML_FALSE);
}

static void on_doctype(void *ctx, const XML_Char *name, const XML_Char *sys, const XML_Char *pub,
                       int internal)
{
	(void)name, (void)sys, (void)pub, (void)internal;
	refuse(ctx);
}

static void on_start(void *ctx, const XML_Char *name, const XML_Char **attributes)
{
	reader *r = ctx;
	size_t n = strlen(name);

	(void)attributes;
	if (r->depth == DEPTH_MAX || (r->depth == 0 && strcmp(name, r->root) != 0)) {
		refuse(r);
		return;
	}
	/* No name that is looked for is longer; a longer one is remembered as none. */
	if (n >= sizeof r->path[0])
		n = 0;
	memcpy(r->path[r->depth], name, n);
	r->path[r->depth][n] = 0;
	r->depth++;
	r->n_text = 0;
	if (r->depth == 2 && strcmp(r->path[1], "Contents") == 0)
		r->object = (rd_s3_object){.size = -1};
}

static void on_text(void *ctx, const XML_Char *text, int n)
{
	reader *r = ctx;

	if (n < 0 || (uint32_t)n > TEXT_MAX - r->n_text) {
		refuse(r);
		return;
	}
	memcpy(r->text + r->n_text, text, (size_t)n);
	r->n_text += (uint32_t)n;
}

static rd_str kept(reader *r)
{
	return (rd_str){rd_arena_copy(r->arena, r->text, r->n_text), r->n_text};
}

static int64_t size_of(const char *text, uint32_t n)
{
	int64_t v = 0;

	if (n == 0 || n > 18)
		return -1;
	for (uint32_t i = 0; i < n; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -1;
		v = v * 10 + (text[i] - '0');
	}
	return v;
}

static void end_object(reader *r)
{
	if (r->object.key.len == 0 || r->object.size < 0 || r->page.n == RD_S3_PAGE_MAX) {
		refuse(r);
		return;
	}
	r->page.items = rd_grow(r->arena, r->page.items, r->page.n, &r->cap, sizeof *r->page.items);
	r->page.items[r->page.n++] = r->object;
}

static void on_end(void *ctx, const XML_Char *name)
{
	reader *r = ctx;
	const char *parent = r->depth >= 2 ? r->path[r->depth - 2] : "";
	rd_str text = {r->text, r->n_text};

	if (r->depth == 2 && strcmp(name, "Contents") == 0)
		end_object(r);
	else if (r->depth == 3 && strcmp(parent, "Contents") == 0 && strcmp(name, "Key") == 0)
		r->object.key = kept(r);
	else if (r->depth == 3 && strcmp(parent, "Contents") == 0 && strcmp(name, "Size") == 0)
		r->object.size = size_of(r->text, r->n_text);
	else if (r->depth == 2 && strcmp(name, "NextContinuationToken") == 0)
		r->page.next = kept(r);
	else if (r->depth == 2 && strcmp(name, "IsTruncated") == 0)
		r->truncated = rd_str_is(text, "true");
	else if (r->depth == 2 && strcmp(name, "Code") == 0)
		r->code = kept(r);
	r->n_text = 0;
	r->depth--;
}

static bool parse(reader *r, rd_str xml)
{
	if (xml.len > INT32_MAX)
		return false;
	r->parser = XML_ParserCreate("UTF-8");
	if (!r->parser)
		return false;
	XML_SetUserData(r->parser, r);
	XML_SetStartDoctypeDeclHandler(r->parser, on_doctype);
	XML_SetElementHandler(r->parser, on_start, on_end);
	XML_SetCharacterDataHandler(r->parser, on_text);
	enum XML_Status status = XML_Parse(r->parser, xml.ptr, (int)xml.len, XML_TRUE);
	XML_ParserFree(r->parser);
	return status == XML_STATUS_OK && !r->wrong;
}

rd_rc rd_s3_answer_list(rd_str xml, rd_arena *arena, rd_s3_page *ret_page, rd_err *err)
{
	reader r = {.root = "ListBucketResult", .arena = arena};

	if (!parse(&r, xml) || r.truncated != (r.page.next.len > 0))
		return rd_fail(err, RD_CORRUPT, "对象存储的列表答复无法识别，请检查存储地址是否正确",
		               "the store's list cannot be read; check that the address is that of an "
		               "S3-speaking store");
	if (!r.truncated)
		r.page.next = RD_STR("");
	*ret_page = r.page;
	return RD_OK;
}

rd_str rd_s3_answer_code(rd_str xml, rd_arena *arena)
{
	reader r = {.root = "Error", .arena = arena};

	return parse(&r, xml) ? r.code : RD_STR("");
}
