/*
 * seed - fills a firm with tasks through the record engine, for the bench of the server.
 *
 *   seed FOLDER FIRM_ID USER_ID N    N tasks of that person, as if typed one by one
 *
 * Priorities and due times differ, so that filters and sorts have something to do.
 */
#include "fill.h"
#include <stdio.h>
#include <stdlib.h>

static rd_rc task(fill *f, rd_tx *tx, int64_t i, rd_err *err)
{
	static const char *const priorities[] = {"urgent", "high", "normal", "low"};
	rd_problems problems = {0};
	rd_record r;
	char text[160];
	json_t *body;
	int n = snprintf(text, sizeof text,
	                 "{\"name\":\"核对 %lld 号凭证\",\"priority\":\"%s\","
	                 "\"due\":\"2027-%02lld-%02lldT09:00:00Z\"}",
	                 (long long)i, priorities[i % 4], (long long)(i % 12 + 1),
	                 (long long)(i / 12 % 28 + 1));

	RD_TRY(rd_check_parse((rd_str){text, (uint32_t)n}, &body, err));
	rd_rc rc = rd_record_create(&f->engine, tx, &f->actor, rd_kind_find(RD_STR("task")), 0, body,
	                            &r, &problems, err);

	json_decref(body);
	return rc;
}

int main(int argc, char **argv)
{
	fill f = {0};
	char name[32];

	if (argc != 5) {
		fputs("usage: seed FOLDER FIRM_ID USER_ID N\n", stderr);
		return 2;
	}
	if (!fill_open(&f, argv[1], argv[2], argv[3], name))
		return 2;
	bool good = fill_run(&f, task, strtoll(argv[4], NULL, 10));

	rd_store_close(f.engine.store);
	return !good;
}
