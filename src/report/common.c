#include "report/common.h"
#include "base/assert.h"
#include "book/serial.h"

rd_tally rd_report_tally(const rd_report *r)
{
	const rd_result *res = r->result;
	rd_tally t = {0};

	for (uint32_t i = 0; i < res->n_findings; i++) {
		const rd_finding *f = &res->findings[i];

		if (f->state == RD_STATE_SUPPRESSED)
			continue;
		t.by_severity[f->severity]++;
		t.fresh[f->severity] += f->state == RD_STATE_NEW;
		if (f->certainty == RD_FACT)
			t.facts++;
		else
			t.indicators++;
	}
	for (uint32_t i = 0; i < rd_checks_count; i++) {
		t.ran += res->checks[i].state == RD_CHECK_RAN;
		t.not_run += res->checks[i].state == RD_CHECK_NOT_RUN;
		t.skipped += res->checks[i].state == RD_CHECK_SKIPPED;
	}
	for (uint32_t i = 1; i < res->book->n_files; i++) {
		t.records += res->book->files[i].records;
		t.rejected += res->book->files[i].rejected;
	}
	return t;
}

uint32_t rd_report_deciding(const rd_report *r)
{
	rd_tally t = rd_report_tally(r);
	uint32_t n = 0;

	for (int s = (int)r->threshold; s <= RD_SEV_BLOCKER; s++)
		n += t.fresh[s];
	return n;
}

rd_str rd_file_layout(const rd_book *b, const rd_file *f, int lang)
{
	rd_str s = f->layout ? rd_book_text(b, f->layout) : RD_STR("");
	const char *cut = s.len ? memchr(s.ptr, '\n', s.len) : NULL;

	if (cut == NULL)
		return s;
	if (lang == RD_EN)
		return (rd_str){cut + 1, s.len - (uint32_t)(cut + 1 - s.ptr)};
	return (rd_str){s.ptr, (uint32_t)(cut - s.ptr)};
}

void rd_clean(rd_buf *out, rd_str s)
{
	uint32_t i = 0;

	while (i < s.len) {
		uint32_t from = i, cp = rd_utf8_next(s, &i);

		if (cp == '\n' || cp == '\t' || cp == '\r')
			rd_buf_char(out, ' ');
		else if (cp < 0x20 || (cp >= 0x7F && cp < 0xA0) || cp == 0xFFFD ||
		         (cp >= 0x200E && cp <= 0x200F) || (cp >= 0x2028 && cp <= 0x202E) ||
		         (cp >= 0x2066 && cp <= 0x2069))
			rd_buf_puts(out, "\xEF\xBF\xBD");
		else
			rd_buf_add(out, s.ptr + from, i - from);
	}
}

/* "1002 银行存款/基本户": the name of the root stands before that of a sub-account, unless the
 * books write it into the name anyway. */
void rd_name_account(const rd_book *b, rd_row account, int lang, rd_buf *out)
{
	rd_fact f = rd_acc("", account);
	rd_row root = account;
	rd_str name, top;

	if (account == 0)
		return;
	for (int depth = 0; b->account.parent && b->account.parent[root] && depth < 16; depth++)
		root = b->account.parent[root];
	name = rd_book_text(b, b->account.name[account]);
	top = rd_book_text(b, b->account.name[root]);
	if (root == account || top.len == 0 || name.len == 0 ||
	    (name.len >= top.len && memcmp(name.ptr, top.ptr, top.len) == 0)) {
		rd_fact_format(b, &f, lang, out);
		return;
	}
	rd_buf_str(out, rd_book_text(b, b->account.code[account]));
	rd_buf_char(out, ' ');
	rd_buf_str(out, top);
	rd_buf_char(out, '/');
	rd_buf_str(out, name);
}

void rd_name_party(const rd_book *b, rd_row party, int lang, rd_buf *out)
{
	rd_fact f = rd_pty("", party);

	if (party)
		rd_fact_format(b, &f, lang, out);
}

void rd_name_voucher(const rd_book *b, rd_row voucher, int lang, rd_buf *out)
{
	rd_fact f = rd_vch("", voucher);

	if (voucher != RD_NONE)
		rd_fact_format(b, &f, lang, out);
}

void rd_count_format(uint64_t n, rd_buf *out)
{
	if (n >= 1000) {
		rd_count_format(n / 1000, out);
		rd_buf_printf(out, ",%03u", (unsigned)(n % 1000));
		return;
	}
	rd_buf_printf(out, "%u", (unsigned)n);
}

const rd_check *rd_finding_check(const rd_finding *f)
{
	RD_ASSERT(f->check < rd_checks_count);
	return rd_checks[f->check];
}

bool rd_place_repeats(const rd_finding *f, uint32_t i)
{
	for (uint32_t k = 0; k < i; k++)
		if (f->places[k].file == f->places[i].file && f->places[k].line == f->places[i].line)
			return true;
	return false;
}

/* ---- excerpts ---- */

/* Looking for marked lines stops here: a voucher may have a million lines. */
#define LOOK_MAX 4096u

static bool proves(const rd_book *b, const rd_finding *f, rd_row line)
{
	rd_place p;

	if (line == f->line)
		return true;
	p = rd_line_place(b, line);
	/* The first place is the voucher itself when the finding names no line. */
	for (uint32_t i = f->line == RD_NONE ? 1 : 0; i < f->n_places; i++)
		if (f->places[i].file == p.file && f->places[i].line == p.line)
			return true;
	return false;
}

/* Chooses which of the n (> max) lines to show: marked ones first, then the first ones. */
static void choose(const bool *marked, uint32_t n, uint32_t max, bool *ret_shown)
{
	uint32_t left = max;

	for (uint32_t i = 0; i < n && left > 1; i++)
		if (marked[i]) {
			ret_shown[i] = true;
			left--;
		}
	for (uint32_t i = 0; i < n && left > 0; i++)
		if (!ret_shown[i]) {
			ret_shown[i] = true;
			left--;
		}
}

bool rd_excerpt_of(const rd_result *r, const rd_finding *f, rd_row voucher, uint32_t max,
                   rd_excerpt *ret)
{
	const rd_book *b = r->book;
	bool marked[LOOK_MAX] = {0}, shown[LOOK_MAX] = {0};

	if (voucher == RD_NONE || voucher >= b->voucher.n)
		return false;
	RD_ASSERT(max <= RD_EXCERPT_MAX && max > 0);
	*ret = (rd_excerpt){.voucher = voucher};
	rd_row first = b->voucher.first[voucher], all = b->voucher.first[voucher + 1] - first;
	uint32_t n = all < LOOK_MAX ? all : LOOK_MAX, skipped = 0, n_marked = 0;

	for (uint32_t i = 0; i < n; i++) {
		marked[i] = proves(b, f, first + i);
		n_marked += marked[i];
		shown[i] = n <= max;
	}
	/* A place that is a voucher's first line stands for the voucher, not for that line. */
	if (n > 1 && n_marked == 1 && marked[0] && first != f->line)
		marked[0] = false;
	if (n > max)
		choose(marked, n, max, shown);
	for (uint32_t i = 0; i < n; i++) {
		if (!shown[i]) {
			skipped++;
			continue;
		}
		ret->lines[ret->n++] = (rd_excerpt_line){first + i, marked[i], skipped};
		skipped = 0;
	}
	ret->left_out = skipped + (all - n);
	return true;
}

rd_words rd_excerpt_head(uint32_t cell)
{
	static const rd_words heads[RD_EX_CELLS] = {
		[RD_EX_DATE] = {"日期", "date"},    [RD_EX_NUMBER] = {"凭证号", "voucher"},
		[RD_EX_TEXT] = {"摘要", "summary"}, [RD_EX_ACCOUNT] = {"科目", "account"},
		[RD_EX_DEBIT] = {"借方", "debit"},  [RD_EX_CREDIT] = {"贷方", "credit"},
	};

	RD_ASSERT(cell < RD_EX_CELLS);
	return heads[cell];
}

static void put_number(const rd_book *b, rd_row voucher, rd_buf *out)
{
	char number[96];

	if (b->voucher.journal && b->voucher.journal[voucher]) {
		rd_buf_str(out, rd_book_text(b, b->voucher.journal[voucher]));
		rd_buf_char(out, '-');
	}
	rd_serial_format(b, b->voucher.number[voucher], number, sizeof number);
	rd_buf_puts(out, number);
}

static void put_amount(const rd_book *b, rd_row line, bool credit, rd_buf *out)
{
	char text[RD_MINOR_TEXT];
	uint8_t flags = b->line.flags[line];
	bool here = credit ? (flags & (RD_LINE_CREDIT | RD_LINE_BOTH)) != 0 : !(flags & RD_LINE_CREDIT);

	if (!here || (flags & RD_LINE_AMOUNT_BLANK))
		return;
	rd_minor_format(credit ? rd_line_credit(b, line) : rd_line_debit(b, line),
	                rd_currency_decimals(rd_book_text(b, b->base_currency)), true, text);
	rd_buf_puts(out, text);
}

void rd_excerpt_cell(const rd_book *b, rd_row line, uint32_t cell, int lang, rd_buf *out)
{
	char day[16];

	switch (cell) {
	case RD_EX_DATE:
		if (b->voucher.date || b->line.date) {
			rd_day_format(rd_line_date(b, line), day);
			rd_buf_puts(out, day);
		}
		break;
	case RD_EX_NUMBER:
		if (b->voucher.number)
			put_number(b, rd_line_voucher(b, line), out);
		break;
	case RD_EX_TEXT: rd_buf_str(out, rd_book_text(b, rd_line_text(b, line))); break;
	case RD_EX_ACCOUNT:
		if (b->line.account)
			rd_name_account(b, b->line.account[line], lang, out);
		break;
	case RD_EX_DEBIT:
	case RD_EX_CREDIT: put_amount(b, line, cell == RD_EX_CREDIT, out); break;
	default: RD_ASSERT(false);
	}
}
