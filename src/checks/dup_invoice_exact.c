/*
 * What it finds: one document of one partner (the same number, date and amount) that stands in
 * two vouchers or more. What one voucher books under the number is one record, however many lines
 * it takes.
 *
 * Why it matters: a document booked twice doubles an expense or a debt, and is often paid twice.
 *
 * What to do: compare the vouchers with the original document. If it was booked twice, cancel the
 * later voucher in red; ask money that was paid twice back.
 *
 * Known limits: a contract or account number used in place of a document number looks like one
 * document; numbers with three or more bookings at steady distances are therefore left out, and
 * so are bookings of one day that sum to nothing. Left out are cancelled pairs, vouchers that
 * close or open a period, and partners whose name is blank or hidden.
 *
 * 发现什么:同一往来单位的同一单据(号码、日期、金额都相同)记在两张或更多凭证里。一张凭证在同一号码
 * 下的各行合为一条记录。
 *
 * 为什么要紧:同一单据重复入账,费用或债务虚增,往往还会重复付款。
 *
 * 怎么办:对照单据原件核对各张凭证。确属重复的,红字冲销后一张;已重复付款的,追回款项。
 *
 * 已知局限:以合同号、户号代替单据号时会被看成同一单据,因此同一号码按固定间隔出现三次以上的不报,同
 * 日一进一出相抵为零的也不报。已冲销的凭证、结转与期初凭证、名称为空或已脱敏的往来单位不参与比较。
 */
#include "base/assert.h"
#include "check/check.h"
#include "check/duplicates.h"
#include "check/rate.h"

enum { P_MIN_AMOUNT, P_MIN_LEN };
static const rd_param params[] = {
	[P_MIN_AMOUNT] = {"min_amount",
                      "yuan",
                      {"金额低于此数的不看", "smaller amounts are not looked at"},
                      RD_PARAM_MONEY,
                      0,
                      100000000000,
                      100,
                      NULL},
	[P_MIN_LEN] = RD_MIN_NO_LEN(4),
	{0},
};

enum { K_TWICE };
static const rd_message messages[] = {
	[K_TWICE] = {"twice",
                 {"{party} 的单据 {document}（{day}，金额 {amount}）在 {count} 张凭证里各记了一次："
                  "最早是 {first}，最后是 {voucher}。请对照单据原件；确属重复的，红字冲销后一张。",
                  "Document {document} of {party} ({day}, amount {amount}) stands in {count} "
                  "vouchers: first in {first}, last in {voucher}. Compare with the original; if "
                  "it is there twice, cancel the later one in red."}},
	{0},
};

/* Bookings of one number on one day that sum to nothing went in and out again. */
static bool nets_to_zero(const rd_document *d, uint32_t from, uint32_t to)
{
	rd_minor sum = 0;

	for (uint32_t i = from; i < to; i++)
		sum += d[i].amount;
	return sum == 0;
}

/* Where the run of documents with the day of `from` ends, within the number's run. */
static uint32_t day_end(const rd_document *d, uint32_t from, uint32_t to)
{
	uint32_t end = from + 1;

	while (end < to && d[end].day == d[from].day)
		end++;
	return end;
}

static void report(rd_run *run, const rd_book *b, const rd_docs *docs, uint32_t from, uint32_t to,
                   uint32_t hits)
{
	rd_docs_span span = rd_docs_span_of(b, docs->items + from, to - from);
	rd_hit hit = rd_hit_at_docs(b, &span);
	rd_minor amount = rd_doc_size(span.first);

	hit.kind = K_TWICE;
	hit.at_stake = (rd_minor)(to - from - 1) * amount;
	hit.millibits = rd_millibits(hits, docs->total);
	RD_EMIT(run, &hit, rd_num("document", span.first->number), rd_on_day("day", span.first->day),
	        rd_money("amount", amount), rd_int("count", to - from),
	        rd_vch("first", span.first->voucher),
	        rd_permille("base_rate", rd_rate_permille(hits, docs->total)));
}

/* Groups of one party and number; counts them, and reports them when `hits` is known. */
static uint32_t walk(rd_run *run, const rd_book *b, const rd_docs *docs, bool emit, uint32_t hits)
{
	const rd_document *d = docs->items;
	const bool guards = rd_run_guards(run);
	uint32_t found = 0;

	for (uint32_t i = 0, end; i < docs->n; i = end) {
		for (end = i + 1;
		     end < docs->n && d[end].party == d[i].party && d[end].number == d[i].number; end++)
			;
		if (end - i < 2 || (guards && rd_docs_steady(run, d + i, end - i)))
			continue;
		for (uint32_t k = i, next; k < end; k = next) {
			next = day_end(d, k, end);
			if (guards && nets_to_zero(d, k, next))
				continue;
			for (uint32_t from = k, to; from < next; from = to) {
				for (to = from + 1; to < next && d[to].amount == d[from].amount; to++)
					;
				if (to - from < 2)
					continue;
				found++;
				if (emit)
					report(run, b, docs, from, to, hits);
			}
		}
	}
	return found;
}

static rd_rc run(rd_run *run, const rd_book *b, rd_range range, rd_err *err)
{
	(void)range;
	(void)err;
	rd_docs docs = rd_docs_for(run, b, RD_DOCS_PARTY_NUMBER, rd_run_param(run, P_MIN_AMOUNT),
	                           rd_run_param(run, P_MIN_LEN));
	uint32_t hits = walk(run, b, &docs, false, 0);

	RD_ASSERT(hits <= docs.n);
	if (hits > 0)
		walk(run, b, &docs, true, hits);
	return RD_OK;
}

const rd_check rd_check_dup_invoice_exact = {
	.slug = "dup-invoice-exact",
	.family = "duplicate",
	.nature = "操作错误",
	.title = {"同一单据重复入账（四项全同）", "Same document booked twice (all four equal)"},
	.finds = {"同一往来单位、同一单据号、同一日期、同一金额，记在两张凭证里。",
              "Two entries with the same partner, document number, date and amount."},
	.correction = {"核对单据后红字冲销后一张凭证；已付款的追回",
                   "Compare with the document and cancel the later voucher in red; ask back what "
                   "was paid twice"},
	.basis = {"AuditNet 重复付款矩阵 1；Nigrini 三同检验；会计信息化工作规范（财会〔2024〕11号"
              ")25 条",
              "AuditNet duplicate matrix 1; Nigrini same-same-same test; 财会〔2024〕11号 "
              "art. 25"},
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
