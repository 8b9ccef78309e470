/*
 * What it finds: bytes that do not exist in the encoding of the file, and texts that were decoded
 * wrongly at some earlier time: Ã© for é, 锟斤拷, 烫烫烫, the replacement character.
 *
 * Why it matters: names no longer match from one table to the next, searches miss them, and
 * reports print rubbish. What once became 锟斤拷 cannot be turned back.
 *
 * What to do: export again in the right encoding. Broken texts that stand in the books are put
 * right in the program they come from, then exported again.
 *
 * Known limits: each different text counts once, however often it is used. Ã and Â do occur in
 * Portuguese and Vietnamese names: such a pair is reported only when three different texts
 * have one.
 *
 * 发现什么:文件编码中不存在的字节,以及早先解码出错留下的乱码:é 变成 Ã©、锟斤拷、烫烫烫、替换符。
 *
 * 为什么要紧:名称前后对不上,查询查不到,打印出来是乱码;一旦变成锟斤拷就无法还原。
 *
 * 怎么办:以正确编码重新导出;已经入账的乱码,在来源系统中改正后重新导出。
 *
 * 已知局限:同一文字无论出现多少次只计一次。葡萄牙语、越南语人名确有 Ã 和 Â,此类字符对出现在三处以上不同
 * 文字中才报。
 */
#include "base/hash.h"
#include "check/notes.h"

enum { P_MIN_HITS };
static const rd_param params[] = {
	[P_MIN_HITS] = {"min_hits",
                    "lines",
                    {"至少多少处才报告", "least number of places to report"},
                    RD_PARAM_INT,
                    1,
                    1000000,
                    1,
                    NULL},
	{0},
};

enum { K_BYTES, K_LOST, K_TWICE };
static const rd_message messages[] = {
	[K_BYTES] =
		{"invalid-bytes",
         {"文件 {file} 有 {count} 处文字含有 {encoding} 中不存在的字节（第 {lines} 行），例如「{example}」。"
          "请以正确编码重新导出。",
          "{count} text(s) of {file} hold bytes that do not exist in {encoding} (lines "
          "{lines}), such as \"{example}\". Export again in the right encoding."}},
	[K_LOST] =
		{"lost-characters",
         {"文件 {file} 有 {count} 处文字是无法还原的乱码（第 {lines} 行），例如「{example}」。请在来源系统中改正后重新导出。",
          "{count} text(s) of {file} hold characters that were lost before (lines {lines}), "
          "such as \"{example}\". Put them right in the program they come from and export "
          "again."}},
	[K_TWICE] =
		{"decoded-twice",
         {"文件 {file} 有 {count} 处文字像是被错误地转码过（第 {lines} 行），例如「{example}」。请以正确编码重新导出。",
          "{count} text(s) of {file} look as if decoded wrongly before (lines {lines}), such "
          "as \"{example}\". Export again in the right encoding."}},
	{0},
};

/* Texts whose characters are gone for good, as against those that only need decoding again. */
static bool is_lost(rd_str s)
{
	static const char *const marks[] = {"\xEF\xBF\xBD", "锟斤拷", "烫烫烫", "屯屯屯"};

	for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++)
		if (rd_str_has(s, marks[i]))
			return true;
	return false;
}

/* Least number of different texts with Ã or Â that are no longer taken for names. */
#define TWICE_MIN 3u

static void report(rd_run *run, const rd_book *b, const rd_note_group *g, uint8_t kind)
{
	rd_hit hit = rd_hit_at_note(b, g);
	uint64_t count = g->count + g->more;

	if (count < (uint64_t)rd_run_param(run, P_MIN_HITS))
		return;
	if (kind == K_TWICE && count < TWICE_MIN && rd_run_guards(run))
		return;
	hit.kind = kind;
	hit.key = rd_hash_i64(rd_file_key(b, g->first->file), kind);
	hit.weight = (uint32_t)(count < UINT32_MAX ? count : UINT32_MAX);
	RD_EMIT(run, &hit, rd_fact_file(b, "file", g->first->file), rd_int("count", (int64_t)count),
	        rd_txt("encoding", b->files[g->first->file].encoding),
	        rd_string("lines", rd_note_lines(rd_run_scratch(run), g)),
	        rd_txt("example", g->first->found));
}

/* Puts groups of one file and sort together: the sorts share a note kind. */
static void merge(const rd_book *b, const rd_note_group *groups, uint32_t n, bool lost,
                  rd_note_group *sum)
{
	*sum = (rd_note_group){0};
	for (uint32_t i = 0; i < n; i++) {
		const rd_note_group *g = &groups[i];

		if (is_lost(rd_book_text(b, g->first->found)) == lost)
			rd_note_join(sum, g);
	}
}

static rd_rc run(rd_run *run, const rd_book *b, rd_range range, rd_err *err)
{
	rd_arena *a = rd_run_scratch(run);
	rd_note_group *groups, sum;
	uint32_t n = rd_note_groups(a, b, 1u << RD_NOTE_BYTES_INVALID, 0, false, &groups);

	(void)range;
	(void)err;
	for (uint32_t i = 0; i < n; i++)
		report(run, b, &groups[i], K_BYTES);
	n = rd_note_groups(a, b, 1u << RD_NOTE_MOJIBAKE, RD_BY_FOUND, false, &groups);
	for (uint32_t i = 0; i < n;) {
		uint32_t to = i + 1;

		while (to < n && groups[to].first->file == groups[i].first->file)
			to++;
		for (int lost = 0; lost < 2; lost++) {
			merge(b, groups + i, to - i, lost, &sum);
			if (sum.first)
				report(run, b, &sum, lost ? K_LOST : K_TWICE);
		}
		i = to;
	}
	return RD_OK;
}

const rd_check rd_check_text_encoding_broken = {
	.slug = "text-encoding-broken",
	.family = "structure",
	.nature = "数据缺失",
	.title = {"文字编码损坏", "Text encoding broken"},
	.finds =
		{"文件编码中不存在的字节，或早先解码出错的文字（Ã©、锟斤拷）。名称无法匹配，报表出现乱码。",
         "Bytes that are not valid in the encoding of the file, or text that was decoded "
         "wrongly before （Ã©, 锟斤拷）. Names no longer match and reports print rubbish."},
	.correction = {"以正确编码重新导出；已入账的乱码摘要在来源系统中改正后重导",
                   "Export again in the right encoding; broken texts in the books are put "
                   "right in their program and exported again."},
	.basis = {"通行做法", "practice"},
	.since = "0.1",
	.wave = 1,
	.version = 1,
	.severity = RD_SEV_MEDIUM,
	.certainty = RD_FACT,
	.needs = RD_HAS_RAW,
	.split = RD_SPLIT_NONE,
	.unit = RD_UNIT_LINES,
	.no_collapse = true,
	.params = params,
	.messages = messages,
	.run = run,
};
