/* operator - what an operator does to a store that nobody serves, for the tests of the API.
 * FOLDER "" = that of DATA.
 *   operator firm DATA FOLDER LABEL NAME LOGIN PASSWORD
 *       makes a firm with an administrator; prints both ids
 *   operator verify DATA FOLDER
 *       checks the logs of all firms; exit 1 when one is unsound */
#include "desk/hooks.h"
#include "desk/identity.h"
#include "store/verify.h"
#include <stdio.h>

static rd_rc make(rd_store *store, char **argv, rd_err *err)
{
	const rd_engine engine = {.store = store,
	                          .hooks = rd_desk_hooks,
	                          .n_hooks = rd_desk_hooks_count,
	                          .zone_offset_s = 28800};
	const rd_new_firm firm = {.link = RD_STR(""),
	                          .label = rd_str_of(argv[4]),
	                          .name = rd_str_of(argv[5]),
	                          .login = rd_str_of(argv[6]),
	                          .display_name = rd_str_of(argv[6]),
	                          .mail = RD_STR(""),
	                          .password = rd_str_of(argv[7])};
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

static rd_rc new_firm(char **argv, rd_err *err)
{
	const rd_store_config config = {.url = rd_str_of(argv[2]),
	                                .folder = rd_str_of(argv[3]),
	                                .origin = RD_STR("localhost"),
	                                .upgrade = false};
	rd_store *store;

	RD_TRY(rd_auth_init(err));
	RD_TRY(rd_store_open(&config, &store, err));
	rd_rc rc = make(store, argv, err);

	rd_store_close(store);
	return rc;
}

static void say(void *ctx, const rd_verify_firm *firm)
{
	(void)ctx;
	printf("firm %lld: %s\n", (long long)firm->firm_id, firm->sound ? "sound" : "NOT SOUND");
}

static rd_rc verify(char **argv, rd_err *err)
{
	const rd_verify_order order = {.url = rd_str_of(argv[2]), .folder = rd_str_of(argv[3])};
	bool sound;

	RD_TRY(rd_store_verify(&order, say, NULL, &sound, err));
	return sound ? RD_OK : rd_fail(err, RD_CORRUPT, "日志不完整", "a log is not sound");
}

int main(int argc, char **argv)
{
	rd_err err;
	rd_rc rc;

	if (argc == 8 && strcmp(argv[1], "firm") == 0)
		rc = new_firm(argv, &err);
	else if (argc == 4 && strcmp(argv[1], "verify") == 0)
		rc = verify(argv, &err);
	else
		return 2;
	if (rc != RD_OK)
		fprintf(stderr, "%s\n", err.en);
	return rc == RD_OK ? 0 : 1;
}
