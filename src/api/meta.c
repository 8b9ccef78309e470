#include "api/handlers.h"
#include "api/inner.h"

/* What the program says of itself: its kinds, its health, its counters. */

rd_rc rd_api_kinds(rd_call *call, rd_tx *tx, rd_err *err)
{
	rd_json *j = rd_call_json(call);

	(void)tx;
	(void)err;
	rd_json_object(j);
	rd_json_key(j, "kinds");
	rd_json_array(j);
	for (uint32_t i = 0; i < rd_kinds_count; i++) {
		const rd_kind *k = rd_kinds[i];

		if (!rd_may_any(&call->who.actor, k, RD_KIND_READ))
			continue;
		rd_json_object(j);
		rd_json_put_text(j, "name", k->name);
		rd_json_put_words(j, "label", k->label);
		rd_json_put_words(j, "plural", k->plural);
		rd_json_put_bool(j, "creates", rd_may_any(&call->who.actor, k, RD_KIND_CREATE));
		rd_json_close(j);
	}
	rd_json_close(j);
	rd_json_close(j);
	return RD_OK;
}

rd_rc rd_api_kind(rd_call *call, rd_tx *tx, rd_err *err)
{
	(void)tx;
	(void)err;
	call->reply.body = rd_str_of(call->kind->describe);
	return RD_OK;
}

rd_rc rd_api_health(rd_call *call, rd_tx *tx, rd_err *err)
{
	(void)tx;
	(void)err;
	call->reply.body = RD_STR("{\"status\":\"ok\"}\n");
	return RD_OK;
}

static rd_rc ask_store(rd_tx *tx, void *ctx, rd_err *err)
{
	const rd_log_row *rows;
	uint32_t n;

	(void)ctx;
	return rd_log_from(tx, 0, 1, &rows, &n, err);
}

/* Ready: the store answers, and the server is not stopping. */
rd_rc rd_api_ready(rd_call *call, rd_tx *tx, rd_err *err)
{
	(void)tx;
	if (!atomic_load(&call->api->ready))
		return rd_fail(err, RD_UNAVAILABLE, "服务正在停止", "the server is stopping");
	RD_TRY(rd_store_read(call->api->store, 1, call->req->arena, ask_store, NULL, err));
	call->reply.body = RD_STR("{\"status\":\"ready\"}\n");
	return RD_OK;
}

/* ---- Prometheus text format 0.0.4 ---- */

static void gauge(rd_buf *b, const char *name, const char *type, const char *help, uint64_t v)
{
	rd_buf_printf(b, "# HELP %s %s\n# TYPE %s %s\n%s %llu\n", name, help, name, type, name,
	              (unsigned long long)v);
}

static void put_routes(rd_buf *b, const rd_http_server *http)
{
	rd_buf_puts(b, "# HELP redink_http_requests_total Requests by route and class of status\n"
	               "# TYPE redink_http_requests_total counter\n");
	for (uint32_t i = 0; i <= rd_routes_count; i++)
		for (uint32_t class_ = 0; class_ <= 5; class_++) {
			uint64_t n = rd_http_count(http, i, class_);
			char label[256] = "other";

			if (n == 0)
				continue;
			if (i < rd_routes_count)
				rd_route_label(&rd_routes[i], label, sizeof label);
			rd_buf_printf(b, "redink_http_requests_total{route=\"%s\",class=\"%uxx\"} %llu\n",
			              label, class_, (unsigned long long)n);
		}
}

static void put_latency(rd_buf *b, const rd_http_stats *s)
{
	uint64_t sum = 0;

	rd_buf_puts(b, "# HELP redink_http_request_seconds Time of requests\n"
	               "# TYPE redink_http_request_seconds histogram\n");
	for (uint32_t i = 0; i < RD_HTTP_BUCKETS; i++) {
		sum += s->bucket[i];
		if (rd_http_bucket_us[i] == INT64_MAX)
			rd_buf_printf(b, "redink_http_request_seconds_bucket{le=\"+Inf\"} %llu\n",
			              (unsigned long long)sum);
		else
			rd_buf_printf(b, "redink_http_request_seconds_bucket{le=\"%lld.%06lld\"} %llu\n",
			              (long long)(rd_http_bucket_us[i] / 1000000),
			              (long long)(rd_http_bucket_us[i] % 1000000), (unsigned long long)sum);
	}
	rd_buf_printf(b, "redink_http_request_seconds_sum %llu.%06llu\n",
	              (unsigned long long)(s->took_us / 1000000),
	              (unsigned long long)(s->took_us % 1000000));
	rd_buf_printf(b, "redink_http_request_seconds_count %llu\n", (unsigned long long)sum);
}

rd_rc rd_api_metrics(rd_call *call, rd_tx *tx, rd_err *err)
{
	rd_http_stats s;

	(void)tx;
	(void)err;
	rd_http_stats_get(call->api->http, &s);
	gauge(&call->out, "redink_http_connections", "gauge", "Open connections", s.connections);
	gauge(&call->out, "redink_http_running", "gauge", "Requests that run", s.running);
	gauge(&call->out, "redink_http_timed_out_total", "counter", "Connections past their deadline",
	      s.timed_out);
	gauge(&call->out, "redink_http_streams", "gauge", "Open event streams",
	      rd_http_hub_count(call->api->hub));
	put_routes(&call->out, call->api->http);
	put_latency(&call->out, &s);
	call->reply.content_type = "text/plain; version=0.0.4; charset=utf-8";
	return RD_OK;
}
