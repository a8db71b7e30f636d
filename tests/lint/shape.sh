#!/bin/bash
# SPDX-License-Identifier: MIT
# The shape of the code: licence line, length of files and functions, format. Speaks TAP.
set -u
cd "${SOURCE:-$(dirname "$0")/../..}" || exit 1

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
skip() { # skip NAME WHY
    count=$((count + 1))
    echo "ok $count - $1 # SKIP $2"
}

sources=$(find monitor scenarios reporters examples tests -name '*.[ch]' | sort)

report "every source file names its licence first" \
    "$(for file in $sources; do head -1 "$file" | grep -q 'SPDX-License-Identifier: MIT' || echo "$file"; done)"
report "no file is longer than 700 lines" \
    "$(wc -l $sources | awk '$2 != "total" && $1 > 700 { print $2 ": " $1 " lines" }')"
# A table is read line by line, and has no contracts to keep in mind.
report "no header of ours is longer than 250 lines, but the table of weights" \
    "$(wc -l $(grep '\.h$' <<<"$sources" | grep -v '/weights\.h$') | awk '$2 != "total" && $1 > 250 { print $2 ": " $1 " lines" }')"
report "no banned functions in what users run" \
    "$(grep -nE '\b(strcpy|strcat|sprintf|vsprintf|gets|strtok|system|popen|alloca)\(' $(grep -v '^tests/' <<<"$sources"))"

if command -v ctags >/dev/null && ctags --version | grep -q Universal; then
    report "no function is longer than 100 lines" \
        "$(ctags -x --kinds-C=f --fields=+ne --_xformat='%{end} %{line} %{name} %{input}' $sources |
            awk '$1 - $2 >= 100 { print $4 ": " $3 " has " $1 - $2 + 1 " lines" }')"
else
    skip "no function is longer than 100 lines" "universal-ctags is not installed"
fi
if command -v clang-format >/dev/null; then
    report "the format is clang-format's" \
        "$(clang-format --dry-run $sources 2>&1 | grep -oE '^[^:]+:[0-9]+' | sort -u | head -20)"
else
    skip "the format is clang-format's" "clang-format is not installed"
fi

echo "1..$count"
exit "$failed"
