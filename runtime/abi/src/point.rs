//! The point at which a density is evaluated: unconstrained numbers, and what each of them is read for.
//!
//! A density reads the numbers of its point one after the other, as it comes to the choices. What the first evaluation reads
//! is the plan; later ones are held to it, so that a program whose choices depend on the values of others is found out.

use crate::ctx::Ctx;
use crate::error::ErrorKind;
use crate::stream::Stream;
use borel_math::transform::Transform;

/// What follows the last entry of a plan: no choice has this number.
const END: i64 = i64::MIN;

/// What the entries of a choice after its first say.
const REST: i64 = -1;

/// The numbers drawn for a new choice lie between minus this and this, as Stan's initial values do.
const RADIUS: f64 = 2.0;

/// Values that have been written with fewer digits are this near to what they should be.
const SAME: f64 = 1e-8;

/// See the module.
#[derive(Clone, Debug)]
pub struct Point {
    values: Vec<f64>,
    plan: Vec<i64>,
    /// Whether the plan is still being made.
    discovers: Option<Stream>,
    /// Where the log density stopped being finite in the last evaluation, of code that says so.
    blamed: Option<i64>,
    /// Of a point of constrained values: what their transforms add to the log density of the unconstrained ones.
    log_jacobian: f64,
}

impl Default for Point {
    fn default() -> Point {
        Point { values: Vec::new(), plan: vec![END], discovers: None, blamed: None, log_jacobian: 0.0 }
    }
}

/// The entry of the plan for a choice at a site that reads so many numbers.
pub fn entry(site: i64, count: i64) -> i64 {
    count << 32 | site
}

impl Point {
    /// Adds the numbers of a choice that is read at a site after all others.
    pub fn add(&mut self, site: i64, numbers: &[f64]) {
        if numbers.is_empty() {
            return;
        }
        self.plan.pop();
        self.plan.push(entry(site, numbers.len() as i64));
        self.plan.resize(self.plan.len() + numbers.len() - 1, REST);
        self.plan.push(END);
        self.values.extend_from_slice(numbers);
    }

    /// The numbers.
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// What the numbers are read for: for each, the site of its choice.
    pub fn sites(&self) -> Vec<i64> {
        let mut sites: Vec<i64> = Vec::new();
        for entry in &self.plan[..self.values.len()] {
            let site = if *entry == REST { sites.last().copied().unwrap_or(REST) } else { entry & 0xffff_ffff };
            sites.push(site);
        }
        sites
    }

    /// Forgets the plan; the next evaluation makes a new one, with numbers from a stream.
    pub fn discover(&mut self, stream: Stream) {
        *self = Point { discovers: Some(stream), ..Point::default() };
    }

    /// Ends the discovery: from here on evaluations are held to the plan.
    pub fn settle(&mut self) {
        self.discovers = None;
    }

    /// Moves to other numbers.
    ///
    /// # Panics
    /// If they are not as many as the plan has.
    pub fn move_to(&mut self, values: &[f64]) {
        self.values.copy_from_slice(values);
    }

    /// Makes the context read this point, from its beginning.
    pub fn begin(&mut self, ctx: &mut Ctx) {
        ctx.position = 0;
        self.blamed = None;
        self.log_jacobian = 0.0;
        self.place(ctx);
    }

    fn place(&mut self, ctx: &mut Ctx) {
        ctx.point = self.values.as_ptr();
        ctx.plan = self.plan.as_ptr();
    }

    /// Called where the plan says something else than what is about to be read: the plan gets longer if it is being made, and is
    /// broken otherwise.
    pub fn extend(&mut self, ctx: &mut Ctx, site: i64, count: i64) -> Result<(), ErrorKind> {
        let Some(stream) = &mut self.discovers else { return Err(ErrorKind::StructureChanged) };
        if ctx.position as usize != self.values.len() || count < 0 {
            return Err(ErrorKind::StructureChanged);
        }
        if count > 0 {
            self.plan.pop();
            self.plan.push(entry(site, count));
            self.plan.extend((1..count).map(|_| REST));
            self.plan.push(END);
        }
        for _ in 0..count {
            self.values.push(RADIUS * (2.0 * stream.uniform() - 1.0));
        }
        self.place(ctx);
        Ok(())
    }

    /// Says that the number at a position is a value between bounds. While the plan is being made it becomes one.
    pub fn hold_between(&mut self, position: usize, lower: f64, upper: f64) -> Result<(), ErrorKind> {
        let value = &mut self.values[position];
        let is_bounded = (lower > f64::NEG_INFINITY, upper < f64::INFINITY);
        if self.discovers.is_some() {
            *value = match is_bounded {
                (false, false) => *value,
                (true, false) => lower + value.exp(),
                (false, true) => upper - value.exp(),
                (true, true) => lower + (upper - lower) / (1.0 + (-*value).exp()),
            };
        }
        let value = *value;
        if !(lower < value && value < upper) {
            return Err(ErrorKind::OutsideSupport(format!("{value} is not between {lower} and {upper}")));
        }
        self.log_jacobian += match is_bounded {
            (false, false) => 0.0,
            (true, false) => (value - lower).ln(),
            (false, true) => (upper - value).ln(),
            (true, true) => (value - lower).ln() + (upper - value).ln() - (upper - lower).ln(),
        };
        Ok(())
    }

    /// Says that the numbers from a position on are an array or a matrix in the set that a transform makes elements of. While the plan
    /// is being made they become one.
    pub fn hold_in(
        &mut self,
        position: usize,
        transform: Transform,
        rows: usize,
        columns: usize,
    ) -> Result<(), ErrorKind> {
        let values = &mut self.values[position..position + rows * columns];
        let mut unconstrained = vec![0.0; transform.count(rows, columns)];
        let mut there_and_back = vec![0.0; values.len()];
        if self.discovers.is_some() {
            let count = unconstrained.len();
            unconstrained.copy_from_slice(&values[..count]);
        } else {
            transform.unconstrain(values, rows, &mut unconstrained);
        }
        let log_jacobian = transform.constrain(&unconstrained, rows, &mut there_and_back);
        if self.discovers.is_some() {
            values.copy_from_slice(&there_and_back);
        }
        let is_same = |(a, b): (&f64, &f64)| (a - b).abs() <= SAME * (1.0 + a.abs());
        if !values.iter().zip(&there_and_back).all(is_same) {
            return Err(ErrorKind::OutsideSupport(format!("this is not {}", transform.describe())));
        }
        self.log_jacobian += log_jacobian;
        Ok(())
    }

    /// What the transforms of the values held in the last evaluation add to the log density of the unconstrained numbers.
    pub fn log_jacobian(&self) -> f64 {
        self.log_jacobian
    }

    /// Notes where the log density is no longer finite; the first place counts.
    pub fn blame(&mut self, site: i64) {
        self.blamed.get_or_insert(site);
    }

    /// Where the log density stopped being finite in the last evaluation, of code that says so.
    pub fn blamed(&self) -> Option<i64> {
        self.blamed
    }

    /// Whether an evaluation that ended at a position has read all of the point.
    pub fn is_read(&self, position: i64) -> bool {
        position as usize == self.values.len()
    }
}
