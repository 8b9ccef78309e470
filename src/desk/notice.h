/*
 * notice.h - who is told what: the follower of the log that fills inboxes and orders mails.
 *
 *   created, changed, moved   who newly owns or works on the record: assigned
 *   created, of a case        the supervisor of its client, unless a check made it and it is not
 *                             P1: reported
 *   moved                     owner, who works on it, watchers: transition
 *   commented                 who is mentioned: mentioned
 *                             owner, who works on it, watchers: commented
 *
 * Nobody is told twice of one event, of what he did himself, or of a record that he may not read;
 * who has left is told nothing. Groups (robots) are told once of each event that their list names,
 * of records that are open to all of the firm or the team. Events older than RD_NOTICE_AGE_US tell
 * nobody: a restored or imported firm does not wake everybody up.
 *
 * Mails are ordered as jobs in the same transaction; quiet hours hold them back.
 */
#ifndef RD_DESK_NOTICE_H
#define RD_DESK_NOTICE_H
#include "desk/person.h"
#include "record/fact.h"
#include "store/log.h"

#define RD_NOTICE_AGE_US     86400000000LL
#define RD_NOTICE_PEOPLE_MAX 200u /* told of one event */

/* What the followers and periodic entries of the desk share; constant while they run. */
typedef struct rd_desk {
	rd_store *store;
	int32_t zone_offset_s; /* of the firms' days, east of UTC; China 28800 */
} rd_desk;

/* The follower "notices"; ctx is an rd_desk. */
rd_rc rd_notice_follow(rd_tx *tx, const rd_log_row *rows, uint32_t n, void *ctx, rd_err *err);
/* What it looks at before: whether there is somebody to tell. */
rd_rc rd_notice_look(rd_tx *tx, const rd_log_row *rows, uint32_t n, void *ctx, uint32_t *ret_first,
                     rd_err *err);

typedef struct rd_notice {
	rd_message_kind what;
	const rd_record *record;
	int64_t mark;  /* told once for this: number of the event, id of the reminder, due time */
	rd_str actor;  /* who did it, as events name it */
	rd_str detail; /* TRANSITION: new state by name; DUE_SOON, OVERDUE, ESCALATED, DUTY_GAP: due
	                * time in microseconds;
	                * REMINDED: the note */
} rd_notice;

/* Tells one person, when there is a reason to and it did not happen before (*ret_told). */
RD_NODISCARD rd_rc rd_notice_tell(rd_tx *tx, const rd_desk *desk, int64_t user_id,
                                  const rd_notice *notice, bool *ret_told, rd_err *err);
/* Tells the groups whose robots ask for it. */
RD_NODISCARD rd_rc rd_notice_groups(rd_tx *tx, const rd_desk *desk, const rd_notice *notice,
                                    rd_err *err);
/* Owner and whoever works on the record, and when asked for its watchers, each once. */
RD_NODISCARD rd_rc rd_notice_people(rd_tx *tx, const rd_record *r, bool watchers,
                                    int64_t ret_ids[RD_NOTICE_PEOPLE_MAX], uint32_t *ret_n,
                                    rd_err *err);
#endif
