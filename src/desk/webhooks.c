#include "desk/webhooks.h"
#include "auth/secret.h"
#include "base/assert.h"
#include "base/json.h"
#include "desk/lines.h"
#include "desk/notice.h"
#include "desk/settings.h"
#include "store/queries.gen.h"
#include "store/sealed.h"
#include <stdio.h>

/* ---- patterns ---- */

static bool fits(rd_str pattern, rd_str type)
{
	rd_str tail = {pattern.ptr + 1, pattern.len - 1}; /* of a list item: never empty */

	if (rd_str_is(pattern, "*") || rd_str_is(pattern, "*.*") || rd_str_eq(pattern, type))
		return true;
	if (rd_str_ends(pattern, ".*"))
		return type.len >= pattern.len && memcmp(type.ptr, pattern.ptr, pattern.len - 1) == 0;
	return rd_str_starts(pattern, "*.") && type.len > tail.len &&
	       memcmp(type.ptr + type.len - tail.len, tail.ptr, tail.len) == 0;
}

bool rd_webhook_matches(rd_str patterns, rd_str type)
{
	rd_str one;

	while (rd_list_next(&patterns, &one))
		if (fits(one, type))
			return true;
	return false;
}

/* Words of small letters, digits and "-", with a dot between; a word may be "*". */
static bool is_pattern(rd_str s)
{
	uint32_t dots = 0;

	for (uint32_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];
		bool edge = (i == 0 || s.ptr[i - 1] == '.') && (i + 1 == s.len || s.ptr[i + 1] == '.');

		dots += c == '.';
		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
		      (c == '.' && i && i + 1 < s.len) || (c == '*' && edge)))
			return false;
	}
	return s.len && (rd_str_is(s, "*") || dots == 1);
}

static rd_rc judge(const rd_webhook *h, rd_err *err)
{
	rd_str rest = h->patterns, one;
	uint32_t n = 0;

	RD_TRY(rd_line_fits("name", h->name, 1, 100, err));
	RD_TRY(rd_line_url("url", h->url, err));
	RD_TRY(rd_line_fits("patterns", h->patterns, 1, RD_PATTERNS_MAX, err));
	for (; rd_list_next(&rest, &one); n++)
		if (!is_pattern(one))
			return rd_fail(err, RD_INPUT,
			               "“" RD_STR_FMT "”不是事件类型；可写 task.created、task.*、*.moved 或 *",
			               RD_STR_FMT " is no type of events; write task.created, task.*, *.moved "
			                          "or *",
			               RD_STR_ARG(one));
	return n ? RD_OK
	         : rd_fail(err, RD_INPUT, "请至少写一种事件，或 * 表示全部",
	                   "name at least one type of events, or * for all");
}

/* ---- setting them up ---- */

/* The host only: path and query of an address may hold a key. */
static rd_str host_of(rd_str url)
{
	int64_t from = rd_str_find(url, "://");
	rd_str host = {url.ptr + from + 3, url.len - (uint32_t)from - 3};
	uint32_t n = 0;

	RD_ASSERT(from > 0); /* judged before */
	while (n < host.len && host.ptr[n] != '/' && host.ptr[n] != '?' && host.ptr[n] != '#')
		n++;
	for (uint32_t i = 0; i < n; i++)
		if (host.ptr[i] == '@')
			return RD_STR(""); /* a name and password stand before it */
	return (rd_str){host.ptr, n};
}

static rd_rc say(rd_tx *tx, const rd_actor *actor, const char *type, const rd_webhook *h,
                 int64_t *ret_seq, rd_err *err)
{
	rd_buf out;
	rd_json j;

	rd_buf_init(&out, 8192);
	rd_json_init(&j, &out, 0);
	rd_json_object(&j);
	rd_json_put_int(&j, "webhook", h->id);
	rd_json_put_str(&j, "name", h->name);
	rd_json_put_str(&j, "host", host_of(h->url));
	rd_json_put_str(&j, "patterns", h->patterns);
	rd_json_put_bool(&j, "active", h->active);
	rd_json_close(&j);
	rd_json_end(&j);
	rd_rc rc = rd_firm_event(tx, actor, type, rd_str_trim(rd_buf_view(&out)), ret_seq, err);

	rd_buf_done(&out);
	return rc;
}

static rd_rc get(rd_tx *tx, int64_t id, rd_q_webhook_get_row *ret, rd_err *err)
{
	bool found;

	RD_TRY(rd_q_webhook_get(tx, id, ret, &found, err));
	return found ? RD_OK
	             : rd_fail(err, RD_NOT_FOUND, "没有这个网络钩子", "there is no such webhook");
}

static const char *place_of(int64_t id, char out[RD_SEAL_NAMES_MAX])
{
	(void)snprintf(out, RD_SEAL_NAMES_MAX, "webhooks/%lld", (long long)id);
	return out;
}

rd_rc rd_webhook_secret(rd_tx *tx, int64_t id, rd_str stored, rd_str *ret_secret, rd_err *err)
{
	char place[RD_SEAL_NAMES_MAX];

	return rd_unseal(tx, place_of(id, place), stored, ret_secret, err);
}

static void new_secret(char out[RD_WEBHOOK_SECRET])
{
	uint8_t bytes[32];

	rd_secret_random(bytes, sizeof bytes);
	rd_base64url_format(bytes, sizeof bytes, out, RD_WEBHOOK_SECRET);
	rd_secret_wipe(bytes, sizeof bytes);
}

rd_rc rd_webhook_list(rd_tx *tx, const rd_actor *actor, const rd_webhook **ret_list,
                      uint32_t *ret_n, rd_err *err)
{
	const rd_q_webhook_list_row *rows;
	uint32_t n;

	RD_TRY(rd_desk_administers(actor, err));
	RD_TRY(rd_q_webhook_list(tx, RD_WEBHOOKS_MAX, &rows, &n, err));
	rd_webhook *out = RD_NEW_N(tx->arena, rd_webhook, n + 1);

	for (uint32_t i = 0; i < n; i++)
		out[i] = (rd_webhook){
			.id = rows[i].id,
			.version = rows[i].version,
			.made_at_us = rows[i].made_at_us,
			.failing_since_us = rows[i].failing_since_us,
			.name = rows[i].name,
			.url = rows[i].url,
			.patterns = rows[i].patterns,
			.active = rows[i].active,
		};
	*ret_list = out;
	*ret_n = n;
	return RD_OK;
}

rd_rc rd_webhook_add(rd_store *s, rd_tx *tx, const rd_actor *actor, const rd_webhook *hook,
                     int64_t *ret_id, char ret_secret[RD_WEBHOOK_SECRET], rd_err *err)
{
	char secret[RD_WEBHOOK_SECRET], place[RD_SEAL_NAMES_MAX];
	rd_str sealed;
	rd_webhook h = *hook;
	const rd_webhook *all;
	int64_t seq;
	uint32_t n;

	RD_TRY(rd_webhook_list(tx, actor, &all, &n, err));
	RD_TRY(judge(hook, err));
	if (n >= RD_WEBHOOKS_MAX)
		return rd_fail(err, RD_LIMIT, "最多 %u 个网络钩子；请先删除不用的",
		               "there are up to %u webhooks; remove one first", RD_WEBHOOKS_MAX);
	h.id = rd_store_new_id(s);
	new_secret(secret);
	RD_TRY(rd_seal(tx, place_of(h.id, place), rd_str_of(secret), &sealed, err));
	RD_TRY(say(tx, actor, "firm.webhook-added", &h, &seq, err));
	RD_TRY(rd_q_webhook_add(tx, h.id, h.name, h.url, sealed, h.patterns, h.active, seq + 1,
	                        tx->now_us, NULL, err));
	memcpy(ret_secret, secret, sizeof secret);
	*ret_id = h.id;
	return RD_OK;
}

rd_rc rd_webhook_change(rd_tx *tx, const rd_actor *actor, const rd_webhook *hook,
                        char *ret_new_secret, rd_err *err)
{
	char secret[RD_WEBHOOK_SECRET], place[RD_SEAL_NAMES_MAX];
	rd_str sealed;
	rd_q_webhook_get_row now;
	int64_t seq, changed = 0;

	RD_TRY(rd_desk_administers(actor, err));
	RD_TRY(judge(hook, err));
	RD_TRY(get(tx, hook->id, &now, err));
	new_secret(secret);
	RD_TRY(rd_seal(tx, place_of(hook->id, place), rd_str_of(secret), &sealed, err));
	RD_TRY(say(tx, actor, "firm.webhook-changed", hook, &seq, err));
	RD_TRY(rd_q_webhook_change(tx, hook->id, hook->version, hook->name, hook->url,
	                           ret_new_secret ? sealed : now.secret, hook->patterns, hook->active,
	                           now.active ? now.from_seq : seq + 1, &changed, err));
	if (changed != 1)
		return rd_fail(err, RD_CONFLICT, "别人刚刚改过它；请重新打开后再改",
		               "somebody else has just changed it; open it again and repeat the change");
	if (ret_new_secret)
		memcpy(ret_new_secret, secret, sizeof secret);
	return RD_OK;
}

rd_rc rd_webhook_remove(rd_tx *tx, const rd_actor *actor, int64_t id, rd_err *err)
{
	rd_q_webhook_get_row now;

	RD_TRY(rd_desk_administers(actor, err));
	RD_TRY(get(tx, id, &now, err));
	RD_TRY(rd_q_delivery_drop(tx, id, NULL, err));
	RD_TRY(rd_q_webhook_remove(tx, id, NULL, err));
	return say(tx, actor, "firm.webhook-removed",
	           &(rd_webhook){.id = id, .name = now.name, .url = now.url, .patterns = now.patterns},
	           NULL, err);
}

/* ---- deliveries ---- */

static rd_rc order(rd_store *s, rd_tx *tx, int64_t delivery_id, rd_err *err)
{
	char body[48];
	int64_t job_id;
	int n = snprintf(body, sizeof body, "{\"delivery\":%lld}", (long long)delivery_id);

	return rd_job_add(s, tx,
	                  &(rd_job_new){.queue = RD_STR("post"),
	                                .kind = RD_STR("webhook.deliver"),
	                                .body = {body, (uint32_t)n}},
	                  &job_id, err);
}

rd_rc rd_webhook_follow(rd_tx *tx, const rd_log_row *rows, uint32_t n, void *ctx, rd_err *err)
{
	const rd_desk *desk = ctx;
	const rd_q_webhook_list_row *hooks;
	uint32_t n_hooks;

	RD_TRY(rd_q_webhook_list(tx, RD_WEBHOOKS_MAX, &hooks, &n_hooks, err));
	for (uint32_t i = 0; i < n; i++)
		for (uint32_t k = 0; k < n_hooks; k++) {
			int64_t id, added = 0;

			if (!hooks[k].active || rows[i].seq < hooks[k].from_seq ||
			    !rd_webhook_matches(hooks[k].patterns, rows[i].type))
				continue;
			id = rd_store_new_id(desk->store);
			RD_TRY(rd_q_delivery_add(tx, id, hooks[k].id, rows[i].seq, rows[i].type, tx->now_us,
			                         &added, err));
			if (added == 1)
				RD_TRY(order(desk->store, tx, id, err));
		}
	return RD_OK;
}

rd_rc rd_webhook_look(rd_tx *tx, const rd_log_row *rows, uint32_t n, void *ctx, uint32_t *ret_first,
                      rd_err *err)
{
	const rd_q_webhook_list_row *hooks;
	uint32_t n_hooks;

	(void)rows;
	(void)ctx;
	RD_TRY(rd_q_webhook_list(tx, RD_WEBHOOKS_MAX, &hooks, &n_hooks, err));
	*ret_first = n_hooks ? 0 : n;
	return RD_OK;
}

rd_rc rd_delivery_list(rd_tx *tx, const rd_actor *actor, int64_t webhook_id, int64_t before_id,
                       uint32_t max, const rd_delivery **ret_list, uint32_t *ret_n, rd_err *err)
{
	const rd_q_delivery_list_row *rows;
	uint32_t n;

	RD_ASSERT(max > 0 && max <= RD_DELIVERY_LIST_MAX);
	RD_TRY(rd_desk_administers(actor, err));
	RD_TRY(
		rd_q_delivery_list(tx, webhook_id, before_id ? before_id : INT64_MAX, max, &rows, &n, err));
	rd_delivery *out = RD_NEW_N(tx->arena, rd_delivery, n + 1);

	for (uint32_t i = 0; i < n; i++)
		out[i] = (rd_delivery){
			.id = rows[i].id,
			.seq = rows[i].seq,
			.attempts = rows[i].attempts,
			.at_us = rows[i].at_us,
			.next_at_us = rows[i].next_at_us,
			.sent_at_us = rows[i].sent_at_us,
			.status = (int32_t)rows[i].status,
			.type = rows[i].type,
			.state = rows[i].state,
			.error = rows[i].error,
		};
	*ret_list = out;
	*ret_n = n;
	return RD_OK;
}

rd_rc rd_delivery_again(rd_store *s, rd_tx *tx, const rd_actor *actor, int64_t id, rd_err *err)
{
	rd_q_delivery_get_row row;
	rd_buf payload;
	bool found;

	RD_TRY(rd_desk_administers(actor, err));
	RD_TRY(rd_q_delivery_get(tx, id, &row, &found, err));
	if (!found)
		return rd_fail(err, RD_NOT_FOUND, "没有这次投递", "there is no such delivery");
	if (rd_str_is(row.state, "waiting"))
		return rd_fail(err, RD_BARRED, "这次投递还在等待下一次尝试",
		               "the delivery waits for its next try");
	RD_TRY(rd_q_delivery_again(tx, id, tx->now_us, NULL, err));
	RD_TRY(order(s, tx, id, err));
	rd_buf_init(&payload, 128);
	rd_buf_printf(&payload, "{\"webhook\":%lld,\"delivery\":%lld}", (long long)row.webhook_id,
	              (long long)id);
	rd_rc rc =
		rd_firm_event(tx, actor, "firm.webhook-redelivered", rd_buf_view(&payload), NULL, err);

	rd_buf_done(&payload);
	return rc;
}
