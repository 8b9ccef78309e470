/*
 * engine.h - the commands that every kind of record has.
 *
 * A command runs inside a write transaction: load → rights → validate → guard → hook → event →
 * tables. What it refuses leaves nothing behind (the store takes the savepoint back). Problems of a
 * body are all collected; the error then is INPUT and `problems` says what is wrong where.
 *
 * What is special about a kind is a hook: a C function of src/desk that the model names. It sees
 * the record as it was and as it will be, may change cells, refuse, and write further facts.
 *
 * Changes name the version that they change (If-Match): an older one is CONFLICT, none NO_MATCH.
 * All results live in tx->arena.
 */
#ifndef RD_RECORD_ENGINE_H
#define RD_RECORD_ENGINE_H
#include "record/check.h"
#include "record/may.h"

struct rd_engine;

typedef struct rd_hook_call {
	const struct rd_engine *engine;
	rd_tx *tx;
	const rd_actor *actor;
	rd_record *now;                  /* as it will be; cells may be changed */
	const rd_record *was;            /* NULL at creation */
	const rd_transition *transition; /* NULL at creation, change and archiving */
	const rd_value (*asked)[2];      /* answers to transition->asks */
} rd_hook_call;

typedef rd_rc rd_hook_fn(rd_hook_call *call, rd_err *err);

typedef struct rd_hook {
	const char *name;
	rd_hook_fn *run;
} rd_hook;

typedef struct rd_engine {
	rd_store *store; /* for new ids */
	const rd_hook *hooks;
	uint32_t n_hooks;
	int32_t zone_offset_s; /* of the firm's days; China 28800 */
} rd_engine;

/* Every hook that a kind names is there; UNAVAILABLE names the first that is not. */
RD_NODISCARD rd_rc rd_engine_check(const rd_engine *e, rd_err *err);

#define RD_ANY_VERSION (-1) /* only for the program itself */
#define RD_NO_VERSION  0    /* the request did not say: NO_MATCH */

/* NOT_FOUND when it is not there or not for this actor. */
RD_NODISCARD rd_rc rd_record_get(rd_tx *tx, const rd_actor *actor, const rd_kind *k, int64_t id,
                                 rd_record *ret_record, rd_err *err);
/* `id` 0 = a new one. */
RD_NODISCARD rd_rc rd_record_create(const rd_engine *e, rd_tx *tx, const rd_actor *actor,
                                    const rd_kind *k, int64_t id, const json_t *body,
                                    rd_record *ret_record, rd_problems *problems, rd_err *err);
RD_NODISCARD rd_rc rd_record_change(const rd_engine *e, rd_tx *tx, const rd_actor *actor,
                                    const rd_kind *k, int64_t id, int64_t version,
                                    const json_t *body, rd_record *ret_record,
                                    rd_problems *problems, rd_err *err);
RD_NODISCARD rd_rc rd_record_move(const rd_engine *e, rd_tx *tx, const rd_actor *actor,
                                  const rd_kind *k, int64_t id, int64_t version, rd_str transition,
                                  const json_t *body, rd_record *ret_record, rd_problems *problems,
                                  rd_err *err);
/* Archived records are never deleted and stay as they are; `archived` false brings one back. */
RD_NODISCARD rd_rc rd_record_archive(const rd_engine *e, rd_tx *tx, const rd_actor *actor,
                                     const rd_kind *k, int64_t id, int64_t version, bool archived,
                                     rd_record *ret_record, rd_err *err);

/* One transition from where the record stands, and whether this actor may do it now. */
typedef struct rd_available {
	const rd_transition *transition;
	bool allowed;
	bool barred;        /* not allowed for a reason other than the person's rights */
	rd_words why;       /* not allowed: why; "" else */
	rd_field_set lacks; /* fields that must have a value before */
	uint32_t lacks_common;
} rd_available;
RD_NODISCARD rd_rc rd_record_available(rd_tx *tx, const rd_actor *actor, const rd_record *r,
                                       const rd_available **ret_list, uint32_t *ret_n, rd_err *err);

/* Writes a record that the program changes by itself (from a hook or a job): rights, version and
 * body are the caller's. now->cells are those of *was with changes. */
RD_NODISCARD rd_rc rd_record_write(rd_tx *tx, const rd_actor *actor, const rd_record *was,
                                   rd_record *now, rd_err *err);
#endif
