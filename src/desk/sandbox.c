/* The parent of a sandbox: asks, waits, and makes of every end of the child an answer. */
#include "desk/sandbox.h"
#include "base/assert.h"
#include "base/buf.h"
#include "book/image.h"
#include "desk/sandbox_form.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define IN_MEMORY_MAX (64ll << 20) /* bytes of files; larger ones wait on disk */
#define LOOK_EVERY_MS 20

const rd_sandbox_limits rd_sandbox_preset = {3ull << 30, 3ull << 30, 120, 300};

typedef struct reading {
	const rd_sandbox_job *job;
	int request, answer, why; /* -1 = not open */
	pid_t pid;
	bool too_large, too_long; /* killed by us for it */
	siginfo_t end;
} reading;

/* ---- the request ---- */

static bool write_all(int fd, const void *data, size_t size)
{
	const char *p = data;

	while (size) {
		ssize_t n = write(fd, p, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		p += n;
		size -= (size_t)n;
	}
	return true;
}

static rd_rc no_room(rd_err *err)
{
	return rd_fail_os(err, errno, "不能准备读取文件", "the reading of files cannot be prepared");
}

/* Never one of the numbers that the child's descriptors get. */
static int high(int fd)
{
	int up = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 10);

	if (fd >= 0)
		close(fd);
	return up;
}

static rd_rc write_head(const rd_sandbox_job *job, int fd, rd_err *err)
{
	rd_sandbox_request q = {.n_files = job->n_files,
	                        .standard = (uint32_t)job->standard,
	                        .mapping_len = job->mapping.len,
	                        .task = job->task,
	                        .line = job->line,
	                        .around = job->around,
	                        .limits = *job->limits};
	uint64_t at = sizeof q + (uint64_t)job->n_files * sizeof(rd_sandbox_entry), texts;
	rd_buf out;

	memcpy(q.magic, RD_SANDBOX_MAGIC, 8);
	texts = at;
	for (uint32_t i = 0; i < job->n_files; i++)
		at += job->files[i].name.len + 1u;
	q.mapping_at = at;
	at += job->mapping.len + 1u;
	q.size = at;
	for (uint32_t i = 0; i < job->n_files; i++)
		q.size += (uint64_t)job->files[i].size;
	rd_buf_init(&out, at + 1);
	rd_buf_add(&out, &q, sizeof q);
	for (uint32_t i = 0; i < job->n_files; i++) {
		rd_sandbox_entry e = {texts, at, (uint64_t)job->files[i].size};

		rd_buf_add(&out, &e, sizeof e);
		texts += job->files[i].name.len + 1u;
		at += e.size;
	}
	for (uint32_t i = 0; i < job->n_files; i++) {
		rd_buf_str(&out, job->files[i].name);
		rd_buf_char(&out, '\0');
	}
	rd_buf_str(&out, job->mapping);
	rd_buf_char(&out, '\0');
	bool ok = write_all(fd, out.data, out.size);
	rd_buf_done(&out);
	return ok ? RD_OK : no_room(err);
}

static rd_rc make_request(reading *r, rd_err *err)
{
	const rd_sandbox_job *job = r->job;
	int64_t total = 0;
	int fd = -1;

	for (uint32_t i = 0; i < job->n_files; i++)
		total += job->files[i].size;
	if (total > IN_MEMORY_MAX && job->store)
		RD_TRY(rd_store_temp(job->store, &fd, err));
	else
		fd = memfd_create("redink-request", MFD_CLOEXEC);
	r->request = high(fd);
	r->answer = high(memfd_create("redink-answer", MFD_CLOEXEC));
	r->why = high(memfd_create("redink-why", MFD_CLOEXEC));
	if (r->request < 0 || r->answer < 0 || r->why < 0)
		return no_room(err);
	RD_TRY(write_head(job, r->request, err));
	for (uint32_t i = 0; i < job->n_files; i++) {
		off_t before = lseek(r->request, 0, SEEK_CUR);

		RD_TRY(job->copy(job->ctx, i, r->request, err));
		if (lseek(r->request, 0, SEEK_CUR) - before != job->files[i].size)
			return rd_fail(err, RD_CORRUPT, "文件 %.*s 的长度与登记的不同",
			               "the file %.*s is not as long as was noted", (int)job->files[i].name.len,
			               job->files[i].name.ptr);
	}
	return RD_OK;
}

/* ---- the child ---- */

static rd_rc start(reading *r, rd_err *err)
{
	const char *program = r->job->program ? r->job->program : "/proc/self/exe";
	const char *command = r->job->command ? r->job->command : RD_SANDBOX_COMMAND;
	char *argv[] = {(char[]){"redink"}, (char *)(uintptr_t)command, NULL};
	char *environment[] = {(char[]){"TZ=UTC0"}, NULL}; /* nothing of ours: no address, no key */
	posix_spawn_file_actions_t files;
	posix_spawnattr_t how;
	sigset_t none, all;
	int rc;

	sigemptyset(&none);
	sigfillset(&all);
	posix_spawn_file_actions_init(&files);
	posix_spawnattr_init(&how);
	posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_adddup2(&files, r->why, RD_SANDBOX_WHY_FD);
	posix_spawn_file_actions_adddup2(&files, r->request, RD_SANDBOX_REQUEST_FD);
	posix_spawn_file_actions_adddup2(&files, r->answer, RD_SANDBOX_ANSWER_FD);
	posix_spawn_file_actions_addclosefrom_np(&files, RD_SANDBOX_ANSWER_FD + 1);
	posix_spawnattr_setsigmask(&how, &none);
	posix_spawnattr_setsigdefault(&how, &all);
	posix_spawnattr_setflags(&how, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
	                                   POSIX_SPAWN_SETPGROUP);
	rc = posix_spawn(&r->pid, program, &files, &how, argv, environment);
	posix_spawn_file_actions_destroy(&files);
	posix_spawnattr_destroy(&how);
	return rc == 0 ? RD_OK
	               : rd_fail_os(err, rc, "不能启动读取文件的进程",
	                            "the process that reads files cannot be started");
}

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * INT64_C(1000) + t.tv_nsec / 1000000;
}

/* Memory of its own that the child has taken, in bytes; 0 when it is gone. */
static uint64_t taken(pid_t pid)
{
	char path[64], text[128];
	unsigned long long size, resident, shared;

	snprintf(path, sizeof path, "/proc/%d/statm", (int)pid);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof text - 1);

	if (fd >= 0)
		close(fd);
	if (n <= 0)
		return 0;
	text[n] = '\0';
	if (sscanf(text, "%llu %llu %llu", &size, &resident, &shared) != 3 || resident < shared)
		return 0;
	return (resident - shared) * (uint64_t)sysconf(_SC_PAGESIZE);
}

/* Until the child has ended, however it ends. */
static void wait_for(reading *r)
{
	const rd_sandbox_limits *l = r->job->limits;
	int64_t until = now_ms() + (int64_t)l->total_s * 1000;
	int fd = pidfd_open(r->pid, 0);

	for (;;) {
		struct pollfd p = {.fd = fd, .events = POLLIN};

		/* Without a descriptor of the child the pause is a nap. */
		if (poll(&p, 1, LOOK_EVERY_MS) > 0 && fd >= 0)
			break;
		if (waitid(P_PID, (id_t)r->pid, &r->end, WEXITED | WNOHANG | WNOWAIT) == 0 &&
		    r->end.si_pid == r->pid)
			break;
		r->too_large = taken(r->pid) > l->memory;
		r->too_long = now_ms() >= until;
		if (r->too_large || r->too_long) {
			kill(r->pid, SIGKILL);
			break;
		}
	}
	while (waitid(P_PID, (id_t)r->pid, &r->end, WEXITED) != 0 && errno == EINTR)
		;
	if (fd >= 0)
		close(fd);
}

/* ---- what its end means ---- */

static bool ran_out(const reading *r)
{
	char text[1024];
	ssize_t n = pread(r->why, text, sizeof text - 1, 0);

	text[n > 0 ? n : 0] = '\0';
	return strstr(text, "out of memory") != NULL;
}

static rd_rc ended_badly(const reading *r, rd_err *err)
{
	const rd_sandbox_limits *l = r->job->limits;
	int signal = r->end.si_code == CLD_EXITED ? 0 : r->end.si_status;

	if (r->too_long || signal == SIGXCPU || (signal == SIGKILL && !r->too_large))
		return rd_fail(err, RD_LIMIT,
		               "文件在 %u 秒内没有读完，已停止。请把文件按期间拆小，或另存为 CSV 后再上传",
		               "the files were not read within %u seconds; split them by period, or save "
		               "them as CSV, and upload them again",
		               l->cpu_s);
	if (r->too_large || ran_out(r))
		return rd_fail(err, RD_LIMIT,
		               "读取文件所需的内存超过 %llu MB，已停止。文件可能是压缩炸弹；"
		               "确属账簿的，请按期间拆小，或另存为 CSV 后再上传",
		               "reading the files needs more than %llu MB and was stopped: they may be a "
		               "bomb. If they are books, split them by period, or save them as CSV",
		               (unsigned long long)(l->memory >> 20));
	if (signal == SIGXFSZ || r->end.si_status == 4)
		return rd_fail(err, RD_LIMIT, "读出的账簿超过 %llu MB；请把文件按期间拆小后再上传",
		               "the books that were read exceed %llu MB; split the files by period",
		               (unsigned long long)(l->answer >> 20));
	if (signal == SIGSYS)
		return rd_fail(err, RD_INPUT,
		               "读取文件的进程试图做不被允许的事，已被终止。请勿信任该文件，并告知管理员",
		               "the process that reads the files tried what it may not and was killed; do "
		               "not trust the files, and tell an administrator");
	if (signal)
		return rd_fail(
			err, RD_INPUT,
			"读取文件的进程异常退出（信号 %d），其他数据不受影响。请重新导出或另存为 CSV",
			"the process that reads the files crashed (signal %d); nothing else was "
			"touched. Export the files again, or save them as CSV",
			signal);
	return rd_fail(err, RD_UNAVAILABLE, "不能在隔离环境中读取文件（退出码 %d）；请告知管理员",
	               "the files cannot be read in a sandbox here (exit code %d); tell an "
	               "administrator",
	               r->end.si_status);
}

/* ---- the answer ---- */

rd_rc rd_sandbox_unbelieved(rd_err *err)
{
	return rd_fail(err, RD_INPUT, "读取文件的进程给出的结果不完整；请重新导出后再上传",
	               "the process that reads the files gave no whole answer; export the files again");
}

static bool is_text(const char *s, size_t room)
{
	size_t n = strnlen(s, room);

	return n < room && rd_utf8_check(s, n) < 0;
}

/* What the reader says is said by a process that may be anybody's by now: its words are taken as
 * words, its code only from those that reading can have. */
static rd_rc said(const rd_sandbox_reply *reply, rd_err *err)
{
	const rd_err *e = &reply->err;

	if ((reply->rc != RD_INPUT && reply->rc != RD_ASK && reply->rc != RD_LIMIT &&
	     reply->rc != RD_IO && reply->rc != RD_USAGE && reply->rc != RD_NOT_FOUND) ||
	    !is_text(e->file, sizeof e->file) || !is_text(e->zh, sizeof e->zh) ||
	    !is_text(e->en, sizeof e->en))
		return rd_sandbox_unbelieved(err);
	*err = *e;
	err->code = reply->rc == RD_IO || reply->rc == RD_USAGE ? RD_INPUT : (rd_rc)reply->rc;
	return err->code;
}

void rd_sandbox_give(void *image, size_t size)
{
	munmap(image, size);
}

static rd_rc take_answer(const reading *r, void **ret_image, size_t *ret_size, rd_err *err)
{
	rd_sandbox_reply reply;
	struct stat st;

	if (pread(r->answer, &reply, sizeof reply, 0) != (ssize_t)sizeof reply ||
	    memcmp(reply.magic, RD_SANDBOX_MAGIC, 8) != 0)
		return rd_sandbox_unbelieved(err);
	if (reply.rc != RD_OK)
		return said(&reply, err);
	if (fstat(r->answer, &st) != 0 || reply.image_size == 0 ||
	    (uint64_t)st.st_size != reply.image_size + RD_SANDBOX_IMAGE_AT)
		return rd_sandbox_unbelieved(err);
	/* The child is dead: nobody writes what is looked at now. */
	void *image = mmap(NULL, reply.image_size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, r->answer,
	                   RD_SANDBOX_IMAGE_AT);

	if (image == MAP_FAILED)
		return no_room(err);
	*ret_image = image;
	*ret_size = reply.image_size;
	return RD_OK;
}

rd_rc rd_sandbox_run(const rd_sandbox_job *job, void **ret_image, size_t *ret_size, rd_err *err)
{
	reading r = {.job = job, .request = -1, .answer = -1, .why = -1};
	const int *fds[] = {&r.request, &r.answer, &r.why};
	rd_rc rc;

	RD_ASSERT(job->limits && job->limits->total_s);
	rc = make_request(&r, err);
	if (rc == RD_OK)
		rc = start(&r, err);
	if (rc == RD_OK) {
		wait_for(&r);
		rc = r.end.si_code == CLD_EXITED && r.end.si_status == 0
		         ? take_answer(&r, ret_image, ret_size, err)
		         : ended_badly(&r, err);
	}
	for (size_t i = 0; i < sizeof fds / sizeof *fds; i++)
		if (*fds[i] >= 0)
			close(*fds[i]);
	return rc;
}

rd_rc rd_sandbox_read(const rd_sandbox_job *job, rd_sandbox_answer *ret, rd_err *err)
{
	rd_sandbox_answer a;
	void *image;

	RD_ASSERT(job->task == RD_SANDBOX_BOOKS);
	RD_TRY(rd_sandbox_run(job, &image, &a.image_size, err));
	if (rd_image_open(image, a.image_size, &a.book, err) != RD_OK) {
		rd_sandbox_give(image, a.image_size);
		return rd_sandbox_unbelieved(err);
	}
	a.image = image;
	*ret = a;
	return RD_OK;
}
