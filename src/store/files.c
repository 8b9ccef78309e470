#include "store/files.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <sodium.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_BYTES 1200

static rd_rc refused(const char *path, const char *zh, const char *en, rd_err *err)
{
	(void)rd_fail_os(err, errno, zh, en);
	return rd_err_at(err, path, 0);
}

rd_rc rd_folder_make(const char *path, rd_err *err)
{
	char part[PATH_BYTES];
	int n = snprintf(part, sizeof part, "%s", path);

	if (n >= (int)sizeof part)
		return rd_fail(err, RD_LIMIT, "路径过长", "the path is too long");
	for (char *at = part + 1; at <= part + n; at++) {
		if (*at != '/' && *at != '\0')
			continue;
		char was = *at;

		*at = '\0';
		if (mkdir(part, 0700) != 0 && errno != EEXIST)
			return refused(part, "建不了文件夹", "the folder cannot be made", err);
		*at = was;
	}
	return RD_OK;
}

rd_rc rd_folder_must_be_empty(const char *path, rd_err *err)
{
	DIR *d = opendir(path);
	uint32_t n = 0;

	if (d == NULL && errno == ENOENT)
		return RD_OK; /* made later */
	if (d == NULL)
		return refused(path, "打不开文件夹", "the folder cannot be opened", err);
	for (const struct dirent *e; (e = readdir(d)) != NULL;)
		n += strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0;
	(void)closedir(d);
	if (n == 0)
		return RD_OK;
	(void)rd_fail(err, RD_CONFLICT, "文件夹不是空的；请换一个空文件夹",
	              "the folder is not empty; name an empty one");
	return rd_err_at(err, path, 0);
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	(void)st;
	(void)kind;
	if (at->level)
		(void)remove(path); /* what stays makes its folder stay */
	return 0;
}

void rd_folder_clear(const char *path)
{
	(void)nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static rd_rc move_up(const char *from, const char *name, rd_err *err)
{
	char old[PATH_BYTES + 260], new[PATH_BYTES + 260];
	int parent = (int)(strrchr(from, '/') - from);

	(void)snprintf(old, sizeof old, "%s/%s", from, name);
	(void)snprintf(new, sizeof new, "%.*s/%s", parent, from, name);
	return rename(old, new) == 0 ? RD_OK
	                             : refused(new, "文件改不了名", "the file cannot be renamed", err);
}

/* A new name in a folder is only kept when the folder is on disk, too. */
static rd_rc sync_folder_of(const char *path, rd_err *err)
{
	char folder[PATH_BYTES];
	const char *slash = strrchr(path, '/');
	int n = snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - path) : 1,
	                 slash ? path : ".");
	int fd = n > 0 ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;

	if (fd < 0)
		return refused(folder, "打不开文件夹", "the folder cannot be opened", err);
	int rc = fsync(fd);
	int cause = errno;

	(void)close(fd);
	errno = cause;
	return rc == 0 ? RD_OK
	               : refused(folder, "文件夹写不到磁盘", "the folder cannot be put on disk", err);
}

rd_rc rd_folder_raise(const char *from, const char *last, rd_err *err)
{
	DIR *d = opendir(from);
	rd_rc rc = d ? RD_OK : refused(from, "打不开文件夹", "the folder cannot be opened", err);

	for (const struct dirent *e; rc == RD_OK && (e = readdir(d)) != NULL;)
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0 &&
		    strcmp(e->d_name, last) != 0)
			rc = move_up(from, e->d_name, err);
	if (d)
		(void)closedir(d);
	/* All else is there for good before what tells that it is. */
	if (rc == RD_OK)
		rc = sync_folder_of(from, err);
	if (rc == RD_OK)
		rc = move_up(from, last, err);
	if (rc == RD_OK)
		rc = sync_folder_of(from, err);
	if (rc == RD_OK)
		(void)rmdir(from);
	return rc;
}

rd_rc rd_fd_write(int fd, const void *data, size_t size, rd_err *err)
{
	const char *p = data;

	while (size) {
		ssize_t n = write(fd, p, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return rd_fail_os(err, n < 0 ? errno : ENOSPC, "写不了文件",
			                  "the file cannot be written");
		p += n;
		size -= (size_t)n;
	}
	return RD_OK;
}

rd_rc rd_file_settle(int fd, const char *temp, const char *path, rd_err *err)
{
	rd_rc rc = RD_OK;

	if (fsync(fd) != 0)
		rc = refused(path, "文件写不到磁盘", "the file cannot be put on disk", err);
	if (close(fd) != 0 && rc == RD_OK)
		rc = refused(path, "文件写不到磁盘", "the file cannot be put on disk", err);
	if (rc == RD_OK && rename(temp, path) != 0)
		rc = refused(path, "文件改不了名", "the file cannot be renamed", err);
	if (rc != RD_OK) {
		(void)unlink(temp);
		return rc;
	}
	return sync_folder_of(path, err);
}

/* link(2) does what rename(2) does not: it fails when the name is taken. */
static rd_rc settle_new(int fd, const char *temp, const char *path, rd_err *err)
{
	rd_rc rc = RD_OK;

	if (fsync(fd) != 0)
		rc = refused(path, "文件写不到磁盘", "the file cannot be put on disk", err);
	(void)close(fd);
	if (rc == RD_OK && link(temp, path) != 0)
		rc = errno == EEXIST ? rd_fail(err, RD_CONFLICT, "文件已存在", "the file exists already")
		                     : refused(path, "文件改不了名", "the file cannot be named", err);
	(void)unlink(temp);
	return rc == RD_OK ? sync_folder_of(path, err) : rc;
}

rd_rc rd_file_save(const char *path, rd_str data, mode_t mode, bool only_new, rd_err *err)
{
	char temp[PATH_BYTES + 16];

	(void)snprintf(temp, sizeof temp, "%s.%08x.new", path, randombytes_random());
	(void)unlink(temp);
	int fd = open(temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);

	if (fd < 0)
		return refused(temp, "建不了文件", "the file cannot be made", err);
	rd_rc rc = rd_fd_write(fd, data.ptr, data.len, err);

	if (rc != RD_OK) {
		(void)close(fd);
		(void)unlink(temp);
		return rd_err_at(err, path, 0);
	}
	return only_new ? settle_new(fd, temp, path, err) : rd_file_settle(fd, temp, path, err);
}

rd_rc rd_file_load(const char *path, uint32_t max, rd_arena *a, rd_str *ret, mode_t *ret_mode,
                   rd_err *err)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &st) != 0) {
		rd_rc rc = refused(path, "打不开文件", "the file cannot be opened", err);

		if (fd >= 0)
			(void)close(fd);
		return rc;
	}
	char *data = rd_arena_alloc(a, (size_t)max + 1, 1);
	size_t have = 0;
	ssize_t n = 1;

	while (n > 0 && have <= max) {
		n = read(fd, data + have, max + 1 - have);
		if (n < 0 && errno == EINTR)
			n = 1;
		else if (n > 0)
			have += (size_t)n;
	}
	int cause = errno;

	(void)close(fd);
	errno = cause;
	if (n < 0)
		return refused(path, "读不了文件", "the file cannot be read", err);
	if (have > max)
		return rd_fail(err, RD_LIMIT, "文件大于 %u 字节", "the file has more than %u bytes", max);
	*ret = (rd_str){data, (uint32_t)have};
	if (ret_mode)
		*ret_mode = st.st_mode;
	return RD_OK;
}

rd_rc rd_fd_copy(int from, int to, rd_err *err)
{
	char block[65536];

	for (;;) {
		ssize_t n = read(from, block, sizeof block);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return rd_fail_os(err, errno, "读不了文件", "the file cannot be read");
		if (n == 0)
			return RD_OK;
		RD_TRY(rd_fd_write(to, block, (size_t)n, err));
	}
}

rd_rc rd_file_copy(const char *from, const char *to, rd_err *err)
{
	char temp[PATH_BYTES + 16];
	int in = open(from, O_RDONLY | O_CLOEXEC);

	if (in < 0)
		return refused(from, "打不开文件", "the file cannot be opened", err);
	(void)snprintf(temp, sizeof temp, "%s.%08x.new", to, randombytes_random());
	int out = open(temp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	rd_rc rc = out < 0 ? refused(temp, "建不了文件", "the file cannot be made", err)
	                   : rd_fd_copy(in, out, err);

	(void)close(in);
	if (rc == RD_OK)
		return rd_file_settle(out, temp, to, err);
	if (out >= 0) {
		(void)close(out);
		(void)unlink(temp);
	}
	return rd_err_at(err, to, 0);
}
