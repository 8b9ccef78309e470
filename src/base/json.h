/*
 * json.h - writes JSON that every parser takes.
 *
 * Commas, colons and line breaks are put by the writer; a value without a key in an object, or
 * an unbalanced end, is a programming error and asserts. Strings are escaped; bytes that
 * are no UTF-8 become U+FFFD; U+2028, U+2029 and '<' are written as \u escapes, so that the text
 * may stand inside a script element as well.
 */
#ifndef RD_BASE_JSON_H
#define RD_BASE_JSON_H
#include "base/buf.h"

#define RD_JSON_DEPTH_MAX 32

typedef struct rd_json {
	rd_buf *out;
	uint32_t depth;
	uint32_t broken_lines; /* containers up to this depth put each member on a line */
	bool after_key;
	struct {
		bool object, filled;
	} level[RD_JSON_DEPTH_MAX];
} rd_json;

void rd_json_init(rd_json *j, rd_buf *out, uint32_t broken_lines);
void rd_json_end(rd_json *j); /* all is closed; adds the final newline */

/* Members of the innermost container of `j` that are written apart, into `out`, by another thread
 * say; `first` when no member stands before them. Joined in the order of the members, they are the
 * bytes that `j` would have written. */
void rd_json_part(const rd_json *j, rd_json *ret_part, rd_buf *out, bool first);
void rd_json_join(rd_json *j, const rd_buf *part);

void rd_json_object(rd_json *j);
void rd_json_array(rd_json *j);
void rd_json_close(rd_json *j); /* the innermost object or array */
void rd_json_key(rd_json *j, const char *key);

void rd_json_str(rd_json *j, rd_str s);
void rd_json_text(rd_json *j, const char *cstr); /* NULL is written as null */
void rd_json_int(rd_json *j, int64_t v);
void rd_json_bool(rd_json *j, bool v);
void rd_json_null(rd_json *j);
/* A whole value that is JSON already: generated, or written by this writer before. */
void rd_json_raw(rd_json *j, rd_str json);

/* Key and value in one call. */
void rd_json_put_str(rd_json *j, const char *key, rd_str s);
void rd_json_put_text(rd_json *j, const char *key, const char *cstr);
void rd_json_put_int(rd_json *j, const char *key, int64_t v);
void rd_json_put_bool(rd_json *j, const char *key, bool v);
/* {"zh": …, "en": …}; null when both are NULL. */
void rd_json_put_words(rd_json *j, const char *key, rd_words w);
#endif
