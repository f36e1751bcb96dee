//! Names that users of Stan, R, Python and WebPPL try, and what Borel has instead.

/// Help for a name of a value that is not defined.
pub fn value_help(name: &str) -> Option<&'static str> {
    Some(match name {
        "normal" | "Gaussian" | "gaussian" | "norm" | "dnorm" | "rnorm" => "the distribution is `Normal(mu, sigma)`",
        "half_normal" | "Halfnormal" => "the distribution is `HalfNormal(sigma)`",
        "bernoulli" | "flip" | "Flip" => "the distribution is `Bernoulli(p)`; a draw is `sample Bernoulli(p)`",
        "uniform" | "runif" => "the distribution is `Uniform(lower, upper)`",
        "beta" => "the distribution is `Beta(a, b)`",
        "gamma" => "the distribution is `Gamma(shape, rate)`; the function is `exp(lgamma(x))`",
        "poisson" => "the distribution is `Poisson(rate)`",
        "exponential" => "the distribution is `Exponential(rate)`",
        "categorical" | "Discrete" | "discrete" => "the distribution is `Categorical(probs)`",
        "binomial" => "the distribution is `Binomial(n, p)`",
        "dirichlet" => "the distribution is `Dirichlet(alpha)`",
        "student_t" | "Student" | "StudentsT" => "the distribution is `StudentT(nu, mu, sigma)`",
        "lognormal" | "Lognormal" => "the distribution is `LogNormal(mu, sigma)`",
        "MultivariateNormal" | "multi_normal" | "MVN" | "MultiNormal" => "the distribution is `MvNormal(mu, sigma)`",
        "length" | "size" | "nrow" | "Len" => "the length of an array is `len(xs)`; of a matrix, `rows(m)`",
        "range" => "a range is written `0..n`",
        "seq" | "seq_along" => "a range is written `0..n`; the indices of xs are `0..len(xs)`",
        "println" | "printf" | "cat" | "console" => "write `print(..)`",
        "ln" => "the natural logarithm is `log(x)`",
        "log10" => "write `log(x) / log(10)`",
        "log2" => "write `log(x) / log(2)`",
        "pow" => "a power is written `x ^ y`",
        "sd" | "std" => "write `stddev(..)`",
        "var" => "write `variance(..)`",
        "average" => "write `mean(..)`",
        "float" | "to_real" | "double" | "as_real" => {
            "write `real(n)`; an Int becomes a Real by itself where one is wanted"
        }
        "to_int" | "trunc" => "write `floor(x)`, `ceil(x)` or `round(x)`",
        "string" | "toString" | "to_string" => "write `str(x)`",
        "append" | "push" | "concat" => "arrays are joined by `++`: `xs ++ [x]`",
        "reduce" | "foldl" | "foldr" => "write `fold(f, init, xs)`",
        "null" | "None_" | "nil" | "NULL" | "NA" => "write `None` of the type `Option[A]`",
        "True" | "TRUE" => "write `true`",
        "False" | "FALSE" => "write `false`",
        "pi" | "PI" | "Pi" => "write `4.0 * atan(1.0)`",
        "Infinity" | "inf" | "INFINITY" => "write `1.0 / 0.0`",
        "sigmoid" | "expit" | "logistic" => "write `inv_logit(x)`",
        "log_sum_exp" | "logsumexp" => "write `m + log(sum(exp(xs - m)))` with m the largest of xs",
        "error" | "throw" | "raise" | "panic" | "stop" => "write `fail(\"message\")`",
        "target" | "log_prob" | "lp__" => "`factor(log_weight)` adds to the log density",
        "not" => "write `!x`",
        "and" => "write `x && y`",
        "or" => "write `x || y`",
        "sigma_" | "lambda" => "an anonymous function is `fn(x) => ..`",
        "self" | "this" => "there are no methods; pass the value as a parameter",
        _ => return None,
    })
}

/// Help for a name of a type that is not defined.
pub fn type_help(name: &str) -> Option<&'static str> {
    Some(match name {
        "Float" | "float" | "f64" | "Double" | "double" | "real" | "Number" => "the type of real numbers is `Real`",
        "int" | "Integer" | "integer" | "i64" | "Nat" | "long" => "the type of integers is `Int`",
        "bool" | "Boolean" | "boolean" => "the type of truth values is `Bool`",
        "str" | "string" | "Str" | "Text" => "the type of text is `String`",
        "Array" | "Vec" | "Vector" | "vector" | "array" | "list" | "Seq" => "an array of Reals is `[Real]`",
        "matrix" => "the type of matrices is `Matrix`",
        "void" | "None" | "unit" => "the type with nothing in it is `()`",
        "Distribution" | "Measure" => "a distribution over A is `Dist[A]`",
        "Fn" | "Function" => "a function type is written `A -> B`, or `A ~> B` if it is random",
        _ => return None,
    })
}
