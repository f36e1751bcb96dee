//! Reverse mode: the way forward through a function, which leaves what is needed, and the way back, which adds up adjoints.
//!
//! Each list of a tree becomes two blocks. Where both stand in one function, what the way back needs is still in the locals; else, and
//! from loops and branches, it is moved to the tape at the end of the list and taken back at the beginning of its reverse. A loop whose
//! iterations meet only in the log weight, and in the adjoints of what was there before it, runs forward and backward in each iteration:
//! nothing is kept of it.

mod back;
mod calls;
mod control;
mod counters;
mod fusion;
mod plain;

pub use back::Back;

use crate::activity::{Activity, Facts, Instance};
use crate::regions::{Region, Regions};
use crate::tree::{Node, Tree};
use borel_flow::{Block, Expr, Frame, FunctionId, Label, Local, LocalInfo, Module, Operand, Stmt, Ty};
use counters::{Counter, Turn};
use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// The two functions that an instance becomes.
#[derive(Clone, Copy, Debug)]
pub struct Pair {
    /// The way forward.
    pub forward: FunctionId,
    /// The way back.
    pub backward: FunctionId,
}

/// The code of a list.
#[derive(Default)]
pub struct Ways {
    /// Forward.
    forward: Block,
    /// What is kept at the end of the way forward.
    keep: Block,
    /// What the way back begins with: what was kept is taken, and adjoints are 0.
    begin: Block,
    /// Back.
    backward: Block,
}

impl Ways {
    /// The whole way forward.
    pub fn forward(&self) -> Block {
        [self.forward.clone(), self.keep.clone()].concat()
    }

    /// The whole way back.
    pub fn backward(&self) -> Block {
        [self.begin.clone(), self.backward.clone()].concat()
    }

    /// Whether there is nothing to do on the way back.
    fn is_one_way(&self) -> bool {
        self.backward.is_empty()
    }
}

/// A function that is being differentiated.
pub struct Reverse<'a> {
    /// The program.
    pub module: &'a Module,
    /// What is active in it.
    pub activity: &'a Activity,
    /// The functions of the instances.
    pub pairs: &'a HashMap<Instance, Pair>,
    /// The code.
    pub tree: &'a Tree,
    /// What is active in this one.
    pub facts: &'a Facts,
    /// All locals of both ways.
    pub locals: Vec<LocalInfo>,
    /// The lists and the homes of locals.
    pub regions: Regions,
    /// Whether both ways stand in one function.
    pub is_whole: bool,
    /// What is moved to the tape at the end of each region.
    saves: Vec<Vec<Local>>,
    /// The headers of loops that run both ways in each iteration.
    fused: HashSet<Region>,
    /// Locals to whose adjoints such loops add before the way back has begun.
    early: HashSet<Local>,
    /// The objects from before that such loops read.
    held: HashMap<Region, BTreeSet<Local>>,
    /// The locals that hold adjoints, of locals that are met in more than one region.
    adjoints: BTreeMap<Local, Local>,
    /// Those of them that are given from outside.
    given: HashSet<Local>,
    shadows: HashMap<Local, Local>,
    /// What counts the iterations of loops, by their headers.
    counters: HashMap<Region, Counter>,
    /// Those of the loops around what is at hand.
    turns: HashMap<Local, Turn>,
    labels: u32,
    /// The next frame of the tape.
    frames: &'a Cell<u32>,
}

impl<'a> Reverse<'a> {
    /// For an instance.
    pub fn new(
        module: &'a Module,
        activity: &'a Activity,
        pairs: &'a HashMap<Instance, Pair>,
        instance: &Instance,
        is_whole: bool,
        frames: &'a Cell<u32>,
    ) -> Reverse<'a> {
        let tree = &activity.trees[&instance.function];
        let function = &module.functions[instance.function.0 as usize];
        let regions = Regions::of(tree, &function.params);
        let saves = vec![Vec::new(); regions.infos.len()];
        let mut reverse = Reverse {
            module,
            activity,
            pairs,
            tree,
            facts: &activity.instances[instance],
            locals: tree.locals.clone(),
            regions,
            is_whole,
            saves,
            fused: HashSet::new(),
            early: HashSet::new(),
            held: HashMap::new(),
            adjoints: BTreeMap::new(),
            given: HashSet::new(),
            shadows: HashMap::new(),
            counters: HashMap::new(),
            turns: HashMap::new(),
            labels: 0,
            frames,
        };
        reverse.find_fusible(&tree.body, 0);
        reverse.find_counters(&tree.body, 0);
        reverse
    }

    /// Both ways through the function.
    pub fn ways(&mut self) -> Ways {
        let tree = self.tree;
        self.list(&tree.body, 0)
    }

    /// Whether a local is active.
    pub fn is_active_local(&self, local: Local) -> bool {
        self.facts.active.get(local.0 as usize).copied().unwrap_or(false)
    }

    /// A new local with a home.
    pub fn local(&mut self, name: &str, ty: Ty, home: Region) -> Local {
        self.new_local(name, ty, home, true)
    }

    fn new_local(&mut self, name: &str, ty: Ty, home: Region, is_stable: bool) -> Local {
        self.locals.push(LocalInfo { name: name.into(), ty });
        self.regions.add(home, is_stable);
        Local(self.locals.len() as u32 - 1)
    }

    fn label(&mut self) -> Label {
        self.labels += 1;
        Label(self.labels - 1)
    }

    /// The type of an operand.
    pub fn type_of(&self, operand: Operand) -> Ty {
        match operand {
            Operand::Local(local) => self.locals[local.0 as usize].ty,
            Operand::Int(_) => Ty::Int,
            Operand::Real(_) => Ty::Real,
            Operand::Bool(_) => Ty::Bool,
            Operand::Static(_) | Operand::Immediate(_) | Operand::Null => Ty::Pointer,
        }
    }

    fn nothing(&self, local: Local) -> Operand {
        match self.type_of(Operand::Local(local)) {
            Ty::Int => Operand::Int(0),
            Ty::Real => Operand::Real(0.0),
            Ty::Bool => Operand::Bool(false),
            Ty::Pointer | Ty::Token(_) => Operand::Null,
        }
    }

    /// The shadow of an active local.
    pub fn shadow(&mut self, local: Local) -> Local {
        if let Some(shadow) = self.shadows.get(&local) {
            return *shadow;
        }
        let index = local.0 as usize;
        let name = format!("{}'", self.locals[index].name);
        let shadow = self.new_local(&name, Ty::Pointer, self.regions.home[index], self.regions.stable[index]);
        self.shadows.insert(local, shadow);
        shadow
    }

    /// Whether the adjoint of a local is held in a local of its own.
    fn is_variable(&self, local: Local) -> bool {
        let index = local.0 as usize;
        let home = self.regions.home[index];
        let is_outside =
            self.tree.results.contains(&local) || self.early.contains(&local) || self.given.contains(&local);
        is_outside || !self.regions.stable[index] || self.regions.places[index].iter().any(|place| *place != home)
    }

    /// The local that holds the adjoint of another one.
    pub fn adjoint(&mut self, local: Local) -> Local {
        if let Some(adjoint) = self.adjoints.get(&local) {
            return *adjoint;
        }
        let name = format!("d {}", self.locals[local.0 as usize].name);
        let home = self.regions.home[local.0 as usize];
        let adjoint = self.local(name.trim_end(), Ty::Real, home);
        self.adjoints.insert(local, adjoint);
        adjoint
    }

    /// Says that the adjoint of a local comes from outside; the local that holds it.
    pub fn given_adjoint(&mut self, local: Local) -> Local {
        let adjoint = self.adjoint(local);
        self.given.insert(local);
        adjoint
    }

    /// Whether loops add to the adjoint of a local before the way back has begun.
    pub fn is_early(&self, local: Local) -> bool {
        self.early.contains(&local)
    }

    /// Notes that the way back needs a local in a region.
    fn save(&mut self, local: Local, region: Region) {
        let home = self.regions.home[local.0 as usize];
        if self.is_at_hand(home, region) {
            return;
        }
        let saves = &mut self.saves[home];
        if !saves.contains(&local) {
            saves.push(local);
        }
    }

    /// Whether what is at home in one region is in its local still when the way back through another one inside it runs.
    fn is_at_hand(&self, home: Region, region: Region) -> bool {
        match self.regions.around(region).find(|around| self.fused.contains(around)) {
            Some(header) => {
                let body = self.regions.children[header].last().copied();
                home == header || Some(home) == body || !self.regions.is_in(home, header)
            }
            None => home == 0 && self.is_whole,
        }
    }

    /// Both ways through a list.
    fn list(&mut self, nodes: &[Node], region: Region) -> Ways {
        let mut starts = Vec::with_capacity(nodes.len());
        let mut next = 0;
        for node in nodes {
            starts.push(next);
            next += match node {
                Node::Loop(..) => 1,
                node => node.lists().len(),
            };
        }
        let mut back = Back::new(self, region);
        let mut parts: Vec<Block> = Vec::new();
        let mut index = nodes.len();
        while index > 0 {
            index -= 1;
            let inner = starts[index];
            let part = match plain::replaced_pointer(nodes, index) {
                Some(first) => {
                    let part = back.replace_pointer(&nodes[first..=index]);
                    index = first;
                    part
                }
                None => back.node(&nodes[index], inner),
            };
            parts.push(back.take_before().into_iter().chain(part).collect());
        }
        let backward = back.finish();
        let forward = parts.into_iter().rev().flatten().collect();
        self.framed(region, forward, backward)
    }

    /// With what has to be kept, and with adjoints that begin as 0.
    fn framed(&mut self, region: Region, mut forward: Block, backward: Block) -> Ways {
        let here: Vec<(Local, Local)> = self
            .adjoints
            .iter()
            .filter(|(local, _)| self.regions.home[local.0 as usize] == region)
            .filter(|(local, _)| !self.given.contains(local) || self.early.contains(local))
            .map(|(local, adjoint)| (*local, *adjoint))
            .collect();
        let zero = |adjoint: &Local| Stmt::Let(*adjoint, Expr::Use(Operand::Real(0.0)));
        let (early, late): (Vec<_>, Vec<_>) = here.into_iter().partition(|(local, _)| self.early.contains(local));
        forward.splice(0..0, early.iter().map(|(_, adjoint)| zero(adjoint)));
        let uncertain = self.regions.uncertain(region).iter().copied();
        let uncertain: Vec<Local> =
            uncertain.flat_map(|local| [Some(local), self.shadows.get(&local).copied()]).flatten().collect();
        forward.splice(0..0, uncertain.into_iter().map(|local| Stmt::Let(local, Expr::Use(self.nothing(local)))));
        let mut begin: Block = late.iter().map(|(_, adjoint)| zero(adjoint)).collect();
        for (_, adjoint) in early {
            if !self.is_at_hand(region, region) {
                self.saves[region].push(adjoint);
            }
        }
        let saves = std::mem::take(&mut self.saves[region]);
        let mut keep = Vec::new();
        if !saves.is_empty() {
            let frame = Frame(self.frames.replace(self.frames.get() + 1));
            keep.push(Stmt::Push(frame, saves.iter().map(|local| Operand::Local(*local)).collect()));
            begin.insert(0, Stmt::Pop(frame, saves));
        }
        Ways { forward, keep, begin, backward }
    }
}
