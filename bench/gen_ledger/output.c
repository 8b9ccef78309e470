#include "output.h"
#include <stdlib.h>
#include <string.h>

static void die(const char *what, const char *name)
{
	fprintf(stderr, "gen_ledger: %s: ", what);
	perror(name);
	exit(2);
}

void out_open(out *o, const char *dir, const char *name)
{
	char path[4096];

	if (snprintf(path, sizeof path, "%s/%s", dir, name) >= (int)sizeof path) {
		fprintf(stderr, "gen_ledger: the path of %s is too long\n", name);
		exit(2);
	}
	o->n = 0;
	o->file = fopen(path, "w");
	if (!o->file)
		die("cannot open", path);
}

static void out_flush(out *o)
{
	if (fwrite(o->buf, 1, o->n, o->file) != o->n)
		die("cannot write", "output");
	o->n = 0;
}

void out_close(out *o)
{
	out_flush(o);
	if (fclose(o->file) != 0)
		die("cannot close", "output");
}

void put_bytes(out *o, const char *bytes, size_t n)
{
	if (o->n + n > OUT_SIZE)
		out_flush(o);
	memcpy(o->buf + o->n, bytes, n);
	o->n += n;
}

void put_text(out *o, const char *text)
{
	put_bytes(o, text, strlen(text));
}

void put_char(out *o, char c)
{
	put_bytes(o, &c, 1);
}

void put_uint(out *o, uint64_t value)
{
	char digits[20];
	size_t i = sizeof digits;

	do {
		digits[--i] = (char)('0' + value % 10);
		value /= 10;
	} while (value);
	put_bytes(o, digits + i, sizeof digits - i);
}

void put_money(out *o, int64_t fen)
{
	uint64_t size = fen < 0 ? 0 - (uint64_t)fen : (uint64_t)fen;
	char cents[3] = {'.', (char)('0' + size / 10 % 10), (char)('0' + size % 10)};

	if (fen < 0)
		put_char(o, '-');
	put_uint(o, size / 100);
	put_bytes(o, cents, sizeof cents);
}

void csv_text(out *o, const char *text, char end)
{
	put_text(o, text);
	put_char(o, end);
}

void csv_uint(out *o, uint64_t value, char end)
{
	put_uint(o, value);
	put_char(o, end);
}

void csv_money(out *o, int64_t fen, char end)
{
	put_money(o, fen);
	put_char(o, end);
}
