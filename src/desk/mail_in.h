/*
 * mail_in.h - a mail as it came from a gateway, read for what a report needs: who, what, files.
 *
 * RFC 5322 heads (folded), RFC 2047 words, MIME (RFC 2045, 2046) with base64 and quoted-printable,
 * names of files by RFC 2231 and as they are met; texts of any charset that io/encoding.h names,
 * GBK and GB 18030 among them. Of alternatives the plain text is taken, else the HTML without its
 * marks. What is broken is read as far as it goes; nothing is trusted, nothing is run.
 *
 * Who owns what: all lies in the arena, contents of files too. Failure: INPUT when there is no
 * sender; LIMIT beyond what is stated here. Pure, any thread.
 */
#ifndef RD_DESK_MAIL_IN_H
#define RD_DESK_MAIL_IN_H
#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

#define RD_MAIL_BYTES_MAX (26u << 20)
#define RD_MAIL_FILES_MAX 50u
#define RD_MAIL_PARTS_MAX 200u
#define RD_MAIL_DEPTH_MAX 8u
#define RD_MAIL_TEXT_MAX  (60u << 10) /* bytes of the text that are kept */

typedef struct rd_mail_file {
	rd_str name; /* as the sender called it, without a path; "" = no name */
	rd_str content;
} rd_mail_file;

typedef struct rd_mail_in {
	rd_str from;      /* address, in small letters */
	rd_str from_name; /* "" = none */
	rd_str subject, message_id;
	rd_str text; /* UTF-8, lines ended by \n, trimmed */
	rd_mail_file files[RD_MAIL_FILES_MAX];
	uint32_t n_files;
} rd_mail_in;

RD_NODISCARD rd_rc rd_mail_read(rd_str raw, rd_arena *a, rd_mail_in *ret_mail, rd_err *err);
#endif
