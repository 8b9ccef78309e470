/*
 * heads.h - the names of columns in exports, and which field each means.
 *
 * The names are facts collected from exports (金蝶, 用友, 亿企代账, generic 序时账, 科目余额表, FEC,
 * K3 DBF names, English). They are compared after normalisation: half-width, lower case, without
 * spaces, units in brackets (元) and marks. One name may mean different fields in different
 * kinds of tables.
 */
#ifndef RD_IO_HEADS_H
#define RD_IO_HEADS_H
#include "book/builder.h"

/* Normal form of a head cell in `out`; its length, at most size. */
uint32_t rd_head_normal(rd_str cell, char *out, uint32_t size);
/* Field of a normalised name in a kind of table; RD_FIELD_COUNT = not known there. */
rd_field rd_head_field(rd_file_kind kind, rd_str normal);
/* The name is one of any kind of table. */
bool rd_head_known(rd_str normal);
#endif
