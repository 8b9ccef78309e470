/* live.h - the channel of a firm's live messages: one name for who publishes and who listens. */
#ifndef RD_API_LIVE_H
#define RD_API_LIVE_H
#include "store/log.h"

uint64_t rd_live_channel(int64_t firm_id);
/* Tells the firm's open pages that a record changed, and ends those of people whose sign-ins ended;
 * ctx is the rd_api. */
void rd_live_publish(void *ctx, int64_t firm_id, const rd_log_row *row);
#endif
