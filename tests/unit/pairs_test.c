#include "book/builder.h"
#include "check/entries.h"
#include "check/index.h"
#include "check/pairs.h"
#include "unit.h"
#include <stdio.h>

/* Small random books: entries of two lines, red or not, with few accounts, amounts and days, so
 * that most can be cancelled by several others. */
enum { VOUCHERS = 60 };

typedef struct made {
	uint32_t account, amount;
	bool red;
	rd_day day;
} made;

static void add_line(rd_rows *rows, const made *m, uint32_t number, bool credit, uint32_t line)
{
	static const char *const accounts[] = {"1403", "1405", "5602"};
	rd_str cells[RD_FIELD_COUNT];
	char amount[RD_MINOR_TEXT], date[16], text[16];

	for (int f = 0; f < RD_FIELD_COUNT; f++)
		cells[f] = (rd_str){"", 0};
	rd_minor_format((m->red ? -1 : 1) * (int64_t)(m->amount + 1) * 100, 2, false, amount);
	rd_day_format(m->day, date);
	snprintf(text, sizeof text, "%u", number);
	cells[RD_F_NUMBER] = rd_str_of(text);
	cells[RD_F_DATE] = rd_str_of(date);
	cells[RD_F_ACCOUNT_CODE] = rd_str_of(credit ? "2202" : accounts[m->account]);
	cells[credit ? RD_F_CREDIT : RD_F_DEBIT] = rd_str_of(amount);
	rd_rows_add(rows, cells, RD_FIELD_COUNT, line);
}

static rd_book *make_book(uint64_t *seed, made *all, uint32_t n)
{
	rd_builder *b = rd_builder_new();
	rd_layout layout;
	rd_book *book = NULL;
	rd_row file;
	rd_err err = {0};
	uint32_t days = 1 + unit_below(seed, 900), accounts = 1 + unit_below(seed, 3);

	UNIT_OK(rd_builder_add_file(b, RD_STR("made"), &file, &err), &err);
	rd_layout_identity(&layout);
	rd_rows *rows = rd_rows_new(b, file, &layout);

	for (uint32_t v = 0; v < n; v++) {
		all[v] = (made){unit_below(seed, accounts), unit_below(seed, 3), unit_below(seed, 3) == 0,
		                rd_day_of(2024, 1, 1) + (rd_day)unit_below(seed, days)};
		add_line(rows, &all[v], v + 1, false, v * 2 + 2);
		add_line(rows, &all[v], v + 1, true, v * 2 + 3);
	}
	UNIT_OK(rd_rows_commit(rows, &err), &err);
	rd_rows_free(rows);
	UNIT_OK(rd_builder_seal(b, &(rd_seal_options){.threads = 1}, &book, &err), &err);
	rd_builder_free(b);
	return book;
}

/* a comes before b: by day, then by number. */
static bool before(const made *all, uint32_t a, uint32_t b)
{
	return all[a].day != all[b].day ? all[a].day < all[b].day : a < b;
}

/* The rule as it is written: of the earlier entries that `red` negates and nothing cancelled yet,
 * within 400 days, the latest, when all stand on one day. n = none. */
static uint32_t naive_original(const made *all, const uint32_t *other, uint32_t n, uint32_t red)
{
	uint32_t best = n;
	bool one_day = true;

	for (uint32_t v = 0; v < n; v++) {
		if (all[v].red || other[v] != n || !before(all, v, red) ||
		    all[v].account != all[red].account || all[v].amount != all[red].amount ||
		    all[red].day - all[v].day > 400)
			continue;
		one_day &= best == n || all[v].day == all[best].day;
		if (best == n || before(all, best, v))
			best = v;
	}
	return one_day ? best : n;
}

static void naive_pairs(const made *all, uint32_t *other, uint32_t n)
{
	for (uint32_t v = 0; v < n; v++)
		other[v] = n;
	for (uint32_t turn = 0; turn < n; turn++) {
		uint32_t next = n;

		/* The red ones in time: the earliest that has not had its turn is marked by n + 1. */
		for (uint32_t v = 0; v < n; v++)
			if (all[v].red && other[v] == n && (next == n || before(all, v, next)))
				next = v;
		if (next == n)
			break;
		uint32_t original = naive_original(all, other, n, next);

		other[next] = original == n ? n + 1 : original;
		if (original != n)
			other[original] = next;
	}
}

static void pairs_are_those_of_the_rule(void)
{
	static made all[VOUCHERS];
	static uint32_t want[VOUCHERS];
	uint64_t seed = 7;

	for (uint32_t round = 0; round < 400; round++) {
		uint32_t n = 1 + unit_below(&seed, VOUCHERS), count = 0;
		rd_arena *a = rd_arena_new();
		rd_book *b = make_book(&seed, all, n);
		rd_pairs got;

		unit_case("round %u, n %u", round, n);
		UNIT_INT(b->voucher.n, n);
		rd_pairs_build(a, b, NULL, &got);
		naive_pairs(all, want, n);
		for (uint32_t v = 0; v < n && b->voucher.n == n; v++) {
			rd_row other = got.other ? got.other[v] : RD_NONE;

			UNIT_INT(other, want[v] < n ? want[v] : RD_NONE);
			if (other != RD_NONE)
				UNIT_INT(got.red[v], all[v].red);
			count += other != RD_NONE && all[v].red;
		}
		UNIT_INT(got.n, count);
		rd_book_free(b);
		rd_arena_free(a);
	}
}

/* The hash of a turned entry is that of the entry it negates. */
static void turned_entries_have_one_hash(void)
{
	static made all[VOUCHERS];
	uint64_t seed = 8;
	rd_arena *a = rd_arena_new();
	rd_book *b = make_book(&seed, all, VOUCHERS);
	rd_comparer c = {.arena = a};

	for (uint32_t v = 0; v < VOUCHERS; v++)
		for (uint32_t w = 0; w < VOUCHERS; w++) {
			bool same = all[v].account == all[w].account && all[v].amount == all[w].amount;
			bool red = same && all[v].red != all[w].red;

			unit_case("%u %u", v, w);
			UNIT_INT(rd_entry_like(&c, b, v, w, RD_LIKE_RED), red);
			UNIT_INT(rd_entry_like(&c, b, v, w, RD_LIKE_SAME), same && !red);
			UNIT_INT(rd_entry_like(&c, b, v, w, RD_LIKE_SWAP), false);
			UNIT_INT(rd_entry_hash(b, v, RD_LIKE_RED) == rd_entry_hash(b, w, RD_LIKE_SAME), red);
		}
	rd_book_free(b);
	rd_arena_free(a);
}

static void counts_pairs_in_a_table_that_grows(void)
{
	rd_arena *a = rd_arena_new();
	rd_pair_table t;

	rd_pair_table_init(&t, a);
	for (uint32_t turn = 1; turn <= 3; turn++)
		for (rd_row d = 1; d <= 150; d++)
			for (rd_row k = 1; k <= 150; k++)
				if ((d + k) % 3 < turn)
					rd_pair_add(&t, d, k, turn, d);
	for (rd_row d = 1; d <= 150; d++)
		for (rd_row k = 1; k <= 150; k++)
			UNIT_INT(rd_pair_count(&t, d, k), (3 - (d + k) % 3) * d);
	UNIT_INT(rd_pair_count(&t, 151, 1), 0);
	UNIT_INT(t.used, 150 * 150);
	rd_arena_free(a);
}

const unit_test pairs_tests[] = {
	{"red pairs are those that the rule as written finds", pairs_are_those_of_the_rule},
	{"the hash of a turned entry is that of the entry it negates", turned_entries_have_one_hash},
	{"pairs of accounts are counted while the table grows", counts_pairs_in_a_table_that_grows},
	{0},
};
