/* rd_image_open: a book over an image of which nothing is believed. */
#include "base/assert.h"
#include "base/limits.h"
#include "book/builder.h"
#include "book/image_form.h"
#include "book/serial.h"
#include "book/store.h"

#define PERIODS_SPAN 1000000 /* year * 100 + month, year 1 .. 9999 */
#define PLACE_AHEAD  16u     /* texts whose place is on its way from memory */
#define STEPS_A_TEXT 64u     /* half full, a place is found after two steps on the average */
#define STEPS_FREE   1000000u

typedef struct opening {
	char *image;
	rd_image_head head;
	rd_arena *arena; /* of the book */
	rd_book *book;
	rd_book_store *store;
	rd_arena *scratch;
	struct {
		uint64_t base, span, other; /* base .. base + span - 1, or `other` */
	} rules[RD_IMAGE_RULES];
	rd_err *err;
} opening;

static rd_rc damaged(rd_err *err, const char *what)
{
	return rd_fail(err, RD_CORRUPT, "账套缓存不可用（%s）；删除后会由原始文件重新生成",
	               "the kept form of the books cannot be used (%s); without it, it is made anew "
	               "from the files",
	               what);
}

/* ---- the head ---- */

static rd_rc read_head(opening *o, size_t size)
{
	rd_image_head *h = &o->head;
	uint64_t want;

	if (size < sizeof *h)
		return damaged(o->err, "short");
	memcpy(h, o->image, sizeof *h);
	if (memcmp(h->magic, "RDBOOK\0", 8) != 0)
		return damaged(o->err, "magic");
	if (h->version != RD_IMAGE_VERSION || h->sections != rd_image_sections_count)
		return damaged(o->err, "version");
	for (int i = 0; i < RD_IMAGE_COUNTS; i++)
		if (h->counts[i] >= (i == RD_IMAGE_TEXT_BYTES ? UINT64_C(1) << 40 : UINT64_C(0x7fffffff)))
			return damaged(o->err, "counts");
	if (h->counts[RD_IMAGE_TEXTS] == 0 || h->counts[RD_IMAGE_TEXT_BYTES] % 4 ||
	    h->counts[RD_IMAGE_TEXTS] > h->counts[RD_IMAGE_TEXT_BYTES] / 8 ||
	    h->counts[RD_IMAGE_LINES] > RD_ROWS_MAX ||
	    h->counts[RD_IMAGE_VOUCHERS] > h->counts[RD_IMAGE_LINES] ||
	    h->counts[RD_IMAGE_FILES] == 0 || h->counts[RD_IMAGE_ACCOUNTS] == 0 ||
	    h->counts[RD_IMAGE_PARTIES] == 0)
		return damaged(o->err, "counts");
	want = rd_image_room(sizeof *h) + rd_image_room(h->counts[RD_IMAGE_TEXT_BYTES]);
	for (uint32_t i = 0; i < RD_IMAGE_SECTIONS_MAX; i++) {
		const rd_image_section *k = &rd_image_sections[i];
		uint64_t n = i < rd_image_sections_count ? rd_image_n(h, k) : 0;

		if (h->present[i] > (n ? 1 : 0) || (n && k->needed && !h->present[i]))
			return damaged(o->err, "sections");
		if (h->present[i])
			want += rd_image_room(n * k->size);
	}
	if (want != size || h->size != size)
		return damaged(o->err, "size");
	return rd_image_checksum(o->image, size) == h->checksum ? RD_OK : damaged(o->err, "checksum");
}

static void set_rule(opening *o, rd_image_rule rule, int64_t base, uint64_t span, int64_t other)
{
	o->rules[rule].base = (uint64_t)base;
	o->rules[rule].span = span;
	o->rules[rule].other = (uint64_t)other;
}

static void below(opening *o, rd_image_rule rule, uint64_t n)
{
	set_rule(o, rule, 0, n, n ? 0 : -1);
}

static void set_rules(opening *o)
{
	const uint64_t *n = o->head.counts;
	rd_day first = rd_day_of(1, 1, 1), last = rd_day_of(9999, 12, 31);
	const int64_t wide = INT64_MAX / 4; /* sums of a few of them stay inside 64 bits */

	below(o, RD_IMAGE_BOOL, 2);
	below(o, RD_IMAGE_TEXT, n[RD_IMAGE_TEXTS]);
	below(o, RD_IMAGE_FILE, n[RD_IMAGE_FILES]);
	below(o, RD_IMAGE_ACCOUNT, n[RD_IMAGE_ACCOUNTS]);
	below(o, RD_IMAGE_PARTY, n[RD_IMAGE_PARTIES]);
	below(o, RD_IMAGE_VOUCHER, n[RD_IMAGE_VOUCHERS]);
	below(o, RD_IMAGE_LINE, n[RD_IMAGE_LINES]);
	set_rule(o, RD_IMAGE_LINE_OR_NONE, 0, n[RD_IMAGE_LINES], RD_NONE);
	below(o, RD_IMAGE_FIRST, n[RD_IMAGE_LINES] + 1);
	set_rule(o, RD_IMAGE_DAY, first, (uint64_t)(last - first) + 1, RD_DAY_NONE);
	below(o, RD_IMAGE_PERIOD, PERIODS_SPAN);
	below(o, RD_IMAGE_SERIAL,
	      n[RD_IMAGE_TEXTS] >> 24 ? UINT64_MAX : n[RD_IMAGE_TEXTS] << RD_SERIAL_VALUE_BITS);
	set_rule(o, RD_IMAGE_MONEY, -RD_MINOR_MAX, 2 * (uint64_t)RD_MINOR_MAX + 1, 0);
	set_rule(o, RD_IMAGE_SUM, -wide, 2 * (uint64_t)wide + 1, 0);
	below(o, RD_IMAGE_CLASS, RD_CLASS_MEMO + 1);
	below(o, RD_IMAGE_ROLE, RD_ROLE_COUNT);
	below(o, RD_IMAGE_SIDE, RD_SIDE_CREDIT + 1);
	below(o, RD_IMAGE_DIGITS, 19);
	set_rule(o, RD_IMAGE_ATTACHED, RD_ATTACHMENTS_BLANK, UINT64_C(1) << 31, 0);
	set_rule(o, RD_IMAGE_MINUTE, -1, 1 + 24 * 60, 0);
	below(o, RD_IMAGE_YEAR, 10000);
	below(o, RD_IMAGE_FILE_KIND, RD_FILE_STANDARD + 1);
	below(o, RD_IMAGE_NOTE_KIND, RD_NOTE_KINDS);
	below(o, RD_IMAGE_TOTAL_KIND, RD_TOTAL_CREDIT + 1);
	below(o, RD_IMAGE_FIELD, RD_FIELD_COUNT);
}

/* ---- single values: loops that the compiler turns into wide ones ---- */

static bool bytes_fit(const uint8_t *v, uint64_t n, uint8_t base, uint8_t span, uint8_t other)
{
	uint8_t bad = 0;

	for (uint64_t i = 0; i < n; i++)
		bad |= (uint8_t)((uint8_t)(v[i] - base) >= span) & (uint8_t)(v[i] != other);
	return bad == 0;
}

static bool words_fit(const uint32_t *v, uint64_t n, uint32_t base, uint32_t span, uint32_t other)
{
	uint32_t bad = 0;

	for (uint64_t i = 0; i < n; i++)
		bad |= (uint32_t)(v[i] - base >= span) & (uint32_t)(v[i] != other);
	return bad == 0;
}

static bool longs_fit(const uint64_t *v, uint64_t n, uint64_t base, uint64_t span, uint64_t other)
{
	uint64_t bad = 0;

	for (uint64_t i = 0; i < n; i++)
		bad |= (uint64_t)(v[i] - base >= span) & (uint64_t)(v[i] != other);
	return bad == 0;
}

/* `n` values that stand one after the other. */
static bool fit(const opening *o, const void *v, uint64_t n, const rd_image_field *f)
{
	uint64_t base = o->rules[f->rule].base, span = o->rules[f->rule].span;
	uint64_t other = o->rules[f->rule].other;

	if (f->rule == RD_IMAGE_ANY)
		return true;
	if (f->size == 1)
		return bytes_fit(v, n, (uint8_t)base, (uint8_t)span, (uint8_t)other);
	if (f->size == 4)
		return words_fit(v, n, (uint32_t)base, (uint32_t)span, (uint32_t)other);
	RD_ASSERT(f->size == 8);
	return longs_fit(v, n, base, span, other);
}

static bool records_fit(const opening *o, const char *at, uint64_t n, const rd_image_section *k)
{
	for (uint64_t i = 0; i < n; i++, at += k->size)
		for (uint32_t f = 0; f < k->n_fields; f++) {
			_Alignas(8) char value[8];

			if (k->fields[f].rule == RD_IMAGE_ANY)
				continue;
			memcpy(value, at + k->fields[f].at, k->fields[f].size);
			if (!fit(o, value, 1, &k->fields[f]))
				return false;
		}
	return true;
}

static rd_rc take_sections(opening *o)
{
	char *at = o->image + rd_image_room(sizeof o->head) +
	           rd_image_room(o->head.counts[RD_IMAGE_TEXT_BYTES]);

	for (uint32_t i = 0; i < rd_image_sections_count; i++) {
		const rd_image_section *k = &rd_image_sections[i];
		uint64_t n = rd_image_n(&o->head, k);

		if (!o->head.present[i])
			continue;
		if (k->n_fields == 1 ? !fit(o, at, n, k->fields) : !records_fit(o, at, n, k))
			return damaged(o->err, "values");
		memcpy((k->in_store ? (char *)o->store : (char *)o->book) + k->at, &at, sizeof at);
		at += rd_image_room(n * k->size);
	}
	return RD_OK;
}

/* ---- texts ---- */

/* Places of ids in the dictionary. Texts of strangers may be chosen so that all want one place:
 * steps are counted, and more than a dictionary of honest texts takes are refused. No text stands
 * twice. */
static bool place_all(opening *o)
{
	rd_dict *d = &o->store->dict;
	uint32_t *hashes = RD_NEW_N(o->scratch, uint32_t, d->n + PLACE_AHEAD);
	uint64_t steps = STEPS_FREE + (uint64_t)d->n * STEPS_A_TEXT;

	for (uint32_t id = 1; id < d->n; id++)
		hashes[id] = rd_dict_hash(rd_dict_text(d, id));
	for (uint32_t id = 1; id < d->n; id++) {
		rd_str s = rd_dict_text(d, id);
		uint32_t hash = hashes[id], i = hash & d->mask;

		__builtin_prefetch(&d->slots[hashes[id + PLACE_AHEAD - 1] & d->mask], 1);
		for (; d->slots[i].id; i = (i + 1) & d->mask)
			if (--steps == 0 ||
			    (d->slots[i].hash == hash && rd_str_eq(rd_dict_text(d, d->slots[i].id), s)))
				return false;
		d->slots[i] = (rd_dict_slot){hash, id, s.ptr};
	}
	return true;
}

/* The store owns what is made here from its first moment on: rd_book_free frees it. */
static void dict_room(rd_dict *d, uint32_t n)
{
	uint32_t slots = 1024;

	while (slots / 2 < n)
		slots *= 2;
	*d = (rd_dict){.arena = rd_arena_new(), .cap = n, .mask = slots - 1};
	d->texts = rd_column_new((size_t)n * sizeof *d->texts);
	d->slots = rd_column_new((size_t)slots * sizeof *d->slots);
}

static rd_rc take_texts(opening *o)
{
	rd_dict *d = &o->store->dict;
	uint32_t n = (uint32_t)o->head.counts[RD_IMAGE_TEXTS];
	const char *at = o->image + rd_image_room(sizeof o->head);
	uint64_t left = o->head.counts[RD_IMAGE_TEXT_BYTES];

	dict_room(d, n);
	for (uint32_t id = 0; id < n; id++) {
		uint32_t len;

		if (left < 8)
			return damaged(o->err, "texts");
		memcpy(&len, at, 4);
		uint64_t room = ((uint64_t)len + 5 + 3) & ~UINT64_C(3);
		if (room > left || at[4 + (uint64_t)len] != '\0' || (len == 0) != (id == 0) ||
		    rd_utf8_check(at + 4, len) >= 0)
			return damaged(o->err, "texts");
		d->texts[id] = at + 4;
		d->n = id + 1;
		at += room;
		left -= room;
	}
	return left == 0 && place_all(o) ? RD_OK : damaged(o->err, "texts");
}

/* A form of numbers has a width behind its mark (serial.c asserts it). */
static bool shape_is_bad(rd_str s)
{
	const char *mark = s.len ? memchr(s.ptr, '\1', s.len) : NULL;

	return mark && (uint32_t)(mark - s.ptr) + 2 > s.len;
}

static bool serials_fit(const uint8_t *bad, const rd_serial *v, uint32_t n)
{
	for (uint32_t i = 0; v && i < n; i++)
		if (bad[rd_serial_shape(v[i])])
			return false;
	return true;
}

static rd_rc look_at_serials(opening *o)
{
	const rd_book *b = o->book;
	uint32_t n = o->store->dict.n, found = 0;
	uint8_t *bad = RD_NEW_N(o->scratch, uint8_t, n);

	for (uint32_t id = 0; id < n; id++)
		found += bad[id] = shape_is_bad(rd_dict_text(&o->store->dict, id));
	if (found && !(serials_fit(bad, b->voucher.number, b->voucher.n) &&
	               serials_fit(bad, b->voucher.document, b->voucher.n) &&
	               serials_fit(bad, b->line.document, b->line.n)))
		return damaged(o->err, "numbers");
	return RD_OK;
}

/* ---- what holds between columns ---- */

static bool firsts_rise(const rd_book *b)
{
	uint32_t bad = 0;

	if (b->voucher.first == NULL)
		return b->voucher.n == 0 && b->line.n == 0;
	for (rd_row v = 0; v < b->voucher.n; v++)
		bad |= b->voucher.first[v] >= b->voucher.first[v + 1];
	return !bad && b->voucher.first[0] == 0 && b->voucher.first[b->voucher.n] == b->line.n;
}

static bool periods_listed(const rd_period *v, uint32_t n, const uint8_t *listed)
{
	uint8_t all = 1;

	for (uint32_t i = 0; i < n; i++)
		all &= listed[v[i]];
	return all;
}

static bool periods_fit(opening *o)
{
	const rd_book *b = o->book;
	uint8_t *listed = RD_NEW_N(o->scratch, uint8_t, PERIODS_SPAN);

	listed[0] = 1; /* none */
	for (uint32_t i = 0; i < b->n_periods; i++) {
		rd_period p = b->periods[i];

		if (p % 100 < 1 || p % 100 > 16 || p < 100 || (i && p <= b->periods[i - 1]))
			return false;
		listed[p] = 1;
	}
	for (uint32_t i = 0; i < b->n_totals; i++)
		if (b->totals[i].period && (b->totals[i].period % 100 < 1 || b->totals[i].period < 100 ||
		                            b->totals[i].period % 100 > 16))
			return false;
	return periods_listed(b->voucher.period, b->voucher.n, listed) &&
	       periods_listed(b->tb.period, b->tb.n, listed);
}

static bool masters_fit(const rd_book *b)
{
	for (rd_row a = 1; a < b->account.n; a++)
		if (b->account.parent[a] >= a || b->account.code[a] == 0)
			return false;
	if (b->account.parent[0] || b->account.code[0] || b->party.key[0])
		return false;
	for (uint32_t i = 0; i < b->n_aliases; i++) {
		const rd_alias *x = &b->aliases[i], *before = i ? x - 1 : NULL;

		if (x->row >= (x->is_party ? b->party.n : b->account.n))
			return false;
		if (before && (before->is_party > x->is_party ||
		               (before->is_party == x->is_party && before->row > x->row)))
			return false;
	}
	return true;
}

/* Lines with both sides filled are exactly those of the list. */
static bool both_fit(const rd_book *b)
{
	uint32_t n = 0;

	for (rd_row i = 0; i < b->line.n; i++)
		n += (b->line.flags[i] & RD_LINE_BOTH) != 0;
	if (n != b->n_both)
		return false;
	for (uint32_t i = 0; i < n; i++)
		if (!(b->line.flags[b->both[i].line] & RD_LINE_BOTH) ||
		    (i && b->both[i].line <= b->both[i - 1].line))
			return false;
	return true;
}

static bool lists_rise(const rd_book *b, const rd_book_store *s)
{
	for (uint32_t i = 1; i < b->n_notes; i++)
		if (b->notes[i].file < b->notes[i - 1].file ||
		    (b->notes[i].file == b->notes[i - 1].file && b->notes[i].line < b->notes[i - 1].line))
			return false;
	for (uint32_t i = 1; i < b->n_mixed; i++)
		if (b->mixed[i].voucher < b->mixed[i - 1].voucher)
			return false;
	for (uint32_t i = 0; i < s->n_segments; i++)
		if (i ? s->segments[i].first < s->segments[i - 1].first : s->segments[i].first != 0)
			return false;
	return true;
}

/* A bit that says a column was in the files, and the column. */
static bool columns_fit(const rd_book *b)
{
	const struct {
		uint32_t has;
		const void *column;
	} pairs[] = {
		{RD_HAS_PREPARER, b->voucher.preparer},
		{RD_HAS_REVIEWER, b->voucher.reviewer},
		{RD_HAS_ATTACHMENTS, b->voucher.attachments},
		{RD_HAS_ENTRY_TIME, b->voucher.entry_time},
		{RD_HAS_TEXT, b->line.text},
		{RD_HAS_CLEARING, b->line.clearing},
		{RD_HAS_DOCUMENT_DATE, b->line.document_date},
	};

	if (((b->has & RD_HAS_LINES) != 0) != (b->line.n != 0))
		return false;
	for (size_t i = 0; b->line.n && i < sizeof pairs / sizeof *pairs; i++)
		if ((b->has & pairs[i].has) && pairs[i].column == NULL)
			return false;
	return true;
}

/* First and last day are made of the lines again: what runs over days counts from one to the
 * other. */
static bool days_fit(const rd_book *b)
{
	rd_day first = INT32_MAX, last = RD_DAY_NONE;

	for (rd_row v = 0; v < b->voucher.n; v++) {
		rd_day d = b->voucher.date[v];

		first = d != RD_DAY_NONE && d < first ? d : first;
		last = d > last ? d : last;
	}
	for (rd_row i = 0; b->line.date && i < b->line.n; i++) {
		rd_day d = b->line.date[i];

		first = d != RD_DAY_NONE && d < first ? d : first;
		last = d > last ? d : last;
	}
	return b->last_day == last && b->first_day == (last == RD_DAY_NONE ? RD_DAY_NONE : first) &&
	       (last != RD_DAY_NONE || !(b->has & RD_HAS_DATE));
}

static rd_rc look_across(opening *o)
{
	const rd_book *b = o->book;

	if (!firsts_rise(b))
		return damaged(o->err, "vouchers");
	if (!periods_fit(o))
		return damaged(o->err, "periods");
	if (!masters_fit(b))
		return damaged(o->err, "accounts");
	if (!both_fit(b) || !lists_rise(b, o->store))
		return damaged(o->err, "order");
	if (!columns_fit(b))
		return damaged(o->err, "columns");
	if (!days_fit(b))
		return damaged(o->err, "days");
	return look_at_serials(o);
}

/* ---- the book ---- */

static void take_head(opening *o)
{
	const rd_image_head *h = &o->head;
	rd_book *b = o->book;

	b->has = h->has;
	b->key = h->key;
	b->open_entries = h->open_entries;
	b->standard = (rd_standard)h->standard;
	b->base_currency = h->base_currency;
	b->first_day = h->first_day;
	b->last_day = h->last_day;
	b->line.n = (rd_row)h->counts[RD_IMAGE_LINES];
	b->voucher.n = (rd_row)h->counts[RD_IMAGE_VOUCHERS];
	b->account.n = (rd_row)h->counts[RD_IMAGE_ACCOUNTS];
	b->party.n = (rd_row)h->counts[RD_IMAGE_PARTIES];
	b->tb.n = (rd_row)h->counts[RD_IMAGE_TB];
	b->n_files = (uint32_t)h->counts[RD_IMAGE_FILES];
	b->n_notes = (uint32_t)h->counts[RD_IMAGE_NOTES];
	b->n_aliases = (uint32_t)h->counts[RD_IMAGE_ALIASES];
	b->n_totals = (uint32_t)h->counts[RD_IMAGE_TOTALS];
	b->n_both = (uint32_t)h->counts[RD_IMAGE_BOTH];
	b->n_assertions = (uint32_t)h->counts[RD_IMAGE_ASSERTIONS];
	b->n_mixed = (uint32_t)h->counts[RD_IMAGE_MIXED];
	b->n_periods = (uint32_t)h->counts[RD_IMAGE_PERIODS];
	o->store->n_segments = (uint32_t)h->counts[RD_IMAGE_SEGMENTS];
}

/* Row of each text that is a code; false when two accounts have the same. */
static bool index_accounts(opening *o)
{
	rd_book_store *s = o->store;

	s->n_text_account = s->dict.n;
	s->text_account = RD_NEW_N(o->arena, rd_row, s->dict.n);
	for (rd_row a = 1; a < o->book->account.n; a++) {
		rd_row *row = &s->text_account[o->book->account.code[a]];

		if (*row)
			return false;
		*row = a;
	}
	return true;
}

static rd_rc open_book(opening *o)
{
	if (o->head.standard > RD_STD_OTHER || o->head.base_currency >= o->head.counts[RD_IMAGE_TEXTS])
		return damaged(o->err, "head");
	set_rules(o);
	take_head(o);
	RD_TRY(take_texts(o));
	RD_TRY(take_sections(o));
	RD_TRY(look_across(o));
	if (!index_accounts(o))
		return damaged(o->err, "accounts");
	rd_store_index_vouchers(o->book);
	return RD_OK;
}

rd_rc rd_image_open(void *image, size_t size, rd_book **ret_book, rd_err *err)
{
	opening o = {.image = image, .err = err};

	RD_TRY(read_head(&o, size));
	o.arena = rd_arena_new();
	o.scratch = rd_arena_new();
	o.book = RD_NEW(o.arena, rd_book);
	o.book->store = o.store = RD_NEW(o.arena, rd_book_store);
	o.store->arena = o.arena;
	rd_rc rc = open_book(&o);
	rd_arena_free(o.scratch);
	if (rc != RD_OK) {
		rd_book_free(o.book);
		return rc;
	}
	rd_store_keep(o.store, image, size);
	*ret_book = o.book;
	return RD_OK;
}
