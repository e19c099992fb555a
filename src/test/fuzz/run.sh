#!/usr/bin/env bash
# Looks for inputs that break the targets of the fuzzer, the classes *Fuzz among the tests, with Jazzer:
#
#   bash src/test/fuzz/run.sh [--keep] [seconds in total] [target...]
#
# As many targets at once as there are processors, up to four. It starts from the inputs in the folders beside this file. If it finds
# something, it ends with 1, and the input is in target/fuzz: copy it into the folder of its target, and FuzzCorpusTests tries
# it from then on. --keep adds what reaches code that no input beside this file does. Needs the classes of the tests
# (./mvnw test-compile), and JAVA_HOME or java.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."

keep=''
if [[ ${1:-} == --keep ]]; then
  keep=yes
  shift
fi
seconds=${1:-90}
shift || :
targets=("$@")
if ((${#targets[@]} == 0)); then
  for folder in src/test/fuzz/*/; do targets+=("$(basename "$folder")"); done
fi
# Each takes up to a gigabyte.
parallel=$(nproc)
if ((parallel > 4)); then parallel=4; fi
if ((parallel > ${#targets[@]})); then parallel=${#targets[@]}; fi
each=$((seconds * parallel / ${#targets[@]}))
((each > 0)) || { echo "$seconds s are not enough for ${#targets[@]} targets"; exit 2; }

java=${JAVA_HOME:+$JAVA_HOME/bin/}java
compiler=()
# Code that is quick to compile tries more inputs in a short time than quick code.
if ((each < 60)); then compiler=(-XX:TieredStopAtLevel=1); fi
mkdir -p target/fuzz
./mvnw -B -ntp -q -P fuzz dependency:build-classpath -DincludeScope=test -Dmdep.outputFile=target/fuzz/classpath
classpath="target/test-classes:target/classes:$(cat target/fuzz/classpath)"
# What the targets compare with may do what is suspicious in a server, such as compiling a regular expression.
hooks=com.code_intelligence.jazzer.sanitizers

fuzz() { # <target> <libFuzzer's arguments...>
  local file class bin=target/fuzz/$1-bin
  file=$(find src/test/java -name "$1.java")
  [[ -n $file ]] || { echo "there is no target $1"; return 2; }
  class=${file#src/test/java/}
  class=${class%.java}
  shift
  mkdir -p "$bin"
  {
    echo '#!/usr/bin/env bash'
    printf 'exec '
    printf '%q ' "$java" "${compiler[@]}" -Xmx512m -cp "$classpath" com.code_intelligence.jazzer.Jazzer --target_class="${class//\//.}" \
      '--instrumentation_includes=io.eardrum.**' --reproducer_path=target/fuzz \
      "--disabled_hooks=$hooks.BigDecimal:$hooks.RegexInjection:$hooks.RegexRoadblocks:$hooks.ReflectiveCall" \
      -timeout=20 -rss_limit_mb=2048
    echo '"$@"'
  } >"$bin/jazzer"
  chmod +x "$bin/jazzer"
  # Minimising runs the fuzzer again, under the name that it knows itself by.
  PATH=$PWD/$bin:$PATH jazzer "$@" 2>&1
}

look() { # <target>: status 1 if it has found something
  local target=$1 work=target/fuzz/$1 before
  mkdir -p "$work"
  if ! fuzz "$target" -max_total_time="$each" -artifact_prefix="$work-" -print_final_stats=1 \
    "$work" "src/test/fuzz/$target" >"$work.log"; then
    echo "$target: FOUND SOMETHING"
    grep -v '^INFO' "$work.log" | tail -n 60
    return 1
  fi
  echo "$target: $(sed -n 's/^stat::number_of_executed_units: *//p' "$work.log") inputs in $each s, nothing found"
  if [[ -n $keep ]]; then
    before=$(find "src/test/fuzz/$target" -type f | wc -l)
    fuzz "$target" -set_cover_merge=1 "src/test/fuzz/$target" "$work" >>"$work.log"
    echo "$target: $(($(find "src/test/fuzz/$target" -type f | wc -l) - before)) inputs kept"
  fi
}

status=0
running=0
for target in "${targets[@]}"; do
  if ((running == parallel)); then
    wait -n || status=1
    running=$((running - 1))
  fi
  look "$target" &
  running=$((running + 1))
done
while ((running > 0)); do
  wait -n || status=1
  running=$((running - 1))
done
exit "$status"
