# SPDX-License-Identifier: MIT
# What a step costs others, of those that are installed here: curl, check_http, blackbox_exporter, Artillery. Each is
# given the bench's five requests in the way that is cheapest for it. Sourced by run.sh; nothing is installed.

cpu_of() { # cpu_of COMMAND...: microseconds of CPU that it and its children took
    local times
    times=$( { TIMEFORMAT='%U %S'; time "$@" >"$scratch/other.out" 2>&1; } 2>&1) || return 1
    awk '{ print ($1 + $2) * 1000000 }' <<<"$times"
}

other() { # other NAME STEPS MICROSECONDS: a line of the table
    local each
    each=$(calculate "$3 / $2")
    printf '# %-44s %12s %10s\n' "$1" "$each" "$(calculate "$bench_plain / $each")" >>"$scratch/others"
}

# One process for all: `--next` keeps the connection.
curl_journeys() { # curl_journeys COUNT
    local base=http://127.0.0.1:$http_port json='Content-Type: application/json' n arguments=()
    for n in $(seq "$1"); do
        arguments+=(--next -s "$base/" --next -s "$base/product/7" --next -s -H "$json" -d '{"sku":7,"qty":2}' "$base/cart"
            --next -s -H "$json" -d '{"pay":"card"}' "$base/checkout" --next -s "$base/order/1")
    done
    curl "${arguments[@]:1}" -o "$scratch/other.body"
}

check_http_steps() { # check_http_steps COMMAND COUNT
    local n
    for n in $(seq "$2"); do
        "$1" -I 127.0.0.1 -p "$http_port" -u /product/7 -s 'Add to cart' || return 1
    done
}

blackbox_probes() { # blackbox_probes PORT COUNT
    local n
    for n in $(seq "$2"); do
        curl -s "http://127.0.0.1:$1/probe?module=page&target=http://127.0.0.1:$http_port/product/7" |
            grep -q '^probe_success 1' || return 1
    done
}

ticks_of() { awk -v hertz="$(getconf CLK_TCK)" '{ print ($14 + $15) * 1000000 / hertz }' "/proc/$1/stat"; }

compare_blackbox() {
    local port daemon before
    port=$(free_port)
    printf 'modules:\n  page:\n    prober: http\n    http:\n      preferred_ip_protocol: ip4\n%s\n' \
        '      fail_if_body_not_matches_regexp: ["Add to cart"]' >"$scratch/blackbox.yml"
    "$1" --config.file="$scratch/blackbox.yml" --web.listen-address="127.0.0.1:$port" >"$scratch/blackbox.log" 2>&1 &
    daemon=$!
    started+=("$daemon")
    wait_for 10 answers "$port" && blackbox_probes "$port" 5 || return 1
    before=$(ticks_of "$daemon")
    blackbox_probes "$port" 300 || return 1
    other 'blackbox_exporter, a probe a step' 300 "$(calculate "$(ticks_of "$daemon") - $before")"
    kill "$daemon"
}

compare_artillery() {
    cat >"$scratch/artillery.yml" <<END
config:
  target: http://127.0.0.1:$http_port
  phases: [{duration: 10, arrivalRate: 50}]
scenarios:
  - flow:
      - get: {url: /, match: []}
      - get: {url: /product/7, capture: {regexp: 'value="([^"]+)"', group: 1, as: csrf}}
      - post: {url: /cart, json: {sku: 7, qty: 2}, headers: {X-Csrf: "{{ csrf }}"}}
      - post: {url: /checkout, json: {pay: card}}
      - get: {url: /order/1}
END
    other 'Artillery, 50 journeys a second' 2500 "$(cpu_of artillery run "$scratch/artillery.yml")"
}

# The one found first of several names.
command_of() { for name in "$@"; do command -v "$name" && return; done; }

others() {
    local command
    printf '# %-44s %12s %10s\n' 'others, plain' 'us/step' 'bench is' >"$scratch/others"
    command=$(command_of curl) && other 'curl, 20 journeys a process (--next)' 100 "$(cpu_of curl_journeys 20)"
    command=$(command_of check_http /usr/lib/nagios/plugins/check_http) &&
        other 'check_http, a process a step' 100 "$(cpu_of check_http_steps "$command" 100)"
    command=$(command_of blackbox_exporter prometheus-blackbox-exporter) && compare_blackbox "$command"
    command=$(command_of artillery) && compare_artillery
    return 0
}
