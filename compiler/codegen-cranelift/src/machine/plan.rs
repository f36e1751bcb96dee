//! What a machine saves where: parts, states, frames.

use super::inline::Inliner;
use crate::tail;
use crate::unit::Unit;
use borel_abi::layout::{Layout, LayoutId, LayoutKind, Role, Slot};
use borel_abi::module::{State, frame_start};
use borel_flow::liveness::{is_point, live_across_with};
use borel_flow::visit::each_statement;
use borel_flow::{Block, Function, FunctionId, Local, Stmt, Ty};
use std::collections::{BTreeSet, HashMap};

/// The plan of a machine.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) parts: Vec<Part>,
    /// The part that each function that is not inlined everywhere has become.
    numbers: HashMap<FunctionId, usize>,
    /// States in order: the start of each root, then suspensions.
    pub(super) saved: Vec<Saved>,
    /// Frames in order.
    pub(super) frames: Vec<Saved>,
    /// The layout of the first frame; the others follow.
    pub(super) first_frame: u32,
    /// The first word of a particle after its header.
    pub(super) frame_start: usize,
    /// Words of a particle.
    pub(super) stride: usize,
}

/// The code of a function in a machine.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) function: Function,
    /// Whether it is the function of a root: returning from it finishes the particle.
    pub(super) root: bool,
    /// What its points are, by [`key`].
    points: HashMap<usize, Point>,
    /// The parts it calls in tail position.
    tail_calls: BTreeSet<usize>,
    /// The frames that may be on top when it returns.
    pub(super) returns_to: BTreeSet<usize>,
}

/// A point where a part is left for a while.
#[derive(Clone, Copy, Debug)]
pub(super) enum Point {
    /// A suspension in this state.
    Suspend(usize),
    /// A call that pushes this frame.
    Call(usize),
    /// A call that passes on the frame to return to.
    TailCall,
}

/// What is saved at a point of a part: the frame below unless it is a root, then the locals.
#[derive(Clone, Debug)]
pub(super) struct Saved {
    pub(super) part: usize,
    /// Whether the first word is the frame to return to. Frames have that word always.
    pub(super) continuation: bool,
    pub(super) locals: Vec<(Local, Ty)>,
    site: Option<u32>,
    name: String,
}

/// What identifies a statement: where it is.
pub(super) fn key(statement: &Stmt) -> usize {
    std::ptr::from_ref(statement) as usize
}

impl Plan {
    /// For the functions of a view of the roots.
    pub(super) fn new(unit: &Unit<'_>, roots: &[Option<FunctionId>], first_frame: u32) -> Plan {
        let mut plan = Plan {
            parts: Vec::new(),
            numbers: HashMap::new(),
            saved: Vec::new(),
            frames: Vec::new(),
            first_frame,
            frame_start: frame_start(unit.module.ambient),
            stride: 0,
        };
        plan.add_parts(unit, roots);
        for part in 0..plan.parts.len() {
            plan.add_points(unit, part);
        }
        plan.find_returns();
        plan.stride = plan.frame_start + plan.frame_words();
        plan
    }

    /// The parts: roots first, whose starts are the first states, then what they call.
    fn add_parts(&mut self, unit: &Unit<'_>, roots: &[Option<FunctionId>]) {
        let mut inliner = Inliner::new(unit);
        let mut pending: Vec<FunctionId> = roots.iter().copied().flatten().collect();
        let root_count = pending.len();
        let mut next = 0;
        while let Some(&id) = pending.get(next) {
            next += 1;
            if self.numbers.contains_key(&id) {
                continue;
            }
            let number = self.parts.len();
            let function = inliner.part(id);
            each_statement(&function.body, &mut |statement| match statement {
                Stmt::Call(_, callee, _) if unit.suspends(*callee) => pending.push(*callee),
                _ => {}
            });
            let root = next <= root_count;
            if root {
                self.saved.push(Saved {
                    part: number,
                    continuation: false,
                    locals: Vec::new(),
                    site: None,
                    name: function.name.clone(),
                });
            }
            self.numbers.insert(id, number);
            self.parts.push(Part {
                function,
                root,
                points: HashMap::new(),
                tail_calls: BTreeSet::new(),
                returns_to: BTreeSet::new(),
            });
        }
    }

    /// The states and frames of a part.
    fn add_points(&mut self, unit: &Unit<'_>, part: usize) {
        let suspends = |id: FunctionId| unit.suspends(id);
        let (root, name) = (self.parts[part].root, self.parts[part].function.name.clone());
        let live = live_across_with(&suspends, &self.parts[part].function);
        let mut found = Vec::new();
        collect_points(&self.parts[part].function.body, &suspends, &mut found);
        for (found, live) in found.into_iter().zip(live) {
            let mut locals = Vec::with_capacity(live.len());
            for local in live {
                locals.push((local, self.parts[part].function.locals[local.0 as usize].ty));
            }
            let saved = Saved { part, continuation: !root, locals, site: found.site, name: name.clone() };
            let point = match found.callee {
                None => {
                    self.saved.push(saved);
                    Point::Suspend(self.saved.len() - 1)
                }
                Some(callee) => {
                    let callee = self.numbers[&callee];
                    if found.tail && !root {
                        self.parts[part].tail_calls.insert(callee);
                        Point::TailCall
                    } else {
                        self.frames.push(saved);
                        self.parts[callee].returns_to.insert(self.frames.len() - 1);
                        Point::Call(self.frames.len() - 1)
                    }
                }
            };
            self.parts[part].points.insert(found.key, point);
        }
    }

    /// A part that is called in tail position returns to where its caller does.
    fn find_returns(&mut self) {
        loop {
            let mut changed = false;
            for caller in 0..self.parts.len() {
                for callee in self.parts[caller].tail_calls.clone() {
                    let inherited = self.parts[caller].returns_to.clone();
                    let returns = &mut self.parts[callee].returns_to;
                    let before = returns.len();
                    returns.extend(inherited);
                    changed |= returns.len() > before;
                }
            }
            if !changed {
                return;
            }
        }
    }

    /// How many words the frame of a particle needs: for any state, and for the result of any root.
    fn frame_words(&self) -> usize {
        let states = self.saved.iter().map(Saved::words).max().unwrap_or(0);
        let roots = self.parts.iter().filter(|part| part.root);
        states.max(roots.map(|part| part.function.results.len()).max().unwrap_or(0))
    }

    /// The part of a function.
    pub(super) fn part_of(&self, id: FunctionId) -> usize {
        self.numbers[&id]
    }

    /// What a statement of a part is.
    pub(super) fn point(&self, part: usize, statement: &Stmt) -> Option<Point> {
        self.parts[part].points.get(&key(statement)).copied()
    }

    /// The first state of each root of the module.
    pub(super) fn starts(&self, roots: &[Option<FunctionId>]) -> Vec<Option<u64>> {
        roots.iter().map(|root| root.map(|id| self.part_of(id) as u64)).collect()
    }

    /// The states as the runtime sees them.
    pub(super) fn states(&self) -> Vec<State> {
        let state = |saved: &Saved| State {
            pointers: saved.pointers().map(|word| (self.frame_start + word) as u32).collect(),
            site: saved.site,
        };
        self.saved.iter().map(state).collect()
    }

    /// The layouts of the frames.
    pub(super) fn layouts(&self) -> Vec<Layout> {
        let layout = |frame: &Saved| Layout {
            name: format!("frame of {}", frame.name),
            kind: LayoutKind::Fields(frame.frame_types().into_iter().map(slot).collect()),
            role: Role::Frame,
        };
        self.frames.iter().map(layout).collect()
    }

    /// The layout of a frame.
    pub(super) fn frame_layout(&self, frame: usize) -> LayoutId {
        LayoutId(self.first_frame + frame as u32)
    }
}

impl Saved {
    /// The types of the words of a state.
    pub(super) fn state_types(&self) -> Vec<Ty> {
        let below = self.continuation.then_some(Ty::Pointer);
        below.into_iter().chain(self.locals.iter().map(|local| local.1)).collect()
    }

    /// The types of the slots of a frame.
    pub(super) fn frame_types(&self) -> Vec<Ty> {
        std::iter::once(Ty::Pointer).chain(self.locals.iter().map(|local| local.1)).collect()
    }

    fn words(&self) -> usize {
        self.locals.len() + usize::from(self.continuation)
    }

    /// The words of a state that are owned pointers.
    fn pointers(&self) -> impl Iterator<Item = usize> {
        self.state_types().into_iter().enumerate().filter(|(_, ty)| *ty == Ty::Pointer).map(|(word, _)| word)
    }
}

/// A point found in the code.
struct Found {
    key: usize,
    callee: Option<FunctionId>,
    tail: bool,
    site: Option<u32>,
}

/// The points of a block, in the order of the text.
fn collect_points(block: &Block, suspends: &dyn Fn(FunctionId) -> bool, found: &mut Vec<Found>) {
    for (i, statement) in block.iter().enumerate() {
        if is_point(suspends, statement) {
            let (callee, tail, site) = match statement {
                Stmt::Call(results, callee, _) => {
                    (Some(*callee), tail::returns_results(results, &block[i + 1..]), None)
                }
                Stmt::Suspend(_, site) => (None, false, Some(site.0)),
                _ => (None, false, None),
            };
            found.push(Found { key: key(statement), callee, tail, site });
        }
        for inner in statement.blocks() {
            collect_points(inner, suspends, found);
        }
    }
}

/// The slot of a value in an object.
fn slot(ty: Ty) -> Slot {
    match ty {
        Ty::Int => Slot::Int,
        Ty::Real => Slot::Real,
        Ty::Bool => Slot::Bool,
        Ty::Pointer => Slot::Pointer,
        Ty::Token(_) => unreachable!("no token is held across a suspension"),
    }
}
