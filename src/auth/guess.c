/* rd_password_guesses: the cheapest way to put a password together, from the last byte to the
 * first. The idea is that of Wheeler, "zxcvbn: Low-Budget Password Strength Estimation" (USENIX
 * Security 2016): people build passwords of pieces, and a guesser pays for each piece what it takes
 * to name it. */
#include "auth/common.h"
#include "auth/password.h"
#include "auth/secret.h"
#include "base/assert.h"

/* Tenths of a bit. A byte that no piece explains costs what its class offers: 10 digits, 26
 * letters, 64 of the rest; a Chinese character 9 bits, as if it were one of the commonest 500. */
#define COST_DIGIT  33u
#define COST_LETTER 47u
#define COST_OTHER  60u
#define COST_HIGH   30u /* a byte of a character of two to four */
#define COST_WORD   10u /* that a word stands here, besides which */
#define COST_LEET   20u
#define COST_YEAR   70u  /* 128 years */
#define COST_DAY    85u  /* 366 days */
#define COST_DATE   150u /* year and day */
#define COST_ROW    60u  /* begin and step of 123, abc, 2468, 987 */
#define COST_WALK   86u  /* begin (47 keys) and first direction (6) */
#define COST_TURN   26u
#define COST_COPY   30u /* that something before comes again */
#define COST_SWITCH 15u /* between small and capital letters */

/* The password in small letters: as given, with digits and signs read as letters (1 as i and as l),
 * and with the signs above the digits read as those digits. */
#define TEXTS 4u
#define KEYS  3u /* the last: which keys were pressed */

typedef struct guess {
	uint32_t n;
	char text[TEXTS][RD_PASSWORD_BYTES_MAX];
	uint32_t cost[RD_PASSWORD_BYTES_MAX + 1]; /* of the text from this byte to the end */
} guess;

/* 10 * log2(x), x >= 1; between powers of two by a straight line, at most 0.9 too little. */
static uint32_t log2_tenths(uint32_t x)
{
	uint32_t whole = 31u - (uint32_t)__builtin_clz(x);

	return whole * 10 + (uint32_t)((uint64_t)(x - (1u << whole)) * 10 >> whole);
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_small(char c)
{
	return c >= 'a' && c <= 'z';
}

/* Takes a piece of `size` bytes at i if that is cheaper than what is known. */
static void offer(guess *g, uint32_t i, uint32_t size, uint32_t cost)
{
	if (cost + g->cost[i + size] < g->cost[i])
		g->cost[i] = cost + g->cost[i + size];
}

static void offer_byte(guess *g, uint32_t i)
{
	char c = g->text[0][i];

	offer(g, i, 1,
	      is_digit(c)              ? COST_DIGIT
	      : is_small(c)            ? COST_LETTER
	      : (unsigned char)c > 127 ? COST_HIGH
	                               : COST_OTHER);
}

/* Common texts that begin at i; each longer one lies behind the shorter, so `from` only grows. */
static void offer_words(guess *g, uint32_t i)
{
	for (uint32_t t = 0; t < TEXTS; t++) {
		const char *at = g->text[t] + i;
		uint32_t from = 0, left = g->n - i;

		if (left > rd_common_size_max)
			left = rd_common_size_max;
		for (uint32_t size = 3; size <= left; size++) {
			uint32_t to = rd_common_texts_n;

			while (from < to) {
				uint32_t mid = from + (to - from) / 2;
				const rd_common_text *c = &rd_common_texts[mid];
				int order = memcmp(c->text, at, c->size < size ? c->size : size);

				if (order < 0 || (order == 0 && c->size < size))
					from = mid + 1;
				else
					to = mid;
			}
			if (from == rd_common_texts_n || rd_common_texts[from].size < size ||
			    memcmp(rd_common_texts[from].text, at, size) != 0)
				break; /* nothing begins like this */
			if (rd_common_texts[from].size == size)
				offer(g, i, size,
				      COST_WORD + log2_tenths(rd_common_texts[from].rank) + (t ? COST_LEET : 0));
		}
	}
}

static int32_t number(const char *p, uint32_t digits)
{
	int32_t v = 0;

	for (uint32_t i = 0; i < digits; i++) {
		if (!is_digit(p[i]))
			return -1;
		v = v * 10 + (p[i] - '0');
	}
	return v;
}

static bool is_day(int32_t mmdd)
{
	return mmdd / 100 >= 1 && mmdd / 100 <= 12 && mmdd % 100 >= 1 && mmdd % 100 <= 31;
}

static bool is_year(int32_t year)
{
	return year >= 1920 && year < 2048;
}

/* 1988, 0512, 19880512, 880512. */
static void offer_dates(guess *g, uint32_t i)
{
	const char *p = g->text[0] + i;
	uint32_t left = g->n - i;

	if (left >= 4 && is_year(number(p, 4)))
		offer(g, i, 4, COST_YEAR);
	if (left >= 4 && is_day(number(p, 4)))
		offer(g, i, 4, COST_DAY);
	if (left >= 6 && number(p, 2) >= 0 && is_day(number(p + 2, 4)))
		offer(g, i, 6, COST_DATE);
	if (left >= 8 && is_year(number(p, 4)) && is_day(number(p + 4, 4)))
		offer(g, i, 8, COST_DATE);
}

/* Rows with a constant step of 1 or 2 either way; digits go round (890123). */
static void offer_rows(guess *g, uint32_t i)
{
	const char *p = g->text[KEYS] + i;
	uint32_t left = g->n - i;

	for (int step = -2; step <= 2; step++) {
		uint32_t size = 1;

		for (; step && size < left; size++) {
			char a = p[size - 1], b = p[size];
			bool digits = is_digit(a) && is_digit(b) && (b - a - step) % 10 == 0;

			if (!digits && !(is_small(a) && is_small(b) && b - a == step))
				break;
		}
		if (size >= 3)
			offer(g, i, size, COST_ROW + log2_tenths(size));
	}
}

/* Where a key lies: keys touch when they are neighbours in a row (x differs by 2) or in rows that
 * follow (x differs by 1, for the rows are shifted by half a key). */
static bool key_place(char c, int *ret_row, int *ret_x)
{
	static const char *const rows[4] = {"1234567890-=", "qwertyuiop[]", "asdfghjkl;'",
	                                    "zxcvbnm,./"};

	for (int row = 0; row < 4; row++) {
		const char *at = c ? strchr(rows[row], c) : NULL;

		if (at) {
			*ret_row = row;
			*ret_x = (int)(at - rows[row]) * 2 + row;
			return true;
		}
	}
	return false;
}

/* Paths over touching keys: qwertz, 1qaz, qazxsw; each change of direction costs. */
static void offer_walk(guess *g, uint32_t i)
{
	int row, x, next_row, next_x, direction = 0;
	uint32_t cost = COST_WALK;

	if (!key_place(g->text[KEYS][i], &row, &x))
		return;
	for (uint32_t end = i + 1; end < g->n; end++, row = next_row, x = next_x) {
		if (!key_place(g->text[KEYS][end], &next_row, &next_x))
			return;
		int dr = next_row - row, dx = next_x - x;
		bool touch = dr == 0 ? dx == 2 || dx == -2 : (dr == 1 || dr == -1) && (dx == 1 || dx == -1);

		if (!touch)
			return;
		if (direction && dr * 8 + dx != direction)
			cost += COST_TURN;
		direction = dr * 8 + dx;
		if (end + 1 - i >= 3)
			offer(g, i, end + 1 - i, cost + log2_tenths(end + 1 - i));
	}
}

/* What stands at i and began earlier as well, also overlapping itself: aaaa, abcabc. same[j] is how
 * many bytes from j equal those from i. */
static void offer_copies(guess *g, uint32_t i, uint16_t *same)
{
	for (uint32_t j = 0; j < i; j++) {
		/* same[j + 1] still belongs to i + 1. */
		same[j] = g->text[0][j] == g->text[0][i] ? (uint16_t)(same[j + 1] + 1) : 0;
		if (same[j] > 0)
			offer(g, i, same[j], COST_COPY + log2_tenths(i - j));
	}
}

static char leet(char c, char one)
{
	static const char from[] = "034578@$", to[] = "oeastbas";
	const char *at = c ? strchr(from, c) : NULL;

	if (c == '1' || c == '!')
		return one;
	return at ? to[at - from] : c;
}

/* The key of a sign, on the keyboard of the United States and China. */
static char unshift(char c)
{
	static const char from[] = "!@#$%^&*()_+", to[] = "1234567890-=";
	const char *at = c ? strchr(from, c) : NULL;

	return at ? to[at - from] : c;
}

/* One capital in front or capitals alone say little; else each switch is a choice. */
static uint32_t case_cost(rd_str password)
{
	uint32_t capitals = 0, small = 0, switches = 0;
	bool last = false;

	for (uint32_t i = 0; i < password.len; i++) {
		bool capital = password.ptr[i] >= 'A' && password.ptr[i] <= 'Z';

		if (!capital && !is_small(password.ptr[i]))
			continue;
		switches += capitals + small > 0 && capital != last;
		capitals += capital;
		small += !capital;
		last = capital;
	}
	if (capitals == 0)
		return 0;
	return switches < 2 ? 10 : switches > 6 ? 6 * COST_SWITCH : switches * COST_SWITCH;
}

uint32_t rd_password_guesses(rd_str password)
{
	uint16_t same[RD_PASSWORD_BYTES_MAX + 1] = {0};
	guess g = {.n = password.len};

	RD_ASSERT(password.len <= RD_PASSWORD_BYTES_MAX);
	for (uint32_t i = 0; i < g.n; i++) {
		char c = password.ptr[i];

		g.text[0][i] = c >= 'A' && c <= 'Z' ? (char)(c + 'a' - 'A') : c;
		g.text[1][i] = leet(g.text[0][i], 'i');
		g.text[2][i] = leet(g.text[0][i], 'l');
		g.text[KEYS][i] = unshift(g.text[0][i]);
	}
	for (uint32_t i = g.n; i-- > 0;) {
		g.cost[i] = UINT32_MAX;
		offer_byte(&g, i);
		offer_words(&g, i);
		offer_dates(&g, i);
		offer_rows(&g, i);
		offer_walk(&g, i);
		offer_copies(&g, i, same);
	}
	uint32_t cost = g.cost[0] + case_cost(password);

	rd_secret_wipe(&g, sizeof(g));
	return cost;
}
