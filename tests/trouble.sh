#!/bin/bash
# SPDX-License-Identifier: MIT
#
# The monitor whose store is in trouble: a full disk, a file system that is read-only, files that are damaged in every
# way, two monitors on one file, a copy taken while it runs. It says what is the matter and what to do, goes on
# measuring, and counts and shows what it could not store. Speaks TAP.
set -u
# Disks of its own are mounted in a mount namespace, which ends with the test.
if [ -z "${TROUBLE_NAMESPACE:-}" ] && unshare --mount --propagation private true 2>/dev/null; then
    export TROUBLE_NAMESPACE=1
    exec unshare --mount --propagation private "$0"
fi
. "${SOURCE:?}/tests/library.sh"
want jq sqlite3 curl
readonly JOURNEYS=8

start_shop
shop_file
for number in $(seq "$JOURNEYS"); do
    sed -e "s/^journey: .*/journey: browse $number/" -e 's/^every: .*/every: 1s/' \
        "$SOURCE/examples/browse.yaml" >"$scratch/journeys/browse-$number.yaml"
done
mkdir "$scratch/disk"
database=$scratch/disk/store.db
sed -i -e "s|^store:.*|store: sqlite:$database|" \
    -e "s|^reporters:|reporters:\n  metrics: {kind: prometheus, listen: \"127.0.0.1:0\"}|" "$scratch/shopwatch.yaml"

begin() { # the monitor, with a log that begins with it; sets target, where its metrics are, and operators
    rm -f "$scratch/monitor.log"
    start_monitor
    monitor_says '^metrics at'
    operators=$(sed -n 's|.*for operators at \(http://[^ ]*[0-9]\).*|\1|p' "$scratch/monitor.out")
    target=$(sed -n 's|^metrics at http://\(.*\)/metrics$|\1|p' "$scratch/monitor.out")
}
said() { grep -qF -- "$1" "$scratch/monitor.log" || { cat "$scratch/monitor.log"; return 1; }; }
health() { curl -sS -m 20 "http://$target/healthz" | tee "$scratch/health" | jq -e "$1"; }
metric() { curl -sS -m 20 "http://$target/metrics" | sed -n "s/^shopwatch_$1 //p"; }
has_started_since() { [ "$(metric monitor_runs_started_total)" -gt "$1" ]; }
stored() { [ "$(ask 'select count(*) from run')" -ge "$1" ]; }
is_whole() { [ "$(sqlite3 "$1" 'pragma integrity_check')" = ok ]; }
refuses() { # refuses WORDS...: at its start, with all of these
    local words
    timeout 20 "$SHOPWATCH" monitor -c "$scratch/shopwatch.yaml" >"$scratch/refused" 2>&1
    [ $? = 5 ] || { echo "it ended otherwise"; cat "$scratch/refused"; return 1; }
    for words; do grep -qF -- "$words" "$scratch/refused" || { echo "lacks: $words"; cat "$scratch/refused"; return 1; }; done
}

# --- a disk that becomes full while the monitor runs ---------------------------------------------

if [ -n "${TROUBLE_NAMESPACE:-}" ] && mount -t tmpfs -o size=700k shopwatch "$scratch/disk"; then
    begin
    ok "a full disk: it says so, which file, and what to do" \
        wait_for 60 said "trying again: $database: database or disk is full; make room on its disk"
    runs=$(metric monitor_runs_started_total)
    ok "it goes on measuring" wait_for 20 has_started_since "$runs"
    ok "what waits is counted" health '.runs_waiting > 0 and .runs_lost == 0'
    ok "and shown, with what is the matter" \
        health '.state == "troubled" and any(.problems[]; .code == "unstored" and .serious and (.text | contains("full")))'
    ok "in its metrics, too" test "$(metric monitor_runs_waiting)" -gt 0
    ok "which say that it is not well" test "$(metric monitor_well)" = 0
    ok "on the operators' page" bash -c 'curl -sSf -m 20 "$1/monitor" | grep -q "could not be stored yet: .*full"' - "$operators"
    ok "and by status" bash -c '"$1" status -c "$2" 2>&1 | tr "\n" " " | grep -q "could not be stored yet: .*full"' - "$SHOPWATCH" "$scratch/shopwatch.yaml"
    mount -o remount,size=64m "$scratch/disk"
    ok "with room again all that waited is stored" wait_for 20 health '.state == "well" and .runs_waiting == 0 and .runs_lost == 0'
    ok "which is said" said "runs are stored again"
    stop_monitor
    ok "and there is no slot without its record" every_slot_is_there
    ok "in a file that is whole" is_whole "$database"

    # --- a read-only disk ---
    mount -o remount,ro "$scratch/disk"
    ok "on a read-only disk it does not start" \
        refuses "$database" "Read-only file system; the monitor must be able to write to it and to its directory"
    mount -o remount,rw "$scratch/disk"
else
    skip "a full disk and a read-only one" "a file system cannot be mounted here; try it as root"
fi

# --- files that are not what they should be ------------------------------------------------------

begin
wait_for 20 stored 20
ok "a second monitor on the same store is refused" refuses "$database is in use by another shopwatch"
ok "a copy can be taken while it runs" sqlite3 "$database" ".backup $scratch/copy.db"
ok "and is whole" is_whole "$scratch/copy.db"
ok "with runs in it" test "$(sqlite3 "$scratch/copy.db" 'select count(*) from run')" -ge 20
ok "the monitor took no harm of either" health '.state == "well" and .runs_waiting == 0'
stop_monitor

spoil_table() { # spoil_table NAME: its first page, or that of an index
    local page
    page=$(ask "select rootpage from sqlite_schema where name = '$1'")
    head -c 4096 /dev/urandom | dd of="$database" bs=4096 seek=$((page - 1)) conv=notrunc status=none
}
spoil_header() { head -c 4096 /dev/urandom | dd of="$database" conv=notrunc status=none; }
spoil_middle() { spoil_table run; }
cut_off() { truncate -s 40960 "$database"; }
for damage in spoil_header spoil_middle cut_off; do
    rm -f "$database"*
    cp "$scratch/copy.db" "$database"
    echo 'shopwatch store' >"$database.lock"
    "$damage"
    sum=$(sha256sum <"$database")
    begin
    ok "$damage: it goes on measuring, in a new file" wait_for 20 stored 10
    ok "$damage: and says where the damaged one is" \
        said "the store was damaged and has been begun anew; what it held is in $database.damaged-1"
    ok "$damage: which is as it was" test "$(sha256sum <"$database.damaged-1")" = "$sum"
    ok "$damage: that is shown" health '.state == "well" and any(.problems[]; .code == "damaged" and (.text | contains("damaged-1")))'
    stop_monitor
    [ "$damage" = spoil_middle ] || continue
    ok "$damage: what is not spoilt in it can be read" \
        test "$(sqlite3 "$database.damaged-1" .dump 2>&1 | grep -c '^INSERT INTO hour')" -ge "$JOURNEYS"
done

rm -f "$database"*
cp "$scratch/copy.db" "$database"
before=$(ask 'select max(sequence) from run')
spoil_table step
begin
ok "damage that shows when runs are stored: they go into a new file" wait_for 20 said "$database.damaged-1"
ok "and none is lost" health '.runs_lost == 0'
continued() { [ "$(ask 'select min(sequence) from run')" -gt "$before" ]; }
ok "and their sequences go on" wait_for 20 continued
mv "$database" "$scratch/away.db"
wait_for 20 stored 10
ok "moved away while it runs: a new file is begun" stored 10
ok "and what was moved is whole" is_whole "$scratch/away.db"
stop_monitor

rm -f "$database"*
cp "$scratch/copy.db" "$database"
sqlite3 "$database" 'pragma user_version = 99'
ok "the file of a newer version is refused" refuses "$database" "written by a newer shopwatch"
ok "and left as it is" test "$(ask 'pragma user_version')" = 99
rm -f "$database"*
sqlite3 "$database" 'create table diary(day)'
ok "another program's file is refused" refuses "$database" "another program's database"
rm -f "$database"*
mkdir "$database"
ok "a directory is refused" refuses "$database" "Is a directory; name a file in it"
rmdir "$database"
sed -i "s|^store:.*|store: sqlite:$scratch/none/store.db|" "$scratch/shopwatch.yaml"
ok "and so is a file in none" refuses "$scratch/none/store.db" "No such file or directory; make the directory first"
[ -z "${TROUBLE_NAMESPACE:-}" ] || umount "$scratch/disk" 2>/dev/null
plan
