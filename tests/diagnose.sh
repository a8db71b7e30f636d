#!/bin/bash
# SPDX-License-Identifier: MIT
# Stored runs are judged again: what a monitor in trouble has stored, with a deploy, a provider that is gone and a shop
# that hangs until its steps are held back, is today what it was then; and by another shop file it is not. And what is said
# of all that has no number that is not in the record.
set -u
. "${SOURCE:?}/tests/library.sh"
want jq sqlite3 node
export NO_COLOR=1 LC_ALL=C.UTF-8

start_shop
shop_file 'here: {title: This machine}\n  branch: {title: Branch office, source: 127.0.0.2}'
copy_examples "$scratch/journeys"
sed -i 's|^timeout:.*|timeout: 2s|' "$scratch"/journeys/*.yaml
config=$scratch/shopwatch.yaml

exits() { # exits CODE OPTION...: of diagnose; its output in $scratch/out, its complaints in $scratch/err
    local wanted=$1 code=0
    shift
    "$SHOPWATCH" diagnose "$@" >"$scratch/out" 2>"$scratch/err" || code=$?
    [ "$code" = "$wanted" ] || { echo "exit code $code"; cat "$scratch/out" "$scratch/err"; return 1; }
}
out_has() { grep -qE -- "$1" "$scratch/out" || { cat "$scratch/out"; return 1; }; }
err_has() { grep -qF -- "$1" "$scratch/err" || { cat "$scratch/err"; return 1; }; }
is() { jq -se "$1" "$scratch/out" >/dev/null || { head -c 3000 "$scratch/out"; return 1; }; } # is CONDITION: of the JSON lines, as one array
stored() { [ "$(ask "$1")" -ge "${2:-1}" ]; } # stored QUERY [NUMBER]

ok "without a store there is nothing to judge" exits 5 --replay 1h -c "$config"
ok "and that is said" err_has 'No such file'
ok "and none is made" test ! -e "$scratch/shopwatch.db"

start_monitor --every 1s
wait_for 60 stored "select count(*) from (select 1 from run where state = 'passed' group by journey, vantage)" 10
kill -KILL "$payment_pid"
ok "a provider that is gone is an incident" wait_for 60 stored "select count(*) from incident"
start_payment
# What fails on, or hangs because the machine is busy, began before the deploy that comes next.
all_is_well() {
    stored "select count(*) > 0 and sum(resolved is null) = 0 from incident" &&
        [ "$(ask "select count(*) from run as one where state not in ('passed', 'degraded') and sequence =
            (select max(sequence) from run where journey = one.journey and vantage = one.vantage)")" = 0 ]
}
wait_for 60 all_is_well
ok "a deploy of days ago is noted" "$SHOPWATCH" event deploy --at -100h release 41 -c "$config"
# Another opinion of what the provider is.
sed 's/kind: third-party/kind: application/' "$config" >"$scratch/other.yaml"
ok "by another shop file it is another's fault" exits 1 --replay 1h -c "$scratch/other.yaml" --store "$scratch/shopwatch.db"
ok "which was said to be the provider's" out_has '^  then  third-party \(payment\), [0-9]+ %'
ok "and is not any more" out_has '^  now   (application|undetermined)'
ok "by facts that are new" out_has '^  new   '
ok "and that are gone" out_has '^  gone  '

sqlite3 "$scratch/shopwatch.db" "vacuum into '$scratch/errors.db'"
sqlite3 "$scratch/errors.db" "update run set record = replace(record, '\"status\":502', '\"status\":500')"
ok "where deploys are reported, it says something that an error came without" \
    exits 1 --replay 1h -c "$scratch/other.yaml" --store "$scratch/errors.db"
ok "also by one of days before the span" out_has 'the last was (99|100) h before it began'
ok "a deploy is noted" "$SHOPWATCH" event deploy release 42 -c "$config"
kill -STOP "$shop_pid"
ok "a shop that hangs is another, and is held back" wait_for 90 stored "select count(*) from run where record like '%\"held back\"%'" 4
ok "while the monitor runs, all is judged as it was" exits 0 --replay 1h -c "$config"
kill -CONT "$shop_pid"
ok "it is well again" wait_for 90 stored "select count(*) > 1 and sum(resolved is null) = 0 from incident"
stop_monitor

runs=$(ask 'select count(*) from run') incidents=$(ask 'select count(*) from incident')
failed=$(ask "select count(*) from run where state in ('failed', 'unknown')")
ok "when it has ended, all of it is" exits 0 --replay .. -c "$config"
ok "every incident" out_has "^0 of $incidents incidents are judged otherwise today; of $runs runs $failed did not pass, and 0 "
ok "and each is named" test "$(grep -c '^  now   the same$' "$scratch/out")" = "$incidents"
ok "nothing was written" test "$(ask 'select count(*) from run')" = "$runs"
ok "programs get a line a run" exits 0 --replay .. --json -c "$config"
ok "that did not pass" is "[.[] | .run // empty] | length == $failed and all(.[]; .state != \"passed\")"
ok "with the verdict of then, which is today's" \
    is '[.[] | select(.run.verdict != null)] | length > 0 and all(.[]; .then.cause == .run.verdict.cause and .then.confidence == .run.verdict.confidence and (.then.evidence | map(.fact)) == (.run.verdict.evidence | map(.fact)))'
ok "and all facts, with their weights" \
    is '[.[] | select(.facts != null)] | length > 0 and all(.[]; ([.facts[] | select(.weights | to_entries | any(.value != 0)) | .fact]) as $all | all(.run.verdict.evidence[].fact; . as $fact | $all | index($fact) != null))'
ok "the deploy among them" is '[.[].facts[]?] | any((.fact | startswith("onset.changed_")) and (.text | contains("release 42")))'
ok "and how likely each suspect is" is '[.[].probabilities // empty] | length > 0 and all(.[]; (add > 0.97 and add < 0.99) and length == 6)'
ok "a slot that was held back has its watcher's verdict" \
    is '[.[] | select(.run.reason == "held back")] | length > 0 and all(.[]; .facts == null and .run.verdict != null)'
ok "incidents open and end in it" is '[.[].change // empty] | (map(select(. == "opened")) | length) > 1 and (map(select(. == "resolved")) | length) > 1'
ok "and each is held against that of then" is "[.[] | select(.now != null)] | length == $incidents and all(.[]; .then.verdict.cause == .now.verdict.cause)"

ok "of a time without runs there is nothing to say" exits 0 --replay 2020-01-01T00:00:00Z..2020-01-02T00:00:00Z -c "$config"
ok "and that is said" out_has '^0 of 0 incidents'

# What is more than one read of the store gives is told, and not held for nothing.
many() { # many TABLE VALUES: a store with 1000 more of them, a second apart
    cp "$scratch/shopwatch.db" "$scratch/many.db"
    sqlite3 "$scratch/many.db" "create temp table one as select * from $1 limit 1;
        with recursive n(i) as (values(1) union all select i + 1 from n where i < 1000)
        insert into $1 select $2 from one, n"
}
many incident "id || i, opened + i * 1000000, updated, resolved, cause, component, record"
ok "more incidents than can be read are not compared" exits 5 --replay .. -c "$config" --store "$scratch/many.db"
ok "and why is said" err_has 'there are 1000 incidents or more since it begins'
many event "id || i, at + i * 1000000, record"
ok "nor does more of what was done count by half" exits 5 --replay .. -c "$config" --store "$scratch/many.db"
ok "and that is said" err_has 'there are 1000 events or more in it'

# Every incident, and of the runs each that is explained in other words.
explained() {
    ask "select id from incident union all select min(id) from run where state in ('failed', 'unknown')
        group by journey, state, json_extract(record, '\$.reason'), json_extract(record, '\$.verdict.evidence[0].fact')"
}
explanations() { # for numbers.js
    local id
    ask 'select record from run' >"$scratch/runs"
    for id in $(explained); do
        COLUMNS=400 "$SHOPWATCH" explain "$id" -c "$config" >"$scratch/text" 2>/dev/null || return
        ask "select record from incident where id = '$id' union all select record from run where id = '$id'" >"$scratch/record"
        jq -cn --rawfile text "$scratch/text" --slurpfile record "$scratch/record" --slurpfile runs "$scratch/runs" \
            --argjson events "$(ask 'select json_group_array(json(record)) from event')" \
            --argjson incidents "$(ask 'select json_group_array(id) from incident')" \
            '{text: $text, record: $record[0], runs: $runs, events: $events, incidents: $incidents}'
    done
}
ok "all is explained" eval 'explanations >"$scratch/explanations"'
ok "some of it is" test "$(wc -l <"$scratch/explanations")" -gt 10
numbers() { node "$SOURCE/tests/numbers.js" "$@" <"$scratch/explanations"; }
ok "each number in it is in the record" numbers
ok "and another would be found out" numbers --spoil

examples() { # the manual's, as they stand there
    sed -n "s|^shopwatch diagnose|'$SHOPWATCH' diagnose|p" "$BUILD/docs/man/shopwatch.1" >"$scratch/examples.sh"
    [ "$(wc -l <"$scratch/examples.sh")" = 2 ] && (cd "$scratch" && bash -e examples.sh)
}
ok "the manual's examples work" examples

ok "a span is needed" exits 64 -c "$config"
ok "a length with its unit" exits 64 --replay 2 -c "$config"
ok "or two moments" exits 64 --replay 02:00..soon -c "$config"
ok "the shop file is needed" exits 64 --replay 2h
ok "the file of another program is refused" bash -c 'sqlite3 "$2/diary.db" "create table diary(day)"; "$1" diagnose --replay 1h -c "$2/shopwatch.yaml" --store "$2/diary.db" 2>&1 | grep -q "another program"' - "$SHOPWATCH" "$scratch"

# A monitor that starts knows of deploys of weeks before.
ask "delete from event where record like '%release 42%'"
start_monitor --every 1s
wait_for 60 stored "select count(*) from run where state = 'passed' and planned / 1000000 > unixepoch() - 5" 6
sqlite3 -cmd '.timeout 5000' "$scratch/shop.db" 'pragma legacy_alter_table = on; alter table orders rename to gone'
ok "without one of today an error says less of the application, after a restart" \
    wait_for 60 stored "select count(*) from run where record like '%onset.no_deploy%'"
stop_monitor
plan
