/* The bytes of a mail, and what never gets into one. */
#include "notify/mail.h"
#include "unit.h"

static const rd_mailbox ann = {{"", 0}, {"ann@example.com", 15}};

static rd_mail plain(void)
{
	return (rd_mail){.from = {RD_STR("Redink"), RD_STR("redink@example.com")},
	                 .to = &ann,
	                 .n_to = 1,
	                 .subject = RD_STR("Hello"),
	                 .text = RD_STR("one\ntwo\r\n"),
	                 .message_id = RD_STR("42.7@redink.example"),
	                 .at_us = 1764000707000000};
}

static void a_plain_mail(void)
{
	rd_mail m = plain();
	rd_err err = {0};
	rd_buf b;

	rd_buf_init(&b, RD_MAIL_BYTES_MAX);
	UNIT_OK(rd_mail_build(&m, &b, &err), &err);
	UNIT_TEXT(rd_buf_view(&b), "Date: Mon, 24 Nov 2025 16:11:47 +0000\r\n"
	                           "From: \"Redink\"\r\n <redink@example.com>\r\n"
	                           "To: <ann@example.com>\r\n"
	                           "Subject: Hello\r\n"
	                           "Message-ID: <42.7@redink.example>\r\n"
	                           "Auto-Submitted: auto-generated\r\n"
	                           "MIME-Version: 1.0\r\n"
	                           "Content-Type: text/plain; charset=utf-8\r\n"
	                           "Content-Transfer-Encoding: base64\r\n\r\n"
	                           "b25lDQp0d28NCg==\r\n");
	rd_buf_done(&b);
}

static void chinese_subjects_are_encoded_words(void)
{
	rd_mail m = plain();
	rd_err err = {0};
	rd_buf b;

	m.subject = RD_STR("[CASE-1] 已逾期：应收账款长期挂账未核销请尽快处理");
	rd_buf_init(&b, RD_MAIL_BYTES_MAX);
	UNIT_OK(rd_mail_build(&m, &b, &err), &err);
	rd_str all = rd_buf_view(&b);
	UNIT_TRUE(
		rd_str_has(all,
	               "Subject: =?UTF-8?B?W0NBU0UtMV0g5bey6YC+5pyf77ya5bqU5pS26LSm5qy+6ZW/5pyf5oyC?="
	               "\r\n =?UTF-8?B?"));
	for (uint32_t i = 0, line = 0; i < all.len; i++) {
		line = all.ptr[i] == '\n' ? 0 : line + 1;
		UNIT_TRUE(line <= 78 && (unsigned char)all.ptr[i] < 0x80);
	}
	rd_buf_done(&b);
}

static void all_parts(void)
{
	rd_attachment file = {RD_STR("审计\"1\".pdf"), RD_STR("application/pdf"), RD_STR("%PDF")};
	rd_mail m = plain();
	rd_err err = {0};
	rd_buf a, b;

	m.html = RD_STR("<p>one</p>");
	m.attachments = &file;
	m.n_attachments = 1;
	rd_buf_init(&a, RD_MAIL_BYTES_MAX);
	rd_buf_init(&b, RD_MAIL_BYTES_MAX);
	UNIT_OK(rd_mail_build(&m, &a, &err), &err);
	UNIT_OK(rd_mail_build(&m, &b, &err), &err);
	UNIT_BYTES(rd_buf_view(&a), rd_buf_view(&b));
	UNIT_TRUE(rd_str_has(rd_buf_view(&a), "multipart/mixed; boundary=\"_rd_m_"));
	UNIT_TRUE(rd_str_has(rd_buf_view(&a), "multipart/alternative; boundary=\"_rd_a_"));
	UNIT_TRUE(rd_str_has(rd_buf_view(&a), "attachment;\r\n filename*=UTF-8''"
	                                      "%E5%AE%A1%E8%AE%A1%221%22.pdf\r\n\r\nJVBERg==\r\n"));
	rd_buf_done(&a);
	rd_buf_done(&b);
}

static void headers_cannot_be_injected(void)
{
	static const char *const evil[] = {
		"a\r\nBcc: eve@example.com", "a\nb", "a\rb", "\x01", "\x7f", "\xff"};
	rd_err err;
	rd_buf b;

	for (size_t i = 0; i < sizeof evil / sizeof evil[0] + 1; i++) {
		bool nul = i == sizeof evil / sizeof evil[0];
		rd_str text = nul ? (rd_str){"a\0b", 3} : rd_str_of(evil[i]);
		rd_mailbox to = {text, RD_STR("ann@example.com")};
		rd_attachment file = {text, RD_STR("text/plain"), RD_STR("")};

		for (uint32_t field = 0; field < 7; field++) {
			rd_mail m = plain();

			unit_case("text %zu, field %u", i, field);
			if (field == 0)
				m.subject = text;
			else if (field == 1)
				m.from.name = text;
			else if (field == 2)
				m.to = &to;
			else if (field == 3)
				m.message_id = text;
			else if (field == 4)
				m.from.address = text;
			else if (field == 5)
				m.reply_to.address = text;
			m.attachments = field == 6 ? &file : NULL;
			m.n_attachments = field == 6;
			rd_buf_init(&b, RD_MAIL_BYTES_MAX);
			UNIT_INT(rd_mail_build(&m, &b, &err), RD_USAGE);
			UNIT_INT(b.size, 0);
			rd_buf_done(&b);
		}
	}
}

static void a_large_mail_is_refused(void)
{
	rd_mail m = plain();
	rd_err err;
	rd_buf b;

	rd_buf_init(&b, 200);
	UNIT_INT(rd_mail_build(&m, &b, &err), RD_LIMIT);
	rd_buf_done(&b);
}

static void addresses_are_checked(void)
{
	static const struct {
		const char *text;
		bool valid;
	} rows[] = {
		{"a@b", true},
		{"a.b+c@mail.example.com", true},
		{"a@b@c", false},
		{"@b", false},
		{"a@", false},
		{"a b@c", false},
		{"<a@b>", false},
		{"a@b,c@d", false},
		{"张@example.com", false},
		{"a@b\r\n", false},
		{".a@b", false},
		{"a@-b", false},
		{"a@b.", false},
		{"", false},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		unit_case("%s", rows[i].text);
		UNIT_INT(rd_mail_address_valid(rd_str_of(rows[i].text)), rows[i].valid);
	}
}

static void settings_are_checked_before_a_call(void)
{
	rd_mail m = plain();
	rd_err err;
	rd_smtp_server open = {.host = "mail.example.com", .security = RD_SMTP_PLAIN, .user = "u"};
	rd_smtp_server path = {.host = "mail.example.com/x"};

	UNIT_INT(rd_mail_send(&open, &m, &err), RD_USAGE);
	UNIT_INT(rd_mail_send(&path, &m, &err), RD_USAGE);
}

const unit_test mail_tests[] = {
	{"a plain mail, byte for byte", a_plain_mail},
	{"Chinese subjects are encoded words of at most 75", chinese_subjects_are_encoded_words},
	{"text, HTML and attachment", all_parts},
	{"headers cannot be injected", headers_cannot_be_injected},
	{"a large mail is refused", a_large_mail_is_refused},
	{"addresses are checked", addresses_are_checked},
	{"settings are checked before a call", settings_are_checked_before_a_call},
	{0},
};
