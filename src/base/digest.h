/* digest.h - SHA-256 (FIPS 180-4), by nettle. For files and whatever must stand against an
 * adversary. */
#ifndef RD_BASE_DIGEST_H
#define RD_BASE_DIGEST_H
#include <nettle/sha2.h>
#include <stddef.h>
#include <stdint.h>

typedef struct rd_sha256 {
	struct sha256_ctx ctx;
} rd_sha256;

static inline void rd_sha256_init(rd_sha256 *d)
{
	sha256_init(&d->ctx);
}

static inline void rd_sha256_add(rd_sha256 *d, const void *data, size_t size)
{
	sha256_update(&d->ctx, size, data);
}

static inline void rd_sha256_end(rd_sha256 *d, uint8_t out[32])
{
	sha256_digest(&d->ctx, 32, out);
}
#endif
