/*
 * What it finds: empty lines, a byte order mark, stray carriage returns, NUL bytes, padded
 * cells and empty columns at the end of lines. One finding for each file and kind.
 *
 * Why it matters: Redink reads past all of it, but other programs that take the same file may
 * stumble, and NUL bytes can mean that a transfer was cut off.
 *
 * What to do: nothing in the books. Change the settings of the export where that is easy.
 *
 * Known limits: a final line end is no noise. A byte order mark of a UTF-8 file is reported only
 * together with other noise, because many programs want it.
 *
 * 发现什么:空行、字节顺序标记、多余的回车符、空字节、单元格补白和行末空列。每个文件每种只报一条。
 *
 * 为什么要紧:Redink 都能读过去,但别的程序读同一文件可能出错;空字节还可能说明文件没有传完。
 *
 * 怎么办:账目无需更正;导出设置方便调整的,顺手调整。
 *
 * 已知局限:文件末尾的换行不算杂质;UTF-8 文件的字节顺序标记只有在另有杂质时才报,因为不少软件需要它。
 */
#include "base/hash.h"
#include "check/notes.h"

enum { K_EMPTY, K_BOM, K_CR, K_NUL, K_PADDING, K_TRAILING };
static const rd_message messages[] = {
	[K_EMPTY] =
		{"empty-lines",
         {"文件 {file} 有 {count} 个空行，首个在第 {first_line} 行。已跳过，账目无需更正。",
          "File {file} has {count} empty line(s), the first is line {first_line}. They were "
          "passed over; nothing to correct in the books."}},
	[K_BOM] = {"byte-order-mark",
               {"文件 {file} 开头有字节顺序标记。已跳过，账目无需更正。",
                "File {file} begins with a byte order mark. It was passed over; nothing to correct "
                "in the books."}},
	[K_CR] =
		{"carriage-returns",
         {"文件 {file} 有 {count} 个多余的回车符，首个在第 {first_line} 行。已略去，账目无需更正。",
          "File {file} has {count} stray carriage return(s), the first in line {first_line}. "
          "They were left out; nothing to correct in the books."}},
	[K_NUL] =
		{"nul-bytes",
         {"文件 {file} 有 {count} 处空字节，首处在第 {first_line} 行。文件可能没有传完，请核对行数，必要时重新导出。",
          "File {file} holds {count} NUL byte(s), the first in line {first_line}. A transfer "
          "may have been cut off: compare the number of lines, export again if need be."}},
	[K_PADDING] =
		{"padding",
         {"文件 {file} 的单元格用空白补齐到固定宽度。已去除，账目无需更正。",
          "Cells of {file} are padded with blanks to a fixed width. They were cut off; nothing to "
          "correct in the books."}},
	[K_TRAILING] =
		{"trailing-column",
         {"文件 {file} 有 {count} 行末尾多出空列，首个在第 {first_line} 行。已忽略，账目无需更正。",
          "{count} line(s) of {file} end in an empty column, the first is line {first_line}. "
          "It was ignored; nothing to correct in the books."}},
	{0},
};

static const rd_note_kind kinds[] = {
	[K_EMPTY] = RD_NOTE_EMPTY_LINE, [K_BOM] = RD_NOTE_BOM,
	[K_CR] = RD_NOTE_STRAY_CR,      [K_NUL] = RD_NOTE_NUL,
	[K_PADDING] = RD_NOTE_PADDING,  [K_TRAILING] = RD_NOTE_TRAILING_COLUMN,
};
#define N_KINDS (sizeof kinds / sizeof kinds[0])

static bool other_noise(const rd_file *f)
{
	for (size_t k = 0; k < N_KINDS; k++)
		if (k != K_BOM && f->notes[kinds[k]])
			return true;
	return false;
}

static rd_rc run(rd_run *run, const rd_book *b, rd_range range, rd_err *err)
{
	(void)range;
	(void)err;
	for (rd_row i = 1; i < b->n_files; i++) {
		const rd_file *f = &b->files[i];
		bool utf8 = rd_str_starts(rd_book_text(b, f->encoding), "UTF-8");
		bool mark_alone = utf8 && !other_noise(f);

		for (size_t k = 0; k < N_KINDS; k++) {
			uint32_t count = f->notes[kinds[k]], line = f->note_first[kinds[k]];

			if (count == 0 || (k == K_BOM && mark_alone && rd_run_guards(run)))
				continue;
			rd_hit hit = rd_hit_at_place(i, line);

			hit.kind = (uint8_t)k;
			hit.key = rd_hash_i64(rd_file_key(b, i), (int64_t)kinds[k]);
			hit.weight = count;
			RD_EMIT(run, &hit, rd_fact_file(b, "file", i), rd_int("count", count),
			        rd_int("first_line", line));
		}
	}
	return RD_OK;
}

const rd_check rd_check_file_noise = {
	.slug = "file-noise",
	.family = "structure",
	.nature = "数据缺失",
	.title = {"文件杂质（空行、BOM、回车、多余列）", "Noise in the file"},
	.finds = {"空行、字节顺序标记、多余回车、空字节、补白或行末空列。读取无碍，别的程序可能出错。",
              "Empty lines, byte order marks, stray carriage returns, NUL bytes, padding or a "
              "trailing empty column. Harmless once read properly, but other programs may "
              "stumble."},
	.correction = {"无需更正账目；导出设置可调整时调整",
                   "Nothing in the books; change the export settings where possible."},
	.basis = {"法国税务总局 Test-Compta-Demat（空行）", "DGFiP Test-Compta-Demat (LIGNES_VIDES)"},
	.since = "0.1",
	.wave = 1,
	.version = 1,
	.severity = RD_SEV_INFO,
	.certainty = RD_FACT,
	.needs = RD_HAS_RAW,
	.split = RD_SPLIT_NONE,
	.unit = RD_UNIT_LINES,
	.no_collapse = true,
	.messages = messages,
	.run = run,
};
