#include "ledger.h"
#include "base/day.h"
#include "base/money.h"
#include "unit.h"

typedef struct account {
	const char *code, *name;
	bool has_party;
} account;

enum {
	CASH,
	BANK,
	RECEIVABLE,
	STOCK,
	PAYABLE,
	WAGES,
	TAX,
	PROFIT,
	REVENUE,
	COST,
	OFFICE,
	TRAVEL,
	OTHER,
	ACCOUNTS,
	PARTIES = 24,
	LINES_MAX = 6,
};
static const account accounts[ACCOUNTS] = {
	{"1001", "库存现金", false},
	{"1002", "银行存款", false},
	{"1122", "应收账款", true},
	{"1405", "库存商品", false},
	{"2202", "应付账款", true},
	{"2211", "应付职工薪酬", false},
	{"222101", "应交税费-应交增值税", false},
	{"3103", "本年利润", false},
	{"5001", "主营业务收入", false},
	{"5401", "主营业务成本", false},
	{"560201", "管理费用-办公费", false},
	{"560202", "管理费用-差旅费", false},
	{"1221", "其他应收款", true},
};

typedef struct line {
	uint32_t account, party;
	rd_minor net;
} line;

/* The voucher being made. */
typedef struct maker {
	const ledger *l;
	uint64_t seed;
	rd_buf *out; /* NULL: only sums are wanted */
	uint32_t month, number, document;
	rd_minor debit[13][ACCOUNTS], credit[13][ACCOUNTS];
	line lines[LINES_MAX];
	uint32_t n;
	const char *text;
	bool wrong;
} maker;

static uint32_t below(maker *m, uint32_t n)
{
	return unit_below(&m->seed, n);
}

static void add(maker *m, uint32_t a, uint32_t party, rd_minor net)
{
	m->lines[m->n++] = (line){a, accounts[a].has_party ? party : 0, net};
}

static rd_minor amount(maker *m)
{
	static const rd_minor usual[] = {100000, 250000, 500000, 88000, 120050};

	if (below(m, 4) == 0)
		return usual[below(m, 5)];
	return 100 + (rd_minor)below(m, below(m, 3) ? 300000 : 9000000);
}

/* The lines of a voucher of a random kind. */
static void fill(maker *m)
{
	uint32_t party = 1 + below(m, PARTIES);
	rd_minor a = amount(m), tax = a * 13 / 100;

	m->n = 0;
	switch (below(m, 9)) {
	case 0:
	case 1:
		m->text = "销售商品";
		add(m, RECEIVABLE, party, a + tax);
		add(m, REVENUE, 0, -a);
		add(m, TAX, 0, -tax);
		break;
	case 2:
		m->text = "购入商品";
		add(m, STOCK, 0, a);
		add(m, TAX, 0, tax);
		add(m, PAYABLE, party, -a - tax);
		break;
	case 3:
		m->text = "收到货款";
		add(m, BANK, 0, a);
		add(m, RECEIVABLE, party, -a);
		break;
	case 4:
		m->text = "支付货款";
		add(m, PAYABLE, party, a);
		add(m, BANK, 0, -a);
		break;
	case 5:
		m->text = "报销办公费";
		add(m, OFFICE, 0, a / 10 + 1);
		add(m, CASH, 0, -(a / 10) - 1);
		break;
	case 6:
		m->text = "报销差旅费";
		add(m, TRAVEL, 0, a / 5 + 1);
		add(m, OTHER, party, -(a / 5) - 1);
		break;
	case 7:
		m->text = "结转销售成本";
		add(m, COST, 0, a);
		add(m, STOCK, 0, -a);
		break;
	default:
		m->text = below(m, 2) ? "提取备用金" : "发放工资";
		add(m, below(m, 2) ? CASH : WAGES, 0, a);
		add(m, BANK, 0, -a);
	}
}

static void write_line(maker *m, const line *x, const char *date, uint32_t number,
                       uint32_t document)
{
	char sum[RD_MINOR_TEXT];
	rd_minor net = x->net, size = net < 0 ? -net : net;
	bool red = m->text[0] == '-'; /* a red text: the amounts keep their side and are negative */
	const char *text = red ? m->text + 1 : m->text;
	uint32_t who = number % 3;
	bool unseen = m->wrong && below(m, 5) == 0;

	if (red) {
		net = -net;
		size = -size;
	}
	if (net < 0)
		m->credit[m->month][x->account] += size;
	else
		m->debit[m->month][x->account] += size;
	if (m->out == NULL)
		return;
	rd_minor_format(size, 2, false, sum);
	rd_buf_printf(m->out, "%s,记,%u,%s,%s,%s,%s,%s,", date, number, text, accounts[x->account].code,
	              accounts[x->account].name, net < 0 ? "" : sum, net < 0 ? sum : "");
	if (x->party)
		rd_buf_printf(m->out, "单位%02u公司", x->party);
	if (document)
		rd_buf_printf(m->out, ",FP%06u", document);
	else
		rd_buf_puts(m->out, ",");
	rd_buf_printf(m->out, ",%s,%s,%u\n", who ? "王芳" : "赵敏",
	              unseen ? ""
	              : who  ? "李强"
	                     : "王芳",
	              1 + number % 4);
}

static void write(maker *m, uint32_t day, uint32_t number, uint32_t document)
{
	char date[16];

	rd_day_format(rd_day_of(2024, (int32_t)m->month, (int32_t)day), date);
	for (uint32_t i = 0; i < m->n; i++)
		write_line(m, &m->lines[i], date, number, document);
}

/* One thing that goes wrong with the voucher that was just filled. */
static void spoil(maker *m, uint32_t day)
{
	const char *text = m->text;
	uint32_t kind = below(m, 6);

	switch (kind) {
	case 0: m->lines[below(m, m->n)].net += 1 + (rd_minor)below(m, 5000); break;
	case 1: m->number += m->l->plain ? 0 : 1 + below(m, 3); break; /* a gap */
	case 2:                                                        /* booked twice */
	case 3:
		write(m, day, m->l->plain ? m->number++ : m->number, m->document);
		if (kind == 3)
			m->number++;
		break;
	case 4: /* and taken back in red */
		write(m, day, m->number++, m->document);
		m->text = "-冲销";
		for (uint32_t i = 0; i < m->n; i++)
			m->lines[i].net = -m->lines[i].net;
		break;
	default: m->lines[0].party = 0; break;
	}
	if (kind != 4)
		m->text = text;
}

static void make(maker *m)
{
	uint32_t per_month = m->l->vouchers / m->l->months + 1;

	for (m->month = 1; m->month <= m->l->months; m->month++) {
		m->number = m->l->plain && m->month > 1 ? m->number : 1;
		for (uint32_t k = 0; k < per_month; k++, m->number++) {
			uint32_t day = 1 + k * 28 / per_month;

			fill(m);
			m->document += below(m, 3) != 0;
			m->wrong = below(m, 1000) < m->l->wrong;
			if (m->wrong)
				spoil(m, day);
			write(m, day, m->number, below(m, 2) ? m->document : 0);
		}
	}
}

void ledger_journal(const ledger *l, rd_buf *out)
{
	static maker m; /* large */

	m = (maker){.l = l, .seed = l->seed, .out = out};
	rd_buf_puts(
		out,
		"日期,凭证字,凭证号,摘要,科目编码,科目名称,借方金额,贷方金额,往来单位,单据号,制单人,审核人,附件数\n");
	make(&m);
}

static void trial_cell(maker *m, rd_minor v)
{
	char sum[RD_MINOR_TEXT];

	if (below(m, 1000) < m->l->wrong)
		v += 1 + (rd_minor)below(m, 20000);
	rd_minor_format(v, 2, false, sum);
	rd_buf_printf(m->out, ",%s", sum);
}

void ledger_trial(const ledger *l, rd_buf *out)
{
	static maker m;
	rd_minor balance[ACCOUNTS];

	m = (maker){.l = l, .seed = l->seed};
	make(&m);
	m.out = out;
	for (uint32_t a = 0; a < ACCOUNTS; a++)
		balance[a] = a == BANK ? 50000000 : a == CASH ? 300000 : 0;
	rd_buf_puts(
		out,
		"期间,科目编码,科目名称,期初余额借方,期初余额贷方,本期发生借方,本期发生贷方,期末余额借方,期末余额贷方\n");
	for (uint32_t month = 1; month <= l->months; month++)
		for (uint32_t a = 0; a < ACCOUNTS; a++) {
			rd_minor open = balance[a], end = open + m.debit[month][a] - m.credit[month][a];

			if (open == 0 && m.debit[month][a] == 0 && m.credit[month][a] == 0)
				continue;
			balance[a] = end;
			rd_buf_printf(out, "2024-%02u,%s,%s", month, accounts[a].code, accounts[a].name);
			trial_cell(&m, open > 0 ? open : 0);
			trial_cell(&m, open < 0 ? -open : 0);
			trial_cell(&m, m.debit[month][a]);
			trial_cell(&m, m.credit[month][a]);
			trial_cell(&m, end > 0 ? end : 0);
			trial_cell(&m, end < 0 ? -end : 0);
			rd_buf_char(out, '\n');
		}
}
