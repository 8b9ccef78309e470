/*
 * copies.h - copies of signed heads of the log that leave the machine: without one outside, whoever
 * holds database and key can write another history (store/checkpoint.h).
 *
 * Where they go is set by each firm: a mail address, an address that is called, or both. A periodic
 * entry orders a job when there are heads that were not sent; the job sends all of them, each
 * with its note as it was signed, and only then writes that they left.
 */
#ifndef RD_DESK_COPIES_H
#define RD_DESK_COPIES_H
#include "desk/jobs.h"
#include "desk/notice.h"
#include "desk/periodic.h"

/* The entry "checkpoint-copies"; `desk` must live as long. */
rd_periodic_entry rd_copies_entry(const rd_desk *desk);
/* The handler of checkpoint.copy; ctx is an rd_sender (desk/send.h). */
rd_rc rd_copies_send(rd_job_run *run, void *ctx, rd_err *err);
#endif
