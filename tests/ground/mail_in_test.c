/* Mails as gateways hand them on: charsets, encodings, parts, names, and broken ones. */
#include "desk/mail_in.h"
#include "unit.h"
#include <stdio.h>
#include <string.h>

static rd_mail_in read_mail(rd_arena *a, const char *raw)
{
	rd_mail_in mail = {0};
	rd_err err = {0};

	UNIT_OK(rd_mail_read(rd_str_of(raw), a, &mail, &err), &err);
	return mail;
}

static void a_plain_mail_is_read(void)
{
	rd_arena *a = rd_arena_new();
	rd_mail_in m = read_mail(a, "Received: by x\r\nFrom: Chen <Chen@Example.com>\r\n"
	                            "Subject: cash is\r\n negative\r\nMessage-ID: <1@x>\r\n\r\n"
	                            "On March 8.\r\nPlease look.\r\n");

	UNIT_TEXT(m.from, "chen@example.com");
	UNIT_TEXT(m.from_name, "Chen");
	UNIT_TEXT(m.subject, "cash is negative");
	UNIT_TEXT(m.message_id, "<1@x>");
	UNIT_TEXT(m.text, "On March 8.\nPlease look.");
	UNIT_INT(m.n_files, 0);
	rd_arena_free(a);
}

static void words_of_heads_are_decoded(void)
{
	static const char *const rows[][2] = {
		{"=?UTF-8?B?546w6YeR5Li66LSf?=", "现金为负"},
		{"=?utf-8?q?=E7=8E=B0=E9=87=91?=\n =?utf-8?Q?=E4=B8=BA=E8=B4=9F?=", "现金为负"},
		{"=?GBK?B?z9a98M6quLo=?=", "现金为负"},
		{"=?gb2312?Q?=CF=D6=BD=F0?= 3/8", "现金 3/8"},
		{"Re: =?GB18030?B?z9a98A==?=", "Re: 现金"},
		{"\xcf\xd6\xbd\xf0\xce\xaa\xb8\xba", "现金为负"},
		{"=?utf-8?B?broken", "=?utf-8?B?broken"},
		{"=?none?X?x?=", "x"},
		{"=?q?=", "=?q?="},
	};
	char raw[400];

	for (uint32_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		rd_arena *a = rd_arena_new();

		unit_case("%s", rows[i][0]);
		(void)snprintf(raw, sizeof raw, "From: a@b.cn\nSubject: %s\n\nx", rows[i][0]);
		rd_mail_in m = read_mail(a, raw);

		UNIT_TEXT(m.subject, rows[i][1]);
		rd_arena_free(a);
	}
}

static void parts_are_told_apart(void)
{
	static const char raw[] =
		"From: \"=?GBK?B?s8LD9A==?=\" <chen@example.com>\n"
		"Subject: x\nMIME-Version: 1.0\n"
		"Content-Type: multipart/mixed;\n boundary=\"outer\"\n\n"
		"preamble\n--outer\nContent-Type: multipart/alternative; boundary=inner\n\n"
		"--inner\nContent-Type: text/html; charset=utf-8\n\n<p>HTML</p>\n"
		"--inner\nContent-Type: text/plain; charset=gbk\nContent-Transfer-Encoding: base64\n\n"
		"z9a98M6q\nuLo=\n--inner--\n"
		"--outer\nContent-Type: application/pdf; name=\"x.pdf\"\n"
		"Content-Disposition: attachment; filename*=UTF-8''%E5%AF%B9%E8%B4%A6%E5%8D%95.pdf\n"
		"Content-Transfer-Encoding: base64\n\nJVBERg==\n"
		"--outer\nContent-Type: image/png\nContent-Disposition: inline; filename=\"../../a\\b.png\"\n\n"
		"png\n--outer--\nepilogue";
	rd_arena *a = rd_arena_new();
	rd_mail_in m = read_mail(a, raw);

	UNIT_TEXT(m.from_name, "陈敏");
	UNIT_TEXT(m.text, "现金为负");
	UNIT_INT(m.n_files, 2);
	UNIT_TEXT(m.files[0].name, "对账单.pdf");
	UNIT_TEXT(m.files[0].content, "%PDF");
	UNIT_TEXT(m.files[1].name, "b.png");
	rd_arena_free(a);
}

static void html_alone_becomes_text(void)
{
	rd_arena *a = rd_arena_new();
	rd_mail_in m =
		read_mail(a, "From: a@b.cn\nContent-Type: text/html; charset=utf-8\n"
	                 "Content-Transfer-Encoding: quoted-printable\n\n"
	                 "<style>p {}</style><p>=E7=8E=B0=E9=87=91&nbsp;&lt;0</p><br>x=\n y");

	UNIT_TEXT(m.text, "现金 <0\n\nx y");
	rd_arena_free(a);
}

static void broken_ones_are_refused_or_read_as_far_as_they_go(void)
{
	static const char *const refused[] = {"",
	                                      "\n\n",
	                                      "Subject: x\n\nx",
	                                      "From: nobody\n\nx",
	                                      "From: a b@c.cn\n\n",
	                                      "From: <>\n\n",
	                                      "From: @x\n\n"};
	rd_arena *a = rd_arena_new();
	rd_mail_in m;
	rd_err err;

	for (uint32_t i = 0; i < sizeof refused / sizeof *refused; i++) {
		unit_case("%s", refused[i]);
		UNIT_INT(rd_mail_read(rd_str_of(refused[i]), a, &m, &err), RD_INPUT);
	}
	m = read_mail(a, "From: a@b.cn\nContent-Type: multipart/mixed; boundary=q\n\n--q\n\nno end");
	UNIT_TEXT(m.text, "no end");
	m = read_mail(a, "From: a@b.cn\nContent-Type: multipart/mixed\n\n--q\n\nno boundary");
	UNIT_TEXT(m.text, "");
	rd_arena_free(a);
}

static void deep_ones_end(void)
{
	rd_arena *a = rd_arena_new();
	static char raw[40000];
	int n = snprintf(raw, sizeof raw, "From: a@b.cn\n");
	rd_mail_in m;
	rd_err err;

	for (int i = 0; i < 20; i++)
		n += snprintf(raw + n, sizeof raw - (size_t)n,
		              "Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n", i, i);
	UNIT_INT(rd_mail_read(rd_str_of(raw), a, &m, &err), RD_LIMIT);
	n = snprintf(raw, sizeof raw, "From: a@b.cn\nContent-Type: multipart/mixed; boundary=b\n\n");
	for (int i = 0; i < 300; i++)
		n += snprintf(raw + n, sizeof raw - (size_t)n, "--b\n\nx\n");
	UNIT_INT(rd_mail_read(rd_str_of(raw), a, &m, &err), RD_LIMIT);
	rd_arena_free(a);
}

/* Whatever bytes come: no crash, and what comes out is UTF-8. */
static void random_bytes_do_no_harm(void)
{
	static const char *const pieces[] = {"From: a@b.cn\n",
	                                     "\n",
	                                     "--b\n",
	                                     "--b--\n",
	                                     "Content-Type: multipart/mixed; boundary=b\n",
	                                     "Content-Type: text/plain; charset=gbk\n",
	                                     "=?utf-8?B?",
	                                     "?=",
	                                     "=E4=B8",
	                                     "\xff\xfe",
	                                     "Content-Transfer-Encoding: base64\n",
	                                     "filename*=UTF-8''%E5",
	                                     "\"",
	                                     ";",
	                                     "z9a98M6q",
	                                     "<script",
	                                     ">",
	                                     "Subject: ",
	                                     "Content-Disposition: attachment; filename=\"x\"\n",
	                                     "\xe4\xb8"};
	uint64_t state = 41;
	char raw[4000];

	for (int i = 0; i < 3000; i++) {
		rd_arena *a = rd_arena_new();
		size_t n = 0;
		uint32_t k = unit_below(&state, 40);
		rd_mail_in m;
		rd_err err;

		n = (size_t)snprintf(raw, sizeof raw, "From: a@b.cn\n");
		for (uint32_t p = 0; p < k; p++) {
			const char *piece = pieces[unit_below(&state, sizeof pieces / sizeof *pieces)];

			memcpy(raw + n, piece, strlen(piece));
			n += strlen(piece);
		}
		if (rd_mail_read((rd_str){raw, (uint32_t)n}, a, &m, &err) == RD_OK) {
			UNIT_INT(rd_utf8_check(m.text.ptr, m.text.len), -1);
			UNIT_INT(rd_utf8_check(m.subject.ptr, m.subject.len), -1);
			for (uint32_t f = 0; f < m.n_files; f++)
				UNIT_INT(rd_utf8_check(m.files[f].name.ptr, m.files[f].name.len), -1);
		}
		rd_arena_free(a);
	}
}

const unit_test mail_in_tests[] = {
	{"a plain mail is read", a_plain_mail_is_read},
	{"words of heads are decoded", words_of_heads_are_decoded},
	{"parts are told apart", parts_are_told_apart},
	{"HTML alone becomes text", html_alone_becomes_text},
	{"broken ones are refused or read as far as they go",
     broken_ones_are_refused_or_read_as_far_as_they_go},
	{"deep ones end", deep_ones_end},
	{"random bytes do no harm", random_bytes_do_no_harm},
	{0},
};
