#!/bin/bash
# SPDX-License-Identifier: MIT
#
# kill -9 of the monitor at random moments, under load: no acknowledged run may be lost, none may be
# half there, none reported twice. 20 rounds; with SMOKE=1 five. Speaks TAP; `make killer` runs it whole.
#
# Acknowledged is what stands in the JSON Lines file: its commit had returned before the line was written.
set -u
. "${SOURCE:?}/tests/library.sh"
want jq sqlite3

rounds=20
[ -z "${SMOKE:-}" ] || rounds=5
readonly JOURNEYS=40 # every second, from two vantage points: 80 runs a second

start_shop
shop_file 'here: {}\n  there: {source: 127.0.0.2}'
for number in $(seq "$JOURNEYS"); do
    sed -e "s/^journey: .*/journey: browse $number/" -e 's/^every: .*/every: 1s/' \
        "$SOURCE/examples/browse.yaml" >"$scratch/journeys/browse-$number.yaml"
done
database=$scratch/shopwatch.db lines=$scratch/runs.jsonl

ask() { sqlite3 -cmd '.timeout 5000' "$database" "$1"; }

start_monitor() {
    "$SHOPWATCH" monitor -c "$scratch/shopwatch.yaml" >>"$scratch/monitor.out" 2>>"$scratch/monitor.log" &
    monitor_pid=$!
}

acknowledged_are_stored() {
    # A line torn by the kill was never finished, so nothing was promised by it: jq -R takes whole lines only.
    grep -a '}$' "$lines" | jq -r .id | sort >"$scratch/acknowledged"
    ask 'select id from run' | sort >"$scratch/stored"
    local lost
    lost=$(comm -23 "$scratch/acknowledged" "$scratch/stored")
    [ -z "$lost" ] || { echo "acknowledged, but not in the store: $lost"; return 1; }
    [ -s "$scratch/acknowledged" ]
}

store_is_whole() {
    [ "$(ask 'pragma integrity_check')" = ok ] || { ask 'pragma integrity_check'; return 1; }
    # As many steps as the record has, or it is half a run.
    local half
    half=$(ask "select id from run where json_array_length(record, '\$.steps') !=
        (select count(*) from step where step.run = run.sequence)")
    [ -z "$half" ] || { echo "half runs: $half"; return 1; }
}

loaded=0
for round in $(seq "$rounds"); do
    start_monitor
    # Long enough to start and be in the middle of it; the moment itself is chance.
    sleep "$((1 + RANDOM % 2)).$((RANDOM % 1000 + 1000))"
    kill -KILL "$monitor_pid" 2>/dev/null
    wait "$monitor_pid" 2>/dev/null
    ok "round $round: every acknowledged run is in the store" acknowledged_are_stored
    ok "round $round: the store is whole" store_is_whole
    loaded=$(wc -l <"$scratch/stored")
done

# After a last start and an orderly stop the file has caught up: each stored run once.
start_monitor
sleep 3
kill -TERM "$monitor_pid"
ok "the monitor stops in order" wait "$monitor_pid"
caught_up() {
    jq -r .id "$lines" | sort >"$scratch/reported"
    [ -z "$(uniq -d "$scratch/reported")" ] || { echo "twice:"; uniq -d "$scratch/reported"; return 1; }
    ask 'select id from run' | sort | diff "$scratch/reported" - >"$scratch/missing" ||
        { echo "stored, but not reported:"; cat "$scratch/missing"; return 1; }
}
ok "every stored run is reported once" caught_up
ok "there was load: $loaded runs" test "$loaded" -ge $((rounds * 40))
plan
