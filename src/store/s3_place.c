#include "store/s3_place.h"
#include "store/files.h"

#define PREFIX_MAX     199u
#define KEYS_BYTES_MAX 1024u

static const char *keep(rd_arena *a, rd_str s)
{
	return rd_arena_copy(a, s.ptr, s.len);
}

/* What stands before `mark`; the rest behind it. Without a mark all of it, and nothing is left. */
static rd_str cut(rd_str *rest, const char *mark)
{
	int64_t at = rd_str_find(*rest, mark);
	rd_str head = {rest->ptr, at < 0 ? rest->len : (uint32_t)at};
	uint32_t gone = at < 0 ? rest->len : (uint32_t)at + 1;

	*rest = (rd_str){rest->ptr + gone, rest->len - gone};
	return head;
}

static bool only(rd_str s, const char *more)
{
	for (uint32_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];

		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c && strchr(more, c))))
			return false;
	}
	return true;
}

static rd_rc take_value(rd_str name, rd_str value, rd_arena *a, rd_s3_place *p, rd_err *err)
{
	const char **to = rd_str_is(name, "endpoint") ? &p->endpoint
	                  : rd_str_is(name, "region") ? &p->region
	                  : rd_str_is(name, "ca")     ? &p->ca_file
	                                              : NULL;

	if (to == NULL || *to != NULL || value.len == 0)
		return rd_fail(err, RD_USAGE, "s3:// 的问号后面只能有 endpoint=、region=、ca=，各一次",
		               "behind the question mark of s3:// stand endpoint=, region= and ca=, each "
		               "once");
	*to = keep(a, value);
	return RD_OK;
}

rd_rc rd_s3_place_parse(rd_str url, rd_arena *a, rd_s3_place *ret, rd_err *err)
{
	rd_s3_place p = {.prefix = ""};
	rd_str rest = url;

	if (!rd_str_starts(url, "s3://"))
		return rd_fail(err, RD_USAGE, "对象存储应写成 s3://桶/前缀?endpoint=https://主机",
		               "blobs are in s3://bucket/prefix?endpoint=https://host");
	rest = (rd_str){url.ptr + 5, url.len - 5};
	rd_str path = cut(&rest, "?"), bucket = cut(&path, "/");

	if (bucket.len < 3 || bucket.len > 63 || !only(bucket, ".-"))
		return rd_fail(err, RD_USAGE, "桶名为 3 到 63 个小写字母、数字、“.”和“-”；密钥不能写在这里",
		               "a bucket has 3 to 63 lower case letters, digits, dots and dashes; keys do "
		               "not belong here");
	if (path.len && path.ptr[path.len - 1] == '/')
		path.len--;
	if (path.len >= PREFIX_MAX || !only(path, "/._-ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
		return rd_fail(err, RD_USAGE, "前缀只能有字母、数字和“/._-”，不超过 %u 字节",
		               "a prefix has letters, digits and \"/._-\", at most %u bytes",
		               PREFIX_MAX - 1);
	p.bucket = keep(a, bucket);
	if (path.len) {
		char *prefix = rd_arena_alloc(a, path.len + 2u, 1);

		memcpy(prefix, path.ptr, path.len);
		memcpy(prefix + path.len, "/", 2);
		p.prefix = prefix;
	}
	while (rest.len) {
		rd_str value = cut(&rest, "&"), name = cut(&value, "=");

		RD_TRY(take_value(name, value, a, &p, err));
	}
	if (p.endpoint == NULL)
		return rd_fail(err, RD_USAGE, "s3:// 缺少 endpoint=https://主机",
		               "s3:// lacks endpoint=https://host");
	*ret = p;
	return RD_OK;
}

rd_rc rd_s3_keys_load(const char *path, rd_arena *a, rd_s3_keys *ret, rd_err *err)
{
	mode_t mode = 0;
	rd_str rest;

	RD_TRY(rd_file_load(path, KEYS_BYTES_MAX, a, &rest, &mode, err));
	if (mode & 077)
		return rd_fail(err, RD_FORBIDDEN, "密钥可被他人读取；请执行 chmod 400 %s",
		               "others can read the keys: chmod 400 %s", path);
	rd_str access = rd_str_trim(cut(&rest, "\n")), secret = rd_str_trim(cut(&rest, "\n"));

	if (access.len == 0 || secret.len == 0 || rd_str_trim(rest).len)
		return rd_fail(err, RD_USAGE, "%s 应有两行：访问密钥和私有密钥",
		               "%s has two lines: access key and secret key", path);
	*ret = (rd_s3_keys){keep(a, access), keep(a, secret)};
	return RD_OK;
}
