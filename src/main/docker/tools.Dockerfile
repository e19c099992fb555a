# What it takes to try the protocol by hand and to watch it on the wire.
FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends netcat-openbsd tcpdump telnet \
    && rm -rf /var/lib/apt/lists/*
CMD ["bash"]
