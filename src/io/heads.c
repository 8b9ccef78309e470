#include "io/heads.h"

enum { J = 1, T = 2, C = 4 }; /* journal, trial balance, chart */

typedef struct head_name {
	const char *name;
	uint8_t     kinds;
	uint8_t     field;
} head_name;

/* Written in normal form. Several names of one field: the first column in the file wins. */
static const head_name names[] = {
	/* the voucher */
	{ "entry_id", J, RD_F_ENTRY_ID }, { "entryid", J, RD_F_ENTRY_ID }, { "分录组号", J, RD_F_ENTRY_ID },
	{ "凭证id", J, RD_F_ENTRY_ID }, { "voucherid", J, RD_F_ENTRY_ID }, { "transactionid", J, RD_F_ENTRY_ID },
	{ "凭证号", J, RD_F_NUMBER }, { "凭证号数", J, RD_F_NUMBER }, { "凭证字号", J, RD_F_NUMBER },
	{ "凭证编号", J, RD_F_NUMBER }, { "记账凭证编号", J, RD_F_NUMBER }, { "号", J, RD_F_NUMBER },
	{ "凭证号码", J, RD_F_NUMBER }, { "凭证序号", J, RD_F_NUMBER }, { "fnum", J, RD_F_NUMBER },
	{ "voucher_no", J, RD_F_NUMBER }, { "voucherno", J, RD_F_NUMBER }, { "voucher", J, RD_F_NUMBER },
	{ "vouchernumber", J, RD_F_NUMBER }, { "number", J, RD_F_NUMBER }, { "entrynumber", J, RD_F_NUMBER },
	{ "ecriturenum", J, RD_F_NUMBER }, { "entryno", J, RD_F_NUMBER }, { "凭证", J, RD_F_NUMBER },
	{ "凭证字", J, RD_F_JOURNAL }, { "凭证类别", J, RD_F_JOURNAL }, { "凭证类型", J, RD_F_JOURNAL },
	{ "字", J, RD_F_JOURNAL }, { "类别", J, RD_F_JOURNAL }, { "记账凭证类型编号", J, RD_F_JOURNAL },
	{ "fgroup", J, RD_F_JOURNAL }, { "journal", J, RD_F_JOURNAL }, { "journalcode", J, RD_F_JOURNAL },
	{ "期间", J | T, RD_F_PERIOD }, { "会计期间", J | T, RD_F_PERIOD }, { "会计期间号", J | T, RD_F_PERIOD },
	{ "所属期间", J | T, RD_F_PERIOD }, { "会计月份", J | T, RD_F_PERIOD }, { "fperiod", J | T, RD_F_PERIOD },
	{ "period", J | T, RD_F_PERIOD }, { "年月", J | T, RD_F_PERIOD }, { "月份", J | T, RD_F_PERIOD },
	{ "年", J, RD_F_YEAR }, { "年度", J | T, RD_F_YEAR }, { "会计年度", J | T, RD_F_YEAR }, { "year", J | T, RD_F_YEAR },
	{ "月", J, RD_F_MONTH }, { "month", J, RD_F_MONTH }, { "日", J, RD_F_DAY }, { "day", J, RD_F_DAY },
	{ "日期", J, RD_F_DATE }, { "制单日期", J, RD_F_DATE }, { "记账日期", J, RD_F_DATE },
	{ "业务日期", J, RD_F_DATE }, { "凭证日期", J, RD_F_DATE }, { "记账凭证日期", J, RD_F_DATE },
	{ "fdate", J, RD_F_DATE }, { "date", J, RD_F_DATE }, { "ecrituredate", J, RD_F_DATE },
	{ "voucherdate", J, RD_F_DATE }, { "postingdate", J, RD_F_DATE }, { "transactiondate", J, RD_F_DATE },
	{ "制单人", J, RD_F_PREPARER }, { "制单", J, RD_F_PREPARER }, { "填制人", J, RD_F_PREPARER },
	{ "录入人", J, RD_F_PREPARER }, { "fprepare", J, RD_F_PREPARER }, { "preparer", J, RD_F_PREPARER },
	{ "createdby", J, RD_F_PREPARER },
	{ "审核人", J, RD_F_REVIEWER }, { "审核", J, RD_F_REVIEWER }, { "复核人", J, RD_F_REVIEWER },
	{ "fcheck", J, RD_F_REVIEWER }, { "reviewer", J, RD_F_REVIEWER }, { "approver", J, RD_F_REVIEWER },
	{ "approvedby", J, RD_F_REVIEWER }, { "reviewedby", J, RD_F_REVIEWER },
	{ "记账人", J, RD_F_POSTER }, { "记账", J, RD_F_POSTER }, { "过账人", J, RD_F_POSTER },
	{ "fpost", J, RD_F_POSTER }, { "poster", J, RD_F_POSTER }, { "postedby", J, RD_F_POSTER },
	{ "记账标志", J, RD_F_POSTED }, { "过账标志", J, RD_F_POSTED }, { "是否记账", J, RD_F_POSTED },
	{ "是否过账", J, RD_F_POSTED }, { "posted", J, RD_F_POSTED }, { "fposted", J, RD_F_POSTED },
	{ "作废标志", J, RD_F_VOID }, { "作废", J, RD_F_VOID }, { "是否作废", J, RD_F_VOID },
	{ "fdeleted", J, RD_F_VOID }, { "void", J, RD_F_VOID },
	{ "附件数", J, RD_F_ATTACHMENTS }, { "附单据数", J, RD_F_ATTACHMENTS }, { "附件张数", J, RD_F_ATTACHMENTS },
	{ "附件", J, RD_F_ATTACHMENTS }, { "单据数", J, RD_F_ATTACHMENTS }, { "fattachments", J, RD_F_ATTACHMENTS },
	{ "attachments", J, RD_F_ATTACHMENTS },
	{ "录入时间", J, RD_F_ENTRY_TIME }, { "制单时间", J, RD_F_ENTRY_TIME }, { "创建时间", J, RD_F_ENTRY_TIME },
	{ "entrytime", J, RD_F_ENTRY_TIME }, { "createdat", J, RD_F_ENTRY_TIME }, { "systementrydate", J, RD_F_ENTRY_TIME },
	{ "凭证来源", J, RD_F_SOURCE }, { "来源", J, RD_F_SOURCE }, { "凭证来源系统", J, RD_F_SOURCE },
	{ "fmodule", J, RD_F_SOURCE }, { "source", J, RD_F_SOURCE },
	{ "分录序号", J, RD_F_LINE_NO }, { "分录号", J, RD_F_LINE_NO }, { "行号", J, RD_F_LINE_NO },
	{ "fentryid", J, RD_F_LINE_NO }, { "line_no", J, RD_F_LINE_NO }, { "lineno", J, RD_F_LINE_NO },
	/* the account */
	{ "科目编码", J | T | C, RD_F_ACCOUNT_CODE }, { "科目编号", J | T | C, RD_F_ACCOUNT_CODE },
	{ "科目代码", J | T | C, RD_F_ACCOUNT_CODE }, { "会计科目编码", J | T | C, RD_F_ACCOUNT_CODE },
	{ "会计科目代码", J | T | C, RD_F_ACCOUNT_CODE }, { "facctid", J | T | C, RD_F_ACCOUNT_CODE },
	{ "科目号", J | T | C, RD_F_ACCOUNT_CODE }, { "编码", C, RD_F_ACCOUNT_CODE }, { "代码", C, RD_F_ACCOUNT_CODE },
	{ "account_code", J | T | C, RD_F_ACCOUNT_CODE }, { "accountcode", J | T | C, RD_F_ACCOUNT_CODE },
	{ "accountid", J | T | C, RD_F_ACCOUNT_CODE }, { "account", J | T | C, RD_F_ACCOUNT_CODE },
	{ "accountno", J | T | C, RD_F_ACCOUNT_CODE }, { "comptenum", J | T | C, RD_F_ACCOUNT_CODE },
	{ "科目名称", J | T | C, RD_F_ACCOUNT_NAME }, { "会计科目名称", J | T | C, RD_F_ACCOUNT_NAME },
	{ "科目全称", J | T | C, RD_F_ACCOUNT_NAME }, { "名称", C, RD_F_ACCOUNT_NAME },
	{ "account_name", J | T | C, RD_F_ACCOUNT_NAME }, { "accountname", J | T | C, RD_F_ACCOUNT_NAME },
	{ "accountdescription", J | T | C, RD_F_ACCOUNT_NAME }, { "comptelib", J | T | C, RD_F_ACCOUNT_NAME },
	{ "科目", J | T | C, RD_F_ACCOUNT }, { "会计科目", J | T | C, RD_F_ACCOUNT },
	{ "科目编码_科目名称_辅助核算", J, RD_F_ACCOUNT }, { "科目编码及名称", J | T, RD_F_ACCOUNT },
	/* the party */
	{ "往来单位编码", J, RD_F_PARTY_CODE }, { "往来编码", J, RD_F_PARTY_CODE }, { "客户编码", J, RD_F_PARTY_CODE },
	{ "供应商编码", J, RD_F_PARTY_CODE }, { "compauxnum", J, RD_F_PARTY_CODE }, { "partycode", J, RD_F_PARTY_CODE },
	{ "fobjid1", J, RD_F_PARTY_CODE },
	{ "往来单位", J | T, RD_F_PARTY_NAME }, { "往来单位名称", J | T, RD_F_PARTY_NAME },
	{ "单位名称", J, RD_F_PARTY_NAME }, { "对方单位", J, RD_F_PARTY_NAME }, { "compauxlib", J, RD_F_PARTY_NAME },
	{ "fobjname1", J, RD_F_PARTY_NAME }, { "counterparty", J, RD_F_PARTY_NAME }, { "party", J | T, RD_F_PARTY_NAME },
	{ "partner", J | T, RD_F_PARTY_NAME }, { "partyname", J | T, RD_F_PARTY_NAME },
	{ "客户", J | T, RD_F_CUSTOMER }, { "客户名称", J | T, RD_F_CUSTOMER }, { "customer", J, RD_F_CUSTOMER },
	{ "供应商", J | T, RD_F_SUPPLIER }, { "供应商名称", J | T, RD_F_SUPPLIER }, { "supplier", J, RD_F_SUPPLIER },
	{ "vendor", J, RD_F_SUPPLIER },
	{ "职员", J, RD_F_EMPLOYEE }, { "职员名称", J, RD_F_EMPLOYEE }, { "个人", J, RD_F_EMPLOYEE },
	{ "辅助核算", J, RD_F_AUX }, { "辅助项", J, RD_F_AUX }, { "辅助项目", J, RD_F_AUX }, { "辅助名称", J, RD_F_AUX },
	/* text and amounts */
	{ "摘要", J, RD_F_TEXT }, { "业务摘要", J, RD_F_TEXT }, { "记账凭证摘要", J, RD_F_TEXT },
	{ "凭证摘要", J, RD_F_TEXT }, { "fexp", J, RD_F_TEXT }, { "summary", J, RD_F_TEXT },
	{ "description", J, RD_F_TEXT }, { "text", J, RD_F_TEXT }, { "memo", J, RD_F_TEXT },
	{ "ecriturelib", J, RD_F_TEXT }, { "narration", J, RD_F_TEXT },
	{ "借方", J, RD_F_DEBIT }, { "借方金额", J, RD_F_DEBIT }, { "借方本币", J, RD_F_DEBIT },
	{ "借方本币金额", J, RD_F_DEBIT }, { "本币借方", J, RD_F_DEBIT }, { "借方发生额", J, RD_F_DEBIT },
	{ "fdebit", J, RD_F_DEBIT }, { "debit", J, RD_F_DEBIT }, { "debitamount", J, RD_F_DEBIT },
	{ "贷方", J, RD_F_CREDIT }, { "贷方金额", J, RD_F_CREDIT }, { "贷方本币", J, RD_F_CREDIT },
	{ "贷方本币金额", J, RD_F_CREDIT }, { "本币贷方", J, RD_F_CREDIT }, { "贷方发生额", J, RD_F_CREDIT },
	{ "fcredit", J, RD_F_CREDIT }, { "credit", J, RD_F_CREDIT }, { "creditamount", J, RD_F_CREDIT },
	{ "金额", J, RD_F_AMOUNT }, { "本币金额", J, RD_F_AMOUNT }, { "发生额", J, RD_F_AMOUNT },
	{ "montant", J, RD_F_AMOUNT }, { "amount", J, RD_F_AMOUNT },
	{ "方向", J, RD_F_SIDE }, { "借贷", J, RD_F_SIDE }, { "借贷方向", J, RD_F_SIDE }, { "借/贷", J, RD_F_SIDE },
	{ "记账方向", J, RD_F_SIDE }, { "fdc", J, RD_F_SIDE }, { "sens", J, RD_F_SIDE }, { "dc", J, RD_F_SIDE },
	{ "side", J, RD_F_SIDE },
	{ "单据号", J, RD_F_DOCUMENT }, { "票据号", J, RD_F_DOCUMENT }, { "发票号", J, RD_F_DOCUMENT },
	{ "发票号码", J, RD_F_DOCUMENT }, { "票号", J, RD_F_DOCUMENT }, { "单据编号", J, RD_F_DOCUMENT },
	{ "document_no", J, RD_F_DOCUMENT }, { "documentno", J, RD_F_DOCUMENT }, { "documentnumber", J, RD_F_DOCUMENT },
	{ "invoice", J, RD_F_DOCUMENT }, { "invoiceno", J, RD_F_DOCUMENT }, { "pieceref", J, RD_F_DOCUMENT },
	{ "ftransid", J, RD_F_DOCUMENT }, { "结算号", J, RD_F_DOCUMENT }, { "reference", J, RD_F_DOCUMENT },
	{ "单据日期", J, RD_F_DOCUMENT_DATE }, { "票据日期", J, RD_F_DOCUMENT_DATE },
	{ "开票日期", J, RD_F_DOCUMENT_DATE }, { "发生日期", J, RD_F_DOCUMENT_DATE },
	{ "piecedate", J, RD_F_DOCUMENT_DATE }, { "documentdate", J, RD_F_DOCUMENT_DATE },
	{ "核销号", J, RD_F_CLEARING }, { "核销标志", J, RD_F_CLEARING }, { "核销编号", J, RD_F_CLEARING },
	{ "ecriturelet", J, RD_F_CLEARING }, { "lettrage", J, RD_F_CLEARING }, { "clearing", J, RD_F_CLEARING },
	{ "币别", J, RD_F_CURRENCY }, { "币种", J, RD_F_CURRENCY }, { "币种编码", J, RD_F_CURRENCY },
	{ "fcyid", J, RD_F_CURRENCY }, { "currency", J, RD_F_CURRENCY }, { "idevise", J, RD_F_CURRENCY },
	{ "原币金额", J, RD_F_FOREIGN }, { "外币金额", J, RD_F_FOREIGN }, { "原币", J, RD_F_FOREIGN },
	{ "ffcyamt", J, RD_F_FOREIGN }, { "foreignamount", J, RD_F_FOREIGN }, { "montantdevise", J, RD_F_FOREIGN },
	{ "借方原币", J, RD_F_FOREIGN_DEBIT }, { "借方原币金额", J, RD_F_FOREIGN_DEBIT }, { "原币借方", J, RD_F_FOREIGN_DEBIT },
	{ "原币金额借方", J, RD_F_FOREIGN_DEBIT },
	{ "贷方原币", J, RD_F_FOREIGN_CREDIT }, { "贷方原币金额", J, RD_F_FOREIGN_CREDIT }, { "原币贷方", J, RD_F_FOREIGN_CREDIT },
	{ "原币金额贷方", J, RD_F_FOREIGN_CREDIT },
	{ "汇率", J, RD_F_RATE }, { "fexchrate", J, RD_F_RATE }, { "rate", J, RD_F_RATE }, { "exchangerate", J, RD_F_RATE },
	{ "数量", J, RD_F_QUANTITY }, { "quantity", J, RD_F_QUANTITY }, { "fqty", J, RD_F_QUANTITY },
	{ "余额", J, RD_F_BALANCE }, { "balance", J, RD_F_BALANCE }, { "余额断言", J, RD_F_BALANCE },
	{ "余额方向", J, RD_F_BALANCE_SIDE },
	/* trial balances */
	{ "期初余额", T | C, RD_F_OPEN }, { "期初", T | C, RD_F_OPEN }, { "年初余额", C, RD_F_OPEN },
	{ "opening", T | C, RD_F_OPEN }, { "openingbalance", T | C, RD_F_OPEN },
	{ "期初余额借方", T | C, RD_F_OPEN_D }, { "期初借方", T | C, RD_F_OPEN_D }, { "期初借方余额", T | C, RD_F_OPEN_D },
	{ "期初余额借", T | C, RD_F_OPEN_D }, { "借方期初余额", T | C, RD_F_OPEN_D }, { "openingdebit", T | C, RD_F_OPEN_D },
	{ "期初余额贷方", T | C, RD_F_OPEN_C }, { "期初贷方", T | C, RD_F_OPEN_C }, { "期初贷方余额", T | C, RD_F_OPEN_C },
	{ "期初余额贷", T | C, RD_F_OPEN_C }, { "贷方期初余额", T | C, RD_F_OPEN_C }, { "openingcredit", T | C, RD_F_OPEN_C },
	{ "期初方向", T | C, RD_F_OPEN_SIDE }, { "期初余额方向", T | C, RD_F_OPEN_SIDE },
	{ "本期发生借方", T, RD_F_MOVE_D }, { "本期发生额借方", T, RD_F_MOVE_D }, { "本期借方", T, RD_F_MOVE_D },
	{ "本期借方发生额", T, RD_F_MOVE_D }, { "本期发生额借", T, RD_F_MOVE_D }, { "借方发生额", T, RD_F_MOVE_D },
	{ "本月借方", T, RD_F_MOVE_D }, { "借方", T, RD_F_MOVE_D }, { "借方金额", T, RD_F_MOVE_D },
	{ "本期发生借", T, RD_F_MOVE_D }, { "发生额借方", T, RD_F_MOVE_D }, { "debit", T, RD_F_MOVE_D },
	{ "本期发生贷方", T, RD_F_MOVE_C }, { "本期发生额贷方", T, RD_F_MOVE_C }, { "本期贷方", T, RD_F_MOVE_C },
	{ "本期贷方发生额", T, RD_F_MOVE_C }, { "本期发生额贷", T, RD_F_MOVE_C }, { "贷方发生额", T, RD_F_MOVE_C },
	{ "本月贷方", T, RD_F_MOVE_C }, { "贷方", T, RD_F_MOVE_C }, { "贷方金额", T, RD_F_MOVE_C },
	{ "本期发生贷", T, RD_F_MOVE_C }, { "发生额贷方", T, RD_F_MOVE_C }, { "credit", T, RD_F_MOVE_C },
	{ "本年累计借方", T, RD_F_YTD_D }, { "本年借方累计", T, RD_F_YTD_D }, { "本年累计发生额借方", T, RD_F_YTD_D },
	{ "借方累计", T, RD_F_YTD_D }, { "本年累计发生借方", T, RD_F_YTD_D }, { "累计借方", T, RD_F_YTD_D },
	{ "本年累计借方发生额", T, RD_F_YTD_D }, { "累计发生额借方", T, RD_F_YTD_D },
	{ "本年累计贷方", T, RD_F_YTD_C }, { "本年贷方累计", T, RD_F_YTD_C }, { "本年累计发生额贷方", T, RD_F_YTD_C },
	{ "贷方累计", T, RD_F_YTD_C }, { "本年累计发生贷方", T, RD_F_YTD_C }, { "累计贷方", T, RD_F_YTD_C },
	{ "本年累计贷方发生额", T, RD_F_YTD_C }, { "累计发生额贷方", T, RD_F_YTD_C },
	{ "期末余额", T, RD_F_CLOSE }, { "期末", T, RD_F_CLOSE }, { "closing", T, RD_F_CLOSE },
	{ "closingbalance", T, RD_F_CLOSE },
	{ "期末余额借方", T, RD_F_CLOSE_D }, { "期末借方", T, RD_F_CLOSE_D }, { "期末借方余额", T, RD_F_CLOSE_D },
	{ "期末余额借", T, RD_F_CLOSE_D }, { "借方期末余额", T, RD_F_CLOSE_D }, { "closingdebit", T, RD_F_CLOSE_D },
	{ "期末余额贷方", T, RD_F_CLOSE_C }, { "期末贷方", T, RD_F_CLOSE_C }, { "期末贷方余额", T, RD_F_CLOSE_C },
	{ "期末余额贷", T, RD_F_CLOSE_C }, { "贷方期末余额", T, RD_F_CLOSE_C }, { "closingcredit", T, RD_F_CLOSE_C },
	{ "期末方向", T, RD_F_CLOSE_SIDE }, { "期末余额方向", T, RD_F_CLOSE_SIDE },
	/* charts */
	{ "余额方向", T | C, RD_F_NORMAL_SIDE }, { "方向", T | C, RD_F_NORMAL_SIDE }, { "科目方向", C, RD_F_NORMAL_SIDE },
	{ "借贷方向", C, RD_F_NORMAL_SIDE }, { "side", C, RD_F_NORMAL_SIDE }, { "normal_side", C, RD_F_NORMAL_SIDE },
	{ "normalside", C, RD_F_NORMAL_SIDE },
	{ "科目类别", C, RD_F_CLASS }, { "类别", C, RD_F_CLASS }, { "科目类型", C, RD_F_CLASS }, { "class", C, RD_F_CLASS },
	{ "启用日期", C, RD_F_OPEN_FROM }, { "启用期间", C, RD_F_OPEN_FROM }, { "open_from", C, RD_F_OPEN_FROM },
	{ "停用日期", C, RD_F_OPEN_TO }, { "open_to", C, RD_F_OPEN_TO },
	{ "停用", C, RD_F_DISABLED }, { "是否停用", C, RD_F_DISABLED }, { "禁用", C, RD_F_DISABLED },
	{ "是否禁用", C, RD_F_DISABLED }, { "启用状态", C, RD_F_DISABLED }, { "状态", C, RD_F_DISABLED },
	{ "外币核算", C, RD_F_CURRENCIES }, { "币种", C, RD_F_CURRENCIES }, { "币别", C, RD_F_CURRENCIES },
	{ "currency", C, RD_F_CURRENCIES },
	{ "辅助核算", C, RD_F_PARTY_REQUIRED }, { "核算项目", C, RD_F_PARTY_REQUIRED },
};

static bool is_dropped(uint32_t cp)
{
	return cp <= ' ' || cp == 0xA0 || cp == '*' || cp == ':' || cp == '"' || cp == 0xFEFF;
}

/* "(元)", "(¥)", "(本位币)" behind a name say nothing about the field. */
static uint32_t without_unit(char *s, uint32_t n)
{
	static const char *const units[] = { "(元)", "(¥)", "(cny)", "(rmb)", "(本位币)", "(人民币)", "/元" };

	for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
		uint32_t k = (uint32_t)strlen(units[i]);

		if (n > k && memcmp(s + n - k, units[i], k) == 0)
			return n - k;
	}
	/* "期初余额(借方)" is written like "期初余额借方". */
	uint32_t to = 0;
	for (uint32_t i = 0; i < n; i++)
		if (s[i] != '(' && s[i] != ')' && s[i] != '-')
			s[to++] = s[i];
	return to;
}

uint32_t rd_head_normal(rd_str cell, char *out, uint32_t size)
{
	uint32_t n = 0;

	for (uint32_t at = 0; at < cell.len && n + 4 <= size;) {
		uint32_t cp = rd_halfwidth(rd_utf8_next(cell, &at));

		if (is_dropped(cp))
			continue;
		if (cp >= 'A' && cp <= 'Z')
			cp += 'a' - 'A';
		if (cp == 0x5E10) /* 帐 is written for 账 */
			cp = 0x8D26;
		n += rd_utf8_put(out + n, cp);
	}
	return without_unit(out, n);
}

static uint8_t bit_of(rd_file_kind kind)
{
	return kind == RD_FILE_JOURNAL ? J : kind == RD_FILE_TRIAL_BALANCE ? T : kind == RD_FILE_CHART ? C : 0;
}

rd_field rd_head_field(rd_file_kind kind, rd_str normal)
{
	uint8_t bit = bit_of(kind);

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (names[i].kinds & bit && rd_str_is(normal, names[i].name))
			return (rd_field)names[i].field;
	return RD_FIELD_COUNT;
}

bool rd_head_known(rd_str normal)
{
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (rd_str_is(normal, names[i].name))
			return true;
	return false;
}
