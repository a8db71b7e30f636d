# SPDX-License-Identifier: MIT
#
# Lays the exchanges of records beside those of the wire: awk -f errors.awk WIRE RECORDS
#
# WIRE is what capture prints. A line of RECORDS is an exchange: LOCAL-PORT HOST and, in microseconds or `-`, its
# dns connect tls send wait receive. Exchanges of a port come in the same order in both, lookups of a name too.
# Prints `PHASE ERROR` for each phase that both know, record minus wire; `amiss WHAT N` for what only one knows.
BEGIN {
    split("dns connect tls send wait receive", phases)
}

FILENAME == ARGV[1] && $1 == "dns" {
    lookups[$2, ++lookup_count[$2]] = $3
}

FILENAME == ARGV[1] && $1 == "exchange" {
    wire[$2, ++wire_count[$2]] = $3 " " $4 " " $5 " " $6 " " $7
    left++
}

FILENAME == ARGV[2] {
    if (!(($1, ++count[$1]) in wire)) {
        amiss["exchange-not-on-the-wire"]++
        next
    }
    left--
    split(wire[$1, count[$1]], seen)
    # Only the record tells the lookup's exchange: asked for without a record, it is left over at the end.
    name_seen = "-"
    if ($3 != "-" && ($2, used[$2] + 1) in lookups)
        name_seen = lookups[$2, ++used[$2]]
    for (i = 1; i <= 6; i++) {
        on_wire = i == 1 ? name_seen : seen[i - 1]
        recorded = $(i + 2)
        if (recorded != "-" && on_wire == "-")
            amiss[phases[i] "-that-did-not-happen"]++
        else if (recorded == "-" && on_wire != "-")
            amiss[phases[i] "-not-recorded"]++
        else if (recorded != "-")
            printf "%s %.1f\n", phases[i], recorded - on_wire
    }
}

END {
    for (name in lookup_count)
        if (lookup_count[name] > used[name])
            amiss["dns-not-recorded"] += lookup_count[name] - used[name]
    if (left > 0)
        amiss["exchange-not-recorded"] = left
    for (what in amiss)
        print "amiss", what, amiss[what]
}
