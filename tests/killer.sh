#!/bin/bash
# SPDX-License-Identifier: MIT
#
# kill -9 of the monitor at random moments, under load: no acknowledged run may be lost, none may be half there, none
# reported twice, no slot be without a record, and no order be left in the shop. 200 rounds; with SMOKE=1 five. Speaks
# TAP; `make killer` runs it whole.
#
# Acknowledged is what stands in the JSON Lines file: its commit had returned before the line was written. Guests order
# all the time; in every fifth round the payment provider is silent, so that the shop has their orders and does not
# answer, and the kill falls between sending an order and hearing its number. The shop is at it for longer than the
# monitor is away: the sweep of the next one comes upon orders that are not decided yet.
set -u
. "${SOURCE:?}/tests/library.sh"
want jq sqlite3

rounds=${ROUNDS:-200}
[ -z "${SMOKE:-}" ] || rounds=5
readonly JOURNEYS=30 GUESTS=5 # every second, from two vantage points: 70 runs a second
readonly THOROUGH=20          # every so many rounds the whole store is looked through
readonly UNHEARD=5            # every so many rounds orders are not answered

start_shop
shop_file 'here: {}\n  there: {source: 127.0.0.2}'
copies() { # copies EXAMPLE NAME COUNT
    local number
    for number in $(seq "$3"); do
        sed -e "s/^journey: .*/journey: $2 $number/" -e 's/^every: .*/every: 1s/' -e 's/^orders_max:.*//' \
            "$SOURCE/examples/$1.yaml" >"$scratch/journeys/$2-$number.yaml"
    done
}
copies browse browse "$JOURNEYS"
copies guest-checkout guest "$GUESTS"
lines=$scratch/runs.jsonl
: >"$scratch/acknowledged"
read_lines=0

shop_orders() { sqlite3 -cmd '.timeout 5000' "$scratch/shop.db" "select count(*) from orders where $1"; }

acknowledged_are_stored() {
    # A line torn by the kill was never finished, so nothing was promised by it.
    local lost
    tail -n +"$((read_lines + 1))" "$lines" 2>/dev/null | grep -a '}$' | grep -ao '^{"id":"[0-9a-f]*' | cut -c8- \
        >>"$scratch/acknowledged"
    read_lines=$(wc -l <"$lines")
    ask 'select id from run' | sort >"$scratch/stored"
    lost=$(sort "$scratch/acknowledged" | comm -23 - "$scratch/stored")
    [ -z "$lost" ] || { echo "acknowledged, but not in the store: $lost"; return 1; }
}

store_is_whole() {
    [ "$(ask 'pragma integrity_check')" = ok ] || { ask 'pragma integrity_check'; return 1; }
    # As many steps as the record has, or it is half a run.
    local half
    half=$(ask "select id from run where json_array_length(record, '\$.steps') !=
        (select count(*) from step where step.run = run.sequence)")
    [ -z "$half" ] || { echo "half runs: $half"; return 1; }
}

# Orders that were sent, and whose number nobody has heard.
order_is_pending() { [ "$(shop_orders "state = 'pending'")" -gt 0 ]; }
unheard=0 unheard_rounds=0
begin_silence() {
    kill -STOP "$payment_pid"
    wait_for 15 order_is_pending
}
count_unheard() { # while nothing is answered, and nobody is left to hear it
    local orders
    orders=$(shop_orders "state = 'pending'")
    unheard=$((unheard + orders)) unheard_rounds=$((unheard_rounds + (orders > 0)))
}

# On a slow machine, or where chance has made the rounds short, a monitor lives on until there was load, but not for
# ever: how many rounds came to it counts, so that the last cannot make up for those before.
readonly LOAD=40     # runs a round, at least, that were looked at: what a restart has missed is no load
readonly LIVES_ON=20 # seconds, at most
looked_at() { ask "select count(*) from run where state != 'unknown'"; }
is_loaded() { [ "$(looked_at)" -ge $((round * LOAD)) ]; }

loaded_rounds=0
for round in $(seq "$rounds"); do
    start_monitor
    # Long enough to start and be in the middle of it, also of the second in which what passed is held together; the
    # moment itself is chance.
    sleep "$((RANDOM % 5)).$((RANDOM % 700 + 200))"
    wait_for "$LIVES_ON" is_loaded && loaded_rounds=$((loaded_rounds + 1))
    [ $((round % UNHEARD)) -gt 0 ] || begin_silence
    end_monitor KILL 2>/dev/null
    [ $((round % UNHEARD)) -gt 0 ] || count_unheard
    # The next one has begun by then, or is about to.
    [ $((round % UNHEARD)) -gt 0 ] || (sleep "0.$((RANDOM % 9))" && kill -CONT "$payment_pid") &
    ok "round $round: every acknowledged run is in the store" acknowledged_are_stored
    [ $((round % THOROUGH)) -gt 0 ] && [ "$round" -lt "$rounds" ] && continue
    ok "round $round: the store is whole" store_is_whole
    ok "round $round: every slot has its record" every_slot_is_there
done
echo "# after the last kill the shop has $(shop_orders "state != 'cancelled'") orders that are not cancelled"

# A last start, long enough to sweep what is left. The guests' journeys go on meanwhile, and clean up after themselves.
swept_before=$(date -u -d '+1 second' +%FT%TZ)
nothing_is_older() { # than the last start, in any ledger
    cat "$scratch"/journeys/.*.ledger.jsonl | jq -eRn --arg start "$swept_before" '[inputs | fromjson?] | map(.settled // empty) as $settled |
        all(.[]; .run == null or .when >= $start or (.run | IN($settled[])))'
}
start_monitor
wait_for 90 nothing_is_older
ok "the monitor stops in order" stop_monitor
ok "no order is left in the shop" test "$(shop_orders "state != 'cancelled'")" = 0
nothing_to_settle() {
    "$SHOPWATCH" settle -c "$scratch/shopwatch.yaml" "$scratch"/journeys/guest-*.yaml >"$scratch/settled" 2>&1
    grep -qx 'nothing to settle' "$scratch/settled" || { cut -c1-200 "$scratch/settled"; return 1; }
}
ok "nor in a ledger" nothing_to_settle
ok "$unheard orders were sent whose number was not heard, in $unheard_rounds rounds" \
    test "$unheard_rounds" -ge $((rounds / UNHEARD * 3 / 4)) -a "$unheard" -gt 0
ok "orders were placed: $(shop_orders true)" test "$(shop_orders true)" -ge "$rounds"
echo "# of $(shop_orders true) orders the sweeps settled" \
    "$(grep -c 'left behind is settled' "$scratch/monitor.log") runs' remains"
caught_up() {
    grep -a '}$' "$lines" | grep -ao '^{"id":"[0-9a-f]*' | cut -c8- | sort >"$scratch/reported"
    [ -z "$(uniq -d "$scratch/reported")" ] || { echo "twice:"; uniq -d "$scratch/reported"; return 1; }
    ask 'select id from run' | sort | diff "$scratch/reported" - >"$scratch/missing" ||
        { echo "stored, but not reported:"; cat "$scratch/missing"; return 1; }
}
ok "every stored run is reported once" caught_up
ok "every slot has its record" every_slot_is_there
echo "# $(ask "select coalesce(reason, state), count(*) from (select json_extract(record, '\$.reason') as reason, state
    from run) group by 1 order by 2 desc" | tr '\n' ' ')"
ok "there was load in $loaded_rounds rounds: $(looked_at) runs" test "$loaded_rounds" -ge $((rounds * 3 / 4))
plan
