#!/bin/bash
# SPDX-License-Identifier: MIT
#
# The fault suite: each row of faults.table is really done to a shop that the monitor watches from three vantage points,
# and what the monitor says is held against the truth.
#
# `make faults` does all rows three times, at random moments of the slot, and keeps what came out in docs/results; with
# ROWS="N01 D13" only those, TIMES=1 once each, LANES=1 one at a time, MINUTES=60 those that
# begin within them, PROBE=1 only with the shop's database asked directly (`probe` of its component), PROBE=0 only without
# (all rows are done without, those about a database, or that look like it, a second time with it), KEEP=DIRECTORY with everything that was recorded, RESULTS=FILE with what score.js reads. SLOT, FOR (in
# seconds) and PATIENCE make slots, the time that a fault is watched, and a step's limit others than usual.
# REJUDGE=DIRECTORY does nothing to any shop: what was recorded there is judged again by this program, and scored.
# DEPLOYS=1 lets the shop's pipeline tell the monitor of deploys (`shopwatch event deploy`), as an operator would: of one days
# before, and of the one that a row is, by the catalogue (collect.sh); also with REJUDGE, of which a copy is told.
# SMOKE=1 does a handful of them in short slots, and speaks TAP.
set -u
# In memory: a shop that waits for a busy disk has a fault that no row has done.
[ ! -w /dev/shm ] || export TMPDIR=/dev/shm
. "${SOURCE:?}/tests/library.sh"
suite=$SOURCE/tests/faults
. "$SOURCE/examples/shop/postgresql.sh"
. "$suite/world.sh"
. "$suite/shop.sh"
. "$suite/vendure.sh"
. "$suite/inject.sh"
. "$suite/collect.sh"

table=$suite/faults.table
if [ -n "${REJUDGE:-}" ]; then
    want jq node
    judge_kept_again "$REJUDGE" >"${RESULTS:=$scratch/results.jsonl}" && node "$suite/score.js" --table <"$RESULTS"
    exit
fi

export PATH=$PATH:/usr/sbin
want jq sqlite3 ip nft nginx haproxy dnsmasq openssl node setpriv
have_postgresql || { echo "1..0 # SKIP PostgreSQL is not installed"; exit 0; }
[ "$(id -u)" = 0 ] || { echo "1..0 # SKIP network namespaces need root"; exit 0; }
ip netns add "$world-try" 2>/dev/null && ip netns del "$world-try" || { echo "1..0 # SKIP this machine does not let us make a network namespace"; exit 0; }
probing=${PROBE:-both} slot=${SLOT:-3} patience=${PATIENCE:-1500ms} times=${TIMES:-3} lanes=${LANES:-2}
rows=${ROWS:-$(sed -n 's/^\([A-Z][0-9][0-9][a-z]*\) .*/\1/p' "$table")}
[ -z "${SMOKE:-}" ] || { slot=1 patience=500ms times=1 lanes=3 probing=once rows=${ROWS:-N08 A01 A16 D13 M01}; }
outside_scratch=$scratch
certificates=$outside_scratch/certificates
results=${RESULTS:-$outside_scratch/results.jsonl}
[ -z "${SMOKE:-}" ] || KEEP=${KEEP:-$outside_scratch/kept}

shop= # whose world there is
end_world() {
    local name
    # A server that is only killed leaves shared memory behind.
    [ -z "${pid_of[database]:-}" ] || { signal CONT database && stop database QUIT; } 2>/dev/null
    for name in "${!pid_of[@]}"; do stop "$name" KILL; done
    take_network
    [ -z "$shop" ] || "end_$shop"
    shop=
}

# --- one trial -------------------------------------------------------------------------------------

# What was wrong before the fault tells nothing of it: a shop that is still slow from its start is watched anew.
become_healthy() {
    local try
    for try in 1 2 3; do
        start_monitor
        wait_for 40 all_pass && [ "$(ask 'select count(*) from incident')" = 0 ] && return
        stop monitor
        rm -f "$scratch"/shopwatch.db* "$scratch/runs.jsonl"
    done
    return 1
}

# A new world, healthy; then the fault, at a random moment of the slot; then what the monitor says until the time is up.
trial() { # trial ID NUMBER PROBE: whether the database is asked directly as well, true or false
    local id=$1 trial=$2 probe=$3 slot=$slot line family door injection truth told seconds onset status=0
    read_row || return
    seconds=${FOR:-$seconds}
    [ "$shop" = example ] || slot=$((slot + 1)) # its journeys take longer
    [ -z "${SMOKE:-}" ] || seconds=6
    scratch=$outside_scratch/$id-$trial
    [ "$probe" = false ] || scratch+=-probe
    mkdir -p "$scratch"
    chmod 755 "$outside_scratch" "$scratch" # the proxies' workers are nobody
    { lay_network && "start_$shop" && "write_${shop}_files" && declare_probe && become_healthy; } >"$scratch/start.log" 2>&1 || status=1
    if [ "$status" = 0 ]; then
        sleep "$((RANDOM % slot)).$((RANDOM % 1000))"
        onset=$(microseconds)
        [ "$(ask 'select count(*) from incident')" = 0 ] && each_deploy tell_monitor >&2 || status=1
    fi
    if [ "$status" = 0 ]; then
        eval "$injection" >"$scratch/injection.log" 2>&1 || status=2
        sleep "$seconds"
        stop monitor
        # Lanes write into one file.
        [ "$status" = 0 ] && collect "$onset" "$(microseconds)" >"$scratch/trial" &&
            flock "$results" cat "$scratch/trial" >>"$results" || status=2
    fi
    end_world
    [ "$status" = 0 ] || { echo "$id: $([ "$status" = 1 ] && echo "the shop did not become healthy" || echo "it could not be done")"; tail -n 3 "$scratch/start.log" "$scratch/monitor.log" "$scratch/injection.log" 2>/dev/null; } >&2
    [ -z "${KEEP:-}" ] || { mkdir -p "$KEEP" && cp -r "$scratch" "$KEEP/"; }
    rm -rf "$scratch"
    scratch=$outside_scratch
    return "$status"
}

# --- all of them -----------------------------------------------------------------------------------

# A database's own faults, and those that the table says look like one.
is_probed() { # is_probed ID
    awk -F' +; +' -v id="$1" '{ sub(/ +$/, "", $1) } $1 == id && ($5 ~ /database/ || $8 ~ /D[0-9]/) { found = 1 } END { exit !found }' "$table"
}
all_trials() { # a line each: number, whether the database is asked, row
    local number id probe ways
    for number in $(seq "$times"); do for id in $rows; do
        ways=false
        ! is_probed "$id" || case $probing in both) ways='false true' ;; 1 | once) ways=true ;; esac
        [ "$probing/$ways" != 1/false ] || ways=
        for probe in $ways; do grep "^$id " "$table" | sed "s/^/$number $probe /"; done
    done; done
}
jobs_of_lane() { # jobs_of_lane LANE: a line each, what trial takes; the laboratory has a lane of its own
    all_trials | awk -v lane="$1" -v lanes="$lanes" '/ vendure\// { if (lane == "vendure") print $3, $1, $2; next }
        lane != "vendure" && n++ % lanes == lane { print $3, $1, $2 }'
}

work() { # work LANE: a world of its own for each, side by side
    local id number probe
    world=$world-${1:0:1} lane_scratch=$outside_scratch/lane-$1
    mkdir -p "$lane_scratch"
    trap 'end_world; laboratory_down' EXIT
    while read -r id number probe; do
        [ -z "${MINUTES:-}" ] || [ "$SECONDS" -lt $((MINUTES * 60)) ] || break
        # A machine that is busy with something else may need a second try.
        trial "$id" "$number" "$probe" </dev/null || trial "$id" "$number" "$probe" </dev/null
        [ -n "${SMOKE:-}" ] || grep -F "\"id\":\"$id\"" "$results" | tail -n 1 | node "$suite/score.js" --line
    done < <(jobs_of_lane "$1")
}

make_certificates || { echo "Bail out! no certificates"; exit 1; }
: >>"$results"
laboratory_is_here || echo "skipped: the rows of Vendure; the laboratory with the real shop is not here"
for lane in $(seq 0 $((lanes - 1))) $(laboratory_is_here && echo vendure); do
    (work "$lane") &
done
wait
if [ -n "${SMOKE:-}" ]; then
    for id in $rows; do
        jq -c "select(.id == \"$id\")" "$results" >"$scratch/one"
        ok "$(node "$suite/score.js" --line <"$scratch/one")" test "$(node "$suite/score.js" --outcome <"$scratch/one")" = right
    done
    outcomes() { sort "$1" | node "$suite/score.js" --outcome; }
    judge_kept_again "$KEEP" >"$scratch/again.jsonl"
    ok "what was recorded is judged as it was, again" diff <(outcomes "$results") <(outcomes "$scratch/again.jsonl")
    weights=$SOURCE/monitor/diagnose/weights.h
    fits() { SPREAD=20 node "$suite/fit.js" "$weights" "$@" <"$scratch/again.jsonl"; } # fits [--propose]
    ok "weights are fitted to it" fits
    ok "and what is proposed is the same table, with other numbers" \
        eval '! fits --propose | cmp -s - "$weights" && diff <(fits --propose | tr -d "0-9 \\\\\n-") <(tr -d "0-9 \\\\\n-" <"$weights")'
    ok "probes trust whom the journeys trust" eval "! grep -q 'tls.cert' '$results'"
    plan
fi
if [ -n "${ROWS:-}${DEPLOYS:-}" ]; then
    node "$suite/score.js" --table <"$results"
else
    sed -n 's/^\([A-Z][0-9][0-9]\): */\1 /p' "$table" >"$scratch/left-out"
    {
        echo "\$ make faults    # $(nproc) cores, slots of $slot s, a step's limit is $patience"
        node "$suite/score.js" --table <"$results"
        printf '\nLeft out:\n\n%s\n' "$(cat "$scratch/left-out")"
    } >"$SOURCE/docs/results/faults.txt"
    node "$suite/score.js" --picture <"$results" >"$SOURCE/docs/results/faults.svg"
fi
