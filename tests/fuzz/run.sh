#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Feeds what comes from outside with ever new bytes, under ASan and UBSan: ten minutes a target, or SECONDS_EACH.
# With SMOKE=1 five seconds that begin alike each time, so that a check says the same of the same code. Seeds are
# the scenario files of tests and examples. What is found is left in BUILD/fuzz/. Speaks TAP; `make fuzz` runs it whole.
set -u
. "${SOURCE:?}/tests/library.sh"
want clang pkg-config
readonly FUZZER='-fsanitize=address,undefined -fno-sanitize-recover=all'
echo 'int LLVMFuzzerTestOneInput(const char *b, unsigned long n) { return b == 0 && n == 1; }' >"$scratch/try.c"
clang -fsanitize=fuzzer "$scratch/try.c" -o "$scratch/try" 2>/dev/null ||
    { echo "1..0 # SKIP this clang has no libFuzzer"; exit 0; }

each=${SECONDS_EACH:-600} chance=0 # 0: another each time
[ -z "${SMOKE:-}" ] || each=5 chance=1
work=$BUILD/fuzz
mkdir -p "$work/objects"
readonly LIBRARIES='libevent_core libevent_extra libcurl libcares openssl jansson libfyaml libpcre2-8 libxml-2.0'

compile() { # compile SOURCE-FILE: into an object of its name, unless that is newer than every source
    local object=$work/objects/${1//\//-}.o
    [ "$object" -nt "$work/newest" ] && return 0
    clang -std=gnu11 -g -O1 -fsanitize=fuzzer-no-link $FUZZER -I"$SOURCE" -I"$BUILD" $(pkg-config --cflags $LIBRARIES) \
        -c "$SOURCE/$1" -o "$object"
}

build() {
    local file
    export -f compile
    export work SOURCE BUILD FUZZER LIBRARIES
    touch -d "@$(find "$SOURCE/monitor" "$SOURCE/scenarios" "$SOURCE/tests/fuzz" -name '*.[ch]' -printf '%T@\n' | sort -n | tail -1)" \
        "$work/newest"
    (cd "$SOURCE" && ls monitor/base/*.c monitor/record/*.c monitor/net/*.c scenarios/*.c tests/fuzz/*.c) |
        xargs -P 2 -I{} bash -c 'compile {}' || return 1
    for target in $targets; do
        clang -fsanitize=fuzzer $FUZZER "$work/objects/tests-fuzz-$target.c.o" "$work"/objects/monitor-*.o \
            "$work"/objects/scenarios-*.o -o "$work/$target" $(pkg-config --libs $LIBRARIES) -lm -lpthread || return 1
    done
}

# What stands in the scenario files, one seed a line of them.
seeds_from_lines() { # seeds_from_lines TARGET SED-SCRIPT TEXT-BEHIND
    local line n=0
    cat "$SOURCE"/tests/scenarios/*/*.yaml "$SOURCE"/examples/*.yaml | sed -n "$2" | sort -u |
        while IFS= read -r line; do
            printf '%s%s' "$line" "$3" >"$work/seeds/$1/$((n += 1))"
        done
}

make_seeds() {
    local document=$'\n{"items":[{"id":7,"price":9.5,"name":"a"},{"id":8,"stock":null}],"state":"confirmed"}'
    local page=$'\n<nav><a class="x" href="/p/1">One</a></nav><h1 id="t">Two</h1><input name="csrf" value="v">'
    rm -rf "$work/seeds"
    for target in $targets; do mkdir -p "$work/seeds/$target"; done
    cp --backup=numbered "$SOURCE"/tests/scenarios/*/*.yaml "$SOURCE"/tests/journeys/*.yaml "$SOURCE"/examples/*.yaml \
        "$work/seeds/yaml/"
    find "$work/seeds/yaml" -size +16k -delete
    seeds_from_lines expression 's/^ *- \([a-z].* .*\)/\1/p' ''
    seeds_from_lines jsonpath 's/.*jsonpath "\([^"]*\)".*/\1/p' "$document"
    seeds_from_lines css 's/.*css "\([^"]*\)".*/\1/p' "$page"
    seeds_from_lines template '/\${/p' ''
    sed 1d <<<"$document" >"$work/seeds/json/1"
    printf '[-0, 1e3, 59.90, 123456789012345678, "\\u00e9\\ud83d\\ude00\\n", {}, [], true, false, null, {"a": 1, "a": 2}]' \
        >"$work/seeds/json/2"
    seeds_from_lines cron 's/^cron: "\{0,1\}\([^"]*\)"\{0,1\}$/\1/p' $'\nCET-1CEST,M3.5.0,M10.5.0/3'
    printf 'Content-Type: text/html\r\nSet-Cookie: a=b; Path=/\r\nX: y\r\n z\r\nnone\r\n:\r\n' >"$work/seeds/headers/1"
}

fuzz() { # fuzz TARGET
    "$work/$1" -seed="$chance" -max_total_time="$each" -max_len=8192 -timeout=20 -rss_limit_mb=3000 -print_final_stats=1 \
        -artifact_prefix="$work/found-$1-" -dict="$SOURCE/tests/fuzz/words" "$work/seeds/$1" >"$work/$1.log" 2>&1
    echo $? >"$work/$1.status"
}

fuzz_all() { # as many at once as there are processors
    export -f fuzz
    export each chance
    xargs -P "$(nproc)" -I{} bash -c 'fuzz {}'
}

nothing_found() { # nothing_found TARGET
    [ "$(cat "$work/$1.status")" = 0 ] || {
        grep -aE -A12 'ERROR|runtime error|SUMMARY' "$work/$1.log"
        return 1
    }
}

targets=$(cd "$SOURCE/tests/fuzz" && ls *.c | sed 's/\.c$//')
ok "the fuzz targets build" build
[ "$failures" = 0 ] || plan
make_seeds
fuzz_all <<<"$targets"
for target in $targets; do
    ok "$target: nothing found" nothing_found "$target"
    echo "# $target: $(sed -n 's/^stat::number_of_executed_units: *//p' "$work/$target.log") inputs in $each s"
done
plan
