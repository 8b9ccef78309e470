#include "match/items.h"
#include "base/hash.h"
#include "book/ledger.h"
#include "book/serial.h"
#include <stdio.h>

static bool within(rd_day d, rd_day from, rd_day to)
{
	return (from == RD_DAY_NONE || d >= from) && (to == RD_DAY_NONE || d <= to);
}

void rd_recon_bank_items(rd_arena *a, const rd_bank *bank, rd_str account, rd_day from, rd_day to,
                         rd_recon_items *ret_items)
{
	rd_recon_item *items = RD_NEW_N(a, rd_recon_item, bank->n_lines + 1);
	uint32_t n = 0;

	for (uint32_t i = 0; i < bank->n_lines; i++) {
		const rd_bank_line *l = &bank->lines[i];

		if (!within(l->date, from, to) ||
		    (account.len && !rd_str_eq(account, rd_bank_text(bank, bank->parts[l->part].account))))
			continue;
		items[n++] = (rd_recon_item){
			.amount = l->amount,
			.date = l->date,
			.row = i,
			.group = i,
			.key = (uint64_t)l->part << 32 | l->line,
			.texts = {rd_bank_text(bank, l->party), rd_bank_text(bank, l->summary),
		              rd_bank_text(bank, l->purpose), rd_bank_text(bank, l->receipt)},
			.same_text = l->summary,
		};
	}
	*ret_items = (rd_recon_items){items, n};
}

uint64_t rd_recon_line_key(const rd_book *book, rd_row line)
{
	rd_row v = rd_line_voucher(book, line);
	uint64_t h = rd_hash_i64(RD_HASH_START, book->voucher.period[v]);
	rd_minor net = rd_line_net(book, line);
	uint32_t before = 0;
	char name[96];

	rd_voucher_name(book, v, false, name, sizeof name);
	h = rd_hash_str(h, rd_str_of(name));
	h = rd_hash_str(h, rd_book_text(book, book->account.code[book->line.account[line]]));
	h = rd_hash_i64(h, net);
	/* of lines of one voucher, account and amount the first is not the second */
	for (rd_row i = line; i-- > book->voucher.first[v] && before < 1000;)
		before += book->line.account[i] == book->line.account[line] && rd_line_net(book, i) == net;
	/* positive, and never 0: keys stand in JSON as ids */
	h = rd_hash_i64(h, before) & INT64_MAX;
	return h ? h : 1;
}

/* The document number as text: it may stand on the statement, too. */
static rd_str document_text(rd_arena *a, const rd_book *book, rd_row line)
{
	rd_serial s = rd_line_document(book, line);
	char buf[80];

	if (s == 0)
		return RD_STR("");
	rd_serial_format(book, s, buf, sizeof buf);
	uint32_t n = (uint32_t)strlen(buf);

	return (rd_str){rd_arena_copy(a, buf, n), n};
}

void rd_recon_book_items(rd_arena *a, const rd_book *book, rd_row account, rd_day from, rd_day to,
                         rd_recon_items *ret_items)
{
	uint8_t *is_in = rd_arena_alloc(a, book->account.n + 1, 1);
	uint32_t n = 0, at = 0;

	for (rd_row i = 1; i < book->account.n; i++)
		is_in[i] = rd_ledger_under(book, i, account);
	for (rd_row i = 0; i < book->line.n; i++)
		n += is_in[book->line.account[i]];
	rd_recon_item *items = RD_NEW_N(a, rd_recon_item, n + 1);

	for (rd_row v = 0; v < book->voucher.n; v++) {
		if (book->voucher.flags[v] & (RD_VCH_VOID | RD_VCH_OPENING))
			continue;
		for (rd_row i = book->voucher.first[v]; i < book->voucher.first[v + 1]; i++) {
			if (!is_in[book->line.account[i]])
				continue;
			rd_day d = rd_line_date(book, i);

			if (d == RD_DAY_NONE || !within(d, from, to))
				continue;
			rd_row party = book->line.party ? book->line.party[i] : 0;

			items[at++] = (rd_recon_item){
				.amount = rd_line_net(book, i),
				.date = d,
				.row = i,
				.group = v,
				.key = rd_recon_line_key(book, i),
				.texts = {rd_book_text(book, book->party.name[party]),
			              rd_book_text(book, rd_line_text(book, i)),
			              rd_book_text(book, rd_voucher_text(book, v)), document_text(a, book, i)},
				.same_text = rd_line_text(book, i),
			};
		}
	}
	*ret_items = (rd_recon_items){items, at};
}
