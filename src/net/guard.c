#include "net/guard.h"
#include "base/assert.h"
#include "net/address.h"
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

/* The oldest version without known holes. */
#define TLS_OLDEST CURL_SSLVERSION_TLSv1_2

static void initialise(void)
{
	RD_ASSERT(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK);
}

CURL *rd_guard_handle(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, initialise);
	return curl_easy_init();
}

static curl_socket_t open_socket(void *ctx, curlsocktype purpose, struct curl_sockaddr *address)
{
	rd_guard *g = ctx;

	(void)purpose;
	if (!rd_outbound_may_connect(g->policy, g->by_name, &address->addr)) {
		g->refused = true;
		return CURL_SOCKET_BAD;
	}
	return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

void rd_guard_set(CURL *curl, rd_guard *guard, uint32_t timeout_ms)
{
	guard->refused = false;
	guard->detail[0] = 0;
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, guard->detail);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)timeout_ms);
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)timeout_ms);
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
	curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)TLS_OLDEST);
	if (guard->policy->ca_file) {
		curl_easy_setopt(curl, CURLOPT_CAINFO, guard->policy->ca_file);
		curl_easy_setopt(curl, CURLOPT_CAPATH, NULL);
	}
	curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, guard);
}

static rd_rc fail_tls(const rd_guard *g, const char *host, rd_err *err)
{
	return rd_fail(err, RD_UNAVAILABLE,
	               "与 %s 的加密连接未建立：%.120s。请检查对方证书（名称、有效期、签发机构），"
	               "自签机构请在设置中指定其证书文件",
	               "no secure connection to %s: %.120s. Check its certificate (name, validity, "
	               "issuer); name the file of an authority of your own in the settings",
	               host, g->detail);
}

rd_rc rd_guard_fail(const rd_guard *g, CURLcode code, const char *host, rd_err *err)
{
	if (g->refused)
		return rd_fail(
			err, RD_FORBIDDEN,
			"%s 的地址在本机、内网或保留网段内，未连接。确需访问请由管理员把该网段加入"
			"对外访问清单",
			"%s has an address in the own or a reserved network and was not called. If it "
			"must be, an administrator adds the prefix to the outbound list",
			host);
	switch (code) {
	case CURLE_COULDNT_RESOLVE_HOST:
		return rd_fail(err, RD_UNAVAILABLE, "找不到主机 %s，请检查名称和 DNS",
		               "the host %s is not known; check its name and the DNS", host);
	case CURLE_OPERATION_TIMEDOUT:
		return rd_fail(err, RD_UNAVAILABLE, "%s 未在限定时间内答复，请稍后再试",
		               "%s did not answer in time; try again later", host);
	case CURLE_SSL_CACERT_BADFILE:
		return rd_fail(err, RD_USAGE, "无法读取签发机构证书文件，请检查设置中的路径（连接 %s 时）",
		               "the file of the certificate authorities cannot be read; check its path in "
		               "the settings (when calling %s)",
		               host);
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CIPHER:
	case CURLE_SSL_ISSUER_ERROR:
	case CURLE_USE_SSL_FAILED: return fail_tls(g, host, err);
	default: break;
	}
	return rd_fail(err, RD_UNAVAILABLE, "无法与 %s 通信：%.120s。请稍后再试",
	               "cannot talk to %s: %.120s. Try again later", host,
	               g->detail[0] ? g->detail : curl_easy_strerror(code));
}
