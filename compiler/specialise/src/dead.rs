//! Dead code: statements without effects whose values nothing needs, parameters of loops and results of constructs likewise.
//!
//! Mark and sweep: a variable is live if an effect needs it, or a live variable does. Loops that count may be dropped, others
//! may run for ever and stay.

use borel_core::{Atom, Block, End, FunctionId, Label, Op, Program, Ty, Var};

use crate::effect::{self, Effects, Summaries};

/// Removes dead code from a function; whether there was any.
pub(crate) fn function(program: &mut Program, id: FunctionId, summaries: &Summaries) -> bool {
    let index = id.0 as usize;
    let mut body = std::mem::take(&mut program.functions[index].body);
    let mut liveness = Liveness {
        summaries,
        live: vec![false; program.vars.len()],
        first_edge: vec![NONE; program.vars.len()],
        edges: Vec::new(),
        work: Vec::new(),
        labels: Vec::new(),
        owner: None,
    };
    liveness.block(&body, None);
    liveness.spread();
    let unit = program.unit();
    let mut sweep = Sweep { program, summaries, live: liveness.live, labels: Vec::new(), unit, changed: false };
    sweep.block(&mut body, true);
    let changed = sweep.changed;
    program.functions[index].body = body;
    changed
}

const NONE: u32 = u32::MAX;

struct Liveness<'s> {
    summaries: &'s Summaries,
    live: Vec<bool>,
    /// What each variable needs: lists in one vector of (needed, next).
    first_edge: Vec<u32>,
    edges: Vec<(Var, u32)>,
    work: Vec<Var>,
    /// The variable of the construct, and its parameters, of each label around.
    labels: Vec<(Label, Var, Vec<Var>)>,
    /// The variable of the construct without effects around: what effects would need, only it needs.
    owner: Option<Var>,
}

impl Liveness<'_> {
    fn root(&mut self, atom: &Atom) {
        match self.owner {
            Some(owner) => self.need(owner, atom),
            None => {
                if let Atom::Var(var) = atom {
                    self.mark(*var);
                }
            }
        }
    }

    fn mark(&mut self, var: Var) {
        if !std::mem::replace(&mut self.live[var.0 as usize], true) {
            self.work.push(var);
        }
    }

    /// If `var` is live, the operand is.
    fn need(&mut self, var: Var, atom: &Atom) {
        if let Atom::Var(needed) = atom {
            self.edges.push((*needed, self.first_edge[var.0 as usize]));
            self.first_edge[var.0 as usize] = self.edges.len() as u32 - 1;
        }
    }

    fn spread(&mut self) {
        while let Some(var) = self.work.pop() {
            let mut edge = self.first_edge[var.0 as usize];
            while edge != NONE {
                let (needed, next) = self.edges[edge as usize];
                self.mark(needed);
                edge = next;
            }
        }
    }

    /// A block whose yield is the value of a variable, or is needed as it is.
    fn block(&mut self, block: &Block, result: Option<Var>) {
        for stmt in &block.stmts {
            self.stmt(stmt.var, &stmt.op);
        }
        match &block.end {
            End::Yield(value) => match result {
                Some(var) => self.need(var, value),
                None => self.root(value),
            },
            End::Return(value) => self.root(value),
            End::Break(label, value) => match self.target(*label) {
                Some((var, _)) => self.need(var, value),
                None => self.root(value),
            },
            End::Continue(label, values) => {
                if let Some((_, params)) = self.target(*label) {
                    params.iter().zip(values).for_each(|(param, value)| self.need(*param, value));
                }
            }
            End::Unreachable => {}
        }
    }

    fn target(&self, wanted: Label) -> Option<(Var, Vec<Var>)> {
        let found = self.labels.iter().rev().find(|(label, _, _)| *label == wanted);
        found.map(|(_, var, params)| (*var, params.clone()))
    }

    fn stmt(&mut self, var: Var, op: &Op) {
        let removable = removable(op, self.summaries);
        if let Op::Loop(_, params, _) = op {
            params.iter().for_each(|(param, first)| self.need(*param, first));
        } else if removable {
            op.each_atom(&mut |atom| self.need(var, atom));
        } else {
            let mut atoms = Vec::new();
            op.each_atom(&mut |atom| atoms.push(atom));
            atoms.into_iter().for_each(|atom| self.root(atom));
        }
        let outer = self.owner;
        if removable {
            self.owner = Some(var);
        }
        self.inner(var, op);
        self.owner = outer;
    }

    fn inner(&mut self, var: Var, op: &Op) {
        match op {
            Op::Lambda(lambda) => {
                // What the body needs, the closure needs.
                let labels = std::mem::take(&mut self.labels);
                self.block(&lambda.body, None);
                self.labels = labels;
            }
            Op::Loop(label, params, body) => {
                self.labels.push((*label, var, params.iter().map(|(param, _)| *param).collect()));
                self.block(body, None);
                self.labels.pop();
            }
            Op::Block(label, body) => {
                self.labels.push((*label, var, Vec::new()));
                self.block(body, Some(var));
                self.labels.pop();
            }
            // These give their value whether it is needed or not; if they can go, what is in them can go with them.
            Op::Build(_, _, body) | Op::Scoped(_, body) => self.block(body, None),
            _ => op.blocks().into_iter().for_each(|inner| self.block(inner, Some(var))),
        }
    }
}

/// Whether the operation can be left out if its value is not needed.
fn removable(op: &Op, summaries: &Summaries) -> bool {
    match op {
        // A closure by itself does nothing, and a memo table or a cell that is not read has no say.
        Op::Lambda(_) | Op::Mem(_) | Op::Cell(_) => true,
        _ => effect::op(op, summaries).within(Effects::NONE) && !effect::op_escapes(op),
    }
}

struct Sweep<'p> {
    program: &'p mut Program,
    summaries: &'p Summaries,
    live: Vec<bool>,
    /// Labels whose construct's value is dead, and parameters that stay.
    labels: Vec<(Label, bool, Vec<bool>)>,
    unit: Ty,
    changed: bool,
}

impl Sweep<'_> {
    fn is_live(&self, var: Var) -> bool {
        self.live[var.0 as usize]
    }

    fn is_not_needed(&self, label: Label) -> bool {
        self.labels.iter().any(|(known, needed, _)| *known == label && !needed)
    }

    /// A block; if its yield is not needed, it yields nothing.
    fn block(&mut self, block: &mut Block, needed: bool) {
        let before = block.stmts.len();
        let stmts = std::mem::take(&mut block.stmts);
        block.stmts =
            stmts.into_iter().filter(|stmt| self.is_live(stmt.var) || !removable(&stmt.op, self.summaries)).collect();
        self.changed |= block.stmts.len() != before;
        for stmt in &mut block.stmts {
            self.stmt(stmt.var, &mut stmt.op);
        }
        match &mut block.end {
            End::Yield(value) if !needed => *value = Atom::Unit,
            End::Break(label, value) if self.is_not_needed(*label) => *value = Atom::Unit,
            End::Continue(label, values) => {
                if let Some((_, _, keep)) = self.labels.iter().find(|(known, _, _)| known == label) {
                    let mut keep = keep.iter();
                    values.retain(|_| keep.next().copied().unwrap_or(true));
                }
            }
            _ => {}
        }
    }

    fn stmt(&mut self, var: Var, op: &mut Op) {
        // Builds keep their elements, and scopes their value: these are few.
        let needed = self.is_live(var) || !matches!(op, Op::If(..) | Op::Match(..) | Op::Loop(..) | Op::Block(..));
        if !needed && self.program.var_ty(var) != self.unit {
            self.program.vars[var.0 as usize].ty = self.unit;
            self.changed = true;
        }
        match op {
            Op::Lambda(lambda) => {
                let labels = std::mem::take(&mut self.labels);
                self.block(&mut lambda.body, true);
                self.labels = labels;
            }
            Op::Loop(label, params, body) => {
                let keep: Vec<bool> = params.iter().map(|(param, _)| self.is_live(*param)).collect();
                self.changed |= keep.contains(&false);
                let mut kept = keep.iter();
                params.retain(|_| kept.next().copied().unwrap_or(true));
                self.labels.push((*label, needed, keep));
                self.block(body, true);
                self.labels.pop();
            }
            Op::Block(label, body) => {
                self.labels.push((*label, needed, Vec::new()));
                self.block(body, needed);
                self.labels.pop();
            }
            _ => op.blocks_mut().into_iter().for_each(|inner| self.block(inner, needed)),
        }
    }
}
