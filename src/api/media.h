/*
 * media.h - what kind of file an attachment is, by its first bytes and its name together.
 *
 * Nobody is believed: the bytes say what it can be, the end of the name only chooses among that.
 * What could run in a browser (HTML, SVG, scripts) is never called by its name. Pure, no state.
 */
#ifndef RD_API_MEDIA_H
#define RD_API_MEDIA_H
#include "base/str.h"

#define RD_MEDIA_HEAD 512u /* first bytes that are looked at */

/* A static text; "application/octet-stream" when bytes and name do not agree or say nothing. */
const char *rd_media_type(rd_str name, const void *head, size_t n);
#endif
