//! Which locals own a reference. What a statement makes or is given is owned; what is loaded from an object is borrowed from it,
//! as long as that works: it becomes owned (retained right after the load) if
//! - it is given away, and its base is owned, so that the base can be released early;
//! - its base is given away or assigned again while it is still used;
//! - it is live across a suspension.

use super::Owned;
use super::live::{Analysis, State};
use borel_flow::liveness::{Set, is_point};
use borel_flow::ownership::{Use, borrows, each_use};
use borel_flow::visit::each_statement;
use borel_flow::{Function, Local, Operand, Stmt, Ty};

/// What a local is to reference counting.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Status {
    /// Not a pointer
    Plain,
    /// Loaded from the environment of a root, which outlives the function
    Environment,
    /// Has a reference of its own
    Owned,
    /// Is kept alive by another local (none: by the caller)
    Borrowed(Option<Local>),
}

/// The status of each local of a function whose parameters are decided.
pub(super) fn decide(function: &Function, owned: &Owned, suspends: &[bool]) -> Vec<Status> {
    let mut statuses = start(function);
    loop {
        let taken = taken(function, owned, suspends, &statuses);
        let mut changed = false;
        for local in taken.iter() {
            let status = &mut statuses[local.0 as usize];
            if matches!(status, Status::Borrowed(_)) {
                *status = Status::Owned;
                changed = true;
            }
        }
        if !changed {
            return statuses;
        }
    }
}

/// As if all loads could be borrowed.
fn start(function: &Function) -> Vec<Status> {
    let pointer = |ty: Ty| if ty == Ty::Pointer { Status::Owned } else { Status::Plain };
    let mut statuses: Vec<Status> = function.locals.iter().map(|info| pointer(info.ty)).collect();
    for (param, owned) in function.params.iter().zip(&function.owned) {
        if statuses[param.0 as usize] == Status::Owned && !owned {
            statuses[param.0 as usize] = Status::Borrowed(None);
        }
    }
    let mut assigned = Set::new(function.locals.len());
    each_statement(&function.body, &mut |stmt| {
        stmt.each_definition(&mut |local| {
            let status = &mut statuses[local.0 as usize];
            if !assigned.insert(local) {
                // Assigned in several places: what it holds differs, so it has to be owned.
                *status = pointer(function.locals[local.0 as usize].ty);
            } else if let (Status::Owned, Some(base)) = (*status, borrows(stmt)) {
                *status = Status::Borrowed(base.local());
            }
        });
    });
    for (local, _) in &function.environment {
        if statuses[local.0 as usize] != Status::Plain {
            statuses[local.0 as usize] = Status::Environment;
        }
    }
    statuses
}

/// The owned local that a local borrows from in the end, or itself; none if the caller (or the environment) keeps it.
fn owner(statuses: &[Status], local: Local) -> Option<Local> {
    match statuses[local.0 as usize] {
        Status::Owned => Some(local),
        Status::Borrowed(Some(base)) => owner(statuses, base),
        Status::Borrowed(None) | Status::Plain | Status::Environment => None,
    }
}

/// The borrowed locals that have to be owned.
fn taken(function: &Function, owned: &Owned, suspends: &[bool], statuses: &[Status]) -> Set {
    let mut taken = Set::new(function.locals.len());
    let is_borrowed = |local: Local| matches!(statuses[local.0 as usize], Status::Borrowed(Some(_)));
    let mut visitor = |stmt: &Stmt, after: &State| {
        let mut gone = Vec::new();
        stmt.each_definition(&mut |local| gone.push(local));
        each_use(stmt, &|callee, index| owned.of(callee, index), &mut |operand, used| {
            let (Operand::Local(local), Use::Consume) = (operand, used) else { return };
            gone.push(local);
            if is_borrowed(local) && owner(statuses, local).is_some() {
                taken.insert(local);
            }
        });
        if gone.iter().any(|local| statuses[local.0 as usize] == Status::Owned) {
            let endangered =
                |local: &Local| is_borrowed(*local) && owner(statuses, *local).is_some_and(|o| gone.contains(&o));
            after.live.iter().filter(endangered).for_each(|local| {
                taken.insert(local);
            });
        }
        if is_point(&|callee| suspends[callee.0 as usize], stmt) {
            after.live.iter().filter(|local| is_borrowed(*local)).for_each(|local| {
                taken.insert(local);
            });
        }
    };
    Analysis::new(statuses, owned).visit(&function.body, &mut visitor);
    taken
}
