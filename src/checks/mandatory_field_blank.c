/*
 * What it finds: lines without date, voucher number, account or amount, and without any other
 * field that the user declares mandatory (parameter `also`). What is blank for a whole voucher
 * is reported once for the voucher, with all its lines counted.
 *
 * Why it matters: a line without one of them cannot be found again, summed or checked, and the
 * rules ask for all of them on every voucher.
 *
 * What to do: complete it where the books are kept and export again; a voucher that is not
 * posted yet is filled in.
 *
 * Known limits: "-" and numbers of zeros count as blank, an amount of zero does not. Date and
 * number are carried down from the first line of a voucher before the test. A column that no
 * file has is not asked for here. Opening, closing and void vouchers are let pass. Where more
 * than a fifth of the lines lack a field there is one finding for it.
 *
 * 发现什么:缺少日期、凭证号、科目或金额的分录,以及缺少用户另行指定(参数 also)的必填内容的分录。整张凭证都缺的,
 * 按凭证报一条,计入其全部行数。
 *
 * 为什么要紧:缺了这些内容,分录无法追查、汇总和核对;制度也要求每张凭证都填写齐全。
 *
 * 怎么办:在来源系统补齐后重新导出;未记账的凭证补填。
 *
 * 已知局限:「-」和全零的编号算空白,金额为零不算空白;日期和凭证号先从凭证首行向下填充;所有文件都没有的列,
 * 这里不作要求;期初、结转和作废凭证不报;某项内容有五分之一以上的行空缺时,合并为一条。
 */
#include "base/assert.h"
#include "base/hash.h"
#include "book/serial.h"
#include "check/check.h"

enum { P_COLLAPSE, P_ALSO };
static const rd_param params[] = {
	[P_COLLAPSE] = {"collapse",
                    "%",
                    {"空缺行超过多大比例时，该项内容合并为一条",
                     "share of lines above which a field is reported once"},
                    RD_PARAM_INT,
                    1,
                    100,
                    20,
                    NULL},
	[P_ALSO] =
		{"also",
         "-",
         {"另外还必须填写的内容：text、reviewer、attachments、document_no、preparer、party、journal、period",
          "fields that must not be blank either: text, reviewer, attachments, document_no, "
          "preparer, party, journal, period"},
         RD_PARAM_WORDS,
         0,
         0,
         0,
         ""},
	{0},
};

enum { K_LINE, K_ACCOUNT, K_VOUCHER, K_FIELD };
static const rd_message messages[] = {
	[K_LINE] =
		{"line",
         {"凭证 {voucher} 有一行未填{fields}（科目 {account}，金额 {amount}）。请补齐；已记账的在来源系统补填后重新导出。",
          "A line of voucher {voucher} has no {fields_en} (account {account}, amount "
          "{amount}). Complete it where the books are kept and export again."}},
	[K_ACCOUNT] =
		{"account",
         {"凭证 {voucher} 有一行未填{fields}（摘要「{text}」，金额 {amount}）。请补齐；已记账的在来源系统补填后重新导出。",
          "A line of voucher {voucher} has no {fields_en} (summary \"{text}\", amount "
          "{amount}). Complete it where the books are kept and export again."}},
	[K_VOUCHER] =
		{"voucher",
         {"凭证 {voucher} 未填{fields}，涉及 {lines} 行。请补齐；已记账的在来源系统补填后重新导出。",
          "Voucher {voucher} has no {fields_en} ({lines} lines). Complete it where the books "
          "are kept and export again."}},
	[K_FIELD] =
		{"field",
         {"有 {count} 行分录（占 {share}）未填{fields}：多半是导出时没有取到这一列，请先检查导出设置，例如凭证 {voucher}。",
          "{count} lines ({share}) have no {fields_en}: the export may have left that column "
          "out. Look at its settings first; an example is voucher {voucher}."}},
	{0},
};

enum {
	F_DATE,
	F_NUMBER,
	F_JOURNAL,
	F_PERIOD,
	F_PREPARER,
	F_REVIEWER,
	F_ATTACHMENTS, /* vouchers */
	F_ACCOUNT,
	F_AMOUNT,
	F_TEXT,
	F_DOCUMENT,
	F_PARTY,
	FIELDS
};
#define VOUCHER_FIELDS ((1u << F_ACCOUNT) - 1)

static const struct {
	const char *also; /* word of the parameter; NULL = always mandatory */
	rd_words words;
	uint32_t has;
} fields[FIELDS] = {
	[F_DATE] = {NULL, {"日期", "date"}, RD_HAS_DATE},
	[F_NUMBER] = {NULL, {"凭证号", "voucher number"}, RD_HAS_ENTRY_NO},
	[F_JOURNAL] = {"journal", {"凭证字", "journal"}, RD_HAS_JOURNAL},
	[F_PERIOD] = {"period", {"会计期间", "period"}, RD_HAS_PERIOD},
	[F_PREPARER] = {"preparer", {"制单人", "preparer"}, RD_HAS_PREPARER},
	[F_REVIEWER] = {"reviewer", {"审核人", "reviewer"}, RD_HAS_REVIEWER},
	[F_ATTACHMENTS] = {"attachments", {"附件数", "number of attachments"}, RD_HAS_ATTACHMENTS},
	[F_ACCOUNT] = {NULL, {"科目", "account"}, RD_HAS_ACCOUNT},
	[F_AMOUNT] = {NULL, {"金额", "amount"}, RD_HAS_LINES},
	[F_TEXT] = {"text", {"摘要", "summary"}, RD_HAS_TEXT},
	[F_DOCUMENT] = {"document_no", {"单据号", "document number"}, RD_HAS_DOCUMENT_NO},
	[F_PARTY] = {"party", {"往来单位", "party"}, RD_HAS_PARTY},
};

typedef struct job {
	const rd_book *b;
	uint32_t want;   /* bit per field */
	uint8_t skipped; /* voucher flags that are let pass */
	/* Columns of lines; NULL when the field is not wanted, so that it is not read. */
	const rd_text *text;
	const rd_row *party;
	const rd_serial *document;
} job;

static uint32_t wanted(const rd_run *run, const rd_book *b)
{
	uint32_t n, want = 0;
	const rd_str *words = rd_run_words(run, P_ALSO, &n);

	for (uint32_t f = 0; f < FIELDS; f++) {
		bool asked = fields[f].also == NULL;

		for (uint32_t i = 0; i < n; i++)
			asked |= fields[f].also && rd_str_is(words[i], fields[f].also);
		if (asked && (b->has & fields[f].has) == fields[f].has)
			want |= 1u << f;
	}
	return want;
}

/* "0000" and "-" are no numbers. */
static bool number_blank(const rd_book *b, rd_serial s)
{
	if (s == 0)
		return true;
	if (rd_serial_value(s) != 0)
		return false;
	rd_serial_parts p = rd_serial_parts_of(b, s);

	return p.has_value ? p.prefix.len + p.suffix.len == 0
	                   : rd_str_is(p.prefix, "-") || rd_str_is(p.prefix, "—");
}

static bool text_blank(const rd_text *column, rd_row at)
{
	return column == NULL || column[at] == 0;
}

/* Blank fields of the voucher as a whole, of those that are wanted. */
static uint32_t voucher_blanks(const job *j, rd_row v)
{
	const rd_vouchers *q = &j->b->voucher;
	uint32_t m = 0;

	if (q->date[v] == RD_DAY_NONE && !(q->flags[v] & RD_VCH_DATE_BAD) && j->b->line.date == NULL)
		m |= 1u << F_DATE;
	if (j->want >> F_NUMBER & 1 && number_blank(j->b, q->number[v]))
		m |= 1u << F_NUMBER;
	if (q->period[v] == 0)
		m |= 1u << F_PERIOD;
	m |= (uint32_t)text_blank(q->journal, v) << F_JOURNAL;
	m |= (uint32_t)text_blank(q->preparer, v) << F_PREPARER;
	m |= (uint32_t)text_blank(q->reviewer, v) << F_REVIEWER;
	if (q->attachments == NULL || q->attachments[v] == RD_ATTACHMENTS_BLANK)
		m |= 1u << F_ATTACHMENTS;
	return m & j->want;
}

/* Blank fields of one line, of those that are wanted; `document` is that of its voucher. */
static uint32_t line_blanks(const job *j, rd_row i, rd_serial document)
{
	const rd_lines *l = &j->b->line;
	uint32_t m = (uint32_t)(l->account[i] == 0) << F_ACCOUNT;

	m |= (uint32_t)((l->flags[i] & RD_LINE_AMOUNT_BLANK) != 0) << F_AMOUNT;
	m |= (uint32_t)text_blank(j->text, i) << F_TEXT;
	m |= (uint32_t)(j->party == NULL || j->party[i] == 0) << F_PARTY;
	m |= (uint32_t)((j->document ? j->document[i] : document) == 0) << F_DOCUMENT;
	m |= (uint32_t)(l->date && l->date[i] == RD_DAY_NONE) << F_DATE;
	return m & j->want;
}

static bool passed(const job *j, rd_row v)
{
	return j->b->voucher.flags[v] & j->skipped;
}

/* Names of the fields of a mask, joined, in one language. */
static rd_str names(rd_arena *a, uint32_t mask, bool english)
{
	char *out = rd_arena_alloc(a, 256, 1);
	uint32_t n = 0;

	for (uint32_t f = 0; f < FIELDS; f++) {
		rd_str w = rd_str_of(english ? fields[f].words.en : fields[f].words.zh);
		rd_str and = n == 0 ? RD_STR("") : english ? RD_STR(", ") : RD_STR("、");

		if (!(mask >> f & 1))
			continue;
		RD_ASSERT(n + and.len + w.len < 256);
		memcpy(out + n, and.ptr, and.len);
		memcpy(out + n + and.len, w.ptr, w.len);
		n += and.len + w.len;
	}
	return (rd_str){out, n};
}

static bool any_zero(const uint32_t *p, rd_row from, rd_row to)
{
	uint32_t zeros = 0;

	for (rd_row i = from; p && i < to; i++)
		zeros += p[i] == 0;
	return zeros != 0;
}

/* A serial without a value: blank, or to be looked at. */
static bool any_blank(const rd_serial *p, rd_row from, rd_row to)
{
	uint32_t blanks = 0;

	for (rd_row i = from; p && i < to; i++)
		blanks += (p[i] & RD_SERIAL_VALUE_MAX) == 0;
	return blanks != 0;
}

static bool any_day_none(const rd_day *p, rd_row from, rd_row to)
{
	uint32_t blanks = 0;

	for (rd_row i = from; p && i < to; i++)
		blanks += p[i] == RD_DAY_NONE;
	return blanks != 0;
}

static bool any_amount_blank(const uint8_t *p, rd_row from, rd_row to)
{
	uint8_t all = 0;

	for (rd_row i = from; i < to; i++)
		all |= p[i];
	return all & RD_LINE_AMOUNT_BLANK;
}

static bool any_attachments_blank(const int32_t *p, rd_row from, rd_row to)
{
	uint32_t blanks = 0;

	for (rd_row i = from; i < to; i++)
		blanks += p[i] == RD_ATTACHMENTS_BLANK;
	return blanks != 0;
}

/* A field of vouchers that is wanted and blank in one of them; a column that is not there is blank
 * in all. */
static bool lacks(const job *j, uint32_t field, const uint32_t *p, rd_row from, rd_row to)
{
	return j->want >> field & 1 && (p == NULL || any_zero(p, from, to));
}

#define BLOCK 128u /* vouchers that are looked at together, column by column */

/* Whether anything may be blank in vouchers from .. to: nearly always nothing is, and columns
 * tell that faster than lines. */
static bool doubtful(const job *j, rd_row from, rd_row to)
{
	const rd_vouchers *q = &j->b->voucher;
	const rd_lines *l = &j->b->line;
	const uint32_t others = VOUCHER_FIELDS & ~(1u << F_DATE | 1u << F_NUMBER);
	rd_row first = q->first[from], end = q->first[to];

	if (any_zero(l->account, first, end) || any_amount_blank(l->flags, first, end) ||
	    any_day_none(q->date, from, to) || any_day_none(l->date, first, end))
		return true;
	if (j->want >> F_NUMBER & 1 && any_blank(q->number, from, to))
		return true;
	if (any_zero(j->text, first, end) || any_zero(j->party, first, end) ||
	    any_blank(j->document, first, end))
		return true;
	if (j->want >> F_DOCUMENT & 1 && !j->document && any_blank(q->document, from, to))
		return true;
	if ((j->want & others) == 0)
		return false;
	if (lacks(j, F_PERIOD, (const uint32_t *)q->period, from, to) ||
	    lacks(j, F_JOURNAL, q->journal, from, to) || lacks(j, F_PREPARER, q->preparer, from, to) ||
	    lacks(j, F_REVIEWER, q->reviewer, from, to))
		return true;
	return j->want >> F_ATTACHMENTS & 1 &&
	       (!q->attachments || any_attachments_blank(q->attachments, from, to));
}

/* The next voucher at or behind v that is worth a look; voucher.n when there is none. */
static rd_row next_doubtful(const job *j, rd_row v)
{
	rd_row n = j->b->voucher.n;

	while (v < n) {
		rd_row to = v / BLOCK * BLOCK + BLOCK;

		to = to < n ? to : n;
		if (v % BLOCK || doubtful(j, v, to))
			return v;
		v = to;
	}
	return n;
}

/* How many lines lack each field; the answer is the number of lines that lack any. */
static uint64_t survey(const job *j, uint64_t count[FIELDS], rd_row example[FIELDS])
{
	const rd_book *b = j->b;
	uint64_t any = 0;

	for (rd_row v = next_doubtful(j, 0); v < b->voucher.n; v = next_doubtful(j, v + 1)) {
		if (passed(j, v))
			continue;
		uint32_t whole = voucher_blanks(j, v);
		rd_serial document = b->voucher.document ? b->voucher.document[v] : 0;

		for (rd_row i = b->voucher.first[v]; i < b->voucher.first[v + 1]; i++) {
			uint32_t m = whole | line_blanks(j, i, document);

			any += m != 0;
			for (uint32_t f = 0; m && f < FIELDS; f++)
				if (m >> f & 1 && count[f]++ == 0)
					example[f] = v;
		}
	}
	return any;
}

static void emit_line(rd_run *run, const rd_book *b, rd_row i, uint32_t mask)
{
	rd_arena *a = rd_run_scratch(run);
	rd_hit hit = rd_hit_at_line(b, i);

	hit.kind = mask >> F_ACCOUNT & 1 ? K_ACCOUNT : K_LINE;
	hit.at_stake = b->line.amount[i] < 0 ? -b->line.amount[i] : b->line.amount[i];
	hit.key = rd_hash_i64(rd_hash_i64(RD_HASH_START, mask), b->line.amount[i]);
	RD_EMIT(run, &hit, rd_string("fields", names(a, mask, false)),
	        rd_string("fields_en", names(a, mask, true)), rd_money("amount", b->line.amount[i]),
	        rd_txt("text", rd_line_text(b, i)));
}

/* One voucher: what is blank throughout it, else line by line. Fields in `mass` are reported
 * once for the book; `left` counts, by field, the lines that nothing else reports. */
static void judge(rd_run *run, const job *j, rd_row v, uint32_t mass, uint64_t left[FIELDS])
{
	const rd_book *b = j->b;
	rd_arena *a = rd_run_scratch(run);
	rd_row from = b->voucher.first[v], to = b->voucher.first[v + 1];
	rd_serial document = b->voucher.document ? b->voucher.document[v] : 0;
	uint32_t whole = voucher_blanks(j, v), all = 0;

	for (rd_row i = from; i < to; i++)
		all |= line_blanks(j, i, document);
	if (whole & ~mass) {
		rd_hit hit = rd_hit_at_voucher(b, v);
		uint32_t mask = whole | all;

		hit.kind = K_VOUCHER;
		hit.weight = to - from;
		hit.key = rd_hash_i64(RD_HASH_START, mask);
		RD_EMIT(run, &hit, rd_string("fields", names(a, mask, false)),
		        rd_string("fields_en", names(a, mask, true)), rd_int("lines", to - from));
		return;
	}
	for (rd_row i = from; (whole | all) && i < to; i++) {
		uint32_t mask = whole | line_blanks(j, i, document);

		if (mask & ~mass)
			emit_line(run, b, i, mask);
		else if (mask)
			left[__builtin_ctz(mask)]++;
	}
}

static void emit_fields(rd_run *run, const rd_book *b, uint32_t mass, const uint64_t count[FIELDS],
                        const uint64_t left[FIELDS], const rd_row example[FIELDS])
{
	for (uint32_t f = 0; f < FIELDS; f++) {
		if (!(mass >> f & 1))
			continue;
		rd_hit hit = rd_hit_at_voucher(b, example[f]);

		hit.kind = K_FIELD;
		hit.keyless = true;
		hit.period = 0;
		hit.day = RD_DAY_NONE;
		hit.key = f;
		hit.weight = left[f] ? (uint32_t)left[f] : 1;
		RD_EMIT(run, &hit, rd_int("count", (int64_t)count[f]),
		        rd_permille("share", (int64_t)(count[f] * 1000 / b->line.n)),
		        rd_string("fields", rd_str_of(fields[f].words.zh)),
		        rd_string("fields_en", rd_str_of(fields[f].words.en)));
	}
}

static rd_rc run(rd_run *run, const rd_book *b, rd_range range, rd_err *err)
{
	const uint64_t collapse = (uint64_t)rd_run_param(run, P_COLLAPSE);
	const uint8_t lawful = RD_VCH_OPENING | RD_VCH_CLOSING | RD_VCH_VOID;
	const uint32_t want = wanted(run, b);
	job j = {
		.b = b,
		.want = want,
		.skipped = rd_run_guards(run) ? lawful : 0,
		.text = want >> F_TEXT & 1 ? b->line.text : NULL,
		.party = want >> F_PARTY & 1 ? b->line.party : NULL,
		.document = want >> F_DOCUMENT & 1 ? b->line.document : NULL,
	};
	uint64_t count[FIELDS] = {0}, left[FIELDS] = {0};
	rd_row example[FIELDS] = {0};
	uint32_t mass = 0;

	(void)range;
	(void)err;
	if (survey(&j, count, example) == 0)
		return RD_OK;
	for (uint32_t f = 0; f < FIELDS; f++)
		if (count[f] * 100 > (uint64_t)b->line.n * collapse)
			mass |= 1u << f;
	for (rd_row v = next_doubtful(&j, 0); v < b->voucher.n; v = next_doubtful(&j, v + 1))
		if (!passed(&j, v))
			judge(run, &j, v, mass, left);
	emit_fields(run, b, mass, count, left, example);
	return RD_OK;
}

const rd_check rd_check_mandatory_field_blank = {
	.slug = "mandatory-field-blank",
	.family = "structure",
	.nature = "数据缺失",
	.title = {"必填内容空白", "Mandatory value blank"},
	.finds = {"缺少凭证号、日期、科目或金额（或另行指定的必填内容）的分录。",
              "A line without number, date, account or amount (or another field that is "
              "mandatory)."},
	.correction = {"在来源系统补齐后重新导出；未记账凭证补填",
                   "Complete it where the books are kept and export again; not posted: fill "
                   "in."},
	.basis = {"会计基础工作规范 51(1)；法国税务程序法 A47 A-1 条；法国税务总局「缺失数据」提示",
              "Basic accounting work rules 51(1); LPF art. A47 A-1; DGFiP \"données "
              "absentes\""},
	.since = "0.1",
	.wave = 1,
	.version = 1,
	.severity = RD_SEV_HIGH,
	.certainty = RD_FACT,
	.needs = RD_HAS_LINES,
	.split = RD_SPLIT_NONE,
	.unit = RD_UNIT_LINES,
	.no_collapse = true,
	.params = params,
	.messages = messages,
	.run = run,
};
