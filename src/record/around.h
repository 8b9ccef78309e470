/*
 * around.h - reads what stands beside a record (beside.h writes it).
 *
 * Every function asks first whether the actor may read the record (NOT_FOUND). Results live in
 * tx->arena; at most RD_BESIDE_LIST_MAX rows, comments by pages.
 */
#ifndef RD_RECORD_AROUND_H
#define RD_RECORD_AROUND_H
#include "record/may.h"

/* The two threads: what people of the firm say among themselves, and what is for the client. A
 * contact gets the second alone. */
typedef struct rd_comment {
	int64_t id, parent_id, at_us, edited_at_us;
	rd_str author, body;
	bool for_client, removed;
} rd_comment;
RD_NODISCARD rd_rc rd_around_comments(rd_tx *tx, const rd_actor *actor, const rd_kind *k,
                                      int64_t id, int64_t after_id, uint32_t max,
                                      const rd_comment **ret_list, uint32_t *ret_n, rd_err *err);

RD_NODISCARD rd_rc rd_around_watchers(rd_tx *tx, const rd_actor *actor, const rd_kind *k,
                                      int64_t id, const int64_t **ret_users, uint32_t *ret_n,
                                      rd_err *err);

RD_NODISCARD rd_rc rd_around_tags(rd_tx *tx, const rd_actor *actor, const rd_kind *k, int64_t id,
                                  const rd_str **ret_tags, uint32_t *ret_n, rd_err *err);

typedef struct rd_linked {
	bool inward; /* the other record says it of this one */
	rd_str meaning;
	rd_record other;
} rd_linked;
/* Links to records that the actor may not read are left out. */
RD_NODISCARD rd_rc rd_around_links(rd_tx *tx, const rd_actor *actor, const rd_kind *k, int64_t id,
                                   const rd_linked **ret_list, uint32_t *ret_n, rd_err *err);

typedef struct rd_attached {
	int64_t id, size, at_us;
	rd_str name, sha256, media_type, author;
	rd_record of; /* of rd_around_attachment alone: what it is attached to */
} rd_attached;
RD_NODISCARD rd_rc rd_around_attachments(rd_tx *tx, const rd_actor *actor, const rd_kind *k,
                                         int64_t id, const rd_attached **ret_list, uint32_t *ret_n,
                                         rd_err *err);
/* One attachment by its id, of a record that the actor may read. */
RD_NODISCARD rd_rc rd_around_attachment(rd_tx *tx, const rd_actor *actor, int64_t attachment_id,
                                        rd_attached *ret, rd_err *err);

typedef struct rd_reminder {
	int64_t id, at_us;
	rd_str note;
} rd_reminder;
/* The actor's own. */
RD_NODISCARD rd_rc rd_around_reminders(rd_tx *tx, const rd_actor *actor, const rd_kind *k,
                                       int64_t id, const rd_reminder **ret_list, uint32_t *ret_n,
                                       rd_err *err);
#endif
