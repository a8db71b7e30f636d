# SPDX-License-Identifier: MIT
# What the monitor said of a trial of the fault suite, in one line of JSON for score.js. Sourced by run.sh.

field() { # field NUMBER: of the row in $line
    awk -F' +; +' -v n="$1" '{ print $n }' <<<"$line"
}

# The row of $id, into the caller's variables.
read_row() {
    line=$(grep "^$id " "$table") || { echo "there is no row $id" >&2; return 1; }
    family=$(field 2) shop=$(field 3) injection=$(field 4) truth=$(field 5) told=$(field 6) seconds=$(field 7)
    door=${shop#*/} shop=${shop%/*}
}

# Every version of every incident, and what each failed run was held for. The directory has `changes` and `incidents` as
# they were recorded, and `runs`, of which those that were judged again have all their facts.
line_of_trial() { # line_of_trial DIRECTORY ONSET END
    jq -cn --slurpfile changes "$1/changes" --slurpfile incidents "$1/incidents" --slurpfile runs "$1/runs" --arg id "$id" --arg family "$family" \
        --arg shop "$shop" --arg door "$door" --arg truth "$truth" --arg told "$told" --argjson trial "$trial" \
        --argjson probe "$probe" --argjson slot "$slot" --argjson onset "$2" --argjson until "$3" '
        def verdict: {cause, component, confidence, leaning, runner_up, facts: [.evidence[]?.fact]};
        {id: $id, family: $family, shop: $shop, door: $door, probe: $probe, truth: ($truth | split("/")[0]),
            component: ($truth | split("/")[1]), told: ($told == "yes"), trial: $trial, slot: $slot, onset: $onset, end: $until,
            changes: [$changes[] | select(.at >= $onset) | {at, id: .incident.id, change: .incident.change,
                verdict: (.incident.verdict | verdict)}],
            incidents: [$incidents[] | {id, symptom, journey, step, runs, shown_by: (.shown_by | length), verdict: (.verdict | verdict)}],
            failed: [$runs[] | select(.state == "failed" or .state == "unknown") | select(.reason != "stopped") | . as $run |
                ([.steps[] | select(.state == "failed" or .state == "unknown")][0]) as $step |
                {at: .slot.ended, journey, vantage, state, reason, step: $step.step, symptom: $step.symptom,
                    status: $step.exchanges[-1]?.status, verdict: (.verdict // {} | verdict), facts, unsettled,
                    findings: [.findings[]? | [.probe, .component, .status, .symptom]]}]}'
}

collect() { # collect ONSET END: of the monitor that has just ended
    ask "select json_object('at', at, 'incident', json(record)) from incident_change order by sequence" >"$scratch/changes"
    ask "select record from incident where opened >= $1" >"$scratch/incidents"
    ln -f "$scratch/runs.jsonl" "$scratch/runs"
    line_of_trial "$scratch" "$1" "$2"
}

# --- deploys that are told of ----------------------------------------------------------------------

# Rows that are a release, by the catalogue of faults, which says it of when they begin.
readonly DEPLOYED=' A07 A08 A09 A12 A14 A18 A24 A25 A36 A37 A38 M08 '

# What a shop's pipeline says of itself: one of days before the fault, and that of the row, where it is one.
each_deploy() { # each_deploy COMMAND: with the seconds before the fault, and a text
    [ -n "${DEPLOYS:-}" ] || return 0
    "$1" $((3 * 86400)) 'release 41' || return
    [[ $DEPLOYED != *" ${id:0:3} "* ]] || "$1" 5 'release 42'
}
tell_monitor() { "$SHOPWATCH" event deploy --at "-${1}s" "$2" -c "$scratch/shopwatch.yaml"; }
tell_copy() { # of what was recorded
    local at=$((onset - $1 * 1000000)) name
    name=$(printf %016x "$1")
    sqlite3 "$again/shopwatch.db" "insert into event values ('$name', $at, json_object('id', '$name', 'at',
        strftime('%Y-%m-%dT%H:%M:%fZ', $at / 1e6, 'unixepoch'), 'kind', 'deploy', 'text', '$2'))"
}

# --- judged again ----------------------------------------------------------------------------------

judge_again() { # judge_again DIRECTORY: one that was kept
    local id trial probe slot onset until line family shop door injection truth told seconds again=$scratch/again store=$1/shopwatch.db file
    read -r id trial probe slot onset until < <(jq -r '"\(.id) \(.trial) \(.probe // false) \(.slot) \(.onset) \(.end)"' "$1/trial")
    read_row || return
    rm -rf "$again" && mkdir -p "$again"
    cp -r "$1/shopwatch.yaml" "$1/journeys" "$again/"
    sed -i '/^tls: /d' "$again"/journeys/*.yaml # whom they trusted is gone with the laboratory
    if [ -n "${DEPLOYS:-}" ]; then
        store=$again/shopwatch.db
        for file in "$1"/shopwatch.db "$1"/shopwatch.db-wal; do [ ! -e "$file" ] || cp "$file" "$again/"; done
        each_deploy tell_copy || return
    fi
    "$SHOPWATCH" diagnose --replay .. --json -c "$again/shopwatch.yaml" --store "$store" >"$again/lines" || [ $? = 1 ] || return
    jq -c 'def microseconds: capture("(?<second>.*)\\.(?<part>[0-9]+)Z") | (.second + "Z" | fromdate) * 1000000 + (.part | tonumber) * 1000;
        if .change then {to: "changes", what: {at: (.at | microseconds), incident}}
        elif .now then {to: "incidents", what: .now}
        elif .run then {to: "runs", what: (.run + {facts: (.facts // [] | map(.fact)), unsettled})} else empty end' "$again/lines" >"$again/sorted"
    for to in changes incidents runs; do jq -c --arg to "$to" 'select(.to == $to).what' "$again/sorted" >"$again/$to"; done
    line_of_trial "$again" "$onset" "$until"
}

judge_kept_again() { # judge_kept_again DIRECTORY: what run.sh left there with KEEP
    local kept
    for kept in "$1"/*/trial; do judge_again "${kept%/trial}" || echo "${kept%/trial} cannot be judged again" >&2; done
}
