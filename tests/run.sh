#!/bin/sh
# The whole suite with coverage: 100 % of the rooms that judge, 95 % of all. Called by `make test`.
# usage: tests/run.sh BIN [pytest arguments]
set -u
bin=$1
shift
log=$(mktemp)
trap 'rm -f "$log"' EXIT
"$bin/coverage" erase
# With two workers on two cores, the threads of a linear solver wait for each other: a fit of 0.05 s takes 5.
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
# Two workers, each loads TensorFlow once. Who has nothing left takes half of what the other still has: a file whose
# tests take minutes would keep one of them busy alone at the end.
{ "$bin/coverage" run -m pytest -n 2 --dist worksteal --durations=30 --durations-min=5 "$@"; echo $? >"$log.status"; } 2>&1 | tee "$log"
status=$(cat "$log.status")
rm -f "$log.status"
"$bin/coverage" combine --quiet
if [ "$status" -eq 0 ]; then
  "$bin/coverage" report --fail-under=100 \
    --include='pytest_robust/statistics/*,pytest_robust/gates/*,pytest_robust/evaluation/*' || status=1
  "$bin/coverage" report --fail-under=95 | tail -n 25 || status=1
  "$bin/coverage" report --fail-under=95 >/dev/null || status=1
fi
[ "$status" -eq 0 ] || echo "tests/run.sh: failed"
# pytest's own summary stands last.
grep -E '^=+ .*(passed|failed|error).* =+$' "$log" | tail -n 1
exit "$status"
