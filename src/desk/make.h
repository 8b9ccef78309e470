/*
 * make.h - records that the program makes by itself, from a JSON body that it has written.
 */
#ifndef RD_DESK_MAKE_H
#define RD_DESK_MAKE_H
#include "base/json.h"
#include "record/engine.h"

/* Creates a record of a kind from `body`, as rd_record_create does; texts of the record lie
 * in tx->arena. */
RD_NODISCARD rd_rc rd_make(const rd_engine *e, rd_tx *tx, const rd_actor *actor, const char *kind,
                           const rd_buf *body, rd_record *ret_record, rd_err *err);

/* Members of such a body; nothing is written for id 0, an empty text, a time of 0. */
void rd_make_put_id(rd_json *j, const char *key, int64_t id);
void rd_make_put_ids(rd_json *j, const char *key, int64_t id); /* a list of one */
void rd_make_put_text(rd_json *j, const char *key, rd_str text);
void rd_make_put_time(rd_json *j, const char *key, int64_t at_us);
void rd_make_put_any(rd_json *j, const char *key, const char *kind, int64_t id);
/* Client, team and need-to-know as of another record. */
void rd_make_put_like(rd_json *j, const rd_record *r);
#endif
