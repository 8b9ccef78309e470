#include "check/names.h"
#include "base/assert.h"
#include "base/hash.h"
#include <stdlib.h>

/* Surnames that together cover nearly everybody; a character that is also a common first
 * character of firms is kept, since firms rarely go by two or three characters alone. */
static const char surnames[] =
	"王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高梁郑谢宋唐许邓冯韩曹曾彭萧肖蔡潘田董袁于余叶蒋杜苏魏程吕丁"
	"沈任姚卢傅钟姜崔谭廖范汪陆石戴贾韦夏邱方侯邹熊孟秦白江阎薛尹段雷黎史陶贺毛郝顾龚邵万覃武钱戚严莫孔"
	"向常汤康易乔赖文施洪季樊兰殷倪葛岳齐沙庄焦牛安颜庞关翟左邢詹路耿祝梅章舒宁游辛柳苗尚鲁柯包项欧聂管"
	"温盛伍阮翁童申凌司屈古成甘裴祁靳符卜单芦丛瞿闫冉柴牟骆涂艾岑华卓窦滕缪娄佟冷边宫臧晏甄尤解席连占谷"
	"池应车巫蒲褚蓝苟隋翦储谈冀麦荣郎覃仇植麻腾蒙戎鲍桂裘宣贲逄慕楚闵奚晋明苑原简占区丘薄仲郁满查敖党";
static const char *const double_surnames[] = {
	"欧阳", "司马", "上官", "诸葛", "司徒", "东方", "皇甫", "尉迟", "公孙", "慕容", "令狐", "夏侯",
	"端木", "申屠", "钟离", "宇文", "长孙", "独孤", "南宫", "呼延", "闻人", "完颜", "赫连", NULL,
};
static const char *const firm_words[] = {
	"公司", "集团",   "合作社", "事务所", "中心",   "工作室",   "银行", "学校", "大学", "学院",
	"医院", "研究院", "研究所", "商行",   "商店",   "经营部",   "门市", "超市", "酒店", "饭店",
	"宾馆", "餐厅",   "药房",   "工厂",   "协会",   "委员会",   "政府", "法院", "税务", "社保",
	"基金", "营业部", "分行",   "支行",   "有限",   "合伙",     "企业", "个体", "车行", "商贸",
	"科技", "物流",   "贸易",   "实业",   "物业",   "供电",     "电力", "电信", "移动", "联通",
	"邮政", "石化",   "保险",   "工会",   "公积金", "劳务派遣", NULL,
};
/* Characters that end the name of an organisation. */
static const char firm_ends[] = "厂店行部局所站院社馆处会厅署校场铺坊城";
static const char *const latin_forms[] = {
	"ltd", "limited", "inc", "llc", "gmbh", "sarl", "sas", "sa", "corp",    "bv",  "ag",  "plc",
	"oy",  "ab",      "as",  "asa", "lda",  "eurl", "sci", "co", "company", "spa", "srl", NULL,
};
/* Two to four characters that are a heading of the books and no name. */
static const char *const heads[] = {
	"其他",   "其它", "个人", "员工", "职工", "客户", "供应", "单位", "往来", "备用金", "押金",
	"保证金", "暂估", "内部", "工资", "代扣", "代垫", "借款", "零星", "散户", "现金",   "应收",
	"应付",   "预收", "预付", "税",   "费",   "货款", "质保", "定金", "订金", "房租",   "水电",
	"项目",   "合计", "小计", "期初", "期末", "本月", "股东", "老板", "法人", "出纳",   "会计",
	"财务",   "人事", "行政", "销售", "采购", "仓库", "车间", "门店", "成品", NULL,
};

static bool is_han(uint32_t cp)
{
	return (cp >= 0x4e00 && cp <= 0x9fff) || (cp >= 0x3400 && cp <= 0x4dbf) ||
	       (cp >= 0x20000 && cp <= 0x323af);
}

static bool is_blank(uint32_t cp)
{
	return cp <= ' ' || cp == 0xa0 || cp == 0x3000 || cp == 0xfeff ||
	       (cp >= 0x2000 && cp <= 0x200f);
}

static bool is_bracket(uint32_t cp)
{
	return cp == '(' || cp == ')' || cp == '[' || cp == ']' || cp == '{' || cp == '}' ||
	       cp == '<' || cp == '>' || (cp >= 0x3008 && cp <= 0x3011) || cp == 0x3014 || cp == 0x3015;
}

static bool is_point(uint32_t cp)
{
	return cp == '.' || cp == ',' || cp == '\'' || cp == '"' || cp == 0xb7 || cp == 0x30fb ||
	       cp == 0x2022 || cp == 0x2027 || cp == 0x3001 || cp == 0x3002 || cp == 0x2018 ||
	       cp == 0x2019 || cp == 0x201c || cp == 0x201d;
}

static uint32_t lower(uint32_t cp)
{
	if ((cp >= 'A' && cp <= 'Z') || (cp >= 0xc0 && cp <= 0xde && cp != 0xd7))
		return cp + 32;
	return cp;
}

/* Leaves the word 责任 out of every 有限责任公司, in place. */
static uint32_t shorten_forms(char *s, uint32_t len)
{
	static const char lng[] = "有限责任公司", shrt[] = "有限公司";
	const uint32_t lng_len = sizeof(lng) - 1, shrt_len = sizeof(shrt) - 1;
	uint32_t out = 0;

	for (uint32_t i = 0; i < len;) {
		if (len - i >= lng_len && memcmp(s + i, lng, lng_len) == 0) {
			memcpy(s + out, shrt, shrt_len);
			out += shrt_len;
			i += lng_len;
		} else {
			s[out++] = s[i++];
		}
	}
	return out;
}

uint32_t rd_name_normal(rd_str name, char out[RD_NAME_BYTES])
{
	uint32_t len = 0;

	for (uint32_t at = 0; at < name.len && len + 4 <= RD_NAME_BYTES;) {
		uint32_t cp = lower(rd_halfwidth(rd_utf8_next(name, &at)));

		if (!is_blank(cp) && !is_bracket(cp) && !is_point(cp))
			len += rd_utf8_put(out + len, cp);
	}
	return shorten_forms(out, len);
}

uint64_t rd_name_hash(rd_str name)
{
	char buf[RD_NAME_BYTES];
	uint32_t len = rd_name_normal(name, buf);

	return len == 0 ? 0 : rd_hash_str(RD_HASH_START, (rd_str){buf, len});
}

rd_str rd_name_leaf(rd_str name)
{
	uint32_t from = 0;

	for (uint32_t at = 0; at < name.len;) {
		uint32_t cp = rd_halfwidth(rd_utf8_next(name, &at));

		if ((cp == '-' || cp == '_' || cp == '/' || cp == '\\' || cp == ':' || cp == '>' ||
		     cp == 0x2014 || cp == 0x2013) &&
		    at < name.len)
			from = at;
	}
	return rd_str_trim((rd_str){name.ptr + from, name.len - from});
}

bool rd_name_has(rd_str name, const char *const *words)
{
	for (; *words; words++)
		if (rd_str_has(name, *words))
			return true;
	return false;
}

void rd_word_set_init(rd_word_set *s, const rd_str *words, uint32_t n)
{
	memset(s, 0, sizeof(*s));
	s->words = words;
	s->n = n;
	for (uint32_t i = 0; i < n; i++) {
		uint32_t first = words[i].len ? (unsigned char)words[i].ptr[0] : 0;

		if (words[i].len > 1) {
			uint32_t second = (unsigned char)words[i].ptr[1];

			s->pairs[first << 5 | second >> 3] |= (uint8_t)(1u << (second & 7));
		} else if (words[i].len == 1) {
			memset(s->pairs + (first << 5), 0xff, 32);
		}
	}
}

static bool word_at(const rd_word_set *s, const char *p, uint32_t left)
{
	for (uint32_t i = 0; i < s->n; i++)
		if (s->words[i].len != 0 && s->words[i].len <= left &&
		    memcmp(p, s->words[i].ptr, s->words[i].len) == 0)
			return true;
	return false;
}

bool rd_word_set_in(const rd_word_set *s, rd_str text)
{
	for (uint32_t at = 0; at < text.len; at++) {
		uint32_t first = (unsigned char)text.ptr[at];
		uint32_t second = at + 1 < text.len ? (unsigned char)text.ptr[at + 1] : 0;

		if (s->pairs[first << 5 | second >> 3] >> (second & 7) & 1 &&
		    word_at(s, text.ptr + at, text.len - at))
			return true;
	}
	return false;
}

/* A legal form stands as a word of its own at the end: "Dupont SARL", "Acme Co., Ltd." */
static bool has_latin_form(rd_str name)
{
	char word[8];
	uint32_t len = 0;
	bool first = true, found = false;

	for (uint32_t at = 0; at <= name.len;) {
		uint32_t cp = at < name.len ? lower(rd_halfwidth(rd_utf8_next(name, &at))) : ' ';

		if (cp >= 'a' && cp <= 'z') {
			if (len < sizeof(word))
				word[len++] = (char)cp;
		} else if (cp != '.' && len > 0) {
			for (const char *const *f = latin_forms; *f && !first; f++)
				found |= rd_str_is((rd_str){word, len}, *f);
			first = false;
			len = 0;
		}
		if (at == name.len && cp == ' ')
			break;
	}
	return found;
}

static bool in_chars(const char *set, const char *c)
{
	for (; *set; set += 3)
		if (memcmp(set, c, 3) == 0)
			return true;
	return false;
}

/* The name without a part in brackets at its end: 张三 of 张三(备用金). */
static rd_str without_remark(rd_str s)
{
	for (uint32_t at = 0; at < s.len;) {
		uint32_t before = at, cp = rd_utf8_next(s, &at);

		if (before > 0 && (is_bracket(rd_halfwidth(cp)) || is_bracket(cp)))
			return rd_str_trim((rd_str){s.ptr, before});
	}
	return s;
}

/* Han characters of a name whose blanks are left out; 0 when anything else is in it. `dotted`
 * is set by the point between the parts of a transliterated name. */
static uint32_t han_only(rd_str s, char out[16], bool *ret_dotted)
{
	uint32_t n = 0, len = 0;

	*ret_dotted = false;
	for (uint32_t at = 0; at < s.len;) {
		uint32_t cp = rd_utf8_next(s, &at);

		if (is_blank(cp))
			continue;
		if (n > 0 && at < s.len && (cp == 0xb7 || cp == 0x30fb || cp == 0x2022)) {
			*ret_dotted = true;
			continue;
		}
		if (!is_han(cp) || cp > 0xffff)
			return 0;
		if (++n <= 5)
			len += rd_utf8_put(out + len, cp);
	}
	return n;
}

static bool is_person(rd_str name)
{
	char han[16];
	bool dotted;
	rd_str plain = without_remark(name);
	uint32_t n = han_only(plain, han, &dotted);

	if (dotted)
		return n >= 4 && n <= 15;
	if (n < 2 || n > 4 || rd_name_has(plain, heads))
		return false;
	if (n >= 3)
		for (const char *const *d = double_surnames; *d; d++)
			if (memcmp(han, *d, 6) == 0)
				return true;
	return in_chars(surnames, han) && (n <= 3 || in_chars(surnames, han + 3));
}

rd_name_kind rd_name_kind_of(rd_str name)
{
	name = rd_str_trim(name);
	if (name.len == 0)
		return RD_NAME_NONE;
	if (rd_name_has(name, firm_words) || has_latin_form(name))
		return RD_NAME_COMPANY;
	rd_str plain = without_remark(name);

	/* 张行 may be a person; four characters and more that end in 行 are a firm. */
	if (rd_utf8_count(plain) >= 3 && plain.len >= 3 &&
	    in_chars(firm_ends, plain.ptr + plain.len - 3) && !in_chars(surnames, plain.ptr))
		return RD_NAME_COMPANY;
	if (rd_utf8_count(plain) >= 4 && plain.len >= 3 &&
	    in_chars(firm_ends, plain.ptr + plain.len - 3))
		return RD_NAME_COMPANY;
	return is_person(name) ? RD_NAME_PERSON : RD_NAME_OTHER;
}

typedef struct named {
	rd_str normal;
	uint32_t index;
} named;

static int by_name(const void *x, const void *y)
{
	const named *a = x, *b = y;
	int c = rd_str_cmp(a->normal, b->normal);

	if (c != 0)
		return c;
	return a->index < b->index ? -1 : a->index > b->index;
}

uint32_t *rd_names_group(rd_arena *a, const rd_book *b, const rd_text *ids, uint32_t n)
{
	uint32_t *same = RD_NEW_N(a, uint32_t, n ? n : 1);
	named *all = RD_NEW_N(a, named, n ? n : 1);
	char buf[RD_NAME_BYTES];

	for (uint32_t i = 0; i < n; i++) {
		uint32_t len = rd_name_normal(rd_book_text(b, ids[i]), buf);

		all[i] = (named){{rd_arena_copy(a, buf, len), len}, i};
	}
	qsort(all, n, sizeof(*all), by_name);
	for (uint32_t i = 0, first = 0; i < n; i++) {
		if (i == 0 || !rd_str_eq(all[i].normal, all[i - 1].normal))
			first = all[i].index;
		RD_ASSERT(first <= all[i].index);
		same[all[i].index] = first;
	}
	return same;
}
