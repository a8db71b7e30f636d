#!/bin/bash
# SPDX-License-Identifier: MIT
# The demo's other story, of a shop that dies of one damaged page: told as the README shows it, and nothing is left. TAP.
set -u
. "${SOURCE:?}/tests/library.sh"
. "$SOURCE/tests/readme.sh"
. "$SOURCE/examples/shop/postgresql.sh"
want jq curl setpriv
have_postgresql || { echo "1..0 # SKIP PostgreSQL is not installed"; exit 0; }
grep -q '^#define HAVE_LIBPQ' "$BUILD/config.h" || { echo "1..0 # SKIP the shop was built without libpq"; exit 0; }

mkdir -m 711 "$scratch/files"
chmod 711 "$scratch"
told_right() {
    TMPDIR=$scratch/files NO_COLOR=1 "$SOURCE/examples/demo" --build "$BUILD" --incident --for 1s >"$scratch/incident" 2>&1 || { cat "$scratch/incident"; return 1; }
}
ok "every verdict is right, before anybody is lost and when nobody gets in" told_right
ok "the table is named, and why" grep -qE 'database, db.orders, [0-9]+ %' "$scratch/incident"
ok "the README shows what it prints" readme_shows "$scratch/incident" "with six workers and PostgreSQL"
ok "nothing is left running" eval '! pgrep -af "$scratch/files/"'
plan
