#include "data.h"
#include "store/checkpoint.h"
#include "store/heads.h"
#include <stdio.h>

/* The public keys of the logs, for auditors. */

enum { O_FIRM = RD_O_DATA_END, O_ORIGIN, O_ALL };
static const rd_opt options[] = {
	RD_OPTIONS_OF_DATA,
	[O_FIRM] = RD_OPTION_FIRM,
	[O_ORIGIN] = {.name = "origin",
                  .kind = RD_OPT_TEXT,
                  .arg = "NAME",
                  .help = {"日志名称的前半，如 desk.example.cn；不给则用签名时用过的",
                           "the first part of the names of the logs, such as desk.example.cn; "
                           "without it the one that was used for signing"}},
	[O_ALL] = {.name = "all",
               .letter = 'a',
               .kind = RD_OPT_FLAG,
               .help = {"也打印以前的公钥：恢复或导入之前用它们签过",
                        "earlier keys, too: they signed before a restore or an import"}},
	{0},
};

static const rd_example_line examples[] = {
	{"redink key --data /var/lib/redink", {"每家机构一行，交给审计人员", "a line a firm"}},
	{0},
};

static rd_rc list(const rd_args *args, rd_store *s, rd_buf *out, rd_err *err)
{
	const int64_t *firms;
	uint32_t n;
	bool heads = false;

	RD_TRY(rd_data_firms(args, s, O_FIRM, &firms, &n, err));
	RD_TRY(rd_heads_there(s, &heads, err));
	for (uint32_t i = 0; i < n + heads; i++) {
		const rd_vkey *keys;
		uint32_t n_keys;
		int64_t firm = i < n ? firms[i] : RD_HEADS_FIRM;

		RD_TRY(rd_store_vkeys(s, firm, args->arena, &keys, &n_keys, err));
		for (uint32_t k = 0; k < (rd_args_has(args, O_ALL) ? n_keys : 1); k++) {
			rd_vkey_format(&keys[k], out);
			rd_buf_char(out, '\n');
		}
	}
	return RD_OK;
}

static int run(const rd_args *args)
{
	const char *origin = rd_args_text(args, O_ORIGIN);
	rd_store *s;
	rd_err err;
	rd_buf out;
	int code;

	if (rd_data_open_as(args, origin, &s, &err) != RD_OK)
		return rd_fail_with(&err, args->lang);
	rd_buf_init(&out, (size_t)64 << 20);
	code = list(args, s, &out, &err) == RD_OK ? rd_print(&out, args->lang)
	                                          : rd_fail_with(&err, args->lang);
	rd_buf_done(&out);
	rd_store_close(s);
	return code;
}

const rd_subcommand rd_subcommand_key = {
	.name = "key",
	.summary = {"打印核对日志签名的公钥", "print the public keys that logs are verified with"},
	.about =
		{"每家机构打印一行公钥（日志名称+编号+公钥），供 redink verify --key 使用。请当面或经另一条渠道"
         "交给审计人员。",
         "Prints a line a firm: name of the log, id and public key, for redink verify --key. "
         "Hand it to auditors in person or on another way than the data."},
	.options = options,
	.examples = examples,
	.run = run,
};
