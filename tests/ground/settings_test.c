/* Settings: typed, versioned, told in the log, and secret ones never. */
#include "desk/settings.h"
#include "office.h"
#include "store/log.h"
#include "unit.h"
#include <stdio.h>
#include <unistd.h>

typedef struct order {
	rd_actor actor;
	const char *key, *value;
	int64_t version, now;
} order;

static rd_rc set(rd_tx *tx, void *ctx, rd_err *err)
{
	order *o = ctx;

	return rd_setting_set(tx, &o->actor, rd_setting_find(rd_str_of(o->key)), rd_str_of(o->value),
	                      o->version, &o->now, err);
}

static rd_rc try_set(office *o, const char *key, const char *value, int64_t version)
{
	order r = {office_actor(1, RD_KIND_ADMINISTRATOR), key, value, version, 0};
	rd_err err = {0};

	return rd_store_write(o->store, OFFICE_FIRM, o->place.arena, set, &r, &err);
}

static void values_are_judged(void)
{
	static const struct {
		const char *key, *value;
		rd_rc want;
	} rows[] = {
		{"mail.port", "465", RD_OK},
		{"mail.port", "65536", RD_INPUT},
		{"mail.port", "-1", RD_INPUT},
		{"mail.port", "99999999999999999999", RD_INPUT},
		{"mail.port", "", RD_INPUT},
		{"mail.security", "tls", RD_OK},
		{"mail.security", "tls|plain", RD_INPUT},
		{"mail.security", "", RD_INPUT},
		{"mail.user", "desk", RD_OK},
		{"mail.user", "desk\r\nRCPT TO:<x>", RD_INPUT},
		{"mail.user", "\xff", RD_INPUT},
		{"mail.from", "no address", RD_INPUT},
		{"mail.private-network", "true", RD_OK},
		{"mail.private-network", "yes", RD_INPUT},
		{"notices.digest-at", "07:45", RD_OK},
		{"notices.digest-at", "24:00", RD_INPUT},
		{"notices.digest-at", "7:45", RD_INPUT},
		{"notices.due-soon-hours", "0", RD_INPUT},
		{"webhooks.fail-days", "3", RD_OK},
	};
	office o;

	office_open(&o);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		unit_case("%s = %s", rows[i].key, rows[i].value);
		UNIT_INT(try_set(&o, rows[i].key, rows[i].value, 0), rows[i].want);
	}
	UNIT_INT(try_set(&o, "public.url", "ftp://r.example", 1), RD_INPUT);
	UNIT_INT(try_set(&o, "public.url", "https://r.example/", 1), RD_INPUT);
	UNIT_INT(try_set(&o, "public.url", "", 1), RD_OK);
	UNIT_INT(rd_setting_find(RD_STR("no.such")), RD_SETTINGS_N);
	office_close(&o);
}

static rd_rc read_some(rd_tx *tx, void *ctx, rd_err *err)
{
	int64_t *minutes = ctx;

	return rd_setting_int(tx, RD_SET_DIGEST_AT, minutes, err);
}

static rd_rc list(rd_tx *tx, void *ctx, rd_err *err)
{
	return rd_setting_list(tx, ctx, err);
}

static void versions_and_who_may(void)
{
	office o;
	order r = {office_actor(1, RD_KIND_SUPERVISOR), "mail.user", "x", 0, 0};
	rd_setting_row rows[RD_SETTINGS_N];
	int64_t minutes = 0;
	rd_err err = {0};

	office_open(&o);
	UNIT_INT(rd_store_write(o.store, OFFICE_FIRM, o.place.arena, set, &r, &err), RD_FORBIDDEN);
	r.actor = office_actor(1, RD_KIND_ADMINISTRATOR);
	r.actor.only_looks = true;
	UNIT_INT(rd_store_write(o.store, OFFICE_FIRM, o.place.arena, set, &r, &err), RD_FORBIDDEN);
	office_write(&o, read_some, &minutes);
	UNIT_INT(minutes, 8 * 60 + 30); /* the preset */
	UNIT_INT(try_set(&o, "notices.digest-at", "07:45", 0), RD_OK);
	UNIT_INT(try_set(&o, "notices.digest-at", "07:50", 0), RD_CONFLICT);
	UNIT_INT(try_set(&o, "notices.digest-at", "07:45", 1), RD_OK); /* the same: nothing happens */
	UNIT_INT(place_number(&o.place, "SELECT count(*) FROM events WHERE type = "
	                                "'firm.setting-changed' AND actor = 'user:1'"),
	         1);
	office_write(&o, read_some, &minutes);
	UNIT_INT(minutes, 7 * 60 + 45);
	office_write(&o, list, rows);
	UNIT_TEXT(rows[RD_SET_DIGEST_AT].value, "07:45");
	UNIT_INT(rows[RD_SET_DIGEST_AT].version, 1);
	UNIT_TEXT(rows[RD_SET_DIGEST_AT].changed_by, "user:1");
	UNIT_TEXT(rows[RD_SET_MAIL_SECURITY].value, "starttls");
	UNIT_TRUE(!rows[RD_SET_MAIL_SECURITY].set);
	office_close(&o);
}

typedef struct found {
	const char *needle;
	bool has;
	uint32_t n;
} found;

static rd_rc search_log(rd_tx *tx, void *ctx, rd_err *err)
{
	found *f = ctx;
	const rd_log_row *rows;

	f->has = false;
	RD_TRY(rd_log_from(tx, 0, 1000, &rows, &f->n, err));
	for (uint32_t i = 0; i < f->n; i++)
		f->has = f->has || rd_str_has(rows[i].payload, f->needle);
	return RD_OK;
}

static void secrets_are_in_no_event(void)
{
	office o;
	found f = {.needle = "correct horse"};
	rd_setting_row rows[RD_SETTINGS_N];

	office_open(&o);
	UNIT_INT(try_set(&o, "mail.password", "correct horse", 0), RD_OK);
	office_write(&o, search_log, &f);
	UNIT_TRUE(!f.has);
	f.needle = "mail.password";
	office_write(&o, search_log, &f);
	UNIT_TRUE(f.has);
	office_write(&o, list, rows);
	UNIT_TEXT(rows[RD_SET_MAIL_PASSWORD].value, "");
	UNIT_TRUE(rows[RD_SET_MAIL_PASSWORD].set);
	office_close(&o);
}

static rd_rc password(rd_tx *tx, void *ctx, rd_err *err)
{
	return rd_setting_text(tx, RD_SET_MAIL_PASSWORD, ctx, err);
}

/* Under the key of this place, and there alone. */
static void secrets_are_sealed_in_the_database(void)
{
	office o;
	rd_str got = {"", 0};
	rd_err err = {0};
	char path[200];

	office_open(&o);
	UNIT_INT(try_set(&o, "mail.password", "correct horse", 0), RD_OK);
	UNIT_INT(place_number(&o.place, "SELECT count(*) FROM settings WHERE value LIKE 'sealed:%'"),
	         1);
	UNIT_INT(place_number(&o.place, "SELECT count(*) FROM settings WHERE value LIKE '%horse%'"), 0);
	office_write(&o, password, &got);
	UNIT_TEXT(got, "correct horse");
	UNIT_INT(try_set(&o, "mail.password", "correct horse", 1),
	         RD_OK); /* the same: no new version */
	UNIT_INT(try_set(&o, "mail.password", "other", 1), RD_OK);
	/* Copied to another place it does not open. */
	UNIT_INT(try_set(&o, "checkpoints.secret", "0123456789abcdef", 0), RD_OK);
	place_sql(&o.place, "UPDATE settings SET value = (SELECT value FROM settings WHERE key = "
	                    "'checkpoints.secret') WHERE key = 'mail.password'");
	UNIT_INT(rd_store_read(o.store, OFFICE_FIRM, o.place.arena, password, &got, &err), RD_BARRED);
	/* What an earlier release left open is read, and sealed when it is set again. */
	place_sql(&o.place, "UPDATE settings SET value = 'old' WHERE key = 'mail.password'");
	office_write(&o, password, &got);
	UNIT_TEXT(got, "old");
	UNIT_INT(try_set(&o, "mail.password", "old", 2), RD_OK);
	UNIT_INT(place_number(&o.place, "SELECT count(*) FROM settings WHERE value LIKE 'sealed:%'"),
	         2);
	/* Without its key it is lost, and can be set anew. */
	(void)snprintf(path, sizeof path, "%s/seal.key", o.place.folder);
	UNIT_INT(unlink(path), 0);
	UNIT_INT(rd_store_read(o.store, OFFICE_FIRM, o.place.arena, password, &got, &err), RD_BARRED);
	UNIT_INT(try_set(&o, "mail.password", "new", 3), RD_OK);
	office_write(&o, password, &got);
	UNIT_TEXT(got, "new");
	office_close(&o);
}

static void presets_fit_their_own_type(void)
{
	office o;

	office_open(&o);
	for (uint32_t i = 0; i < RD_SETTINGS_N; i++) {
		int64_t version = i == RD_SET_MAIL_HOST || i == RD_SET_MAIL_FROM || i == RD_SET_PUBLIC_URL;

		unit_case("%s", rd_settings[i].key);
		UNIT_INT(try_set(&o, rd_settings[i].key, rd_settings[i].preset, version), RD_OK);
		UNIT_TRUE(rd_settings[i].help.zh[0] && rd_settings[i].help.en[0]);
	}
	office_close(&o);
}

const unit_test settings_tests[] = {
	{"values are judged", values_are_judged},
	{"versions, and who may", versions_and_who_may},
	{"secrets are in no event", secrets_are_in_no_event},
	{"secrets are sealed in the database", secrets_are_sealed_in_the_database},
	{"presets fit their own type", presets_fit_their_own_type},
	{0},
};
