/*
 * series.h - voucher numbers sorted into the series in which they should run without a gap.
 *
 * A strand is what is numbered together: one journal (凭证字) and one form of the number
 * (what is printed before and behind it; zeros in front and fractions such as 1/2 do not
 * count). Where no number of one journal is born by another and together they leave fewer
 * holes, the numbers run through all journals and make one strand. A strand falls into
 * series where its numbers begin anew: every month, every (fiscal) year, or never. That is
 * found from the data: a month or year counts as begun anew when its smallest number is at
 * most 3, or at most a quarter of the largest one before; enough of them must.
 *
 * The set is an index of the run, built once: 8 bytes a voucher stay, 12 to 20 are needed while it
 * is built. Time is linear in the vouchers. Numbers without digits and number 0
 * belong to no series; neither do vouchers without a number.
 */
#ifndef RD_CHECK_SERIES_H
#define RD_CHECK_SERIES_H
#include "check/check.h"

typedef enum rd_reset { RD_RESET_NONE, RD_RESET_YEAR, RD_RESET_MONTH } rd_reset;

typedef struct rd_numbers {
	uint32_t strand, form; /* form: private */
	rd_period period;      /* the first it holds; 0 = undated */
	uint64_t first, last;  /* smallest and largest number */
	uint32_t numbers;      /* distinct numbers */
	uint32_t repeated;     /* of these, on more than one voucher; fractions kept apart */
	bool starts;           /* its beginning lies within the data */
	bool wide;             /* span beyond what can be packed: has no items */
	size_t from, to;       /* its items, by number and then voucher */
} rd_numbers;

typedef struct rd_number_strand {
	rd_text journal; /* 0 = no journal, or all of them */
	rd_reset reset;
	uint32_t numbers; /* sums over its series */
	uint32_t repeated;
} rd_number_strand;

typedef struct rd_number_set {
	uint32_t n, n_strands;
	rd_numbers *series;
	rd_number_strand *strands;
	uint64_t *items; /* packed: see the functions below */
	uint32_t shift;
	bool hopeless; /* nearly every voucher would be a series of its own; then n is 0 */
	struct rd_number_maps *maps; /* private */
} rd_number_set;

#define RD_RESET_SHARE 80

/* The series of a book, shared by all checks: RD_RESET_SHARE percent of the months (years) must
 * begin anew for numbers to count by month (year). */
const rd_number_set *rd_index_numbers(rd_run *run, const rd_book *b);
/* The same for another percentage, in an arena of the caller's. */
const rd_number_set *rd_number_set_build(rd_arena *a, const rd_book *b, int64_t reset_share);

static inline rd_row rd_number_voucher(const rd_number_set *s, size_t at)
{
	return (rd_row)(s->items[at] & ((UINT64_C(1) << s->shift) - 1));
}

static inline uint64_t rd_number_value(const rd_number_set *s, const rd_numbers *q, size_t at)
{
	return q->first + (s->items[at] >> s->shift);
}

/* The end of the run of items with the number of item `at`. */
static inline size_t rd_number_run(const rd_number_set *s, const rd_numbers *q, size_t at)
{
	size_t to = at + 1;

	while (to < q->to && s->items[to] >> s->shift == s->items[at] >> s->shift)
		to++;
	return to;
}

/* What tells vouchers of one number apart ("3 1/2", "3 2/2"); 0 = no fraction. */
uint32_t rd_number_fraction(const rd_number_set *s, const rd_book *b, rd_row voucher);

/* "2024-03 记" or "2024 记" or "记": what people call a series. At most size-1 bytes. */
void rd_numbers_name(const rd_number_set *s, const rd_book *b, const rd_numbers *q, char *out,
                     size_t size);
/* Journal, form and period of a series as one number that is the same next month. */
uint64_t rd_numbers_key(const rd_number_set *s, const rd_book *b, const rd_numbers *q);
#endif
