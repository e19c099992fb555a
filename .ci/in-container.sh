#!/usr/bin/env bash
# Talks to the published ports of a running container, and uses the command line inside it.
# usage: in-container.sh, with the engine in DOCKER_HOST and the container published on ports 8888 and 8080
set -euo pipefail
python3 "$(dirname "${BASH_SOURCE[0]}")/talk.py" 127.0.0.1 8888 8080
# Graphite's plaintext protocol on the published port: over TCP, and as a datagram
echo 'ci.plaintext 1 1150864247' >/dev/tcp/127.0.0.1/2003
echo 'ci.plaintext 2 1150864257' >/dev/udp/127.0.0.1/2003
for _ in {1..50}; do
  plaintext=$(printf 'get ci.plaintext\nGET / HTTP/1.1\n' | { exec 3<>/dev/tcp/127.0.0.1/8888; cat >&3; timeout 5 cat <&3; } | grep -c '^ci.plaintext [12].0 11508642[45]7$') || :
  [[ $plaintext == 2 ]] && break
  sleep 0.1
done
[[ $plaintext == 2 ]] || { echo "Graphite's port: $plaintext of 2 points have arrived"; exit 1; }
container=$(docker ps --quiet --filter publish=8888 | head -n 1)
docker exec "$container" eardrum put ci.exec 23.7 1150864247
rows=$(docker exec "$container" eardrum get ci.exec)
if [[ $rows != 'ci.exec 23.7 1150864247' ]]; then
  echo "eardrum in the container: got '$rows'"
  exit 1
fi
docker exec "$container" eardrum export - | grep -qx 'ci.exec 23.7 1150864247'
docker exec "$container" ls /app/natives
# With AOTMode=on, a JVM that can't use the cache ends, and prints the reason. The options are those of the server's own
# process.
mapfile -d '' -t command < <(docker exec "$container" cat /proc/1/cmdline)
docker exec "$container" "${command[0]}" -XX:AOTMode=on "${command[@]:1}" --help >/dev/null
docker exec "$container" grep -q /app/eardrum.aot /proc/1/maps || { echo 'the server runs without its AOT cache'; exit 1; }
if [[ -n $(docker exec "$container" find /tmp /data -name 'train*' -o -name 'tmp.*') ]]; then
  echo 'the training run has left something behind'
  exit 1
fi
docker logs "$container" 2>&1 | sed -n 's/.*Ready in/ready, with its AOT cache, in/p'
echo 'the command line in the container works'
