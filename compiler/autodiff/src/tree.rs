//! Functions without jumps: what can be run backwards.
//!
//! Takes the body of a function; gives a tree in which control only falls through. A loop tests whether to go on after its
//! header; what follows a jump is moved into the branches that do not jump, and where that would double it, a number says which jump
//! was taken. What a loop reads and does not assign is assigned once.

mod steady;

use borel_flow::{Binary, Block, Expr, Function, Label, Local, LocalInfo, Operand, Stmt, Ty, Unary};
use std::collections::BTreeSet;

/// A piece of code.
#[derive(Clone, Debug)]
pub enum Node {
    /// A statement without blocks, and not a jump (but perhaps a trap)
    Plain(Stmt),
    /// A conditional
    If(Operand, Vec<Node>, Vec<Node>),
    /// A choice by an Int
    Switch(Operand, Vec<(i64, Vec<Node>)>, Vec<Node>),
    /// Repeats the header, and the body as long as the Bool that the header assigns is true
    Loop(Vec<Node>, Operand, Vec<Node>),
    /// A jump, while the tree is made
    Jump(Jump),
}

/// Where a jump goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Jump {
    /// Behind the construct
    Break(Label),
    /// To the next iteration
    Continue(Label),
    /// Out of the function
    Return,
}

/// A function as a tree.
#[derive(Clone, Debug)]
pub struct Tree {
    /// All locals.
    pub locals: Vec<LocalInfo>,
    /// Where the results are in the end.
    pub results: Vec<Local>,
    /// The code.
    pub body: Vec<Node>,
}

/// The tree of a function.
pub fn tree(function: &Function) -> Tree {
    let mut builder = Builder { locals: function.locals.clone(), results: Vec::new() };
    for ty in &function.results {
        let result = builder.local("result", *ty);
        builder.results.push(result);
    }
    let list = builder.list(&function.body);
    // Jumps are last on their paths: out of the function is to the end.
    let mut body = without(list.nodes, Jump::Return);
    let mut locals = builder.locals;
    steady::copy(&mut body, &function.params, &mut locals);
    Tree { locals, results: builder.results, body }
}

/// Code, and how control leaves it: if it neither falls nor jumps, it does not come to its end.
struct List {
    nodes: Vec<Node>,
    falls: bool,
    jumps: BTreeSet<Jump>,
}

struct Builder {
    locals: Vec<LocalInfo>,
    results: Vec<Local>,
}

impl Builder {
    fn local(&mut self, name: &str, ty: Ty) -> Local {
        self.locals.push(LocalInfo { name: name.into(), ty });
        Local(self.locals.len() as u32 - 1)
    }

    fn list(&mut self, stmts: &[Stmt]) -> List {
        let mut nodes = Vec::new();
        for (index, stmt) in stmts.iter().enumerate() {
            let rest = &stmts[index + 1..];
            let part = match stmt {
                Stmt::Break(label) => return ended(nodes, Jump::Break(*label)),
                Stmt::Continue(label) => return ended(nodes, Jump::Continue(*label)),
                Stmt::Return(values) => {
                    for (result, value) in self.results.clone().into_iter().zip(values) {
                        nodes.push(Node::Plain(Stmt::Let(result, Expr::Use(*value))));
                    }
                    return ended(nodes, Jump::Return);
                }
                Stmt::Trap(..) => {
                    nodes.push(Node::Plain(stmt.clone()));
                    return List { nodes, falls: false, jumps: BTreeSet::new() };
                }
                Stmt::If(condition, yes, no) => {
                    let (mut yes, mut no) = (self.list(yes), self.list(no));
                    if yes.falls != no.falls && !(yes.jumps.is_empty() && no.jumps.is_empty()) {
                        // What follows belongs to the branch that falls, if it does nothing else.
                        let falling = if yes.falls { &mut yes } else { &mut no };
                        if falling.jumps.is_empty() {
                            let more = self.list(rest);
                            falling.nodes.extend(more.nodes);
                            (falling.falls, falling.jumps) = (more.falls, more.jumps);
                            nodes.push(Node::If(*condition, yes.nodes, no.nodes));
                            return List { nodes, falls: yes.falls || no.falls, jumps: &yes.jumps | &no.jumps };
                        }
                    }
                    let node = Node::If(*condition, yes.nodes, no.nodes);
                    List { nodes: vec![node], falls: yes.falls || no.falls, jumps: &yes.jumps | &no.jumps }
                }
                Stmt::Switch(on, cases, default) => {
                    let cases: Vec<(i64, List)> = cases.iter().map(|(n, case)| (*n, self.list(case))).collect();
                    let default = self.list(default);
                    let all = || cases.iter().map(|case| &case.1).chain([&default]);
                    let falls = all().any(|list| list.falls);
                    let jumps = all().fold(BTreeSet::new(), |jumps, list| &jumps | &list.jumps);
                    let cases = cases.into_iter().map(|(n, list)| (n, list.nodes)).collect();
                    List { nodes: vec![Node::Switch(*on, cases, default.nodes)], falls, jumps }
                }
                Stmt::Block(label, body) => {
                    let list = self.list(body);
                    self.labelled(*label, list)
                }
                Stmt::Loop(label, body) => self.repeat(*label, body),
                plain => List { nodes: vec![Node::Plain(plain.clone())], falls: true, jumps: BTreeSet::new() },
            };
            if part.falls && !part.jumps.is_empty() {
                return self.guarded(nodes, part, rest);
            }
            nodes.extend(part.nodes);
            if !part.falls {
                return List { nodes, falls: false, jumps: part.jumps };
            }
        }
        List { nodes, falls: true, jumps: BTreeSet::new() }
    }

    /// A construct that on some paths falls and on others jumps, and what follows it: a number tells which.
    fn guarded(&mut self, mut nodes: Vec<Node>, part: List, rest: &[Stmt]) -> List {
        let exit = self.local("exit", Ty::Int);
        let codes: Vec<Jump> = part.jumps.iter().copied().collect();
        nodes.push(assign(exit, Operand::Int(0)));
        nodes.extend(numbered(part.nodes, exit, &codes));
        let is_through = self.equal(&mut nodes, exit, 0);
        let more = self.list(rest);
        let jumps = self.jump_by(exit, &codes);
        nodes.push(Node::If(is_through, more.nodes, jumps));
        List { nodes, falls: more.falls, jumps: &more.jumps | &part.jumps }
    }

    fn equal(&mut self, nodes: &mut Vec<Node>, exit: Local, code: i64) -> Operand {
        let same = self.local("", Ty::Bool);
        let compare = Expr::Binary(Binary::EqInt, Operand::Local(exit), Operand::Int(code));
        nodes.push(Node::Plain(Stmt::Let(same, compare)));
        Operand::Local(same)
    }

    /// The jump that a number (from 1) tells.
    fn jump_by(&mut self, exit: Local, codes: &[Jump]) -> Vec<Node> {
        let mut code = codes.len() as i64;
        let Some((last, others)) = codes.split_last() else { return Vec::new() };
        let mut nodes = vec![Node::Jump(*last)];
        for jump in others.iter().rev() {
            code -= 1;
            let mut outer = Vec::new();
            let same = self.equal(&mut outer, exit, code);
            outer.push(Node::If(same, vec![Node::Jump(*jump)], nodes));
            nodes = outer;
        }
        nodes
    }

    /// Code that ends where it breaks to the label.
    fn labelled(&mut self, label: Label, list: List) -> List {
        let mut jumps = list.jumps;
        let falls = jumps.remove(&Jump::Break(label)) || list.falls;
        List { nodes: without(list.nodes, Jump::Break(label)), falls, jumps }
    }

    fn repeat(&mut self, label: Label, body: &Block) -> List {
        let list = self.list(body);
        match self.top_tested(label, list) {
            Ok((header, go, body, after)) => {
                let after = self.labelled(label, after);
                let mut nodes = vec![Node::Loop(header, go, body)];
                nodes.extend(after.nodes);
                List { nodes, falls: after.falls, jumps: after.jumps }
            }
            Err(list) => self.flagged(label, list),
        }
    }

    /// A loop whose header decides whether the body follows or what comes after the loop.
    #[allow(clippy::type_complexity)]
    fn top_tested(&mut self, label: Label, mut list: List) -> Result<(Vec<Node>, Operand, Vec<Node>, List), List> {
        let again = Jump::Continue(label);
        let Some(Node::If(condition, yes, no)) = list.nodes.last() else { return Err(list) };
        // Jumps are last on their paths, and no path of a loop's body falls.
        let only_continues = |nodes: &[Node]| jumps_of(nodes) == BTreeSet::from([again]);
        let never_continues = |nodes: &[Node]| !jumps_of(nodes).contains(&again);
        let condition = *condition;
        let is_swapped = match (only_continues(yes) && never_continues(no), only_continues(no) && never_continues(yes))
        {
            (true, _) => false,
            (_, true) => true,
            _ => return Err(list),
        };
        let Some(Node::If(_, yes, no)) = list.nodes.pop() else { return Err(list) };
        let (body, after) = if is_swapped { (no, yes) } else { (yes, no) };
        let body = without(body, again);
        let go = if is_swapped {
            let go = self.local("", Ty::Bool);
            list.nodes.push(Node::Plain(Stmt::Let(go, Expr::Unary(Unary::Not, condition))));
            Operand::Local(go)
        } else {
            condition
        };
        let mut jumps = list.jumps;
        jumps.remove(&again);
        Ok((list.nodes, go, body, List { nodes: after, falls: false, jumps }))
    }

    /// Any other loop: a number tells how the iteration ended.
    fn flagged(&mut self, label: Label, list: List) -> List {
        let exit = self.local("exit", Ty::Int);
        let again = Jump::Continue(label);
        let others: Vec<Jump> = list.jumps.iter().copied().filter(|jump| *jump != again).collect();
        let codes: Vec<Jump> = others.iter().copied().chain([again]).collect();
        let mut header = vec![assign(exit, Operand::Int(0))];
        header.extend(numbered(list.nodes, exit, &codes));
        let go = self.equal(&mut header, exit, codes.len() as i64);
        let mut nodes = vec![Node::Loop(header, go, Vec::new())];
        nodes.extend(self.jump_by(exit, &others));
        self.labelled(label, List { nodes, falls: false, jumps: others.into_iter().collect() })
    }
}

fn ended(mut nodes: Vec<Node>, jump: Jump) -> List {
    nodes.push(Node::Jump(jump));
    List { nodes, falls: false, jumps: BTreeSet::from([jump]) }
}

fn assign(local: Local, value: Operand) -> Node {
    Node::Plain(Stmt::Let(local, Expr::Use(value)))
}

/// The jumps in some code.
fn jumps_of(nodes: &[Node]) -> BTreeSet<Jump> {
    let mut found = BTreeSet::new();
    for node in nodes {
        match node {
            Node::Jump(jump) => {
                found.insert(*jump);
            }
            node => node.lists().into_iter().for_each(|list| found.extend(jumps_of(list))),
        }
    }
    found
}

/// The code with each of these jumps replaced.
fn replaced(nodes: Vec<Node>, replace: &dyn Fn(Jump) -> Option<Node>) -> Vec<Node> {
    let list = |nodes| replaced(nodes, replace);
    let node = |node| match node {
        Node::Jump(jump) => replace(jump),
        Node::If(condition, yes, no) => Some(Node::If(condition, list(yes), list(no))),
        Node::Switch(on, cases, default) => {
            let cases = cases.into_iter().map(|(n, case)| (n, list(case))).collect();
            Some(Node::Switch(on, cases, list(default)))
        }
        Node::Loop(header, go, body) => Some(Node::Loop(list(header), go, list(body))),
        plain => Some(plain),
    };
    nodes.into_iter().filter_map(node).collect()
}

/// The code with jumps that become falling.
fn without(nodes: Vec<Node>, gone: Jump) -> Vec<Node> {
    replaced(nodes, &|jump| (jump != gone).then_some(Node::Jump(jump)))
}

/// The code with jumps that become their numbers, from 1, in `exit`.
fn numbered(nodes: Vec<Node>, exit: Local, codes: &[Jump]) -> Vec<Node> {
    replaced(nodes, &|jump| {
        let code = codes.iter().position(|code| *code == jump)?;
        Some(assign(exit, Operand::Int(code as i64 + 1)))
    })
}

impl Node {
    /// Calls `f` with each operand that is read in it, to change it.
    fn each_operand_mut(&mut self, f: &mut dyn FnMut(&mut Operand)) {
        match self {
            Node::Plain(stmt) => stmt.each_operand_mut(f),
            Node::If(operand, ..) | Node::Switch(operand, ..) | Node::Loop(_, operand, _) => f(operand),
            Node::Jump(_) => {}
        }
        self.lists_mut().into_iter().flatten().for_each(|node| node.each_operand_mut(f));
    }

    /// Calls `f` with each local that is assigned in it, for each assignment.
    fn each_definition(&self, f: &mut dyn FnMut(Local)) {
        if let Node::Plain(stmt) = self {
            stmt.each_definition(f);
        }
        self.lists().into_iter().flatten().for_each(|node| node.each_definition(f));
    }

    fn lists_mut(&mut self) -> Vec<&mut Vec<Node>> {
        match self {
            Node::Plain(_) | Node::Jump(_) => Vec::new(),
            Node::If(_, yes, no) => vec![yes, no],
            Node::Switch(_, cases, default) => cases.iter_mut().map(|case| &mut case.1).chain([default]).collect(),
            Node::Loop(header, _, body) => vec![header, body],
        }
    }

    /// The lists of nodes inside it.
    pub fn lists(&self) -> Vec<&Vec<Node>> {
        match self {
            Node::Plain(_) | Node::Jump(_) => Vec::new(),
            Node::If(_, yes, no) => vec![yes, no],
            Node::Switch(_, cases, default) => cases.iter().map(|case| &case.1).chain([default]).collect(),
            Node::Loop(header, _, body) => vec![header, body],
        }
    }
}
