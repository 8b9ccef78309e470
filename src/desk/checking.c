#include "desk/checking.h"
#include "desk/checking_options.h"
#include "base/buf.h"
#include "base/hash.h"
#include "base/json.h"
#include "check/run.h"
#include <stdio.h>

#define TEXT_MAX ((size_t)1 << 20)

/* ---- what goes in ---- */

static const char *cstr(rd_arena *a, rd_str s)
{
	return rd_arena_copy(a, s.ptr, s.len);
}

static rd_rc enabled_fits(const rd_param_value *v, rd_err *err)
{
	if (rd_str_is(v->value, "true") || rd_str_is(v->value, "false"))
		return RD_OK;
	return rd_fail(err, RD_INPUT, "enabled 只能是 true 或 false", "enabled is true or false");
}

rd_rc rd_checking_fits(const rd_param_value *v, rd_err *err)
{
	rd_arena *a = rd_arena_new();
	const rd_setting s = {cstr(a, v->slug), cstr(a, v->param), cstr(a, v->value)};
	rd_rc rc;

	if (rd_check_find(s.check) == NULL)
		rc = rd_fail(err, RD_INPUT, "没有这个检查项：%.60s", "there is no such check: %.60s",
		             s.check);
	else if (rd_str_is(v->param, "enabled"))
		rc = enabled_fits(v, err);
	else
		rc = rd_setting_check(&s, err);
	rd_arena_free(a);
	return rc;
}

static bool turns_off(const rd_param_value *v)
{
	return rd_str_is(v->param, "enabled") && rd_str_is(v->value, "false");
}

static void put_params(const rd_checking_input *in, rd_arena *a, rd_run_options *o)
{
	rd_setting *settings = RD_NEW_N(a, rd_setting, in->n_params + 1);
	const char **skip = RD_NEW_N(a, const char *, in->n_params + 1);
	uint32_t n_skip = 0;

	for (uint32_t i = 0; i < in->n_params; i++) {
		const rd_param_value *v = &in->params[i];
		rd_err ignored;

		if (rd_checking_fits(v, &ignored) != RD_OK)
			continue;
		if (turns_off(v))
			skip[n_skip++] = cstr(a, v->slug);
		else if (!rd_str_is(v->param, "enabled"))
			settings[o->n_settings++] =
				(rd_setting){cstr(a, v->slug), cstr(a, v->param), cstr(a, v->value)};
	}
	o->settings = settings;
	o->skip = n_skip ? skip : NULL;
}

static void put_passes(const rd_checking_input *in, rd_arena *a, rd_run_options *o)
{
	rd_suppression *list = RD_NEW_N(a, rd_suppression, in->n_passes + 1);

	for (uint32_t i = 0; i < in->n_passes; i++) {
		const rd_pass *p = &in->passes[i];

		list[i] = (rd_suppression){.check = p->slug,
		                           .fingerprint = p->fingerprint,
		                           .voucher = p->voucher,
		                           .account = p->account,
		                           .party = p->party,
		                           .reason = p->grounds,
		                           .until = INT32_MAX,
		                           .line = i};
	}
	o->suppressions = list;
	o->n_suppressions = in->n_passes;
}

void rd_checking_options(const rd_checking_input *in, rd_arena *a, rd_run_options *ret)
{
	*ret = (rd_run_options){.threads = in->threads,
	                        .as_of = RD_DAY_NONE,
	                        .progress = in->progress,
	                        .progress_ctx = in->progress_ctx};
	put_params(in, a, ret);
	put_passes(in, a, ret);
}

/* ---- texts of one finding ---- */

typedef struct making {
	const rd_result *result;
	const rd_book *book;
	rd_arena *arena;
	rd_buf text, part; /* scratch */
	rd_json json;
} making;

static rd_str keep(making *m)
{
	return (rd_str){rd_arena_copy(m->arena, m->text.data ? m->text.data : "", m->text.size),
	                (uint32_t)m->text.size};
}

static rd_str copied(making *m, rd_str s)
{
	return (rd_str){rd_arena_copy(m->arena, s.ptr, s.len), s.len};
}

static rd_json *begin(making *m)
{
	rd_buf_clear(&m->text);
	rd_json_init(&m->json, &m->text, 0);
	return &m->json;
}

static const char *fact_kind(rd_fact_kind k)
{
	switch (k) {
	case RD_FACT_MONEY: return "money";
	case RD_FACT_INT: return "int";
	case RD_FACT_DAY: return "day";
	case RD_FACT_PERIOD: return "period";
	case RD_FACT_PERMILLE: return "permille";
	case RD_FACT_MILLI: return "milli";
	default: return "text";
	}
}

static bool is_number(rd_fact_kind k)
{
	return k == RD_FACT_MONEY || k == RD_FACT_INT || k == RD_FACT_PERMILLE || k == RD_FACT_MILLI;
}

static void put_formatted(making *m, const rd_fact *f, const char *key, int lang)
{
	rd_buf_clear(&m->part);
	rd_fact_format(m->book, f, lang, &m->part);
	rd_json_put_str(&m->json, key, rd_buf_view(&m->part));
}

static rd_str facts_of(making *m, const rd_finding *f)
{
	rd_json *j = begin(m);

	rd_json_object(j);
	for (const rd_fact *x = f->facts; x && x->kind != RD_FACT_END; x++) {
		rd_json_key(j, x->name);
		rd_json_object(j);
		rd_json_put_text(j, "kind", fact_kind(x->kind));
		if (is_number(x->kind))
			rd_json_put_int(j, "value", x->i);
		put_formatted(m, x, "zh", RD_ZH);
		put_formatted(m, x, "en", RD_EN);
		rd_json_close(j);
	}
	rd_json_close(j);
	return keep(m);
}

static void put_place(making *m, rd_place p)
{
	const rd_file *file = &m->book->files[p.file];
	char hex[65];

	rd_json_object(&m->json);
	rd_json_put_str(&m->json, "file", rd_book_text(m->book, file->name));
	for (int i = 0; file->has_sha256 && i < 32; i++)
		(void)snprintf(hex + 2 * i, 3, "%02x", file->sha256[i]);
	rd_json_put_text(&m->json, "sha256", file->has_sha256 ? hex : NULL);
	rd_json_put_int(&m->json, "line", p.line);
	rd_json_close(&m->json);
}

static rd_str places_of(making *m, const rd_finding *f)
{
	rd_json *j = begin(m);

	rd_json_array(j);
	for (uint32_t i = 0; i < f->n_places; i++)
		if (f->places[i].file)
			put_place(m, f->places[i]);
	rd_json_close(j);
	return keep(m);
}

static void put_line(making *m, rd_row v, rd_row i)
{
	const rd_book *b = m->book;
	rd_place place = rd_line_place(b, i);
	rd_json *j = &m->json;
	char name[300], day[16];

	rd_json_object(j);
	rd_voucher_name(b, v, true, name, sizeof name);
	rd_json_put_text(j, "voucher", name);
	rd_day_format(rd_line_date(b, i), day);
	rd_json_put_text(j, "date", day[0] ? day : NULL);
	rd_json_put_str(j, "account", rd_book_text(b, b->account.code[b->line.account[i]]));
	rd_json_put_str(j, "account_name", rd_book_text(b, b->account.name[b->line.account[i]]));
	if (b->line.party[i])
		rd_json_put_str(j, "party", rd_book_text(b, b->party.name[b->line.party[i]]));
	rd_json_put_str(j, "text", rd_book_text(b, rd_line_text(b, i)));
	rd_json_put_int(j, "debit", rd_line_debit(b, i));
	rd_json_put_int(j, "credit", rd_line_credit(b, i));
	rd_json_put_str(j, "file", rd_book_text(b, b->files[place.file].name));
	rd_json_put_int(j, "line", place.line);
	rd_json_close(j);
}

/* The lines of its vouchers as they are now. */
static rd_str lines_of(making *m, const rd_finding *f)
{
	const rd_row vouchers[] = {f->voucher, f->other};
	const rd_book *b = m->book;
	rd_json *j = begin(m);
	uint32_t n = 0;

	rd_json_array(j);
	for (int k = 0; k < 2; k++) {
		rd_row v = vouchers[k];

		if (v == RD_NONE || v >= b->voucher.n)
			continue;
		for (rd_row i = b->voucher.first[v]; i < b->voucher.first[v + 1] && n < RD_FOUND_LINES_MAX;
		     i++, n++)
			put_line(m, v, i);
	}
	rd_json_close(j);
	return keep(m);
}

static void add_person(making *m, rd_found *to, const rd_text *column, rd_row v)
{
	rd_str name = column ? rd_str_trim(rd_book_text(m->book, column[v])) : (rd_str){"", 0};

	for (uint32_t i = 0; i < to->n_persons; i++)
		if (rd_str_eq(to->persons[i], name))
			return;
	if (name.len && to->n_persons < RD_FOUND_PERSONS_MAX)
		to->persons[to->n_persons++] = copied(m, name);
}

static void put_persons(making *m, const rd_finding *f, rd_found *to)
{
	const rd_vouchers *t = &m->book->voucher;
	const rd_row vouchers[] = {f->voucher, f->other};

	for (int k = 0; k < 2; k++)
		if (vouchers[k] != RD_NONE && vouchers[k] < t->n) {
			add_person(m, to, t->preparer, vouchers[k]);
			add_person(m, to, t->reviewer, vouchers[k]);
			add_person(m, to, t->poster, vouchers[k]);
		}
}

static rd_str message(making *m, const rd_finding *f, int lang)
{
	rd_buf_clear(&m->text);
	rd_finding_message(m->result, f, lang, &m->text);
	return keep(m);
}

static rd_period period_of(const rd_finding *f)
{
	return f->period ? f->period : f->day != RD_DAY_NONE ? rd_day_period(f->day) : 0;
}

static void make(making *m, const rd_checking_input *in, const rd_finding *f, rd_found *to)
{
	const rd_check *check = rd_checks[f->check];
	const rd_book *b = m->book;
	char text[300];

	rd_fingerprint_hex(f->fingerprint, to->fingerprint);
	to->slug = check->slug;
	to->kind = f->kind == RD_KIND_COLLAPSED ? "collapsed" : check->messages[f->kind].name;
	to->severity = (uint8_t)f->severity;
	to->indicator = f->certainty == RD_INDICATOR;
	if (f->state == RD_STATE_SUPPRESSED)
		to->pass_id = in->passes[f->suppressed_by->line].id;
	text[0] = 0;
	if (f->voucher != RD_NONE && f->voucher < b->voucher.n)
		rd_voucher_name(b, f->voucher, false, text, sizeof text);
	to->voucher = copied(m, rd_str_of(text));
	to->account = copied(m, rd_book_text(b, b->account.code[f->account]));
	to->party = copied(m, rd_book_text(b, b->party.key[f->party]));
	rd_period_format(period_of(f), text);
	to->period = copied(m, rd_str_of(period_of(f) ? text : ""));
	to->day = f->day;
	to->at_stake = f->at_stake;
	to->zh = message(m, f, RD_ZH);
	to->en = message(m, f, RD_EN);
	to->facts = facts_of(m, f);
	to->places = places_of(m, f);
	to->lines = lines_of(m, f);
	put_persons(m, f, to);
	uint64_t h = rd_hash_i64(RD_HASH_START, to->severity * 2 + to->indicator);

	h = rd_hash_str(rd_hash_str(rd_hash_str(h, to->zh), to->en), to->places);
	to->digest = (int64_t)(rd_hash_i64(h, to->at_stake) >> 1);
}

/* ---- the run ---- */

static bool is_off(const rd_checking_input *in, const char *slug)
{
	for (uint32_t i = 0; i < in->n_params; i++)
		if (rd_str_is(in->params[i].slug, slug) && turns_off(&in->params[i]))
			return true;
	return false;
}

static void put_checks(const rd_checking_input *in, const rd_result *r, rd_arena *a,
                       rd_checking *ret)
{
	rd_checked *list = RD_NEW_N(a, rd_checked, rd_checks_count);

	for (uint32_t i = 0; i < rd_checks_count; i++) {
		const rd_check_result *c = &r->checks[i];

		list[i] = (rd_checked){.slug = rd_checks[i]->slug,
		                       .ran = c->state == RD_CHECK_RAN,
		                       .off = is_off(in, rd_checks[i]->slug),
		                       .reason = c->reason};
		list[i].judged = list[i].ran && !c->collapsed;
		ret->n_ran += list[i].ran;
		/* Above the limit of the engine some were not kept; a collapsed one stands for all. */
		if (!c->collapsed && c->emitted > c->findings && c->findings >= RD_FOUND_OF_CHECK_MAX)
			list[i].left_out = c->emitted - c->findings;
	}
	ret->checks = list;
	ret->n_checks = rd_checks_count;
}

static void put_found(making *m, const rd_checking_input *in, const rd_result *r, rd_checking *ret)
{
	rd_found *list = RD_NEW_N(m->arena, rd_found, r->n_findings + 1);
	uint32_t *of = RD_NEW_N(m->arena, uint32_t, rd_checks_count);
	rd_checked *checks = (rd_checked *)(uintptr_t)ret->checks;

	for (uint32_t i = 0; i < r->n_findings; i++) {
		const rd_finding *f = &r->findings[i];

		if (ret->n_found == RD_FOUND_MAX || of[f->check] == RD_FOUND_OF_CHECK_MAX) {
			checks[f->check].left_out++;
			continue;
		}
		of[f->check]++;
		make(m, in, f, &list[ret->n_found++]);
	}
	for (uint32_t i = 0; i < rd_checks_count; i++)
		checks[i].judged = checks[i].judged && checks[i].left_out == 0;
	ret->found = list;
}

rd_rc rd_checking_run(const rd_checking_input *in, rd_arena *a, rd_checking *ret_checking,
                      rd_err *err)
{
	rd_run_options o;
	rd_checking all = {.vouchers = in->book->voucher.n, .lines = in->book->line.n};
	rd_result *r;

	rd_checking_options(in, a, &o);
	RD_TRY(rd_run_checks(in->book, &o, &r, err));
	making m = {.result = r, .book = in->book, .arena = a};

	rd_buf_init(&m.text, TEXT_MAX);
	rd_buf_init(&m.part, TEXT_MAX);
	all.as_of = r->as_of;
	put_checks(in, r, a, &all);
	put_found(&m, in, r, &all);
	rd_buf_done(&m.part);
	rd_buf_done(&m.text);
	rd_result_free(r);
	*ret_checking = all;
	return RD_OK;
}

/* ---- names ---- */

const char *rd_checking_severity(uint32_t severity)
{
	return rd_severity_name((rd_severity)severity);
}

rd_words rd_checking_severity_words(uint32_t severity)
{
	return rd_severity_words((rd_severity)severity);
}

int32_t rd_checking_severity_of(rd_str name)
{
	for (uint32_t i = 0; i < RD_SEVERITIES; i++)
		if (rd_str_is(name, rd_checking_severity(i)))
			return (int32_t)i;
	return -1;
}

rd_words rd_checking_title(rd_str slug, rd_arena *a)
{
	const char *name = cstr(a, slug);
	const rd_check *check = rd_check_find(name);

	return check ? check->title : (rd_words){name, name};
}

uint64_t rd_checking_release(void)
{
	uint64_t h = RD_HASH_START;

	for (uint32_t i = 0; i < rd_checks_count; i++)
		h = rd_hash_i64(rd_hash_str(h, rd_str_of(rd_checks[i]->slug)), rd_checks[i]->version);
	return h;
}
