/*
 * fill.h - many commands through the store, as if many people typed at once.
 *
 * fill_run calls `one` for 0 .. n-1, each in a transaction of its own on the writer's thread; the
 * store puts those that wait into one commit. False when one failed; what is wrong is on stderr.
 */
#ifndef SEED_FILL_H
#define SEED_FILL_H
#include "record/engine.h"

struct fill;
typedef rd_rc fill_fn(struct fill *f, rd_tx *tx, int64_t i, rd_err *err);

typedef struct fill {
	rd_engine engine;
	rd_actor actor; /* an administrator */
	void *ctx;
} fill;

bool fill_run(fill *f, fill_fn *one, int64_t n);
/* Opens the store of `folder`; the actor's name lives in `name`. False as above. */
bool fill_open(fill *f, const char *folder, const char *firm, const char *user, char name[32]);
#endif
