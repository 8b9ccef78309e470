/*
 * ledger: the state of one generated year and the four steps that fill it: tables (chart,
 * templates, partners, calendar), draw (one voucher), write (the files), truth (what the checks
 * must count). One gen, made in main, zeroed at birth; the steps only borrow it.
 */
#ifndef GEN_LEDGER_H
#define GEN_LEDGER_H
#include "output.h"
#include "random.h"

enum {
	MONTHS = 12,
	DAYS = 366,
	PARENTS = 38,
	TEMPLATES = 25,
	ACCOUNTS_MAX = 256, /* the chart has 224; the unknown codes take the numbers after it */
	UNKNOWN_CODES = 5,
	UNKNOWN_CODE_BASE = 999900,
	PARTIES = 20000,
	PARTY_SLOTS = 1 << 20,    /* resolution of the partners' frequencies */
	TEMPLATE_SLOTS = 1 << 10, /* resolution of the templates' weights */
	CASH_EXPENSE = 13,        /* the template of expenses split to stay below a limit */
	VARIANTS = 12,            /* account combinations of one template */
	LINES_MAX = 8,            /* lines of one voucher */
};

/* The kinds of planted exception; the names go to items.tsv. */
typedef enum kind {
	KIND_NONE,
	KIND_UNBALANCED,
	KIND_GAP,
	KIND_DUP_NO,
	KIND_MISSING,
	KIND_UNKNOWN,
	KIND_SELF_REVIEW,
	KIND_WEEKEND,
	KIND_PERIOD,
	KIND_DUPLICATE,
	KIND_RARE_PAIR,
	KIND_ROUND,
	KIND_OUTLIER,
	KINDS,
} kind;

/* First-level accounts; a positive one is debited, a negative one credited. */
struct template
{
	const char *summary; /* the partner's name follows where there is one */
	int weight;
	double mu, sigma; /* of the logarithm of the amount in yuan */
	bool has_party;
	int accounts[LINES_MAX];
};
extern const struct template templates[TEMPLATES];

typedef struct account {
	char code[16];
	char name[64];
	char beancount[40]; /* the name in the two plain-text formats */
	char journal[80];
	char side;
} account;

typedef struct line {
	int account;
	int64_t debit, credit;
	bool no_summary;
	int unknown; /* 1 … UNKNOWN_CODES: an account code that is not in the chart */
} line;

typedef struct voucher {
	line lines[LINES_MAX];
	int n;
	int template, variant;
	int party; /* -1: none */
	int month, day;
	kind kind;
	uint64_t id, document; /* document 0: left blank */
	uint32_t number;
	int attachments; /* 0: left blank */
	const char *preparer, *reviewer;
} voucher;

/* The state of one month: its lines are spread evenly over its working days. */
typedef struct month {
	int no;
	uint64_t first_line, n_lines;
	int workdays[31], n_workdays;
	uint32_t last_number;
	bool last_was_dup;
} month;

typedef struct gen {
	rng rng;
	uint64_t lines;
	double anom;
	const char *dir;
	bool csv, beancount, journal;

	account accounts[ACCOUNTS_MAX];
	int n_accounts, first_of[PARENTS];
	int cash, bank, bank_end, split_expense; /* accounts; bank_end is one past the last */
	int template_lines[TEMPLATES], template_accounts[TEMPLATES][VARIANTS][LINES_MAX];
	int template_pick[TEMPLATE_SLOTS];
	bool usual_pair[ACCOUNTS_MAX][ACCOUNTS_MAX];
	char party_names[PARTIES][64];
	int party_pick[PARTY_SLOTS];
	char dates[DAYS][11];
	int weekday[DAYS]; /* 0 = Sunday */
	int month_start[MONTHS + 1];

	voucher last; /* as drawn, before an exception was planted: what a duplicate repeats */
	uint64_t n_lines, n_vouchers, n_bank, n_cash;
	uint64_t planted[KINDS]; /* in the unit of the check that must find it */
	uint64_t bank_missing, bank_changed, bank_extra, bank_equal;
	int64_t moved_debit[MONTHS][ACCOUNTS_MAX], moved_credit[MONTHS][ACCOUNTS_MAX];
	int64_t day_net[ACCOUNTS_MAX][DAYS]; /* of cash and bank only */
	uint32_t pair_count[ACCOUNTS_MAX][ACCOUNTS_MAX];
	int64_t opening[ACCOUNTS_MAX];
	uint64_t negative_days, wrong_sides, broken_openings, wrong_movements;

	out ledger_csv, bank_csv, cash_csv, items_tsv, ledger_beancount, ledger_journal;
	out accounts_csv, tb_csv, truth_tsv;
} gen;

void tables_init(gen *g);
bool is_weekend(const gen *g, int day);

/* Draws the next voucher of the month, numbered and signed, with its exception planted. */
void voucher_draw(gen *g, month *m, voucher *v);

void ledger_open(gen *g);
void ledger_write(gen *g, const voucher *v);
void ledger_close(gen *g);

/* Counts a voucher; at the end come openings, trial balance and truth. */
void truth_add(gen *g, const voucher *v);
void truth_write(gen *g);

#endif
