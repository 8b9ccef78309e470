/*
 * xml.h - XML as a stream of elements, for every reader that meets XML.
 *
 * The document arrives in chunks and is never held as a whole. A DOCTYPE is refused, so
 * there are no entities to expand and nothing outside the document is ever opened. Depth,
 * the text of one element and the size of one tag are limited (base/limits.h). Names are
 * local names: what stands before a colon is cut off, because exporters disagree about
 * name spaces. Encodings are those of a fixed list; the bytes that do not belong to a
 * Chinese or Windows encoding become U+FFFD and are counted.
 *
 * A handler that fails ends the parse; its error gets the line it had reached.
 */
#ifndef RD_IO_XML_H
#define RD_IO_XML_H
#include "io/reader.h"

typedef struct rd_xml rd_xml;

typedef struct rd_xml_input {
	const char *name; /* for messages */
	rd_str encoding;  /* stated by the user; empty = as the document declares */
	/* Fills buf with at most size bytes; *ret_got = 0 at the end. */
	rd_rc (*read)(void *ctx, char *buf, uint32_t size, uint32_t *ret_got, rd_err *err);
	void *ctx;
} rd_xml_input;

typedef struct rd_xml_events {
	/* attrs: name, value, name, value … NULL. Both handlers may be NULL. */
	rd_rc (*start)(void *ctx, rd_xml *x, rd_str name, const char *const *attrs, rd_err *err);
	/* text: what stood between the element's last child (or its start) and its end. */
	rd_rc (*end)(void *ctx, rd_xml *x, rd_str name, rd_str text, rd_err *err);
} rd_xml_events;

typedef struct rd_xml_result {
	const char *encoding; /* "UTF-8", "GB18030", … */
	uint64_t bad_bytes;   /* bytes outside the encoding, replaced */
	uint32_t bad_line;    /* line of the first of them */
} rd_xml_result;

RD_NODISCARD rd_rc rd_xml_parse(const rd_xml_input *in, const rd_xml_events *events, void *ctx,
                                rd_xml_result *ret_result, rd_err *err);

uint32_t rd_xml_line(const rd_xml *x);  /* of the tag being reported */
uint32_t rd_xml_depth(const rd_xml *x); /* of the element being reported; 1 = root */
bool rd_xml_text_cut(const rd_xml *x);  /* in end: the text was longer than RD_XML_TEXT_MAX */
void rd_xml_stop(rd_xml *x);            /* enough was seen: rd_xml_parse answers RD_OK */
/* Value of the attribute with this local name; empty when there is none. */
rd_str rd_xml_attr(const char *const *attrs, const char *name);

/* Reads a source's bytes from its start, from memory or by pread. */
typedef struct rd_xml_bytes {
	const rd_source *source;
	uint64_t at;
} rd_xml_bytes;

rd_rc rd_xml_bytes_read(void *ctx, char *buf, uint32_t size, uint32_t *ret_got, rd_err *err);

/* Parses a whole source; fills the file's encoding and notes bytes that were replaced. */
RD_NODISCARD rd_rc rd_xml_parse_source(rd_source *s, const rd_xml_events *events, void *ctx,
                                       rd_err *err);

/* The formats, by root element. */
bool rd_gbt_is_root(rd_str name);
RD_NODISCARD rd_rc rd_read_gbt(rd_source *s, rd_str root, rd_err *err);
RD_NODISCARD rd_rc rd_read_saft(rd_source *s, rd_err *err);
#endif
