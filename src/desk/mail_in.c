#include "desk/mail_in.h"
#include "base/assert.h"
#include "base/buf.h"
#include "io/encoding.h"
#include <string.h>

#define BOUNDARY_MAX  70u /* RFC 2046 */
#define FILE_NAME_MAX 200u
#define SUBJECT_MAX   2000u

/* ---- bytes ---- */

static char small(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static bool same(rd_str a, const char *b)
{
	size_t n = strlen(b);

	if (a.len != n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (small(a.ptr[i]) != b[i])
			return false;
	return true;
}

static bool begins(rd_str a, const char *b)
{
	size_t n = strlen(b);

	return a.len >= n && same((rd_str){a.ptr, (uint32_t)n}, b);
}

static rd_str behind(rd_str s, uint32_t n)
{
	return (rd_str){s.ptr + n, s.len - n};
}

static rd_str keep(rd_arena *a, rd_buf *b)
{
	rd_str s = {rd_arena_copy(a, b->data ? b->data : "", b->size), (uint32_t)b->size};

	rd_buf_done(b);
	return s;
}

/* The next line without its end; false behind the last. */
static bool next_line(rd_str *rest, rd_str *ret)
{
	uint32_t n = 0;

	if (rest->len == 0)
		return false;
	const char *end = memchr(rest->ptr, '\n', rest->len);

	n = end ? (uint32_t)(end - rest->ptr) + 1 : rest->len;
	*ret = (rd_str){rest->ptr, end ? n - 1 : n};
	if (ret->len && ret->ptr[ret->len - 1] == '\r')
		ret->len--;
	*rest = behind(*rest, n);
	return true;
}

/* ---- transfer encodings ---- */

static int sextet(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

static void from_base64(rd_str s, rd_buf *out)
{
	uint32_t bits = 0, n = 0;

	for (uint32_t i = 0; i < s.len && s.ptr[i] != '='; i++) {
		int v = sextet(s.ptr[i]);

		if (v < 0)
			continue; /* ends of lines, and what does not belong there */
		bits = (bits << 6 | (uint32_t)v) & 0xFFFFFF;
		n += 6;
		if (n >= 8) {
			n -= 8;
			rd_buf_char(out, (char)(bits >> n & 0xFF));
		}
	}
}

static int nibble(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = small(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* `mark`: '=' of quoted-printable, '%' of RFC 2231. In the words of a head "_" is a blank. */
static void from_quoted(rd_str s, char mark, bool word, rd_buf *out)
{
	for (uint32_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];

		if (c == mark && i + 2 < s.len && nibble(s.ptr[i + 1]) >= 0 && nibble(s.ptr[i + 2]) >= 0) {
			rd_buf_char(out, (char)(nibble(s.ptr[i + 1]) << 4 | nibble(s.ptr[i + 2])));
			i += 2;
		} else if (c == mark && mark == '=' && i + 1 < s.len &&
		           (s.ptr[i + 1] == '\n' || s.ptr[i + 1] == '\r')) {
			i += s.ptr[i + 1] == '\r' && i + 2 < s.len && s.ptr[i + 2] == '\n' ? 2 : 1;
		} else {
			rd_buf_char(out, word && c == '_' ? ' ' : c);
		}
	}
}

static rd_str decoded(rd_arena *a, rd_str body, rd_str encoding)
{
	rd_buf out;

	if (!same(encoding, "base64") && !same(encoding, "quoted-printable"))
		return body;
	rd_buf_init(&out, (size_t)body.len + 1);
	if (same(encoding, "base64"))
		from_base64(body, &out);
	else
		from_quoted(body, '=', false, &out);
	return keep(a, &out);
}

/* ---- charsets ---- */

/* Whatever calls itself UTF-8 and is not: bytes that do not fit become U+FFFD. */
static void add_clean(rd_buf *out, rd_str s)
{
	for (uint32_t at = 0; at < s.len;) {
		char utf8[4];
		uint32_t c = rd_utf8_next(s, &at);

		if (c != 0 && c != '\r')
			rd_buf_add(out, utf8, rd_utf8_put(utf8, c));
	}
}

static void add_utf8(rd_buf *out, rd_str bytes, rd_str charset)
{
	rd_encoding e;
	char name[40], *text;
	size_t n, cap;
	uint64_t bad;
	rd_err ignored;

	for (uint32_t i = 0; i < charset.len && i < sizeof name; i++)
		name[i] = small(charset.ptr[i]);
	bool known = charset.len > 0 && charset.len < sizeof name &&
	             rd_encoding_named((rd_str){name, charset.len}, &e);

	if (!known)
		e = rd_encoding_guess(bytes.ptr, bytes.len);
	if (bytes.len == 0 || e.binary)
		return;
	if (e.iconv == NULL) {
		add_clean(out, bytes);
	} else if (rd_encoding_convert(&e, bytes.ptr, bytes.len, &text, &n, &cap, &bad, &ignored) ==
	           RD_OK) {
		add_clean(out, (rd_str){text, (uint32_t)n});
		rd_column_free(text, cap);
	}
}

/* ---- heads ---- */

/* "=?charset?B?…?=" at the start of s: its length, 0 for none. */
static uint32_t encoded_word(rd_str s, rd_buf *out)
{
	rd_str part[3];
	uint32_t at = 2;

	if (!begins(s, "=?"))
		return 0;
	for (uint32_t i = 0; i < 3; i++) {
		uint32_t from = at;

		while (at < s.len && s.ptr[at] != '?' && s.ptr[at] != '\n')
			at++;
		if (at >= s.len || s.ptr[at] != '?')
			return 0;
		part[i] = (rd_str){s.ptr + from, at - from};
		at++;
	}
	if (at >= s.len || s.ptr[at] != '=' || part[1].len != 1)
		return 0;
	rd_buf bytes;

	rd_buf_init(&bytes, (size_t)part[2].len + 1);
	if (small(part[1].ptr[0]) == 'b')
		from_base64(part[2], &bytes);
	else
		from_quoted(part[2], '=', true, &bytes);
	add_utf8(out, rd_buf_view(&bytes), part[0]);
	rd_buf_done(&bytes);
	return at + 1;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* A head for people: words decoded (blanks between two of them do not count), one line. */
static rd_str readable(rd_arena *a, rd_str raw, size_t max)
{
	rd_buf out, plain;
	bool was_word = false;

	rd_buf_init(&out, max);
	rd_buf_init(&plain, max);
	for (uint32_t i = 0; i < raw.len;) {
		uint32_t blanks = 0;

		while (i + blanks < raw.len && is_blank(raw.ptr[i + blanks]))
			blanks++;
		rd_buf word;

		rd_buf_init(&word, max);
		uint32_t n = encoded_word(behind(raw, i + blanks), &word);

		if (n) {
			add_utf8(&out, rd_buf_view(&plain), RD_STR(""));
			rd_buf_clear(&plain);
			if (blanks && !was_word)
				rd_buf_char(&out, ' ');
			rd_buf_str(&out, rd_buf_view(&word));
		} else {
			if (blanks)
				rd_buf_char(&plain, ' ');
			if (i + blanks < raw.len)
				rd_buf_char(&plain, raw.ptr[i + blanks]);
		}
		rd_buf_done(&word);
		was_word = n > 0;
		i += blanks + (n ? n : 1);
	}
	add_utf8(&out, rd_buf_view(&plain), RD_STR(""));
	rd_buf_done(&plain);
	return rd_str_trim(keep(a, &out));
}

/* The value of a head, unfolded as it stands; "" when it is not there. */
static rd_str head(rd_arena *a, rd_str heads, const char *name)
{
	rd_str line, rest = heads;
	size_t n = strlen(name);
	rd_buf out;
	bool in = false;

	rd_buf_init(&out, 64u << 10);
	while (next_line(&rest, &line) && line.len) {
		bool goes_on = line.ptr[0] == ' ' || line.ptr[0] == '\t';

		if (in && !goes_on)
			break;
		if (!in && !goes_on && begins(line, name) && line.len > n && line.ptr[n] == ':') {
			in = true;
			line = behind(line, (uint32_t)n + 1);
		} else if (!in) {
			continue;
		}
		rd_buf_str(&out, line);
		rd_buf_char(&out, '\n');
	}
	return rd_str_trim(keep(a, &out));
}

/* A parameter of a head, "charset" of "text/plain; charset=gbk", without its quotes. */
static rd_str parameter(rd_str value, const char *name)
{
	size_t n = strlen(name);

	for (uint32_t i = 0; i < value.len; i++) {
		if (value.ptr[i] != ';')
			continue;
		rd_str p = rd_str_trim(behind(value, i + 1));

		if (!begins(p, name))
			continue;
		p = rd_str_trim(behind(p, (uint32_t)n));
		if (p.len == 0 || p.ptr[0] != '=')
			continue;
		p = rd_str_trim(behind(p, 1));
		bool quoted = p.len && p.ptr[0] == '"';
		uint32_t end = 0;

		if (quoted)
			p = behind(p, 1);
		while (end < p.len &&
		       (quoted ? p.ptr[end] != '"' : p.ptr[end] != ';' && !is_blank(p.ptr[end])))
			end++;
		return (rd_str){p.ptr, end};
	}
	return RD_STR("");
}

/* ---- names of files ---- */

/* "UTF-8''%E5%AF%B9.pdf" */
static rd_str extended(rd_arena *a, rd_str value)
{
	int64_t first = rd_str_find(value, "'");
	rd_buf bytes, out;

	if (first < 0)
		return RD_STR("");
	rd_str rest = behind(value, (uint32_t)first + 1);
	int64_t second = rd_str_find(rest, "'");

	if (second < 0)
		return RD_STR("");
	rd_buf_init(&bytes, 4096);
	rd_buf_init(&out, 4096);
	from_quoted(behind(rest, (uint32_t)second + 1), '%', false, &bytes);
	add_utf8(&out, rd_buf_view(&bytes), (rd_str){value.ptr, (uint32_t)first});
	rd_buf_done(&bytes);
	return keep(a, &out);
}

/* Without a path and what could mislead, at most FILE_NAME_MAX bytes between characters. */
static rd_str clean_name(rd_arena *a, rd_str name)
{
	rd_buf out;

	rd_buf_init(&out, FILE_NAME_MAX + 4);
	for (uint32_t at = 0; at < name.len && out.size < FILE_NAME_MAX;) {
		char utf8[4];
		uint32_t c = rd_utf8_next(name, &at);
		bool bad = c < 0x20 || (c >= 0x7F && c < 0xA0) || (c >= 0x202A && c <= 0x202E) ||
		           (c >= 0x2066 && c <= 0x2069);

		if (c == '/' || c == '\\')
			rd_buf_clear(&out);
		else if (!bad)
			rd_buf_add(&out, utf8, rd_utf8_put(utf8, c));
	}
	rd_str s = rd_str_trim(keep(a, &out));

	return rd_str_is(s, ".") || rd_str_is(s, "..") ? RD_STR("") : s;
}

static rd_str name_of(rd_arena *a, rd_str disposition, rd_str type)
{
	rd_str name = extended(a, parameter(disposition, "filename*"));

	if (name.len == 0)
		name = extended(a, parameter(type, "name*"));
	if (name.len == 0)
		name = readable(a, parameter(disposition, "filename"), 4096);
	if (name.len == 0)
		name = readable(a, parameter(type, "name"), 4096);
	return clean_name(a, name);
}

/* ---- parts ---- */

typedef struct reading {
	rd_arena *a;
	rd_mail_in *mail;
	rd_str html; /* kept until no plain text came */
	uint32_t parts;
	rd_err *err;
} reading;

static rd_str text_of(rd_arena *a, rd_str bytes, rd_str charset)
{
	rd_buf out;

	rd_buf_init(&out, RD_MAIL_TEXT_MAX);
	add_utf8(&out, bytes, charset);
	rd_str s = keep(a, &out);

	/* The buffer may have ended within a character. */
	for (uint32_t at = 0, last = 0; at < s.len; last = at) {
		uint32_t c = rd_utf8_next(s, &at);

		if (c == 0xFFFD && at >= s.len)
			s.len = last;
	}
	return rd_str_trim(s);
}

static rd_rc add_file(reading *r, rd_str name, rd_str content)
{
	if (r->mail->n_files == RD_MAIL_FILES_MAX)
		return rd_fail(r->err, RD_LIMIT, "一封邮件最多 %u 个附件",
		               "a mail has at most %u attachments", RD_MAIL_FILES_MAX);
	if (content.len)
		r->mail->files[r->mail->n_files++] = (rd_mail_file){name, content};
	return RD_OK;
}

static rd_rc leaf(reading *r, rd_str heads, rd_str body, rd_str type)
{
	rd_str disposition = head(r->a, heads, "content-disposition"),
		   name = name_of(r->a, disposition, type),
		   content = decoded(r->a, body, head(r->a, heads, "content-transfer-encoding"));
	bool plain = type.len == 0 || begins(type, "text/plain"), html = begins(type, "text/html");

	if (begins(disposition, "attachment") || name.len || (!plain && !html))
		return add_file(r, name, content);
	rd_str text = text_of(r->a, content, parameter(type, "charset"));

	if (plain && r->mail->text.len == 0)
		r->mail->text = text;
	if (html && r->html.len == 0)
		r->html = text;
	return RD_OK;
}

static rd_rc entity(reading *r, rd_str raw, uint32_t depth);

/* Is this line the boundary: 1, the last one: 2, or neither: 0? */
static int boundary_at(rd_str line, rd_str boundary)
{
	if (line.len < boundary.len + 2 || line.ptr[0] != '-' || line.ptr[1] != '-' ||
	    memcmp(line.ptr + 2, boundary.ptr, boundary.len) != 0)
		return 0;
	rd_str rest = rd_str_trim(behind(line, boundary.len + 2));

	return rest.len == 0 ? 1 : rd_str_is(rest, "--") ? 2 : 0;
}

static rd_rc multipart(reading *r, rd_str body, rd_str boundary, uint32_t depth)
{
	rd_str rest = body, line;
	const char *from = NULL;
	int what = 0;

	if (boundary.len == 0 || boundary.len > BOUNDARY_MAX)
		return RD_OK;
	while (what != 2 && next_line(&rest, &line)) {
		what = boundary_at(line, boundary);
		if (what == 0)
			continue;
		if (from)
			RD_TRY(entity(r, (rd_str){from, (uint32_t)(line.ptr - from)}, depth + 1));
		from = rest.ptr;
	}
	/* The end of the mail may be missing: what is there is read. */
	if (what != 2 && from && rest.ptr >= from)
		return entity(r, (rd_str){from, (uint32_t)(body.ptr + body.len - from)}, depth + 1);
	return RD_OK;
}

/* Heads up to the first empty line, and what is behind it. */
static void split(rd_str raw, rd_str *ret_heads, rd_str *ret_body)
{
	rd_str rest = raw, line;

	while (next_line(&rest, &line) && line.len)
		;
	*ret_heads = (rd_str){raw.ptr, (uint32_t)(rest.ptr - raw.ptr)};
	*ret_body = rest;
}

static rd_rc entity(reading *r, rd_str raw, uint32_t depth)
{
	rd_str heads, body;

	if (depth > RD_MAIL_DEPTH_MAX || ++r->parts > RD_MAIL_PARTS_MAX)
		return rd_fail(r->err, RD_LIMIT, "邮件的层次或部分太多，无法读取",
		               "the mail has too many parts in each other");
	split(raw, &heads, &body);
	rd_str type = head(r->a, heads, "content-type");

	if (begins(type, "multipart/"))
		return multipart(r, body, parameter(type, "boundary"), depth);
	return leaf(r, heads, body, type);
}

/* ---- HTML ---- */

/* The text without marks; what stands in style and script is left out. Enough to be read; the mail
 * itself is kept as evidence. */
static rd_str without_marks(rd_arena *a, rd_str html)
{
	static const struct {
		const char *name;
		char c;
	} named[] = {{"&nbsp;", ' '}, {"&lt;", '<'}, {"&gt;", '>'}, {"&amp;", '&'}, {"&quot;", '"'}};
	rd_buf out;

	rd_buf_init(&out, RD_MAIL_TEXT_MAX);
	for (uint32_t i = 0; i < html.len;) {
		rd_str rest = behind(html, i);
		uint32_t skip = 0;

		if (*rest.ptr == '<') {
			const char *end = begins(rest, "<style")    ? "</style"
			                  : begins(rest, "<script") ? "</script"
			                                            : ">";
			int64_t n = rd_str_find(rest, end);

			if (begins(rest, "<br") || begins(rest, "<p") || begins(rest, "</p") ||
			    begins(rest, "<div") || begins(rest, "<tr"))
				rd_buf_char(&out, '\n');
			skip = n < 0 ? rest.len : (uint32_t)n + (*end == '>');
		}
		for (uint32_t k = 0; k < sizeof named / sizeof *named && !skip; k++)
			if (begins(rest, named[k].name)) {
				rd_buf_char(&out, named[k].c);
				skip = (uint32_t)strlen(named[k].name);
			}
		if (!skip) {
			rd_buf_char(&out, *rest.ptr);
			skip = 1;
		}
		i += skip;
	}
	return rd_str_trim(keep(a, &out));
}

/* ---- the whole ---- */

/* "陈敏 <chen@example.com>" */
static void sender(rd_arena *a, rd_str from, rd_mail_in *mail)
{
	int64_t open = -1, close = -1;
	rd_str address = from;
	rd_buf out;

	for (uint32_t i = 0; i < from.len; i++) {
		if (from.ptr[i] == '<')
			open = i;
		else if (from.ptr[i] == '>')
			close = i;
	}
	if (open >= 0 && close > open) {
		address = (rd_str){from.ptr + open + 1, (uint32_t)(close - open - 1)};
		rd_str name = rd_str_trim((rd_str){from.ptr, (uint32_t)open});

		if (name.len > 1 && name.ptr[0] == '"' && name.ptr[name.len - 1] == '"')
			name = (rd_str){name.ptr + 1, name.len - 2};
		mail->from_name = clean_name(a, readable(a, name, 400));
	}
	address = rd_str_trim(address);
	rd_buf_init(&out, 400);
	for (uint32_t i = 0; i < address.len; i++)
		rd_buf_char(&out, small(address.ptr[i]));
	mail->from = keep(a, &out);
}

static bool is_address(rd_str s)
{
	const char *at = s.len ? memchr(s.ptr, '@', s.len) : NULL;

	for (uint32_t i = 0; i < s.len; i++)
		if (s.ptr[i] <= ' ' || s.ptr[i] == ',' || s.ptr[i] == 0x7F)
			return false;
	return at && at > s.ptr && at + 1 < s.ptr + s.len && s.len <= 254;
}

rd_rc rd_mail_read(rd_str raw, rd_arena *a, rd_mail_in *ret_mail, rd_err *err)
{
	rd_mail_in *mail = RD_NEW(a, rd_mail_in);
	reading r = {.a = a, .mail = mail, .err = err};
	rd_str heads, body;

	if (raw.len > RD_MAIL_BYTES_MAX)
		return rd_fail(err, RD_LIMIT, "邮件大于 %u MiB", "the mail is larger than %u MiB",
		               RD_MAIL_BYTES_MAX >> 20);
	split(raw, &heads, &body);
	sender(a, head(a, heads, "from"), mail);
	if (!is_address(mail->from))
		return rd_fail(err, RD_INPUT, "邮件没有可用的发件人地址 From",
		               "the mail has no sender: From");
	mail->subject = readable(a, head(a, heads, "subject"), SUBJECT_MAX);
	mail->message_id = head(a, heads, "message-id");
	RD_TRY(entity(&r, raw, 0));
	if (mail->text.len == 0 && r.html.len)
		mail->text = without_marks(a, r.html);
	*ret_mail = *mail;
	return RD_OK;
}
