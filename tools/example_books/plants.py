"""The exceptions planted in the example books, one function for each family.

`openings` runs before the year, `business` in each month before its end, so that the closing
vouchers of the month include what was planted; `papers` runs last, when numbers are given, and
changes numbers, dates, names and cells. Every plant writes the row of truth.csv that says what
should be found. kind `planted` is the exception itself; `follows` is what a right program also
reports because of it.
"""
import datetime as dt

from example_books.model import CHECKER, YEAR, Line, cr, dr

LOST_CUSTOMER, OLD_SUPPLIER, OWNER = "旧巷贸易商行", "顺成纸业经营部", "周砚秋"


def plant(b, slug, voucher, zh, en, account="", period="", file="序时账.csv", kind="planted"):
    b.truth.append({"slug": slug, "voucher": voucher, "account": account, "period": period,
                    "file": file, "kind": kind, "zh": zh, "en": en})


def at(month, day):
    return dt.date(YEAR, month, day)


# ---- before the year ----

def openings(b):
    b.opening["1122", LOST_CUSTOMER] = 1872000
    plant(b, "balance-without-movement", None, "应收%s 18,720.00 全年无发生" % LOST_CUSTOMER,
          "receivable that did not move all year", "1122")
    b.opening["220202", OLD_SUPPLIER] = -2640000
    plant(b, "accrual-not-reversed", None, "上年暂估应付%s 26,400.00 至年末未冲" % OLD_SUPPLIER,
          "estimate of the year before, still open", "220202")
    plant(b, "balance-without-movement", None, "同一暂估全年无发生", "the same estimate did not move",
          "220202", kind="follows")


# ---- within the month-end work ----

def skips_insurance(month, liability):
    return month == 6 and liability in ("221102", "221103")


def hold_back_cost(b, month, cost):
    """November leaves the cost of plastic goods for December."""
    if month == 11:
        b.cost_held_back = {"140502": cost.pop("140502")}
    if month == 12:
        cost["140502"] = cost.get("140502", 0) + b.cost_held_back["140502"]
        plant(b, "cost-does-not-fit-revenue", None,
              "11月未结转塑料包装成本,毛利率异常升高", "cost of plastic goods left out in November",
              period="2025-11")


def left_open(month):
    return ("560103",) if month == 7 else ()


# ---- entries of the business ----

def february(b, days):
    first = b.marks["buy", 2]
    again = b.post(first.date, first.lines[0].text, copies(first), 2)
    plant(b, "dup-invoice-exact", again, "与前一张采购凭证的发票号、日期、金额、供应商完全相同",
          "same invoice number, date, amount and supplier as the voucher before", "220201")
    plant(b, "dup-entry", again, "整张凭证与前一张相同", "the whole voucher repeats", kind="follows")
    v = b.post(days[8], "调整", [dr("560204", 21600), cr("1001", 21600)], 1)
    plant(b, "summary-missing-or-vague", v, "摘要只有“调整”", "summary says only 调整")
    v = b.post(days[9], "支付咨询服务费", [dr("560211", 318000), cr("100201", 318000)], 0)
    plant(b, "no-supporting-document", v, "费用凭证附件数为零", "expense voucher without attachment")
    v = b.post(days[5], "注销2024年12月18日记-33号凭证", [dr("560208", -48600), cr("1001", -48600)], 0)
    plant(b, "red-pair-unlinked", v, "原凭证在账外(上年),仅提示", "its original lies before the data",
          kind="follows")
    plant(b, "red-entry-hits-prior-year-pl", v, "红字冲销上年费用,记入本年损益(小企业准则,提示)",
          "red entry against an expense of the year before", "560208")


def march(b, days):
    v = b.post(at(3, 15), "支付零星维修费", [dr("560204", 46200), cr("100201", 46200)])
    plant(b, "weekend-or-holiday-entry", v, "3月15日(星期六)付款", "payment on Saturday 15 March")
    first = b.marks["buy", 3]
    v = b.post(days[17], first.lines[0].text, copies(first), 2)
    plant(b, "dup-invoice-other-date", v, "同一供应商同一发票、同额,另一日期再次入账",
          "invoice booked again on another date", "220201")


def april(b, days):
    first = b.marks["buy", 4]
    old = first.lines[-1].doc
    doc = old[:-3] + old[-2] + old[-3] + old[-1]
    if doc == old:
        doc = old[:-4] + old[-3] + old[-4] + old[-2:]
    v = b.post(first.date, first.lines[0].text, copies(first, doc), 2)
    plant(b, "dup-invoice-similar-number", v, "供应商、日期、金额相同,发票号两位对调",
          "same supplier, date and amount; two digits of the number swapped", "220201")
    doc = invoice(b)
    for party, name in (("青石劳务服务部", 0), ("西岸装卸服务部", 1)):
        v = b.post(days[10], "%s装卸费" % party, [
            dr("560102", 368700, "", doc, days[10]), cr("220201", 368700, party, doc, days[10])])
        b.post(days[15], "支付%s装卸费" % party, [dr("220201", 368700, party), cr("100201", 368700)])
        if name:
            plant(b, "dup-invoice-other-vendor", v, "发票号、日期、金额相同,供应商不同",
                  "same number, date and amount under another supplier", "220201")


def may(b, days):
    v = b.post(days[10], "购买服务器一台", [dr("560204", 868000), cr("100201", 868000)])
    plant(b, "asset-expensed", v, "服务器计入办公费", "a server booked as office expense", "560204")
    v = b.post(days[12], "送货车辆交通违章罚款", [dr("560212", 20000), cr("1001", 20000)])
    plant(b, "wrong-account-by-keyword", v, "罚款计入车辆费用", "fine booked as vehicle cost", "560212")
    v = b.post(days[13], "支付%s货款" % "金穗包装材料有限公司", [
        dr("220201", 248000, "金穗包装材料有限公司"), cr("1001", 248000)])
    b.post(days[13], "提取备用金", [dr("1001", 300000), cr("100201", 300000)])
    plant(b, "rare-account-pair", v, "货款与现金的对应全年仅此一次", "supplier paid in cash only this once",
          kind="follows")
    plant(b, "cash-payment-over-limit", v, "现金支付货款 2,480.00,超过 1,000 元结算起点",
          "2,480.00 paid to a firm in cash", "1001")
    doc = invoice(b)
    b.post(days[13], "金穗包装材料有限公司零星采购", [
        dr("140502", 219469, "", doc, days[13]), dr("22210101", 28531, "", doc, days[13]),
        cr("220201", 248000, "金穗包装材料有限公司", doc, days[13])])
    b.stock_in("打包带", 42, 219469)


def june(b, days):
    v = b.post(at(6, 18), "%s借款" % OWNER, [dr("122102", 8000000, OWNER), cr("100201", 8000000)])
    plant(b, "shareholder-loan-at-year-end", v, "股东借款 80,000.00 年末未还",
          "80,000.00 lent to the owner, open at year end", "122102")
    plant(b, "round-amounts", v, "整数大额 80,000.00", "round amount", kind="follows")
    plant(b, "insurance-not-accrued", None, "6月计提工资,未计提社保公积金",
          "wages accrued in June, no social insurance or housing fund", period="2025-06")
    b.marks["june"] = b.post(days[15], "支付复印机租赁费", [dr("560204", 86500), cr("100201", 86500)])


def july(b, days):
    b.post(days[3], "补提6月社会保险费", [dr("560202", 1621920), cr("221102", 1621920)])
    b.post(days[3], "补提6月住房公积金", [dr("560203", 457800), cr("221103", 457800)])
    plant(b, "profit-and-loss-not-closed", None, "7月广告宣传费未结转本年利润",
          "advertising expense not closed in July", "560103", "2025-07")
    cash = b.balance("1001")
    v = b.post(days[16], "梁书瑶报销差旅费", [dr("560208", cash + 186000, "梁书瑶"),
                                         cr("1001", cash + 186000)], 9)
    b.post(days[18], "提取备用金", [dr("1001", 800000), cr("100201", 800000)])
    plant(b, "cash-balance-negative", v, "当日现金余额为负", "cash goes below zero on this day", "1001")
    v = b.post(days[6], "红字冲销", [dr("560208", -32700), cr("1001", -32700)], 0)
    plant(b, "red-pair-unlinked", v, "红字凭证未注明原凭证,也找不到原凭证",
          "red voucher without reference or counterpart", "560208")
    first = last = b.post(days[7], "支付商标代理费", trademark(190000), 2)
    for i in range(3):
        b.post(days[8 + 2 * i], "注销{ref}", trademark(-190000), 0, last)
        last = b.post(days[8 + 2 * i], "订正{ref}", trademark(190000), 0, last)
    plant(b, "repeated-reverse-repost", first, "同一业务三次冲销重做", "reversed and re-booked three times",
          "560211")


def august(b, days):
    v = b.post(days[4], "退回多付办公用品款", [dr("100201", 15800), cr("560204", 15800)])
    plant(b, "entry-on-unusual-side", v, "费用科目贷方正数(应为借方红字)",
          "positive credit on an expense account", "560204")
    v = b.post(days[6], "提取现金备用", [dr("1001", 6000000), cr("100201", 6000000)])
    plant(b, "cash-balance-too-large", v, "现金余额超过 50,000 元达三周", "cash above 50,000 for weeks",
          "1001", "2025-08")
    v = b.post(at(8, 23), "支付仓库临时装卸费", [dr("560102", 72500), cr("100201", 72500)])
    plant(b, "weekend-or-holiday-entry", v, "8月23日(星期六)付款", "payment on Saturday 23 August")
    code, doc = "1122", b.own_invoice()
    v = b.post(days[11], "销售包装材料尾货", [dr(code, 565000, "", doc, days[11]),
                                      cr("500101", 500000, "", doc, days[11]),
                                      cr("22210102", 65000, "", doc, days[11])])
    plant(b, "control-line-without-partner", v, "应收账款分录缺往来单位", "receivable without partner", code)
    v = b.post(days[16], "收到尾货款", [dr("100201", 565000), cr(code, 565000)])
    plant(b, "control-line-without-partner", v, "收款分录缺往来单位", "receipt without partner", code)
    plant(b, "subledger-differs-from-control", None, "往来单位合计与应收账款不符(8月起各期)",
          "partners do not add up to the account, from August on", code, file="科目余额表.csv",
          kind="follows")
    b.post(days[13], "销售部门季度奖金计提", [dr("560101", 500000), cr("221101", 500000)])
    plant(b, "wages-accrued-not-paid", None, "8月计提奖金 5,000.00 至年末未发放",
          "bonus accrued in August, unpaid at year end", "221101")


def september(b, days):
    v = b.post(days[0], "现金存入银行", [dr("100201", 6000000), cr("1001", 6000000)])
    plant(b, "amount-outlier", v, "60,000.00 现金存入远大于平常", "60,000.00 of cash paid in", "1001",
          kind="follows")
    v = b.post(days[9], "支付2025年3月水费", [dr("560206", 43700), cr("100201", 43700)])
    plant(b, "summary-names-other-period", v, "摘要为3月,入账9月",
          "summary names March, booked in September",
          "560206")
    doc = invoice(b)
    v = b.post(days[11], "购买中秋节职工福利品", [
        dr("560213", 286000, "", doc, days[11]), dr("22210101", 37180, "", doc, days[11]),
        cr("100201", 323180, "", doc, days[11])], 2)
    plant(b, "input-tax-not-transferred-out", v, "集体福利的进项税额未转出",
          "input tax of welfare goods not transferred out", "22210101")
    b.stock_in("打包带", -13, -67600)
    b.post(days[14], "盘亏打包带待处理", [dr("1901", 67600), cr("140502", 67600)])
    plant(b, "suspense-not-cleared", None, "待处理财产损溢年末未处理", "shortage untreated at year end",
          "1901", "2025-12")
    for _ in range(2):
        v = b.post(days[10], "寄送样品快递费", [dr("560102", 13600), cr("1001", 13600)])
    plant(b, "dup-entry", v, "同日两张凭证内容完全相同", "two equal vouchers on one day")
    plant(b, "disposal-account-not-cleared", None, "旧打印机清理净额三个月未结转",
          "disposal not closed after three months", "1606")
    sale = b.post(days[-1], "销售纸箱给望舒服饰有限公司", [
        dr("1122", 4068000, "望舒服饰有限公司"), cr("500101", 3600000), cr("22210102", 468000)])
    b.marks["late sale"] = sale


def october(b, days):
    sale = b.marks["late sale"]
    v = b.post(days[1], "注销{ref}", [dr("1122", -4068000, "望舒服饰有限公司"), cr("500101", -3600000),
                                  cr("22210102", -468000)], 0, sale)
    plant(b, "reversal-next-period", v, "9月末确认的收入10月初冲回", "September revenue taken back in October",
          "500101")
    v = b.post(at(10, 3), "支付国庆值班餐费", [dr("560207", 58600), cr("100201", 58600)])
    plant(b, "weekend-or-holiday-entry", v, "10月3日(国庆节)付款", "payment on National Day holiday")
    v = b.post(days[6], "补缴上年企业所得税", [dr("3103", 326000), cr("100201", 326000)])
    plant(b, "profit-account-differs", v, "直接借记本年利润,未经损益科目",
          "booked straight to profit for the year",
          "3103")
    first = b.post(days[8], "支付方舟印务有限公司货款", pay("方舟印务有限公司", 437500))
    doc = invoice(b)
    b.post(days[4], "方舟印务有限公司画册印刷费", [
        dr("560103", 437500, "", doc, days[4]), cr("220201", 437500, "方舟印务有限公司", doc, days[4])])
    v = b.post(first.date + dt.timedelta(3), "支付方舟印务有限公司货款", pay("方舟印务有限公司", 437500))
    plant(b, "dup-amount-near-date", v, "三天内向同一单位支付同额两次", "paid twice within three days", "220201")
    plant(b, "partner-balance-wrong-side", None, "重复付款使应付方舟印务为借方余额",
          "payable with a debit balance", "220201")
    b.post(days[10], "零售打包带收现", [dr("1001", 1130000), cr("500101", 1000000),
                                      cr("22210102", 130000)])
    b.post(days[10], "邵子墨报销展会费用", [dr("560103", 1023000, "邵子墨"),
                                          cr("1001", 1023000)], 7)
    b.stock_in("打包带", -140, -728000)
    b.post(days[10], "结转零售打包带成本", [dr("540101", 728000), cr("140502", 728000)])
    plant(b, "cash-receipts-spent", None, "当日现金收入未存银行即用于支付",
          "cash takings spent on the same day", "1001",
          "2025-10")
    b.marks["october"] = b.post(days[12], "支付电梯间广告费", [
        dr("560103", 156000), cr("100201", 156000)], 2)
    for i in (3, 6, 13):
        b.marks["name", i] = b.post(days[i], "购买办公耗材", [
            dr("560204", 7300 + 1117 * i), cr("1001", 7300 + 1117 * i)])


def november(b, days):
    v = b.post(days[5], "员工体检费", [dr("560299", 168000), cr("100201", 168000)], 3)
    plant(b, "undeclared-code", v, "科目 560299 不在科目表",
          "account 560299 is not in the chart", "560299")
    b.marks["bad date"] = b.post(days[-2], "支付仓库消防检测费", [dr("560205", 62000), cr("100201", 62000)])
    b.marks["bad amount"] = b.post(days[7], "支付公众号认证费", [
        dr("560103", 126000), cr("100201", 126000)])
    v = b.post(days[9], "支付恒泽货款及石远航借支", [
        dr("220201", 521000, "恒泽纸品有限公司"), dr("122102", 80000, "石远航"),
        cr("100201", 521000), cr("1001", 80000)], 2)
    b.post(days[15], "石远航归还借支", [dr("1001", 80000), cr("122102", 80000, "石远航")])
    plant(b, "entry-mixes-business", v, "一张凭证混记两笔无关业务", "two unrelated businesses in one voucher")
    v = b.post(days[11], "预付远帆塑业有限公司货款", [dr("1123", 930000, "远帆塑业有限公司"),
                                            cr("100201", 930000)])
    plant(b, "partner-in-several-accounts", v, "远帆塑业同时有预付与应付余额",
          "same supplier with prepayment and payable", "1123")


def december(b, days):
    v = b.post(days[12], "部门团建餐费", [dr("560215", 96000), cr("100201", 96000)])
    plant(b, "account-used-outside-life", v, "停用科目仍有发生额", "account is disabled", "560215")
    v = b.post(days[6], "支付工会活动费", [dr("5602", 136000), cr("100201", 136000)])
    plant(b, "subledger-differs-from-control", None, "总账与明细合计相差该笔",
          "the parent differs from its children", "5602", "2025-12", "科目余额表.csv",
          "follows")
    plant(b, "posting-to-parent-account", v, "记入非末级科目 5602",
          "posted to parent account 5602", "5602")
    b.post(days[8], "支付仓库叉车电费", [dr("4101", 115000), cr("100201", 115000)])
    plant(b, "overhead-not-allocated", None, "制造费用年末有余额", "overhead left with a balance",
          "4101", "2025-12")
    b.marks["december"] = b.post(days[12], "支付年末仓库整理费", [dr("560205", 98400), cr("100201", 98400)])
    plant(b, "year-profit-not-transferred", None, "提取法定盈余公积未转入未分配利润",
          "profit distribution sub-account not closed", "310402", "2025-12")
    v = b.marks["buy", 12]
    v.lines[-1].credit = swap_digits(v.lines[-1].credit)
    plant(b, "entry-unbalanced", v, "应付金额两位数字颠倒,借贷不平",
          "two digits of the payable swapped", "220201")
    plant(b, "trial-balance-unbalanced", None, "同一差额使12月试算不平",
          "the same difference in the trial balance",
          period="2025-12", file="科目余额表.csv", kind="follows")


def invoice(b):
    """A supplier's number from a counter of its own, so that the year's chance stays the same."""
    b.planted_invoices += 1
    return "25993000000%09d" % (700418226 + 1009 * b.planted_invoices)


def trademark(amount):
    return [dr("560211", amount), cr("100201", amount)]


def copies(voucher, doc=None):
    return [Line(l.text, l.code, l.debit, l.credit, l.party, doc or l.doc, l.doc_date)
            for l in voucher.lines]


def pay(party, amount):
    return [dr("220201", amount, party), cr("100201", amount)]


def swap_digits(fen):
    """Exchanges the last two neighbouring digits of the whole yuan that differ."""
    yuan = str(fen // 100)
    i = next(i for i in range(len(yuan) - 2, -1, -1) if yuan[i] != yuan[i + 1])
    yuan = yuan[:i] + yuan[i + 1] + yuan[i] + yuan[i + 2:]
    return int(yuan) * 100 + fen % 100


MONTHS = {2: february, 3: march, 4: april, 5: may, 6: june, 7: july, 8: august, 9: september,
          10: october, 11: november, 12: december}


def business(b, month, days):
    for v in b.vouchers:
        if v.period == month and v.lines[0].text.startswith("向"):
            b.marks.setdefault(("buy", month), v)
    if month in MONTHS:
        MONTHS[month](b, days)


# ---- what is changed on paper, when the vouchers have numbers ----

def papers(b):
    people(b)
    numbers(b)
    dates(b)
    cells(b)
    balances(b)


def of_month(b, month):
    return [v for v in b.vouchers if v.period == month]


def people(b):
    v = of_month(b, 1)[20]
    v.preparer = CHECKER
    plant(b, "self-review", v, "制单人与审核人同为%s" % CHECKER, "prepared and reviewed by one person")
    v = of_month(b, 4)[18]
    v.reviewer = ""
    plant(b, "not-reviewed-or-posted", v, "审核人空白", "no reviewer")


def numbers(b):
    march_vouchers = of_month(b, 3)
    gap = march_vouchers[24].number
    for v in march_vouchers[24:]:
        v.number += 1
    plant(b, "voucher-number-gap", None, "3月缺记-%d号" % gap, "number %d is missing in March" % gap,
          period="2025-03")
    mine = of_month(b, 5)
    i = next(i for i in range(30, 50) if mine[i].date != mine[i + 1].date)
    for v in mine[i + 1:]:
        v.number -= 1
    plant(b, "voucher-number-duplicate", mine[i + 1], "5月记-%d号有两张凭证" % mine[i].number,
          "two vouchers with number %d in May" % mine[i].number)


def dates(b):
    v = b.marks["june"]
    v.date = at(7, 2)
    plant(b, "period-field-differs-from-date", v, "日期7月2日,期间6月", "dated 2 July, period June")
    plant(b, "number-date-order", v, "同一凭证号与日期倒序", "the same voucher", kind="follows")
    v = b.marks["december"]
    v.date = dt.date(YEAR + 1, 1, 5)
    plant(b, "date-outside-file-period", v, "日期2026年1月5日,超出账套期间",
          "dated after the year of the file")
    plant(b, "period-field-differs-from-date", v, "同一凭证日期与期间不符", "the same voucher", kind="follows")
    plant(b, "number-date-order", v, "同一凭证号与日期倒序", "the same voucher", kind="follows")
    mine = of_month(b, 8)
    v = mine[40]
    v.date = mine[10].date
    plant(b, "number-date-order", v, "凭证号在后、日期在前", "later number, earlier date")


def cells(b):
    v = b.marks["bad date"]
    v.lines[0].raw["日期"] = "2025-11-31"
    plant(b, "date-unreadable", v, "日期 2025-11-31 不存在", "there is no 31 November")
    v = b.marks["bad amount"]
    v.lines[0].raw["借方金额"] = "1,26O.00"
    plant(b, "amount-unreadable", v, "金额写作 1,26O.00(字母O)",
          "letter O for zero in an amount", "560103")
    why, en = "该行不能读入,因而不符", "because that line cannot be read"
    plant(b, "entry-unbalanced", v, why, en, kind="follows")
    plant(b, "import-row-rejected", v, why, en, kind="follows")
    plant(b, "control-totals-differ", None, why, en, kind="follows")
    plant(b, "one-sided-entry", v, why, en, kind="follows")
    plant(b, "profit-and-loss-not-closed", None, why, en, "560103", "2025-11", kind="follows")
    plant(b, "journal-differs-from-trial-balance", None, why, en, "560103", "2025-11",
          "科目余额表.csv", "follows")
    v = b.marks["october"]
    v.lines[1].raw["制单人"] = "何景行"
    plant(b, "entry-fields-inconsistent", v, "同一凭证有两个制单人", "two preparers in one voucher")
    for i in (3, 6, 13):
        b.marks["name", i].lines[0].raw["科目名称"] = "管理费用_办公用品"
    plant(b, "code-with-several-names", None, "科目 560204 有两个名称",
          "account 560204 has two names", "560204")
    v = b.marks["freight", 10, 9]
    v.lines.insert(1, Line(v.lines[0].text, "560102"))
    v.lines[1].raw["借方金额"] = "0.00"
    plant(b, "debit-credit-both-or-none", v, "分录借贷均为零", "line of zero", "560102")
    b.chart["560215"]["state"] = "停用"
    b.chart["56023"] = {"name": "劳动保护费", "class": "profit_loss", "side": "借", "party": ""}
    plant(b, "account-code-format", None, "科目编码 56023 不合 4-2-2 规则", "code 56023 does not fit 4-2-2",
          "56023", file="科目表.csv")


def balances(b):
    """tb_edits: (period, account, column of the eight, fen)."""
    for code in ("1002", "100202"):
        for column in (2, 3, 4, 5):
            b.tb_edits.append((9, code, column, 100000))
    plant(b, "journal-differs-from-trial-balance", None, "9月一般户借贷发生额各多 1,000.00",
          "movement of 100202 in September 1,000.00 too high on both sides", "100202", "2025-09",
          "科目余额表.csv")
    follows = "journal-differs-from-trial-balance"
    b.tb_edits.append((5, "5602", 2, 36000))
    b.tb_edits.append((5, "5602", 3, 36000))
    plant(b, "subledger-differs-from-control", None, "5月管理费用总账与明细合计不符",
          "parent 5602 differs from the sum of its children in May", "5602", "2025-05", "科目余额表.csv")
    plant(b, follows, None, "管理费用总账与序时账不符", "the parent differs from the journal as well",
          "5602", "2025-05", "科目余额表.csv", "follows")
    b.tb_edits.append((11, "1801", 6, -50000))
    plant(b, "rollforward-break", None, "11月长期待摊费用期末少 500.00",
          "closing of 1801 in November 500.00 too low",
          "1801", "2025-11", "科目余额表.csv")
    plant(b, "opening-differs-from-prior-closing", None, "12月期初与11月期末不符",
          "December opens with another balance", "1801", "2025-12", "科目余额表.csv", "follows")
    plant(b, "trial-balance-unbalanced", None, "11月期末借贷不平", "November closing does not balance", "",
          "2025-11", "科目余额表.csv", "follows")
