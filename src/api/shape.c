#include "api/shape.h"
#include "base/assert.h"

static void wrong(rd_problems *problems, rd_arena *a, const char *field, const char *zh,
                  const char *en)
{
	rd_problem_add(problems, a, field, (rd_words){zh, en}, (rd_words){NULL, NULL});
}

/* Nothing that ends a line, rings a bell or turns the direction of reading: such a text stands in
 * lists, log lines and mails beside others. */
static bool is_one_line(rd_str s)
{
	for (uint32_t at = 0; at < s.len;) {
		uint32_t cp = rd_utf8_next(s, &at);

		if (cp < 0x20 || (cp >= 0x7f && cp < 0xa0) || (cp >= 0x2028 && cp <= 0x202e) ||
		    (cp >= 0x2066 && cp <= 0x2069))
			return false;
	}
	return true;
}

static bool read_text(const rd_shape_field *f, const json_t *v, rd_arena *a, rd_value *ret,
                      rd_problems *problems)
{
	size_t size = json_string_length(v);

	if (!json_is_string(v)) {
		wrong(problems, a, f->name, "应为文本", "must be text");
		return false;
	}
	if ((int64_t)size > f->max || (int64_t)size < f->min) {
		wrong(problems, a, f->name, size ? "太长或太短" : "不能为空",
		      size ? "too long or too short" : "must not be empty");
		return false;
	}
	*ret = RD_VALUE_TEXT(((rd_str){json_string_value(v), (uint32_t)size}));
	if (f->type == RD_SHAPE_TEXT && !is_one_line(ret->str)) {
		wrong(problems, a, f->name, "应为一行文字，不含控制字符",
		      "must be one line without control characters");
		return false;
	}
	return true;
}

static bool read_int(const rd_shape_field *f, const json_t *v, rd_arena *a, rd_value *ret,
                     rd_problems *problems)
{
	if (!json_is_integer(v) || json_integer_value(v) < f->min || json_integer_value(v) > f->max) {
		wrong(problems, a, f->name, "不是允许范围内的整数",
		      "not a whole number of the allowed range");
		return false;
	}
	*ret = RD_VALUE_INT(json_integer_value(v));
	return true;
}

static bool read_id(const json_t *v, int64_t *ret)
{
	return json_is_string(v) &&
	       rd_check_id((rd_str){json_string_value(v), (uint32_t)json_string_length(v)}, ret);
}

static bool read_ids(const rd_shape_field *f, const json_t *v, rd_arena *a, rd_problems *problems)
{
	const json_t *item;
	size_t i;
	int64_t id;

	if (!json_is_array(v) || (int64_t)json_array_size(v) > f->max ||
	    (int64_t)json_array_size(v) < f->min) {
		wrong(problems, a, f->name, "应为编号列表，且不超过上限",
		      "must be a list of ids within the limit");
		return false;
	}
	json_array_foreach(v, i, item) if (!read_id(item, &id))
	{
		wrong(problems, a, f->name, "编号应为十进制文本", "an id is decimal text");
		return false;
	}
	return true;
}

static bool read_item(const json_t *v, rd_shape_item *ret)
{
	const json_t *version = json_object_get(v, "version");

	if (json_object_size(v) != 2 || !read_id(json_object_get(v, "id"), &ret->id) ||
	    !json_is_integer(version) || json_integer_value(version) < 1)
		return false;
	ret->version = json_integer_value(version);
	return true;
}

static bool read_items(const rd_shape_field *f, const json_t *v, rd_arena *a, rd_problems *problems)
{
	const json_t *one;
	rd_shape_item item;
	size_t i;

	if (!json_is_array(v) || (int64_t)json_array_size(v) > f->max ||
	    (int64_t)json_array_size(v) < f->min) {
		wrong(problems, a, f->name, "应为记录列表，且不超过上限",
		      "must be a list of records within the limit");
		return false;
	}
	json_array_foreach(v, i, one) if (!read_item(one, &item))
	{
		wrong(problems, a, f->name, "每一项写成 {\"id\": \"123\", \"version\": 7}",
		      "each is written {\"id\": \"123\", \"version\": 7}");
		return false;
	}
	return true;
}

static bool read_time(const rd_shape_field *f, const json_t *v, rd_arena *a, rd_value *ret,
                      rd_problems *problems)
{
	int64_t at_us;

	if (!json_is_string(v) ||
	    !rd_check_time((rd_str){json_string_value(v), (uint32_t)json_string_length(v)}, &at_us)) {
		wrong(problems, a, f->name, "时间应写成 2026-02-24T09:30:00+08:00",
		      "a time is written 2026-02-24T09:30:00+08:00");
		return false;
	}
	*ret = RD_VALUE_INT(at_us);
	return true;
}

static bool read_field(const rd_shape_field *f, const json_t *v, rd_arena *a, rd_value *ret,
                       rd_problems *problems)
{
	switch (f->type) {
	case RD_SHAPE_TEXT:
	case RD_SHAPE_RAW: return read_text(f, v, a, ret, problems);
	case RD_SHAPE_INT: return read_int(f, v, a, ret, problems);
	case RD_SHAPE_TIME: return read_time(f, v, a, ret, problems);
	case RD_SHAPE_IDS:
		*ret = RD_VALUE_INT((int64_t)json_array_size(v));
		return read_ids(f, v, a, problems);
	case RD_SHAPE_ITEMS:
		*ret = RD_VALUE_INT((int64_t)json_array_size(v));
		return read_items(f, v, a, problems);
	case RD_SHAPE_BOOL:
		*ret = RD_VALUE_INT(json_is_true(v));
		if (!json_is_boolean(v))
			wrong(problems, a, f->name, "应为 true 或 false", "must be true or false");
		return json_is_boolean(v);
	case RD_SHAPE_ID:
		ret->type = RD_INT;
		if (!read_id(v, &ret->i))
			wrong(problems, a, f->name, "编号应为十进制文本", "an id is decimal text");
		return read_id(v, &ret->i);
	case RD_SHAPE_OBJECT:
	default:
		*ret = RD_VALUE_INT(1);
		if (!json_is_object(v))
			wrong(problems, a, f->name, "应为对象", "must be an object");
		return json_is_object(v);
	}
}

static bool known(const rd_shape *shape, const char *key)
{
	for (uint32_t i = 0; i < shape->n; i++)
		if (strcmp(shape->fields[i].name, key) == 0)
			return true;
	return false;
}

bool rd_shape_read(const rd_shape *shape, const json_t *body, rd_arena *a, rd_value *ret,
                   rd_problems *problems)
{
	bool good = true;
	const char *key;
	json_t *v;

	RD_ASSERT(shape->n <= RD_SHAPE_FIELDS_MAX);
	json_object_foreach((json_t *)body, key, v) if (!known(shape, key))
	{
		wrong(problems, a, rd_arena_copy(a, key, strlen(key)), "没有这个字段", "no such field");
		good = false;
	}
	for (uint32_t i = 0; i < shape->n; i++) {
		const rd_shape_field *f = &shape->fields[i];

		ret[i] = RD_VALUE_NULL;
		v = json_object_get(body, f->name);
		if (v && !json_is_null(v))
			good = read_field(f, v, a, &ret[i], problems) && good;
		else if (f->required) {
			wrong(problems, a, f->name, "必须填写", "must be given");
			good = false;
		}
	}
	return good;
}

const int64_t *rd_shape_ids(const json_t *body, const char *name, rd_arena *a, uint32_t *ret_n)
{
	const json_t *list = json_object_get(body, name), *item;
	int64_t *ids = RD_NEW_N(a, int64_t, json_array_size(list) + 1);
	size_t i;

	*ret_n = (uint32_t)json_array_size(list);
	json_array_foreach(list, i, item) RD_ASSERT(read_id(item, &ids[i]));
	return ids;
}

const rd_shape_item *rd_shape_items(const json_t *body, const char *name, rd_arena *a,
                                    uint32_t *ret_n)
{
	const json_t *list = json_object_get(body, name), *one;
	rd_shape_item *items = RD_NEW_N(a, rd_shape_item, json_array_size(list) + 1);
	size_t i;

	*ret_n = (uint32_t)json_array_size(list);
	json_array_foreach(list, i, one) RD_ASSERT(read_item(one, &items[i]));
	return items;
}

/* ---- OpenAPI ---- */

static void schema_of(const rd_shape_field *f, rd_json *j)
{
	static const char *const types[] = {"string", "string", "integer", "boolean", "string",
	                                    "array",  "string", "array",   "object"};

	rd_json_object(j);
	rd_json_put_text(j, "type", types[f->type]);
	if (f->type == RD_SHAPE_TEXT || f->type == RD_SHAPE_RAW) {
		rd_json_put_int(j, "minLength", f->min > 0);
		rd_json_put_int(j, "maxLength", f->max);
	} else if (f->type == RD_SHAPE_INT) {
		rd_json_put_int(j, "minimum", f->min);
		rd_json_put_int(j, "maximum", f->max);
	} else if (f->type == RD_SHAPE_ID) {
		rd_json_put_text(j, "pattern", "^[1-9][0-9]{0,18}$");
	} else if (f->type == RD_SHAPE_TIME) {
		rd_json_put_text(j, "format", "date-time");
	} else if (f->type == RD_SHAPE_IDS) {
		rd_json_key(j, "items");
		rd_json_object(j);
		rd_json_put_text(j, "type", "string");
		rd_json_close(j);
		rd_json_put_int(j, "maxItems", f->max);
	} else if (f->type == RD_SHAPE_ITEMS) {
		rd_json_key(j, "items");
		rd_json_raw(j, RD_STR("{\"type\":\"object\",\"additionalProperties\":false,"
		                      "\"required\":[\"id\",\"version\"],\"properties\":{\"id\":{"
		                      "\"type\":\"string\"},\"version\":{\"type\":\"integer\"}}}"));
		rd_json_put_int(j, "maxItems", f->max);
	}
	rd_json_put_text(j, "description", f->help);
	rd_json_close(j);
}

void rd_shape_schema(const rd_shape *shape, rd_json *j)
{
	rd_json_object(j);
	rd_json_put_text(j, "type", "object");
	rd_json_put_bool(j, "additionalProperties", false);
	rd_json_key(j, "properties");
	rd_json_object(j);
	for (uint32_t i = 0; i < shape->n; i++) {
		rd_json_key(j, shape->fields[i].name);
		schema_of(&shape->fields[i], j);
	}
	rd_json_close(j);
	rd_json_key(j, "required");
	rd_json_array(j);
	for (uint32_t i = 0; i < shape->n; i++)
		if (shape->fields[i].required)
			rd_json_text(j, shape->fields[i].name);
	rd_json_close(j);
	rd_json_close(j);
}
