/*
 * A ledger of 60 000 lines, large enough to be read in blocks by several threads and checked in
 * many cuts. One thread and four must say the same, byte for byte. tests/tsan.sh runs this under
 * ThreadSanitizer.
 */
#include "ledger.h"
#include "shelf.h"

enum { VOUCHERS = 26000 };

typedef struct texts {
	rd_buf journal, trial;
} texts;

static void make(texts *t)
{
	ledger l = {.seed = 7, .vouchers = VOUCHERS, .wrong = 20, .months = 12};

	rd_buf_init(&t->journal, 64 << 20);
	rd_buf_init(&t->trial, 1 << 20);
	ledger_journal(&l, &t->journal);
	ledger_trial(&l, &t->trial);
}

static void done(texts *t)
{
	rd_buf_done(&t->journal);
	rd_buf_done(&t->trial);
}

static rd_book *read_texts(const texts *t, uint32_t threads)
{
	shelf_file files[] = {{"journal.csv", t->journal.data, t->journal.size},
	                      {"trial.csv", t->trial.data, t->trial.size}};
	rd_read_options o = {.threads = threads, .digest = true};
	rd_book *b = NULL;
	rd_err err = {0};

	UNIT_OK(shelf_read(files, 2, &o, &b, &err), &err);
	return b;
}

static void print(const rd_book *b, uint32_t threads, uint32_t cuts, bool guards, rd_buf *out)
{
	rd_run_options o = {.threads = threads,
	                    .cuts = cuts,
	                    .as_of = RD_DAY_NONE,
	                    .no_guards = !guards};
	rd_result *r = NULL;
	rd_err err = {0};

	UNIT_OK(rd_run_checks(b, &o, &r, &err), &err);
	rd_buf_printf(out, "%u lines, %u texts, key %u\n", b->line.n, rd_book_n_texts(b), b->key);
	for (uint32_t i = 0; i < rd_checks_count; i++)
		rd_buf_printf(out, "%s %d %llu %u\n", rd_checks[i]->slug, (int)r->checks[i].state,
		              (unsigned long long)r->checks[i].hits, r->checks[i].findings);
	for (uint32_t i = 0; i < r->n_findings; i++) {
		char hex[33];

		rd_fingerprint_hex(r->findings[i].fingerprint, hex);
		rd_buf_printf(out, "%s %lld ", hex, (long long)r->findings[i].score);
		rd_finding_message(r, &r->findings[i], 1, out);
		rd_buf_char(out, '\n');
	}
	rd_result_free(r);
}

static void four_threads_say_what_one_says(void)
{
	texts t;

	make(&t);
	UNIT_TRUE(t.journal.size > 2 << 20); /* smaller files are read by one thread */
	for (int guards = 0; guards < 2; guards++) {
		rd_buf one, four;
		rd_book *b = read_texts(&t, 1);

		rd_buf_init(&one, 256 << 20);
		rd_buf_init(&four, 256 << 20);
		print(b, 1, 1, guards, &one);
		UNIT_TRUE(b->line.n >= 60000);
		rd_book_free(b);
		b = read_texts(&t, 4);
		print(b, 4, 7, guards, &four);
		rd_book_free(b);
		unit_case("guards %s", guards ? "on" : "off");
		UNIT_TRUE(rd_str_eq(rd_buf_view(&one), rd_buf_view(&four)));
		UNIT_TRUE(!one.full && one.size > 10000);
		rd_buf_done(&one);
		rd_buf_done(&four);
	}
	done(&t);
}

const unit_test threads_tests[] = {
	{"four threads and seven cuts say what one thread says", four_threads_say_what_one_says},
	{0},
};
