//! Top-level definitions: data types, then groups of functions and constants in the order of their dependence.

use std::rc::Rc;

use borel_diagnostics::Diagnostic;
use borel_source::Name;
use borel_syntax::ast;
use borel_typed::{
    ConstantId, Constructor, Data, Expr, ExprKind, Function, FunctionId, LocalId, Pattern, PatternKind, Program, Stmt,
    StmtKind, Type,
};

use super::{Checker, ConstructorInfo, Context, DataInfo, FunctionInfo, hold, node};
use crate::annotation::Arrows;
use crate::dependency::{Definition, Group};
use crate::effect::Effect;
use crate::types::{Node, Ty};

/// A function with its body, before its types are final.
pub struct Checked {
    pub id: FunctionId,
    pub params: Vec<LocalId>,
    pub result: Ty,
    pub body: Expr,
}

impl<'a> Checker<'a> {
    /// Reads the data types of all modules.
    pub fn declare_datas(&mut self) {
        for index in 0..self.items.datas.len() {
            let (_, item, constructors, _) = self.items.datas[index];
            let mut params = Vec::new();
            self.declare_type_params(&item.params, &mut params);
            self.type_params.clear();
            let constructors = constructors
                .iter()
                .map(|constructor| ConstructorInfo {
                    name: constructor.name.name.clone(),
                    span: constructor.name.span,
                    fields: Vec::new(),
                })
                .collect();
            self.datas.push(DataInfo { name: item.name.name.clone(), params, constructors });
        }
        for index in 0..self.items.datas.len() {
            self.declare_fields(index);
        }
    }

    fn declare_fields(&mut self, index: usize) {
        let (module, item, constructors, _) = self.items.datas[index];
        self.module = module;
        let params = self.datas[index].params.clone();
        let types: Vec<Ty> = params.iter().map(|&param| self.store.add(Node::Param(param))).collect();
        self.type_params = item.params.iter().map(|param| param.name.clone()).zip(types).collect();
        for (at, constructor) in constructors.iter().enumerate() {
            let mut fields: Vec<(Option<Name>, Ty)> = Vec::new();
            for (name, written) in &constructor.fields {
                if let Some(name) = name
                    && fields.iter().any(|field| field.0.as_ref() == Some(&name.name))
                {
                    self.report_twice("field", &name.name, name.span);
                }
                let ty = self.annotation(written, Arrows::Random);
                fields.push((name.as_ref().map(|name| name.name.clone()), ty));
            }
            self.datas[index].constructors[at].fields = fields;
        }
        self.type_params.clear();
    }

    /// The data types of the typed tree.
    pub fn typed_datas(&mut self) -> Vec<Data> {
        (0..self.datas.len())
            .map(|index| {
                let params = self.datas[index].params.clone();
                let constructors = self.datas[index]
                    .constructors
                    .iter()
                    .map(|constructor| Constructor {
                        name: constructor.name.clone(),
                        fields: constructor.fields.iter().map(|(name, ty)| (name.clone(), hold(*ty))).collect(),
                    })
                    .collect();
                let mut data = Data {
                    name: self.datas[index].name.clone(),
                    params: params.len() as u32,
                    constructors,
                    span: self.items.datas[index].3,
                };
                self.finish_data(&mut data, &params);
                data
            })
            .collect()
    }

    /// Checks a group of definitions that refer to each other.
    pub fn check_group(&mut self, group: &Group) {
        let mut functions = Vec::new();
        let mut constants = Vec::new();
        for definition in &group.members {
            match definition {
                Definition::Function(id) => functions.push(*id),
                Definition::Constant(id) => constants.push(*id),
            }
        }
        match constants.first() {
            Some(&id) if group.recursive => self.report_recursive_constant(id),
            Some(&id) => self.check_constant(id),
            None => self.check_functions(&functions),
        }
    }

    fn report_recursive_constant(&mut self, id: ConstantId) {
        let (_, item) = self.items.constants[id.0 as usize];
        let ast::ItemKind::Let(name, ..) = &item.kind else { return };
        let message = format!("the constant `{}` depends on itself", name.name);
        let diagnostic = Diagnostic::error("E0107", name.span, message, "its value would need itself");
        self.report(diagnostic.help("make it a function"));
    }

    fn check_constant(&mut self, id: ConstantId) {
        let (module, item) = self.items.constants[id.0 as usize];
        let ast::ItemKind::Let(name, written, value) = &item.kind else { return };
        self.module = module;
        self.open_definition();
        self.contexts.push(Context {
            effect: Effect::Pure,
            declared_pure: None,
            result: Ty::ERROR,
            declared_result: None,
            returns: Vec::new(),
            loops: 0,
            is_constant: true,
        });
        let value = match self.written_type(written.as_ref()) {
            Some((ty, why)) => {
                let value = self.check(value, ty, why);
                Expr { ty: hold(ty), ..value }
            }
            None => self.infer(value),
        };
        self.contexts.pop();
        self.scope.clear();
        let ty = self.ty(&value);
        self.generalise(&[ty], &[], true);
        self.constants[id.0 as usize] = ty;
        self.finish_constant(id, name.name.clone(), value);
    }

    fn check_functions(&mut self, group: &[FunctionId]) {
        self.open_definition();
        let mut declared = Vec::new();
        let mut members = Vec::new();
        for &id in group {
            let (module, _, function, name) = self.items.functions[id.0 as usize];
            self.module = module;
            self.type_params.clear();
            self.declare_type_params(&function.type_params, &mut declared);
            let is_model = function.kind == ast::FunctionKind::Model;
            if is_model {
                self.check_model_header(function);
            }
            let arrows = if is_model { Arrows::Random } else { Arrows::AsGiven };
            let mut header = self.header(function, arrows);
            if &*name.name == "main" && header.declared_pure.is_some() {
                // What main does is to run; nobody calls it.
                header.declared_pure = None;
                header.effect = self.store.fresh_effect();
            }
            let ty = self.header_type(&header);
            let own = std::mem::take(&mut self.type_params);
            self.functions[id.0 as usize] = FunctionInfo { ty, scheme: None };
            members.push((id, header, own, ty));
        }
        let mut checked = Vec::new();
        for (id, header, own, _) in &members {
            let (module, _, function, _) = self.items.functions[id.0 as usize];
            self.module = module;
            self.type_params = own.clone();
            let (params, body) = self.body(function, header);
            self.settle_declared_random(function, header);
            let (params, body) = self.plain_params(params, body);
            checked.push(Checked { id: *id, params, result: header.result, body });
        }
        self.type_params.clear();
        let types: Vec<Ty> = members.iter().map(|member| member.3).collect();
        let models = group.iter().any(|id| self.is_model(*id));
        let scheme = Rc::new(self.generalise(&types, &declared, models));
        for &id in group {
            self.functions[id.0 as usize].scheme = Some(scheme.clone());
        }
        self.finish_functions(checked, &scheme);
    }

    fn is_model(&self, id: FunctionId) -> bool {
        self.items.functions[id.0 as usize].2.kind == ast::FunctionKind::Model
    }

    /// Data are bound to the parameters of a model, so their types are written.
    fn check_model_header(&mut self, function: &'a ast::Function) {
        if let Some(param) = function.type_params.first() {
            let diagnostic = Diagnostic::error("E0210", param.span, "a model has no type parameters", "declared here")
                .note("data are bound to the parameters of a model, so their types must be known");
            self.report(diagnostic);
        }
        for param in &function.params {
            if param.ty.is_none() {
                let diagnostic = Diagnostic::error(
                    "E0210",
                    param.pattern.span,
                    "a parameter of a model needs a type",
                    "no type is written",
                )
                .note("data are bound to the parameters of a model")
                .help("write for example `y: [Real]`");
                self.report(diagnostic);
            }
            if !matches!(param.pattern.kind, ast::PatternKind::Name(_) | ast::PatternKind::Error) {
                let span = param.pattern.span;
                let diagnostic =
                    Diagnostic::error("E0210", span, "a parameter of a model needs a name", "a pattern here")
                        .note("data are bound by the names of the parameters")
                        .help("give it a name, and take it apart in the body with `let`");
                self.report(diagnostic);
            }
        }
    }

    /// Parameters that are patterns become locals that the body takes apart.
    fn plain_params(&mut self, params: Vec<Pattern>, body: Expr) -> (Vec<LocalId>, Expr) {
        let mut locals = Vec::new();
        let mut stmts = Vec::new();
        for pattern in params {
            match pattern.kind {
                PatternKind::Bind(local) => locals.push(local),
                _ => {
                    let ty = super::held(&pattern.ty);
                    let span = pattern.span;
                    let local = self.new_local(&Name::new("argument"), ty, false, span);
                    locals.push(local);
                    let value = node(ExprKind::Local(local), ty, span);
                    stmts.push(Stmt { kind: StmtKind::Let(pattern, value), span });
                }
            }
        }
        if stmts.is_empty() {
            return (locals, body);
        }
        let (ty, span) = (body.ty.clone(), body.span);
        (locals, Expr { kind: ExprKind::Block(stmts, Some(Box::new(body))), ty, span })
    }

    /// The whole program, with the models and `main` of the root module.
    pub fn into_program(mut self, root: Option<usize>) -> (Program, Vec<Diagnostic>) {
        let mut functions: Vec<Option<Function>> = self.items.functions.iter().map(|_| None).collect();
        for (id, function) in std::mem::take(&mut self.finished) {
            functions[id.0 as usize] = Some(function);
        }
        for (index, function) in functions.into_iter().enumerate() {
            let id = FunctionId(index as u32);
            let function = match function {
                Some(function) => function,
                // Its group was refused.
                None => {
                    let span = self.items.functions[index].2.header;
                    let body = Expr { kind: ExprKind::Unit, ty: Type::Unit, span };
                    let checked = Checked { id, params: Vec::new(), result: Ty::UNIT, body };
                    Function { result: Type::Unit, ..self.function_shell(checked) }
                }
            };
            if root == Some(self.items.functions[index].0) {
                if function.is_model {
                    self.program.models.push(id);
                } else if &*function.name == "main" {
                    self.check_main(&function);
                    self.program.main = Some(id);
                }
            }
            self.program.functions.push(function);
        }
        (self.program, self.diagnostics)
    }

    fn check_main(&mut self, function: &Function) {
        if !function.params.is_empty() {
            let message = "`main` takes no parameters";
            let diagnostic = Diagnostic::error("E0202", function.span, message, "parameters here")
                .help("data are bound to the parameters of a `model`, which `borel run --model` runs");
            self.report(diagnostic);
        }
    }

    /// The typed function, its types not yet final.
    pub(crate) fn function_shell(&self, checked: Checked) -> Function {
        let (_, item, syntax, name) = self.items.functions[checked.id.0 as usize];
        Function {
            name: name.name.clone(),
            is_model: syntax.kind == ast::FunctionKind::Model,
            type_params: 0,
            params: checked.params,
            result: hold(checked.result),
            body: checked.body,
            signature: String::new(),
            doc: item.doc.clone(),
            span: syntax.header,
        }
    }
}
