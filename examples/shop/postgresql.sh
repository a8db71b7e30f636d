# SPDX-License-Identifier: MIT
# A PostgreSQL of one's own, for the demo and for tests. Sourced. The server refuses to be root's, so root gives it to
# nobody: the directory that it stands in must be open to others (chmod 711).

postgresql_programs=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1)
[ -n "$postgresql_programs" ] || postgresql_programs=$(dirname "$(command -v initdb 2>/dev/null)" 2>/dev/null)

have_postgresql() { [ -x "$postgresql_programs/initdb" ] && [ -x "$postgresql_programs/postgres" ]; }

as_nobody() { # as_nobody COMMAND...: takes the place of the shell, where that is one of its own
    if [ "$(id -u)" = 0 ]; then exec setpriv --reuid=nobody --regid=nogroup --clear-groups "$@"; else exec "$@"; fi
}

# Where it listens is said when it starts; what it keeps is lost with the machine.
make_postgresql() { # make_postgresql DIRECTORY [OPTION-OF-INITDB...]
    mkdir "$1" && { [ "$(id -u)" != 0 ] || chown nobody "$1"; } || return 1
    (as_nobody "$postgresql_programs/initdb" -D "$1" -U shop -A trust -E UTF8 --locale=C.UTF-8 --no-sync --wal-segsize=1 "${@:2}") >"$1.log" 2>&1 || return 1
    cat >>"$1/postgresql.conf" <<END
unix_socket_directories = ''
dynamic_shared_memory_type = mmap
fsync = off
full_page_writes = off
shared_buffers = 4MB
max_connections = 30
min_wal_size = 2MB
max_wal_size = 16MB
END
}

start_postgresql() { # start_postgresql DIRECTORY OPTION-OF-POSTGRES...: sets database_pid
    (as_nobody "$postgresql_programs/postgres" -D "$1" "${@:2}") >>"$1.log" 2>&1 &
    database_pid=$!
}
