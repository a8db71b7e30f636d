#!/bin/bash
# SPDX-License-Identifier: MIT
# The prometheus reporter, watched by a real Prometheus; and the rules and the dashboard in examples/.
set -u
. "${SOURCE:?}/tests/library.sh"
PATH=$PATH:/usr/sbin
want prometheus promtool curl jq
examples=$SOURCE/examples

ok "the example's configuration is good" promtool check config "$examples/prometheus/prometheus.yml"
ok "its rules say what they should" promtool test rules "$examples/prometheus/rules-test.yaml"

start_shop
shop_file
sed -i "s|^reporters:|reporters:\n  metrics: {kind: prometheus, listen: \"127.0.0.1:0\"}|" "$scratch/shopwatch.yaml"
copy_examples "$scratch/journeys"
sed -i '/^shopwatch: 1/a objective: {success: 99.9%, within: 5s, over: 7d}' "$scratch/journeys/browse.yaml"
start_monitor --every 1s
monitor_says '^metrics at'
target=$(sed -n 's|^metrics at http://\(.*\)/metrics$|\1|p' "$scratch/monitor.out")
get() { curl -sS -m 20 "http://$target/metrics" "$@"; }
passed() { get | grep -q '^shopwatch_runs_total{journey="browse",vantage="here",state="passed"} [1-9]'; }
ok "runs are counted" wait_for 60 passed

get >"$scratch/text"
promtool_is_silent() { # promtool_is_silent FILE
    promtool check metrics <"$1" >"$1.said" 2>&1 && [ ! -s "$1.said" ] || { cat "$1.said"; return 1; }
}
ok "promtool has nothing to say of the metrics" promtool_is_silent "$scratch/text"
ok "who asks for OpenMetrics gets it" bash -c '
    curl -sS -D "$1" -o "$2" -H "Accept: application/openmetrics-text; version=1.0.0" "http://$3/metrics" &&
    grep -qi "^content-type: application/openmetrics-text; version=1.0.0" "$1" && [ "$(tail -n 1 "$2")" = "# EOF" ] &&
    grep -qx "# TYPE shopwatch_runs counter" "$2"' - "$scratch/head" "$scratch/open" "$target"
ok "and others the older text" bash -c '
    curl -sS -D "$1" -o /dev/null "http://$2/metrics" && grep -qi "^content-type: text/plain; version=0.0.4" "$1"' - "$scratch/head" "$target"
ok "there is nothing else there" test "$(curl -sS -o /dev/null -w '%{http_code}' "http://$target/")" = 404
for family in runs_total last_run_state last_run_timestamp_seconds incident_changes_total objective_target_ratio objective_runs_total objective_success_ratio \
    objective_availability_ratio objective_budget_left_ratio objective_burning run_duration_seconds_bucket step_duration_seconds_sum \
    phase_duration_seconds_count start_lateness_seconds_bucket open_incidents reporter_lag_seconds reporter_given_up_total \
    monitor_well build_info; do
    ok "there is shopwatch_$family" grep -qE "^shopwatch_$family(\{| )" "$scratch/text"
done
ok "an objective is told as it was written" bash -c 'grep -qx "shopwatch_objective_target_ratio{journey=\"browse\"} 0.999000" "$1" &&
    grep -qx "shopwatch_objective_window_seconds{journey=\"browse\"} 604800.000000" "$1" &&
    grep -q "^shopwatch_objective_runs_total{journey=\"browse\",vantage=\"here\",result=\"good\"} [1-9]" "$1" &&
    ! grep -q "^shopwatch_objective.*journey=\"search\"" "$1"' - "$scratch/text"
health_is() { # health_is STATUS CONDITION
    [ "$(curl -sS -o "$scratch/health" -w '%{http_code}' "http://$target/healthz")" = "$1" ] && jq -e "$2" "$scratch/health"
}
ok "/healthz says that the monitor is well" health_is 200 '.state == "well" and .problems == [] and .journeys > 0 and .loop_lag >= 0'
ok "and how its queues and reporters are" health_is 200 '.runs_committed > 0 and .runs_waiting == 0 and .runs_lost == 0
    and any(.reporters[]; .kind == "prometheus" and .delivered > 0 and .failures == 0)'
port=$(free_port)
mkdir "$scratch/prometheus"
sed "s/^    interval: .*/    interval: 1s/" "$examples/prometheus/rules.yaml" >"$scratch/prometheus/rules.yaml"
sed -e "s|127.0.0.1:9464|$target|" -e 's|_interval: 15s|_interval: 1s|' "$examples/prometheus/prometheus.yml" >"$scratch/prometheus/prometheus.yml"
prometheus --config.file="$scratch/prometheus/prometheus.yml" --storage.tsdb.path="$scratch/prometheus/data" \
    --web.listen-address="127.0.0.1:$port" --log.level=warn >"$scratch/prometheus.log" 2>&1 &
started+=($!)
query() { curl -sS -m 20 -G "http://127.0.0.1:$port/api/v1/query" --data-urlencode "query=$1"; }
answers_with() { query "$1" | jq -e '.data.result | length > 0'; }
ask_dashboard() { # ask_dashboard GREP-OPTIONS: what its panels ask, of those that are wanted
    local expression asked=0
    while read -r expression; do
        asked=$((asked + 1))
        expression=${expression//'$__rate_interval'/1m}
        expression=${expression//'$journey'/.*}
        expression=${expression% > 0} # what an annotation waits for may have been before Prometheus came
        ok "the dashboard asks, and hears: ${expression:0:60}" wait_for 60 answers_with "${expression//'$vantage'/.*}"
    done < <(jq -r '.panels[].targets[].expr, .annotations.list[].expr' "$examples/grafana/shopwatch.json" | grep "$@")
    ok "which are $asked" test "$asked" -gt 0
}
readonly OF_INCIDENTS='shopwatch_incident_'
ok "a promise is kept" grep -qx 'shopwatch_objective_success_ratio{journey="browse",unknown="passed"} 1.000000' "$scratch/text"
ok "a real Prometheus scrapes it" wait_for 60 answers_with 'up{job="shopwatch"} == 1'
ok "the shop hangs" kill -STOP "$shop_pid"
failed() { get | grep -q '^shopwatch_open_incidents{cause="[a-z-]*"} [1-9]'; }
ok "an incident is seen" wait_for 90 failed
get >"$scratch/text"
ok "promtool has nothing to say of its metrics" promtool_is_silent "$scratch/text"
burns() { get | grep -qx 'shopwatch_objective_burning{journey="browse"} 1.000000'; }
ok "and that a budget burns" wait_for 30 burns
ask_dashboard "$OF_INCIDENTS"
kill -CONT "$shop_pid"
ok "and answers how many passed" wait_for 60 answers_with 'sum(rate(shopwatch_runs_total{state="passed"}[1m])) > 0'
ok "the rules are loaded and well" wait_for 30 bash -c 'curl -sS "http://127.0.0.1:$1/api/v1/rules" | jq -e "[.data.groups[].rules[]] | length > 5 and all(.[]; .health == \"ok\")"' - "$port"
ok "the dashboard is JSON with panels" jq -e '(.panels | length > 10) and all(.panels[]; .title != "" and (.targets | length > 0))' "$examples/grafana/shopwatch.json"
ask_dashboard -v "$OF_INCIDENTS"

# Every name that is asked for, or written of, is one that there is; and the manual leaves none out.
manual=$BUILD/docs/man/shopwatch-scenario.5
sed -n 's/^# TYPE \(shopwatch_[a-z_]*\) histogram$/\1_bucket\n\1_sum\n\1_count/p; s/^# TYPE \(shopwatch_[a-z_]*\) .*/\1/p' "$scratch/text" |
    sort -u >"$scratch/families"
names_are_known() { # names_are_known FILE
    grep -o 'shopwatch_[a-z_]*[a-z]' "$1" | sort -u | comm -23 - "$scratch/families" >"$scratch/unknown"
    [ ! -s "$scratch/unknown" ] || { cat "$scratch/unknown"; return 1; }
}
ok "there are many families: $(wc -l <"$scratch/families")" test "$(wc -l <"$scratch/families")" -ge 40
for file in "$examples/grafana/shopwatch.json" "$examples/prometheus/rules.yaml" "$examples/prometheus/rules-test.yaml"; do
    ok "every metric that $(basename "$file") names is there" names_are_known "$file"
done
manual_is_complete() {
    local family
    while read -r family; do
        grep -q "\b$family\b" "$manual" || { echo "no $family"; return 1; }
    done < <(sed -n 's/^# TYPE \(shopwatch_[a-z_]*\) .*/\1/p' "$scratch/text" | grep -v '^shopwatch_monitor_')
}
ok "the manual names every family" manual_is_complete

plan
