#include "auth/session.h"
#include "base/assert.h"

#define MINUTE_US (60 * INT64_C(1000000))

const rd_session_rules rd_session_preset = {
	.idle_us = 30 * MINUTE_US,
	.life_us = 8 * 60 * MINUTE_US,
	.fresh_us = 10 * MINUTE_US,
	.touch_us = MINUTE_US,
	.at_once_max = 10,
};

rd_session_state rd_session_judge(const rd_session_rules *rules, const rd_session_times *s,
                                  int64_t now_us)
{
	if (s->ended_at_us != 0)
		return RD_SESSION_ENDED;
	if (now_us - s->made_at_us >= rules->life_us)
		return RD_SESSION_OLD;
	return now_us - s->seen_at_us >= rules->idle_us ? RD_SESSION_IDLE : RD_SESSION_LIVE;
}

rd_rc rd_session_check(const rd_session_rules *rules, const rd_session_times *s, int64_t now_us,
                       rd_err *err)
{
	switch (rd_session_judge(rules, s, now_us)) {
	case RD_SESSION_LIVE: return RD_OK;
	case RD_SESSION_IDLE:
		return rd_fail(err, RD_UNAUTHENTICATED, "太久没有操作，登录已结束；请重新登录",
		               "you were signed out because nothing was done for a while; sign in again");
	case RD_SESSION_OLD:
		return rd_fail(err, RD_UNAUTHENTICATED, "这次登录已到最长时间；请重新登录",
		               "this sign-in has reached its longest duration; sign in again");
	case RD_SESSION_ENDED: break;
	}
	return rd_fail(err, RD_UNAUTHENTICATED, "这次登录已被结束；请重新登录",
	               "this sign-in was ended; sign in again");
}

rd_rc rd_session_check_fresh(const rd_session_rules *rules, const rd_session_times *s,
                             int64_t now_us, rd_err *err)
{
	RD_TRY(rd_session_check(rules, s, now_us, err));
	if (now_us - s->proved_at_us < rules->fresh_us)
		return RD_OK;
	return rd_fail(err, RD_UNAUTHENTICATED, "这项操作要先确认是您本人；请再输入一次密码或验证码",
	               "this needs a fresh proof that it is you; give your password or code again");
}

int64_t rd_session_ends_at(const rd_session_rules *rules, const rd_session_times *s)
{
	int64_t idle = s->seen_at_us + rules->idle_us, old = s->made_at_us + rules->life_us;
	int64_t end = idle < old ? idle : old;

	return s->ended_at_us != 0 && s->ended_at_us < end ? s->ended_at_us : end;
}

bool rd_session_wants_touch(const rd_session_rules *rules, const rd_session_times *s,
                            int64_t now_us)
{
	return now_us - s->seen_at_us >= rules->touch_us;
}

/* Unused longer than the other; the older login first when equal, then the lower row. */
static bool before(const rd_session_times *sessions, uint32_t a, uint32_t b)
{
	if (sessions[a].seen_at_us != sessions[b].seen_at_us)
		return sessions[a].seen_at_us < sessions[b].seen_at_us;
	if (sessions[a].made_at_us != sessions[b].made_at_us)
		return sessions[a].made_at_us < sessions[b].made_at_us;
	return a < b;
}

uint32_t rd_session_surplus(const rd_session_rules *rules, const rd_session_times *sessions,
                            uint32_t n, int64_t now_us, uint32_t *ret_rows)
{
	uint32_t live = 0;

	RD_ASSERT(rules->at_once_max >= 1);
	/* Insertion sort: a user has about ten. */
	for (uint32_t row = 0; row < n; row++) {
		if (rd_session_judge(rules, &sessions[row], now_us) != RD_SESSION_LIVE)
			continue;
		uint32_t at = live++;

		for (; at > 0 && before(sessions, row, ret_rows[at - 1]); at--)
			ret_rows[at] = ret_rows[at - 1];
		ret_rows[at] = row;
	}
	return live < rules->at_once_max ? 0 : live - rules->at_once_max + 1;
}
