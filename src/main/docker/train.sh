#!/usr/bin/env bash
# usage: train.sh <java> <option>... -jar <jar>
# Runs the server for a moment, with a store that is thrown away, on free ports of the loopback interface, and has it do
# what servers do, so that the JVM can note which classes it loads: for -XX:AOTCacheOutput (JDK 25) or
# -XX:ArchiveClassesAtExit (before). The archive is written when the server ends. Status 1 if anything goes wrong.
set -euo pipefail
folder=$(mktemp -d)
server=''
trap '[[ -z $server ]] || kill -KILL "$server" 2>/dev/null || :; rm -rf "$folder"' EXIT

fail() {
  echo "train.sh: $*; the log of the server:" >&2
  cat "$folder/log" >&2
  exit 1
}

port() { # <pattern before the number>: the port that the server has told in its log
  sed -n "s/.*$1[ :]\([0-9]\{1,5\}\).*/\1/p" "$folder/log" | tail -n 1
}

talk() { # <port> <line>...: sends lines, and prints what comes until the server closes
  local number=$1
  shift
  exec 3<>"/dev/tcp/127.0.0.1/$number"
  printf '%s\r\n' "$@" >&3
  timeout 20 cat <&3
  exec 3>&-
}

get() { # <path>: an HTTP status line
  talk "$web" "GET $1 HTTP/1.1" 'Host: localhost' 'Connection: close' '' | head -n 1
}

EARDRUM_TCP_HOST=127.0.0.1 EARDRUM_TCP_PORT=0 EARDRUM_GRAPHITE_PORT=0 SERVER_ADDRESS=127.0.0.1 SERVER_PORT=0 EARDRUM_STORAGE_PATH=$folder/data \
  "$@" >"$folder/log" 2>&1 &
server=$!
for _ in {1..3000}; do
  grep -q ' Ready in ' "$folder/log" && break
  kill -0 "$server" 2>/dev/null || fail 'it has ended'
  sleep 0.1
done
tcp=$(port 'Listening for metrics on .* port') web=$(port 'page http:\/\/[^ ;\/]*')
graphite=$(port 'plaintext protocol on .* port')
[[ -n $tcp && -n $web && -n $graphite ]] || fail 'it does not say where it listens'

# A line of HTTP makes the server close the session.
mapfile -t puts < <(for i in {1..2000}; do echo "put train.host$((i % 50)).cpu $((i % 100)).$((i % 7)) $((1150864247 + i))"; done)
answers=$(talk "$tcp" "${puts[@]}" 'get train.host1.cpu' 'get *' 'nonsense' 'GET / HTTP/1.1')
[[ $(grep -c '^ok$' <<<"$answers") == 2002 ]] || fail 'a put or get was not answered as it should be'
[[ -z $(talk "$graphite" "${puts[@]#put }" 'GET / HTTP/1.1') ]] || fail "Graphite's port has answered"
echo "${puts[0]#put }" >"/dev/udp/127.0.0.1/$graphite"
for path in /actuator/health/readiness /actuator/health /actuator/prometheus /actuator/info; do
  [[ $(get "$path") == *' 200 '* ]] || fail "$path does not answer"
done

kill -TERM "$server"
status=0
wait "$server" || status=$?
server=''
# 143 is 128 + SIGTERM, as the JVM reports it after an orderly end
((status == 143)) || fail "it ended with status $status"
