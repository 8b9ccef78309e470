/*
 * Workbooks. Bytes that start like a ZIP are read as they are; all others are the text of a
 * sheet, of the shared strings and of the styles, with 0x01 between them, and are packed
 * first, for a fuzzer hardly ever guesses a checksum.
 */
#include "fuzz.h"
#include "base/arena.h"
#include "base/assert.h"
#include <stdlib.h>
#include <zip.h>

#define REL "http://schemas.openxmlformats.org/officeDocument/2006/relationships"

static const char root_rels[] = "<Relationships><Relationship Id=\"r\" Type=\"" REL
								"/officeDocument\" Target=\"xl/workbook.xml\"/>"
								"</Relationships>";
static const char workbook[] = "<workbook xmlns:r=\"" REL "\"><workbookPr date1904=\"0\"/><sheets>"
							   "<sheet name=\"S\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>";
static const char workbook_rels[] = "<Relationships><Relationship Id=\"r1\" Type=\"" REL
									"/worksheet\" Target=\"worksheets/sheet1.xml\"/>"
									"</Relationships>";

static void add(zip_t *z, const char *name, const void *data, size_t size)
{
	zip_source_t *s = zip_source_buffer(z, data, size, 0);

	RD_ASSERT(s != NULL);
	zip_int64_t at = zip_file_add(z, name, s, 0);
	RD_ASSERT(at >= 0);
	zip_set_file_compression(z, (zip_uint64_t)at, ZIP_CM_STORE, 0);
}

/* Packs the parts; the caller frees the answer. */
static uint8_t *pack(const uint8_t *data, size_t size, size_t *ret_size)
{
	static const char *const names[] = {"xl/worksheets/sheet1.xml", "xl/sharedStrings.xml",
	                                    "xl/styles.xml"};
	zip_error_t why;
	zip_error_init(&why);
	zip_source_t *target = zip_source_buffer_create(NULL, 0, 0, &why);
	zip_t *z = target ? zip_open_from_source(target, ZIP_TRUNCATE, &why) : NULL;
	uint8_t *out;
	zip_stat_t st;

	RD_ASSERT(z != NULL);
	zip_source_keep(target);
	add(z, "_rels/.rels", root_rels, sizeof root_rels - 1);
	add(z, "xl/workbook.xml", workbook, sizeof workbook - 1);
	add(z, "xl/_rels/workbook.xml.rels", workbook_rels, sizeof workbook_rels - 1);
	for (int i = 0; i < 3; i++) {
		const uint8_t *end = size ? memchr(data, 1, size) : NULL;
		size_t n = end && i < 2 ? (size_t)(end - data) : size;

		if (n > 0 || i == 0)
			add(z, names[i], data, n);
		data += n < size ? n + 1 : n;
		size -= n < size ? n + 1 : n;
	}
	RD_ASSERT(zip_close(z) == 0);
	RD_ASSERT(zip_source_open(target) == 0 && zip_source_stat(target, &st) == 0);
	out = malloc(st.size + 1);
	RD_ASSERT(out != NULL);
	*ret_size = (size_t)zip_source_read(target, out, st.size);
	zip_source_close(target);
	zip_source_free(target);
	zip_error_fini(&why);
	return out;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t n;

	if (size >= 2 && data[0] == 'P' && data[1] == 'K') {
		rd_fuzz_read(data, size, rd_read_xlsx, "fuzz.xlsx");
		return 0;
	}
	uint8_t *packed = pack(data, size, &n);
	rd_fuzz_read(packed, n, rd_read_xlsx, "fuzz.xlsx");
	free(packed);
	return 0;
}
