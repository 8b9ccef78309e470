/* Rate limits: exact counts in every window, bounded memory, many threads. */
#include "auth/limit.h"
#include "auth/secret.h"
#include "unit.h"
#include <pthread.h>
#include <stdatomic.h>

#define SEC   INT64_C(1000000)
#define START (INT64_C(1770000000) * SEC)

static void limit_passes_and_one_more_is_refused(void)
{
	rd_limit *l = rd_limit_new(rd_limit_account, 1024);
	uint64_t key = rd_limit_key(l, "login", RD_STR("wang"));

	for (int i = 0; i < 10; i++)
		UNIT_INT(rd_limit_take(l, key, START + i * SEC), 0);
	/* The first was 10 s ago, so in 890 s it is 15 minutes old. */
	UNIT_INT(rd_limit_take(l, key, START + 10 * SEC), 890);
	UNIT_INT(rd_limit_take(l, key, START + 900 * SEC - 1), 1);
	/* Refused tries were not counted: one is free again, and only one. */
	UNIT_INT(rd_limit_take(l, key, START + 900 * SEC), 0);
	UNIT_INT(rd_limit_take(l, key, START + 900 * SEC), 1);
	UNIT_INT(rd_limit_take(l, rd_limit_key(l, "login", RD_STR("li")), START + 10 * SEC), 0);
	/* A clock that goes back opens nothing. */
	UNIT_TRUE(rd_limit_take(l, key, START - 5000 * SEC) > 0);
	rd_limit_free(l);
	rd_limit_free(NULL);
}

/* Random uses of five keys against a list of all that passed. */
static void random_uses_agree_with_a_list(void)
{
	rd_limit_rule rule = {7, 100 * SEC};
	rd_limit *l = rd_limit_new(rule, 64);
	static int64_t passed[5][4000];
	uint32_t n[5] = {0};
	uint64_t seed = 11, keys[5];
	int64_t now = START;

	for (uint32_t k = 0; k < 5; k++)
		keys[k] = rd_limit_key(l, "test", (rd_str){"abcde" + k, 1});
	for (uint32_t i = 0; i < 4000; i++) {
		uint32_t k = unit_below(&seed, 5), recent = 0;
		int64_t oldest = 0;

		now += unit_below(&seed, 5) * SEC / 2 + unit_below(&seed, 1000);
		for (uint32_t p = n[k]; p-- > 0;)
			if (passed[k][p] > now - rule.window_us) {
				recent++;
				oldest = passed[k][p];
			}
		int64_t want = recent < rule.count ? 0 : (oldest + rule.window_us - now + SEC - 1) / SEC;

		UNIT_INT(rd_limit_take(l, keys[k], now), want);
		if (want == 0)
			passed[k][n[k]++] = now;
	}
	UNIT_TRUE(n[0] > 50 && n[0] + n[1] + n[2] + n[3] + n[4] < 3900);
	rd_limit_free(l);
}

static void addresses_count_by_subscriber(void)
{
	static const struct {
		const char *a, *b;
		bool same;
	} rows[] = {
		{"192.0.2.1", "192.0.2.1", true},
		{"192.0.2.1", "192.0.2.2", false},
		{"192.0.2.1", "::ffff:192.0.2.1", true},
		{"2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", true},
		{"2001:db8:1:2::1", "2001:DB8:0001:2::9", true},
		{"2001:db8:1:2::1", "2001:db8:1:3::1", false},
		{"::ffff:192.0.2.1", "::ffff:192.0.2.2", false},
		{"unix", "unix", true},
		{"unix", "other", false},
		{"", "0.0.0.0", false},
	};
	rd_limit *l = rd_limit_new(rd_limit_address, 64);

	for (uint32_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		unit_case("%s %s", rows[i].a, rows[i].b);
		UNIT_INT(rd_limit_key_address(l, "login", rd_str_of(rows[i].a)) ==
		             rd_limit_key_address(l, "login", rd_str_of(rows[i].b)),
		         rows[i].same);
	}
	UNIT_TRUE(rd_limit_key(l, "login", RD_STR("x")) != rd_limit_key(l, "link", RD_STR("x")));
	UNIT_TRUE(rd_limit_key(l, "log", RD_STR("inx")) != rd_limit_key(l, "login", RD_STR("x")));
	rd_limit_free(l);
}

static void oldest_key_gives_way(void)
{
	rd_limit *l = rd_limit_new((rd_limit_rule){1, 1000 * SEC}, 8); /* one set */

	for (uint64_t key = 1; key <= 8; key++)
		UNIT_INT(rd_limit_take(l, key, START + (int64_t)key), 0);
	/* A refused try keeps a key in the table. */
	UNIT_TRUE(rd_limit_take(l, 1, START + 9) > 0);
	UNIT_INT(rd_limit_take(l, 9, START + 10), 0); /* in the place of 2 */
	UNIT_TRUE(rd_limit_take(l, 1, START + 11) > 0);
	UNIT_INT(rd_limit_take(l, 2, START + 12), 0);
	UNIT_TRUE(rd_limit_take(l, 9, START + 13) > 0);
	rd_limit_free(l);
}

typedef struct rush {
	rd_limit *limit;
	atomic_uint passed;
} rush;

static void *hurry(void *arg)
{
	rush *r = arg;

	for (int i = 0; i < 1000; i++)
		if (rd_limit_take(r->limit, 77, START) == 0)
			atomic_fetch_add(&r->passed, 1);
	return NULL;
}

static void threads_share_one_count(void)
{
	rush r = {.limit = rd_limit_new(rd_limit_address, 1024)};
	pthread_t threads[4];

	for (int i = 0; i < 4; i++)
		UNIT_INT(pthread_create(&threads[i], NULL, hurry, &r), 0);
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	UNIT_INT(r.passed, 100);
	rd_limit_free(r.limit);
}

const unit_test limit_tests[] = {
	{"limit passes and one more is refused", limit_passes_and_one_more_is_refused},
	{"random uses agree with a list", random_uses_agree_with_a_list},
	{"addresses count by subscriber", addresses_count_by_subscriber},
	{"oldest key gives way", oldest_key_gives_way},
	{"threads share one count", threads_share_one_count},
	{0},
};
