/* The child of a sandbox: gives up its powers, reads, answers. */
#include "base/limits.h"
#include "book/bank_image.h"
#include "book/image.h"
#include "desk/sandbox_form.h"
#include "io/bank.h"
#include "io/mapping.h"
#include "io/place.h"
#include "io/reader.h"
#include "report/browse.h"
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

/* Sanitizers map their shadow of all memory at the start. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
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
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
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
	void *p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, RD_SANDBOX_REQUEST_FD, 0);

	*ret_size = (uint64_t)st.st_size;
	return p == MAP_FAILED ? NULL : p;
}

typedef struct result {
	void *data;
	size_t size;
} result;

static rd_rc read_mapping(const rd_sandbox_request *q, rd_arena *a, rd_mapping **ret_mappings,
                          uint32_t *ret_n, rd_err *err)
{
	const char *base = (const char *)q;

	*ret_mappings = NULL;
	*ret_n = 0;
	if (q->mapping_len == 0)
		return RD_OK;
	return rd_mapping_parse(a, "mapping", (rd_str){base + q->mapping_at, (uint32_t)q->mapping_len},
	                        ret_mappings, ret_n, err);
}

static rd_rc read_books(const rd_sandbox_request *q, rd_arena *a, result *ret, rd_err *err)
{
	const char *base = (const char *)q;
	const rd_sandbox_entry *e = (const void *)(q + 1);
	rd_read_file *files = RD_NEW_N(a, rd_read_file, q->n_files + 1u);
	rd_read_options options = {.threads = 1, .standard = (rd_standard)q->standard, .digest = true};
	rd_mapping *mappings;
	rd_book *book;

	for (uint32_t i = 0; i < q->n_files; i++)
		files[i] = (rd_read_file){base + e[i].name_at, base + e[i].at, e[i].size};
	RD_TRY(read_mapping(q, a, &mappings, &options.n_mappings, err));
	options.mappings = mappings;
	RD_TRY(rd_read_memory(files, q->n_files, &options, &book, err));
	ret->size = rd_image_size(book);
	ret->data = rd_column_new(ret->size);
	rd_image_write(book, ret->data);
	return RD_OK;
}

static rd_rc read_statement(const rd_sandbox_request *q, rd_arena *a, result *ret, rd_err *err)
{
	const char *base = (const char *)q;
	const rd_sandbox_entry *e = (const void *)(q + 1);
	rd_mapping *mappings;
	rd_bank *bank;
	rd_buf out;
	uint32_t n;

	RD_TRY(read_mapping(q, a, &mappings, &n, err));
	RD_TRY(rd_bank_read_memory(base + e->at, e->size, base + e->name_at, n ? mappings : NULL, &bank,
	                           err));
	rd_buf_init(&out, RD_BANK_IMAGE_MAX);
	rd_bank_image_write(bank, &out);
	if (out.full)
		return rd_fail(err, RD_LIMIT, "对账单的文字过多；请按月分开上传",
		               "the statement holds too much text; upload it month by month");
	*ret = (result){out.data, out.size};
	return RD_OK;
}

static rd_rc read_place(const rd_sandbox_request *q, rd_arena *a, result *ret, rd_err *err)
{
	const char *base = (const char *)q, *name;
	const rd_sandbox_entry *e = (const void *)(q + 1);
	rd_place_file file = {base + e->name_at, base + e->at, e->size, -1};
	rd_place_view view;
	rd_json j;
	rd_buf out;

	name = strrchr(file.name, '#');
	RD_TRY(
		rd_place_read(a, &file, rd_str_of(name ? name + 1 : ""), q->line, q->around, &view, err));
	rd_buf_init(&out, RD_SANDBOX_PLACE_MAX);
	rd_json_init(&j, &out, 0);
	rd_json_object(&j);
	rd_browse_place(&j, &view, q->line);
	rd_json_close(&j);
	rd_json_end(&j);
	if (out.full)
		return rd_fail(err, RD_LIMIT, "这几行的内容过长，无法显示",
		               "the lines are too long to be shown");
	*ret = (result){out.data, out.size};
	return RD_OK;
}

static rd_rc read_all(const rd_sandbox_request *q, rd_arena *a, result *ret, rd_err *err)
{
	switch ((rd_sandbox_task)q->task) {
	case RD_SANDBOX_BOOKS: return read_books(q, a, ret, err);
	case RD_SANDBOX_BANK: return read_statement(q, a, ret, err);
	case RD_SANDBOX_PLACE: return read_place(q, a, ret, err);
	}
	return rd_fail(err, RD_USAGE, "未知的读取任务", "an unknown task of reading");
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

static bool answer(rd_sandbox_reply *reply, result r)
{
	char page[RD_SANDBOX_IMAGE_AT] = {0};

	memcpy(reply->magic, RD_SANDBOX_MAGIC, 8);
	reply->image_size = reply->rc == RD_OK ? r.size : 0;
	memcpy(page, reply, sizeof *reply);
	return put(page, sizeof page) && put(r.data, reply->image_size);
}

int rd_sandbox_child(void)
{
	uint64_t size;
	const char *base = map_request(&size);
	const rd_sandbox_request *q = (const void *)base;
	rd_sandbox_reply reply;
	result r = {NULL, 0};

	if (base == NULL || memcmp(q->magic, RD_SANDBOX_MAGIC, 8) != 0 || q->size != size) {
		fputs("redink read-books is for redink itself: it reads what it is given by the server\n",
		      stderr);
		return 2;
	}
	load_beforehand();
	if (!rd_sandbox_enter(&q->limits, size))
		return 3;
	memset(&reply, 0, sizeof reply);
	reply.rc = read_all(q, rd_arena_new(), &r, &reply.err);
	/* Nothing is freed and nobody is told: the process ends with what it has. */
	_exit(answer(&reply, r) ? 0 : 4);
}
