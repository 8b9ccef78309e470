/*
 * kind.h - what a kind of record is: the tables that the build writes from model/<kind>.toml.
 *
 * Everything here is constant data, made by tools/mkmodel.py (kinds.gen.c) and checked at build:
 * a name that is used exists, an index points where it says, the columns are those of the
 * migrated table. The grammar is docs/internals/model.md.
 *
 * Who owns what: static for the life of the process. Failure: the find functions answer NULL (or
 * -1) for what does not exist. Threads: any.
 *
 * Columns of a kind's table: the RD_COMMON_COUNT common ones in the order of rd_common, then those
 * of the fields in the order of the file. A row in memory is one rd_value a column, in this order.
 */
#ifndef RD_RECORD_KIND_H
#define RD_RECORD_KIND_H
#include "base/err.h"
#include "base/str.h"
#include "store/db.h"

#define RD_KIND_FIELDS_MAX  128u /* fields of a kind: a set of them is one rd_field_set */
#define RD_KIND_STATES_MAX  32u  /* states of a kind: a set of them is one 32-bit mask */
#define RD_KIND_COLUMNS_MAX 160u

/* A set of fields of one kind: bit i = field i. */
__extension__ typedef unsigned __int128 rd_field_set;

/* The columns that every kind has, first and in this order. */
typedef enum rd_common {
	RD_COL_FIRM,        /* firm_id; of kind firm: its own id */
	RD_COL_ID,          /* id, 63 bit, made by the server */
	RD_COL_VERSION,     /* version, from 1; the ETag */
	RD_COL_NUMBER,      /* number made from the kind's pattern; null when it has none */
	RD_COL_STATE,       /* state, by name */
	RD_COL_OWNER,       /* owner_id, a user; null = nobody; of kind user: its own id */
	RD_COL_CLIENT,      /* client_id; null = about no client; of kind client: its own id */
	RD_COL_TEAM,        /* team_id; null = of no team */
	RD_COL_RESTRICTED,  /* restricted: 1 = need-to-know, read by own and mine relations only */
	RD_COL_CREATED_AT,  /* created_at_us */
	RD_COL_CREATED_BY,  /* created_by, the actor as in events ("user:123") */
	RD_COL_CHANGED_AT,  /* changed_at_us */
	RD_COL_CHANGED_BY,  /* changed_by, the actor as in events */
	RD_COL_ARCHIVED_AT, /* archived_at_us; null = not archived */
	RD_COL_DUE,         /* due_at_us; null = no due time */
	RD_COMMON_COUNT
} rd_common;

typedef enum rd_field_type {
	RD_FIELD_TEXT,  /* one line */
	RD_FIELD_LONG,  /* several lines */
	RD_FIELD_INT,   /* 64 bit, stored in JSON as a number within ±(2^53 - 1) */
	RD_FIELD_MONEY, /* two columns: <name>_minor, <name>_currency; JSON {minor, currency} */
	RD_FIELD_DATE,  /* <name>_day, an rd_day; JSON YYYY-MM-DD */
	RD_FIELD_TIME,  /* <name>_us, microseconds UTC; JSON RFC 3339 */
	RD_FIELD_BOOL,  /* 0 or 1 */
	RD_FIELD_ENUM,  /* name of an option */
	RD_FIELD_REF,   /* <name>_id, one record of kind `to`; JSON: the id as a decimal string */
	RD_FIELD_REFS,  /* JSON array of id strings, as text */
	RD_FIELD_LIST,  /* JSON array of strings, as text; names of options when there are any */
	RD_FIELD_FILE,  /* <name>_file, id of an attachment; JSON: the id as a decimal string */
	RD_FIELD_ANY,   /* two columns: <name>_id, <name>_kind; JSON {kind, id}: any record */
	RD_FIELD_TYPES
} rd_field_type;

/* What the text of a TEXT field (or each item of a LIST) must look like. */
typedef enum rd_format {
	RD_FORMAT_ANY,
	RD_FORMAT_SLUG,     /* a-z 0-9 . _ -, begins with a letter: login names */
	RD_FORMAT_EMAIL,    /* one @, a dot behind it, no space */
	RD_FORMAT_PHONE,    /* digits, spaces, + - ( ), 5 to 20 digits */
	RD_FORMAT_URL,      /* http:// or https:// */
	RD_FORMAT_USCC,     /* unified social credit code, GB 32100-2015, with its check character */
	RD_FORMAT_CURRENCY, /* three capital letters, ISO 4217 */
	RD_FORMAT_CLOCK,    /* HH:MM, 00:00 to 24:00 */
	RD_FORMAT_LANGUAGE, /* zh, en, zh-CN */
	RD_FORMAT_RRULE,    /* base/rrule.h */
	RD_FORMAT_KIND,     /* the name of a kind */
	RD_FORMATS
} rd_format;

/* Who may: roles as they are in a firm, relations between a person and one record. */
typedef enum rd_kind_role {
	RD_KIND_ADMINISTRATOR = 1 << 0,
	RD_KIND_SUPERVISOR = 1 << 1,
	RD_KIND_ACCOUNTANT = 1 << 2,
	RD_KIND_REVIEWER = 1 << 3,
	RD_KIND_DEPARTMENT = 1 << 4, /* member of another department */
	RD_KIND_COMPLIANCE = 1 << 5,
	RD_KIND_AUDITOR = 1 << 6, /* reads everything, changes nothing */
	RD_KIND_CLIENT = 1 << 7,  /* a client's contact, from outside */
} rd_kind_role;

typedef enum rd_kind_relation {
	RD_KIND_OWN = 1 << 0,        /* I am its owner */
	RD_KIND_MINE = 1 << 1,       /* an assigning field names me, or I watch it or am mentioned */
	RD_KIND_TEAM = 1 << 2,       /* it is of a team of mine */
	RD_KIND_MY_CLIENTS = 1 << 3, /* it is about a client that I serve */
	RD_KIND_FIRM = 1 << 4,       /* it is of my firm: always true inside */
	RD_KIND_CLIENT_OF = 1 << 5,  /* it is about the client whose contact I am */
} rd_kind_relation;

/* Allowed when the person has one of `roles` and one of `relations` to the record. */
typedef struct rd_kind_right {
	uint16_t roles, relations; /* relations 0 = whatever the relation is */
} rd_kind_right;

typedef struct rd_kind_rights {
	const rd_kind_right *rows; /* any one row is enough; none = nobody */
	uint16_t n;
} rd_kind_rights;

typedef enum rd_kind_verb {
	RD_KIND_READ,
	RD_KIND_CREATE,
	RD_KIND_CHANGE,
	RD_KIND_ARCHIVE,
	RD_KIND_COMMENT,
	RD_KIND_EXPORT,
	RD_KIND_VERBS
} rd_kind_verb; /* a transition has its own rights */

typedef struct rd_option {
	const char *name;
	rd_words label;
} rd_option;

/* A step of a computed field: postfix over a stack of int64. */
typedef enum rd_op_code {
	RD_OP_CONST, /* push arg */
	RD_OP_FIELD, /* push the value of field number arg; null makes the result null */
	RD_OP_ADD,
	RD_OP_SUB,
	RD_OP_MUL,
	RD_OP_DIV, /* towards zero; by zero the result is null */
	RD_OP_NEG,
	RD_OP_MIN,
	RD_OP_MAX,
} rd_op_code;

#define RD_OP_STACK_MAX 16u /* checked at build */

typedef struct rd_op {
	rd_op_code code;
	int64_t arg;
} rd_op;

typedef struct rd_field {
	const char *name; /* key in JSON */
	rd_words label, help;
	rd_field_type type;
	rd_format format;
	bool required;       /* not null, and not empty */
	bool unique;         /* within the firm; an index of the table says so, too */
	bool secret;         /* masked in lists and exports */
	bool client_visible; /* shown to contacts of the client */
	bool searched;       /* its words go into the index */
	bool assigns;        /* REF, REFS to user: who is named here has the relation `mine` */
	bool fixed;          /* set at creation, never changed */
	int16_t column;      /* index of its (first) column, common ones for what a transition asks of
	                      * them; -1 = asked by a transition, not stored */
	int64_t min, max;    /* INT, MONEY (minor units): range; DATE: days */
	uint32_t length_max; /* TEXT, LONG: characters; LIST, REFS: items */
	const char *to;      /* REF, REFS: name of the kind */
	const rd_option *options;
	uint16_t n_options;
	const rd_op *computed; /* INT: never taken from a body */
	uint16_t n_computed;
	bool has_preset; /* INT, BOOL: preset_int; TEXT, LONG, ENUM: preset_text; LIST: JSON text */
	int64_t preset_int;
	const char *preset_text;
	rd_kind_rights may; /* who may set it; n 0 = who may change the record */
} rd_field;

typedef enum rd_tone {
	RD_TONE_NEUTRAL,
	RD_TONE_ACTIVE,
	RD_TONE_WARNING,
	RD_TONE_GOOD,
	RD_TONE_BAD
} rd_tone; /* how the page colours a state */

typedef struct rd_state {
	const char *name;
	rd_words label, help;
	rd_tone tone;
	bool closed; /* nothing is left to do: not "open", no reminders */
} rd_state;

typedef enum rd_second {
	RD_SECOND_NONE,
	RD_SECOND_CREATOR,   /* another person than who created it */
	RD_SECOND_TRANSITION /* another person than who did transition `second_transition` last */
} rd_second;

#define RD_STAYS UINT16_MAX /* rd_transition.to: the record stays in the state where it is */

typedef struct rd_transition {
	const char *name;
	rd_words label, help;
	uint32_t from;         /* mask of states */
	uint16_t to;           /* a state, or RD_STAYS */
	rd_field_set needs;    /* fields that must have a value before */
	uint32_t needs_common; /* mask of 1 << rd_common: RD_COL_OWNER, _CLIENT, _TEAM, _DUE */
	const rd_field *asks;  /* what its body holds; column >= 0: stored in the record, too */
	uint16_t n_asks;
	rd_kind_rights may;
	rd_second second;
	int16_t second_transition; /* -1 = none */
	const char *hook;          /* NULL = none; listed in model/hooks.def */
} rd_transition;

/* A column of a kind's table, common ones included. */
typedef struct rd_kind_column {
	const char *name; /* in SQL */
	const char *key;  /* in JSON, filters and lists; both columns of a field share it */
	rd_type type;     /* RD_INT (BIGINT) or RD_TEXT (TEXT) */
	bool nullable;
	int16_t field; /* -1 = common */
} rd_kind_column;  /* second columns of MONEY and ANY: with the field of the first */

typedef struct rd_sort {
	uint16_t column;
	bool down;
} rd_sort;

/* How a kind uses the common columns that a body may set: owner, client, team, due, restricted. */
typedef struct rd_kind_common {
	rd_words label;
	bool used, required;
	bool client_visible;
	bool unowned; /* owner: who makes a record is not its owner unless named */
} rd_kind_common;

typedef enum rd_own_record { RD_OWN_NONE, RD_OWN_OWNER, RD_OWN_CLIENT } rd_own_record;

struct rd_kind;
typedef struct rd_kind {
	const char *name;
	rd_words label, plural, help;
	const char *basis;  /* law or standard it rests on; NULL = none */
	const char *number; /* pattern: {yyyy} {mm} {n} {n:4}; NULL = no numbers */
	int16_t title;      /* field that names a record in lists and links */
	uint32_t about;     /* mask of 1 << RD_COL_CLIENT, RD_COL_TEAM: what it may concern */
	rd_own_record own;  /* OWNER: owner_id is its own id (user); CLIENT: client_id is (client) */
	bool singleton;     /* one record a firm */
	bool keeps_files;   /* attachments are never taken away; reading one is an event */
	const rd_field *fields;
	uint16_t n_fields;
	const rd_state *states;
	uint16_t n_states, initial;
	uint32_t sealed; /* states in which attached files are evidence: none comes or goes */
	const rd_transition *transitions;
	uint16_t n_transitions;
	rd_kind_rights rights[RD_KIND_VERBS];
	rd_kind_common common[RD_COMMON_COUNT]; /* filled for OWNER, CLIENT, TEAM, RESTRICTED, DUE */
	const rd_kind_column *columns;
	uint16_t n_columns;
	const uint16_t *list; /* columns of its list, in order */
	uint16_t n_list;
	const rd_sort *sort; /* of its list; the id is always the last key */
	uint16_t n_sort;
	const char *review_every; /* rule that rd_rrule_parse reads; NULL = no review */
	const char *review_asks;  /* "owner" or the name of a field that refers to a user */
	int16_t review_date; /* column of the day of the next review; -1 = the rule says it alone */
	const char *hook_create, *hook_change, *hook_archive, *hook_restore; /* NULL = none */
	const char *table;
	/* insert: all columns in order. update: all columns in order, and the version that is expected
	 * as the last value; sets all but firm_id and id; no row changed = a conflict (count it).
	 * get: firm_id, id → all columns. clear: firm_id; every record of the kind, for a rebuild. */
	rd_statement insert, update, get, clear;
	const char *schema;   /* OpenAPI 3.1 component schemas, a JSON object */
	const char *describe; /* form and list for the page, a JSON object */
} rd_kind;

extern const rd_kind *const rd_kinds[]; /* by name, in the order of the alphabet */
extern const uint32_t rd_kinds_count;
extern const char *const rd_kind_shared_schema; /* schemas that all kinds use, a JSON object */
extern const char *const rd_kind_role_names[8]; /* in the order of the bits of rd_kind_role */
extern const char
	*const rd_kind_relation_names[6]; /* in the order of the bits of rd_kind_relation */

const rd_kind *rd_kind_find(rd_str name);                              /* NULL = none */
int32_t rd_kind_field_find(const rd_kind *k, rd_str name);             /* -1 = none */
int32_t rd_kind_state_find(const rd_kind *k, rd_str name);             /* -1 = none */
int32_t rd_kind_transition_find(const rd_kind *k, rd_str name);        /* -1 = none */
const rd_option *rd_field_option_find(const rd_field *f, rd_str name); /* NULL = none */
/* A common column that a body may set (OWNER, CLIENT, TEAM, RESTRICTED, DUE) as a field. */
rd_field rd_kind_common_field(const rd_kind *k, rd_common column);
/* How many cells a field has: 2 for money and any, else 1. */
uint32_t rd_field_width(const rd_field *f);
/* The (first) column of a JSON key, common ones included; -1 = none. */
int32_t rd_kind_column_find(const rd_kind *k, rd_str key);
/* Of a kind's verb for people and JSON: "read" …; of a type: "text" …; of a format: "slug" …. */
const char *rd_kind_verb_name(rd_kind_verb v);
const char *rd_field_type_name(rd_field_type t);
const char *rd_format_name(rd_format f);
const char *rd_tone_name(rd_tone t);
/* Writes the number of the `n`th record into out: pattern "R-{yyyy}-{n:4}" → R-2026-0007. The day
 * is the firm's. Returns its length; never more than 63 bytes (checked at build). */
uint32_t rd_kind_number(const rd_kind *k, int32_t year, int32_t month, int64_t n, char out[64]);
#endif
