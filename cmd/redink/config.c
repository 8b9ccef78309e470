#include "config.h"
#include "cmd.h"
#include "output.h"
#include "yaml.h"
#include <stdio.h>
#include <sys/stat.h>

#define CONFIG_MAX ((size_t)1 << 20) /* 5,000 suppressions of 200 bytes */

typedef struct reading {
	rd_config *config;
	const char *dir; /* of the file; names in it are relative to it */
	uint32_t settings_cap, suppressions_cap;
	const char *check; /* inside set: {check: {…}} */
	const char **list; /* of only, skip */
	uint32_t n_list, list_cap;
} reading;

/* ---- where it is ---- */

static const char *folder_of(rd_arena *arena, const char *path)
{
	const char *slash = strrchr(path, '/');

	if (slash == NULL)
		return ".";
	return slash == path ? "/" : rd_arena_copy(arena, path, (size_t)(slash - path));
}

static const char *join(rd_arena *arena, const char *dir, const char *name)
{
	size_t n = strlen(dir) + strlen(name) + 2;
	char *path;

	if (name[0] == '/' || strcmp(dir, ".") == 0)
		return name;
	path = RD_NEW_N(arena, char, n);
	snprintf(path, n, "%s%s%s", dir, dir[strlen(dir) - 1] == '/' ? "" : "/", name);
	return path;
}

const char *rd_config_beside(rd_arena *arena, const char *path)
{
	struct stat st;
	bool folder = stat(path, &st) == 0 && S_ISDIR(st.st_mode);
	const char *found = join(arena, folder ? path : folder_of(arena, path), RD_CONFIG_NAME);

	return stat(found, &st) == 0 ? found : NULL;
}

/* ---- suppressions ---- */

static const char *const suppress_keys[] = {"check", "fingerprint", "voucher", "account",
                                            "party", "reason",      "until",   NULL};

static rd_rc one_key(const rd_yaml *y, void *ctx, rd_str key, struct fy_node *key_node,
                     struct fy_node *value, rd_err *err)
{
	rd_suppression *s = ctx;
	uint8_t fingerprint[16];
	rd_str text;

	if (!rd_str_is(key, "check") && !rd_str_is(key, "fingerprint") && !rd_str_is(key, "voucher") &&
	    !rd_str_is(key, "account") && !rd_str_is(key, "party") && !rd_str_is(key, "reason") &&
	    !rd_str_is(key, "until"))
		return rd_yaml_unknown(y, key, key_node, suppress_keys, err);
	RD_TRY(rd_yaml_text(y, value, &text, err));
	text = rd_str_trim(text);
	text.ptr = rd_arena_copy(y->arena, text.ptr, text.len);
	if (rd_str_is(key, "check")) {
		if (rd_check_find(text.ptr) == NULL) {
			rd_unknown_check(text.ptr, err);
			return rd_yaml_at(y, value, err);
		}
		s->check = text;
	} else if (rd_str_is(key, "fingerprint")) {
		if (!rd_fingerprint_parse(text, fingerprint)) {
			rd_fail(err, RD_INPUT, "指纹是 32 位十六进制数，请从报告中整段复制",
			        "a fingerprint has 32 hex digits; copy it whole from a report");
			return rd_yaml_at(y, value, err);
		}
		s->fingerprint = text;
	} else if (rd_str_is(key, "until")) {
		if (!rd_parse_day(text.ptr, &s->until)) {
			rd_fail(err, RD_INPUT, "until 要写成 2025-12-31 这样的日期",
			        "until takes a date such as 2025-12-31");
			return rd_yaml_at(y, value, err);
		}
	} else if (rd_str_is(key, "voucher")) {
		s->voucher = text;
	} else if (rd_str_is(key, "account")) {
		s->account = text;
	} else if (rd_str_is(key, "party")) {
		s->party = text;
	} else {
		s->reason = text;
	}
	return RD_OK;
}

static rd_rc one_suppression(const rd_yaml *y, void *ctx, struct fy_node *item, rd_err *err)
{
	reading *r = ctx;
	rd_config *c = r->config;
	rd_suppression s = {.until = RD_DAY_NONE, .line = rd_yaml_line(item)};
	rd_words what = {"suppress 的每一项", "each item of suppress"};

	RD_TRY(rd_yaml_pairs(y, item, what, one_key, &s, err));
	if (s.reason.len == 0) {
		rd_fail(err, RD_INPUT, "豁免必须写明 reason（为什么可以不处理）",
		        "a suppression needs a reason: why it may be left as it is");
		return rd_yaml_at(y, item, err);
	}
	if (s.until == RD_DAY_NONE) {
		rd_fail(err, RD_INPUT, "豁免必须写明 until（到哪一天为止，例如 2025-12-31）",
		        "a suppression needs until: the last day it holds, such as 2025-12-31");
		return rd_yaml_at(y, item, err);
	}
	if (!s.check.len && !s.fingerprint.len && !s.voucher.len && !s.account.len && !s.party.len) {
		rd_fail(err, RD_INPUT,
		        "豁免要指明对象：check、fingerprint、voucher、account、party 至少一个",
		        "say what it is about: one of check, fingerprint, voucher, account, party");
		return rd_yaml_at(y, item, err);
	}
	c->suppressions =
		rd_grow(y->arena, c->suppressions, c->n_suppressions, &r->suppressions_cap, sizeof s);
	c->suppressions[c->n_suppressions++] = s;
	return RD_OK;
}

/* ---- parameters ---- */

static rd_rc add_setting(const rd_yaml *y, reading *r, const char *check, const char *param,
                         struct fy_node *key_node, struct fy_node *value, rd_err *err)
{
	rd_config *c = r->config;
	rd_str text;

	RD_TRY(rd_yaml_text(y, value, &text, err));
	rd_setting s = {check, param, text.ptr};

	if (rd_setting_check(&s, err) != RD_OK)
		return rd_yaml_at(y, key_node, err);
	c->settings = rd_grow(y->arena, c->settings, c->n_settings, &r->settings_cap, sizeof s);
	c->settings[c->n_settings++] = s;
	return RD_OK;
}

static rd_rc one_param(const rd_yaml *y, void *ctx, rd_str key, struct fy_node *key_node,
                       struct fy_node *value, rd_err *err)
{
	reading *r = ctx;

	return add_setting(y, r, r->check, key.ptr, key_node, value, err);
}

/* "check.param: value" or "check: {param: value}" */
static rd_rc one_set(const rd_yaml *y, void *ctx, rd_str key, struct fy_node *key_node,
                     struct fy_node *value, rd_err *err)
{
	reading *r = ctx;
	const char *dot = key.len ? memchr(key.ptr, '.', key.len) : NULL;
	rd_words what = {"set 下每个检查项的参数", "the parameters of a check under set"};

	if (dot == NULL) {
		r->check = key.ptr;
		if (rd_check_find(key.ptr) == NULL) {
			rd_unknown_check(key.ptr, err);
			return rd_yaml_at(y, key_node, err);
		}
		return rd_yaml_pairs(y, value, what, one_param, r, err);
	}
	return add_setting(y, r, rd_arena_copy(y->arena, key.ptr, (size_t)(dot - key.ptr)), dot + 1,
	                   key_node, value, err);
}

/* ---- the rest ---- */

static rd_rc one_slug(const rd_yaml *y, void *ctx, struct fy_node *item, rd_err *err)
{
	reading *r = ctx;
	rd_str text;

	RD_TRY(rd_yaml_text(y, item, &text, err));
	if (rd_check_find(text.ptr) == NULL) {
		rd_unknown_check(text.ptr, err);
		return rd_yaml_at(y, item, err);
	}
	r->list = rd_grow(y->arena, r->list, r->n_list + 1, &r->list_cap, sizeof *r->list);
	r->list[r->n_list++] = text.ptr;
	r->list[r->n_list] = NULL;
	return RD_OK;
}

static rd_rc slugs(const rd_yaml *y, reading *r, struct fy_node *value, rd_words what,
                   const char *const **ret, rd_err *err)
{
	r->list = RD_NEW_N(y->arena, const char *, 2);
	r->list_cap = 2;
	r->n_list = 0;
	RD_TRY(rd_yaml_items(y, value, what, one_slug, r, err));
	*ret = r->list;
	return RD_OK;
}

static rd_rc severity(const rd_yaml *y, rd_config *c, struct fy_node *value, rd_err *err)
{
	rd_str text;

	RD_TRY(rd_yaml_text(y, value, &text, err));
	if (!rd_severity_parse(text.ptr, &c->severity)) {
		rd_fail(err, RD_INPUT, "severity 可以是 info、low、medium、high、blocker",
		        "severity is one of info, low, medium, high, blocker");
		return rd_yaml_at(y, value, err);
	}
	c->has_severity = true;
	return RD_OK;
}

static rd_rc file_name(const rd_yaml *y, const reading *r, struct fy_node *value, const char **ret,
                       rd_err *err)
{
	rd_str text;

	RD_TRY(rd_yaml_text(y, value, &text, err));
	if (text.len == 0) {
		rd_fail(err, RD_INPUT, "这里要写文件名", "a file name belongs here");
		return rd_yaml_at(y, value, err);
	}
	*ret = join(y->arena, r->dir, text.ptr);
	return RD_OK;
}

static rd_rc chart(const rd_yaml *y, const reading *r, struct fy_node *value, rd_err *err)
{
	rd_str text;

	RD_TRY(rd_yaml_text(y, value, &text, err));
	if (rd_one_of("small|enterprise", text.ptr)) {
		r->config->chart = text.ptr;
		return RD_OK;
	}
	return file_name(y, r, value, &r->config->chart, err);
}

static rd_rc top(const rd_yaml *y, void *ctx, rd_str key, struct fy_node *key_node,
                 struct fy_node *value, rd_err *err)
{
	static const char *const known[] = {"suppress", "set",     "severity", "only", "skip",
	                                    "chart",    "mapping", "baseline", NULL};
	reading *r = ctx;
	rd_config *c = r->config;
	rd_words suppress = {"suppress ", "suppress"}, set = {"set ", "set"}, only = {"only ", "only"},
			 skip = {"skip ", "skip"};

	if (rd_str_is(key, "suppress"))
		return rd_yaml_items(y, value, suppress, one_suppression, r, err);
	if (rd_str_is(key, "set"))
		return rd_yaml_pairs(y, value, set, one_set, r, err);
	if (rd_str_is(key, "severity"))
		return severity(y, c, value, err);
	if (rd_str_is(key, "only"))
		return slugs(y, r, value, only, &c->only, err);
	if (rd_str_is(key, "skip"))
		return slugs(y, r, value, skip, &c->skip, err);
	if (rd_str_is(key, "chart"))
		return chart(y, r, value, err);
	if (rd_str_is(key, "mapping"))
		return file_name(y, r, value, &c->mapping, err);
	if (rd_str_is(key, "baseline"))
		return file_name(y, r, value, &c->baseline, err);
	return rd_yaml_unknown(y, key, key_node, known, err);
}

rd_rc rd_config_read(rd_arena *arena, const char *path, rd_config *ret, rd_err *err)
{
	rd_config config = {.path = path};
	reading r = {.config = &config, .dir = folder_of(arena, path)};
	rd_words what = {"redink.yaml ", "redink.yaml"};
	rd_str text;
	rd_yaml y;
	rd_rc rc = RD_OK;

	RD_TRY(rd_input_read(arena, path, CONFIG_MAX, &text, err));
	RD_TRY(rd_yaml_open(&y, arena, path, text, err));
	if (y.doc && fy_document_root(y.doc))
		rc = rd_yaml_pairs(&y, fy_document_root(y.doc), what, top, &r, err);
	rd_yaml_close(&y);
	if (rc == RD_OK)
		*ret = config;
	return rc;
}
