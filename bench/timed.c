/*
 * timed: runs a program and says how long it took and how much memory it had at most.
 *
 *   timed REPORT WARM_MIB PROGRAM [ARGUMENT…]
 *
 * Writes one line into REPORT: nanoseconds from start to exit, microseconds of processor time (all
 * threads), peak resident KiB, exit code (or 256 + the signal that ended it). Small on purpose:
 * Linux starts a process's peak with that of the process that started it, so a large parent hides
 * what a small program needs. The program keeps our standard streams. Ends with 0 when the report
 * is written, else 2.
 *
 * On virtual machines that give free memory back to their host, the first touch of a page can
 * cost thirty times as much as later ones, whoever touches it. So that chance decides for
 * nobody, a helper touches WARM_MIB and ends before the program starts; 0 for small programs,
 * which would find cold caches instead.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
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

static void warm_memory(size_t bytes)
{
	pid_t pid = bytes ? fork() : -1;

	if (pid == 0) {
		char *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		if (p != MAP_FAILED) {
			(void)madvise(p, bytes, MADV_HUGEPAGE);
			for (size_t i = 0; i < bytes; i += 4096)
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

	if (argc < 4) {
		fprintf(stderr, "usage: timed REPORT WARM_MIB PROGRAM [ARGUMENT...]\n");
		return 2;
	}
	warm_memory((size_t)strtoul(argv[2], NULL, 10) << 20);
	long long start = now_ns();
	pid_t pid = fork();

	if (pid == 0) {
		execvp(argv[3], argv + 3);
		perror(argv[3]);
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
