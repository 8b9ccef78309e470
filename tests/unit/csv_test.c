#include "base/csv.h"
#include "base/buf.h"
#include "unit.h"

/* Text with the readable bytes behind it that rd_csv_index asks for. */
typedef struct bench {
	char text[3 * RD_CSV_WINDOW + 64];
	uint32_t n, ends[3 * RD_CSV_WINDOW + 1];
} bench;

/* What the header says, byte by byte: the reference. */
static uint32_t naive_index(rd_csv c, const char *p, uint32_t n, uint32_t *ends, uint32_t *ret_open)
{
	uint32_t n_ends = 0, field = 0;

	*ret_open = n;
	for (uint32_t i = 0; i < n; i++) {
		if (p[i] == '"' && c.quoting && i == field) {
			bool closed = false;

			for (i++; i < n && !closed; i++) {
				closed = p[i] == '"' && !(i + 1 < n && p[i + 1] == '"');
				i += p[i] == '"' && !closed;
			}
			if (!closed) {
				*ret_open = field;
				return n_ends;
			}
			i--; /* the closing quote */
		} else if (p[i] == c.delimiter || p[i] == '\n' ||
		           (p[i] == '\r' && (i + 1 == n || (p[i + 1] != '\n' && p[i + 1] != '\r')))) {
			ends[n_ends++] = p[i] == c.delimiter ? i : i | RD_CSV_LAST;
			field = i + 1;
		}
	}
	return n_ends;
}

static void compare(const bench *b, rd_csv c, uint32_t from)
{
	static uint32_t got[4097], want[4097];
	uint32_t n = b->n - from, open_got = 0, open_want = 0;
	uint32_t n_got = rd_csv_index(c, b->text + from, n, got, &open_got);
	uint32_t n_want = naive_index(c, b->text + from, n, want, &open_want);

	if (n_got == n_want && open_got == open_want && memcmp(got, want, n_got * sizeof *got) == 0)
		return;
	unit_case("from %u: %.*s", from, (int)(n < 300 ? n : 300), b->text + from);
	UNIT_INT(open_got, open_want);
	UNIT_INT(n_got, n_want);
	for (uint32_t i = 0; i < n_got && i < n_want; i++)
		if (got[i] != want[i]) {
			UNIT_INT(got[i], want[i]);
			return;
		}
}

/* Letters of several mixtures, so that blocks with no, few and many quotes and returns occur. */
static void random_texts(void)
{
	static const char *const picks[] = {"aaaaaaaaaaaaaaaaaaaa,\n",
	                                    "ab\",\n\r",
	                                    "aaaaaaaaaaaaaaa,,\"\n\r",
	                                    "\"\",\n",
	                                    "aaaaaaaaaaaa\r\n,",
	                                    "a\";\t|,\n\r",
	                                    "\""};
	static bench b;
	uint64_t seed = 5;

	for (int trial = 0; trial < 20000; trial++) {
		const char *pick = picks[unit_below(&seed, sizeof picks / sizeof *picks)];
		uint32_t len = (uint32_t)strlen(pick);

		b.n = unit_below(&seed, 400);
		for (uint32_t i = 0; i < b.n; i++)
			b.text[i] = pick[unit_below(&seed, len)];
		for (uint32_t i = b.n; i < b.n + 64; i++) /* must not matter */
			b.text[i] = "\"\n,\rx"[unit_below(&seed, 5)];
		rd_csv c = {"\t,;|"[unit_below(&seed, 4)], unit_below(&seed, 4) != 0};

		compare(&b, c, 0);
	}
}

/* One quoted field, moved over every place of two blocks of the scan. */
static void every_alignment(void)
{
	static const char *const shapes[] = {"\"a,b\"", "\"\"",    "\"x\"\"y\"", "\"\n\"",
	                                     "x\"y",    "\r\n",    "\r\r\n",     "\r",
	                                     "\"open",  "\"x\"\"", "\"a\"b\","};
	static bench b;

	for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++)
		for (uint32_t at = 0; at < 140; at++)
			for (uint32_t behind = 0; behind < 70; behind += 23) {
				uint32_t len = (uint32_t)strlen(shapes[s]);

				b.n = at + len + behind;
				memset(b.text, 'z', sizeof b.text);
				for (uint32_t i = 3; i < b.n; i += 7)
					b.text[i] = i % 3 ? ',' : '\n';
				if (at)
					b.text[at - 1] = ',';
				memcpy(b.text + at, shapes[s], len);
				compare(&b, (rd_csv){',', true}, 0);
				compare(&b, (rd_csv){',', false}, 0);
				if (at > 70)
					compare(&b, (rd_csv){',', true}, at - 3);
			}
}

/* Records as "a|b" joined by " / "; what was left open is shown as "open:…". */
static void render(const char *text, rd_csv c, rd_buf *out)
{
	static bench b;
	uint32_t open = 0, from = 0;
	bool bad = false;
	rd_arena *a = rd_arena_new();

	b.n = (uint32_t)strlen(text);
	memcpy(b.text, text, b.n);
	uint32_t n = rd_csv_index(c, b.text, b.n, b.ends, &open);

	for (uint32_t i = 0; i < n; i++) {
		uint32_t to = b.ends[i] & RD_CSV_AT;

		rd_buf_str(out, rd_csv_cell(c, b.text, from, to, b.ends[i] & RD_CSV_LAST, a, &bad));
		rd_buf_puts(out, b.ends[i] & RD_CSV_LAST ? " / " : "|");
		from = to + 1;
	}
	if (open < b.n)
		rd_buf_printf(out, "open:%u", open);
	if (bad)
		rd_buf_puts(out, " bad");
	rd_arena_free(a);
}

static void cells(void)
{
	static const struct {
		const char *in, *want;
	} texts[] = {
		{"a,b\n", "a|b / "},
		{"a,b\r\nc,d\r\n", "a|b / c|d / "},
		{"a\rb\r", "a / b / "},
		{"a,b\r\r\nc\n", "a|b / c / "},
		{"\n", " / "},
		{",\n", "| / "},
		{"\r\n\r\n", " /  / "},
		{"\"a\",\"b\"\n", "a|b / "},
		{"\"a,b\",c\n", "a,b|c / "},
		{"\"a\nb\",c\n", "a\nb|c / "},
		{"\"a\r\nb\"\r\n", "a\r\nb / "},
		{"\"say \"\"hi\"\"\",x\n", "say \"hi\"|x / "},
		{"\"\",\"\"\"\"\n", "|\" / "},
		{"a\"b,c\n", "a\"b|c / "},
		{" \"a\",b\n", " \"a\"|b / "},
		{"\"a\"x,b\n", "ax|b /  bad"},
		{"\"a\"\"b\"c\n", "a\"bc /  bad"},
		{"\"a\" ,b\n", "a |b /  bad"},
		{"x,\"never\nclosed\n", "x|open:2"},
		{"\"\"\"\n", "open:0"},
		{"\"x\"\"", "open:0"},
		{"\"a\",\"b\r\n", "a|open:4"},
		{"a,\"b\"\r\r\n", "a|b / "},
		{"\"{\"\"k\"\": \"\"v\"\"}\"\n", "{\"k\": \"v\"} / "}, /* JSON in a cell */
		{"a,b,\n", "a|b| / "},
		{"凭证,\"摘,要\"\n", "凭证|摘,要 / "},
	};

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		rd_buf out;

		rd_buf_init(&out, 10000);
		unit_case("row %zu: %s", i, texts[i].in);
		render(texts[i].in, (rd_csv){',', true}, &out);
		UNIT_TEXT(rd_buf_view(&out), texts[i].want);
		rd_buf_done(&out);
	}
}

static void other_dialects(void)
{
	static const struct {
		const char *in, *want;
		rd_csv c;
	} texts[] = {
		{"a;b,c\n", "a|b,c / ", {';', true}},
		{"a\t\"b\tc\"\n", "a|b\tc / ", {'\t', true}},
		{"a|b\n", "a|b / ", {'|', true}},
		{"\"a\",\"b\n", "\"a\"|\"b / ", {',', false}},
	};

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		rd_buf out;

		rd_buf_init(&out, 10000);
		unit_case("row %zu", i);
		render(texts[i].in, texts[i].c, &out);
		UNIT_TEXT(rd_buf_view(&out), texts[i].want);
		rd_buf_done(&out);
	}
}

/* Any cells, quoted when they must be, come back as they were. */
static void reads_what_rfc_4180_writes(void)
{
	static const char pick[] = "ab\"\",\n\r ";
	static bench b;
	uint64_t seed = 9;

	for (int trial = 0; trial < 3000; trial++) {
		char cell[40][12];
		uint32_t len[40], n = 1 + unit_below(&seed, 40), open, from = 0;
		rd_arena *a = rd_arena_new();
		bool bad = false;

		b.n = 0;
		for (uint32_t i = 0; i < n; i++) {
			len[i] = unit_below(&seed, 12);
			b.text[b.n++] = '"';
			for (uint32_t k = 0; k < len[i]; k++) {
				cell[i][k] = pick[unit_below(&seed, sizeof pick - 1)];
				b.text[b.n++] = cell[i][k];
				if (cell[i][k] == '"')
					b.text[b.n++] = '"';
			}
			b.text[b.n++] = '"';
			b.text[b.n++] = i + 1 < n ? ',' : '\n';
		}
		uint32_t found = rd_csv_index((rd_csv){',', true}, b.text, b.n, b.ends, &open);

		unit_case("trial %d", trial);
		UNIT_INT(found, n);
		UNIT_INT(open, b.n);
		for (uint32_t i = 0; i < found && i < n; i++) {
			uint32_t to = b.ends[i] & RD_CSV_AT;
			rd_str s = rd_csv_cell((rd_csv){',', true}, b.text, from, to, i + 1 == n, a, &bad);

			if (!rd_str_eq(s, (rd_str){cell[i], len[i]}))
				UNIT_BYTES(s, ((rd_str){cell[i], len[i]}));
			from = to + 1;
		}
		UNIT_TRUE(!bad);
		rd_arena_free(a);
	}
}

/* Records cut in one pass, by vectors and by bytes, are those that the index tells. */
static void cuts_what_the_index_tells(void)
{
	static const char *const picks[] = {"aaaaaaaaaaaaaaaaaaaaa,\n", ",\n", "aaaa,",
	                                    "aaaaaaaaaaaaaaaaaaaaaaaa\n"};
	static bench b;
	uint64_t seed = 21;

	for (int trial = 0; trial < 8000; trial++) {
		const char *pick = picks[unit_below(&seed, 4)];
		rd_csv_cutter cutters[2];
		uint32_t open, from = 0, n_ends, len = (uint32_t)strlen(pick);
		rd_str cells[2][4];

		b.n = unit_below(&seed, trial % 16 ? 300 : 3 * RD_CSV_WINDOW);
		for (uint32_t i = 0; i < b.n + 64; i++) /* what stands behind must not matter */
			b.text[i] = i < b.n ? pick[unit_below(&seed, len)] : "\n,"[i & 1];
		n_ends = rd_csv_index((rd_csv){',', true}, b.text, b.n, b.ends, &open);
		if (b.n && b.text[b.n - 1] != '\n') /* the last record needs no line end */
			b.ends[n_ends++] = b.n | RD_CSV_LAST;
		for (int k = 0; k < 2; k++)
			rd_csv_cut_begin(&cutters[k], b.text, b.n, ',');
		cutters[1].wide = false;
		unit_case("trial %d", trial);
		for (uint32_t e = 0; e < n_ends;) {
			uint32_t n = 0, got = rd_csv_cut(&cutters[0], cells[0], 4), last;

			UNIT_INT(rd_csv_cut(&cutters[1], cells[1], 4), got);
			do {
				last = b.ends[e++];
				rd_str want = {b.text + from, (last & RD_CSV_AT) - from};

				for (int k = 0; k < 2 && n < 4 && n < got; k++)
					if (cells[k][n].ptr != want.ptr || cells[k][n].len != want.len)
						UNIT_BYTES(cells[k][n], want);
				n++;
				from = (last & RD_CSV_AT) + 1;
			} while (!(last & RD_CSV_LAST));
			UNIT_INT(got, n);
		}
		UNIT_INT(rd_csv_cut(&cutters[0], cells[0], 4), 0);
		UNIT_INT(rd_csv_cut(&cutters[1], cells[1], 4), 0);
	}
}

const unit_test csv_tests[] = {
	{"fields end where the definition says, on random text", random_texts},
	{"fields end where the definition says, at every alignment", every_alignment},
	{"records cut in one pass are those that the index tells", cuts_what_the_index_tells},
	{"cells lose their quotes and the returns of their line end", cells},
	{"other delimiters, and quotes that are letters", other_dialects},
	{"cells that RFC 4180 quotes come back as they were", reads_what_rfc_4180_writes},
	{0},
};
