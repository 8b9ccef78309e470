/*
 * inbox.h - what a person was told: the list, what is read, and the words of a notice.
 *
 * Everybody sees and marks his own inbox alone. Number and title are those of the record now, and
 * only while the person may still read it. Results live in tx->arena.
 */
#ifndef RD_DESK_INBOX_H
#define RD_DESK_INBOX_H
#include "desk/person.h"

#define RD_INBOX_MAX 200u /* rows of one page */

typedef struct rd_inbox_row {
	int64_t id, record_id, at_us, read_at_us; /* read_at_us 0 = not yet */
	rd_str notice, kind;                      /* by name: "assigned", "task" */
	rd_str number, title;                     /* of the record; "" = not for this person any more */
	rd_str actor, actor_name;                 /* "user:5" and how he is called; "" = the program */
	rd_str detail;                            /* as in rd_notice */
} rd_inbox_row;

typedef struct rd_inbox {
	const rd_inbox_row *rows; /* unread ones first, each part the newest first */
	uint32_t n;
	rd_str next; /* cursor of the next page; "" = this was the last */
} rd_inbox;

/* INPUT for a cursor that is none. */
RD_NODISCARD rd_rc rd_inbox_list(rd_tx *tx, const rd_actor *actor, bool only_unread, rd_str cursor,
                                 uint32_t max, rd_inbox *ret_inbox, rd_err *err);
/* Counted up to 1,000. */
RD_NODISCARD rd_rc rd_inbox_count(rd_tx *tx, const rd_actor *actor, int64_t *ret_n, rd_err *err);
/* One; one that is read already is fine. NOT_FOUND when it is not in this inbox. */
RD_NODISCARD rd_rc rd_inbox_mark(rd_tx *tx, const rd_actor *actor, int64_t id, rd_err *err);
/* All up to an id that was seen; 0 = all. */
RD_NODISCARD rd_rc rd_inbox_mark_all(rd_tx *tx, const rd_actor *actor, int64_t up_to_id,
                                     rd_err *err);
/* All about one record, when it is opened. */
RD_NODISCARD rd_rc rd_inbox_mark_record(rd_tx *tx, const rd_actor *actor, rd_str kind,
                                        int64_t record_id, rd_err *err);

/* What stands in a notice, as rows of the database have it. */
typedef struct rd_notice_words {
	rd_message_kind what;
	rd_str kind, actor, detail;
	int64_t record_id;
} rd_notice_words;

/* The facts of a message in a language, with times of the firm's zone; *ret_may false when the
 * reader may not read the record (any more), then there are none. */
RD_NODISCARD rd_rc rd_notice_facts(rd_tx *tx, const rd_actor *reader, rd_language language,
                                   int32_t zone_offset_s, const rd_notice_words *words,
                                   rd_message_facts *ret_facts, bool *ret_may, rd_err *err);
#endif
