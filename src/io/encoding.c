#include "io/encoding.h"
#include <errno.h>
#include <iconv.h>

static const rd_encoding utf8 = {"UTF-8", NULL, 0, false};
static const rd_encoding gb18030 = {"GB18030", "GB18030", 0, false};
static const rd_encoding cp1252 = {"windows-1252", "WINDOWS-1252", 0, false};

/* Double bytes of GB 18030: how many there are, how many are Han characters or punctuation
 * in common use (GB 2312 rows), and whether any byte fits no form of it. */
static void count_gb(const unsigned char *p, size_t n, size_t *pairs, size_t *common, size_t *bad)
{
	*pairs = *common = *bad = 0;
	for (size_t i = 0; i < n; i++) {
		if (p[i] < 0x80)
			continue;
		if (i + 1 >= n)
			return; /* the sample ends inside a character */
		unsigned char a = p[i], b = p[i + 1];

		if (a == 0x80 || a == 0xFF) {
			++*bad;
		} else if (b >= 0x30 && b <= 0x39) {
			if (i + 3 >= n)
				return;
			*bad += p[i + 2] < 0x81 || p[i + 3] < 0x30 || p[i + 3] > 0x39;
			i += 3;
		} else if (b < 0x40 || b == 0x7F || b == 0xFF) {
			++*bad;
		} else {
			++*pairs;
			*common += b >= 0xA1 && (a <= 0xA9 ? a >= 0xA1 : a >= 0xB0 && a <= 0xF7);
			i++;
		}
	}
}

/* UTF-16 without a BOM: digits, delimiters and Latin letters have a zero in every second byte; Han
 * characters have hardly any (U+4E00 has one on the other side). */
static int zeros_at(const char *p, size_t n)
{
	size_t even = 0, odd = 0;

	if (n > 4096)
		n = 4096;
	for (size_t i = 0; i + 1 < n; i += 2) {
		even += p[i] == 0;
		odd += p[i + 1] == 0;
	}
	if (odd * 20 > n && even * 8 < odd)
		return 1;
	return even * 20 > n && odd * 8 < even ? 0 : -1;
}

/* Pictures, archives, programs: many control characters that no text has. */
static bool is_binary(const char *p, size_t n)
{
	size_t odd = 0;

	if (n > 4096)
		n = 4096;
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)p[i];

		odd += c < 32 && c != '\t' && c != '\n' && c != '\r' && c != '\f' && c != 0;
	}
	return odd * 50 > n || (n > 16 && memchr(p, 0, n) && odd * 200 > n);
}

/* The last character of a sample may be cut: that is no mistake of the file. */
static bool valid_utf8(const char *p, size_t n)
{
	int64_t at = rd_utf8_check(p, n);

	return at < 0 || ((size_t)at + 4 > n && (unsigned char)p[at] >= 0xC2 &&
	                  rd_utf8_check(p, (size_t)at) < 0 && n - (size_t)at < 4);
}

rd_encoding rd_encoding_guess(const char *p, size_t n)
{
	size_t pairs, common, bad;

	if (n >= 3 && memcmp(p, "\xEF\xBB\xBF", 3) == 0)
		return (rd_encoding){"UTF-8", NULL, 3, false};
	if (n >= 2 && memcmp(p, "\xFF\xFE", 2) == 0)
		return (rd_encoding){"UTF-16LE", "UTF-16LE", 2, false};
	if (n >= 2 && memcmp(p, "\xFE\xFF", 2) == 0)
		return (rd_encoding){"UTF-16BE", "UTF-16BE", 2, false};
	int z = zeros_at(p, n);

	if (z >= 0)
		return z ? (rd_encoding){"UTF-16LE", "UTF-16LE", 0, false}
		         : (rd_encoding){"UTF-16BE", "UTF-16BE", 0, false};
	if (is_binary(p, n))
		return (rd_encoding){"binary", NULL, 0, true};
	if (valid_utf8(p, n))
		return utf8;
	count_gb((const unsigned char *)p, n, &pairs, &common, &bad);
	if (pairs && common * 10 >= pairs * 8 && bad * 100 <= pairs)
		return gb18030;
	/* Mostly UTF-8 with a few broken bytes stays UTF-8; the bytes are reported. */
	size_t multi = 0, wrong = 0;
	for (uint32_t at = 0; at < n && at < UINT32_MAX - 8;) {
		uint32_t from = at;
		uint32_t cp = rd_utf8_next((rd_str){p, (uint32_t)n}, &at);

		wrong += cp == 0xFFFD && at == from + 1;
		multi += at > from + 1;
	}
	return multi > wrong * 4 ? utf8 : cp1252;
}

bool rd_encoding_named(rd_str name, rd_encoding *ret)
{
	static const struct {
		const char *name;
		rd_encoding e;
	} known[] = {
		{"utf-8", {"UTF-8", NULL, 0, false}},
		{"utf8", {"UTF-8", NULL, 0, false}},
		{"gb18030", {"GB18030", "GB18030", 0, false}},
		{"gbk", {"GB18030", "GB18030", 0, false}},
		{"gb2312", {"GB18030", "GB18030", 0, false}},
		{"utf-16", {"UTF-16", "UTF-16", 0, false}},
		{"utf-16le", {"UTF-16LE", "UTF-16LE", 0, false}},
		{"utf-16be", {"UTF-16BE", "UTF-16BE", 0, false}},
		{"windows-1252", {"windows-1252", "WINDOWS-1252", 0, false}},
		{"iso-8859-1", {"ISO-8859-1", "ISO-8859-1", 0, false}},
		{"iso-8859-15", {"ISO-8859-15", "ISO-8859-15", 0, false}},
		{"latin1", {"ISO-8859-1", "ISO-8859-1", 0, false}},
		{"big5", {"Big5", "BIG5", 0, false}},
		{"cp850", {"CP850", "CP850", 0, false}},
	};

	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (name.len == strlen(known[i].name) &&
		    strncasecmp(name.ptr, known[i].name, name.len) == 0) {
			*ret = known[i].e;
			return true;
		}
	return false;
}

/* Converts what it can; a unit (one byte or two) that fits nowhere becomes U+FFFD and reading goes
 * on behind it. There is room for three bytes for each byte. */
static uint64_t convert_all(iconv_t cd, size_t unit, char *in, size_t left, char *out, size_t room,
                            size_t *ret_n)
{
	char *start = out;
	uint64_t bad = 0;

	while (left) {
		if (iconv(cd, &in, &left, &out, &room) != (size_t)-1 || left == 0)
			break;
		if (errno == E2BIG || room < 3)
			break;
		size_t step = unit < left ? unit : left;

		bad++;
		memcpy(out, "\xEF\xBF\xBD", 3);
		out += 3;
		room -= 3;
		in += step;
		left -= step;
	}
	*ret_n = (size_t)(out - start);
	return bad;
}

rd_rc rd_encoding_convert(const rd_encoding *e, const char *p, size_t n, char **ret_text,
                          size_t *ret_n, size_t *ret_cap, uint64_t *ret_bad, rd_err *err)
{
	iconv_t cd = iconv_open("UTF-8", e->iconv);

	if (cd == (iconv_t)-1)
		return rd_fail(err, RD_INPUT, "此系统不能转换编码 %s", "this system cannot convert %s",
		               e->name);
	size_t skip = e->bom < n ? e->bom : n, cap = (n - skip) * 3 + 64;
	char *text = rd_column_new(cap);

	size_t unit = strncmp(e->iconv, "UTF-16", 6) == 0 ? 2 : 1;

	*ret_bad =
		convert_all(cd, unit, (char *)(uintptr_t)(p + skip), n - skip, text, cap - 64, ret_n);
	iconv_close(cd);
	*ret_text = text;
	*ret_cap = cap;
	return RD_OK;
}
