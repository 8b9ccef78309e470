#!/bin/sh
# tsan.sh - the threaded parts under ThreadSanitizer: rows read in threads, blocks of a file read in
# threads, checks in threads and cuts, the store's writer and readers, requests that another thread
# answers, streams. A report of the sanitizer fails the run. Builds in build-tsan. Ends with
# `N passed, N failed`.
set -u
cd "$(dirname "$0")/.." || exit 2
build=build-tsan
log=$(mktemp) || exit 2
trap 'rm -f "$log"' EXIT INT TERM

if [ ! -f $build/build.ninja ]; then
	meson setup $build -Db_sanitize=thread -Dbuildtype=debugoptimized >"$log" 2>&1 || {
		cat "$log"
		echo "0 passed, 1 failed"
		exit 1
	}
fi
if ! ninja -C $build tests/unit/unit tests/threads/threads tests/ground/ground tests/http/serve \
	>"$log" 2>&1; then
	grep -E 'error|FAILED|warning' "$log" | head -20
	echo "0 passed, 1 failed"
	exit 1
fi

passed=0 failed=0
try() {
	if TSAN_OPTIONS="halt_on_error=0 exitcode=66 second_deadlock_stack=1" "$@" >"$log" 2>&1; then
		n=$(sed -n 's/^\([0-9]*\) passed, 0 failed$/\1/p' "$log" | tail -1)
		passed=$((passed + ${n:-1}))
	else
		failed=$((failed + 1))
		echo "FAIL $*"
		head -60 "$log"
	fi
}

try $build/tests/unit/unit shared "every task runs once" "threads and cuts" "progress" "folder is"
try $build/tests/threads/threads
try $build/tests/ground/ground "whole or not at all" "answered is seen" "two stores" "many ask at a time"
for case in kept_under_load graceful_stop restless slow_reader; do
	try python3 tests/http/run.py $build/tests/http/serve $case
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
