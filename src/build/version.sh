#!/usr/bin/env bash
# Writes a version into each file that has one:
#
#   bash src/build/version.sh 0.1.0             for a release; also dates the changelog and the build
#   bash src/build/version.sh 0.2.0-SNAPSHOT    for what comes next; begins a section of the changelog
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

new=${1:?usage: version.sh <version>}
if [[ ! $new =~ ^[0-9]+\.[0-9]+\.[0-9]+(-SNAPSHOT)?$ ]]; then
  echo "version.sh: $new is not a version such as 0.1.0 or 0.2.0-SNAPSHOT" >&2
  exit 2
fi
old=$(sed -n 's|^\t<version>\(.*\)</version>$|\1|p' pom.xml | head -n 1)

replace() { # <file> <old> <new>: fails if the file does not have it
  grep -qF -- "$2" "$1" || { echo "version.sh: $1 has no $2" >&2; exit 1; }
  sed -i "s|$(printf '%s' "$2" | sed 's/[].[*^$|\\]/\\&/g')|$3|g" "$1"
}

replace pom.xml "	<version>$old</version>" "	<version>$new</version>"
replace src/test/cassandra/pom.xml "<version>$old</version>" "<version>$new</version>"
replace Dockerfile "VERSION=$old" "VERSION=$new"
replace src/main/python/eardrum.py "__version__ = \"${old/-SNAPSHOT/.dev0}\"" "__version__ = \"${new/-SNAPSHOT/.dev0}\""
replace src/main/resources/META-INF/sbom/application.cdx.json "io.eardrum/eardrum@$old" "io.eardrum/eardrum@$new"
# Some library may have the same version.
sed -i "/\"bom-ref\" : \"pkg:maven\/io.eardrum\//,/\"purl\"/s/\"version\" : \".*\"/\"version\" : \"$new\"/" \
  src/main/resources/META-INF/sbom/application.cdx.json

if [[ $new == *-SNAPSHOT ]]; then
  grep -q '^## \[Unreleased\]' CHANGELOG.md || sed -i '0,/^## \[/s//## [Unreleased]\n\n## [/' CHANGELOG.md
else
  sed -i "s/^## \[Unreleased\]/## [$new] - $(date -u +%F)/" CHANGELOG.md
  sed -i "s|<project.build.outputTimestamp>.*<|<project.build.outputTimestamp>$(date -u +%F)T00:00:00Z<|" pom.xml
fi
echo "$old is $new now"
