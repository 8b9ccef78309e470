#include "io/zip.h"
#include "base/assert.h"
#include "base/limits.h"
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <zip.h>

#define RATIO_FROM (10ull << 20) /* below this size no ratio is suspicious: it fits in memory */

struct rd_zip {
	rd_arena *arena;
	zip_t *zip;
	const char **names; /* sorted, to find duplicates and parts */
	zip_int64_t *index; /* of names[i] in the directory */
	uint32_t n;
	const char *path;
	uint64_t bytes; /* of the package */
};

struct rd_zip_part {
	rd_arena *arena;
	zip_file_t *file;
	const char *name;
	uint64_t packed, unpacked;
};

static int lower(char c)
{
	return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : (unsigned char)c;
}

static int name_cmp(const char *a, const char *b)
{
	while (*a && lower(*a) == lower(*b)) {
		a++;
		b++;
	}
	return lower(*a) - lower(*b);
}

typedef struct entry {
	const char *name;
	zip_int64_t index;
} entry;

static int entry_cmp(const void *a, const void *b)
{
	return name_cmp(((const entry *)a)->name, ((const entry *)b)->name);
}

/* True when a name points outside the package or is one that Windows would read so. */
static bool name_escapes(const char *name)
{
	rd_str s = rd_str_of(name);

	return s.len == 0 || s.ptr[0] == '/' || rd_str_has(s, "\\") || (s.len > 1 && s.ptr[1] == ':') ||
	       rd_str_is(s, "..") || rd_str_starts(s, "../") || rd_str_has(s, "/../") ||
	       rd_str_ends(s, "/..");
}

static rd_rc look_at_entries(rd_zip *z, rd_err *err)
{
	zip_int64_t n = zip_get_num_entries(z->zip, 0);
	entry *e;

	if (n < 0 || n > RD_ZIP_ENTRIES_MAX)
		return rd_fail(err, RD_LIMIT, "压缩包含有超过 %u 个部件，不予读取",
		               "the package holds more than %u parts; it is not read", RD_ZIP_ENTRIES_MAX);
	e = RD_NEW_N(z->arena, entry, (size_t)n + 1);
	z->names = RD_NEW_N(z->arena, const char *, (size_t)n + 1);
	z->index = RD_NEW_N(z->arena, zip_int64_t, (size_t)n + 1);
	for (zip_int64_t i = 0; i < n; i++) {
		zip_stat_t st;

		if (zip_stat_index(z->zip, (zip_uint64_t)i, 0, &st) != 0)
			return rd_fail(err, RD_INPUT, "压缩包目录损坏，请重新导出",
			               "the directory of the package is broken; export the file again");
		if ((st.valid & ZIP_STAT_NAME) == 0 || name_escapes(st.name))
			return rd_fail(err, RD_INPUT, "压缩包中有指向包外的名称，不予读取",
			               "the package has a name that points outside of it; it is not read");
		if ((st.valid & ZIP_STAT_ENCRYPTION_METHOD) && st.encryption_method != ZIP_EM_NONE)
			return rd_fail(err, RD_INPUT, "文件已加密，请去掉密码后另存",
			               "the file is encrypted; save it without a password");
		e[i] = (entry){rd_arena_copy(z->arena, st.name, strlen(st.name)), i};
	}
	qsort(e, (size_t)n, sizeof *e, entry_cmp);
	for (zip_int64_t i = 0; i < n; i++) {
		if (i > 0 && name_cmp(e[i - 1].name, e[i].name) == 0)
			return rd_fail(
				err, RD_INPUT, "压缩包中有两个同名部件（%.80s），内容以哪个为准不能确定，不予读取",
				"the package has two parts named %.80s; which one counts is open, so it is not read",
				e[i].name);
		z->names[i] = e[i].name;
		z->index[i] = e[i].index;
	}
	z->n = (uint32_t)n;
	return RD_OK;
}

static zip_source_t *source_of(const rd_source *s, zip_error_t *why)
{
	if (s->data)
		return zip_source_buffer_create(s->data, s->bytes, 0, why);
	int fd = dup(s->fd);
	FILE *f = fd >= 0 ? fdopen(fd, "rb") : NULL;

	if (f == NULL) {
		if (fd >= 0)
			close(fd);
		zip_error_set(why, ZIP_ER_OPEN, 0);
		return NULL;
	}
	zip_source_t *src = zip_source_filep_create(f, 0, -1, why);
	if (src == NULL)
		fclose(f);
	return src;
}

rd_rc rd_zip_open(const rd_source *s, rd_zip **ret_zip, rd_err *err)
{
	rd_arena *arena = rd_arena_new();
	rd_zip *z = RD_NEW(arena, rd_zip);
	zip_error_t why;
	zip_source_t *src;
	rd_rc rc;

	z->arena = arena;
	z->path = s->path;
	z->bytes = s->bytes;
	zip_error_init(&why);
	src = source_of(s, &why);
	if (src) {
		z->zip = zip_open_from_source(src, ZIP_RDONLY, &why);
		if (z->zip == NULL)
			zip_source_free(src);
	}
	if (z->zip == NULL) {
		rc = rd_fail(err, RD_INPUT, "不是完整的 XLSX/ZIP 文件（%s）；请重新导出",
		             "no complete XLSX/ZIP file (%s); export it again", zip_error_strerror(&why));
	} else {
		rc = look_at_entries(z, err);
	}
	zip_error_fini(&why);
	if (rc != RD_OK) {
		rd_err_at(err, s->path, 0);
		rd_zip_close(z);
		return rc;
	}
	*ret_zip = z;
	return RD_OK;
}

void rd_zip_close(rd_zip *z)
{
	if (z == NULL)
		return;
	if (z->zip)
		zip_discard(z->zip);
	rd_arena_free(z->arena);
}

int64_t rd_zip_find(const rd_zip *z, rd_str name)
{
	char want[1024];
	uint32_t lo = 0, hi = z->n;

	if (name.len >= sizeof want)
		return -1;
	memcpy(want, name.ptr, name.len);
	want[name.len] = '\0';
	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (name_cmp(z->names[mid], want) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < z->n && name_cmp(z->names[lo], want) == 0 ? z->index[lo] : -1;
}

rd_rc rd_zip_part_open(rd_zip *z, int64_t part, rd_zip_part **ret_part, rd_err *err)
{
	rd_arena *arena = rd_arena_new();
	rd_zip_part *p = RD_NEW(arena, rd_zip_part);
	zip_stat_t st;

	RD_ASSERT(part >= 0);
	p->arena = arena;
	if (zip_stat_index(z->zip, (zip_uint64_t)part, 0, &st) == 0) {
		p->packed = st.comp_size < z->bytes ? st.comp_size : z->bytes;
		p->name = rd_arena_copy(arena, st.name, strlen(st.name));
		p->file = zip_fopen_index(z->zip, (zip_uint64_t)part, 0);
	}
	if (p->file == NULL) {
		rd_fail(err, RD_INPUT, "压缩包中的部件打不开（%s）；请重新导出",
		        "a part of the package cannot be opened (%s); export the file again",
		        zip_strerror(z->zip));
		rd_zip_part_close(p);
		return rd_err_at(err, z->path, 0);
	}
	*ret_part = p;
	return RD_OK;
}

void rd_zip_part_close(rd_zip_part *p)
{
	if (p == NULL)
		return;
	if (p->file)
		zip_fclose(p->file);
	rd_arena_free(p->arena);
}

rd_rc rd_zip_part_read(void *part, char *buf, uint32_t size, uint32_t *ret_got, rd_err *err)
{
	rd_zip_part *p = part;
	zip_int64_t got = zip_fread(p->file, buf, size);

	if (got < 0)
		return rd_fail(err, RD_INPUT, "部件 %.80s 损坏（%s）；请重新导出",
		               "the part %.80s is damaged (%s); export the file again", p->name,
		               zip_error_strerror(zip_file_get_error(p->file)));
	p->unpacked += (uint64_t)got;
	if (p->unpacked > RD_ZIP_PART_MAX ||
	    (p->unpacked > RATIO_FROM && p->unpacked / RD_ZIP_RATIO_MAX > p->packed))
		return rd_fail(
			err, RD_LIMIT,
			"部件 %.80s 解压后过大（上限 %llu MiB，且不超过压缩大小的 %u 倍），不予读取",
			"the part %.80s unpacks to too much (at most %llu MiB and %u times its packed size); it is not read",
			p->name, (unsigned long long)(RD_ZIP_PART_MAX >> 20), RD_ZIP_RATIO_MAX);
	*ret_got = (uint32_t)got;
	return RD_OK;
}
