# SPDX-License-Identifier: MIT
#
# `demo --incident`: one page of an index is damaged on the disk of a shop's database. What searches there never comes back
# and keeps the worker that waits for it; when the last worker is gone nobody can even connect, as if a firewall stood
# there, while network and application are what they were. Sourced by demo.

. "$EXAMPLES/shop/postgresql.sh"

start_database() {
    start_postgresql "$scratch/postgresql" -c listen_addresses= -c unix_socket_directories="$scratch/postgresql"
    wait_for 20 "the database's start" in_database 'select 1' >/dev/null
}
in_database() { "$postgresql_programs/psql" -h "$scratch/postgresql" -U shop -d postgres -Atqc "$1" 2>/dev/null; }
stop_database() { # stop_database [SIGNAL]: of sessions that search on and on only QUIT makes an end
    kill -"${1:-QUIT}" "$database_pid" && wait "$database_pid"
    database_pid=
} 2>/dev/null

# While the server is down, for it keeps pages in memory; and nobody looks then.
with_database_stopped() { # with_database_stopped SIGNAL COMMAND...
    local try
    stop_database "$1"
    "${@:2}" || fail "the index could not be changed"
    start_database
    # Each worker finds out by itself that its old session is gone.
    for try in $(seq 30); do curl -s -o /dev/null -m 1 "$shop_url/api/products"; done
}
damage_index() { with_database_stopped INT "$build/examples/shop/damage_index" "$scratch/postgresql/$index" on; }
mend_index() { with_database_stopped QUIT "$build/examples/shop/damage_index" "$scratch/postgresql/$index" off; }

operate() { "$SHOPWATCH" "$1" --all -c "$scratch/shopwatch.yaml" >/dev/null || fail "shopwatch $1 did not go"; }
nobody_gets_in() { [ "$(curl -s -o /dev/null -w '%{time_connect}' -m 1 "$shop_url/health")" = 0.000000 ]; }
all_blame_the_database() { status | jq -e 'all(.incidents[].verdict; .cause == "database")' >/dev/null; }

expect_database() { # expect_database SECONDS: and its table, within so many, and nobody else
    expect "$1" database db.orders all_blame_the_database && say "${green}right${plain}: not the network, not the application"
}

tell_incident() {
    have_postgresql || fail "PostgreSQL is not installed; ./bootstrap demo --incident does it"
    address=127.0.0.1 second=$nearby
    chmod 711 "$scratch"
    make_postgresql "$scratch/postgresql" || fail "PostgreSQL could not be set up"
    start_database
    start_shop --store "postgresql:host=$scratch/postgresql user=shop dbname=postgres connect_timeout=2" --workers 6
    wait_for 10 "the making of its tables" curl -sf -o /dev/null "$shop_url/api/products"
    start_monitor "postgresql: 'host=$scratch/postgresql user=shop dbname=postgres'"
    begin "with six workers and PostgreSQL"
    index=$(in_database "select pg_relation_filepath('orders_pkey')")

    headline "1. One page of an index is damaged on the database's disk (orders_pkey)"
    operate pause
    sleep 2 # what is under way ends
    damage_index
    operate resume
    wait_for 40 "an incident" has_incident
    expect_database 10

    headline "2. Its workers are lost one by one, until nobody can even connect"
    wait_for 90 "the loss of all workers" nobody_gets_in
    say "connections to the shop time out, as if a firewall stood there"
    expect_database 1

    headline "3. The page is mended"
    mend_index
    wait_for 60 "the end of the incident" all_pass
    say "repaired; all journeys pass again"
}
