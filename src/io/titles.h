/*
 * titles.h - what stands above a table's head and in its file's name: company, period, year.
 */
#ifndef RD_IO_TITLES_H
#define RD_IO_TITLES_H
#include "io/recognise.h"

/* Fills company, year, from and to of the file, and the plan's period and year. */
void rd_titles_read(rd_source *s, rd_row file, const rd_sample *sample, rd_plan *p);
/* The fiscal identity in a FEC name: 9 digits, FEC, closing date. False when it is none. */
bool rd_fec_name(rd_str base_name, rd_str *ret_id, rd_day *ret_closing);
#endif
