/* What closing wants: when, where, who, why (section 2.2 of the work rules), the evidence of the
 * type, no finding that is still there, and a second person. */
#include "base/assert.h"
#include "desk/case.h"
#include "store/queries.gen.h"

#define EVIDENCE_MAX 500u /* records of one case that are looked at */
#define NEEDS_MAX    64u  /* the fixed ones and 30 pieces of evidence */
#define WORDS_MAX    4000u

typedef struct needs {
	rd_tx *tx;
	const rd_record *r;
	rd_case_need *list;
	uint32_t n;
} needs;

static void add(needs *s, const char *code, rd_words label, rd_words hint, bool met)
{
	RD_ASSERT(s->n < NEEDS_MAX);
	s->list[s->n++] = (rd_case_need){.code = code, .label = label, .hint = hint, .met = met};
}

static bool given(const rd_record *r, const char *field)
{
	const rd_value *v = rd_field_cell(r, field);

	/* A list that was emptied is [] and says nothing. */
	return v->type == RD_INT || (v->type == RD_TEXT && v->str.len && !rd_str_is(v->str, "[]"));
}

static void of_the_record(needs *s)
{
	const rd_record *r = s->r;

	add(s, "time", (rd_words){"发生时间", "when it happened"},
	    (rd_words){"填写发生日期或会计期间", "give the day or the period"},
	    given(r, "occurred_on") || given(r, "period"));
	add(s, "place", (rd_words){"地点", "where it happened"},
	    (rd_words){"填写部门、地点或系统", "give the department, place or system"},
	    given(r, "place"));
	add(s, "persons", (rd_words){"涉及人员", "who was concerned"},
	    (rd_words){"填写制单、审核等涉及人员", "name who made and checked it"},
	    given(r, "persons"));
	add(s, "type", (rd_words){"异常类型", "the type"},
	    (rd_words){"选择异常类型", "choose the type"}, given(r, "type"));
	add(s, "cause", (rd_words){"原因", "the cause"}, (rd_words){"选择原因", "choose the cause"},
	    given(r, "cause"));
	add(s, "summary", (rd_words){"结案小结", "the closing summary"},
	    (rd_words){"写明如何发现、如何更正", "say how it was found and put right"},
	    given(r, "summary"));
	add(s, "findings", (rd_words){"检查通过", "the checks pass"},
	    (rd_words){"仍有线索未消除：更正后重新导入并检查",
	               "findings are still there: correct the books, import and check again"},
	    rd_field_int(r, "findings", 0) == 0);
}

/* ---- evidence ---- */

static json_t *list_of(rd_str json)
{
	return json.len ? json_loadb(json.ptr, json.len, 0, NULL) : NULL;
}

/* It says so, or its name begins with what is wanted: "银行对账单 2026-03". */
static bool answers(const rd_q_case_evidence_row *row, rd_str item)
{
	return rd_str_eq(row->wanted, item) ||
	       (row->name.len >= item.len && memcmp(row->name.ptr, item.ptr, item.len) == 0);
}

/* One that is there, or, with `absent`, one of which somebody said why it cannot be had. */
static bool has(const rd_q_case_evidence_row *rows, uint32_t n, rd_str item, bool absent)
{
	for (uint32_t i = 0; i < n; i++)
		if (!rd_str_is(rows[i].state, "disposed") && rd_str_is(rows[i].state, "absent") == absent &&
		    answers(&rows[i], item))
			return true;
	return false;
}

static rd_str kept(rd_tx *tx, const char *text)
{
	rd_str s = rd_str_of(text);

	return (rd_str){rd_arena_copy(tx->arena, s.ptr, s.len + 1), s.len};
}

static void one_piece(needs *s, const rd_q_case_evidence_row *rows, uint32_t n, const char *text)
{
	rd_str item = kept(s->tx, text);
	bool there = has(rows, n, item, false), gone = !there && has(rows, n, item, true);

	add(s, "evidence", (rd_words){item.ptr, item.ptr},
	    (rd_words){"登记这项证据；取不到的，登记后选“登记无法取得”并写明原因",
	               "add it as evidence; or add it and say why it cannot be had"},
	    there || gone);
	s->list[s->n - 1].item = item;
	s->list[s->n - 1].none = gone;
}

static rd_rc of_the_type(needs *s, rd_err *err)
{
	const rd_q_case_evidence_row *rows;
	const rd_value *type_id = rd_field_cell(s->r, "type");
	rd_record type;
	uint32_t n;

	if (type_id->type == RD_NULL)
		return RD_OK;
	RD_TRY(rd_case_other(s->tx, "exception_type", type_id->i, &type, err));
	json_t *wanted = list_of(rd_field_str(&type, "evidence"));

	if (json_array_size(wanted) == 0) {
		json_decref(wanted);
		return RD_OK;
	}
	rd_rc rc = rd_q_case_evidence(s->tx, rd_cell(s->r, RD_COL_ID)->i, EVIDENCE_MAX, &rows, &n, err);
	for (size_t i = 0; rc == RD_OK && i < json_array_size(wanted) && s->n < NEEDS_MAX; i++)
		one_piece(s, rows, n, json_string_value(json_array_get(wanted, i)));
	json_decref(wanted);
	return rc;
}

rd_rc rd_case_needs(rd_tx *tx, const rd_record *r, const rd_case_need **ret_list, uint32_t *ret_n,
                    rd_err *err)
{
	needs s = {.tx = tx, .r = r, .list = RD_NEW_N(tx->arena, rd_case_need, NEEDS_MAX)};

	of_the_record(&s);
	RD_TRY(of_the_type(&s, err));
	*ret_list = s.list;
	*ret_n = s.n;
	return RD_OK;
}

/* ---- the gate ---- */

/* Who corrected does not sign: the owner, beside who submitted it (second_person of the model). */
static rd_rc second_person(const rd_hook_call *call, rd_err *err)
{
	const rd_value *owner = rd_cell(call->was, RD_COL_OWNER);

	if (call->actor->system || owner->type == RD_NULL || owner->i != call->actor->user_id)
		return RD_OK;
	return rd_fail(err, RD_BARRED, "负责更正的人不能自己关闭；请另一个人复核",
	               "who corrected it cannot close it; somebody else has to look");
}

rd_rc rd_case_gate(rd_hook_call *call, rd_err *err)
{
	const rd_case_need *list;
	rd_buf zh, en;
	uint32_t n, lacks = 0;

	RD_TRY(second_person(call, err));
	RD_TRY(rd_case_needs(call->tx, call->now, &list, &n, err));
	rd_buf_init(&zh, WORDS_MAX);
	rd_buf_init(&en, WORDS_MAX);
	rd_buf_puts(&zh, "还不能关闭，缺：");
	rd_buf_puts(&en, "it cannot be closed yet; lacking: ");
	for (uint32_t i = 0; i < n; i++) {
		if (list[i].met)
			continue;
		rd_buf_printf(&zh, "%s%s", lacks ? "、" : "", list[i].label.zh);
		rd_buf_printf(&en, "%s%s", lacks ? ", " : "", list[i].label.en);
		lacks++;
	}
	rd_rc rc = RD_OK;

	if (lacks) {
		rd_buf_char(&zh, 0);
		rd_buf_char(&en, 0);
		rc = rd_fail_words(err, RD_BARRED, (rd_words){zh.data, en.data});
	}
	rd_buf_done(&zh);
	rd_buf_done(&en);
	return rc;
}
