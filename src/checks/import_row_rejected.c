/*
 * What it finds: rows that the reader had to leave out, by file and reason, with their number and
 * amount; and files whose debit and credit columns contradict their own running balance.
 *
 * Why it matters: the books under check are incomplete by these rows, so every total is. In a
 * statement with the bank's sides swapped every receipt is booked as a payment.
 *
 * What to do: mend the mapping or the rows named and read the file again.
 *
 * Known limits: title rows, totals, carried-forward rows and signatures at the foot are passed
 * over and are no rejected rows. The amount is known only where it could be read. The side
 * test needs a running balance and at least twenty neighbouring rows.
 *
 * 发现什么:读取时不得不剔除的行,按文件和原因列出行数和金额;以及借贷方向与文件自身的逐行余额相矛盾的文件。
 *
 * 为什么要紧:少了这些行,被查的账就不完整,各项合计都会受影响;银行对账单的借贷与企业账相反,方向弄反时收款
 * 全变成了付款。
 *
 * 怎么办:修正导入映射或改正所列各行,重新读取文件。
 *
 * 已知局限:标题行、合计行、承前过次行和表尾签名不是记录,跳过而不算剔除;金额只在读得出时才知道;方向检验要有
 * 逐行余额且相邻行不少于二十对。
 */
#include "base/hash.h"
#include "check/notes.h"

enum { P_ROLL_AGREE };
static const rd_param params[] = {
	[P_ROLL_AGREE] =
		{"roll_agree",
         "%",
         {"余额逐行相符的比例达到多少才判断借贷方向",
          "share of rows that must agree with the running balance before a side is judged"},
         RD_PARAM_INT,
         51,
         100,
         99,
         NULL},
	{0},
};

enum { K_AMOUNT, K_SIDE, K_FIELDS, K_QUOTE, K_OTHER, K_VIEW };
static const rd_message messages[] = {
	[K_AMOUNT] =
		{"amount",
         {"文件 {file} 有 {count} 行因金额无法识别未能读入（第 {lines} 行），例如「{example}」。所查账目缺少这些行。",
          "{count} row(s) of {file} were left out because their amount cannot be read (lines "
          "{lines}), such as \"{example}\". The books under check lack them."}},
	[K_SIDE] =
		{"side",
         {"文件 {file} 有 {count} 行因借贷方向无法识别未能读入（第 {lines} 行），例如「{example}」。请补正方向后重新读取。",
          "{count} row(s) of {file} were left out because their side is neither debit nor "
          "credit (lines {lines}), such as \"{example}\". Put the side right and read "
          "again."}},
	[K_FIELDS] =
		{"fields",
         {"文件 {file} 有 {count} 行因列数与表头不符未能读入（第 {lines} 行）。请改用带引号的格式重新导出。",
          "{count} row(s) of {file} were left out because their fields do not fit the head "
          "(lines {lines}). Export again with quotes."}},
	[K_QUOTE] =
		{"quotes",
         {"文件 {file} 有 {count} 处引号不成对或单元格过长，未能读入（第 {lines} 行）。请查看原文件后重新导出。",
          "{count} row(s) of {file} were left out because of broken quotes or an overlong "
          "cell (lines {lines}). Look at the file and export again."}},
	[K_OTHER] =
		{"other",
         {"文件 {file} 有 {count} 行未能读入（第 {lines} 行），例如「{example}」。请按读取提示改正后重新读取。",
          "{count} row(s) of {file} were left out (lines {lines}), such as \"{example}\". "
          "Follow the notes of the reader and read again."}},
	[K_VIEW] =
		{"side-view",
         {"文件 {file} 的借贷方向与逐行余额相反：{pairs} 对相邻行中有 {opposite} 对要借贷互换才对得上。"
          "多半是银行口径的文件按企业口径读入，请在导入映射中互换借贷两列。",
          "Debit and credit of {file} contradict its running balance: {opposite} of {pairs} "
          "neighbouring rows agree only when the sides are swapped. It may be told from the "
          "bank's side: swap the two columns in the mapping."}},
	{0},
};

#define PAIRS_MIN 20u

static uint8_t kind_of(rd_note_kind kind)
{
	switch (kind) {
	case RD_NOTE_AMOUNT_BAD: return K_AMOUNT;
	case RD_NOTE_SIDE_BAD: return K_SIDE;
	case RD_NOTE_FIELD_COUNT: return K_FIELDS;
	case RD_NOTE_QUOTE:
	case RD_NOTE_CELL_LONG: return K_QUOTE;
	default: return K_OTHER;
	}
}

static void rejected(rd_run *run, const rd_book *b)
{
	rd_arena *a = rd_run_scratch(run);
	rd_note_group *groups;
	uint32_t n = rd_note_groups(a, b, UINT32_MAX, 0, true, &groups);

	for (uint32_t i = 0; i < n; i++) {
		const rd_note_group *g = &groups[i];
		uint32_t all = b->files[g->first->file].notes[g->first->kind];
		uint64_t count = g->count;
		rd_hit hit = rd_hit_at_note(b, g);

		/* The kept notes of a kind were all rejections: so were the others. */
		if (g->count == RD_NOTES_MAX)
			count = all;
		hit.kind = kind_of(g->first->kind);
		hit.key = rd_hash_i64(rd_file_key(b, g->first->file), g->first->kind);
		hit.at_stake = g->amount;
		hit.weight = (uint32_t)(count < UINT32_MAX ? count : UINT32_MAX);
		RD_EMIT(run, &hit, rd_fact_file(b, "file", g->first->file), rd_int("count", (int64_t)count),
		        rd_money("amount", g->amount), rd_txt("example", g->first->found),
		        rd_string("lines", rd_note_lines(a, g)));
	}
}

typedef struct view { /* how the rows of one file go with their running balance */
	uint32_t pairs, as_told, opposite;
	uint32_t line; /* of the first pair that is opposite */
} view;

/* Compares neighbouring rows of one account: balance now = balance before ± the row. */
static void side_views(rd_run *run, const rd_book *b)
{
	const uint64_t agree = (uint64_t)rd_run_param(run, P_ROLL_AGREE);
	view *views = RD_NEW_N(rd_run_scratch(run), view, (size_t)b->n_files + 1);

	for (uint32_t i = 1; i < b->n_assertions; i++) {
		const rd_assertion *p = &b->assertions[i - 1], *q = &b->assertions[i];
		rd_minor net, step;

		if (q->line == RD_NONE || q->line >= b->line.n || p->account != q->account ||
		    p->file != q->file || p->file_line + 1 != q->file_line)
			continue;
		net = rd_line_net(b, q->line);
		if (net == 0 || __builtin_sub_overflow(q->balance, p->balance, &step))
			continue;
		view *w = &views[q->file];

		w->pairs++;
		w->as_told += step == net;
		if (step == -net && w->opposite++ == 0)
			w->line = q->file_line;
	}
	for (rd_row f = 1; f < b->n_files; f++) {
		const view *w = &views[f];

		if (w->pairs == 0 || w->opposite * UINT64_C(100) < w->pairs * agree)
			continue;
		if (w->pairs < PAIRS_MIN && rd_run_guards(run))
			continue;
		rd_hit hit = rd_hit_at_place(f, w->line);

		hit.kind = K_VIEW;
		hit.key = rd_file_key(b, f);
		RD_EMIT(run, &hit, rd_fact_file(b, "file", f), rd_int("pairs", w->pairs),
		        rd_int("opposite", w->opposite));
	}
}

static rd_rc run(rd_run *run, const rd_book *b, rd_range range, rd_err *err)
{
	(void)range;
	(void)err;
	rejected(run, b);
	side_views(run, b);
	return RD_OK;
}

const rd_check rd_check_import_row_rejected = {
	.slug = "import-row-rejected",
	.family = "structure",
	.nature = "操作错误",
	.title = {"数据导入错误", "Row rejected on import"},
	.finds =
		{"读取时不得不剔除的行（金额、方向或列数有误），以及借贷方向与余额矛盾的文件。所查账目因此不完整。",
         "Rows that the reader could not take, and files whose sides contradict their "
         "balance. The books under check are incomplete by these rows."},
	.correction = {"修正导入映射后重新导入", "Mend the mapping and import again."},
	.basis = {"会计软件基本功能和服务规范（财会〔2024〕12号）15",
              "Basic functions of accounting software, Caikuai [2024] 12, art. 15"},
	.since = "0.1",
	.wave = 1,
	.version = 1,
	.severity = RD_SEV_MEDIUM,
	.certainty = RD_FACT,
	.needs = RD_HAS_RAW,
	.split = RD_SPLIT_NONE,
	.unit = RD_UNIT_LINES,
	.no_collapse = true,
	.params = params,
	.messages = messages,
	.run = run,
};
