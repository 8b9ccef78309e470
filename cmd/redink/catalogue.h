/* catalogue.h - one check as JSON, for `redink checks --json` and `redink explain --json`. */
#ifndef RD_CMD_CATALOGUE_H
#define RD_CMD_CATALOGUE_H
#include "base/json.h"
#include "check/run.h"

void rd_catalogue_check(rd_json *j, uint32_t check);
/* The value of a parameter as people write it: yuan for money. */
void rd_catalogue_value(const rd_param *p, int64_t value, rd_buf *out);
/* Unit of a parameter for people. */
rd_words rd_catalogue_unit(const rd_param *p);
/* The kinds of data a check needs, as words, joined by "、" or ", ". */
void rd_catalogue_needs(uint32_t bits, int lang, rd_buf *out);
#endif
