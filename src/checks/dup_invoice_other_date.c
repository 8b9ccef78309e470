/*
 * What it finds: the same partner, document number and amount in vouchers of different dates
 * within the window.
 *
 * Why it matters: after a reminder, or when a copy arrives, a document that is already in the
 * books is booked once more.
 *
 * What to do: compare with the original document; if it was booked twice, cancel the later
 * voucher in red.
 *
 * Known limits: a contract, lease or order number in place of a document number repeats by
 * design: three or more bookings at steady distances are left out. Instalments paid on one
 * invoice are left out when they sum to a booking of the other side. Left out are cancelled
 * pairs, vouchers that close or open a period, and partners whose name is blank or hidden.
 *
 * 发现什么:同一往来单位、同一单据号、同一金额,在期限内不同日期的凭证里出现。
 *
 * 为什么要紧:对方催款或补寄单据后,已入账的单据又记了一次。
 *
 * 怎么办:对照单据原件;确属重复的,红字冲销后一张。
 *
 * 已知局限:以合同号、租约号、订单号作单据号时本来就会重复:按固定间隔出现三次以上的不报。同一发票
 * 分期付款,合计等于相反方向一笔的,也不报。已冲销的凭证、结转与期初凭证、名称为空或已脱敏的往来单
 * 位不参与比较。
 */
#include "base/assert.h"
#include "check/check.h"
#include "check/duplicates.h"
#include "check/rate.h"

enum { P_WINDOW, P_MIN_LEN };
static const rd_param params[] = {
	[P_WINDOW] = {"window",
                  "days",
                  {"两次入账最多相隔多少天", "days between the two bookings at most"},
                  RD_PARAM_INT,
                  1,
                  3660,
                  400,
                  NULL},
	[P_MIN_LEN] = RD_MIN_NO_LEN(4),
	{0},
};

enum { K_LATER };
static const rd_message messages[] = {
	[K_LATER] = {"later",
                 {"{party} 的单据 {document}，金额 {amount}，{first_day} 已记入 {first}，{day} 又记"
                  "入 {voucher}，相隔 {days} 天。请对照单据原件；确属重复的，红字冲销后一张。",
                  "Document {document} of {party}, amount {amount}, was booked on {first_day} in "
                  "{first} and again on {day} in {voucher}, {days} days later. Compare with the "
                  "original; if it is there twice, cancel the later one in red."}},
	{0},
};

/* Lines of one number on both sides: what one side sums to stands on the other as one amount,
 * an invoice and its instalments. */
static bool settles(const rd_document *d, uint32_t from, uint32_t to, uint32_t at)
{
	rd_minor side = 0;
	bool credit = d[at].amount < 0;

	for (uint32_t i = from; i < to; i++)
		side += (d[i].amount < 0) == credit ? d[i].amount : 0;
	for (uint32_t i = from; i < to; i++)
		if (d[i].amount == -side)
			return true;
	return false;
}

/* The next document of the same amount on a later day; documents are sorted by day. The search is
 * short: a number that is booked more than 50 times in between is no document's. */
static uint32_t next_same(const rd_document *d, uint32_t at, uint32_t end)
{
	for (uint32_t i = at + 1; i < end && i - at <= 50; i++)
		if (d[i].amount == d[at].amount && d[i].voucher != d[at].voucher && d[i].day != d[at].day)
			return i;
	return end;
}

static void report(rd_run *run, const rd_book *b, const rd_docs *docs, uint32_t at, uint32_t again,
                   uint32_t hits)
{
	rd_document two[2] = {docs->items[at], docs->items[again]};
	rd_docs_span span = rd_docs_span_of(b, two, 2);
	rd_hit hit = rd_hit_at_docs(b, &span);

	hit.kind = K_LATER;
	hit.millibits = rd_millibits(hits, docs->total);
	RD_EMIT(run, &hit, rd_num("document", two[0].number), rd_money("amount", rd_doc_size(&two[0])),
	        rd_on_day("first_day", span.first->day), rd_vch("first", span.first->voucher),
	        rd_on_day("day", span.last->day), rd_int("days", span.last->day - span.first->day),
	        rd_permille("base_rate", rd_rate_permille(hits, docs->total)));
}

static uint32_t walk(rd_run *run, const rd_book *b, const rd_docs *docs, bool emit, uint32_t hits)
{
	const rd_document *d = docs->items;
	const bool guards = rd_run_guards(run);
	const int64_t window = rd_run_param(run, P_WINDOW);
	uint32_t found = 0;

	for (uint32_t i = 0, end; i < docs->n; i = end) {
		uint32_t looked = 0;

		for (end = i + 1;
		     end < docs->n && d[end].party == d[i].party && d[end].number == d[i].number; end++)
			;
		if (end - i < 2 || (guards && rd_docs_steady(run, d + i, end - i)))
			continue;
		for (uint32_t k = i; k < end; k++) {
			uint32_t again = next_same(d, k, end);

			if (again == end || d[again].day - d[k].day > window)
				continue;
			if (guards && looked++ < 200 && settles(d, i, end, k))
				continue;
			found++;
			if (emit)
				report(run, b, docs, k, again, hits);
		}
	}
	return found;
}

static rd_rc run(rd_run *run, const rd_book *b, rd_range range, rd_err *err)
{
	(void)range;
	(void)err;
	rd_docs docs = rd_docs_for(run, b, RD_DOCS_PARTY_NUMBER, 1, rd_run_param(run, P_MIN_LEN));
	uint32_t hits = walk(run, b, &docs, false, 0);

	RD_ASSERT(hits <= docs.n);
	if (hits > 0)
		walk(run, b, &docs, true, hits);
	return RD_OK;
}

const rd_check rd_check_dup_invoice_other_date = {
	.slug = "dup-invoice-other-date",
	.family = "duplicate",
	.nature = "操作错误",
	.title = {"同号同额不同日期", "Same partner, number and amount on another date"},
	.finds = {"同一往来单位、同一单据号、同一金额，隔一段时间又入账一次。",
              "The same document was booked again later, often after a reminder."},
	.correction = {"核对原件，红字冲销后一张",
                   "Compare with the original and cancel the later voucher in red"},
	.basis = {"AuditNet 重复付款矩阵 4", "AuditNet duplicate matrix 4"},
	.since = "0.1",
	.wave = 1,
	.version = 1,
	.severity = RD_SEV_MEDIUM,
	.certainty = RD_INDICATOR,
	.needs = RD_HAS_LINES | RD_HAS_PARTY | RD_HAS_DOCUMENT_NO | RD_HAS_DATE,
	.split = RD_SPLIT_NONE,
	.unit = RD_UNIT_VOUCHERS,
	.params = params,
	.messages = messages,
	.run = run,
};
