#include "check/wording.h"

#include "base/assert.h"
#include "book/serial.h"

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

void rd_lexicon_init(rd_lexicon *l, const char *const *words, uint32_t n)
{
	RD_ASSERT(n <= 32);
	memset(l, 0, sizeof *l);
	l->n = n;
	for (uint32_t i = 0; i < n; i++) {
		l->words[i] = rd_str_of(words[i]);
		RD_ASSERT(l->words[i].len > 1);
		unsigned char c = (unsigned char)words[i][0];

		l->starts[c] |= UINT32_C(1) << i;
		if (c >= 'a' && c <= 'z')
			l->starts[c - 32] |= UINT32_C(1) << i;
		for (uint32_t form = 0; form < 4; form++) {
			unsigned char d = (unsigned char)words[i][1];
			bool upper_c = form & 1 && c >= 'a' && c <= 'z';
			bool upper_d = form & 2 && d >= 'a' && d <= 'z';

			l->pairs[(upper_c ? c - 32u : c) << 5 | (upper_d ? d - 32u : d) >> 3] |=
				(uint8_t)(1u << ((upper_d ? d - 32u : d) & 7));
		}
	}
}

static bool stands_at(rd_str s, uint32_t at, rd_str word)
{
	if (s.len - at < word.len)
		return false;
	for (uint32_t i = 1; i < word.len; i++)
		if (lower(s.ptr[at + i]) != word.ptr[i])
			return false;
	return true;
}

uint32_t rd_lexicon_find(const rd_lexicon *l, rd_str s)
{
	uint32_t found = 0;

	for (uint32_t at = 0; at + 1 < s.len; at++) {
		unsigned char c = (unsigned char)s.ptr[at], d = (unsigned char)s.ptr[at + 1];

		if ((l->pairs[(uint32_t)c << 5 | d >> 3] >> (d & 7) & 1) == 0)
			continue;
		uint32_t maybe = l->starts[c] & ~found;

		for (; maybe; maybe &= maybe - 1) {
			uint32_t i = (uint32_t)__builtin_ctz(maybe);

			if (stands_at(s, at, l->words[i]))
				found |= UINT32_C(1) << i;
		}
	}
	return found;
}

bool *rd_lexicon_marks(rd_arena *a, const rd_book *b, const rd_lexicon *l)
{
	uint32_t n = rd_book_n_texts(b);
	bool *marks = NULL;

	for (uint32_t i = 1; i < n; i++) {
		if (rd_lexicon_find(l, rd_book_text(b, i)) == 0)
			continue;
		if (!marks)
			marks = RD_NEW_N(a, bool, n);
		marks[i] = true;
	}
	return marks;
}

/* The words of each group; all in lower case. Chinese 冲 alone is not here: it is in 冲账,
 * 冲减, 冲预付, which settle and do not cancel. */
static const struct {
	const char *word;
	uint32_t group;
} corrections[] = {
	{"注销", RD_WORD_CANCEL},           {"冲销", RD_WORD_CANCEL},
	{"红冲", RD_WORD_CANCEL},           {"红字", RD_WORD_CANCEL},
	{"冲回", RD_WORD_CANCEL},           {"反冲", RD_WORD_CANCEL},
	{"storno", RD_WORD_CANCEL},         {"reversal", RD_WORD_CANCEL},
	{"reversing", RD_WORD_CANCEL},      {"extourne", RD_WORD_CANCEL},
	{"contrepass", RD_WORD_CANCEL},     {"annulation", RD_WORD_CANCEL},
	{"更正", RD_WORD_CORRECT},          {"订正", RD_WORD_CORRECT},
	{"correction of", RD_WORD_CORRECT}, {"退货", RD_WORD_NATURE},
	{"退回", RD_WORD_NATURE},           {"折让", RD_WORD_NATURE},
	{"折扣", RD_WORD_NATURE},           {"返利", RD_WORD_NATURE},
	{"退款", RD_WORD_NATURE},           {"红字发票", RD_WORD_NATURE},
	{"return", RD_WORD_NATURE},         {"discount", RD_WORD_NATURE},
	{"rebate", RD_WORD_NATURE},         {"avoir", RD_WORD_NATURE},
	{"暂估", RD_WORD_ACCRUAL},          {"预提", RD_WORD_ACCRUAL},
	{"accrual", RD_WORD_ACCRUAL},       {"调汇", RD_WORD_REVALUE},
	{"重估", RD_WORD_REVALUE},          {"revaluation", RD_WORD_REVALUE},
};
#define N_CORRECTIONS ((uint32_t)(sizeof corrections / sizeof corrections[0]))
_Static_assert(sizeof corrections / sizeof corrections[0] <= 32, "one bit a word");

static void corrections_init(rd_lexicon *l)
{
	const char *words[32];

	for (uint32_t i = 0; i < N_CORRECTIONS; i++)
		words[i] = corrections[i].word;
	rd_lexicon_init(l, words, N_CORRECTIONS);
}

static uint32_t groups_of(uint32_t bits)
{
	uint32_t groups = 0;

	for (; bits; bits &= bits - 1)
		groups |= corrections[__builtin_ctz(bits)].group;
	return groups;
}

uint32_t rd_correction_words(rd_str s)
{
	rd_lexicon l;

	corrections_init(&l);
	return groups_of(rd_lexicon_find(&l, s));
}

uint8_t *rd_correction_texts(rd_arena *a, const rd_book *b)
{
	rd_lexicon l;
	uint32_t n = rd_book_n_texts(b);
	uint8_t *groups = NULL;

	corrections_init(&l);
	for (uint32_t i = 1; i < n; i++) {
		uint32_t bits = rd_lexicon_find(&l, rd_book_text(b, i));

		if (bits == 0)
			continue;
		if (!groups)
			groups = RD_NEW_N(a, uint8_t, n);
		groups[i] = (uint8_t)groups_of(bits);
	}
	return groups;
}

uint32_t rd_voucher_words(const rd_book *b, const uint8_t *words, rd_row voucher)
{
	uint32_t groups = 0;

	if (!words || !b->line.text)
		return 0;
	for (rd_row i = b->voucher.first[voucher]; i < b->voucher.first[voucher + 1]; i++)
		groups |= words[b->line.text[i]];
	return groups;
}

/* ---- references ---- */

/* A run of digits, with what stands around it. */
typedef struct run {
	uint32_t from, to; /* bytes */
	uint64_t value;
	uint32_t digits;
} run;

static bool next_run(rd_str s, uint32_t at, run *r)
{
	while (at < s.len && !is_digit(s.ptr[at]))
		at++;
	*r = (run){at, at, 0, 0};
	for (; r->to < s.len && is_digit(s.ptr[r->to]); r->to++)
		if (++r->digits <= 15)
			r->value = r->value * 10 + (uint64_t)(s.ptr[r->to] - '0');
	return r->digits > 0;
}

static bool follows(rd_str s, uint32_t at, const char *word)
{
	size_t n = strlen(word);

	return s.len - at >= n && memcmp(s.ptr + at, word, n) == 0;
}

/* Takes `word` off the end of s[0 .. *end]. */
static bool precedes(rd_str s, uint32_t *end, const char *word)
{
	uint32_t n = (uint32_t)strlen(word);

	if (*end < n || memcmp(s.ptr + *end - n, word, n) != 0)
		return false;
	*end -= n;
	return true;
}

/* What stands between the number at `end` and the text before it: 记字第, 记-, JE-. True when
 * it marks a number. */
static bool number_mark(rd_str s, uint32_t end, rd_str *ret_journal)
{
	static const char *const marks[] = {"第", "字", "-",  "—",  "#",  " ",
	                                    "号", ".",  "No", "no", "n°", "N°"};
	bool marked = false, again = true;

	while (again) {
		again = false;
		for (size_t i = 0; i < sizeof marks / sizeof marks[0] && !again; i++)
			again = precedes(s, &end, marks[i]);
		marked |= again;
	}
	uint32_t from = end;

	if (from > 0 && (unsigned char)s.ptr[from - 1] >= 0x80) {
		/* one or two Han characters of 记 收 付 转 现 银 */
		static const char *const words[] = {"现收", "现付", "银收", "银付", "记", "收", "付", "转"};

		for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
			if (precedes(s, &from, words[i]))
				break;
		marked |= from < end;
	} else {
		while (from > 0 && ((s.ptr[from - 1] >= 'A' && s.ptr[from - 1] <= 'Z')))
			from--;
		marked |= from < end;
	}
	*ret_journal = (rd_str){s.ptr + from, end - from};
	return marked;
}

/* Reads 2024-03-05 and its like from run r on; moves r to the day. */
static bool plain_date(rd_str s, run *r, rd_reference *ref)
{
	run m, d;

	if (r->digits != 4 || r->value < 1900 || r->value > 2199 || r->to >= s.len)
		return false;
	char mark = s.ptr[r->to];

	if ((mark != '-' && mark != '.' && mark != '/') || !next_run(s, r->to, &m) ||
	    m.from != r->to + 1 || m.value < 1 || m.value > 12 || m.to >= s.len ||
	    s.ptr[m.to] != mark || !next_run(s, m.to, &d) || d.from != m.to + 1 || d.value < 1 ||
	    d.value > 31)
		return false;
	ref->year = (int32_t)r->value;
	ref->month = (int32_t)m.value;
	ref->day = (int32_t)d.value;
	*r = d;
	return true;
}

/* Takes a run as year, month or day when the character behind it says so. */
static bool han_date(rd_str s, const run *r, rd_reference *ref)
{
	if (r->digits == 4 && follows(s, r->to, "年")) {
		ref->year = (int32_t)r->value;
		return true;
	}
	if (r->digits <= 2 && r->value >= 1 && r->value <= 12 && follows(s, r->to, "月")) {
		ref->month = (int32_t)r->value;
		return true;
	}
	bool in_date = ref->month && !ref->day && r->digits <= 2 && r->value >= 1 && r->value <= 31;

	if (in_date && (follows(s, r->to, "日") || (follows(s, r->to, "号") && r->from >= 3 &&
	                                            memcmp(s.ptr + r->from - 3, "月", 3) == 0))) {
		ref->day = (int32_t)r->value;
		return true;
	}
	return false;
}

bool rd_reference_parse(rd_str s, rd_reference *ret)
{
	rd_reference ref = {0};
	run r;

	if ((rd_correction_words(s) & (RD_WORD_CANCEL | RD_WORD_CORRECT)) == 0)
		return false;
	for (uint32_t at = 0; next_run(s, at, &r); at = r.to) {
		if (plain_date(s, &r, &ref) || han_date(s, &r, &ref))
			continue;
		rd_str journal = {"", 0};
		bool marked = number_mark(s, r.from, &journal);

		/* 号 behind the digits marks a number too, but not that of an invoice or contract. */
		marked |= follows(s, r.to, "号凭证") || follows(s, r.to, "号记账凭证");
		if (!marked || r.digits > 12 || r.value == 0 || ref.number)
			continue;
		if (journal.len == 0 && !follows(s, r.to, "号凭证") && !ref.month)
			continue;
		ref.number = r.value;
		ref.journal = journal;
	}
	if (ref.number == 0)
		return false;
	*ret = ref;
	return true;
}

bool rd_voucher_reference(const rd_book *b, const uint8_t *words, rd_row voucher, rd_reference *ret)
{
	if (!words || !b->line.text)
		return false;
	rd_text last = 0;

	for (rd_row i = b->voucher.first[voucher]; i < b->voucher.first[voucher + 1]; i++) {
		rd_text t = b->line.text[i];

		if (t == last || (words[t] & (RD_WORD_CANCEL | RD_WORD_CORRECT)) == 0)
			continue;
		last = t;
		if (rd_reference_parse(rd_book_text(b, t), ret))
			return true;
	}
	return false;
}

bool rd_reference_fits(const rd_book *b, const rd_reference *ref, rd_row voucher)
{
	if (rd_serial_value(b->voucher.number[voucher]) != ref->number)
		return false;
	rd_period p = b->voucher.period[voucher];

	if (b->voucher.date[voucher] != RD_DAY_NONE) {
		rd_date d = rd_day_date(b->voucher.date[voucher]);

		if ((ref->year && d.year != ref->year) || (ref->month && d.month != ref->month) ||
		    (ref->day && d.day != ref->day))
			return false;
	} else if ((ref->year && p / 100 != ref->year) || (ref->month && p % 100 != ref->month)) {
		return false;
	}
	if (ref->journal.len == 0)
		return true;
	if (b->voucher.journal && b->voucher.journal[voucher]) {
		rd_str j = rd_book_text(b, b->voucher.journal[voucher]);

		return rd_str_eq(j, ref->journal) ||
		       (j.len > ref->journal.len && memcmp(j.ptr, ref->journal.ptr, ref->journal.len) == 0);
	}
	rd_str prefix = rd_serial_parts_of(b, b->voucher.number[voucher]).prefix;

	return prefix.len < ref->journal.len ||
	       memcmp(prefix.ptr, ref->journal.ptr, ref->journal.len) == 0;
}
