/* Working time against a version that walks minute by minute, and the filing deadlines. */
#include "base/deadline.h"
#include "base/worktime.h"
#include "unit.h"

#define MIN INT64_C(60000000)
#define DAY (1440 * MIN)

static const rd_worktime *const china = &rd_worktime_preset;

/* Minute `minute` since 1970, UTC, is worked: straight from the words of the header. */
static bool minute_works(const rd_worktime *w, int64_t minute)
{
	int64_t local = minute + w->offset_min;
	rd_day day = (rd_day)(local / 1440);
	int32_t of_day = (int32_t)(local % 1440);
	rd_day_kind kind = rd_calendar_kind(day);
	bool works = kind == RD_DAY_NOT_KNOWN ? rd_day_weekday(day) < 5
	                                      : kind == RD_DAY_WORK || kind == RD_DAY_MAKEUP;

	for (uint32_t i = 0; i < w->on_n; i++)
		works = works || w->on[i] == day;
	for (uint32_t i = 0; i < w->off_n; i++)
		works = works && w->off[i] != day;
	for (uint32_t i = 0; works && i < w->spans_n; i++)
		if (of_day >= w->spans[i].from_min && of_day < w->spans[i].to_min)
			return true;
	return false;
}

#define WINDOW 20 /* days from `first` on that the walk covers */

typedef struct walk {
	rd_worktime w;
	rd_day days[2][6];
	int64_t first; /* minute */
	bool open[WINDOW * 1440];
} walk;

static void walk_random(walk *k, uint64_t *seed)
{
	static const int32_t offsets[] = {480, 0, -300, 345, 840};
	rd_day day = rd_day_of(2023, 12, 20) + (rd_day)unit_below(seed, 3 * 365 + 30);
	int32_t at = 0;

	k->w = (rd_worktime){.offset_min = offsets[unit_below(seed, 5)],
	                     .spans_n = 1 + unit_below(seed, 4),
	                     .off = k->days[0],
	                     .on = k->days[1],
	                     .off_n = unit_below(seed, 4),
	                     .on_n = unit_below(seed, 4)};
	for (uint32_t i = 0; i < k->w.spans_n; i++) {
		k->w.spans[i].from_min = at + (int32_t)unit_below(seed, 150) * (int32_t)unit_below(seed, 2);
		at = k->w.spans[i].to_min = k->w.spans[i].from_min + 1 + (int32_t)unit_below(seed, 200);
	}
	for (uint32_t list = 0; list < 2; list++)
		for (uint32_t i = 0; i < 6; i++)
			k->days[list][i] = (i ? k->days[list][i - 1] : day) + 1 + (rd_day)unit_below(seed, 5);
	k->first = (int64_t)day * 1440;
	for (uint32_t i = 0; i < WINDOW * 1440; i++)
		k->open[i] = minute_works(&k->w, k->first + i);
}

static void compare_instant(const walk *k, uint64_t *seed)
{
	uint32_t a = 4 * 1440 + unit_below(seed, 8 * 1440), b = unit_below(seed, WINDOW * 1440),
			 next = a;
	int64_t at_us = (k->first + a) * MIN, want = 0, got;
	rd_work_moment m;
	bool estimated;
	rd_err err = {0};

	UNIT_INT(rd_worktime_is_open(&k->w, at_us), k->open[a]);
	UNIT_INT(rd_worktime_is_open(&k->w, at_us + MIN - 1), k->open[a]);
	for (uint32_t i = a < b ? a : b; i < (a < b ? b : a); i++)
		want += k->open[i] ? MIN : 0;
	UNIT_OK(rd_worktime_between(&k->w, at_us, (k->first + b) * MIN, &got, &estimated, &err), &err);
	UNIT_INT(got, a <= b ? want : -want);
	while (next < WINDOW * 1440 && !k->open[next])
		next++;
	UNIT_OK(rd_worktime_next(&k->w, at_us, &m, &err), &err);
	if (next < WINDOW * 1440)
		UNIT_INT(m.at_us, (k->first + next) * MIN);
}

static void compare_add(const walk *k, uint64_t *seed)
{
	uint32_t a = 4 * 1440 + unit_below(seed, 8 * 1440), i = a;
	int64_t minutes = 1 + unit_below(seed, 900), left = minutes;
	rd_work_moment m;
	rd_err err = {0};

	for (; left > 0 && i < WINDOW * 1440; i++)
		left -= k->open[i];
	UNIT_OK(rd_worktime_add(&k->w, (k->first + a) * MIN, minutes * MIN, &m, &err), &err);
	if (left == 0)
		UNIT_INT(m.at_us, (k->first + i) * MIN);
	left = minutes;
	for (i = a; left > 0 && i > 0; i--)
		left -= k->open[i - 1];
	UNIT_OK(rd_worktime_add(&k->w, (k->first + a) * MIN, -minutes * MIN, &m, &err), &err);
	if (left == 0)
		UNIT_INT(m.at_us, (k->first + i) * MIN);
}

static void random_hours_agree_with_a_walk(void)
{
	static walk k;
	uint64_t seed = 17;
	rd_err err = {0};

	for (uint32_t i = 0; i < 60; i++) {
		walk_random(&k, &seed);
		unit_case("calendar %u", i);
		UNIT_OK(rd_worktime_check(&k.w, &err), &err);
		for (uint32_t j = 0; j < 40; j++) {
			compare_instant(&k, &seed);
			compare_add(&k, &seed);
		}
	}
}

static int64_t at(int32_t y, int32_t m, int32_t d, int32_t hour, int32_t minute)
{
	return rd_worktime_midnight(china, rd_day_of(y, m, d)) + (hour * 60 + minute) * MIN;
}

static void due_times_pass_lunch_and_holidays(void)
{
	rd_work_moment m;
	int64_t us;
	bool estimated;
	rd_err err = {0};

	/* Friday 2026-09-25 is the Mid-Autumn holiday; Sunday 20 is worked for National Day. */
	UNIT_OK(rd_worktime_add(china, at(2026, 9, 24, 17, 0), 2 * 60 * MIN, &m, &err), &err);
	UNIT_INT(m.at_us, at(2026, 9, 28, 10, 0));
	UNIT_TRUE(!m.estimated);
	UNIT_OK(rd_worktime_add(china, at(2026, 9, 24, 11, 0), 2 * 60 * MIN, &m, &err), &err);
	UNIT_INT(m.at_us, at(2026, 9, 24, 14, 30));
	UNIT_TRUE(rd_worktime_is_open(china, at(2026, 9, 20, 9, 0)));
	/* The end of a span is when the time is up, not the begin of the next. */
	UNIT_OK(rd_worktime_add(china, at(2026, 9, 24, 17, 0), 60 * MIN, &m, &err), &err);
	UNIT_INT(m.at_us, at(2026, 9, 24, 18, 0));
	UNIT_TRUE(!rd_worktime_is_open(china, m.at_us));
	UNIT_OK(rd_worktime_next(china, m.at_us, &m, &err), &err);
	UNIT_INT(m.at_us, at(2026, 9, 28, 9, 0));
	UNIT_OK(rd_worktime_between(china, at(2026, 9, 24, 0, 0), at(2026, 9, 29, 0, 0), &us,
	                            &estimated, &err),
	        &err);
	UNIT_INT(us, 2 * 450 * MIN);
	UNIT_OK(rd_worktime_add(china, at(2026, 9, 28, 9, 0), 0, &m, &err), &err);
	UNIT_INT(m.at_us, at(2026, 9, 28, 9, 0));
}

static void years_without_holidays_are_estimates(void)
{
	rd_work_moment m;
	rd_work_day d;
	int64_t us;
	bool estimated;
	rd_err err = {0};

	UNIT_OK(rd_worktime_add(china, at(2026, 12, 31, 17, 0), 2 * 60 * MIN, &m, &err), &err);
	UNIT_TRUE(m.estimated);
	UNIT_INT(m.at_us, at(2027, 1, 1, 10, 0));
	UNIT_OK(rd_worktime_between(china, at(2026, 12, 31, 0, 0), at(2027, 1, 1, 9, 0), &us,
	                            &estimated, &err),
	        &err);
	UNIT_TRUE(estimated);
	UNIT_OK(rd_worktime_add_days(china, rd_day_of(2026, 12, 30), 1, &d, &err), &err);
	UNIT_TRUE(!d.estimated && d.day == rd_day_of(2026, 12, 31));
	UNIT_OK(rd_worktime_add_days(china, rd_day_of(2026, 12, 30), 2, &d, &err), &err);
	UNIT_TRUE(d.estimated && d.day == rd_day_of(2027, 1, 1));
}

static void working_days_are_counted_both_ways(void)
{
	rd_err err = {0};

	for (rd_day day = rd_day_of(2025, 12, 25); day < rd_day_of(2026, 3, 5); day++) {
		rd_day later = day, earlier = day;

		for (int32_t n = 1; n <= 6; n++) {
			rd_work_day d;

			do
				later++;
			while (!rd_worktime_works(china, later));
			do
				earlier--;
			while (!rd_worktime_works(china, earlier));
			UNIT_OK(rd_worktime_add_days(china, day, n, &d, &err), &err);
			UNIT_INT(d.day, later);
			UNIT_INT(rd_worktime_days(china, day + 1, later), n);
			UNIT_OK(rd_worktime_add_days(china, day, -n, &d, &err), &err);
			UNIT_INT(d.day, earlier);
		}
		rd_work_day d;

		UNIT_OK(rd_worktime_add_days(china, day, 0, &d, &err), &err);
		UNIT_TRUE(d.day >= day && rd_worktime_works(china, d.day));
		UNIT_INT(rd_worktime_days(china, day, d.day), 1);
	}
	UNIT_INT(rd_worktime_days(china, 10, 9), 0);
}

static void lists_of_the_firm_beat_the_calendar(void)
{
	rd_day monday = rd_day_of(2026, 11, 23), off[] = {monday, monday + 5},
		   on[] = {monday + 5, monday + 6};
	rd_worktime w = rd_worktime_preset;

	w.off = off;
	w.on = on;
	w.off_n = w.on_n = 2;
	UNIT_TRUE(!rd_worktime_works(&w, monday));
	UNIT_TRUE(!rd_worktime_works(&w, monday + 5)); /* in both */
	UNIT_TRUE(rd_worktime_works(&w, monday + 6));
	UNIT_TRUE(rd_worktime_works(&w, monday + 1));
}

static void wrong_hours_are_refused(void)
{
	static const rd_day unsorted[] = {5, 5};
	static const rd_worktime wrong[] = {
		{.offset_min = 480, .spans_n = 0},
		{.offset_min = 480, .spans_n = RD_WORKTIME_SPANS_MAX + 1},
		{.offset_min = 480, .spans_n = 1, .spans = {{600, 600}}},
		{.offset_min = 480, .spans_n = 1, .spans = {{-1, 600}}},
		{.offset_min = 480, .spans_n = 1, .spans = {{600, 1441}}},
		{.offset_min = 480, .spans_n = 2, .spans = {{600, 700}, {699, 800}}},
		{.offset_min = 841, .spans_n = 1, .spans = {{600, 700}}},
		{.offset_min = 480, .spans_n = 1, .spans = {{600, 700}}, .off = unsorted, .off_n = 2},
		{.offset_min = 480, .spans_n = 1, .spans = {{600, 700}}, .on = unsorted, .on_n = 2},
	};
	rd_err err = {0};

	UNIT_OK(rd_worktime_check(china, &err), &err);
	for (uint32_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		unit_case("row %u", i);
		UNIT_INT(rd_worktime_check(&wrong[i], &err), RD_USAGE);
	}
}

static void questions_have_an_end(void)
{
	int64_t us = 0;
	bool estimated;
	rd_work_moment m;
	rd_work_day d;
	rd_err err = {0};

	UNIT_INT(rd_worktime_between(china, 0, 40000 * DAY, &us, &estimated, &err), RD_LIMIT);
	UNIT_INT(rd_worktime_add(china, 0, INT64_MAX, &m, &err), RD_LIMIT);
	UNIT_INT(rd_worktime_add(china, 0, INT64_MIN, &m, &err), RD_LIMIT);
	UNIT_INT(rd_worktime_add_days(china, 0, INT32_MAX, &d, &err), RD_LIMIT);
	UNIT_INT(rd_worktime_add_days(china, 0, INT32_MIN, &d, &err), RD_LIMIT);
	/* Before 1970 days are counted down, not towards zero. */
	UNIT_INT(rd_worktime_day(china, -8 * 60 * MIN - 1), -1);
	UNIT_INT(rd_worktime_day(china, -8 * 60 * MIN), 0);
}

static void deadlines_are_the_published_ones(void)
{
	static const int32_t days[12] = {20, 24, 16, 20, 22, 15, 15, 17, 15, 26, 16, 15};

	for (int32_t month = 1; month <= 12; month++) {
		rd_deadline d = rd_deadline_of(2026 * 100 + month),
					r = rd_deadline_rule(2026 * 100 + month);

		unit_case("2026-%02d", month);
		UNIT_INT(d.day, rd_day_of(2026, month, days[month - 1]));
		UNIT_INT(d.basis, RD_DEADLINE_OFFICIAL);
		UNIT_INT(r.day, d.day);
		UNIT_INT(r.basis, RD_DEADLINE_RULE);
	}
}

/* Months of years whose table is not compiled in, as the domain notes give them. */
static void deadlines_of_other_years_follow_the_rule(void)
{
	static const int32_t days[2][12] = {{15, 23, 15, 18, 22, 17, 15, 15, 18, 24, 15, 16},
	                                    {15, 20, 17, 18, 22, 16, 15, 15, 15, 27, 17, 15}};

	for (int32_t i = 0; i < 24; i++) {
		int32_t year = 2024 + i / 12, month = i % 12 + 1;
		rd_deadline d = rd_deadline_of(year * 100 + month);

		unit_case("%d-%02d", year, month);
		UNIT_INT(d.day, rd_day_of(year, month, days[i / 12][month - 1]));
		UNIT_INT(d.basis, RD_DEADLINE_RULE);
	}
	UNIT_INT(rd_deadline_of(202705).basis, RD_DEADLINE_GUESS);
	UNIT_INT(rd_deadline_of(202705).day, rd_day_of(2027, 5, 17)); /* the 15th is a Saturday */
}

const unit_test worktime_tests[] = {
	{"random hours agree with a walk", random_hours_agree_with_a_walk},
	{"due times pass lunch and holidays", due_times_pass_lunch_and_holidays},
	{"years without holidays are estimates", years_without_holidays_are_estimates},
	{"working days are counted both ways", working_days_are_counted_both_ways},
	{"lists of the firm beat the calendar", lists_of_the_firm_beat_the_calendar},
	{"wrong hours are refused", wrong_hours_are_refused},
	{"questions have an end", questions_have_an_end},
	{"deadlines are the published ones", deadlines_are_the_published_ones},
	{"deadlines of other years follow the rule", deadlines_of_other_years_follow_the_rule},
	{0},
};
