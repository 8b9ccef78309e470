#include "desk/identity_cache.h"
#include "base/assert.h"
#include <pthread.h>
#include <stdalign.h>

#define SHARDS 64u
#define PLACES 128u /* of a shard; a power of two */
#define WINDOW 8u

typedef struct place {
	uint64_t mark; /* of the shard when it was filled; another one = empty */
	rd_known known;
} place;

typedef struct shard {
	alignas(64) pthread_mutex_t lock;
	uint64_t mark; /* from 1 */
	place *places;
} shard;

struct rd_known_cache {
	shard shards[SHARDS];
};

rd_known_cache *rd_known_cache_new(rd_arena *home)
{
	rd_known_cache *c = RD_NEW(home, rd_known_cache);

	for (uint32_t i = 0; i < SHARDS; i++) {
		c->shards[i].mark = 1;
		c->shards[i].places = RD_NEW_N(home, place, PLACES);
		RD_ASSERT(pthread_mutex_init(&c->shards[i].lock, NULL) == 0);
	}
	return c;
}

void rd_known_cache_done(rd_known_cache *c)
{
	for (uint32_t i = 0; i < SHARDS; i++)
		(void)pthread_mutex_destroy(&c->shards[i].lock);
}

static shard *shard_of(rd_known_cache *c, const uint8_t digest[RD_DIGEST_SIZE])
{
	return &c->shards[digest[0] % SHARDS];
}

static place *place_at(shard *s, const uint8_t digest[RD_DIGEST_SIZE], uint32_t i)
{
	return &s->places[(digest[1] + i) % PLACES];
}

static place *find(shard *s, const uint8_t digest[RD_DIGEST_SIZE])
{
	for (uint32_t i = 0; i < WINDOW; i++) {
		place *p = place_at(s, digest, i);

		/* A digest is no secret to who has its token: no need for constant time. */
		if (p->mark == s->mark && memcmp(p->known.digest, digest, RD_DIGEST_SIZE) == 0)
			return p;
	}
	return NULL;
}

static void copy(rd_known *to, const rd_known *from)
{
	memcpy(to, from, offsetof(rd_known, teams) + from->n_teams * sizeof *from->teams);
}

bool rd_known_get(rd_known_cache *c, const uint8_t digest[RD_DIGEST_SIZE], int64_t after_us,
                  rd_known *ret_known, uint64_t *ret_mark)
{
	shard *s = shard_of(c, digest);

	(void)pthread_mutex_lock(&s->lock);
	const place *p = find(s, digest);
	bool good = p && p->known.loaded_at_us > after_us;

	if (good)
		copy(ret_known, &p->known);
	else
		*ret_mark = s->mark;
	(void)pthread_mutex_unlock(&s->lock);
	return good;
}

/* Where an entry goes: its own place, an empty one, or that of the one loaded first. */
static place *room(shard *s, const uint8_t digest[RD_DIGEST_SIZE])
{
	place *best = find(s, digest);

	for (uint32_t i = 0; i < WINDOW && best == NULL; i++)
		if (place_at(s, digest, i)->mark != s->mark)
			best = place_at(s, digest, i);
	if (best)
		return best;
	best = place_at(s, digest, 0);
	for (uint32_t i = 1; i < WINDOW; i++)
		if (place_at(s, digest, i)->known.loaded_at_us < best->known.loaded_at_us)
			best = place_at(s, digest, i);
	return best;
}

void rd_known_put(rd_known_cache *c, const rd_known *known, uint64_t mark)
{
	shard *s = shard_of(c, known->digest);

	RD_ASSERT(known->n_teams <= RD_KNOWN_TEAMS_MAX);
	(void)pthread_mutex_lock(&s->lock);
	if (s->mark == mark) {
		place *p = room(s, known->digest);

		p->mark = mark;
		copy(&p->known, known);
	}
	(void)pthread_mutex_unlock(&s->lock);
}

bool rd_known_touch(rd_known_cache *c, const uint8_t digest[RD_DIGEST_SIZE], int64_t now_us,
                    int64_t touch_us)
{
	shard *s = shard_of(c, digest);
	bool due = true; /* not in the table: nobody else will */

	(void)pthread_mutex_lock(&s->lock);
	place *p = find(s, digest);

	if (p) {
		int64_t *seen =
			p->known.shown == RD_BY_TOKEN ? &p->known.used_at_us : &p->known.times.seen_at_us;

		due = now_us - *seen >= touch_us;
		if (due)
			*seen = now_us;
	}
	(void)pthread_mutex_unlock(&s->lock);
	return due;
}

static void drop(shard *s)
{
	(void)pthread_mutex_lock(&s->lock);
	s->mark++;
	(void)pthread_mutex_unlock(&s->lock);
}

void rd_known_drop(rd_known_cache *c, const uint8_t digest[RD_DIGEST_SIZE])
{
	drop(shard_of(c, digest));
}

void rd_known_drop_all(rd_known_cache *c)
{
	for (uint32_t i = 0; i < SHARDS; i++)
		drop(&c->shards[i]);
}
