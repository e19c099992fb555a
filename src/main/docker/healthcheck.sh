#!/usr/bin/env bash
# Exit status 0 when the server is ready. The base image has neither curl nor wget, so bash opens the connection itself;
# the engine's timeout ends a check that gets no answer.
exec 3<>"/dev/tcp/127.0.0.1/${MANAGEMENT_SERVER_PORT:-${SERVER_PORT:-8080}}" || exit 1
printf 'GET /actuator/health/readiness HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' >&3
read -r _ status _ <&3
echo "readiness answers ${status%$'\r'}"
[[ ${status%$'\r'} == 200 ]]
