#!/bin/bash
# SPDX-License-Identifier: MIT
#
# What a step costs and how exact the times are, next to a program that does nothing else than send the same
# requests (floor.c, in the reference programs beside the project). Alternating pairs, medians, ratios.
# `make bench` runs it whole; SMOKE=1 takes less than a minute. Speaks TAP: a gate that is missed is
# said, and is no failure; what does not work is.
set -u
. "${SOURCE:?}/tests/library.sh"
. "$SOURCE/tests/bench/common.sh"
. "$SOURCE/tests/bench/others.sh"
want nginx openssl cc pkg-config

pairs=5 crowd_pairs=15 crowds='50 2000' plain_runs=4000 tls_runs=1500 held_runs=5000 starts=20
[ -z "${SMOKE:-}" ] || pairs=1 crowd_pairs=1 crowds=50 plain_runs=1000 tls_runs=300 held_runs=1000 starts=3

ulimit -n "$(ulimit -Hn)"

build_references() { build_floor && build_delay INADDR_LOOPBACK; }

start_target() {
    chmod 755 "$scratch" # the target's worker is nobody
    http_port=$(free_port) https_port=$(free_port) delay_port=$(free_port)
    sh "$reference/target.sh" "$scratch/target" "$http_port" "$https_port" >"$scratch/target.log" 2>&1 &
    started+=($!)
    $realtime "$scratch/delay" -p "$delay_port" -d 20 -q 900 >"$scratch/delay.log" 2>&1 &
    started+=($!)
    wait_for 10 answers "$http_port" && wait_for 10 answers "$https_port" && wait_for 10 answers "$delay_port" &&
        cat "$SYSTEM_BUNDLE" "$scratch/target/cert.pem" >"$scratch/bundle.pem"
}

# Runs floor and bench in turn; leaves medians of their figures in floor_cpu, bench_cpu and so on. Both speak HTTP/1.1,
# for with HTTP/2 and one pool some of floor's journeys fail; with h2 for KIND, ours speaks HTTP/2 beside it.
compare() { # compare KIND IN_FLIGHT RUNS URL [FLOOR-OPTION...]
    local kind=$1 in_flight=$2 runs=$3 url=$4 file pair pairs=$pairs
    shift 4
    # A tenth of a second each: one of them says little.
    [ "$in_flight" != 50 ] || pairs=$crowd_pairs
    file=$(scenario shop.yaml "$url")
    [ "$kind" != h2 ] || sed -i 's/http: "1.1"/http: "2"/' "$file"
    : >"$scratch/floors" >"$scratch/benches" >"$scratch/ratios"
    for pair in $(seq "$pairs"); do
        "$scratch/floor" -b "$url" -n "$runs" -c "$in_flight" "$@" >"$scratch/floor.out" || return 1
        SSL_CERT_FILE=$scratch/bundle.pem "$BENCH" -n "$runs" -c "$in_flight" \
            -o "$scratch/records" "$file" >"$scratch/bench.out" || return 1
        figure cpu_us_per_step "$scratch/floor.out" >>"$scratch/floors"
        figure cpu_us_per_step "$scratch/bench.out" >>"$scratch/benches"
        calculate "$(tail -1 "$scratch/benches") / $(tail -1 "$scratch/floors")" >>"$scratch/ratios"
        echo >>"$scratch/ratios"
    done
    floor_cpu=$(median <"$scratch/floors") bench_cpu=$(median <"$scratch/benches")
    ratio=$(grep . "$scratch/ratios" | median)
    bench_rss=$(figure maxrss_kb "$scratch/bench.out") base_rss=$(figure rss_base_kb "$scratch/bench.out")
    rate=$(figure runs_per_cpu_s "$scratch/bench.out")
}

costs() {
    local kind in_flight url runs small_rss
    printf '# %-7s %9s %14s %14s %7s %12s %10s\n' target 'in flight' 'floor us/step' 'bench us/step' ratio \
        'runs/cpu-s' 'peak KiB' >"$scratch/table"
    for kind in plain tls h2; do
        url=http://127.0.0.1:$http_port runs=$plain_runs options=()
        [ "$kind" = plain ] || url=https://127.0.0.1:$https_port runs=$tls_runs options=(-k "$scratch/bundle.pem")
        for in_flight in $crowds; do
            compare "$kind" "$in_flight" "$((runs > in_flight ? runs : in_flight))" "$url" "${options[@]}" || return 1
            printf '# %-7s %9s %14s %14s %7s %12s %10s\n' "$kind" "$in_flight" "$floor_cpu" "$bench_cpu" "$ratio" \
                "$rate" "$bench_rss" >>"$scratch/table"
            [ "$kind-$in_flight" != plain-50 ] || bench_plain=$bench_cpu
            case $kind-$in_flight in
            plain-50) gate 'CPU per step to floor, plain, 50 in flight' "$ratio" 1.3 x ;;
            plain-2000) gate 'CPU per step to floor, plain, 2000 in flight' "$ratio" 1.4 x ;;
            tls-50) gate 'CPU per step to floor, TLS, system bundle, 50 in flight' "$ratio" 1.2 x ;;
            esac
            case $kind-$in_flight in
            plain-50) gate 'memory with one scenario' "$(calculate "$base_rss / 1024")" 16 MiB ;;
            plain-2000) gate 'memory per run in flight, plain' "$(calculate "($bench_rss - $small_rss) / 1950")" 90 KiB ;;
            tls-2000) gate 'memory per run in flight, TLS' "$(calculate "($bench_rss - $small_rss) / 1950")" 160 KiB ;;
            esac
            small_rss=$bench_rss
        done
    done
}

# A whole `shopwatch run` of the five steps, its report and its end included.
start_cost() {
    local file times n
    file=$(scenario shop.yaml "http://127.0.0.1:$http_port")
    for n in $(seq "$starts"); do
        times=$( { TIMEFORMAT='%U %S'; time "$SHOPWATCH" run "$file" >"$scratch/run.out" 2>&1; } 2>&1) || return 1
        awk '{ print ($1 + $2) * 1000 }' <<<"$times" >>"$scratch/starts"
    done
    gate 'CPU of a whole `shopwatch run` of one journey' "$(median <"$scratch/starts")" 20 ms
}

# One step a run; the server says how long it held each answer. `paced` is 1,000 runs started a second, `crowd` 50 in
# flight; the crowd has no starts that could be late, and goes by those of the paced floor just before it.
exactness_of() { # exactness_of PAIR LOAD OPTION...
    local pair=$1 load=$2 url=http://127.0.0.1:$delay_port
    shift 2
    $before_others "$scratch/floor" -b "$url" -1 / -e -n "$held_runs" "$@" >"$scratch/floor.out" || return 1
    $before_others "$BENCH" "$@" -n "$held_runs" -o "$scratch/records" "$(scenario held.yaml "$url")" >"$scratch/bench.out" || return 1
    local own_late=-
    if [ "$load" = paced ]; then
        late=$(quantile 'start lateness' p99 "$scratch/floor.out")
        own_late=$(quantile 'start lateness' p99 "$scratch/bench.out")
    fi
    set -- "$(quantile 'ttfb-pre minus held' p50 "$scratch/floor.out")" \
        "$(quantile 'ttfb-pre minus held' p99 "$scratch/floor.out")" \
        "$(quantile 'wait minus held' p50 "$scratch/bench.out")" \
        "$(quantile 'wait minus held' p99 "$scratch/bench.out")"
    printf '# %-5s %-6s %9s %8s %9s %8s %16s %16s\n' "$pair" "$load" "$@" "$late" \
        "$own_late" >>"$scratch/exact"
    # Only while the machine leaves floor alone does the figure say something of us.
    [ "$late" -ge "$LATENESS_MAX" ] || echo "$3 $4 $2" >>"$scratch/errors.$load"
}

exactness_gates() { # exactness_gates LOAD NAME
    local errors=$scratch/errors.$1
    [ -s "$errors" ] || { no_gate "error of the wait phase $2"; return; }
    gate "error of the wait phase $2, p50" "$(cut -d' ' -f1 "$errors" | median)" "$ERROR_P50_MAX" us
    gate "the same, p99" "$(cut -d' ' -f2 "$errors" | median)" "$(p99_limit "$(cut -d' ' -f3 "$errors" | median)")" us
}

exactness() {
    local pair late
    printf '# %-5s %-6s %18s %18s %16s %16s\n' pair load 'floor p50 p99 us' 'bench p50 p99 us' 'floor late p99' \
        'bench late p99' >"$scratch/exact"
    for pair in $(seq "$pairs"); do
        exactness_of "$pair" paced -r 1000 -c 500 && exactness_of "$pair" crowd -c 50 || return 1
    done
    exactness_gates paced 'at 1,000 runs a second'
    exactness_gates crowd 'at 50 in flight'
}

ok "the reference programs build" build_references
ok "nginx and the delaying server answer" start_target
costs >"$scratch/costs.out" 2>&1
ok "every run against nginx passes" test $? = 0
ok "what is installed besides is compared" others
sed 's/^/# /' "$scratch/costs.out" | tail -5
start_cost >"$scratch/start.out" 2>&1
ok "shopwatch run passes" test $? = 0
exactness >"$scratch/exact.out" 2>&1
ok "every run against the delaying server passes" test $? = 0
cat "$scratch/table" "$scratch/others" "$scratch/exact" 2>/dev/null
say_priority
printf '%s' "$gates"
plan
