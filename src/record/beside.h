/*
 * beside.h - what people do around a record: comment, watch, link, tag, attach, remind.
 *
 * Every command asks for the right first: to comment, tag, link and attach the right to
 * comment; to watch and be reminded the right to read; to take back what somebody else wrote only
 * an administrator may. Archived records take none of it. Every change is a fact in the log.
 *
 * Failure: NOT_FOUND for a record or thing that is not there or not for this actor, FORBIDDEN,
 * INPUT for a text that is blank or too long. Results live in tx->arena.
 */
#ifndef RD_RECORD_BESIDE_H
#define RD_RECORD_BESIDE_H
#include "record/engine.h"

#define RD_COMMENT_MAX     20000u /* bytes */
#define RD_TAG_MAX         64u    /* bytes */
#define RD_TAGS_MAX        50u    /* of one record */
#define RD_MENTIONS_MAX    50u    /* in one comment */
#define RD_FILE_NAME_MAX   255u   /* bytes */
#define RD_NOTE_MAX        500u   /* bytes, of a reminder */
#define RD_BESIDE_LIST_MAX 1000u  /* watchers, links, attachments, references of one record */

extern const char *const rd_link_meanings[]; /* ends with NULL */

typedef struct rd_comment_new {
	rd_str body;
	int64_t parent_id;       /* comment that is answered, of the same thread; 0 = none */
	const int64_t *mentions; /* users of the firm; they watch the record from then on */
	uint32_t n_mentions;
	bool for_client; /* contacts of the client see it; what a contact writes always is */
} rd_comment_new;
/* INPUT for a comment to the client on a record of a kind that contacts never see. */
RD_NODISCARD rd_rc rd_comment_add(const rd_engine *e, rd_tx *tx, const rd_actor *actor,
                                  const rd_kind *k, int64_t record_id, const rd_comment_new *c,
                                  int64_t *ret_id, rd_err *err);
/* By its author. */
RD_NODISCARD rd_rc rd_comment_edit(rd_tx *tx, const rd_actor *actor, int64_t comment_id,
                                   rd_str body, rd_err *err);
/* By its author or an administrator: the text goes, the place stays. */
RD_NODISCARD rd_rc rd_comment_remove(rd_tx *tx, const rd_actor *actor, int64_t comment_id,
                                     rd_err *err);

RD_NODISCARD rd_rc rd_watch_set(rd_tx *tx, const rd_actor *actor, const rd_kind *k,
                                int64_t record_id, bool on, rd_err *err);

RD_NODISCARD rd_rc rd_tag_set(rd_tx *tx, const rd_actor *actor, const rd_kind *k, int64_t record_id,
                              rd_str tag, bool on, rd_err *err);

typedef struct rd_link {
	rd_str meaning; /* one of rd_link_meanings */
	const rd_kind *other_kind;
	int64_t other_id;
} rd_link;
/* Both records must be readable. */
RD_NODISCARD rd_rc rd_link_set(rd_tx *tx, const rd_actor *actor, const rd_kind *k,
                               int64_t record_id, const rd_link *link, bool on, rd_err *err);

typedef struct rd_attachment {
	rd_str name, sha256, media_type; /* sha256: 64 hex digits of a blob that is stored */
	int64_t size;
} rd_attachment;
RD_NODISCARD rd_rc rd_attachment_add(const rd_engine *e, rd_tx *tx, const rd_actor *actor,
                                     const rd_kind *k, int64_t record_id, const rd_attachment *file,
                                     int64_t *ret_id, rd_err *err);
/* By who attached it or may change the record; the content stays in the store. */
RD_NODISCARD rd_rc rd_attachment_remove(rd_tx *tx, const rd_actor *actor, int64_t attachment_id,
                                        rd_err *err);

/* Reminds the actor himself. */
RD_NODISCARD rd_rc rd_reminder_add(const rd_engine *e, rd_tx *tx, const rd_actor *actor,
                                   const rd_kind *k, int64_t record_id, int64_t at_us, rd_str note,
                                   int64_t *ret_id, rd_err *err);
RD_NODISCARD rd_rc rd_reminder_remove(rd_tx *tx, const rd_actor *actor, int64_t reminder_id,
                                      rd_err *err);
#endif
