#!/bin/bash
# SPDX-License-Identifier: MIT
#
# What the public status page costs with 90 days of 200 journeys from 10 places: 300 KB and 50 ms of CPU at most, from
# the question to the answer's last byte, all that the store does for it included. `make bench` runs it whole; with
# SMOKE=1 the shop is smaller. Speaks TAP.
set -u
. "${SOURCE:?}/tests/library.sh"
journeys=200 places=10 a_day=1
[ -z "${SMOKE:-}" ] || journeys=40

figure() { sed -n "s/^$1 .*\b$2=\(-\{0,1\}[0-9.]*\).*/\1/p" "$scratch/figures"; } # figure LINE NAME
holds() { awk "BEGIN { exit !($1) }"; }
measure() { "$BUILD/tests/bench/page" "$scratch/page.db" "$journeys" "$places" "$a_day" >"$scratch/figures" || { cat "$scratch/figures"; return 1; }; }

ok "90 days of $journeys journeys from $places places are kept, and asked for" measure
sed 's/^/# /' "$scratch/figures"
bytes=$(figure page bytes) first=$(figure page first) renewed=$(figure page renewed)
ok "the page is of $bytes bytes, at most 300,000" holds "${bytes:-1e9} <= 300000"
ok "the first visitor's costs $first ms of CPU, at most 50" holds "${first:-1e9} <= 50"
ok "one after a second costs $renewed ms, at most 50" holds "${renewed:-1e9} <= 50"
operators=$(figure "operators \/" bytes)
ok "the operators' overview is answered, with $operators bytes" holds "${operators:--1} > 0"
# What was not answered with 200 has -1 bytes, and costs little.
all_are_answered() { [ "$(grep -c ' bytes=' "$scratch/figures")" -ge 6 ] && ! grep ' bytes=-' "$scratch/figures"; }
ok "every page is answered" all_are_answered
plan
