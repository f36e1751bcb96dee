"""Writes multivariate.csv: log densities of distributions over arrays and matrices to 25 digits, from their definitions, with 50
digits of mpmath; and those of SciPy where it has the distribution, with the grade "scipy".

The columns are those of log_densities.csv; matrices are row-major. Run in this folder: python3 multivariate.py
"""

import csv

import numpy as np
import scipy.stats as st
from mpmath import beta, det, exp, inverse, log, loggamma, matrix, mp, mpf, nstr, pi

mp.dps = 50


def square(elements):
    n = int(len(elements) ** 0.5)
    return matrix([[mpf(elements[i * n + j]) for j in range(n)] for i in range(n)])


def form(difference, middle):
    """difference' middle difference"""
    n = len(difference)
    return sum(difference[i] * middle[i, j] * difference[j] for i in range(n) for j in range(n))


def trace(a):
    return sum(a[i, i] for i in range(a.rows))


def minus(x, mu):
    return [mpf(a) - mpf(b) for a, b in zip(x, mu)]


def mv_normal(x, mu, sigma):
    s = square(sigma)
    return -form(minus(x, mu), inverse(s)) / 2 - log(det(2 * pi * s)) / 2


def gram(l):
    l = square(l)
    return [(l * l.T)[i, j] for i in range(l.rows) for j in range(l.rows)]


def mv_normal_precision(x, mu, omega):
    s = square(omega)
    return -form(minus(x, mu), s) / 2 + log(det(s / (2 * pi))) / 2


def mv_student_t(x, nu, mu, sigma):
    s, n, nu = square(sigma), len(mu), mpf(nu)
    constant = loggamma((nu + n) / 2) - loggamma(nu / 2) - log(det(nu * pi * s)) / 2
    return constant - (nu + n) / 2 * log(1 + form(minus(x, mu), inverse(s)) / nu)


def multinomial(x, n, probs):
    if sum(x) != n or min(x) < 0:
        return mpf("-inf")
    return loggamma(n + 1) + sum((k * log(mpf(p)) if k else 0) - loggamma(k + 1) for k, p in zip(x, probs))


def dirichlet_multinomial(x, n, alpha):
    a = [mpf(v) for v in alpha]
    total = sum(a)
    terms = sum(loggamma(k + v) - loggamma(v) - loggamma(k + 1) for k, v in zip(x, a))
    return loggamma(total) + loggamma(n + 1) - loggamma(n + total) + terms


def walk(x, n, start, drift, sigma):
    before = [start] + list(x[:-1])
    steps = [mpf(a) - mpf(b) - mpf(drift) for a, b in zip(x, before)]
    return sum(-(s / mpf(sigma)) ** 2 / 2 - log(mpf(sigma)) - log(2 * pi) / 2 for s in steps)


def ar(x, n, coefficients, sigma):
    total = mpf(0)
    for t in range(n):
        mean = sum(mpf(c) * mpf(x[t - 1 - k]) for k, c in enumerate(coefficients) if t - 1 - k >= 0)
        total += -((mpf(x[t]) - mean) / mpf(sigma)) ** 2 / 2 - log(mpf(sigma)) - log(2 * pi) / 2
    return total


def log_multigamma(a, n):
    return mpf(n * (n - 1)) / 4 * log(pi) + sum(loggamma(a - mpf(k) / 2) for k in range(n))


def wishart(x, nu, scale):
    x, s, nu = square(x), square(scale), mpf(nu)
    n = x.rows
    body = (nu - n - 1) / 2 * log(det(x)) - trace(inverse(s) * x) / 2
    return body - nu * n / 2 * log(2) - nu / 2 * log(det(s)) - log_multigamma(nu / 2, n)


def inverse_wishart(x, nu, scale):
    x, s, nu = square(x), square(scale), mpf(nu)
    n = x.rows
    body = nu / 2 * log(det(s)) - (nu + n + 1) / 2 * log(det(x)) - trace(s * inverse(x)) / 2
    return body - nu * n / 2 * log(2) - log_multigamma(nu / 2, n)


def log_lkj_integral(n, eta):
    """As the product of the integrals over the partial correlations of a vine."""
    total, eta = mpf(0), mpf(eta)
    for k in range(1, n):
        b = eta + mpf(n - 1 - k) / 2
        total += (n - k) * ((2 * b - 1) * log(2) + log(beta(b, b)))
    return total


def lkj(x, n, eta):
    return (mpf(eta) - 1) * log(det(square(x))) - log_lkj_integral(n, eta)


def lkj_cholesky(x, n, eta):
    l = square(x)
    powers = sum((n - 1 - i + 2 * mpf(eta) - 2) * log(l[i, i]) for i in range(1, n))
    return powers - log_lkj_integral(n, eta)


def matrix_normal(x, mu, rows, columns):
    difference, u, v = square(minus(x, mu)), square(rows), square(columns)
    n = u.rows
    body = -trace(inverse(v) * difference.T * inverse(u) * difference) / 2
    return body - n * n * log(2 * pi) / 2 - n * log(det(u)) / 2 - n * log(det(v)) / 2


def array(a):
    n = int(len(a) ** 0.5)
    return np.array(a, dtype=float).reshape(n, n)


TWO, THREE = [4.0, 0.6, 0.6, 0.25], [2.0, 0.5, -0.25, 0.5, 1.0, 0.125, -0.25, 0.125, 0.5]
FAR = [1e4, 0.5, 0.5, 1e-4]
NEAR = [1.0, 0.9375, 0.9375, 1.0]
LOWER, LOWER_THREE = [2.0, 0.0, 0.25, 0.5], [1.0, 0.0, 0.0, -0.5, 2.0, 0.0, 0.25, 0.125, 0.75]
CORRELATION = [1.0, 0.5, -0.25, 0.5, 1.0, 0.125, -0.25, 0.125, 1.0]
# Rows of length 1 in doubles, as exactly as they can be.
FACTOR = [1.0, 0.0, 0.0, 0.6, 0.8, 0.0, 0.28, 0.576, 0.768]

# (name, formula, SciPy's log density or None, [(arguments, values, grade)])
CASES = [
    ("MvNormal", mv_normal, lambda x, m, s: st.multivariate_normal(m, array(s)).logpdf(x),
     [([[0.5, 0.25], TWO], [[0.3, -1.2], [0.5, 0.25], [-9.0, 4.0]], "body"), ([[0.0, 1.0, -2.0], THREE], [[0.3, -1.2, 2.0], [0.0, 1.0, -1.0]], "body"),
      ([[1e6, -3.0], FAR], [[1000100.0, -3.01], [1e6, 0.0]], "extreme"), ([[0.0, 0.0], NEAR], [[40.0, -40.0]], "extreme")]),
    ("MvNormalCholesky", lambda x, m, l: mv_normal(x, m, gram(l)), lambda x, m, l: st.multivariate_normal(m, array(l) @ array(l).T).logpdf(x),
     [([[0.5, 0.25], LOWER], [[0.3, -1.2], [0.5, 0.25], [-9.0, 4.0]], "body"), ([[0.0, 1.0, -2.0], LOWER_THREE], [[0.3, -1.2, 2.0]], "body")]),
    ("MvNormalPrecision", mv_normal_precision, lambda x, m, o: st.multivariate_normal(m, np.linalg.inv(array(o))).logpdf(x),
     [([[0.5, 0.25], TWO], [[0.3, -1.2], [0.5, 0.25], [-9.0, 4.0]], "body"), ([[0.0, 1.0, -2.0], THREE], [[0.3, -1.2, 2.0]], "body"), ([[0.0, 0.0], FAR], [[0.01, 50.0]], "extreme")]),
    ("MvStudentT", mv_student_t, lambda x, nu, m, s: st.multivariate_t(m, array(s), nu).logpdf(x),
     [([4.0, [0.5, 0.25], TWO], [[0.3, -1.2], [-9.0, 4.0]], "body"), ([0.5, [0.0, 1.0, -2.0], THREE], [[0.3, -1.2, 2.0]], "body"),
      ([1e6, [0.5, 0.25], TWO], [[0.3, -1.2], [1e5, 3.0]], "extreme"), ([1e-2, [0.0, 0.0], NEAR], [[1e100, 0.0]], "extreme")]),
    ("MvStudentTCholesky", lambda x, nu, m, l: mv_student_t(x, nu, m, gram(l)), None, [([4.0, [0.5, 0.25], LOWER], [[0.3, -1.2], [-9.0, 4.0]], "body")]),
    ("Multinomial", multinomial, lambda x, n, p: st.multinomial(n, p).logpmf(x),
     [([9, [0.25, 0.5, 0.25]], [[2, 5, 2], [0, 9, 0], [3, 3, 2]], "body"), ([0, [0.5, 0.5]], [[0, 0]], "body"), ([4, [1.0, 0.0]], [[4, 0]], "body"), ([10**9, [0.25, 0.75]], [[250_000_000, 750_000_000], [250_100_000, 749_900_000]], "extreme")]),
    ("DirichletMultinomial", dirichlet_multinomial, lambda x, n, a: st.dirichlet_multinomial(a, n).logpmf(x),
     [([9, [0.5, 2.0, 1.0]], [[2, 5, 2], [0, 9, 0], [9, 0, 0]], "body"), ([100, [1e-3, 1e-3, 50.0]], [[1, 0, 99], [0, 0, 100]], "extreme"), ([10**6, [1e6, 2e6]], [[333_333, 666_667], [330_000, 670_000]], "extreme")]),
    ("GaussianRandomWalk", walk, None, [([3, 1.0, 0.5, 2.0], [[1.5, 2.5, 0.25], [-9.0, 4.0, 4.0]], "body")]),
    ("Ar", ar, None, [([4, [0.5, -0.25], 2.0], [[1.5, 2.5, 0.25, -1.0]], "body"), ([2, [0.5, 0.25, 1.0], 0.5], [[1.5, 2.5]], "body")]),
    ("Wishart", wishart, lambda x, nu, s: st.wishart(nu, array(s)).logpdf(array(x)),
     [([5.0, TWO], [TWO, [9.0, -1.0, -1.0, 0.5]], "body"), ([2.5, THREE], [THREE, CORRELATION], "body"), ([1e4, TWO], [[4.1e4, 6e3, 6e3, 2.5e3]], "extreme")]),
    ("InverseWishart", inverse_wishart, lambda x, nu, s: st.invwishart(nu, array(s)).logpdf(array(x)),
     [([5.0, TWO], [TWO, [9.0, -1.0, -1.0, 0.5]], "body"), ([2.5, THREE], [THREE, CORRELATION], "body")]),
    ("LKJ", lkj, None, [([2, 1.0], [NEAR, [1.0, 0.0, 0.0, 1.0]], "body"), ([3, 0.5], [CORRELATION], "body"), ([3, 4.0], [CORRELATION], "body"), ([3, 1e4], [CORRELATION], "extreme")]),
    ("LKJCholesky", lkj_cholesky, None, [([3, 0.5], [FACTOR], "body"), ([3, 4.0], [FACTOR], "body"), ([3, 1e4], [FACTOR], "extreme")]),
    ("MatrixNormal", matrix_normal, lambda x, m, r, c: st.matrix_normal(array(m), array(r), array(c)).logpdf(array(x)),
     [([[0.5, 0.25, -1.0, 0.0], TWO, NEAR], [[0.3, -1.2, 0.5, 2.0], [0.5, 0.25, -1.0, 0.0]], "body")]),
]


def text(value):
    return " ".join(map(repr, value)) if isinstance(value, list) else repr(value)


def main():
    rows = [["kind", "arguments", "x", "log_density", "grade"]]
    for name, formula, scipy, settings in CASES:
        for arguments, values, grade in settings:
            for x in values:
                start = [name, ";".join(map(text, arguments)), text(x)]
                rows.append(start + [nstr(formula(x, *arguments), 25).replace("+inf", "inf"), grade])
                if scipy and grade == "body":
                    rows.append(start + [repr(float(scipy(x, *arguments))), "scipy"])
    with open("multivariate.csv", "w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


main()
