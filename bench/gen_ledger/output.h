/*
 * output: a buffered file. Whoever opens it closes it. When the disk does not take the bytes the
 * program ends with 2 and says why: a half-written ledger is of no use to a bench.
 */
#ifndef GEN_OUTPUT_H
#define GEN_OUTPUT_H
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum { OUT_SIZE = 1 << 20 };

typedef struct out {
	FILE *file;
	size_t n;
	char buf[OUT_SIZE];
} out;

void out_open(out *o, const char *dir, const char *name);
void out_close(out *o);

void put_bytes(out *o, const char *bytes, size_t n);
void put_text(out *o, const char *text);
void put_char(out *o, char c);
void put_uint(out *o, uint64_t value);
void put_money(out *o, int64_t fen);

/* The same with a separator or line end after the value. */
void csv_text(out *o, const char *text, char end);
void csv_uint(out *o, uint64_t value, char end);
void csv_money(out *o, int64_t fen, char end);

#endif
