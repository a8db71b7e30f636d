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
    for name in $("$SHOPWATCH" --help | sed -n 's/^  .\{8\}\([a-z]\{2,\}\) .*/\1/p'); do
        grep -q "^\.It Nm Cm $name " "${pages[0]}" || { echo "no $name"; return 1; }
    done
}
ok "every command is in the manual" commands_are_there

block() { # block FILE FIRST-LINE: the literal text that begins so, as one reads it
    awk -v first="$2" '/^\.Bd/ { open = 1; fresh = 1; next } /^\.Ed/ { open = wanted = 0 }
        open && fresh { wanted = index($0, first) == 1; fresh = 0 } open && wanted' "$1" | sed 's/\\e/\\/g; s/\\&//g'
}
blocks() { # blocks FILE FIRST-LINE DIRECTORY: each literal text that begins so, in a file of its own
    awk -v first="$2" -v directory="$3" '/^\.Bd/ { open = 1; fresh = 1; next } /^\.Ed/ { open = wanted = 0 }
        open && fresh { wanted = index($0, first) == 1; count += wanted; fresh = 0 }
        open && wanted { print > (directory "/" count) }' "$1"
    sed -i 's/\\e/\\/g; s/\\&//g' "$3"/*
}
start_shop
shop_file
lint_is_silent() { # lint_is_silent FILE [SHOP-FILE]: no mistake, and no advice but that something is missing in it
    "$SHOPWATCH" lint -c "${2:-$scratch/shopwatch.yaml}" --format json "$1" >"$scratch/linted"
    jq -e '.files >= 2 and all(.mistakes[]; .severity == "warning" and .code != "lint.foreign_variable")' "$scratch/linted" >"$scratch/true" ||
        { cat "$scratch/linted"; return 1; }
}
block "${pages[1]}" 'shopwatch: 1' >"$scratch/journeys/manual.yaml"
ok "the manual's scenario passes" "$SHOPWATCH" run -c "$scratch/shopwatch.yaml" "$scratch/journeys/manual.yaml"
ok "and has no mistake" bash -c '"$1" lint -c "$3" --format json "$2" | jq -e ".errors == 0"' - "$SHOPWATCH" "$scratch/journeys/manual.yaml" "$scratch/shopwatch.yaml"
block "${pages[1]}" '# an order, and its end' >"$scratch/journeys/order.yaml"
ok "the journey that orders something passes" "$SHOPWATCH" run -c "$scratch/shopwatch.yaml" "$scratch/journeys/order.yaml"
ok "and leaves nothing behind" bash -c '[ -s "$1" ] && ! "$2" run -c "$3" "$4" | grep -q "left behind"' - \
    "$scratch/journeys/.order.yaml.ledger.jsonl" "$SHOPWATCH" "$scratch/shopwatch.yaml" "$scratch/journeys/order.yaml"
block "${pages[1]}" '# a guest buys one thing' >"$scratch/graphql.yaml"
ok "the GraphQL journey has no mistake; tests/vendure.sh replays it" lint_is_silent "$scratch/graphql.yaml" \
    "$SOURCE/examples/vendure/shopwatch.yaml"

# Steps that stand alone are replayed as a journey each.
mkdir "$scratch/steps"
blocks "${pages[1]}" '- step: ' "$scratch/steps"
ok "the manual shows steps" test "$(ls "$scratch/steps" | wc -l)" -ge 4
for file in "$scratch"/steps/*; do
    { printf 'shopwatch: 1\njourney: steps %s\nsteps:\n' "$(basename "$file")"; cat "$file"; } >"$file.yaml"
    ok "they pass: $(head -1 "$file")" "$SHOPWATCH" run -c "$scratch/shopwatch.yaml" "$file.yaml"
done

# Lines of assertions are read, and so are captures and keys that are shown alone.
in_a_step() { # in_a_step KEY FILE: what stands in FILE as the value of the key, in a journey of its own
    printf 'shopwatch: 1\njourney: x\nvariables: {product: 7, price: 1, code: a, email: b}\nsteps:\n  - step: a\n    post: /\n    needs: web\n'
    [ -z "$1" ] || echo "    $1:"
    sed 's/^/    /' "$2"
}
block "${pages[1]}" '- status == 200' >"$scratch/assertions"
in_a_step expect "$scratch/assertions" >"$scratch/assertions.yaml"
ok "every assertion of the manual is one" bash -c '[ "$(wc -l <"$1")" -ge 20 ]' - "$scratch/assertions"
ok "to lint" lint_is_silent "$scratch/assertions.yaml"
block "${pages[1]}" "- 'body contains" >"$scratch/quoted"
in_a_step expect "$scratch/quoted" >"$scratch/quoted.yaml"
ok "the one in single quotes, too" lint_is_silent "$scratch/quoted.yaml"
block "${pages[1]}" 'capture:' >"$scratch/captures"
in_a_step '' "$scratch/captures" >"$scratch/captures.yaml"
ok "every capture of the manual is one" lint_is_silent "$scratch/captures.yaml"
block "${pages[1]}" 'json:' >"$scratch/json"
in_a_step '' "$scratch/json" >"$scratch/json.yaml"
ok "the body is one" lint_is_silent "$scratch/json.yaml"
mkdir "$scratch/pool"
printf 'email\nada@shop.example\n' >"$scratch/pool/buyers.csv"
{ printf 'shopwatch: 1\njourney: x\n'; block "${pages[1]}" 'secrets:'; } >"$scratch/pool/secrets.yaml"
ok "secrets and data are" lint_is_silent "$scratch/pool/secrets.yaml"
block "${pages[1]}" 'fragment: login' >"$scratch/pool/login.yaml"
{ printf 'shopwatch: 1\njourney: x\nvariables: {email: a@shop.example}\nsteps:\n'; block "${pages[1]}" '- use: '; } >"$scratch/pool/use.yaml"
ok "and so is a fragment" lint_is_silent "$scratch/pool/use.yaml"
mkdir "$scratch/example" "$scratch/example/scenarios"
cp "$scratch/journeys/manual.yaml" "$scratch/example/scenarios/"
block "${pages[1]}" 'shop: ' >"$scratch/example/shopwatch.yaml"
ok "the manual's shop file is one, with the scenario" \
    bash -c '"$1" lint --format json "$2" | jq -e ".errors == 0 and .files == 2"' - "$SHOPWATCH" "$scratch/example/shopwatch.yaml"
mkdir "$scratch/reporters"
blocks "${pages[1]}" 'reporters:' "$scratch/reporters"
block "${pages[1]}" 'heartbeat:' >"$scratch/reporters/heartbeat"
printf 'shop: x\nreporters: {a: {kind: nothing-like-it}}\n' >"$scratch/kinds.yaml"
kinds=$("$SHOPWATCH" lint "$scratch/kinds.yaml" 2>&1 | sed -n 's/.*hint: there is //p' | tr -d ',')
ok "the kinds of reporters are known" test "$(wc -w <<<"$kinds")" -ge 6
for kind in $kinds; do
    ok "the manual has an example of $kind" grep -qs "kind: $kind\b" "$scratch/reporters/"*
    ok "and the README knows it" grep -q "^| \`$kind\` | " "$SOURCE/README.md"
done
for file in "$scratch"/reporters/*; do
    { printf 'shop: Example Shoes\nbase: https://shop.example.com\nscenarios: [../journeys/manual.yaml]\n'; cat "$file"; } >"$file.yaml"
    ok "and it has no mistake: $(sed -n 2p "$file")" bash -c '"$1" lint --format json "$2" | jq -e ".errors == 0"' - "$SHOPWATCH" "$file.yaml"
done
files_are_there() { # that the README links to
    grep -o '](\([a-z][^):]*\))' "$SOURCE/README.md" | sed 's/^](//; s/)$//; s/#.*//' | sort -u >"$scratch/links"
    [ -s "$scratch/links" ] || return 1
    while read -r link; do
        [ -e "$SOURCE/$link" ] || { echo "no $link"; return 1; }
    done <"$scratch/links"
}
ok "the README's links lead somewhere" files_are_there
examples() { # those of shopwatch(1), one after another, at this shop
    sed -n '/^\.Sh EXAMPLES/,/^\.Sh SEE/p' "${pages[0]}" | grep '^shopwatch ' |
        sed "s|https://shop.example.com|$shop_url|" >"$scratch/commands"
    [ "$(wc -l <"$scratch/commands")" -ge 4 ] || return 1
    mkdir "$scratch/first" && cd "$scratch/first" && PATH=$BUILD:$PATH bash -e "$scratch/commands"
}
ok "the commands of the examples do what they say" examples

plan
