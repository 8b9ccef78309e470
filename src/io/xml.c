#include "io/xml.h"
#include "base/assert.h"
#include "base/buf.h"
#include "base/limits.h"
#include <errno.h>
#include <expat.h>
#include <iconv.h>
#include <stdio.h>
#include <unistd.h>

#define CHUNK   (64u << 10)
#define WIDEN   4u         /* one byte of any allowed encoding becomes at most four of UTF-8 */
#define TAG_MAX (1u << 20) /* one tag, comment or declaration; expat keeps it whole */

struct rd_xml {
	XML_Parser parser;
	const rd_xml_events *events;
	void *ctx;
	rd_err *err;
	rd_rc rc; /* of the handler that failed */
	bool stopped, doctype, cut;
	uint32_t depth;
	uint32_t quiet; /* bytes given to expat since it last reported anything */
	rd_buf text;
	/* decoding of encodings that expat does not know */
	iconv_t conv;
	bool has_conv;
	char rest[8]; /* an unfinished character at the end of a chunk */
	uint32_t n_rest;
	uint32_t line; /* lines decoded so far, for bad_line */
	rd_xml_result result;
};

uint32_t rd_xml_line(const rd_xml *x)
{
	XML_Size line = XML_GetCurrentLineNumber(x->parser);

	return line > UINT32_MAX ? UINT32_MAX : (uint32_t)line;
}

uint32_t rd_xml_depth(const rd_xml *x)
{
	return x->depth;
}

bool rd_xml_text_cut(const rd_xml *x)
{
	return x->cut;
}

void rd_xml_stop(rd_xml *x)
{
	x->stopped = true;
	XML_StopParser(x->parser, XML_FALSE);
}

static rd_str local_name(const char *name)
{
	const char *colon = strrchr(name, ':');

	return rd_str_of(colon ? colon + 1 : name);
}

rd_str rd_xml_attr(const char *const *attrs, const char *name)
{
	for (; attrs && *attrs; attrs += 2)
		if (rd_str_is(local_name(attrs[0]), name))
			return rd_str_of(attrs[1]);
	return RD_STR("");
}

/* ---- events ---- */

static void fail(rd_xml *x, rd_rc rc)
{
	if (x->rc == RD_OK)
		x->rc = rc;
	XML_StopParser(x->parser, XML_FALSE);
}

static void on_start(void *user, const char *name, const char **attrs)
{
	rd_xml *x = user;

	if (x->rc != RD_OK || x->stopped)
		return;
	x->quiet = 0;
	x->cut = false;
	rd_buf_clear(&x->text);
	if (++x->depth > RD_XML_DEPTH_MAX) {
		fail(x, rd_fail(x->err, RD_LIMIT, "XML 嵌套超过 %u 层，不予读取",
		                "XML is nested deeper than %u levels; it is not read", RD_XML_DEPTH_MAX));
		return;
	}
	if (x->events->start) {
		rd_rc rc =
			x->events->start(x->ctx, x, local_name(name), (const char *const *)attrs, x->err);

		if (rc != RD_OK)
			fail(x, rc);
	}
}

static void on_end(void *user, const char *name)
{
	rd_xml *x = user;

	if (x->rc != RD_OK || x->stopped)
		return;
	x->quiet = 0;
	if (x->events->end) {
		rd_rc rc = x->events->end(x->ctx, x, local_name(name), rd_buf_view(&x->text), x->err);

		if (rc != RD_OK)
			fail(x, rc);
	}
	x->cut = false;
	rd_buf_clear(&x->text);
	x->depth--;
}

static void on_text(void *user, const char *text, int len)
{
	rd_xml *x = user;
	size_t n = (size_t)len;

	x->quiet = 0;
	if (x->cut)
		return;
	if (n > RD_XML_TEXT_MAX - x->text.size) {
		n = RD_XML_TEXT_MAX - x->text.size;
		while (n > 0 && ((unsigned char)text[n] & 0xC0) == 0x80)
			n--;
		x->cut = true;
	}
	rd_buf_add(&x->text, text, n);
}

static void on_comment(void *user, const char *text)
{
	rd_xml *x = user;

	(void)text;
	x->quiet = 0;
}

static void on_instruction(void *user, const char *target, const char *data)
{
	(void)target;
	on_comment(user, data);
}

static void on_doctype(void *user, const char *name, const char *sysid, const char *pubid,
                       int has_internal)
{
	rd_xml *x = user;

	(void)name;
	(void)sysid;
	(void)pubid;
	(void)has_internal;
	x->doctype = true;
	XML_StopParser(x->parser, XML_FALSE);
}

/* ---- encodings ---- */

typedef struct known_encoding {
	const char *name; /* as declared, upper case */
	const char *shown;
	const char *expat; /* what expat is told; NULL = it finds out itself */
	const char *iconv; /* decoded before expat sees it; NULL = by expat */
} known_encoding;

/* GBK and GB2312 are subsets of GB 18030, and exporters declare the smaller one for the larger. */
static const known_encoding encodings[] = {
	{"UTF-8", "UTF-8", "UTF-8", NULL},
	{"UTF8", "UTF-8", "UTF-8", NULL},
	{"US-ASCII", "UTF-8", "UTF-8", NULL},
	{"ASCII", "UTF-8", "UTF-8", NULL},
	/* declared as UTF-16 but written byte by byte: the declaration is left from a conversion */
	{"UTF-16", "UTF-8", "UTF-8", NULL},
	{"ISO-8859-1", "ISO-8859-1", "ISO-8859-1", NULL},
	{"LATIN1", "ISO-8859-1", "ISO-8859-1", NULL},
	{"WINDOWS-1252", "windows-1252", "UTF-8", "CP1252"},
	{"CP1252", "windows-1252", "UTF-8", "CP1252"},
	{"GB18030", "GB18030", "UTF-8", "GB18030"},
	{"GBK", "GB18030", "UTF-8", "GB18030"},
	{"GB2312", "GB18030", "UTF-8", "GB18030"},
	{"CP936", "GB18030", "UTF-8", "GB18030"},
};
static const known_encoding by_utf16_mark = {"UTF-16", "UTF-16", NULL, NULL};

static const known_encoding *encoding_find(rd_str name)
{
	for (size_t i = 0; i < sizeof encodings / sizeof encodings[0]; i++) {
		const char *want = encodings[i].name;
		uint32_t k = 0;

		for (; k < name.len && want[k]; k++) {
			char c = name.ptr[k];

			if ((c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c) != want[k])
				break;
		}
		if (k == name.len && want[k] == '\0')
			return &encodings[i];
	}
	return NULL;
}

/* The name in encoding="…" of an XML declaration; empty when there is none. */
static rd_str declared_encoding(const char *p, uint32_t n)
{
	rd_str head = {p, n < 512 ? n : 512};
	int64_t end, at;

	if (!rd_str_starts(head, "<?xml"))
		return RD_STR("");
	end = rd_str_find(head, "?>");
	if (end >= 0)
		head.len = (uint32_t)end;
	at = rd_str_find(head, "encoding");
	if (at < 0)
		return RD_STR("");
	uint32_t i = (uint32_t)at + 8;
	while (i < head.len && head.ptr[i] != '"' && head.ptr[i] != '\'')
		i++;
	if (i >= head.len)
		return RD_STR("");
	uint32_t from = i + 1, to = from;
	while (to < head.len && head.ptr[to] != head.ptr[i])
		to++;
	return (rd_str){head.ptr + from, to - from};
}

static rd_rc choose_encoding(const rd_xml_input *in, const char *p, uint32_t n,
                             const known_encoding **ret, rd_err *err)
{
	rd_str name = in->encoding;

	if (n >= 2 && (memcmp(p, "\xff\xfe", 2) == 0 || memcmp(p, "\xfe\xff", 2) == 0 ||
	               (p[0] == '\0' && p[1] == '<') || (p[0] == '<' && p[1] == '\0'))) {
		*ret = &by_utf16_mark;
		return RD_OK;
	}
	if (n >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0) {
		*ret = &encodings[0];
		return RD_OK;
	}
	if (name.len == 0)
		name = declared_encoding(p, n);
	*ret = name.len ? encoding_find(name) : &encodings[0];
	if (*ret != NULL)
		return RD_OK;
	return rd_fail(
		err, RD_INPUT, "XML 声明的编码 %.*s 不在可读之列；请另存为 UTF-8 或 GB18030",
		"the XML declares the encoding %.*s, which is not read; save it as UTF-8 or GB 18030",
		(int)(name.len < 40 ? name.len : 40), name.ptr);
}

/* Decodes n bytes at p into out (room for (n + 8) * WIDEN); answers the bytes written. */
static size_t decode(rd_xml *x, const char *p, size_t n, bool final, char *out)
{
	char *in = (char *)(uintptr_t)p, *to = out;
	size_t left = n, room = (n + sizeof x->rest) * WIDEN;

	while (left > 0) {
		char *before = to;

		if (iconv(x->conv, &in, &left, &to, &room) == (size_t)-1 && errno == EINVAL && !final)
			break; /* a character that goes on in the next chunk */
		for (const char *c = before; c < to; c++)
			x->line += *c == '\n';
		if (left > 0) {
			if (x->result.bad_bytes++ == 0)
				x->result.bad_line = x->line;
			memcpy(to, "\xef\xbf\xbd", 3);
			to += 3;
			room -= 3;
			in++;
			left--;
			iconv(x->conv, NULL, NULL, NULL, NULL);
		}
	}
	RD_ASSERT(left <= sizeof x->rest);
	memmove(x->rest, in, left);
	x->n_rest = (uint32_t)left;
	return (size_t)(to - out);
}

/* ---- the loop ---- */

static rd_rc parse_error(rd_xml *x)
{
	enum XML_Error code = XML_GetErrorCode(x->parser);
	uint32_t column = (uint32_t)XML_GetCurrentColumnNumber(x->parser) + 1;
	rd_rc rc;

	if (x->rc != RD_OK)
		return rd_err_at(x->err, NULL, rd_xml_line(x));
	if (x->doctype)
		rc = rd_fail(
			x->err, RD_INPUT,
			"文件含有 DOCTYPE 声明；它可能引用文件之外的内容，所以不读取，请由软件重新导出",
			"the file has a DOCTYPE, which can reach outside of it, so it is not read; export it again");
	else
		rc =
			rd_fail(x->err, RD_INPUT, "XML 不合格式（%s）；文件可能不完整或被改动过，请重新导出",
		            "the XML is not well formed (%s); it may be cut off or edited, export it again",
		            XML_ErrorString(code));
	x->err->line = rd_xml_line(x);
	x->err->column = column;
	return rc;
}

/* Gives one chunk to expat. Past x->stopped the rest of the document is of no interest. */
static rd_rc feed(rd_xml *x, const char *p, uint32_t n, bool final)
{
	size_t size = x->has_conv ? (size_t)(n + sizeof x->rest) * WIDEN : n;
	char *out = XML_GetBuffer(x->parser, (int)(size ? size : 1));
	size_t made = n;

	if (out == NULL)
		return rd_fail(x->err, RD_LIMIT, "内存不足，无法读取 XML",
		               "out of memory while reading XML");
	if (x->has_conv)
		made = decode(x, p, n, final, out);
	else
		memcpy(out, p, n);
	x->quiet += (uint32_t)made;
	enum XML_Status status = XML_ParseBuffer(x->parser, (int)made, final);
	if (x->stopped && x->rc == RD_OK)
		return RD_OK;
	if (status != XML_STATUS_OK)
		return parse_error(x);
	if (x->quiet > TAG_MAX) {
		rd_fail(x->err, RD_LIMIT, "XML 中有一个标记超过 %u 字节，不予读取",
		        "the XML has a tag of more than %u bytes; it is not read", TAG_MAX);
		return rd_err_at(x->err, NULL, rd_xml_line(x));
	}
	return RD_OK;
}

static rd_rc run(rd_xml *x, const rd_xml_input *in, char *chunk)
{
	uint32_t got = 0, have = 0;
	const known_encoding *enc;

	/* The first chunk is filled up, for the declaration must be seen whole. */
	do {
		RD_TRY(in->read(in->ctx, chunk + have, CHUNK - have, &got, x->err));
		have += got;
	} while (got > 0 && have < CHUNK);
	RD_TRY(choose_encoding(in, chunk, have, &enc, x->err));
	x->result.encoding = enc->shown;
	x->line = 1;
	if (enc->iconv) {
		x->conv = iconv_open("UTF-8", enc->iconv);
		x->has_conv = x->conv != (iconv_t)-1;
		if (!x->has_conv)
			return rd_fail(x->err, RD_IO, "本机不能解码 %s", "this system cannot decode %s",
			               enc->iconv);
	}
	if (enc->expat)
		XML_SetEncoding(x->parser, enc->expat);
	for (;;) {
		RD_TRY(feed(x, chunk, have, have == 0));
		if (x->stopped || have == 0)
			return RD_OK;
		have = x->n_rest;
		memcpy(chunk, x->rest, have);
		x->n_rest = 0;
		RD_TRY(in->read(in->ctx, chunk + have, CHUNK - have, &got, x->err));
		if (got == 0 && have > 0) {
			RD_TRY(feed(x, chunk, have, true));
			return RD_OK;
		}
		have += got;
	}
}

rd_rc rd_xml_parse(const rd_xml_input *in, const rd_xml_events *events, void *ctx,
                   rd_xml_result *ret_result, rd_err *err)
{
	rd_xml x = {.events = events, .ctx = ctx, .err = err, .rc = RD_OK};
	rd_arena *arena = rd_arena_new();
	char *chunk = rd_arena_alloc(arena, CHUNK, 64);
	rd_rc rc = RD_OK;

	rd_buf_init(&x.text, RD_XML_TEXT_MAX);
	x.parser = XML_ParserCreate(NULL);
	if (x.parser == NULL)
		rd_panic(__FILE__, __LINE__, "out of memory");
	XML_SetUserData(x.parser, &x);
	XML_SetElementHandler(x.parser, on_start, on_end);
	XML_SetCharacterDataHandler(x.parser, on_text);
	XML_SetCommentHandler(x.parser, on_comment);
	XML_SetProcessingInstructionHandler(x.parser, on_instruction);
	XML_SetStartDoctypeDeclHandler(x.parser, on_doctype);
	XML_SetParamEntityParsing(x.parser, XML_PARAM_ENTITY_PARSING_NEVER);
	rc = run(&x, in, chunk);
	if (rc != RD_OK)
		rd_err_at(err, in->name, 0);
	else
		*ret_result = x.result;
	if (x.has_conv)
		iconv_close(x.conv);
	XML_ParserFree(x.parser);
	rd_buf_done(&x.text);
	rd_arena_free(arena);
	return rc;
}

/* ---- sources ---- */

rd_rc rd_xml_bytes_read(void *ctx, char *buf, uint32_t size, uint32_t *ret_got, rd_err *err)
{
	rd_xml_bytes *b = ctx;
	const rd_source *s = b->source;
	uint64_t left = s->bytes > b->at ? s->bytes - b->at : 0;
	uint32_t n = left < size ? (uint32_t)left : size;

	if (s->data) {
		if (n)
			memcpy(buf, s->data + b->at, n);
	} else if (n) {
		ssize_t got = pread(s->fd, buf, n, (off_t)b->at);

		if (got < 0)
			return rd_fail_os(err, errno, "读取失败", "reading failed");
		n = (uint32_t)got;
	}
	b->at += n;
	*ret_got = n;
	if (s->options && s->options->progress)
		s->options->progress(s->options->progress_ctx, b->at, s->bytes);
	return RD_OK;
}

rd_rc rd_xml_parse_source(rd_source *s, const rd_xml_events *events, void *ctx, rd_err *err)
{
	rd_xml_bytes bytes = {s, 0};
	rd_xml_input in = {.name = s->path, .read = rd_xml_bytes_read, .ctx = &bytes};
	rd_xml_result result;

	if (s->mapping)
		in.encoding = s->mapping->encoding;
	RD_TRY(rd_xml_parse(&in, events, ctx, &result, err));
	rd_builder_file(s->builder, s->file)->encoding =
		rd_builder_text(s->builder, rd_str_of(result.encoding));
	if (result.bad_bytes)
		rd_builder_note_at(s->builder, s->file, result.bad_line, RD_NOTE_BYTES_INVALID, false,
		                   rd_str_of(result.encoding));
	return RD_OK;
}

typedef struct root_name {
	char name[128];
	uint32_t len;
} root_name;

static rd_rc root_start(void *ctx, rd_xml *x, rd_str name, const char *const *attrs, rd_err *err)
{
	root_name *r = ctx;

	(void)attrs;
	(void)err;
	r->len = name.len < sizeof r->name ? name.len : (uint32_t)sizeof r->name;
	memcpy(r->name, name.ptr, r->len);
	rd_xml_stop(x);
	return RD_OK;
}

rd_rc rd_read_xml(rd_source *s, rd_err *err)
{
	static const rd_xml_events only_root = {root_start, NULL};
	rd_xml_bytes bytes = {s, 0};
	rd_xml_input in = {.name = s->path, .read = rd_xml_bytes_read, .ctx = &bytes};
	rd_xml_result result;
	root_name root = {.len = 0};

	if (s->mapping)
		in.encoding = s->mapping->encoding;
	RD_TRY(rd_xml_parse(&in, &only_root, &root, &result, err));
	rd_str name = {root.name, root.len};
	if (rd_gbt_is_root(name))
		return rd_read_gbt(s, name, err);
	if (rd_str_is(name, "AuditFile"))
		return rd_read_saft(s, err);
	rd_fail(
		err, RD_INPUT,
		"XML 的根元素是 %.*s，不是可读的账簿；可读：GB/T 24589.1、GB/T 19581、SAF-T(AuditFile)",
		"the root element is %.*s: no books that are read; read are GB/T 24589.1, GB/T 19581, SAF-T (AuditFile)",
		(int)(name.len < 60 ? name.len : 60), name.ptr);
	return rd_err_at(err, s->path, 0);
}
