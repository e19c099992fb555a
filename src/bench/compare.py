#!/usr/bin/env python3
"""Measures Eardrum beside other servers that take metrics without acknowledging them, on this machine, in one run, and
prints ratios. yardstick.py measures commands that are answered.

    ./mvnw package -DskipTests
    python3 src/bench/compare.py [--seconds 8] [--rounds 3] [--java /path/to/java] [--only eardrum,victoria,streaming]
                                 [--json figures.json]

It measures the others if they are installed (Debian: victoria-metrics, graphite-carbon), and installs nothing.
Everything listens on the loopback address, on ports of its own, in a temporary folder, and is ended by its process id.
The servers take turns, and the figures are medians of the rounds.
--only names servers, loads or both: {servers}; {loads}.
"""
import argparse
import datetime
import json
import os
import platform
import statistics
import sys

import peers
import processes

# The targets: server and load, and how many times the figure of another server it must reach or may reach.
TARGETS = [
    ("Eardrum everysec", peers.STREAM, ">=", 1.6, "VictoriaMetrics"),
    ("Eardrum always", peers.STREAM, ">=", 1.2, "VictoriaMetrics"),
    ("Eardrum everysec", peers.READ, ">=", 1.2, "VictoriaMetrics"),
    # An amount, compared with no other server.
    ("Eardrum everysec", peers.cpu(peers.STREAM), "<=", 0.4, None),
]


def selection(text):
    """The servers and loads that --only names; all of a kind if it names none of that kind."""
    words = [word.strip() for word in text.split(",")] if text else []
    servers = [peer for peer in peers.PEERS if peer.key in words]
    loads = [load for load in peers.LOADS if load.split(",")[0] in words]
    known = {peer.key for peer in peers.PEERS} | {load.split(",")[0] for load in peers.LOADS}
    if unknown := [word for word in words if word not in known]:
        sys.exit(f"neither a server nor a load: {', '.join(unknown)}; there are {', '.join(sorted(known))}")
    return servers or peers.PEERS, loads or peers.LOADS


def measure(servers, loads, options):
    """All figures of all rounds, by server and load."""
    runs = {}
    for number in range(options.rounds):
        print(f"round {number + 1}", flush=True)
        for peer in servers:
            print(f"  {peer.name}", flush=True)
            # Writing and deleting what the previous server has left must not count for this one.
            os.sync()
            for load, figure in peer.measure(loads, options).items():
                runs.setdefault(peer.name, {}).setdefault(load, []).append(figure)
    return runs


def shown(figure):
    if figure is None:
        return ""
    return f"{figure:.2f}" if figure < 100 else f"{figure:,.0f}"


def print_table(medians):
    names = list(medians)
    rows = list(dict.fromkeys(load for figures in medians.values() for load in figures))
    print("\n| load | " + " | ".join(names) + " |\n| --- |" + " --- |" * len(names))
    for load in sorted(rows, key=lambda row: [row.startswith(load.split(",")[0]) for load in peers.LOADS].index(True)):
        print(f"| {load} | " + " | ".join(shown(medians[name].get(load)) for name in names) + " |")


def print_targets(medians):
    print()
    for ours, load, comparison, target, theirs in TARGETS:
        figure = medians.get(ours, {}).get(load)
        other = 1 if theirs is None else medians.get(theirs, {}).get(load)
        if figure is None or other is None:
            continue
        ratio = figure / other
        met = ratio >= target if comparison == ">=" else ratio <= target
        print(f"{'✓' if met else '✗'} {ours}, {load}: {ratio:.2f}{f' x {theirs}' if theirs else ''} "
              f"({'at least' if comparison == '>=' else 'at most'} {target:g})")


def write_json(path, runs, medians, options):
    content = {"date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
               "commit": processes.git_commit(), "java": processes.java_version(options.java),
               "kernel": platform.release(), "cores": os.cpu_count(), "seconds": options.seconds,
               "rounds": options.rounds, "medians": medians, "runs": runs}
    with open(path, "w") as file:
        json.dump(content, file, indent=1)
        file.write("\n")


def main():
    described = __doc__.format(servers=", ".join(peer.key for peer in peers.PEERS),
                               loads=", ".join(load.split(",")[0] for load in peers.LOADS))
    parser = argparse.ArgumentParser(description=described, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=8, help="of each load")
    parser.add_argument("--warmup", type=int, default=3, help="seconds before each load of Eardrum")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--java", default="java")
    parser.add_argument("--heap", default="2g", help="of Eardrum")
    parser.add_argument("--only", help="servers and loads, with commas between them")
    parser.add_argument("--json", help="a file that gets all figures")
    options = parser.parse_args()
    servers, loads = selection(options.only)
    for peer in servers:
        if not peer.is_installed():
            print(f"{peer.name}: not measured, there is no {peer.program}")
    runs = measure([peer for peer in servers if peer.is_installed()], loads, options)
    medians = {name: {load: statistics.median(figures) for load, figures in by_load.items()}
               for name, by_load in runs.items()}
    print_table(medians)
    print_targets(medians)
    if options.json:
        write_json(options.json, runs, medians, options)


if __name__ == "__main__":
    main()
