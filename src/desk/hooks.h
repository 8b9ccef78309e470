/*
 * hooks.h - what is special about kinds of records: the hooks that model/hooks.def lists.
 *
 * A hook is rd_hook_<name>, a C function of src/desk; one that is listed and not there does not
 * link. The array goes into rd_engine, whose rd_engine_check holds it against the kinds. Constant.
 */
#ifndef RD_DESK_HOOKS_H
#define RD_DESK_HOOKS_H
#include "record/engine.h"

#define RD_HOOK(name, does) rd_hook_fn rd_hook_##name;
#include "../../model/hooks.def"
#undef RD_HOOK

extern const rd_hook rd_desk_hooks[];
extern const uint32_t rd_desk_hooks_count;
#endif
