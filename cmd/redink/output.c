#include "output.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* The unfinished file, for the case that somebody presses Ctrl-C while it is written. */
static char unfinished[PATH_MAX];

static void take_away(int sig)
{
	if (unfinished[0])
		unlink(unfinished);
	signal(sig, SIG_DFL);
	raise(sig);
}

static rd_rc no_write(const char *path, int cause, rd_err *err)
{
	rd_fail_os(err, cause, "写不进去，原有文件没有改动", "cannot write, the old file is as it was");
	return rd_err_at(err, path, 0);
}

static bool is_plain(const char *path, mode_t *ret_mode)
{
	struct stat st;
	mode_t mask;

	if (stat(path, &st) == 0) {
		*ret_mode = st.st_mode & 0777;
		return S_ISREG(st.st_mode);
	}
	mask = umask(0);
	umask(mask);
	*ret_mode = 0666 & ~mask;
	return true;
}

/* A link is followed, so that the file it leads to is replaced and not the link. */
static const char *resolve(rd_arena *arena, const char *path)
{
	char *real = realpath(path, NULL);
	const char *kept = real ? rd_arena_copy(arena, real, strlen(real)) : path;

	free(real);
	return kept;
}

rd_rc rd_output_open(rd_output *o, rd_arena *arena, const char *path, rd_err *err)
{
	mode_t mode;

	*o = (rd_output){.fd = STDOUT_FILENO};
	if (path == NULL || strcmp(path, "-") == 0)
		return RD_OK;
	o->path = resolve(arena, path);
	if (!is_plain(o->path, &mode)) {
		o->fd = open(o->path, O_WRONLY | O_CLOEXEC);
		return o->fd < 0 ? no_write(path, errno, err) : RD_OK;
	}
	size_t n = strlen(o->path) + 32;

	o->temp = RD_NEW_N(arena, char, n);
	snprintf(o->temp, n, "%s.redink-XXXXXX", o->path);
	o->fd = mkostemp(o->temp, O_CLOEXEC);
	if (o->fd < 0)
		return no_write(path, errno, err);
	if (fchmod(o->fd, mode) != 0) {
		int cause = errno;

		close(o->fd);
		unlink(o->temp);
		return no_write(path, cause, err);
	}
	if (n < sizeof unfinished)
		memcpy(unfinished, o->temp, strlen(o->temp) + 1);
	signal(SIGINT, take_away);
	signal(SIGTERM, take_away);
	signal(SIGHUP, take_away);
	return RD_OK;
}

bool rd_output_sink(void *ctx, const char *data, size_t size)
{
	rd_output *o = ctx;

	while (size > 0) {
		ssize_t n = write(o->fd, data, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			o->failed_errno = n < 0 ? errno : EIO;
			return false;
		}
		data += n;
		size -= (size_t)n;
	}
	return true;
}

rd_rc rd_output_close(rd_output *o, bool good, rd_err *err)
{
	int cause = o->failed_errno ? o->failed_errno : EIO;

	if (o->path == NULL)
		return good ? RD_OK
		            : rd_fail_os(err, cause, "写不到标准输出", "cannot write to standard output");
	if (good && o->temp && fsync(o->fd) != 0 && errno != EINVAL) {
		cause = errno;
		good = false;
	}
	if (close(o->fd) != 0 && good) {
		cause = errno;
		good = false;
	}
	if (good && o->temp && rename(o->temp, o->path) != 0) {
		cause = errno;
		good = false;
	}
	if (!good && o->temp)
		unlink(o->temp);
	unfinished[0] = '\0';
	return good ? RD_OK : no_write(o->path, cause, err);
}

rd_rc rd_output_text(rd_str text, rd_err *err)
{
	rd_output o = {.fd = STDOUT_FILENO};
	bool good = rd_output_sink(&o, text.ptr, text.len);

	return rd_output_close(&o, good, err);
}

rd_rc rd_input_read(rd_arena *arena, const char *path, size_t max, rd_str *ret, rd_err *err)
{
	FILE *f = fopen(path, "rbe");
	char piece[16384];
	size_t n;
	rd_buf all;
	rd_rc rc = RD_OK;

	if (f == NULL) {
		rd_fail_os(err, errno, "打不开", "cannot open");
		return rd_err_at(err, path, 0);
	}
	rd_buf_init(&all, max);
	while (!all.full && (n = fread(piece, 1, sizeof piece, f)) > 0)
		rd_buf_add(&all, piece, n);
	if (ferror(f))
		rc = rd_fail_os(err, errno, "读取失败", "cannot read");
	else if (all.full)
		rc = rd_fail(err, RD_LIMIT, "文件超过 %zu 字节的上限",
		             "the file is larger than the limit of %zu bytes", max);
	else
		*ret =
			(rd_str){rd_arena_copy(arena, all.data ? all.data : "", all.size), (uint32_t)all.size};
	rd_buf_done(&all);
	fclose(f);
	return rc == RD_OK ? RD_OK : rd_err_at(err, path, 0);
}
