//! Sums that loops add to: what is the same in each iteration is done once after the loop. For `d = d + k * x` the loop adds up `x`, and `d`
//! gets `k` times that; for `d = d + (x - k)` it counts, and `d` loses `k` times the count. The log weight is such a sum too.
//!
//! Only factors of what is added are taken out, not those of squares, so that nothing becomes infinite that was not; and a sum of nothing
//! stays 0 where the factor is infinite.

use crate::negations::remove_unused;
use borel_abi::ctx::offset::LOG_WEIGHT;
use borel_flow::visit::each_statement;
use borel_flow::{Binary, Block, Expr, Function, Label, Local, LocalInfo, Operand, Stmt, Ty, Unary};
use std::collections::{HashMap, HashSet};

/// Takes what does not change out of the sums of a function's loops.
pub fn hoist(function: &mut Function) {
    let mut hoisting = Hoisting { locals: std::mem::take(&mut function.locals), ..Hoisting::default() };
    hoisting.definitions = function.params.iter().map(|param| (*param, 1)).collect();
    each_statement(&function.body, &mut |stmt| {
        stmt.each_definition(&mut |local| *hoisting.definitions.entry(local).or_default() += 1);
        stmt.each_operand(&mut |operand| hoisting.note_read(operand));
    });
    each_statement(&function.body, &mut |stmt| match stmt {
        Stmt::Let(local, expr) if hoisting.definitions[local] == 1 => {
            hoisting.values.insert(*local, expr.clone());
        }
        _ => {}
    });
    hoisting.block(&mut function.body);
    function.locals = hoisting.locals;
    remove_unused(function);
}

#[derive(Default)]
struct Hoisting {
    locals: Vec<LocalInfo>,
    /// How often each local is assigned, except for sums.
    definitions: HashMap<Local, u32>,
    /// How often each local is read.
    reads: HashMap<Local, u32>,
    /// What locals that are assigned once are.
    values: HashMap<Local, Expr>,
}

/// What is added to.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Sum {
    Local(Local),
    LogWeight,
}

/// Something that does not change, and whether it multiplies or divides.
type Factor = (Binary, Operand);

/// A part of what is added: the sign, what changes (none for 1), and its factors.
struct Part {
    is_positive: bool,
    base: Option<Operand>,
    factors: Vec<Factor>,
}

/// What a loop adds up instead.
struct Inner {
    sum: Sum,
    factors: Vec<Factor>,
    total: Local,
    is_count: bool,
}

/// What there is to know of a loop.
#[derive(Default)]
struct Facts {
    /// The locals assigned in it.
    assigned: HashSet<Local>,
    /// Those of them that are only added to.
    sums: HashSet<Local>,
    /// Whether the log weight is only added to.
    has_log_weight: bool,
    /// Locals that nothing reads but sums, and products that nothing reads but sums.
    summands: HashSet<Local>,
}

impl Hoisting {
    fn note_read(&mut self, operand: Operand) {
        if let Operand::Local(local) = operand {
            *self.reads.entry(local).or_default() += 1;
        }
    }

    fn local(&mut self) -> Local {
        self.locals.push(LocalInfo { name: "sum".into(), ty: Ty::Real });
        Local(self.locals.len() as u32 - 1)
    }

    fn define(&mut self, block: &mut Block, expr: Expr) -> Operand {
        let local = self.local();
        expr.each_operand(&mut |operand| self.note_read(operand));
        self.definitions.insert(local, 1);
        block.push(Stmt::Let(local, expr));
        Operand::Local(local)
    }

    fn block(&mut self, block: &mut Block) {
        for mut stmt in std::mem::take(block) {
            stmt.blocks_mut().into_iter().for_each(|inner| self.block(inner));
            let mut after = Vec::new();
            if let Stmt::Loop(label, body) = &mut stmt
                && let Some(facts) = self.facts(*label, body)
            {
                let mut inner = Vec::new();
                self.rewrite(body, &facts, &mut inner);
                let zero = |one: &Inner| Stmt::Let(one.total, Expr::Use(Operand::Real(0.0)));
                let mut begun = HashSet::new();
                block.extend(inner.iter().filter(|one| begun.insert(one.total)).map(zero));
                inner.iter().for_each(|one| self.finish(one, &mut after));
            }
            block.push(stmt);
            block.append(&mut after);
        }
    }

    /// The facts of a loop that is left at its end only.
    fn facts(&self, label: Label, body: &Block) -> Option<Facts> {
        let (mut inside, mut targets) = (HashSet::from([label]), HashSet::new());
        let mut leaves = false;
        let mut facts = Facts::default();
        let (mut additions, mut reads) = (HashMap::<Local, i64>::new(), HashMap::<Local, i64>::new());
        let mut weights = (0, 0);
        each_statement(body, &mut |stmt| {
            match stmt {
                Stmt::Return(_) | Stmt::Suspend(..) => leaves = true,
                Stmt::Break(label) | Stmt::Continue(label) => drop(targets.insert(*label)),
                Stmt::Loop(label, _) | Stmt::Block(label, _) => drop(inside.insert(*label)),
                Stmt::Let(_, Expr::Context(LOG_WEIGHT)) => weights.0 += 1,
                Stmt::SetContext(LOG_WEIGHT, _) => weights.1 += 1,
                // What they do to the log weight is not seen.
                Stmt::Call(..) => weights.1 += 1,
                _ => {}
            }
            stmt.each_operand(&mut |operand| {
                if let Operand::Local(local) = operand {
                    *reads.entry(local).or_default() += 1;
                }
            });
            let sum = addition(stmt).map(|(sum, ..)| sum);
            stmt.each_definition(&mut |local| {
                facts.assigned.insert(local);
                // An assignment that is not an addition never comes out even.
                *additions.entry(local).or_default() += if sum == Some(local) { 1 } else { i64::from(i32::MIN) };
            });
        });
        if leaves || !targets.is_subset(&inside) {
            return None;
        }
        facts.sums = additions.into_iter().filter(|(local, n)| reads.get(local) == Some(n)).map(|(d, _)| d).collect();
        let mut triples = 0;
        each_block(body, &mut |block| triples += block.windows(3).filter(|three| weighing(three).is_some()).count());
        facts.has_log_weight = weights == (triples, triples);
        self.find_summands(body, &mut facts);
        Some(facts)
    }

    /// Finds what is read by sums alone, and what else by products of such.
    fn find_summands(&self, body: &Block, facts: &mut Facts) {
        loop {
            let mut found: HashMap<Local, u32> = HashMap::new();
            let mut note = |operand: Operand| {
                if let Operand::Local(local) = operand {
                    *found.entry(local).or_default() += 1;
                }
            };
            each_statement(body, &mut |stmt| match (addition(stmt), stmt) {
                (Some((sum, _, term)), _) if facts.sums.contains(&sum) => note(term),
                (_, Stmt::Let(to, Expr::Binary(Binary::Mul, a, b))) if facts.summands.contains(to) && a != b => {
                    note(*a);
                    note(*b);
                }
                (_, Stmt::Let(to, Expr::Use(a))) if facts.summands.contains(to) => note(*a),
                _ => {}
            });
            let before = facts.summands.len();
            facts.summands.extend(found.into_iter().filter(|(d, n)| self.reads.get(d) == Some(n)).map(|(d, _)| d));
            if facts.summands.len() == before {
                return;
            }
        }
    }

    /// Adds up without what does not change.
    fn rewrite(&mut self, block: &mut Block, facts: &Facts, inner: &mut Vec<Inner>) {
        let mut counter = None;
        let mut rest = std::mem::take(block).into_iter().peekable();
        let mut waiting: Block = Vec::new();
        loop {
            while waiting.len() < 3 && rest.peek().is_some() {
                waiting.extend(rest.next());
            }
            if waiting.is_empty() {
                return;
            }
            if facts.has_log_weight
                && let Some(term) = weighing(&waiting)
                && let Some(parts) = self.parts(Operand::Local(term), true, facts, block)
            {
                waiting.drain(..3);
                self.add_up(Sum::LogWeight, parts, &mut counter, block, inner);
                continue;
            }
            let mut stmt = waiting.remove(0);
            if let Some((sum, is_positive, term)) = addition(&stmt)
                && facts.sums.contains(&sum)
                && let Some(parts) = self.parts(term, is_positive, facts, block)
            {
                self.add_up(Sum::Local(sum), parts, &mut counter, block, inner);
                continue;
            }
            stmt.blocks_mut().into_iter().for_each(|block| self.rewrite(block, facts, inner));
            block.push(stmt);
        }
    }

    fn add_up(
        &mut self,
        sum: Sum,
        parts: Vec<Part>,
        counter: &mut Option<Local>,
        block: &mut Block,
        inner: &mut Vec<Inner>,
    ) {
        for Part { is_positive, base, mut factors } in parts {
            let op = if is_positive { Binary::Add } else { Binary::Sub };
            let Some(base) = base else {
                let total = counter.unwrap_or_else(|| {
                    let total = self.local();
                    block.push(add(total, Binary::Add, Operand::Real(1.0)));
                    total
                });
                *counter = Some(total);
                if !is_positive {
                    factors.push((Binary::Mul, Operand::Real(-1.0)));
                }
                inner.push(Inner { sum, factors, total, is_count: true });
                continue;
            };
            let known = inner.iter().find(|one| one.sum == sum && one.factors == factors && !one.is_count);
            let total = match (known, sum) {
                (Some(one), _) => one.total,
                (None, Sum::Local(local)) if factors.is_empty() => local,
                (None, _) => {
                    let total = self.local();
                    inner.push(Inner { sum, factors, total, is_count: false });
                    total
                }
            };
            self.note_read(base);
            block.push(add(total, op, base));
        }
    }

    /// What is added, in parts; none if nothing can be taken out of it.
    fn parts(&mut self, term: Operand, is_positive: bool, facts: &Facts, block: &mut Block) -> Option<Vec<Part>> {
        let mut parts = Vec::new();
        self.split(term, is_positive, facts, &mut parts);
        let parts: Vec<Part> = parts
            .into_iter()
            .map(|(is_positive, term)| {
                if is_constant(term, facts) {
                    let factors = vec![(Binary::Mul, term)];
                    return Part { is_positive, base: None, factors };
                }
                let mut part = Part { is_positive, base: None, factors: Vec::new() };
                part.base = Some(self.base(term, facts, &mut part, block));
                part
            })
            .collect();
        parts.iter().any(|part| !part.factors.is_empty()).then_some(parts)
    }

    /// Whether an operand is, wherever it is read, what it was when something was computed from it.
    fn is_fixed(&self, operand: Operand) -> bool {
        operand.local().is_none_or(|local| self.definitions.get(&local) == Some(&1))
    }

    fn value(&self, operand: Operand) -> Option<Expr> {
        operand.local().and_then(|local| self.values.get(&local)).cloned()
    }

    /// A sum whose one side does not change is two.
    fn split(&self, term: Operand, is_positive: bool, facts: &Facts, parts: &mut Vec<(bool, Operand)>) {
        match self.value(term) {
            _ if is_constant(term, facts) => parts.push((is_positive, term)),
            Some(Expr::Use(a)) if self.is_fixed(a) => self.split(a, is_positive, facts, parts),
            Some(Expr::Binary(op @ (Binary::Add | Binary::Sub), a, b))
                if (is_constant(a, facts) || is_constant(b, facts)) && self.is_fixed(a) && self.is_fixed(b) =>
            {
                self.split(a, is_positive, facts, parts);
                self.split(b, is_positive == (op == Binary::Add), facts, parts);
            }
            _ => parts.push((is_positive, term)),
        }
    }

    /// What changes in a product; its factors go to the part.
    fn base(&mut self, term: Operand, facts: &Facts, part: &mut Part, block: &mut Block) -> Operand {
        match self.value(term) {
            Some(Expr::Use(a)) if self.is_fixed(a) => self.base(a, facts, part, block),
            Some(Expr::Unary(Unary::Negate, a)) if self.is_fixed(a) => {
                part.is_positive = !part.is_positive;
                self.base(a, facts, part, block)
            }
            Some(Expr::Binary(Binary::Mul, k, x) | Expr::Binary(Binary::Mul, x, k))
                if is_constant(k, facts) && self.is_fixed(x) =>
            {
                part.factors.push((Binary::Mul, k));
                self.base(x, facts, part, block)
            }
            Some(Expr::Binary(Binary::Div, x, k)) if is_constant(k, facts) && self.is_fixed(x) => {
                part.factors.push((Binary::Div, k));
                self.base(x, facts, part, block)
            }
            Some(Expr::Binary(Binary::Mul, a, b)) if a != b && self.is_fixed(a) && self.is_fixed(b) => {
                let is_summand = |operand: Operand| operand.local().is_some_and(|d| facts.summands.contains(&d));
                let before = part.factors.len();
                let x = if is_summand(a) { self.base(a, facts, part, block) } else { a };
                let y = if is_summand(b) { self.base(b, facts, part, block) } else { b };
                if part.factors.len() == before {
                    return term;
                }
                self.define(block, Expr::Binary(Binary::Mul, x, y))
            }
            _ => term,
        }
    }

    /// After the loop: the sum gets its total, with the factors.
    fn finish(&mut self, Inner { sum, factors, total, .. }: &Inner, after: &mut Block) {
        let total = Operand::Local(*total);
        let mut scaled = total;
        for (op, factor) in factors {
            scaled = self.define(after, Expr::Binary(*op, scaled, *factor));
        }
        if factors.iter().any(|(_, factor)| !matches!(factor, Operand::Real(_))) {
            let is_zero = self.define(after, Expr::Binary(Binary::Eq, total, Operand::Real(0.0)));
            if let Operand::Local(local) = is_zero {
                self.locals[local.0 as usize].ty = Ty::Bool;
            }
            scaled = self.define(after, Expr::Select(is_zero, Operand::Real(0.0), scaled));
        }
        match sum {
            Sum::Local(local) => after.push(add(*local, Binary::Add, scaled)),
            Sum::LogWeight => {
                let before = self.define(after, Expr::Context(LOG_WEIGHT));
                let weight = self.define(after, Expr::Binary(Binary::Add, before, scaled));
                after.push(Stmt::SetContext(LOG_WEIGHT, weight));
            }
        }
    }
}

fn add(to: Local, op: Binary, term: Operand) -> Stmt {
    Stmt::Let(to, Expr::Binary(op, Operand::Local(to), term))
}

fn is_constant(operand: Operand, facts: &Facts) -> bool {
    operand.local().is_none_or(|local| !facts.assigned.contains(&local))
}

/// What a statement adds to or takes from a local, and whether it adds.
fn addition(stmt: &Stmt) -> Option<(Local, bool, Operand)> {
    let Stmt::Let(to, Expr::Binary(op @ (Binary::Add | Binary::Sub), a, b)) = stmt else { return None };
    let own = Operand::Local(*to);
    match op {
        _ if *a == own && *b != own => Some((*to, *op == Binary::Add, *b)),
        Binary::Add if *b == own && *a != own => Some((*to, true, *a)),
        _ => None,
    }
}

/// What three statements add to the log weight.
fn weighing(stmts: &[Stmt]) -> Option<Local> {
    match stmts {
        [
            Stmt::Let(before, Expr::Context(LOG_WEIGHT)),
            Stmt::Let(after, Expr::Binary(Binary::Add, Operand::Local(from), Operand::Local(term))),
            Stmt::SetContext(LOG_WEIGHT, Operand::Local(to)),
            ..,
        ] if before == from && after == to => Some(*term),
        _ => None,
    }
}

fn each_block(block: &Block, f: &mut impl FnMut(&Block)) {
    f(block);
    block.iter().flat_map(|stmt| stmt.blocks()).for_each(|inner| each_block(inner, f));
}
