/*
 * blobs.h - options for blobs in an S3-speaking store, of all subcommands that read or write
 * blobs, and for the second folder of checkpoints.
 */
#ifndef RD_CMD_BLOBS_H
#define RD_CMD_BLOBS_H
#include "net/s3.h"
#include "options.h"
#include "service.h"
#include "store/blob.h"

#define RD_BLOBS_ZH                                                                                \
	"附件放在对象存储：s3://桶/前缀?endpoint=https://主机&region=区域；"          \
	"密钥在环境变量 REDINK_S3_ACCESS_KEY 和 REDINK_S3_SECRET_KEY 中"
#define RD_BLOBS_EN                                                                                \
	"keep files in an object store: s3://bucket/prefix?endpoint=https://host&region=name; keys "   \
	"in the variables REDINK_S3_ACCESS_KEY and REDINK_S3_SECRET_KEY"
#define RD_BLOBS_KEY_ZH      "或者在此文件中（权限 0400）：第一行访问密钥，第二行私有密钥"
#define RD_BLOBS_KEY_EN      "or in this file (mode 0400): first line access key, second line secret key"
#define RD_CHECKPOINTS_TO_ZH "日志的签名检查点另存到此文件夹，应在另一台机器上"
#define RD_CHECKPOINTS_TO_EN                                                                       \
	"signed checkpoints of the log go to this folder, too: one on another machine"

/* For the tables of options. */
#define RD_OPTION_BLOBS                                                                            \
	{                                                                                              \
		.name = "blobs", .kind = RD_OPT_TEXT, .arg = "URL", .help = { RD_BLOBS_ZH, RD_BLOBS_EN }   \
	}
#define RD_OPTION_BLOBS_KEY                                                                        \
	{                                                                                              \
		.name = "blobs-key", .kind = RD_OPT_FILE, .arg = "FILE", .help = {                         \
			RD_BLOBS_KEY_ZH,                                                                       \
			RD_BLOBS_KEY_EN                                                                        \
		}                                                                                          \
	}
#define RD_OPTION_CHECKPOINTS_TO                                                                   \
	{                                                                                              \
		.name = "checkpoints-to", .kind = RD_OPT_FILE, .arg = "DIR", .help = {                     \
			RD_CHECKPOINTS_TO_ZH,                                                                  \
			RD_CHECKPOINTS_TO_EN                                                                   \
		}                                                                                          \
	}

typedef struct rd_blobs_options {
	const char *url, *key_file; /* NULL = not given */
	bool private_too;           /* addresses of the own network, and http:// */
} rd_blobs_options;

/* For commands that are no servers: three options in a row, behind the one before `first`. */
#define RD_OPTIONS_OF_BLOBS RD_OPTION_BLOBS, RD_OPTION_BLOBS_KEY, RD_OPTION_OUTBOUND_PRIVATE
rd_blobs_options rd_blobs_said(const rd_args *args, int first);

/* Where the options say, after a look whether it answers; the URL is given. What is read lies in
 * `folder` meanwhile, which lives as long. *ret_s3 is closed by the caller, also when this
 * fails. */
RD_NODISCARD rd_rc rd_blobs_place(const rd_args *args, const rd_blobs_options *options,
                                  const char *folder, rd_s3 **ret_s3, rd_blob_place *ret_place,
                                  rd_err *err);
/* rd_data_open and rd_blobs_open; when it fails nothing is open. *ret_s3 may be NULL. */
RD_NODISCARD rd_rc rd_blobs_data_open(const rd_args *args, int first, rd_store **ret_store,
                                      rd_s3 **ret_s3, rd_err *err);
/* Puts the blobs of the store where the options say, after a look whether it answers; without a
 * URL nothing happens. *ret_s3 is closed after the store, also when this fails. */
RD_NODISCARD rd_rc rd_blobs_open(const rd_args *args, const rd_blobs_options *options, rd_store *s,
                                 rd_s3 **ret_s3, rd_err *err);
#endif
