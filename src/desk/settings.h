/*
 * settings.h - what a firm has set, by name, type and preset; the list is settings.def.
 *
 * A value that was never set is its preset. Values are checked when they are set and stored as
 * text; what is read is therefore well-formed. Each change is an event firm.setting-changed with
 * the old and new value; of a secret only that it was changed, and nobody reads it back
 * (rd_setting_list leaves it out).
 *
 * Failure: NOT_FOUND for a name that is none, FORBIDDEN for who is no administrator, INPUT for a
 * value that does not fit, CONFLICT when it was changed meanwhile. Texts live in tx->arena.
 */
#ifndef RD_DESK_SETTINGS_H
#define RD_DESK_SETTINGS_H
#include "record/actor.h"
#include "store/store.h"

typedef enum rd_setting {
#define RD_SETTING(id, key, type, min, max, preset, choices, secret, zh, en) RD_SET_##id,
#include "desk/settings.def"
#undef RD_SETTING
	RD_SETTINGS_N
} rd_setting;

typedef enum rd_setting_type {
	RD_SETTING_TEXT,
	RD_SETTING_INT,
	RD_SETTING_BOOL,   /* true, false */
	RD_SETTING_CHOICE, /* one of `choices` */
	RD_SETTING_URL,    /* http:// or https://, or empty; without the last "/" */
	RD_SETTING_MAIL,   /* an address, or empty */
	RD_SETTING_CLOCK,  /* HH:MM */
	RD_SETTING_NUMBERS /* whole numbers joined by commas, as many as the preset has */
} rd_setting_type;

typedef struct rd_setting_info {
	const char *key;
	rd_setting_type type;
	int64_t min, max; /* INT: of the value; else bytes */
	const char *preset, *choices;
	bool secret;
	rd_words help;
} rd_setting_info;

extern const rd_setting_info rd_settings[RD_SETTINGS_N];
const char *rd_setting_type_name(rd_setting_type t);
/* RD_SETTINGS_N for none. */
rd_setting rd_setting_find(rd_str key);

RD_NODISCARD rd_rc rd_setting_text(rd_tx *tx, rd_setting which, rd_str *ret_value, rd_err *err);
/* INT, BOOL (0, 1), CLOCK (minutes of the day). */
RD_NODISCARD rd_rc rd_setting_int(rd_tx *tx, rd_setting which, int64_t *ret_value, rd_err *err);

#define RD_SETTING_NUMBERS_MAX 5u
/* NUMBERS; how many is known from the preset. */
RD_NODISCARD rd_rc rd_setting_numbers(rd_tx *tx, rd_setting which,
                                      int64_t ret_values[RD_SETTING_NUMBERS_MAX], rd_err *err);
/* The same of a text that was checked when it was set. CORRUPT for another. Pure. */
RD_NODISCARD rd_rc rd_setting_parse_numbers(rd_setting which, rd_str text,
                                            int64_t ret_values[RD_SETTING_NUMBERS_MAX],
                                            rd_err *err);

typedef struct rd_setting_row {
	rd_str value;          /* of a secret: "" */
	bool set;              /* it is not the preset */
	int64_t version;       /* 0 = never set */
	int64_t changed_at_us; /* 0 = never */
	rd_str changed_by;     /* as events name it */
} rd_setting_row;

/* All, in the order of the list. */
RD_NODISCARD rd_rc rd_setting_list(rd_tx *tx, rd_setting_row ret_rows[RD_SETTINGS_N], rd_err *err);

/* `version`: which one is changed, 0 = it was never set. The same value again changes nothing. */
RD_NODISCARD rd_rc rd_setting_set(rd_tx *tx, const rd_actor *actor, rd_setting which, rd_str value,
                                  int64_t version, int64_t *ret_version, rd_err *err);
/* FORBIDDEN for whoever is no administrator of the firm and not the program. */
RD_NODISCARD rd_rc rd_desk_administers(const rd_actor *actor, rd_err *err);
#endif
