/*
 * What it finds: files whose lines belong to another time than the file name or head says, and
 * files of one set of books that name different companies.
 *
 * Why it matters: a wrong file was sent, or a name was typed by hand. What is checked is then
 * not what one thinks.
 *
 * What to do: ask for the right file. When only the name is wrong, rename it and note why.
 *
 * Known limits: opening entries dated before the year do not count. Where a file tells its last
 * day only, a fiscal year of up to 24 months is let pass. Without two files that name a company
 * the company cannot be compared.
 *
 * 发现什么:文件名或表头所示的期间与分录日期不符的文件,以及同一套账簿资料中单位名称不同的文件。
 *
 * 为什么要紧:可能发错了文件,也可能文件名是手工改的;这样查的就不是原以为的那套账。
 *
 * 怎么办:确认后重新取得正确的文件;只是文件名有误的,更名并留下记录。
 *
 * 已知局限:日期在年初以前的期初分录不计;只注明截止日的文件,容许会计年度长达 24 个月;没有两个以上写明单位的
 * 文件时,单位无从比较。
 */
#include "base/hash.h"
#include "check/names.h"
#include "check/notes.h"
#include "check/spans.h"

enum { P_OUTSIDE };
static const rd_param params[] = {
	[P_OUTSIDE] = {"outside",
                   "%",
                   {"期间以外的分录超过多大比例才报告",
                    "share of lines outside the period above which it is "
                    "reported"},
                   RD_PARAM_INT,
                   0,
                   100,
                   5,
                   NULL},
	{0},
};

enum { K_NAME, K_HEAD, K_COMPANY };
static const rd_message messages[] = {
	[K_NAME] =
		{"year-in-name",
         {"文件 {file} 的名称表示截止 {to}，而 {count} 行分录（占 {share}）不在该年度，实际日期为 {first} 至 {last}。"
          "请确认是否拿错文件或文件名有误。",
          "The name of {file} says that it ends on {to}, but {count} lines ({share}) are of "
          "another year: their dates run from {first} to {last}. See whether it is the right "
          "file."}},
	[K_HEAD] =
		{"year-in-head",
         {"文件 {file} 声明期间为 {from} 至 {to}，而 {count} 行分录（占 {share}）在此之外，实际日期为 {first} 至 {last}。"
          "请确认是否拿错文件。",
          "File {file} declares {from} to {to}, but {count} lines ({share}) are outside: "
          "their dates run from {first} to {last}. See whether it is the right file."}},
	[K_COMPANY] =
		{"company",
         {"文件 {file} 的单位是 {company}，而 {other_file} 的单位是 {other_company}。请确认是否混入了其他单位的文件。",
          "File {file} is of {company}, {other_file} is of {other_company}. See whether a "
          "file of another company came in."}},
	{0},
};

/* Hash of who a file says it is of: its number, else its name; 0 = it does not say. */
static uint64_t identity(const rd_book *b, const rd_file *f, bool by_id)
{
	return rd_name_hash(rd_book_text(b, by_id ? f->company_id : f->company));
}

/* Compares what the files call their company, by number or by name. */
static void companies(rd_run *run, const rd_book *b, bool by_id)
{
	uint64_t *who = RD_NEW_N(rd_run_scratch(run), uint64_t, (size_t)b->n_files + 1);
	uint32_t most = 0;
	rd_row usual = 0;

	for (rd_row i = 1; i < b->n_files; i++)
		who[i] = identity(b, &b->files[i], by_id);
	for (rd_row i = 1; i < b->n_files; i++) {
		uint32_t same = 0;

		for (rd_row k = 1; k < b->n_files; k++)
			same += who[i] != 0 && who[k] == who[i];
		if (same > most) {
			most = same;
			usual = i;
		}
	}
	for (rd_row i = 1; i < b->n_files; i++) {
		const rd_file *f = &b->files[i], *u = &b->files[usual];

		if (who[i] == 0 || who[i] == who[usual])
			continue;
		rd_hit hit = rd_hit_at_place(i, 0);

		hit.kind = K_COMPANY;
		hit.key = rd_hash_i64((uint64_t)rd_file_key(b, i), (int64_t)who[i]);
		RD_EMIT(run, &hit, rd_fact_file(b, "file", i),
		        rd_txt("company", by_id ? f->company_id : f->company),
		        rd_fact_file(b, "other_file", usual),
		        rd_txt("other_company", by_id ? u->company_id : u->company));
	}
}

static bool all_have_ids(const rd_book *b)
{
	for (rd_row i = 1; i < b->n_files; i++)
		if (b->files[i].company && b->files[i].company_id == 0)
			return false;
	return true;
}

static void years(rd_run *run, const rd_book *b)
{
	const uint64_t outside = (uint64_t)rd_run_param(run, P_OUTSIDE);
	const rd_span *spans = rd_file_spans(run, b, 24);

	for (rd_row i = 1; i < b->n_files; i++) {
		const rd_span *s = &spans[i];
		uint64_t count = s->outside[RD_SPAN_BEFORE] + s->outside[RD_SPAN_AFTER];

		if (count == 0 || count * 100 <= s->dated * outside)
			continue;
		rd_row at =
			s->outside[RD_SPAN_BEFORE] ? s->rows[RD_SPAN_BEFORE][0] : s->rows[RD_SPAN_AFTER][0];
		rd_hit hit = rd_hit_at_place(i, rd_line_place(b, at).line);

		hit.kind = b->files[i].identity_from_name ? K_NAME : K_HEAD;
		hit.key = rd_file_key(b, i);
		RD_EMIT(run, &hit, rd_fact_file(b, "file", i), rd_on_day("from", s->from),
		        rd_on_day("to", s->to), rd_int("count", (int64_t)count),
		        rd_permille("share", (int64_t)(count * 1000 / s->dated)),
		        rd_on_day("first", s->first), rd_on_day("last", s->last));
	}
}

static rd_rc run(rd_run *run, const rd_book *b, rd_range range, rd_err *err)
{
	(void)range;
	(void)err;
	years(run, b);
	/* Numbers decide where every file that names its company has one. */
	companies(run, b, all_have_ids(b));
	return RD_OK;
}

const rd_check rd_check_file_identity_mismatch = {
	.slug = "file-identity-mismatch",
	.family = "structure",
	.nature = "操作错误",
	.title = {"文件与主体或年度不符", "File is of another company or year"},
	.finds = {"文件名或表头写的是某单位某年度，内容却属于另一单位或年度：多为发错文件或手工改名。",
              "File name or header names one company and year, the content is of another. "
              "Typical when the wrong file was sent or a name was typed by hand."},
	.correction = {"确认后重新取得正确文件；文件名错误的更名留痕",
                   "Get the right file; when only the name is wrong, rename it and note "
                   "why."},
	.basis = {"法国税务程序法 A47 A-1 条；通行做法", "LPF art. A47 A-1; practice"},
	.since = "0.1",
	.wave = 1,
	.version = 1,
	.severity = RD_SEV_MEDIUM,
	.certainty = RD_FACT,
	.needs = RD_HAS_LINES | RD_HAS_DATE | RD_HAS_RAW,
	.split = RD_SPLIT_NONE,
	.unit = RD_UNIT_FILES,
	.no_collapse = true,
	.params = params,
	.messages = messages,
	.run = run,
};
