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

for name in scenario shop fragment record; do
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
kind_of() { # kind_of FILE: its first key tells
    tr '\r' '\n' <"$1" | grep -v '^#' | grep -oE '^[^a-z]*(shopwatch|shop|fragment)"?:' | grep -oE '[a-z]+' | head -1
}
sort_files() { # sort_files FILE...: into scenarios, shops and fragments
    local file
    scenarios=() shops=() fragments=()
    for file; do
        case $(kind_of "$file") in
        shopwatch) scenarios+=("$file") ;;
        shop) shops+=("$file") ;;
        fragment) fragments+=("$file") ;;
        *) echo "$file is of no kind" && return 1 ;;
        esac
    done
}

# What stands between fences in the README files, and in the manual page as literal text.
examples_of() { # examples_of FILE BEGIN END
    awk -v name="$scratch/pages/$(tr -c '[:alnum:]' - <<<"${1#"$SOURCE/"}")" -v begin="$2" -v end="$3" '
        $0 ~ begin { open = 1; n++; next } $0 ~ end { open = 0 } open { print > (name "-" n ".yaml") }' "$1"
}
mkdir "$scratch/pages"
for file in "$SOURCE/README.md" "$SOURCE/tests/README.md" "$SOURCE"/examples/*/README.md; do examples_of "$file" '^```yaml' '^```$'; done
examples_of "$SOURCE/docs/man/shopwatch-scenario.5.in" '^\\.Bd' '^\\.Ed'
for file in "$scratch"/pages/*; do [ -n "$(kind_of "$file")" ] || rm "$file"; done
ok "README files and manual have examples" test "$(ls "$scratch/pages" | wc -l)" -ge 4

# The ports of servers that tests start are put in later.
cp -r "$SOURCE/tests/journeys" "$scratch/replayed"
sed -i 's/@[a-z]*@/1/g' "$scratch"/replayed/*.yaml
mapfile -t files < <(find "$SOURCE/examples" "$scratch/replayed" "$SOURCE/tests/scenarios/good" "$SOURCE/tests/scenarios/lint" \
    "$scratch/pages" -name '*.yaml' ! -path '*/prometheus/*' | sort)
sort_files "${files[@]}" "$SOURCE/tests/scenarios/fragments/login.yaml"
ok "there are many good files" test "${#scenarios[@]}" -gt 30 -a "${#shops[@]}" -ge 5 -a "${#fragments[@]}" -ge 3
ok "all good scenarios are valid" all_are valid "$scratch/scenario.json" "${scenarios[@]}"
ok "all good shop files are valid" all_are valid "$scratch/shop.json" "${shops[@]}"
ok "all good fragments are valid" all_are valid "$scratch/fragment.json" "${fragments[@]}"

# Mistakes that a schema can know of. A body in a GET, say, or a number beyond JSON, it cannot: those are lint's.
structural='\[(key\.(unknown|missing)|value\.(type|empty|word|count|format|range)|name\.invalid)\]|` besides `'
bad_scenarios=() bad_shops=()
for expected in "$SOURCE"/tests/scenarios/bad/*.expected; do
    name=$(basename "$expected" .expected)
    grep -E "^$name\.yaml:" "$expected" | grep -qE "$structural" || continue
    case $name in
    value-json-number) ;;
    shop*) bad_shops+=("${expected%.expected}.yaml") ;;
    *) bad_scenarios+=("${expected%.expected}.yaml") ;;
    esac
done
ok "there are bad files to refuse" test "${#bad_scenarios[@]}" -ge 40 -a "${#bad_shops[@]}" -ge 7
ok "all bad scenarios are refused" all_are invalid "$scratch/scenario.json" "${bad_scenarios[@]}"
ok "all bad shop files are refused" all_are invalid "$scratch/shop.json" "${bad_shops[@]}"
ok "all bad fragments are refused" all_are invalid "$scratch/fragment.json" "$SOURCE"/tests/scenarios/fragments/{broken,empty}.yaml
ok "one kind is not another" all_are invalid "$scratch/fragment.json" "${scenarios[0]}" "${shops[0]}"

start_shop
shop_file
copy_examples "$scratch/journeys"
records() { # records CODE FILE...
    local want=$1
    shift
    "$SHOPWATCH" run -c "$scratch/shopwatch.yaml" --json "$scratch/records.jsonl" "$@" >"$scratch/report" 2>&1
    [ $? = "$want" ] || { cat "$scratch/report"; return 1; }
}
fresh() { (cd "$scratch" && "$SHOPWATCH" new --shop new-shop.yaml --journey new-journey.yaml "$shop_url" >/dev/null); }
ok "new writes two files" fresh
ok "the scenario is valid" all_are valid "$scratch/scenario.json" "$scratch/new-journey.yaml"
ok "the shop file, too" all_are valid "$scratch/shop.json" "$scratch/new-shop.yaml"
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
