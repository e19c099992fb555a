# Finds the installed JDKs.

major() { # <java home>: its major version, or 0
  local version
  version=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release" 2>/dev/null) || :
  if [[ -z $version ]]; then
    version=$("$1/bin/java" -XshowSettings:properties -version 2>&1 | sed -n 's/^ *java\.specification\.version = //p') || :
  fi
  [[ $version =~ ^[0-9]+$ ]] && echo "$version" || echo 0
}

jdks() { # prints the homes of all JDKs that it finds, one a line; the same one may occur twice
  local home compiler
  compiler=$(command -v javac) && compiler=$(readlink -f "$compiler") || :
  for home in "${JAVA_HOME:-}" "${JDK17_HOME:-}" "${JDK25_HOME:-}" "${compiler%/bin/javac}" /usr/lib/jvm/*; do
    if [[ -n $home && -x $home/bin/javac ]]; then echo "$home"; fi
  done
}

newest_jdk() { # prints the home of the JDK with the highest version, or nothing
  local home version best='' highest=0
  while read -r home; do
    version=$(major "$home")
    if ((version > highest)); then best=$home highest=$version; fi
  done < <(jdks)
  printf '%s' "$best"
}

jdk_17() { # prints the home of a JDK 17, or nothing
  local home
  while read -r home; do
    if (($(major "$home") == 17)); then
      printf '%s' "$home"
      return
    fi
  done < <(jdks)
}
