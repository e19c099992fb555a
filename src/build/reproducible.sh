#!/usr/bin/env bash
# Builds what is checked out twice, in two places and as two people would have it, and fails unless the jars have the same bytes:
#
#   bash src/build/reproducible.sh [arguments for Maven]
#
# Times in a jar depend on the time zone, which .mvn/jvm.config sets, and folders have the permissions that the umask gives them; it is
# 022 here. Compare the checksums that it prints with those of a release, built with the same JDK, to see that it is made from
# these sources.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

jars=(eardrum.jar eardrum-cli.jar eardrum-client.jar eardrum-client-sources.jar eardrum-client-javadoc.jar client/pom.xml)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

build() { # <place> <time zone> <language> [arguments...]: prints the checksums
  local place=$1
  mkdir -p "$place"
  git ls-files -z --cached --others --exclude-standard | tar -c --null --files-from - | (umask 022 && tar -x -C "$place")
  (
    umask 022
    export TZ=$2 LC_ALL=$3
    shift 3
    cd "$place"
    # Tests, format and analysis add nothing to the jars.
    ./mvnw -B -ntp -q -Dmaven.test.skip=true -Dcheckstyle.skip=true -Dspring-javaformat.validate.skip=true -Djacoco.skip=true \
      -P '!error-prone' "$@" package >"$place.log" 2>&1 || { cat "$place.log" >&2; exit 1; }
    cd target
    sha256sum "${jars[@]}"
  )
}

first=$(build "$folder/one" UTC C.UTF-8 "$@")
second=$(build "$folder/some/other place" Pacific/Auckland C "$@")
echo "$first"
if [[ $first != "$second" ]]; then
  echo "built elsewhere, they are not the same:"
  echo "$second"
  exit 1
fi
echo 'built elsewhere, they are the same'
