/*
 * verify.h - checks a whole data folder or database from what is stored, as an auditor would.
 *
 * For each firm: the log by trail/verify.h (signatures, leaves, root, columns against bytes,
 * payloads, erasures), the head and the tiles against the events, and, when asked for, each blob
 * against its hash. When all are verified, the log over all firms is held against each. Nothing is
 * written and nothing is repaired. Trust lies in keys and notes given by hand alone.
 */
#ifndef RD_STORE_VERIFY_H
#define RD_STORE_VERIFY_H
#include "store/store.h"
#include "trail/verify.h"

typedef struct rd_verify_order {
	rd_str url;      /* as rd_store_config */
	rd_str folder;   /* of the blobs; "" = the data folder */
	int64_t firm_id; /* 0 = all */
	bool blobs;
	const struct rd_blob_place *place; /* of the blobs; NULL = the folder */
	/* Keys and notes of any firms: each firm is checked with those whose name or origin ends with
	 * "/<its id>". */
	const rd_vkey *keys;
	uint32_t n_keys;
	const rd_str *outside;
	uint32_t n_outside;
} rd_verify_order;

typedef enum rd_head_state {
	RD_HEADS_NONE,       /* nothing of the log over all firms was looked at */
	RD_HEADS_FIT,        /* all firms are as it says */
	RD_HEADS_UNREADABLE, /* the event `seq` or the proof is not what was written or signed */
	RD_HEADS_REPLACED,   /* the checkpoint of the firm is not the one that was taken */
	RD_HEADS_GONE,       /* the firm has no log any more */
	RD_HEADS_LEFT_OUT,   /* a checkpoint of the firm was passed over */
} rd_head_state;

/* What the log over all firms (store/heads.h) says, against the firms. */
typedef struct rd_verify_heads {
	rd_head_state state;
	int64_t firm_id;  /* of the first fault; 0 = it cannot be told */
	uint64_t seq;     /* its event in that log; of a sound proof: where it stands */
	uint64_t entries; /* checkpoints that were taken */
	uint64_t firms;
	uint64_t waiting; /* firms that signed since it was written last */
} rd_verify_heads;

typedef struct rd_verify_firm {
	int64_t firm_id; /* RD_HEADS_FIRM: the log over all firms */
	rd_trail_report trail;
	bool head_fits; /* the row of the tree and the tiles are those of the events */
	uint64_t blobs; /* rows */
	uint64_t blobs_bad;
	rd_err first_bad; /* blob: what is wrong with it */
	/* Of the log over all firms, when all are verified; of a bundle: its proof. */
	rd_verify_heads heads;
	bool sound; /* intact, complete, and all of the above */
} rd_verify_firm;

typedef void rd_verify_seen(void *ctx, const rd_verify_firm *firm);

/* `seen` is called for each firm, by id. *ret_sound: all are. A log that is wrong is an answer; an
 * error means that the check itself could not be done (no database, a note of an unknown key). */
RD_NODISCARD rd_rc rd_store_verify(const rd_verify_order *order, rd_verify_seen *seen, void *ctx,
                                   bool *ret_sound, rd_err *err);
/* The keys and notes of the order that are about this firm, in `a`. */
rd_trail_options rd_verify_options(const rd_verify_order *order, int64_t firm_id, rd_arena *a);
#endif
