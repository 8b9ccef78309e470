/*
 * service.h - what the programs that stay share (serve, worker): their log, their signals, whom
 * they may call.
 *
 * The log is one logfmt line on standard error each, with the time in front: ts=… level=… msg="…".
 */
#ifndef RD_CMD_SERVICE_H
#define RD_CMD_SERVICE_H
#include "net/outbound.h"
#include "options.h"
#include <signal.h>

/* Writes a line; `quiet`, a bool, leaves out those of level=info. */
void rd_service_log(void *quiet, const char *line);
/* SIGINT and SIGTERM for sigwait by this thread alone. Before any other thread is started: a signal
 * goes to whichever takes it. */
void rd_service_block(sigset_t *ret_set);
/* The policy of --outbound HOST,HOST and --outbound-private; texts live in args->arena. */
rd_outbound_policy rd_service_outbound(const rd_args *args, int o_outbound, int o_private);

#define RD_OUTBOUND_ZH                                                                             \
	"可以主动连接的主机：网络钩子、群机器人、邮件服务器；* 为任意。预设为不连接任何主机"
#define RD_OUTBOUND_EN                                                                             \
	"hosts that may be called: webhooks, robots, mail server; * = any. Preset: none"
#define RD_PRIVATE_ZH "也可以连接内网地址和 http://"
#define RD_PRIVATE_EN "addresses of the own network, and http://, too"

/* For the tables of options. */
#define RD_OPTION_OUTBOUND                                                                         \
	{                                                                                              \
		.name = "outbound", .kind = RD_OPT_TEXT, .arg = "HOST,HOST", .help = {                     \
			RD_OUTBOUND_ZH,                                                                        \
			RD_OUTBOUND_EN                                                                         \
		}                                                                                          \
	}
#define RD_OPTION_OUTBOUND_PRIVATE                                                                 \
	{                                                                                              \
		.name = "outbound-private", .kind = RD_OPT_FLAG, .help = { RD_PRIVATE_ZH, RD_PRIVATE_EN }  \
	}
#endif
