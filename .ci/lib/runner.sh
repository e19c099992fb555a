# Runs suites, two at a time or alone. Each has a process group of its own, and runs no longer than its limit. When a suite
# has ended, none of its processes is left. See .ci/run, which sources this.
#
# A suite is `bash .ci/suites/<name>` in the folder of the project. It gets JAVA_HOME and PATH of the newest JDK, JDK17_HOME if
# there is one, and
#   CI_SCRATCH  a folder of its own, removed when it has ended
#   CI_SHARED   a folder for all suites of this run
#   CI_SUITES   the names of all suites of this run
#   CI_LONG     not empty: the long form
# Its status is 0, or 77 with a reason in $CI_SCRATCH/skipped. lib/suite.sh has functions for all of this.
source "$(dirname "${BASH_SOURCE[0]}")/jdk.sh"
export CI=${CI:-true} DEBIAN_FRONTEND=noninteractive
exec </dev/null

readonly SKIPPED=77 SLOTS=2
grace=20 # seconds between asking an overdue suite to end and ending it
budget=0
names=()
selected=()
declare -A short_form long_form how limits prepares
declare -A pids took verdict
running=()
tail_process=''
scratch=''
long=''
failed=0

suite() { # <seconds> <seconds of the long form> <alone|beside> <name> [limit]
  names+=("$4")
  short_form[$4]=$1 long_form[$4]=$2 how[$4]=$3 limits[$4]=${5:-}
}

preparation() { # as suite
  suite "$@"
  prepares[$4]=yes
}

seconds() { # <name>: prints what the table says for this run
  if [[ -n $long ]]; then echo "${long_form[$1]}"; else echo "${short_form[$1]}"; fi
}

hard_limit() { # <name>
  local table limit
  table=$(seconds "$1")
  limit=$((table * 4))
  if ((limit < table + 180)); then limit=$((table + 180)); fi
  echo "${limits[$1]:-$limit}"
}

# --- what to run -----------------------------------------------------------------------------------------------------

select_suites() { # [name...]: puts what has to run into `selected`, in the order of the table
  local name wanted=" $* " follows=''
  for name; do
    if [[ -z $name || -z ${how[$name]:-} ]]; then
      echo "run: there is no suite '$name', but there are: ${names[*]}" >&2
      exit 2
    fi
    if [[ $(seconds "$name") == - ]]; then
      echo "run: '$name' has $([[ -n $long ]] && echo 'no long form' || echo 'a long form only: --long')" >&2
      exit 2
    fi
  done
  # Begins at the end, so that a preparation knows whether anything follows.
  for ((i = ${#names[@]} - 1; i >= 0; i--)); do
    name=${names[i]}
    [[ $(seconds "$name") != - ]] || continue
    if [[ $wanted == *" $name "* || (-n ${prepares[$name]:-} && -n $follows) || $# == 0 ]]; then
      selected=("$name" "${selected[@]}")
      follows=yes
    fi
  done
}

planned() { # prints how long the selected suites take, if each takes what the table says
  local name first=0 second=0
  for name in "${selected[@]}"; do
    if ((second < first)); then read -r first second <<<"$second $first"; fi
    if [[ ${how[$name]} == alone ]]; then
      second=$((second + $(seconds "$name")))
      first=$second
    else
      first=$((first + $(seconds "$name")))
    fi
  done
  echo $((first > second ? first : second))
}

list() {
  local name
  printf '%5s  %-6s  %s\n' s how suite
  for name in "${selected[@]}"; do printf '%5s  %-6s  %s\n' "$(seconds "$name")" "${how[$name]}" "$name"; done
  printf '%5s  of %d s\n' "$(planned)" "$budget"
}

# --- running one -----------------------------------------------------------------------------------------------------

supervise() { # <name> <limit>: runs one, cleans up after it, and leaves its status and its time in a file
  local folder=$scratch/$1 limit=$2 started=$SECONDS group='' told='' status=0 java=${JAVA_HOME:-}
  trap - EXIT
  trap : INT
  trap 'told=yes; [[ -z $group ]] || kill -TERM "$group"' TERM
  # `timeout` is the head of the group. At the limit, or when it gets SIGTERM itself, it asks the whole group to end, and then
  # ends it. It also lets SIGINT take effect, which processes in the background otherwise ignore.
  CI_SCRATCH=$folder CI_INSIDE="${CI_INSIDE:-}:$folder:" TMPDIR=$folder/tmp JAVA_HOME=${newest:-$java} \
    PATH=${newest:+$newest/bin:}$PATH timeout -k "$grace" "$limit" bash ".ci/suites/$1" >"$folder/output" 2>&1 &
  group=$!
  if [[ -n $told ]]; then kill -TERM "$group"; fi
  while :; do
    status=0
    wait "$group" || status=$?
    kill -0 "$group" || break
  done
  end_leftovers "$group" ":$folder:"
  echo "$status $((SECONDS - started))" >"$folder/status.new"
  mv "$folder/status.new" "$folder/status"
}

end_leftovers() { # <group> <mark>: also ends processes that have left the group, which still have the mark in their environment
  local left
  kill -KILL -- "-$1" || :
  for _ in {1..50}; do # until they are gone, because a large one takes a while to end
    mapfile -t left < <(grep -lsaF "$2" /proc/[0-9]*/environ | sed 's/[^0-9]//g')
    ((${#left[@]} > 0)) || break
    kill -KILL "${left[@]}" || :
    sleep 0.1
  done
}

start() { # <name>
  local name=$1
  mkdir -p "$scratch/$name/tmp"
  : >"$scratch/$name/output"
  printf '\n== %4ds %s\n' "$SECONDS" "$name"
  # Discards what bash prints when a suite is killed.
  (set +e; supervise "$name" "$(hard_limit "$name")") 2>/dev/null &
  pids[$name]=$!
  running+=("$name")
  if streams "$name"; then
    tail -n +1 -s 0.1 --pid="${pids[$name]}" -f "$scratch/$name/output" &
    tail_process=$!
  fi
}

streams() { # <name>: whether it runs alone, so that its output is not mixed with that of another suite
  [[ ${how[$1]} == alone ]] || ((${#selected[@]} == 1)) || [[ $1 == "${selected[-1]}" && ${#running[@]} == 1 ]]
}

is_prepared_for() { # <name>: whether a preparation is running, and the suite is not a preparation itself
  local other
  for other in "${running[@]}"; do
    if [[ -n ${prepares[$other]:-} && -z ${prepares[$1]:-} ]]; then return; fi
  done
  return 1
}

await() { # <number>: waits until at most that many are running
  local name rest
  while ((${#running[@]} > $1)); do
    rest=()
    for name in "${running[@]}"; do
      if [[ -e $scratch/$name/status ]] || ! kill -0 "${pids[$name]}" 2>/dev/null; then
        settle "$name"
      else
        rest+=("$name")
      fi
    done
    if ((${#rest[@]} == ${#running[@]})); then wait -n || :; fi
    running=("${rest[@]}")
  done
}

settle() { # <name>: reports a suite that has ended
  local name=$1 folder=$scratch/$1 status=1 time=0 limit
  if [[ -n $tail_process ]]; then
    wait "$tail_process" || :
    tail_process=''
  else
    printf '\n== the output of: %s\n' "$name"
    cat "$folder/output"
  fi
  if [[ -e $folder/status ]]; then read -r status time <"$folder/status"; fi
  limit=$(hard_limit "$name")
  took[$name]=$time
  if [[ $status == 0 ]]; then
    verdict[$name]=passed
  elif [[ $status == "$SKIPPED" && -e $folder/skipped ]]; then
    verdict[$name]="skipped: $(cat "$folder/skipped")"
  else
    verdict[$name]="FAILED (status $status)"
    if [[ $status == 124 || $status == 137 ]] && ((time >= limit)); then verdict[$name]="FAILED (not done in $limit s)"; fi
    failed=1
    { printf '\n== the end of: %s\n' "$name"; tail -n 40 "$folder/output" | cut -c -240; } >>"$scratch/failures"
  fi
  rm -rf --one-file-system "$folder"
  printf '== %4ds %s: %s\n' "$SECONDS" "$name" "${verdict[$name]}"
}

finish() {
  local name
  # A subshell that is ended before it has dropped these traps gets here too.
  if [[ $BASHPID != "$$" ]]; then return; fi
  trap '' INT TERM
  for name in "${running[@]}"; do kill -TERM "${pids[$name]}" 2>/dev/null || :; done
  for name in "${running[@]}"; do wait "${pids[$name]}" 2>/dev/null || :; done
  if [[ -n $tail_process ]]; then wait "$tail_process" 2>/dev/null || :; fi
  if [[ -n $scratch ]]; then rm -rf --one-file-system "$scratch"; fi
}

# --- all of it -------------------------------------------------------------------------------------------------------

report() {
  local name
  if [[ -e $scratch/shared/notes ]]; then
    printf '\n== notes\n'
    sort -u "$scratch/shared/notes"
  fi
  if [[ -e $scratch/failures ]]; then cat "$scratch/failures"; fi
  printf '\n== %4ds done, the table has %d s\n' "$SECONDS" "$(planned)"
  printf '%5s %6s  %s\n' took table suite
  for name in "${selected[@]}"; do printf '%5d %6d  %s: %s\n' "${took[$name]}" "$(seconds "$name")" "$name" "${verdict[$name]}"; done
}

run_suites() { # the arguments of .ci/run
  local name listing='' wanted=()
  for name; do
    case $name in
      --long) long=yes ;;
      --list) listing=yes ;;
      -*)
        echo "run: there is no option '$name', but there are: --long --list" >&2
        exit 2
        ;;
      *) wanted+=("$name") ;;
    esac
  done
  select_suites "${wanted[@]}"
  if [[ -n $listing ]]; then
    list
    exit
  fi
  # Two runs would build in the same target. All processes of a run inherit the lock, so it is held until all of them
  # have ended.
  exec {lock}<.ci/run
  if command -v flock >/dev/null && ! flock -n "$lock"; then
    echo 'run: another run is under way in this folder' >&2
    exit 2
  fi
  newest=$(newest_jdk)
  JDK17_HOME=$(jdk_17)
  scratch=$(mktemp -d)
  trap finish EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  mkdir "$scratch/shared" "$scratch/shared/ports"
  # ports.py gives no port twice to processes that use the same folder.
  export JDK17_HOME CI_SHARED=$scratch/shared CLAIMED_PORTS=$scratch/shared/ports CI_LONG=$long CI_SUITES="${selected[*]}"
  if [[ -z $JDK17_HOME ]]; then unset JDK17_HOME; fi
  echo "newest JDK: ${newest:-none}; JDK 17: ${JDK17_HOME:-none}; commit $(git rev-parse --short HEAD 2>/dev/null || echo unknown)"
  for name in "${selected[@]}"; do
    if [[ ${how[$name]} == alone ]] || is_prepared_for "$name"; then await 0; else await $((SLOTS - 1)); fi
    start "$name"
    if [[ ${how[$name]} == alone ]]; then await 0; fi
  done
  await 0
  report
  exit "$failed"
}
