#include "api/api.h"
#include "blobs.h"
#include "data.h"
#include "service.h"
#include <stdio.h>
#include <string.h>

/* The server: opens the store, starts the API, waits for a signal, stops in order. */

#define STOP_WITHIN_S 20

enum {
	O_LISTEN = RD_O_DATA_END,
	O_PORT,
	O_ORIGIN,
	O_CERT,
	O_KEY,
	O_PROXY,
	O_TRUST,
	O_THREADS,
	O_OUTBOUND,
	O_PRIVATE,
	O_BLOBS,
	O_BLOBS_KEY,
	O_CHECKPOINTS,
	O_UPGRADE,
	O_QUIET,
};
static const rd_opt options[] = {
	RD_OPTIONS_OF_DATA,
	[O_LISTEN] = {.name = "listen",
                  .kind = RD_OPT_TEXT,
                  .arg = "ADDR",
                  .preset = "127.0.0.1",
                  .help = {"监听地址；对外开放时要有 TLS 或反向代理",
                           "address to listen on; beyond this machine only with TLS or a proxy"}},
	[O_PORT] = {.name = "port",
                .letter = 'p',
                .kind = RD_OPT_NUMBER,
                .arg = "N",
                .min = 0,
                .max = 65535,
                .preset = "8737",
                .help = {"端口；0 为任选一个空闲的", "port; 0 = any free one"}},
	[O_ORIGIN] = {.name = "origin",
                  .kind = RD_OPT_TEXT,
                  .arg = "URL",
                  .help = {"人们打开的网址，如 https://desk.example.cn；不给则为本机开发模式",
                           "address that people open, such as https://desk.example.cn; without it: "
                           "development on this machine"}},
	[O_CERT] = {.name = "tls-cert",
                .kind = RD_OPT_FILE,
                .arg = "FILE",
                .help = {"TLS 证书（PEM）", "TLS certificate (PEM)"}},
	[O_KEY] = {.name = "tls-key",
               .kind = RD_OPT_FILE,
               .arg = "FILE",
               .help = {"TLS 私钥（PEM）", "TLS key (PEM)"}},
	[O_PROXY] = {.name = "behind-proxy",
                 .kind = RD_OPT_FLAG,
                 .help = {"前面有反向代理，由它处理 TLS", "a proxy in front speaks TLS"}},
	[O_TRUST] = {.name = "trusted-proxies",
                 .kind = RD_OPT_TEXT,
                 .arg = "NET,NET",
                 .help = {"可信代理的网段；预设为本机", "networks of proxies that are believed; "
                                                        "preset: this machine"}},
	[O_THREADS] = {.name = "threads",
                   .kind = RD_OPT_NUMBER,
                   .arg = "N",
                   .min = 1,
                   .max = 64,
                   .preset = "2",
                   .help = {"处理请求的线程数", "threads that serve requests"}},
	[O_OUTBOUND] = RD_OPTION_OUTBOUND,
	[O_PRIVATE] = RD_OPTION_OUTBOUND_PRIVATE,
	[O_BLOBS] = RD_OPTION_BLOBS,
	[O_BLOBS_KEY] = RD_OPTION_BLOBS_KEY,
	[O_CHECKPOINTS] = RD_OPTION_CHECKPOINTS_TO,
	[O_UPGRADE] = {.name = "upgrade",
                   .kind = RD_OPT_FLAG,
                   .help = {"先把旧版本的数据库升级", "bring an older database up to date first"}},
	[O_QUIET] = {.name = "quiet",
                 .letter = 'q',
                 .kind = RD_OPT_FLAG,
                 .help = {"不记录每个请求", "no line for each request"}},
	{0},
};

static const rd_example_line examples[] = {
	{"redink serve --data /var/lib/redink",
     {"在本机启动；首次启动会打印设置代码",
      "on this machine; the first start prints a set-up code"}},
	{"redink serve --origin https://desk.example.cn --behind-proxy",
     {"由 nginx 等反向代理对外服务", "served to others by nginx or another proxy"}},
	{0},
};

static rd_rc say_setup(rd_api *api, int lang, rd_err *err)
{
	char link[128];
	bool needed;

	RD_TRY(rd_api_setup_link(api, link, &needed, err));
	if (!needed)
		return RD_OK;
	printf(lang == RD_EN
	           ? "No firm yet. The text behind setup/ makes it, once, within 24 hours:\n  %s\n"
	             "  There is no page yet: send it to POST /api/v1/setup (docs/api.md), or run\n"
	             "  redink user --new-firm\n"
	           : "还没有机构。setup/ 后面的代码用来设置，24 小时内有效，只能用一次：\n  %s\n"
	             "  网页还没有做好：请把代码发给 POST /api/v1/setup（见 docs/api.md），或运行\n"
	             "  redink user --new-firm\n",
	       link);
	return RD_OK;
}

static rd_rc serve(const rd_args *args, rd_store *store, const sigset_t *signals, rd_err *err)
{
	const char *trusted = rd_args_text(args, O_TRUST);
	bool quiet = rd_args_has(args, O_QUIET);
	uint32_t n = 0;
	rd_api_config config = {
		.store = store,
		.address = rd_args_text(args, O_LISTEN),
		.port = (uint16_t)rd_args_number(args, O_PORT, 8737),
		.threads = (uint32_t)rd_args_number(args, O_THREADS, 2),
		.origin = rd_args_text(args, O_ORIGIN),
		.cert_file = rd_args_text(args, O_CERT),
		.key_file = rd_args_text(args, O_KEY),
		.behind_proxy = rd_args_has(args, O_PROXY),
		.trusted_proxies = trusted ? rd_split_list(args->arena, trusted, &n) : NULL,
		.outbound = rd_service_outbound(args, O_OUTBOUND, O_PRIVATE),
		.checkpoints_to = rd_args_text(args, O_CHECKPOINTS),
		.log = rd_service_log,
		.log_user = &quiet,
	};
	rd_api *api;
	int got;

	RD_TRY(rd_api_start(&config, &api, err));
	rd_rc rc = say_setup(api, args->lang, err);

	if (rc == RD_OK) {
		printf(args->lang == RD_EN ? "listening on port %u\n" : "正在监听端口 %u\n",
		       (unsigned)rd_api_port(api));
		fflush(stdout);
		sigwait(signals, &got);
	}
	rd_api_stop(api, STOP_WITHIN_S);
	return rc;
}

static int run(const rd_args *args)
{
	const char *data = rd_args_text(args, RD_O_DATA), *folder = rd_args_text(args, RD_O_FOLDER);
	const char *origin = rd_args_text(args, O_ORIGIN);
	const rd_store_config config = {
		.url = rd_str_of(data ? data : "redink-data"),
		.folder = rd_str_of(folder ? folder : ""),
		.origin =
			rd_str_of(origin && strstr(origin, "://") ? strstr(origin, "://") + 3 : "localhost"),
		.upgrade = rd_args_has(args, O_UPGRADE),
	};
	sigset_t signals;
	rd_store *store;
	rd_err err;

	rd_service_block(&signals);
	if (rd_store_open(&config, &store, &err) != RD_OK)
		return rd_fail_with(&err, args->lang);
	rd_s3 *s3 = NULL;
	rd_rc rc = rd_blobs_open(args,
	                         &(rd_blobs_options){.url = rd_args_text(args, O_BLOBS),
	                                             .key_file = rd_args_text(args, O_BLOBS_KEY),
	                                             .private_too = rd_args_has(args, O_PRIVATE)},
	                         store, &s3, &err);

	if (rc == RD_OK)
		rc = serve(args, store, &signals, &err);
	rd_store_close(store);
	rd_s3_close(s3);
	return rc == RD_OK ? RD_EXIT_CLEAN : rd_fail_with(&err, args->lang);
}

const rd_subcommand rd_subcommand_serve = {
	.name = "serve",
	.summary = {"启动异常处理台的服务", "start the exception desk's server"},
	.about =
		{"启动服务，提供 JSON 接口（网页还没有做好）。数据放在一个文件夹里（SQLite），或放在 PostgreSQL "
         "里。首次启动打印一次性设置代码。收到 SIGTERM 或 Ctrl-C 后处理完在途请求再退出。",
         "Starts the server of the JSON API (the page is still to come). Data is in one folder "
         "(SQLite) or in PostgreSQL. The first start prints a one-time set-up code. On SIGTERM or Ctrl-C it "
         "finishes the requests that run and ends."},
	.operand = RD_OPERAND_NONE,
	.options = options,
	.examples = examples,
	.run = run,
};
