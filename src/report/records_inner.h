/*
 * records_inner.h - what records_csv.c and records_xlsx.c share and nobody else sees.
 */
#ifndef RD_REPORT_RECORDS_INNER_H
#define RD_REPORT_RECORDS_INNER_H
#include <stdint.h>

/* "2026-02-24 09:30:00", with .ffffff only when there is a fraction. */
void rd_records_time(int64_t wall_us, char out[40]);
#endif
