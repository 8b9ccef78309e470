/* The catalogue that a firm begins with: its kind accepts every body, and none is there twice. */
#include "desk/exception_seed.h"
#include "check/check.h"
#include "record/check.h"
#include "unit.h"

static void every_body_is_accepted(void)
{
	const rd_kind *k = rd_kind_find(RD_STR("exception_type"));
	rd_check_input in = {.kind = k, .mode = RD_CHECK_CREATE};
	rd_buf b;

	rd_buf_init(&b, 16384);
	for (uint32_t i = 0; i < rd_exception_seed_count(); i++) {
		rd_arena *a = rd_arena_new();
		rd_problems problems = {0};
		rd_draft d;
		rd_err err;
		json_t *body = NULL;

		unit_case("%s", rd_exception_seed_slug(i));
		rd_buf_clear(&b);
		rd_exception_seed_body(i, "2026-06-30", &b);
		UNIT_TRUE(!b.full);
		UNIT_OK(rd_check_parse(rd_buf_view(&b), &body, &err), &err);
		if (!rd_check_body(&in, body, a, &d, &problems))
			UNIT_TEXT(rd_str_of(problems.items[0].field), "");
		json_decref(body);
		rd_arena_free(a);
	}
	rd_buf_done(&b);
}

static void slugs_are_single_and_every_check_is_there(void)
{
	uint32_t n = rd_exception_seed_count();

	UNIT_TRUE(n >= rd_checks_count && n >= 200);
	for (uint32_t i = 0; i < n; i++)
		for (uint32_t k = 0; k < i; k++)
			UNIT_TRUE(strcmp(rd_exception_seed_slug(i), rd_exception_seed_slug(k)) != 0);
	for (uint32_t c = 0; c < rd_checks_count; c++) {
		bool there = false;

		unit_case("%s", rd_checks[c]->slug);
		for (uint32_t i = 0; i < n; i++)
			there |= strcmp(rd_exception_seed_slug(i), rd_checks[c]->slug) == 0;
		UNIT_TRUE(there);
	}
}

const unit_test exception_seed_tests[] = {
	{"every body is accepted", every_body_is_accepted},
	{"slugs are single and every check is there", slugs_are_single_and_every_check_is_there},
	{0},
};
