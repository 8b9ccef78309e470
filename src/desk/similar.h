/*
 * similar.h - closed cases that are like one that is open: what was it then, and what helped.
 *
 * Candidates come from the ends of index ranges (latest of the type, of type and account, of type
 * and client, of the cause, and of the words of party, account and voucher), so that the work does
 * not grow with the number of cases. Each is scored by whole points, the most 100; the same cases
 * give the same order: by score, then the latest closed, then the larger id.
 *
 *     same type 30, same cause 15, same account 15 (same leading code 8), same client 10,
 *     same party 10, words in common up to 10, amount within 2 times 10 (within 10 times 5)
 *
 * Results live in tx->arena. Threads: as reads.
 */
#ifndef RD_DESK_SIMILAR_H
#define RD_DESK_SIMILAR_H
#include "record/engine.h"

#define RD_SIMILAR_MAX   20u /* answered at most */
#define RD_SIMILAR_LEAST 25u /* points below which a case is not like another */

typedef enum rd_like {
	RD_LIKE_TYPE,
	RD_LIKE_CAUSE,
	RD_LIKE_ACCOUNT,
	RD_LIKE_CLIENT,
	RD_LIKE_PARTY,
	RD_LIKE_WORDS,
	RD_LIKE_AMOUNT,
	RD_LIKES
} rd_like;

/* For people: "same type"; and for JSON: "type". */
rd_words rd_like_words(rd_like why);
const char *rd_like_name(rd_like why);

typedef struct rd_similar {
	rd_record record;
	uint32_t score;
	uint32_t points[RD_LIKES]; /* 0 = not for this reason */
} rd_similar;

/* Those that the actor may read, the best first, at most `max` (up to RD_SIMILAR_MAX). */
RD_NODISCARD rd_rc rd_similar_find(rd_tx *tx, const rd_actor *actor, const rd_record *subject,
                                   uint32_t max, const rd_similar **ret_list, uint32_t *ret_n,
                                   rd_err *err);
#endif
