/*
 * gen_ledger: a made-up year (2024) of Chinese vouchers with planted exceptions, for the bench.
 *
 *   gen_ledger --lines N [--seed S] [--anom RATE] [--out DIR] [--format csv,beancount,journal]
 *
 * csv writes into DIR
 *   ledger.csv    the journal, 15 columns      accounts.csv  chart: code, name, side, opening
 *   tb.csv        trial balance by period      truth.tsv     what every check must count
 *   bank.csv      bank statement lines         cash.csv      the ledger's side of the bank
 *   items.tsv     the planted vouchers
 * and the other two formats write the same vouchers as ledger.beancount and ledger.journal.
 * Plain-text programs refuse a broken ledger, so give them --anom 0.
 *
 * RATE is the chance of each kind of exception for each voucher. The same arguments give the
 * same bytes on every machine: the random numbers are our own, amounts are integers, and the few
 * floating-point draws need a compiler that does not fuse multiply and add (-ffp-contract=off,
 * no -ffast-math). Without csv in --format the bank lines are not drawn, so the vouchers differ
 * from those of a run with csv. Ends with 0, or 2 when the arguments are wrong or a file cannot
 * be written. One thread; all memory is static.
 */
#include "ledger.h"
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static void month_init(const gen *g, month *m, int no)
{
	*m = (month){.no = no, .first_line = g->n_lines, .last_was_dup = true};
	m->n_lines = g->lines * ((uint64_t)no + 1) / MONTHS - g->n_lines;
	for (int day = g->month_start[no]; day < g->month_start[no + 1]; day++) {
		if (!is_weekend(g, day))
			m->workdays[m->n_workdays++] = day;
	}
}

static void write_month(gen *g, int no)
{
	uint64_t target = g->lines * ((uint64_t)no + 1) / MONTHS;
	month m;

	if (g->n_lines >= target)
		return;
	month_init(g, &m, no);
	while (g->n_lines < target) {
		voucher v;

		voucher_draw(g, &m, &v);
		truth_add(g, &v);
		ledger_write(g, &v);
		g->n_lines += (uint64_t)v.n;
	}
}

static void usage(void)
{
	fputs("usage: gen_ledger --lines N [--seed S] [--anom RATE] [--out DIR]\n"
	      "                  [--format csv,beancount,journal]\n",
	      stderr);
	exit(2);
}

static void read_arguments(gen *g, int argc, char **argv)
{
	const char *format = "csv";
	uint64_t seed = 42;

	g->lines = 100000;
	g->anom = 1e-4;
	g->dir = ".";
	for (int i = 1; i < argc; i += 2) {
		if (i + 1 == argc)
			usage();
		const char *name = argv[i], *value = argv[i + 1];
		char *end = NULL;

		if (strcmp(name, "--lines") == 0)
			g->lines = strtoull(value, &end, 10);
		else if (strcmp(name, "--seed") == 0)
			seed = strtoull(value, &end, 10);
		else if (strcmp(name, "--anom") == 0)
			g->anom = strtod(value, &end);
		else if (strcmp(name, "--out") == 0)
			g->dir = value;
		else if (strcmp(name, "--format") == 0)
			format = value;
		else
			usage();
		if (end && (end == value || *end))
			usage();
	}
	g->csv = strstr(format, "csv") != NULL;
	g->beancount = strstr(format, "beancount") != NULL;
	g->journal = strstr(format, "journal") != NULL;
	rng_init(&g->rng, seed);
}

int main(int argc, char **argv)
{
	static gen g;

	read_arguments(&g, argc, argv);
	mkdir(g.dir, 0777); /* an existing folder is fine; a useless one fails at the first file */
	tables_init(&g);
	g.last.party = -1;
	ledger_open(&g);
	for (int no = 0; no < MONTHS; no++)
		write_month(&g, no);
	ledger_close(&g);
	if (g.csv)
		truth_write(&g);
	fprintf(stderr, "%llu lines, %llu vouchers, %llu cash lines, %llu bank lines\n",
	        (unsigned long long)g.n_lines, (unsigned long long)g.n_vouchers,
	        (unsigned long long)g.n_cash, (unsigned long long)g.n_bank);
	return 0;
}
