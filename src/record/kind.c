#include "record/kind.h"
#include "base/assert.h"
#include "base/buf.h"

const char *const rd_kind_role_names[8] = {"administrator", "supervisor", "accountant", "reviewer",
                                           "department",    "compliance", "auditor",    "client"};
const char *const rd_kind_relation_names[6] = {"own",        "mine", "team",
                                               "my_clients", "firm", "client_of"};

const rd_kind *rd_kind_find(rd_str name)
{
	uint32_t from = 0, to = rd_kinds_count;

	while (from < to) {
		uint32_t mid = from + (to - from) / 2;
		int order = rd_str_cmp(name, rd_str_of(rd_kinds[mid]->name));

		if (order == 0)
			return rd_kinds[mid];
		if (order < 0)
			to = mid;
		else
			from = mid + 1;
	}
	return NULL;
}

int32_t rd_kind_field_find(const rd_kind *k, rd_str name)
{
	for (uint16_t i = 0; i < k->n_fields; i++)
		if (rd_str_is(name, k->fields[i].name))
			return i;
	return -1;
}

int32_t rd_kind_state_find(const rd_kind *k, rd_str name)
{
	for (uint16_t i = 0; i < k->n_states; i++)
		if (rd_str_is(name, k->states[i].name))
			return i;
	return -1;
}

int32_t rd_kind_transition_find(const rd_kind *k, rd_str name)
{
	for (uint16_t i = 0; i < k->n_transitions; i++)
		if (rd_str_is(name, k->transitions[i].name))
			return i;
	return -1;
}

const rd_option *rd_field_option_find(const rd_field *f, rd_str name)
{
	for (uint16_t i = 0; i < f->n_options; i++)
		if (rd_str_is(name, f->options[i].name))
			return &f->options[i];
	return NULL;
}

int32_t rd_kind_column_find(const rd_kind *k, rd_str key)
{
	for (uint16_t i = 0; i < k->n_columns; i++)
		if (rd_str_is(key, k->columns[i].key))
			return i;
	return -1;
}

rd_field rd_kind_common_field(const rd_kind *k, rd_common column)
{
	const rd_kind_common *c = &k->common[column];
	rd_field f = {.name = k->columns[column].key,
	              .label = c->label,
	              .required = c->required,
	              .client_visible = c->client_visible,
	              .column = (int16_t)column};

	switch (column) {
	case RD_COL_OWNER:
		f.type = RD_FIELD_REF;
		f.to = "user";
		f.assigns = true;
		break;
	case RD_COL_CLIENT:
		f.type = RD_FIELD_REF;
		f.to = "client";
		break;
	case RD_COL_TEAM:
		f.type = RD_FIELD_REF;
		f.to = "team";
		break;
	case RD_COL_RESTRICTED: f.type = RD_FIELD_BOOL; break;
	default: RD_ASSERT(column == RD_COL_DUE); f.type = RD_FIELD_TIME;
	}
	return f;
}

uint32_t rd_field_width(const rd_field *f)
{
	return f->type == RD_FIELD_MONEY || f->type == RD_FIELD_ANY ? 2 : 1;
}

const char *rd_kind_verb_name(rd_kind_verb v)
{
	static const char *const names[RD_KIND_VERBS] = {"read",    "create",  "change",
	                                                 "archive", "comment", "export"};

	RD_ASSERT(v < RD_KIND_VERBS);
	return names[v];
}

const char *rd_field_type_name(rd_field_type t)
{
	static const char *const names[RD_FIELD_TYPES] = {"text", "long", "int",  "money", "date",
	                                                  "time", "bool", "enum", "ref",   "refs",
	                                                  "list", "file", "any"};

	RD_ASSERT(t < RD_FIELD_TYPES);
	return names[t];
}

const char *rd_format_name(rd_format f)
{
	static const char *const names[RD_FORMATS] = {"any",      "slug",  "email",    "phone",
	                                              "url",      "uscc",  "currency", "clock",
	                                              "language", "rrule", "kind"};

	RD_ASSERT(f < RD_FORMATS);
	return names[f];
}

const char *rd_tone_name(rd_tone t)
{
	static const char *const names[] = {"neutral", "active", "warning", "good", "bad"};

	RD_ASSERT(t <= RD_TONE_BAD);
	return names[t];
}

uint32_t rd_kind_number(const rd_kind *k, int32_t year, int32_t month, int64_t n, char out[64])
{
	rd_buf b;
	uint32_t size;

	RD_ASSERT(k->number && n > 0);
	rd_buf_init(&b, 64);
	for (const char *p = k->number; *p; p++) {
		if (strncmp(p, "{yyyy}", 6) == 0) {
			rd_buf_printf(&b, "%04d", year);
			p += 5;
		} else if (strncmp(p, "{mm}", 4) == 0) {
			rd_buf_printf(&b, "%02d", month);
			p += 3;
		} else if (strncmp(p, "{n:", 3) == 0) {
			rd_buf_printf(&b, "%0*jd", p[3] - '0', (intmax_t)n);
			p += 4;
		} else if (strncmp(p, "{n}", 3) == 0) {
			rd_buf_printf(&b, "%jd", (intmax_t)n);
			p += 2;
		} else {
			rd_buf_char(&b, *p);
		}
	}
	RD_ASSERT(!b.full && b.size < 64);
	size = (uint32_t)b.size;
	memcpy(out, b.data, size);
	out[size] = '\0';
	rd_buf_done(&b);
	return size;
}
