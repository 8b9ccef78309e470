/* The form of an image, and how a book is written as one. */
#include "base/assert.h"
#include "base/hash.h"
#include "book/image_form.h"
#include "book/store.h"

#define FIELD(type, member, what)                                                                  \
	{                                                                                              \
		offsetof(type, member), sizeof(((type *)0)->member), RD_IMAGE_##what                       \
	}

static const rd_image_field file_fields[] = {
	FIELD(rd_file, name, TEXT),       FIELD(rd_file, format, TEXT),
	FIELD(rd_file, encoding, TEXT),   FIELD(rd_file, layout, TEXT),
	FIELD(rd_file, kind, FILE_KIND),  FIELD(rd_file, bytes, ANY),
	FIELD(rd_file, sha256, ANY),      FIELD(rd_file, has_sha256, BOOL),
	FIELD(rd_file, head_line, ANY),   FIELD(rd_file, columns, ANY),
	FIELD(rd_file, records, ANY),     FIELD(rd_file, rejected, ANY),
	FIELD(rd_file, skipped, ANY),     FIELD(rd_file, notes, ANY),
	FIELD(rd_file, note_first, ANY),  FIELD(rd_file, company, TEXT),
	FIELD(rd_file, company_id, TEXT), FIELD(rd_file, standard, TEXT),
	FIELD(rd_file, year, YEAR),       FIELD(rd_file, from, DAY),
	FIELD(rd_file, to, DAY),          FIELD(rd_file, identity_from_name, BOOL),
};
static const rd_image_field note_fields[] = {
	FIELD(rd_note, file, FILE),    FIELD(rd_note, line, ANY),      FIELD(rd_note, kind, NOTE_KIND),
	FIELD(rd_note, column, ANY),   FIELD(rd_note, rejected, BOOL), FIELD(rd_note, amount, SUM),
	FIELD(rd_note, field, TEXT),   FIELD(rd_note, found, TEXT),    FIELD(rd_note, hint_zh, TEXT),
	FIELD(rd_note, hint_en, TEXT),
};
static const rd_image_field alias_fields[] = {
	FIELD(rd_alias, is_party, BOOL), FIELD(rd_alias, row, ANY), /* row: looked at with is_party */
	FIELD(rd_alias, name, TEXT),     FIELD(rd_alias, lines, ANY), FIELD(rd_alias, first, DAY),
	FIELD(rd_alias, last, DAY),      FIELD(rd_alias, file, FILE), FIELD(rd_alias, file_line, ANY),
};
static const rd_image_field total_fields[] = {
	FIELD(rd_total, file, FILE),       FIELD(rd_total, line, ANY),
	FIELD(rd_total, kind, TOTAL_KIND), FIELD(rd_total, scope, TEXT),
	FIELD(rd_total, period, PERIOD),   FIELD(rd_total, declared, SUM),
	FIELD(rd_total, computed, SUM),
};
static const rd_image_field both_fields[] = {
	FIELD(rd_both, line, LINE),
	FIELD(rd_both, credit, MONEY),
};
static const rd_image_field assertion_fields[] = {
	FIELD(rd_assertion, line, LINE_OR_NONE), FIELD(rd_assertion, account, ACCOUNT),
	FIELD(rd_assertion, day, DAY),           FIELD(rd_assertion, balance, SUM),
	FIELD(rd_assertion, file, FILE),         FIELD(rd_assertion, file_line, ANY),
};
static const rd_image_field mixed_fields[] = {
	FIELD(rd_mixed, voucher, VOUCHER), FIELD(rd_mixed, line, LINE), FIELD(rd_mixed, field, FIELD),
	FIELD(rd_mixed, a, TEXT),          FIELD(rd_mixed, b, TEXT),
};
static const rd_image_field segment_fields[] = {
	FIELD(rd_segment, first, ANY),
	FIELD(rd_segment, file, FILE),
	FIELD(rd_segment, line, ANY),
	FIELD(rd_segment, step, ANY),
};

#define SIZE_OF(owner, member) sizeof(*((owner *)0)->member)
#define COLUMN(count_, member, rule, needed_)                                                      \
	{                                                                                              \
		.count = RD_IMAGE_##count_, .needed = needed_, .n_fields = 1,                              \
		.at = offsetof(rd_book, member), .size = SIZE_OF(rd_book, member),                         \
		.fields = &(const rd_image_field)                                                          \
		{                                                                                          \
			0, SIZE_OF(rd_book, member), RD_IMAGE_##rule                                           \
		}                                                                                          \
	}
#define RECORDS(count_, member, table)                                                             \
	{                                                                                              \
		.count = RD_IMAGE_##count_, .needed = true, .n_fields = sizeof table / sizeof *table,      \
		.at = offsetof(rd_book, member), .size = SIZE_OF(rd_book, member), .fields = table         \
	}

/* clang-format off */
const rd_image_section rd_image_sections[] = {
	COLUMN(FIRSTS, voucher.first, FIRST, false),
	COLUMN(VOUCHERS, voucher.date, DAY, true),
	COLUMN(VOUCHERS, voucher.period, PERIOD, true),
	COLUMN(VOUCHERS, voucher.number, SERIAL, true),
	COLUMN(VOUCHERS, voucher.journal, TEXT, false),
	COLUMN(VOUCHERS, voucher.preparer, TEXT, false),
	COLUMN(VOUCHERS, voucher.reviewer, TEXT, false),
	COLUMN(VOUCHERS, voucher.poster, TEXT, false),
	COLUMN(VOUCHERS, voucher.attachments, ATTACHED, false),
	COLUMN(VOUCHERS, voucher.entry_time, MINUTE, false),
	COLUMN(VOUCHERS, voucher.document, SERIAL, false),
	COLUMN(VOUCHERS, voucher.flags, ANY, true),
	COLUMN(LINES, line.amount, MONEY, true),
	COLUMN(LINES, line.flags, ANY, true),
	COLUMN(LINES, line.account, ACCOUNT, true),
	COLUMN(LINES, line.party, PARTY, true),
	COLUMN(LINES, line.text, TEXT, false),
	COLUMN(LINES, line.document, SERIAL, false),
	COLUMN(LINES, line.date, DAY, false),
	COLUMN(LINES, line.document_date, DAY, false),
	COLUMN(LINES, line.clearing, TEXT, false),
	COLUMN(LINES, line.currency, TEXT, false),
	COLUMN(LINES, line.foreign, MONEY, false),
	COLUMN(LINES, line.rate, SUM, false),
	COLUMN(LINES, line.rate_digits, DIGITS, false),
	COLUMN(ACCOUNTS, account.code, TEXT, true),
	COLUMN(ACCOUNTS, account.name, TEXT, true),
	COLUMN(ACCOUNTS, account.parent, ACCOUNT, true),
	COLUMN(ACCOUNTS, account.level, ANY, true),
	COLUMN(ACCOUNTS, account.class_of, CLASS, true),
	COLUMN(ACCOUNTS, account.role, ROLE, true),
	COLUMN(ACCOUNTS, account.side, SIDE, true),
	COLUMN(ACCOUNTS, account.flags, ANY, true),
	COLUMN(ACCOUNTS, account.open_from, DAY, true),
	COLUMN(ACCOUNTS, account.open_to, DAY, true),
	COLUMN(ACCOUNTS, account.currencies, TEXT, true),
	COLUMN(ACCOUNTS, account.opening, SUM, true),
	COLUMN(ACCOUNTS, account.file, FILE, true),
	COLUMN(ACCOUNTS, account.file_line, ANY, true),
	COLUMN(PARTIES, party.key, TEXT, true),
	COLUMN(PARTIES, party.code, TEXT, true),
	COLUMN(PARTIES, party.name, TEXT, true),
	COLUMN(PARTIES, party.declared, BOOL, true),
	COLUMN(TB, tb.period, PERIOD, true),
	COLUMN(TB, tb.account, ACCOUNT, true),
	COLUMN(TB, tb.party, PARTY, true),
	COLUMN(TB, tb.present, ANY, true),
	COLUMN(TB, tb.file, FILE, true),
	COLUMN(TB, tb.line, ANY, true),
	COLUMN(TB, tb.amount[RD_TB_OPEN_D], SUM, true),
	COLUMN(TB, tb.amount[RD_TB_OPEN_C], SUM, true),
	COLUMN(TB, tb.amount[RD_TB_DEBIT], SUM, true),
	COLUMN(TB, tb.amount[RD_TB_CREDIT], SUM, true),
	COLUMN(TB, tb.amount[RD_TB_YTD_D], SUM, true),
	COLUMN(TB, tb.amount[RD_TB_YTD_C], SUM, true),
	COLUMN(TB, tb.amount[RD_TB_CLOSE_D], SUM, true),
	COLUMN(TB, tb.amount[RD_TB_CLOSE_C], SUM, true),
	RECORDS(FILES, files, file_fields),
	RECORDS(NOTES, notes, note_fields),
	RECORDS(ALIASES, aliases, alias_fields),
	RECORDS(TOTALS, totals, total_fields),
	RECORDS(BOTH, both, both_fields),
	RECORDS(ASSERTIONS, assertions, assertion_fields),
	RECORDS(MIXED, mixed, mixed_fields),
	COLUMN(PERIODS, periods, PERIOD, true),
	{.count = RD_IMAGE_SEGMENTS, .in_store = true, .needed = true, .n_fields = 4,
	 .at = offsetof(rd_book_store, segments), .size = sizeof(rd_segment), .fields = segment_fields},
	{.count = RD_IMAGE_LINES, .in_store = true, .n_fields = 1,
	 .at = offsetof(rd_book_store, origin), .size = sizeof(rd_row),
	 .fields = &(const rd_image_field){0, sizeof(rd_row), RD_IMAGE_LINE}},
};
/* clang-format on */

const uint32_t rd_image_sections_count = sizeof rd_image_sections / sizeof *rd_image_sections;
_Static_assert(sizeof rd_image_sections / sizeof *rd_image_sections <= RD_IMAGE_SECTIONS_MAX,
               "the head has a byte for each section");

uint64_t rd_image_n(const rd_image_head *h, const rd_image_section *s)
{
	return s->count == RD_IMAGE_FIRSTS ? h->counts[RD_IMAGE_VOUCHERS] + 1 : h->counts[s->count];
}

uint64_t rd_image_room(uint64_t bytes)
{
	return (bytes + RD_IMAGE_ALIGN - 1) & ~(uint64_t)(RD_IMAGE_ALIGN - 1);
}

/* Four chains, so that the processor need not wait for one product before the next. */
uint64_t rd_image_checksum(const void *image, size_t size)
{
	const size_t from = offsetof(rd_image_head, checksum) + 8;
	const char *p = (const char *)image + from;
	uint64_t h[4] = {1, 2, 3, 4}, x[4];

	_Static_assert(offsetof(rd_image_head, checksum) + 8 == 32, "whole steps to the end");
	RD_ASSERT(size >= RD_IMAGE_ALIGN && size % RD_IMAGE_ALIGN == 0);
	for (size_t n = size - from; n; n -= 32, p += 32) {
		memcpy(x, p, 32);
		for (int k = 0; k < 4; k++)
			h[k] = rd_mix(h[k], x[k]);
	}
	return rd_mix(rd_mix(rd_mix(h[0], h[1]), h[2]), h[3]);
}

/* ---- writing ---- */

static const void *pointer_of(const rd_book *b, const rd_image_section *s)
{
	const void *p;

	memcpy(&p, (s->in_store ? (const char *)b->store : (const char *)b) + s->at, sizeof p);
	return p;
}

/* A text as it stands in memory: length, bytes, a final NUL, up to a multiple of 4. */
static uint64_t text_room(const char *text)
{
	return ((uint64_t)4 + rd_dict_len(text) + 1 + 3) & ~UINT64_C(3);
}

static void fill_head(const rd_book *b, rd_image_head *h)
{
	const rd_book_store *s = b->store;
	uint64_t text_bytes = 0;

	memset(h, 0, sizeof *h);
	for (uint32_t i = 0; i < s->dict.n; i++)
		text_bytes += text_room(s->dict.texts[i]);
	memcpy(h->magic, "RDBOOK\0", 8);
	h->version = RD_IMAGE_VERSION;
	h->sections = rd_image_sections_count;
	h->has = b->has;
	h->key = b->key;
	h->open_entries = b->open_entries;
	h->standard = b->standard;
	h->base_currency = b->base_currency;
	h->first_day = b->first_day;
	h->last_day = b->last_day;
	const uint64_t counts[RD_IMAGE_COUNTS] = {
		[RD_IMAGE_TEXTS] = s->dict.n,
		[RD_IMAGE_TEXT_BYTES] = text_bytes,
		[RD_IMAGE_LINES] = b->line.n,
		[RD_IMAGE_VOUCHERS] = b->voucher.n,
		[RD_IMAGE_ACCOUNTS] = b->account.n,
		[RD_IMAGE_PARTIES] = b->party.n,
		[RD_IMAGE_TB] = b->tb.n,
		[RD_IMAGE_FILES] = b->n_files,
		[RD_IMAGE_NOTES] = b->n_notes,
		[RD_IMAGE_ALIASES] = b->n_aliases,
		[RD_IMAGE_TOTALS] = b->n_totals,
		[RD_IMAGE_BOTH] = b->n_both,
		[RD_IMAGE_ASSERTIONS] = b->n_assertions,
		[RD_IMAGE_MIXED] = b->n_mixed,
		[RD_IMAGE_PERIODS] = b->n_periods,
		[RD_IMAGE_SEGMENTS] = s->n_segments,
	};
	memcpy(h->counts, counts, sizeof counts);
	h->size = rd_image_room(sizeof *h) + rd_image_room(text_bytes);
	for (uint32_t i = 0; i < rd_image_sections_count; i++) {
		const rd_image_section *k = &rd_image_sections[i];
		uint64_t n = rd_image_n(h, k);

		if (n == 0 || pointer_of(b, k) == NULL)
			continue;
		h->present[i] = 1;
		h->size += rd_image_room(n * k->size);
	}
}

size_t rd_image_size(const rd_book *b)
{
	rd_image_head h;

	fill_head(b, &h);
	return h.size;
}

/* Members one by one: what stands between them in memory is not the book's. */
static void put_records(const rd_image_section *k, const char *from, char *to, uint64_t n)
{
	for (uint64_t i = 0; i < n; i++, from += k->size, to += k->size)
		for (uint32_t f = 0; f < k->n_fields; f++)
			memcpy(to + k->fields[f].at, from + k->fields[f].at, k->fields[f].size);
}

static void put_texts(const rd_book *b, char *to)
{
	for (uint32_t i = 0; i < b->store->dict.n; i++) {
		const char *text = b->store->dict.texts[i];
		uint32_t len = rd_dict_len(text);

		memcpy(to, &len, 4);
		if (len)
			memcpy(to + 4, text, len);
		to += text_room(text);
	}
}

void rd_image_write(const rd_book *b, void *to)
{
	rd_image_head h;
	char *at = to;

	fill_head(b, &h);
	memset(to, 0, h.size);
	memcpy(to, &h, sizeof h);
	at += rd_image_room(sizeof h);
	put_texts(b, at);
	at += rd_image_room(h.counts[RD_IMAGE_TEXT_BYTES]);
	for (uint32_t i = 0; i < rd_image_sections_count; i++) {
		const rd_image_section *k = &rd_image_sections[i];
		uint64_t n = rd_image_n(&h, k);

		if (!h.present[i])
			continue;
		if (k->n_fields == 1)
			memcpy(at, pointer_of(b, k), n * k->size);
		else
			put_records(k, pointer_of(b, k), at, n);
		at += rd_image_room(n * k->size);
	}
	RD_ASSERT((size_t)(at - (char *)to) == h.size);
	uint64_t sum = rd_image_checksum(to, h.size);
	memcpy((char *)to + offsetof(rd_image_head, checksum), &sum, sizeof sum);
}
