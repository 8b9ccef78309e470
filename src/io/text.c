#include "io/text.h"
#include "base/assert.h"
#include "base/limits.h"
#include "io/encoding.h"
#include <errno.h>
#include <string.h>
#include <unistd.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#define WHOLE_BYTES_MAX                                                                            \
	(64u << 20) /* up to here a file whose sample is plain ASCII is looked at whole */
#define PIECE  65536u
#define PIECES 16u

/* ---- opening ---- */

static rd_rc read_at(const rd_source *s, char *to, size_t n, uint64_t at, size_t *ret_n,
                     rd_err *err)
{
	size_t got = 0;

	if (s->data) {
		if (at < s->bytes)
			got = s->bytes - at < n ? (size_t)(s->bytes - at) : n;
		if (got)
			memcpy(to, s->data + at, got);
		*ret_n = got;
		return RD_OK;
	}
	while (got < n) {
		ssize_t k = pread(s->fd, to + got, n - got, (off_t)(at + got));

		if (k < 0 && errno == EINTR)
			continue;
		if (k < 0)
			return rd_fail_os(err, errno, "读取失败", "reading failed");
		if (k == 0)
			break;
		got += (size_t)k;
	}
	*ret_n = got;
	return RD_OK;
}

/* The whole file, or of a large one its head and fifteen pieces. */
static rd_rc sample_bytes(const rd_source *s, bool whole, char **ret, size_t *ret_n,
                          size_t *ret_cap, rd_err *err)
{
	size_t cap = whole ? (size_t)s->bytes + 64 : PIECES * PIECE + 64, n = 0, k = 0;
	char *p = rd_column_new(cap);
	rd_rc rc = RD_OK;

	if (whole) {
		rc = read_at(s, p, (size_t)s->bytes, 0, &n, err);
	} else {
		for (uint32_t i = 0; i < PIECES && rc == RD_OK; i++) {
			uint64_t at = s->bytes / PIECES * i;

			rc = read_at(s, p + n, PIECE, at, &k, err);
			/* A piece starts and ends at a line end so that no character is cut. */
			char *from = i ? memchr(p + n, '\n', k) : p + n - 1;
			char *to = memrchr(p + n, '\n', k);
			if (rc != RD_OK || from == NULL || to == NULL || to <= from)
				continue;
			memmove(p + n, from + 1, (size_t)(to - from));
			n += (size_t)(to - from);
		}
	}
	if (rc != RD_OK) {
		rd_column_free(p, cap);
		return rc;
	}
	*ret = p;
	*ret_n = n;
	*ret_cap = cap;
	return RD_OK;
}

static bool is_ascii(const char *p, size_t n)
{
	unsigned char any = 0;

	for (size_t i = 0; i < n; i++)
		any |= (unsigned char)p[i];
	return any < 0x80;
}

static rd_rc convert(rd_text_file *t, const rd_encoding *e, rd_err *err)
{
	rd_source *s = t->source;
	size_t cap = (size_t)s->bytes + 64, got;
	uint64_t bad = 0;

	if (s->bytes > RD_TABLE_BYTES_MAX)
		return rd_fail(err, RD_LIMIT, "%s 编码的文件大于 %llu MB；请另存为 UTF-8 后再检查",
		               "a file in %s is larger than %llu MB; save it as UTF-8 first", e->name,
		               (unsigned long long)(RD_TABLE_BYTES_MAX >> 20));
	char *raw = rd_column_new(cap), *text = NULL;
	rd_rc rc = read_at(s, raw, (size_t)s->bytes, 0, &got, err);

	if (rc == RD_OK)
		rc = rd_encoding_convert(e, raw, got, &text, &t->n, &t->text_cap, &bad, err);
	rd_column_free(raw, cap);
	t->text = text;
	if (bad)
		rd_builder_note_at(s->builder, s->file, 0, RD_NOTE_BYTES_INVALID, false,
		                   rd_str_of("bytes outside the encoding"));
	return rc;
}

#define GUESS_LINES 200u /* with a delimiter that are looked at */

/* How many lines have so many fields under each delimiter. */
typedef struct fields_seen {
	uint32_t counts[4][64], lines[4], in_line[4];
} fields_seen;

static void count_fields(const char *p, size_t n, const char delimiters[4], fields_seen *f)
{
	uint8_t kind[256] = {['"'] = 5, ['\n'] = 6, ['\r'] = 6};
	bool quoted = false;
	uint32_t open = 4; /* delimiters with fewer lines than are wanted */

	for (uint8_t k = 0; k < 4; k++)
		kind[(unsigned char)delimiters[k]] = k + 1;
	for (size_t i = 0; i < n && open; i++) {
		uint8_t is = kind[(unsigned char)p[i]];

		if (is == 5)
			quoted = !quoted;
		else if (is && is < 5)
			f->in_line[is - 1] += !quoted;
		bool ends = is == 6 && (p[i] == '\n' || i + 1 == n || p[i + 1] != '\n');

		if (!ends && i + 1 < n)
			continue;
		quoted = false;
		for (uint32_t k = 0; k < 4; k++) {
			if (f->lines[k] < GUESS_LINES) {
				f->counts[k][f->in_line[k] < 63 ? f->in_line[k] : 63]++;
				f->lines[k] += f->in_line[k] > 0;
				open -= f->lines[k] == GUESS_LINES;
			}
			f->in_line[k] = 0;
		}
	}
}

/* The delimiter under which most lines have the same number of fields, the more the better. */
static char guess_delimiter(const char *p, size_t n)
{
	static const char candidates[4] = {',', '\t', ';', '|'};
	fields_seen seen = {0};
	char best = ',';
	uint64_t best_score = 0;

	count_fields(p, n, candidates, &seen);
	for (size_t k = 0; k < sizeof candidates; k++)
		for (uint32_t f = 1; f < 64; f++) {
			uint64_t score = (uint64_t)seen.counts[k][f] * (f < 20 ? f : 20) * (f >= 2 ? 2 : 1);

			if (score > best_score) {
				best_score = score;
				best = candidates[k];
			}
		}
	return best;
}

/* Excel's first line "sep=;" states the delimiter. */
static char stated_delimiter(const char *p, size_t n)
{
	return n >= 5 && memcmp(p, "sep=", 4) == 0 ? p[4] : 0;
}

static rd_rc refuse_binary(const rd_source *s, rd_err *err)
{
	if (s->bytes >= 8 && memcmp(s->head, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", 8) == 0)
		return rd_fail(err, RD_INPUT, "这是旧版 Excel(.xls)文件；请另存为 .xlsx 或 CSV 后再检查",
		               "this is an old Excel (.xls) file; save it as .xlsx or CSV first");
	return rd_fail(
		err, RD_INPUT,
		"这不是文本表格，也不是可识别的账簿文件；请导出为 CSV、XLSX 或标准数据接口 XML",
		"this is neither a text table nor books in a known format; export CSV, XLSX or standard XML");
}

rd_rc rd_text_open(rd_text_file *t, rd_source *s, rd_err *err)
{
	char *bytes;
	size_t n, cap;
	rd_encoding e;

	*t = (rd_text_file){.source = s, .line = 1, .csv = {.delimiter = ',', .quoting = true}};
	pthread_mutex_init(&t->lock, NULL);
	RD_TRY(sample_bytes(s, s->bytes <= PIECES * PIECE, &bytes, &n, &cap, err));
	if (s->bytes > n && s->bytes <= WHOLE_BYTES_MAX && is_ascii(bytes, n)) {
		rd_column_free(bytes, cap);
		RD_TRY(sample_bytes(s, true, &bytes, &n, &cap, err));
	}
	e = rd_encoding_guess(bytes, n);
	if (s->mapping && s->mapping->encoding.len && !rd_encoding_named(s->mapping->encoding, &e)) {
		rd_column_free(bytes, cap);
		return rd_fail(err, RD_INPUT, "映射文件中的编码 '" RD_STR_FMT "' 不认识",
		               "the encoding '" RD_STR_FMT "' of the mapping is not known",
		               RD_STR_ARG(s->mapping->encoding));
	}
	rd_rc rc = e.binary ? refuse_binary(s, err) : RD_OK;

	if (rc == RD_OK && e.iconv) {
		rc = convert(t, &e, err);
	} else if (rc == RD_OK) {
		t->bom = e.bom;
		t->at = e.bom;
	}
	if (rc == RD_OK) {
		rd_builder_file(s->builder, s->file)->encoding =
			rd_builder_text(s->builder, rd_str_of(e.name));
		if (e.bom)
			rd_builder_note_at(s->builder, s->file, 1, RD_NOTE_BOM, false, (rd_str){"", 0});
		const char *p = t->text ? t->text : bytes + e.bom;
		size_t look = t->text ? t->n : n - e.bom;

		if (look > PIECE)
			look = PIECE;
		char d =
			s->mapping && s->mapping->delimiter ? s->mapping->delimiter : stated_delimiter(p, look);
		t->csv.delimiter = d ? d : guess_delimiter(p, look);
	}
	rd_column_free(bytes, cap);
	return rc;
}

void rd_text_close(rd_text_file *t)
{
	rd_column_free((char *)(uintptr_t)t->text, t->text_cap);
	rd_column_free(t->carry, t->cap_carry);
	pthread_mutex_destroy(&t->lock);
}

void rd_text_rewind(rd_text_file *t)
{
	t->at = t->text ? 0 : t->bom;
	t->n_carry = 0;
	t->line = 1;
	t->sequence = 0;
	t->ended = false;
}

/* ---- blocks ---- */

static void block_room(rd_block *b, size_t bytes)
{
	if (b->arena == NULL)
		b->arena = rd_arena_new();
	if (bytes + 64 > b->cap) {
		size_t cap = b->cap ? b->cap : RD_BLOCK_BYTES + 4096;

		while (cap < bytes + 64)
			cap *= 2;
		b->data = rd_column_resize(b->data, b->cap, cap);
		b->cap = (uint32_t)cap;
	}
	if (b->cap > b->cap_ends) {
		b->ends =
			rd_column_resize(b->ends, b->cap_ends * sizeof *b->ends, b->cap * sizeof *b->ends);
		b->cap_ends = b->cap;
	}
}

void rd_block_done(rd_block *b)
{
	rd_column_free(b->data, b->cap);
	rd_column_free(b->ends, b->cap_ends * sizeof *b->ends);
	rd_arena_free(b->arena);
	*b = (rd_block){0};
}

static uint32_t count_plain(const char *p, uint32_t n, char c)
{
	uint32_t k = 0;

	for (uint32_t i = 0; i < n; i++)
		k += p[i] == c;
	return k;
}

#if defined(__x86_64__)
__attribute__((target("avx2,popcnt"))) static uint32_t count_avx2(const char *p, uint32_t n, char c)
{
	uint32_t k = 0, i = 0;
	__m256i want = _mm256_set1_epi8(c);

	for (; i + 32 <= n; i += 32) {
		__m256i x = _mm256_loadu_si256((const void *)(p + i));

		k += (uint32_t)__builtin_popcount(
			(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(x, want)));
	}
	return k + count_plain(p + i, n - i, c);
}
#endif

static uint32_t count_byte(const char *p, uint32_t n, char c)
{
#if defined(__x86_64__)
	if (__builtin_cpu_supports("avx2"))
		return count_avx2(p, n, c);
#endif
	return count_plain(p, n, c);
}

/* Line ends: LF, or CR where there is no LF at all. */
static uint32_t count_lines(const char *p, uint32_t n)
{
	uint32_t lines = count_byte(p, n, '\n');

	return lines ? lines : count_byte(p, n, '\r');
}

/* Reads behind what is in the block; *ret_end when the file is at its end. */
static rd_rc fill(rd_text_file *t, rd_block *b, size_t want, bool *ret_end, rd_err *err)
{
	size_t got;

	block_room(b, b->n + want);
	if (t->text) {
		got = t->n - t->at < want ? t->n - (size_t)t->at : want;
		if (got)
			memcpy(b->data + b->n, t->text + t->at, got);
	} else {
		RD_TRY(read_at(t->source, b->data + b->n, want, t->at, &got, err));
	}
	t->at += got;
	b->n += (uint32_t)got;
	*ret_end = got < want;
	return RD_OK;
}

/* A quote that stays open to the end of the file or beyond a record's limit: it is a letter.
 * Doubling it inside quotes would change the text, so it is replaced by an apostrophe. */
static void unquote_at(rd_text_file *t, rd_block *b, uint32_t at)
{
	if (b->n_quotes < RD_BLOCK_QUOTES) {
		uint32_t n = 0;

		while (n < 60 && at + n < b->n && b->data[at + n] != '\n')
			n++;
		memcpy(b->quotes[b->n_quotes].found, b->data + at, n);
		b->quotes[b->n_quotes].found[n] = '\0';
		b->quotes[b->n_quotes++].line = t->line + count_lines(b->data, at);
	}
	b->data[at] = '\'';
}

/* Length of the whole records in the block; 0 when there is none yet. */
static uint32_t whole_records(rd_text_file *t, rd_block *b, bool end)
{
	uint32_t open;

	b->indexed = false;
	b->has_quote = t->csv.quoting && memchr(b->data, '"', b->n) != NULL;
	if (!b->has_quote) {
		const char *nl = memrchr(b->data, '\n', b->n);

		if (end)
			return b->n;
		if (nl == NULL && (nl = memrchr(b->data, '\r', b->n ? b->n - 1 : 0)) == NULL)
			return 0;
		return (uint32_t)(nl - b->data) + 1;
	}
	for (;;) {
		b->n_ends = rd_csv_index(t->csv, b->data, b->n, b->ends, &open);
		if (open == b->n || (!end && b->n - open < RD_RECORD_BYTES_MAX))
			break;
		unquote_at(t, b, open);
	}
	b->indexed = true;
	if (end)
		return b->n;
	/* A CR as the last byte may be half of a line end. */
	if (b->n_ends && b->ends[b->n_ends - 1] == ((b->n - 1) | RD_CSV_LAST) &&
	    b->data[b->n - 1] == '\r')
		b->n_ends--;
	while (b->n_ends && !(b->ends[b->n_ends - 1] & RD_CSV_LAST))
		b->n_ends--;
	return b->n_ends ? (b->ends[b->n_ends - 1] & RD_CSV_AT) + 1 : 0;
}

static void keep_carry(rd_text_file *t, const rd_block *b, uint32_t from)
{
	uint32_t n = b->n - from;

	if (n > t->cap_carry) {
		t->carry = rd_column_resize(t->carry, t->cap_carry, n * 2);
		t->cap_carry = n * 2;
	}
	if (n)
		memcpy(t->carry, b->data + from, n);
	t->n_carry = n;
}

static rd_rc next_block(rd_text_file *t, rd_block *b, bool *ret_more, rd_err *err)
{
	bool end = false;
	uint32_t whole = 0;

	*ret_more = false;
	if (t->ended)
		return RD_OK;
	rd_arena_reset(b->arena ? b->arena : (b->arena = rd_arena_new()));
	b->n = b->n_quotes = 0;
	block_room(b, t->n_carry);
	if (t->n_carry)
		memcpy(b->data, t->carry, t->n_carry);
	b->n = t->n_carry;
	t->n_carry = 0;
	while (whole == 0 && !end) {
		RD_TRY(fill(t, b, RD_BLOCK_BYTES, &end, err));
		whole = whole_records(t, b, end);
		if (whole == 0 && b->n > 4 * RD_RECORD_BYTES_MAX)
			return rd_fail(err, RD_LIMIT, "第 %u 行的一条记录超过 %u 字节",
			               "one record from line %u on is longer than %u bytes", t->line,
			               4 * RD_RECORD_BYTES_MAX);
	}
	keep_carry(t, b, whole);
	t->ended = end;
	b->n = whole;
	b->line = t->line;
	b->sequence = t->sequence++;
	t->line += count_lines(b->data, b->n);
	*ret_more = b->n > 0;
	return RD_OK;
}

/* A CR that is followed by neither CR nor LF ends a line of its own. */
static bool has_lone_cr(const char *p, uint32_t n)
{
	for (const char *q = p, *end = p + n; (q = memchr(q, '\r', (size_t)(end - q))) != NULL;) {
		if (q + 1 == end || (q[1] != '\r' && q[1] != '\n'))
			return true;
		q++;
	}
	return false;
}

rd_rc rd_text_block(rd_text_file *t, rd_block *b, bool *ret_more, rd_err *err)
{
	const rd_read_options *o = t->source->options;
	uint32_t open;

	pthread_mutex_lock(&t->lock);
	rd_rc rc = next_block(t, b, ret_more, err);
	if (rc == RD_OK && o && o->progress)
		o->progress(o->progress_ctx, t->at, t->text ? t->n : t->source->bytes);
	pthread_mutex_unlock(&t->lock);
	if (rc != RD_OK || !*ret_more)
		return rc;
	b->has_nul = memchr(b->data, 0, b->n) != NULL;
	b->at_line = b->line;
	b->from = b->end = 0;
	b->plain = !b->has_quote && !has_lone_cr(b->data, b->n);
	if (b->plain) {
		rd_csv_cut_begin(&b->cutter, b->data, b->n, t->csv.delimiter);
		return RD_OK;
	}
	if (!b->indexed)
		b->n_ends = rd_csv_index(t->csv, b->data, b->n, b->ends, &open);
	/* A last record without a line end gets one. */
	if (b->n_ends == 0 || b->ends[b->n_ends - 1] != ((b->n - 1) | RD_CSV_LAST))
		b->ends[b->n_ends++] = b->n | RD_CSV_LAST;
	return RD_OK;
}

/* The next record of an indexed block; *line moves over line ends inside quotes. */
static uint32_t indexed_record(const rd_text_file *t, rd_block *b, rd_str *cells, uint32_t max,
                               bool *ret_bad)
{
	uint32_t n = 0, end;

	do {
		end = b->ends[b->end++];
		uint32_t to = end & RD_CSV_AT;

		if (n < max) {
			cells[n] =
				rd_csv_cell(t->csv, b->data, b->from, to, end & RD_CSV_LAST, b->arena, ret_bad);
			if (to > b->from && b->data[b->from] == '"')
				b->at_line += count_byte(b->data + b->from, to - b->from, '\n');
		}
		n++;
		b->from = to + 1;
	} while (!(end & RD_CSV_LAST));
	return n;
}

uint32_t rd_block_record(const rd_text_file *t, rd_block *b, rd_str *cells, uint32_t max,
                         uint32_t *ret_line, bool *ret_bad, uint32_t *ret_crs)
{
	uint32_t n, crs = 0;

	*ret_line = b->at_line;
	if (!b->plain) {
		uint32_t from = b->from;

		if (b->end == b->n_ends)
			return 0;
		n = indexed_record(t, b, cells, max, ret_bad);
		for (uint32_t to = b->from - 1; to - crs > from && b->data[to - 1 - crs] == '\r';)
			crs++;
	} else {
		n = rd_csv_cut(&b->cutter, cells, max);
		if (n == 0)
			return 0;
		rd_str *last = &cells[n <= max ? n - 1 : max - 1];

		for (; last->len && last->ptr[last->len - 1] == '\r'; last->len--)
			crs++;
	}
	*ret_crs = crs;
	b->at_line++;
	return n;
}
