/* copy.h - all rows from one database to another that has the same, empty schema; for src/store. */
#ifndef RD_STORE_COPY_H
#define RD_STORE_COPY_H
#include "store/db.h"

/* `from` is in a read transaction, `to` in a write transaction, both as operator. Either may be of
 * either kind. Tables come in such an order that what is referred to is there first. */
RD_NODISCARD rd_rc rd_db_copy(rd_db *from, rd_db *to, rd_err *err);
#endif
