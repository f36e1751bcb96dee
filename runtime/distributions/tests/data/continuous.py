"""Writes continuous.csv: log density and distribution functions of the distributions over Reals to 20 digits, from their
definitions, with 50 digits of mpmath; and continuous_scipy.csv: the same where SciPy has the distribution, from SciPy.

The columns of both are as those of log_densities.csv, then log_cdf and log_ccdf. Run in this folder: python3 continuous.py
"""

import csv

import scipy.stats as st
from mpmath import atan, besseli, betainc, cos, erf, erfc, exp, expm1, gammainc, inf, log, log1p, loggamma, mp, mpf, nstr, pi, quad, re, sin, sqrt, workdps

mp.dps = 50
TINY = mpf(10) ** -40


def both(lower, upper):
    """The logarithms of two masses that sum to 1, each as accurate as the smaller one."""
    # (Some of the series leave an imaginary part of the size of the rounding.)
    lower, upper = mpf(re(lower)), mpf(re(upper))
    if lower <= 0:
        return -inf, mpf(0)
    if upper <= 0:
        return mpf(0), -inf
    return (log(lower) if lower < 0.5 else log1p(-upper)), (log(upper) if upper < 0.5 else log1p(-lower))


def normal_tail(z):
    return erfc(z / sqrt(mpf(2))) / 2


def pieces(f, step, end=None):
    """The integral from 0 to the end of a positive function that falls on the scale of the step."""
    # quad stops at an absolute error: the integrand is scaled to 1.
    first = f(step * TINY)
    total, start, width = mpf(0), mpf(0), step
    while True:
        stop = start + width if end is None else min(start + width, end)
        part = quad(lambda s: f(s) / first, [start, (start + stop) / 2, stop])
        total += part
        if stop == end or part < TINY * total:
            return first * total
        start, width = stop, width * 2


# Each gives the log density, the mass below and the mass above.

def normal(x, mu, sigma):
    z = (x - mu) / sigma
    return -z * z / 2 - log(sigma) - log(2 * pi) / 2, normal_tail(-z), normal_tail(z)


def half_normal(x, sigma):
    if x < 0:
        return -inf, 0, 1
    return normal(x, 0, sigma)[0] + log(2), erf(x / sigma / sqrt(mpf(2))), 2 * normal_tail(x / sigma)


def log_normal(x, mu, sigma):
    if x <= 0:
        return -inf, 0, 1
    value, lower, upper = normal(log(x), mu, sigma)
    return value - log(x), lower, upper


def outside(t, nu):
    """The mass of Student's t outside of (-|t|, |t|), and inside."""
    x = nu / (nu + t * t)
    return betainc(nu / 2, mpf(1) / 2, 0, x, regularized=True), betainc(mpf(1) / 2, nu / 2, 0, t * t / (nu + t * t), regularized=True)


def student_t(x, nu, mu, sigma):
    z = (x - mu) / sigma
    constant = loggamma((nu + 1) / 2) - loggamma(nu / 2) - log(nu * pi) / 2 - log(sigma)
    far, near = outside(z, nu)
    tails = far / 2, mpf(1) / 2 + near / 2
    return constant - (nu + 1) / 2 * log1p(z * z / nu), tails[z >= 0], tails[z < 0]


def half_student_t(x, nu, sigma):
    if x < 0:
        return -inf, 0, 1
    far, near = outside(x / sigma, nu)
    return student_t(x, nu, 0, sigma)[0] + log(2), near, far


def cauchy(x, mu, sigma):
    z = (x - mu) / sigma
    tail = atan(1 / abs(z)) / pi if z != 0 else mpf(1) / 2
    return -log(pi * sigma) - log1p(z * z), tail if z < 0 else 1 - tail, tail if z > 0 else 1 - tail


def half_cauchy(x, sigma):
    if x < 0:
        return -inf, 0, 1
    return cauchy(x, 0, sigma)[0] + log(2), 2 / pi * atan(x / sigma), 2 * cauchy(x, 0, sigma)[2]


def exponential(x, rate):
    return (-inf, 0, 1) if x < 0 else (log(rate) - rate * x, -expm1(-rate * x), exp(-rate * x))


def gamma_masses(shape, y):
    if shape > 1e6:
        kernel = lambda t: exp((shape - 1) * log(t) - t - loggamma(shape))
        return pieces(lambda s: kernel(y - s), sqrt(shape) / 9, y), pieces(lambda s: kernel(y + s), sqrt(shape) / 9)
    lower = gammainc(shape, 0, y, regularized=True) if y > 0 else mpf(0)
    return lower, gammainc(shape, y, inf, regularized=True) if y > shape else 1 - lower


def gamma_law(x, shape, rate):
    if x <= 0:
        edge = inf if shape < 1 else log(rate) if shape == 1 else -inf
        return (edge if x == 0 else -inf), 0, 1
    return shape * log(rate) - loggamma(shape) + (shape - 1) * log(x) - rate * x, *gamma_masses(shape, rate * x)


def inverse_gamma(x, shape, scale):
    if x <= 0:
        return -inf, 0, 1
    lower, upper = gamma_masses(shape, scale / x)
    return shape * log(scale) - loggamma(shape) - (shape + 1) * log(x) - scale / x, upper, lower


def beta(x, a, b):
    if not 0 < x < 1:
        shape = a if x == 0 else b
        edge = inf if shape < 1 else log(a * b) if shape == 1 else -inf
        return (edge if x in (0, 1) else -inf), int(x >= 1), int(x <= 0)
    constant = loggamma(a + b) - loggamma(a) - loggamma(b)
    if max(a, b) > 1e4:
        # The series converge too slowly: the smaller mass by an integral over the logarithm.
        kernel = lambda t: exp(a * log(t) + (b - 1) * log1p(-t) + constant)
        step = 1 / (abs(a - b * x / (1 - x)) + sqrt(min(a, b)) + 1)
        if x < a / (a + b):
            lower = pieces(lambda s: kernel(x * exp(-s)), step)
            return log(kernel(x) / x), lower, 1 - lower
        upper = pieces(lambda s: kernel(x * exp(s)), step, -log(x))
        return log(kernel(x) / x), 1 - upper, upper
    lower, upper = betainc(a, b, 0, x, regularized=True), betainc(b, a, 0, 1 - x, regularized=True)
    return constant + (a - 1) * log(x) + (b - 1) * log1p(-x), lower, upper


def uniform(x, lower, upper):
    share = min(max((x - lower) / (upper - lower), mpf(0)), mpf(1))
    return -log(upper - lower) if lower <= x <= upper else -inf, share, 1 - share


def laplace(x, mu, sigma):
    z = (x - mu) / sigma
    tail = exp(-abs(z)) / 2
    return -abs(z) - log(2 * sigma), tail if z < 0 else 1 - tail, 1 - tail if z < 0 else tail


def logistic(x, mu, sigma):
    z = (x - mu) / sigma
    return -abs(z) - 2 * log1p(exp(-abs(z))) - log(sigma), 1 / (1 + exp(-z)), 1 / (1 + exp(z))


def gumbel(x, mu, b):
    z = (x - mu) / b
    return -z - exp(-z) - log(b), exp(-exp(-z)), -expm1(-exp(-z))


def chi_squared(x, nu):
    return gamma_law(x, nu / 2, mpf(1) / 2)


def inverse_chi_squared(x, nu):
    return inverse_gamma(x, nu / 2, mpf(1) / 2)


def scaled_inverse_chi_squared(x, nu, sigma):
    return inverse_gamma(x, nu / 2, nu * sigma**2 / 2)


def weibull(x, alpha, sigma):
    if x <= 0:
        return (log(alpha / sigma) if x == 0 and alpha == 1 else inf if x == 0 and alpha < 1 else -inf), 0, 1
    y = (x / sigma) ** alpha
    return log(alpha / sigma) + (alpha - 1) * log(x / sigma) - y, -expm1(-y), exp(-y)


def frechet(x, alpha, sigma):
    if x <= 0:
        return -inf, 0, 1
    y = (x / sigma) ** -alpha
    return log(alpha / sigma) - (alpha + 1) * log(x / sigma) - y, exp(-y), -expm1(-y)


def pareto(x, y_min, alpha):
    if x < y_min:
        return -inf, 0, 1
    y = alpha * log(x / y_min)
    return log(alpha / x) - y, -expm1(-y), exp(-y)


def pareto_type2(x, mu, lam, alpha):
    if x < mu:
        return -inf, 0, 1
    y = log1p((x - mu) / lam)
    return log(alpha / lam) - (alpha + 1) * y, -expm1(-alpha * y), exp(-alpha * y)


def rayleigh(x, sigma):
    if x <= 0:
        return -inf, 0, 1
    y = (x / sigma) ** 2 / 2
    return log(x) - 2 * log(sigma) - y, -expm1(-y), exp(-y)


def von_mises(x, mu, kappa):
    constant = -log(2 * pi * besseli(0, kappa))
    d = x - mu
    side = abs(d)
    relative = lambda s: exp(kappa * (cos(side + s) - cos(side)))
    tail = mpf(0)
    if side < pi:
        step = min(1 / (kappa * sin(side) + sqrt(kappa) + 1), pi - side)
        tail = pieces(relative, step, pi - side) * exp(kappa * cos(side) + constant)
    return constant + kappa * cos(d), tail if d < 0 else 1 - tail, 1 - tail if d < 0 else tail


def skew_normal(x, xi, omega, alpha):
    z = (x - xi) / omega
    density = lambda t: exp(-t * t / 2) * normal_tail(-alpha * t) * sqrt(2 / pi)
    step = 1 / (abs(z) + 1) / (1 + alpha**2)
    lower = pieces(lambda s: density(z - s), step)
    upper = pieces(lambda s: density(z + s), step)
    return log(density(z)) - log(omega), lower, upper


def exp_mod_normal(x, mu, sigma, lam):
    with workdps(700):
        z, v = (x - mu) / sigma, lam * sigma
        tilted = exp(v * (v / 2 - z)) * normal_tail(v - z)
        return log(lam * tilted), normal_tail(-z) - tilted, normal_tail(z) + tilted


def two_sided(x, mu, below, above):
    """An exponential to both sides, with these means."""
    d, total = x - mu, above + below
    if d < 0:
        mass = below / total * exp(d / below)
        return d / below - log(total), mass, 1 - mass
    mass = above / total * exp(-d / above)
    return -d / above - log(total), 1 - mass, mass


def asymmetric_laplace(x, mu, sigma, kappa):
    return two_sided(x, mu, sigma * kappa, sigma / kappa)


def skew_double_exponential(x, mu, sigma, tau):
    return two_sided(x, mu, sigma / 2 / (1 - tau), sigma / 2 / tau)


def triangular(x, lower, mode, upper):
    width = upper - lower
    if x < lower or x > upper:
        return -inf, int(x > upper), int(x < lower)
    if x < mode:
        mass = (x - lower) ** 2 / width / (mode - lower)
        return (log(2 * (x - lower) / width / (mode - lower)) if x > lower else -inf), mass, 1 - mass
    mass = (upper - x) ** 2 / width / (upper - mode) if x > mode else (upper - mode) / width
    return (log(2 * (upper - x) / width / (upper - mode)) if x > mode else log(2 / width) if x < upper or mode == upper else -inf), 1 - mass, mass


def beta_proportion(x, mu, kappa):
    return beta(x, mu * kappa, (1 - mu) * kappa)


def wiener(x, alpha, tau, start, delta):
    with workdps(1400):
        def boundary(w, v, t):
            """The density, the mass after t, and all the mass of the passage at the boundary below."""
            all_mass = 1 - w if v == 0 else (exp(-2 * v * w) - exp(-2 * v)) / (1 - exp(-2 * v))
            if t <= 0:
                return mpf(0), all_mass, all_mass
            u, k, density, after = t / alpha**2, 1, mpf(0), mpf(0)
            while True:
                rate = (v * v + (k * pi) ** 2) / 2
                term = k * pi * exp(-v * w - rate * u)
                density += term * sin(k * pi * w)
                after += term * sin(k * pi * w) / rate
                if term < mpf(10) ** -1390:
                    return density / alpha**2, after, all_mass
                k += 1
        t = abs(x) - tau
        lower, upper = boundary(start, delta * alpha, t), boundary(1 - start, -delta * alpha, t)
        density = lower[0] if x < 0 else upper[0]
        value = log(density) if t > 0 else -inf
        if x < -tau:
            return value, lower[1], lower[2] - lower[1] + upper[2]
        if t <= 0:
            return value, lower[2], upper[2]
        return value, lower[2] + upper[2] - upper[1], upper[1]


MILD = [-3.0, -1.0, -0.1, 0.0, 0.3, 1.0, 2.5, 6.0]
FAR = [-1e3, -80.0, -37.5, -1e-9, 1e-300, 1e-9, 37.5, 80.0, 1e3]
POSITIVE = [-1.0, 1e-3, 0.1, 0.5, 1.0, 2.5, 10.0, 30.0]
SPREAD = [1e-300, 1e-100, 1e-20, 1e-5, 1e3, 1e10, 1e100, 1e300]
UNIT = [-0.1, 0.0, 1e-3, 0.1, 0.25, 0.5, 0.75, 0.999, 1.0, 1.1]

# (name, formula, SciPy's or None, body settings, body points, extreme settings, extreme points)
CASES = [
    ("Normal", normal, lambda m, s: st.norm(m, s), [[0.0, 1.0], [1.5, 0.3], [-20.0, 7.0]], MILD, [[0.0, 1.0], [0.5, 2.0]], FAR),
    ("Normal", normal, None, [], [], [[123456789.0, 1e-4]], [123456789.0, 123456789.0001, 123456788.999, 123456789.003]),
    ("HalfNormal", half_normal, lambda s: st.halfnorm(0, s), [[1.0], [0.3], [7.0]], POSITIVE, [[1.0]], [1e-300, 1e-9, 0.67, 37.5, 80.0]),
    ("LogNormal", log_normal, lambda m, s: st.lognorm(s, 0, float(exp(m))), [[0.0, 1.0], [-2.0, 0.5], [3.0, 2.0]], POSITIVE, [[0.0, 1.0], [1.0, 10.0]], SPREAD),
    ("StudentT", student_t, lambda n, m, s: st.t(n, m, s), [[1.0, 0.0, 1.0], [3.5, 1.0, 2.0], [30.0, -1.0, 0.1], [0.4, 0.0, 1.0]], MILD,
     [[1e6, 0.0, 1.0], [1e-2, 0.0, 1.0], [4.0, 0.0, 1e-5], [1e12, 0.0, 1.0]], [-1e100, -1e10, -37.5, -3.0, -1e-9, 1e-9, 0.3, 3.0, 37.5, 1e10]),
    ("HalfStudentT", half_student_t, None, [[1.0, 1.0], [3.5, 2.0], [30.0, 0.1]], POSITIVE, [[1e6, 1.0], [1e-2, 1.0], [4.0, 1e-5]], [1e-100, 1e-9, 0.3, 3.0, 37.5, 1e10, 1e100]),
    ("Cauchy", cauchy, lambda m, s: st.cauchy(m, s), [[0.0, 1.0], [2.0, 0.3]], MILD, [[0.0, 1.0], [0.0, 1e-5]], [-1e300, -1e10, 1e-9, 1e10, 1e300]),
    ("HalfCauchy", half_cauchy, lambda s: st.halfcauchy(0, s), [[1.0], [0.3]], POSITIVE, [[1.0], [1e-5]], SPREAD),
    ("Exponential", exponential, lambda r: st.expon(0, 1 / r), [[1.0], [0.2], [15.0]], POSITIVE, [[1.0], [1e-5]], [1e-300, 1e-20, 1e-5, 690.0, 1e4]),
    ("Gamma", gamma_law, lambda a, r: st.gamma(a, 0, 1 / r), [[1.0, 1.0], [0.5, 2.0], [3.0, 0.2], [9.5, 4.0], [12.0, 5.0], [40.0, 10.0]], POSITIVE + [0.0],
     [[1e-3, 1.0], [2.0, 1e-5], [0.3, 1e5], [25.0, 1.0]], [1e-300, 1e-100, 1e-9, 0.1, 30.0, 800.0]),
    ("Gamma", gamma_law, None, [], [], [[1e8, 1.0]], [9.98e7, 99990000.0, 1e8, 100012345.5, 1.002e8]),
    ("InverseGamma", inverse_gamma, lambda a, s: st.invgamma(a, 0, s), [[1.0, 1.0], [0.5, 2.0], [3.0, 0.2], [12.0, 5.0], [40.0, 10.0]], POSITIVE,
     [[1e-3, 1.0], [2.0, 1e-5], [25.0, 1.0]], [1e-3, 0.03, 1.0, 1e9, 1e100, 1e300]),
    ("Beta", beta, lambda a, b: st.beta(a, b), [[1.0, 1.0], [0.5, 0.5], [2.0, 5.0], [1.0, 3.0], [9.0, 12.0], [15.0, 30.0]], UNIT,
     [[1e-3, 1e5], [0.3, 9.9], [1e5, 1e5], [20.0, 1e9]], [1e-300, 1e-9, 2e-8, 1e-4, 0.2, 0.499, 0.5, 0.501]),
    ("Uniform", uniform, lambda a, b: st.uniform(a, b - a), [[0.0, 1.0], [-3.0, 2.5]], MILD, [[0.0, 1e300]], [1e-20, 1.0, 1e299, 5e299]),
    ("Laplace", laplace, lambda m, s: st.laplace(m, s), [[0.0, 1.0], [1.5, 0.3]], MILD, [[0.0, 1.0]], FAR),
    ("Logistic", logistic, lambda m, s: st.logistic(m, s), [[0.0, 1.0], [1.5, 0.3]], MILD, [[0.0, 1.0]], FAR),
    ("Gumbel", gumbel, lambda m, s: st.gumbel_r(m, s), [[0.0, 1.0], [1.5, 0.8]], MILD, [[0.0, 1.0]], [-9.0, -6.5, -1e-9, 37.5, 80.0, 1e3]),
    ("ChiSquared", chi_squared, lambda n: st.chi2(n), [[1.0], [3.0], [8.5], [40.0]], POSITIVE, [[1e-2], [2.0], [300.0]], [1e-300, 1e-9, 1.0, 200.0, 1500.0]),
    ("InverseChiSquared", inverse_chi_squared, lambda n: st.invgamma(n / 2, 0, 0.5), [[1.0], [3.0], [8.5], [40.0]], POSITIVE, [[1e-2], [2.0], [300.0]], [1e-3, 3e-3, 1.0, 1e9, 1e200]),
    ("ScaledInverseChiSquared", scaled_inverse_chi_squared, lambda n, s: st.invgamma(n / 2, 0, n * s * s / 2), [[1.0, 1.0], [3.0, 0.5], [8.5, 2.0], [40.0, 1.5]], POSITIVE,
     [[1e-2, 1.0], [3.0, 1e200], [300.0, 1e-100]], [1e-300, 1e-200, 1e-199, 1.0, 1e100, 1e300]),
    ("Weibull", weibull, lambda a, s: st.weibull_min(a, 0, s), [[1.0, 1.0], [0.7, 2.0], [1.5, 0.8], [5.0, 2.0]], POSITIVE + [0.0], [[0.1, 1.0], [2.0, 1e-5], [300.0, 1.0]], [1e-300, 1e-20, 1e-4, 0.98, 1.0, 1.02, 30.0]),
    ("Frechet", frechet, lambda a, s: st.invweibull(a, 0, s), [[1.0, 1.0], [0.7, 2.0], [1.5, 0.8], [5.0, 2.0]], POSITIVE, [[0.1, 1.0], [2.0, 1e-5], [300.0, 1.0]], [1e-4, 0.98, 1.0, 1.02, 30.0, 1e20, 1e300]),
    ("Pareto", pareto, lambda m, a: st.pareto(a, 0, m), [[1.0, 1.0], [0.5, 3.0], [0.1, 0.5]], POSITIVE, [[1.0, 1e-3], [1.0, 1e5], [1e-200, 2.0]], [1.0, 1.0 + 2.0**-40, 1.001, 30.0, 1e20, 1e300]),
    ("ParetoType2", pareto_type2, lambda m, l, a: st.lomax(a, m, l), [[0.0, 1.0, 1.0], [-1.0, 2.0, 3.0], [0.1, 0.2, 0.5]], MILD, [[0.0, 1.0, 1e-3], [0.0, 1e5, 1e5], [0.0, 1e-200, 2.0]], SPREAD),
    ("Rayleigh", rayleigh, lambda s: st.rayleigh(0, s), [[1.0], [0.3], [7.0]], POSITIVE, [[1.0]], [1e-300, 1e-20, 1e-9, 37.0, 300.0]),
    ("VonMises", von_mises, lambda m, k: st.vonmises(k, m), [[0.0, 1.0], [1.0, 4.0], [-0.5, 0.2], [0.0, 30.0]], [-3.0, -1.0, -0.1, 0.0, 0.3, 1.0, 2.5],
     [[0.0, 1e-9], [0.0, 500.0], [0.25, 1e10]], [-3.1, -2.0, -0.1, -1e-9, 0.25, 0.250001, 0.3, 1.0, 3.1]),
    ("SkewNormal", skew_normal, lambda m, s, a: st.skewnorm(a, m, s), [[0.0, 1.0, 0.0], [0.0, 1.0, 2.0], [1.0, 2.0, -5.0], [0.5, 0.7, 0.3]], MILD,
     [[0.0, 1.0, 1.0], [0.0, 1.0, -0.1], [0.0, 1.0, 30.0], [0.0, 1.0, 1e4]], [-80.0, -20.0, -1.0, -1e-3, 0.0, 1e-3, 0.04, 1.0, 9.0, 36.0, 80.0]),
    ("ExpModNormal", exp_mod_normal, lambda m, s, l: st.exponnorm(1 / (l * s), m, s), [[0.0, 1.0, 1.0], [0.5, 0.3, 2.0], [-1.0, 2.0, 0.3], [0.0, 0.5, 8.0]], MILD,
     [[0.0, 1.0, 1e-6], [0.0, 1e-3, 1.0], [0.0, 1.0, 1e3], [0.0, 1.0, 1.0]], [-37.0, -5.0, -0.5, -1e-3, 0.0, 1e-3, 0.4, 0.6, 5.0, 37.0, 300.0]),
    ("AsymmetricLaplace", asymmetric_laplace, lambda m, s, k: st.laplace_asymmetric(k, m, s), [[0.0, 1.0, 1.0], [0.5, 2.0, 0.3], [-1.0, 0.5, 2.0]], MILD, [[0.0, 1.0, 1e-3], [0.0, 1.0, 1e6]], FAR),
    ("SkewDoubleExponential", skew_double_exponential, None, [[0.0, 1.0, 0.5], [0.5, 2.0, 0.1], [-1.0, 0.5, 0.8]], MILD, [[0.0, 1.0, 1e-3], [0.0, 1.0, 0.999]], FAR),
    ("Triangular", triangular, lambda a, m, b: st.triang((m - a) / (b - a), a, b - a), [[0.0, 1.0, 4.0], [-3.0, -1.0, 2.5], [0.0, 0.0, 1.0], [0.0, 1.0, 1.0]], [-4.0, -3.0, -1.0, 0.0, 0.1, 0.5, 0.999, 1.0, 2.4, 3.9, 4.0],
     [[0.0, 1e-9, 1.0], [0.0, 1.0, 1e9]], [1e-200, 1e-12, 1e-9, 0.5, 0.75]),
    ("BetaProportion", beta_proportion, None, [[0.5, 2.0], [0.25, 8.0], [0.75, 0.5], [0.375, 64.0]], UNIT, [[0.5, 1e-3], [0.125, 1e6]], [1e-300, 1e-9, 0.1, 0.124, 0.125, 0.126, 0.5]),
    ("Wiener", wiener, None, [[1.0, 0.25, 0.5, 0.0], [1.5, 0.3, 0.4, 1.0], [2.0, 0.125, 0.7, -1.5], [0.8, 0.2, 0.1, 3.0]],
     [-6.0, -2.0, -1.0, -0.7, -0.4, -0.2, 0.0, 0.1, 0.35, 0.5, 0.8, 1.5, 3.0, 8.0],
     [[1.0, 0.0, 0.5, 8.0], [3.0, 0.0, 1e-3, 2.0], [1.0, 0.0, 0.999, -0.5], [20.0, 0.0, 0.5, 1.0]], [-30.0, -3.0, -0.3, -0.02, 0.02, 0.1, 0.3, 3.0, 10.0, 30.0]),
]


def text(value):
    return nstr(value, 20).replace("+inf", "inf")


def row(name, arguments, x, grade, value, lower, upper):
    return [name, ";".join(map(repr, arguments)), repr(x), text(mpf(value)), *map(text, both(lower, upper)), grade]


def scipy_row(name, law, arguments, x):
    """SciPy's values, without those that underflow there or that its quadrature gives to a few digits only."""
    frozen = law(*map(float, arguments))
    functions = (frozen.logpdf, frozen.logcdf, frozen.logsf)
    values = [float(f(x)) for f in functions]
    tail = min(values[1:])
    is_crude = name in ("VonMises", "SkewNormal") and tail < -8
    if not (values[0] > -700 and tail > -700) or is_crude or abs(exp(values[1]) + exp(values[2]) - 1) > 1e-12:
        return None
    return [name, ";".join(map(repr, arguments)), repr(x), *map(repr, values), "scipy"]


def main():
    header = ["kind", "arguments", "x", "log_density", "log_cdf", "log_ccdf", "grade"]
    rows, others = [header], [header]
    for name, formula, law, body, points, extreme, far in CASES:
        for grade, settings, xs in (("body", body, points), ("extreme", extreme, far)):
            for arguments in settings:
                for x in xs:
                    rows.append(row(name, arguments, x, grade, *formula(mpf(x), *map(mpf, arguments))))
                    if law and grade == "body":
                        others.append(scipy_row(name, law, arguments, x))
        print(name, len(rows), flush=True)
    for path, lines in (("continuous.csv", rows), ("continuous_scipy.csv", others)):
        with open(path, "w", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(filter(None, lines))


main()
