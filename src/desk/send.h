/*
 * send.h - the jobs that send: a mail about one notice, a digest, a message to a group, a call of a
 * webhook. All are of the queue "post"; anchors.h has more.
 *
 * Each reads what it needs in one transaction, sends, and writes how it went together with the end
 * of the job. A worker that dies between sending and writing sends again: a mail may come twice,
 * with the same Message-ID; a call with the same X-Redink-Delivery.
 */
#ifndef RD_DESK_SEND_H
#define RD_DESK_SEND_H
#include "desk/jobs.h"
#include "desk/notice.h"
#include "desk/post.h"

typedef struct rd_sender {
	const rd_desk *desk;
	rd_post post;
} rd_sender;

#define RD_SEND_JOBS_N 4u
/* Fills the table of handlers; `sender` must live as long as the runner. */
void rd_send_jobs(const rd_sender *sender, rd_job_kind kinds[RD_SEND_JOBS_N]);

/* The whole number under a key of a job's body; 0 when there is none. */
int64_t rd_job_number(const rd_job_run *run, const char *key);
/* The text under a key, in run->arena; "" when there is none. */
rd_str rd_job_text(const rd_job_run *run, const char *key);
/* A failure of the network is worth another attempt, a refusal is not. */
rd_rc rd_send_judge(rd_job_run *run, rd_rc rc);
#endif
