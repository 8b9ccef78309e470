/* Reads and verifies the folder of an exported firm. */
#include "base/digest.h"
#include "store/bundle_impl.h"
#include "store/files.h"
#include "store/heads.h"
#include "trail/lines.h"
#include "trail/proof.h"
#include <errno.h>
#include <sodium.h>
#include <sys/stat.h>

#define MANIFEST_MAX (1u << 20)
#define CHUNK        65536
#define HEX          64u

/* ---- lines ---- */

rd_rc rd_lines_open(rd_lines *l, const char *folder, const char *name, rd_err *err)
{
	*l = (rd_lines){0};
	rd_buf_init(&l->line, RD_BUNDLE_LINE_MAX);
	(void)snprintf(l->path, sizeof l->path, "%s/%s", folder, name);
	l->f = fopen(l->path, "rbe");
	if (l->f)
		return RD_OK;
	(void)rd_fail_os(err, errno, "打不开文件", "the file cannot be opened");
	return rd_err_at(err, l->path, 0);
}

void rd_lines_close(rd_lines *l)
{
	if (l->f)
		(void)fclose(l->f);
	rd_buf_done(&l->line);
	l->f = NULL;
}

rd_rc rd_lines_bad(const rd_lines *l, rd_err *err)
{
	(void)rd_fail(err, RD_CORRUPT, "这一行不是导出时的内容；请换一份完好的导出",
	              "this line is not as it was exported; use an undamaged export");
	return rd_err_at(err, l->path, l->n);
}

rd_rc rd_lines_next(rd_lines *l, bool *ret_more, rd_err *err)
{
	char chunk[CHUNK];

	rd_buf_clear(&l->line);
	l->n++;
	while (fgets(chunk, sizeof chunk, l->f)) {
		size_t n = strlen(chunk);
		bool end = n && chunk[n - 1] == '\n';

		rd_buf_add(&l->line, chunk, n - end);
		if (l->line.full)
			return rd_lines_bad(l, err);
		if (end) {
			*ret_more = true;
			return RD_OK;
		}
	}
	if (ferror(l->f) || l->line.size)
		return rd_lines_bad(l, err);
	*ret_more = false;
	return RD_OK;
}

/* ---- the manifest ---- */

bool rd_bundle_is_there(rd_str folder)
{
	char path[RD_BUNDLE_PATH];
	struct stat st;

	(void)snprintf(path, sizeof path, RD_STR_FMT "/manifest.json", RD_STR_ARG(folder));
	return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

static rd_str text_of(const json_t *o, const char *key)
{
	const json_t *t = json_object_get(o, key);

	return json_is_string(t) ? (rd_str){json_string_value(t), (uint32_t)json_string_length(t)}
	                         : (rd_str){NULL, 0};
}

static bool read_manifest(rd_bundle *b)
{
	const json_t *log = json_object_get(b->manifest, "log");
	uint64_t firm_id = 0;
	rd_str id = text_of(b->manifest, "firm_id"), root = text_of(log, "root");
	rd_str sums = text_of(b->manifest, "sums_sha256");

	if (!rd_str_is(text_of(b->manifest, "format"), RD_BUNDLE_FORMAT) || id.ptr == NULL ||
	    !rd_decimal_read(id, &firm_id) || firm_id == 0 || firm_id >= RD_HEADS_FIRM ||
	    root.ptr == NULL || !rd_base64_read_hash(root, &b->root) || sums.len != HEX)
		return false;
	b->firm_id = (int64_t)firm_id;
	b->size = json_integer_value(json_object_get(log, "size"));
	b->sums_sha256 = sums.ptr;
	return b->size >= 0;
}

static rd_rc open_parts(rd_bundle *b, rd_err *err)
{
	char path[RD_BUNDLE_PATH];
	rd_str text;

	(void)snprintf(path, sizeof path, "%s/manifest.json", b->folder);
	RD_TRY(rd_file_load(path, MANIFEST_MAX, b->home, &text, NULL, err));
	b->manifest = json_loadb(text.ptr, text.len, JSON_REJECT_DUPLICATES, NULL);
	if (!read_manifest(b)) {
		(void)rd_fail(err, RD_CORRUPT, "不是 redink 导出的清单，或是别的版本的",
		              "not the manifest of an export by redink, or of another release");
		return rd_err_at(err, path, 0);
	}
	RD_TRY(rd_lines_open(&b->events, b->folder, "events.jsonl", err));
	return rd_lines_open(&b->notes, b->folder, "checkpoints.jsonl", err);
}

rd_rc rd_bundle_open(const char *folder, rd_bundle *ret, rd_err *err)
{
	*ret = (rd_bundle){.home = rd_arena_new(), .row = rd_arena_new()};
	ret->folder = rd_arena_copy(ret->home, folder, strlen(folder));
	rd_rc rc = open_parts(ret, err);

	if (rc != RD_OK)
		rd_bundle_close(ret);
	return rc;
}

void rd_bundle_close(rd_bundle *b)
{
	rd_lines_close(&b->events);
	rd_lines_close(&b->notes);
	json_decref(b->event);
	json_decref(b->note);
	json_decref(b->manifest);
	rd_arena_free(b->row);
	rd_arena_free(b->home);
	*b = (rd_bundle){0};
}

/* ---- the log ---- */

/* Bytes of a base64 text; false when it is none. */
static bool bytes_of(rd_bundle *b, const json_t *o, const char *key, rd_str *ret)
{
	rd_str t = text_of(o, key);
	size_t size = 0;

	if (t.ptr == NULL)
		return false;
	char *bytes = rd_arena_alloc(b->row, t.len / 4 * 3 + 4, 1);

	if (!rd_base64_read(t, bytes, t.len / 4 * 3 + 3, &size))
		return false;
	*ret = (rd_str){bytes, (uint32_t)size};
	return true;
}

static bool number_of(const json_t *o, const char *key, int64_t *ret)
{
	const json_t *n = json_object_get(o, key);

	*ret = json_integer_value(n);
	return json_is_integer(n);
}

static bool read_event(rd_bundle *b, rd_trail_row *r)
{
	const json_t *o = b->event;
	int64_t seq, record_id;
	rd_str hidden;

	r->type = text_of(o, "type");
	r->kind = text_of(o, "kind");
	r->actor = text_of(o, "actor");
	if (!number_of(o, "seq", &seq) || !number_of(o, "at_us", &r->at_us) ||
	    !number_of(o, "record_id", &record_id) || !r->type.ptr || !r->kind.ptr || !r->actor.ptr ||
	    !bytes_of(b, o, "event", &r->body))
		return false;
	r->seq = (uint64_t)seq;
	r->record_id = (uint64_t)record_id;
	r->payload = text_of(o, "payload");
	if (bytes_of(b, o, "payload_base64", &hidden))
		r->payload = hidden;
	r->payload_state = RD_PAYLOAD_ERASED;
	if (json_is_null(json_object_get(o, "salt")) && r->payload.ptr == NULL)
		return true;
	r->payload_state = RD_PAYLOAD_THERE;
	return bytes_of(b, o, "salt", &r->salt) && r->payload.ptr;
}

rd_rc rd_bundle_next_event(void *ctx, rd_trail_row *ret, bool *ret_more, rd_err *err)
{
	static const rd_str none = {"", 0};
	rd_bundle *b = ctx;

	RD_TRY(rd_lines_next(&b->events, ret_more, err));
	if (!*ret_more)
		return RD_OK;
	rd_arena_reset(b->row);
	json_decref(b->event);
	b->event = json_loadb(b->events.line.data, b->events.line.size, JSON_ALLOW_NUL, NULL);
	*ret = (rd_trail_row){.salt = none, .payload = none};
	if (!read_event(b, ret))
		*ret = (rd_trail_row){.seq = b->next_seq,
		                      .type = none,
		                      .kind = none,
		                      .actor = none,
		                      .body = none,
		                      .salt = none,
		                      .payload = none};
	ret->firm_id = (uint64_t)b->firm_id;
	b->next_seq = ret->seq + 1;
	return RD_OK;
}

rd_rc rd_bundle_next_note(void *ctx, rd_str *ret_note, bool *ret_more, rd_err *err)
{
	rd_bundle *b = ctx;

	RD_TRY(rd_lines_next(&b->notes, ret_more, err));
	if (!*ret_more)
		return RD_OK;
	json_decref(b->note);
	b->note = json_loadb(b->notes.line.data, b->notes.line.size, 0, NULL);
	*ret_note = text_of(b->note, "note");
	if (ret_note->ptr == NULL)
		*ret_note = (rd_str){"", 0}; /* the verifier says that it is none */
	return RD_OK;
}

/* ---- the files ---- */

static rd_rc hash_file(const char *folder, const char *name, char ret_hex[HEX + 1], rd_err *err)
{
	rd_lines l; /* only opened as such */
	char chunk[CHUNK];
	uint8_t hash[32];
	rd_sha256 d;
	size_t n;
	rd_rc rc = rd_lines_open(&l, folder, name, err);

	rd_sha256_init(&d);
	while (rc == RD_OK && (n = fread(chunk, 1, sizeof chunk, l.f)) > 0)
		rd_sha256_add(&d, chunk, n);
	if (rc == RD_OK && ferror(l.f)) {
		(void)rd_fail_os(err, errno, "读不了文件", "the file cannot be read");
		rc = rd_err_at(err, l.path, 0);
	}
	rd_lines_close(&l);
	rd_sha256_end(&d, hash);
	(void)sodium_bin2hex(ret_hex, HEX + 1, hash, sizeof hash);
	return rc;
}

/* "<64 hex digits>  <name>": names stay in the folder. */
static bool is_entry(rd_str line)
{
	return line.len > HEX + 2 && line.ptr[HEX] == ' ' && line.ptr[HEX + 1] == ' ' &&
	       line.ptr[HEX + 2] != '/' && !rd_str_has(line, "..") && line.len < HEX + 300;
}

rd_rc rd_bundle_files(rd_bundle *b, bool blobs, rd_bundle_file_fn *fn, void *ctx, bool *ret_whole,
                      rd_err *err)
{
	char hex[HEX + 1];
	rd_lines l = {0};
	bool more = true;
	rd_rc rc = hash_file(b->folder, "SHA256SUMS", hex, err);

	if (rc == RD_OK) {
		*ret_whole = strcmp(hex, b->sums_sha256) == 0;
		rc = rd_lines_open(&l, b->folder, "SHA256SUMS", err);
	}
	while (rc == RD_OK && (rc = rd_lines_next(&l, &more, err)) == RD_OK && more) {
		const char *name = l.line.data + HEX + 2;
		rd_err none = {0};
		bool good = true;

		if (!is_entry(rd_buf_view(&l.line)))
			rc = rd_lines_bad(&l, err);
		else if (blobs || strncmp(name, "blobs/", 6) != 0)
			good = hash_file(b->folder, name, hex, &none) == RD_OK &&
			       memcmp(hex, l.line.data, HEX) == 0;
		if (rc == RD_OK)
			rc = fn(ctx, name, good, err);
	}
	rd_lines_close(&l);
	return rc;
}

/* ---- verifying ---- */

static rd_rc judge_file(void *ctx, const char *name, bool good, rd_err *err)
{
	rd_verify_firm *f = ctx;

	(void)err;
	if (strncmp(name, "blobs/", 6) != 0) {
		f->head_fits = f->head_fits && good;
		return RD_OK;
	}
	f->blobs++;
	if (!good && f->blobs_bad++ == 0) {
		(void)rd_fail(&f->first_bad, RD_CORRUPT, "附件的内容与其名称不符，或读不到",
		              "the blob is not what its name says, or cannot be read");
		(void)rd_err_at(&f->first_bad, name, 0);
	}
	return RD_OK;
}

/* The firm's place in the log over all firms, when the bundle has it: the checkpoint that stands
 * there must be one of the bundle's, which are compared with the events. */
typedef struct head_seen {
	rd_bundle *b;
	rd_head_said said;
	bool wanted, met;
} head_seen;

static rd_rc next_event(void *ctx, rd_trail_row *ret, bool *ret_more, rd_err *err)
{
	return rd_bundle_next_event(((head_seen *)ctx)->b, ret, ret_more, err);
}

static rd_rc next_note(void *ctx, rd_str *ret_note, bool *ret_more, rd_err *err)
{
	head_seen *h = ctx;
	rd_err none = {0};
	rd_checkpoint c;

	RD_TRY(rd_bundle_next_note(h->b, ret_note, ret_more, err));
	if (*ret_more && h->wanted && rd_checkpoint_parse(*ret_note, &c, &none) == RD_OK &&
	    c.size == (uint64_t)h->said.size && rd_hash256_eq(&c.root, &h->said.root))
		h->met = true;
	return RD_OK;
}

static rd_rc load_head(const rd_bundle *b, const char *name, rd_arena *a, rd_str *ret)
{
	char path[RD_BUNDLE_PATH];
	rd_err none = {0};

	*ret = (rd_str){"", 0};
	(void)snprintf(path, sizeof path, "%s/%s", b->folder, name);
	return rd_file_load(path, RD_PROOF_TEXT_MAX, a, ret, NULL, &none);
}

static rd_rc check_head(const rd_verify_order *order, head_seen *h, rd_arena *a, rd_verify_firm *f,
                        rd_err *err)
{
	rd_head_files files = {0};

	/* Without a proof there is nothing to check: that one belongs here, SHA256SUMS says. */
	if (load_head(h->b, RD_HEAD_PROOF_FILE, a, &files.proof) == RD_NOT_FOUND)
		return RD_OK;
	(void)load_head(h->b, RD_HEAD_OPEN_FILE, a, &files.open);
	RD_TRY(rd_head_check_files(order, &files, h->b->firm_id, a, &h->said, &f->heads, err));
	h->wanted = f->heads.state == RD_HEADS_FIT;
	return RD_OK;
}

static rd_rc verify(rd_bundle *b, const rd_verify_order *order, rd_verify_firm *f, rd_err *err)
{
	rd_arena *a = rd_arena_new();
	head_seen head = {.b = b};
	rd_trail_source source = {next_event, next_note, &head};
	rd_trail_options options = rd_verify_options(order, b->firm_id, a);
	bool whole = false;
	rd_rc rc = check_head(order, &head, a, f, err);

	if (rc == RD_OK)
		rc = rd_trail_verify(&source, &options, &f->trail, err);
	if (head.wanted && !head.met)
		f->heads.state = RD_HEADS_REPLACED;
	f->head_fits = true;
	if (rc == RD_OK)
		rc = rd_bundle_files(b, order->blobs, judge_file, f, &whole, err);
	if (rc == RD_OK) {
		f->head_fits = f->head_fits && whole && f->trail.events == (uint64_t)b->size &&
		               (!f->trail.intact || rd_hash256_eq(&f->trail.root, &b->root));
		f->sound = f->trail.intact && f->trail.complete && f->head_fits && f->blobs_bad == 0 &&
		           f->heads.state <= RD_HEADS_FIT;
	}
	rd_arena_free(a);
	return rc;
}

rd_rc rd_bundle_verify(const rd_verify_order *order, rd_verify_seen *seen, void *ctx,
                       bool *ret_sound, rd_err *err)
{
	rd_bundle b;
	rd_arena *a = rd_arena_new();
	rd_rc rc = rd_bundle_open(rd_arena_copy(a, order->url.ptr, order->url.len), &b, err);

	rd_arena_free(a);
	if (rc != RD_OK)
		return rc;
	rd_verify_firm f = {.firm_id = b.firm_id};

	if (order->firm_id && order->firm_id != b.firm_id)
		rc = rd_fail(err, RD_NOT_FOUND, "这份导出属于机构 %jd", "this export is of firm %jd",
		             (intmax_t)b.firm_id);
	if (rc == RD_OK)
		rc = verify(&b, order, &f, err);
	if (rc == RD_OK) {
		*ret_sound = f.sound;
		if (seen)
			seen(ctx, &f);
	}
	rd_bundle_close(&b);
	return rc;
}
