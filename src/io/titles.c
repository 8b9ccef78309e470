#include "io/titles.h"

static bool digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Every "2025年3月", "2025-03", "202503", "2025.03.31" of a title, as periods. */
static uint32_t periods_in(rd_str s, rd_period *out, uint32_t max)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i + 4 <= s.len && n < max; i++) {
		const char *p = s.ptr + i;
		int32_t y = 0, m = 0;
		uint32_t k = i + 4, from;

		if (!(p[0] == '2' && p[1] == '0') && !(p[0] == '1' && p[1] == '9'))
			continue;
		if ((i && digit(s.ptr[i - 1])) || !digit(p[2]) || !digit(p[3]))
			continue;
		y = (p[0] - '0') * 1000 + (p[1] - '0') * 100 + (p[2] - '0') * 10 + (p[3] - '0');
		if (k + 3 <= s.len && memcmp(s.ptr + k, "年", 3) == 0)
			k += 3;
		else if (k < s.len && (s.ptr[k] == '-' || s.ptr[k] == '.' || s.ptr[k] == '/'))
			k++;
		for (from = k; k < s.len && k < from + 2 && digit(s.ptr[k]); k++)
			m = m * 10 + (s.ptr[k] - '0');
		if (m >= 1 && m <= 16)
			out[n++] = rd_period_of(y, m);
		else if (n == 0 && from + 3 <= s.len + 3 && from > i + 4)
			out[n++] = rd_period_of(y, 0); /* a year alone: "2025年度" */
		i = k > i ? k - 1 : i;
	}
	return n;
}

/* "单位:元" tells the unit of the amounts, not a company. */
static bool is_money_unit(rd_str s)
{
	return rd_str_ends(s, "元") && s.len <= strlen("人民币百万元");
}

static rd_str behind_label(rd_str s)
{
	static const char *const labels[] = {"核算单位", "编制单位", "会计主体", "单位名称", "公司名称",
	                                     "账套",     "单位",     "公司",     "Company",  NULL};

	for (int i = 0; labels[i]; i++) {
		if (!rd_str_starts(s, labels[i]))
			continue;
		rd_str r = {s.ptr + strlen(labels[i]), s.len - (uint32_t)strlen(labels[i])};

		r = rd_str_trim(r);
		if (rd_str_starts(r, ":"))
			r = (rd_str){r.ptr + 1, r.len - 1};
		else if (rd_str_starts(r, "："))
			r = (rd_str){r.ptr + 3, r.len - 3};
		else
			continue;
		r = rd_str_trim(r);
		return is_money_unit(r) ? (rd_str){"", 0} : r;
	}
	if (s.len < 120 &&
	    (rd_str_ends(s, "公司") || rd_str_ends(s, "经营部") || rd_str_ends(s, "事务所")))
		return s;
	return (rd_str){"", 0};
}

static void take_periods(rd_file *f, rd_plan *p, const rd_period *found, uint32_t n)
{
	rd_period a = found[0], b = found[n - 1];

	f->year = a / 100;
	p->layout.year = p->layout.year ? p->layout.year : f->year;
	if (a % 100 == 0) {
		f->from = rd_day_of(f->year, 1, 1);
		f->to = rd_day_of(f->year, 12, 31);
		return;
	}
	if (b < a)
		b = a;
	f->from = rd_period_first(a);
	f->to = rd_period_last(b % 100 ? b : rd_period_of(b / 100, 12));
	if (p->kind == RD_FILE_TRIAL_BALANCE && p->period == 0)
		p->period = b;
}

bool rd_fec_name(rd_str name, rd_str *ret_id, rd_day *ret_closing)
{
	rd_day day;

	if (name.len < 20 || memcmp(name.ptr + 9, "FEC", 3) != 0)
		return false;
	for (uint32_t i = 0; i < 20; i++)
		if ((i < 9 || i > 11) && !digit(name.ptr[i]))
			return false;
	if (rd_day_parse((rd_str){name.ptr + 12, 8}, RD_ORDER_YMD, false, &day) != RD_DATE_OK)
		return false;
	*ret_id = (rd_str){name.ptr, 9};
	*ret_closing = day;
	return true;
}

static rd_str base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return rd_str_of(slash ? slash + 1 : path);
}

/* "2024年" over the columns of month and day. */
static int32_t year_in_head(const rd_sample *sample, const rd_plan *p)
{
	rd_period found[8];

	for (uint32_t i = 0; i < p->first_row && i < sample->n; i++) {
		const rd_sample_row *r = &sample->rows[i];

		for (uint32_t c = 0; r->line >= p->head_line && c < r->n_cells; c++)
			if (periods_in(rd_str_trim(r->cells[c]), found, 8))
				return found[0] / 100;
	}
	return 0;
}

void rd_titles_read(rd_source *s, rd_row file, const rd_sample *sample, rd_plan *p)
{
	rd_file *f = rd_builder_file(s->builder, file);
	rd_period found[8];
	rd_day closing;
	rd_str id;

	for (uint32_t i = 0; i < p->first_row && i < sample->n && sample->rows[i].line < p->head_line;
	     i++)
		for (uint32_t c = 0; c < sample->rows[i].n_cells; c++) {
			rd_str cell = rd_str_trim(sample->rows[i].cells[c]);
			rd_str company = behind_label(cell);
			uint32_t n = periods_in(cell, found, 8);

			if (company.len && f->company == 0)
				f->company = rd_builder_text(s->builder, company);
			if (n && f->from == RD_DAY_NONE)
				take_periods(f, p, found, n);
		}
	if (p->layout.column[RD_F_DAY] >= 0 && p->layout.column[RD_F_YEAR] < 0) {
		int32_t year = year_in_head(sample, p);

		p->layout.year = year ? year : p->layout.year;
	}
	if (rd_fec_name(base_name(s->path), &id, &closing)) {
		rd_date next = rd_day_date(closing + 1); /* years ending on 29 February begin on 1 March */

		f->company_id = rd_builder_text(s->builder, id);
		f->year = rd_day_date(closing).year;
		f->from = rd_day_of(next.year - 1, next.month, next.day);
		f->to = closing;
		f->identity_from_name = true;
	} else if (p->kind == RD_FILE_TRIAL_BALANCE && p->period == 0 &&
	           periods_in(base_name(s->path), found, 8) && found[0] % 100) {
		p->period = found[0];
	}
}
