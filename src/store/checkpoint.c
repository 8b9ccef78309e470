#include "store/checkpoint.h"
#include "base/digest.h"
#include "store/files.h"
#include "store/key.h"
#include "store/queries.gen.h"
#include "store/store_impl.h"
#include "trail/event.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <sys/file.h>
#include <unistd.h>

#define PATH_BYTES   1100
#define FIRMS_PAGE   500u
#define OLD_KEYS_MAX (65u * 100) /* a public key in hexadecimal and a line end, a hundred times */

typedef struct tree_ctx {
	rd_tile_source tiles;
	rd_tx *tx;
} tree_ctx;

static rd_rc read_leaves(rd_tx *tx, uint64_t n, rd_tile *ret, rd_err *err)
{
	const rd_q_event_bodies_row *rows;
	uint32_t count = 0;
	int64_t first = (int64_t)(n * RD_TILE_HASHES);

	ret->n = 0;
	RD_TRY(rd_q_event_bodies(tx, first, RD_TILE_HASHES, &rows, &count, err));
	for (uint32_t i = 0; i < count && rows[i].seq == first + i; i++)
		ret->hash[ret->n++] = rd_event_leaf(rows[i].body);
	return RD_OK;
}

static rd_rc read_tile(void *ctx, uint32_t level, uint64_t n, rd_tile *ret, rd_err *err)
{
	rd_tx *tx = ((tree_ctx *)ctx)->tx;
	const rd_q_tile_get_row *rows;
	uint32_t count = 0;
	int64_t first = (int64_t)(n * RD_TILE_HASHES);

	if (level == 0)
		return read_leaves(tx, n, ret, err);
	ret->n = 0;
	RD_TRY(rd_q_tile_get(tx, level, first, RD_TILE_HASHES, &rows, &count, err));
	for (uint32_t i = 0; i < count && rows[i].n == first + i && rows[i].hash.len == 32; i++)
		memcpy(ret->hash[ret->n++].byte, rows[i].hash.ptr, 32);
	return RD_OK;
}

rd_tree_source rd_log_tree(rd_tx *tx)
{
	tree_ctx *t = RD_NEW(tx->arena, tree_ctx);

	t->tx = tx;
	rd_tile_source_init(&t->tiles, read_tile, t);
	return rd_tile_tree(&t->tiles);
}

typedef struct signing {
	rd_store *s;
	int64_t firm_id;
	rd_arena *a;
	uint8_t seed[RD_KEY_SEED_BYTES];
	rd_vkey key;
	char name[RD_KEY_NAME_MAX + 1];
	char kept[PATH_BYTES]; /* path of what was signed last */
	rd_checkpoint last;    /* size 0 = nothing was signed */
	rd_str last_note;
	bool last_has_row;
	rd_signed out;
} signing;

static rd_rc load_key(signing *g, rd_err *err)
{
	(void)snprintf(g->name, sizeof g->name, RD_STR_FMT "/%jd", RD_STR_ARG(g->s->config.origin),
	               (intmax_t)g->firm_id);
	RD_TRY(rd_store_key(g->s, "sign.key", g->seed, err));
	return rd_vkey_derive(rd_str_of(g->name), g->seed, &g->key, err);
}

rd_rc rd_store_vkey(rd_store *s, int64_t firm_id, rd_vkey *ret, rd_err *err)
{
	signing g = {.s = s, .firm_id = firm_id, .a = rd_arena_new()};
	rd_rc rc = load_key(&g, err);

	if (rc == RD_OK)
		*ret = g.key;
	sodium_memzero(g.seed, sizeof g.seed);
	rd_arena_free(g.a);
	return rc;
}

/* The key of this name with a public half that is known in hexadecimal. */
static bool key_from_hex(const char *name, rd_str hex, rd_vkey *ret)
{
	static const uint8_t between[2] = {'\n', 0x01};
	rd_sha256 d;
	uint8_t hash[32];
	size_t n = 0;

	if (hex.len != 64 || sodium_hex2bin(ret->public_key, 32, hex.ptr, hex.len, NULL, &n, NULL) != 0)
		return false;
	(void)snprintf(ret->name, sizeof ret->name, "%s", name);
	rd_sha256_init(&d);
	rd_sha256_add(&d, name, strlen(name));
	rd_sha256_add(&d, between, 2);
	rd_sha256_add(&d, ret->public_key, 32);
	rd_sha256_end(&d, hash);
	memcpy(ret->id, hash, 4);
	return true;
}

/* The name under which a note speaks of this firm's log; the server's address may have changed
 * since. False when it is another firm's. */
static bool name_in_note(const signing *g, rd_str note, char name[RD_KEY_NAME_MAX + 1])
{
	rd_err none = {0};
	rd_checkpoint c;
	char tail[32];

	(void)snprintf(tail, sizeof tail, "/%jd", (intmax_t)g->firm_id);
	if (rd_checkpoint_parse(note, &c, &none) != RD_OK || !rd_str_ends(c.origin, tail) ||
	    c.origin.len > RD_KEY_NAME_MAX)
		return false;
	(void)snprintf(name, RD_KEY_NAME_MAX + 1, RD_STR_FMT, RD_STR_ARG(c.origin));
	return true;
}

/* By our key, or by one that was ours before the store was restored elsewhere (old.keys). */
static rd_rc verify_note(const signing *g, rd_str note, rd_vkey *ret_key, rd_checkpoint *ret,
                         rd_err *err)
{
	rd_err none = {0};
	rd_str lines = {0};
	rd_vkey key = g->key;
	char path[PATH_BYTES], name[RD_KEY_NAME_MAX + 1];
	rd_rc rc = rd_checkpoint_verify(note, &key, ret, err);

	if (rc == RD_NOT_FOUND && name_in_note(g, note, name)) {
		if (strcmp(name, g->name) != 0 &&
		    rd_vkey_derive(rd_str_of(name), g->seed, &key, &none) == RD_OK &&
		    rd_checkpoint_verify(note, &key, ret, &none) == RD_OK)
			rc = RD_OK;
		(void)snprintf(path, sizeof path, RD_STR_FMT "/" RD_OLD_KEYS,
		               RD_STR_ARG(g->s->config.folder));
		if (rc == RD_OK || rd_file_load(path, OLD_KEYS_MAX, g->a, &lines, NULL, &none) != RD_OK)
			lines.len = 0;
		for (; rc != RD_OK && lines.len >= 65; lines.ptr += 65, lines.len -= 65)
			if (key_from_hex(name, (rd_str){lines.ptr, 64}, &key) &&
			    rd_checkpoint_verify(note, &key, ret, &none) == RD_OK)
				rc = RD_OK;
	}
	if (rc == RD_OK && ret_key)
		*ret_key = key;
	return rc;
}

rd_rc rd_store_signer(rd_store *s, int64_t firm_id, rd_str note, rd_vkey *ret, rd_err *err)
{
	signing g = {.s = s, .firm_id = firm_id, .a = rd_arena_new()};
	rd_checkpoint c;
	rd_rc rc = load_key(&g, err);

	if (rc == RD_OK)
		rc = verify_note(&g, note, ret, &c, err);
	sodium_memzero(g.seed, sizeof g.seed);
	rd_arena_free(g.a);
	return rc;
}

rd_rc rd_store_vkeys(rd_store *s, int64_t firm_id, rd_arena *a, const rd_vkey **ret_keys,
                     uint32_t *ret_n, rd_err *err)
{
	signing g = {.s = s, .firm_id = firm_id, .a = a};
	rd_str lines = {"", 0};
	rd_err none = {0};
	char path[PATH_BYTES];
	uint32_t n = 1;

	RD_TRY(load_key(&g, err));
	sodium_memzero(g.seed, sizeof g.seed);
	(void)snprintf(path, sizeof path, RD_STR_FMT "/" RD_OLD_KEYS, RD_STR_ARG(s->config.folder));
	if (rd_file_load(path, OLD_KEYS_MAX, a, &lines, NULL, &none) != RD_OK)
		lines.len = 0;
	rd_vkey *keys = RD_NEW_N(a, rd_vkey, lines.len / 65 + 1);

	keys[0] = g.key;
	for (; lines.len >= 65; lines.ptr += 65, lines.len -= 65)
		n += key_from_hex(g.name, (rd_str){lines.ptr, 64}, &keys[n]);
	*ret_keys = keys;
	*ret_n = n;
	return RD_OK;
}

/* The name of a log without "/<firm id>" at its end. */
static bool origin_in(const char *folder, const char *file, rd_arena *a, rd_str *ret)
{
	char path[PATH_BYTES + 256];
	rd_err none = {0};
	rd_checkpoint c;
	rd_str note;

	(void)snprintf(path, sizeof path, "%s/%s", folder, file);
	if (rd_file_load(path, RD_NOTE_BYTES_MAX, a, &note, NULL, &none) != RD_OK ||
	    rd_checkpoint_parse(note, &c, &none) != RD_OK)
		return false;
	size_t tail = strlen(file) + 1;

	if (c.origin.len <= tail || c.origin.ptr[c.origin.len - tail] != '/')
		return false;
	*ret = (rd_str){rd_arena_copy(a, c.origin.ptr, c.origin.len - tail),
	                c.origin.len - (uint32_t)tail};
	return true;
}

rd_str rd_store_origin(rd_str folder, rd_arena *a)
{
	char path[PATH_BYTES];
	rd_str origin = {"", 0};

	(void)snprintf(path, sizeof path, RD_STR_FMT "/signed", RD_STR_ARG(folder));
	DIR *d = opendir(path);

	if (d == NULL)
		return origin;
	for (const struct dirent *e; origin.len == 0 && (e = readdir(d)) != NULL;)
		if (strspn(e->d_name, "0123456789") == strlen(e->d_name))
			(void)origin_in(path, e->d_name, a, &origin);
	(void)closedir(d);
	return origin;
}

rd_rc rd_store_trust(const char *folder, const rd_vkey *key, rd_err *err)
{
	rd_arena *a = rd_arena_new();
	rd_str old = {"", 0};
	rd_err none = {0};
	char path[PATH_BYTES], hex[65];
	rd_buf text;

	rd_buf_init(&text, OLD_KEYS_MAX);
	(void)snprintf(path, sizeof path, "%s/" RD_OLD_KEYS, folder);
	(void)sodium_bin2hex(hex, sizeof hex, key->public_key, 32);
	if (rd_file_load(path, OLD_KEYS_MAX, a, &old, NULL, &none) == RD_OK)
		rd_buf_str(&text, old);
	rd_rc rc = RD_OK;

	if (!rd_str_has(old, hex)) {
		rd_buf_printf(&text, "%s\n", hex);
		rc = rd_file_save(path, rd_buf_view(&text), 0600, false, err);
	}
	rd_buf_done(&text);
	rd_arena_free(a);
	return rc;
}

/* A file that is not there is empty; one that cannot be read is not taken for that. */
static rd_rc load_if_there(rd_str folder, const char *name, uint32_t max, rd_arena *a, rd_str *ret,
                           rd_err *err)
{
	char path[PATH_BYTES];
	rd_err why = {0};

	*ret = (rd_str){"", 0};
	(void)snprintf(path, sizeof path, RD_STR_FMT "/%s", RD_STR_ARG(folder), name);
	rd_rc rc = rd_file_load(path, max, a, ret, NULL, &why);

	if (rc == RD_OK || rc == RD_NOT_FOUND)
		return RD_OK;
	*err = why;
	return rc;
}

static void put_public(rd_str seed, rd_buf *out)
{
	rd_err none = {0};
	rd_vkey key;
	char hex[65];

	if (seed.len != RD_KEY_SEED_BYTES ||
	    rd_vkey_derive(RD_STR("any"), (const uint8_t *)seed.ptr, &key, &none) != RD_OK)
		return;
	(void)sodium_bin2hex(hex, sizeof hex, key.public_key, 32);
	rd_buf_printf(out, "%s\n", hex);
}

rd_rc rd_store_keep_old_keys(rd_str from, const char *to, rd_err *err)
{
	rd_arena *a = rd_arena_new();
	rd_str old, seed = {"", 0};
	char path[PATH_BYTES];
	rd_buf text;
	rd_rc rc = load_if_there(from, RD_OLD_KEYS, OLD_KEYS_MAX, a, &old, err);

	if (rc == RD_OK)
		rc = load_if_there(from, "sign.key", 64, a, &seed, err);
	rd_buf_init(&text, OLD_KEYS_MAX);
	if (rc == RD_OK) {
		rd_buf_str(&text, old);
		put_public(seed, &text);
		if (seed.len)
			sodium_memzero((char *)(uintptr_t)seed.ptr, seed.len);
	}
	(void)snprintf(path, sizeof path, "%s/" RD_OLD_KEYS, to);
	if (text.size)
		rc = rd_file_save(path, rd_buf_view(&text), 0600, false, err);
	rd_buf_done(&text);
	rd_arena_free(a);
	return rc;
}

/* What was signed last: the file, or, when it is lost, the database's own last. */
static rd_rc load_last(signing *g, rd_tx *tx, rd_err *err)
{
	rd_q_checkpoint_last_row row;
	rd_err none = {0};
	bool found = false;

	RD_TRY(rd_q_checkpoint_last(tx, &row, &found, err));
	rd_rc rc = rd_file_load(g->kept, RD_NOTE_BYTES_MAX, g->a, &g->last_note, NULL, &none);

	if (rc == RD_NOT_FOUND) {
		if (!found)
			return RD_OK;
		g->last_note = row.note;
	} else if (rc != RD_OK) {
		*err = none;
		return rc;
	}
	RD_TRY(verify_note(g, g->last_note, NULL, &g->last, err));
	g->last_has_row = found && (uint64_t)row.size >= g->last.size;
	if (found && (uint64_t)row.size > g->last.size) {
		/* Another process signs for the same database and has gone further. */
		g->last_note = row.note;
		RD_TRY(verify_note(g, row.note, NULL, &g->last, err));
	}
	return RD_OK;
}

/* The log as it is, and that it goes on from what was signed last. */
static rd_rc look(rd_tx *tx, void *ctx, rd_err *err)
{
	signing *g = ctx;
	rd_q_tree_load_row row;
	bool found = false;
	rd_range range;
	rd_hash256 root;

	RD_TRY(load_last(g, tx, err));
	RD_TRY(rd_q_tree_load(tx, &row, &found, err));
	uint64_t size = found ? (uint64_t)row.size : 0;

	if (size < g->last.size)
		return rd_fail(
			err, RD_BARRED,
			"企业 %jd 的日志只有 %ju 条，而已签名的有 %ju 条：数据库是从较旧的备份恢复的，不再签名；"
			"请找回缺少的部分",
			"the log of firm %jd has %ju events and %ju were signed: the database was "
			"restored from an older backup; nothing is signed, find what is missing",
			(intmax_t)g->firm_id, (uintmax_t)size, (uintmax_t)g->last.size);
	if (size == 0)
		return RD_OK;
	rd_tree_source tree = rd_log_tree(tx);

	RD_TRY(rd_range_parse(size, row.range, &range, err));
	g->out = (rd_signed){.size = (int64_t)size, .root = rd_range_root(&range)};
	RD_TRY(rd_tree_root(size, &tree, &root, err));
	bool good = rd_hash256_eq(&root, &g->out.root);

	if (good && g->last.size) {
		RD_TRY(rd_tree_root(g->last.size, &tree, &root, err));
		good = rd_hash256_eq(&root, &g->last.root);
	}
	return good
	           ? RD_OK
	           : rd_fail(
					 err, RD_CORRUPT,
					 "企业 %jd 的日志与已签名的不符：已写入的事件被改过，不再签名；请运行 redink verify",
					 "the log of firm %jd differs from what was signed: stored events were "
					 "changed; nothing is signed, run redink verify",
					 (intmax_t)g->firm_id);
}

static rd_rc add_row(rd_tx *tx, void *ctx, rd_err *err)
{
	const signing *g = ctx;
	rd_str root = {(const char *)g->out.root.byte, 32};

	return rd_q_checkpoint_add(tx, g->out.size, root, g->out.note, tx->now_us, NULL, err);
}

static rd_rc sign_and_keep(signing *g, rd_err *err)
{
	rd_buf note;

	rd_buf_init(&note, RD_NOTE_BYTES_MAX);
	rd_rc rc = rd_checkpoint_sign(rd_str_of(g->name), (uint64_t)g->out.size, &g->out.root, g->seed,
	                              &note, err);

	if (rc == RD_OK) {
		g->out.note = (rd_str){rd_arena_copy(g->a, note.data, note.size), (uint32_t)note.size};
		/* On disk before anybody sees it. */
		rc = rd_file_save(g->kept, g->out.note, 0600, false, err);
	}
	rd_buf_done(&note);
	return rc;
}

/* In the folder of what was signed, one signs at a time: threads of this process and others. */
static rd_rc sign_alone(signing *g, rd_err *err)
{
	bool has_row = false;

	(void)snprintf(g->kept, sizeof g->kept, RD_STR_FMT "/signed/%jd",
	               RD_STR_ARG(g->s->config.folder), (intmax_t)g->firm_id);
	RD_TRY(rd_store_read(g->s, g->firm_id, g->a, look, g, err));
	if (g->out.size == 0)
		return RD_OK;
	if ((uint64_t)g->out.size == g->last.size) {
		g->out.note = g->last_note;
		has_row = g->last_has_row;
	} else {
		RD_TRY(sign_and_keep(g, err));
	}
	if (has_row)
		return RD_OK;
	rd_rc rc = rd_store_write(g->s, g->firm_id, g->a, add_row, g, err);

	/* A process with another folder was first with the same head. */
	return rc == RD_CONFLICT ? RD_OK : rc;
}

static rd_rc sign_firm(signing *g, rd_err *err)
{
	char folder[PATH_BYTES];

	RD_TRY(load_key(g, err));
	(void)snprintf(folder, sizeof folder, RD_STR_FMT "/signed", RD_STR_ARG(g->s->config.folder));
	RD_TRY(rd_folder_make(folder, err));
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 || flock(fd, LOCK_EX) != 0) {
		(void)rd_fail_os(err, errno, "锁不住签名文件夹",
		                 "the folder of signed notes cannot be locked");
		if (fd >= 0)
			(void)close(fd);
		return rd_err_at(err, folder, 0);
	}
	rd_rc rc = sign_alone(g, err);

	(void)close(fd); /* and with it the lock */
	return rc;
}

rd_rc rd_store_sign(rd_store *s, int64_t firm_id, rd_arena *a, rd_signed *ret, rd_err *err)
{
	signing g = {.s = s, .firm_id = firm_id, .a = a};
	rd_rc rc = sign_firm(&g, err);

	sodium_memzero(g.seed, sizeof g.seed);
	if (rc == RD_OK)
		*ret = g.out;
	return rc;
}

typedef struct page {
	int64_t after, firms[FIRMS_PAGE];
	uint32_t n;
	bool all, more;
	int64_t now_us;
} page;

static rd_rc due_firms(rd_tx *tx, void *ctx, rd_err *err)
{
	page *p = ctx;
	const rd_q_firm_to_sign_row *rows;
	uint32_t n = 0;

	RD_TRY(rd_q_firm_to_sign(tx, p->after, FIRMS_PAGE, &rows, &n, err));
	p->n = 0;
	p->more = n == FIRMS_PAGE;
	for (uint32_t i = 0; i < n; i++) {
		int64_t grown = rows[i].size - rows[i].signed_size;

		if (grown > 0 &&
		    (p->all || grown >= RD_SIGN_EVENTS || tx->now_us - rows[i].signed_at_us >= RD_SIGN_US))
			p->firms[p->n++] = rows[i].firm_id;
		p->after = rows[i].firm_id;
	}
	return RD_OK;
}

rd_rc rd_store_sign_due(rd_store *s, bool all, uint32_t *ret_signed, rd_err *err)
{
	rd_arena *a = rd_arena_new();
	page *p = RD_NEW(a, page);
	rd_arena *scratch = rd_arena_new();
	rd_rc first = RD_OK;
	uint32_t n = 0;

	*p = (page){.all = all, .more = true};
	while (p->more && first != RD_UNAVAILABLE) {
		rd_err why = {0};
		rd_signed out;
		rd_rc rc = rd_store_read(s, 0, scratch, due_firms, p, &why);

		p->more = p->more && rc == RD_OK;
		for (uint32_t i = 0; rc == RD_OK && i < p->n; i++) {
			rd_rc one = rd_store_sign(s, p->firms[i], scratch, &out, &why);

			n += one == RD_OK;
			if (one != RD_OK && first == RD_OK) {
				first = one;
				*err = why;
			}
			rd_arena_reset(scratch);
		}
		if (rc != RD_OK && first == RD_OK) {
			first = rc;
			*err = why;
		}
	}
	rd_arena_free(scratch);
	rd_arena_free(a);
	if (first == RD_OK)
		*ret_signed = n;
	return first;
}
