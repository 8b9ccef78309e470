/* Parameters: presets of the tables, overridden by --set and redink.yaml. */
#include "base/assert.h"
#include "base/money.h"
#include "check/engine.h"
#include <stdlib.h>

static rd_rc find_param(const rd_setting *s, const rd_check **ret_check, uint32_t *ret_index,
                        rd_err *err)
{
	const rd_check *c = rd_check_find(s->check);

	if (c == NULL)
		return rd_fail(err, RD_USAGE, "没有名为 '%s' 的检查；用 redink checks 列出全部",
		               "no check is called '%s'; redink checks lists them all", s->check);
	for (uint32_t i = 0; c->params && c->params[i].name; i++)
		if (strcmp(c->params[i].name, s->param) == 0) {
			*ret_check = c;
			*ret_index = i;
			return RD_OK;
		}
	return rd_fail(err, RD_USAGE, "检查 %s 没有参数 '%s'；用 redink explain %s 查看参数",
	               "check %s has no parameter '%s'; redink explain %s shows them", s->check,
	               s->param, s->check);
}

static rd_rc parse_number(const rd_param *p, const rd_setting *s, int64_t *ret, rd_err *err)
{
	uint32_t decimals = p->kind == RD_PARAM_MONEY ? 2 : 0;
	rd_minor v;
	char lo[RD_MINOR_TEXT], hi[RD_MINOR_TEXT];

	if (rd_minor_parse(rd_str_of(s->value), '.', decimals, &v) != RD_AMOUNT_OK)
		return rd_fail(err, RD_USAGE, "%s.%s 的值 '%s' 不是数字（单位：%s）",
		               "the value of %s.%s, '%s', is not a number (unit: %s)", s->check, s->param,
		               s->value, p->unit);
	if (v < p->min || v > p->max) {
		rd_minor_format(p->min, decimals, false, lo);
		rd_minor_format(p->max, decimals, false, hi);
		return rd_fail(err, RD_USAGE, "%s.%s 的值 %s 超出范围 %s 到 %s（单位：%s）",
		               "the value of %s.%s, %s, is outside %s to %s (unit: %s)", s->check, s->param,
		               s->value, lo, hi, p->unit);
	}
	*ret = v;
	return RD_OK;
}

static void parse_words(rd_arena *a, const char *text, rd_param_value *v)
{
	uint32_t n = 1;

	for (const char *p = text; *p; p++)
		n += *p == '|' || *p == ',';
	v->words = RD_NEW_N(a, rd_str, n);
	v->n_words = 0;
	for (const char *p = text;;) {
		size_t len = strcspn(p, "|,");
		rd_str w = rd_str_trim((rd_str){p, (uint32_t)len});

		if (w.len)
			v->words[v->n_words++] = (rd_str){rd_arena_copy(a, w.ptr, w.len), w.len};
		if (p[len] == '\0')
			return;
		p += len + 1;
	}
}

rd_rc rd_setting_check(const rd_setting *s, rd_err *err)
{
	const rd_check *c;
	uint32_t i;
	int64_t v;

	RD_TRY(find_param(s, &c, &i, err));
	if (c->params[i].kind == RD_PARAM_WORDS)
		return RD_OK;
	return parse_number(&c->params[i], s, &v, err);
}

static rd_rc apply(rd_engine *e, const rd_setting *s, rd_err *err)
{
	const rd_check *c;
	uint32_t i, check = 0;

	RD_TRY(find_param(s, &c, &i, err));
	while (rd_checks[check] != c)
		check++;
	if (c->params[i].kind == RD_PARAM_WORDS) {
		parse_words(e->arena, s->value, &e->params[check][i]);
		return RD_OK;
	}
	return parse_number(&c->params[i], s, &e->params[check][i].number, err);
}

rd_rc rd_engine_params(rd_engine *e, rd_err *err)
{
	e->params = RD_NEW_N(e->arena, rd_param_value *, rd_checks_count + 1);
	for (uint32_t c = 0; c < rd_checks_count; c++) {
		const rd_param *p = rd_checks[c]->params;
		uint32_t n = 0;

		while (p && p[n].name)
			n++;
		e->params[c] = RD_NEW_N(e->arena, rd_param_value, n + 1);
		for (uint32_t i = 0; i < n; i++) {
			e->params[c][i].number = p[i].preset;
			if (p[i].kind == RD_PARAM_WORDS)
				parse_words(e->arena, p[i].words ? p[i].words : "", &e->params[c][i]);
		}
	}
	for (uint32_t i = 0; i < e->options->n_settings; i++)
		RD_TRY(apply(e, &e->options->settings[i], err));
	return RD_OK;
}
