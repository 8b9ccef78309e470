/*
 * Runs a fuzz target over files and folders, for compilers without libFuzzer and for the
 * tests: fuzz_x FILE-OR-FOLDER...  A crash or an assertion ends the process; otherwise the
 * number of inputs is printed.
 */
#include "fuzz.h"
#include "base/buf.h"
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

enum { INPUT_MAX = 64 << 20 };
static unsigned n_inputs;

static void run_file(const char *path)
{
	rd_buf text;
	char chunk[65536];
	size_t n;
	FILE *f = fopen(path, "rb");

	if (f == NULL) {
		perror(path);
		exit(2);
	}
	rd_buf_init(&text, INPUT_MAX);
	while ((n = fread(chunk, 1, sizeof chunk, f)) > 0)
		rd_buf_add(&text, chunk, n);
	fclose(f);
	LLVMFuzzerTestOneInput((const uint8_t *)(text.data ? text.data : ""), text.size);
	rd_buf_done(&text);
	n_inputs++;
}

static void run(const char *path)
{
	struct dirent **e = NULL;
	int n = scandir(path, &e, NULL, alphasort);

	if (n < 0)
		run_file(path);
	for (int i = 0; i < n; i++) {
		char inner[4096];

		snprintf(inner, sizeof inner, "%s/%s", path, e[i]->d_name);
		if (e[i]->d_name[0] != '.')
			run(inner);
		free(e[i]);
	}
	free(e);
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		run(argv[i]);
	printf("%u inputs\n", n_inputs);
	return 0;
}
