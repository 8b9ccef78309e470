/*
 * show.h - from the row of a record to JSON.
 *
 * Ids are decimal strings, because JavaScript has no 64-bit integers; times are RFC 3339 in UTC,
 * days YYYY-MM-DD, money {minor, currency}. A secret value that the reader may not see is shown as
 * {"masked": true}, when there is one; what a client's contact may not see is left out.
 *
 * Failure: none. Threads: any, no state.
 */
#ifndef RD_RECORD_SHOW_H
#define RD_RECORD_SHOW_H
#include "base/json.h"
#include "record/kind.h"

typedef struct rd_show_view {
	bool secrets; /* secret values are shown */
	bool client;  /* the reader is a contact of the client: client-visible fields only */
	bool labels;  /* "state_label" and "<enum>_label" {zh, en} beside the names */
} rd_show_view;

/* One object: id, kind, number, version, title, state, owner … and the fields. */
void rd_show_record(rd_json *j, const rd_kind *k, const rd_value *row, rd_show_view view);
/* The same as members of an object that is open, so that more can be added by the caller. */
void rd_show_members(rd_json *j, const rd_kind *k, const rd_value *row, rd_show_view view);
/* The value of one field; `cells` is its first column. */
void rd_show_value(rd_json *j, const rd_field *f, const rd_value *cells, rd_show_view view);
/* One object of a list: id, kind, version, title, state, archived and the given columns. */
void rd_show_columns(rd_json *j, const rd_kind *k, const rd_value *row, const uint16_t *columns,
                     uint32_t n, rd_show_view view);
/* One object for events with what differs between two rows: names of SQL columns in their order,
 * whole numbers and texts as they are stored, secret ones included; firm_id and id are left out.
 * before NULL = all that is not null. Returns how many columns. */
uint32_t rd_show_changed(rd_json *j, const rd_kind *k, const rd_value *before,
                         const rd_value *after);
bool rd_value_same(const rd_value *a, const rd_value *b);
/* Whether the reader may see a common column at all. */
bool rd_show_has(const rd_kind *k, rd_common column, rd_show_view view);
/* The text of a record's title, "" when it is null or not text. */
rd_str rd_show_title(const rd_kind *k, const rd_value *row);
/* RFC 3339 in UTC, "2026-02-24T01:30:00Z", with .ffffff only when there is a fraction. */
void rd_show_time(int64_t at_us, char out[40]);
#endif
