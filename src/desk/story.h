/*
 * story.h - a case in words: the names of what its fields refer to, in one language, for texts that
 * the program drafts (summary.h, lesson.h, followup.h).
 *
 * Names are read as the program, so a draft may name what its reader may not open. What is not
 * there is "". Results live in tx->arena.
 */
#ifndef RD_DESK_STORY_H
#define RD_DESK_STORY_H
#include "base/buf.h"
#include "record/engine.h"

typedef struct rd_story {
	const rd_record *record; /* the case */
	rd_record type, client;  /* cells NULL: not there */
	bool english;
	int32_t offset_s;
	rd_str number, title, type_name, client_name, books_name;
	rd_str cause; /* "人为 › 操作疏忽 › 录入错误" */
	rd_str reporter, owner, reviewer, lesson;
} rd_story;

/* Whether the firm's own language is English; else Chinese. */
RD_NODISCARD rd_rc rd_story_english(rd_tx *tx, bool *ret_english, rd_err *err);
RD_NODISCARD rd_rc rd_story_load(rd_tx *tx, const rd_engine *e, const rd_record *record,
                                 bool english, rd_story *ret_story, rd_err *err);

/* A record by its id, as the program; *ret_found false for id 0 and for what is not there. */
RD_NODISCARD rd_rc rd_story_record(rd_tx *tx, const char *kind, int64_t id, rd_record *ret_record,
                                   bool *ret_found, rd_err *err);
/* Appends "12,345.00 CNY" of a field of type money, a day as YYYY-MM-DD, a moment as YYYY-MM-DD
 * HH:MM of the firm; nothing when the field is empty. False: it was. */
bool rd_story_money(rd_buf *b, const rd_record *r, const char *field);
bool rd_story_day(rd_buf *b, const rd_record *r, const char *field);
bool rd_story_moment(rd_buf *b, const rd_story *s, const char *field);
/* The label of an option of a field, in the story's language; "" when the field is empty. */
rd_str rd_story_option(const rd_story *s, const char *field);
#endif
