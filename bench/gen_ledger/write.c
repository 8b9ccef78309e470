#include "ledger.h"

static const char *const kind_names[KINDS] = {
	[KIND_NONE] = "",
	[KIND_UNBALANCED] = "unbalanced",
	[KIND_GAP] = "gap",
	[KIND_DUP_NO] = "dup_no",
	[KIND_MISSING] = "missing",
	[KIND_UNKNOWN] = "unknown_acct",
	[KIND_SELF_REVIEW] = "self_review",
	[KIND_WEEKEND] = "weekend",
	[KIND_PERIOD] = "period_mismatch",
	[KIND_DUPLICATE] = "duplicate",
	[KIND_RARE_PAIR] = "rare_pair",
	[KIND_ROUND] = "round",
	[KIND_OUTLIER] = "outlier",
};

/* The journal as CSV, and the two sides of the bank. */

static const char *party_name(const gen *g, const voucher *v)
{
	return v->party >= 0 ? g->party_names[v->party] : "";
}

static void put_summary(const gen *g, out *o, const voucher *v)
{
	put_text(o, templates[v->template].summary);
	put_text(o, party_name(g, v));
}

static void write_csv_line(gen *g, const voucher *v, int k)
{
	const line *l = &v->lines[k];
	out *o = &g->ledger_csv;

	csv_uint(o, v->id, ',');
	csv_uint(o, (uint64_t)k + 1, ',');
	csv_text(o, g->dates[v->day], ',');
	put_bytes(o, g->dates[g->month_start[v->month]], 7);
	put_char(o, ',');
	csv_uint(o, v->number, ',');
	if (l->unknown) {
		csv_uint(o, UNKNOWN_CODE_BASE + (uint64_t)l->unknown, ',');
	} else {
		csv_text(o, g->accounts[l->account].code, ',');
		put_text(o, g->accounts[l->account].name);
	}
	put_char(o, ',');
	if (!l->no_summary)
		put_summary(g, o, v);
	put_char(o, ',');
	csv_money(o, l->debit, ',');
	csv_money(o, l->credit, ',');
	csv_text(o, v->preparer, ',');
	csv_text(o, v->reviewer, ',');
	if (v->attachments)
		put_uint(o, (uint64_t)v->attachments);
	put_char(o, ',');
	csv_text(o, party_name(g, v), ',');
	if (v->document) {
		put_text(o, "FP");
		put_uint(o, v->document);
	}
	put_char(o, '\n');
}

static void write_cash_line(gen *g, const voucher *v, int k)
{
	const line *l = &v->lines[k];
	out *o = &g->cash_csv;

	csv_uint(o, v->id, ',');
	csv_uint(o, (uint64_t)k + 1, ',');
	csv_text(o, g->dates[v->day], ',');
	csv_text(o, g->accounts[l->account].code, ',');
	csv_money(o, l->debit - l->credit, ',');
	csv_text(o, party_name(g, v), '\n');
	g->n_cash++;
}

static void write_bank_line(gen *g, int day, int to, int64_t amount, const char *party,
                            const char *memo)
{
	out *o = &g->bank_csv;

	csv_uint(o, ++g->n_bank, ',');
	csv_text(o, g->dates[day], ',');
	csv_text(o, g->accounts[to].code, ',');
	csv_money(o, amount, ',');
	csv_text(o, party, ',');
	csv_text(o, memo, '\n');
}

/* The bank books up to three days later; some lines are missing, changed or extra. */
static void write_bank_side(gen *g, const voucher *v, const line *l)
{
	double fate = rng_unit(&g->rng), delay = rng_unit(&g->rng);
	int64_t amount = l->debit - l->credit;
	int day = v->day;

	if (delay > 0.80)
		day += delay < 0.92 ? 1 : delay < 0.97 ? 2 : 3;
	if (day > DAYS - 1)
		day = DAYS - 1;
	if (g->anom > 0 && fate < 10 * g->anom) {
		g->bank_missing++;
		return;
	}
	if (g->anom > 0 && fate < 15 * g->anom) {
		amount += amount > 0 ? 100 : -100;
		g->bank_changed++;
	} else {
		g->bank_equal++;
	}
	write_bank_line(g, day, l->account, amount, party_name(g, v),
	                amount > 0 ? "转账收入" : "转账支出");
	if (g->anom > 0 && fate >= 15 * g->anom && fate < 25 * g->anom) {
		g->bank_extra++;
		write_bank_line(g, day, l->account, -(rng_below(&g->rng, 90000000) + 7), "", "银行手续费");
	}
}

static void write_csv(gen *g, const voucher *v)
{
	if (v->kind != KIND_NONE) {
		out *o = &g->items_tsv;

		csv_text(o, kind_names[v->kind], '\t');
		csv_uint(o, v->id, '\t');
		csv_text(o, g->dates[v->day], '\n');
	}
	for (int k = 0; k < v->n; k++) {
		const line *l = &v->lines[k];

		write_csv_line(g, v, k);
		if (l->account >= g->bank && l->account < g->bank_end && !l->unknown) {
			write_cash_line(g, v, k);
			write_bank_side(g, v, l);
		}
	}
}

static void write_beancount(gen *g, const voucher *v)
{
	out *o = &g->ledger_beancount;

	put_bytes(o, g->dates[v->day], 10);
	put_text(o, " * \"");
	if (v->party >= 0) {
		put_text(o, g->party_names[v->party]);
		put_text(o, "\" \"");
	}
	put_text(o, templates[v->template].summary);
	put_text(o, "\"\n");
	for (int k = 0; k < v->n; k++) {
		put_text(o, "  ");
		put_text(o, g->accounts[v->lines[k].account].beancount);
		put_text(o, "  ");
		put_money(o, v->lines[k].debit - v->lines[k].credit);
		put_text(o, " CNY\n");
	}
	put_char(o, '\n');
}

static void write_journal(gen *g, const voucher *v)
{
	out *o = &g->ledger_journal;

	put_bytes(o, g->dates[v->day], 10);
	put_text(o, " * (");
	put_uint(o, v->number);
	put_text(o, ") ");
	put_summary(g, o, v);
	put_char(o, '\n');
	for (int k = 0; k < v->n; k++) {
		put_text(o, "    ");
		put_text(o, g->accounts[v->lines[k].account].journal);
		put_text(o, "  ");
		put_money(o, v->lines[k].debit - v->lines[k].credit);
		put_text(o, " CNY\n");
	}
	put_char(o, '\n');
}

void ledger_write(gen *g, const voucher *v)
{
	if (g->csv)
		write_csv(g, v);
	if (g->beancount)
		write_beancount(g, v);
	if (g->journal)
		write_journal(g, v);
}

void ledger_open(gen *g)
{
	if (g->csv) {
		out_open(&g->ledger_csv, g->dir, "ledger.csv");
		put_text(&g->ledger_csv,
		         "entry_id,line_no,date,period,voucher_no,account_code,account_name,"
		         "summary,debit,credit,preparer,reviewer,attachments,counterparty,"
		         "document_no\n");
		out_open(&g->bank_csv, g->dir, "bank.csv");
		put_text(&g->bank_csv, "bank_id,date,account_code,amount,counterparty,memo\n");
		out_open(&g->cash_csv, g->dir, "cash.csv");
		put_text(&g->cash_csv, "entry_id,line_no,date,account_code,amount,counterparty\n");
		out_open(&g->items_tsv, g->dir, "items.tsv");
	}
	if (g->beancount) {
		out_open(&g->ledger_beancount, g->dir, "ledger.beancount");
		put_text(&g->ledger_beancount, "option \"operating_currency\" \"CNY\"\n");
		for (int a = 0; a < g->n_accounts; a++) {
			put_text(&g->ledger_beancount, "2023-12-31 open ");
			put_text(&g->ledger_beancount, g->accounts[a].beancount);
			put_text(&g->ledger_beancount, " CNY\n");
		}
	}
	if (g->journal) {
		out_open(&g->ledger_journal, g->dir, "ledger.journal");
		put_text(&g->ledger_journal, "commodity 1000.00 CNY\n\n");
	}
}

void ledger_close(gen *g)
{
	if (g->csv) {
		out_close(&g->ledger_csv);
		out_close(&g->bank_csv);
		out_close(&g->cash_csv);
		out_close(&g->items_tsv);
	}
	if (g->beancount)
		out_close(&g->ledger_beancount);
	if (g->journal)
		out_close(&g->ledger_journal);
}
