#include "desk/knowledge.h"
#include "desk/cell.h"
#include "desk/story.h"
#include "record/beside.h"
#include "store/queries.gen.h"

#define MEANING    "helped-by"
#define LOOKED_MAX 60u

typedef struct looking {
	rd_tx *tx;
	const rd_actor *actor;
	const rd_q_link_list_row *links; /* of the case */
	uint32_t n_links;
	rd_knowledge list[RD_KNOWLEDGE_MAX];
	uint32_t n;
} looking;

static bool helped_here(const looking *l, int64_t article_id)
{
	for (uint32_t i = 0; i < l->n_links; i++)
		if (l->links[i].inward == 0 && l->links[i].other_id == article_id &&
		    rd_str_is(l->links[i].meaning, MEANING))
			return true;
	return false;
}

/* Adds an article, once, when the actor may read it. */
static rd_rc put(looking *l, int64_t id, const rd_knowledge *about, rd_err *err)
{
	rd_knowledge k = *about;
	rd_err why = {0};

	for (uint32_t i = 0; i < l->n; i++)
		if (rd_cell(&l->list[i].article, RD_COL_ID)->i == id) {
			l->list[i].by_type |= about->by_type;
			l->list[i].by_cause |= about->by_cause;
			return RD_OK;
		}
	if (l->n == RD_KNOWLEDGE_MAX)
		return RD_OK;
	rd_rc rc =
		rd_record_get(l->tx, l->actor, rd_kind_find(RD_STR("article")), id, &k.article, &why);

	if (rc == RD_OK) {
		k.here = helped_here(l, id);
		l->list[l->n++] = k;
	} else if (rc != RD_NOT_FOUND && rc != RD_FORBIDDEN) {
		*err = why;
		return rc;
	}
	return RD_OK;
}

static rd_rc put_playbook(looking *l, int64_t type_id, rd_err *err)
{
	rd_q_knowledge_helped_row helped;
	rd_record type, playbook;
	bool found;

	RD_TRY(rd_story_record(l->tx, "exception_type", type_id, &type, &found, err));
	int64_t id = found ? rd_field_int(&type, "playbook", 0) : 0;

	RD_TRY(rd_story_record(l->tx, "article", id, &playbook, &found, err));
	if (!found || !rd_str_is(rd_cell(&playbook, RD_COL_STATE)->str, "published"))
		return RD_OK;
	RD_TRY(rd_q_knowledge_helped(l->tx, id, &helped, &found, err));
	return put(l, id, &(rd_knowledge){.playbook = true, .helped = helped.n}, err);
}

rd_rc rd_knowledge_find(rd_tx *tx, const rd_actor *actor, int64_t case_id,
                        const rd_knowledge **ret_list, uint32_t *ret_n, rd_err *err)
{
	looking *l = RD_NEW(tx->arena, looking);
	const rd_q_knowledge_for_row *rows;
	rd_record c;
	uint32_t n;

	l->tx = tx;
	l->actor = actor;
	RD_TRY(rd_record_get(tx, actor, rd_kind_find(RD_STR("case")), case_id, &c, err));
	int64_t type_id = rd_field_int(&c, "type", 0);

	RD_TRY(rd_q_link_list(tx, RD_STR("case"), case_id, RD_BESIDE_LIST_MAX, &l->links, &l->n_links,
	                      err));
	RD_TRY(put_playbook(l, type_id, err));
	RD_TRY(
		rd_q_knowledge_for(tx, type_id, rd_field_int(&c, "cause", 0), LOOKED_MAX, &rows, &n, err));
	for (uint32_t i = 0; i < n; i++)
		RD_TRY(put(l, rows[i].id,
		           &(rd_knowledge){.by_type = rows[i].by_type != 0,
		                           .by_cause = rows[i].by_cause != 0,
		                           .helped = rows[i].helped},
		           err));
	*ret_list = l->list;
	*ret_n = l->n;
	return RD_OK;
}

rd_rc rd_knowledge_helped(rd_tx *tx, const rd_actor *actor, int64_t case_id, int64_t article_id,
                          bool on, rd_err *err)
{
	const rd_link link = {RD_STR(MEANING), rd_kind_find(RD_STR("article")), article_id};

	return rd_link_set(tx, actor, rd_kind_find(RD_STR("case")), case_id, &link, on, err);
}
