# SPDX-License-Identifier: MIT
#
# Faults, really done: the words in the column `done by` of faults.table are these functions. Each does one thing to the
# world of world.sh and returns when it is done. Nothing is undone: every trial has a new world. Sourced by run.sh.

# --- the path: what the router does with packets ---------------------------------------------------

route_rule() { # route_rule RULE...: each in the words of nft, of what it forwards
    printf '%s\n' "table inet fault { chain forward { type filter hook forward priority 0;" "$@" "}; }" | inside router nft -f -
}

# What goes to the server, from everywhere or from one vantage point; `back` is what comes from it.
forth() { echo "${1:+iifname $1} oifname server"; }
back() { echo "iifname server ${1:+oifname $1}"; }

path_drops() { route_rule "$(forth "${1:-}") drop" "$(back "${1:-}") drop"; }                        # [VANTAGE]
path_refuses() { route_rule "$(forth "${1:-}") meta l4proto tcp reject with tcp reset"; }            # [VANTAGE]
path_says() { route_rule "$(forth "${2:-}") meta l4proto tcp reject with icmp type $1"; }            # ICMP-TYPE [VANTAGE]

# --- names -----------------------------------------------------------------------------------------

shop_is_at() { # shop_is_at [ADDRESS]...: what all resolvers say from now on
    local vantage
    for vantage in "${VANTAGES[@]}"; do
        write_names "$vantage" "$@" && kill -HUP "${pid_of[resolver-$vantage]}"
    done
}
name_is_gone() { shop_is_at; }
resolver_dies() { stop "resolver-$1"; }                  # VANTAGE
resolver_hangs() { signal STOP "resolver-$1"; }          # VANTAGE

# --- the vantage point itself ----------------------------------------------------------------------

link_is_down() { ip -n "$world-$1" link set eth0 down; } # VANTAGE

# --- the front door --------------------------------------------------------------------------------

edge_shows() { show_certificate "$1" && kill -HUP "${pid_of[edge]}"; } # CERTIFICATE
edge_dies() { stop edge KILL; }
edge_freezes() { signal STOP edge; }

# --- the application and what it needs -------------------------------------------------------------

application_dies() { stop application KILL; }
application_freezes() { signal STOP application; }
payment_dies() { stop payment KILL; }
payment_freezes() { signal STOP payment; }
table_is_damaged() { "$BUILD/examples/shop/damage" "$scratch/shop.db" "$1" on; } # TABLE
