#!/usr/bin/env bash
# Builds what is checked out twice, in two places and as two people would have it, and fails unless all files of a release have the
# same bytes:
#
#   bash src/build/reproducible.sh [--keep <folder>] [arguments for Maven]
#
# With --keep, the folder has the files of the release afterwards. Times in a jar depend on the time zone, which .mvn/jvm.config sets, and folders have the permissions that the umask gives them; it is
# 022 here. Compare the checksums that it prints with those of a release, built with the same JDK, to see that it is made from
# these sources.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

kept=''
if [[ ${1-} == --keep ]]; then
  kept=$(realpath "$2")
  shift 2
fi
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
    # Tests, format and analysis add nothing to the files.
    ./mvnw -B -ntp -q -Dmaven.test.skip=true -Dcheckstyle.skip=true -Dspring-javaformat.validate.skip=true -Djacoco.skip=true \
      -P '!error-prone,release' "$@" verify >"$place.log" 2>&1 || { cat "$place.log" >&2; exit 1; }
    (cd target/release && sha256sum --check --strict --quiet SHA256SUMS) >&2
    cat target/release/SHA256SUMS
    (cd target && sha256sum eardrum-cli.jar client/pom.xml)
  )
}

first=$(build "$folder/one" UTC C.UTF-8 "$@")
if [[ -n $kept ]]; then
  mkdir -p "$kept"
  cp "$folder/one/target/release/"* "$kept"
fi
second=$(build "$folder/some/other place" Pacific/Auckland C "$@")
echo "$first"
if [[ $first != "$second" ]]; then
  echo "built elsewhere, they are not the same:"
  echo "$second"
  exit 1
fi
echo 'built elsewhere, they are the same'
