/*
 * timed: runs a program and says how long it took and how much memory it had at most.
 *
 *   timed REPORT PROGRAM [ARGUMENT…]
 *
 * Writes one line into REPORT: nanoseconds from start to exit, microseconds of processor time (all
 * threads), peak resident KiB, exit code (or 256 + the signal that ended it). Small on purpose:
 * Linux starts a process's peak with that of the process that started it, so a large parent hides
 * what a small program needs. The program keeps our standard streams. Ends with 0 when the report
 * is written, else 2.
 *
 * On virtual machines that give free memory back to their host, the first touch of a page can
 * cost thirty times as much as later ones, whoever touches it. So that chance decides for
 * nobody, a helper touches WARM_BYTES and ends before the program starts.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long long now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static long long cpu_us(const struct rusage *usage)
{
	long long seconds = usage->ru_utime.tv_sec + usage->ru_stime.tv_sec;

	return seconds * 1000000 + usage->ru_utime.tv_usec + usage->ru_stime.tv_usec;
}

#define WARM_BYTES ((size_t)3 << 30)

static void warm_memory(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		char *p =
			mmap(NULL, WARM_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		if (p != MAP_FAILED) {
			(void)madvise(p, WARM_BYTES, MADV_HUGEPAGE);
			for (size_t i = 0; i < WARM_BYTES; i += 4096)
				p[i] = 1;
		}
		_exit(0);
	}
	if (pid > 0)
		waitpid(pid, NULL, 0);
}

static int exit_code(int status)
{
	return WIFSIGNALED(status) ? 256 + WTERMSIG(status) : WEXITSTATUS(status);
}

int main(int argc, char **argv)
{
	struct rusage usage;
	int status = 0;

	if (argc < 3) {
		fprintf(stderr, "usage: timed REPORT PROGRAM [ARGUMENT...]\n");
		return 2;
	}
	warm_memory();
	long long start = now_ns();
	pid_t pid = fork();

	if (pid == 0) {
		execvp(argv[2], argv + 2);
		perror(argv[2]);
		_exit(127);
	}
	if (pid < 0 || wait4(pid, &status, 0, &usage) < 0) {
		perror("timed");
		return 2;
	}
	long long spent = now_ns() - start;
	FILE *report = fopen(argv[1], "w");

	if (!report) {
		perror(argv[1]);
		return 2;
	}
	fprintf(report, "%lld %lld %ld %d\n", spent, cpu_us(&usage), usage.ru_maxrss,
	        exit_code(status));
	if (fclose(report) != 0) {
		perror(argv[1]);
		return 2;
	}
	return 0;
}
