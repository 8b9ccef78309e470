/* The check of a case package: needs the file alone. */
#include "base/digest.h"
#include "desk/package.h"
#include "trail/proof.h"
#include <jansson.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <zip.h>

#define PARTS_MAX 10000 /* proofs, originals and the rest */
#define TEXT_MAX  (256u << 20)

typedef struct original {
	char sha256[65];
	bool attached; /* an event of the package says so */
} original;

typedef struct checking {
	zip_t *zip;
	rd_arena *arena;
	const rd_vkey *keys;
	uint32_t n_keys;
	rd_vkey key; /* the one that signed */
	original *originals;
	rd_package_report *report;
} checking;

static void wrong(checking *c, const char *file, const char *zh, const char *en)
{
	rd_package_report *r = c->report;

	r->sound = false;
	if (r->why.zh)
		return; /* the first is told */
	(void)snprintf(r->bad, sizeof r->bad, "%s", file);
	r->why = (rd_words){zh, en};
}

/* A whole part; false when it is not there or larger than a text of a package is. */
static bool read_part(checking *c, const char *name, rd_str *ret)
{
	zip_stat_t st;
	zip_file_t *f;

	if (zip_stat(c->zip, name, 0, &st) != 0 || (st.valid & ZIP_STAT_SIZE) == 0 ||
	    st.size > TEXT_MAX)
		return false;
	char *bytes = rd_arena_alloc(c->arena, (size_t)st.size + 1, 1);

	f = zip_fopen(c->zip, name, 0);
	int64_t n = f ? zip_fread(f, bytes, st.size) : -1;

	if (f)
		(void)zip_fclose(f);
	*ret = (rd_str){bytes, (uint32_t)st.size};
	return n == (int64_t)st.size;
}

static bool hash_part(checking *c, const char *name, char ret_hex[65])
{
	zip_file_t *f = zip_fopen(c->zip, name, 0);
	uint8_t block[1 << 14], hash[32];
	crypto_hash_sha256_state d;
	int64_t n = f ? 1 : -1;

	crypto_hash_sha256_init(&d);
	while (n > 0) {
		n = zip_fread(f, block, sizeof block);
		if (n > 0)
			crypto_hash_sha256_update(&d, block, (unsigned long long)n);
	}
	crypto_hash_sha256_final(&d, hash);
	(void)sodium_bin2hex(ret_hex, 65, hash, sizeof hash);
	if (f)
		(void)zip_fclose(f);
	return n == 0;
}

/* ---- the manifest ---- */

static void check_listed(checking *c, rd_str line)
{
	char hex[65], *path;

	if (line.len < 67 || memcmp(line.ptr + 64, "  ", 2) != 0) {
		wrong(c, "manifest.sha256", "清单中有一行无法识别",
		      "a line of the manifest cannot be read");
		return;
	}
	path = rd_arena_copy(c->arena, line.ptr + 66, line.len - 66);
	if (!hash_part(c, path, hex)) {
		wrong(c, path, "清单所列的文件缺失或读不出来",
		      "a file of the manifest is missing or damaged");
		return;
	}
	if (memcmp(hex, line.ptr, 64) != 0)
		wrong(c, path, "文件与清单中的指纹不符", "a file is not the one of the manifest");
	if (strncmp(path, "files/", 6) == 0) {
		original *o = &c->originals[c->report->originals++];

		memcpy(o->sha256, hex, sizeof o->sha256);
	}
	c->report->files++;
}

static void check_manifest(checking *c)
{
	int64_t parts = zip_get_num_entries(c->zip, 0);
	uint32_t listed = 0;
	rd_str text;

	if (parts < 1 || parts > PARTS_MAX) {
		wrong(c, "", "资料包中的文件太多", "the package holds too many files");
		return;
	}
	c->originals = RD_NEW_N(c->arena, original, (size_t)parts + 1);
	if (!read_part(c, "manifest.sha256", &text)) {
		wrong(c, "manifest.sha256", "没有清单", "there is no manifest");
		return;
	}
	while (text.len && listed < parts) {
		const char *end = memchr(text.ptr, '\n', text.len);
		rd_str line = {text.ptr, end ? (uint32_t)(end - text.ptr) : text.len};

		text.ptr += line.len + (end != NULL);
		text.len -= line.len + (end != NULL);
		check_listed(c, line);
		listed++;
	}
	if (listed + 1 != parts)
		wrong(c, "manifest.sha256", "资料包中的文件与清单的数目不符",
		      "the package does not hold what the manifest lists, no more and no less");
}

/* ---- events ---- */

/* The key that signed the checkpoint: of those given, else the one inside. */
static bool find_key(checking *c, rd_str note)
{
	rd_checkpoint cp;
	rd_err ignored;
	rd_str inside;

	for (uint32_t i = 0; i < c->n_keys; i++)
		if (rd_checkpoint_verify(note, &c->keys[i], &cp, &ignored) == RD_OK) {
			c->key = c->keys[i];
			c->report->trusted = true;
			return true;
		}
	return c->n_keys == 0 && read_part(c, "log.vkey", &inside) &&
	       rd_vkey_parse(inside, &c->key, &ignored) == RD_OK &&
	       rd_checkpoint_verify(note, &c->key, &cp, &ignored) == RD_OK;
}

static void note_attached(checking *c, const json_t *payload)
{
	const char *sha = json_string_value(json_object_get(payload, "sha256"));

	for (uint32_t i = 0; sha && i < c->report->originals; i++)
		if (strcmp(c->originals[i].sha256, sha) == 0)
			c->originals[i].attached = true;
}

/* What the line says is what the event says; the payload is what its hash was made of. */
static bool line_fits(checking *c, const json_t *line, const rd_event *e)
{
	const json_t *text = json_object_get(line, "payload");
	const char *type = json_string_value(json_object_get(line, "type")),
			   *salt_hex = json_string_value(json_object_get(line, "salt"));
	uint8_t salt[RD_EVENT_SALT_BYTES];
	size_t n;

	if (!type || !rd_str_is(e->type, type))
		return false;
	if (json_is_true(json_object_get(line, "erased")))
		return true; /* nothing is left that could be compared */
	if (!json_is_string(text) || !salt_hex ||
	    sodium_hex2bin(salt, sizeof salt, salt_hex, strlen(salt_hex), NULL, &n, NULL) != 0 ||
	    n != sizeof salt)
		return false;
	rd_str payload = {json_string_value(text), (uint32_t)json_string_length(text)};
	rd_hash256 hash = rd_event_payload_hash(salt, payload);
	json_t *o = json_loadb(payload.ptr, payload.len, 0, NULL);

	note_attached(c, o);
	json_decref(o);
	return rd_hash256_eq(&hash, &e->payload_hash);
}

static void check_event(checking *c, const json_t *line)
{
	int64_t seq = json_integer_value(json_object_get(line, "seq"));
	rd_package_report *r = c->report;
	rd_checkpoint cp;
	char name[64];
	rd_event e;
	rd_str text;
	rd_err ignored;

	(void)snprintf(name, sizeof name, "proofs/%lld.tlog-proof", (long long)seq);
	if (!read_part(c, name, &text) ||
	    rd_proof_file_check(text, &c->key, RD_STR(""), c->arena, &e, &cp, &ignored) != RD_OK ||
	    (int64_t)e.seq != seq) {
		wrong(c, name, "事件不在签名的日志中，或证明已损坏",
		      "an event is not in the signed log, or its proof is damaged");
		return;
	}
	if (!line_fits(c, line, &e))
		wrong(c, "events.jsonl", "事件的内容与日志中登记的不符",
		      "what an event is said to hold is not what the log holds");
	r->size = cp.size;
	r->first_us = r->events == 0 || e.at_us < r->first_us ? e.at_us : r->first_us;
	r->last_us = e.at_us > r->last_us ? e.at_us : r->last_us;
	r->events++;
}

static void check_events(checking *c)
{
	rd_str note, lines;

	if (!read_part(c, "checkpoint.note", &note) || !find_key(c, note)) {
		wrong(c, "checkpoint.note", "检查点不是由给出的公钥签名的",
		      "the checkpoint is not signed by a key that was given");
		return;
	}
	if (!read_part(c, "events.jsonl", &lines)) {
		wrong(c, "events.jsonl", "没有事件", "there are no events");
		return;
	}
	while (lines.len && c->report->events <= RD_PACKAGE_EVENTS_MAX) {
		const char *end = memchr(lines.ptr, '\n', lines.len);
		uint32_t len = end ? (uint32_t)(end - lines.ptr) : lines.len;
		json_t *line = json_loadb(lines.ptr, len, 0, NULL);

		lines.ptr += len + (end != NULL);
		lines.len -= len + (end != NULL);
		if (json_is_object(line))
			check_event(c, line);
		else if (len)
			wrong(c, "events.jsonl", "有一行无法识别", "a line cannot be read");
		json_decref(line);
	}
	for (uint32_t i = 0; i < c->report->originals; i++)
		c->report->unproved += !c->originals[i].attached;
	if (c->report->unproved)
		wrong(c, "files/", "有原件未见于任何事件", "an original is in no event");
}

bool rd_package_is_there(const char *path)
{
	int why;
	zip_t *z = zip_open(path, ZIP_RDONLY, &why);
	bool is = z && zip_name_locate(z, "manifest.sha256", 0) >= 0 &&
	          zip_name_locate(z, "events.jsonl", 0) >= 0;

	if (z)
		zip_discard(z);
	return is;
}

rd_rc rd_package_check(const char *path, const rd_vkey *keys, uint32_t n_keys,
                       rd_package_report *ret_report, rd_err *err)
{
	checking c = {.keys = keys, .n_keys = n_keys, .report = ret_report};
	int why = 0;

	*ret_report = (rd_package_report){.sound = true};
	c.zip = zip_open(path, ZIP_RDONLY, &why);
	if (c.zip == NULL)
		return rd_fail(err, RD_INPUT, "不是资料包，或已损坏", "not a package, or a damaged one");
	c.arena = rd_arena_new();
	check_manifest(&c);
	if (c.originals)
		check_events(&c);
	rd_arena_free(c.arena);
	zip_discard(c.zip);
	return RD_OK;
}
