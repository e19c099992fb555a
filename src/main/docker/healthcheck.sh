#!/usr/bin/env bash
# Exit status 0 when the server is ready. The base image has neither curl nor wget, so bash opens the connection itself;
# the engine's timeout ends a check that gets no answer. A port that speaks TLS answers 400, and is asked again by
# openssl, which does not look at the certificate: it is this machine that is asked.
port=${MANAGEMENT_SERVER_PORT:-${SERVER_PORT:-8080}}
request='GET /actuator/health/readiness HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'
exec 3<>"/dev/tcp/127.0.0.1/$port" || exit 1
# shellcheck disable=SC2059
printf "$request" >&3
read -r _ status _ <&3
if [[ ${status%$'\r'} == 400 ]]; then
  if ! command -v openssl >/dev/null; then
    echo "port $port speaks TLS, and there is no openssl: give Actuator a port without, with MANAGEMENT_SERVER_PORT"
    exit 1
  fi
  # shellcheck disable=SC2059
  read -r _ status _ < <(printf "$request" | openssl s_client -quiet -connect "127.0.0.1:$port" 2>/dev/null)
fi
echo "readiness answers ${status%$'\r'}"
[[ ${status%$'\r'} == 200 ]]
