#!/bin/bash
# SPDX-License-Identifier: MIT
# The demo and the README's examples, as a reader runs them: the scenario passes, every verdict is right,
# the printed output is the README's but for its numbers, and nothing is left running.
set -u
. "${SOURCE:?}/tests/library.sh"
. "$SOURCE/tests/readme.sh"
want jq curl

start_shop
shop_file
block '```yaml' >"$scratch/journeys/readme.yaml"
ok "the README's scenario passes" "$SHOPWATCH" run -c "$scratch/shopwatch.yaml" "$scratch/journeys/readme.yaml"
ok "and needs no advice" bash -c '"$1" lint "$2" -c "$3" 2>&1 | grep " 0 errors, 0 warnings\$"' - \
    "$SHOPWATCH" "$scratch/journeys/readme.yaml" "$scratch/shopwatch.yaml"

ok "a time without its unit is refused before anything is built" bash -c '"$1/bootstrap" demo --for 60 2>"$2"; [ $? = 64 ] && ! grep bootstrap: "$2"' - "$SOURCE" "$scratch/refused"

namespaces() { ip netns list 2>/dev/null | grep -o '^shopwatch-[0-9]*' | sort; }
namespaces >"$scratch/namespaces"
told_right() {
    mkdir -p "$scratch/files"
    TMPDIR=$scratch/files NO_COLOR=1 "$SOURCE/examples/demo" --build "$BUILD" --for 1s >"$scratch/demo" 2>&1 || { cat "$scratch/demo"; return 1; }
}
ok "all verdicts are right" told_right
said() { grep -qE -- "$1" "$scratch/demo" || { cat "$scratch/demo"; return 1; }; }
ok "the frozen application is the application's" said 'application, web, [0-9]+ %'
ok "the damaged table is the database's, by its name" said 'database, db.orders, [0-9]+ %'
ok "as it says itself" said 'Asked directly, .* read of orders failed'

if grep -q '^  skipped: ' "$scratch/demo"; then
    why=$(sed -n 's/^  skipped: //p' "$scratch/demo")
    skip "the cut network is the network's, of one vantage point" "$why"
    skip "the README shows what the demo prints" "$why"
else
    ok "the cut network is the network's" said 'It is the network.*\(network'
    ok "of one vantage point only" said 'It fails from Branch office only'
    ok "the README shows what the demo prints" readme_shows "$scratch/demo" "watched from three vantage points"
fi
nothing_left() {
    # Another demo, and other tests' monitors, may go on beside this one.
    ! pgrep -af "$scratch/files/" && [ -z "$(namespaces | comm -13 "$scratch/namespaces" -)" ]
}
ok "nothing is left running" nothing_left
plan
