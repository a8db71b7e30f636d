#!/bin/bash
# SPDX-License-Identifier: MIT
# A monitor that runs, operated: every command that speaks with it by its control socket, what it says to people at
# two widths and to programs, and what is left to read when it has gone.
set -u
. "${SOURCE:?}/tests/library.sh"
want jq curl script perl
export NO_COLOR=1 LC_ALL=C.UTF-8

start_shop
shop_file 'here: {title: This machine}\n  branch: {title: Branch office, source: 127.0.0.2}'
copy_examples "$scratch/journeys"
config=$scratch/shopwatch.yaml

listens() { "$SHOPWATCH" status -c "$config" || [ $? != 5 ]; }
begin() { # begin OPTION...: the monitor, which can be spoken with
    start_monitor --every 1s "$@"
    wait_for 30 listens
}

# Of a command that operates: its output in $scratch/out, its complaints in $scratch/err.
shopwatch() { "$SHOPWATCH" "$@" -c "$config" >"$scratch/out" 2>"$scratch/err"; }
exits() { # exits CODE COMMAND...
    local wanted=$1 code=0
    shift
    shopwatch "$@" || code=$?
    [ "$code" = "$wanted" ] || { echo "exit code $code"; cat "$scratch/out" "$scratch/err"; return 1; }
}
out_has() { grep -qE -- "$1" "$scratch/out" || { cat "$scratch/out"; return 1; }; }
err_has() { grep -qE -- "$1" "$scratch/err" || { cat "$scratch/err"; return 1; }; }
json() { shopwatch "$@" --json; } # json COMMAND...
is() { # is CONDITION: of the JSON lines in $scratch/out, as one array
    jq -se "$1" "$scratch/out" || { cat "$scratch/out"; return 1; }
}
# Where the machine is busy, what passes may be slow: that is no less well.
becomes() { # becomes SECONDS CONDITION COMMAND...: what a command answers, some time
    local deadline=$((SECONDS + $1)) condition="def well: . == \"passed\" or . == \"degraded\"; $2"
    shift 2
    until { json "$@"; jq -se "$condition" "$scratch/out" >/dev/null; }; do
        [ "$SECONDS" -lt "$deadline" ] || { cat "$scratch/out" "$scratch/err"; return 1; }
        sleep 0.2
    done
}

# --- nobody there -----------------------------------------------------------------------------

ok "status needs a monitor" exits 5 status
ok "and says where it looked" err_has "no monitor listens at $scratch/shopwatch.db.control"
ok "history needs a store at least" exits 5 history
ok "and says which" err_has "cannot read the store \"$scratch/shopwatch.db\": .*No such file"
nofile() { # nofile COMMAND: of a shop file that is not there, beside one that is
    local code=0
    "$SHOPWATCH" "$1" -c "$scratch/nofile.yaml" >"$scratch/out" 2>"$scratch/err" || code=$?
    [ "$code" = 64 ] && err_has 'nofile.yaml: No such file'
}
ok "and makes none" test ! -e "$scratch/shopwatch.db"
echo 'no store at all, but a note that somebody left where the store is to be' >"$scratch/shopwatch.db"
ok "one that cannot be read is none" exits 5 history
ok "which is said" err_has "cannot read the store .*not a database"
rm "$scratch/shopwatch.db"
ok "without a shop file it is a usage error" bash -c '"$1" status; [ $? = 64 ]' - "$SHOPWATCH"

# A promise: the file is the example's.
sed -i '/^shopwatch: 1/a objective: {success: 99.9%, within: 10s}' "$scratch/journeys/browse.yaml"

# --- all is well ------------------------------------------------------------------------------

begin
ok "everything passes" becomes 60 '.[0] | .state == "passed" and .monitor.runs_committed > 20 and (.journeys | length == 10 and all(.[]; .state == "passed"))' status
# A monitor that is too busy says so, and is well when it is not.
people_are_told() { shopwatch status && out_has '^Everything works$' && out_has '^  well for '; }
ok "status says so to people" soon 60 people_are_told
ok "in the page's words" out_has '^Everything works$'
ok "with the journeys from everywhere" out_has '^  guest checkout +✓ .* ✓ '
ok "with what was promised" out_has '^  browse: 100 % of [0-9]+ slots succeeded within 10.00 s; 99.90 % are promised.'
ok "and the monitor itself" out_has '^  well for .*under way'
ok "programs are told how the monitor is" becomes 60 '.[0].monitor | .state == "well" and .journeys == 5 and .vantages == 2 and .visitors == 1' status
ok "and how promises are kept" is '.[0].objectives | length == 1 and .[0].slots.good > 0 and .[0].success.low == 100 and .[0].target == 99.9'
ok "history is the newest first" json history --limit 7
ok "so many of it" is 'length == 7 and (map(.slot.planned) | . == (sort | reverse))'
ok "of a journey, from a place, and of no other" becomes 30 \
    'length == 3 and all(.[]; .journey == "browse" and .vantage == "branch")' history browse --vantage branch --limit 3
ok "a journey that there is not is told" exits 1 history brwose
ok "with what is meant" err_has 'no run of a journey `brwose`; did you mean `browse`?'
ok "so is a state" exits 1 history --state broken
ok "by its name" err_has 'no state `broken`'
ok "and a vantage point" exits 1 history --vantage brunch
ok "with what was meant there" err_has 'did you mean `branch`?'
ok "what there is, and has none, is no mistake" exits 0 history browse --state degraded
for command in status reload; do ok "$command of a file that is not there reaches no other's monitor" nofile "$command"; done
ok "for people, a line each" exits 0 history --limit 4
ok "with the beginning of the id" bash -c '[ "$(grep -cE "^  [0-9:]{8}  . [a-z]+ .* [0-9a-f]{8}  " "$1")" = 4 ]' - "$scratch/out"
json history --limit 100
run=$(jq -rs 'map(select(.steps != [] and .state == "passed"))[0].id' "$scratch/out")
ok "a run is explained by the beginning of its id" exits 0 explain "${run:0:12}"
ok "in a sentence" out_has ', slot of .* UTC, passed'
ok "and its steps" out_has '^PASSED '
ok "programs get its record" json explain "$run"
ok "whole" is ".[0].id == \"$run\" and (.[0].steps | length > 0)"
ok "what is not kept is not found" exits 1 explain zzz
ok "and that is said" err_has 'no run and no incident is kept whose id is or begins with zzz'

# --- events, maintenance, pause ---------------------------------------------------------------

ok "a deploy is noted" exits 0 event deploy release 42 --by ines
ok "and listed" json event list
ok "with who did it" is '.[0] | .kind == "deploy" and .text == "release 42" and .by == "ines"'
ok "an event needs a text" exits 64 event deploy
noted() { # noted SECONDS WHEN...: an event of then is so long ago, give or take a minute
    local ago=$1
    shift
    json event deploy "$@" later on && jq -se --argjson ago "$ago" \
        '(now - (.[0].at | sub("\\.[0-9]+Z"; "Z") | fromdate)) - $ago | fabs < 61' "$scratch/out"
}
ok "a time of the day alone is the latest" noted 300 --at "$(date -d '-5 min' +%H:%M)"
ok "also yesterday's" noted 86100 --at "$(date -d '+5 min' +%H:%M)"
ok "a while ago" noted 600 --at -10m
ok "in words" noted 7200 --at "2h ago"
ok "an event that is to come is none" exits 1 event deploy --at +1h release 43
ok "and where that belongs is said" err_has 'maintenance add'
ok "a day that there is not is refused" exits 64 event deploy --at "2026-02-30 12:00" x
ok "by its name" err_has '2026-02-30 12:00: there is no such day'
ok "in every form" exits 64 maintenance add x --start 2026-11-31T12:00:00Z
ok "also by a program" bash -c 'printf "%s\n" "$2" | curl -s --max-time 5 telnet://x --unix-socket "$1" | grep -q "no such day"' - \
    "$scratch/shopwatch.db.control" '{"do":"event","kind":"x","text":"y","at":"2026-11-31T12:00:00.000Z"}'
export COLUMNS=200 # what is over after midnight has its day said, and would go on in another line
ok "maintenance is planned" exits 0 maintenance add new tables --start +2h --for 30m --component db
ok "and said in words" out_has 'planned: new tables, from .* UTC; nobody is told;'
ok "and listed" json maintenance list
ok "as it is to be" is '.[0] | .title == "new tables" and .components == ["db"] and .by != null and .pause == false'
window=$(jq -r .id "$scratch/out")
ok "of a component that there is not" exits 1 maintenance add x --component dbb
ok "which is said" err_has 'no component `dbb`'
ok "of a time that is over" exits 1 maintenance add x --end 2026-01-01T00:00:00Z
ok "at a time that is none" exits 64 maintenance add x --start soon
ok "also before what is earlier" exits 0 maintenance add a breath --start +1h --for 1m
ok "they stand as in a calendar, by a clock that is told" exits 0 maintenance list
ok "the first first" bash -c '[ "$(grep -oE "a breath|new tables" "$1" | paste -sd,)" = "a breath,new tables" ] && grep -q "a breath, from .* UTC" "$1"' - "$scratch/out"
ok "it is cancelled" exits 0 maintenance cancel "${window:0:6}"
ok "and was not in force at all" out_has 'called off: new tables, from .* to .* UTC;'
unset COLUMNS
ok "once" exits 1 maintenance cancel "${window:0:6}"
ok "an unknown verb is told" exits 64 maintenance stop
ok "with those that there are" err_has 'There is: list, add, cancel'

ok "pausing everything is to be meant" exits 64 pause
ok "a journey is paused" exits 0 pause search --why "they rebuild the index"
ok "which does not look healthy at once" exits 7 status
ok "on top" out_has '^Search is paused. Everything else works'
ok "and in its row" out_has '^  search +\? paused +\? paused$'
ok "its slots end unknown, paused" becomes 60 '(map(select(.journey == "search"))[0]) | .state == "unknown" and .reason == "paused" and .excluded' history --limit 20
page() { sed -n "s|^status page at \(.*\), for operators at \(.*\)|\\$1|p" "$scratch/monitor.out"; }
ok "operators read of it on their page" bash -c 'curl -sS -m 5 "$1" | grep -q "Paused: they rebuild the index"' - "$(page 2)"
public_is_unsure() { # of search, and does not know why
    curl -sS -m 5 "$(page 1)api/v2/summary.json" | tee "$scratch/out" | jq -e '[.components[] | select(.name == "search")][0].status == "unknown"' &&
        ! grep -q 'rebuild' "$scratch/out" && ! curl -sS -m 5 "$(page 1)" | grep -q 'rebuild'
}
ok "the public only that it is not known" wait_for 60 public_is_unsure
ok "others go on" becomes 30 'map(select(.journey == "cart"))[0] | .state | well' history --limit 20
ok "status shows it" becomes 30 '.[0] | any(.journeys[]; .journey == "search" and .paused) and .maintenance[0].title == "they rebuild the index"' status
ok "a journey that there is not is told" exits 1 pause serch
ok "with what is meant" err_has 'did you mean `search`'
ok "it is resumed" exits 0 resume search
ok "once" exits 1 resume search
ok "and passes again" becomes 60 '(map(select(.journey == "search"))[0]) | .state | well' history --limit 20
ok "everything is paused" exits 0 pause --all
json status
ok "then nobody knows how the shop is" is '.[0] | .state == "unknown" and .sentence == "Everything is paused"'
ok "everything goes on" exits 0 resume --all
ok "and passes" becomes 60 '.[0] | .state | well' status
ok "a vantage point is paused" exits 0 pause --vantage branch
ok "and nothing else" becomes 60 '.[0].journeys | all(.[]; (.vantage == "branch") == (.paused == true))' status
seen=$(jq -cs '[.[0].journeys[].run]' "$scratch/out") # a slot may fall into the restart
ok "the monitor ends when it is told" stop_monitor
begin
ok "a restart forgets no pause" becomes 60 '.[0].journeys | all(.[]; (.vantage == "branch") == (.paused == true))' status
ok "all that is paused is resumed" exits 0 resume --all
ok "all of it" becomes 60 ".[0] | (.state | well) and
    all(.journeys[]; .paused == null and (.run as \$run | $seen | index(\$run) == null))" status

# The manual's examples, as they stand there.
examples() {
    awk '/^\.Bd/ { open = 1; next } /^\.Ed/ { open = wanted = 0 } open && /^shopwatch status/ { wanted = 1 } wanted' \
        "$BUILD/docs/man/shopwatch.1" >"$scratch/examples"
    [ "$(wc -l <"$scratch/examples")" -ge 7 ] &&
        # To status something may be late, or not be told as it was paused a moment ago.
        sed "s/^shopwatch status .*/& || [[ \$? = [67] ]]/; s|^shopwatch|'$SHOPWATCH'|; s/\$/ || exit/" "$scratch/examples" >"$scratch/examples.sh" &&
        (cd "$scratch" && bash examples.sh)
}
ok "the manual's examples work" examples

# --- reload -----------------------------------------------------------------------------------

ok "files that did not change are loaded again" exits 0 reload
ok "and counted" out_has '^loaded: 5 journeys from 2 vantage points$'
grid() { # the slots of a journey in its history: all of one grid, and none missing
    json history cart --vantage here --limit 8
    jq -se '[.[].slot.planned | sub("\\.[0-9]+Z"; "Z") | fromdate] | . == [range(.[0]; .[0] - length; -1)]' "$scratch/out"
}
ok "slots go on, on their grid" wait_for 30 grid
cp "$config" "$scratch/good.yaml"
sed -i 's/^components:/compnents:/' "$config"
echo 'colour: red' >>"$config"
ok "a bad file is refused" exits 1 reload
ok "with what is wrong" err_has 'shopwatch.yaml:[0-9]+:1: unknown key `compnents`'
mistakes() { grep -c ': error: ' "$scratch/out"; }
all_mistakes() { # each is told, and how many there are
    [ "$(mistakes)" -ge 2 ] && grep -q " (and $(($(mistakes) - 1)) more)" "$scratch/err"
}
ok "and all else that is" all_mistakes
ok "everything goes on" becomes 30 '.[0] | (.state | well) and (.journeys | length) == 10' status
ok "and it is said, since when the files are not in force" is '.[0].monitor | .reload_failed != null and
    any(.problems[]; .code == "reload" and (.serious | not) and (.text | contains("compnents")))'
ok "in the log, too" grep -q 'reload: .*shopwatch.yaml:.*compnents' "$scratch/monitor.log"
cp "$scratch/good.yaml" "$config"
echo 'journey: [' >"$scratch/journeys/broken.yaml"
kill -HUP "$monitor_pid"
ok "a signal reloads, and a broken scenario is refused" wait_for 30 grep -q 'reload: .*broken.yaml' "$scratch/monitor.log"
rm "$scratch/journeys/broken.yaml" "$scratch/journeys/search.yaml"
sed "s/^journey: .*/journey: window shopping/" "$scratch/journeys/browse.yaml" >"$scratch/journeys/window.yaml"
sed -i 's/^vantages:/vantages:\n  third: {title: A third place, source: 127.0.0.3}/' "$config"
kill -HUP "$monitor_pid"
ok "one journey more, one less, and another vantage point" becomes 30 '.[0] | (.journeys | map(.journey) | unique) ==
    ["browse", "cart", "guest checkout", "returning customer", "window shopping"] and (.journeys | map(.vantage) | unique | length) == 3' status
ok "are watched at once" becomes 60 '.[0] | (.state | well) and .monitor.problems == [] and all(.journeys[]; .run != null)' status
ok "what stays is on its grid still" wait_for 30 grid
sed -i 's/^store: .*/store: sqlite:other.db/' "$config"
ok "another store needs a restart" exits 1 reload --control "$scratch/shopwatch.db.control"
ok "which is said" err_has 'another `store` needs a restart'
cp "$scratch/good.yaml" "$config"
cp "$SOURCE/examples/search.yaml" "$scratch/journeys/"
rm "$scratch/journeys/window.yaml"
ok "back again" exits 0 reload
ok "as it was" becomes 60 '.[0] | (.state | well) and (.journeys | length) == 10' status

# --- an incident ------------------------------------------------------------------------------

kill -STOP "$shop_pid"
ok "an incident is opened" becomes 120 'length > 0' incidents --open
ok "status fails" exits 1 status
ok "and says since when" out_has 'failing since'
ok "with the incident" out_has '^Incidents$'
json incidents --open
incident=$(jq -rs 'min_by(.opened, .began).id' "$scratch/out") # of several the one that is left when they are found to be one
ok "somebody looks after it" exits 0 ack "${incident:0:8}" on my way --by ines
ok "which is seen" out_has 'acknowledged by ines'
ok "a note is added" exits 0 incidents note "${incident:0:8}" the disk is full --by ines
ok "a note has a text" exits 64 incidents note "${incident:0:8}"
ok "the public may know" exits 0 incidents publish "${incident:0:8}" --by ines
ok "it is all kept" becomes 30 "map(select(.id == \"$incident\"))[0] | .published and .acknowledged.by == \"ines\" and any(.timeline[]; .text == \"the disk is full\")" incidents
ok "an engineer reads it so" exits 0 explain "${incident:0:8}"
ok "the sentence first" bash -c 'head -1 "$1" | grep -qE "^OPEN for .* since .* UTC:"' - "$scratch/out"
ok "then the cause and what speaks for it" out_has '^  \+ '
ok "and what became of it" out_has 'annotated by ines: the disk is full'
publication() { becomes 30 "map(select(.id == \"$incident\"))[0] | $1" incidents; }
ok "once more without words is refused" exits 1 incidents publish "${incident:0:8}"
ok "with other words it is told anew" exits 0 incidents publish "${incident:0:8}" a disk is replaced --by ines
ok "it can be taken back" exits 0 incidents unpublish "${incident:0:8}" --by ines
ok "which is kept" publication '(.published | not) and .timeline[-1].change == "withdrawn"'
ok "once" exits 1 incidents unpublish "${incident:0:8}"
ok "as it is by its own command" exits 0 incidents show "${incident:0:8}"
widths() { # widths COMMAND...: no line is longer than the terminal is wide
    local width
    for width in 80 160; do
        COLUMNS=$width shopwatch "$@"
        [ "$(wc -L <"$scratch/out")" -le "$width" ] || { cat "$scratch/out"; return 1; }
    done
}
for command in status history incidents "explain $incident" "maintenance list" "event list"; do
    ok "$command fits 80 and 160 columns" widths $command
done
coloured() { # on a terminal, which is not to be told apart by its words alone
    env -u NO_COLOR TERM=xterm COLUMNS=80 script -qec "$SHOPWATCH $* -c $config" /dev/null >"$scratch/tty"
    grep -q $'\e\[' "$scratch/tty" || return 1
    shopwatch "$@"
    ! grep -q $'\e\[' "$scratch/out"
}
ok "a terminal is shown colours, a pipe none" coloured incidents
ok "a reload in the middle of it" exits 0 reload
ok "opens no other" becomes 30 "map(select(.resolved == null).id) | . != [] and contains([\"$incident\"])" incidents
ok "and forgets nothing that was done" is "map(select(.id == \"$incident\"))[0] | .acknowledged.by == \"ines\""
ok "it is closed by hand" exits 0 incidents resolve "${incident:0:8}" nothing to see --by ines
ok "what comes next is said" out_has 'opened again'
ok "nobody says that it works" exits 0 explain "${incident:0:8}"
closed_by_hand() {
    head -1 "$scratch/out" | grep -q "^CLOSED by ines after" &&
        { tr '\n' ' ' <"$scratch/out" | grep -q 'was opened again' || ! grep -q "well again" "$scratch/out"; }
}
closed_again() { # what fails on may have opened it before it was looked at
    closed_by_hand || { shopwatch incidents resolve "${incident:0:8}" nothing to see --by ines; shopwatch explain "${incident:0:8}"; closed_by_hand; } ||
        { cat "$scratch/out"; return 1; }
}
ok "only who closed it" soon 60 closed_again
goes_on() { # by this incident, or by another that those who showed it show as well
    becomes 60 'any(.[]; .resolved == null and any(.shown_by[]; .journey == "search" and .recovered == null))' incidents
}
ok "what fails on is confirmed anew, and told" goes_on
# A monitor that stands still does not keep anybody waiting.
kill -STOP "$monitor_pid"
SECONDS=0
ok "a monitor that stands still is no monitor" exits 5 status
ok "which takes some seconds" [ "$SECONDS" -le 10 ]
ok "and is said" err_has 'has not answered for 5 seconds'
ok "what is in its store is shown all the same" exits 0 incidents --open
ok "which is told" err_has 'this is what its store has'
kill -CONT "$monitor_pid"
kill -CONT "$shop_pid"
ok "the incident is over" becomes 120 'length == 0' incidents --open

# --- the log ----------------------------------------------------------------------------------

logged() { grep -qE -- "$1" "$scratch/monitor.log" || { tail -20 "$scratch/monitor.log"; return 1; }; }
ok "a line has time, level, module, message and fields" \
    logged "^2[0-9T:.-]+Z warning pipeline: incident ${incident:0:8} opened: [A-Z].*[.] incident=$incident .*journey="
stop_monitor
mv "$scratch/monitor.log" "$scratch/monitor.text"
begin --log json
stop_monitor
ok "as JSON each is an object" jq -se 'length >= 3 and all(.[]; .time and .level and .module and .message) and any(.[]; .module == "monitor")' "$scratch/monitor.log"
mv "$scratch/monitor.log" "$scratch/monitor.json"
begin --log journal
stop_monitor
ok "for the journal each has its priority" bash -c '[ -s "$1" ] && ! grep -vE "^<[3-7]>[a-z]+: " "$1"' - "$scratch/monitor.log"
ok "any other form is a usage error" exits 64 monitor --log xml
begin

# --- a service --------------------------------------------------------------------------------

# Who started it hears of it, in datagrams; a line each, here.
cat >"$scratch/manager.pl" <<'END'
use Socket;
socket(my $socket, PF_UNIX, SOCK_DGRAM, 0) or die $!;
bind($socket, sockaddr_un($ARGV[0])) or die $!;
$| = 1;
my $message;
while (defined recv($socket, $message, 4096, 0)) { $message =~ s/\n/ /g; print "$message\n"; }
END
stop_monitor
perl "$scratch/manager.pl" "$scratch/notify" >"$scratch/notified" &
started+=($!)
wait_for 30 test -S "$scratch/notify"
notified() { grep -qE -- "$1" "$scratch/notified" || { cat "$scratch/notified"; return 1; }; }
export NOTIFY_SOCKET=$scratch/notify WATCHDOG_USEC=400000
begin
unset NOTIFY_SOCKET WATCHDOG_USEC
ok "who started it hears that it is ready" wait_for 30 notified '^READY=1 STATUS=watching$'
ok "and that it is alive, again and again" wait_for 30 bash -c '[ "$(grep -c "^WATCHDOG=1$" "$1")" -ge 3 ]' - "$scratch/notified"
kill -STOP "$monitor_pid"
sleep 1
before=$(grep -c WATCHDOG "$scratch/notified")
sleep 0.5
ok "not while it stands still" test "$(grep -c WATCHDOG "$scratch/notified")" = "$before"
kill -CONT "$monitor_pid"
ok "but then again" wait_for 30 bash -c '[ "$(grep -c WATCHDOG "$1")" -gt "$2" ]' - "$scratch/notified" "$before"
kill -HUP "$monitor_pid"
ok "that it reloads, and since when" wait_for 30 notified '^RELOADING=1 MONOTONIC_USEC=[0-9]+$'
ok "and is ready again" wait_for 30 bash -c '[ "$(grep -c "^READY=1" "$1")" = 2 ]' - "$scratch/notified"
stop_monitor
ok "and that it stops" wait_for 30 notified '^STOPPING=1 '
unit=$scratch/shopwatch.service
sed "s|/usr/local/bin/shopwatch|$SHOPWATCH|" "$SOURCE/examples/systemd/shopwatch.service" >"$unit"
if command -v systemd-analyze >/dev/null; then
    ok "systemd has nothing to say of the unit" bash -c 'systemd-analyze verify --man=no "$1" 2>"$2"; ! grep shopwatch.service: "$2"' - "$unit" "$scratch/said"
    ok "which is locked in" systemd-analyze security --offline=yes --no-pager --threshold=20 "$unit"
else
    skip "systemd has nothing to say of the unit" "systemd-analyze is not installed"
    skip "which is locked in" "systemd-analyze is not installed"
fi
begin

# --- when it has gone -------------------------------------------------------------------------

ok "the monitor ends when it is told" stop_monitor
ok "its socket is gone" test ! -e "$scratch/shopwatch.db.control"
ok "history is in the store still" json history --limit 2
ok "and is what was seen last" is 'length == 2'
ok "which is said" err_has 'no monitor listens at .*; this is what its store has'
ok "so are incidents" json incidents
ok "with what was done" is "any(.[]; .id == \"$incident\" and .resolved != null)"
ok "so is an explanation" exits 0 explain "$incident"
ok "orders need a monitor" exits 5 ack "$incident"

plan
