/*
 * knowledge.h - articles that may help with a case, and in how many cases each has.
 *
 * The playbook of the case's type first, then published articles about its type and its cause,
 * those that helped most often first. That one helped is a link of the case to the article with the
 * meaning "helped-by": it counts once a case, and is taken back like any link.
 *
 * Results live in tx->arena. Threads: as commands and reads.
 */
#ifndef RD_DESK_KNOWLEDGE_H
#define RD_DESK_KNOWLEDGE_H
#include "record/engine.h"

#define RD_KNOWLEDGE_MAX 20u

typedef struct rd_knowledge {
	rd_record article;
	bool playbook, by_type, by_cause;
	int64_t helped; /* in how many cases */
	bool here;      /* in this one, too */
} rd_knowledge;

/* Those that the actor may read. */
RD_NODISCARD rd_rc rd_knowledge_find(rd_tx *tx, const rd_actor *actor, int64_t case_id,
                                     const rd_knowledge **ret_list, uint32_t *ret_n, rd_err *err);
/* The article helped with the case, or did not after all. */
RD_NODISCARD rd_rc rd_knowledge_helped(rd_tx *tx, const rd_actor *actor, int64_t case_id,
                                       int64_t article_id, bool on, rd_err *err);
#endif
