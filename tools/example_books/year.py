"""What happens in the year: buying, selling, wages, taxes, month and year end."""
import datetime as dt

from example_books import plants
from example_books.model import (ASSISTANT, CUSTOMERS, DESIGN_CUSTOMERS, LANDLORD, OWN_INVOICE,
                                 PREPAID_SUPPLIER, PRODUCTS, SEASON, STAFF, SUPPLIERS, TAX_DAY,
                                 YEAR, Books, cr, dr, net_of, part)


# ---- opening balances ----

def open_books(b):
    b.opening.update({
        ("1001", ""): 321850, ("100201", ""): 46845217, ("100202", ""): 5231000,
        ("1123", PREPAID_SUPPLIER): 1288200, ("122101", LANDLORD): 2000000,
        ("160101", ""): 12800000, ("160102", ""): 4650000, ("160103", ""): 2380000,
        ("1602", ""): -7912640, ("1801", ""): 3600000, ("2001", ""): -20000000,
        ("2203", "汀州玩具厂"): -904000, ("221101", ""): -6540000,
        ("221102", ""): -1621920, ("221103", ""): -457800, ("222102", ""): -2183645,
        ("222103", ""): -76428, ("222104", ""): -32755, ("222105", ""): -21836,
        ("222106", ""): -512480, ("222107", ""): -21530, ("222108", ""): -28640,
        ("3001", ""): -50000000, ("310101", ""): -2614300})
    for i, (name, sub, cost, _) in enumerate(PRODUCTS):
        quantity = (2900000 + 110000 * i) // cost // 10 * 10
        b.stock[name] = [quantity, quantity * cost]
        key = (sub, "")
        b.opening[key] = b.opening.get(key, 0) + quantity * cost
    for i, name in enumerate(CUSTOMERS[:9]):
        amount = 2417380 + 591730 * ((i * 5) % 7) + 113 * i
        b.opening["1122", name] = amount
        b.to_receive.append([b.workday(dt.date(YEAR, 1, 6) + dt.timedelta(4 * i)), name, amount])
    i = 0
    for names in SUPPLIERS.values():
        for name in names:
            amount = 6120450 + 903270 * i
            b.opening["220201", name] = -amount
            b.to_pay.append([b.workday(dt.date(YEAR, 1, 8) + dt.timedelta(5 * i)), name, amount])
            i += 1
    if b.planted:
        plants.openings(b)
    b.opening["310401", ""] = -sum(b.opening.values())  # what is left is retained


# ---- buying and selling ----

GOODS_SALES = 42000000  # of a usual month, in fen

def buy(b, day, supplier, wanted, credit="220201"):
    """Books an invoice for `wanted` [(product, quantity)]; payable in 30 to 40 days."""
    net, lines = {}, []
    for product, quantity in wanted:
        sub, cost = next((s, c) for n, s, c, _ in PRODUCTS if n == product)
        amount = part(quantity * cost, 10000 + b.between(-180, 180))
        b.stock_in(product, quantity, amount)
        net[sub] = net.get(sub, 0) + amount
    doc, doc_date = b.input_invoice(), day - dt.timedelta(b.between(0, 2))
    for sub, amount in sorted(net.items()):
        lines.append(dr(sub, amount, "", doc, doc_date))
    total = sum(net.values())
    tax = part(total, 1300)
    lines += [dr("22210101", tax, "", doc, doc_date),
              cr(credit, total + tax, supplier, doc, doc_date)]
    if credit == "220201":
        due = b.workday(day + dt.timedelta(b.between(30, 40)))
        b.to_pay.append([due, supplier, total + tax])
    return b.post(day, "向%s采购%s等" % (supplier, wanted[0][0]), lines, 2)


def restock(b, day, month, share):
    """Tops every product up to `share` of a month's use, a supplier for each group."""
    for sub, names in SUPPLIERS.items():
        wanted = []
        for name, group, _, price in PRODUCTS:
            target = int(GOODS_SALES * SEASON[month - 1] / 8 / price * share)
            missing = (target - b.stock[name][0] + b.sold.get(name, 0)) // 10 * 10
            if group == sub and missing > 100:
                wanted.append((name, missing))
        if wanted:
            buy(b, day, b.choose(names), wanted)


def pick_goods(b, value):
    goods = []
    for _ in range(b.between(1, 3)):
        name, _, _, price = b.choose(PRODUCTS)
        left = b.stock[name][0] - b.sold.get(name, 0)
        quantity = min(max(int(value / price) // 10 * 10, 20), left // 10 * 10)
        if quantity > 0 and all(name != g[0] for g in goods):
            goods.append((name, quantity, price))
            b.sold[name] = b.sold.get(name, 0) + quantity
    return goods


def sell(b, day, customer, value, debit="1122"):
    goods = pick_goods(b, value)
    if not goods:
        return None
    net = sum(part(q * p, 10000 + b.between(-250, 250)) for _, q, p in goods)
    tax = part(net, 1300)
    doc = b.own_invoice()
    v = b.post(day, "销售%s等给%s" % (goods[0][0], customer), [
        dr(debit, net + tax, customer, doc, day),
        cr("500101", net, "", doc, day), cr("22210102", tax, "", doc, day)])
    if debit == "1122":
        due = b.workday(day + dt.timedelta(b.between(18, 42)))
        b.to_receive.append([due, customer, net + tax])
        v.receivable = b.to_receive[-1]
    return v


def trade(b, month, days):
    first = days[0]
    restock(b, first, month, 1.25)
    restock(b, days[len(days) // 2], month, 1.0)
    n = 10 if month != 2 else 7
    for i in range(n):
        day = days[min(1 + i * (len(days) - 2) // n, len(days) - 1)]
        value = GOODS_SALES * SEASON[month - 1] / n / 1.8 * (0.6 + 0.8 * b.rng.random())
        v = sell(b, day, CUSTOMERS[(i * 5 + month) % len(CUSTOMERS)], value)
        if v and i in (2, 6):
            b.marks["sale", month, i] = v
    for i, customer in enumerate(DESIGN_CUSTOMERS):
        net = 1125000 + 31730 * b.between(0, 12)
        day, doc = days[4 + 5 * i], b.own_invoice()
        tax = part(net, 600)
        b.post(day, "%s包装设计服务费" % customer, [
            dr("1122", net + tax, customer, doc, day),
            cr("500102", net, "", doc, day), cr("22210102", tax, "", doc, day)])
        b.to_receive.append([b.workday(day + dt.timedelta(25)), customer, net + tax])


def settle(b, month):
    for due, party, amount in b.to_pay:
        if (due.year, due.month) == (YEAR, month):
            b.marks["pay", month, party] = b.post(due, "支付%s货款" % party, [
                dr("220201", amount, party), cr("100201", amount)])
    for due, party, amount in b.to_receive:
        if (due.year, due.month) == (YEAR, month):
            b.post(due, "收到%s货款" % party, [dr("100201", amount), cr("1122", amount, party)])


# ---- people ----

WAGE_BASE = sum(wage * 100 for _, _, wage, _ in STAFF)
FIRM_RATE = {"221102": 2480, "221103": 700}  # the employer's share

def payroll(month):
    """name -> (account, gross, social insurance, housing fund) in fen; bonus for sales."""
    rows = {}
    for i, (name, code, wage, _) in enumerate(STAFF):
        gross = wage * 100
        if code == "560101":
            gross += 45300 + 12700 * ((month * 3 + i) % 5)
        base = wage * 100
        rows[name] = (code, gross, part(base, 1050), part(base, 700))
    return rows


def pay_wages(b, month, days):
    """Pays the wages of the month before, withholds insurance and income tax."""
    day = b.workday(dt.date(YEAR, month, 10))
    if month == 1:
        insurance, fund, tax, gross = 686700, 457800, 21530, 6540000
    else:
        rows = payroll(month - 1)
        gross = sum(r[1] for r in rows.values())
        insurance = sum(r[2] for r in rows.values())
        fund = sum(r[3] for r in rows.values())
        tax = sum(income_tax(b, n, r, month - 1) for n, r in rows.items())
    last = (month + 10) % 12 + 1
    b.marks["wages", month] = b.post(day, "发放%d月工资" % last, [
        dr("221101", gross), cr("224101", insurance + fund), cr("222107", tax),
        cr("100201", gross - insurance - fund - tax)], 2, preparer=ASSISTANT)
    for code, name, own in (("221102", "社会保险费", insurance), ("221103", "住房公积金", fund)):
        firm = part(WAGE_BASE, FIRM_RATE[code])
        b.post(b.workday(dt.date(YEAR, month, 16)), "缴纳%d月%s" % (last, name), [
            dr(code, firm), dr("224101", own), cr("100201", firm + own)], 2, preparer=ASSISTANT)


def income_tax(b, name, row, month):
    """Cumulative withholding: 3 % to 36,000 yuan of the year's base, 10 % above."""
    deduction = next(d for n, _, _, d in STAFF if n == name)
    state = b.tax_base[name]
    state[0] += row[1] - row[2] - row[3] - 500000 - deduction * 100
    base = max(state[0], 0)
    due = part(min(base, 3600000), 300) + part(max(base - 3600000, 0), 1000)
    tax = max(due - state[1], 0)
    state[1] += tax
    return tax


def accrue_wages(b, month, last):
    rows = payroll(month)
    gross = {}
    for code, amount, _, _ in rows.values():
        gross[code] = gross.get(code, 0) + amount
    total = sum(gross.values())
    b.marks["accrual", month] = b.post(last, "计提%d月工资" % month, [
        *(dr(c, a) for c, a in sorted(gross.items())), cr("221101", total)], preparer=ASSISTANT)
    for name, expense, liability in (("社会保险费", "560202", "221102"),
                                     ("住房公积金", "560203", "221103")):
        amount = part(WAGE_BASE, FIRM_RATE[liability])
        if b.planted and plants.skips_insurance(month, liability):
            continue
        b.marks[liability, month] = b.post(last, "计提%d月%s" % (month, name), [
            dr(expense, amount), cr(liability, amount)], preparer=ASSISTANT)


# ---- running costs ----

def with_tax(b, day, text, code, gross, rate, attachments=2):
    """An expense paid by bank against a special invoice."""
    net, doc = net_of(gross, rate), b.input_invoice()
    return b.post(day, text, [dr(code, net, "", doc, day),
                              dr("22210101", gross - net, "", doc, day),
                              cr("100201", gross, "", doc, day)], attachments)


DAYS_TO_21ST = [31, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30]
PETTY = [("购买文具用品", "560204", 4500, 38000), ("市内交通费报销", "560208", 3200, 16800),
         ("寄件快递费", "560102", 1800, 24600), ("购买桶装饮用水", "560204", 6000, 18600),
         ("停车及过路费报销", "560212", 2000, 15400), ("招待来访客户工作餐", "560207", 16800, 78000),
         ("打印装订费", "560204", 2600, 22000)]


def running_costs(b, month, days):
    with_tax(b, days[1], "支付%d月房屋租金" % month, "560205", 1000000, 900)
    with_tax(b, days[5], "支付%d月电费" % month, "560206", b.between(86400, 152700), 1300)
    with_tax(b, days[6], "支付%d月网络通讯费" % month, "560210", 39900 + b.between(0, 6200), 900)
    b.marks["ad", month] = with_tax(b, days[10], "支付%d月网络推广费" % month, "560103",
                                    b.between(214000, 456000), 600)
    for i in (3, 9, 15):
        v = with_tax(b, days[min(i, len(days) - 1)], "支付顺途物流货运费", "560102",
                     b.between(118000, 346000), 900)
        b.marks["freight", month, i] = v
    with_tax(b, days[12], "支付货车加油款", "560212", b.between(61000, 128000), 1300)
    if b.balance("1001") < 420000:
        b.marks["cash", month] = b.post(days[2], "提取备用金", [dr("1001", 400000),
                                                           cr("100201", 400000)])
    for i in range(5):
        text, code, low, high = PETTY[(month * 3 + i * 2) % len(PETTY)]
        amount = b.between(low, high)
        b.marks["petty", month, i] = b.post(days[min(3 + 3 * i, len(days) - 1)], text, [
            dr(code, amount), cr("1001", amount)], b.between(1, 5))
    fee = 2000 + 50 * b.between(8, 60)
    b.post(days[-1], "银行账户管理及转账手续费", [dr("560302", fee), cr("100201", fee)])
    interest = part(20000000, 420) * DAYS_TO_21ST[month - 1] // 360
    b.post(b.workday(dt.date(YEAR, month, 21)), "支付短期借款利息", [
        dr("560301", interest), cr("100202", interest)])
    if month % 3 == 0:
        amount = 14730 + 1187 * month
        b.post(b.workday(dt.date(YEAR, month, 21)), "银行存款结息", [
            dr("100201", amount), dr("560303", -amount)])
        b.post(days[7], "基本户转一般户备付利息", [dr("100202", 300000), cr("100201", 300000)])


def taxes(b, month):
    """Pays what was accrued at the end of the month (or quarter) before."""
    day = dt.date(YEAR, month, TAX_DAY[month - 1])
    vat = -b.balance("222102")
    if vat > 0:
        b.post(day, "缴纳上月增值税", [dr("222102", vat), cr("100201", vat)], preparer=ASSISTANT)
    surcharges = [(c, -b.balance(c)) for c in ("222103", "222104", "222105")]
    total = sum(a for _, a in surcharges)
    if total > 0:
        b.post(day, "缴纳上月附加税费", [*(dr(c, a) for c, a in surcharges),
                                     cr("100201", total)], preparer=ASSISTANT)
    # What the wages of this month withheld is paid next month.
    withheld = -b.balance("222107") + b.movement("222107", month)
    if withheld > 0:
        b.post(day, "缴纳上月代扣个人所得税", [dr("222107", withheld), cr("100201", withheld)],
               preparer=ASSISTANT)
    if month % 3 == 1:
        for code, name in (("222108", "印花税"), ("222106", "企业所得税")):
            due = -b.balance(code)
            if due > 0:
                b.post(day, "缴纳上季度%s" % name, [dr(code, due), cr("100201", due)],
                       preparer=ASSISTANT)


# ---- what happens only now and then ----

def travel(b, month, days):
    if month in (3, 6, 9, 11):
        who, cost = ("梁书瑶", "邵子墨")[month % 2], 264300 + 3170 * month
        b.post(days[8], "%s预借差旅费" % who, [dr("122102", 300000, who), cr("100201", 300000)])
        b.post(days[13], "%s报销差旅费" % who, [
            dr("560208", cost), dr("1001", 300000 - cost), cr("122102", 300000, who)], 6)


def one_offs(b, month, days):
    if month in (1, 4, 8):  # goods bought against an advance payment
        if month != 1:
            amount = 1288200 if month == 4 else 1545840
            b.post(days[2], "预付%s货款" % PREPAID_SUPPLIER, [
                dr("1123", amount, PREPAID_SUPPLIER), cr("100201", amount)])
        amount = b.balance("1123", PREPAID_SUPPLIER)
        net, doc = net_of(amount, 1300), b.input_invoice()
        b.stock_in("缠绕膜", net // 3800, net)
        b.post(days[11], "%s缠绕膜到货" % PREPAID_SUPPLIER, [
            dr("140502", net, "", doc, days[11]), dr("22210101", amount - net, "", doc, days[11]),
            cr("1123", amount, PREPAID_SUPPLIER, doc, days[11])], 2)
    if month in (1, 7):  # goods sold against an advance
        customer = "汀州玩具厂"
        if month == 7:
            b.post(days[1], "预收%s货款" % customer, [dr("100201", 1130000),
                                                   cr("2203", 1130000, customer)])
        gross = -b.balance("2203", customer)
        net, doc = net_of(gross, 1300), b.own_invoice()
        b.sold["打包带"] = b.sold.get("打包带", 0) + net // 6950
        b.post(days[9], "销售打包带给%s" % customer, [
            dr("2203", gross, customer, doc, days[9]), cr("500101", net, "", doc, days[9]),
            cr("22210102", gross - net, "", doc, days[9])])
    if month in (2, 5, 8, 10):  # counter sale, banked the day after
        net = 56 * 500 * (3 + month % 4)
        b.sold["封箱胶带"] = b.sold.get("封箱胶带", 0) + net // 560
        b.post(days[6], "零售封箱胶带收现", [dr("1001", net + part(net, 1300)), cr("500101", net),
                                       cr("22210102", part(net, 1300))])
        b.post(days[7], "零售现金存入银行", [dr("100201", net + part(net, 1300)),
                                       cr("1001", net + part(net, 1300))])
    if month in (5, 9):  # welfare goods, no input tax deducted
        amount, name = (316800, "端午节") if month == 5 else (402600, "中秋节")
        b.post(days[-3], "计提%s职工福利费" % name, [dr("560213", amount), cr("221104", amount)])
        b.post(days[-3], "支付%s职工福利" % name, [dr("221104", amount), cr("100201", amount)], 2)
    if month == 4:
        with_tax(b, days[14], "支付年度报表审阅费", "560211", 848000, 600)


def assets(b, month, days):
    if month == 5:
        doc = b.input_invoice()
        b.post(days[8], "购入笔记本电脑两台", [
            dr("160102", 1194690, "", doc, days[8]), dr("22210101", 155310, "", doc, days[8]),
            cr("100201", 1350000, "", doc, days[8])], 3)
    if month == 9:  # an old printer is sold
        doc = b.own_invoice()
        b.post(days[5], "旧打印机转入清理", [dr("1606", 21000), dr("1602", 399000),
                                       cr("160102", 420000)], 2)
        buyer = "双溪旧货回收站"
        b.post(days[5], "向%s出售旧打印机" % buyer, [
            dr("1122", 30000, buyer, doc, days[5]), cr("1606", 26549, "", doc, days[5]),
            cr("22210102", 3451, "", doc, days[5])], 2)
        b.post(days[8], "收到%s旧打印机款" % buyer, [dr("100201", 30000), cr("1122", 30000, buyer)])
        if not b.planted:
            b.post(days[6], "结转旧打印机清理净收益", [dr("1606", 5549), cr("5301", 5549)])


def corrections(b, month, days):
    """Errors put right the lawful way: red voucher, blue voucher, or the difference."""
    if month in (3, 8):
        cost = 23600 + 1730 * month
        wrong = b.post(days[4], "购买复印纸", [dr("560212", cost), cr("1001", cost)])
        day = days[9] if month == 3 else days[-2]
        b.post(day, "注销{ref}", [dr("560212", -cost), cr("1001", -cost)], 0, wrong)
        b.post(day, "订正{ref}", [dr("560204", cost), cr("1001", cost)], 0, wrong)
    if month == 10:
        short = b.marks["petty", 10, 1]
        b.post(days[12], "更正{ref}少记金额", [dr(short.lines[0].code, 1800), cr("1001", 1800)],
               0, short)
    if month == 6:  # part of a delivery comes back, red invoice
        sale = b.marks["sale", 6, 2]
        customer, net, doc = sale.lines[0].party, 128300, b.own_invoice()
        tax = part(net, 1300)
        sale.receivable[2] -= net + tax
        b.post(days[7], "%s销售退回,开具红字发票" % customer, [
            dr("1122", -net - tax, customer, doc, days[7]), cr("500101", -net, "", doc, days[7]),
            cr("22210102", -tax, "", doc, days[7])], 2)


def estimate_unbilled(b, month, last):
    """Goods that came without invoice: estimated at month end …"""
    if month in (2, 6, 10):
        quantity = 600 + 40 * month
        amount = quantity * 685
        b.stock_in("五层瓦楞纸箱", quantity, amount)
        b.marks["estimate"] = b.post(last, "五层瓦楞纸箱货到票未到暂估入库", [
            dr("140501", amount), cr("220202", amount, "万屏纸箱厂")])


def take_back_estimate(b, month, days):
    """… and taken back in red when the invoice comes."""
    if month in (3, 7, 11):
        estimate = b.marks["estimate"]
        amount, quantity = estimate.lines[0].debit, 600 + 40 * (month - 1)
        b.stock_in("五层瓦楞纸箱", -quantity, -amount)
        b.post(days[0], "冲销{ref}暂估入库", [dr("140501", -amount),
                                          cr("220202", -amount, "万屏纸箱厂")], 0, estimate)
        buy(b, days[1], "万屏纸箱厂", [("五层瓦楞纸箱", quantity)])


# ---- month end ----

def depreciation(b, month, last):
    amount = part(12800000, 9500) // 48 + part(2380000, 9500) // 60
    amount += part(4650000 - (420000 if month > 9 else 0), 9500) // 36
    if month > 5:
        amount += part(1194690, 9500) // 36
    b.post(last, "计提%d月固定资产折旧" % month, [dr("560209", amount), cr("1602", amount)])
    b.post(last, "摊销%d月装修费" % month, [dr("560214", 150000), cr("1801", 150000)])


def cost_of_sales(b, month, last):
    """Weighted average of the month, product by product."""
    cost = {}
    for name, sub, _, _ in PRODUCTS:
        sold = b.sold.get(name, 0)
        quantity, amount = b.stock[name]
        if sold:
            used = amount if sold >= quantity else (amount * sold * 2 + quantity) // (2 * quantity)
            b.stock_in(name, -sold, -used)
            cost[sub] = cost.get(sub, 0) + used
    b.sold = {}
    if b.planted:
        plants.hold_back_cost(b, month, cost)
    total = sum(cost.values())
    b.marks["cost", month] = b.post(last, "结转%d月商品销售成本" % month, [
        dr("540101", total), *(cr(s, a) for s, a in sorted(cost.items()))])


def month_taxes(b, month, last):
    vat = -b.balance("222101")
    if vat > 0:
        b.post(last, "转出%d月未交增值税" % month, [dr("22210103", vat), cr("222102", vat)],
               preparer=ASSISTANT)
        # 7 %, 3 % and 2 %, halved for small low-profit enterprises
        rows = [("222103", part(vat, 350)), ("222104", part(vat, 150)), ("222105", part(vat, 100))]
        b.post(last, "计提%d月附加税费" % month, [
            dr("5403", sum(a for _, a in rows)), *(cr(c, a) for c, a in rows)], preparer=ASSISTANT)
    if month % 3 == 0:
        quarter = [l for v in b.vouchers if month - 3 < v.period <= month for l in v.lines]
        contracts = sum(l.credit for l in quarter if l.code == "500101")
        contracts += sum(l.debit for l in quarter if l.code.startswith("1405"))
        stamp = part(part(contracts, 3), 5000)  # 0.03 %, halved
        b.post(last, "计提第%d季度印花税" % (month // 3), [dr("5403", stamp), cr("222108", stamp)],
               preparer=ASSISTANT)
        accrued = sum(l.debit for v in b.vouchers for l in v.lines if l.code == "5801")
        profit = accrued - b.balance("3103") - b.balance("5")
        tax = part(profit, 500) - accrued  # 25 % on a fifth of the profit
        if tax > 0:
            b.post(last, "计提第%d季度企业所得税" % (month // 3), [
                dr("5801", tax), cr("222106", tax)], preparer=ASSISTANT)


def close_month(b, month, last):
    codes = sorted({l.code for v in b.vouchers for l in v.lines if l.code.startswith("5")})
    left = plants.left_open(month) if b.planted else ()
    for income, text in ((True, "结转%d月收入类损益"), (False, "结转%d月成本费用类损益")):
        lines, total = [], 0
        for code in codes:
            chart = b.chart.get(code) or b.chart[code[:4]]
            amount = b.balance(code) if code in b.chart and len(code) > 4 else exact(b, code)
            if amount == 0 or code in left or (chart["side"] == "贷") != income:
                continue
            total += amount
            lines.append(dr(code, -amount) if income else cr(code, amount))
        if not lines:
            continue
        lines = lines + [cr("3103", -total)] if income else [dr("3103", total)] + lines
        b.marks["close", month, income] = b.post(last, text % month, lines, 0)


def exact(b, code):
    return sum(l.debit - l.credit for v in b.vouchers for l in v.lines if l.code == code)


def close_year(b, last):
    profit = -b.balance("3103")
    b.post(last, "年末结转本年利润", [dr("3103", profit), cr("310401", profit)], 0)
    reserve = part(profit, 1000)
    b.post(last, "提取法定盈余公积", [dr("310402", reserve), cr("310101", reserve)])
    if not b.planted:
        b.post(last, "年末结转利润分配明细", [dr("310401", reserve), cr("310402", reserve)], 0)


def number_month(b, month):
    mine = [v for v in b.vouchers if v.period == month]
    mine.sort(key=lambda v: v.number_date)  # stable: same day in order of writing
    own = sorted({l.doc for v in mine for l in v.lines if l.doc.startswith(OWN_INVOICE)})
    renamed = {}
    for i, v in enumerate(mine, 1):
        v.number = i
        for line in v.lines:  # the company's own invoices are numbered by date as well
            if line.doc in own and line.doc not in renamed:
                renamed[line.doc] = own[len(renamed)]
    for v in mine:
        for line in v.lines:
            line.doc = renamed.get(line.doc, line.doc)


def make(planted):
    b = Books(planted)
    open_books(b)
    for month in range(1, 13):
        days = b.workdays(month)
        last = dt.date(YEAR + month // 12, month % 12 + 1, 1) - dt.timedelta(1)
        take_back_estimate(b, month, days)
        trade(b, month, days)
        running_costs(b, month, days)
        pay_wages(b, month, days)
        taxes(b, month)
        travel(b, month, days)
        one_offs(b, month, days)
        assets(b, month, days)
        corrections(b, month, days)
        settle(b, month)
        if planted:
            plants.business(b, month, days)
        accrue_wages(b, month, last)
        depreciation(b, month, last)
        estimate_unbilled(b, month, last)
        cost_of_sales(b, month, last)
        month_taxes(b, month, last)
        close_month(b, month, last)
        if month == 12:
            close_year(b, last)
        number_month(b, month)
    b.vouchers.sort(key=lambda v: (v.period, v.number))
    if planted:
        plants.papers(b)
    return b
