/*
 * outliers.h - amounts far from what is usual on their account or with their partner.
 *
 * Everything lives in the caller's scratch arena; time is linear in the lines. The measure is
 * z = (log amount - median) / max(1.4826 * MAD, 0.1), on natural logarithms, upper side only.
 */
#ifndef RD_CHECK_OUTLIERS_H
#define RD_CHECK_OUTLIERS_H
#include "check/index.h"

typedef enum rd_outlier_why {
	RD_OUTLIER_ACCOUNT,
	RD_OUTLIER_PARTY,
	RD_OUTLIER_LARGEST
} rd_outlier_why;

typedef struct rd_outlier {
	rd_row line;
	rd_outlier_why why;
	rd_minor usual;  /* the median, or the next largest amount */
	uint32_t n;      /* amounts that it was compared with */
	int64_t z_milli; /* 0 when why is LARGEST */
} rd_outlier;

typedef struct rd_outlier_rules {
	uint32_t min_n;
	int64_t z, rsf;
	rd_minor min_amount;
	bool skip_bank; /* bank accounts are not judged as accounts */
} rd_outlier_rules;

typedef struct rd_outliers {
	rd_outlier *items; /* by voucher, the strongest of each */
	uint32_t n;
} rd_outliers;

/* False when nothing had enough amounts to be judged. */
bool rd_outliers_find(rd_outliers *ret, rd_arena *a, const rd_book *b, const rd_by_account *x,
                      const rd_outlier_rules *rules);

/* Half a percent of the turnover of a year; 0 without revenue. */
rd_minor rd_outlier_materiality(const rd_book *b);
#endif
