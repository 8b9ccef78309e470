#include "base/json.h"
#include "base/assert.h"

void rd_json_init(rd_json *j, rd_buf *out, uint32_t broken_lines)
{
	*j = (rd_json){.out = out, .broken_lines = broken_lines};
}

void rd_json_part(const rd_json *j, rd_json *part, rd_buf *out, bool first)
{
	RD_ASSERT(j->depth > 0 && !j->after_key);
	*part = *j;
	part->out = out;
	part->level[part->depth - 1].filled = !first;
}

void rd_json_join(rd_json *j, const rd_buf *part)
{
	RD_ASSERT(j->depth > 0 && !j->after_key);
	if (part->full)
		j->out->full = true;
	if (part->size == 0)
		return;
	rd_buf_add(j->out, part->data, part->size);
	j->level[j->depth - 1].filled = true;
}

void rd_json_end(rd_json *j)
{
	RD_ASSERT(j->depth == 0);
	rd_buf_char(j->out, '\n');
}

static void break_line(rd_json *j)
{
	rd_buf_char(j->out, '\n');
	for (uint32_t i = 0; i < j->depth; i++)
		rd_buf_char(j->out, '\t');
}

/* Everything that must stand before a value (or a key) at the present place. */
static void begin(rd_json *j, bool key)
{
	if (j->after_key) {
		RD_ASSERT(!key);
		j->after_key = false;
		return;
	}
	if (j->depth == 0)
		return;
	RD_ASSERT(j->level[j->depth - 1].object == key);
	if (j->level[j->depth - 1].filled)
		rd_buf_char(j->out, ',');
	if (j->depth <= j->broken_lines)
		break_line(j);
	else if (j->level[j->depth - 1].filled)
		rd_buf_char(j->out, ' ');
	j->level[j->depth - 1].filled = true;
}

static void open(rd_json *j, bool object)
{
	begin(j, false);
	RD_ASSERT(j->depth < RD_JSON_DEPTH_MAX);
	j->level[j->depth].object = object;
	j->level[j->depth].filled = false;
	j->depth++;
	rd_buf_char(j->out, object ? '{' : '[');
}

void rd_json_object(rd_json *j)
{
	open(j, true);
}

void rd_json_array(rd_json *j)
{
	open(j, false);
}

void rd_json_close(rd_json *j)
{
	RD_ASSERT(j->depth > 0 && !j->after_key);
	j->depth--;
	if (j->level[j->depth].filled && j->depth < j->broken_lines)
		break_line(j);
	rd_buf_char(j->out, j->level[j->depth].object ? '}' : ']');
}

static void put_escaped(rd_buf *out, rd_str s, uint32_t from, uint32_t to, uint32_t cp)
{
	switch (cp) {
	case '"': rd_buf_puts(out, "\\\""); return;
	case '\\': rd_buf_puts(out, "\\\\"); return;
	case '\n': rd_buf_puts(out, "\\n"); return;
	case '\r': rd_buf_puts(out, "\\r"); return;
	case '\t': rd_buf_puts(out, "\\t"); return;
	default: break;
	}
	if (cp < 0x20 || cp == '<' || cp == 0x7F || cp == 0x2028 || cp == 0x2029)
		rd_buf_printf(out, "\\u%04x", cp);
	else if (cp == 0xFFFD)
		rd_buf_puts(out, "\xEF\xBF\xBD"); /* U+FFFD, also for bytes that are no UTF-8 */
	else
		rd_buf_add(out, s.ptr + from, to - from);
}

/* Bytes that stand for themselves. */
static bool is_plain(unsigned char c)
{
	return c >= 0x20 && c < 0x7F && c != '"' && c != '\\' && c != '<';
}

/* A Chinese character that stands for itself: three bytes, the first of E3 .. EC. */
static bool is_plain_three(const char *p, uint32_t n)
{
	return n >= 3 && (unsigned char)(p[0] - '\xE3') <= 0xEC - 0xE3 && (p[1] & 0xC0) == 0x80 &&
	       (p[2] & 0xC0) == 0x80;
}

static void quoted(rd_json *j, rd_str s)
{
	uint32_t run = 0, i = 0;

	rd_buf_char(j->out, '"');
	while (i < s.len) {
		if (is_plain((unsigned char)s.ptr[i])) {
			i++;
			continue;
		}
		if (is_plain_three(s.ptr + i, s.len - i)) {
			i += 3;
			continue;
		}
		rd_buf_add(j->out, s.ptr + run, i - run);
		uint32_t from = i, cp = rd_utf8_next(s, &i);
		put_escaped(j->out, s, from, i, cp);
		run = i;
	}
	if (s.len > run)
		rd_buf_add(j->out, s.ptr + run, s.len - run);
	rd_buf_char(j->out, '"');
}

void rd_json_key(rd_json *j, const char *key)
{
	begin(j, true);
	quoted(j, rd_str_of(key));
	rd_buf_puts(j->out, ": ");
	j->after_key = true;
}

void rd_json_str(rd_json *j, rd_str s)
{
	begin(j, false);
	quoted(j, s);
}

void rd_json_text(rd_json *j, const char *cstr)
{
	if (cstr)
		rd_json_str(j, rd_str_of(cstr));
	else
		rd_json_null(j);
}

void rd_json_int(rd_json *j, int64_t v)
{
	begin(j, false);
	rd_buf_int(j->out, v);
}

void rd_json_bool(rd_json *j, bool v)
{
	begin(j, false);
	rd_buf_puts(j->out, v ? "true" : "false");
}

void rd_json_null(rd_json *j)
{
	begin(j, false);
	rd_buf_puts(j->out, "null");
}

void rd_json_raw(rd_json *j, rd_str json)
{
	begin(j, false);
	rd_buf_str(j->out, json);
}

void rd_json_put_str(rd_json *j, const char *key, rd_str s)
{
	rd_json_key(j, key);
	rd_json_str(j, s);
}

void rd_json_put_text(rd_json *j, const char *key, const char *cstr)
{
	rd_json_key(j, key);
	rd_json_text(j, cstr);
}

void rd_json_put_int(rd_json *j, const char *key, int64_t v)
{
	rd_json_key(j, key);
	rd_json_int(j, v);
}

void rd_json_put_bool(rd_json *j, const char *key, bool v)
{
	rd_json_key(j, key);
	rd_json_bool(j, v);
}

void rd_json_put_words(rd_json *j, const char *key, rd_words w)
{
	rd_json_key(j, key);
	if (w.zh == NULL && w.en == NULL) {
		rd_json_null(j);
		return;
	}
	rd_json_object(j);
	rd_json_put_text(j, "zh", w.zh ? w.zh : "");
	rd_json_put_text(j, "en", w.en ? w.en : "");
	rd_json_close(j);
}
