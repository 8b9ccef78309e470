/*
 * blob_s3.h - blobs in an S3-speaking store instead of the folder (net/s3.h).
 *
 * Keys are those of the folder, behind a prefix. A blob is durable when the store has acknowledged
 * it; that the same content comes twice is fine. Pieces that are being written, and what is read,
 * still pass through the store's folder. One blob takes at most RD_BLOB_S3_MAX bytes, compressed.
 * Failure: as net/s3.h says. Threads: any.
 */
#ifndef RD_STORE_BLOB_S3_H
#define RD_STORE_BLOB_S3_H
#include "net/s3.h"
#include "store/blob.h"

#define RD_BLOB_S3_MAX RD_OUTBOUND_REPLY_MAX

typedef struct rd_blob_s3 {
	rd_s3 *s3;
	const char *prefix; /* "" or "redink/"; at most 200 bytes */
	const char *folder; /* where what is read lies meanwhile, without a name: the store's folder */
} rd_blob_s3;

/* For rd_store_set_blobs; `at` and what it points to live as long as the store. */
rd_blob_place rd_blob_in_s3(rd_blob_s3 *at);
#endif
