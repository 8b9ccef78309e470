#include "desk/reconciliation.h"
#include "base/json.h"
#include "book/ledger.h"
#include "desk/cell.h"
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#define LOOK_BACK 60 /* days before the statement: outstanding cheques are matched with them */

/* ---- what it is about ---- */

rd_rc rd_reconciling_load(rd_tx *tx, const rd_actor *actor, int64_t id, rd_reconciling *ret,
                          rd_err *err)
{
	rd_reconciling r = {0};
	rd_record books;

	RD_TRY(rd_record_get(tx, actor, rd_kind_find(RD_STR("reconciliation")), id, &r.record, err));
	RD_TRY(rd_record_get(tx, actor, rd_kind_find(RD_STR("books")),
	                     rd_field_int(&r.record, "books", 0), &books, err));
	r.import_id = rd_field_int(&books, "current_import", 0);
	if (r.import_id == 0)
		return rd_fail(err, RD_BARRED, "账套还没有已确认的导入；请先导入账簿",
		               "the books have no committed import; import them first");
	if (rd_statement_file(tx, actor, rd_field_int(&r.record, "statement", 0), &r.statement, &r.file,
	                      err) != RD_OK) {
		if (err->code == RD_NOT_FOUND)
			err->code = RD_BARRED;
		return err->code;
	}
	r.account = rd_field_str(&r.record, "account");
	r.own = rd_field_str(&r.statement, "bank_account");
	r.as_of = (rd_day)rd_field_int(&r.record, "as_of", RD_DAY_NONE);
	*ret = r;
	return RD_OK;
}

/* ---- decisions ---- */

static const char *const verdicts[] = {"match", "apart"};

static uint64_t *keys_of(rd_arena *a, const json_t *list, uint32_t *ret_n)
{
	size_t n = json_array_size(list);
	uint64_t *keys = RD_NEW_N(a, uint64_t, n + 1);

	*ret_n = 0;
	for (size_t i = 0; i < n; i++) {
		const char *text = json_string_value(json_array_get(list, i));
		char *end;
		unsigned long long v = text ? strtoull(text, &end, 10) : 0;

		if (v && *end == '\0')
			keys[(*ret_n)++] = v;
	}
	return keys;
}

void rd_decisions_read(rd_arena *a, rd_str text, const rd_recon_decision **ret, uint32_t *ret_n)
{
	json_t *list = text.len ? json_loadb(text.ptr, text.len, 0, NULL) : NULL;
	size_t n = json_array_size(list);
	rd_recon_decision *d = RD_NEW_N(a, rd_recon_decision, n + 1);

	*ret_n = 0;
	for (size_t i = 0; i < n && i < RD_DECISIONS_MAX; i++) {
		const json_t *o = json_array_get(list, i);
		const char *verdict = json_string_value(json_object_get(o, "verdict"));
		rd_recon_decision x = {0};

		if (verdict == NULL)
			continue;
		x.accept = strcmp(verdict, verdicts[RD_VERDICT_MATCH]) == 0;
		x.bank = keys_of(a, json_object_get(o, "bank"), &x.n_bank);
		x.book = keys_of(a, json_object_get(o, "book"), &x.n_book);
		d[(*ret_n)++] = x;
	}
	json_decref(list);
	*ret = d;
}

static bool names_any(const json_t *list, const int64_t *keys, uint32_t n)
{
	size_t i;
	json_t *v;

	json_array_foreach((json_t *)list, i, v)
	{
		const char *text = json_string_value(v);

		for (uint32_t k = 0; text && k < n; k++)
			if (strtoll(text, NULL, 10) == keys[k])
				return true;
	}
	return false;
}

/* An older decision that the new one replaces: a match of one of its lines, or, when all is to be
 * forgotten or matched, a refusal of such a pair. */
static bool is_replaced(const json_t *o, const rd_decide *d)
{
	const char *verdict = json_string_value(json_object_get(o, "verdict"));
	bool bank = names_any(json_object_get(o, "bank"), d->bank, d->n_bank);
	bool book = names_any(json_object_get(o, "book"), d->book, d->n_book);

	if (verdict == NULL)
		return true;
	if (strcmp(verdict, verdicts[RD_VERDICT_MATCH]) == 0)
		return bank || book;
	return d->verdict == RD_VERDICT_CLEAR ? bank || book
	                                      : d->verdict == RD_VERDICT_MATCH && bank && book;
}

static json_t *keys_to(const int64_t *keys, uint32_t n)
{
	json_t *list = json_array();
	char text[24];

	for (uint32_t i = 0; i < n; i++) {
		(void)snprintf(text, sizeof text, "%lld", (long long)keys[i]);
		json_array_append_new(list, json_string(text));
	}
	return list;
}

static rd_rc check_decision(const rd_decide *d, rd_err *err)
{
	if (d->verdict == RD_VERDICT_APART ? d->n_bank == 0 || d->n_book == 0
	                                   : d->n_bank + d->n_book == 0)
		return rd_fail(err, RD_INPUT, "请至少选择一行；拆开时两边各选至少一行",
		               "choose at least one line; to keep apart, one of each side");
	if (d->verdict == RD_VERDICT_MATCH && d->n_bank + d->n_book < 2)
		return rd_fail(err, RD_INPUT, "勾对至少需要两行", "a match needs two lines at least");
	return RD_OK;
}

rd_rc rd_decisions_add(rd_arena *a, rd_str text, const rd_decide *d, int64_t user_id, int64_t at_us,
                       rd_str *ret_text, rd_err *err)
{
	json_t *old, *list;
	char by[24];
	size_t i;
	json_t *o;

	RD_TRY(check_decision(d, err));
	old = text.len ? json_loadb(text.ptr, text.len, 0, NULL) : NULL;
	list = json_array();
	json_array_foreach(old, i, o)
	{
		if (json_is_object(o) && !is_replaced(o, d))
			json_array_append(list, o);
	}
	json_decref(old);
	if (d->verdict != RD_VERDICT_CLEAR) {
		(void)snprintf(by, sizeof by, "%lld", (long long)user_id);
		json_array_append_new(list,
		                      json_pack("{s:s, s:o, s:o, s:s, s:I}", "verdict",
		                                verdicts[d->verdict], "bank", keys_to(d->bank, d->n_bank),
		                                "book", keys_to(d->book, d->n_book), "by", by, "at_us",
		                                (json_int_t)at_us));
	}
	size_t n = json_array_size(list);
	char *out = json_dumps(list, JSON_COMPACT);

	json_decref(list);
	if (out == NULL || n > RD_DECISIONS_MAX || strlen(out) > 190000) {
		free(out);
		return rd_fail(err, RD_LIMIT, "人工勾对过多；请按月分开对账",
		               "too many decisions; reconcile month by month");
	}
	*ret_text = (rd_str){rd_arena_copy(a, out, strlen(out)), (uint32_t)strlen(out)};
	free(out);
	return RD_OK;
}

/* ---- computing ---- */

/* The account number, when the statement has it; else all its parts are meant. */
static rd_str own_account(const rd_bank *bank, rd_str own)
{
	for (uint32_t i = 0; i < bank->n_parts; i++)
		if (own.len && rd_str_eq(own, rd_bank_text(bank, bank->parts[i].account)))
			return own;
	return RD_STR("");
}

/* First day, and the one currency of the parts; empty when there are several. */
static rd_str survey(const rd_bank *bank, rd_str own, rd_day *ret_from)
{
	rd_str currency = {"", 0};
	bool several = false;

	*ret_from = RD_DAY_NONE;
	for (uint32_t i = 0; i < bank->n_parts; i++) {
		const rd_bank_part *p = &bank->parts[i];
		rd_str c = rd_bank_text(bank, p->currency);

		if (own.len && !rd_str_eq(own, rd_bank_text(bank, p->account)))
			continue;
		several = several || (currency.len && !rd_str_eq(c, currency));
		currency = c;
		if (p->n && (*ret_from == RD_DAY_NONE || p->from < *ret_from))
			*ret_from = p->from;
	}
	return several ? RD_STR("") : currency;
}

/* Balance of the account and those below it at the end of a day. */
static rd_minor book_balance(rd_arena *a, const rd_book *b, rd_row account, rd_day day)
{
	rd_ledger l;

	rd_ledger_make(a, b, &l);
	rd_minor balance = l.opening[account];
	uint8_t *is_in = rd_arena_alloc(a, (size_t)b->account.n + 1, 1);

	for (rd_row i = 1; i < b->account.n; i++)
		is_in[i] = rd_ledger_under(b, i, account);
	for (rd_row v = 0; v < b->voucher.n; v++) {
		if (!rd_ledger_counts(b, v))
			continue;
		for (rd_row i = b->voucher.first[v]; i < b->voucher.first[v + 1]; i++)
			if (is_in[b->line.account[i]] && rd_line_date(b, i) != RD_DAY_NONE &&
			    rd_line_date(b, i) <= day)
				balance += rd_line_net(b, i);
	}
	return balance;
}

static rd_rc comparable(const rd_reconciling *what, const rd_book *book, rd_str currency,
                        rd_day from, rd_reconciled *r, rd_err *err)
{
	rd_str base = rd_book_text(book, book->base_currency);

	r->account = rd_book_find_account(book, what->account);
	if (r->account == 0)
		return rd_fail(err, RD_BARRED, "账套中没有科目“%.*s”；请核对银行存款科目",
		               "the books have no account \"%.*s\"; check the ledger account",
		               (int)what->account.len, what->account.ptr);
	if (from == RD_DAY_NONE || from > what->as_of)
		return rd_fail(err, RD_BARRED, "对账日之前银行对账单没有流水；请核对账号和对账日",
		               "the statement has no lines up to that day; check account number and day");
	if (currency.len == 0 || !rd_str_eq(currency, base.len ? base : RD_STR("CNY")))
		return rd_fail(
			err, RD_BARRED, "对账单的币种不是账套的本位币；外币账户请按原币另行对账",
			"the statement is not in the currency of the books; a foreign account cannot be compared here");
	return RD_OK;
}

rd_rc rd_reconcile_now(rd_arena *a, const rd_reconciling *what, rd_str decisions,
                       const rd_book *book, const rd_bank *bank, rd_reconciled *ret, rd_err *err)
{
	rd_reconciled r = {0};
	rd_recon_options o = {0};
	rd_str own = own_account(bank, what->own);
	rd_day from;
	rd_str currency = survey(bank, own, &from);
	rd_recon_ends e = {.as_of = what->as_of};

	RD_TRY(comparable(what, book, currency, from, &r, err));
	e.from = from;
	r.currency = currency;
	r.decimals = rd_currency_decimals(currency);
	rd_recon_bank_items(a, bank, own, RD_DAY_NONE, what->as_of, &r.bank);
	rd_recon_book_items(a, book, r.account, from - LOOK_BACK, what->as_of, &r.book);
	rd_decisions_read(a, decisions, &o.decisions, &o.n_decisions);
	RD_TRY(rd_reconcile(r.bank.items, r.bank.n, r.book.items, r.book.n, &o, &r.recon, err));
	e.bank_balance = rd_recon_bank_balance(bank, own, what->as_of, &e.bank_known);
	e.bank_opening = rd_recon_bank_balance(bank, own, from - 1, &e.bank_known);
	e.book_balance = book_balance(a, book, r.account, what->as_of);
	e.book_opening = book_balance(a, book, r.account, from - 1);
	rd_recon_sheet_make(a, r.recon, &e, &r.sheet);
	*ret = r;
	return RD_OK;
}

void rd_reconciled_done(rd_reconciled *r)
{
	rd_recon_free(r->recon);
	r->recon = NULL;
}

/* ---- keeping ---- */

static json_t *money(rd_minor v, rd_str currency)
{
	return json_pack("{s:I, s:s%}", "minor", (json_int_t)v, "currency", currency.ptr,
	                 (size_t)currency.len);
}

rd_rc rd_reconciliation_keep(const rd_engine *e, rd_tx *tx, const rd_actor *actor, int64_t id,
                             int64_t version, rd_str decisions, const rd_reconciled *r,
                             rd_record *ret_record, rd_problems *problems, rd_err *err)
{
	const rd_kind *k = rd_kind_find(RD_STR("reconciliation"));
	const rd_recon_sheet *s = &r->sheet;
	uint32_t matched = 0;
	rd_record was;

	RD_TRY(rd_record_get(tx, actor, k, id, &was, err));
	if (!rd_str_is(rd_cell(&was, RD_COL_STATE)->str, "draft"))
		return rd_fail(err, RD_BARRED, "对账已完成；请先重新对账",
		               "the reconciliation is finished; reopen it first");
	for (uint32_t i = 0; i < r->recon->n_bank; i++)
		matched += r->recon->bank_match[i] != 0;
	json_t *body =
		json_pack("{s:s%, s:o, s:o, s:o, s:I, s:I, s:I}", "decisions",
	              decisions.len ? decisions.ptr : "[]", (size_t)(decisions.len ? decisions.len : 2),
	              "book_balance", money(s->ends.book_balance, r->currency), "bank_balance",
	              money(s->ends.bank_balance, r->currency), "adjusted_difference",
	              money(s->difference, r->currency), "matched", (json_int_t)matched, "open_book",
	              (json_int_t)s->n[RD_RECON_BOOK_IN] + s->n[RD_RECON_BOOK_OUT], "open_bank",
	              (json_int_t)s->n[RD_RECON_BANK_IN] + s->n[RD_RECON_BANK_OUT]);
	rd_rc rc = rd_record_change(e, tx, actor, k, id, version, body, ret_record, problems, err);

	json_decref(body);
	return rc;
}
