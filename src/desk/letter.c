#include "desk/letter.h"
#include "desk/settings.h"
#include "store/queries.gen.h"
#include <stdio.h>

/* Ends with NUL, as libcurl wants it. */
static rd_rc text(rd_tx *tx, rd_setting which, rd_str *ret, rd_err *err)
{
	RD_TRY(rd_setting_text(tx, which, ret, err));
	ret->ptr = rd_arena_copy(tx->arena, ret->ptr, ret->len);
	return RD_OK;
}

static rd_rc server(rd_tx *tx, rd_letter *l, bool *ret_set, rd_err *err)
{
	rd_str host, security, user, password;
	int64_t port, private_network;

	RD_TRY(text(tx, RD_SET_MAIL_HOST, &host, err));
	RD_TRY(text(tx, RD_SET_MAIL_SECURITY, &security, err));
	RD_TRY(text(tx, RD_SET_MAIL_USER, &user, err));
	RD_TRY(text(tx, RD_SET_MAIL_PASSWORD, &password, err));
	RD_TRY(rd_setting_int(tx, RD_SET_MAIL_PORT, &port, err));
	RD_TRY(rd_setting_int(tx, RD_SET_MAIL_PRIVATE, &private_network, err));
	l->host = host.ptr;
	l->security = security.ptr;
	l->user = user.len ? user.ptr : NULL;
	l->password = user.len ? password.ptr : NULL;
	l->port = (uint16_t)port;
	l->private_network = private_network;
	*ret_set = host.len > 0;
	return RD_OK;
}

rd_rc rd_letter_address(rd_tx *tx, rd_str to_name, rd_str to, rd_letter *letter, bool *ret_off,
                        rd_err *err)
{
	rd_q_firm_manner_row firm = {.name = {"", 0}};
	bool set, found;

	RD_TRY(server(tx, letter, &set, err));
	RD_TRY(text(tx, RD_SET_MAIL_FROM, &letter->from, err));
	RD_TRY(text(tx, RD_SET_MAIL_FROM_NAME, &letter->from_name, err));
	RD_TRY(rd_q_firm_manner(tx, &firm, &found, err));
	if (letter->from_name.len == 0 && found)
		letter->from_name = firm.name;
	letter->to_name = to_name;
	letter->to = to;
	letter->at_us = tx->now_us;
	*ret_off = !set || letter->from.len == 0 || to.len == 0;
	return RD_OK;
}

void rd_letter_name(rd_tx *tx, const char *what, int64_t id, rd_letter *letter)
{
	int64_t at = rd_str_find(letter->from, "@");
	rd_str host =
		at < 0 ? (rd_str){"", 0} : (rd_str){letter->from.ptr + at, letter->from.len - (uint32_t)at};
	char name[400];
	int n = snprintf(name, sizeof name, "%s-%lld-%lld" RD_STR_FMT, what, (long long)tx->firm_id,
	                 (long long)id, RD_STR_ARG(host));

	letter->message_id = (rd_str){rd_arena_copy(tx->arena, name, (size_t)n), (uint32_t)n};
}
