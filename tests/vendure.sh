#!/bin/bash
# SPDX-License-Identifier: MIT
#
# The example scenario for a real shop: Vendure on PostgreSQL, started by the laboratory beside the
# project. The guest's order is looked up in its database; then the laboratory breaks one thing after
# the other, and vendure.table says what must be reported. Speaks TAP.
#
# With SYMPTOMS=FILE, what was said of each fault goes there too (make symptoms).
set -u
. "${SOURCE:?}/tests/library.sh"
laboratory=$SOURCE/../shared/lab/vendure
[ -x "$laboratory/up.sh" ] || { echo "1..0 # SKIP the laboratory with the real shop is not here"; exit 0; }
[ "$(id -u)" = 0 ] || { echo "1..0 # SKIP the laboratory needs root"; exit 0; }
want jq ss
table=$SOURCE/tests/vendure.table

# The database's own user must be able to reach it.
LAB=$(mktemp -d /var/tmp/shopwatch-lab.XXXXXX) || exit 1
# Ports and namespaces of its own, so that a laboratory in use is left alone, that of another such
# test too. Ten ports: the laboratory counts further ones from the application's.
first=$((21000 + $$ % 700 * 10))
while [ -n "$(ss -ltnH "sport >= :$first and sport <= :$((first + 9))")" ]; do
    first=$((first < 28000 ? first + 10 : 21000))
done
export LAB NSIDX=w$$
export PGPORT=$first APPPORT=$((first + 1)) PSP_PORT=$((first + 2)) HTTPPORT=$((first + 3)) HTTPSPORT=$((first + 4))
chmod 755 "$LAB"
take_down() {
    "$laboratory/down.sh" --wipe >/dev/null 2>&1
    rm -rf "$LAB"
    finish
}
trap take_down EXIT

if ! "$laboratory/up.sh" >"$scratch/up" 2>&1; then
    sed 's/^/# /' "$scratch/up" | tail -5
    echo "Bail out! the real shop does not start"
    exit 1
fi
ask_database() { psql -h 127.0.0.1 -p "$PGPORT" -U postgres -d "${DB:-shop}" -Atc "$1"; }

# Seeding leaves work to the shop's worker: until it is done, a search may find nothing.
index_is_built() {
    [ "$(ask_database "select count(*) from job_record where \"queueName\" = 'update-search-index' and not \"isSettled\"")" = 0 ]
}
wait_for 120 index_is_built || { echo "Bail out! the shop's search index is not built"; exit 1; }

# Makes the example's files fit a door, with a limit for each step: `loop` is the proxy on this
# machine, `net` a client in a network namespace, with a resolver of its own.
enter_by() { # enter_by DOOR LIMIT
    local base=https://127.0.0.1:$HTTPSPORT here='{}'
    [ "$1" = loop ] || { base=https://shop.test here="{netns: lab$NSIDX-cli, resolver: 10.231.2.2}"; }
    sed -e "s|^base:.*|base: $base|" -e "s|^  here:.*|  here: $here|" \
        "$SOURCE/examples/vendure/shopwatch.yaml" >"$scratch/shopwatch.yaml"
    sed -e "s|^timeout:.*|timeout: $2\ntls: {ca: $LAB/tls/ca.crt}|" \
        "$SOURCE/examples/vendure/guest-checkout.yaml" >"$scratch/guest-checkout.yaml"
}

# A whole journey in the time that the example allows.
guest_passes() { # guest_passes DOOR
    enter_by "$1" 5s
    "$SHOPWATCH" run -c "$scratch/shopwatch.yaml" --json "$scratch/record" "$scratch/guest-checkout.yaml"
}
ok "a guest's journey passes" guest_passes loop
order_is_stored() {
    local id found
    id=$(jq -r .id "$scratch/record")
    found=$(ask_database "select o.state from \"order\" o
        join customer c on c.id = o.\"customerId\" where c.\"emailAddress\" = 'guest+$id@shop.example'")
    echo "found: $found"
    [ "$found" = PaymentSettled ]
}
ok "the order is in the shop's database" order_is_stored

# What a tester has who has only the manual.
awk '/^\.Bd/ { open = 1; fresh = 1; next } /^\.Ed/ { open = wanted = 0 }
    open && fresh { wanted = index($0, "# a guest buys one thing") == 1; fresh = 0 } open && wanted' \
    "$BUILD/docs/man/shopwatch-scenario.5" | sed "s|^timeout:.*|timeout: 10s\ntls: {ca: $LAB/tls/ca.crt}|" >"$scratch/manual.yaml"
guest_of_the_manual_passes() {
    [ "$(grep -c "  - step: " "$scratch/manual.yaml")" -ge 10 ] &&
        "$SHOPWATCH" run -c "$scratch/shopwatch.yaml" --json "$scratch/record" "$scratch/manual.yaml"
}
ok "the manual's journey passes" guest_of_the_manual_passes
ok "its order is in the shop's database, too" order_is_stored
ok "from the namespace it passes too" guest_passes net

# One proxy less for the laboratory to tell of each change: faults at this door do not need it.
"$laboratory/faults.sh" edge-stop on >"$scratch/switch" 2>&1
edge_is_up=false

# A fault that the laboratory has learnt must be judged, and one that it has forgotten is no test.
table_is_whole() {
    diff <("$laboratory/faults.sh" list | awk '$1 ~ /^(front|cart|up|tls|dns)-/ { print $1 }' | sort) \
        <(sed -n 's/^\([a-z0-9-]*\):.*/\1/p' "$table" | sort)
}
ok "the table has every fault of front door, cart, upstream, TLS and DNS" table_is_whole

switch_on() { # switch_on FAULT
    "$laboratory/faults.sh" "$1" on >"$scratch/switch" 2>&1 && return
    # A resolver without any address refuses; the laboratory means to start it so, and stumbles over
    # its own empty argument when it has stopped the one before.
    [ "$1" = dns-refused ] && (. "$laboratory/env.sh" && dns_start) && sleep 0.5
}

differs() { # differs WHAT WANTED CAME: says so and fails when they do
    [ "$2" = "$3" ] || { echo "$1: wanted $2, came $3"; return 1; }
}

# The step that decided the run: `NAME; SYMPTOM`.
first_failure() {
    jq -r '[.steps[] | select(.state != "passed" and .state != "skipped")][0] | "\(.step); \(.symptom)"' \
        "$scratch/record"
}

# What the report on the terminal says, in one line without the marks of quotes.
said() { sed 's/│//' "$scratch/report" | tr -s '[:space:]' ' '; }

# The words of a fault's rows that are not in the report.
unsaid() { # unsaid FAULT
    local line all
    all=$(said)
    awk -v fault="$1:" '/^[^ #]/ { mine = index($0, fault) == 1 } mine && /^ / { sub(/^ +/, ""); print }' "$table" |
        while IFS= read -r line; do
            [[ $all == *"$line"* ]] || echo "$line"
        done
}

note_symptom() { # note_symptom FAULT DOOR STEP-AND-SYMPTOM EXIT
    [ -n "${SYMPTOMS:-}" ] || return 0
    {
        printf '%-15s %-5s %-12s %-31s %s\n' "$1" "$2" "${3%;*}" "${3#*; }" "$4"
        sed -n '/^    symptom /,/^    request /p' "$scratch/report" |
            sed '2d; /^    request /d; /^              .*guest-checkout.yaml:/d; s/^    symptom  /    said     /'
    } >>"$SYMPTOMS"
}

bring_edge_back() {
    "$edge_is_up" || "$laboratory/faults.sh" edge-stop off >"$scratch/switch" 2>&1
    edge_is_up=true
}

fault_is_told() { # fault_is_told FAULT DOOR STEP SYMPTOM EXIT
    local came status=0 missing good=true limit=5s
    # Where nothing comes, the limit is what the test costs.
    case $4 in *timeout* | *timed_out | dns.unreachable) limit=2s ;; esac
    enter_by "$2" "$limit"
    [ "$2" = loop ] || bring_edge_back
    switch_on "$1" || { cat "$scratch/switch"; return 1; }
    LC_ALL=C.UTF-8 COLUMNS=80 "$SHOPWATCH" run -c "$scratch/shopwatch.yaml" --json "$scratch/record" \
        "$scratch/guest-checkout.yaml" >"$scratch/report" 2>&1 || status=$?
    "$laboratory/faults.sh" "$1" off >"$scratch/switch" 2>&1 || { cat "$scratch/switch"; good=false; }
    came=$(first_failure)
    note_symptom "$1" "$2" "$came" "$status"
    missing=$(unsaid "$1")
    differs "failure" "$3; $4" "$came" || good=false
    differs "exit code" "$5" "$status" || good=false
    differs "unsaid" "" "$missing" || good=false
    grep -qE '^ +[^ ]*guest-checkout\.yaml:[0-9]+:[0-9]+$' "$scratch/report" || { echo "no place in the file"; good=false; }
    $good || { cat "$scratch/report"; false; }
}

if [ -n "${SYMPTOMS:-}" ]; then
    echo "\$ make symptoms    # the guest's journey through the real shop, one fault at a time; tests/vendure.table says what is right"
    printf '%-15s %-5s %-12s %-31s %s\n' fault door "first fails" symptom exit
fi >"${SYMPTOMS:-/dev/null}"
while IFS='|' read -r fault door step symptom status; do
    # The loop's input is not for the programs in it.
    ok "$fault: $symptom at \`$step\`" fault_is_told "$fault" "$door" "$step" "$symptom" "$status" </dev/null
done < <(sed -n 's/^\([a-z0-9-]*\): *\([^;]*\); *\([^;]*\); *\([^;]*\); */\1|\2|\3|\4|/p' "$table")

bring_edge_back
ok "with everything mended the journey passes again" guest_passes loop
ok "from the namespace too" guest_passes net
plan
