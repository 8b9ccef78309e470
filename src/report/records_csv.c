#include "base/day.h"
#include "base/money.h"
#include "report/records.h"
#include "report/records_inner.h"
#include <stdio.h>

/* Characters by which spreadsheets know a formula, in half and full width. */
static bool begins_formula(rd_str s)
{
	uint32_t at = 0, cp;

	if (s.len == 0)
		return false;
	cp = rd_halfwidth(rd_utf8_next(s, &at));
	return cp == '=' || cp == '+' || cp == '-' || cp == '@' || cp == '\t' || cp == '\r';
}

/* Behind apostrophes, too: what has one of its own gets another. */
static bool needs_mark(rd_str s)
{
	while (s.len && s.ptr[0] == '\'')
		s = (rd_str){s.ptr + 1, s.len - 1};
	return begins_formula(s);
}

rd_str rd_records_text(rd_str cell)
{
	if (cell.len && cell.ptr[0] == '\'' && needs_mark(cell))
		return (rd_str){cell.ptr + 1, cell.len - 1};
	return cell;
}

static void put_text(rd_str s, rd_buf *out)
{
	bool quote = false;

	for (uint32_t i = 0; i < s.len && !quote; i++)
		quote = strchr("\",\n\r\t", s.ptr[i]) != NULL;
	if (quote)
		rd_buf_char(out, '"');
	if (needs_mark(s))
		rd_buf_char(out, '\'');
	for (uint32_t i = 0; i < s.len; i++) {
		if (s.ptr[i] == '"')
			rd_buf_char(out, '"');
		if (s.ptr[i] != '\0')
			rd_buf_char(out, s.ptr[i]);
	}
	if (quote)
		rd_buf_char(out, '"');
}

void rd_records_time(int64_t wall_us, char out[40])
{
	int64_t us = wall_us % 1000000, s = wall_us / 1000000, day;
	int n;

	if (us < 0) {
		us += 1000000;
		s--;
	}
	day = s / 86400;
	s %= 86400;
	if (s < 0) {
		s += 86400;
		day--;
	}
	rd_day_format((rd_day)day, out);
	n = (int)strlen(out);
	n += snprintf(out + n, 40 - (size_t)n, " %02d:%02d:%02d", (int)(s / 3600), (int)(s / 60 % 60),
	              (int)(s % 60));
	if (us)
		snprintf(out + n, 40 - (size_t)n, ".%06d", (int)us);
}

void rd_records_csv_row(const rd_out *cells, uint32_t n, rd_buf *out)
{
	char text[48];

	for (uint32_t i = 0; i < n; i++) {
		const rd_out *c = &cells[i];

		if (i)
			rd_buf_char(out, ',');
		text[0] = '\0';
		if (c->type == RD_OUT_TEXT)
			put_text(c->text, out);
		else if (c->type == RD_OUT_NUMBER)
			rd_minor_format(c->n, c->decimals, false, text);
		else if (c->type == RD_OUT_DAY)
			rd_day_format((rd_day)c->n, text);
		else if (c->type == RD_OUT_TIME)
			rd_records_time(c->n, text);
		rd_buf_puts(out, text);
	}
	rd_buf_puts(out, "\r\n");
}
