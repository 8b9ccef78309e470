#include "report/text.h"
#include "report/wrap.h"

#define EXCERPT_LINES 8u
#define OTHER_LINES   4u
#define PLACES_SHOWN  5u
#define DITTO         "\xE3\x80\x83" /* U+3003 */

/* ---- excerpt ---- */

typedef struct table {
	rd_buf cells[2 * RD_EXCERPT_MAX + 1][RD_EX_CELLS];
	uint32_t width[RD_EX_CELLS];
	uint32_t n;
	bool used[RD_EX_CELLS];
} table;

static void fill_cell(table *t, uint32_t row, uint32_t cell, rd_buf *text)
{
	uint32_t w;

	rd_buf_init(&t->cells[row][cell], 4096);
	rd_clean(&t->cells[row][cell], rd_buf_view(text));
	w = rd_utf8_width(rd_buf_view(&t->cells[row][cell]));
	if (row > 0 && w > 0)
		t->used[cell] = true;
	if (w > t->width[cell])
		t->width[cell] = w;
}

/* A summary that repeats the one above is written as a ditto mark, as on paper. */
static bool same_text(const rd_text_out *t, const rd_excerpt *x, uint32_t i)
{
	const rd_book *b = t->r->result->book;

	return i > 0 && rd_line_text(b, x->lines[i].line) &&
	       rd_line_text(b, x->lines[i].line) == rd_line_text(b, x->lines[i - 1].line);
}

static void fill_table(rd_text_out *t, const rd_excerpt *x, table *ret)
{
	memset(ret, 0, sizeof *ret);
	for (uint32_t c = 0; c < RD_EX_CELLS; c++) {
		rd_buf_clear(&t->a);
		rd_buf_puts(&t->a, rd_say(rd_excerpt_head(c), t->r->lang));
		fill_cell(ret, 0, c, &t->a);
	}
	for (uint32_t i = 0; i < x->n; i++)
		for (uint32_t c = 0; c < RD_EX_CELLS; c++) {
			/* Date and number belong to the voucher: said once. */
			bool again = i > 0 && (c == RD_EX_NUMBER ||
			                       (c == RD_EX_DATE && t->r->result->book->line.date == NULL));

			rd_buf_clear(&t->a);
			if (c == RD_EX_TEXT && same_text(t, x, i))
				rd_buf_puts(&t->a, DITTO);
			else if (!again)
				rd_excerpt_cell(t->r->result->book, x->lines[i].line, c, t->r->lang, &t->a);
			fill_cell(ret, i + 1, c, &t->a);
		}
	ret->n = x->n + 1;
}

static void free_table(table *t)
{
	for (uint32_t i = 0; i < t->n; i++)
		for (uint32_t c = 0; c < RD_EX_CELLS; c++)
			rd_buf_done(&t->cells[i][c]);
}

/* When the terminal is narrow the wider of summary and account gives way, down to a least width. */
static void fit(table *t, uint32_t room)
{
	static const uint32_t least[] = {[RD_EX_TEXT] = 12, [RD_EX_ACCOUNT] = 14};
	uint32_t total = 0;

	for (uint32_t c = 0; c < RD_EX_CELLS; c++) {
		if (!t->used[c])
			t->width[c] = 0;
		total += t->width[c] ? t->width[c] + 2 : 0;
	}
	while (total > room) {
		uint32_t c = t->width[RD_EX_TEXT] > t->width[RD_EX_ACCOUNT] ? RD_EX_TEXT : RD_EX_ACCOUNT;

		if (t->width[c] <= least[c])
			c = c == RD_EX_TEXT ? RD_EX_ACCOUNT : RD_EX_TEXT;
		if (t->width[c] <= least[c])
			return;
		t->width[c]--;
		total--;
	}
}

static void put_row(rd_text_out *t, const table *tab, uint32_t row, bool marked)
{
	uint32_t last = 0;

	for (uint32_t c = 0; c < RD_EX_CELLS; c++)
		if (tab->width[c] && tab->cells[row][c].size)
			last = c;
	rd_text_paint(t, marked ? RD_PAINT_MARK : row == 0 ? RD_PAINT_DIM : RD_PAINT_PLAIN);
	rd_buf_puts(t->out, marked ? "  > |" : "    |");
	for (uint32_t c = 0; c <= last; c++) {
		bool right = c == RD_EX_DEBIT || c == RD_EX_CREDIT;
		rd_str text = rd_buf_view(&tab->cells[row][c]);

		if (tab->width[c] == 0)
			continue;
		rd_blanks(t->out, c == 0 ? 1 : 2);
		if (c == last && !right && rd_utf8_width(text) <= tab->width[c])
			rd_buf_str(t->out, text);
		else
			rd_pad(t->out, text, tab->width[c], right);
	}
	rd_text_paint(t, RD_PAINT_PLAIN);
	rd_buf_char(t->out, '\n');
}

static void put_left_out(rd_text_out *t, uint32_t n)
{
	if (n == 0)
		return;
	rd_text_paint(t, RD_PAINT_DIM);
	rd_buf_printf(t->out, t->r->lang == RD_EN ? "    | … %u more lines\n" : "    | ……另有 %u 行\n",
	              n);
	rd_text_paint(t, RD_PAINT_PLAIN);
}

static void put_excerpt(rd_text_out *t, const rd_finding *f, rd_row voucher, uint32_t max)
{
	rd_excerpt x;
	table *tab = t->table ? t->table : (t->table = RD_NEW(t->arena, table));
	bool all_marked = true;

	if (!rd_excerpt_of(t->r->result, f, voucher, max, &x))
		return;
	fill_table(t, &x, tab);
	fit(tab, t->r->width > 12 ? t->r->width - 6 : 6);
	for (uint32_t i = 0; i < x.n; i++)
		all_marked &= x.lines[i].marked;
	put_row(t, tab, 0, false);
	for (uint32_t i = 0; i < x.n; i++) {
		put_left_out(t, x.lines[i].left_out);
		put_row(t, tab, i + 1, x.lines[i].marked && !(all_marked && x.n > 1));
	}
	put_left_out(t, x.left_out);
	free_table(tab);
}

/* ---- one finding ---- */

static void put_place_of(rd_text_out *t, const rd_finding *f)
{
	if (f->n_places == 0)
		return;
	rd_text_paint(t, RD_PAINT_BOLD);
	rd_text_place(t, f->places[0], t->out);
	rd_text_paint(t, RD_PAINT_PLAIN);
	rd_buf_puts(t->out, ": ");
}

static void put_severity(rd_text_out *t, rd_severity s)
{
	rd_text_paint(t, rd_severity_paint(s));
	rd_buf_puts(t->out, rd_say(rd_severity_words(s), t->r->lang));
	rd_text_paint(t, RD_PAINT_PLAIN);
}

/* The message into t->b, cleaned. */
static rd_str message_of(rd_text_out *t, const rd_finding *f)
{
	rd_buf_clear(&t->a);
	rd_buf_clear(&t->b);
	rd_finding_message(t->r->result, f, t->r->lang, &t->a);
	rd_clean(&t->b, rd_buf_view(&t->a));
	return rd_buf_view(&t->b);
}

/* Places in other files or vouchers, which the excerpt does not show. */
static void put_more_places(rd_text_out *t, const rd_finding *f)
{
	uint32_t shown = 0, others = 0;

	for (uint32_t i = 1; i < f->n_places; i++)
		others += !rd_place_repeats(f, i);
	if (others == 0 || (f->voucher != RD_NONE && f->kind != RD_KIND_COLLAPSED))
		return;
	rd_buf_puts(t->out, rd_text_say(t, "    另见: ", "    see also: "));
	for (uint32_t i = 1; i < f->n_places && shown < PLACES_SHOWN; i++) {
		if (rd_place_repeats(f, i))
			continue;
		rd_buf_puts(t->out, shown++ ? ", " : "");
		rd_text_place(t, f->places[i], t->out);
	}
	if (others > PLACES_SHOWN)
		rd_buf_puts(t->out, " …");
	rd_buf_char(t->out, '\n');
}

static void put_tail(rd_text_out *t, const rd_finding *f)
{
	char hex[33];

	rd_fingerprint_hex(f->fingerprint, hex);
	rd_text_paint(t, RD_PAINT_DIM);
	rd_buf_printf(t->out, "%s%s", rd_text_say(t, "    = 指纹 ", "    = fingerprint "), hex);
	if (t->r->has_baseline)
		rd_buf_printf(t->out, " (%s)", rd_say(rd_state_words(f->state), t->r->lang));
	rd_text_paint(t, RD_PAINT_PLAIN);
	rd_buf_puts(t->out, "\n\n");
}

static void put_finding(rd_text_out *t, const rd_finding *f)
{
	uint32_t at;

	/* The column of the message is counted without colour codes. */
	rd_buf_clear(&t->a);
	if (f->n_places)
		rd_text_place(t, f->places[0], &t->a);
	at = t->a.size ? rd_utf8_width(rd_buf_view(&t->a)) + 2 : 0;
	at += rd_utf8_width(rd_str_of(rd_say(rd_severity_words(f->severity), t->r->lang))) + 2;
	put_place_of(t, f);
	put_severity(t, f->severity);
	rd_buf_puts(t->out, ": ");
	rd_wrap(t->out, message_of(t, f), at, 4, t->r->width);
	rd_buf_char(t->out, '\n');
	if (f->kind != RD_KIND_COLLAPSED) {
		put_excerpt(t, f, f->voucher, EXCERPT_LINES);
		if (f->other != RD_NONE && f->other != f->voucher)
			put_excerpt(t, f, f->other, OTHER_LINES);
	}
	rd_text_flow_begin(t);
	put_more_places(t, f);
	rd_text_flow_end(t);
	put_tail(t, f);
	rd_writer_spill(t->w);
}

/* ---- groups ---- */

static void put_group_head(rd_text_out *t, uint32_t check, uint32_t fresh, uint32_t known,
                           rd_severity severity)
{
	const rd_check *c = rd_checks[check];
	int lang = t->r->lang;

	put_severity(t, severity);
	rd_text_paint(t, RD_PAINT_BOLD);
	rd_buf_printf(t->out, "  %s  %s", rd_say(c->title, lang), c->slug);
	rd_text_paint(t, RD_PAINT_PLAIN);
	rd_buf_printf(t->out, lang == RD_EN ? "  (%s, %u" : "  \uff08%s，%u 条",
	              rd_say(rd_certainty_words(c->certainty), lang), fresh);
	if (t->r->has_baseline)
		rd_buf_printf(t->out, lang == RD_EN ? " new, %u known" : "新增，%u 条已知", known);
	rd_buf_puts(t->out, lang == RD_EN ? ")\n" : "\uff09\n");
	rd_text_paint(t, RD_PAINT_DIM);
	for (uint32_t i = 0, n = t->r->width < 100 ? t->r->width : 100; i < n; i++)
		rd_buf_char(t->out, '-');
	rd_text_paint(t, RD_PAINT_PLAIN);
	rd_buf_char(t->out, '\n');
}

static void put_advice(rd_text_out *t, uint32_t check)
{
	const rd_check *c = rd_checks[check];
	const rd_check_result *res = &t->r->result->checks[check];
	int lang = t->r->lang;

	if (res->remark.zh || res->remark.en)
		rd_text_entry(t, (rd_words){"说明", "remark"}, rd_str_of(rd_say(res->remark, lang)));
	if (!res->collapsed && res->emitted > res->findings) {
		rd_buf_clear(&t->a);
		rd_buf_printf(&t->a,
		              lang == RD_EN ? "%u were found, the first %u are kept"
		                            : "共发现 %u 条，只保留前 %u 条",
		              res->emitted, res->findings);
		rd_text_entry(t, (rd_words){"上限", "limit"}, rd_buf_view(&t->a));
	}
	rd_text_entry(t, (rd_words){"怎么办", "what to do"}, rd_str_of(rd_say(c->correction, lang)));
	rd_text_entry(t, (rd_words){"依据", "basis"}, rd_str_of(rd_say(c->basis, lang)));
	rd_buf_clear(&t->a);
	rd_buf_printf(&t->a, "redink explain %s", c->slug);
	rd_text_entry(t, (rd_words){"详解", "more"}, rd_buf_view(&t->a));
	rd_buf_char(t->out, '\n');
}

void rd_text_group(rd_text_out *t, uint32_t check)
{
	const rd_result *res = t->r->result;
	uint32_t fresh = 0, known = 0, shown = 0, max = t->r->max_shown ? t->r->max_shown : UINT32_MAX;
	rd_severity severity = RD_SEV_INFO;

	for (uint32_t i = t->first[check]; i != RD_NONE; i = t->next[i]) {
		const rd_finding *f = &res->findings[i];

		if (f->state == RD_STATE_NEW && f->severity > severity)
			severity = f->severity;
		fresh += f->state == RD_STATE_NEW;
		known += f->state == RD_STATE_KNOWN;
	}
	if (fresh == 0)
		return;
	rd_text_flow_begin(t);
	put_group_head(t, check, fresh, known, severity);
	rd_text_flow_end(t);
	for (uint32_t i = t->first[check]; i != RD_NONE && shown < max; i = t->next[i])
		if (res->findings[i].state == RD_STATE_NEW) {
			put_finding(t, &res->findings[i]);
			shown++;
		}
	if (shown < fresh)
		rd_buf_printf(t->out,
		              t->r->lang == RD_EN
		                  ? "… %u more of this kind; --max 0 shows all, --format csv lists all\n\n"
		                  : "……同类还有 %u 条；--max 0 全部显示，--format csv 可列成表格\n\n",
		              fresh - shown);
	put_advice(t, check);
	rd_writer_spill(t->w);
}

void rd_text_brief(rd_text_out *t)
{
	const rd_result *res = t->r->result;

	for (uint32_t i = 0; i < res->n_findings; i++) {
		const rd_finding *f = &res->findings[i];

		if (f->state != RD_STATE_NEW)
			continue;
		put_place_of(t, f);
		put_severity(t, f->severity);
		rd_buf_puts(t->out, ": ");
		rd_buf_str(t->out, message_of(t, f));
		rd_buf_printf(t->out, " [%s]\n", rd_finding_check(f)->slug);
		rd_writer_spill(t->w);
	}
}
