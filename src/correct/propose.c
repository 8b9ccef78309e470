#include "correct/propose.h"
#include "book/chart.h"
#include "book/serial.h"
#include "correct/propose_impl.h"
#include <stdarg.h>
#include <stdio.h>

static const struct {
	const char *name;
	rd_words words;
} methods[RD_METHODS] = {
	[RD_METHOD_NONE] = {"none", {"由人判断", "a person decides"}},
	[RD_METHOD_REIMPORT] = {"reimport", {"重新导出导入", "export and import again"}},
	[RD_METHOD_REENTER] = {"reenter", {"重新填制凭证", "enter the voucher anew"}},
	[RD_METHOD_RED_BLUE] = {"reverse", {"红字冲销，蓝字更正", "reverse in red, enter in blue"}},
	[RD_METHOD_RED] = {"cancel", {"红字冲销", "reverse in red"}},
	[RD_METHOD_LESS] = {"difference", {"红字差额更正", "difference in red"}},
	[RD_METHOD_MORE] = {"supplement", {"补充登记", "supplementary entry"}},
	[RD_METHOD_PRIOR_NOW] = {"prior_now",
                             {"以前年度差错，计入当期", "earlier year, in the current period"}},
	[RD_METHOD_PRIOR_YEAR] = {"prior_year",
                              {"以前年度损益调整", "earlier year, by prior-year adjustment"}},
	[RD_METHOD_ENTRY] = {"entry", {"补作凭证", "make the missing entry"}},
};

#define RULES_51    "《会计基础工作规范》（财政部令第98号）第五十一条第（五）项"
#define RULES_51_EN "Basic Accounting Work Rules (MoF Order 98), article 51(5)"

static const rd_words basis_51 = {RULES_51, RULES_51_EN};
static const rd_words basis_small = {
	RULES_51 "；《小企业会计准则》（财会〔2011〕17号）第八十八条：前期差错更正采用未来适用法",
	RULES_51_EN "; Accounting Standards for Small Enterprises, article 88: errors of earlier "
				"periods are corrected prospectively"};
static const rd_words basis_enterprise = {
	RULES_51
	"；《企业会计准则第28号——会计政策、会计估计变更和差错更正》第十二条：重要的前期差错追溯重述",
	RULES_51_EN "; CAS 28, article 12: material errors of earlier periods are restated"};
static const rd_words basis_minor = {
	RULES_51 "；《企业会计准则第28号》：不重要的前期差错可直接计入当期",
	RULES_51_EN "; CAS 28: an error that is not material may go to the current period"};

const char *rd_correct_method_name(rd_correct_method m)
{
	return methods[m].name;
}

rd_words rd_correct_method_words(rd_correct_method m)
{
	return methods[m].words;
}

/* ---- drafts ---- */

rd_str rd_proposing_text(rd_proposing *p, const char *fmt, ...)
{
	char text[512];
	va_list a;

	va_start(a, fmt);
	int n = vsnprintf(text, sizeof text, fmt, a);
	va_end(a);
	uint32_t len = n < 0 ? 0 : n < (int)sizeof text ? (uint32_t)n : (uint32_t)sizeof text - 1;

	return (rd_str){rd_arena_copy(p->arena, text, len), len};
}

rd_str rd_proposing_name(rd_proposing *p, rd_row v)
{
	const rd_book *b = p->b;
	rd_voucher_ref ref = rd_voucher_ref_of(p->arena, b, v);
	char year[24] = "", day[48] = "";

	if (ref.date != RD_DAY_NONE) {
		rd_date d = rd_day_date(ref.date);

		if (d.year != p->open / 100)
			snprintf(year, sizeof year, "%d年", d.year);
		snprintf(day, sizeof day, "%d月%d日", d.month, d.day);
	} else if (ref.period) {
		snprintf(year, sizeof year, "%d年", ref.period / 100);
		snprintf(day, sizeof day, "%d月", ref.period % 100);
	}
	if (ref.number.len == 0)
		return rd_proposing_text(p, "%s%s凭证", year, day);
	return rd_proposing_text(p, "%s%s%.*s%s%.*s号凭证", year, day, RD_STR_ARG(ref.journal),
	                         ref.journal.len ? "-" : "第", RD_STR_ARG(ref.number));
}

rd_voucher_draft *rd_proposing_draft(rd_proposing *p, rd_draft_role role, rd_row original,
                                     uint32_t n)
{
	rd_drafts *all = &p->to->drafts;
	rd_voucher_draft *items = RD_NEW_N(p->arena, rd_voucher_draft, all->n + 1);

	if (all->n)
		memcpy(items, all->items, all->n * sizeof *items);
	all->items = items;
	rd_voucher_draft *d = &items[all->n++];

	*d = (rd_voucher_draft){.role = role, .date = p->day, .journal = RD_STR("记")};
	d->lines = RD_NEW_N(p->arena, rd_draft_line, n + 1);
	if (original != RD_NONE) {
		d->has_original = true;
		d->original = rd_voucher_ref_of(p->arena, p->b, original);
		d->journal = d->original.journal;
	} else if (p->b->voucher.journal && p->b->voucher.n) {
		d->journal = rd_book_text(p->b, p->b->voucher.journal[p->b->voucher.n - 1]);
	}
	return d;
}

static rd_str party_of(const rd_book *b, rd_row party)
{
	if (party == 0)
		return RD_STR("");
	return rd_book_text(b, b->party.code[party] ? b->party.code[party] : b->party.key[party]);
}

rd_draft_line rd_proposing_line(rd_proposing *p, rd_row i)
{
	const rd_book *b = p->b;
	rd_row a = b->line.account[i];
	char document[256] = "";
	rd_draft_line l = {.text = rd_book_text(b, rd_line_text(b, i)),
	                   .account = rd_book_text(b, b->account.code[a]),
	                   .account_name = rd_book_text(b, b->account.name[a]),
	                   .party = party_of(b, b->line.party[i]),
	                   .credit = rd_line_is_credit(b, i),
	                   .amount = b->line.amount[i]};

	if (rd_line_document(b, i))
		rd_serial_format(b, rd_line_document(b, i), document, sizeof document);
	l.document = rd_str_of(rd_arena_copy(p->arena, document, strlen(document)));
	if (b->line.foreign && b->line.flags[i] & RD_LINE_FOREIGN && b->line.currency) {
		l.currency = rd_book_text(b, b->line.currency[i]);
		l.foreign = b->line.foreign[i];
		l.rate = b->line.rate ? b->line.rate[i] : 0;
	}
	return l;
}

void rd_proposing_add(rd_proposing *p, rd_voucher_draft *d, rd_row account, rd_row party,
                      bool credit, rd_minor amount, const char *text)
{
	const rd_book *b = p->b;

	d->lines[d->n_lines++] =
		(rd_draft_line){.text = rd_str_of(text),
	                    .account = rd_book_text(b, b->account.code[account]),
	                    .account_name = rd_book_text(b, b->account.name[account]),
	                    .party = party_of(b, party),
	                    .credit = credit,
	                    .amount = amount};
}

/* Lines of a voucher; one with both sides filled is two. */
static rd_draft_line *lines_of(rd_proposing *p, rd_row v, uint32_t *ret_n)
{
	const rd_book *b = p->b;
	rd_row from = b->voucher.first[v], to = b->voucher.first[v + 1];
	rd_draft_line *lines = RD_NEW_N(p->arena, rd_draft_line, (size_t)(to - from) * 2 + 2);
	uint32_t n = 0;

	for (rd_row i = from; i < to; i++) {
		lines[n++] = rd_proposing_line(p, i);
		if (b->line.flags[i] & RD_LINE_BOTH) {
			lines[n] = lines[n - 1];
			lines[n].credit = true;
			lines[n++].amount = rd_book_both_credit(b, i);
		}
	}
	*ret_n = n;
	return lines;
}

static void fill(rd_voucher_draft *d, const rd_draft_line *lines, uint32_t n, int sign, rd_str text)
{
	for (uint32_t i = 0; i < n; i++) {
		d->lines[d->n_lines] = lines[i];
		d->lines[d->n_lines].amount *= sign;
		d->lines[d->n_lines].foreign *= sign;
		d->lines[d->n_lines++].text = text;
	}
}

/* ---- profit ---- */

static rd_role role_of_code(const rd_book *b, rd_str code)
{
	rd_row a = rd_book_find_account(b, code);

	return a                         ? (rd_role)b->account.role[a]
	       : rd_str_is(code, "6901") ? RD_ROLE_PRIOR_YEAR
	                                 : RD_ROLE_NONE;
}

static rd_minor profit_of(const rd_book *b, const rd_draft_line *lines, uint32_t n)
{
	rd_minor sum = 0;

	for (uint32_t i = 0; i < n; i++) {
		rd_role role = role_of_code(b, lines[i].account);

		if (rd_role_is_pl(role) && role != RD_ROLE_INCOME_TAX)
			sum += lines[i].credit ? lines[i].amount : -lines[i].amount;
	}
	return sum;
}

/* ---- the methods ---- */

static void state(rd_proposing *p, rd_correct_method method, rd_words basis, const char *zh,
                  const char *en)
{
	p->to->method = method;
	p->to->basis = basis;
	p->to->reason = (rd_words){zh, en};
}

/* The sign of the difference when accounts, sides and parties are the same and only amounts
 * differ, all in one direction; 0 else. */
static int amounts_only(const rd_draft_line *was, uint32_t n_was, const rd_draft_line *right,
                        uint32_t n)
{
	int sign = 0;

	if (n != n_was)
		return 0;
	for (uint32_t i = 0; i < n; i++) {
		rd_minor d = right[i].amount - was[i].amount;
		int s = (d > 0) - (d < 0);

		if (!rd_str_eq(was[i].account, right[i].account) || was[i].credit != right[i].credit ||
		    !rd_str_eq(was[i].party, right[i].party) || was[i].currency.len ||
		    (was[i].amount < 0) != (right[i].amount < 0))
			return 0;
		if (s && sign && s != sign)
			return 0;
		sign = s ? s : sign;
	}
	return sign;
}

static void difference(rd_proposing *p, rd_row v, const rd_draft_line *was,
                       const rd_draft_line *right, uint32_t n, bool more)
{
	rd_voucher_draft *d = rd_proposing_draft(p, more ? RD_DRAFT_MORE : RD_DRAFT_LESS, v, n);
	rd_str name = rd_proposing_name(p, v);

	for (uint32_t i = 0; i < n; i++) {
		if (right[i].amount == was[i].amount)
			continue;
		d->lines[d->n_lines] = was[i];
		d->lines[d->n_lines].amount = right[i].amount - was[i].amount;
		d->lines[d->n_lines++].text =
			rd_proposing_text(p, "更正%.*s%s金额", RD_STR_ARG(name), more ? "少记" : "多记");
	}
	if (more)
		state(
			p, RD_METHOD_MORE, basis_51, "科目正确，只是少记了金额：用蓝字补记差额",
			"the accounts are right and the amount was too small: the difference is added in blue");
	else
		state(
			p, RD_METHOD_LESS, basis_51, "科目正确，只是多记了金额：用红字冲减差额",
			"the accounts are right and the amount was too large: the difference is taken off in red");
}

/* Accounts of profit and loss of a closed year give way to 以前年度损益调整. */
static void to_prior_year(const rd_book *b, rd_draft_line *l)
{
	if (!rd_role_is_pl(role_of_code(b, l->account)))
		return;
	l->account = RD_STR("6901");
	l->account_name = RD_STR("以前年度损益调整");
	l->party = RD_STR("");
	for (rd_row a = 1; a < b->account.n; a++)
		if (b->account.role[a] == RD_ROLE_PRIOR_YEAR && b->account.flags[a] & RD_ACC_LEAF) {
			l->account = rd_book_text(b, b->account.code[a]);
			l->account_name = rd_book_text(b, b->account.name[a]);
			return;
		}
}

/* right - was, one line for each account and party, amounts in blue. */
static uint32_t net_lines(rd_proposing *p, rd_draft_line *out, const rd_draft_line *was,
                          uint32_t n_was, const rd_draft_line *right, uint32_t n, bool adjust)
{
	uint32_t count = 0;

	for (uint32_t k = 0; k < n_was + n; k++) {
		rd_draft_line l = k < n_was ? was[k] : right[k - n_was];
		rd_minor net = (l.credit ? -l.amount : l.amount) * (k < n_was ? -1 : 1);
		uint32_t i = 0;

		if (adjust)
			to_prior_year(p->b, &l);
		while (i < count &&
		       !(rd_str_eq(out[i].account, l.account) && rd_str_eq(out[i].party, l.party)))
			i++;
		if (i == count) {
			out[count] = l;
			out[count].amount = 0;
			out[count].credit = false;
			out[count].currency = RD_STR("");
			out[count].foreign = out[count].rate = 0;
			count++;
		}
		out[i].amount += net;
	}
	uint32_t kept = 0;

	for (uint32_t i = 0; i < count; i++) {
		if (out[i].amount == 0)
			continue;
		out[kept] = out[i];
		out[kept].credit = out[i].amount < 0;
		out[kept].amount = out[i].amount < 0 ? -out[i].amount : out[i].amount;
		kept++;
	}
	return kept;
}

/* 未分配利润, else the account 利润分配 itself. */
static rd_row retained_of(const rd_book *b)
{
	rd_row found = 0;

	for (rd_row a = 1; a < b->account.n; a++) {
		if (b->account.role[a] != RD_ROLE_RETAINED || !(b->account.flags[a] & RD_ACC_LEAF))
			continue;
		if (rd_str_has(rd_book_text(b, b->account.name[a]), "未分配"))
			return a;
		found = found ? found : a;
	}
	return found;
}

static void close_prior_year(rd_proposing *p, const rd_voucher_draft *d)
{
	rd_row retained = retained_of(p->b);
	rd_minor net = 0;
	rd_draft_line adjust = {0};

	for (uint32_t i = 0; i < d->n_lines; i++)
		if (role_of_code(p->b, d->lines[i].account) == RD_ROLE_PRIOR_YEAR) {
			adjust = d->lines[i];
			net += d->lines[i].credit ? -d->lines[i].amount : d->lines[i].amount;
		}
	if (net == 0)
		return;
	rd_voucher_draft *c = rd_proposing_draft(p, RD_DRAFT_ENTRY, RD_NONE, 2);

	adjust.text = RD_STR("结转以前年度损益调整");
	adjust.credit = net > 0;
	adjust.amount = net > 0 ? net : -net;
	c->lines[c->n_lines++] = adjust;
	if (retained) {
		rd_proposing_add(p, c, retained, 0, net < 0, adjust.amount, "结转以前年度损益调整");
		return;
	}
	adjust.account = RD_STR("4104");
	adjust.account_name = RD_STR("利润分配");
	adjust.credit = net < 0;
	c->lines[c->n_lines++] = adjust;
}

static void prior_year(rd_proposing *p, rd_row v, const rd_draft_line *was, uint32_t n_was,
                       const rd_draft_line *right, uint32_t n)
{
	const rd_book *b = p->b;
	rd_minor effect = profit_of(b, right, n) - profit_of(b, was, n_was);
	rd_minor size = effect < 0 ? -effect : effect;
	bool adjust = b->standard == RD_STD_ENTERPRISE && size > 0 && size >= p->terms.materiality;
	rd_voucher_draft *d = rd_proposing_draft(p, RD_DRAFT_PRIOR_YEAR, v, n_was + n);
	rd_str name = rd_proposing_name(p, v);

	d->n_lines = net_lines(p, d->lines, was, n_was, right, n, adjust);
	for (uint32_t i = 0; i < d->n_lines; i++)
		d->lines[i].text = rd_proposing_text(p, "更正%.*s", RD_STR_ARG(name));
	if (d->n_lines == 0) {
		p->to->drafts.n--;
		state(
			p, RD_METHOD_NONE, basis_51,
			"以前年度的凭证，更正前后各科目余额相同：对本年没有影响，不必再做更正凭证",
			"a voucher of an earlier year, and no balance would change: there is nothing to correct now");
		return;
	}
	if (adjust) {
		close_prior_year(p, &p->to->drafts.items[p->to->drafts.n - 1]);
		state(
			p, RD_METHOD_PRIOR_YEAR, basis_enterprise,
			"以前年度的重要差错：用一张蓝字凭证更正，损益通过“以前年度损益调整”，再转入未分配利润",
			"a material error of an earlier year: one blue voucher; profit and loss goes through "
			"prior-year adjustments and on to retained earnings");
		p->to->decide = (rd_words){
			"请确认重要性；所得税影响（如需更正申报）和盈余公积的调整另行补作，并更正比较报表",
			"confirm that it is material; the effect on income tax (when the return is corrected) and "
			"on reserves is booked beside it, and comparative figures are restated"};
		return;
	}
	state(p, RD_METHOD_PRIOR_NOW, b->standard == RD_STD_ENTERPRISE ? basis_minor : basis_small,
	      "以前年度的差错：用一张蓝字凭证更正，计入当期",
	      "an error of an earlier year: one blue voucher, in the current period");
	p->to->decide = (rd_words){"涉及以前年度所得税的，请考虑是否更正申报",
	                           "consider whether the income tax return of that year is corrected"};
}

/* Books that never say "posted" do not tell: then the careful way. */
static bool is_posted(const rd_book *b, rd_row v)
{
	if (b->voucher.flags[v] & RD_VCH_POSTED || !(b->has & RD_HAS_POSTER))
		return true;
	for (rd_row i = 0; i < b->voucher.n; i++)
		if (b->voucher.flags[i] & RD_VCH_POSTED)
			return false;
	return true;
}

static void reenter(rd_proposing *p, rd_row v, const rd_draft_line *right, uint32_t n)
{
	rd_words basis = basis_51;

	state(p, RD_METHOD_REENTER, basis, "凭证尚未记账：作废后重新填制即可",
	      "the voucher is not posted yet: cancel it and enter it anew");
	if (n == 0) {
		p->to->decide =
			(rd_words){"这张凭证不应存在：在软件中作废（或删除）未记账的凭证，号码由软件整理",
		               "this voucher should not be there: cancel it in the program"};
		return;
	}
	rd_voucher_draft *d = rd_proposing_draft(p, RD_DRAFT_REENTER, v, n);

	for (uint32_t i = 0; i < n; i++)
		d->lines[d->n_lines++] = right[i];
	if (p->b->voucher.date[v] != RD_DAY_NONE && p->b->voucher.period[v] >= p->open)
		d->date = p->b->voucher.date[v];
}

void rd_proposing_rewrite(rd_proposing *p, rd_row v, const rd_draft_line *right, uint32_t n)
{
	uint32_t n_was;
	rd_draft_line *was = lines_of(p, v, &n_was);
	int sign = amounts_only(was, n_was, right, n);

	p->to->profit_effect = profit_of(p->b, right, n) - profit_of(p->b, was, n_was);
	if (!is_posted(p->b, v)) {
		reenter(p, v, right, n);
		return;
	}
	if (p->b->voucher.period[v] && p->b->voucher.period[v] / 100 < p->open / 100) {
		prior_year(p, v, was, n_was, right, n);
		return;
	}
	if (sign) {
		difference(p, v, was, right, n, sign > 0);
		return;
	}
	rd_str name = rd_proposing_name(p, v);
	rd_voucher_draft *d = rd_proposing_draft(p, RD_DRAFT_RED, v, n_was);

	fill(d, was, n_was, -1, rd_proposing_text(p, "注销%.*s", RD_STR_ARG(name)));
	if (n == 0) {
		state(p, RD_METHOD_RED, basis_51, "凭证不应入账：用红字全额冲销",
		      "the voucher should not be in the books: it is reversed in red as a whole");
		return;
	}
	d = rd_proposing_draft(p, RD_DRAFT_BLUE, v, n);
	fill(d, right, n, 1, rd_proposing_text(p, "订正%.*s", RD_STR_ARG(name)));
	state(
		p, RD_METHOD_RED_BLUE, basis_51,
		"已记账、同一年度：先用红字冲销原凭证，再用蓝字填制正确的凭证",
		"posted, in the same year: the original is reversed in red and the right one entered in blue");
}

/* ---- the whole ---- */

static rd_proposing begin(rd_arena *arena, const rd_book *b, const rd_correct_terms *terms,
                          rd_proposal *ret)
{
	rd_proposing p = {.arena = arena, .b = b, .terms = *terms, .to = ret};

	*ret = (rd_proposal){.reason = {"", ""}, .decide = {"", ""}, .basis = {"", ""}};
	p.open = terms->first_open ? terms->first_open : rd_book_first_open(b);
	rd_day today = terms->as_of != RD_DAY_NONE ? terms->as_of : b->last_day;

	p.day = p.open ? rd_period_last(p.open) : today;
	if (today != RD_DAY_NONE && rd_day_period(today) == p.open)
		p.day = today;
	return p;
}

static bool is_closed(const rd_book *b, rd_period period)
{
	for (rd_row v = 0; v < b->voucher.n; v++)
		if (b->voucher.flags[v] & RD_VCH_CLOSING && !(b->voucher.flags[v] & RD_VCH_VOID) &&
		    b->voucher.period[v] == period)
			return true;
	return false;
}

/* Adds what one line leaves on an account of profit and loss to the closing entry. */
static void close_line(rd_proposing *p, rd_draft_line *lines, uint32_t *n, const rd_draft_line *l)
{
	rd_role role = role_of_code(p->b, l->account);
	uint32_t i = 0;

	if (!rd_role_is_pl(role) || role == RD_ROLE_PRIOR_YEAR)
		return;
	while (i < *n && !rd_str_eq(lines[i].account, l->account))
		i++;
	if (i == *n) {
		lines[(*n)++] = (rd_draft_line){.text = RD_STR("结转本期损益"),
		                                .account = l->account,
		                                .account_name = l->account_name,
		                                .credit = !rd_role_is_income(role)};
	}
	rd_minor net = l->credit ? -l->amount : l->amount;

	lines[i].amount += lines[i].credit ? net : -net;
}

/* The profit and loss of the period was closed already: what the correction moves has to be closed
 * as well. */
static void close_effect(rd_proposing *p)
{
	const rd_drafts *all = &p->to->drafts;
	uint32_t room = 1, n = 0, kept = 0;
	rd_row profit = 0;
	rd_minor sums[2] = {0, 0}; /* of income, of expenses */

	for (rd_row a = 1; a < p->b->account.n && profit == 0; a++)
		if (p->b->account.role[a] == RD_ROLE_PROFIT && p->b->account.flags[a] & RD_ACC_LEAF)
			profit = a;
	for (uint32_t v = 0; v < all->n; v++)
		room += all->items[v].n_lines;
	rd_draft_line *lines = RD_NEW_N(p->arena, rd_draft_line, room);

	for (uint32_t v = 0; v < all->n; v++)
		for (uint32_t i = 0; i < all->items[v].n_lines; i++)
			close_line(p, lines, &n, &all->items[v].lines[i]);
	for (uint32_t i = 0; i < n; i++) {
		if (lines[i].amount == 0)
			continue;
		sums[lines[i].credit] += lines[i].amount;
		lines[kept++] = lines[i];
	}
	if (kept == 0 || profit == 0)
		return;
	rd_voucher_draft *d = rd_proposing_draft(p, RD_DRAFT_ENTRY, RD_NONE, kept + 2);

	memcpy(d->lines, lines, kept * sizeof *lines);
	d->n_lines = kept;
	for (int credit = 0; credit < 2; credit++)
		if (sums[!credit])
			rd_proposing_add(p, d, profit, 0, credit, sums[!credit], "结转本期损益");
}

/* A draft is ready when nothing but warnings is said about it. */
static void finish(rd_proposing *p)
{
	rd_draft_problems problems;
	rd_draft_terms terms = {.first_open = p->open};

	if (p->to->drafts.n == 0) {
		p->to->ready = false;
		return;
	}
	if (p->to->method != RD_METHOD_ENTRY && p->to->method != RD_METHOD_REENTER &&
	    p->day != RD_DAY_NONE && is_closed(p->b, rd_day_period(p->day)))
		close_effect(p);
	rd_drafts_check(p->arena, p->b, &p->to->drafts, &terms, &problems);
	p->to->ready &= problems.errors == 0;
}

void rd_correct_propose(rd_arena *arena, const rd_result *result, const rd_finding *finding,
                        const rd_correct_terms *terms, rd_proposal *ret)
{
	rd_proposing p = begin(arena, result->book, terms, ret);

	p.result = result;
	p.f = finding;
	rd_recipe_run(&p);
	finish(&p);
}

void rd_correct_rewrite(rd_arena *arena, const rd_book *book, rd_row voucher,
                        const rd_draft_line *right, uint32_t n, const rd_correct_terms *terms,
                        rd_proposal *ret)
{
	rd_proposing p = begin(arena, book, terms, ret);

	ret->ready = true;
	rd_proposing_rewrite(&p, voucher, right, n);
	finish(&p);
}

rd_draft_line *rd_correct_lines(rd_arena *arena, const rd_book *book, rd_row voucher,
                                uint32_t *ret_n)
{
	rd_proposing p = {.arena = arena, .b = book};

	return lines_of(&p, voucher, ret_n);
}

void rd_proposal_json(rd_json *j, const rd_proposal *p)
{
	rd_json_object(j);
	rd_json_put_text(j, "schema", "redink.proposal/1");
	rd_json_put_text(j, "method", methods[p->method].name);
	rd_json_put_words(j, "method_words", methods[p->method].words);
	rd_json_put_bool(j, "ready", p->ready);
	rd_json_put_words(j, "reason", p->reason);
	rd_json_put_words(j, "decide", p->decide);
	rd_json_put_words(j, "basis", p->basis);
	rd_json_put_int(j, "profit_effect_minor", p->profit_effect);
	rd_json_key(j, "vouchers");
	rd_drafts_json(j, &p->drafts);
	rd_json_close(j);
}
