#include "desk/findings.h"
#include "api/handlers.h"
#include "api/inner.h"
#include "desk/gate.h"
#include "desk/grouping.h"

/* What checks found, of a set of books, a case or a run, and what people make of it. */

static void put_words(rd_json *j, const char *key, rd_str zh, rd_str en)
{
	rd_json_key(j, key);
	rd_json_object(j);
	rd_json_put_str(j, "zh", zh);
	rd_json_put_str(j, "en", en);
	rd_json_close(j);
}

static void put_raw(rd_json *j, const char *key, rd_str json)
{
	rd_json_key(j, key);
	rd_json_raw(j, json);
}

static void put_day(rd_json *j, const char *key, rd_day day)
{
	char text[16];

	rd_day_format(day, text);
	rd_json_put_text(j, key, text[0] ? text : NULL);
}

/* Without its lines, which only the finding itself shows. */
static void put_members(rd_json *j, const rd_finding_row *f)
{
	rd_put_id(j, "id", f->id);
	rd_put_id(j, "books", f->books_id);
	rd_put_id(j, "client", f->client_id);
	rd_json_put_str(j, "fingerprint", f->fingerprint);
	rd_json_put_str(j, "check", f->slug);
	rd_json_put_words(j, "title", f->title);
	rd_json_put_str(j, "kind", f->kind);
	rd_json_put_text(j, "severity", rd_checking_severity(f->severity));
	rd_json_put_text(j, "certainty", f->indicator ? "indicator" : "fact");
	rd_json_put_str(j, "state", f->state);
	rd_json_put_str(j, "voucher", f->voucher);
	rd_json_put_str(j, "account", f->account);
	rd_json_put_str(j, "party", f->party);
	rd_json_put_str(j, "period", f->period);
	put_day(j, "day", f->day);
	rd_json_put_int(j, "at_stake", f->at_stake);
	put_words(j, "message", f->zh, f->en);
	put_raw(j, "facts", f->facts);
	put_raw(j, "places", f->places);
	rd_put_time(j, "since", f->since_us);
	rd_put_id(j, "first_run", f->first_run_id);
	rd_put_id(j, "last_run", f->last_run_id);
	rd_put_id(j, "gone_run", f->gone_run_id);
	rd_json_put_int(j, "times_back", f->times_back);
	rd_put_id(j, "suppression", f->suppression_id);
	rd_put_id(j, "case", f->case_id);
}

void rd_put_findings(rd_json *j, const rd_findings_page *page)
{
	rd_json_key(j, "findings");
	rd_json_array(j);
	for (uint32_t i = 0; i < page->n; i++) {
		rd_json_object(j);
		put_members(j, &page->rows[i]);
		rd_json_close(j);
	}
	rd_json_close(j);
}

static rd_rc answer_page(rd_call *call, const rd_findings_page *page)
{
	rd_json *j = rd_call_json(call);

	rd_json_object(j);
	rd_put_findings(j, page);
	rd_json_key(j, "next");
	if (page->next.len)
		rd_json_str(j, page->next);
	else
		rd_json_null(j);
	rd_json_close(j);
	return RD_OK;
}

static rd_rc read_ask(const rd_call *call, const char *states, rd_findings_ask *ret, rd_err *err)
{
	rd_str severity = rd_call_query(call, "severity");
	int64_t limit;

	*ret = (rd_findings_ask){.state = rd_call_query(call, "state"),
	                         .slug = rd_call_query(call, "check"),
	                         .period = rd_call_query(call, "period"),
	                         .account = rd_call_query(call, "account"),
	                         .voucher = rd_call_query(call, "voucher"),
	                         .severity = -1,
	                         .loose = rd_str_is(rd_call_query(call, "loose"), "true"),
	                         .cursor = rd_call_query(call, "cursor")};
	RD_TRY(rd_call_number(call, "limit", 1, RD_FINDINGS_PAGE, 50, &limit, err));
	ret->limit = (uint32_t)limit;
	if (ret->state.len && rd_str_find(rd_str_of(states), "|") >= 0) {
		rd_str rest = rd_str_of(states);
		bool known = false;

		while (rest.len && !known) {
			int64_t bar = rd_str_find(rest, "|");
			uint32_t n = bar < 0 ? rest.len : (uint32_t)bar;

			known = rd_str_eq(ret->state, (rd_str){rest.ptr, n});
			rest = n < rest.len ? (rd_str){rest.ptr + n + 1, rest.len - n - 1} : RD_STR("");
		}
		if (!known)
			return rd_fail(err, RD_USAGE, "state 只能是 %s 之一", "state is one of %s", states);
	}
	if (severity.len && (ret->severity = rd_checking_severity_of(severity)) < 0)
		return rd_fail(err, RD_USAGE, "severity 只能是 blocker、high、medium、low 或 info",
		               "severity is one of blocker, high, medium, low and info");
	return RD_OK;
}

rd_rc rd_api_findings_of_books(rd_call *call, rd_tx *tx, rd_err *err)
{
	rd_findings_page page;
	rd_findings_ask ask;

	RD_TRY(read_ask(call, "live|gone|suppressed", &ask, err));
	RD_TRY(rd_findings_of_books(tx, &call->who.actor, call->id, &ask, &page, err));
	return answer_page(call, &page);
}

rd_rc rd_api_findings_of_case(rd_call *call, rd_tx *tx, rd_err *err)
{
	rd_findings_page page;
	rd_findings_ask ask;

	RD_TRY(read_ask(call, "live|gone|suppressed", &ask, err));
	RD_TRY(rd_findings_of_case(tx, &call->who.actor, call->id, &ask, &page, err));
	return answer_page(call, &page);
}

rd_rc rd_api_findings_of_run(rd_call *call, rd_tx *tx, rd_err *err)
{
	rd_findings_page page;
	rd_findings_ask ask;

	RD_TRY(read_ask(call, "new|gone", &ask, err));
	RD_TRY(rd_findings_of_run(tx, &call->who.actor, call->id, &ask, &page, err));
	return answer_page(call, &page);
}

rd_rc rd_api_finding(rd_call *call, rd_tx *tx, rd_err *err)
{
	rd_finding_row f;

	RD_TRY(rd_finding_get(tx, &call->who.actor, call->id, &f, err));
	rd_json *j = rd_call_json(call);

	rd_json_object(j);
	put_members(j, &f);
	put_raw(j, "lines", f.lines);
	rd_json_close(j);
	return RD_OK;
}

rd_rc rd_api_finding_promote(rd_call *call, rd_tx *tx, rd_err *err)
{
	int64_t id;

	RD_TRY(rd_grouping_promote(&call->api->engine, tx, &call->who.actor, call->id, &id, err));
	return rd_answer_made(call, id);
}

static const rd_shape_field suppress_fields[] = {
	{"grounds", RD_SHAPE_RAW, true, 1, 12000, "why it needs no attention"},
	{"until", RD_SHAPE_TEXT, true, 10, 10, "last day on which that holds, YYYY-MM-DD"},
};
const rd_shape rd_shape_suppress = {"FindingSuppress", suppress_fields, 2};

rd_rc rd_api_finding_suppress(rd_call *call, rd_tx *tx, rd_err *err)
{
	rd_record r;

	RD_TRY(rd_finding_suppress(&call->api->engine, tx, &call->who.actor, call->id, call->in[0].str,
	                           call->in[1].str, &r, &call->problems, err));
	return rd_answer_made(call, rd_cell(&r, RD_COL_ID)->i);
}

void rd_put_gate(rd_json *j, const rd_gate_result *g)
{
	rd_json_object(j);
	rd_json_put_bool(j, "open", g->open);
	rd_json_key(j, "items");
	rd_json_array(j);
	for (uint32_t i = 0; i < RD_GATE_ITEMS; i++) {
		rd_json_object(j);
		rd_json_put_text(j, "name", g->items[i].name);
		rd_json_put_bool(j, "passed", g->items[i].passed);
		put_words(j, "words", g->items[i].zh, g->items[i].en);
		rd_json_close(j);
	}
	rd_json_close(j);
	rd_json_close(j);
}

rd_rc rd_api_case_gate(rd_call *call, rd_tx *tx, rd_err *err)
{
	rd_gate_result g;
	rd_record r;

	RD_TRY(rd_record_get(tx, &call->who.actor, rd_kind_find(RD_STR("case")), call->id, &r, err));
	RD_TRY(rd_gate_check(tx, &r, &g, err));
	rd_put_gate(rd_call_json(call), &g);
	return RD_OK;
}
