#include "check/similar.h"

#include "base/assert.h"
#include "book/serial.h"

bool rd_one_slip(rd_str a, rd_str b)
{
	if (a.len > b.len) {
		rd_str swap = a;

		a = b;
		b = swap;
	}
	if (b.len - a.len > 1 || rd_str_eq(a, b))
		return false;
	uint32_t front = 0, back = 0;

	while (front < a.len && a.ptr[front] == b.ptr[front])
		front++;
	while (back < a.len - front && a.ptr[a.len - 1 - back] == b.ptr[b.len - 1 - back])
		back++;
	if (front + back + 1 >= b.len)
		return true; /* one character more, or another one */
	return a.len == b.len && front + back + 2 == a.len && a.ptr[front] == b.ptr[front + 1] &&
	       a.ptr[front + 1] == b.ptr[front];
}

#define NAME_MAX_POINTS 64u

static uint32_t points(rd_str s, uint32_t out[NAME_MAX_POINTS])
{
	uint32_t n = 0;

	for (uint32_t at = 0; at < s.len && n < NAME_MAX_POINTS;)
		out[n++] = rd_utf8_next(s, &at);
	return n;
}

uint32_t rd_jaro_winkler(rd_str sa, rd_str sb)
{
	uint32_t a[NAME_MAX_POINTS], b[NAME_MAX_POINTS];
	uint32_t n = points(sa, a), m = points(sb, b);
	uint64_t used_a = 0, used_b = 0;

	if (n == 0 || m == 0)
		return n == m ? 1000 : 0;
	uint32_t longest = n > m ? n : m, reach = longest / 2 > 0 ? longest / 2 - 1 : 0;
	uint32_t matches = 0, moved = 0, prefix = 0;

	for (uint32_t i = 0; i < n; i++) {
		uint32_t from = i > reach ? i - reach : 0, to = i + reach + 1 < m ? i + reach + 1 : m;

		for (uint32_t k = from; k < to; k++)
			if ((used_b >> k & 1) == 0 && a[i] == b[k]) {
				used_a |= UINT64_C(1) << i;
				used_b |= UINT64_C(1) << k;
				matches++;
				break;
			}
	}
	if (matches == 0)
		return 0;
	for (uint32_t i = 0, k = 0; i < n; i++) {
		if ((used_a >> i & 1) == 0)
			continue;
		while ((used_b >> k & 1) == 0)
			k++;
		moved += a[i] != b[k++];
	}
	const uint32_t one = 1000000; /* matches are 64 at most */
	uint32_t jaro =
		(one * matches / n + one * matches / m + one * (matches - moved / 2) / matches) / 3;

	while (prefix < 4 && prefix < n && prefix < m && a[prefix] == b[prefix])
		prefix++;
	return (jaro + prefix * (one - jaro) / 10) / 1000;
}

uint32_t rd_number_normal(rd_str s, char *out, uint32_t size)
{
	uint32_t n = 0;
	bool leading = true;

	for (uint32_t at = 0; at < s.len;) {
		uint32_t cp = rd_halfwidth(rd_utf8_next(s, &at));
		bool letter = (cp >= 'a' && cp <= 'z') || (cp >= 'A' && cp <= 'Z') || cp >= 0x80;

		if (!letter && (cp < '0' || cp > '9'))
			continue;
		if (cp >= 'a' && cp <= 'z')
			cp -= 32;
		if (leading && (letter || cp == '0'))
			continue;
		leading = false;
		char put[4];
		uint32_t bytes = rd_utf8_put(put, cp);

		if (n + bytes > size)
			break;
		memcpy(out + n, put, bytes);
		n += bytes;
	}
	return n;
}

bool rd_same_digits(rd_minor a, rd_minor b)
{
	int32_t count[10] = {0};
	uint64_t x = a < 0 ? 0 - (uint64_t)a : (uint64_t)a, y = b < 0 ? 0 - (uint64_t)b : (uint64_t)b;

	for (; x; x /= 10)
		count[x % 10]++;
	for (; y; y /= 10)
		count[y % 10]--;
	for (int i = 0; i < 10; i++)
		if (count[i] != 0)
			return false;
	return true;
}

bool rd_steady_days(const rd_day *days, uint32_t n)
{
	static const int32_t steps[] = {7, 14, 30, 91, 365};

	if (n < 3)
		return false;
	for (size_t s = 0; s < sizeof steps / sizeof steps[0]; s++) {
		bool fits = true;

		for (uint32_t i = 1; i < n && fits; i++) {
			int32_t off = days[i] - days[i - 1] - steps[s];

			fits = off >= -4 && off <= 4;
		}
		if (fits)
			return true;
	}
	return false;
}

uint32_t rd_number_length(const rd_book *b, rd_serial s)
{
	char text[256];

	rd_serial_format(b, s, text, sizeof text);
	return (uint32_t)strlen(text);
}

/* 2.51120E+19: a spreadsheet took the number for a quantity, and its last digits are lost. */
static bool is_rounded(rd_str s)
{
	uint32_t i = 0, digits = 0;

	for (; i < s.len && ((s.ptr[i] >= '0' && s.ptr[i] <= '9') || s.ptr[i] == '.'); i++)
		digits++;
	if (digits == 0 || s.len - i < 3 || (s.ptr[i] != 'E' && s.ptr[i] != 'e') || s.ptr[i + 1] != '+')
		return false;
	for (i += 2; i < s.len; i++)
		if (s.ptr[i] < '0' || s.ptr[i] > '9')
			return false;
	return true;
}

bool rd_number_usable(const rd_book *b, rd_serial s, int64_t min_len)
{
	char text[256];

	if (s == 0)
		return false;
	rd_serial_format(b, s, text, sizeof text);
	rd_str printed = rd_str_of(text);

	if ((int64_t)printed.len < min_len || is_rounded(printed))
		return false;
	rd_serial_parts p = rd_serial_parts_of(b, s);

	if (!p.has_value || p.value != 0)
		return true;
	for (uint32_t i = 0; i < p.prefix.len; i++)
		if (p.prefix.ptr[i] >= '1' && p.prefix.ptr[i] <= '9')
			return true;
	return false;
}

bool rd_number_ordinary(const rd_book *b, rd_serial s)
{
	rd_serial_parts p = rd_serial_parts_of(b, s);

	if (!p.has_value || p.prefix.len > 0 || p.suffix.len > 0)
		return false;
	if (p.value < 1000000)
		return true;
	return p.value <= 21991231 && p.value >= 19000101 &&
	       rd_date_valid((int32_t)(p.value / 10000), (int32_t)(p.value / 100 % 100),
	                     (int32_t)(p.value % 100));
}

bool rd_party_named(const rd_book *b, rd_row party)
{
	static const char *const veils[] = {"脱敏",     "匿名", "隐去", "REDACTED", "redacted",
	                                    "Redacted", "***",  "XXX",  "xxx"};

	if (party == 0)
		return false;
	rd_str name =
		rd_book_text(b, b->party.name[party] ? b->party.name[party] : b->party.key[party]);
	bool some = false;

	for (size_t i = 0; i < sizeof veils / sizeof veils[0]; i++)
		if (rd_str_has(name, veils[i]))
			return false;
	for (uint32_t i = 0; i < name.len; i++)
		some |= name.ptr[i] != '*' && name.ptr[i] != '-' && name.ptr[i] != ' ' &&
		        name.ptr[i] != '.' && name.ptr[i] != '?' && name.ptr[i] != '_';
	return some;
}
