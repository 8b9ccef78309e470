/* Verifies what is stored, as an auditor would: the verifier, SHA-256, Ed25519 and a database that
 * is only read; nothing of the server. */
#include "base/json.h"
#include "blobs.h"
#include "cmd.h"
#include "store/bundle.h"
#include "store/heads.h"
#include "verify.h"
#include "verify_package.h"
#include <stdio.h>

#define FILE_MAX RD_NOTE_BYTES_MAX
#define OUT_MAX  ((size_t)64 << 20)

enum { O_FIRM, O_BLOBS, O_CHECKPOINT, O_KEY, O_FOLDER, O_JSON, O_PLACE };
static const rd_opt options[] = {
	[O_FIRM] = {.name = "firm",
                .kind = RD_OPT_NUMBER,
                .arg = "N",
                .min = 1,
                .max = INT64_MAX,
                .help = {"只校验这家机构；不给则为全部", "only this firm; without it: all"}},
	[O_BLOBS] = {.name = "blobs",
                 .kind = RD_OPT_FLAG,
                 .help = {"把每个附件也读一遍，与其哈希比较",
                          "read every blob, too, and compare it with its hash"}},
	[O_CHECKPOINT] = {.name = "checkpoint",
                      .kind = RD_OPT_FILE,
                      .arg = "FILE",
                      .help = {"保存在别处的检查点；可给多个，须同时给出 --key",
                               "a checkpoint that was kept elsewhere; may be given several times, "
                               "needs --key"}},
	[O_KEY] = {.name = "key",
               .letter = 'k',
               .kind = RD_OPT_TEXT,
               .arg = "VKEY|FILE",
               .help = {"可信的公钥（redink key 打印的一行），或每行一个的文件；可给多个",
                        "a key that is trusted (a line of redink key), or a file with one a line; "
                        "may be given several times"}},
	[O_FOLDER] = {.name = "folder",
                  .kind = RD_OPT_FILE,
                  .arg = "DIR",
                  .help = {"附件的文件夹；用 PostgreSQL 时要给出",
                           "folder of blobs; for PostgreSQL"}},
	[O_JSON] = {.name = "json", .kind = RD_OPT_FLAG, .help = {"输出 JSON", "as JSON"}},
	[O_PLACE] = {.name = "blobs-in",
                 .kind = RD_OPT_TEXT,
                 .arg = "URL",
                 .help = {"附件在对象存储里（同 redink serve 的 --blobs），也逐个校验",
                          "blobs are in an object store (as --blobs of redink serve says); each is "
                          "read, too"}},
	[O_PLACE + 1] = RD_OPTION_BLOBS_KEY,
	[O_PLACE + 2] = RD_OPTION_OUTBOUND_PRIVATE,
	{0},
};

static const rd_example_line examples[] = {
	{"redink verify /var/lib/redink --blobs", {"日志、签名和附件", "log, signatures and blobs"}},
	{"redink verify backup --key audit.vkey --checkpoint 2026-10.note",
     {"与去年保存的检查点对照", "against a checkpoint that was kept"}},
	{0},
};

/* ---- keys and notes given by hand ---- */

static rd_rc read_file(const char *path, rd_arena *a, rd_str *ret, rd_err *err)
{
	char *bytes = rd_arena_alloc(a, FILE_MAX + 2, 1);
	FILE *f = fopen(path, "rbe");
	size_t n = f ? fread(bytes, 1, FILE_MAX + 1, f) : 0;
	bool good = f && !ferror(f) && n <= FILE_MAX;

	if (f)
		(void)fclose(f);
	*ret = (rd_str){bytes, (uint32_t)n};
	if (good)
		return RD_OK;
	(void)rd_fail(err, RD_INPUT, "读不了文件，或大于 64 KB",
	              "the file cannot be read, or has more than 64 KB");
	return rd_err_at(err, path, 0);
}

static void add_key(rd_verify_order *o, const rd_vkey *key, uint32_t *cap, rd_arena *a)
{
	rd_vkey *keys = rd_grow(a, (void *)(uintptr_t)o->keys, o->n_keys, cap, sizeof *keys);

	keys[o->n_keys++] = *key;
	o->keys = keys;
}

static rd_rc take_key(rd_verify_order *o, const char *value, uint32_t *cap, rd_arena *a,
                      rd_err *err)
{
	rd_vkey key;
	rd_str text;
	uint32_t line = 0;

	if (rd_vkey_parse(rd_str_of(value), &key, err) == RD_OK) {
		add_key(o, &key, cap, a);
		return RD_OK;
	}
	if (strchr(value, '+'))
		return err->code;
	RD_TRY(read_file(value, a, &text, err));
	while (text.len) {
		const char *end = memchr(text.ptr, '\n', text.len);
		rd_str part = {text.ptr, end ? (uint32_t)(end - text.ptr) : text.len};

		line++;
		text.ptr += part.len + (end != NULL);
		text.len -= part.len + (end != NULL);
		if (rd_str_trim(part).len == 0)
			continue;
		if (rd_vkey_parse(part, &key, err) != RD_OK)
			return rd_err_at(err, value, line);
		add_key(o, &key, cap, a);
	}
	return RD_OK;
}

static rd_rc take_given(const rd_args *args, rd_verify_order *o, rd_err *err)
{
	rd_str *notes = RD_NEW_N(args->arena, rd_str, args->n_given + 1);
	uint32_t cap = 0;

	o->outside = notes;
	for (uint32_t i = 0; i < args->n_given; i++) {
		const rd_given *g = &args->given[i];

		if (g->option == O_KEY)
			RD_TRY(take_key(o, g->value, &cap, args->arena, err));
		if (g->option == O_CHECKPOINT)
			RD_TRY(read_file(g->value, args->arena, &notes[o->n_outside++], err));
	}
	if (o->n_outside && o->n_keys == 0)
		return rd_fail(err, RD_USAGE,
		               "给了 --checkpoint 而没有 --key：没有公钥就不知道检查点是谁签的",
		               "--checkpoint without --key: without a key nobody knows who signed it");
	return RD_OK;
}

/* ---- words ---- */

typedef struct output {
	rd_buf text;
	rd_json json;
	bool as_json;
	bool keys;
	bool blobs;
	int lang;
	uint32_t firms;
} output;

static void say_place(output *o, const rd_trail_report *t)
{
	bool en = o->lang == RD_EN;

	if (!t->located)
		return;
	if (t->first_bad_seq == t->last_bad_seq)
		rd_buf_printf(&o->text, en ? " (event %ju)" : "（第 %ju 条）", (uintmax_t)t->first_bad_seq);
	else
		rd_buf_printf(&o->text, en ? " (between events %ju and %ju)" : "（第 %ju 至 %ju 条之间）",
		              (uintmax_t)t->first_bad_seq, (uintmax_t)t->last_bad_seq);
}

static void say_integrity(output *o, const rd_verify_firm *f)
{
	const rd_trail_report *t = &f->trail;
	bool en = o->lang == RD_EN;

	rd_buf_puts(&o->text, en ? "  integrity:    " : "  完整性（未被改动）：");
	rd_words why = t->reason;

	if (t->intact && !o->keys) /* what was signed, nobody looked at */
		why =
			(rd_words){"各条与自身的字节和哈希一致", "each event agrees with its bytes and hashes"};
	rd_buf_printf(&o->text, "%s%s", t->intact ? (en ? "yes; " : "是；") : (en ? "NO; " : "否；"),
	              en ? why.en : why.zh);
	say_place(o, t);
	rd_buf_printf(&o->text,
	              en ? "\n                %ju events, %ju checkpoints, %ju payloads erased\n"
	                 : "\n      事件 %ju 条，检查点 %ju 个，依规删除内容 %ju 条\n",
	              (uintmax_t)t->events, (uintmax_t)t->checkpoints, (uintmax_t)t->erased);
	if (t->erase_left)
		rd_buf_printf(&o->text,
		              en ? "                %ju payloads are still there though an event says that "
		                   "they were erased (first: %ju)\n"
		                 : "      有 %ju 条内容仍在，而日志说已删除（首条：第 %ju 条）\n",
		              (uintmax_t)t->erase_left, (uintmax_t)t->first_erase_left_seq);
	if (!f->head_fits)
		rd_buf_puts(&o->text, en ? "                NO; the stored head of the log, its hashes or "
		                           "files differ from the events\n"
		                         : "      否；所存的日志头、树的哈希或文件与各条事件不符\n");
}

static void say_completeness(output *o, const rd_trail_report *t)
{
	bool en = o->lang == RD_EN;

	rd_buf_puts(&o->text, en ? "  completeness: " : "  齐全性（没有缺失）：");
	if (t->complete)
		rd_buf_puts(&o->text, en ? "yes\n" : "是\n");
	else
		rd_buf_printf(&o->text,
		              en ? "NO; event %ju is missing, checkpoints speak of %ju events\n"
		                 : "否；缺第 %ju 条，检查点说应有 %ju 条\n",
		              (uintmax_t)t->first_missing_seq, (uintmax_t)t->claimed);
	if (!o->keys)
		rd_buf_puts(&o->text, en ? "                no key was given (--key): signatures were not "
		                           "checked\n"
		                         : "      没有给出公钥（--key）：未核对签名\n");
	else
		rd_buf_printf(&o->text,
		              en ? "                %ju events are signed\n" : "      已签名 %ju 条\n",
		              (uintmax_t)t->signed_size);
	if (t->outside)
		rd_buf_printf(&o->text,
		              en ? "                %ju events stand under a checkpoint from outside, %ju "
		                   "came after it\n"
		                 : "      库外检查点覆盖 %ju 条，其后还有 %ju 条\n",
		              (uintmax_t)t->anchored_size, (uintmax_t)t->unanchored);
	else
		rd_buf_puts(&o->text, en ? "                nothing from outside to compare with "
		                           "(--checkpoint)\n"
		                         : "      没有库外检查点可对照（--checkpoint）\n");
}

static void say_blobs(output *o, const rd_verify_firm *f)
{
	bool en = o->lang == RD_EN;

	if (!o->blobs)
		return;
	rd_buf_printf(&o->text,
	              en ? "  blobs:        %ju, %ju damaged\n" : "  附件：%ju 个，损坏 %ju 个\n",
	              (uintmax_t)f->blobs, (uintmax_t)f->blobs_bad);
	if (f->blobs_bad)
		rd_buf_printf(&o->text, "    %s: %s\n", f->first_bad.file,
		              en ? f->first_bad.en : f->first_bad.zh);
}

static void say_heads(output *o, const rd_verify_firm *f)
{
	static const rd_words why[] = {
		[RD_HEADS_UNREADABLE] = {"总日志的记录或证明不是当初写入、签名的",
	                             "the entry or the proof is not what was written and signed"},
		[RD_HEADS_REPLACED] = {"机构的检查点与总日志记下的不同：历史被替换过",
	                           "the firm's checkpoint is not the one that was taken: its history "
	                           "was replaced"},
		[RD_HEADS_GONE] = {"总日志记有这家机构，而它的日志已不在",
	                       "the firm stands in the log over all firms, and has no log any more"},
		[RD_HEADS_LEFT_OUT] = {"机构的检查点没有记入总日志",
	                           "a checkpoint of the firm was left out of the log over all firms"},
	};
	const rd_verify_heads *h = &f->heads;
	bool en = o->lang == RD_EN;

	if (h->state == RD_HEADS_NONE)
		return;
	rd_buf_puts(&o->text, en ? "  all firms:    " : "  总日志（各机构的检查点）：");
	if (h->state != RD_HEADS_FIT)
		rd_buf_printf(&o->text,
		              en ? "NO; %s (firm %jd, event %ju)\n" : "否；%s（机构 %jd，第 %ju 条）\n",
		              en ? why[h->state].en : why[h->state].zh, (intmax_t)h->firm_id,
		              (uintmax_t)h->seq);
	else if (f->firm_id != RD_HEADS_FIRM)
		rd_buf_printf(&o->text,
		              en ? "yes; this firm is event %ju of the log over all firms\n"
		                 : "是；本机构是总日志的第 %ju 条\n",
		              (uintmax_t)h->seq);
	else
		rd_buf_printf(&o->text,
		              en ? "yes; %ju checkpoints of %ju firms, %ju firms have signed since\n"
		                 : "是；检查点 %ju 个，机构 %ju 家，其后又有新签名的 %ju 家\n",
		              (uintmax_t)h->entries, (uintmax_t)h->firms, (uintmax_t)h->waiting);
}

static void seen_text(output *o, const rd_verify_firm *f)
{
	if (f->firm_id == RD_HEADS_FIRM)
		rd_buf_puts(&o->text, o->lang == RD_EN ? "log over all firms: " : "总日志：");
	else
		rd_buf_printf(&o->text, o->lang == RD_EN ? "firm %jd: " : "机构 %jd：",
		              (intmax_t)f->firm_id);
	rd_buf_printf(&o->text, "%s\n",
	              f->sound ? (o->lang == RD_EN ? "sound" : "无误")
	                       : (o->lang == RD_EN ? "SOMETHING IS WRONG" : "有问题"));
	say_integrity(o, f);
	say_completeness(o, &f->trail);
	say_blobs(o, f);
	say_heads(o, f);
}

/* ---- JSON ---- */

static void put_count(rd_json *j, const char *key, uint64_t n)
{
	rd_json_put_int(j, key, (int64_t)n);
}

static void put_seq(rd_json *j, const char *key, bool there, uint64_t seq)
{
	rd_json_key(j, key);
	if (there)
		rd_json_int(j, (int64_t)seq);
	else
		rd_json_null(j);
}

static void put_heads(rd_json *j, const rd_verify_heads *h)
{
	static const char *const names[] = {
		[RD_HEADS_FIT] = "fit",           [RD_HEADS_UNREADABLE] = "unreadable",
		[RD_HEADS_REPLACED] = "replaced", [RD_HEADS_GONE] = "gone",
		[RD_HEADS_LEFT_OUT] = "left-out",
	};
	char id[24];

	(void)snprintf(id, sizeof id, "%jd", (intmax_t)h->firm_id);
	rd_json_key(j, "all_firms");
	rd_json_object(j);
	rd_json_put_text(j, "state", names[h->state]);
	rd_json_put_text(j, "firm_id", id);
	put_count(j, "seq", h->seq);
	put_count(j, "taken", h->entries);
	put_count(j, "firms", h->firms);
	put_count(j, "waiting", h->waiting);
	rd_json_close(j);
}

static void seen_json(output *o, const rd_verify_firm *f)
{
	const rd_trail_report *t = &f->trail;
	rd_json *j = &o->json;
	char id[24];

	(void)snprintf(id, sizeof id, "%jd", (intmax_t)f->firm_id);
	rd_json_object(j);
	rd_json_put_text(j, "firm_id", id);
	rd_json_put_bool(j, "sound", f->sound);
	rd_json_key(j, "integrity");
	rd_json_object(j);
	rd_json_put_bool(j, "intact", t->intact && f->head_fits);
	rd_json_put_words(j, "reason", t->reason);
	put_seq(j, "first_bad_seq", t->located, t->first_bad_seq);
	put_seq(j, "last_bad_seq", t->located, t->last_bad_seq);
	rd_json_put_bool(j, "head_fits", f->head_fits);
	put_count(j, "events", t->events);
	put_count(j, "checkpoints", t->checkpoints);
	put_count(j, "erased", t->erased);
	put_count(j, "erase_left", t->erase_left);
	rd_json_close(j);
	rd_json_key(j, "completeness");
	rd_json_object(j);
	rd_json_put_bool(j, "complete", t->complete);
	put_seq(j, "first_missing_seq", !t->complete, t->first_missing_seq);
	put_count(j, "claimed", t->claimed);
	put_count(j, "signed_size", t->signed_size);
	put_count(j, "anchored_size", t->anchored_size);
	put_count(j, "unanchored", t->unanchored);
	rd_json_close(j);
	if (f->heads.state != RD_HEADS_NONE)
		put_heads(j, &f->heads);
	put_seq(j, "blobs", o->blobs, f->blobs);
	put_seq(j, "blobs_bad", o->blobs, f->blobs_bad);
	rd_json_close(j);
}

static void seen(void *ctx, const rd_verify_firm *f)
{
	output *o = ctx;

	o->firms++;
	if (o->as_json)
		seen_json(o, f);
	else
		seen_text(o, f);
}

static rd_rc verify(const rd_verify_order *order, output *o, bool *ret_sound, rd_err *err)
{
	if (rd_bundle_is_there(order->url))
		return rd_bundle_verify(order, seen, o, ret_sound, err);
	return rd_store_verify(order, seen, o, ret_sound, err);
}

static int print(output *o, bool sound)
{
	if (o->as_json) {
		rd_json_close(&o->json);
		rd_json_put_bool(&o->json, "sound", sound);
		rd_json_close(&o->json);
		rd_json_end(&o->json);
	} else if (o->firms == 0) {
		rd_buf_puts(&o->text, o->lang == RD_EN ? "no firm\n" : "没有机构\n");
	}
	int code = rd_print(&o->text, o->lang);

	return code == RD_EXIT_CLEAN && !sound ? RD_EXIT_FINDINGS : code;
}

int rd_verify_report(const rd_verify_order *order, bool as_json, int lang)
{
	output o = {.as_json = as_json,
	            .blobs = order->blobs,
	            .keys = order->n_keys != 0,
	            .lang = lang};
	bool sound = false;
	rd_err err;

	rd_buf_init(&o.text, OUT_MAX);
	rd_json_init(&o.json, &o.text, 4);
	if (as_json) {
		rd_json_object(&o.json);
		rd_json_put_text(&o.json, "schema", "redink.verify/1");
		rd_json_key(&o.json, "firms");
		rd_json_array(&o.json);
	}
	int code =
		verify(order, &o, &sound, &err) == RD_OK ? print(&o, sound) : rd_fail_with(&err, lang);

	rd_buf_done(&o.text);
	return code;
}

static int run(const rd_args *args)
{
	const char *folder = rd_args_text(args, O_FOLDER);
	rd_verify_order order = {
		.url = rd_str_of(args->operands[0]),
		.folder = rd_str_of(folder ? folder : ""),
		.firm_id = rd_args_number(args, O_FIRM, 0),
		.blobs = rd_args_has(args, O_BLOBS),
	};
	rd_err err;

	if (take_given(args, &order, &err) != RD_OK)
		return rd_fail_with(&err, args->lang);
	if (rd_package_is_there(args->operands[0]))
		return rd_verify_package(args->operands[0], order.keys, order.n_keys,
		                         rd_args_has(args, O_JSON), args->lang);
	const rd_blobs_options said = rd_blobs_said(args, O_PLACE);
	rd_blob_place place;
	rd_s3 *s3 = NULL;
	int code = RD_EXIT_CLEAN;

	/* Nothing is written beside what is verified. */
	if (said.url && rd_blobs_place(args, &said, P_tmpdir, &s3, &place, &err) != RD_OK)
		code = rd_fail_with(&err, args->lang);
	if (said.url) {
		order.blobs = true;
		order.place = &place;
	}
	if (code == RD_EXIT_CLEAN)
		code = rd_verify_report(&order, rd_args_has(args, O_JSON), args->lang);
	rd_s3_close(s3);
	return code;
}

const rd_subcommand rd_subcommand_verify = {
	.name = "verify",
	.summary = {"校验日志是否被改动、是否齐全", "prove that the log is unchanged and whole"},
	.about =
		{"像审计人员那样从所存的字节校验事件日志：分别说明完整性（每条都是当初写入、签名的样"
         "子）和齐全性（没有缺失），并指出第一条有问题的记录。离线、只读。DATA 是数据文件夹、备"
         "份、postgres:// 地址、redink export 的一个机构文件夹，或一起异常的资料包。退出码：0 无误，1 有问题，2 "
         "无法校验。",
         "Verifies the event log from its stored bytes, as an auditor would: tells integrity "
         "(each event is as it was written and signed) and completeness (nothing is missing) "
         "apart, and names the first bad event. Offline, only reads. DATA is a data folder, a "
         "backup, a postgres:// address, one firm's folder of redink export, or a case package. "
         "Exit code: 0 sound, 1 something is wrong, 2 could not run."},
	.operands = "DATA",
	.operand_help = {"数据文件夹、备份、地址或导出的文件夹",
                     "data folder, backup, address or exported folder"},
	.operand = RD_OPERAND_FILES,
	.operands_min = 1,
	.operands_max = 1,
	.options = options,
	.examples = examples,
	.run = run,
};
