#include "check/papers.h"

#include "base/assert.h"
#include "book/serial.h"

#define SAYS_NOTHING 3u

bool rd_document_tells(const rd_book *b, rd_serial document, rd_row voucher)
{
	char text[64];

	RD_ASSERT(voucher < b->voucher.n);
	if (document == 0 || document == b->voucher.number[voucher])
		return false;
	if (!rd_serial_parts_of(b, document).has_value)
		return false;
	rd_serial_format(b, document, text, sizeof text);
	return rd_utf8_count(rd_str_of(text)) > SAYS_NOTHING;
}
