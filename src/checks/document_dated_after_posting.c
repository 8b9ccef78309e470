/*
 * What it finds: vouchers that were booked before the document they rest on existed: the date of
 * the document is later than that of the voucher.
 *
 * Why it matters: something was booked without its document, or in too early a period.
 *
 * What to do: compare the date on the document. What was booked too early is reversed and
 * entered again with the date of the document.
 *
 * Known limits: accruals, prepayments and 暂估 entries rest on no document yet and are let pass.
 * Payment orders may be carried out later; set `grace` for that. When more than a fifth of the
 * vouchers with a document date hit, the column more likely holds the due date: then there is
 * one finding with a hint for the mapping.
 *
 * 发现什么:原始凭证日期晚于凭证日期,即单据还没有就先入了账的凭证。
 *
 * 为什么要紧:说明入账时没有单据,或者提前记入了较早的期间。
 *
 * 怎么办:核对单据上的日期;提前入账的冲回,按单据日期重做。
 *
 * 已知局限:暂估、预提、预付类凭证入账时本无单据,不报;付款指令可能稍后执行,可用参数 grace 放宽;五分之一以上
 * 命中时,该列更可能是到期日,只报一条并提示检查映射。
 */
#include "base/hash.h"
#include "check/check.h"
#include "check/entries.h"
#include "check/names.h"
#include "check/rate.h"

enum { P_GRACE };
static const rd_param params[] = {
	[P_GRACE] = {"grace",
                 "days",
                 {"容许单据晚于入账的天数", "days that a document may be later"},
                 RD_PARAM_INT,
                 0,
                 366,
                 0,
                 NULL},
	{0},
};

enum { K_LATE, K_COLUMN };
static const rd_message messages[] = {
	[K_LATE] =
		{"late",
         {"凭证 {voucher} 记于 {booked}，所附单据 {document} 日期为 {document_day}，晚 {days} 天。请核对单据日期；"
          "确属提前入账的，冲回后按单据日期重做。",
          "Voucher {voucher} was booked on {booked}, its document {document} is dated "
          "{document_day}, {days} day(s) later. Compare the document; what was booked too "
          "early is entered again."}},
	[K_COLUMN] =
		{"due-date-column",
         {"有 {vouchers} 张凭证（占有单据日期的 {share}）的单据日期晚于入账日期，例如 {voucher}。该列可能是到期日，请检查导入映射。",
          "{vouchers} vouchers ({share} of those with a document date) have a document later "
          "than their booking, such as {voucher}. The column may hold the due date: look at "
          "the mapping."}},
	{0},
};

#define COLUMN_PERCENT 20u

/* The line whose document is latest behind its booking, RD_NONE when none is later than allowed. */
static rd_row latest(const rd_book *b, rd_row v, rd_day grace, bool *any)
{
	rd_row at = RD_NONE;
	rd_day most = grace;

	for (rd_row i = b->voucher.first[v]; i < b->voucher.first[v + 1]; i++) {
		rd_day document = b->line.document_date[i];
		rd_day day = b->line.date ? b->line.date[i] : b->voucher.date[v];

		if (document == RD_DAY_NONE || day == RD_DAY_NONE)
			continue;
		*any = true;
		if (document - day > most) {
			most = document - day;
			at = i;
		}
	}
	return at;
}

/* Entries that rest on no document yet: they say so, or are booked as a prepayment. */
static bool may_precede(rd_run *run, const rd_book *b, rd_row v)
{
	static const char *const words[] = {
		"暂估",  "预提",  "计提",      "预付",      "预收",      "待摊", "摊销",
		"accru", "Accru", "provision", "Provision", "PROVISION", NULL,
	};

	if (!rd_run_guards(run))
		return false;
	if (b->voucher.flags[v] & (RD_VCH_VOID | RD_VCH_OPENING | RD_VCH_CLOSING))
		return true;
	for (rd_row i = b->voucher.first[v]; i < b->voucher.first[v + 1]; i++) {
		uint8_t role = b->account.role[b->line.account[i]];

		if (role == RD_ROLE_PREPAYMENT || role == RD_ROLE_ADVANCE ||
		    rd_name_has(rd_book_text(b, rd_line_text(b, i)), words))
			return true;
	}
	return false;
}

static void report(rd_run *run, const rd_book *b, rd_row at)
{
	rd_hit hit = rd_hit_at_line(b, at);
	rd_row v = rd_line_voucher(b, at);
	rd_day document = b->line.document_date[at], booked = rd_line_date(b, at);

	hit.account = hit.party = 0;
	hit.at_stake = rd_entry_volume(b, v);
	hit.key = rd_hash_i64(RD_HASH_START, document);
	RD_EMIT(run, &hit, rd_on_day("booked", booked), rd_on_day("document_day", document),
	        rd_num("document", rd_line_document(b, at)), rd_int("days", document - booked));
}

static rd_rc run(rd_run *run, const rd_book *b, rd_range range, rd_err *err)
{
	const rd_day grace = (rd_day)rd_run_param(run, P_GRACE);
	uint64_t with = 0, hits = 0;
	rd_row example = RD_NONE;

	(void)range;
	(void)err;
	for (rd_row v = 0; v < b->voucher.n; v++) {
		bool any = false;
		rd_row at = latest(b, v, grace, &any);

		with += any;
		if (at == RD_NONE || may_precede(run, b, v))
			continue;
		if (hits++ == 0)
			example = v;
	}
	if (hits == 0)
		return RD_OK;
	if (rd_run_guards(run) && hits > 1 && hits * 100 > with * COLUMN_PERCENT) {
		rd_hit hit = rd_hit_at_voucher(b, example);

		hit.kind = K_COLUMN;
		hit.severity = RD_SEV_LOW;
		hit.keyless = true;
		hit.period = 0;
		hit.day = RD_DAY_NONE;
		hit.weight = (uint32_t)hits;
		RD_EMIT(run, &hit, rd_int("vouchers", (int64_t)hits),
		        rd_permille("share", rd_rate_permille(hits, with)));
		return RD_OK;
	}
	for (rd_row v = example; v < b->voucher.n; v++) {
		bool any = false;
		rd_row at = latest(b, v, grace, &any);

		if (at != RD_NONE && !may_precede(run, b, v))
			report(run, b, at);
	}
	return RD_OK;
}

const rd_check rd_check_document_dated_after_posting = {
	.slug = "document-dated-after-posting",
	.family = "cut-off",
	.nature = "违规风险",
	.title = {"原始凭证日期晚于记账日期", "Document dated after posting"},
	.finds = {"单据日期晚于凭证日期：入账时单据还不存在。",
              "The entry was booked before its document existed."},
	.correction = {"核对单据日期；提前入账的冲回，按单据日期重做",
                   "Compare the document; what was booked too early is reversed and entered "
                   "with its date."},
	.basis = {"MindBridge 控制点；会计法 9", "MindBridge control point; Accounting Law 9"},
	.since = "0.1",
	.wave = 1,
	.version = 1,
	.severity = RD_SEV_MEDIUM,
	.certainty = RD_FACT,
	.needs = RD_HAS_LINES | RD_HAS_DATE | RD_HAS_DOCUMENT_DATE,
	.split = RD_SPLIT_NONE,
	.unit = RD_UNIT_VOUCHERS,
	.no_collapse = true,
	.params = params,
	.messages = messages,
	.run = run,
};
