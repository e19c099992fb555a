#!/usr/bin/env python3
"""Lists the libraries that the server is made of, with their licences, from the bill of materials in the jar.

    ./mvnw package -DskipTests
    python3 src/build/third_party.py            # writes THIRD-PARTY.md, and shortens the bill in the sources
    python3 src/build/third_party.py --check    # fails if it isn't up to date

Fails if the bill is not what is in the jar, by checksums (./mvnw -P bill generate-resources writes it anew, and needs the network), or
if a library has no licence, or none of ALLOWED.
"""
import hashlib
import json
import os
import sys
import zipfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
JAR = os.path.join(ROOT, "target", "eardrum.jar")
LIST = os.path.join(ROOT, "THIRD-PARTY.md")
BILL = "META-INF/sbom/application.cdx.json"
SOURCE = os.path.join(ROOT, "src", "main", "resources", *BILL.split("/"))
LIBRARIES = "BOOT-INF/lib/"
# Of the chart library a few files are unpacked, and starters are empty; what lets the jar extract itself comes with the plugin of Spring Boot.
NOT_A_JAR, NOT_IN_THE_BILL = ("uplot", "spring-boot-starter"), "spring-boot-jarmode-tools-"

# What a library calls its licence, where that is not the name that SPDX gives it.
SPDX = {"Go License": "BSD-3-Clause"}

# May be shipped with a program under the Apache License 2.0. Of several, the recipient may choose.
ALLOWED = {"Apache-2.0", "MIT", "MIT-0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "EPL-2.0"}

HEAD = """# Third-party software

Eardrum itself is under the [Apache License 2.0](LICENSE). The jar and the image contain the libraries below, each under one of its
licences; where there are several, the recipient may choose. The bill of materials in the jar (`META-INF/sbom/application.cdx.json`, at
`/actuator/sbom/application`) has their versions and checksums. The library of RocksDB contains zlib, bzip2, LZ4, Snappy and Zstandard, under
the zlib, bzip2, and BSD licences.

Written by `src/build/third_party.py`, which also fails where a licence is none of those allowed.

| library | licences |
| --- | --- |
"""


def read_jar():
    """The bill, and the names of the libraries by their checksums."""
    with zipfile.ZipFile(JAR) as jar:
        libraries = {hashlib.sha256(jar.read(name)).hexdigest(): name[len(LIBRARIES):] for name in jar.namelist()
                     if name.startswith(LIBRARIES) and name.endswith(".jar")}
        return json.loads(jar.read(BILL)), libraries


def differences(components, libraries):
    """What is in the jar and not in the bill, or the reverse."""
    listed = {entry["content"]: f"{component['name']}-{component['version']}.jar" for component in components
              for entry in component["hashes"] if entry["alg"] == "SHA-256" and not component["name"].startswith(NOT_A_JAR)}
    more = [name for key, name in libraries.items() if key not in listed and not name.startswith(NOT_IN_THE_BILL)]
    less = [name for key, name in listed.items() if key not in libraries]
    return [f"{name} is not in the bill of materials" for name in more] + \
        [f"{name} is in the bill of materials, and not in the jar" for name in less]


def shorten_bill():
    """Leaves out where libraries were once uploaded to: it says nothing about what they are."""
    with open(SOURCE, encoding="utf-8") as file:
        bill = json.load(file)
    for component in bill["components"]:
        if "externalReferences" in component:
            component["externalReferences"] = [reference for reference in component["externalReferences"]
                                               if reference["type"] != "distribution-intake"]
    with open(SOURCE, "w", encoding="utf-8") as file:
        json.dump(bill, file, indent=2, separators=(",", " : "), ensure_ascii=False)


def licences(component):
    names = []
    for entry in component.get("licenses", []):
        licence = entry.get("license", {})
        name = entry.get("expression") or licence.get("id") or licence.get("name")
        names.append(SPDX.get(name, name))
    return names


def main():
    bill, libraries = read_jar()
    rows, problems = [], differences(bill["components"], libraries)
    for component in bill["components"]:
        name = f"{component['group']}:{component['name']}"
        names = licences(component)
        if not ALLOWED.intersection(names):
            problems.append(f"{name} has {' or '.join(names) or 'no licence'}, and allowed are {', '.join(sorted(ALLOWED))}")
        rows.append(f"| {name} | {', '.join(names)} |\n")
    text = HEAD + "".join(sorted(rows))
    if "--check" in sys.argv[1:]:
        with open(LIST, encoding="utf-8") as old:
            if old.read() != text:
                problems.append("THIRD-PARTY.md is out of date: python3 src/build/third_party.py")
    else:
        with open(LIST, "w", encoding="utf-8") as new:
            new.write(text)
        shorten_bill()
    for problem in problems:
        print(problem)
    print(f"{len(rows)} libraries, {len(problems)} problems")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
