#!/usr/bin/env bash
# Tests the runner with invented suites: bash .ci/test.sh
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
here=$PWD
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
unset CI_LONG CI_SUITES
failures=0

mkdir -p "$folder/.ci/suites"
cp -r lib "$folder/.ci"
# The real table and the real options, with invented suites and short limits.
{
  sed -n '1,/^source/p' run
  cat <<'TABLE'
grace=1
suite        1 1 beside left
suite        1 1 beside right
suite        1 1 alone  lonely
suite        1 1 beside passes
suite        1 1 beside fails
preparation  1 1 beside prepares
suite        1 1 beside skipped
suite        1 1 beside overdue        1
suite        1 1 beside wrong-skip
suite        1 1 beside leaves
suite        1 1 beside signals
suite        - 1 beside long-only
suite       60 1 beside waits
budget=100
run_suites "$@"
TABLE
} >"$folder/.ci/run"

write() { # <name>: writes a suite, from standard input
  cat >"$folder/.ci/suites/$1"
}

write passes <<<'[[ -e $CI_SHARED/lonely.ended ]] && echo "the lonely one has ended"; echo "it passes, and is ${CI_LONG:-short}"; echo "a note" >>"$CI_SHARED/notes"'
write prepares <<<'echo "prepared for: $CI_SUITES"; sleep 0.5; touch "$CI_SHARED/prepared"'
write fails <<<'seq -f "line %g" 100; exit 3'
write skipped <<<'[[ -e $CI_SHARED/prepared ]] && echo "it is prepared"; echo -n "there is no moon" >"$CI_SCRATCH/skipped"; exit 77'
write wrong-skip <<<'exit 77'
write overdue <<'SUITE'
trap 'echo told to end' TERM
(trap '' TERM; exec sleep 1001) &
setsid bash -c "trap '' TERM; exec sleep 1002" &
while :; do sleep 0.1; done
SUITE
for name in left right; do
  write $name <<'SUITE'
name=${BASH_SOURCE[0]##*/} times=3
if [[ $name == right ]]; then times=6; fi
date +%s%N >"$CI_SHARED/$name.began"
for ((i = 1; i <= times; i++)); do echo "$name $i"; sleep 0.2; done
date +%s%N >"$CI_SHARED/$name.ended"
SUITE
done
write lonely <<'SUITE'
cd "$CI_SHARED"
[[ -e left.ended && -e right.ended ]] && echo 'nothing runs beside the lonely one'
(($(cat left.began) < $(cat right.ended) && $(cat right.began) < $(cat left.ended))) && echo 'they were side by side'
sleep 0.3
touch lonely.ended
SUITE
write leaves <<'SUITE'
sleep 1003 &
setsid sleep 1004 &
mktemp >/dev/null
SUITE
# The second bit of the mask is SIGINT.
write signals <<<'sed -n "s/^SigIgn:[[:space:]]*//p" /proc/self/status | grep -q "[014589cd]$" && echo "SIGINT is not ignored"'
write long-only <<<'echo "the long form is ${CI_LONG:-short}"'
write waits <<<'touch "$CI_SHARED/../waiting"; sleep 1005'

check() { # <what> <command...>
  local what=$1
  shift
  if "$@" >/dev/null; then
    echo "ok: $what"
  else
    echo "NOT SO: $what"
    failures=$((failures + 1))
  fi
}

is() { # <what> <actual> <expected>
  check "$1: $3" test "$2" = "$3"
  if [[ $2 != "$3" ]]; then echo "  but: $2"; fi
}

run() { # <argument...>: the output is in `out`, standard error in `err`, the status in `status`
  status=0
  timeout 60 bash "$folder/.ci/run" "$@" >"$folder/out" 2>"$folder/err" || status=$?
  out=$(cat "$folder/out") err=$(cat "$folder/err")
}

has() { # <what> <line>: a regular expression for a whole line
  check "$1" grep -qxE -- "$2" "$folder/out"
}

has_not() {
  check "$1" bash -c '! grep -qE -- "$1" "$2"' - "$2" "$folder/out"
}

sleeping() { # <seconds>: whether such a process of ours is there, even if it has left its group
  # the pattern must not match this very command
  grep -lsxz -- "[${1::1}]${1:1}" /proc/[0-9]*/cmdline | sed 's/cmdline/environ/' | xargs -r grep -lsF "$folder"
}

export TMPDIR=$folder/tmp
mkdir "$TMPDIR"

run passes fails prepares skipped overdue left right lonely wrong-skip leaves signals
is 'the status with failures' "$status" 1
is 'standard error is empty' "$err" ''
has 'what passes has passed' ' +[0-9]+ +1  passes: passed'
has 'what fails has failed, with its status' ' +[0-9]+ +1  fails: FAILED \(status 3\)'
has 'what is skipped says why' ' +[0-9]+ +1  skipped: skipped: there is no moon'
has 'a status of 77 without a reason is a failure' ' +[0-9]+ +1  wrong-skip: FAILED \(status 77\)'
has 'what is overdue has failed' ' +[0-9]+ +1  overdue: FAILED \(not done in 1 s\)'
has 'what is overdue was asked to end' 'told to end'
has 'two ran at the same time' 'they were side by side'
has 'what runs alone waits for the others' 'nothing runs beside the lonely one'
has 'and they for it' 'the lonely one has ended'
check 'the output of two is not mixed' grep -qPzo 'left 1\nleft 2\nleft 3\n' "$folder/out"
check 'nor that of the other one' grep -qPzo 'right 1\nright 2\nright 3\n' "$folder/out"
has 'SIGINT ends what a suite starts' 'SIGINT is not ignored'
is 'how often the end of a failed output comes' "$(grep -cx 'line 100' "$folder/out")" 2
is 'how often its beginning comes' "$(grep -cx 'line 60' "$folder/out")" 1
is 'the name and verdict at the end of the last line' "$(tail -n 1 "$folder/out" | sed 's/.*  //')" 'signals: passed'
check 'notes, then failures, then times' grep -qPzo '(?s)\n== notes\na note\n\n== the end of: fails\n.*\n== +[0-9]+s done, the table has [0-9]+ s\n' "$folder/out"
for seconds in 1001 1002 1003 1004; do
  is "what is left of the one that sleeps for $seconds s" "$(sleeping $seconds)" ''
done
is 'what is left of temporary files' "$(ls "$TMPDIR")" ''

run skipped
is 'the status without failures' "$status" 0
has 'what follows a preparation waits for it' 'it is prepared'
has 'a preparation runs before what it is for' 'prepared for: prepares skipped'
run passes
has_not 'and not where nothing follows' 'prepares'
has 'the short form' 'it passes, and is short'
run --long passes long-only
has 'the long form' 'it passes, and is yes'
has 'what has no other form' 'the long form is yes'
run long-only
is 'the status of what has no short form' "$status" 2
run no-such-suite
is 'the status of an unknown name' "$status" 2
is 'its lines' "$(wc -l <"$folder/err")" 1
check 'it names the suites' grep -q 'no-such-suite.*passes fails .*waits' "$folder/err"
is 'and nothing runs' "$out" ''
run ''
is 'the status of an empty name' "$status" 2
check 'it says so too' grep -q "no suite ''" "$folder/err"
run --loud
is 'the status of an unknown option' "$status" 2
check 'it names the options' grep -q -- '--loud.*--long --list' "$folder/err"

bash "$folder/.ci/run" waits >/dev/null 2>&1 &
runner=$!
for _ in {1..300}; do
  [[ -z $(find "$TMPDIR" -name waiting) ]] || break
  sleep 0.1
done
run passes
is 'the status of a second run in the same folder' "$status" 2
is 'and nothing runs' "$out" ''
kill -TERM "$runner"
status=0
wait "$runner" || status=$?
is 'the status of a run that was told to end' "$status" 143
is 'what is left of it' "$(sleeping 1005; ls "$TMPDIR")" ''
run passes
is 'the status of a run after it' "$status" 0

table=$(bash run --list)
echo "$table"
for file in suites/*; do check "the table has ${file##*/}" grep -q " ${file##*/}\$" <<<"$table$(bash run --list --long)"; done
for name in $(awk 'NR > 1 && NF == 3 { print $3 }' <<<"$table"); do check "there is a suite $name" test -f "suites/$name"; done
read -r planned _ budget _ < <(tail -n 1 <<<"$table")
check "$planned s of the table are within $budget" test "$planned" -le "$budget"
command -v python3 >/dev/null || exit "$((failures > 0))"
ports=$(CLAIMED_PORTS=$TMPDIR python3 "$here/../src/build/ports.py" 500; CLAIMED_PORTS=$TMPDIR python3 "$here/../src/build/ports.py" 500)
is 'ports given twice' "$(tr ' ' '\n' <<<"$ports" | sort | uniq -d)" ''

if ((failures > 0)); then
  echo "$failures are not so"
  exit 1
fi
