/* Roles, sides and classes. See chart.h for the sources. */
#include "book/chart.h"
#include "base/assert.h"
#include "book/store.h"

typedef enum name_match { M_WHOLE, M_START } name_match;

/* By name: the first that fits wins. Sub-accounts are judged by the name of their root. */
static const struct {
	const char *name;
	name_match match;
	rd_role role;
} by_name[] = {
	{"库存现金", M_START, RD_ROLE_CASH},
	{"现金", M_WHOLE, RD_ROLE_CASH},
	{"银行存款", M_START, RD_ROLE_BANK},
	{"其他货币资金", M_START, RD_ROLE_OTHER_MONEY},
	{"应收票据", M_START, RD_ROLE_NOTES_RECEIVABLE},
	{"应收账款", M_START, RD_ROLE_RECEIVABLE},
	{"应收帐款", M_START, RD_ROLE_RECEIVABLE},
	{"预付账款", M_START, RD_ROLE_PREPAYMENT},
	{"预付帐款", M_START, RD_ROLE_PREPAYMENT},
	{"其他应收款", M_START, RD_ROLE_OTHER_RECEIVABLE},
	{"待处理财产损", M_START, RD_ROLE_SUSPENSE},
	{"材料采购", M_START, RD_ROLE_STOCK},
	{"在途物资", M_START, RD_ROLE_STOCK},
	{"原材料", M_START, RD_ROLE_STOCK},
	{"材料成本差异", M_START, RD_ROLE_STOCK},
	{"库存商品", M_START, RD_ROLE_STOCK},
	{"发出商品", M_START, RD_ROLE_STOCK},
	{"商品进销差价", M_START, RD_ROLE_STOCK},
	{"委托加工物资", M_START, RD_ROLE_STOCK},
	{"周转材料", M_START, RD_ROLE_STOCK},
	{"低值易耗品", M_START, RD_ROLE_STOCK},
	{"包装物", M_START, RD_ROLE_STOCK},
	{"存货跌价准备", M_START, RD_ROLE_STOCK},
	{"固定资产清理", M_START, RD_ROLE_DISPOSAL},
	{"固定资产", M_WHOLE, RD_ROLE_FIXED_ASSET},
	{"累计折旧", M_START, RD_ROLE_DEPRECIATION},
	{"无形资产", M_WHOLE, RD_ROLE_INTANGIBLE},
	{"短期借款", M_START, RD_ROLE_SHORT_LOAN},
	{"长期借款", M_START, RD_ROLE_LONG_LOAN},
	{"应付票据", M_START, RD_ROLE_NOTES_PAYABLE},
	{"应付账款", M_START, RD_ROLE_PAYABLE},
	{"应付帐款", M_START, RD_ROLE_PAYABLE},
	{"预收账款", M_START, RD_ROLE_ADVANCE},
	{"预收帐款", M_START, RD_ROLE_ADVANCE},
	{"合同负债", M_START, RD_ROLE_ADVANCE},
	{"应付职工薪酬", M_START, RD_ROLE_WAGES},
	{"应付工资", M_START, RD_ROLE_WAGES},
	{"应交税费", M_START, RD_ROLE_TAX},
	{"应交税金", M_START, RD_ROLE_TAX},
	{"其他应付款", M_START, RD_ROLE_OTHER_PAYABLE},
	{"实收资本", M_START, RD_ROLE_CAPITAL},
	{"股本", M_WHOLE, RD_ROLE_CAPITAL},
	{"资本公积", M_START, RD_ROLE_RESERVE},
	{"盈余公积", M_START, RD_ROLE_RESERVE},
	{"本年利润", M_START, RD_ROLE_PROFIT},
	{"利润分配", M_START, RD_ROLE_RETAINED},
	{"生产成本", M_START, RD_ROLE_PRODUCTION},
	{"制造费用", M_START, RD_ROLE_OVERHEAD},
	{"机械作业", M_START, RD_ROLE_MACHINE_WORK},
	{"主营业务收入", M_START, RD_ROLE_REVENUE},
	{"其他业务收入", M_START, RD_ROLE_REVENUE},
	{"投资收益", M_START, RD_ROLE_OTHER_INCOME},
	{"公允价值变动损益", M_START, RD_ROLE_OTHER_INCOME},
	{"资产处置损益", M_START, RD_ROLE_OTHER_INCOME},
	{"其他收益", M_START, RD_ROLE_OTHER_INCOME},
	{"营业外收入", M_START, RD_ROLE_NONOP_INCOME},
	{"主营业务成本", M_START, RD_ROLE_COST_OF_SALES},
	{"其他业务成本", M_START, RD_ROLE_COST_OF_SALES},
	{"其他业务支出", M_START, RD_ROLE_COST_OF_SALES},
	{"营业税金及附加", M_START, RD_ROLE_TAX_SURCHARGE},
	{"税金及附加", M_START, RD_ROLE_TAX_SURCHARGE},
	{"销售费用", M_START, RD_ROLE_SELLING},
	{"营业费用", M_START, RD_ROLE_SELLING},
	{"管理费用", M_START, RD_ROLE_ADMIN},
	{"财务费用", M_START, RD_ROLE_FINANCE},
	{"研发费用", M_START, RD_ROLE_OTHER_EXPENSE},
	{"资产减值损失", M_START, RD_ROLE_OTHER_EXPENSE},
	{"信用减值损失", M_START, RD_ROLE_OTHER_EXPENSE},
	{"营业外支出", M_START, RD_ROLE_NONOP_EXPENSE},
	{"所得税费用", M_START, RD_ROLE_INCOME_TAX},
	{"所得税", M_WHOLE, RD_ROLE_INCOME_TAX},
	{"以前年度损益调整", M_START, RD_ROLE_PRIOR_YEAR},
};

/* By code, when the name says nothing. Chinese codes are of four digits. */
typedef struct code_role {
	const char *code;
	rd_role role;
} code_role;

static const code_role both_charts[] = {
	{"1001", RD_ROLE_CASH},
	{"1002", RD_ROLE_BANK},
	{"1012", RD_ROLE_OTHER_MONEY},
	{"1121", RD_ROLE_NOTES_RECEIVABLE},
	{"1122", RD_ROLE_RECEIVABLE},
	{"1123", RD_ROLE_PREPAYMENT},
	{"1221", RD_ROLE_OTHER_RECEIVABLE},
	{"1401", RD_ROLE_STOCK},
	{"1402", RD_ROLE_STOCK},
	{"1403", RD_ROLE_STOCK},
	{"1404", RD_ROLE_STOCK},
	{"1405", RD_ROLE_STOCK},
	{"1411", RD_ROLE_STOCK},
	{"1601", RD_ROLE_FIXED_ASSET},
	{"1602", RD_ROLE_DEPRECIATION},
	{"1606", RD_ROLE_DISPOSAL},
	{"1701", RD_ROLE_INTANGIBLE},
	{"1901", RD_ROLE_SUSPENSE},
	{"2001", RD_ROLE_SHORT_LOAN},
	{"2201", RD_ROLE_NOTES_PAYABLE},
	{"2202", RD_ROLE_PAYABLE},
	{"2203", RD_ROLE_ADVANCE},
	{"2211", RD_ROLE_WAGES},
	{"2221", RD_ROLE_TAX},
	{"2241", RD_ROLE_OTHER_PAYABLE},
	{"2501", RD_ROLE_LONG_LOAN},
	{NULL, RD_ROLE_NONE},
};
static const code_role small_chart[] = {
	{"3001", RD_ROLE_CAPITAL},
	{"3002", RD_ROLE_RESERVE},
	{"3101", RD_ROLE_RESERVE},
	{"3103", RD_ROLE_PROFIT},
	{"3104", RD_ROLE_RETAINED},
	{"4001", RD_ROLE_PRODUCTION},
	{"4101", RD_ROLE_OVERHEAD},
	{"4403", RD_ROLE_MACHINE_WORK},
	{"5001", RD_ROLE_REVENUE},
	{"5051", RD_ROLE_REVENUE},
	{"5111", RD_ROLE_OTHER_INCOME},
	{"5301", RD_ROLE_NONOP_INCOME},
	{"5401", RD_ROLE_COST_OF_SALES},
	{"5402", RD_ROLE_COST_OF_SALES},
	{"5403", RD_ROLE_TAX_SURCHARGE},
	{"5601", RD_ROLE_SELLING},
	{"5602", RD_ROLE_ADMIN},
	{"5603", RD_ROLE_FINANCE},
	{"5711", RD_ROLE_NONOP_EXPENSE},
	{"5801", RD_ROLE_INCOME_TAX},
	{NULL, RD_ROLE_NONE},
};
static const code_role enterprise_chart[] = {
	{"4001", RD_ROLE_CAPITAL},
	{"4002", RD_ROLE_RESERVE},
	{"4101", RD_ROLE_RESERVE},
	{"4103", RD_ROLE_PROFIT},
	{"4104", RD_ROLE_RETAINED},
	{"5001", RD_ROLE_PRODUCTION},
	{"5101", RD_ROLE_OVERHEAD},
	{"6001", RD_ROLE_REVENUE},
	{"6051", RD_ROLE_REVENUE},
	{"6101", RD_ROLE_OTHER_INCOME},
	{"6111", RD_ROLE_OTHER_INCOME},
	{"6301", RD_ROLE_NONOP_INCOME},
	{"6401", RD_ROLE_COST_OF_SALES},
	{"6402", RD_ROLE_COST_OF_SALES},
	{"6403", RD_ROLE_TAX_SURCHARGE},
	{"6601", RD_ROLE_SELLING},
	{"6602", RD_ROLE_ADMIN},
	{"6603", RD_ROLE_FINANCE},
	{"6701", RD_ROLE_OTHER_EXPENSE},
	{"6711", RD_ROLE_NONOP_EXPENSE},
	{"6801", RD_ROLE_INCOME_TAX},
	{"6901", RD_ROLE_PRIOR_YEAR},
	{NULL, RD_ROLE_NONE},
};
static const code_role french_chart[] = {
	{"101", RD_ROLE_CAPITAL},      {"106", RD_ROLE_RESERVE},
	{"11", RD_ROLE_RETAINED},      {"12", RD_ROLE_PROFIT},
	{"164", RD_ROLE_LONG_LOAN},    {"28", RD_ROLE_DEPRECIATION},
	{"21", RD_ROLE_FIXED_ASSET},   {"20", RD_ROLE_INTANGIBLE},
	{"3", RD_ROLE_STOCK},          {"4091", RD_ROLE_PREPAYMENT},
	{"4191", RD_ROLE_ADVANCE},     {"403", RD_ROLE_NOTES_PAYABLE},
	{"40", RD_ROLE_PAYABLE},       {"413", RD_ROLE_NOTES_RECEIVABLE},
	{"41", RD_ROLE_RECEIVABLE},    {"42", RD_ROLE_WAGES},
	{"43", RD_ROLE_WAGES},         {"44", RD_ROLE_TAX},
	{"471", RD_ROLE_SUSPENSE},     {"472", RD_ROLE_SUSPENSE},
	{"473", RD_ROLE_SUSPENSE},     {"512", RD_ROLE_BANK},
	{"514", RD_ROLE_BANK},         {"517", RD_ROLE_BANK},
	{"53", RD_ROLE_CASH},          {"58", RD_ROLE_SUSPENSE},
	{"60", RD_ROLE_COST_OF_SALES}, {"61", RD_ROLE_ADMIN},
	{"62", RD_ROLE_ADMIN},         {"63", RD_ROLE_TAX_SURCHARGE},
	{"64", RD_ROLE_ADMIN},         {"65", RD_ROLE_OTHER_EXPENSE},
	{"66", RD_ROLE_FINANCE},       {"67", RD_ROLE_NONOP_EXPENSE},
	{"68", RD_ROLE_OTHER_EXPENSE}, {"69", RD_ROLE_INCOME_TAX},
	{"70", RD_ROLE_REVENUE},       {"7", RD_ROLE_OTHER_INCOME},
	{NULL, RD_ROLE_NONE},
};

static rd_role role_of_name(rd_str name)
{
	for (size_t i = 0; i < sizeof by_name / sizeof *by_name; i++) {
		const char *n = by_name[i].name;

		if (by_name[i].match == M_WHOLE ? rd_str_is(name, n) : rd_str_starts(name, n))
			return by_name[i].role;
	}
	return RD_ROLE_NONE;
}

/* The longest prefix of the code in the table. */
static rd_role role_of_code(const code_role *t, rd_str code)
{
	rd_role role = RD_ROLE_NONE;
	size_t best = 0;

	for (; t->code; t++)
		if (rd_str_starts(code, t->code) && strlen(t->code) > best) {
			best = strlen(t->code);
			role = t->role;
		}
	return role;
}

/* ---- which standard ---- */

static bool has_root(const rd_book *b, const char *code, const char *name)
{
	rd_row a = rd_book_find_account(b, rd_str_of(code));

	return a && rd_str_starts(rd_book_text(b, b->account.name[a]), name);
}

static bool looks_french(const rd_book *b)
{
	for (uint32_t f = 1; f < b->n_files; f++)
		if (rd_str_is(rd_book_text(b, b->files[f].format), "fec"))
			return true;
	return false;
}

/* Revenue, profit and overhead accounts by code and name, in the order of the domain facts; the
 * votes must agree. Codes without names vote only together. */
static rd_standard recognise(const rd_book *b)
{
	int small = has_root(b, "5001", "主营业务收入") + has_root(b, "3103", "本年利润") +
	            has_root(b, "5602", "管理费用") + has_root(b, "3104", "利润分配") +
	            has_root(b, "5401", "主营业务成本") + has_root(b, "3001", "实收资本");
	int enterprise = has_root(b, "6001", "主营业务收入") + has_root(b, "4103", "本年利润") +
	                 has_root(b, "6602", "管理费用") + has_root(b, "4104", "利润分配") +
	                 has_root(b, "6401", "主营业务成本") + has_root(b, "4001", "实收资本");

	if (looks_french(b))
		return RD_STD_FRENCH;
	for (uint32_t f = 1; f < b->n_files; f++) {
		rd_str s = rd_book_text(b, b->files[f].standard);

		if (rd_str_has(s, "小企业"))
			small += 2;
		else if (rd_str_has(s, "企业会计准则"))
			enterprise += 2;
	}
	if (small && !enterprise)
		return RD_STD_SMALL;
	return enterprise && !small ? RD_STD_ENTERPRISE : RD_STD_UNKNOWN;
}

/* ---- levels, roles, sides ---- */

/* Parent: the longest other code that is a proper prefix (accounts stand in code order). */
static void link_parents(rd_book *b)
{
	rd_accounts *a = &b->account;
	rd_row stack[64], depth = 0;

	for (rd_row i = 1; i < a->n; i++) {
		rd_str code = rd_book_text(b, a->code[i]);

		while (depth) {
			rd_str top = rd_book_text(b, a->code[stack[depth - 1]]);

			if (top.len >= 3 && top.len < code.len && memcmp(top.ptr, code.ptr, top.len) == 0)
				break;
			depth--;
		}
		a->parent[i] = depth ? stack[depth - 1] : 0;
		a->level[i] = (uint8_t)(depth + 1);
		a->flags[i] |= RD_ACC_LEAF;
		if (depth)
			a->flags[stack[depth - 1]] &= ~(uint32_t)RD_ACC_LEAF;
		if (depth < 64)
			stack[depth++] = i;
	}
}

static const rd_chart_entry *entry_of(const rd_book *b, rd_str code)
{
	const rd_chart_entry *t = b->standard == RD_STD_SMALL ? rd_chart_small : rd_chart_enterprise;
	uint32_t n = b->standard == RD_STD_SMALL ? rd_chart_small_n : rd_chart_enterprise_n;

	if (b->standard != RD_STD_SMALL && b->standard != RD_STD_ENTERPRISE)
		return NULL;
	for (uint32_t i = 0; i < n; i++)
		if (rd_str_starts(code, t[i].code))
			return &t[i];
	return NULL;
}

static rd_class class_of_code(const rd_book *b, rd_str code)
{
	static const rd_class small[10] = {[1] = RD_CLASS_ASSET,
	                                   [2] = RD_CLASS_LIABILITY,
	                                   [3] = RD_CLASS_EQUITY,
	                                   [4] = RD_CLASS_COST,
	                                   [5] = RD_CLASS_PL};
	static const rd_class enterprise[10] = {
		[1] = RD_CLASS_ASSET,  [2] = RD_CLASS_LIABILITY, [3] = RD_CLASS_COMMON,
		[4] = RD_CLASS_EQUITY, [5] = RD_CLASS_COST,      [6] = RD_CLASS_PL};
	static const rd_class french[10] = {
		[1] = RD_CLASS_EQUITY, [2] = RD_CLASS_ASSET, [3] = RD_CLASS_ASSET,
		[4] = RD_CLASS_COMMON, [5] = RD_CLASS_ASSET, [6] = RD_CLASS_PL,
		[7] = RD_CLASS_PL,     [8] = RD_CLASS_MEMO,  [9] = RD_CLASS_MEMO};

	if (code.len == 0 || code.ptr[0] < '0' || code.ptr[0] > '9')
		return RD_CLASS_UNKNOWN;
	int d = code.ptr[0] - '0';

	switch (b->standard) {
	case RD_STD_SMALL: return small[d];
	case RD_STD_ENTERPRISE: return enterprise[d];
	case RD_STD_FRENCH: return french[d];
	default: return d == 1 ? RD_CLASS_ASSET : d == 2 ? RD_CLASS_LIABILITY : RD_CLASS_UNKNOWN;
	}
}

static rd_role role_of(const rd_book *b, rd_row i)
{
	rd_str code = rd_book_text(b, b->account.code[i]);
	rd_row root = i;

	while (b->account.parent[root])
		root = b->account.parent[root];
	rd_role role = role_of_name(rd_book_text(b, b->account.name[root]));

	if (role == RD_ROLE_NONE && root != i)
		role = role_of_name(rd_book_text(b, b->account.name[i]));
	if (role != RD_ROLE_NONE)
		return role;
	if (b->standard == RD_STD_FRENCH)
		return role_of_code(french_chart, code);
	if (b->standard == RD_STD_SMALL)
		role = role_of_code(small_chart, code);
	else if (b->standard == RD_STD_ENTERPRISE)
		role = role_of_code(enterprise_chart, code);
	/* An unknown name on a known code may be another thing: only where the chart has no name. */
	if (role == RD_ROLE_NONE && b->standard != RD_STD_OTHER)
		role = role_of_code(both_charts, code);
	return role;
}

static rd_side side_of_role(rd_role role)
{
	switch (role) {
	case RD_ROLE_NONE:
	case RD_ROLE_SUSPENSE:
	case RD_ROLE_DISPOSAL:
	case RD_ROLE_PROFIT:
	case RD_ROLE_RETAINED:
	case RD_ROLE_TAX:
	case RD_ROLE_OTHER_INCOME:
	case RD_ROLE_PRIOR_YEAR: return RD_SIDE_BOTH;
	case RD_ROLE_DEPRECIATION:
	case RD_ROLE_SHORT_LOAN:
	case RD_ROLE_LONG_LOAN:
	case RD_ROLE_NOTES_PAYABLE:
	case RD_ROLE_PAYABLE:
	case RD_ROLE_ADVANCE:
	case RD_ROLE_WAGES:
	case RD_ROLE_OTHER_PAYABLE:
	case RD_ROLE_CAPITAL:
	case RD_ROLE_RESERVE:
	case RD_ROLE_REVENUE:
	case RD_ROLE_NONOP_INCOME: return RD_SIDE_CREDIT;
	default: return RD_SIDE_DEBIT;
	}
}

/* Contra accounts stand on the other side than their class: by the words of their names. */
static bool is_contra(rd_str name)
{
	return rd_str_starts(name, "累计") || rd_str_ends(name, "准备") ||
	       rd_str_has(name, "进销差价") || rd_str_has(name, "成本差异");
}

static void settle(rd_book *b, rd_row i)
{
	rd_accounts *a = &b->account;
	rd_str code = rd_book_text(b, a->code[i]), name = rd_book_text(b, a->name[i]);
	const rd_chart_entry *e = entry_of(b, code);

	a->role[i] = (uint8_t)role_of(b, i);
	if (a->class_of[i] == RD_CLASS_UNKNOWN)
		a->class_of[i] = (uint8_t)(e ? e->class_of : class_of_code(b, code));
	if (is_contra(name))
		a->flags[i] |= RD_ACC_CONTRA;
	if (a->side[i] != RD_SIDE_BOTH) {
		a->flags[i] |= RD_ACC_SIDE_STATED;
		return;
	}
	a->side[i] = (uint8_t)side_of_role((rd_role)a->role[i]);
	if (a->side[i] == RD_SIDE_BOTH && e && a->role[i] == RD_ROLE_NONE)
		a->side[i] = (uint8_t)e->side;
	if (a->flags[i] & RD_ACC_CONTRA && a->class_of[i] == RD_CLASS_ASSET)
		a->side[i] = RD_SIDE_CREDIT;
}

const rd_chart_entry *rd_chart_find(rd_standard standard, rd_str code)
{
	const rd_chart_entry *t = standard == RD_STD_SMALL ? rd_chart_small : rd_chart_enterprise;
	uint32_t n = standard == RD_STD_SMALL        ? rd_chart_small_n
	             : standard == RD_STD_ENTERPRISE ? rd_chart_enterprise_n
	                                             : 0;

	for (uint32_t i = 0; i < n; i++)
		if (rd_str_is(code, t[i].code))
			return &t[i];
	return NULL;
}

void rd_chart_settle(rd_book *b, rd_row account)
{
	settle(b, account);
}

void rd_chart_apply(rd_book *b, rd_standard stated)
{
	link_parents(b);
	b->standard = stated != RD_STD_UNKNOWN ? stated : recognise(b);
	for (rd_row i = 1; i < b->account.n; i++)
		settle(b, i);
}

/* ---- groups and words ---- */

bool rd_role_is_income(rd_role role)
{
	return role == RD_ROLE_REVENUE || role == RD_ROLE_OTHER_INCOME || role == RD_ROLE_NONOP_INCOME;
}

bool rd_role_is_expense(rd_role role)
{
	return role >= RD_ROLE_COST_OF_SALES && role <= RD_ROLE_INCOME_TAX;
}

bool rd_role_is_pl(rd_role role)
{
	return rd_role_is_income(role) || rd_role_is_expense(role) || role == RD_ROLE_PRIOR_YEAR;
}

bool rd_role_has_partner(rd_role role)
{
	return role == RD_ROLE_RECEIVABLE || role == RD_ROLE_PREPAYMENT ||
	       role == RD_ROLE_OTHER_RECEIVABLE || role == RD_ROLE_PAYABLE || role == RD_ROLE_ADVANCE ||
	       role == RD_ROLE_OTHER_PAYABLE;
}

static const struct {
	const char *name;
	rd_words words;
} roles[RD_ROLE_COUNT] = {
	[RD_ROLE_NONE] = {"none", {"未识别", "none"}},
	[RD_ROLE_CASH] = {"cash", {"库存现金", "cash"}},
	[RD_ROLE_BANK] = {"bank", {"银行存款", "bank"}},
	[RD_ROLE_OTHER_MONEY] = {"other-money", {"其他货币资金", "other money"}},
	[RD_ROLE_NOTES_RECEIVABLE] = {"notes-receivable", {"应收票据", "notes receivable"}},
	[RD_ROLE_RECEIVABLE] = {"receivable", {"应收账款", "receivable"}},
	[RD_ROLE_PREPAYMENT] = {"prepayment", {"预付账款", "prepayment"}},
	[RD_ROLE_OTHER_RECEIVABLE] = {"other-receivable", {"其他应收款", "other receivable"}},
	[RD_ROLE_STOCK] = {"stock", {"存货", "stock"}},
	[RD_ROLE_FIXED_ASSET] = {"fixed-asset", {"固定资产", "fixed asset"}},
	[RD_ROLE_DEPRECIATION] = {"depreciation", {"累计折旧", "accumulated depreciation"}},
	[RD_ROLE_DISPOSAL] = {"disposal", {"固定资产清理", "disposal of fixed assets"}},
	[RD_ROLE_INTANGIBLE] = {"intangible", {"无形资产", "intangible asset"}},
	[RD_ROLE_SUSPENSE] = {"suspense", {"待处理财产损溢", "suspense"}},
	[RD_ROLE_SHORT_LOAN] = {"short-loan", {"短期借款", "short-term loan"}},
	[RD_ROLE_LONG_LOAN] = {"long-loan", {"长期借款", "long-term loan"}},
	[RD_ROLE_NOTES_PAYABLE] = {"notes-payable", {"应付票据", "notes payable"}},
	[RD_ROLE_PAYABLE] = {"payable", {"应付账款", "payable"}},
	[RD_ROLE_ADVANCE] = {"advance", {"预收账款", "advance received"}},
	[RD_ROLE_WAGES] = {"wages", {"应付职工薪酬", "wages payable"}},
	[RD_ROLE_TAX] = {"tax", {"应交税费", "taxes payable"}},
	[RD_ROLE_OTHER_PAYABLE] = {"other-payable", {"其他应付款", "other payable"}},
	[RD_ROLE_CAPITAL] = {"capital", {"实收资本", "paid-in capital"}},
	[RD_ROLE_RESERVE] = {"reserve", {"公积", "reserve"}},
	[RD_ROLE_PROFIT] = {"profit", {"本年利润", "profit for the year"}},
	[RD_ROLE_RETAINED] = {"retained", {"利润分配", "retained earnings"}},
	[RD_ROLE_PRODUCTION] = {"production", {"生产成本", "production cost"}},
	[RD_ROLE_OVERHEAD] = {"overhead", {"制造费用", "manufacturing overhead"}},
	[RD_ROLE_MACHINE_WORK] = {"machine-work", {"机械作业", "machine work"}},
	[RD_ROLE_REVENUE] = {"revenue", {"营业收入", "revenue"}},
	[RD_ROLE_OTHER_INCOME] = {"other-income", {"投资及其他收益", "other income"}},
	[RD_ROLE_NONOP_INCOME] = {"nonoperating-income", {"营业外收入", "non-operating income"}},
	[RD_ROLE_COST_OF_SALES] = {"cost-of-sales", {"营业成本", "cost of sales"}},
	[RD_ROLE_TAX_SURCHARGE] = {"tax-surcharge", {"税金及附加", "taxes and surcharges"}},
	[RD_ROLE_SELLING] = {"selling", {"销售费用", "selling expense"}},
	[RD_ROLE_ADMIN] = {"admin", {"管理费用", "administrative expense"}},
	[RD_ROLE_FINANCE] = {"finance", {"财务费用", "financial expense"}},
	[RD_ROLE_OTHER_EXPENSE] = {"other-expense", {"其他费用", "other expense"}},
	[RD_ROLE_NONOP_EXPENSE] = {"nonoperating-expense", {"营业外支出", "non-operating expense"}},
	[RD_ROLE_INCOME_TAX] = {"income-tax", {"所得税费用", "income tax"}},
	[RD_ROLE_PRIOR_YEAR] = {"prior-year", {"以前年度损益调整", "prior-year adjustment"}},
};

const char *rd_role_name(rd_role role)
{
	RD_ASSERT(role < RD_ROLE_COUNT);
	return roles[role].name;
}

rd_words rd_role_words(rd_role role)
{
	RD_ASSERT(role < RD_ROLE_COUNT);
	return roles[role].words;
}
