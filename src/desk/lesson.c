#include "desk/lesson.h"
#include "desk/anonymous.h"
#include "desk/cell.h"
#include "desk/make.h"
#include "record/beside.h"
#include "store/queries.gen.h"

#define USERS_MAX    2000u
#define CONTACTS_MAX 200u
#define OTHERS_MAX   64u
#define NAMES_MAX    (USERS_MAX + CONTACTS_MAX + OTHERS_MAX)
#define TEXT_MAX     290000u /* of the article, bytes */

typedef struct drafting {
	rd_story story;
	rd_name *names;
	uint32_t n;
	rd_buf body;
} drafting;

static const rd_words a_client = {"某客户", "the client"};
static const rd_words its_books = {"该账套", "its books"};
static const rd_words a_party = {"某往来单位", "a business partner"};
static const rd_words a_person = {"有关人员", "the person concerned"};

/* ---- names ---- */

static void put_name(drafting *d, rd_str name, rd_words means)
{
	if (name.len && d->n < NAMES_MAX)
		d->names[d->n++] = (rd_name){name, means};
}

static void put_persons(drafting *d, rd_arena *a, rd_str list)
{
	json_t *names = list.len ? json_loadb(list.ptr, list.len, 0, NULL) : NULL;

	for (size_t i = 0; i < json_array_size(names); i++) {
		const char *name = json_string_value(json_array_get(names, i));

		if (name)
			put_name(d, rd_str_of(rd_arena_copy(a, name, strlen(name))), a_person);
	}
	json_decref(names);
}

static rd_rc find_names(drafting *d, rd_tx *tx, rd_err *err)
{
	static const char *const of_client[] = {"name", "short_name", "name_en", "uscc"};
	const rd_record *r = d->story.record, *client = &d->story.client;
	const rd_q_names_of_users_row *users;
	const rd_q_names_of_contacts_row *contacts;
	uint32_t n;

	d->names = RD_NEW_N(tx->arena, rd_name, NAMES_MAX);
	if (client->cells) {
		for (uint32_t i = 0; i < sizeof of_client / sizeof *of_client; i++)
			put_name(d, rd_field_str(client, of_client[i]), a_client);
		put_name(d, rd_field_str(client, "legal_person"), a_person);
		RD_TRY(rd_q_names_of_contacts(tx, rd_cell(client, RD_COL_ID)->i, CONTACTS_MAX, &contacts,
		                              &n, err));
		for (uint32_t i = 0; i < n; i++)
			put_name(d, contacts[i].name, a_person);
	}
	/* A set of books is called by its client. */
	put_name(d, d->story.books_name, its_books);
	put_name(d, rd_field_str(r, "party"), a_party);
	put_name(d, rd_field_str(r, "reported_by"), a_person);
	put_persons(d, tx->arena, rd_field_str(r, "persons"));
	RD_TRY(rd_q_names_of_users(tx, USERS_MAX, &users, &n, err));
	for (uint32_t i = 0; i < n; i++)
		put_name(d, users[i].name, a_person);
	return RD_OK;
}

/* ---- text ---- */

static void say(drafting *d, const char *zh, const char *en)
{
	rd_buf_puts(&d->body, d->story.english ? en : zh);
}

static void hide(drafting *d, rd_str text)
{
	if (text.len == 0)
		return;
	rd_anonymous_put(&d->body, text, d->names, d->n, d->story.english);
	rd_buf_puts(&d->body, "\n");
}

static void put_situation(drafting *d)
{
	const rd_record *r = d->story.record;
	const rd_value *amount = rd_field_cell(r, "amount");

	say(d, "## 情况\n\n", "## What happened\n\n");
	hide(d, rd_field_str(r, "appearance"));
	if (amount->type != RD_NULL) {
		say(d, "\n金额：约", "\nAmount: ");
		rd_buf_printf(&d->body, "%s %.*s\n", rd_anonymous_size(amount->i, d->story.english),
		              RD_STR_ARG(amount[1].str));
	}
}

static void put_cause(drafting *d)
{
	const rd_record *r = d->story.record;
	rd_str whys = rd_field_str(r, "whys");
	json_t *list = whys.len ? json_loadb(whys.ptr, whys.len, 0, NULL) : NULL;

	say(d, "\n## 原因\n\n", "\n## Why\n\n");
	rd_buf_str(&d->body, d->story.cause);
	rd_buf_puts(&d->body, d->story.cause.len ? "\n" : "");
	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *why = json_string_value(json_array_get(list, i));

		rd_buf_printf(&d->body, "\n%u. ", (unsigned)i + 1);
		hide(d, rd_str_of(why ? why : ""));
	}
	json_decref(list);
	hide(d, rd_field_str(r, "cause_note"));
}

static void put_rest(drafting *d)
{
	const rd_record *r = d->story.record;

	if (rd_field_str(r, "impact_note").len) {
		say(d, "\n## 影响\n\n", "\n## What it meant\n\n");
		hide(d, rd_field_str(r, "impact_note"));
	}
	say(d, "\n## 处理\n\n", "\n## How it was put right\n\n");
	if (d->story.type.cells)
		hide(d, rd_field_str(&d->story.type, "correction"));
	if (rd_field_str(r, "summary").len) {
		say(d, "\n## 结案小结\n\n", "\n## Closing summary\n\n");
		hide(d, rd_field_str(r, "summary"));
	}
	say(d, "\n## 经验\n\n今后怎样更早发现，怎样避免：\n",
	    "\n## What we learn\n\nHow to see it earlier, and how to prevent it:\n");
}

/* ---- the article ---- */

static void write_article(drafting *d, rd_buf *out)
{
	const rd_record *r = d->story.record;
	rd_buf name;
	rd_json j;

	rd_buf_init(&name, 2000);
	rd_buf_puts(&name, d->story.english ? "Lesson: " : "经验：");
	rd_buf_str(&name, d->story.type_name);
	rd_json_init(&j, out, 0);
	rd_json_object(&j);
	rd_json_put_str(&j, "name", rd_buf_view(&name));
	rd_json_put_str(&j, "summary", d->story.cause);
	rd_json_put_text(&j, "category", "lesson");
	rd_json_put_text(&j, "language", d->story.english ? "en" : "zh");
	rd_json_put_str(&j, "body", rd_buf_view(&d->body));
	rd_make_put_ids(&j, "exception_types", rd_field_int(r, "type", 0));
	rd_make_put_ids(&j, "causes", rd_field_int(r, "cause", 0));
	/* What few may read of the case, few may read of the lesson, until somebody opens it. */
	rd_json_put_bool(&j, "restricted", rd_cell(r, RD_COL_RESTRICTED)->i != 0);
	rd_json_close(&j);
	rd_buf_done(&name);
}

static rd_rc create_article(const rd_engine *e, rd_tx *tx, const rd_actor *actor, drafting *d,
                            rd_record *ret, rd_err *err)
{
	rd_buf out;

	rd_buf_init(&out, 2 * TEXT_MAX);
	write_article(d, &out);
	rd_rc rc = rd_make(e, tx, actor, "article", &out, ret, err);

	rd_buf_done(&out);
	return rc;
}

static rd_rc load_case(rd_tx *tx, const rd_actor *actor, int64_t id, rd_record *ret, rd_err *err)
{
	RD_TRY(rd_record_get(tx, actor, rd_kind_find(RD_STR("case")), id, ret, err));
	RD_TRY(rd_may_record(tx, actor, ret, RD_KIND_CHANGE, err));
	if (rd_field_int(ret, "lesson", 0))
		return rd_fail(err, RD_BARRED, "这起异常已有经验文章；请直接修改那篇文章",
		               "this case has a lesson already; work on that article");
	return RD_OK;
}

rd_rc rd_lesson_create(const rd_engine *e, rd_tx *tx, const rd_actor *actor, int64_t case_id,
                       rd_record *ret_article, rd_err *err)
{
	drafting *d = RD_NEW(tx->arena, drafting);
	rd_record was, article;
	bool english;

	RD_TRY(load_case(tx, actor, case_id, &was, err));
	RD_TRY(rd_story_english(tx, &english, err));
	RD_TRY(rd_story_load(tx, e, &was, english, &d->story, err));
	RD_TRY(find_names(d, tx, err));
	rd_buf_init(&d->body, TEXT_MAX);
	put_situation(d);
	put_cause(d);
	put_rest(d);
	rd_rc rc = create_article(e, tx, actor, d, &article, err);

	rd_buf_done(&d->body);
	if (rc != RD_OK)
		return rc;
	rd_record now = rd_record_copy(tx->arena, &was);

	*rd_field_cell(&now, "lesson") = RD_VALUE_INT(rd_cell(&article, RD_COL_ID)->i);
	RD_TRY(rd_record_write(tx, actor, &was, &now, err));
	*ret_article = article;
	return rd_link_set(tx, actor, article.kind, rd_cell(&article, RD_COL_ID)->i,
	                   &(rd_link){RD_STR("follows-from"), was.kind, case_id}, true, err);
}
