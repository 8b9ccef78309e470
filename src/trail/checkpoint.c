#include "trail/checkpoint.h"
#include "base/assert.h"
#include "base/digest.h"
#include "trail/lines.h"
#include <sodium.h>

_Static_assert(crypto_sign_SEEDBYTES == RD_KEY_SEED_BYTES, "Ed25519");

/* How each line of a signature begins: em dash, space. */
#define DASH "\xe2\x80\x94 "

enum { DASH_BYTES = sizeof DASH - 1, ED25519 = 1, ID_BYTES = 4, SIGNATURE_BYTES = 64 };

static bool is_space(uint32_t cp)
{
	return cp == ' ' || cp == 0x85 || cp == 0xA0 || cp == 0x1680 ||
	       (cp >= 0x2000 && cp <= 0x200A) || cp == 0x2028 || cp == 0x2029 || cp == 0x202F ||
	       cp == 0x205F || cp == 0x3000;
}

static bool is_key_name(rd_str s)
{
	if (s.len == 0 || s.len > RD_KEY_NAME_MAX || rd_utf8_check(s.ptr, s.len) >= 0)
		return false;
	for (uint32_t at = 0; at < s.len;) {
		uint32_t cp = rd_utf8_next(s, &at);

		if (cp < 0x20 || cp == 0x7F || cp == '+' || is_space(cp))
			return false;
	}
	return true;
}

static void key_id(rd_str name, const uint8_t public_key[32], uint8_t ret_id[ID_BYTES])
{
	static const uint8_t between[2] = {'\n', ED25519};
	uint8_t hash[32];
	rd_sha256 d;

	rd_sha256_init(&d);
	rd_sha256_add(&d, name.ptr, name.len);
	rd_sha256_add(&d, between, sizeof between);
	rd_sha256_add(&d, public_key, 32);
	rd_sha256_end(&d, hash);
	memcpy(ret_id, hash, ID_BYTES);
}

static void key_fill(rd_vkey *key, rd_str name, const uint8_t public_key[32])
{
	memset(key, 0, sizeof *key);
	memcpy(key->name, name.ptr, name.len);
	memcpy(key->public_key, public_key, 32);
	key_id(name, public_key, key->id);
}

static rd_rc not_a_name(rd_err *err)
{
	return rd_fail(err, RD_INPUT, "日志名称不能为空，不能含有空格、加号或控制字符，最长 %u 字节",
	               "the name of a log must not be empty, may have no space, plus sign or control "
	               "character, and %u bytes at most",
	               RD_KEY_NAME_MAX);
}

rd_rc rd_vkey_derive(rd_str name, const uint8_t seed[RD_KEY_SEED_BYTES], rd_vkey *ret_key,
                     rd_err *err)
{
	uint8_t public_key[crypto_sign_PUBLICKEYBYTES], secret[crypto_sign_SECRETKEYBYTES];

	if (!is_key_name(name))
		return not_a_name(err);
	crypto_sign_seed_keypair(public_key, secret, seed);
	sodium_memzero(secret, sizeof secret);
	key_fill(ret_key, name, public_key);
	return RD_OK;
}

/* Eight lower-case hexadecimal digits. */
static bool read_id(rd_str s, uint8_t ret_id[ID_BYTES])
{
	if (s.len != 2 * ID_BYTES)
		return false;
	for (uint32_t i = 0; i < s.len; i++) {
		const char *digits = "0123456789abcdef", *at = memchr(digits, s.ptr[i], 16);

		if (at == NULL)
			return false;
		ret_id[i / 2] = (uint8_t)(ret_id[i / 2] << 4 | (uint8_t)(at - digits));
	}
	return true;
}

static bool read_vkey(rd_str s, rd_vkey *ret_key)
{
	int64_t plus = rd_str_find(s, "+");
	uint8_t id[ID_BYTES] = {0}, key[33];
	rd_str name, rest;
	size_t size;

	if (plus < 0)
		return false;
	name = (rd_str){s.ptr, (uint32_t)plus};
	rest = (rd_str){s.ptr + plus + 1, s.len - (uint32_t)plus - 1};
	if (!is_key_name(name) || rest.len < 9 || rest.ptr[8] != '+' ||
	    !read_id((rd_str){rest.ptr, 8}, id))
		return false;
	if (!rd_base64_read((rd_str){rest.ptr + 9, rest.len - 9}, key, sizeof key, &size) ||
	    size != sizeof key || key[0] != ED25519)
		return false;
	key_fill(ret_key, name, key + 1);
	return memcmp(ret_key->id, id, ID_BYTES) == 0;
}

rd_rc rd_vkey_parse(rd_str text, rd_vkey *ret_key, rd_err *err)
{
	rd_vkey key;

	if (!read_vkey(rd_str_trim(text), &key))
		return rd_fail(err, RD_INPUT,
		               "这不是检查点的公钥：应为一行“名称+8 位十六进制+base64”，请重新复制",
		               "this is no public key of checkpoints: it must be one line "
		               "\"name+8 hex digits+base64\"; copy it again");
	*ret_key = key;
	return RD_OK;
}

void rd_vkey_format(const rd_vkey *key, rd_buf *out)
{
	uint8_t typed[33] = {ED25519};

	memcpy(typed + 1, key->public_key, 32);
	rd_buf_printf(out, "%s+%02x%02x%02x%02x+", key->name, key->id[0], key->id[1], key->id[2],
	              key->id[3]);
	rd_base64_put(out, typed, sizeof typed);
}

rd_rc rd_checkpoint_sign(rd_str origin, uint64_t size, const rd_hash256 *root,
                         const uint8_t seed[RD_KEY_SEED_BYTES], rd_buf *out, rd_err *err)
{
	uint8_t public_key[crypto_sign_PUBLICKEYBYTES], secret[crypto_sign_SECRETKEYBYTES];
	uint8_t line[ID_BYTES + SIGNATURE_BYTES];
	size_t start = out->size;

	RD_ASSERT(size <= RD_TREE_SIZE_MAX);
	if (!is_key_name(origin))
		return not_a_name(err);
	rd_buf_str(out, origin);
	rd_buf_printf(out, "\n%llu\n", (unsigned long long)size);
	rd_base64_put(out, root->byte, sizeof root->byte);
	rd_buf_char(out, '\n');
	if (!out->full) {
		crypto_sign_seed_keypair(public_key, secret, seed);
		key_id(origin, public_key, line);
		crypto_sign_detached(line + ID_BYTES, NULL, (const uint8_t *)out->data + start,
		                     out->size - start, secret);
		sodium_memzero(secret, sizeof secret);
		rd_buf_puts(out, "\n" DASH);
		rd_buf_str(out, origin);
		rd_buf_char(out, ' ');
		rd_base64_put(out, line, sizeof line);
		rd_buf_char(out, '\n');
	}
	if (out->full)
		return rd_fail(err, RD_LIMIT, "检查点放不下：请增大缓冲区",
		               "the checkpoint does not fit: give it a larger buffer");
	return RD_OK;
}

/* A note in its parts; all borrow from it. */
typedef struct note_parts {
	rd_str text;       /* what is signed */
	rd_str signatures; /* the lines behind the empty one */
	rd_checkpoint checkpoint;
} note_parts;

static bool plain_text(rd_str s)
{
	for (uint32_t i = 0; i < s.len; i++)
		if ((unsigned char)s.ptr[i] < 0x20 && s.ptr[i] != '\n')
			return false;
	return rd_utf8_check(s.ptr, s.len) < 0;
}

/* "— name base64" */
static bool read_signature(rd_str line, rd_str *ret_name, rd_str *ret_base64)
{
	const char *space;

	if (!rd_str_starts(line, DASH))
		return false;
	line.ptr += DASH_BYTES;
	line.len -= DASH_BYTES;
	space = line.len ? memchr(line.ptr, ' ', line.len) : NULL;
	if (space == NULL)
		return false;
	*ret_name = (rd_str){line.ptr, (uint32_t)(space - line.ptr)};
	*ret_base64 = (rd_str){space + 1, line.len - ret_name->len - 1};
	/* A key id and one byte of signature are 8 characters. */
	return is_key_name(*ret_name) && ret_base64->len >= 8 && ret_base64->len % 4 == 0;
}

static bool read_note(rd_str note, note_parts *ret)
{
	rd_str rest = note, line, name, base64;

	if (note.len > RD_NOTE_BYTES_MAX || !plain_text(note))
		return false;
	if (!rd_line_take(&rest, &ret->checkpoint.origin) || !is_key_name(ret->checkpoint.origin))
		return false;
	if (!rd_line_take(&rest, &line) || !rd_decimal_read(line, &ret->checkpoint.size))
		return false;
	if (!rd_line_take(&rest, &line) || !rd_base64_read_hash(line, &ret->checkpoint.root))
		return false;
	ret->text = (rd_str){note.ptr, note.len - rest.len};
	if (!rd_line_take(&rest, &line) || line.len > 0)
		return false;
	ret->signatures = rest;
	do {
		if (!rd_line_take(&rest, &line) || !read_signature(line, &name, &base64))
			return false;
	} while (rest.len > 0);
	return true;
}

static rd_rc not_a_checkpoint(rd_err *err)
{
	return rd_fail(err, RD_INPUT,
	               "这不是检查点：应为名称、条数、根哈希三行，空行，再加签名行；请取原文件重试",
	               "this is no checkpoint: it must be three lines with name, size and root, an "
	               "empty line and the signatures; use the file as it was sent");
}

rd_rc rd_checkpoint_parse(rd_str note, rd_checkpoint *ret_checkpoint, rd_err *err)
{
	note_parts parts;

	if (!read_note(note, &parts))
		return not_a_checkpoint(err);
	*ret_checkpoint = parts.checkpoint;
	return RD_OK;
}

typedef enum signed_by { BY_OTHERS, BY_KEY, FORGED } signed_by;

/* What one line of signature is to the key. */
static signed_by look_at(rd_str line, rd_str text, const rd_vkey *key)
{
	uint8_t bytes[ID_BYTES + SIGNATURE_BYTES];
	rd_str name, base64;
	char head[9];
	uint8_t id[6];
	size_t size;

	if (!read_signature(line, &name, &base64) || !rd_str_is(name, key->name))
		return BY_OTHERS;
	/* The first 8 characters hold the id, also of signatures that are longer than ours. */
	memcpy(head, base64.ptr, 8);
	head[8] = '\0';
	if (!rd_base64_read(rd_str_of(head), id, sizeof id, &size) || size < ID_BYTES ||
	    memcmp(id, key->id, ID_BYTES) != 0)
		return BY_OTHERS;
	if (!rd_base64_read(base64, bytes, sizeof bytes, &size) || size != sizeof bytes ||
	    crypto_sign_verify_detached(bytes + ID_BYTES, (const uint8_t *)text.ptr, text.len,
	                                key->public_key) != 0)
		return FORGED;
	return BY_KEY;
}

rd_rc rd_checkpoint_verify(rd_str note, const rd_vkey *key, rd_checkpoint *ret_checkpoint,
                           rd_err *err)
{
	note_parts parts;
	uint32_t good = 0;
	rd_str line;

	if (!read_note(note, &parts))
		return not_a_checkpoint(err);
	while (rd_line_take(&parts.signatures, &line)) {
		signed_by who = look_at(line, parts.text, key);

		if (who == FORGED)
			return rd_fail(err, RD_CORRUPT,
			               "检查点上 %s 的签名是错的：检查点被改动过，请取原文件重试",
			               "the signature of %s under the checkpoint is wrong: the checkpoint "
			               "was changed; use the file as it was sent",
			               key->name);
		good += who == BY_KEY;
	}
	if (good == 0 || !rd_str_is(parts.checkpoint.origin, key->name))
		return rd_fail(err, RD_NOT_FOUND, "检查点不是由密钥 %s 为它自己的日志签名的：请核对公钥",
		               "the checkpoint is not signed by the key %s for its own log: check that "
		               "this is the right public key",
		               key->name);
	*ret_checkpoint = parts.checkpoint;
	return RD_OK;
}
