/* Bank lines against ledger lines, and the statement of both balances. */
#include "match/items.h"
#include "match/statement.h"
#include "shelf.h"
#include "unit.h"
#include <stdio.h>
#include <time.h>

enum { ITEMS_MAX = 400 };

typedef struct side {
	rd_recon_item items[ITEMS_MAX];
	uint32_t n;
} side;

/* "day amount text|day amount text|…" */
static side side_of(const char *rows)
{
	side s = {.n = 0};

	for (const char *p = rows; *p && s.n < ITEMS_MAX;) {
		int day, at;
		long long amount;
		const char *end = strchr(p, '|');
		uint32_t len = end ? (uint32_t)(end - p) : (uint32_t)strlen(p);

		UNIT_INT(sscanf(p, "%d %lld %n", &day, &amount, &at), 2);
		rd_str text = {p + at, len > (uint32_t)at ? len - (uint32_t)at : 0};

		s.items[s.n] = (rd_recon_item){.amount = amount,
		                               .date = day,
		                               .row = s.n,
		                               .group = s.n,
		                               .key = s.n + 1,
		                               .texts = {text}};
		s.n++;
		p += len + (end != NULL);
	}
	return s;
}

static rd_recon *run(const side *bank, const side *book, const rd_recon_options *o)
{
	static const rd_recon_options plain;
	rd_recon *r = NULL;
	rd_err err;

	UNIT_OK(rd_reconcile(bank->items, bank->n, book->items, book->n, o ? o : &plain, &r, &err),
	        &err);
	return r;
}

/* "0-1 1+2-0": bank items, then book items; in the order of the first bank item. */
static void matches_are(const rd_recon *r, const char *want)
{
	char got[2000] = "";
	size_t at = 0;
	bool told[2 * ITEMS_MAX] = {false};

	for (uint32_t i = 0; i < r->n_bank + r->n_book; i++) {
		uint32_t m = i < r->n_bank ? r->bank_match[i] : r->book_match[i - r->n_bank];

		if (m == 0 || told[m])
			continue;
		told[m] = true;
		const rd_recon_match *x = &r->matches[m - 1];

		at += (size_t)snprintf(got + at, sizeof got - at, "%s", at ? " " : "");
		for (uint32_t k = 0; k < x->n_bank + x->n_book; k++)
			at += (size_t)snprintf(got + at, sizeof got - at, "%s%u",
			                       k == x->n_bank ? "-"
			                       : k            ? "+"
			                                      : "",
			                       r->members[x->first + k]);
	}
	UNIT_TEXT(rd_str_of(got), want);
}

static void rules(void)
{
	static const struct {
		const char *what, *bank, *book, *want;
	} cases[] = {
		{"same amount, near day", "10 500 ", "9 500 ", "0-0"},
		{"the other direction is another payment", "10 500 ", "10 -500 ", ""},
		{"beyond the window nothing speaks for it", "30 500 ", "10 500 ", ""},
		{"beyond the window a number does",
	     "30 -500 支票 104829|1 1 a|2 2 b|3 3 c|4 4 d|5 5 e|6 6 f|7 7 g|8 8 h",
	     "10 -500 支票104829付货款|70 9 i|70 10 j|70 11 k|70 12 l|70 13 m|70 14 n|70 15 o|70 16 p",
	     "0-0"},
		{"of two the text decides, not the day", "10 500 上海宏达贸易|11 777 x|12 778 y|13 779 z",
	     "10 500 北京华美商行|8 500 收上海宏达贸易货款|11 777 x|12 778 y|13 779 z",
	     "0-1 1-2 2-3 3-4"},
		{"of two without text the nearest day", "10 500 |20 500 ", "19 500 |11 500 ", "0-1 1-0"},
		{"what the books take back themselves", "10 100 ",
	     "3 -888 付宏达货款作废4830|5 888 冲销付宏达货款作废4830|10 100 |11 3 a|12 4 b|13 5 c|14 6 d|"
	     "15 7 e|16 8 f|17 9 g|18 10 h|19 11 i|20 12 j",
	     "0-2 -0+1"},
		{"one payment for several lines", "10 -111611 ", "9 -23464 |10 -86066 |10 -2081 |10 -99 ",
	     "0-0+1+2"},
		{"round amounts prove nothing", "10 300 ", "10 100 |10 200 |10 100 |10 200 ", ""},
		{"zero is never matched", "10 0 ", "10 0 ", ""},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		side bank = side_of(cases[i].bank), book = side_of(cases[i].book);
		rd_recon *r = run(&bank, &book, NULL);

		unit_case("%s", cases[i].what);
		matches_are(r, cases[i].want);
		rd_recon_free(r);
	}
}

static void vouchers_and_days(void)
{
	side bank = side_of("10 -600 代发工资|12 -5 手续费|12 -6 手续费|12 -7 手续费");
	side book = side_of("9 -100 |9 -200 |9 -300 |12 -18 本月手续费");

	for (int i = 0; i < 3; i++)
		book.items[i].group = 77;
	for (int i = 1; i < 4; i++)
		bank.items[i].same_text = 5;
	rd_recon *r = run(&bank, &book, NULL);

	matches_are(r, "0-0+1+2 1+2+3-3");
	UNIT_TRUE(r->matches[0].why & RD_RECON_VOUCHER);
	UNIT_TRUE(r->matches[1].why & RD_RECON_SAME);
	rd_recon_free(r);
}

static void people_decide(void)
{
	side bank = side_of("10 500 |10 500 |20 900 ");
	side book = side_of("10 500 |11 500 |20 850 ");
	static const uint64_t b1[] = {1}, l2[] = {2}, b3[] = {3}, l3[] = {3}, b2[] = {2}, l1[] = {1},
						  gone[] = {99};
	rd_recon_decision d[] = {
		{true, b1, l2, 1, 1},   /* the first with the second */
		{false, b2, l1, 1, 1},  /* and the second not with the first */
		{true, b3, l3, 1, 1},   /* though the amounts differ */
		{true, b1, l1, 1, 1},   /* too late: the line is taken */
		{true, gone, l1, 1, 1}, /* a line that is no more */
	};
	rd_recon_options o = {.decisions = d, .n_decisions = 5};
	rd_recon *r = run(&bank, &book, &o);

	matches_are(r, "0-1 2-2");
	UNIT_INT(r->matches[1].apart, 50);
	UNIT_INT(r->matches[1].why, RD_RECON_BY_PERSON);
	rd_recon_free(r);
}

static void suggestions(void)
{
	side bank =
		side_of("10 -5431 宏达贸易有限公司|12 9950 华美商行|1 1 a|2 2 b|3 3 c|4 4 d|5 5 e|6 6 f");
	side book =
		side_of("10 -5341 付宏达贸易|12 10000 收华美商行货款|1 1 a|2 2 b|3 3 c|4 4 d|5 5 e|6 6 f");
	rd_recon *r = run(&bank, &book, NULL);

	UNIT_INT(r->n_suggestions, 2);
	for (uint32_t i = 0; i < r->n_suggestions; i++) {
		const rd_recon_match *m = &r->suggestions[i];
		uint32_t b = r->members[m->first];

		UNIT_INT(r->members[m->first + 1], b);
		UNIT_TRUE(m->why & (b == 0 ? RD_RECON_SWAPPED : RD_RECON_FEE));
		UNIT_INT(m->apart, b == 0 ? -90 : -50);
		UNIT_INT(r->bank_match[b], 0);
	}
	rd_recon_free(r);
}

/* Whatever comes: no item twice, sums agree, and the order in memory changes nothing. */
static void random_sides(void)
{
	uint64_t seed = 20260703;

	for (int round = 0; round < 300; round++) {
		side bank = {.n = unit_below(&seed, 60)}, book = {.n = unit_below(&seed, 60)};
		side *sides[2] = {&bank, &book};

		for (int s = 0; s < 2; s++)
			for (uint32_t i = 0; i < sides[s]->n; i++)
				sides[s]->items[i] =
					(rd_recon_item){.amount =
				                        (rd_minor)unit_below(&seed, round % 3 ? 40 : 100000) - 20,
				                    .date = (rd_day)unit_below(&seed, 90),
				                    .row = i,
				                    .group = unit_below(&seed, 50),
				                    .key = i,
				                    .same_text = unit_below(&seed, 6)};
		rd_recon *r = run(&bank, &book, NULL);
		uint32_t seen[2][ITEMS_MAX] = {{0}};

		for (uint32_t m = 0; m < r->n_matches; m++) {
			const rd_recon_match *x = &r->matches[m];
			rd_minor apart = 0;

			for (uint32_t k = 0; k < x->n_bank + x->n_book; k++) {
				bool is_bank = k < x->n_bank;
				uint32_t at = r->members[x->first + k];

				UNIT_INT(seen[!is_bank][at]++, 0);
				UNIT_INT((is_bank ? r->bank_match : r->book_match)[at], m + 1);
				apart += is_bank ? bank.items[at].amount : -book.items[at].amount;
			}
			UNIT_INT(apart, 0);
		}
		/* the other way round in memory */
		side turned = {.n = book.n};

		for (uint32_t i = 0; i < book.n; i++)
			turned.items[i] = book.items[book.n - 1 - i];
		rd_recon *again = run(&bank, &turned, NULL);

		UNIT_INT(again->n_matches, r->n_matches);
		for (uint32_t i = 0; i < book.n; i++)
			UNIT_INT(again->book_match[book.n - 1 - i], r->book_match[i]);
		rd_recon_free(again);
		rd_recon_free(r);
	}
}

static void the_statement_agrees(void)
{
	/* bank: opening 1000; in 500 (both), fee -10 (bank only), in 70 (bank only) */
	side bank = side_of("5 500 货款|6 -10 手续费|20 70 利息收入");
	/* books: opening 900 with a cheque of 100 outstanding from before; paid out 33 (books only), in
 * 8 */
	side book = side_of("-3 -100 支票|5 500 货款|28 -33 付甲|29 8 收乙");
	rd_recon *r = run(&bank, &book, NULL);
	rd_arena *a = rd_arena_new();
	rd_recon_ends e = {.as_of = 30,
	                   .from = 1,
	                   .book_opening = 900,
	                   .bank_opening = 1000,
	                   .book_balance = 900 + 500 - 33 + 8,
	                   .bank_balance = 1000 + 500 - 10 + 70,
	                   .bank_known = true};
	rd_recon_sheet s;

	rd_recon_sheet_make(a, r, &e, &s);
	UNIT_INT(s.sum[RD_RECON_BANK_IN], 70);
	UNIT_INT(s.sum[RD_RECON_BANK_OUT], 10);
	UNIT_INT(s.sum[RD_RECON_BOOK_IN], 8);
	UNIT_INT(s.sum[RD_RECON_BOOK_OUT], 33);
	UNIT_INT(s.difference, 100); /* the cheque from before, which is said */
	UNIT_INT(s.opening_left, 100);
	UNIT_INT(s.earlier, 1);
	e.with_earlier = true;
	rd_recon_sheet_make(a, r, &e, &s);
	UNIT_INT(s.sum[RD_RECON_BOOK_OUT], 133);
	UNIT_INT(s.difference, 0);
	UNIT_INT(s.opening_left, 0);
	/* on an earlier day less is open */
	e.as_of = 10;
	e.book_balance = 1400;
	e.bank_balance = 1490;
	rd_recon_sheet_make(a, r, &e, &s);
	UNIT_INT(s.n[RD_RECON_BANK_IN] + s.n[RD_RECON_BOOK_IN], 0);
	UNIT_INT(s.difference, 0);
	rd_arena_free(a);
	rd_recon_free(r);
}

static void items_of_a_book(void)
{
	rd_book *b = shelf_book("number|journal|date|account-code|account-name|debit|credit|text",
	                        "1|记|2026-07-03|1002|银行存款|1130||收甲公司货款\n"
	                        "1|记|2026-07-03|5001|主营业务收入||1130|收甲公司货款\n"
	                        "2|记|2026-07-09|100201|工行|5||转款\n"
	                        "2|记|2026-07-09|1002|银行存款||5|转款\n");
	rd_arena *a = rd_arena_new();
	rd_recon_items x;

	rd_recon_book_items(a, b, rd_book_find_account(b, RD_STR("1002")), RD_DAY_NONE, RD_DAY_NONE,
	                    &x);
	UNIT_INT(x.n, 3);
	UNIT_INT(x.items[0].amount, 113000);
	UNIT_INT(x.items[2].amount, -500);
	UNIT_TRUE(x.items[1].key != x.items[2].key);
	UNIT_TEXT(x.items[0].texts[1], "收甲公司货款");
	rd_recon_book_items(a, b, rd_book_find_account(b, RD_STR("1002")), rd_day_of(2026, 7, 4),
	                    RD_DAY_NONE, &x);
	UNIT_INT(x.n, 2);
	rd_arena_free(a);
	rd_book_free(b);
}

static void twenty_thousand_lines(void)
{
	uint32_t n = 20000;
	uint64_t seed = 7;
	struct timespec from, to;
	rd_recon_item *bank = rd_column_new(n * sizeof *bank), *book = rd_column_new(n * sizeof *book);
	rd_recon_options o = {0};
	rd_recon *r = NULL;
	rd_err err;
	static char names[500][24];

	for (uint32_t i = 0; i < 500; i++)
		snprintf(names[i], sizeof names[i], "party %c%c%c trade", 'a' + i % 26, 'a' + i / 26,
		         'a' + i % 7);
	for (uint32_t i = 0; i < n; i++) {
		uint32_t who = unit_below(&seed, 500);
		rd_minor amount = unit_below(&seed, 10) ? unit_below(&seed, 10000000) : 1000;

		bank[i] = (rd_recon_item){.amount = amount - 3000000,
		                          .date = (rd_day)(i / 55),
		                          .row = i,
		                          .group = i,
		                          .key = i,
		                          .texts = {rd_str_of(names[who])}};
		book[i] = bank[i];
		book[i].date -= (rd_day)unit_below(&seed, 5);
		if (unit_below(&seed, 20) == 0) /* one in twenty is booked otherwise */
			book[i].amount += 1 + unit_below(&seed, 100000);
	}
	clock_gettime(CLOCK_MONOTONIC, &from);
	UNIT_OK(rd_reconcile(bank, n, book, n, &o, &r, &err), &err);
	clock_gettime(CLOCK_MONOTONIC, &to);
	if (r) {
		unit_note("%u matches, %u suggestions in %ld ms\n", r->n_matches, r->n_suggestions,
		          (to.tv_sec - from.tv_sec) * 1000 + (to.tv_nsec - from.tv_nsec) / 1000000);
		UNIT_TRUE(r->n_matches > n * 9 / 10);
	}
	rd_recon_free(r);
	rd_column_free(bank, n * sizeof *bank);
	rd_column_free(book, n * sizeof *book);
}

const unit_test reconcile_tests[] = {
	{"pairs, reversals and sums follow the rules", rules},
	{"a voucher and a day's lines of one text are one payment", vouchers_and_days},
	{"what people decide stands", people_decide},
	{"another amount is a suggestion, no match", suggestions},
	{"no line is in two matches, and order changes nothing", random_sides},
	{"the four classes of open items explain both balances", the_statement_agrees},
	{"lines of an account and those below it are items", items_of_a_book},
	{"twenty thousand lines a side", twenty_thousand_lines},
	{0},
};
