#include "data.h"
#include "store/migrate.h"
#include <time.h>

/* Brings the schema of a database up to date, or says what that would be. */

enum { O_DRY_RUN = RD_O_DATA_END };
static const rd_opt options[] = {
	RD_OPTIONS_OF_DATA,
	[O_DRY_RUN] = {.name = "dry-run",
                   .letter = 'n',
                   .kind = RD_OPT_FLAG,
                   .help = {"只说会做哪些步骤，什么也不改；有步骤要做时退出码为 1",
                            "only say which steps would run; exit code 1 when there are some"}},
	{0},
};

static const rd_example_line examples[] = {
	{"redink upgrade --data /var/lib/redink --dry-run", {"先看看", "look first"}},
	{"redink upgrade --data /var/lib/redink", {"备份之后再升级", "after a backup"}},
	{0},
};

static void say(rd_buf *out, int lang, bool dry, uint32_t from, uint32_t of)
{
	bool en = lang == RD_EN;

	if (from == of) {
		rd_buf_printf(out, en ? "up to date: step %u\n" : "已是最新：第 %u 步\n", of);
		return;
	}
	if (dry)
		rd_buf_printf(out,
		              en ? "the database is at step %u of %u; these would run:\n"
		                 : "数据库在第 %u 步，共 %u 步；将执行：\n",
		              from, of);
	else
		rd_buf_printf(out, en ? "upgraded from step %u to %u:\n" : "已从第 %u 步升级到第 %u 步：\n",
		              from, of);
	for (uint32_t i = from; i < of; i++)
		rd_buf_printf(out, "  %04u %s\n", rd_migrations[i].number, rd_migrations[i].name);
}

static rd_rc upgrade(const rd_store_config *config, bool dry, rd_schema_state *ret_was, rd_err *err)
{
	struct timespec now;
	rd_schema_state state;
	rd_db *db = NULL;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	RD_TRY(rd_db_open(config->url, dry ? RD_DB_READ : RD_DB_UPGRADE, &db, err));
	rd_rc rc = rd_schema_check(db, ret_was, err);

	if (rc == RD_OK && !dry)
		rc = rd_schema_upgrade(db, (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000, &state, err);
	rd_db_close(db);
	return rc;
}

static int run(const rd_args *args)
{
	rd_store_config config = rd_data_config(args);
	bool dry = rd_args_has(args, O_DRY_RUN);
	rd_schema_state was;
	rd_err err;
	rd_buf out;

	if (rd_data_is_there(&config, &err) != RD_OK || upgrade(&config, dry, &was, &err) != RD_OK)
		return rd_fail_with(&err, args->lang);
	rd_buf_init(&out, 65536);
	say(&out, args->lang, dry, was.applied, was.of);
	int code = rd_print(&out, args->lang);

	rd_buf_done(&out);
	return code == RD_EXIT_CLEAN && dry && was.applied < was.of ? RD_EXIT_FINDINGS : code;
}

const rd_subcommand rd_subcommand_upgrade = {
	.name = "upgrade",
	.summary = {"把旧版本的数据库升级", "bring an older database up to date"},
	.about =
		{"逐步升级数据库的结构，每一步一个事务；失败时停在上一步。请先运行 redink backup。数据库比程序"
         "新时拒绝。",
         "Brings the schema up to date step by step, each in one transaction; a step that fails "
         "leaves the database as the one before left it. Run redink backup first. Refuses a "
         "database that is newer than the program."},
	.options = options,
	.examples = examples,
	.run = run,
};
