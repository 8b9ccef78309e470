/* nearest.h - which of the known names somebody may have meant. */
#ifndef RD_CMD_NEAREST_H
#define RD_CMD_NEAREST_H
#include <stdint.h>

/* Keeps the best name of those offered; a name that is too far away is no help. */
typedef struct rd_nearest {
	const char *wanted, *best;
	uint32_t distance;
} rd_nearest;

rd_nearest rd_nearest_to(const char *wanted);
void rd_nearest_offer(rd_nearest *n, const char *name);
/* NULL when none is near. */
const char *rd_nearest_name(const rd_nearest *n);
#endif
