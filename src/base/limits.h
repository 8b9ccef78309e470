/*
 * limits.h - every limit on input, with its arithmetic. A limit is stated to the user
 * when it is reached; nothing is cut silently.
 */
#ifndef RD_BASE_LIMITS_H
#define RD_BASE_LIMITS_H

#define RD_FILE_BYTES_MAX    (64ull << 30) /* one file: 400 M lines of 160 bytes */
#define RD_TABLE_BYTES_MAX   (1ull << 30)  /* a file that must be decoded in memory (GBK, UTF-16) */
#define RD_ROWS_MAX          400000000u    /* lines of one client's books; row numbers are 32 bit */
#define RD_RECORD_BYTES_MAX  (1u << 20)    /* one record of a table, quotes included */
#define RD_CELL_BYTES_MAX    65535u        /* one cell */
#define RD_COLUMNS_MAX       512u          /* columns of a table */
#define RD_HEAD_ROWS_MAX     40u           /* rows in which the head is looked for */
#define RD_FILES_MAX         2000u         /* files of one client's books */
#define RD_NOTES_MAX         1000u         /* notes kept for each file and kind; all are counted */
#define RD_XML_DEPTH_MAX     64u
#define RD_XML_TEXT_MAX      65535u /* text of one element */
#define RD_ZIP_ENTRIES_MAX   4096u
#define RD_ZIP_PART_MAX      (2ull << 30) /* one part of an XLSX, unpacked */
#define RD_ZIP_RATIO_MAX     300u         /* unpacked : packed, for parts above 10 MB */
#define RD_VOUCHER_LINES_MAX 1000000u     /* lines that one voucher may have */
#define RD_FINDINGS_MAX      20000u       /* findings kept for each check; all are counted */
#define RD_SHAPES_MAX        (1u << 23)   /* texts before the last form of a number: 23 bits */
#define RD_DECIMALS_MAX      8u           /* digits behind the decimal mark that are read */
#endif
