/* One-time passwords against RFC 6238, appendix B, and RFC 4226, appendix D; recovery codes. */
#include "auth/totp.h"
#include "unit.h"

static const uint8_t rfc_secret[] = "12345678901234567890";

/* The SHA-1 rows of appendix B have eight digits; six are their last six. */
static void codes_are_those_of_the_standard(void)
{
	static const struct {
		int64_t time;
		const char *code;
	} rows[] = {
		{59, "287082"},         {1111111109, "081804"}, {1111111111, "050471"},
		{1234567890, "005924"}, {2000000000, "279037"}, {20000000000, "353130"},
	};
	static const char *const counted[] = {"755224", "287082", "359152", "969429", "338314",
	                                      "254676", "287922", "162583", "399871", "520489"};
	char code[RD_TOTP_DIGITS + 1];
	rd_err err = {0};

	UNIT_OK(rd_auth_init(&err), &err);
	for (uint32_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int64_t step;

		unit_case("time %lld", (long long)rows[i].time);
		UNIT_OK(rd_totp_code(rfc_secret, rows[i].time / RD_TOTP_STEP_S, code, &err), &err);
		UNIT_TEXT(rd_str_of(code), rows[i].code);
		UNIT_OK(rd_totp_verify(rfc_secret, rd_str_of(rows[i].code), rows[i].time * 1000000,
		                       RD_TOTP_NEVER, &step, &err),
		        &err);
		UNIT_INT(step, rows[i].time / RD_TOTP_STEP_S);
	}
	for (int step = 0; step < 10; step++) {
		unit_case("counter %d", step);
		UNIT_OK(rd_totp_code(rfc_secret, step, code, &err), &err);
		UNIT_TEXT(rd_str_of(code), counted[step]);
	}
}

static void one_step_of_drift_is_accepted(void)
{
	int64_t now = 1111111111 / RD_TOTP_STEP_S, ret_step;
	char code[RD_TOTP_DIGITS + 1];
	rd_err err = {0};

	UNIT_OK(rd_auth_init(&err), &err);
	for (int64_t step = now - 4; step <= now + 4; step++) {
		unit_case("%d steps off", (int)(step - now));
		UNIT_OK(rd_totp_code(rfc_secret, step, code, &err), &err);
		bool near = step >= now - 1 && step <= now + 1;

		UNIT_INT(rd_totp_verify(rfc_secret, rd_str_of(code), 1111111111000000, RD_TOTP_NEVER,
		                        &ret_step, &err),
		         near ? RD_OK : RD_UNAUTHENTICATED);
		if (near)
			UNIT_INT(ret_step, step);
	}
}

static void a_code_counts_once(void)
{
	int64_t now = 1111111111 / RD_TOTP_STEP_S, at_us = 1111111111000000, step = -7;
	char code[RD_TOTP_DIGITS + 1], next[RD_TOTP_DIGITS + 1];
	rd_err err = {0};

	UNIT_OK(rd_auth_init(&err), &err);
	UNIT_OK(rd_totp_code(rfc_secret, now, code, &err), &err);
	UNIT_OK(rd_totp_code(rfc_secret, now + 1, next, &err), &err);
	UNIT_INT(rd_totp_verify(rfc_secret, rd_str_of(code), at_us, now, &step, &err),
	         RD_UNAUTHENTICATED);
	UNIT_INT(step, -7);
	/* Nor an earlier one after a later one. */
	UNIT_INT(rd_totp_verify(rfc_secret, rd_str_of(code), at_us, now + 1, &step, &err),
	         RD_UNAUTHENTICATED);
	UNIT_OK(rd_totp_verify(rfc_secret, rd_str_of(next), at_us, now, &step, &err), &err);
	UNIT_INT(step, now + 1);
}

static void codes_are_read_as_people_type_them(void)
{
	static const struct {
		const char *typed;
		rd_rc want;
	} rows[] = {
		{"050471", RD_OK},
		{" 050 471 ", RD_OK},
		{"０５０４７１", RD_OK},
		{"50471", RD_UNAUTHENTICATED},
		{"0504711", RD_UNAUTHENTICATED},
		{"", RD_UNAUTHENTICATED},
		{"05047a", RD_UNAUTHENTICATED},
		{"-50471", RD_UNAUTHENTICATED},
	};
	int64_t step;
	rd_err err = {0};

	UNIT_OK(rd_auth_init(&err), &err);
	for (uint32_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		unit_case("%s", rows[i].typed);
		UNIT_INT(rd_totp_verify(rfc_secret, rd_str_of(rows[i].typed), 1111111111000000,
		                        RD_TOTP_NEVER, &step, &err),
		         rows[i].want);
	}
	/* The first seconds of time have no step before them. */
	UNIT_OK(rd_totp_verify(rfc_secret, RD_STR("755224"), 0, RD_TOTP_NEVER, &step, &err), &err);
	UNIT_INT(step, 0);
}

static void uri_is_escaped(void)
{
	rd_buf out;

	rd_buf_init(&out, 4096);
	rd_totp_uri(rfc_secret, RD_STR("红字 & Co"), RD_STR("wang@example.cn"), &out);
	UNIT_TEXT(rd_buf_view(&out),
	          "otpauth://totp/%E7%BA%A2%E5%AD%97%20%26%20Co:wang%40example.cn"
	          "?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=%E7%BA%A2%E5%AD%97%20%26%20Co"
	          "&algorithm=SHA1&digits=6&period=30");
	rd_buf_done(&out);
}

static void secrets_differ(void)
{
	uint8_t a[RD_TOTP_SECRET_SIZE], b[RD_TOTP_SECRET_SIZE];
	rd_err err = {0};

	UNIT_OK(rd_auth_init(&err), &err);
	rd_totp_secret_new(a);
	rd_totp_secret_new(b);
	UNIT_TRUE(memcmp(a, b, sizeof(a)) != 0);
}

static void recovery_codes_are_found_and_read_back(void)
{
	rd_code codes[RD_CODE_COUNT];
	uint8_t kept[RD_CODE_COUNT][RD_DIGEST_SIZE], digest[RD_DIGEST_SIZE];
	rd_err err = {0};

	UNIT_OK(rd_auth_init(&err), &err);
	for (uint32_t i = 0; i < RD_CODE_COUNT; i++) {
		rd_code_new(&codes[i]);
		memcpy(kept[i], codes[i].digest, sizeof(kept[i]));
		UNIT_INT(strlen(codes[i].text), 39);
	}
	for (uint32_t i = 0; i < RD_CODE_COUNT; i++) {
		char typed[64] = " ";
		uint32_t n = 1;

		/* In capitals and without the lines between the groups. */
		for (const char *c = codes[i].text; *c; c++)
			if (*c != '-')
				typed[n++] = (char)(*c >= 'a' ? *c - 'a' + 'A' : *c);
		UNIT_TRUE(rd_code_parse((rd_str){typed, n}, digest));
		UNIT_INT(rd_code_find(kept, RD_CODE_COUNT, digest), i);
		UNIT_INT(rd_code_find(kept, i, digest), -1);
		UNIT_TRUE(!rd_code_parse((rd_str){typed, n - 1}, digest));
	}
	UNIT_TRUE(!rd_code_parse(RD_STR(""), digest));
	UNIT_TRUE(!rd_code_parse(RD_STR("3f9a-3f9a-3f9a-3f9a-3f9a-3f9a-3f9a-3f9g"), digest));
	UNIT_TRUE(!rd_code_parse(RD_STR("3f9a-3f9a-3f9a-3f9a-3f9a-3f9a-3f9a-3f9a0"), digest));
	UNIT_TRUE(rd_code_parse(RD_STR("３F9a-3f9a-3f9a-3f9a-3f9a-3f9a-3f9a－3f9a"), digest));
}

const unit_test totp_tests[] = {
	{"codes are those of the standard", codes_are_those_of_the_standard},
	{"one step of drift is accepted", one_step_of_drift_is_accepted},
	{"a code counts once", a_code_counts_once},
	{"codes are read as people type them", codes_are_read_as_people_type_them},
	{"uri is escaped", uri_is_escaped},
	{"secrets differ", secrets_differ},
	{"recovery codes are found and read back", recovery_codes_are_found_and_read_back},
	{0},
};
