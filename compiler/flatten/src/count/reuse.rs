//! Makes new objects in the memory of dead ones (Reinking et al., section 2.4).
//!
//! Takes a function whose dead objects are taken apart ([`super::take`]). Forward, it finds for each new object one of the
//! same size that has been taken apart on every path to it, and ties them by a token; where paths meet, tokens of the same
//! size become one. What is not used on some path is given back by the same pass that counts references, since a token is
//! consumed once like an owned pointer. Tokens do not live across suspensions and not into or out of loops.

use super::Owned;
use super::live::Analysis;
use super::locals::Status;
use borel_abi::ctx::SMALL_CLASSES;
use borel_abi::layout::{Layout, LayoutId, LayoutKind};
use borel_flow::liveness::is_point;
use borel_flow::ownership::units;
use borel_flow::{Block, Expr, Function, Label, Local, LocalInfo, Operand, Stmt, Ty};
use std::collections::{HashMap, HashSet};

/// The tokens at hand at a point, the newest last; none where control does not get.
type Tokens = Option<Vec<Token>>;

/// The memory of an object that has been taken apart.
#[derive(Clone, Copy, PartialEq)]
struct Token {
    local: Local,
    units: u32,
    /// Of the object.
    layout: LayoutId,
}

/// Ties new objects to dead ones.
pub(super) fn reuse(function: &mut Function, layouts: &[Layout], owned: &Owned, suspends: &[bool]) {
    let before = function.locals.len();
    let body = std::mem::take(&mut function.body);
    let mut pairing = Pairing {
        layouts,
        suspends,
        locals: &mut function.locals,
        targets: HashMap::new(),
        used: HashSet::new(),
        merged: Vec::new(),
    };
    let body = pairing.block(body, &mut Some(Vec::new()));
    let used = pairing.used();
    if used.is_empty() {
        function.locals.truncate(before);
    }
    let body = prune(body, &used, before);
    let token = |info: &LocalInfo| if let Ty::Token(_) = info.ty { Status::Owned } else { Status::Plain };
    let statuses: Vec<Status> = function.locals.iter().map(token).collect();
    let heads = Analysis::new(&statuses, owned).heads(&body);
    function.body = super::insert::insert(&[], body, &statuses, owned, heads);
}

/// Where a block is left.
struct Target {
    /// The tokens at hand before it.
    before: Vec<Token>,
    /// What every jump so far has at hand.
    after: Tokens,
    /// What tokens of the same size, in their order, are called after it.
    names: HashMap<(u32, usize), Local>,
}

struct Pairing<'a> {
    layouts: &'a [Layout],
    suspends: &'a [bool],
    locals: &'a mut Vec<LocalInfo>,
    targets: HashMap<Label, Target>,
    /// Tokens that an object is made from.
    used: HashSet<Local>,
    /// Tokens that are another one from here on, in the order of the text: the new one, the old one.
    merged: Vec<(Local, Local)>,
}

impl Pairing<'_> {
    fn block(&mut self, block: Block, tokens: &mut Tokens) -> Block {
        let mut out = Vec::with_capacity(block.len());
        for stmt in block {
            match stmt {
                Stmt::If(..) | Stmt::Switch(..) => self.branches(stmt, tokens, &mut out),
                Stmt::Block(label, body) => self.enclosed(label, body, tokens, &mut out),
                Stmt::Loop(label, body) => {
                    let body = self.block(body, &mut Some(Vec::new()));
                    *tokens = Some(Vec::new());
                    out.push(Stmt::Loop(label, body));
                }
                Stmt::Break(label) => {
                    self.leave(label, tokens.take(), &mut out);
                    out.push(stmt);
                }
                _ => match tokens {
                    Some(tokens) => self.simple(stmt, tokens, &mut out),
                    None => out.push(stmt),
                },
            }
            if out.last().is_some_and(Stmt::is_jump) {
                *tokens = None;
            }
        }
        out
    }

    fn simple(&mut self, stmt: Stmt, tokens: &mut Vec<Token>, out: &mut Block) {
        match stmt {
            Stmt::Take(None, object, layout, moved) => {
                let token = self.token(layout);
                tokens.extend(token);
                out.push(Stmt::Take(token.map(|token| token.local), object, layout, moved));
            }
            Stmt::New(local, layout, slots) => match self.choose(layout, tokens) {
                Some(token) => out.push(Stmt::Renew(local, Operand::Local(token), layout, slots)),
                None => out.push(Stmt::New(local, layout, slots)),
            },
            _ => {
                if is_point(&|callee| self.suspends[callee.0 as usize], &stmt) {
                    tokens.clear();
                }
                out.push(stmt);
            }
        }
    }

    fn units(&self, layout: LayoutId) -> Option<u32> {
        match &self.layouts[layout.0 as usize].kind {
            LayoutKind::Fields(slots) => Some(units(slots.len())).filter(|units| *units as usize <= SMALL_CLASSES),
            _ => None,
        }
    }

    fn new_local(&mut self, units: u32) -> Local {
        self.locals.push(LocalInfo { name: "token".into(), ty: Ty::Token(units) });
        Local(self.locals.len() as u32 - 1)
    }

    /// A token for the memory of an object of this layout, if it is small.
    fn token(&mut self, layout: LayoutId) -> Option<Token> {
        let units = self.units(layout)?;
        Some(Token { local: self.new_local(units), units, layout })
    }

    /// The token in which an object of this layout is made: the newest one, if possible of the same layout.
    fn choose(&mut self, layout: LayoutId, tokens: &mut Vec<Token>) -> Option<Local> {
        let units = self.units(layout)?;
        let same = tokens.iter().rposition(|token| token.layout == layout);
        let index = same.or_else(|| tokens.iter().rposition(|token| token.units == units))?;
        let token = tokens.remove(index);
        self.used.insert(token.local);
        Some(token.local)
    }

    fn branches(&mut self, mut stmt: Stmt, tokens: &mut Tokens, out: &mut Block) {
        let before = tokens.take();
        let mut ends = Vec::new();
        for block in stmt.blocks_mut() {
            let mut end = before.clone();
            *block = self.block(std::mem::take(block), &mut end);
            ends.push(end);
        }
        let paths = ends.iter().flatten().count();
        let common = |token: &Token| ends.iter().flatten().all(|end| end.contains(token));
        let mut joined: Vec<Token> = ends.iter().flatten().next().into_iter().flatten().copied().collect();
        joined.retain(common);
        if paths > 1 {
            let mut target = Target { before: joined, after: None, names: HashMap::new() };
            for (block, end) in stmt.blocks_mut().into_iter().zip(ends) {
                self.arrive(&mut target, end, block);
            }
            *tokens = target.after;
        } else if paths == 1 {
            *tokens = Some(joined);
        }
        out.push(stmt);
    }

    fn enclosed(&mut self, label: Label, body: Block, tokens: &mut Tokens, out: &mut Block) {
        let before = tokens.clone().unwrap_or_default();
        self.targets.insert(label, Target { before, after: None, names: HashMap::new() });
        let mut body = self.block(body, tokens);
        self.leave(label, tokens.take(), &mut body);
        *tokens = self.targets.remove(&label).and_then(|target| target.after);
        out.push(Stmt::Block(label, body));
    }

    /// Control leaves a block with these tokens; those that have no name after it get one.
    fn leave(&mut self, label: Label, tokens: Tokens, out: &mut Block) {
        // Loops have no target: nothing goes out of them.
        if let Some(mut target) = self.targets.remove(&label) {
            self.arrive(&mut target, tokens, out);
            self.targets.insert(label, target);
        }
    }

    fn arrive(&mut self, target: &mut Target, tokens: Tokens, out: &mut Block) {
        let Some(tokens) = tokens else { return };
        let mut numbers: HashMap<u32, usize> = HashMap::new();
        let mut arrived = Vec::new();
        for token in tokens {
            if target.before.contains(&token) {
                arrived.push(token);
                continue;
            }
            let number = numbers.entry(token.units).or_default();
            let name = *target.names.entry((token.units, *number)).or_insert_with(|| self.new_local(token.units));
            *number += 1;
            self.merged.push((name, token.local));
            out.push(Stmt::Let(name, Expr::Use(Operand::Local(token.local))));
            arrived.push(Token { local: name, ..token });
        }
        let known = |token: &Token| arrived.iter().any(|other| other.local == token.local);
        match &mut target.after {
            Some(after) => after.retain(known),
            None => target.after = Some(arrived),
        }
    }

    /// The tokens that an object is made from in the end.
    fn used(self) -> HashSet<Local> {
        let mut used = self.used;
        for (new, old) in self.merged.into_iter().rev() {
            if used.contains(&new) {
                used.insert(old);
            }
        }
        used
    }
}

/// Drops the tokens (locals from `first` on) that are not used.
fn prune(block: Block, used: &HashSet<Local>, first: usize) -> Block {
    let is_unused = |local: &Local| local.0 as usize >= first && !used.contains(local);
    let mut out = Vec::with_capacity(block.len());
    for mut stmt in block {
        for inner in stmt.blocks_mut() {
            *inner = prune(std::mem::take(inner), used, first);
        }
        match stmt {
            Stmt::Let(local, _) if is_unused(&local) => {}
            Stmt::Take(token, object, layout, moved) => {
                let token = token.filter(|token| !is_unused(token));
                if token.is_none() && moved.is_empty() {
                    out.push(Stmt::Release(object));
                } else {
                    out.push(Stmt::Take(token, object, layout, moved));
                }
            }
            _ => out.push(stmt),
        }
    }
    out
}
