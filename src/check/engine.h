/*
 * engine.h - the inside of a run: private to src/check.
 */
#ifndef RD_CHECK_ENGINE_H
#define RD_CHECK_ENGINE_H
#include "check/run.h"
#include "check/index.h"
#include <pthread.h>

typedef enum rd_index_slot {
	RD_INDEX_MOVEMENTS,
	RD_INDEX_BY_ACCOUNT,
	RD_INDEX_PAIRS,
	RD_INDEX_WORDING,
	RD_INDEX_PARTNERS,
	RD_INDEX_DOCUMENTS,
	RD_INDEX_CASH,
	RD_INDEX_SERIES,
	RD_INDEX_SLOTS
} rd_index_slot;

typedef struct rd_index {
	pthread_mutex_t lock;
	rd_arena *arena;
	const void *value;
} rd_index;

typedef const void *rd_index_build(rd_arena *arena, rd_run *run);
const void *rd_index_once(rd_run *run, rd_index_slot slot, rd_index_build *build);

/* One parameter of one check, as set for this run. */
typedef struct rd_param_value {
	int64_t number;
	rd_str *words;
	uint32_t n_words;
} rd_param_value;

/* What one call of run() left: findings of one check over one range. */
typedef struct rd_part {
	uint32_t check;
	rd_range range;
	rd_arena *arena; /* findings and facts of the part */
	rd_finding *findings;
	uint32_t n, cap;
	uint64_t emitted, hits;
	rd_words not_run, remark;
	rd_rc rc;
	rd_err err;
	uint64_t ns;
} rd_part;

typedef struct rd_engine {
	const rd_book *book;
	const rd_run_options *options;
	rd_day as_of;
	rd_arena *arena;
	rd_param_value **params; /* by check, then parameter */
	rd_index index[RD_INDEX_SLOTS];
	rd_part *parts;
	uint32_t n_parts;
	rd_arena **scratch; /* by worker */
	pthread_mutex_t progress_lock;
	uint32_t done;
} rd_engine;

struct rd_run {
	rd_engine *engine;
	const rd_check *check;
	rd_part *part;
	rd_arena *scratch;
	const rd_pairs *pairs;
};

uint64_t rd_check_population(const rd_book *b, rd_unit unit);

/* settings.c: parameters of all checks; RD_USAGE names what is wrong. */
RD_NODISCARD rd_rc rd_engine_params(rd_engine *e, rd_err *err);
/* gather.c: parts become the result. */
void rd_engine_gather(rd_engine *e, rd_result *r);
/* rank.c: fingerprints, scores, order, states. */
void rd_finding_fingerprint(const rd_book *b, rd_finding *f, uint64_t key, bool keyless);
void rd_engine_rank(rd_engine *e, rd_result *r);
#endif
