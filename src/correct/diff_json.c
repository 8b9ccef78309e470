#include "correct/diff.h"

static void put_pair(rd_json *j, const char *key, const rd_minor v[2])
{
	rd_json_key(j, key);
	rd_json_array(j);
	rd_json_int(j, v[0]);
	rd_json_int(j, v[1]);
	rd_json_close(j);
}

static void put_period(rd_json *j, rd_period p)
{
	char text[16];

	rd_period_format(p, text);
	rd_json_put_text(j, "period", p ? text : NULL);
}

static void put_accounts(rd_json *j, const rd_diff *d, uint32_t max)
{
	rd_json_key(j, "accounts");
	rd_json_array(j);
	for (uint32_t i = 0; i < d->n_accounts && i < max; i++) {
		const rd_diff_account *a = &d->accounts[i];

		rd_json_object(j);
		rd_json_put_str(j, "account", a->code);
		rd_json_put_str(j, "name", a->name);
		put_period(j, a->period);
		put_pair(j, "debit_minor", a->debit);
		put_pair(j, "credit_minor", a->credit);
		put_pair(j, "closing_minor", a->closing);
		rd_json_close(j);
	}
	rd_json_close(j);
}

static void put_lines(rd_json *j, const rd_diff *d)
{
	rd_json_key(j, "statements");
	rd_json_array(j);
	for (uint32_t i = 0; i < d->n_lines; i++) {
		const rd_statement_line *l = d->lines[i].line;

		rd_json_object(j);
		rd_json_put_text(j, "statement",
		                 l->statement == RD_STATEMENT_BALANCE ? "balance" : "income");
		rd_json_put_int(j, "line", l->line);
		rd_json_put_words(j, "name", l->name);
		put_pair(j, "value_minor", d->lines[i].value);
		rd_json_close(j);
	}
	rd_json_close(j);
}

static void put_tax(rd_json *j, const rd_diff_tax *t)
{
	rd_json_key(j, "tax");
	rd_json_object(j);
	rd_json_put_int(j, "output_minor", t->output);
	rd_json_put_int(j, "input_minor", t->input);
	rd_json_put_int(j, "transferred_minor", t->transferred);
	rd_json_put_int(j, "vat_minor", t->vat);
	rd_json_put_words(j, "vat_formula",
	                  (rd_words){"销项税额 − 进项税额 + 进项税额转出",
	                             "output tax - input tax + input tax transferred out"});
	rd_json_put_int(j, "profit_minor", t->profit);
	rd_json_put_int(j, "income_tax_minor", t->income_tax);
	rd_json_put_words(
		j, "income_tax_formula",
		(rd_words){"利润总额变动 × 25%（未考虑纳税调整和小型微利优惠）",
	               "change of profit before tax x 25 % (before adjustments and reliefs)"});
	rd_json_close(j);
}

void rd_diff_json(rd_json *j, const rd_diff *d, uint32_t max)
{
	rd_json_object(j);
	rd_json_put_text(j, "schema", "redink.diff/1");
	put_period(j, d->period);
	rd_json_put_int(j, "account_count", d->n_accounts);
	put_accounts(j, d, max);
	put_pair(j, "total_debit_minor", d->total_debit);
	put_pair(j, "total_credit_minor", d->total_credit);
	put_pair(j, "closing_minor", d->closing);
	put_lines(j, d);
	put_tax(j, &d->tax);
	rd_json_close(j);
}

static void put_findings(rd_json *j, const char *key, const rd_result *r, const uint32_t *rows,
                         uint32_t n, uint32_t max)
{
	rd_buf text[2];

	rd_buf_init(&text[0], 1 << 16);
	rd_buf_init(&text[1], 1 << 16);
	rd_json_key(j, key);
	rd_json_array(j);
	for (uint32_t i = 0; i < n && i < max; i++) {
		const rd_finding *f = &r->findings[rows[i]];
		char hex[33];

		for (int lang = 0; lang < 2; lang++) {
			rd_buf_clear(&text[lang]);
			rd_finding_message(r, f, lang, &text[lang]);
		}
		rd_fingerprint_hex(f->fingerprint, hex);
		rd_json_object(j);
		rd_json_put_text(j, "fingerprint", hex);
		rd_json_put_text(j, "check", rd_checks[f->check]->slug);
		rd_json_put_text(j, "severity", rd_severity_name(f->severity));
		rd_json_key(j, "message");
		rd_json_object(j);
		rd_json_put_str(j, "zh", rd_buf_view(&text[0]));
		rd_json_put_str(j, "en", rd_buf_view(&text[1]));
		rd_json_close(j);
		rd_json_close(j);
	}
	rd_json_close(j);
	rd_buf_done(&text[0]);
	rd_buf_done(&text[1]);
}

void rd_simulation_json(rd_json *j, const rd_simulation *s, const rd_result *before, uint32_t max)
{
	rd_json_object(j);
	rd_json_put_text(j, "schema", "redink.simulation/1");
	rd_json_put_bool(j, "target_gone", s->target_gone);
	rd_json_put_int(j, "gone_count", s->findings.n_gone);
	rd_json_put_int(j, "new_count", s->findings.n_fresh);
	rd_json_put_int(j, "kept_count", s->findings.n_kept);
	put_findings(j, "gone", before, s->findings.gone, s->findings.n_gone, max);
	put_findings(j, "new", s->result, s->findings.fresh, s->findings.n_fresh, max);
	rd_json_key(j, "diff");
	rd_diff_json(j, &s->diff, max * 10);
	rd_json_close(j);
}
