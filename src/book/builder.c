#include "book/builder.h"
#include "base/assert.h"
#include "base/hash.h"
#include "base/limits.h"
#include "book/rows.h"
#include "book/serial.h"

#define ALIASES_MIN 1024u

void rd_layout_init(rd_layout *l)
{
	*l = (rd_layout){.mark = '.', .order = RD_ORDER_YMD, .carry = true, .decimals = 2};
	for (uint32_t f = 0; f < RD_FIELD_COUNT; f++)
		l->column[f] = -1;
}

void rd_layout_identity(rd_layout *l)
{
	rd_layout_init(l);
	l->carry = false;
	l->named = true;
	for (uint32_t f = 0; f < RD_FIELD_COUNT; f++)
		l->column[f] = (int16_t)f;
}

rd_builder *rd_builder_new(void)
{
	rd_arena *a = rd_arena_new();
	rd_builder *b = RD_NEW(a, rd_builder);

	b->arena = a;
	b->store = RD_NEW(a, rd_book_store);
	b->store->arena = a;
	rd_dict_init(&b->store->dict);
	rd_table_lines(&b->lines);
	rd_table_runs(&b->runs);
	b->files = RD_NEW_N(a, rd_file, RD_FILES_MAX + 1);
	b->sums = RD_NEW_N(a, struct rd_sums, RD_FILES_MAX + 1);
	b->files[0].from = b->files[0].to = RD_DAY_NONE;
	b->n_files = 1;
	b->alias_mask = ALIASES_MIN - 1;
	b->aliases = rd_column_new(ALIASES_MIN * sizeof *b->aliases);
	return b;
}

void rd_builder_free(rd_builder *b)
{
	if (b == NULL || b->sealed)
		return;
	rd_table_done(&b->lines);
	rd_table_done(&b->runs);
	rd_column_free(b->aliases, ((size_t)b->alias_mask + 1) * sizeof *b->aliases);
	rd_dict_done(&b->store->dict);
	rd_arena_free(b->arena);
}

rd_rc rd_builder_add_file(rd_builder *b, rd_str name, rd_row *ret_file, rd_err *err)
{
	if (b->n_files > RD_FILES_MAX)
		return rd_fail(err, RD_LIMIT, "文件超过 %u 个", "more than %u files", RD_FILES_MAX);
	b->files[b->n_files] =
		(rd_file){.name = rd_builder_text(b, name), .from = RD_DAY_NONE, .to = RD_DAY_NONE};
	*ret_file = b->n_files++;
	return RD_OK;
}

rd_file *rd_builder_file(rd_builder *b, rd_row file)
{
	RD_ASSERT(file < b->n_files);
	return &b->files[file];
}

rd_text rd_builder_text(rd_builder *b, rd_str s)
{
	if (s.len == 0)
		return 0;
	if (rd_utf8_check(s.ptr, s.len) < 0)
		return rd_dict_add(&b->store->dict, s, rd_dict_hash(s));
	char *out = rd_arena_alloc(b->arena, (size_t)s.len * 3 + 1, 1);
	uint32_t n = 0;

	for (uint32_t at = 0; at < s.len;)
		n += rd_utf8_put(out + n, rd_utf8_next(s, &at));
	rd_str fixed = {out, n};

	return rd_dict_add(&b->store->dict, fixed, rd_dict_hash(fixed));
}

rd_str rd_builder_str(const rd_builder *b, rd_text id)
{
	return rd_dict_text(&b->store->dict, id);
}

rd_text *rd_builder_heads(rd_builder *b, uint32_t n)
{
	return RD_NEW_N(b->arena, rd_text, n + 1);
}

uint32_t rd_notes_kept(rd_note_kind kind)
{
	bool noise =
		(kind >= RD_NOTE_EMPTY_LINE && kind <= RD_NOTE_TRAILING_COLUMN && kind != RD_NOTE_NUL) ||
		kind == RD_NOTE_SKIPPED;

	return noise ? 3 : RD_NOTES_MAX;
}

void rd_builder_note(rd_builder *b, const rd_note *note)
{
	rd_file *f = &b->files[note->file];

	RD_ASSERT(note->kind < RD_NOTE_KINDS && note->file < b->n_files);
	if (f->notes[note->kind]++ == 0 || note->line < f->note_first[note->kind])
		f->note_first[note->kind] = note->line;
	if (f->notes[note->kind] > rd_notes_kept(note->kind))
		return;
	b->notes = rd_grow(b->arena, b->notes, b->n_notes, &b->cap_notes, sizeof *b->notes);
	b->notes[b->n_notes++] = *note;
}

void rd_builder_note_at(rd_builder *b, rd_row file, uint32_t line, rd_note_kind kind, bool rejected,
                        rd_str found)
{
	while (found.len > 80 || (found.len && ((unsigned char)found.ptr[found.len - 1] >= 0xC0)))
		found.len--;
	rd_builder_note(b, &(rd_note){.file = file,
	                              .line = line,
	                              .kind = kind,
	                              .rejected = rejected,
	                              .found = rd_builder_text(b, found)});
	b->files[file].rejected += rejected;
}

void rd_builder_set_base_currency(rd_builder *b, rd_str code)
{
	b->base_currency = rd_builder_text(b, code);
}

#define EXPECT_FROM 200000u     /* fewer lines fill no huge pages */
#define EXPECT_MAX  (64u << 20) /* lines; more of them have columns that grow again */

void rd_builder_expect(rd_builder *b, uint64_t lines)
{
	if (lines < EXPECT_FROM)
		return;
	uint32_t more = lines < EXPECT_MAX ? (uint32_t)lines : EXPECT_MAX;

	if (b->lines.n > EXPECT_MAX)
		return;
	rd_table_room(&b->lines, b->lines.n + more);
	rd_table_room(&b->runs, b->runs.n + more);
}

/* ---- aliases ---- */

static rd_alias_slot *alias_slot(rd_alias_slot *slots, uint32_t mask, bool is_party, rd_text code,
                                 rd_text name)
{
	uint32_t i = (uint32_t)rd_mix(code, (uint64_t)name << 1 | is_party) & mask;

	while (slots[i].lines &&
	       (slots[i].code != code || slots[i].name != name || slots[i].is_party != is_party))
		i = (i + 1) & mask;
	return &slots[i];
}

static void alias_grow(rd_builder *b)
{
	uint32_t n = b->alias_mask + 1;
	rd_alias_slot *old = b->aliases;

	b->aliases = rd_column_new(2 * (size_t)n * sizeof *old);
	b->alias_mask = 2 * n - 1;
	for (uint32_t i = 0; i < n; i++)
		if (old[i].lines)
			*alias_slot(b->aliases, b->alias_mask, old[i].is_party, old[i].code, old[i].name) =
				old[i];
	rd_column_free(old, n * sizeof *old);
}

void rd_alias_use(rd_builder *b, const rd_alias_slot *use)
{
	rd_alias_slot *s = alias_slot(b->aliases, b->alias_mask, use->is_party, use->code, use->name);

	if (s->lines == 0) {
		if (b->n_aliases++ > b->alias_mask / 2) {
			alias_grow(b);
			s = alias_slot(b->aliases, b->alias_mask, use->is_party, use->code, use->name);
		}
		*s = *use;
		return;
	}
	s->lines += use->lines;
	s->row = use->row < s->row ? use->row : s->row;
	if (use->first != RD_DAY_NONE && (s->first == RD_DAY_NONE || use->first < s->first))
		s->first = use->first;
	if (use->last > s->last)
		s->last = use->last;
}

/* ---- other tables ---- */

static rd_str cell(const rd_layout *l, rd_field f, const rd_str *cells, uint32_t n)
{
	int c = l->column[f];

	return c >= 0 && (uint32_t)c < n ? rd_str_trim(cells[c]) : (rd_str){"", 0};
}

/* True when the cell holds a number (0 included). */
static bool read_money(rd_builder *b, rd_row file, const rd_layout *l, rd_field f,
                       const rd_str *cells, uint32_t n, uint32_t line, rd_minor *ret)
{
	rd_str s = cell(l, f, cells, n);
	rd_note note = {.file = file, .line = line, .kind = RD_NOTE_AMOUNT_BAD};
	int c = l->column[f];

	note.column = l->named ? 0 : (uint16_t)(c + 1);
	if (c >= 0 && l->heads && (uint32_t)c < l->n_columns)
		note.field = l->heads[c];
	*ret = 0;
	if (l->mark == '.' && l->decimals == 2 && rd_minor_parse_plain(s.ptr, s.len, ret))
		return true;
	switch (rd_minor_parse(s, l->mark, l->decimals, ret)) {
	case RD_AMOUNT_OK: return true;
	case RD_AMOUNT_BLANK: return false;
	case RD_AMOUNT_DECIMALS: note.kind = RD_NOTE_DECIMALS; break;
	default: break;
	}
	note.found = rd_builder_text(b, s);
	rd_builder_note(b, &note);
	return note.kind == RD_NOTE_DECIMALS;
}

/* A balance in one column with or without a side column, into a debit/credit pair. */
static void single_balance(rd_builder *b, const rd_layout *l, rd_tb_raw *t, rd_field value,
                           rd_field side, uint32_t d, const rd_str *cells, uint32_t n)
{
	rd_minor v;
	bool blank = true;

	if (l->column[value] < 0 || !read_money(b, t->file, l, value, cells, n, t->line, &v))
		return;
	rd_side s = rd_side_parse(cell(l, side, cells, n), &blank);
	t->present |= (uint16_t)(3u << d);
	if (l->column[side] < 0)
		t->natural = true;
	t->amount[s == RD_SIDE_CREDIT ? d + 1 : d] = v;
}

static void split_code(rd_str *code, rd_str *name)
{
	uint32_t i = 0;

	if (name->len || code->len == 0)
		return;
	while (i < code->len && ((code->ptr[i] >= '0' && code->ptr[i] <= '9') || code->ptr[i] == '.'))
		i++;
	if (i == 0 || i == code->len)
		return;
	*name = rd_str_trim((rd_str){code->ptr + i, code->len - i});
	code->len = i;
}

/* The party of an auxiliary row: its code stands in brackets in the name. */
static rd_str bracketed(rd_str name)
{
	static const char *const open[] = {"【", "[", "（", "(", NULL};
	static const char *const close[] = {"】", "]", "）", ")", NULL};

	for (int i = 0; open[i]; i++) {
		if (!rd_str_starts(name, open[i]))
			continue;
		int64_t at = rd_str_find(name, close[i]);
		uint32_t skip = (uint32_t)strlen(close[i]);

		if (at > 0 && (uint32_t)at + skip < name.len)
			return rd_str_trim((rd_str){name.ptr + at + skip, name.len - (uint32_t)at - skip});
	}
	return name;
}

void rd_builder_add_tb(rd_builder *b, rd_row file, const rd_layout *l, rd_period period,
                       const rd_str *cells, uint32_t n, uint32_t line)
{
	static const struct {
		rd_field f;
		uint32_t col;
	} pairs[] = {
		{RD_F_OPEN_D, RD_TB_OPEN_D},   {RD_F_OPEN_C, RD_TB_OPEN_C},   {RD_F_MOVE_D, RD_TB_DEBIT},
		{RD_F_MOVE_C, RD_TB_CREDIT},   {RD_F_YTD_D, RD_TB_YTD_D},     {RD_F_YTD_C, RD_TB_YTD_C},
		{RD_F_CLOSE_D, RD_TB_CLOSE_D}, {RD_F_CLOSE_C, RD_TB_CLOSE_C},
	};
	rd_tb_raw t = {.period = period, .file = file, .line = line};
	rd_str code = cell(l, RD_F_ACCOUNT_CODE, cells, n), name = cell(l, RD_F_ACCOUNT_NAME, cells, n);
	rd_str p = cell(l, RD_F_PERIOD, cells, n), party = cell(l, RD_F_PARTY_NAME, cells, n);
	bool grand;

	if (code.len == 0 && l->column[RD_F_ACCOUNT_CODE] < 0)
		code = cell(l, RD_F_ACCOUNT, cells, n);
	split_code(&code, &name);
	if (rd_text_is_total(code, &grand) || rd_text_is_total(name, &grand) ||
	    (code.len == 0 && name.len == 0)) {
		b->files[file].skipped++;
		return;
	}
	if (p.len && !rd_period_parse(p, l->year, &t.period))
		rd_builder_note_at(b, file, line, RD_NOTE_PERIOD_BAD, false, p);
	for (uint32_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
		if (l->column[pairs[i].f] >= 0 &&
		    read_money(b, file, l, pairs[i].f, cells, n, line, &t.amount[pairs[i].col]))
			t.present |= (uint16_t)(1u << pairs[i].col);
		else if (l->column[pairs[i].f] >= 0)
			t.present |=
				(uint16_t)(1u << pairs[i].col); /* a blank cell of a column that is there is nil */
	single_balance(b, l, &t, RD_F_OPEN, RD_F_OPEN_SIDE, RD_TB_OPEN_D, cells, n);
	single_balance(b, l, &t, RD_F_CLOSE, RD_F_CLOSE_SIDE, RD_TB_CLOSE_D, cells, n);
	if (code.len == 0 && b->n_tb && b->tb[b->n_tb - 1].file == file) {
		t.account = b->tb[b->n_tb - 1].account; /* an auxiliary row under its account */
		t.party = rd_builder_text(b, bracketed(name));
	} else {
		t.account = rd_builder_text(b, code.len ? code : name);
		t.name = rd_builder_text(b, name);
		t.party = rd_builder_text(b, party);
	}
	if (t.party)
		rd_builder_add_party(b, 0, (rd_str){"", 0}, rd_builder_str(b, t.party), line);
	b->tb = rd_grow(b->arena, b->tb, b->n_tb, &b->cap_tb, sizeof t);
	b->tb[b->n_tb++] = t;
	b->files[file].records++;
	b->has |= RD_HAS_TRIAL_BALANCE | (t.present & 3 ? RD_HAS_OPENING : 0);
}

static uint32_t account_flags(const rd_layout *l, const rd_str *cells, uint32_t n)
{
	uint32_t flags = RD_ACC_DECLARED;
	rd_str aux = cell(l, RD_F_PARTY_REQUIRED, cells, n), cur = cell(l, RD_F_CURRENCIES, cells, n);

	if (rd_flag_parse(cell(l, RD_F_DISABLED, cells, n)))
		flags |= RD_ACC_DISABLED;
	if (aux.len && !rd_str_is(aux, "否") && !rd_str_is(aux, "0") && !rd_str_is(aux, "-") &&
	    !rd_str_is(aux, "N"))
		flags |= rd_str_has(aux, "客户") || rd_str_has(aux, "供应商") || rd_str_has(aux, "往来") ||
		                 rd_str_has(aux, "单位") || rd_flag_parse(aux)
		             ? RD_ACC_PARTY_REQUIRED
		             : 0;
	if (l->column[RD_F_CURRENCIES] >= 0)
		flags |= RD_ACC_FOREIGN_KNOWN;
	if (cur.len && !rd_str_is(cur, "否") && !rd_str_is(cur, "不核算") && !rd_str_is(cur, "-") &&
	    !rd_str_is(cur, "0"))
		flags |= RD_ACC_FOREIGN;
	return flags;
}

static void account_opening(rd_builder *b, const rd_layout *l, rd_declared *d, const rd_str *cells,
                            uint32_t n)
{
	rd_minor debit = 0, credit = 0, v = 0;
	bool blank;

	if (l->column[RD_F_OPEN_D] >= 0 || l->column[RD_F_OPEN_C] >= 0) {
		read_money(b, d->file, l, RD_F_OPEN_D, cells, n, d->line, &debit);
		read_money(b, d->file, l, RD_F_OPEN_C, cells, n, d->line, &credit);
		d->open_debit = debit - credit;
		d->flags |= RD_ACC_OPENING;
	} else if (l->column[RD_F_OPEN] >= 0) {
		read_money(b, d->file, l, RD_F_OPEN, cells, n, d->line, &v);
		rd_side s = rd_side_parse(cell(l, RD_F_OPEN_SIDE, cells, n), &blank);

		d->natural = l->column[RD_F_OPEN_SIDE] < 0 || s == RD_SIDE_BOTH;
		d->open_natural = v;
		d->open_debit = s == RD_SIDE_CREDIT ? -v : v;
		d->flags |= RD_ACC_OPENING;
	}
	if (d->flags & RD_ACC_OPENING)
		b->has |= RD_HAS_OPENING;
}

void rd_builder_add_account(rd_builder *b, rd_row file, const rd_layout *l, const rd_str *cells,
                            uint32_t n, uint32_t line)
{
	rd_str code = cell(l, RD_F_ACCOUNT_CODE, cells, n), name = cell(l, RD_F_ACCOUNT_NAME, cells, n);
	rd_declared d = {.file = file, .line = line, .from = RD_DAY_NONE, .to = RD_DAY_NONE};
	bool blank, grand;

	if (code.len == 0 && l->column[RD_F_ACCOUNT_CODE] < 0)
		code = cell(l, RD_F_ACCOUNT, cells, n);
	split_code(&code, &name);
	if (code.len == 0 || rd_text_is_total(code, &grand)) {
		b->files[file].skipped++;
		return;
	}
	d.code = rd_builder_text(b, code);
	d.name = rd_builder_text(b, name);
	d.side = rd_side_parse(cell(l, RD_F_NORMAL_SIDE, cells, n), &blank);
	d.class_text = rd_builder_text(b, cell(l, RD_F_CLASS, cells, n));
	d.flags = account_flags(l, cells, n);
	d.currencies = rd_builder_text(b, cell(l, RD_F_CURRENCIES, cells, n));
	(void)rd_day_parse(cell(l, RD_F_OPEN_FROM, cells, n), l->order, l->excel, &d.from);
	(void)rd_day_parse(cell(l, RD_F_OPEN_TO, cells, n), l->order, l->excel, &d.to);
	account_opening(b, l, &d, cells, n);
	b->declared = rd_grow(b->arena, b->declared, b->n_declared, &b->cap_declared, sizeof d);
	b->declared[b->n_declared++] = d;
	b->files[file].records++;
	b->has |= RD_HAS_CHART;
}

void rd_builder_add_party(rd_builder *b, rd_row file, rd_str code, rd_str name, uint32_t line)
{
	rd_party_raw p = {.code = rd_builder_text(b, code),
	                  .name = rd_builder_text(b, name),
	                  .declared = file != 0};

	(void)line;
	if (p.code == 0 && p.name == 0)
		return;
	b->parties = rd_grow(b->arena, b->parties, b->n_parties, &b->cap_parties, sizeof p);
	b->parties[b->n_parties++] = p;
	if (file)
		b->has |= RD_HAS_PARTY_MASTER;
}

void rd_builder_add_total(rd_builder *b, const rd_total *total)
{
	b->totals = rd_grow(b->arena, b->totals, b->n_totals, &b->cap_totals, sizeof *total);
	b->totals[b->n_totals++] = *total;
	b->has |= RD_HAS_CONTROL_TOTALS;
}

void rd_builder_sums(const rd_builder *b, rd_row file, uint64_t *ret_lines, rd_minor *ret_debit,
                     rd_minor *ret_credit)
{
	*ret_lines = b->sums[file].lines;
	*ret_debit = b->sums[file].debit;
	*ret_credit = b->sums[file].credit;
}
