/* Sorting a list, and going on behind a record. */
#include "base/assert.h"
#include "record/filter_impl.h"
#include "record/show.h"

#define CURSOR_BYTES_MAX 6000u /* four texts of a few hundred characters, and base64 */

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static rd_str to_base64(rd_str s, rd_arena *a)
{
	char *out = rd_arena_alloc(a, (size_t)s.len * 4 / 3 + 5, 1);
	uint32_t n = 0, bits = 0, held = 0;

	for (uint32_t i = 0; i < s.len; i++) {
		held = held << 8 | (unsigned char)s.ptr[i];
		for (bits += 8; bits >= 6; bits -= 6)
			out[n++] = digits[held >> (bits - 6) & 63];
		held &= (1u << bits) - 1;
	}
	if (bits)
		out[n++] = digits[held << (6 - bits) & 63];
	return (rd_str){out, n};
}

static bool from_base64(rd_str s, rd_arena *a, rd_str *ret)
{
	char *out = rd_arena_alloc(a, s.len + 1, 1);
	uint32_t n = 0, bits = 0, held = 0;

	for (uint32_t i = 0; i < s.len; i++) {
		const char *at = s.ptr[i] ? strchr(digits, s.ptr[i]) : NULL;

		if (at == NULL)
			return false;
		held = held << 6 | (uint32_t)(at - digits);
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			out[n++] = (char)(held >> bits & 255);
			held &= (1u << bits) - 1;
		}
	}
	*ret = (rd_str){out, n};
	return bits < 6 && held == 0;
}

/* ---- keys ---- */

static const rd_field *field_of(const rd_kind *k, uint32_t column)
{
	return k->columns[column].field < 0 ? NULL : &k->fields[k->columns[column].field];
}

static bool sortable(const rd_kind *k, uint32_t column)
{
	const rd_field *f = field_of(k, column);

	return f == NULL ||
	       (f->type != RD_FIELD_LONG && f->type != RD_FIELD_LIST && f->type != RD_FIELD_REFS &&
	        f->type != RD_FIELD_FILE && f->type != RD_FIELD_ANY);
}

/* Options and states sort in the order in which they are declared, not by their names. */
static bool ranked(const rd_kind *k, uint32_t column)
{
	const rd_field *f = field_of(k, column);

	return column == RD_COL_STATE || (f && f->type == RD_FIELD_ENUM);
}

/* The expression that is sorted by; names in it are constants of the program. */
static void put_key(rd_buf *b, const rd_kind *k, uint32_t column)
{
	const rd_field *f = field_of(k, column);
	const char *name = k->columns[column].name;
	uint32_t n = f ? f->n_options : k->n_states;

	if (!ranked(k, column)) {
		rd_buf_printf(b, "r.%s", name);
		return;
	}
	rd_buf_printf(b, "(CASE r.%s", name);
	for (uint32_t i = 0; i < n; i++)
		rd_buf_printf(b, " WHEN '%s' THEN %u", f ? f->options[i].name : k->states[i].name, i);
	rd_buf_puts(b, " END)");
}

/* What put_key makes of a row. */
static rd_value key_of(const rd_kind *k, uint32_t column, const rd_value *row)
{
	const rd_value *v = &row[column];
	const rd_field *f = field_of(k, column);
	int32_t rank;

	if (!ranked(k, column) || v->type == RD_NULL)
		return *v;
	if (f) {
		const rd_option *o = rd_field_option_find(f, v->str);

		return o ? RD_VALUE_INT(o - f->options) : RD_VALUE_NULL;
	}
	rank = rd_kind_state_find(k, v->str);
	return rank >= 0 ? RD_VALUE_INT(rank) : RD_VALUE_NULL;
}

/* See rd_filter.sort. */
static void go_on_as_preset(const rd_kind *k, rd_sort *sort, rd_filter *f)
{
	if (f->n_sort != 1 || k->n_sort < 2 || sort[0].column != k->sort[0].column)
		return;
	bool turned = sort[0].down != k->sort[0].down;

	for (uint16_t i = 1; i < k->n_sort && i < RD_FILTER_SORT_MAX; i++)
		sort[f->n_sort++] = (rd_sort){k->sort[i].column, k->sort[i].down != turned};
}

static rd_rc read_sort(rd_filter_build *b, rd_filter *f)
{
	const rd_kind *k = b->input->kind;
	rd_str s = b->input->sort;
	rd_sort *sort = RD_NEW_N(b->a, rd_sort, RD_FILTER_SORT_MAX);

	if (s.len == 0) {
		f->sort = k->sort;
		f->n_sort = k->n_sort;
		return RD_OK;
	}
	for (uint32_t at = 0; at <= s.len; at++) {
		uint32_t from = at;

		while (at < s.len && s.ptr[at] != ',')
			at++;
		rd_str part = rd_str_trim((rd_str){s.ptr + from, at - from});
		bool down = rd_str_starts(part, "-");
		int32_t column = rd_filter_find(k, (rd_str){part.ptr + down, part.len - down});

		if (column < 0 || !rd_filter_may_name(b->input, (uint32_t)column) ||
		    !sortable(k, (uint32_t)column))
			return rd_fail(b->err, RD_INPUT, "不能按 %.*s 排序", "cannot sort by %.*s",
			               (int)(part.len > 60 ? 60 : part.len), part.ptr);
		if (f->n_sort == RD_FILTER_SORT_MAX)
			return rd_fail(b->err, RD_LIMIT, "最多按 %u 个字段排序", "sort by at most %u fields",
			               RD_FILTER_SORT_MAX);
		sort[f->n_sort++] = (rd_sort){(uint16_t)column, down};
	}
	f->sort = sort;
	go_on_as_preset(k, sort, f);
	return RD_OK;
}

static rd_str keep(rd_filter_build *b, const rd_buf *text)
{
	return (rd_str){rd_arena_copy(b->a, text->data, text->size), (uint32_t)text->size};
}

/* Empty values come last, up or down; of the first key a part has either none or nothing else, and
 * PostgreSQL finds its index only when the key is said. What is the same in all records is no key:
 * an index that begins with it is in order. */
static rd_str order_of(rd_filter_build *b, const rd_filter *f)
{
	const rd_kind *k = b->input->kind;
	rd_buf o;

	rd_buf_init(&o, RD_FILTER_SQL_MAX);
	for (uint32_t i = 0; i < f->n_sort; i++) {
		uint16_t column = f->sort[i].column;

		if (b->fixed[column])
			continue;
		put_key(&o, k, column);
		rd_buf_printf(&o, " %s%s, ", f->sort[i].down ? "DESC" : "ASC",
		              i && k->columns[column].nullable ? " NULLS LAST" : "");
	}
	rd_buf_printf(&o, "r.id %s", f->n_sort && f->sort[0].down ? "DESC" : "ASC");
	RD_ASSERT(!o.full);
	rd_str kept = keep(b, &o);

	rd_buf_done(&o);
	return kept;
}

/* ---- the cursor: kind, sort, a value for each key, the id ---- */

static void put_head(rd_buf *b, const rd_kind *k, const rd_filter *f)
{
	rd_buf_printf(b, "1 %s", k->name);
	for (uint32_t i = 0; i < f->n_sort; i++)
		rd_buf_printf(b, "%c%u", f->sort[i].down ? '-' : '+', f->sort[i].column);
	rd_buf_char(b, '\n');
}

static void put_value(rd_buf *b, rd_value v)
{
	if (v.type == RD_NULL)
		rd_buf_char(b, 'n');
	else if (v.type == RD_INT)
		rd_buf_printf(b, "i%jd;", (intmax_t)v.i);
	else
		rd_buf_printf(b, "t%u;" RD_STR_FMT, v.str.len, RD_STR_ARG(v.str));
}

rd_str rd_filter_cursor(const rd_kind *k, const rd_filter *f, const rd_value *row, rd_arena *a)
{
	rd_buf b;
	rd_str out;

	rd_buf_init(&b, RD_FILTER_SORT_MAX * 9000 + 200); /* texts have at most 2000 characters */
	put_head(&b, k, f);
	for (uint32_t i = 0; i < f->n_sort; i++)
		put_value(&b, key_of(k, f->sort[i].column, row));
	put_value(&b, row[RD_COL_ID]);
	RD_ASSERT(!b.full);
	out = to_base64(rd_buf_view(&b), a);
	rd_buf_done(&b);
	return out;
}

/* A whole number up to ';' at *at. */
static bool take_int(rd_str s, uint32_t *at, int64_t *ret)
{
	bool minus = *at < s.len && s.ptr[*at] == '-';
	uint32_t from = *at += minus;
	int64_t v = 0;

	for (; *at < s.len && s.ptr[*at] >= '0' && s.ptr[*at] <= '9'; (*at)++)
		if (__builtin_mul_overflow(v, (int64_t)10, &v) ||
		    __builtin_sub_overflow(v, (int64_t)(s.ptr[*at] - '0'), &v))
			return false;
	if (*at == from || *at == s.len || s.ptr[(*at)++] != ';' || (!minus && v == INT64_MIN))
		return false;
	*ret = minus ? v : -v;
	return true;
}

static bool take_value(rd_str s, uint32_t *at, rd_value *ret)
{
	char type = *at < s.len ? s.ptr[(*at)++] : '\0';
	int64_t n;

	*ret = RD_VALUE_NULL;
	if (type == 'n')
		return true;
	if ((type != 'i' && type != 't') || !take_int(s, at, &n))
		return false;
	if (type == 'i') {
		*ret = RD_VALUE_INT(n);
		return true;
	}
	if (n < 0 || n > s.len - *at || rd_utf8_check(s.ptr + *at, (size_t)n) >= 0)
		return false;
	*ret = RD_VALUE_TEXT(((rd_str){s.ptr + *at, (uint32_t)n}));
	*at += (uint32_t)n;
	return true;
}

/* Reads all values of a cursor that was made for this kind and sort; the id is the last. */
static bool read_cursor(rd_filter_build *b, const rd_filter *f, rd_value *values)
{
	const rd_kind *k = b->input->kind;
	rd_str s;
	rd_buf head;
	uint32_t at = 0;
	bool fine;

	if (b->input->cursor.len > CURSOR_BYTES_MAX * 8 || !from_base64(b->input->cursor, b->a, &s))
		return false;
	rd_buf_init(&head, 200);
	put_head(&head, k, f);
	fine = s.len > head.size && memcmp(s.ptr, head.data, head.size) == 0;
	at = (uint32_t)head.size;
	rd_buf_done(&head);
	for (uint32_t i = 0; i < f->n_sort && fine; i++) {
		rd_type want = ranked(k, f->sort[i].column) ? RD_INT : k->columns[f->sort[i].column].type;

		fine =
			take_value(s, &at, &values[i]) && (values[i].type == want || values[i].type == RD_NULL);
	}
	return fine && take_value(s, &at, &values[f->n_sort]) && values[f->n_sort].type == RD_INT &&
	       at == s.len;
}

/* k1 = v1 AND … AND kn behind vn. */
static void put_branch(rd_buf *out, const rd_kind *k, const rd_filter *f, const rd_value *values,
                       const uint32_t *params, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		put_key(out, k, f->sort[i].column);
		if (values[i].type == RD_NULL)
			rd_buf_puts(out, " IS NULL AND ");
		else
			rd_buf_printf(out, " = $%u AND ", params[i]);
	}
	if (n == f->n_sort) {
		rd_buf_printf(out, "r.id %s $%u", f->n_sort && f->sort[0].down ? "<" : ">", params[n]);
		return;
	}
	rd_buf_char(out, '(');
	put_key(out, k, f->sort[n].column);
	rd_buf_printf(out, " %s $%u", f->sort[n].down ? "<" : ">", params[n]);
	if (n && k->columns[f->sort[n].column].nullable) {
		rd_buf_puts(out, " OR ");
		put_key(out, k, f->sort[n].column);
		rd_buf_puts(out, " IS NULL");
	}
	rd_buf_char(out, ')');
}

/* Behind the cursor, within the part that it is in. The first key alone is said once more, where an
 * index can go to it. */
static rd_rc put_cursor(rd_filter_build *b, const rd_filter *f, const rd_value *values, rd_buf *out)
{
	const rd_kind *k = b->input->kind;
	uint32_t params[RD_FILTER_SORT_MAX + 1] = {0};
	bool first = true;

	for (uint32_t i = 0; i <= f->n_sort; i++)
		if (values[i].type != RD_NULL && (params[i] = rd_filter_param(b, values[i])) == 0)
			return b->err->code;
	if (f->n_sort && params[0]) {
		rd_buf_puts(out, " AND ");
		put_key(out, k, f->sort[0].column);
		rd_buf_printf(out, " %s $%u", f->sort[0].down ? "<=" : ">=", params[0]);
	}
	rd_buf_puts(out, " AND (");
	for (uint32_t n = 0; n <= f->n_sort; n++) {
		if (values[n].type == RD_NULL)
			continue; /* empty values are the last: nothing is behind them in this key */
		rd_buf_puts(out, first ? "(" : " OR (");
		put_branch(out, k, f, values, params, n);
		rd_buf_char(out, ')');
		first = false;
	}
	rd_buf_char(out, ')');
	return RD_OK;
}

/* One part: the records that have the first key, or those where it is empty. `values` of the cursor
 * when that is in this part; NULL = from the start. */
static rd_rc add_part(rd_filter_build *b, rd_filter *f, bool empty, bool both,
                      const rd_value *values)
{
	rd_filter_part *p = &f->part[f->n_parts++];
	rd_buf out;
	rd_rc rc = RD_OK;

	rd_buf_init(&out, RD_FILTER_SQL_MAX);
	if (both)
		rd_buf_printf(&out, " AND r.%s IS %sNULL", b->input->kind->columns[f->sort[0].column].name,
		              empty ? "" : "NOT ");
	if (values)
		rc = put_cursor(b, f, values, &out);
	RD_ASSERT(!out.full);
	p->more = keep(b, &out);
	p->order = order_of(b, f);
	rd_buf_done(&out);
	return rc;
}

rd_rc rd_filter_order(rd_filter_build *b, rd_filter *f)
{
	rd_value values[RD_FILTER_SORT_MAX + 1] = {{0}};
	const bool on = b->input->cursor.len;

	RD_TRY(read_sort(b, f));
	const uint32_t first = f->n_sort ? f->sort[0].column : RD_COL_ID;
	const bool both = b->input->kind->columns[first].nullable && !b->known[first];

	if (on && !read_cursor(b, f, values))
		return rd_fail(b->err, RD_INPUT, "翻页标记无效或排序已改变，请从头列出",
		               "the cursor is not valid, or the sort has changed; start the list anew");
	const bool in_empty = on && values[0].type == RD_NULL;

	if (!in_empty)
		RD_TRY(add_part(b, f, false, both, on ? values : NULL));
	return both || in_empty ? add_part(b, f, true, true, in_empty ? values : NULL) : RD_OK;
}
