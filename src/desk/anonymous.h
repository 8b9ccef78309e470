/*
 * anonymous.h - a text without names and exact figures, for what is learnt from a case and read by
 * people who have nothing to do with it.
 *
 * Given names are replaced by what they stand for; numbers that look like money keep their size
 * only ("12,345.60" becomes 几万, or "tens of thousands"); long numbers (accounts, invoices, tax
 * codes, telephones), numbers of records ("E-2026-000017") and mail addresses go. Years, dates,
 * codes of accounts and short numbers stay.
 * What is left is still read by a person before it is published.
 *
 * Pure; any thread.
 */
#ifndef RD_DESK_ANONYMOUS_H
#define RD_DESK_ANONYMOUS_H
#include "base/buf.h"
#include "base/err.h"

typedef struct rd_name {
	rd_str name;    /* names of one character are left alone: they are words as well */
	rd_words means; /* what stands there instead: "某客户" */
} rd_name;

/* Appends `text` to `out`. Where several names fit, the longest goes first. */
void rd_anonymous_put(rd_buf *out, rd_str text, const rd_name *names, uint32_t n, bool english);
/* The size of an amount in minor units with two decimals: "几万", "tens of thousands". */
const char *rd_anonymous_size(int64_t minor, bool english);
#endif
