/*
 * volume.h - small sealed books for tests of the server. A file of its own, because the names of
 * the builder and those of the records are not for one file.
 *
 * Rows are lines of "number|journal|date|account code|account name|debit|credit|summary". The books
 * are under 小企业会计准则.
 */
#ifndef VOLUME_H
#define VOLUME_H
#include "book/book.h"

rd_book *volume_of(const char *rows, const char *more);
/* A file as our readers see it; NULL when they refuse it. */
rd_book *volume_read(const char *path);
#endif
