/* What a run found becomes rows, cases and a grade, in one transaction. */
#include "base/assert.h"
#include "base/json.h"
#include "desk/cell.h"
#include "desk/grouping.h"
#include "desk/health.h"
#include "desk/person.h"
#include "desk/runs_impl.h"
#include "record/beside.h"
#include "store/queries.gen.h"
#include <stdio.h>
#include <stdlib.h>

#define KEYS_MAX    1000000u /* findings that a set of books ever had */
#define TALLY_MAX   5000u
#define REASONS_MAX 3000u /* bytes */

/* What becomes of one finding. */
typedef struct fate {
	const rd_found *found;                 /* NULL: it was not found */
	const rd_q_finding_keys_row *was;      /* NULL: it is new */
	const char *state;                     /* from now on; NULL: as before */
	bool fresh, back, changed, starts_now; /* starts_now: live, and was not */
	rd_alive *alive;                       /* NULL: not live afterwards */
} fate;

typedef struct applying {
	const rd_run_work *w;
	rd_tx *tx;
	rd_actor system;
	fate *fates;
	uint32_t n;
	rd_alive *alive;
	uint32_t n_alive;
	int64_t fresh, known, gone, suppressed;
	rd_str blind; /* JSON list of the checks that did not judge */
	rd_health health;
	rd_str reasons;
	int64_t live;
} applying;

/* ---- the run itself ---- */

rd_rc rd_run_move(rd_tx *tx, const rd_record *was, rd_record *now, const char *transition,
                  const char *state, rd_err *err)
{
	const rd_actor system = rd_desk_system(tx->firm_id);
	int64_t seq;

	rd_cell(now, RD_COL_STATE)[0] = RD_VALUE_TEXT(rd_str_of(state));
	rd_fact f = {.type = RD_FACT_MOVED,
	             .kind = was->kind,
	             .record_id = rd_cell(was, RD_COL_ID)->i,
	             .now = *now,
	             .was = *was,
	             .transition = rd_str_of(transition)};

	return rd_fact_write(tx, &system, &f, &seq, err);
}

rd_rc rd_run_fail(rd_tx *tx, int64_t run_id, const char *why, rd_err *err)
{
	const rd_actor system = rd_desk_system(tx->firm_id);
	rd_record was;

	RD_TRY(rd_record_get(tx, &system, rd_kind_find(RD_STR("run")), run_id, &was, err));
	rd_str state = rd_cell(&was, RD_COL_STATE)->str;

	if (!rd_str_is(state, "waiting") && !rd_str_is(state, "running"))
		return RD_OK;
	rd_record now = rd_record_copy(tx->arena, &was);
	rd_str words = rd_str_of(why);

	*rd_field_cell(&now, "problem") =
		RD_VALUE_TEXT(((rd_str){rd_arena_copy(tx->arena, words.ptr, words.len), words.len}));
	*rd_field_cell(&now, "ended_at") = RD_VALUE_INT(tx->now_us);
	return rd_run_move(tx, &was, &now, "fail", "failed", err);
}

/* ---- what is new, known and gone ---- */

static int by_print(const void *x, const void *y)
{
	const rd_q_finding_keys_row *a = x, *b = y;

	return rd_str_cmp(a->fingerprint, b->fingerprint);
}

static const rd_q_finding_keys_row *known_as(const rd_q_finding_keys_row *rows, uint32_t n,
                                             const char *fingerprint)
{
	const rd_q_finding_keys_row key = {.fingerprint = {fingerprint, 32}};

	return n ? bsearch(&key, rows, n, sizeof *rows, by_print) : NULL;
}

static const rd_checked *check_of(const rd_checking *c, rd_str slug)
{
	for (uint32_t i = 0; i < c->n_checks; i++)
		if (rd_str_is(slug, c->checks[i].slug))
			return &c->checks[i];
	return NULL;
}

static void live_on(applying *x, fate *f, rd_str slug, rd_str period, uint32_t severity,
                    bool indicator)
{
	rd_alive *a = &x->alive[x->n_alive++];

	*a = (rd_alive){.case_id = f->was ? f->was->case_id : 0,
	                .found = f->found,
	                .slug = slug,
	                .period = period,
	                .severity = severity,
	                .indicator = indicator};
	f->alive = a;
}

static void judge_found(applying *x, const rd_found *found, const rd_q_finding_keys_row *was)
{
	fate *f = &x->fates[x->n++];
	bool there = was && !rd_str_is(was->state, "gone");

	*f = (fate){.found = found, .was = was, .fresh = was == NULL, .back = was && !there};
	f->state = found->pass_id ? "suppressed" : "live";
	f->starts_now = !found->pass_id && !(was && rd_str_is(was->state, "live"));
	f->changed = was && (was->digest != found->digest || !rd_str_is(was->state, f->state));
	x->fresh += !there && !found->pass_id;
	x->known += there && !found->pass_id;
	x->suppressed += found->pass_id != 0;
	if (!found->pass_id)
		live_on(x, f, rd_str_of(found->slug), found->period, found->severity, found->indicator);
}

/* What a check that did not look finds no more, is there as before. */
static void judge_missing(applying *x, const rd_q_finding_keys_row *was)
{
	const rd_checked *check = check_of(&x->w->checking, was->slug);
	fate *f = &x->fates[x->n];

	*f = (fate){.was = was};
	if (check == NULL || check->judged) {
		f->state = "gone"; /* a check that this release no longer has, too */
		x->gone += rd_str_is(was->state, "live");
		x->n++;
	} else if (check->off) {
		f->state = rd_str_is(was->state, "live") ? "suppressed" : NULL;
		x->n++;
	} else if (rd_str_is(was->state, "live")) {
		live_on(x, f, was->slug, was->period, (uint32_t)was->severity, was->certainty == 1);
		x->n++;
	}
}

static rd_rc judge(applying *x, rd_err *err)
{
	const rd_checking *c = &x->w->checking;
	const rd_q_finding_keys_row *rows;
	uint32_t n;

	RD_TRY(rd_q_finding_keys(x->tx, rd_cell(&x->w->books, RD_COL_ID)->i, KEYS_MAX, &rows, &n, err));
	rd_q_finding_keys_row *keys = RD_NEW_N(x->tx->arena, rd_q_finding_keys_row, n + 1);
	bool *seen = RD_NEW_N(x->tx->arena, bool, n + 1);

	if (n) {
		memcpy(keys, rows, n * sizeof *keys);
		qsort(keys, n, sizeof *keys, by_print);
	}
	x->fates = RD_NEW_N(x->tx->arena, fate, (size_t)n + c->n_found + 1);
	x->alive = RD_NEW_N(x->tx->arena, rd_alive, (size_t)n + c->n_found + 1);
	for (uint32_t i = 0; i < c->n_found; i++) {
		const rd_q_finding_keys_row *was = known_as(keys, n, c->found[i].fingerprint);

		if (was)
			seen[was - keys] = true;
		judge_found(x, &c->found[i], was);
	}
	for (uint32_t i = 0; i < n; i++)
		if (!seen[i] && !rd_str_is(keys[i].state, "gone"))
			judge_missing(x, &keys[i]);
	return RD_OK;
}

/* ---- rows ---- */

static rd_value id_or_null(int64_t id)
{
	return id ? RD_VALUE_INT(id) : RD_VALUE_NULL;
}

static rd_rc add(const applying *x, const fate *f, rd_err *err)
{
	const rd_run_work *w = x->w;
	const rd_found *d = f->found;
	const rd_finding_type *type = rd_finding_type_of(w->types, w->n_types, rd_str_of(d->slug));

	return rd_q_finding_add(x->tx, rd_cell(&w->books, RD_COL_ID)->i, rd_str_of(d->fingerprint),
	                        rd_store_new_id(w->engine->store), rd_cell(&w->books, RD_COL_CLIENT)->i,
	                        rd_str_of(d->slug), rd_str_of(d->kind), d->severity, d->indicator,
	                        d->voucher, d->account, d->party, d->period,
	                        d->day == RD_DAY_NONE ? RD_VALUE_NULL : RD_VALUE_INT(d->day),
	                        d->at_stake, d->zh, d->en, d->facts, d->places, d->lines, d->digest,
	                        type && type->need_to_know, rd_str_of(f->state), x->tx->now_us,
	                        w->run_id, id_or_null(d->pass_id),
	                        id_or_null(f->alive ? f->alive->case_id : 0), NULL, err);
}

static rd_rc change(const applying *x, const fate *f, rd_err *err)
{
	const rd_found *d = f->found;

	return rd_q_finding_again(x->tx, f->was->id, d->severity, d->indicator, d->voucher, d->at_stake,
	                          d->zh, d->en, d->facts, d->places, d->digest, rd_str_of(f->state),
	                          f->starts_now ? x->tx->now_us : 0, x->w->run_id,
	                          f->was->times_back + f->back, id_or_null(d->pass_id), NULL, err);
}

static rd_rc write_row(const applying *x, const fate *f, rd_err *err)
{
	if (f->fresh)
		return add(x, f, err);
	if (f->found && f->changed)
		RD_TRY(change(x, f, err));
	if (!f->found && f->state && rd_str_is(rd_str_of(f->state), "gone"))
		RD_TRY(rd_q_finding_gone(x->tx, f->was->id, x->w->run_id, NULL, err));
	else if (!f->found && f->state)
		RD_TRY(rd_q_finding_hushed(x->tx, f->was->id, NULL, err));
	if (f->alive && f->alive->case_id != f->was->case_id)
		return rd_q_finding_case(x->tx, f->was->id, f->alive->case_id, NULL, err);
	return RD_OK;
}

static void list_blind(applying *x)
{
	rd_buf list;
	rd_json j;

	rd_buf_init(&list, 1 << 20);
	rd_json_init(&j, &list, 0);
	rd_json_array(&j);
	for (uint32_t i = 0; i < x->w->checking.n_checks; i++)
		if (!x->w->checking.checks[i].judged)
			rd_json_text(&j, x->w->checking.checks[i].slug);
	rd_json_close(&j);
	x->blind = (rd_str){rd_arena_copy(x->tx->arena, list.data, list.size), (uint32_t)list.size};
	rd_buf_done(&list);
}

static rd_rc write_rows(applying *x, rd_err *err)
{
	for (uint32_t i = 0; i < x->n; i++)
		RD_TRY(write_row(x, &x->fates[i], err));
	list_blind(x);
	return rd_q_finding_seen(x->tx, rd_cell(&x->w->books, RD_COL_ID)->i, x->w->run_id, x->blind,
	                         NULL, err);
}

/* ---- the grade ---- */

static rd_rc grade(applying *x, rd_err *err)
{
	const rd_checking *c = &x->w->checking;
	const rd_q_finding_tally_row *rows;
	uint32_t n, off = 0;
	rd_buf text;

	RD_TRY(
		rd_q_finding_tally(x->tx, rd_cell(&x->w->books, RD_COL_ID)->i, TALLY_MAX, &rows, &n, err));
	rd_health_row *list = RD_NEW_N(x->tx->arena, rd_health_row, n + 1);

	for (uint32_t i = 0; i < n; i++) {
		list[i] = (rd_health_row){rows[i].slug, (uint32_t)rows[i].severity, rows[i].certainty == 1,
		                          rows[i].n, rd_checking_title(rows[i].slug, x->tx->arena)};
		x->live += rows[i].n;
	}
	for (uint32_t i = 0; i < c->n_checks; i++)
		off += c->checks[i].off;
	x->health = rd_health_of(list, n, c->vouchers);
	rd_buf_init(&text, REASONS_MAX);
	rd_health_reasons(&x->health, list, n, c->vouchers, c->n_ran, c->n_checks - c->n_ran - off,
	                  x->w->english ? RD_EN : RD_ZH, &text);
	x->reasons = (rd_str){rd_arena_copy(x->tx->arena, text.data, text.size), (uint32_t)text.size};
	rd_buf_done(&text);
	return RD_OK;
}

static rd_str grade_of(const applying *x)
{
	return (rd_str){rd_arena_copy(x->tx->arena, x->health.grade, 1), 1};
}

/* ---- the end ---- */

static rd_rc write_books(const applying *x, rd_err *err)
{
	rd_record now = rd_record_copy(x->tx->arena, &x->w->books);

	*rd_field_cell(&now, "last_run") = RD_VALUE_INT(x->w->run_id);
	*rd_field_cell(&now, "health") = RD_VALUE_TEXT(grade_of(x));
	*rd_field_cell(&now, "health_reason") = RD_VALUE_TEXT(x->reasons);
	*rd_field_cell(&now, "live_findings") = RD_VALUE_INT(x->live);
	return rd_record_write(x->tx, &x->system, &x->w->books, &now, err);
}

static void set(const rd_record *r, const char *field, int64_t v)
{
	*rd_field_cell(r, field) = RD_VALUE_INT(v);
}

static rd_rc write_run(const applying *x, uint32_t opened, const char *hex, rd_err *err)
{
	const rd_run_work *w = x->w;
	rd_record now = rd_record_copy(x->tx->arena, &w->run);

	if (w->checking.as_of != RD_DAY_NONE)
		set(&now, "as_of", w->checking.as_of);
	set(&now, "ended_at", x->tx->now_us);
	set(&now, "findings", x->live);
	set(&now, "new", x->fresh);
	set(&now, "known", x->known);
	set(&now, "gone", x->gone);
	set(&now, "suppressed", x->suppressed);
	set(&now, "opened", opened);
	*rd_field_cell(&now, "grade") = RD_VALUE_TEXT(grade_of(x));
	*rd_field_cell(&now, "reasons") = RD_VALUE_TEXT(x->reasons);
	*rd_field_cell(&now, "result") = RD_VALUE_TEXT(rd_str_of(hex));
	return rd_run_move(x->tx, &w->run, &now, "finish", "done", err);
}

static rd_rc attach(const applying *x, const char *hex, rd_err *err)
{
	const rd_run_work *w = x->w;
	const rd_attachment file = {.name = w->english ? RD_STR("check result.json")
	                                               : RD_STR("检查结果.json"),
	                            .sha256 = rd_str_of(hex),
	                            .media_type = RD_STR("application/json"),
	                            .size = w->blob.size};
	int64_t id;

	return rd_attachment_add(w->engine, x->tx, &x->system, w->run.kind, w->run_id, &file, &id, err);
}

rd_rc rd_run_apply(const rd_run_work *w, rd_tx *tx, rd_err *err)
{
	applying x = {.w = w, .tx = tx, .system = rd_desk_system(tx->firm_id)};
	char hex[65], hex_of[65] = "";

	rd_run_hash_hex(&w->blob, hex);
	if (w->has_of)
		rd_run_hash_hex(&w->blob_of, hex_of);
	RD_TRY(rd_blob_add(tx, &w->blob, err));
	if (w->has_of)
		RD_TRY(rd_blob_add(tx, &w->blob_of, err));
	RD_TRY(judge(&x, err));
	rd_grouping g = {.engine = w->engine,
	                 .books = &w->books,
	                 .run_id = w->run_id,
	                 .run_number = rd_cell(&w->run, RD_COL_NUMBER)->str,
	                 .english = w->english,
	                 .sha256 = rd_str_of(hex),
	                 .sha256_of = rd_str_of(hex_of),
	                 .size = w->blob.size,
	                 .size_of = w->blob_of.size,
	                 .types = w->types,
	                 .n_types = w->n_types};

	RD_TRY(rd_grouping_assign(&g, tx, x.alive, x.n_alive, err));
	RD_TRY(write_rows(&x, err));
	RD_TRY(rd_grouping_settle(&g, tx, err));
	RD_TRY(grade(&x, err));
	RD_TRY(write_books(&x, err));
	RD_TRY(attach(&x, hex, err));
	return write_run(&x, g.n_opened, hex, err);
}
