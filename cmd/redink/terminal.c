#include "terminal.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#define FIRST_NS UINT64_C(300000000)
#define AGAIN_NS UINT64_C(100000000)

uint32_t rd_terminal_width(void)
{
	struct winsize size;
	const char *columns = getenv("COLUMNS");
	long n = 0;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		n = size.ws_col;
	else if (columns)
		n = strtol(columns, NULL, 10);
	if (n <= 0)
		return 100;
	return n < 40 ? 40 : n > 200 ? 200 : (uint32_t)n;
}

bool rd_terminal_colour(const char *when)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	if (when && strcmp(when, "always") == 0)
		return true;
	if (when && strcmp(when, "never") == 0)
		return false;
	return isatty(STDOUT_FILENO) && !(no && *no) && term && strcmp(term, "dumb") != 0;
}

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

void rd_progress_start(rd_progress *p, bool wanted)
{
	const char *term = getenv("TERM");

	*p = (rd_progress){.on = wanted && isatty(STDERR_FILENO) && term && strcmp(term, "dumb") != 0};
	if (p->on)
		p->start_ns = now_ns();
}

bool rd_progress_due(rd_progress *p)
{
	uint64_t now;

	if (!p->on)
		return false;
	now = now_ns();
	if (now - p->start_ns < FIRST_NS || now - p->last_ns < AGAIN_NS)
		return false;
	p->last_ns = now;
	return true;
}

void rd_progress_line(rd_progress *p, const char *text)
{
	if (!p->on)
		return;
	fprintf(stderr, "\r%s\033[K", text);
	fflush(stderr);
	p->shown = true;
}

void rd_progress_end(rd_progress *p)
{
	if (p->shown) {
		fputs("\r\033[K", stderr);
		fflush(stderr);
	}
	p->on = p->shown = false;
}
