#!/bin/bash
# SPDX-License-Identifier: MIT
#
# What a monitor costs that has much to watch: 10,000 journeys of five steps that wait for their slots; 1,000 a minute
# against a server that answers after 20 ms, beside floor.c, which sends the same and no more; and how late these start
# while a tenth of them hang until their timeout.
# `make bench` runs it whole; SMOKE=1 takes half a minute. Speaks TAP: a gate that is missed is said, and is no failure.
# AWAKE=1 keeps the cores awake meanwhile, with what gives way to all else: to wake a core of a virtual machine takes the
# machine's own time, which is counted as the monitor's.
#
# A line of an assertion that stands in several files is kept once: most stand in all of them, as they do where journeys
# are made from one another. What one costs that shares no line with others is told, too.
set -u
. "${SOURCE:?}/tests/library.sh"
. "$SOURCE/tests/bench/common.sh"
want cc pkg-config sqlite3 awk
[ -z "${AWAKE:-}" ] || want chrt timeout nproc

waiting=10000 rounds=3 every=60
[ -z "${SMOKE:-}" ] || waiting=500 rounds=1 every=8
readonly PER_MINUTE=1000
# Microseconds. On a machine that has nothing else to do floor takes about 66 a step at such a rate; where it takes more
# than 100, others use its caches, and the figure is theirs. What can be told of any machine is how many times floor's
# cost it is: 2 % of a core are 240 us for each of 83 steps a second.
# Where the cores are kept awake none of it is for waking them, and the figure is judged wherever it is taken.
readonly FLOOR_COST=66 FLOOR_COST_MAX=100 LATE_MAX=5000
steady=$((PER_MINUTE * every / 60 * 9 / 10)) hanging=$((PER_MINUTE * every / 60 / 10))

start_delay() { # start_delay: sets delay_pid and delay_port
    delay_port=$(free_port)
    $realtime "$scratch/delay" -p "$delay_port" -d 20 -q 3000 -s 0 >"$scratch/delay.log" 2>&1 &
    delay_pid=$!
    started+=("$delay_pid")
    wait_for 10 answers "$delay_port"
}

journeys() { # journeys FILE DIRECTORY COUNT NAME EVERY URL [own]: `own` texts in each, or the same in all
    mkdir -p "$2"
    awk -v own_texts="${7:-}" -v directory="$2" -v count="$3" -v name="$4" -v every="$5" -v url="$6" '
        { gsub("TARGET", url); sub("^journey: .*", "journey: JOURNEY\nevery: " every) }
        /^      .*"$/ { sub("\"$", "@\"") } # the end of an assertion or a capture
        { text = text $0 "\n" }
        END {
            for (i = 1; i <= count; i++) {
                file = directory "/" name "-" i ".yaml"; own = text
                gsub("@", own_texts ? i : "", own)
                sub("JOURNEY", name " " i, own)
                printf "%s", own >file
                close(file)
            }
        }' "$SOURCE/tests/bench/$1"
}

start_monitor() { # start_monitor NAME PATTERN: watches the journeys of a pattern, and has a page
    printf 'shop: %s\nscenarios: ["%s"]\nstore: sqlite:%s.db\ncomponents: {web: {kind: application}}\n' "$1" "$2" "$1" \
        >"$scratch/$1.yaml"
    printf 'reporters: {page: {kind: status-page, listen: "127.0.0.1:0"}}\n' >>"$scratch/$1.yaml"
    $before_others "$SHOPWATCH" monitor -c "$scratch/$1.yaml" >"$scratch/$1.out" 2>"$scratch/$1.log" &
    monitor_pid=$!
    started+=("$monitor_pid")
    wait_for 60 grep -q watching "$scratch/$1.log"
}
cpu() { awk -v tick="$(getconf CLK_TCK)" '{ print ($14 + $15) / tick }' "/proc/$monitor_pid/stat"; }

weigh() { # weigh NAME PATTERN: sets memory, in KiB, and used, in seconds
    start_monitor "$1" "$2" || return 1
    sleep 2
    memory=$(resident) used=$(cpu)
    end_monitor TERM
}

# Each waits for a slot that is a week away.
wait_for_slots() {
    local few memory used
    journeys shop.yaml "$scratch/waiting" "$waiting" waiting 7d http://127.0.0.1:1
    journeys shop.yaml "$scratch/own" "$waiting" own 7d http://127.0.0.1:1 own
    weigh one waiting/waiting-1.yaml || return 1
    few=$memory
    weigh many 'waiting/*.yaml' || return 1
    echo "# $waiting journeys wait: $memory KiB and $used s of CPU; one: $few KiB" >>"$scratch/waiting.table"
    gate "memory of a journey that waits, of $waiting" "$(calculate "($memory - $few) / ($waiting - 1)")" 6 KiB
    gate "CPU to load them" "$used" "$(calculate "2 * $waiting / 10000")" s
    weigh own 'own/*.yaml' || return 1
    echo "# with texts of their own in 10 of 15 lines: $(calculate "($memory - $few) / ($waiting - 1)") KiB each, $used s" \
        >>"$scratch/waiting.table"
}

p99() { # p99 FROM UNTIL: microseconds, of how late those started that are not made to hang
    sqlite3 "$scratch/busy.db" "select started - planned from run where planned between $1 and $2 and
        journey like 'steady%' order by 1" | awk '{ value[NR] = $1 } END { print (NR ? value[int((NR * 99 + 99) / 100)] : -1) }'
}
states() { # states PATTERN FROM UNTIL
    sqlite3 "$scratch/busy.db" "select state || ' ' || count(*) from run where planned between $2 and $3 and
        journey like '$1' group by state" | paste -sd,
}

# The same requests at the same rate, at the same time: what does the machine make of them?
floor_beside() {
    $before_others "$scratch/floor" -b "http://127.0.0.1:$floor_port" -r $((PER_MINUTE / 60)) -c 100 \
        -n $((every * PER_MINUTE / 60 - 20)) >"$scratch/floor.out" 2>&1 &
    floor_pid=$!
}

# A minute in which all goes well, and one in which a tenth of the journeys hang. The store is new each time: a step that
# has hung before is held back.
busy_round() { # busy_round NUMBER
    local begin middle end before used
    rm -f "$scratch"/busy.db*
    start_monitor busy 'busy/*.yaml' || return 1
    sleep $((every + every / 10 + 1)) # what a journey's first run of the day costs is not what it costs
    begin=$(microseconds) before=$(cpu)
    floor_beside
    sleep "$every"
    middle=$(microseconds) used=$(calculate "($(cpu) - $before) / (($(microseconds) - $begin) / 1e6) * 100")
    kill -STOP "$hanging_pid"
    sleep "$every"
    end=$(microseconds)
    kill -CONT "$hanging_pid"
    end_monitor TERM || return 1
    wait "$floor_pid" || return 1
    local well hung floor_cost floor_late
    floor_cost=$(figure cpu_us_per_step "$scratch/floor.out") floor_late=$(quantile 'start lateness' p99 "$scratch/floor.out")
    well=$(p99 "$begin" "$middle") hung=$(p99 $((middle + 1000000)) "$end")
    printf '# %-6s %8s %16s %16s %16s %16s\n' "$1" "$used" "$floor_cost" "$well" "$floor_late" "$hung" >>"$scratch/table"
    echo "$(calculate "$used * 1e4 / (5 * $PER_MINUTE / 60) / $floor_cost")" >>"$scratch/multiples"
    echo "$used" >>"$scratch/used" && echo "$floor_cost" >>"$scratch/floors" && echo "$well" >>"$scratch/well" &&
        echo "$hung" >>"$scratch/hung" && echo "$floor_late" >>"$scratch/floor_late"
    [ "$(states '%' "$begin" $((middle - 1000000)))" = "passed $(sqlite3 "$scratch/busy.db" "select count(*) from run
        where planned between $begin and $middle - 1000000")" ] &&
        states 'hanging%' "$middle" "$end" | grep -q '^failed' &&
        ! states 'hanging%' $((middle + 1000000)) $((end - 4000000)) | grep -q passed ||
        { states '%' "$begin" "$middle"; states 'hanging%' "$middle" "$end"; return 1; }
}

# One a core, under SCHED_IDLE, and none longer than the rounds take.
keep_awake() {
    local core
    for core in $(seq "$(nproc)"); do
        timeout $((rounds * (4 * every + 60))) chrt -i 0 sh -c 'while :; do :; done' &
        awake+=("$!")
        started+=("$!")
    done
}
let_sleep() {
    local pid
    for pid in "${awake[@]}"; do
        kill "$pid" 2>/dev/null
        wait "$pid" 2>/dev/null
        forget "$pid"
    done
}

busy() {
    local round limit awake=()
    start_delay || return 1
    journeys delayed.yaml "$scratch/busy" "$steady" steady "${every}s" "http://127.0.0.1:$delay_port"
    start_delay || return 1
    floor_port=$delay_port
    start_delay || return 1
    hanging_pid=$delay_pid
    journeys delayed.yaml "$scratch/busy" "$hanging" hanging "${every}s" "http://127.0.0.1:$delay_port"
    printf '# %-6s %8s %16s %16s %16s %16s\n' round 'CPU, %' 'floor us/step' 'late p99 us' "floor's" 'a tenth hangs' \
        >"$scratch/table"
    [ -z "${AWAKE:-}" ] || keep_awake
    for round in $(seq "$rounds"); do busy_round "$round" || return 1; done
    let_sleep
    if [ -n "${AWAKE:-}" ] || [ "$(calculate "$(median <"$scratch/floors") <= $FLOOR_COST_MAX")" = 1.00 ]; then
        gate "CPU at $PER_MINUTE journeys a minute, five steps of 20 ms" "$(median <"$scratch/used")" 2 '% of a core'
    else
        no_gate "CPU at $PER_MINUTE journeys a minute, $(median <"$scratch/used") % of a core"
    fi
    gate "the same, as a multiple of floor's in the same minute" "$(median <"$scratch/multiples")" \
        "$(calculate "2e4 / (5 * $PER_MINUTE / 60) / $FLOOR_COST")" x
    limit=$(median <"$scratch/floor_late" | awk -v least="$LATE_MAX" '{ print (2 * $1 > least ? 2 * $1 : least) }')
    gate 'lateness in the same minute as floor, p99' "$(median <"$scratch/well")" "$limit" us
    limit=$(median <"$scratch/well" | awk '{ print ($1 * 1.2 > $1 + 1000 ? $1 * 1.2 : $1 + 1000) }')
    gate 'lateness of the others beside a tenth that hang, p99' "$(median <"$scratch/hung")" "$limit" us
}

build_references() { build_floor && build_delay INADDR_LOOPBACK; }
ok "the reference programs build" build_references
wait_for_slots >"$scratch/waiting.out" 2>&1
ok "a monitor of $waiting journeys loads, and ends in order" test $? = 0
busy >"$scratch/busy.out" 2>&1
ok "all pass but those that are made to hang, which fail" test $? = 0
cat "$scratch/waiting.table" "$scratch/table" 2>/dev/null
[ "$failures" = 0 ] || sed "s/^/# /" "$scratch/waiting.out"
[ "$failures" = 0 ] || sed 's/^/# /' "$scratch/busy.out"
[ -z "$before_others" ] || echo "# the monitor ran under SCHED_RR"
[ -z "${AWAKE:-}" ] || echo "# the cores were kept awake"
printf '%s' "$gates"
plan
