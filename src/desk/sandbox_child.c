/* The child of a sandbox: gives up its powers, reads, answers. */
#include "base/limits.h"
#include "book/image.h"
#include "desk/sandbox_form.h"
#include "io/mapping.h"
#include "io/reader.h"
#include <errno.h>
#include <iconv.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Address Sanitizer maps its shadow of all memory at the start. */
#if defined(__SANITIZE_ADDRESS__)
#define HAS_SHADOW true
#else
#define HAS_SHADOW false
#endif

/* ---- giving up ---- */

static bool limit(int what, uint64_t soft, uint64_t hard)
{
	return setrlimit((__rlimit_resource_t)what, &(struct rlimit){soft, hard}) == 0;
}

static bool take_limits(const rd_sandbox_limits *l, uint64_t input)
{
	const uint64_t program = 256u << 20; /* code, libraries and stack, in address space */

	return limit(RLIMIT_CORE, 0, 0) && limit(RLIMIT_CPU, l->cpu_s, l->cpu_s + 1) &&
	       limit(RLIMIT_FSIZE, l->answer, l->answer) && limit(RLIMIT_NPROC, 0, 0) &&
	       limit(RLIMIT_NOFILE, 0, 0) &&
	       (HAS_SHADOW ||
	        limit(RLIMIT_AS, l->memory + input + program, l->memory + input + program));
}

/* What memory, results and the end of the program need. No call opens anything. */
static const int allowed[] = {
	SCMP_SYS(read),         SCMP_SYS(write),       SCMP_SYS(munmap),  SCMP_SYS(mremap),
	SCMP_SYS(madvise),      SCMP_SYS(brk),         SCMP_SYS(futex),   SCMP_SYS(exit),
	SCMP_SYS(exit_group),   SCMP_SYS(getrandom),   SCMP_SYS(sysinfo), SCMP_SYS(clock_gettime),
	SCMP_SYS(rt_sigreturn), SCMP_SYS(getpid),      SCMP_SYS(gettid),  SCMP_SYS(rt_sigprocmask),
#if defined(__SANITIZE_ADDRESS__)
	SCMP_SYS(sched_yield),  SCMP_SYS(sigaltstack),
#endif
};

static bool take_filter(void)
{
	scmp_filter_ctx f = seccomp_init(SCMP_ACT_KILL_PROCESS);
	bool ok = f != NULL;

	for (size_t i = 0; ok && i < sizeof allowed / sizeof *allowed; i++)
		ok = seccomp_rule_add(f, SCMP_ACT_ALLOW, allowed[i], 0) == 0;
	/* libfyaml asks whether it speaks to a terminal: it does not. */
	ok = ok && seccomp_rule_add(f, SCMP_ACT_ERRNO(ENOTTY), SCMP_SYS(ioctl), 0) == 0;
	/* Memory that can be written never becomes code, and code comes from nowhere. */
	ok = ok &&
	     seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1,
	                      SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)) == 0 &&
	     seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1,
	                      SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)) == 0 &&
	     /* abort() of a panic: a signal to itself alone. */
	     seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1,
	                      SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid())) == 0 &&
	     seccomp_load(f) == 0;
	if (f)
		seccomp_release(f);
	return ok;
}

bool rd_sandbox_enter(const rd_sandbox_limits *limits, uint64_t input)
{
	return close_range(RD_SANDBOX_ANSWER_FD + 1, ~0u, 0) == 0 &&
	       prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && prctl(PR_SET_DUMPABLE, 0) == 0 &&
	       prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && take_limits(limits, input) &&
	       take_filter();
}

/* What the C library would open files for later: its decoders, which it keeps while they are in
 * use, and the time zone, which libzip asks for (TZ is in the environment, so that it is not looked
 * for again). */
static void load_beforehand(void)
{
	static const char *const names[] = {"GB18030", "UTF-16", "UTF-16LE",  "UTF-16BE",
	                                    "BIG5",    "CP1252", "ISO-8859-1"};

	tzset();
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		(void)iconv_open("UTF-8", names[i]); /* open until the end */
}

/* ---- reading ---- */

static const char *map_request(uint64_t *ret_size)
{
	struct stat st;

	if (fstat(RD_SANDBOX_REQUEST_FD, &st) != 0 || st.st_size < (off_t)sizeof(rd_sandbox_request))
		return NULL;
	/* Readers may look a few bytes behind a text: the last page has room, or one more follows. */
	void *p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, RD_SANDBOX_REQUEST_FD, 0);

	*ret_size = (uint64_t)st.st_size;
	return p == MAP_FAILED ? NULL : p;
}

static rd_rc read_all(const char *base, rd_arena *a, rd_book **ret_book, rd_err *err)
{
	const rd_sandbox_request *q = (const void *)base;
	const rd_sandbox_entry *e = (const void *)(base + sizeof *q);
	rd_read_file *files = RD_NEW_N(a, rd_read_file, q->n_files + 1u);
	rd_read_options options = {.threads = 1, .standard = (rd_standard)q->standard, .digest = true};

	for (uint32_t i = 0; i < q->n_files; i++)
		files[i] = (rd_read_file){base + e[i].name_at, base + e[i].at, e[i].size};
	if (q->mapping_len) {
		rd_mapping *mappings;

		RD_TRY(rd_mapping_parse(a, "mapping",
		                        (rd_str){base + q->mapping_at, (uint32_t)q->mapping_len}, &mappings,
		                        &options.n_mappings, err));
		options.mappings = mappings;
	}
	return rd_read_memory(files, q->n_files, &options, ret_book, err);
}

static bool put(const void *data, size_t size)
{
	const char *p = data;

	while (size) {
		ssize_t n = write(RD_SANDBOX_ANSWER_FD, p, size < (1u << 30) ? size : 1u << 30);

		if (n <= 0 && errno != EINTR)
			return false;
		if (n > 0) {
			p += n;
			size -= (size_t)n;
		}
	}
	return true;
}

static bool answer(rd_sandbox_reply *reply, const rd_book *book)
{
	char page[RD_SANDBOX_IMAGE_AT] = {0};
	void *image = NULL;

	memcpy(reply->magic, RD_SANDBOX_MAGIC, 8);
	if (book) {
		reply->image_size = rd_image_size(book);
		image = rd_column_new(reply->image_size);
		rd_image_write(book, image);
	}
	memcpy(page, reply, sizeof *reply);
	return put(page, sizeof page) && put(image, reply->image_size);
}

int rd_sandbox_child(void)
{
	uint64_t size;
	const char *base = map_request(&size);
	const rd_sandbox_request *q = (const void *)base;
	rd_sandbox_reply reply;
	rd_book *book = NULL;

	if (base == NULL || memcmp(q->magic, RD_SANDBOX_MAGIC, 8) != 0 || q->size != size) {
		fputs("redink read-books is for redink itself: it reads what it is given by the server\n",
		      stderr);
		return 2;
	}
	load_beforehand();
	if (!rd_sandbox_enter(&q->limits, size))
		return 3;
	memset(&reply, 0, sizeof reply);
	reply.rc = read_all(base, rd_arena_new(), &book, &reply.err);
	/* Nothing is freed and nobody is told: the process ends with what it has. */
	_exit(answer(&reply, book) ? 0 : 4);
}
