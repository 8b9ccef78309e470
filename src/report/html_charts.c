#include "report/html.h"

/* Charts as inline SVG, 360 units wide: counts by severity, by month, by account. */

#define MONTHS_SHOWN   24u
#define ACCOUNTS_SHOWN 10u
#define WIDTH          360u

static bool counts(const rd_finding *f)
{
	return f->state != RD_STATE_SUPPRESSED;
}

static void figure_begin(rd_page *p, rd_words caption, uint32_t height)
{
	rd_buf_puts(p->out, "<figure><figcaption>");
	rd_html_both(p, "span", caption);
	rd_buf_printf(p->out, "</figcaption>\n<svg viewBox=\"0 0 %u %u\" role=\"img\">\n", WIDTH,
	              height);
}

static void figure_end(rd_page *p)
{
	rd_buf_puts(p->out, "</svg></figure>\n");
}

static void label(rd_page *p, uint32_t x, uint32_t y, const char *anchor, rd_words w)
{
	for (int lang = RD_ZH; lang <= RD_EN; lang++) {
		rd_buf_printf(p->out, "<text x=\"%u\" y=\"%u\" text-anchor=\"%s\" class=\"%s\">", x, y,
		              anchor, lang == RD_EN ? "en" : "zh");
		rd_html(p, rd_str_of(rd_say(w, lang)));
		rd_buf_puts(p->out, "</text>\n");
	}
}

static uint32_t scaled(uint64_t n, uint64_t most, uint32_t length)
{
	uint32_t v = most ? (uint32_t)(n * length / most) : 0;

	return n > 0 && v == 0 ? 1 : v;
}

/* ---- by severity ---- */

static void by_severity(rd_page *p)
{
	rd_tally t = rd_report_tally(p->r);
	uint32_t most = 0, y = 4;

	for (int s = 0; s <= RD_SEV_BLOCKER; s++)
		most = t.by_severity[s] > most ? t.by_severity[s] : most;
	figure_begin(p, (rd_words){"按严重程度", "By severity"}, 150);
	for (int s = RD_SEV_BLOCKER; s >= RD_SEV_INFO; s--, y += 29) {
		uint32_t length = scaled(t.by_severity[s], most, 240);

		label(p, 52, y + 15, "end", rd_severity_words((rd_severity)s));
		rd_buf_printf(p->out,
		              "<rect class=\"s%d\" x=\"60\" y=\"%u\" width=\"%u\" height=\"20\" rx=\"2\"/>"
		              "<text x=\"%u\" y=\"%u\">%u</text>\n",
		              s, y, length, 66 + length, y + 15, t.by_severity[s]);
	}
	figure_end(p);
}

/* ---- by month ---- */

typedef struct month {
	rd_period period;
	uint32_t n[RD_SEV_BLOCKER + 1], all;
} month;

/* Months of the books with their findings; *ret_elsewhere counts those without a month. */
static uint32_t count_months(rd_page *p, month **ret, uint32_t *ret_elsewhere)
{
	const rd_result *res = p->r->result;
	uint32_t n = p->b->n_periods;
	month *m = RD_NEW_N(p->arena, month, (size_t)n + 1);

	*ret_elsewhere = 0;
	for (uint32_t i = 0; i < n; i++)
		m[i].period = p->b->periods[i];
	for (uint32_t i = 0; i < res->n_findings; i++) {
		const rd_finding *f = &res->findings[i];
		uint32_t at = f->period ? rd_book_period_index(p->b, f->period) : RD_NONE;

		if (!counts(f))
			continue;
		if (at == RD_NONE) {
			++*ret_elsewhere;
			continue;
		}
		m[at].n[f->severity]++;
		m[at].all++;
	}
	*ret = m;
	return n;
}

static void month_bar(rd_page *p, const month *m, uint32_t x, uint32_t w, uint32_t most, bool named)
{
	uint32_t y = 118;
	char name[16];

	rd_period_format(m->period, name);
	rd_buf_printf(p->out, "<g><title>%s: %u</title>", name, m->all);
	for (int s = RD_SEV_BLOCKER; s >= RD_SEV_INFO; s--) {
		uint32_t h = scaled(m->n[s], most, 96);

		y = y > h ? y - h : 0;
		if (h)
			rd_buf_printf(p->out,
			              "<rect class=\"s%d\" x=\"%u\" y=\"%u\" width=\"%u\" height=\"%u\"/>", s,
			              x, y, w, h);
	}
	if (m->all)
		rd_buf_printf(p->out,
		              "<text x=\"%u\" y=\"%u\" text-anchor=\"middle\" class=\"soft\">%u</text>",
		              x + w / 2, y > 12 ? y - 3 : 10, m->all);
	if (named)
		rd_buf_printf(p->out,
		              "<text x=\"%u\" y=\"132\" text-anchor=\"middle\" class=\"soft\">%s</text>",
		              x + w / 2, name + 2);
	rd_buf_puts(p->out, "</g>\n");
}

static void by_month(rd_page *p)
{
	uint32_t elsewhere, most = 0, step, from;
	month *m;
	uint32_t n = count_months(p, &m, &elsewhere);

	if (n == 0)
		return;
	from = n > MONTHS_SHOWN ? n - MONTHS_SHOWN : 0;
	for (uint32_t i = from; i < n; i++)
		most = m[i].all > most ? m[i].all : most;
	figure_begin(p, (rd_words){"按月份", "By month"}, 150);
	rd_buf_puts(p->out, "<line class=\"axis\" x1=\"4\" y1=\"118\" x2=\"356\" y2=\"118\"/>\n");
	step = 352 / (n - from);
	step = step > 60 ? 60 : step;
	for (uint32_t i = from; i < n; i++)
		month_bar(p, &m[i], 4 + (i - from) * step + step / 8, step - step / 4, most,
		          step >= 36 || (i - from) % (36 / step + 1) == 0);
	if (elsewhere) {
		for (int lang = RD_ZH; lang <= RD_EN; lang++)
			rd_buf_printf(p->out, "<text x=\"4\" y=\"147\" class=\"soft %s\">%s %u</text>\n",
			              lang == RD_EN ? "en" : "zh",
			              lang == RD_EN ? "without a month:" : "不属于某个月份：", elsewhere);
	}
	figure_end(p);
}

/* ---- by account ---- */

static void by_account(rd_page *p)
{
	const rd_result *res = p->r->result;
	uint32_t *n = RD_NEW_N(p->arena, uint32_t, (size_t)p->b->account.n + 1), most = 0;
	rd_row top[ACCOUNTS_SHOWN];
	uint32_t shown = 0;

	for (uint32_t i = 0; i < res->n_findings; i++)
		if (counts(&res->findings[i]) && p->account[i])
			n[p->account[i]]++;
	for (; shown < ACCOUNTS_SHOWN; shown++) {
		rd_row best = 0;

		for (rd_row a = 1; a < p->b->account.n; a++) {
			bool taken = false;

			for (uint32_t k = 0; k < shown; k++)
				taken |= top[k] == a;
			if (!taken && n[a] > n[best])
				best = a;
		}
		if (best == 0)
			break;
		top[shown] = best;
	}
	if (shown == 0)
		return;
	most = n[top[0]];
	figure_begin(p, (rd_words){"按科目", "By account"}, shown * 22 + 6);
	for (uint32_t k = 0; k < shown; k++) {
		uint32_t y = 4 + k * 22, length = scaled(n[top[k]], most, 150);

		rd_buf_printf(p->out, "<text x=\"0\" y=\"%u\">", y + 13);
		rd_buf_clear(&p->text);
		rd_name_account(p->b, top[k], p->r->lang, &p->text);
		/* About 165 units of width: 15 wide characters or 27 narrow ones. */
		uint32_t at = 0, width = 0;
		rd_str s = rd_buf_view(&p->text);

		while (at < s.len && width < 27) {
			uint32_t before = at;

			rd_utf8_next(s, &at);
			width += rd_utf8_width((rd_str){s.ptr + before, at - before});
		}
		rd_html(p, (rd_str){s.ptr, at});
		rd_buf_printf(
			p->out,
			"%s</text><rect class=\"bar\" x=\"172\" y=\"%u\" width=\"%u\" height=\"15\" rx=\"2\"/>"
			"<text x=\"%u\" y=\"%u\">%u</text>\n",
			at < s.len ? "…" : "", y, length, 177 + length, y + 12, n[top[k]]);
	}
	figure_end(p);
}

void rd_html_charts(rd_page *p)
{
	rd_buf_puts(p->out, "<div class=\"charts\">\n");
	by_severity(p);
	by_month(p);
	by_account(p);
	rd_buf_puts(p->out, "</div>\n");
}
