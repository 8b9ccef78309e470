/*
 * sandbox_form.h - what parent and child of a sandbox say to each other; for the two alone.
 *
 * Both are the same program, so that these are plain structs. The request is the parent's and is
 * believed; of the answer nothing is.
 */
#ifndef RD_DESK_SANDBOX_FORM_H
#define RD_DESK_SANDBOX_FORM_H
#include "base/err.h"
#include "desk/sandbox.h"

enum { RD_SANDBOX_WHY_FD = 2, RD_SANDBOX_REQUEST_FD = 3, RD_SANDBOX_ANSWER_FD = 4 };

#define RD_SANDBOX_MAGIC "RDREAD1"

/* Then n_files entries, the texts, the contents. */
typedef struct rd_sandbox_request {
	char magic[8];
	uint32_t n_files, standard;
	uint64_t size;                     /* of all */
	uint64_t mapping_at, mapping_len;  /* in the request, bytes */
	uint32_t task, line, around, zero; /* rd_sandbox_task; of a place */
	rd_sandbox_limits limits;
} rd_sandbox_request;

typedef struct rd_sandbox_entry {
	uint64_t name_at; /* ends with a NUL */
	uint64_t at, size;
} rd_sandbox_entry;

/* Where the image begins in the answer: a page, so that it can be mapped. */
#define RD_SANDBOX_IMAGE_AT 4096u

typedef struct rd_sandbox_reply {
	char magic[8];
	uint32_t rc, zero;
	uint64_t image_size;
	rd_err err; /* when rc is not OK */
} rd_sandbox_reply;

#define RD_SANDBOX_PLACE_MAX (4u << 20) /* bytes of the JSON of a place */

/* Reads and gives what the child answered, mapped; rd_sandbox_give gives it back. */
RD_NODISCARD rd_rc rd_sandbox_run(const rd_sandbox_job *job, void **ret_image, size_t *ret_size,
                                  rd_err *err);
void rd_sandbox_give(void *image, size_t size);
/* The refusal of an answer that cannot be believed. */
rd_rc rd_sandbox_unbelieved(rd_err *err);

_Static_assert(sizeof(rd_sandbox_reply) <= RD_SANDBOX_IMAGE_AT, "the reply stands in front");
#endif
