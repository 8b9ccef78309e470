#include "http/inner.h"
#include "base/assert.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define PEM_MAX (256u << 10)
#define BACKLOG 1024

static rd_rc read_pem(rd_http_server *s, const char *path, const char **ret, rd_err *err)
{
	char *text = rd_arena_alloc(s->arena, PEM_MAX + 1, 1);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t n = 0;
	ssize_t got;

	if (fd < 0) {
		(void)rd_fail_os(err, errno, "无法读取证书或私钥", "cannot read certificate or key");
		return rd_err_at(err, path, 0);
	}
	while ((got = read(fd, text + n, PEM_MAX - n)) > 0)
		n += (size_t)got;
	close(fd);
	if (n == 0 || memchr(text, '\0', n) || strstr(text, "-----BEGIN ") == NULL) {
		(void)rd_fail(err, RD_INPUT, "不是 PEM 格式的证书或私钥",
		              "no certificate or key in PEM form");
		return rd_err_at(err, path, 0);
	}
	*ret = text;
	return RD_OK;
}

static rd_rc read_tls(rd_http_server *s, rd_err *err)
{
	const rd_http_config *c = &s->config;

	if ((c->cert_file == NULL) != (c->key_file == NULL))
		return rd_fail(err, RD_USAGE, "证书与私钥要同时给出",
		               "give both a certificate and its key");
	if (c->cert_file == NULL)
		return RD_OK;
	if (MHD_is_feature_supported(MHD_FEATURE_TLS) != MHD_YES)
		return rd_fail(err, RD_USAGE, "系统的 libmicrohttpd 不支持 TLS;请在前面放一个代理",
		               "this system's libmicrohttpd has no TLS; put a proxy in front");
	RD_TRY(read_pem(s, c->cert_file, &s->cert, err));
	return read_pem(s, c->key_file, &s->key, err);
}

static rd_rc read_trusted(rd_http_server *s, rd_err *err)
{
	static const char *const preset[] = {"127.0.0.0/8", "::1", NULL};
	const char *const *names = s->config.trusted_proxies ? s->config.trusted_proxies : preset;
	uint32_t n = 0;

	while (names[n])
		n++;
	s->trusted = RD_NEW_N(s->arena, rd_http_net, n ? n : 1);
	for (uint32_t i = 0; i < n; i++)
		RD_TRY(rd_http_net_parse(rd_str_of(names[i]), &s->trusted[i], err));
	s->n_trusted = n;
	return RD_OK;
}

/* A socket file that nobody answers on is what an earlier run has left. */
static bool is_stale(const struct sockaddr_un *name)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool stale;

	if (fd < 0)
		return false;
	stale = connect(fd, (const struct sockaddr *)name, sizeof *name) != 0 && errno == ECONNREFUSED;
	close(fd);
	return stale;
}

static rd_rc bind_file(rd_http_server *s, const char *path, rd_err *err)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};

	if (strlen(path) >= sizeof name.sun_path || path[0] != '/')
		return rd_fail(err, RD_USAGE, "套接字文件要写绝对路径,且短于 %zu 字节",
		               "a socket file needs an absolute path shorter than %zu bytes",
		               sizeof name.sun_path);
	memcpy(name.sun_path, path, strlen(path) + 1);
	s->listen_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int rc = bind(s->listen_fd, (struct sockaddr *)&name, sizeof name);

	if (rc != 0 && errno == EADDRINUSE && is_stale(&name) && unlink(path) == 0)
		rc = bind(s->listen_fd, (struct sockaddr *)&name, sizeof name);
	if (rc != 0) {
		(void)rd_fail_os(err, errno, "无法监听套接字文件", "cannot listen on the socket file");
		return rd_err_at(err, path, 0);
	}
	s->socket_path = path;
	if (chmod(path, 0660) != 0)
		return rd_fail_os(err, errno, "无法设置套接字文件的权限",
		                  "cannot set the socket file's mode");
	return RD_OK;
}

static rd_rc bind_ip(rd_http_server *s, rd_err *err)
{
	struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = htons(s->config.port)};
	struct sockaddr_in four = {.sin_family = AF_INET, .sin_port = htons(s->config.port)};
	const char *address = s->config.address;
	uint8_t ip[16];

	if (!rd_http_ip_parse(rd_str_of(address), ip))
		return rd_fail(err, RD_USAGE, "「%s」不是 IP 地址;应写作 127.0.0.1、:: 或 unix:/路径",
		               "\"%s\" is no IP address; write 127.0.0.1, :: or unix:/path", address);
	if (!rd_http_ip_is_loopback(ip) && s->cert == NULL && !s->config.behind_proxy)
		return rd_fail(
			err, RD_USAGE,
			"监听 %s 需要 TLS 证书,或声明前面有代理(behind_proxy);否则口令会在网上明文传送",
			"to listen on %s give a TLS certificate or say behind_proxy; passwords "
			"would cross the network in the clear",
			address);
	bool v4 = strchr(address, ':') == NULL;
	int on = 1;

	memcpy(&six.sin6_addr, ip, 16);
	memcpy(&four.sin_addr, ip + 12, 4);
	s->listen_fd = socket(v4 ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	(void)setsockopt(s->listen_fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (bind(s->listen_fd, v4 ? (struct sockaddr *)&four : (struct sockaddr *)&six,
	         v4 ? sizeof four : sizeof six) != 0) {
		(void)rd_fail_os(err, errno, "无法监听这个地址和端口",
		                 "cannot listen on this address and port");
		return rd_err_at(err, address, s->config.port);
	}
	return RD_OK;
}

static void read_port(rd_http_server *s)
{
	union {
		struct sockaddr any;
		struct sockaddr_in four;
		struct sockaddr_in6 six;
	} name = {.any.sa_family = AF_UNSPEC};
	socklen_t size = sizeof name;

	if (getsockname(s->listen_fd, &name.any, &size) == 0)
		s->port = ntohs(name.any.sa_family == AF_INET6 ? name.six.sin6_port : name.four.sin_port);
}

rd_rc rd_http_listen(rd_http_server *s, rd_err *err)
{
	const char *address = s->config.address;

	s->listen_fd = -1;
	RD_TRY(read_tls(s, err));
	RD_TRY(read_trusted(s, err));
	if (strncmp(address, "unix:", 5) == 0) {
		RD_TRY(bind_file(s, address + 5, err));
	} else {
		RD_TRY(bind_ip(s, err));
		read_port(s);
	}
	if (listen(s->listen_fd, BACKLOG) != 0)
		return rd_fail_os(err, errno, "无法监听", "cannot listen");
	return RD_OK;
}

void rd_http_listen_end(rd_http_server *s)
{
	if (s->listen_fd >= 0)
		close(s->listen_fd);
	s->listen_fd = -1;
	if (s->socket_path)
		(void)unlink(s->socket_path);
	s->socket_path = NULL;
}
