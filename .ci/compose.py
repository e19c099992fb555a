#!/usr/bin/env python3
"""Checks that each variable of the compose file reaches the server as the property it is for.

It reads the file as Compose does, and asks the jar which properties it would use with what the container gets. No engine
is needed, and no server is started.

usage: compose.py COMPOSE_COMMAND JAR SCRATCH
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys

import yaml

compose, jar, scratch = sys.argv[1].split(), os.path.abspath(sys.argv[2]), pathlib.Path(sys.argv[3])
source = pathlib.Path("docker-compose.yml").read_text()
hashed = "{bcrypt}$2y$05$" + "abcdefghijklmnopqrstuu" * 2 + "abcdefghi"

# A value that is not the default, for each variable that becomes a property.
properties = {
    "EARDRUM_HTTP_HOSTS": ("eardrum.http.hosts", "metrics.example"),
    "EARDRUM_HTTP_USER": ("eardrum.http.user", "ann"),
    "EARDRUM_HTTP_PASSWORD": ("eardrum.http.password", hashed),
    "EARDRUM_STORAGE_RETENTION": ("eardrum.storage.retention", "30d"),
    "EARDRUM_STORAGE_FSYNC": ("eardrum.storage.fsync", "everysec"),
    "EARDRUM_STORAGE_MAXSERIES": ("eardrum.storage.max-series", "12345"),
    "EARDRUM_STORAGE_MEMORY": ("eardrum.storage.memory", "65MB"),
    "EARDRUM_STORAGE_MAXFUTURE": ("eardrum.storage.max-future", "2h"),
    "EARDRUM_STORAGE_MINFREESPACE": ("eardrum.storage.min-free-space", "300MB"),
    "EARDRUM_TCP_MAXCONNECTIONS": ("eardrum.tcp.max-connections", "77"),
    "EARDRUM_TCP_IDLETIMEOUT": ("eardrum.tcp.idle-timeout", "5m"),
    "EARDRUM_TCP_DELETE": ("eardrum.tcp.delete", "true"),
    "EARDRUM_RENDER_MAXSERIES": ("eardrum.render.max-series", "99"),
}
# Those that are for the container.
container = {
    "EARDRUM_BIND": "127.0.0.2",
    "EARDRUM_TCP_PUBLISH": "18881",
    "EARDRUM_HTTP_PUBLISH": "18882",
    "EARDRUM_GRAPHITE_PUBLISH": "18883",
    "EARDRUM_MEMORY": "3g",
}
published = ["127.0.0.2:18881:8888", "127.0.0.2:18882:8080", "127.0.0.2:18883:2003", "127.0.0.2:18883:2003/udp"]


def expect(what, actual, expected):
    if actual != expected:
        sys.exit(f"compose.py: {what}: expected {expected!r}, got {actual!r}")


def service(name, environment, lines):
    """Returns the service eardrum as Compose understands it."""
    folder = scratch / name
    # Compose 1 wants the folder of each image that could be built.
    (folder / "src/main/docker").mkdir(parents=True)
    shutil.copy("docker-compose.yml", folder)
    if lines:
        (folder / ".env").write_text("".join(f"{line}\n" for line in lines))
    system = {key: os.environ[key] for key in ("PATH", "HOME") if key in os.environ}
    done = subprocess.run([*compose, "config"], cwd=folder, env={**system, **environment}, text=True, timeout=60,
                          stdout=subprocess.PIPE)
    expect(f"{name}: status of {' '.join(compose)} config", done.returncode, 0)
    eardrum = yaml.safe_load(done.stdout)["services"]["eardrum"]
    # It names the folder.
    eardrum.pop("build", None)
    return eardrum


def used(name, eardrum):
    """Returns the properties that the server would use in that container, with where each comes from."""
    passed = eardrum["environment"]
    # What it prints could be read as a compose file again.
    passed = {key: str(value if value is not None else "").replace("$$", "$") for key, value in passed.items()}
    image = {"SPRING_PROFILES_ACTIVE": "docker", "EARDRUM_STORAGE_PATH": str(scratch / "none"), "PATH": os.environ["PATH"]}
    done = subprocess.run([shutil.which("java"), "-jar", jar, "serve", "--check"], cwd=scratch, env={**image, **passed},
                          text=True, timeout=300, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode != 0:
        sys.exit(f"compose.py: {name}: the server would not start:\n{done.stdout}")
    rows = [re.fullmatch(r"(\S+) *= (.*?) *# (.*)", line) for line in done.stdout.splitlines()]
    return passed, {row[1]: (row[2], row[3]) for row in rows if row}


def port(published_port):
    """Returns a port in the short form, which Compose 1 prints and Compose 2 does not."""
    if isinstance(published_port, str):
        return published_port.removesuffix("/tcp")
    protocol = "/udp" if published_port["protocol"] == "udp" else ""
    return f"{published_port['host_ip']}:{published_port['published']}:{published_port['target']}{protocol}"


block = source.split("x-eardrum-environment:")[1].split("\n\n")[0]
expect("variables that are passed on", sorted(re.findall(r"^  ([A-Z_]+):", block, re.MULTILINE)), sorted(properties))
block = source.split("\nx-eardrum:")[1].split("\n  balancer:")[0]
expect("variables for the container", sorted(set(re.findall(r"\$\{([A-Z_]+)", block))), sorted(container))

values = {**{name: value for name, (_, value) in properties.items()}, **container}
quoted = [f"{name}='{value}'" if "$" in value else f"{name}={value}" for name, value in values.items()]
for way, environment, lines in (("environment", values, []), (".env", {}, quoted)):
    eardrum = service(f"by-{way.strip('.')}", environment, lines)
    passed, effective = used(way, eardrum)
    expect(f"{way}: password", passed["EARDRUM_HTTP_PASSWORD"], hashed)
    for variable, (name, value) in properties.items():
        row = effective.get(name, ("", "nowhere"))
        expect(f"{way}: where {name} is from", row[1], "the environment")
        if variable == "EARDRUM_HTTP_HOSTS":
            expect(f"{way}: last of {name}", row[0].split(",")[-1], value)
        elif variable != "EARDRUM_HTTP_PASSWORD":
            expect(f"{way}: {name}", row[0], value)
    expect(f"{way}: memory", str(eardrum["mem_limit"]) in ("3g", str(3 << 30)), True)
    expect(f"{way}: ports", [port(one) for one in eardrum["ports"]], published)

nothing = service("by-nothing", {}, [])
expect("what empty variables do", service("by-empty", {name: "" for name in values}, []), nothing)
_, effective = used("no variables", nothing)
for variable, (name, _) in properties.items():
    if variable != "EARDRUM_HTTP_HOSTS":
        expect(f"no variables: where {name} is from", effective.get(name, ("", "default"))[1], "default")
expect("no variables: memory", str(nothing["mem_limit"]) in ("1g", str(1 << 30)), True)
expect("no variables: first port", port(nothing["ports"][0]), "127.0.0.1:8888:8888")

print(f"{len(properties)} properties and {len(container)} settings of the container arrive, from the environment and from .env")
