#include "base/json.h"
#include "base/threads.h"
#include "book/serial.h"
#include "report/common.h"
#include <stdio.h>

/* The schema is docs/findings.schema.json; a change that is no addition gets a new number. */
#define SCHEMA "redink.findings/1"

#define TEXT_BYTES ((size_t)1 << 20)

typedef struct out {
	const rd_report *r;
	const rd_book *b;
	rd_writer *w;
	rd_json j;
	rd_buf text; /* scratch */
} out;

static void put_name(out *o, const char *key, rd_text id)
{
	rd_json_key(&o->j, key);
	if (id)
		rd_json_str(&o->j, rd_book_text(o->b, id));
	else
		rd_json_null(&o->j);
}

static void put_day(out *o, const char *key, rd_day day)
{
	char text[16];

	rd_day_format(day, text);
	rd_json_put_text(&o->j, key, text[0] ? text : NULL);
}

static void put_period(out *o, const char *key, rd_period p)
{
	char text[16];

	rd_period_format(p, text);
	rd_json_put_text(&o->j, key, p ? text : NULL);
}

static void put_serial(out *o, const char *key, rd_serial s)
{
	char text[256];

	rd_serial_format(o->b, s, text, sizeof text);
	rd_json_put_text(&o->j, key, s ? text : NULL);
}

static void put_account(out *o, const char *key, rd_row a)
{
	rd_json_key(&o->j, key);
	if (a == 0 || a >= o->b->account.n) {
		rd_json_null(&o->j);
		return;
	}
	rd_json_object(&o->j);
	rd_json_put_str(&o->j, "code", rd_book_text(o->b, o->b->account.code[a]));
	rd_json_put_str(&o->j, "name", rd_book_text(o->b, o->b->account.name[a]));
	rd_json_close(&o->j);
}

static void put_party(out *o, const char *key, rd_row p)
{
	rd_json_key(&o->j, key);
	if (p == 0 || p >= o->b->party.n) {
		rd_json_null(&o->j);
		return;
	}
	rd_json_object(&o->j);
	rd_json_put_str(&o->j, "code", rd_book_text(o->b, o->b->party.code[p]));
	rd_json_put_str(&o->j, "name", rd_book_text(o->b, o->b->party.name[p]));
	rd_json_close(&o->j);
}

static void put_voucher(out *o, const char *key, rd_row v)
{
	const rd_vouchers *t = &o->b->voucher;

	rd_json_key(&o->j, key);
	if (v == RD_NONE || v >= t->n) {
		rd_json_null(&o->j);
		return;
	}
	rd_json_object(&o->j);
	put_name(o, "journal", t->journal ? t->journal[v] : 0);
	put_serial(o, "number", t->number ? t->number[v] : 0);
	put_period(o, "period", t->period ? t->period[v] : 0);
	put_day(o, "date", t->date ? t->date[v] : RD_DAY_NONE);
	rd_json_close(&o->j);
}

static void put_place(out *o, rd_place p)
{
	rd_json_object(&o->j);
	rd_json_put_str(&o->j, "file", rd_book_text(o->b, o->b->files[p.file].name));
	rd_json_put_int(&o->j, "line", p.line);
	rd_json_close(&o->j);
}

/* ---- facts ---- */

static const char *fact_kind_name(rd_fact_kind k)
{
	static const char *const names[] = {
		[RD_FACT_END] = "",          [RD_FACT_MONEY] = "money",
		[RD_FACT_INT] = "int",       [RD_FACT_DAY] = "day",
		[RD_FACT_PERIOD] = "period", [RD_FACT_PERMILLE] = "permille",
		[RD_FACT_TEXT] = "text",     [RD_FACT_STR] = "text",
		[RD_FACT_WORDS] = "words",   [RD_FACT_ACCOUNT] = "account",
		[RD_FACT_PARTY] = "party",   [RD_FACT_VOUCHER] = "voucher",
		[RD_FACT_LINE] = "place",    [RD_FACT_SERIAL] = "number",
		[RD_FACT_FILE] = "file",     [RD_FACT_MILLI] = "milli",
	};

	return (size_t)k < sizeof names / sizeof names[0] && names[k] ? names[k] : "text";
}

static void put_fact_value(out *o, const rd_fact *f)
{
	switch (f->kind) {
	case RD_FACT_MONEY:
	case RD_FACT_INT:
	case RD_FACT_PERMILLE:
	case RD_FACT_MILLI: rd_json_put_int(&o->j, "value", f->i); return;
	case RD_FACT_DAY: put_day(o, "value", (rd_day)f->i); return;
	case RD_FACT_PERIOD: put_period(o, "value", (rd_period)f->i); return;
	case RD_FACT_STR: rd_json_put_str(&o->j, "value", f->s); return;
	case RD_FACT_WORDS: rd_json_put_words(&o->j, "value", f->w); return;
	case RD_FACT_ACCOUNT: put_account(o, "value", (rd_row)f->i); return;
	case RD_FACT_PARTY: put_party(o, "value", (rd_row)f->i); return;
	case RD_FACT_VOUCHER: put_voucher(o, "value", (rd_row)f->i); return;
	case RD_FACT_SERIAL: put_serial(o, "value", (rd_serial)f->i); return;
	case RD_FACT_TEXT: put_name(o, "value", (rd_text)f->i); return;
	case RD_FACT_LINE:
		rd_json_key(&o->j, "value");
		put_place(o, rd_line_place(o->b, (rd_row)f->i));
		return;
	default:
		rd_buf_clear(&o->text);
		rd_fact_format(o->b, f, RD_EN, &o->text);
		rd_json_put_str(&o->j, "value", rd_buf_view(&o->text));
		return;
	}
}

static void put_facts(out *o, const rd_fact *facts)
{
	rd_json_key(&o->j, "facts");
	rd_json_object(&o->j);
	for (const rd_fact *f = facts; f && f->kind != RD_FACT_END; f++) {
		rd_json_key(&o->j, f->name);
		rd_json_object(&o->j);
		rd_json_put_text(&o->j, "kind", fact_kind_name(f->kind));
		put_fact_value(o, f);
		rd_json_close(&o->j);
	}
	rd_json_close(&o->j);
}

/* ---- books ---- */

static void put_file(out *o, const rd_file *f)
{
	char hex[65];

	for (int i = 0; i < 32; i++)
		snprintf(hex + 2 * i, 3, "%02x", f->sha256[i]);
	rd_json_object(&o->j);
	put_name(o, "name", f->name);
	rd_json_put_text(&o->j, "kind", rd_file_kind_name(f->kind));
	rd_json_put_text(&o->j, "sha256", f->has_sha256 ? hex : NULL);
	rd_json_put_int(&o->j, "bytes", (int64_t)f->bytes);
	put_name(o, "format", f->format);
	put_name(o, "encoding", f->encoding);
	rd_json_key(&o->j, "layout");
	rd_json_object(&o->j);
	rd_json_put_str(&o->j, "zh", rd_file_layout(o->b, f, RD_ZH));
	rd_json_put_str(&o->j, "en", rd_file_layout(o->b, f, RD_EN));
	rd_json_close(&o->j);
	rd_json_put_int(&o->j, "records_read", (int64_t)f->records);
	rd_json_put_int(&o->j, "records_rejected", (int64_t)f->rejected);
	rd_json_put_int(&o->j, "records_skipped", (int64_t)f->skipped);
	rd_json_close(&o->j);
}

static void put_entry_key(out *o)
{
	rd_json_key(&o->j, "entry_key");
	rd_json_array(&o->j);
	for (uint32_t bit = 1; bit != 0; bit <<= 1)
		if ((o->b->key & bit) && rd_key_part_name(bit))
			rd_json_text(&o->j, rd_key_part_name(bit));
	rd_json_close(&o->j);
	rd_json_put_int(&o->j, "open_entries", o->b->open_entries);
}

static void put_books(out *o)
{
	const rd_book *b = o->b;

	rd_json_key(&o->j, "books");
	rd_json_array(&o->j);
	rd_json_object(&o->j);
	rd_json_key(&o->j, "files");
	rd_json_array(&o->j);
	for (uint32_t i = 1; i < b->n_files; i++) {
		put_file(o, &b->files[i]);
		rd_writer_spill(o->w);
	}
	rd_json_close(&o->j);
	rd_json_key(&o->j, "period");
	rd_json_object(&o->j);
	put_period(o, "from", b->n_periods ? b->periods[0] : 0);
	put_period(o, "to", b->n_periods ? b->periods[b->n_periods - 1] : 0);
	rd_json_close(&o->j);
	rd_json_put_int(&o->j, "lines", b->line.n);
	rd_json_put_int(&o->j, "vouchers", b->voucher.n);
	rd_json_put_int(&o->j, "accounts", b->account.n ? b->account.n - 1 : 0);
	rd_json_put_int(&o->j, "parties", b->party.n ? b->party.n - 1 : 0);
	put_entry_key(o);
	rd_json_put_text(&o->j, "chart", rd_standard_name(b->standard));
	put_name(o, "currency", b->base_currency);
	rd_json_close(&o->j);
	rd_json_close(&o->j);
}

/* ---- checks, findings, notes ---- */

static void put_checks(out *o)
{
	rd_json_key(&o->j, "checks");
	rd_json_array(&o->j);
	for (uint32_t i = 0; i < rd_checks_count; i++) {
		const rd_check_result *c = &o->r->result->checks[i];
		bool ran = c->state == RD_CHECK_RAN;

		rd_json_object(&o->j);
		rd_json_put_text(&o->j, "slug", rd_checks[i]->slug);
		rd_json_put_int(&o->j, "version", rd_checks[i]->version);
		rd_json_put_text(&o->j, "state", rd_check_state_name(c->state));
		rd_json_put_words(&o->j, "reason", ran ? (rd_words){NULL, NULL} : c->reason);
		rd_json_put_words(&o->j, "remark", c->remark);
		rd_json_put_int(&o->j, "hits", (int64_t)c->hits);
		rd_json_put_int(&o->j, "population", (int64_t)c->population);
		rd_json_put_int(&o->j, "findings", c->findings);
		rd_json_put_bool(&o->j, "collapsed", c->collapsed);
		rd_json_close(&o->j);
		rd_writer_spill(o->w);
	}
	rd_json_close(&o->j);
}

static void put_message(out *o, const rd_finding *f)
{
	rd_json_key(&o->j, "message");
	rd_json_object(&o->j);
	for (int lang = RD_ZH; lang <= RD_EN; lang++) {
		rd_buf_clear(&o->text);
		rd_finding_message(o->r->result, f, lang, &o->text);
		rd_json_put_str(&o->j, lang == RD_EN ? "en" : "zh", rd_buf_view(&o->text));
	}
	rd_json_close(&o->j);
}

static const char *kind_of(const rd_finding *f)
{
	return f->kind == RD_KIND_COLLAPSED ? "collapsed" : rd_finding_check(f)->messages[f->kind].name;
}

static void put_suppressed(out *o, const rd_finding *f)
{
	const rd_suppression *s = f->suppressed_by;

	if (s == NULL)
		return;
	rd_json_key(&o->j, "suppressed_by");
	rd_json_object(&o->j);
	rd_json_put_str(&o->j, "reason", s->reason);
	put_day(o, "until", s->until);
	rd_json_put_int(&o->j, "line", s->line);
	rd_json_close(&o->j);
}

static void put_finding(out *o, const rd_finding *f)
{
	char hex[33];

	rd_fingerprint_hex(f->fingerprint, hex);
	rd_json_object(&o->j);
	rd_json_put_text(&o->j, "slug", rd_finding_check(f)->slug);
	rd_json_put_text(&o->j, "severity", rd_severity_name(f->severity));
	rd_json_put_text(&o->j, "certainty", f->certainty == RD_FACT ? "fact" : "indicator");
	rd_json_put_text(&o->j, "fingerprint", hex);
	rd_json_put_text(&o->j, "state", rd_state_name(f->state));
	rd_json_put_text(&o->j, "kind", kind_of(f));
	put_message(o, f);
	rd_json_key(&o->j, "where");
	rd_json_array(&o->j);
	for (uint32_t i = 0; i < f->n_places; i++)
		put_place(o, f->places[i]);
	rd_json_close(&o->j);
	put_voucher(o, "voucher", f->voucher);
	put_voucher(o, "other_voucher", f->other);
	put_account(o, "account", f->account);
	put_party(o, "party", f->party);
	put_period(o, "period", f->period);
	put_day(o, "date", f->day);
	rd_json_put_int(&o->j, "amount_minor", f->at_stake);
	put_name(o, "currency", o->b->base_currency);
	rd_json_put_int(&o->j, "weight", f->weight);
	rd_json_put_int(&o->j, "score", f->score);
	put_facts(o, f->facts);
	put_suppressed(o, f);
	rd_json_close(&o->j);
}

/* Many findings are written in stretches by all threads. A round is at most so many stretches at a
 * time, which bounds the memory. */
enum { STRETCH = 256, ROUND = 32 };
#define STRETCH_BYTES ((size_t)32 << 20)

typedef struct stretches {
	const out *o;
	uint32_t from; /* finding of the round's first stretch */
	rd_buf bufs[ROUND];
} stretches;

static void put_stretch(void *ctx, uint32_t task, uint32_t worker)
{
	stretches *s = ctx;
	out o = {.r = s->o->r, .b = s->o->b};
	uint32_t from = s->from + task * STRETCH, n = o.r->result->n_findings;
	uint32_t to = n - from < STRETCH ? n : from + STRETCH;

	(void)worker;
	rd_buf_init(&o.text, TEXT_BYTES);
	rd_json_part(&s->o->j, &o.j, &s->bufs[task], from == 0);
	for (uint32_t i = from; i < to; i++)
		put_finding(&o, &o.r->result->findings[i]);
	rd_buf_done(&o.text);
}

static void put_findings(out *o)
{
	const uint32_t n = o->r->result->n_findings, threads = o->r->threads ? o->r->threads : 1;
	stretches s = {.o = o};

	rd_json_key(&o->j, "findings");
	rd_json_array(&o->j);
	for (uint32_t i = 0; i < ROUND; i++)
		rd_buf_init(&s.bufs[i], STRETCH_BYTES);
	for (; s.from < n; s.from += STRETCH * ROUND) {
		uint32_t left = (n - s.from + STRETCH - 1) / STRETCH, tasks = left < ROUND ? left : ROUND;

		rd_parallel(threads, tasks, put_stretch, &s);
		for (uint32_t i = 0; i < tasks; i++) {
			rd_json_join(&o->j, &s.bufs[i]);
			rd_buf_clear(&s.bufs[i]);
			rd_writer_spill(o->w);
		}
	}
	for (uint32_t i = 0; i < ROUND; i++)
		rd_buf_done(&s.bufs[i]);
	rd_json_close(&o->j);
}

static void put_note(out *o, const rd_note *n)
{
	rd_json_object(&o->j);
	put_name(o, "file", o->b->files[n->file].name);
	rd_json_put_int(&o->j, "line", n->line);
	rd_json_put_int(&o->j, "column", n->column);
	rd_json_put_text(&o->j, "kind", rd_note_name(n->kind));
	rd_json_put_words(&o->j, "what", rd_note_words(n->kind));
	put_name(o, "field", n->field);
	put_name(o, "found", n->found);
	rd_json_key(&o->j, "hint");
	rd_json_object(&o->j);
	rd_json_put_str(&o->j, "zh", rd_note_hint_of(o->b, n, RD_ZH));
	rd_json_put_str(&o->j, "en", rd_note_hint_of(o->b, n, RD_EN));
	rd_json_close(&o->j);
	rd_json_put_bool(&o->j, "rejected", n->rejected);
	rd_json_close(&o->j);
}

static void put_notes(out *o)
{
	rd_json_key(&o->j, "notes");
	rd_json_array(&o->j);
	for (uint32_t i = 0; i < o->b->n_notes; i++) {
		put_note(o, &o->b->notes[i]);
		rd_writer_spill(o->w);
	}
	rd_json_close(&o->j);
}

/* ---- summary ---- */

static void put_expired(out *o)
{
	const rd_result *res = o->r->result;

	rd_json_key(&o->j, "expired_suppressions");
	rd_json_array(&o->j);
	for (uint32_t i = 0; i < res->n_expired; i++) {
		const rd_suppression *s = &o->r->suppressions[res->expired[i]];

		rd_json_object(&o->j);
		rd_json_put_int(&o->j, "line", s->line);
		rd_json_put_str(&o->j, "check", s->check);
		rd_json_put_str(&o->j, "reason", s->reason);
		put_day(o, "until", s->until);
		rd_json_close(&o->j);
	}
	rd_json_close(&o->j);
}

static void put_gone(out *o)
{
	rd_json_key(&o->j, "gone");
	rd_json_array(&o->j);
	for (uint32_t i = 0; o->r->gone && i < o->r->result->n_gone; i++) {
		const rd_gone *g = &o->r->gone[i];
		char hex[33];

		rd_fingerprint_hex(g->fingerprint, hex);
		rd_json_object(&o->j);
		rd_json_put_text(&o->j, "fingerprint", hex);
		rd_json_put_str(&o->j, "slug", g->slug);
		rd_json_key(&o->j, "message");
		rd_json_object(&o->j);
		rd_json_put_str(&o->j, "zh", g->zh);
		rd_json_put_str(&o->j, "en", g->en);
		rd_json_close(&o->j);
		rd_json_close(&o->j);
		rd_writer_spill(o->w);
	}
	rd_json_close(&o->j);
}

static void put_summary(out *o)
{
	const rd_result *res = o->r->result;
	rd_tally t = rd_report_tally(o->r);

	rd_json_key(&o->j, "summary");
	rd_json_object(&o->j);
	rd_json_put_int(&o->j, "findings", t.facts + t.indicators);
	rd_json_key(&o->j, "by_severity");
	rd_json_object(&o->j);
	for (int s = RD_SEV_BLOCKER; s >= RD_SEV_INFO; s--)
		rd_json_put_int(&o->j, rd_severity_name((rd_severity)s), t.by_severity[s]);
	rd_json_close(&o->j);
	rd_json_put_int(&o->j, "facts", t.facts);
	rd_json_put_int(&o->j, "indicators", t.indicators);
	rd_json_put_int(&o->j, "new", res->n_new);
	rd_json_put_int(&o->j, "known", res->n_known);
	rd_json_put_int(&o->j, "gone_count", res->n_gone);
	rd_json_put_int(&o->j, "suppressed", res->n_suppressed);
	rd_json_put_bool(&o->j, "baseline", o->r->has_baseline);
	put_gone(o);
	put_expired(o);
	rd_json_key(&o->j, "checks");
	rd_json_object(&o->j);
	rd_json_put_int(&o->j, "ran", t.ran);
	rd_json_put_int(&o->j, "not_run", t.not_run);
	rd_json_put_int(&o->j, "skipped", t.skipped);
	rd_json_close(&o->j);
	rd_json_put_int(&o->j, "records_read", (int64_t)t.records);
	rd_json_put_int(&o->j, "records_rejected", (int64_t)t.rejected);
	rd_json_put_text(&o->j, "severity", rd_severity_name(o->r->threshold));
	rd_json_put_int(&o->j, "exit_code", o->r->exit_code);
	rd_json_close(&o->j);
}

void rd_report_json(const rd_report *r, rd_writer *w)
{
	out o = {.r = r, .b = r->result->book, .w = w};

	rd_buf_init(&o.text, TEXT_BYTES);
	rd_json_init(&o.j, &w->buf, 2);
	rd_json_object(&o.j);
	rd_json_put_text(&o.j, "schema", SCHEMA);
	rd_json_key(&o.j, "tool");
	rd_json_object(&o.j);
	rd_json_put_text(&o.j, "name", "redink");
	rd_json_put_text(&o.j, "version", r->version);
	rd_json_close(&o.j);
	put_day(&o, "as_of", r->result->as_of);
	put_books(&o);
	put_checks(&o);
	put_findings(&o);
	put_notes(&o);
	put_summary(&o);
	rd_json_close(&o.j);
	rd_json_end(&o.j);
	rd_buf_done(&o.text);
}
