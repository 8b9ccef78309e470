#include "report/text.h"
#include "base/assert.h"
#include "report/wrap.h"

#define TEXT_MAX      ((size_t)1 << 20) /* one message or cell while it is built */
#define NOTES_SHOWN   20u               /* records of one kind in one file */
#define EXPIRED_SHOWN 20u
#define NOT_RUN_SHOWN 6u /* checks named for one reason; --max 0 names all */

/* ---- helpers ---- */

void rd_text_paint(rd_text_out *t, rd_paint paint)
{
	static const char *const codes[] = {
		[RD_PAINT_PLAIN] = "\033[0m",   [RD_PAINT_BOLD] = "\033[1m",
		[RD_PAINT_DIM] = "\033[2m",     [RD_PAINT_BLOCKER] = "\033[1;37;41m",
		[RD_PAINT_HIGH] = "\033[1;31m", [RD_PAINT_MEDIUM] = "\033[1;33m",
		[RD_PAINT_LOW] = "\033[1;36m",  [RD_PAINT_INFO] = "\033[1;34m",
		[RD_PAINT_MARK] = "\033[1m",
	};

	if (t->r->colour)
		rd_buf_puts(t->out, codes[paint]);
}

rd_paint rd_severity_paint(rd_severity s)
{
	static const rd_paint paints[] = {
		[RD_SEV_INFO] = RD_PAINT_INFO,       [RD_SEV_LOW] = RD_PAINT_LOW,
		[RD_SEV_MEDIUM] = RD_PAINT_MEDIUM,   [RD_SEV_HIGH] = RD_PAINT_HIGH,
		[RD_SEV_BLOCKER] = RD_PAINT_BLOCKER,
	};

	return paints[s];
}

const char *rd_text_say(const rd_text_out *t, const char *zh, const char *en)
{
	return t->r->lang == RD_EN ? en : zh;
}

void rd_text_place(const rd_text_out *t, rd_place p, rd_buf *out)
{
	const rd_book *b = t->r->result->book;

	if (p.file == 0 || p.file >= b->n_files)
		return;
	rd_clean(out, rd_book_text(b, b->files[p.file].name));
	if (p.line)
		rd_buf_printf(out, ":%u", p.line);
}

void rd_text_entry(rd_text_out *t, rd_words label, rd_str text)
{
	const char *name = rd_say(label, t->r->lang);

	if (text.len == 0)
		return;
	rd_buf_puts(t->out, "  = ");
	rd_text_paint(t, RD_PAINT_BOLD);
	rd_buf_puts(t->out, name);
	rd_text_paint(t, RD_PAINT_PLAIN);
	rd_buf_puts(t->out, ": ");
	rd_wrap(t->out, text, 6 + rd_utf8_width(rd_str_of(name)), 4, t->r->width);
	rd_buf_char(t->out, '\n');
}

void rd_text_flow_begin(rd_text_out *t)
{
	RD_ASSERT(t->out == &t->w->buf);
	rd_buf_clear(&t->side);
	t->out = &t->side;
}

void rd_text_flow_end(rd_text_out *t)
{
	rd_str all = rd_buf_view(&t->side);

	RD_ASSERT(t->out == &t->side);
	t->out = &t->w->buf;
	while (all.len) {
		const char *end = memchr(all.ptr, '\n', all.len);
		uint32_t n = end ? (uint32_t)(end - all.ptr) : all.len, used = end ? n + 1 : n;
		uint32_t blanks = 0;

		while (blanks < n && all.ptr[blanks] == ' ')
			blanks++;
		rd_wrap(t->out, (rd_str){all.ptr, n}, 0, blanks + 4, t->r->width);
		if (end)
			rd_buf_char(t->out, '\n');
		all = (rd_str){all.ptr + used, all.len - used};
	}
	rd_writer_spill(t->w);
}

/* ---- head: what was read ---- */

static void put_file_counts(rd_text_out *t, const rd_file *f)
{
	bool en = t->r->lang == RD_EN;

	rd_buf_puts(t->out, en ? ": " : "：读入 ");
	rd_count_format(f->records, t->out);
	rd_buf_puts(t->out, en ? (f->records == 1 ? " record read" : " records read") : " 条");
	if (f->rejected) {
		rd_text_paint(t, RD_PAINT_MEDIUM);
		rd_buf_puts(t->out, en ? ", " : "，未能读入 ");
		rd_count_format(f->rejected, t->out);
		rd_buf_puts(t->out, en ? " left out" : " 条");
		rd_text_paint(t, RD_PAINT_PLAIN);
	}
	if (f->skipped) {
		rd_buf_puts(t->out, en ? ", " : "，跳过 ");
		rd_count_format(f->skipped, t->out);
		rd_buf_puts(t->out, en ? " passed over (totals, blank lines)" : " 行（合计、空行等）");
	}
}

static void put_file(rd_text_out *t, const rd_file *f)
{
	const rd_book *b = t->r->result->book;
	bool en = t->r->lang == RD_EN;
	rd_str layout = rd_file_layout(b, f, t->r->lang);

	rd_text_paint(t, RD_PAINT_BOLD);
	rd_clean(t->out, rd_book_text(b, f->name));
	rd_text_paint(t, RD_PAINT_PLAIN);
	rd_buf_printf(t->out, en ? ": %s" : "\uff1a%s",
	              rd_say(rd_file_kind_words(f->kind), t->r->lang));
	rd_buf_puts(t->out, en ? " (" : "\uff08");
	rd_clean(t->out, rd_book_text(b, f->format));
	if (f->encoding) {
		rd_buf_puts(t->out, en ? ", " : "\uff0c");
		rd_clean(t->out, rd_book_text(b, f->encoding));
	}
	if (f->head_line > 1)
		rd_buf_printf(t->out, en ? ", head in line %u" : "，表头在第 %u 行", f->head_line);
	rd_buf_puts(t->out, en ? ")" : "\uff09");
	if (f->kind != RD_FILE_OTHER)
		put_file_counts(t, f);
	rd_buf_char(t->out, '\n');
	if (layout.len) {
		rd_text_paint(t, RD_PAINT_DIM);
		rd_buf_puts(t->out, "    ");
		rd_buf_clear(&t->a);
		rd_clean(&t->a, layout);
		rd_wrap(t->out, rd_buf_view(&t->a), 4, 4, t->r->width);
		rd_text_paint(t, RD_PAINT_PLAIN);
		rd_buf_char(t->out, '\n');
	}
}

/* "1 voucher", "857 vouchers", "857 张凭证" */
static void put_number_of(rd_text_out *t, uint64_t n, const char *zh, const char *one,
                          const char *many)
{
	rd_count_format(n, t->out);
	rd_buf_printf(t->out, " %s", rd_text_say(t, zh, n == 1 ? one : many));
}

static void put_span(rd_text_out *t)
{
	const rd_book *b = t->r->result->book;
	char from[16], to[16];

	if (b->n_periods == 0)
		return;
	rd_period_format(b->periods[0], from);
	rd_period_format(b->periods[b->n_periods - 1], to);
	rd_buf_puts(t->out, from);
	if (b->n_periods > 1)
		rd_buf_printf(t->out, "%s%s", rd_text_say(t, " 至 ", " to "), to);
	rd_buf_puts(t->out, rd_text_say(t, "\uff0c", ", "));
}

static void put_books(rd_text_out *t)
{
	const rd_book *b = t->r->result->book;
	bool en = t->r->lang == RD_EN;
	char day[16];

	rd_text_paint(t, RD_PAINT_BOLD);
	rd_buf_puts(t->out, en ? "Books" : "账套");
	rd_text_paint(t, RD_PAINT_PLAIN);
	rd_buf_puts(t->out, en ? ": " : "\uff1a");
	put_span(t);
	put_number_of(t, b->voucher.n, "张凭证", "voucher", "vouchers");
	rd_buf_puts(t->out, rd_text_say(t, "\uff0c", ", "));
	put_number_of(t, b->line.n, "行", "line", "lines");
	rd_buf_printf(t->out, en ? ", %s" : "\uff0c%s",
	              rd_say(rd_standard_words(b->standard), t->r->lang));
	rd_day_format(t->r->result->as_of, day);
	rd_buf_printf(t->out, en ? "; as of %s\n" : "；截止日 %s\n", day);
	if (b->key && b->voucher.n) {
		rd_buf_puts(t->out, en ? "    vouchers told apart by: " : "    凭证的区分依据：");
		rd_key_format(b->key, t->r->lang, t->out);
		if (b->open_entries)
			rd_buf_printf(t->out, en ? "; not balanced: %u" : "；其中 %u 张借贷不平",
			              b->open_entries);
		rd_buf_char(t->out, '\n');
	}
	rd_buf_char(t->out, '\n');
}

/* ---- notes ---- */

static void put_note(rd_text_out *t, const rd_note *n)
{
	const rd_book *b = t->r->result->book;
	bool en = t->r->lang == RD_EN;

	rd_buf_puts(t->out, "  ");
	rd_text_place(t, (rd_place){n->file, n->line}, t->out);
	if (n->line && n->column)
		rd_buf_printf(t->out, ":%u", n->column);
	rd_buf_printf(t->out, ": %s", rd_say(rd_note_words(n->kind), t->r->lang));
	if (n->field) {
		rd_buf_puts(t->out, en ? ", column " : "，列 ");
		rd_clean(t->out, rd_book_text(b, n->field));
	}
	if (n->found) {
		rd_buf_puts(t->out, en ? ": \"" : "：“");
		rd_clean(t->out, rd_book_text(b, n->found));
		rd_buf_puts(t->out, en ? "\"" : "”");
	}
	if (n->rejected)
		rd_buf_puts(t->out, en ? " (left out)" : "（该行未读入）");
	rd_str hint = rd_note_hint_of(b, n, t->r->lang);
	if (hint.len) {
		rd_buf_puts(t->out, en ? "\n      = what to do: " : "\n      = 怎么办: ");
		rd_buf_clear(&t->a);
		rd_clean(&t->a, hint);
		rd_wrap(t->out, rd_buf_view(&t->a), en ? 20 : 16, 8, t->r->width);
	}
	rd_buf_char(t->out, '\n');
}

/* Kinds that are only worth a count: harmless, or said in the head already. */
static bool only_counted(rd_note_kind k)
{
	return k == RD_NOTE_EMPTY_LINE || k == RD_NOTE_BOM || k == RD_NOTE_PADDING ||
	       k == RD_NOTE_TRAILING_COLUMN || k == RD_NOTE_SKIPPED || k == RD_NOTE_STRAY_CR;
}

static void put_notes_of(rd_text_out *t, const rd_file *f, rd_row file, const rd_note *notes,
                         uint32_t n)
{
	for (uint32_t k = 0; k < RD_NOTE_KINDS; k++) {
		uint32_t shown = 0;

		if (f->notes[k] == 0 || only_counted((rd_note_kind)k))
			continue;
		for (uint32_t i = 0; i < n && shown < NOTES_SHOWN; i++)
			if (notes[i].kind == k) {
				rd_text_flow_begin(t);
				put_note(t, &notes[i]);
				rd_text_flow_end(t);
				shown++;
			}
		if (shown < f->notes[k]) {
			rd_buf_puts(t->out, "  ");
			rd_text_place(t, (rd_place){file, 0}, t->out);
			rd_buf_printf(t->out, t->r->lang == RD_EN ? ": %s: %u more\n" : ": %s：还有 %u 处\n",
			              rd_say(rd_note_words((rd_note_kind)k), t->r->lang), f->notes[k] - shown);
		}
		rd_writer_spill(t->w);
	}
}

static void put_notes(rd_text_out *t)
{
	const rd_book *b = t->r->result->book;
	bool head = false;

	for (uint32_t f = 1, at = 0; f < b->n_files; f++) {
		uint32_t from = at, worth = 0;

		while (at < b->n_notes && b->notes[at].file == f)
			at++;
		for (uint32_t k = 0; k < RD_NOTE_KINDS; k++)
			worth += only_counted((rd_note_kind)k) ? 0 : b->files[f].notes[k];
		if (worth == 0)
			continue;
		if (!head) {
			rd_text_paint(t, RD_PAINT_BOLD);
			rd_buf_puts(t->out, rd_text_say(t, "读取提示\n", "Notes on reading\n"));
			rd_text_paint(t, RD_PAINT_PLAIN);
			head = true;
		}
		put_notes_of(t, &b->files[f], f, b->notes + from, at - from);
	}
	if (head)
		rd_buf_char(t->out, '\n');
}

/* ---- what did not run ---- */

static void put_not_run(rd_text_out *t)
{
	const rd_check_result *res = t->r->result->checks;
	bool *said = RD_NEW_N(t->arena, bool, rd_checks_count + 1), head = false;

	for (uint32_t i = 0; i < rd_checks_count; i++) {
		if (res[i].state != RD_CHECK_NOT_RUN || said[i])
			continue;
		if (!head) {
			rd_text_paint(t, RD_PAINT_BOLD);
			rd_buf_puts(t->out, rd_text_say(t, "未运行的检查\n", "Checks that did not run\n"));
			rd_text_paint(t, RD_PAINT_PLAIN);
			head = true;
		}
		const char *reason = rd_say(res[i].reason, t->r->lang);

		uint32_t n = 0, shown = 0, max = t->r->max_shown ? NOT_RUN_SHOWN : UINT32_MAX;

		rd_buf_printf(t->out, "  %s: ", reason);
		rd_buf_clear(&t->a);
		for (uint32_t k = i; k < rd_checks_count; k++) {
			if (res[k].state != RD_CHECK_NOT_RUN ||
			    strcmp(rd_say(res[k].reason, t->r->lang), reason) != 0)
				continue;
			said[k] = true;
			if (n++ >= max)
				continue;
			rd_buf_printf(&t->a, "%s%s", shown ? ", " : "", rd_checks[k]->slug);
			shown++;
		}
		if (shown < n)
			rd_buf_printf(&t->a, t->r->lang == RD_EN ? " and %u more" : " 等 %u 项",
			              t->r->lang == RD_EN ? n - shown : n);
		rd_wrap(t->out, rd_buf_view(&t->a), rd_utf8_width(rd_str_of(reason)) + 4, 6, t->r->width);
		rd_buf_char(t->out, '\n');
	}
	if (head)
		rd_buf_char(t->out, '\n');
}

/* ---- suppressions, baseline, summary ---- */

static void put_expired(rd_text_out *t)
{
	const rd_result *res = t->r->result;
	bool en = t->r->lang == RD_EN;

	for (uint32_t i = 0; i < res->n_expired && i < EXPIRED_SHOWN; i++) {
		const rd_suppression *s = &t->r->suppressions[res->expired[i]];
		char day[16];

		rd_day_format(s->until, day);
		rd_clean(t->out, rd_str_of(t->r->config_path ? t->r->config_path : "redink.yaml"));
		rd_buf_printf(t->out, en ? ":%u: suppression ran out on %s" : ":%u: 豁免已于 %s 到期",
		              s->line, day);
		if (s->check.len)
			rd_buf_printf(t->out, " [" RD_STR_FMT "]", RD_STR_ARG(s->check));
		rd_buf_puts(t->out, en ? "; reason given: " : "；当时的理由：");
		rd_clean(t->out, s->reason);
		rd_buf_puts(t->out,
		            en ? "\n    = what to do: look again; renew it with a new date or take it out\n"
		               : "\n    = 怎么办: 重新判断；仍然成立就写上新的日期，否则删去\n");
	}
	if (res->n_expired)
		rd_buf_char(t->out, '\n');
}

static void put_gone(rd_text_out *t)
{
	const rd_result *res = t->r->result;
	uint32_t max = t->r->max_shown ? t->r->max_shown : UINT32_MAX;

	if (res->n_gone == 0 || t->r->gone == NULL)
		return;
	rd_text_paint(t, RD_PAINT_BOLD);
	rd_buf_puts(t->out, rd_text_say(t, "已消失（基线中有，这次没有）\n",
	                                "Gone (in the baseline, not found now)\n"));
	rd_text_paint(t, RD_PAINT_PLAIN);
	for (uint32_t i = 0; i < res->n_gone && i < max; i++) {
		const rd_gone *g = &t->r->gone[i];

		rd_buf_puts(t->out, "  ");
		rd_clean(t->out, g->slug);
		rd_buf_puts(t->out, ": ");
		rd_buf_clear(&t->a);
		rd_clean(&t->a, t->r->lang == RD_EN ? g->en : g->zh);
		rd_wrap(t->out, rd_buf_view(&t->a), rd_utf8_width(g->slug) + 4, 6, t->r->width);
		rd_buf_char(t->out, '\n');
		rd_writer_spill(t->w);
	}
	if (res->n_gone > max)
		rd_buf_printf(t->out, t->r->lang == RD_EN ? "  … %u more\n" : "  ……还有 %u 条\n",
		              res->n_gone - max);
	rd_buf_char(t->out, '\n');
}

static void put_severity_counts(rd_text_out *t, const uint32_t counts[])
{
	for (int s = RD_SEV_BLOCKER; s >= RD_SEV_INFO; s--) {
		if (s < RD_SEV_BLOCKER)
			rd_buf_puts(t->out, rd_text_say(t, "\uff0c", ", "));
		if (counts[s])
			rd_text_paint(t, rd_severity_paint((rd_severity)s));
		rd_buf_printf(t->out, "%s %u", rd_say(rd_severity_words((rd_severity)s), t->r->lang),
		              counts[s]);
		if (counts[s])
			rd_text_paint(t, RD_PAINT_PLAIN);
	}
}

static void put_states(rd_text_out *t)
{
	const rd_result *res = t->r->result;
	bool en = t->r->lang == RD_EN;

	if (t->r->has_baseline)
		rd_buf_printf(t->out,
		              en ? "Baseline: %u new, %u known, %u gone\n"
		                 : "基线：新增 %u，已知 %u，已消失 %u\n",
		              res->n_new, res->n_known, res->n_gone);
	if (res->n_suppressed)
		rd_buf_printf(t->out, en ? "Suppressed with a reason: %u\n" : "按理由豁免：%u\n",
		              res->n_suppressed);
}

static void put_summary(rd_text_out *t)
{
	rd_tally n = rd_report_tally(t->r);
	bool en = t->r->lang == RD_EN;
	uint32_t all = n.facts + n.indicators, deciding = rd_report_deciding(t->r);
	const char *threshold = rd_say(rd_severity_words(t->r->threshold), t->r->lang);

	rd_text_paint(t, RD_PAINT_BOLD);
	rd_buf_puts(t->out, en ? "Summary" : "合计");
	rd_text_paint(t, RD_PAINT_PLAIN);
	rd_buf_puts(t->out, en ? ": " : "\uff1a");
	put_severity_counts(t, n.by_severity);
	if (all)
		rd_buf_printf(t->out, en ? " (facts %u, indicators %u)" : "（事实 %u，线索 %u）", n.facts,
		              n.indicators);
	rd_buf_char(t->out, '\n');
	put_states(t);
	rd_buf_printf(t->out, en ? "Checks: %u ran, %u did not run" : "检查：运行 %u 项，未运行 %u 项",
	              n.ran, n.not_run);
	if (n.skipped)
		rd_buf_printf(t->out, en ? ", %u not chosen" : "，未选择 %u 项", n.skipped);
	rd_buf_char(t->out, '\n');
	if (deciding == 0)
		rd_buf_printf(t->out,
		              en ? "Result: nothing%s of grade %s or above\n"
		                 : "结果：没有「%s」及以上的%s发现\n",
		              en ? (t->r->has_baseline ? " new" : "") : threshold,
		              en ? threshold : (t->r->has_baseline ? "新" : ""));
	else
		rd_buf_printf(t->out,
		              en ? "Result: %u%s of grade %s or above; please look at them\n"
		                 : "结果：%u 条%s为「%s」及以上，请逐条核对\n",
		              deciding,
		              en ? (t->r->has_baseline ? " new findings" : " findings")
		                 : (t->r->has_baseline ? "新发现" : "发现"),
		              threshold);
}

/* ---- the whole ---- */

static void index_findings(rd_text_out *t)
{
	const rd_result *res = t->r->result;
	uint32_t *last = RD_NEW_N(t->arena, uint32_t, rd_checks_count + 1);

	t->first = RD_NEW_N(t->arena, uint32_t, rd_checks_count + 1);
	t->next = RD_NEW_N(t->arena, uint32_t, (size_t)res->n_findings + 1);
	for (uint32_t i = 0; i < rd_checks_count; i++)
		t->first[i] = RD_NONE;
	for (uint32_t i = 0; i < res->n_findings; i++) {
		uint32_t c = res->findings[i].check;

		if (t->first[c] == RD_NONE)
			t->first[c] = i;
		else
			t->next[last[c]] = i;
		last[c] = i;
		t->next[i] = RD_NONE;
	}
}

static void put_groups(rd_text_out *t)
{
	const rd_result *res = t->r->result;
	bool *done = RD_NEW_N(t->arena, bool, rd_checks_count + 1);

	for (uint32_t i = 0; i < res->n_findings; i++) {
		uint32_t c = res->findings[i].check;

		if (!done[c] && res->findings[i].state == RD_STATE_NEW) {
			done[c] = true;
			rd_text_group(t, c);
		}
	}
}

void rd_report_text(const rd_report *r, rd_writer *w)
{
	rd_text_out t = {.r = r, .w = w, .out = &w->buf, .arena = rd_arena_new()};
	const rd_book *b = r->result->book;

	RD_ASSERT(r->width >= 20);
	rd_buf_init(&t.a, TEXT_MAX);
	rd_buf_init(&t.b, TEXT_MAX);
	rd_buf_init(&t.side, TEXT_MAX);
	index_findings(&t);
	if (r->quiet) {
		rd_text_brief(&t);
	} else {
		for (uint32_t i = 1; i < b->n_files; i++) {
			rd_text_flow_begin(&t);
			put_file(&t, &b->files[i]);
			rd_text_flow_end(&t);
		}
		rd_text_flow_begin(&t);
		put_books(&t);
		rd_text_flow_end(&t);
		put_groups(&t);
		put_notes(&t);
		put_not_run(&t);
		rd_text_flow_begin(&t);
		put_expired(&t);
		rd_text_flow_end(&t);
		put_gone(&t);
		rd_text_flow_begin(&t);
		put_summary(&t);
		rd_text_flow_end(&t);
	}
	rd_buf_done(&t.a);
	rd_buf_done(&t.b);
	rd_buf_done(&t.side);
	rd_arena_free(t.arena);
}
