/*
 * words.h - the words by which records are found, Chinese and English.
 *
 * Text is made uniform (full-width forms, capital letters, accents of Latin letters) and cut into
 * terms. A run of Chinese, Japanese or Korean characters gives every single character and every
 * pair of neighbours: 断号 is one pair, so it is found without a dictionary. A word of letters and
 * digits gives itself and its beginnings from three characters on, so that "inv" finds "invoice".
 *
 * A query asks for less: of a run only its pairs (a lone character for itself), of a word only the
 * word. A query word that stands in the table of synonyms may be met by any of them.
 *
 * Who owns what: terms live in the arena of the call. Failure: none; bounds are told by `cut`.
 * Threads: any, no state.
 */
#ifndef RD_RECORD_WORDS_H
#define RD_RECORD_WORDS_H
#include "base/arena.h"
#include "base/str.h"

#define RD_TERMS_MAX       4000u /* terms of one record */
#define RD_TERM_BYTES_MAX  64u   /* longer words are cut here, in texts and in queries alike */
#define RD_TERM_PREFIX_MIN 3u    /* beginnings of words from so many characters … */
#define RD_TERM_PREFIX_MAX 16u   /* … up to so many; numbers have none */
#define RD_QUERY_WORDS_MAX 16u
#define RD_QUERY_TERMS_MAX 64u

typedef struct rd_terms {
	rd_str *items; /* in the order of bytes, each once */
	uint32_t n;
	bool cut; /* there were more than RD_TERMS_MAX */
} rd_terms;

/* Terms of several texts together, as they are stored for a record. */
void rd_terms_of(const rd_str *texts, uint32_t n, rd_arena *a, rd_terms *ret_terms);

/* One way to meet a query word: all of these terms. */
typedef struct rd_query_way {
	rd_str *terms;
	uint32_t n;
} rd_query_way;

typedef struct rd_query_word {
	rd_query_way *ways; /* any one is enough */
	uint32_t n;
} rd_query_word;

typedef struct rd_query {
	rd_query_word *words; /* all must be met */
	uint32_t n;
	bool cut; /* there were more words or terms than the limits */
} rd_query;

void rd_query_of(rd_str text, rd_arena *a, rd_query *ret_query);

/* The rows of the index would be met: for tests and small lists in memory. */
bool rd_query_meets(const rd_query *q, const rd_terms *terms);

/* Two texts are the same after being made uniform; writes at most `max` bytes to out. */
uint32_t rd_text_fold(rd_str text, char *out, uint32_t max);

/* Words that mean the same, made from data/synonyms.csv; each already folded. */
typedef struct rd_synonyms {
	const char *const *words;
	uint32_t n;
} rd_synonyms;
extern const rd_synonyms rd_synonym_groups[];
extern const uint32_t rd_synonym_groups_count;
#endif
