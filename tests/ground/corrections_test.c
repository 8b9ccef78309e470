/* Corrections: tried before they are submitted, approved by a second person, seen in the import. */
#include "desk/corrections.h"
#include "desk/hooks.h"
#include "office.h"
#include "unit.h"
#include "volume.h"
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char january[] = "1|记|2026-01-05|5602|管理费用|1200||购电脑\n"
							  "1|记|2026-01-05|1002|银行存款||1200|购电脑\n";
static const char posted[] = "2|记|2026-01-07|5602|管理费用|-1200||注销1月5日记-1号凭证\n"
							 "2|记|2026-01-07|1002|银行存款||-1200|注销1月5日记-1号凭证\n"
							 "3|记|2026-01-07|1601|固定资产|1200||订正1月5日记-1号凭证\n"
							 "3|记|2026-01-07|1002|银行存款||1200|订正1月5日记-1号凭证\n";

/* What is asked of one voucher: computers are fixed assets. */
static const char wanted[] =
	"[{\"role\":\"blue\",\"date\":\"2026-01-07\",\"journal\":\"记\",\"original\":{\"period\":\"2026-01\","
	"\"journal\":\"记\",\"number\":\"1\"},\"lines\":[{\"text\":\"x\",\"account\":\"1601\",\"debit_minor\":120000},"
	"{\"text\":\"x\",\"account\":\"1002\",\"credit_minor\":120000}]}]";

typedef struct desk_case {
	office o;
	int64_t li, wang, books, correction;
	rd_book *book;
	char vouchers[4000], escaped[8000];
} desk_case;

static void propose(desk_case *d)
{
	rd_correction_ask ask = {.vouchers = rd_str_of(wanted),
	                         .as_of = rd_day_of(2026, 1, 7),
	                         .first_open = 202601};
	rd_err err = {0};
	rd_buf out;

	rd_buf_init(&out, 1 << 20);
	UNIT_OK(rd_correction_rewrite(d->o.place.arena, d->book, &ask, &out, &err), &err);
	json_t *o = json_loadb(out.data, out.size, 0, NULL);
	json_t *p = json_object_get(o, "proposal");

	UNIT_TEXT(rd_str_of(json_string_value(json_object_get(p, "method"))), "reverse");
	UNIT_INT(json_array_size(json_object_get(o, "problems")), 1); /* 1601 is a new account */
	char *text = json_dumps(json_object_get(p, "vouchers"), JSON_COMPACT);
	json_t *s = json_string(text);
	char *escaped = json_dumps(s, JSON_ENCODE_ANY);

	(void)snprintf(d->vouchers, sizeof d->vouchers, "%s", text);
	(void)snprintf(d->escaped, sizeof d->escaped, "%s", escaped);
	free(text);
	free(escaped);
	json_decref(s);
	json_decref(o);
	rd_buf_done(&out);
}

static void open_case(desk_case *d)
{
	char body[12000];

	office_open(&d->o);
	d->o.engine.hooks = rd_desk_hooks;
	d->o.engine.n_hooks = rd_desk_hooks_count;
	d->li = office_person(&d->o, "li", "accountant", "zh");
	d->wang = office_person(&d->o, "wang", "supervisor", "zh");
	d->book = volume_of(january, "");
	(void)snprintf(body, sizeof body, "{\"name\":\"甲公司\",\"accountant\":\"%lld\"}",
	               (long long)d->li);
	int64_t client = office_record(&d->o, 0, "client", body);
	int64_t type = office_record(
		&d->o, 0, "exception_type",
		"{\"slug\":\"asset-expensed\",\"finds\":\"人工\",\"name\":\"资产费用化\",\"area\":\"asset\",\"severity\":\"medium\","
		"\"nature\":\"operation\"}");

	(void)snprintf(body, sizeof body,
	               "{\"name\":\"甲公司 2026\",\"year\":2026,\"client\":\"%lld\"}",
	               (long long)client);
	d->books = office_record(&d->o, 0, "books", body);
	(void)snprintf(
		body, sizeof body,
		"{\"name\":\"电脑记入费用\",\"type\":\"%lld\",\"appearance\":\"购电脑 1,200.00 记入管理费用\","
		"\"client\":\"%lld\",\"books\":\"%lld\",\"owner\":\"%lld\"}",
		(long long)type, (long long)client, (long long)d->books, (long long)d->li);
	int64_t c = office_record(&d->o, 0, "case", body);

	propose(d);
	(void)snprintf(
		body, sizeof body,
		"{\"name\":\"电脑转固定资产\",\"case\":\"%lld\",\"books\":\"%lld\",\"client\":\"%lld\","
		"\"owner\":\"%lld\",\"method\":\"reverse\",\"vouchers\":%s}",
		(long long)c, (long long)d->books, (long long)client, (long long)d->li, d->escaped);
	d->correction = office_record(&d->o, d->li, "correction", body);
}

static void close_case(desk_case *d)
{
	rd_book_free(d->book);
	office_close(&d->o);
}

typedef struct asking {
	desk_case *d;
	int64_t by;
	const char *transition, *body; /* transition NULL: a change */
	rd_err err;
} asking;

static rd_rc ask(rd_tx *tx, void *ctx, rd_err *err)
{
	asking *a = ctx;
	const rd_kind *k = rd_kind_find(RD_STR("correction"));
	rd_actor who = office_actor(a->by, a->by == a->d->wang ? 1u << RD_KIND_SUPERVISOR
	                                                       : 1u << RD_KIND_ACCOUNTANT);
	rd_problems problems = {0};
	rd_record r;
	json_t *json;

	RD_TRY(rd_check_parse(rd_str_of(a->body), &json, err));
	rd_rc rc = a->transition
	               ? rd_record_move(&a->d->o.engine, tx, &who, k, a->d->correction, RD_ANY_VERSION,
	                                rd_str_of(a->transition), json, &r, &problems, err)
	               : rd_record_change(&a->d->o.engine, tx, &who, k, a->d->correction,
	                                  RD_ANY_VERSION, json, &r, &problems, err);

	json_decref(json);
	return rc;
}

static void refused(desk_case *d, int64_t by, const char *transition, const char *body, rd_rc want,
                    const char *words)
{
	asking a = {.d = d, .by = by, .transition = transition, .body = body};

	unit_case("%s", transition ? transition : "change");
	UNIT_INT(rd_store_write(d->o.store, OFFICE_FIRM, d->o.place.arena, ask, &a, &a.err), want);
	UNIT_TRUE(strstr(a.err.zh, words) != NULL);
}

static rd_rc keep(rd_tx *tx, void *ctx, rd_err *err)
{
	desk_case *d = ctx;
	rd_actor li = office_actor(d->li, 1u << RD_KIND_ACCOUNTANT);
	rd_correction_ask q = {.vouchers = rd_str_of(d->vouchers), .as_of = rd_day_of(2026, 1, 7)};
	rd_buf out, kept;

	rd_buf_init(&out, 1 << 20);
	rd_buf_init(&kept, 1 << 20);
	rd_rc rc = rd_correction_try(tx->arena, d->book, &q, &out, &kept, err);

	UNIT_TRUE(rd_str_has(rd_buf_view(&out), "\"redink.simulation/1\""));
	if (rc == RD_OK)
		rc = rd_correction_keep(tx, &li, d->correction, rd_str_of(d->vouchers), rd_buf_view(&kept),
		                        err);
	rd_buf_done(&out);
	rd_buf_done(&kept);
	return rc;
}

typedef struct seeing {
	desk_case *d;
	const rd_book *book;
	uint32_t seen, missing;
} seeing;

static rd_rc see(rd_tx *tx, void *ctx, rd_err *err)
{
	seeing *s = ctx;

	return rd_correction_seen(&s->d->o.engine, tx, s->d->books, 1, s->book, &s->seen, &s->missing,
	                          err);
}

static const char *state_of(desk_case *d)
{
	static const char *const names[] = {"draft",     "submitted", "approved", "exported", "posted",
	                                    "confirmed", "missing",   "rejected", "withdrawn"};
	char sql[200];

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		(void)snprintf(sql, sizeof sql, "SELECT count(*) FROM kind_correction WHERE state = '%s'",
		               names[i]);
		if (place_number(&d->o.place, sql))
			return names[i];
	}
	return "";
}

static void tried_then_submitted_then_approved(void)
{
	desk_case d;

	open_case(&d);
	refused(&d, d.li, "submit", "{}", RD_BARRED, "还没有试算");
	office_write(&d.o, keep, &d);
	refused(&d, d.li, NULL, "{\"simulated\":\"{}\"}", RD_INPUT, "由系统填写");
	office_move(&d.o, d.li, "correction", d.correction, "submit", "{}");
	refused(&d, d.li, NULL, "{\"vouchers\":\"[]\"}", RD_BARRED, "已提交");
	office_move(&d.o, d.wang, "correction", d.correction, "approve", "{}");
	UNIT_TEXT(rd_str_of(state_of(&d)), "approved");
	office_move(&d.o, d.li, "correction", d.correction, "hand_out", "{}");
	UNIT_TEXT(rd_str_of(state_of(&d)), "exported");
	close_case(&d);
}

static void a_change_wants_another_trial(void)
{
	desk_case d;

	open_case(&d);
	office_write(&d.o, keep, &d);
	refused(&d, d.li, NULL, "{\"vouchers\":\"[{]\"}", RD_INPUT, "JSON");
	office_change(&d.o, d.li, "correction", d.correction, "{\"vouchers\":\"[]\"}");
	refused(&d, d.li, "submit", "{}", RD_BARRED, "还没有试算");
	close_case(&d);
}

static void the_next_import_confirms_it_or_says_what_is_missing(void)
{
	desk_case d;
	rd_book *after = volume_of(january, posted), *half = volume_of(january, "");
	seeing s = {.d = &d, .book = half};

	open_case(&d);
	office_write(&d.o, keep, &d);
	office_move(&d.o, d.li, "correction", d.correction, "submit", "{}");
	office_move(&d.o, d.wang, "correction", d.correction, "approve", "{}");
	office_write(&d.o, see, &s);
	UNIT_INT(s.seen + s.missing, 0); /* nothing is posted yet */
	office_move(&d.o, d.li, "correction", d.correction, "post",
	            "{\"posted_on\":\"2026-01-07\",\"posted_numbers\":\"记-2, 记-3\"}");
	office_write(&d.o, see, &s);
	UNIT_INT(s.missing, 1);
	UNIT_TEXT(rd_str_of(state_of(&d)), "missing");
	UNIT_TRUE(place_number(&d.o.place, "SELECT count(*) FROM kind_correction WHERE missing LIKE "
	                                   "'%第 1 张%第 2 张%'") == 1);
	s.book = after;
	office_write(&d.o, see, &s);
	UNIT_INT(s.seen, 1);
	UNIT_TEXT(rd_str_of(state_of(&d)), "confirmed");
	UNIT_INT(place_number(&d.o.place, "SELECT count(*) FROM kind_correction WHERE missing IS NULL "
	                                  "AND seen_in_id = 1"),
	         1);
	/* Gone again in a later import. */
	s.book = half;
	office_write(&d.o, see, &s);
	UNIT_TEXT(rd_str_of(state_of(&d)), "missing");
	rd_book_free(after);
	rd_book_free(half);
	close_case(&d);
}

static void files_have_a_form(void)
{
	desk_case d;
	rd_err err = {0};
	rd_buf out;

	open_case(&d);
	rd_correction_ask q = {.vouchers = rd_str_of(d.vouchers), .as_of = rd_day_of(2026, 1, 7)};
	static const char *const forms[] = {"csv", "jdy", "k3", "t3"};

	for (size_t i = 0; i < 4; i++) {
		unit_case("%s", forms[i]);
		rd_buf_init(&out, 1 << 20);
		UNIT_OK(rd_correction_export(d.o.place.arena, d.book, &q,
		                             &(rd_correction_file){.form = rd_str_of(forms[i])}, &out,
		                             &err),
		        &err);
		UNIT_TRUE(out.size > 100);
		rd_buf_done(&out);
	}
	rd_buf_init(&out, 1 << 20);
	UNIT_INT(rd_correction_export(d.o.place.arena, d.book, &q,
	                              &(rd_correction_file){.form = RD_STR("pdf")}, &out, &err),
	         RD_INPUT);
	rd_buf_done(&out);
	close_case(&d);
}

static void a_workbook_is_read_back(void)
{
	desk_case d;
	rd_err err = {0};
	char path[128];
	rd_buf none;

	open_case(&d);
	rd_correction_ask q = {.vouchers = rd_str_of(d.vouchers), .as_of = rd_day_of(2026, 1, 7)};

	(void)snprintf(path, sizeof path, "%s/v.xlsx", d.o.place.folder);
	rd_correction_file file = {.form = RD_STR("xlsx"),
	                           .folder = d.o.place.folder,
	                           .fd = open(path, O_RDWR | O_CREAT, 0600),
	                           .at_us = OFFICE_NOW};

	rd_buf_init(&none, 16);
	UNIT_OK(rd_correction_export(d.o.place.arena, d.book, &q, &file, &none, &err), &err);
	rd_book *back = volume_read(path);

	UNIT_TRUE(back != NULL);
	if (back) {
		UNIT_INT(back->voucher.n, 2);
		UNIT_INT(back->line.n, 4);
		UNIT_INT(rd_line_debit(back, 0), -120000);
		UNIT_INT(rd_line_credit(back, 3), 120000);
		UNIT_TEXT(rd_book_text(back, rd_line_text(back, 2)), "订正1月5日记-1号凭证");
		UNIT_INT(back->voucher.date[1], rd_day_of(2026, 1, 7));
	}
	rd_book_free(back);
	close(file.fd);
	(void)unlink(path);
	close_case(&d);
}

/* Bytes of a request, changed at random: refused or read, and nothing else happens. */
static void odd_vouchers_do_no_harm(void)
{
	static const char bits[] = "{}[]\",:-0123456789e.nux";
	uint64_t state = 99;
	desk_case d;
	uint32_t read = 0;

	open_case(&d);
	for (uint32_t turn = 0; turn < 1500; turn++) {
		char text[4000];
		size_t n = strlen(d.vouchers);
		rd_arena *a = rd_arena_new();
		rd_err err = {0};
		rd_buf out, kept;

		memcpy(text, d.vouchers, n + 1);
		for (uint32_t k = 1 + unit_below(&state, 3); k > 0; k--)
			text[unit_below(&state, (uint32_t)n)] = bits[unit_below(&state, sizeof bits - 1)];
		rd_correction_ask q = {.vouchers = {text, (uint32_t)n}, .as_of = rd_day_of(2026, 1, 7)};

		rd_buf_init(&out, 1 << 20);
		rd_buf_init(&kept, 1 << 20);
		rd_rc rc = rd_correction_look(a, d.book, &q, &out, &err);

		UNIT_TRUE(rc == RD_OK || rc == RD_INPUT);
		read += rc == RD_OK;
		if (rc == RD_OK && turn % 4 == 0)
			UNIT_OK(rd_correction_try(a, d.book, &q, &out, &kept, &err), &err);
		rd_buf_done(&out);
		rd_buf_done(&kept);
		rd_arena_free(a);
	}
	UNIT_TRUE(read > 50);
	close_case(&d);
}

const unit_test corrections_tests[] = {
	{"tried, then submitted, then approved by a second person", tried_then_submitted_then_approved},
	{"a change wants another trial", a_change_wants_another_trial},
	{"the next import confirms it, or says what is missing",
     the_next_import_confirms_it_or_says_what_is_missing},
	{"files for accounting software", files_have_a_form},
	{"odd vouchers do no harm", odd_vouchers_do_no_harm},
	{"a workbook is read back", a_workbook_is_read_back},
	{0},
};
