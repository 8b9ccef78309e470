/*
 * What it finds: account codes that do not fit the pattern of the chart. The pattern (4-2-2,
 * 4-3-3, parts divided by dots, one fixed length …) is taken from the codes themselves; a code of
 * an odd length, with a foreign character, or without the parent that all others have is
 * reported. In French ledgers the first three characters must be digits.
 *
 * Why it matters: reports add sub-accounts up to their parents by the code. A code without a
 * parent, or one that ends up below the wrong parent, is missing there.
 *
 * What to do: correct the code in the chart, or create the missing parent account.
 *
 * Known limits: at least 99 % of the codes (all but one in a small chart) must follow one
 * pattern, otherwise the check says that it found none. Memorandum accounts are left out.
 *
 * 发现什么:与科目表编码规则不符的科目编码。规则(4-2-2、4-3-3、小数点分级、定长等)由编码自身归纳;长
 * 度特殊、含异常字符,或其他科目都有上级而它没有上级的,予以报告。法国账套要求前三位为数字。
 *
 * 为什么要紧:报表按编码把明细科目汇总到上级。没有上级或挂错上级的科目,汇总时会漏掉。
 *
 * 怎么办:更正科目编码,或补建上级科目。
 *
 * 已知局限:至少 99% 的编码(科目少时除一个以外全部)须符合同一规则,否则说明"未归纳出编码规则"。表外
 * 科目不检查。
 */
#include "base/assert.h"
#include "check/check.h"

enum { P_AGREE };
static const rd_param params[] = {
	[P_AGREE] = {"agree",
                 "permille",
                 {"符合同一规则的编码至少占多少",
                  "share of the codes that must follow one pattern"},
                 RD_PARAM_INT,
                 800,
                 1000,
                 990,
                 NULL},
	{0},
};

enum { K_LENGTH, K_SIGN, K_PARENT, K_FEC };
static const rd_message messages[] = {
	[K_LENGTH] = {"length",
                  {"科目 {account} 的编码有 {digits} 位，与科目表的规则（{pattern}）不符，汇总时可"
                   "能漏掉。请更正编码。",
                   "The code of account {account} has {digits} digits, which does not fit the "
                   "pattern of the chart ({pattern}); it may be missing from totals. Correct "
                   "the code."}},
	[K_SIGN] = {"character",
                {"科目 {account} 的编码含有科目表其他编码没有的字符（规则为 {pattern}）。请更正编"
                 "码。",
                 "The code of account {account} holds a character that the other codes do not "
                 "have (pattern {pattern}). Correct the code."}},
	[K_PARENT] = {"no-parent",
                  {"科目 {account} 没有上级科目 {parent}，汇总时会漏掉（规则为 {pattern}）。请补建"
                   "上级科目或更正编码。",
                   "Account {account} has no parent {parent} in the chart, so it is missing "
                   "from totals (pattern {pattern}). Create the parent or correct the code."}},
	[K_FEC] = {"leading-digits",
               {"科目 {account} 的编码前三位不全是数字，不符合法国 FEC 文件的要求。请更正编码。",
                "The first three characters of the code of account {account} are not all "
                "digits, as French FEC files require. Correct the code."}},
	{0},
};

#define LEVELS     8u
#define LENGTH_MAX 40u
/* Codes below which no pattern is inferred. */
#define CODES_MIN 20u

/* Lengths that a code may have; one length means that codes have no levels. */
typedef struct pattern {
	uint32_t lengths[LEVELS], n;
	char mark;    /* '.' or '-' between the parts; 0 = digits only */
	bool parents; /* practically every code has its parent in the list */
	char text[32];
} pattern;

typedef struct codes {
	const rd_book *b;
	rd_row *rows;
	uint32_t n, misfits_max;
} codes;

static rd_str code_of(const rd_book *b, rd_row a)
{
	return rd_str_trim(rd_book_text(b, b->account.code[a]));
}

static void collect(codes *c, const rd_book *b, rd_arena *a, int64_t agree)
{
	const uint32_t used = RD_ACC_DECLARED | RD_ACC_HAS_LINES | RD_ACC_IN_TRIAL_BALANCE;

	*c = (codes){.b = b, .rows = RD_NEW_N(a, rd_row, (size_t)b->account.n + 1)};
	for (rd_row r = 1; r < b->account.n; r++)
		if (b->account.flags[r] & used && b->account.class_of[r] != RD_CLASS_MEMO &&
		    b->account.code[r] != 0)
			c->rows[c->n++] = r;
	c->misfits_max = (uint32_t)((uint64_t)c->n * (uint64_t)(1000 - agree) / 1000);
	if (c->misfits_max == 0 && agree < 1000)
		c->misfits_max = 1;
}

static bool digits_only(rd_str s)
{
	for (uint32_t i = 0; i < s.len; i++)
		if (s.ptr[i] < '0' || s.ptr[i] > '9')
			return false;
	return s.len > 0;
}

/* Digits divided by single marks: "1002.01". */
static bool marked(rd_str s, char mark)
{
	bool digit = false;

	for (uint32_t i = 0; i < s.len; i++) {
		if (s.ptr[i] == mark && !digit)
			return false;
		if (s.ptr[i] != mark && (s.ptr[i] < '0' || s.ptr[i] > '9'))
			return false;
		digit = s.ptr[i] != mark;
	}
	return digit;
}

/* Length of the parent's code, 0 for a root, UINT32_MAX when the code does not fit. */
static uint32_t parent_len(const pattern *p, rd_str code)
{
	if (p->mark) {
		uint32_t first = 0, last = 0;

		if (!marked(code, p->mark))
			return UINT32_MAX;
		for (uint32_t i = 0; i < code.len; i++)
			if (code.ptr[i] == p->mark) {
				first = first ? first : i;
				last = i;
			}
		return (first ? first : code.len) == p->lengths[0] ? last : UINT32_MAX;
	}
	for (uint32_t k = 0; k < p->n; k++)
		if (code.len == p->lengths[k] && digits_only(code))
			return k == 0 ? 0 : p->lengths[k - 1];
	return UINT32_MAX;
}

static uint32_t misfits(const codes *c, const pattern *p)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < c->n; i++)
		n += parent_len(p, code_of(c->b, c->rows[i])) == UINT32_MAX;
	return n;
}

static uint32_t orphans(const codes *c, const pattern *p, uint32_t *ret_children)
{
	uint32_t n = 0;

	*ret_children = 0;
	for (uint32_t i = 0; i < c->n; i++) {
		rd_str code = code_of(c->b, c->rows[i]);
		uint32_t len = parent_len(p, code);

		if (len == 0 || len == UINT32_MAX)
			continue;
		++*ret_children;
		n += rd_book_find_account(c->b, (rd_str){code.ptr, len}) == 0;
	}
	return n;
}

static void add_digit(char *text, uint32_t *at, uint32_t v)
{
	if (v >= 10)
		text[(*at)++] = (char)('0' + v / 10);
	text[(*at)++] = (char)('0' + v % 10);
}

/* "4-2-2" of 4, 6, 8; "4.…" with a mark. */
static void describe(pattern *p, uint32_t longest)
{
	uint32_t at = 0;

	for (uint32_t k = 0; k < p->n && at < 24 && (k == 0 || p->lengths[k - 1] < longest); k++) {
		if (k)
			p->text[at++] = '-';
		add_digit(p->text, &at, p->lengths[k] - (k ? p->lengths[k - 1] : 0));
	}
	if (p->mark) {
		p->text[at++] = p->mark;
		memcpy(p->text + at, "n", 1);
		at++;
	}
	p->text[at] = 0;
}

/* How many codes have each length, and the longest that is no exception. */
static uint32_t count_lengths(const codes *c, uint32_t counts[LENGTH_MAX + 1])
{
	uint32_t longest = 0;

	for (uint32_t i = 0; i < c->n; i++) {
		uint32_t len = code_of(c->b, c->rows[i]).len;

		if (len <= LENGTH_MAX)
			counts[len]++;
	}
	for (uint32_t len = 1; len <= LENGTH_MAX; len++)
		if (counts[len] > c->misfits_max)
			longest = len;
	return longest;
}

/* The pattern with the fewest misfits; false when none fits well enough. */
static bool infer(const codes *c, pattern *ret)
{
	uint32_t counts[LENGTH_MAX + 1] = {0}, best = UINT32_MAX;
	uint32_t longest = count_lengths(c, counts);
	pattern p;

	for (uint32_t len = 1; len <= LENGTH_MAX; len++)
		if (counts[len] + c->misfits_max >= c->n) {
			*ret = (pattern){.lengths = {len}, .n = 1};
			best = misfits(c, ret);
			break;
		}
	for (uint32_t first = 3; first <= 5; first++)
		for (uint32_t k = 0; k < 9 && best != 0; k++) {
			uint32_t second = 2 + k / 3, later = 2 + k % 3;

			p = (pattern){.lengths = {first}, .n = LEVELS};
			for (uint32_t l = 1; l < LEVELS; l++)
				p.lengths[l] = p.lengths[l - 1] + (l == 1 ? second : later);
			uint32_t n = counts[first] == 0 ? UINT32_MAX : misfits(c, &p);

			if (n < best) {
				best = n;
				*ret = p;
			}
		}
	for (uint32_t k = 0; k < 6; k++) {
		p = (pattern){.lengths = {3 + k / 2}, .n = 1, .mark = k % 2 ? '-' : '.'};
		uint32_t n = best == 0 ? UINT32_MAX : misfits(c, &p);

		if (n < best) {
			best = n;
			*ret = p;
		}
	}
	if (best > c->misfits_max)
		return false;
	describe(ret, longest);
	uint32_t children, n = orphans(c, ret, &children);

	ret->parents = (uint64_t)n * 100 <= children ? children > 0 : n == 1 && children >= 10;
	return true;
}

static void report(rd_run *run, const rd_book *b, const pattern *p, rd_row a, uint8_t kind,
                   rd_str parent)
{
	rd_str code = code_of(b, a);
	rd_hit hit = rd_hit_at_account(a);

	hit.kind = kind;
	hit.place = (rd_place){b->account.file[a], b->account.file_line[a]};
	RD_EMIT(run, &hit, rd_string("code", code), rd_int("digits", rd_utf8_count(code)),
	        rd_string("pattern", rd_str_of(p->text)), rd_string("parent", parent));
}

static void judge(rd_run *run, const codes *c, const pattern *p)
{
	for (uint32_t i = 0; i < c->n; i++) {
		rd_str code = code_of(c->b, c->rows[i]);
		uint32_t len = parent_len(p, code);

		if (len == UINT32_MAX) {
			bool odd = p->mark ? !marked(code, p->mark) && !digits_only(code) : !digits_only(code);

			report(run, c->b, p, c->rows[i], odd ? K_SIGN : K_LENGTH, RD_STR(""));
		} else if (len > 0 && p->parents) {
			rd_str parent = {code.ptr, len};

			if (rd_book_find_account(c->b, parent) == 0)
				report(run, c->b, p, c->rows[i], K_PARENT, parent);
		}
	}
}

static rd_rc run(rd_run *run, const rd_book *b, rd_range range, rd_err *err)
{
	pattern p = {0};
	codes c;

	(void)range;
	(void)err;
	collect(&c, b, rd_run_scratch(run), rd_run_param(run, P_AGREE));
	if (b->standard == RD_STD_FRENCH) {
		for (uint32_t i = 0; i < c.n; i++) {
			rd_str code = code_of(b, c.rows[i]);

			if (code.len < 3 || !digits_only((rd_str){code.ptr, 3}))
				report(run, b, &p, c.rows[i], K_FEC, RD_STR(""));
		}
		return RD_OK;
	}
	if (c.n < CODES_MIN) {
		rd_run_not_run(run, "科目太少，无法归纳编码规则",
		               "too few accounts to infer a pattern of codes");
		return RD_OK;
	}
	if (infer(&c, &p))
		judge(run, &c, &p);
	else
		rd_run_remark(run, "科目编码没有统一的规则，未逐个检查",
		              "the account codes follow no single pattern; they were not judged");
	return RD_OK;
}

const rd_check rd_check_account_code_format = {
	.slug = "account-code-format",
	.family = "master-data",
	.nature = "操作错误",
	.title = {"科目编码不合规则", "Account code breaks the pattern"},
	.finds =
		{"编码不符合科目表的级次长度，没有上级科目，报表汇总时会漏掉。",
         "A code that does not fit the level lengths of the chart, so it has no parent and falls out of the reports."},
	.correction = {"更正科目编码并建立上级科目", "Correct the code and create its parent account."},
	.basis = {"法国税收程序法典 A47 A-1 条；实务惯例", "LPF art. A47 A-1; practice"},
	.since = "0.1",
	.wave = 1,
	.version = 1,
	.severity = RD_SEV_LOW,
	.certainty = RD_FACT,
	.needs_any = RD_HAS_ACCOUNT | RD_HAS_CHART | RD_HAS_TRIAL_BALANCE,
	.split = RD_SPLIT_NONE,
	.unit = RD_UNIT_ACCOUNTS,
	.params = params,
	.messages = messages,
	.run = run,
};
