/* Cells of a file as the values of a new record. */
#include "api/columns.h"
#include "base/assert.h"
#include "base/money.h"
#include <stdio.h>

typedef struct reading {
	const rd_column *const *columns;
	const rd_str *cells;
	uint32_t n;
	int32_t offset_s;
	rd_arena *a;
	rd_problems *problems;
} reading;

static json_t *wrong(const reading *r, const rd_column *c, const char *zh, const char *en)
{
	rd_problem_add(r->problems, r->a, c->key, (rd_words){zh, en}, (rd_words){NULL, NULL});
	return NULL;
}

static json_t *text_json(rd_str s)
{
	return json_stringn_nocheck(s.ptr, s.len);
}

static rd_str currency_of(const reading *r, const rd_column *amount)
{
	for (uint32_t i = 0; i < r->n; i++)
		if (r->columns[i] && r->columns[i]->field == amount->field &&
		    r->columns[i]->part == RD_PART_CURRENCY)
			return rd_str_trim(rd_records_text(r->cells[i]));
	return RD_STR("");
}

static json_t *read_number(const reading *r, const rd_column *c, rd_str s)
{
	rd_minor v;

	if (rd_minor_parse(s, '.', 0, &v) != RD_AMOUNT_OK)
		return wrong(r, c, "应为整数", "this must be a whole number");
	return json_integer(v);
}

static json_t *read_money(const reading *r, const rd_column *c, rd_str s)
{
	rd_str currency = currency_of(r, c);
	rd_minor v;
	rd_amount_read got;

	if (currency.len == 0)
		return wrong(r, c, "缺少币种；币种在金额后面的一列",
		             "the currency is lacking; it has a column of "
		             "its own");
	got = rd_minor_parse(s, '.', rd_currency_decimals(currency), &v);
	if (got == RD_AMOUNT_DECIMALS)
		return wrong(r, c, "小数位数比该币种的多", "more decimals than the currency has");
	if (got != RD_AMOUNT_OK)
		return wrong(r, c, "不是金额，应写成 1234.50", "this is no amount; write 1234.50");
	json_t *money = json_object();

	json_object_set_new(money, "minor", json_integer(v));
	json_object_set_new(money, "currency", text_json(currency));
	return money;
}

static json_t *read_day(const reading *r, const rd_column *c, rd_str s)
{
	char text[16];
	rd_day day;

	if (rd_day_parse(s, RD_ORDER_YMD, false, &day) != RD_DATE_OK)
		return wrong(r, c, "日期写成 2026-02-24，且须存在",
		             "write a day that exists as 2026-02-24");
	rd_day_format(day, text);
	return json_string(text);
}

/* "2026-02-24 09:30[:00[.5]]" of the firm's clock, or RFC 3339. */
static json_t *read_time(const reading *r, const rd_column *c, rd_str s)
{
	char text[64];
	int64_t at_us;
	int32_t off = r->offset_s < 0 ? -r->offset_s : r->offset_s;
	uint32_t colons = 0;

	if (rd_check_time(s, &at_us))
		return text_json(s);
	for (uint32_t i = 0; i < s.len; i++)
		colons += s.ptr[i] == ':';
	if (s.len < 16 || s.len > 26 || s.ptr[10] != ' ' || colons > 2)
		return wrong(r, c, "时间写成 2026-02-24 09:30:00", "write a time as 2026-02-24 09:30:00");
	int n =
		snprintf(text, sizeof text, "%.10sT%.*s%s%c%02d:%02d", s.ptr, (int)s.len - 11, s.ptr + 11,
	             colons == 1 ? ":00" : "", r->offset_s < 0 ? '-' : '+', off / 3600, off / 60 % 60);

	if (!rd_check_time((rd_str){text, (uint32_t)n}, &at_us))
		return wrong(r, c, "时间写成 2026-02-24 09:30:00", "write a time as 2026-02-24 09:30:00");
	return json_string(text);
}

static json_t *read_bool(const reading *r, const rd_column *c, rd_str s)
{
	if (rd_str_is(s, "是") || rd_str_is(s, "yes") || rd_str_is(s, "true") || rd_str_is(s, "TRUE"))
		return json_true();
	if (rd_str_is(s, "否") || rd_str_is(s, "no") || rd_str_is(s, "false") || rd_str_is(s, "FALSE"))
		return json_false();
	return wrong(r, c, "应为 是 或 否", "this must be yes or no");
}

/* A name, or a label in either language; what it is not is left for the check of the body. */
static rd_str option_name(const rd_field *f, rd_str s)
{
	if (rd_field_option_find(f, s))
		return s;
	for (uint16_t i = 0; i < f->n_options; i++)
		if (rd_str_is(s, f->options[i].label.zh) || rd_str_is(s, f->options[i].label.en))
			return rd_str_of(f->options[i].name);
	return s;
}

static json_t *read_any(const reading *r, const rd_column *c, rd_str s)
{
	const char *slash = memchr(s.ptr, '/', s.len);

	if (slash == NULL)
		return wrong(r, c, "应写成 client/123", "write it as client/123");
	json_t *v = json_object();
	uint32_t at = (uint32_t)(slash - s.ptr);

	json_object_set_new(v, "kind", text_json((rd_str){s.ptr, at}));
	json_object_set_new(v, "id", text_json((rd_str){s.ptr + at + 1, s.len - at - 1}));
	return v;
}

/* One item a line. */
static json_t *read_list(const rd_field *f, rd_str s)
{
	json_t *list = json_array();

	while (s.len) {
		const char *end = memchr(s.ptr, '\n', s.len);
		uint32_t n = end ? (uint32_t)(end - s.ptr) : s.len;
		rd_str item = rd_str_trim((rd_str){s.ptr, n});

		if (item.len)
			json_array_append_new(list, text_json(f->n_options ? option_name(f, item) : item));
		n += end != NULL;
		s = (rd_str){s.ptr + n, s.len - n};
	}
	return list;
}

static json_t *read_cell(const reading *r, const rd_column *c, rd_str s)
{
	rd_str word = rd_str_trim(s);

	switch (c->field->type) {
	case RD_FIELD_INT: return read_number(r, c, word);
	case RD_FIELD_MONEY: return read_money(r, c, word);
	case RD_FIELD_DATE: return read_day(r, c, word);
	case RD_FIELD_TIME: return read_time(r, c, word);
	case RD_FIELD_BOOL: return read_bool(r, c, word);
	case RD_FIELD_ENUM: return text_json(option_name(c->field, word));
	case RD_FIELD_ANY: return read_any(r, c, word);
	case RD_FIELD_REFS:
	case RD_FIELD_LIST: return read_list(c->field, s);
	case RD_FIELD_REF:
	case RD_FIELD_FILE: return text_json(word);
	default: return text_json(s);
	}
}

bool rd_columns_read(const rd_column *const *columns, const rd_str *cells, uint32_t n,
                     int32_t offset_s, rd_arena *a, json_t **ret_body, rd_problems *problems)
{
	const reading r = {columns, cells, n, offset_s, a, problems};
	json_t *body = json_object();
	bool good = true;

	for (uint32_t i = 0; i < n; i++) {
		const rd_column *c = columns[i];
		rd_str s = rd_records_text(cells[i]);
		json_t *v = NULL;

		if (c == NULL || c->part == RD_PART_CURRENCY || rd_str_trim(s).len == 0)
			continue;
		if (rd_utf8_check(s.ptr, s.len) >= 0)
			(void)wrong(&r, c, "不是 UTF-8 文字", "the text is no UTF-8");
		else if (c->field->secret && rd_str_is(s, RD_MASK_TEXT))
			(void)wrong(&r, c, "这是遮住的值；请填写真实的值，或去掉这一列",
			            "this stands for a hidden value; write the real one or remove the column");
		else
			v = read_cell(&r, c, s);
		if (v)
			json_object_set_new(body, c->field->name, v);
		good = good && v;
	}
	*ret_body = body;
	return good;
}
