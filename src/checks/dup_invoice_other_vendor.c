/*
 * What it finds: one document number with the same date and amount under two or three partners.
 * The message says so when the two names look like one.
 *
 * Why it matters: either the wrong partner was chosen and the document booked again, or one
 * partner has two records in the master data; both end in paying twice.
 *
 * What to do: look up the original. Cancel the entry under the wrong partner in red; where two
 * records are one partner, merge them.
 *
 * Known limits: different sellers do use the same numbers, so short numbers, numbers below a
 * million, dates and tickets are not compared, nor numbers that more than three partners share.
 * Left out are cancelled pairs, vouchers that close or open a period, and partners whose name is
 * blank or hidden.
 *
 * 发现什么:同一单据号、同一日期、同一金额记在两个或三个往来单位名下。两个名称看起来是同一单位时会
 * 注明。
 *
 * 为什么要紧:不是选错往来单位后又记一次,就是同一单位建了两个档案;两者都会导致重复付款。
 *
 * 怎么办:查对原始单据。往来单位选错的一张红字冲销;两个档案是同一单位的,合并档案。
 *
 * 已知局限:不同销方本来就可能用同样的号码,所以短号码、一百万以内的流水号、日期样的号码、车票通行
 * 费等票据,以及三个以上单位共用的号码都不比较。已冲销的凭证、结转与期初凭证、名称为空或已脱敏的往
 * 来单位不参与比较。
 */
#include "base/assert.h"
#include "check/check.h"
#include "check/duplicates.h"
#include "check/names.h"
#include "check/rate.h"
#include "check/similar.h"
#include "check/wording.h"

enum { P_MIN_AMOUNT, P_MIN_LEN };
static const rd_param params[] = {
	[P_MIN_AMOUNT] = {"min_amount",
                      "yuan",
                      {"金额低于此数的不看", "smaller amounts are not looked at"},
                      RD_PARAM_MONEY,
                      0,
                      100000000000,
                      10000,
                      NULL},
	[P_MIN_LEN] = RD_MIN_NO_LEN(6),
	{0},
};

enum { K_OTHER, K_ONE_NAME };
static const rd_message messages[] = {
	[K_OTHER] = {"other-party",
                 {"单据 {document}（{day}，金额 {amount}）既记在 {party} 名下（{voucher}），又记在 "
                  "{other_party} 名下（{first}）。请查对原始单据，红字冲销往来单位选错的一张。",
                  "Document {document} ({day}, amount {amount}) stands under {party} ({voucher}) "
                  "and under {other_party} ({first}). Look up the original and cancel the entry "
                  "under the wrong partner in red."}},
	[K_ONE_NAME] =
		{"one-name",
         {"单据 {document}（{day}，金额 {amount}）记在 {party}（{voucher}）和 {other_party}("
          "{first})两个名下，两个名称很像同一单位。请核对是否重复入账，并查往来档案是否重"
          "复。",
          "Document {document} ({day}, amount {amount}) stands under {party} ({voucher}) "
          "and {other_party} ({first}), two names that look like one partner. Look "
          "whether it was booked twice, and whether the master data hold the partner "
          "twice."}},
	{0},
};

#define PARTIES_MAX 3u  /* a number that more of them share is nobody's own */
#define ONE_NAME    920 /* permille of Jaro-Winkler from which two names are taken for one */

static const char *const tickets[] = {
	"车票", "机票",   "火车", "高铁",   "通行费", "过路",    "过桥", "停车",
	"打车", "出租车", "定额", "ticket", "toll",   "parking", "taxi", "péage",
};
#define N_TICKETS ((uint32_t)(sizeof tickets / sizeof tickets[0]))

static bool one_name(const rd_book *b, rd_row p, rd_row q)
{
	char np[RD_NAME_BYTES], nq[RD_NAME_BYTES];
	rd_str a = {np, rd_name_normal(rd_book_text(b, b->party.name[p]), np)};
	rd_str c = {nq, rd_name_normal(rd_book_text(b, b->party.name[q]), nq)};

	return a.len > 0 && c.len > 0 && (rd_str_eq(a, c) || rd_jaro_winkler(a, c) >= ONE_NAME);
}

static bool is_ticket(const rd_book *b, const rd_lexicon *words, const rd_document *d, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		if (rd_lexicon_find(words, rd_book_text(b, rd_line_text(b, d[i].line))))
			return true;
	return false;
}

/* Parties of a group sorted by party, and whether it stands in two vouchers. */
static uint32_t parties_of(const rd_document *d, uint32_t n, bool *ret_two)
{
	uint32_t parties = 1;

	*ret_two = false;
	for (uint32_t i = 1; i < n; i++) {
		parties += d[i].party != d[i - 1].party;
		*ret_two |= d[i].voucher != d[0].voucher;
	}
	return parties;
}

static void report(rd_run *run, const rd_book *b, const rd_docs *docs, uint32_t from, uint32_t to,
                   uint32_t hits)
{
	rd_docs_span span = rd_docs_span_of(b, docs->items + from, to - from);
	const rd_document *first = span.first;

	/* The other party is that of the earliest voucher, or any other one. */
	for (uint32_t i = from; i < to && first->party == span.last->party; i++)
		first = &docs->items[i];
	rd_hit hit = rd_hit_at_docs(b, &span);

	hit.kind = one_name(b, first->party, span.last->party) ? K_ONE_NAME : K_OTHER;
	hit.other = first->voucher;
	hit.at_stake = rd_doc_size(first);
	hit.millibits = rd_millibits(hits, docs->total);
	RD_EMIT(run, &hit, rd_num("document", first->number), rd_on_day("day", first->day),
	        rd_money("amount", rd_doc_size(first)), rd_pty("other_party", first->party),
	        rd_vch("first", first->voucher),
	        rd_permille("base_rate", rd_rate_permille(hits, docs->total)));
}

static uint32_t walk(rd_run *run, const rd_book *b, const rd_docs *docs, const rd_lexicon *words,
                     bool emit, uint32_t hits)
{
	const rd_document *d = docs->items;
	const bool guards = rd_run_guards(run);
	uint32_t found = 0;

	for (uint32_t i = 0, end; i < docs->n; i = end) {
		bool two;

		for (end = i + 1; end < docs->n && d[end].number == d[i].number && d[end].day == d[i].day &&
		                  d[end].amount == d[i].amount;
		     end++)
			;
		uint32_t parties = parties_of(d + i, end - i, &two);

		if (parties < 2 || !two)
			continue;
		if (guards && (parties > PARTIES_MAX || rd_number_ordinary(b, d[i].number) ||
		               is_ticket(b, words, d + i, end - i)))
			continue;
		found++;
		if (emit)
			report(run, b, docs, i, end, hits);
	}
	return found;
}

static rd_rc run(rd_run *run, const rd_book *b, rd_range range, rd_err *err)
{
	(void)range;
	(void)err;
	rd_docs docs = rd_docs_for(run, b, RD_DOCS_NUMBER_DAY, rd_run_param(run, P_MIN_AMOUNT),
	                           rd_run_param(run, P_MIN_LEN));
	rd_lexicon words;

	rd_lexicon_init(&words, tickets, N_TICKETS);
	uint32_t hits = walk(run, b, &docs, &words, false, 0);

	RD_ASSERT(hits <= docs.n);
	if (hits > 0)
		walk(run, b, &docs, &words, true, hits);
	return RD_OK;
}

const rd_check rd_check_dup_invoice_other_vendor = {
	.slug = "dup-invoice-other-vendor",
	.family = "duplicate",
	.nature = "操作错误",
	.title = {"同号同额不同供应商", "Same document number, date and amount at another vendor"},
	.finds = {"同一单据号、同一日期、同一金额，记在不同往来单位名下：可能选错单位后又记一次，或"
              "同一单位有两个档案。",
              "One document booked under two partners: wrong partner chosen, then booked "
              "again, or two master records of one vendor."},
	.correction = {"核对原始凭证，红字冲销错误一方；合并往来单位",
                   "Compare with the original and cancel the wrong one in red; merge the two "
                   "records of one partner"},
	.basis = {"AuditNet 重复付款矩阵 2", "AuditNet duplicate matrix 2"},
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
