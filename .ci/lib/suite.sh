# What suites have in common; each begins with: source .ci/lib/suite.sh
#
# A line `# packages: ...` in a suite names the packages of Debian that it needs, and `# unpacked: ...` those that it unpacks
# itself, which it gets from `package`. The preparation `packages` installs them, once for all suites, and no suite may call
# apt-get. A suite must check whether it got what it needs, and skip itself otherwise.
set -euo pipefail
source .ci/lib/jdk.sh
package_cache=${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/eardrum-ci
built=target/ci-built # has the time of the start of the build that filled target

long_form() { [[ -n $CI_LONG ]]; }

skip() { # <reason>
  printf '%s' "$*" >"$CI_SCRATCH/skipped"
  exit 77
}

note() { # prints it now and once more at the end
  echo "$*" | tee -a "$CI_SHARED/notes"
}

need() { # <command> [reason]: skips the suite if the command is missing
  command -v "$1" >/dev/null || skip "${2:-there is no $1}"
}

same() { # <what> <actual> <expected>
  if [[ $2 != "$3" ]]; then
    printf '%s: expected %q, got %q\n' "$1" "$3" "$2"
    return 1
  fi
}

free_ports() { # <number>: prints ports that are free, and that the system doesn't give to outgoing connections in the meantime
  python3 src/build/ports.py "$1"
}

package() { # <name>: prints the file of a package that is to be unpacked, or nothing
  find "$package_cache" -name "$1_*.deb" -print -quit 2>/dev/null || :
}

need_compiler() {
  need cc 'there is no C compiler'
  printf '#include <dlfcn.h>\n#include <stdio.h>\n' | cc -shared -fPIC -x c -o "$CI_SCRATCH/nothing.so" - -ldl ||
    skip 'the C compiler can not build anything'
}

# --- Maven and what it builds ----------------------------------------------------------------------------------------

maven_or_skip() { # <reason> <argument...>: runs Maven, and skips the suite if it could not download something
  local reason=$1 log=$CI_SCRATCH/maven.log
  shift
  ./mvnw -B -ntp -q "$@" >"$log" 2>&1 && return
  cat "$log"
  if grep -qE 'Could not (resolve|transfer)|Cannot access|during a previous attempt' "$log"; then
    skip "$reason"
  fi
  return 1
}

test_classpath() { # prints the class path of the tests
  local file=$CI_SHARED/classpath
  (
    flock 9
    if [[ ! -s $file ]]; then
      ./mvnw -B -ntp -q dependency:build-classpath -DincludeScope=test "-Dmdep.outputFile=$file" >&2
    fi
  ) 9>"$file.lock"
  echo "target/test-classes:target/classes:$(cat "$file")"
}

up_to_date() { # whether target has the jar and the test classes of these sources
  [[ -f target/eardrum.jar && -d target/test-classes && -f $built && -z $(find pom.xml src/main src/test -newer "$built" -print -quit) ]]
}

build() { # <argument...>: runs Maven, and remembers that target is up to date then
  : >"$CI_SCRATCH/started"
  ./mvnw -B -ntp "$@" || return
  touch -r "$CI_SCRATCH/started" "$built"
}

# --- the server under test -------------------------------------------------------------------------------------------

server=''
trap stop_server EXIT

start_server() { # <seconds> <command...>: starts it on free ports in an empty folder, waits until it is ready
  local limit=$1 deadline
  shift
  need python3
  need curl
  read -r tcp_port http_port < <(free_ports 2)
  folder=$(mktemp -d "$CI_SCRATCH/server.XXXX")
  EARDRUM_TCP_PORT=$tcp_port SERVER_PORT=$http_port EARDRUM_STORAGE_PATH=$folder/data "$@" >"$folder/log" 2>&1 &
  server=$!
  deadline=$((SECONDS + limit))
  until curl -fsS -m 5 -o /dev/null "http://127.0.0.1:$http_port/actuator/health/readiness" 2>/dev/null; do
    if ! kill -0 "$server" 2>/dev/null || ((SECONDS > deadline)); then
      echo "the server is not ready after $limit s or has stopped; the end of its log:"
      tail -n 40 "$folder/log"
      return 1
    fi
    sleep 0.2
  done
}

await_end() { # <pid> <seconds>: returns its exit status, or 1 if it goes on
  local deadline=$((SECONDS + $2))
  while kill -0 "$1" 2>/dev/null; do
    if ((SECONDS > deadline)); then
      echo "process $1 goes on $2 s after SIGTERM"
      return 1
    fi
    sleep 0.1
  done
  wait "$1"
}

end_server() { # <seconds>: ends it as a user would, and prints its status
  local status=0
  kill -TERM "$server"
  await_end "$server" "$1" || status=$?
  server=''
  # 143 is 128 + SIGTERM, as the JVM reports it after an orderly end
  if [[ $status != 0 && $status != 143 ]]; then
    echo "exit status $status after SIGTERM; the end of the log:"
    tail -n 40 "$folder/log"
    return 1
  fi
  echo "SIGTERM: ended with status $status"
}

stop_server() {
  if [[ -n $server ]] && kill -TERM "$server" 2>/dev/null; then
    await_end "$server" 15 || kill -KILL "$server" 2>/dev/null || :
  fi
  server=''
}
