#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	rd_fuzz_read(data, size, rd_read_xml, "fuzz.xml");
	return 0;
}
