/*
 * zip.h - a ZIP package with suspicion (XLSX is one).
 *
 * Opening looks at the directory as a whole: too many parts, two parts of one name (readers
 * would disagree about which counts), encrypted parts and names that leave the package are
 * refused before anything is unpacked. Sizes are counted while inflating, never taken
 * from what the directory claims. Nothing is ever written to disk.
 *
 * Part names are compared without regard to the case of ASCII letters, as the packaging
 * standard (ECMA-376 part 2) does. One package belongs to one thread.
 */
#ifndef RD_IO_ZIP_H
#define RD_IO_ZIP_H
#include "io/reader.h"

typedef struct rd_zip rd_zip;
typedef struct rd_zip_part rd_zip_part;

/* The package borrows the source's bytes; close it first. */
RD_NODISCARD rd_rc rd_zip_open(const rd_source *s, rd_zip **ret_zip, rd_err *err);
void rd_zip_close(rd_zip *z); /* NULL is fine */

/* Position of a part, -1 when there is none. */
int64_t rd_zip_find(const rd_zip *z, rd_str name);

RD_NODISCARD rd_rc rd_zip_part_open(rd_zip *z, int64_t part, rd_zip_part **ret_part, rd_err *err);
void rd_zip_part_close(rd_zip_part *p); /* NULL is fine */
/* The next bytes; *ret_got = 0 at the end, where the checksum was found right. Fits
 * rd_xml_input.read. */
rd_rc rd_zip_part_read(void *part, char *buf, uint32_t size, uint32_t *ret_got, rd_err *err);
#endif
