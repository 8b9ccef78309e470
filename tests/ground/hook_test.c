/* Signatures of webhooks, and when a delivery is tried again. */
#include "notify/back_off.h"
#include "notify/hook.h"
#include "unit.h"

/* openssl dgst -sha256 -hmac 0123456789abcdef over 1764000707.{"a":1} */
#define SIGNATURE "v1=542ad0bb1d796f58971b8395db4c2c2ccf8b7cc706cb9e72dec817aac786eb77"

static void signatures_fit(void)
{
	rd_str secret = RD_STR("0123456789abcdef"), body = RD_STR("{\"a\":1}");
	char out[RD_HOOK_SIGNATURE_SIZE];
	rd_err err = {0};

	rd_hook_sign(secret, 1764000707, body, out);
	UNIT_TEXT(rd_str_of(out), SIGNATURE);
	UNIT_OK(rd_hook_verify(secret, RD_STR("1764000707"), RD_STR(SIGNATURE), body, 1764000707, &err),
	        &err);
	UNIT_OK(rd_hook_verify(secret, RD_STR("1764000707"), RD_STR(SIGNATURE), body, 1764001007, &err),
	        &err);
}

static void what_does_not_fit_is_refused(void)
{
	rd_str secret = RD_STR("0123456789abcdef"), body = RD_STR("{\"a\":1}");
	rd_str at = RD_STR("1764000707"), sig = RD_STR(SIGNATURE);
	int64_t now = 1764000707;
	rd_err err;

	UNIT_INT(rd_hook_verify(secret, at, sig, RD_STR("{\"a\":2}"), now, &err), RD_FORBIDDEN);
	UNIT_INT(rd_hook_verify(RD_STR("0123456789abcdeF"), at, sig, body, now, &err), RD_FORBIDDEN);
	UNIT_INT(rd_hook_verify(secret, RD_STR("1764000708"), sig, body, now, &err), RD_FORBIDDEN);
	UNIT_INT(rd_hook_verify(secret, at, RD_STR("v1="), body, now, &err), RD_FORBIDDEN);
	UNIT_INT(rd_hook_verify(secret, at, RD_STR(""), body, now, &err), RD_FORBIDDEN);
	UNIT_TRUE(rd_str_has(rd_str_of(err.en), "signature"));
	UNIT_INT(rd_hook_verify(secret, at, sig, body, now + 301, &err), RD_FORBIDDEN);
	UNIT_TRUE(rd_str_has(rd_str_of(err.en), "timestamp"));
	UNIT_INT(rd_hook_verify(secret, at, sig, body, now - 301, &err), RD_FORBIDDEN);
}

static void short_secrets_and_large_bodies_are_refused(void)
{
	static char large[RD_HOOK_BODY_MAX + 1];
	rd_outbound *o = rd_outbound_new(&(rd_outbound_policy){0});
	rd_hook h = {
		RD_STR("https://a.example/"), RD_STR("short"), RD_STR("d"), RD_STR("e"), RD_STR("{}"), 0};
	int32_t status = 7;
	rd_err err;

	UNIT_INT(rd_hook_send(o, &h, &status, &err), RD_USAGE);
	UNIT_INT(status, 0);
	h.secret = RD_STR("0123456789abcdef");
	UNIT_INT(rd_hook_send(o, &h, &status, &err), RD_FORBIDDEN);
	h.body = (rd_str){large, sizeof large};
	UNIT_INT(rd_hook_send(o, &h, &status, &err), RD_LIMIT);
	rd_outbound_free(o);
}

static void pauses_grow_and_end(void)
{
	static const uint32_t pauses[] = {60, 300, 900, 3600, 10800, 21600, 43200, 86400};
	uint64_t state = 5;

	UNIT_INT(rd_back_off_seconds(0, 1), 0);
	for (uint32_t i = 1; i < RD_BACK_OFF_TRIES_MAX; i++) {
		uint32_t base = pauses[i - 1];

		unit_case("try %u", i);
		UNIT_INT(rd_back_off_seconds(i, 0), base - base / 5);
		UNIT_INT(rd_back_off_seconds(i, 2 * (base / 5)), base + base / 5);
		for (uint32_t k = 0; k < 100; k++) {
			uint32_t s = rd_back_off_seconds(i, (uint32_t)unit_random(&state));

			UNIT_TRUE(s >= base - base / 5 && s <= base + base / 5);
		}
	}
	UNIT_INT(rd_back_off_seconds(RD_BACK_OFF_TRIES_MAX, 1), 0);
	UNIT_INT(rd_back_off_seconds(UINT32_MAX, 1), 0);
}

const unit_test hook_tests[] = {
	{"signatures are HMAC-SHA256 of time and body", signatures_fit},
	{"what does not fit is refused", what_does_not_fit_is_refused},
	{"short secrets and large bodies are refused", short_secrets_and_large_bodies_are_refused},
	{"pauses grow and end", pauses_grow_and_end},
	{0},
};
