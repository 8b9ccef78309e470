/*
 * What it finds: two documents of one partner with the same date and amount, whose numbers differ
 * by zeros, letters, a dash or one mistyped character.
 *
 * Why it matters: a number keyed a second time with a slip is how a document passes the test for
 * equal numbers and is booked, and paid, twice.
 *
 * What to do: lay the two documents side by side. If they are one, cancel the later voucher in
 * red; if both exist, nothing is wrong.
 *
 * Known limits: two real documents of one day and amount may have similar numbers: consecutive
 * ones (last figure 1 to 9 apart, or another letter at the end) and groups of more than five
 * (list prices) are left out, and so are amounts that return at steady distances. Left out are
 * cancelled pairs, vouchers that close or open a period, and partners whose name is blank or
 * hidden.
 *
 * 发现什么:同一往来单位、同一日期、同一金额的两张单据,号码只差零、字母、横线或一个录错的字符。
 *
 * 为什么要紧:第二次录入时号码录错一位,就能躲过号码相同的检查而重复入账、重复付款。
 *
 * 怎么办:两张单据原件放在一起核对。是同一张的,红字冲销后一张;确有两张的,不必处理。
 *
 * 已知局限:同日同额的两张真实单据号码也可能相近:连号(末位相差 1 至 9 或末尾字母不同)、一组超过五张(标价金额)和按
 * 固定间隔重复的金额都不报。已冲销的凭证、结转与期初凭证、名称为空或已脱敏的往来单位不参与比较。
 */
#include "base/assert.h"
#include "book/serial.h"
#include "check/check.h"
#include "check/duplicates.h"
#include "check/rate.h"
#include "check/similar.h"

enum { P_MIN_AMOUNT, P_CAP };
static const rd_param params[] = {
	[P_MIN_AMOUNT] = {"min_amount",
                      "yuan",
                      {"金额低于此数的不看", "smaller amounts are not looked at"},
                      RD_PARAM_MONEY,
                      0,
                      100000000000,
                      1000,
                      NULL},
	[P_CAP] = {"group_cap",
               "records",
               {"一组最多比较多少条", "records of one group that are compared at most"},
               RD_PARAM_INT,
               2,
               1000,
               50,
               NULL},
	{0},
};

enum { K_FORM, K_SLIP, K_PART };
static const rd_message messages[] = {
	[K_FORM] = {"other-form",
                {"{party} 的单据 {document}（{voucher}）与 {other_document}（{first}）日期都是 "
                 "{day}，金额都是 {amount}，号码只是写法不同。请核对两张单据原件是否同一张。",
                 "Documents {document} ({voucher}) and {other_document} ({first}) of {party} "
                 "bear the date {day} and the amount {amount}; their numbers are two ways to "
                 "write one. Look at the originals."}},
	[K_SLIP] = {"one-slip",
                {"{party} 的单据 {document}（{voucher}）与 {other_document}（{first}）日期都是 "
                 "{day}，金额都是 {amount}，号码只差一个字符或相邻两位颠倒。"
                 "请核对两张单据原件是否同一张。",
                 "Documents {document} ({voucher}) and {other_document} ({first}) of {party} "
                 "bear the date {day} and the amount {amount}; their numbers differ by one "
                 "slip. Look at the originals."}},
	[K_PART] = {"part",
                {"{party} 的单据 {document}（{voucher}）与 {other_document}（{first}）日期都是 "
                 "{day}，金额都是 {amount}，一个号码包含另一个。请核对两张单据原件是否同一张。",
                 "Documents {document} ({voucher}) and {other_document} ({first}) of {party} "
                 "bear the date {day} and the amount {amount}; one number holds the other. Look "
                 "at the originals."}},
	{0},
};

#define NUMBER_BYTES 64u
#define MIN_CHARS    5u /* shorter numbers are near each other by chance */
#define PRICE_LIST   5u /* more documents of one day and amount are a price, no slip */
#define NONE         (-1)

typedef struct form {
	char printed[NUMBER_BYTES], normal[NUMBER_BYTES];
	uint32_t printed_len, normal_len;
} form;

static form form_of(const rd_book *b, rd_serial number)
{
	form f = {.printed_len = 0};

	rd_serial_format(b, number, f.printed, sizeof f.printed);
	f.printed_len = (uint32_t)strlen(f.printed);
	f.normal_len = rd_number_normal((rd_str){f.printed, f.printed_len}, f.normal, sizeof f.normal);
	return f;
}

static bool is_letter(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* Numbers that follow each other: equal but for the last figures, 1 to 9 apart, or for a letter at
 * the end (120610B, 120610E). */
static bool consecutive(rd_serial a, rd_serial b, rd_str p, rd_str q)
{
	uint64_t x = rd_serial_value(a), y = rd_serial_value(b), d = x < y ? y - x : x - y;

	if (rd_serial_shape(a) == rd_serial_shape(b))
		return d >= 1 && d <= 9;
	return p.len == q.len && p.len > 1 && memcmp(p.ptr, q.ptr, p.len - 1) == 0 &&
	       is_letter(p.ptr[p.len - 1]) && is_letter(q.ptr[q.len - 1]);
}

static bool holds(rd_str all, rd_str part)
{
	for (uint32_t i = 0; part.len <= all.len && i <= all.len - part.len; i++)
		if (memcmp(all.ptr + i, part.ptr, part.len) == 0)
			return true;
	return false;
}

/* In which way two numbers are near, or NONE. */
static int nearness(const form *f, const form *g, bool guards, rd_serial a, rd_serial b)
{
	rd_str p = {f->printed, f->printed_len}, q = {g->printed, g->printed_len};
	rd_str n = {f->normal, f->normal_len}, m = {g->normal, g->normal_len};

	if (n.len > 0 && rd_str_eq(n, m))
		return K_FORM;
	if (guards && consecutive(a, b, p, q))
		return NONE;
	if (p.len >= MIN_CHARS && q.len >= MIN_CHARS && rd_one_slip(p, q))
		return K_SLIP;
	if (p.len >= MIN_CHARS && q.len >= MIN_CHARS && (holds(p, q) || holds(q, p)))
		return K_PART;
	return NONE;
}

/* Two documents whose numbers are near. */
typedef struct near {
	rd_document two[2];
	uint8_t kind;
} near;

typedef struct work {
	rd_run *run;
	const rd_book *b;
	rd_docs docs;
	near *found;
	uint32_t n, cap;
} work;

/* Compares the documents of a group with each other; n is capped. */
static void compare(work *w, const rd_document *d, uint32_t n)
{
	rd_arena *a = rd_run_scratch(w->run);
	const bool guards = rd_run_guards(w->run);
	form *forms = RD_NEW_N(a, form, n);

	for (uint32_t i = 0; i < n; i++)
		forms[i] = form_of(w->b, d[i].number);
	for (uint32_t i = 0; i < n; i++)
		for (uint32_t k = i + 1; k < n; k++) {
			if (d[i].voucher == d[k].voucher || d[i].number == d[k].number)
				continue;
			int kind = nearness(&forms[i], &forms[k], guards, d[i].number, d[k].number);

			if (kind == NONE)
				continue;
			if (w->n == w->cap)
				w->found = rd_grow(a, w->found, w->n, &w->cap, sizeof *w->found);
			w->found[w->n++] = (near){{d[i], d[k]}, (uint8_t)kind};
		}
}

static void find(work *w)
{
	const rd_document *d = w->docs.items;
	const uint32_t cap = (uint32_t)rd_run_param(w->run, P_CAP);

	for (uint32_t i = 0, end; i < w->docs.n; i = end) {
		for (end = i + 1; end < w->docs.n && d[end].party == d[i].party && d[end].day == d[i].day &&
		                  d[end].amount == d[i].amount;
		     end++)
			;
		if (end - i < 2 || (rd_run_guards(w->run) && end - i > PRICE_LIST))
			continue;
		compare(w, d + i, end - i < cap ? end - i : cap);
	}
}

/* Drops pairs whose amount comes back at steady distances: instalments. */
static void drop_instalments(work *w)
{
	rd_document *docs = RD_NEW_N(rd_run_scratch(w->run), rd_document, w->n + 1);
	uint32_t kept = 0;

	for (uint32_t i = 0; i < w->n; i++)
		docs[i] = w->found[i].two[0];
	bool *steady = rd_docs_rhythm(w->run, w->b, docs, w->n);

	for (uint32_t i = 0; i < w->n; i++)
		if (!steady[i])
			w->found[kept++] = w->found[i];
	w->n = kept;
}

static void report(const work *w, const near *pair)
{
	rd_docs_span span = rd_docs_span_of(w->b, pair->two, 2);
	rd_hit hit = rd_hit_at_docs(w->b, &span);

	hit.kind = pair->kind;
	hit.millibits = rd_millibits(w->n, w->docs.total);
	RD_EMIT(w->run, &hit, rd_num("document", span.last->number),
	        rd_num("other_document", span.first->number), rd_vch("first", span.first->voucher),
	        rd_on_day("day", span.last->day), rd_money("amount", rd_doc_size(span.last)),
	        rd_permille("base_rate", rd_rate_permille(w->n, w->docs.total)));
}

static rd_rc run(rd_run *run, const rd_book *b, rd_range range, rd_err *err)
{
	work w = {.run = run, .b = b};

	(void)range;
	(void)err;
	w.docs = rd_docs_for(run, b, RD_DOCS_PARTY_DAY, rd_run_param(run, P_MIN_AMOUNT), 1);
	RD_ASSERT(w.docs.n <= w.docs.total);
	find(&w);
	if (rd_run_guards(run))
		drop_instalments(&w);
	for (uint32_t i = 0; i < w.n; i++)
		report(&w, &w.found[i]);
	return RD_OK;
}

const rd_check rd_check_dup_invoice_similar_number = {
	.slug = "dup-invoice-similar-number",
	.family = "duplicate",
	.nature = "操作错误",
	.title = {"单据号近似的重复入账", "Same invoice with a slightly different number"},
	.finds = {"往来单位、日期、金额相同，单据号只差零、字母、横线或一个录错的字符。",
              "Partner, date and amount agree, numbers differ by zeros, letters, a dash or "
              "one mistyped digit."},
	.correction = {"核对两张单据原件，确认重复后红字冲销",
                   "Compare both originals; if they are one document, cancel one voucher in red"},
	.basis = {"AuditNet 重复付款矩阵 3", "AuditNet duplicate matrix 3"},
	.since = "0.1",
	.wave = 1,
	.version = 1,
	.severity = RD_SEV_MEDIUM,
	.certainty = RD_INDICATOR,
	.needs = RD_HAS_LINES | RD_HAS_PARTY | RD_HAS_DOCUMENT_NO | RD_HAS_DATE,
	.split = RD_SPLIT_NONE,
	.unit = RD_UNIT_VOUCHERS,
	.params = params,
	.messages = messages,
	.run = run,
};
