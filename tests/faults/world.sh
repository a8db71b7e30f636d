# SPDX-License-Identifier: MIT
#
# The world in which faults are done: three vantage points, a router that all packets cross, a server that the shop runs
# on, and the rest of the world (resolvers, a site of others, the payment provider). Each is a network namespace of this
# machine. Sourced by run.sh after tests/library.sh; knows neither faults nor verdicts.
#
#     home, office, abroad --- router --- server    edge proxy, the shop and its database
#                                 |
#                               world               resolvers, reference site, payment provider

readonly VANTAGES=(home office abroad)
readonly SERVER=203.0.113.2 SERVER_OTHER=203.0.113.3 SERVER_GONE=203.0.113.77 SERVER_ROUTER=203.0.113.1
readonly REFERENCE=192.0.2.20 PAYMENT=192.0.2.30 FOREIGN=192.0.2.50 INTERCEPTOR=192.0.2.51 WORLD_ROUTER=192.0.2.1
readonly CDN=(192.0.2.40 192.0.2.41 192.0.2.42) # one of its sites for each vantage point
readonly APPLICATION_PORT=8080 PAYMENT_PORT=8081 RELEASE_PORT=8090 DATABASE_PORT=5432
world=swf$$ # what the names of its namespaces begin with

inside() { # inside PLACE COMMAND...: waits for it
    local place=$1
    shift
    ip netns exec "$world-$place" "$@"
}

# The program's own process, not one of a shell or of ip, so that signals reach it.
declare -A pid_of=()
start() { # start NAME PLACE COMMAND...
    local name=$1 place=$2
    shift 2
    ip netns exec "$world-$place" "$@" >>"$scratch/$name.log" 2>&1 </dev/null &
    pid_of[$name]=$!
}

stop() { # stop NAME [SIGNAL]: and its end is waited for
    local pid=${pid_of[$1]:-}
    [ -n "$pid" ] || return 0
    unset "pid_of[$1]"
    kill -CONT "$pid" 2>/dev/null
    kill -"${2:-TERM}" "$pid" 2>/dev/null
    wait "$pid" 2>/dev/null
    return 0
}

# What it has started is stopped and frozen with it: a proxy's workers, a database's sessions.
signal() { # signal SIGNAL NAME
    kill -"$1" "${pid_of[$2]}" $(cat "/proc/${pid_of[$2]}/task/${pid_of[$2]}/children" 2>/dev/null)
}

link() { # link PLACE ADDRESS/BITS ROUTER
    ip -n "$world-router" link add "$1" type veth peer name eth0 netns "$world-$1" &&
        ip -n "$world-router" address add "$3/${2#*/}" dev "$1" && ip -n "$world-router" link set "$1" up &&
        ip -n "$world-$1" address add "$2" dev eth0 && ip -n "$world-$1" link set eth0 up &&
        ip -n "$world-$1" route add default via "$3"
}

lay_network() {
    local place number=0
    for place in router server world "${VANTAGES[@]}"; do
        ip netns add "$world-$place" && ip -n "$world-$place" link set lo up || return 1
    done
    inside router sysctl -qw net.ipv4.ip_forward=1
    link server "$SERVER/24" "$SERVER_ROUTER" && link world "$REFERENCE/24" "$WORLD_ROUTER" || return 1
    ip -n "$world-server" address add "$SERVER_OTHER/24" dev eth0
    for place in "$PAYMENT" "$FOREIGN" "$INTERCEPTOR" "${CDN[@]}"; do ip -n "$world-world" address add "$place/24" dev eth0; done
    for place in "${VANTAGES[@]}"; do
        link "$place" "198.51.100.$((number * 4 + 2))/30" "198.51.100.$((number * 4 + 1))" || return 1
        number=$((number + 1))
        ip -n "$world-world" address add "192.0.2.$((10 + number))/24" dev eth0
    done
}

# With whatever still runs in it.
take_network() {
    local place pid
    for place in router server world "${VANTAGES[@]}"; do
        for pid in $(ip netns pids "$world-$place" 2>/dev/null); do kill -KILL "$pid" 2>/dev/null; done
        ip netns del "$world-$place" 2>/dev/null
    done
    return 0
}

# --- names ---------------------------------------------------------------------------------------

resolver_of() { # resolver_of VANTAGE: its address
    local number
    for number in 0 1 2; do [ "${VANTAGES[number]}" != "$1" ] || echo "192.0.2.$((11 + number))"; done
}

# Each vantage point asks a resolver of its own. It knows what stands in its file, and that there is nothing else.
start_resolver() { # start_resolver VANTAGE [OPTION]...
    local vantage=$1
    shift
    start "resolver-$vantage" world dnsmasq --keep-in-foreground --no-daemon --no-resolv --no-hosts --bind-interfaces \
        --listen-address="$(resolver_of "$vantage")" --user=root --pid-file= --conf-file=/dev/null --local=/test/ \
        --addn-hosts="$scratch/names-$vantage" "$@"
}

address_seen_by() { # address_seen_by VANTAGE: of the shop
    local number
    [ "$door" = cdn ] || { echo "$SERVER"; return; }
    for number in 0 1 2; do [ "${VANTAGES[number]}" != "$1" ] || echo "${CDN[number]}"; done
}

write_names() { # write_names VANTAGE [ADDRESS]...: of the shop
    local vantage=$1 address
    shift
    { echo "$REFERENCE reference.test"; for address; do echo "$address shop.test"; done; } >"$scratch/names-$vantage"
}

start_resolvers() {
    local vantage
    for vantage in "${VANTAGES[@]}"; do
        write_names "$vantage" "$(address_seen_by "$vantage")"
        start_resolver "$vantage"
    done
}

# --- certificates --------------------------------------------------------------------------------

certificate() { # certificate FILE NAMES FROM UNTIL [SIGNER]: days from now
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout "$certificates/$1.key" \
        -out "$certificates/$1.request" -subj "/CN=$1" 2>/dev/null &&
        openssl ca -batch -config "$certificates/ca.conf" -name "${5:-known}" -in "$certificates/$1.request" \
            -extfile <(echo "subjectAltName=$2") -out "$certificates/$1.pem" -notext \
            -startdate "$(date -u -d "$3 days" +%Y%m%d%H%M%SZ)" -enddate "$(date -u -d "$4 days" +%Y%m%d%H%M%SZ)" 2>/dev/null
}

# Made once for all worlds: who signs, and what the front door may show.
make_certificates() {
    local signer
    mkdir -p "$certificates"
    for signer in known unknown; do
        mkdir -p "$certificates/$signer" && : >"$certificates/$signer/index" && echo 01 >"$certificates/$signer/serial"
        openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 -subj "/CN=$signer authority" \
            -keyout "$certificates/$signer.key" -out "$certificates/$signer.pem" 2>/dev/null || return 1
        cat <<END
[$signer]
database = $certificates/$signer/index
new_certs_dir = $certificates/$signer
serial = $certificates/$signer/serial
certificate = $certificates/$signer.pem
private_key = $certificates/$signer.key
default_md = sha256
policy = any
unique_subject = no
END
    done >"$certificates/ca.conf"
    printf '[any]\ncommonName = supplied\n' >>"$certificates/ca.conf"
    certificate good DNS:shop.test -1 +300 && certificate expired DNS:shop.test -400 -2 &&
        certificate early DNS:shop.test +30 +300 && certificate other DNS:www.other.test -1 +300 &&
        certificate foreign DNS:shop.test -1 +300 unknown
}

show_certificate() { # show_certificate NAME: what the front door has from its next start or reload on
    cp "$certificates/$1.pem" "$scratch/edge.pem" && cp "$certificates/$1.key" "$scratch/edge.key"
}

# --- proxies -------------------------------------------------------------------------------------

nginx_file() { # nginx_file NAME: around what comes on standard input
    cat <<END
daemon off; worker_processes 1; pid $scratch/$1.pid; error_log stderr warn;
events { worker_connections 512; }
http {
    include /etc/nginx/mime.types;
    access_log off; proxy_http_version 1.1;
    client_body_temp_path $scratch/$1.d/body; proxy_temp_path $scratch/$1.d/proxy;
    fastcgi_temp_path $scratch/$1.d/fastcgi; uwsgi_temp_path $scratch/$1.d/uwsgi; scgi_temp_path $scratch/$1.d/scgi;
$(cat)
}
END
    mkdir -p "$scratch/$1.d"
}

# What a fault may change of the front door. Longer patience is for what waits for the payment provider.
edge_as_it_should_be() {
    edge_http='' edge_server='' edge_static='' edge_location='' edge_tls=ssl edge_patience=1s
    upstream="127.0.0.1:$APPLICATION_PORT" check='GET /health'
}

write_nginx() {
    nginx_file edge >"$scratch/edge.conf" <<END
    $edge_http
    server {
        listen $SERVER:443 $edge_tls; listen $SERVER_OTHER:443 $edge_tls; listen $SERVER:80;
        ssl_certificate $scratch/edge.pem; ssl_certificate_key $scratch/edge.key;
        proxy_set_header Host \$http_host;
        proxy_connect_timeout 1s; proxy_read_timeout $edge_patience;
        $edge_server
        location /static/ { root $scratch/www; $edge_static }
        location ~ /checkout$ { $edge_location proxy_read_timeout 7s; proxy_pass http://$upstream; }
        location / { $edge_location proxy_pass http://$upstream; }
    }
END
}

# A balancer in front of everything, static files too.
write_haproxy() {
    cat "$scratch/edge.pem" "$scratch/edge.key" >"$scratch/edge.both"
    cat >"$scratch/edge.conf" <<END
global
    maxconn 500
defaults
    mode http
    timeout connect 1s
    timeout client 10s
    timeout queue 1s
frontend door
    bind $SERVER:443 ssl crt $scratch/edge.both $edge_tls
    bind $SERVER:80
    use_backend patient if { path_end /checkout }
    default_backend shop
backend patient
    timeout server 7s
    server one $upstream
backend shop
    timeout server 1s
    option httpchk $check
    server one $upstream check inter 500ms fall 2 rise 1
END
}

reload() { # reload NAME PLACE: an nginx, whose file must be right
    inside "$2" nginx -t -p "$scratch" -c "$1.conf" -e stderr && kill -HUP "${pid_of[$1]}"
}

start_edge() {
    if is_haproxy; then
        edge_tls=
        write_haproxy && start edge server haproxy -db -f "$scratch/edge.conf"
    else
        write_nginx && start edge server nginx -p "$scratch" -c edge.conf -e stderr
    fi
}

# The front door goes on with what the variables say now.
change_edge() { # change_edge [VARIABLE=VALUE]...
    local change
    for change in "$@"; do printf -v "${change%%=*}" '%s' "${change#*=}"; done
    if is_haproxy; then
        write_haproxy && stop edge KILL && start edge server haproxy -db -f "$scratch/edge.conf"
    else
        write_nginx && reload edge server
    fi
}

# A site of others, a stranger's site, and a CDN that many shops have: it hands on to the front door.
write_world_sites() {
    nginx_file sites >"$scratch/sites.conf" <<END
    server { listen $REFERENCE:80; return 200 "here\n"; }
    server {
        listen $FOREIGN:443 ssl; listen $FOREIGN:80;
        ssl_certificate $certificates/other.pem; ssl_certificate_key $certificates/other.key;
        location / { return 404 "No such site here.\n"; }
    }
    server {
        listen $INTERCEPTOR:443 ssl;
        ssl_certificate $certificates/foreign.pem; ssl_certificate_key $certificates/foreign.key;
        location / { return 403 "Log in to use this network.\n"; }
    }
    server {
        $(printf 'listen %s:443 ssl; ' "${CDN[@]}")
        ssl_certificate $certificates/good.pem; ssl_certificate_key $certificates/good.key;
        proxy_ssl_server_name on; proxy_ssl_name shop.test; proxy_set_header Host shop.test;
        proxy_connect_timeout 500ms; proxy_read_timeout 800ms;
        add_header Via "1.1 cdn.example" always;
        error_page 502 =521 @refused; error_page 504 =522 @silent;
        proxy_intercept_errors off;
        location @refused { default_type text/html; return 521 "<html><title>521: web server is down</title>Example CDN</html>"; }
        location @silent { default_type text/html; return 522 "<html><title>522: connection timed out</title>Example CDN</html>"; }
        ${cdn_server:-}
        location ~ /checkout$ { proxy_read_timeout 7s; proxy_pass https://$SERVER; }
        location / { proxy_pass https://$SERVER; }
    }
END
}

start_world_sites() {
    cdn_server=''
    write_world_sites && start sites world nginx -p "$scratch" -c sites.conf -e stderr
}

# Something else that listens on the server.
start_neighbour() {
    nginx_file neighbour >"$scratch/neighbour.conf" <<END
    server { listen $SERVER:80; return 200 "here\n"; }
END
    start neighbour server nginx -p "$scratch" -c neighbour.conf -e stderr
}

listens() { # listens PLACE ADDRESS PORT
    inside "$1" bash -c ": <'/dev/tcp/$2/$3'" 2>/dev/null
}
