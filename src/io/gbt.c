/*
 * GB/T 24589.1-2010 (公共档案, 总账 as XML files of one folder) and GB/T 19581-2004 (one XML
 * file): the data interfaces that Chinese accounting software must be able to write.
 *
 * A table is a sequence of elements with the table's name, one a record; a record's
 * fields are its child elements. Local names are matched, name spaces and locID ignored.
 * A voucher is one 记账凭证 element a line; a 记账凭证 with 记账凭证分录 inside is read too.
 * Customers, suppliers and employees have code lists of their own, so the kind stands before
 * the code (客户:001). An auxiliary item counts as a party when 科目辅助核算 says
 * that it is one; departments, projects and the like are no parties.
 */
#include "base/assert.h"
#include "base/buf.h"
#include "base/limits.h"
#include "io/gbt.h"
#include "io/xml.h"
#include <stdio.h>

#define AUX_MAX 30

typedef enum table {
	TB_NONE,
	TB_BOOK,
	TB_PERIOD,
	TB_ACCOUNT,
	TB_AUX,
	TB_BALANCE,
	TB_VOUCHER,
	TB_CUSTOMER,
	TB_SUPPLIER,
	TB_EMPLOYEE,
	TB_UNIT,
	TB_PERSON,
	TB_KNOWN,
	TB_UNREAD
} table;

static const struct {
	const char *name;
	table table;
} table_names[] = {
	{"电子账簿", TB_BOOK},
	{"会计期间", TB_PERIOD},
	{"会计科目", TB_ACCOUNT},
	{"科目辅助核算", TB_AUX},
	{"科目余额及发生额", TB_BALANCE},
	{"记账凭证", TB_VOUCHER},
	{"客户档案", TB_CUSTOMER},
	{"供应商档案", TB_SUPPLIER},
	{"员工档案", TB_EMPLOYEE},
	/* inside 辅助核算项档案 of the older standard */
	{"单位", TB_UNIT},
	{"人员", TB_PERSON},
	{"部门", TB_KNOWN},
	/* code lists that nothing in the books depends on */
	{"记账凭证类型", TB_KNOWN},
	{"汇率类型", TB_KNOWN},
	{"币种", TB_KNOWN},
	{"结算方式", TB_KNOWN},
	{"部门档案", TB_KNOWN},
	{"自定义档案项", TB_KNOWN},
	{"自定义档案项值", TB_KNOWN},
	{"总账基础信息", TB_KNOWN},
	{"现金流量项目", TB_KNOWN},
	/* tables of records that are not read */
	{"现金流量凭证项目数据", TB_UNREAD},
	{"报表集", TB_UNREAD},
	{"报表项数据", TB_UNREAD},
	{"单据类型", TB_UNREAD},
	{"交易类型", TB_UNREAD},
	{"应收明细表", TB_UNREAD},
	{"应付明细表", TB_UNREAD},
	{"固定资产卡片", TB_UNREAD},
	{"固定资产减少情况", TB_UNREAD},
	{"固定资产变动情况", TB_UNREAD},
	{"企业资产负债表", TB_UNREAD},
	{"企业利润表", TB_UNREAD},
	{"企业现金流量表", TB_UNREAD},
	{"企业应交增值税明细表", TB_UNREAD},
	{"企业资产减值准备明细表", TB_UNREAD},
	{"企业股东权益增减变动表", TB_UNREAD},
	{"企业利润分配表", TB_UNREAD},
	{"企业会计报表附注", TB_UNREAD},
};
#define N_TABLES (sizeof table_names / sizeof *table_names)

static const char *const roots[] = {
	"会计核算软件数据", "公共档案", "总账", "应收应付", "固定资产", "员工薪酬",
};

/* Fields of a voucher line, both editions. */
static const struct {
	const char *name;
	rd_field field;
} voucher_fields[] = {
	{"记账凭证日期", RD_F_DATE},
	{"凭证日期", RD_F_DATE},
	{"会计年度", RD_F_YEAR},
	{"会计期间号", RD_F_PERIOD},
	{"记账凭证类型编号", RD_F_JOURNAL},
	{"凭证种类", RD_F_JOURNAL},
	{"记账凭证编号", RD_F_NUMBER},
	{"凭证编号", RD_F_NUMBER},
	{"记账凭证摘要", RD_F_TEXT},
	{"摘要", RD_F_TEXT},
	{"科目编号", RD_F_ACCOUNT_CODE},
	{"辅助核算组", RD_F_AUX},
	{"借方本币金额", RD_F_DEBIT},
	{"借方金额", RD_F_DEBIT},
	{"贷方本币金额", RD_F_CREDIT},
	{"贷方金额", RD_F_CREDIT},
	{"币种编码", RD_F_CURRENCY},
	{"币种", RD_F_CURRENCY},
	{"借方原币金额", RD_F_FOREIGN_DEBIT},
	{"借方外币金额", RD_F_FOREIGN_DEBIT},
	{"贷方原币金额", RD_F_FOREIGN_CREDIT},
	{"贷方外币金额", RD_F_FOREIGN_CREDIT},
	{"汇率", RD_F_RATE},
	{"票据号", RD_F_DOCUMENT},
	{"票据日期", RD_F_DOCUMENT_DATE},
	{"附件数", RD_F_ATTACHMENTS},
	{"制单人", RD_F_PREPARER},
	{"制单人员", RD_F_PREPARER},
	{"审核人", RD_F_REVIEWER},
	{"审核人员", RD_F_REVIEWER},
	{"记账人", RD_F_POSTER},
	{"记账人员", RD_F_POSTER},
	{"记账标志", RD_F_POSTED},
	{"作废标志", RD_F_VOID},
	{"凭证来源系统", RD_F_SOURCE},
};

/* Fields of a balance row: the collector's own, in the cells of the nearest rd_field. */
static const struct {
	const char *name;
	rd_field field;
} balance_fields[] = {
	{"科目编号", RD_F_ACCOUNT_CODE},   {"辅助核算组", RD_F_AUX},
	{"会计年度", RD_F_YEAR},           {"会计期间号", RD_F_PERIOD},
	{"会计月度", RD_F_PERIOD},         {"期初余额方向", RD_F_OPEN_SIDE},
	{"期末余额方向", RD_F_CLOSE_SIDE}, {"期初本币余额", RD_F_OPEN},
	{"期初余额", RD_F_OPEN},           {"借方本币金额", RD_F_MOVE_D},
	{"借方发生额", RD_F_MOVE_D},       {"贷方本币金额", RD_F_MOVE_C},
	{"贷方发生额", RD_F_MOVE_C},       {"期末本币余额", RD_F_CLOSE},
	{"期末余额", RD_F_CLOSE},
};

typedef struct gbt {
	rd_source *source;
	rd_builder *builder;
	rd_records *records;
	table table; /* of the record being read */
	uint32_t table_index, depth, line;
	bool in_entry, had_entry;
	rd_fields head, entry; /* a record; a 记账凭证分录 inside of it */
	rd_str aux[AUX_MAX + 1];
	rd_idmap rules; /* what auxiliary item n of an account is: a kind below */
	uint32_t n_cut;
	rd_gbt_balances balances;
	int32_t year;
	rd_str extra[8]; /* fields that are no rd_field, by table */
	uint32_t counts[N_TABLES], first[N_TABLES];
	bool aux_unknown;
} gbt;

bool rd_gbt_is_root(rd_str name)
{
	for (size_t i = 0; i < sizeof roots / sizeof *roots; i++)
		if (rd_str_is(name, roots[i]))
			return true;
	return false;
}

static int32_t year_of(rd_str s)
{
	int32_t v = 0;

	s = rd_str_trim(s);
	for (uint32_t i = 0; i < 4 && i < s.len && s.ptr[i] >= '0' && s.ptr[i] <= '9'; i++)
		v = v * 10 + (s.ptr[i] - '0');
	return v >= 1000 ? v : 0;
}

static rd_str keep(gbt *g, rd_str s)
{
	return (rd_str){rd_arena_copy(g->head.arena, s.ptr, s.len), s.len};
}

/* The yuan has many names; 本位币 means whatever the books are kept in. */
static bool is_base_currency(rd_str s)
{
	static const char *const names[] = {
		"", "CNY", "RMB", "人民币", "人民币元", "元", "本位币", "综合本位币", "156",
	};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (rd_str_is(s, names[i]))
			return true;
	return false;
}

/* ---- auxiliary items ---- */

/* n of "辅助项n编号", or the number in 辅助项编号; 0 = none. */
static uint32_t digits_in(rd_str s)
{
	uint32_t v = 0;

	for (uint32_t i = 0; i < s.len; i++)
		if (s.ptr[i] >= '0' && s.ptr[i] <= '9')
			v = v > AUX_MAX ? v : v * 10 + (uint32_t)(s.ptr[i] - '0');
	return v <= AUX_MAX ? v : 0;
}

enum { KIND_UNKNOWN, KIND_OTHER, KIND_CUSTOMER, KIND_SUPPLIER, KIND_EMPLOYEE };
static const char *const kind_marks[] = {
	[KIND_CUSTOMER] = "客户：",
	[KIND_SUPPLIER] = "供应商：",
	[KIND_EMPLOYEE] = "员工：",
};

static uint32_t party_kind(rd_str archive)
{
	if (rd_str_has(archive, "客户") || rd_str_has(archive, "客商"))
		return KIND_CUSTOMER;
	if (rd_str_has(archive, "供应商"))
		return KIND_SUPPLIER;
	if (rd_str_has(archive, "员工") || rd_str_has(archive, "职员") || rd_str_has(archive, "人员") ||
	    rd_str_has(archive, "个人"))
		return KIND_EMPLOYEE;
	return KIND_OTHER;
}

static uint64_t rule_key(rd_text account, uint32_t n)
{
	return (uint64_t)account << 8 | n;
}

static void aux_end(gbt *g)
{
	rd_text account = rd_builder_text(g->builder, g->head.cell[RD_F_ACCOUNT_CODE]);
	uint32_t n = digits_in(g->extra[0]), kind = party_kind(g->extra[2]);

	if (kind == KIND_OTHER)
		kind = party_kind(g->extra[1]);
	if (account != 0 && n != 0)
		rd_idmap_put(&g->rules, rule_key(account, n), kind);
}

static void note_unknown_aux(gbt *g, rd_str item)
{
	rd_note note = {.file = g->source->file, .line = g->line, .kind = RD_NOTE_SKIPPED};

	note.found = rd_builder_text(g->builder, item);
	note.hint_zh = rd_builder_text(
		g->builder,
		RD_STR("科目辅助核算表没有说明此辅助项是客户、供应商还是部门，不作往来单位读取。"));
	note.hint_en = rd_builder_text(
		g->builder,
		RD_STR(
			"科目辅助核算 does not say what this auxiliary item is; it is not read as a party."));
	rd_builder_note(g->builder, &note);
	g->aux_unknown = true;
}

/* The party among the auxiliary items of an account, "" when there is none. */
static rd_str aux_party(gbt *g, rd_arena *arena, rd_str account, bool *ret_any)
{
	rd_text code = rd_builder_text(g->builder, account);

	*ret_any = false;
	for (uint32_t n = 1; n <= AUX_MAX; n++) {
		rd_str item = g->aux[n];

		if (item.len == 0)
			continue;
		*ret_any = true;
		uint32_t kind = rd_idmap_get(&g->rules, rule_key(code, n));
		if (kind == KIND_UNKNOWN && !g->aux_unknown)
			note_unknown_aux(g, item);
		if (kind < KIND_CUSTOMER)
			continue;
		uint32_t k = (uint32_t)strlen(kind_marks[kind]);
		char *p = rd_arena_alloc(arena, k + item.len + 1, 1);
		memcpy(p, kind_marks[kind], k);
		memcpy(p + k, item.ptr, item.len);
		return (rd_str){p, k + item.len};
	}
	return RD_STR("");
}

/* ---- tables ---- */

static void party_end(gbt *g, const char *kind)
{
	rd_buf code;

	rd_buf_init(&code, RD_CELL_BYTES_MAX);
	if (g->extra[0].len) {
		rd_buf_puts(&code, kind);
		rd_buf_str(&code, g->extra[0]);
	}
	rd_builder_add_party(g->builder, g->source->file, rd_buf_view(&code), g->extra[1], g->line);
	rd_buf_done(&code);
}

static void account_end(gbt *g)
{
	rd_layout layout;
	rd_str side = g->head.cell[RD_F_NORMAL_SIDE];

	if (g->head.cell[RD_F_ACCOUNT_CODE].len == 0) {
		rd_builder_note_at(g->builder, g->source->file, g->line, RD_NOTE_ROW_REJECTED, true,
		                   g->head.cell[RD_F_ACCOUNT_NAME]);
		return;
	}
	if (rd_str_has(side, "贷") || rd_str_is(side, "-1") || rd_str_is(side, "C"))
		rd_gbt_balances_credit(&g->balances,
		                       rd_builder_text(g->builder, g->head.cell[RD_F_ACCOUNT_CODE]));
	rd_fields_layout(&g->head, &layout);
	rd_records_name(g->records, &layout);
	rd_builder_add_account(g->builder, g->source->file, &layout, g->head.cell, RD_FIELD_COUNT,
	                       g->line);
}

static void period_end(gbt *g)
{
	rd_day from = RD_DAY_NONE, to = RD_DAY_NONE;
	rd_file *f = rd_builder_file(g->builder, g->source->file);

	if (rd_day_parse(g->extra[0], RD_ORDER_YMD, false, &from) == RD_DATE_OK &&
	    (f->from == RD_DAY_NONE || from < f->from))
		f->from = from;
	if (rd_day_parse(g->extra[1], RD_ORDER_YMD, false, &to) == RD_DATE_OK &&
	    (f->to == RD_DAY_NONE || to > f->to))
		f->to = to;
}

/* An amount of a balance row; a bad one is noted and the row left out. */
static bool balance_amount(gbt *g, rd_field field, rd_minor *ret, bool *ok)
{
	rd_str s = g->head.cell[field];

	*ret = 0;
	switch (rd_minor_parse(s, '.', 2, ret)) {
	case RD_AMOUNT_OK:
	case RD_AMOUNT_DECIMALS:
		if (*ret <= RD_MINOR_MAX && *ret >= -RD_MINOR_MAX)
			return true;
		break;
	case RD_AMOUNT_BLANK: return true;
	default: break;
	}
	rd_note note = {.file = g->source->file, .line = g->line, .kind = RD_NOTE_AMOUNT_BAD};
	while (s.len > 80 || (s.len && (unsigned char)s.ptr[s.len - 1] >= 0xC0))
		s.len--;
	note.rejected = *ok; /* the record is left out once, whatever is wrong with it */
	note.field = rd_builder_text(g->builder, rd_str_of(rd_field_words(field).zh));
	note.found = rd_builder_text(g->builder, s);
	rd_builder_note(g->builder, &note);
	rd_builder_file(g->builder, g->source->file)->rejected += *ok;
	*ok = false;
	return false;
}

static bool is_credit(rd_str side)
{
	return rd_str_has(side, "贷") || rd_str_starts(side, "C") || rd_str_starts(side, "c") ||
	       rd_str_is(side, "-1");
}

static void balance_end(gbt *g)
{
	rd_gbt_balance r = {.line = g->line};
	rd_str account = g->head.cell[RD_F_ACCOUNT_CODE], period = g->head.cell[RD_F_PERIOD];
	int32_t year = year_of(g->head.cell[RD_F_YEAR]);
	bool ok = true, any_aux;

	if (account.len == 0)
		return;
	if (rd_str_is(period, "0") || rd_str_is(period, "00"))
		return; /* the opening of the year, said again by period 1 */
	if (period.len && !rd_period_parse(period, year ? year : g->year, &r.period))
		rd_builder_note_at(g->builder, g->source->file, g->line, RD_NOTE_PERIOD_BAD, false, period);
	balance_amount(g, RD_F_OPEN, &r.open, &ok);
	balance_amount(g, RD_F_MOVE_D, &r.debit, &ok);
	balance_amount(g, RD_F_MOVE_C, &r.credit, &ok);
	balance_amount(g, RD_F_CLOSE, &r.close, &ok);
	if (!ok)
		return;
	r.open_credit = is_credit(g->head.cell[RD_F_OPEN_SIDE]);
	r.close_credit = is_credit(g->head.cell[RD_F_CLOSE_SIDE]);
	g->balances.sides |= g->head.met[RD_F_OPEN_SIDE] || g->head.met[RD_F_CLOSE_SIDE];
	rd_str party = aux_party(g, g->head.arena, account, &any_aux);
	r.account = rd_builder_text(g->builder, account);
	r.party = rd_builder_text(g->builder, party);
	r.plain = !any_aux && g->head.cell[RD_F_AUX].len == 0;
	rd_gbt_balances_add(&g->balances, &r);
}

/* The base currency in its many spellings is no foreign currency; nor is a code that no one
 * knows when both amounts are the same. */
static void settle_currency(rd_fields *f)
{
	static const rd_field of_currency[] = {RD_F_CURRENCY, RD_F_FOREIGN_DEBIT, RD_F_FOREIGN_CREDIT,
	                                       RD_F_RATE};
	rd_str code = f->cell[RD_F_CURRENCY];
	bool iso = code.len == 3, base = is_base_currency(code);

	for (uint32_t i = 0; i < code.len; i++)
		iso &= code.ptr[i] >= 'A' && code.ptr[i] <= 'Z';
	if (!iso && rd_str_eq(f->cell[RD_F_DEBIT], f->cell[RD_F_FOREIGN_DEBIT]) &&
	    rd_str_eq(f->cell[RD_F_CREDIT], f->cell[RD_F_FOREIGN_CREDIT]))
		base = true;
	for (size_t i = 0; base && i < sizeof of_currency / sizeof *of_currency; i++) {
		f->cell[of_currency[i]] = RD_STR("");
		f->met[of_currency[i]] = false;
	}
}

static rd_rc voucher_line_end(gbt *g, rd_fields *f, rd_err *err)
{
	bool any;
	rd_str party;

	settle_currency(f);
	party = aux_party(g, f->arena, f->cell[RD_F_ACCOUNT_CODE], &any);
	if (party.len)
		rd_fields_set(f, RD_F_PARTY_CODE, party);
	if (f->cell[RD_F_AUX].len == 0)
		f->met[RD_F_AUX] = false;
	return rd_records_add(g->records, f, g->line, err);
}

static rd_rc book_end(gbt *g, rd_err *err)
{
	rd_builder *b = g->builder;
	rd_text company = rd_builder_text(b, g->extra[0]), id = rd_builder_text(b, g->extra[1]);
	rd_str currency = g->extra[2];
	rd_file *f = rd_builder_file(b, g->source->file);

	f->company = company;
	f->company_id = id;
	g->year = year_of(g->extra[3]);
	f->year = g->year;
	if (currency.len)
		rd_builder_set_base_currency(b, is_base_currency(currency) ? RD_STR("CNY") : currency);
	return rd_records_year(g->records, g->year, err);
}

static rd_rc record_end(gbt *g, rd_err *err)
{
	switch (g->table) {
	case TB_BOOK: return book_end(g, err);
	case TB_PERIOD: period_end(g); break;
	case TB_ACCOUNT: account_end(g); break;
	case TB_AUX: aux_end(g); break;
	case TB_BALANCE: balance_end(g); break;
	case TB_VOUCHER: return g->had_entry ? RD_OK : voucher_line_end(g, &g->head, err);
	case TB_CUSTOMER: party_end(g, kind_marks[KIND_CUSTOMER]); break;
	case TB_SUPPLIER: party_end(g, kind_marks[KIND_SUPPLIER]); break;
	case TB_EMPLOYEE:
	case TB_PERSON: party_end(g, kind_marks[KIND_EMPLOYEE]); break;
	case TB_UNIT: party_end(g, ""); break;
	default: break;
	}
	return RD_OK;
}

/* ---- fields ---- */

/* Fields kept in extra[], by table. */
static const struct {
	table table;
	const char *name;
	uint8_t at;
} extra_fields[] = {
	{TB_BOOK, "会计核算单位", 0},
	{TB_BOOK, "组织机构代码", 1},
	{TB_BOOK, "本位币", 2},
	{TB_BOOK, "会计年度", 3},
	{TB_BOOK, "年度", 3},
	{TB_PERIOD, "会计期间起始日期", 0},
	{TB_PERIOD, "会计期间结束日期", 1},
	{TB_AUX, "辅助项编号", 0},
	{TB_AUX, "辅助项名称", 1},
	{TB_AUX, "对应档案", 2},
	{TB_CUSTOMER, "客户编码", 0},
	{TB_CUSTOMER, "客户名称", 1},
	{TB_SUPPLIER, "供应商编码", 0},
	{TB_SUPPLIER, "供应商名称", 1},
	{TB_EMPLOYEE, "员工编码", 0},
	{TB_EMPLOYEE, "员工姓名", 1},
	{TB_UNIT, "单位编号", 0},
	{TB_UNIT, "单位名称", 1},
	{TB_PERSON, "人员编号", 0},
	{TB_PERSON, "人员姓名", 1},
};

static void account_field(gbt *g, rd_str name, rd_str v)
{
	if (rd_str_is(name, "科目编号"))
		rd_fields_set(&g->head, RD_F_ACCOUNT_CODE, v);
	else if (rd_str_is(name, "科目名称"))
		rd_fields_set(&g->head, RD_F_ACCOUNT_NAME, v);
	else if (rd_str_is(name, "科目类型"))
		rd_fields_set(&g->head, RD_F_CLASS, v);
	else if (rd_str_is(name, "余额方向"))
		rd_fields_set(&g->head, RD_F_NORMAL_SIDE, v);
}

static void field_end(gbt *g, rd_str name, rd_str v)
{
	rd_fields *f = g->in_entry ? &g->entry : &g->head;

	for (size_t i = 0; i < sizeof extra_fields / sizeof *extra_fields; i++)
		if (extra_fields[i].table == g->table && rd_str_is(name, extra_fields[i].name))
			g->extra[extra_fields[i].at] = keep(g, v);
	if (g->table == TB_AUX && rd_str_is(name, "科目编号"))
		rd_fields_set(f, RD_F_ACCOUNT_CODE, v);
	if (g->table == TB_ACCOUNT)
		account_field(g, name, v);
	if (g->table != TB_VOUCHER && g->table != TB_BALANCE)
		return;
	if (rd_str_starts(name, "辅助项") && rd_str_ends(name, "编号")) {
		g->aux[digits_in(name)] = v.len ? keep(g, v) : RD_STR("");
		return;
	}
	if (g->table == TB_VOUCHER) {
		for (size_t i = 0; i < sizeof voucher_fields / sizeof *voucher_fields; i++)
			if (rd_str_is(name, voucher_fields[i].name))
				rd_fields_set(f, voucher_fields[i].field, v);
		if (rd_str_ends(name, "数量") && v.len && f->cell[RD_F_QUANTITY].len == 0)
			rd_fields_set(f, RD_F_QUANTITY,
			              rd_minor_mark(v) && !rd_str_is(v, "0.00") ? v : RD_STR("0"));
	} else {
		for (size_t i = 0; i < sizeof balance_fields / sizeof *balance_fields; i++)
			if (rd_str_is(name, balance_fields[i].name))
				rd_fields_set(f, balance_fields[i].field, v);
	}
}

/* ---- events ---- */

static void record_start(gbt *g, uint32_t index, const rd_xml *x)
{
	g->table = table_names[index].table;
	g->table_index = index;
	g->depth = rd_xml_depth(x);
	g->line = rd_xml_line(x);
	g->in_entry = g->had_entry = false;
	if (g->counts[index]++ == 0)
		g->first[index] = g->line;
	rd_fields_clear(&g->head);
	for (uint32_t i = 0; i <= AUX_MAX; i++)
		g->aux[i] = RD_STR("");
	for (uint32_t i = 0; i < sizeof g->extra / sizeof *g->extra; i++)
		g->extra[i] = RD_STR("");
}

static rd_rc on_start(void *ctx, rd_xml *x, rd_str name, const char *const *attrs, rd_err *err)
{
	gbt *g = ctx;

	(void)attrs;
	(void)err;
	if (g->table == TB_VOUCHER && rd_str_is(name, "记账凭证分录")) {
		g->in_entry = g->had_entry = true;
		g->line = rd_xml_line(x);
		rd_fields_clear(&g->entry);
		for (uint32_t i = 0; i <= AUX_MAX; i++)
			g->aux[i] = RD_STR("");
		return RD_OK;
	}
	if (g->table != TB_NONE || rd_xml_depth(x) == 1)
		return RD_OK;
	for (uint32_t i = 0; i < N_TABLES; i++)
		if (rd_str_is(name, table_names[i].name))
			record_start(g, i, x);
	return RD_OK;
}

static rd_rc on_end(void *ctx, rd_xml *x, rd_str name, rd_str text, rd_err *err)
{
	gbt *g = ctx;

	if (g->table == TB_NONE)
		return RD_OK;
	if (rd_xml_text_cut(x) && g->n_cut++ < RD_NOTES_MAX)
		rd_builder_note_at(g->builder, g->source->file, rd_xml_line(x), RD_NOTE_CELL_LONG, false,
		                   text);
	if (rd_xml_depth(x) == g->depth) {
		rd_rc rc = record_end(g, err);

		g->table = TB_NONE;
		return rc;
	}
	if (g->in_entry && rd_str_is(name, "记账凭证分录")) {
		g->in_entry = false;
		rd_fields_inherit(&g->entry, &g->head);
		return voucher_line_end(g, &g->entry, err);
	}
	field_end(g, name, rd_str_trim(text));
	return RD_OK;
}

static void note_unread(gbt *g)
{
	for (uint32_t i = 0; i < N_TABLES; i++) {
		char zh[120], en[120];
		rd_note note = {.file = g->source->file, .line = g->first[i], .kind = RD_NOTE_SKIPPED};

		if (table_names[i].table != TB_UNREAD || g->counts[i] == 0)
			continue;
		snprintf(zh, sizeof zh, "不读取此表（%u 条记录）。", g->counts[i]);
		snprintf(en, sizeof en, "This table is not read (%u records).", g->counts[i]);
		note.found = rd_builder_text(g->builder, rd_str_of(table_names[i].name));
		note.hint_zh = rd_builder_text(g->builder, rd_str_of(zh));
		note.hint_en = rd_builder_text(g->builder, rd_str_of(en));
		rd_builder_note(g->builder, &note);
	}
}

static void describe(gbt *g, rd_str root)
{
	rd_builder *b = g->builder;
	bool old = rd_str_is(root, "会计核算软件数据");
	const char *standard = old ? "GB/T 19581-2004" : "GB/T 24589.1-2010";
	char text[200];

	snprintf(text, sizeof text, "%s %.*s\n%s %.*s", standard, (int)root.len, root.ptr, standard,
	         (int)root.len, root.ptr);
	rd_text layout = rd_builder_text(b, rd_str_of(text));
	rd_text name = rd_builder_text(b, old ? RD_STR("gbt-19581") : RD_STR("gbt-24589"));
	rd_file *f = rd_builder_file(b, g->source->file);
	f->format = name;
	f->layout = layout;
	f->kind = RD_FILE_STANDARD;
}

rd_rc rd_read_gbt(rd_source *source, rd_str root, rd_err *err)
{
	static const rd_xml_events events = {on_start, on_end};
	rd_arena *arena = rd_arena_new();
	gbt *g = RD_NEW(arena, gbt);

	g->source = source;
	g->builder = source->builder;
	g->rules.arena = arena;
	g->balances.arena = arena;
	g->records = rd_records_new(source->builder, source->file, true);
	rd_fields_init(&g->head);
	rd_fields_init(&g->entry);
	rd_rc rc = rd_xml_parse_source(source, &events, g, err);
	if (rc == RD_OK)
		rc = rd_records_flush(g->records, err);
	if (rc == RD_OK) {
		rd_gbt_balances_end(&g->balances, g->builder, source->file);
		note_unread(g);
		describe(g, root);
	}
	rd_fields_done(&g->head);
	rd_fields_done(&g->entry);
	rd_records_free(g->records);
	rd_arena_free(arena);
	return rc;
}
