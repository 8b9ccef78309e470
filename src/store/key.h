/*
 * key.h - secret keys that lie in the store's folder, never in the database.
 *
 * A key is 32 random bytes in a file of mode 0400, made at first use. Who holds only the database
 * (or a copy of it) has none of them.
 */
#ifndef RD_STORE_KEY_H
#define RD_STORE_KEY_H
#include "store/store.h"

#define RD_KEY_BYTES 32u

/* The key in the file `name` of the folder; wipe it. Another process may make it meanwhile: both
 * get the same. USAGE when the store has no folder, FORBIDDEN when others can read the file,
 * CORRUPT when it has another size. */
RD_NODISCARD rd_rc rd_store_key(const rd_store *s, const char *name, uint8_t ret_key[RD_KEY_BYTES],
                                rd_err *err);
#endif
