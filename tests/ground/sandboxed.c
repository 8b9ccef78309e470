/* Children of a sandbox for tests: the one that reads, and some that misbehave once they are in. */
#include "desk/sandbox_form.h"
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void eat(void)
{
	for (;;) {
		char *p = rd_column_new((size_t)8 << 20);

		memset(p, 1, (size_t)8 << 20);
	}
}

/* An answer that looks right and is none. */
static void lie(void)
{
	char page[RD_SANDBOX_IMAGE_AT + 64] = RD_SANDBOX_MAGIC;
	rd_sandbox_reply reply = {.image_size = 64};

	memcpy(reply.magic, RD_SANDBOX_MAGIC, 8);
	memcpy(page, &reply, sizeof reply);
	(void)!write(RD_SANDBOX_ANSWER_FD, page, sizeof page);
}

int main(int argc, char **argv)
{
	static const rd_sandbox_limits limits = {256u << 20, 16u << 20, 1, 20};
	const char *what = argc > 1 ? argv[1] : "";
	volatile uint32_t spin = 1;

	if (strcmp(what, RD_SANDBOX_COMMAND) == 0)
		return rd_sandbox_child();
	signal(SIGSEGV, SIG_DFL); /* a sanitizer would want to tell more than it may here */
	if (!rd_sandbox_enter(&limits, 0))
		return 3;
	if (strcmp(what, "open") == 0)
		_exit(open("/dev/null", O_RDONLY) >= 0 ? 0 : 5);
	if (strcmp(what, "socket") == 0)
		_exit(socket(AF_INET, SOCK_STREAM, 0) >= 0 ? 0 : 5);
	if (strcmp(what, "fork") == 0)
		_exit(fork() >= 0 ? 0 : 5);
	if (strcmp(what, "exec") == 0)
		_exit(execl("/bin/true", "true", (char *)NULL) == 0 ? 0 : 5);
	if (strcmp(what, "crash") == 0)
		raise(SIGSEGV);
	if (strcmp(what, "spin") == 0)
		while (spin)
			spin = 1;
	if (strcmp(what, "eat") == 0)
		eat();
	if (strcmp(what, "lie") == 0)
		lie();
	if (strcmp(what, "sleep") == 0)
		for (char c; read(RD_SANDBOX_REQUEST_FD, &c, 1) >= 0;)
			;
	_exit(0);
}
