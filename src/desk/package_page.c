/* The page of a case package: what people read who have no Redink. Chinese with English beside it.
 * */
#include "base/money.h"
#include "desk/package_impl.h"
#include "desk/person.h"
#include "record/show.h"
#include <jansson.h>
#include <stdio.h>

static const char head[] =
	"<!doctype html><html lang=\"zh\"><head><meta charset=\"utf-8\">"
	"<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">"
	"<style>body{font:15px/1.6 system-ui,'Noto Sans CJK SC','PingFang SC','Microsoft YaHei',"
	"sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1c1c1c;background:#fff}"
	"h1{font-size:1.5rem}h2{font-size:1.15rem;border-bottom:1px solid #ccc;margin-top:2rem}"
	"table{border-collapse:collapse;width:100%}td,th{border:1px solid #ddd;padding:.3rem .6rem;"
	"text-align:left;vertical-align:top}th{width:12rem;font-weight:600;background:#f6f6f6}"
	"small,.en{color:#666}code{font-size:.8rem;word-break:break-all}pre{white-space:pre-wrap;"
	"margin:0;font:inherit;overflow-wrap:anywhere}.at{white-space:nowrap}@media(prefers-color-scheme:dark){body{background:#161616;color:#e6e6e6}"
	"th{background:#222}td,th{border-color:#3a3a3a}small,.en{color:#aaa}a{color:#8ab4ff}}"
	"@media print{body{max-width:none;margin:0}}</style>";

static void put_text(rd_buf *out, rd_str s)
{
	for (uint32_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];

		if (c == '<')
			rd_buf_puts(out, "&lt;");
		else if (c == '>')
			rd_buf_puts(out, "&gt;");
		else if (c == '&')
			rd_buf_puts(out, "&amp;");
		else if (c == '"')
			rd_buf_puts(out, "&quot;");
		else
			rd_buf_char(out, c);
	}
}

/* Labels are of the model, without anything to escape. */
static void put_words(rd_buf *out, rd_words w)
{
	rd_buf_printf(out, "%s <span class=\"en\">%s</span>", w.zh, w.en);
}

/* In the time of the firm, to the minute. */
static void put_time(package *p, int64_t at_us)
{
	int64_t at_s = at_us / 1000000 + p->order->engine->zone_offset_s;
	char day[16];

	rd_day_format((rd_day)(at_s / 86400), day);
	rd_buf_printf(&p->page, "%s %02d:%02d", day, (int)(at_s % 86400 / 3600),
	              (int)(at_s % 3600 / 60));
}

/* Another record by its number and title, as far as the reader may see it. */
static rd_rc put_ref(package *p, const char *kind, int64_t id, rd_err *err)
{
	rd_record r;
	rd_err why = {0};
	rd_rc rc = rd_record_get(p->tx, p->order->actor, rd_kind_find(rd_str_of(kind)), id, &r, &why);

	if (rc == RD_NOT_FOUND || rc == RD_FORBIDDEN) {
		rd_buf_printf(&p->page, "%s/%lld", kind, (long long)id);
		return RD_OK;
	}
	if (rc != RD_OK) {
		*err = why;
		return rc;
	}
	const rd_value *number = rd_cell(&r, RD_COL_NUMBER);

	if (number->type == RD_TEXT) {
		put_text(&p->page, number->str);
		rd_buf_char(&p->page, ' ');
	}
	put_text(&p->page, rd_show_title(r.kind, r.cells));
	return RD_OK;
}

static void put_option(rd_buf *out, const rd_field *f, rd_str name)
{
	for (uint16_t i = 0; i < f->n_options; i++)
		if (rd_str_is(name, f->options[i].name)) {
			put_words(out, f->options[i].label);
			return;
		}
	put_text(out, name);
}

static rd_rc put_value(package *p, const rd_field *f, const rd_value *v, rd_err *err)
{
	rd_buf *out = &p->page;
	char text[64];

	if (f->secret) {
		rd_buf_puts(out, "***");
		return RD_OK;
	}
	switch (f->type) {
	case RD_FIELD_REF: return put_ref(p, f->to, v->i, err);
	case RD_FIELD_ENUM: put_option(out, f, v->str); break;
	case RD_FIELD_TIME: put_time(p, v->i); break;
	case RD_FIELD_BOOL: rd_buf_puts(out, v->i ? "是 yes" : "否 no"); break;
	case RD_FIELD_DATE:
		rd_day_format((rd_day)v->i, text);
		rd_buf_puts(out, text);
		break;
	case RD_FIELD_MONEY:
		rd_minor_format(v->i, 2, true, text);
		rd_buf_puts(out, text);
		rd_buf_char(out, ' ');
		put_text(out, v[1].str);
		break;
	case RD_FIELD_INT:
	case RD_FIELD_FILE:
	case RD_FIELD_ANY: rd_buf_int(out, v->i); break;
	default:
		rd_buf_puts(out, "<pre>");
		put_text(out, v->str);
		rd_buf_puts(out, "</pre>");
	}
	return RD_OK;
}

static void put_state(package *p, const rd_record *r)
{
	rd_str name = rd_cell(r, RD_COL_STATE)->str;

	for (uint16_t i = 0; i < r->kind->n_states; i++)
		if (rd_str_is(name, r->kind->states[i].name))
			put_words(&p->page, r->kind->states[i].label);
}

/* A count of none, an answer of no: the page is shorter without. */
static bool is_nothing(const rd_field *f, const rd_value *v)
{
	return (f->type == RD_FIELD_INT || f->type == RD_FIELD_BOOL) && v->i == 0;
}

static rd_rc put_fields(package *p, const rd_record *r, rd_err *err)
{
	static const rd_common shown[] = {RD_COL_OWNER, RD_COL_CLIENT, RD_COL_TEAM};
	rd_buf *out = &p->page;

	rd_buf_puts(out, "<table><tr><th>状态 <span class=\"en\">State</span></th><td>");
	put_state(p, r);
	rd_buf_puts(out, "</td></tr>");
	for (size_t i = 0; i < sizeof shown / sizeof *shown; i++) {
		rd_field f = rd_kind_common_field(r->kind, shown[i]);

		if (rd_cell(r, shown[i])->type == RD_NULL || !r->kind->common[shown[i]].used)
			continue;
		rd_buf_puts(out, "<tr><th>");
		put_words(out, f.label);
		rd_buf_puts(out, "</th><td>");
		RD_TRY(put_ref(p, f.to, rd_cell(r, shown[i])->i, err));
		rd_buf_puts(out, "</td></tr>");
	}
	for (uint16_t i = 0; i < r->kind->n_fields; i++) {
		const rd_field *f = &r->kind->fields[i];
		const rd_value *v = rd_cell(r, f->column);

		if (v->type == RD_NULL || is_nothing(f, v))
			continue;
		rd_buf_puts(out, "<tr><th>");
		put_words(out, f->label);
		rd_buf_puts(out, "</th><td>");
		RD_TRY(put_value(p, f, v, err));
		rd_buf_puts(out, "</td></tr>");
	}
	rd_buf_puts(out, "</table>");
	return RD_OK;
}

static rd_rc put_comments(package *p, const rd_record *r, rd_err *err)
{
	rd_buf *out = &p->page;
	const rd_comment *list;
	uint32_t n;

	RD_TRY(rd_around_comments(p->tx, p->order->actor, r->kind, rd_cell(r, RD_COL_ID)->i, 0,
	                          RD_BESIDE_LIST_MAX, &list, &n, err));
	for (uint32_t i = 0; i < n; i++) {
		rd_str who;

		RD_TRY(rd_package_person(p->tx, list[i].author, &who, err));
		rd_buf_puts(out, i ? "" : "<table>");
		rd_buf_puts(out, "<tr><th>");
		put_text(out, who.len ? who : list[i].author);
		rd_buf_puts(out, "<br><small>");
		put_time(p, list[i].at_us);
		rd_buf_puts(out, list[i].for_client ? "<br>与客户 with the client" : "<br>内部 inside");
		rd_buf_puts(out, "</small></th><td><pre>");
		put_text(out, list[i].body);
		rd_buf_puts(out, i + 1 == n ? "</pre></td></tr></table>" : "</pre></td></tr>");
	}
	return RD_OK;
}

static rd_rc put_record(package *p, uint32_t index, rd_err *err)
{
	const rd_record *r = &p->records[index];
	const rd_value *number = rd_cell(r, RD_COL_NUMBER);
	rd_buf *out = &p->page;

	rd_buf_puts(out, "<h2>");
	put_words(out, r->kind->label);
	rd_buf_char(out, ' ');
	if (number->type == RD_TEXT)
		put_text(out, number->str);
	rd_buf_puts(out, "</h2>");
	RD_TRY(put_fields(p, r, err));
	RD_TRY(put_comments(p, r, err));
	for (uint32_t i = 0; i < p->n_files; i++) {
		if (p->files[i].record != index)
			continue;
		rd_buf_puts(out, "<p><a href=\"");
		put_text(out, rd_str_of(p->files[i].path));
		rd_buf_puts(out, "\">");
		put_text(out, p->files[i].attached.name);
		rd_buf_puts(out, "</a> <code>SHA-256 ");
		put_text(out, p->files[i].attached.sha256);
		rd_buf_puts(out, "</code></p>");
	}
	return RD_OK;
}

/* "case.moved" as people say it: the transition by its name, other facts by theirs. */
static void put_what(package *p, const package_event *e)
{
	static const struct {
		const char *word;
		rd_words label;
	} facts[] = {{"created", {"新建", "created"}},
	             {"changed", {"修改", "changed"}},
	             {"archived", {"归档", "archived"}},
	             {"restored", {"取消归档", "brought back"}},
	             {"commented", {"评论", "commented"}},
	             {"watched", {"关注", "watched"}},
	             {"linked", {"关联", "linked"}},
	             {"attached", {"附上文件", "file attached"}},
	             {"attachment_read", {"查阅文件", "file read"}},
	             {"packaged", {"取走资料包", "package taken"}}};
	rd_buf *out = &p->page;
	int64_t dot = rd_str_find(e->type, ".");
	rd_str kind_name = {e->type.ptr, dot < 0 ? 0 : (uint32_t)dot};
	rd_str word =
		dot < 0 ? e->type : (rd_str){e->type.ptr + dot + 1, e->type.len - kind_name.len - 1};
	const rd_kind *k = rd_kind_find(kind_name);
	json_t *payload = json_loadb(e->payload.ptr, e->payload.len, 0, NULL);
	const char *transition = json_string_value(json_object_get(payload, "transition"));

	if (k)
		put_words(out, k->label);
	rd_buf_puts(out, " · ");
	for (uint16_t i = 0; k && transition && i < k->n_transitions; i++)
		if (strcmp(k->transitions[i].name, transition) == 0) {
			put_words(out, k->transitions[i].label);
			word.len = 0;
		}
	for (size_t i = 0; word.len && i < sizeof facts / sizeof *facts; i++)
		if (rd_str_is(word, facts[i].word)) {
			put_words(out, facts[i].label);
			word.len = 0;
		}
	put_text(out, word);
	json_decref(payload);
}

static void put_timeline(package *p)
{
	rd_buf *out = &p->page;

	rd_buf_puts(out, "<h2>时间线 <span class=\"en\">Timeline</span></h2><table>");
	for (uint32_t i = 0; i < p->n_events; i++) {
		const package_event *e = &p->events[i];

		rd_buf_puts(out, "<tr><td class=\"at\">");
		put_time(p, e->at_us);
		rd_buf_puts(out, "</td><td>");
		put_text(out, e->actor_name.len ? e->actor_name : e->actor);
		rd_buf_puts(out, "</td><td>");
		put_what(p, e);
		if (e->erased)
			rd_buf_puts(out, "<br>内容已依规删除 <span class=\"en\">content erased</span>");
		rd_buf_printf(out, "<details><summary><small>%lld</small></summary><pre>",
		              (long long)e->seq);
		put_text(out, e->payload);
		rd_buf_printf(out,
		              "</pre><a href=\"proofs/%lld.tlog-proof\">tlog-proof</a></details></td></tr>",
		              (long long)e->seq);
	}
	rd_buf_puts(out, "</table>");
}

static void put_how_to_check(package *p)
{
	rd_buf *out = &p->page;

	rd_buf_printf(
		out,
		"<h2>如何核验 <span class=\"en\">How to check</span></h2>"
		"<p>本资料包共含 %u 条事件，均在机构事件日志的签名检查点之内（日志共 %lld 条）。"
		"用 <code>redink verify 资料包.zip --key 公钥</code> 核验全部内容，"
		"公钥应从机构另行取得；没有 Redink 时，可用 <code>sha256sum -c manifest.sha256</code> "
		"核对文件，proofs 内的证明符合 C2SP tlog-proof。</p>"
		"<p class=\"en\">%u events, all under the signed checkpoint of the firm's log of "
		"%lld. <code>redink verify PACKAGE.zip --key KEY</code> checks everything; get the "
		"key from the firm by another way. Without Redink, <code>sha256sum -c "
		"manifest.sha256</code> checks the files, and the proofs are C2SP tlog-proofs.</p>"
		"<pre><code>",
		p->n_events, (long long)p->signed_head.size, p->n_events, (long long)p->signed_head.size);
	put_text(out, p->signed_head.note);
	rd_buf_puts(out, "</code></pre>");
}

rd_rc rd_package_page(package *p, rd_err *err)
{
	const rd_record *c = &p->records[0];
	rd_buf *out = &p->page;

	rd_buf_puts(out, head);
	rd_buf_puts(out, "<title>");
	put_text(out, rd_show_title(c->kind, c->cells));
	rd_buf_puts(out, "</title></head><body><h1>");
	put_text(out, rd_show_title(c->kind, c->cells));
	rd_buf_puts(out, "</h1><p>");
	put_text(out, p->firm);
	rd_buf_puts(out, " · ");
	put_time(p, p->tx->now_us);
	rd_buf_puts(out, "</p>");
	for (uint32_t i = 0; i < p->n_records; i++)
		RD_TRY(put_record(p, i, err));
	put_timeline(p);
	put_how_to_check(p);
	rd_buf_puts(out, "</body></html>\n");
	return RD_OK;
}
