#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# redis-cli.sh doors|alerts|follow|sources|sensors [REDIS-CLI-OPTION...]
#   doors    the stores that stand open, newest proof first
#   alerts   the last ten events of severity 70 and more
#   follow   every event from now on, a line each, until it is stopped; no event is missed while it runs
#   sources  clients from outside within 200 km of Amsterdam
#   sensors  the heartbeats
# For example: redis-cli.sh doors -h redis.example.org --user reader --askpass
set -eu
prefix=${AJAR_PREFIX:-"{ajar}"}
what=${1:-}
[ $# = 0 ] || shift
cli=(redis-cli --raw "$@")

# fields NAME...: of an answer that gives names and values line by line
fields() {
    awk -v names="$*" 'NR % 2 { name = $0; next } { value[name] = $0 }
        END { count = split(names, list, " "); for (i = 1; i <= count; i++) printf "%s%s", value[list[i]] == "" ? "-" : value[list[i]], i < count ? "  " : "\n" }'
}

# entries: a line for each entry of the stream, led by its number
entries() {
    awk '/^[0-9]+-[0-9]+$/ && !inside { number = $0; inside = 18; next }
        inside { if (inside % 2) value[name] = $0; else name = $0
                 if (!--inside) print number, value["severity"], value["action"], value["verdict"], value["store"], value["dst"], "from", value["src"], value["country"] }'
}

case $what in
doors)
    "${cli[@]}" ZRANGE "$prefix:exposures:open" 0 99 REV | grep . | while read -r exposure; do
        "${cli[@]}" HGETALL "$prefix:exposure:$exposure" | fields last_seen severity verdict store version address zone records actors countries
    done
    ;;
alerts)
    "${cli[@]}" XREVRANGE "$prefix:events" + - COUNT 1000 | entries | awk '$2 >= 70' | head -n 10
    ;;
follow)
    last=$("${cli[@]}" XREVRANGE "$prefix:events" + - COUNT 1 | sed -n 1p)
    last=${last:-0-0}
    while true; do
        lines=$("${cli[@]}" XREAD COUNT 100 BLOCK 5000 STREAMS "$prefix:events" "$last" | entries)
        [ -n "$lines" ] || continue
        echo "$lines"
        last=${lines##*$'\n'}
        last=${last%% *}
    done
    ;;
sources)
    "${cli[@]}" GEOSEARCH "$prefix:sources" FROMLONLAT 4.9 52.4 BYRADIUS 200 km
    ;;
sensors)
    "${cli[@]}" --scan --pattern "$prefix:sensor:*" | grep . | while read -r key; do
        echo "$key  $("${cli[@]}" HGETALL "$key" | fields seen packets drops events queue)"
    done
    ;;
*)
    sed -n '3,9s/^# //p' "$0" >&2
    exit 2
    ;;
esac
