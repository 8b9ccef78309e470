#include "auth/rights.h"
#include "base/assert.h"

/* Verbs that leave a record as it is. */
#define PASSIVE (1u << RD_VERB_READ | 1u << RD_VERB_EXPORT)

static bool is_passive(rd_verb verb)
{
	return PASSIVE >> verb & 1;
}

static bool is_contact(rd_who who)
{
	return who.roles & RD_ROLE_CLIENT_CONTACT;
}

static const rd_words reasons[RD_BARS_N] = {
	[RD_BAR_NONE] = {"", ""},
	[RD_BAR_NO_ROLE] = {"您的角色不能做这项操作；需要时请找有权的同事或管理员",
                        "your role does not include this; ask a colleague whose role does, or an "
                        "administrator"},
	[RD_BAR_RELATION] = {"这条记录不归您、您的团队或您的客户；请找它的负责人",
                         "this record is not yours, your team's or your clients'; ask its owner"},
	[RD_BAR_CLIENT] = {"只能查看自己公司的记录",
                       "you can see the records of your own company only"},
	[RD_BAR_AUDITOR] = {"审计人员只能查看，不能改动；请让负责人来做",
                        "auditors read and change nothing; ask the owner to do it"},
	[RD_BAR_LOOKS] =
		{"正在以别人的身份查看，不能改动；请先退出查看",
         "nothing can be changed while you view as somebody else; end the viewing first"},
	[RD_BAR_ARCHIVED] = {"记录已归档，不能再改；请新建一条并关联它",
                         "the record is archived and stays as it is; make a new one and link it"},
	[RD_BAR_RESTRICTED] = {"这条记录限知情人查看；请找它的负责人",
                           "this record is open to those who need to know; ask its owner"},
	[RD_BAR_SAME_PERSON] = {"前一步是您做的，这一步要由另一个人来做；请找一位有权的同事",
                            "you did the step before, so this one is for somebody else; ask a "
                            "colleague who may do it"},
};

static rd_may_answer refuse(rd_barrier why, uint32_t roles_may)
{
	return (rd_may_answer){.why = why, .words = reasons[why], .roles_may = roles_may};
}

static rd_may_answer allow(uint32_t roles_may)
{
	return (rd_may_answer){.allowed = true, .words = reasons[RD_BAR_NONE], .roles_may = roles_may};
}

/* Relations that the rules give to these roles for the verb. */
static uint32_t given(const rd_rule *rules, uint32_t n, uint32_t roles, rd_verb verb)
{
	uint32_t relations = 0;

	for (uint32_t i = 0; i < n; i++)
		if (rules[i].verb == verb && (rules[i].roles & roles))
			relations |= rules[i].relations;
	return relations;
}

/* Roles to which some rule gives the verb. */
static uint32_t roles_with(const rd_rule *rules, uint32_t n, rd_verb verb)
{
	uint32_t roles = 0;

	for (uint32_t i = 0; i < n; i++)
		if (rules[i].verb == verb && rules[i].relations)
			roles |= rules[i].roles;
	return roles & RD_ROLES_ALL;
}

/* Why the person may do this to no record at all, or NONE. */
static rd_barrier general_barrier(rd_who who, rd_verb verb)
{
	if (is_passive(verb))
		return RD_BAR_NONE;
	if (who.only_looks)
		return RD_BAR_LOOKS;
	return who.roles & RD_ROLE_AUDITOR ? RD_BAR_AUDITOR : RD_BAR_NONE;
}

rd_may_cond rd_may_where(const rd_rule *rules, uint32_t n, rd_who who, rd_verb verb)
{
	rd_may_cond c = {.archived_too = is_passive(verb), .restricted_any = RD_REL_OWN | RD_REL_MINE};

	RD_ASSERT(verb < RD_VERBS_N);
	if (general_barrier(who, verb) != RD_BAR_NONE)
		return c;
	/* A contact is outside, whatever else he is: no rule for staff reaches him. */
	if (is_contact(who)) {
		c.any = given(rules, n, RD_ROLE_CLIENT_CONTACT, verb) & RD_REL_CLIENT_CONTACT;
		return c;
	}
	c.any = given(rules, n, who.roles & RD_ROLES_STAFF, verb) & ~(uint32_t)RD_REL_CLIENT_CONTACT;
	if (who.roles & RD_ROLE_AUDITOR)
		c.any |= RD_REL_FIRM;
	if (who.roles & (RD_ROLE_AUDITOR | RD_ROLE_ADMINISTRATOR))
		c.restricted_any |= RD_REL_FIRM;
	return c;
}

uint32_t rd_may_relations(const rd_rule *rules, uint32_t n, rd_who who, rd_verb verb)
{
	return rd_may_where(rules, n, who, verb).any;
}

rd_may_answer rd_may(const rd_rule *rules, uint32_t n, rd_who who, rd_stand record, rd_verb verb)
{
	rd_may_cond c = rd_may_where(rules, n, who, verb);
	uint32_t roles_may = roles_with(rules, n, verb);
	rd_barrier general = general_barrier(who, verb);

	if (general != RD_BAR_NONE)
		return refuse(general, roles_may);
	/* Whether the record can be seen comes before what state it is in: a refusal must not tell
	 * more about it than the person may know. */
	if (c.any == 0)
		return refuse(RD_BAR_NO_ROLE, roles_may);
	if (!(record.relations & c.any))
		return refuse(is_contact(who) ? RD_BAR_CLIENT : RD_BAR_RELATION, roles_may);
	if (record.restricted && !(record.relations & c.restricted_any))
		return refuse(RD_BAR_RESTRICTED, roles_may);
	if (record.archived && !c.archived_too)
		return refuse(RD_BAR_ARCHIVED, roles_may);
	return allow(roles_may);
}

rd_may_answer rd_may_second(rd_who who, const int64_t *first_ids, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		if (first_ids[i] == who.user_id)
			return refuse(RD_BAR_SAME_PERSON, 0);
	return allow(0);
}

rd_rc rd_may_check(rd_may_answer answer, rd_err *err)
{
	if (answer.allowed)
		return RD_OK;
	/* Both formats get both texts; each prints its own. */
	return rd_fail(err, RD_FORBIDDEN, "%s%.0s", "%.0s%s", answer.words.zh, answer.words.en);
}

/* Names in the order of the bits. */
typedef struct named {
	const char *name, *also; /* also: another word for it in model files */
	rd_words words;
} named;

static const named roles[RD_ROLES_N] = {
	{"administrator", "", {"管理员", "administrator"}},
	{"supervisor", "", {"主管", "supervisor"}},
	{"accountant", "", {"会计", "accountant"}},
	{"reviewer", "", {"复核", "reviewer"}},
	{"member", "department_member", {"部门人员", "department member"}},
	{"compliance", "", {"合规", "compliance"}},
	{"auditor", "", {"审计", "auditor"}},
	{"client_contact", "", {"客户联系人", "client contact"}},
};

static const named relations[RD_RELATIONS_N] = {
	{"own", "owner", {"我负责的", "own"}},     {"mine", "", {"与我有关的", "mine"}},
	{"team", "", {"我的团队的", "my team's"}}, {"my_clients", "", {"我的客户的", "my clients'"}},
	{"firm", "", {"本公司的", "the firm's"}},  {"client_contact", "", {"我公司的", "my company's"}},
};

static const char *const verbs[RD_VERBS_N] = {"create",     "read",    "change", "archive",
                                              "transition", "comment", "export"};

/* The place of the only bit. */
static uint32_t place(uint32_t bit, uint32_t n)
{
	RD_ASSERT(bit != 0 && (bit & (bit - 1)) == 0 && (uint32_t)__builtin_ctz(bit) < n);
	return (uint32_t)__builtin_ctz(bit);
}

static uint32_t find_bit(const named *table, uint32_t n, rd_str name)
{
	for (uint32_t i = 0; i < n; i++)
		if (rd_str_is(name, table[i].name) || (table[i].also[0] && rd_str_is(name, table[i].also)))
			return 1u << i;
	return 0;
}

const char *rd_person_role_name(rd_person_role role)
{
	return roles[place(role, RD_ROLES_N)].name;
}

rd_words rd_person_role_words(rd_person_role role)
{
	return roles[place(role, RD_ROLES_N)].words;
}

uint32_t rd_person_role_parse(rd_str name)
{
	if (rd_str_is(name, "staff"))
		return RD_ROLES_STAFF;
	return rd_str_is(name, "everybody") ? RD_ROLES_ALL : find_bit(roles, RD_ROLES_N, name);
}

const char *rd_relation_name(rd_relation relation)
{
	return relations[place(relation, RD_RELATIONS_N)].name;
}

rd_words rd_relation_words(rd_relation relation)
{
	return relations[place(relation, RD_RELATIONS_N)].words;
}

uint32_t rd_relation_parse(rd_str name)
{
	return find_bit(relations, RD_RELATIONS_N, name);
}

const char *rd_verb_name(rd_verb verb)
{
	RD_ASSERT(verb < RD_VERBS_N);
	return verbs[verb];
}

bool rd_verb_parse(rd_str name, rd_verb *ret_verb)
{
	for (uint32_t i = 0; i < RD_VERBS_N; i++)
		if (rd_str_is(name, verbs[i])) {
			*ret_verb = (rd_verb)i;
			return true;
		}
	return false;
}

bool rd_rule_parse(rd_str text, rd_verb verb, rd_rule *ret_rule)
{
	int64_t colon = rd_str_find(text, ":");
	rd_str head = text;
	rd_rule rule = {.verb = verb, .roles = RD_ROLES_STAFF, .relations = RD_REL_FIRM};

	if (colon >= 0) {
		head.len = (uint32_t)colon;
		rule.relations =
			rd_relation_parse((rd_str){text.ptr + colon + 1, text.len - (uint32_t)colon - 1});
		rule.roles = rd_person_role_parse(head);
	} else if (rd_person_role_parse(head)) {
		rule.roles = rd_person_role_parse(head);
		/* Contacts are outside: the firm's records are theirs only by their own relation. */
		if (rule.roles & RD_ROLE_CLIENT_CONTACT)
			rule.relations |= RD_REL_CLIENT_CONTACT;
	} else {
		rule.relations = rd_relation_parse(head);
	}
	if (!rule.roles || !rule.relations)
		return false;
	*ret_rule = rule;
	return true;
}
