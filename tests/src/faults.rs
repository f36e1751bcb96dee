//! Faults put into the library, for tests that show that other tests find them.

use borel::MemoryLoader;
use borel_driver::library::MODULES;

/// A module of the library with `to` in the place of `from`: programs that import it get it so.
pub fn faulty(module: &str, from: &str, to: &str) -> MemoryLoader {
    let (_, text) = MODULES.iter().find(|(known, _)| *known == module).expect(module);
    assert!(text.contains(from), "{module} has no {from}");
    MemoryLoader::new().with(module, &text.replace(from, to))
}
