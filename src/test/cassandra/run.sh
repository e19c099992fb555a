#!/usr/bin/env bash
# A real Cassandra without any container, on the loopback addresses of this machine and a JDK 17:
#
#   bash src/test/cassandra/run.sh nodes [number] [options of their JVMs...]   runs 1 to 3 nodes until Ctrl-C, and prints the
#                                                                              properties with which a server finds them
#   bash src/test/cassandra/run.sh suite [--rounds n] [--seed n]               two servers on three nodes, killed and frozen under load
#   bash src/test/cassandra/run.sh check [--rounds n] [--seed n]               the tests with the tag cassandra, and then the suite
#
# Needs the classes of the tests, and for suite and check target/eardrum.jar: ./mvnw package -DskipTests. Uses JAVA_HOME or java, and for
# Cassandra what it finds of JDK 17, or JDK17_HOME.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."

case ${1:-} in
  nodes) class=io.eardrum.storage.cassandra.fixture.CassandraCluster ;;
  suite) class=io.eardrum.suite.cluster.ClusterSuite ;;
  check) class=io.eardrum.suite.cluster.CassandraCheck ;;
  *)
    sed -n '2,/^set/s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
    exit 2
    ;;
esac
shift
mkdir -p target/cassandra
if [[ src/test/cassandra/pom.xml -nt target/cassandra/classpath ]]; then
  ./mvnw -B -ntp -q -f src/test/cassandra/pom.xml generate-resources
fi
if [[ pom.xml -nt target/cassandra/tests-classpath ]]; then
  ./mvnw -B -ntp -q dependency:build-classpath -DincludeScope=test -Dmdep.outputFile=target/cassandra/tests-classpath
fi
exec "${JAVA_HOME:+$JAVA_HOME/bin/}java" -Xmx256m -cp "target/test-classes:target/classes:$(cat target/cassandra/tests-classpath)" "$class" "$@"
