#include "correct_text.h"
#include <stdio.h>

#define SHOWN 30u

static const char *say(int lang, const char *zh, const char *en)
{
	return lang == RD_EN ? en : zh;
}

static const char *word(int lang, rd_words w)
{
	return lang == RD_EN ? w.en : w.zh;
}

void rd_correct_list(const rd_result *r, const rd_correct_terms *terms, int lang, rd_buf *out)
{
	rd_arena *scratch = rd_arena_new();

	for (uint32_t i = 0; i < r->n_findings; i++) {
		const rd_finding *f = &r->findings[i];
		rd_proposal p;
		char hex[33];

		rd_arena_reset(scratch);
		rd_correct_propose(scratch, r, f, terms, &p);
		rd_fingerprint_hex(f->fingerprint, hex);
		hex[12] = '\0';
		rd_buf_printf(out, "%s  %s  ", hex, word(lang, rd_correct_method_words(p.method)));
		rd_finding_message(r, f, lang, out);
		rd_buf_char(out, '\n');
	}
	rd_arena_free(scratch);
}

/* Text and blanks up to a number of columns. */
static void put_wide(rd_buf *out, rd_str s, uint32_t columns)
{
	uint32_t width = rd_utf8_width(s);

	rd_buf_str(out, s);
	for (; width < columns; width++)
		rd_buf_char(out, ' ');
}

static void put_money(rd_buf *out, rd_minor v, uint32_t columns)
{
	char text[RD_MINOR_TEXT];

	rd_minor_format(v, 2, true, text);
	rd_buf_printf(out, "%*s", (int)columns, text);
}

static void put_voucher(const rd_voucher_draft *d, int lang, rd_buf *out)
{
	char day[16];

	rd_day_format(d->date, day);
	rd_buf_printf(out, "\n  %s  %s  %.*s\n", word(lang, rd_draft_role_words(d->role)), day,
	              RD_STR_ARG(d->journal));
	for (uint32_t i = 0; i < d->n_lines; i++) {
		const rd_draft_line *l = &d->lines[i];
		char account[256];

		snprintf(account, sizeof account, "%.*s %.*s", RD_STR_ARG(l->account),
		         RD_STR_ARG(l->account_name));
		rd_buf_printf(out, "    %s ", l->credit ? say(lang, "贷", "Cr") : say(lang, "借", "Dr"));
		put_wide(out, rd_str_of(account), 36);
		put_money(out, l->amount, 16);
		rd_buf_printf(out, "  %.*s", RD_STR_ARG(l->text));
		if (l->party.len)
			rd_buf_printf(out, " [%.*s]", RD_STR_ARG(l->party));
		rd_buf_char(out, '\n');
	}
}

static void put_problems(const rd_draft_problems *p, int lang, rd_buf *out)
{
	for (uint32_t i = 0; i < p->n; i++) {
		const rd_draft_problem *x = &p->items[i];

		rd_buf_printf(out, "  %s ",
		              x->warning ? say(lang, "提示", "note") : say(lang, "问题", "problem"));
		if (x->voucher != RD_NONE)
			rd_buf_printf(out, "%u", x->voucher + 1);
		if (x->line != RD_NONE)
			rd_buf_printf(out, ".%u", x->line + 1);
		rd_buf_printf(out, "  %s\n", lang == RD_EN ? x->en : x->zh);
	}
}

static void put_accounts(const rd_diff *d, int lang, rd_buf *out)
{
	rd_buf_printf(out, "\n%s\n",
	              say(lang, "科目（期末余额，更正前 → 更正后）",
	                  "accounts (closing, before and after)"));
	for (uint32_t i = 0; i < d->n_accounts && i < SHOWN; i++) {
		const rd_diff_account *a = &d->accounts[i];
		char name[256], period[16];

		rd_period_format(a->period, period);
		snprintf(name, sizeof name, "%.*s %.*s", RD_STR_ARG(a->code), RD_STR_ARG(a->name));
		rd_buf_printf(out, "  %s  ", period);
		put_wide(out, rd_str_of(name), 32);
		put_money(out, a->closing[0], 16);
		put_money(out, a->closing[1], 16);
		rd_buf_char(out, '\n');
	}
	if (d->n_accounts > SHOWN)
		rd_buf_printf(out, say(lang, "  另有 %u 行\n", "  %u more\n"), d->n_accounts - SHOWN);
}

static void put_lines(const rd_diff *d, int lang, rd_buf *out)
{
	if (d->n_lines)
		rd_buf_printf(out, "\n%s\n", say(lang, "报表项目", "statement lines"));
	for (uint32_t i = 0; i < d->n_lines; i++) {
		const rd_diff_line *l = &d->lines[i];

		rd_buf_printf(out, "  %2u  ", l->line->line);
		put_wide(out, rd_str_of(word(lang, l->line->name)), 34);
		put_money(out, l->value[0], 16);
		put_money(out, l->value[1], 16);
		rd_buf_char(out, '\n');
	}
	if (d->tax.vat || d->tax.profit) {
		rd_buf_printf(out, "\n%s", say(lang, "税额影响（估算）  增值税", "tax, estimated  VAT"));
		put_money(out, d->tax.vat, 14);
		rd_buf_puts(out, say(lang, "  利润总额", "  profit before tax"));
		put_money(out, d->tax.profit, 14);
		rd_buf_puts(out, say(lang, "  所得税 25%", "  income tax at 25 %"));
		put_money(out, d->tax.income_tax, 14);
		rd_buf_char(out, '\n');
	}
}

static void put_findings(const rd_result *r, const uint32_t *rows, uint32_t n, const char *title,
                         int lang, rd_buf *out)
{
	rd_buf_printf(out, "\n%s  %u\n", title, n);
	for (uint32_t i = 0; i < n && i < SHOWN; i++) {
		rd_buf_puts(out, "  ");
		rd_finding_message(r, &r->findings[rows[i]], lang, out);
		rd_buf_char(out, '\n');
	}
}

void rd_correct_text(const rd_result *r, const rd_finding *f, const rd_proposal *p,
                     const rd_draft_problems *problems, const rd_simulation *sim, int lang,
                     rd_buf *out)
{
	rd_finding_message(r, f, lang, out);
	rd_buf_printf(out, "\n\n%s  %s\n", say(lang, "更正方法", "method"),
	              word(lang, rd_correct_method_words(p->method)));
	rd_buf_printf(out, "  %s\n", word(lang, p->reason));
	if (p->basis.zh[0])
		rd_buf_printf(out, "  %s\n", word(lang, p->basis));
	if (p->decide.zh[0])
		rd_buf_printf(out, "%s  %s\n", say(lang, "请先确认", "first"), word(lang, p->decide));
	for (uint32_t i = 0; i < p->drafts.n; i++)
		put_voucher(&p->drafts.items[i], lang, out);
	if (problems->n)
		rd_buf_char(out, '\n');
	put_problems(problems, lang, out);
	if (sim == NULL)
		return;
	put_accounts(&sim->diff, lang, out);
	put_lines(&sim->diff, lang, out);
	put_findings(r, sim->findings.gone, sim->findings.n_gone,
	             say(lang, "消失的发现", "findings gone"), lang, out);
	put_findings(sim->result, sim->findings.fresh, sim->findings.n_fresh,
	             say(lang, "新出现的发现", "new findings"), lang, out);
	if (!sim->target_gone)
		rd_buf_printf(out, "\n%s\n",
		              say(lang, "这条发现仍在：请看更正是否完整。", "The finding is still there."));
}
