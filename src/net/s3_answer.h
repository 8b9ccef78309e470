/*
 * s3_answer.h - reads the XML that an S3-speaking store answers. Pure; strict: a document type, an
 * unexpected root, a depth above 8 or a text above 2 KiB is refused with RD_CORRUPT.
 */
#ifndef RD_NET_S3_ANSWER_H
#define RD_NET_S3_ANSWER_H
#include "net/s3.h"

/* A ListBucketResult (ListObjectsV2); the page lies in `arena`. */
RD_NODISCARD rd_rc rd_s3_answer_list(rd_str xml, rd_arena *arena, rd_s3_page *ret_page,
                                     rd_err *err);
/* The <Code> of an Error, in `arena`; "" when it is none. */
rd_str rd_s3_answer_code(rd_str xml, rd_arena *arena);
#endif
