#include "desk/report.h"
#include "desk/case.h"
#include "desk/person.h"
#include "store/queries.gen.h"
#include <stdio.h>

#define NAME_CHARS 190u /* of the 200 that a name may have */
#define LINE_CHARS 40u
#define TEXT_CHARS 19000u
#define DAY_US     86400000000LL

/* At most so many characters. */
static rd_str first_chars(rd_str s, uint32_t max)
{
	uint32_t at = 0;

	for (uint32_t n = 0; at < s.len && n < max; n++)
		(void)rd_utf8_next(s, &at);
	return (rd_str){s.ptr, at};
}

static rd_str first_line(rd_str s)
{
	s = rd_str_trim(s);
	for (uint32_t i = 0; i < s.len; i++)
		if ((unsigned char)s.ptr[i] < ' ')
			s.len = i;
	return first_chars(s, LINE_CHARS);
}

static void put(json_t *body, const char *key, rd_str s)
{
	if (s.len)
		(void)json_object_set_new(body, key, json_stringn(s.ptr, s.len));
}

static void put_id(json_t *body, const char *key, int64_t id)
{
	char text[24];
	int n = snprintf(text, sizeof text, "%lld", (long long)id);

	if (id)
		put(body, key, (rd_str){text, (uint32_t)n});
}

static rd_actor program(const rd_tx *tx, const rd_actor *who)
{
	rd_actor system = rd_desk_system(tx->firm_id);

	system.name = who->name;
	system.request_id = who->request_id;
	return system;
}

static rd_rc create(const rd_engine *e, rd_tx *tx, const rd_actor *who, json_t *body,
                    rd_reported *ret, rd_err *err)
{
	const rd_actor system = program(tx, who);
	rd_problems problems = {0};
	rd_record r;

	RD_TRY(rd_record_create(e, tx, &system, rd_case_kind(), 0, body, &r, &problems, err));
	*ret = (rd_reported){rd_cell(&r, RD_COL_ID)->i, rd_cell(&r, RD_COL_NUMBER)->str};
	return RD_OK;
}

/* ---- by mail ---- */

typedef struct sender {
	int64_t user_id, client_id;
	rd_str name; /* of a contact */
} sender;

static rd_rc find_sender(rd_tx *tx, const rd_mail_in *mail, sender *ret, rd_err *err)
{
	rd_q_contact_of_mail_row contact;
	rd_q_user_of_mail_row user;
	rd_record r;
	bool found;

	*ret = (sender){.name = RD_STR("")};
	RD_TRY(rd_q_user_of_mail(tx, mail->from, &user, &found, err));
	if (found) {
		ret->user_id = user.id;
		return RD_OK;
	}
	RD_TRY(rd_q_contact_of_mail(tx, mail->from, &contact, &found, err));
	if (!found)
		return rd_fail(err, RD_FORBIDDEN,
		               "发件人 %.*s 既不是本机构人员，也不是客户联系人；请先登记邮箱",
		               "the sender %.*s is neither a person of the firm nor a contact of a client; "
		               "enter the address first",
		               RD_STR_ARG(first_chars(mail->from, 100)));
	RD_TRY(rd_case_other(tx, "contact", contact.id, &r, err));
	ret->client_id = rd_cell(&r, RD_COL_CLIENT)->i;
	ret->name = rd_field_str(&r, "name");
	return RD_OK;
}

/* "C-00012" anywhere in the subject. */
static rd_rc client_in(rd_tx *tx, rd_str subject, int64_t *ret_id, rd_err *err)
{
	for (uint32_t i = 0; i + 3 <= subject.len; i++) {
		rd_q_client_of_number_row row;
		uint32_t n = 2;
		bool found;

		if (subject.ptr[i] != 'C' || subject.ptr[i + 1] != '-')
			continue;
		while (i + n < subject.len && n < 20 && subject.ptr[i + n] >= '0' &&
		       subject.ptr[i + n] <= '9')
			n++;
		RD_TRY(rd_q_client_of_number(tx, (rd_str){subject.ptr + i, n}, &row, &found, err));
		if (found) {
			*ret_id = row.id;
			return RD_OK;
		}
	}
	return RD_OK;
}

static json_t *body_of(const rd_mail_in *mail, const sender *from)
{
	json_t *body = json_object();
	char by[300];
	int n = snprintf(by, sizeof by, "%.*s <%.*s>", RD_STR_ARG(from->name), RD_STR_ARG(mail->from));
	rd_str name = mail->subject.len ? mail->subject : RD_STR("邮件报告"),
		   text = mail->text.len ? mail->text : name;

	put(body, "origin", RD_STR("mail"));
	put(body, "name", first_chars(name, NAME_CHARS));
	put(body, "appearance", first_chars(text, TEXT_CHARS));
	put_id(body, "reporter", from->user_id);
	if (from->user_id == 0)
		put(body, "reported_by",
		    first_chars((rd_str){by, n < (int)sizeof by ? (uint32_t)n : 0}, NAME_CHARS));
	put_id(body, "client", from->client_id);
	return body;
}

rd_rc rd_report_mail(const rd_engine *e, rd_tx *tx, const rd_actor *who, const rd_mail_in *mail,
                     const rd_attachment *files, uint32_t n_files, rd_reported *ret, rd_err *err)
{
	const rd_actor system = program(tx, who);
	int64_t attachment_id;
	sender from;

	RD_TRY(find_sender(tx, mail, &from, err));
	if (from.client_id == 0)
		RD_TRY(client_in(tx, mail->subject, &from.client_id, err));
	json_t *body = body_of(mail, &from);
	rd_rc rc = create(e, tx, who, body, ret, err);

	json_decref(body);
	for (uint32_t i = 0; i < n_files && rc == RD_OK; i++)
		rc = rd_attachment_add(e, tx, &system, rd_case_kind(), ret->id, &files[i], &attachment_id,
		                       err);
	return rc;
}

/* ---- by link ---- */

static rd_rc not_too_many(rd_tx *tx, int64_t client_id, rd_err *err)
{
	rd_q_case_reports_since_row row;
	bool found;

	RD_TRY(rd_q_case_reports_since(tx, client_id, tx->now_us - DAY_US, RD_REPORTS_A_DAY, &row,
	                               &found, err));
	if (!found || row.n < RD_REPORTS_A_DAY)
		return RD_OK;
	return rd_fail(err, RD_TOO_MANY, "今天报告得太多了；请直接联系您的会计",
	               "too many reports today; please call your accountant");
}

/* The name of the contact behind "link:5". */
static rd_rc contact_name(rd_tx *tx, rd_str actor, rd_str *ret, rd_err *err)
{
	rd_q_contact_of_link_row row;
	int64_t link = 0;
	rd_record r;
	bool found;

	*ret = RD_STR("客户联系人");
	if (!rd_str_starts(actor, "link:"))
		return RD_OK;
	for (uint32_t i = 5; i < actor.len && actor.ptr[i] >= '0' && actor.ptr[i] <= '9'; i++)
		link = link * 10 + (actor.ptr[i] - '0');
	RD_TRY(rd_q_contact_of_link(tx, link, &row, &found, err));
	if (!found)
		return RD_OK;
	RD_TRY(rd_case_other(tx, "contact", row.contact_id, &r, err));
	*ret = rd_field_str(&r, "name");
	return RD_OK;
}

rd_rc rd_report_link(const rd_engine *e, rd_tx *tx, const rd_actor *who, const rd_report_text *text,
                     rd_reported *ret, rd_err *err)
{
	rd_str name;

	RD_TRY(not_too_many(tx, who->client_id, err));
	RD_TRY(contact_name(tx, who->name, &name, err));
	json_t *body = json_object();

	put(body, "origin", RD_STR("client"));
	put(body, "name", text->name.len ? text->name : first_line(text->appearance));
	put(body, "appearance", text->appearance);
	put(body, "period", text->period);
	put(body, "reported_by", name);
	put_id(body, "client", who->client_id);
	rd_rc rc = create(e, tx, who, body, ret, err);

	json_decref(body);
	return rc;
}
