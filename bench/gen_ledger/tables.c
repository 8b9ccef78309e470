#include "ledger.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The chart: first-level accounts, each with `subs` sub-accounts (1 = none). */

static const struct parent {
	int code;
	const char *name;
	char side;
	int subs;
} parents[PARENTS] = {
	{1001, "库存现金", 'D', 1},      {1002, "银行存款", 'D', 4},
	{1012, "其他货币资金", 'D', 2},  {1101, "交易性金融资产", 'D', 2},
	{1121, "应收票据", 'D', 2},      {1122, "应收账款", 'D', 12},
	{1123, "预付账款", 'D', 6},      {1221, "其他应收款", 'D', 10},
	{1403, "原材料", 'D', 10},       {1405, "库存商品", 'D', 12},
	{1601, "固定资产", 'D', 6},      {1602, "累计折旧", 'C', 6},
	{1701, "无形资产", 'D', 3},      {1702, "累计摊销", 'C', 3},
	{2001, "短期借款", 'C', 3},      {2201, "应付票据", 'C', 2},
	{2202, "应付账款", 'C', 12},     {2203, "预收账款", 'C', 6},
	{2211, "应付职工薪酬", 'C', 6},  {2221, "应交税费", 'C', 10},
	{2241, "其他应付款", 'C', 8},    {2501, "长期借款", 'C', 2},
	{4001, "实收资本", 'C', 3},      {4103, "本年利润", 'C', 1},
	{4104, "利润分配", 'C', 3},      {5001, "生产成本", 'D', 8},
	{5101, "制造费用", 'D', 10},     {6001, "主营业务收入", 'C', 10},
	{6051, "其他业务收入", 'C', 4},  {6301, "营业外收入", 'C', 2},
	{6401, "主营业务成本", 'D', 10}, {6402, "其他业务成本", 'D', 2},
	{6403, "税金及附加", 'D', 4},    {6601, "销售费用", 'D', 14},
	{6602, "管理费用", 'D', 18},     {6603, "财务费用", 'D', 4},
	{6711, "营业外支出", 'D', 2},    {6801, "所得税费用", 'D', 1},
};

/* Voucher templates: first-level accounts, a positive one is debited, a negative one credited. */
const struct template templates[TEMPLATES] = {
	{"销售商品给", 12, 8.5, 1.5, true, {1122, -6001, -2221}},
	{"收到货款-", 10, 8.6, 1.6, true, {1002, -1122}},
	{"采购原材料-", 8, 8.2, 1.5, true, {1403, 2221, -2202}},
	{"支付货款-", 10, 8.4, 1.6, true, {2202, -1002}},
	{"报销办公费及差旅费", 8, 6.5, 1.3, false, {6602, 6602, -1002}},
	{"支付销售推广及运输费-", 6, 7.2, 1.4, true, {6601, 6601, 6601, -1002}},
	{"结转销售成本", 6, 8.3, 1.5, false, {6401, -1405}},
	{"生产车间领用材料", 5, 7.9, 1.5, false, {5001, 5001, 5101, -1403, -1403}},
	{"计提本月职工工资及社保", 3, 9.2, 1.3, false, {6601, 6602, 5001, -2211, -2211, -2221}},
	{"发放职工工资", 3, 9.0, 1.3, false, {2211, -1002}},
	{"计提固定资产折旧", 2, 8.0, 1.4, false, {6602, 5101, 6601, -1602, -1602}},
	{"完工产品入库", 4, 8.6, 1.4, false, {1405, 1405, -5001, -5001, -5101}},
	{"提取备用金", 2, 7.8, 1.2, false, {1001, -1002}},
	{"现金报销餐费交通费", 3, 5.6, 1.2, false, {6602, -1001}},
	{"缴纳增值税及附加税费", 3, 8.4, 1.4, false, {2221, 2221, 6403, -1002}},
	{"支付贷款利息手续费", 2, 6.8, 1.5, false, {6603, -1002}},
	{"预付货款-", 2, 8.3, 1.5, true, {1123, -1002}},
	{"预收货款-", 2, 8.3, 1.5, true, {1002, -2203}},
	{"支付押金及员工借款-", 2, 7.0, 1.4, true, {1221, -1002}},
	{"收到保证金-", 2, 7.4, 1.4, true, {1002, -2241}},
	{"出租及技术服务收入-", 2, 7.6, 1.4, true, {1002, -6051, -2221}},
	{"取得银行短期借款", 1, 11.0, 1.0, false, {1002, -2001}},
	{"购置设备-", 1, 9.6, 1.3, true, {1601, 2221, -2202}},
	{"无形资产摊销", 1, 7.2, 1.3, false, {6602, -1702}},
	{"收到银行承兑汇票-", 1, 9.0, 1.4, true, {1121, -1122}},
};

/* Tables that are made once. */

static const int month_days[MONTHS] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

static void calendar_init(gen *g)
{
	int day = 0;

	for (int m = 0; m < MONTHS; m++) {
		g->month_start[m] = day;
		for (int k = 1; k <= month_days[m]; k++, day++) {
			snprintf(g->dates[day], sizeof g->dates[day], "2024-%02d-%02d", (m + 1) % 100, k % 100);
			g->weekday[day] = (day + 1) % 7; /* 1 January 2024 was a Monday */
		}
	}
	g->month_start[MONTHS] = day;
}

bool is_weekend(const gen *g, int day)
{
	return g->weekday[day] == 0 || g->weekday[day] == 6;
}

/* The five roots that beancount allows. */
static const char *account_root(const struct parent *p)
{
	switch (p->code / 1000) {
	case 1:
	case 5: return "Assets";
	case 2: return "Liabilities";
	case 4: return "Equity";
	default: return p->side == 'C' ? "Income" : "Expenses";
	}
}

static void account_init(account *a, const struct parent *p, int sub)
{
	const char *root = account_root(p);
	char code[16];

	if (p->subs == 1) {
		snprintf(code, sizeof code, "%d", p->code);
		snprintf(a->name, sizeof a->name, "%s", p->name);
	} else {
		snprintf(code, sizeof code, "%d%02d", p->code, sub + 1);
		snprintf(a->name, sizeof a->name, "%s-明细%02d", p->name, sub + 1);
	}
	snprintf(a->beancount, sizeof a->beancount, "%s:A%s", root, code);
	snprintf(a->journal, sizeof a->journal, "%s:%s:%s", root, p->name, code);
	memcpy(a->code, code, sizeof code);
	a->side = p->side;
}

static int parent_find(int code)
{
	for (int i = 0; i < PARENTS; i++) {
		if (parents[i].code == code)
			return i;
	}
	fprintf(stderr, "gen_ledger: a template uses account %d, which the chart lacks\n", code);
	exit(2);
}

static void chart_init(gen *g)
{
	for (int p = 0; p < PARENTS; p++) {
		g->first_of[p] = g->n_accounts;
		for (int sub = 0; sub < parents[p].subs; sub++)
			account_init(&g->accounts[g->n_accounts++], &parents[p], sub);
	}
	g->cash = g->first_of[parent_find(1001)];
	g->bank = g->first_of[parent_find(1002)];
	g->bank_end = g->bank + parents[parent_find(1002)].subs;
	g->split_expense = g->first_of[parent_find(6602)] + 17;
}

/* One variant of a template picks one sub-account for each of its lines. */
static void variant_init(gen *g, int t, int variant)
{
	const int *codes = templates[t].accounts;
	int *accounts = g->template_accounts[t][variant];
	int n = g->template_lines[t];

	for (int k = 0; k < n; k++) {
		int parent = parent_find(abs(codes[k])), same = 0;

		for (int j = 0; j < k; j++)
			same += codes[j] == codes[k];
		accounts[k] =
			g->first_of[parent] + (variant + same * (1 + variant % 3) + t) % parents[parent].subs;
	}
	for (int i = 0; i < n; i++) {
		for (int j = 0; j < n; j++) {
			if (codes[i] > 0 && codes[j] < 0)
				g->usual_pair[accounts[i]][accounts[j]] = true;
		}
	}
}

static void templates_init(gen *g)
{
	int total = 0, sum = 0, slot = 0;

	for (int t = 0; t < TEMPLATES; t++)
		total += templates[t].weight;
	for (int t = 0; t < TEMPLATES; t++) {
		sum += templates[t].weight;
		while (slot < TEMPLATE_SLOTS * sum / total)
			g->template_pick[slot++] = t;
		while (g->template_lines[t] < LINES_MAX && templates[t].accounts[g->template_lines[t]])
			g->template_lines[t]++;
		for (int variant = 0; variant < VARIANTS; variant++)
			variant_init(g, t, variant);
	}
}

static void party_names_init(gen *g)
{
	static const char *const cities[20] = {"北京", "上海", "广州", "深圳", "杭州", "苏州", "南京",
	                                       "武汉", "成都", "重庆", "天津", "青岛", "厦门", "宁波",
	                                       "长沙", "郑州", "合肥", "济南", "西安", "无锡"};
	static const char *const firms[20] = {"华信", "恒达", "中联", "瑞丰", "宏远", "金桥", "东方",
	                                      "天成", "博雅", "启明", "盛世", "佳和", "永兴", "新元",
	                                      "海纳", "鼎新", "汇通", "卓越", "云帆", "同创"};
	static const char *const trades[10] = {"科技", "贸易", "实业", "电子", "机械",
	                                       "物流", "商务", "建材", "化工", "食品"};

	for (int i = 0; i < PARTIES; i++) {
		const char *city = cities[i % 20], *firm = firms[i / 20 % 20];
		const char *trade = trades[i / 400 % 10];

		if (i < 4000)
			snprintf(g->party_names[i], sizeof g->party_names[i], "%s%s%s有限公司", city, firm,
			         trade);
		else
			snprintf(g->party_names[i], sizeof g->party_names[i], "%s%s%s有限公司%d部", city, firm,
			         trade, i / 4000);
	}
}

/* Partners are as frequent as Zipf's law with exponent 1.05 says. */
static void party_pick_init(gen *g)
{
	double total = 0, sum = 0;
	int slot = 0;

	for (int i = 0; i < PARTIES; i++)
		total += pow(i + 1, -1.05);
	for (int i = 0; i < PARTIES; i++) {
		sum += pow(i + 1, -1.05) / total;
		while (slot < PARTY_SLOTS && slot < sum * PARTY_SLOTS)
			g->party_pick[slot++] = i;
	}
	while (slot < PARTY_SLOTS)
		g->party_pick[slot++] = PARTIES - 1;
}

void tables_init(gen *g)
{
	calendar_init(g);
	chart_init(g);
	templates_init(g);
	party_names_init(g);
	party_pick_init(g);
}
