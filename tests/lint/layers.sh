#!/bin/bash
# SPDX-License-Identifier: MIT
# The direction of the house: a module includes only modules of lower rank, and a library's header is
# seen only by the module that wraps it. Speaks TAP.
set -u
cd "${SOURCE:-$(dirname "$0")/../..}" || exit 1

# Rank by folder; equal ranks may not include each other.
rank() {
    case $1 in
    monitor/base) echo 1 ;;
    monitor/record) echo 2 ;;
    scenarios | monitor/net) echo 3 ;;
    monitor/schedule | monitor/journey | monitor/store | monitor/bus) echo 4 ;;
    monitor/probe | monitor/diagnose) echo 5 ;;
    reporters) echo 6 ;;
    monitor/daemon) echo 7 ;;
    monitor) echo 8 ;;
    esac
}

# Which folders may see which library's headers. Tests look behind the walls, so they may see all.
readonly OWNERS='
curl/           monitor/net
openssl/        monitor/net
ares\.h         monitor/net
event2/         monitor/net monitor/base
netinet/tcp\.h  monitor/net
sqlite3\.h      monitor/store monitor/probe
libpq-fe\.h     monitor/probe
libfyaml\.h     scenarios
pcre2\.h        scenarios
libxml/         scenarios reporters
'

count=0 failed=0
report() { # report NAME PROBLEMS
    count=$((count + 1))
    if [ -z "$2" ]; then
        echo "ok $count - $1"
    else
        echo "not ok $count - $1"
        sed 's/^/#   /' <<<"$2"
        failed=1
    fi
}

problems=
while IFS=: read -r file header; do
    from=$(dirname "$file") to=$(dirname "$header")
    [ "$from" = "$to" ] && continue
    here=$(rank "$from") there=$(rank "$to")
    if [ -z "$there" ]; then
        problems+="$file includes $header, which is in no module"$'\n'
    elif [ "$here" -le "$there" ]; then
        problems+="$file (rank $here) includes $header (rank $there)"$'\n'
    fi
done < <(grep -rHo --include='*.[ch]' '^#include "[^"]*/[^"]*"' monitor scenarios reporters |
    sed 's/:#include "\(.*\)"/:\1/')
report "modules include only modules of lower rank" "${problems%$'\n'}"

problems=
while read -r header owners; do
    [ -n "$header" ] || continue
    while read -r file; do
        case " $owners " in
        *" $(dirname "$file") "*) ;;
        *) problems+="$file includes <$header>, which belongs to $owners"$'\n' ;;
        esac
    done < <(grep -rlE --include='*.[ch]' "^#include <$header" monitor scenarios reporters)
done <<<"$OWNERS"
report "libraries are seen only by the module that wraps them" "${problems%$'\n'}"

problems=$(grep -rnE --include='*.[ch]' '\b(clock_instant|clock_wall|clock_read_all|time|gettimeofday|clock_gettime)\(' \
    monitor/schedule monitor/diagnose | grep -v '^\S*:\s*[/ ]\*')
report "schedule and diagnose never ask for the time" "$problems"

problems=$(grep -nE '^#include' monitor/*/*.h scenarios/*.h reporters/*.h |
    grep -E '<(curl|openssl|ares|event2|sqlite3|libpq|libfyaml|pcre2|libxml|jansson)' |
    grep -vE '^(monitor/record/json|[^:]*(private|internal|_value|session|backend)[^:]*)\.h:')
report "contracts show no library" "$problems"

# Static libraries let two functions of one name into one program; the linker takes the first it meets.
if [ -n "${BUILD:-}" ]; then
    report "no two modules define the same name" \
        "$(find "$BUILD/monitor" "$BUILD/scenarios" "$BUILD/reporters" -name '*.a' -exec nm --defined-only {} + 2>/dev/null |
            awk '$2 ~ /^[TDBR]$/ { print $3 }' | sort | uniq -d)"
fi

echo "1..$count"
exit "$failed"
