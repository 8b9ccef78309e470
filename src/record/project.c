#include "record/project.h"
#include "base/assert.h"
#include "record/check.h"
#include "record/pending.h"
#include "record/words.h"
#include "store/queries.gen.h"
#include "store/tables.h"

#define DERIVED_STEP 1000u

/* ---- a record's own row ---- */

static rd_rc project_row(rd_tx *tx, const rd_fact *f, rd_err *err)
{
	const rd_kind *k = f->kind;
	rd_value in[RD_KIND_COLUMNS_MAX + 1];
	int64_t changed = 0;

	memcpy(in, f->now.cells, k->n_columns * sizeof *in);
	if (f->type == RD_FACT_CREATED)
		return rd_db_exec(tx->db, &k->insert, in, NULL, err);
	in[k->n_columns] = f->was.cells[RD_COL_VERSION];
	RD_TRY(rd_db_exec(tx->db, &k->update, in, &changed, err));
	if (changed != 1)
		return rd_fail(err, RD_CONFLICT, "别人刚刚改过它；请重新打开后再改",
		               "somebody else has just changed it; open it again and repeat the change");
	return RD_OK;
}

/* ---- what it refers to ---- */

static bool has_ref(const rd_kind_ref *refs, uint32_t n, const rd_kind_ref *r)
{
	for (uint32_t i = 0; i < n; i++)
		if (refs[i].id == r->id && strcmp(refs[i].key, r->key) == 0)
			return true;
	return false;
}

static bool ref_assigns(const rd_kind *k, const rd_kind_ref *r)
{
	return r->field < 0 ? strcmp(r->key, "owner") == 0 : k->fields[r->field].assigns;
}

static rd_rc project_refs(rd_tx *tx, const rd_fact *f, rd_err *err)
{
	const rd_kind *k = f->kind;
	const rd_kind_ref *now, *was = NULL;
	uint32_t n_now, n_was = 0;

	rd_check_refs(k, f->now.cells, tx->arena, &now, &n_now);
	if (f->was.cells)
		rd_check_refs(k, f->was.cells, tx->arena, &was, &n_was);
	for (uint32_t i = 0; i < n_was; i++)
		if (!has_ref(now, n_now, &was[i]))
			RD_TRY(rd_q_ref_remove(tx, rd_str_of(was[i].to), was[i].id, rd_str_of(k->name),
			                       f->record_id, rd_str_of(was[i].key), NULL, err));
	for (uint32_t i = 0; i < n_now; i++)
		if (!has_ref(was, n_was, &now[i]))
			RD_TRY(rd_q_ref_add(tx, rd_str_of(now[i].to), now[i].id, rd_str_of(k->name),
			                    f->record_id, rd_str_of(now[i].key), ref_assigns(k, &now[i]), NULL,
			                    err));
	return RD_OK;
}

/* ---- the words by which it is found ---- */

static void terms_of(const rd_record *r, rd_arena *a, rd_terms *ret)
{
	rd_str texts[RD_KIND_FIELDS_MAX + 1];
	uint32_t n = 0;

	if (rd_cell(r, RD_COL_NUMBER)->type == RD_TEXT)
		texts[n++] = rd_cell(r, RD_COL_NUMBER)->str;
	for (uint16_t i = 0; i < r->kind->n_fields; i++) {
		const rd_field *field = &r->kind->fields[i];

		if (field->searched && rd_cell(r, field->column)->type == RD_TEXT)
			texts[n++] = rd_cell(r, field->column)->str;
	}
	rd_terms_of(texts, n, a, ret);
}

static bool words_changed(const rd_fact *f)
{
	for (uint16_t i = 0; i < f->kind->n_columns; i++) {
		int16_t field = f->kind->columns[i].field;
		const rd_value *now = rd_cell(&f->now, i), *was = rd_cell(&f->was, i);

		if ((i == RD_COL_NUMBER || (field >= 0 && f->kind->fields[field].searched)) &&
		    (now->type != was->type || (now->type == RD_TEXT && !rd_str_eq(now->str, was->str))))
			return true;
	}
	return false;
}

/* Both lists are in order: what only one of them has was added or removed. */
static rd_rc project_words(rd_tx *tx, const rd_fact *f, rd_err *err)
{
	rd_str kind = rd_str_of(f->kind->name);
	rd_terms now, was = {0};
	uint32_t i = 0, j = 0, n_new = 0, n_gone = 0;

	if (f->was.cells && !words_changed(f))
		return RD_OK;
	terms_of(&f->now, tx->arena, &now);
	if (f->was.cells)
		terms_of(&f->was, tx->arena, &was);
	while (i < now.n || j < was.n) {
		int order = i == now.n ? 1 : j == was.n ? -1 : rd_str_cmp(now.items[i], was.items[j]);

		if (order > 0)
			RD_TRY(rd_q_term_remove(tx, was.items[j], kind, f->record_id, NULL, err));
		n_new += order < 0;
		n_gone += order > 0;
		i += order <= 0;
		j += order >= 0;
	}
	if (n_new)
		return rd_pending_put(tx, kind, f->record_id, now.items, now.n, err);
	return n_gone ? rd_pending_shrink(tx, kind, f->record_id, now.items, now.n, err) : RD_OK;
}

/* ---- what stands beside it ---- */

static rd_rc project_comment(rd_tx *tx, rd_str actor, const rd_fact *f, int64_t at_us, rd_err *err)
{
	rd_str kind = rd_str_of(f->kind->name);

	/* A contact has no other thread; events of older releases do not say it. */
	RD_TRY(rd_q_comment_add(tx, f->about_id, kind, f->record_id, f->parent_id, actor, at_us,
	                        f->text, f->for_client || rd_str_starts(actor, "link:"), NULL, err));
	/* Who is mentioned wants to know how it goes on. */
	for (uint32_t i = 0; i < f->n_users; i++)
		RD_TRY(rd_q_watch_add(tx, kind, f->record_id, f->users[i], NULL, err));
	return RD_OK;
}

static rd_rc project_beside(rd_tx *tx, rd_str actor, const rd_fact *f, int64_t at_us, rd_err *err)
{
	rd_str kind = rd_str_of(f->kind->name);

	switch (f->type) {
	case RD_FACT_COMMENTED: return project_comment(tx, actor, f, at_us, err);
	case RD_FACT_COMMENT_EDITED:
		return rd_q_comment_edit(tx, f->about_id, f->text, at_us, NULL, err);
	case RD_FACT_COMMENT_REMOVED: return rd_q_comment_remove(tx, f->about_id, at_us, NULL, err);
	case RD_FACT_WATCHED: return rd_q_watch_add(tx, kind, f->record_id, f->about_id, NULL, err);
	case RD_FACT_UNWATCHED:
		return rd_q_watch_remove(tx, kind, f->record_id, f->about_id, NULL, err);
	case RD_FACT_LINKED:
		return rd_q_link_add(tx, kind, f->record_id, f->text, f->other_kind, f->about_id, NULL,
		                     err);
	case RD_FACT_UNLINKED:
		return rd_q_link_remove(tx, kind, f->record_id, f->text, f->other_kind, f->about_id, NULL,
		                        err);
	case RD_FACT_TAGGED: return rd_q_tag_add(tx, kind, f->text, f->record_id, NULL, err);
	case RD_FACT_UNTAGGED: return rd_q_tag_remove(tx, kind, f->text, f->record_id, NULL, err);
	case RD_FACT_ATTACHED:
		return rd_q_attachment_add(tx, f->about_id, kind, f->record_id, f->text, f->sha256, f->size,
		                           f->media_type, actor, at_us, NULL, err);
	case RD_FACT_DETACHED: return rd_q_attachment_remove(tx, f->about_id, NULL, err);
	case RD_FACT_REMINDER_SET:
		return rd_q_reminder_add(tx, f->about_id, kind, f->record_id, f->users[0], f->at_us,
		                         f->text, NULL, err);
	default:
		RD_ASSERT(f->type == RD_FACT_REMINDER_DROPPED);
		return rd_q_reminder_remove(tx, f->about_id, NULL, err);
	}
}

rd_rc rd_project(rd_tx *tx, rd_str actor, const rd_fact *f, int64_t at_us, rd_err *err)
{
	if (f->now.cells == NULL)
		return project_beside(tx, actor, f, at_us, err);
	RD_TRY(project_row(tx, f, err));
	RD_TRY(project_refs(tx, f, err));
	return project_words(tx, f, err);
}

/* ---- from the records that are there ---- */

typedef struct deriving {
	rd_tx tx;
	const rd_kind *kind;
	uint32_t n;                        /* records whose words wait */
	int32_t from[RD_KIND_COLUMNS_MAX]; /* cell of the row for a column of the kind; -1 = firm_id */
} deriving;

static rd_rc derive_row(void *ctx, const rd_table *t, const rd_value *cells, rd_err *err)
{
	deriving *d = ctx;
	rd_value all[RD_KIND_COLUMNS_MAX];
	rd_fact f = {.kind = d->kind, .type = RD_FACT_CREATED, .now = {d->kind, all}};

	(void)t;
	rd_arena_reset(d->tx.arena);
	for (uint16_t c = 0; c < d->kind->n_columns; c++)
		all[c] = d->from[c] < 0 ? RD_VALUE_INT(d->tx.firm_id) : cells[d->from[c]];
	f.record_id = all[RD_COL_ID].i;
	RD_TRY(project_refs(&d->tx, &f, err));
	RD_TRY(project_words(&d->tx, &f, err));
	/* The index grows as it goes on, so that few rows wait at a time. */
	if (++d->n % DERIVED_STEP == 0)
		return rd_pending_merge_all(&d->tx, NULL, err);
	return RD_OK;
}

static rd_rc derive_kind(deriving *d, rd_err *err)
{
	const rd_table *t = rd_table_find(rd_str_of(d->kind->table));

	RD_ASSERT(t != NULL);
	for (uint16_t c = 0; c < d->kind->n_columns; c++) {
		d->from[c] = -1;
		for (uint16_t k = 0; k < t->n_columns; k++)
			if (strcmp(t->columns[k].name, d->kind->columns[c].name) == 0)
				d->from[c] = k;
	}
	return rd_table_each(&d->tx, t, derive_row, d, err);
}

rd_rc rd_project_derive(rd_tx *tx, void *ctx, rd_err *err)
{
	rd_arena *row = rd_arena_new();
	deriving d = {.tx = *tx};
	rd_rc rc = RD_OK;

	(void)ctx;
	d.tx.arena = row;
	for (uint32_t i = 0; rc == RD_OK && i < rd_kinds_count; i++) {
		d.kind = rd_kinds[i];
		rc = derive_kind(&d, err);
	}
	rd_arena_free(row);
	return rc == RD_OK ? rd_pending_merge_all(tx, NULL, err) : rc;
}

rd_rc rd_project_clear(rd_tx *tx, rd_err *err)
{
	for (uint32_t i = 0; i < rd_kinds_count; i++)
		RD_TRY(rd_db_exec(tx->db, &rd_kinds[i]->clear, &RD_VALUE_INT(tx->firm_id), NULL, err));
	RD_TRY(rd_q_clear_comments(tx, NULL, err));
	RD_TRY(rd_q_clear_watchers(tx, NULL, err));
	RD_TRY(rd_q_clear_links(tx, NULL, err));
	RD_TRY(rd_q_clear_tags(tx, NULL, err));
	RD_TRY(rd_q_clear_attachments(tx, NULL, err));
	RD_TRY(rd_q_clear_reminders(tx, NULL, err));
	RD_TRY(rd_q_clear_refs(tx, NULL, err));
	RD_TRY(rd_q_clear_pending(tx, NULL, err));
	return rd_q_clear_terms(tx, NULL, err);
}
