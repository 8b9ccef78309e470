/* The engine: what runs, order of findings, collapse, people's decisions, settings. */
#include "book/serial.h"
#include "check/engine.h"
#include "ledger.h"
#include "shelf.h"
#include <stdio.h>
#include <stdlib.h>

/* A random ledger as a book. */
static rd_book *random_book(uint64_t seed, uint32_t vouchers, uint32_t wrong)
{
	ledger l = {.seed = seed, .vouchers = vouchers, .wrong = wrong, .months = 6};
	rd_read_options o = {.threads = 1};
	rd_buf journal, trial;
	rd_book *b = NULL;
	rd_err err = {0};

	rd_buf_init(&journal, 64 << 20);
	rd_buf_init(&trial, 1 << 20);
	ledger_journal(&l, &journal);
	ledger_trial(&l, &trial);
	shelf_file files[] = {{"journal.csv", journal.data, journal.size},
	                      {"trial.csv", trial.data, trial.size}};
	UNIT_OK(shelf_read(files, 2, &o, &b, &err), &err);
	rd_buf_done(&journal);
	rd_buf_done(&trial);
	return b;
}

static rd_result *run(const rd_book *b, const rd_run_options *options)
{
	rd_result *r = NULL;
	rd_err err = {0};

	UNIT_OK(rd_run_checks(b, options, &r, &err), &err);
	return r;
}

static const rd_check_result *result_of(const rd_result *r, const char *slug)
{
	for (uint32_t i = 0; i < rd_checks_count; i++)
		if (strcmp(rd_checks[i]->slug, slug) == 0)
			return &r->checks[i];
	UNIT_TRUE(false);
	return &r->checks[0];
}

static uint32_t findings_of(const rd_result *r, const char *slug, const rd_finding **ret_first)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < r->n_findings; i++)
		if (strcmp(rd_checks[r->findings[i].check]->slug, slug) == 0) {
			if (n++ == 0 && ret_first)
				*ret_first = &r->findings[i];
		}
	return n;
}

/* n vouchers, of which the first `broken` do not balance, each by another amount. */
static rd_book *broken_book(uint32_t n, uint32_t broken)
{
	rd_buf t;

	rd_buf_init(&t, 1 << 22);
	for (uint32_t v = 1; v <= n; v++) {
		rd_buf_printf(&t, "记|%u|2024-01-05|1001|%u|\n", v, 1000 + v);
		rd_buf_printf(&t, "记|%u|2024-01-05|5001||%u\n", v,
		              1000 + v + (v <= broken ? v * 7 + 1 : 0));
	}
	rd_book *b = shelf_book("journal|number|date|account-code|debit|credit", t.data);

	rd_buf_done(&t);
	return b;
}

/* ---- order ---- */

static void findings_stand_in_order(void)
{
	rd_run_options o = {.threads = 1, .as_of = RD_DAY_NONE};

	for (uint64_t seed = 1; seed <= 6; seed++) {
		rd_book *b = random_book(seed, 400, 60);
		rd_result *r = run(b, &o);

		unit_case("seed %u", (unsigned)seed);
		UNIT_TRUE(r->n_findings > 20);
		for (uint32_t i = 1; i < r->n_findings; i++) {
			const rd_finding *x = &r->findings[i - 1], *y = &r->findings[i];
			bool right;

			if (x->certainty != y->certainty)
				right = x->certainty == RD_FACT;
			else if (x->severity != y->severity)
				right = x->severity > y->severity;
			else if (x->score != y->score)
				right = x->score > y->score;
			else if (x->check != y->check)
				right = x->check < y->check;
			else if (x->places[0].file != y->places[0].file)
				right = x->places[0].file < y->places[0].file;
			else if (x->places[0].line != y->places[0].line)
				right = x->places[0].line < y->places[0].line;
			else
				right = memcmp(x->fingerprint, y->fingerprint, 16) < 0;
			UNIT_TRUE(right);
		}
		rd_result_free(r);
		rd_book_free(b);
	}
}

/* All that a result says, as text. */
static void print(const rd_result *r, rd_buf *out)
{
	for (uint32_t i = 0; i < rd_checks_count; i++)
		rd_buf_printf(out, "%s %d %s %s %llu %u\n", rd_checks[i]->slug, (int)r->checks[i].state,
		              r->checks[i].reason.en, r->checks[i].remark.en ? r->checks[i].remark.en : "",
		              (unsigned long long)r->checks[i].hits, r->checks[i].findings);
	for (uint32_t i = 0; i < r->n_findings; i++) {
		const rd_finding *f = &r->findings[i];
		char hex[33];

		rd_fingerprint_hex(f->fingerprint, hex);
		rd_buf_printf(out, "%s %u %lld %lld", hex, f->check, (long long)f->score,
		              (long long)f->at_stake);
		for (uint32_t k = 0; k < f->n_places; k++)
			rd_buf_printf(out, " %u:%u", f->places[k].file, f->places[k].line);
		for (int lang = 0; lang < 2; lang++) {
			rd_buf_char(out, '\n');
			rd_finding_message(r, f, lang, out);
		}
		rd_buf_char(out, '\n');
	}
}

static void threads_and_cuts_change_nothing(void)
{
	static const uint32_t cuts[] = {2, 7, 50};

	for (uint64_t seed = 11; seed <= 14; seed++) {
		rd_run_options o = {.threads = 1, .cuts = 1, .as_of = RD_DAY_NONE};
		rd_book *b = random_book(seed, 500, 80);
		rd_buf want, got;

		o.no_guards = seed % 2;
		rd_buf_init(&want, 16 << 20);
		rd_buf_init(&got, 16 << 20);
		rd_result *r = run(b, &o);

		print(r, &want);
		rd_result_free(r);
		for (int k = 0; k < 3; k++) {
			o.threads = 1 + (uint32_t)k;
			o.cuts = cuts[k];
			rd_buf_clear(&got);
			r = run(b, &o);
			print(r, &got);
			unit_case("seed %u, %u cuts, %u threads", (unsigned)seed, o.cuts, o.threads);
			UNIT_TRUE(rd_str_eq(rd_buf_view(&want), rd_buf_view(&got)));
			rd_result_free(r);
		}
		rd_buf_done(&want);
		rd_buf_done(&got);
		rd_book_free(b);
	}
}

/* ---- fingerprints ---- */

static int by_bytes(const void *a, const void *b)
{
	return memcmp(a, b, 16);
}

/* The fingerprints of a result, sorted; room for all. */
static uint8_t (*prints_of(const rd_result *r))[16]
{
	uint8_t(*p)[16] = (uint8_t(*)[16])RD_NEW_N(r->arena, uint8_t, 16 * (r->n_findings + 1));

	for (uint32_t i = 0; i < r->n_findings; i++)
		memcpy(p[i], r->findings[i].fingerprint, 16);
	qsort(p, r->n_findings, 16, by_bytes);
	return p;
}

/* Rows of the journal with the vouchers in another order. */
static char *shuffled(rd_arena *a, const char *csv, uint64_t *seed)
{
	size_t size = strlen(csv), n = 0, head = strcspn(csv, "\n") + 1, to = head;
	char *out = rd_arena_copy(a, csv, size);
	rd_str *groups = RD_NEW_N(a, rd_str, size / 20 + 1);
	rd_str key = {"", 0};

	for (const char *p = csv + head; *p;) {
		size_t len = strcspn(p, "\n") + 1;
		/* date, journal and number make a voucher: the text up to the third comma */
		const char *end = strchr(strchr(strchr(p, ',') + 1, ',') + 1, ',');
		rd_str now = {p, (uint32_t)(end - p)};

		if (!rd_str_eq(now, key))
			groups[n++] = (rd_str){p, 0};
		groups[n - 1].len += (uint32_t)len;
		key = now;
		p += len;
	}
	for (size_t i = n; i > 1; i--) {
		size_t k = unit_below(seed, (uint32_t)i);
		rd_str swap = groups[i - 1];

		groups[i - 1] = groups[k];
		groups[k] = swap;
	}
	for (size_t i = 0; i < n; i++) {
		memcpy(out + to, groups[i].ptr, groups[i].len);
		to += groups[i].len;
	}
	return out;
}

static void fingerprints_do_not_know_the_order_of_rows(void)
{
	rd_run_options o = {.threads = 1, .as_of = RD_DAY_NONE};
	rd_read_options ro = {.threads = 1};
	uint64_t shuffle = 1;

	for (uint64_t seed = 21; seed <= 26; seed++) {
		ledger l = {.seed = seed, .vouchers = 300, .wrong = 60, .months = 4};
		rd_arena *a = rd_arena_new();
		rd_buf journal;
		rd_result *r[2];
		rd_book *b[2] = {NULL, NULL};
		rd_err err = {0};

		rd_buf_init(&journal, 8 << 20);
		ledger_journal(&l, &journal);
		for (int k = 0; k < 2; k++) {
			shelf_file f = {"journal.csv", k ? shuffled(a, journal.data, &shuffle) : journal.data,
			                journal.size};

			UNIT_OK(shelf_read(&f, 1, &ro, &b[k], &err), &err);
			r[k] = run(b[k], &o);
		}
		uint8_t(*x)[16] = prints_of(r[0]), (*y)[16] = prints_of(r[1]);
		uint32_t i = 0, k = 0;

		unit_case("seed %u", (unsigned)seed);
		UNIT_INT(r[0]->n_findings, r[1]->n_findings);
		while (i < r[0]->n_findings || k < r[1]->n_findings) {
			int c = i == r[0]->n_findings ? 1 : k == r[1]->n_findings ? -1 : memcmp(x[i], y[k], 16);
			const rd_result *s = c < 0 ? r[0] : r[1];

			for (uint32_t n = 0; c && n < s->n_findings; n++)
				if (memcmp(s->findings[n].fingerprint, c < 0 ? x[i] : y[k], 16) == 0)
					unit_true(false, rd_checks[s->findings[n].check]->slug, __FILE__, __LINE__);
			i += c <= 0;
			k += c >= 0;
		}
		for (k = 0; k < 2; k++) {
			rd_result_free(r[k]);
			rd_book_free(b[k]);
		}
		rd_buf_done(&journal);
		rd_arena_free(a);
	}
}

static void fingerprints_do_not_know_unrelated_rows(void)
{
	rd_book *b[2] = {broken_book(60, 3), broken_book(110, 3)};
	const rd_check_result *c;
	rd_result *r[2];

	for (int k = 0; k < 2; k++)
		r[k] = shelf_check(b[k], "entry-unbalanced", true, &c);
	UNIT_INT(r[0]->n_findings, 3);
	UNIT_INT(r[1]->n_findings, 3);
	UNIT_TRUE(memcmp(prints_of(r[0]), prints_of(r[1]), 3 * 16) == 0);
	for (int k = 0; k < 2; k++) {
		rd_result_free(r[k]);
		rd_book_free(b[k]);
	}
}

/* Two findings alike in all that makes a fingerprint are still two. */
static void equal_findings_are_told_apart(void)
{
	rd_run_options o = {.threads = 1, .as_of = RD_DAY_NONE};
	rd_book *b = random_book(5, 500, 200);
	rd_result *r = run(b, &o);
	uint8_t(*p)[16] = prints_of(r);

	for (uint32_t i = 1; i < r->n_findings; i++)
		UNIT_TRUE(memcmp(p[i - 1], p[i], 16) != 0);
	rd_result_free(r);
	rd_book_free(b);
}

static void fingerprints_are_written_in_hex(void)
{
	uint8_t in[16], out[16];
	char hex[33];

	for (int i = 0; i < 16; i++)
		in[i] = (uint8_t)(i * 17 + 3);
	rd_fingerprint_hex(in, hex);
	UNIT_TRUE(rd_fingerprint_parse(rd_str_of(hex), out) && memcmp(in, out, 16) == 0);
	UNIT_TRUE(!rd_fingerprint_parse(RD_STR("0123"), out));
	hex[5] = 'g';
	UNIT_TRUE(!rd_fingerprint_parse(rd_str_of(hex), out));
}

/* ---- collapse ---- */

/* `lines` lines; the first `both` have amounts on both sides and are vouchers of their own. */
static rd_book *both_sides_book(uint32_t lines, uint32_t both)
{
	rd_buf t;
	uint32_t v = 1, n = 0;

	rd_buf_init(&t, 1 << 22);
	for (; n < both; n++, v++)
		rd_buf_printf(&t, "记|%u|2024-01-05|1001|%u|%u\n", v, 1000 + v, 1000 + v);
	for (; n < lines; n += 2, v++)
		rd_buf_printf(&t, "记|%u|2024-01-05|1001|%u|\n记|%u|2024-01-05|5001||%u\n", v, v, v, v);
	rd_book *b = shelf_book("journal|number|date|account-code|debit|credit", t.data);

	rd_buf_done(&t);
	return b;
}

static void many_hits_become_one_finding(void)
{
	static const struct {
		uint32_t lines, both;
		bool guards, collapsed;
	} rows[] = {
		{61, 13, true, true},   {65, 13, true, false}, /* 20 % is not more than a fifth */
		{52, 12, true, false},                         /* twelve are still a list */
		{61, 13, false, false}, {60, 0, true, false},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		rd_book *b = both_sides_book(rows[i].lines, rows[i].both);
		const rd_check_result *c = NULL;
		rd_result *r = shelf_check(b, "debit-credit-both-or-none", rows[i].guards, &c);

		unit_case("%u of %u", rows[i].both, rows[i].lines);
		UNIT_INT(c->collapsed, rows[i].collapsed);
		UNIT_INT(c->hits, rows[i].both);
		UNIT_INT(c->emitted, rows[i].both);
		UNIT_INT(c->population, rows[i].lines);
		UNIT_INT(r->n_findings, rows[i].collapsed ? 1 : rows[i].both);
		if (rows[i].collapsed) {
			const rd_finding *f = &r->findings[0];

			UNIT_INT(f->kind, RD_KIND_COLLAPSED);
			UNIT_INT(f->severity, RD_SEV_MEDIUM);
			UNIT_INT(f->certainty, RD_FACT);
			UNIT_INT(f->weight, rows[i].both);
			UNIT_INT(f->n_places, 3);
			UNIT_INT(f->facts[0].i, rows[i].both);
			UNIT_INT(f->facts[1].i, rows[i].lines);
			UNIT_INT(f->facts[2].i, rows[i].both * 1000 / rows[i].lines);
		}
		rd_result_free(r);
		rd_book_free(b);
	}
}

/* ---- decisions of people ---- */

static void suppressions_hold_until_their_day(void)
{
	rd_book *b = broken_book(100, 5);
	char hex[33];
	const rd_check_result *c;
	rd_result *r = shelf_check(b, "entry-unbalanced", true, &c);
	rd_day last = rd_day_of(2024, 1, 5); /* of the books: what is today for the run */

	rd_fingerprint_hex(r->findings[4].fingerprint, hex);
	const rd_suppression all[] = {
		{.check = RD_STR("entry-unbalanced"),
	     .voucher = RD_STR("2024-01 记-1"),
	     .reason = RD_STR("a"),
	     .until = last},
		{.voucher = RD_STR("记-2"), .reason = RD_STR("b"), .until = last + 10},
		{.voucher = RD_STR("记-3"), .reason = RD_STR("c"), .until = last - 1},
		{.fingerprint = rd_str_of(hex), .reason = RD_STR("d"), .until = last},
		{.check = RD_STR("voucher-number-gap"),
	     .voucher = RD_STR("记-4"),
	     .reason = RD_STR("e"),
	     .until = last},
		{.account = RD_STR("1001"),
	     .check = RD_STR("entry-unbalanced"),
	     .reason = RD_STR("f"),
	     .until = last},
	};
	const char *only[] = {"entry-unbalanced", NULL};
	rd_run_options o = {
		.threads = 1, .as_of = RD_DAY_NONE, .only = only, .suppressions = all, .n_suppressions = 6};
	rd_result *s = run(b, &o);
	uint32_t suppressed = 0;

	UNIT_INT(s->n_findings, 5);
	UNIT_INT(s->n_expired, 1);
	UNIT_INT(s->n_expired ? s->expired[0] : 99, 2);
	for (uint32_t i = 0; i < s->n_findings; i++) {
		const rd_finding *f = &s->findings[i];
		uint64_t number = rd_serial_value(b->voucher.number[f->voucher]);
		bool by_print = memcmp(f->fingerprint, r->findings[4].fingerprint, 16) == 0;

		unit_case("voucher %u", (unsigned)number);
		UNIT_INT(f->state == RD_STATE_SUPPRESSED, number <= 2 || by_print);
		UNIT_TRUE((f->suppressed_by != NULL) == (f->state == RD_STATE_SUPPRESSED));
		suppressed += f->state == RD_STATE_SUPPRESSED;
	}
	UNIT_INT(s->n_suppressed, suppressed);
	UNIT_INT(s->n_new, 5 - suppressed);
	rd_result_free(s);
	o.as_of = last + 11; /* a later day: all have run out */
	s = run(b, &o);
	UNIT_INT(s->n_suppressed, 0);
	UNIT_INT(s->n_expired, 6);
	rd_result_free(s);
	rd_result_free(r);
	rd_book_free(b);
}

static void a_baseline_knows_new_known_and_gone(void)
{
	rd_book *before = broken_book(100, 5), *after = broken_book(100, 7);
	const rd_check_result *c;
	rd_result *r = shelf_check(before, "entry-unbalanced", true, &c);
	uint8_t(*prints)[16] = prints_of(r);
	const char *only[] = {"entry-unbalanced", NULL};
	rd_run_options o = {.threads = 1,
	                    .as_of = RD_DAY_NONE,
	                    .only = only,
	                    .baseline = (const uint8_t(*)[16])prints,
	                    .n_baseline = 5};
	rd_result *s = run(after, &o);

	UNIT_INT(s->n_findings, 7);
	UNIT_INT(s->n_known, 5);
	UNIT_INT(s->n_new, 2);
	UNIT_INT(s->n_gone, 0);
	rd_result_free(s);
	rd_book_free(after);
	after = broken_book(100, 3);
	s = run(after, &o);
	UNIT_INT(s->n_known, 3);
	UNIT_INT(s->n_new, 0);
	UNIT_INT(s->n_gone, 2);
	for (uint32_t i = 0; i < s->n_gone; i++)
		for (uint32_t k = 0; k < s->n_findings; k++)
			UNIT_TRUE(memcmp(prints[s->gone[i]], s->findings[k].fingerprint, 16) != 0);
	rd_result_free(s);
	o.n_baseline = 0; /* an empty baseline: all is new */
	s = run(after, &o);
	UNIT_INT(s->n_new, 3);
	rd_result_free(s);
	rd_book_free(after);
	rd_result_free(r);
	rd_book_free(before);
}

/* ---- settings ---- */

static void settings_are_checked(void)
{
	static const struct {
		rd_setting s;
		rd_rc rc;
		const char *en; /* the message holds it */
	} rows[] = {
		{{"entry-unbalanced", "tolerance", "5"}, RD_OK, ""},
		{{"entry-unbalanced", "tolerance", "0"}, RD_OK, ""},
		{{"entry-unbalanced", "tolerance", "100000000"}, RD_OK, ""},
		{{"entry-unbalanced", "tolerance", "100000001"}, RD_USAGE, "outside 0 to 100000000"},
		{{"entry-unbalanced", "tolerance", "-1"}, RD_USAGE, "outside"},
		{{"entry-unbalanced", "tolerance", "1.5"}, RD_USAGE, "not a number"},
		{{"entry-unbalanced", "tolerance", "many"}, RD_USAGE, "not a number"},
		{{"entry-unbalanced", "tolerance", ""}, RD_USAGE, "not a number"},
		{{"entry-unbalanced", "tolerence", "5"}, RD_USAGE, "no parameter 'tolerence'"},
		{{"entry-unbalancd", "tolerance", "5"}, RD_USAGE, "no check is called 'entry-unbalancd'"},
		{{"dup-amount-near-date", "min_amount", "12.50"}, RD_OK, ""}, /* money, in yuan */
		{{"dup-amount-near-date", "min_amount", "12.505"}, RD_USAGE, "not a number"},
	};
	rd_book *b = broken_book(60, 2);

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		rd_err err = {0};
		rd_run_options o = {.threads = 1,
		                    .as_of = RD_DAY_NONE,
		                    .settings = &rows[i].s,
		                    .n_settings = 1};
		rd_result *r = NULL;

		unit_case("%s.%s=%s", rows[i].s.check, rows[i].s.param, rows[i].s.value);
		UNIT_INT(rd_setting_check(&rows[i].s, &err), rows[i].rc);
		UNIT_TRUE(strstr(err.en, rows[i].en) != NULL);
		UNIT_INT(rd_run_checks(b, &o, &r, &err), rows[i].rc);
		UNIT_INT(r != NULL, rows[i].rc == RD_OK);
		rd_result_free(r);
	}
	rd_book_free(b);
}

static void settings_are_used(void)
{
	rd_setting s = {"entry-unbalanced", "tolerance", "1500"}; /* of 8, 15, 22, 29, 36 yuan */
	const char *only[] = {"entry-unbalanced", NULL};
	rd_run_options o = {
		.threads = 1, .as_of = RD_DAY_NONE, .only = only, .settings = &s, .n_settings = 1};
	rd_book *b = broken_book(100, 5);
	rd_result *r = run(b, &o);

	UNIT_INT(r->n_findings, 3);
	rd_result_free(r);
	rd_book_free(b);
}

/* ---- what runs ---- */

static void says_what_did_not_run_and_why(void)
{
	const char *unknown[] = {"entry-unbalanced", "no-such-check", NULL};
	const char *skip[] = {"entry-unbalanced", NULL};
	rd_run_options o = {.threads = 1, .as_of = RD_DAY_NONE, .only = unknown};
	rd_book *b = broken_book(60, 2);
	rd_result *r = NULL;
	rd_err err = {0};

	UNIT_INT(rd_run_checks(b, &o, &r, &err), RD_USAGE);
	UNIT_TRUE(r == NULL && strstr(err.en, "no-such-check"));
	o.only = NULL;
	o.skip = unknown;
	UNIT_INT(rd_run_checks(b, &o, &r, &err), RD_USAGE);
	o.skip = skip;
	r = run(b, &o);
	UNIT_INT(result_of(r, "entry-unbalanced")->state, RD_CHECK_SKIPPED);
	UNIT_INT(findings_of(r, "entry-unbalanced", NULL), 0);
	const rd_check_result *c = result_of(r, "trial-balance-unbalanced");

	UNIT_INT(c->state, RD_CHECK_NOT_RUN);
	UNIT_TEXT(rd_str_of(c->reason.en), rd_has_words(RD_HAS_TRIAL_BALANCE).en);
	UNIT_TRUE(c->reason.zh[0] != '\0');
	for (uint32_t i = 0; i < rd_checks_count;
	     i++) { /* not run: a reason; ran: none, and no silence about it */
		bool reason = r->checks[i].reason.en && r->checks[i].reason.en[0];

		unit_case("%s", rd_checks[i]->slug);
		UNIT_INT(reason, r->checks[i].state == RD_CHECK_NOT_RUN);
		if (r->checks[i].state != RD_CHECK_RAN)
			UNIT_INT(findings_of(r, rd_checks[i]->slug, NULL), 0);
	}
	rd_result_free(r);
	rd_book_free(b);
}

static void progress_counts_to_the_end(void *ctx, uint32_t done, uint32_t total)
{
	uint32_t *last = ctx;

	UNIT_INT(done, last[0] + 1);
	last[0] = done;
	last[1] = total;
}

static void tells_its_progress(void)
{
	uint32_t last[2] = {0, 1};
	rd_run_options o = {.threads = 3,
	                    .cuts = 4,
	                    .as_of = RD_DAY_NONE,
	                    .progress = progress_counts_to_the_end,
	                    .progress_ctx = last};
	rd_book *b = broken_book(60, 2);
	rd_result *r = run(b, &o);

	UNIT_INT(last[0], last[1]);
	rd_result_free(r);
	rd_book_free(b);
}

/* ---- what indicators leave out ---- */

static void leaves_out(void)
{
	rd_book *b = shelf_book(
		"journal|number|date|account-code|account-name|debit|credit|void|text",
		"记|1|2024-01-02|1001|库存现金|100||0|期初余额\n记|1|2024-01-02|3001|实收资本||100|0|期初余额\n"
		"记|2|2024-01-05|1001|库存现金|70||0|卖货\n记|2|2024-01-05|5001|主营业务收入||70|0|卖货\n"
		"记|3|2024-01-06|1001|库存现金|-70||0|冲销记-2\n记|3|2024-01-06|5001|主营业务收入||-70|0|冲销记-2\n"
		"记|4|2024-01-07|1001|库存现金|9||1|错\n记|4|2024-01-07|5001|主营业务收入||9|1|错\n"
		"记|5|2024-01-08|1001|库存现金|80||0|卖货\n记|5|2024-01-08|5001|主营业务收入||80|0|卖货\n"
		"记|6|2024-01-31|5001|主营业务收入|80||0|结转本期损益\n记|6|2024-01-31|3103|本年利润||80|0|结转本期损益\n");
	static const bool want[] = {true, true, true, true, false, true};

	UNIT_INT(b->voucher.n, 6);
	for (int guards = 0; guards < 2; guards++) {
		rd_run_options o = {.threads = 1, .as_of = RD_DAY_NONE, .no_guards = !guards};
		rd_engine e = {.book = b, .options = &o, .arena = rd_arena_new()};
		rd_run run = {.engine = &e};

		for (uint32_t i = 0; i < RD_INDEX_SLOTS; i++)
			pthread_mutex_init(&e.index[i].lock, NULL);
		for (rd_row v = 0; v < b->voucher.n; v++) {
			unit_case("voucher %u, guards %s", v + 1, guards ? "on" : "off");
			UNIT_INT(rd_run_leave_out(&run, v), guards && want[v]);
		}
		for (uint32_t i = 0; i < RD_INDEX_SLOTS; i++) {
			rd_arena_free(e.index[i].arena);
			pthread_mutex_destroy(&e.index[i].lock);
		}
		rd_arena_free(e.arena);
	}
	rd_book_free(b);
}

/* ---- the table of checks ---- */

static void checks_are_complete(void)
{
	for (uint32_t i = 0; i < rd_checks_count; i++) {
		const rd_check *c = rd_checks[i];

		unit_case("%s", c->slug);
		UNIT_TRUE(i == 0 || strcmp(rd_checks[i - 1]->slug, c->slug) < 0);
		UNIT_TRUE(rd_check_find(c->slug) == c);
		UNIT_TRUE(c->title.zh && c->title.en && c->finds.zh && c->finds.en && c->basis.zh &&
		          c->basis.en);
		UNIT_TRUE(c->messages && c->messages[0].name && c->run && (c->needs || c->needs_any));
		for (const rd_param *p = c->params; p && p->name; p++) {
			UNIT_TRUE(p->help.zh && p->help.en && p->unit);
			if (p->kind != RD_PARAM_WORDS)
				UNIT_TRUE(p->min <= p->preset && p->preset <= p->max);
		}
	}
	UNIT_TRUE(rd_check_find("no-such-check") == NULL);
}

const unit_test check_tests[] = {
	{"facts come first, then severity, score, check and place", findings_stand_in_order},
	{"threads and cuts change not a byte", threads_and_cuts_change_nothing},
	{"fingerprints do not know the order of rows", fingerprints_do_not_know_the_order_of_rows},
	{"fingerprints do not know unrelated rows", fingerprints_do_not_know_unrelated_rows},
	{"findings alike in all are told apart", equal_findings_are_told_apart},
	{"fingerprints are written in hex", fingerprints_are_written_in_hex},
	{"more than a fifth of the population is one finding", many_hits_become_one_finding},
	{"suppressions hold for what they name, until their day", suppressions_hold_until_their_day},
	{"a baseline tells new, known and gone", a_baseline_knows_new_known_and_gone},
	{"settings are checked against their tables", settings_are_checked},
	{"settings are used", settings_are_used},
	{"what did not run has a reason", says_what_did_not_run_and_why},
	{"progress counts to the end", tells_its_progress},
	{"indicators leave out void, opening, closing and cancelled vouchers", leaves_out},
	{"every check is complete and found by its slug", checks_are_complete},
	{0},
};
