/* What the finding of each check asks for. A recipe is a function that fills the proposal. */
#include "base/assert.h"
#include "book/chart.h"
#include "check/balance.h"
#include "correct/holdings.h"
#include "correct/propose_impl.h"
#include <string.h>

typedef void recipe_fn(rd_proposing *p);

static const rd_fact *fact_of(const rd_finding *f, const char *name)
{
	for (const rd_fact *x = f->facts; x && x->kind != RD_FACT_END; x++)
		if (x->name && strcmp(x->name, name) == 0)
			return x;
	return NULL;
}

static bool says(const rd_proposing *p, const char *kind)
{
	const rd_check *c = rd_checks[p->f->check];

	return p->f->kind != RD_KIND_COLLAPSED && strcmp(c->messages[p->f->kind].name, kind) == 0;
}

static void decide(rd_proposing *p, bool ready, const char *zh, const char *en)
{
	p->to->ready = ready;
	p->to->decide = (rd_words){zh, en};
}

static void no_voucher(rd_proposing *p, rd_correct_method method, const char *zh, const char *en)
{
	const rd_check *c = rd_checks[p->f->check];

	p->to->method = method;
	p->to->ready = false;
	p->to->reason = (rd_words){zh, en};
	p->to->basis = c->basis;
	p->to->decide = c->correction;
}

static rd_row voucher_of(const rd_proposing *p)
{
	if (p->f->voucher != RD_NONE)
		return p->f->voucher;
	return p->f->line != RD_NONE ? rd_line_voucher(p->b, p->f->line) : RD_NONE;
}

/* ---- looking for accounts ---- */

/* A leaf with this role, below `parent` when that is given, whose name holds the word. */
static rd_row leaf_named(const rd_book *b, rd_role role, rd_row parent, const char *word)
{
	for (rd_row a = 1; a < b->account.n; a++)
		if (b->account.flags[a] & RD_ACC_LEAF && !(b->account.flags[a] & RD_ACC_DISABLED) &&
		    (role == RD_ROLE_NONE || b->account.role[a] == role) &&
		    (parent == 0 || b->account.parent[a] == parent) &&
		    (word == NULL || rd_str_has(rd_book_text(b, b->account.name[a]), word)))
			return a;
	return 0;
}

static rd_row only_leaf(const rd_book *b, rd_role role)
{
	rd_row found = 0;

	for (rd_row a = 1; a < b->account.n; a++)
		if (b->account.role[a] == role && b->account.flags[a] & RD_ACC_LEAF) {
			if (found)
				return 0;
			found = a;
		}
	return found;
}

static rd_row any_leaf(const rd_book *b, rd_role role)
{
	rd_row one = only_leaf(b, role);

	return one ? one : leaf_named(b, role, 0, NULL);
}

static void look(rd_proposing *p)
{
	no_voucher(p, RD_METHOD_NONE, "这是需要核对的线索：查明原因之前没有可更正的分录",
	           "this is a clue: until the cause is known there is no entry to correct");
}

/* ---- recipes for vouchers ---- */

/* Reversed and entered again as it stands: the accountant changes the blue one. */
static void again(rd_proposing *p)
{
	rd_row v = voucher_of(p);
	uint32_t n;

	if (v == RD_NONE) {
		no_voucher(
			p, RD_METHOD_NONE, "这条发现不是某一张凭证的问题，没有可以直接套用的更正凭证",
			"this is not about one voucher: there is no correction voucher to apply as it is");
		return;
	}
	rd_draft_line *lines = rd_correct_lines(p->arena, p->b, v, &n);

	rd_proposing_rewrite(p, v, lines, n);
	decide(p, false, "请核对原始凭证：确有错误的，在蓝字凭证上改正后再提交；没有错误的不要更正",
	       "look at the document: if there is an error, put it right in the blue voucher first; if "
	       "there is none, correct nothing");
}

static void duplicate(rd_proposing *p)
{
	rd_row v = voucher_of(p);

	if (v == RD_NONE) {
		again(p);
		return;
	}
	rd_proposing_rewrite(p, v, NULL, 0);
	decide(
		p, true, "请先核对两张凭证的原始凭证，确认是同一笔业务重复入账",
		"first compare the documents of both vouchers: is it one business that was booked twice?");
}

/* The same lines, with one of them changed. */
static void with_line(rd_proposing *p, rd_row line, rd_row account, bool turn)
{
	rd_row v = rd_line_voucher(p->b, line);
	uint32_t n;
	rd_draft_line *lines = rd_correct_lines(p->arena, p->b, v, &n);
	uint32_t at = 0;

	for (rd_row i = p->b->voucher.first[v]; i < line; i++)
		at += p->b->line.flags[i] & RD_LINE_BOTH ? 2 : 1;
	if (account) {
		lines[at].account = rd_book_text(p->b, p->b->account.code[account]);
		lines[at].account_name = rd_book_text(p->b, p->b->account.name[account]);
	}
	if (turn) {
		lines[at].credit = !lines[at].credit;
		lines[at].amount = -lines[at].amount;
		lines[at].foreign = -lines[at].foreign;
	}
	rd_proposing_rewrite(p, v, lines, n);
}

/* An expense credited in black: the amount stands in red on the usual side. */
static void usual_side(rd_proposing *p)
{
	if (p->f->line == RD_NONE || says(p, "account-habit")) {
		again(p);
		return;
	}
	with_line(p, p->f->line, 0, true);
	decide(
		p, true, "请确认这一行是冲减费用或收入；蓝字凭证已改为正常方向的红字金额",
		"see that the line reduces the expense or income: in the blue voucher it stands in red on "
		"the usual side");
}

static void account_or_again(rd_proposing *p, rd_row account, const char *zh, const char *en)
{
	if (account == 0 || p->f->line == RD_NONE || account == p->f->account) {
		again(p);
		return;
	}
	with_line(p, p->f->line, account, false);
	decide(p, true, zh, en);
}

static void keyword(rd_proposing *p)
{
	const rd_fact *usual = fact_of(p->f, "usual");
	rd_row parent = p->b->account.parent[p->f->account], to = 0;

	if (usual)
		to = (rd_row)usual->i;
	else if (says(p, "hospitality-as-travel"))
		to = leaf_named(p->b, RD_ROLE_NONE, parent, "招待");
	else if (says(p, "fine-as-expense"))
		to = leaf_named(p->b, RD_ROLE_NONOP_EXPENSE, 0, "罚");
	else if (says(p, "interest-elsewhere"))
		to = leaf_named(p->b, RD_ROLE_FINANCE, 0, NULL);
	if (to == 0 && says(p, "fine-as-expense"))
		to = any_leaf(p->b, RD_ROLE_NONOP_EXPENSE);
	if (to && !(p->b->account.flags[to] & RD_ACC_LEAF))
		to = 0;
	account_or_again(p, to, "请核对原始凭证，确认业务性质；蓝字凭证已换成建议的科目",
	                 "read the document: the blue voucher has the suggested account");
}

static void capitalise(rd_proposing *p)
{
	account_or_again(
		p, any_leaf(p->b, RD_ROLE_FIXED_ASSET),
		"请确认符合固定资产条件、选定明细科目，并建立资产卡片；次月起计提折旧",
		"see that it is a fixed asset, choose the sub-account and open its card; it is "
		"depreciated from the next month");
}

static void closing_counter(rd_proposing *p)
{
	account_or_again(p, any_leaf(p->b, RD_ROLE_PROFIT), "结转损益的对方科目应为本年利润",
	                 "profit and loss is closed to the profit of the year");
}

/* One line twice as large as the difference stands on the wrong side. */
static void unbalanced(rd_proposing *p)
{
	const rd_fact *d = fact_of(p->f, "difference");
	rd_row v = voucher_of(p);
	uint32_t n;

	if (v == RD_NONE) {
		again(p);
		return;
	}
	rd_draft_line *lines = rd_correct_lines(p->arena, p->b, v, &n);
	rd_minor net = rd_voucher_net(p->b, v);

	p->to->method = RD_METHOD_REENTER;
	rd_voucher_draft *draft = rd_proposing_draft(p, RD_DRAFT_REENTER, v, n);

	for (uint32_t i = 0; i < n; i++)
		draft->lines[draft->n_lines++] = lines[i];
	for (uint32_t i = 0; d && says(p, "wrong-side") && i < n; i++)
		if ((lines[i].credit ? -lines[i].amount : lines[i].amount) * 2 == net) {
			draft->lines[i].credit = !lines[i].credit;
			break;
		}
	p->to->reason = (rd_words){
		"记账软件不接受借贷不平的凭证：多半是导出或转换时丢了行、方向或数字。先重新导出核对；软件里也不平的，按原始凭证重新填制",
		"accounting software takes no voucher that does not balance: most likely a line, side or "
		"digit was lost in the export. Export it again; if it does not balance there either, enter it "
		"anew from the document"};
	p->to->basis =
		(rd_words){"《会计基础工作规范》第五十一条；《企业会计准则——基本准则》第十一条：借贷记账法",
	               "Basic Accounting Work Rules, article 51; double entry (CAS, Basic Standard, "
	               "article 11)"};
	decide(p, true, "请对照原始凭证改好分录，借贷相等后才能提交",
	       "complete the lines from the document");
}

/* The base amount does not follow from foreign amount and rate; only in vouchers of two lines is
 * it clear what the other side should be. */
static void foreign(rd_proposing *p)
{
	const rd_fact *expected = fact_of(p->f, "expected");
	rd_row v = voucher_of(p);
	uint32_t n;

	if (v == RD_NONE || expected == NULL) {
		again(p);
		return;
	}
	rd_draft_line *lines = rd_correct_lines(p->arena, p->b, v, &n);

	if (n != 2 || lines[0].amount != lines[1].amount || lines[0].credit == lines[1].credit) {
		again(p);
		return;
	}
	for (uint32_t i = 0; i < n; i++) {
		lines[i].amount = lines[i].amount < 0 ? -expected->i : expected->i;
		lines[i].currency = RD_STR("");
		lines[i].foreign = lines[i].rate = 0;
	}
	rd_proposing_rewrite(p, v, lines, n);
	decide(p, false, "请核对汇率和原币金额哪一个正确",
	       "which one is right, the rate or the foreign amount?");
}

static void accrual(rd_proposing *p)
{
	rd_row v = voucher_of(p);

	if (v == RD_NONE) {
		again(p);
		return;
	}
	rd_proposing_rewrite(p, v, NULL, 0);
	decide(
		p, false,
		"暂估到期未冲：请确认发票是否已到。已到的红字冲回暂估后按发票入账；未到的查明原因",
		"has the invoice come? If so, the accrual is taken back in red and the invoice entered; if "
		"not, find out why");
}

static void prior_pl(rd_proposing *p)
{
	if (p->b->standard != RD_STD_ENTERPRISE) {
		no_voucher(
			p, RD_METHOD_NONE, "执行小企业会计准则：以前年度差错计入当期，本来就是合规的做法",
			"under the standards for small enterprises errors of earlier years belong to the "
			"current period: this is the lawful way");
		return;
	}
	rd_row v = voucher_of(p), to = leaf_named(p->b, RD_ROLE_PRIOR_YEAR, 0, NULL);
	uint32_t n;
	rd_draft_line *lines = rd_correct_lines(p->arena, p->b, v, &n);

	for (uint32_t i = 0; i < n; i++) {
		rd_row a = rd_book_find_account(p->b, lines[i].account);

		if (!rd_role_is_pl((rd_role)p->b->account.role[a]))
			continue;
		lines[i].account = to ? rd_book_text(p->b, p->b->account.code[to]) : RD_STR("6901");
		lines[i].account_name = RD_STR("以前年度损益调整");
		lines[i].party = RD_STR("");
	}
	rd_proposing_rewrite(p, v, lines, n);
	decide(p, true, "请确认差错重要；不重要的可以留在当期", "if it is not material it may stay");
}

/* ---- recipes for entries that are missing ---- */

static const rd_words basis_close = {
	"《会计基础工作规范》第六十三条：结账前必须将本期内所发生的各项经济业务全部登记入账",
	"Basic Accounting Work Rules, article 63: everything of the period is entered before it is closed"};

static void entry(rd_proposing *p, rd_words basis, const char *zh, const char *en)
{
	p->to->method = RD_METHOD_ENTRY;
	p->to->basis = basis;
	p->to->reason = (rd_words){zh, en};
}

/* Closes what the accounts hold at the end of `period`. */
static void close_accounts(rd_proposing *p, rd_period period, rd_row only)
{
	const rd_book *b = p->b;
	rd_row profit = any_leaf(b, RD_ROLE_PROFIT);
	rd_holdings *l = rd_holdings_new(p->arena, b);
	/* What stayed open in a closed period is closed now; what is of this one is closed later. */
	rd_period until = only && period < p->open ? rd_period_add(p->open, -1) : period;
	rd_minor sum = 0;

	if (profit == 0) {
		again(p);
		return;
	}
	rd_voucher_draft *d = rd_proposing_draft(p, RD_DRAFT_ENTRY, RD_NONE, b->account.n + 1);

	if (period > p->open)
		d->date = rd_period_last(period);
	for (rd_row a = 1; a < b->account.n && d->n_lines < RD_DRAFT_LINES_MAX - 1; a++) {
		rd_minor balance = rd_holdings_closing(l, a, until);
		bool income = rd_role_is_income((rd_role)b->account.role[a]);

		if (!rd_role_is_pl((rd_role)b->account.role[a]) || (only && a != only) || balance == 0)
			continue;
		/* On the side opposite to its own, with the sign that empties it. */
		rd_proposing_add(p, d, a, 0, !income, income ? -balance : balance, "结转本期损益");
		sum += balance;
	}
	if (sum)
		rd_proposing_add(p, d, profit, 0, sum < 0, sum < 0 ? -sum : sum, "结转本期损益");
	if (d->n_lines == 0) {
		p->to->drafts.n--;
		again(p);
		return;
	}
	p->to->ready = true;
	entry(p, basis_close, "期末没有结转损益，补作结转凭证",
	      "profit and loss was not closed: the closing entry");
	decide(p, true, "请确认本期业务已全部入账、全部凭证已审核后再结转",
	       "close when everything of the period is entered and reviewed");
}

static void close_pl(rd_proposing *p)
{
	if (says(p, "other-counter-account"))
		closing_counter(p);
	else if (p->f->kind == RD_KIND_COLLAPSED)
		again(p);
	else
		close_accounts(p, p->f->period, says(p, "balance-left") ? p->f->account : 0);
}

/* What an account holds goes to another one. */
static void move_balance(rd_proposing *p, rd_row from, rd_row to, rd_minor balance,
                         const char *text)
{
	rd_voucher_draft *d = rd_proposing_draft(p, RD_DRAFT_ENTRY, RD_NONE, 2);
	rd_minor size = balance < 0 ? -balance : balance;

	rd_proposing_add(p, d, to, 0, balance < 0, size, text);
	rd_proposing_add(p, d, from, 0, balance > 0, size, text);
}

static rd_minor balance_fact(const rd_finding *f)
{
	const rd_fact *size = fact_of(f, "balance"), *side = fact_of(f, "side");

	if (size == NULL)
		return 0;
	return side && side->w.en && strcmp(side->w.en, "credit") == 0 ? -size->i : size->i;
}

static void year_profit(rd_proposing *p)
{
	rd_row to = leaf_named(p->b, RD_ROLE_RETAINED, 0, "未分配");
	rd_minor balance = balance_fact(p->f);

	if (to == 0)
		to = only_leaf(p->b, RD_ROLE_RETAINED);
	if (to == 0 || balance == 0 || p->f->account == 0 || says(p, "transferred-late")) {
		look(p);
		return;
	}
	move_balance(p, p->f->account, to, balance,
	             p->b->account.role[p->f->account] == RD_ROLE_PROFIT ? "结转本年利润"
	                                                                 : "结转利润分配");
	entry(
		p,
		(rd_words){
			"《小企业会计准则》附录、《企业会计准则应用指南》附录：本年利润年末转入利润分配——未分配利润",
			"standard charts: the profit of the year is transferred to retained earnings"},
		"年末没有把余额转入未分配利润，补作结转凭证",
		"the balance was not transferred to retained earnings at the end of the year");
	decide(p, true, "请确认年度决算已完成", "see that the year is finished");
}

static void overhead(rd_proposing *p)
{
	rd_row to = any_leaf(p->b, RD_ROLE_PRODUCTION);
	rd_minor balance = balance_fact(p->f);

	if (to == 0 || balance == 0 || p->f->account == 0 ||
	    !(p->b->account.flags[p->f->account] & RD_ACC_LEAF)) {
		look(p);
		return;
	}
	move_balance(p, p->f->account, to, balance, "分配结转制造费用");
	entry(p, basis_close, "期末制造费用应分配转入生产成本",
	      "overhead is allocated to production at the end of a period");
	decide(p, false, "请按分配标准（工时、产量等）在各产品之间分配",
	       "allocate it over the products by the usual key");
}

static void disposal(rd_proposing *p)
{
	rd_minor balance = balance_fact(p->f);
	rd_row to = any_leaf(p->b, balance > 0 ? RD_ROLE_NONOP_EXPENSE : RD_ROLE_NONOP_INCOME);

	if (to == 0 || balance == 0 || p->f->account == 0 ||
	    !(p->b->account.flags[p->f->account] & RD_ACC_LEAF)) {
		look(p);
		return;
	}
	move_balance(p, p->f->account, to, balance, "结转固定资产清理净损益");
	entry(p, basis_close, "清理完毕后，净损益应转出",
	      "after the disposal its net result is transferred");
	decide(
		p, false, "请确认清理已完成并经批准；企业会计准则下正常出售的损益记入资产处置损益",
		"see that the disposal is finished and approved; under CAS the result of a normal sale goes "
		"to gains on disposal of assets");
}

static void transfer_out(rd_proposing *p)
{
	const rd_fact *tax = fact_of(p->f, "tax");
	rd_row to = leaf_named(p->b, RD_ROLE_TAX, 0, "转出"), v = voucher_of(p);

	for (rd_row a = 1; a < p->b->account.n; a++)
		if (p->b->account.flags[a] & RD_ACC_LEAF &&
		    rd_str_has(rd_book_text(p->b, p->b->account.name[a]), "进项税额转出"))
			to = a;
	if (tax == NULL || tax->i <= 0 || to == 0 || p->f->account == 0 || v == RD_NONE ||
	    !(p->b->account.flags[p->f->account] & RD_ACC_LEAF)) {
		look(p);
		return;
	}
	rd_voucher_draft *d = rd_proposing_draft(p, RD_DRAFT_ENTRY, v, 2);
	rd_str name = rd_proposing_name(p, v);
	const char *text = rd_proposing_text(p, "%.*s进项税额转出", RD_STR_ARG(name)).ptr;

	rd_proposing_add(p, d, p->f->account, p->b->line.party[p->f->line], false, tax->i, text);
	rd_proposing_add(p, d, to, 0, true, tax->i, text);
	p->to->profit_effect = -tax->i;
	entry(
		p,
		(rd_words){
			"《增值税法》（2026年1月1日施行）第二十二条：用于集体福利、个人消费等的进项税额不得抵扣",
			"VAT Law (in force 2026-01-01), article 22: input tax on goods for welfare or "
			"personal consumption is not deducted"},
		"用途不得抵扣，进项税额应转出",
		"the use is not deductible: the input tax is transferred out");
	decide(p, true, "请核对用途；确实用于应税项目的不必转出，转出的注意更正增值税申报",
	       "look at the use: if it is for taxable business nothing is transferred");
}

static void both_accounts(rd_proposing *p)
{
	const rd_fact *a = fact_of(p->f, "first"), *b = fact_of(p->f, "second");
	const rd_fact *x = fact_of(p->f, "first_balance"), *y = fact_of(p->f, "second_balance");

	if (!a || !b || !x || !y || (x->i > 0) == (y->i > 0) || x->i == 0 || y->i == 0 ||
	    p->f->party == 0) {
		look(p);
		return;
	}
	rd_minor one = x->i < 0 ? -x->i : x->i, two = y->i < 0 ? -y->i : y->i;
	rd_minor size = one < two ? one : two;
	rd_voucher_draft *d = rd_proposing_draft(p, RD_DRAFT_ENTRY, RD_NONE, 2);

	rd_proposing_add(p, d, (rd_row)(x->i < 0 ? a : b)->i, p->f->party, false, size,
	                 "同一单位往来对冲");
	rd_proposing_add(p, d, (rd_row)(x->i < 0 ? b : a)->i, p->f->party, true, size,
	                 "同一单位往来对冲");
	entry(p, rd_checks[p->f->check]->basis, "同一单位在几个科目有相反的余额，可以对冲",
	      "one partner has balances on both sides, which may be set off");
	decide(p, false, "对冲须有对方认可的往来核对或抵账协议",
	       "a set-off needs the partner's agreement");
}

/* ---- what no voucher puts right ---- */

static void data(rd_proposing *p)
{
	no_voucher(p, RD_METHOD_REIMPORT,
	           "这是资料本身的问题，不是账错：不用更正凭证，核对后重新导出、导入",
	           "the data are wrong and not the books: no voucher; export and import again");
}

static void number(rd_proposing *p)
{
	no_voucher(p, RD_METHOD_NONE, "凭证编号由记账软件管理，不能用更正凭证处理",
	           "numbers belong to the accounting software: a voucher does not change them");
}

static void paper(rd_proposing *p)
{
	no_voucher(p, RD_METHOD_NONE, "缺少的是单据、签字或说明，不是分录错误：请补齐资料",
	           "what is missing is a document, a signature or an explanation, not an entry");
}

static const struct {
	const char *slug;
	recipe_fn *run;
} recipes[] = {
	{"account-balance-wrong-side", look},
	{"account-code-format", data},
	{"accrual-not-reversed", accrual},
	{"advances-high", look},
	{"amount-unreadable", data},
	{"asset-expensed", capitalise},
	{"balance-assertion-fails", data},
	{"balance-without-movement", look},
	{"benford-first-two", look},
	{"cash-balance-negative", look},
	{"cash-balance-too-large", look},
	{"cash-payment-over-limit", look},
	{"cash-receipts-spent", look},
	{"clearing-group-not-zero", look},
	{"code-with-several-names", data},
	{"control-totals-differ", data},
	{"cost-does-not-fit-revenue", look},
	{"date-outside-file-period", data},
	{"date-unreadable", data},
	{"disposal-account-not-cleared", disposal},
	{"document-dated-after-posting", look},
	{"dup-amount-near-date", duplicate},
	{"dup-entry", duplicate},
	{"dup-invoice-exact", duplicate},
	{"dup-invoice-other-date", duplicate},
	{"dup-invoice-other-vendor", duplicate},
	{"dup-invoice-similar-amount", duplicate},
	{"dup-invoice-similar-number", duplicate},
	{"entry-fields-inconsistent", data},
	{"entry-on-unusual-side", usual_side},
	{"entry-unbalanced", unbalanced},
	{"field-count-mismatch", data},
	{"file-identity-mismatch", data},
	{"file-noise", data},
	{"foreign-amount-mismatch", foreign},
	{"import-row-rejected", data},
	{"input-tax-not-transferred-out", transfer_out},
	{"insurance-not-accrued", paper},
	{"journal-differs-from-trial-balance", data},
	{"ledger-unbalanced", data},
	{"mandatory-field-blank", paper},
	{"no-supporting-document", paper},
	{"not-reviewed-or-posted", paper},
	{"number-date-order", number},
	{"one-sided-entry", unbalanced},
	{"opening-differs-from-prior-closing", data},
	{"other-receivables-high", look},
	{"overhead-not-allocated", overhead},
	{"partner-balance-wrong-side", look},
	{"partner-in-several-accounts", both_accounts},
	{"period-field-differs-from-date", data},
	{"profit-and-loss-not-closed", close_pl},
	{"red-entry-hits-prior-year-pl", prior_pl},
	{"red-ink-pair", look},
	{"repeated-reverse-repost", look},
	{"required-column-missing", data},
	{"reversal-next-period", look},
	{"rollforward-break", data},
	{"round-amounts", look},
	{"self-review", paper},
	{"shareholder-loan-at-year-end", look},
	{"stock-too-large", look},
	{"subledger-differs-from-control", data},
	{"summary-missing-or-vague", paper},
	{"suspense-not-cleared", look},
	{"text-encoding-broken", data},
	{"too-many-decimals", data},
	{"trial-balance-unbalanced", data},
	{"undeclared-code", data},
	{"voucher-number-duplicate", number},
	{"voucher-number-gap", number},
	{"wages-accrued-not-paid", look},
	{"weekend-or-holiday-entry", look},
	{"wrong-account-by-keyword", keyword},
	{"year-profit-not-transferred", year_profit},
};

void rd_recipe_run(rd_proposing *p)
{
	const char *slug = rd_checks[p->f->check]->slug;

	for (size_t i = 0; i < sizeof recipes / sizeof recipes[0]; i++)
		if (strcmp(slug, recipes[i].slug) == 0) {
			if (p->f->kind == RD_KIND_COLLAPSED)
				look(p);
			else
				recipes[i].run(p);
			return;
		}
	again(p); /* any other finding about a voucher */
}
