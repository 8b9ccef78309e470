#include "record/views.h"
#include "store/queries.gen.h"

rd_rc rd_view_list(rd_tx *tx, const rd_actor *actor, const rd_kind *k, const rd_view **ret_list,
                   uint32_t *ret_n, rd_err *err)
{
	const rd_q_view_list_row *rows;
	uint32_t n;

	RD_TRY(rd_q_view_list(tx, rd_str_of(k->name), actor->user_id, RD_VIEWS_MAX, &rows, &n, err));
	rd_view *list = RD_NEW_N(tx->arena, rd_view, n + 1);

	for (uint32_t i = 0; i < n; i++)
		list[i] = (rd_view){.id = rows[i].id,
		                    .owner_id = rows[i].owner_id,
		                    .version = rows[i].version,
		                    .shared = rows[i].shared,
		                    .name = rows[i].name,
		                    .filter = rows[i].filter,
		                    .sort = rows[i].sort,
		                    .columns = rows[i].columns};
	*ret_list = list;
	*ret_n = n;
	return RD_OK;
}

static rd_rc columns_known(const rd_kind *k, rd_str columns, rd_err *err)
{
	uint32_t at = 0;

	while (at < columns.len) {
		uint32_t end = at;

		while (end < columns.len && columns.ptr[end] != ',')
			end++;
		rd_str key = {columns.ptr + at, end - at};

		if (rd_kind_column_find(k, key) < 0)
			return rd_fail(err, RD_INPUT, "没有这一列：%.*s", "no such column: %.*s",
			               (int)(key.len < 60 ? key.len : 60), key.ptr);
		at = end + 1;
	}
	return RD_OK;
}

/* A view that cannot be run is refused when it is kept, not when somebody opens it. */
static rd_rc good(const rd_engine *e, rd_tx *tx, const rd_actor *actor, const rd_kind *k,
                  const rd_view *v, rd_err *err)
{
	rd_filter filter;

	if (rd_str_trim(v->name).len == 0)
		return rd_fail(err, RD_INPUT, "请给视图起个名字", "give the view a name");
	RD_TRY(columns_known(k, v->columns, err));
	return rd_filter_compile(&(rd_filter_input){.kind = k,
	                                            .firm_id = tx->firm_id,
	                                            .text = v->filter,
	                                            .sort = v->sort,
	                                            .cursor = RD_STR(""),
	                                            .user_id = actor->user_id,
	                                            .now_us = tx->now_us,
	                                            .offset_s = e->zone_offset_s,
	                                            .secrets = true},
	                         tx->arena, &filter, err);
}

rd_rc rd_view_add(const rd_engine *e, rd_tx *tx, const rd_actor *actor, const rd_kind *k,
                  const rd_view *v, int64_t *ret_id, rd_err *err)
{
	int64_t id = rd_store_new_id(e->store);

	RD_TRY(good(e, tx, actor, k, v, err));
	RD_TRY(rd_q_view_add(tx, id, rd_str_of(k->name), actor->user_id, v->shared, v->name, v->filter,
	                     v->sort, v->columns, NULL, err));
	*ret_id = id;
	return RD_OK;
}

static rd_rc mine(rd_tx *tx, const rd_actor *actor, int64_t id, rd_q_view_get_row *ret, rd_err *err)
{
	bool found;

	RD_TRY(rd_q_view_get(tx, id, ret, &found, err));
	if (!found || (ret->owner_id != actor->user_id && !ret->shared))
		return rd_may_not_found(err);
	if (ret->owner_id != actor->user_id && !(actor->roles & RD_ROLE_ADMINISTRATOR))
		return rd_fail(err, RD_FORBIDDEN, "这是别人的视图；可以另存一个自己的",
		               "this view is somebody else's; keep one of your own");
	return RD_OK;
}

rd_rc rd_view_change(const rd_engine *e, rd_tx *tx, const rd_actor *actor, int64_t id,
                     const rd_view *v, rd_err *err)
{
	rd_q_view_get_row row;
	int64_t changed;

	RD_TRY(mine(tx, actor, id, &row, err));
	const rd_kind *k = rd_kind_find(row.kind);

	if (k == NULL)
		return rd_may_not_found(err);
	RD_TRY(good(e, tx, actor, k, v, err));
	RD_TRY(rd_q_view_change(tx, id, v->version, v->shared, v->name, v->filter, v->sort, v->columns,
	                        &changed, err));
	if (changed != 1)
		return rd_fail(err, RD_CONFLICT, "这个视图刚刚被改过；请重新打开",
		               "the view has just been changed; open it again");
	return RD_OK;
}

rd_rc rd_view_remove(rd_tx *tx, const rd_actor *actor, int64_t id, rd_err *err)
{
	rd_q_view_get_row row;

	RD_TRY(mine(tx, actor, id, &row, err));
	return rd_q_view_remove(tx, id, NULL, err);
}
