/*
 * hook.h - generic webhooks: a signed POST of a JSON body, and how a receiver verifies it.
 *
 *   X-Redink-Timestamp: seconds since 1970
 *   X-Redink-Signature: v1= + hex(HMAC-SHA256(secret, timestamp + "." + body))
 *   X-Redink-Delivery:  the same for every try of one delivery, so that repeats can be dropped
 *
 * The timestamp is signed so that an old call cannot be played again later; "v1" leaves room for
 * another method. Source of the method: RFC 2104; the form is what receivers know from elsewhere.
 *
 * Everything is borrowed for the call; pure but for rd_hook_send. Safe from any thread.
 */
#ifndef RD_NOTIFY_HOOK_H
#define RD_NOTIFY_HOOK_H
#include "net/outbound.h"

#define RD_HOOK_SIGNATURE_SIZE 68u /* "v1=", 64 digits, NUL */
#define RD_HOOK_SECRET_MIN     16u /* bytes */
#define RD_HOOK_SKEW_SECONDS   300 /* how old or new a call may be when it is verified */
#define RD_HOOK_BODY_MAX       (256u << 10)

void rd_hook_sign(rd_str secret, int64_t at_seconds, rd_str body, char out[RD_HOOK_SIGNATURE_SIZE]);

/* Constant time in the signature. RD_FORBIDDEN when it does not fit, or the time is further than
 * RD_HOOK_SKEW_SECONDS from `now_seconds`; the two are told apart in the message. */
RD_NODISCARD rd_rc rd_hook_verify(rd_str secret, rd_str timestamp, rd_str signature, rd_str body,
                                  int64_t now_seconds, rd_err *err);

typedef struct rd_hook {
	rd_str url, secret;
	rd_str delivery; /* id of the delivery: letters, digits, "-" */
	rd_str event;    /* "case.closed", in X-Redink-Event */
	rd_str body;     /* JSON */
	int64_t at_seconds;
} rd_hook;

/* Calls once; repeats are the job's affair (back_off.h). *ret_status is the HTTP status, 0 when
 * there was none; it is set in every case, for the delivery log. The reply's body is dropped. */
RD_NODISCARD rd_rc rd_hook_send(rd_outbound *o, const rd_hook *hook, int32_t *ret_status,
                                rd_err *err);
#endif
