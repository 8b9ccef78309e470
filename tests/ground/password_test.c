/* Passwords: which are taken, how they are kept, and the gate before the work. */
#include "auth/common.h"
#include "auth/gate.h"
#include "auth/password.h"
#include "auth/secret.h"
#include "unit.h"
#include <sched.h>

static const rd_password_cost quick = {64, 1};
static const rd_password_owner nobody = {{"", 0}, {"", 0}, {"", 0}};

static void hashes_are_made_and_verified(void)
{
	char hash[RD_PASSWORD_HASH_SIZE], other[RD_PASSWORD_HASH_SIZE];
	bool matches;
	rd_err err = {0};

	UNIT_OK(rd_auth_init(&err), &err);
	UNIT_OK(rd_password_hash(quick, RD_STR("correct horse"), hash, &err), &err);
	UNIT_OK(rd_password_hash(quick, RD_STR("correct horse"), other, &err), &err);
	UNIT_TRUE(strcmp(hash, other) != 0);
	UNIT_TRUE(rd_str_starts(rd_str_of(hash), "$argon2id$v=19$m=64,t=1,p=1$"));
	UNIT_OK(rd_password_verify(hash, RD_STR("correct horse"), &matches, &err), &err);
	UNIT_TRUE(matches);
	/* As received: case, spaces and a NUL at the end all count. */
	static const rd_str wrong[] = {RD_STR("Correct horse"), RD_STR("correct horse "), RD_STR(""),
	                               RD_STR("correct horse\0")};

	for (uint32_t i = 0; i < 4; i++) {
		unit_case("wrong password %u", i);
		UNIT_OK(rd_password_verify(hash, wrong[i], &matches, &err), &err);
		UNIT_TRUE(!matches);
	}
}

static void longest_password_counts_to_its_last_byte(void)
{
	char text[RD_PASSWORD_BYTES_MAX + 1], hash[RD_PASSWORD_HASH_SIZE];
	bool matches;
	rd_err err = {0};

	memset(text, 'x', sizeof(text));
	UNIT_OK(rd_auth_init(&err), &err);
	UNIT_OK(rd_password_hash(quick, (rd_str){text, RD_PASSWORD_BYTES_MAX}, hash, &err), &err);
	UNIT_OK(rd_password_verify(hash, (rd_str){text, RD_PASSWORD_BYTES_MAX}, &matches, &err), &err);
	UNIT_TRUE(matches);
	UNIT_OK(rd_password_verify(hash, (rd_str){text, sizeof(text)}, &matches, &err), &err);
	UNIT_TRUE(!matches);
	text[RD_PASSWORD_BYTES_MAX - 1] = 'y';
	UNIT_OK(rd_password_verify(hash, (rd_str){text, RD_PASSWORD_BYTES_MAX}, &matches, &err), &err);
	UNIT_TRUE(!matches);
}

static void preset_cost_is_what_the_hash_says(void)
{
	char hash[RD_PASSWORD_HASH_SIZE];
	rd_err err = {0};

	UNIT_OK(rd_auth_init(&err), &err);
	UNIT_OK(rd_password_hash(rd_password_preset, RD_STR("correct horse"), hash, &err), &err);
	UNIT_TRUE(rd_str_starts(rd_str_of(hash), "$argon2id$v=19$m=65536,t=2,p=1$"));
	UNIT_TRUE(!rd_password_is_weaker(hash, rd_password_preset));
	UNIT_TRUE(!rd_password_is_weaker(hash, rd_password_floor));
	UNIT_OK(rd_password_verify_nobody(quick, RD_STR("whatever"), &err), &err);
}

static void weaker_hashes_are_seen(void)
{
	static const struct {
		const char *hash;
		bool weaker;
	} rows[] = {
		{"$argon2id$v=19$m=65536,t=2,p=1$c2FsdA$aGFzaA", false},
		{"$argon2id$v=19$m=131072,t=3,p=1$c2FsdA$aGFzaA", false},
		{"$argon2id$v=19$m=65535,t=2,p=1$c2FsdA$aGFzaA", true},
		{"$argon2id$v=19$m=65536,t=1,p=1$c2FsdA$aGFzaA", true},
		{"$argon2i$v=19$m=65536,t=4,p=1$c2FsdA$aGFzaA", true},
		{"", true},
		{"$2b$12$abcdefghijklmnopqrstuu", true},
	};

	for (uint32_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		unit_case("%s", rows[i].hash);
		UNIT_INT(rd_password_is_weaker(rows[i].hash, rd_password_preset), rows[i].weaker);
	}
}

static void damaged_hash_is_no_wrong_password(void)
{
	static const char *const damaged[] = {"", "!", "$argon2id$v=19$m=64,t=1,p=1$",
	                                      "$argon2id$v=19$m=64,t=1,p=1$AAAA", "plain text"};
	bool matches;
	rd_err err = {0};

	UNIT_OK(rd_auth_init(&err), &err);
	for (uint32_t i = 0; i < sizeof(damaged) / sizeof(damaged[0]); i++) {
		unit_case("%s", damaged[i]);
		UNIT_INT(rd_password_verify(damaged[i], RD_STR("x"), &matches, &err), RD_CORRUPT);
	}
}

static void settings_below_the_floor_are_refused(void)
{
	rd_err err = {0};

	UNIT_OK(rd_password_cost_check(rd_password_preset, &err), &err);
	UNIT_OK(rd_password_cost_check(rd_password_floor, &err), &err);
	UNIT_INT(rd_password_cost_check((rd_password_cost){19 * 1024 - 1, 2}, &err), RD_USAGE);
	UNIT_INT(rd_password_cost_check((rd_password_cost){19 * 1024, 1}, &err), RD_USAGE);
	UNIT_INT(rd_password_cost_check((rd_password_cost){UINT32_MAX, 2}, &err), RD_USAGE);
}

static void refused(const char *password, rd_password_owner owner, const char *zh)
{
	rd_err err = {0};

	unit_case("%s (%u)", password, rd_password_guesses(rd_str_of(password)));
	UNIT_INT(rd_password_check(rd_str_of(password), owner, &err), RD_INPUT);
	UNIT_TRUE(strstr(err.zh, zh) != NULL);
	UNIT_TRUE(err.en[0] != 0);
}

static void easy_passwords_are_refused(void)
{
	static const char *const easy[] = {
		"password1234",  "Password@2024", "P@ssw0rd1234",    "woaini1314520", "aaaaaaaaaaaa",
		"abcabcabcabc",  "123456789012",  "qwertyuiop[]",    "1qaz2wsx3edc",  "zaq12wsxcde3",
		"Admin@123456",  "qwer1234asdf",  "19880512abcd",    "abcdefghijkl",  "zxcvbnm12345",
		"zhangwei1990",  "caiwu2026888",  "iloveyou5201314", "111111222222",  "0987654321qwe",
		"dragonmonkey",  "redink123456",  "我爱你我爱你",    "密码密码密码",  "admin888admin888",
		"Kuaiji@12345",  "987654321abc",  "2468101214abcd",  "QWERTYUIOPAS",  "letmein2025!",
		"20260101abcd",  "Qwerty!@#$%^",  "!@#$%^&*()_+",    "13812345678a",  "Kingdee@2026",
		"Beijing2026!!",
	};

	for (uint32_t i = 0; i < sizeof(easy) / sizeof(easy[0]); i++)
		refused(easy[i], nobody, "容易猜到");
}

static void every_listed_password_is_refused(void)
{
	uint32_t n = 0, passed = 0;

	for (uint32_t i = 0; i < rd_common_texts_n; i++) {
		rd_str text = {rd_common_texts[i].text, rd_common_texts[i].size};

		if (text.len < RD_PASSWORD_BYTES_MIN)
			continue;
		n++;
		passed += rd_password_guesses(text) >= RD_PASSWORD_GUESSES_MIN;
	}
	UNIT_TRUE(n >= 300);
	UNIT_INT(passed, 0);
	for (uint32_t i = 1; i < rd_common_texts_n; i++)
		UNIT_TRUE(strcmp(rd_common_texts[i - 1].text, rd_common_texts[i].text) < 0);
}

static void good_passwords_are_taken(void)
{
	static const char *const good[] = {
		"correct horse battery staple",
		"kX9#mQ2vLp7z",
		"gravel-otter-pencil-lunar",
		"七月的风吹过红砖墙",
		"tqzvhbnmwkrx",
		"我的猫喜欢账本和咖啡",
		"a cup of tea before the trial balance",
		"mQ7vTz3pYw1kXq9",
		"vier Elefanten tanzen leise",
	};
	rd_err err = {0};

	for (uint32_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		unit_case("%s (%u)", good[i], rd_password_guesses(rd_str_of(good[i])));
		UNIT_OK(rd_password_check(rd_str_of(good[i]), nobody, &err), &err);
	}
}

/* Whatever a generator makes is taken: 2,000 of 14 letters and digits. */
static void generated_passwords_are_taken(void)
{
	static const char letters[] = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789";
	uint64_t seed = 7;
	uint32_t refusals = 0;

	for (uint32_t i = 0; i < 2000; i++) {
		char text[14];

		for (uint32_t k = 0; k < sizeof(text); k++)
			text[k] = letters[unit_below(&seed, sizeof(letters) - 1)];
		refusals += rd_password_guesses((rd_str){text, sizeof(text)}) < RD_PASSWORD_GUESSES_MIN;
	}
	UNIT_INT(refusals, 0);
}

static void lengths_and_bytes_are_checked(void)
{
	char text[RD_PASSWORD_BYTES_MAX + 1];
	uint64_t seed = 3;
	rd_err err = {0};

	refused("kX9#mQ2vLp7", nobody, "太短");
	refused("", nobody, "太短");
	for (uint32_t i = 0; i < sizeof(text); i++)
		text[i] = (char)('!' + unit_below(&seed, 90));
	UNIT_OK(rd_password_check((rd_str){text, RD_PASSWORD_BYTES_MAX}, nobody, &err), &err);
	UNIT_INT(rd_password_check((rd_str){text, sizeof(text)}, nobody, &err), RD_INPUT);
	UNIT_TRUE(strstr(err.zh, "太长") != NULL);
	refused("kX9#mQ2v\xff\xfeLp7z", nobody, "UTF-8");
	memset(text, 'a', sizeof(text));
	UNIT_INT(rd_password_check((rd_str){text, RD_PASSWORD_BYTES_MAX}, nobody, &err), RD_INPUT);
}

static void names_of_the_owner_are_refused(void)
{
	rd_password_owner owner = {RD_STR("Blue Harbour 会计师事务所"), RD_STR("李小明"),
	                           RD_STR("Xm.Li@example.cn")};
	rd_err err = {0};

	refused("kX9#blueharbour会计师事务所z", owner, "公司名");
	refused("vbQ7李小明tz93kw", owner, "公司名");
	refused("77-xm.li-kQzvTw", owner, "公司名");
	refused("77-ＸＭ.ＬＩ-kQzvTw", owner, "公司名");
	/* The domain of the mail address is not a secret that anybody has alone. */
	UNIT_OK(rd_password_check(RD_STR("kQzvTw-example.cn-77"), owner, &err), &err);
	/* A name of two letters is in too many passwords to count as part of one. */
	owner.name = RD_STR("Li");
	UNIT_OK(rd_password_check(RD_STR("kQzvTw-lipstick-77"), owner, &err), &err);
}

typedef struct crowd {
	rd_gate gate;
	pthread_mutex_t lock;
	uint32_t inside, most, passed, refused;
} crowd;

static void *come(void *arg)
{
	crowd *c = arg;
	rd_err err;

	for (int i = 0; i < 200; i++) {
		rd_rc rc = rd_gate_enter(&c->gate, &err);

		pthread_mutex_lock(&c->lock);
		c->refused += rc == RD_TOO_MANY;
		c->passed += rc == RD_OK;
		if (rc == RD_OK && ++c->inside > c->most)
			c->most = c->inside;
		pthread_mutex_unlock(&c->lock);
		if (rc != RD_OK)
			continue;
		pthread_mutex_lock(&c->lock);
		c->inside--;
		pthread_mutex_unlock(&c->lock);
		rd_gate_leave(&c->gate);
	}
	return NULL;
}

static void gate_lets_in_so_many(void)
{
	crowd c = {.lock = PTHREAD_MUTEX_INITIALIZER};
	pthread_t threads[8];

	rd_gate_init(&c.gate, 2, 3);
	for (int i = 0; i < 8; i++)
		UNIT_INT(pthread_create(&threads[i], NULL, come, &c), 0);
	for (int i = 0; i < 8; i++)
		pthread_join(threads[i], NULL);
	UNIT_TRUE(c.most >= 1 && c.most <= 2);
	UNIT_INT(c.passed + c.refused, 8 * 200);
	UNIT_TRUE(c.passed > 0);
	unit_note("gate: %u passed, %u refused", c.passed, c.refused);
	rd_gate_done(&c.gate);
}

static void full_gate_refuses_at_once(void)
{
	rd_gate gate;
	rd_err err = {0};

	rd_gate_init(&gate, 2, 0);
	UNIT_OK(rd_gate_enter(&gate, &err), &err);
	UNIT_OK(rd_gate_enter(&gate, &err), &err);
	UNIT_INT(rd_gate_enter(&gate, &err), RD_TOO_MANY);
	rd_gate_leave(&gate);
	UNIT_OK(rd_gate_enter(&gate, &err), &err);
	rd_gate_leave(&gate);
	rd_gate_leave(&gate);
	rd_gate_done(&gate);
}

typedef struct queuer {
	rd_gate *gate;
	uint32_t *come, place; /* who has come so far, under the gate of one place */
} queuer;

static void *queue_up(void *arg)
{
	queuer *q = arg;
	rd_err err;

	if (rd_gate_enter(q->gate, &err) == RD_OK) {
		q->place = (*q->come)++;
		rd_gate_leave(q->gate);
	}
	return NULL;
}

static uint64_t waiting(rd_gate *g)
{
	pthread_mutex_lock(&g->lock);
	uint64_t n = g->next_ticket - g->serving;

	pthread_mutex_unlock(&g->lock);
	return n;
}

static void queue_is_bounded_and_in_order(void)
{
	rd_gate gate;
	uint32_t come = 0;
	queuer q[3];
	pthread_t threads[3];
	rd_err err = {0};

	rd_gate_init(&gate, 1, 3);
	UNIT_OK(rd_gate_enter(&gate, &err), &err);
	for (uint32_t i = 0; i < 3; i++) {
		q[i] = (queuer){&gate, &come, 99};
		UNIT_INT(pthread_create(&threads[i], NULL, queue_up, &q[i]), 0);
		while (waiting(&gate) != i + 1)
			sched_yield();
	}
	UNIT_INT(rd_gate_enter(&gate, &err), RD_TOO_MANY);
	rd_gate_leave(&gate);
	for (uint32_t i = 0; i < 3; i++) {
		pthread_join(threads[i], NULL);
		UNIT_INT(q[i].place, i);
	}
	rd_gate_done(&gate);
}

const unit_test password_tests[] = {
	{"hashes are made and verified", hashes_are_made_and_verified},
	{"longest password counts to its last byte", longest_password_counts_to_its_last_byte},
	{"preset cost is what the hash says", preset_cost_is_what_the_hash_says},
	{"weaker hashes are seen", weaker_hashes_are_seen},
	{"damaged hash is no wrong password", damaged_hash_is_no_wrong_password},
	{"settings below the floor are refused", settings_below_the_floor_are_refused},
	{"easy passwords are refused", easy_passwords_are_refused},
	{"every listed password is refused", every_listed_password_is_refused},
	{"good passwords are taken", good_passwords_are_taken},
	{"generated passwords are taken", generated_passwords_are_taken},
	{"lengths and bytes are checked", lengths_and_bytes_are_checked},
	{"names of the owner are refused", names_of_the_owner_are_refused},
	{"gate lets in so many", gate_lets_in_so_many},
	{"full gate refuses at once", full_gate_refuses_at_once},
	{"queue is bounded and in order", queue_is_bounded_and_in_order},
	{0},
};
