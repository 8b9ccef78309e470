/*
 * correction_work.h - what the server does with a book and correction vouchers: JSON in, JSON out.
 *
 * It sees the library and no record (desk/corrections.h sees records and no book). Everything is a
 * function of its arguments; a book is read by any number of threads. `out` gets one JSON value.
 */
#ifndef RD_DESK_CORRECTION_WORK_H
#define RD_DESK_CORRECTION_WORK_H
#include "base/buf.h"
#include "base/json.h"
#include "base/money.h"
#include "book/book.h"
#include "desk/checking.h"

#define RD_CORRECTION_TEXT_MAX 200000u /* characters of the fields vouchers and simulated */

typedef struct rd_correction_ask {
	rd_str finding;       /* fingerprint, 32 hex digits; "" = none */
	rd_str vouchers;      /* drafts as JSON; "" = none */
	rd_str contents;      /* of the books: what the answer is about */
	rd_period first_open; /* 0 = as the books say */
	rd_day as_of;         /* today: the day of proposed vouchers, when it is in the open period */
	rd_minor materiality;
	rd_checking_input
		checks; /* parameters and decisions of the client; its book is not looked at */
} rd_correction_ask;

/* The vouchers can be read. INPUT says what is wrong where. */
RD_NODISCARD rd_rc rd_correction_text_check(rd_arena *arena, rd_str vouchers, rd_err *err);

/* {"proposal": …, "problems": […]} for the finding; NOT_FOUND when the books do not have it. */
RD_NODISCARD rd_rc rd_correction_propose(rd_arena *arena, const rd_book *b,
                                         const rd_correction_ask *ask, rd_buf *out, rd_err *err);
/* The same for one voucher that names its original and holds the lines it should have. */
RD_NODISCARD rd_rc rd_correction_rewrite(rd_arena *arena, const rd_book *b,
                                         const rd_correction_ask *ask, rd_buf *out, rd_err *err);
/* {"ready": bool, "problems": […]} for the vouchers as they were typed so far. */
RD_NODISCARD rd_rc rd_correction_look(rd_arena *arena, const rd_book *b,
                                      const rd_correction_ask *ask, rd_buf *out, rd_err *err);

/* The trial. `out`: {"problems": […], "simulation": …}, null while
 * something is wrong with them. `kept`: what the record keeps of it,
 * with the hash of the vouchers, so that others cannot be submitted in its name. */
RD_NODISCARD rd_rc rd_correction_try(rd_arena *arena, const rd_book *b,
                                     const rd_correction_ask *ask, rd_buf *out, rd_buf *kept,
                                     rd_err *err);
/* `kept` is the trial of these vouchers, and nothing was wrong with them. BARRED says what is. */
RD_NODISCARD rd_rc rd_correction_tried(rd_str kept, rd_str vouchers, rd_err *err);

/* Files for accounting software: "csv", "jdy", "k3", "t3", into `out`; "xlsx" goes to the file that
 * is open as `fd`. `folder` is for temporary files. INPUT for another form. */
typedef struct rd_correction_file {
	rd_str form;
	bool gb18030;
	int fd; /* of xlsx */
	const char *folder;
	int64_t at_us;
} rd_correction_file;
RD_NODISCARD rd_rc rd_correction_export(rd_arena *arena, const rd_book *b,
                                        const rd_correction_ask *ask,
                                        const rd_correction_file *file, rd_buf *out, rd_err *err);

/* Whether all vouchers are in the books; `missing`: what is not, in Chinese and English. */
RD_NODISCARD rd_rc rd_correction_sought(rd_arena *arena, const rd_book *b, rd_str vouchers,
                                        bool *ret_all, rd_buf *missing, rd_err *err);
#endif
