#include "report/html.h"

#define EXCERPT_LINES 12u
#define NOTES_SHOWN   200u

/* ---- one finding ---- */

static void put_place(rd_page *p, rd_place place)
{
	if (place.file == 0 || place.file >= p->b->n_files)
		return;
	rd_str name = rd_book_text(p->b, p->b->files[place.file].name);

	rd_html(p, (rd_str){name.ptr + p->prefix, name.len - p->prefix});
	if (place.line)
		rd_buf_printf(p->out, ":%u", place.line);
}

static void put_message(rd_page *p, const rd_finding *f)
{
	for (int lang = RD_ZH; lang <= RD_EN; lang++) {
		rd_html_begin(p, "span", lang);
		rd_buf_clear(&p->text);
		rd_finding_message(p->r->result, f, lang, &p->text);
		rd_html(p, rd_buf_view(&p->text));
		rd_html_end(p, "span");
	}
}

static const char *cell_class(uint32_t cell)
{
	return cell == RD_EX_DEBIT || cell == RD_EX_CREDIT   ? "num"
	       : cell == RD_EX_TEXT || cell == RD_EX_ACCOUNT ? "text"
	                                                     : "";
}

static void put_gap(rd_page *p, uint32_t n)
{
	if (n == 0)
		return;
	rd_buf_printf(p->out,
	              "<tr class=\"gap\"><td colspan=\"%d\"><span class=\"zh\">……另有 %u 行</span>"
	              "<span class=\"en\">… %u more lines</span></td></tr>\n",
	              RD_EX_CELLS, n, n);
}

static void put_excerpt(rd_page *p, const rd_finding *f, rd_row voucher)
{
	rd_excerpt x;

	if (!rd_excerpt_of(p->r->result, f, voucher, EXCERPT_LINES, &x))
		return;
	rd_buf_puts(p->out, "<div class=\"scroll\"><table class=\"ex\"><tr>");
	for (uint32_t c = 0; c < RD_EX_CELLS; c++) {
		rd_buf_printf(p->out, "<th class=\"%s\">", cell_class(c));
		rd_html_both(p, "span", rd_excerpt_head(c));
		rd_buf_puts(p->out, "</th>");
	}
	rd_buf_puts(p->out, "</tr>\n");
	for (uint32_t i = 0; i < x.n; i++) {
		put_gap(p, x.lines[i].left_out);
		rd_buf_puts(p->out, x.lines[i].marked ? "<tr class=\"mark\">" : "<tr>");
		for (uint32_t c = 0; c < RD_EX_CELLS; c++) {
			bool again =
				i > 0 && (c == RD_EX_NUMBER || (c == RD_EX_DATE && p->b->line.date == NULL));

			rd_buf_printf(p->out, "<td class=\"%s\">", cell_class(c));
			rd_buf_clear(&p->text);
			if (!again)
				rd_excerpt_cell(p->b, x.lines[i].line, c, p->r->lang, &p->text);
			rd_html(p, rd_buf_view(&p->text));
			rd_buf_puts(p->out, "</td>");
		}
		rd_buf_puts(p->out, "</tr>\n");
	}
	put_gap(p, x.left_out);
	rd_buf_puts(p->out, "</table></div>\n");
}

static void put_row(rd_page *p, rd_words name)
{
	rd_buf_puts(p->out, "<dt>");
	rd_html_both(p, "span", name);
	rd_buf_puts(p->out, "</dt><dd>");
}

static void put_data(rd_page *p, const rd_finding *f)
{
	char hex[33], money[RD_MINOR_TEXT];
	uint32_t others = 0;

	rd_buf_puts(p->out, "<dl>");
	if (f->party) {
		put_row(p, (rd_words){"往来单位", "party"});
		rd_buf_clear(&p->text);
		rd_name_party(p->b, f->party, p->r->lang, &p->text);
		rd_html(p, rd_buf_view(&p->text));
		rd_buf_puts(p->out, "</dd>");
	}
	if (f->at_stake) {
		put_row(p, (rd_words){"涉及金额", "amount at stake"});
		rd_minor_format(f->at_stake, rd_currency_decimals(rd_book_text(p->b, p->b->base_currency)),
		                true, money);
		rd_buf_printf(p->out, "%s</dd>", money);
	}
	for (uint32_t i = 1; i < f->n_places; i++)
		others += !rd_place_repeats(f, i);
	if (others) {
		bool some = false;

		put_row(p, (rd_words){"另见", "see also"});
		for (uint32_t i = 1; i < f->n_places; i++) {
			if (rd_place_repeats(f, i))
				continue;
			rd_buf_puts(p->out, some ? ", <code>" : "<code>");
			put_place(p, f->places[i]);
			rd_buf_puts(p->out, "</code>");
			some = true;
		}
		rd_buf_puts(p->out, "</dd>");
	}
	if (f->suppressed_by) {
		char day[16];

		put_row(p, (rd_words){"豁免理由", "reason to suppress"});
		rd_html(p, f->suppressed_by->reason);
		rd_day_format(f->suppressed_by->until, day);
		rd_buf_printf(p->out, " (→ %s)</dd>", day);
	}
	rd_fingerprint_hex(f->fingerprint, hex);
	put_row(p, (rd_words){"指纹", "fingerprint"});
	rd_buf_printf(p->out, "<code>%s</code></dd></dl>\n", hex);
}

static void put_finding(rd_page *p, uint32_t i)
{
	const rd_finding *f = &p->r->result->findings[i];

	rd_buf_printf(p->out,
	              "<details class=\"f c%d %s\" data-sev=\"%s\" data-state=\"%s\" data-fam=\"",
	              f->severity, rd_state_name(f->state), rd_severity_name(f->severity),
	              rd_state_name(f->state));
	rd_html(p, rd_str_of(rd_finding_check(f)->family));
	rd_buf_printf(p->out, "\" data-acc=\"%u\"><summary><span class=\"badge\">", p->account[i]);
	rd_html_both(p, "span", rd_severity_words(f->severity));
	rd_buf_puts(p->out, "</span>");
	if (f->n_places) {
		rd_buf_puts(p->out, "<span class=\"at\">");
		put_place(p, f->places[0]);
		rd_buf_puts(p->out, "</span>");
	}
	put_message(p, f);
	if (f->state != RD_STATE_NEW || p->r->has_baseline) {
		rd_buf_puts(p->out, "<span class=\"tag\">");
		rd_html_both(p, "span", rd_state_words(f->state));
		rd_buf_puts(p->out, "</span>");
	}
	rd_buf_puts(p->out, "</summary><div>\n");
	if (f->kind != RD_KIND_COLLAPSED) {
		put_excerpt(p, f, f->voucher);
		if (f->other != RD_NONE && f->other != f->voucher)
			put_excerpt(p, f, f->other);
	}
	put_data(p, f);
	rd_buf_puts(p->out, "</div></details>\n");
	rd_writer_spill(p->w);
}

/* ---- groups ---- */

static void put_advice(rd_page *p, const char *label_zh, const char *label_en, rd_words text)
{
	if (text.zh == NULL || text.en == NULL)
		return;
	rd_buf_puts(p->out, "<p><b>");
	rd_html_both(p, "span", (rd_words){label_zh, label_en});
	rd_buf_puts(p->out, "</b> ");
	rd_html_both(p, "span", text);
	rd_buf_puts(p->out, "</p>");
}

static void put_group(rd_page *p, uint32_t check)
{
	const rd_check *c = rd_checks[check];
	const rd_check_result *res = &p->r->result->checks[check];
	uint32_t n = 0, shown = 0, max = p->r->max_shown ? p->r->max_shown : UINT32_MAX;

	for (uint32_t i = p->first[check]; i != RD_NONE; i = p->next[i])
		n++;
	rd_buf_puts(p->out, "<section class=\"group\"><h3>");
	rd_html_both(p, "span", c->title);
	rd_buf_printf(p->out, "<span class=\"slug\">%s</span><span class=\"tag\">", c->slug);
	rd_html_both(p, "span", rd_certainty_words(c->certainty));
	rd_buf_printf(p->out, "</span><span class=\"tag\">%u</span></h3>\n<div class=\"advice\">", n);
	put_advice(p, "发现什么", "What it finds", c->finds);
	put_advice(p, "怎么办", "What to do", c->correction);
	put_advice(p, "依据", "Basis", c->basis);
	put_advice(p, "说明", "Remark", res->remark);
	rd_buf_puts(p->out, "</div>\n");
	for (uint32_t i = p->first[check]; i != RD_NONE && shown < max; i = p->next[i], shown++)
		put_finding(p, i);
	if (shown < n)
		rd_buf_printf(
			p->out,
			"<p class=\"more\"><span class=\"zh\">同类还有 %u 条没有列在页面上；CSV 和 JSON 报告列出全部，--max 0 使页面也全部列出。</span>"
			"<span class=\"en\">%u more of this kind are not on the page; the CSV and JSON reports hold all, --max 0 puts all on the page.</span></p>\n",
			n - shown, n - shown);
	rd_buf_puts(p->out, "</section>\n");
}

void rd_html_findings(rd_page *p)
{
	const rd_result *res = p->r->result;
	bool *done = RD_NEW_N(p->arena, bool, rd_checks_count + 1);

	for (uint32_t i = 0; i < res->n_findings; i++)
		if (!done[res->findings[i].check]) {
			done[res->findings[i].check] = true;
			put_group(p, res->findings[i].check);
		}
	if (res->n_findings == 0)
		rd_html_both(p, "p",
		             (rd_words){"运行的检查都没有发现。", "The checks that ran found nothing."});
}

/* ---- the rest ---- */

static void fold_begin(rd_page *p, rd_words title, uint64_t n, bool open)
{
	rd_buf_printf(p->out, "<details class=\"fold\"%s><summary>", open ? " open" : "");
	rd_html_both(p, "span", title);
	rd_buf_printf(p->out, " (%llu)</summary><div class=\"scroll\"><table>\n",
	              (unsigned long long)n);
}

static void fold_end(rd_page *p)
{
	rd_buf_puts(p->out, "</table></div></details>\n");
}

static void head_row(rd_page *p, const rd_words *heads, uint32_t n)
{
	rd_buf_puts(p->out, "<tr>");
	for (uint32_t i = 0; i < n; i++) {
		rd_buf_puts(p->out, "<th>");
		rd_html_both(p, "span", heads[i]);
		rd_buf_puts(p->out, "</th>");
	}
	rd_buf_puts(p->out, "</tr>\n");
}

static void put_files(rd_page *p)
{
	static const rd_words heads[] = {{"文件", "file"},       {"内容", "content"},
	                                 {"格式", "format"},     {"读入", "read"},
	                                 {"未读入", "left out"}, {"识别", "recognised"}};

	fold_begin(p, (rd_words){"读入的文件", "Files read"}, p->b->n_files ? p->b->n_files - 1 : 0,
	           false);
	head_row(p, heads, sizeof heads / sizeof heads[0]);
	for (uint32_t i = 1; i < p->b->n_files; i++) {
		const rd_file *f = &p->b->files[i];

		rd_buf_puts(p->out, "<tr><td class=\"text\">");
		rd_html(p, rd_book_text(p->b, f->name));
		rd_buf_puts(p->out, "</td><td>");
		rd_html_both(p, "span", rd_file_kind_words(f->kind));
		rd_buf_puts(p->out, "</td><td>");
		rd_html(p, rd_book_text(p->b, f->format));
		rd_buf_puts(p->out, " ");
		rd_html(p, rd_book_text(p->b, f->encoding));
		rd_buf_puts(p->out, "</td><td class=\"num\">");
		rd_count_format(f->records, p->out);
		rd_buf_puts(p->out, "</td><td class=\"num\">");
		rd_count_format(f->rejected, p->out);
		rd_buf_puts(p->out, "</td><td class=\"text\">");
		for (int lang = RD_ZH; lang <= RD_EN; lang++) {
			rd_html_begin(p, "span", lang);
			rd_html(p, rd_file_layout(p->b, f, lang));
			rd_html_end(p, "span");
		}
		rd_buf_puts(p->out, "</td></tr>\n");
		rd_writer_spill(p->w);
	}
	fold_end(p);
}

static void put_notes(rd_page *p)
{
	static const rd_words heads[] = {{"位置", "place"},
	                                 {"提示", "note"},
	                                 {"列", "column"},
	                                 {"读到", "found"},
	                                 {"怎么办", "what to do"}};
	uint32_t n = p->b->n_notes, shown = n < NOTES_SHOWN ? n : NOTES_SHOWN;

	if (n == 0)
		return;
	fold_begin(p, (rd_words){"读取提示", "Notes on reading"}, n, false);
	head_row(p, heads, sizeof heads / sizeof heads[0]);
	for (uint32_t i = 0; i < shown; i++) {
		const rd_note *k = &p->b->notes[i];

		rd_buf_puts(p->out, "<tr><td class=\"text\"><code>");
		put_place(p, (rd_place){k->file, k->line});
		rd_buf_puts(p->out, "</code></td><td class=\"text\">");
		rd_html_both(p, "span", rd_note_words(k->kind));
		if (k->rejected) {
			rd_buf_puts(p->out, "<span class=\"tag\">");
			rd_html_both(p, "span", (rd_words){"未读入", "left out"});
			rd_buf_puts(p->out, "</span>");
		}
		rd_buf_puts(p->out, "</td><td>");
		rd_html(p, rd_book_text(p->b, k->field));
		rd_buf_puts(p->out, "</td><td class=\"text\">");
		rd_html(p, rd_book_text(p->b, k->found));
		rd_buf_puts(p->out, "</td><td class=\"text\">");
		for (int lang = RD_ZH; lang <= RD_EN; lang++) {
			rd_html_begin(p, "span", lang);
			rd_html(p, rd_note_hint_of(p->b, k, lang));
			rd_html_end(p, "span");
		}
		rd_buf_puts(p->out, "</td></tr>\n");
	}
	if (shown < n)
		rd_buf_printf(p->out, "<tr class=\"gap\"><td colspan=\"5\">… %u</td></tr>\n", n - shown);
	fold_end(p);
	rd_writer_spill(p->w);
}

static void put_checks(rd_page *p, rd_check_state state, rd_words title)
{
	static const rd_words heads[] = {{"检查项", "check"}, {"代号", "slug"}, {"原因", "reason"}};
	uint32_t n = 0;

	for (uint32_t i = 0; i < rd_checks_count; i++)
		n += p->r->result->checks[i].state == state;
	if (n == 0)
		return;
	fold_begin(p, title, n, false);
	head_row(p, heads, state == RD_CHECK_RAN ? 2 : 3);
	for (uint32_t i = 0; i < rd_checks_count; i++) {
		if (p->r->result->checks[i].state != state)
			continue;
		rd_buf_puts(p->out, "<tr><td class=\"text\">");
		rd_html_both(p, "span", rd_checks[i]->title);
		rd_buf_printf(p->out, "</td><td><code>%s</code></td>", rd_checks[i]->slug);
		if (state != RD_CHECK_RAN) {
			rd_buf_puts(p->out, "<td class=\"text\">");
			rd_html_both(p, "span", p->r->result->checks[i].reason);
			rd_buf_puts(p->out, "</td>");
		}
		rd_buf_puts(p->out, "</tr>\n");
	}
	fold_end(p);
}

static void put_gone(rd_page *p)
{
	static const rd_words heads[] = {{"检查项", "check"}, {"当时的发现", "what was found"}};
	uint32_t n = p->r->result->n_gone;

	if (n == 0 || p->r->gone == NULL)
		return;
	fold_begin(p,
	           (rd_words){"已消失（基线中有，这次没有）", "Gone (in the baseline, not found now)"},
	           n, true);
	head_row(p, heads, 2);
	for (uint32_t i = 0; i < n; i++) {
		rd_buf_puts(p->out, "<tr><td><code>");
		rd_html(p, p->r->gone[i].slug);
		rd_buf_puts(p->out, "</code></td><td class=\"text\">");
		for (int lang = RD_ZH; lang <= RD_EN; lang++) {
			rd_html_begin(p, "span", lang);
			rd_html(p, lang == RD_EN ? p->r->gone[i].en : p->r->gone[i].zh);
			rd_html_end(p, "span");
		}
		rd_buf_puts(p->out, "</td></tr>\n");
		rd_writer_spill(p->w);
	}
	fold_end(p);
}

static void put_expired(rd_page *p)
{
	static const rd_words heads[] = {{"到期日", "ran out"},
	                                 {"检查项", "check"},
	                                 {"当时的理由", "reason given"}};
	uint32_t n = p->r->result->n_expired;

	if (n == 0)
		return;
	fold_begin(p,
	           (rd_words){"已到期的豁免，请重新判断", "Suppressions that have run out: look again"},
	           n, true);
	head_row(p, heads, 3);
	for (uint32_t i = 0; i < n; i++) {
		const rd_suppression *s = &p->r->suppressions[p->r->result->expired[i]];
		char day[16];

		rd_day_format(s->until, day);
		rd_buf_printf(p->out, "<tr><td>%s</td><td><code>", day);
		rd_html(p, s->check);
		rd_buf_puts(p->out, "</code></td><td class=\"text\">");
		rd_html(p, s->reason);
		rd_buf_puts(p->out, "</td></tr>\n");
	}
	fold_end(p);
}

void rd_html_rest(rd_page *p)
{
	rd_html_both(p, "h2", (rd_words){"资料与运行情况", "Files and checks"});
	put_expired(p);
	put_gone(p);
	put_files(p);
	put_notes(p);
	put_checks(p, RD_CHECK_NOT_RUN, (rd_words){"未运行的检查", "Checks that did not run"});
	put_checks(p, RD_CHECK_RAN, (rd_words){"运行过的检查", "Checks that ran"});
	put_checks(p, RD_CHECK_SKIPPED, (rd_words){"没有选择的检查", "Checks not chosen"});
}
