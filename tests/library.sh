# SPDX-License-Identifier: MIT
# What the shell tests share: a scratch directory, the example shop on free ports, TAP.
# Sourced; wants SOURCE and BUILD. Everything that is started is stopped by its pid at the end.

SOURCE=${SOURCE:?the source directory} BUILD=${BUILD:?the build directory}
SHOPWATCH=$BUILD/shopwatch
scratch=$(mktemp -d) || exit 1
started=() count=0 failures=0
config= database= # where they are not shopwatch.yaml and shopwatch.db in scratch

finish() {
    local pid
    for pid in "${started[@]}"; do
        kill -CONT "$pid" 2>/dev/null
        kill -TERM "$pid" 2>/dev/null
    done
    for pid in "${started[@]}"; do wait "$pid" 2>/dev/null; done
    rm -rf "$scratch"
}
trap finish EXIT

ok() { # ok NAME COMMAND...: passes when the command does
    local name=$1
    shift
    count=$((count + 1))
    if "$@" >"$scratch/ok.out" 2>&1; then
        echo "ok $count - $name"
    else
        failures=$((failures + 1))
        echo "not ok $count - $name"
        sed 's/^/#   /' "$scratch/ok.out" | head -40
    fi
}

skip() { # skip NAME WHY
    count=$((count + 1))
    echo "ok $count - $1 # SKIP $2"
}

# Skips the whole test when a tool is missing.
want() {
    local tool
    for tool in "$@"; do
        command -v "$tool" >/dev/null || { echo "1..0 # SKIP $tool is not installed"; exit 0; }
    done
}

plan() {
    echo "1..$count"
    exit $((failures > 0))
}

wait_for() { # wait_for SECONDS COMMAND...
    local deadline=$((SECONDS + $1))
    shift
    until "$@" >/dev/null 2>&1; do
        [ "$SECONDS" -lt "$deadline" ] || return 1
        sleep 0.1
    done
}

soon() { # soon SECONDS COMMAND...: as wait_for; what it said last is heard
    local deadline=$((SECONDS + $1))
    shift
    until "$@" >"$scratch/soon.out" 2>&1; do
        [ "$SECONDS" -lt "$deadline" ] || { cat "$scratch/soon.out"; return 1; }
        sleep 0.1
    done
}

forget() { # forget PID: it has ended, and its number may be another's soon
    local i
    for i in "${!started[@]}"; do [ "${started[i]}" != "$1" ] || unset "started[i]"; done
}

# Sets monitor_pid. The log goes on when the monitor is started again. With before_others='chrt ...' it runs before those.
start_monitor() { # start_monitor [OPTION...]
    : >"$scratch/monitor.out"
    ${before_others:-} "$SHOPWATCH" monitor -c "${config:-$scratch/shopwatch.yaml}" "$@" >"$scratch/monitor.out" 2>>"$scratch/monitor.log" &
    monitor_pid=$!
    started+=("$monitor_pid")
}
end_monitor() { # end_monitor SIGNAL: its exit code
    local code=0
    kill -"$1" "$monitor_pid"
    wait "$monitor_pid" 2>/dev/null || code=$?
    forget "$monitor_pid"
    return "$code"
}
stop_monitor() { end_monitor TERM || { tail -n 30 "$scratch/monitor.log"; return 1; }; }
monitor_says() { # monitor_says PATTERN: on standard output, once it has begun
    wait_for 20 grep -q -- "$1" "$scratch/monitor.out" || { cat "$scratch/monitor.log"; echo "Bail out! no monitor"; exit 1; }
}

# What the monitor has stored.
ask() { sqlite3 -cmd '.timeout 5000' "${database:-$scratch/shopwatch.db}" "$1"; }
every_slot_is_there() { # every_slot_is_there [INTERVAL]: in SQL's words; from the first to the last of each journey and vantage point
    local holes
    holes=$(ask "select journey, vantage, planned, planned - before from (select journey, vantage, planned,
        lag(planned) over (partition by journey, vantage order by planned) as before from run)
        where planned - before != ${1:-1000000}")
    [ -z "$holes" ] || { echo "not an interval after the slot before: $holes" | head -20; return 1; }
}

microseconds() { echo "${EPOCHREALTIME/[.,]/}"; }
resident() { awk '/^VmRSS/ { print $2 }' "/proc/$monitor_pid/status"; } # KiB, of the monitor

# What `shopwatch probe` finds.
probes() { # probes EXIT CONDITION...: jq's conditions; `found("read"; "orders")` is a finding
    local code=$1 condition got
    shift
    "$SHOPWATCH" probe --json -c "${config:-$scratch/shopwatch.yaml}" >"$scratch/found" 2>"$scratch/said"
    got=$?
    for condition; do
        jq -e 'def found($check; $table): .findings[] | select(.check == $check and ($table == null or .table == $table));
            '"$condition" "$scratch/found" >/dev/null || { echo "not: $condition"; cat "$scratch/found" "$scratch/said"; return 1; }
    done
    [ "$got" = "$code" ] || { echo "exit $got in place of $code"; cat "$scratch/said" "$scratch/found"; return 1; }
}

# On the port that it had before, if it ran already.
start_payment() {
    local port=0
    [ ! -s "$scratch/payment.port" ] || port=$(cat "$scratch/payment.port")
    rm -f "$scratch/payment.port"
    "$BUILD/examples/shop/payment" --listen "127.0.0.1:$port" --port-file "$scratch/payment.port" \
        >"$scratch/payment.log" 2>&1 &
    payment_pid=$!
    started+=("$payment_pid")
    wait_for 10 test -s "$scratch/payment.port"
}

# Starts payment provider and shop, with SHOP_STORE and SHOP_WORKERS where they are given; sets shop_pid, payment_pid, shop_url, and the password of its first customer.
start_shop() {
    export SHOP_PASSWORD='a mile in her shoes'
    start_payment || { echo "Bail out! no payment provider"; exit 1; }
    "$BUILD/examples/shop/shop" --listen 127.0.0.1:0 --port-file "$scratch/shop.port" \
        --store "${SHOP_STORE:-sqlite:$scratch/shop.db}" ${SHOP_WORKERS:+--workers "$SHOP_WORKERS"} \
        --payment "http://127.0.0.1:$(cat "$scratch/payment.port")" \
        --static "$SOURCE/examples/shop/static" >"$scratch/shop.log" 2>&1 &
    shop_pid=$!
    started+=("$shop_pid")
    wait_for 10 test -s "$scratch/shop.port" || { echo "Bail out! no shop"; exit 1; }
    shop_url=http://127.0.0.1:$(cat "$scratch/shop.port")
}

# The examples' journeys for the example shop. Ledgers are written beside them, so what is replayed is a copy.
copy_examples() { # copy_examples DIRECTORY
    cp -r "$SOURCE"/examples/{browse,search,cart,guest-checkout,returning-customer}.yaml "$SOURCE/examples/fragments" "$1"
}

# The examples' shop file, for this shop, in scratch.
shop_file() { # shop_file VANTAGES-LINE
    sed -e "s|^base:.*|base: $shop_url|" -e "s|^scenarios:.*|scenarios: [\"journeys/*.yaml\"]|" \
        -e 's|127.0.0.1:8090|127.0.0.1:0|' -e "s|^  here:.*|  ${1:-here: {\}}|" \
        "$SOURCE/examples/shopwatch.yaml" >"$scratch/shopwatch.yaml"
    mkdir -p "$scratch/journeys"
}

free_port() { # that nobody listens on at this moment
    local port
    for port in $(shuf -i 20000-32000 -n 20); do
        (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo "$port"; return; }
    done
}
visitors_of() { # visitors_of PORT: how many connections there are to it, whether they are accepted or not
    awk -v port="$(printf '%04X' "$1")" '$3 ~ ":" port "$" && $4 == "01" { n++ } END { print n + 0 }' /proc/net/tcp
}
answers() { (: <"/dev/tcp/127.0.0.1/$1") 2>/dev/null; } # answers PORT

# A server that tells what it was asked, over TLS for those whom it knows, and plain, where it is a proxy as well.
# Sets tls_port and plain_port; puts the certificates into DIRECTORY.
start_front() { # start_front DIRECTORY
    local directory=$1
    tls_port=$(free_port) plain_port=$(free_port)
    mkdir -p "$directory/logs"
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=front \
        -addext subjectAltName=IP:127.0.0.1 -keyout "$directory/server.key" -out "$directory/server.pem" &&
        openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=visitor \
            -keyout "$directory/client.key" -out "$directory/client.pem" || return 1
    cat >"$directory/front.conf" <<END
daemon off; master_process off; pid front.pid; error_log stderr;
events {}
http {
    access_log off; default_type text/plain; server_tokens off;
    client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;
    add_header X-Method \$request_method always;
    server {
        listen 127.0.0.1:$tls_port ssl http2;
        ssl_certificate server.pem; ssl_certificate_key server.key;
        ssl_client_certificate client.pem; ssl_verify_client on;
        location / { return 200 "\$request_method \$request_uri \$server_protocol visitor=\$ssl_client_s_dn test=\$http_x_test \
cookie=\$http_cookie authorization=\$http_authorization connection=\$connection"; }
    }
    server {
        listen 127.0.0.1:$plain_port default_server;
        location / { proxy_pass http://127.0.0.1:$plain_port/told; proxy_set_header X-Body \$request_body; proxy_set_header X-Type \$content_type; }
        location /told { return 200 "type=\$http_x_type body=\$http_x_body"; }
        location /graphql { proxy_pass http://127.0.0.1:$plain_port/answered; proxy_set_header X-Body \$request_body; }
        location /answered { default_type application/json; return 200 '{"data": \$http_x_body}'; }
        location /form { return 200 "type=\$content_type length=\$content_length"; }
        location /away { return 302 http://localhost:$plain_port/told; }
        location /broken { return 503; }
    }
    server { listen 127.0.0.1:$plain_port; server_name shop.invalid; return 200 "for \$host\$uri"; }
}
END
    PATH=$PATH:/usr/sbin nginx -p "$directory" -c front.conf -e stderr 2>"$directory/front.log" &
    started+=($!)
    wait_for 10 answers "$tls_port" && wait_for 10 answers "$plain_port"
}
