# SPDX-License-Identifier: MIT
#
# The example shop in its world, and the monitor that watches it as users run it. Sourced by run.sh after world.sh.
# A door is how the vantage points come to the shop: `edge` (nginx with TLS, which serves the static files itself), or
# `direct` (the shop's own port).

start_payment() {
    start payment world "$BUILD/examples/shop/payment" --listen "$PAYMENT:$PAYMENT_PORT"
}

start_application() { # start_application [OPTION]...
    local where=127.0.0.1:$APPLICATION_PORT
    [ "$door" != direct ] || where=$SERVER:$APPLICATION_PORT
    start application server "$BUILD/examples/shop/shop" --listen "$where" --database "$scratch/shop.db" \
        --payment "http://$PAYMENT:$PAYMENT_PORT" --static "$SOURCE/examples/shop/static" "$@"
}

example_listens() {
    listens server "$SERVER" $([ "$door" = direct ] && echo $APPLICATION_PORT || echo 443) && listens world "$PAYMENT" "$PAYMENT_PORT"
}

start_example() {
    start_resolvers
    start_world_site
    start_payment
    start_application
    if [ "$door" = edge ]; then
        mkdir -p "$scratch/www" && cp -r "$SOURCE/examples/shop/static" "$scratch/www/static"
        edge_server='' edge_static='' edge_location='' edge_tls_port=443 upstream_port=$APPLICATION_PORT
        show_certificate good && start_edge || return 1
    fi
    wait_for 10 example_listens
}

# The files of the examples, as a user would change them for this shop: addresses, limits, the authority to trust.
write_example_files() {
    local vantage file vantages='' base=https://shop.test drop=/^$/
    for vantage in "${VANTAGES[@]}"; do
        vantages+="  $vantage: {netns: $world-$vantage, resolver: $(resolver_of "$vantage")}\\n"
    done
    [ "$door" != direct ] || base=http://shop.test:$APPLICATION_PORT drop='/^  edge:/'
    mkdir -p "$scratch/journeys"
    sed -e "s|@base@|$base|" -e "s|^@vantages@|${vantages%\\n}|" -e "${drop}d" \
        "$suite/example/shopwatch.yaml" >"$scratch/shopwatch.yaml"
    for file in "$SOURCE"/examples/{browse,search,cart,guest-checkout}.yaml "$suite/example/assets.yaml"; do
        sed -e "s|^timeout:.*|timeout: $patience\ntls: {ca: $certificates/known.pem}|" -e "s|^    timeout: 10s|    timeout: 8s|" \
            -e "s|^every:.*|every: ${slot}s\nquorum: 1|" "$file" >"$scratch/journeys/${file##*/}"
    done
    [ "$door" != direct ] || sed -i 's/needs: \[edge\]/needs: [web]/' "$scratch/journeys/assets.yaml"
}

start_monitor() {
    "$SHOPWATCH" monitor -c "$scratch/shopwatch.yaml" >"$scratch/monitor.out" 2>"$scratch/monitor.log" </dev/null &
    pid_of[monitor]=$!
}

ask() { sqlite3 -cmd '.timeout 5000' "$scratch/shopwatch.db" "$1"; }

# Every journey passed from everywhere, twice, and nothing else was seen.
all_pass() { # all_pass JOURNEYS-TIMES-VANTAGES
    [ "$(ask "select count(*), min(passed), max(other) from (select sum(state = 'passed') as passed,
        sum(state not in ('passed', 'degraded')) as other from (select *, row_number() over
        (partition by journey, vantage order by planned desc) as age from run) where age <= 2 group by journey, vantage)")" = "$1|2|0" ]
}
