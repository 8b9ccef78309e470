/*
 * reminders.h - what the calendar tells people: reminders that they set, records that are due, and
 * the daily digest. Periodic entries (desk/periodic.h) over all firms.
 *
 * Reminders that are due become a notice and are dropped from the record (an event, like the
 * setting of it). Open records warn whoever owns or works on them the hours of
 * notices.due-soon-hours before the due time, and when it has passed; each due time once, so a
 * record that is given more time warns again. Overdue by more than RD_OVERDUE_US tells nobody.
 * Cases are left to their clocks (desk/ladder.h).
 */
#ifndef RD_DESK_REMINDERS_H
#define RD_DESK_REMINDERS_H
#include "desk/notice.h"
#include "desk/periodic.h"

#define RD_OVERDUE_US (7 * 86400000000LL)

/* The entries "reminders", "due" and "digests"; `desk` must live as long. */
#define RD_REMINDERS_N 3u
void rd_reminders_entries(const rd_desk *desk, rd_periodic_entry entries[RD_REMINDERS_N]);
#endif
