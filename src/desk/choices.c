#include "desk/choices.h"
#include "base/assert.h"
#include "desk/settings.h"
#include "store/queries.gen.h"

static const char *const channels[RD_CHANNELS_N] = {"inbox", "mail"};
static const char *const modes[RD_MODES_N] = {"off", "now", "digest"};

/* By mail. */
static const rd_mode presets[RD_MESSAGE_KINDS] = {
	[RD_MESSAGE_ASSIGNED] = RD_MODE_NOW,     [RD_MESSAGE_MENTIONED] = RD_MODE_NOW,
	[RD_MESSAGE_DUE_SOON] = RD_MODE_DIGEST,  [RD_MESSAGE_OVERDUE] = RD_MODE_NOW,
	[RD_MESSAGE_COMMENTED] = RD_MODE_DIGEST, [RD_MESSAGE_TRANSITION] = RD_MODE_DIGEST,
	[RD_MESSAGE_REMINDED] = RD_MODE_NOW,     [RD_MESSAGE_UNANCHORED] = RD_MODE_NOW,
	[RD_MESSAGE_ESCALATED] = RD_MODE_NOW,    [RD_MESSAGE_CALLED] = RD_MODE_NOW,
	[RD_MESSAGE_UNATTENDED] = RD_MODE_NOW,   [RD_MESSAGE_DUTY_GAP] = RD_MODE_NOW,
	[RD_MESSAGE_REPORTED] = RD_MODE_NOW,
};

const char *rd_channel_name(rd_channel c)
{
	return channels[c];
}

const char *rd_mode_name(rd_mode m)
{
	return modes[m];
}

rd_channel rd_channel_find(rd_str name)
{
	rd_channel c = 0;

	while (c < RD_CHANNELS_N && !rd_str_is(name, channels[c]))
		c++;
	return c;
}

rd_mode rd_mode_find(rd_str name)
{
	rd_mode m = 0;

	while (m < RD_MODES_N && !rd_str_is(name, modes[m]))
		m++;
	return m;
}

static rd_rc times_get(rd_tx *tx, int64_t user_id, rd_choices *c, rd_err *err)
{
	rd_q_times_get_row row;
	bool found;

	RD_TRY(rd_q_times_get(tx, user_id, &row, &found, err));
	if (found) {
		(void)rd_quiet_find(row.quiet, &c->quiet.kind);
		c->quiet.from_min = (int32_t)row.quiet_from_min;
		c->quiet.to_min = (int32_t)row.quiet_to_min;
		c->digest_min = (int32_t)row.digest_min;
		return RD_OK;
	}
	int64_t minutes;
	rd_str quiet;

	RD_TRY(rd_setting_text(tx, RD_SET_QUIET, &quiet, err));
	RD_TRY(rd_setting_int(tx, RD_SET_DIGEST_AT, &minutes, err));
	(void)rd_quiet_find(quiet, &c->quiet.kind);
	c->digest_min = (int32_t)minutes;
	return RD_OK;
}

rd_rc rd_choices_get(rd_tx *tx, int64_t user_id, rd_choices *ret_choices, rd_err *err)
{
	const rd_q_choice_list_row *rows;
	rd_choices c = {0};
	uint32_t n;

	for (uint32_t i = 0; i < RD_MESSAGE_KINDS; i++) {
		c.mode[i][RD_CHANNEL_INBOX] = RD_MODE_NOW;
		c.mode[i][RD_CHANNEL_MAIL] = presets[i];
	}
	RD_TRY(rd_q_choice_list(tx, user_id, 200, &rows, &n, err));
	for (uint32_t i = 0; i < n; i++) {
		rd_message_kind notice = rd_message_find(rows[i].notice);
		rd_channel channel = rd_channel_find(rows[i].channel);
		rd_mode mode = rd_mode_find(rows[i].mode);

		if (notice < RD_MESSAGE_KINDS && channel < RD_CHANNELS_N && mode < RD_MODES_N)
			c.mode[notice][channel] = mode;
	}
	RD_TRY(times_get(tx, user_id, &c, err));
	*ret_choices = c;
	return RD_OK;
}

static rd_rc own(const rd_actor *actor, int64_t user_id, rd_err *err)
{
	if (actor->user_id == user_id && !actor->only_looks)
		return RD_OK;
	return rd_desk_administers(actor, err);
}

rd_rc rd_choices_mode(rd_tx *tx, const rd_actor *actor, int64_t user_id, rd_message_kind notice,
                      rd_channel channel, rd_mode mode, rd_err *err)
{
	RD_ASSERT(notice < RD_MESSAGE_KINDS && channel < RD_CHANNELS_N && mode < RD_MODES_N);
	RD_TRY(own(actor, user_id, err));
	if (channel == RD_CHANNEL_INBOX && mode == RD_MODE_DIGEST)
		return rd_fail(err, RD_INPUT, "收件箱没有每日汇总；请选 now 或 off",
		               "the inbox has no digest; choose now or off");
	return rd_q_choice_set(tx, user_id, rd_str_of(rd_message_name(notice)),
	                       rd_str_of(channels[channel]), rd_str_of(modes[mode]), NULL, err);
}

rd_rc rd_choices_times(rd_tx *tx, const rd_actor *actor, int64_t user_id, const rd_quiet *quiet,
                       int32_t digest_min, rd_err *err)
{
	RD_TRY(own(actor, user_id, err));
	if (quiet->from_min < 0 || quiet->from_min > 1439 || quiet->to_min < 0 ||
	    quiet->to_min > 1439 || digest_min < 0 || digest_min > 1439)
		return rd_fail(err, RD_INPUT, "时间应在 00:00 到 23:59 之间",
		               "times are from 00:00 to 23:59");
	return rd_q_times_set(tx, user_id, rd_str_of(rd_quiet_name(quiet->kind)), quiet->from_min,
	                      quiet->to_min, digest_min, NULL, err);
}
