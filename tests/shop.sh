#!/bin/bash
# SPDX-License-Identifier: MIT
# The example shop as its visitors and its monitor see it: guests and customers, pages and JSON, every
# refusal, a payment provider that declines, hangs and is gone, a crash in the middle of a checkout, and
# a table that is damaged and mended while the shop runs. Writes TAP.
set -u

SOURCE=${SOURCE:?the source directory}
BUILD=${BUILD:?the build directory}
for tool in curl jq; do
    command -v "$tool" >/dev/null || {
        echo "1..0 # SKIP $tool is not installed"
        exit 0
    }
done

programs=$BUILD/examples/shop
scratch=$(mktemp -d) || exit 1
shop_pid="" payment_pid=""
count=0 failures=0

stop() { # pid: ends a program and returns its exit status
    kill -CONT "$1" 2>/dev/null
    kill -TERM "$1" 2>/dev/null
    wait "$1"
}

clean_up() {
    [ -z "$shop_pid" ] || stop "$shop_pid"
    [ -z "$payment_pid" ] || stop "$payment_pid"
    rm -rf "$scratch"
}
trap clean_up EXIT

is() { # name expected actual
    count=$((count + 1))
    if [ "$2" = "$3" ]; then
        echo "ok $count - $1"
    else
        failures=$((failures + 1))
        echo "not ok $count - $1"
        printf '%s\n' "expected: $2" "got: $3" | sed 's/^/# /'
    fi
}

has() { # name text file
    if grep -qF -- "$2" "$3"; then is "$1" found found; else is "$1" "$2" "no such text in the answer"; fi
}

skip() { # name why
    count=$((count + 1))
    echo "ok $count - $1 # SKIP $2"
}

wait_for_file() {
    for _ in $(seq 200); do
        [ -s "$1" ] && return 0
        sleep 0.05
    done
    echo "Bail out! $1 did not appear"
    exit 1
}

start_payment() { # port
    rm -f "$scratch/payment.port"
    "$programs/payment" --listen "127.0.0.1:$1" --port-file "$scratch/payment.port" 2>>"$scratch/log" &
    payment_pid=$!
    wait_for_file "$scratch/payment.port"
    payment_port=$(cat "$scratch/payment.port")
}

start_shop() { # further options
    rm -f "$scratch/shop.port"
    "$programs/shop" --listen 127.0.0.1:0 --listen 127.0.0.1:0 --port-file "$scratch/shop.port" \
        --database "$scratch/shop.db" --payment "http://127.0.0.1:$payment_port" \
        --static "$SOURCE/examples/shop/static" "$@" 2>>"$scratch/log" &
    shop_pid=$!
    wait_for_file "$scratch/shop.port"
    shop=http://127.0.0.1:$(head -n 1 "$scratch/shop.port")
}

# Each visitor has a cookie jar. The body goes to $scratch/body, the status to stdout.
fetch() { # visitor path [curl's options]
    local jar=$scratch/$1.jar path=$2
    shift 2
    curl -s --noproxy '*' --max-time 20 --path-as-is -c "$jar" -b "$jar" -o "$scratch/body" \
        -D "$scratch/head" -w '%{http_code}' "$@" "$shop$path"
}

json() { # visitor path body [curl's options]
    local visitor=$1 path=$2 body=$3
    shift 3
    fetch "$visitor" "$path" -H 'Content-Type: application/json' -d "$body" "$@"
}

field() { jq -r "$1" "$scratch/body"; }
header() { tr -d '\r' <"$scratch/head" | sed -n "s/^$1: //Ip"; }
csrf() { sed -n 's/.*name="csrf" value="\([0-9a-f]*\)".*/\1/p' "$scratch/body" | head -n 1; }
stock() { curl -s --noproxy '*' "$shop/api/products/$1" | jq .stock; }
until_stock() { # product number: what a checkout that hangs has reserved
    local try
    for try in $(seq 200); do
        [ "$(stock "$1")" != "$2" ] || return 0
        sleep 0.05
    done
}

buy='{"email":"json@shop.example","name":"J. Son","address":"1 Row","payment":{"method":"invoice"}}'
card() { jq -cn --arg token "$1" \
    '{email:"card@shop.example",name:"C",address:"A",payment:{method:"card",token:$token}}'; }

test_pages() {
    local token order
    is "home" 200 "$(fetch html /)"
    is "browsing starts no session" "" "$(header Set-Cookie)"
    is "category" 200 "$(fetch html '/products?category=boots')"
    has "category lists its products" /p/ridge-boot "$scratch/body"
    is "unknown category" 404 "$(fetch html '/products?category=hats')"
    is "product" 200 "$(fetch html /p/ridge-boot)"
    has "the cookie is hidden from scripts" "HttpOnly; SameSite=Lax" "$scratch/head"
    token=$(csrf)
    is "no CSRF token" 403 "$(fetch html /cart -d product=7 -d quantity=2)"
    is "wrong CSRF token" 403 \
        "$(fetch html /cart -d product=7 -d quantity=2 -d csrf=00000000000000000000000000000000)"
    is "another visitor's CSRF token" 403 "$(fetch stranger /cart -d product=7 -d quantity=2 -d "csrf=$token")"
    is "add to cart" 303 "$(fetch html /cart -d product=7 -d quantity=2 -d "csrf=$token")"
    is "leads to the cart" /cart "$(header Location)"
    is "add another" 303 "$(fetch html /cart -d product=16 -d quantity=1 -d "csrf=$token")"
    is "quantity 0" 422 "$(fetch html /cart -d product=7 -d quantity=0 -d "csrf=$token")"
    is "unknown product" 404 "$(fetch html /cart -d product=99 -d quantity=1 -d "csrf=$token")"
    is "remove" 303 "$(fetch html /cart/remove -d product=16 -d "csrf=$token")"
    is "cart" 200 "$(fetch html /cart)"
    has "cart has the sum" '318.00 €' "$scratch/body"
    is "checkout" 200 "$(fetch html /checkout)"
    is "checkout without CSRF token" 403 "$(fetch html /checkout -d email=a@b.example)"
    is "checkout with a bad address" 422 "$(fetch html /checkout -d email=nobody -d name=N \
        -d address=A -d method=invoice -d "csrf=$token")"
    is "buy" 303 "$(fetch html /checkout -d email=html@shop.example --data-urlencode \
        'name=<b>"Ann" & Co</b>' -d address=Here -d method=card -d token=good -d "csrf=$token")"
    order=$(header Location)
    is "order page" 200 "$(fetch html "$order")"
    has "order page says the state" '>confirmed<' "$scratch/body"
    has "order page escapes" '&lt;b&gt;&quot;Ann&quot; &amp; Co&lt;/b&gt;' "$scratch/body"
    is "the cart is empty afterwards" 303 "$(fetch html /checkout)"
    is "unknown order" 404 "$(fetch html /orders/999999)"
    is "order that is no number" 404 "$(fetch html /orders/1x)"
}

test_json() {
    local id
    is "products" 200 "$(fetch json /api/products)"
    is "sixteen products" 16 "$(field '.items | length')"
    has "prices have two decimals" '"price":89.90' "$scratch/body"
    is "one category" socks "$(fetch json '/api/products?category=socks' >/dev/null
        field '[.items[].category] | unique | join(" ")')"
    is "product" "200 ridge-boot" "$(fetch json /api/products/7) $(field .slug)"
    is "unknown product" "404 404" "$(fetch json /api/products/99) $(field .status)"
    is "problems have their type" application/problem+json "$(header Content-Type)"
    is "add as a form" 415 "$(fetch json /api/cart -d '{"product":1,"quantity":1}')"
    is "add no JSON" 400 "$(json json /api/cart '{"product":')"
    is "add without a quantity" 422 "$(json json /api/cart '{"product":1}')"
    is "add" "201 2" "$(json json /api/cart '{"product":1,"quantity":2}') $(field .count)"
    is "cart" "200 179.8" "$(fetch json /api/cart) $(field .total)"
    is "empty the cart" "200 0" "$(fetch json /api/cart -X DELETE) $(field '.items | length')"
    is "buy nothing" 409 "$(json json /api/checkout "$buy")"
    is "add again" 201 "$(json json /api/cart '{"product":1,"quantity":2}')"
    is "buy without an e-mail address" 422 "$(json json /api/checkout '{"name":"N"}')"
    is "buy" "201 confirmed" "$(json json /api/checkout "$buy") $(field .state)"
    is "the order has its lines" "2 179.8" "$(field '"\(.lines[0].quantity) \(.total)"')"
    id=$(field .id)
    is "the order has an address" "/api/orders/$id" "$(header Location)"
    is "stock is taken" 99998 "$(stock 1)"
    is "order" "200 json@shop.example" "$(fetch json "/api/orders/$id") $(field .email)"
    is "find by e-mail" "200 $id" \
        "$(fetch json '/api/orders?email=json@shop.example') $(field '.orders[0].id')"
    is "find nobody" "200 0" \
        "$(fetch json '/api/orders?email=nobody@shop.example') $(field '.orders | length')"
    is "find without an e-mail address" 422 "$(fetch json /api/orders)"
    is "cancel" "200 cancelled" "$(fetch json "/api/orders/$id" -X DELETE) $(field .state)"
    is "stock is back" 100000 "$(stock 1)"
    is "cancel again" "200 cancelled" "$(fetch json "/api/orders/$id" -X DELETE) $(field .state)"
    is "stock is back once only" 100000 "$(stock 1)"
    is "cancel what is not there" 404 "$(fetch json /api/orders/999999 -X DELETE)"
}

test_search() {
    local path
    is "search form" 200 "$(fetch searcher /search)"
    has "it has a field" 'name="q"' "$scratch/body"
    is "search" 200 "$(fetch searcher '/search?q=wool')"
    has "search counts" '<strong>2</strong> found for <q>wool</q>' "$scratch/body"
    is "search starts no session" "" "$(header Set-Cookie)"
    has "search finds a description" /p/winter-lined "$scratch/body"
    is "search finds nothing" 200 "$(fetch searcher '/search?q=%3Cb%3Ehat')"
    has "and says so, escaped" 'Nothing found for <q>&lt;b&gt;hat</q>' "$scratch/body"
    is "search for a control character" 422 "$(fetch searcher '/search?q=%01')"
    is "search as JSON" "200 2 merino-crew" \
        "$(fetch searcher '/api/search?q=wool') $(field .count) $(field '[.items[].slug] | sort | first')"
    is "search ignores case, and takes words in any order" "chelsea-boot" \
        "$(fetch searcher '/api/search?q=BOOT+chelsea' >/dev/null && field '[.items[].slug] | join(" ")')"
    is "first comes what has it in its name" "bamboo-day meadow-walker merino-crew" \
        "$(fetch searcher '/api/search?q=day' >/dev/null && field '[.items[].slug] | join(" ")')"
    for path in "q=%25" "q=_" "q='" 'q=%22' 'q=%5C' 'q=%C3%A9'; do
        is "search for $path finds nothing and breaks nothing" "200 0" \
            "$(fetch searcher "/api/search?$path" | sed 's/$/ /')$(field .count)"
    done
    for path in q= q=+ q=%01 q=%FF "q=$(printf 'a%.0s' $(seq 101))" other=1; do
        is "refused: search for ${path:0:10}" 422 "$(fetch searcher "/api/search?$path")"
    done
}

ada=ada@shop.example
shoes="a mile in her shoes" # Ada's password: examples/shop/README.md

test_customer_pages() {
    local token old order
    is "the account wants a login" "303 /login" "$(fetch ada /account) $(header Location)"
    is "login form" 200 "$(fetch ada /login)"
    token=$(csrf) old=$(grep -o 'session	.*' "$scratch/ada.jar")
    is "login without CSRF token" 403 "$(fetch ada /login -d email=$ada --data-urlencode "password=$shoes")"
    is "login with a wrong password" 403 "$(fetch ada /login -d email=$ada -d password=wrong-one -d "csrf=$token")"
    has "says so" 'role="alert">E-mail address or password is wrong.' "$scratch/body"
    has "keeps the address" "value=\"$ada\"" "$scratch/body"
    is "login of nobody" 403 "$(fetch ada /login -d email=nobody@shop.example \
        --data-urlencode "password=$shoes" -d "csrf=$token")"
    has "says no more" 'role="alert">E-mail address or password is wrong.' "$scratch/body"
    fetch ada /cart -d product=7 -d quantity=1 -d "csrf=$token" >/dev/null
    is "login" "303 /account" "$(fetch ada /login -d email=$ada --data-urlencode "password=$shoes" \
        -d "csrf=$token") $(header Location)"
    is "login gives another cookie" yes "$([ "$old" != "$(grep -o 'session	.*' "$scratch/ada.jar")" ] && echo yes)"
    is "account" 200 "$(fetch ada /account)"
    has "account greets" '<strong class="customer">Ada Example</strong>' "$scratch/body"
    is "the old CSRF token is worth nothing" 403 "$(fetch ada /logout -d "csrf=$token")"
    fetch ada /account >/dev/null
    token=$(csrf)
    is "the cart came along" 200 "$(fetch ada /cart)"
    has "with what was in it" /p/ridge-boot "$scratch/body"
    is "checkout of a customer" 200 "$(fetch ada /checkout)"
    has "knows the name" 'value="Ada Example"' "$scratch/body"
    has "knows the address" '>1 Returning Row, Testville</textarea>' "$scratch/body"
    is "a customer buys" 303 "$(fetch ada /checkout -d email=$ada -d name=Ada -d address=Row \
        -d method=invoice -d "csrf=$token")"
    order=$(header Location)
    is "her order" 200 "$(fetch ada "$order")"
    has "may be cancelled" 'action="/orders/cancel"' "$scratch/body"
    is "is nobody else's" 404 "$(fetch stranger "$order")"
    is "nor by JSON" 404 "$(fetch stranger "/api$order")"
    is "nor to be cancelled" 404 "$(fetch stranger "/api$order" -X DELETE)"
    is "nor to be found by its e-mail address" "200 0" \
        "$(fetch stranger "/api/orders?email=$ada") $(field '.orders | length')"
    fetch ada /account >/dev/null
    has "her account has it" "href=\"$order\"" "$scratch/body"
    has "confirmed" '<td class="state">confirmed</td>' "$scratch/body"
    is "cancel without CSRF token" 403 "$(fetch ada /orders/cancel -d "order=${order##*/}")"
    is "cancel" "303 $order" "$(fetch ada /orders/cancel -d "order=${order##*/}" -d "csrf=$token") $(header Location)"
    is "cancel what is not there" 404 "$(fetch ada /orders/cancel -d order=999999 -d "csrf=$token")"
    fetch ada "$order" >/dev/null
    has "is cancelled" '>cancelled<' "$scratch/body"
    is "the stock is back" 99998 "$(stock 7)"
    is "logout without CSRF token" 403 "$(fetch ada /logout -d nothing=)"
    is "logout" "303 /" "$(fetch ada /logout -d "csrf=$token") $(header Location)"
    is "takes the cookie back" 0 "$(grep -c 'session	' "$scratch/ada.jar")"
    is "the account wants a login again" "303 /login" "$(fetch ada /account) $(header Location)"
    is "who logs out keeps no secrets" 404 "$(fetch ada "$order")"
}

sign_up() { jq -cn --arg email "$1" --arg password "$2" '{$email, name: "Zoë", address: "2 Row", $password}'; }
log_in() { jq -cn --arg email "$1" --arg password "$2" '{$email, $password}'; }

test_customer_json() {
    local token id
    is "account of nobody" "403 not logged in" "$(fetch zoe /api/account) $(field .detail)"
    is "orders of nobody" 403 "$(fetch zoe /api/account/orders)"
    is "sign up as a form" 415 "$(fetch zoe /api/account -d email=zoe@shop.example)"
    is "sign up without a password" 422 \
        "$(json zoe /api/account '{"email":"zoe@shop.example","name":"Z","address":"A"}')"
    is "a password of eight bytes, but seven characters" 422 "$(json zoe /api/account "$(sign_up zoe@shop.example siebenö)")"
    is "sign up" "201 Zoë" "$(json zoe /api/account "$(sign_up zoe@shop.example achtzehnö)") $(field .name)"
    is "is logged in" "200 zoe@shop.example" "$(fetch zoe /api/account) $(field .email)"
    is "sign up again" 409 "$(json other /api/account "$(sign_up ZOE@shop.example achtzehnö)")"
    is "no orders yet" "200 0" "$(fetch zoe /api/account/orders) $(field '.orders | length')"
    json zoe /api/cart '{"product":12,"quantity":2}' >/dev/null
    is "a customer buys by JSON" 201 "$(json zoe /api/checkout "$buy")"
    id=$(field .id)
    is "her orders" "200 $id" "$(fetch zoe /api/account/orders) $(field '.orders[].id')"
    is "log out" "200 logged out" "$(fetch zoe /api/login -X DELETE) $(field .state)"
    is "not logged in" 403 "$(fetch zoe /api/account)"
    is "her order is hidden" 404 "$(fetch zoe "/api/orders/$id")"
    is "log in as a form" 415 "$(fetch zoe /api/login -d email=zoe@shop.example)"
    is "log in without a password" 422 "$(json zoe /api/login '{"email":"zoe@shop.example"}')"
    is "log in with a wrong password" "403 e-mail address or password is wrong" \
        "$(json zoe /api/login "$(log_in zoe@shop.example achtzehno)") $(field .detail)"
    is "log in" 200 "$(json zoe /api/login "$(log_in zoe@shop.example achtzehnö)")"
    is "her order is there" "200 confirmed" "$(fetch zoe "/api/orders/$id") $(field .state)"
    is "cancelled by JSON" "200 cancelled" "$(fetch zoe "/api/orders/$id" -X DELETE) $(field .state)"
    if command -v sqlite3 >/dev/null; then
        is "no password is stored" 0 "$(sqlite3 "$scratch/shop.db" .dump | grep -cE 'achtzehn|a mile in')"
        is "but what scrypt makes of it" 2 \
            "$(sqlite3 "$scratch/shop.db" .dump | grep -cE "'scrypt\\\$16384\\\$8\\\$1\\\$[0-9a-f]{32}\\\$[0-9a-f]{64}'")"
    else
        skip "no password is stored" "no sqlite3"
        skip "but what scrypt makes of it" "no sqlite3"
    fi
    json elsewhere /api/login "$(log_in zoe@shop.example achtzehnö)" >/dev/null
    is "close the account" "200 closed" "$(fetch zoe /api/account -X DELETE) $(field .state)"
    is "ends all sessions" "403 403" "$(fetch zoe /api/account) $(fetch elsewhere /api/account)"
    is "and logins" 403 "$(json zoe /api/login "$(log_in zoe@shop.example achtzehnö)")"
    is "sign up by the page" 200 "$(fetch zoe /signup)"
    token=$(csrf)
    is "with a bad password" 422 "$(fetch zoe /signup -d email=zoe@shop.example -d name=Z -d address=A \
        -d password=short -d "csrf=$token")"
    has "says so" 'role="alert">The password must have 8 characters or more.' "$scratch/body"
    is "with a good one" "303 /account" "$(fetch zoe /signup -d email=zoe@shop.example -d name=Z -d address=A \
        -d password=achtzehn -d "csrf=$token") $(header Location)"
    fetch zoe /account >/dev/null
    is "nobody inherits orders" 0 "$(grep -c 'href="/orders/' "$scratch/body")"
}

test_http() {
    is "health" "200 ok" "$(fetch http /health) $(field .status)"
    is "static file" "200 image/svg+xml" "$(fetch http /static/logo.svg) $(header Content-Type)"
    is "static file not changed" 304 "$(fetch http /static/logo.svg -H "If-None-Match: $(header ETag)")"
    for path in /static/../shop.h /static/%2e%2e/shop.h /static/..%2fshop.h /static/ /static/nothing.css; do
        is "refused: $path" 404 "$(fetch http "$path")"
    done
    is "unknown page" 404 "$(fetch http /nothing)"
    is "unknown method" "405 GET, HEAD, POST" "$(fetch http /cart -X DELETE) $(header Allow)"
    is "HEAD" 200 "$(fetch http / -I)"
    is "a body too large" 413 "$(head -c 100000 /dev/zero | tr '\0' a | fetch http /api/cart \
        -H 'Content-Type: application/json' -H 'Expect:' --data-binary @-)"
    shop=http://127.0.0.1:$(sed -n 2p "$scratch/shop.port")
    is "listens on the second address" 200 "$(fetch http /health)"
}

test_stock() {
    is "more than there is" 409 "$(json first /api/cart '{"product":2,"quantity":100001}')"
    is "first visitor takes most" 201 "$(json first /api/cart '{"product":2,"quantity":60000}')"
    is "second visitor, too" 201 "$(json second /api/cart '{"product":2,"quantity":60000}')"
    is "first buys" 201 "$(json first /api/checkout "$buy")"
    is "second is too late" "409 Meadow Walker is out of stock: only 40000 left." \
        "$(json second /api/checkout "$buy") $(field .detail)"
    is "second keeps the cart" 60000 "$(fetch second /api/cart >/dev/null && field .count)"
    is "nothing was taken" 40000 "$(stock 2)"
}

test_payment() {
    local started
    json payer /api/cart '{"product":3,"quantity":1}' >/dev/null
    is "card without a token" 422 "$(json payer /api/checkout "$(card '')")"
    is "declined" "402 payment declined" \
        "$(json payer /api/checkout "$(card decline)") $(field .detail)"
    is "declined: stock is back" 100000 "$(stock 3)"
    is "declined: the cart is back" 1 "$(fetch payer /api/cart >/dev/null && field .count)"
    is "declined: the order says so" declined \
        "$(fetch payer '/api/orders?email=card@shop.example' >/dev/null && field '.orders[0].state')"

    kill -STOP "$payment_pid"
    started=$SECONDS
    json payer /api/checkout "$(card good)" -o "$scratch/hanging" >"$scratch/hanging.status" &
    until_stock 3 99999
    is "provider hangs: others are served" 200 "$(fetch other /p/court-classic --max-time 2)"
    is "provider hangs: others may write" 201 \
        "$(json other /api/cart '{"product":4,"quantity":1}' --max-time 2)"
    is "provider hangs: stock is reserved" 99999 "$(stock 3)"
    wait $!
    is "provider hangs: 502" 502 "$(cat "$scratch/hanging.status")"
    is "provider hangs: after about 5 s" yes \
        "$([ $((SECONDS - started)) -ge 4 ] && [ $((SECONDS - started)) -le 9 ] && echo yes)"
    is "provider hangs: stock is back" 100000 "$(stock 3)"

    stop "$payment_pid"
    is "provider ends cleanly" 0 $?
    payment_pid=
    is "provider gone" "502 payment provider unavailable" \
        "$(json payer /api/checkout "$(card good)") $(field .detail)"
    is "provider gone: the cart is back" 1 "$(fetch payer /api/cart >/dev/null && field .count)"
    start_payment "$payment_port"
    is "provider back" 201 "$(json payer /api/checkout "$(card good)")"
}

test_damage() {
    local damage=$programs/damage file=$scratch/shop.db id
    id=$(fetch x '/api/orders?email=card@shop.example' >/dev/null && field '.orders[0].id')
    json victim /api/cart '{"product":5,"quantity":1}' >/dev/null
    "$damage" "$file" orders on
    is "damage" 0 $?
    is "damaged: find by e-mail" 500 "$(fetch victim '/api/orders?email=nobody@shop.example')"
    is "damaged: the problem's title" "Internal Server Error" "$(field .title)"
    is "damaged: the database's words are hidden" 0 "$(grep -c malformed "$scratch/body")"
    has "damaged: the log has them" "ORDER_LIST: database disk image is malformed" "$scratch/log"
    is "damaged: order" 500 "$(fetch victim "/api/orders/$id")"
    is "damaged: order page" 500 "$(fetch victim "/orders/$id")"
    has "damaged: order page has a sentence" "The shop has a problem" "$scratch/body"
    is "damaged: buy" 500 "$(json victim /api/checkout "$buy")"
    is "damaged: home" 200 "$(fetch victim /)"
    is "damaged: product" 200 "$(fetch victim /p/night-express)"
    is "damaged: add to cart" 201 "$(json victim /api/cart '{"product":5,"quantity":1}')"
    is "damaged: cart page" 200 "$(fetch victim /cart)"
    is "damaged: checkout form" 200 "$(fetch victim /checkout)"
    is "damaged: new session" 200 "$(fetch newcomer /p/night-express)"
    "$damage" "$file" orders on 2>/dev/null
    is "damage twice is refused" 1 $?
    "$damage" "$file" orders off
    is "mend" 0 $?
    is "mended: find by e-mail" 200 "$(fetch victim '/api/orders?email=nobody@shop.example')"
    is "mended: order" 200 "$(fetch victim "/api/orders/$id")"
    is "mended: buy" "201 2" "$(json victim /api/checkout "$buy") $(field '.lines[0].quantity')"
    is "mended: nothing is left beside the file" "" "$(find "$scratch" -name '*.saved')"
    "$damage" "$file" orders off 2>/dev/null
    is "nothing to mend" 1 $?
    "$damage" "$file" nothing on 2>/dev/null
    is "no such table" 1 $?
    if command -v sqlite3 >/dev/null; then
        is "integrity" ok "$(sqlite3 "$file" 'PRAGMA integrity_check')"
    else
        skip "integrity" "no sqlite3"
    fi
}

test_restart() {
    local status
    stop "$shop_pid"
    is "shop ends cleanly" 0 $?
    shop_pid=
    start_shop --show-errors
    is "orders are still there" 200 "$(fetch again /api/orders/1)"
    "$programs/damage" "$scratch/shop.db" product on
    is "another table: catalogue" 500 "$(fetch again /api/products)"
    is "--show-errors tells" "database disk image is malformed" "$(field .detail)"
    is "another table: orders" 200 "$(fetch again '/api/orders?email=nobody@shop.example')"
    is "another table: health" 200 "$(fetch again /health)"
    "$programs/damage" "$scratch/shop.db" product off
    is "another table: mended" 200 "$(fetch again /api/products)"
    json again /api/cart '{"product":8,"quantity":1}' >/dev/null
    "$programs/damage" "$scratch/shop.db" customer on
    is "the customers' table: log in" 500 "$(json again /api/login "$(log_in $ada "$shoes")")"
    is "the customers' table: cart" 200 "$(fetch again /cart)"
    is "the customers' table: guests may buy" 201 "$(json again /api/checkout "$buy")"
    "$programs/damage" "$scratch/shop.db" customer off
    is "the customers' table: mended" 200 "$(json again /api/login "$(log_in $ada "$shoes")")"

    if ! command -v sqlite3 >/dev/null; then
        skip "crash: the pending order is released" "no sqlite3"
        skip "old sessions are swept" "no sqlite3"
        return
    fi
    json crash /api/cart '{"product":6,"quantity":10}' >/dev/null
    kill -STOP "$payment_pid"
    json crash /api/checkout "$buy" >/dev/null &
    until_stock 6 99990
    is "crash: in the middle of a checkout" 99990 "$(stock 6)"
    kill -KILL "$shop_pid"
    wait "$shop_pid" 2>/dev/null
    shop_pid=
    wait $!
    kill -CONT "$payment_pid"
    sqlite3 "$scratch/shop.db" \
        "UPDATE orders SET placed = 0 WHERE state = 'pending'; UPDATE session SET seen = 0"
    start_shop
    is "crash: the pending order is released" 100000 "$(stock 6)"
    is "old sessions are swept" 0 "$(sqlite3 "$scratch/shop.db" 'SELECT count(*) FROM session')"

    # A checkout under way when the shop is told to stop.
    json last /api/cart '{"product":6,"quantity":10}' >/dev/null
    kill -STOP "$payment_pid"
    json last /api/checkout "$buy" >/dev/null &
    until_stock 6 99990
    is "stopped in the middle of a checkout" 99990 "$(stock 6)"
    stop "$shop_pid"
    status=$?
    shop_pid=
    wait $!
    kill -CONT "$payment_pid"
    is "stopped in the middle of a checkout: cleanly" 0 $status
    is "stopped in the middle of a checkout: nothing pending" 0 \
        "$(sqlite3 "$scratch/shop.db" "SELECT count(*) FROM orders WHERE state = 'pending'")"
}

# A file that was made before there were customers.
test_old_file() {
    if ! command -v sqlite3 >/dev/null; then
        skip "an old file" "no sqlite3"
        return
    fi
    stop "$shop_pid"
    shop_pid=
    sqlite3 "$scratch/shop.db" "ALTER TABLE session DROP COLUMN customer;
        ALTER TABLE orders DROP COLUMN customer; DROP TABLE customer"
    start_shop
    is "an old file: its orders are a guest's" 200 "$(fetch old /api/orders/1)"
    is "an old file: the first customer is there" 200 "$(json old /api/login "$(log_in $ada "$shoes")")"
    is "an old file: no orders of hers" "200 0" "$(fetch old /api/account/orders) $(field '.orders | length')"
}

test_options() {
    for program in shop payment damage; do
        "$programs/$program" --help >"$scratch/help"
        is "$program --help" 0 $?
        has "$program --help says how" "Usage: $program" "$scratch/help"
        "$programs/$program" --nonsense 2>"$scratch/help"
        is "$program --nonsense" 2 $?
    done
    "$programs/payment" --listen nonsense 2>"$scratch/help"
    is "bad address" 1 $?
    has "bad address is named" "'nonsense' is not ADDRESS:PORT" "$scratch/help"
    "$programs/shop" --database "$scratch/x.db" --payment nonsense --static / 2>"$scratch/help"
    is "bad provider" 1 $?
    has "bad provider is named" "'nonsense' is not http://HOST:PORT" "$scratch/help"
    "$programs/shop" --database "$scratch" --payment http://127.0.0.1:1 --static / 2>"$scratch/help"
    is "bad database" 1 $?
    has "bad database is named" "unable to open database file" "$scratch/help"
}

start_payment 0
start_shop
test_pages
test_json
test_search
test_customer_pages
test_customer_json
test_http
test_stock
test_payment
test_damage
test_restart
test_old_file
test_options
echo "1..$count"
[ "$failures" = 0 ] || sed 's/^/# /' "$scratch/log"
[ "$failures" = 0 ]
