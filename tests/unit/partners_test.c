#include "book/builder.h"
#include "check/partners.h"
#include "unit.h"
#include <stdio.h>

/* Small random books: vouchers of two lines between an account with parties and the bank. */
enum { PARTIES = 6, LINES = 400 };
static const char *const accounts[] = {"1122", "2202", "1221"};
static const char *const names[] = {"应收账款", "应付账款", "其他应收款"};

typedef struct made {
	uint32_t account, party; /* party 0 = none */
	int64_t net;             /* of the line, debit positive, in fen */
	rd_day day;
} made;

static void add_line(rd_rows *rows, const char *number, const char *date, const char *code,
                     const char *name, const char *party, int64_t net, uint32_t line)
{
	rd_str cells[RD_FIELD_COUNT] = {{0}};
	char amount[RD_MINOR_TEXT];

	for (int f = 0; f < RD_FIELD_COUNT; f++)
		cells[f] = (rd_str){"", 0};
	rd_minor_format(net < 0 ? -net : net, 2, false, amount);
	cells[RD_F_NUMBER] = rd_str_of(number);
	cells[RD_F_DATE] = rd_str_of(date);
	cells[RD_F_ACCOUNT_CODE] = rd_str_of(code);
	cells[RD_F_ACCOUNT_NAME] = rd_str_of(name);
	cells[RD_F_PARTY_NAME] = rd_str_of(party);
	cells[net < 0 ? RD_F_CREDIT : RD_F_DEBIT] = rd_str_of(amount);
	rd_rows_add(rows, cells, RD_FIELD_COUNT, line);
}

/* Writes n random vouchers into a book and into `all`. */
static rd_book *make_book(uint64_t *seed, made *all, uint32_t n)
{
	rd_builder *b = rd_builder_new();
	rd_layout layout;
	rd_book *book = NULL;
	rd_row file;
	rd_err err = {0};
	char number[16], date[16], party[32];

	UNIT_OK(rd_builder_add_file(b, RD_STR("made"), &file, &err), &err);
	rd_layout_identity(&layout);
	rd_rows *rows = rd_rows_new(b, file, &layout);

	for (uint32_t v = 0; v < n; v++) {
		made *m = &all[v];

		m->account = unit_below(seed, 3);
		m->party = unit_below(seed, PARTIES);
		m->net = (int64_t)unit_below(seed, 100000) + 1;
		m->net = unit_below(seed, 2) ? m->net : -m->net;
		m->day = rd_day_of(2025, 1, 1) + (rd_day)unit_below(seed, 360);
		rd_day_format(m->day, date);
		snprintf(number, sizeof number, "%u", v + 1);
		snprintf(party, sizeof party, "单位%u", m->party);
		add_line(rows, number, date, accounts[m->account], names[m->account], m->party ? party : "",
		         m->net, v * 2 + 2);
		add_line(rows, number, date, "1002", "银行存款", "", -m->net, v * 2 + 3);
	}
	UNIT_OK(rd_rows_commit(rows, &err), &err);
	rd_rows_free(rows);
	UNIT_OK(rd_builder_seal(b, &(rd_seal_options){.threads = 1}, &book, &err), &err);
	rd_builder_free(b);
	return book;
}

static const rd_partner *find(const rd_book *b, const rd_partners *x, const char *code,
                              const char *party)
{
	for (uint32_t k = 0; k < x->n; k++) {
		const rd_partner *p = &x->items[k];
		bool same = p->party == 0 ? *party == '\0'
		                          : rd_str_is(rd_book_text(b, b->party.name[p->party]), party);

		if (same && rd_str_is(rd_book_text(b, b->account.code[p->account]), code))
			return p;
	}
	return NULL;
}

/* Sums, days and order of one pair against a walk over all that was made. */
static void compare(const rd_book *b, const rd_partners *x, const made *all, uint32_t n,
                    uint32_t account, uint32_t party)
{
	int64_t debit = 0, credit = 0;
	rd_day first = RD_DAY_NONE, last = RD_DAY_NONE;
	uint32_t lines = 0;
	char name[32];

	for (uint32_t v = 0; v < n; v++) {
		if (all[v].account != account || all[v].party != party)
			continue;
		lines++;
		debit += all[v].net > 0 ? all[v].net : 0;
		credit += all[v].net < 0 ? -all[v].net : 0;
		first = first == RD_DAY_NONE || all[v].day < first ? all[v].day : first;
		last = all[v].day > last ? all[v].day : last;
	}
	snprintf(name, sizeof name, "单位%u", party);
	const rd_partner *p = find(b, x, accounts[account], party ? name : "");

	UNIT_INT(p != NULL, lines > 0);
	if (p == NULL)
		return;
	UNIT_INT(p->debit, debit);
	UNIT_INT(p->credit, credit);
	UNIT_INT(p->first, first);
	UNIT_INT(p->last, last);
	UNIT_INT(p->lines_to - p->lines_from, lines);
	for (rd_row k = p->lines_from + 1; k < p->lines_to; k++)
		UNIT_TRUE(rd_line_date(b, x->rows[k - 1]) <= rd_line_date(b, x->rows[k]));
}

static void sums_agree_with_a_walk(void)
{
	static made all[LINES];
	uint64_t seed = 5;

	for (uint32_t round = 0; round < 40; round++) {
		uint32_t n = 1 + unit_below(&seed, LINES);
		rd_book *b = make_book(&seed, all, n);
		rd_arena *a = rd_arena_new();
		const rd_partners *x = rd_partners_build(a, b);

		unit_case("book %u of %u vouchers", round, n);
		for (uint32_t account = 0; account < 3; account++)
			for (uint32_t party = 0; party < PARTIES; party++)
				compare(b, x, all, n, account, party);
		for (uint32_t k = 1; k < x->n; k++)
			UNIT_TRUE(x->items[k - 1].account < x->items[k].account ||
			          (x->items[k - 1].account == x->items[k].account &&
			           x->items[k - 1].party < x->items[k].party));
		rd_arena_free(a);
		rd_book_free(b);
	}
}

/* What is open of each line by settling one after the other, oldest first. */
static void naive_fifo(const rd_book *b, const rd_row *rows, uint32_t n, int64_t opening,
                       int64_t *open, int64_t *ret_opening)
{
	int64_t ahead = opening < 0 ? -opening : 0;

	*ret_opening = opening > 0 ? opening : 0;
	for (uint32_t i = 0; i < n; i++) {
		int64_t net = rd_line_net(b, rows[i]);

		open[i] = net > 0 ? net : 0;
		ahead += net < 0 ? -net : 0;
		for (uint32_t k = 0; k <= i + 1; k++) {
			int64_t *item = k == 0 ? ret_opening : &open[k - 1];
			int64_t used = *item < ahead ? *item : ahead;

			*item -= used;
			ahead -= used;
		}
	}
}

static void open_items_agree_with_a_naive_settlement(void)
{
	static made all[LINES];
	static int64_t open[LINES];
	uint64_t seed = 9;

	for (uint32_t round = 0; round < 40; round++) {
		rd_book *b = make_book(&seed, all, 1 + unit_below(&seed, LINES));
		rd_arena *a = rd_arena_new();
		const rd_partners *x = rd_partners_build(a, b);

		for (uint32_t k = 0; k < x->n; k++) {
			const rd_partner *p = &x->items[k];
			uint32_t n = p->lines_to - p->lines_from, at = 0;
			int64_t opening = (int64_t)unit_below(&seed, 200000) - 100000, left;
			rd_open_item *items;

			unit_case("book %u pair %u", round, k);
			naive_fifo(b, x->rows + p->lines_from, n, opening, open, &left);
			uint32_t found = rd_fifo(a, b, x->rows + p->lines_from, n, opening, true, &items);

			if (left > 0) {
				UNIT_TRUE(found > 0 && items[0].line == RD_NONE && items[0].open == left);
				at = 1;
			}
			for (uint32_t i = 0; i < n; i++) {
				if (open[i] == 0)
					continue;
				UNIT_TRUE(at < found && items[at].line == x->rows[p->lines_from + i] &&
				          items[at].open == open[i]);
				at++;
			}
			UNIT_INT(found, at);
		}
		rd_arena_free(a);
		rd_book_free(b);
	}
}

const unit_test partners_tests[] = {
	{"sums, days and order of each pair agree with a walk", sums_agree_with_a_walk},
	{"open items agree with a naive settlement", open_items_agree_with_a_naive_settlement},
	{0},
};
