#include "record/may.h"
#include "base/assert.h"
#include "base/buf.h"
#include "store/queries.gen.h"

_Static_assert((int)RD_ROLE_ADMINISTRATOR == (int)RD_KIND_ADMINISTRATOR &&
                   (int)RD_ROLE_CLIENT_CONTACT == (int)RD_KIND_CLIENT &&
                   (int)RD_ROLE_AUDITOR == (int)RD_KIND_AUDITOR,
               "the model's roles are those of the rules");
_Static_assert((int)RD_REL_OWN == (int)RD_KIND_OWN && (int)RD_REL_MINE == (int)RD_KIND_MINE &&
                   (int)RD_REL_TEAM == (int)RD_KIND_TEAM &&
                   (int)RD_REL_MY_CLIENTS == (int)RD_KIND_MY_CLIENTS &&
                   (int)RD_REL_FIRM == (int)RD_KIND_FIRM &&
                   (int)RD_REL_CLIENT_CONTACT == (int)RD_KIND_CLIENT_OF,
               "the model's relations are those of the rules");

#define RULES_MAX 32u
#define TEAMS_MAX 16u /* of one person that a list looks at */

static const rd_verb verbs[RD_KIND_VERBS] = {
	[RD_KIND_READ] = RD_VERB_READ,       [RD_KIND_CREATE] = RD_VERB_CREATE,
	[RD_KIND_CHANGE] = RD_VERB_CHANGE,   [RD_KIND_ARCHIVE] = RD_VERB_ARCHIVE,
	[RD_KIND_COMMENT] = RD_VERB_COMMENT, [RD_KIND_EXPORT] = RD_VERB_EXPORT,
};

static uint32_t rules_of(const rd_kind_rights *rights, rd_verb verb, rd_rule rules[RULES_MAX])
{
	RD_ASSERT(rights->n <= RULES_MAX);
	for (uint32_t i = 0; i < rights->n; i++)
		rules[i] =
			(rd_rule){verb, rights->rows[i].roles,
		              rights->rows[i].relations ? rights->rows[i].relations
		                                        : (uint32_t)(RD_REL_FIRM | RD_REL_CLIENT_CONTACT)};
	return rights->n;
}

static rd_who who_is(const rd_actor *actor)
{
	return (rd_who){actor->user_id, actor->roles, actor->only_looks};
}

rd_may_answer rd_may_do(const rd_kind_rights *rights, const rd_actor *actor, rd_stand stand,
                        rd_verb verb)
{
	rd_rule rules[RULES_MAX];

	if (actor->system)
		return (rd_may_answer){.allowed = true, .words = {"", ""}};
	return rd_may(rules, rules_of(rights, verb, rules), who_is(actor), stand, verb);
}

static bool in_my_team(const rd_actor *actor, int64_t team_id)
{
	for (uint32_t i = 0; i < actor->n_teams; i++)
		if (actor->teams[i] == team_id)
			return true;
	return false;
}

/* What the record itself tells. */
static rd_stand plain_stand(const rd_actor *actor, const rd_record *r)
{
	const rd_value *owner = rd_cell(r, RD_COL_OWNER), *client = rd_cell(r, RD_COL_CLIENT);
	const rd_value *team = rd_cell(r, RD_COL_TEAM);
	bool contact = actor->roles & RD_ROLE_CLIENT_CONTACT;
	uint32_t relations = contact ? 0 : RD_REL_FIRM;

	if (actor->user_id && owner->type == RD_INT && owner->i == actor->user_id)
		relations |= RD_REL_OWN;
	if (team->type == RD_INT && in_my_team(actor, team->i))
		relations |= RD_REL_TEAM;
	if (contact && client->type == RD_INT && client->i == actor->client_id)
		relations |= RD_REL_CLIENT_CONTACT;
	return (rd_stand){relations, rd_cell(r, RD_COL_ARCHIVED_AT)->type != RD_NULL,
	                  rd_cell(r, RD_COL_RESTRICTED)->i != 0};
}

rd_rc rd_may_stand(rd_tx *tx, const rd_actor *actor, const rd_record *r, rd_verb verb,
                   rd_stand *ret_stand, rd_err *err)
{
	bool watching = verb == RD_VERB_READ || verb == RD_VERB_COMMENT || verb == RD_VERB_EXPORT;
	const rd_value *client = rd_cell(r, RD_COL_CLIENT);
	rd_stand stand = plain_stand(actor, r);

	if (actor->user_id && !(actor->roles & RD_ROLE_CLIENT_CONTACT)) {
		rd_q_relation_mine_row mine;
		rd_q_relation_client_row serves;
		bool found;

		RD_TRY(rd_q_relation_mine(tx, rd_str_of(r->kind->name), rd_cell(r, RD_COL_ID)->i,
		                          actor->user_id, watching, &mine, &found, err));
		stand.relations |= found ? RD_REL_MINE : 0;
		if (client->type == RD_INT) {
			RD_TRY(rd_q_relation_client(tx, client->i, actor->user_id, &serves, &found, err));
			stand.relations |= found ? RD_REL_MY_CLIENTS : 0;
		}
	}
	*ret_stand = stand;
	return RD_OK;
}

rd_rc rd_may_to(rd_tx *tx, const rd_actor *actor, const rd_record *r, const rd_kind_rights *rights,
                rd_verb verb, rd_may_answer *ret_answer, rd_err *err)
{
	rd_may_answer answer = rd_may_do(rights, actor, plain_stand(actor, r), verb);
	rd_stand stand;

	/* More relations allow more; only these two refusals can change by them. */
	if (answer.why == RD_BAR_RELATION || answer.why == RD_BAR_RESTRICTED) {
		RD_TRY(rd_may_stand(tx, actor, r, verb, &stand, err));
		answer = rd_may_do(rights, actor, stand, verb);
	}
	*ret_answer = answer;
	return RD_OK;
}

rd_rc rd_may_not_found(rd_err *err)
{
	return rd_fail(err, RD_NOT_FOUND, "没有这条记录，或者您不能查看它",
	               "there is no such record, or it is not for you to see");
}

rd_rc rd_may_record(rd_tx *tx, const rd_actor *actor, const rd_record *r, rd_kind_verb verb,
                    rd_err *err)
{
	rd_may_answer answer;

	if (verb != RD_KIND_CREATE) {
		RD_TRY(rd_may_to(tx, actor, r, &r->kind->rights[RD_KIND_READ], RD_VERB_READ, &answer, err));
		if (!answer.allowed)
			return rd_may_not_found(err);
	}
	RD_TRY(rd_may_to(tx, actor, r, &r->kind->rights[verb], verbs[verb], &answer, err));
	return rd_may_check(answer, err);
}

bool rd_may_any(const rd_actor *actor, const rd_kind *k, rd_kind_verb verb)
{
	rd_rule rules[RULES_MAX];

	return actor->system || rd_may_relations(rules, rules_of(&k->rights[verb], verbs[verb], rules),
	                                         who_is(actor), verbs[verb]);
}

/* ---- the same as SQL ---- */

typedef struct sql {
	rd_buf text;
	rd_may_list *list;
	uint32_t first;
} sql;

static uint32_t place(sql *s, int64_t v)
{
	RD_ASSERT(s->list->n_in < RD_MAY_IN_MAX);
	s->list->in[s->list->n_in] = RD_VALUE_INT(v);
	return s->first + s->list->n_in++;
}

static void or_(sql *s, bool *any)
{
	rd_buf_puts(&s->text, *any ? " OR " : "(");
	*any = true;
}

static void put_mine(sql *s, const rd_actor *actor, const rd_kind *k)
{
	uint32_t me = place(s, actor->user_id);

	rd_buf_printf(&s->text,
	              "r.id IN (SELECT w.record_id FROM watchers w WHERE w.firm_id = $1 AND "
	              "w.kind = '%s' AND w.user_id = $%u) OR r.id IN (SELECT f.from_id FROM "
	              "record_refs f WHERE f.firm_id = $1 AND f.to_kind = 'user' AND f.to_id = $%u "
	              "AND f.from_kind = '%s' AND f.assigns = 1)",
	              k->name, me, me, k->name);
}

static void put_teams(sql *s, const rd_actor *actor)
{
	rd_buf_puts(&s->text, "r.team_id IN (");
	for (uint32_t i = 0; i < actor->n_teams && i < TEAMS_MAX; i++)
		rd_buf_printf(&s->text, "%s$%u", i ? ", " : "", place(s, actor->teams[i]));
	rd_buf_puts(&s->text, ")");
}

/* One of the relations holds; none of them can: false. What is the person's is looked up once for
 * the whole list, not once a record: most records of a long list are somebody else's. */
static void put_relations(sql *s, uint32_t any, const rd_actor *actor, const rd_kind *k)
{
	bool some = false;

	if (any & RD_REL_OWN && actor->user_id) {
		or_(s, &some);
		rd_buf_printf(&s->text, "r.owner_id = $%u", place(s, actor->user_id));
	}
	if (any & RD_REL_MINE && actor->user_id) {
		or_(s, &some);
		put_mine(s, actor, k);
	}
	if (any & RD_REL_TEAM && actor->n_teams) {
		or_(s, &some);
		put_teams(s, actor);
	}
	if (any & RD_REL_MY_CLIENTS && actor->user_id) {
		or_(s, &some);
		rd_buf_printf(
			&s->text,
			"r.client_id IN (SELECT c.from_id FROM record_refs c WHERE c.firm_id = $1 AND "
			"c.to_kind = 'user' AND c.to_id = $%u AND c.from_kind = 'client' AND "
			"c.assigns = 1)",
			place(s, actor->user_id));
	}
	if (any & RD_REL_CLIENT_CONTACT && actor->client_id) {
		or_(s, &some);
		rd_buf_printf(&s->text, "r.client_id = $%u", place(s, actor->client_id));
	}
	rd_buf_puts(&s->text, some ? ")" : "1 = 0");
}

void rd_may_list_of(const rd_actor *actor, const rd_kind *k, uint32_t first, rd_arena *a,
                    rd_may_list *ret_list)
{
	rd_rule rules[RULES_MAX];
	rd_may_cond c = {.any = RD_REL_FIRM, .restricted_any = RD_REL_FIRM};
	sql s = {.list = ret_list, .first = first};

	ret_list->n_in = 0;
	if (!actor->system)
		c = rd_may_where(rules, rules_of(&k->rights[RD_KIND_READ], RD_VERB_READ, rules),
		                 who_is(actor), RD_VERB_READ);
	rd_buf_init(&s.text, 1 << 16);
	if (!(c.any & RD_REL_FIRM))
		put_relations(&s, c.any, actor, k);
	if (!(c.restricted_any & RD_REL_FIRM)) {
		rd_buf_puts(&s.text, s.text.size ? " AND (r.restricted = 0 OR " : "(r.restricted = 0 OR ");
		put_relations(&s, c.restricted_any, actor, k);
		rd_buf_puts(&s.text, ")");
	}
	ret_list->where =
		(rd_str){rd_arena_copy(a, rd_buf_view(&s.text).ptr, s.text.size), (uint32_t)s.text.size};
	rd_buf_done(&s.text);
}
