#include "http/guard.h"
#include <ctype.h>
#include <strings.h>

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Decodes the escapes of `raw` into `out`, which has room for it. false: a bad escape or a NUL. */
static bool decode(rd_str raw, bool plus_is_space, char *out, uint32_t *ret_size)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < raw.len; i++) {
		char c = raw.ptr[i];

		if (c == '%') {
			int hi = raw.len - i > 2 ? hex_digit(raw.ptr[i + 1]) : -1;
			int lo = raw.len - i > 2 ? hex_digit(raw.ptr[i + 2]) : -1;

			if (hi < 0 || lo < 0 || (hi | lo) == 0)
				return false;
			c = (char)(hi << 4 | lo);
			i += 2;
		} else if (c == '+' && plus_is_space) {
			c = ' ';
		}
		out[n++] = c;
	}
	*ret_size = n;
	return true;
}

/* Of what a target may consist before decoding: visible ASCII; no fragment is ever sent. */
static bool is_visible(rd_str s)
{
	for (uint32_t i = 0; i < s.len; i++)
		if (s.ptr[i] < 0x21 || s.ptr[i] > 0x7e || s.ptr[i] == '#')
			return false;
	return true;
}

static bool has_encoded_slash(rd_str s)
{
	for (uint32_t i = 0; i + 2 < s.len; i++)
		if (s.ptr[i] == '%' && s.ptr[i + 1] == '2' && (s.ptr[i + 2] | 0x20) == 'f')
			return true;
	return false;
}

static const char *split_path(rd_http_target *t)
{
	const char *at = t->path.ptr + 1, *end = t->path.ptr + t->path.len;

	if (at == end)
		return NULL;
	for (;;) {
		const char *slash = memchr(at, '/', (size_t)(end - at));
		rd_str s = {at, (uint32_t)((slash ? slash : end) - at)};

		if ((s.len == 0 && slash) || rd_str_is(s, ".") || rd_str_is(s, ".."))
			return "path segment";
		if (t->n_segments == RD_HTTP_SEGMENTS_MAX)
			return "path with too many segments";
		t->segment[t->n_segments++] = s;
		if (slash == NULL)
			return NULL;
		at = slash + 1;
	}
}

static const char *parse_path(rd_arena *arena, rd_str raw, rd_http_target *t)
{
	char *path = rd_arena_alloc(arena, raw.len + 1u, 1);

	if (has_encoded_slash(raw))
		return "encoded slash in path";
	if (!decode(raw, false, path, &t->path.len))
		return "escape in path";
	t->path.ptr = path;
	for (uint32_t i = 0; i < t->path.len; i++)
		if ((unsigned char)path[i] < 0x20 || path[i] == 0x7f || path[i] == '\\')
			return "path character";
	if (rd_utf8_check(path, t->path.len) >= 0)
		return "path is not UTF-8";
	return split_path(t);
}

/* One name=value into `p`; the texts are written to *out, which moves on. */
static const char *parse_param(rd_str raw, char **out, rd_http_param *p)
{
	const char *equals = memchr(raw.ptr, '=', raw.len);
	uint32_t name_len = equals ? (uint32_t)(equals - raw.ptr) : raw.len;
	rd_str name = {raw.ptr, name_len}, value = {"", 0};

	if (equals)
		value = (rd_str){equals + 1, raw.len - name_len - 1};
	if (name.len == 0)
		return "parameter without a name";
	p->name.ptr = *out;
	if (!decode(name, true, *out, &p->name.len))
		return "escape in query";
	*out += p->name.len;
	p->value.ptr = *out;
	if (!decode(value, true, *out, &p->value.len))
		return "escape in query";
	*out += p->value.len;
	if (rd_utf8_check(p->name.ptr, p->name.len) >= 0 ||
	    rd_utf8_check(p->value.ptr, p->value.len) >= 0)
		return "query is not UTF-8";
	return NULL;
}

static const char *parse_query(rd_arena *arena, rd_str raw, rd_http_target *t)
{
	uint32_t n = 1;

	if (raw.len == 0)
		return NULL;
	for (uint32_t i = 0; i < raw.len; i++)
		n += raw.ptr[i] == '&';
	if (n > RD_HTTP_QUERY_MAX)
		return "query with too many parameters";
	char *out = rd_arena_alloc(arena, raw.len, 1);
	const char *at = raw.ptr, *end = raw.ptr + raw.len;

	t->query = RD_NEW_N(arena, rd_http_param, n);
	for (t->n_query = 0; t->n_query < n; t->n_query++) {
		const char *amp = memchr(at, '&', (size_t)(end - at));
		rd_str one = {at, (uint32_t)((amp ? amp : end) - at)};
		const char *why = parse_param(one, &out, &t->query[t->n_query]);

		if (why)
			return why;
		at = amp ? amp + 1 : end;
	}
	return NULL;
}

const char *rd_http_target_parse(rd_arena *arena, rd_str raw, rd_http_target *ret)
{
	rd_http_target t = {0};

	if (raw.len == 0 || raw.ptr[0] != '/')
		return "target form";
	if (raw.len > RD_HTTP_TARGET_MAX)
		return "target too long";
	if (!is_visible(raw))
		return "target character";
	t.raw = (rd_str){rd_arena_copy(arena, raw.ptr, raw.len), raw.len};
	const char *mark = memchr(t.raw.ptr, '?', t.raw.len);
	uint32_t path_len = mark ? (uint32_t)(mark - t.raw.ptr) : t.raw.len;
	const char *why = parse_path(arena, (rd_str){t.raw.ptr, path_len}, &t);

	if (why == NULL && mark)
		why = parse_query(arena, (rd_str){mark + 1, t.raw.len - path_len - 1}, &t);
	if (why == NULL)
		*ret = t;
	return why;
}

bool rd_http_is_token(rd_str s)
{
	for (uint32_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.ptr[i];

		if (c < 0x21 || c > 0x7e || strchr("\"(),/:;<=>?@[\\]{}", c))
			return false;
	}
	return s.len > 0;
}

bool rd_http_named(rd_str a, rd_str b)
{
	return a.len == b.len && strncasecmp(a.ptr, b.ptr, a.len) == 0;
}

static bool is_plain(rd_str value)
{
	for (uint32_t i = 0; i < value.len; i++) {
		unsigned char c = (unsigned char)value.ptr[i];

		if ((c < 0x20 && c != '\t') || c == 0x7f)
			return false;
	}
	return true;
}

/* Digits only; UINT64_MAX when the number does not fit. */
static bool parse_length(rd_str s, uint64_t *ret)
{
	uint64_t v = 0;

	for (uint32_t i = 0; i < s.len; i++) {
		if (s.ptr[i] < '0' || s.ptr[i] > '9')
			return false;
		if (__builtin_mul_overflow(v, 10u, &v) ||
		    __builtin_add_overflow(v, (uint64_t)(s.ptr[i] - '0'), &v))
			v = UINT64_MAX;
	}
	*ret = v;
	return s.len > 0;
}

void rd_http_framing_add(rd_http_framing *f, rd_str name, rd_str value)
{
	const char *why = NULL;

	if (!is_plain(value))
		why = "control character in a header";
	else if (!rd_http_is_token(name))
		why = "header name";
	if (rd_http_named(name, RD_STR("Host"))) {
		f->n_host++;
	} else if (rd_http_named(name, RD_STR("Transfer-Encoding"))) {
		f->n_coding++;
		f->has_body = true;
		if (!rd_http_named(value, RD_STR("chunked")))
			why = "Transfer-Encoding";
	} else if (rd_http_named(name, RD_STR("Content-Length"))) {
		f->n_length++;
		if (!parse_length(value, &f->length))
			why = "Content-Length";
		f->has_body = f->has_body || f->length != 0;
	}
	if (f->why == NULL)
		f->why = why;
}

const char *rd_http_framing_judge(const rd_http_framing *f, rd_http_method method, bool http_1_0,
                                  uint32_t *ret_status)
{
	*ret_status = 400;
	if (f->why)
		return f->why;
	if (f->n_length > 1 || f->n_coding > 1)
		return "framing header twice";
	if (f->n_length && f->n_coding)
		return "Content-Length with Transfer-Encoding";
	if (f->n_coding && http_1_0)
		return "Transfer-Encoding in HTTP/1.0";
	if (f->n_host > 1 || (f->n_host == 0 && !http_1_0))
		return "Host";
	if (method == RD_HTTP_METHODS) {
		*ret_status = 405;
		return "method";
	}
	if (f->has_body && (method == RD_HTTP_GET || method == RD_HTTP_HEAD))
		return "body with GET";
	return NULL;
}

static const rd_str method_names[RD_HTTP_METHODS] = {
	[RD_HTTP_GET] = {"GET", 3}, [RD_HTTP_HEAD] = {"HEAD", 4},   [RD_HTTP_POST] = {"POST", 4},
	[RD_HTTP_PUT] = {"PUT", 3}, [RD_HTTP_PATCH] = {"PATCH", 5}, [RD_HTTP_DELETE] = {"DELETE", 6},
};

rd_http_method rd_http_method_parse(rd_str name)
{
	rd_http_method m = RD_HTTP_GET;

	while (m < RD_HTTP_METHODS && !rd_str_eq(name, method_names[m]))
		m++;
	return m;
}

const char *rd_http_method_name(rd_http_method m)
{
	return m < RD_HTTP_METHODS ? method_names[m].ptr : "other";
}

/* RFC 6265 cookie-octet. */
static bool is_cookie_value(rd_str s)
{
	for (uint32_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.ptr[i];

		if (c < 0x21 || c > 0x7e || c == '"' || c == ',' || c == ';' || c == '\\')
			return false;
	}
	return true;
}

rd_str rd_http_cookie_find(rd_str header, rd_str name)
{
	const char *at = header.ptr, *end = header.len ? header.ptr + header.len : at;
	rd_str found = {NULL, 0};

	while (at < end) {
		const char *semicolon = memchr(at, ';', (size_t)(end - at));
		const char *stop = semicolon ? semicolon : end;

		while (at < stop && *at == ' ')
			at++;
		if ((size_t)(stop - at) > name.len && at[name.len] == '=' &&
		    memcmp(at, name.ptr, name.len) == 0) {
			rd_str value = {at + name.len + 1, (uint32_t)(stop - at) - name.len - 1};

			if (found.ptr || !is_cookie_value(value))
				return (rd_str){NULL, 0};
			found = value;
		}
		at = semicolon ? semicolon + 1 : end;
	}
	return found;
}
