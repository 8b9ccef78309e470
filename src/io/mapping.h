/*
 * mapping.h - what people state about a file's columns instead of leaving it to recognition,
 * as YAML (docs/mapping.md). Errors carry line and column of the YAML text.
 */
#ifndef RD_IO_MAPPING_H
#define RD_IO_MAPPING_H
#include "io/reader.h"

/* Parses `text` (the content of `name`); strings of the result live in `arena`. */
RD_NODISCARD rd_rc rd_mapping_parse(rd_arena *arena, const char *name, rd_str text,
                                    rd_mapping **ret_mappings, uint32_t *ret_n, rd_err *err);
#endif
