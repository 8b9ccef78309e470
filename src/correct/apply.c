#include "correct/apply.h"
#include "book/extend.h"

typedef struct people {
	rd_text preparer, reviewer, poster;
} people;

/* Those of the last voucher that was prepared and reviewed by two different people, else of the
 * last one that names any. */
static people people_of(const rd_book *b)
{
	const rd_vouchers *v = &b->voucher;
	people found = {0};

	for (rd_row i = v->n; i-- > 0;) {
		people p = {.preparer = v->preparer ? v->preparer[i] : 0,
		            .reviewer = v->reviewer ? v->reviewer[i] : 0,
		            .poster = v->poster ? v->poster[i] : 0};

		if (p.preparer && p.reviewer && p.preparer != p.reviewer)
			return p;
		if (found.preparer == 0 && found.reviewer == 0 && found.poster == 0)
			found = p;
	}
	return found;
}

/* A closing entry says so, as the reader would see it. */
static bool is_closing(const rd_voucher_draft *d)
{
	for (uint32_t i = 0; i < d->n_lines; i++)
		if (rd_str_has(d->lines[i].text, "结转") &&
		    (rd_str_has(d->lines[i].text, "损益") || rd_str_has(d->lines[i].text, "本年利润")))
			return true;
	return false;
}

static rd_extra_voucher extra_of(rd_arena *scratch, const rd_book *b, const rd_voucher_draft *d,
                                 const people *p)
{
	rd_extra_line *lines = RD_NEW_N(scratch, rd_extra_line, d->n_lines + 1);

	for (uint32_t i = 0; i < d->n_lines; i++) {
		const rd_draft_line *l = &d->lines[i];

		lines[i] = (rd_extra_line){.text = l->text,
		                           .account = l->account,
		                           .account_name = l->account_name,
		                           .party = l->party,
		                           .document = l->document,
		                           .currency = l->currency,
		                           .credit = l->credit,
		                           .amount = l->amount,
		                           .foreign = l->foreign,
		                           .rate = l->rate};
	}
	return (rd_extra_voucher){.date = d->date,
	                          .period = d->period,
	                          .journal = d->journal,
	                          .preparer = rd_book_text(b, p->preparer),
	                          .reviewer = rd_book_text(b, p->reviewer),
	                          .poster = rd_book_text(b, p->poster),
	                          .closing = is_closing(d),
	                          .lines = lines,
	                          .n_lines = d->n_lines};
}

rd_rc rd_drafts_apply(const rd_book *book, const rd_drafts *drafts, rd_book **ret_book, rd_err *err)
{
	rd_arena *scratch = rd_arena_new();
	rd_extra_voucher *extra = RD_NEW_N(scratch, rd_extra_voucher, drafts->n + 1);
	rd_row *out = RD_NEW_N(scratch, rd_row, drafts->n + 1);
	uint32_t n_out = 0;
	people p = people_of(book);

	for (uint32_t i = 0; i < drafts->n; i++) {
		const rd_voucher_draft *d = &drafts->items[i];

		extra[i] = extra_of(scratch, book, d, &p);
		if (d->role == RD_DRAFT_REENTER && d->has_original) {
			rd_row v = rd_voucher_ref_find(book, &d->original);

			if (v != RD_NONE)
				out[n_out++] = v;
		}
	}
	rd_rc rc =
		rd_book_extend(book, extra, drafts->n, out, n_out, RD_STR(RD_CORRECT_PLACE), ret_book, err);

	rd_arena_free(scratch);
	return rc;
}
