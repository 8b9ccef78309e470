/* verify_package.h - the report of `redink verify` about a case package. */
#ifndef RD_CMD_VERIFY_PACKAGE_H
#define RD_CMD_VERIFY_PACKAGE_H
#include "desk/package.h"

/* Checks and prints; answers the exit code. */
int rd_verify_package(const char *path, const rd_vkey *keys, uint32_t n_keys, bool as_json,
                      int lang);
#endif
