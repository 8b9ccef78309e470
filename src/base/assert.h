/*
 * assert.h - programmer-error checks that stay on in release builds.
 *
 * RD_ASSERT   cheap (O(1)); always compiled in; aborts with file:line.
 * RD_AUDIT    may be O(n); compiled in only with -Daudit=true (CI, fuzzing).
 *
 * Never for input: a bad file, a bad request or a full disk is an rd_err.
 */
#ifndef RD_BASE_ASSERT_H
#define RD_BASE_ASSERT_H
#include <stdbool.h>

_Noreturn void rd_panic(const char *file, int line, const char *what);

#define RD_ASSERT(cond) ((cond) ? (void)0 : rd_panic(__FILE__, __LINE__, #cond))
#ifdef RD_WITH_AUDIT
#define RD_AUDIT(cond) RD_ASSERT(cond)
#else
#define RD_AUDIT(cond) ((void)sizeof(cond))
#endif
#endif
