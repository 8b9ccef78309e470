/* What a sandbox makes besides books: bank statements and places in files. */
#include "base/assert.h"
#include "book/bank_image.h"
#include "desk/sandbox_form.h"
#include <jansson.h>
#include <stdlib.h>

rd_rc rd_sandbox_bank(const rd_sandbox_job *job, rd_bank **ret_bank, rd_err *err)
{
	rd_err why;
	void *image;
	size_t size;
	rd_rc rc;

	RD_ASSERT(job->task == RD_SANDBOX_BANK && job->n_files == 1);
	RD_TRY(rd_sandbox_run(job, &image, &size, err));
	rc = size > RD_BANK_IMAGE_MAX
	         ? RD_CORRUPT
	         : rd_bank_image_open((rd_str){image, (uint32_t)size}, ret_bank, &why);
	rd_sandbox_give(image, size);
	return rc == RD_OK ? RD_OK : rd_sandbox_unbelieved(err);
}

/* The child's text is parsed and written anew: what is no JSON does not get into an answer. */
rd_rc rd_sandbox_place(const rd_sandbox_job *job, rd_arena *a, rd_str *ret_json, rd_err *err)
{
	void *image;
	size_t size;
	json_t *o = NULL;
	char *text = NULL;

	RD_ASSERT(job->task == RD_SANDBOX_PLACE && job->n_files == 1);
	RD_TRY(rd_sandbox_run(job, &image, &size, err));
	if (size <= RD_SANDBOX_PLACE_MAX + 1)
		o = json_loadb(image, size, JSON_REJECT_DUPLICATES, NULL);
	rd_sandbox_give(image, size);
	if (json_is_object(o))
		text = json_dumps(o, JSON_COMPACT);
	json_decref(o);
	if (text == NULL)
		return rd_sandbox_unbelieved(err);
	*ret_json = (rd_str){rd_arena_copy(a, text, strlen(text)), (uint32_t)strlen(text)};
	free(text);
	return RD_OK;
}
