/* verify.h - the report of `redink verify`, for other subcommands that end with one. */
#ifndef RD_CMD_VERIFY_H
#define RD_CMD_VERIFY_H
#include "store/verify.h"

/* Verifies a store or a bundle and prints the report; answers the exit code. */
int rd_verify_report(const rd_verify_order *order, bool as_json, int lang);
#endif
