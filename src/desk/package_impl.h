/*
 * package_impl.h - what package.c gathers and package_page.c writes for people. Lives in the arena
 * of the read.
 */
#ifndef RD_DESK_PACKAGE_IMPL_H
#define RD_DESK_PACKAGE_IMPL_H
#include "base/buf.h"
#include "desk/package.h"
#include "record/around.h"
#include "record/beside.h"
#include "store/checkpoint.h"

typedef struct package_file {
	rd_attached attached;
	uint32_t record; /* in records */
	char path[300];  /* in the archive */
} package_file;

typedef struct package_event {
	int64_t seq, at_us;
	rd_str type, actor, actor_name; /* name "" = none */
	rd_str body, salt, payload;
	bool erased;
} package_event;

typedef struct package {
	const rd_package_order *order;
	rd_tx *tx;
	rd_signed signed_head;
	rd_vkey key;
	rd_str firm;
	rd_record records[RD_PACKAGE_RECORDS_MAX]; /* the case first */
	uint32_t n_records;
	package_file *files;
	uint32_t n_files;
	package_event *events; /* by seq */
	uint32_t n_events;
	rd_buf page, json, lines, note, vkey, manifest;
	rd_buf *proofs; /* one an event */
} package;

/* The name of a person of the firm, "" for other actors. */
RD_NODISCARD rd_rc rd_package_person(rd_tx *tx, rd_str actor, rd_str *ret, rd_err *err);
/* index.html into p->page. */
RD_NODISCARD rd_rc rd_package_page(package *p, rd_err *err);
#endif
