#include "base/writer.h"
#include "base/assert.h"

#define SPILL_BYTES ((size_t)64 << 10)
#define BUFFER_MAX  ((size_t)64 << 20) /* twice what may be written between two spills */

void rd_writer_init(rd_writer *w, rd_sink *sink, void *ctx)
{
	RD_ASSERT(sink != NULL);
	*w = (rd_writer){.sink = sink, .ctx = ctx};
	rd_buf_init(&w->buf, BUFFER_MAX);
}

static void hand_over(rd_writer *w)
{
	if (w->buf.full)
		w->failed = true;
	if (!w->failed && w->buf.size > 0 && !w->sink(w->ctx, w->buf.data, w->buf.size))
		w->failed = true;
	rd_buf_clear(&w->buf);
}

void rd_writer_spill(rd_writer *w)
{
	if (w->buf.size >= SPILL_BYTES || w->buf.full)
		hand_over(w);
}

bool rd_writer_end(rd_writer *w)
{
	hand_over(w);
	rd_buf_done(&w->buf);
	return !w->failed;
}
