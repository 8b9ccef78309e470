/*
 * Which lines are one entry. Random books whose entries are known (the text of each line names its
 * entry), with breaks planted: entries that do not sum to zero, some of them in pairs that cancel
 * each other. A trial is exact when every voucher holds one whole entry and the open ones are those
 * that were planted.
 */
#include "shelf.h"
#include <stdio.h>

enum { TRIALS = 300, ENTRIES_MIN = 330, ENTRIES_MAX = 560, LINES_MAX = 6, BREAKS_MAX = 30 };

typedef enum numbering {
	N_CONTINUOUS, /* 1, 2, 3 … through all journals */
	N_BY_JOURNAL, /* anew in each journal */
	N_BY_MONTH,   /* anew each month */
	N_BOTH,       /* anew in each journal each month */
	N_CONSTANT,   /* the same on every line */
	N_BLANK,
	N_TWICE, /* every third number is used again on another day */
} numbering;

typedef struct line {
	int64_t net;
	uint32_t document;
} line;

typedef struct entry {
	uint32_t n, journal, number;
	rd_day day;
	bool broken;
	line lines[LINES_MAX];
} entry;

typedef struct ledger {
	uint32_t n;
	entry entries[ENTRIES_MAX];
} ledger;

static const char *const journals[] = {"记", "收", "付"};

static void make_lines(entry *e, uint64_t *seed)
{
	int64_t sum = 0;

	e->n = 2 + unit_below(seed, unit_below(seed, 4) ? 2 : LINES_MAX - 1);
	for (uint32_t i = 0; i + 1 < e->n; i++) {
		int64_t a = 100 + (int64_t)unit_below(seed, 900000);

		e->lines[i] = (line){i % 2 && a < sum ? -a : a, unit_below(seed, 9000)};
		sum += e->lines[i].net;
	}
	e->lines[e->n - 1] = (line){-sum, unit_below(seed, 9000)};
}

static void make_ledger(ledger *l, uint64_t *seed, numbering how)
{
	uint32_t next[13][3] = {{0}};

	l->n = ENTRIES_MIN + unit_below(seed, ENTRIES_MAX - ENTRIES_MIN);
	for (uint32_t k = 0; k < l->n; k++) {
		entry *e = &l->entries[k];
		uint32_t day = k * 360 / l->n;

		*e = (entry){.journal = unit_below(seed, 3),
		             .day = rd_day_of(2024, 1 + (int32_t)(day / 30),
		                              1 + (int32_t)(day % 30 < 28 ? day % 30 : 27))};
		make_lines(e, seed);
		uint32_t month = how == N_BY_MONTH || how == N_BOTH ? day / 30 : 0;
		uint32_t journal = how == N_BY_JOURNAL || how == N_BOTH ? e->journal : 0;

		e->number = how == N_CONSTANT ? 1 : ++next[month][journal];
		if (how == N_TWICE && k > 40 && k % 3 == 0)
			e->number = l->entries[k - 40].number;
	}
}

/* Adds d to a line of an entry that is still whole. */
static void break_entry(ledger *l, uint64_t *seed, int64_t d)
{
	entry *e;

	do
		e = &l->entries[unit_below(seed, l->n)];
	while (e->broken);
	line *x = &e->lines[unit_below(seed, e->n)];

	while (x->net + d == 0)
		x = &e->lines[unit_below(seed, e->n)];
	x->net += d;
	e->broken = true;
}

static uint32_t plant(ledger *l, uint64_t *seed, uint32_t most, bool pairs)
{
	uint32_t n = 1 + unit_below(seed, most), done = 0;

	while (done < n) {
		int64_t d = 1 + (int64_t)unit_below(seed, 50000);

		if (unit_below(seed, 2))
			d = -d;
		break_entry(l, seed, d);
		done++;
		if (pairs && done < n && unit_below(seed, 4) == 0) { /* a pair that cancels */
			break_entry(l, seed, -d);
			done++;
		}
	}
	return n;
}

/* The book that readers would make of it; `documents`: every line has a document of its own. */
static rd_book *read_ledger(const ledger *l, numbering how, bool documents)
{
	shelf s;
	rd_err err = {0};
	uint32_t at = 0;

	shelf_open(&s);
	s.no_carry = true;
	rd_layout layout =
		shelf_layout(&s, "journal|number|date|account-code|debit|credit|text|document");
	UNIT_OK(rd_builder_add_file(s.builder, RD_STR("x"), &s.file, &err), &err);
	rd_rows *r = rd_rows_new(s.builder, s.file, &layout);

	for (uint32_t k = 0; k < l->n; k++)
		for (uint32_t i = 0; i < l->entries[k].n; i++) {
			const entry *e = &l->entries[k];
			int64_t net = e->lines[i].net;
			char number[12] = "", date[16], amount[RD_MINOR_TEXT], text[16], document[16] = "";

			if (how != N_BLANK)
				snprintf(number, sizeof number, "%u", e->number);
			rd_day_format(e->day, date);
			rd_minor_format(net < 0 ? -net : net, 2, false, amount);
			snprintf(text, sizeof text, "%u", k);
			if (documents)
				snprintf(document, sizeof document, "F%u", e->lines[i].document);
			rd_str cells[] = {rd_str_of(journals[e->journal]),
			                  rd_str_of(number),
			                  rd_str_of(date),
			                  RD_STR("1001"),
			                  rd_str_of(net < 0 ? "" : amount),
			                  rd_str_of(net < 0 ? amount : ""),
			                  rd_str_of(text),
			                  rd_str_of(document)};
			rd_rows_add(r, cells, 8, ++at);
		}
	UNIT_OK(rd_rows_commit(r, &err), &err);
	rd_rows_free(r);
	return shelf_seal(&s);
}

/* The entry that a line belongs to. */
static uint32_t entry_of(const rd_book *b, rd_row i)
{
	rd_str s = rd_book_text(b, rd_line_text(b, i));
	uint32_t v = 0;

	for (uint32_t k = 0; k < s.len; k++)
		v = v * 10 + (uint32_t)(s.ptr[k] - '0');
	return v;
}

typedef struct outcome {
	uint32_t exact; /* trials */
	uint32_t keys;  /* trials in which the key holds what it must */
	uint32_t planted, found,
		alarms; /* breaks: planted, in an open voucher, open vouchers without one */
} outcome;

/* Compares one book with what is known. */
static void judge(const ledger *l, const rd_book *b, outcome *o)
{
	bool exact = b->voucher.n == l->n;
	static bool seen[ENTRIES_MAX];

	memset(seen, 0, sizeof seen);
	for (rd_row v = 0; v < b->voucher.n; v++) {
		rd_row from = b->voucher.first[v], to = b->voucher.first[v + 1];
		bool open = rd_voucher_net(b, v) != 0, any = false;

		for (rd_row i = from; i < to; i++) {
			uint32_t e = entry_of(b, i);

			exact &= e == entry_of(b, from);
			if (open && l->entries[e].broken) {
				any = true;
				o->found += !seen[e];
				seen[e] = true;
			}
		}
		exact &= to - from == l->entries[entry_of(b, from)].n;
		o->alarms += open && !any;
	}
	for (uint32_t k = 0; k < l->n; k++)
		o->planted += l->entries[k].broken;
	o->exact += exact;
}

/* What is tried: `most` breaks in each trial; `key` is what the key must hold. */
typedef struct plan {
	numbering how;
	bool documents, no_pairs;
	uint32_t most, key;
	int trials; /* 0 = TRIALS */
} plan;

static int trials_of(const plan *p)
{
	return p->trials ? p->trials : TRIALS;
}

static outcome trials(const plan *p, uint64_t seed)
{
	static ledger l;
	outcome o = {0};

	for (int t = 0; t < trials_of(p); t++) {
		make_ledger(&l, &seed, p->how);
		uint32_t n = p->most ? plant(&l, &seed, p->most, !p->no_pairs) : 0;
		rd_book *b = read_ledger(&l, p->how, p->documents);

		unit_case("trial %d: %u entries, %u breaks", t, l.n, n);
		o.keys += (b->key & p->key) == p->key;
		UNIT_INT(b->key & RD_KEY_DOCUMENT, 0);
		if (p->most == 0)
			UNIT_INT(b->open_entries, 0);
		judge(&l, b, &o);
		rd_book_free(b);
	}
	unit_case("%s", "");
	return o;
}

/* `least` of the trials must be exact: two breaks that cancel and share a number look like one
 * entry that balances, which in a few trials is enough to keep a field out of the key. */
static void exact_in(uint32_t least, const char *what, numbering how, bool documents, uint32_t key)
{
	outcome o = trials(&(plan){how, documents, false, BREAKS_MAX, key, 0},
	                   1000 + (uint64_t)how * 2 + documents);

	unit_note("  %s: exact in %u of %d trials, %u of %u breaks found, %u false\n", what, o.exact,
	          TRIALS, o.found, o.planted, o.alarms);
	UNIT_TRUE(o.exact >= least && o.keys >= least);
	UNIT_TRUE(o.found * 1000 >= o.planted * 999);
	UNIT_INT(o.alarms, 0);
}

static void numbers_alone(void)
{
	exact_in(TRIALS, "continuous numbers", N_CONTINUOUS, false, RD_KEY_NUMBER);
}

static void numbers_by_journal(void)
{
	exact_in(TRIALS - 3, "numbers by journal", N_BY_JOURNAL, false, RD_KEY_NUMBER | RD_KEY_JOURNAL);
}

static void numbers_by_month(void)
{
	exact_in(TRIALS - 3, "numbers by month", N_BY_MONTH, false, RD_KEY_NUMBER | RD_KEY_PERIOD);
}

static void numbers_by_both(void)
{
	exact_in(TRIALS - 3, "numbers by journal and month", N_BOTH, false,
	         RD_KEY_NUMBER | RD_KEY_JOURNAL | RD_KEY_PERIOD);
}

static void documents_stay_out(void)
{
	exact_in(TRIALS - 3, "numbers by journal, a document a line", N_BY_JOURNAL, true,
	         RD_KEY_NUMBER | RD_KEY_JOURNAL);
}

static void numbers_used_twice(void)
{
	exact_in(TRIALS - 3, "numbers used twice", N_TWICE, false, RD_KEY_NUMBER);
}

/* Without usable numbers the running sum is all there is: measured, not proven. Of two breaks
 * that cancel within sixty lines nothing can be seen. */
static void cutting(const char *what, const plan *p, uint32_t found_percent)
{
	outcome o = trials(p, 500 + (uint64_t)p->how + p->most);

	unit_note(
		"  %s, up to %u breaks%s: exact in %u of %d trials, %u of %u breaks found, %u false\n",
		what, p->most, p->no_pairs ? "" : ", some cancel", o.exact, trials_of(p), o.found,
		o.planted, o.alarms);
	if (p->most == 0)
		UNIT_INT(o.exact, trials_of(p));
	UNIT_INT(o.keys, trials_of(p));
	UNIT_TRUE(o.found * 100 >= o.planted * found_percent);
	UNIT_TRUE(o.alarms * 100 <= o.planted);
}

static void cuts_where_the_sum_returns(void)
{
	uint32_t key = RD_KEY_CUT | RD_KEY_JOURNAL;

	cutting("a constant number", &(plan){N_CONSTANT, false, true, 0, key, 100}, 100);
	cutting("a constant number", &(plan){N_CONSTANT, false, true, BREAKS_MAX, key, 0}, 99);
	cutting("a constant number", &(plan){N_CONSTANT, false, false, BREAKS_MAX, key, 150}, 97);
	cutting("no numbers", &(plan){N_BLANK, false, true, 5, key, 100}, 99);
}

/* One broken entry at the very start: all behind it stay what they are. */
static void a_break_does_not_swallow_the_rest(void)
{
	static ledger l;
	uint64_t seed = 31;
	uint32_t swallowed = 0;

	for (int t = 0; t < TRIALS / 3; t++) {
		make_ledger(&l, &seed, N_CONSTANT);
		for (uint32_t k = 0; k < l.n; k++)
			l.entries[k].journal = 0;
		l.entries[0].lines[0].net += 12345;
		l.entries[0].broken = true;
		rd_book *b = read_ledger(&l, N_CONSTANT, false);

		unit_case("trial %d", t);
		UNIT_INT(b->open_entries, 1);
		swallowed += b->voucher.n < l.n - 1;
		rd_book_free(b);
	}
	unit_note("  a break at the start swallows more than one entry in %u of %d trials\n", swallowed,
	          TRIALS / 3);
	UNIT_INT(swallowed, 0);
}

/* Numbers that fit the entries in fewer than nine of ten cases are no key. */
static void useless_numbers_are_not_used(void)
{
	static ledger l;
	uint64_t seed = 8;

	for (int t = 0; t < 20; t++) {
		make_ledger(&l, &seed, N_CONTINUOUS);
		for (uint32_t k = 0; k < l.n; k++)
			l.entries[k].number = 1 + unit_below(&seed, 90); /* page numbers, say */
		for (uint32_t k = 0; k < l.n; k += 2)
			l.entries[k].lines[0].net += 100; /* so that groups do not balance */
		rd_book *b = read_ledger(&l, N_CONTINUOUS, false);

		unit_case("trial %d", t);
		UNIT_INT(b->key & RD_KEY_CUT, RD_KEY_CUT);
		rd_book_free(b);
	}
}

static void an_entry_id_is_the_key(void)
{
	rd_book *b = shelf_book(
		"entry-id|number|account-code|debit|credit",
		"10|1|1001|5|\n10|1|1002||5\n11|1|1001|6|\n11|1|1002||6\n12|2|1001|7|\n12|2|1002||7\n");

	UNIT_INT(b->key, RD_KEY_ENTRY_ID);
	UNIT_INT(b->voucher.n, 3);
	rd_book_free(b);
	/* ids in any order */
	b = shelf_book(
		"entry-id|number|account-code|debit|credit",
		"12|1|1001|5|\n10|1|1001|6|\n12|1|1002||5\n11|2|1001|7|\n11|2|1002||7\n10|1|1002||6\n");
	UNIT_INT(b->key, RD_KEY_ENTRY_ID);
	UNIT_INT(b->voucher.n, 3);
	UNIT_INT(b->open_entries, 0);
	rd_book_free(b);
	/* an id a line is none */
	b = shelf_book("entry-id|number|account-code|debit|credit",
	               "1|1|1001|5|\n2|1|1002||5\n3|2|1001|6|\n4|2|1002||6\n");
	UNIT_INT(b->key & RD_KEY_ENTRY_ID, 0);
	UNIT_INT(b->voucher.n, 2);
	rd_book_free(b);
}

const unit_test entry_tests[] = {
	{"numbers alone tell entries apart", numbers_alone},
	{"numbers that begin anew in each journal", numbers_by_journal},
	{"numbers that begin anew each month", numbers_by_month},
	{"numbers that begin anew in each journal each month", numbers_by_both},
	{"document numbers do not join the key", documents_stay_out},
	{"a number that was used twice is kept apart by its date", numbers_used_twice},
	{"without numbers the journal is cut where its sum returns", cuts_where_the_sum_returns},
	{"one broken entry does not swallow the rest", a_break_does_not_swallow_the_rest},
	{"numbers that fit too few entries are not used", useless_numbers_are_not_used},
	{"an entry id is the key when it groups lines", an_entry_id_is_the_key},
	{0},
};
