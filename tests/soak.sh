#!/bin/bash
# SPDX-License-Identifier: MIT
#
# The monitor at work for ten minutes: 1,000 runs a minute from three vantage points against the example shop. In the
# second half a tenth of the journeys hang until their timeout. Memory must stay flat, every slot have its record, and
# runs start in time, also beside those that hang. `make soak` runs it whole (SOAK_SECONDS: how long); with SMOKE=1 it is
# short, and what depends on a quiet machine is told, not judged. With REALTIME=1 the monitor, and the floor that it is
# compared with, run before all others, which makes a busy machine a quiet one for both. Speaks TAP.
set -u
. "${SOURCE:?}/tests/library.sh"
want jq sqlite3 awk

seconds=${SOAK_SECONDS:-600}
[ -z "${SMOKE:-}" ] || seconds=36
readonly BY_MINUTE=214 BY_SECOND=2 HANGING=22 # of the former; from three vantage points: 642 and 360 runs a minute
readonly LATENESS_MAX=5000 CPU_MAX=50         # microseconds; per cent of a core
before_others=
[ -z "${REALTIME:-}" ] || before_others='chrt -r 5'
half=$((seconds / 2)) warm_up=$((seconds / 10))

start_shop
"$BUILD/examples/shop/shop" --listen 127.0.0.1:0 --port-file "$scratch/hanging.port" --database "$scratch/hanging.db" \
    --payment "http://127.0.0.1:$(cat "$scratch/payment.port")" --static "$SOURCE/examples/shop/static" \
    >"$scratch/hanging.log" 2>&1 &
hanging_pid=$!
started+=("$hanging_pid")
wait_for 10 test -s "$scratch/hanging.port" || { echo "Bail out! no second shop"; exit 1; }
shop_file 'a: {}\n  b: {source: 127.0.0.2}\n  c: {source: 127.0.0.3}'
journeys() { # journeys NAME EVERY COUNT [BASE]
    local number
    for number in $(seq "$3"); do
        sed -e "s/^journey: .*/journey: $1 $number/" -e "s/^every: .*/every: $2/" -e 's/^timeout: .*/timeout: 3s/' \
            -e '/^mode:/d' -e "/^shopwatch: 1/a mode: spread${4:+\nbase: $4}" \
            "$SOURCE/examples/browse.yaml" >"$scratch/journeys/$1-$number.yaml"
    done
}
journeys minute 1m $((BY_MINUTE - HANGING))
journeys second 1s "$BY_SECOND"
journeys hanging 1m "$HANGING" "http://127.0.0.1:$(cat "$scratch/hanging.port")"

cpu() { awk '{ print $14 + $15 }' "/proc/$monitor_pid/stat"; } # ticks
watch_until() { # watch_until MICROSECONDS: a line of time and memory every second
    while [ "$(microseconds)" -lt "$1" ]; do
        sleep 1
        echo "$(($(microseconds) / 1000000)) $(resident)" >>"$scratch/memory"
    done
}
p99() { # p99 FROM UNTIL: of the lateness, in microseconds, of journeys that are not made to hang
    ask "select started - planned from run where planned between $1 and $2 and journey not like 'hanging%'
        and json_array_length(record, '\$.steps') > 0 order by 1" |
        awk '{ value[NR] = $1 } END { print (NR ? value[int((NR * 99 + 99) / 100)] : -1) }'
}
calculate() { awk "BEGIN { print ($1) }"; }

start_monitor
begin=$(microseconds)
watch_until $((begin + warm_up * 1000000))
quiet_begin=$(microseconds) cpu_begin=$(cpu)

# The floor's own requests, at the same rate, in the first minute of measurement.
floor_lateness=
if [ -f "$SOURCE/../shared/bench/floor.c" ] &&
    cc -O2 "$SOURCE/../shared/bench/floor.c" -o "$scratch/floor" $(pkg-config --cflags --libs libcurl libevent); then
    floor_seconds=$((half - warm_up < 60 ? half - warm_up - 2 : 60))
    floor_begin=$(microseconds)
    $before_others "$scratch/floor" -b "$shop_url" -1 /health -r 17 -c 50 -n $((17 * floor_seconds)) >"$scratch/floor.out" 2>&1 &
    floor_pid=$!
    watch_until $((floor_begin + floor_seconds * 1000000))
    wait "$floor_pid"
    floor_end=$(microseconds)
    floor_lateness=$(sed -n 's/^start lateness .*\bp99=\([0-9]*\).*/\1/p' "$scratch/floor.out")
fi
watch_until $((begin + half * 1000000))
quiet_end=$(microseconds) cpu_end=$(cpu)
kill -STOP "$hanging_pid"
sleep 5 # until the first of them hang
hanging_begin=$(microseconds)
watch_until $((begin + seconds * 1000000))
hanging_end=$(microseconds)
resident_end=$(resident)
ok "the monitor stops in order" stop_monitor

no_slot_is_missing() {
    every_slot_is_there "iif(journey like 'second%', 1000000, 60000000)" || return 1
    # None is missing at the end, either: a monitor that stops ends what it has begun.
    [ "$(ask "select count(*) from (select max(planned) as last from run where journey like 'second%'
        group by journey, vantage) where last < $hanging_end - 3000000")" = 0 ]
}
nothing_else_failed() {
    local odd
    odd=$(ask "select journey, state, json_extract(record, '\$.reason'), count(*) from run where journey not like 'hanging%'
        and state not in ('passed', 'degraded') and coalesce(json_extract(record, '\$.reason'), '') != 'stopped' group by 1, 2, 3")
    [ -z "$odd" ] || { echo "$odd" | head -20; return 1; }
}
hanging_failed() {
    local failed
    failed=$(ask "select count(*) from run where journey like 'hanging%' and state = 'failed'")
    [ "$failed" -ge 3 ] || { echo "$failed have failed"; return 1; }
}
in_order() { # in_order TEXT CONDITION: judged where the machine is to be quiet, else told
    if [ -n "${SMOKE:-}" ]; then echo "# $1"; else ok "$1" test "$(calculate "$2")" = 1; fi
}

total=$(ask 'select count(*) from run')
rate=$(ask "select count(*) * 60000000 / ($quiet_end - $quiet_begin) from run where planned between $quiet_begin and $quiet_end")
used=$(calculate "($cpu_end - $cpu_begin) / $(getconf CLK_TCK) / (($quiet_end - $quiet_begin) / 1e6) * 100")
slope=$(awk -v warm=$((quiet_begin / 1000000)) '$1 >= warm { n++; x = $1 - warm; sx += x; sy += $2; sxx += x * x; sxy += x * $2 }
    END { print (n > 1 ? (n * sxy - sx * sy) / (n * sxx - sx * sx) * 60 : 0) }' "$scratch/memory")
quiet=$(p99 "$quiet_begin" "$quiet_end") hanging=$(p99 "$hanging_begin" "$hanging_end")
in_minute=${floor_lateness:+$(p99 "$floor_begin" "$floor_end")}

[ -z "$before_others" ] || echo "# monitor and floor ran under SCHED_RR"
echo "# $total runs in $seconds s, $rate a minute"
ok "every slot has its record, an interval after the one before" no_slot_is_missing
ok "no journey failed but those that are made to" nothing_else_failed
ok "those that are made to hang fail" hanging_failed
ok "there were a thousand runs a minute: $rate" test "$(calculate "$rate >= 900")" = 1
in_order "memory is flat: $resident_end KiB at the end, $slope KiB more a minute" "$slope <= 0.005 * $resident_end"
in_order "CPU: $used % of a core, at most $CPU_MAX" "$used <= $CPU_MAX"
if [ -n "$floor_lateness" ]; then
    in_order "lateness p99 $in_minute us in the minute in which floor's was $floor_lateness us" \
        "$in_minute <= (2 * $floor_lateness > $LATENESS_MAX ? 2 * $floor_lateness : $LATENESS_MAX)"
else
    in_order "lateness p99 $quiet us" "$quiet <= $LATENESS_MAX"
fi
in_order "lateness p99 $hanging us beside a tenth that hang, $quiet us without" \
    "$hanging <= 1.2 * $quiet || $hanging <= $quiet + 1000"
drift=$(ask "select max(abs((planned - first) - number * 1000000)), max(number) from (select planned,
    first_value(planned) over slots as first, row_number() over slots - 1 as number from run
    where journey like 'second%' window slots as (partition by journey, vantage order by planned))")
ok "no drift: ${drift%|*} us in ${drift#*|} periods" test "${drift%|*}" = 0
[ -n "${SMOKE:-}" ] || [ "$seconds" -lt 520 ] || ok "in at least 500 periods" test "${drift#*|}" -ge 500
late_median() { # late_median asc|desc: of the first, or the last, 100 periods' starts, in microseconds
    ask "select started - planned from (select started, planned, row_number() over
        (partition by journey, vantage order by planned $1) as number from run where journey like 'second%' and state = 'passed')
        where number between 5 and 104 order by 1" | awk '{ value[NR] = $1 } END { print (NR ? value[int((NR + 1) / 2)] : -1) }'
}
early=$(late_median asc) late=$(late_median desc)
in_order "start k against first + k x interval: $early us late in the first 100 periods, $late us in the last" \
    "$late >= 0 && $late <= $early + 10000"
plan
