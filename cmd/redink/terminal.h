/* terminal.h - what the terminal can show. */
#ifndef RD_CMD_TERMINAL_H
#define RD_CMD_TERMINAL_H
#include <stdbool.h>
#include <stdint.h>

/* Columns of standard output: the terminal's, else COLUMNS, else 100; 40 to 200. */
uint32_t rd_terminal_width(void);
/* `when` is auto, always, never or NULL; auto: standard output is a terminal that knows colours and
 * NO_COLOR is not set. */
bool rd_terminal_colour(const char *when);

/* One line on standard error that is rewritten in place while something long runs. Does nothing
 * unless standard error is a terminal. The first line appears after a third of a second. */
typedef struct rd_progress {
	bool on, shown;
	uint64_t start_ns, last_ns;
} rd_progress;
void rd_progress_start(rd_progress *p, bool wanted);
/* True when it is time to draw again. */
bool rd_progress_due(rd_progress *p);
void rd_progress_line(rd_progress *p, const char *text);
void rd_progress_end(rd_progress *p);
#endif
