/* A program of somebody else: reads the books it is given and prints what is wrong, one finding a
 * line. Exit 0 clean, 1 findings, 2 could not run. */
#include <check/run.h>
#include <io/reader.h>
#include <stdio.h>

int main(int argc, char **argv)
{
	rd_read_options read = {.threads = 1};
	rd_run_options run = {.threads = 1, .as_of = RD_DAY_NONE};
	rd_book *book = NULL;
	rd_result *result = NULL;
	rd_err err;
	rd_buf line;

	if (rd_read_paths((const char *const *)argv + 1, (uint32_t)argc - 1, &read, &book, &err) !=
	        RD_OK ||
	    rd_run_checks(book, &run, &result, &err) != RD_OK) {
		fprintf(stderr, "%s: %s\n", rd_rc_name(err.code), err.en);
		rd_book_free(book);
		return 2;
	}
	uint32_t n = result->n_findings;

	rd_buf_init(&line, 1 << 20);
	for (uint32_t i = 0; i < n; i++) {
		rd_buf_clear(&line);
		rd_finding_message(result, &result->findings[i], 1, &line);
		printf("%s: %s\n", rd_checks[result->findings[i].check]->slug, line.data);
	}
	rd_buf_done(&line);
	rd_result_free(result);
	rd_book_free(book);
	return n > 0;
}
