/*
 * yaml.h - a YAML document as nodes with places. Thin over libfyaml: one way to walk, one way to
 * complain. Aliases are refused: nothing of ours needs them, and they can blow a file up.
 */
#ifndef RD_CMD_YAML_H
#define RD_CMD_YAML_H
#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include <libfyaml.h>

typedef struct rd_yaml {
	struct fy_document *doc;
	const char *path; /* for messages */
	rd_arena *arena;
} rd_yaml;

/* An empty file is a document without a root. rd_yaml_close when RD_OK. */
RD_NODISCARD rd_rc rd_yaml_open(rd_yaml *y, rd_arena *arena, const char *path, rd_str text,
                                rd_err *err);
void rd_yaml_close(rd_yaml *y);
/* Adds path, line and column of the node to an error; answers its code. */
rd_rc rd_yaml_at(const rd_yaml *y, struct fy_node *node, rd_err *err);
uint32_t rd_yaml_line(struct fy_node *node);
/* Text of a scalar, copied into the arena; refuses lists, mappings and aliases. */
RD_NODISCARD rd_rc rd_yaml_text(const rd_yaml *y, struct fy_node *node, rd_str *ret, rd_err *err);
/* Called for each pair of a mapping or item of a list. */
typedef rd_rc rd_yaml_pair_fn(const rd_yaml *y, void *ctx, rd_str key, struct fy_node *key_node,
                              struct fy_node *value, rd_err *err);
typedef rd_rc rd_yaml_item_fn(const rd_yaml *y, void *ctx, struct fy_node *item, rd_err *err);
/* `what` names the thing in both languages when the node is of another kind. */
RD_NODISCARD rd_rc rd_yaml_pairs(const rd_yaml *y, struct fy_node *node, rd_words what,
                                 rd_yaml_pair_fn *fn, void *ctx, rd_err *err);
RD_NODISCARD rd_rc rd_yaml_items(const rd_yaml *y, struct fy_node *node, rd_words what,
                                 rd_yaml_item_fn *fn, void *ctx, rd_err *err);
/* "unknown key x; did you mean y?" at the node. `known` ends with NULL. */
rd_rc rd_yaml_unknown(const rd_yaml *y, rd_str key, struct fy_node *key_node,
                      const char *const *known, rd_err *err);
#endif
