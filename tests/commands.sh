#!/bin/bash
# SPDX-License-Identifier: MIT
# The command line: what each subcommand says, to people, to editors and to build servers.
set -u
. "${SOURCE:?}/tests/library.sh"
want jq

start_shop
shop_file
bad=$SOURCE/tests/scenarios/bad good=$SOURCE/tests/scenarios/good

exit_is() { # exit_is CODE COMMAND...: output in $scratch/out, errors in $scratch/err
    local want=$1
    shift
    "$@" >"$scratch/out" 2>"$scratch/err"
    local got=$?
    [ "$got" = "$want" ] || { echo "exit code $got, not $want"; cat "$scratch/out" "$scratch/err"; return 1; }
}
out_has() { grep -qF -- "$1" "$scratch/out" || { cat "$scratch/out"; return 1; }; }
err_has() { grep -qF -- "$1" "$scratch/err" || { cat "$scratch/err"; return 1; }; }

# lint
ok "lint --format json refuses" exit_is 65 "$SHOPWATCH" lint --format json "$bad/trap-colon.yaml"
ok "with the mistake's place, code and hint" jq -e '.errors == 1 and .files == 1 and (.mistakes[0] |
    .severity == "error" and .code == "yaml.colon" and .line == 8 and .column == 9 and
    (.hint | contains("quote it")) and (.source | contains("price: 5")))' "$scratch/out"
ok "lint --format json of a good file" exit_is 0 "$SHOPWATCH" lint --format json "$good/json.yaml"
ok "has no error" jq -e '.errors == 0 and all(.mistakes[]; .severity == "warning")' "$scratch/out"
cp "$bad/trap-colon.yaml" "$scratch/50% off, now.yaml"
ok "lint --format github refuses" exit_is 65 "$SHOPWATCH" lint --format github "$scratch/50% off, now.yaml"
ok "with an annotation, its name escaped" \
    grep -q '^::error file=.*/50%25 off%2C now.yaml,line=8,col=9,title=yaml.colon::YAML takes.*%0Ahint: quote it' "$scratch/out"
ok "an unknown format is a usage error" exit_is 64 "$SHOPWATCH" lint --format xml "$good/json.yaml"
ok "a directory is a usage error" exit_is 64 "$SHOPWATCH" lint "$scratch"
ok "which says what to give" err_has "is a directory; give its files"
ok "standard input is a usage error" exit_is 64 "$SHOPWATCH" lint -
ok "which says so" err_has "standard input"
cp "$SOURCE"/examples/{browse,cart,guest-checkout}.yaml "$scratch/journeys/"
ok "a shop file is checked with its scenarios" exit_is 0 "$SHOPWATCH" lint "$scratch/shopwatch.yaml"
ok "all of them" out_has "4 files checked: 0 errors, 0 warnings"
ok "a broken shop file is refused as one" exit_is 65 "$SHOPWATCH" lint "$bad/shop-vantages.yaml"
ok "and not as a scenario" bash -c '! grep -q "a shop file, not a scenario" "$1"' - "$scratch/err"

plan
