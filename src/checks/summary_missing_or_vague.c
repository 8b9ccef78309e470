/*
 * What it finds: vouchers whose summary does not say what happened: blank, one character, nothing
 * but a word such as 付款 or 调整, or words such as 凑数 and 老板要求.
 *
 * Why it matters: the summary is part of a voucher by law, and the only thing that tells a later
 * reader what it was for.
 *
 * What to do: complete the summary before posting. After posting add what is missing to a
 * register or to the documents, and name the business in words from now on.
 *
 * Known limits: blank lines below a first line with a text are right. A vague word is let pass
 * when a partner or a document number says the rest, or when another line of the voucher has a
 * real text. Blank and vague summaries are reported once for each preparer and month.
 *
 * 发现什么:摘要没有说明业务内容的凭证:空白、只有一个字、只写"付款""调整"一类的词,或出现"凑数""老
 * 板要求"等字样。
 *
 * 为什么要紧:摘要是凭证的法定内容,也是日后唯一能让人看懂这笔账的东西。
 *
 * 怎么办:记账前补全摘要;已记账的在台账或原始单据上补充说明,以后写明具体业务。
 *
 * 已知局限:首行有摘要、下面各行空白是正常的。含糊的词,有往来单位或单据号补充说明的,或同一凭证其他
 * 行摘要具体的,不报。空白和含糊的按制单人和月份各报一条。
 */
#include "base/assert.h"
#include "base/hash.h"
#include "check/check.h"
#include "check/entries.h"
#include "check/tally.h"
#include "check/wording.h"

enum { P_MIN_LEN, P_VAGUE };
static const rd_param params[] = {
	[P_MIN_LEN] = {"min_len",
                   "chars",
                   {"去掉数字和标点后至少几个字",
                    "characters that must be left without digits and punctuation"},
                   RD_PARAM_INT,
                   1,
                   20,
                   2,
                   NULL},
	[P_VAGUE] = {"vague",
                 "words",
                 {"单独使用时算含糊的词", "words that are vague when they stand alone"},
                 RD_PARAM_WORDS,
                 0,
                 0,
                 0,
                 "付款|收款|费用|调整|其他|报销"},
	{0},
};

enum { K_BLANK, K_BLANK_ANY, K_VAGUE, K_VAGUE_ANY, K_WORDS };
static const rd_message messages[] = {
	[K_BLANK] = {"blank",
                 {"{period} 由 {preparer} 制单的凭证有 {count} 张没有摘要，例如 {voucher}。请补全"
                  "摘要。",
                  "{count} vouchers of {period} keyed by {preparer} have no summary, such as "
                  "{voucher}. Complete them."}},
	[K_BLANK_ANY] = {"blank-unknown-preparer",
                     {"{period} 有 {count} 张凭证没有摘要，例如 {voucher}。请补全摘要。",
                      "{count} vouchers of {period} have no summary, such as {voucher}. Complete "
                      "them."}},
	[K_VAGUE] = {"vague",
                 {"{period} 由 {preparer} 制单的凭证有 {count} 张摘要过于简单，例如 {voucher} 只"
                  "写了“{text}”。请写明具体业务。",
                  "{count} vouchers of {period} keyed by {preparer} have a summary that says "
                  "little, such as {voucher} with \"{text}\". Say what the business was."}},
	[K_VAGUE_ANY] =
		{"vague-unknown-preparer",
         {"{period} 有 {count} 张凭证摘要过于简单，例如 {voucher} 只写了“{text}”。请写明"
          "具体业务。",
          "{count} vouchers of {period} have a summary that says little, such as "
          "{voucher} with \"{text}\". Say what the business was."}},
	[K_WORDS] = {"telling-words",
                 {"{voucher} 的摘要写着“{text}”，金额 {amount}。请核对这笔分录的依据。",
                  "The summary of {voucher} reads \"{text}\", amount {amount}. Look at what the "
                  "entry rests on."}},
	{0},
};

enum { TEXT_GOOD, TEXT_BLANK, TEXT_VAGUE, TEXT_TELLING };

static const char *const telling[] = {
	"调平",
	"冲平",
	"凑数",
	"凑平",
	"做平",
	"老板要求",
	"领导要求",
	"plug number",
	"as instructed",
	"balancing figure",
	"to make it balance",
};
#define N_TELLING ((uint32_t)(sizeof telling / sizeof telling[0]))

/* Characters that are no digits, blanks or punctuation, counted up to `enough`; copied to out (cut
 * there). */
static uint32_t letters_of(rd_str s, uint32_t enough, char *out, uint32_t size, uint32_t *ret_len)
{
	uint32_t n = 0, len = 0;

	for (uint32_t at = 0; at < s.len && n < enough;) {
		uint32_t cp = rd_halfwidth(rd_utf8_next(s, &at));
		bool mark = (cp < 0x80 && !((cp | 32) >= 'a' && (cp | 32) <= 'z')) ||
		            (cp >= 0x2000 && cp <= 0x206f) || (cp >= 0x3000 && cp <= 0x303f) ||
		            cp == 0xa0 || cp == 0xfeff;

		if (mark)
			continue;
		n++;
		if (len + 4 <= size)
			len += rd_utf8_put(out + len, cp);
	}
	*ret_len = len;
	return n;
}

/* What a text is compared with. */
typedef struct rules {
	rd_lexicon words;
	const rd_str *vague;
	uint32_t n_vague, min_len;
	uint32_t enough; /* letters from which a text is neither short nor one vague word */
} rules;

static uint8_t class_of(rd_str s, const rules *r)
{
	char text[64];
	uint32_t len;

	if (rd_str_trim(s).len == 0)
		return TEXT_BLANK;
	if (rd_lexicon_find(&r->words, s))
		return TEXT_TELLING;
	if (letters_of(s, r->enough, text, sizeof text, &len) < r->min_len)
		return TEXT_VAGUE;
	for (uint32_t i = 0; i < r->n_vague; i++)
		if (rd_str_eq((rd_str){text, len}, r->vague[i]))
			return TEXT_VAGUE;
	return TEXT_GOOD;
}

typedef struct work {
	rd_run *run;
	const rd_book *b;
	uint8_t *classes; /* by text */
	uint32_t *person; /* by text: 1 + number of the preparer */
	rd_text *names;   /* by number; [0] = none */
	uint32_t n_persons;
	bool guards;
	rd_tally blank, vague;
} work;

/* What the lines of a voucher say together, and the first telling or vague text. */
static uint8_t voucher_class(const work *w, rd_row v, rd_text *ret_text)
{
	const rd_book *b = w->b;
	bool some_vague = false, some_blank = false, some_good = false, known = false;

	*ret_text = 0;
	for (rd_row i = b->voucher.first[v]; i < b->voucher.first[v + 1]; i++) {
		rd_text t = b->line.text[i];

		switch (w->classes[t]) {
		case TEXT_TELLING: *ret_text = t; return TEXT_TELLING;
		case TEXT_VAGUE:
			if (!some_vague)
				*ret_text = t;
			some_vague = true;
			break;
		case TEXT_BLANK: some_blank = true; break;
		default: some_good = true;
		}
		known |= b->line.party[i] != 0 || rd_line_document(b, i) != 0;
	}
	if (!w->guards)
		return some_blank ? TEXT_BLANK : some_vague ? TEXT_VAGUE : TEXT_GOOD;
	if (some_good || (some_vague && known))
		return TEXT_GOOD;
	return some_vague ? TEXT_VAGUE : TEXT_BLANK;
}

static void report_telling(const work *w, rd_row v, rd_text text)
{
	const rd_book *b = w->b;
	rd_hit hit = rd_hit_at_voucher(b, v);
	rd_minor amount = 0;

	for (rd_row i = b->voucher.first[v]; i < b->voucher.first[v + 1]; i++)
		amount += rd_line_debit(b, i);
	hit.kind = K_WORDS;
	hit.severity = RD_SEV_MEDIUM;
	hit.at_stake = amount < 0 ? -amount : amount;
	hit.key = rd_hash_str(RD_HASH_START, rd_book_text(b, text));
	RD_EMIT(w->run, &hit, rd_txt("text", text), rd_money("amount", hit.at_stake));
}

static void report_group(const work *w, const rd_tally_item *item, bool blank)
{
	const rd_book *b = w->b;
	uint32_t person = item->key % w->n_persons, period = item->key / w->n_persons;
	rd_row voucher = rd_line_voucher(b, item->rows[0]);
	rd_text name = w->names[person], text;

	for (uint32_t i = 1; i < item->n_rows; i++) {
		rd_row v = rd_line_voucher(b, item->rows[i]);

		voucher = rd_voucher_order(b, v, voucher) < 0 ? v : voucher;
	}
	rd_hit hit = rd_hit_at_voucher(b, voucher);

	hit.kind = blank ? (name ? K_BLANK : K_BLANK_ANY) : (name ? K_VAGUE : K_VAGUE_ANY);
	hit.keyless = true;
	hit.day = RD_DAY_NONE;
	hit.period = period < b->n_periods ? b->periods[period] : 0;
	hit.weight = item->count;
	hit.lines = item->rows;
	hit.n_lines = item->n_rows;
	hit.key = rd_hash_str(RD_HASH_START, rd_book_text(b, name));
	voucher_class(w, voucher, &text);
	RD_EMIT(w->run, &hit, rd_int("count", item->count), rd_txt("preparer", name),
	        rd_txt("text", text));
}

static void number_persons(work *w, rd_arena *a)
{
	const rd_book *b = w->b;
	uint32_t cap = 0;

	w->names = rd_grow(a, NULL, 0, &cap, sizeof *w->names);
	w->names[0] = 0;
	w->n_persons = 1;
	if (!b->voucher.preparer)
		return;
	w->person = RD_NEW_N(a, uint32_t, rd_book_n_texts(b));
	for (rd_row v = 0; v < b->voucher.n; v++) {
		rd_text t = b->voucher.preparer[v];

		if (t == 0 || w->person[t])
			continue;
		if (w->n_persons == cap)
			w->names = rd_grow(a, w->names, w->n_persons, &cap, sizeof *w->names);
		w->names[w->n_persons] = t;
		w->person[t] = w->n_persons++;
	}
}

static void classify(work *w, rd_arena *a)
{
	const rd_book *b = w->b;
	uint32_t n = rd_book_n_texts(b);
	rules r = {.min_len = (uint32_t)rd_run_param(w->run, P_MIN_LEN)};

	r.vague = rd_run_words(w->run, P_VAGUE, &r.n_vague);
	r.enough = r.min_len;
	for (uint32_t i = 0; i < r.n_vague; i++)
		if (rd_utf8_count(r.vague[i]) >= r.enough)
			r.enough = rd_utf8_count(r.vague[i]) + 1;
	rd_lexicon_init(&r.words, telling, N_TELLING);
	w->classes = RD_NEW_N(a, uint8_t, n + 1);
	for (rd_text t = 0; t < n; t++)
		w->classes[t] = class_of(rd_book_text(b, t), &r);
}

static rd_rc run(rd_run *run, const rd_book *b, rd_range range, rd_err *err)
{
	rd_arena *a = rd_run_scratch(run);
	work w = {.run = run, .b = b, .guards = rd_run_guards(run)};

	(void)range;
	(void)err;
	if (!b->line.text)
		return RD_OK;
	classify(&w, a);
	number_persons(&w, a);
	uint32_t keys = (b->n_periods + 1) * w.n_persons;

	rd_tally_init(&w.blank, a, keys, false);
	rd_tally_init(&w.vague, a, keys, false);
	for (rd_row v = 0; v < b->voucher.n; v++) {
		rd_text text;
		uint8_t class = b->voucher.flags[v] & (RD_VCH_VOID | RD_VCH_OPENING)
		                    ? TEXT_GOOD
		                    : voucher_class(&w, v, &text);

		if (class == TEXT_GOOD)
			continue;
		if (class == TEXT_TELLING) {
			report_telling(&w, v, text);
			continue;
		}
		uint32_t period = rd_book_period_index(b, b->voucher.period[v]);
		uint32_t person = w.person ? w.person[b->voucher.preparer[v]] : 0;

		period = period == RD_NONE ? b->n_periods : period;
		rd_tally_add(class == TEXT_BLANK ? &w.blank : &w.vague, period * w.n_persons + person,
		             b->voucher.first[v], 0, b->voucher.date[v]);
	}
	for (uint32_t i = 0; i < w.blank.n; i++)
		report_group(&w, &w.blank.items[i], true);
	for (uint32_t i = 0; i < w.vague.n; i++)
		report_group(&w, &w.vague.items[i], false);
	RD_ASSERT(w.blank.n + (size_t)w.vague.n <= 2 * (size_t)keys);
	return RD_OK;
}

const rd_check rd_check_summary_missing_or_vague = {
	.slug = "summary-missing-or-vague",
	.family = "statistics",
	.nature = "数据缺失",
	.title = {"摘要缺失或含糊", "Summary missing or vague"},
	.finds = {"摘要空白、只有一个字、只写“付款”“调整”之类，或出现“凑数”“老板要求”"
              "等字样，看不出业务内容。",
              "The text does not say what happened: empty, one character, nothing but 付款 or "
              "调整, or words such as 凑数, plug number and as instructed."},
	.correction = {"记账前补全摘要；已记账的在台账补充说明",
                   "Complete the summary before posting; afterwards add the explanation to a "
                   "register"},
	.basis = {"会计基础工作规范 51 条（一）；ISA 240 A45(c)",
              "Basic accounting work rules 51 (1); ISA 240 A45(c)"},
	.since = "0.1",
	.wave = 1,
	.version = 1,
	.severity = RD_SEV_LOW,
	.certainty = RD_FACT,
	.needs = RD_HAS_LINES | RD_HAS_TEXT,
	.split = RD_SPLIT_NONE,
	.unit = RD_UNIT_VOUCHERS,
	.params = params,
	.messages = messages,
	.run = run,
};
