/*
 * sink.h - where the records of a recognised table go: journal lines, trial balance rows or
 * accounts. Private to src/io.
 */
#ifndef RD_IO_SINK_H
#define RD_IO_SINK_H
#include "io/recognise.h"

typedef struct rd_sink {
	rd_builder *builder;
	rd_row file;
	const rd_plan *plan;
	rd_rows *rows; /* journals only */
} rd_sink;

void rd_sink_init(rd_sink *k, rd_builder *b, rd_row file, const rd_plan *plan);
void rd_sink_done(rd_sink *k);
void rd_sink_add(rd_sink *k, const rd_str *cells, uint32_t n, uint32_t line);
/* How the cells to come stand in memory; see rd_rows_joined. */
void rd_sink_joined(rd_sink *k, bool joined);
/* The record that comes next; see rd_rows_hint. */
void rd_sink_hint(rd_sink *k, const rd_str *cells, uint32_t n);
RD_NODISCARD rd_rc rd_sink_commit(rd_sink *k, rd_err *err);
/* A record that is left out, or noise around it. */
void rd_sink_note(rd_sink *k, rd_note_kind kind, uint32_t line, bool rejected, rd_str found);
#endif
