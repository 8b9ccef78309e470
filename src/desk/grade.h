/*
 * grade.h - how urgent an exception is, and why in words: the pure core of grading.
 *
 * Impact × urgency is looked up in a table of the firm; then the priority goes up or down by steps:
 * the nature of the exception, its money against the materiality of the client, the filing deadline
 * that is near, that it came back, the weight of the client. A blocker is never below a floor. The
 * numbers are kind `grading` (model/grading.toml); docs/cases.md tells them to people.
 *
 * Whole numbers only; money in minor units, days as day numbers. Pure: no state, any thread.
 */
#ifndef RD_DESK_GRADE_H
#define RD_DESK_GRADE_H
#include "base/buf.h"
#include "base/deadline.h"
#include "base/err.h"
#include "base/money.h"

#define RD_GRADE_NATURES 7 /* in the order of the options of case.nature */
#define RD_GRADE_LEVELS  5 /* of impact and of urgency */

typedef struct rd_grading {
	uint8_t table[RD_GRADE_LEVELS][RD_GRADE_LEVELS];   /* [impact - 1][urgency - 1]: 1 .. 4 */
	int8_t nature[RD_GRADE_NATURES];                   /* steps up; negative: down */
	int32_t money_up, money_down;                      /* per cent of materiality; down 0 = never */
	int32_t deadline_days, recurrences, client_weight; /* the latter two: 0 = never */
	int32_t blocker;                                   /* the least priority of a blocker */
} rd_grading;

/* Reads one row of the table, "44332"; false when it is not five digits 1 to 4. */
bool rd_grading_row(rd_str text, uint8_t ret_row[RD_GRADE_LEVELS]);

typedef struct rd_grade_facts {
	int32_t nature;               /* 0 .. RD_GRADE_NATURES - 1; -1 = not known */
	int32_t severity;             /* 0 = blocker .. 4 = info; -1 = not known */
	int32_t impact, urgency;      /* 1 .. 5; 0 = not judged: from the severity */
	rd_minor amount, materiality; /* of one currency; materiality 0 = not known */
	bool has_deadline;
	int32_t days_left; /* to the deadline; negative = it has passed */
	int32_t recurrences, client_weight;
} rd_grade_facts;

/* 1 (the most urgent) to 4. The reasons are added to the buffers, one sentence each. */
int32_t rd_grade_of(const rd_grading *g, const rd_grade_facts *f, rd_buf *zh, rd_buf *en);

/* What counts as material, in minor units; 0 = nothing is known. What somebody has set comes first
 * (the books, then the client). Otherwise 0.5 % of the registered capital, or 500 yuan a head,
 * within 1,000 and 500,000 yuan: the usual share of auditing practice, on what is known of every
 * client. */
rd_minor rd_materiality_of(rd_minor of_books, rd_minor of_client, rd_minor capital,
                           int64_t headcount);

typedef enum rd_tax_rhythm { RD_TAX_MONTHLY, RD_TAX_QUARTERLY, RD_TAX_NONE } rd_tax_rhythm;
/* The last day for the return that a period belongs to (base/deadline.h); RD_DAY_NONE for none. */
rd_day rd_tax_day(rd_period period, rd_tax_rhythm rhythm);
#endif
