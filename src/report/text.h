/*
 * text.h - between the two halves of the text report.
 */
#ifndef RD_REPORT_TEXT_H
#define RD_REPORT_TEXT_H
#include "report/common.h"

typedef enum rd_paint {
	RD_PAINT_PLAIN,
	RD_PAINT_BOLD,
	RD_PAINT_DIM,
	RD_PAINT_BLOCKER,
	RD_PAINT_HIGH,
	RD_PAINT_MEDIUM,
	RD_PAINT_LOW,
	RD_PAINT_INFO,
	RD_PAINT_MARK,
} rd_paint;

typedef struct rd_text_out {
	const rd_report *r;
	rd_writer *w;
	rd_buf *out; /* of the writer */
	rd_buf a, b; /* for text that is built before it is placed */
	rd_buf side; /* of rd_text_flow_begin */
	rd_arena *arena;
	uint32_t *first, *next; /* findings of each check, in order; RD_NONE ends */
	void *table;            /* of the excerpts, made when first needed */
} rd_text_out;

/* Sets a colour, when the report is in colour; RD_PAINT_PLAIN ends it. */
void rd_text_paint(rd_text_out *t, rd_paint paint);
rd_paint rd_severity_paint(rd_severity s);
/* One of two texts, by the report's language. */
const char *rd_text_say(const rd_text_out *t, const char *zh, const char *en);
/* "file:line" of a place, cleaned. */
void rd_text_place(const rd_text_out *t, rd_place p, rd_buf *out);
/* "= label: text", wrapped. */
void rd_text_entry(rd_text_out *t, rd_words label, rd_str text);

/* Between the two, what is put out is kept; then its lines are wrapped at the width. */
void rd_text_flow_begin(rd_text_out *t);
void rd_text_flow_end(rd_text_out *t);

/* All findings of one check, with head and advice. */
void rd_text_group(rd_text_out *t, uint32_t check);
/* One line for each finding, for editors and pipes. */
void rd_text_brief(rd_text_out *t);
#endif
