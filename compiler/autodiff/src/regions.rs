//! Regions: the lists of a tree, how they lie in each other, and where each local is at home.
//!
//! A local is at home in the innermost region that has all its assignments and uses. It is stable if it has one value each time
//! the code of its home runs: then its value at the end of the home is its value at each use.

use crate::tree::{Node, Tree};
use borel_flow::{Local, Operand};

/// The number of a region; regions are numbered in the order of the text.
pub type Region = usize;

/// What is known of a region.
#[derive(Clone, Copy, Debug)]
pub struct Info {
    /// The region around it; none for the function.
    pub parent: Option<Region>,
    /// Whether it is the header of a loop. (The body of the loop is a region in the header's.)
    pub repeats: bool,
}

/// The regions of a tree.
pub struct Regions {
    /// All of them.
    pub infos: Vec<Info>,
    /// For each, those right inside it, in the order of the text; the body of a loop is the last in its header.
    pub children: Vec<Vec<Region>>,
    /// For each local, its home.
    pub home: Vec<Region>,
    /// For each local, whether it is stable.
    pub stable: Vec<bool>,
    /// For each local, the regions where it is used or assigned.
    pub places: Vec<Vec<Region>>,
    assigned: Vec<Vec<Region>>,
    uncertain: Vec<Vec<Local>>,
}

impl Regions {
    /// Of a function with these parameters.
    pub fn of(tree: &Tree, params: &[Local]) -> Regions {
        let count = tree.locals.len();
        let mut regions = Regions {
            infos: Vec::new(),
            children: Vec::new(),
            home: vec![0; count],
            stable: vec![true; count],
            places: vec![Vec::new(); count],
            assigned: vec![Vec::new(); count],
            uncertain: Vec::new(),
        };
        regions.list(&tree.body, None, false);
        for local in params.iter().chain(&tree.results) {
            regions.place(*local, 0);
        }
        regions.uncertain = vec![Vec::new(); regions.infos.len()];
        for local in 0..count {
            let places = &regions.places[local];
            let home = places.iter().copied().reduce(|a, b| regions.common(a, b)).unwrap_or(0);
            regions.home[local] = home;
            if !regions.assigned[local].is_empty() && !regions.assigned[local].contains(&home) {
                regions.uncertain[home].push(Local(local as u32));
            }
            regions.stable[local] = regions.assigned[local].iter().all(|place| !regions.repeats_below(*place, home));
        }
        regions
    }

    fn list(&mut self, nodes: &[Node], parent: Option<Region>, repeats: bool) -> Region {
        let region = self.infos.len();
        self.infos.push(Info { parent, repeats });
        self.children.push(Vec::new());
        if let Some(parent) = parent {
            self.children[parent].push(region);
        }
        for node in nodes {
            match node {
                Node::Plain(stmt) => {
                    stmt.each_operand(&mut |operand| self.operand(operand, region));
                    stmt.each_definition(&mut |local| {
                        self.place(local, region);
                        self.assigned[local.0 as usize].push(region);
                    });
                }
                Node::Loop(header, go, body) => {
                    let inner = self.list(header, Some(region), true);
                    self.operand(*go, inner);
                    self.list(body, Some(inner), false);
                }
                Node::If(condition, ..) => {
                    self.operand(*condition, region);
                    self.lists(node, region);
                }
                Node::Switch(on, ..) => {
                    self.operand(*on, region);
                    self.lists(node, region);
                }
                Node::Jump(_) => {}
            }
        }
        region
    }

    fn lists(&mut self, node: &Node, region: Region) {
        for list in node.lists() {
            self.list(list, Some(region), false);
        }
    }

    fn operand(&mut self, operand: Operand, region: Region) {
        if let Operand::Local(local) = operand {
            self.place(local, region);
        }
    }

    fn place(&mut self, local: Local, region: Region) {
        let places = &mut self.places[local.0 as usize];
        if !places.contains(&region) {
            places.push(region);
        }
    }

    /// The locals at home in a region that only code inside it assigns, on some paths: after a jump has become a branch, not every path to a
    /// use can be seen to assign them.
    pub fn uncertain(&self, region: Region) -> &[Local] {
        &self.uncertain[region]
    }

    /// How many statements assign a local.
    pub fn assignments(&self, local: Local) -> usize {
        self.assigned[local.0 as usize].len()
    }

    /// Whether a statement of the list itself assigns a local.
    pub fn is_assigned_in(&self, local: Local, region: Region) -> bool {
        self.assigned[local.0 as usize].contains(&region)
    }

    /// A region and those around it, from the inside.
    pub fn around(&self, region: Region) -> impl Iterator<Item = Region> {
        std::iter::successors(Some(region), |region| self.infos[*region].parent)
    }

    /// Whether a region is another one or lies in it.
    pub fn is_in(&self, region: Region, other: Region) -> bool {
        self.around(region).any(|around| around == other)
    }

    fn common(&self, a: Region, b: Region) -> Region {
        self.around(a).find(|region| self.is_in(b, *region)).unwrap_or(0)
    }

    /// Whether a loop lies between a region and one around it.
    fn repeats_below(&self, region: Region, home: Region) -> bool {
        self.around(region).take_while(|around| *around != home).any(|around| self.infos[around].repeats)
    }

    /// A new local with a home.
    pub fn add(&mut self, home: Region, is_stable: bool) {
        self.home.push(home);
        self.stable.push(is_stable);
        self.places.push(vec![home]);
        self.assigned.push(vec![home]);
    }
}
