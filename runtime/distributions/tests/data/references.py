"""Writes log_densities.csv: log densities and log masses to 25 digits, from the definitions, with 50 digits of mpmath.

Arguments are separated by ';', the elements of an array by blanks, and every number is the shortest decimal of a double (or
an integer), so that a reader gets the same arguments as were used here. The column `grade` says which tolerance applies.
Run in this folder: python3 references.py
"""

import csv

from mpmath import det, inf, inverse, log, log1p, loggamma, matrix, mp, mpf, nstr, pi

mp.dps = 50


def log_choose(n, k):
    return loggamma(n + 1) - loggamma(k + 1) - loggamma(n - k + 1)


def x_log(x, logarithm):
    """x times a logarithm given as a function, which is not asked where x is 0."""
    return mpf(0) if x == 0 else x * logarithm()


def safe_log(y):
    return -inf if y == 0 else log(y)


def power(exponent, base):
    """log(base^exponent)."""
    return x_log(exponent, lambda: safe_log(base))


def log_rest(p):
    return -inf if p == 1 else log1p(-p)


def power_of_rest(exponent, p):
    """log((1 - p)^exponent), also where 50 digits do not tell 1 - p from 1."""
    return x_log(exponent, lambda: log_rest(p))


def normal(x, mu, sigma):
    return -((x - mu) / sigma) ** 2 / 2 - log(sigma) - log(2 * pi) / 2


def half_normal(x, sigma):
    return -inf if x < 0 else normal(x, 0, sigma) + log(2)


def log_normal(x, mu, sigma):
    return -inf if x <= 0 else normal(log(x), mu, sigma) - log(x)


def student_t(x, nu, mu, sigma):
    z = (x - mu) / sigma
    constant = loggamma((nu + 1) / 2) - loggamma(nu / 2) - log(nu * pi) / 2 - log(sigma)
    return constant - (nu + 1) / 2 * log1p(z * z / nu)


def cauchy(x, mu, sigma):
    return -log(pi * sigma) - log1p(((x - mu) / sigma) ** 2)


def half_cauchy(x, sigma):
    return -inf if x < 0 else cauchy(x, 0, sigma) + log(2)


def exponential(x, rate):
    return -inf if x < 0 else log(rate) - rate * x


def gamma(x, shape, rate):
    if x < 0:
        return -inf
    return shape * log(rate) - loggamma(shape) + power(shape - 1, x) - rate * x


def inverse_gamma(x, shape, scale):
    if x <= 0:
        return -inf
    return shape * log(scale) - loggamma(shape) - (shape + 1) * log(x) - scale / x


def beta(x, a, b):
    if not 0 <= x <= 1:
        return -inf
    constant = loggamma(a + b) - loggamma(a) - loggamma(b)
    return constant + power(a - 1, x) + power_of_rest(b - 1, x)


def uniform(x, lower, upper):
    return -log(upper - lower) if lower <= x <= upper else -inf


def bernoulli(x, p):
    return safe_log(p) if x else log_rest(p)


def binomial_mass(x, n, p):
    if not 0 <= x <= n:
        return -inf
    return log_choose(n, x) + power(x, p) + power_of_rest(n - x, p)


def poisson(x, rate):
    return -inf if x < 0 else power(x, rate) - rate - loggamma(x + 1)


def geometric(x, p):
    return -inf if x < 0 else log(p) + power_of_rest(x, p)


def categorical(x, probs):
    return safe_log(probs[int(x)]) if 0 <= x < len(probs) else -inf


def discrete_uniform(x, lower, upper):
    return -log(upper - lower + 1) if lower <= x <= upper else -inf


def dirichlet(x, alpha):
    if any(v < 0 for v in x) or abs(sum(x) - 1) > mpf("1e-8"):
        return -inf
    constant = loggamma(sum(alpha)) - sum(loggamma(a) for a in alpha)
    return constant + sum(power(a - 1, v) for a, v in zip(alpha, x))


def mv_normal(x, mu, sigma):
    n = len(mu)
    covariance = matrix(n, n)
    for i in range(n):
        for j in range(n):
            covariance[i, j] = sigma[i * n + j]
    r = matrix([a - m for a, m in zip(x, mu)])
    return -(r.T * inverse(covariance) * r)[0] / 2 - log(det(covariance)) / 2 - n * log(2 * pi) / 2


def text(value):
    if isinstance(value, list):
        return " ".join(map(text, value))
    return str(value).lower() if isinstance(value, bool) else repr(value)


def exact(value):
    if isinstance(value, list):
        return [exact(v) for v in value]
    return value if isinstance(value, bool) else mpf(value)


REALS = [-1e300, -1e10, -37.5, -3.0, -1.0, -1e-3, -1e-300, 0.0, 5e-324, 1e-8, 0.1, 0.5, 1.0, 2.5, 10.0, 1e3, 1e15, 1e300]
COUNTS = [-1, 0, 1, 2, 3, 5, 9, 10, 11, 19, 20, 21, 22, 23, 50, 170, 1000]
MILD = [-3.0, -1.0, -0.1, 0.0, 0.3, 1.0, 2.5, 6.0]
POSITIVES = [-1.0, 1e-3, 0.1, 0.5, 1.0, 2.5, 10.0, 30.0]

# (name in the catalogue, formula, grade, arguments, points)
CASES = [
    ("Normal", normal, "body", [[0.0, 1.0], [1.5, 0.3], [-20.0, 7.0]], MILD),
    ("Normal", normal, "extreme", [[0.0, 1.0], [0.0, 1e-300], [0.0, 1e150]], [x for x in REALS if abs(x) < 1e150]),
    ("Normal", normal, "extreme", [[123456789.0, 1e-4]], [123456789.0, 123456789.0001, 123456788.999, 123456790.0, 0.0]),
    ("HalfNormal", half_normal, "body", [[1.0], [0.3], [7.0]], POSITIVES),
    ("HalfNormal", half_normal, "extreme", [[1.0], [1e-100], [1e100]], [x for x in REALS if abs(x) < 1e50]),
    ("LogNormal", log_normal, "body", [[0.0, 1.0], [-2.0, 0.5], [3.0, 2.0]], POSITIVES),
    ("LogNormal", log_normal, "extreme", [[0.0, 1.0], [10.0, 1e-3], [0.0, 1e3]], REALS),
    ("StudentT", student_t, "body", [[1.0, 0.0, 1.0], [3.5, 1.0, 2.0], [30.0, -1.0, 0.1]], MILD),
    ("StudentT", student_t, "extreme", [[1e6, 0.0, 1.0], [1e-3, 0.0, 1.0], [1e12, 2.0, 0.5], [4.0, 0.0, 1e-5]], REALS),
    ("Cauchy", cauchy, "body", [[0.0, 1.0], [2.0, 0.3]], MILD),
    ("Cauchy", cauchy, "extreme", [[0.0, 1.0], [0.0, 1e-5], [1e5, 1e5]], REALS),
    ("HalfCauchy", half_cauchy, "body", [[1.0], [0.3]], POSITIVES),
    ("HalfCauchy", half_cauchy, "extreme", [[1.0], [1e-5], [1e5]], REALS),
    ("Exponential", exponential, "body", [[1.0], [0.2], [15.0]], POSITIVES + [0.0]),
    ("Exponential", exponential, "extreme", [[1.0], [1e-5], [1e5]], [x for x in REALS if abs(x) < 1e300]),
    ("Gamma", gamma, "body", [[1.0, 1.0], [0.5, 2.0], [3.0, 0.2], [9.5, 4.0], [12.0, 5.0], [40.0, 10.0]], POSITIVES + [0.0]),
    ("Gamma", gamma, "extreme", [[1e-3, 1.0], [1e-3, 1e-5], [2.0, 1e-5], [300.0, 1e-300]], REALS),
    ("Gamma", gamma, "extreme", [[1e8, 1.0]], [0.0, 1.0, 5e7, 9e7, 99990000.0, 1e8, 100000123.5, 1.1e8, 3e8, 1e12]),
    ("InverseGamma", inverse_gamma, "body", [[1.0, 1.0], [0.5, 2.0], [3.0, 0.2], [12.0, 5.0], [40.0, 10.0]], POSITIVES),
    ("InverseGamma", inverse_gamma, "extreme", [[1e-3, 1.0], [2.0, 1e-5], [1e5, 1e5]], [x for x in REALS if x > 1e-300 or x <= 0]),
    ("InverseGamma", inverse_gamma, "extreme", [[1e8, 1e8]], [0.5, 0.9999, 1.0, 1.0001, 1.01, 7.0]),
    ("Beta", beta, "body", [[1.0, 1.0], [0.5, 0.5], [2.0, 5.0], [1.0, 3.0], [9.0, 12.0], [15.0, 30.0]],
     [-0.1, 0.0, 1e-3, 0.1, 0.25, 0.5, 0.75, 0.999, 1.0, 1.1]),
    ("Beta", beta, "extreme", [[1e-3, 1e5], [1e5, 1e-3], [0.3, 9.9], [9.0, 1e8]], [5e-324, 1e-300, 1e-8, 1e-4, 0.3, 0.9999, 1 - 2.0**-53]),
    ("Beta", beta, "extreme", [[1e5, 1e5], [20.0, 1e9], [1e8, 3e8]], [1e-300, 1e-9, 2e-8, 0.2, 0.25, 0.2501, 0.5, 0.501, 0.9, 1 - 2.0**-53]),
    ("Uniform", uniform, "body", [[0.0, 1.0], [-3.0, 2.5]], MILD),
    ("Uniform", uniform, "extreme", [[-1.7e308, 1.7e308], [0.0, 5e-324], [1.0, 1.0 + 2.0**-52]], [0.0, 1.0, 5e-324, -1e308]),
    ("Bernoulli", bernoulli, "body", [[0.5], [0.2], [0.0], [1.0], [0.999]], [False, True]),
    ("Bernoulli", bernoulli, "extreme", [[1e-300], [1e-17], [1 - 2.0**-53]], [False, True]),
    ("Binomial", binomial_mass, "body", [[0, 0.5], [1, 0.3], [10, 0.3], [20, 0.9], [21, 0.1], [25, 0.5], [100, 0.4], [10, 0.0], [10, 1.0], [30, 0.0], [30, 1.0]], COUNTS + [30, 99, 100]),
    ("Binomial", binomial_mass, "extreme", [[10**9, 0.3], [10**9, 1e-9], [10**9, 1 - 2.0**-30]],
     [0, 1, 5, 100, 1000, 10**6, 299990000, 3 * 10**8, 300012345, 5 * 10**8, 10**9 - 1, 10**9, 10**9 + 1]),
    ("Binomial", binomial_mass, "extreme", [[10**15, 0.5], [10**15, 1e-12]], [0, 999, 10**6, 499999987654321, 5 * 10**14, 10**15]),
    ("Poisson", poisson, "body", [[0.5], [1.0], [4.2], [15.0], [80.0], [0.0]], COUNTS),
    ("Poisson", poisson, "extreme", [[1e-3], [1e-300]], COUNTS + [10**6]),
    ("Poisson", poisson, "extreme", [[1e8]], [0, 1, 30, 5 * 10**7, 99990000, 10**8, 100012345, 2 * 10**8, 10**12]),
    ("Geometric", geometric, "body", [[0.5], [0.1], [0.95], [1.0]], COUNTS),
    ("Geometric", geometric, "extreme", [[1e-10], [1e-300], [5e-17], [1 - 2.0**-53]], [-1, 0, 1, 1000, 10**10, 10**12, 10**18]),
    ("Categorical", categorical, "body", [[[0.2, 0.5, 0.3]], [[1.0]], [[0.0, 0.25, 0.75, 0.0]]], [-1, 0, 1, 2, 3, 4]),
    ("Categorical", categorical, "extreme", [[[1e-300, 1.0]], [[5e-324, 0.5, 0.5]]], [0, 1, 2]),
    ("DiscreteUniform", discrete_uniform, "body", [[1, 6], [-3, 3], [4, 4]], [-4, -3, 0, 1, 4, 6, 7]),
    ("DiscreteUniform", discrete_uniform, "extreme", [[-(2**63), 2**63 - 1], [2**62, 2**62 + 5]], [2**62, 2**62 + 5, 2**62 + 6, 0]),
    ("Dirichlet", dirichlet, "body", [[[1.0, 1.0, 1.0]], [[0.5, 2.0, 3.0]], [[20.0, 0.3, 1.0]]],
     [[0.25, 0.25, 0.5], [0.125, 0.75, 0.125], [0.0, 0.5, 0.5], [0.5, 0.5, 0.5], [-0.5, 0.5, 1.0], [1.0, 0.0, 0.0]]),
    ("Dirichlet", dirichlet, "extreme", [[[1e5, 1e5, 2e5]], [[1e-3, 1e-3, 1e-3]], [[1e-3, 1e6, 3.0]]],
     [[0.25, 0.25, 0.5], [0.2509765625, 0.25, 0.4990234375], [2.0**-30, 0.5, 0.5 - 2.0**-30], [2.0**-1000, 1.0, 2.0**-500]]),
    ("MvNormal", mv_normal, "body", [[[0.0, 1.0], [2.0, 0.5, 0.5, 1.0]], [[-1.0, 3.0], [1.0, 0.0, 0.0, 4.0]]],
     [[0.0, 1.0], [1.5, -2.0], [-8.0, 30.0]]),
    ("MvNormal", mv_normal, "extreme", [[[1e6, 0.0, 2.0], [1e-4, 1e-3, 0.0, 1e-3, 4.0, 1.0, 0.0, 1.0, 1e6]]],
     [[1e6, 0.0, 2.0], [1e6 + 0.125, -3.0, 1000.0], [0.0, 0.0, 0.0]]),
]


def boundary(alpha, x):
    """The Dirichlet log density where elements are 0: one factor of 0 decides, then one that is infinite."""
    sides = [a for a, v in zip(alpha, x) if v == 0]
    if any(a > 1 for a in sides):
        return -inf
    return inf if any(a < 1 for a in sides) else None


def value(name, formula, arguments, x):
    limit = boundary(arguments[0], x) if name == "Dirichlet" else None
    return formula(exact(x), *map(exact, arguments)) if limit is None else limit


def main():
    with open("log_densities.csv", "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["kind", "arguments", "x", "log_density", "grade"])
        for name, formula, grade, settings, points in CASES:
            for arguments in settings:
                for x in points:
                    log_density = nstr(mpf(value(name, formula, arguments, x)), 25).replace("+inf", "inf")
                    writer.writerow([name, ";".join(map(text, arguments)), text(x), log_density, grade])


main()
