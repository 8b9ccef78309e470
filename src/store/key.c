#include "store/key.h"
#include "store/files.h"
#include "store/store_impl.h"
#include <sodium.h>
#include <stdio.h>

#define PATH_BYTES 1100

static rd_rc load_or_make(const char *path, rd_arena *a, rd_str *ret, mode_t *ret_mode, rd_err *err)
{
	uint8_t fresh[RD_KEY_BYTES];
	rd_rc rc = rd_file_load(path, 2 * RD_KEY_BYTES, a, ret, ret_mode, err);

	if (rc != RD_NOT_FOUND)
		return rc;
	randombytes_buf(fresh, sizeof fresh);
	rc = rd_file_save(path, (rd_str){(const char *)fresh, sizeof fresh}, 0400, true, err);
	sodium_memzero(fresh, sizeof fresh);
	if (rc == RD_OK || rc == RD_CONFLICT)
		rc = rd_file_load(path, 2 * RD_KEY_BYTES, a, ret, ret_mode, err);
	return rc;
}

static rd_rc load_key(const char *path, rd_arena *a, uint8_t ret_key[RD_KEY_BYTES], rd_err *err)
{
	rd_str bytes = {0};
	mode_t mode = 0;
	rd_rc rc = RD_OK;

	RD_TRY(load_or_make(path, a, &bytes, &mode, err));
	if (mode & 077)
		rc = rd_fail(err, RD_FORBIDDEN, "密钥可被他人读取；请执行 chmod 400 %s",
		             "others can read the key: chmod 400 %s", path);
	else if (bytes.len != RD_KEY_BYTES)
		rc = rd_fail(err, RD_CORRUPT, "密钥文件应为 32 字节；请从备份恢复 %s",
		             "the key should be 32 bytes; restore %s from a backup", path);
	else
		memcpy(ret_key, bytes.ptr, RD_KEY_BYTES);
	sodium_memzero((char *)(uintptr_t)bytes.ptr, bytes.len);
	return rc;
}

rd_rc rd_store_key(const rd_store *s, const char *name, uint8_t ret_key[RD_KEY_BYTES], rd_err *err)
{
	char path[PATH_BYTES];

	if (s->config.folder.len == 0)
		return rd_fail(err, RD_USAGE, "没有存放密钥 %s 的文件夹；请在设置中给出",
		               "there is no folder for the key %s; name one in the settings", name);
	(void)snprintf(path, sizeof path, RD_STR_FMT "/%s", RD_STR_ARG(s->config.folder), name);
	rd_arena *a = rd_arena_new();
	rd_rc rc = load_key(path, a, ret_key, err);

	rd_arena_free(a);
	return rc;
}
