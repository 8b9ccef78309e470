/* The statements used last, so that paging through one does not read its file again. */
#include "base/assert.h"
#include "desk/statements.h"
#include <pthread.h>

#define SLOTS     16u
#define BYTES_MAX ((uint64_t)256 << 20)

struct rd_statement_slot {
	int64_t firm_id;
	char sha256[64];
	rd_bank *bank;        /* NULL = free */
	uint64_t bytes, used; /* used: the turn in which it was taken last */
	uint32_t holders;
};

struct rd_statements {
	rd_arena *arena;
	rd_store *store;
	const char *program;
	pthread_mutex_t lock;
	uint64_t turn;
	struct rd_statement_slot slots[SLOTS];
};

rd_statements *rd_statements_new(rd_store *s, const char *program)
{
	rd_arena *a = rd_arena_new();
	rd_statements *c = RD_NEW(a, rd_statements);

	c->arena = a;
	c->store = s;
	c->program = program;
	pthread_mutex_init(&c->lock, NULL);
	return c;
}

void rd_statements_free(rd_statements *c)
{
	if (c == NULL)
		return;
	for (uint32_t i = 0; i < SLOTS; i++) {
		RD_ASSERT(c->slots[i].holders == 0);
		rd_bank_free(c->slots[i].bank);
	}
	pthread_mutex_destroy(&c->lock);
	rd_arena_free(c->arena);
}

static struct rd_statement_slot *find(rd_statements *c, int64_t firm_id, rd_str sha256)
{
	for (uint32_t i = 0; i < SLOTS; i++) {
		struct rd_statement_slot *s = &c->slots[i];

		if (s->bank && s->firm_id == firm_id && memcmp(s->sha256, sha256.ptr, 64) == 0)
			return s;
	}
	return NULL;
}

static void take(rd_statements *c, struct rd_statement_slot *s, rd_statement_ref *ret)
{
	s->holders++;
	s->used = ++c->turn;
	*ret = (rd_statement_ref){s->bank, s};
}

static uint64_t bytes_of(const rd_bank *b)
{
	return b->n_lines * (uint64_t)sizeof *b->lines + (uint64_t)rd_bank_n_texts(b) * 64;
}

/* A slot that nobody holds, the one used longest ago; NULL when all are held. */
static struct rd_statement_slot *oldest(rd_statements *c)
{
	struct rd_statement_slot *best = NULL;

	for (uint32_t i = 0; i < SLOTS; i++) {
		struct rd_statement_slot *s = &c->slots[i];

		if (s->holders == 0 && (best == NULL || s->bank == NULL || s->used < best->used))
			best = s;
		if (best && best->bank == NULL)
			break;
	}
	return best;
}

static void make_room(rd_statements *c, uint64_t bytes)
{
	uint64_t sum = bytes;

	for (uint32_t i = 0; i < SLOTS; i++)
		sum += c->slots[i].bank ? c->slots[i].bytes : 0;
	for (uint32_t round = 0; round < SLOTS && sum > BYTES_MAX; round++) {
		struct rd_statement_slot *s = NULL;

		for (uint32_t i = 0; i < SLOTS; i++)
			if (c->slots[i].bank && c->slots[i].holders == 0 &&
			    (s == NULL || c->slots[i].used < s->used))
				s = &c->slots[i];
		if (s == NULL)
			return;
		sum -= s->bytes;
		rd_bank_free(s->bank);
		s->bank = NULL;
	}
}

rd_rc rd_statement_get(rd_statements *c, int64_t firm_id, const rd_attached *file,
                       rd_statement_ref *ret, rd_err *err)
{
	struct rd_statement_slot *s;
	rd_bank *bank;

	RD_ASSERT(file->sha256.len == 64);
	pthread_mutex_lock(&c->lock);
	s = find(c, firm_id, file->sha256);
	if (s)
		take(c, s, ret);
	pthread_mutex_unlock(&c->lock);
	if (s)
		return RD_OK;
	RD_TRY(rd_statement_read(c->store, firm_id, file, c->program, &bank, err));
	pthread_mutex_lock(&c->lock);
	s = find(c, firm_id, file->sha256); /* another thread may have been quicker */
	if (s) {
		rd_bank_free(bank);
	} else {
		make_room(c, bytes_of(bank));
		s = oldest(c);
		if (s) {
			rd_bank_free(s->bank);
			*s = (struct rd_statement_slot){.firm_id = firm_id,
			                                .bank = bank,
			                                .bytes = bytes_of(bank)};
			memcpy(s->sha256, file->sha256.ptr, 64);
		}
	}
	if (s)
		take(c, s, ret);
	else
		*ret = (rd_statement_ref){bank, NULL}; /* all places are held: it is this holder's alone */
	pthread_mutex_unlock(&c->lock);
	return RD_OK;
}

void rd_statement_release(rd_statements *c, rd_statement_ref *ref)
{
	if (ref->bank == NULL)
		return;
	if (ref->slot == NULL) {
		rd_bank_free((rd_bank *)(uintptr_t)ref->bank);
	} else {
		pthread_mutex_lock(&c->lock);
		RD_ASSERT(ref->slot->holders > 0);
		ref->slot->holders--;
		pthread_mutex_unlock(&c->lock);
	}
	*ref = (rd_statement_ref){NULL, NULL};
}
