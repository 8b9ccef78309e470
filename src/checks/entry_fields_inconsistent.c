/*
 * What it finds: lines that share a voucher number but carry different dates, periods, journals,
 * preparers, reviewers or numbers of attachments; and different document numbers in books where
 * a voucher nearly always has one.
 *
 * Why it matters: either two vouchers run under one number, or one of the values was keyed wrong.
 *
 * What to do: not posted yet: fill in a voucher for each day. Posted: state the reason on the
 * voucher.
 *
 * Known limits: document numbers belong to lines in most programs; they are judged only where at
 * least 95 % of the vouchers have one, and never in vouchers that touch money, which often
 * settle several documents. The voucher's own number, up to three characters and words without a
 * digit are no document numbers. Where vouchers were told apart by their running sum there is
 * no number to share, and the check does not run.
 *
 * 发现什么:同一凭证号下各行的日期、期间、凭证字、制单人、审核人或附件数不一致;以及在一张凭证几乎总是一个单据号的账里,
 * 单据号不一致的凭证。
 *
 * 为什么要紧:要么两张凭证用了同一个号,要么其中一个值录错了。
 *
 * 怎么办:未记账的按日拆分重制;已记账的在凭证上注明原因。
 *
 * 已知局限:多数软件的单据号属于分录行,只有 95% 以上的凭证都是单一单据号时才判断,且涉及货币资金的凭证常常一次
 * 结清多张单据,不作判断;三个字符以内、没有数字的单据号和凭证自身的号码不算单据号;凭证是按累计差额归零切分出来的,
 * 没有共同的凭证号,此项不运行。
 */
#include "base/hash.h"
#include "book/builder.h"
#include "book/serial.h"
#include "check/check.h"
#include "check/papers.h"

enum { P_AGREE };
static const rd_param params[] = {
	[P_AGREE] = {"line_field_agree",
                 "%",
                 {"单据号一致的凭证达到多大比例才判断单据号",
                  "share of vouchers with one document number above which it is judged"},
                 RD_PARAM_INT,
                 50,
                 100,
                 95,
                 NULL},
	{0},
};

enum { K_HEADER, K_DOCUMENT };
static const rd_message messages[] = {
	[K_HEADER] =
		{"header",
         {"凭证 {voucher} 各行的{field}不一致：「{a}」与「{b}」。可能两张凭证用了同一个号，请核对后拆分或更正。",
          "The lines of voucher {voucher} disagree on the {field_en}: \"{a}\" and \"{b}\". "
          "Two vouchers may share a number: compare, then divide or correct."}},
	[K_DOCUMENT] =
		{"document",
         {"凭证 {voucher} 的分录有不同的单据号：「{a}」与「{b}」，而本账 {share} 的凭证只有一个单据号。请核对单据是否附错。",
          "Lines of voucher {voucher} name different documents, \"{a}\" and \"{b}\"; {share} "
          "of the vouchers of these books have one only. See whether a document is filed "
          "with the wrong voucher."}},
	{0},
};

/* What makes the finding the same next month: number, field and the two values, whichever line
 * came first. The voucher's own date or period may be one of the values, so it is left out. */
static void identify(const rd_book *b, rd_hit *hit, rd_field field, rd_str x, rd_str y)
{
	rd_row v = hit->voucher;
	char number[96];

	rd_serial_format(b, b->voucher.number[v], number, sizeof number);
	hit->key = rd_hash_str(RD_HASH_START, x) + rd_hash_str(RD_HASH_START, y);
	hit->key = rd_hash_str(rd_hash_i64(hit->key, field), rd_str_of(number));
	if (b->voucher.journal && field != RD_F_JOURNAL)
		hit->key = rd_hash_str(hit->key, rd_book_text(b, b->voucher.journal[v]));
	hit->keyless = true;
	hit->day = RD_DAY_NONE;
	if (field == RD_F_DATE || field == RD_F_PERIOD)
		hit->period = 0;
}

static void headers(rd_run *run, const rd_book *b)
{
	for (uint32_t i = 0; i < b->n_mixed; i++) {
		const rd_mixed *m = &b->mixed[i];
		rd_field f = (rd_field)m->field;
		rd_words words = rd_field_words(f);

		if (f == RD_F_DOCUMENT || f == RD_F_CLEARING || m->voucher >= b->voucher.n)
			continue;
		if (b->voucher.flags[m->voucher] & (RD_VCH_OPENING | RD_VCH_VOID) && rd_run_guards(run))
			continue;
		rd_hit hit = rd_hit_at_voucher(b, m->voucher);

		hit.kind = K_HEADER;
		hit.line = m->line;
		identify(b, &hit, f, rd_book_text(b, m->a), rd_book_text(b, m->b));
		RD_EMIT(run, &hit, rd_word("field", words.zh, words.en),
		        rd_string("field_en", rd_str_of(words.en)), rd_txt("a", m->a), rd_txt("b", m->b));
	}
}

/* The first line whose document differs from an earlier one of the voucher, RD_NONE = none;
 * *ret_first is that other document. Blanks agree with everything. */
static rd_row differs(const rd_book *b, rd_row v, rd_serial *ret_first)
{
	rd_serial first = 0;

	for (rd_row i = b->voucher.first[v]; i < b->voucher.first[v + 1]; i++) {
		rd_serial s = b->line.document[i];

		if (s == 0 || s == first || !rd_document_tells(b, s, v))
			continue;
		*ret_first = first;
		if (first)
			return i;
		first = s;
	}
	return RD_NONE;
}

static bool touches_money(const rd_book *b, rd_row v)
{
	for (rd_row i = b->voucher.first[v]; i < b->voucher.first[v + 1]; i++) {
		uint8_t role = b->account.role[b->line.account[i]];

		if (role == RD_ROLE_CASH || role == RD_ROLE_BANK || role == RD_ROLE_OTHER_MONEY)
			return true;
	}
	return false;
}

static void documents(rd_run *run, const rd_book *b)
{
	const uint64_t agree = (uint64_t)rd_run_param(run, P_AGREE);
	uint64_t with = 0, mixed = 0;
	rd_serial first;

	if (b->line.document == NULL)
		return;
	for (rd_row v = 0; v < b->voucher.n; v++) {
		rd_row at = differs(b, v, &first);

		with += at != RD_NONE || b->line.document[b->voucher.first[v]] != 0;
		mixed += at != RD_NONE;
	}
	if (mixed == 0 || (with - mixed) * 100 < with * agree)
		return;
	for (rd_row v = 0; v < b->voucher.n; v++) {
		rd_row at = differs(b, v, &first);

		if (at == RD_NONE || rd_run_leave_out(run, v) ||
		    (rd_run_guards(run) && touches_money(b, v)))
			continue;
		rd_hit hit = rd_hit_at_voucher(b, v);
		char x[96], y[96];

		rd_serial_format(b, first, x, sizeof x);
		rd_serial_format(b, b->line.document[at], y, sizeof y);
		hit.kind = K_DOCUMENT;
		hit.severity = RD_SEV_LOW;
		hit.line = at;
		identify(b, &hit, RD_F_DOCUMENT, rd_str_of(x), rd_str_of(y));
		RD_EMIT(run, &hit, rd_string("a", rd_str_of(x)), rd_string("b", rd_str_of(y)),
		        rd_permille("share", (int64_t)((with - mixed) * 1000 / with)));
	}
}

static rd_rc run(rd_run *run, const rd_book *b, rd_range range, rd_err *err)
{
	(void)range;
	(void)err;
	if (b->key & RD_KEY_CUT) {
		rd_run_not_run(run, "凭证是按累计差额归零切分的，没有可比的凭证号",
		               "vouchers were cut by their running sum: there is no number to "
		               "compare by");
		return RD_OK;
	}
	headers(run, b);
	documents(run, b);
	return RD_OK;
}

const rd_check rd_check_entry_fields_inconsistent = {
	.slug = "entry-fields-inconsistent",
	.family = "structure",
	.nature = "操作错误",
	.title = {"同一凭证日期、字号或核销号不一致",
              "Lines of one entry disagree on date, journal or document"},
	.finds = {"同一凭证号的各行，日期、凭证字、制单人或单据号不同。",
              "Lines that share a voucher number carry different dates, journals, preparers "
              "or document numbers."},
	.correction = {"未记账的按日拆分重制；已记账的说明原因",
                   "Not posted: a voucher for each day. Posted: state the reason."},
	.basis = {"会计基础工作规范 51(1)；法国税务总局 VUES.sql 一致性标志",
              "Basic accounting work rules 51(1); DGFiP VUES.sql idem flags"},
	.since = "0.1",
	.wave = 1,
	.version = 1,
	.severity = RD_SEV_MEDIUM,
	.certainty = RD_FACT,
	.needs = RD_HAS_LINES | RD_HAS_ENTRY_NO | RD_HAS_DATE,
	.split = RD_SPLIT_NONE,
	.unit = RD_UNIT_VOUCHERS,
	.params = params,
	.messages = messages,
	.run = run,
};
