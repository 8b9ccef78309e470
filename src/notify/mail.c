#include "notify/mail.h"
#include "base/day.h"
#include "base/digest.h"
#include <nettle/base64.h>
#include <stdio.h>

#define LINE_BYTES 57u /* 76 characters of base64, the most that RFC 2045 allows */
#define WORD_BYTES 42u /* 56 of base64 and 12 around them: an encoded word has at most 75 */
#define BOUNDARY   40u

static rd_rc fail_header(rd_err *err, const char *field)
{
	return rd_fail(err, RD_USAGE,
	               "邮件的 %s 不合法：不得为空或过长，不得含换行等控制字符，须为 UTF-8",
	               "the mail's %s is not valid: not empty, not too long, no line breaks or other "
	               "control characters, UTF-8",
	               field);
}

static bool clean(rd_str s, uint32_t max)
{
	if (s.len > max || rd_utf8_check(s.ptr, s.len) >= 0)
		return false;
	for (uint32_t i = 0; i < s.len; i++)
		if ((unsigned char)s.ptr[i] < ' ' || s.ptr[i] == 0x7f)
			return false;
	return true;
}

static bool ascii(rd_str s)
{
	for (uint32_t i = 0; i < s.len; i++)
		if ((unsigned char)s.ptr[i] >= 0x80)
			return false;
	return true;
}

/* "left@right" of letters, digits and what is safe between angle brackets. */
static bool token(rd_str s, const char *more, uint32_t max)
{
	if (s.len == 0 || s.len > max)
		return false;
	for (uint32_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];

		if (!((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
		      (c && strchr(more, c))))
			return false;
	}
	return true;
}

static bool message_id_valid(rd_str s)
{
	int64_t at = rd_str_find(s, "@");

	return at > 0 && (uint32_t)at + 1 < s.len && token(s, "@.-_+$", 200) &&
	       rd_str_find((rd_str){s.ptr + at + 1, s.len - (uint32_t)at - 1}, "@") < 0;
}

static rd_rc check_mailbox(const rd_mailbox *m, const char *field, rd_err *err)
{
	if (!clean(m->name, RD_MAIL_NAME_MAX) || !rd_mail_address_valid(m->address))
		return fail_header(err, field);
	return RD_OK;
}

static rd_rc check(const rd_mail *m, rd_err *err)
{
	RD_TRY(check_mailbox(&m->from, "From", err));
	if (m->reply_to.address.len > 0)
		RD_TRY(check_mailbox(&m->reply_to, "Reply-To", err));
	if (m->n_to == 0 || m->n_to > RD_SMTP_RECIPIENTS_MAX)
		return fail_header(err, "To");
	for (uint32_t i = 0; i < m->n_to; i++)
		RD_TRY(check_mailbox(&m->to[i], "To", err));
	if (m->subject.len == 0 || !clean(m->subject, RD_MAIL_SUBJECT_MAX))
		return fail_header(err, "Subject");
	if (!message_id_valid(m->message_id))
		return fail_header(err, "Message-ID");
	if (m->n_attachments > RD_MAIL_ATTACHMENTS_MAX)
		return rd_fail(err, RD_LIMIT, "附件最多 %u 个", "a mail has at most %u attachments",
		               RD_MAIL_ATTACHMENTS_MAX);
	for (uint32_t i = 0; i < m->n_attachments; i++) {
		const rd_attachment *a = &m->attachments[i];

		if (a->name.len == 0 || !clean(a->name, RD_MAIL_NAME_MAX) || !token(a->type, "/.-+", 100) ||
		    rd_str_find(a->type, "/") <= 0)
			return fail_header(err, "attachment");
	}
	return RD_OK;
}

/* ---- Pieces ---- */

static void put_base64(rd_buf *out, const char *data, size_t size)
{
	char line[BASE64_ENCODE_RAW_LENGTH(LINE_BYTES)];

	for (size_t i = 0; i < size; i += LINE_BYTES) {
		size_t n = size - i < LINE_BYTES ? size - i : LINE_BYTES;

		base64_encode_raw(line, n, (const uint8_t *)data + i);
		rd_buf_add(out, line, BASE64_ENCODE_RAW_LENGTH(n));
		rd_buf_puts(out, "\r\n");
	}
}

/* RFC 2047: words of whole characters, one a line. */
static void put_encoded_words(rd_buf *out, rd_str s)
{
	char word[BASE64_ENCODE_RAW_LENGTH(WORD_BYTES)];

	for (uint32_t from = 0, at = 0; from < s.len; from = at) {
		for (uint32_t next = at; next < s.len; at = next) {
			rd_utf8_next(s, &next);
			if (next - from > WORD_BYTES)
				break;
		}
		base64_encode_raw(word, at - from, (const uint8_t *)s.ptr + from);
		rd_buf_puts(out, from > 0 ? "\r\n =?UTF-8?B?" : "=?UTF-8?B?");
		rd_buf_add(out, word, BASE64_ENCODE_RAW_LENGTH(at - from));
		rd_buf_puts(out, "?=");
	}
}

/* Short plain text stays readable; "=?" in it would be taken for an encoded word. */
static void put_unstructured(rd_buf *out, rd_str s)
{
	if (ascii(s) && s.len <= 60 && !rd_str_has(s, "=?") && s.ptr[0] != ' ' && !rd_str_ends(s, " "))
		rd_buf_str(out, s);
	else
		put_encoded_words(out, s);
}

static void put_mailbox(rd_buf *out, const rd_mailbox *m)
{
	if (m->name.len > 0 && ascii(m->name) && !rd_str_has(m->name, "=?")) {
		rd_buf_char(out, '"');
		for (uint32_t i = 0; i < m->name.len; i++) {
			if (m->name.ptr[i] == '"' || m->name.ptr[i] == '\\')
				rd_buf_char(out, '\\');
			rd_buf_char(out, m->name.ptr[i]);
		}
		rd_buf_puts(out, "\"\r\n ");
	} else if (m->name.len > 0) {
		put_encoded_words(out, m->name);
		rd_buf_puts(out, "\r\n ");
	}
	rd_buf_char(out, '<');
	rd_buf_str(out, m->address);
	rd_buf_char(out, '>');
}

static void put_date(rd_buf *out, int64_t at_us)
{
	static const char *const days[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
	static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
	                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	int64_t seconds = at_us / 1000000 - (at_us % 1000000 < 0);
	int64_t day = seconds / 86400 - (seconds % 86400 < 0);
	int32_t second = (int32_t)(seconds - day * 86400);
	rd_date d = rd_day_date((rd_day)day);

	rd_buf_printf(out, "%s, %d %s %04d %02d:%02d:%02d +0000", days[rd_day_weekday((rd_day)day)],
	              d.day, months[d.month - 1], d.year, second / 3600, second / 60 % 60, second % 60);
}

/* Of the Message-ID, so that the same mail is the same bytes; "_" stands in no base64. */
static void boundary_of(const rd_mail *m, char level, char out[BOUNDARY])
{
	rd_sha256 d;
	uint8_t hash[32];

	rd_sha256_init(&d);
	rd_sha256_add(&d, m->message_id.ptr, m->message_id.len);
	rd_sha256_end(&d, hash);
	int n = snprintf(out, BOUNDARY, "_rd_%c_", level);
	for (uint32_t i = 0; i < 12; i++)
		n += snprintf(out + n, BOUNDARY - (size_t)n, "%02x", hash[i]);
}

/* Text in its canonical form: every line ends with CRLF (RFC 2046 4.1.1). */
static void put_text(rd_buf *out, const char *type, rd_str text)
{
	rd_buf lines;

	rd_buf_init(&lines, RD_MAIL_BYTES_MAX);
	for (uint32_t i = 0; i < text.len; i++) {
		if (text.ptr[i] == '\n' && (i == 0 || text.ptr[i - 1] != '\r'))
			rd_buf_char(&lines, '\r');
		rd_buf_char(&lines, text.ptr[i]);
	}
	rd_buf_printf(out,
	              "Content-Type: %s; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n",
	              type);
	put_base64(out, lines.data, lines.size);
	out->full |= lines.full;
	rd_buf_done(&lines);
}

static void put_body(rd_buf *out, const rd_mail *m)
{
	char b[BOUNDARY];

	if (m->html.len == 0) {
		put_text(out, "text/plain", m->text);
		return;
	}
	boundary_of(m, 'a', b);
	rd_buf_printf(out, "Content-Type: multipart/alternative; boundary=\"%s\"\r\n\r\n--%s\r\n", b,
	              b);
	put_text(out, "text/plain", m->text);
	rd_buf_printf(out, "--%s\r\n", b);
	put_text(out, "text/html", m->html);
	rd_buf_printf(out, "--%s--\r\n", b);
}

/* Plain when it is plain, else as RFC 2231 has it; not both, because readers differ in which they
 * take. */
static void put_attachment(rd_buf *out, const rd_attachment *a)
{
	bool plain = token(a->name, ".-_ ", RD_MAIL_NAME_MAX);

	rd_buf_puts(out, "Content-Type: ");
	rd_buf_str(out, a->type);
	rd_buf_puts(out, "\r\nContent-Transfer-Encoding: base64\r\n"
	                 "Content-Disposition: attachment;\r\n ");
	rd_buf_puts(out, plain ? "filename=\"" : "filename*=UTF-8''");
	if (plain)
		rd_buf_str(out, a->name);
	for (uint32_t i = 0; i < a->name.len && !plain; i++) {
		rd_str c = {a->name.ptr + i, 1};

		if (token(c, ".-_", 1))
			rd_buf_str(out, c);
		else
			rd_buf_printf(out, "%%%02X", (unsigned char)*c.ptr);
	}
	rd_buf_puts(out, plain ? "\"\r\n\r\n" : "\r\n\r\n");
	put_base64(out, a->data.ptr, a->data.len);
}

static void put_headers(rd_buf *out, const rd_mail *m)
{
	rd_buf_puts(out, "Date: ");
	put_date(out, m->at_us);
	rd_buf_puts(out, "\r\nFrom: ");
	put_mailbox(out, &m->from);
	rd_buf_puts(out, "\r\nTo: ");
	for (uint32_t i = 0; i < m->n_to; i++) {
		if (i > 0)
			rd_buf_puts(out, ",\r\n ");
		put_mailbox(out, &m->to[i]);
	}
	if (m->reply_to.address.len > 0) {
		rd_buf_puts(out, "\r\nReply-To: ");
		put_mailbox(out, &m->reply_to);
	}
	rd_buf_puts(out, "\r\nSubject: ");
	put_unstructured(out, m->subject);
	rd_buf_puts(out, "\r\nMessage-ID: <");
	rd_buf_str(out, m->message_id);
	/* RFC 3834: holiday notes are not sent in answer to it. */
	rd_buf_puts(out, ">\r\nAuto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n");
}

rd_rc rd_mail_build(const rd_mail *m, rd_buf *out, rd_err *err)
{
	char b[BOUNDARY];

	RD_TRY(check(m, err));
	put_headers(out, m);
	if (m->n_attachments == 0) {
		put_body(out, m);
	} else {
		boundary_of(m, 'm', b);
		rd_buf_printf(out, "Content-Type: multipart/mixed; boundary=\"%s\"\r\n\r\n--%s\r\n", b, b);
		put_body(out, m);
		for (uint32_t i = 0; i < m->n_attachments; i++) {
			rd_buf_printf(out, "--%s\r\n", b);
			put_attachment(out, &m->attachments[i]);
		}
		rd_buf_printf(out, "--%s--\r\n", b);
	}
	if (out->full)
		return rd_fail(err, RD_LIMIT, "邮件超过 %u MB，请减少附件或改发链接",
		               "the mail is larger than %u MB; send fewer attachments, or a link",
		               (unsigned)(out->max >> 20));
	return RD_OK;
}

rd_rc rd_mail_send(const rd_smtp_server *server, const rd_mail *mail, rd_err *err)
{
	rd_str to[RD_SMTP_RECIPIENTS_MAX];
	rd_buf b;

	rd_buf_init(&b, RD_MAIL_BYTES_MAX);
	rd_rc rc = rd_mail_build(mail, &b, err);
	if (rc == RD_OK) {
		for (uint32_t i = 0; i < mail->n_to; i++)
			to[i] = mail->to[i].address;
		rc = rd_smtp_send(server, mail->from.address, to, mail->n_to, rd_buf_view(&b), err);
	}
	rd_buf_done(&b);
	return rc;
}
