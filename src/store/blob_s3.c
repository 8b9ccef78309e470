#include "store/blob_s3.h"
#include "base/buf.h"
#include "store/files.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define KEY_BYTES 400

static rd_str key_of(const rd_blob_s3 *at, const char *key, char out[KEY_BYTES])
{
	int n = snprintf(out, KEY_BYTES, "%.200s%s", at->prefix, key);

	return (rd_str){out, (uint32_t)n};
}

static rd_rc put_mapped(const rd_blob_s3 *at, const char *key, int fd, rd_err *err)
{
	char name[KEY_BYTES];
	struct stat st;

	if (fstat(fd, &st) != 0)
		return rd_fail_os(err, errno, "读不了附件文件", "the file of the blob cannot be read");
	if ((uint64_t)st.st_size > RD_BLOB_S3_MAX)
		return rd_fail(err, RD_LIMIT, "压缩后仍大于对象存储的上限 %ju 字节",
		               "compressed, it is still larger than the %ju bytes of an object",
		               (uintmax_t)RD_BLOB_S3_MAX);
	size_t size = (size_t)st.st_size;
	void *data = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0); /* zstd files are never empty */

	if (data == MAP_FAILED)
		return rd_fail_os(err, errno, "读不了附件文件", "the file of the blob cannot be read");
	rd_rc rc = rd_s3_put(at->s3, key_of(at, key, name), (rd_str){data, (uint32_t)size}, true, err);

	(void)munmap(data, size);
	/* It is there: the name is the hash of the content. */
	return rc == RD_CONFLICT ? RD_OK : rc;
}

static rd_rc s3_put(void *ctx, const char *key, const char *path, int fd, rd_err *err)
{
	rd_rc rc = put_mapped(ctx, key, fd, err);

	(void)close(fd);
	(void)unlink(path);
	return rc;
}

static rd_rc s3_get(void *ctx, const char *key, int *ret_fd, rd_err *err)
{
	const rd_blob_s3 *at = ctx;
	char name[KEY_BYTES];
	rd_buf data;

	RD_TRY(rd_s3_get(at->s3, key_of(at, key, name), RD_BLOB_S3_MAX, &data, err));
	int fd = open(at->folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	rd_rc rc = fd < 0 ? rd_fail_os(err, errno, "建不了临时文件", "no temporary file can be made")
	                  : rd_fd_write(fd, data.data, data.size, err);

	rd_buf_done(&data);
	if (rc == RD_OK && lseek(fd, 0, SEEK_SET) != 0)
		rc = rd_fail_os(err, errno, "读不了临时文件", "the temporary file cannot be read");
	if (rc == RD_OK)
		*ret_fd = fd;
	else if (fd >= 0)
		(void)close(fd);
	return rc;
}

static rd_rc s3_remove(void *ctx, const char *key, rd_err *err)
{
	const rd_blob_s3 *at = ctx;
	char name[KEY_BYTES];

	return rd_s3_delete(at->s3, key_of(at, key, name), err);
}

rd_blob_place rd_blob_in_s3(rd_blob_s3 *at)
{
	return (rd_blob_place){s3_put, s3_get, s3_remove, at};
}
