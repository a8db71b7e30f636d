#!/bin/bash
# SPDX-License-Identifier: MIT
#
# What judging costs in a shop of 50 journeys from 20 vantage points: nothing to speak of while all passes, and 2 ms of CPU
# at most for a slot that failed, also when everything fails from everywhere. `make bench` holds all of it, and counts
# instructions; with SMOKE=1 only what a busy machine does not spoil. Speaks TAP.
set -u
. "${SOURCE:?}/tests/library.sh"
bench=$BUILD/tests/bench/diagnose
vantages=20 journeys=50

figure() { sed -n "s/^$1 .*\b$2=\([0-9.]*\).*/\1/p" "$scratch/figures"; } # figure LINE NAME
holds() { awk "BEGIN { exit !($1) }"; }
measure() { "$bench" "$vantages" "$journeys" >"$scratch/figures" && [ "$(wc -l <"$scratch/figures")" = 5 ]; }
instructions() { # instructions RUNS FUNCTION: in it and below
    valgrind --tool=callgrind --callgrind-out-file="$scratch/calls" --toggle-collect="$2" "$bench" "$vantages" "$journeys" "$1" 2>&1 |
        sed -n 's/.*Collected : \([0-9]*\).*/\1/p'
}
a_run() { # a_run FUNCTION: instructions, of one more run that passes
    echo $((($(instructions 2000 "$1") - $(instructions 1000 "$1")) / 1000))
}

ok "$journeys journeys from $vantages vantage points are judged" measure
sed 's/^/# us: /' "$scratch/figures"
passed=$(figure passed mean) record=$(figure record mean) onset=$(figure onset mean) failed=$(figure failed mean) alone=$(figure alone mean)
ok "a run that passes costs $passed us, at most what its record costs, $record us" holds "${passed:-1e9} <= ${record:-0}"
ok "one that fails alone costs $alone us, at most 2000" holds "${alone:-1e9} <= 2000"
ok "one of all that begin to fail costs $onset us, at most 2000" holds "${onset:-1e9} <= 2000"
# This one waits for memory most of the time, so that a machine that does something else beside it tells nothing.
[ -n "${SMOKE:-}" ] || ok "one of all that go on failing costs $failed us, at most 2000" holds "${failed:-1e9} <= 2000"
if [ -z "${SMOKE:-}" ] && command -v valgrind >/dev/null; then
    casebook=$(a_run casebook_add) verdict=$(a_run diagnose_in_full)
    ok "of the $casebook instructions for a run that passes the verdict takes $verdict, at most 1 %" holds "${verdict:-1e9} <= ${casebook:-0} / 100"
fi
plan
