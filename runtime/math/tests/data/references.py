"""Writes functions.csv: values of the special functions to 25 digits, from their definitions, with 50 digits of mpmath.

The arguments of a row are separated by ';', and every one is the shortest decimal of a double (or an integer), so that a
reader gets the same arguments as were used here. The column `grade` says which tolerance applies. Run in this folder:
python3 references.py
"""

import csv

from mpmath import digamma, erfc, exp, expm1, fsum, log, log1p, loggamma, mp, mpf, nstr, pi, sqrt

mp.dps = 50


def lgamma(x):
    return loggamma(x).real


def log_beta(a, b):
    return loggamma(a) + loggamma(b) - loggamma(a + b)


def log_choose(n, k):
    return loggamma(n + 1) - loggamma(k + 1) - loggamma(n - k + 1)


def stirling_error(x):
    return loggamma(x) - ((x - 0.5) * log(x) - x + log(2 * pi) / 2)


def normal_cdf(x):
    return erfc(-x / sqrt(2)) / 2


def normal_log_cdf(x):
    return log1p(-normal_cdf(-x)) if x > 0 else log(normal_cdf(x))


def half_deviance(x, mean):
    # Near the mean, half of the digits cancel twice.
    with mp.workdps(120):
        return x * log(x / mean) + mean - x


def log_poisson(x, mean):
    return (x * log(mean) if x else 0) - mean - loggamma(x + 1)


def log_gamma_kernel(shape, y):
    return shape * log(y) - y - loggamma(shape)


def log_binomial(x, rest, p, q):
    return log_choose(x + rest, x) + x * log(p) + rest * log(q)


SMALL = [1e-300, 1e-20, 1e-8, 1e-3]
MIDDLE = [0.1, 0.5, 0.9, 1.0, 1.1, 1.4616321449683623, 1.5, 2.0, 3.7, 7.0, 9.99, 10.0, 10.01, 15.5, 33.0, 171.5]
LARGE = [1e3, 12345.678, 1e6, 1e8, 1e15, 1e100, 1e300]
NEGATIVE = [-1e-8, -0.1, -0.5, -1.5, -2.457024738220801, -3.3, -10.7]
SIGNED = [s * x for x in [1e-300, 1e-20, 1e-8, 0.1, 0.5, 0.7, 1.0, 3.0, 20.0, 36.0, 40.0, 700.0] for s in (1, -1)] + [0.0]
PROBABILITIES = [1e-300, 1e-17, 1e-5, 0.1, 0.25, 0.4999, 0.5, 0.75, 0.999, 1 - 2.0**-53]
TAILS = [-1e150, -1e8, -1000.0, -100.0, -40.0, -37.5, -37.0, -36.9, -30.0, -20.0, -10.0, -6.0, -5.0]
CENTRE = [-4.0, -3.0, -2.0, -1.0, -0.3, -1e-8, 0.0, 1e-20, 0.3, 0.5, 1.0, 2.0, 3.0, 5.0, 6.0, 6.5, 8.0, 10.0, 30.0]
SHAPES = [1e-300, 1e-5, 0.3, 1.0, 2.0, 9.99, 10.0, 25.0, 1e3, 1e6, 1e9, 1e15]
MEANS = [1e-300, 1e-3, 0.5, 1.0, 8.0, 10.0, 26.0, 1001.0, 1e6, 1000300.0, 1e9]


def pairs(xs, ys):
    return [(x, y) for x in xs for y in ys]


# (name, function, grade, arguments)
CASES = [
    ("lgamma", lgamma, "mixed", [(x,) for x in SMALL + MIDDLE + LARGE + NEGATIVE]),
    ("digamma", lambda x: digamma(x), "mixed", [(x,) for x in SMALL + MIDDLE + LARGE + NEGATIVE]),
    ("log_factorial", lambda n: loggamma(n + 1), "relative", [(n,) for n in [0, 1, 2, 5, 20, 22, 23, 24, 170, 171, 10**6, 10**15]]),
    ("log_choose", log_choose, "mixed",
     [(0, 0), (5, 2), (22, 11), (23, 11), (23, 0), (23, 23), (50, 1), (100, 50), (1000, 3), (10**9, 5), (10**9, 5 * 10**8), (10**15, 10**15 - 1)]),
    ("log_beta", log_beta, "mixed", pairs(SHAPES, SHAPES)),
    ("stirling_error", stirling_error, "mixed", [(x,) for x in SHAPES]),
    ("softplus", lambda x: log1p(exp(x)), "relative", [(x,) for x in SIGNED]),
    ("inv_logit", lambda x: 1 / (1 + exp(-x)), "relative", [(x,) for x in SIGNED]),
    ("logit", lambda p: log(p) - log1p(-p), "mixed", [(p,) for p in PROBABILITIES]),
    ("log1mexp", lambda x: log(-expm1(x)), "relative", [(x,) for x in SIGNED if x < 0]),
    ("log1p_square", lambda x: log1p(x * x), "relative", [(x,) for x in SIGNED + LARGE if abs(x) > 1e-100 or x == 0]),
    ("log_sum_exp", lambda *xs: log(fsum(exp(x) for x in xs)), "mixed",
     [(1000.0, 1000.0), (-1000.0, -1001.0, -2000.0), (0.5,), (-1e300, 3.0), (700.0, 710.0, 720.0), (-0.5, -1.0, -2.0, -3.0)]),
    ("x_log_y", lambda x, y: x * log(y) if x else mpf(0), "relative", [(0.0, 0.0), (0.0, 2.0), (2.0, 1e-300), (-3.0, 7.0), (1e300, 1.5)]),
    ("x_log1p_y", lambda x, y: x * log1p(y) if x else mpf(0), "relative", [(0.0, -1.0), (1e10, 1e-20), (2.0, -0.999), (-3.0, 7.0)]),
    ("normal_cdf", normal_cdf, "relative", [(x,) for x in CENTRE]),
    ("normal_cdf", normal_cdf, "tail", [(x,) for x in TAILS if x > -38]),
    ("normal_log_cdf", normal_log_cdf, "relative", [(x,) for x in CENTRE + TAILS]),
    ("half_deviance", half_deviance, "relative",
     pairs([0.5, 1.0, 8.0, 25.0, 1e3, 1e6], MEANS) + [(1e9, 1e9 + 1), (1e9, 1e9 - 512), (10.0, 12.2), (10.0, 12.3), (5e-324, 1e300), (1e300, 1e-300)]),
    ("log_poisson", log_poisson, "mixed", pairs([0.0, 0.5, 1.0, 9.99, 10.0, 25.0, 1e3, 1e6], MEANS)),
    ("log_gamma_kernel", log_gamma_kernel, "mixed", pairs([x for x in SHAPES if x < 1e9], MEANS)),
    ("log_binomial", log_binomial, "mixed",
     [(x, rest, p, 1.0 - p) for x, rest in pairs([1.0, 7.5, 30.0, 1e6], [1.0, 12.0, 1e5, 1e9]) for p in [2.0**-40, 2.0**-10, 0.25, 0.5, 0.9375]]),
]


def main():
    with open("functions.csv", "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["function", "arguments", "value", "grade"])
        for name, function, grade, cases in CASES:
            for arguments in cases:
                with mp.workdps(400 if name in ("softplus", "inv_logit", "log1mexp", "log_sum_exp") else mp.dps):
                    value = function(*map(mpf, arguments))
                writer.writerow([name, ";".join(map(repr, arguments)), nstr(mpf(value), 25), grade])


main()
