#include "report/wrap.h"

void rd_blanks(rd_buf *out, uint32_t n)
{
	while (n-- > 0)
		rd_buf_char(out, ' ');
}

/* Characters that must not begin a line. */
static bool closes(uint32_t cp)
{
	static const uint32_t marks[] = {0x3001, 0x3002, 0xFF0C, 0xFF1B, 0xFF1A, 0xFF01, 0xFF1F, 0xFF09,
	                                 0x300B, 0x300D, 0x300F, 0x3011, 0x2019, 0x201D, 0x2026, ')',
	                                 ']',    ',',    '.',    ';',    ':',    '!',    '?',    '%'};

	for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++)
		if (marks[i] == cp)
			return true;
	return false;
}

/* Characters that must not end a line. */
static bool opens(uint32_t cp)
{
	return cp == 0xFF08 || cp == 0x300A || cp == 0x300C || cp == 0x300E || cp == 0x3010 ||
	       cp == 0x2018 || cp == 0x201C || cp == '(' || cp == '[';
}

static bool wide(rd_str s, uint32_t from, uint32_t to)
{
	return rd_utf8_width((rd_str){s.ptr + from, to - from}) == 2;
}

/* End of the piece that starts at `from` and may not be broken, blanks behind it left out. */
static uint32_t piece_end(rd_str s, uint32_t from)
{
	uint32_t i = from, cp = rd_utf8_next(s, &i);
	bool last_wide = wide(s, from, i), last_opens = opens(cp);

	while (i < s.len) {
		uint32_t next = i, c = rd_utf8_next(s, &next);

		if (c == ' ' || c == '\n')
			break;
		if (!closes(c) && !last_opens && (last_wide || wide(s, i, next)))
			break;
		last_wide = wide(s, i, next);
		last_opens = opens(c);
		i = next;
	}
	return i;
}

/* Columns of a piece; colour codes take none. */
static uint32_t columns(rd_str s)
{
	uint32_t w = rd_utf8_width(s);

	for (uint32_t i = 0; i + 1 < s.len; i++) {
		uint32_t from = i;

		if (s.ptr[i] != '\033' || s.ptr[i + 1] != '[')
			continue;
		while (i < s.len && s.ptr[i] != 'm')
			i++;
		w -= rd_utf8_width((rd_str){s.ptr + from, (i < s.len ? i + 1 : i) - from});
	}
	return w;
}

void rd_wrap(rd_buf *out, rd_str s, uint32_t at, uint32_t indent, uint32_t width)
{
	uint32_t i = 0, column = at, blanks = 0;
	bool fresh = true; /* nothing on this line yet */

	while (i < s.len) {
		if (s.ptr[i] == '\n') {
			rd_buf_char(out, '\n');
			rd_blanks(out, indent);
			column = indent;
			fresh = true;
			blanks = 0;
			i++;
			continue;
		}
		if (s.ptr[i] == ' ') {
			blanks++;
			i++;
			continue;
		}
		uint32_t end = piece_end(s, i);
		uint32_t w = columns((rd_str){s.ptr + i, end - i});

		if (!fresh && column + blanks + w > width) {
			rd_buf_char(out, '\n');
			rd_blanks(out, indent);
			column = indent;
		} else if (!fresh || i == blanks) {
			rd_blanks(out, blanks);
			column += blanks;
		}
		rd_buf_add(out, s.ptr + i, end - i);
		column += w;
		blanks = 0;
		fresh = false;
		i = end;
	}
}

void rd_pad(rd_buf *out, rd_str s, uint32_t width, bool right)
{
	uint32_t w = rd_utf8_width(s);

	if (w <= width) {
		if (right)
			rd_blanks(out, width - w);
		rd_buf_str(out, s);
		if (!right)
			rd_blanks(out, width - w);
		return;
	}
	uint32_t i = 0, used = 0;

	while (i < s.len) {
		uint32_t next = i;

		rd_utf8_next(s, &next);
		w = rd_utf8_width((rd_str){s.ptr + i, next - i});
		if (used + w + 1 > width)
			break;
		used += w;
		i = next;
	}
	rd_buf_add(out, s.ptr, i);
	if (width > 0) {
		rd_buf_puts(out, "\xE2\x80\xA6");
		used++;
	}
	rd_blanks(out, used < width ? width - used : 0);
}
