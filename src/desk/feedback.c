#include "desk/feedback.h"
#include "desk/cell.h"
#include "desk/hooks.h"
#include "desk/hours.h"
#include "desk/make.h"
#include "desk/person.h"
#include "desk/settings.h"
#include "desk/tasks.h"
#include "store/queries.gen.h"

#define USERS_MAX 2000u
#define BODY_MAX  (128u << 10)

typedef struct telling {
	rd_hook_call *call;
	const rd_story *story;
	int64_t due_us;
	int64_t told[4]; /* users: who is told, and who needs not be */
	uint32_t n_told;
} telling;

/* ---- words ---- */

static void put_line(rd_buf *b, const rd_story *s, const char *zh, const char *en, rd_str text)
{
	if (text.len == 0)
		return;
	rd_buf_puts(b, s->english ? en : zh);
	rd_buf_puts(b, s->english ? ": " : "：");
	rd_buf_str(b, text);
	rd_buf_char(b, '\n');
}

static void put_begin(rd_buf *b, const rd_story *s, bool reporter)
{
	if (s->english)
		rd_buf_puts(b, reporter ? "The exception that you reported, "
		                        : "The exception in books that you work on, ");
	else
		rd_buf_puts(b, reporter ? "您报告的异常 " : "与您经办的账务有关的异常 ");
	rd_buf_printf(b, s->english ? "%.*s (%.*s)" : "%.*s（%.*s）", RD_STR_ARG(s->number),
	              RD_STR_ARG(s->title));
	rd_buf_puts(b, s->english ? ", has been dealt with, looked at by a second person and closed.\n"
	                          : "已核实处理，并经复核关闭。\n");
}

static void put_for_staff(rd_buf *b, const rd_story *s, bool reporter)
{
	put_begin(b, s, reporter);
	put_line(b, s, "客户", "Client", s->client_name);
	put_line(b, s, "原因", "Cause", s->cause);
	put_line(b, s, "小结", "Summary", rd_field_str(s->record, "summary"));
	put_line(b, s, "经验", "Lesson", s->lesson);
	rd_buf_puts(b, s->english ? "Please acknowledge; write into the answer what you see otherwise."
	                          : "请确认收到；如有不同意见，请写在回复中。");
}

/* What a client reads holds nothing but what the client sees of the case anyway. */
static void put_for_client(rd_buf *b, const rd_story *s)
{
	const rd_record *r = s->record;

	rd_buf_puts(b, s->english
	                   ? "The following matter in your books has been dealt with and checked:\n"
	                   : "贵单位账务中的以下事项已核实处理，并经复核：\n");
	put_line(b, s, "事项", "Matter", s->title);
	put_line(b, s, "会计期间", "Period", rd_field_str(r, "period"));
	put_line(b, s, "凭证", "Voucher", rd_field_str(r, "voucher"));
	if (rd_field_cell(r, "amount")->type != RD_NULL) {
		rd_buf_puts(b, s->english ? "Amount: " : "金额：");
		(void)rd_story_money(b, r, "amount");
		rd_buf_char(b, '\n');
	}
	rd_buf_puts(b,
	            s->english
	                ? "Please acknowledge that you have read this; ask in the answer if anything "
	                  "is unclear."
	                : "请确认收到；如有疑问，请写在回复中，我们会与您联系。");
}

/* ---- records ---- */

typedef struct receiver {
	const char *audience;
	int64_t user_id, contact_id, owner_id; /* 0 = none */
} receiver;

static void put_name(rd_json *j, const rd_story *s, bool client)
{
	rd_buf name;

	rd_buf_init(&name, 1000);
	if (client)
		rd_buf_puts(&name, s->english ? "Outcome: " : "处理结果：");
	else
		rd_buf_puts(&name, s->english ? "Feedback: " : "反馈：");
	rd_buf_printf(&name, "%.*s", RD_STR_ARG(s->number));
	rd_json_put_str(j, "name", rd_buf_view(&name));
	rd_buf_done(&name);
}

static rd_rc send(telling *t, const receiver *to, rd_err *err)
{
	const rd_actor system = rd_task_system(t->call);
	const rd_story *s = t->story;
	bool client = strcmp(to->audience, "client") == 0;
	rd_buf text, body;
	rd_record made;
	rd_json j;

	rd_buf_init(&text, BODY_MAX);
	if (client)
		put_for_client(&text, s);
	else
		put_for_staff(&text, s, strcmp(to->audience, "reporter") == 0);
	rd_buf_init(&body, 2 * BODY_MAX);
	rd_json_init(&j, &body, 0);
	rd_json_object(&j);
	put_name(&j, s, client);
	rd_make_put_id(&j, "case", rd_cell(s->record, RD_COL_ID)->i);
	rd_json_put_text(&j, "audience", to->audience);
	rd_make_put_id(&j, "to_user", to->user_id);
	rd_make_put_id(&j, "to_contact", to->contact_id);
	rd_make_put_id(&j, "owner", to->owner_id);
	rd_json_put_str(&j, "body", rd_buf_view(&text));
	rd_make_put_time(&j, "due", t->due_us);
	rd_make_put_like(&j, s->record);
	rd_json_close(&j);
	rd_rc rc = rd_make(t->call->engine, t->call->tx, &system, "feedback", &body, &made, err);

	rd_buf_done(&body);
	rd_buf_done(&text);
	if (rc == RD_OK && to->contact_id)
		rc = rd_feedback_letter_order(t->call->engine->store, t->call->tx,
		                              rd_cell(&made, RD_COL_ID)->i, err);
	return rc;
}

/* ---- to whom ---- */

static bool knows(const telling *t, int64_t user_id)
{
	for (uint32_t i = 0; i < t->n_told; i++)
		if (t->told[i] == user_id)
			return true;
	return false;
}

static rd_rc tell_user(telling *t, const char *audience, int64_t user_id, rd_err *err)
{
	rd_person p;
	bool found;

	if (user_id == 0 || knows(t, user_id))
		return RD_OK;
	RD_TRY(rd_person_load(t->call->tx, user_id, &p, &found, err));
	if (!found || !p.active)
		return RD_OK;
	t->told[t->n_told++] = user_id;
	return send(t, &(receiver){.audience = audience, .user_id = user_id, .owner_id = user_id}, err);
}

static int64_t among(const json_t *persons, const rd_q_names_of_users_row *users, uint32_t n)
{
	for (size_t i = 0; i < json_array_size(persons); i++)
		for (uint32_t k = 0; k < n; k++) {
			const char *name = json_string_value(json_array_get(persons, i));

			if (name && rd_str_is(users[k].name, name))
				return users[k].id;
		}
	return 0;
}

static rd_rc find_preparer(const telling *t, int64_t *ret_id, rd_err *err)
{
	rd_str text = rd_field_str(t->story->record, "persons");
	const rd_q_names_of_users_row *users;
	uint32_t n;

	*ret_id = 0;
	if (text.len) {
		RD_TRY(rd_q_names_of_users(t->call->tx, USERS_MAX, &users, &n, err));
		json_t *persons = json_loadb(text.ptr, text.len, 0, NULL);

		*ret_id = among(persons, users, n);
		json_decref(persons);
	}
	if (*ret_id == 0 && t->story->client.cells)
		*ret_id = rd_field_int(&t->story->client, "accountant", 0);
	return RD_OK;
}

static rd_rc client_is_told(const telling *t, bool *ret, rd_err *err)
{
	const rd_story *s = t->story;
	rd_str choice, origin = rd_field_str(s->record, "origin");
	rd_q_questions_about_row asked;
	bool found;

	*ret = false;
	if (s->client.cells == NULL)
		return RD_OK;
	RD_TRY(rd_setting_text(t->call->tx, RD_SET_FEEDBACK_CLIENT, &choice, err));
	RD_TRY(
		rd_q_questions_about(t->call->tx, rd_cell(s->record, RD_COL_ID)->i, &asked, &found, err));
	*ret = rd_str_is(choice, "always") ||
	       (rd_str_is(choice, "concerned") &&
	        ((s->type.cells && rd_field_int(&s->type, "to_client", 0)) || asked.n > 0 ||
	         rd_str_is(origin, "client") || rd_str_is(origin, "link")));
	return RD_OK;
}

static rd_rc tell_client(telling *t, rd_err *err)
{
	const rd_value *owner = rd_cell(t->story->record, RD_COL_OWNER);
	const rd_q_contacts_to_tell_row *contacts;
	receiver to = {.audience = "client"};
	uint32_t n;
	bool yes;

	RD_TRY(client_is_told(t, &yes, err));
	if (!yes)
		return RD_OK;
	RD_TRY(rd_q_contacts_to_tell(t->call->tx, rd_cell(&t->story->client, RD_COL_ID)->i, 1,
	                             &contacts, &n, err));
	to.contact_id = n ? contacts[0].id : 0;
	to.owner_id =
		owner->type == RD_INT ? owner->i : rd_field_int(&t->story->client, "accountant", 0);
	return send(t, &to, err);
}

rd_rc rd_feedback_send(rd_hook_call *call, const rd_story *story, rd_err *err)
{
	const rd_value *owner = rd_cell(story->record, RD_COL_OWNER);
	telling t = {.call = call, .story = story};
	int64_t days, preparer;
	rd_day today = (rd_day)((call->tx->now_us / 1000000 + call->engine->zone_offset_s) / 86400);

	RD_TRY(rd_setting_int(call->tx, RD_SET_FEEDBACK_DAYS, &days, err));
	RD_TRY(rd_hours_due(call->tx, today + (rd_day)days, -1, call->engine->zone_offset_s, &t.due_us,
	                    err));
	t.told[t.n_told++] = call->actor->user_id;
	t.told[t.n_told++] = owner->type == RD_INT ? owner->i : 0;
	RD_TRY(tell_user(&t, "reporter", rd_field_int(story->record, "reporter", 0), err));
	RD_TRY(find_preparer(&t, &preparer, err));
	RD_TRY(tell_user(&t, "preparer", preparer, err));
	return tell_client(&t, err);
}

rd_rc rd_hook_feedback_acknowledge(rd_hook_call *call, rd_err *err)
{
	(void)err;
	*rd_field_cell(call->now, "acknowledged_at") = RD_VALUE_INT(call->tx->now_us);
	return RD_OK;
}
