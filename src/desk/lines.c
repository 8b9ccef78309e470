#include "desk/lines.h"
#include "record/check.h"

rd_rc rd_line_fits(const char *what, rd_str text, uint32_t min, uint32_t max, rd_err *err)
{
	bool line = rd_utf8_check(text.ptr, text.len) < 0;

	for (uint32_t i = 0; i < text.len; i++)
		line = line && (unsigned char)text.ptr[i] >= ' ' && text.ptr[i] != 0x7f;
	if (line && text.len >= min && text.len <= max)
		return RD_OK;
	return rd_fail(err, RD_INPUT, "“%s”应是 %u 到 %u 字节的一行文字",
	               "%s is one line of %u to %u bytes", what, min, max);
}

rd_rc rd_line_url(const char *what, rd_str url, rd_err *err)
{
	RD_TRY(rd_line_fits(what, url, 1, 1000, err));
	if (rd_check_format(RD_FORMAT_URL, url))
		return RD_OK;
	return rd_fail(err, RD_INPUT, "“%s”应是 https:// 开头的网址", "%s is an address like https://…",
	               what);
}

bool rd_list_next(rd_str *rest, rd_str *ret_item)
{
	while (rest->len) {
		int64_t comma = rd_str_find(*rest, ",");
		rd_str one = {rest->ptr, comma < 0 ? rest->len : (uint32_t)comma};

		*rest = comma < 0 ? (rd_str){"", 0}
		                  : (rd_str){rest->ptr + comma + 1, rest->len - (uint32_t)comma - 1};
		*ret_item = rd_str_trim(one);
		if (ret_item->len)
			return true;
	}
	return false;
}

rd_rc rd_firm_event(rd_tx *tx, const rd_actor *actor, const char *type, rd_str payload,
                    int64_t *ret_seq, rd_err *err)
{
	int64_t seq;

	return rd_log_append(tx,
	                     &(rd_log_event){.type = rd_str_of(type),
	                                     .kind = RD_STR("firm"),
	                                     .record_id = tx->firm_id,
	                                     .actor = actor->name,
	                                     .request_id = actor->request_id,
	                                     .payload = payload},
	                     ret_seq ? ret_seq : &seq, err);
}
