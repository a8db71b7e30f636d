#!/bin/bash
# SPDX-License-Identifier: MIT
#
# `retention` with the whole program: old runs go, what they added up to stays, and the page draws it. Speaks TAP.
set -u
. "${SOURCE:?}/tests/library.sh"
want sqlite3 curl

start_shop
shop_file
sed -e 's/^every: .*/every: 1s/' "$SOURCE/examples/browse.yaml" >"$scratch/journeys/browse.yaml"
sed -i 's|^store:|retention: {runs: 2d, hours: 3d, days: 60d}\nstore:|' "$scratch/shopwatch.yaml"
is() { # is NUMBER SQL
    local found
    found=$(ask "$2")
    [ "$found" = "$1" ] || { echo "$found in place of $1: $2"; return 1; }
}

start_monitor
stored() { [ "$(ask 'select count(*) from run')" -ge 5 ]; }
wait_for 20 stored
stop_monitor
# The same again 1, 10 and 100 days ago, as if the monitor had been there then: its runs with their steps, and what they
# add up to.
day=86400000000
for days in 1 10 100; do
    ask "insert into run(id, journey, vantage, planned, started, ended, state, latency, record)
            select id || '-$days', journey, vantage, planned - $days * $day, started - $days * $day, ended - $days * $day,
            state, latency, record from run where instr(id, '-') = 0;
        insert into step select new.sequence, number, name, cleanup, step.state, symptom, total
            from step join run as old on old.sequence = step.run join run as new on new.id = old.id || '-$days';
        insert into hour select start - $days * $day, series, passed, degraded, failed, unknown, excluded, times
            from hour where start > (select max(start) from hour) - 2 * 3600000000;
        insert into day select start - $days * $day, series, passed, degraded, failed, unknown, excluded, times
            from day where start = (select max(start) from day);
        insert into journey_day select start - $days * $day, series, passed, degraded, failed, unknown, excluded, times,
            median, p95 from journey_day where start = (select max(start) from journey_day)"
done
old="planned < (strftime('%s') - 2 * 86400) * 1000000"
ok "there are old runs: $(ask "select count(*) from run where $old")" test "$(ask "select count(*) from run where $old")" -ge 10
young="id not like '%-10' and id not like '%-100'" # of the first start, and of yesterday
ask "select id from run where $young" >"$scratch/young"
start_monitor
gone() { is 0 "select count(*) from run where $old"; }
wait_for 30 gone
ok "old runs go" gone
ok "with their steps" is 0 "select count(*) from step where run not in (select sequence from run)"
all_young_stay() { [ -s "$scratch/young" ] && ask "select id from run where $young" | sort | comm -13 - <(sort "$scratch/young") | { ! grep .; }; }
ok "young ones stay: $(wc -l <"$scratch/young")" all_young_stay
hours_of() { ask "select count(*) from hour where start between $1 and $2"; } # hours_of FROM TO, times in SQL
ago() { echo "(strftime('%s') - $1 * 3600) * 1000000"; }                  # ago HOURS
ok "hours of 10 days ago went" test "$(hours_of 0 "$(ago 120)")" = 0
ok "those of yesterday stay" test "$(hours_of "$(ago 48)" "$(ago 12)")" -ge 1
ok "the day of 10 days ago stays, that of 100 days ago went" is 1 \
    "select count(distinct start) from journey_day where start < $(ago 120)"
page=$(sed -n 's|^status page at \(http://[^ ,]*[0-9]\).*|\1|p' "$scratch/monitor.out")
ok "the page answers" curl -sSf -m 20 -o "$scratch/page" "$page/"
ok "and draws today, yesterday, and the day 10 days ago that has no runs any more" \
    grep -qE "Last 90 days of browse: [34] with no failure" "$scratch/page"
stop_monitor
ok "the file is whole" is ok 'pragma integrity_check'
ok "a retention of less than an hour is a mistake" bash -c '
    sed "s|runs: 2d|runs: 5m|" "$1" >"$1.bad.yaml"; "$2" lint "$1.bad.yaml" 2>&1 | grep -q "error: .runs. must lie between 1h and"' - "$scratch/shopwatch.yaml" "$SHOPWATCH"
plan
