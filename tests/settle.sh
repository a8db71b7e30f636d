#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Journeys that are killed when they have ordered, and what `shopwatch settle` makes of it: the ledger alone must
# suffice to find and cancel what was bought. The shop's database is asked. Speaks TAP.
set -u
. "${SOURCE:?}/tests/library.sh"
want jq sqlite3

start_shop
shop_file
copy_examples "$scratch/journeys"
guest=$scratch/journeys/guest-checkout.yaml customer=$scratch/journeys/returning-customer.yaml
ledger_of() { echo "$(dirname "$1")/.$(basename "$1").ledger.jsonl"; }
orders() { sqlite3 -cmd '.timeout 2000' "$scratch/shop.db" "select count(*) from orders where $1"; }
there_are() { # there_are N CONDITION
    local count
    count=$(orders "$2")
    [ "$count" = "$1" ] || { echo "$count orders where $2"; sqlite3 "$scratch/shop.db" 'select * from orders'; return 1; }
}
settle() { # settle CODE FILE...: output in $scratch/out, records in $scratch/record
    local want=$1 got
    shift
    "$SHOPWATCH" settle -c "$scratch/shopwatch.yaml" --json "$scratch/record" "$@" >"$scratch/out" 2>&1
    got=$?
    [ "$got" = "$want" ] || { echo "exit code $got, not $want"; cat "$scratch/out"; return 1; }
}
out_has() { grep -qE -- "$1" "$scratch/out" || { cat "$scratch/out"; return 1; }; }
record() { jq -se "$1" "$scratch/record" || { jq . "$scratch/record"; return 1; }; }
ledger_is_empty() { [ -f "$(ledger_of "$1")" ] && [ ! -s "$(ledger_of "$1")" ] || { cat "$(ledger_of "$1")"; return 1; }; }
begin() { # begin FILE: a run in the background, which has a pause between buying and what comes then
    grep -q '^    think: 1m' "$1" || sed -i '/- step: the order is /a\    think: 1m' "$1"
    "$SHOPWATCH" run -c "$scratch/shopwatch.yaml" "$1" >/dev/null 2>&1 &
    run_pid=$!
    started+=("$run_pid")
}
end() {
    kill -KILL "$run_pid"
    wait "$run_pid" 2>/dev/null
    forget "$run_pid"
}

ok "where nothing was ever left behind, nothing is to do" settle 0 "$guest" "$scratch/journeys/browse.yaml"
ok "which is said" out_has '^nothing to settle$'

# The answer came, and with the process it was gone.
begin "$guest"
ok "a guest has ordered" wait_for 10 there_are 1 "email like 'guest+%' and state = 'confirmed'"
ok "what a living run is about to clean up itself is left alone" settle 0 "$guest"
ok "which is said, too" out_has '^.*guest-checkout.yaml: order of run [0-9a-f]{32}, 20[^ ]*Z: left alone, its run is not over$'
ok "the order is still there" there_are 1 "email like 'guest+%' and state = 'confirmed'"
end
ok "the run is killed, and its order settled" settle 0 "$guest"
ok "it is cancelled in the database" there_are 1 "email like 'guest+%' and state = 'cancelled'"
ok "and nothing else is in it" there_are 1 true
ok "the ledger is empty" ledger_is_empty "$guest"
ok "nothing but the cleanup was done" record 'length == 1 and (.[0] | .state == "passed" and
    [.steps[] | .step + " " + .state] == ["find the order passed", "cancel the order passed"])'
ok "a line says so" out_has '^.*guest-checkout.yaml: order of run [0-9a-f]{32}, 20[^ ]*Z: settled$'
ok "once is enough" settle 0 "$guest"
ok "nothing is to do then" out_has '^nothing to settle$'

# The answer never came: the shop asks its payment provider still when the journey is killed, and goes on.
kill -STOP "$payment_pid"
begin "$guest"
ok "a guest's order is pending" wait_for 10 there_are 1 "email like 'guest+%' and state = 'pending'"
end
(sleep 1 && kill -CONT "$payment_pid") &
ok "an order is settled whose answer was lost" settle 0 "$guest"
ok "after the shop had made up its mind" record '.[0].steps[0] | .step == "find the order" and (.exchanges | length) >= 2'
ok "it is cancelled, too" there_are 2 "email like 'guest+%' and state = 'cancelled'"
ok "the ledger is empty again" ledger_is_empty "$guest"

# A customer's order wants a login, and that a password, which no ledger holds.
begin "$customer"
ok "a customer has ordered" wait_for 10 there_are 1 "customer is not null and state = 'confirmed'"
end
ok "the ledger does not hold the password" bash -c '! grep -F "$SHOP_PASSWORD" "$1"' - "$(ledger_of "$customer")"
without_password() { (unset SHOP_PASSWORD && settle 5 "$customer"); }
ok "without the password it cannot be settled" without_password
ok "what is missing is said" record '.[0].steps[1].actual | endswith("the environment variable SHOP_PASSWORD is not set")'
ok "and that it is not settled" out_has 'order of run .*: not settled$'
ok "it is still there" there_are 1 "customer is not null and state = 'confirmed'"

# One more of each, and all of the shop file's journeys at once.
begin "$customer"
ok "another customer has ordered" wait_for 10 there_are 2 "customer is not null and state = 'confirmed'"
end
begin "$guest"
ok "another guest has ordered" wait_for 10 there_are 1 "email like 'guest+%' and state = 'confirmed'"
end
kill -STOP "$shop_pid"
ok "a shop that does not answer fails it" settle 7 "$guest"
kill -CONT "$shop_pid"
ok "and nothing is struck off" out_has 'order of run .*: not settled$'
ok "all that the shop's journeys have left behind is settled" settle 0
ok "with a run in place of each" record 'length == 3 and all(.[]; .state == "passed")'
ok "the logins are repeated" record '[.[].steps[] | select(.step == "log in again / submit" and .state == "passed")] | length == 2'
ok "each has found its own" record '[.[] | .steps[] | select(.step == "cancel the order" and .state == "passed")] | length == 3'
ok "no order is left" there_are 0 "state <> 'cancelled'"
ok "no ledger has a line" bash -c 'cat "$1"/journeys/.*.jsonl | test "$(wc -c)" = 0' - "$scratch"

# The scenario was changed since: what it left behind is told, not forgotten.
sed 's/^journey: .*/journey: changed since/' "$scratch/journeys/browse.yaml" >"$scratch/journeys/changed.yaml"
jq -nc '{run: "0123456789abcdef0123456789abcdef", what: "order", journey: "changed since", vantage: "here", step: "buy",
    when: "2026-11-23T00:00:00Z", process: "1.1", variables: {}}' >"$(ledger_of "$scratch/journeys/changed.yaml")"
ok "what no cleanup step settles any more is a fault" settle 5 "$scratch/journeys/changed.yaml"
ok "which is said as it is" out_has 'order of run 0123456789abcdef0123456789abcdef, 2026-11-23T00:00:00Z: not settled: no cleanup step settles it$'
ok "and kept" test -s "$(ledger_of "$scratch/journeys/changed.yaml")"
printf '%s\n' 'not even' JSON >>"$(ledger_of "$scratch/journeys/changed.yaml")"
ok "a ledger that is damaged is read as far as it goes" settle 5 "$scratch/journeys/changed.yaml"
rm "$(ledger_of "$scratch/journeys/changed.yaml")"
mkdir "$(ledger_of "$scratch/journeys/changed.yaml")"
ok "one that cannot be read is told" settle 5 "$scratch/journeys/changed.yaml"
ok "by its name" out_has '^shopwatch settle: .*changed.yaml.ledger.jsonl: Is a directory$'

# What has moved since can be told.
cat >"$scratch/journeys/moved.yaml" <<'END'
shopwatch: 1
journey: moved
variables: {lost: /health}
steps:
  - step: buy
    get: ${lost}
    mutates: order
cleanup:
  - step: undo
    get: ${lost}
    settles: order
    expect:
      - status == 200
END
jq -nc '{run: "0123456789abcdef0123456789abcdef", what: "order", journey: "moved", vantage: "here", step: "buy",
    when: "2026-11-23T00:00:00Z", process: "1.1", variables: {lost: "/nowhere"}}' >"$(ledger_of "$scratch/journeys/moved.yaml")"
not_settled() { ! settle 0 "$@" >/dev/null; }
ok "variables are those of then" not_settled "$scratch/journeys/moved.yaml"
ok "unless another value is given" settle 0 --var lost=/health "$scratch/journeys/moved.yaml"
ok "which settles it" ledger_is_empty "$scratch/journeys/moved.yaml"

exit_is() { # exit_is CODE COMMAND...
    local want=$1 got
    shift
    "$@" >"$scratch/out" 2>&1
    got=$?
    [ "$got" = "$want" ] || { echo "exit code $got, not $want"; cat "$scratch/out"; return 1; }
}
ok "no file is a usage error" exit_is 64 "$SHOPWATCH" settle
ok "an option of run is one" exit_is 64 "$SHOPWATCH" settle --repeat 2 "$guest"
ok "a broken file is refused" exit_is 65 "$SHOPWATCH" settle "$SOURCE/tests/settle.sh"
plan
