#!/bin/bash
# SPDX-License-Identifier: MIT
#
# The example scenario for a real shop: Vendure on PostgreSQL, started by the laboratory beside the
# project. The guest's order is looked up in its database. Speaks TAP.
set -u
. "${SOURCE:?}/tests/library.sh"
laboratory=$SOURCE/../shared/lab/vendure
[ -x "$laboratory/up.sh" ] || { echo "1..0 # SKIP the laboratory with the real shop is not here"; exit 0; }
[ "$(id -u)" = 0 ] || { echo "1..0 # SKIP the laboratory needs root"; exit 0; }
want jq

# The database's own user must be able to reach it.
LAB=$(mktemp -d /var/tmp/shopwatch-lab.XXXXXX) || exit 1
export LAB NET=0
# Ports beside the usual ones, so that a laboratory in use is left alone.
export PGPORT=21733 APPPORT=21734 PSP_PORT=21735 HTTPPORT=21736 HTTPSPORT=21737
chmod 755 "$LAB"
take_down() {
    "$laboratory/down.sh" --wipe >/dev/null 2>&1
    rm -rf "$LAB"
    finish
}
trap take_down EXIT

if ! "$laboratory/up.sh" >"$scratch/up" 2>&1; then
    sed 's/^/# /' "$scratch/up" | tail -5
    echo "Bail out! the real shop does not start"
    exit 1
fi
sed "s|^base:.*|base: http://127.0.0.1:$HTTPPORT|" "$SOURCE/examples/vendure/shopwatch.yaml" >"$scratch/shopwatch.yaml"

guest_passes() {
    "$SHOPWATCH" run -c "$scratch/shopwatch.yaml" --json "$scratch/record" "$SOURCE/examples/vendure/guest-checkout.yaml"
}
ok "a guest's journey passes" guest_passes
order_is_stored() {
    local id found
    id=$(jq -r .id "$scratch/record")
    found=$(psql -h 127.0.0.1 -p "$PGPORT" -U postgres -d "${DB:-shop}" -Atc "select o.state from \"order\" o
        join customer c on c.id = o.\"customerId\" where c.\"emailAddress\" = 'guest+$id@shop.example'")
    echo "found: $found"
    [ "$found" = PaymentSettled ]
}
ok "the order is in the shop's database" order_is_stored
plan
