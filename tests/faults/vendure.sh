# SPDX-License-Identifier: MIT
#
# A real shop in the world: Vendure on PostgreSQL, by the laboratory beside the project, which starts it once and has a
# switch for each fault. It listens on a socket; the front door of world.sh hands on to that. Sourced by run.sh.

readonly laboratory=$SOURCE/../shared/lab/vendure
switched=() # faults that are on

laboratory_is_here() { [ -x "$laboratory/up.sh" ]; }

# The database's own user must be able to reach it, and a laboratory in use is left alone: ten ports of its own.
laboratory_up() {
    local first=$((21000 + BASHPID % 700 * 10))
    while [ -n "$(ss -ltnH "sport >= :$first and sport <= :$((first + 9))")" ]; do
        first=$((first < 28000 ? first + 10 : 21000))
    done
    LAB=$(mktemp -d /var/tmp/shopwatch-lab.XXXXXX) && chmod 755 "$LAB" || return 1
    export LAB NET=0 PROXY_READ_TIMEOUT=2500ms NSIDX=f$BASHPID
    export PGPORT=$first APPPORT=$((first + 1)) PSP_PORT=$((first + 2)) HTTPPORT=$((first + 3)) HTTPSPORT=$((first + 4))
    "$laboratory/up.sh" || return 1
    wait_for 120 search_is_built
}
# Seeding leaves work to the shop's worker: until it is done, a search may find nothing.
search_is_built() {
    [ "$(in_vendure "select count(*) from job_record where \"queueName\" = 'update-search-index' and not \"isSettled\"")" = 0 ]
}
laboratory_down() {
    [ -n "${LAB:-}" ] || return 0
    "$laboratory/down.sh" --wipe >/dev/null 2>&1
    rm -rf "$LAB"
    unset LAB
}

start_vendure() {
    [ -n "${LAB:-}" ] || laboratory_up || return 1
    start_resolvers
    start_world_sites
    mkdir -p "$scratch/www" && cp -r "$SOURCE/examples/shop/static" "$scratch/www/static"
    edge_as_it_should_be
    upstream=unix:$LAB/run/front.sock:
    edge_patience=7s
    show_certificate good && start_edge && wait_for 10 listens server "$SERVER" 443
}

end_vendure() {
    local fault
    for fault in "${switched[@]}"; do "$laboratory/faults.sh" "$fault" off; done >"$scratch/repair.log" 2>&1
    switched=()
}

write_vendure_files() {
    local file
    sed -e "s|^base:.*|base: https://shop.test|" -e 's|^scenarios:.*|scenarios: ["journeys/*.yaml"]|' \
        -e '/^vantages:/,$d' -e '/^  proxy:/s|}|, static: /static/logo.svg, large: /static/style.css, ports: [443, 80]}|' \
        -e '/^  web:/s|}|, health: /health}|' -e "/^  db:/,/kind: database/s|kind: database|&\n    at: 127.0.0.1:$PGPORT|" \
        -e "/^  payment:/s|}|, at: \"127.0.0.1:$PSP_PORT\"}|" "$SOURCE/examples/vendure/shopwatch.yaml" >"$scratch/shopwatch.yaml"
    printf '%s\n' 'references: ["http://reference.test/"]' 'store: sqlite:shopwatch.db' 'vantages:' "$(vantage_lines)" \
        'reporters:' '  log: {kind: json-lines, path: runs.jsonl}' >>"$scratch/shopwatch.yaml"
    mkdir -p "$scratch/journeys"
    for file in "$SOURCE/examples/vendure/guest-checkout.yaml" "$suite"/vendure/*.yaml; do
        sed -e "s|^timeout:.*|timeout: 3s\ntls: {ca: $certificates/known.pem}|" -e "s|^    timeout: 15s|    timeout: 4s|" \
            -e "s|^every:.*|every: ${slot}s\nquorum: 1|" "$file" >"$scratch/journeys/${file##*/}"
    done
}

in_vendure() { psql -h 127.0.0.1 -p "$PGPORT" -U postgres -d shop -v ON_ERROR_STOP=1 -qAtc "$1"; } # in_vendure SQL
vendure_probe() { # what the shop file says of it; makes the table that the monitor writes to
    in_vendure 'create table if not exists canary(checker text primary key, at timestamptz)' >&2 || return 1
    echo "postgresql: \"host=127.0.0.1 port=$PGPORT user=postgres dbname=shop\""
}

lab() { # lab FAULT: of the laboratory's own list
    switched+=("$1")
    "$laboratory/faults.sh" "$1" on
}

# The laboratory's own switch takes the number and sets the limit in two steps, between which the shop takes another.
lab_orders_have_no_number_left() {
    switched+=(seq-exhausted)
    in_vendure "$(use_up '"order"' order_id_seq)"
}
use_up() { # use_up TABLE SEQUENCE: the words of SQL for it
    echo "do \$\$ begin lock table $1 in exclusive mode;
        execute (select format('alter sequence %s maxvalue %s', '$2', last_value) from $2); end \$\$"
}
