/* The condition of one term, as SQL with placeholders. */
#include "base/assert.h"
#include "base/json.h"
#include "base/money.h"
#include "record/check.h"
#include "record/filter_impl.h"
#include "record/pending.h"
#include "record/words.h"
#include <stdio.h>

/* Whole numbers from low to high; what a value of an ordered type means. */
typedef struct span {
	int64_t low, high;
} span;

static bool is_one(rd_str s, const char *a, const char *b, const char *c)
{
	return rd_str_is(s, a) || (b && rd_str_is(s, b)) || (c && rd_str_is(s, c));
}

static bool is_none(const rd_filter_value *v)
{
	return !v->quoted && is_one(v->text, "none", "无", "空");
}

static rd_rc param_is(rd_filter_build *b, const char *column, const char *op, rd_value v)
{
	uint32_t n = rd_filter_param(b, v);

	if (n == 0)
		return b->err->code;
	rd_buf_printf(&b->sql, "r.%s %s $%u", column, op, n);
	return RD_OK;
}

/* ---- texts ---- */

/* Small ASCII letters, as lower() makes them in both databases. */
static rd_str lower(rd_filter_build *b, rd_str s)
{
	char *out = rd_arena_copy(b->a, s.ptr, s.len);

	for (uint32_t i = 0; i < s.len; i++)
		if (out[i] >= 'A' && out[i] <= 'Z')
			out[i] = (char)(out[i] + 32);
	return (rd_str){out, s.len};
}

/* lower(column) LIKE %text%, with the text's own % _ \ taken as they are. */
static rd_rc contains(rd_filter_build *b, const char *column, rd_str text)
{
	rd_str s = lower(b, text);
	rd_buf pattern;
	uint32_t n;

	rd_buf_init(&pattern, RD_FILTER_BYTES_MAX * 12 + 2);
	rd_buf_char(&pattern, '%');
	for (uint32_t i = 0; i < s.len; i++) {
		if (strchr("%_\\", s.ptr[i]) && s.ptr[i])
			rd_buf_char(&pattern, '\\');
		rd_buf_char(&pattern, s.ptr[i]);
	}
	rd_buf_char(&pattern, '%');
	rd_str kept = {rd_arena_copy(b->a, pattern.data, pattern.size), (uint32_t)pattern.size};

	rd_buf_done(&pattern);
	n = rd_filter_param(b, RD_VALUE_TEXT(kept));
	if (n == 0)
		return b->err->code;
	rd_buf_printf(&b->sql, "lower(r.%s) LIKE $%u ESCAPE '\\'", column, n);
	return RD_OK;
}

/* An item of a list that is stored as JSON: looked for with its quotation marks. */
static rd_rc has_item(rd_filter_build *b, const char *column, rd_str item)
{
	rd_buf quoted;
	rd_json j;
	rd_rc rc;

	rd_buf_init(&quoted, RD_FILTER_BYTES_MAX * 6 + 2);
	rd_json_init(&j, &quoted, 0);
	rd_json_str(&j, item);
	rc = contains(b, column, rd_buf_view(&quoted));
	rd_buf_done(&quoted);
	return rc;
}

static rd_rc text_value(rd_filter_build *b, const rd_filter_term *t, const char *column,
                        const rd_filter_value *v)
{
	if (t->op == RD_FILTER_IS)
		return contains(b, column, v->text);
	if (t->op == RD_FILTER_EQ)
		return param_is(b, column, "=", RD_VALUE_TEXT(v->text));
	return rd_filter_wrong(b, v->at,
	                       (rd_words){"文字字段用冒号（包含）或等号（完全相同）",
	                                  "for texts use a colon (holds) or = (is exactly)"});
}

/* ---- ordered values ---- */

static const char *op_text(rd_filter_op op)
{
	return op == RD_FILTER_LT ? "<" : op == RD_FILTER_LE ? "<=" : op == RD_FILTER_GT ? ">" : ">=";
}

/* The condition of a span: within it, or before or behind it. */
static rd_rc span_is(rd_filter_build *b, const char *column, rd_filter_op op, span s)
{
	if (op == RD_FILTER_IS || op == RD_FILTER_EQ) {
		if (s.low == s.high)
			return param_is(b, column, "=", RD_VALUE_INT(s.low));
		rd_buf_char(&b->sql, '(');
		RD_TRY(param_is(b, column, ">=", RD_VALUE_INT(s.low)));
		rd_buf_puts(&b->sql, " AND ");
		RD_TRY(param_is(b, column, "<=", RD_VALUE_INT(s.high)));
		rd_buf_char(&b->sql, ')');
		return RD_OK;
	}
	return param_is(b, column, op_text(op),
	                RD_VALUE_INT(op == RD_FILTER_LT || op == RD_FILTER_GE ? s.low : s.high));
}

static bool read_int(rd_str s, int64_t *ret)
{
	bool minus = s.len && s.ptr[0] == '-';
	int64_t v = 0;

	if (s.len == minus || s.len > 20)
		return false;
	for (uint32_t i = minus; i < s.len; i++) {
		if (s.ptr[i] < '0' || s.ptr[i] > '9')
			return false;
		if (__builtin_mul_overflow(v, (int64_t)10, &v) ||
		    __builtin_add_overflow(v, (int64_t)(s.ptr[i] - '0'), &v))
			return false;
	}
	*ret = minus ? -v : v;
	return true;
}

/* "today", "+7d", "-2w", "2026-12-01", "2026-12", "2026": days from first to last. */
static bool read_days(const rd_filter_build *b, rd_str s, span *ret)
{
	rd_day day = b->input->today;
	int64_t n;

	if (is_one(s, "today", "今天", NULL)) {
		*ret = (span){day, day};
		return true;
	}
	if (is_one(s, "yesterday", "昨天", NULL) || is_one(s, "tomorrow", "明天", NULL)) {
		day += is_one(s, "tomorrow", "明天", NULL) ? 1 : -1;
		*ret = (span){day, day};
		return true;
	}
	if (s.len >= 3 && (s.ptr[0] == '+' || s.ptr[0] == '-') && strchr("dw", s.ptr[s.len - 1])) {
		if (!read_int((rd_str){s.ptr + 1, s.len - 2}, &n) || n < 0 || n > 100000)
			return false;
		n *= s.ptr[s.len - 1] == 'w' ? 7 : 1;
		*ret = (span){day + (s.ptr[0] == '-' ? -n : n), day + (s.ptr[0] == '-' ? -n : n)};
		return true;
	}
	if (rd_check_day(s, &day)) {
		*ret = (span){day, day};
		return true;
	}
	if (s.len == 7 && s.ptr[4] == '-') {
		char first[11];

		memcpy(first, s.ptr, 7);
		memcpy(first + 7, "-01", 4);
		if (!rd_check_day(rd_str_of(first), &day))
			return false;
		rd_date d = rd_day_date(day);

		*ret = (span){day, day + rd_month_days(d.year, d.month) - 1};
		return true;
	}
	if (s.len == 4 && read_int(s, &n) && n >= 1900 && n <= 9999) {
		*ret = (span){rd_day_of((int32_t)n, 1, 1), rd_day_of((int32_t)n, 12, 31)};
		return true;
	}
	return false;
}

/* A time, or a day of the firm's zone from its first to its last microsecond. */
static bool read_times(const rd_filter_build *b, rd_str s, span *ret)
{
	const int64_t day_us = INT64_C(86400) * 1000000;
	span days;

	if (rd_check_time(s, &ret->low)) {
		ret->high = ret->low;
		return true;
	}
	if (is_one(s, "now", "现在", NULL)) {
		*ret = (span){b->input->now_us, b->input->now_us};
		return true;
	}
	if (!read_days(b, s, &days))
		return false;
	int64_t shift = (int64_t)b->input->offset_s * 1000000;

	*ret = (span){days.low * day_us - shift, (days.high + 1) * day_us - shift - 1};
	return true;
}

static bool read_span(const rd_filter_build *b, rd_field_type type, rd_str s, span *ret)
{
	if (type == RD_FIELD_DATE)
		return read_days(b, s, ret);
	if (type == RD_FIELD_TIME)
		return read_times(b, s, ret);
	if (!read_int(s, &ret->low))
		return false;
	ret->high = ret->low;
	return true;
}

static rd_words span_words(rd_field_type type)
{
	if (type == RD_FIELD_INT)
		return (rd_words){"应为整数，或 2..5 这样的范围",
		                  "write a whole number, or a range such as 2..5"};
	return (rd_words){"写成 2026-12-01、2026-12、today、+7d，或用 .. 连成范围",
	                  "write 2026-12-01, 2026-12, today, +7d, or two of them with .. between"};
}

static rd_rc ordered_value(rd_filter_build *b, const rd_filter_term *t, const char *column,
                           rd_field_type type, const rd_filter_value *v)
{
	int64_t dots = v->quoted ? -1 : rd_str_find(v->text, "..");
	span s, to;

	if (dots < 0)
		return read_span(b, type, v->text, &s) ? span_is(b, column, t->op, s)
		                                       : rd_filter_wrong(b, v->at, span_words(type));
	rd_str first = {v->text.ptr, (uint32_t)dots};
	rd_str last = {v->text.ptr + dots + 2, v->text.len - (uint32_t)dots - 2};

	if ((t->op != RD_FILTER_IS && t->op != RD_FILTER_EQ) || !read_span(b, type, first, &s) ||
	    !read_span(b, type, last, &to))
		return rd_filter_wrong(b, v->at, span_words(type));
	return span_is(b, column, t->op, (span){s.low, to.high});
}

/* "1000", "1,000.50" in quotes, "1000.50CNY": in whole units of the currency. */
static rd_rc money_value(rd_filter_build *b, const rd_filter_term *t, const char *column,
                         const rd_filter_value *v)
{
	const char *minor = column;
	rd_str s = v->text, currency = RD_STR("");
	int64_t amount;

	if (s.len > 3 && rd_check_format(RD_FORMAT_CURRENCY, (rd_str){s.ptr + s.len - 3, 3})) {
		currency = (rd_str){s.ptr + s.len - 3, 3};
		s.len -= 3;
	}
	if (rd_minor_parse(s, '.', currency.len ? rd_currency_decimals(currency) : 2, &amount) !=
	    RD_AMOUNT_OK)
		return rd_filter_wrong(b, v->at,
		                       (rd_words){"金额写成 1000 或 1000.50CNY",
		                                  "write an amount as 1000 or 1000.50CNY"});
	rd_buf_char(&b->sql, '(');
	RD_TRY(span_is(b, minor, t->op, (span){amount, amount}));
	if (currency.len) {
		char name[64];
		size_t n = strlen(minor) - strlen("_minor");

		RD_ASSERT(n + sizeof "_currency" <= sizeof name);
		memcpy(name, minor, n);
		memcpy(name + n, "_currency", sizeof "_currency");
		rd_buf_puts(&b->sql, " AND ");
		RD_TRY(param_is(b, name, "=", RD_VALUE_TEXT(currency)));
	}
	rd_buf_char(&b->sql, ')');
	return RD_OK;
}

/* ---- names and references ---- */

static rd_rc only_equal(rd_filter_build *b, const rd_filter_term *t)
{
	if (t->op == RD_FILTER_IS || t->op == RD_FILTER_EQ)
		return RD_OK;
	return rd_filter_wrong(b, t->at,
	                       (rd_words){"这个字段只能用冒号，没有大小之分",
	                                  "only a colon can be used with this field"});
}

/* The option that a name or a label in either language says; NULL = none. */
static const rd_option *option_of(const rd_field *f, rd_str s)
{
	const rd_option *o = rd_field_option_find(f, s);

	for (uint16_t i = 0; i < f->n_options && o == NULL; i++)
		if (is_one(s, f->options[i].label.zh, f->options[i].label.en, NULL))
			o = &f->options[i];
	return o;
}

static rd_rc no_option(rd_filter_build *b, const rd_filter_value *v)
{
	return rd_filter_wrong(b, v->at, (rd_words){"没有这个选项", "there is no such option"});
}

static rd_rc reference(rd_filter_build *b, const rd_field *f, const rd_filter_value *v,
                       int64_t *ret)
{
	if (!v->quoted && is_one(v->text, "me", "我", NULL) && strcmp(f->to, "user") == 0) {
		*ret = b->input->user_id; /* 0 when nobody is signed in: no record has it */
		return RD_OK;
	}
	if (rd_check_id(v->text, ret))
		return RD_OK;
	return rd_filter_wrong(b, v->at,
	                       (rd_words){"应为编号、me（我）或 none（无）",
	                                  "write an id, me or none"});
}

static rd_rc refs_value(rd_filter_build *b, const char *column, const rd_field *f,
                        const rd_filter_value *v)
{
	char text[24];
	int64_t id;
	rd_buf digits;

	RD_TRY(reference(b, f, v, &id));
	rd_buf_init(&digits, sizeof text);
	rd_buf_printf(&digits, "%jd", (intmax_t)id);
	memcpy(text, digits.data, digits.size + 1);
	rd_buf_done(&digits);
	return has_item(b, column, rd_str_of(text));
}

/* about:client, about:client/123 */
static rd_rc any_record(rd_filter_build *b, const rd_kind *k, uint32_t column,
                        const rd_filter_value *v)
{
	int64_t slash = rd_str_find(v->text, "/"), id;
	rd_str kind = slash < 0 ? v->text : (rd_str){v->text.ptr, (uint32_t)slash};

	if (rd_kind_find(kind) == NULL)
		return rd_filter_wrong(b, v->at,
		                       (rd_words){"写成 client 或 client/123",
		                                  "write client or client/123"});
	rd_buf_char(&b->sql, '(');
	RD_TRY(param_is(b, k->columns[column + 1].name, "=", RD_VALUE_TEXT(kind)));
	if (slash >= 0) {
		if (!rd_check_id((rd_str){v->text.ptr + slash + 1, v->text.len - (uint32_t)slash - 1}, &id))
			return rd_filter_wrong(b, v->at, (rd_words){"写成 client/123", "write client/123"});
		rd_buf_puts(&b->sql, " AND ");
		RD_TRY(param_is(b, k->columns[column].name, "=", RD_VALUE_INT(id)));
	}
	rd_buf_char(&b->sql, ')');
	return RD_OK;
}

static rd_rc truth(rd_filter_build *b, const char *column, const rd_filter_value *v)
{
	bool yes = is_one(v->text, "true", "yes", "是") || rd_str_is(v->text, "1");
	bool no = is_one(v->text, "false", "no", "否") || rd_str_is(v->text, "0");

	if (!yes && !no)
		return rd_filter_wrong(b, v->at,
		                       (rd_words){"写是或否（true、false）", "write true or false"});
	return param_is(b, column, "=", RD_VALUE_INT(yes));
}

static rd_rc field_value(rd_filter_build *b, const rd_filter_term *t, uint32_t column,
                         const rd_field *f, const rd_filter_value *v)
{
	const rd_kind *k = b->input->kind;
	const char *name = k->columns[column].name;
	const rd_option *o;
	int64_t id;

	switch (f->type) {
	case RD_FIELD_TEXT:
	case RD_FIELD_LONG: return text_value(b, t, name, v);
	case RD_FIELD_INT:
	case RD_FIELD_DATE:
	case RD_FIELD_TIME: return ordered_value(b, t, name, f->type, v);
	case RD_FIELD_MONEY: return money_value(b, t, name, v);
	default: break;
	}
	RD_TRY(only_equal(b, t));
	switch (f->type) {
	case RD_FIELD_BOOL: return truth(b, name, v);
	case RD_FIELD_ENUM:
		o = option_of(f, v->text);
		return o ? param_is(b, name, "=", RD_VALUE_TEXT(rd_str_of(o->name))) : no_option(b, v);
	case RD_FIELD_REF:
		RD_TRY(reference(b, f, v, &id));
		return param_is(b, name, "=", RD_VALUE_INT(id));
	case RD_FIELD_REFS: return refs_value(b, name, f, v);
	case RD_FIELD_LIST:
		o = option_of(f, v->text);
		return f->n_options && o == NULL ? no_option(b, v)
		                                 : has_item(b, name, o ? rd_str_of(o->name) : v->text);
	case RD_FIELD_ANY: return any_record(b, k, column, v);
	default:
		return rd_filter_wrong(b, v->at,
		                       (rd_words){"附件字段只能问有没有：has:字段",
		                                  "of a file ask only whether it is there: has:field"});
	}
}

/* ---- states ---- */

static rd_rc states_that(rd_filter_build *b, bool closed)
{
	const rd_kind *k = b->input->kind;
	uint32_t n = 0;

	/* Names of states are constants of the program. */
	rd_buf_puts(&b->sql, "r.state IN (");
	for (uint16_t i = 0; i < k->n_states; i++)
		if (k->states[i].closed == closed)
			rd_buf_printf(&b->sql, "%s'%s'", n++ ? ", " : "", k->states[i].name);
	rd_buf_puts(&b->sql, n ? ")" : "'')");
	return RD_OK;
}

static rd_rc state_value(rd_filter_build *b, const rd_filter_value *v)
{
	const rd_kind *k = b->input->kind;
	int32_t state = rd_kind_state_find(k, v->text);

	for (uint16_t i = 0; i < k->n_states && state < 0; i++)
		if (is_one(v->text, k->states[i].label.zh, k->states[i].label.en, NULL))
			state = i;
	if (state >= 0 && !k->states[state].closed) {
		/* Says the group, too: indexes of what is open are found by these very words. */
		RD_TRY(states_that(b, false));
		rd_buf_puts(&b->sql, " AND ");
	}
	if (state >= 0)
		return param_is(b, "state", "=", RD_VALUE_TEXT(rd_str_of(k->states[state].name)));
	if (is_one(v->text, "open", "未结", NULL) || is_one(v->text, "closed", "已结", NULL))
		return states_that(b, is_one(v->text, "closed", "已结", NULL));
	return rd_filter_wrong(b, v->at,
	                       (rd_words){"没有这个状态；也可写 open（未结）或 closed（已结）",
	                                  "there is no such state; open and closed mean groups"});
}

static rd_rc common_value(rd_filter_build *b, const rd_filter_term *t, uint32_t column,
                          const rd_filter_value *v)
{
	const rd_kind *k = b->input->kind;
	const char *name = k->columns[column].name;
	rd_field f;
	int64_t id;

	switch (column) {
	case RD_COL_STATE: RD_TRY(only_equal(b, t)); return state_value(b, v);
	case RD_COL_ID:
		RD_TRY(only_equal(b, t));
		if (!rd_check_id(v->text, &id))
			return rd_filter_wrong(b, v->at, (rd_words){"应为编号", "write an id"});
		return param_is(b, name, "=", RD_VALUE_INT(id));
	case RD_COL_VERSION: return ordered_value(b, t, name, RD_FIELD_INT, v);
	case RD_COL_NUMBER:
	case RD_COL_CREATED_BY:
	case RD_COL_CHANGED_BY: return text_value(b, t, name, v);
	case RD_COL_CREATED_AT:
	case RD_COL_CHANGED_AT: return ordered_value(b, t, name, RD_FIELD_TIME, v);
	case RD_COL_ARCHIVED_AT:
		b->archived_said = true;
		return ordered_value(b, t, name, RD_FIELD_TIME, v);
	default:
		f = rd_kind_common_field(k, (rd_common)column);
		return field_value(b, t, column, &f, v);
	}
}

/* What meeting a condition says of the column, for the order. */
static void learn(rd_filter_build *b, const rd_filter_term *t, uint32_t column)
{
	const rd_kind *k = b->input->kind;
	int16_t field = k->columns[column].field;

	if (t->no)
		return;
	for (uint32_t i = 0; i < t->n; i++)
		if (is_none(&t->values[i]))
			return;
	b->known[column] = true;
	b->fixed[column] |= t->n == 1 && field >= 0 && k->fields[field].type == RD_FIELD_ENUM;
}

rd_rc rd_filter_column(rd_filter_build *b, const rd_filter_term *t, uint32_t column)
{
	const rd_kind *k = b->input->kind;

	learn(b, t, column);
	for (uint32_t i = 0; i < t->n; i++) {
		const rd_filter_value *v = &t->values[i];

		rd_buf_puts(&b->sql, i ? " OR " : "");
		if (is_none(v) && k->columns[column].nullable) {
			RD_TRY(only_equal(b, t));
			rd_buf_printf(&b->sql, "r.%s IS NULL", k->columns[column].name);
		} else if (column < RD_COMMON_COUNT) {
			RD_TRY(common_value(b, t, column, v));
		} else {
			RD_TRY(field_value(b, t, column, &k->fields[k->columns[column].field], v));
		}
	}
	return RD_OK;
}

/* ---- words, tags, and what records have in common ---- */

static rd_rc term_there(rd_filter_build *b, rd_str term, uint32_t kind)
{
	uint32_t n = rd_filter_param(b, RD_VALUE_TEXT(term));
	char of_kind[16];

	if (n == 0)
		return b->err->code;
	snprintf(of_kind, sizeof of_kind, "$%u", kind);
	rd_buf_printf(&b->sql, RD_TERM_THERE, n, of_kind, "r.id", of_kind, "r.id", n);
	return RD_OK;
}

rd_rc rd_filter_words(rd_filter_build *b, rd_str text)
{
	rd_query q;
	uint32_t kind;

	rd_query_of(text, b->a, &q);
	if (q.cut)
		return rd_fail(b->err, RD_LIMIT, "要找的字词太多：最多 %u 个",
		               "too many words to look for: at most %u", RD_QUERY_WORDS_MAX);
	if (q.n == 0) {
		rd_buf_puts(&b->sql, "1 = 1");
		return RD_OK;
	}
	kind = rd_filter_param(b, RD_VALUE_TEXT(rd_str_of(b->input->kind->name)));
	if (kind == 0)
		return b->err->code;
	for (uint32_t i = 0; i < q.n; i++) {
		rd_buf_puts(&b->sql, i ? " AND (" : "(");
		for (uint32_t w = 0; w < q.words[i].n; w++) {
			rd_buf_puts(&b->sql, w ? " OR (" : "(");
			for (uint32_t k = 0; k < q.words[i].ways[w].n; k++) {
				rd_buf_puts(&b->sql, k ? " AND " : "");
				RD_TRY(term_there(b, q.words[i].ways[w].terms[k], kind));
			}
			rd_buf_char(&b->sql, ')');
		}
		rd_buf_char(&b->sql, ')');
	}
	return RD_OK;
}

rd_rc rd_filter_tags(rd_filter_build *b, const rd_filter_term *t)
{
	RD_TRY(only_equal(b, t));
	if (b->input->client)
		return rd_filter_wrong(b, t->at, (rd_words){"不能按标签筛选", "tags cannot be asked for"});
	uint32_t kind = rd_filter_param(b, RD_VALUE_TEXT(rd_str_of(b->input->kind->name)));

	for (uint32_t i = 0; i < t->n && kind; i++) {
		char *folded = rd_arena_copy(b->a, t->values[i].text.ptr, t->values[i].text.len);
		uint32_t size = rd_text_fold(t->values[i].text, folded, t->values[i].text.len);
		uint32_t n = rd_filter_param(b, RD_VALUE_TEXT(((rd_str){folded, size})));

		if (n == 0)
			return b->err->code;
		rd_buf_printf(&b->sql,
		              "%sEXISTS (SELECT 1 FROM tags g WHERE g.firm_id = $1 AND g.kind = $%u"
		              " AND g.tag = $%u AND g.record_id = r.id)",
		              i ? " OR " : "", kind, n);
	}
	return kind ? RD_OK : b->err->code;
}

/* Two parameters, one behind the other: this kind, and who asks. */
static rd_rc kind_and_me(rd_filter_build *b, uint32_t *ret_kind)
{
	*ret_kind = rd_filter_param(b, RD_VALUE_TEXT(rd_str_of(b->input->kind->name)));
	if (*ret_kind == 0 || rd_filter_param(b, RD_VALUE_INT(b->input->user_id)) == 0)
		return b->err->code;
	return RD_OK;
}

static rd_rc watched(rd_filter_build *b)
{
	uint32_t kind;

	RD_TRY(kind_and_me(b, &kind));
	rd_buf_printf(&b->sql,
	              "EXISTS (SELECT 1 FROM watchers w WHERE w.firm_id = $1 AND w.kind = $%u"
	              " AND w.record_id = r.id AND w.user_id = $%u)",
	              kind, kind + 1);
	return RD_OK;
}

static rd_rc assigned(rd_filter_build *b)
{
	uint32_t kind;

	RD_TRY(kind_and_me(b, &kind));
	rd_buf_printf(
		&b->sql,
		"EXISTS (SELECT 1 FROM record_refs a WHERE a.firm_id = $1 AND a.to_kind = 'user'"
		" AND a.to_id = $%u AND a.from_kind = $%u AND a.from_id = r.id AND a.assigns = 1)",
		kind + 1, kind);
	return RD_OK;
}

rd_rc rd_filter_is(rd_filter_build *b, const rd_filter_value *v)
{
	rd_str s = v->text;

	if (is_one(s, "open", "未结", NULL))
		return states_that(b, false);
	if (is_one(s, "closed", "已结", NULL))
		return states_that(b, true);
	if (is_one(s, "archived", "已归档", NULL)) {
		b->archived_said = true;
		rd_buf_puts(&b->sql, "r.archived_at_us IS NOT NULL");
		return RD_OK;
	}
	if (is_one(s, "all", "全部", NULL)) {
		b->archived_said = true;
		rd_buf_puts(&b->sql, "1 = 1");
		return RD_OK;
	}
	if (is_one(s, "overdue", "逾期", NULL) && rd_filter_may_name(b->input, RD_COL_DUE)) {
		rd_buf_char(&b->sql, '(');
		RD_TRY(param_is(b, "due_at_us", "<", RD_VALUE_INT(b->input->now_us)));
		rd_buf_puts(&b->sql, " AND ");
		RD_TRY(states_that(b, false));
		rd_buf_char(&b->sql, ')');
		return RD_OK;
	}
	if (is_one(s, "mine", "我的", NULL) && !b->input->client)
		return assigned(b);
	if (is_one(s, "watched", "已关注", NULL) && !b->input->client)
		return watched(b);
	if (is_one(s, "restricted", "限知情人", NULL) && !b->input->client) {
		rd_buf_puts(&b->sql, "r.restricted = 1");
		return RD_OK;
	}
	return rd_filter_wrong(
		b, v->at,
		(rd_words){"可写 open、closed、overdue、archived、all、mine、watched、restricted",
	               "one of open, closed, overdue, archived, all, mine, watched, restricted"});
}

rd_rc rd_filter_has(rd_filter_build *b, const rd_filter_value *v)
{
	int32_t column = rd_filter_find(b->input->kind, v->text);

	if (is_one(v->text, "tag", "标签", NULL) && !b->input->client) {
		uint32_t kind = rd_filter_param(b, RD_VALUE_TEXT(rd_str_of(b->input->kind->name)));

		if (kind == 0)
			return b->err->code;
		rd_buf_printf(&b->sql,
		              "EXISTS (SELECT 1 FROM tags g WHERE g.firm_id = $1 AND g.kind = $%u"
		              " AND g.record_id = r.id)",
		              kind);
		return RD_OK;
	}
	if (column < 0 || !rd_filter_may_name(b->input, (uint32_t)column))
		return rd_filter_wrong(b, v->at, (rd_words){"没有这个字段", "there is no such field"});
	rd_buf_printf(&b->sql, "r.%s IS NOT NULL", b->input->kind->columns[column].name);
	return RD_OK;
}
