#include "stat/logscale.h"

#include <math.h>

void rd_log_table_init(rd_log_table *t)
{
	for (uint32_t i = 0; i <= 256; i++)
		t->at[i] = (uint32_t)(log2(1.0 + (double)i / 256.0) * RD_LOG_ONE + 0.5);
}
