#include "blobs.h"
#include "data.h"
#include "store/blob_s3.h"
#include "store/s3_place.h"
#include <stdlib.h>

#define ACCESS_VARIABLE "REDINK_S3_ACCESS_KEY"
#define SECRET_VARIABLE "REDINK_S3_SECRET_KEY"

static rd_rc find_keys(const char *file, rd_arena *a, rd_s3_keys *ret, rd_err *err)
{
	if (file)
		return rd_s3_keys_load(file, a, ret, err);
	*ret = (rd_s3_keys){getenv(ACCESS_VARIABLE), getenv(SECRET_VARIABLE)};
	if (ret->access == NULL || ret->secret == NULL)
		return rd_fail(err, RD_USAGE,
		               "缺少对象存储的密钥：请设置 " ACCESS_VARIABLE " 和 " SECRET_VARIABLE
		               "，或用 --blobs-key 给出文件",
		               "there are no keys for the object store: set " ACCESS_VARIABLE
		               " and " SECRET_VARIABLE ", or name a file with --blobs-key");
	return RD_OK;
}

rd_rc rd_blobs_place(const rd_args *args, const rd_blobs_options *options, const char *folder,
                     rd_s3 **ret_s3, rd_blob_place *ret_place, rd_err *err)
{
	rd_arena *a = args->arena;
	rd_s3_place at;
	rd_s3_keys keys;
	rd_s3_page page;

	RD_TRY(rd_s3_place_parse(rd_str_of(options->url), a, &at, err));
	RD_TRY(find_keys(options->key_file, a, &keys, err));
	RD_TRY(rd_s3_open(&(rd_s3_settings){.endpoint = at.endpoint,
	                                    .bucket = at.bucket,
	                                    .region = at.region,
	                                    .access_key = keys.access,
	                                    .secret_key = keys.secret},
	                  &(rd_outbound_policy){.allow_private = options->private_too,
	                                        .allow_plain = options->private_too,
	                                        .ca_file = at.ca_file},
	                  ret_s3, err));
	/* A wrong key or bucket is said now, not at the first file that somebody attaches. */
	RD_TRY(rd_s3_list(*ret_s3, rd_str_of(at.prefix), RD_STR(""), 1, a, &page, err));
	rd_blob_s3 *blobs = RD_NEW(a, rd_blob_s3);

	*blobs = (rd_blob_s3){*ret_s3, at.prefix, folder};
	*ret_place = rd_blob_in_s3(blobs);
	return RD_OK;
}

rd_rc rd_blobs_open(const rd_args *args, const rd_blobs_options *options, rd_store *s,
                    rd_s3 **ret_s3, rd_err *err)
{
	rd_blob_place place;

	*ret_s3 = NULL;
	if (options->url == NULL)
		return RD_OK;
	RD_TRY(rd_blobs_place(args, options, rd_store_folder(s), ret_s3, &place, err));
	rd_store_set_blobs(s, &place);
	return RD_OK;
}

rd_blobs_options rd_blobs_said(const rd_args *args, int first)
{
	return (rd_blobs_options){.url = rd_args_text(args, first),
	                          .key_file = rd_args_text(args, first + 1),
	                          .private_too = rd_args_has(args, first + 2)};
}

rd_rc rd_blobs_data_open(const rd_args *args, int first, rd_store **ret_store, rd_s3 **ret_s3,
                         rd_err *err)
{
	rd_blobs_options said = rd_blobs_said(args, first);

	*ret_s3 = NULL;
	RD_TRY(rd_data_open(args, ret_store, err));
	rd_rc rc = rd_blobs_open(args, &said, *ret_store, ret_s3, err);

	if (rc != RD_OK) {
		rd_store_close(*ret_store);
		rd_s3_close(*ret_s3);
	}
	return rc;
}
