#!/bin/bash
# SPDX-License-Identifier: MIT
#
# What a step costs and how exact the times are, next to a program that does nothing else than send the same
# requests (floor.c, in the reference programs beside the project). Alternating pairs, medians, ratios.
# `make bench` runs it whole; SMOKE=1 takes less than a minute. Speaks TAP: a gate that is missed is
# said, and is no failure; what does not work is.
set -u
. "${SOURCE:?}/tests/library.sh"
reference=${BENCH_REFERENCE:-$SOURCE/../shared/bench}
[ -f "$reference/floor.c" ] || { echo "1..0 # SKIP the reference programs are not here"; exit 0; }
want nginx openssl cc pkg-config
readonly SYSTEM_BUNDLE=/etc/ssl/certs/ca-certificates.crt
[ -f "$SYSTEM_BUNDLE" ] || { echo "1..0 # SKIP the system has no bundle of certificates"; exit 0; }

pairs=5 crowds='50 2000' plain_runs=4000 tls_runs=1500 held_runs=5000 starts=20
[ -z "${SMOKE:-}" ] || pairs=1 crowds=50 plain_runs=1000 tls_runs=300 held_runs=1000 starts=3

ulimit -n "$(ulimit -Hn)"
PATH=$PATH:/usr/sbin

build_references() {
    cc -O2 "$reference/floor.c" -o "$scratch/floor" $(pkg-config --cflags --libs libcurl libevent) &&
        cc -O2 "$reference/delay.c" -o "$scratch/delay"
}

start_target() {
    chmod 755 "$scratch" # the target's worker is nobody
    http_port=$(free_port) https_port=$(free_port) delay_port=$(free_port)
    sh "$reference/target.sh" "$scratch/target" "$http_port" "$https_port" >"$scratch/target.log" 2>&1 &
    started+=($!)
    "$scratch/delay" -p "$delay_port" -d 20 -q 900 >"$scratch/delay.log" 2>&1 &
    started+=($!)
    wait_for 10 answers "$http_port" && wait_for 10 answers "$https_port" && wait_for 10 answers "$delay_port" &&
        cat "$SYSTEM_BUNDLE" "$scratch/target/cert.pem" >"$scratch/bundle.pem"
}

scenario() { # scenario FILE URL: with its target put in; prints its name
    local name=$scratch/${2//[^a-z0-9]/-}.yaml
    sed "s|TARGET|$2|" "$SOURCE/tests/bench/$1" >"$name"
    echo "$name"
}

figure() { # figure NAME FILE: the number behind NAME=
    sed -n "s/.*\b$1=\(-\{0,1\}[0-9.]*\).*/\1/p" "$2" | head -1
}
median() { sort -n | awk '{ value[NR] = $1 } END { if (NR) print value[int((NR + 1) / 2)] }'; }
calculate() { awk "BEGIN { printf \"%.2f\", ($1) }"; }

# Runs floor and bench in turn; leaves medians of their figures in floor_cpu, bench_cpu and so on. Over TLS floor
# speaks HTTP/1.1, for with HTTP/2 and one pool some of its journeys fail; ours speaks what the target offers.
compare() { # compare IN_FLIGHT RUNS URL [FLOOR-OPTION...]
    local in_flight=$1 runs=$2 url=$3 file pair
    shift 3
    file=$(scenario shop.yaml "$url")
    : >"$scratch/floors" >"$scratch/benches" >"$scratch/ratios"
    for pair in $(seq "$pairs"); do
        "$scratch/floor" -b "$url" -n "$runs" -c "$in_flight" "$@" >"$scratch/floor.out" || return 1
        SSL_CERT_FILE=$scratch/bundle.pem "$BUILD/tests/bench/bench" -n "$runs" -c "$in_flight" \
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

gate() { # gate NAME FIGURE LIMIT UNIT
    local word=missed
    [ "$(calculate "$2 <= $3")" = 1.00 ] && word=met
    gates+="$(printf '# %-6s %-62s %9s <= %s %s' "$word" "$1" "$2" "$3" "$4")"$'\n'
}

costs() {
    local kind in_flight url runs small_rss
    printf '# %-7s %9s %14s %14s %7s %12s %10s\n' target 'in flight' 'floor us/step' 'bench us/step' ratio \
        'runs/cpu-s' 'peak KiB' >"$scratch/table"
    for kind in plain tls; do
        url=http://127.0.0.1:$http_port runs=$plain_runs options=()
        [ "$kind" = plain ] || url=https://127.0.0.1:$https_port runs=$tls_runs options=(-k "$scratch/bundle.pem")
        for in_flight in $crowds; do
            compare "$in_flight" "$((runs > in_flight ? runs : in_flight))" "$url" "${options[@]}" || return 1
            printf '# %-7s %9s %14s %14s %7s %12s %10s\n' "$kind" "$in_flight" "$floor_cpu" "$bench_cpu" "$ratio" \
                "$rate" "$bench_rss" >>"$scratch/table"
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

quantile() { # quantile NAME p50|p99 FILE
    sed -n "s/^$1 .*\b$2=\(-\{0,1\}[0-9]*\).*/\1/p" "$3"
}

# One step a run, 1,000 runs started a second; the server says how long it held each answer.
exactness() {
    local url=http://127.0.0.1:$delay_port pair file
    file=$(scenario held.yaml "$url")
    printf '# %-5s %18s %18s %18s %18s\n' pair 'floor p50 p99 us' 'bench p50 p99 us' 'floor late p99' 'bench late p99' \
        >"$scratch/exact"
    for pair in $(seq "$pairs"); do
        "$scratch/floor" -b "$url" -1 / -e -r 1000 -c 500 -n "$held_runs" >"$scratch/floor.out" || return 1
        "$BUILD/tests/bench/bench" -r 1000 -c 500 -n "$held_runs" -o "$scratch/records" "$file" \
            >"$scratch/bench.out" || return 1
        set -- "$(quantile 'ttfb-pre minus held' p50 "$scratch/floor.out")" \
            "$(quantile 'ttfb-pre minus held' p99 "$scratch/floor.out")" \
            "$(quantile 'wait minus held' p50 "$scratch/bench.out")" \
            "$(quantile 'wait minus held' p99 "$scratch/bench.out")" \
            "$(quantile 'start lateness' p99 "$scratch/floor.out")" \
            "$(quantile 'start lateness' p99 "$scratch/bench.out")"
        printf '# %-5s %9s %8s %9s %8s %18s %18s\n' "$pair" "$@" >>"$scratch/exact"
        # Only while the machine leaves floor alone does the figure say something of us.
        [ "$5" -ge 3000 ] || echo "$3 $4 $2" >>"$scratch/errors"
    done
    [ -s "$scratch/errors" ] || { gates+="# -      exactness: the machine was too busy for a figure"$'\n'; return 0; }
    local p50 p99 floor_p99
    p50=$(cut -d' ' -f1 "$scratch/errors" | median) p99=$(cut -d' ' -f2 "$scratch/errors" | median)
    floor_p99=$(cut -d' ' -f3 "$scratch/errors" | median)
    gate 'error of the wait phase at 1,000 runs a second, p50' "$p50" 100 us
    gate 'the same, p99' "$p99" "$(awk "BEGIN { l = 1.5 * $floor_p99; print (l > 1000 ? l : 1000) }")" us
}

gates=
ok "the reference programs build" build_references
ok "nginx and the delaying server answer" start_target
costs >"$scratch/costs.out" 2>&1
ok "every run against nginx passes" test $? = 0
sed 's/^/# /' "$scratch/costs.out" | tail -5
start_cost >"$scratch/start.out" 2>&1
ok "shopwatch run passes" test $? = 0
exactness >"$scratch/exact.out" 2>&1
ok "every run against the delaying server passes" test $? = 0
cat "$scratch/table" "$scratch/exact" 2>/dev/null
printf '%s' "$gates"
plan
