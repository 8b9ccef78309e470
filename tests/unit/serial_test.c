#include "book/serial.h"
#include "base/limits.h"
#include "book/build.h"
#include "book/dict.h"
#include "shelf.h"
#include <stdio.h>

static void splits(void)
{
	static const struct {
		const char *in, *prefix, *suffix;
		uint64_t value;
		uint32_t width;
		bool has;
	} rows[] = {
		{"12", "", "", 12, 0, true},
		{"0012", "", "", 12, 4, true},
		{"0", "", "", 0, 1, true},
		{"FP000123", "FP", "", 123, 6, true},
		{"记-12", "记-", "", 12, 0, true},
		{"12号", "", "号", 12, 0, true},
		{"A1B2C", "A1B", "C", 2, 0, true},
		{"ABC", "ABC", "", 0, 0, false},
		{"", "", "", 0, 0, false},
		{"3 1/2", "", " 1/2", 3, 0, true},
		{"3-2/2", "", "-2/2", 3, 0, true},
		{"x3 1/2", "x3 1/", "", 2, 0, true},
		{"3 1/", "3 ", "/", 1, 0, true},
		{"3 /2", "3 /", "", 2, 0, true},
		{"999999999999", "", "", 999999999999, 0, true},
		{"1234567890123", "1", "", 234567890123, 12, true},
		{"2024-0015", "2024-", "", 15, 4, true},
		{"A\x01"
	     "5",
	     "A\x01"
	     "5",
	     "", 0, 0, false},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		rd_serial_parts p = rd_serial_split(rd_str_of(rows[i].in));

		unit_case("'%s'", rows[i].in);
		UNIT_TEXT(p.prefix, rows[i].prefix);
		UNIT_TEXT(p.suffix, rows[i].suffix);
		UNIT_INT(p.value, rows[i].value);
		UNIT_INT(p.width, rows[i].width);
		UNIT_INT(p.has_value, rows[i].has);
	}
}

enum { NUMBERS = 600 };

static void random_number(uint64_t *seed, char out[40])
{
	static const char *const pieces[] = {"1",
	                                     "0",
	                                     "9",
	                                     "23",
	                                     "007",
	                                     "A",
	                                     "记",
	                                     "-",
	                                     " ",
	                                     "/",
	                                     "号",
	                                     "字",
	                                     ".",
	                                     "FP",
	                                     "4567890",
	                                     "1 1/2",
	                                     "0000000000000",
	                                     "\x01",
	                                     "\x01\x01"};
	uint32_t n = 1 + unit_below(seed, 4);

	out[0] = '\0';
	for (uint32_t i = 0; i < n; i++) {
		const char *piece = pieces[unit_below(seed, sizeof pieces / sizeof *pieces)];

		if (strlen(out) + strlen(piece) < 39)
			memcpy(out + strlen(out), piece, strlen(piece) + 1);
	}
	for (size_t k = strlen(out); k && out[k - 1] == ' '; k--)
		out[k - 1] = '\0';
	while (out[0] == ' ')
		memmove(out, out + 1, strlen(out));
	if (out[0] == '\0')
		memcpy(out, "7", 2);
}

/* Document numbers stand in a book as serials; they are printed as they were and equal exactly
 * when their texts are. */
static void prints_what_it_read(void)
{
	static char numbers[NUMBERS][40];
	static rd_serial serials[NUMBERS];
	uint64_t seed = 17;
	shelf s;
	rd_err err = {0};

	shelf_open(&s);
	s.no_carry = true;
	rd_layout l = shelf_layout(&s, "number|document|account-code|debit");
	UNIT_OK(rd_builder_add_file(s.builder, RD_STR("x"), &s.file, &err), &err);
	rd_rows *r = rd_rows_new(s.builder, s.file, &l);

	for (uint32_t i = 0; i < NUMBERS; i++) {
		char voucher[12];

		snprintf(voucher, sizeof voucher, "%u", i + 1);
		random_number(&seed, numbers[i]);
		rd_str cells[] = {rd_str_of(voucher), rd_str_of(numbers[i]), RD_STR("1001"),
		                  RD_STR("0.00")};
		rd_rows_add(r, cells, 4, i + 1);
		if (i % 97 == 0)
			UNIT_OK(rd_rows_commit(r, &err), &err);
	}
	UNIT_OK(rd_rows_commit(r, &err), &err);
	rd_rows_free(r);
	rd_book *b = shelf_seal(&s);

	UNIT_INT(b->voucher.n, NUMBERS);
	for (rd_row v = 0; v < b->voucher.n; v++) {
		char out[64];

		serials[v] = rd_line_document(b, b->voucher.first[v]);
		rd_serial_format(b, serials[v], out, sizeof out);
		unit_case("number %u", v);
		UNIT_TEXT(rd_str_of(out), numbers[v]);
		for (rd_row w = 0; w < v; w++)
			if ((serials[v] == serials[w]) != (strcmp(numbers[v], numbers[w]) == 0))
				UNIT_TEXT(rd_str_of(numbers[v]), numbers[w]);
	}
	rd_book_free(b);
}

static void formats_within_its_room(void)
{
	rd_book *b = shelf_book("number|account-code|debit", "凭证凭证000123号|1001|1\n");
	char out[64];

	for (size_t size = 1; size < 30; size++) {
		memset(out, 'x', sizeof out);
		rd_serial_format(b, b->voucher.number[0], out, size);
		unit_case("room for %zu", size);
		UNIT_TRUE(strlen(out) < size);
		UNIT_INT(out[size], 'x');
	}
	rd_book_free(b);
}

/* Forms of numbers that come after eight million texts find no place: said, not asserted. The
 * texts are only claimed to be there. */
static void too_many_forms_are_a_limit(void)
{
	for (int shared = 0; shared < 2; shared++) {
		shelf s;
		rd_err err = {0};

		shelf_open(&s);
		rd_layout l = shelf_layout(&s, "number|account-code|debit");
		UNIT_OK(rd_builder_add_file(s.builder, RD_STR("x"), &s.file, &err), &err);
		rd_rows *r = rd_rows_new(s.builder, s.file, &l);
		rd_dict *d = &s.builder->store->dict;
		rd_str known[] = {RD_STR("7"), RD_STR("1001"), RD_STR("5")};
		rd_str late[] = {RD_STR("A-7"), RD_STR("1001"), RD_STR("5")};

		if (shared)
			rd_rows_share(r);
		rd_rows_add(r, known, 3, 1);
		UNIT_OK(rd_rows_commit(r, &err), &err);
		d->texts = rd_column_resize(d->texts, d->cap * sizeof *d->texts,
		                            (RD_SHAPES_MAX + 64) * sizeof *d->texts);
		d->cap = RD_SHAPES_MAX + 64;
		d->n = RD_SHAPES_MAX;
		rd_rows_add(r, known, 3, 2);
		unit_case("a form that is known, %s", shared ? "shared" : "alone");
		UNIT_OK(rd_rows_commit(r, &err), &err);
		rd_rows_add(r, late, 3, 3);
		unit_case("a form that is new, %s", shared ? "shared" : "alone");
		UNIT_INT(rd_rows_commit(r, &err), RD_LIMIT);
		rd_rows_free(r);
		rd_builder_free(s.builder);
	}
}

/* ---- dictionary ---- */

static void dictionary_gives_ids_in_order(void)
{
	rd_dict d;
	char text[16];

	rd_dict_init(&d);
	UNIT_INT(d.n, 1);
	UNIT_TEXT(rd_dict_text(&d, 0), "");
	for (int round = 0; round < 2; round++) /* the second round finds what the first added */
		for (uint32_t i = 1; i < 20000; i++) {
			rd_str s = {text, (uint32_t)snprintf(text, sizeof text, "t%u", i * 7919)};
			uint32_t h = rd_dict_hash(s);

			if (round == 0) {
				UNIT_INT(rd_dict_find(&d, s, h), 0);
				UNIT_INT(rd_dict_add(&d, s, h), i);
			}
			if (rd_dict_find(&d, s, h) != i || !rd_str_eq(rd_dict_text(&d, i), s))
				UNIT_INT(rd_dict_find(&d, s, h), i);
		}
	UNIT_INT(rd_dict_find(&d, RD_STR("t"), rd_dict_hash(RD_STR("t"))), 0);
	rd_dict_done(&d);
}

/* Texts stand still: a reader thread may keep pointers while others are added. */
static void dictionary_texts_stand_still(void)
{
	rd_dict d;
	const char *kept[2000];
	char text[16];

	rd_dict_init(&d);
	for (uint32_t i = 1; i < 2000; i++) {
		rd_str s = {text, (uint32_t)snprintf(text, sizeof text, "%u", i)};

		kept[i] = d.texts[rd_dict_add(&d, s, rd_dict_hash(s))];
	}
	for (uint32_t i = 1; i < 2000; i++) {
		snprintf(text, sizeof text, "%u", i);
		UNIT_TRUE(d.texts[i] == kept[i]);
		UNIT_INT(rd_dict_len(kept[i]), strlen(text));
		UNIT_TEXT(rd_str_of(kept[i]), text); /* NUL-terminated */
	}
	rd_dict_done(&d);
}

/* Different texts with one hash are told apart. */
static void dictionary_bears_equal_hashes(void)
{
	rd_dict d;

	rd_dict_init(&d);
	UNIT_INT(rd_dict_add(&d, RD_STR("a"), 42), 1);
	UNIT_INT(rd_dict_find(&d, RD_STR("b"), 42), 0);
	UNIT_INT(rd_dict_add(&d, RD_STR("b"), 42), 2);
	UNIT_INT(rd_dict_add(&d, RD_STR("a\0"), 42), 3);
	UNIT_INT(rd_dict_find(&d, RD_STR("a"), 42), 1);
	UNIT_INT(rd_dict_find(&d, RD_STR("b"), 42), 2);
	UNIT_INT(rd_dict_find(&d, RD_STR("a\0"), 42), 3);
	rd_dict_done(&d);
}

const unit_test serial_tests[] = {
	{"numbers fall into prefix, value and suffix", splits},
	{"numbers are printed as they were read, and equal as texts are", prints_what_it_read},
	{"a number that is too long for its room is cut", formats_within_its_room},
	{"too many forms of numbers are a stated limit", too_many_forms_are_a_limit},
	{"a dictionary gives ids in the order of adding", dictionary_gives_ids_in_order},
	{"texts of a dictionary stand still", dictionary_texts_stand_still},
	{"texts with one hash are told apart", dictionary_bears_equal_hashes},
	{0},
};
