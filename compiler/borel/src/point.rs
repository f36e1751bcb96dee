//! The density of a model at given values of its choices.

use crate::data::datum::Kind;
use crate::data::problem::diagnostic;
use crate::data::{Data, Datum};
use crate::density::{DISCOVERY, executable};
use crate::diagnostics::Diagnostics;
use crate::error::Error;
use crate::interrupt::Interrupt;
use crate::model::Bound;
use crate::run;
use borel_abi::{Host, RuntimeError};
use borel_diagnostics::{Diagnostic, suggest};
use borel_driver::back::{Executable, Use};
use borel_inference::{Density, Job};
use borel_posterior::Draws;
use borel_source::Span;
use serde_json::{Map, Value, json};
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

/// The density at a point. See [`Bound::density_at`].
#[derive(Clone, Debug)]
pub struct DensityAt {
    /// The logarithm of the density with respect to the values of the choices.
    pub log_density: f64,
    /// What the transforms of the choices to unconstrained numbers add to it: the density that gradient-based methods work on is the sum.
    pub log_jacobian: f64,
    gradient: Vec<(String, f64)>,
    point: Data,
}

impl DensityAt {
    /// The derivative of the log density with respect to a scalar, such as `tau` or `theta[3]`. The elements of matrices and simplexes
    /// are taken to be independent.
    pub fn derivative(&self, name: &str) -> Option<f64> {
        self.gradient.iter().find(|(known, _)| known == name).map(|(_, slope)| *slope)
    }

    /// As `{ "log_density": .., "gradient": { name: .. }, "log_jacobian": .. }`, with the gradient in the form of the point.
    pub fn json(&self) -> Value {
        let derivatives: HashMap<&str, f64> =
            self.gradient.iter().map(|(name, slope)| (name.as_str(), *slope)).collect();
        let fields = self.point.fields.iter();
        let gradient: Map<String, Value> =
            fields.map(|field| (field.name.clone(), shaped(&field.name, &field.datum, &derivatives))).collect();
        json!({ "log_density": self.log_density, "gradient": gradient, "log_jacobian": self.log_jacobian })
    }
}

/// Derivatives in the form that the values have.
fn shaped(name: &str, datum: &Datum, derivatives: &HashMap<&str, f64>) -> Value {
    let element = |i: usize| derivatives.get(format!("{name}[{i}]").as_str()).copied();
    match &datum.kind {
        Kind::Array(parts) | Kind::Column(parts) => {
            parts.iter().enumerate().map(|(i, part)| shaped(&format!("{name}[{i}]"), part, derivatives)).collect()
        }
        Kind::Reals(parts) => (0..parts.len()).map(|i| json!(element(i))).collect(),
        Kind::Ints(parts) => (0..parts.len()).map(|i| json!(element(i))).collect(),
        Kind::Object(parts) => {
            let part =
                |(part, datum): &(String, Datum)| (part.clone(), shaped(&format!("{name}.{part}"), datum, derivatives));
            Value::Object(parts.iter().map(part).collect())
        }
        _ => json!(derivatives.get(name)),
    }
}

/// A number of a point, by its name.
struct Scalar {
    name: String,
    value: f64,
    span: Option<Span>,
}

impl Bound {
    /// The log density with respect to the values of the named choices, at these values, with its gradient.
    ///
    /// A model whose choices depend on one another's values has no density; nor has one with choices that are counted. Each
    /// scalar of each named choice has to be given, and nothing else.
    ///
    /// ```
    /// use borel::{Data, Program};
    /// let program = Program::compile("model m(y: Real) { let sigma ~ Exponential(2)\n observe y ~ Normal(0, sigma)\n return sigma }")?;
    /// let bound = program.sole_model()?.bind(&Data::new().real("y", 1.0))?;
    /// let at = bound.density_at(&Data::new().real("sigma", 0.5))?;
    /// let expected = 2f64.ln() - 1.0 - 0.5 * std::f64::consts::TAU.ln() - 0.5f64.ln() - 2.0;
    /// assert!((at.log_density - expected).abs() < 1e-14);
    /// assert_eq!(at.derivative("sigma"), Some(-2.0 - 1.0 / 0.5 + 1.0 / 0.125));
    /// assert_eq!(at.log_jacobian, 0.5f64.ln());
    /// # Ok::<(), borel::Error>(())
    /// ```
    pub fn density_at(&self, point: &Data) -> Result<DensityAt, Error> {
        let mut named = self.evaluation(true)?;
        let mut draws = Draws::new();
        draws.weights = vec![1.0];
        let random = named.density.values().to_vec();
        let drawn = named.density.draw(&random, 0, &mut draws).map(drop);
        drawn.map_err(|error| named.failed(self, &error))?;
        let scalars = scalars(point).map_err(|list| self.rejected(point, list))?;
        let positions = positions(&random, &draws);
        if let Some(position) = (0..random.len()).find(|position| !positions.values().any(|at| at == position)) {
            return Err(self.without_name(&mut named, position));
        }
        let problems = self.problems(&scalars, &positions, &draws);
        if !problems.is_empty() {
            return Err(self.rejected(point, problems));
        }
        let mut values = random;
        for scalar in &scalars {
            values[positions[&scalar.name]] = scalar.value;
        }
        let mut inner = self.evaluation(false)?;
        let mut gradient = vec![0.0; values.len()];
        let log_density = inner.density.value_and_gradient(&values, &mut gradient);
        let log_density = log_density.map_err(|error| inner.failed(self, &error))?;
        let log_jacobian = inner.density.log_jacobian();
        let gradient = scalars.into_iter().map(|scalar| (scalar.name.clone(), gradient[positions[&scalar.name]]));
        Ok(DensityAt { log_density, log_jacobian, gradient: gradient.collect(), point: point.clone() })
    }

    /// The density on the values of choices, after its first evaluation at random ones.
    fn evaluation(&self, record: bool) -> Result<Evaluation, Error> {
        let executable = executable(self, Use::ConstrainedDensity, record)?;
        let host = Host::new(usize::MAX / 2, Box::new(|_| {}));
        let made = run::job(&executable, &self.values).and_then(|job: Job| Density::new(&job, &host));
        let found = made.and_then(|mut density| borel_inference::discover(&mut density, DISCOVERY).map(|()| density));
        match found {
            Ok(density) => Ok(Evaluation { executable, density }),
            Err(error) => Err(run::failure(self.model.program(), &executable, &error, &Interrupt::new())),
        }
    }

    fn rejected(&self, point: &Data, list: Vec<Diagnostic>) -> Error {
        Diagnostics::new(point.sources.clone(), list).into()
    }

    /// What is wrong with the names of a point.
    fn problems(&self, scalars: &[Scalar], positions: &HashMap<String, usize>, draws: &Draws) -> Vec<Diagnostic> {
        let model = self.model.name();
        let mut list = Vec::new();
        for scalar in scalars.iter().filter(|scalar| !positions.contains_key(&scalar.name)) {
            let (name, known) = (&scalar.name, draws.column(&scalar.name).is_some());
            let message = match known {
                true => format!("`{name}` of the model `{model}` is computed from its choices"),
                false => format!("the model `{model}` has no choice `{name}`"),
            };
            let mut problem = diagnostic("E0512", scalar.span, message, "given here");
            let near = suggest(name, positions.keys().map(String::as_str));
            problem.help = match (known, near) {
                (true, _) => Some("leave it out".into()),
                (false, Some(near)) => Some(format!("did you mean `{near}`?")),
                (false, None) => None,
            };
            list.push(problem);
        }
        let given: std::collections::HashSet<&str> = scalars.iter().map(|scalar| scalar.name.as_str()).collect();
        let mut missing: Vec<(&usize, &str)> = positions
            .iter()
            .filter(|(name, _)| !given.contains(name.as_str()))
            .map(|(name, position)| (position, name.as_str()))
            .collect();
        missing.sort_unstable();
        if let Some((_, first)) = missing.first() {
            let more = match missing.len() {
                1 => String::new(),
                count => format!(" and {} more", count - 1),
            };
            let message = format!("the point lacks `{first}`{more} of the model `{model}`");
            let problem = diagnostic("E0501", None, message, "");
            list.push(problem.help("a point has a number for each scalar of each choice"));
        }
        list
    }

    /// A number is read by a choice that no name shows.
    fn without_name(&self, named: &mut Evaluation, position: usize) -> Error {
        let site = named.density.sites()[position];
        let span = usize::try_from(site).ok().and_then(|site| named.executable.sites().get(site).copied());
        let message = "this choice has no name, or its value is made of others: none can be given for it";
        let problem = diagnostic("E0512", span, message.into(), "drawn here");
        let help = "draw it with `let NAME ~ ..`, or draw by name what it is made of";
        self.model.program().diagnostics(vec![problem.help(help)]).into()
    }
}

/// A density with its native code.
struct Evaluation {
    executable: Arc<Executable>,
    density: Density,
}

impl Evaluation {
    fn failed(&self, bound: &Bound, error: &RuntimeError) -> Error {
        run::failure(bound.model.program(), &self.executable, error, &Interrupt::new())
    }
}

/// Where the point has the scalars of named choices. They are recognised by their values: random ones are all different, and elements
/// that are not (zeros and ones of triangular matrices, the two sides of symmetric ones) come in the same order.
fn positions(point: &[f64], draws: &Draws) -> HashMap<String, usize> {
    let mut holders: HashMap<u64, VecDeque<usize>> = HashMap::new();
    for (position, value) in point.iter().enumerate() {
        holders.entry(value.to_bits()).or_default().push_back(position);
    }
    let mut found = HashMap::new();
    for column in draws.columns().iter().filter(|column| !is_result(&column.name)) {
        let value = column.values.first().map(|value| value.to_bits());
        if let Some(position) = value.and_then(|bits| holders.get_mut(&bits)).and_then(VecDeque::pop_front) {
            found.insert(column.name.clone(), position);
        }
    }
    found
}

fn is_result(name: &str) -> bool {
    name.split(['.', '[']).next() == Some("return")
}

/// The numbers of a point by name: `theta[3]` for what stands at index 3 of the array `theta`.
fn scalars(point: &Data) -> Result<Vec<Scalar>, Vec<Diagnostic>> {
    let (mut list, mut problems) = (Vec::new(), Vec::new());
    for field in &point.fields {
        collect(field.name.clone(), &field.datum, &mut list, &mut problems);
    }
    if problems.is_empty() { Ok(list) } else { Err(problems) }
}

fn collect(name: String, datum: &Datum, list: &mut Vec<Scalar>, problems: &mut Vec<Diagnostic>) {
    let span = datum.span;
    let mut add = |name: String, value: f64| list.push(Scalar { name, value, span });
    match &datum.kind {
        Kind::Int(value) => add(name, *value as f64),
        Kind::BigInt(value) | Kind::Real(value) if value.is_finite() => add(name, *value),
        Kind::Reals(values) => values.iter().enumerate().for_each(|(i, value)| add(format!("{name}[{i}]"), *value)),
        Kind::Ints(values) => {
            values.iter().enumerate().for_each(|(i, value)| add(format!("{name}[{i}]"), *value as f64))
        }
        Kind::Array(parts) => {
            parts.iter().enumerate().for_each(|(i, part)| collect(format!("{name}[{i}]"), part, list, problems));
        }
        Kind::Object(parts) => {
            parts.iter().for_each(|(part, datum)| collect(format!("{name}.{part}"), datum, list, problems));
        }
        _ => {
            let message = format!("`{name}`: expected a finite number, found {}", datum.describe());
            problems.push(diagnostic("E0502", span, message, "here"));
        }
    }
}
