#include "service.h"
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

void rd_service_log(void *quiet, const char *line)
{
	struct timespec now;
	struct tm utc;
	char at[32];

	if (*(const bool *)quiet && strncmp(line, "level=info", 10) == 0)
		return;
	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &utc);
	strftime(at, sizeof at, "%Y-%m-%dT%H:%M:%S", &utc);
	fprintf(stderr, "ts=%s.%03ldZ %s\n", at, now.tv_nsec / 1000000, line);
}

void rd_service_block(sigset_t *ret_set)
{
	sigemptyset(ret_set);
	sigaddset(ret_set, SIGINT);
	sigaddset(ret_set, SIGTERM);
	pthread_sigmask(SIG_BLOCK, ret_set, NULL);
	signal(SIGPIPE, SIG_IGN);
}

rd_outbound_policy rd_service_outbound(const rd_args *args, int o_outbound, int o_private)
{
	const char *list = rd_args_text(args, o_outbound);
	bool private_too = rd_args_has(args, o_private);
	uint32_t n = 0;
	const char **names = list ? rd_split_list(args->arena, list, &n) : NULL;
	rd_str *allow = RD_NEW_N(args->arena, rd_str, n + 1);

	for (uint32_t i = 0; i < n; i++)
		allow[i] = rd_str_of(names[i]);
	return (rd_outbound_policy){.allow = allow,
	                            .n_allow = n,
	                            .allow_private = private_too,
	                            .allow_plain = private_too};
}
