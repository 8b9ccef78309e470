#include "trail/proof.h"
#include "trail/lines.h"

#define HEAD  "c2sp.org/tlog-proof@v1"
#define EXTRA "extra "
#define INDEX "index "

rd_rc rd_proof_file_format(const rd_proof_file *p, rd_buf *out, rd_err *err)
{
	rd_buf_puts(out, HEAD "\n");
	if (p->extra.len) {
		rd_buf_puts(out, EXTRA);
		rd_base64_put(out, p->extra.ptr, p->extra.len);
		rd_buf_char(out, '\n');
	}
	rd_buf_printf(out, INDEX "%llu\n", (unsigned long long)p->index);
	for (uint32_t i = 0; i < p->proof.n; i++) {
		rd_base64_put(out, p->proof.hash[i].byte, sizeof p->proof.hash[i].byte);
		rd_buf_char(out, '\n');
	}
	rd_buf_char(out, '\n');
	rd_buf_str(out, p->note);
	if (out->full)
		return rd_fail(err, RD_LIMIT, "证明文件放不下：请增大缓冲区",
		               "the proof does not fit: give it a larger buffer");
	return RD_OK;
}

static rd_str behind(rd_str line, const char *word)
{
	uint32_t n = (uint32_t)strlen(word);

	return (rd_str){line.ptr + n, line.len - n};
}

static bool read_extra(rd_str base64, rd_arena *a, rd_str *ret_extra)
{
	size_t max = base64.len / 4 * 3, size;
	char *bytes;

	if (base64.len == 0)
		return false;
	bytes = rd_arena_alloc(a, max + 1, 1);
	if (!rd_base64_read(base64, bytes, max, &size))
		return false;
	*ret_extra = (rd_str){bytes, (uint32_t)size};
	return true;
}

static bool read_file(rd_str text, rd_arena *a, rd_proof_file *ret)
{
	rd_str rest = text, line;

	*ret = (rd_proof_file){0};
	if (text.len > RD_PROOF_TEXT_MAX || !rd_line_take(&rest, &line) || !rd_str_is(line, HEAD))
		return false;
	if (!rd_line_take(&rest, &line))
		return false;
	if (rd_str_starts(line, EXTRA) &&
	    (!read_extra(behind(line, EXTRA), a, &ret->extra) || !rd_line_take(&rest, &line)))
		return false;
	if (!rd_str_starts(line, INDEX) || !rd_decimal_read(behind(line, INDEX), &ret->index))
		return false;
	for (;;) {
		if (!rd_line_take(&rest, &line))
			return false;
		if (line.len == 0)
			break;
		if (ret->proof.n == RD_PROOF_MAX ||
		    !rd_base64_read_hash(line, &ret->proof.hash[ret->proof.n]))
			return false;
		ret->proof.n++;
	}
	ret->note = rest;
	return true;
}

rd_rc rd_proof_file_parse(rd_str text, rd_arena *a, rd_proof_file *ret_file, rd_err *err)
{
	rd_checkpoint checkpoint;
	rd_proof_file file;

	if (!read_file(text, a, &file))
		return rd_fail(err, RD_INPUT, "这不是审计记录的证明文件（.tlog-proof）：请取原文件重试",
		               "this is no proof of an audit event (.tlog-proof): use the file as it was "
		               "sent");
	RD_TRY(rd_checkpoint_parse(file.note, &checkpoint, err));
	*ret_file = file;
	return RD_OK;
}

rd_rc rd_proof_file_check(rd_str text, const rd_vkey *key, rd_str event_bytes, rd_arena *a,
                          rd_event *ret_event, rd_checkpoint *ret_checkpoint, rd_err *err)
{
	rd_checkpoint checkpoint;
	rd_proof_file file;
	rd_hash256 leaf;
	rd_event event;

	RD_TRY(rd_proof_file_parse(text, a, &file, err));
	RD_TRY(rd_checkpoint_verify(file.note, key, &checkpoint, err));
	if (event_bytes.len == 0)
		event_bytes = file.extra;
	RD_TRY(rd_event_decode(event_bytes, &event, err));
	leaf = rd_event_leaf(event_bytes);
	if (event.seq != file.index ||
	    !rd_check_inclusion(file.index, checkpoint.size, &leaf, &file.proof, &checkpoint.root))
		return rd_fail(err, RD_CORRUPT, "证明不成立：第 %llu 条记录不在这个检查点的日志中",
		               "the proof does not hold: event %llu is not in the log of this checkpoint",
		               (unsigned long long)event.seq);
	*ret_event = event;
	*ret_checkpoint = checkpoint;
	return RD_OK;
}
