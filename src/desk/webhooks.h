/*
 * webhooks.h - addresses of others that are called for events, and how each call went.
 *
 * A webhook names types of events; the follower "webhooks" orders a delivery for each event that
 * fits, from the number on that the log had when the webhook was made. The call says what happened
 * to which record and no more (type, kind, ids, number of the event, transition and state): values
 * may be secret or personal, and are asked for over the API by who may read them.
 *
 * A delivery is tried as notify/back_off.h says and can be ordered again by hand, with the same
 * X-Redink-Delivery. A webhook that failed for the days of webhooks.fail-days without one success
 * in between is turned off, with an event. Its secret is told once, when it is made.
 *
 * All functions run in a transaction; results live in tx->arena. FORBIDDEN for who is no
 * administrator, INPUT, NOT_FOUND, CONFLICT when it was changed meanwhile.
 */
#ifndef RD_DESK_WEBHOOKS_H
#define RD_DESK_WEBHOOKS_H
#include "desk/jobs.h"
#include "store/log.h"

#define RD_WEBHOOKS_MAX      50u  /* of a firm */
#define RD_PATTERNS_MAX      500u /* bytes */
#define RD_WEBHOOK_SECRET    44u  /* 32 random bytes as base64url, and NUL */
#define RD_DELIVERY_LIST_MAX 200u

typedef struct rd_webhook {
	int64_t id, version;
	int64_t made_at_us, failing_since_us; /* 0 = the last call went well */
	rd_str name, url;
	rd_str patterns; /* joined by commas: task.created, task.*, *.moved, * */
	bool active;
} rd_webhook;

/* Whether a type of event fits one of the patterns. Pure. */
bool rd_webhook_matches(rd_str patterns, rd_str type);

RD_NODISCARD rd_rc rd_webhook_list(rd_tx *tx, const rd_actor *actor, const rd_webhook **ret_list,
                                   uint32_t *ret_n, rd_err *err);
/* id and version are not looked at. The secret is written into ret_secret. */
RD_NODISCARD rd_rc rd_webhook_add(rd_store *s, rd_tx *tx, const rd_actor *actor,
                                  const rd_webhook *hook, int64_t *ret_id,
                                  char ret_secret[RD_WEBHOOK_SECRET], rd_err *err);
/* Events while it was off are not called for later. new_secret not NULL: it gets another one. */
RD_NODISCARD rd_rc rd_webhook_change(rd_tx *tx, const rd_actor *actor, const rd_webhook *hook,
                                     char *ret_new_secret, rd_err *err);
RD_NODISCARD rd_rc rd_webhook_remove(rd_tx *tx, const rd_actor *actor, int64_t id, rd_err *err);

typedef struct rd_delivery {
	int64_t id, seq, attempts;
	int64_t at_us, next_at_us, sent_at_us; /* next, sent 0 = none */
	int32_t status;                        /* of HTTP, of the last call; 0 = there was none */
	rd_str type, state, error;             /* state: waiting, sent, failed */
} rd_delivery;

/* The newest first; before_id 0 = from the newest. */
RD_NODISCARD rd_rc rd_delivery_list(rd_tx *tx, const rd_actor *actor, int64_t webhook_id,
                                    int64_t before_id, uint32_t max, const rd_delivery **ret_list,
                                    uint32_t *ret_n, rd_err *err);
/* Once more by hand. BARRED while it waits for its next try. */
RD_NODISCARD rd_rc rd_delivery_again(rd_store *s, rd_tx *tx, const rd_actor *actor, int64_t id,
                                     rd_err *err);

/* The secret that is stored sealed, for the call. */
RD_NODISCARD rd_rc rd_webhook_secret(rd_tx *tx, int64_t id, rd_str stored, rd_str *ret_secret,
                                     rd_err *err);
/* The follower; ctx is an rd_desk (desk/notice.h). */
rd_rc rd_webhook_follow(rd_tx *tx, const rd_log_row *rows, uint32_t n, void *ctx, rd_err *err);
/* What it looks at before: whether there are webhooks. */
rd_rc rd_webhook_look(rd_tx *tx, const rd_log_row *rows, uint32_t n, void *ctx, uint32_t *ret_first,
                      rd_err *err);
/* The handler of webhook.deliver; ctx is an rd_sender (desk/send.h). */
rd_rc rd_webhook_deliver(rd_job_run *run, void *ctx, rd_err *err);
#endif
