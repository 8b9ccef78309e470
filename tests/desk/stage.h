/*
 * stage.h - the firm on which the model test of the desk plays (model_test.c), what is seen of it
 * from outside, and where a broken law is told.
 *
 * A stage is an office (../ground/office.h) with books that checks look at (../ground/checked.h),
 * ten people, two clients and five types. One of them is set up, then each seed begins with a copy
 * of it: with SQLite its folder, with PostgreSQL the set-up once more. All times are whole minutes.
 *
 * What is seen is read from the tables behind the back of the program, by a connection of its own.
 * Failures of the set-up end the test program; a broken law ends the seed.
 */
#ifndef DESK_STAGE_H
#define DESK_STAGE_H
#include "checked.h"
#include "desk/clocks.h"
#include "desk/hooks.h"

#define PEOPLE     10
#define TYPES      5
#define CLIENTS    2
#define CASES_SEEN 64
#define NONE       INT64_MIN
#define MINUTE_US  INT64_C(60000000)

/* Columns of a case that laws are about; text columns become numbers in the statement. */
#define CASE_COLUMNS(X)                                                                            \
	X(ID, "id")                                                                                    \
	X(VERSION, "version")                                                                          \
	X(STATE, STATE_SQL)                                                                            \
	X(ARCHIVED, "archived_at_us")                                                                  \
	X(CLIENT, "client_id")                                                                         \
	X(TYPE, "type_id")                                                                             \
	X(BOOKS, "books_id")                                                                           \
	X(OWNER, "owner_id")                                                                           \
	X(CAUSE, "cause_id")                                                                           \
	X(SUMMARY, "CASE WHEN summary IS NULL THEN NULL ELSE 1 END")                                   \
	X(BY_CHECK, "CASE WHEN origin = 'check' THEN 1 ELSE 0 END")                                    \
	X(GRADE, "CASE grade WHEN 'p1' THEN 0 WHEN 'p2' THEN 1 WHEN 'p4' THEN 3 ELSE 2 END")           \
	X(FINDINGS, "coalesce(findings, 0)")                                                           \
	X(CREATED, "created_at_us")                                                                    \
	X(ACKED, "acked_at_us")                                                                        \
	X(TRIAGED, "triaged_at_us")                                                                    \
	X(CORRECTED, "corrected_at_us")                                                                \
	X(CLOSED, "closed_at_us")                                                                      \
	X(PAUSED, "paused_at_us")                                                                      \
	X(PAUSED_MINUTES, "paused_minutes")                                                            \
	X(ACK_DUE, "ack_due_us")                                                                       \
	X(TRIAGE_DUE, "triage_due_us")                                                                 \
	X(CORRECT_DUE, "correct_due_us")                                                               \
	X(VERIFY_DUE, "verify_due_us")                                                                 \
	X(DUE, "due_at_us")                                                                            \
	X(CLOCK_AT, "clock_at_us")                                                                     \
	X(ESCALATION, "escalation")                                                                    \
	X(ACCEPTED_UNTIL, "accepted_until_day")                                                        \
	X(DUPLICATE_OF, "duplicate_of_id")                                                             \
	X(SPENT, "coalesce(spent_minutes, 0)")                                                         \
	X(COST, "coalesce(cost_minor, 0)")                                                             \
	X(BREACHED_ACK, BREACHED_SQL("ack"))                                                           \
	X(BREACHED_TRIAGE, BREACHED_SQL("triage"))                                                     \
	X(BREACHED_CORRECT, BREACHED_SQL("correct"))                                                   \
	X(BREACHED_VERIFY, BREACHED_SQL("verify"))
#define STATE_SQL                                                                                  \
	"CASE state WHEN 'reported' THEN 0 WHEN 'triaged' THEN 1 WHEN 'analysing' THEN 2 WHEN "        \
	"'correcting' THEN 3 WHEN 'verifying' THEN 4 WHEN 'closed' THEN 5 WHEN 'dismissed' THEN 6 "    \
	"WHEN 'duplicate' THEN 7 ELSE 8 END"
#define BREACHED_SQL(clock) "CASE WHEN breached LIKE '%\"" clock "\"%' THEN 1 ELSE 0 END"

typedef enum case_column {
#define X(name, sql) C_##name,
	CASE_COLUMNS(X)
#undef X
		C_COLUMNS
} case_column;

typedef enum case_state {
	REPORTED,
	TRIAGED,
	ANALYSING,
	CORRECTING,
	VERIFYING,
	CLOSED,
	DISMISSED,
	DUPLICATE,
	ACCEPTED
} case_state;

typedef struct case_seen {
	int64_t v[C_COLUMNS]; /* NONE = null */
} case_seen;

typedef struct sight {
	case_seen cases[CASES_SEEN]; /* by id */
	uint32_t n;
	int64_t events; /* number of the last one */
	int64_t now_us;
} sight;

typedef struct person {
	const char *login, *role;
	uint16_t mask;
	int64_t id;
} person;

typedef struct stage {
	checked c;
	place set_up; /* SQLite: the folder that is copied */
	rd_db *look;
	person people[PEOPLE];
	int64_t clients[CLIENTS], books[CLIENTS], types[TYPES], cause, department, contact;
	rd_clock_rules rules;
} stage;

void stage_open(stage *s);
void stage_close(stage *s);
/* A firm as it was when it had been set up. */
void stage_begin(stage *s);
void stage_end(stage *s);

void stage_see(stage *s, sight *out);
/* A number that a statement answers; its arguments as of printf. */
int64_t stage_number(stage *s, const char *sql, ...) RD_PRINTF(2, 3);
/* Tables that the log makes again, and the rows of one as a number. */
uint32_t stage_tables(const char *const **ret_names);
uint64_t stage_table_sum(stage *s, const char *table);
const case_seen *sight_case(const sight *s, int64_t id);

/* ---- broken laws ---- */

extern bool law_broken; /* of this seed */
/* Says it once a seed. */
void law_says(const char *fmt, ...) RD_PRINTF(1, 2);
#define LAW(cond, ...)                                                                             \
	do                                                                                             \
		if (!(cond))                                                                               \
			law_says(__VA_ARGS__);                                                                 \
	while (0)
#endif
