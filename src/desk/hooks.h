/*
 * hooks.h - what is special about kinds: the C functions that model files name.
 *
 * model/hooks.def lists them; each is rd_hook_<name>, in the file of its subject.
 */
#ifndef RD_DESK_HOOKS_H
#define RD_DESK_HOOKS_H
#include "record/engine.h"

extern const rd_hook rd_desk_hooks[];
extern const uint32_t rd_desk_hooks_count;
#endif
