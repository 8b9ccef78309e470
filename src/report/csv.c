#include "io/export.h"
#include "report/common.h"
#include <stdio.h>

/* Columns in order; a spreadsheet opens the file by its BOM as UTF-8. */
static const rd_words heads[] = {
	{"严重程度", "severity"},
	{"性质", "certainty"},
	{"状态", "state"},
	{"检查项", "check"},
	{"名称", "title"},
	{"文件", "file"},
	{"行", "line"},
	{"会计期间", "period"},
	{"日期", "date"},
	{"凭证", "voucher"},
	{"科目编码", "account code"},
	{"科目名称", "account name"},
	{"往来单位", "party"},
	{"涉及金额", "amount at stake"},
	{"说明", "message"},
	{"怎么办", "what to do"},
	{"指纹", "fingerprint"},
};

static void cell(rd_buf *out, bool first, rd_str s)
{
	if (!first)
		rd_buf_char(out, ',');
	rd_csv_put(out, s);
}

static void cell_text(rd_buf *out, bool first, const char *s)
{
	cell(out, first, rd_str_of(s));
}

static void put_where(const rd_book *b, const rd_finding *f, rd_buf *out)
{
	char text[24];

	if (f->n_places == 0 || f->places[0].file == 0) {
		rd_buf_puts(out, ",,");
		return;
	}
	cell(out, false, rd_book_text(b, b->files[f->places[0].file].name));
	snprintf(text, sizeof text, "%u", f->places[0].line);
	cell_text(out, false, f->places[0].line ? text : "");
}

static void put_object(const rd_report *r, const rd_finding *f, rd_buf *tmp, rd_buf *out)
{
	const rd_book *b = r->result->book;
	char text[RD_MINOR_TEXT], day[16], period[16];

	rd_period_format(f->period, period);
	cell_text(out, false, f->period ? period : "");
	rd_day_format(f->day, day);
	cell_text(out, false, day);
	rd_buf_clear(tmp);
	rd_name_voucher(b, f->voucher, r->lang, tmp);
	cell(out, false, rd_buf_view(tmp));
	cell(out, false, f->account ? rd_book_text(b, b->account.code[f->account]) : RD_STR(""));
	cell(out, false, f->account ? rd_book_text(b, b->account.name[f->account]) : RD_STR(""));
	rd_buf_clear(tmp);
	rd_name_party(b, f->party, r->lang, tmp);
	cell(out, false, rd_buf_view(tmp));
	rd_minor_format(f->at_stake, rd_currency_decimals(rd_book_text(b, b->base_currency)), false,
	                text);
	cell_text(out, false, f->at_stake ? text : "");
}

void rd_report_csv(const rd_report *r, rd_writer *w)
{
	rd_buf tmp, *out = &w->buf;
	char hex[33];

	rd_buf_init(&tmp, (size_t)1 << 20);
	rd_buf_puts(out, "\xEF\xBB\xBF");
	for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++)
		cell_text(out, i == 0, rd_say(heads[i], r->lang));
	rd_buf_puts(out, "\r\n");
	for (uint32_t i = 0; i < r->result->n_findings; i++) {
		const rd_finding *f = &r->result->findings[i];
		const rd_check *c = rd_finding_check(f);

		cell_text(out, true, rd_say(rd_severity_words(f->severity), r->lang));
		cell_text(out, false, rd_say(rd_certainty_words(f->certainty), r->lang));
		cell_text(out, false, rd_say(rd_state_words(f->state), r->lang));
		cell_text(out, false, c->slug);
		cell_text(out, false, rd_say(c->title, r->lang));
		put_where(r->result->book, f, out);
		put_object(r, f, &tmp, out);
		rd_buf_clear(&tmp);
		rd_finding_message(r->result, f, r->lang, &tmp);
		cell(out, false, rd_buf_view(&tmp));
		cell_text(out, false, rd_say(c->correction, r->lang));
		rd_fingerprint_hex(f->fingerprint, hex);
		cell_text(out, false, hex);
		rd_buf_puts(out, "\r\n");
		rd_writer_spill(w);
	}
	rd_buf_done(&tmp);
}
