/* Sessions: to the microsecond on both sides of each limit. */
#include "auth/session.h"
#include "unit.h"

#define MIN   (60 * INT64_C(1000000))
#define START (INT64_C(1770000000) * 1000000)

static const rd_session_rules *const rules = &rd_session_preset;

static void sessions_end_when_they_should(void)
{
	static const struct {
		const char *name;
		int64_t seen, ended, now; /* since login */
		rd_session_state want;
	} rows[] = {
		{"just made", 0, 0, 0, RD_SESSION_LIVE},
		{"almost idle", 0, 0, 30 * MIN - 1, RD_SESSION_LIVE},
		{"idle", 0, 0, 30 * MIN, RD_SESSION_IDLE},
		{"used meanwhile", 20 * MIN, 0, 50 * MIN - 1, RD_SESSION_LIVE},
		{"almost old", 470 * MIN, 0, 480 * MIN - 1, RD_SESSION_LIVE},
		{"old though used", 480 * MIN - 1, 0, 480 * MIN, RD_SESSION_OLD},
		{"ended", 0, 1, 2, RD_SESSION_ENDED},
		{"the clock went back", 5 * MIN, 0, -MIN, RD_SESSION_LIVE},
	};

	for (uint32_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		rd_session_times s = {START, START + rows[i].seen, START, 0};
		rd_err err = {0};

		unit_case("%s", rows[i].name);
		s.ended_at_us = rows[i].ended ? START + rows[i].ended : 0;
		UNIT_INT(rd_session_judge(rules, &s, START + rows[i].now), rows[i].want);
		UNIT_INT(rd_session_check(rules, &s, START + rows[i].now, &err),
		         rows[i].want == RD_SESSION_LIVE ? RD_OK : RD_UNAUTHENTICATED);
		/* The end that is told is the first moment at which it is over. */
		int64_t end = rd_session_ends_at(rules, &s);

		UNIT_TRUE(rd_session_judge(rules, &s, end) != RD_SESSION_LIVE);
		if (!rows[i].ended)
			UNIT_INT(rd_session_judge(rules, &s, end - 1), RD_SESSION_LIVE);
	}
}

static void sensitive_actions_want_a_fresh_proof(void)
{
	rd_session_times s = {START, START + 60 * MIN, START + 60 * MIN, 0};
	rd_err err = {0};

	UNIT_OK(rd_session_check_fresh(rules, &s, START + 70 * MIN - 1, &err), &err);
	UNIT_INT(rd_session_check_fresh(rules, &s, START + 70 * MIN, &err), RD_UNAUTHENTICATED);
	UNIT_TRUE(strstr(err.zh, "再输入") != NULL);
	/* A proof does not outlive the session. */
	s.ended_at_us = START + 61 * MIN;
	UNIT_INT(rd_session_check_fresh(rules, &s, START + 62 * MIN, &err), RD_UNAUTHENTICATED);
	UNIT_TRUE(strstr(err.zh, "已被结束") != NULL);
}

static void uses_are_written_once_a_minute(void)
{
	rd_session_times s = {START, START, START, 0};

	UNIT_TRUE(!rd_session_wants_touch(rules, &s, START + MIN - 1));
	UNIT_TRUE(rd_session_wants_touch(rules, &s, START + MIN));
}

static void eleventh_session_ends_the_longest_unused(void)
{
	rd_session_times s[13];
	uint32_t rows[13], n = 10;

	for (uint32_t i = 0; i < 13; i++)
		s[i] = (rd_session_times){START, START + (int64_t)((i * 7) % 13) * 1000, START, 0};
	UNIT_INT(rd_session_surplus(rules, s, 9, START + MIN, rows), 0);
	UNIT_INT(rd_session_surplus(rules, s, n, START + MIN, rows), 1);
	UNIT_INT(rows[0], 0);
	/* 13 live: four have to go, by their last use: rows with i * 7 % 13 = 0, 1, 2, 3. */
	UNIT_INT(rd_session_surplus(rules, s, 13, START + MIN, rows), 4);
	UNIT_INT(rows[0], 0);
	UNIT_INT(rows[1], 2);
	UNIT_INT(rows[2], 4);
	UNIT_INT(rows[3], 6);
	/* What is over does not count. */
	s[0].ended_at_us = START + 1;
	s[2].made_at_us = START - 480 * MIN;
	UNIT_INT(rd_session_surplus(rules, s, 13, START + MIN, rows), 2);
	UNIT_INT(rows[0], 4);
	UNIT_INT(rd_session_surplus(rules, s, 13, START + 31 * MIN, rows), 0);
}

const unit_test session_tests[] = {
	{"sessions end when they should", sessions_end_when_they_should},
	{"sensitive actions want a fresh proof", sensitive_actions_want_a_fresh_proof},
	{"uses are written once a minute", uses_are_written_once_a_minute},
	{"eleventh session ends the longest unused", eleventh_session_ends_the_longest_unused},
	{0},
};
