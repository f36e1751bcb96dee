"""Writes discrete.csv: log masses and tails of the distributions over Ints and Bools to 25 digits, from the definitions, with 60
digits of mpmath; and discrete_scipy.csv: what SciPy says of some of them.

Columns as in log_densities.csv, after the name of the function. Tails are sums of masses.
Run in this folder: python3 discrete.py
"""

import csv

import numpy
from mpmath import beta, erfc, exp, expm1, inf, log, log1p, loggamma, mp, mpf, nstr, sqrt, zeta
from scipy import stats

mp.dps = 60


def log_choose(n, k):
    return loggamma(mpf(n) + 1) - loggamma(mpf(k) + 1) - loggamma(mpf(n) - k + 1)


def times_log(x, y):
    return mpf(0) if x == 0 else (-inf if y == 0 else x * log(y))


def times_log_rest(x, p):
    return mpf(0) if x == 0 else (-inf if p == 1 else x * log1p(-p))


def sigmoid(u):
    return 1 / (1 + exp(-u))


def phi(u):
    return erfc(-u / sqrt(mpf(2))) / 2


def binomial(x, n, p):
    return log_choose(n, x) + times_log(x, p) + times_log_rest(n - x, p)


def binomial_logit(x, n, alpha):
    return log_choose(n, x) - x * log1p(exp(-alpha)) - (n - x) * log1p(exp(alpha))


def poisson(x, rate):
    return times_log(x, rate) - rate - loggamma(mpf(x) + 1)


def poisson_log(x, alpha):
    return x * alpha - exp(alpha) - loggamma(mpf(x) + 1)


def geometric(x, p):
    return log(p) + times_log_rest(x, p)


def waiting(x, size, p, q):
    return loggamma(x + size) - loggamma(size) - loggamma(mpf(x) + 1) + size * log(p) + times_log(x, q)


def negative_binomial(x, mu, size):
    return waiting(x, size, size / (size + mu), mu / (size + mu))


def negative_binomial_rate(x, alpha, b):
    return waiting(x, alpha, b / (b + 1), 1 / (b + 1))


def beta_binomial(x, n, a, b):
    def log_beta(u, v):
        return loggamma(u) + loggamma(v) - loggamma(u + v)

    return log_choose(n, x) + log_beta(x + a, n - x + b) - log_beta(a, b)


def hypergeometric(x, n, a, b):
    if x < max(0, n - b) or x > min(n, a):
        return -inf
    return log_choose(a, x) + log_choose(b, n - x) - log_choose(a + b, n)


def zipf(x, s):
    return -s * log(mpf(x)) - log(zeta(s))


def categorical(x, probs):
    return log(probs[int(x)]) if probs[int(x)] else -inf


def categorical_logit(x, logits):
    return logits[int(x)] - log(sum(exp(u) for u in logits))


def ordered(cdf):
    def log_mass(x, eta, cutpoints):
        ends = [-inf, *cutpoints, inf]
        low, high = ends[int(x)], ends[int(x) + 1]
        below = mpf(0) if low == -inf else cdf(low - eta)
        above = mpf(1) if high == inf else cdf(high - eta)
        mp.dps = 400
        if low != -inf:
            below = cdf(low - eta)
        if high != inf:
            above = cdf(high - eta)
        result = log(above - below)
        mp.dps = 60
        return result

    return log_mass


def inflated(log_mass):
    def mixed(x, theta, *rest):
        others = times_log_rest(1, theta) + log_mass(x, *rest)
        return log(theta + exp(others)) if x == 0 else others

    return mixed


def discrete_uniform(x, lower, upper):
    return -log(mpf(upper) - lower + 1)


def bernoulli(x, p):
    return times_log(1, p) if x else times_log_rest(1, p)


def bernoulli_logit(x, alpha):
    return -log1p(exp(-alpha)) if x else -log1p(exp(alpha))


def upper_sum(log_mass, x, last):
    """The masses after x, as far as they count."""
    total, k = mpf(0), x + 1
    while last is None or k <= last:
        mass = exp(log_mass(k))
        total += mass
        if mass <= total * mpf(10) ** -45 and k > x + 30:
            break
        k += 1
    return total


def lower_sum(log_mass, x, first):
    total, k = mpf(0), x
    while k >= first:
        mass = exp(log_mass(k))
        total += mass
        if mass < total * mpf(10) ** -45 and k < x - 30 and mass > 0 and first > -10**9 and x - k > 200:
            break
        k -= 1
    return total


rows = []


def show(value):
    if value == -inf:
        return "-inf"
    return nstr(value, 25, min_fixed=-1, max_fixed=-1) if value else "0"


def text(argument):
    if isinstance(argument, list):
        return " ".join(repr(float(x)) for x in argument)
    return repr(argument)


def exact(argument):
    if isinstance(argument, list):
        return [mpf(x) for x in argument]
    return argument if isinstance(argument, int) else mpf(argument)


def add(name, log_mass, arguments, xs, first, last, grade="body", tails=True):
    values = [exact(a) for a in arguments]

    def mass(x):
        return log_mass(x, *values)

    label = ";".join(text(a) for a in arguments)
    for x in xs:
        shown = ("true" if x else "false") if name.startswith("Bernoulli") else x
        rows.append(["log_density", name, label, shown, show(mass(x)), grade])
        if not tails:
            continue
        lower, upper = lower_sum(mass, x, first), upper_sum(mass, x, last)
        for kind, value, other in [("cdf", lower, upper), ("ccdf", upper, lower)]:
            rows.append([kind, name, label, shown, show(value), grade])
            logarithm = -inf if value == 0 else (log1p(-other) if other < mpf(10) ** -20 else log(value))
            rows.append(["log_" + kind, name, label, shown, show(logarithm), grade])


for p in [0.0, 1e-300, 0.25, 0.9999, 1.0]:
    add("Bernoulli", bernoulli, [p], [0, 1], 0, 1)
for alpha in [-740.0, -20.0, 0.0, 0.3, 40.0]:
    add("BernoulliLogit", bernoulli_logit, [alpha], [0, 1], 0, 1)

for n, p, xs in [
    (1, 0.3, [0, 1]),
    (12, 0.5, [0, 3, 6, 11, 12]),
    (40, 0.999999, [2, 39, 40]),
    (41, 1e-12, [0, 1, 3]),
    (100, 0.03, [0, 2, 3, 9, 40, 100]),
    (1000, 0.5, [0, 100, 450, 500, 550, 900, 1000]),
    (1000, 0.0, [0, 3]),
    (1000, 1.0, [999, 1000]),
    (10**6, 1e-6, [0, 1, 5, 60]),
]:
    add("Binomial", binomial, [n, p], xs, 0, n)
add("Binomial", binomial, [10**9, 0.3], [299_000_000, 300_000_000, 300_100_000], 0, 10**9, "extreme", tails=False)
add("Binomial", binomial, [10**15, 0.5], [5 * 10**14, 5 * 10**14 + 10**8], 0, 10**15, "extreme", tails=False)
add("Binomial", binomial, [10**15, 3e-15], [0, 1, 8, 100], 0, 10**15)

for n, alpha, xs in [
    (12, -0.5, [0, 3, 12]),
    (30, 40.0, [1, 29, 30]),
    (30, -700.0, [0, 1]),
    (300, 2.5, [100, 250, 277, 299, 300]),
    (300, -800.0, [0, 2]),
]:
    add("BinomialLogit", binomial_logit, [n, alpha], xs, 0, n, tails=alpha > -750)

for rate, xs in [
    (0.0, [0, 1]),
    (1e-8, [0, 1, 3]),
    (0.7, [0, 1, 5, 60, 200]),
    (9.5, [0, 9, 30]),
    (80.0, [2, 60, 80, 100, 300]),
    (1234.5, [300, 1200, 1234, 2500]),
]:
    add("Poisson", poisson, [rate], xs, 0, None)
add("Poisson", poisson, [1e15], [10**15, 10**15 + 10**8, 10**15 - 10**8], 0, None, "extreme", tails=False)
for alpha, xs in [(-3.0, [0, 1, 9]), (0.0, [0, 2]), (4.5, [10, 90, 300])]:
    add("PoissonLog", poisson_log, [alpha], xs, 0, None)
add("PoissonLog", poisson_log, [-800.0], [0, 1, 3], 0, None, tails=False)
add("PoissonLog", poisson_log, [34.0], [10**14, 583461742527455, 10**15], 0, None, "extreme", tails=False)

for p, xs in [(1.0, [0, 1]), (0.3, [0, 1, 10, 1500]), (0.9999, [0, 3]), (0.02, [0, 40, 700])]:
    add("Geometric", geometric, [p], xs, 0, None)
add("Geometric", geometric, [1e-12], [0, 10**12, 10**14], 0, None, tails=False)

for mu, size, xs in [
    (3.0, 0.5, [0, 1, 3, 40]),
    (0.01, 2.0, [0, 1, 5]),
    (20.0, 9.5, [0, 5, 20, 39, 90]),
    (20.0, 1e8, [0, 5, 20, 60]),
    (7.0, 1e-3, [0, 1, 60]),
    (7.0, 1e-9, [0, 1]),
    (100.0, 33.0, [10, 100, 180, 400]),
]:
    add("NegativeBinomial", negative_binomial, [mu, size], xs, 0, None, tails=size > 0.1)
add("NegativeBinomial", negative_binomial, [1e6, 3.5], [0, 10**5, 10**6, 10**7], 0, None, tails=False)
add("NegativeBinomial", negative_binomial, [1e12, 1e12], [10**12, 10**12 + 10**6], 0, None, "extreme", tails=False)
for alpha, b, xs in [(2.0, 0.5, [0, 3, 30]), (0.3, 4.0, [0, 1, 9]), (50.0, 2.0, [5, 25, 70])]:
    add("NegativeBinomialRate", negative_binomial_rate, [alpha, b], xs, 0, None)

for n, a, b, xs in [
    (0, 2.0, 3.0, [0]),
    (10, 2.0, 3.0, [0, 4, 9, 10]),
    (20, 0.5, 0.5, [0, 1, 10, 19, 20]),
    (20, 1e-9, 2.0, [0, 1, 20]),
    (150, 30.0, 70.0, [1, 30, 45, 60, 149]),
    (150, 1e9, 3e9, [10, 38, 80]),
    (150, 0.02, 11.0, [0, 3, 150]),
]:
    add("BetaBinomial", beta_binomial, [n, a, b], xs, 0, n)
add("BetaBinomial", beta_binomial, [10**12, 3.0, 5.0], [0, 10**6, 4 * 10**11, 10**12], 0, None, tails=False)
add("BetaBinomial", beta_binomial, [10**6, 1e7, 1e7], [400_000, 500_000, 501_000], 0, None, tails=False)

for n, a, b, xs in [
    (0, 3, 4, [0]),
    (10, 20, 30, [0, 3, 4, 9, 10]),
    (45, 20, 30, [15, 17, 20]),
    (50, 20, 30, [20]),
    (300, 1000, 5000, [5, 40, 50, 90, 300]),
    (5, 0, 7, [0]),
    (1000, 10**9, 10**9, [200, 480, 500, 700]),
]:
    first, last = max(0, n - b), min(n, a)
    add("Hypergeometric", hypergeometric, [n, a, b], xs, first, last)
add("Hypergeometric", hypergeometric, [10**9, 10**12, 10**12], [5 * 10**8, 500_050_000], 0, None, "extreme", tails=False)

for s in [1.0009765625, 1.5, 2.0, 3.25, 12.0, 60.0, 2000.0]:
    for x in [1, 2, 7, 60, 10**4, 10**15]:
        if s >= 50 and x > 60:
            continue
        label = text(s)
        s_, x_, whole = mpf(s), mpf(x), zeta(mpf(s))
        first = (x_ + 1) ** -s_
        rest = zeta(s_, x_ + 1) if s < 50 else first * sum(((x_ + 1) / (x_ + 1 + j)) ** s_ for j in range(400))
        ccdf = rest / whole
        values = {"cdf": 1 - ccdf, "ccdf": ccdf, "log_cdf": log1p(-ccdf), "log_ccdf": log(ccdf)}
        values["log_density"] = -s_ * log(x_) - log(whole)
        for function, value in values.items():
            if function == "ccdf" and value < mpf(10) ** -300:
                continue
            rows.append([function, "Zipf", label, x, show(value), "body"])

add("Categorical", categorical, [[0.125, 0.0, 0.625, 0.25]], [0, 1, 2, 3], 0, 3)
add("CategoricalLogit", categorical_logit, [[0.0, 1.0, -3.0]], [0, 1, 2], 0, 2)
add("CategoricalLogit", categorical_logit, [[700.0, -30.0, 699.5]], [0, 1, 2], 0, 2)
for eta, cutpoints in [(0.3, [0.0]), (-1.0, [-2.0, 0.5, 0.5000000001, 3.0]), (12.0, [-25.0, -24.0, 30.0])]:
    last = len(cutpoints)
    add("OrderedLogistic", ordered(sigmoid), [eta, cutpoints], range(last + 1), 0, last)
    add("OrderedProbit", ordered(phi), [eta, cutpoints], range(last + 1), 0, last)

for theta, rate, xs in [(0.0, 3.0, [0, 4]), (0.3, 3.0, [0, 1, 4, 30]), (1.0, 3.0, [0, 1]), (1e-9, 80.0, [0, 80, 200])]:
    add("ZeroInflatedPoisson", inflated(poisson), [theta, rate], xs, 0, None)
for theta, mu, size, xs in [(0.2, 8.0, 2.0, [0, 1, 8, 60]), (0.9, 1.0, 0.5, [0, 1, 9])]:
    add("ZeroInflatedNegativeBinomial", inflated(negative_binomial), [theta, mu, size], xs, 0, None)
for lower, upper, xs in [(1, 6, [1, 4, 6]), (-20, 30, [-20, 0, 29])]:
    add("DiscreteUniform", discrete_uniform, [lower, upper], xs, lower, upper)

with open("discrete.csv", "w", newline="") as file:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(["function", "distribution", "arguments", "x", "value", "grade"])
    writer.writerows(rows)

second = []


def compare(name, label, law, xs, shift=0):
    functions = {"cdf": law.cdf, "ccdf": law.sf}
    functions["log_density"] = law.logpmf
    for x in xs:
        for function, f in functions.items():
            second.append([function, name, label, x, repr(float(f(x + shift))), "scipy"])
    moments = law.stats(moments="mv")
    for function, value in zip(["mean", "variance"], moments):
        second.append([function, name, label, xs[0], repr(float(value) - (shift if function == "mean" else 0)), "scipy"])
    for p in [1e-6, 0.1, 0.5, 0.9, 0.999]:
        second.append(["quantile", name, label, repr(p), repr(int(law.ppf(p)) - shift), "scipy"])


for n, p in [(10, 0.3), (500, 0.7)]:
    compare("Binomial", f"{n};{p}", stats.binom(n, p), [1, n // 2, n - 1])
for rate in [0.5, 42.0]:
    compare("Poisson", repr(rate), stats.poisson(rate), [0, 3, 50])
for p in [0.2, 0.85]:
    compare("Geometric", repr(p), stats.geom(p), [0, 2, 15], shift=1)
for mu, size in [(5.0, 2.0), (40.0, 11.0)]:
    compare("NegativeBinomial", f"{mu};{size}", stats.nbinom(size, size / (size + mu)), [0, 6, 60])
for n, a, b in [(12, 2.0, 4.0), (60, 7.5, 0.75)]:
    compare("BetaBinomial", f"{n};{a};{b}", stats.betabinom(n, a, b), [0, 5, n - 1])
for n, a, b in [(7, 12, 8), (90, 100, 400)]:
    compare("Hypergeometric", f"{n};{a};{b}", stats.hypergeom(a + b, a, n), [1, 5, 7])
compare("Zipf", "4.5", stats.zipf(4.5), [1, 2, 9])
compare("DiscreteUniform", "-3;9", stats.randint(-3, 10), [-3, 0, 8])

with open("discrete_scipy.csv", "w", newline="") as file:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(["function", "distribution", "arguments", "x", "value", "grade"])
    writer.writerows(second)
