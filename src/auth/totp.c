#include "auth/totp.h"
#include <liboath/oath.h>
#include <stdio.h>

void rd_totp_secret_new(uint8_t ret_secret[RD_TOTP_SECRET_SIZE])
{
	rd_secret_random(ret_secret, RD_TOTP_SECRET_SIZE);
}

rd_rc rd_totp_code(const uint8_t secret[RD_TOTP_SECRET_SIZE], int64_t step,
                   char ret_code[RD_TOTP_DIGITS + 1], rd_err *err)
{
	char code[RD_TOTP_DIGITS + 1];
	int rc = oath_hotp_generate((const char *)secret, RD_TOTP_SECRET_SIZE, (uint64_t)step,
	                            RD_TOTP_DIGITS, false, OATH_HOTP_DYNAMIC_TRUNCATION, code);

	if (rc != OATH_OK)
		return rd_fail(err, RD_UNAVAILABLE, "无法计算动态验证码（%s）；请稍后再试",
		               "the one-time code cannot be computed (%s); try again later",
		               oath_strerror_name(rc));
	memcpy(ret_code, code, sizeof(code));
	return RD_OK;
}

/* The six digits of what somebody typed, "123 456" and full-width digits too. */
static bool read_digits(rd_str typed, char ret_code[RD_TOTP_DIGITS + 1])
{
	uint32_t n = 0;

	for (uint32_t at = 0; at < typed.len;) {
		uint32_t c = rd_halfwidth(rd_utf8_next(typed, &at));

		if (c == ' ')
			continue;
		if (c < '0' || c > '9' || n == RD_TOTP_DIGITS)
			return false;
		ret_code[n++] = (char)c;
	}
	ret_code[n] = 0;
	return n == RD_TOTP_DIGITS;
}

rd_rc rd_totp_verify(const uint8_t secret[RD_TOTP_SECRET_SIZE], rd_str code, int64_t at_us,
                     int64_t last_step, int64_t *ret_step, rd_err *err)
{
	int64_t now = at_us / (RD_TOTP_STEP_S * INT64_C(1000000)), found = RD_TOTP_NEVER;
	char given[RD_TOTP_DIGITS + 1], want[RD_TOTP_DIGITS + 1];
	bool readable = read_digits(code, given);

	/* The latest step wins, so that a code which happens to fit two steps cannot be used twice. */
	for (int64_t step = now - RD_TOTP_DRIFT; readable && step <= now + RD_TOTP_DRIFT; step++) {
		if (step < 0)
			continue;
		RD_TRY(rd_totp_code(secret, step, want, err));
		if (rd_secret_same(given, want, RD_TOTP_DIGITS))
			found = step;
	}
	rd_secret_wipe(want, sizeof(want));
	if (found <= last_step || found < 0)
		return rd_fail(err, RD_UNAUTHENTICATED,
		               "验证码不对或已经用过；请等下一个验证码，并检查手机的时间是否准确",
		               "the code is wrong or was used already; wait for the next one, and "
		               "check that the clock of your telephone is right");
	*ret_step = found;
	return RD_OK;
}

/* Percent-encoding of everything that is not unreserved (RFC 3986, 2.3). */
static void add_escaped(rd_buf *out, rd_str s)
{
	for (uint32_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];

		if ((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
		    (c != 0 && strchr("-._~", c)))
			rd_buf_char(out, c);
		else
			rd_buf_printf(out, "%%%02X", (unsigned char)c);
	}
}

void rd_totp_uri(const uint8_t secret[RD_TOTP_SECRET_SIZE], rd_str issuer, rd_str account,
                 rd_buf *out)
{
	char text[RD_TOTP_BASE32_SIZE];

	rd_base32_format(secret, RD_TOTP_SECRET_SIZE, text, sizeof(text));
	rd_buf_puts(out, "otpauth://totp/");
	add_escaped(out, issuer);
	rd_buf_char(out, ':');
	add_escaped(out, account);
	rd_buf_printf(out, "?secret=%s&issuer=", text);
	add_escaped(out, issuer);
	rd_buf_printf(out, "&algorithm=SHA1&digits=%u&period=%d", RD_TOTP_DIGITS, RD_TOTP_STEP_S);
	rd_secret_wipe(text, sizeof(text));
}

#define CODE_DIGITS 32u

static void format_code(const char digits[CODE_DIGITS], char ret_text[RD_CODE_TEXT_SIZE])
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < CODE_DIGITS; i++) {
		if (i > 0 && i % 4 == 0)
			ret_text[n++] = '-';
		ret_text[n++] = digits[i];
	}
	ret_text[n] = 0;
}

void rd_code_new(rd_code *ret_code)
{
	uint8_t bytes[CODE_DIGITS / 2];
	char digits[CODE_DIGITS];

	rd_secret_random(bytes, sizeof(bytes));
	for (uint32_t i = 0; i < CODE_DIGITS; i++)
		digits[i] = "0123456789abcdef"[bytes[i / 2] >> (i % 2 ? 0 : 4) & 15];
	format_code(digits, ret_code->text);
	rd_secret_digest(rd_str_of(ret_code->text), ret_code->digest);
	rd_secret_wipe(bytes, sizeof(bytes));
	rd_secret_wipe(digits, sizeof(digits));
}

bool rd_code_parse(rd_str typed, uint8_t ret_digest[RD_DIGEST_SIZE])
{
	char digits[CODE_DIGITS], text[RD_CODE_TEXT_SIZE];
	uint32_t n = 0;

	for (uint32_t at = 0; at < typed.len;) {
		uint32_t c = rd_halfwidth(rd_utf8_next(typed, &at));

		if (c == ' ' || c == '-')
			continue;
		if (c >= 'A' && c <= 'F')
			c += 'a' - 'A';
		if (n == CODE_DIGITS || !((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')))
			return false;
		digits[n++] = (char)c;
	}
	if (n != CODE_DIGITS)
		return false;
	format_code(digits, text);
	rd_secret_digest(rd_str_of(text), ret_digest);
	return true;
}

int32_t rd_code_find(const uint8_t (*digests)[RD_DIGEST_SIZE], uint32_t n,
                     const uint8_t digest[RD_DIGEST_SIZE])
{
	int32_t found = -1;

	for (uint32_t i = 0; i < n; i++)
		if (rd_secret_same(digests[i], digest, RD_DIGEST_SIZE))
			found = (int32_t)i;
	return found;
}
