/*
 * err.h - what went wrong, for a person and for a program.
 *
 * A function that can fail returns rd_rc and takes `rd_err *err` last.
 * On RD_OK every ret_ parameter is set and *err is untouched; otherwise no
 * ret_ parameter is touched and *err is filled. The layer that knows the
 * cause fills it; layers above add a place (rd_err_at), never a new cause.
 *
 * Messages exist in Chinese and English, because both kinds of people read them.
 */
#ifndef RD_BASE_ERR_H
#define RD_BASE_ERR_H
#include <stdint.h>

typedef enum rd_rc {
#define RD_ERR(code, http, meaning) RD_##code,
#include "base/err.def"
#undef RD_ERR
	RD_RC_COUNT
} rd_rc;

typedef struct rd_words {
	const char *zh, *en;
} rd_words; /* text shown to people */

enum { RD_ZH, RD_EN }; /* a language, wherever one is asked for */

typedef struct rd_err {
	rd_rc code;
	uint32_t line;   /* 1-based line in `file`; 0 = not about a line */
	uint32_t column; /* 1-based; 0 = not known */
	char file[256];  /* tail of the path; "" = not about a file */
	char zh[320];    /* one line, a fact and what to do about it */
	char en[320];
} rd_err;

#define RD_NODISCARD    __attribute__((warn_unused_result))
#define RD_PRINTF(f, a) __attribute__((format(printf, f, a)))
/* Answers its n-th argument, a format or one of several: the compiler looks through. */
#define RD_FORMAT_ARG(n) __attribute__((format_arg(n)))

/* Fill *err and return `code`. Both formats take the same arguments in the same
 * order; the compiler checks the English one, tests/unit/err_test.c the pairing. */
rd_rc rd_fail(rd_err *err, rd_rc code, const char *zh, const char *en, ...) RD_PRINTF(4, 5);
/* The same with words that are there already. */
rd_rc rd_fail_words(rd_err *err, rd_rc code, rd_words words);
/* A refusal of the operating system: "zh" and "en" say what was tried, the words for `cause` (an
 * errno) are put behind them. The code is NOT_FOUND for ENOENT, else IO. */
rd_rc rd_fail_os(rd_err *err, int cause, const char *zh, const char *en);
/* Adds the place when none is set yet; keeps the code and returns it. */
rd_rc rd_err_at(rd_err *err, const char *file, uint32_t line);

const char *rd_rc_name(rd_rc rc); /* "NOT_FOUND" */
int rd_rc_http(rd_rc rc);         /* 404 */

/* The one macro allowed to return: use it where nothing is left to undo. */
#define RD_TRY(expr)                                                                               \
	do {                                                                                           \
		rd_rc rc_ = (expr);                                                                        \
		if (rc_ != RD_OK)                                                                          \
			return rc_;                                                                            \
	} while (0)
#endif
