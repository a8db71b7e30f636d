#!/bin/bash
# SPDX-License-Identifier: MIT
# The status page from outside: who is let in where, what may be kept by whoever asked, and the exported files, which
# say the same and lead to each other.
set -u
. "${SOURCE:?}/tests/library.sh"
want curl jq

start_shop
shop_file
copy_examples "$scratch/journeys"
export OPERATOR_TOKEN='open: sesame'
page_line() { sed -i "s|^  page: .*|  page: {kind: status-page, listen: \"127.0.0.1:0\", export: $scratch/site, $1}|" "$scratch/shopwatch.yaml"; }

page_line 'operator: "0.0.0.0:0"'
refused() { ! "$SHOPWATCH" monitor -c "$scratch/shopwatch.yaml" >"$scratch/out" 2>&1 && grep -q 'need `token`' "$scratch/out"; }
ok "what operators see is not given to others without a token" refused

page_line 'operator: "0.0.0.0:0", token: "${OPERATOR_TOKEN}"'
printf 'secrets:\n  OPERATOR_TOKEN: {env: OPERATOR_TOKEN}\n' >>"$scratch/shopwatch.yaml"
start_monitor --every 1s
monitor_says '^status page at'
page=$(sed -n 's|^status page at \(.*\), for operators at .*|\1|p' "$scratch/monitor.out")
operators=$(sed -n 's|^status page at .*, for operators at http://0.0.0.0:|http://127.0.0.1:|p' "$scratch/monitor.out")

answers_with() { # answers_with STATUS URL [CURL-OPTION...]
    local status
    status=$(curl -s -o "$scratch/answer" -w '%{http_code}' "${@:3}" "$2")
    [ "$status" = "$1" ] || { echo "$status"; head -20 "$scratch/answer"; return 1; }
}
ok "everybody is let in to the public page" answers_with 200 "$page"
ok "operators are asked who they are" answers_with 401 "$operators"
ok "in a way that browsers know" bash -c 'curl -si "$1" | grep -qi "^WWW-Authenticate: Basic"' - "$operators"
ok "and are told nothing" bash -c '! grep -qiE "guest checkout|browse" "$1"' - "$scratch/answer"
ok "a wrong token is none" answers_with 401 "$operators" -u "me:open: sesam"
ok "the token lets in as a password" answers_with 200 "$operators" -u "me:$OPERATOR_TOKEN"
ok "and as a bearer's" answers_with 200 "${operators}api/status.json" -H "Authorization: Bearer $OPERATOR_TOKEN"
ok "it stands in no log" bash -c '! grep -rF "open: sesame" "$1" "$2"' - "$scratch/monitor.out" "$scratch/monitor.log"

kept() { # kept PATH: whoever has it is told that it is the same
    local tag
    tag=$(curl -si "$page$1" | sed -n 's/^ETag: \(.*\)\r$/\1/p')
    [ -n "$tag" ] && answers_with 304 "$page$1" -H "If-None-Match: $tag"
}
ok "who has the style sheet need not fetch it again" kept style.css
# The first runs come in meanwhile: between two visits it may be another one.
ok "nor the badge" wait_for 20 kept badge.svg
ok "HEAD is answered without a body" bash -c 'curl -sI "$1" | grep -q "^HTTP/1.1 200"' - "$page"

ok "the pages are exported" wait_for 20 test -s "$scratch/site/index.html"
ok "the export is a link to a directory beside it" bash -c '[ -L "$1/site" ] && [ -d "$1/$(readlink "$1/site")" ]' - "$scratch"
# Addresses that a browser would ask for, from each page: query left out, `./` is index.html.
links_lead_on() {
    local file target
    (cd "$scratch/site" && find . -name '*.html' | while read -r file; do
        grep -oE '(href|src)="[^"#]*"' "$file" | sed -E 's/^[a-z]+="//; s/[?"].*//' | grep -v '^data:' | sort -u | while read -r target; do
            [ -n "$target" ] || continue
            case $target in /* | http*) echo "$file: $target is not relative"; continue ;; esac
            target=$(dirname "$file")/$target
            [ ! -d "$target" ] || target=$target/index.html
            [ -f "$target" ] || echo "$file: there is no $target"
        done
    done) | { ! grep .; }
}
ok "every link of theirs leads to one of them" links_lead_on
says_the_same() { # but for the times of asking
    local now='s/[0-9]{4}-[0-9-]*T[0-9:.]*Z|[0-9]+ [A-Z][a-z]+ [0-9]+, [0-9:]+ UTC|[0-9,]+ tries|[0-9.–]+ %//g'
    # What is exported follows, a moment later.
    diff <(curl -s "${page}api/v2/components.json" | jq '[.components[] | .name, .id, .position]') \
        <(jq '[.components[] | .name, .id, .position]' "$scratch/site/api/v2/components.json") &&
        diff <(curl -s "${page}history.html" | sed -E "$now") <(sed -E "$now" "$scratch/site/history.html") &&
        diff <(curl -s "${page}style.css") "$scratch/site/style.css"
}
ok "they say what the server says" soon 20 says_the_same
plan
