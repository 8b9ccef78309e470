#include "desk/choices.h"
#include "api/handlers.h"
#include "api/inner.h"
#include <stdio.h>

/* How a person wants to be told. */

#define DAY_MIN 1440

static void put_clock(rd_json *j, const char *key, int32_t minutes)
{
	char text[16];

	snprintf(text, sizeof text, "%02d:%02d", minutes / 60 % 24, minutes % 60);
	rd_json_put_text(j, key, text);
}

/* What was chosen, and what is preset for the rest. */
rd_rc rd_api_choices(rd_call *call, rd_tx *tx, rd_err *err)
{
	rd_choices c;

	RD_TRY(rd_choices_get(tx, call->who.actor.user_id, &c, err));
	rd_json *j = rd_call_json(call);

	rd_json_object(j);
	rd_json_key(j, "notices");
	rd_json_object(j);
	for (rd_message_kind notice = 0; notice < RD_MESSAGE_KINDS; notice++) {
		rd_json_key(j, rd_message_name(notice));
		rd_json_object(j);
		for (rd_channel ch = 0; ch < RD_CHANNELS_N; ch++)
			rd_json_put_text(j, rd_channel_name(ch), rd_mode_name(c.mode[notice][ch]));
		rd_json_close(j);
	}
	rd_json_close(j);
	rd_json_put_text(j, "quiet", rd_quiet_name(c.quiet.kind));
	put_clock(j, "quiet_from", c.quiet.from_min);
	put_clock(j, "quiet_to", c.quiet.to_min);
	put_clock(j, "digest_at", c.digest_min);
	rd_json_close(j);
	return RD_OK;
}

static const rd_shape_field choices_fields[] = {
	{"notices", RD_SHAPE_OBJECT, false, 0, 0,
     "for kinds of notices, for channels (inbox, mail): off, now or digest (mail only)"},
	{"quiet", RD_SHAPE_TEXT, false, 1, 16,
     "when no mail comes: none = never, clock = between two times, work = outside working hours"},
	{"quiet_from", RD_SHAPE_TEXT, false, 5, 5, "HH:MM of the firm's day"},
	{"quiet_to", RD_SHAPE_TEXT, false, 5, 5, "HH:MM; before quiet_from: over midnight"},
	{"digest_at", RD_SHAPE_TEXT, false, 5, 5, "HH:MM at which the daily digest comes"},
};
const rd_shape rd_shape_choices = {"Choices", choices_fields, 5};

static rd_rc set_channels(rd_call *call, rd_tx *tx, rd_message_kind notice, const json_t *channels,
                          rd_err *err)
{
	const int64_t me = call->who.actor.user_id;
	const char *key;
	json_t *v;

	json_object_foreach((json_t *)channels, key, v)
	{
		rd_channel channel = rd_channel_find(rd_str_of(key));
		rd_mode mode =
			json_is_string(v) ? rd_mode_find(rd_str_of(json_string_value(v))) : RD_MODES_N;

		if (channel == RD_CHANNELS_N || mode == RD_MODES_N)
			return rd_answer_wrong(call, "notices",
			                       "渠道为 inbox 或 mail，方式为 off、now 或 digest",
			                       "a channel is inbox or mail, a mode off, now or digest", err);
		RD_TRY(rd_choices_mode(tx, &call->who.actor, me, notice, channel, mode, err));
	}
	return RD_OK;
}

static rd_rc set_modes(rd_call *call, rd_tx *tx, rd_err *err)
{
	const json_t *notices = json_object_get(call->body, "notices");
	const char *key;
	json_t *v;

	json_object_foreach((json_t *)notices, key, v)
	{
		rd_message_kind notice = rd_message_find(rd_str_of(key));

		if (notice == RD_MESSAGE_KINDS)
			return rd_answer_wrong(call, "notices", "没有这种通知；名称见读取时的回复",
			                       "no such notice; reading the choices tells their names", err);
		if (!json_is_object(v))
			return rd_answer_wrong(call, "notices", "每种通知应写成 {渠道: 方式}",
			                       "each notice is an object of channels and modes", err);
		RD_TRY(set_channels(call, tx, notice, v, err));
	}
	return RD_OK;
}

/* Leaves what was not given as it is. */
static rd_rc clock_of(rd_call *call, uint32_t field, int32_t *minutes, rd_err *err)
{
	const rd_value *v = &call->in[field];

	if (v->type == RD_NULL)
		return RD_OK;
	if (!rd_check_format(RD_FORMAT_CLOCK, v->str) || v->str.len != 5)
		return rd_answer_wrong(call, choices_fields[field].name, "时间应写成 时:分，例如 08:30",
		                       "a time is written like 08:30", err);
	const char *p = v->str.ptr;

	*minutes = ((p[0] - '0') * 10 + p[1] - '0') * 60 + (p[3] - '0') * 10 + p[4] - '0';
	if (*minutes >= DAY_MIN)
		return rd_answer_wrong(call, choices_fields[field].name, "时间应在 00:00 到 23:59 之间",
		                       "times are from 00:00 to 23:59", err);
	return RD_OK;
}

static rd_rc set_times(rd_call *call, rd_tx *tx, rd_err *err)
{
	const int64_t me = call->who.actor.user_id;
	rd_choices c;

	if (call->in[1].type == RD_NULL && call->in[2].type == RD_NULL && call->in[3].type == RD_NULL &&
	    call->in[4].type == RD_NULL)
		return RD_OK;
	RD_TRY(rd_choices_get(tx, me, &c, err));
	if (call->in[1].type == RD_TEXT && !rd_quiet_find(call->in[1].str, &c.quiet.kind))
		return rd_answer_wrong(call, "quiet", "只能是 none、clock 或 work",
		                       "one of none, clock and work", err);
	RD_TRY(clock_of(call, 2, &c.quiet.from_min, err));
	RD_TRY(clock_of(call, 3, &c.quiet.to_min, err));
	RD_TRY(clock_of(call, 4, &c.digest_min, err));
	return rd_choices_times(tx, &call->who.actor, me, &c.quiet, c.digest_min, err);
}

/* What is not named stays as it is. */
rd_rc rd_api_choices_set(rd_call *call, rd_tx *tx, rd_err *err)
{
	RD_TRY(set_modes(call, tx, err));
	RD_TRY(set_times(call, tx, err));
	return rd_api_choices(call, tx, err);
}
