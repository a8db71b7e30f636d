#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Receivers of webhooks that hang, drip, refuse, and answer 500, all at once, for ten minutes in which the shop fails
# again and again. Beside the monitor that has them runs one that has none: it plans the same slots for the same
# moments, so each slot of one has its twin, and what a receiver costs is the difference between the two. Then the
# receivers are well again, and must hear of every change, in order, and by their idempotency keys once. `make webhook`
# runs it whole (WEBHOOK_SECONDS: how long; REALTIME=1: both monitors before all others); with SMOKE=1 it is short, and
# lateness is told, not judged. Speaks TAP.
set -u
. "${SOURCE:?}/tests/library.sh"
want sqlite3 awk

seconds=${WEBHOOK_SECONDS:-600}
[ -z "${SMOKE:-}" ] || seconds=12
readonly JOURNEYS=10 DELAY_MAX=5000 MOODS='hang drip refuse break' # microseconds
readonly TIMEOUT=2 RETRY_LAST=60                                   # seconds: of a message, and between two tries
cycle=$((seconds >= 120 ? 60 : seconds)) # in which the shop fails once, for a third of it
before_others=
[ -z "${REALTIME:-}" ] || before_others='chrt -f 5'

start_shop
shop_file
for number in $(seq "$JOURNEYS"); do
    sed -e "s/^journey: .*/journey: browse $number/" -e 's/^every: .*/every: 1s/' "$SOURCE/examples/browse.yaml" \
        >"$scratch/journeys/browse-$number.yaml"
done
sed -i '/^reporters:/,$d' "$scratch/shopwatch.yaml"
mkdir "$scratch/without" "$scratch/with"
cp "$scratch/shopwatch.yaml" "$scratch/without/"
sed -i "s|journeys/|../journeys/|" "$scratch/without/shopwatch.yaml"
cp "$scratch/without/shopwatch.yaml" "$scratch/with/"

echo 'reporters:' >>"$scratch/with/shopwatch.yaml"
declare -A hooks
for mood in $MOODS; do
    "$BUILD/tests/hook" "$mood" "$scratch/$mood.port" >"$scratch/$mood.heard" 2>"$scratch/$mood.log" &
    hooks[$mood]=$!
    started+=("$!")
    wait_for 10 test -s "$scratch/$mood.port" || { echo "Bail out! no receiver: $(cat "$scratch/$mood.log")"; exit 1; }
    echo "  $mood: {kind: webhook, url: \"http://127.0.0.1:$(cat "$scratch/$mood.port")/\", timeout: ${TIMEOUT}s}" \
        >>"$scratch/with/shopwatch.yaml"
done

database=$scratch/with/shopwatch.db
declare -A monitors
for which in without with; do
    $before_others "$SHOPWATCH" monitor -c "$scratch/$which/shopwatch.yaml" >"$scratch/$which/out" 2>"$scratch/$which/log" &
    monitors[$which]=$!
    started+=("$!")
done
begin=$SECONDS
damage() { "$BUILD/examples/shop/damage" "$scratch/shop.db" product "$1"; }
while [ $((SECONDS - begin)) -lt "$seconds" ]; do
    sleep $((cycle / 3))
    damage on || echo "# the shop could not be damaged"
    sleep $((cycle / 3))
    damage off || echo "# the shop could not be mended"
    sleep $((cycle - 2 * (cycle / 3)))
done
changes_before=$(ask 'select count(*) from incident_change')
until=$(ask 'select max(planned) from run')
for mood in $MOODS; do
    cp "$scratch/$mood.heard" "$scratch/$mood.bad"
    kill -USR1 "${hooks[$mood]}"
done

# What the receivers should have heard: every change, in the order in which they were committed.
expected() { ask "select substr(incident, 1, 32) || '.' || version from incident_change order by sequence"; }
heard() { awk '$1 == "well" && !seen[$2]++ { print $2 }' "$scratch/$1.heard"; } # by key, each once
heard_all() { [ -n "$(heard "$1")" ] && [ "$(heard "$1")" = "$(expected)" ]; }
was_bad() { # was_bad MOOD: it was tried, and took nothing
    ! grep -q ^well "$scratch/$1.bad" || return 1
    if [ "$1" = refuse ]; then
        grep 'reporter refuse: 127.0.0.1: tcp.refused' "$scratch/with/log"
    else
        [ "$(wc -l <"$scratch/$1.bad")" -ge 2 ]
    fi
}
recovered=$SECONDS
declare -A took
for mood in $MOODS; do
    wait_for $((RETRY_LAST + TIMEOUT + 20 - (SECONDS - recovered) > 5 ? RETRY_LAST + TIMEOUT + 20 - (SECONDS - recovered) : 5)) \
        heard_all "$mood"
    took[$mood]=$((SECONDS - recovered))
done
for which in with without; do
    kill -TERM "${monitors[$which]}"
    ok "the monitor $which receivers stops in order" wait "${monitors[$which]}"
done

ok "the shop failed, and people were to hear of it: $changes_before changes" \
    test "$changes_before" -ge $((2 * (seconds / cycle)))
for mood in $MOODS; do
    ok "$mood: nothing was taken before it was well, after $(wc -l <"$scratch/$mood.bad") tries that it heard of" was_bad "$mood"
    ok "$mood: then it heard of every change in order, by key once, within ${took[$mood]} s: $(heard "$mood" | wc -l)" \
        heard_all "$mood"
    echo "# $mood: $(grep -c ^well "$scratch/$mood.heard") messages were taken"
done

# Twins: the same journey, planned for the same microsecond.
twins() {
    sqlite3 "$scratch/with/shopwatch.db" "attach '$scratch/without/shopwatch.db' as other;
        select ours.started - ours.planned, theirs.started - theirs.planned from run as ours join other.run as theirs
        using (journey, vantage, planned) where planned <= $until
        and json_array_length(ours.record, '\$.steps') > 0 and json_array_length(theirs.record, '\$.steps') > 0"
}
twins | tr '|' ' ' >"$scratch/twins"
lateness_of() { # lateness_of COLUMN: p50, p99 and the most, in microseconds
    awk -v column="$1" '{ print $column }' "$scratch/twins" | sort -n |
        awk '{ value[NR] = $1 } END { print "p50", value[int((NR + 1) / 2)], "p99", value[int((NR * 99 + 99) / 100)], "max", value[NR] }'
}
pairs=$(wc -l <"$scratch/twins")
most=$(awk 'NR == 1 || $1 - $2 > most { most = $1 - $2 } END { print most + 0 }' "$scratch/twins")
least=$(awk 'NR == 1 || $2 - $1 > most { most = $2 - $1 } END { print most + 0 }' "$scratch/twins")
beyond=$(awk -v max="$DELAY_MAX" '$1 - $2 > max { n++ } END { print n + 0 }' "$scratch/twins")
missed=$(ask "select count(*) from run where state = 'unknown' and planned <= $until")
echo "# lateness with receivers: $(lateness_of 1) us; without: $(lateness_of 2) us"
echo "# the other way round, the monitor without receivers was at most $least us later than its twin"
ok "slots have twins: $pairs" test "$pairs" -ge $((JOURNEYS * seconds * 8 / 10))
ok "no slot was missed" test "$missed" = 0
if [ -n "${SMOKE:-}" ]; then
    echo "# no slot was later than its twin by more than $most us, $beyond by more than $DELAY_MAX us"
else
    ok "no slot was later than its twin by more than $most us, $beyond by more than $DELAY_MAX us" test "$beyond" = 0
fi
plan
