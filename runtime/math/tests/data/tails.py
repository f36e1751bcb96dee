"""Writes tails.csv: incomplete gamma and beta functions, the error family, Bessel functions and others, as references.py does
(same columns), from series of positive terms in 60 digits and more.

Run in this folder: python3 tails.py
"""

import csv
from multiprocessing import Pool

from mpmath import asinh, bernoulli, besseli, cosh, erf, erfc, erfinv, exp, factorial, fsum, inf, log, log1p, loggamma, mp
from mpmath import mpf, nstr, pi, psi, quad, sqrt, zeta

mp.dps = 60


def gamma_kernel(a, x):
    """log of x^a exp(-x) / gamma(a)."""
    return a * log(x) - x - loggamma(a)


def gamma_series(a, x):
    term = total = 1 / a
    n = a
    while term > total * mp.eps:
        n += 1
        term *= x / n
        total += term
    return gamma_kernel(a, x) + log(total)


def gamma_fraction(a, x):
    b = x + 1 - a
    c, d = mpf(10) ** 200, 1 / b
    h, i = d, 0
    while True:
        i += 1
        numerator = -i * (i - a)
        b += 2
        d = 1 / (numerator * d + b)
        c = b + numerator / c
        h *= c * d
        if abs(c * d - 1) < mpf(10) ** -45:
            return gamma_kernel(a, x) + log(h)


def complement(series, kernel, *arguments):
    """log(1 - exp(series)), with as many more digits as are lost where the series is near 0."""
    value = series(*arguments)
    if value < -1:
        return log1p(-exp(value))
    with mp.workdps(80 + int(abs(kernel(*arguments)) / 2.3)):
        return log1p(-exp(series(*arguments)))


def log_gamma_p(a, x):
    if x <= a + 1:
        return gamma_series(a, x)
    return log1p(-exp(log_gamma_q(a, x)))


def log_gamma_q(a, x):
    if x > 3 + 1.001 * a:
        return gamma_fraction(a, x)
    return complement(gamma_series, gamma_kernel, a, x)


def beta_kernel(a, b, x):
    return a * log(x) + b * log1p(-x) - (loggamma(a) + loggamma(b) - loggamma(a + b))


def beta_series(a, b, x):
    term = total = 1 / a
    n = 0
    while term > total * mp.eps or (a + b + n) * x > a + 1 + n:
        term *= (a + b + n) / (a + 1 + n) * x
        n += 1
        total += term
    return beta_kernel(a, b, x) + log(total)


def log_beta_p(a, b, x):
    if x < 0.999:
        return beta_series(a, b, x)
    return complement(beta_series, beta_kernel, b, a, 1 - x)


def log_beta_q(a, b, x):
    if x > 0.001:
        with mp.workdps(80):
            return beta_series(b, a, 1 - x)
    return complement(beta_series, beta_kernel, a, b, x)


def inverse(log_tail, log_kernel, sign, scale, arguments):
    """The row of an inverse, for a probability that a double holds and that belongs to about the last argument."""
    *shapes, x = map(mpf, arguments)
    value = exp(log_tail(*shapes, x))
    rounded = mpf(float(value))
    # The second order of Newton's step is below the digits kept.
    solution = x * (1 + sign * (rounded - value) / exp(log_kernel(*shapes, x)) * scale(x))
    return (*arguments[:-1], float(value)), solution


def owens_t(h, a):
    if h == 0:
        return mp.atan(a) / (2 * pi)
    end = min(a, 14 / h)
    points = [end * i / 8 for i in range(9)]
    return exp(-h * h / 2) / (2 * pi) * quad(lambda x: exp(-h * h * x * x / 2) / (1 + x * x), points)


def normal_quantile(p):
    if p == 0.5:
        return mpf(0)
    with mp.workdps(400):
        z = -sqrt(-2 * log(min(p, 1 - p)))
        for _ in range(60):
            tail = erfc(-z / sqrt(2)) / 2
            step = log(tail / min(p, 1 - p)) * tail / exp(-z * z / 2) * sqrt(2 * pi)
            z -= step
            if abs(step) < mpf(10) ** -40:
                break
        return z if p < 0.5 else -z


def gamma_arguments():
    rows = []
    for a in [1e-300, 1e-8, 1e-3, 0.3, 0.999, 1.0, 1.5, 5.0, 9.99, 10.0, 19.9, 20.1, 50.0, 1e3, 1e5, 1e6]:
        width = max(a, 1.0) ** 0.5
        for z in [-30, -8, -1, -0.01, 0, 1, 8, 30, 150]:
            x = a + z * width
            if x > 0 and not (a < 1 and z > 30):
                rows.append((a, x))
        rows += [(a, a * f) for f in (1e-10, 0.1, 0.5, 0.61, 0.63, 0.9, 1.1, 1.37, 1.39, 3.0)]
    rows += [(1e-3, 1e-300), (0.3, 1e-300), (0.01, 0.5), (0.9, 1.09), (0.9, 1.11), (1e-8, 20.0), (0.5, 600.0), (0.5, 10000.0)]
    rows += [(1e8, 1e8 + 1e4 * z) for z in (-30, -1, 0, 8, 30)]
    return rows


def beta_arguments():
    rows = []
    shapes = [1e-10, 1e-3, 0.4, 2.5, 30.0, 1e3, 3e4]
    for a in shapes:
        for b in shapes:
            mean = a / (a + b)
            width = (mean * (1 - mean) / (a + b + 1)) ** 0.5
            for x in [mean + width * z for z in (-12, -2, 0, 2, 12)] + [mean * 1e-6, 0.2 * mean, mean + 0.8 * (1 - mean)]:
                if 1e-14 < x < 1 - 1e-7:
                    rows.append((a, b, x))
    rows += [(1e-3, 1e5, 1e-300), (0.5, 0.5, 1e-30), (5e5, 0.5, 0.999999), (1e-3, 1e5, 1e-3), (2.0, 3.0, 1e-160)]
    rows += [(1e6, 1e6, 0.5 + z * 3.5e-4) for z in (-30, -5, -1, 0, 1, 5, 30)]
    rows += [(1e8, 1e8, 0.5 + z * 3.5e-5) for z in (-6, 1)] + [(10.0, 1e8, x) for x in (1e-9, 5e-8, 1e-7, 2e-7, 2e-6)]
    return rows


def grade(log_value):
    return "tail" if abs(log_value) > 50 else "relative"


def log_grade(log_value, log_other):
    """A logarithm near 0 has the relative error of the other tail."""
    return grade(log_other) if abs(log_value) < 1e-3 else grade(log_value)


def tails(name, log_lower, log_upper, arguments):
    for row in arguments:
        values = [log_lower(*map(mpf, row)), log_upper(*map(mpf, row))]
        # The smaller tail has the digits that the larger one's logarithm lacks.
        large = values.index(max(values))
        values[large] = log1p(-exp(values[1 - large]))
        for side, value, other in (("p", values[0], values[1]), ("q", values[1], values[0])):
            if value > -705:
                yield f"{name}_{side}", row, exp(value), grade(value)
            yield f"log_{name}_{side}", row, value, log_grade(value, other)


def inverses(name, log_lower, log_upper, kernel, scale, arguments):
    for row in arguments:
        for side, log_tail, sign in (("p", log_lower, 1), ("q", log_upper, -1)):
            value = log_tail(*map(mpf, row))
            # Beyond a half, the probability's own rounding decides.
            if -700 < value < log(mpf("0.6")) and row[0] < 1e7:
                arguments, solution = inverse(log_tail, kernel, sign, scale, row)
                hard = min(row[:-1]) < 0.1 or value < -50
                yield f"{name}_{side}_inverse", arguments, solution, "tail" if hard else "relative"


# For small shapes the quantile underflows or moves by more than its own size.
GAMMA_SHAPES = [row for row in gamma_arguments() if row[0] > 1e-4][::2]
BETA_SHAPES = [row for row in beta_arguments() if min(row[:2]) > 1e-4 and max(row[:2]) < 1e7][::3]

SIGNED = [s * x for x in [1e-300, 1e-10, 1e-3, 0.1, 0.4, 0.6, 0.9, 1.5, 3.0, 5.5] for s in (1, -1)]
QUANTILES = [1e-300, 1e-100, 1e-20, 1e-6, 0.01, 0.2, 0.2499, 0.2501, 0.4, 0.4999999, 0.5, 0.6, 0.76, 0.99, 1 - 1e-10]
ORDERS = [0.0, 1e-10, 0.25, 0.49999, 0.5, 1.0, 1.5, 2.5, 3.7, 10.0, 29.9, 30.1, 100.0, 12345.6, 1e6]
POSITIVE = [1e-300, 1e-20, 1e-5, 0.1, 0.5, 1.0, 1.49, 1.51, 2.0, 5.0, 19.9, 20.1, 50.0, 300.0, 1e4, 1e8]


def scaled_erfc(x):
    with mp.workdps(100):
        return exp(x * x) * erfc(x)


def log_normal_tail(z):
    with mp.workdps(60 + (int(z * z / 4) if z < 0 else 0)):
        return log(erfc(z / sqrt(2)) / 2)


def elementary():
    for x in SIGNED + [0.0]:
        yield "erf", (x,), erf(mpf(x)), "relative"
        yield "erfc", (x,), erfc(mpf(x)), "relative"
    for x in SIGNED + [0.0, 2.0, 4.0, 9.0, 27.0, 100.0, 1e8, 1e160, -10.0, -26.0]:
        value = scaled_erfc(mpf(x)) if x < 1e4 else 1 / (mpf(x) * sqrt(pi))
        yield "erfcx", (x,), value if x < 1e4 else value * (1 - 1 / (2 * mpf(x) ** 2)), "relative"
    for x in [s * y for y in [1e-300, 1e-9, 1e-7, 0.01, 0.3, 0.49, 0.51, 0.9, 0.999, 1 - 1e-12] for s in (1, -1)]:
        yield "erf_inverse", (x,), erfinv(mpf(x)), "relative"
        yield "erfc_inverse", (1 - x,), erfinv(1 - mpf(1 - x)), "relative"
    for q in QUANTILES:
        yield "quantile", (q,), normal_quantile(mpf(q)), "relative"
        yield "quantile_ccdf", (q,), -normal_quantile(mpf(q)), "relative"
    for z in [s * y for y in [0.0, 1e-10, 0.3, 1.0, 5.0, 10.0, 20.0, 37.0] for s in (1, -1)]:
        yield "cdf", (z,), exp(log_normal_tail(-mpf(z))), "relative"
        yield "ccdf", (z,), exp(log_normal_tail(mpf(z))), "relative"
        yield "log_cdf", (z,), log_normal_tail(-mpf(z)), "relative"
        yield "log_ccdf", (z,), log_normal_tail(mpf(z)), "relative"
    for z in [-1e6, -142.0, -40.0]:
        yield "log_cdf", (z,), log_normal_tail(-mpf(z)), "relative"


def log_besselk(nu, x):
    """Half the integral of exp(nu t - x cosh t) over the line, by the trapezoidal rule from the peak outwards."""
    peak = asinh(nu / x)
    height = nu * peak - x * cosh(peak)
    step = min(mpf(1) / 10, mpf(2) / 5 / sqrt(sqrt(nu * nu + x * x)))
    total = mpf(1)
    for direction in (step, -step):
        n = 0
        while True:
            n += 1
            t = peak + n * direction
            exponent = nu * t - x * cosh(t) - height
            total += exp(exponent)
            if exponent < -110:
                break
    return log(total * step / 2) + height


def bessel():
    for x in POSITIVE:
        for n in (0, 1):
            with mp.workdps(60 + (700 if x < 1e-4 else 0)):
                yield f"log_i{n}", (x,), log(besseli(n, mpf(x))), "mixed" if x > 1e-4 and n == 1 else "relative"
        yield "i1_over_i0", (x,), besseli(1, mpf(x)) / besseli(0, mpf(x)), "relative"
        for nu in ORDERS:
            value = log_besselk(mpf(nu), mpf(x))
            yield "log_k", (nu, x), value, "mixed"
            if abs(value) < 700:
                yield "k", (nu, x), exp(value), "tail" if nu > 30 or abs(value) > 50 else "relative"


def hurwitz_zeta(s, q):
    """By Euler and Maclaurin's formula from q + 3000 on (mpmath's own loses digits for a large q)."""
    total = fsum((q + k) ** -s for k in range(3000))
    q += 3000
    total += q ** (1 - s) / (s - 1) + q**-s / 2
    factor = s / q
    for j in range(1, 15):
        total += bernoulli(2 * j) / factorial(2 * j) * factor * q**-s
        factor *= (s + 2 * j - 1) * (s + 2 * j) / q**2
    return total


def others():
    for h in [0.0, 1e-10, 0.1, 0.7, 1.0, 2.5, 5.0, 10.0, 30.0]:
        for a in [1e-20, 0.01, 0.3, 0.99, 1.0, 1.01, 3.0, 50.0, 1e10]:
            yield "owens_t", (h, a), owens_t(mpf(h), mpf(a)), "tail" if h > 9 else "relative"
    for x in [1e-150, 1e-8, 0.1, 0.5, 1.0, 1.46, 1.5, 3.3, 9.9, 11.9, 12.1, 50.0, 1e8, 1e200, -0.3, -1.5, -7.99, -30.25]:
        yield "trigamma", (x,), psi(1, mpf(x)), "relative"
    for x in [1.0, 1.4, 1.4616321449683623, 1.4616321449683622, 1.47, 1.9, 2.0, 2.1, 0.9]:
        yield "digamma", (x,), psi(0, mpf(x)), "relative"
    for x in [s * y for y in [1e-300, 1e-10, 1e-3, 0.0099, 0.0101, 0.3, 0.49, 0.51, 0.9] for s in (1, -1)] + [3.0, 1e5]:
        with mp.workdps(400):
            yield "log_gamma1p", (x,), loggamma(1 + mpf(x)), "relative"
    for x in [0.2, 1.0, 5.0, 20.0, 1e6]:
        for step in [1e-300, 1e-10, 0.001 * x, 0.19 * x]:
            with mp.workdps(400):
                yield "log_gamma_step", (x, step), loggamma(mpf(x) + mpf(step)) - loggamma(mpf(x)), "relative"
    for s in [1 + 1e-12, 1.001, 1.1, 1.5, 2.0, 3.7, 8.0, 15.0, 24.0, 50.0, 200.0]:
        yield "zeta", (s,), zeta(mpf(s)), "relative"
        for q in [1e-3, 0.5, 1.0, 3.3, 10.0, 12.6, 30.0, 1e3]:
            yield "hurwitz_zeta", (s, q), hurwitz_zeta(mpf(s), mpf(q)), "relative"
    for a, b in [(0.0, -1.0), (-1e4, -10000.5), (1.0, 1.0 - 1e-10), (700.0, -700.0), (-0.1, -1e-300 - 0.2)]:
        yield "log_diff_exp", (a, b), mpf(a) + log(1 - exp(mpf(b) - mpf(a))), "mixed"
        yield "log_add_exp", (a, b), mpf(a) + log1p(exp(mpf(b) - mpf(a))), "mixed"
    for x in [s * y for y in [1e-20, 0.1, 1.0, 30.0, 700.0] for s in (1, -1)]:
        with mp.workdps(400):
            yield "log_inv_logit", (x,), -log1p(exp(-mpf(x))), "relative"
            yield "log1m_inv_logit", (x,), -log1p(exp(mpf(x))), "relative"


def gamma_rows():
    yield from tails("gamma", log_gamma_p, log_gamma_q, gamma_arguments())
    yield from inverses("gamma", log_gamma_p, log_gamma_q, gamma_kernel, lambda x: 1, GAMMA_SHAPES)


def beta_rows():
    yield from tails("beta", log_beta_p, log_beta_q, beta_arguments())
    yield from inverses("beta", log_beta_p, log_beta_q, beta_kernel, lambda x: 1 - x, BETA_SHAPES)


PARTS = [elementary, others, bessel, gamma_rows, beta_rows]


def lines(part):
    """The rows of a part, as they are written."""
    return [
        [name, ";".join(map(repr, arguments)), nstr(mpf(value), 25), kind]
        for name, arguments, value, kind in PARTS[part]()
        if abs(value) < inf and (value == 0 or abs(value) > mpf(10) ** -305)
    ]


def main():
    with Pool() as pool, open("tails.csv", "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["function", "arguments", "value", "grade"])
        for part in pool.imap(lines, range(len(PARTS))):
            writer.writerows(part)
            file.flush()


if __name__ == "__main__":
    main()
