# SPDX-License-Identifier: MIT
#
# Faults, really done: the words in the column `done by` of faults.table are these functions. Each does one thing to the
# world of world.sh and returns when it is done. Nothing is undone: every trial has a new world. Sourced by run.sh.

# --- the path: what the router does with packets ---------------------------------------------------

route_rule() { # route_rule RULE...: each in the words of nft, of what it forwards
    inside router sysctl -qw net.netfilter.nf_conntrack_acct=1
    printf '%s\n' "table inet fault { chain forward { type filter hook forward priority 0;" "$@" "}; }" | inside router nft -f -
}

# What goes to the server, from everywhere or from one vantage point; `back` is what comes from it.
forth() { echo "${1:+iifname $1} oifname server"; }
back() { echo "iifname server ${1:+oifname $1}"; }

path_drops() { route_rule "$(forth "${1:-}") drop" "$(back "${1:-}") drop"; }             # [VANTAGE]
path_drops_back() { route_rule "$(back "${1:-}") drop"; }                                 # [VANTAGE]
path_refuses() { route_rule "$(forth "${1:-}") meta l4proto tcp reject with tcp reset"; } # [VANTAGE]
path_says() { route_rule "$(forth "${2:-}") meta l4proto tcp reject with icmp type $1"; } # ICMP-TYPE [VANTAGE]
path_loses() { # path_loses PER-CENT [VANTAGE]
    route_rule "$(forth "${2:-}") numgen random mod 100 < $1 drop" "$(back "${2:-}") numgen random mod 100 < $1 drop"
}
path_resets_some() { # path_resets_some PER-CENT [VANTAGE]: of the packets of connections that stand
    route_rule "$(forth "${2:-}") tcp flags & (syn|rst|fin) == 0 numgen random mod 100 < $1 reject with tcp reset"
}
path_swallows_large() { route_rule "$(forth "${2:-}") meta length > $1 drop" "$(back "${2:-}") meta length > $1 drop"; } # BYTES [VANTAGE]
path_swallows_large_back() { route_rule "$(back "${2:-}") meta length > $1 drop"; }                                    # BYTES [VANTAGE]
path_breaks_off() { # path_breaks_off BYTES [VANTAGE]: silence on a connection after so many from the server
    route_rule "$(forth "${2:-}") ct reply bytes > $1 drop" "$(back "${2:-}") ct reply bytes > $1 drop"
}
path_limits_connections() { route_rule "$(forth) tcp flags & (syn|ack) == syn limit rate over $1/second burst 1 packets drop"; } # A-SECOND
# A line that carries so many bits a second, as tc says it: the shop's, or each vantage point's own, to whatever it asks.
narrow() { inside "$1" tc qdisc add dev "$2" root tbf rate "$3" burst 3000 latency 1s; } # PLACE DEVICE RATE
path_is_narrow() { narrow router server "$1" && narrow server eth0 "$1"; }               # RATE
lines_are_narrow() { # lines_are_narrow RATE
    local place
    for place in "${VANTAGES[@]}"; do narrow router "$place" "$1" || return 1; done
}
# Somebody between one vantage point and the shop answers in its place, over TLS, with a certificate of his own.
path_is_intercepted() { # path_is_intercepted VANTAGE
    inside router nft -f - <<<"table ip fault { chain nat { type nat hook prerouting priority -100; iifname $1 tcp dport 443 dnat to $INTERCEPTOR; }; }"
}
route_is_lost() { ip -n "$world-router" route del 203.0.113.0/24; }

# Packets that a rule of `ip rule` selects come later.
packets_are_late() { # packets_are_late MILLISECONDS JITTER LOSS SELECTOR...
    start delay router "$BUILD/tests/faults/delay" late "$1" "$2" "$3" || return 1
    shift 3
    wait_for 5 ip -n "$world-router" link set late up || return 1
    inside router sysctl -qw net.ipv4.conf.late.rp_filter=0 net.ipv4.conf.all.rp_filter=0
    ip -n "$world-router" route add default dev late table 77 && ip -n "$world-router" rule add "$@" lookup 77 priority 77
}
answers_are_late() { packets_are_late "$1" "$2" "${3:-0}" iif server; }                                     # MILLISECONDS JITTER [LOSS]
answers_to_one_are_late() { packets_are_late "$1" "$2" 0 iif server to "$(address_of "$3")"; } # MILLISECONDS JITTER VANTAGE
names_are_late() { packets_are_late "$1" 0 0 iif world ipproto udp; }                                       # MILLISECONDS
address_of() { ip -n "$world-$1" -o -4 address show dev eth0 | sed 's/.* inet \([0-9.]*\).*/\1/'; } # VANTAGE

# --- names -----------------------------------------------------------------------------------------

shop_is_at() { # shop_is_at [ADDRESS]...: what all resolvers say from now on
    local vantage
    for vantage in "${VANTAGES[@]}"; do
        write_names "$vantage" "$@" && kill -HUP "${pid_of[resolver-$vantage]}" || return 1
    done
}
name_is_gone() { shop_is_at; }
resolver_dies() { stop "resolver-$1"; }         # VANTAGE
resolver_hangs() { signal STOP "resolver-$1"; } # VANTAGE
resolvers_fail() { # resolvers_fail VANTAGE...: they ask on, and get no answer that they would believe
    local vantage
    for vantage; do
        stop "resolver-$vantage"
        echo "$REFERENCE reference.test" >"$scratch/names-$vantage"
        start_resolver "$vantage" --server=/shop.test/127.0.0.1#9
    done
}
resolvers_refuse() { # resolvers_refuse VANTAGE...
    local vantage
    for vantage; do
        stop "resolver-$vantage"
        echo "$REFERENCE reference.test" >"$scratch/names-$vantage"
        start_resolver "$vantage" --server=/test/#
    done
}

# --- the vantage point and the monitor themselves --------------------------------------------------

link_is_down() { ip -n "$world-$1" link set eth0 down; }          # VANTAGE
vantage_has_no_route() { ip -n "$world-$1" route del default; }   # VANTAGE
vantage_cannot_open() { prlimit --pid "${pid_of[monitor]}" --nofile="$1:$1"; } # DESCRIPTORS

# Held in the middle of its work, again and again.
stutters() { # stutters NAME SECONDS-STOPPED SECONDS-RUNNING
    local pid=${pid_of[$1]}
    while kill -STOP "$pid"; do sleep "$2"; kill -CONT "$pid"; sleep "$3"; done >/dev/null 2>&1 &
    pid_of[stutter]=$!
}

# --- the front door --------------------------------------------------------------------------------

edge_shows() { show_certificate "$1" && change_edge; } # CERTIFICATE
edge_dies() { stop edge; }
edge_freezes() { signal STOP edge; }
edge_limits_visits() { # edge_limits_visits A-SECOND
    change_edge "edge_http=limit_req_zone \$binary_remote_addr zone=visits:1m rate=$1r/s;" 'edge_server=limit_req zone=visits; limit_req_status 429;'
}

# --- the CDN ---------------------------------------------------------------------------------------

cdn_says() { # cdn_says STATUS WORDS [ADDRESS]: from all its sites or from one
    cdn_server="location ~ ^/ { default_type text/html; return $1 '<html><title>$2</title>Example CDN</html>'; }"
    [ $# -lt 3 ] || cdn_server="if (\$server_addr = $3) { return $1; }"
    write_world_sites && reload sites world
}
origin_is_cut_off() { route_rule "iifname world oifname server drop"; } # from the CDN

# --- the application and what it needs -------------------------------------------------------------

application_dies() { signal KILL application; }
# What the door has a copy of goes on, as if the application were there.
application_dies_behind_a_cache() {
    change_edge "edge_http=proxy_cache_path $scratch/cache keys_zone=pages:1m; map \$uri \$personal { ~^/(products|p/) 0; default 1; }" \
        'edge_location=proxy_cache pages; proxy_cache_valid 200 10m; proxy_ignore_headers Set-Cookie Cache-Control Expires Vary;
            proxy_cache_bypass $personal; proxy_no_cache $personal; add_header X-Cache-Status $upstream_cache_status;' || return 1
    sleep $((slot * 2))
    onset=$(microseconds)
    application_dies
}
application_freezes() { signal STOP application; }
application_crashes_again_and_again() { # application_crashes_again_and_again SECONDS-UP SECONDS-DOWN
    local pid=${pid_of[application]}
    while kill -KILL "$pid"; do
        sleep "$2"
        start_application
        pid=${pid_of[application]}
        sleep "$1"
    done >/dev/null 2>&1 &
    pid_of[crashes]=$!
}
release() { # release FAULT PATTERN [WORD]...: a bad one takes the application's place; see release.js
    start release server node "$suite/release.js" $RELEASE_PORT $APPLICATION_PORT "$@"
    wait_for 10 listens server 127.0.0.1 $RELEASE_PORT && change_edge "upstream=127.0.0.1:$RELEASE_PORT"
}
readonly NEEDS_DATABASE="^[A-Z]+ /(?!health|static)" WRITES="^(POST|DELETE) "

payment_dies() { stop payment KILL; }
payment_freezes() { signal STOP payment; }

# --- its database ----------------------------------------------------------------------------------

change_database() { sqlite3 -cmd '.timeout 5000' "$scratch/disk/shop.db" "$1"; } # SQL
table_is_damaged() { "$BUILD/examples/shop/damage" "$scratch/disk/shop.db" "$1" on; } # TABLE
file_is_damaged() { dd if=/dev/urandom of="$scratch/disk/shop.db" bs=100 count=1 conv=notrunc status=none; }
file_is_locked() { # file_is_locked KIND: EXCLUSIVE for all, IMMEDIATE for those who write
    start lock server bash -c "{ echo '.timeout 5000'; echo 'BEGIN $1;'; sleep 1000; } | sqlite3 '$scratch/disk/shop.db'"
}
disk_is_full() {
    dd if=/dev/zero of="$scratch/disk/filler" bs=4096 status=none 2>/dev/null
    [ "$(df --output=avail "$scratch/disk" | tail -1)" -le 4 ]
}

# --- PostgreSQL ------------------------------------------------------------------------------------

database_stops() { stop database INT; }
database_crashes() { signal KILL database; }
database_freezes() { signal STOP database; }
database_is_cut_off() { # packets between application and database are lost
    inside server nft -f - <<<"table inet cut { chain input { type filter hook input priority 0; tcp dport $DATABASE_PORT drop; tcp sport $DATABASE_PORT drop; }; }"
}
sessions() { in_database "select pid from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()"; }
sessions_stutter() { # sessions_stutter SECONDS-STOPPED SECONDS-RUNNING
    local pids
    pids=$(sessions)
    while kill -STOP $pids; do sleep "$1"; kill -CONT $pids; sleep "$2"; done >/dev/null 2>&1 &
    pid_of[stutter]=$!
}
database_stutters() { # database_stutters SECONDS-STOPPED SECONDS-RUNNING: the whole server, whoever asks
    local server=${pid_of[database]} pids
    while pids="$server $(pgrep -P "$server")" && kill -STOP $pids; do sleep "$1"; kill -CONT $pids; sleep "$2"; done >/dev/null 2>&1 &
    pid_of[stutter]=$!
}
sessions_crash_again_and_again() { # sessions_crash_again_and_again SECONDS: each time the server starts anew
    while :; do kill -SEGV $(sessions | head -1); sleep "$1"; done >/dev/null 2>&1 &
    pid_of[crashes]=$!
}
table_is_locked() { # table_is_locked TABLE MODE
    start lock server "$postgresql_programs/psql" -h 127.0.0.1 -p $DATABASE_PORT -U shop -d postgres \
        -c "begin; lock table $1 in $2 mode; select pg_sleep(1000)"
}
database_reads_only() { in_database 'alter system set default_transaction_read_only = on' && in_database 'select pg_reload_conf()'; }
# The server keeps pages in memory, and must read the damaged ones again. The shop is held meanwhile, so that nobody sees
# more of it than a moment's delay.
while_stopped() { # while_stopped COMMAND...
    signal STOP application
    stop database INT
    "$@" && start_database && wait_for 20 in_database 'select 1' || return 1
    signal CONT application
    onset=$(microseconds)
}
file_of() { echo "$scratch/postgresql/$(in_database "select pg_relation_filepath('$1')")"; }
index_spins() { while_stopped "$BUILD/examples/shop/damage_index" "$(file_of "$1")" on; }                                    # INDEX
heap_is_damaged() { while_stopped dd if=/dev/urandom of="$(file_of "$1")" bs=8192 count=1 conv=notrunc status=none; }      # TABLE
