#include "desk/hooks.h"

const rd_hook rd_desk_hooks[] = {
#define RD_HOOK(name, does) {#name, rd_hook_##name},
#include "../../model/hooks.def"
#undef RD_HOOK
};

const uint32_t rd_desk_hooks_count = sizeof rd_desk_hooks / sizeof *rd_desk_hooks;
