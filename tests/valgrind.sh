#!/usr/bin/env bash
# A sample of programs under valgrind: no invalid access, no uninitialised value, nothing lost. Needs valgrind; `cargo build` first.
set -euo pipefail
cd "$(dirname "$0")/.."
borel=${CARGO_TARGET_DIR:-target}/debug/borel
check() {
  valgrind --quiet --error-exitcode=9 --leak-check=full --show-leak-kinds=definite --errors-for-leak-kinds=definite \
    "$borel" run "$@" --threads 1 --timeout 300s --quiet > /dev/null
}
check examples/sprinkler.ppl
check examples/agents.ppl
check examples/conjugate.ppl --method importance --draws 200
check examples/programs.ppl --method smc --particles 20
check examples/dirichlet_process.ppl --data examples/data/galaxies.csv --method smc --particles 20
check examples/nile.ppl --data examples/data/nile.csv --method smc --particles 20
echo "valgrind: nothing found"
