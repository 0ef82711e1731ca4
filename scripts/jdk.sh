# Sourced by ./carteggio and ./check: finds a JDK 25 or newer and sets JAVA_HOME.
jdk_version() { # of the JDK in $1; nothing where it is none
  [ -x "$1/bin/javac" ] && [ -r "$1/release" ] && sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release"
}

find_jdk() {
  for home in "${JAVA_HOME:-}" /usr/lib/jvm/*; do
    version=$(jdk_version "$home")
    if [ -n "$version" ] && [ "$version" -ge 25 ]; then
      JAVA_HOME=$home
      export JAVA_HOME
      return 0
    fi
  done
  on_path=$(command -v javac) && home=$(dirname "$(dirname "$(readlink -f "$on_path")")")
  version=$(jdk_version "${home:-}")
  if [ -n "$version" ] && [ "$version" -ge 25 ]; then
    JAVA_HOME=$home
    export JAVA_HOME
    return 0
  fi
  echo "carteggio: no JDK 25 or newer found in JAVA_HOME, /usr/lib/jvm or on the PATH" >&2
  return 1
}
