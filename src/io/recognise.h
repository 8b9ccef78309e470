/*
 * recognise.h - what a table is: where its head stands, which column is which field, how numbers
 * and dates are written.
 *
 * It is decided from a sample of rows (the whole table when that is small), or stated by a
 * mapping. Nothing is guessed silently: what was decided goes into rd_file.layout, and what can
 * mean two things (day/month order, decimal mark) is asked for with RD_ASK.
 */
#ifndef RD_IO_RECOGNISE_H
#define RD_IO_RECOGNISE_H
#include "io/reader.h"

/* One row of the sample; cells live in the sample's arena. */
typedef struct rd_sample_row {
	uint32_t line, n_cells;
	rd_str *cells;
} rd_sample_row;

typedef struct rd_sample {
	rd_arena *arena;
	uint32_t n, cap;
	rd_sample_row *rows;
	bool whole; /* the sample is all there is */
} rd_sample;

#define RD_SAMPLE_ROWS 500u

void rd_sample_add(rd_sample *s, const rd_str *cells, uint32_t n_cells, uint32_t line);

typedef struct rd_plan {
	rd_file_kind kind; /* OTHER: no table of ours */
	rd_layout layout;
	uint32_t first_row; /* first row of the sample that is data */
	uint32_t head_line;
	rd_period period;      /* of a trial balance, from the title rows */
	bool open_order;       /* day/month order is open: look at the whole column */
	bool open_mark;        /* the same for the decimal mark */
	uint8_t orders, marks; /* what was seen so far: bits of rd_date_order; 1 '.', 2 ',' */
} rd_plan;

/* Fills the plan and the file's entry (layout, head_line, company, period, notes on missing
 * columns). RD_INPUT with a hint when it is nearly a table of ours but lacks something. */
RD_NODISCARD rd_rc rd_recognise(rd_source *s, rd_row file, bool excel, const rd_sample *sample,
                                rd_plan *ret_plan, rd_err *err);
/* One more row for the open questions; call for all rows behind the sample. */
void rd_plan_look(rd_plan *p, const rd_str *cells, uint32_t n_cells);
/* Settles the open questions or answers RD_ASK. */
RD_NODISCARD rd_rc rd_plan_settle(rd_plan *p, rd_err *err);
/* Says in rd_file.layout what was recognised, Chinese and English. */
void rd_plan_describe(rd_source *s, rd_row file, const rd_plan *p);
#endif
