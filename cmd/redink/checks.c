#include "catalogue.h"
#include "cmd.h"
#include "report/report.h"
#include "report/common.h"
#include "report/wrap.h"
#include "terminal.h"

#define LIST_MAX ((size_t)8 << 20)

enum { O_JSON };
static const rd_opt options[] = {
	[O_JSON] = {"json",
                0,
                RD_OPT_FLAG,
                NULL,
                NULL,
                0,
                0,
                NULL,
                {"输出 JSON：名称、说明、参数、依据等全部内容",
                 "as JSON, with descriptions, parameters and basis"}},
	{0},
};

/* ---- JSON ---- */

rd_words rd_catalogue_unit(const rd_param *p)
{
	static const struct {
		const char *unit;
		rd_words words;
	} units[] = {
		{"days", {"天", "days"}},
		{"months", {"个月", "months"}},
		{"permille", {"‰", "permille"}},
		{"percent", {"%", "%"}},
		{"lines", {"行", "lines"}},
		{"entries", {"张凭证", "entries"}},
		{"vouchers", {"张凭证", "vouchers"}},
		{"digits", {"位", "digits"}},
		{"years", {"年", "years"}},
		{"chars", {"个字", "characters"}},
		{"columns", {"列", "columns"}},
		{"rows", {"行", "rows"}},
		{"fen", {"分", "fen"}},
		{"yuan", {"元", "yuan"}},
		{"words", {"词", "words"}},
		{"hours", {"时", "hours"}},
		{"hour", {"时", "hour"}},
		{"minutes", {"分钟", "minutes"}},
		{"times", {"次", "times"}},
		{"periods", {"个期间", "periods"}},
		{"parties", {"个单位", "parties"}},
		{"bool", {"0 否 1 是", "0 no, 1 yes"}},
	};

	if (p->kind == RD_PARAM_MONEY)
		return (rd_words){"元", "yuan"};
	if (p->unit == NULL)
		return (rd_words){"", ""};
	for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
		if (strcmp(units[i].unit, p->unit) == 0)
			return units[i].words;
	return (rd_words){p->unit, p->unit};
}

void rd_catalogue_value(const rd_param *p, int64_t value, rd_buf *out)
{
	char text[RD_MINOR_TEXT];

	if (p->kind == RD_PARAM_MONEY) {
		rd_minor_format(value, 2, false, text);
		rd_buf_puts(out, text);
	} else {
		rd_buf_printf(out, "%lld", (long long)value);
	}
}

void rd_catalogue_needs(uint32_t bits, int lang, rd_buf *out)
{
	bool some = false;

	for (uint32_t bit = 1; bit; bit <<= 1) {
		const char *word;

		if (!(bits & bit))
			continue;
		/* "no trial balance" without its "no". */
		word = rd_say(rd_has_words(bit), lang);
		if (lang == RD_EN && strncmp(word, "no ", 3) == 0)
			word += 3;
		else if (lang == RD_ZH && strncmp(word, "没有", strlen("没有")) == 0)
			word += strlen("没有");
		rd_buf_printf(out, "%s%s", some ? (lang == RD_EN ? ", " : "、") : "", word);
		some = true;
	}
}

static void put_params(rd_json *j, const rd_check *c)
{
	rd_buf value;

	rd_buf_init(&value, 256);
	rd_json_key(j, "params");
	rd_json_array(j);
	for (const rd_param *p = c->params; p && p->name; p++) {
		rd_json_object(j);
		rd_json_put_text(j, "name", p->name);
		rd_json_put_text(j, "kind",
		                 p->kind == RD_PARAM_MONEY   ? "money"
		                 : p->kind == RD_PARAM_WORDS ? "words"
		                                             : "int");
		rd_json_put_words(j, "unit", rd_catalogue_unit(p));
		rd_json_put_words(j, "help", p->help);
		if (p->kind == RD_PARAM_WORDS) {
			rd_json_put_text(j, "preset", p->words ? p->words : "");
		} else {
			const int64_t values[] = {p->min, p->max, p->preset};
			static const char *const keys[] = {"min", "max", "preset"};

			for (int i = 0; i < 3; i++) {
				rd_buf_clear(&value);
				rd_catalogue_value(p, values[i], &value);
				rd_json_put_str(j, keys[i], rd_buf_view(&value));
			}
		}
		rd_json_close(j);
	}
	rd_json_close(j);
	rd_buf_done(&value);
}

static void put_needs(rd_json *j, const char *key, uint32_t bits)
{
	rd_buf zh, en;

	rd_buf_init(&zh, 4096);
	rd_buf_init(&en, 4096);
	rd_catalogue_needs(bits, RD_ZH, &zh);
	rd_catalogue_needs(bits, RD_EN, &en);
	rd_json_key(j, key);
	rd_json_object(j);
	rd_json_put_str(j, "zh", rd_buf_view(&zh));
	rd_json_put_str(j, "en", rd_buf_view(&en));
	rd_json_close(j);
	rd_buf_done(&zh);
	rd_buf_done(&en);
}

void rd_catalogue_check(rd_json *j, uint32_t check)
{
	const rd_check *c = rd_checks[check];

	rd_json_object(j);
	rd_json_put_text(j, "slug", c->slug);
	rd_json_put_words(j, "title", c->title);
	rd_json_put_text(j, "family", c->family);
	rd_json_put_words(j, "family_words", rd_family_words(c->family));
	rd_json_put_text(j, "nature", c->nature);
	rd_json_put_text(j, "severity", rd_severity_name(c->severity));
	rd_json_put_text(j, "certainty", c->certainty == RD_FACT ? "fact" : "indicator");
	rd_json_put_text(j, "since", c->since);
	rd_json_put_int(j, "version", c->version);
	rd_json_put_words(j, "finds", c->finds);
	rd_json_put_words(j, "manual", rd_check_docs[check]);
	rd_json_put_words(j, "correction", c->correction);
	rd_json_put_words(j, "basis", c->basis);
	put_needs(j, "needs", c->needs);
	put_needs(j, "needs_any", c->needs_any);
	rd_json_put_words(j, "unit", rd_unit_words(c->unit));
	put_params(j, c);
	rd_json_key(j, "messages");
	rd_json_array(j);
	for (const rd_message *m = c->messages; m && m->name; m++) {
		rd_json_object(j);
		rd_json_put_text(j, "kind", m->name);
		rd_json_put_words(j, "text", m->text);
		rd_json_close(j);
	}
	rd_json_close(j);
	rd_json_close(j);
}

static void list_json(rd_buf *out)
{
	rd_json j;

	rd_json_init(&j, out, 2);
	rd_json_object(&j);
	rd_json_put_text(&j, "schema", "redink.checks/1");
	rd_json_put_text(&j, "version", RD_VERSION);
	rd_json_key(&j, "checks");
	rd_json_array(&j);
	for (uint32_t i = 0; i < rd_checks_count; i++)
		rd_catalogue_check(&j, i);
	rd_json_close(&j);
	rd_json_close(&j);
	rd_json_end(&j);
}

/* ---- table ---- */

static uint32_t widest(uint32_t n, rd_words (*word)(uint32_t), int lang)
{
	uint32_t most = 0;

	for (uint32_t i = 0; i < n; i++) {
		uint32_t w = rd_utf8_width(rd_str_of(rd_say(word(i), lang)));

		most = w > most ? w : most;
	}
	return most;
}

static rd_words slug_of(uint32_t i)
{
	return (rd_words){rd_checks[i]->slug, rd_checks[i]->slug};
}

static rd_words severity_of(uint32_t i)
{
	return rd_severity_words(rd_checks[i]->severity);
}

static rd_words certainty_of(uint32_t i)
{
	return rd_certainty_words(rd_checks[i]->certainty);
}

static rd_words title_of(uint32_t i)
{
	return rd_checks[i]->title;
}

/* The checks of a family stand together; families in the order of their first check. */
static void list_table(rd_buf *out, int lang)
{
	static rd_words (*const columns[])(uint32_t) = {slug_of, severity_of, certainty_of, title_of};
	uint32_t width[3];

	for (int k = 0; k < 3; k++)
		width[k] = widest(rd_checks_count, columns[k], lang);
	for (uint32_t i = 0; i < rd_checks_count; i++) {
		bool said = false;

		for (uint32_t k = 0; k < i && !said; k++)
			said = strcmp(rd_checks[k]->family, rd_checks[i]->family) == 0;
		if (said)
			continue;
		rd_buf_printf(out, "%s%s\n", i ? "\n" : "",
		              rd_say(rd_family_words(rd_checks[i]->family), lang));
		for (uint32_t k = i; k < rd_checks_count; k++) {
			if (strcmp(rd_checks[k]->family, rd_checks[i]->family) != 0)
				continue;
			for (int c = 0; c < 3; c++) {
				rd_buf_puts(out, "  ");
				rd_pad(out, rd_str_of(rd_say(columns[c](k), lang)), width[c], false);
			}
			rd_buf_printf(out, "  %s\n", rd_say(title_of(k), lang));
		}
	}
	rd_buf_printf(out,
	              lang == RD_EN
	                  ? "\n%u checks. redink explain SLUG tells what one finds and what to do.\n"
	                  : "\n共 %u 项。redink explain 检查项 说明它发现什么、怎么办。\n",
	              rd_checks_count);
}

static int run_checks(const rd_args *args)
{
	rd_buf out;
	int code;

	rd_buf_init(&out, LIST_MAX);
	if (rd_args_has(args, O_JSON))
		list_json(&out);
	else
		list_table(&out, args->lang);
	code = rd_print(&out, args->lang);
	rd_buf_done(&out);
	return code;
}

const rd_subcommand rd_subcommand_checks = {
	.name = "checks",
	.summary = {"列出全部检查项", "list all checks"},
	.about = {"按类别列出全部检查项：代号、严重程度、性质（事实或线索）、名称。",
              "Lists all checks by family: slug, severity, certainty (fact or indicator), title."},
	.options = options,
	.run = run_checks,
};
