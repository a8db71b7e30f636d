#!/bin/bash
# SPDX-License-Identifier: MIT
# The example shop with several workers and its data in PostgreSQL: the journeys of the examples pass, workers are replaced,
# a database that stops and comes back, and one damaged index that takes all workers, one after another. Speaks TAP.
set -u
. "${SOURCE:?}/tests/library.sh"
. "$SOURCE/examples/shop/postgresql.sh"
want jq curl setpriv
have_postgresql || { echo "1..0 # SKIP PostgreSQL is not installed"; exit 0; }
grep -q '^#define HAVE_LIBPQ' "$BUILD/config.h" || { echo "1..0 # SKIP the shop was built without libpq"; exit 0; }

chmod 711 "$scratch"
port=$(free_port)
start_database() {
    start_postgresql "$scratch/data" -p "$port" -c listen_addresses=127.0.0.1
    wait_for 20 in_database 'select 1'
}
stop_database() { # stop_database SIGNAL
    kill -"$1" "$database_pid" && wait "$database_pid"
    true
}
in_database() { "$postgresql_programs/psql" -h 127.0.0.1 -p "$port" -U shop -d postgres -Atc "$1"; }
end() {
    kill -QUIT "$database_pid" 2>/dev/null
    finish
}
trap end EXIT

make_postgresql "$scratch/data" && start_database || { cat "$scratch/data.log"; echo "Bail out! no database"; exit 1; }
SHOP_STORE="postgresql:host=127.0.0.1 port=$port dbname=postgres user=shop connect_timeout=2" SHOP_WORKERS=3 start_shop
shop_file
copy_examples "$scratch/journeys"
for journey in browse search cart guest-checkout returning-customer; do
    ok "$journey passes" "$SHOPWATCH" run -c "$scratch/shopwatch.yaml" "$scratch/journeys/$journey.yaml"
done
ok "the orders are in the database" test "$(in_database "select count(*) from orders where state = 'cancelled'")" = 2

workers() { pgrep -P "$shop_pid"; }
ok "there are three workers" test "$(workers | wc -l)" = 3
first=$(workers | head -1)
kill -KILL "$first"
is_replaced() { [ "$(workers | wc -l)" = 3 ] && ! workers | grep -qx "$first"; }
ok "one that dies is replaced" wait_for 10 is_replaced

status() { curl -s -o "$scratch/answer" -w '%{http_code}' -m "${2:-10}" "$shop_url$1"; }
says() { [ "$(status "$2")" = "$1" ]; } # says STATUS PATH
stop_database INT
ok "without its database it says so" says 500 /api/products
ok "and is alive all the same" says 200 /health
ok "the database comes back" start_database
ok "and the shop with it" wait_for 10 says 200 /api/products

index=$(in_database "select pg_relation_filepath('orders_pkey')")
stop_database INT
ok "an index is damaged" "$BUILD/examples/shop/damage_index" "$scratch/data/$index" on
ok "but not twice" eval '! "$BUILD/examples/shop/damage_index" "$scratch/data/$index" on'
start_database
ok "what does not need it works" wait_for 10 says 200 /api/products
all_hang() {
    local try
    for try in 1 2 3 4 5 6 7 8 9 10 11 12; do
        status /api/orders/999999999 0.5 >/dev/null
        [ "$(status /health 1)" = 200 ] || return 0
    done
    return 1
}
ok "what needs it takes one worker after another, until nobody answers" all_hang
nobody_is_let_in() { # the queue has room for a few
    local try
    for try in $(seq 40); do (exec 3<>"/dev/tcp/127.0.0.1/${shop_url##*:}" && sleep 30) 2>/dev/null & started+=($!); done
    sleep 0.5
    [ "$(curl -s -o "$scratch/answer" -w '%{time_connect}' -m 1 "$shop_url/health")" = 0.000000 ]
}
ok "then nobody can even connect" nobody_is_let_in
stop_database QUIT
ok "the index is mended" "$BUILD/examples/shop/damage_index" "$scratch/data/$index" off
start_database
ok "and the shop works again" wait_for 20 says 404 /api/orders/999999999
kill -TERM "$shop_pid"
ok "it ends in order" wait "$shop_pid"
forget "$shop_pid"
plan
