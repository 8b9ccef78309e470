#include "fuzz.h"
#include "base/assert.h"
#include "io/mapping.h"

/* libfyaml 0.7.12 loses the text buffer of a long quoted key in a flow mapping. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:libfyaml";
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	rd_arena *arena = rd_arena_new();
	rd_mapping *m = NULL;
	uint32_t n = 0;
	rd_err err = {0};
	rd_str text = {(const char *)data, (uint32_t)size};
	rd_rc rc = rd_mapping_parse(arena, "fuzz.yaml", text, &m, &n, &err);

	RD_ASSERT(rc == RD_OK ? n > 0 : err.code == rc && err.zh[0] && err.en[0]);
	for (uint32_t i = 0; i < n; i++)
		for (uint32_t k = 0; k < m[i].n_columns; k++)
			RD_ASSERT(m[i].columns[k].field < RD_FIELD_COUNT &&
			          (m[i].columns[k].column > 0) != (m[i].columns[k].head.len > 0));
	rd_arena_free(arena);
	return 0;
}
