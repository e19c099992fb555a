#!/usr/bin/env python3
"""Prints the corpus doubles.txt: the bits of a double in hex, a space, what repr prints.

    python3 doubles.py > doubles.txt

The seed is fixed, so the same lines come out each time.
"""
import random
import struct

SEED = 20040613


def double(bits):
    return struct.unpack(">d", struct.pack(">Q", bits))[0]


def bits(value):
    return struct.unpack(">Q", struct.pack(">d", value))[0]


def neighbours(value):
    """The double itself and the ones on both sides, where they are finite."""
    at = bits(value)
    return [double(b) for b in (at - 1, at, at + 1) if 0 <= b < 0x7FF0000000000000]


def edges():
    yield from (0.0, -0.0, 5e-324, -5e-324, 1e-323, 1.5e-323, 2e-323, 1.7976931348623157e308)
    yield from (9.5367431640625e-07, 2.0**-44, 5e-5, 9007199254740991.0, 9007199254740993.0)
    for exponent in (-1074, -1073, -1064, -1023, -1022, -1021):
        yield from neighbours(2.0**exponent)
    for exponent in range(-323, 309):
        yield float("1e%d" % exponent)
    for exponent in range(-1021, 1024, 16):
        yield from neighbours(2.0**exponent)
    for exponent in range(-6, 19):
        yield from neighbours(float("1e%d" % exponent))
        yield float("-9.999999e%d" % exponent)


def random_bits(source, count):
    while count:
        value = double(source.getrandbits(64))
        if value - value == 0:
            yield value
            count -= 1


def subnormals(source, count):
    for _ in range(count):
        yield double(source.getrandbits(source.randrange(1, 53)))


def short_decimals(source, count):
    for _ in range(count):
        digits = source.randrange(10 ** source.randrange(1, 18))
        yield float("%de%d" % (digits, source.randrange(-40, 30)))


def metrics(source, count):
    """What is measured: percentages, temperatures, bytes, seconds, rates."""
    for _ in range(count // 5):
        yield round(source.uniform(0, 100), source.randrange(0, 4))
        yield round(source.gauss(15, 12), 2)
        yield float(source.randrange(1 << source.randrange(1, 50)))
        yield round(source.expovariate(20), 6)
        yield source.randrange(1, 100000) / source.choice((3, 7, 8, 60, 1000, 1024))


def noisy_sums(source, count):
    for _ in range(count):
        yield sum(source.randrange(1, 10000) / 100 for _ in range(source.randrange(2, 9)))
    yield 0.1 + 0.2


def integers(source, count):
    """Around the powers where integers stop being exact and plain."""
    for _ in range(count):
        yield float(source.getrandbits(source.randrange(48, 70)))


def main():
    source = random.Random(SEED)
    for values in (
        edges(),
        random_bits(source, 1200),
        subnormals(source, 200),
        short_decimals(source, 800),
        metrics(source, 800),
        noisy_sums(source, 500),
        integers(source, 400),
    ):
        for value in values:
            print("%016x %r" % (bits(value), value))


if __name__ == "__main__":
    main()
