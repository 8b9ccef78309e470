#include "record/beside.h"
#include "base/assert.h"
#include "record/guard.h"
#include "record/words.h"
#include "store/queries.gen.h"

const char *const rd_link_meanings[] = {"causes",       "mitigates", "duplicates", "concerns",
                                        "follows-from", "helped-by", NULL};

/* ---- what all of them ask first ---- */

static rd_rc may(rd_tx *tx, const rd_actor *actor, const rd_kind *k, int64_t id, rd_record *ret,
                 rd_err *err)
{
	RD_TRY(rd_record_get(tx, actor, k, id, ret, err));
	return rd_may_record(tx, actor, ret, RD_KIND_COMMENT, err);
}

static rd_rc may_by_name(rd_tx *tx, const rd_actor *actor, rd_str kind, int64_t id, rd_record *ret,
                         rd_err *err)
{
	const rd_kind *k = rd_kind_find(kind);

	return k ? may(tx, actor, k, id, ret, err) : rd_may_not_found(err);
}

static rd_rc text_fits(rd_str text, uint32_t max, rd_err *err)
{
	if (rd_str_trim(text).len == 0)
		return rd_fail(err, RD_INPUT, "内容是空的；请写点什么",
		               "the text is blank; write something");
	if (text.len > max)
		return rd_fail(err, RD_INPUT, "内容超过 %u 字节；请写短一些，或作为附件",
		               "the text is over %u bytes; shorten it or attach it as a file", max);
	return RD_OK;
}

static rd_rc write(rd_tx *tx, const rd_actor *actor, const rd_record *r, rd_fact *f, rd_err *err)
{
	int64_t seq;

	f->kind = r->kind;
	f->record_id = rd_cell(r, RD_COL_ID)->i;
	return rd_fact_write(tx, actor, f, &seq, err);
}

static rd_rc not_yours(rd_err *err)
{
	return rd_fail(err, RD_FORBIDDEN, "这不是您写的；只有作者本人或管理员可以改动",
	               "somebody else wrote this; only its author or an administrator may change it");
}

static bool is_author(const rd_actor *actor, rd_str author)
{
	return actor->user_id ? rd_guard_person(author) == actor->user_id
	                      : rd_str_eq(actor->name, author);
}

/* ---- comments ---- */

static rd_rc users_exist(rd_tx *tx, const int64_t *users, uint32_t n, rd_err *err)
{
	const rd_kind *user = rd_kind_find(RD_STR("user"));
	rd_value cells[RD_KIND_COLUMNS_MAX];

	if (n > RD_MENTIONS_MAX)
		return rd_fail(err, RD_INPUT, "一条评论最多提到 %u 人",
		               "a comment may mention up to %u people", RD_MENTIONS_MAX);
	for (uint32_t i = 0; i < n; i++) {
		const rd_value key[] = {RD_VALUE_INT(tx->firm_id), RD_VALUE_INT(users[i])};
		bool there;

		RD_TRY(rd_db_one(tx->db, &user->get, key, tx->arena, cells, &there, err));
		if (!there)
			return rd_fail(err, RD_INPUT, "提到的人不在本公司",
			               "who is mentioned is not of the firm");
	}
	return RD_OK;
}

static bool clients_see(const rd_kind *k)
{
	const rd_kind_rights *read = &k->rights[RD_KIND_READ];

	for (uint16_t i = 0; i < read->n; i++)
		if (read->rows[i].roles & RD_KIND_CLIENT)
			return true;
	return false;
}

/* The comment that is answered is of this record and of this thread. */
static rd_rc parent_fits(rd_tx *tx, const rd_record *r, const rd_fact *f, rd_err *err)
{
	rd_q_comment_get_row parent;
	bool found;

	if (f->parent_id == 0)
		return RD_OK;
	RD_TRY(rd_q_comment_get(tx, f->parent_id, &parent, &found, err));
	if (!found || parent.record_id != rd_cell(r, RD_COL_ID)->i ||
	    !rd_str_is(parent.kind, r->kind->name))
		return rd_fail(err, RD_INPUT, "要回复的评论不在这条记录下",
		               "the comment that is answered is not of this record");
	if (parent.for_client != f->for_client)
		return rd_fail(err, RD_INPUT, "要回复的评论在另一个讨论区；内部讨论和与客户的沟通分开进行",
		               "the comment that is answered is of the other thread: what is said inside "
		               "and what is said to the client are kept apart");
	return RD_OK;
}

rd_rc rd_comment_add(const rd_engine *e, rd_tx *tx, const rd_actor *actor, const rd_kind *k,
                     int64_t record_id, const rd_comment_new *c, int64_t *ret_id, rd_err *err)
{
	bool contact = (actor->roles & RD_ROLE_CLIENT_CONTACT) != 0;
	rd_record r;
	rd_fact f = {.type = RD_FACT_COMMENTED,
	             .about_id = rd_store_new_id(e->store),
	             .parent_id = c->parent_id,
	             .text = c->body,
	             .for_client = c->for_client || contact,
	             .users = c->mentions,
	             .n_users = c->n_mentions};

	RD_TRY(may(tx, actor, k, record_id, &r, err));
	RD_TRY(text_fits(c->body, RD_COMMENT_MAX, err));
	if (f.for_client && !clients_see(k))
		return rd_fail(err, RD_INPUT, "客户看不到这类记录；请作为内部评论发表",
		               "clients never see records of this kind; say it inside");
	RD_TRY(users_exist(tx, c->mentions, c->n_mentions, err));
	RD_TRY(parent_fits(tx, &r, &f, err));
	RD_TRY(write(tx, actor, &r, &f, err));
	*ret_id = f.about_id;
	return RD_OK;
}

static rd_rc own_comment(rd_tx *tx, const rd_actor *actor, int64_t id, uint16_t roles,
                         rd_record *ret, rd_err *err)
{
	rd_q_comment_get_row c;
	bool found;

	RD_TRY(rd_q_comment_get(tx, id, &c, &found, err));
	if (!found || c.removed)
		return rd_may_not_found(err);
	RD_TRY(may_by_name(tx, actor, c.kind, c.record_id, ret, err));
	return is_author(actor, c.author) || (actor->roles & roles) ? RD_OK : not_yours(err);
}

rd_rc rd_comment_edit(rd_tx *tx, const rd_actor *actor, int64_t comment_id, rd_str body,
                      rd_err *err)
{
	rd_fact f = {.type = RD_FACT_COMMENT_EDITED, .about_id = comment_id, .text = body};
	rd_record r;

	RD_TRY(own_comment(tx, actor, comment_id, 0, &r, err));
	RD_TRY(text_fits(body, RD_COMMENT_MAX, err));
	return write(tx, actor, &r, &f, err);
}

rd_rc rd_comment_remove(rd_tx *tx, const rd_actor *actor, int64_t comment_id, rd_err *err)
{
	rd_fact f = {.type = RD_FACT_COMMENT_REMOVED, .about_id = comment_id};
	rd_record r;

	RD_TRY(own_comment(tx, actor, comment_id, RD_ROLE_ADMINISTRATOR, &r, err));
	return write(tx, actor, &r, &f, err);
}

/* ---- watchers, tags, links ---- */

rd_rc rd_watch_set(rd_tx *tx, const rd_actor *actor, const rd_kind *k, int64_t record_id, bool on,
                   rd_err *err)
{
	rd_fact f = {.type = on ? RD_FACT_WATCHED : RD_FACT_UNWATCHED, .about_id = actor->user_id};
	rd_record r;

	RD_TRY(rd_record_get(tx, actor, k, record_id, &r, err));
	if (actor->user_id == 0)
		return rd_fail(err, RD_FORBIDDEN, "只有本公司的人员可以关注",
		               "only people of the firm can watch");
	return write(tx, actor, &r, &f, err);
}

rd_rc rd_tag_set(rd_tx *tx, const rd_actor *actor, const rd_kind *k, int64_t record_id, rd_str tag,
                 bool on, rd_err *err)
{
	rd_fact f = {.type = on ? RD_FACT_TAGGED : RD_FACT_UNTAGGED};
	char folded[RD_TAG_MAX * 2];
	const rd_q_tag_list_row *tags;
	rd_record r;
	uint32_t n;

	RD_TRY(may(tx, actor, k, record_id, &r, err));
	RD_TRY(text_fits(tag, RD_TAG_MAX, err));
	n = rd_text_fold(rd_str_trim(tag), folded, sizeof folded);
	f.text = (rd_str){rd_arena_copy(tx->arena, folded, n), n};
	if (memchr(folded, ' ', n) || memchr(folded, ',', n) || memchr(folded, '"', n))
		return rd_fail(err, RD_INPUT, "标签里不能有空格、逗号和引号",
		               "a tag has no blanks, commas or quotes");
	RD_TRY(rd_q_tag_list(tx, rd_str_of(k->name), record_id, RD_TAGS_MAX + 1, &tags, &n, err));
	bool has = false;

	for (uint32_t i = 0; i < n; i++)
		has = has || rd_str_eq(tags[i].tag, f.text);
	if (on && n >= RD_TAGS_MAX && !has)
		return rd_fail(err, RD_LIMIT, "一条记录最多 %u 个标签", "a record has up to %u tags",
		               RD_TAGS_MAX);
	return has == on ? RD_OK : write(tx, actor, &r, &f, err);
}

static bool known_meaning(rd_str meaning)
{
	for (const char *const *m = rd_link_meanings; *m; m++)
		if (rd_str_is(meaning, *m))
			return true;
	return false;
}

rd_rc rd_link_set(rd_tx *tx, const rd_actor *actor, const rd_kind *k, int64_t record_id,
                  const rd_link *link, bool on, rd_err *err)
{
	rd_fact f = {.type = on ? RD_FACT_LINKED : RD_FACT_UNLINKED,
	             .text = link->meaning,
	             .other_kind = rd_str_of(link->other_kind->name),
	             .about_id = link->other_id};
	rd_record r, other;

	RD_TRY(may(tx, actor, k, record_id, &r, err));
	if (!known_meaning(link->meaning))
		return rd_fail(err, RD_INPUT,
		               "关联的含义只能是 causes、mitigates、duplicates、concerns、follows-from",
		               "a link means causes, mitigates, duplicates, concerns or follows-from");
	if (link->other_kind == k && link->other_id == record_id)
		return rd_fail(err, RD_INPUT, "不能关联到自己", "a record is not linked to itself");
	if (on)
		RD_TRY(rd_record_get(tx, actor, link->other_kind, link->other_id, &other, err));
	return write(tx, actor, &r, &f, err);
}

/* ---- attachments, reminders ---- */

static bool is_sha256(rd_str s)
{
	for (uint32_t i = 0; i < s.len; i++)
		if (!((s.ptr[i] >= '0' && s.ptr[i] <= '9') || (s.ptr[i] >= 'a' && s.ptr[i] <= 'f')))
			return false;
	return s.len == 64;
}

/* Files of a record whose state is sealed are evidence. */
static rd_rc not_sealed(const rd_record *r, rd_err *err)
{
	int32_t state = rd_kind_state_find(r->kind, rd_cell(r, RD_COL_STATE)->str);

	if (state < 0 || !(r->kind->sealed >> state & 1))
		return RD_OK;
	return rd_fail(err, RD_BARRED, "文件已是证据，不能再增加或移除；请另建一条记录上传",
	               "the files are evidence by now: none can be added or removed; make another "
	               "record for others");
}

rd_rc rd_attachment_add(const rd_engine *e, rd_tx *tx, const rd_actor *actor, const rd_kind *k,
                        int64_t record_id, const rd_attachment *file, int64_t *ret_id, rd_err *err)
{
	rd_fact f = {.type = RD_FACT_ATTACHED,
	             .about_id = rd_store_new_id(e->store),
	             .text = file->name,
	             .sha256 = file->sha256,
	             .media_type = file->media_type,
	             .size = file->size};
	rd_record r;

	RD_ASSERT(is_sha256(file->sha256));
	RD_TRY(may(tx, actor, k, record_id, &r, err));
	RD_TRY(not_sealed(&r, err));
	RD_TRY(text_fits(file->name, RD_FILE_NAME_MAX, err));
	RD_TRY(write(tx, actor, &r, &f, err));
	*ret_id = f.about_id;
	return RD_OK;
}

rd_rc rd_attachment_remove(rd_tx *tx, const rd_actor *actor, int64_t attachment_id, rd_err *err)
{
	rd_fact f = {.type = RD_FACT_DETACHED, .about_id = attachment_id};
	rd_q_attachment_get_row a;
	rd_record r;
	bool found;

	RD_TRY(rd_q_attachment_get(tx, attachment_id, &a, &found, err));
	if (!found || a.removed)
		return rd_may_not_found(err);
	RD_TRY(may_by_name(tx, actor, a.kind, a.record_id, &r, err));
	if (r.kind->keeps_files)
		return rd_fail(err, RD_BARRED,
		               "这类记录的文件是证据，不能移除；如传错，请另传正确的文件并说明",
		               "files of such a record are evidence and stay; when a wrong one was "
		               "attached, attach the right one and say so");
	if (!is_author(actor, a.author))
		RD_TRY(rd_may_record(tx, actor, &r, RD_KIND_CHANGE, err));
	RD_TRY(not_sealed(&r, err));
	return write(tx, actor, &r, &f, err);
}

rd_rc rd_reminder_add(const rd_engine *e, rd_tx *tx, const rd_actor *actor, const rd_kind *k,
                      int64_t record_id, int64_t at_us, rd_str note, int64_t *ret_id, rd_err *err)
{
	rd_fact f = {.type = RD_FACT_REMINDER_SET,
	             .about_id = rd_store_new_id(e->store),
	             .at_us = at_us,
	             .text = note,
	             .users = &actor->user_id,
	             .n_users = 1};
	rd_record r;

	RD_TRY(rd_record_get(tx, actor, k, record_id, &r, err));
	if (actor->user_id == 0)
		return rd_fail(err, RD_FORBIDDEN, "只有本公司的人员可以设提醒",
		               "only people of the firm can be reminded");
	if (at_us <= tx->now_us)
		return rd_fail(err, RD_INPUT, "提醒时间已经过去；请选将来的时间",
		               "the time of the reminder is past; choose one to come");
	if (note.len > RD_NOTE_MAX)
		return text_fits(note, RD_NOTE_MAX, err);
	RD_TRY(write(tx, actor, &r, &f, err));
	*ret_id = f.about_id;
	return RD_OK;
}

rd_rc rd_reminder_remove(rd_tx *tx, const rd_actor *actor, int64_t reminder_id, rd_err *err)
{
	rd_fact f = {.type = RD_FACT_REMINDER_DROPPED, .about_id = reminder_id};
	rd_q_reminder_get_row m;
	const rd_kind *k;
	rd_record r;
	bool found;

	RD_TRY(rd_q_reminder_get(tx, reminder_id, &m, &found, err));
	k = found ? rd_kind_find(m.kind) : NULL;
	if (k == NULL || (m.user_id != actor->user_id && !actor->system))
		return rd_may_not_found(err);
	RD_TRY(rd_record_get(tx, actor, k, m.record_id, &r, err));
	return write(tx, actor, &r, &f, err);
}
