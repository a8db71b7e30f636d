#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Journeys against the example shop, as testers replay them. Each case in tests/journeys/ is a
# scenario file NAME.yaml with the exit code in its first line and, behind it, what its record must satisfy:
#
#     # exit 1
#     # record .state == "failed" and .steps[1].symptom == "http.error"
#
# A line `# fault COMMAND` is run before, with $shop_pid, $payment_pid and $scratch set. See README.md here.
set -u
. "${SOURCE:?}/tests/library.sh"
want jq curl

start_shop
shop_file

# Ledgers are written beside the files, so the files are copied.
cp -r "$SOURCE/tests/journeys" "$scratch/"
mv "$scratch/journeys" "$scratch/cases"
mkdir "$scratch/journeys"
copy_examples "$scratch/journeys"

# Some ask another server, which tells what it was asked. It reads no file that is secret but to us.
front=
if PATH=$PATH:/usr/sbin command -v nginx >/dev/null && command -v openssl >/dev/null; then
    start_front "$scratch/cases/front" >"$scratch/front.log" 2>&1 && front=yes
    [ -n "$front" ] || { cat "$scratch/front.log" "$scratch/cases/front/front.log"; echo "Bail out! no front"; exit 1; }
    sed -i -e "s/@tls@/$tls_port/g" -e "s/@plain@/$plain_port/g" "$scratch"/cases/*.yaml
    (umask 077; echo a-secret-in-a-file >"$scratch/cases/front/secret.txt")
fi

replay() { # replay FILE RECORD: the exit code is shopwatch's
    "$SHOPWATCH" run -c "$scratch/shopwatch.yaml" --json "$2" "$1" >"$scratch/report" 2>"$scratch/errors"
}

case_passes() { # case_passes FILE
    local file=$1 want got
    want=$(sed -n 's/^# exit //p' "$file")
    while read -r command; do eval "$command"; done < <(sed -n 's/^# fault //p' "$file")
    replay "$file" "$scratch/record"
    got=$?
    while read -r command; do eval "$command"; done < <(sed -n 's/^# repair //p' "$file")
    if [ "$got" != "$want" ]; then
        echo "exit code $got, not $want"
        cat "$scratch/report" "$scratch/errors"
        return 1
    fi
    while read -r condition; do
        jq -e "$condition" "$scratch/record" >/dev/null && continue
        echo "the record does not satisfy: $condition"
        jq . "$scratch/record"
        return 1
    done < <(sed -n 's/^# record //p' "$file")
}

for file in "$scratch"/cases/*.yaml; do
    if [ -z "$front" ] && grep -q '@plain@\|@tls@' "$file"; then
        skip "$(basename "$file" .yaml)" "nginx or openssl is not installed"
    else
        ok "$(basename "$file" .yaml)" case_passes "$file"
    fi
done

# The examples are what people start from: each must pass as it is, and pass lint.
for file in "$scratch"/journeys/*.yaml; do
    ok "examples/$(basename "$file") passes" replay "$file" "$scratch/record"
    ok "examples/$(basename "$file")'s latency is the sum of its steps" jq -e \
        '(.latency - ([.steps[] | select(.cleanup | not) | .total] | add) | fabs) < 0.01' "$scratch/record"
done
ok "the examples have no mistakes and need no advice" bash -c '"$1" lint -c "$2" "${@:3}" | grep -q "0 errors, 0 warnings"' - \
    "$SHOPWATCH" "$SOURCE/examples/shopwatch.yaml" "$SOURCE"/examples/*.yaml
ok "the shop file names them all" test "$(sed -n 's/^scenarios: \[\(.*\)\]/\1/p' "$SOURCE/examples/shopwatch.yaml" | tr -d ' ' | tr , '\n' | sort)" = \
    "$(cd "$SOURCE/examples" && printf '%s\n' *.yaml | grep -v '^shopwatch' | sort)"
says_how_to_start() { # a tester starts from it: its flavour, and what to change, stand at the top
    head -1 "$1" | grep -qE '^# Flavour: (HTML|JSON|GraphQL)\.' && sed '/^[^#]/,$d' "$1" | grep -q '^# For your shop change: '
}
for file in "$SOURCE"/examples/{browse,search,cart,guest-checkout,returning-customer,vendure/guest-checkout}.yaml; do
    ok "${file#"$SOURCE"/} says how to start from it" says_how_to_start "$file"
done

# What the guest and the customer bought is in the shop's database, cancelled.
if command -v sqlite3 >/dev/null; then
    bought() { sqlite3 "$scratch/shop.db" "select distinct state from orders where $1"; }
    ok "the guest's order is in the database, cancelled" test "$(bought "email like 'guest+%'")" = cancelled
    ok "the customer's, too" test "$(bought "customer is not null")" = cancelled
else
    skip "what was bought is in the database, cancelled" "sqlite3 is not installed"
fi
no_password() {
    (unset SHOP_PASSWORD && replay "$scratch/journeys/returning-customer.yaml" "$scratch/record")
    [ $? = 5 ] && jq -e '.steps[1].step == "log in / submit" and .steps[1].state == "unknown" and
        .steps[1].actual == "${password} has no value: the environment variable SHOP_PASSWORD is not set"' "$scratch/record"
}
ok "without the password the login says what is missing" no_password
wrong_password() {
    SHOP_PASSWORD='another password' replay "$scratch/journeys/returning-customer.yaml" "$scratch/record"
    jq -e '.steps[1].symptom == "http.error" and .steps[1].actual == "403" and (.steps[1].file | endswith("fragments/log-in.yaml"))' "$scratch/record"
}
ok "with a wrong one the login fails" wrong_password

# Killed while an order is placed, the monitor knows of it still; with too many of those it places no more.
scenario=$scratch/cases/lost-answer.yaml ledger=$scratch/cases/.lost-answer.yaml.ledger.jsonl
owes() { tail -n 1 "$ledger" | jq -e .run; } # what was noted last is not settled
leave_behind() {
    kill -STOP "$payment_pid"
    "$SHOPWATCH" run -c "$scratch/shopwatch.yaml" "$scenario" >/dev/null 2>&1 &
    local pid=$!
    wait_for 20 owes
    kill -KILL "$pid"
    wait "$pid" 2>/dev/null
    kill -CONT "$payment_pid"
}
leave_behind
ok "what was left behind at a kill is in the ledger" \
    jq -se 'map(select(.run)) | last | .what == "order" and .step == "checkout" and (.variables.email | startswith("lost+"))' "$ledger"
replay "$scenario" "$scratch/record"
ok "the next run says so" grep -qF "1 thing of earlier runs not cleaned up: shopwatch settle -c $scratch/shopwatch.yaml $scenario" "$scratch/errors"
sed -i 's/^timeout:/orders_max: 1\ntimeout:/' "$scenario"
replay "$scenario" "$scratch/record"
ok "past its maximum a journey places no new order" \
    jq -e '.steps[1].symptom == "monitor.ledger_full" and .steps[1].exchanges == [] and .state == "unknown"' "$scratch/record"

# The command line.
exit_is() { # exit_is CODE COMMAND...
    local want=$1
    shift
    "$@" >"$scratch/out" 2>&1
    local got=$?
    [ "$got" = "$want" ] || { echo "exit code $got, not $want"; cat "$scratch/out"; return 1; }
}
ok "no file is a usage error" exit_is 64 "$SHOPWATCH" run
ok "an unknown command is a usage error" exit_is 64 "$SHOPWATCH" rnu
ok "an unknown option is a usage error" exit_is 64 "$SHOPWATCH" run --frobnicate x.yaml
ok "a missing file is refused" exit_is 65 "$SHOPWATCH" run "$scratch/nothing.yaml"
ok "a broken file is refused by lint" exit_is 65 "$SHOPWATCH" lint "$SOURCE/tests/journeys/../shop.sh"
ok "an unknown vantage point is a usage error" \
    exit_is 64 "$SHOPWATCH" run -c "$scratch/shopwatch.yaml" --vantage mars "$SOURCE/examples/browse.yaml"
ok "help is no error" exit_is 0 "$SHOPWATCH" --help
ok "of several runs the worst counts" \
    exit_is 1 "$SHOPWATCH" run -c "$scratch/shopwatch.yaml" "$SOURCE/examples/browse.yaml" "$SOURCE/tests/journeys/refused.yaml"

plan
