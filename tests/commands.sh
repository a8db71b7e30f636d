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
copy_examples "$scratch/journeys"
ok "a shop file is checked with its scenarios" exit_is 0 "$SHOPWATCH" lint "$scratch/shopwatch.yaml"
ok "all of them" out_has "6 files checked: 0 errors, 0 warnings"
ok "a scenario that the shop file names is told of once" exit_is 0 "$SHOPWATCH" lint -c "$scratch/shopwatch.yaml" \
    "$scratch/journeys/cart.yaml" "$scratch/journeys/cart.yaml" "$scratch/shopwatch.yaml"
ok "and counted once" out_has "6 files checked"
ok "nothing is left unchecked then" bash -c '! grep -q "^note:" "$1"' - "$scratch/out"
sed 's/needs: \[web, /needs: [wbe, /' "$scratch/journeys/cart.yaml" >"$scratch/journeys/wrong.yaml"
sed -i "s|^journey: .*|journey: wrong\nbase: $shop_url|" "$scratch/journeys/wrong.yaml"
ok "so is one with errors" exit_is 65 "$SHOPWATCH" lint -c "$scratch/shopwatch.yaml" --format json "$scratch/journeys/wrong.yaml"
ok "each of them once" jq -e '[.mistakes[] | [.line, .column, .code]] | length > 0 and length == (unique | length)' "$scratch/out"
ok "without its shop file" exit_is 0 "$SHOPWATCH" lint "$scratch/journeys/wrong.yaml"
ok "it is told what was not checked" out_has "note: $scratch/journeys/wrong.yaml: whether the shop has the components"
ok "to programs, too" bash -c '"$1" lint --format json "$2" | jq -e ".note | contains(\"lint -c\")"' - "$SHOPWATCH" "$scratch/journeys/wrong.yaml"
ok "and to workflows" bash -c '"$1" lint --format github "$2" | grep -q "^::notice::.*lint -c"' - "$SHOPWATCH" "$scratch/journeys/wrong.yaml"
rm "$scratch/journeys/wrong.yaml"
ok "a hint of several lines" exit_is 65 "$SHOPWATCH" lint "$bad/expression-joined.yaml"
ok "stands below itself" bash -c 'grep -A2 "= hint: write:$" "$1" | grep -qx "              - body contains \"x\""' - "$scratch/err"
ok "a broken shop file is refused as one" exit_is 65 "$SHOPWATCH" lint "$bad/shop-vantages.yaml"
ok "and not as a scenario" bash -c '! grep -q "a shop file, not a scenario" "$1"' - "$scratch/err"

# fmt
code_of() { "$SHOPWATCH" lint "$1" 2>&1 | grep -oE '\[yaml\.(colon|comment|syntax)\]' | sort -u; }
for file in "$good"/*.yaml "$SOURCE"/examples/*.yaml "$SOURCE"/examples/*/*.yaml "$SOURCE"/tests/journeys/*.yaml; do
    ok "fmt --check finds nothing in $(basename "$(dirname "$file")")/$(basename "$file")" exit_is 0 "$SHOPWATCH" fmt --check "$file"
done
for name in trap-colon trap-comment trap-comment-behind yaml-colon-twice yaml-quote-behind; do
    cp "$bad/$name.yaml" "$scratch/$name.yaml"
    ok "fmt --check finds $name" exit_is 1 "$SHOPWATCH" fmt --check "$scratch/$name.yaml"
    ok "and leaves it" cmp "$bad/$name.yaml" "$scratch/$name.yaml"
    ok "fmt quotes it" exit_is 0 "$SHOPWATCH" fmt "$scratch/$name.yaml"
    ok "which mends what YAML misread" test -z "$(code_of "$scratch/$name.yaml")"
    ok "and all is done at once" exit_is 0 "$SHOPWATCH" fmt --check "$scratch/$name.yaml"
done
ok "trap-comment is a good file then" exit_is 0 "$SHOPWATCH" lint "$scratch/trap-comment.yaml"
printf '%s\r\n' 'shopwatch: 1' 'journey: x' 'steps:' '- step: a' '  get: http://shop.test/' '  body: |' '    expect:' \
    '    - body contains "a: b"' '  expect:' '  - body contains "it'"'"'s: b"   # why' '  - body matches /a #b/' \
    '  - jsonpath "$.a"' '      contains "x: y"' '  capture:   # these' '    a: body replace "b: " "c"' >"$scratch/crlf.yaml"
sed -e 's/- body contains "it.s: b"/- '"'"'body contains "it'"''"'s: b"'"'"'/' -e "s|body matches /a #b/|'&'|" \
    -e 's/body replace "b: " "c"/'"'&'"'/' "$scratch/crlf.yaml" >"$scratch/crlf.expected"
ok "fmt of line ends, literal text, comments, patterns" exit_is 0 "$SHOPWATCH" fmt "$scratch/crlf.yaml"
ok "touches nothing else" diff "$scratch/crlf.expected" "$scratch/crlf.yaml"
ok "what no quotes can mend is told" err_has "crlf.yaml:12:5: error: "
ok "fmt of no file is refused" exit_is 65 "$SHOPWATCH" fmt "$scratch/none.yaml"

# new
mkdir "$scratch/new"
fresh() { (cd "$scratch/new" && "$SHOPWATCH" "$@"); }
ok "new writes two files" exit_is 0 fresh new "$shop_url"
ok "with what the page says" grep -q 'css "title" first contains "Welcome' "$scratch/new/first-look.yaml"
ok "and a link of it" bash -c '[ "$(grep -c "^    get: \"/" "$1")" = 2 ]' - "$scratch/new/first-look.yaml"
ok "lint takes them" exit_is 0 fresh lint shopwatch.yaml
ok "both" out_has "2 files checked: 0 errors"
ok "fmt has nothing to do" exit_is 0 fresh fmt --check first-look.yaml
ok "the journey passes" exit_is 0 fresh run -c shopwatch.yaml first-look.yaml
cp "$scratch/new/shopwatch.yaml" "$scratch/first"
ok "new never overwrites" exit_is 64 fresh new "$shop_url"
ok "and says so" err_has "is not overwritten"
ok "nor touches" cmp "$scratch/first" "$scratch/new/shopwatch.yaml"
mkdir "$scratch/new/a" "$scratch/new/b"
ok "new puts files where one wants them" exit_is 0 fresh new --shop a/s.yaml --journey b/j.yaml "$shop_url/products"
ok "where they find each other" exit_is 0 fresh lint a/s.yaml
ok "both of them" out_has "2 files checked: 0 errors"
ok "a health page needs no database" exit_is 0 fresh new --shop h.yaml --journey health.yaml "$shop_url/health"
ok "and says that it is well" grep -q 'jsonpath "$.status" == "ok"' "$scratch/new/health.yaml"
ok "lint takes it" exit_is 0 fresh lint h.yaml
ok "it passes" exit_is 0 fresh run -c h.yaml health.yaml
ok "a page that is not there gives no files" exit_is 1 fresh new --shop x.yaml --journey y.yaml "$shop_url/none"
ok "none" test ! -e "$scratch/new/x.yaml"
ok "a shop that is not there is the network's" exit_is 2 fresh new --shop x.yaml --journey y.yaml http://127.0.0.1:9/
ok "no URL is a usage error" exit_is 64 fresh new
ok "nor is a host one" exit_is 64 fresh new --shop x.yaml --journey y.yaml shop.example.com
ok "which says how it is written" err_has "https://shop.example.com"

# words of other tools, and help
for word in validate:lint test:run format:fmt init:new start:monitor; do
    ok "${word%:*} is no command" exit_is 64 "$SHOPWATCH" "${word%:*}" "$good/json.yaml"
    ok "and means ${word#*:}" err_has "did you mean \`${word#*:}\`?"
done
fits_a_screen() { awk 'length > 80 { exit 1 } END { exit NR > 23 }' "$scratch/out"; } # 80x24, with a line for the prompt
ok "help" exit_is 0 "$SHOPWATCH" help
ok "fits a screen" fits_a_screen
ok "and has every command's group" out_has "  watch   monitor "
ok "lint --help" exit_is 0 "$SHOPWATCH" lint --help
ok "tells of lint" out_has "shopwatch lint [options] FILE..."
ok "alone" bash -c '! grep -q "shopwatch run" "$1"' - "$scratch/out"

# run: documents
run() { "$SHOPWATCH" run -c "$scratch/shopwatch.yaml" "$@"; }
fails=$SOURCE/tests/journeys/wrong-content.yaml
ok "all documents at once" exit_is 7 run --json "$scratch/all.jsonl" --junit "$scratch/all.xml" \
    --tap "$scratch/all.tap" --har "$scratch/all.har" "$scratch/journeys/guest-checkout.yaml" "$fails"
steps=$(jq -s '[.[].steps[]] | length' "$scratch/all.jsonl")
failed=$(jq -s '[.[].steps[] | select(.state == "failed")] | length' "$scratch/all.jsonl")
ok "the record holds no message" bash -c '! grep -q "\"headers\"" "$1"' - "$scratch/all.jsonl"
if command -v xmllint >/dev/null; then
    xml_is() { [ "$(xmllint --xpath "$1" "$scratch/all.xml")" = "$2" ] || { cat "$scratch/all.xml"; return 1; }; }
    ok "JUnit: a suite a run" xml_is 'count(/testsuites/testsuite)' 2
    ok "JUnit: a case a step" xml_is 'count(//testcase)' "$steps"
    ok "JUnit: its numbers are true" xml_is 'string(/testsuites/@failures)' "$failed"
    ok "JUnit: a failure says its symptom" xml_is 'string(//failure/@type)' content.mismatch
    ok "JUnit: what was expected and what came" xml_is 'count(//failure[contains(., "expected: ")][contains(., "actual: ")])' 1
    ok "JUnit: skipped steps" xml_is 'count(//skipped)' "$(jq -s '[.[].steps[] | select(.state == "skipped")] | length' "$scratch/all.jsonl")"
else
    skip "JUnit" "xmllint is not installed"
fi
ok "TAP: a test a step" bash -c '[ "$(grep -cE "^(not )?ok [0-9]+ - " "$1")" = "$2" ] && grep -qx "1..$2" "$1"' - "$scratch/all.tap" "$steps"
ok "TAP: a failure with its symptom" bash -c 'grep -A3 "^not ok" "$1" | grep -q "  symptom: \"content.mismatch\""' - "$scratch/all.tap"
if command -v prove >/dev/null; then
    ok "TAP: prove reads it" bash -c 'prove -e cat "$1" | grep -q "Failed $2/$3 subtests"' - "$scratch/all.tap" "$failed" "$steps"
else
    skip "TAP: prove reads it" "prove is not installed"
fi
har_is() { jq -e "$1" "$scratch/all.har" >"$scratch/ok.jq" || { cat "$scratch/ok.jq"; return 1; }; }
ok "HAR: an entry an exchange" har_is ".log.version == \"1.2\" and (.log.entries | length) == $(jq -s '[.[].steps[].exchanges[]] | length' "$scratch/all.jsonl")"
ok "HAR: times sum up" har_is 'all(.log.entries[]; . as $e | ([.timings | del(.ssl) | .[] | select(. >= 0)] | add) - $e.time | fabs < 0.01)'
ok "HAR: a connection is named once for all its requests" har_is '[.log.entries[].connection] | all(. != null) and (unique | length) < length'
ok "HAR: a phase that did not happen is -1" har_is 'any(.log.entries[]; .timings.ssl == -1 and .timings.dns == -1)'
ok "HAR: what was really sent" har_is 'all(.log.entries[].request; any(.headers[]; .name == "Host") and any(.headers[]; .name == "traceparent"))'
ok "HAR: cookies" har_is 'any(.log.entries[]; .response.cookies | length > 0) and any(.log.entries[]; .request.cookies | length > 0)'
ok "HAR: bodies" har_is 'any(.log.entries[]; .request.postData.text // "" | contains("payment")) and
    any(.log.entries[]; .response.content.text // "" | contains("confirmed"))'
ok "HAR: a symptom where one is" har_is '[.log.entries[] | select(._symptom)] | length == 1 and .[0]._symptom == "content.mismatch"'
ok "a document on standard output, the report beside it" exit_is 0 run --junit - "$SOURCE/examples/browse.yaml"
ok "is nothing but the document" bash -c 'head -1 "$1" | grep -q "^<?xml" && tail -1 "$1" | grep -qx "</testsuites>" && grep -q PASSED "$2"' - "$scratch/out" "$scratch/err"
ok "two on standard output are a usage error" exit_is 64 run --junit - --json - "$SOURCE/examples/browse.yaml"
ok "a document that cannot be written is told" exit_is 5 run --har "$scratch/none/x.har" "$SOURCE/examples/browse.yaml"
ok "by its name" err_has "none/x.har: No such file"

# run: what is replayed
ok "-v shows requests and answers" exit_is 0 run -v "$scratch/journeys/guest-checkout.yaml"
ok "their headers" out_has "< Content-Type: application/json"
ok "and bodies, indented" bash -c 'grep -q "^    . *\"email\": \"guest+" "$1"' - "$scratch/out"
ok "below the name of their step" bash -c 'grep -A1 "^[+✓] checkout\$" "$1" | grep -q "^  > POST"' - "$scratch/out"
ok "whole, within the terminal's width" bash -c 'COLUMNS=60 LC_ALL=C "$1" run -v -c "$2" "$3" >"$4" &&
    grep -q "</html>" "$4" && ! grep -q ".\{61\}" "$4"' - \
    "$SHOPWATCH" "$scratch/shopwatch.yaml" "$SOURCE/examples/browse.yaml" "$scratch/out"
ok "without -v they are not shown" bash -c '! "$1" run -c "$2" --har "$3" "$4" | grep -q "Shopwatch-Run"' - \
    "$SHOPWATCH" "$scratch/shopwatch.yaml" "$scratch/x.har" "$SOURCE/examples/browse.yaml"
ok "--repeat and --parallel" exit_is 0 run --repeat 6 --parallel 3 --json "$scratch/many.jsonl" "$SOURCE"/examples/{browse,cart}.yaml
ok "are counted" out_has "12 runs: 12 passed"
ok "in the order of the files, each with an id" jq -se '([.[].journey] == [range(6) | "browse"] + [range(6) | "cart"]) and ([.[].id] | unique | length == 12)' "$scratch/many.jsonl"
ok "in flight at once" jq -se '[.[] | .slot] | any(range(1; length) as $i | .[$i]; .started < "9") and
    (. as $s | any(range(1; length); $s[.].started < $s[. - 1].ended))' "$scratch/many.jsonl"
ok "one after another without" exit_is 0 run --repeat 3 --json "$scratch/many.jsonl" "$SOURCE/examples/cart.yaml"
ok "none before the last is done" jq -se '[.[] | .slot] | . as $s | all(range(1; length); $s[.].started >= $s[. - 1].ended)' "$scratch/many.jsonl"
printf '%s\n' name A B >"$scratch/journeys/rows.csv"
cat >"$scratch/journeys/lease.yaml" <<'END'
shopwatch: 1
journey: lease
data: {who: {pool: rows.csv, take: lease}}
steps:
  - {step: a, get: "/health?who=${who.name}"}
END
ok "leases: as many runs at once as there are rows" exit_is 0 run --repeat 20 --parallel 2 --json "$scratch/many.jsonl" "$scratch/journeys/lease.yaml"
ok "leases: two at the same time have two rows" jq -se 'length == 20 and ([.[] | {s: .slot.started, e: .slot.ended, u: .steps[0].exchanges[0].url}]
    | . as $r | all(range(length) as $i | range($i) as $j | [$r[$i], $r[$j]]; .[0].s >= .[1].e or .[1].s >= .[0].e or .[0].u != .[1].u))' "$scratch/many.jsonl"
ok "leases: one more has none" exit_is 5 run --repeat 30 --parallel 3 --json "$scratch/many.jsonl" "$scratch/journeys/lease.yaml"
ok "which is the monitor's fault, and said" jq -se 'any(.[]; .state == "unknown" and (.steps[0].actual | contains("other runs have all rows of")))' "$scratch/many.jsonl"
rm "$scratch/journeys/lease.yaml"
ok "--only with what it needs" exit_is 0 run --only "product page" --json "$scratch/only.jsonl" "$SOURCE/examples/browse.yaml"
ok "does those steps" jq -e '[.steps[] | select(.state == "passed") | .step] ==
    ["list of shoes", "product page"]' "$scratch/only.jsonl"
ok "--only leaves out the cleanup of what was not done" bash -c '"$1" run -c "$2" --only shoes --json - "$3" 2>"$4" |
    jq -e ".state == \"passed\" and .steps[-1].state == \"skipped\""' - \
    "$SHOPWATCH" "$scratch/shopwatch.yaml" "$scratch/journeys/guest-checkout.yaml" "$scratch/err"
ok "what --only leaves out before it is told" bash -c '"$1" run -c "$2" --only checkout "$3" >"$4"; tr -s " \n" " " <"$4" |
    grep -q "left out alive[a-z, ]*: not asked for; later steps miss what comes of it"' - \
    "$SHOPWATCH" "$scratch/shopwatch.yaml" "$scratch/journeys/guest-checkout.yaml" "$scratch/out"
cat >"$scratch/typed.yaml" <<END
shopwatch: 1
journey: typed
variables: {quantity: 1, gift: false, name: "1", rate: {others: 1.5}}
steps:
  - step: add
    post: /api/cart
    json:
      product: 1
      quantity: \${quantity}
    expect:
      - status == 201
      - 'jsonpath "\$" count in \${gift}, \${quantity}'
END
ok "--var keeps the type of a number and a boolean" bash -c '"$1" run -c "$2" --var quantity=2 --var gift=true --json - "$3" 2>"$4" |
    jq -es "length == 1 and .[0].steps[0].state == \"failed\" and .[0].steps[0].values == \"\${gift} is true (a boolean); \${quantity} is 2 (a number)\""' - \
    "$SHOPWATCH" "$scratch/shopwatch.yaml" "$scratch/typed.yaml" "$scratch/err"
ok "what is none is a usage error" exit_is 64 run --var quantity=two "$scratch/typed.yaml"
ok "which says what it must be" err_has "quantity=two: the scenario's is a number"
ok "at any vantage point" exit_is 64 run --var rate=high "$scratch/typed.yaml"
ok "nor is a number a boolean" exit_is 64 run --var gift=1 "$scratch/typed.yaml"
ok "--var of no variable is a usage error" exit_is 64 run --var emial=x "$scratch/journeys/guest-checkout.yaml"
ok "which says what it may be" err_has 'did you mean `email`?'
ok "without files the shop file's are replayed" bash -c '"$1" run -c "$2" --json - 2>"$3" | jq -es "length == 5"' - \
    "$SHOPWATCH" "$scratch/shopwatch.yaml" "$scratch/errors"
ok "--only of no step is a usage error" exit_is 64 run --only "no such step" "$SOURCE/examples/browse.yaml"
ok "which says what steps there are" err_has 'there is `alive`, '
ok "--only of a step with a typo" exit_is 64 run --only "prodct page" "$SOURCE/examples/browse.yaml"
ok "says which may be meant" err_has 'did you mean `product page`?'
ok "--vantage of none is a usage error" exit_is 64 run --vantage moon "$SOURCE/examples/browse.yaml"
ok "which says what there is" err_has 'no vantage point `moon`; there is `here`'
for option in --repeat --parallel; do
    for value in 0 -1 x 9999999999 ''; do
        ok "$option '$value' is a usage error" exit_is 64 run "$option" "$value" "$SOURCE/examples/browse.yaml"
    done
done

# Interrupted, those in flight clean up, and those never begun are not reported.
all_three_wait() { [ "$(visitors_of "${shop_url##*:}")" -ge 3 ]; }
interrupted() {
    kill -STOP "$shop_pid"
    "$SHOPWATCH" run -c "$scratch/shopwatch.yaml" --repeat 5 --parallel 3 --json "$scratch/cut.jsonl" \
        "$SOURCE/examples/cart.yaml" >"$scratch/out" 2>&1 &
    local pid=$! code
    started+=("$pid")
    wait_for 20 all_three_wait
    kill -INT "$pid"
    kill -CONT "$shop_pid"
    wait "$pid"
    code=$?
    [ "$code" = 5 ] || { echo "exit code $code"; cat "$scratch/out"; return 1; }
}
ok "an interrupted replay ends" interrupted
ok "with what was begun" jq -se 'length == 3 and all(.[]; .state == "unknown" and .reason == "interrupted")' "$scratch/cut.jsonl"

plan
