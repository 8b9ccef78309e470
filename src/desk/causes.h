/*
 * causes.h - the tree of causes: what a firm begins with, what it may look like, and how many cases
 * came of each.
 *
 * data/causes.csv is put into every firm when it is made and once a day, so that an upgrade brings
 * new ones. A code that is there is the firm's to edit, move and retire: nothing touches it again.
 * The hooks cause_create and cause_change keep the tree one: no circles, at most RD_CAUSE_DEPTH_MAX
 * levels, and a node is of the branch of its parent.
 *
 * Counts are of cases that are not archived and name the cause. Results live in tx->arena. Threads:
 * as commands and reads.
 */
#ifndef RD_DESK_CAUSES_H
#define RD_DESK_CAUSES_H
#include "desk/periodic.h"
#include "record/engine.h"

#define RD_CAUSE_DEPTH_MAX 8u    /* levels of the tree */
#define RD_CAUSES_MAX      2000u /* of a firm that are counted */

typedef struct rd_cause_seed {
	const char *code, *parent, *branch, *name, *name_en, *help; /* parent NULL = a root */
} rd_cause_seed;

/* Made from data/causes.csv: parents stand before their children. */
extern const rd_cause_seed rd_cause_seeds[];
extern const uint32_t rd_cause_seeds_count;

/* Adds what is missing to one firm, written by the program; *ret_added counts. */
RD_NODISCARD rd_rc rd_causes_fill(const rd_engine *e, int64_t firm_id, uint32_t *ret_added,
                                  rd_err *err);
/* The entry "causes" over all firms; `e` must live as long. */
rd_periodic_entry rd_causes_entry(const rd_engine *e);

/* Which cases count: found from from_us on and before until_us; ids 0 = any. */
typedef struct rd_cause_scope {
	int64_t from_us, until_us, type_id, client_id;
	bool restricted; /* those for the few, too */
} rd_cause_scope;

typedef struct rd_cause_node {
	int64_t id, parent_id; /* parent 0 = a root */
	rd_str code, name, name_en, branch, state;
	bool archived;
	int64_t cases, subtree; /* that name it; that name it or one below it */
	uint32_t depth;         /* 0 = a root */
} rd_cause_node;

/* The whole tree, each node before its children, in the order of the codes. One that is retired or
 * archived is there as long as cases name it or one below it. */
RD_NODISCARD rd_rc rd_causes_count(rd_tx *tx, const rd_cause_scope *scope,
                                   const rd_cause_node **ret_nodes, uint32_t *ret_n, rd_err *err);
#endif
