/* Reading the cells of one journal record: amounts, and the fields of the voucher. */
#include "base/assert.h"
#include "base/limits.h"
#include "book/rows.h"
#include "book/serial.h"
#include <stdio.h>
#if defined(__x86_64__)
#include <emmintrin.h>
#endif

const uint8_t rd_blank_edge[256] = {
	['\t'] = 3, ['\n'] = 3, ['\v'] = 3, ['\f'] = 3, ['\r'] = 3, [' '] = 3,
	[0xC2] = 1, [0xE3] = 1, [0xEF] = 1, [0x80] = 2, [0xA0] = 2, [0xBF] = 2,
};

/* ---- notes ---- */

void rd_rows_note(rd_rows *r, rd_note_kind kind, uint32_t line, rd_field f, bool rejected,
                  rd_str found)
{
	int column = f < RD_FIELD_COUNT ? r->layout.column[f] : -1;

	if (r->counts[kind]++ == 0)
		r->first[kind] = line;
	if (r->counts[kind] > rd_notes_kept(kind))
		return;
	if (r->n_notes == r->cap_notes) {
		uint32_t cap = r->cap_notes ? r->cap_notes * 2 : 64;

		r->notes =
			rd_column_resize(r->notes, r->cap_notes * sizeof *r->notes, cap * sizeof *r->notes);
		r->cap_notes = cap;
	}
	rd_row_note *n = &r->notes[r->n_notes++];
	uint32_t len = found.len < 80 ? found.len : 80;

	*n = (rd_row_note){.line = line,
	                   .kind = kind,
	                   .column = (uint16_t)(column + 1),
	                   .rejected = rejected};
	while (len < found.len && len > 0 && ((unsigned char)found.ptr[len] & 0xC0) == 0x80)
		len--;
	if (len)
		memcpy(n->found, found.ptr, len);
}

/* ---- amounts ---- */

typedef enum amount_state { A_BLANK, A_VALUE, A_BAD } amount_state;

static amount_state odd_amount(rd_rows *r, rd_field f, rd_str s, uint32_t line, rd_minor *ret)
{
	switch (rd_minor_parse(s, r->layout.mark, r->layout.decimals, ret)) {
	case RD_AMOUNT_OK: return A_VALUE;
	case RD_AMOUNT_BLANK: return A_BLANK;
	case RD_AMOUNT_DECIMALS: rd_rows_note(r, RD_NOTE_DECIMALS, line, f, false, s); return A_VALUE;
	default: rd_rows_note(r, RD_NOTE_AMOUNT_BAD, line, f, true, s); return A_BAD;
	}
}

static inline amount_state amount(rd_rows *r, rd_field f, rd_str s, uint32_t line, rd_minor *ret)
{
	if (s.len == 0)
		return A_BLANK;
	if (s.len == 4 && rd_same_bytes(s.ptr, "0.00", 4)) {
		*ret = 0;
		return A_VALUE;
	}
	if (r->layout.mark == '.' && r->layout.decimals == 2 && rd_minor_parse_plain(s.ptr, s.len, ret))
		return A_VALUE;
	return odd_amount(r, f, s, line, ret);
}

/* One amount and a side, or one signed amount. */
static bool one_amount(rd_rows *r, const rd_str *cells, uint32_t n, uint32_t line,
                       uint8_t *ret_flags, rd_minor *ret_amount)
{
	bool is_signed = r->layout.column[RD_F_SIGNED] >= 0, blank;
	rd_field f = is_signed ? RD_F_SIGNED : RD_F_AMOUNT;
	rd_minor v = 0;
	amount_state st = amount(r, f, rd_rows_cell(r, f, cells, n), line, &v);

	if (st == A_BAD)
		return false;
	*ret_flags = st == A_BLANK ? RD_LINE_AMOUNT_BLANK : 0;
	*ret_amount = v;
	if (is_signed) {
		if (v < 0) {
			*ret_flags |= RD_LINE_CREDIT;
			*ret_amount = -v;
		}
		return true;
	}
	rd_str side = rd_rows_cell(r, RD_F_SIDE, cells, n);

	switch (rd_side_parse(side, &blank)) {
	case RD_SIDE_CREDIT: *ret_flags |= RD_LINE_CREDIT; return true;
	case RD_SIDE_DEBIT: return true;
	default:
		if (v == 0)
			return true;
		rd_rows_note(r, RD_NOTE_SIDE_BAD, line, RD_F_SIDE, true, side);
		return false;
	}
}

bool rd_rows_amounts(rd_rows *r, const rd_str *cells, uint32_t n, uint32_t line, uint8_t *ret_flags,
                     rd_minor *ret_amount, rd_minor *ret_other)
{
	rd_minor d = 0, c = 0;

	*ret_other = 0;
	if (r->layout.column[RD_F_DEBIT] < 0 && r->layout.column[RD_F_CREDIT] < 0)
		return one_amount(r, cells, n, line, ret_flags, ret_amount);
	amount_state sd = amount(r, RD_F_DEBIT, rd_rows_cell(r, RD_F_DEBIT, cells, n), line, &d);
	amount_state sc = amount(r, RD_F_CREDIT, rd_rows_cell(r, RD_F_CREDIT, cells, n), line, &c);

	if (sd == A_BAD || sc == A_BAD)
		return false;
	*ret_flags = sd == A_BLANK && sc == A_BLANK ? RD_LINE_AMOUNT_BLANK : 0;
	*ret_amount = d;
	if (d && c) {
		*ret_flags |= RD_LINE_BOTH;
		*ret_other = c;
	} else if (c || (d == 0 && sd == A_BLANK && sc == A_VALUE)) {
		*ret_flags |= RD_LINE_CREDIT;
		*ret_amount = c;
	}
	return true;
}

/* ---- fields of the voucher ---- */

/* "2024-03-05", the form of most exports. */
static bool plain_date(rd_str s, rd_day *ret_day)
{
	int d[8];
	static const uint8_t at[8] = {0, 1, 2, 3, 5, 6, 8, 9};

	if (s.len != 10 || s.ptr[4] != '-' || s.ptr[7] != '-')
		return false;
	for (int i = 0; i < 8; i++)
		if ((unsigned)(d[i] = s.ptr[at[i]] - '0') > 9)
			return false;
	int32_t y = d[0] * 1000 + d[1] * 100 + d[2] * 10 + d[3], m = d[4] * 10 + d[5],
			k = d[6] * 10 + d[7];

	if (!rd_date_valid(y, m, k))
		return false;
	*ret_day = rd_day_of(y, m, k);
	return true;
}

static void head_date(rd_rows *r, rd_str s, uint32_t line)
{
	rd_day day = RD_DAY_NONE;

	r->head.date = RD_DAY_NONE;
	if (plain_date(s, &r->head.date))
		return;
	switch (rd_day_parse(s, r->layout.order, r->layout.excel, &day)) {
	case RD_DATE_OK: r->head.date = day; break;
	case RD_DATE_BLANK: break;
	default:
		r->head.flags |= RD_VCH_DATE_BAD;
		rd_rows_note(r, RD_NOTE_DATE_BAD, line, RD_F_DATE, false, s);
	}
}

/* Year, month and day in columns of their own. */
static void head_date_parts(rd_rows *r, const rd_str *cells, uint32_t n, uint32_t line)
{
	char text[80];
	rd_str y = rd_rows_cell(r, RD_F_YEAR, cells, n), m = rd_rows_cell(r, RD_F_MONTH, cells, n);
	rd_str d = rd_rows_cell(r, RD_F_DAY, cells, n);
	int len;

	if (m.len == 0 || d.len == 0)
		return;
	if (y.len)
		len =
			snprintf(text, sizeof text, "%.*s-%.*s-%.*s", (int)(y.len > 20 ? 20 : y.len), y.ptr,
		             (int)(m.len > 20 ? 20 : m.len), m.ptr, (int)(d.len > 20 ? 20 : d.len), d.ptr);
	else
		len =
			snprintf(text, sizeof text, "%04d-%.*s-%.*s", (int)r->layout.year,
		             (int)(m.len > 20 ? 20 : m.len), m.ptr, (int)(d.len > 20 ? 20 : d.len), d.ptr);
	head_date(r, (rd_str){text, (uint32_t)len}, line);
}

/* "2024-03" */
static bool plain_period(rd_str s, rd_period *ret)
{
	int32_t v = 0;

	if (s.len != 7 || s.ptr[4] != '-')
		return false;
	for (int i = 0; i < 7; i++) {
		if (i == 4)
			continue;
		if ((unsigned)(s.ptr[i] - '0') > 9)
			return false;
		v = v * 10 + (s.ptr[i] - '0');
	}
	*ret = v;
	return v % 100 >= 1 && v % 100 <= 16 && v >= 100;
}

static void head_period(rd_rows *r, rd_str s, const rd_str *cells, uint32_t n, uint32_t line)
{
	rd_str y = rd_rows_cell(r, RD_F_YEAR, cells, n);
	int32_t year = r->layout.year;
	rd_period p = 0;

	r->period_alone = plain_period(s, &r->head.own_period);
	if (r->period_alone)
		return;
	r->head.own_period = 0;
	if (y.len >= 4 && y.ptr[0] >= '1' && y.ptr[0] <= '9') {
		year = 0;
		for (uint32_t i = 0; i < 4 && y.ptr[i] >= '0' && y.ptr[i] <= '9'; i++)
			year = year * 10 + (y.ptr[i] - '0');
	} else if (year == 0 && r->head.date != RD_DAY_NONE) {
		year = rd_day_date(r->head.date).year;
	}
	if (s.len == 0)
		return;
	if (rd_period_parse(s, year, &p))
		r->head.own_period = p;
	else
		rd_rows_note(r, RD_NOTE_PERIOD_BAD, line, RD_F_PERIOD, false, s);
}

/* Takes 记 off "记-12", "记字第12号", "记 12": journals are short and hold no digits. */
static void head_number(rd_rows *r, rd_str s, uint32_t line)
{
	bool own_journal = r->layout.column[RD_F_JOURNAL] >= 0;

	if (s.len == 0 || (s.ptr[0] >= '0' && s.ptr[0] <= '9' && s.ptr[s.len - 1] <= '9')) {
		if (!own_journal)
			r->head.journal = 0;
		r->head.number = rd_rows_serial(r, 0, s, line);
		return;
	}
	rd_serial_parts p = rd_serial_split(s);
	rd_str j = p.prefix;

	if (!own_journal)
		r->head.journal = 0;
	if (p.suffix.len && rd_str_starts(p.suffix, "号"))
		s.len -= p.suffix.len;
	if (j.len && p.has_value && (unsigned char)j.ptr[0] >= 0xE0) {
		static const char *const tails[] = {"-", "－", "—", "第", "字", "_", " ", NULL};
		for (int again = 1; again;) {
			again = 0;
			for (int i = 0; tails[i]; i++)
				while (j.len && rd_str_ends(j, tails[i])) {
					j.len -= (uint32_t)strlen(tails[i]);
					again = 1;
				}
		}
		rd_text jid = rd_rows_text(r, RD_F_JOURNAL, j, line);
		if (!own_journal)
			r->head.journal = jid;
		if (!own_journal || r->head.journal == jid)
			s = (rd_str){s.ptr + p.prefix.len, s.len - p.prefix.len};
	}
	r->head.number = rd_rows_serial(r, 0, s, line);
}

static int32_t whole_number(rd_str s)
{
	rd_minor v;

	if (s.len == 1 && (unsigned)(s.ptr[0] - '0') <= 9)
		return s.ptr[0] - '0';
	if (rd_minor_parse(s, '.', 2, &v) == RD_AMOUNT_OK && v >= 0 && v < INT32_MAX)
		return (int32_t)(v / 100);
	return RD_ATTACHMENTS_BLANK;
}

/* Minute of the day of "08:15", "2024-03-05 08:15:00", "202403050815"; -1 = none. */
static int32_t minute_of(rd_str s)
{
	int64_t at = rd_str_find(s, ":");
	int h = 0, m = 0, k = 1;

	if (at < 1 || at + 2 >= s.len)
		return -1;
	for (int64_t i = at - 1; i >= 0 && i >= at - 2 && s.ptr[i] >= '0' && s.ptr[i] <= '9';
	     i--, k *= 10)
		h += (s.ptr[i] - '0') * k;
	for (int64_t i = at + 1; i < s.len && i <= at + 2 && s.ptr[i] >= '0' && s.ptr[i] <= '9'; i++)
		m = m * 10 + (s.ptr[i] - '0');
	return h < 24 && m < 60 ? h * 60 + m : -1;
}

static void head_field(rd_rows *r, rd_field f, rd_str s, uint32_t line)
{
	switch (f) {
	case RD_F_ENTRY_ID: r->head.entry = rd_rows_serial(r, 1, s, line); break;
	case RD_F_NUMBER: head_number(r, s, line); break;
	case RD_F_DOCUMENT: r->head.document = rd_rows_serial(r, 1, s, line); break;
	case RD_F_PREPARER: r->head.preparer = rd_rows_text(r, f, s, line); break;
	case RD_F_REVIEWER: r->head.reviewer = rd_rows_text(r, f, s, line); break;
	case RD_F_POSTER:
		r->head.poster = rd_rows_text(r, f, s, line);
		if (s.len)
			r->head.flags |= RD_VCH_POSTED;
		break;
	case RD_F_ATTACHMENTS: r->head.attachments = whole_number(s); break;
	case RD_F_ENTRY_TIME: r->head.time = minute_of(s); break;
	case RD_F_POSTED:
		if (rd_flag_parse(s))
			r->head.flags |= RD_VCH_POSTED;
		break;
	case RD_F_VOID:
		if (rd_flag_parse(s))
			r->head.flags |= RD_VCH_VOID;
		break;
	case RD_F_SOURCE:
		if (rd_str_has(s, "手工") || rd_str_has(s, "manual") || rd_str_has(s, "Manual"))
			r->head.flags |= RD_VCH_MANUAL;
		break;
	default: break;
	}
}

/* Two cells of up to sixteen bytes at one go. */
#if defined(__x86_64__)
static inline bool same16(const char *a, const char *b, uint32_t n)
{
	__m128i x = _mm_loadu_si128((const void *)a), y = _mm_loadu_si128((const void *)b);
	uint32_t differ = ~(uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(x, y));

	return (differ & ((1u << n) - 1)) == 0;
}
#else
static inline bool same16(const char *a, const char *b, uint32_t n)
{
	return rd_same_bytes(a, b, n);
}
#endif

static inline void remember(rd_rows *r, uint32_t k, rd_str raw)
{
	r->prev_len[k] = raw.len <= H_CELL ? (uint8_t)raw.len : 255;
	if (raw.len <= 16 && r->layout.slack)
		memcpy(r->prev[k], raw.ptr, 16);
	else if (raw.len && raw.len <= H_CELL)
		memcpy(r->prev[k], raw.ptr, raw.len);
}

/* A cell that a short record lacks; as much may be read behind it as behind the others. */
static const char no_cell[16];

static inline rd_str raw_cell(const rd_rows *r, uint32_t k, const rd_str *cells, uint32_t n)
{
	uint32_t c = r->head_at[k];

	return c < n ? cells[c] : (rd_str){no_cell, 0};
}

static inline bool as_before(const rd_rows *r, uint32_t k, rd_str raw)
{
	if (r->prev_len[k] != raw.len)
		return false;
	if (raw.len <= 16 && r->layout.slack)
		return same16(r->prev[k], raw.ptr, raw.len);
	return raw.len <= H_CELL && rd_same_bytes(r->prev[k], raw.ptr, raw.len);
}

/* The text of a stretch of columns of a record whose cells are joined. */
static inline rd_str span_text(const rd_rows *r, uint32_t k, const rd_str *cells)
{
	const rd_str *first = &cells[r->spans[k].from], *last = &cells[r->spans[k].to];

	return (rd_str){first->ptr, (uint32_t)(last->ptr + last->len - first->ptr)};
}

/* Thirty-two bytes, but for those that the mask is 0 for. */
#if defined(__x86_64__)
static inline bool same_masked(const char *a, const char *b, const char *mask)
{
	__m128i differ = _mm_setzero_si128();

	for (int i = 0; i < H_SPAN; i += 16) {
		__m128i x = _mm_loadu_si128((const void *)(a + i)),
				y = _mm_loadu_si128((const void *)(b + i));

		differ = _mm_or_si128(differ, _mm_and_si128(_mm_xor_si128(x, y),
		                                            _mm_loadu_si128((const void *)(mask + i))));
	}
	return _mm_movemask_epi8(_mm_cmpeq_epi8(differ, _mm_setzero_si128())) == 0xffff;
}
#else
static inline bool same_masked(const char *a, const char *b, const char *mask)
{
	char differ = 0;

	for (int i = 0; i < H_SPAN; i++)
		differ |= (char)((a[i] ^ b[i]) & mask[i]);
	return differ == 0;
}
#endif

/* All fields stand as they did in the line above. What separates cells is compared with them, so
 * that equal stretches are equal cells. */
static inline bool spans_as_before(const rd_rows *r, const rd_str *cells)
{
	for (uint32_t k = 0; k < r->n_spans; k++) {
		rd_str now = span_text(r, k, cells);

		if (now.len != r->spans[k].len || !same_masked(r->spans[k].text, now.ptr, r->spans[k].mask))
			return false;
	}
	return true;
}

/* Stretches that are longer than kept never look the same. */
static void remember_spans(rd_rows *r, const rd_str *cells)
{
	for (uint32_t k = 0; k < r->n_spans; k++) {
		rd_str now = span_text(r, k, cells);

		if (now.len != r->spans[k].len) {
			r->spans[k].len = now.len <= H_SPAN ? now.len : UINT32_MAX;
			for (uint32_t i = 0; i < H_SPAN; i++)
				r->spans[k].mask[i] = (char)-(i < now.len);
		}
		memcpy(r->spans[k].text, now.ptr, H_SPAN);
	}
}

/* Date and number blank: the line belongs to the voucher above. */
static bool carries(const rd_rows *r, const rd_str *cells, uint32_t n)
{
	static const rd_field keys[] = {RD_F_NUMBER, RD_F_ENTRY_ID, RD_F_DATE, RD_F_DAY};
	bool any = false;

	if (!r->layout.carry)
		return false;
	for (uint32_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		any |= r->layout.column[keys[i]] >= 0;
		if (rd_rows_cell(r, keys[i], cells, n).len)
			return false;
	}
	return any;
}

static void head_begin(rd_rows *r)
{
	r->head = (rd_run_head){.date = RD_DAY_NONE, .attachments = RD_ATTACHMENTS_BLANK, .time = -1};
	memset(r->head_flags, 0, sizeof r->head_flags);
}

/* Reads one head field; the flags it sets are kept by field, so that a field that stays as it
 * was need not be read again. */
static void read_head(rd_rows *r, uint32_t k, const rd_str *cells, uint32_t n, uint32_t line)
{
	rd_field f = (rd_field)r->heads[k];
	rd_str s = rd_rows_cell(r, f, cells, n);

	r->head.flags = 0;
	if (f == RD_F_JOURNAL)
		r->head.journal = rd_rows_text(r, f, s, line);
	else if (f == RD_F_DATE)
		head_date(r, s, line);
	else if (f == RD_F_DAY && r->layout.column[RD_F_DATE] < 0)
		head_date_parts(r, cells, n, line);
	else if (f == RD_F_PERIOD)
		head_period(r, s, cells, n, line);
	else
		head_field(r, f, s, line);
	r->head_flags[k] = r->head.flags;
}

enum { SAW_JOURNAL = 1, SAW_DATE = 2 };

static uint32_t saw(rd_field f)
{
	if (f == RD_F_JOURNAL)
		return SAW_JOURNAL;
	return f == RD_F_DATE || f == RD_F_YEAR || f == RD_F_MONTH || f == RD_F_DAY ? SAW_DATE : 0;
}

/* A number cell may repeat the journal, a bare month needs the date's year, a day its month: when
 * one of these changes its companions are read again. */
static bool depends(const rd_rows *r, rd_field f, uint32_t changed)
{
	if (changed == 0)
		return false;
	if (f == RD_F_NUMBER)
		return changed & SAW_JOURNAL;
	return changed & SAW_DATE && ((f == RD_F_PERIOD && !r->period_alone) || f == RD_F_DAY);
}

static void end_heads(rd_rows *r, const rd_str *cells, uint8_t flags, bool joined)
{
	if (joined)
		remember_spans(r, cells);
	r->spanned = joined;
	r->head.flags = flags;
	r->head.period = r->head.own_period ? r->head.own_period : rd_day_period(r->head.date);
	r->begun = r->pending = true;
}

/* The case of nearly every new voucher: all fields are there, and the line above had all. */
static void change_heads(rd_rows *r, const rd_str *cells, uint32_t n, uint32_t line)
{
	uint32_t changed = 0;
	uint8_t flags = 0;

	for (uint32_t k = 0; k < r->n_heads; k++) {
		rd_str raw = cells[r->head_at[k]];

		if (!as_before(r, k, raw) || (changed && depends(r, (rd_field)r->heads[k], changed))) {
			changed |= saw((rd_field)r->heads[k]);
			read_head(r, k, cells, n, line);
			remember(r, k, raw);
		}
		flags |= r->head_flags[k];
	}
	end_heads(r, cells, flags, true);
}

/* Reads the head fields of a record into r->head; a run is pending when they differ from those of
 * the line above. */
void rd_rows_head(rd_rows *r, const rd_str *cells, uint32_t n, uint32_t line)
{
	const bool joined = r->joined && n > r->head_last;
	uint32_t first = 0;
	uint32_t changed = 0;
	uint8_t flags = 0;
	bool carry;

	if (r->begun && joined) {
		if (r->spanned && spans_as_before(r, cells))
			return;
	} else if (r->begun && n > r->head_last) {
		while (first < r->n_heads && as_before(r, first, cells[r->head_at[first]]))
			first++;
		if (first == r->n_heads)
			return;
	}
	carry = carries(r, cells, n);
	if (joined && r->begun && !carry && !r->carried) {
		change_heads(r, cells, n, line);
		return;
	}
	if (!r->begun) {
		r->inherit = carry;
		head_begin(r);
	}
	/* Journal before number, date before period: one helps to read the other. */
	for (uint32_t k = 0; k < r->n_heads; k++) {
		rd_str raw = raw_cell(r, k, cells, n);
		bool blank = carry && rd_rows_cell(r, (rd_field)r->heads[k], cells, n).len == 0;

		if (blank && r->begun) {
			remember(r, k, raw);
			r->carried = true;
		} else if (!r->begun || r->carried || !as_before(r, k, raw) ||
		           depends(r, (rd_field)r->heads[k], changed)) {
			changed |= saw((rd_field)r->heads[k]);
			read_head(r, k, cells, n, line);
			remember(r, k, raw);
		}
		flags |= r->head_flags[k];
	}
	if (!carry)
		r->carried = false;
	end_heads(r, cells, flags, joined);
}
