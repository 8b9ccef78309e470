/*
 * identity_cache.h - who stood behind what was shown a moment ago; for src/desk/identity*.c alone.
 *
 * A fixed table in memory, found by the SHA-256 of a cookie or token. 64 shards with a lock each,
 * so that requests of different people do not wait for each other; in a shard open addressing over
 * a window of 8 places, in which the entry loaded first gives way. 64 * 128 entries, 5 MB.
 *
 * A load that began before something was dropped is never kept: get gives a mark on a miss, and put
 * takes it back. To drop one is to drop its shard, a sixty-fourth of all.
 */
#ifndef RD_DESK_IDENTITY_CACHE_H
#define RD_DESK_IDENTITY_CACHE_H
#include "auth/session.h"
#include "base/arena.h"
#include "desk/identity.h"

#define RD_KNOWN_TEAMS_MAX 32u

typedef struct rd_known {
	uint8_t digest[RD_DIGEST_SIZE];
	int64_t loaded_at_us;
	int64_t firm_id, user_id, client_id, shown_id, viewer_id;
	rd_session_times times;            /* of a session */
	int64_t used_at_us, expires_at_us; /* of a token */
	rd_shown shown;
	uint16_t roles;
	bool only_looks, must_enrol;
	char lang[8];
	char name[56];  /* of the actor */
	char scope[72]; /* as in rd_caller */
	uint32_t n_teams;
	int64_t teams[RD_KNOWN_TEAMS_MAX]; /* last: only those that are used are copied */
} rd_known;

typedef struct rd_known_cache rd_known_cache;

rd_known_cache *rd_known_cache_new(rd_arena *home);
void rd_known_cache_done(rd_known_cache *c);
/* What was loaded after `after_us`; false with the mark for put. */
bool rd_known_get(rd_known_cache *c, const uint8_t digest[RD_DIGEST_SIZE], int64_t after_us,
                  rd_known *ret_known, uint64_t *ret_mark);
void rd_known_put(rd_known_cache *c, const rd_known *known, uint64_t mark);
/* A request at now_us: true for the one that should write it down, every touch_us. */
bool rd_known_touch(rd_known_cache *c, const uint8_t digest[RD_DIGEST_SIZE], int64_t now_us,
                    int64_t touch_us);
void rd_known_drop(rd_known_cache *c, const uint8_t digest[RD_DIGEST_SIZE]);
void rd_known_drop_all(rd_known_cache *c);
#endif
