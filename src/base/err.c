#include "base/err.h"
#include "base/assert.h"
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *name;
	int http;
} codes[RD_RC_COUNT] = {
#define RD_ERR(code, http, meaning) [RD_##code] = {#code, http},
#include "base/err.def"
#undef RD_ERR
};

/* A message cut at the buffer's end must not end inside a UTF-8 character. */
static void trim_utf8(char *s)
{
	size_t n = strlen(s), i = n;

	while (i > 0 && n - i < 4 && ((unsigned char)s[i - 1] & 0xC0) == 0x80)
		i--;
	if (i == 0)
		return;
	unsigned char lead = (unsigned char)s[i - 1];
	size_t want = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
	if (n - (i - 1) < want)
		s[i - 1] = '\0';
}

rd_rc rd_fail(rd_err *err, rd_rc code, const char *zh, const char *en, ...)
{
	va_list ap, bp;

	RD_ASSERT(code != RD_OK);
	memset(err, 0, sizeof *err);
	err->code = code;
	va_start(ap, en);
	va_copy(bp, ap);
	vsnprintf(err->en, sizeof err->en, en, ap);
	va_end(ap);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	vsnprintf(err->zh, sizeof err->zh, zh, bp);
#pragma GCC diagnostic pop
	va_end(bp);
	trim_utf8(err->zh);
	trim_utf8(err->en);
	return code;
}

rd_rc rd_fail_words(rd_err *err, rd_rc code, rd_words words)
{
	RD_ASSERT(code != RD_OK);
	memset(err, 0, sizeof *err);
	err->code = code;
	snprintf(err->zh, sizeof err->zh, "%s", words.zh);
	snprintf(err->en, sizeof err->en, "%s", words.en);
	trim_utf8(err->zh);
	trim_utf8(err->en);
	return code;
}

/* The causes that people meet; others keep the system's own words. */
static rd_words os_words(int cause)
{
	switch (cause) {
	case ENOENT: return (rd_words){"没有这个文件或文件夹", "no such file or folder"};
	case EACCES:
	case EPERM: return (rd_words){"没有权限", "permission denied"};
	case EISDIR: return (rd_words){"这是文件夹,不是文件", "it is a folder, not a file"};
	case ENOTDIR: return (rd_words){"路径中有一段不是文件夹", "a part of the path is no folder"};
	case ENOSPC:
	case EDQUOT: return (rd_words){"磁盘已满", "the disk is full"};
	case EROFS: return (rd_words){"磁盘是只读的", "the disk is read-only"};
	case EMFILE:
	case ENFILE: return (rd_words){"打开的文件太多", "too many open files"};
	case EPIPE: return (rd_words){"接收方已关闭", "the receiver has closed"};
	case EIO: return (rd_words){"磁盘读写出错", "the disk failed"};
	default: return (rd_words){strerror(cause), strerror(cause)};
	}
}

rd_rc rd_fail_os(rd_err *err, int cause, const char *zh, const char *en)
{
	rd_words why = os_words(cause);

	memset(err, 0, sizeof *err);
	err->code = cause == ENOENT ? RD_NOT_FOUND : RD_IO;
	snprintf(err->zh, sizeof err->zh, "%s:%s", zh, why.zh);
	snprintf(err->en, sizeof err->en, "%s: %s", en, why.en);
	trim_utf8(err->zh);
	trim_utf8(err->en);
	return err->code;
}

rd_rc rd_err_at(rd_err *err, const char *file, uint32_t line)
{
	if (err->file[0] == '\0' && file != NULL) {
		size_t n = strlen(file), max = sizeof err->file - 1;

		if (n > max)
			file += n - max;
		while (((unsigned char)*file & 0xC0) == 0x80)
			file++;
		snprintf(err->file, sizeof err->file, "%s", file);
	}
	if (err->line == 0)
		err->line = line;
	return err->code;
}

const char *rd_rc_name(rd_rc rc)
{
	RD_ASSERT(rc < RD_RC_COUNT);
	return codes[rc].name;
}

int rd_rc_http(rd_rc rc)
{
	RD_ASSERT(rc < RD_RC_COUNT);
	return codes[rc].http;
}

_Noreturn void rd_panic(const char *file, int line, const char *what)
{
	fprintf(stderr, "redink: internal error at %s:%d: %s\n", file, line, what);
	abort();
}
