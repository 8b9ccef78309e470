#include "data.h"
#include "record/pending.h"
#include "record/rebuild.h"
#include "store/tables.h"

/* The tables of records anew from the log, and whether that changed anything. */

enum { O_FIRM = RD_O_DATA_END, O_CHECK };
static const rd_opt options[] = {
	RD_OPTIONS_OF_DATA,
	[O_FIRM] = RD_OPTION_FIRM,
	[O_CHECK] = {.name = "check",
                 .kind = RD_OPT_FLAG,
                 .help = {"只比较，什么也不改", "only compare, change nothing"}},
	{0},
};

static const rd_example_line examples[] = {
	{"redink rebuild --data /var/lib/redink --check",
     {"各表是否与日志一致", "whether the tables are what the log says"}},
	{0},
};

typedef struct rebuilding {
	bool check, done;
	int64_t events;
	uint32_t n, n_differ;
	rd_table_digest *was, *is;
	const rd_table **tables;
} rebuilding;

static rd_rc digests(rd_tx *tx, const rebuilding *r, rd_table_digest *to, rd_err *err)
{
	for (uint32_t i = 0; i < r->n; i++)
		RD_TRY(rd_table_digest_of(tx, r->tables[i], &to[i], err));
	return RD_OK;
}

static rd_rc rebuild(rd_tx *tx, void *ctx, rd_err *err)
{
	rebuilding *r = ctx;

	r->done = false;
	/* Words that wait are on their way: not a difference. */
	RD_TRY(rd_pending_merge_all(tx, NULL, err));
	RD_TRY(digests(tx, r, r->was, err));
	RD_TRY(rd_rebuild(tx, &r->events, err));
	RD_TRY(digests(tx, r, r->is, err));
	r->done = true;
	/* A command that fails is taken back. */
	return r->check ? rd_fail(err, RD_BARRED, "只比较", "only compared") : RD_OK;
}

static void say(rebuilding *r, int64_t firm_id, int lang, rd_buf *out)
{
	bool en = lang == RD_EN;

	r->n_differ = 0;
	for (uint32_t i = 0; i < r->n; i++)
		r->n_differ += memcmp(r->was[i].sha256, r->is[i].sha256, 32) != 0;
	rd_buf_printf(out,
	              en ? "firm %jd: %jd events, %u tables, " : "机构 %jd：事件 %jd 条，%u 张表，",
	              (intmax_t)firm_id, (intmax_t)r->events, r->n);
	if (r->n_differ == 0)
		rd_buf_puts(out, en ? "all equal\n" : "全部一致\n");
	else
		rd_buf_printf(out, en ? "%u differed\n" : "%u 张不一致\n", r->n_differ);
	for (uint32_t i = 0; i < r->n; i++)
		if (memcmp(r->was[i].sha256, r->is[i].sha256, 32) != 0)
			rd_buf_printf(out,
			              en ? "  %s: %jd rows, by the log %jd\n"
			                 : "  %s：有 %jd 行，按日志 %jd 行\n",
			              r->tables[i]->name, (intmax_t)r->was[i].rows, (intmax_t)r->is[i].rows);
}

static void begin(const rd_args *args, rebuilding *r)
{
	*r = (rebuilding){.check = rd_args_has(args, O_CHECK)};
	r->tables = RD_NEW_N(args->arena, const rd_table *, rd_tables_count);
	r->was = RD_NEW_N(args->arena, rd_table_digest, rd_tables_count);
	r->is = RD_NEW_N(args->arena, rd_table_digest, rd_tables_count);
	for (uint32_t i = 0; i < rd_tables_count; i++)
		if (rd_tables[i].what == RD_TABLE_RECORDS || rd_tables[i].what == RD_TABLE_DERIVED)
			r->tables[r->n++] = &rd_tables[i];
}

static rd_rc rebuild_all(const rd_args *args, rd_store *s, uint32_t *ret_differ, rd_buf *out,
                         rd_err *err)
{
	const int64_t *firms;
	rebuilding r;
	uint32_t n;

	begin(args, &r);
	*ret_differ = 0;
	RD_TRY(rd_data_firms(args, s, O_FIRM, &firms, &n, err));
	for (uint32_t i = 0; i < n; i++) {
		rd_arena *a = rd_arena_new();
		rd_rc rc = rd_store_write(s, firms[i], a, rebuild, &r, err);

		rd_arena_free(a);
		if (rc != RD_OK && !(r.check && r.done && rc == RD_BARRED))
			return rc;
		say(&r, firms[i], args->lang, out);
		*ret_differ += r.n_differ;
	}
	return RD_OK;
}

static int run(const rd_args *args)
{
	uint32_t differ = 0;
	rd_store *s;
	rd_err err;
	rd_buf out;
	int code;

	if (rd_data_open(args, &s, &err) != RD_OK)
		return rd_fail_with(&err, args->lang);
	rd_buf_init(&out, (size_t)64 << 20);
	code = rebuild_all(args, s, &differ, &out, &err) == RD_OK ? rd_print(&out, args->lang)
	                                                          : rd_fail_with(&err, args->lang);
	rd_buf_done(&out);
	rd_store_close(s);
	return code == RD_EXIT_CLEAN && differ ? RD_EXIT_FINDINGS : code;
}

const rd_subcommand rd_subcommand_rebuild = {
	.name = "rebuild",
	.summary = {"按事件日志重建各记录表", "make the tables of records anew from the log"},
	.about =
		{"按事件日志重建各记录表，并说明哪些表与原来不同；每家机构一个事务。--check 只比较，不改动。退出"
         "码：0 全部一致，1 有不同，2 无法进行。内容已依规删除的记录不能重建。",
         "Makes the tables of records anew from the event log, and says which of them came out "
         "different; one transaction a firm. --check only compares. Exit code: 0 all equal, 1 "
         "some differed, 2 could not run. Records whose payloads were erased cannot be made "
         "anew."},
	.options = options,
	.examples = examples,
	.run = run,
};
