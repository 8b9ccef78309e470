/*
 * Mapping files by libfyaml. The text is parsed into a document; every key and value is
 * looked at, nothing is passed over: an unknown key is refused with the nearest known one,
 * a value with what would be right. Anchors and aliases are refused, for a mapping needs none.
 */
#include "io/mapping.h"
#include "base/assert.h"
#include "base/limits.h"
#include <libfyaml.h>

#define TEXT_MAX      (1u << 20) /* bytes of a mapping file: thousands of columns */
#define MAPPINGS_MAX  1000u
#define NAME_MAX_EDIT 64u /* longer words are not compared for likeness */

typedef struct parser {
	rd_arena *arena;
	rd_err *err;
	rd_mapping *items;
	uint32_t n, cap;
} parser;

typedef enum key {
	K_FILES,
	K_KIND,
	K_ENCODING,
	K_DELIMITER,
	K_MARK,
	K_ORDER,
	K_HEAD_ROW,
	K_YEAR,
	K_PERIOD,
	K_SHEET,
	K_COLUMNS,
	K_COUNT
} key;

static const char *const key_names[K_COUNT] = {
	[K_FILES] = "files",         [K_KIND] = "kind",       [K_ENCODING] = "encoding",
	[K_DELIMITER] = "delimiter", [K_MARK] = "decimal",    [K_ORDER] = "date-order",
	[K_HEAD_ROW] = "head-row",   [K_YEAR] = "year",       [K_PERIOD] = "period",
	[K_SHEET] = "sheet",         [K_COLUMNS] = "columns",
};

/* Words that a value may be, and what each means. */
typedef struct choice {
	const char *word;
	int value;
} choice;

static const choice kinds[] = {
	{"journal", RD_FILE_JOURNAL},
	{"trial-balance", RD_FILE_TRIAL_BALANCE},
	{"chart", RD_FILE_CHART},
	{NULL, 0},
};
static const choice delimiters[] = {
	{",", ','}, {";", ';'}, {"|", '|'}, {"tab", '\t'}, {"\t", '\t'}, {NULL, 0},
};
static const choice marks[] = {{".", '.'}, {",", ','}, {NULL, 0}};
static const choice orders[] = {
	{"YMD", RD_ORDER_YMD},
	{"DMY", RD_ORDER_DMY},
	{"MDY", RD_ORDER_MDY},
	{NULL, 0},
};
static const choice encodings[] = {
	{"UTF-8", 0},       {"UTF-16", 0}, {"UTF-16LE", 0}, {"UTF-16BE", 0},     {"GB18030", 0},
	{"GBK", 0},         {"GB2312", 0}, {"Big5", 0},     {"windows-1252", 0}, {"ISO-8859-1", 0},
	{"ISO-8859-15", 0}, {"CP850", 0},  {NULL, 0},
};

/* ---- places and likeness ---- */

static rd_rc at(parser *p, struct fy_node *node, rd_rc rc)
{
	struct fy_token *token = node ? fy_node_get_scalar_token(node) : NULL;
	const struct fy_mark *mark = token ? fy_token_start_mark(token) : NULL;

	if (mark) {
		p->err->line = (uint32_t)mark->line + 1;
		p->err->column = (uint32_t)mark->column + 1;
	}
	return rc;
}

static uint32_t least(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Insertions, deletions and replacements that make b of a (Levenshtein). */
static uint32_t edits(rd_str a, const char *b)
{
	uint32_t row[NAME_MAX_EDIT + 1], n = (uint32_t)strlen(b);

	if (a.len > NAME_MAX_EDIT || n > NAME_MAX_EDIT)
		return UINT32_MAX;
	for (uint32_t k = 0; k <= n; k++)
		row[k] = k;
	for (uint32_t i = 1; i <= a.len; i++) {
		uint32_t left_above = row[0];

		row[0] = i;
		for (uint32_t k = 1; k <= n; k++) {
			uint32_t change = left_above + (lower(a.ptr[i - 1]) != lower(b[k - 1]));

			left_above = row[k];
			row[k] = least(change, least(row[k], row[k - 1]) + 1);
		}
	}
	return row[n];
}

typedef struct nearest {
	rd_str word;
	const char *best;
	uint32_t edits;
} nearest;

static void consider(nearest *n, const char *candidate)
{
	uint32_t e = edits(n->word, candidate);

	if (e < n->edits) {
		n->edits = e;
		n->best = candidate;
	}
}

/* Cut for a message. */
static int shown(rd_str s)
{
	uint32_t n = least(s.len, 60);

	while (n > 0 && n < s.len && ((unsigned char)s.ptr[n] & 0xC0) == 0x80)
		n--;
	return (int)n;
}

static bool same_word(rd_str a, const char *b)
{
	uint32_t i = 0;

	while (i < a.len && b[i] && lower(a.ptr[i]) == lower(b[i]))
		i++;
	return i == a.len && b[i] == '\0';
}

/* ---- values ---- */

static rd_rc scalar(parser *p, struct fy_node *key_node, struct fy_node *value, rd_str *ret)
{
	size_t len = 0;
	const char *text = NULL;

	if (value && fy_node_is_scalar(value) && !fy_node_is_alias(value))
		text = fy_node_get_scalar(value, &len);
	if (text == NULL || len > RD_CELL_BYTES_MAX) {
		const char *name = fy_node_get_scalar0(key_node);

		return at(p, key_node,
		          rd_fail(p->err, RD_INPUT, "%.60s 的值应是一个词或数字",
		                  "the value of %.60s must be one word or number", name ? name : "?"));
	}
	*ret = (rd_str){rd_arena_copy(p->arena, text, len), (uint32_t)len};
	return RD_OK;
}

static rd_rc choose(parser *p, struct fy_node *value, rd_str word, const choice *choices,
                    const char *name, int *ret_index)
{
	char all[160];
	uint32_t n = 0;

	for (int i = 0; choices[i].word; i++)
		if (same_word(word, choices[i].word)) {
			*ret_index = i;
			return RD_OK;
		}
	for (int i = 0; choices[i].word; i++) {
		const char *sep = i ? ", " : "", *w = choices[i].word;

		if (*w == '\t')
			continue;
		while (*sep && n + 1 < sizeof all)
			all[n++] = *sep++;
		while (*w && n + 1 < sizeof all)
			all[n++] = *w++;
	}
	all[n] = '\0';
	return at(p, value,
	          rd_fail(p->err, RD_INPUT, "%s 不能是“%.*s”；可用：%s",
	                  "%s cannot be \"%.*s\"; possible are: %s", name, shown(word), word.ptr, all));
}

static rd_rc number(parser *p, struct fy_node *value, rd_str word, const char *name, uint32_t min,
                    uint32_t max, uint32_t *ret)
{
	uint64_t v = 0;
	bool ok = word.len > 0 && word.len < 10;

	for (uint32_t i = 0; ok && i < word.len; i++) {
		ok = word.ptr[i] >= '0' && word.ptr[i] <= '9';
		v = v * 10 + (uint64_t)(word.ptr[i] - '0');
	}
	if (!ok || v < min || v > max)
		return at(p, value,
		          rd_fail(p->err, RD_INPUT, "%s 不能是“%.*s”，应为 %u 到 %u 的整数",
		                  "%s cannot be \"%.*s\"; it is a whole number from %u to %u", name,
		                  shown(word), word.ptr, min, max));
	*ret = (uint32_t)v;
	return RD_OK;
}

/* ---- columns ---- */

static rd_rc column(parser *p, rd_mapping *m, uint32_t *cap, struct fy_node *key_node,
                    struct fy_node *value)
{
	rd_mapping_column c = {0};
	rd_str name, head;
	bool plain = false;

	RD_TRY(scalar(p, key_node, key_node, &name));
	c.field = rd_field_find(name);
	if (c.field == RD_FIELD_COUNT) {
		nearest n = {name, "", UINT32_MAX};

		for (uint32_t f = 0; f < RD_FIELD_COUNT; f++)
			consider(&n, rd_field_name((rd_field)f));
		return at(p, key_node,
		          rd_fail(p->err, RD_INPUT, "没有名为“%.*s”的字段，最接近的是 %s",
		                  "there is no field \"%.*s\"; the nearest is %s", shown(name), name.ptr,
		                  n.best));
	}
	RD_TRY(scalar(p, key_node, value, &head));
	struct fy_token *token = fy_node_get_scalar_token(value);
	plain = token && fy_token_scalar_style(token) == FYSS_PLAIN;
	for (uint32_t i = 0; i < head.len; i++)
		plain = plain && head.ptr[i] >= '0' && head.ptr[i] <= '9';
	if (head.len == 0)
		return at(p, value,
		          rd_fail(p->err, RD_INPUT, "字段 %.*s 没有写明列名或列号",
		                  "the field %.*s has neither the name nor the number of a column",
		                  shown(name), name.ptr));
	if (plain)
		RD_TRY(number(p, value, head, rd_field_name(c.field), 1, RD_COLUMNS_MAX, &c.column));
	else
		c.head = head;
	for (uint32_t i = 0; i < m->n_columns; i++) {
		const rd_mapping_column *o = &m->columns[i];

		if (o->column == c.column && rd_str_eq(o->head, c.head))
			return at(p, value,
			          rd_fail(p->err, RD_INPUT, "一列不能既是 %s 又是 %s",
			                  "one column cannot be both %s and %s", rd_field_name(o->field),
			                  rd_field_name(c.field)));
	}
	m->columns = rd_grow(p->arena, m->columns, m->n_columns, cap, sizeof c);
	m->columns[m->n_columns++] = c;
	return RD_OK;
}

static rd_rc columns(parser *p, rd_mapping *m, struct fy_node *key_node, struct fy_node *value)
{
	struct fy_node_pair *pair;
	void *it = NULL;
	uint32_t cap = 0;

	if (value == NULL || !fy_node_is_mapping(value))
		return at(
			p, key_node,
			rd_fail(
				p->err, RD_INPUT, "columns 之下应逐行写“字段: 列名”或“字段: 列号”",
				"under columns stands one \"field: head name\" or \"field: column number\" a line"));
	while ((pair = fy_node_mapping_iterate(value, &it)) != NULL)
		RD_TRY(column(p, m, &cap, fy_node_pair_key(pair), fy_node_pair_value(pair)));
	return RD_OK;
}

/* ---- one mapping ---- */

static rd_rc set_value(parser *p, rd_mapping *m, key k, struct fy_node *value, rd_str word)
{
	int i = 0;
	uint32_t v = 0;

	switch (k) {
	case K_FILES: m->files = word; return RD_OK;
	case K_SHEET: m->sheet = word; return RD_OK;
	case K_KIND:
		RD_TRY(choose(p, value, word, kinds, key_names[k], &i));
		m->kind = (rd_file_kind)kinds[i].value;
		return RD_OK;
	case K_ENCODING:
		RD_TRY(choose(p, value, word, encodings, key_names[k], &i));
		m->encoding = rd_str_of(encodings[i].word);
		return RD_OK;
	case K_DELIMITER:
		RD_TRY(choose(p, value, word, delimiters, key_names[k], &i));
		m->delimiter = (char)delimiters[i].value;
		return RD_OK;
	case K_MARK:
		RD_TRY(choose(p, value, word, marks, key_names[k], &i));
		m->mark = (char)marks[i].value;
		return RD_OK;
	case K_ORDER:
		RD_TRY(choose(p, value, word, orders, key_names[k], &i));
		m->order = orders[i].value;
		return RD_OK;
	case K_HEAD_ROW: return number(p, value, word, key_names[k], 1, 1000000, &m->head_row);
	case K_YEAR:
		RD_TRY(number(p, value, word, key_names[k], 1900, 9999, &v));
		m->year = (int32_t)v;
		return RD_OK;
	default:
		RD_ASSERT(k == K_PERIOD);
		if (!rd_period_parse(word, 0, &m->period))
			return at(p, value,
			          rd_fail(p->err, RD_INPUT, "period 不能是“%.*s”，应如 2024-03",
			                  "period cannot be \"%.*s\"; write it as 2024-03.", shown(word),
			                  word.ptr));
		return RD_OK;
	}
}

static rd_rc entry(parser *p, rd_mapping *m, struct fy_node *key_node, struct fy_node *value)
{
	rd_str name, word;
	key k = K_FILES;

	RD_TRY(scalar(p, key_node, key_node, &name));
	while (k < K_COUNT && !rd_str_is(name, key_names[k]))
		k++;
	if (k == K_COUNT) {
		nearest n = {name, "", UINT32_MAX};

		for (key i = K_FILES; i < K_COUNT; i++)
			consider(&n, key_names[i]);
		return at(p, key_node,
		          rd_fail(p->err, RD_INPUT, "不认识“%.*s”，最接近的是 %s",
		                  "\"%.*s\" is not known; the nearest is %s.", shown(name), name.ptr,
		                  n.best));
	}
	if (k == K_COLUMNS)
		return columns(p, m, key_node, value);
	RD_TRY(scalar(p, key_node, value, &word));
	if (word.len == 0)
		return at(p, key_node,
		          rd_fail(p->err, RD_INPUT, "%s 没有值", "%s has no value", key_names[k]));
	return set_value(p, m, k, value, word);
}

static rd_rc mapping(parser *p, struct fy_node *node)
{
	rd_mapping m = {.files = RD_STR("*"), .encoding = RD_STR(""), .sheet = RD_STR(""), .order = -1};
	struct fy_node_pair *pair;
	void *it = NULL;

	if (node == NULL || !fy_node_is_mapping(node))
		return at(p, node,
		          rd_fail(p->err, RD_INPUT, "这里应逐行写“键: 值”，例如 files: \"*.csv\"",
		                  "here stands one \"key: value\" a line, for example files: \"*.csv\""));
	while ((pair = fy_node_mapping_iterate(node, &it)) != NULL)
		RD_TRY(entry(p, &m, fy_node_pair_key(pair), fy_node_pair_value(pair)));
	if (p->n >= MAPPINGS_MAX)
		return rd_fail(p->err, RD_LIMIT, "映射超过 %u 组", "there are more than %u mappings",
		               MAPPINGS_MAX);
	p->items = rd_grow(p->arena, p->items, p->n, &p->cap, sizeof m);
	p->items[p->n++] = m;
	return RD_OK;
}

static rd_rc document(parser *p, struct fy_node *root)
{
	struct fy_node *item;
	void *it = NULL;

	if (root == NULL || !fy_node_is_sequence(root))
		return mapping(p, root);
	while ((item = fy_node_sequence_iterate(root, &it)) != NULL)
		RD_TRY(mapping(p, item));
	return RD_OK;
}

/* ---- the text ---- */

static rd_rc yaml_error(parser *p, struct fy_diag *diag)
{
	void *it = NULL;
	struct fy_diag_error *e = fy_diag_errors_iterate(diag, &it);

	if (e == NULL || e->msg == NULL)
		return rd_fail(p->err, RD_INPUT, "映射文件中没有映射", "the mapping file holds no mapping");
	rd_fail(p->err, RD_INPUT, "不是合格的 YAML:%.200s", "this is no valid YAML: %.200s", e->msg);
	if (e->line > 0 && e->column > 0) { /* both count from 1 here, unlike marks */
		p->err->line = (uint32_t)e->line;
		p->err->column = (uint32_t)e->column;
	}
	return RD_INPUT;
}

/* The library must not print; what it says is in the collected errors. */
static void discard(struct fy_diag *diag, void *user, const char *buf, size_t len)
{
	(void)diag;
	(void)user;
	(void)buf;
	(void)len;
}

static rd_rc parse(parser *p, rd_str text)
{
	struct fy_diag_cfg quiet;
	struct fy_parse_cfg cfg = {.flags = FYPCF_DEFAULT_PARSE | FYPCF_JSON_NONE};
	struct fy_document *doc;
	rd_rc rc;

	if (text.len > TEXT_MAX)
		return rd_fail(p->err, RD_LIMIT, "映射文件超过 %u 字节",
		               "the mapping file has more than %u bytes", TEXT_MAX);
	if (memchr(text.ptr, '\0', text.len) || rd_utf8_check(text.ptr, text.len) >= 0)
		return rd_fail(p->err, RD_INPUT, "映射文件应是 UTF-8 文本", "a mapping file is UTF-8 text");
	fy_diag_cfg_default(&quiet);
	quiet.fp = NULL;
	quiet.output_fn = discard;
	cfg.diag = fy_diag_create(&quiet);
	if (cfg.diag == NULL)
		rd_panic(__FILE__, __LINE__, "out of memory");
	fy_diag_set_collect_errors(cfg.diag, true);
	doc = fy_document_build_from_string(&cfg, text.ptr, text.len);
	if (doc == NULL && fy_diag_got_error(cfg.diag))
		rc = yaml_error(p, cfg.diag);
	else
		rc = doc ? document(p, fy_document_root(doc)) : RD_OK;
	if (rc == RD_OK && p->n == 0)
		rc = rd_fail(p->err, RD_INPUT, "映射文件中没有映射", "the mapping file holds no mapping");
	fy_document_destroy(doc);
	fy_diag_destroy(cfg.diag);
	return rc;
}

rd_rc rd_mapping_parse(rd_arena *arena, const char *name, rd_str text, rd_mapping **ret_mappings,
                       uint32_t *ret_n, rd_err *err)
{
	parser p = {.arena = arena, .err = err};
	rd_rc rc = parse(&p, text);

	if (rc != RD_OK)
		return rd_err_at(err, name, 0);
	*ret_mappings = p.items;
	*ret_n = p.n;
	return RD_OK;
}
