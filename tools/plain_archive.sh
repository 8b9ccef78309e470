#!/bin/sh
# plain_archive.sh LIBDIR CC... - turns the installed libredink.a into ordinary machine code. With link-time
# optimisation its objects hold what only the same gcc can read; others must be able to link it as well.
# Called by meson install; CC may be several words, such as "ccache cc".
set -eu
lib=$MESON_INSTALL_DESTDIR_PREFIX/$1/libredink.a
shift
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM

"$@" -r -O3 -flto=2 -flinker-output=nolto-rel -nostdlib -Wl,--whole-archive "$lib" -o "$work/redink.o"
rm -f "$lib"
ar rcs "$lib" "$work/redink.o"
