/* The verifier against every way to tamper with a log of twelve events, and the sound log. */
#include "trail/verify.h"
#include "base/arena.h"
#include "unit.h"
#include <stdio.h>

enum { N = 12, ERASER = 9, GONE = 3, NOTES_MAX = 32 };

/* A log in memory, each column in memory of its own, so that it can be tampered with. */
typedef struct memory_log {
	rd_arena *a;
	rd_trail_row row[N + 4];
	uint32_t n, next;
	rd_str note[NOTES_MAX];
	uint32_t n_notes, next_note;
	rd_str outside[NOTES_MAX];
	uint32_t n_outside;
	rd_vkey key;
	uint8_t seed[RD_KEY_SEED_BYTES];
	const char *word; /* in all payloads */
} memory_log;

static rd_rc next_event(void *ctx, rd_trail_row *ret_row, bool *ret_more, rd_err *err)
{
	memory_log *l = ctx;

	(void)err;
	*ret_more = l->next < l->n;
	if (*ret_more)
		*ret_row = l->row[l->next++];
	return RD_OK;
}

static rd_rc next_note(void *ctx, rd_str *ret_note, bool *ret_more, rd_err *err)
{
	memory_log *l = ctx;

	(void)err;
	*ret_more = l->next_note < l->n_notes;
	if (*ret_more)
		*ret_note = l->note[l->next_note++];
	return RD_OK;
}

static rd_str copy(memory_log *l, rd_str s)
{
	return (rd_str){rd_arena_copy(l->a, s.ptr, s.len), s.len};
}

/* Makes row `i` anew, with the payload given, as the server would. */
static void write_row(memory_log *l, uint32_t i, rd_str type, rd_str payload)
{
	char request[32], salt[RD_EVENT_SALT_BYTES];
	rd_trail_row *r = &l->row[i];
	rd_event e = {.firm_id = 5,
	              .seq = i,
	              .at_us = 1700000000000000 + 10 * (int64_t)(i / 2),
	              .type = type,
	              .kind = RD_STR("case"),
	              .record_id = 40 + i,
	              .actor = RD_STR("u7")};
	rd_str body;
	rd_err err;

	for (uint32_t k = 0; k < sizeof salt; k++)
		salt[k] = (char)(i * 16 + k);
	snprintf(request, sizeof request, "req-%u", i);
	e.request_id = rd_str_of(request);
	e.payload_hash = rd_event_payload_hash((const uint8_t *)salt, payload);
	UNIT_OK(rd_event_encode(&e, l->a, &body, &err), &err);
	*r = (rd_trail_row){.firm_id = e.firm_id,
	                    .seq = e.seq,
	                    .at_us = e.at_us,
	                    .type = copy(l, e.type),
	                    .kind = copy(l, e.kind),
	                    .record_id = e.record_id,
	                    .actor = copy(l, e.actor),
	                    .body = body,
	                    .salt = copy(l, (rd_str){salt, sizeof salt}),
	                    .payload = copy(l, payload)};
}

static rd_hash256 root_of(const memory_log *l, uint32_t size)
{
	rd_range r;

	rd_range_init(&r);
	for (uint32_t i = 0; i < size; i++) {
		rd_hash256 h = rd_event_leaf(l->row[i].body);

		rd_range_add(&r, &h);
	}
	return rd_range_root(&r);
}

static rd_str signed_note(memory_log *l, uint32_t size)
{
	rd_hash256 root = root_of(l, size);
	rd_str note;
	rd_err err;
	rd_buf b;

	rd_buf_init(&b, 4096);
	UNIT_OK(rd_checkpoint_sign(rd_str_of(l->key.name), size, &root, l->seed, &b, &err), &err);
	note = copy(l, rd_buf_view(&b));
	rd_buf_done(&b);
	return note;
}

static void sign_every(memory_log *l, uint32_t step)
{
	l->n_notes = 0;
	for (uint32_t size = step; size <= l->n; size += step)
		l->note[l->n_notes++] = signed_note(l, size);
}

/* Twelve events; event 9 erases the payload of event 3; a checkpoint after every `step`. */
static memory_log *log_with(const char *word, uint32_t step)
{
	static const rd_seq_run gone[] = {{GONE, GONE}};
	rd_arena *a = rd_arena_new();
	memory_log *l = RD_NEW(a, memory_log);
	rd_err err;
	rd_buf b;

	l->a = a;
	l->n = N;
	l->word = word;
	l->seed[0] = 77;
	UNIT_OK(rd_vkey_derive(RD_STR("redink.example/t"), l->seed, &l->key, &err), &err);
	rd_buf_init(&b, 4096);
	for (uint32_t i = 0; i < N; i++) {
		rd_buf_clear(&b);
		if (i == ERASER)
			UNIT_TRUE(rd_erased_format(gone, 1, RD_STR("asked for"), &b));
		else
			rd_buf_printf(&b, "{\"%s\":%u}", word, i);
		write_row(l, i, i == ERASER ? RD_STR(RD_EVENT_ERASED) : RD_STR("case.noted"),
		          rd_buf_view(&b));
	}
	l->row[GONE].payload_state = RD_PAYLOAD_ERASED;
	rd_buf_done(&b);
	sign_every(l, step);
	return l;
}

static rd_rc verify_with(memory_log *l, uint32_t n_keys, rd_trail_report *r, rd_err *err)
{
	rd_trail_source source = {next_event, next_note, l};
	rd_trail_options options = {.firm_id = 5,
	                            .keys = &l->key,
	                            .n_keys = n_keys,
	                            .outside = l->outside,
	                            .n_outside = l->n_outside};

	l->next = l->next_note = 0;
	memset(r, 0, sizeof *r);
	return rd_trail_verify(&source, &options, r, err);
}

static rd_trail_report verify(memory_log *l)
{
	rd_trail_report r;
	rd_err err;

	UNIT_OK(verify_with(l, 1, &r, &err), &err);
	return r;
}

static void bad_at(memory_log *l, rd_trail_fault fault, uint64_t first, uint64_t last)
{
	rd_trail_report r = verify(l);

	UNIT_TRUE(!r.intact && r.located);
	UNIT_TEXT(rd_str_of(r.reason.en), rd_trail_fault_words(fault).en);
	UNIT_INT(r.first_bad_seq, first);
	UNIT_INT(r.last_bad_seq, last);
	UNIT_TRUE(r.reason.zh[0] != '\0');
}

static void done(memory_log *l)
{
	rd_arena_free(l->a);
}

static void a_sound_log_passes(void)
{
	memory_log *l = log_with("a", 4);
	rd_trail_report r = verify(l);
	rd_hash256 root = root_of(l, N);

	UNIT_TRUE(r.intact && r.complete && r.fault == RD_TRAIL_SOUND);
	UNIT_INT(r.events, N);
	UNIT_INT(r.signed_size, N);
	UNIT_INT(r.checkpoints, 3);
	UNIT_INT(r.erased, 1);
	UNIT_INT(r.erase_left, 0);
	UNIT_INT(r.anchored_size, 0);
	UNIT_INT(r.unanchored, N);
	UNIT_TRUE(rd_hash256_eq(&r.root, &root));
	/* two copies outside, in any order: the tail behind the larger is unanchored */
	l->outside[l->n_outside++] = l->note[1];
	l->outside[l->n_outside++] = l->note[0];
	r = verify(l);
	UNIT_TRUE(r.intact && r.complete);
	UNIT_INT(r.outside, 2);
	UNIT_INT(r.anchored_size, 8);
	UNIT_INT(r.unanchored, 4);
	/* a payload left out of a bundle on purpose */
	l->row[5].payload_state = RD_PAYLOAD_WITHHELD;
	r = verify(l);
	UNIT_TRUE(r.intact && r.withheld == 1);
	done(l);
}

static void an_empty_log_passes(void)
{
	memory_log *l = log_with("a", 4);
	rd_trail_report r;

	l->n = l->n_notes = 0;
	r = verify(l);
	UNIT_TRUE(r.intact && r.complete && r.events == 0);
	l->note[l->n_notes++] = signed_note(l, 0);
	r = verify(l);
	UNIT_TRUE(r.intact && r.complete && r.checkpoints == 1);
	done(l);
}

/* One bit of one stored column changed: the fault is found, and at this event. */
static void flip_all(memory_log *l, uint32_t i, char *bytes, uint32_t size, const char *what)
{
	for (uint32_t bit = 0; bit < size * 8; bit++) {
		rd_trail_report r;
		rd_err err;

		unit_case("event %u, %s, bit %u", i, what, bit);
		bytes[bit / 8] = (char)(bytes[bit / 8] ^ 1 << bit % 8);
		UNIT_OK(verify_with(l, 0, &r, &err), &err);
		UNIT_TRUE(!r.intact && r.located);
		UNIT_TRUE(r.first_bad_seq <= i && i <= r.last_bad_seq);
		if (bytes != (char *)&l->row[i].seq)
			UNIT_TRUE(r.first_bad_seq == i && r.last_bad_seq == i);
		bytes[bit / 8] = (char)(bytes[bit / 8] ^ 1 << bit % 8);
	}
}

static void flip_text(memory_log *l, uint32_t i, rd_str s, const char *what)
{
	flip_all(l, i, (char *)(uintptr_t)s.ptr, s.len, what);
}

static void every_bit_flipped_is_found_and_named(void)
{
	memory_log *l = log_with("a", 1);

	for (uint32_t i = 0; i < N; i++) {
		rd_trail_row *r = &l->row[i];

		flip_text(l, i, r->body, "body");
		flip_text(l, i, r->type, "type");
		flip_text(l, i, r->kind, "kind");
		flip_text(l, i, r->actor, "actor");
		flip_all(l, i, (char *)&r->firm_id, sizeof r->firm_id, "firm_id");
		flip_all(l, i, (char *)&r->seq, sizeof r->seq, "seq");
		flip_all(l, i, (char *)&r->at_us, sizeof r->at_us, "at_us");
		flip_all(l, i, (char *)&r->record_id, sizeof r->record_id, "record_id");
		if (r->payload_state != RD_PAYLOAD_THERE)
			continue;
		flip_text(l, i, r->salt, "salt");
		flip_text(l, i, r->payload, "payload");
	}
	done(l);
}

/* A checkpoint in the log changed by a bit is found; one given by hand is refused. */
static void every_bit_of_a_checkpoint_is_found(void)
{
	memory_log *l = log_with("a", N);
	char *bytes = (char *)(uintptr_t)l->note[0].ptr;
	rd_trail_report r;
	rd_err err;

	l->outside[0] = l->note[0];
	for (uint32_t bit = 0; bit < l->note[0].len * 8; bit++) {
		unit_case("bit %u", bit);
		bytes[bit / 8] = (char)(bytes[bit / 8] ^ 1 << bit % 8);
		l->n_outside = 0;
		r = verify(l);
		UNIT_TRUE(!r.intact);
		l->n_outside = 1;
		UNIT_TRUE(verify_with(l, 1, &r, &err) != RD_OK);
		UNIT_INT(err.line, 1);
		bytes[bit / 8] = (char)(bytes[bit / 8] ^ 1 << bit % 8);
	}
	done(l);
}

static void an_event_rewritten_whole_is_between_two_checkpoints(void)
{
	memory_log *l = log_with("a", 4);

	write_row(l, 6, RD_STR("case.noted"), RD_STR("{\"a\":1}"));
	bad_at(l, RD_TRAIL_ROOT, 4, 7);
	done(l);
}

static void a_cut_log_is_intact_and_not_complete(void)
{
	memory_log *l = log_with("a", 4);
	rd_trail_report r;

	l->n = N - 2;
	r = verify(l);
	UNIT_TRUE(r.intact && !r.complete);
	UNIT_INT(r.first_missing_seq, N - 2);
	UNIT_INT(r.claimed, N);
	UNIT_INT(r.signed_size, 8);
	/* with its checkpoints cut off too, only a copy outside tells: a rolled-back backup */
	l->outside[l->n_outside++] = l->note[2];
	l->n_notes = 2;
	r = verify(l);
	UNIT_TRUE(r.intact && !r.complete);
	UNIT_INT(r.first_missing_seq, N - 2);
	l->n_outside = 0;
	r = verify(l);
	UNIT_TRUE(r.intact && r.complete);
	UNIT_INT(r.unanchored, N - 2);
	done(l);
}

static void rows_taken_out_twice_or_elsewhere_are_named(void)
{
	memory_log *l = log_with("a", 4);
	rd_trail_report r;
	rd_trail_row row;

	/* taken out */
	memmove(&l->row[5], &l->row[6], (N - 6) * sizeof *l->row);
	l->n--;
	bad_at(l, RD_TRAIL_GAP, 5, 5);
	r = verify(l);
	UNIT_TRUE(!r.complete && r.first_missing_seq == 5);
	done(l);
	/* twice */
	l = log_with("a", 4);
	memmove(&l->row[6], &l->row[5], (N - 5) * sizeof *l->row);
	l->n++;
	bad_at(l, RD_TRAIL_ORDER, 5, 6);
	done(l);
	/* two changed places */
	l = log_with("a", 4);
	row = l->row[5];
	l->row[5] = l->row[6];
	l->row[6] = row;
	bad_at(l, RD_TRAIL_GAP, 5, 5);
	/* and are numbered anew in their columns */
	l->row[5].seq = 5;
	l->row[6].seq = 6;
	bad_at(l, RD_TRAIL_COLUMNS, 5, 5);
	done(l);
}

static void an_event_put_in_between_is_found(void)
{
	memory_log *l = log_with("a", 4);

	/* All later events are written anew, so that nothing but the root tells. */
	l->n++;
	for (uint32_t i = 5; i < l->n; i++)
		write_row(l, i, RD_STR("case.noted"), RD_STR("{\"a\":0}"));
	bad_at(l, RD_TRAIL_ROOT, 4, 7);
	done(l);
}

static void payloads_of_two_events_cannot_be_swapped(void)
{
	memory_log *l = log_with("a", 4);
	rd_str payload = l->row[4].payload, salt = l->row[4].salt;

	l->row[4].payload = l->row[7].payload;
	l->row[7].payload = payload;
	bad_at(l, RD_TRAIL_PAYLOAD, 4, 4);
	l->row[4].salt = l->row[7].salt;
	l->row[7].salt = salt;
	bad_at(l, RD_TRAIL_PAYLOAD, 4, 4);
	done(l);
}

static void time_and_firm_are_one_way(void)
{
	memory_log *l = log_with("a", 4);
	rd_event e;
	rd_err err;

	UNIT_OK(rd_event_decode(l->row[6].body, &e, &err), &err);
	e.at_us -= 11;
	UNIT_OK(rd_event_encode(&e, l->a, &l->row[6].body, &err), &err);
	l->row[6].at_us = e.at_us;
	sign_every(l, 4);
	bad_at(l, RD_TRAIL_TIME, 6, 6);
	e.at_us += 11;
	e.firm_id = 6;
	UNIT_OK(rd_event_encode(&e, l->a, &l->row[6].body, &err), &err);
	l->row[6].at_us = e.at_us;
	l->row[6].firm_id = 6;
	sign_every(l, 4);
	bad_at(l, RD_TRAIL_FIRM, 6, 6);
	done(l);
}

static void a_log_signed_again_is_seen_from_outside(void)
{
	memory_log *old = log_with("a", 4), *l = log_with("b", 4);
	rd_trail_report r = verify(l);

	/* by itself the new log is sound: this is what a copy outside is for */
	UNIT_TRUE(r.intact && r.complete);
	l->outside[l->n_outside++] = signed_note(old, 6);
	bad_at(l, RD_TRAIL_OUTSIDE_ROOT, 0, 5);
	r = verify(l);
	UNIT_INT(r.bad_size, 6);
	/* the same size signed twice */
	l->outside[0] = signed_note(old, 8);
	bad_at(l, RD_TRAIL_FORK, 0, 7);
	done(old);
	done(l);
}

static void a_fork_of_one_prefix_is_seen_behind_it(void)
{
	memory_log *old = log_with("a", 4), *l = log_with("a", 4);

	write_row(l, 7, RD_STR("case.noted"), RD_STR("{\"other\":7}"));
	sign_every(l, 4);
	l->outside[l->n_outside++] = signed_note(old, 5);
	l->outside[l->n_outside++] = signed_note(old, 10);
	bad_at(l, RD_TRAIL_OUTSIDE_ROOT, 5, 9);
	UNIT_INT(verify(l).anchored_size, 5);
	/* two copies outside that do not agree with each other */
	l->outside[l->n_outside++] = signed_note(l, 10);
	bad_at(l, RD_TRAIL_FORK, 0, 9);
	done(old);
	done(l);
}

static void other_keys_are_not_believed(void)
{
	memory_log *l = log_with("a", 4);
	rd_vkey keys[2];
	rd_trail_source source = {next_event, next_note, l};
	rd_trail_options options = {.keys = keys, .n_keys = 1};
	uint8_t seed[RD_KEY_SEED_BYTES] = {78};
	rd_trail_report r;
	rd_err err;

	UNIT_OK(rd_vkey_derive(rd_str_of(l->key.name), seed, &keys[0], &err), &err);
	UNIT_OK(rd_trail_verify(&source, &options, &r, &err), &err);
	UNIT_TRUE(!r.intact && r.fault == RD_TRAIL_SIGNATURE && !r.located);
	/* two keys: the log changed its key once */
	keys[1] = l->key;
	options.n_keys = 2;
	l->next = l->next_note = 0;
	UNIT_OK(rd_trail_verify(&source, &options, &r, &err), &err);
	UNIT_TRUE(r.intact && r.signed_size == N);
	options.n_keys = 1;
	options.outside = l->note;
	options.n_outside = 1;
	UNIT_INT(rd_trail_verify(&source, &options, &r, &err), RD_NOT_FOUND);
	/* no key: roots are compared, nothing counts as signed */
	UNIT_OK(verify_with(l, 0, &r, &err), &err);
	UNIT_TRUE(r.intact && r.signed_size == 0 && r.checkpoints == 3);
	done(l);
}

static void checkpoints_of_the_log_are_in_order(void)
{
	memory_log *l = log_with("a", 4);
	rd_str note = l->note[0];

	l->note[0] = l->note[1];
	l->note[1] = note;
	UNIT_INT(verify(l).fault, RD_TRAIL_NOTE_ORDER);
	l->note[0] = note;
	l->note[1] = RD_STR("not a note");
	UNIT_INT(verify(l).fault, RD_TRAIL_NOTE);
	done(l);
}

static void only_named_erasures_pass(void)
{
	static const rd_seq_run later[] = {{GONE, GONE}, {ERASER, ERASER}}, two[] = {{GONE, GONE + 1}};
	memory_log *l = log_with("a", 4);
	rd_trail_report r;
	rd_buf b;

	l->row[5].payload_state = RD_PAYLOAD_ERASED;
	bad_at(l, RD_TRAIL_UNNAMED_ERASURE, 5, 5);
	l->row[5].payload_state = RD_PAYLOAD_THERE;
	/* after the event that erases, it names nothing */
	l->row[N - 1].payload_state = RD_PAYLOAD_ERASED;
	bad_at(l, RD_TRAIL_UNNAMED_ERASURE, N - 1, N - 1);
	l->row[N - 1].payload_state = RD_PAYLOAD_THERE;
	rd_buf_init(&b, 1000);
	UNIT_TRUE(rd_erased_format(later, 2, RD_STR("x"), &b));
	write_row(l, ERASER, RD_STR(RD_EVENT_ERASED), rd_buf_view(&b));
	sign_every(l, 4);
	bad_at(l, RD_TRAIL_ERASURE, ERASER, ERASER);
	/* named and still there: not tampering, but told */
	rd_buf_clear(&b);
	UNIT_TRUE(rd_erased_format(two, 1, RD_STR("x"), &b));
	write_row(l, ERASER, RD_STR(RD_EVENT_ERASED), rd_buf_view(&b));
	sign_every(l, 4);
	r = verify(l);
	UNIT_TRUE(r.intact && r.erased == 1 && r.erase_left == 1);
	UNIT_INT(r.first_erase_left_seq, GONE + 1);
	rd_buf_done(&b);
	done(l);
}

/* Random sets of erased payloads and of events that name them, against a table of flags. */
static void erasures_are_counted_as_a_table_counts(void)
{
	uint64_t random = 11;

	for (int round = 0; round < 300; round++) {
		memory_log *l = log_with("a", N);
		bool named[N] = {0}, gone[N] = {0};
		int64_t bad = -1, left = 0;
		rd_trail_report r;
		rd_buf b;

		rd_buf_init(&b, 1000);
		l->row[GONE].payload_state = RD_PAYLOAD_THERE;
		for (uint32_t e = 8; e < N; e++) {
			uint32_t first = unit_below(&random, 8), last = first + unit_below(&random, 8 - first);
			rd_seq_run run = {first, last};

			rd_buf_clear(&b);
			UNIT_TRUE(rd_erased_format(&run, 1, RD_STR(""), &b));
			write_row(l, e, RD_STR(RD_EVENT_ERASED), rd_buf_view(&b));
			for (uint32_t i = first; i <= last; i++)
				named[i] = true;
		}
		for (uint32_t i = 0; i < 8; i++) {
			gone[i] = unit_below(&random, 2);
			if (gone[i])
				l->row[i].payload_state = RD_PAYLOAD_ERASED;
			if (gone[i] && !named[i] && bad < 0)
				bad = i;
			left += named[i] && !gone[i];
		}
		l->n_notes = 0;
		r = verify(l);
		unit_case("round %d", round);
		UNIT_INT(r.intact, bad < 0);
		UNIT_TRUE(bad < 0 || (int64_t)r.first_bad_seq == bad);
		UNIT_INT(r.erase_left, left);
		rd_buf_done(&b);
		done(l);
	}
}

const unit_test trail_verify_tests[] = {
	{"a sound log passes", a_sound_log_passes},
	{"an empty log passes", an_empty_log_passes},
	{"every bit flipped is found and named", every_bit_flipped_is_found_and_named},
	{"every bit of a checkpoint is found", every_bit_of_a_checkpoint_is_found},
	{"an event rewritten whole is between two checkpoints",
     an_event_rewritten_whole_is_between_two_checkpoints},
	{"a cut log is intact and not complete", a_cut_log_is_intact_and_not_complete},
	{"rows taken out, twice or elsewhere are named", rows_taken_out_twice_or_elsewhere_are_named},
	{"an event put in between is found", an_event_put_in_between_is_found},
	{"payloads of two events cannot be swapped", payloads_of_two_events_cannot_be_swapped},
	{"time and firm are one way", time_and_firm_are_one_way},
	{"a log signed again is seen from outside", a_log_signed_again_is_seen_from_outside},
	{"a fork of one prefix is seen behind it", a_fork_of_one_prefix_is_seen_behind_it},
	{"other keys are not believed", other_keys_are_not_believed},
	{"checkpoints of the log are in order", checkpoints_of_the_log_are_in_order},
	{"only named erasures pass", only_named_erasures_pass},
	{"erasures are counted as a table counts", erasures_are_counted_as_a_table_counts},
	{0},
};
