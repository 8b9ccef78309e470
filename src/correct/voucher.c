#include "correct/voucher.h"
#include "book/chart.h"
#include "book/serial.h"
#include <stdarg.h>
#include <stdio.h>

static const struct {
	const char *name;
	rd_words words;
} roles[RD_DRAFT_ROLES] = {
	[RD_DRAFT_RED] = {"red", {"红字冲销", "reversal in red"}},
	[RD_DRAFT_BLUE] = {"blue", {"蓝字更正", "right entry in blue"}},
	[RD_DRAFT_LESS] = {"less", {"红字差额", "difference in red"}},
	[RD_DRAFT_MORE] = {"more", {"补充登记", "supplementary entry"}},
	[RD_DRAFT_PRIOR_YEAR] = {"prior-year", {"更正以前年度", "correction of an earlier year"}},
	[RD_DRAFT_ENTRY] = {"entry", {"补作凭证", "missing entry"}},
	[RD_DRAFT_REENTER] = {"reenter", {"重新填制", "entered anew"}},
};

const char *rd_draft_role_name(rd_draft_role role)
{
	return roles[role].name;
}

rd_words rd_draft_role_words(rd_draft_role role)
{
	return roles[role].words;
}

bool rd_draft_role_find(rd_str name, rd_draft_role *ret)
{
	for (int i = 0; i < RD_DRAFT_ROLES; i++)
		if (rd_str_is(name, roles[i].name)) {
			*ret = (rd_draft_role)i;
			return true;
		}
	return false;
}

rd_minor rd_draft_debit(const rd_voucher_draft *d)
{
	rd_minor sum = 0;

	for (uint32_t i = 0; i < d->n_lines; i++)
		sum += d->lines[i].credit ? 0 : d->lines[i].amount;
	return sum;
}

rd_minor rd_draft_credit(const rd_voucher_draft *d)
{
	rd_minor sum = 0;

	for (uint32_t i = 0; i < d->n_lines; i++)
		sum += d->lines[i].credit ? d->lines[i].amount : 0;
	return sum;
}

/* ---- references ---- */

static rd_str journal_of(const rd_book *b, rd_row v)
{
	return b->voucher.journal ? rd_book_text(b, b->voucher.journal[v]) : RD_STR("");
}

rd_voucher_ref rd_voucher_ref_of(rd_arena *arena, const rd_book *b, rd_row v)
{
	char number[128] = "";
	rd_str journal = journal_of(b, v);

	if (b->voucher.number[v])
		rd_serial_format(b, b->voucher.number[v], number, sizeof number);
	return (rd_voucher_ref){
		.period = b->voucher.period[v],
		.date = b->voucher.date[v],
		.journal = {rd_arena_copy(arena, journal.ptr, journal.len), journal.len},
		.number = rd_str_of(rd_arena_copy(arena, number, strlen(number))),
	};
}

static bool ref_fits(const rd_book *b, const rd_voucher_ref *ref, rd_row v)
{
	char number[128];

	if (ref->period && b->voucher.period[v] != ref->period)
		return false;
	if (ref->date != RD_DAY_NONE && b->voucher.date[v] != ref->date)
		return false;
	if (ref->journal.len && !rd_str_eq(journal_of(b, v), ref->journal))
		return false;
	if (ref->number.len == 0)
		return true;
	if (b->voucher.number[v] == 0)
		return false;
	rd_serial_format(b, b->voucher.number[v], number, sizeof number);
	return rd_str_is(ref->number, number);
}

rd_row rd_voucher_ref_find(const rd_book *b, const rd_voucher_ref *ref)
{
	rd_row found = RD_NONE;

	for (rd_row v = 0; v < b->voucher.n; v++)
		if (ref_fits(b, ref, v)) {
			if (found != RD_NONE)
				return RD_NONE;
			found = v;
		}
	return found;
}

rd_period rd_book_first_open(const rd_book *b)
{
	rd_period closed = 0, last = b->n_periods ? b->periods[b->n_periods - 1] : 0;

	for (rd_row v = 0; v < b->voucher.n; v++)
		if (b->voucher.flags[v] & RD_VCH_CLOSING && b->voucher.period[v] > closed)
			closed = b->voucher.period[v];
	if (closed == 0 || closed < last || closed % 100 >= 12)
		return last;
	return rd_period_add(closed, 1);
}

/* ---- checking ---- */

typedef struct checking {
	rd_arena *arena;
	const rd_book *b;
	const rd_voucher_draft *d;
	uint32_t voucher, line;
	rd_period first, last;
	rd_minor limit;
	rd_draft_problems *to;
} checking;

static void say(checking *c, const char *field, bool warning, const char *zh, const char *en, ...)
	RD_PRINTF(5, 6);

static void say(checking *c, const char *field, bool warning, const char *zh, const char *en, ...)
{
	va_list a;

	c->to->items = rd_grow(c->arena, c->to->items, c->to->n, &c->to->cap, sizeof *c->to->items);
	rd_draft_problem *p = &c->to->items[c->to->n++];

	*p = (rd_draft_problem){.voucher = c->voucher,
	                        .line = c->line,
	                        .field = field,
	                        .warning = warning};
	va_start(a, en);
	vsnprintf(p->en, sizeof p->en, en, a);
	va_end(a);
	va_start(a, en);
	vsnprintf(p->zh, sizeof p->zh, zh, a);
	va_end(a);
	c->to->errors += !warning;
}

static void check_account(checking *c, const rd_draft_line *l)
{
	rd_row a = l->account.len ? rd_book_find_account(c->b, l->account) : 0;

	if (l->account.len == 0) {
		say(c, "account", false, "请选择科目", "choose an account");
	} else if (a == 0 && rd_chart_find(c->b->standard, l->account)) {
		say(c, "account", true, "账套中还没有科目 %.*s，录入前请先在软件中新增",
		    "the books have no account %.*s yet: add it in the program first",
		    RD_STR_ARG(l->account));
	} else if (a == 0) {
		say(c, "account", false, "账套中没有科目 %.*s", "the books have no account %.*s",
		    RD_STR_ARG(l->account));
	} else if (!(c->b->account.flags[a] & RD_ACC_LEAF)) {
		say(c, "account", false, "科目 %.*s 有下级科目，请选择末级科目",
		    "account %.*s has sub-accounts: choose one of them", RD_STR_ARG(l->account));
	} else if (c->b->account.flags[a] & RD_ACC_DISABLED) {
		say(c, "account", false, "科目 %.*s 已停用", "account %.*s is disabled",
		    RD_STR_ARG(l->account));
	}
	if (a && c->b->account.flags[a] & RD_ACC_PARTY_REQUIRED && l->party.len == 0)
		say(c, "party", false, "科目 %.*s 必须填写往来单位或其他辅助核算",
		    "account %.*s wants a partner", RD_STR_ARG(l->account));
}

static bool has_party(const rd_book *b, rd_str key)
{
	rd_text id = rd_book_find_text(b, key);

	for (rd_row i = 1; id && i < b->party.n; i++)
		if (b->party.key[i] == id || b->party.code[i] == id || b->party.name[i] == id)
			return true;
	return false;
}

static void check_line(checking *c, const rd_draft_line *l)
{
	check_account(c, l);
	if (rd_str_trim(l->text).len == 0)
		say(c, "text", false, "请填写摘要（会计基础工作规范第五十一条）",
		    "a summary is required (Basic Accounting Work Rules, article 51)");
	else if (rd_utf8_count(l->text) > RD_DRAFT_TEXT_MAX)
		say(c, "text", false, "摘要最多 %u 个字", "a summary has at most %u characters",
		    RD_DRAFT_TEXT_MAX);
	if (l->amount == 0)
		say(c, l->credit ? "credit" : "debit", false, "请填写金额", "an amount is required");
	else if (l->amount > c->limit || l->amount < -c->limit)
		say(c, l->credit ? "credit" : "debit", false, "金额超过上限，请核对位数",
		    "the amount is beyond the limit: look at its digits");
	if (l->party.len && !has_party(c->b, l->party))
		say(c, "party", true, "账套中没有往来单位 %.*s，录入前请先新增",
		    "the books have no partner %.*s: add it first", RD_STR_ARG(l->party));
}

static void check_date(checking *c)
{
	rd_period p = c->d->date == RD_DAY_NONE ? 0 : rd_day_period(c->d->date);
	char first[16], last[16];

	rd_period_format(c->first, first);
	rd_period_format(c->last, last);
	if (p == 0)
		say(c, "date", false, "请填写凭证日期", "a date is required");
	else if (c->first && p < c->first)
		say(c, "date", false, "%s 以前的期间已结账，日期请填在未结账期间",
		    "periods before %s are closed: choose a day in an open one", first);
	else if (c->last && p > c->last)
		say(c, "date", false, "日期晚于 %s，请核对", "the date is after %s: look at it again",
		    last);
	if (p && c->d->period && c->d->period != p && c->d->period % 100 <= 12)
		say(c, "period", false, "会计期间与日期不一致", "the period is not that of the date");
}

/* The original's amounts with their signs turned. */
static bool undoes(const rd_book *b, const rd_voucher_draft *d, rd_row v)
{
	rd_minor debit = 0, credit = 0;

	for (rd_row i = b->voucher.first[v]; i < b->voucher.first[v + 1]; i++) {
		debit += rd_line_debit(b, i);
		credit += rd_line_credit(b, i);
	}
	return rd_draft_debit(d) == -debit && rd_draft_credit(d) == -credit;
}

/* Books without numbers may have several vouchers that fit: one of them has to be it. */
static void check_red(checking *c)
{
	bool any = false, undone = c->d->role != RD_DRAFT_RED;

	for (rd_row v = 0; c->d->has_original && v < c->b->voucher.n && !(any && undone); v++)
		if (ref_fits(c->b, &c->d->original, v)) {
			any = true;
			undone |= undoes(c->b, c->d, v);
		}
	if (!any)
		say(c, "original", false, "红字凭证必须指明它所更正的原凭证，账套中没有找到",
		    "a red voucher must name the one it corrects; the books do not have it");
	else if (!undone)
		say(c, "lines", false, "红字冲销的金额与原凭证不符：应为原凭证各行的负数",
		    "the reversal does not have the amounts of the original with their signs turned");
	for (uint32_t i = 0; i < c->d->n_lines; i++)
		if (c->d->lines[i].amount > 0 && c->d->role == RD_DRAFT_LESS) {
			c->line = i;
			say(c, c->d->lines[i].credit ? "credit" : "debit", true, "红字差额凭证的金额一般为负数",
			    "amounts of a difference in red are negative");
		}
	c->line = RD_NONE;
}

static void check_voucher(checking *c)
{
	rd_minor debit = rd_draft_debit(c->d), credit = rd_draft_credit(c->d);
	char d[RD_MINOR_TEXT], k[RD_MINOR_TEXT];

	check_date(c);
	if (c->d->n_lines < 2)
		say(c, "lines", false, "凭证至少要有两行分录", "a voucher has at least two lines");
	if (c->d->n_lines > RD_DRAFT_LINES_MAX)
		say(c, "lines", false, "一张凭证最多 %u 行", "a voucher has at most %u lines",
		    RD_DRAFT_LINES_MAX);
	for (uint32_t i = 0; i < c->d->n_lines && i < RD_DRAFT_LINES_MAX; i++) {
		c->line = i;
		check_line(c, &c->d->lines[i]);
	}
	c->line = RD_NONE;
	rd_minor_format(debit, 2, true, d);
	rd_minor_format(credit, 2, true, k);
	if (debit != credit)
		say(c, "lines", false, "借贷不平：借方 %s，贷方 %s", "debits are %s, credits %s", d, k);
	if (c->d->role == RD_DRAFT_RED || c->d->role == RD_DRAFT_LESS)
		check_red(c);
}

void rd_drafts_check(rd_arena *arena, const rd_book *book, const rd_drafts *drafts,
                     const rd_draft_terms *terms, rd_draft_problems *ret)
{
	rd_period end = book->n_periods ? book->periods[book->n_periods - 1] : 0;
	checking c = {.arena = arena, .b = book, .to = ret, .voucher = RD_NONE, .line = RD_NONE};

	*ret = (rd_draft_problems){0};
	c.first = terms->first_open ? terms->first_open : rd_book_first_open(book);
	c.last = terms->last_open ? terms->last_open : end ? rd_period_add(end, 1) : 0;
	if (c.last && c.last < c.first)
		c.last = c.first;
	c.limit = terms->amount_limit ? terms->amount_limit : RD_DRAFT_MONEY_MAX;
	if (drafts->n == 0)
		say(&c, "vouchers", false, "还没有更正凭证", "there is no correction voucher yet");
	if (drafts->n > RD_DRAFTS_MAX)
		say(&c, "vouchers", false, "一次更正最多 %u 张凭证", "a correction has at most %u vouchers",
		    RD_DRAFTS_MAX);
	for (uint32_t v = 0; v < drafts->n && v < RD_DRAFTS_MAX; v++) {
		c.voucher = v;
		c.line = RD_NONE;
		c.d = &drafts->items[v];
		check_voucher(&c);
	}
}

/* ---- JSON ---- */

static void put_day(rd_json *j, const char *key, rd_day day)
{
	char text[16];

	rd_day_format(day, text);
	rd_json_put_text(j, key, day == RD_DAY_NONE ? NULL : text);
}

static void put_period(rd_json *j, rd_period p)
{
	char text[16];

	rd_period_format(p, text);
	if (p)
		rd_json_put_text(j, "period", text);
}

static void put_some(rd_json *j, const char *key, rd_str s)
{
	if (s.len)
		rd_json_put_str(j, key, s);
}

static void put_line(rd_json *j, const rd_draft_line *l)
{
	rd_json_object(j);
	rd_json_put_str(j, "text", l->text);
	rd_json_put_str(j, "account", l->account);
	put_some(j, "account_name", l->account_name);
	put_some(j, "party", l->party);
	put_some(j, "document", l->document);
	rd_json_put_int(j, l->credit ? "credit_minor" : "debit_minor", l->amount);
	if (l->currency.len) {
		rd_json_put_str(j, "currency", l->currency);
		rd_json_put_int(j, "foreign_minor", l->foreign);
		rd_json_put_int(j, "rate_e8", l->rate);
	}
	rd_json_close(j);
}

void rd_drafts_json(rd_json *j, const rd_drafts *drafts)
{
	rd_json_array(j);
	for (uint32_t v = 0; v < drafts->n; v++) {
		const rd_voucher_draft *d = &drafts->items[v];

		rd_json_object(j);
		rd_json_put_text(j, "role", roles[d->role].name);
		put_day(j, "date", d->date);
		put_period(j, d->period);
		rd_json_put_str(j, "journal", d->journal);
		if (d->has_original) {
			rd_json_key(j, "original");
			rd_json_object(j);
			put_day(j, "date", d->original.date);
			put_period(j, d->original.period);
			rd_json_put_str(j, "journal", d->original.journal);
			rd_json_put_str(j, "number", d->original.number);
			rd_json_close(j);
		}
		rd_json_key(j, "lines");
		rd_json_array(j);
		for (uint32_t i = 0; i < d->n_lines; i++)
			put_line(j, &d->lines[i]);
		rd_json_close(j);
		rd_json_close(j);
	}
	rd_json_close(j);
}

void rd_draft_problems_json(rd_json *j, const rd_draft_problems *problems)
{
	rd_json_array(j);
	for (uint32_t i = 0; i < problems->n; i++) {
		const rd_draft_problem *p = &problems->items[i];

		rd_json_object(j);
		if (p->voucher != RD_NONE)
			rd_json_put_int(j, "voucher", (int64_t)p->voucher + 1);
		if (p->line != RD_NONE)
			rd_json_put_int(j, "line", (int64_t)p->line + 1);
		rd_json_put_text(j, "field", p->field);
		rd_json_put_bool(j, "warning", p->warning);
		rd_json_put_words(j, "message", (rd_words){p->zh, p->en});
		rd_json_close(j);
	}
	rd_json_close(j);
}
