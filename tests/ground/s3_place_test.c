/* Where blobs lie, as the operator writes it, and the file of keys. */
#include "store/s3_place.h"
#include "unit.h"
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static void addresses_are_taken_apart(void)
{
	static const struct {
		const char *url, *want; /* bucket prefix endpoint region ca; NULL = refused */
	} rows[] = {
		{"s3://books?endpoint=https://s3.example", "books||https://s3.example|-|-"},
		{"s3://books/?endpoint=https://s3.example", "books||https://s3.example|-|-"},
		{"s3://books/a/B-1?endpoint=https://s3.example:9000&region=cn-north-1&ca=/etc/ca.pem",
	     "books|a/B-1/|https://s3.example:9000|cn-north-1|/etc/ca.pem"},
		{"s3://books/a/?region=x&endpoint=http://10.0.0.1", "books|a/|http://10.0.0.1|x|-"},
		{"s3://books", NULL},
		{"s3://books?region=x", NULL},
		{"s3://", NULL},
		{"s3://ab?endpoint=https://s3.example", NULL},
		{"s3://Books?endpoint=https://s3.example", NULL},
		{"s3://key:secret@books?endpoint=https://s3.example", NULL},
		{"s3://books/a b?endpoint=https://s3.example", NULL},
		{"s3://books?endpoint=https://a&endpoint=https://b", NULL},
		{"s3://books?endpoint=", NULL},
		{"s3://books?endpoint=https://a&secret=x", NULL},
		{"s3://books?endpoint=https://a&", "books||https://a|-|-"},
		{"https://books?endpoint=https://a", NULL},
	};
	rd_arena *a = rd_arena_new();

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		rd_s3_place p;
		rd_err err = {0};
		char got[300] = "";

		unit_case("%s", rows[i].url);
		rd_rc rc = rd_s3_place_parse(rd_str_of(rows[i].url), a, &p, &err);

		UNIT_INT(rc, rows[i].want ? RD_OK : RD_USAGE);
		if (rc == RD_OK)
			(void)snprintf(got, sizeof got, "%s|%s|%s|%s|%s", p.bucket, p.prefix, p.endpoint,
			               p.region ? p.region : "-", p.ca_file ? p.ca_file : "-");
		UNIT_TEXT(rd_str_of(got), rows[i].want ? rows[i].want : "");
	}
	rd_arena_free(a);
}

static void keys_are_for_one_reader(void)
{
	static const struct {
		const char *text;
		mode_t mode;
		rd_rc want;
	} rows[] = {
		{"AK\nSK\n", 0400, RD_OK},          {"AK\r\n SK", 0600, RD_OK},
		{"AK\nSK\n", 0440, RD_FORBIDDEN},   {"AK\n", 0400, RD_USAGE},
		{"AK\nSK\nmore\n", 0400, RD_USAGE}, {"", 0400, RD_USAGE},
	};
	rd_arena *a = rd_arena_new();
	char path[] = "/tmp/redink-keys-XXXXXX";
	int fd = mkstemp(path);
	rd_s3_keys keys;
	rd_err err = {0};

	UNIT_TRUE(fd >= 0);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		unit_case("row %zu", i);
		size_t size = strlen(rows[i].text);

		UNIT_TRUE(ftruncate(fd, 0) == 0 && pwrite(fd, rows[i].text, size, 0) == (ssize_t)size);
		UNIT_TRUE(fchmod(fd, rows[i].mode) == 0);
		UNIT_INT(rd_s3_keys_load(path, a, &keys, &err), rows[i].want);
		if (rows[i].want == RD_OK) {
			UNIT_TEXT(rd_str_of(keys.access), "AK");
			UNIT_TEXT(rd_str_of(keys.secret), "SK");
		}
	}
	(void)close(fd);
	(void)unlink(path);
	UNIT_INT(rd_s3_keys_load(path, a, &keys, &err), RD_NOT_FOUND);
	rd_arena_free(a);
}

const unit_test s3_place_tests[] = {
	{"addresses are taken apart", addresses_are_taken_apart},
	{"keys are for one reader", keys_are_for_one_reader},
	{0},
};
