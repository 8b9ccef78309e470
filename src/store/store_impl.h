/* store_impl.h - what the files of src/store share about an open store; for src/store alone. */
#ifndef RD_STORE_STORE_IMPL_H
#define RD_STORE_STORE_IMPL_H
#include "store/blob.h"
#include "store/store.h"
#include <pthread.h>
#include <stdatomic.h>

typedef struct writer {
	rd_db *db;
	struct rd_log *log;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t more;
	rd_command *first, *last; /* the queue, under `lock` */
	bool stopping, running;
	pthread_t teller; /* calls `done` of what is committed, while the writer goes on */
	pthread_cond_t told;
	rd_command *over_first, *over_last; /* what it has to tell, under `lock` */
	bool telling, ending;               /* it is at it; the writer has ended; under `lock` */
	_Atomic uint64_t submitted;         /* commands, since the start */
} writer;

struct rd_store {
	rd_arena *home;
	rd_store_config config; /* its texts live in `home` and end with NUL */
	rd_backend backend;
	pthread_key_t reader_key; /* the reader of a thread; closed when the thread ends */
	pthread_mutex_t readers_lock;
	rd_db *readers;
	_Atomic int64_t last_id;
	rd_blob_place blobs;
	writer writer;
};

/* Public halves of keys that signed before, one a line, in hexadecimal: what they signed last may
 * be gone on from. A backup gets one with the key of the store. */
#define RD_OLD_KEYS "old.keys"
RD_NODISCARD rd_rc rd_store_keep_old_keys(rd_str from, const char *to, rd_err *err);

int64_t rd_config_now_us(const rd_store_config *config);
/* Blobs lie in blobs/ of the store's folder, unless rd_store_set_blobs says otherwise. */
void rd_blobs_in_folder(rd_store *s);
/* Removes pieces of blobs that nobody finished; at the start. */
void rd_blobs_sweep(const rd_store *s);

RD_NODISCARD rd_rc rd_writer_start(rd_store *s, rd_err *err);
void rd_writer_stop(rd_store *s);
#endif
