#include "desk/draft.h"
#include <jansson.h>
#include <stdio.h>

#define RATE_MAX INT64_C(10000000000000) /* 10^-8: 100,000 for one unit */

typedef struct reading {
	rd_arena *arena;
	uint32_t voucher, line; /* for messages, from 1; 0 = none */
	rd_err *err;
} reading;

static rd_rc bad(const reading *r, const char *field, const char *zh, const char *en)
{
	char words[2][200];

	snprintf(words[0], sizeof words[0],
	         r->line ? "第 %u 张凭证第 %u 行 %.60s：%s" : "第 %u 张凭证%.0u %.60s：%s", r->voucher,
	         r->line, field, zh);
	snprintf(words[1], sizeof words[1],
	         r->line ? "voucher %u, line %u, %.60s: %s" : "voucher %u%.0u, %.60s: %s", r->voucher,
	         r->line, field, en);
	return rd_fail_words(r->err, RD_INPUT, (rd_words){words[0], words[1]});
}

static bool known(const char *name, const char *const *names)
{
	for (; *names; names++)
		if (strcmp(*names, name) == 0)
			return true;
	return false;
}

static rd_rc only(const reading *r, json_t *o, const char *const *names)
{
	const char *key;
	json_t *v;

	if (!json_is_object(o))
		return bad(r, "{}", "应为对象", "an object is expected");
	json_object_foreach(o, key, v) if (!known(key, names)) return bad(r, key, "没有这个名称",
	                                                                  "there is no such name");
	return RD_OK;
}

static rd_rc text_of(const reading *r, json_t *o, const char *name, rd_str *ret)
{
	json_t *v = json_object_get(o, name);

	*ret = RD_STR("");
	if (v == NULL || json_is_null(v))
		return RD_OK;
	if (!json_is_string(v) || json_string_length(v) > 2000)
		return bad(r, name, "应为文字", "a text is expected");
	uint32_t n = (uint32_t)json_string_length(v);

	*ret = (rd_str){rd_arena_copy(r->arena, json_string_value(v), n), n};
	return RD_OK;
}

static rd_rc number_of(const reading *r, json_t *o, const char *name, int64_t most, bool *ret_here,
                       int64_t *ret)
{
	json_t *v = json_object_get(o, name);

	*ret_here = v != NULL && !json_is_null(v);
	*ret = 0;
	if (!*ret_here)
		return RD_OK;
	if (!json_is_integer(v))
		return bad(r, name, "应为整数（分）", "a whole number is expected (fen)");
	if (json_integer_value(v) > most || json_integer_value(v) < -most)
		return bad(r, name, "数字太大", "the number is too large");
	*ret = json_integer_value(v);
	return RD_OK;
}

static rd_rc day_of(const reading *r, json_t *o, const char *name, rd_day *ret)
{
	rd_str s;

	*ret = RD_DAY_NONE;
	RD_TRY(text_of(r, o, name, &s));
	if (s.len && rd_day_parse(s, RD_ORDER_YMD, false, ret) != RD_DATE_OK)
		return bad(r, name, "日期写成 2026-03-05", "a date is written 2026-03-05");
	return RD_OK;
}

static rd_rc period_of(const reading *r, json_t *o, rd_period *ret)
{
	rd_str s;

	*ret = 0;
	RD_TRY(text_of(r, o, "period", &s));
	if (s.len && !rd_period_parse(s, 0, ret))
		return bad(r, "period", "期间写成 2026-03", "a period is written 2026-03");
	return RD_OK;
}

static rd_rc read_line(reading *r, json_t *o, rd_draft_line *l)
{
	static const char *const names[] = {"text",         "account",  "account_name",
	                                    "party",        "document", "debit_minor",
	                                    "credit_minor", "currency", "foreign_minor",
	                                    "rate_e8",      NULL};
	bool debit, credit, here;
	int64_t d, c;

	RD_TRY(only(r, o, names));
	RD_TRY(text_of(r, o, "text", &l->text));
	RD_TRY(text_of(r, o, "account", &l->account));
	RD_TRY(text_of(r, o, "account_name", &l->account_name));
	RD_TRY(text_of(r, o, "party", &l->party));
	RD_TRY(text_of(r, o, "document", &l->document));
	RD_TRY(text_of(r, o, "currency", &l->currency));
	RD_TRY(number_of(r, o, "debit_minor", RD_DRAFT_MONEY_MAX, &debit, &d));
	RD_TRY(number_of(r, o, "credit_minor", RD_DRAFT_MONEY_MAX, &credit, &c));
	RD_TRY(number_of(r, o, "foreign_minor", RD_DRAFT_MONEY_MAX, &here, &l->foreign));
	RD_TRY(number_of(r, o, "rate_e8", RATE_MAX, &here, &l->rate));
	if (d && c)
		return bad(r, "debit_minor", "一行只能填借方或贷方", "a line has a debit or a credit");
	l->credit = c != 0 || (credit && !debit);
	l->amount = l->credit ? c : d;
	return RD_OK;
}

static rd_rc read_original(reading *r, json_t *o, rd_voucher_draft *d)
{
	static const char *const names[] = {"date", "period", "journal", "number", NULL};

	if (o == NULL || json_is_null(o))
		return RD_OK;
	RD_TRY(only(r, o, names));
	d->has_original = true;
	RD_TRY(day_of(r, o, "date", &d->original.date));
	RD_TRY(period_of(r, o, &d->original.period));
	RD_TRY(text_of(r, o, "journal", &d->original.journal));
	return text_of(r, o, "number", &d->original.number);
}

static rd_rc read_voucher(reading *r, json_t *o, rd_voucher_draft *d)
{
	static const char *const names[] = {"role",     "date",  "period", "journal",
	                                    "original", "lines", NULL};
	json_t *lines = json_object_get(o, "lines");
	rd_str role;

	RD_TRY(only(r, o, names));
	RD_TRY(text_of(r, o, "role", &role));
	if (!rd_draft_role_find(role, &d->role))
		return bad(r, "role", "不认识的凭证用途", "not a role of a correction voucher");
	RD_TRY(day_of(r, o, "date", &d->date));
	RD_TRY(period_of(r, o, &d->period));
	RD_TRY(text_of(r, o, "journal", &d->journal));
	RD_TRY(read_original(r, json_object_get(o, "original"), d));
	if (!json_is_array(lines) || json_array_size(lines) > RD_DRAFT_LINES_MAX)
		return bad(r, "lines", "应为分录的数组，最多 500 行",
		           "an array of at most 500 lines is expected");
	d->n_lines = (uint32_t)json_array_size(lines);
	d->lines = RD_NEW_N(r->arena, rd_draft_line, d->n_lines + 1);
	for (uint32_t i = 0; i < d->n_lines; i++) {
		r->line = i + 1;
		RD_TRY(read_line(r, json_array_get(lines, i), &d->lines[i]));
	}
	r->line = 0;
	return RD_OK;
}

static rd_rc read_all(reading *r, json_t *list, rd_drafts *ret)
{
	rd_drafts all = {0};

	if (json_is_object(list))
		list = json_object_get(list, "vouchers");
	if (!json_is_array(list) || json_array_size(list) > RD_DRAFTS_MAX)
		return rd_fail(r->err, RD_INPUT, "更正凭证应为 JSON 数组，最多 %u 张",
		               "correction vouchers are a JSON array of at most %u", RD_DRAFTS_MAX);
	all.n = (uint32_t)json_array_size(list);
	all.items = RD_NEW_N(r->arena, rd_voucher_draft, all.n + 1);
	for (uint32_t v = 0; v < all.n; v++) {
		r->voucher = v + 1;
		RD_TRY(read_voucher(r, json_array_get(list, v), &all.items[v]));
	}
	*ret = all;
	return RD_OK;
}

rd_rc rd_drafts_read(rd_arena *arena, rd_str json, rd_drafts *ret, rd_err *err)
{
	reading r = {.arena = arena, .err = err};
	json_error_t where;
	json_t *list = json_loadb(json.ptr, json.len, JSON_REJECT_DUPLICATES, &where);

	if (list == NULL)
		return rd_fail(err, RD_INPUT, "更正凭证不是正确的 JSON（第 %d 行）",
		               "correction vouchers are not JSON (line %d)", where.line);
	rd_rc rc = read_all(&r, list, ret);

	json_decref(list);
	return rc;
}
