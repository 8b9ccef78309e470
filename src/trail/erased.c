/* The payload of an event of erasing: written and read in one form, byte for byte. */
#include "trail/event.h"
#include "base/json.h"

#define HEAD "{\"seqs\":["
#define TAIL "],\"reason\":"

static bool ascending(const rd_seq_run *runs, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		if (runs[i].first > runs[i].last || runs[i].last >= RD_TREE_SIZE_MAX ||
		    (i > 0 && runs[i].first <= runs[i - 1].last))
			return false;
	return true;
}

/* The reason as a JSON string, without the line end that a whole document has. */
static void put_reason(rd_str reason, rd_buf *out)
{
	rd_json j;

	rd_json_init(&j, out, 0);
	rd_json_str(&j, reason);
	rd_json_end(&j);
	if (!out->full && out->size)
		out->data[--out->size] = '\0';
}

bool rd_erased_format(const rd_seq_run *runs, uint32_t n, rd_str reason, rd_buf *out)
{
	if (n == 0 || n > RD_ERASED_RUNS_MAX || !ascending(runs, n))
		return false;
	rd_buf_puts(out, HEAD);
	for (uint32_t i = 0; i < n; i++)
		rd_buf_printf(out, "%s[%llu,%llu]", i ? "," : "", (unsigned long long)runs[i].first,
		              (unsigned long long)runs[i].last);
	rd_buf_puts(out, TAIL);
	put_reason(reason, out);
	rd_buf_char(out, '}');
	return !out->full;
}

typedef struct cursor {
	const char *p, *end;
} cursor;

static bool skip(cursor *c, const char *cstr)
{
	size_t n = strlen(cstr);

	if ((size_t)(c->end - c->p) < n || memcmp(c->p, cstr, n) != 0)
		return false;
	c->p += n;
	return true;
}

/* A number from 0 to 2^63 - 2, without leading zeros. */
static bool number(cursor *c, uint64_t *ret_v)
{
	const char *start = c->p;
	uint64_t v = 0;

	for (; c->p < c->end && *c->p >= '0' && *c->p <= '9'; c->p++) {
		if (c->p - start > 18)
			return false;
		v = v * 10 + (uint64_t)(*c->p - '0');
	}
	*ret_v = v;
	return c->p > start && (*start != '0' || c->p == start + 1) && v < RD_TREE_SIZE_MAX;
}

/* A JSON string: no bare quote or control character before its end. */
static bool string(cursor *c)
{
	if (!skip(c, "\""))
		return false;
	for (; c->p < c->end && *c->p != '"'; c->p++) {
		if ((unsigned char)*c->p < 0x20)
			return false;
		if (*c->p == '\\' && ++c->p == c->end)
			return false;
	}
	return skip(c, "\"");
}

static bool run(cursor *c, rd_seq_run *ret_run)
{
	return skip(c, "[") && number(c, &ret_run->first) && skip(c, ",") &&
	       number(c, &ret_run->last) && skip(c, "]");
}

rd_rc rd_erased_parse(rd_str payload, rd_arena *a, rd_seq_run **ret_runs, uint32_t *ret_n,
                      rd_err *err)
{
	cursor c = {payload.ptr, payload.ptr + payload.len};
	rd_seq_run *runs = NULL;
	uint32_t n = 0, cap = 0;
	bool good = payload.len > 0 && rd_utf8_check(payload.ptr, payload.len) < 0 && skip(&c, HEAD);

	while (good) {
		runs = rd_grow(a, runs, n, &cap, sizeof *runs);
		good = n < RD_ERASED_RUNS_MAX && run(&c, &runs[n]);
		n++;
		if (good && !skip(&c, ","))
			break;
	}
	if (!good || !ascending(runs, n) || !skip(&c, TAIL) || !string(&c) || !skip(&c, "}") ||
	    c.p != c.end)
		return rd_fail(err, RD_CORRUPT, "删除记录的内容写法不对：请运行 verify 核对",
		               "the payload of an event of erasing is not in its form: run verify");
	*ret_runs = runs;
	*ret_n = n;
	return RD_OK;
}
