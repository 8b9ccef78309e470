/* Kinds as tables: what the generator promises about indexes, rights, statements and texts. */
#include "record/kind.h"
#include "store/migrate.h"
#include "unit.h"
#include <jansson.h>
#include <sqlite3.h>
#include <string.h>

static void kinds_are_found_by_name(void)
{
	static const char *const want[] = {"absence",
	                                   "article",
	                                   "bank_statement",
	                                   "books",
	                                   "calendar",
	                                   "calendar_day",
	                                   "case",
	                                   "cause",
	                                   "check_setting",
	                                   "client",
	                                   "contact",
	                                   "control",
	                                   "correction",
	                                   "department",
	                                   "duty",
	                                   "effect_review",
	                                   "emergency",
	                                   "engagement",
	                                   "evidence",
	                                   "exception_type",
	                                   "feedback",
	                                   "firm",
	                                   "grading",
	                                   "import",
	                                   "improvement",
	                                   "legal_hold",
	                                   "problem",
	                                   "question",
	                                   "reconciliation",
	                                   "responsibility",
	                                   "retention_rule",
	                                   "risk",
	                                   "run",
	                                   "suppression",
	                                   "task",
	                                   "team",
	                                   "time_entry",
	                                   "user"};

	UNIT_INT(rd_kinds_count, sizeof want / sizeof want[0]);
	for (uint32_t i = 0; i < rd_kinds_count; i++) {
		unit_case("%s", rd_kinds[i]->name);
		UNIT_TEXT(rd_str_of(rd_kinds[i]->name), want[i]);
		UNIT_TRUE(rd_kind_find(rd_str_of(want[i])) == rd_kinds[i]);
	}
	UNIT_TRUE(rd_kind_find(RD_STR("")) == NULL);
	UNIT_TRUE(rd_kind_find(RD_STR("clients")) == NULL);
	UNIT_TRUE(rd_kind_find(RD_STR("zzz")) == NULL);
}

static void field_is_sound(const rd_kind *k, const rd_field *f)
{
	unit_case("%s.%s", k->name, f->name);
	UNIT_TRUE(f->label.zh && f->label.zh[0] && f->label.en && f->label.en[0]);
	UNIT_TRUE(f->column < (int)k->n_columns);
	UNIT_TRUE((f->type == RD_FIELD_REF || f->type == RD_FIELD_REFS) == (f->to != NULL));
	UNIT_TRUE(f->to == NULL || rd_kind_find(rd_str_of(f->to)) != NULL);
	UNIT_TRUE(f->type != RD_FIELD_ENUM || f->n_options > 0);
	UNIT_TRUE(!(f->secret && (f->searched || f->client_visible)));
	UNIT_TRUE(f->min <= f->max);
	UNIT_TRUE(rd_field_type_name(f->type)[0] && rd_format_name(f->format)[0]);
}

static void columns_are_those_of_the_fields(void)
{
	for (uint32_t i = 0; i < rd_kinds_count; i++) {
		const rd_kind *k = rd_kinds[i];
		uint32_t column = RD_COMMON_COUNT;

		UNIT_TRUE(k->n_columns <= RD_KIND_COLUMNS_MAX && k->n_fields <= RD_KIND_FIELDS_MAX);
		for (uint32_t c = 0; c < RD_COMMON_COUNT; c++)
			UNIT_INT(k->columns[c].field, -1);
		UNIT_TEXT(rd_str_of(k->columns[RD_COL_DUE].name), "due_at_us");
		UNIT_TEXT(rd_str_of(k->columns[RD_COL_CHANGED_BY].name), "changed_by");
		for (uint16_t n = 0; n < k->n_fields; n++) {
			const rd_field *f = &k->fields[n];

			field_is_sound(k, f);
			UNIT_INT(f->column, column);
			UNIT_INT(rd_kind_field_find(k, rd_str_of(f->name)), n);
			UNIT_INT(rd_kind_column_find(k, rd_str_of(f->name)), column);
			for (uint32_t w = 0; w < rd_field_width(f); w++, column++)
				UNIT_INT(k->columns[column].field, n);
		}
		UNIT_INT(column, k->n_columns);
	}
}

static void rights_are_sound(const rd_kind *k, const char *what, rd_kind_rights r, bool looks)
{
	unit_case("%s %s", k->name, what);
	for (uint16_t i = 0; i < r.n; i++) {
		rd_kind_right row = r.rows[i];

		UNIT_TRUE(row.roles != 0);
		UNIT_TRUE(looks || !(row.roles & RD_KIND_AUDITOR));
		UNIT_TRUE(!(row.roles & RD_KIND_CLIENT) ||
		          (row.roles == RD_KIND_CLIENT && row.relations == RD_KIND_CLIENT_OF));
	}
}

static void auditors_change_nothing_and_clients_see_their_own(void)
{
	for (uint32_t i = 0; i < rd_kinds_count; i++) {
		const rd_kind *k = rd_kinds[i];
		bool audited = false;

		for (int v = 0; v < RD_KIND_VERBS; v++)
			rights_are_sound(k, rd_kind_verb_name((rd_kind_verb)v), k->rights[v],
			                 v == RD_KIND_READ || v == RD_KIND_EXPORT);
		for (uint16_t t = 0; t < k->n_transitions; t++) {
			rights_are_sound(k, k->transitions[t].name, k->transitions[t].may, false);
			UNIT_TRUE(k->transitions[t].may.n > 0);
		}
		for (uint16_t r = 0; r < k->rights[RD_KIND_READ].n; r++)
			audited |= k->rights[RD_KIND_READ].rows[r].roles & RD_KIND_AUDITOR &&
			           k->rights[RD_KIND_READ].rows[r].relations == 0;
		UNIT_TRUE(audited);
	}
}

static void states_and_transitions_fit(void)
{
	for (uint32_t i = 0; i < rd_kinds_count; i++) {
		const rd_kind *k = rd_kinds[i];

		UNIT_TRUE(k->n_states > 0 && k->n_states <= RD_KIND_STATES_MAX && k->initial < k->n_states);
		for (uint16_t s = 0; s < k->n_states; s++) {
			UNIT_INT(rd_kind_state_find(k, rd_str_of(k->states[s].name)), s);
			UNIT_TRUE(rd_tone_name(k->states[s].tone)[0]);
		}
		for (uint16_t t = 0; t < k->n_transitions; t++) {
			const rd_transition *tr = &k->transitions[t];

			unit_case("%s.%s", k->name, tr->name);
			UNIT_TRUE(tr->from != 0 && tr->from >> (k->n_states - 1) <= 1 &&
			          (tr->to < k->n_states || tr->to == RD_STAYS));
			UNIT_INT(rd_kind_transition_find(k, rd_str_of(tr->name)), t);
			UNIT_TRUE((tr->second == RD_SECOND_TRANSITION) == (tr->second_transition >= 0));
			UNIT_TRUE(tr->second_transition != t);
		}
	}
}

static void a_client_goes_through_the_six_procedures(void)
{
	/* 财会〔2023〕27号, article 4, in its words. */
	static const char *const want[][2] = {{"acceptance", "业务承接"}, {"planning", "工作计划"},
	                                      {"handover", "资料交接"},   {"bookkeeping", "会计核算"},
	                                      {"quality", "质量控制"},    {"archiving", "档案管理"}};
	const rd_kind *k = rd_kind_find(RD_STR("client"));

	for (uint32_t i = 0; i < 6; i++) {
		int32_t s = rd_kind_state_find(k, rd_str_of(want[i][0]));

		unit_case("%s", want[i][0]);
		UNIT_TRUE(s >= 0);
		UNIT_TEXT(rd_str_of(k->states[s < 0 ? 0 : s].label.zh), want[i][1]);
	}
	UNIT_INT(k->own, RD_OWN_CLIENT);
}

static void every_statement_is_prepared_on_the_migrated_schema(void)
{
	sqlite3 *db;
	char *why = NULL;

	UNIT_INT(sqlite3_open(":memory:", &db), SQLITE_OK);
	for (uint32_t i = 0; i < rd_n_migrations; i++)
		UNIT_INT(sqlite3_exec(db, rd_migrations[i].sqlite, NULL, NULL, &why), SQLITE_OK);
	for (uint32_t i = 0; i < rd_kinds_count; i++) {
		const rd_kind *k = rd_kinds[i];
		const rd_statement *all[] = {&k->insert, &k->update, &k->get, &k->clear};

		for (uint32_t n = 0; n < 4; n++) {
			sqlite3_stmt *st = NULL;

			unit_case("%s", all[n]->name);
			UNIT_INT(sqlite3_prepare_v2(db, all[n]->sqlite, -1, &st, NULL), SQLITE_OK);
			UNIT_INT(sqlite3_bind_parameter_count(st), all[n]->n_in);
			UNIT_INT(sqlite3_column_count(st), all[n]->n_out);
			UNIT_TRUE(strstr(all[n]->pg, "firm_id") && strchr(all[n]->pg, '?') == NULL);
			sqlite3_finalize(st);
		}
	}
	sqlite3_close(db);
}

static void texts_for_others_are_json(void)
{
	json_t *shared = json_loads(rd_kind_shared_schema, JSON_REJECT_DUPLICATES, NULL);

	UNIT_TRUE(json_object_get(shared, "Money") != NULL);
	for (uint32_t i = 0; i < rd_kinds_count; i++) {
		const rd_kind *k = rd_kinds[i];
		json_t *schema = json_loads(k->schema, JSON_REJECT_DUPLICATES, NULL);
		json_t *describe = json_loads(k->describe, JSON_REJECT_DUPLICATES, NULL);

		unit_case("%s", k->name);
		/* The record, its bodies of create and change, and one of each transition. */
		UNIT_INT(json_object_size(schema), 3 + k->n_transitions);
		UNIT_TRUE(json_array_size(json_object_get(describe, "fields")) >= k->n_fields);
		UNIT_INT(json_array_size(json_object_get(describe, "states")), k->n_states);
		json_decref(schema);
		json_decref(describe);
	}
	json_decref(shared);
}

static void numbers_are_made_by_the_pattern(void)
{
	char out[64];
	const rd_kind *task = rd_kind_find(RD_STR("task")), *client = rd_kind_find(RD_STR("client"));

	UNIT_INT(rd_kind_number(task, 2026, 2, 7, out), 12);
	UNIT_TEXT(rd_str_of(out), "T-2026-00007");
	rd_kind_number(task, 2026, 2, 1234567, out);
	UNIT_TEXT(rd_str_of(out), "T-2026-1234567");
	rd_kind_number(client, 2026, 2, INT64_MAX, out);
	UNIT_TEXT(rd_str_of(out), "C-9223372036854775807");
}

static void common_columns_are_fields_too(void)
{
	const rd_kind *k = rd_kind_find(RD_STR("client"));
	rd_field owner = rd_kind_common_field(k, RD_COL_OWNER);

	UNIT_TEXT(rd_str_of(owner.name), "owner");
	UNIT_TEXT(rd_str_of(owner.label.zh), "客户经理");
	UNIT_INT(owner.type, RD_FIELD_REF);
	UNIT_INT(rd_kind_common_field(k, RD_COL_DUE).type, RD_FIELD_TIME);
	UNIT_INT(rd_kind_common_field(k, RD_COL_RESTRICTED).type, RD_FIELD_BOOL);
}

const unit_test kind_tests[] = {
	{"kinds are found by name", kinds_are_found_by_name},
	{"columns are those of the fields", columns_are_those_of_the_fields},
	{"auditors change nothing and clients see their own",
     auditors_change_nothing_and_clients_see_their_own},
	{"states and transitions fit", states_and_transitions_fit},
	{"a client goes through the six procedures", a_client_goes_through_the_six_procedures},
	{"every statement is prepared on the migrated schema",
     every_statement_is_prepared_on_the_migrated_schema},
	{"texts for others are JSON", texts_for_others_are_json},
	{"numbers are made by the pattern", numbers_are_made_by_the_pattern},
	{"common columns are fields too", common_columns_are_fields_too},
	{0},
};
