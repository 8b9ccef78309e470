#include "yaml.h"
#include "nearest.h"
#include <stdio.h>

static void place(rd_err *err, int line, int column)
{
	err->line = line > 0 ? (uint32_t)line : 0;
	err->column = column > 0 ? (uint32_t)column : 0;
}

/* The parser's own first complaint; its words are English, so the Chinese text frames them. */
static rd_rc broken(struct fy_diag *diag, const char *path, rd_err *err)
{
	void *prev = NULL;
	struct fy_diag_error *e = fy_diag_errors_iterate(diag, &prev);

	rd_fail(err, RD_INPUT, "YAML 写法有误（%.120s）；请检查缩进、冒号和引号",
	        "broken YAML (%.120s); look at indents, colons and quotes", e && e->msg ? e->msg : "-");
	rd_err_at(err, path, 0);
	if (e)
		place(err, e->line, e->column);
	return RD_INPUT;
}

/* Nothing but blank lines and comments. */
static bool is_empty(rd_str text)
{
	while (text.len) {
		const char *end = memchr(text.ptr, '\n', text.len);
		uint32_t n = end ? (uint32_t)(end - text.ptr) : text.len, used = end ? n + 1 : n;
		rd_str line = rd_str_trim((rd_str){text.ptr, n});

		if (line.len && line.ptr[0] != '#' && !rd_str_is(line, "---"))
			return false;
		text = (rd_str){text.ptr + used, text.len - used};
	}
	return true;
}

rd_rc rd_yaml_open(rd_yaml *y, rd_arena *arena, const char *path, rd_str text, rd_err *err)
{
	struct fy_diag *diag;
	struct fy_parse_cfg cfg = {.flags = FYPCF_QUIET | FYPCF_COLLECT_DIAG};
	int64_t bad = rd_utf8_check(text.ptr, text.len);

	*y = (rd_yaml){.path = path, .arena = arena};
	if (bad >= 0) {
		uint32_t line = 1;

		for (int64_t i = 0; i < bad; i++)
			line += text.ptr[i] == '\n';
		rd_fail(err, RD_INPUT, "这一行不是 UTF-8 文字；请把文件另存为 UTF-8",
		        "this line is not UTF-8; save the file as UTF-8");
		return rd_err_at(err, path, line);
	}
	if (is_empty(text))
		return RD_OK;
	cfg.diag = diag = fy_diag_create(NULL);
	fy_diag_set_collect_errors(diag, true);
	y->doc = fy_document_build_from_string(&cfg, text.ptr, text.len);
	rd_rc rc = RD_OK;

	if (y->doc == NULL && fy_diag_got_error(diag))
		rc = broken(diag, path, err);
	fy_diag_destroy(diag);
	return rc;
}

void rd_yaml_close(rd_yaml *y)
{
	fy_document_destroy(y->doc);
	y->doc = NULL;
}

/* The token by which a node is found in the text; a mapping stands where its first key does. */
static struct fy_token *token_of(struct fy_node *node)
{
	void *prev = NULL;
	struct fy_node_pair *pair;
	struct fy_node *item;

	for (int depth = 0; node && depth < 64; depth++) {
		switch (fy_node_get_type(node)) {
		case FYNT_SCALAR: return fy_node_get_scalar_token(node);
		case FYNT_MAPPING:
			prev = NULL;
			pair = fy_node_mapping_iterate(node, &prev);
			node = pair ? fy_node_pair_key(pair) : NULL;
			break;
		case FYNT_SEQUENCE:
			prev = NULL;
			item = fy_node_sequence_iterate(node, &prev);
			node = item;
			break;
		}
	}
	return NULL;
}

rd_rc rd_yaml_at(const rd_yaml *y, struct fy_node *node, rd_err *err)
{
	struct fy_token *token = token_of(node);
	const struct fy_mark *mark = token ? fy_token_start_mark(token) : NULL;

	rd_err_at(err, y->path, 0);
	if (mark && err->line == 0)
		place(err, mark->line + 1, mark->column + 1);
	return err->code;
}

uint32_t rd_yaml_line(struct fy_node *node)
{
	struct fy_token *token = token_of(node);
	const struct fy_mark *mark = token ? fy_token_start_mark(token) : NULL;

	return mark && mark->line >= 0 ? (uint32_t)mark->line + 1 : 0;
}

rd_rc rd_yaml_text(const rd_yaml *y, struct fy_node *node, rd_str *ret, rd_err *err)
{
	size_t n = 0;
	const char *text;

	if (node == NULL || fy_node_is_alias(node) || fy_node_get_type(node) != FYNT_SCALAR) {
		rd_fail(err, RD_INPUT, "这里应是一个值，不能是列表、映射或别名",
		        "a single value belongs here, no list, mapping or alias");
		return rd_yaml_at(y, node, err);
	}
	text = fy_node_get_scalar(node, &n);
	*ret = (rd_str){rd_arena_copy(y->arena, text ? text : "", n), (uint32_t)n};
	return RD_OK;
}

static rd_rc wrong_kind(const rd_yaml *y, struct fy_node *node, rd_words what, const char *zh,
                        const char *en, rd_err *err)
{
	/* Name and wish differ by language, so the two texts have different arguments. */
	rd_fail(err, RD_INPUT, "-", "-");
	snprintf(err->zh, sizeof err->zh, "%s应是%s", what.zh, zh);
	snprintf(err->en, sizeof err->en, "%s must be %s", what.en, en);
	return rd_yaml_at(y, node, err);
}

rd_rc rd_yaml_pairs(const rd_yaml *y, struct fy_node *node, rd_words what, rd_yaml_pair_fn *fn,
                    void *ctx, rd_err *err)
{
	void *prev = NULL;
	struct fy_node_pair *pair;

	if (node == NULL || fy_node_get_type(node) != FYNT_MAPPING)
		return wrong_kind(y, node, what, "“键: 值”的映射", "a mapping of \"key: value\"", err);
	while ((pair = fy_node_mapping_iterate(node, &prev)) != NULL) {
		rd_str key;

		RD_TRY(rd_yaml_text(y, fy_node_pair_key(pair), &key, err));
		RD_TRY(fn(y, ctx, key, fy_node_pair_key(pair), fy_node_pair_value(pair), err));
	}
	return RD_OK;
}

rd_rc rd_yaml_items(const rd_yaml *y, struct fy_node *node, rd_words what, rd_yaml_item_fn *fn,
                    void *ctx, rd_err *err)
{
	void *prev = NULL;
	struct fy_node *item;

	if (node == NULL || fy_node_get_type(node) != FYNT_SEQUENCE)
		return wrong_kind(y, node, what, "以“- ”开头的列表",
		                  "a list of items that begin with \"- \"", err);
	while ((item = fy_node_sequence_iterate(node, &prev)) != NULL)
		RD_TRY(fn(y, ctx, item, err));
	return RD_OK;
}

rd_rc rd_yaml_unknown(const rd_yaml *y, rd_str key, struct fy_node *key_node,
                      const char *const *known, rd_err *err)
{
	rd_nearest near = rd_nearest_to(key.ptr);

	for (const char *const *k = known; *k; k++)
		rd_nearest_offer(&near, *k);
	if (rd_nearest_name(&near))
		rd_fail(err, RD_INPUT, "没有“%.60s”这个键；是不是 %s？",
		        "unknown key %.60s; did you mean %s?", key.ptr, rd_nearest_name(&near));
	else
		rd_fail(err, RD_INPUT, "没有“%.60s”这个键；可用的键见 docs/configuration.md",
		        "unknown key %.60s; docs/configuration.md lists the keys", key.ptr);
	return rd_yaml_at(y, key_node, err);
}
