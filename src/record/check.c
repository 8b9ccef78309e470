#include "record/check.h"
#include "base/assert.h"
#include "record/value.h"

#define SHOWN_MAX 40 /* bytes of an unknown key that are repeated */

/* What a body is judged against, and where it goes. */
typedef struct checking {
	const rd_check_input *in;
	rd_arena *a;
	rd_draft *draft;
	rd_problems *problems;
	rd_field_set bad_fields; /* a problem was told about them already */
	uint32_t bad_common;
	bool fine;
} checking;

static const rd_common settable[] = {RD_COL_OWNER, RD_COL_CLIENT, RD_COL_TEAM, RD_COL_RESTRICTED,
                                     RD_COL_DUE};
#define N_SETTABLE (sizeof settable / sizeof settable[0])

/* How deep lists and objects lie in each other; brackets within texts are none. The parser would go
 * down 2,048 levels, and whatever walks the body after it. */
static uint32_t depth_of(rd_str text)
{
	uint32_t depth = 0, deepest = 0;
	bool quoted = false;

	for (uint32_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];

		if (quoted && c == '\\')
			i++;
		else if (c == '"')
			quoted = !quoted;
		else if (!quoted && (c == '{' || c == '['))
			deepest = ++depth > deepest ? depth : deepest;
		else if (!quoted && (c == '}' || c == ']') && depth)
			depth--;
	}
	return deepest;
}

rd_rc rd_check_parse(rd_str text, json_t **ret_body, rd_err *err)
{
	json_error_t error;
	json_t *body;

	if (text.len > RD_BODY_BYTES_MAX)
		return rd_fail(err, RD_LIMIT, "内容太大：最多 %u 字节",
		               "the body is too large: at most %u bytes", RD_BODY_BYTES_MAX);
	if (depth_of(text) > RD_BODY_DEPTH_MAX)
		return rd_fail(err, RD_INPUT, "JSON 嵌套太深：最多 %u 层",
		               "the JSON is too deep: at most %u levels", RD_BODY_DEPTH_MAX);
	body = json_loadb(text.ptr, text.len, JSON_REJECT_DUPLICATES, &error);
	if (body == NULL && json_error_code(&error) == json_error_duplicate_key) {
		rd_fail(err, RD_INPUT, "同一个键出现两次", "a key stands there twice");
		err->line = (uint32_t)error.line;
		return err->code;
	}
	if (body == NULL) {
		rd_fail(err, RD_INPUT, "不是 JSON：第 %d 行第 %d 列附近有误",
		        "this is no JSON: there is a mistake near line %d, column %d", error.line,
		        error.column);
		err->line = (uint32_t)error.line;
		err->column = (uint32_t)error.column;
		return err->code;
	}
	if (!json_is_object(body)) {
		json_decref(body);
		return rd_fail(err, RD_INPUT, "应为一个 JSON 对象 {…}", "this must be a JSON object {…}");
	}
	*ret_body = body;
	return RD_OK;
}

static void problem(checking *c, const char *field, rd_words words, rd_words hint)
{
	rd_problem_add(c->problems, c->a, field, words, hint);
	c->fine = false;
}

static const char *copied_key(checking *c, const char *key)
{
	size_t n = strlen(key);

	return rd_arena_copy(c->a, key, n > SHOWN_MAX ? SHOWN_MAX : n);
}

/* A key that this body may not have: why, and what may have been meant. */
static void refuse_key(checking *c, const char *key)
{
	const rd_kind *k = c->in->kind;
	const rd_transition *t = c->in->transition;
	const char *names[RD_KIND_FIELDS_MAX + N_SETTABLE];
	const char *near;
	uint32_t n = 0;

	if (c->in->mode == RD_CHECK_TRANSITION) {
		for (uint16_t i = 0; i < t->n_asks; i++)
			names[n++] = t->asks[i].name;
	} else {
		if (rd_kind_column_find(k, rd_str_of(key)) >= 0) {
			problem(c, copied_key(c, key),
			        (rd_words){"由系统填写，或此类记录不用它",
			                   "the program fills it in, or this kind does not use it"},
			        RD_NO_HINT);
			return;
		}
		for (uint16_t i = 0; i < k->n_fields; i++)
			names[n++] = k->fields[i].name;
		for (uint32_t i = 0; i < N_SETTABLE; i++)
			if (k->common[settable[i]].used)
				names[n++] = k->columns[settable[i]].key;
	}
	near = rd_nearest(rd_str_of(key), names, n);
	problem(c, copied_key(c, key), (rd_words){"没有这个字段", "there is no such field"},
	        near ? rd_words_format(c->a, "是否指 %s？", "did you mean %s?", near) : RD_NO_HINT);
}

static void mark(checking *c, const rd_field *f, bool good)
{
	int16_t column = f->column;

	if (column < 0)
		return;
	rd_field_set *fields = good ? &c->draft->fields : &c->bad_fields;
	uint32_t *common = good ? &c->draft->common : &c->bad_common;

	if (column < RD_COMMON_COUNT)
		*common |= UINT32_C(1) << column;
	else
		*fields |= (rd_field_set)1 << c->in->kind->columns[column].field;
}

static const rd_words missing = {"必须填写", "this must be given"};

/* Reads one value into `cells`; null for what must be given is a problem. */
static bool take(checking *c, const rd_field *f, const json_t *v, rd_value *cells)
{
	rd_value read[2];

	if (!rd_value_read(f, v, c->a, read, c->problems)) {
		c->fine = false;
		mark(c, f, false);
		return false;
	}
	if (read[0].type == RD_NULL && f->required) {
		problem(c, f->name, missing, RD_NO_HINT);
		mark(c, f, false);
		return false;
	}
	memcpy(cells, read, rd_field_width(f) * sizeof *read);
	mark(c, f, true);
	return true;
}

static bool same_cells(const rd_value *a, const rd_value *b, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		if (a[i].type != b[i].type || (a[i].type == RD_INT && a[i].i != b[i].i) ||
		    (a[i].type == RD_TEXT && !rd_str_eq(a[i].str, b[i].str)))
			return false;
	return true;
}

static void take_field(checking *c, const rd_field *f, const json_t *v)
{
	rd_value *cells = c->draft->row + f->column;
	rd_value was[2] = {cells[0], rd_field_width(f) == 2 ? cells[1] : RD_VALUE_NULL};

	if (f->n_computed) {
		problem(c, f->name,
		        (rd_words){"由其他字段算出，不能填写", "it is computed from other fields"},
		        RD_NO_HINT);
		return;
	}
	if (!take(c, f, v, cells))
		return;
	if (c->in->mode == RD_CHECK_CHANGE && f->fixed && !same_cells(was, cells, rd_field_width(f)))
		problem(c, f->name, (rd_words){"新建之后不能修改", "it cannot be changed after creation"},
		        RD_NO_HINT);
}

static void take_key(checking *c, const char *key, const json_t *v)
{
	const rd_kind *k = c->in->kind;
	int32_t i = rd_kind_field_find(k, rd_str_of(key));

	if (i >= 0) {
		take_field(c, &k->fields[i], v);
		return;
	}
	for (uint32_t s = 0; s < N_SETTABLE; s++) {
		rd_common column = settable[s];

		if (strcmp(key, k->columns[column].key) == 0 && k->common[column].used) {
			rd_field f = rd_kind_common_field(k, column);

			take(c, &f, v, c->draft->row + column);
			return;
		}
	}
	refuse_key(c, key);
}

/* What must be there and is not; the engine fills in the owner. */
static void require(checking *c)
{
	const rd_kind *k = c->in->kind;

	for (uint32_t s = 0; s < N_SETTABLE; s++) {
		rd_common column = settable[s];

		if (k->common[column].required && column != RD_COL_OWNER &&
		    c->draft->row[column].type == RD_NULL && !(c->bad_common >> column & 1))
			problem(c, k->columns[column].key, missing, RD_NO_HINT);
	}
	for (uint16_t i = 0; i < k->n_fields; i++)
		if (k->fields[i].required && c->draft->row[k->fields[i].column].type == RD_NULL &&
		    !(c->bad_fields >> i & 1))
			problem(c, k->fields[i].name, missing, RD_NO_HINT);
}

static void preset(const rd_kind *k, rd_value *row)
{
	for (uint16_t i = 0; i < k->n_fields; i++) {
		const rd_field *f = &k->fields[i];

		if (f->has_preset)
			row[f->column] = f->preset_text ? RD_VALUE_TEXT(rd_str_of(f->preset_text))
			                                : RD_VALUE_INT(f->preset_int);
	}
}

static void take_asks(checking *c, const json_t *body)
{
	const rd_transition *t = c->in->transition;

	c->draft->asked =
		rd_arena_alloc(c->a, rd_mul(t->n_asks ? t->n_asks : 1, sizeof *c->draft->asked),
	                   _Alignof(rd_value));
	for (uint16_t i = 0; i < t->n_asks; i++) {
		const rd_field *f = &t->asks[i];
		const json_t *v = json_object_get(body, f->name);
		rd_value *cells = c->draft->asked[i];

		if (v == NULL && f->required)
			problem(c, f->name, missing, RD_NO_HINT);
		if (v && take(c, f, v, cells) && f->column >= 0)
			memcpy(c->draft->row + f->column, cells, rd_field_width(f) * sizeof *cells);
	}
}

static bool is_asked(const rd_transition *t, const char *key)
{
	for (uint16_t i = 0; i < t->n_asks; i++)
		if (strcmp(t->asks[i].name, key) == 0)
			return true;
	return false;
}

/* Computes anew, and marks what came out different. */
static void compute(checking *c)
{
	const rd_kind *k = c->in->kind;
	rd_value was[RD_KIND_COLUMNS_MAX];

	memcpy(was, c->draft->row, k->n_columns * sizeof *was);
	if (!rd_check_compute(k, c->draft->row, c->a, c->problems))
		c->fine = false;
	for (uint16_t i = 0; i < k->n_fields; i++) {
		const rd_field *f = &k->fields[i];

		if (f->n_computed && !same_cells(was + f->column, c->draft->row + f->column, 1))
			c->draft->fields |= (rd_field_set)1 << i;
	}
}

bool rd_check_body(const rd_check_input *in, const json_t *body, rd_arena *a, rd_draft *ret_draft,
                   rd_problems *problems)
{
	const rd_kind *k = in->kind;
	checking c = {.in = in, .a = a, .draft = ret_draft, .problems = problems, .fine = true};
	const char *key;
	json_t *v;

	RD_ASSERT(k->n_columns <= RD_KIND_COLUMNS_MAX);
	RD_ASSERT((in->mode == RD_CHECK_CREATE) == (in->before == NULL));
	RD_ASSERT((in->mode == RD_CHECK_TRANSITION) == (in->transition != NULL));
	*ret_draft = (rd_draft){.row = RD_NEW_N(a, rd_value, k->n_columns)};
	if (!json_is_object(body)) {
		problem(&c, "", (rd_words){"应为一个 JSON 对象 {…}", "this must be a JSON object {…}"},
		        RD_NO_HINT);
		return false;
	}
	if (in->before)
		memcpy(ret_draft->row, in->before, k->n_columns * sizeof *ret_draft->row);
	else
		preset(k, ret_draft->row);
	json_object_foreach((json_t *)body, key, v)
	{
		if (in->mode != RD_CHECK_TRANSITION)
			take_key(&c, key, v);
		else if (!is_asked(in->transition, key))
			refuse_key(&c, key);
	}
	if (in->mode == RD_CHECK_TRANSITION)
		take_asks(&c, body);
	if (in->mode == RD_CHECK_CREATE)
		require(&c);
	compute(&c);
	return c.fine;
}

bool rd_check_needs(const rd_kind *k, const rd_transition *t, const rd_value *row, rd_arena *a,
                    rd_problems *problems)
{
	static const rd_words words = {"请先填写，才能进行这一步",
	                               "fill this in first: the step needs it"};
	bool fine = true;

	for (uint32_t s = 0; s < N_SETTABLE; s++)
		if (t->needs_common >> settable[s] & 1 && row[settable[s]].type == RD_NULL) {
			rd_problem_add(problems, a, k->columns[settable[s]].key, words, RD_NO_HINT);
			fine = false;
		}
	for (uint16_t i = 0; i < k->n_fields; i++)
		if (t->needs >> i & 1 && row[k->fields[i].column].type == RD_NULL) {
			rd_problem_add(problems, a, k->fields[i].name, words, RD_NO_HINT);
			fine = false;
		}
	return fine;
}

rd_rc rd_check_fail(const rd_problems *p, rd_err *err)
{
	const rd_problem *first = p->items;
	const char *field = first->field[0] ? first->field : "JSON";
	bool hint = first->hint.zh != NULL;
	rd_err zh, en;

	RD_ASSERT(p->n > 0);
	/* The two languages hold different arguments, so each sentence is made alone. */
	rd_fail(&en, RD_INPUT, "", "%s: %.160s%s%.80s%s", field, first->words.en, hint ? " (" : "",
	        hint ? first->hint.en : "", hint ? ")" : "");
	rd_fail(&zh, RD_INPUT, "", "%s：%.160s%s%.80s%s", field, first->words.zh, hint ? "（" : "",
	        hint ? first->hint.zh : "", hint ? "）" : "");
	if (p->all > 1) {
		rd_fail(err, RD_INPUT, "", "%.200s；共 %u 处需要改正", zh.en, p->all);
		zh = *err;
		rd_fail(err, RD_INPUT, "", "%.200s; %u things to put right", en.en, p->all);
	} else {
		*err = en;
	}
	memcpy(err->zh, zh.en, sizeof err->zh);
	return RD_INPUT;
}

/* One step of a program; false when the value leaves int64. */
static bool step(rd_op op, int64_t *stack, uint32_t *n, bool *null)
{
	int64_t *a, *b = stack + *n - 1;

	if (op.code == RD_OP_NEG)
		return !__builtin_sub_overflow((int64_t)0, *b, b);
	RD_ASSERT(*n >= 2);
	a = stack + *n - 2;
	(*n)--;
	switch (op.code) {
	case RD_OP_ADD: return !__builtin_add_overflow(*a, *b, a);
	case RD_OP_SUB: return !__builtin_sub_overflow(*a, *b, a);
	case RD_OP_MUL: return !__builtin_mul_overflow(*a, *b, a);
	case RD_OP_DIV:
		if (*a == INT64_MIN && *b == -1)
			return false;
		*null |= *b == 0;
		*a = *b ? *a / *b : 0;
		return true;
	case RD_OP_MIN: *a = *a < *b ? *a : *b; return true;
	default:
		RD_ASSERT(op.code == RD_OP_MAX);
		*a = *a > *b ? *a : *b;
		return true;
	}
}

/* Of nulls nothing comes, whatever the other numbers are. */
static bool has_null(const rd_kind *k, const rd_field *f, const rd_value *row)
{
	for (uint16_t i = 0; i < f->n_computed; i++)
		if (f->computed[i].code == RD_OP_FIELD &&
		    row[k->fields[f->computed[i].arg].column].type == RD_NULL)
			return true;
	return false;
}

/* False when the value leaves the range of whole numbers. */
static bool run(const rd_kind *k, const rd_field *f, const rd_value *row, rd_value *ret)
{
	int64_t stack[RD_OP_STACK_MAX + 1];
	uint32_t n = 0;
	bool null = has_null(k, f, row);

	*ret = RD_VALUE_NULL;
	for (uint16_t i = 0; i < f->n_computed && !null; i++) {
		rd_op op = f->computed[i];

		RD_ASSERT(n <= RD_OP_STACK_MAX);
		if (op.code == RD_OP_CONST)
			stack[n++] = op.arg;
		else if (op.code == RD_OP_FIELD)
			stack[n++] = row[k->fields[op.arg].column].i;
		else if (!step(op, stack, &n, &null))
			return false;
	}
	if (null)
		return true;
	RD_ASSERT(n == 1);
	if (stack[0] > RD_INT_JSON_MAX || stack[0] < -RD_INT_JSON_MAX)
		return false;
	*ret = RD_VALUE_INT(stack[0]);
	return true;
}

bool rd_check_compute(const rd_kind *k, rd_value *row, rd_arena *a, rd_problems *problems)
{
	bool fine = true;

	for (uint16_t i = 0; i < k->n_fields; i++) {
		const rd_field *f = &k->fields[i];
		rd_value v = RD_VALUE_NULL;

		if (f->n_computed == 0)
			continue;
		if (!run(k, f, row, &v)) {
			rd_problem_add(problems, a, f->name,
			               (rd_words){"计算结果超出范围", "what is computed goes out of range"},
			               RD_NO_HINT);
			fine = false;
		}
		row[f->column] = v;
	}
	return fine;
}

static int32_t sql_column(const rd_kind *k, const char *name)
{
	for (uint16_t i = 0; i < k->n_columns; i++)
		if (strcmp(k->columns[i].name, name) == 0)
			return i;
	return -1;
}

rd_rc rd_check_apply(const rd_kind *k, const json_t *values, rd_arena *a, rd_value *row,
                     rd_err *err)
{
	const char *key;
	json_t *v;

	json_object_foreach((json_t *)values, key, v)
	{
		int32_t i = sql_column(k, key);

		if (i >= 0 && json_is_null(v)) {
			row[i] = RD_VALUE_NULL;
		} else if (i >= 0 && json_is_integer(v) && k->columns[i].type == RD_INT) {
			row[i] = RD_VALUE_INT(json_integer_value(v));
		} else if (i >= 0 && json_is_string(v) && k->columns[i].type == RD_TEXT) {
			uint32_t n = (uint32_t)json_string_length(v);

			row[i] = RD_VALUE_TEXT(((rd_str){rd_arena_copy(a, json_string_value(v), n), n}));
		} else {
			return rd_fail(err, RD_INPUT, "存储的值与 %s 的列不符：%.40s",
			               "a stored value does not fit the columns of %s: %.40s", k->name, key);
		}
	}
	return RD_OK;
}

static void add_ref(rd_arena *a, rd_kind_ref **refs, uint32_t *n, uint32_t *cap, rd_kind_ref r)
{
	*refs = rd_grow(a, *refs, *n, cap, sizeof **refs);
	(*refs)[(*n)++] = r;
}

/* The ids of ["1","2"], which is how REFS are stored. */
static void add_refs(rd_arena *a, rd_kind_ref **refs, uint32_t *n, uint32_t *cap, rd_kind_ref r,
                     rd_str list)
{
	for (uint32_t i = 0, from = 0; i < list.len; i++) {
		bool digit = list.ptr[i] >= '0' && list.ptr[i] <= '9';

		if (digit)
			continue;
		if (i > from && rd_check_id((rd_str){list.ptr + from, i - from}, &r.id))
			add_ref(a, refs, n, cap, r);
		from = i + 1;
	}
}

void rd_check_asked_refs(const rd_transition *t, const rd_value (*asked)[2], rd_arena *a,
                         const rd_kind_ref **ret_refs, uint32_t *ret_n)
{
	rd_kind_ref *refs = NULL;
	uint32_t n = 0, cap = 0;

	for (uint16_t i = 0; i < t->n_asks; i++) {
		const rd_field *f = &t->asks[i];
		rd_kind_ref r = {-1, f->name, f->to, asked[i][0].i};

		if (f->column >= 0 || asked[i][0].type == RD_NULL)
			continue;
		if (f->type == RD_FIELD_REFS)
			add_refs(a, &refs, &n, &cap, r, asked[i][0].str);
		else if (f->type == RD_FIELD_REF)
			add_ref(a, &refs, &n, &cap, r);
	}
	*ret_refs = refs;
	*ret_n = n;
}

void rd_check_refs(const rd_kind *k, const rd_value *row, rd_arena *a, const rd_kind_ref **ret_refs,
                   uint32_t *ret_n)
{
	static const char *const to[] = {"user", "client", "team"};
	rd_kind_ref *refs = NULL;
	uint32_t n = 0, cap = 0;

	for (uint32_t i = 0; i < 3; i++) {
		rd_common column = (rd_common[]){RD_COL_OWNER, RD_COL_CLIENT, RD_COL_TEAM}[i];

		if (row[column].type == RD_INT && k->common[column].used)
			add_ref(a, &refs, &n, &cap,
			        (rd_kind_ref){-1, k->columns[column].key, to[i], row[column].i});
	}
	for (int16_t i = 0; i < (int16_t)k->n_fields; i++) {
		const rd_field *f = &k->fields[i];
		const rd_value *v = row + f->column;
		rd_kind_ref r = {i, f->name, f->to, v->i};

		if (v->type == RD_NULL)
			continue;
		if (f->type == RD_FIELD_ANY)
			r.to = rd_kind_find(v[1].str) ? rd_kind_find(v[1].str)->name : NULL;
		if (f->type == RD_FIELD_REFS)
			add_refs(a, &refs, &n, &cap, r, v->str);
		else if (f->type == RD_FIELD_REF || (f->type == RD_FIELD_ANY && r.to))
			add_ref(a, &refs, &n, &cap, r);
	}
	*ret_refs = refs;
	*ret_n = n;
}
