/* Rows read by several threads, and where lines stand after they were put in order. */
#include "base/threads.h"
#include "shelf.h"
#include <pthread.h>
#include <stdio.h>

#define FIELDS                                                                                     \
	"number|date|journal|period|entry-time|preparer|document|account-code|account-name|"           \
	"party-code|party-name|text|debit|credit|currency|foreign|clearing|document-date|balance"
enum { COLUMNS = 19, TEXT_COLUMN = 11, BLOCK = 37 };

typedef struct record {
	rd_str cells[COLUMNS];
	uint32_t line;
} record;

typedef struct records {
	rd_arena *arena;
	uint32_t n;
	record *all;
} records;

static rd_str cell(rd_arena *a, const char *text)
{
	uint32_t n = (uint32_t)strlen(text);

	return (rd_str){rd_arena_copy(a, text, n), n};
}

/* One random cell of a column: mostly good values, some blank, some that cannot be read. */
static rd_str random_cell(rd_arena *a, uint64_t *seed, uint32_t column, uint32_t line,
                          uint32_t voucher)
{
	static const char *const words[] = {"王",
	                                    "李",
	                                    "材料",
	                                    "office supplies of the second quarter",
	                                    "\xB5\xD8",
	                                    "锟斤拷",
	                                    "运费及装卸费(含税),见附件三"};
	char t[80] = "";
	uint32_t odd = unit_below(seed, 40);
	bool blank = false;

	switch (column) {
	case 0: snprintf(t, sizeof t, odd == 0 ? "X%u/1" : odd == 1 ? "记-%u" : "%u", voucher); break;
	case 1:
		snprintf(t, sizeof t, "2024-%02u-%02u", 1 + voucher % 12, odd ? 1 + voucher % 28 : 99);
		break;
	case 2: snprintf(t, sizeof t, "%s", voucher % 3 ? "记" : "转"); break;
	case 3:
		blank = odd == 0;
		snprintf(t, sizeof t, "2024-%02u", 1 + voucher % 12);
		break;
	case 4: snprintf(t, sizeof t, "%02u:%02u", voucher % 24, odd); break;
	case 5: snprintf(t, sizeof t, "%s", words[voucher % 2]); break;
	case 6:
		blank = odd < 5;
		snprintf(t, sizeof t, odd < 20 ? "FP%06u" : "%u-A1", voucher * 7 + odd);
		break;
	case 7: snprintf(t, sizeof t, "%u", 1001 + unit_below(seed, 60) * 7); break;
	case 8: snprintf(t, sizeof t, "科目%u", odd); break;
	case 9:
		blank = odd < 20;
		snprintf(t, sizeof t, "K%u", odd);
		break;
	case 10: snprintf(t, sizeof t, "公司%u", unit_below(seed, 300)); break;
	case TEXT_COLUMN: snprintf(t, sizeof t, "L%u %s", line, words[unit_below(seed, 7)]); break;
	case 12:
		blank = odd < 18;
		snprintf(t, sizeof t, odd == 18 ? "%ux" : odd == 19 ? "%u.005" : "%u.25", odd * 13);
		break;
	case 13:
		blank = odd >= 18;
		snprintf(t, sizeof t, "%u.50", odd * 11);
		break;
	case 14:
		blank = odd < 30;
		snprintf(t, sizeof t, "%s", odd < 35 ? "USD" : "JPY");
		break;
	case 15:
		blank = odd < 30;
		snprintf(t, sizeof t, "%u", odd);
		break;
	case 16:
		blank = odd < 30;
		snprintf(t, sizeof t, "AA%u", odd);
		break;
	case 17:
		blank = odd < 20;
		snprintf(t, sizeof t, "2024-02-%02u", odd % 30);
		break;
	default:
		blank = odd < 35;
		snprintf(t, sizeof t, "%u", odd * 100);
		break;
	}
	return cell(a, blank ? "" : t);
}

/* Vouchers of one to six lines whose number and date stand on every line or on the first only;
 * now and then a voucher goes on behind another one. */
static void make(records *r, uint64_t *seed, uint32_t n)
{
	uint32_t voucher = 1, left = 3;
	bool carried = false;

	r->arena = rd_arena_new();
	r->n = n;
	r->all = RD_NEW_N(r->arena, record, n + 1);
	for (uint32_t i = 0; i < n; i++) {
		record *x = &r->all[i];
		bool first = left == 0;
		uint32_t now = voucher;

		if (first) {
			voucher++;
			left = 1 + unit_below(seed, 6);
			carried = unit_below(seed, 2);
			now = voucher;
		} else if (!carried && unit_below(seed, 30) == 0) {
			now = 1 + unit_below(seed, voucher);
		}
		left--;
		x->line = i + 2 + (i > n / 2 ? 5 : 0); /* a hole in the file's lines */
		for (uint32_t c = 0; c < COLUMNS; c++)
			x->cells[c] = c < 7 && carried && !first ? (rd_str){"", 0}
			                                         : random_cell(r->arena, seed, c, x->line, now);
	}
}

/* ---- the same records by one or several threads ---- */

typedef struct job {
	const records *records;
	rd_rows **rows;
	pthread_mutex_t lock;
	pthread_cond_t turn;
	uint32_t committed;
	rd_rc rc;
} job;

static void read_block(void *ctx, uint32_t block, uint32_t worker)
{
	job *j = ctx;
	rd_rows *r = j->rows[worker];
	rd_err err;
	uint32_t to = (block + 1) * BLOCK < j->records->n ? (block + 1) * BLOCK : j->records->n;

	for (uint32_t i = block * BLOCK; i < to; i++) {
		if (i + 1 < to)
			rd_rows_hint(r, j->records->all[i + 1].cells, COLUMNS);
		rd_rows_add(r, j->records->all[i].cells, COLUMNS, j->records->all[i].line);
	}
	pthread_mutex_lock(&j->lock);
	while (j->committed != block)
		pthread_cond_wait(&j->turn, &j->lock);
	rd_rc rc = rd_rows_commit(r, &err);
	if (rc != RD_OK)
		j->rc = rc;
	j->committed++;
	pthread_cond_broadcast(&j->turn);
	pthread_mutex_unlock(&j->lock);
}

static rd_book *read_with(const records *from, uint32_t threads)
{
	shelf s;
	rd_rows *rows[RD_THREADS_MAX];
	rd_err err = {0};
	job j = {.records = from, .rows = rows};

	shelf_open(&s);
	rd_layout l = shelf_layout(&s, FIELDS);
	UNIT_OK(rd_builder_add_file(s.builder, RD_STR("x"), &s.file, &err), &err);
	for (uint32_t i = 0; i < threads; i++) {
		rows[i] = rd_rows_new(s.builder, s.file, &l);
		if (threads > 1)
			rd_rows_share(rows[i]);
	}
	pthread_mutex_init(&j.lock, NULL);
	pthread_cond_init(&j.turn, NULL);
	rd_parallel(threads, (from->n + BLOCK - 1) / BLOCK, read_block, &j);
	pthread_cond_destroy(&j.turn);
	pthread_mutex_destroy(&j.lock);
	UNIT_INT(j.rc, RD_OK);
	for (uint32_t i = 0; i < threads; i++)
		rd_rows_free(rows[i]);
	return shelf_seal(&s);
}

/* ---- two books are the same ---- */

static void same_bytes(const void *a, const void *b, size_t n, const char *what)
{
	if ((a == NULL) != (b == NULL) || (a && n && memcmp(a, b, n) != 0))
		unit_true(false, what, __FILE__, __LINE__);
}
#define SAME(member, n)                                                                            \
	same_bytes((a->member), (b->member), (size_t)(n) * sizeof *(a->member), #member)
#define SAME_NUMBER(member) UNIT_INT(a->member, b->member)

static void same_lines(const rd_book *a, const rd_book *b)
{
	rd_row n = a->line.n;

	SAME(line.amount, n);
	SAME(line.flags, n);
	SAME(line.account, n);
	SAME(line.party, n);
	SAME(line.text, n);
	SAME(line.document, n);
	SAME(line.date, n);
	SAME(line.document_date, n);
	SAME(line.clearing, n);
	SAME(line.currency, n);
	SAME(line.foreign, n);
	SAME(line.rate, n);
	SAME(line.rate_digits, n);
	for (rd_row i = 0; i < n; i++) {
		rd_place p = rd_line_place(a, i), q = rd_line_place(b, i);

		if (p.file != q.file || p.line != q.line)
			UNIT_INT(p.line, q.line);
	}
}

static void same_vouchers(const rd_book *a, const rd_book *b)
{
	rd_row n = a->voucher.n;

	SAME(voucher.first, n + 1);
	SAME(voucher.date, n);
	SAME(voucher.period, n);
	SAME(voucher.number, n);
	SAME(voucher.journal, n);
	SAME(voucher.preparer, n);
	SAME(voucher.reviewer, n);
	SAME(voucher.poster, n);
	SAME(voucher.attachments, n);
	SAME(voucher.entry_time, n);
	SAME(voucher.document, n);
	SAME(voucher.flags, n);
}

static void same_notes(const rd_book *a, const rd_book *b)
{
	SAME_NUMBER(n_notes);
	for (uint32_t i = 0; i < a->n_notes && i < b->n_notes; i++) {
		const rd_note *x = &a->notes[i], *y = &b->notes[i];

		if (x->line != y->line || x->kind != y->kind || x->column != y->column ||
		    x->found != y->found || x->rejected != y->rejected)
			UNIT_INT(x->line, y->line);
	}
	for (int k = 0; k < RD_NOTE_KINDS; k++) {
		UNIT_INT(a->files[1].notes[k], b->files[1].notes[k]);
		UNIT_INT(a->files[1].note_first[k], b->files[1].note_first[k]);
	}
	SAME_NUMBER(files[1].records);
	SAME_NUMBER(files[1].rejected);
	SAME_NUMBER(files[1].skipped);
}

static void same_book(const rd_book *a, const rd_book *b)
{
	SAME_NUMBER(line.n);
	SAME_NUMBER(voucher.n);
	SAME_NUMBER(account.n);
	SAME_NUMBER(party.n);
	SAME_NUMBER(has);
	SAME_NUMBER(key);
	SAME_NUMBER(open_entries);
	SAME_NUMBER(n_both);
	SAME_NUMBER(n_mixed);
	SAME_NUMBER(n_aliases);
	SAME_NUMBER(n_assertions);
	SAME_NUMBER(n_periods);
	UNIT_INT(rd_book_n_texts(a), rd_book_n_texts(b));
	if (a->line.n != b->line.n || a->voucher.n != b->voucher.n || a->account.n != b->account.n ||
	    a->party.n != b->party.n || rd_book_n_texts(a) != rd_book_n_texts(b))
		return;
	for (rd_text id = 0; id < rd_book_n_texts(a); id++)
		if (!rd_str_eq(rd_book_text(a, id), rd_book_text(b, id)))
			UNIT_BYTES(rd_book_text(a, id), rd_book_text(b, id));
	same_lines(a, b);
	same_vouchers(a, b);
	same_notes(a, b);
	SAME(account.code, a->account.n);
	SAME(account.name, a->account.n);
	SAME(account.role, a->account.n);
	SAME(account.flags, a->account.n);
	SAME(party.key, a->party.n);
	SAME(party.name, a->party.n);
	SAME(periods, a->n_periods);
	for (uint32_t i = 0; i < a->n_both && i < b->n_both; i++)
		UNIT_TRUE(a->both[i].line == b->both[i].line && a->both[i].credit == b->both[i].credit);
	for (uint32_t i = 0; i < a->n_mixed && i < b->n_mixed; i++)
		UNIT_TRUE(a->mixed[i].line == b->mixed[i].line && a->mixed[i].a == b->mixed[i].a);
	for (uint32_t i = 0; i < a->n_aliases && i < b->n_aliases; i++)
		UNIT_TRUE(a->aliases[i].row == b->aliases[i].row &&
		          a->aliases[i].name == b->aliases[i].name &&
		          a->aliases[i].lines == b->aliases[i].lines &&
		          a->aliases[i].file_line == b->aliases[i].file_line);
	for (uint32_t i = 0; i < a->n_assertions && i < b->n_assertions; i++)
		UNIT_TRUE(a->assertions[i].line == b->assertions[i].line &&
		          a->assertions[i].balance == b->assertions[i].balance);
}

static void threads_make_the_same_book(void)
{
	uint64_t seed = 99;

	for (int trial = 0; trial < 12; trial++) {
		records r;

		make(&r, &seed, 20 + unit_below(&seed, 1500));
		rd_book *one = read_with(&r, 1);

		for (uint32_t threads = 2; threads <= 4; threads++) {
			rd_book *many = read_with(&r, threads);

			unit_case("trial %d, %u threads, %u records", trial, threads, r.n);
			same_book(one, many);
			rd_book_free(many);
		}
		rd_book_free(one);
		rd_arena_free(r.arena);
	}
}

/* ---- places ---- */

/* The line of the file that a random record wrote into its own text. */
static uint32_t written_line(const rd_book *b, rd_row i)
{
	rd_str s = rd_book_text(b, rd_line_text(b, i));
	uint32_t v = 0;

	for (uint32_t k = 1; k < s.len && s.ptr[k] >= '0' && s.ptr[k] <= '9'; k++)
		v = v * 10 + (uint32_t)(s.ptr[k] - '0');
	return v;
}

static void every_line_says_where_it_stood(void)
{
	uint64_t seed = 4;
	bool reordered = false;

	for (int trial = 0; trial < 25; trial++) {
		records r;

		make(&r, &seed, 1 + unit_below(&seed, 800));
		rd_book *b = read_with(&r, 1 + unit_below(&seed, 3));
		uint32_t last = 0;

		unit_case("trial %d", trial);
		for (rd_row i = 0; i < b->line.n; i++) {
			uint32_t at = written_line(b, i);

			if (rd_line_place(b, i).line != at || rd_line_place(b, i).file != 1)
				UNIT_INT(rd_line_place(b, i).line, at);
			reordered |= at < last;
			last = at;
		}
		for (rd_row v = 1; v < b->voucher.n;
		     v++) /* vouchers stand in the order of their first lines */
			if (written_line(b, b->voucher.first[v]) < written_line(b, b->voucher.first[v - 1]))
				UNIT_INT(v, 0);
		for (uint32_t i = 0; i < b->n_mixed; i++)
			UNIT_INT(rd_line_voucher(b, b->mixed[i].line), b->mixed[i].voucher);
		rd_book_free(b);
		rd_arena_free(r.arena);
	}
	UNIT_TRUE(reordered);
}

static void a_mixed_voucher_names_the_line_that_differs(void)
{
	rd_book *b =
		shelf_book("number|date|preparer|account-code|debit|credit",
	               "1|2024-01-05|王|1001|5|\n2|2024-01-05|王|1001|7|\n1|2024-01-05|王|1002||3\n"
	               "2|2024-01-05|王|1002||7\n1|2024-01-05|李|1002||2\n");

	UNIT_INT(b->voucher.n, 2);
	UNIT_INT(b->n_mixed, 1);
	if (b->n_mixed == 1) {
		UNIT_INT(b->mixed[0].line, 2);
		UNIT_INT(rd_line_place(b, b->mixed[0].line).line, 5);
	}
	rd_book_free(b);
}

/* Vouchers of any size, around the words and blocks that the index counts in. */
static void every_line_knows_its_voucher(void)
{
	static const uint32_t sizes[] = {1, 1, 1, 2, 3, 5, 62, 63, 64, 65, 128, 511, 512, 513, 1500};
	uint64_t seed = 12;

	for (int trial = 0; trial < 60; trial++) {
		shelf s;
		rd_err err = {0};
		uint32_t vouchers = 1 + unit_below(&seed, 40), line = 0, kinds = 1 + unit_below(&seed, 15);

		shelf_open(&s);
		rd_layout l = shelf_layout(&s, "number|account-code|debit");
		UNIT_OK(rd_builder_add_file(s.builder, RD_STR("x"), &s.file, &err), &err);
		rd_rows *r = rd_rows_new(s.builder, s.file, &l);

		for (uint32_t v = 1; v <= vouchers; v++) {
			char number[12];

			snprintf(number, sizeof number, "%u", v);
			rd_str cells[] = {rd_str_of(number), RD_STR("1001"), RD_STR("0.00")};
			for (uint32_t k = sizes[unit_below(&seed, kinds)]; k > 0; k--)
				rd_rows_add(r, cells, 3, ++line);
		}
		UNIT_OK(rd_rows_commit(r, &err), &err);
		rd_rows_free(r);
		rd_book *b = shelf_seal(&s);

		unit_case("trial %d", trial);
		UNIT_INT(b->voucher.n, vouchers);
		UNIT_INT(b->line.n, line);
		for (rd_row v = 0; v < b->voucher.n; v++)
			for (rd_row i = b->voucher.first[v]; i < b->voucher.first[v + 1]; i++)
				if (rd_line_voucher(b, i) != v)
					UNIT_INT(rd_line_voucher(b, i), v);
		rd_book_free(b);
	}
}

const unit_test shared_tests[] = {
	{"two to four threads make the book that one makes", threads_make_the_same_book},
	{"every line says where it stood, in whatever order it stands now",
     every_line_says_where_it_stood},
	{"a voucher of two preparers names the line that differs",
     a_mixed_voucher_names_the_line_that_differs},
	{"every line knows its voucher", every_line_knows_its_voucher},
	{0},
};
