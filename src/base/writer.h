/*
 * writer.h - output that goes somewhere else piece by piece.
 *
 * What is written is put into `buf`; rd_writer_spill hands it to the sink when it is large
 * enough, so that a report of any length needs little memory. The first failure of the sink
 * is kept, everything after it is dropped, and rd_writer_end tells. Call spill at least once
 * for each 32 MB written, which every loop over findings or lines does.
 */
#ifndef RD_BASE_WRITER_H
#define RD_BASE_WRITER_H
#include "base/buf.h"

/* Takes all bytes or answers false. */
typedef bool rd_sink(void *ctx, const char *data, size_t size);

typedef struct rd_writer {
	rd_buf buf;
	rd_sink *sink;
	void *ctx;
	bool failed;
} rd_writer;

void rd_writer_init(rd_writer *w, rd_sink *sink, void *ctx);
void rd_writer_spill(rd_writer *w);
/* Hands over the rest and frees the buffer; true when every byte was taken. */
bool rd_writer_end(rd_writer *w);
#endif
