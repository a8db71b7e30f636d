#!/bin/bash
# SPDX-License-Identifier: MIT
#
# A secret is sent in a URL, a header, a form and in JSON, and the shop answers with it in JSON and
# HTML; then everything that shopwatch wrote is searched for it, in every encoding. Speaks TAP.
set -u
. "${SOURCE:?}/tests/library.sh"
want jq curl sqlite3 base64

start_shop
shop_file

# Not an e-mail's characters: it goes into a name, which takes any.
export SHOPWATCH_TEST_TOKEN='tok"en<&>/é +42%' SHOPWATCH_TEST_KEY=key-from-the-environment
basic=
for user in a ab abc; do basic+=" $(printf '%s:%s' "$user" "$SHOPWATCH_TEST_TOKEN" | base64 -w0)"; done

cat >"$scratch/journeys/secret.yaml" <<END
shopwatch: 1
journey: a journey with secrets
every: 2s
timeout: 1s
budget: 2s
secrets:
  TOKEN: {env: SHOPWATCH_TEST_TOKEN}
variables:
  basic: "$basic"
  email: secret+\${run.id}@shop.example
steps:
  - step: add to cart
    post: /api/cart
    json: {product: 1, quantity: 1}
    headers: {X-Api-Key: "\${KEY}"}
    auth: {basic: {user: someone, password: "\${TOKEN}"}}
    writes: [db.carts]
  - step: checkout
    post: /api/checkout
    json:
      email: \${email}
      name: \${TOKEN}
      address: \${basic}
      payment: {method: invoice}
    mutates: order
    writes: [db.orders]
    capture:
      order: jsonpath "\$.id"
      placed: jsonpath "\$.placed" | secret
  - step: json
    get: /api/orders/\${order}
    expect:
      - jsonpath "\$.name" == "\${TOKEN}"
      - 'jsonpath "\$.name" == "x\${TOKEN}" | note'
      - jsonpath "\$.address" == "\${basic}" | degrade
      - jsonpath "\$.name" == "wrong\${TOKEN}"
cleanup:
  - step: html
    get: /orders/\${order}
    expect:
      - xpath "string(//p[2])" == "wrong"
  - step: html as it is
    get: /orders/\${order}
    expect:
      - regex "(Thank[^!]*)parcel" == "wrong"
  - step: url
    get: /products
    query: {q: "\${TOKEN}", category: "\${KEY}", placed: "\${placed}"}
    expect: [status == 999]
  - step: form
    post: /cart
    form: {csrf: "\${TOKEN}", note: "\${placed}"}
    expect: [status == 999]
  - step: wrong key
    get: /api/orders/\${KEY}
    expect: [status == 999]
  - step: cancel
    delete: /api/orders/\${order}
    when: order
    settles: order
  - step: find
    when: not order
    get: /api/orders
    query: {email: "\${email}"}
    find:
      order: jsonpath "\$.orders[*].id"
END
sed -i '/^store:/a secrets:\n  KEY: {env: SHOPWATCH_TEST_KEY}' "$scratch/shopwatch.yaml"

mkdir "$scratch/written"
"$SHOPWATCH" run -v -c "$scratch/shopwatch.yaml" --json "$scratch/written/record" --har "$scratch/written/har" \
    "$scratch/journeys/secret.yaml" >"$scratch/written/report" 2>"$scratch/written/errors"
record() { jq -e "$1" "$scratch/written/record"; }
ok "the scenario is taken" bash -c 'test -s "$1/record" || { cat "$1/errors"; false; }' - "$scratch/written"
ok "the secret was sent and came back" record '.steps[1].state == "passed" and .steps[2].symptom == "content.mismatch"'
ok "where it stood is seen" record '.steps[2].actual == "\"***\"" and (.steps[2].note | endswith("came \"***\""))'
ok "what the assertion's variable stood for is not told" record '.steps[2].values == "\"wrong${TOKEN}\" is \"wrong***\""'
ok "it is gone from the URL" record '[.steps[].exchanges[].url | select(contains("q=***&category=***"))] | length == 1'
authorization() { jq -r '.log.entries[0].request.headers[] | select(.name == "Authorization").value' "$scratch/written/har"; }
ok "it is gone from Authorization, whole" test "$(authorization)" = 'Basic ***'
ok "it is gone from excerpts" record '[.steps[].excerpt // "" | select(contains("***"))] | length >= 1'

"$SHOPWATCH" monitor -c "$scratch/shopwatch.yaml" >"$scratch/written/monitor.out" 2>"$scratch/written/monitor.log" &
monitor_pid=$!
started+=("$monitor_pid")
wait_for 20 grep -q a.journey.with.secrets "$scratch/runs.jsonl"
page=$(sed -n 's|.*for operators at \(.*\)/$|\1|p' "$scratch/written/monitor.out")
fetch() { curl -s -m 5 -o "$scratch/written/page-$(tr / _ <<<"$1")" "$page$1"; }
links() { cat "$scratch"/written/page-* | grep -oE 'href="/[^"#]*"' | sed 's/href="//; s/"$//' | sort -u; }
fetch /
for round in 1 2 3; do
    for link in $(links | head -40); do [ -e "$scratch/written/page-$(tr / _ <<<"$link")" ] || fetch "$link"; done
done
kill -TERM "$monitor_pid"
wait "$monitor_pid"
cp "$scratch"/runs.jsonl "$scratch"/shopwatch.db* "$scratch/journeys"/.*.jsonl "$scratch/written/" 2>/dev/null
sqlite3 "$scratch/shopwatch.db" .dump >"$scratch/written/dump"
ok "run pages were read" test "$(find "$scratch/written" -name 'page-_runs_*' | wc -l)" -ge 1
ok "a run is in the database's dump" grep -q 'a journey with secrets' "$scratch/written/dump"
ok "what went over the wire is in it, too" bash -c 'grep "INTO message" "$1" | grep -q "\[\"X-Api-Key\",\"\*\*\*\"\]"' - "$scratch/written/dump"
ok "the ledger is among what is searched" grep -q '"settled"' "$scratch/written/.secret.yaml.ledger.jsonl"

# By other programs' encoders.
placed=$(curl -s "$shop_url/api/orders/1" | jq -r .placed)
forms() { # forms SECRET: one a line
    local user
    printf '%s\n' "$1"
    jq -rn --arg s "$1" '$s | @uri, (@uri | ascii_downcase), (@uri | gsub("%20"; "+")), (tojson[1:-1]),
        (tojson[1:-1] | gsub("/"; "\\/")), @html, (@html | gsub("&#39;"; "&apos;"))'
    jq -rn --arg s "$1" '$s | tojson[1:-1] | tojson[1:-1]'
    # Of each alignment what depends on the secret alone.
    for user in '' ab: a:; do
        printf '%s%s' "$user" "$1" | base64 -w0 |
            sed -E "s/^.{$((${#user} > 0 ? 4 : 0))}//; s/=+\$//; s/.\$//" | cut -c 1-200
        echo
    done | grep .
}
leaks() { # leaks SECRET
    local found
    found=$(forms "$1" | while read -r form; do grep -rlaF -e "$form" "$scratch/written" | sed "s|^|$form in |"; done)
    [ -z "$found" ] || { echo "$found"; return 1; }
}
ok "the search finds what is there" bash -c 'grep -rqaF "a journey with secrets" "$1"' - "$scratch/written"
ok "the token is nowhere" leaks "$SHOPWATCH_TEST_TOKEN"
ok "the shop file's key is nowhere" leaks "$SHOPWATCH_TEST_KEY"
ok "what was captured as a secret is nowhere" bash -c '[ "${#2}" -gt 8 ] && ! grep -aF "$2" "$1"/{record,report,har}' - "$scratch/written" "$placed"

# Lint reads no secret, and says who else can.
touch "$scratch/ran"
cat >"$scratch/lint.yaml" <<END
shopwatch: 1
journey: lint looks, and does not touch
base: http://shop.test
secrets:
  FILE: {file: open.key}
  COMMAND: {command: [rm, "$scratch/ran"]}
steps:
  - step: a
    get: /
    headers: {X: "\${FILE}\${COMMAND}"}
    needs: [web]
    expect:
      - body contains "a"
END
echo a-key-that-all-can-read >"$scratch/open.key"
chmod 644 "$scratch/open.key"
"$SHOPWATCH" lint "$scratch/lint.yaml" >"$scratch/lint.out" 2>&1
ok "a secret that everybody can read is told" grep -q 'everybody on this machine can read .*open.key \[lint.secret_file\]' "$scratch/lint.out"
chmod 600 "$scratch/open.key"
ok "a closed one is not" bash -c '"$1" lint "$2" 2>&1 | grep -q "0 errors, 0 warnings"' - "$SHOPWATCH" "$scratch/lint.yaml"
rm "$scratch/open.key"
"$SHOPWATCH" lint "$scratch/lint.yaml" >"$scratch/lint.out" 2>&1
ok "one that is not there is told, too" grep -q 'open.key: No such file or directory \[lint.secret_file\]' "$scratch/lint.out"
ok "lint ran no command" test -e "$scratch/ran"

plan
