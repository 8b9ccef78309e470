#include "desk/settings.h"
#include "base/assert.h"
#include "base/json.h"
#include "desk/lines.h"
#include "net/smtp.h"
#include "record/check.h"
#include "store/queries.gen.h"
#include "store/sealed.h"
#include <stdio.h>

const rd_setting_info rd_settings[RD_SETTINGS_N] = {
#define RD_SETTING(id, key, type, min, max, preset, choices, secret, zh, en)                       \
	{key, RD_SETTING_##type, min, max, preset, choices, secret, {zh, en}},
#include "desk/settings.def"
#undef RD_SETTING
};

const char *rd_setting_type_name(rd_setting_type t)
{
	static const char *const names[] = {"text", "int",  "bool",  "choice",
	                                    "url",  "mail", "clock", "numbers"};

	return names[t];
}

rd_setting rd_setting_find(rd_str key)
{
	rd_setting i = 0;

	while (i < RD_SETTINGS_N && !rd_str_is(key, rd_settings[i].key))
		i++;
	return i;
}

/* ---- values ---- */

static bool parse_int(rd_str s, int64_t *ret)
{
	int64_t v = 0;

	if (s.len == 0 || s.len > 10)
		return false;
	for (uint32_t i = 0; i < s.len; i++) {
		if (s.ptr[i] < '0' || s.ptr[i] > '9')
			return false;
		v = v * 10 + (s.ptr[i] - '0');
	}
	*ret = v;
	return true;
}

/* How many there are; 0 = it is no such list, or one of them is out of bounds. */
static uint32_t parse_numbers(const rd_setting_info *s, rd_str text,
                              int64_t ret[RD_SETTING_NUMBERS_MAX])
{
	uint32_t n = 0;

	for (bool more = true; more; n++) {
		int64_t comma = rd_str_find(text, ",");
		rd_str one = {text.ptr, comma < 0 ? text.len : (uint32_t)comma};
		bool minus = rd_str_starts(one, "-");

		if (minus)
			one = (rd_str){one.ptr + 1, one.len - 1};
		if (n == RD_SETTING_NUMBERS_MAX || !parse_int(one, &ret[n]))
			return 0;
		ret[n] = minus ? -ret[n] : ret[n];
		if (ret[n] < s->min || ret[n] > s->max)
			return 0;
		more = comma >= 0;
		if (more)
			text = (rd_str){text.ptr + comma + 1, text.len - (uint32_t)comma - 1};
	}
	return n;
}

static bool fits_numbers(const rd_setting_info *s, rd_str text, int64_t ret[RD_SETTING_NUMBERS_MAX])
{
	int64_t preset[RD_SETTING_NUMBERS_MAX];

	return parse_numbers(s, text, ret) == parse_numbers(s, rd_str_of(s->preset), preset);
}

static bool is_choice(const char *choices, rd_str value)
{
	rd_str rest = rd_str_of(choices);

	while (rest.len) {
		int64_t bar = rd_str_find(rest, "|");
		rd_str one = {rest.ptr, bar < 0 ? rest.len : (uint32_t)bar};

		if (rd_str_eq(one, value))
			return true;
		rest =
			bar < 0 ? (rd_str){"", 0} : (rd_str){rest.ptr + bar + 1, rest.len - (uint32_t)bar - 1};
	}
	return false;
}

/* A clock of the day: 24:00 is no time to send something. */
static bool is_clock(rd_str s)
{
	return rd_check_format(RD_FORMAT_CLOCK, s) && s.len == 5 && !rd_str_is(s, "24:00");
}

static rd_rc judge(const rd_setting_info *s, rd_str value, rd_err *err)
{
	int64_t v;

	switch (s->type) {
	case RD_SETTING_INT:
		if (!parse_int(value, &v) || v < s->min || v > s->max)
			return rd_fail(err, RD_INPUT, "“%s”应是 %lld 到 %lld 的整数",
			               "%s must be a whole number from %lld to %lld", s->key, (long long)s->min,
			               (long long)s->max);
		return RD_OK;
	case RD_SETTING_BOOL:
	case RD_SETTING_CHOICE: {
		const char *choices = s->type == RD_SETTING_BOOL ? "true|false" : s->choices;

		return is_choice(choices, value)
		           ? RD_OK
		           : rd_fail(err, RD_INPUT, "“%s”只能是：%s", "%s is one of: %s", s->key, choices);
	}
	case RD_SETTING_CLOCK:
		return is_clock(value) ? RD_OK
		                       : rd_fail(err, RD_INPUT, "“%s”应写成 时:分，例如 08:30",
		                                 "%s is a time like 08:30", s->key);
	case RD_SETTING_NUMBERS: {
		int64_t list[RD_SETTING_NUMBERS_MAX];

		return fits_numbers(s, value, list)
		           ? RD_OK
		           : rd_fail(
						 err, RD_INPUT,
						 "“%s”应像 %s 这样写：个数相同，以逗号分隔，各为 %lld 到 %lld 的整数",
						 "%s is written like %s: as many whole numbers from %lld to %lld, joined "
						 "by commas",
						 s->key, s->preset, (long long)s->min, (long long)s->max);
	}
	default: break;
	}
	RD_TRY(rd_line_fits(s->key, value, 0, (uint32_t)s->max, err));
	if (s->type == RD_SETTING_URL && value.len &&
	    (!rd_check_format(RD_FORMAT_URL, value) || rd_str_ends(value, "/")))
		return rd_fail(err, RD_INPUT, "“%s”应以 https:// 开头，末尾不带“/”",
		               "%s begins with https:// and has no / at its end", s->key);
	if (s->type == RD_SETTING_MAIL && value.len && !rd_mail_address_valid(value))
		return rd_fail(err, RD_INPUT, "“%s”应是一个邮箱地址", "%s is a mail address", s->key);
	return RD_OK;
}

/* ---- reading ---- */

static const char *place_of(rd_setting which, char out[RD_SEAL_NAMES_MAX])
{
	(void)snprintf(out, RD_SEAL_NAMES_MAX, "settings/%s", rd_settings[which].key);
	return out;
}

rd_rc rd_setting_text(rd_tx *tx, rd_setting which, rd_str *ret_value, rd_err *err)
{
	rd_q_setting_get_row row;
	bool found;

	RD_ASSERT(which < RD_SETTINGS_N);
	RD_TRY(rd_q_setting_get(tx, rd_str_of(rd_settings[which].key), &row, &found, err));
	*ret_value = found ? row.value : rd_str_of(rd_settings[which].preset);
	if (!rd_settings[which].secret)
		return RD_OK;
	char place[RD_SEAL_NAMES_MAX];

	return rd_unseal(tx, place_of(which, place), *ret_value, ret_value, err);
}

rd_rc rd_setting_int(rd_tx *tx, rd_setting which, int64_t *ret_value, rd_err *err)
{
	rd_setting_type type = rd_settings[which].type;
	int64_t v = 0;
	rd_str s;

	RD_TRY(rd_setting_text(tx, which, &s, err));
	if (type == RD_SETTING_BOOL) {
		v = rd_str_is(s, "true");
	} else if (type == RD_SETTING_CLOCK) {
		RD_ASSERT(s.len == 5);
		v = ((s.ptr[0] - '0') * 10 + s.ptr[1] - '0') * 60 + (s.ptr[3] - '0') * 10 + s.ptr[4] - '0';
	} else {
		RD_ASSERT(type == RD_SETTING_INT);
		if (!parse_int(s, &v))
			return rd_fail(err, RD_CORRUPT, "设置“%s”的值无法读取",
			               "the value of %s cannot be read", rd_settings[which].key);
	}
	*ret_value = v;
	return RD_OK;
}

rd_rc rd_setting_parse_numbers(rd_setting which, rd_str text,
                               int64_t ret_values[RD_SETTING_NUMBERS_MAX], rd_err *err)
{
	const rd_setting_info *s = &rd_settings[which];

	RD_ASSERT(s->type == RD_SETTING_NUMBERS);
	return fits_numbers(s, text, ret_values) ? RD_OK
	                                         : rd_fail(err, RD_CORRUPT, "设置“%s”的值无法读取",
	                                                   "the value of %s cannot be read", s->key);
}

rd_rc rd_setting_numbers(rd_tx *tx, rd_setting which, int64_t ret_values[RD_SETTING_NUMBERS_MAX],
                         rd_err *err)
{
	rd_str s;

	RD_TRY(rd_setting_text(tx, which, &s, err));
	return rd_setting_parse_numbers(which, s, ret_values, err);
}

rd_rc rd_setting_list(rd_tx *tx, rd_setting_row ret_rows[RD_SETTINGS_N], rd_err *err)
{
	const rd_q_setting_list_row *rows;
	uint32_t n;

	RD_TRY(rd_q_setting_list(tx, 1000, &rows, &n, err));
	for (uint32_t i = 0; i < RD_SETTINGS_N; i++)
		ret_rows[i] =
			(rd_setting_row){.value = rd_str_of(rd_settings[i].secret ? "" : rd_settings[i].preset),
		                     .changed_by = {"", 0}};
	for (uint32_t i = 0; i < n; i++) {
		rd_setting at = rd_setting_find(rows[i].key);

		if (at < RD_SETTINGS_N)
			ret_rows[at] = (rd_setting_row){
				.value = rd_settings[at].secret ? RD_STR("") : rows[i].value,
				.set = !rd_str_is(rows[i].value, rd_settings[at].preset),
				.version = rows[i].version,
				.changed_at_us = rows[i].changed_at_us,
				.changed_by = rows[i].changed_by,
			};
	}
	return RD_OK;
}

/* ---- setting ---- */

rd_rc rd_desk_administers(const rd_actor *actor, rd_err *err)
{
	if (actor->system || (actor->roles & RD_KIND_ADMINISTRATOR && !actor->only_looks))
		return RD_OK;
	return rd_fail(err, RD_FORBIDDEN, "只有管理员可以做这项操作",
	               "only an administrator may do this");
}

static rd_rc say(rd_tx *tx, const rd_actor *actor, const rd_setting_info *s, rd_str was, rd_str now,
                 rd_err *err)
{
	rd_buf payload;
	rd_json j;

	rd_buf_init(&payload, 16384);
	rd_json_init(&j, &payload, 0);
	rd_json_object(&j);
	rd_json_put_text(&j, "key", s->key);
	if (s->secret) {
		rd_json_put_bool(&j, "secret", true);
	} else {
		rd_json_put_str(&j, "was", was);
		rd_json_put_str(&j, "value", now);
	}
	rd_json_close(&j);
	rd_json_end(&j);
	RD_ASSERT(!payload.full);
	rd_rc rc = rd_firm_event(tx, actor, "firm.setting-changed", rd_str_trim(rd_buf_view(&payload)),
	                         NULL, err);

	rd_buf_done(&payload);
	return rc;
}

rd_rc rd_setting_set(rd_tx *tx, const rd_actor *actor, rd_setting which, rd_str value,
                     int64_t version, int64_t *ret_version, rd_err *err)
{
	const rd_setting_info *s = &rd_settings[which];
	rd_q_setting_get_row row = {0};
	bool found;

	RD_ASSERT(which < RD_SETTINGS_N);
	RD_TRY(rd_desk_administers(actor, err));
	RD_TRY(judge(s, value, err));
	RD_TRY(rd_q_setting_get(tx, rd_str_of(s->key), &row, &found, err));
	int64_t now = found ? row.version : 0;
	rd_str was = found ? row.value : rd_str_of(s->preset), kept = value;
	char place[RD_SEAL_NAMES_MAX];

	if (version != now)
		return rd_fail(err, RD_CONFLICT, "别人刚刚改过“%s”；请重新打开后再改",
		               "somebody else has just changed %s; open it again", s->key);
	if (s->secret) {
		rd_err lost = {0};

		/* One that cannot be opened any more is replaced all the same. */
		if (rd_unseal(tx, place_of(which, place), was, &was, &lost) != RD_OK)
			was = (rd_str){"", 0};
		RD_TRY(rd_seal(tx, place, value, &kept, err));
	}
	if (!rd_str_eq(was, value) || (found && s->secret && rd_str_eq(row.value, was) && was.len)) {
		now++;
		RD_TRY(
			rd_q_setting_set(tx, rd_str_of(s->key), kept, now, tx->now_us, actor->name, NULL, err));
		RD_TRY(say(tx, actor, s, was, value, err));
	}
	*ret_version = now;
	return RD_OK;
}
