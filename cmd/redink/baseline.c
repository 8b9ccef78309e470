#include "baseline.h"
#include "base/assert.h"
#include "output.h"
#include "report/common.h"
#include <stdlib.h>

#define HEAD     "redink-baseline 1"
#define FILE_MAX ((size_t)1 << 30) /* 1.7 M findings of 600 bytes */

static int by_fingerprint(const void *a, const void *b)
{
	const rd_gone *x = a, *y = b;

	return memcmp(x->fingerprint, y->fingerprint, 16);
}

/* Takes the text up to the next `end` (or the end of s) off the front of s. */
static rd_str take(rd_str *s, char end)
{
	const char *p = s->len ? memchr(s->ptr, end, s->len) : NULL;
	rd_str piece = {s->ptr, p ? (uint32_t)(p - s->ptr) : s->len};
	uint32_t used = p ? piece.len + 1 : piece.len;

	*s = (rd_str){s->ptr + used, s->len - used};
	return piece;
}

static rd_str without_cr(rd_str s)
{
	if (s.len && s.ptr[s.len - 1] == '\r')
		s.len--;
	return s;
}

static rd_rc bad_line(const char *path, uint32_t line, rd_err *err)
{
	rd_fail(err, RD_INPUT, "不是基线文件的一行；请用 --write-baseline 重新生成",
	        "no line of a baseline file; write it anew with --write-baseline");
	return rd_err_at(err, path, line);
}

rd_rc rd_baseline_read(rd_arena *arena, const char *path, rd_baseline *ret, rd_err *err)
{
	rd_str text, line;
	uint32_t max = 1, n = 0, number = 1;

	RD_TRY(rd_input_read(arena, path, FILE_MAX, &text, err));
	if (!rd_str_is(without_cr(take(&text, '\n')), HEAD)) {
		rd_fail(err, RD_INPUT, "不是基线文件（首行应为 " HEAD ")；用 --write-baseline 生成",
		        "no baseline file (it begins with " HEAD "); --write-baseline writes one");
		return rd_err_at(err, path, 1);
	}
	for (uint32_t i = 0; i < text.len; i++)
		max += text.ptr[i] == '\n';
	rd_gone *entries = RD_NEW_N(arena, rd_gone, max);

	while (text.len) {
		rd_gone *e = &entries[n];

		number++;
		line = without_cr(take(&text, '\n'));
		if (line.len == 0)
			continue;
		rd_str hex = take(&line, '\t');

		e->slug = take(&line, '\t');
		e->zh = take(&line, '\t');
		e->en = line;
		if (!rd_fingerprint_parse(hex, e->fingerprint) || e->slug.len == 0)
			return bad_line(path, number, err);
		n++;
	}
	qsort(entries, n, sizeof *entries, by_fingerprint);
	*ret = (rd_baseline){.n = n, .entries = entries};
	ret->fingerprints = rd_arena_alloc(arena, rd_mul((size_t)n + 1, 16), 16);
	for (uint32_t i = 0; i < n; i++)
		memcpy(ret->fingerprints[i], entries[i].fingerprint, 16);
	return RD_OK;
}

const rd_gone *rd_baseline_gone(rd_arena *arena, const rd_baseline *b, const rd_result *result)
{
	rd_gone *list = RD_NEW_N(arena, rd_gone, (size_t)result->n_gone + 1);

	for (uint32_t i = 0; i < result->n_gone; i++) {
		RD_ASSERT(result->gone[i] < b->n);
		list[i] = b->entries[result->gone[i]];
	}
	return list;
}

/* ---- writing ---- */

static int by_slug(const void *a, const void *b)
{
	const rd_finding *x = *(const rd_finding *const *)a, *y = *(const rd_finding *const *)b;

	if (x->check != y->check)
		return x->check < y->check ? -1 : 1; /* checks are in slug order */
	return memcmp(x->fingerprint, y->fingerprint, 16);
}

static void put_line(const rd_result *r, const rd_finding *f, rd_buf *tmp, rd_buf *out)
{
	char hex[33];

	rd_fingerprint_hex(f->fingerprint, hex);
	rd_buf_printf(out, "%s\t%s", hex, rd_finding_check(f)->slug);
	for (int lang = RD_ZH; lang <= RD_EN; lang++) {
		rd_buf_clear(tmp);
		rd_finding_message(r, f, lang, tmp);
		rd_buf_char(out, '\t');
		rd_clean(out, rd_buf_view(tmp)); /* tabs and line breaks become blanks */
	}
	rd_buf_char(out, '\n');
}

rd_rc rd_baseline_write(rd_arena *arena, const char *path, const rd_result *r, rd_err *err)
{
	const rd_finding **list = RD_NEW_N(arena, const rd_finding *, (size_t)r->n_findings + 1);
	uint32_t n = 0;
	rd_output file;
	rd_writer w;
	rd_buf tmp;

	for (uint32_t i = 0; i < r->n_findings; i++)
		if (r->findings[i].state != RD_STATE_SUPPRESSED)
			list[n++] = &r->findings[i];
	qsort(list, n, sizeof *list, by_slug);
	RD_TRY(rd_output_open(&file, arena, path, err));
	rd_writer_init(&w, rd_output_sink, &file);
	rd_buf_init(&tmp, (size_t)1 << 20);
	rd_buf_puts(&w.buf, HEAD "\n");
	for (uint32_t i = 0; i < n; i++) {
		if (i && list[i]->check == list[i - 1]->check &&
		    memcmp(list[i]->fingerprint, list[i - 1]->fingerprint, 16) == 0)
			continue;
		put_line(r, list[i], &tmp, &w.buf);
		rd_writer_spill(&w);
	}
	rd_buf_done(&tmp);
	return rd_output_close(&file, rd_writer_end(&w), err);
}
