"""The company and its ledger: accounts, partners, staff, vouchers, calendar."""
import csv
import datetime as dt
import os
import random

YEAR = 2025
DATA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "data")
MAKER, ASSISTANT, CHECKER = "苏雨桐", "何景行", "顾文博"

# Sub-accounts of the company: code, name, side when it is not the parent's, party needed.
SUBS = [
    ("100201", "基本户", "", ""), ("100202", "一般户", "", ""),
    ("122101", "押金保证金", "", "y"), ("122102", "个人往来", "", "y"),
    ("140501", "纸质包装", "", ""), ("140502", "塑料包装", "", ""),
    ("160101", "运输设备", "", ""), ("160102", "电子设备", "", ""), ("160103", "办公家具", "", ""),
    ("220201", "货款", "", "y"), ("220202", "暂估应付", "", "y"),
    ("221101", "工资", "", ""), ("221102", "社会保险费", "", ""), ("221103", "住房公积金", "", ""),
    ("221104", "职工福利费", "", ""),
    ("222101", "应交增值税", "", ""), ("22210101", "进项税额", "借", ""),
    ("22210102", "销项税额", "", ""), ("22210103", "转出未交增值税", "借", ""),
    ("22210104", "进项税额转出", "", ""), ("222102", "未交增值税", "", ""),
    ("222103", "应交城市维护建设税", "", ""), ("222104", "应交教育费附加", "", ""),
    ("222105", "应交地方教育附加", "", ""), ("222106", "应交企业所得税", "", ""),
    ("222107", "应交个人所得税", "", ""), ("222108", "应交印花税", "", ""),
    ("224101", "代扣社保公积金", "", ""),
    ("310101", "法定盈余公积", "", ""), ("310401", "未分配利润", "", ""),
    ("310402", "提取法定盈余公积", "", ""),
    ("500101", "商品销售收入", "", ""), ("500102", "设计服务收入", "", ""),
    ("540101", "商品销售成本", "", ""), ("540102", "设计服务成本", "", ""),
    ("560101", "职工薪酬", "", ""), ("560102", "运杂费", "", ""), ("560103", "广告宣传费", "", ""),
    ("560201", "工资薪酬", "", ""), ("560202", "社会保险费", "", ""),
    ("560203", "住房公积金", "", ""), ("560204", "办公费", "", ""),
    ("560205", "房租物业费", "", ""), ("560206", "水电费", "", ""),
    ("560207", "业务招待费", "", ""), ("560208", "差旅交通费", "", ""),
    ("560209", "折旧费", "", ""), ("560210", "通讯网络费", "", ""),
    ("560211", "咨询服务费", "", ""), ("560212", "车辆费用", "", ""),
    ("560213", "福利费", "", ""), ("560214", "装修摊销", "", ""), ("560215", "团建费", "", ""),
    ("560301", "利息支出", "", ""), ("560302", "手续费", "", ""), ("560303", "利息收入", "", ""),
]
DISABLED = {"560215"}
PARTY_ROOTS = ("1122", "1123", "2203")

# Products: sub-account of 1405, usual cost and price in fen.
PRODUCTS = [
    ("三层瓦楞纸箱", "140501", 320, 430), ("五层瓦楞纸箱", "140501", 685, 910),
    ("牛皮纸袋", "140501", 92, 128), ("热敏标签纸", "140501", 1140, 1520),
    ("气泡膜", "140502", 4650, 6200), ("缠绕膜", "140502", 3820, 5100),
    ("封箱胶带", "140502", 415, 560), ("打包带", "140502", 5200, 6950),
]
CUSTOMERS = [
    "临泽日用百货有限公司", "云岫茶业有限公司", "北渡文化用品有限公司", "松屿食品有限公司",
    "溪口电子商务有限公司", "南塘果蔬专业合作社", "青麓陶瓷有限公司", "望舒服饰有限公司",
    "鹿鸣图书有限公司", "汀州玩具厂", "石桥五金有限公司", "半亩花田园艺有限公司",
]
DESIGN_CUSTOMERS = ["知微文化传媒有限公司", "拾光民宿管理有限公司", "木石建筑设计事务所"]
SUPPLIERS = {"140501": ["恒泽纸品有限公司", "万屏纸箱厂"],
             "140502": ["远帆塑业有限公司", "金穗包装材料有限公司"]}
PREPAID_SUPPLIER = "明川薄膜有限公司"
LANDLORD = "临泽物业管理有限公司"
STAFF = [  # name, expense account of the wage, monthly wage, monthly special deduction (yuan)
    ("周砚秋", "560201", 12000, 2000), ("顾文博", "560201", 9500, 3000),
    ("苏雨桐", "560201", 7000, 1500), ("何景行", "560201", 6000, 1500),
    ("石远航", "560201", 6300, 1000), ("梁书瑶", "560101", 8200, 1500),
    ("邵子墨", "560101", 7600, 1500), ("温若溪", "540102", 8800, 2000),
]
SEASON = [0.95, 0.62, 1.0, 1.0, 1.05, 1.1, 0.96, 0.94, 1.05, 1.0, 1.2, 1.14]
OWN_INVOICE = "25992000000000"  # invoices issued start with this, 20 digits
# Last days for filing by the formula of 征管法细则 109条; taxes are paid before.
TAX_DAY = [15, 19, 14, 15, 15, 13, 14, 14, 12, 17, 14, 12]


def part(amount, rate):
    """amount × rate in whole fen, rounded half up; rate in hundredths of a percent."""
    value = abs(amount) * rate
    rounded = (value + 5000) // 10000
    return rounded if amount >= 0 else -rounded


def net_of(gross, rate):
    """The amount before a tax of `rate` (hundredths of a percent) that makes `gross`."""
    return (2 * gross * 10000 + 10000 + rate) // (2 * (10000 + rate))


class Line:
    def __init__(self, text, code, debit=0, credit=0, party="", doc="", doc_date=None):
        self.text, self.code, self.debit, self.credit = text, code, debit, credit
        self.party, self.doc, self.doc_date = party, doc, doc_date
        self.raw = {}  # what a planted exception writes instead of the value: column -> text


class Voucher:
    def __init__(self, date, lines, attachments=1, ref=None, preparer=MAKER):
        self.date, self.lines, self.attachments = date, lines, attachments
        self.ref = ref  # voucher that {ref} in the summary stands for
        self.period = date.month
        self.preparer, self.reviewer = preparer, CHECKER
        self.number = 0
        self.number_date = date  # number is given in this order, the date may be changed later

    def name(self):
        return "%d-%02d 记-%d" % (YEAR, self.period, self.number)

    def ref_text(self):
        d = self.ref.date
        return "%d月%d日记-%d号凭证" % (d.month, d.day, self.ref.number)


def dr(code, amount, party="", doc="", doc_date=None):
    return Line("", code, amount, 0, party, doc, doc_date)


def cr(code, amount, party="", doc="", doc_date=None):
    return Line("", code, 0, amount, party, doc, doc_date)


class Books:
    """One year of the company, filled month by month."""

    def __init__(self, planted):
        self.planted = planted
        self.rng = random.Random(20250101)
        self.calendar = load_calendar()
        self.chart = load_chart()
        self.vouchers, self.truth, self.tb_edits = [], [], []
        self.opening = {}            # (code, party) -> fen, debit positive
        self.to_pay, self.to_receive = [], []  # [due day, party, amount]
        self.stock = {}              # product -> [quantity, fen]
        self.sold = {}               # product -> quantity of the month
        self.marks = {}              # vouchers that plants and corrections refer to
        self.cost_held_back = {}     # sub-account -> fen, only in the planted books
        self.invoice, self.planted_invoices = 103217, 0
        self.tax_base = {name: [0, 0] for name, *_ in STAFF}  # cumulative base, tax withheld

    # ---- chance and calendar ----

    def between(self, low, high):
        return low + int(self.rng.random() * (high - low + 1))

    def choose(self, items):
        return items[int(self.rng.random() * len(items))]

    def is_workday(self, day):
        kind = self.calendar.get(day)
        return kind == "makeup_workday" or (kind is None and day.weekday() < 5)

    def workday(self, day):
        """The day itself, else the next working day."""
        while not self.is_workday(day):
            day += dt.timedelta(1)
        return day

    def workdays(self, month):
        day, days = dt.date(YEAR, month, 1), []
        while day.month == month:
            if self.is_workday(day):
                days.append(day)
            day += dt.timedelta(1)
        return days

    # ---- writing and reading the ledger ----

    def post(self, day, text, lines, attachments=1, ref=None, preparer=MAKER):
        lines = [line for line in lines if line.debit or line.credit]
        for line in lines:
            line.text = line.text or text
        voucher = Voucher(day, lines, attachments, ref, preparer)
        self.vouchers.append(voucher)
        return voucher

    def movement(self, prefix, month):
        return sum(l.debit - l.credit for v in self.vouchers if v.period == month
                   for l in v.lines if l.code.startswith(prefix))

    def balance(self, prefix, party=None):
        total = sum(a for (c, p), a in self.opening.items()
                    if c.startswith(prefix) and party in (None, p))
        return total + sum(l.debit - l.credit for v in self.vouchers for l in v.lines
                           if l.code.startswith(prefix) and party in (None, l.party))

    def input_invoice(self):
        return "2599%d%015d" % (self.between(1, 3), self.between(10 ** 7, 10 ** 9))

    def own_invoice(self):
        self.invoice += 1
        return "%s%06d" % (OWN_INVOICE, self.invoice)

    def stock_in(self, product, quantity, amount):
        row = self.stock[product]
        row[0] += quantity
        row[1] += amount


def load_calendar():
    path = os.path.join(DATA, "cn_calendar_2020_2026.csv")
    with open(path, encoding="utf-8") as f:
        return {dt.date.fromisoformat(r["date"]): r["type"] for r in csv.DictReader(f)}


def load_chart():
    """code -> dict(name, side, class, party, state), roots and sub-accounts in code order."""
    path = os.path.join(DATA, "coa_small.csv")
    chart = {}
    with open(path, encoding="utf-8") as f:
        for r in csv.DictReader(f):
            chart[r["code"]] = {
                "name": r["name_zh"], "class": r["class"],
                "side": "贷" if r["normal_side"] == "credit" else "借",
                "party": "y" if r["code"] in PARTY_ROOTS else ""}
    for code, name, side, party in SUBS:
        root = chart[code[:4]]
        chart[code] = {"name": name, "class": root["class"], "party": party,
                       "side": side or root["side"]}
    return dict(sorted(chart.items()))
