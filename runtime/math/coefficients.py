"""Writes src/coefficients.rs: the expansions that the special functions evaluate, computed with 60 digits of mpmath.

Run in this folder: python3 coefficients.py && rustfmt --edition 2024 --config max_width=120 src/coefficients.rs
"""

from mpmath import cos, digamma, erfc, exp, findroot, fsum, mp, mpf, pi, psi, rgamma, sqrt, taylor, zeta

mp.dps = 60

HEADER = """//! Coefficients of expansions, written by `coefficients.py`; each comment says of what. Lowest order first.

#![allow(clippy::excessive_precision)]
"""


def chebyshev(function, count):
    """The first coefficients of a function on [-1, 1], by interpolation in three times as many points."""
    points = 3 * count
    values = [function(cos(pi * (j + mpf(1) / 2) / points)) for j in range(points)]
    coefficients = []
    for k in range(count):
        total = fsum(values[j] * cos(pi * k * (j + mpf(1) / 2) / points) for j in range(points))
        coefficients.append((2 if k else 1) * total / points)
    return coefficients


def monomials(coefficients):
    """The same polynomial in powers."""
    count = len(coefficients)
    before, current = [mpf(1)] + [mpf(0)] * (count - 1), [mpf(0), mpf(1)] + [mpf(0)] * (count - 2)
    result = [coefficients[0] * a + coefficients[1] * b for a, b in zip(before, current)]
    for c in coefficients[2:]:
        following = [(2 * current[i - 1] if i else mpf(0)) - before[i] for i in range(count)]
        result = [r + c * f for r, f in zip(result, following)]
        before, current = current, following
    return result


def polynomial(function, count):
    return monomials(chebyshev(function, count))


def scaled_erfc(x):
    if x > 60:
        total, term = mpf(0), mpf(1)
        for k in range(1, 60):
            total += term
            term *= -(2 * k - 1) / (2 * x * x)
        return total / (x * sqrt(pi))
    return exp(x * x) * erfc(x)


def erfcx_on_unit(t):
    if t >= 1:
        return 2 / sqrt(pi)
    x = 4 * (1 + t) / (1 - t)
    return (1 + 2 * x) * scaled_erfc(x)


def temme(orders, degrees):
    """C_k(eta) of Temme (1979), 1.4 and 1.5: C_0 = 1 / mu - 1 / eta, C_k = C_{k-1}' / eta - C_{k-1}'(0) / mu."""
    count = degrees + 2 * orders + 4
    # mu - log(1 + mu) = eta^2 / 2, hence mu mu' = eta (1 + mu).
    mu = [mpf(0), mpf(1)]
    for n in range(2, count + 2):
        known = fsum(mu[i] * mu[n + 1 - i] for i in range(2, n)) * (n + 1) / 2
        mu.append((mu[n - 1] - known) / (n + 1))
    # eta / mu as a series.
    shifted = mu[1:]
    inverse = [mpf(1)]
    for n in range(1, count + 1):
        inverse.append(-fsum(shifted[i] * inverse[n - i] for i in range(1, n + 1)))
    current = inverse[1:]
    rows = [current]
    for _ in range(1, orders):
        derivative = [(n + 1) * c for n, c in enumerate(current[1:])]
        gamma = -derivative[0]
        current = [d + gamma * i for d, i in zip(derivative[1:], inverse[1:])]
        rows.append(current)
    return rows


def debye(orders):
    """u_k(p) of Abramowitz and Stegun 9.3.9, 9.3.10, as the coefficients of p^k, p^(k+2), .., p^(3k)."""
    current = {0: mpf(1)}
    rows = [[mpf(1)]]
    for k in range(1, orders):
        following = {}
        for power, c in current.items():
            for to, factor in ((power + 1, mpf(power) / 2), (power + 3, -mpf(power) / 2)):
                following[to] = following.get(to, 0) + factor * c
            for to, factor in ((power + 1, mpf(1) / 8 / (power + 1)), (power + 3, -mpf(5) / 8 / (power + 3))):
                following[to] = following.get(to, 0) + factor * c
        current = following
        rows.append([current.get(power, mpf(0)) for power in range(k, 3 * k + 1, 2)])
    return rows


def legendre(count):
    """Nodes and weights on [0, 1]."""
    nodes = []
    for i in range(count):
        x = cos(pi * (i + mpf(3) / 4) / (count + mpf(1) / 2))
        for _ in range(12):
            before, value = mpf(1), x
            for n in range(1, count):
                before, value = value, ((2 * n + 1) * x * value - n * before) / (n + 1)
            derivative = count * (before - x * value) / (1 - x * x)
            x -= value / derivative
        nodes.append(((1 - x) / 2, 1 / ((1 - x * x) * derivative**2)))
    return nodes


def digamma_root():
    return findroot(digamma, mpf("1.4616321449683623"))


def number(x):
    return repr(float(x))


def table(name, comment, values):
    body = ",\n    ".join(number(v) for v in values)
    return f"/// {comment}\npub const {name}: [f64; {len(values)}] = [\n    {body},\n];\n"


def rows(name, comment, values):
    body = ",\n    ".join("&[" + ", ".join(number(v) for v in row) + "]" for row in values)
    return f"/// {comment}\npub const {name}: [&[f64]; {len(values)}] = [\n    {body},\n];\n"


def pairs(name, comment, values):
    body = ",\n    ".join(f"({number(a)}, {number(b)})" for a, b in values)
    return f"/// {comment}\npub const {name}: [(f64, f64); {len(values)}] = [\n    {body},\n];\n"


def temme_rows():
    """Only what counts beside 1 for a >= 20 and eta in [-0.52, 0.5], or for a = 20 at eta = 0."""
    kept = []
    for k, row in enumerate(temme(14, 40)):
        last = max((n for n, c in enumerate(row) if abs(c) * mpf("0.52") ** n * mpf(20) ** -k > 2e-18), default=-1)
        if last < 0:
            break
        kept.append(row[: last + 1])
    return kept


def digamma_quotient(root, t):
    """digamma(x) / (x - root) for x = 1.5 + t / 2."""
    x = mpf("1.5") + t / 2
    if abs(x - root) < mpf(10) ** -25:
        return psi(1, root)
    return digamma(x) / (x - root)


def main():
    root = digamma_root()
    high = mpf(float(root))
    reciprocal = taylor(lambda z: rgamma(1 + z), 0, 26)
    parts = [
        HEADER,
        table("ERFCX", "(1 + 2 x) erfcx(x) in powers of (x - 4) / (x + 4), for x >= 0.", polynomial(erfcx_on_unit, 25)),
        rows("TEMME", "C_k(eta), k = 0, 1, .., of the uniform expansion of the incomplete gamma function.", temme_rows()),
        rows("DEBYE", "u_k(p) / p^k in powers of p^2, k = 0, 1, .., of the uniform expansion of the Bessel functions.", debye(15)),
        table("RECIPROCAL_GAMMA", "1 / gamma(1 + z) in powers of z.", reciprocal[:24]),
        table("LOG_GAMMA1P", "The coefficients of z^2, z^3, .. in lgamma(1 + z) + log1p(z) - (1 - gamma) z.",
              [(-1) ** k * (zeta(k) - 1) / k for k in range(2, 28)]),
        pairs("LEGENDRE_6", "Nodes and weights of Gauss and Legendre on [0, 1].", legendre(6)),
        pairs("LEGENDRE_40", "Nodes and weights of Gauss and Legendre on [0, 1].", legendre(40)),
        pairs("DIGAMMA_ROOT", "The positive root of digamma, as a double and the rest.", [(high, root - high)]),
        table("DIGAMMA_NEAR_ROOT", "digamma(x) / (x - root) in powers of 2 x - 3, for x in [1, 2].",
              polynomial(lambda t: digamma_quotient(root, t), 24)),
    ]
    with open("src/coefficients.rs", "w") as file:
        file.write("\n".join(parts))


main()
