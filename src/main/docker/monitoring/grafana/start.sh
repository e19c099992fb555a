#!/bin/sh
# Decides who may use Grafana, and starts it: start.sh COMMAND [ARGUMENT...]
#
# Reads GRAFANA_BIND, the address that the port is published on, and GRAFANA_ADMIN_PASSWORD. On the loopback address
# everybody may look, as everybody there may use the server anyway; on any other, one has to log in. There is no default
# password: without one there is no user, and so nobody who could log in.
set -eu

case ${GRAFANA_BIND:-127.0.0.1} in
  127.* | localhost | ::1 | '[::1]') loopback=true ;;
  *) loopback=false ;;
esac

if [ -n "${GRAFANA_ADMIN_PASSWORD:-}" ]; then
  if [ "${#GRAFANA_ADMIN_PASSWORD}" -lt 12 ]; then
    echo "GRAFANA_ADMIN_PASSWORD has ${#GRAFANA_ADMIN_PASSWORD} characters. It must have 12 or more." >&2
    exit 1
  fi
  export GF_SECURITY_ADMIN_PASSWORD="$GRAFANA_ADMIN_PASSWORD"
elif [ "$loopback" = true ]; then
  export GF_SECURITY_DISABLE_INITIAL_ADMIN_CREATION=true GF_AUTH_DISABLE_LOGIN_FORM=true GF_AUTH_BASIC_ENABLED=false
else
  echo "GRAFANA_BIND is $GRAFANA_BIND, which other machines may reach. Set GRAFANA_ADMIN_PASSWORD, to 12 characters or more," \
    "or leave GRAFANA_BIND at 127.0.0.1." >&2
  exit 1
fi
unset GRAFANA_ADMIN_PASSWORD

export GF_AUTH_ANONYMOUS_ENABLED="$loopback" GF_AUTH_ANONYMOUS_ORG_ROLE=Viewer
exec "$@"
