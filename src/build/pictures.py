#!/usr/bin/env python3
"""Makes the pictures of the page that the README shows, docs/pictures/page-light.png and page-dark.png.

    ./mvnw package -DskipTests
    python3 src/build/pictures.py [--browser /usr/bin/chromium]

Starts the server of target/eardrum.jar on free ports in an empty folder, puts the points of half a day into it, and takes pictures of the
page with a headless Chromium (Debian's package chromium). The points are the same each time, but for the time of day.
"""
import argparse
import math
import os
import random
import subprocess
import sys
import tempfile
import time
import urllib.request

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "src", "main", "python"))
from eardrum import Client  # noqa: E402

STEP, STEPS = 60, 12 * 60
SHOWN = "key=web.oak.cpu&key=web.elm.cpu&key=web.ash.cpu&range=6h"
SCHEMES = {"dark": 0, "light": 1}


def wave(index, hours, phase=0.0):
    return math.sin(2 * math.pi * (index * STEP / 3600 / hours + phase))


def points(now):
    chance = random.Random(7)
    start = now - now % STEP - STEPS * STEP
    for number, host in enumerate(("oak", "elm", "ash")):
        drift = 0.0
        for index in range(STEPS + 1):
            at = start + index * STEP
            drift = 0.92 * drift + chance.gauss(0, 1.2)
            deploy = 28 * math.exp(-max(0, index - 560 - 9 * number) / 25) if index >= 560 + 9 * number else 0
            cpu = 34 + 6 * number + 9 * wave(index, 9, number / 7) + 3 * wave(index, 1.5, number / 3) + drift + deploy
            yield f"web.{host}.cpu", round(max(1.0, cpu), 1), at
            yield f"web.{host}.memory", round(61 + 4 * number + 2 * wave(index, 12), 1), at
            yield f"web.{host}.requests", float(index * (900 + 40 * number)), at
            yield f"web.{host}.load", round(cpu / 20, 2), at
    for room, mean in (("cellar", 11.5), ("office", 21.0), ("attic", 24.5)):
        for index in range(STEPS + 1):
            yield f"house.{room}.temperature", round(mean + 1.5 * wave(index, 24, 0.6) + chance.gauss(0, 0.05), 2), start + index * STEP
    for disk in ("root", "data"):
        for index in range(STEPS + 1):
            yield f"db.yew.disk.{disk}.used", round(48.0 + index / 90 + (20 if disk == "data" else 0), 2), start + index * STEP


def free_ports():
    lines = subprocess.run([sys.executable, os.path.join(ROOT, "src", "build", "ports.py"), "2"], capture_output=True, text=True, check=True)
    return [int(word) for word in lines.stdout.split()]


def wait(url, server):
    for _ in range(240):
        try:
            urllib.request.urlopen(url, timeout=5).close()
            return
        except OSError:
            if server.poll() is not None:
                sys.exit("the server did not start")
            time.sleep(0.5)
    sys.exit("the server did not start in time")


def take(browser, url, scheme, folder, target):
    subprocess.run([browser, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--lang=en-US",
                    f"--user-data-dir={os.path.join(folder, scheme)}", "--force-device-scale-factor=1", "--window-size=1200,700",
                    f"--blink-settings=preferredColorScheme={SCHEMES[scheme]}", "--virtual-time-budget=20000",
                    f"--screenshot={target}", url], check=True, timeout=180, stderr=subprocess.DEVNULL)
    print(f"{os.path.relpath(target, ROOT)}: {os.path.getsize(target)} bytes")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--browser", default="/usr/bin/chromium")
    options = parser.parse_args()
    tcp, http = free_ports()
    pictures = os.path.join(ROOT, "docs", "pictures")
    os.makedirs(pictures, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        server = subprocess.Popen(["java", "-Xmx300m", "-jar", os.path.join(ROOT, "target", "eardrum.jar"), f"--server.port={http}",
                                   f"--eardrum.tcp.port={tcp}", "--eardrum.storage.type=memory"], cwd=folder, stdout=subprocess.DEVNULL)
        try:
            page = f"http://127.0.0.1:{http}/"
            wait(page, server)
            with Client("127.0.0.1", tcp, timeout=60) as client:
                print(f"{client.put_many(points(int(time.time())))} points")
            for scheme in SCHEMES:
                take(options.browser, f"{page}#{SHOWN}", scheme, folder, os.path.join(pictures, f"page-{scheme}.png"))
        finally:
            server.terminate()
            server.wait(30)


if __name__ == "__main__":
    main()
