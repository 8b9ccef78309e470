/*
 * sealed.h - short secrets in the database that only this store can read: the password of the mail
 * server, addresses and keys of robots, secrets of webhooks.
 *
 * XSalsa20-Poly1305 (libsodium secretbox) under the key in the file seal.key of the store's folder,
 * from which one is derived for each firm and purpose (BLAKE2b): a value that is copied to another
 * row does not open. Who holds the database or a backup alone reads none of them. Values of earlier
 * releases stand as they are and are read as they are; they are sealed when they are set again.
 *
 * Threads: any. Results live in tx->arena.
 */
#ifndef RD_STORE_SEALED_H
#define RD_STORE_SEALED_H
#include "store/store.h"

#define RD_SEAL_KEY       "seal.key"
#define RD_SEALED_MAX     4096u /* bytes of a secret */
#define RD_SEAL_NAMES_MAX 100u  /* bytes of `what` */

/* The text to be stored for `secret`; "" stays "". `what` names the place: "settings/mail.password".
 * As rd_store_key when there is no key. */
RD_NODISCARD rd_rc rd_seal(const rd_tx *tx, const char *what, rd_str secret, rd_str *ret_stored,
                           rd_err *err);
/* And back. BARRED when it was sealed for another place or under another key. */
RD_NODISCARD rd_rc rd_unseal(const rd_tx *tx, const char *what, rd_str stored, rd_str *ret_secret,
                             rd_err *err);
#endif
