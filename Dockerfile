# Builds the server and puts it on a JRE: docker build -t eardrum .
# The build stage needs BuildKit (the default since Docker 23) for its cache of Maven artifacts.

# Whoever needs the same image again gives the digests: --build-arg RUN_IMAGE=eclipse-temurin:25-jre@sha256:...
ARG BUILD_IMAGE=maven:3.9-eclipse-temurin-25
ARG RUN_IMAGE=eclipse-temurin:25-jre

FROM ${BUILD_IMAGE} AS build
WORKDIR /build
COPY pom.xml ./
COPY src/main ./src/main
# Only packages: ./mvnw verify runs the tests, the format check and the static analysis.
RUN --mount=type=cache,target=/m2 \
    mvn -B -ntp -Dmaven.repo.local=/m2 -Dmaven.test.skip=true -Dcheckstyle.skip=true -Dspring-javaformat.validate.skip=true \
        -Djacoco.skip=true -P '!error-prone' package
RUN java -Djarmode=tools -jar target/eardrum.jar extract --layers --destination layers \
    && bash src/main/docker/own-natives.sh layers/dependencies

FROM ${RUN_IMAGE}
ARG VERSION=0.1.0-SNAPSHOT
LABEL org.opencontainers.image.title="Eardrum" \
      org.opencontainers.image.description="A metrics server that anyone can talk to with telnet." \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}"

# /data gets its owner before it becomes a volume; later changes to it would be lost.
RUN groupadd --gid 10001 eardrum \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin eardrum \
    && install --directory --owner=10001 --group=10001 --mode=0750 /data
VOLUME /data

# Ordered from what changes least to what changes most.
WORKDIR /app
COPY --chmod=0755 src/main/docker/healthcheck.sh ./healthcheck
COPY --from=build /build/layers/dependencies/ ./
COPY --from=build /build/layers/spring-boot-loader/ ./
COPY --from=build /build/layers/snapshot-dependencies/ ./
COPY --from=build /build/layers/application/ ./

# The command line: docker compose exec eardrum eardrum --help. The archive of its classes makes it start fast.
COPY --chmod=0755 bin/eardrum ./eardrum
COPY --from=build /build/target/eardrum-cli.jar ./
RUN java -XX:+UseSerialGC -XX:ArchiveClassesAtExit=eardrum-cli.jsa -jar eardrum-cli.jar --help > /dev/null

# A cache of the server's classes as the JVM has them after loading, and of what it learned about their methods. It comes from a
# run of a few seconds, which leaves nothing but the cache. With it, the server starts in little more than half the time. A JVM
# that the cache does not fit (-XX:+UseZGC, a heap of 32 GB) says so and starts without it.
RUN --mount=type=bind,source=src/main/docker/train.sh,target=/tmp/train.sh \
    bash /tmp/train.sh java -XX:AOTCacheOutput=eardrum.aot -XX:MaxRAMPercentage=50 -XX:+AlwaysActAsServerClassMachine --enable-native-access=ALL-UNNAMED \
        -Djava.library.path=/app/natives -jar /app/eardrum.jar

# Profile docker listens on all addresses. All lasting data is below /data; the rest of the root file system may be
# read-only if /tmp is a tmpfs, where Tomcat keeps its working directory.
ENV PATH=/app:$PATH \
    SPRING_PROFILES_ACTIVE=docker \
    EARDRUM_STORAGE_PATH=/data
USER 10001:10001
EXPOSE 8888 8080 2003/tcp 2003/udp
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 CMD ["/app/healthcheck"]

# Half of the container's memory is heap; native memory of the store, thread stacks and page cache share the rest.
# JAVA_TOOL_OPTIONS is respected: an -Xmx in it overrides the percentage. In a container with one processor or less than 2 GB, the JVM
# would take the serial collector, whose pauses are longer; AlwaysActAsServerClassMachine makes it G1, and lets JAVA_TOOL_OPTIONS choose.
ENTRYPOINT ["java", "-XX:AOTCache=/app/eardrum.aot", "-XX:MaxRAMPercentage=50", "-XX:+AlwaysActAsServerClassMachine", \
    "-XX:+ExitOnOutOfMemoryError", \
    "--enable-native-access=ALL-UNNAMED", "-Djava.library.path=/app/natives", "-jar", "/app/eardrum.jar"]
