#!/bin/bash
# SPDX-License-Identifier: MIT
# The demo, as the README tells it: every verdict right, everything repaired, nothing left running.
set -u
. "${SOURCE:?}/tests/library.sh"
want jq curl

told_right() {
    NO_COLOR=1 "$SOURCE/examples/demo" --build "$BUILD" --for 1s >"$scratch/demo" 2>&1 || { cat "$scratch/demo"; return 1; }
}
ok "all verdicts are right" told_right
said() { grep -qE -- "$1" "$scratch/demo" || { cat "$scratch/demo"; return 1; }; }
ok "the frozen application is the application's" said 'application, web, [0-9]+ %'
ok "the damaged table is the database's, by its name" said 'database, db.orders, [0-9]+ %'
if grep -q '^  skipped: ' "$scratch/demo"; then
    skip "the cut network is the network's, of one vantage point" "$(sed -n 's/^  skipped: //p' "$scratch/demo")"
else
    ok "the cut network is the network's, of one vantage point" said 'network, seen from Branch office only.*\(network'
fi
nothing_left() {
    ! pgrep -f "$BUILD/shopwatch monitor|$BUILD/examples/shop/(shop|payment) " >/dev/null && ! ip netns list 2>/dev/null | grep -q '^shopwatch-'
}
ok "nothing is left running" nothing_left
plan
