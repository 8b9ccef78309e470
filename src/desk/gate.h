/*
 * gate.h - the double gate: what a case still lacks before it may be closed.
 *
 *  1. corrected: every correction of the case is in the books of the client.
 *  2. passed: none of its findings is live, and that is so in a run on files that came after the
 *     last correction, or after the case was opened when it has none. A case that no check
 *     found (reported by hand, without findings) is judged by people alone: not asked.
 *  3. quiet: since then no other finding of its severity or worse is live on the accounts that its
 *     findings touch.
 *  4. signed: another person than who handed it to verification closes it. The engine holds that
 *     (second_person of the transition `close`); here it is said.
 *
 * `open` is 1 to 3, for the hook of closing; a page shows all four. When the books change back
 * afterwards, the case opens again by itself (grouping.h).
 *
 * Source: 会计基础工作规范 art. 62 (corrections are vouchers), art. 37 and 代理记账基础工作规范（试行）
 * (review by a second person). Threads: in any transaction; results live in tx->arena.
 */
#ifndef RD_DESK_GATE_H
#define RD_DESK_GATE_H
#include "record/fact.h"

#define RD_GATE_ITEMS 4u

typedef struct rd_gate_item {
	const char *name; /* "corrected", "passed", "quiet", "signed" */
	bool passed;
	rd_str zh, en; /* what holds, or what is missing and what to do */
} rd_gate_item;

typedef struct rd_gate_result {
	bool open;
	rd_gate_item items[RD_GATE_ITEMS];
} rd_gate_result;

RD_NODISCARD rd_rc rd_gate_check(rd_tx *tx, const rd_record *a_case, rd_gate_result *ret_result,
                                 rd_err *err);
/* BARRED with the words of the first item that is missing, when the gate is shut. */
RD_NODISCARD rd_rc rd_gate_must_open(rd_tx *tx, const rd_record *a_case, rd_err *err);
#endif
