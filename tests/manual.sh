#!/bin/bash
# SPDX-License-Identifier: MIT
# The manual pages: well-formed, complete, and their examples true.
set -u
. "${SOURCE:?}/tests/library.sh"
want jq
pages=("$BUILD/docs/man/shopwatch.1" "$BUILD/docs/man/shopwatch-scenario.5")

silent() { # silent COMMAND...: succeeds and says nothing
    "$@" >"$scratch/said" 2>&1 && [ ! -s "$scratch/said" ] || { cat "$scratch/said"; return 1; }
}
for page in "${pages[@]}"; do
    name=$(basename "$page")
    ok "$name is built" test -s "$page"
    ok "$name has no gap left" bash -c '! grep -q "^@" "$1"' - "$page"
    if command -v mandoc >/dev/null; then
        ok "mandoc has nothing to say of $name" silent mandoc -T lint -W warning "$page"
    else
        skip "mandoc has nothing to say of $name" "mandoc is not installed"
    fi
    if command -v groff >/dev/null; then
        ok "groff has nothing to say of $name" silent groff -mdoc -ww -z "$page"
    else
        skip "groff has nothing to say of $name" "groff is not installed"
    fi
done

# Every key that the schemas know is in the manual, and every command that help knows.
for schema in scenario shop; do
    "$SHOPWATCH" schema "$schema" | jq -r '(., .["$defs"][]) | .properties // {} | keys[]'
done | sort -u >"$scratch/keys"
keys_are_there() {
    local key
    [ "$(wc -l <"$scratch/keys")" -gt 30 ] || return 1
    while read -r key; do
        grep -qx "\.It Cm $key" "${pages[1]}" || { echo "no $key"; return 1; }
    done <"$scratch/keys"
}
ok "every key is in the manual" keys_are_there
commands_are_there() {
    local name
    for name in $("$SHOPWATCH" --help | sed -n 's/^  shopwatch \([a-z]*\) .*/\1/p'); do
        grep -q "^\.It Nm Cm $name " "${pages[0]}" || { echo "no $name"; return 1; }
    done
}
ok "every command is in the manual" commands_are_there

block() { # block FILE FIRST-LINE: the literal text that begins so
    awk -v first="$2" '/^\.Bd/ { open = 1; fresh = 1; next } /^\.Ed/ { open = wanted = 0 }
        open && fresh { wanted = index($0, first) == 1; fresh = 0 } open && wanted' "$1"
}
start_shop
shop_file
block "${pages[1]}" 'shopwatch: 1' >"$scratch/journeys/manual.yaml"
ok "the manual's scenario passes" "$SHOPWATCH" run -c "$scratch/shopwatch.yaml" "$scratch/journeys/manual.yaml"
ok "and has no mistake" bash -c '"$1" lint -c "$3" --format json "$2" | jq -e ".errors == 0"' - "$SHOPWATCH" "$scratch/journeys/manual.yaml" "$scratch/shopwatch.yaml"
mkdir "$scratch/example" "$scratch/example/scenarios"
cp "$scratch/journeys/manual.yaml" "$scratch/example/scenarios/"
block "${pages[1]}" 'shop: ' >"$scratch/example/shopwatch.yaml"
ok "the manual's shop file is one, with the scenario" \
    bash -c '"$1" lint --format json "$2" | jq -e ".errors == 0 and .files == 2"' - "$SHOPWATCH" "$scratch/example/shopwatch.yaml"
examples() { # those of shopwatch(1), one after another, at this shop
    sed -n '/^\.Sh EXAMPLES/,/^\.Sh SEE/p' "${pages[0]}" | grep '^shopwatch ' |
        sed "s|https://shop.example.com|$shop_url|" >"$scratch/commands"
    [ "$(wc -l <"$scratch/commands")" -ge 4 ] || return 1
    mkdir "$scratch/first" && cd "$scratch/first" && PATH=$BUILD:$PATH bash -e "$scratch/commands"
}
ok "the commands of the examples do what they say" examples

plan
