/* The codes of failure that only a server has: each has the HTTP status that its clients act on. */
#include "base/err.h"
#include "unit.h"

static void codes_have_their_status(void)
{
	UNIT_INT(rd_rc_http(RD_UNAUTHENTICATED), 401);
	UNIT_INT(rd_rc_http(RD_FORBIDDEN), 403);
	UNIT_INT(rd_rc_http(RD_CONFLICT), 409);
	UNIT_INT(rd_rc_http(RD_NO_MATCH), 428);
	UNIT_INT(rd_rc_http(RD_TOO_MANY), 429);
	UNIT_INT(rd_rc_http(RD_UNAVAILABLE), 503);
	UNIT_TEXT(rd_str_of(rd_rc_name(RD_BARRED)), "BARRED");
}

const unit_test ground_tests[] = {
	{"codes have their status", codes_have_their_status},
	{0},
};
