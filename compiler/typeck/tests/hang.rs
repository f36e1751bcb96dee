#[test]
fn hang() {
    let text = std::fs::read_to_string("/tmp/hang.ppl").unwrap();
    let (m, _) = borel_syntax::parse(borel_source::FileId(0), &text);
    let t = std::time::Instant::now();
    let modules = [borel_typeck::ParsedModule { path: vec![], module: m, is_prelude: false }];
    let (_, d) = borel_typeck::check(&modules);
    eprintln!("{:?} {:?} {}", t.elapsed(), d.len(), text.len());
}
