#!/usr/bin/env bash
# usage: own-natives.sh <folder of a layer>
# RocksDB's jar carries its native library for every platform, some 240 MB unpacked. This moves the one for the machine
# that runs the script to <folder>/natives and repacks the jar without any. There, on java.library.path, RocksDB finds it
# before it looks into its jar, so nothing has to be unpacked at start: a read-only root file system and a /tmp mounted
# noexec (Docker's default for a tmpfs) are fine. Does nothing where there is no such jar.
set -euo pipefail
layer=$(cd "$1" && pwd)

case $(uname -m) in
  x86_64) platform=linux64 ;;
  aarch64 | arm64) platform=linux-aarch64 ;;
  *) platform=linux-$(uname -m) ;;
esac

shopt -s nullglob
for jar in "$layer"/lib/rocksdbjni-*.jar; do
  before=$(stat -c %s "$jar")
  content=$(mktemp -d)
  (cd "$content" && jar --extract --file "$jar")
  mkdir -p "$layer/natives"
  mv "$content/librocksdbjni-$platform.so" "$layer/natives/"
  rm -f "$content"/librocksdbjni-*
  mv "$content/META-INF/MANIFEST.MF" "$content.manifest"
  # a fixed date, so that equal input gives an equal layer
  jar --create --file "$jar" --manifest "$content.manifest" --date 2020-01-01T00:00:00Z -C "$content" .
  rm -rf "$content" "$content.manifest"
  echo "$(basename "$jar"): $((before >> 20)) MB before, $(($(stat -c %s "$jar") >> 10)) KB and natives/librocksdbjni-$platform.so now"
done
