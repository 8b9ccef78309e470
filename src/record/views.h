/*
 * views.h - filters that people keep: private ones, and ones that are shared with the firm.
 *
 * A view is changed by its owner; an administrator may change and remove shared ones. They are
 * settings of people, not facts of the firm: no events.
 */
#ifndef RD_RECORD_VIEWS_H
#define RD_RECORD_VIEWS_H
#include "record/engine.h"

#define RD_VIEW_NAME_MAX    80u
#define RD_VIEW_COLUMNS_MAX 500u
#define RD_VIEWS_MAX        200u

typedef struct rd_view {
	int64_t id, owner_id, version;
	bool shared;
	rd_str name, filter, sort, columns; /* columns: keys joined by commas; "" = the kind's own */
} rd_view;

RD_NODISCARD rd_rc rd_view_list(rd_tx *tx, const rd_actor *actor, const rd_kind *k,
                                const rd_view **ret_list, uint32_t *ret_n, rd_err *err);
/* INPUT when the filter, the sort or a column is not good for the kind. */
RD_NODISCARD rd_rc rd_view_add(const rd_engine *e, rd_tx *tx, const rd_actor *actor,
                               const rd_kind *k, const rd_view *v, int64_t *ret_id, rd_err *err);
RD_NODISCARD rd_rc rd_view_change(const rd_engine *e, rd_tx *tx, const rd_actor *actor, int64_t id,
                                  const rd_view *v, rd_err *err);
RD_NODISCARD rd_rc rd_view_remove(rd_tx *tx, const rd_actor *actor, int64_t id, rd_err *err);
#endif
