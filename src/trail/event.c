#include "trail/event.h"
#include "base/assert.h"
#include "base/digest.h"

enum { VERSION = 1, HASH_SHA256 = 1 };
/* Version and hash, four numbers, the lengths of four texts, the payload hash. */
enum { FIXED_BYTES = 2 + 4 * 8 + 4 * 2 + 32 };

static uint8_t *put_u16(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
	return p + 2;
}

static uint8_t *put_u64(uint8_t *p, uint64_t v)
{
	for (uint32_t i = 0; i < 8; i++)
		p[i] = (uint8_t)(v >> (56 - 8 * i));
	return p + 8;
}

static uint8_t *put_str(uint8_t *p, rd_str s)
{
	p = put_u16(p, s.len);
	if (s.len)
		memcpy(p, s.ptr, s.len);
	return p + s.len;
}

static bool is_text(rd_str s)
{
	return s.len == 0 || (rd_utf8_check(s.ptr, s.len) < 0 && memchr(s.ptr, 0, s.len) == NULL);
}

/* What holds of an event in parts and of one in bytes; NULL, or what is wrong, for people. */
static const rd_words *wrong_with(const rd_event *e)
{
	static const rd_words number = {"编号超过 2^63-1", "a number is above 2^63 - 1"};
	static const rd_words type = {"没有类型", "it has no type"};
	static const rd_words text = {"文字不是 UTF-8 或含有空字节",
	                              "a text is not UTF-8 or holds a NUL byte"};

	if (e->firm_id > INT64_MAX || e->seq >= RD_TREE_SIZE_MAX || e->record_id > INT64_MAX)
		return &number;
	if (e->type.len == 0)
		return &type;
	if (!is_text(e->type) || !is_text(e->kind) || !is_text(e->actor) || !is_text(e->request_id))
		return &text;
	return NULL;
}

rd_rc rd_event_encode(const rd_event *e, rd_arena *a, rd_str *ret_bytes, rd_err *err)
{
	const rd_words *wrong = wrong_with(e);
	uint64_t size =
		(uint64_t)FIXED_BYTES + e->type.len + e->kind.len + e->actor.len + e->request_id.len;
	uint8_t *start, *p;

	if (wrong)
		return rd_fail(err, RD_INPUT, "这条记录不能写入审计日志：%s。%.0s请改正后重试",
		               "%.0sthis event cannot be written to the audit log: %s; correct it and "
		               "try again",
		               wrong->zh, wrong->en);
	if (size > RD_EVENT_BYTES_MAX)
		return rd_fail(err, RD_LIMIT,
		               "审计记录有 %llu 字节，最多 %u 字节：大的内容请放入附件，只记它的哈希",
		               "an audit event has %llu bytes and may have %u: put large things into a "
		               "blob and name its hash",
		               (unsigned long long)size, RD_EVENT_BYTES_MAX);
	start = rd_arena_alloc(a, size, 1);
	p = start;
	*p++ = VERSION;
	*p++ = HASH_SHA256;
	p = put_u64(p, e->firm_id);
	p = put_u64(p, e->seq);
	p = put_u64(p, (uint64_t)e->at_us);
	p = put_str(p, e->type);
	p = put_str(p, e->kind);
	p = put_u64(p, e->record_id);
	p = put_str(p, e->actor);
	p = put_str(p, e->request_id);
	memcpy(p, e->payload_hash.byte, 32);
	RD_ASSERT(p + 32 == start + size);
	*ret_bytes = (rd_str){(const char *)start, (uint32_t)size};
	return RD_OK;
}

/* Reads from the front; once too little is left, everything reads as nothing and `cut` stays. */
typedef struct reader {
	const uint8_t *p;
	uint32_t left;
	bool cut;
} reader;

static const uint8_t *take(reader *r, uint32_t n)
{
	const uint8_t *p = r->p;

	if (r->left < n) {
		r->cut = true;
		r->left = 0;
		return NULL;
	}
	r->p += n;
	r->left -= n;
	return p;
}

static uint64_t take_number(reader *r, uint32_t bytes)
{
	const uint8_t *p = take(r, bytes);
	uint64_t v = 0;

	for (uint32_t i = 0; p && i < bytes; i++)
		v = v << 8 | p[i];
	return v;
}

static rd_str take_str(reader *r)
{
	uint32_t len = (uint32_t)take_number(r, 2);
	const uint8_t *p = take(r, len);

	return (rd_str){p ? (const char *)p : "", p ? len : 0};
}

/* Each text prints its own word and, by %.0s, nothing of the other's. */
static rd_rc unreadable(rd_err *err, rd_words why)
{
	return rd_fail(err, RD_CORRUPT,
	               "审计日志的一条记录无法解读：%s。%.0s请运行 verify 找出被改动的记录",
	               "%.0san event of the audit log cannot be read: %s; run verify to find what was "
	               "changed",
	               why.zh, why.en);
}

rd_rc rd_event_decode(rd_str bytes, rd_event *ret_event, rd_err *err)
{
	reader r = {.p = (const uint8_t *)bytes.ptr, .left = bytes.len};
	const rd_words *wrong;
	const uint8_t *hash;
	rd_event e;

	if (bytes.len > RD_EVENT_BYTES_MAX)
		return unreadable(err, (rd_words){"太长", "it is too long"});
	if (take_number(&r, 1) != VERSION || take_number(&r, 1) != HASH_SHA256)
		return unreadable(err, (rd_words){"版本或哈希算法未知", "unknown version or hash"});
	e.firm_id = take_number(&r, 8);
	e.seq = take_number(&r, 8);
	e.at_us = (int64_t)take_number(&r, 8);
	e.type = take_str(&r);
	e.kind = take_str(&r);
	e.record_id = take_number(&r, 8);
	e.actor = take_str(&r);
	e.request_id = take_str(&r);
	hash = take(&r, 32);
	if (r.cut || hash == NULL)
		return unreadable(err, (rd_words){"不完整", "it is cut off"});
	if (r.left)
		return unreadable(err, (rd_words){"末尾有多余的字节", "bytes are left over at its end"});
	wrong = wrong_with(&e);
	if (wrong)
		return unreadable(err, *wrong);
	memcpy(e.payload_hash.byte, hash, 32);
	*ret_event = e;
	return RD_OK;
}

rd_hash256 rd_event_payload_hash(const uint8_t salt[RD_EVENT_SALT_BYTES], rd_str payload)
{
	rd_hash256 h;
	rd_sha256 d;

	rd_sha256_init(&d);
	rd_sha256_add(&d, salt, RD_EVENT_SALT_BYTES);
	rd_sha256_add(&d, payload.ptr, payload.len);
	rd_sha256_end(&d, h.byte);
	return h;
}
