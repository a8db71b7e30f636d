#!/bin/bash
# SPDX-License-Identifier: MIT
# The schemas, held against an independent validator: what we ship and take is valid, what we refuse for its
# structure is not, and every record is what its schema says. ajv and js-yaml come from the npm registry.
set -u
. "${SOURCE:?}/tests/library.sh"
want node npm timeout

mkdir "$scratch/node"
(cd "$scratch/node" && timeout 120 npm install --silent --no-audit --no-fund ajv@8 js-yaml@4 har-schema@2) \
    >"$scratch/npm.log" 2>&1 || { echo "1..0 # SKIP npm could not install ajv: $(tail -1 "$scratch/npm.log")"; exit 0; }

for name in scenario shop record; do
    "$SHOPWATCH" schema "$name" >"$scratch/$name.json" || exit 1
done

validate() { # validate SCHEMA FILE...: a line a file
    (cd "$scratch/node" && node "$SOURCE/tests/validate.js" "$@")
}
all_are() { # all_are valid|invalid SCHEMA FILE...
    local wanted=$1
    shift
    validate "$@" >"$scratch/verdicts" || { cat "$scratch/verdicts"; return 1; }
    [ "$(wc -l <"$scratch/verdicts")" = $(($# - 1)) ] && ! grep -v "^$wanted " "$scratch/verdicts"
}

examples=("$SOURCE"/examples/*.yaml "$SOURCE"/examples/*/*.yaml)
scenarios=() shops=()
for file in "${examples[@]}" "$SOURCE"/tests/scenarios/good/*.yaml "$SOURCE"/tests/journeys/*.yaml; do
    if grep -q '^shop:' "$file"; then shops+=("$file"); elif ! grep -q '^fragment:' "$file"; then scenarios+=("$file"); fi
done
ok "all good scenarios are valid" all_are valid "$scratch/scenario.json" "${scenarios[@]}"
ok "all good shop files are valid" all_are valid "$scratch/shop.json" "${shops[@]}"

# Mistakes that a schema can know of. A body in a GET, say, or a number beyond JSON, it cannot: those are lint's.
structural='\[(key\.(unknown|missing)|value\.(type|empty|word|count)|name\.invalid)\]'
bad_scenarios=() bad_shops=()
for expected in $(grep -lE "$structural" "$SOURCE"/tests/scenarios/bad/*.expected); do
    file=${expected%.expected}.yaml
    case $(basename "$file") in
    value-json-number.yaml) ;;
    shop*) bad_shops+=("$file") ;;
    *) bad_scenarios+=("$file") ;;
    esac
done
ok "there are bad files to refuse" test "${#bad_scenarios[@]}" -gt 10 -a "${#bad_shops[@]}" -gt 3
ok "all bad scenarios are refused" all_are invalid "$scratch/scenario.json" "${bad_scenarios[@]}"
ok "all bad shop files are refused" all_are invalid "$scratch/shop.json" "${bad_shops[@]}"
bad=$SOURCE/tests/scenarios/bad
ok "and two methods, two bodies, and forms of text" all_are invalid "$scratch/scenario.json" \
    "$bad/key-two-methods.yaml" "$bad/key-two-bodies.yaml" "$bad/value-urls.yaml" "$bad/value-when.yaml"

start_shop
shop_file
copy_examples "$scratch/journeys"
records() { # records CODE FILE...
    local want=$1
    shift
    "$SHOPWATCH" run -c "$scratch/shopwatch.yaml" --json "$scratch/records.jsonl" "$@" >"$scratch/report" 2>&1
    [ $? = "$want" ] || { cat "$scratch/report"; return 1; }
}
ok "journeys pass" records 0 "$scratch"/journeys/*.yaml
ok "their records are valid" all_are valid "$scratch/record.json" "$scratch/records.jsonl"
ok "journeys fail" records 1 "$SOURCE"/tests/journeys/{refused,wrong-content,redirects,missing-variable}.yaml
ok "their records are valid, too" all_are valid "$scratch/record.json" "$scratch/records.jsonl"
sed 's/"state":"[a-z]*"/"state":"splendid"/' "$scratch/records.jsonl" >"$scratch/wrong.jsonl"
ok "another record is not" all_are invalid "$scratch/record.json" "$scratch/wrong.jsonl"
ok "a HAR is written" bash -c '"$1" run -c "$2" --har "$3" "$4" "$5" >/dev/null; [ $? = 1 ]' - "$SHOPWATCH" \
    "$scratch/shopwatch.yaml" "$scratch/run.har" "$scratch/journeys/guest-checkout.yaml" "$SOURCE/tests/journeys/refused.yaml"
ok "and valid by HAR 1.2's schema" all_are valid "$scratch/node/node_modules/har-schema/lib/har.json" "$scratch/run.har"
sed 's/"startedDateTime"/"started"/' "$scratch/run.har" >"$scratch/wrong.har"
ok "another archive is not" all_are invalid "$scratch/node/node_modules/har-schema/lib/har.json" "$scratch/wrong.har"
ok "an unknown schema is a usage error" bash -c '"$1" schema shp; [ $? = 64 ]' - "$SHOPWATCH"

plan
