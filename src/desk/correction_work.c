#include "desk/correction_work.h"
#include "base/digest.h"
#include "correct/apply.h"
#include "correct/diff.h"
#include "correct/propose.h"
#include "correct/seen.h"
#include "desk/checking_options.h"
#include "desk/draft.h"
#include "io/export_vouchers.h"
#include "report/vouchers_xlsx.h"
#include <jansson.h>
#include <stdio.h>

#define SHOWN 50u
#define KEPT  20u

rd_rc rd_correction_text_check(rd_arena *arena, rd_str vouchers, rd_err *err)
{
	rd_drafts drafts;

	return rd_drafts_read(arena, vouchers, &drafts, err);
}

static rd_rc full(const rd_buf *out, rd_err *err)
{
	if (out->full)
		return rd_fail(err, RD_LIMIT, "结果太大", "the answer is too large");
	return RD_OK;
}

/* ---- proposals ---- */

static void options_of(const rd_correction_ask *ask, rd_arena *arena, rd_run_options *ret)
{
	rd_checking_options(&ask->checks, arena, ret);
	ret->threads = ret->threads ? ret->threads : 1;
}

static rd_rc run(rd_arena *arena, const rd_book *b, const rd_correction_ask *ask, rd_result **ret,
                 rd_err *err)
{
	rd_run_options o;

	options_of(ask, arena, &o);
	return rd_run_checks(b, &o, ret, err);
}

static const rd_finding *find(const rd_result *r, const uint8_t fingerprint[16])
{
	for (uint32_t i = 0; i < r->n_findings; i++)
		if (memcmp(r->findings[i].fingerprint, fingerprint, 16) == 0)
			return &r->findings[i];
	return NULL;
}

static rd_rc fingerprint_of(rd_str hex, uint8_t ret[16], rd_err *err)
{
	if (!rd_fingerprint_parse(hex, ret))
		return rd_fail(err, RD_INPUT, "线索指纹应为 32 位十六进制数字",
		               "a fingerprint has 32 hex digits");
	return RD_OK;
}

static void put_proposal(rd_arena *arena, const rd_book *b, const rd_correction_ask *ask,
                         const rd_proposal *p, rd_buf *out)
{
	rd_draft_terms terms = {.first_open = ask->first_open};
	rd_draft_problems problems = {0};
	rd_json j;

	if (p->drafts.n)
		rd_drafts_check(arena, b, &p->drafts, &terms, &problems);
	rd_json_init(&j, out, 0);
	rd_json_object(&j);
	rd_json_key(&j, "proposal");
	rd_proposal_json(&j, p);
	rd_json_key(&j, "problems");
	rd_draft_problems_json(&j, &problems);
	rd_json_close(&j);
	rd_json_end(&j);
}

static rd_correct_terms terms_of(const rd_correction_ask *ask)
{
	return (rd_correct_terms){.as_of = ask->as_of,
	                          .first_open = ask->first_open,
	                          .materiality = ask->materiality};
}

rd_rc rd_correction_propose(rd_arena *arena, const rd_book *b, const rd_correction_ask *ask,
                            rd_buf *out, rd_err *err)
{
	rd_correct_terms terms = terms_of(ask);
	uint8_t print[16];
	rd_result *r;
	rd_proposal p;

	RD_TRY(fingerprint_of(ask->finding, print, err));
	RD_TRY(run(arena, b, ask, &r, err));
	const rd_finding *f = find(r, print);

	if (f) {
		rd_correct_propose(arena, r, f, &terms, &p);
		put_proposal(arena, b, ask, &p, out);
	}
	rd_result_free(r);
	if (f == NULL)
		return rd_fail(err, RD_NOT_FOUND, "当前账套里已没有这条线索",
		               "the books do not have this finding any more");
	return full(out, err);
}

rd_rc rd_correction_rewrite(rd_arena *arena, const rd_book *b, const rd_correction_ask *ask,
                            rd_buf *out, rd_err *err)
{
	rd_correct_terms terms = terms_of(ask);
	rd_drafts wanted;
	rd_proposal p;

	RD_TRY(rd_drafts_read(arena, ask->vouchers, &wanted, err));
	if (wanted.n != 1 || !wanted.items[0].has_original)
		return rd_fail(err, RD_INPUT, "请给出一张凭证：original 是原凭证，lines 是应有的分录",
		               "one voucher is wanted: its original, and the lines it should have");
	rd_row v = rd_voucher_ref_find(b, &wanted.items[0].original);

	if (v == RD_NONE)
		return rd_fail(err, RD_NOT_FOUND, "账套里没有这张原凭证，或有几张分不清",
		               "the books do not have this voucher, or several like it");
	rd_correct_rewrite(arena, b, v, wanted.items[0].lines, wanted.items[0].n_lines, &terms, &p);
	put_proposal(arena, b, ask, &p, out);
	return full(out, err);
}

rd_rc rd_correction_look(rd_arena *arena, const rd_book *b, const rd_correction_ask *ask,
                         rd_buf *out, rd_err *err)
{
	rd_draft_terms terms = {.first_open = ask->first_open};
	rd_draft_problems problems;
	rd_drafts drafts;
	rd_json j;

	RD_TRY(rd_drafts_read(arena, ask->vouchers, &drafts, err));
	rd_drafts_check(arena, b, &drafts, &terms, &problems);
	rd_json_init(&j, out, 0);
	rd_json_object(&j);
	rd_json_put_bool(&j, "ready", problems.errors == 0);
	rd_json_key(&j, "problems");
	rd_draft_problems_json(&j, &problems);
	rd_json_close(&j);
	rd_json_end(&j);
	return full(out, err);
}

/* ---- the trial ---- */

static void digest_of(rd_str vouchers, char ret[65])
{
	uint8_t sum[32];
	rd_sha256 d;

	rd_sha256_init(&d);
	rd_sha256_add(&d, vouchers.ptr, vouchers.len);
	rd_sha256_end(&d, sum);
	for (uint32_t i = 0; i < 32; i++)
		snprintf(ret + 2 * i, 3, "%02x", sum[i]);
}

typedef struct trial {
	const rd_correction_ask *ask;
	rd_draft_problems problems;
	rd_result *before;
	rd_simulation sim;
	bool tried;
} trial;

static void put_trial(const trial *t, uint32_t max, bool kept, rd_buf *out)
{
	char hash[65];
	rd_json j;

	digest_of(t->ask->vouchers, hash);
	rd_json_init(&j, out, 0);
	rd_json_object(&j);
	if (kept) {
		rd_json_put_text(&j, "vouchers_sha256", hash);
		rd_json_put_str(&j, "contents", t->ask->contents);
	}
	rd_json_put_int(&j, "errors", t->problems.errors);
	rd_json_key(&j, "problems");
	rd_draft_problems_json(&j, &t->problems);
	rd_json_key(&j, "simulation");
	if (t->tried)
		rd_simulation_json(&j, &t->sim, t->before, max);
	else
		rd_json_null(&j);
	rd_json_close(&j);
	rd_json_end(&j);
}

/* The record holds so many characters: what does not fit is left out, and counted. */
static void keep(const trial *t, rd_buf *kept)
{
	for (uint32_t max = KEPT;; max = max / 4) {
		rd_buf_clear(kept);
		put_trial(t, max, true, kept);
		if ((!kept->full && kept->size <= RD_CORRECTION_TEXT_MAX) || max == 0)
			return;
	}
}

static rd_rc try_it(rd_arena *arena, const rd_book *b, const rd_drafts *drafts, trial *t,
                    rd_err *err)
{
	uint8_t print[16];
	bool target = t->ask->finding.len > 0;
	rd_run_options o;

	options_of(t->ask, arena, &o);
	if (target)
		RD_TRY(fingerprint_of(t->ask->finding, print, err));
	RD_TRY(run(arena, b, t->ask, &t->before, err));
	rd_rc rc = rd_simulate(arena, b, t->before, drafts, &o, target ? print : NULL, &t->sim, err);

	t->tried = rc == RD_OK;
	return rc;
}

rd_rc rd_correction_try(rd_arena *arena, const rd_book *b, const rd_correction_ask *ask,
                        rd_buf *out, rd_buf *kept, rd_err *err)
{
	rd_draft_terms terms = {.first_open = ask->first_open};
	trial t = {.ask = ask};
	rd_drafts drafts;

	RD_TRY(rd_drafts_read(arena, ask->vouchers, &drafts, err));
	rd_drafts_check(arena, b, &drafts, &terms, &t.problems);
	/* What is wrong is not tried: the problems say what to do first. */
	rd_rc rc = t.problems.errors ? RD_OK : try_it(arena, b, &drafts, &t, err);

	if (rc == RD_OK) {
		put_trial(&t, SHOWN, false, out);
		keep(&t, kept);
	}
	if (t.tried)
		rd_simulation_done(&t.sim);
	rd_result_free(t.before);
	if (rc != RD_OK)
		return rc;
	return full(out, err);
}

rd_rc rd_correction_tried(rd_str kept, rd_str vouchers, rd_err *err)
{
	json_t *o = kept.len ? json_loadb(kept.ptr, kept.len, 0, NULL) : NULL;
	const char *had = json_string_value(json_object_get(o, "vouchers_sha256"));
	json_int_t errors = json_integer_value(json_object_get(o, "errors"));
	char hash[65];

	digest_of(vouchers, hash);
	bool same = had && strcmp(had, hash) == 0;

	json_decref(o);
	if (!same)
		return rd_fail(err, RD_BARRED, "更正凭证改动后还没有试算；请先试算",
		               "the vouchers were changed since they were tried: try them first");
	if (errors)
		return rd_fail(err, RD_BARRED, "更正凭证还有 %d 处问题；请先改好再试算",
		               "%d things are wrong with the vouchers: put them right and try again",
		               (int)errors);
	return RD_OK;
}

/* ---- files ---- */

rd_rc rd_correction_export(rd_arena *arena, const rd_book *b, const rd_correction_ask *ask,
                           const rd_correction_file *file, rd_buf *out, rd_err *err)
{
	rd_voucher_form form = RD_VOUCHERS_CSV;
	bool xlsx = rd_str_is(file->form, "xlsx");
	rd_drafts drafts;
	rd_book *after;
	char path[64];
	rd_rc rc;

	if (!xlsx && !rd_voucher_form_find(file->form, &form))
		return rd_fail(err, RD_INPUT, "form 应为 csv、jdy、k3、t3 或 xlsx",
		               "form is csv, jdy, k3, t3 or xlsx");
	RD_TRY(rd_drafts_read(arena, ask->vouchers, &drafts, err));
	RD_TRY(rd_drafts_apply(b, &drafts, &after, err));
	if (xlsx) {
		snprintf(path, sizeof path, "/proc/self/fd/%d", file->fd);
		rc = rd_vouchers_xlsx(after, b->voucher.n, after->voucher.n, path, file->folder,
		                      file->at_us, err);
	} else {
		rc = rd_export_vouchers(after, b->voucher.n, after->voucher.n, form,
		                        file->gb18030 || rd_voucher_form_is_gb18030(form), out, err);
	}
	rd_book_free(after);
	return rc;
}

/* ---- the next import ---- */

rd_rc rd_correction_sought(rd_arena *arena, const rd_book *b, rd_str vouchers, bool *ret_all,
                           rd_buf *missing, rd_err *err)
{
	rd_drafts drafts;
	uint32_t n;

	RD_TRY(rd_drafts_read(arena, vouchers, &drafts, err));
	rd_draft_seen *seen = rd_drafts_seen(arena, b, &drafts, &n);

	*ret_all = n == 0;
	for (int lang = 0; lang < 2 && n; lang++)
		rd_drafts_missing_text(b, &drafts, seen, lang, missing);
	return RD_OK;
}
