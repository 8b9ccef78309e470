#include "record/around.h"
#include "record/beside.h"
#include "store/queries.gen.h"

rd_rc rd_around_comments(rd_tx *tx, const rd_actor *actor, const rd_kind *k, int64_t id,
                         int64_t after_id, uint32_t max, const rd_comment **ret_list,
                         uint32_t *ret_n, rd_err *err)
{
	const rd_q_comment_list_row *rows;
	rd_record r;
	uint32_t n;

	RD_TRY(rd_record_get(tx, actor, k, id, &r, err));
	RD_TRY(rd_q_comment_list(tx, rd_str_of(k->name), id, after_id,
	                         (actor->roles & RD_ROLE_CLIENT_CONTACT) != 0, max, &rows, &n, err));
	rd_comment *list = RD_NEW_N(tx->arena, rd_comment, n + 1);

	for (uint32_t i = 0; i < n; i++)
		list[i] = (rd_comment){.id = rows[i].id,
		                       .parent_id = rows[i].parent_id,
		                       .at_us = rows[i].at_us,
		                       .edited_at_us = rows[i].edited_at_us,
		                       .author = rows[i].author,
		                       .body = rows[i].body,
		                       .for_client = rows[i].for_client,
		                       .removed = rows[i].removed};
	*ret_list = list;
	*ret_n = n;
	return RD_OK;
}

rd_rc rd_around_watchers(rd_tx *tx, const rd_actor *actor, const rd_kind *k, int64_t id,
                         const int64_t **ret_users, uint32_t *ret_n, rd_err *err)
{
	const rd_q_watch_list_row *rows;
	rd_record r;
	uint32_t n;

	RD_TRY(rd_record_get(tx, actor, k, id, &r, err));
	RD_TRY(rd_q_watch_list(tx, rd_str_of(k->name), id, RD_BESIDE_LIST_MAX, &rows, &n, err));
	int64_t *users = RD_NEW_N(tx->arena, int64_t, n + 1);

	for (uint32_t i = 0; i < n; i++)
		users[i] = rows[i].user_id;
	*ret_users = users;
	*ret_n = n;
	return RD_OK;
}

rd_rc rd_around_tags(rd_tx *tx, const rd_actor *actor, const rd_kind *k, int64_t id,
                     const rd_str **ret_tags, uint32_t *ret_n, rd_err *err)
{
	const rd_q_tag_list_row *rows;
	rd_record r;
	uint32_t n;

	RD_TRY(rd_record_get(tx, actor, k, id, &r, err));
	RD_TRY(rd_q_tag_list(tx, rd_str_of(k->name), id, RD_TAGS_MAX, &rows, &n, err));
	rd_str *tags = RD_NEW_N(tx->arena, rd_str, n + 1);

	for (uint32_t i = 0; i < n; i++)
		tags[i] = rows[i].tag;
	*ret_tags = tags;
	*ret_n = n;
	return RD_OK;
}

rd_rc rd_around_links(rd_tx *tx, const rd_actor *actor, const rd_kind *k, int64_t id,
                      const rd_linked **ret_list, uint32_t *ret_n, rd_err *err)
{
	const rd_q_link_list_row *rows;
	rd_record r;
	uint32_t n_rows, n = 0;

	RD_TRY(rd_record_get(tx, actor, k, id, &r, err));
	RD_TRY(rd_q_link_list(tx, rd_str_of(k->name), id, RD_BESIDE_LIST_MAX, &rows, &n_rows, err));
	rd_linked *list = RD_NEW_N(tx->arena, rd_linked, n_rows + 1);

	for (uint32_t i = 0; i < n_rows; i++) {
		const rd_kind *other = rd_kind_find(rows[i].other_kind);
		rd_rc rc = other ? rd_record_get(tx, actor, other, rows[i].other_id, &list[n].other, err)
		                 : RD_NOT_FOUND;

		if (rc == RD_NOT_FOUND || rc == RD_FORBIDDEN)
			continue;
		RD_TRY(rc);
		list[n].inward = rows[i].inward;
		list[n++].meaning = rows[i].meaning;
	}
	*ret_list = list;
	*ret_n = n;
	return RD_OK;
}

rd_rc rd_around_attachments(rd_tx *tx, const rd_actor *actor, const rd_kind *k, int64_t id,
                            const rd_attached **ret_list, uint32_t *ret_n, rd_err *err)
{
	const rd_q_attachment_list_row *rows;
	rd_record r;
	uint32_t n;

	RD_TRY(rd_record_get(tx, actor, k, id, &r, err));
	RD_TRY(rd_q_attachment_list(tx, rd_str_of(k->name), id, RD_BESIDE_LIST_MAX, &rows, &n, err));
	rd_attached *list = RD_NEW_N(tx->arena, rd_attached, n + 1);

	for (uint32_t i = 0; i < n; i++)
		list[i] = (rd_attached){.id = rows[i].id,
		                        .size = rows[i].size,
		                        .at_us = rows[i].at_us,
		                        .name = rows[i].name,
		                        .sha256 = rows[i].sha256,
		                        .media_type = rows[i].media_type,
		                        .author = rows[i].author};
	*ret_list = list;
	*ret_n = n;
	return RD_OK;
}

rd_rc rd_around_attachment(rd_tx *tx, const rd_actor *actor, int64_t attachment_id,
                           rd_attached *ret, rd_err *err)
{
	rd_q_attachment_get_row row;
	const rd_kind *k;
	rd_record r;
	bool found;

	RD_TRY(rd_q_attachment_get(tx, attachment_id, &row, &found, err));
	k = found && !row.removed ? rd_kind_find(row.kind) : NULL;
	if (k == NULL)
		return rd_may_not_found(err);
	RD_TRY(rd_record_get(tx, actor, k, row.record_id, &r, err));
	*ret = (rd_attached){.id = attachment_id,
	                     .size = row.size,
	                     .name = row.name,
	                     .sha256 = row.sha256,
	                     .media_type = row.media_type,
	                     .author = row.author,
	                     .of = r};
	return RD_OK;
}

rd_rc rd_around_reminders(rd_tx *tx, const rd_actor *actor, const rd_kind *k, int64_t id,
                          const rd_reminder **ret_list, uint32_t *ret_n, rd_err *err)
{
	const rd_q_reminder_list_row *rows;
	rd_record r;
	uint32_t n;

	RD_TRY(rd_record_get(tx, actor, k, id, &r, err));
	RD_TRY(rd_q_reminder_list(tx, rd_str_of(k->name), id, actor->user_id, RD_BESIDE_LIST_MAX, &rows,
	                          &n, err));
	rd_reminder *list = RD_NEW_N(tx->arena, rd_reminder, n + 1);

	for (uint32_t i = 0; i < n; i++)
		list[i] = (rd_reminder){rows[i].id, rows[i].at_us, rows[i].note};
	*ret_list = list;
	*ret_n = n;
	return RD_OK;
}
