#include "store/second.h"
#include "store/files.h"
#include "trail/checkpoint.h"
#include <stdio.h>

#define PATH_BYTES 1100

/* A file is there: it is the same, or somebody signed another history. */
static rd_rc compare(const char *path, rd_str note, rd_err *err)
{
	rd_arena *a = rd_arena_new();
	rd_str have = {"", 0};
	rd_rc rc = rd_file_load(path, RD_NOTE_BYTES_MAX, a, &have, NULL, err);

	if (rc == RD_OK && !rd_str_eq(have, note)) {
		(void)rd_fail(err, RD_CORRUPT,
		              "机外已有同样长度但内容不同的检查点：日志有两个版本；请停止服务并查明原因",
		              "there is another checkpoint of the same size already: the log has two "
		              "histories; stop the server and find out why");
		rc = rd_err_at(err, path, 0);
	}
	rd_arena_free(a);
	return rc;
}

rd_rc rd_second_keep(const char *folder, int64_t firm_id, int64_t size, rd_str note, rd_err *err)
{
	char path[PATH_BYTES];
	int n = snprintf(path, sizeof path, "%s/%jd", folder, (intmax_t)firm_id);

	if (n >= (int)sizeof path - 24)
		return rd_fail(err, RD_USAGE, "检查点文件夹的路径过长",
		               "the path of the folder of checkpoints is too long");
	RD_TRY(rd_folder_make(path, err));
	(void)snprintf(path + n, sizeof path - (size_t)n, "/%jd", (intmax_t)size);
	rd_rc rc = rd_file_save(path, note, 0400, true, err);

	return rc == RD_CONFLICT ? compare(path, note, err) : rc;
}
