/*
 * office.h - a small bookkeeping firm in a place (place.h): people, records, and everything that
 * the desk sends caught instead of sent.
 *
 * Firm 7 with its calendar and mail server set; people are made by office_person. The clock starts
 * on Thursday, 2026-01-08, 10:00 in China. Failures end the test program.
 */
#ifndef OFFICE_H
#define OFFICE_H
#include "desk/follow.h"
#include "desk/send.h"
#include "desk/settings.h"
#include "place.h"
#include "record/engine.h"

#define OFFICE_FIRM 7
#define OFFICE_NOW  1767837600000000 /* 2026-01-08T02:00:00Z */
#define OFFICE_SENT 64
#define OFFICE_HOUR 3600000000LL
#define OFFICE_DAY  (24 * OFFICE_HOUR)

typedef struct office_sent {
	char what; /* m = mail, g = group, c = call */
	char to[200], title[400], text[4000], key[100], secret[100];
	int64_t at_us;
} office_sent;

typedef struct office {
	place place;
	rd_store *store;
	rd_engine engine;
	rd_desk desk;
	rd_sender sender;
	office_sent sent[OFFICE_SENT];
	uint32_t n_sent;
	rd_rc answer;   /* what every sending answers from now on */
	int32_t status; /* and with which HTTP status */
} office;

void office_open(office *o);
void office_close(office *o);
/* role: "accountant". Active, with the mail <login>@example.com. */
int64_t office_person(office *o, const char *login, const char *role, const char *language);
rd_actor office_actor(int64_t user_id, uint16_t roles);
/* JSON of the body; by = 0: the program. */
int64_t office_record(office *o, int64_t by, const char *kind, const char *body);
void office_change(office *o, int64_t by, const char *kind, int64_t id, const char *body);
void office_move(office *o, int64_t by, const char *kind, int64_t id, const char *transition,
                 const char *body);
void office_comment(office *o, int64_t by, const char *kind, int64_t id, const char *text,
                    const int64_t *mentions, uint32_t n);
void office_set(office *o, rd_setting which, const char *value);
/* Runs a transaction of the firm; ends the program when it fails. */
void office_write(office *o, rd_tx_fn *fn, void *ctx);
/* All followers and all jobs that are ready, until nothing is left. */
void office_work(office *o);
uint32_t office_jobs(office *o); /* runs what is ready; how many */
void office_followers(office *o, rd_follower followers[2]);
/* Rows of the notices of a person, "assigned commented", the oldest first. */
const char *office_notices(office *o, int64_t user_id, char out[400]);
#endif
