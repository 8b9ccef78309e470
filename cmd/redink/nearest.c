#include "nearest.h"
#include <string.h>

#define NAME_MAX_BYTES 64u

static uint32_t least(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

/* Edits (insert, delete, replace, swap neighbours) that turn a into b. */
static uint32_t distance(const char *a, const char *b)
{
	uint32_t rows[3][NAME_MAX_BYTES + 1];
	size_t n = strlen(a), m = strlen(b);

	if (n > NAME_MAX_BYTES || m > NAME_MAX_BYTES)
		return UINT32_MAX;
	for (uint32_t k = 0; k <= m; k++)
		rows[0][k] = k;
	for (uint32_t i = 1; i <= n; i++) {
		uint32_t *now = rows[i % 3];
		const uint32_t *before = rows[(i + 2) % 3], *older = rows[(i + 1) % 3];

		now[0] = i;
		for (uint32_t k = 1; k <= m; k++) {
			now[k] = before[k - 1] + (a[i - 1] != b[k - 1]);
			now[k] = least(now[k], least(before[k], now[k - 1]) + 1);
			if (i > 1 && k > 1 && a[i - 1] == b[k - 2] && a[i - 2] == b[k - 1])
				now[k] = least(now[k], older[k - 2] + 1);
		}
	}
	return rows[n % 3][m];
}

rd_nearest rd_nearest_to(const char *wanted)
{
	return (rd_nearest){wanted, NULL, UINT32_MAX};
}

void rd_nearest_offer(rd_nearest *n, const char *name)
{
	uint32_t d = distance(n->wanted, name);

	/* A beginning counts as near: "voucher" for "voucher-number-gap". */
	if (strlen(n->wanted) >= 4 && strncmp(n->wanted, name, strlen(n->wanted)) == 0)
		d = least(d, 2);
	if (d < n->distance) {
		n->distance = d;
		n->best = name;
	}
}

const char *rd_nearest_name(const rd_nearest *n)
{
	uint32_t limit = (uint32_t)strlen(n->wanted) / 3;

	return n->best && n->distance <= (limit < 2 ? 2 : limit) ? n->best : NULL;
}
