/* More hands: jobs, followers of the log and periodic work, without HTTP. */
#include "auth/secret.h"
#include "blobs.h"
#include "data.h"
#include "desk/hands.h"
#include "desk/hooks.h"
#include "service.h"
#include <stdio.h>

#define CHINA_OFFSET_S 28800

enum {
	O_ORIGIN = RD_O_DATA_END,
	O_THREADS,
	O_OUTBOUND,
	O_PRIVATE,
	O_BLOBS,
	O_BLOBS_KEY,
	O_CHECKPOINTS
};
static const rd_opt options[] = {
	RD_OPTIONS_OF_DATA,
	[O_ORIGIN] = {.name = "origin",
                  .kind = RD_OPT_TEXT,
                  .arg = "URL",
                  .help = {"与 serve 相同的网址；日志签名的名称由它而来",
                           "the address that serve has: the names of signed logs come from it"}},
	[O_THREADS] = {.name = "threads",
                   .kind = RD_OPT_NUMBER,
                   .arg = "N",
                   .min = 1,
                   .max = 64,
                   .preset = "2",
                   .help = {"同时做几项任务", "jobs at a time"}},
	[O_OUTBOUND] = RD_OPTION_OUTBOUND,
	[O_PRIVATE] = RD_OPTION_OUTBOUND_PRIVATE,
	[O_BLOBS] = RD_OPTION_BLOBS,
	[O_BLOBS_KEY] = RD_OPTION_BLOBS_KEY,
	[O_CHECKPOINTS] = RD_OPTION_CHECKPOINTS_TO,
	{0},
};

static const rd_example_line examples[] = {
	{"redink worker --data postgres://redink@db/redink --folder /var/lib/redink --outbound "
     "smtp.example.cn",
     {"在另一台机器上", "on another machine"}},
	{0},
};

static void tell(void *quiet, const char *what, const rd_err *why)
{
	char line[512];

	(void)snprintf(line, sizeof line, "level=warn msg=\"%s\" err=%s why=\"%.300s\"", what,
	               rd_rc_name(why->code), why->en);
	rd_service_log(quiet, line);
}

static rd_rc work(const rd_args *args, rd_store *s, const sigset_t *signals, rd_err *err)
{
	static bool quiet;
	const rd_engine engine = {s, rd_desk_hooks, rd_desk_hooks_count, CHINA_OFFSET_S};
	const rd_hands_config config = {
		.engine = &engine,
		.threads = (uint32_t)rd_args_number(args, O_THREADS, 2),
		.outbound = rd_service_outbound(args, O_OUTBOUND, O_PRIVATE),
		.checkpoints_to = rd_args_text(args, O_CHECKPOINTS),
		.told = tell,
		.ctx = &quiet,
	};
	rd_hands *hands;
	int got;

	RD_TRY(rd_engine_check(&engine, err));
	RD_TRY(rd_hands_start(&config, &hands, err));
	puts(args->lang == RD_EN ? "working" : "正在工作");
	(void)fflush(stdout);
	(void)sigwait(signals, &got);
	rd_hands_stop(hands);
	return RD_OK;
}

static int run(const rd_args *args)
{
	const char *origin = rd_args_text(args, O_ORIGIN);
	const char *name = origin ? strstr(origin, "://") : NULL;
	sigset_t signals;
	rd_store *s;
	rd_err err;

	rd_service_block(&signals);
	if (rd_auth_init(&err) != RD_OK ||
	    rd_data_open_as(args, name ? name + 3 : origin, &s, &err) != RD_OK)
		return rd_fail_with(&err, args->lang);
	rd_s3 *s3 = NULL;
	rd_rc rc = rd_blobs_open(args,
	                         &(rd_blobs_options){.url = rd_args_text(args, O_BLOBS),
	                                             .key_file = rd_args_text(args, O_BLOBS_KEY),
	                                             .private_too = rd_args_has(args, O_PRIVATE)},
	                         s, &s3, &err);

	if (rc == RD_OK)
		rc = work(args, s, &signals, &err);
	rd_store_close(s);
	rd_s3_close(s3);
	return rc == RD_OK ? RD_EXIT_CLEAN : rd_fail_with(&err, args->lang);
}

const rd_subcommand rd_subcommand_worker = {
	.name = "worker",
	.summary = {"只做后台任务的进程", "a process for background work alone"},
	.about =
		{"做 serve 在后台做的事，不提供网页：发邮件、调用网络钩子、提醒、汇总、签名、清理。任务在表中按"
         "租约领取，可以有任意多个，也可以在别的机器上（PostgreSQL）；进程被杀，任务由别的进程接着做。"
         "收到 SIGTERM 或 Ctrl-C 后做完手头的再退出。",
         "Does what serve does in the background, without the page: mails, webhooks, reminders, "
         "digests, signing, clearing away. Jobs are taken from a table with a lease, by any "
         "number of processes, on other machines too (PostgreSQL); when one is killed, another "
         "goes on. On SIGTERM or Ctrl-C it finishes what it has in hand and ends."},
	.operand = RD_OPERAND_NONE,
	.options = options,
	.examples = examples,
	.run = run,
};
