#include "desk/group_case.h"
#include "base/assert.h"
#include "base/buf.h"
#include "desk/cell.h"

#define NAME_MAX_CHARS 190u
#define PERSONS_MAX    50u
#define SHOWN          10u   /* messages that the appearance repeats */
#define SHOWN_CHARS    1500u /* of one message */
#define TEXT_MAX       (80u << 10)

rd_case_sum rd_case_sum_of(const rd_alive *const *items, uint32_t n)
{
	rd_case_sum sum = {.live = n};

	for (uint32_t i = 0; i < n; i++) {
		int64_t stake = items[i]->found ? items[i]->found->at_stake : 0;

		if (items[i]->severity > sum.severity)
			sum.severity = items[i]->severity;
		sum.amount = stake > RD_INT_JSON_MAX - sum.amount ? RD_INT_JSON_MAX : sum.amount + stake;
	}
	return sum;
}

static rd_str cut(rd_str s, uint32_t characters)
{
	uint32_t at = 0;

	for (uint32_t n = 0; at < s.len && n < characters; n++)
		(void)rd_utf8_next(s, &at);
	return (rd_str){s.ptr, at};
}

static void set_text(json_t *body, const char *key, rd_str s, uint32_t characters)
{
	s = cut(rd_str_trim(s), characters);
	if (s.len)
		json_object_set_new(body, key, json_stringn(s.ptr, s.len));
}

static void set_id(json_t *body, const char *key, int64_t id)
{
	if (id)
		json_object_set_new(body, key, json_sprintf("%lld", (long long)id));
}

/* "借贷不平 2026-03 记-12", or how many there are. */
static void set_name(json_t *body, const rd_grouping *g, const rd_finding_type *type,
                     const rd_alive *const *items, uint32_t n)
{
	const rd_found *f = items[0]->found;
	rd_buf text;

	rd_buf_init(&text, TEXT_MAX);
	rd_buf_str(&text, g->english && type->name_en.len ? type->name_en : type->name);
	if (f->period.len) {
		rd_buf_char(&text, ' ');
		rd_buf_str(&text, f->period);
	}
	if (n == 1 && f->voucher.len) {
		rd_buf_char(&text, ' ');
		rd_buf_str(&text, f->voucher);
	} else if (n > 1) {
		rd_buf_printf(&text, g->english ? " (%u)" : "（%u 项）", n);
	}
	set_text(body, "name", rd_buf_view(&text), NAME_MAX_CHARS);
	rd_buf_done(&text);
}

static void set_appearance(json_t *body, const rd_grouping *g, const rd_alive *const *items,
                           uint32_t n)
{
	rd_buf text;

	rd_buf_init(&text, TEXT_MAX);
	for (uint32_t i = 0; i < n && i < SHOWN; i++) {
		const rd_found *f = items[i]->found;

		if (i)
			rd_buf_char(&text, '\n');
		rd_buf_str(&text, cut(g->english ? f->en : f->zh, SHOWN_CHARS));
	}
	if (n > SHOWN)
		rd_buf_printf(&text, g->english ? "\n… and %u more" : "\n……另有 %u 项", n - SHOWN);
	set_text(body, "appearance", rd_buf_view(&text), 19000);
	rd_buf_done(&text);
}

static bool has(const json_t *list, rd_str name)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *is = json_array_get(list, i);

		if (json_string_length(is) == name.len &&
		    memcmp(json_string_value(is), name.ptr, name.len) == 0)
			return true;
	}
	return false;
}

static void set_persons(json_t *body, const rd_alive *const *items, uint32_t n)
{
	json_t *list = json_array();

	for (uint32_t i = 0; i < n; i++)
		for (uint32_t k = 0; k < items[i]->found->n_persons; k++) {
			rd_str name = cut(items[i]->found->persons[k], 100);

			if (json_array_size(list) < PERSONS_MAX && !has(list, name))
				json_array_append_new(list, json_stringn(name.ptr, name.len));
		}
	if (json_array_size(list))
		json_object_set_new(body, "persons", list);
	else
		json_decref(list);
}

static void set_money(json_t *body, const rd_grouping *g, int64_t amount)
{
	rd_str currency = rd_field_str(g->books, "currency");

	if (amount)
		json_object_set_new(body, "amount",
		                    json_pack("{s:I,s:o}", "minor", (json_int_t)amount, "currency",
		                              json_stringn(currency.ptr, currency.len)));
}

/* What all findings agree about; a case of several vouchers names none. */
static void set_places(json_t *body, const rd_alive *const *items, uint32_t n)
{
	const rd_found *first = items[0]->found;
	bool voucher = true, account = true, party = true;
	char day[16];

	for (uint32_t i = 1; i < n; i++) {
		const rd_found *f = items[i]->found;

		voucher = voucher && rd_str_eq(f->voucher, first->voucher);
		account = account && rd_str_eq(f->account, first->account);
		party = party && rd_str_eq(f->party, first->party);
	}
	if (voucher)
		set_text(body, "voucher", first->voucher, 200);
	if (account)
		set_text(body, "account", first->account, 200);
	if (party)
		set_text(body, "party", first->party, 200);
	rd_day_format(first->day, day);
	if (day[0])
		json_object_set_new(body, "occurred_on", json_string(day));
	set_text(body, "period", first->period, 7);
}

json_t *rd_case_body(const rd_grouping *g, const rd_finding_type *type,
                     const rd_alive *const *items, uint32_t n, int64_t times_back)
{
	rd_case_sum sum = rd_case_sum_of(items, n);
	json_t *body = json_object();
	const rd_value *client = rd_cell(g->books, RD_COL_CLIENT),
				   *team = rd_cell(g->books, RD_COL_TEAM);

	RD_ASSERT(n >= 1 && items[0]->found);
	set_name(body, g, type, items, n);
	set_id(body, "type", type->id);
	set_id(body, "books", rd_cell(g->books, RD_COL_ID)->i);
	set_id(body, "client", client->type == RD_NULL ? 0 : client->i);
	set_id(body, "team", team->type == RD_NULL ? 0 : team->i);
	json_object_set_new(body, "origin", json_string("check"));
	set_appearance(body, g, items, n);
	set_places(body, items, n);
	set_persons(body, items, n);
	set_money(body, g, sum.amount);
	json_object_set_new(body, "severity", json_string(rd_checking_severity(sum.severity)));
	set_text(body, "nature", type->nature, 20);
	json_object_set_new(body, "findings", json_integer(n));
	json_object_set_new(body, "times_back", json_integer(times_back));
	set_id(body, "first_run", g->run_id);
	set_id(body, "last_run", g->run_id);
	if (type->need_to_know)
		json_object_set_new(body, "restricted", json_true());
	return body;
}
