/*
 * limit.h - how often: at most `count` in any `window`, for each key, exactly.
 *
 * Keeps the times of the last `count` uses of a key, so there is no window edge at which twice as
 * many pass. A refused try is not counted: nobody can lock somebody else out for longer than the
 * window. The table has a fixed size; when a set of 8 keys is full, the key unused longest gives
 * way. Keys are hashed with a random secret of this limiter, so nobody can aim at another's set.
 * Has its own mutex: any thread may call. Memory: keys_max * (24 + 8 * count) bytes.
 */
#ifndef RD_AUTH_LIMIT_H
#define RD_AUTH_LIMIT_H
#include "base/str.h"

typedef struct rd_limit rd_limit;

typedef struct rd_limit_rule {
	uint32_t count;
	int64_t window_us;
} rd_limit_rule;

/* 10 logins an account, 100 an address, in 15 minutes. */
extern const rd_limit_rule rd_limit_account, rd_limit_address;

/* keys_max is rounded up to 8 times a power of two. Never NULL. */
rd_limit *rd_limit_new(rd_limit_rule rule, uint32_t keys_max);
void rd_limit_free(rd_limit *l); /* NULL is fine */

/* The key of something, say ("login", "7/wang@example.cn"). The caller folds case. */
uint64_t rd_limit_key(const rd_limit *l, const char *kind, rd_str what);
/* The key of an IP address as text: IPv4 whole (also ::ffff:1.2.3.4), IPv6 its first 64 bits, which
 * is what one subscriber has; text that is no address is its own key. */
uint64_t rd_limit_key_address(const rd_limit *l, const char *kind, rd_str address);

/* Uses the key once: 0 = allowed and counted, otherwise refused: seconds until the next is
 * allowed. */
uint32_t rd_limit_take(rd_limit *l, uint64_t key, int64_t now_us);
#endif
