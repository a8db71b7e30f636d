# SPDX-License-Identifier: MIT
# What the bench's scripts share: the reference programs, figures and gates. Sourced after tests/library.sh.

reference=${BENCH_REFERENCE:-$SOURCE/../shared/bench}
[ -f "$reference/floor.c" ] || { echo "1..0 # SKIP the reference programs are not here"; exit 0; }
readonly SYSTEM_BUNDLE=/etc/ssl/certs/ca-certificates.crt
[ -f "$SYSTEM_BUNDLE" ] || { echo "1..0 # SKIP the system has no bundle of certificates"; exit 0; }
PATH=$PATH:/usr/sbin
BENCH=$BUILD/tests/bench/bench

# Figures are of a minute in which the machine started floor's own requests in time.
readonly LATENESS_MAX=3000 ERROR_P50_MAX=100 ERROR_P99_MAX=1000

# With REALTIME=1 floor and bench run before all others, which makes a busy machine a quiet one for both.
before_others=
[ -z "${REALTIME:-}" ] || before_others='chrt -r 5'
say_priority() { [ -z "$before_others" ] || echo "# floor and bench ran under SCHED_RR"; }

# A server that says how long it held an answer must not itself be held up, where that may be had.
realtime=
! chrt -f 10 true 2>/dev/null || realtime='chrt -f 10'

build_floor() {
    cc -O2 "$reference/floor.c" -o "$scratch/floor" $(pkg-config --cflags --libs libcurl libevent)
}

build_delay() { # build_delay ADDRESS: INADDR_LOOPBACK, or INADDR_ANY for a namespace of its own
    sed "s/INADDR_LOOPBACK/$1/" "$reference/delay.c" | cc -O2 -x c - -o "$scratch/delay"
}

scenario() { # scenario FILE URL: with its target put in; prints its name
    local name=$scratch/${2//[^a-z0-9]/-}.yaml
    sed "s|TARGET|$2|" "$SOURCE/tests/bench/$1" >"$name"
    echo "$name"
}

figure() { # figure NAME FILE: the number behind NAME=
    sed -n "s/.*\b$1=\(-\{0,1\}[0-9.]*\).*/\1/p" "$2" | head -1
}
quantile() { # quantile NAME p50|p99 FILE
    sed -n "s/^$1 .*\b$2=\(-\{0,1\}[0-9]*\).*/\1/p" "$3"
}
median() { sort -n | awk '{ value[NR] = $1 } END { if (NR) print value[int((NR + 1) / 2)] }'; }
calculate() { awk "BEGIN { printf \"%.2f\", ($1) }"; }

gates=
gate() { # gate NAME FIGURE LIMIT UNIT
    local word=missed
    [ "$(calculate "$2 <= $3")" = 1.00 ] && word=met
    gates+="$(printf '# %-6s %-62s %9s <= %s %s' "$word" "$1" "$2" "$3" "$4")"$'\n'
}
no_gate() { # no_gate NAME: on such a machine
    gates+="# -      $1: the machine was too busy for a figure"$'\n'
}

p99_limit() { # p99_limit FLOOR-P99: of an error
    awk "BEGIN { limit = 1.5 * $1; print (limit > $ERROR_P99_MAX ? limit : $ERROR_P99_MAX) }"
}
