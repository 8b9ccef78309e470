/*
 * names.h - names of people and companies: what two spellings of one name have in common, and
 * whether a name is that of a person.
 *
 * All functions are pure and work on borrowed text. A normal form is for comparing and
 * hashing, never for showing: full width becomes half width, letters small; blanks, brackets
 * and points are left out (what stands inside brackets stays), 有限责任公司 becomes 有限公司.
 * Persons are told by their Chinese name alone (a surname in use and two or three more
 * characters at most, no legal form, no word of a business); any other name is never called
 * a person, so the error is to miss one.
 */
#ifndef RD_CHECK_NAMES_H
#define RD_CHECK_NAMES_H
#include "base/arena.h"
#include "book/book.h"

#define RD_NAME_BYTES 512 /* of a normal form; longer names are cut there */

typedef enum rd_name_kind {
	RD_NAME_NONE,    /* blank */
	RD_NAME_OTHER,   /* neither can be told */
	RD_NAME_COMPANY, /* a legal form or a word of an organisation in it */
	RD_NAME_PERSON,
} rd_name_kind;

rd_name_kind rd_name_kind_of(rd_str name);
/* The normal form in out; its length, at most RD_NAME_BYTES. */
uint32_t rd_name_normal(rd_str name, char out[RD_NAME_BYTES]);
/* Stored hash (hash.h) of the normal form; 0 when nothing of the name is left. */
uint64_t rd_name_hash(rd_str name);
/* The last part of a path name: 张三 of 其他应收款-个人-张三. Parts are divided by - _ / \ : > */
rd_str rd_name_leaf(rd_str name);
/* One word of the list stands in the name. */
bool rd_name_has(rd_str name, const char *const *words);
/* The words of a parameter, prepared for many texts. The words are borrowed. */
typedef struct rd_word_set {
	const rd_str *words;
	uint32_t n;
	uint8_t pairs[1 << 13]; /* bit (first byte << 8 | second): some word starts so */
} rd_word_set;

void rd_word_set_init(rd_word_set *s, const rd_str *words, uint32_t n);
bool rd_word_set_in(const rd_word_set *s, rd_str text);
/* same[i] = the smallest j with the normal form of ids[i]; blank names are all alike. */
uint32_t *rd_names_group(rd_arena *a, const rd_book *b, const rd_text *ids, uint32_t n);
#endif
