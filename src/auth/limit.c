#include "auth/limit.h"
#include "auth/secret.h"
#include "base/arena.h"
#include "base/assert.h"
#include <arpa/inet.h>
#include <pthread.h>
#include <sodium.h>

#define WAYS      8u
#define SECOND_US INT64_C(1000000)

const rd_limit_rule rd_limit_account = {10, 15 * 60 * SECOND_US};
const rd_limit_rule rd_limit_address = {100, 15 * 60 * SECOND_US};

typedef struct entry {
	uint64_t key;
	int64_t touched_us; /* last try, allowed or not */
	uint32_t n, oldest; /* times kept, and where the ring begins; n = 0: free */
} entry;

struct rd_limit {
	rd_arena *arena;
	pthread_mutex_t lock;
	rd_limit_rule rule;
	uint32_t sets; /* a power of two */
	entry *entries;
	int64_t *times; /* rule.count for each entry, a ring, ascending from `oldest` */
	uint8_t secret[crypto_shorthash_KEYBYTES];
};

rd_limit *rd_limit_new(rd_limit_rule rule, uint32_t keys_max)
{
	rd_arena *arena = rd_arena_new();
	rd_limit *l = RD_NEW(arena, rd_limit);
	uint32_t sets = 1;

	RD_ASSERT(rule.count >= 1 && rule.window_us > 0 && keys_max <= 1u << 24);
	while (sets * WAYS < keys_max)
		sets *= 2;
	l->arena = arena;
	l->rule = rule;
	l->sets = sets;
	l->entries = RD_NEW_N(arena, entry, sets * WAYS);
	l->times = RD_NEW_N(arena, int64_t, rd_mul(sets * WAYS, rule.count));
	rd_secret_random(l->secret, sizeof(l->secret));
	RD_ASSERT(pthread_mutex_init(&l->lock, NULL) == 0);
	return l;
}

void rd_limit_free(rd_limit *l)
{
	if (!l)
		return;
	pthread_mutex_destroy(&l->lock);
	rd_arena_free(l->arena);
}

/* SipHash of kind and bytes; the kind goes in as its own hash, so that ("ab", "c") and ("a", "bc")
 * differ. */
static uint64_t key_of(const rd_limit *l, const char *kind, const void *bytes, size_t size)
{
	uint64_t parts[2], key;

	crypto_shorthash((uint8_t *)&parts[0], (const uint8_t *)kind, strlen(kind), l->secret);
	crypto_shorthash((uint8_t *)&parts[1], bytes, size, l->secret);
	crypto_shorthash((uint8_t *)&key, (const uint8_t *)parts, sizeof(parts), l->secret);
	return key;
}

uint64_t rd_limit_key(const rd_limit *l, const char *kind, rd_str what)
{
	return key_of(l, kind, what.ptr, what.len);
}

uint64_t rd_limit_key_address(const rd_limit *l, const char *kind, rd_str address)
{
	static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
	char text[INET6_ADDRSTRLEN + 1];
	uint8_t bytes[16];

	if (address.len == 0 || address.len >= sizeof(text))
		return rd_limit_key(l, kind, address);
	memcpy(text, address.ptr, address.len);
	text[address.len] = 0;
	if (inet_pton(AF_INET, text, bytes) == 1)
		return key_of(l, kind, bytes, 4);
	if (inet_pton(AF_INET6, text, bytes) != 1)
		return rd_limit_key(l, kind, address);
	if (memcmp(bytes, mapped, sizeof(mapped)) == 0)
		return key_of(l, kind, bytes + 12, 4);
	return key_of(l, kind, bytes, 8);
}

/* The entry of the key, or the one that gives way to it. */
static entry *entry_for(rd_limit *l, uint64_t key)
{
	entry *set = &l->entries[(key & (l->sets - 1)) * WAYS], *victim = set;

	for (uint32_t i = 0; i < WAYS; i++) {
		if (set[i].n > 0 && set[i].key == key)
			return &set[i];
		if (victim->n > 0 && (set[i].n == 0 || set[i].touched_us < victim->touched_us))
			victim = &set[i];
	}
	*victim = (entry){.key = key};
	return victim;
}

uint32_t rd_limit_take(rd_limit *l, uint64_t key, int64_t now_us)
{
	uint32_t count = l->rule.count;
	int64_t wait_us = 0;

	pthread_mutex_lock(&l->lock);
	entry *e = entry_for(l, key);
	int64_t *times = &l->times[(size_t)(e - l->entries) * count];

	/* A clock that went back must not unsort the ring. */
	if (e->n > 0 && now_us < e->touched_us)
		now_us = e->touched_us;
	e->touched_us = now_us;
	while (e->n > 0 && times[e->oldest] <= now_us - l->rule.window_us) {
		e->oldest = (e->oldest + 1) % count;
		e->n--;
	}
	if (e->n == count)
		wait_us = times[e->oldest] + l->rule.window_us - now_us;
	else
		times[(e->oldest + e->n++) % count] = now_us;
	pthread_mutex_unlock(&l->lock);
	return (uint32_t)((wait_us + SECOND_US - 1) / SECOND_US);
}
