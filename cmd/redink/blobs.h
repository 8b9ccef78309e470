/*
 * blobs.h - what `serve` and `worker` share: options for blobs in an S3-speaking store and for the
 * second folder of checkpoints.
 */
#ifndef RD_CMD_BLOBS_H
#define RD_CMD_BLOBS_H
#include "net/s3.h"
#include "options.h"
#include "store/store.h"

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

/* Puts the blobs of the store where the options say, after a look whether it answers; without a
 * URL nothing happens. *ret_s3 is closed after the store, also when this fails. */
RD_NODISCARD rd_rc rd_blobs_open(const rd_args *args, const rd_blobs_options *options, rd_store *s,
                                 rd_s3 **ret_s3, rd_err *err);
#endif
