/*
 * anchors.h - takes signed checkpoints (store/checkpoint.h) out of the machine, where whoever holds
 * database and key cannot change them any more.
 *
 * Places: a folder of the operator (store/second.h), and what a firm has set: a mail address
 * (checkpoints.mail) and an address that is called (checkpoints.url). How far a place has come is
 * its follower position, moved together with sent_at_us of the checkpoints in the transaction that
 * notes the success. A folder that is new gets all there are; mail and calls begin with the newest,
 * which fixes the earlier ones too, and then get each. Mails and calls are jobs of the queue
 * "post", one at a time for a firm and place; one that failed for good is ordered anew after
 * RD_ANCHOR_PAUSE_US.
 *
 * A firm of which a checkpoint has not left for RD_ANCHOR_LATE_US is told to its administrators,
 * once for each time that it stands still.
 *
 * Threads: none of its own. Everything is borrowed and must live as long as what runs it.
 */
#ifndef RD_DESK_ANCHORS_H
#define RD_DESK_ANCHORS_H
#include "desk/periodic.h"
#include "desk/send.h"

#define RD_ANCHOR_LATE_US  86400000000LL
#define RD_ANCHOR_PAUSE_US 3600000000LL
#define RD_ANCHOR_BATCH    100u /* checkpoints in one mail or call */

typedef struct rd_anchors {
	const rd_desk *desk;
	const char *folder;        /* NULL = there is none */
	char place[32], entry[32]; /* of the folder: another folder is another place */
} rd_anchors;

void rd_anchors_init(rd_anchors *a, const rd_desk *desk, const char *folder);

/* The entries "anchors", "anchors-late" and, with a folder, "anchors-<hash>". Returns how many. */
#define RD_ANCHOR_ENTRIES_MAX 3u
uint32_t rd_anchor_entries(const rd_anchors *a, rd_periodic_entry entries[RD_ANCHOR_ENTRIES_MAX]);

#define RD_ANCHOR_JOBS_N 2u
void rd_anchor_jobs(const rd_sender *sender, rd_job_kind kinds[RD_ANCHOR_JOBS_N]);

/* Names of places, as follower positions. */
#define RD_ANCHOR_MAIL_PLACE "anchor.mail"
#define RD_ANCHOR_CALL_PLACE "anchor.webhook"
#endif
