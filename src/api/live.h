/* live.h - the channel of a firm's live messages: one name for who publishes and who listens. */
#ifndef RD_API_LIVE_H
#define RD_API_LIVE_H
#include <stdint.h>

uint64_t rd_live_channel(int64_t firm_id);
#endif
