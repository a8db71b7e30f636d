#!/bin/bash
# SPDX-License-Identifier: MIT
# The probe that asks SQLite by its file: well, locked, damaged, read-only, gone. Speaks TAP.
set -u
. "${SOURCE:?}/tests/library.sh"
want sqlite3 jq
file=$scratch/shop.db
fresh() { # a new file
    rm -f "$file"*
    sqlite3 "$file" "pragma journal_mode = ${1:-delete}; create table orders(id integer primary key, text);
        insert into orders select value, hex(randomblob(500)) from generate_series(1, 400);
        create table carts(id integer primary key, text); insert into carts values(1, 'a');
        create table sessions(id text, part int, primary key(id, part)) without rowid;
        insert into sessions select hex(randomblob(16)), value from generate_series(1, 400);
        create table canary(checker text primary key, at text)" >/dev/null
}
cat >"$scratch/shopwatch.yaml" <<END
shop: Example
base: http://127.0.0.1:9
scenarios: [journey.yaml]
components:
  db:
    kind: database
    parts: {orders: [orders], carts: [main.carts], sessions: [sessions]}
    probe: {sqlite: shop.db, every: 1s, timeout: 600ms, write: canary}
END
page_of() { sqlite3 "$file" "select rootpage from sqlite_schema where name = '$1'"; }

for mode in delete wal; do
    fresh "$mode"
    ok "$mode: all is good" probes 0 '[.findings[].outcome] | unique == ["good"]' '.engine == "sqlite" and .abandoned == 0' \
        '[.findings[] | .table // ""] == ["", "", "", "canary", "orders", "main.carts", "sessions"]'
    ok "$mode: the write is committed" test "$(sqlite3 "$file" 'select count(*) from canary')" = 1
    (printf 'begin immediate;\n.shell touch %s\n' "$scratch/locked" && exec sleep 5) | sqlite3 "$file" >/dev/null 2>&1 &
    locker=$!
    started+=("$locker")
    wait_for 5 test -e "$scratch/locked"
    rm -f "$scratch/locked"
    ok "$mode: one who keeps others from writing" probes 3 'found("sessions"; null) | .outcome == "failed" and .symptom == "db.locked_outside"' \
        'found("write"; null).symptom == "db.locked_outside" and found("read"; "orders").outcome == "good"' \
        'found("write"; null).text | test("; sqlite3 .process [0-9]+. holds the lock$")'
    kill "$locker" 2>/dev/null
    wait "$locker" 2>/dev/null
    forget "$locker"
done

fresh
page=$(page_of orders)
head -c 4096 /dev/urandom | dd of="$file" bs=4096 seek=$((page - 1)) conv=notrunc status=none
ok "a damaged table: this one" probes 3 'found("read"; "orders") | .outcome == "failed" and .symptom == "db.corrupt"' \
    'found("read"; "main.carts").outcome == "good" and found("connect"; null).outcome == "good"'
fresh
head -c 4096 /dev/urandom | dd of="$file" bs=4096 seek=$(($(page_of sessions) - 1)) conv=notrunc status=none
ok "one whose rows have no number" probes 3 'found("read"; "sessions") | .outcome == "failed" and .symptom == "db.corrupt"' \
    'found("read"; "orders").outcome == "good"'
head -c 4096 /dev/urandom | dd of="$file" conv=notrunc status=none
ok "a damaged header: all of it" probes 3 'found("connect"; null).symptom == "db.corrupt"'
fresh
sqlite3 "$file" 'drop table carts; drop table canary'
ok "what there is not is not seen" probes 0 'found("read"; "main.carts") | .outcome == "blind" and (.text | contains("no such table"))' \
    'found("write"; null).outcome == "blind"'
fresh
cat >"$scratch/journey.yaml" <<END
shopwatch: 1
journey: none
every: 1h
steps: [{step: none, get: /, needs: [db.orders]}]
END
echo "store: sqlite:$scratch/shopwatch.db" >>"$scratch/shopwatch.yaml"
said() { grep -q -- "$1" "$scratch/monitor.log"; }
sqlite3 "$file" 'alter table canary rename to gone'
start_monitor
wait_for 10 said 'write of canary blind'
sqlite3 "$file" 'alter table orders rename to gone_orders'
ok "a table that goes is told" wait_for 15 said 'probe of db: read of orders failed: no such table'
stop_monitor
rm -f "$file"
ok "a file that is not there cannot be opened" probes 3 'found("connect"; null) | .outcome == "failed" and (.text | contains("unable to open"))'
ok "and is not made" test ! -e "$file"
plan
