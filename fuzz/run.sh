#!/bin/sh
# Fuzzes every reader: fuzz/run.sh SECONDS|smoke. The time is shared by the targets, one after
# the other. Needs clang; builds into build-fuzz/. New inputs go to build-fuzz/corpus/, what
# broke something to build-fuzz/found/; the seeds in fuzz/corpus/ stay as they are. Without
# clang the seeds alone are run, by a plain driver (fuzz/main.c).
# smoke is the test: from the seeds alone, a fixed seed and number of runs, so that the same
# sources give the same answer everywhere; what is new is for the long runs to find.
set -eu
cd "$(dirname "$0")/.."
seconds=${1:-60}
targets="table xlsx xml mapping image bank trail http record api"
# Of src/http what is pure: the rest sees libmicrohttpd.
http="src/http/address.c src/http/cookie.c src/http/guard.c src/http/request.c"
# Of src/record what sees no database.
record="src/record/check.c src/record/cursor.c src/record/filter.c src/record/filter_sql.c src/record/form.c
	src/record/kind.c src/record/show.c src/record/value.c src/record/words.c"
# Of src/api what sees no store; linked with the one target that has routes.
api_of() {
	[ "$1" != api ] || echo "src/api/router.c src/api/shape.c"
}
out=build-fuzz
CLANG=${CLANG:-clang}
mkdir -p "$out/gen"
python3 tools/mkcharts.py "$out/gen/charts.c" data/coa_small.csv data/coa_enterprise.csv
python3 tools/mkcalendar.py data/cn_calendar_2020_2026.csv "$out/gen/calendar.c"
python3 tools/mkdeadlines.py data/tax_deadlines_2026.csv "$out/gen/deadlines.c"
python3 tools/mkmodel.py "$out/gen/kinds.c" "$out/gen/kinds.d" model src/store/migrations/*.sql
python3 tools/mkmodel.py --synonyms "$out/gen/synonyms.c" data/synonyms.csv
python3 tools/mkfixtures.py "$out/fixtures"
flags="-std=c17 -g -O1 -D_GNU_SOURCE -DRD_WITH_AUDIT -Isrc -Ifuzz -fsanitize=address,undefined -fno-sanitize-recover=undefined"
libs="-lexpat -lzip -lfyaml -lnettle -lsodium -ljansson -lpthread"

seeds_of() {
	echo "fuzz/corpus/$1"
	case $1 in
	xlsx) echo "$out/fixtures" ;;
	xml) echo "tests/io $out/fixtures" ;;
	esac
}

if ! command -v "$CLANG" >/dev/null; then
	for t in $targets; do
		echo "fuzz $t: seeds only, no clang for libFuzzer"
		# shellcheck disable=SC2086
		${CC:-cc} $flags fuzz/main.c "fuzz/fuzz_$t.c" $(api_of "$t") fuzz/fuzz.c src/base/*.c src/book/*.c src/io/*.c \
			src/trail/*.c $http $record "$out"/gen/*.c $libs -o "$out/seeds_$t"
		# shellcheck disable=SC2046
		"$out/seeds_$t" $(seeds_of "$t")
	done
	exit 0
fi

objects=
for c in src/base/*.c src/book/*.c src/io/*.c src/trail/*.c $http $record "$out"/gen/*.c fuzz/fuzz.c; do
	o="$out/$(echo "$c" | tr / _).o"
	[ "$o" -nt "$c" ] && [ -z "$(find src fuzz -name '*.h' -newer "$o" -print -quit)" ] ||
		"$CLANG" $flags -fsanitize=fuzzer-no-link -c "$c" -o "$o"
	objects="$objects $o"
done
for t in $targets; do
	"$CLANG" $flags -fsanitize=fuzzer "fuzz/fuzz_$t.c" $(api_of "$t") $objects $libs -o "$out/fuzz_$t"
done

limit_of() {
	case $seconds:$1 in
	smoke:mapping | smoke:trail | smoke:http | smoke:record | smoke:api) echo "-seed=1 -runs=50000" ;;
	smoke:*) echo "-seed=1 -runs=4000" ;;
	*) echo "-max_total_time=$((seconds < 10 ? 1 : seconds / 10))" ;;
	esac
}

corpora=$out/corpus
[ "$seconds" != smoke ] || corpora=$out/smoke
[ "$seconds" != smoke ] || rm -rf "$corpora"
status=0
for t in $targets; do
	mkdir -p "$corpora/$t" "$out/found/$t"
	echo "fuzz $t: $(limit_of "$t")"
	# 2 GiB of memory at most; an input that takes 10 s is a finding too
	"$out/fuzz_$t" $(limit_of "$t") -max_len=65536 -timeout=10 -rss_limit_mb=2048 \
		-print_final_stats=1 -artifact_prefix="$out/found/$t/" -dict="fuzz/$t.dict" \
		"$corpora/$t" $(seeds_of "$t") >"$out/$t.log" 2>&1 || { status=1; tail -30 "$out/$t.log"; }
	grep -E 'number_of_executed_units|new_units_added' "$out/$t.log" || true
done
exit $status
