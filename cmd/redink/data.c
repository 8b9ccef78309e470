#include "data.h"
#include "store/checkpoint.h"
#include <stdio.h>
#include <sys/stat.h>

rd_store_config rd_data_config(const rd_args *args)
{
	const char *data = rd_args_text(args, RD_O_DATA), *folder = rd_args_text(args, RD_O_FOLDER);
	rd_store_config config = {
		.url = rd_str_of(data ? data : "redink-data"),
		.folder = rd_str_of(folder ? folder : ""),
	};

	config.origin = rd_store_origin(config.folder.len ? config.folder : config.url, args->arena);
	if (config.origin.len == 0)
		config.origin = RD_STR("localhost");
	return config;
}

rd_rc rd_data_is_there(const rd_store_config *config, rd_err *err)
{
	char path[1400];
	struct stat st;

	(void)snprintf(path, sizeof path, "%s/redink.db", config->url.ptr);
	if (rd_str_has(config->url, "://") || stat(path, &st) == 0)
		return RD_OK;
	(void)rd_fail(err, RD_USAGE, "这里没有 Redink 的数据；请用 --data 给出数据文件夹",
	              "there is no data of Redink here; name the data folder with --data");
	return rd_err_at(err, config->url.ptr, 0);
}

rd_rc rd_data_open_as(const rd_args *args, const char *origin, rd_store **ret_store, rd_err *err)
{
	rd_store_config config = rd_data_config(args);

	if (origin)
		config.origin = rd_str_of(origin);
	RD_TRY(rd_data_is_there(&config, err));
	return rd_store_open(&config, ret_store, err);
}

rd_rc rd_data_open(const rd_args *args, rd_store **ret_store, rd_err *err)
{
	return rd_data_open_as(args, NULL, ret_store, err);
}

rd_rc rd_data_firms(const rd_args *args, rd_store *s, int o_firm, const int64_t **ret_ids,
                    uint32_t *ret_n, rd_err *err)
{
	int64_t one = rd_args_number(args, o_firm, 0);
	const int64_t *ids = NULL;
	uint32_t n = 0;

	RD_TRY(rd_store_firms(s, args->arena, &ids, &n, err));
	for (uint32_t i = 0; one && i < n; i++)
		if (ids[i] == one) {
			ids += i;
			n = 1;
			one = 0;
		}
	if (one)
		return rd_fail(err, RD_NOT_FOUND, "没有机构 %jd；redink key 列出各机构",
		               "there is no firm %jd; redink key lists them", (intmax_t)one);
	*ret_ids = ids;
	*ret_n = n;
	return RD_OK;
}
