#include "base/json.h"
#include "report/common.h"
#include <stdio.h>

/* SARIF 2.1.0 (OASIS standard, 27 March 2020), one run. Every check is a rule. */
typedef struct out {
	const rd_report *r;
	const rd_book *b;
	rd_writer *w;
	rd_json j;
	rd_buf text;
} out;

static const char *level_of(rd_severity s)
{
	return s >= RD_SEV_HIGH ? "error" : s == RD_SEV_MEDIUM ? "warning" : "note";
}

static void put_text(out *o, const char *key, rd_str text)
{
	rd_json_key(&o->j, key);
	rd_json_object(&o->j);
	rd_json_put_str(&o->j, "text", text);
	rd_json_close(&o->j);
}

/* A path as a URI reference: bytes outside the unreserved set are percent-encoded. */
static void put_uri(out *o, rd_str path)
{
	rd_buf_clear(&o->text);
	if (path.len && path.ptr[0] == '/')
		rd_buf_puts(&o->text, "file://");
	for (uint32_t i = 0; i < path.len; i++) {
		unsigned char c = (unsigned char)path.ptr[i];
		bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		             c == '-' || c == '.' || c == '_' || c == '~' || c == '/';

		if (plain)
			rd_buf_char(&o->text, (char)c);
		else
			rd_buf_printf(&o->text, "%%%02X", c);
	}
	rd_json_put_str(&o->j, "uri", rd_buf_view(&o->text));
}

/* The file part of "book.xlsx#Sheet"; the sheet goes to logicalLocations. */
static rd_str file_part(const out *o, const rd_file *f, rd_str *ret_sheet)
{
	rd_str name = rd_book_text(o->b, f->name);
	const char *cut = name.len ? memrchr(name.ptr, '#', name.len) : NULL;

	*ret_sheet = RD_STR("");
	if (cut == NULL || !f->format || !rd_str_is(rd_book_text(o->b, f->format), "xlsx"))
		return name;
	*ret_sheet = (rd_str){cut + 1, name.len - (uint32_t)(cut + 1 - name.ptr)};
	return (rd_str){name.ptr, (uint32_t)(cut - name.ptr)};
}

static void put_artifact_location(out *o, rd_row file)
{
	rd_str sheet;

	rd_json_key(&o->j, "artifactLocation");
	rd_json_object(&o->j);
	put_uri(o, file_part(o, &o->b->files[file], &sheet));
	rd_json_put_int(&o->j, "index", (int64_t)file - 1);
	rd_json_close(&o->j);
}

static void put_location(out *o, rd_place p, uint32_t column)
{
	rd_str sheet;

	file_part(o, &o->b->files[p.file], &sheet);
	rd_json_object(&o->j);
	rd_json_key(&o->j, "physicalLocation");
	rd_json_object(&o->j);
	put_artifact_location(o, p.file);
	if (p.line) {
		rd_json_key(&o->j, "region");
		rd_json_object(&o->j);
		rd_json_put_int(&o->j, "startLine", p.line);
		rd_json_close(&o->j);
	}
	rd_json_close(&o->j);
	if (sheet.len || column) {
		rd_json_key(&o->j, "logicalLocations");
		rd_json_array(&o->j);
		rd_json_object(&o->j);
		rd_buf_clear(&o->text);
		if (sheet.len)
			rd_buf_str(&o->text, sheet);
		if (column)
			rd_buf_printf(&o->text, "%s%u", sheet.len ? "!" : "column ", column);
		rd_json_put_str(&o->j, "name", rd_buf_view(&o->text));
		rd_json_close(&o->j);
		rd_json_close(&o->j);
	}
	rd_json_close(&o->j);
}

/* ---- tool ---- */

static void put_rule(out *o, uint32_t i)
{
	const rd_check *c = rd_checks[i];
	int lang = o->r->lang;
	rd_str help = rd_str_of(rd_say(rd_check_docs[i], lang));

	rd_json_object(&o->j);
	rd_json_put_text(&o->j, "id", c->slug);
	put_text(o, "shortDescription", rd_str_of(rd_say(c->title, lang)));
	put_text(o, "fullDescription", rd_str_of(rd_say(c->finds, lang)));
	put_text(o, "help", help.len ? help : rd_str_of(rd_say(c->finds, lang)));
	rd_json_key(&o->j, "defaultConfiguration");
	rd_json_object(&o->j);
	rd_json_put_text(&o->j, "level", level_of(c->severity));
	rd_json_close(&o->j);
	rd_json_key(&o->j, "properties");
	rd_json_object(&o->j);
	rd_json_key(&o->j, "tags");
	rd_json_array(&o->j);
	rd_json_text(&o->j, c->family);
	rd_json_text(&o->j, c->certainty == RD_FACT ? "fact" : "indicator");
	rd_json_close(&o->j);
	rd_json_put_text(&o->j, "severity", rd_severity_name(c->severity));
	rd_json_put_int(&o->j, "version", c->version);
	rd_json_put_text(&o->j, "since", c->since);
	rd_json_put_text(&o->j, "correction", rd_say(c->correction, lang));
	rd_json_put_text(&o->j, "basis", rd_say(c->basis, lang));
	rd_json_close(&o->j);
	rd_json_close(&o->j);
}

static void put_tool(out *o)
{
	rd_json_key(&o->j, "tool");
	rd_json_object(&o->j);
	rd_json_key(&o->j, "driver");
	rd_json_object(&o->j);
	rd_json_put_text(&o->j, "name", "redink");
	rd_json_put_text(&o->j, "version", o->r->version);
	rd_json_put_text(&o->j, "language", o->r->lang == RD_EN ? "en-US" : "zh-CN");
	rd_json_key(&o->j, "rules");
	rd_json_array(&o->j);
	for (uint32_t i = 0; i < rd_checks_count; i++) {
		put_rule(o, i);
		rd_writer_spill(o->w);
	}
	rd_json_close(&o->j);
	rd_json_close(&o->j);
	rd_json_close(&o->j);
}

/* ---- invocation ---- */

static void put_note(out *o, const rd_note *n)
{
	rd_buf message;
	rd_str hint = rd_note_hint_of(o->b, n, o->r->lang);

	rd_buf_init(&message, (size_t)1 << 16);
	rd_buf_puts(&message, rd_say(rd_note_words(n->kind), o->r->lang));
	if (n->field)
		rd_buf_printf(&message, " [" RD_STR_FMT "]", RD_STR_ARG(rd_book_text(o->b, n->field)));
	if (n->found)
		rd_buf_printf(&message, ": " RD_STR_FMT, RD_STR_ARG(rd_book_text(o->b, n->found)));
	if (hint.len)
		rd_buf_printf(&message, " — " RD_STR_FMT, RD_STR_ARG(hint));
	rd_json_object(&o->j);
	rd_json_key(&o->j, "descriptor");
	rd_json_object(&o->j);
	rd_json_put_text(&o->j, "id", rd_note_name(n->kind));
	rd_json_close(&o->j);
	rd_json_put_text(&o->j, "level", n->rejected ? "warning" : "note");
	put_text(o, "message", rd_buf_view(&message));
	rd_buf_done(&message);
	if (n->file) {
		rd_json_key(&o->j, "locations");
		rd_json_array(&o->j);
		put_location(o, (rd_place){n->file, n->line}, n->column);
		rd_json_close(&o->j);
	}
	rd_json_close(&o->j);
	rd_writer_spill(o->w);
}

static void put_not_run(out *o)
{
	rd_json_key(&o->j, "toolConfigurationNotifications");
	rd_json_array(&o->j);
	for (uint32_t i = 0; i < rd_checks_count; i++) {
		const rd_check_result *c = &o->r->result->checks[i];

		if (c->state != RD_CHECK_NOT_RUN)
			continue;
		rd_buf_clear(&o->text);
		rd_buf_printf(&o->text, o->r->lang == RD_EN ? "not run: %s" : "未运行：%s",
		              rd_say(c->reason, o->r->lang));
		rd_json_object(&o->j);
		rd_json_key(&o->j, "associatedRule");
		rd_json_object(&o->j);
		rd_json_put_text(&o->j, "id", rd_checks[i]->slug);
		rd_json_put_int(&o->j, "index", i);
		rd_json_close(&o->j);
		rd_json_put_text(&o->j, "level", "note");
		put_text(o, "message", rd_buf_view(&o->text));
		rd_json_close(&o->j);
	}
	rd_json_close(&o->j);
}

static void put_invocation(out *o)
{
	rd_json_key(&o->j, "invocations");
	rd_json_array(&o->j);
	rd_json_object(&o->j);
	rd_json_put_bool(&o->j, "executionSuccessful", true);
	rd_json_put_int(&o->j, "exitCode", o->r->exit_code);
	rd_json_key(&o->j, "toolExecutionNotifications");
	rd_json_array(&o->j);
	for (uint32_t i = 0; i < o->b->n_notes; i++)
		put_note(o, &o->b->notes[i]);
	rd_json_close(&o->j);
	put_not_run(o);
	rd_json_close(&o->j);
	rd_json_close(&o->j);
}

static void put_artifacts(out *o)
{
	rd_json_key(&o->j, "artifacts");
	rd_json_array(&o->j);
	for (uint32_t i = 1; i < o->b->n_files; i++) {
		const rd_file *f = &o->b->files[i];
		rd_str sheet;
		char hex[65];

		rd_json_object(&o->j);
		rd_json_key(&o->j, "location");
		rd_json_object(&o->j);
		put_uri(o, file_part(o, f, &sheet));
		rd_json_close(&o->j);
		rd_json_put_int(&o->j, "length", (int64_t)f->bytes);
		if (f->encoding)
			rd_json_put_str(&o->j, "encoding", rd_book_text(o->b, f->encoding));
		if (f->has_sha256) {
			for (int k = 0; k < 32; k++)
				snprintf(hex + 2 * k, 3, "%02x", f->sha256[k]);
			rd_json_key(&o->j, "hashes");
			rd_json_object(&o->j);
			rd_json_put_text(&o->j, "sha-256", hex);
			rd_json_close(&o->j);
		}
		rd_json_close(&o->j);
		rd_writer_spill(o->w);
	}
	rd_json_close(&o->j);
}

/* ---- results ---- */

static void put_locations(out *o, const rd_finding *f)
{
	rd_json_key(&o->j, "locations");
	rd_json_array(&o->j);
	if (f->n_places && f->places[0].file)
		put_location(o, f->places[0], 0);
	rd_json_close(&o->j);
	if (f->n_places < 2)
		return;
	rd_json_key(&o->j, "relatedLocations");
	rd_json_array(&o->j);
	for (uint32_t i = 1; i < f->n_places; i++)
		if (f->places[i].file)
			put_location(o, f->places[i], 0);
	rd_json_close(&o->j);
}

static void put_suppression(out *o, const rd_finding *f)
{
	rd_json_key(&o->j, "suppressions");
	rd_json_array(&o->j);
	if (f->state == RD_STATE_SUPPRESSED) {
		rd_json_object(&o->j);
		rd_json_put_text(&o->j, "kind", "external");
		rd_json_put_text(&o->j, "status", "accepted");
		if (f->suppressed_by)
			rd_json_put_str(&o->j, "justification", f->suppressed_by->reason);
		rd_json_close(&o->j);
	}
	rd_json_close(&o->j);
}

static void put_fingerprint(out *o, const uint8_t fingerprint[16])
{
	char hex[33];

	rd_fingerprint_hex(fingerprint, hex);
	rd_json_key(&o->j, "partialFingerprints");
	rd_json_object(&o->j);
	rd_json_put_text(&o->j, "redink/v1", hex);
	rd_json_close(&o->j);
}

static void put_properties(out *o, const rd_finding *f)
{
	rd_json_key(&o->j, "properties");
	rd_json_object(&o->j);
	rd_json_put_text(&o->j, "severity", rd_severity_name(f->severity));
	rd_json_put_text(&o->j, "certainty", f->certainty == RD_FACT ? "fact" : "indicator");
	rd_json_put_int(&o->j, "amount_minor", f->at_stake);
	rd_buf_clear(&o->text);
	rd_finding_message(o->r->result, f, o->r->lang == RD_EN ? RD_ZH : RD_EN, &o->text);
	rd_json_put_str(&o->j, o->r->lang == RD_EN ? "message_zh" : "message_en",
	                rd_buf_view(&o->text));
	rd_json_close(&o->j);
}

static void put_result(out *o, const rd_finding *f)
{
	rd_json_object(&o->j);
	rd_json_put_text(&o->j, "ruleId", rd_finding_check(f)->slug);
	rd_json_put_int(&o->j, "ruleIndex", f->check);
	rd_json_put_text(&o->j, "level", level_of(f->severity));
	rd_buf_clear(&o->text);
	rd_finding_message(o->r->result, f, o->r->lang, &o->text);
	put_text(o, "message", rd_buf_view(&o->text));
	put_locations(o, f);
	put_fingerprint(o, f->fingerprint);
	put_suppression(o, f);
	if (o->r->has_baseline)
		rd_json_put_text(&o->j, "baselineState", f->state == RD_STATE_KNOWN ? "unchanged" : "new");
	put_properties(o, f);
	rd_json_close(&o->j);
	rd_writer_spill(o->w);
}

/* What stood in the baseline and is gone: results that are absent. */
static void put_gone(out *o)
{
	for (uint32_t i = 0; o->r->gone && i < o->r->result->n_gone; i++) {
		const rd_gone *g = &o->r->gone[i];

		rd_json_object(&o->j);
		rd_json_put_str(&o->j, "ruleId", g->slug);
		rd_json_put_text(&o->j, "level", "none");
		put_text(o, "message", o->r->lang == RD_EN ? g->en : g->zh);
		put_fingerprint(o, g->fingerprint);
		rd_json_put_text(&o->j, "baselineState", "absent");
		rd_json_close(&o->j);
		rd_writer_spill(o->w);
	}
}

void rd_report_sarif(const rd_report *r, rd_writer *w)
{
	out o = {.r = r, .b = r->result->book, .w = w};

	rd_buf_init(&o.text, (size_t)1 << 20);
	rd_json_init(&o.j, &w->buf, 4);
	rd_json_object(&o.j);
	rd_json_put_text(&o.j, "version", "2.1.0");
	rd_json_put_text(&o.j, "$schema", "https://json.schemastore.org/sarif-2.1.0.json");
	rd_json_key(&o.j, "runs");
	rd_json_array(&o.j);
	rd_json_object(&o.j);
	put_tool(&o);
	rd_json_put_text(&o.j, "columnKind", "unicodeCodePoints");
	put_invocation(&o);
	put_artifacts(&o);
	rd_json_key(&o.j, "results");
	rd_json_array(&o.j);
	for (uint32_t i = 0; i < r->result->n_findings; i++)
		put_result(&o, &r->result->findings[i]);
	put_gone(&o);
	rd_json_close(&o.j);
	rd_json_close(&o.j);
	rd_json_close(&o.j);
	rd_json_close(&o.j);
	rd_json_end(&o.j);
	rd_buf_done(&o.text);
}
