#!/bin/sh
# run.sh [BUILD] - installs the library into a prefix of its own, compiles a program of somebody else
# against what was installed and nothing else, and looks at what it says about a small book.
# BUILD is a configured build folder (preset: build). Ends with `N passed, N failed`.
set -u
cd "$(dirname "$0")/../.." || exit 2
build=${1:-build}
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT INT TERM
passed=0 failed=0

# try WHAT COMMAND… : one line for a failure, with what the command said
try() {
	what=$1
	shift
	if "$@" >"$work/out" 2>&1; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAIL $what"
		sed 's/^/  /' "$work/out" | tail -20
	fi
}

summary() {
	echo "$passed passed, $failed failed"
	[ "$failed" -eq 0 ]
	exit
}

try "install" meson install -C "$build" --destdir "$work/root" --no-rebuild
pc=$(find "$work/root" -name redink.pc)
try "redink.pc is installed" test -n "$pc"
[ "$failed" -eq 0 ] || summary

# Paths of redink.pc are those of the prefix; under a destdir they stand below it. The variable is
# that of pkg-config for staged trees, but for redink alone: its needs are those of the system.
prefix=$(sed -n 's/^prefix=//p' "$pc")
PKG_CONFIG_PATH=$(dirname "$pc")
export PKG_CONFIG_PATH
flags=$(pkg-config --define-variable=prefix="$work/root$prefix" --cflags redink)
libs=$(pkg-config --define-variable=prefix="$work/root$prefix" --libs redink)

cp tests/install/program.c "$work"
cd "$work" || exit 2
for cc in gcc clang; do
	command -v $cc >/dev/null || continue
	# shellcheck disable=SC2086 # flags are several words
	try "$cc compiles a program against it" $cc -std=c17 -Wall -Wextra -Werror $flags -o "program-$cc" program.c $libs
done
program=$(ls program-* 2>/dev/null | head -1)
[ -n "$program" ] || summary

cat >clean.csv <<'CSV'
日期,凭证字,凭证号,摘要,科目编码,科目名称,借方金额,贷方金额
2024-03-01,记,1,提取备用金,1001,库存现金,5000.00,
2024-03-01,记,1,提取备用金,1002,银行存款,,5000.00
CSV
cat >broken.csv <<'CSV'
日期,凭证字,凭证号,摘要,科目编码,科目名称,借方金额,贷方金额
2024-03-01,记,1,提取备用金,1001,库存现金,5000.00,
2024-03-01,记,1,提取备用金,1002,银行存款,,4000.00
CSV
try "a clean book is clean" "./$program" clean.csv
"./$program" broken.csv >said
try "a broken book ends with 1" test $? -eq 1
try "and says which voucher does not balance" \
	grep -q '^entry-unbalanced: Voucher 2024-03 记-1: debit 5,000.00, credit 4,000.00' said
"./$program" nowhere.csv >said 2>&1
try "a book that is not there ends with 2" test $? -eq 2
try "the installed program runs" "$work/root$prefix/bin/redink" checks
try "and finds the same" sh -c "'$work/root$prefix/bin/redink' check --format json broken.csv | grep -q entry-unbalanced"
for doc in share/man/man1/redink.1 share/bash-completion/completions/redink; do
	try "$doc is installed" test -s "$work/root$prefix/$doc"
done
summary
