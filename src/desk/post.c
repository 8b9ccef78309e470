#include "desk/post.h"
#include "base/assert.h"
#include "notify/hook.h"
#include "notify/mail.h"
#include "notify/robot.h"

static rd_smtp_security security_of(const char *name)
{
	if (strcmp(name, "tls") == 0)
		return RD_SMTP_TLS;
	return strcmp(name, "plain") == 0 ? RD_SMTP_PLAIN : RD_SMTP_STARTTLS;
}

static rd_rc mail(void *ctx, const rd_letter *letter, rd_err *err)
{
	const rd_smtp_server server = {
		.host = letter->host,
		.port = letter->port,
		.security = security_of(letter->security),
		.user = letter->user,
		.password = letter->password,
		.allow_private = letter->private_network,
	};
	const rd_mailbox to = {letter->to_name, letter->to};
	const rd_mail message = {
		.from = {letter->from_name, letter->from},
		.reply_to = {{"", 0}, {"", 0}},
		.to = &to,
		.n_to = 1,
		.subject = letter->subject,
		.text = letter->text,
		.html = {"", 0},
		.message_id = letter->message_id,
		.at_us = letter->at_us,
	};

	(void)ctx;
	return rd_mail_send(&server, &message, err);
}

static rd_rc group(void *ctx, const rd_group_message *m, rd_err *err)
{
	static const rd_robot_kind kinds[] = {
		[RD_SERVICE_WECOM] = RD_ROBOT_WECOM,
		[RD_SERVICE_DINGTALK] = RD_ROBOT_DINGTALK,
		[RD_SERVICE_FEISHU] = RD_ROBOT_FEISHU,
	};

	RD_ASSERT(m->service < RD_SERVICE_WEBHOOK);
	const rd_robot robot = {kinds[m->service], m->url, m->secret};

	return rd_robot_send(
		ctx, &robot,
		&(rd_robot_message){.markdown = false, .title = m->title, .text = m->text, .url = m->link},
		m->at_us, err);
}

static rd_rc call(void *ctx, const rd_web_call *c, int32_t *ret_status, rd_err *err)
{
	return rd_hook_send(ctx,
	                    &(rd_hook){.url = c->url,
	                               .secret = c->secret,
	                               .delivery = c->delivery,
	                               .event = c->event,
	                               .body = c->body,
	                               .at_seconds = c->at_us / 1000000},
	                    ret_status, err);
}

rd_post rd_post_real(rd_outbound *o)
{
	return (rd_post){mail, group, call, o};
}
