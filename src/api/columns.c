#include "api/columns.h"
#include "base/assert.h"
#include "base/hash.h"
#include "base/money.h"
#include <stdio.h>

/* ---- which columns there are ---- */

static const rd_words common_labels[RD_COMMON_COUNT] = {
	[RD_COL_ID] = {"内部编号", "Id"},
	[RD_COL_VERSION] = {"版本", "Version"},
	[RD_COL_NUMBER] = {"编号", "Number"},
	[RD_COL_STATE] = {"状态", "State"},
	[RD_COL_CREATED_AT] = {"创建时间", "Created"},
	[RD_COL_CREATED_BY] = {"创建人", "Created by"},
	[RD_COL_CHANGED_AT] = {"修改时间", "Changed"},
	[RD_COL_CHANGED_BY] = {"修改人", "Changed by"},
	[RD_COL_ARCHIVED_AT] = {"归档时间", "Archived"},
};

/* What people may set in every kind that uses it; the model gives it a label. */
static bool is_settable(rd_common c)
{
	return c == RD_COL_OWNER || c == RD_COL_CLIENT || c == RD_COL_TEAM || c == RD_COL_RESTRICTED ||
	       c == RD_COL_DUE;
}

/* A common column as a field; states are its options. */
static rd_field *common_field(const rd_kind *k, rd_common c, rd_arena *a)
{
	rd_field *f = RD_NEW(a, rd_field);

	if (is_settable(c)) {
		static const rd_words words[RD_COMMON_COUNT] = {[RD_COL_OWNER] = {"负责人", "Owner"},
		                                                [RD_COL_CLIENT] = {"客户", "Client"},
		                                                [RD_COL_TEAM] = {"团队", "Team"},
		                                                [RD_COL_RESTRICTED] = {"限知情人",
		                                                                       "Restricted"},
		                                                [RD_COL_DUE] = {"期限", "Due"}};

		*f = rd_kind_common_field(k, c);
		if (f->label.zh == NULL)
			f->label = words[c];
		return f;
	}
	*f = (rd_field){.name = k->columns[c].key, .label = common_labels[c], .column = (int16_t)c};
	if (c == RD_COL_ID)
		f->type = RD_FIELD_FILE; /* a number that is a name */
	else if (c == RD_COL_VERSION)
		f->type = RD_FIELD_INT;
	else if (c == RD_COL_CREATED_AT || c == RD_COL_CHANGED_AT || c == RD_COL_ARCHIVED_AT)
		f->type = RD_FIELD_TIME;
	if (c != RD_COL_STATE)
		return f;
	rd_option *options = RD_NEW_N(a, rd_option, k->n_states);

	for (uint16_t i = 0; i < k->n_states; i++)
		options[i] = (rd_option){k->states[i].name, k->states[i].label};
	f->type = RD_FIELD_ENUM;
	f->options = options;
	f->n_options = k->n_states;
	return f;
}

typedef struct making {
	rd_arena *a;
	rd_column *items;
	uint32_t n, cap;
} making;

static const char *join(rd_arena *a, const char *one, const char *two, const char *three)
{
	char text[512];
	int n = snprintf(text, sizeof text, "%s%s%s", one, two, three);

	return rd_arena_copy(a, text, (size_t)n < sizeof text ? (size_t)n : sizeof text - 1);
}

static bool same_head(const making *m, const rd_words *head)
{
	for (uint32_t i = 0; i < m->n; i++)
		if (strcmp(m->items[i].head.zh, head->zh) == 0 ||
		    strcmp(m->items[i].head.en, head->en) == 0)
			return true;
	return false;
}

static void add(making *m, const rd_field *f, rd_column_part part, rd_words more, const char *key,
                bool takes)
{
	rd_column c = {.field = f,
	               .at = (uint16_t)f->column,
	               .part = part,
	               .key = join(m->a, f->name, key, ""),
	               .head = {join(m->a, f->label.zh, more.zh, ""),
	                        join(m->a, f->label.en, more.en, "")},
	               .takes = takes};

	if (same_head(m, &c.head))
		c.head = (rd_words){join(m->a, c.head.zh, " ", c.key), join(m->a, c.head.en, " ", c.key)};
	m->items = rd_grow(m->a, m->items, m->n, &m->cap, sizeof *m->items);
	m->items[m->n++] = c;
}

static void add_field(making *m, const rd_field *f, bool takes)
{
	static const rd_words none = {"", ""}, id = {"（内部编号）", " (id)"},
						  currency = {"（币种）", " (currency)"};

	switch (f->type) {
	case RD_FIELD_MONEY:
		add(m, f, RD_PART_VALUE, none, "", takes);
		add(m, f, RD_PART_CURRENCY, currency, ".currency", takes);
		return;
	case RD_FIELD_REF:
	case RD_FIELD_REFS:
	case RD_FIELD_ANY:
		add(m, f, RD_PART_TITLE, none, ".title", false);
		add(m, f, RD_PART_ID, id, "", takes);
		return;
	default: add(m, f, f->type == RD_FIELD_FILE ? RD_PART_ID : RD_PART_VALUE, none, "", takes);
	}
}

rd_columns rd_columns_of(const rd_kind *k, rd_show_view view, rd_arena *a)
{
	making m = {.a = a};

	for (rd_common c = RD_COL_ID; c < RD_COMMON_COUNT; c++)
		if (rd_show_has(k, c, view) && (c != RD_COL_RESTRICTED || k->common[c].used))
			add_field(&m, common_field(k, c, a), is_settable(c) && k->common[c].used);
	for (uint16_t i = 0; i < k->n_fields; i++) {
		const rd_field *f = &k->fields[i];

		if (f->column >= 0 && (!view.client || f->client_visible))
			add_field(&m, f, f->n_computed == 0);
	}
	return (rd_columns){m.items, m.n};
}

/* ---- a choice of them ---- */

static uint32_t pick_one(const rd_columns *all, rd_str key, rd_column *out)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < all->n; i++)
		if (rd_str_is(key, all->items[i].field->name))
			out[n++] = all->items[i];
	return n;
}

rd_rc rd_columns_pick(const rd_kind *k, const rd_columns *all, rd_str keys, rd_arena *a,
                      rd_columns *ret, rd_err *err)
{
	rd_column *picked = RD_NEW_N(a, rd_column, all->n * 2 + 2);
	uint32_t n = 0;

	if (rd_str_is(keys, "*")) {
		*ret = *all;
		return RD_OK;
	}
	if (keys.len == 0)
		for (uint16_t i = 0; i < k->n_list && n <= all->n; i++)
			n += pick_one(all, rd_str_of(k->columns[k->list[i]].key), picked + n);
	while (keys.len) {
		const char *comma = memchr(keys.ptr, ',', keys.len);
		rd_str key = {keys.ptr, comma ? (uint32_t)(comma - keys.ptr) : keys.len};
		uint32_t more = n <= all->n ? pick_one(all, rd_str_trim(key), picked + n) : 0;

		if (more == 0)
			return rd_fail(err, RD_INPUT, "没有这一列，或者列得太多：%.*s",
			               "no such column, or too many of them: %.*s",
			               (int)(key.len < 60 ? key.len : 60), key.ptr);
		n += more;
		keys = comma ? (rd_str){comma + 1, keys.len - key.len - 1} : RD_STR("");
	}
	*ret = (rd_columns){picked, n};
	return RD_OK;
}

/* ---- titles ---- */

#define SLOTS      4096u
#define TITLE_ROOM 240u

/* One place for all records of a hash: the last one wins. Memory does not grow. */
struct rd_titles {
	struct {
		const rd_kind *kind;
		int64_t id;
		uint32_t len;
		char text[TITLE_ROOM];
	} slot[SLOTS];
};

rd_titles *rd_titles_new(rd_arena *a)
{
	return RD_NEW(a, rd_titles);
}

/* "" for a record that is not there or not for this reader. */
static rd_rc title_of(const rd_column_reader *r, const rd_kind *k, int64_t id, rd_str *ret,
                      rd_err *err)
{
	uint64_t h = rd_hash_i64(rd_hash_bytes(RD_HASH_START, k->name, strlen(k->name)), id);
	rd_record got;
	rd_rc rc;

	if (r->titles->slot[h % SLOTS].kind == k && r->titles->slot[h % SLOTS].id == id) {
		uint32_t len = r->titles->slot[h % SLOTS].len;

		*ret = (rd_str){rd_arena_copy(r->tx->arena, r->titles->slot[h % SLOTS].text, len), len};
		return RD_OK;
	}
	*ret = RD_STR("");
	rc = rd_record_get(r->tx, r->actor, k, id, &got, err);
	if (rc != RD_OK && rc != RD_NOT_FOUND && rc != RD_FORBIDDEN)
		return rc;
	if (rc == RD_OK && !k->fields[k->title].secret &&
	    (!r->view.client || k->fields[k->title].client_visible))
		*ret = rd_show_title(k, got.cells);
	if (ret->len >= TITLE_ROOM)
		return RD_OK;
	r->titles->slot[h % SLOTS].kind = k;
	r->titles->slot[h % SLOTS].id = id;
	r->titles->slot[h % SLOTS].len = ret->len;
	memcpy(r->titles->slot[h % SLOTS].text, ret->ptr, ret->len);
	return RD_OK;
}

/* ---- one cell ---- */

#define CELL_MAX (1u << 20)

static rd_str kept(const rd_column_reader *r, const rd_buf *b)
{
	rd_str s = rd_buf_view(b);

	return (rd_str){rd_arena_copy(r->tx->arena, s.ptr, s.len), s.len};
}

static const char *label(const rd_column_reader *r, const rd_field *f, rd_str name)
{
	const rd_option *o = rd_field_option_find(f, name);

	return o ? r->english ? o->label.en : o->label.zh : NULL;
}

static void put_item(const rd_column_reader *r, const rd_field *f, rd_str item, rd_buf *out)
{
	const char *says = f->n_options ? label(r, f, item) : NULL;

	rd_buf_str(out, says ? rd_str_of(says) : item);
}

/* Items of a list or several ids, or the titles of these: one a line. */
static rd_rc show_list(const rd_column_reader *r, const rd_column *c, rd_str text, rd_out *ret,
                       rd_err *err)
{
	json_t *list = json_loadb(text.ptr, text.len, JSON_DECODE_ANY, NULL), *v;
	const rd_kind *to = c->field->to ? rd_kind_find(rd_str_of(c->field->to)) : NULL;
	rd_rc rc = RD_OK;
	rd_buf out;
	size_t i;

	rd_buf_init(&out, CELL_MAX);
	json_array_foreach(list, i, v)
	{
		rd_str item = {json_string_value(v), (uint32_t)json_string_length(v)};
		int64_t id;

		if (i)
			rd_buf_char(&out, '\n');
		if (c->part != RD_PART_TITLE)
			put_item(r, c->field, item, &out);
		else if (to && rc == RD_OK && rd_check_id(item, &id) &&
		         (rc = title_of(r, to, id, &item, err)) == RD_OK)
			rd_buf_str(&out, item);
	}
	*ret = RD_OUT_TEXT_OF(kept(r, &out));
	rd_buf_done(&out);
	json_decref(list);
	return rc;
}

static rd_rc show_named(const rd_column_reader *r, const rd_column *c, const rd_value *cells,
                        rd_out *ret, rd_err *err)
{
	bool any = c->field->type == RD_FIELD_ANY;
	const rd_kind *to = any            ? rd_kind_find(cells[1].str)
	                    : c->field->to ? rd_kind_find(rd_str_of(c->field->to))
	                                   : NULL;
	char text[120];

	ret->type = RD_OUT_TEXT;
	if (c->part == RD_PART_TITLE) {
		if (to == NULL)
			return RD_OK;
		return title_of(r, to, cells[0].i, &ret->text, err);
	}
	int n = snprintf(text, sizeof text, "%.*s%s%jd", any ? (int)cells[1].str.len : 0,
	                 any ? cells[1].str.ptr : "", any ? "/" : "", (intmax_t)cells[0].i);

	ret->text = (rd_str){rd_arena_copy(r->tx->arena, text, (size_t)n), (uint32_t)n};
	return RD_OK;
}

rd_rc rd_column_show(const rd_column_reader *r, const rd_column *c, const rd_value *row,
                     rd_out *ret, rd_err *err)
{
	const rd_field *f = c->field;
	const rd_value *cells = row + c->at;
	const char *says;

	*ret = (rd_out){.type = RD_OUT_NONE};
	if (cells->type == RD_NULL)
		return RD_OK;
	if (f->secret && !r->view.secrets) {
		*ret = RD_OUT_TEXT_OF(RD_STR(RD_MASK_TEXT));
		return RD_OK;
	}
	if (c->part == RD_PART_CURRENCY) {
		*ret = RD_OUT_TEXT_OF(cells[1].str);
		return RD_OK;
	}
	switch (f->type) {
	case RD_FIELD_INT: *ret = (rd_out){.type = RD_OUT_NUMBER, .n = cells->i}; return RD_OK;
	case RD_FIELD_MONEY:
		*ret = (rd_out){RD_OUT_NUMBER, rd_currency_decimals(cells[1].str), cells->i, {"", 0}};
		return RD_OK;
	case RD_FIELD_DATE: *ret = (rd_out){.type = RD_OUT_DAY, .n = cells->i}; return RD_OK;
	case RD_FIELD_TIME:
		*ret = (rd_out){.type = RD_OUT_TIME, .n = cells->i + (int64_t)r->offset_s * 1000000};
		return RD_OK;
	case RD_FIELD_BOOL:
		says = cells->i ? r->english ? "yes" : "是" : r->english ? "no" : "否";
		*ret = RD_OUT_TEXT_OF(rd_str_of(says));
		return RD_OK;
	case RD_FIELD_ENUM:
		says = label(r, f, cells->str);
		*ret = RD_OUT_TEXT_OF(says ? rd_str_of(says) : cells->str);
		return RD_OK;
	case RD_FIELD_REF:
	case RD_FIELD_FILE:
	case RD_FIELD_ANY: return show_named(r, c, cells, ret, err);
	case RD_FIELD_REFS:
	case RD_FIELD_LIST: return show_list(r, c, cells->str, ret, err);
	default: *ret = RD_OUT_TEXT_OF(cells->str); return RD_OK;
	}
}
