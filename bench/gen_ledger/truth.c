#include "ledger.h"
#include <string.h>

enum {
	RARE_MAX = 3,         /* a pair of accounts seen up to so often is rare */
	ROUND_STEP = 1000000, /* 10,000 yuan in fen */
};

/* Adding a voucher to the figures that the truth file is made of. */

static int pair_side(const gen *g, const line *l)
{
	return l->unknown ? g->n_accounts + l->unknown - 1 : l->account;
}

/* Every debit account with every credit account, each pair once a voucher. */
static void count_pairs(gen *g, const voucher *v)
{
	int seen[LINES_MAX * LINES_MAX], n_seen = 0;

	for (int i = 0; i < v->n; i++) {
		for (int j = 0; j < v->n; j++) {
			if (!v->lines[i].debit || !v->lines[j].credit)
				continue;
			int debit = pair_side(g, &v->lines[i]);
			int credit = pair_side(g, &v->lines[j]);
			int key = debit * ACCOUNTS_MAX + credit, k = 0;

			while (k < n_seen && seen[k] != key)
				k++;
			if (k == n_seen) {
				seen[n_seen++] = key;
				g->pair_count[debit][credit]++;
			}
		}
	}
}

static void count_line(gen *g, const voucher *v, const line *l)
{
	int64_t amount = l->debit ? l->debit : l->credit;

	if (amount % ROUND_STEP == 0)
		g->planted[KIND_ROUND]++;
	if (l->unknown)
		return;
	g->moved_debit[v->month][l->account] += l->debit;
	g->moved_credit[v->month][l->account] += l->credit;
	if (l->account < g->bank_end)
		g->day_net[l->account][v->day] += l->debit - l->credit;
}

void truth_add(gen *g, const voucher *v)
{
	count_pairs(g, v);
	for (int k = 0; k < v->n; k++)
		count_line(g, v, &v->lines[k]);
}

/* Openings and the trial balance, with exceptions of their own. */

static int64_t nth_smallest(const int64_t *values, int n, int nth)
{
	int64_t sorted[DAYS];

	memcpy(sorted, values, (size_t)n * sizeof *values);
	for (int i = 0; i <= nth; i++) {
		for (int j = i + 1; j < n; j++) {
			if (sorted[j] < sorted[i]) {
				int64_t swap = sorted[i];

				sorted[i] = sorted[j];
				sorted[j] = swap;
			}
		}
	}
	return sorted[nth];
}

static int sign_of(const gen *g, int a)
{
	return g->accounts[a].side == 'D' ? 1 : -1;
}

static bool is_money(const gen *g, int a)
{
	return a == g->cash || (a >= g->bank && a < g->bank_end);
}

/*
 * An opening keeps the account on its side all year. With exceptions, cash and one bank account
 * open so low that about six days are negative, three others that two month ends are.
 */
static void open_account(gen *g, int a)
{
	int64_t days[DAYS], ends[MONTHS], sum = 0, lowest = 0;

	for (int d = 0; d < DAYS; d++) {
		days[d] = sum += g->day_net[a][d];
		if (is_money(g, a) && sum < lowest)
			lowest = sum;
	}
	sum = 0;
	for (int m = 0; m < MONTHS; m++) {
		ends[m] = sum += sign_of(g, a) * (g->moved_debit[m][a] - g->moved_credit[m][a]);
		if (sum < lowest)
			lowest = sum;
	}
	g->opening[a] = -lowest + (a + 1) * INT64_C(100000);
	if (g->anom > 0 && (a == g->bank + 1 || a == g->cash))
		g->opening[a] = -nth_smallest(days, DAYS, 6);
	if (g->anom > 0 && (a == 40 || a == 90 || a == 120))
		g->opening[a] = -nth_smallest(ends, MONTHS, 2);

	for (int d = 0; d < DAYS; d++) {
		if (is_money(g, a) && g->day_net[a][d] && g->opening[a] + days[d] < 0)
			g->negative_days++;
	}
	for (int m = 0; m < MONTHS; m++)
		g->wrong_sides += g->opening[a] + ends[m] < 0;
}

static void write_chart(gen *g)
{
	out *o = &g->accounts_csv;

	out_open(o, g->dir, "accounts.csv");
	put_text(o, "account_code,account_name,side,opening\n");
	for (int a = 0; a < g->n_accounts; a++) {
		csv_text(o, g->accounts[a].code, ',');
		csv_text(o, g->accounts[a].name, ',');
		put_char(o, g->accounts[a].side);
		put_char(o, ',');
		csv_money(o, g->opening[a], '\n');
	}
	out_close(o);
}

static void write_balance(gen *g, int m, int a, int64_t *balance)
{
	out *o = &g->tb_csv;
	int64_t opening = *balance, debit = g->moved_debit[m][a], credit = g->moved_credit[m][a];
	int row = a * MONTHS + m;

	*balance += sign_of(g, a) * (debit - credit);
	if (g->anom > 0 && m > 0 && row % 311 == 7) {
		opening += 12345;
		g->broken_openings++;
	}
	if (g->anom > 0 && row % 401 == 11) {
		debit += 777;
		g->wrong_movements++;
	}
	put_bytes(o, g->dates[g->month_start[m]], 7);
	put_char(o, ',');
	csv_text(o, g->accounts[a].code, ',');
	csv_money(o, opening, ',');
	csv_money(o, debit, ',');
	csv_money(o, credit, ',');
	csv_money(o, *balance, '\n');
}

static void write_trial_balance(gen *g)
{
	int64_t balance[ACCOUNTS_MAX];

	memcpy(balance, g->opening, sizeof balance);
	out_open(&g->tb_csv, g->dir, "tb.csv");
	put_text(&g->tb_csv, "period,account_code,opening,debit,credit,closing\n");
	for (int m = 0; m < MONTHS; m++) {
		for (int a = 0; a < g->n_accounts; a++)
			write_balance(g, m, a, &balance[a]);
	}
	out_close(&g->tb_csv);
}

static uint64_t count_rare_pairs(const gen *g)
{
	uint64_t n = 0;

	for (int a = 0; a < ACCOUNTS_MAX; a++) {
		for (int b = 0; b < ACCOUNTS_MAX; b++)
			n += g->pair_count[a][b] > 0 && g->pair_count[a][b] <= RARE_MAX;
	}
	return n;
}

static void write_truth(gen *g)
{
	const uint64_t *planted = g->planted;
	const struct {
		const char *name;
		uint64_t count;
		const char *rest;
	} rows[] = {
		{"lines", g->n_lines, "exact\tlines"},
		{"vouchers", g->n_vouchers, "exact\tvouchers"},
		{"c01_unbalanced", planted[KIND_UNBALANCED], "exact\tvouchers"},
		{"c02_gap_numbers", planted[KIND_GAP], "exact\tmissing voucher numbers"},
		{"c03_dup_numbers", planted[KIND_DUP_NO], "exact\t(period,no) groups"},
		{"c04_missing_fields", planted[KIND_MISSING], "exact\tlines"},
		{"c05_unknown_account", planted[KIND_UNKNOWN], "exact\tlines"},
		{"c06_self_review", planted[KIND_SELF_REVIEW], "exact\tvouchers"},
		{"c07_weekend", planted[KIND_WEEKEND], "exact\tlines"},
		{"c08_period_mismatch", planted[KIND_PERIOD], "exact\tlines"},
		{"c09_duplicates", planted[KIND_DUPLICATE] / 2, "atleast\tgroups"},
		{"c10_benford_accounts", g->anom > 0, "atleast\taccounts"},
		{"c11_rare_pairs", count_rare_pairs(g), "exact\taccount pairs seen 1..3 times"},
		{"c12_round", planted[KIND_ROUND], "exact\tlines"},
		{"c13_outliers", 0, "atleast\tlines (cross-check engines)"},
		{"c14_negative_cash_days", g->negative_days, "exact\taccount-days"},
		{"c15_abnormal_side", g->wrong_sides, "exact\taccount-periods"},
		{"c16_rollforward_breaks", g->broken_openings, "exact\taccount-periods"},
		{"c16b_tb_vs_ledger", g->wrong_movements, "exact\taccount-periods"},
		{"bank_lines", g->n_bank, "exact\tlines"},
		{"cash_lines", g->n_cash, "exact\tlines"},
		{"recon_true_pairs", g->bank_equal, "atleast\tpairs"},
		{"recon_bank_missing", g->bank_missing, "exact\tledger lines without bank line"},
		{"recon_amount_diff", g->bank_changed, "exact\tpairs"},
		{"recon_bank_extra", g->bank_extra, "exact\tbank lines without ledger line"},
	};
	out *o = &g->truth_tsv;

	out_open(o, g->dir, "truth.tsv");
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		csv_text(o, rows[i].name, '\t');
		csv_uint(o, rows[i].count, '\t');
		csv_text(o, rows[i].rest, '\n');
	}
	out_close(o);
}

void truth_write(gen *g)
{
	for (int a = 0; a < g->n_accounts; a++)
		open_account(g, a);
	write_chart(g);
	write_trial_balance(g);
	write_truth(g);
}
