#!/usr/bin/env python3
"""Attacks a server, and checks whether it stays alive and serves others meanwhile.

usage: run.py [--seconds N] [--heap 256m] [--addresses N] [--rounds N] [--strict] [--apart] [--jar FILE] [ATTACK...]

Each attack runs for some seconds as a process of its own, at the lowest priority. Meanwhile another client puts points and asks for
health. Attacks that need the same options of the server run against the same one, one after the other; with --apart each has a new
server. With --rounds, several randomly drawn attacks run at once, that many times. At the end SIGTERM must end the server while
it is attacked, and it must start again. With --strict, the limits are those that docs/reliability/load.md promises for a machine that
does nothing else; without it, they are five seconds.
"""
import argparse
import importlib
import pathlib
import random
import resource
import shutil
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
from target import Failure, Probe, Server, percentile  # noqa: E402

TERM_SECONDS = 30
AT_ONCE = 4
ATTACKER_BYTES = 3 << 30


def main():
    options = arguments()
    attacks = [load(name) for name in options.attacks or sorted(path.stem for path in (HERE / "attacks").glob("*.py"))]
    wrong, rows = [], []
    if options.rounds:
        print(f"--seed {options.seed}")
    for group in grouped(attacks, options.apart):
        try:
            rows += against_one_server(group, options, wrong)
        except Failure as ex:
            wrong.append(str(ex))
    print_table(rows)
    if wrong:
        sys.exit("\n".join(wrong))


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--heap", default="256m")
    parser.add_argument("--addresses", type=int, default=1, help="from how many addresses each attack comes")
    parser.add_argument("--rounds", type=int, help="how often several attacks run at once")
    parser.add_argument("--seed", type=int, default=time.time_ns() % 1_000_000, help="of the rounds")
    parser.add_argument("--apart", action="store_true", help="a new server for each attack")
    parser.add_argument("--strict", action="store_true", help="asserts what is promised, not five seconds")
    parser.add_argument("--jar", default="target/eardrum.jar")
    parser.add_argument("--worker", help=argparse.SUPPRESS)
    parser.add_argument("attacks", nargs="*")
    return parser.parse_args()


def load(name):
    return importlib.import_module(f"attacks.{name}")


def grouped(attacks, apart):
    """Groups the attacks by the options that the server needs, so that most share a server."""
    groups = {}
    for attack in attacks:
        key = (tuple(sorted(getattr(attack, "OPTIONS", {}).items())), getattr(attack, "DESCRIPTORS", None),
               attack.__name__ if apart or getattr(attack, "ALONE", False) else "")
        groups.setdefault(key, []).append(attack)
    return groups.values()


def rounds(group, options):
    """The groups of attacks that run at once, one group after the other."""
    if not options.rounds or len(group) == 1:
        return [[attack] for attack in group]
    chance = random.Random(options.seed)
    return [chance.sample(group, min(AT_ONCE, len(group))) for _ in range(options.rounds)]


def against_one_server(group, options, wrong):
    server = Server(["-jar", options.jar], free_ports(), getattr(group[0], "OPTIONS", {}), options.heap,
                    getattr(group[0], "DESCRIPTORS", None), getattr(group[0], "TLS", False))
    rows = []
    try:
        server.start()
        for attack in group:
            getattr(attack, "prepare", lambda _: None)(server)
        for together in rounds(group, options):
            rows.append(row := attacked(server, together, options))
            wrong += judge(row, options)
            if not server.alive():
                wrong.append(f"{row['name']}: the server has ended:\n{server.tail()}")
                server.forget()
                server.start()
        stop_under_attack(server, group[-1], options, rows, wrong)
    finally:
        server.kill()
        shutil.rmtree(server.folder, ignore_errors=True)
    return rows


def attacked(server, attacks, options):
    names = [attack.__name__.split(".")[1] for attack in attacks]
    with Probe(server) as probe:
        workers = [worker(server, name, options) for name in names]
        for process in workers:
            process.wait()
        # What the attack leaves behind must not be worse than the attack.
        time.sleep(1)
    row = {"name": ", ".join(names), "seconds": options.seconds, "alive": server.alive(), "probe": probe,
           "resident": server.resident_megabytes(), "oom": server.ran_out_of_memory()}
    print(line(row), flush=True)
    return row


def worker(server, name, options):
    ports = f"{server.tcp},{server.http},{server.graphite}"
    return subprocess.Popen(["nice", "-n", "19", sys.executable, str(HERE / "run.py"), "--worker", ports, "--seconds", str(options.seconds),
                             "--addresses", str(options.addresses), name])


def work(options):
    """The process of an attacker."""
    class Ports:
        tcp, http, graphite = (int(port) for port in options.worker.split(","))
        addresses = options.addresses
    resource.setrlimit(resource.RLIMIT_AS, (ATTACKER_BYTES, ATTACKER_BYTES))
    load(options.attacks[0]).attack(Ports, time.monotonic() + options.seconds)


def stop_under_attack(server, attack, options, rows, wrong):
    """Ends the server with SIGTERM in the middle of the attack, and starts it again."""
    process = worker(server, attack.__name__.split(".")[1], argparse.Namespace(**{**vars(options), "seconds": 3}))
    time.sleep(1)
    took = server.stop(TERM_SECONDS)
    process.wait()
    rows[-1]["stopped"] = took
    if took is None:
        wrong.append(f"{rows[-1]['name']}: SIGTERM did not end the server in {TERM_SECONDS} s:\n{server.tail()}")
    server.start()
    server.stop(TERM_SECONDS)


def judge(row, options):
    probe = row["probe"]
    worst, p99, health = (1, 0.05, 1) if options.strict else (5, 5, 5)
    found = {"the worst put": (max(probe.puts, default=999), worst), "p99 of puts": (percentile(probe.puts, 0.99), p99),
             "the worst put on a new connection": (max(probe.connects, default=999), worst),
             "the worst health": (max(probe.healths, default=999), health)}
    wrong = [f"{row['name']}: {what} took {took:.2f} s, and not {limit:g} at most" for what, (took, limit) in found.items() if took > limit]
    wrong += [f"{row['name']}: {failure}" for failure in sorted(set(probe.failures))[:5]]
    return wrong + ([f"{row['name']}: OutOfMemoryError"] if row["oom"] else [])


def line(row):
    probe = row["probe"]
    return (f"{row['name'][:60]:<24} puts {len(probe.puts):>5}  p50 {percentile(probe.puts, 0.5) * 1000:>7.1f} ms  "
            f"p99 {percentile(probe.puts, 0.99) * 1000:>7.1f} ms  worst {max(probe.puts, default=999) * 1000:>7.1f} ms  "
            f"new connection {max(probe.connects, default=999) * 1000:>7.1f} ms  health {max(probe.healths, default=999) * 1000:>7.1f} ms  "
            f"resident {row['resident']} MB  failures {len(probe.failures)}")


def print_table(rows):
    print("\n| attack | p50 ms | p99 ms | worst ms | new connection ms | health ms | SIGTERM s |\n| --- | --- | --- | --- | --- | --- | --- |")
    for row in rows:
        probe = row["probe"]
        stopped = row.get("stopped")
        print(f"| {row['name']} | {percentile(probe.puts, 0.5) * 1000:.1f} | {percentile(probe.puts, 0.99) * 1000:.1f} | "
              f"{max(probe.puts, default=999) * 1000:.0f} | {max(probe.connects, default=999) * 1000:.0f} | "
              f"{max(probe.healths, default=999) * 1000:.0f} | {'' if stopped is None else f'{stopped:.1f}'} |")


def free_ports():
    script = HERE.parent.parent / "build" / "ports.py"
    return [int(port) for port in subprocess.run([sys.executable, script, "3"], check=True, capture_output=True, text=True).stdout.split()]


if __name__ == "__main__":
    if "--worker" in sys.argv:
        work(arguments())
    else:
        main()
