#include "catalogue.h"
#include "cmd.h"
#include "report/report.h"
#include "examples.h"
#include "report/common.h"
#include "report/wrap.h"
#include "terminal.h"

#define PAGE_MAX   ((size_t)4 << 20)
#define CELLS_MAX  32u
#define LINES_MAX  64u
#define WIDE_COLON "\xEF\xBC\x9A"

enum { O_JSON };
static const rd_opt options[] = {
	[O_JSON] = {"json", 0, RD_OPT_FLAG, NULL, NULL, 0, 0, NULL, {"输出 JSON", "as JSON"}},
	{0},
};

typedef struct page {
	rd_buf *out;
	int lang;
	uint32_t width;
	bool colour;
} page;

RD_FORMAT_ARG(2)
RD_FORMAT_ARG(3)
static const char *say(const page *p, const char *zh, const char *en)
{
	return p->lang == RD_EN ? en : zh;
}

static void heading(page *p, const char *zh, const char *en)
{
	rd_buf_printf(p->out, "\n%s%s%s\n", p->colour ? "\033[1m" : "", say(p, zh, en),
	              p->colour ? "\033[0m" : "");
}

static void paragraph(page *p, rd_str text)
{
	rd_buf_puts(p->out, "  ");
	rd_wrap(p->out, text, 2, 2, p->width);
	rd_buf_char(p->out, '\n');
}

/* ---- the leading comment ---- */

/* Lines of a paragraph become one: with a blank between them unless both sides are Chinese. */
static void join_lines(rd_str text, rd_buf *out)
{
	for (uint32_t i = 0; i < text.len; i++) {
		bool wide_before, wide_after;

		if (text.ptr[i] != '\n') {
			rd_buf_char(out, text.ptr[i]);
			continue;
		}
		while (i + 1 < text.len && (text.ptr[i + 1] == ' ' || text.ptr[i + 1] == '\t'))
			i++;
		wide_before = out->size > 0 && (unsigned char)out->data[out->size - 1] >= 0x80;
		wide_after = i + 1 < text.len && (unsigned char)text.ptr[i + 1] >= 0xE0;
		if (!(wide_before && wide_after))
			rd_buf_char(out, ' ');
	}
}

/* "What it finds: …" becomes a heading and a paragraph. */
static void put_section(page *p, rd_str text)
{
	rd_buf joined;
	int64_t at, full;

	rd_buf_init(&joined, (size_t)1 << 16);
	join_lines(rd_str_trim(text), &joined);
	rd_str s = rd_buf_view(&joined);

	at = rd_str_find(s, ":");
	full = rd_str_find(s, WIDE_COLON);
	bool wide = full >= 0 && (at < 0 || full < at);

	if (wide)
		at = full;
	if (at > 0 && at < 40) {
		uint32_t skip = (uint32_t)at + (wide ? (uint32_t)strlen(WIDE_COLON) : 1);

		rd_buf_printf(p->out, "\n%s%.*s%s\n", p->colour ? "\033[1m" : "", (int)at, s.ptr,
		              p->colour ? "\033[0m" : "");
		s = rd_str_trim((rd_str){s.ptr + skip, s.len - skip});
	} else {
		rd_buf_char(p->out, '\n');
	}
	/* The sentence behind "What it finds: " begins a paragraph here. */
	if (s.len && s.ptr[0] >= 'a' && s.ptr[0] <= 'z')
		joined.data[s.ptr - joined.data] = (char)(s.ptr[0] - 'a' + 'A');
	paragraph(p, s);
	rd_buf_done(&joined);
}

static void put_doc(page *p, const char *doc)
{
	const char *at = doc;

	while (at && *at) {
		const char *gap = strstr(at, "\n\n");
		size_t n = gap ? (size_t)(gap - at) : strlen(at);

		if (rd_str_trim((rd_str){at, (uint32_t)n}).len)
			put_section(p, (rd_str){at, (uint32_t)n});
		at = gap ? gap + 2 : NULL;
	}
}

/* ---- parameters ---- */

static void put_range(page *p, const rd_param *q, rd_buf *text)
{
	const char *unit = rd_say(rd_catalogue_unit(q), p->lang);

	if (q->kind == RD_PARAM_WORDS) {
		rd_buf_printf(text, say(p, "；几个词用 | 分开；预设 %s", "; words joined by |; preset %s"),
		              q->words ? q->words : "");
		return;
	}
	rd_buf_puts(text, say(p, "\uff1b", "; "));
	rd_catalogue_value(q, q->min, text);
	if (q->max >= RD_MINOR_MAX) {
		rd_buf_puts(text, say(p, " 以上", " or more"));
	} else {
		rd_buf_puts(text, say(p, " 至 ", " to "));
		rd_catalogue_value(q, q->max, text);
	}
	if (unit[0])
		rd_buf_printf(text, say(p, "\uff08%s\uff09", " (%s)"), unit);
	rd_buf_puts(text, say(p, "，预设 ", ", preset "));
	rd_catalogue_value(q, q->preset, text);
}

static void put_params(page *p, const rd_check *c)
{
	rd_buf text;

	if (c->params == NULL || c->params->name == NULL)
		return;
	heading(p, "参数", "Parameters");
	rd_buf_init(&text, (size_t)1 << 16);
	for (const rd_param *q = c->params; q->name; q++) {
		rd_buf_clear(&text);
		rd_buf_printf(&text, "%s: %s", q->name, rd_say(q->help, p->lang));
		put_range(p, q, &text);
		rd_buf_puts(p->out, "  ");
		rd_wrap(p->out, rd_buf_view(&text), 2, 6, p->width);
		rd_buf_char(p->out, '\n');
	}
	rd_buf_clear(&text);
	rd_buf_printf(&text, "--set %s.%s=", c->slug, c->params->name);
	if (c->params->kind == RD_PARAM_WORDS)
		rd_buf_puts(&text, c->params->words ? c->params->words : "");
	else
		rd_catalogue_value(c->params, c->params->preset, &text);
	rd_buf_printf(p->out, say(p, "  写法：%s\n", "  as in: %s\n"), text.data);
	rd_buf_done(&text);
}

static void put_needs(page *p, const rd_check *c)
{
	rd_buf text;

	rd_buf_init(&text, 4096);
	rd_catalogue_needs(c->needs, p->lang, &text);
	if (c->needs_any) {
		rd_buf_puts(&text, text.size ? say(p, "；并且至少有其一：", "; and one of: ")
		                             : say(p, "至少有其一：", "one of: "));
		rd_catalogue_needs(c->needs_any, p->lang, &text);
	}
	if (text.size) {
		heading(p, "需要的资料", "Data it needs");
		paragraph(p, rd_buf_view(&text));
	}
	rd_buf_done(&text);
}

/* ---- the example ---- */

typedef struct sheet {
	rd_str cells[LINES_MAX][CELLS_MAX];
	uint32_t n_cells[LINES_MAX], width[CELLS_MAX], n;
} sheet;

/* Golden cases are plain CSV: a quoted cell holds no line break. */
static void split_line(sheet *t, rd_str line)
{
	uint32_t n = 0, from = 0;
	bool quoted = false;

	for (uint32_t i = 0; i <= line.len && n < CELLS_MAX; i++) {
		if (i < line.len && line.ptr[i] == '"')
			quoted = !quoted;
		if (i < line.len && (line.ptr[i] != ',' || quoted))
			continue;
		rd_str cell = {line.ptr + from, i - from};
		uint32_t w;

		if (cell.len >= 2 && cell.ptr[0] == '"')
			cell = (rd_str){cell.ptr + 1, cell.len - 2};
		w = rd_utf8_width(cell);
		t->cells[t->n][n] = cell;
		if (w > t->width[n])
			t->width[n] = w;
		n++;
		from = i + 1;
	}
	t->n_cells[t->n++] = n;
}

static void put_table(page *p, rd_arena *arena, const char *text)
{
	sheet *t = RD_NEW(arena, sheet);
	uint32_t left_out = 0;

	for (const char *at = text; at && *at;) {
		const char *end = strchr(at, '\n');
		uint32_t n = end ? (uint32_t)(end - at) : (uint32_t)strlen(at);

		if (n && at[n - 1] == '\r')
			n--;
		if (n && t->n < LINES_MAX)
			split_line(t, (rd_str){at, n});
		else if (n)
			left_out++;
		at = end ? end + 1 : NULL;
	}
	for (uint32_t i = 0; i < t->n; i++) {
		rd_buf_puts(p->out, "    ");
		for (uint32_t c = 0; c < t->n_cells[i]; c++) {
			if (c + 1 == t->n_cells[i])
				rd_buf_str(p->out, t->cells[i][c]);
			else
				rd_pad(p->out, t->cells[i][c], t->width[c] + 2, false);
		}
		while (p->out->size && p->out->data[p->out->size - 1] == ' ')
			p->out->data[--p->out->size] = '\0';
		rd_buf_char(p->out, '\n');
	}
	if (left_out)
		rd_buf_printf(p->out, say(p, "    ……另有 %u 行\n", "    … %u more lines\n"), left_out);
}

static rd_str next_line(const char **at)
{
	const char *end = strchr(*at, '\n');
	rd_str line = {*at, end ? (uint32_t)(end - *at) : (uint32_t)strlen(*at)};

	*at = end ? end + 1 : *at + line.len;
	return line;
}

static void put_lines(page *p, const char *text)
{
	for (const char *at = text; *at;) {
		rd_str line = next_line(&at);

		rd_buf_printf(p->out, "    " RD_STR_FMT "\n", RD_STR_ARG(line));
	}
}

/* "medium indicator kind fingerprint place…": the severity in words and the first place. */
static void put_finding_head(page *p, rd_str line, rd_buf *out)
{
	rd_severity severity;
	char word[16];
	uint32_t n = 0, spaces = 0;

	while (n < line.len && n + 1 < sizeof word && line.ptr[n] != ' ') {
		word[n] = line.ptr[n];
		n++;
	}
	word[n] = '\0';
	for (n = 0; n < line.len && spaces < 4; n++)
		spaces += line.ptr[n] == ' ';
	for (; n < line.len && line.ptr[n] != ' '; n++)
		rd_buf_char(out, line.ptr[n]);
	if (out->size)
		rd_buf_puts(out, ": ");
	if (rd_severity_parse(word, &severity))
		rd_buf_printf(out, "%s: ", rd_say(rd_severity_words(severity), p->lang));
}

/* What the golden runner wants: for each finding a head, then behind two blanks its objects, the
 * message in Chinese and the message in English. */
static void put_expect(page *p, const char *expect)
{
	rd_buf text;
	uint32_t line_of = 0;

	rd_buf_init(&text, (size_t)1 << 16);
	for (const char *at = expect; *at;) {
		rd_str line = next_line(&at);

		if (rd_str_starts(line, "ran,") || rd_str_starts(line, "remark:"))
			continue;
		if (!rd_str_starts(line, "  ")) {
			rd_buf_clear(&text);
			put_finding_head(p, line, &text);
			line_of = 0;
			continue;
		}
		if (line_of++ != (p->lang == RD_EN ? 2 : 1))
			continue;
		rd_buf_str(&text, rd_str_trim(line));
		rd_buf_puts(p->out, "    ");
		rd_wrap(p->out, rd_buf_view(&text), 4, 6, p->width);
		rd_buf_char(p->out, '\n');
	}
	rd_buf_done(&text);
}

static void put_example(page *p, rd_arena *arena, const char *slug)
{
	for (uint32_t i = 0; i < rd_examples_count; i++) {
		const rd_example *e = &rd_examples[i];

		if (strcmp(e->slug, slug) != 0)
			continue;
		heading(p, "例子", "Example");
		for (const rd_example_file *f = e->files; f->name; f++) {
			rd_buf_printf(p->out, "  %s\n", f->name);
			put_table(p, arena, f->text);
		}
		if (e->args[0]) {
			rd_buf_puts(p->out, say(p, "  选项\n", "  options\n"));
			put_lines(p, e->args);
		}
		rd_buf_puts(p->out, say(p, "  结果\n", "  result\n"));
		put_expect(p, e->expect);
	}
}

static void put_page(page *p, rd_arena *arena, uint32_t i)
{
	const rd_check *c = rd_checks[i];

	rd_buf_printf(p->out, "%s%s  %s%s\n", p->colour ? "\033[1m" : "", c->slug,
	              rd_say(c->title, p->lang), p->colour ? "\033[0m" : "");
	rd_buf_printf(p->out, say(p, "%s · %s · %s · 自 %s 版\n", "%s · %s · %s · since %s\n"),
	              rd_say(rd_severity_words(c->severity), p->lang),
	              rd_say(rd_certainty_words(c->certainty), p->lang),
	              rd_say(rd_family_words(c->family), p->lang), c->since ? c->since : RD_VERSION);
	put_doc(p, rd_say(rd_check_docs[i], p->lang));
	heading(p, "通常的更正办法", "Usual correction");
	paragraph(p, rd_str_of(rd_say(c->correction, p->lang)));
	heading(p, "依据", "Basis");
	paragraph(p, rd_str_of(rd_say(c->basis, p->lang)));
	put_needs(p, c);
	put_params(p, c);
	put_example(p, arena, c->slug);
}

static int run_explain(const rd_args *args)
{
	const rd_check *c = rd_check_find(args->operands[0]);
	rd_err err;
	rd_buf out;
	uint32_t i = 0;
	int code;

	if (c == NULL) {
		rd_unknown_check(args->operands[0], &err);
		return rd_fail_with(&err, args->lang);
	}
	while (rd_checks[i] != c)
		i++;
	rd_buf_init(&out, PAGE_MAX);
	if (rd_args_has(args, O_JSON)) {
		rd_json j;

		rd_json_init(&j, &out, 2);
		rd_catalogue_check(&j, i);
		rd_json_end(&j);
	} else {
		page p = {&out, args->lang, rd_terminal_width(), rd_terminal_colour(NULL)};

		put_page(&p, args->arena, i);
	}
	code = rd_print(&out, args->lang);
	rd_buf_done(&out);
	return code;
}

const rd_subcommand rd_subcommand_explain = {
	.name = "explain",
	.summary = {"说明一个检查项：发现什么、为什么、怎么办",
                "tell what a check finds, why it matters, what to do"},
	.about =
		{"一个检查项的说明：发现什么、为什么要紧、怎么办、已知局限、参数、依据和例子。",
         "The manual page of a check: what it finds, why it matters, what to do, its limits, parameters, basis and an example."},
	.operands = "SLUG",
	.operand_help = {"检查项代号，redink checks 列出全部",
                     "slug of a check; redink checks lists them"},
	.operand = RD_OPERAND_SLUG,
	.operands_min = 1,
	.operands_max = 1,
	.options = options,
	.run = run_explain,
};
