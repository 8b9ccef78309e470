/*
 * common.h - what several reports share: words, places, excerpts, clean text.
 */
#ifndef RD_REPORT_COMMON_H
#define RD_REPORT_COMMON_H
#include "report/report.h"

static inline const char *rd_say(rd_words w, int lang)
{
	const char *s = lang == RD_EN ? w.en : w.zh;

	return s ? s : "";
}

rd_words rd_family_words(const char *family); /* 账实平衡, balance; the word itself if new */
const char *rd_note_name(rd_note_kind kind);  /* "date-bad" */
rd_words rd_note_words(rd_note_kind kind);
rd_words rd_note_hint(rd_note_kind kind); /* the usual thing to do */
/* What to do about this note: its own hint or the usual one. */
rd_str rd_note_hint_of(const rd_book *b, const rd_note *n, int lang);
rd_words rd_file_kind_words(rd_file_kind kind);
const char *rd_file_kind_name(rd_file_kind kind); /* "trial-balance" */
rd_words rd_standard_words(rd_standard s);
const char *rd_standard_name(rd_standard s);
rd_words rd_state_words(rd_finding_state s);
const char *rd_state_name(rd_finding_state s);     /* "new" */
const char *rd_check_state_name(rd_check_state s); /* "not-run" */
/* How entries were told apart: 凭证字 + 期间 + 凭证号. */
void rd_key_format(uint32_t key, int lang, rd_buf *out);
const char *rd_key_part_name(uint32_t bit); /* "number" */
rd_words rd_key_part_words(uint32_t bit);
/* What was recognised in a file, in one language. */
rd_str rd_file_layout(const rd_book *b, const rd_file *f, int lang);

/* Text from the books for a terminal or a page: control characters and marks that turn the
 * reading direction are shown as U+FFFD, line breaks and tabs as a blank. */
void rd_clean(rd_buf *out, rd_str s);
/* Account ("1002 银行存款"), party and voucher of a finding; nothing is added when there is none. */
void rd_name_account(const rd_book *b, rd_row account, int lang, rd_buf *out);
void rd_name_party(const rd_book *b, rd_row party, int lang, rd_buf *out);
void rd_name_voucher(const rd_book *b, rd_row voucher, int lang, rd_buf *out);
/* "1,234,567" */
void rd_count_format(uint64_t n, rd_buf *out);
const rd_check *rd_finding_check(const rd_finding *f);
/* True when place i of a finding stands before it already. */
bool rd_place_repeats(const rd_finding *f, uint32_t i);

/* Lines of a voucher for an excerpt: all when there are at most `max`, else those that prove the
 * finding, their neighbours and the first ones. Rows ascend. */
typedef struct rd_excerpt_line {
	rd_row line;
	bool marked;       /* proves the finding */
	uint32_t left_out; /* lines of the voucher left out before this one */
} rd_excerpt_line;

#define RD_EXCERPT_MAX 16
typedef struct rd_excerpt {
	rd_row voucher;
	uint32_t n;
	rd_excerpt_line lines[RD_EXCERPT_MAX];
	uint32_t left_out; /* after the last */
} rd_excerpt;

/* False when the finding is about no voucher. */
bool rd_excerpt_of(const rd_result *r, const rd_finding *f, rd_row voucher, uint32_t max,
                   rd_excerpt *ret);

/* One line of an excerpt as cells. */
enum {
	RD_EX_DATE,
	RD_EX_NUMBER,
	RD_EX_TEXT,
	RD_EX_ACCOUNT,
	RD_EX_DEBIT,
	RD_EX_CREDIT,
	RD_EX_CELLS
};
rd_words rd_excerpt_head(uint32_t cell);
void rd_excerpt_cell(const rd_book *b, rd_row line, uint32_t cell, int lang, rd_buf *out);
#endif
