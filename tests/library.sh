# SPDX-License-Identifier: MIT
# What the shell tests share: a scratch directory, the example shop on free ports, TAP.
# Sourced; wants SOURCE and BUILD. Everything that is started is stopped by its pid at the end.

SOURCE=${SOURCE:?the source directory} BUILD=${BUILD:?the build directory}
SHOPWATCH=$BUILD/shopwatch
scratch=$(mktemp -d) || exit 1
started=() count=0 failures=0

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

# Starts payment provider and shop; sets shop_pid, payment_pid, shop_url, and the password of its first customer.
start_shop() {
    export SHOP_PASSWORD='a mile in her shoes'
    "$BUILD/examples/shop/payment" --listen 127.0.0.1:0 --port-file "$scratch/payment.port" \
        >"$scratch/payment.log" 2>&1 &
    payment_pid=$!
    started+=("$payment_pid")
    wait_for 10 test -s "$scratch/payment.port" || { echo "Bail out! no payment provider"; exit 1; }
    "$BUILD/examples/shop/shop" --listen 127.0.0.1:0 --port-file "$scratch/shop.port" \
        --database "$scratch/shop.db" --payment "http://127.0.0.1:$(cat "$scratch/payment.port")" \
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
