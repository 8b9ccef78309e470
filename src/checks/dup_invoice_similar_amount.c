/*
 * What it finds: one document (partner, number, date) that two vouchers book with amounts which
 * differ as keying errors do: digits in another order, a decimal point one or two places off,
 * decimals dropped, or tax once included and once not.
 *
 * Why it matters: one of the two amounts is not that of the document, and together they count it
 * twice.
 *
 * What to do: read the amount off the original document. Cancel the wrong voucher in red, or book
 * the difference.
 *
 * Known limits: part payments on one number are left out when a third booking is their sum. The
 * tax rates are a parameter; other rates are not recognised. Left out are cancelled pairs,
 * vouchers that close or open a period, and partners whose name is blank or hidden.
 *
 * 发现什么:同一单据(往来单位、号码、日期相同)在两张凭证里金额不同,而差异像是录入所致:数字颠倒、小
 * 数点错一两位、漏了角分,或一次含税一次不含税。
 *
 * 为什么要紧:两个金额里至少有一个不是单据上的金额,合起来又把它记了两次。
 *
 * 怎么办:以单据原件的金额为准,错的一张红字冲销,或就差额作红字或补充登记。
 *
 * 已知局限:同一号码分次付款、合计等于第三笔的不报。税率是参数,表外税率不识别。已冲销的凭证、结转
 * 与期初凭证、名称为空或已脱敏的往来单位不参与比较。
 */
#include "base/assert.h"
#include "check/check.h"
#include "check/duplicates.h"
#include "check/rate.h"
#include "check/similar.h"

enum { P_MIN_LEN, P_RATES };
static const rd_param params[] = {
	[P_MIN_LEN] = RD_MIN_NO_LEN(4),
	[P_RATES] = {"rates",
                 "%",
                 {"用来辨认含税与不含税的税率",
                  "tax rates by which amounts with and without tax are recognised"},
                 RD_PARAM_WORDS,
                 0,
                 0,
                 0,
                 "1|3|6|9|13"},
	{0},
};

enum { K_DIGITS, K_POINT, K_TAX, K_DECIMALS };
static const rd_message messages[] = {
	[K_DIGITS] = {"swapped-digits",
                  {"{party} 的单据 {document}（{day}），{first} 记 {first_amount}，{voucher} 记 "
                   "{amount}，数字相同而次序不同。请以单据原件为准。",
                   "Document {document} of {party} ({day}): {first_amount} in {first}, {amount} "
                   "in {voucher}, the same digits in another order. Go by the original."}},
	[K_POINT] = {"decimal-point",
                 {"{party} 的单据 {document}（{day}），{first} 记 {first_amount}，{voucher} 记 "
                  "{amount}，正好差 {times} 倍：可能小数点错位。请以单据原件为准。",
                  "Document {document} of {party} ({day}): {first_amount} in {first}, {amount} "
                  "in {voucher}, {times} times as much: the decimal point may be off. Go by the "
                  "original."}},
	[K_TAX] = {"tax",
               {"{party} 的单据 {document}（{day}），{first} 记 {first_amount}，{voucher} 记 "
                "{amount}，正好差 {rate}% 的税：可能一次含税、一次不含税。请以单据原件为准。",
                "Document {document} of {party} ({day}): {first_amount} in {first}, {amount} "
                "in {voucher}, apart by tax of {rate} %: once with and once without it. Go by "
                "the original."}},
	[K_DECIMALS] = {"decimals",
                    {"{party} 的单据 {document}（{day}），{first} 记 {first_amount}，{voucher} 记 "
                     "{amount}，只差角分。请以单据原件为准。",
                     "Document {document} of {party} ({day}): {first_amount} in {first}, {amount} "
                     "in {voucher}, apart by the decimals only. Go by the original."}},
	{0},
};

#define GROUP_CAP 50u /* documents of one number and day that are compared with each other */
#define NONE      (-1)

/* What one pair of amounts looks like. */
typedef struct likeness {
	int kind;     /* NONE or a message */
	int64_t with; /* the factor or the rate */
} likeness;

static int64_t number_of(rd_str s)
{
	int64_t v = 0;

	for (uint32_t i = 0; i < s.len; i++)
		if (s.ptr[i] >= '0' && s.ptr[i] <= '9' && v < 1000)
			v = v * 10 + (s.ptr[i] - '0');
	return v;
}

/* low * (100 + rate) / 100 within one minor unit of high. */
static bool is_with_tax(rd_minor low, rd_minor high, int64_t rate)
{
	rd_minor tax = low / 100 * rate + low % 100 * rate / 100;

	return high - low - tax >= -1 && high - low - tax <= 1;
}

static likeness like(rd_run *run, rd_minor a, rd_minor b)
{
	rd_minor low = a < b ? a : b, high = a < b ? b : a;
	uint32_t n = 0;
	const rd_str *rates = rd_run_words(run, P_RATES, &n);

	if ((high - low) % 9 == 0 && rd_same_digits(low, high) && low >= 10)
		return (likeness){K_DIGITS, 0};
	if (high % 10 == 0 && high / 10 == low)
		return (likeness){K_POINT, 10};
	if (high % 100 == 0 && high / 100 == low)
		return (likeness){K_POINT, 100};
	if (low >= 10000 && low / 100 == high / 100 && (low % 100 == 0 || high % 100 == 0))
		return (likeness){K_DECIMALS, 0};
	for (uint32_t i = 0; i < n && low >= 100; i++) {
		int64_t rate = number_of(rates[i]);

		if (rate > 0 && is_with_tax(low, high, rate))
			return (likeness){K_TAX, rate};
	}
	return (likeness){NONE, 0};
}

/* A third document of the group is the sum of the two: part payments. */
static bool is_part(const rd_document *d, uint32_t n, rd_minor sum)
{
	for (uint32_t i = 0; i < n; i++)
		if (d[i].amount == sum || d[i].amount == -sum)
			return true;
	return false;
}

static void report(rd_run *run, const rd_book *b, const rd_docs *docs, const rd_document two[2],
                   likeness l, uint32_t hits)
{
	rd_docs_span span = rd_docs_span_of(b, two, 2);
	rd_hit hit = rd_hit_at_docs(b, &span);
	rd_minor first = rd_doc_size(span.first), last = rd_doc_size(span.last);

	rd_fact what = l.kind == K_TAX ? rd_int("rate", l.with)
	               : l.kind == K_POINT
	                   ? rd_int("times", l.with)
	                   : rd_money("difference", first < last ? last - first : first - last);

	hit.kind = (uint8_t)l.kind;
	hit.at_stake = first < last ? first : last;
	hit.millibits = rd_millibits(hits, docs->total);
	RD_EMIT(run, &hit, rd_num("document", span.last->number), rd_on_day("day", span.last->day),
	        rd_money("first_amount", first), rd_vch("first", span.first->voucher),
	        rd_money("amount", last), what,
	        rd_permille("base_rate", rd_rate_permille(hits, docs->total)));
}

static uint32_t compare(rd_run *run, const rd_book *b, const rd_docs *docs, uint32_t from,
                        uint32_t n, bool emit, uint32_t hits)
{
	const rd_document *d = docs->items + from;
	const bool guards = rd_run_guards(run);
	uint32_t found = 0;

	for (uint32_t i = 0; i < n; i++)
		for (uint32_t k = i + 1; k < n; k++) {
			rd_document two[2] = {d[i], d[k]};

			if (d[i].amount == d[k].amount || (d[i].amount < 0) != (d[k].amount < 0) ||
			    d[i].voucher == d[k].voucher)
				continue;
			likeness l = like(run, rd_doc_size(&d[i]), rd_doc_size(&d[k]));

			if (l.kind == NONE || (guards && is_part(d, n, d[i].amount + d[k].amount)))
				continue;
			found++;
			if (emit)
				report(run, b, docs, two, l, hits);
		}
	return found;
}

static uint32_t walk(rd_run *run, const rd_book *b, const rd_docs *docs, bool emit, uint32_t hits)
{
	const rd_document *d = docs->items;
	uint32_t found = 0;

	for (uint32_t i = 0, end; i < docs->n; i = end) {
		for (end = i + 1; end < docs->n && d[end].party == d[i].party &&
		                  d[end].number == d[i].number && d[end].day == d[i].day;
		     end++)
			;
		if (end - i > 1)
			found +=
				compare(run, b, docs, i, end - i < GROUP_CAP ? end - i : GROUP_CAP, emit, hits);
	}
	return found;
}

static rd_rc run(rd_run *run, const rd_book *b, rd_range range, rd_err *err)
{
	(void)range;
	(void)err;
	rd_docs docs = rd_docs_for(run, b, RD_DOCS_PARTY_NUMBER, 1, rd_run_param(run, P_MIN_LEN));
	uint32_t hits = walk(run, b, &docs, false, 0);

	RD_ASSERT(docs.n <= docs.total);
	if (hits > 0)
		walk(run, b, &docs, true, hits);
	return RD_OK;
}

const rd_check rd_check_dup_invoice_similar_amount = {
	.slug = "dup-invoice-similar-amount",
	.family = "duplicate",
	.nature = "操作错误",
	.title = {"同一单据金额近似", "Same document with a similar amount"},
	.finds = {"同一往来单位、同一单据号、同一日期，金额却像录错了一样相近：数字颠倒、小数点错"
              "位、含税与不含税。",
              "Partner, number and date agree and the amounts differ by a swapped digit, a "
              "shifted decimal point or by tax."},
	.correction = {"以原始凭证为准，差额红字或补充登记",
                   "Go by the original document; book the difference in red, or what is missing"},
	.basis = {"AuditNet 重复付款矩阵 5", "AuditNet duplicate matrix 5"},
	.since = "0.1",
	.wave = 1,
	.version = 1,
	.severity = RD_SEV_LOW,
	.certainty = RD_INDICATOR,
	.needs = RD_HAS_LINES | RD_HAS_PARTY | RD_HAS_DOCUMENT_NO | RD_HAS_DATE,
	.split = RD_SPLIT_NONE,
	.unit = RD_UNIT_VOUCHERS,
	.params = params,
	.messages = messages,
	.run = run,
};
