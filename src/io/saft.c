/*
 * SAF-T Financial: the OECD form as used in Norway (1.x, 1.3) and other countries, and the
 * Portuguese form (1.04_01). Elements are told by their local names and their parent.
 *
 * Accounts give the chart, opening balances and one trial balance row (opening and closing; the
 * movement is that of the lines). Every Transaction element is one entry, whatever its
 * number is, so a doubled TransactionID stays visible. Portuguese files of an invoicing
 * program hold source documents and no ledger entries: then accounts, parties and the totals
 * that the file states about its documents are read, and the file says so.
 */
#include "base/assert.h"
#include "base/limits.h"
#include "io/record.h"
#include "io/xml.h"
#include <stdio.h>

typedef enum tag {
	T_OTHER,
	T_AUDIT_FILE,
	T_HEADER,
	T_COMPANY,
	T_SELECTION,
	T_ACCOUNT,
	T_CUSTOMER,
	T_SUPPLIER,
	T_ENTRIES,
	T_JOURNAL,
	T_TRANSACTION,
	T_LINE,
	T_DEBIT_LINE,
	T_CREDIT_LINE,
	T_DEBIT,
	T_CREDIT,
	T_SALES,
	T_PURCHASES,
	T_MOVEMENTS,
	T_WORKING,
	T_PAYMENTS,
	T_DOCUMENT,
	T_STATUS
} tag;

static const struct {
	const char *name;
	tag tag;
} tag_names[] = {
	{"AuditFile", T_AUDIT_FILE},
	{"Header", T_HEADER},
	{"Company", T_COMPANY},
	{"SelectionCriteria", T_SELECTION},
	{"Account", T_ACCOUNT},
	{"Customer", T_CUSTOMER},
	{"Supplier", T_SUPPLIER},
	{"GeneralLedgerEntries", T_ENTRIES},
	{"Journal", T_JOURNAL},
	{"Transaction", T_TRANSACTION},
	{"Line", T_LINE},
	{"TransactionLine", T_LINE},
	{"DebitLine", T_DEBIT_LINE},
	{"CreditLine", T_CREDIT_LINE},
	{"DebitAmount", T_DEBIT},
	{"CreditAmount", T_CREDIT},
	{"SalesInvoices", T_SALES},
	{"PurchaseInvoices", T_PURCHASES},
	{"MovementOfGoods", T_MOVEMENTS},
	{"WorkingDocuments", T_WORKING},
	{"Payments", T_PAYMENTS},
	{"Invoice", T_DOCUMENT},
	{"StockMovement", T_DOCUMENT},
	{"WorkDocument", T_DOCUMENT},
	{"Payment", T_DOCUMENT},
	{"DocumentStatus", T_STATUS},
};

#define MICRO 6 /* Portuguese document lines carry up to six decimals */

/* What a section of source documents states and holds. */
typedef struct documents {
	tag section;
	uint32_t line, debit_line, credit_line, entries_line;
	bool has_entries, has_debit, has_credit;
	int64_t entries, n;
	int64_t debit, credit;         /* stated, in millionths */
	int64_t sum_debit, sum_credit; /* of documents that are not cancelled */
	int64_t doc_debit, doc_credit;
	bool doc_void;
} documents;

typedef struct saft {
	rd_source *source;
	rd_builder *builder;
	rd_records *records;
	uint8_t path[RD_XML_DEPTH_MAX + 1];
	tag section; /* of the source documents, or T_ENTRIES */
	rd_fields account, journal, entry, line, party;
	uint32_t account_line, line_line, party_line;
	/* header */
	char version[32], country[32];
	int32_t year; /* of the fiscal year */
	rd_day from, to;
	int32_t year_from, month_from, year_to, month_to;
	rd_period tb_period;
	/* ledger */
	uint32_t n_accounts, n_entries, n_cut;
	uint64_t n_lines;
	int64_t stated_entries;
	rd_minor stated_debit, stated_credit;
	uint32_t entries_line, debit_line, credit_line;
	/* masters: ids that are both a customer's and a supplier's are told apart */
	rd_idmap customers;
	documents docs;
} saft;

static tag tag_of(rd_str name)
{
	for (size_t i = 0; i < sizeof tag_names / sizeof *tag_names; i++)
		if (rd_str_is(name, tag_names[i].name))
			return tag_names[i].tag;
	return T_OTHER;
}

static tag parent_of(const saft *s, const rd_xml *x)
{
	uint32_t d = rd_xml_depth(x);

	return d > 1 ? (tag)s->path[d - 1] : T_OTHER;
}

static int64_t whole(rd_str s)
{
	int64_t v = 0;

	s = rd_str_trim(s);
	if (s.len == 0 || s.len > 15)
		return -1;
	for (uint32_t i = 0; i < s.len; i++) {
		if (s.ptr[i] < '0' || s.ptr[i] > '9')
			return -1;
		v = v * 10 + (s.ptr[i] - '0');
	}
	return v;
}

static int64_t add(int64_t a, int64_t b)
{
	int64_t sum;

	if (__builtin_add_overflow(a, b, &sum))
		return a < 0 ? INT64_MIN : INT64_MAX;
	return sum;
}

static bool money(rd_str s, uint32_t decimals, int64_t *ret)
{
	rd_amount_read r = rd_minor_parse(s, '.', decimals, ret);

	return r == RD_AMOUNT_OK || r == RD_AMOUNT_DECIMALS;
}

/* Millionths to minor units, half away from zero. */
static rd_minor to_minor(int64_t micro)
{
	return (micro / 5000 + (micro < 0 ? -1 : 1)) / 2;
}

/* ---- header ---- */

static void set_text(char *to, size_t size, rd_str v)
{
	snprintf(to, size, "%.*s", (int)(v.len < size ? v.len : size - 1), v.ptr);
}

static void header_field(saft *s, rd_str name, rd_str v)
{
	rd_builder *b = s->builder;
	rd_row file = s->source->file;

	if (rd_str_is(name, "AuditFileVersion"))
		set_text(s->version, sizeof s->version, v);
	else if (rd_str_is(name, "AuditFileCountry"))
		set_text(s->country, sizeof s->country, v);
	else if (rd_str_is(name, "DefaultCurrencyCode") || rd_str_is(name, "CurrencyCode"))
		rd_builder_set_base_currency(b, v);
	else if (rd_str_is(name, "FiscalYear"))
		s->year = (int32_t)(whole(v) > 0 && whole(v) < 9999 ? whole(v) : 0);
	else if (rd_str_is(name, "StartDate"))
		(void)rd_day_parse(v, RD_ORDER_YMD, false, &s->from);
	else if (rd_str_is(name, "EndDate"))
		(void)rd_day_parse(v, RD_ORDER_YMD, false, &s->to);
	else if (rd_str_is(name, "CompanyName"))
		rd_builder_file(b, file)->company = rd_builder_text(b, v);
	else if (rd_str_is(name, "TaxRegistrationNumber"))
		rd_builder_file(b, file)->company_id = rd_builder_text(b, v);
}

static void company_field(saft *s, rd_str name, rd_str v)
{
	rd_file *f = rd_builder_file(s->builder, s->source->file);

	if (rd_str_is(name, "Name"))
		f->company = rd_builder_text(s->builder, v);
	else if (rd_str_is(name, "RegistrationNumber"))
		f->company_id = rd_builder_text(s->builder, v);
}

static void selection_field(saft *s, rd_str name, rd_str v)
{
	int32_t n = (int32_t)(whole(v) > 0 && whole(v) < 9999 ? whole(v) : 0);

	if (rd_str_is(name, "SelectionStartDate"))
		(void)rd_day_parse(v, RD_ORDER_YMD, false, &s->from);
	else if (rd_str_is(name, "SelectionEndDate"))
		(void)rd_day_parse(v, RD_ORDER_YMD, false, &s->to);
	else if (rd_str_is(name, "PeriodStart"))
		s->month_from = n;
	else if (rd_str_is(name, "PeriodStartYear"))
		s->year_from = n;
	else if (rd_str_is(name, "PeriodEnd"))
		s->month_to = n;
	else if (rd_str_is(name, "PeriodEndYear"))
		s->year_to = n;
}

/* After the header: the period of the file, and of the balances when it is a single month. */
static rd_rc header_end(saft *s, rd_err *err)
{
	rd_file *f = rd_builder_file(s->builder, s->source->file);

	if (s->from == RD_DAY_NONE && rd_date_valid(s->year_from, s->month_from, 1))
		s->from = rd_day_of(s->year_from, s->month_from, 1);
	if (s->to == RD_DAY_NONE && rd_date_valid(s->year_to, s->month_to, 1))
		s->to = rd_period_last(rd_period_of(s->year_to, s->month_to));
	f->from = s->from;
	f->to = s->to;
	if (s->year == 0 && s->from != RD_DAY_NONE)
		s->year = rd_day_date(s->from).year;
	f->year = s->year;
	if (s->from != RD_DAY_NONE && s->to != RD_DAY_NONE &&
	    rd_day_period(s->from) == rd_day_period(s->to))
		s->tb_period = rd_day_period(s->to);
	return rd_records_year(s->records, s->year, err);
}

/* ---- master files ---- */

static void account_field(saft *s, rd_str name, rd_str v)
{
	static const struct {
		const char *name;
		rd_field field;
	} fields[] = {
		{"AccountID", RD_F_ACCOUNT_CODE},        {"AccountDescription", RD_F_ACCOUNT_NAME},
		{"AccountCreationDate", RD_F_OPEN_FROM}, {"OpeningDebitBalance", RD_F_OPEN_D},
		{"OpeningCreditBalance", RD_F_OPEN_C},   {"ClosingDebitBalance", RD_F_CLOSE_D},
		{"ClosingCreditBalance", RD_F_CLOSE_C},
	};

	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
		if (rd_str_is(name, fields[i].name))
			rd_fields_set(&s->account, fields[i].field, v);
}

static void account_end(saft *s)
{
	rd_layout layout;
	rd_fields *a = &s->account;
	bool closes = a->met[RD_F_CLOSE_D] || a->met[RD_F_CLOSE_C];

	if (a->cell[RD_F_ACCOUNT_CODE].len == 0) {
		rd_builder_note_at(s->builder, s->source->file, s->account_line, RD_NOTE_ROW_REJECTED, true,
		                   a->cell[RD_F_ACCOUNT_NAME]);
		return;
	}
	/* One side is written and the other left out: it is nil. */
	if (a->met[RD_F_OPEN_D] || a->met[RD_F_OPEN_C])
		a->met[RD_F_OPEN_D] = a->met[RD_F_OPEN_C] = true;
	a->met[RD_F_CLOSE_D] = a->met[RD_F_CLOSE_C] = closes;
	rd_fields_layout(a, &layout);
	rd_records_name(s->records, &layout);
	rd_builder_add_account(s->builder, s->source->file, &layout, a->cell, RD_FIELD_COUNT,
	                       s->account_line);
	if (closes)
		rd_builder_add_tb(s->builder, s->source->file, &layout, s->tb_period, a->cell,
		                  RD_FIELD_COUNT, s->account_line);
	s->n_accounts++;
}

static void party_field(saft *s, rd_str name, rd_str v)
{
	if (rd_str_is(name, "CustomerID") || rd_str_is(name, "SupplierID"))
		rd_fields_set(&s->party, RD_F_PARTY_CODE, v);
	else if (rd_str_is(name, "Name") || rd_str_is(name, "CompanyName"))
		rd_fields_set(&s->party, RD_F_PARTY_NAME, v);
}

/* A supplier's id; when a customer has the same it gets a mark, for they are two parties. */
static rd_str supplier_id(saft *s, rd_arena *arena, rd_str id)
{
	static const char mark[] = "S:";

	if (rd_idmap_get(&s->customers, rd_builder_text(s->builder, id)) == 0)
		return id;
	char *p = rd_arena_alloc(arena, sizeof mark + id.len, 1);
	memcpy(p, mark, 2);
	memcpy(p + 2, id.ptr, id.len);
	return (rd_str){p, id.len + 2};
}

static void party_end(saft *s, tag kind)
{
	rd_str id = s->party.cell[RD_F_PARTY_CODE];

	if (kind == T_CUSTOMER && id.len)
		rd_idmap_put(&s->customers, rd_builder_text(s->builder, id), 1);
	else
		id = supplier_id(s, s->party.arena, id);
	rd_builder_add_party(s->builder, s->source->file, id, s->party.cell[RD_F_PARTY_NAME],
	                     s->party_line);
}

/* ---- ledger entries ---- */

static void ledger_party(saft *s, rd_fields *f, rd_str name, rd_str v)
{
	if (rd_str_trim(v).len == 0)
		return;
	if (rd_str_is(name, "CustomerID"))
		rd_fields_set(f, RD_F_PARTY_CODE, v);
	else if (rd_str_is(name, "SupplierID"))
		rd_fields_set(f, RD_F_PARTY_CODE, supplier_id(s, f->arena, rd_str_trim(v)));
}

static bool is_portuguese(const saft *s)
{
	return rd_str_starts(rd_str_of(s->country), "PT");
}

static void entry_field(saft *s, rd_str name, rd_str v)
{
	rd_fields *f = &s->entry;

	/* In Portugal the TransactionID is date, journal and number in one. */
	if (rd_str_is(name, "TransactionID") && !is_portuguese(s))
		rd_fields_set(f, RD_F_NUMBER, v);
	else if (rd_str_is(name, "DocArchivalNumber"))
		rd_fields_set(f, RD_F_NUMBER, v);
	else if (rd_str_is(name, "Period"))
		rd_fields_set(f, RD_F_PERIOD, v);
	else if (rd_str_is(name, "PeriodYear"))
		rd_fields_set(f, RD_F_YEAR, v);
	else if (rd_str_is(name, "TransactionDate"))
		rd_fields_set(f, RD_F_DATE, v);
	else if (rd_str_is(name, "SourceID"))
		rd_fields_set(f, RD_F_PREPARER, v);
	else if (rd_str_is(name, "Description"))
		rd_fields_set(f, RD_F_TEXT, v);
	else if (rd_str_is(name, "SystemEntryDate") && rd_str_has(v, "T"))
		rd_fields_set(f, RD_F_ENTRY_TIME, v);
	else
		ledger_party(s, f, name, v);
}

static void line_field(saft *s, rd_str name, rd_str v)
{
	rd_fields *f = &s->line;

	if (rd_str_is(name, "AccountID"))
		rd_fields_set(f, RD_F_ACCOUNT_CODE, v);
	else if (rd_str_is(name, "Description"))
		rd_fields_set(f, RD_F_TEXT, v);
	else if (rd_str_is(name, "SourceDocumentID"))
		rd_fields_set(f, RD_F_DOCUMENT, v);
	else if (rd_str_is(name, "ReferenceNumber") && f->cell[RD_F_DOCUMENT].len == 0)
		rd_fields_set(f, RD_F_DOCUMENT, v);
	else if (rd_str_is(name, "SystemEntryDate") && rd_str_has(v, "T"))
		rd_fields_set(f, RD_F_ENTRY_TIME, v);
	else if (rd_str_is(name, "DebitAmount") && rd_str_trim(v).len)
		rd_fields_set(f, RD_F_DEBIT, v);
	else if (rd_str_is(name, "CreditAmount") && rd_str_trim(v).len)
		rd_fields_set(f, RD_F_CREDIT, v);
	else
		ledger_party(s, f, name, v);
}

/* Inside DebitAmount or CreditAmount: the amount in the base currency, and in another. */
static void amount_field(saft *s, tag side, rd_str name, rd_str v)
{
	bool debit = side == T_DEBIT;

	if (rd_str_is(name, "Amount"))
		rd_fields_set(&s->line, debit ? RD_F_DEBIT : RD_F_CREDIT, v);
	else if (rd_str_is(name, "CurrencyCode"))
		rd_fields_set(&s->line, RD_F_CURRENCY, v);
	else if (rd_str_is(name, "CurrencyAmount"))
		rd_fields_set(&s->line, debit ? RD_F_FOREIGN_DEBIT : RD_F_FOREIGN_CREDIT, v);
	else if (rd_str_is(name, "ExchangeRate"))
		rd_fields_set(&s->line, RD_F_RATE, v);
}

/* Portugal counts periods from the start of the fiscal year, 13 to 16 close it. */
static void fiscal_period(saft *s)
{
	int64_t p = whole(s->entry.cell[RD_F_PERIOD]);
	char text[32];

	if (!is_portuguese(s) || p < 1 || p > 12 || s->from == RD_DAY_NONE)
		return;
	rd_date start = rd_day_date(s->from);
	if (start.month == 1)
		return;
	rd_period_format(rd_period_add(rd_day_period(s->from), (int32_t)p - 1), text);
	rd_fields_set(&s->entry, RD_F_PERIOD, rd_str_of(text));
}

static rd_rc line_end(saft *s, rd_err *err)
{
	rd_fields *f = &s->line;

	fiscal_period(s);
	rd_fields_inherit(f, &s->entry);
	/* both amount columns are known to the format even where only one is ever filled */
	f->met[RD_F_DEBIT] = f->met[RD_F_CREDIT] = true;
	s->n_lines++;
	return rd_records_add(s->records, f, s->line_line, err);
}

/* ---- totals ---- */

static void ledger_total_field(saft *s, const rd_xml *x, rd_str name, rd_str v)
{
	uint32_t line = rd_xml_line(x);

	if (rd_str_is(name, "NumberOfEntries") && whole(v) >= 0) {
		s->stated_entries = whole(v);
		s->entries_line = line;
	} else if (rd_str_is(name, "TotalDebit") && money(v, 2, &s->stated_debit)) {
		s->debit_line = line;
	} else if (rd_str_is(name, "TotalCredit") && money(v, 2, &s->stated_credit)) {
		s->credit_line = line;
	}
}

static void add_total(saft *s, uint32_t line, rd_total_kind kind, const char *scope,
                      int64_t declared, int64_t computed)
{
	rd_total t = {.file = s->source->file,
	              .line = line,
	              .kind = kind,
	              .declared = declared,
	              .computed = computed};

	if (line == 0)
		return;
	t.scope = rd_builder_text(s->builder, rd_str_of(scope));
	rd_builder_add_total(s->builder, &t);
}

static rd_rc ledger_end(saft *s, rd_err *err)
{
	uint64_t lines;
	rd_minor debit, credit;

	RD_TRY(rd_records_flush(s->records, err));
	rd_builder_sums(s->builder, s->source->file, &lines, &debit, &credit);
	/* Some exporters count the lines as entries. */
	bool by_lines = s->stated_entries == (int64_t)s->n_lines;
	add_total(s, s->entries_line, by_lines ? RD_TOTAL_LINES : RD_TOTAL_ENTRIES, "",
	          s->stated_entries, by_lines ? (int64_t)s->n_lines : s->n_entries);
	add_total(s, s->debit_line, RD_TOTAL_DEBIT, "", s->stated_debit, debit);
	add_total(s, s->credit_line, RD_TOTAL_CREDIT, "", s->stated_credit, credit);
	return RD_OK;
}

static const char *section_name(tag t)
{
	switch (t) {
	case T_SALES: return "SalesInvoices";
	case T_PURCHASES: return "PurchaseInvoices";
	case T_MOVEMENTS: return "MovementOfGoods";
	case T_WORKING: return "WorkingDocuments";
	default: return "Payments";
	}
}

static void documents_field(saft *s, const rd_xml *x, tag parent, rd_str name, rd_str v)
{
	documents *d = &s->docs;
	int64_t n;

	if (parent == d->section) {
		if (rd_str_is(name, "NumberOfEntries") && whole(v) >= 0) {
			d->entries = whole(v);
			d->entries_line = rd_xml_line(x);
		} else if (rd_str_is(name, "TotalDebit") && money(v, MICRO, &d->debit)) {
			d->debit_line = rd_xml_line(x);
		} else if (rd_str_is(name, "TotalCredit") && money(v, MICRO, &d->credit)) {
			d->credit_line = rd_xml_line(x);
		}
	} else if (parent == T_STATUS) {
		/* A: cancelled, F: billed in another document; neither counts in the totals */
		if (rd_str_ends(name, "Status") && !rd_str_ends(name, "SourceStatus"))
			d->doc_void = rd_str_is(rd_str_trim(v), "A") || rd_str_is(rd_str_trim(v), "F");
	} else if (parent == T_LINE) {
		if (rd_str_is(name, "DebitAmount") && money(v, MICRO, &n))
			d->doc_debit = add(d->doc_debit, n);
		else if (rd_str_is(name, "CreditAmount") && money(v, MICRO, &n))
			d->doc_credit = add(d->doc_credit, n);
	}
}

static void document_end(documents *d)
{
	d->n++;
	if (!d->doc_void) {
		d->sum_debit = add(d->sum_debit, d->doc_debit);
		d->sum_credit = add(d->sum_credit, d->doc_credit);
	}
	d->doc_debit = d->doc_credit = 0;
	d->doc_void = false;
}

static void documents_end(saft *s)
{
	documents *d = &s->docs;
	const char *name = section_name(d->section);
	rd_note note = {.file = s->source->file, .line = d->line, .kind = RD_NOTE_SKIPPED};
	char zh[160], en[200];

	add_total(s, d->entries_line, RD_TOTAL_ENTRIES, name, d->entries, d->n);
	add_total(s, d->debit_line, RD_TOTAL_DEBIT, name, to_minor(d->debit), to_minor(d->sum_debit));
	add_total(s, d->credit_line, RD_TOTAL_CREDIT, name, to_minor(d->credit),
	          to_minor(d->sum_credit));
	snprintf(zh, sizeof zh, "%lld 份单据不作为分录读取，只核对文件声明的控制合计。",
	         (long long)d->n);
	snprintf(
		en, sizeof en,
		"%lld documents are not read as entries; only the totals that the file states are compared.",
		(long long)d->n);
	note.found = rd_builder_text(s->builder, rd_str_of(name));
	note.hint_zh = rd_builder_text(s->builder, rd_str_of(zh));
	note.hint_en = rd_builder_text(s->builder, rd_str_of(en));
	rd_builder_note(s->builder, &note);
}

/* ---- events ---- */

static bool is_documents(tag t)
{
	return t >= T_SALES && t <= T_PAYMENTS;
}

static void root_start(saft *s, const char *const *attrs)
{
	/* urn:OECD:StandardAuditFile-Tax:PT_1.04_01, …-Financial:NO */
	for (; *attrs; attrs += 2)
		if (rd_str_has(rd_str_of(attrs[1]), "StandardAuditFile") && s->country[0] == '\0') {
			const char *colon = strrchr(attrs[1], ':');

			if (rd_str_starts(rd_str_of(colon + 1), "PT_"))
				set_text(s->country, sizeof s->country, RD_STR("PT"));
		}
}

static rd_rc on_start(void *ctx, rd_xml *x, rd_str name, const char *const *attrs, rd_err *err)
{
	saft *s = ctx;
	uint32_t depth = rd_xml_depth(x);
	tag t = tag_of(name), parent = parent_of(s, x);

	(void)err;
	if (depth == 1)
		root_start(s, attrs);
	/* DocumentTotals has a Payment of its own that is no document */
	if (t == T_DOCUMENT && !is_documents(parent))
		t = T_OTHER;
	s->path[depth] = (uint8_t)t;
	if (t == T_ACCOUNT) {
		rd_fields_clear(&s->account);
		s->account_line = rd_xml_line(x);
	} else if (t == T_CUSTOMER || t == T_SUPPLIER) {
		rd_fields_clear(&s->party);
		s->party_line = rd_xml_line(x);
	} else if (t == T_ENTRIES) {
		s->section = t;
	} else if (is_documents(t)) {
		s->section = t;
		s->docs = (documents){.section = t, .line = rd_xml_line(x)};
	} else if (s->section == T_ENTRIES && t == T_JOURNAL) {
		rd_fields_clear(&s->journal);
	} else if (s->section == T_ENTRIES && t == T_TRANSACTION) {
		char id[24];

		/* Unique over all files: half a billion entries for each. */
		snprintf(id, sizeof id, "%llu",
		         (unsigned long long)s->source->file * 500000000u + ++s->n_entries);
		rd_fields_clear(&s->entry);
		rd_fields_set(&s->entry, RD_F_ENTRY_ID, rd_str_of(id));
		rd_fields_inherit(&s->entry, &s->journal);
	} else if (s->section == T_ENTRIES &&
	           (t == T_LINE || t == T_DEBIT_LINE || t == T_CREDIT_LINE)) {
		rd_fields_clear(&s->line);
		s->line_line = rd_xml_line(x);
	}
	return RD_OK;
}

static rd_rc ledger_element(saft *s, rd_xml *x, tag t, tag parent, rd_str name, rd_str text,
                            rd_err *err)
{
	if (t == T_ENTRIES) {
		s->section = T_OTHER;
		return ledger_end(s, err);
	}
	if (t == T_LINE || t == T_DEBIT_LINE || t == T_CREDIT_LINE)
		return line_end(s, err);
	if (parent == T_ENTRIES) {
		ledger_total_field(s, x, name, text);
	} else if (parent == T_JOURNAL) {
		if (rd_str_is(name, "JournalID"))
			rd_fields_set(&s->journal, RD_F_JOURNAL, text);
	} else if (parent == T_TRANSACTION) {
		entry_field(s, name, text);
	} else if (parent == T_LINE || parent == T_DEBIT_LINE || parent == T_CREDIT_LINE) {
		line_field(s, name, text);
	} else if (parent == T_DEBIT || parent == T_CREDIT) {
		amount_field(s, parent, name, text);
	}
	return RD_OK;
}

static rd_rc on_end(void *ctx, rd_xml *x, rd_str name, rd_str text, rd_err *err)
{
	saft *s = ctx;
	tag t = (tag)s->path[rd_xml_depth(x)], parent = parent_of(s, x);

	text = rd_str_trim(text);
	if (rd_xml_text_cut(x) && s->n_cut++ < RD_NOTES_MAX)
		rd_builder_note_at(s->builder, s->source->file, rd_xml_line(x), RD_NOTE_CELL_LONG, false,
		                   text);
	if (s->section == T_ENTRIES)
		return ledger_element(s, x, t, parent, name, text, err);
	if (is_documents(s->section)) {
		if (t == s->section) {
			documents_end(s);
			s->section = T_OTHER;
		} else if (t == T_DOCUMENT) {
			document_end(&s->docs);
		} else {
			documents_field(s, x, parent, name, text);
		}
		return RD_OK;
	}
	if (t == T_HEADER)
		return header_end(s, err);
	if (t == T_ACCOUNT)
		account_end(s);
	else if (t == T_CUSTOMER || t == T_SUPPLIER)
		party_end(s, t);
	else if (parent == T_HEADER)
		header_field(s, name, text);
	else if (parent == T_COMPANY)
		company_field(s, name, text);
	else if (parent == T_SELECTION)
		selection_field(s, name, text);
	else if (parent == T_ACCOUNT)
		account_field(s, name, text);
	else if (parent == T_CUSTOMER || parent == T_SUPPLIER)
		party_field(s, name, text);
	return RD_OK;
}

static void describe(saft *s)
{
	rd_builder *b = s->builder;
	char text[240];

	snprintf(text, sizeof text, "SAF-T %s%s%s%s\nSAF-T %s%s%s%s", s->country,
	         s->country[0] ? " " : "", s->version,
	         s->n_entries ? "：科目、余额、分录" : "：没有总账分录，只读科目、往来单位和控制合计",
	         s->country, s->country[0] ? " " : "", s->version,
	         s->n_entries ? ": accounts, balances, entries"
	                      : ": no ledger entries; accounts, parties and totals only");
	rd_text layout = rd_builder_text(b, rd_str_of(text));
	rd_text saft_name = rd_builder_text(b, RD_STR("saf-t"));
	rd_file *f = rd_builder_file(b, s->source->file);
	f->format = saft_name;
	f->layout = layout;
	f->kind = RD_FILE_STANDARD;
}

rd_rc rd_read_saft(rd_source *source, rd_err *err)
{
	static const rd_xml_events events = {on_start, on_end};
	rd_arena *arena = rd_arena_new();
	saft *s = RD_NEW(arena, saft);

	s->source = source;
	s->builder = source->builder;
	s->customers.arena = arena;
	s->records = rd_records_new(source->builder, source->file, false);
	s->from = s->to = RD_DAY_NONE;
	rd_fields_init(&s->account);
	rd_fields_init(&s->journal);
	rd_fields_init(&s->entry);
	rd_fields_init(&s->line);
	rd_fields_init(&s->party);
	rd_rc rc = rd_xml_parse_source(source, &events, s, err);
	if (rc == RD_OK)
		rc = rd_records_flush(s->records, err);
	if (rc == RD_OK)
		describe(s);
	rd_fields_done(&s->account);
	rd_fields_done(&s->journal);
	rd_fields_done(&s->entry);
	rd_fields_done(&s->line);
	rd_fields_done(&s->party);
	rd_records_free(s->records);
	rd_arena_free(arena);
	return rc;
}
