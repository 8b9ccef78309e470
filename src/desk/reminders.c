#include "desk/reminders.h"
#include "base/day.h"
#include "desk/choices.h"
#include "desk/jobs.h"
#include "desk/settings.h"
#include "record/engine.h"
#include "record/list.h"
#include "store/queries.gen.h"
#include <stdio.h>

#define AT_ONCE    100u /* reminders in one transaction */
#define PAGE       100u /* due records in one transaction */
#define PAGES_MAX  100u /* of one kind and firm in one run */
#define PEOPLE_MAX 1000u
#define DAY_US     86400000000LL
#define HOUR_US    3600000000LL
#define QUIET_DAYS 40u

/* ---- reminders ---- */

static rd_rc remind(rd_tx *tx, const rd_desk *desk, const rd_q_reminder_due_row *row, rd_err *err)
{
	const rd_kind *k = rd_kind_find(row->kind);
	const rd_actor system = rd_desk_system(tx->firm_id);
	rd_fact gone = {.type = RD_FACT_REMINDER_DROPPED,
	                .kind = k,
	                .record_id = row->record_id,
	                .about_id = row->id};
	rd_record r;
	rd_err why = {0};
	int64_t seq;
	bool told;

	if (k == NULL)
		return rd_q_reminder_remove(tx, row->id, NULL, err); /* of a kind that is no more */
	rd_rc rc = rd_record_get(tx, &system, k, row->record_id, &r, &why);

	if (rc == RD_OK) {
		const rd_notice notice = {RD_MESSAGE_REMINDED, &r, row->id, RD_STR("system"), row->note};

		RD_TRY(rd_notice_tell(tx, desk, row->user_id, &notice, &told, err));
	} else if (rc != RD_NOT_FOUND) {
		*err = why;
		return rc;
	}
	return rd_fact_write(tx, &system, &gone, &seq, err);
}

typedef struct reminding {
	const rd_desk *desk;
	uint32_t n;
} reminding;

static rd_rc remind_some(rd_tx *tx, void *ctx, rd_err *err)
{
	reminding *r = ctx;
	const rd_q_reminder_due_row *rows;

	RD_TRY(rd_q_reminder_due(tx, tx->now_us, AT_ONCE, &rows, &r->n, err));
	for (uint32_t i = 0; i < r->n; i++)
		RD_TRY(remind(tx, r->desk, &rows[i], err));
	return RD_OK;
}

typedef struct asking {
	bool any;
} asking;

static rd_rc any_reminder(rd_tx *tx, void *ctx, rd_err *err)
{
	asking *q = ctx;
	const rd_q_reminder_due_row *rows;
	uint32_t n;

	RD_TRY(rd_q_reminder_due(tx, tx->now_us, 1, &rows, &n, err));
	q->any = n > 0;
	return RD_OK;
}

/* Asked by reading first: most firms have nothing due in most minutes. */
static rd_rc reminders_of(rd_store *s, int64_t firm_id, void *ctx, rd_arena *a, rd_err *err)
{
	reminding r = {.desk = ctx, .n = AT_ONCE};
	asking q = {false};

	RD_TRY(rd_store_read(s, firm_id, a, any_reminder, &q, err));
	while (q.any && r.n == AT_ONCE)
		RD_TRY(rd_store_write(s, firm_id, a, remind_some, &r, err));
	return RD_OK;
}

static rd_rc reminders(rd_store *s, void *ctx, rd_arena *a, rd_err *err)
{
	(void)a;
	return rd_each_firm(s, reminders_of, ctx, err);
}

/* ---- due ---- */

typedef struct due {
	const rd_desk *desk;
	const rd_kind *kind;
	rd_str cursor, next; /* of the page at hand, and the one behind it */
	bool any;
} due;

static rd_rc warn(rd_tx *tx, const rd_desk *desk, const rd_record *r, int64_t soon_us, rd_err *err)
{
	int64_t people[RD_NOTICE_PEOPLE_MAX], at = rd_cell(r, RD_COL_DUE)->i;
	bool told = false, one;
	char detail[24];
	int n_detail = snprintf(detail, sizeof detail, "%lld", (long long)at);
	rd_notice notice = {.record = r,
	                    .mark = at,
	                    .actor = RD_STR("system"),
	                    .detail = {detail, (uint32_t)n_detail}};
	uint32_t n;

	if (at > tx->now_us + soon_us || at < tx->now_us - RD_OVERDUE_US)
		return RD_OK;
	notice.what = at > tx->now_us ? RD_MESSAGE_DUE_SOON : RD_MESSAGE_OVERDUE;
	RD_TRY(rd_notice_people(tx, r, false, people, &n, err));
	for (uint32_t i = 0; i < n; i++) {
		RD_TRY(rd_notice_tell(tx, desk, people[i], &notice, &one, err));
		told = told || one;
	}
	return told ? rd_notice_groups(tx, desk, &notice, err) : RD_OK;
}

/* Whole days around the window; warn looks at the moment. */
static void filter_of(int64_t now_us, int64_t soon_us, int32_t offset_s, char out[80])
{
	char first[16], last[16];
	int64_t local = now_us + (int64_t)offset_s * 1000000;

	rd_day_format((rd_day)((local - RD_OVERDUE_US) / DAY_US), first);
	rd_day_format((rd_day)((local + soon_us) / DAY_US), last);
	(void)snprintf(out, 80, "state:open due:%s..%s", first, last);
}

/* One page of open records whose due day is in the window; *ret_soon_us before they are warned. */
static rd_rc due_list(rd_tx *tx, const due *d, uint32_t limit, rd_list *ret, int64_t *ret_soon_us,
                      rd_err *err)
{
	const rd_actor system = rd_desk_system(tx->firm_id);
	char filter[80];
	int64_t hours;

	RD_TRY(rd_setting_int(tx, RD_SET_DUE_SOON_HOURS, &hours, err));
	*ret_soon_us = hours * HOUR_US;
	filter_of(tx->now_us, *ret_soon_us, d->desk->zone_offset_s, filter);
	return rd_list_get(tx, &system,
	                   &(rd_list_input){.kind = d->kind,
	                                    .filter = rd_str_of(filter),
	                                    .sort = RD_STR("due"),
	                                    .cursor = d->cursor,
	                                    .limit = limit,
	                                    .zone_offset_s = d->desk->zone_offset_s},
	                   ret, err);
}

/* Asked by reading first, as for reminders. */
static rd_rc any_due(rd_tx *tx, void *ctx, rd_err *err)
{
	due *d = ctx;
	int64_t soon_us;
	rd_list list;

	RD_TRY(due_list(tx, d, 1, &list, &soon_us, err));
	d->any = list.n > 0;
	return RD_OK;
}

static rd_rc due_page(rd_tx *tx, void *ctx, rd_err *err)
{
	due *d = ctx;
	int64_t soon_us;
	rd_list list;

	RD_TRY(due_list(tx, d, PAGE, &list, &soon_us, err));
	for (uint32_t i = 0; i < list.n; i++)
		RD_TRY(warn(tx, d->desk, &list.records[i], soon_us, err));
	d->next = list.next; /* the cursor stays: the transaction may run again */
	return RD_OK;
}

static rd_rc due_of(rd_store *s, int64_t firm_id, void *ctx, rd_arena *a, rd_err *err)
{
	for (uint32_t i = 0; i < rd_kinds_count; i++) {
		due d = {.desk = ctx, .kind = rd_kinds[i], .cursor = {"", 0}};

		/* Cases have clocks of their own: desk/ladder.h. */
		if (!d.kind->common[RD_COL_DUE].used || strcmp(d.kind->name, "case") == 0)
			continue;
		RD_TRY(rd_store_read(s, firm_id, a, any_due, &d, err));
		for (uint32_t page = 0; d.any && page < PAGES_MAX; page++) {
			RD_TRY(rd_store_write(s, firm_id, a, due_page, &d, err));
			d.cursor = d.next;
			d.any = d.next.len > 0;
		}
	}
	return RD_OK;
}

static rd_rc due_all(rd_store *s, void *ctx, rd_arena *a, rd_err *err)
{
	(void)a;
	return rd_each_firm(s, due_of, ctx, err);
}

/* ---- digests ---- */

/* The last time of the day `minutes` that is not after now. */
static int64_t last_digest(int64_t now_us, int32_t minutes, int32_t offset_s)
{
	int64_t shift = (int64_t)offset_s * 1000000;
	int64_t midnight = (now_us + shift) / DAY_US * DAY_US - shift;
	int64_t at = midnight + (int64_t)minutes * 60000000;

	return at <= now_us ? at : at - DAY_US;
}

static rd_rc order_digest(rd_tx *tx, const rd_desk *desk, const rd_person *p, const rd_choices *c,
                          rd_err *err)
{
	rd_job_new job = {.queue = RD_STR("post"), .kind = RD_STR("notice.digest")};
	rd_worktime hours;
	char body[48];
	int64_t job_id;
	int n = snprintf(body, sizeof body, "{\"user\":%lld}", (long long)p->id);

	job.body = (rd_str){body, (uint32_t)n};
	RD_TRY(rd_hours_load(tx, p->calendar_id, tx->now_us, QUIET_DAYS, desk->zone_offset_s, &hours,
	                     err));
	RD_TRY(rd_quiet_until(&c->quiet, &hours, tx->now_us, &job.run_at_us, err));
	RD_TRY(rd_job_add(desk->store, tx, &job, &job_id, err));
	return rd_q_digest_order(tx, p->id, job_id, NULL, err);
}

static rd_rc digests_in(rd_tx *tx, void *ctx, rd_err *err)
{
	const rd_desk *desk = ctx;
	const rd_q_digest_people_row *people;
	uint32_t n;

	RD_TRY(rd_q_digest_people(tx, PEOPLE_MAX, &people, &n, err));
	for (uint32_t i = 0; i < n; i++) {
		rd_choices c;
		rd_person p;
		bool found;

		RD_TRY(rd_choices_get(tx, people[i].user_id, &c, err));
		if (people[i].first_us > last_digest(tx->now_us, c.digest_min, desk->zone_offset_s))
			continue;
		RD_TRY(rd_person_load(tx, people[i].user_id, &p, &found, err));
		if (found && p.active)
			RD_TRY(order_digest(tx, desk, &p, &c, err));
		RD_TRY(rd_q_digest_drop(tx, people[i].user_id, NULL, err));
	}
	return RD_OK;
}

static rd_rc any_digest(rd_tx *tx, void *ctx, rd_err *err)
{
	asking *q = ctx;
	const rd_q_digest_people_row *people;
	uint32_t n;

	RD_TRY(rd_q_digest_people(tx, 1, &people, &n, err));
	q->any = n > 0;
	return RD_OK;
}

static rd_rc digests_of(rd_store *s, int64_t firm_id, void *ctx, rd_arena *a, rd_err *err)
{
	asking q = {false};

	RD_TRY(rd_store_read(s, firm_id, a, any_digest, &q, err));
	return q.any ? rd_store_write(s, firm_id, a, digests_in, ctx, err) : RD_OK;
}

static rd_rc digests(rd_store *s, void *ctx, rd_arena *a, rd_err *err)
{
	(void)a;
	return rd_each_firm(s, digests_of, ctx, err);
}

void rd_reminders_entries(const rd_desk *desk, rd_periodic_entry entries[RD_REMINDERS_N])
{
	void *ctx = (void *)desk;

	entries[0] = (rd_periodic_entry){"reminders", 60, 600, reminders, ctx};
	entries[1] = (rd_periodic_entry){"due", 600, 1800, due_all, ctx};
	entries[2] = (rd_periodic_entry){"digests", 300, 600, digests, ctx};
}
