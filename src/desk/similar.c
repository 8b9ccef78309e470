#include "desk/similar.h"
#include "base/buf.h"
#include "desk/cell.h"
#include "record/words.h"
#include "store/queries.gen.h"
#include <stdlib.h>

#define OF_TYPE    40u
#define OF_OTHERS  25u /* of account, client and cause, each */
#define TERMS      6u  /* words by which the index is entered */
#define OF_TERM    20u
#define IDS_MAX    (OF_TYPE + 3 * OF_OTHERS + TERMS * OF_TERM)
#define LOOKED_MAX 40u /* of the best, whether the actor may read them */
#define TEXT_MAX   1024u
#define WORDS_MAX  64u

static const struct {
	const char *name;
	rd_words words;
} likes[RD_LIKES] = {
	[RD_LIKE_TYPE] = {"type", {"同一类型", "same type"}},
	[RD_LIKE_CAUSE] = {"cause", {"同一原因", "same cause"}},
	[RD_LIKE_ACCOUNT] = {"account", {"科目相同或同属一级", "same account or leading code"}},
	[RD_LIKE_CLIENT] = {"client", {"同一客户", "same client"}},
	[RD_LIKE_PARTY] = {"party", {"同一往来单位", "same party"}},
	[RD_LIKE_WORDS] = {"words", {"用词相近", "words in common"}},
	[RD_LIKE_AMOUNT] = {"amount", {"金额相近", "amount of the same size"}},
};

rd_words rd_like_words(rd_like why)
{
	return likes[why].words;
}

const char *rd_like_name(rd_like why)
{
	return likes[why].name;
}

/* What of a case is compared. */
typedef struct traits {
	int64_t id, type_id, client_id, cause_id, amount, closed_at_us;
	bool has_amount;
	rd_str name, account, party, voucher, currency;
} traits;

typedef struct candidate {
	traits t;
	uint32_t score, points[RD_LIKES];
} candidate;

typedef struct search {
	rd_tx *tx;
	traits self;
	int64_t ids[IDS_MAX];
	uint32_t n_ids;
	rd_str words[WORDS_MAX]; /* folded terms of the case, each once */
	uint32_t n_words;
} search;

static traits traits_of(const rd_record *r)
{
	const rd_value *amount = rd_field_cell(r, "amount"), *client = rd_cell(r, RD_COL_CLIENT);

	return (traits){
		.id = rd_cell(r, RD_COL_ID)->i,
		.type_id = rd_field_int(r, "type", 0),
		.client_id = client->type == RD_INT ? client->i : 0,
		.cause_id = rd_field_int(r, "cause", 0),
		.has_amount = amount->type == RD_INT,
		.amount = amount->type == RD_INT ? amount->i : 0,
		.currency = amount->type == RD_INT ? amount[1].str : RD_STR(""),
		.name = rd_field_str(r, "name"),
		.account = rd_field_str(r, "account"),
		.party = rd_field_str(r, "party"),
		.voucher = rd_field_str(r, "voucher"),
	};
}

static rd_str text_of(rd_str s)
{
	return s.ptr ? s : RD_STR("");
}

static traits traits_of_row(const rd_q_similar_cells_row *r)
{
	return (traits){
		.id = r->id,
		.type_id = r->type_id,
		.client_id = r->client_id.type == RD_INT ? r->client_id.i : 0,
		.cause_id = r->cause_id.type == RD_INT ? r->cause_id.i : 0,
		.has_amount = r->amount_minor.type == RD_INT,
		.amount = r->amount_minor.type == RD_INT ? r->amount_minor.i : 0,
		.closed_at_us = r->closed_at_us.type == RD_INT ? r->closed_at_us.i : 0,
		.currency = text_of(r->amount_currency),
		.name = r->name,
		.account = text_of(r->account),
		.party = text_of(r->party),
		.voucher = text_of(r->voucher),
	};
}

/* ---- candidates ---- */

static void put_id(search *s, int64_t id)
{
	if (id == s->self.id || s->n_ids == IDS_MAX)
		return;
	for (uint32_t i = 0; i < s->n_ids; i++)
		if (s->ids[i] == id)
			return;
	s->ids[s->n_ids++] = id;
}

/* Words of party, account and voucher first: the name is that of the type, most often. */
static void find_words(search *s)
{
	const rd_str texts[] = {s->self.party, s->self.account, s->self.voucher, s->self.name};

	for (uint32_t t = 0; t < 4; t++) {
		rd_query q;

		rd_query_of(texts[t], s->tx->arena, &q);
		for (uint32_t w = 0; w < q.n; w++)
			for (uint32_t i = 0; i < q.words[w].ways[0].n && s->n_words < WORDS_MAX; i++) {
				rd_str term = q.words[w].ways[0].terms[i];
				bool there = false;

				for (uint32_t k = 0; k < s->n_words; k++)
					there |= rd_str_eq(s->words[k], term);
				if (!there)
					s->words[s->n_words++] = term;
			}
	}
}

static rd_rc by_fields(search *s, rd_err *err)
{
	const rd_q_similar_of_type_row *types;
	const rd_q_similar_of_account_row *accounts;
	const rd_q_similar_of_client_row *clients;
	const rd_q_similar_of_cause_row *causes;
	uint32_t n = 0;

	RD_TRY(rd_q_similar_of_type(s->tx, s->self.type_id, OF_TYPE, &types, &n, err));
	for (uint32_t i = 0; i < n; i++)
		put_id(s, types[i].id);
	if (s->self.account.len) {
		RD_TRY(rd_q_similar_of_account(s->tx, s->self.type_id, s->self.account, OF_OTHERS,
		                               &accounts, &n, err));
		for (uint32_t i = 0; i < n; i++)
			put_id(s, accounts[i].id);
	}
	if (s->self.client_id) {
		RD_TRY(rd_q_similar_of_client(s->tx, s->self.client_id, s->self.type_id, OF_OTHERS,
		                              &clients, &n, err));
		for (uint32_t i = 0; i < n; i++)
			put_id(s, clients[i].id);
	}
	if (s->self.cause_id) {
		RD_TRY(rd_q_similar_of_cause(s->tx, s->self.cause_id, OF_OTHERS, &causes, &n, err));
		for (uint32_t i = 0; i < n; i++)
			put_id(s, causes[i].id);
	}
	return RD_OK;
}

static rd_rc by_words(search *s, rd_err *err)
{
	const rd_q_similar_by_term_row *rows;
	uint32_t n;

	for (uint32_t w = 0; w < s->n_words && w < TERMS; w++) {
		RD_TRY(rd_q_similar_by_term(s->tx, s->words[w], OF_TERM, &rows, &n, err));
		for (uint32_t i = 0; i < n; i++)
			put_id(s, rows[i].id);
	}
	return RD_OK;
}

/* ---- scores ---- */

static bool holds(const char *text, uint32_t size, rd_str word)
{
	for (uint32_t i = 0; word.len && i + word.len <= size; i++)
		if (memcmp(text + i, word.ptr, word.len) == 0)
			return true;
	return false;
}

static uint32_t leading_digits(rd_str s)
{
	uint32_t n = 0;

	while (n < s.len && n < 4 && s.ptr[n] >= '0' && s.ptr[n] <= '9')
		n++;
	return n;
}

static uint32_t account_points(rd_str a, rd_str b)
{
	if (a.len == 0 || b.len == 0)
		return 0;
	if (rd_str_eq(a, b))
		return 15;
	/* General accounts have codes of four digits. */
	return leading_digits(a) == 4 && leading_digits(b) == 4 && memcmp(a.ptr, b.ptr, 4) == 0 ? 8 : 0;
}

static uint32_t amount_points(const traits *a, const traits *b)
{
	if (!a->has_amount || !b->has_amount || !rd_str_eq(a->currency, b->currency))
		return 0;
	int64_t x = a->amount < 0 ? -a->amount : a->amount, y = b->amount < 0 ? -b->amount : b->amount;
	int64_t less = x < y ? x : y, more = x < y ? y : x;

	if (less == 0)
		return more == 0 ? 10 : 0;
	return more / 2 <= less ? 10 : more / 10 <= less ? 5 : 0;
}

static uint32_t word_points(const search *s, const traits *t)
{
	const rd_str texts[] = {t->party, t->account, t->voucher, t->name};
	char folded[4][TEXT_MAX];
	uint32_t size[4], hits = 0;

	for (uint32_t i = 0; i < 4; i++)
		size[i] = rd_text_fold(texts[i], folded[i], TEXT_MAX);
	for (uint32_t w = 0; w < s->n_words; w++) {
		bool hit = false;

		for (uint32_t i = 0; i < 4 && !hit; i++)
			hit = holds(folded[i], size[i], s->words[w]);
		hits += hit;
	}
	return s->n_words ? hits * 10 / s->n_words : 0;
}

static void judge(const search *s, candidate *c)
{
	const traits *a = &s->self, *b = &c->t;

	c->points[RD_LIKE_TYPE] = a->type_id == b->type_id ? 30 : 0;
	c->points[RD_LIKE_CAUSE] = a->cause_id && a->cause_id == b->cause_id ? 15 : 0;
	c->points[RD_LIKE_ACCOUNT] = account_points(a->account, b->account);
	c->points[RD_LIKE_CLIENT] = a->client_id && a->client_id == b->client_id ? 10 : 0;
	c->points[RD_LIKE_PARTY] = a->party.len && rd_str_eq(a->party, b->party) ? 10 : 0;
	c->points[RD_LIKE_WORDS] = word_points(s, b);
	c->points[RD_LIKE_AMOUNT] = amount_points(a, b);
	for (uint32_t i = 0; i < RD_LIKES; i++)
		c->score += c->points[i];
}

static int better_first(const void *x, const void *y)
{
	const candidate *a = x, *b = y;

	if (a->score != b->score)
		return a->score > b->score ? -1 : 1;
	if (a->t.closed_at_us != b->t.closed_at_us)
		return a->t.closed_at_us > b->t.closed_at_us ? -1 : 1;
	return a->t.id > b->t.id ? -1 : a->t.id < b->t.id;
}

static rd_rc load_candidates(search *s, candidate **ret, uint32_t *ret_n, rd_err *err)
{
	const rd_q_similar_cells_row *rows;
	uint32_t n = 0;
	rd_buf ids;

	rd_buf_init(&ids, IDS_MAX * 24u);
	for (uint32_t i = 0; i < s->n_ids; i++)
		rd_buf_printf(&ids, "%s%lld", i ? "," : "[", (long long)s->ids[i]);
	rd_buf_puts(&ids, s->n_ids ? "]" : "[]");
	rd_rc rc = rd_q_similar_cells(s->tx, rd_buf_view(&ids), IDS_MAX, &rows, &n, err);

	rd_buf_done(&ids);
	if (rc != RD_OK)
		return rc;
	*ret = RD_NEW_N(s->tx->arena, candidate, n + 1);
	for (uint32_t i = 0; i < n; i++) {
		(*ret)[i] = (candidate){.t = traits_of_row(&rows[i])};
		judge(s, &(*ret)[i]);
	}
	qsort(*ret, n, sizeof **ret, better_first);
	*ret_n = n;
	return RD_OK;
}

rd_rc rd_similar_find(rd_tx *tx, const rd_actor *actor, const rd_record *subject, uint32_t max,
                      const rd_similar **ret_list, uint32_t *ret_n, rd_err *err)
{
	search *s = RD_NEW(tx->arena, search);
	rd_similar *list = RD_NEW_N(tx->arena, rd_similar, RD_SIMILAR_MAX);
	candidate *found = NULL;
	uint32_t n_found = 0, n = 0;

	s->tx = tx;
	s->self = traits_of(subject);
	find_words(s);
	RD_TRY(by_fields(s, err));
	RD_TRY(by_words(s, err));
	RD_TRY(load_candidates(s, &found, &n_found, err));
	max = max < RD_SIMILAR_MAX ? max : RD_SIMILAR_MAX;
	for (uint32_t i = 0; i < n_found && i < LOOKED_MAX && n < max; i++) {
		rd_err why = {0};

		if (found[i].score < RD_SIMILAR_LEAST)
			break;
		rd_rc rc = rd_record_get(tx, actor, subject->kind, found[i].t.id, &list[n].record, &why);

		if (rc == RD_NOT_FOUND || rc == RD_FORBIDDEN)
			continue;
		if (rc != RD_OK) {
			*err = why;
			return rc;
		}
		list[n].score = found[i].score;
		memcpy(list[n].points, found[i].points, sizeof list[n].points);
		n++;
	}
	*ret_list = list;
	*ret_n = n;
	return RD_OK;
}
