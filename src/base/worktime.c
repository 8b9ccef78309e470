#include "base/worktime.h"
#include "base/assert.h"

#define MINUTE_US INT64_C(60000000)
#define DAY_US    (1440 * MINUTE_US)

const rd_worktime rd_worktime_preset = {
	.offset_min = 480,
	.spans = {{9 * 60, 12 * 60}, {13 * 60 + 30, 18 * 60}},
	.spans_n = 2,
};

static bool ascending(const rd_day *days, uint32_t n)
{
	for (uint32_t i = 1; i < n; i++)
		if (days[i] <= days[i - 1])
			return false;
	return true;
}

rd_rc rd_worktime_check(const rd_worktime *w, rd_err *err)
{
	if (w->spans_n == 0 || w->spans_n > RD_WORKTIME_SPANS_MAX)
		return rd_fail(err, RD_USAGE, "工作时间须有 1 至 %u 段；请改日历",
		               "working hours have 1 to %u spans; change the calendar",
		               RD_WORKTIME_SPANS_MAX);
	for (uint32_t i = 0; i < w->spans_n; i++) {
		int32_t after = i ? w->spans[i - 1].to_min : 0;

		if (w->spans[i].from_min < after || w->spans[i].to_min <= w->spans[i].from_min ||
		    w->spans[i].to_min > 1440)
			return rd_fail(err, RD_USAGE,
			               "工作时间第 %u 段不对：各段须在一天之内、先后排列、互不重叠",
			               "span %u of the working hours is wrong: spans lie within a day, in "
			               "order, and do not overlap",
			               i + 1);
	}
	if (w->offset_min < -14 * 60 || w->offset_min > 14 * 60)
		return rd_fail(err, RD_USAGE, "时区偏移 %d 分钟不对：须在 -840 至 840 之间",
		               "the time zone is off by %d minutes: it must be within -840 and 840",
		               w->offset_min);
	if (!ascending(w->off, w->off_n) || !ascending(w->on, w->on_n))
		return rd_fail(err, RD_USAGE, "另定的休息日和工作日须按日期排列，且不重复",
		               "the extra days off and on must be in order of date, each once");
	return RD_OK;
}

static bool has_day(const rd_day *days, uint32_t n, rd_day day)
{
	uint32_t from = 0, to = n;

	while (from < to) {
		uint32_t mid = from + (to - from) / 2;

		if (days[mid] < day)
			from = mid + 1;
		else
			to = mid;
	}
	return from < n && days[from] == day;
}

rd_day rd_worktime_day(const rd_worktime *w, int64_t at_us)
{
	int64_t local = at_us + w->offset_min * MINUTE_US, day = local / DAY_US;

	return (rd_day)(day - (local % DAY_US < 0));
}

int64_t rd_worktime_midnight(const rd_worktime *w, rd_day day)
{
	return day * DAY_US - w->offset_min * MINUTE_US;
}

/* Says in *estimated when the answer rests on a year whose holidays are not published. */
static bool day_works(const rd_worktime *w, rd_day day, bool *estimated)
{
	if (has_day(w->off, w->off_n, day))
		return false;
	if (has_day(w->on, w->on_n, day))
		return true;
	rd_day_kind kind = rd_calendar_kind(day);

	if (kind == RD_DAY_NOT_KNOWN) {
		*estimated = true;
		return rd_day_weekday(day) < 5;
	}
	return kind == RD_DAY_WORK || kind == RD_DAY_MAKEUP;
}

bool rd_worktime_works(const rd_worktime *w, rd_day day)
{
	bool estimated;

	return day_works(w, day, &estimated);
}

/* Worked microseconds of a working day within [from, to). */
static int64_t worked(const rd_worktime *w, rd_day day, int64_t from_us, int64_t to_us)
{
	int64_t midnight = rd_worktime_midnight(w, day), sum = 0;

	for (uint32_t i = 0; i < w->spans_n; i++) {
		int64_t begin = midnight + w->spans[i].from_min * MINUTE_US;
		int64_t end = midnight + w->spans[i].to_min * MINUTE_US;

		begin = begin < from_us ? from_us : begin;
		end = end > to_us ? to_us : end;
		sum += end > begin ? end - begin : 0;
	}
	return sum;
}

static rd_rc too_far(rd_err *err)
{
	return rd_fail(err, RD_LIMIT, "工作时间最多算 %d 天；请检查日期",
	               "working time is counted over %d days at most; check the dates",
	               RD_WORKTIME_DAYS_MAX);
}

bool rd_worktime_is_open(const rd_worktime *w, int64_t at_us)
{
	rd_day day = rd_worktime_day(w, at_us);

	return rd_worktime_works(w, day) && worked(w, day, at_us, at_us + 1) == 1;
}

rd_rc rd_worktime_next(const rd_worktime *w, int64_t at_us, rd_work_moment *ret_moment, rd_err *err)
{
	rd_day first = rd_worktime_day(w, at_us);
	bool estimated = false;

	for (rd_day day = first; day <= first + RD_WORKTIME_DAYS_MAX; day++) {
		if (!day_works(w, day, &estimated))
			continue;
		for (uint32_t i = 0; i < w->spans_n; i++) {
			int64_t midnight = rd_worktime_midnight(w, day);
			int64_t begin = midnight + w->spans[i].from_min * MINUTE_US;

			if (midnight + w->spans[i].to_min * MINUTE_US <= at_us)
				continue;
			*ret_moment = (rd_work_moment){begin > at_us ? begin : at_us, estimated};
			return RD_OK;
		}
	}
	return too_far(err);
}

rd_rc rd_worktime_between(const rd_worktime *w, int64_t from_us, int64_t to_us, int64_t *ret_us,
                          bool *ret_estimated, rd_err *err)
{
	int64_t early = from_us < to_us ? from_us : to_us, late = from_us < to_us ? to_us : from_us;
	rd_day first = rd_worktime_day(w, early), last = rd_worktime_day(w, late);
	bool estimated = false;
	int64_t sum = 0;

	if ((int64_t)last - first > RD_WORKTIME_DAYS_MAX)
		return too_far(err);
	for (rd_day day = first; day <= last; day++)
		if (day_works(w, day, &estimated))
			sum += worked(w, day, early, late);
	*ret_us = from_us <= to_us ? sum : -sum;
	*ret_estimated = estimated;
	return RD_OK;
}

/* The instant of a working day at which `us` were worked since `from_us`; there are so many. */
static int64_t forward(const rd_worktime *w, rd_day day, int64_t from_us, int64_t us)
{
	int64_t midnight = rd_worktime_midnight(w, day);

	for (uint32_t i = 0; i < w->spans_n; i++) {
		int64_t begin = midnight + w->spans[i].from_min * MINUTE_US;
		int64_t end = midnight + w->spans[i].to_min * MINUTE_US;

		begin = begin < from_us ? from_us : begin;
		if (end - begin >= us)
			return begin + us;
		us -= end > begin ? end - begin : 0;
	}
	RD_ASSERT(!"so much is worked on the day");
	return 0;
}

/* The instant of a working day from which `us` are worked until `to_us`; there are so many. */
static int64_t backward(const rd_worktime *w, rd_day day, int64_t to_us, int64_t us)
{
	int64_t midnight = rd_worktime_midnight(w, day);

	for (uint32_t i = w->spans_n; i-- > 0;) {
		int64_t begin = midnight + w->spans[i].from_min * MINUTE_US;
		int64_t end = midnight + w->spans[i].to_min * MINUTE_US;

		end = end > to_us ? to_us : end;
		if (end - begin >= us)
			return end - us;
		us -= end > begin ? end - begin : 0;
	}
	RD_ASSERT(!"so much is worked on the day");
	return 0;
}

rd_rc rd_worktime_add(const rd_worktime *w, int64_t from_us, int64_t us, rd_work_moment *ret_moment,
                      rd_err *err)
{
	rd_day first = rd_worktime_day(w, from_us);
	int32_t step = us < 0 ? -1 : 1;
	uint64_t left = us < 0 ? -(uint64_t)us : (uint64_t)us;
	bool estimated = false;

	if (us == 0) {
		*ret_moment = (rd_work_moment){from_us, false};
		return RD_OK;
	}
	for (int32_t i = 0; i <= RD_WORKTIME_DAYS_MAX; i++) {
		rd_day day = first + step * i;

		if (!day_works(w, day, &estimated))
			continue;
		uint64_t here = (uint64_t)(us < 0 ? worked(w, day, INT64_MIN, from_us)
		                                  : worked(w, day, from_us, INT64_MAX));

		if (left <= here) {
			int64_t at = us < 0 ? backward(w, day, from_us, (int64_t)left)
			                    : forward(w, day, from_us, (int64_t)left);

			*ret_moment = (rd_work_moment){at, estimated};
			return RD_OK;
		}
		left -= here;
	}
	return too_far(err);
}

rd_rc rd_worktime_add_days(const rd_worktime *w, rd_day day, int32_t n, rd_work_day *ret_day,
                           rd_err *err)
{
	int32_t step = n < 0 ? -1 : 1;
	uint32_t left = n < 0 ? -(uint32_t)n : (uint32_t)n;
	bool estimated = false;
	rd_day at = day;

	/* With 0 the day itself counts: it is the first working day after the day before. */
	if (n == 0) {
		at--;
		left = 1;
	}
	for (int32_t i = 0; i <= RD_WORKTIME_DAYS_MAX; i++) {
		at += step;
		if (day_works(w, at, &estimated) && --left == 0) {
			*ret_day = (rd_work_day){at, estimated};
			return RD_OK;
		}
	}
	return too_far(err);
}

int32_t rd_worktime_days(const rd_worktime *w, rd_day first, rd_day last)
{
	int32_t n = 0;

	if ((int64_t)last - first >= RD_WORKTIME_DAYS_MAX)
		last = first + RD_WORKTIME_DAYS_MAX - 1;
	for (rd_day day = first; day <= last; day++)
		n += rd_worktime_works(w, day);
	return n;
}
