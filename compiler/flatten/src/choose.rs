//! A draw from a distribution that is a value, in the enumerate view: a function for each type of distributions that tells the forms
//! apart by their layouts, and draws the components of a combination one by one.

use crate::body::{Body, operands};
use crate::facts::Form;
use crate::flattener::{Code, Flattener, Instance};
use borel_abi::layout::LayoutId;
use borel_core as core;
use borel_core::{Structural, Type};
use borel_distributions::Discreteness;
use borel_flow::runtime::Named;
use borel_flow::runtime::value_type;
use borel_flow::{Expr, Function, Operand, Stmt, Ty};

impl Flattener<'_> {
    /// The function that draws from values of this distribution type.
    pub fn make_choose(&mut self, ty: core::Ty, instance: Instance) -> Function {
        let value = match self.program.ty(ty) {
            Type::Dist(value) => *value,
            _ => ty,
        };
        let results = self.representation.words(value).to_vec();
        let forms = self.facts.forms.get(&ty).cloned().unwrap_or_default();
        let span = self.program.root.map(|root| self.program.function(root).span).unwrap_or_default();
        let mut body = Body::new(self, instance.view, results, span);
        let distribution = body.local("distribution", Ty::Pointer);
        body.choose_form(&forms, value, Operand::Local(distribution));
        body.finish("draw", vec![distribution], true, Vec::new())
    }
}

impl Body<'_, '_> {
    fn choose_form(&mut self, forms: &[Form], value: core::Ty, distribution: Operand) {
        if forms.is_empty() {
            return self.unreachable();
        }
        let on = match forms {
            [_] => Operand::Int(0),
            _ => self.define("layout", Ty::Int, Expr::LayoutOf(distribution)),
        };
        let mut cases = Vec::new();
        for form in forms {
            let layout = self.form_layout(*form, value);
            let case = self.block(|b| b.choose_one(*form, layout, value, distribution));
            cases.push((i64::from(layout.0), case));
        }
        self.switch(on, cases);
    }

    fn form_layout(&mut self, form: Form, value: core::Ty) -> LayoutId {
        match form {
            Form::Kind(kind) => self.distribution_layout(kind),
            Form::Structural(structural, _) => {
                let words = match structural {
                    Structural::Delta => self.words(value),
                    Structural::Iid => vec![Ty::Pointer, Ty::Int],
                    Structural::Product => vec![Ty::Pointer],
                    Structural::Empirical => vec![Ty::Pointer, Ty::Pointer],
                };
                self.structural_layout(structural, &words)
            }
        }
    }

    fn choose_one(&mut self, form: Form, layout: LayoutId, value: core::Ty, distribution: Operand) {
        let words = self.words(value);
        match form {
            Form::Kind(kind) if kind.entry().discreteness == Discreteness::Continuous => self.trap_refused(),
            Form::Kind(kind) => {
                self.perform(Named::CheckValue, vec![distribution]);
                let chosen = self.choice(distribution, value_type(kind));
                self.return_(vec![chosen]);
            }
            Form::Structural(Structural::Delta, _) => {
                let load = |(slot, ty): (usize, &Ty)| self.define("", *ty, Expr::Load(distribution, layout, slot as u32));
                let value = words.iter().enumerate().map(load).collect();
                self.return_(value);
            }
            Form::Structural(Structural::Empirical, _) => {
                let values = self.define("values", Ty::Pointer, Expr::Load(distribution, layout, 0));
                let chosen = self.choice(distribution, Ty::Int);
                let value = self.element(values, chosen, &words);
                self.return_(value);
            }
            Form::Structural(Structural::Product, array) => {
                let all = self.define("distributions", Ty::Pointer, Expr::Load(distribution, layout, 0));
                let length = self.length(all);
                let element = self.element_type(array);
                self.choose_each(value, element, length, |b, i| b.element(all, i, &[Ty::Pointer])[0]);
            }
            Form::Structural(Structural::Iid, element) => {
                let one = self.define("distribution", Ty::Pointer, Expr::Load(distribution, layout, 0));
                let length = self.define("length", Ty::Int, Expr::Load(distribution, layout, 1));
                self.choose_each(value, element, length, |_, _| one);
            }
        }
    }

    /// Returns the array of draws from a distribution for each index.
    fn choose_each(
        &mut self,
        value: core::Ty,
        distribution_ty: core::Ty,
        length: Operand,
        distribution: impl Fn(&mut Self, Operand) -> Operand,
    ) {
        let element = self.element_type(value);
        let words = self.words(element);
        let layout = self.flattener.representation.array(element);
        let (array, site) = (self.local("array", Ty::Pointer), self.site());
        self.emit(Stmt::NewArray(array, layout, length, site));
        self.count_to(length, |b, i| {
            let distribution = distribution(b, i);
            let callee = b.instance(Code::Choose(distribution_ty));
            let value = b.call(callee, vec![distribution], &words);
            b.fill(array, i, &value, true);
        });
        self.return_(operands(&[array]));
    }
}
