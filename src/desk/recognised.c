#include "desk/recognised.h"
#include "base/json.h"
#include "report/common.h"

#define LIST_MAX   200u
#define SAMPLE_MAX 20u
#define SMALLEST   5u
#define TEXT_BYTES 300u
#define CELL_BYTES 4096u

static void put_day(rd_json *j, const char *key, rd_day day)
{
	char text[16];

	rd_day_format(day, text);
	rd_json_put_text(j, key, day == RD_DAY_NONE ? NULL : text);
}

/* What stands in a file may be as long as a cell may be. */
static rd_str cut(rd_str s)
{
	if (s.len <= TEXT_BYTES)
		return s;
	s.len = TEXT_BYTES;
	while (s.len && ((unsigned char)s.ptr[s.len] & 0xC0) == 0x80)
		s.len--;
	return s;
}

static void put_name(rd_json *j, const char *key, const rd_book *b, rd_text id)
{
	if (id)
		rd_json_put_str(j, key, cut(rd_book_text(b, id)));
	else
		rd_json_put_text(j, key, NULL);
}

static void put_both(rd_json *j, const char *key, rd_str zh, rd_str en)
{
	rd_json_key(j, key);
	rd_json_object(j);
	rd_json_put_str(j, "zh", zh);
	rd_json_put_str(j, "en", en);
	rd_json_close(j);
}

/* ---- files ---- */

static void put_file(rd_json *j, const rd_book *b, const rd_file *f)
{
	rd_json_object(j);
	put_name(j, "name", b, f->name);
	rd_json_put_text(j, "kind", rd_file_kind_name(f->kind));
	rd_json_put_words(j, "what", rd_file_kind_words(f->kind));
	put_name(j, "format", b, f->format);
	put_name(j, "encoding", b, f->encoding);
	put_both(j, "layout", rd_file_layout(b, f, RD_ZH), rd_file_layout(b, f, RD_EN));
	rd_json_put_int(j, "head_line", f->head_line);
	rd_json_put_int(j, "columns", f->columns);
	rd_json_put_int(j, "records", (int64_t)(f->records & INT64_MAX));
	rd_json_put_int(j, "rejected", (int64_t)(f->rejected & INT64_MAX));
	rd_json_put_int(j, "skipped", (int64_t)(f->skipped & INT64_MAX));
	put_name(j, "company", b, f->company);
	put_day(j, "from", f->from);
	put_day(j, "to", f->to);
	rd_json_close(j);
}

static void put_files(rd_json *j, const rd_book *b, uint32_t most)
{
	rd_json_key(j, "files");
	rd_json_array(j);
	for (uint32_t i = 1; i < b->n_files && i <= most; i++)
		put_file(j, b, &b->files[i]);
	rd_json_close(j);
	rd_json_put_int(j, "files_all", b->n_files - 1);
}

/* ---- notes: the rejected ones first, because they are what is missing afterwards ---- */

static void put_note(rd_json *j, const rd_book *b, const rd_note *n)
{
	rd_json_object(j);
	put_name(j, "file", b, b->files[n->file].name);
	rd_json_put_int(j, "line", n->line);
	rd_json_put_text(j, "kind", rd_note_name(n->kind));
	rd_json_put_words(j, "what", rd_note_words(n->kind));
	put_name(j, "field", b, n->field);
	put_name(j, "found", b, n->found);
	put_both(j, "hint", rd_note_hint_of(b, n, RD_ZH), rd_note_hint_of(b, n, RD_EN));
	rd_json_put_bool(j, "rejected", n->rejected);
	rd_json_close(j);
}

static void put_notes(rd_json *j, const rd_book *b, uint32_t most)
{
	uint32_t left = most;

	rd_json_key(j, "notes");
	rd_json_array(j);
	for (int rejected = 1; rejected >= 0; rejected--)
		for (uint32_t i = 0; i < b->n_notes && left; i++) {
			const rd_note *n = &b->notes[i];

			if (n->rejected != (rejected == 1) || n->kind == RD_NOTE_READ_AS)
				continue;
			put_note(j, b, n);
			left--;
		}
	rd_json_close(j);
	rd_json_put_int(j, "notes_all", b->n_notes);
}

/* ---- first lines ---- */

static void put_cell(rd_json *j, const char *key, const rd_book *b, rd_row line, uint32_t cell)
{
	rd_buf text;

	rd_buf_init(&text, CELL_BYTES);
	rd_excerpt_cell(b, line, cell, RD_ZH, &text);
	rd_json_put_str(j, key, cut(rd_buf_view(&text)));
	rd_buf_done(&text);
}

static void put_sample(rd_json *j, const rd_book *b, uint32_t most)
{
	static const char *const keys[RD_EX_CELLS] = {"date",    "number", "text",
	                                              "account", "debit",  "credit"};

	rd_json_key(j, "sample");
	rd_json_array(j);
	for (rd_row i = 0; i < b->line.n && i < most; i++) {
		rd_json_object(j);
		for (uint32_t c = 0; c < RD_EX_CELLS; c++)
			put_cell(j, keys[c], b, i, c);
		rd_json_close(j);
	}
	rd_json_close(j);
}

static void put_periods(rd_json *j, const rd_book *b)
{
	char first[16] = "", last[16] = "";

	if (b->n_periods) {
		rd_period_format(b->periods[0], first);
		rd_period_format(b->periods[b->n_periods - 1], last);
	}
	rd_json_put_text(j, "first_period", first[0] ? first : NULL);
	rd_json_put_text(j, "last_period", last[0] ? last : NULL);
}

static void put_counts(rd_json *j, const rd_book *b)
{
	uint64_t rejected = 0, skipped = 0;

	for (uint32_t i = 1; i < b->n_files; i++) {
		rejected += b->files[i].rejected;
		skipped += b->files[i].skipped;
	}
	rd_json_put_int(j, "lines", b->line.n);
	rd_json_put_int(j, "vouchers", b->voucher.n);
	rd_json_put_int(j, "accounts", b->account.n - 1);
	rd_json_put_int(j, "parties", b->party.n - 1);
	rd_json_put_int(j, "balances", b->tb.n);
	rd_json_put_int(j, "rejected", (int64_t)(rejected & INT64_MAX));
	rd_json_put_int(j, "skipped", (int64_t)(skipped & INT64_MAX));
	rd_json_put_int(j, "unbalanced", b->open_entries);
}

static void recognised(const rd_book *b, uint32_t most, rd_buf *out)
{
	rd_buf key[2];
	rd_json j;

	rd_json_init(&j, out, 0);
	rd_json_object(&j);
	put_counts(&j, b);
	put_day(&j, "first_day", b->first_day);
	put_day(&j, "last_day", b->last_day);
	put_periods(&j, b);
	rd_json_put_text(&j, "standard", rd_standard_name(b->standard));
	rd_json_put_words(&j, "standard_name", rd_standard_words(b->standard));
	for (int lang = RD_ZH; lang <= RD_EN; lang++) {
		rd_buf_init(&key[lang], CELL_BYTES);
		rd_key_format(b->key, lang, &key[lang]);
	}
	put_both(&j, "entries_by", rd_buf_view(&key[RD_ZH]), rd_buf_view(&key[RD_EN]));
	rd_buf_done(&key[RD_ZH]);
	rd_buf_done(&key[RD_EN]);
	put_files(&j, b, most);
	put_notes(&j, b, most);
	put_sample(&j, b, most < SAMPLE_MAX ? most : SAMPLE_MAX);
	rd_json_close(&j);
	rd_json_end(&j);
}

void rd_recognised_write(const rd_book *b, size_t max, rd_buf *out)
{
	rd_buf_init(out, max);
	for (uint32_t most = LIST_MAX;; most /= 2) {
		recognised(b, most, out);
		if (!out->full || most < SMALLEST)
			return;
		rd_buf_done(out);
		rd_buf_init(out, max);
	}
}

/* ---- differences ---- */

static void put_side(rd_json *j, const char *key, const rd_book *b, rd_row v)
{
	char text[40];
	rd_minor debit = 0;

	rd_json_key(j, key);
	if (v == RD_NONE) {
		rd_json_null(j);
		return;
	}
	for (rd_row i = b->voucher.first[v]; i < b->voucher.first[v + 1]; i++)
		debit += rd_line_debit(b, i);
	rd_json_object(j);
	put_day(j, "date", b->voucher.date[v]);
	rd_json_put_str(j, "text", cut(rd_book_text(b, rd_voucher_text(b, v))));
	rd_minor_format(debit, 2, false, text);
	rd_json_put_text(j, "debit", text);
	rd_json_put_int(j, "lines", b->voucher.first[v + 1] - b->voucher.first[v]);
	rd_json_close(j);
}

static void differences(const rd_book *was, const rd_book *now, const rd_book_changes *c,
                        uint32_t most, rd_buf *out)
{
	static const char *const kinds[] = {"changed", "vanished", "new"};
	char name[160];
	rd_json j;

	rd_json_init(&j, out, 0);
	rd_json_object(&j);
	rd_json_put_bool(&j, "first", was == NULL);
	rd_json_put_int(&j, "same", c->same);
	rd_json_put_int(&j, "changed", c->changed);
	rd_json_put_int(&j, "vanished", c->vanished);
	rd_json_put_int(&j, "new", c->added);
	rd_json_put_int(&j, "posted", c->posted);
	rd_json_put_bool(&j, "posted_known", was && (was->has & RD_HAS_POSTER));
	rd_json_key(&j, "vouchers");
	rd_json_array(&j);
	for (uint32_t i = 0; i < c->n && i < most; i++) {
		const rd_voucher_change *x = &c->list[i];

		if (x->was != RD_NONE)
			rd_voucher_name(was, x->was, true, name, sizeof name);
		else
			rd_voucher_name(now, x->now, true, name, sizeof name);
		rd_json_object(&j);
		rd_json_put_text(&j, "voucher", name);
		rd_json_put_text(&j, "change", kinds[x->kind]);
		rd_json_put_bool(&j, "posted", x->posted);
		put_side(&j, "was", was, x->was);
		put_side(&j, "now", now, x->now);
		rd_json_close(&j);
	}
	rd_json_close(&j);
	rd_json_put_int(&j, "vouchers_all", c->n);
	rd_json_close(&j);
	rd_json_end(&j);
}

void rd_differences_write(const rd_book *was, const rd_book *now, const rd_book_changes *c,
                          size_t max, rd_buf *out)
{
	rd_buf_init(out, max);
	for (uint32_t most = LIST_MAX;; most /= 2) {
		differences(was, now, c, most, out);
		if (!out->full || most < SMALLEST)
			return;
		rd_buf_done(out);
		rd_buf_init(out, max);
	}
}
