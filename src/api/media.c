#include "api/media.h"
#include <ctype.h>

#define UNKNOWN "application/octet-stream"

/* Bytes at a place, and what a file that begins so may be. */
typedef struct magic {
	uint32_t at;
	const char *bytes;
	uint32_t n;
	const char *family;
} magic;

static const magic magics[] = {
	{0, "%PDF-", 5, "pdf"},         {0, "\x89PNG\r\n\x1a\n", 8, "png"},
	{0, "\xFF\xD8\xFF", 3, "jpeg"}, {0, "GIF8", 4, "gif"},
	{0, "II*\0", 4, "tiff"},        {0, "MM\0*", 4, "tiff"},
	{8, "WEBP", 4, "webp"},         {0, "BM", 2, "bmp"},
	{0, "PK\3\4", 4, "zip"},        {0, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", 8, "ole"},
	{0, "\x1F\x8B", 2, "gzip"},     {0, "7z\xBC\xAF\x27\x1C", 6, "7z"},
	{0, "Rar!\x1A\x07", 6, "rar"},  {4, "ftyp", 4, "mp4"},
};

/* Family and end of the name to a type. The first row of a family without an end is for all
 * others. */
static const struct {
	const char *family, *end, *type;
} types[] = {
	{"pdf", ".pdf", "application/pdf"},
	{"png", ".png", "image/png"},
	{"jpeg", ".jpg", "image/jpeg"},
	{"jpeg", ".jpeg", "image/jpeg"},
	{"gif", ".gif", "image/gif"},
	{"tiff", ".tif", "image/tiff"},
	{"tiff", ".tiff", "image/tiff"},
	{"webp", ".webp", "image/webp"},
	{"bmp", ".bmp", "image/bmp"},
	{"mp4", ".mp4", "video/mp4"},
	{"mp4", ".m4a", "audio/mp4"},
	{"mp4", ".heic", "image/heic"},
	{"zip", ".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
	{"zip", ".docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
	{"zip", ".pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"},
	{"zip", ".ods", "application/vnd.oasis.opendocument.spreadsheet"},
	{"zip", ".odt", "application/vnd.oasis.opendocument.text"},
	{"zip", ".ofd", "application/ofd"},
	{"zip", ".zip", "application/zip"},
	{"ole", ".xls", "application/vnd.ms-excel"},
	{"ole", ".et", "application/vnd.ms-excel"},
	{"ole", ".doc", "application/msword"},
	{"ole", ".wps", "application/msword"},
	{"ole", ".ppt", "application/vnd.ms-powerpoint"},
	{"ole", ".msg", "application/vnd.ms-outlook"},
	{"gzip", ".gz", "application/gzip"},
	{"gzip", ".tgz", "application/gzip"},
	{"7z", ".7z", "application/x-7z-compressed"},
	{"rar", ".rar", "application/vnd.rar"},
	{"text", ".csv", "text/csv"},
	{"text", ".json", "application/json"},
	{"text", ".xml", "application/xml"},
	{"text", ".xbrl", "application/xml"},
	{"text", ".eml", "message/rfc822"},
	{"text", NULL, "text/plain"},
};

static bool ends_with(rd_str name, const char *end)
{
	uint32_t n = (uint32_t)strlen(end);

	if (name.len < n)
		return false;
	for (uint32_t i = 0; i < n; i++)
		if (tolower((unsigned char)name.ptr[name.len - n + i]) != end[i])
			return false;
	return true;
}

/* UTF-8 without control characters; the last character may be cut off by the end of the head. */
static bool is_text(const char *p, size_t n, bool cut)
{
	int64_t bad = rd_utf8_check(p, n);

	for (size_t i = 0; i < n; i++)
		if ((unsigned char)p[i] < 0x20 && strchr("\t\n\r\f", p[i]) == NULL)
			return false;
	return memchr(p, '\0', n) == NULL && (bad < 0 || (cut && (size_t)bad + 4 > n));
}

const char *rd_media_type(rd_str name, const void *head, size_t n)
{
	const char *p = head, *family = NULL;

	for (size_t i = 0; i < sizeof magics / sizeof *magics && family == NULL; i++) {
		const magic *m = &magics[i];

		if (n >= m->at + m->n && memcmp(p + m->at, m->bytes, m->n) == 0)
			family = m->family;
	}
	if (family == NULL && n && is_text(p, n, n >= RD_MEDIA_HEAD))
		family = "text";
	for (size_t i = 0; family && i < sizeof types / sizeof *types; i++)
		if (strcmp(types[i].family, family) == 0 &&
		    (types[i].end == NULL || ends_with(name, types[i].end)))
			return types[i].type;
	return UNKNOWN;
}
