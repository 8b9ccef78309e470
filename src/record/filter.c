#include "record/filter.h"
#include "base/assert.h"
#include "record/filter_impl.h"
#include "record/value.h"

/* Words for what is no field; the first is the key, the others stand for it. */
static const char *const special[][4] = {
	{"state", "状态"},
	{"number", "编号"},
	{"created_at", "created", "创建时间"},
	{"tag", "标签"},
	{"changed_at", "changed", "修改时间"},
	{"text", "q", "全文"},
	{"is", "是"},
	{"has", "有"},
	{"archived_at", "归档时间"},
	{"restricted", "限知情人"},
	{"id", "内部编号"},
};
#define N_SPECIAL (sizeof special / sizeof special[0])

uint32_t rd_filter_param(rd_filter_build *b, rd_value v)
{
	if (b->n_in == RD_FILTER_IN_MAX) {
		rd_fail(b->err, RD_LIMIT, "筛选条件太多：最多 %u 个值",
		        "too many conditions: at most %u values", RD_FILTER_IN_MAX);
		return 0;
	}
	b->in[b->n_in++] = v;
	return b->n_in;
}

rd_rc rd_filter_wrong(rd_filter_build *b, uint32_t at, rd_words words)
{
	rd_err zh;

	rd_fail(&zh, RD_INPUT, "", "%s", words.zh);
	rd_fail(b->err, RD_INPUT, "", "%s", words.en);
	memcpy(b->err->zh, zh.en, sizeof zh.en);
	b->err->column = rd_utf8_count((rd_str){b->text.ptr, at}) + 1;
	return RD_INPUT;
}

bool rd_filter_may_name(const rd_filter_input *in, uint32_t column)
{
	const rd_kind *k = in->kind;

	if (column == RD_COL_FIRM)
		return false;
	if (column < RD_COMMON_COUNT) {
		bool settable = column == RD_COL_OWNER || column == RD_COL_TEAM || column == RD_COL_DUE;

		if (settable || column == RD_COL_CLIENT) {
			if (!k->common[column].used && !(column == RD_COL_OWNER && k->own == RD_OWN_OWNER) &&
			    !(column == RD_COL_CLIENT && k->own == RD_OWN_CLIENT))
				return false;
		}
		if (in->client && (column == RD_COL_RESTRICTED || column == RD_COL_CREATED_BY ||
		                   column == RD_COL_CHANGED_BY))
			return false;
		return !in->client || !settable || k->common[column].client_visible;
	}
	const rd_field *f = &k->fields[k->columns[column].field];

	return (!f->secret || in->secrets) && (!in->client || f->client_visible);
}

static bool same_label(rd_str key, rd_words w)
{
	if (rd_str_is(key, w.zh))
		return true;
	if (key.len != strlen(w.en))
		return false;
	for (uint32_t i = 0; i < key.len; i++)
		if ((key.ptr[i] | 32) != (w.en[i] | 32))
			return false;
	return true;
}

int32_t rd_filter_find(const rd_kind *k, rd_str key)
{
	int32_t column = rd_kind_column_find(k, key);

	if (column >= 0)
		return column;
	for (uint32_t i = 0; i < N_SPECIAL; i++)
		for (uint32_t n = 1; n < 4 && special[i][n]; n++)
			if (rd_str_is(key, special[i][n]))
				return rd_kind_column_find(k, rd_str_of(special[i][0]));
	for (uint32_t c = 0; c < RD_COMMON_COUNT; c++)
		if (k->common[c].label.zh && same_label(key, k->common[c].label))
			return (int32_t)c;
	for (uint16_t i = 0; i < k->n_fields; i++)
		if (same_label(key, k->fields[i].label))
			return k->fields[i].column;
	return -1;
}

/* ---- cutting the text ---- */

/* Signs of full width and Chinese quotation marks become plain ones, outside quotes; one code point
 * stays one, so that places can be told. */
static rd_str uniform(rd_str text, rd_arena *a)
{
	rd_buf b;
	bool quoted = false;

	rd_buf_init(&b, RD_FILTER_BYTES_MAX * 2);
	for (uint32_t at = 0; at < text.len;) {
		uint32_t cp = rd_utf8_next(text, &at);
		char bytes[4];

		if (cp == 0x201C || cp == 0x201D || cp == 0x300C || cp == 0x300D || cp == 0xFF02)
			cp = '"';
		if (cp == '"')
			quoted = !quoted;
		else if (!quoted)
			cp = cp == 0x3001 ? ',' : rd_halfwidth(cp);
		rd_buf_add(&b, bytes, rd_utf8_put(bytes, cp));
	}
	rd_str out = {rd_arena_copy(a, b.data, b.size), (uint32_t)b.size};

	rd_buf_done(&b);
	return out;
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static char at_of(const rd_filter_build *b, uint32_t at)
{
	return at < b->text.len ? b->text.ptr[at] : '\0';
}

/* "…" at *at; two quotation marks inside stand for one. */
static rd_rc read_quoted(rd_filter_build *b, uint32_t *at, rd_filter_value *v)
{
	uint32_t from = *at, n = 0;
	char *out = rd_arena_copy(b->a, b->text.ptr + from, b->text.len - from);

	for (uint32_t i = from + 1; i < b->text.len; i++) {
		if (b->text.ptr[i] == '"' && at_of(b, i + 1) != '"') {
			*v = (rd_filter_value){{out, n}, true, from};
			*at = i + 1;
			return RD_OK;
		}
		i += b->text.ptr[i] == '"';
		out[n++] = b->text.ptr[i];
	}
	return rd_filter_wrong(b, from, (rd_words){"引号没有成对", "the quotation mark is not closed"});
}

static rd_rc read_values(rd_filter_build *b, uint32_t *at, rd_filter_term *t)
{
	do {
		rd_filter_value *v = &t->values[t->n];

		*at += t->n > 0; /* the comma */
		if (t->n == RD_FILTER_VALUES_MAX)
			return rd_filter_wrong(b, *at,
			                       (rd_words){"一个条件的值太多",
			                                  "too many values in one condition"});
		if (at_of(b, *at) == '"') {
			RD_TRY(read_quoted(b, at, v));
		} else {
			uint32_t from = *at;

			while (*at < b->text.len && !is_space(b->text.ptr[*at]) && b->text.ptr[*at] != ',')
				(*at)++;
			*v = (rd_filter_value){{b->text.ptr + from, *at - from}, false, from};
		}
		if (v->text.len == 0)
			return rd_filter_wrong(b, v->at, (rd_words){"这里缺少值", "a value is missing here"});
		t->n++;
	} while (at_of(b, *at) == ',');
	if (*at < b->text.len && !is_space(b->text.ptr[*at]))
		return rd_filter_wrong(b, *at,
		                       (rd_words){"条件之间用空格分开", "put a space between conditions"});
	return RD_OK;
}

/* The operator at *at, which is one of : = < > or != */
static void read_op(rd_filter_build *b, uint32_t *at, rd_filter_term *t)
{
	char c = at_of(b, *at);
	bool equal = c != ':' && c != '=' && at_of(b, *at + 1) == '=';

	*at += 1 + equal;
	if (c == '!')
		t->no = !t->no;
	t->op = c == ':'   ? RD_FILTER_IS
	        : c == '<' ? (equal ? RD_FILTER_LE : RD_FILTER_LT)
	        : c == '>' ? (equal ? RD_FILTER_GE : RD_FILTER_GT)
	                   : RD_FILTER_EQ;
}

/* One term at *at, which is no space. A term without key has one value: a word to look for. */
static rd_rc read_term(rd_filter_build *b, uint32_t *at, rd_filter_term *t)
{
	uint32_t from;

	*t = (rd_filter_term){.at = *at};
	if (at_of(b, *at) == '-' && *at + 1 < b->text.len && !is_space(b->text.ptr[*at + 1])) {
		t->no = true;
		(*at)++;
	}
	from = *at;
	if (at_of(b, from) == '"') {
		t->n = 1;
		return read_quoted(b, at, &t->values[0]);
	}
	while (*at < b->text.len && !is_space(b->text.ptr[*at]) &&
	       !strchr(":=<>\"", b->text.ptr[*at]) &&
	       !(b->text.ptr[*at] == '!' && at_of(b, *at + 1) == '='))
		(*at)++;
	if (at_of(b, *at) && strchr(":=<>!", at_of(b, *at)) && *at > from) {
		t->key = (rd_str){b->text.ptr + from, *at - from};
		read_op(b, at, t);
		return read_values(b, at, t);
	}
	while (*at < b->text.len && !is_space(b->text.ptr[*at]))
		(*at)++;
	t->values[0] = (rd_filter_value){{b->text.ptr + from, *at - from}, false, from};
	t->n = 1;
	return RD_OK;
}

/* ---- what a term is about ---- */

static bool is_special(rd_str key, const char *name)
{
	for (uint32_t i = 0; i < N_SPECIAL; i++)
		for (uint32_t n = 0; n < 4 && special[i][n]; n++)
			if (strcmp(special[i][0], name) == 0 && rd_str_is(key, special[i][n]))
				return true;
	return false;
}

static rd_rc unknown_key(rd_filter_build *b, const rd_filter_term *t)
{
	const rd_kind *k = b->input->kind;
	const char *names[RD_KIND_COLUMNS_MAX + 4] = {"is", "has", "tag", "text"};
	const char *near;
	uint32_t n = 4;
	rd_str key = t->key;

	for (uint16_t c = 0; c < k->n_columns; c++)
		if (rd_filter_may_name(b->input, c))
			names[n++] = k->columns[c].key;
	near = rd_nearest(key, names, n);
	key.len = key.len > 60 ? 60 : key.len;
	return rd_filter_wrong(
		b, t->at,
		near ? rd_words_format(b->a, "没有字段 %.*s；是否指 %s？",
	                           "there is no field %.*s; did you mean %s?", RD_STR_ARG(key), near)
			 : rd_words_format(b->a, "没有字段 %.*s；要找这些字请加引号",
	                           "there is no field %.*s; to look for these words put them in quotes",
	                           RD_STR_ARG(key)));
}

/* is:a,b and has:a,b are met by any one. */
static rd_rc any_value(rd_filter_build *b, const rd_filter_term *t,
                       rd_rc (*one)(rd_filter_build *, const rd_filter_value *))
{
	if (t->op != RD_FILTER_IS && t->op != RD_FILTER_EQ)
		return rd_filter_wrong(b, t->at,
		                       (rd_words){"这里只能用冒号", "only a colon can stand here"});
	for (uint32_t i = 0; i < t->n; i++) {
		rd_buf_puts(&b->sql, i ? " OR " : "");
		RD_TRY(one(b, &t->values[i]));
	}
	return RD_OK;
}

static rd_rc key_term(rd_filter_build *b, const rd_filter_term *t)
{
	int32_t column;

	if (is_special(t->key, "is"))
		return any_value(b, t, rd_filter_is);
	if (is_special(t->key, "has"))
		return any_value(b, t, rd_filter_has);
	if (is_special(t->key, "tag"))
		return rd_filter_tags(b, t);
	if (is_special(t->key, "text"))
		return rd_filter_words(b, t->values[0].text);
	column = rd_filter_find(b->input->kind, t->key);
	if (column < 0 || !rd_filter_may_name(b->input, (uint32_t)column))
		return unknown_key(b, t);
	return rd_filter_column(b, t, (uint32_t)column);
}

static rd_rc term(rd_filter_build *b, const rd_filter_term *t)
{
	const rd_filter_value *v = &t->values[0];
	static const char *const flags[] = {"archived", "已归档", "overdue", "逾期"};

	rd_buf_puts(&b->sql, " AND (");
	if (t->key.len)
		RD_TRY(key_term(b, t));
	else {
		bool flag = false;

		for (uint32_t i = 0; i < 4 && !v->quoted; i++)
			flag |= rd_str_is(v->text, flags[i]);
		RD_TRY(flag ? rd_filter_is(b, v) : rd_filter_words(b, v->text));
	}
	/* What is not known does not meet the condition, so it meets its opposite. */
	rd_buf_puts(&b->sql, t->no ? ") IS NOT TRUE" : ")");
	return RD_OK;
}

static rd_rc terms(rd_filter_build *b)
{
	uint32_t n = 0;

	for (uint32_t at = 0;;) {
		rd_filter_term t;

		while (at < b->text.len && is_space(b->text.ptr[at]))
			at++;
		if (at == b->text.len)
			return RD_OK;
		if (n++ == RD_FILTER_TERMS_MAX)
			return rd_filter_wrong(b, at, (rd_words){"条件太多", "too many conditions"});
		RD_TRY(read_term(b, &at, &t));
		RD_TRY(term(b, &t));
	}
}

static rd_rc build(rd_filter_build *b, rd_filter *f)
{
	rd_filter_param(b, RD_VALUE_INT(b->input->firm_id));
	rd_buf_puts(&b->sql, "r.firm_id = $1");
	RD_TRY(terms(b));
	if (!b->archived_said)
		rd_buf_puts(&b->sql, " AND r.archived_at_us IS NULL");
	if (b->sql.full)
		return rd_fail(b->err, RD_LIMIT, "筛选条件太长", "the filter is too long");
	f->where = (rd_str){rd_arena_copy(b->a, b->sql.data, b->sql.size), (uint32_t)b->sql.size};
	RD_TRY(rd_filter_order(b, f));
	f->in = b->in;
	f->n_in = b->n_in;
	return RD_OK;
}

rd_rc rd_filter_compile(const rd_filter_input *in, rd_arena *a, rd_filter *ret_filter, rd_err *err)
{
	rd_filter_build b = {.input = in, .a = a, .err = err};
	rd_filter f = {0};
	rd_rc rc;

	if (in->text.len > RD_FILTER_BYTES_MAX)
		return rd_fail(err, RD_LIMIT, "筛选条件太长：最多 %u 字节",
		               "the filter is too long: at most %u bytes", RD_FILTER_BYTES_MAX);
	if (rd_utf8_check(in->text.ptr, in->text.len) >= 0)
		return rd_fail(err, RD_INPUT, "筛选条件不是 UTF-8 文字", "the filter is not UTF-8 text");
	b.text = uniform(in->text, a);
	b.in = RD_NEW_N(a, rd_value, RD_FILTER_IN_MAX);
	rd_buf_init(&b.sql, RD_FILTER_SQL_MAX);
	rc = build(&b, &f);
	rd_buf_done(&b.sql);
	if (rc == RD_OK)
		*ret_filter = f;
	return rc;
}

rd_str rd_filter_select(const rd_kind *k, const rd_filter *f, uint32_t part, rd_str more,
                        uint32_t limit, rd_arena *a)
{
	const rd_filter_part *p = &f->part[part];
	rd_buf b;
	rd_str out;

	rd_buf_init(&b, RD_FILTER_SQL_MAX * 3 + more.len);
	rd_buf_puts(&b, "SELECT ");
	for (uint16_t i = 0; i < k->n_columns; i++)
		rd_buf_printf(&b, "%sr.%s", i ? ", " : "", k->columns[i].name);
	rd_buf_printf(&b, " FROM %s r WHERE ", k->table);
	rd_buf_str(&b, f->where);
	rd_buf_str(&b, p->more);
	if (more.len)
		rd_buf_printf(&b, " AND (" RD_STR_FMT ")", RD_STR_ARG(more));
	rd_buf_printf(&b, " ORDER BY " RD_STR_FMT " LIMIT %u", RD_STR_ARG(p->order), limit);
	RD_ASSERT(!b.full);
	out = (rd_str){rd_arena_copy(a, b.data, b.size), (uint32_t)b.size};
	rd_buf_done(&b);
	return out;
}
