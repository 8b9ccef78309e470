/*
 * net_client - makes one call of src/net or src/notify and says what came of it, for run.py.
 *
 *   net_client WHAT name=value ...
 *
 * WHAT is http, hook, robot, mail, smtp, s3-put, s3-get, s3-head, s3-delete or s3-list. One line of
 * JSON on standard output: {"rc": "OK", ...}, or the error. Exit 0 in both cases.
 */
#include "base/json.h"
#include "base/threads.h"
#include "net/s3.h"
#include "notify/hook.h"
#include "notify/mail.h"
#include "notify/robot.h"
#include <stdio.h>
#include <stdlib.h>

#define ALLOW_MAX 8u
#define FILE_MAX  (64u << 20)

static char **args;
static rd_buf out;
static rd_json json;

static const char *opt(const char *name, const char *preset)
{
	size_t n = strlen(name);

	for (char **a = args; *a; a++)
		if (strncmp(*a, name, n) == 0 && (*a)[n] == '=')
			return *a + n + 1;
	return preset;
}

static rd_str text(const char *name)
{
	return rd_str_of(opt(name, ""));
}

static int64_t number(const char *name)
{
	return strtoll(opt(name, "0"), NULL, 10);
}

static void fill(const char *path, rd_buf *b)
{
	FILE *f = fopen(path, "rb");
	char piece[65536];
	size_t n;

	rd_buf_init(b, FILE_MAX);
	while (f && (n = fread(piece, 1, sizeof piece, f)) > 0)
		rd_buf_add(b, piece, n);
	if (f)
		fclose(f);
}

static void save(const char *path, rd_str data)
{
	FILE *f = path ? fopen(path, "wb") : NULL;

	if (f) {
		fwrite(data.ptr, 1, data.len, f);
		fclose(f);
	}
}

static rd_outbound_policy policy(rd_str allow[ALLOW_MAX])
{
	rd_outbound_policy p = {.allow = allow,
	                        .allow_private = number("private") != 0,
	                        .allow_plain = number("plain") != 0,
	                        .ca_file = opt("ca", NULL)};

	for (char **a = args; *a && p.n_allow < ALLOW_MAX; a++)
		if (strncmp(*a, "allow=", 6) == 0)
			allow[p.n_allow++] = rd_str_of(*a + 6);
	return p;
}

static rd_rc http_once(rd_outbound *o, rd_err *err)
{
	rd_request q = {.method = opt("method", "GET"),
	                .url = text("url"),
	                .body = text("body"),
	                .timeout_ms = (uint32_t)number("timeout"),
	                .reply_max = (uint32_t)number("max")};
	rd_reply reply;

	RD_TRY(rd_outbound_send(o, &q, &reply, err));
	rd_json_put_int(&json, "status", reply.status);
	rd_json_put_int(&json, "length", reply.length);
	rd_json_put_int(&json, "retry_after", reply.retry_after_seconds);
	rd_json_put_text(&json, "etag", reply.etag);
	rd_json_put_str(&json, "body", rd_buf_view(&reply.body));
	rd_reply_done(&reply);
	return RD_OK;
}

typedef struct many {
	rd_outbound *outbound;
	uint32_t good[RD_THREADS_MAX];
} many;

static void one_of_many(void *ctx, uint32_t task, uint32_t worker)
{
	many *m = ctx;
	rd_request q = {.method = "GET", .url = text("url")};
	rd_reply reply;
	rd_err err;

	(void)task;
	if (rd_outbound_send(m->outbound, &q, &reply, &err) != RD_OK)
		return;
	m->good[worker] += reply.status == 200;
	rd_reply_done(&reply);
}

static rd_rc http(rd_err *err)
{
	rd_str allow[ALLOW_MAX];
	rd_outbound_policy p = policy(allow);
	rd_outbound *o = rd_outbound_new(&p);
	rd_rc rc = RD_OK;

	if (number("times") > 0) {
		many m = {.outbound = o};
		uint32_t sum = 0;

		rd_parallel((uint32_t)number("threads"), (uint32_t)number("times"), one_of_many, &m);
		for (uint32_t i = 0; i < RD_THREADS_MAX; i++)
			sum += m.good[i];
		rd_json_put_int(&json, "good", sum);
	} else {
		rc = http_once(o, err);
	}
	rd_outbound_free(o);
	return rc;
}

static rd_rc hook(rd_err *err)
{
	rd_str allow[ALLOW_MAX];
	rd_outbound_policy p = policy(allow);
	rd_outbound *o = rd_outbound_new(&p);
	rd_hook h = {text("url"),   text("secret"), text("delivery"),
	             text("event"), text("body"),   number("at")};
	int32_t status;
	rd_rc rc = rd_hook_send(o, &h, &status, err);

	rd_json_put_int(&json, "status", status);
	rd_outbound_free(o);
	return rc;
}

static rd_rc robot(rd_err *err)
{
	rd_str allow[ALLOW_MAX];
	rd_outbound_policy p = policy(allow);
	rd_outbound *o = rd_outbound_new(&p);
	rd_robot r = {(rd_robot_kind)number("kind"), text("url"), text("secret")};
	rd_robot_message m = {number("markdown") != 0, text("title"), text("text"), text("link")};
	rd_rc rc = rd_robot_send(o, &r, &m, number("now"), err);

	rd_outbound_free(o);
	return rc;
}

static rd_smtp_server server(void)
{
	return (rd_smtp_server){.host = opt("host", ""),
	                        .port = (uint16_t)number("port"),
	                        .security = (rd_smtp_security)number("security"),
	                        .user = opt("user", NULL),
	                        .password = opt("password", NULL),
	                        .ca_file = opt("ca", NULL),
	                        .allow_private = number("private") != 0,
	                        .timeout_ms = (uint32_t)number("timeout")};
}

static rd_rc mail(rd_err *err)
{
	rd_smtp_server s = server();
	rd_mailbox to[2] = {{text("to-name"), text("to")}, {text("cc-name"), text("cc")}};
	rd_buf file, built;
	fill(opt("file", ""), &file);
	rd_attachment a = {text("file-name"), RD_STR("application/octet-stream"), rd_buf_view(&file)};
	rd_mail m = {.from = {text("from-name"), text("from")},
	             .to = to,
	             .n_to = text("cc").len > 0 ? 2 : 1,
	             .subject = text("subject"),
	             .text = text("text"),
	             .html = text("html"),
	             .attachments = &a,
	             .n_attachments = text("file").len > 0,
	             .message_id = text("id"),
	             .at_us = number("at")};

	rd_buf_init(&built, RD_MAIL_BYTES_MAX);
	rd_rc rc = rd_mail_build(&m, &built, err);
	if (rc == RD_OK) {
		save(opt("save", NULL), rd_buf_view(&built));
		rc = rd_mail_send(&s, &m, err);
	}
	rd_buf_done(&built);
	rd_buf_done(&file);
	return rc;
}

static rd_rc smtp(rd_err *err)
{
	rd_smtp_server s = server();
	rd_str to = text("to");
	rd_buf file;

	fill(opt("file", ""), &file);
	rd_rc rc = rd_smtp_send(&s, text("from"), &to, 1, rd_buf_view(&file), err);
	rd_buf_done(&file);
	return rc;
}

static rd_rc s3_list(rd_s3 *s3, rd_err *err)
{
	rd_arena *a = rd_arena_new();
	rd_str next = {"", 0};
	int64_t pages = 0;
	rd_rc rc;

	rd_json_key(&json, "keys");
	rd_json_array(&json);
	do {
		rd_s3_page page = {.next = {"", 0}};

		rc = rd_s3_list(s3, text("prefix"), next, (uint32_t)number("count"), a, &page, err);
		for (uint32_t i = 0; rc == RD_OK && i < page.n; i++)
			rd_json_str(&json, page.items[i].key);
		next = page.next;
	} while (rc == RD_OK && next.len > 0 && ++pages < 100);
	rd_json_close(&json);
	rd_json_put_int(&json, "pages", pages + 1);
	rd_arena_free(a);
	return rc;
}

static rd_rc s3_call(rd_s3 *s3, const char *what, rd_err *err)
{
	rd_buf b;
	rd_rc rc;

	if (strcmp(what, "s3-put") == 0) {
		fill(opt("file", ""), &b);
		rc = rd_s3_put(s3, text("object"), rd_buf_view(&b), number("if-none") != 0, err);
		rd_buf_done(&b);
		return rc;
	}
	if (strcmp(what, "s3-get") == 0) {
		RD_TRY(rd_s3_get(s3, text("object"), (uint32_t)number("max"), &b, err));
		save(opt("save", NULL), rd_buf_view(&b));
		rd_json_put_int(&json, "size", (int64_t)b.size);
		rd_buf_done(&b);
		return RD_OK;
	}
	if (strcmp(what, "s3-head") == 0) {
		int64_t size;

		RD_TRY(rd_s3_head(s3, text("object"), &size, err));
		rd_json_put_int(&json, "size", size);
		return RD_OK;
	}
	if (strcmp(what, "s3-delete") == 0)
		return rd_s3_delete(s3, text("object"), err);
	return s3_list(s3, err);
}

static rd_rc s3(const char *what, rd_err *err)
{
	rd_str allow[ALLOW_MAX];
	rd_outbound_policy p = policy(allow);
	rd_s3_settings s = {.endpoint = opt("endpoint", NULL),
	                    .bucket = opt("bucket", NULL),
	                    .access_key = opt("key", NULL),
	                    .secret_key = opt("secret", NULL),
	                    .timeout_ms = (uint32_t)number("timeout"),
	                    .attempts = (uint32_t)number("attempts"),
	                    .pause_ms = (uint32_t)number("pause")};
	rd_s3 *store;

	RD_TRY(rd_s3_open(&s, &p, &store, err));
	rd_rc rc = s3_call(store, what, err);
	rd_s3_close(store);
	return rc;
}

static rd_rc run(const char *what, rd_err *err)
{
	if (strcmp(what, "http") == 0)
		return http(err);
	if (strcmp(what, "hook") == 0)
		return hook(err);
	if (strcmp(what, "robot") == 0)
		return robot(err);
	if (strcmp(what, "mail") == 0)
		return mail(err);
	if (strcmp(what, "smtp") == 0)
		return smtp(err);
	return s3(what, err);
}

int main(int argc, char **argv)
{
	rd_err err = {0};

	if (argc < 2)
		return 2;
	args = argv + 2;
	rd_buf_init(&out, FILE_MAX);
	rd_json_init(&json, &out, 0);
	rd_json_object(&json);
	rd_rc rc = run(argv[1], &err);
	rd_json_put_text(&json, "rc", rd_rc_name(rc));
	rd_json_put_text(&json, "zh", err.zh);
	rd_json_put_text(&json, "en", err.en);
	rd_json_close(&json);
	rd_json_end(&json);
	fwrite(out.data, 1, out.size, stdout);
	rd_buf_done(&out);
	return 0;
}
