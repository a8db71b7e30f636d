# SPDX-License-Identifier: MIT
#
# The example shop in its world, and the monitor that watches it as users run it. Sourced by run.sh after world.sh.
# A door is how the vantage points come to the shop, and what the shop runs on behind it:
#     edge     nginx with TLS, which serves the static files itself
#     haproxy  a balancer with TLS
#     cdn      others' proxies before edge
#     direct   the shop's own port
#     pooled   as edge, and six workers on PostgreSQL
#     workers  the port of six workers on PostgreSQL
# With +origin behind it, the vantage points reach the application past the door, and the shop file says where.
is_direct() { [ "$door" = direct ] || [ "$door" = workers ]; }
is_haproxy() { [ "${door%+origin}" = haproxy ]; }
has_origin() { [ "$door" != "${door%+origin}" ]; }
has_postgresql() { [ "$door" = pooled ] || [ "$door" = workers ]; }

start_payment() {
    start payment world "$BUILD/examples/shop/payment" --listen "$PAYMENT:$PAYMENT_PORT"
}

start_database() {
    start database server setpriv --reuid=nobody --regid=nogroup --clear-groups "$postgresql_programs/postgres" \
        -D "$scratch/postgresql" -p $DATABASE_PORT -c listen_addresses=127.0.0.1 -c unix_socket_directories="$scratch/postgresql"
}
in_database() { # in_database SQL
    inside server "$postgresql_programs/psql" -h 127.0.0.1 -p $DATABASE_PORT -U shop -d postgres -qAtc "$1"
}

# Made once for all trials of a lane; each has a copy.
prepare_database() {
    [ -d "$lane_scratch/postgresql" ] || make_postgresql "$lane_scratch/postgresql" || return 1
    cp -a "$lane_scratch/postgresql" "$scratch/" && start_database && wait_for 20 in_database 'select 1'
}

start_application() {
    local where=127.0.0.1:$APPLICATION_PORT store=sqlite:$scratch/disk/shop.db workers=
    ! is_direct || where=$SERVER:$APPLICATION_PORT
    ! has_origin || where=0.0.0.0:$APPLICATION_PORT
    ! has_postgresql || { workers=6 store="postgresql:host=127.0.0.1 port=$DATABASE_PORT dbname=postgres user=shop connect_timeout=2"; }
    start application server "$BUILD/examples/shop/shop" --listen "$where" --store "$store" ${workers:+--workers $workers} \
        --payment "http://$PAYMENT:$PAYMENT_PORT" --static "$SOURCE/examples/shop/static"
}

example_listens() {
    listens world "$PAYMENT" "$PAYMENT_PORT" && listens world "$REFERENCE" 80 &&
        if is_direct; then listens server "$SERVER" "$APPLICATION_PORT"; else
            listens server "$SERVER" 443 && listens server 127.0.0.1 "$APPLICATION_PORT"; fi
}

start_example() {
    start_resolvers
    start_world_sites
    start_payment
    mkdir -p "$scratch/disk" && mount -t tmpfs -o size=8m shopwatch "$scratch/disk" || return 1
    ! has_postgresql || prepare_database || return 1
    start_application
    if is_direct; then
        start_neighbour
    else
        mkdir -p "$scratch/www" && cp -r "$SOURCE/examples/shop/static" "$scratch/www/static"
        edge_as_it_should_be
        show_certificate good && start_edge || return 1
    fi
    wait_for 10 example_listens
}

end_example() {
    umount "$scratch/disk" 2>/dev/null
    return 0
}

# What the files must say otherwise where the door is another.
fit_to_door() {
    local shop_file=$scratch/shopwatch.yaml
    case ${door%+origin} in
    direct | workers)
        sed -i -e '/^  edge:/d' -e "/^  web:/s|}|, large: /static/style.css, ports: [$APPLICATION_PORT, 80]}|" "$shop_file"
        sed -i 's/needs: \[edge\]/needs: [web]/' "$scratch/journeys/assets.yaml"
        ;;
    haproxy)
        sed -i '/^  edge:/s| static: [^ ]* large: [^ ]*||' "$shop_file"
        sed -i 's/needs: \[edge\]/needs: [web]/' "$scratch/journeys/assets.yaml"
        ;;
    cdn)
        sed -i "s/^components:/&\n  cdn: {kind: third-party, title: Example CDN, origin: $SERVER}/" "$shop_file"
        sed -i 's/needs: \[/needs: [cdn, /' "$scratch"/journeys/*.yaml
        ;;
    esac
    ! has_origin || sed -i "/^  edge:/s|}|, origin: \"http://$SERVER:$APPLICATION_PORT\"}|" "$shop_file"
}

vantage_lines() { # of a shop file
    local vantage
    for vantage in "${VANTAGES[@]}"; do
        echo "  $vantage: {netns: $world-$vantage, resolver: $(resolver_of "$vantage")}"
    done
}

# The files of the examples, as a user would change them for this shop: addresses, limits, the authority to trust.
write_example_files() {
    local file base=https://shop.test
    ! is_direct || base=http://shop.test:$APPLICATION_PORT
    mkdir -p "$scratch/journeys"
    sed -e "s|@base@|$base|" -e "/^@vantages@/{r "<(vantage_lines) -e 'd}' "$suite/example/shopwatch.yaml" >"$scratch/shopwatch.yaml"
    sed -i "/^  payment:/s|}|, at: \"$PAYMENT:$PAYMENT_PORT\"}|" "$scratch/shopwatch.yaml"
    ! has_postgresql || sed -i "/^  db:/,/kind: database/s|kind: database|&\n    at: 127.0.0.1:$DATABASE_PORT|" "$scratch/shopwatch.yaml"
    # A vantage point may be alone with what it sees.
    for file in "$SOURCE"/examples/{browse,search,cart,guest-checkout}.yaml "$suite/example/assets.yaml"; do
        sed -e "s|^timeout:.*|timeout: $patience\ntls: {ca: $certificates/known.pem}|" -e "s|^    timeout: 10s|    timeout: 8s|" \
            -e "s|^every:.*|every: ${slot}s\nquorum: 1|" "$file" >"$scratch/journeys/${file##*/}"
    done
    fit_to_door
}

# Its socket is a file, which the monitor reaches from outside of the server's network.
example_probe() { # what the shop file says of it; makes the table that the monitor writes to
    if has_postgresql; then
        in_database 'create table canary(checker text primary key, at timestamptz)' >&2 || return 1
        echo "postgresql: \"host=$scratch/postgresql port=$DATABASE_PORT user=shop dbname=postgres\""
    else
        change_database 'create table canary(checker text primary key, at text)' >&2 || return 1
        echo "sqlite: $scratch/disk/shop.db"
    fi
}

declare_probe() { # where the trial wants it
    local where
    [ "$probe" = true ] || return 0
    where=$("${shop}_probe") || return 1
    sed -i "/^  db:/,/kind: database/s|kind: database.*|&\n    probe: {$where, every: 5s, timeout: 1s, stuck: 2s, write: canary}|" "$scratch/shopwatch.yaml"
}

start_monitor() {
    "$SHOPWATCH" monitor -c "$scratch/shopwatch.yaml" >"$scratch/monitor.out" 2>"$scratch/monitor.log" </dev/null &
    pid_of[monitor]=$!
}

# Every journey passed from everywhere, twice, and nothing else was seen.
all_pass() {
    local watched=$(($(ls "$scratch/journeys" | wc -l) * ${#VANTAGES[@]}))
    [ "$(ask "select count(*), min(passed), max(other) from (select sum(state = 'passed') as passed,
        sum(state not in ('passed', 'degraded')) as other from (select *, row_number() over
        (partition by journey, vantage order by planned desc) as age from run) where age <= 2 group by journey, vantage)")" = "$watched|2|0" ]
}
