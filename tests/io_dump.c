/*
 * io_dump - reads books and prints what was read, and compares it with what is expected.
 *
 *	io_dump --print PATH...                     prints the book of these files
 *	io_dump [--update] [--files ROOT] DIR...    DIR: tests/io, or one case of it
 *
 * A case is a folder with expect.txt; its other files are one client's books, mapping.yaml is
 * its mapping. Files that are generated (XLSX) come from ROOT/<name of the case>. Each
 * case is read with 1 and 2 threads and must give the same text. --update writes
 * expect.txt, to be read before it is committed.
 */
#include "book/chart.h"
#include "book/serial.h"
#include "io/mapping.h"
#include "io/reader.h"
#include "case_files.h"
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

static const char *const note_names[RD_NOTE_KINDS] = {
	[RD_NOTE_READ_AS] = "read-as",
	[RD_NOTE_COLUMN_MISSING] = "column-missing",
	[RD_NOTE_FIELD_COUNT] = "field-count",
	[RD_NOTE_EMPTY_LINE] = "empty-line",
	[RD_NOTE_BOM] = "bom",
	[RD_NOTE_STRAY_CR] = "stray-cr",
	[RD_NOTE_NUL] = "nul",
	[RD_NOTE_PADDING] = "padding",
	[RD_NOTE_TRAILING_COLUMN] = "trailing-column",
	[RD_NOTE_BYTES_INVALID] = "bytes-invalid",
	[RD_NOTE_MOJIBAKE] = "mojibake",
	[RD_NOTE_DATE_BAD] = "date-bad",
	[RD_NOTE_PERIOD_BAD] = "period-bad",
	[RD_NOTE_AMOUNT_BAD] = "amount-bad",
	[RD_NOTE_DECIMALS] = "decimals",
	[RD_NOTE_SIDE_BAD] = "side-bad",
	[RD_NOTE_QUOTE] = "quote",
	[RD_NOTE_CELL_LONG] = "cell-long",
	[RD_NOTE_ROW_REJECTED] = "row-rejected",
	[RD_NOTE_SKIPPED] = "skipped",
	[RD_NOTE_SIDE_VIEW] = "side-view",
};
static const char *const kind_names[] = {
	[RD_FILE_OTHER] = "other",
	[RD_FILE_JOURNAL] = "journal",
	[RD_FILE_TRIAL_BALANCE] = "trial-balance",
	[RD_FILE_CHART] = "chart",
	[RD_FILE_PARTIES] = "parties",
	[RD_FILE_STANDARD] = "standard",
};
static const char *const total_names[] = {
	[RD_TOTAL_ENTRIES] = "entries",
	[RD_TOTAL_LINES] = "lines",
	[RD_TOTAL_DEBIT] = "debit",
	[RD_TOTAL_CREDIT] = "credit",
};
static const char *const has_names[] = {
	"lines",         "entry-no",       "date",        "period",        "journal",
	"account",       "party",          "document-no", "document-date", "text",
	"currency",      "preparer",       "reviewer",    "poster",        "attachments",
	"entry-time",    "clearing",       "assertion",   "chart",         "opening",
	"trial-balance", "control-totals", "raw",         "party-master",  "file-period",
};
static const char *const key_names[] = {
	"entry-id", "number", "journal", "period", "date", "document", "cut",
};

static const char *base_name(const char *path)
{
	/* "dir/book.xlsx#a/b": the sheet's name may have a slash */
	const char *hash = strchr(path, '#'), *slash = path;

	for (const char *p = path; *p && p != hash; p++)
		if (*p == '/')
			slash = p + 1;
	return slash;
}

/* ---- printing ---- */

static void put_text(rd_buf *o, const char *name, const rd_book *b, rd_text id)
{
	rd_str s = rd_book_text(b, id);

	if (s.len == 0)
		return;
	rd_buf_printf(o, " %s=", name);
	for (uint32_t i = 0; i < s.len; i++)
		if ((unsigned char)s.ptr[i] < ' ' || s.ptr[i] == 0x7F)
			rd_buf_printf(o, "\\x%02x", (unsigned char)s.ptr[i]);
		else
			rd_buf_char(o, s.ptr[i]);
}

static void put_money(rd_buf *o, const char *name, rd_minor v)
{
	char text[RD_MINOR_TEXT];

	rd_minor_format(v, 2, false, text);
	rd_buf_printf(o, " %s=%s", name, text);
}

static void put_day(rd_buf *o, const char *name, rd_day d)
{
	char text[16];

	rd_day_format(d, text);
	if (text[0])
		rd_buf_printf(o, " %s=%s", name, text);
}

static void put_period(rd_buf *o, const char *name, rd_period p)
{
	char text[16];

	rd_period_format(p, text);
	if (p)
		rd_buf_printf(o, " %s=%s", name, text);
}

static void put_serial(rd_buf *o, const char *name, const rd_book *b, rd_serial s)
{
	char text[256];

	rd_serial_format(b, s, text, sizeof text);
	if (text[0])
		rd_buf_printf(o, " %s=%s", name, text);
}

static void print_files(const rd_book *b, rd_buf *o)
{
	for (uint32_t i = 1; i < b->n_files; i++) {
		const rd_file *f = &b->files[i];

		rd_buf_printf(o, "file %s %s %s %s records=%llu rejected=%llu skipped=%llu",
		              base_name(rd_file_name(b, i)), rd_book_text(b, f->format).ptr,
		              rd_book_text(b, f->encoding).ptr, kind_names[f->kind],
		              (unsigned long long)f->records, (unsigned long long)f->rejected,
		              (unsigned long long)f->skipped);
		if (f->head_line)
			rd_buf_printf(o, " head=%u", f->head_line);
		put_text(o, "company", b, f->company);
		put_text(o, "id", b, f->company_id);
		if (f->year)
			rd_buf_printf(o, " year=%d", f->year);
		put_day(o, "from", f->from);
		put_day(o, "to", f->to);
		rd_buf_char(o, '\n');
	}
	for (uint32_t i = 0; i < b->n_notes; i++) {
		const rd_note *n = &b->notes[i];

		rd_buf_printf(o, "note %s:%u %s", base_name(rd_file_name(b, n->file)), n->line,
		              note_names[n->kind]);
		if (n->column)
			rd_buf_printf(o, " column=%u", n->column);
		put_text(o, "field", b, n->field);
		put_text(o, "found", b, n->found);
		put_text(o, "hint", b, n->hint_en);
		rd_buf_puts(o, n->rejected ? " REJECTED\n" : "\n");
	}
	for (uint32_t i = 0; i < b->n_totals; i++) {
		const rd_total *t = &b->totals[i];

		rd_buf_printf(o, "total %s:%u %s", base_name(rd_file_name(b, t->file)), t->line,
		              total_names[t->kind]);
		put_text(o, "scope", b, t->scope);
		rd_buf_printf(o, " declared=%lld computed=%lld\n", (long long)t->declared,
		              (long long)t->computed);
	}
}

static void print_bits(rd_buf *o, const char *title, uint32_t bits, const char *const *names,
                       uint32_t n)
{
	rd_buf_puts(o, title);
	for (uint32_t i = 0; i < n; i++)
		if (bits & 1u << i)
			rd_buf_printf(o, " %s", names[i]);
	rd_buf_char(o, '\n');
}

static void print_masters(const rd_book *b, rd_buf *o)
{
	static const char *const sides[] = {"either", "debit", "credit"};
	const rd_accounts *a = &b->account;

	for (rd_row i = 1; i < a->n; i++) {
		char name[400];

		rd_account_name(b, i, name, sizeof name);
		rd_buf_printf(o, "account %s side=%s%s", name, sides[a->side[i]],
		              a->flags[i] & RD_ACC_DECLARED ? " declared" : "");
		if (a->flags[i] & RD_ACC_OPENING)
			put_money(o, "opening", a->opening[i]);
		put_day(o, "from", a->open_from[i]);
		rd_buf_char(o, '\n');
	}
	for (rd_row i = 1; i < b->party.n; i++) {
		rd_buf_puts(o, "party");
		put_text(o, "key", b, b->party.key[i]);
		put_text(o, "code", b, b->party.code[i]);
		put_text(o, "name", b, b->party.name[i]);
		rd_buf_puts(o, b->party.declared[i] ? " declared\n" : "\n");
	}
}

static void print_line(const rd_book *b, rd_row i, rd_buf *o)
{
	const rd_lines *l = &b->line;

	rd_buf_printf(o, "  %u", rd_line_place(b, i).line);
	put_text(o, "account", b, b->account.code[l->account[i]]);
	put_money(o, "debit", rd_line_debit(b, i));
	put_money(o, "credit", rd_line_credit(b, i));
	if (l->party[i])
		put_text(o, "party", b, b->party.key[l->party[i]]);
	put_text(o, "text", b, rd_line_text(b, i));
	put_serial(o, "document", b, rd_line_document(b, i));
	if (l->document_date)
		put_day(o, "document-date", l->document_date[i]);
	if (l->currency)
		put_text(o, "currency", b, l->currency[i]);
	if (l->foreign && (l->flags[i] & RD_LINE_FOREIGN))
		rd_buf_printf(o, " foreign=%lld", (long long)l->foreign[i]);
	if (l->rate && (l->flags[i] & RD_LINE_RATE))
		rd_buf_printf(o, " rate=%lld", (long long)l->rate[i]);
	rd_buf_puts(o, l->flags[i] & RD_LINE_AMOUNT_BLANK ? " blank\n" : "\n");
}

static void print_vouchers(const rd_book *b, rd_buf *o)
{
	const rd_vouchers *v = &b->voucher;
	rd_row file = 0;

	for (rd_row i = 0; i < v->n; i++) {
		char name[300];
		rd_row in = rd_line_place(b, v->first[i]).file;

		if (in != file)
			rd_buf_printf(o, "in %s\n", base_name(rd_file_name(b, in)));
		file = in;
		rd_voucher_name(b, i, false, name, sizeof name);
		rd_buf_printf(o, "voucher %s", name);
		put_day(o, "date", v->date[i]);
		put_period(o, "period", v->period[i]);
		put_text(o, "preparer", b, v->preparer ? v->preparer[i] : 0);
		put_text(o, "reviewer", b, v->reviewer ? v->reviewer[i] : 0);
		put_text(o, "poster", b, v->poster ? v->poster[i] : 0);
		if (v->attachments && v->attachments[i] != RD_ATTACHMENTS_BLANK)
			rd_buf_printf(o, " attachments=%d", v->attachments[i]);
		if (v->entry_time && v->entry_time[i] >= 0)
			rd_buf_printf(o, " time=%02d:%02d", v->entry_time[i] / 60, v->entry_time[i] % 60);
		rd_buf_puts(o, v->flags[i] & RD_VCH_VOID ? " void\n" : "\n");
		for (rd_row k = v->first[i]; k < v->first[i + 1]; k++)
			print_line(b, k, o);
	}
}

static void print_balances(const rd_book *b, rd_buf *o)
{
	static const char *const names[RD_TB_COLUMNS] = {
		"open-d", "open-c", "debit", "credit", "ytd-d", "ytd-c", "close-d", "close-c",
	};

	for (rd_row i = 0; i < b->tb.n; i++) {
		rd_buf_puts(o, "balance");
		put_period(o, "period", b->tb.period[i]);
		put_text(o, "account", b, b->account.code[b->tb.account[i]]);
		if (b->tb.party[i])
			put_text(o, "party", b, b->party.key[b->tb.party[i]]);
		for (uint32_t c = 0; c < RD_TB_COLUMNS; c++)
			if (b->tb.present[i] & 1u << c)
				put_money(o, names[c], b->tb.amount[c][i]);
		rd_buf_char(o, '\n');
	}
}

static void print_book(const rd_book *b, rd_buf *o)
{
	print_files(b, o);
	print_bits(o, "has", b->has, has_names, sizeof has_names / sizeof *has_names);
	print_bits(o, "entry key", b->key, key_names, sizeof key_names / sizeof *key_names);
	rd_buf_printf(o, "lines %u vouchers %u open %u", b->line.n, b->voucher.n, b->open_entries);
	put_text(o, "currency", b, b->base_currency);
	rd_buf_char(o, '\n');
	print_masters(b, o);
	print_vouchers(b, o);
	print_balances(b, o);
}

/* Reads the paths and prints the book, or why they could not be read. */
static void dump(const char *const *paths, uint32_t n, const rd_read_options *options, rd_buf *o)
{
	rd_book *b = NULL;
	rd_err err;

	if (rd_read_paths(paths, n, options, &b, &err) == RD_OK)
		print_book(b, o);
	else
		rd_buf_printf(o, "error %s %s:%u:%u\n  %s\n  %s\n", rd_rc_name(err.code),
		              base_name(err.file), err.line, err.column, err.zh, err.en);
	rd_book_free(b);
}

/* ---- cases ---- */

/* True when the case gives what it should; says so when not. */
static bool run_case(const char *dir, const char *name, const char *files, bool update)
{
	rd_arena *a = rd_arena_new();
	rd_read_options options = {.threads = 1};
	const char *paths[CASE_FILES_MAX];
	rd_mapping *mappings = NULL;
	char path[4096];
	rd_buf text, got, again, want;
	rd_err err;
	uint32_t n = 0;
	bool ok = true;

	rd_buf_init(&text, 1 << 20);
	rd_buf_init(&got, 64 << 20);
	rd_buf_init(&again, 64 << 20);
	rd_buf_init(&want, 64 << 20);
	case_books(a, dir, "mapping.yaml", paths, &n);
	if (files) {
		snprintf(path, sizeof path, "%s/%s", files, name);
		case_books(a, path, "mapping.yaml", paths, &n);
	}
	snprintf(path, sizeof path, "%s/mapping.yaml", dir);
	if (case_read(path, &text) && rd_mapping_parse(a, "mapping.yaml", rd_buf_view(&text), &mappings,
	                                               &options.n_mappings, &err) != RD_OK)
		rd_buf_printf(&got, "mapping.yaml:%u:%u %s\n", err.line, err.column, err.en);
	options.mappings = mappings;
	rd_buf_str(&again, rd_buf_view(&got));
	dump(paths, n, &options, &got);
	options.threads = 2;
	dump(paths, n, &options, &again);
	snprintf(path, sizeof path, "%s/expect.txt", dir);
	if (!rd_str_eq(rd_buf_view(&got), rd_buf_view(&again))) {
		printf("FAIL %s: 2 threads give another book than 1\n", name);
		ok = false;
	} else if (update) {
		case_write(path, &got);
	} else if (!case_read(path, &want) || !rd_str_eq(rd_buf_view(&got), rd_buf_view(&want))) {
		printf("FAIL %s: differs from %s\n---- got ----\n%s", name, path, got.data);
		ok = false;
	}
	rd_buf_done(&text);
	rd_buf_done(&got);
	rd_buf_done(&again);
	rd_buf_done(&want);
	rd_arena_free(a);
	return ok;
}

static bool is_folder(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static void run_folder(const char *dir, const char *files, bool update, int *passed, int *failed)
{
	struct dirent **e = NULL;
	int n = scandir(dir, &e, NULL, alphasort);
	bool any = false;

	for (int i = 0; i < n; i++) {
		char path[4096];

		snprintf(path, sizeof path, "%s/%s", dir, e[i]->d_name);
		if (e[i]->d_name[0] != '.' && is_folder(path)) {
			any = true;
			if (run_case(path, e[i]->d_name, files, update))
				++*passed;
			else
				++*failed;
		}
		free(e[i]);
	}
	free(e);
	if (!any) {
		const char *slash = strrchr(dir, '/');

		if (run_case(dir, slash ? slash + 1 : dir, files, update))
			++*passed;
		else
			++*failed;
	}
}

int main(int argc, char **argv)
{
	bool update = false;
	const char *files = NULL;
	int passed = 0, failed = 0, i = 1;

	if (argc > 2 && strcmp(argv[1], "--print") == 0) {
		rd_read_options options = {.threads = 1};
		rd_buf out;

		rd_buf_init(&out, (size_t)1 << 30);
		dump((const char *const *)argv + 2, (uint32_t)argc - 2, &options, &out);
		fwrite(out.data, 1, out.size, stdout);
		rd_buf_done(&out);
		return 0;
	}
	for (; i < argc && argv[i][0] == '-'; i++) {
		if (strcmp(argv[i], "--update") == 0)
			update = true;
		else if (strcmp(argv[i], "--files") == 0 && i + 1 < argc)
			files = argv[++i];
		else
			return fprintf(stderr, "io_dump: unknown option %s\n", argv[i]), 2;
	}
	for (; i < argc; i++)
		run_folder(argv[i], files, update, &passed, &failed);
	printf("%d passed, %d failed\n", passed, failed);
	return failed ? 1 : 0;
}
