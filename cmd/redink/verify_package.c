/* What `redink verify` says about a case package. */
#include "verify_package.h"
#include "base/json.h"
#include "cmd.h"
#include "record/show.h"

#define OUT_MAX (64u << 10)

static void say(rd_buf *out, const rd_package_report *r, int lang)
{
	bool en = lang == RD_EN;
	char first[40], last[40];

	rd_buf_puts(out, r->sound ? (en ? "case package: sound\n" : "资料包：无误\n")
	                          : (en ? "case package: SOMETHING IS WRONG\n" : "资料包：有问题\n"));
	if (r->why.zh)
		rd_buf_printf(out, en ? "  %s: %s\n" : "  %s：%s\n", r->bad, en ? r->why.en : r->why.zh);
	rd_buf_printf(out,
	              en ? "  %u files agree with the manifest, %u of them originals\n"
	                 : "  已核对文件 %u 个，其中原件 %u 个\n",
	              r->files, r->originals);
	rd_show_time(r->first_us, first);
	rd_show_time(r->last_us, last);
	if (r->events)
		rd_buf_printf(out,
		              en ? "  %u events from %s to %s are proved to be in a log of %ju\n"
		                 : "  事件 %u 条（%s 至 %s）均经证明在共 %ju 条的日志之内\n",
		              r->events, first, last, (uintmax_t)r->size);
	if (r->trusted)
		rd_buf_puts(out, en ? "  the log is signed by a key that you gave\n"
		                    : "  日志由您给出的公钥签名\n");
	else
		rd_buf_puts(out,
		            en ? "  no key was given (--key): the key inside the package proves "
		                 "nothing by itself; get it from the firm\n"
		               : "  没有给出公钥（--key）：资料包自带的公钥不足为凭，请另向机构索取\n");
}

static void put(rd_buf *out, const rd_package_report *r)
{
	rd_json j;

	rd_json_init(&j, out, 2);
	rd_json_object(&j);
	rd_json_put_text(&j, "schema", "redink.verify-package/1");
	rd_json_put_bool(&j, "sound", r->sound);
	rd_json_put_bool(&j, "trusted", r->trusted);
	rd_json_put_int(&j, "files", r->files);
	rd_json_put_int(&j, "originals", r->originals);
	rd_json_put_int(&j, "events", r->events);
	rd_json_put_int(&j, "log_size", (int64_t)r->size);
	rd_json_put_text(&j, "bad", r->bad);
	rd_json_put_words(&j, "why", r->why);
	rd_json_close(&j);
	rd_json_end(&j);
}

int rd_verify_package(const char *path, const rd_vkey *keys, uint32_t n_keys, bool as_json,
                      int lang)
{
	rd_package_report r;
	rd_buf out;
	rd_err err;

	if (rd_package_check(path, keys, n_keys, &r, &err) != RD_OK)
		return rd_fail_with(&err, lang);
	rd_buf_init(&out, OUT_MAX);
	if (as_json)
		put(&out, &r);
	else
		say(&out, &r, lang);
	int code = rd_print(&out, lang);

	rd_buf_done(&out);
	return code == RD_EXIT_CLEAN && !r.sound ? RD_EXIT_FINDINGS : code;
}
