//! Branches and loops, both ways.

use super::counters::Counter;
use super::{Back, Ways};
use crate::emit::Emit;
use crate::regions::Region;
use crate::tree::Node;
use borel_flow::{Binary, Block, Expr, Label, Local, Operand, Stmt, Ty};
use std::collections::HashMap;

impl Back<'_, '_> {
    /// A node; its way forward. `inner` is the place of its first list among those right inside this one.
    pub fn node(&mut self, node: &Node, inner: usize) -> Block {
        let child = |back: &Self, at: usize| back.reverse.regions.children[back.region][inner + at];
        match node {
            Node::Plain(stmt) => {
                self.forget_copies(stmt);
                self.turn_back(stmt);
                self.plain(stmt)
            }
            Node::If(condition, yes, no) => {
                self.forget_all_copies();
                let yes = self.reverse.list(yes, child(self, 0));
                let no = self.reverse.list(no, child(self, 1));
                if !(yes.is_one_way() && no.is_one_way()) {
                    let condition = self.value(*condition);
                    self.out.push(Stmt::If(condition, yes.backward(), no.backward()));
                }
                vec![Stmt::If(*condition, yes.forward(), no.forward())]
            }
            Node::Switch(on, cases, default) => {
                self.forget_all_copies();
                let ways: Vec<(i64, Ways)> = cases
                    .iter()
                    .enumerate()
                    .map(|(at, (number, case))| (*number, self.reverse.list(case, child(self, at))))
                    .collect();
                let default = self.reverse.list(default, child(self, cases.len()));
                if !(default.is_one_way() && ways.iter().all(|(_, ways)| ways.is_one_way())) {
                    let on = self.value(*on);
                    let cases = ways.iter().map(|(number, ways)| (*number, ways.backward())).collect();
                    self.out.push(Stmt::Switch(on, cases, default.backward()));
                }
                let cases = ways.iter().map(|(number, ways)| (*number, ways.forward())).collect();
                vec![Stmt::Switch(*on, cases, default.forward())]
            }
            Node::Loop(header, go, body) => {
                self.forget_all_copies();
                self.repeat(header, *go, body, child(self, 0))
            }
            // The tree has no jumps any more.
            Node::Jump(_) => Vec::new(),
        }
    }

    fn repeat(&mut self, header: &[Node], go: Operand, body: &[Node], region: Region) -> Block {
        let inner = self.reverse.regions.children[region].last().copied().unwrap_or(region);
        let is_fused = self.reverse.fused.contains(&region);
        let left = self.reverse.local("left", Ty::Int, self.region);
        if !is_fused {
            self.begin_turn(region, left);
        }
        let body = self.reverse.list(body, inner);
        let header = self.reverse.list(header, region);
        self.end_turn(region);
        let label = self.reverse.label();
        let looped = |forward: Block, again: Block, done: Block| {
            let again = [again, vec![Stmt::Continue(label)]].concat();
            let done = [done, vec![Stmt::Break(label)]].concat();
            Stmt::Loop(label, [forward, vec![Stmt::If(go, again, done)]].concat())
        };
        if is_fused {
            self.hold_read(region);
            let again = [body.forward(), header.begin.clone(), body.backward(), header.backward.clone()].concat();
            return vec![looped(header.forward.clone(), again, self.again(header.backward()))];
        }
        if header.is_one_way() && body.is_one_way() {
            return vec![looped(header.forward(), body.forward(), Vec::new())];
        }
        if let Some(Counter { start, end: Some(end), .. }) = self.reverse.counters.get(&region).copied()
            && header.is_one_way()
        {
            let again = [body.forward(), header.keep.clone()].concat();
            let forward = looped(header.forward.clone(), again, header.keep.clone());
            let trips = match (self.value(start), self.value(end)) {
                (Operand::Int(0), end) => Expr::Use(end),
                (start, end) => Expr::Binary(Binary::SubInt, end, start),
            };
            self.back_through(left, trips, &header, &body);
            return vec![forward];
        }
        let trips = self.reverse.local("trips", Ty::Int, self.region);
        let count = Stmt::Let(trips, Expr::Binary(Binary::AddInt, Operand::Local(trips), Operand::Int(1)));
        let again = [body.forward(), header.keep.clone(), vec![count]].concat();
        let forward = looped(header.forward.clone(), again, header.keep.clone());
        self.reverse.save(trips, self.region);
        self.back_through(left, Expr::Use(Operand::Local(trips)), &header, &body);
        vec![Stmt::Let(trips, Expr::Use(Operand::Int(0))), forward]
    }

    /// Code for a second place in the function: its labels are new.
    fn again(&mut self, mut code: Block) -> Block {
        let mut labels = HashMap::new();
        self.relabel(&mut code, &mut labels);
        code
    }

    fn relabel(&mut self, code: &mut Block, labels: &mut HashMap<Label, Label>) {
        for stmt in code {
            match stmt {
                Stmt::Loop(label, _) | Stmt::Block(label, _) => {
                    let new = self.reverse.label();
                    labels.insert(*label, new);
                    *label = new;
                }
                Stmt::Break(label) | Stmt::Continue(label) => *label = labels.get(label).copied().unwrap_or(*label),
                _ => {}
            }
            stmt.blocks_mut().into_iter().for_each(|inner| self.relabel(inner, labels));
        }
    }

    /// The iterations from the last to the first. The header has run once more than the body; what it kept lies on top of the
    /// tape, and the body needs it too.
    fn back_through(&mut self, left: Local, trips: Expr, header: &Ways, body: &Ways) {
        let label = self.reverse.label();
        let more = self.reverse.local("", Ty::Bool, self.region);
        self.out.push(Stmt::Let(left, trips));
        let last = self.again(header.backward());
        self.out.extend(last);
        let is_more = Stmt::Let(more, Expr::Binary(Binary::LtInt, Operand::Int(0), Operand::Local(left)));
        let less = Stmt::Let(left, Expr::Binary(Binary::SubInt, Operand::Local(left), Operand::Int(1)));
        let round = [vec![less], header.begin.clone(), body.backward(), header.backward.clone()].concat();
        let round = [round, vec![Stmt::Continue(label)]].concat();
        let code = vec![is_more, Stmt::If(Operand::Local(more), round, vec![Stmt::Break(label)])];
        self.out.push(Stmt::Loop(label, code));
    }
}
