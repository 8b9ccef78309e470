/* From rows to JSON: ids as texts, secrets masked, clients see what is theirs to see. */
#include "record/show.h"
#include "record/check.h"
#include "unit.h"

/* A contact with everything that has to be shown in its own way. */
static rd_value *sample(rd_arena *a, const rd_kind **ret_kind)
{
	static const char body[] =
		"{\"name\": \"王芳\", \"post\": \"cashier\", \"phone\": \"13800000000\", \"client\": \"7\", "
		"\"mail\": \"w@example.cn\", \"portal\": true}";
	const rd_kind *k = rd_kind_find(RD_STR("contact"));
	rd_check_input in = {.kind = k, .mode = RD_CHECK_CREATE};
	rd_problems problems = {0};
	rd_draft d;
	rd_err err;
	json_t *json;

	UNIT_OK(rd_check_parse(RD_STR(body), &json, &err), &err);
	UNIT_TRUE(rd_check_body(&in, json, a, &d, &problems));
	json_decref(json);
	d.row[RD_COL_ID] = RD_VALUE_INT(INT64_MAX);
	d.row[RD_COL_VERSION] = RD_VALUE_INT(3);
	d.row[RD_COL_STATE] = RD_VALUE_TEXT(RD_STR("active"));
	d.row[RD_COL_RESTRICTED] = RD_VALUE_INT(0);
	d.row[RD_COL_CREATED_AT] = RD_VALUE_INT(0);
	d.row[RD_COL_CREATED_BY] = RD_VALUE_TEXT(RD_STR("user:1"));
	d.row[RD_COL_CHANGED_AT] = RD_VALUE_INT(1500000);
	d.row[RD_COL_CHANGED_BY] = RD_VALUE_TEXT(RD_STR("user:2"));
	*ret_kind = k;
	return d.row;
}

static void shown(rd_show_view view, const char *want)
{
	rd_arena *a = rd_arena_new();
	const rd_kind *k;
	rd_value *row = sample(a, &k);
	rd_buf b;
	rd_json j;

	rd_buf_init(&b, 1 << 16);
	rd_json_init(&j, &b, 0);
	rd_show_record(&j, k, row, view);
	UNIT_TEXT(rd_buf_view(&b), want);
	rd_buf_done(&b);
	rd_arena_free(a);
}

static void insiders_see_all_but_secrets(void)
{
	shown(
		(rd_show_view){0},
		"{\"id\": \"9223372036854775807\", \"kind\": \"contact\", \"version\": 3, \"title\": "
		"\"王芳\", \"state\": \"active\", \"owner\": null, \"client\": \"7\", \"restricted\": false, "
		"\"created_at\": \"1970-01-01T00:00:00Z\", \"created_by\": \"user:1\", \"changed_at\": "
		"\"1970-01-01T00:00:01.500000Z\", \"changed_by\": \"user:2\", \"archived_at\": null, "
		"\"name\": \"王芳\", \"post\": \"cashier\", \"phone\": {\"masked\": true}, \"mail\": "
		"\"w@example.cn\", \"wechat\": null, \"channel\": \"mail\", \"language\": \"zh\", "
		"\"portal\": true, \"signs\": false, \"notes\": null}");
}

static void clients_see_what_is_theirs(void)
{
	shown(
		(rd_show_view){.client = true, .labels = true},
		"{\"id\": \"9223372036854775807\", \"kind\": \"contact\", \"version\": 3, \"title\": "
		"\"王芳\", \"state\": \"active\", \"state_label\": {\"zh\": \"在任\", \"en\": \"Active\"}, "
		"\"client\": \"7\", \"created_at\": \"1970-01-01T00:00:00Z\", \"changed_at\": "
		"\"1970-01-01T00:00:01.500000Z\", \"archived_at\": null, \"name\": \"王芳\", \"post\": "
		"\"cashier\", \"post_label\": {\"zh\": \"出纳\", \"en\": \"Cashier\"}, \"mail\": "
		"\"w@example.cn\", \"channel\": \"mail\", \"channel_label\": {\"zh\": \"邮件\", \"en\": "
		"\"Mail\"}, \"language\": \"zh\", \"language_label\": {\"zh\": \"中文\", \"en\": "
		"\"Chinese\"}}");
}

static void lists_show_their_columns_once(void)
{
	rd_arena *a = rd_arena_new();
	const rd_kind *k;
	rd_value *row = sample(a, &k);
	uint16_t phone = (uint16_t)rd_kind_column_find(k, RD_STR("phone"));
	uint16_t columns[] = {RD_COL_ID, RD_COL_CLIENT, phone, phone, RD_COL_STATE};
	rd_buf b;
	rd_json j;

	rd_buf_init(&b, 1 << 16);
	rd_json_init(&j, &b, 0);
	rd_show_columns(&j, k, row, columns, 5, (rd_show_view){.secrets = true});
	UNIT_TEXT(
		rd_buf_view(&b),
		"{\"id\": \"9223372036854775807\", \"kind\": \"contact\", \"version\": 3, \"title\": "
		"\"王芳\", \"state\": \"active\", \"archived_at\": null, \"client\": \"7\", \"phone\": "
		"\"13800000000\"}");
	rd_buf_done(&b);
	rd_arena_free(a);
}

static void every_type_is_read_back_from_what_is_shown(void)
{
	static const char *const bodies[][2] = {
		{"client",
	     "{\"name\": \"a\", \"capital\": {\"minor\": -0, \"currency\": \"JPY\"}, \"founded\": "
	     "\"0001-01-01\", \"due\": \"9999-12-31T23:59:59.000001Z\", \"assistants\": [\"1\", \"22\"], "
	     "\"bank_accounts\": [\"a\\\"b\\\\c\", \"<x>\"], \"notes\": \"l1\\nl2\\t\\u2028\"}"},
		{"task",
	     "{\"name\": \"a\", \"about\": {\"kind\": \"user\", \"id\": \"3\"}, \"steps\": [\"一\"]}"}};

	for (uint32_t i = 0; i < 2; i++) {
		rd_arena *a = rd_arena_new();
		const rd_kind *k = rd_kind_find(rd_str_of(bodies[i][0]));
		rd_check_input in = {.kind = k, .mode = RD_CHECK_CREATE};
		rd_problems problems = {0};
		rd_draft d, again;
		rd_err err;
		json_t *json;
		rd_buf b;
		rd_json j;

		UNIT_OK(rd_check_parse(rd_str_of(bodies[i][1]), &json, &err), &err);
		UNIT_TRUE(rd_check_body(&in, json, a, &d, &problems));
		json_decref(json);
		rd_buf_init(&b, 1 << 16);
		rd_json_init(&j, &b, 0);
		rd_json_object(&j);
		for (uint16_t n = 0; n < k->n_fields; n++) {
			rd_json_key(&j, k->fields[n].name);
			rd_show_value(&j, &k->fields[n], d.row + k->fields[n].column,
			              (rd_show_view){.secrets = true});
		}
		rd_json_close(&j);
		UNIT_OK(rd_check_parse(rd_buf_view(&b), &json, &err), &err);
		UNIT_TRUE(rd_check_body(&in, json, a, &again, &problems));
		json_decref(json);
		for (uint16_t c = RD_COMMON_COUNT; c < k->n_columns; c++) {
			unit_case("%s", k->columns[c].name);
			UNIT_TRUE(rd_value_same(&d.row[c], &again.row[c]));
		}
		rd_buf_done(&b);
		rd_arena_free(a);
	}
}

const unit_test show_tests[] = {
	{"insiders see all but secrets", insiders_see_all_but_secrets},
	{"clients see what is theirs", clients_see_what_is_theirs},
	{"lists show their columns once", lists_show_their_columns_once},
	{"every type is read back from what is shown", every_type_is_read_back_from_what_is_shown},
	{0},
};
