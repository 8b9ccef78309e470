/*
 * back_off.h - when a delivery that failed is tried again. Pure.
 *
 * Pauses grow from a minute to a day, 9 tries in about two days: a receiver that is down over a
 * night or a weekend day loses nothing. Each pause is shifted by up to a fifth, so that what
 * failed together does not return together.
 */
#ifndef RD_NOTIFY_BACK_OFF_H
#define RD_NOTIFY_BACK_OFF_H
#include <stdint.h>

#define RD_BACK_OFF_TRIES_MAX 9u

/* Seconds to wait after the failed try `attempt` (1 = the first); 0 = give up. `random` is any
 * evenly spread number. */
static inline uint32_t rd_back_off_seconds(uint32_t attempt, uint32_t random)
{
	static const uint32_t pauses[RD_BACK_OFF_TRIES_MAX - 1] = {60,        300,      900,
	                                                           3600,      3 * 3600, 6 * 3600,
	                                                           12 * 3600, 24 * 3600};

	if (attempt == 0 || attempt >= RD_BACK_OFF_TRIES_MAX)
		return 0;
	uint32_t pause = pauses[attempt - 1], fifth = pause / 5;

	return pause - fifth + random % (2 * fifth + 1);
}
#endif
