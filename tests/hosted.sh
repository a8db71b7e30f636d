#!/bin/bash
# SPDX-License-Identifier: MIT
# A whole incident on a hosted status page: the monitor, the example shop whose database is damaged, a kill -9 in between,
# and a server with the page's interface.
set -u
. "${SOURCE:?}/tests/library.sh"
want jq curl

start_shop
shop_file
"$BUILD/tests/hosted" "$scratch/hosted.port" 2>"$scratch/hosted.log" &
started+=($!)
wait_for 10 test -s "$scratch/hosted.port" || { echo "Bail out! no hosted page"; exit 1; }
page=http://127.0.0.1:$(cat "$scratch/hosted.port")
copy_examples "$scratch/journeys"
sed -i "/^reporters:/,\$d" "$scratch/shopwatch.yaml"
cat >>"$scratch/shopwatch.yaml" <<END
reporters:
  hosted:
    kind: statuspage
    url: $page
    page: kctbh9vrtdwd
    key: \${PAGE_KEY}
    components: {search: c1, browse: c2, db: c3}
    metrics: {browse: m1}
secrets:
  PAGE_KEY: {env: PAGE_KEY}
END
export PAGE_KEY=89a229ce-1a8d-4a6d-8b3e-2c1a7a8f0f11
state() { curl -sS -m 10 "$page/state"; }
state_is() { state | jq -e "$1"; } # state_is CONDITION

ok "a key that is not to be had keeps it from being opened" bash -c 'env -u PAGE_KEY "$1" report --test hosted -c "$2" 2>"$3"; [ $? = 5 ] && grep "PAGE_KEY is not set" "$3"' - \
    "$SHOPWATCH" "$scratch/shopwatch.yaml" "$scratch/trial"
ok "a trial finds all that is named" "$SHOPWATCH" report --test hosted -c "$scratch/shopwatch.yaml"
wrong_key_is_told() {
    ! PAGE_KEY=another-key "$SHOPWATCH" report --test hosted -c "$scratch/shopwatch.yaml" >"$scratch/trial" 2>&1 &&
        grep "answered 401: Could not authenticate" "$scratch/trial" || { cat "$scratch/trial"; return 1; }
}
ok "and a wrong key" wrong_key_is_told
ok "nothing was written" state_is '.posts == 0 and .incidents == []'

start_monitor --every 1s
ok "the latency of a journey is shown" wait_for 60 state_is '.points.m1 | length > 0 and all(.[]; .value > 0 and .value < 60000)'
ok "the catalogue is damaged" "$BUILD/examples/shop/damage" "$scratch/shop.db" product on
ok "an incident is opened" wait_for 60 state_is '.incidents | length > 0'
wait_for 30 state_is '.components.c1 == "major_outage" and .components.c2 == "major_outage"'
end_monitor KILL
ok "customers read that searching fails" state_is '.components.c1 == "major_outage" and (.incidents[0] |
    .status == "investigating" and (.name | test("(is|are) failing$")) and
    (.incident_updates[0].body | test("^(Search|Browse).* failing since 20..-..-.. ..:.. UTC[.]$")))'
ok "and not why" bash -c '! jq ".incidents[].incident_updates, .incidents[].name" <<<"$1" | grep -i "database\|catalogue\|500"' - "$(state)"
ok "the database is not blamed, either" state_is '.components.c3 == "operational"'

start_monitor --every 1s
publish() { "$SHOPWATCH" incidents publish "$(state | jq -r '.incidents[0].metadata.shopwatch.incident')" "We restore it." -c "$scratch/shopwatch.yaml"; }
ok "somebody publishes the cause" wait_for 20 publish
ok "customers read it" wait_for 30 state_is '.incidents[0] | .status == "identified" and
    (.incident_updates[0].body | contains("We restore it. The cause is the database (Shop database"))'
ok "and see the database" state_is '.components.c3 == "major_outage"'
ok "the catalogue is mended" "$BUILD/examples/shop/damage" "$scratch/shop.db" product off
ok "the incident is resolved" wait_for 60 state_is '.incidents | all(.[]; .status == "resolved")'
ok "and the components are well" state_is '.components | all(.[]; . == "operational")'
ok "the kill opened nothing twice" state_is '[.incidents[].metadata.shopwatch.incident] | length == (unique | length)'
ok "how long it lasted is said" state_is '.incidents[0].incident_updates[0].body | test("works? again since .* UTC, after [0-9]+ (s|min)")'
ok "the monitor stops in order" stop_monitor
ok "all that was sent was as documented" state_is '.wrong == ""'
ok "and nothing was given up" bash -c '! grep "given up" "$1"' - "$scratch/monitor.log"
ok "the key is in no log" bash -c '! grep -r "$1" "$2"' - "$PAGE_KEY" "$scratch/monitor.log"
plan
