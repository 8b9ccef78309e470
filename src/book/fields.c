/* The fields of a record: their stable words and their names for people. */
#include "book/builder.h"

static const struct {
	const char *name;
	rd_words words;
} fields[RD_FIELD_COUNT] = {
	[RD_F_ENTRY_ID] = {"entry-id", {"分录组编号", "entry id"}},
	[RD_F_NUMBER] = {"number", {"凭证号", "voucher number"}},
	[RD_F_JOURNAL] = {"journal", {"凭证字", "journal"}},
	[RD_F_PERIOD] = {"period", {"期间", "period"}},
	[RD_F_YEAR] = {"year", {"年", "year"}},
	[RD_F_MONTH] = {"month", {"月", "month"}},
	[RD_F_DAY] = {"day", {"日", "day"}},
	[RD_F_DATE] = {"date", {"日期", "date"}},
	[RD_F_PREPARER] = {"preparer", {"制单人", "preparer"}},
	[RD_F_REVIEWER] = {"reviewer", {"审核人", "reviewer"}},
	[RD_F_POSTER] = {"poster", {"记账人", "poster"}},
	[RD_F_POSTED] = {"posted", {"记账标志", "posted mark"}},
	[RD_F_VOID] = {"void", {"作废标志", "void mark"}},
	[RD_F_ATTACHMENTS] = {"attachments", {"附件数", "attachments"}},
	[RD_F_ENTRY_TIME] = {"entry-time", {"录入时间", "entry time"}},
	[RD_F_SOURCE] = {"source", {"凭证来源", "source"}},
	[RD_F_LINE_NO] = {"line-no", {"分录序号", "line number"}},
	[RD_F_ACCOUNT_CODE] = {"account-code", {"科目编码", "account code"}},
	[RD_F_ACCOUNT_NAME] = {"account-name", {"科目名称", "account name"}},
	[RD_F_ACCOUNT] = {"account", {"科目(编码+名称)", "account (code and name)"}},
	[RD_F_PARTY_CODE] = {"party-code", {"往来单位编码", "party code"}},
	[RD_F_PARTY_NAME] = {"party-name", {"往来单位", "party"}},
	[RD_F_CUSTOMER] = {"customer", {"客户", "customer"}},
	[RD_F_SUPPLIER] = {"supplier", {"供应商", "supplier"}},
	[RD_F_EMPLOYEE] = {"employee", {"职员", "employee"}},
	[RD_F_AUX] = {"aux", {"辅助核算", "auxiliary item"}},
	[RD_F_TEXT] = {"text", {"摘要", "summary"}},
	[RD_F_DEBIT] = {"debit", {"借方金额", "debit"}},
	[RD_F_CREDIT] = {"credit", {"贷方金额", "credit"}},
	[RD_F_AMOUNT] = {"amount", {"金额", "amount"}},
	[RD_F_SIDE] = {"side", {"借贷方向", "side"}},
	[RD_F_SIGNED] = {"signed", {"带符号金额", "signed amount"}},
	[RD_F_DOCUMENT] = {"document", {"单据号", "document number"}},
	[RD_F_DOCUMENT_DATE] = {"document-date", {"单据日期", "document date"}},
	[RD_F_CLEARING] = {"clearing", {"核销号", "clearing mark"}},
	[RD_F_CURRENCY] = {"currency", {"币别", "currency"}},
	[RD_F_FOREIGN] = {"foreign", {"原币金额", "foreign amount"}},
	[RD_F_FOREIGN_DEBIT] = {"foreign-debit", {"原币借方", "foreign debit"}},
	[RD_F_FOREIGN_CREDIT] = {"foreign-credit", {"原币贷方", "foreign credit"}},
	[RD_F_RATE] = {"rate", {"汇率", "rate"}},
	[RD_F_QUANTITY] = {"quantity", {"数量", "quantity"}},
	[RD_F_BALANCE] = {"balance", {"余额", "balance"}},
	[RD_F_BALANCE_SIDE] = {"balance-side", {"余额方向", "side of the balance"}},
	[RD_F_OPEN] = {"open", {"期初余额", "opening balance"}},
	[RD_F_OPEN_SIDE] = {"open-side", {"期初方向", "side of the opening"}},
	[RD_F_OPEN_D] = {"open-debit", {"期初借方", "opening debit"}},
	[RD_F_OPEN_C] = {"open-credit", {"期初贷方", "opening credit"}},
	[RD_F_MOVE_D] = {"move-debit", {"本期借方", "period debit"}},
	[RD_F_MOVE_C] = {"move-credit", {"本期贷方", "period credit"}},
	[RD_F_YTD_D] = {"year-debit", {"本年累计借方", "year-to-date debit"}},
	[RD_F_YTD_C] = {"year-credit", {"本年累计贷方", "year-to-date credit"}},
	[RD_F_CLOSE] = {"close", {"期末余额", "closing balance"}},
	[RD_F_CLOSE_SIDE] = {"close-side", {"期末方向", "side of the closing"}},
	[RD_F_CLOSE_D] = {"close-debit", {"期末借方", "closing debit"}},
	[RD_F_CLOSE_C] = {"close-credit", {"期末贷方", "closing credit"}},
	[RD_F_NORMAL_SIDE] = {"normal-side", {"余额方向", "normal side"}},
	[RD_F_CLASS] = {"class", {"科目类别", "account class"}},
	[RD_F_OPEN_FROM] = {"open-from", {"启用日期", "in use from"}},
	[RD_F_OPEN_TO] = {"open-to", {"停用日期", "in use until"}},
	[RD_F_DISABLED] = {"disabled", {"停用", "disabled"}},
	[RD_F_CURRENCIES] = {"currencies", {"外币核算", "currencies"}},
	[RD_F_PARTY_REQUIRED] = {"party-required", {"辅助核算", "auxiliary accounting"}},
};

const char *rd_field_name(rd_field f)
{
	return fields[f].name;
}

rd_words rd_field_words(rd_field f)
{
	return fields[f].words;
}

rd_field rd_field_find(rd_str name)
{
	for (uint32_t f = 0; f < RD_FIELD_COUNT; f++)
		if (rd_str_is(name, fields[f].name))
			return (rd_field)f;
	return RD_FIELD_COUNT;
}
