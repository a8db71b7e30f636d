#!/bin/bash
# SPDX-License-Identifier: MIT
#
# The probe that asks PostgreSQL directly, against a real one that is started here and made ill: stopped, frozen, locked,
# full, read-only, damaged on its disk, with backends that heed no timeout. Speaks TAP.
set -u
. "${SOURCE:?}/tests/library.sh"
. "$SOURCE/examples/shop/postgresql.sh"
PATH=$PATH:$postgresql_programs
want psql setpriv jq curl sqlite3
have_postgresql || { echo "1..0 # SKIP PostgreSQL is not installed"; exit 0; }
"$SHOPWATCH" probe --help 2>&1 | grep -q databases || { echo "1..0 # SKIP this build cannot ask databases"; exit 0; }

chmod 711 "$scratch"
pg_port=$(free_port)
make_postgresql "$scratch/pg" --data-checksums || { cat "$scratch/pg.log"; echo "Bail out! no PostgreSQL"; exit 1; }
cat >>"$scratch/pg/postgresql.conf" <<END
max_connections = 12
superuser_reserved_connections = 3
autovacuum = off
max_parallel_workers_per_gather = 0
END
export PGHOST=127.0.0.1 PGPORT=$pg_port PGUSER=shop PGDATABASE=postgres PGCONNECT_TIMEOUT=10
sql() { psql -qAtX -v ON_ERROR_STOP=1 -c "$1"; }
pg_start() {
    start_postgresql "$scratch/pg" -p "$pg_port" -c listen_addresses=127.0.0.1
    started+=("$database_pid")
    wait_for 20 sql 'select 1' || { cat "$scratch/pg.log"; echo "Bail out! PostgreSQL does not start"; exit 1; }
}
pg_stop() { # at once, with all sessions
    kill -QUIT "$database_pid"
    wait "$database_pid" 2>/dev/null
    forget "$database_pid"
}
pg_all() { echo "$database_pid"; ps -o pid= --ppid "$database_pid"; } # its processes
background() { # background SQL: goes on in a session of its own; its pid is background_pid
    psql -qAtX -c "set application_name = 'shop'; $1" >/dev/null 2>&1 &
    background_pid=$!
    started+=("$background_pid")
}
end_background() {
    kill "$background_pid" 2>/dev/null
    wait "$background_pid" 2>/dev/null
    forget "$background_pid"
    sql "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'shop'" >/dev/null
}

pg_start
sql 'create database shop'
PGDATABASE=shop sql 'create table orders(id int primary key); insert into orders values(1); create table order_line(id int primary key)'
sql "create role watch login; grant pg_monitor to watch;
    create table orders(id int primary key, text text); insert into orders select n, repeat('x', 200) from generate_series(1, 5000) n;
    create table order_line(id uuid primary key); insert into order_line select gen_random_uuid() from generate_series(1, 100);
    create table carts(name text primary key); insert into carts values('a');
    create schema health; create table health.canary(checker text primary key, at timestamptz);
    grant usage on schema health to watch; grant select, insert, update on health.canary to watch;
    grant select on orders, order_line, carts to watch" || { echo "Bail out! no tables"; exit 1; }

shop() { # shop [MORE]: the shop file; MORE keys of its probe
    cat >"$scratch/shopwatch.yaml" <<END
shop: Example
base: http://127.0.0.1:9
scenarios: [journey.yaml]
store: sqlite:$scratch/shopwatch.db
reporters:
  metrics: {kind: prometheus, listen: "127.0.0.1:0"}
components:
  db:
    kind: database
    parts: {orders: [orders, order_line], carts: [public.carts]}
    probe: {postgresql: "host=localhost port=$pg_port user=watch dbname=postgres", every: 1s, timeout: 800ms, write: health.canary${1:-}}
END
}
shop

# --- a database that is well ---------------------------------------------------------------------

ok "all is good" probes 0 '[.findings[].outcome] == ["good", "good", "good", "good", "good", "good", "good"]' \
    '[.findings[].check] == ["connect", "answer", "sessions", "write", "read", "read", "read"]' \
    '[.findings[] | .table // ""] == ["", "", "", "health.canary", "orders", "order_line", "public.carts"]' \
    '.sessions.count >= 1 and .sessions.limit == 9 and .sessions.stuck == 0 and (.is_replica | not) and .abandoned == 0'
ok "the write is committed" test "$(sql 'select count(*) from health.canary where at > now() - interval $$1 minute$$')" = 1
ok "it is told on the terminal" bash -c '"$1" probe -c "$2" | grep -qx "db: read of orders good, .*s"' - "$SHOPWATCH" "$scratch/shopwatch.yaml"
# A service of libpq's, and a password that is not in the shop file.
printf '[shop-monitor]\nhost=127.0.0.1\nport=%s\nuser=watch\ndbname=postgres\n' "$pg_port" >"$scratch/services"
sed "s|postgresql: \"[^\"]*\"|postgresql: service=shop-monitor|" "$scratch/shopwatch.yaml" >"$scratch/service.yaml"
ok "a service is found" env PGSERVICEFILE="$scratch/services" "$SHOPWATCH" probe -c "$scratch/service.yaml"
ok "one that there is not is told" bash -c 'PGSERVICEFILE=/dev/null "$1" probe -c "$2" 2>&1 | grep -q "shop-monitor"' - "$SHOPWATCH" "$scratch/service.yaml"

# The role that the manual makes, and its shop file.
sed -n '/^CREATE ROLE shop_monitor/,/^\.Ed/p' "$SOURCE/docs/man/shopwatch-scenario.5.in" | grep -v '^\.Ed' >"$scratch/role.sql"
ok "the manual's role can be made" psql -qX -v ON_ERROR_STOP=1 -d shop -f "$scratch/role.sql"
{
    printf 'shop: x\nbase: http://127.0.0.1:9\nscenarios: [journey.yaml]\n'
    sed -n '/^    probe: .postgresql/,/^\.Ed/p' "$SOURCE/docs/man/shopwatch-scenario.5.in" | head -1 |
        cat <(printf 'components:\n  db:\n    kind: database\n    parts: {orders: [public.orders, public.order_line]}\n') -
} >"$scratch/manual.yaml"
sed 's/user=watch/user=shop_monitor/; s/dbname=.*/dbname=shop/' "$scratch/services" >"$scratch/manual-services"
ok "and sees all that it is to see" bash -c 'PGSERVICEFILE="$1" "$2" probe --json -c "$3" | jq -e "[.findings[].outcome] | unique == [\"good\"]"' - \
    "$scratch/manual-services" "$SHOPWATCH" "$scratch/manual.yaml"

# --- what it may not see says nothing of the database --------------------------------------------

sql 'revoke pg_monitor from watch; revoke select on orders from watch; drop table health.canary'
ok "blind is not ill" probes 0 'found("sessions"; null) | .outcome == "blind" and (.text | contains("GRANT pg_monitor TO watch"))' \
    'found("read"; "orders") | .outcome == "blind" and (.text | contains("GRANT SELECT ON orders TO watch"))' \
    'found("write"; null) | .outcome == "blind" and (.text | contains("no table"))' 'found("read"; "order_line").outcome == "good"'
sql 'grant pg_monitor to watch; grant select on orders to watch; create table health.canary(checker text primary key, at timestamptz);
    grant select, insert, update on health.canary to watch; alter role watch nologin'
ok "a role that may not log in is blind" probes 5 'found("connect"; null) | .outcome == "blind" and .code == "28000"' \
    'found("read"; "orders").outcome == "unasked"'
sql 'alter role watch login'

# --- locks, and sessions that do not get on ------------------------------------------------------

background 'begin; lock table orders in access exclusive mode; select pg_sleep(600)'
wait_for 10 sql "select 1 / count(*) from pg_locks where mode = 'AccessExclusiveLock'"
ok "a locked table: this one, by a lock" probes 3 'found("read"; "orders") | .outcome == "failed" and .symptom == "db.locked" and .code == "55P03"' \
    'found("read"; "order_line").outcome == "good" and found("write"; null).outcome == "good"' '.abandoned == 0'
# A backend that heeds no timeout, like one in a damaged index: it is frozen while it waits.
freeze() {
    local pid=
    for _ in $(seq 200); do
        pid=$(sql "select pid from pg_stat_activity where application_name = 'shopwatch' and wait_event_type = 'Lock'")
        [ -n "$pid" ] && break
    done
    kill -STOP "$pid" && echo "$pid" >"$scratch/frozen"
}
freeze &
ok "one that hangs in spite of all timeouts: this one alone, and the connection is left" probes 3 \
    'found("read"; "orders") | .outcome == "hung" and .time >= 800 and .time < 2000' \
    'found("read"; "order_line").outcome == "good" and found("read"; "public.carts").outcome == "good"' '.abandoned == 1'
wait $!
kill -CONT "$(cat "$scratch/frozen")"
shop ', stuck: 1s'
psql -qAtX -c "set application_name = 'shop'; select * from orders" >/dev/null 2>&1 &
started+=($!)
waited() { [ "$(sql "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and now() - query_start > interval '1.2 s'")" -ge 1 ]; }
wait_for 10 waited
ok "sessions that are blocked" probes 3 'found("sessions"; null) | .outcome == "failed" and .symptom == "db.locked"' \
    '.sessions.blocked == 1 and .sessions.blocked_for > 1000'
end_background
background 'do $$ begin loop end loop; end $$'
stuck() { [ "$(sql "select count(*) from pg_stat_activity where application_name = 'shop' and state = 'active' and now() - query_start > interval '1.2 s'")" -ge 1 ]; }
wait_for 10 stuck
ok "a session that is at work without end" probes 3 'found("sessions"; null) | .outcome == "failed" and (.text | contains("damaged index"))' \
    '.sessions.stuck == 1 and .sessions.stuck_for > 1000'
end_background
shop

# --- connections, writes -------------------------------------------------------------------------

fillers=()
for _ in $(seq 40); do # until none more is given out
    psql -qAtX -U watch -c 'select 1' >/dev/null 2>&1 || break
    psql -qAtX -U watch -c 'select pg_sleep(600)' >/dev/null 2>&1 &
    fillers+=($!)
    started+=($!)
    sleep 0.1
done
ok "no connection left" probes 3 'found("connect"; null) | .outcome == "failed" and .symptom == "db.exhausted" and .code == "53300"'
kill "${fillers[@]}" 2>/dev/null
wait "${fillers[@]}" 2>/dev/null
sql "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'watch'" >/dev/null
sql 'alter system set default_transaction_read_only = on'
sql 'select pg_reload_conf()' >/dev/null
ok "read-only" probes 3 'found("write"; null) | .outcome == "failed" and .symptom == "db.read_only" and .code == "25006"' \
    'found("read"; "orders").outcome == "good"'
PGOPTIONS='-c default_transaction_read_only=off' sql 'alter system reset default_transaction_read_only'
sql 'select pg_reload_conf()' >/dev/null

# --- while the monitor runs ----------------------------------------------------------------------

cat >"$scratch/journey.yaml" <<END
shopwatch: 1
journey: none
every: 1h
steps: [{step: none, get: /, needs: [db.orders]}]
END
start_monitor
said() { grep -q -- "$1" "$scratch/monitor.log"; }
connected() { [ "$(sql "select count(*) from pg_stat_activity where application_name = 'shopwatch'")" -ge 1 ]; }
wait_for 10 connected
target=$(sed -n 's|^metrics at http://\(.*\)/metrics$|\1|p' "$scratch/monitor.out")
measures() { curl -sS -m 10 "http://$target/metrics" | grep -qxF "shopwatch_database_$1"; }
ok "what is found is measured" wait_for 10 measures 'check_good{component="db",check="read",table="orders"} 1'
ok "and what the sessions do" measures 'sessions_limit{component="db"} 9'
ok "/healthz tells it, too" bash -c 'curl -sS "http://$1/healthz" | jq -e ".databases[0].component == \"db\" and (.databases[0].findings | length) == 7"' - "$target"
sql 'alter table carts rename to gone'
ok "a table that goes is told" wait_for 15 said 'probe of db: read of public.carts failed: there is no table public.carts any more'
ok "and measured" measures 'check_good{component="db",check="read",table="public.carts"} 0'
sql 'alter table gone rename to carts'
ok "and when it is back" wait_for 15 said 'probe of db: read of public.carts good'
kill -STOP $(pg_all)
ok "a frozen server is told, and where it hangs" wait_for 15 said 'probe of db: connect hung after .*: no connection came about'
kill -CONT $(pg_all)
ok "and when it goes on" wait_for 20 said 'probe of db: connect good'
pg_stop
ok "a stopped one is told" wait_for 15 said 'probe of db: connect failed: .*refused'
ok "the monitor stops in order meanwhile" stop_monitor
ok "a server that is not there refuses" probes 3 'found("connect"; null) | .outcome == "failed" and .symptom == "tcp.refused" and .phase == "tcp"' \
    '[.findings[1:][].outcome] | unique == ["unasked"]'

# --- what it tells of a shop that fails ----------------------------------------------------------

# A shop whose answer says nothing of its database; one step fails, which needs the table that is locked.
start_front "$scratch/front" >"$scratch/front.log" 2>&1 || { echo "Bail out! no shop"; exit 1; }
pg_start
sed -e "s|127.0.0.1:9\$|127.0.0.1:$plain_port|" -e 's|^components:|components:\n  web: {kind: application}|' "$scratch/shopwatch.yaml" >"$scratch/judged.yaml"
cat >"$scratch/journey.yaml" <<END
shopwatch: 1
journey: orders
every: 2s
steps:
  - {step: orders, get: /broken, needs: [web, db.orders]}
END
judge() { # a run's record, once the monitor has asked the database
    rm -f "$scratch/shopwatch.db"*
    config=$scratch/judged.yaml start_monitor
    wait_for 20 judged
    end_monitor TERM
    ask 'select record from run order by sequence' | tail -1 >"$scratch/record"
}
judged() { [ "$(ask "select count(*) from run where state = 'failed'" 2>/dev/null)" -ge 3 ]; }
says() { jq -e "$1" "$scratch/record" >/dev/null || { jq -c '.verdict, .findings' "$scratch/record"; return 1; }; }
judge
ok "while the database is well, it is not blamed" says '.verdict.cause != "database" and any(.verdict.evidence[]; .fact == "probe.database_well")'
background 'begin; lock table orders in access exclusive mode; select pg_sleep(600)'
wait_for 10 sql "select 1 / count(*) from pg_locks where mode = 'AccessExclusiveLock'"
judge
ok "when its table is locked, it is, and the table is named" says '.verdict.cause == "database" and .verdict.component == "db.orders"
    and any(.verdict.evidence[]; .fact == "probe.database_ill" and (.text | contains("read of orders failed")))'
end_background
sed -i 's/every: 1s/every: 1h/' "$scratch/judged.yaml"
rm -f "$scratch/shopwatch.db"*
config=$scratch/judged.yaml start_monitor
wait_for 20 judged
blamed() { [ "$(ask "select count(*) from run where record ->> '$.verdict.component' = 'db.orders'")" -gt 0 ]; }
ok "not before it is locked" eval '! blamed'
background 'begin; lock table orders in access exclusive mode; select pg_sleep(600)'
ok "it is asked when a run fails, not only at its next turn" wait_for 20 blamed
end_monitor TERM
ok "the record holds what was found" says 'any(.findings[]; .probe == "database" and .component == "db.orders" and .target == "read orders" and .symptom == "db.locked")'
sed -i '/probe: {postgresql/d' "$scratch/judged.yaml"
judge
ok "without the probe it could not be told" says '.verdict.cause != "database" and all(.findings[]?; .probe != "database")'
end_background
pg_stop

# --- damage on the disk --------------------------------------------------------------------------

pg_start
file=$scratch/pg/$(sql "select pg_relation_filepath('orders')")
sql checkpoint
pg_stop
pages=$(($(stat -c %s "$file") / 8192))
for page in $(seq 0 $((pages - 1))); do
    printf '%0200d' 7 | dd of="$file" bs=1 seek=$((page * 8192 + 4000)) conv=notrunc status=none
done
pg_start
ok "damaged pages of a table: this one is corrupt" probes 3 'found("read"; "orders") | .outcome == "failed" and .symptom == "db.corrupt" and .code == "XX001"' \
    'found("read"; "order_line").outcome == "good" and found("answer"; null).outcome == "good" and found("write"; null).outcome == "good"'
ok "a password in the shop file is a mistake" bash -c '
    sed "s|user=watch|user=watch password=secret|" "$1" >"$1.bad.yaml"; "$2" lint "$1.bad.yaml" 2>&1 | grep -q "a password does not belong"' - "$scratch/shopwatch.yaml" "$SHOPWATCH"
plan
