/*
 * months.h - months, quarters and years that a summary speaks of: 2024年3月, 3月份, 2024-03,
 * 15/03/2024, 一季度, Q1, March 2024, JANVIER, 2023年度.
 *
 * Pure functions on texts. What may be an amount, a model or part of a document number is
 * passed over: digits that touch letters, digits or a hyphen, and bare runs of six or eight
 * digits. May and mars (March) are months only beside a year.
 */
#ifndef RD_CHECK_MONTHS_H
#define RD_CHECK_MONTHS_H
#include "base/day.h"

#define RD_MONTHS_MAX 6u

typedef struct rd_month_token {
	int32_t year; /* 0 = not said */
	int32_t from; /* 1..12; 0 = the whole year */
	int32_t to;   /* = from, or the last month of a quarter */
} rd_month_token;

/* Up to RD_MONTHS_MAX tokens; *ret_range is set when months are joined to a range or list
 * (1-3月, 1月至3月): such a text fits many periods. */
uint32_t rd_months_find(rd_str s, rd_month_token out[RD_MONTHS_MAX], bool *ret_range);

/* Months from `period` to the nearest month of the token: 0 inside it, negative before. A token
 * without a year is taken to be the nearest of its kind. */
int32_t rd_month_distance(const rd_month_token *t, rd_period period);
#endif
