/* From JSON to values: every problem is told, and what is right arrives as it was meant. */
#include "record/check.h"
#include "base/buf.h"
#include "record/show.h"
#include "unit.h"
#include <stdio.h>

/* The problems of a body as "field|field", in order. */
static void told(const rd_problems *p, char *out, size_t size)
{
	size_t n = 0;

	out[0] = '\0';
	for (uint32_t i = 0; i < p->n; i++) {
		int m = snprintf(out + n, size - n, "%s%s", i ? "|" : "", p->items[i].field);

		n += m > 0 && (size_t)m < size - n ? (size_t)m : 0;
		UNIT_TRUE(p->items[i].words.zh[0] && p->items[i].words.en[0]);
	}
}

static bool check(const rd_check_input *in, const char *body, rd_arena *a, rd_draft *draft,
                  rd_problems *problems)
{
	json_t *json = NULL;
	rd_err err;
	bool fine;

	UNIT_OK(rd_check_parse(rd_str_of(body), &json, &err), &err);
	fine = rd_check_body(in, json, a, draft, problems);
	UNIT_TRUE(fine == (problems->n == 0));
	json_decref(json); /* values live in the arena */
	return fine;
}

static const struct {
	const char *kind, *body, *want;
} creations[] = {
	{"client", "{\"name\": \"澄溪商贸\"}", ""},
	{"client", "{}", "name"},
	{"client", "{\"name\": \"  \"}", "name"},
	{"client", "{\"name\": null}", "name"},
	{"client", "{\"name\": \"a\\nb\"}", "name"},
	{"client", "{\"name\": \"a\\u202eb\"}", "name"},
	{"client", "{\"name\": 5}", "name"},
	{"client", "{\"name\": \"a\", \"uscc\": \"91330100799655058B\"}", ""},
	{"client", "{\"name\": \"a\", \"uscc\": \"91330100799655058C\"}", "uscc"},
	{"client", "{\"name\": \"a\", \"weight\": 6}", "weight"},
	{"client", "{\"name\": \"a\", \"weight\": 2.0}", "weight"},
	{"client", "{\"name\": \"a\", \"weight\": \"2\"}", "weight"},
	{"client", "{\"name\": \"a\", \"weight\": null}", "weight"},
	{"client", "{\"name\": \"a\", \"tax_kind\": \"general\"}", ""},
	{"client", "{\"name\": \"a\", \"tax_kind\": \"General\"}", "tax_kind"},
	{"client", "{\"name\": \"a\", \"founded\": \"2024-02-29\"}", ""},
	{"client", "{\"name\": \"a\", \"founded\": \"2023-02-29\"}", "founded"},
	{"client", "{\"name\": \"a\", \"founded\": \"2024-2-9\"}", "founded"},
	{"client", "{\"name\": \"a\", \"capital\": {\"minor\": 100, \"currency\": \"CNY\"}}", ""},
	{"client", "{\"name\": \"a\", \"capital\": {\"minor\": 1.5, \"currency\": \"cny\"}}",
     "capital.minor|capital.currency"},
	{"client", "{\"name\": \"a\", \"capital\": {\"minor\": -1, \"currency\": \"CNY\"}}",
     "capital.minor"},
	{"client", "{\"name\": \"a\", \"capital\": {\"minor\": 1, \"currency\": \"CNY\", \"x\": 1}}",
     "capital"},
	{"client", "{\"name\": \"a\", \"capital\": 100}", "capital"},
	{"client", "{\"name\": \"a\", \"accountant\": \"12\"}", ""},
	{"client", "{\"name\": \"a\", \"accountant\": 12}", "accountant"},
	{"client", "{\"name\": \"a\", \"accountant\": \"012\"}", "accountant"},
	{"client", "{\"name\": \"a\", \"assistants\": [\"1\", \"2\"]}", ""},
	{"client", "{\"name\": \"a\", \"assistants\": [\"1\", \"1\"]}", "assistants"},
	{"client", "{\"name\": \"a\", \"assistants\": \"1\"}", "assistants"},
	{"client", "{\"name\": \"a\", \"qualities\": [\"exporter\"]}", ""},
	{"client", "{\"name\": \"a\", \"qualities\": [\"importer\"]}", "qualities"},
	{"client", "{\"name\": \"a\", \"portal\": 1}", "portal"},
	{"client", "{\"name\": \"a\", \"due\": \"2026-01-01T00:00:00Z\"}", ""},
	{"client", "{\"name\": \"a\", \"due\": \"2026-01-01\"}", "due"},
	{"client", "{\"name\": \"a\", \"client\": \"4\"}", "client"},
	{"client", "{\"name\": \"a\", \"state\": \"ended\"}", "state"},
	{"client", "{\"name\": \"a\", \"id\": \"4\"}", "id"},
	{"client", "{\"nmae\": \"a\"}", "nmae|name"},
	{"contact", "{\"name\": \"a\"}", "client"},
	{"contact", "{\"name\": \"a\", \"client\": \"7\", \"mail\": \"a@b\"}", "mail"},
	{"contact", "{\"name\": \"a\", \"client\": \"7\", \"phone\": \"+86 21 5555 0000\"}", ""},
	{"exception_type",
     "{\"slug\": \"a-b\", \"name\": \"n\", \"area\": \"tax\", \"nature\": \"late\", "
     "\"severity\": \"low\", \"finds\": \"x\", \"priority\": 3}",
     "priority"},
	{"task", "{\"name\": \"a\", \"about\": {\"kind\": \"client\", \"id\": \"9\"}}", ""},
	{"task", "{\"name\": \"a\", \"about\": {\"kind\": \"clown\", \"id\": \"9\"}}", "about.kind"},
	{"task", "{\"name\": \"a\", \"about\": {\"kind\": \"client\"}}", "about"},
	{"user", "{\"login\": \"li.wei\", \"name\": \"李伟\", \"roles\": []}", "roles"},
	{"user", "{\"login\": \"Li\", \"name\": \"李伟\", \"roles\": [\"king\"], \"language\": \"fr\"}",
     "login|roles|language"},
	{"calendar", "{\"name\": \"c\", \"opens\": \"8:30\", \"closes\": \"24:00\"}", "opens"},
};

static void bodies_of_creation(void)
{
	for (uint32_t i = 0; i < sizeof creations / sizeof creations[0]; i++) {
		rd_arena *a = rd_arena_new();
		rd_check_input in = {.kind = rd_kind_find(rd_str_of(creations[i].kind)),
		                     .mode = RD_CHECK_CREATE};
		rd_problems problems = {0};
		rd_draft draft;
		char got[400];

		unit_case("%s %s", creations[i].kind, creations[i].body);
		check(&in, creations[i].body, a, &draft, &problems);
		told(&problems, got, sizeof got);
		UNIT_TEXT(rd_str_of(got), creations[i].want);
		rd_arena_free(a);
	}
}

static const rd_value *cell(const rd_kind *k, const rd_value *row, const char *key)
{
	return &row[rd_kind_column_find(k, rd_str_of(key))];
}

static void values_arrive_as_they_were_meant(void)
{
	rd_arena *a = rd_arena_new();
	const rd_kind *k = rd_kind_find(RD_STR("client"));
	rd_check_input in = {.kind = k, .mode = RD_CHECK_CREATE};
	rd_problems problems = {0};
	rd_draft d;

	UNIT_TRUE(check(&in,
	                "{\"name\": \" 澄溪 \", \"founded\": \"1970-01-02\", \"restricted\": true, "
	                "\"capital\": {\"minor\": 123456, \"currency\": \"CNY\"}, \"assistants\": "
	                "[\"3\", \"1\"], \"due\": \"2026-02-24T09:30:00.5+08:00\", \"team\": \"8\"}",
	                a, &d, &problems));
	UNIT_TEXT(cell(k, d.row, "name")->str, "澄溪");
	UNIT_INT(cell(k, d.row, "founded")->i, 1);
	UNIT_INT(cell(k, d.row, "capital")[0].i, 123456);
	UNIT_TEXT(cell(k, d.row, "capital")[1].str, "CNY");
	UNIT_TEXT(cell(k, d.row, "assistants")->str, "[\"3\", \"1\"]");
	UNIT_INT(d.row[RD_COL_RESTRICTED].i, 1);
	UNIT_INT(d.row[RD_COL_TEAM].i, 8);
	UNIT_INT(d.row[RD_COL_DUE].i, INT64_C(1771896600500000));
	UNIT_TEXT(cell(k, d.row, "service_level")->str, "standard"); /* preset */
	UNIT_INT(cell(k, d.row, "weight")->i, 2);
	UNIT_INT(cell(k, d.row, "tax_kind")->type, RD_NULL);
	UNIT_INT(d.common, 1u << RD_COL_RESTRICTED | 1u << RD_COL_TEAM | 1u << RD_COL_DUE);
	UNIT_TRUE(d.fields >> rd_kind_field_find(k, RD_STR("capital")) & 1);
	UNIT_TRUE(!(d.fields >> rd_kind_field_find(k, RD_STR("weight")) & 1));
	rd_arena_free(a);
}

static void unknown_keys_name_the_nearest(void)
{
	rd_arena *a = rd_arena_new();
	rd_check_input in = {.kind = rd_kind_find(RD_STR("client")), .mode = RD_CHECK_CREATE};
	rd_problems problems = {0};
	rd_draft d;
	rd_err err;

	check(&in, "{\"name\": \"a\", \"tax_kinds\": 1, \"zzzzzzzz\": 2}", a, &d, &problems);
	UNIT_INT(problems.n, 2);
	UNIT_TEXT(rd_str_of(problems.items[0].hint.en), "did you mean tax_kind?");
	UNIT_TRUE(problems.items[1].hint.en == NULL);
	UNIT_INT(rd_check_fail(&problems, &err), RD_INPUT);
	UNIT_TEXT(rd_str_of(err.en), "tax_kinds: there is no such field (did you mean tax_kind?); "
	                             "2 things to put right");
	UNIT_TEXT(rd_str_of(err.zh), "tax_kinds：没有这个字段（是否指 tax_kind？）；共 2 处需要改正");
	rd_arena_free(a);
}

static void changes_keep_what_they_do_not_name(void)
{
	rd_arena *a = rd_arena_new();
	const rd_kind *k = rd_kind_find(RD_STR("exception_type"));
	rd_check_input in = {.kind = k, .mode = RD_CHECK_CREATE};
	rd_problems problems = {0};
	rd_draft made, d;

	UNIT_TRUE(check(&in,
	                "{\"slug\": \"a-b\", \"name\": \"n\", \"area\": \"tax\", \"nature\": \"late\", "
	                "\"severity\": \"low\", \"finds\": \"x\", \"impact\": 5}",
	                a, &made, &problems));
	UNIT_INT(cell(k, made.row, "priority")->i, 15); /* 5 × preset 3 */
	in = (rd_check_input){.kind = k, .mode = RD_CHECK_CHANGE, .before = made.row};
	UNIT_TRUE(check(&in, "{\"urgency\": 2, \"slug\": \"a-b\", \"basis\": \"\"}", a, &d, &problems));
	UNIT_INT(cell(k, d.row, "priority")->i, 10);
	UNIT_INT(cell(k, d.row, "impact")->i, 5);
	UNIT_INT(cell(k, d.row, "basis")->type, RD_NULL);
	UNIT_TRUE(d.fields >> rd_kind_field_find(k, RD_STR("priority")) & 1);
	UNIT_TRUE(check(&in, "{\"impact\": null}", a, &d, &problems));
	UNIT_INT(cell(k, d.row, "priority")->type, RD_NULL);
	UNIT_TRUE(!check(&in, "{\"slug\": \"b-c\"}", a, &d, &problems)); /* fixed */
	problems.n = problems.all = 0;
	UNIT_TRUE(!check(&in, "{\"name\": null}", a, &d, &problems));
	rd_arena_free(a);
}

static void transitions_take_what_they_ask(void)
{
	rd_arena *a = rd_arena_new();
	const rd_kind *k = rd_kind_find(RD_STR("client"));
	rd_value *row = RD_NEW_N(a, rd_value, k->n_columns);
	const rd_transition *end = &k->transitions[rd_kind_transition_find(k, RD_STR("end"))];
	const rd_transition *plan = &k->transitions[rd_kind_transition_find(k, RD_STR("plan"))];
	rd_check_input in = {.kind = k, .mode = RD_CHECK_TRANSITION, .transition = end, .before = row};
	rd_problems problems = {0};
	rd_draft d;
	char got[200];

	UNIT_TRUE(check(&in, "{\"until\": \"2026-03-31\", \"reason\": \"停业\"}", a, &d, &problems));
	UNIT_INT(cell(k, d.row, "until")->i, 20543);
	UNIT_TEXT(d.asked[1][0].str, "停业");
	UNIT_INT(d.asked[2][0].type, RD_NULL);
	check(&in, "{\"reasn\": \"x\", \"name\": \"y\"}", a, &d, &problems);
	told(&problems, got, sizeof got);
	UNIT_TEXT(rd_str_of(got), "reasn|name|until|reason");
	problems.n = problems.all = 0;
	UNIT_TRUE(!rd_check_needs(k, plan, row, a, &problems));
	told(&problems, got, sizeof got);
	UNIT_TEXT(rd_str_of(got), "uscc|tax_kind|risk|risk_note");
	rd_arena_free(a);
}

static void json_is_read_strictly(void)
{
	static const struct {
		const char *text;
		uint32_t line;
	} rows[] = {{"{\"a\": 1,\n\"a\": 2}", 2},
	            {"{\"a\": 1} x", 1},
	            {"[1]", 0},
	            {"{\"a\": 1e999}", 1},
	            {"{\"a\": \"\\u0000\"}", 1},
	            {"", 1},
	            {"{'a': 1}", 1},
	            {"\"\xff\"", 1}};
	json_t *body = NULL;
	rd_err err;

	for (uint32_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		unit_case("%s", rows[i].text);
		UNIT_INT(rd_check_parse(rd_str_of(rows[i].text), &body, &err), RD_INPUT);
		UNIT_TRUE(body == NULL && err.zh[0]);
		UNIT_INT(err.line, rows[i].line);
	}
}

/* {"a": [[… n levels in all …]], and a text full of brackets beside it. */
static void json_has_a_depth(void)
{
	char text[512];
	json_t *body = NULL;
	rd_err err;

	for (int n = RD_BODY_DEPTH_MAX; n <= (int)RD_BODY_DEPTH_MAX + 1; n++) {
		int size = snprintf(text, sizeof text, "{\"t\": \"\\\"[[[{{{\", \"a\": ");

		memset(text + size, '[', (size_t)n - 1);
		memset(text + size + n - 1, ']', (size_t)n - 1);
		text[size + 2 * (n - 1)] = '}';
		rd_rc rc = rd_check_parse((rd_str){text, (uint32_t)(size + 2 * n - 1)}, &body, &err);

		UNIT_INT(rc, n <= (int)RD_BODY_DEPTH_MAX ? RD_OK : RD_INPUT);
		if (rc == RD_OK)
			json_decref(body);
	}
}

static void credit_codes_check_themselves(void)
{
	static const char *const good[] = {"9144030071526726XG", "91330100799655058B",
	                                   "914403001922038216", "9111000071093123XX",
	                                   "91110000802100433B"};
	static const char set[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";

	for (uint32_t i = 0; i < 5; i++) {
		unit_case("%s", good[i]);
		UNIT_TRUE(rd_check_uscc(rd_str_of(good[i])));
		/* The weights are units modulo 31, so every change of one character shows. */
		for (uint32_t at = 0; at < 18; at++)
			for (const char *c = set; *c; c++) {
				char other[19];

				memcpy(other, good[i], 19);
				other[at] = *c;
				if (*c != good[i][at])
					UNIT_TRUE(!rd_check_uscc(rd_str_of(other)));
			}
	}
	UNIT_TRUE(!rd_check_uscc(RD_STR("9144030071526726XH")));
	UNIT_TRUE(!rd_check_uscc(RD_STR("9144030071526726X")));
	UNIT_TRUE(!rd_check_uscc(RD_STR("91330100799655058b")));
	UNIT_TRUE(!rd_check_uscc(((rd_str){"91330100799655058\0", 18})));
}

static void forms_of_texts(void)
{
	static const struct {
		rd_format f;
		const char *text;
		bool want;
	} rows[] = {
		{RD_FORMAT_SLUG, "li.wei_2", true},
		{RD_FORMAT_SLUG, "2li", false},
		{RD_FORMAT_SLUG, "Li", false},
		{RD_FORMAT_EMAIL, "a@b.cn", true},
		{RD_FORMAT_EMAIL, "a@b", false},
		{RD_FORMAT_EMAIL, "a b@c.cn", false},
		{RD_FORMAT_EMAIL, "@b.cn", false},
		{RD_FORMAT_EMAIL, "a@@b.cn", false},
		{RD_FORMAT_EMAIL, "a@b..cn", false},
		{RD_FORMAT_PHONE, "021-5555 0000", true},
		{RD_FORMAT_PHONE, "1234", false},
		{RD_FORMAT_PHONE, "12345x", false},
		{RD_FORMAT_URL, "https://a.cn/b", true},
		{RD_FORMAT_URL, "javascript:alert(1)", false},
		{RD_FORMAT_URL, "https://", false},
		{RD_FORMAT_URL, "https://a b", false},
		{RD_FORMAT_CURRENCY, "CNY", true},
		{RD_FORMAT_CURRENCY, "CN", false},
		{RD_FORMAT_CLOCK, "09:05", true},
		{RD_FORMAT_CLOCK, "24:00", true},
		{RD_FORMAT_CLOCK, "24:01", false},
		{RD_FORMAT_CLOCK, "9:05", false},
		{RD_FORMAT_LANGUAGE, "zh-CN", true},
		{RD_FORMAT_LANGUAGE, "zho", false},
		{RD_FORMAT_RRULE, "RRULE:FREQ=DAILY", true},
		{RD_FORMAT_RRULE, "daily", false},
		{RD_FORMAT_KIND, "client", true},
		{RD_FORMAT_KIND, "clown", false},
	};

	for (uint32_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		unit_case("%s %s", rd_format_name(rows[i].f), rows[i].text);
		UNIT_INT(rd_check_format(rows[i].f, rd_str_of(rows[i].text)), rows[i].want);
	}
}

static void ids_days_and_times(void)
{
	static const struct {
		const char *text;
		int64_t want; /* -1 = refused */
	} ids[] = {{"1", 1},
	           {"9223372036854775807", INT64_MAX},
	           {"9223372036854775808", -1},
	           {"0", -1},
	           {"01", -1},
	           {"-1", -1},
	           {"", -1},
	           {"1a", -1}};
	static const struct {
		const char *text;
		int64_t want; /* INT64_MIN = refused */
	} times[] = {{"1970-01-01T00:00:00Z", 0},
	             {"1970-01-01T08:00:00+08:00", 0},
	             {"1969-12-31T23:59:59.999999Z", -1},
	             {"2026-02-24T09:30:00.123456+08:00", INT64_C(1771896600123456)},
	             {"1970-01-01T00:00:00", INT64_MIN},
	             {"1970-01-01T24:00:00Z", INT64_MIN},
	             {"1970-01-01T00:00:60Z", INT64_MIN},
	             {"1970-01-01T00:00:00.1234567Z", INT64_MIN},
	             {"1970-01-01T00:00:00.Z", INT64_MIN},
	             {"1970-02-30T00:00:00Z", INT64_MIN},
	             {"1970-01-01T00:00:00+8:00", INT64_MIN}};
	int64_t v;
	char out[40];

	for (uint32_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
		bool fine = rd_check_id(rd_str_of(ids[i].text), &v);

		unit_case("%s", ids[i].text);
		UNIT_INT(fine ? v : -1, ids[i].want);
	}
	for (uint32_t i = 0; i < sizeof times / sizeof times[0]; i++) {
		bool fine = rd_check_time(rd_str_of(times[i].text), &v);
		int64_t again;

		unit_case("%s", times[i].text);
		UNIT_INT(fine ? v : INT64_MIN, times[i].want);
		if (fine) {
			rd_show_time(v, out);
			UNIT_TRUE(rd_check_time(rd_str_of(out), &again));
			UNIT_INT(again, v);
		}
	}
}

static void references_are_listed(void)
{
	rd_arena *a = rd_arena_new();
	const rd_kind *k = rd_kind_find(RD_STR("task"));
	rd_check_input in = {.kind = k, .mode = RD_CHECK_CREATE};
	rd_problems problems = {0};
	const rd_kind_ref *refs;
	rd_draft d;
	rd_buf b;
	uint32_t n;

	UNIT_TRUE(
		check(&in,
	          "{\"name\": \"a\", \"owner\": \"5\", \"client\": \"6\", \"helpers\": [\"7\", \"8\"], "
	          "\"about\": {\"kind\": \"article\", \"id\": \"9\"}}",
	          a, &d, &problems));
	rd_check_refs(k, d.row, a, &refs, &n);
	rd_buf_init(&b, 500);
	for (uint32_t i = 0; i < n; i++)
		rd_buf_printf(&b, "%s>%s/%d ", refs[i].key, refs[i].to, (int)refs[i].id);
	UNIT_BYTES(rd_buf_view(&b),
	           RD_STR(
				   "owner>user/5 client>client/6 about>article/9 helpers>user/7 helpers>user/8 "));
	rd_buf_done(&b);
	rd_arena_free(a);
}

static void what_an_event_says_can_be_applied(void)
{
	rd_arena *a = rd_arena_new();
	const rd_kind *k = rd_kind_find(RD_STR("client"));
	rd_check_input in = {.kind = k, .mode = RD_CHECK_CREATE};
	rd_problems problems = {0};
	rd_value *row = RD_NEW_N(a, rd_value, k->n_columns);
	rd_buf b;
	rd_json j;
	rd_draft d;
	rd_err err;
	json_t *set;

	UNIT_TRUE(
		check(&in,
	          "{\"name\": \"澄<溪\", \"capital\": {\"minor\": 9007199254740991, \"currency\": "
	          "\"CNY\"}, \"bank_accounts\": [\"6222 \\\"a\\\"\"], \"accountant\": "
	          "\"9223372036854775807\"}",
	          a, &d, &problems));
	rd_buf_init(&b, 1 << 16);
	rd_json_init(&j, &b, 0);
	UNIT_TRUE(rd_show_changed(&j, k, NULL, d.row) > 5);
	set = json_loadb(b.data, b.size, 0, NULL);
	UNIT_OK(rd_check_apply(k, set, a, row, &err), &err);
	for (uint16_t i = 0; i < k->n_columns; i++) {
		unit_case("%s", k->columns[i].name);
		UNIT_TRUE(rd_value_same(&row[i], &d.row[i]));
	}
	rd_buf_clear(&b);
	rd_json_init(&j, &b, 0);
	UNIT_INT(rd_show_changed(&j, k, d.row, row), 0);
	json_decref(set);
	set = json_pack("{s:s}", "weight", "heavy");
	UNIT_INT(rd_check_apply(k, set, a, row, &err), RD_INPUT);
	json_decref(set);
	set = json_pack("{s:i}", "nothing", 1);
	UNIT_INT(rd_check_apply(k, set, a, row, &err), RD_INPUT);
	json_decref(set);
	rd_buf_done(&b);
	rd_arena_free(a);
}

static void computing_minds_overflow_and_null(void)
{
	static const rd_op ops[][5] = {
		{{RD_OP_FIELD, 0}, {RD_OP_FIELD, 1}, {RD_OP_MUL, 0}},
		{{RD_OP_FIELD, 0}, {RD_OP_FIELD, 1}, {RD_OP_DIV, 0}},
		{{RD_OP_FIELD, 0}, {RD_OP_NEG, 0}, {RD_OP_FIELD, 1}, {RD_OP_MAX, 0}},
		{{RD_OP_FIELD, 0}, {RD_OP_CONST, 3}, {RD_OP_MIN, 0}, {RD_OP_FIELD, 1}, {RD_OP_SUB, 0}},
	};
	static const struct {
		uint32_t op, n;
		rd_value x, y;
		int64_t want; /* INT64_MIN = null, INT64_MAX = a problem */
	} rows[] = {
		{0, 3, {RD_INT, 6, {0}}, {RD_INT, 7, {0}}, 42},
		{0, 3, {RD_INT, INT64_MAX, {0}}, {RD_INT, 2, {0}}, INT64_MAX},
		{0, 3, {RD_INT, RD_INT_JSON_MAX, {0}}, {RD_INT, 2, {0}}, INT64_MAX},
		{0, 3, {RD_INT, INT64_MAX, {0}}, {RD_NULL, 0, {0}}, INT64_MIN},
		{1, 3, {RD_INT, -7, {0}}, {RD_INT, 2, {0}}, -3},
		{1, 3, {RD_INT, 7, {0}}, {RD_INT, 0, {0}}, INT64_MIN},
		{1, 3, {RD_INT, INT64_MIN, {0}}, {RD_INT, -1, {0}}, INT64_MAX},
		{2, 4, {RD_INT, 4, {0}}, {RD_INT, -9, {0}}, -4},
		{2, 4, {RD_INT, INT64_MIN, {0}}, {RD_INT, 1, {0}}, INT64_MAX},
		{3, 5, {RD_INT, 10, {0}}, {RD_INT, 1, {0}}, 2},
	};
	rd_arena *a = rd_arena_new();

	for (uint32_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		rd_field fields[3] = {{.name = "x", .column = 0, .type = RD_FIELD_INT},
		                      {.name = "y", .column = 1, .type = RD_FIELD_INT},
		                      {.name = "z",
		                       .column = 2,
		                       .type = RD_FIELD_INT,
		                       .computed = ops[rows[i].op],
		                       .n_computed = (uint16_t)rows[i].n}};
		rd_kind k = {.fields = fields, .n_fields = 3, .n_columns = 3};
		rd_value row[3] = {rows[i].x, rows[i].y, RD_VALUE_NULL};
		rd_problems problems = {0};
		bool fine = rd_check_compute(&k, row, a, &problems);

		unit_case("row %u", i);
		UNIT_INT(!fine ? INT64_MAX : row[2].type == RD_NULL ? INT64_MIN : row[2].i, rows[i].want);
	}
	rd_arena_free(a);
}

const unit_test check_tests[] = {
	{"bodies of creation", bodies_of_creation},
	{"values arrive as they were meant", values_arrive_as_they_were_meant},
	{"unknown keys name the nearest", unknown_keys_name_the_nearest},
	{"changes keep what they do not name", changes_keep_what_they_do_not_name},
	{"transitions take what they ask", transitions_take_what_they_ask},
	{"JSON is read strictly", json_is_read_strictly},
	{"JSON has a depth", json_has_a_depth},
	{"credit codes check themselves", credit_codes_check_themselves},
	{"forms of texts", forms_of_texts},
	{"ids, days and times", ids_days_and_times},
	{"references are listed", references_are_listed},
	{"what an event says can be applied", what_an_event_says_can_be_applied},
	{"computing minds overflow and null", computing_minds_overflow_and_null},
	{0},
};
