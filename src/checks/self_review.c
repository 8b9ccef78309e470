/*
 * What it finds: vouchers that one person both prepared and reviewed (and, when asked for,
 * prepared and posted). One finding for each person, with the number of vouchers and their
 * amount; the largest are listed.
 *
 * Why it matters: the review is the control that finds slips before they are posted. A voucher
 * that nobody else has seen has not been reviewed.
 *
 * What to do: have somebody else review these vouchers again, begin with the largest, and leave a
 * trace of it.
 *
 * Known limits: people are told apart by the name or id as written, without regard to width, case
 * and blanks. A reviewer that is the system (automatic review by a documented rule) is not
 * reported. Where only one person works in the books there is one notice.
 *
 * 发现什么:制单人与审核人为同一人的凭证(可选:制单人与记账人)。每人报告一次,附凭证张数和金额,列出金
 * 额最大的几张。
 *
 * 为什么要紧:审核是记账前发现差错的一道关口,没有第二个人看过的凭证等于没有审核。
 *
 * 怎么办:由他人重新审核并留痕,从金额大的开始。
 *
 * 已知局限:按姓名或用户编号的写法辨认,忽略全半角、大小写和空格。审核人为系统(按已备案规则自动审核)
 * 的不报告。全账只有一人经手的,只提示一次。
 */
#include "base/assert.h"
#include "check/check.h"
#include "check/entries.h"
#include "check/names.h"
#include "check/rate.h"
#include "check/tally.h"

enum { P_POSTER };
static const rd_param params[] = {
	[P_POSTER] = {"check_poster",
                  "flag",
                  {"1 = 同时检查制单人与记账人", "1 = also compare preparer and poster"},
                  RD_PARAM_INT,
                  0,
                  1,
                  0,
                  NULL},
	{0},
};

enum { K_REVIEW, K_POST, K_ALONE, KINDS };
static const rd_message messages[] = {
	[K_REVIEW] =
		{"reviewed-own",
         {"{person} 制单并自己审核的凭证有 {vouchers} 张（占 {share}），金额合计 {amount}，"
          "{from} 至 {to}。请由他人补审，从金额大的开始。",
          "{person} prepared and reviewed {vouchers} voucher(s) ({share} of all), "
          "{amount} in all, from {from} to {to}. Have somebody else review them, the "
          "largest first."}},
	[K_POST] = {"posted-own",
                {"{person} 制单并自己记账的凭证有 {vouchers} 张（占 {share}），金额合计 {amount}，"
                 "{from} 至 {to}。按三人分工的要求请核对岗位设置。",
                 "{person} prepared and posted {vouchers} voucher(s) ({share} of all), {amount} "
                 "in all, from {from} to {to}. Where three persons are required, look at who "
                 "holds which task."}},
	[K_ALONE] =
		{"one-person",
         {"账中只有 {person} 一人经手，制单并自己审核 {vouchers} 张凭证，金额合计 {amount}。"
          "只有一名会计的单位，可由负责人或代理机构定期复核。",
          "{person} is the only name in these books, and prepared and reviewed "
          "{vouchers} voucher(s), {amount} in all. Where there is one bookkeeper, the "
          "owner or an outside firm can review from time to time."}},
	{0},
};

static const char *const system_words[] = {"系统", "自动", "机器人", "RPA", NULL};
static const char *const system_names[] = {"system", "auto", "automatic", "batch",
                                           "sys",    "rpa",  NULL};

/* The people of the book: few, so each text that names one gets a small number. */
typedef struct people {
	uint32_t n;       /* person 0 = nobody */
	uint32_t *person; /* by text id */
	rd_text *name;    /* a spelling of each */
	uint8_t *system;
} people;

static bool is_system(rd_str name)
{
	char buf[RD_NAME_BYTES];
	rd_str normal = {buf, rd_name_normal(name, buf)};

	for (const char *const *w = system_names; *w; w++)
		if (rd_str_is(normal, *w))
			return true;
	return rd_name_has(name, system_words);
}

/* Numbers the people who stand in the given columns. */
static void meet(people *p, rd_arena *a, const rd_book *b, const rd_text *const columns[3])
{
	uint8_t *seen = RD_NEW_N(a, uint8_t, (size_t)rd_book_n_texts(b) + 1);
	rd_text *ids = NULL;
	uint32_t n = 0, cap = 0;

	for (int c = 0; c < 3; c++)
		for (rd_row v = 0; columns[c] && v < b->voucher.n; v++) {
			rd_text t = columns[c][v];

			if (t == 0 || seen[t])
				continue;
			seen[t] = 1;
			if (n == cap)
				ids = rd_grow(a, ids, n, &cap, sizeof(*ids));
			ids[n++] = t;
		}
	uint32_t *same = rd_names_group(a, b, ids, n);

	p->person = RD_NEW_N(a, uint32_t, (size_t)rd_book_n_texts(b) + 1);
	p->name = RD_NEW_N(a, rd_text, (size_t)n + 1);
	p->system = RD_NEW_N(a, uint8_t, (size_t)n + 1);
	p->n = 1;
	for (uint32_t i = 0; i < n; i++) {
		/* The first spelling of a person stands before the others. */
		RD_ASSERT(same[i] <= i);
		if (same[i] == i) {
			bool blank = rd_name_hash(rd_book_text(b, ids[i])) == 0;

			p->name[p->n] = ids[i];
			p->system[p->n] = is_system(rd_book_text(b, ids[i]));
			p->person[ids[i]] = blank ? 0 : p->n++;
		} else {
			p->person[ids[i]] = p->person[ids[same[i]]];
		}
	}
}

static void report(rd_run *run, const rd_book *b, const people *p, const rd_tally *t, bool alone)
{
	for (uint32_t k = 0; k < t->n; k++) {
		const rd_tally_item *it = &t->items[k];
		uint32_t person = it->key / KINDS;
		rd_row lines[RD_TALLY_ROWS];
		rd_hit hit = rd_hit_new();

		for (uint32_t i = 0; i < it->n_rows; i++)
			lines[i] = b->voucher.first[it->rows[i]];
		hit.kind = (uint8_t)(it->key % KINDS);
		if (alone && hit.kind == K_REVIEW && rd_run_guards(run))
			hit.kind = K_ALONE;
		hit.severity = hit.kind == K_REVIEW ? RD_SEV_PRESET : RD_SEV_INFO;
		hit.voucher = it->rows[0];
		hit.line = lines[0];
		hit.keyless = true;
		hit.weight = it->count;
		hit.at_stake = it->sum;
		hit.lines = lines + 1;
		hit.n_lines = it->n_rows - 1;
		hit.key = rd_name_hash(rd_book_text(b, p->name[person]));
		RD_EMIT(run, &hit, rd_txt("person", p->name[person]), rd_int("vouchers", it->count),
		        rd_permille("share", rd_rate_permille(it->count, b->voucher.n)),
		        rd_money("amount", it->sum), rd_on_day("from", it->first),
		        rd_on_day("to", it->last));
	}
}

/* Nobody but one person stands in the columns, the system aside. */
static bool is_alone(const people *p)
{
	uint32_t n = 0;

	for (uint32_t k = 1; k < p->n; k++)
		n += !p->system[k];
	return n == 1;
}

static bool any_in(const rd_text *column, rd_row n)
{
	for (rd_row v = 0; v < n; v++)
		if (column[v] != 0)
			return true;
	return false;
}

static rd_rc run(rd_run *run, const rd_book *b, rd_range range, rd_err *err)
{
	const rd_text *poster = rd_run_param(run, P_POSTER) ? b->voucher.poster : NULL;
	const rd_text *const columns[3] = {b->voucher.preparer, b->voucher.reviewer, poster};
	const bool guards = rd_run_guards(run);
	people p = {0};
	rd_tally t;

	(void)range;
	(void)err;
	if (!columns[0] || !columns[1] || !any_in(columns[1], b->voucher.n)) {
		rd_run_not_run(run, "没有审核人记录", "no reviewer is recorded");
		return RD_OK;
	}
	meet(&p, rd_run_scratch(run), b, columns);
	rd_tally_init(&t, rd_run_scratch(run), p.n * KINDS, true);
	for (rd_row v = 0; v < b->voucher.n; v++) {
		uint32_t preparer = p.person[columns[0][v]];
		bool reviewed = preparer == p.person[columns[1][v]];
		bool posted = poster && preparer == p.person[poster[v]];

		if (preparer == 0 || !(reviewed || posted))
			continue;
		if (guards && (p.system[preparer] || b->voucher.flags[v] & RD_VCH_VOID))
			continue;
		rd_minor amount = rd_entry_volume(b, v);

		if (reviewed)
			rd_tally_add(&t, preparer * KINDS + K_REVIEW, v, amount, b->voucher.date[v]);
		if (posted)
			rd_tally_add(&t, preparer * KINDS + K_POST, v, amount, b->voucher.date[v]);
	}
	report(run, b, &p, &t, is_alone(&p));
	return RD_OK;
}

const rd_check rd_check_self_review = {
	.slug = "self-review",
	.family = "authorisation",
	.nature = "违规风险",
	.title = {"制单与审核为同一人", "Preparer is reviewer"},
	.finds = {"同一张凭证由一人制单并审核。", "One person prepared and reviewed the same entry."},
	.correction = {"由他人重新审核并留痕", "Have another person review again and leave a trace."},
	.basis =
		{"会计法 25(1)；财会〔2024〕12号 21(2)；财会〔2024〕11号 17；韩国内控制度 (K-SOX)",
         "Accounting Law 25(1); Caikuai [2024] No. 12 art. 21(2); Caikuai [2024] No. 11 art. 17; K-SOX"},
	.since = "0.1",
	.wave = 1,
	.version = 1,
	.severity = RD_SEV_HIGH,
	.certainty = RD_FACT,
	.needs = RD_HAS_LINES | RD_HAS_PREPARER | RD_HAS_REVIEWER,
	.split = RD_SPLIT_NONE,
	.unit = RD_UNIT_VOUCHERS,
	.no_collapse = true,
	.params = params,
	.messages = messages,
	.run = run,
};
