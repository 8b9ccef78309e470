/*
 * html.h - between the parts of the page report: frame, charts, findings.
 */
#ifndef RD_REPORT_HTML_H
#define RD_REPORT_HTML_H
#include "report/common.h"

typedef struct rd_page {
	const rd_report *r;
	const rd_book *b;
	rd_writer *w;
	rd_buf *out; /* of the writer */
	rd_buf text, clean;
	rd_arena *arena;
	uint32_t *first, *next; /* findings of each check, in order; RD_NONE ends */
	rd_row *account;        /* of each finding, 0 = none */
	uint32_t prefix;        /* bytes of folder that all file names share */
} rd_page;

/* Style sheet and script, from page.css and page.js by tools/mkembed.py. */
extern const char rd_page_css[], rd_page_js[];

/* Text as it may stand between tags or in a quoted attribute. */
void rd_html(rd_page *p, rd_str s);
/* Both languages, one of them hidden by the style sheet. `tag` is span, p, text … */
void rd_html_both(rd_page *p, const char *tag, rd_words w);
/* The same from text that is made for each language: begin, then put, then end. */
void rd_html_begin(rd_page *p, const char *tag, int lang);
void rd_html_end(rd_page *p, const char *tag);

void rd_html_charts(rd_page *p);
void rd_html_findings(rd_page *p);
/* Files, notes, checks that did not run, what is gone and what has run out. */
void rd_html_rest(rd_page *p);
#endif
