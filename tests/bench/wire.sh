#!/bin/bash
# SPDX-License-Identifier: MIT
#
# How exact each phase is, next to what went over the wire: a client and a shop in two network namespaces, a wire
# between them, and a listener on the client's end of it (capture.c). The shop has a name server of its own, and is
# nginx before a server that holds its answers (delay.c, in the reference programs beside the project).
# A pair is floor.c, which does nothing else than send requests, and then the bench by every way; medians of pairs.
# `make bench` runs it whole; SMOKE=1 takes a quarter of a minute. Speaks TAP: a gate that is missed is said, and is
# no failure; a phase that is recorded and did not happen is.
set -u
. "${SOURCE:?}/tests/library.sh"
. "$SOURCE/tests/bench/common.sh"
want nginx openssl cc pkg-config jq ip dnsmasq
client=shopwatch-bench-$$-client shop=shopwatch-bench-$$-shop
readonly CLIENT_ADDRESS=192.0.2.1 SHOP_ADDRESS=192.0.2.2 DELAY_PORT=8090

take_away() {
    finish
    ip netns del "$client" 2>/dev/null
    ip netns del "$shop" 2>/dev/null
}
trap take_away EXIT

pairs=5 paced_runs=1000 crowd_runs=1500
[ -z "${SMOKE:-}" ] || pairs=1 paced_runs=200 crowd_runs=300

in_client() { ip netns exec "$client" "$@"; }
in_shop() { exec ip netns exec "$shop" "$@"; } # in a process of its own, whose id is the program's

build_references() { build_floor && build_delay INADDR_ANY; }

lay_the_wire() { # each end is named by what it leads to
    ip netns add "$client" && ip netns add "$shop" &&
        ip -n "$client" link add shop type veth peer name client netns "$shop" &&
        ip -n "$client" addr add "$CLIENT_ADDRESS/30" dev shop && ip -n "$shop" addr add "$SHOP_ADDRESS/30" dev client &&
        ip -n "$client" link set lo up && ip -n "$shop" link set lo up &&
        ip -n "$client" link set shop up && ip -n "$shop" link set client up
}

# Says why not, where it may not.
try_to_listen() { timeout --preserve-status 0.3 ip netns exec "$client" "$BUILD/tests/bench/capture" shop 2>&1 >/dev/null; }

# No tickets of TLS 1.3, which on the wire look like the beginning of an answer.
write_shop() {
    chmod 755 "$scratch" # nginx's worker is nobody
    mkdir -p "$scratch/www"
    head -c 60000 /dev/zero | tr '\0' x >"$scratch/www/page"
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$scratch/key.pem" -out "$scratch/cert.pem" \
        -days 2 -subj /CN=shop.test -addext "subjectAltName=DNS:*.shop.test,IP:$SHOP_ADDRESS" 2>/dev/null || return 1
    cat "$SYSTEM_BUNDLE" "$scratch/cert.pem" >"$scratch/bundle.pem"
    cat >"$scratch/nginx.conf" <<END
worker_processes 1; daemon off; pid $scratch/nginx.pid; error_log stderr warn;
events { worker_connections 8192; }
http {
  access_log off; default_type text/html; keepalive_requests 100000000;
  client_body_temp_path $scratch/t1; proxy_temp_path $scratch/t2; fastcgi_temp_path $scratch/t3;
  uwsgi_temp_path $scratch/t4; scgi_temp_path $scratch/t5;
  ssl_certificate $scratch/cert.pem; ssl_certificate_key $scratch/key.pem; ssl_protocols TLSv1.3;
  ssl_conf_command NumTickets 0;
  upstream holder { server 127.0.0.1:$DELAY_PORT; keepalive 1024; }
  server {
    listen $SHOP_ADDRESS:80 backlog=8192; listen $SHOP_ADDRESS:443 ssl backlog=8192; root $scratch/www;
    location = /page { limit_rate_after 4k; limit_rate 2m; }
    location / { proxy_pass http://holder; proxy_http_version 1.1; proxy_set_header Connection ""; }
  }
}
END
}

start_shop_on_the_wire() {
    in_shop $realtime "$scratch/delay" -p "$DELAY_PORT" -d 20 -q 900 >"$scratch/delay.log" 2>&1 &
    started+=($!)
    in_shop nginx -c "$scratch/nginx.conf" -e stderr >"$scratch/nginx.log" 2>&1 &
    started+=($!)
    in_shop dnsmasq --keep-in-foreground --conf-file=/dev/null --pid-file= --user=root --no-hosts --no-resolv \
        --bind-interfaces --listen-address="$SHOP_ADDRESS" --address="/shop.test/$SHOP_ADDRESS" >"$scratch/dns.log" 2>&1 &
    started+=($!)
    answers() { in_client bash -c "exec 3<>/dev/tcp/$SHOP_ADDRESS/$1"; }
    wait_for 10 answers "$DELAY_PORT" && wait_for 10 answers 80 && wait_for 10 answers 443 && wait_for 10 answers 53
}

# Its own five steps, a connection a journey. Plain it asks the holding server itself; over TLS nginx, as we do, with
# one certificate to read, for to read the system's would make it late.
floor() { # floor SCHEME OPTION...: leaves its figures in $scratch/floor.out
    local target=(-b "http://$SHOP_ADDRESS:$DELAY_PORT")
    [ "$1" = http ] || target=(-b "https://$SHOP_ADDRESS" -k "$scratch/cert.pem")
    shift
    in_client $before_others "$scratch/floor" "${target[@]}" -e "$@" >"$scratch/floor.out"
}

# An exchange a line, as errors.awk takes it.
readonly FLATTEN='.steps[].exchanges[] | [.local_port, (.url | sub("^[a-z]+://"; "") | sub("[:/].*"; "")),
    (.phases | (.dns, .connect, .tls, .send, .wait, .receive) | if . == null then "-" else . * 1000 end)] | join(" ")'

# Leaves the errors of each phase in $scratch/laid.WAY, and adds what is amiss to $scratch/amiss.
listen_to_bench() { # listen_to_bench WAY SCHEME OPTION...
    local way=$1 scheme=$2 listener status=0
    shift 2
    rm -f "$scratch/wire" # in which the one before has said that it listens
    ip netns exec "$client" "$BUILD/tests/bench/capture" shop >"$scratch/wire" 2>"$scratch/capture.err" &
    listener=$!
    started+=("$listener")
    wait_for 5 grep -q listening "$scratch/wire" || return 1
    SSL_CERT_FILE=$scratch/bundle.pem in_client $before_others "$BENCH" "$@" -d "$SHOP_ADDRESS" -o "$scratch/records" \
        "$(scenario wire.yaml "$scheme://\${run.id}.shop.test")" || status=1
    kill -TERM "$listener"
    wait "$listener" && [ "$status" = 0 ] || { cat "$scratch/capture.err"; return 1; }
    jq -r "$FLATTEN" "$scratch/records" >"$scratch/flat" &&
        awk -f "$SOURCE/tests/bench/errors.awk" "$scratch/wire" "$scratch/flat" >"$scratch/laid.$way" || return 1
    sed -n 's/^amiss/'"$way"'/p' "$scratch/laid.$way" >>"$scratch/amiss"
    sed -n 's/^wire .*odd=\([1-9][0-9]*\)$/'"$way"' packets-not-understood \1/p' "$scratch/wire" >>"$scratch/amiss"
}

# PHASE P50 P99 of the errors without their signs, and how many there were.
summary() { # summary LAID
    awk '$1 != "amiss" { print $1, $2 < 0 ? -$2 : $2 }' "$1" | sort -k1,1 -k2,2g | awk '
        function say() { if (n > 0) print phase, value[int(n / 2) + 1], value[int(n * 0.99) + 1], n }
        $1 != phase { say(); phase = $1; n = 0 }
        { value[++n] = $2 }
        END { say() }'
}

readonly WAYS='plain-paced plain-crowd tls-paced tls-crowd'
pair() { # pair NUMBER: by every way floor, and the bench right behind it
    local way scheme options late=0 word
    local -A p99
    for way in $WAYS; do
        scheme=http options=(-r 200 -c 500 -n "$paced_runs")
        [ "${way%-*}" = plain ] || scheme=https
        [ "${way#*-}" = paced ] || options=(-c 50 -n "$crowd_runs")
        floor "$scheme" "${options[@]}" && listen_to_bench "$way" "$scheme" "${options[@]}" || return 1
        # A crowd has no starts that could be late, and goes by those just before it; TLS by the plain ones, too.
        [ "${way#*-}" = crowd ] ||
            late=$({ echo "$late"; quantile 'start lateness' p99 "$scratch/floor.out"; } | sort -n | tail -1)
        # Over TLS floor's error has nginx's own time in it: the limit is that of the plain one.
        [ "$scheme" = https ] || p99[${way#*-}]=$(quantile 'ttfb-pre minus held' p99 "$scratch/floor.out")
        word=taken
        [ "$late" -lt "$LATENESS_MAX" ] || word=left
        summary "$scratch/laid.$way" | sed "s/^/$word $way ${p99[${way#*-}]} /" >>"$scratch/errors"
        printf '# %-5s %-12s %14s %13s   %s\n' "$1" "$way" "$late" "${p99[${way#*-}]}" "$word" >>"$scratch/pairs"
    done
}

all_pairs() {
    local n
    : >"$scratch/errors" >"$scratch/amiss"
    printf '# %-5s %-12s %14s %13s\n' pair way 'floor late p99' 'floor p99 us' >"$scratch/pairs"
    for n in $(seq "$pairs"); do pair "$n" || return 1; done
}

column() { # column N WORD WAY PHASE: of errors, the median
    awk -v n="$1" -v word="$2" -v way="$3" -v phase="$4" '$1 == word && $2 == way && $4 == phase { print $n }' \
        "$scratch/errors" | median
}

name_of() { # name_of WAY
    local name=${1%-*}
    [ "$name" = plain ] || name=TLS
    case ${1#*-} in
    paced) echo "$name, 1,000 steps a second" ;;
    crowd) echo "$name, 50 runs in flight" ;;
    esac
}

# Where the machine was always too busy there is no gate, but what was seen.
judge() {
    local way phase word p50 p99 limit verdict
    for way in $WAYS; do
        word=taken
        grep -q "^taken $way " "$scratch/errors" || word=left
        echo "# $(name_of "$way"): record minus wire$([ "$word" = taken ] || echo '; the machine was too busy for a gate')"
        for phase in dns connect tls send wait receive; do
            p50=$(column 5 "$word" "$way" "$phase") p99=$(column 6 "$word" "$way" "$phase")
            [ -n "$p50" ] || continue
            limit=$(p99_limit "$(column 3 "$word" "$way" "$phase")") verdict=missed
            [ "$(calculate "$p50 <= $ERROR_P50_MAX && $p99 <= $limit")" = 0.00 ] || verdict=met
            [ "$word" = taken ] || verdict=-
            printf '# %-6s %-10s p50 %8s <= %s us   p99 %8s <= %s us\n' "$verdict" "$phase" "$p50" "$ERROR_P50_MAX" \
                "$p99" "$limit"
        done
    done
}

# So that the next says something: the latest records, with a connection on one that used one again.
invention_is_told() {
    sed '0,/ - - - /s// - 5 - /' "$scratch/flat" | awk -f "$SOURCE/tests/bench/errors.awk" "$scratch/wire" - >"$scratch/invented"
    grep amiss "$scratch/invented"
    grep -qx 'amiss connect-that-did-not-happen 1' "$scratch/invented"
}
nothing_amiss() { cat "$scratch/amiss"; [ ! -s "$scratch/amiss" ]; }
has_all() { # has_all WAY PHASE...: it was laid beside the wire
    local phase
    for phase in "${@:2}"; do grep -q "^$phase " "$scratch/laid.$1" || { echo "$1: no $phase"; return 1; }; done
}

trouble=$(lay_the_wire 2>&1) || { echo "1..0 # SKIP no wire between two network namespaces: $trouble"; exit 0; }
trouble=$(try_to_listen)
[ -z "$trouble" ] || { echo "1..0 # SKIP nobody may listen to the wire: $trouble"; exit 0; }
ok "the reference programs build" build_references
ok "a shop is written" write_shop
ok "shop and name server answer" start_shop_on_the_wire
all_pairs >"$scratch/pairs.out" 2>&1
ok "every run passes, and no packet is lost" bash -c 'cat "$1"; exit "$2"' - "$scratch/pairs.out" "$?"
ok "every phase of a plain exchange was seen" has_all plain-crowd dns connect send wait receive
ok "and of one over TLS" has_all tls-crowd dns connect tls send wait receive
ok "a phase that did not happen would be told" invention_is_told
ok "no phase is recorded that did not happen, and none missing" nothing_amiss
cat "$scratch/pairs" 2>/dev/null
say_priority
judge
plan
