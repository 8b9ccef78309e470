/*
 * report.h - exceptions that come from outside the page: by mail, and from a client by a link.
 *
 * A case is made by the program in the name of whoever carried it in (token, link), so that the
 * event says who that was; the sender stands in the case. Inside the transaction of the command.
 */
#ifndef RD_DESK_REPORT_H
#define RD_DESK_REPORT_H
#include "desk/mail_in.h"
#include "record/beside.h"
#include "record/engine.h"

#define RD_REPORTS_A_DAY 50u /* by links, of one client: TOO_MANY beyond */

typedef struct rd_reported {
	int64_t id;
	rd_str number; /* in tx->arena */
} rd_reported;

/* The sender must be a person of the firm or a contact of a client, by the address of the mail:
 * FORBIDDEN else. Of a contact the case is about that client; of a person, about the client whose
 * number (C-00012) stands in the subject, if any. `files` are stored already (rd_blob_add was
 * called), the first is the mail itself. */
RD_NODISCARD rd_rc rd_report_mail(const rd_engine *e, rd_tx *tx, const rd_actor *who,
                                  const rd_mail_in *mail, const rd_attachment *files,
                                  uint32_t n_files, rd_reported *ret, rd_err *err);

typedef struct rd_report_text {
	rd_str name, appearance, period; /* name and period may be "" */
} rd_report_text;
/* By a contact of a client who came by a link. */
RD_NODISCARD rd_rc rd_report_link(const rd_engine *e, rd_tx *tx, const rd_actor *who,
                                  const rd_report_text *text, rd_reported *ret, rd_err *err);
#endif
