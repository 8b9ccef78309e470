#include "record/value.h"
#include "base/assert.h"
#include "base/json.h"
#include <stdarg.h>
#include <stdio.h>

#define ITEM_CHARS_MAX 200u       /* characters of one item of a list */
#define LIST_BYTES_MAX (1u << 20) /* of a list as JSON: 500 items of 200 characters, escaped */

typedef struct reading {
	const rd_field *f;
	rd_arena *a;
	rd_problems *problems;
} reading;

rd_words rd_words_format(rd_arena *a, const char *zh, const char *en, ...)
{
	char text[2][480];
	va_list ap, bp;

	va_start(ap, en);
	va_copy(bp, ap);
	vsnprintf(text[1], sizeof text[1], en, ap);
	va_end(ap);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	vsnprintf(text[0], sizeof text[0], zh, bp);
#pragma GCC diagnostic pop
	va_end(bp);
	return (rd_words){rd_arena_copy(a, text[0], strlen(text[0])),
	                  rd_arena_copy(a, text[1], strlen(text[1]))};
}

void rd_problem_add(rd_problems *p, rd_arena *a, const char *field, rd_words words, rd_words hint)
{
	p->all++;
	if (p->n == RD_PROBLEMS_MAX)
		return;
	p->items = rd_grow(a, p->items, p->n, &p->cap, sizeof *p->items);
	p->items[p->n++] = (rd_problem){field, words, hint};
}

static bool wrong(reading *r, const char *zh, const char *en)
{
	rd_problem_add(r->problems, r->a, r->f->name, (rd_words){zh, en}, RD_NO_HINT);
	return false;
}

static bool wrong_part(reading *r, const char *part, rd_words words)
{
	const char *key = rd_words_format(r->a, "", "%s.%s", r->f->name, part).en;

	rd_problem_add(r->problems, r->a, key, words, RD_NO_HINT);
	return false;
}

static rd_str text_of(const json_t *v)
{
	return (rd_str){json_string_value(v), (uint32_t)json_string_length(v)};
}

static rd_value copied(reading *r, rd_str s)
{
	return RD_VALUE_TEXT(((rd_str){rd_arena_copy(r->a, s.ptr, s.len), s.len}));
}

/* Control characters, and those that turn the direction of what stands around them. */
static bool is_clean(rd_str s, bool lines)
{
	for (uint32_t at = 0; at < s.len;) {
		uint32_t cp = rd_utf8_next(s, &at);

		if (lines && (cp == '\n' || cp == '\t' || cp == '\r'))
			continue;
		if (cp < 0x20 || (cp >= 0x7F && cp < 0xA0) || (cp >= 0x202A && cp <= 0x202E) ||
		    (cp >= 0x2066 && cp <= 0x2069))
			return false;
	}
	return true;
}

static rd_words format_words(rd_format f)
{
	switch (f) {
	case RD_FORMAT_SLUG:
		return (rd_words){"只用小写字母、数字和 . _ -，以字母开头",
		                  "use a-z, 0-9 and . _ - and begin with a letter"};
	case RD_FORMAT_EMAIL: return (rd_words){"不是电子邮箱地址", "this is no mail address"};
	case RD_FORMAT_PHONE:
		return (rd_words){"不是电话号码：5 至 20 位数字，可带 + - 空格和括号",
		                  "this is no phone number: 5 to 20 digits with + - ( ) and spaces"};
	case RD_FORMAT_URL:
		return (rd_words){"网址以 http:// 或 https:// 开头",
		                  "an address begins with http:// or https://"};
	case RD_FORMAT_USCC:
		return (
			rd_words){"统一社会信用代码有误：应为 18 位且末位校验码相符，请对照营业执照",
		              "not a unified social credit code: 18 characters, and the last one checks "
		              "the others; compare with the licence"};
	case RD_FORMAT_CURRENCY:
		return (rd_words){"币种是三个大写字母，如 CNY",
		                  "a currency is three capital letters, as CNY"};
	case RD_FORMAT_CLOCK: return (rd_words){"时刻写成 HH:MM", "write HH:MM"};
	case RD_FORMAT_LANGUAGE:
		return (rd_words){"语言写成 zh、en 或 zh-CN", "write a language as zh, en or zh-CN"};
	case RD_FORMAT_RRULE:
		return (
			rd_words){"重复规则如 RRULE:FREQ=MONTHLY;INTERVAL=3，可加 BYDAY 或 BYMONTHDAY",
		              "write a rule as RRULE:FREQ=MONTHLY;INTERVAL=3, with BYDAY or BYMONTHDAY"};
	default: return (rd_words){"没有这种记录", "there is no such kind of record"};
	}
}

static bool read_text(reading *r, const json_t *v, rd_value *cell)
{
	bool lines = r->f->type == RD_FIELD_LONG;
	rd_str s = text_of(v), trimmed;

	if (!json_is_string(v))
		return wrong(r, "应为文字", "this must be a text");
	trimmed = rd_str_trim(s);
	if (!lines || trimmed.len == 0)
		s = trimmed;
	if (s.len == 0)
		return true;
	uint32_t n = rd_utf8_count(s);

	if (n > r->f->length_max) {
		rd_problem_add(r->problems, r->a, r->f->name,
		               rd_words_format(r->a, "太长：%u 个字符，最多 %u 个",
		                               "too long: %u characters, at most %u", n, r->f->length_max),
		               RD_NO_HINT);
		return false;
	}
	if (!is_clean(s, lines))
		return wrong(r, lines ? "含有控制字符" : "含有换行或控制字符",
		             lines ? "there are control characters in it"
		                   : "there are line breaks or control characters in it");
	if (!rd_check_format(r->f->format, s)) {
		rd_problem_add(r->problems, r->a, r->f->name, format_words(r->f->format), RD_NO_HINT);
		return false;
	}
	*cell = copied(r, s);
	return true;
}

static bool in_range(reading *r, int64_t v, const char *part)
{
	const rd_field *f = r->f;

	if (v >= f->min && v <= f->max)
		return true;
	rd_words words = rd_words_format(r->a, "超出范围：%jd 至 %jd", "out of range: %jd to %jd",
	                                 (intmax_t)f->min, (intmax_t)f->max);

	if (part)
		return wrong_part(r, part, words);
	rd_problem_add(r->problems, r->a, f->name, words, RD_NO_HINT);
	return false;
}

static bool read_money(reading *r, const json_t *v, rd_value *cells)
{
	const json_t *minor = json_object_get(v, "minor"), *currency = json_object_get(v, "currency");
	bool fine = true;

	if (!json_is_object(v) || json_object_size(v) != (size_t)((minor != NULL) + (currency != NULL)))
		return wrong(r, "金额写成 {\"minor\": 分, \"currency\": \"CNY\"}",
		             "write money as {\"minor\": cents, \"currency\": \"CNY\"}");
	if (!json_is_integer(minor))
		fine =
			wrong_part(r, "minor",
		               (rd_words){"应为整数，以最小货币单位计", "a whole number of minor units"});
	else
		fine = in_range(r, json_integer_value(minor), "minor");
	if (!json_is_string(currency) || !rd_check_format(RD_FORMAT_CURRENCY, text_of(currency)))
		return wrong_part(r, "currency", format_words(RD_FORMAT_CURRENCY));
	if (!fine)
		return false;
	cells[0] = RD_VALUE_INT(json_integer_value(minor));
	cells[1] = copied(r, text_of(currency));
	return true;
}

static bool read_day(reading *r, const json_t *v, rd_value *cell)
{
	rd_day day;

	if (!json_is_string(v) || !rd_check_day(text_of(v), &day))
		return wrong(r, "日期写成 YYYY-MM-DD，且须存在", "write a day that exists as YYYY-MM-DD");
	*cell = RD_VALUE_INT(day);
	return true;
}

static bool read_time(reading *r, const json_t *v, rd_value *cell)
{
	int64_t us;

	if (!json_is_string(v) || !rd_check_time(text_of(v), &us))
		return wrong(r, "时间写成 2026-02-24T09:30:00+08:00（RFC 3339）",
		             "write a time as 2026-02-24T09:30:00+08:00 (RFC 3339)");
	*cell = RD_VALUE_INT(us);
	return true;
}

static bool read_id(reading *r, const json_t *v, rd_value *cell)
{
	int64_t id;

	if (!json_is_string(v) || !rd_check_id(text_of(v), &id))
		return wrong(r, "应为编号，写成文字，如 \"123\"",
		             "this must be an id as a text, such as \"123\"");
	*cell = RD_VALUE_INT(id);
	return true;
}

static bool read_any(reading *r, const json_t *v, rd_value *cells)
{
	const json_t *kind = json_object_get(v, "kind"), *id = json_object_get(v, "id");
	int64_t n;

	if (!json_is_object(v) || json_object_size(v) != 2 || !json_is_string(kind) ||
	    !json_is_string(id) || !rd_check_id(text_of(id), &n))
		return wrong(r, "写成 {\"kind\": \"client\", \"id\": \"123\"}",
		             "write {\"kind\": \"client\", \"id\": \"123\"}");
	if (rd_kind_find(text_of(kind)) == NULL)
		return wrong_part(r, "kind", format_words(RD_FORMAT_KIND));
	cells[0] = RD_VALUE_INT(n);
	cells[1] = copied(r, text_of(kind));
	return true;
}

static bool no_option(reading *r, const char *zh, const char *en)
{
	const rd_field *f = r->f;
	rd_buf names;

	rd_buf_init(&names, 400);
	for (uint16_t i = 0; i < f->n_options; i++)
		rd_buf_printf(&names, "%s%s", i ? ", " : "", f->options[i].name);
	rd_problem_add(r->problems, r->a, f->name, (rd_words){zh, en},
	               rd_words_format(r->a, "可选：%s", "one of: %s", names.data));
	rd_buf_done(&names);
	return false;
}

static bool read_enum(reading *r, const json_t *v, rd_value *cell)
{
	const rd_option *o = json_is_string(v) ? rd_field_option_find(r->f, text_of(v)) : NULL;

	if (o == NULL)
		return no_option(r, "没有这个选项", "there is no such option");
	*cell = RD_VALUE_TEXT(rd_str_of(o->name));
	return true;
}

/* One item as it is stored; "" = it was wrong, and that was said. */
static rd_str read_item(reading *r, const json_t *v)
{
	const rd_field *f = r->f;
	rd_str s = rd_str_trim(text_of(v));
	int64_t id;

	if (f->type == RD_FIELD_REFS) {
		if (!json_is_string(v) || !rd_check_id(s, &id))
			return wrong(r, "每一项应为编号，写成文字", "every item is an id as a text"),
			       RD_STR("");
		return s;
	}
	if (!json_is_string(v) || s.len == 0 || rd_utf8_count(s) > ITEM_CHARS_MAX ||
	    !is_clean(s, false))
		return wrong(r, "每一项应为一行文字，不空，最多 200 个字符",
		             "every item is one line of text, not empty, at most 200 characters"),
		       RD_STR("");
	if (f->n_options && rd_field_option_find(f, s) == NULL)
		return no_option(r, "有一项不在选项之中", "an item is no option"), RD_STR("");
	if (!rd_check_format(f->format, s)) {
		rd_problem_add(r->problems, r->a, f->name, format_words(f->format), RD_NO_HINT);
		return RD_STR("");
	}
	return s;
}

static bool stands_before(const rd_str *items, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		if (rd_str_eq(items[i], items[n]))
			return true;
	return false;
}

static bool read_list(reading *r, const json_t *v, rd_value *cell)
{
	uint32_t n = (uint32_t)json_array_size(v);
	rd_buf out;
	rd_json j;

	if (!json_is_array(v))
		return wrong(r, "应为列表 […]", "this must be a list […]");
	if (n > r->f->length_max) {
		rd_problem_add(r->problems, r->a, r->f->name,
		               rd_words_format(r->a, "太多：%u 项，最多 %u 项",
		                               "too many: %u items, at most %u", n, r->f->length_max),
		               RD_NO_HINT);
		return false;
	}
	if (n == 0)
		return true;
	rd_str *items = RD_NEW_N(r->a, rd_str, n);

	for (uint32_t i = 0; i < n; i++) {
		items[i] = read_item(r, json_array_get(v, i));
		if (items[i].len == 0)
			return false;
		if (stands_before(items, i))
			return wrong(r, "有一项出现两次", "an item stands there twice");
	}
	rd_buf_init(&out, LIST_BYTES_MAX);
	rd_json_init(&j, &out, 0);
	rd_json_array(&j);
	for (uint32_t i = 0; i < n; i++)
		rd_json_str(&j, items[i]);
	rd_json_close(&j);
	RD_ASSERT(!out.full);
	*cell = copied(r, rd_buf_view(&out));
	rd_buf_done(&out);
	return true;
}

bool rd_value_read(const rd_field *f, const json_t *v, rd_arena *a, rd_value *ret_cells,
                   rd_problems *problems)
{
	reading r = {f, a, problems};

	for (uint32_t i = 0; i < rd_field_width(f); i++)
		ret_cells[i] = RD_VALUE_NULL;
	if (json_is_null(v))
		return true;
	switch (f->type) {
	case RD_FIELD_TEXT:
	case RD_FIELD_LONG: return read_text(&r, v, ret_cells);
	case RD_FIELD_INT:
		if (!json_is_integer(v))
			return wrong(&r, "应为整数", "this must be a whole number");
		ret_cells[0] = RD_VALUE_INT(json_integer_value(v));
		return in_range(&r, ret_cells[0].i, NULL);
	case RD_FIELD_BOOL:
		if (!json_is_boolean(v))
			return wrong(&r, "应为 true 或 false", "this must be true or false");
		ret_cells[0] = RD_VALUE_INT(json_is_true(v));
		return true;
	case RD_FIELD_MONEY: return read_money(&r, v, ret_cells);
	case RD_FIELD_DATE: return read_day(&r, v, ret_cells);
	case RD_FIELD_TIME: return read_time(&r, v, ret_cells);
	case RD_FIELD_ENUM: return read_enum(&r, v, ret_cells);
	case RD_FIELD_REF:
	case RD_FIELD_FILE: return read_id(&r, v, ret_cells);
	case RD_FIELD_ANY: return read_any(&r, v, ret_cells);
	default: return read_list(&r, v, ret_cells);
	}
}

/* Edits between two words of at most 40 bytes. */
static uint32_t distance(rd_str a, rd_str b)
{
	uint32_t row[41];

	if (a.len > 40 || b.len > 40)
		return 41;
	for (uint32_t j = 0; j <= b.len; j++)
		row[j] = j;
	for (uint32_t i = 1; i <= a.len; i++) {
		uint32_t last = row[0];

		row[0] = i;
		for (uint32_t j = 1; j <= b.len; j++) {
			uint32_t best = last + (a.ptr[i - 1] != b.ptr[j - 1]);

			last = row[j];
			best = row[j] + 1 < best ? row[j] + 1 : best;
			row[j] = row[j - 1] + 1 < best ? row[j - 1] + 1 : best;
		}
	}
	return row[b.len];
}

const char *rd_nearest(rd_str word, const char *const *names, uint32_t n)
{
	const char *best = NULL;
	uint32_t least = word.len < 4 ? 2 : 3; /* one edit in a short word, two in a long one */

	for (uint32_t i = 0; i < n; i++) {
		uint32_t d = distance(word, rd_str_of(names[i]));

		if (d < least) {
			least = d;
			best = names[i];
		}
	}
	return best;
}
