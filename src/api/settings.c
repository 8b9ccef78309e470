#include "desk/settings.h"
#include "api/handlers.h"
#include "api/inner.h"

/* What a firm has set, with all that a page needs to let people change it. */

/* "none|work" as a list; null for a setting that has none. */
static void put_choices(rd_json *j, const char *choices)
{
	rd_json_key(j, "choices");
	if (*choices == 0) {
		rd_json_null(j);
		return;
	}
	rd_json_array(j);
	for (const char *at = choices; *at;) {
		size_t n = strcspn(at, "|");

		rd_json_str(j, (rd_str){at, (uint32_t)n});
		at += n + (at[n] == '|');
	}
	rd_json_close(j);
}

static void put_value(rd_json *j, const rd_setting_info *info, const rd_setting_row *row)
{
	rd_json_key(j, "value");
	if (!info->secret) {
		rd_json_str(j, row->value);
	} else if (row->set) {
		rd_json_object(j);
		rd_json_put_bool(j, "masked", true);
		rd_json_close(j);
	} else {
		rd_json_null(j);
	}
}

static void put_setting(rd_json *j, const rd_setting_info *info, const rd_setting_row *row)
{
	rd_json_object(j);
	rd_json_put_text(j, "key", info->key);
	rd_json_put_text(j, "type", rd_setting_type_name(info->type));
	rd_json_put_words(j, "help", info->help);
	if (info->type == RD_SETTING_INT || info->max) {
		rd_json_put_int(j, "min", info->min);
		rd_json_put_int(j, "max", info->max);
	}
	put_choices(j, info->choices);
	rd_json_put_text(j, "preset", info->preset);
	rd_json_put_bool(j, "secret", info->secret);
	put_value(j, info, row);
	rd_json_put_bool(j, "set", row->set);
	rd_json_put_int(j, "version", row->version);
	rd_put_time(j, "changed_at", row->changed_at_us);
	rd_json_put_str(j, "changed_by", row->changed_by);
	rd_json_close(j);
}

rd_rc rd_api_settings(rd_call *call, rd_tx *tx, rd_err *err)
{
	rd_setting_row rows[RD_SETTINGS_N];

	RD_TRY(rd_setting_list(tx, rows, err));
	rd_json *j = rd_answer_list(call, "settings");

	for (rd_setting i = 0; i < RD_SETTINGS_N; i++)
		put_setting(j, &rd_settings[i], &rows[i]);
	return rd_answer_list_end(j);
}

static const rd_shape_field setting_fields[] = {
	{"value", RD_SHAPE_RAW, true, 0, 4000, "as text, whatever its type: 24, true, 08:30"},
	{"version", RD_SHAPE_INT, true, 0, INT32_MAX, "which one is changed; 0: it was never set"},
};
const rd_shape rd_shape_setting = {"SettingChange", setting_fields, 2};

rd_rc rd_api_setting_set(rd_call *call, rd_tx *tx, rd_err *err)
{
	rd_setting which = rd_setting_find(call->word);
	int64_t version;

	if (which == RD_SETTINGS_N)
		return rd_fail(err, RD_NOT_FOUND, "没有这项设置", "there is no such setting");
	RD_TRY(
		rd_setting_set(tx, &call->who.actor, which, call->in[0].str, call->in[1].i, &version, err));
	rd_json *j = rd_call_json(call);

	rd_json_object(j);
	rd_json_put_text(j, "key", rd_settings[which].key);
	rd_json_put_int(j, "version", version);
	rd_json_close(j);
	return RD_OK;
}
