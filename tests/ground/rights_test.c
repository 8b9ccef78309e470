/* Rights: rd_may, the conditions for lists, and the rules written out once more must agree. */
#include "auth/rights.h"
#include "unit.h"

static bool rule_gives(const rd_rule *rules, uint32_t n, uint32_t roles, uint32_t relations,
                       rd_verb verb)
{
	for (uint32_t i = 0; i < n; i++)
		if (rules[i].verb == verb && (rules[i].roles & roles) && (rules[i].relations & relations))
			return true;
	return false;
}

/* The four rules of rights.h in the order of its words, one record at a time. */
static bool plainly(const rd_rule *rules, uint32_t n, rd_who who, rd_stand record, rd_verb verb)
{
	bool reads = verb == RD_VERB_READ || verb == RD_VERB_EXPORT;
	bool contact = who.roles & RD_ROLE_CLIENT_CONTACT, auditor = who.roles & RD_ROLE_AUDITOR;
	bool close = record.relations & (RD_REL_OWN | RD_REL_MINE);

	if (!reads && (who.only_looks || auditor || record.archived))
		return false;
	if (contact)
		return (record.relations & RD_REL_CLIENT_CONTACT) && (!record.restricted || close) &&
		       rule_gives(rules, n, RD_ROLE_CLIENT_CONTACT, RD_REL_CLIENT_CONTACT, verb);
	if (auditor && (record.relations & RD_REL_FIRM))
		return true;
	if (record.restricted && !close &&
	    !((who.roles & (RD_ROLE_ADMINISTRATOR | RD_ROLE_AUDITOR)) &&
	      (record.relations & RD_REL_FIRM)))
		return false;
	return rule_gives(rules, n, who.roles, record.relations & ~(uint32_t)RD_REL_CLIENT_CONTACT,
	                  verb);
}

/* What a list query does with the conditions. */
static bool listed(rd_may_cond c, rd_stand r)
{
	return (r.relations & c.any) && (!r.archived || c.archived_too) &&
	       (!r.restricted || (r.relations & c.restricted_any));
}

/* Inside the firm every record has the relation FIRM, outside none has. */
static uint32_t possible(uint32_t relations, uint32_t roles)
{
	if (roles & RD_ROLE_CLIENT_CONTACT)
		return relations & ~(uint32_t)RD_REL_FIRM;
	return relations | RD_REL_FIRM;
}

static void record_and_list_agree_on_everything(void)
{
	uint64_t seed = 5;
	uint32_t allowed = 0, tried = 0, wrong = 0;

	for (uint32_t table = 0; table < 12; table++) {
		rd_rule rules[12];
		uint32_t n = unit_below(&seed, 13);

		for (uint32_t i = 0; i < n; i++)
			rules[i] = (rd_rule){(rd_verb)unit_below(&seed, RD_VERBS_N),
			                     (uint32_t)(unit_random(&seed) & unit_random(&seed)) & RD_ROLES_ALL,
			                     (uint32_t)unit_random(&seed) & RD_RELATIONS_ALL};
		for (uint32_t person = 0; person < 2 * (RD_ROLES_ALL + 1); person++) {
			rd_who who = {1, person / 2, person % 2};

			for (uint32_t state = 0; state < RD_VERBS_N * 4; state++) {
				rd_verb verb = (rd_verb)(state / 4);
				rd_may_cond c = rd_may_where(rules, n, who, verb);

				for (uint32_t k = 0; k < 16; k++) {
					uint32_t relations = (uint32_t)unit_random(&seed) & RD_RELATIONS_ALL;
					rd_stand r = {possible(relations, who.roles), state & 1, state >> 1 & 1};
					rd_may_answer a = rd_may(rules, n, who, r, verb);

					wrong += a.allowed != plainly(rules, n, who, r, verb);
					wrong += a.allowed != listed(c, r);
					wrong += a.allowed != (a.why == RD_BAR_NONE);
					wrong += a.allowed != (a.words.zh[0] == 0);
					allowed += a.allowed;
					tried++;
				}
			}
		}
	}
	UNIT_INT(wrong, 0);
	UNIT_TRUE(allowed > tried / 20 && allowed < tried);
	unit_note("rights: %u answers, %u allowed", tried, allowed);
}

static const rd_rule cases[] = {
	{RD_VERB_READ, RD_ROLES_STAFF, RD_REL_FIRM},
	{RD_VERB_READ, RD_ROLE_CLIENT_CONTACT, RD_REL_CLIENT_CONTACT},
	{RD_VERB_CREATE, RD_ROLES_STAFF, RD_REL_FIRM},
	{RD_VERB_CHANGE, RD_ROLES_STAFF, RD_REL_OWN},
	{RD_VERB_CHANGE, RD_ROLE_SUPERVISOR, RD_REL_FIRM},
	{RD_VERB_TRANSITION, RD_ROLE_ACCOUNTANT, RD_REL_MY_CLIENTS | RD_REL_TEAM},
	{RD_VERB_COMMENT, RD_ROLES_ALL, RD_REL_FIRM | RD_REL_CLIENT_CONTACT},
	{RD_VERB_ARCHIVE, RD_ROLE_SUPERVISOR, RD_REL_FIRM},
};
#define CASES_N (sizeof(cases) / sizeof(cases[0]))

static const struct {
	const char *name;
	rd_who who;
	rd_stand record;
	rd_verb verb;
	rd_barrier want;
} answers[] = {
	{"accountant changes his own",
     {1, RD_ROLE_ACCOUNTANT, false},
     {RD_REL_OWN | RD_REL_FIRM, false, false},
     RD_VERB_CHANGE,
     RD_BAR_NONE},
	{"accountant changes another's",
     {1, RD_ROLE_ACCOUNTANT, false},
     {RD_REL_FIRM, false, false},
     RD_VERB_CHANGE,
     RD_BAR_RELATION},
	{"supervisor changes any",
     {1, RD_ROLE_SUPERVISOR, false},
     {RD_REL_FIRM, false, false},
     RD_VERB_CHANGE,
     RD_BAR_NONE},
	{"accountant archives",
     {1, RD_ROLE_ACCOUNTANT, false},
     {RD_REL_OWN | RD_REL_FIRM, false, false},
     RD_VERB_ARCHIVE,
     RD_BAR_NO_ROLE},
	{"auditor changes his own",
     {1, RD_ROLE_AUDITOR | RD_ROLE_SUPERVISOR, false},
     {RD_REL_OWN | RD_REL_FIRM, false, false},
     RD_VERB_CHANGE,
     RD_BAR_AUDITOR},
	{"auditor exports without a rule",
     {1, RD_ROLE_AUDITOR, false},
     {RD_REL_FIRM, true, true},
     RD_VERB_EXPORT,
     RD_BAR_NONE},
	{"contact reads his client's",
     {1, RD_ROLE_CLIENT_CONTACT, false},
     {RD_REL_CLIENT_CONTACT, false, false},
     RD_VERB_READ,
     RD_BAR_NONE},
	{"contact reads another client's",
     {1, RD_ROLE_CLIENT_CONTACT, false},
     {0, false, false},
     RD_VERB_READ,
     RD_BAR_CLIENT},
	{"contact with a staff role reads the firm's",
     {1, RD_ROLE_CLIENT_CONTACT | RD_ROLE_SUPERVISOR, false},
     {RD_REL_FIRM, false, false},
     RD_VERB_READ,
     RD_BAR_CLIENT},
	{"supervisor changes an archived one",
     {1, RD_ROLE_SUPERVISOR, false},
     {RD_REL_OWN | RD_REL_FIRM, true, false},
     RD_VERB_CHANGE,
     RD_BAR_ARCHIVED},
	{"supervisor reads a restricted one",
     {1, RD_ROLE_SUPERVISOR, false},
     {RD_REL_TEAM | RD_REL_FIRM, false, true},
     RD_VERB_READ,
     RD_BAR_RESTRICTED},
	{"and does not learn that it is archived",
     {1, RD_ROLE_SUPERVISOR, false},
     {RD_REL_FIRM, true, true},
     RD_VERB_CHANGE,
     RD_BAR_RESTRICTED},
	{"administrator reads a restricted one",
     {1, RD_ROLE_ADMINISTRATOR, false},
     {RD_REL_FIRM, false, true},
     RD_VERB_READ,
     RD_BAR_NONE},
	{"member of a restricted one",
     {1, RD_ROLE_MEMBER, false},
     {RD_REL_MINE | RD_REL_FIRM, false, true},
     RD_VERB_READ,
     RD_BAR_NONE},
	{"viewing as a supervisor",
     {1, RD_ROLE_SUPERVISOR, true},
     {RD_REL_FIRM, false, false},
     RD_VERB_CHANGE,
     RD_BAR_LOOKS},
	{"nobody", {1, 0, false}, {RD_REL_FIRM, false, false}, RD_VERB_READ, RD_BAR_NO_ROLE},
};

static void refusals_say_why(void)
{
	for (uint32_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		rd_may_answer a =
			rd_may(cases, CASES_N, answers[i].who, answers[i].record, answers[i].verb);
		rd_err err = {0};

		unit_case("%s", answers[i].name);
		UNIT_INT(a.why, answers[i].want);
		UNIT_INT(a.allowed, answers[i].want == RD_BAR_NONE);
		UNIT_INT(rd_may_check(a, &err), a.allowed ? RD_OK : RD_FORBIDDEN);
		UNIT_TEXT(rd_str_of(err.zh), a.words.zh);
		UNIT_TEXT(rd_str_of(err.en), a.words.en);
	}
	UNIT_INT(rd_may(cases, CASES_N, (rd_who){0}, (rd_stand){0}, RD_VERB_ARCHIVE).roles_may,
	         RD_ROLE_SUPERVISOR);
	UNIT_INT(rd_may_relations(cases, CASES_N, (rd_who){1, RD_ROLE_ACCOUNTANT, false},
	                          RD_VERB_TRANSITION),
	         RD_REL_MY_CLIENTS | RD_REL_TEAM);
}

static void second_person_is_another(void)
{
	static const int64_t first[] = {4, 9};
	rd_err err = {0};

	UNIT_TRUE(rd_may_second((rd_who){.user_id = 5}, first, 2).allowed);
	UNIT_TRUE(!rd_may_second((rd_who){.user_id = 9}, first, 2).allowed);
	UNIT_TRUE(rd_may_second((rd_who){.user_id = 9}, first, 0).allowed);
	UNIT_INT(rd_may_check(rd_may_second((rd_who){.user_id = 4}, first, 2), &err), RD_FORBIDDEN);
}

static void names_are_read_and_written(void)
{
	rd_verb verb;

	for (uint32_t i = 0; i < RD_ROLES_N; i++) {
		UNIT_INT(rd_person_role_parse(rd_str_of(rd_person_role_name((rd_person_role)(1 << i)))),
		         1 << i);
		UNIT_TRUE(rd_person_role_words((rd_person_role)(1 << i)).zh[0] != 0);
	}
	for (uint32_t i = 0; i < RD_RELATIONS_N; i++) {
		UNIT_INT(rd_relation_parse(rd_str_of(rd_relation_name((rd_relation)(1 << i)))), 1 << i);
		UNIT_TRUE(rd_relation_words((rd_relation)(1 << i)).en[0] != 0);
	}
	for (uint32_t i = 0; i < RD_VERBS_N; i++) {
		UNIT_TRUE(rd_verb_parse(rd_str_of(rd_verb_name((rd_verb)i)), &verb));
		UNIT_INT(verb, i);
	}
	UNIT_TRUE(!rd_verb_parse(RD_STR("delete"), &verb));
	UNIT_INT(rd_person_role_parse(RD_STR("staff")), RD_ROLES_STAFF);
	UNIT_INT(rd_person_role_parse(RD_STR("Staff")), 0);
	UNIT_INT(rd_person_role_parse(RD_STR("")), 0);
	UNIT_INT(rd_relation_parse(RD_STR("")), 0);
	UNIT_INT(rd_relation_parse(RD_STR("owner")), RD_REL_OWN);
}

static void rules_are_read_from_model_files(void)
{
	static const struct {
		const char *text;
		uint32_t roles, relations; /* 0: refused */
	} rows[] = {
		{"staff", RD_ROLES_STAFF, RD_REL_FIRM},
		{"supervisor", RD_ROLE_SUPERVISOR, RD_REL_FIRM},
		{"owner", RD_ROLES_STAFF, RD_REL_OWN},
		{"team", RD_ROLES_STAFF, RD_REL_TEAM},
		{"accountant:my_clients", RD_ROLE_ACCOUNTANT, RD_REL_MY_CLIENTS},
		{"staff:mine", RD_ROLES_STAFF, RD_REL_MINE},
		{"client_contact", RD_ROLE_CLIENT_CONTACT, RD_REL_FIRM | RD_REL_CLIENT_CONTACT},
		{"everybody", RD_ROLES_ALL, RD_REL_FIRM | RD_REL_CLIENT_CONTACT},
		{"boss", 0, 0},
		{"", 0, 0},
		{":", 0, 0},
		{"accountant:", 0, 0},
		{":mine", 0, 0},
		{"mine:accountant", 0, 0},
	};

	for (uint32_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		rd_rule rule = {0};

		unit_case("%s", rows[i].text);
		UNIT_INT(rd_rule_parse(rd_str_of(rows[i].text), RD_VERB_CHANGE, &rule), rows[i].roles != 0);
		UNIT_INT(rule.roles, rows[i].roles);
		UNIT_INT(rule.relations, rows[i].relations);
		UNIT_INT(rule.verb, rows[i].roles ? RD_VERB_CHANGE : RD_VERB_CREATE);
	}
}

const unit_test rights_tests[] = {
	{"record and list agree on everything", record_and_list_agree_on_everything},
	{"refusals say why", refusals_say_why},
	{"second person is another", second_person_is_another},
	{"names are read and written", names_are_read_and_written},
	{"rules are read from model files", rules_are_read_from_model_files},
	{0},
};
