#!/bin/bash
# SPDX-License-Identifier: MIT
# Every page of the status page in a real browser, while the shop fails and after: valid HTML, no
# finding of axe-core, nothing on the console, no link that leads nowhere, readable by night, on a phone, by keyboard
# and without JavaScript. The checkers come from the npm registry; pages.js says how it looks.
#
# Screenshots for people: SHOTS=DIRECTORY tests/pages.sh
set -u
. "${SOURCE:?}/tests/library.sh"
want node npm chromium curl jq timeout

mkdir "$scratch/node"
(cd "$scratch/node" && timeout 120 npm install --silent --no-audit --no-fund axe-core@4 html-validate@8 playwright-core@1.56) \
    >"$scratch/npm.log" 2>&1 || { echo "1..0 # SKIP npm could not install the checkers: $(tail -1 "$scratch/npm.log")"; exit 0; }

start_shop
shop_file "here: {title: This machine}\n  branch: {title: Branch office}"
copy_examples "$scratch/journeys"
start_monitor --every 2s
monitor_says '^status page at'
page=$(sed -n 's|^status page at \(.*\), for operators at .*|\1|p' "$scratch/monitor.out")
operators=$(sed -n 's|^status page at .*, for operators at ||p' "$scratch/monitor.out")
status() { curl -s -m 5 "${operators}api/status.json"; }
says() { status | jq -e "$1" >/dev/null; } # says JQ-CONDITION

look() { # look SITUATION: a line in $scratch/SITUATION for each thing that is wrong
    local shots=
    [ -z "${SHOTS:-}" ] || { shots=$SHOTS/$1 && mkdir -p "$shots"; }
    (cd "$scratch/node" && SHOTS=$shots SEEN=$scratch/seen timeout 300 node "$SOURCE/tests/pages.js" "$(command -v chromium)" "$page" "$operators") >"$scratch/$1" 2>"$scratch/$1.err"
    grep -q '^opened' "$scratch/$1" || { cat "$scratch/$1" "$scratch/$1.err"; return 1; }
}
nothing() { ! grep "^$2 " "$scratch/$1" || return 1; } # nothing SITUATION KIND
has_opened() { # has_opened SITUATION PAGES
    local opened
    opened=$(sed -n 's/^opened \([0-9]*\) .*/\1/p' "$scratch/$1")
    [ "${opened:-0}" -ge "$2" ] || { cat "$scratch/$1"; return 1; }
}
check() { # check SITUATION PAGES: how many must have been opened at least
    ok "$1: the browser opens every page" look "$1"
    ok "$1: there were $2 or more" has_opened "$1" "$2"
    ok "$1: the HTML is valid" nothing "$1" html
    ok "$1: axe-core finds no violation" nothing "$1" axe
    ok "$1: nothing on the console, no breach of the security policy" nothing "$1" console
    ok "$1: every link leads somewhere" nothing "$1" link
    ok "$1: nothing is wider than the screen" nothing "$1" scroll
    ok "$1: the keyboard reaches everything, visibly" nothing "$1" keyboard
    ok "$1: dark where it is asked for" nothing "$1" dark
    ok "$1: without JavaScript it says the same" nothing "$1" script
    ok "$1: it renews itself, and stops when told to" nothing "$1" renewal
}

ok "the shop is well" wait_for 60 says '(.journeys | length) == 10 and all(.journeys[]; .state == "passed" or .state == "degraded")'
ok "the payment provider is gone" kill -TERM "$payment_pid"
ok "an incident is open" wait_for 60 says '(.incidents | length) > 0'
tell() { "$SHOPWATCH" "$@" -c "$scratch/shopwatch.yaml" --by ada; }
incident() { status | jq -r '.incidents[0].id'; }
ok "somebody looks after it" tell ack "$(incident)" "I have a look."
ok "and notes what was seen" tell incidents note "$(incident)" "The provider's own page says maintenance."
ok "and plans maintenance" tell maintenance add "New disks" --start +1s --for 1s --journey browse
ok "a deploy is told" tell event deploy "shop 4.2, with <b>new</b> prices"
check failing 12

ok "it is back" start_payment
ok "the incident is resolved" wait_for 90 says '(.incidents | length) == 0'
check recovered 3

[ -z "${SHOTS:-}" ] || grep -h '^[0-9]' "$scratch"/*.err >"$SHOTS/list"
plan
