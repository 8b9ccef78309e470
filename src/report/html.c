#include "report/html.h"
#include "base/assert.h"

#define TEXT_MAX         ((size_t)1 << 20)
#define ACCOUNTS_OFFERED 400u

/* ---- text ---- */

void rd_html(rd_page *p, rd_str s)
{
	rd_buf_clear(&p->clean);
	rd_clean(&p->clean, s);
	s = rd_buf_view(&p->clean);
	for (uint32_t i = 0, from = 0; i <= s.len; i++) {
		const char *entity = NULL;

		if (i < s.len)
			entity = s.ptr[i] == '&'    ? "&amp;"
			         : s.ptr[i] == '<'  ? "&lt;"
			         : s.ptr[i] == '>'  ? "&gt;"
			         : s.ptr[i] == '"'  ? "&quot;"
			         : s.ptr[i] == '\'' ? "&#39;"
			                            : NULL;
		if (i < s.len && entity == NULL)
			continue;
		rd_buf_add(p->out, s.ptr + from, i - from);
		rd_buf_puts(p->out, entity ? entity : "");
		from = i + 1;
	}
}

void rd_html_begin(rd_page *p, const char *tag, int lang)
{
	rd_buf_printf(p->out,
	              lang == RD_EN ? "<%s class=\"en\" lang=\"en\">"
	                            : "<%s class=\"zh\" lang=\"zh-CN\">",
	              tag);
}

void rd_html_end(rd_page *p, const char *tag)
{
	rd_buf_printf(p->out, "</%s>", tag);
}

void rd_html_both(rd_page *p, const char *tag, rd_words w)
{
	for (int lang = RD_ZH; lang <= RD_EN; lang++) {
		rd_html_begin(p, tag, lang);
		rd_html(p, rd_str_of(rd_say(w, lang)));
		rd_html_end(p, tag);
	}
}

/* ---- head of the page ---- */

static rd_words heading_of(const rd_page *p)
{
	(void)p;
	return (rd_words){"账套检查报告", "Report on the books"};
}

static void put_span(rd_page *p, int lang)
{
	const rd_book *b = p->b;
	char from[16], to[16];

	rd_html_begin(p, "span", lang);
	if (b->n_periods) {
		rd_period_format(b->periods[0], from);
		rd_period_format(b->periods[b->n_periods - 1], to);
		rd_buf_printf(p->out, lang == RD_EN ? "%s to %s, " : "%s 至 %s，", from, to);
	}
	rd_count_format(b->voucher.n, p->out);
	rd_buf_puts(p->out, lang == RD_EN ? " vouchers, " : " 张凭证，");
	rd_count_format(b->line.n, p->out);
	rd_buf_puts(p->out, lang == RD_EN ? " lines; " : " 行分录；");
	rd_html(p, rd_str_of(rd_say(rd_standard_words(b->standard), lang)));
	rd_day_format(p->r->result->as_of, from);
	rd_buf_printf(p->out, lang == RD_EN ? "; as of %s" : "；截止日 %s", from);
	rd_html_end(p, "span");
}

/* The company when the files name one. */
static void put_company(rd_page *p)
{
	for (uint32_t i = 1; i < p->b->n_files; i++)
		if (p->b->files[i].company) {
			rd_html(p, rd_book_text(p->b, p->b->files[i].company));
			rd_buf_puts(p->out, " · ");
			return;
		}
}

static void put_head(rd_page *p)
{
	const char *lang = p->r->lang == RD_EN ? "en" : "zh";

	rd_buf_printf(p->out,
	              "<!DOCTYPE html>\n<html lang=\"%s\" data-lang=\"%s\">\n<head>\n"
	              "<meta charset=\"utf-8\">\n"
	              "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	              "<meta name=\"generator\" content=\"redink %s\">\n"
	              "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
	              "style-src 'unsafe-inline'; script-src 'unsafe-inline'\">\n<title>",
	              p->r->lang == RD_EN ? "en" : "zh-CN", lang, p->r->version);
	rd_html(p, rd_str_of(rd_say(heading_of(p), p->r->lang)));
	rd_buf_puts(p->out, "</title>\n<style>\n");
	rd_buf_puts(p->out, rd_page_css);
	rd_buf_puts(p->out,
	            "</style>\n</head>\n<body>\n<div class=\"wrap\">\n<header>\n<h1 data-zh=\"");
	rd_html(p, rd_str_of(heading_of(p).zh));
	rd_buf_puts(p->out, "\" data-en=\"");
	rd_html(p, rd_str_of(heading_of(p).en));
	rd_buf_puts(p->out, "\"><b>红字</b> ");
	rd_html_both(p, "span", heading_of(p));
	rd_buf_puts(p->out, "<p>");
	put_company(p);
	put_span(p, RD_ZH);
	put_span(p, RD_EN);
	rd_buf_puts(p->out, "</p></h1>\n<div class=\"tools\">"
	                    "<button id=\"lang\" type=\"button\"><span class=\"zh\">English</span>"
	                    "<span class=\"en\">中文</span></button>"
	                    "<button id=\"theme\" type=\"button\">");
	rd_html_both(p, "span", (rd_words){"深浅色", "Dark / light"});
	rd_buf_puts(p->out, "</button><button id=\"print\" type=\"button\">");
	rd_html_both(p, "span", (rd_words){"打印", "Print"});
	rd_buf_puts(p->out, "</button></div>\n</header>\n");
}

static void put_tiles(rd_page *p)
{
	rd_tally t = rd_report_tally(p->r);

	rd_buf_puts(p->out, "<div class=\"tiles\">\n");
	for (int s = RD_SEV_BLOCKER; s >= RD_SEV_INFO; s--) {
		rd_buf_printf(p->out,
		              "<button type=\"button\" class=\"tile c%d\" data-sev=\"%s\"><b>%u</b>", s,
		              rd_severity_name((rd_severity)s), t.by_severity[s]);
		rd_html_both(p, "span", rd_severity_words((rd_severity)s));
		rd_buf_puts(p->out, "</button>\n");
	}
	rd_buf_puts(p->out, "</div>\n");
}

static void put_verdict_in(rd_page *p, int lang)
{
	const rd_result *res = p->r->result;
	rd_tally t = rd_report_tally(p->r);
	bool en = lang == RD_EN;

	rd_html_begin(p, "span", lang);
	rd_buf_printf(p->out,
	              en ? "Facts: %u, indicators: %u. Checks: %u ran, %u did not."
	                 : "事实 %u 条，线索 %u 条；运行检查 %u 项，未运行 %u 项。",
	              t.facts, t.indicators, t.ran, t.not_run);
	if (p->r->has_baseline)
		rd_buf_printf(p->out,
		              en ? " Against the baseline: %u new, %u known, %u gone."
		                 : "与基线比较：新增 %u，已知 %u，已消失 %u。",
		              res->n_new, res->n_known, res->n_gone);
	if (res->n_suppressed)
		rd_buf_printf(p->out, en ? " %u suppressed with a reason." : "按理由豁免 %u 条。",
		              res->n_suppressed);
	if (t.rejected)
		rd_buf_printf(p->out,
		              en ? " %llu records could not be read (see below)."
		                 : "有 %llu 条记录未能读入（见下文）。",
		              (unsigned long long)t.rejected);
	rd_buf_puts(p->out, en ? " A finding is a clue to look into, not a verdict."
	                       : "发现是需要核对的线索，不是结论。");
	rd_html_end(p, "span");
}

/* ---- filters ---- */

static void put_option(rd_page *p, const char *value, rd_words w)
{
	rd_buf_puts(p->out, "<option value=\"");
	rd_html(p, rd_str_of(value));
	rd_buf_puts(p->out, "\" data-zh=\"");
	rd_html(p, rd_str_of(w.zh));
	rd_buf_puts(p->out, "\" data-en=\"");
	rd_html(p, rd_str_of(w.en));
	rd_buf_puts(p->out, "\">");
	rd_html(p, rd_str_of(rd_say(w, p->r->lang)));
	rd_buf_puts(p->out, "</option>");
}

static void put_families(rd_page *p)
{
	rd_buf_puts(p->out, "<select id=\"family\" aria-label=\"family\">");
	put_option(p, "", (rd_words){"全部类别", "all families"});
	for (uint32_t i = 0; i < rd_checks_count; i++) {
		bool again = p->first[i] == RD_NONE;

		for (uint32_t k = 0; k < i && !again; k++)
			again =
				p->first[k] != RD_NONE && strcmp(rd_checks[k]->family, rd_checks[i]->family) == 0;
		if (!again)
			put_option(p, rd_checks[i]->family, rd_family_words(rd_checks[i]->family));
	}
	rd_buf_puts(p->out, "</select>\n");
}

static void put_accounts(rd_page *p)
{
	bool *seen = RD_NEW_N(p->arena, bool, (size_t)p->b->account.n + 1);
	uint32_t n = 0;

	for (uint32_t i = 0; i < p->r->result->n_findings; i++)
		seen[p->account[i]] = true;
	rd_buf_puts(p->out, "<select id=\"account\" aria-label=\"account\">");
	put_option(p, "", (rd_words){"全部科目", "all accounts"});
	for (rd_row a = 1; a < p->b->account.n && n < ACCOUNTS_OFFERED; a++) {
		if (!seen[a])
			continue;
		rd_buf_printf(p->out, "<option value=\"%u\">", a);
		rd_buf_clear(&p->text);
		rd_name_account(p->b, a, p->r->lang, &p->text);
		rd_html(p, rd_buf_view(&p->text));
		rd_buf_puts(p->out, "</option>");
		n++;
	}
	rd_buf_puts(p->out, "</select>\n");
}

static void put_filters(rd_page *p)
{
	rd_words search = {"搜索说明、凭证、科目、文件", "search messages, vouchers, accounts, files"};

	rd_buf_puts(p->out, "<div class=\"filters\">\n<input id=\"q\" type=\"search\" data-zh=\"");
	rd_html(p, rd_str_of(search.zh));
	rd_buf_puts(p->out, "\" data-en=\"");
	rd_html(p, rd_str_of(search.en));
	rd_buf_puts(p->out, "\" placeholder=\"");
	rd_html(p, rd_str_of(rd_say(search, p->r->lang)));
	rd_buf_puts(p->out, "\">\n");
	put_families(p);
	put_accounts(p);
	rd_buf_puts(p->out, "<select id=\"state\" aria-label=\"state\">");
	put_option(p, "", (rd_words){"全部状态", "all states"});
	for (int s = RD_STATE_NEW; s <= RD_STATE_SUPPRESSED; s++)
		put_option(p, rd_state_name((rd_finding_state)s), rd_state_words((rd_finding_state)s));
	rd_buf_puts(p->out, "</select>\n<button id=\"expand\" type=\"button\">");
	rd_html_both(p, "span", (rd_words){"展开 / 收起", "expand / fold"});
	rd_buf_puts(p->out, "</button>\n<span id=\"shown\"></span>\n</div>\n");
}

/* ---- the whole ---- */

static void index_findings(rd_page *p)
{
	const rd_result *res = p->r->result;
	uint32_t *last = RD_NEW_N(p->arena, uint32_t, rd_checks_count + 1);

	p->first = RD_NEW_N(p->arena, uint32_t, rd_checks_count + 1);
	p->next = RD_NEW_N(p->arena, uint32_t, (size_t)res->n_findings + 1);
	p->account = RD_NEW_N(p->arena, rd_row, (size_t)res->n_findings + 1);
	for (uint32_t i = 0; i < rd_checks_count; i++)
		p->first[i] = RD_NONE;
	for (uint32_t i = 0; i < res->n_findings; i++) {
		const rd_finding *f = &res->findings[i];

		if (p->first[f->check] == RD_NONE)
			p->first[f->check] = i;
		else
			p->next[last[f->check]] = i;
		last[f->check] = i;
		p->next[i] = RD_NONE;
		p->account[i] = f->account;
		if (f->account == 0 && f->line != RD_NONE && p->b->line.account)
			p->account[i] = p->b->line.account[f->line];
	}
}

/* The folders that all names have in common say nothing on the page. */
static uint32_t shared_folder(const rd_book *b)
{
	rd_str first = b->n_files > 1 ? rd_book_text(b, b->files[1].name) : RD_STR("");
	uint32_t n = first.len;

	for (uint32_t i = 2; i < b->n_files; i++) {
		rd_str s = rd_book_text(b, b->files[i].name);
		uint32_t k = 0;

		while (k < n && k < s.len && s.ptr[k] == first.ptr[k])
			k++;
		n = k;
	}
	while (n > 0 && first.ptr[n - 1] != '/')
		n--;
	return n;
}

void rd_report_html(const rd_report *r, rd_writer *w)
{
	rd_page p = {.r = r, .b = r->result->book, .w = w, .out = &w->buf, .arena = rd_arena_new()};

	rd_buf_init(&p.text, TEXT_MAX);
	rd_buf_init(&p.clean, TEXT_MAX);
	index_findings(&p);
	p.prefix = shared_folder(p.b);
	put_head(&p);
	put_tiles(&p);
	rd_buf_puts(p.out, "<p class=\"verdict\">");
	put_verdict_in(&p, RD_ZH);
	put_verdict_in(&p, RD_EN);
	rd_buf_puts(p.out, "</p>\n");
	rd_html_charts(&p);
	rd_writer_spill(w);
	rd_html_both(&p, "h2", (rd_words){"发现", "Findings"});
	put_filters(&p);
	rd_html_findings(&p);
	rd_html_rest(&p);
	rd_buf_printf(p.out, "<footer>redink %s</footer>\n</div>\n<script>\n", r->version);
	rd_buf_puts(p.out, rd_page_js);
	rd_buf_puts(p.out, "</script>\n</body>\n</html>\n");
	rd_buf_done(&p.text);
	rd_buf_done(&p.clean);
	rd_arena_free(p.arena);
}
