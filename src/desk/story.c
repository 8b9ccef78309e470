#include "desk/story.h"
#include "base/day.h"
#include "base/money.h"
#include "desk/cell.h"
#include "desk/person.h"
#include "record/show.h"
#include "store/queries.gen.h"

#define CAUSE_LEVELS_MAX 8u
#define PATH_MAX_BYTES   2000u
#define DAY_US           86400000000LL

rd_rc rd_story_english(rd_tx *tx, bool *ret_english, rd_err *err)
{
	rd_q_firm_manner_row firm;
	bool found;

	RD_TRY(rd_q_firm_manner(tx, &firm, &found, err));
	*ret_english = found && rd_str_is(firm.language, "en");
	return RD_OK;
}

rd_rc rd_story_record(rd_tx *tx, const char *kind, int64_t id, rd_record *ret_record,
                      bool *ret_found, rd_err *err)
{
	const rd_actor system = rd_desk_system(tx->firm_id);
	rd_err why = {0};
	rd_rc rc = RD_NOT_FOUND;

	*ret_found = false;
	if (id)
		rc = rd_record_get(tx, &system, rd_kind_find(rd_str_of(kind)), id, ret_record, &why);
	*ret_found = rc == RD_OK;
	if (rc == RD_OK || rc == RD_NOT_FOUND)
		return RD_OK;
	*err = why;
	return rc;
}

/* The name in the language of the story, where a record has two. */
static rd_str name_of(const rd_record *r, bool english)
{
	rd_str en = RD_STR("");

	if (english && rd_kind_field_find(r->kind, RD_STR("name_en")) >= 0)
		en = rd_field_str(r, "name_en");
	return en.len ? en : rd_show_title(r->kind, r->cells);
}

static rd_rc title_of(rd_tx *tx, const char *kind, int64_t id, bool english, rd_str *ret,
                      rd_err *err)
{
	rd_record r;
	bool found;

	RD_TRY(rd_story_record(tx, kind, id, &r, &found, err));
	*ret = found ? name_of(&r, english) : RD_STR("");
	return RD_OK;
}

/* From the root to the cause. */
static rd_rc cause_path(rd_tx *tx, int64_t id, bool english, rd_str *ret, rd_err *err)
{
	rd_str names[CAUSE_LEVELS_MAX];
	uint32_t n = 0;
	rd_buf path;

	while (id && n < CAUSE_LEVELS_MAX) {
		rd_record r;
		bool found;

		RD_TRY(rd_story_record(tx, "cause", id, &r, &found, err));
		if (!found)
			break;
		names[n++] = name_of(&r, english);
		id = rd_field_int(&r, "parent", 0);
	}
	*ret = RD_STR("");
	if (n == 0)
		return RD_OK;
	rd_buf_init(&path, PATH_MAX_BYTES);
	for (uint32_t i = n; i > 0; i--) {
		rd_buf_str(&path, names[i - 1]);
		rd_buf_puts(&path, i > 1 ? " › " : "");
	}
	*ret = (rd_str){rd_arena_copy(tx->arena, path.data, path.size), (uint32_t)path.size};
	rd_buf_done(&path);
	return RD_OK;
}

static int64_t common_id(const rd_record *r, rd_common column)
{
	return rd_cell(r, column)->type == RD_INT ? rd_cell(r, column)->i : 0;
}

rd_rc rd_story_load(rd_tx *tx, const rd_engine *e, const rd_record *record, bool english,
                    rd_story *ret_story, rd_err *err)
{
	const rd_value *number = rd_cell(record, RD_COL_NUMBER);
	rd_story s = {.record = record, .english = english, .offset_s = e->zone_offset_s};
	bool found;

	s.number = number->type == RD_TEXT ? number->str : RD_STR("");
	s.title = rd_show_title(record->kind, record->cells);
	RD_TRY(rd_story_record(tx, "exception_type", rd_field_int(record, "type", 0), &s.type, &found,
	                       err));
	s.type_name = found ? name_of(&s.type, english) : RD_STR("");
	if (!found)
		s.type.cells = NULL;
	RD_TRY(rd_story_record(tx, "client", common_id(record, RD_COL_CLIENT), &s.client, &found, err));
	s.client_name = found ? name_of(&s.client, english) : RD_STR("");
	if (!found)
		s.client.cells = NULL;
	RD_TRY(cause_path(tx, rd_field_int(record, "cause", 0), english, &s.cause, err));
	RD_TRY(title_of(tx, "books", rd_field_int(record, "books", 0), english, &s.books_name, err));
	RD_TRY(title_of(tx, "user", rd_field_int(record, "reporter", 0), english, &s.reporter, err));
	RD_TRY(title_of(tx, "user", common_id(record, RD_COL_OWNER), english, &s.owner, err));
	RD_TRY(title_of(tx, "user", rd_field_int(record, "reviewer", 0), english, &s.reviewer, err));
	RD_TRY(title_of(tx, "article", rd_field_int(record, "lesson", 0), english, &s.lesson, err));
	*ret_story = s;
	return RD_OK;
}

bool rd_story_money(rd_buf *b, const rd_record *r, const char *field)
{
	const rd_value *v = rd_field_cell(r, field);
	char text[RD_MINOR_TEXT];

	if (v->type == RD_NULL)
		return false;
	rd_minor_format(v->i, rd_currency_decimals(v[1].str), true, text);
	rd_buf_printf(b, "%s %.*s", text, RD_STR_ARG(v[1].str));
	return true;
}

bool rd_story_day(rd_buf *b, const rd_record *r, const char *field)
{
	const rd_value *v = rd_field_cell(r, field);
	char text[16];

	if (v->type == RD_NULL)
		return false;
	rd_day_format((rd_day)v->i, text);
	rd_buf_puts(b, text);
	return true;
}

bool rd_story_moment(rd_buf *b, const rd_story *s, const char *field)
{
	const rd_value *v = rd_field_cell(s->record, field);
	char text[16];

	if (v->type == RD_NULL)
		return false;
	int64_t local = v->i + (int64_t)s->offset_s * 1000000, minutes = local % DAY_US / 60000000;

	rd_day_format((rd_day)(local / DAY_US), text);
	rd_buf_printf(b, "%s %02d:%02d", text, (int)(minutes / 60), (int)(minutes % 60));
	return true;
}

rd_str rd_story_option(const rd_story *s, const char *field)
{
	const rd_kind *k = s->record->kind;
	int32_t i = rd_kind_field_find(k, rd_str_of(field));
	rd_str name = rd_field_str(s->record, field);
	const rd_option *o = name.len ? rd_field_option_find(&k->fields[i], name) : NULL;

	return o ? rd_str_of(s->english ? o->label.en : o->label.zh) : RD_STR("");
}
