/* firm DATA FOLDER LABEL NAME LOGIN PASSWORD - makes a firm and its administrator in a store that nobody
 * serves, as the operator would; FOLDER "" = that of DATA. Prints both ids. For the tests of the API, which
 * need a second firm beside the one of the set-up link. */
#include "desk/hooks.h"
#include "desk/identity.h"
#include <stdio.h>

static rd_rc make(rd_store *store, char **argv, rd_err *err)
{
	const rd_engine engine = {store, rd_desk_hooks, rd_desk_hooks_count, 28800};
	const rd_new_firm firm = {.link = RD_STR(""),
	                          .label = rd_str_of(argv[3]),
	                          .name = rd_str_of(argv[4]),
	                          .login = rd_str_of(argv[5]),
	                          .display_name = rd_str_of(argv[5]),
	                          .mail = RD_STR(""),
	                          .password = rd_str_of(argv[6])};
	rd_identity *id = rd_identity_new(store, &engine);
	rd_arena *a = rd_arena_new();
	rd_problems problems = {0};
	int64_t firm_id = 0, user_id = 0;
	rd_rc rc = rd_identity_setup(id, &firm, a, &firm_id, &user_id, &problems, err);

	if (rc == RD_OK)
		printf("%lld %lld\n", (long long)firm_id, (long long)user_id);
	rd_arena_free(a);
	rd_identity_free(id);
	return rc;
}

int main(int argc, char **argv)
{
	rd_store *store;
	rd_err err;

	if (argc != 7)
		return 2;
	const rd_store_config config = {.url = rd_str_of(argv[1]),
	                                .folder = rd_str_of(argv[2]),
	                                .origin = RD_STR("localhost"),
	                                .upgrade = false};
	rd_rc rc = rd_auth_init(&err);

	if (rc == RD_OK)
		rc = rd_store_open(&config, &store, &err);
	if (rc == RD_OK) {
		rc = make(store, argv, &err);
		rd_store_close(store);
	}
	if (rc != RD_OK)
		fprintf(stderr, "%s\n", err.en);
	return rc == RD_OK ? 0 : 1;
}
