"""Writes slices.csv: the elementary functions at random arguments to 25 digits, from 60 digits of mpmath (400 for tails).

Run in this folder: python3 slices.py
"""

import csv
import random

from mpmath import erfc, exp, expm1, log, log1p, mp, mpf, nstr, pi, sqrt

mp.dps = 400
random.seed(20)


def signed_powers(low, high, count):
    return [random.choice((-1, 1)) * 10 ** random.uniform(low, high) for _ in range(count)]


def between(low, high, count):
    return [random.uniform(low, high) for _ in range(count)]


def scaled_erfc(x):
    return exp(x * x) * erfc(x) if x < 1e3 else (1 - 1 / (2 * x * x) + 3 / (4 * x**4) - 15 / (8 * x**6)) / (x * sqrt(pi))


CASES = [
    ("exp", exp, between(-740, 709.7, 100) + between(-1, 1, 100) + signed_powers(-20, 2, 50)),
    ("exp_m1", expm1, between(-45, 709.7, 60) + between(-2, 2, 140) + signed_powers(-300, 0, 60)),
    ("ln", log, [abs(x) for x in signed_powers(-319, 308, 100)] + between(0.4, 2.1, 150)),
    ("ln_1p", log1p, between(-0.9999, 3, 200) + signed_powers(-300, -0.1, 60) + [abs(x) for x in signed_powers(0, 300, 60)]),
    ("erfcx", scaled_erfc, between(0, 1, 60) + between(0, 10, 60) + [abs(x) for x in signed_powers(-5, 12, 60)]),
    ("normal_cdf", lambda z: erfc(-z / sqrt(2)) / 2, between(-37.5, 9, 150) + between(-2, 2, 100) + signed_powers(-20, 0, 30)),
]


def main():
    with open("slices.csv", "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["function", "argument", "value"])
        for name, function, arguments in CASES:
            for x in arguments:
                writer.writerow([name, repr(x), nstr(function(mpf(x)), 25)])


main()
