#include "desk/exception_seed.h"
#include "base/assert.h"
#include "base/json.h"
#include "check/check.h"

/* Impact, urgency, and working minutes to triage and correct, by severity. */
typedef struct urgency {
	const char *severity;
	int64_t impact, urgency, triage, correct;
} urgency;

static const urgency urgencies[] = {
	[RD_SEV_INFO] = {"info", 1, 1, 2400, 9600},     [RD_SEV_LOW] = {"low", 2, 2, 960, 4800},
	[RD_SEV_MEDIUM] = {"medium", 3, 3, 480, 2400},  [RD_SEV_HIGH] = {"high", 4, 4, 240, 1440},
	[RD_SEV_BLOCKER] = {"blocker", 5, 5, 120, 480},
};
#define N_URGENCIES (sizeof urgencies / sizeof urgencies[0])

/* What checks call natures and families, and what the kind calls them. */
static const char *const natures[][2] = {
	{"账目不符", "mismatch"}, {"数据缺失", "missing"}, {"操作错误", "operation"},
	{"异常波动", "unusual"},  {"违规风险", "rule"},    {"时限", "late"},
	{"系统故障", "system"},
};

static const char *nature_of(const char *zh)
{
	for (uint32_t i = 0; i < sizeof natures / sizeof natures[0]; i++)
		if (strcmp(natures[i][0], zh) == 0)
			return natures[i][1];
	return "mismatch";
}

static const rd_exception_seed *row_of(const char *slug)
{
	for (uint32_t i = 0; i < rd_exception_seeds_count; i++)
		if (strcmp(rd_exception_seeds[i].slug, slug) == 0)
			return &rd_exception_seeds[i];
	return NULL;
}

/* The n-th check that the file does not name; NULL behind the last. */
static const rd_check *other_check(uint32_t n)
{
	for (uint32_t i = 0; i < rd_checks_count; i++)
		if (row_of(rd_checks[i]->slug) == NULL && n-- == 0)
			return rd_checks[i];
	return NULL;
}

uint32_t rd_exception_seed_count(void)
{
	uint32_t n = rd_exception_seeds_count;

	for (uint32_t i = 0; i < rd_checks_count; i++)
		n += row_of(rd_checks[i]->slug) == NULL;
	return n;
}

const char *rd_exception_seed_slug(uint32_t i)
{
	RD_ASSERT(i < rd_exception_seed_count());
	return i < rd_exception_seeds_count ? rd_exception_seeds[i].slug
	                                    : other_check(i - rd_exception_seeds_count)->slug;
}

static void put(rd_json *j, const char *key, const char *text)
{
	if (text && text[0])
		rd_json_put_text(j, key, text);
}

/* Both languages of a text, one under the other. */
static void put_both(rd_json *j, const char *key, rd_words w)
{
	rd_buf b;

	rd_buf_init(&b, 8000);
	rd_buf_printf(&b, "%s\n%s", w.zh, w.en);
	rd_json_put_str(j, key, rd_buf_view(&b));
	rd_buf_done(&b);
}

static void put_urgency(rd_json *j, const char *severity)
{
	const urgency *u = &urgencies[RD_SEV_MEDIUM];

	for (uint32_t i = 0; i < N_URGENCIES; i++)
		if (strcmp(urgencies[i].severity, severity) == 0)
			u = &urgencies[i];
	rd_json_put_text(j, "severity", u->severity);
	rd_json_put_int(j, "impact", u->impact);
	rd_json_put_int(j, "urgency", u->urgency);
	rd_json_put_int(j, "triage_minutes", u->triage);
	rd_json_put_int(j, "correct_minutes", u->correct);
}

static void put_check(rd_json *j, const rd_check *c)
{
	put(j, "name", c->title.zh);
	put(j, "name_en", c->title.en);
	rd_json_put_text(j, "nature", nature_of(c->nature));
	put_urgency(j, urgencies[c->severity].severity);
	rd_json_put_text(j, "certainty", c->certainty == RD_FACT ? "fact" : "indicator");
	rd_json_put_text(j, "origin", "check");
	rd_json_put_int(j, "check_version", c->version);
	put_both(j, "finds", c->finds);
	put_both(j, "correction", c->correction);
	put(j, "basis", c->basis.zh);
}

static void put_row(rd_json *j, const rd_exception_seed *s)
{
	put(j, "name", s->name);
	put(j, "name_en", s->name_en);
	put(j, "nature", s->nature);
	put_urgency(j, s->severity);
	put(j, "certainty", s->certainty);
	rd_json_put_text(j, "origin", "catalogue");
	put(j, "finds", s->finds);
	put(j, "correction", s->correction);
	put(j, "basis", s->basis);
}

void rd_exception_seed_body(uint32_t i, const char *review_on, rd_buf *out)
{
	const char *slug = rd_exception_seed_slug(i);
	const rd_exception_seed *s = row_of(slug);
	const rd_check *c = rd_check_find(slug);
	rd_json j;

	rd_json_init(&j, out, 0);
	rd_json_object(&j);
	rd_json_put_text(&j, "slug", slug);
	/* A check that the file does not name has no area of its own there. */
	rd_json_put_text(&j, "area", s ? s->area : "ledger");
	if (c)
		put_check(&j, c);
	else
		put_row(&j, s);
	if (s) {
		put(&j, "data_needed", s->data_needed);
		put(&j, "threshold", s->threshold);
		put(&j, "threshold_kind", s->threshold_kind);
	}
	rd_json_put_text(&j, "review_on", review_on);
	rd_json_close(&j);
}
