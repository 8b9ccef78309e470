/*
 * far.h - a running server, asked over its HTTP API by a subcommand.
 *
 * Address and token come from options, else from REDINK_SERVER and REDINK_TOKEN. A token stands in
 * a file or the environment, never in the command line, where others on the machine would see it.
 * Plain HTTP is for this machine alone: a token must not go over a wire in clear.
 *
 * Who owns what: answers are the caller's (json_decref). Failure: what the server says, in both
 * languages, with the first problem of a body; UNAVAILABLE when it cannot be reached.
 */
#ifndef RD_CMD_FAR_H
#define RD_CMD_FAR_H
#include "base/buf.h"
#include "net/outbound.h"
#include <jansson.h>

typedef struct rd_far {
	rd_outbound_policy policy;
	rd_str allow;
	rd_outbound *outbound;
	char server[600], token[200];
} rd_far;

/* `server`, `token_file`: of options, NULL = not given. USAGE says what is missing. */
RD_NODISCARD rd_rc rd_far_open(rd_far *f, const char *server, const char *token_file, rd_err *err);
void rd_far_close(rd_far *f);
/* path: "/api/v1/…", escaped by the caller (rd_far_escape). version 0: no If-Match. body NULL: none.
 * *ret_answer NULL: there was no JSON. */
RD_NODISCARD rd_rc rd_far_call(rd_far *f, const char *method, const char *path, int64_t version,
                               const json_t *body, json_t **ret_answer, rd_err *err);
/* Adds s as a value of a query. */
void rd_far_escape(rd_buf *out, rd_str s);
#endif
