/*
 * rights.h - may a person do something to a record, and if not, why.
 *
 * A kind of record has a short table of rules {verb, roles, relations}. A rule holds when the
 * person has one of its roles and stands in one of its relations to the record. Beyond the table
 * four things hold for every kind, whatever its rules say:
 *
 *   1. an auditor reads and exports everything and changes nothing, whatever other roles he has;
 *   2. a client contact sees what belongs to his own client and nothing else;
 *   3. an archived record can be read and exported only;
 *   4. a restricted record (need to know) is open to its owner, to those who work on it, to
 *      administrators, and to auditors for reading.
 *
 * rd_may_where gives the same answer as conditions on the relations, for lists: the record layer
 * turns them into SQL, and a test compares both. Pure; the rules are the caller's.
 */
#ifndef RD_AUTH_RIGHTS_H
#define RD_AUTH_RIGHTS_H
#include "base/err.h"
#include "base/str.h"

/* Role names are those of the model files; bits are stored by name, never by number. */
typedef enum rd_person_role {
	RD_ROLE_ADMINISTRATOR = 1 << 0,
	RD_ROLE_SUPERVISOR = 1 << 1,
	RD_ROLE_ACCOUNTANT = 1 << 2,
	RD_ROLE_REVIEWER = 1 << 3,
	RD_ROLE_MEMBER = 1 << 4, /* of a department outside accounting */
	RD_ROLE_COMPLIANCE = 1 << 5,
	RD_ROLE_AUDITOR = 1 << 6,
	RD_ROLE_CLIENT_CONTACT = 1 << 7,
} rd_person_role;

#define RD_ROLES_N   8u
#define RD_ROLES_ALL 0xffu
/* "staff": everybody inside the firm, auditors too. */
#define RD_ROLES_STAFF (RD_ROLES_ALL & ~(uint32_t)RD_ROLE_CLIENT_CONTACT)

/* How a person stands to a record; the record layer finds them out. */
typedef enum rd_relation {
	RD_REL_OWN = 1 << 0,        /* its owner */
	RD_REL_MINE = 1 << 1,       /* assigned, watching or mentioned */
	RD_REL_TEAM = 1 << 2,       /* it belongs to a team or department of his */
	RD_REL_MY_CLIENTS = 1 << 3, /* it concerns a client that he looks after */
	RD_REL_FIRM = 1 << 4,       /* inside the firm: true of every record, false for contacts */
	RD_REL_CLIENT_CONTACT =
		1 << 5, /* it concerns the client whose contact he is, and may be seen */
} rd_relation;

#define RD_RELATIONS_N   6u
#define RD_RELATIONS_ALL 0x3fu

typedef enum rd_verb {
	RD_VERB_CREATE,
	RD_VERB_READ,
	RD_VERB_CHANGE,
	RD_VERB_ARCHIVE,
	RD_VERB_TRANSITION,
	RD_VERB_COMMENT,
	RD_VERB_EXPORT,
	RD_VERBS_N,
} rd_verb;

typedef struct rd_rule {
	rd_verb verb;
	uint32_t roles, relations; /* bits of rd_person_role, rd_relation */
} rd_rule;

typedef struct rd_who {
	int64_t user_id;
	uint32_t roles;
	bool only_looks; /* an administrator who views as somebody: reads, changes nothing */
} rd_who;

/* A record as one person stands to it. For CREATE the record as it would be. */
typedef struct rd_stand {
	uint32_t relations;
	bool archived, restricted;
} rd_stand;

typedef enum rd_barrier {
	RD_BAR_NONE,
	RD_BAR_NO_ROLE,     /* no role of the person may do this to this kind */
	RD_BAR_RELATION,    /* he may, but not to this record */
	RD_BAR_CLIENT,      /* a contact, and not his client */
	RD_BAR_AUDITOR,     /* auditors change nothing */
	RD_BAR_LOOKS,       /* while viewing as somebody */
	RD_BAR_ARCHIVED,    /* archived records stay as they are */
	RD_BAR_RESTRICTED,  /* need to know */
	RD_BAR_SAME_PERSON, /* the second person must be another one */
	RD_BARS_N,
} rd_barrier;

typedef struct rd_may_answer {
	bool allowed;
	rd_barrier why;
	rd_words words;     /* why not, a sentence; "" when allowed */
	uint32_t roles_may; /* roles to which a rule gives this verb: whom to ask */
} rd_may_answer;

rd_may_answer rd_may(const rd_rule *rules, uint32_t n, rd_who who, rd_stand record, rd_verb verb);

/* The records on which `who` may do `verb`: those with
 *     (relations & any) && (!archived || archived_too)
 *                       && (!restricted || (relations & restricted_any))
 * any = 0: none. RD_REL_FIRM in a mask: the condition holds for everybody inside, leave it out.
 * For a contact `any` is RD_REL_CLIENT_CONTACT at most. */
typedef struct rd_may_cond {
	uint32_t any, restricted_any;
	bool archived_too;
} rd_may_cond;

rd_may_cond rd_may_where(const rd_rule *rules, uint32_t n, rd_who who, rd_verb verb);
/* The relations under which he may (rd_may_where().any). */
uint32_t rd_may_relations(const rd_rule *rules, uint32_t n, rd_who who, rd_verb verb);

/* Two-person rule: none of the n persons who did the first half may do the second. */
rd_may_answer rd_may_second(rd_who who, const int64_t *first_ids, uint32_t n);

/* FORBIDDEN with the words of a refusal. */
RD_NODISCARD rd_rc rd_may_check(rd_may_answer answer, rd_err *err);

/* "supervisor" -> bit; NULL or 0 when there is none. */
const char *rd_person_role_name(rd_person_role role);
rd_words rd_person_role_words(rd_person_role role);
uint32_t rd_person_role_parse(rd_str name); /* also "staff" and "everybody" (with contacts) */
const char *rd_relation_name(rd_relation relation);
rd_words rd_relation_words(rd_relation relation);
uint32_t rd_relation_parse(
	rd_str name); /* own (or owner), mine, team, my_clients, firm, client_contact */
const char *rd_verb_name(rd_verb verb);
bool rd_verb_parse(rd_str name, rd_verb *ret_verb);
/* One entry of a list of rights in a model file: "supervisor" (any record of the firm), "owner"
 * (any role), "accountant:my_clients" (both). `client_contact` alone is the role with its
 * relation. False when a word is not known. */
bool rd_rule_parse(rd_str text, rd_verb verb, rd_rule *ret_rule);
#endif
