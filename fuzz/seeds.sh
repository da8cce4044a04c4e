#!/bin/sh
# Writes what fuzzing begins with into fuzz/corpus: the rule files of the repository and of the blocks of its pages, and the inputs that stand beside them.
set -eu
cd "$(dirname "$0")/.."
for target in compile parse read csv literals decode; do mkdir -p "fuzz/corpus/$target"; done
number=0
for file in examples/*/*.ax tests/cases/*/*.ax; do
  number=$((number + 1))
  cp "$file" "fuzz/corpus/parse/file$number.ax"
  folder=$(dirname "$file")
  { cat "$file"; printf '\034'; cat "$folder"/*.csv 2>/dev/null | head -c 1000; printf '\034'; cat "$folder"/*.json 2>/dev/null | head -c 1000; } \
    | head -c 8000 > "fuzz/corpus/compile/file$number.ax"
done
for page in docs/language/*.md docs/findings/*.md; do
  name=$(basename "$page" .md)
  awk -v base="fuzz/corpus/compile/$name" \
    '/^```axtrace/ { n++; inside = 1; print "module m" > (base n ".ax"); next } /^```/ { inside = 0 } inside { print > (base n ".ax") }' "$page"
  awk -v base="fuzz/corpus/read/$name" '/^```json/ { n++; inside = 1; next } /^```/ { inside = 0 } inside { print > (base n ".json") }' "$page"
done
cp fuzz/corpus/compile/*.ax fuzz/corpus/parse/
for file in examples/*/*.ndjson tests/cases/*/*.ndjson; do
  number=$((number + 1))
  head -n 1 "$file" > "fuzz/corpus/read/line$number.json"
done
for file in examples/*/*.csv tests/cases/*/*.csv; do
  number=$((number + 1))
  { printf 'a'; head -c 2000 "$file"; } > "fuzz/corpus/csv/file$number.csv"
done
for decision in flat:a,b,c,d,e:1,2.5,true,,Europe/Berlin timed:shift.starts,shift.ends,shift.pause,shift.on,shift.off,day,at,span,left,rest:2026-10-25T02:30,2026-10-25T03:30Z,30,monday,[],2024-02-29,23:59,P18Y,3,PT1H; do
  number=$((number + 1))
  printf 'a%s\n%s\n' "$(echo "$decision" | cut -d: -f2)" "$(echo "$decision" | cut -d: -f3-)" > "fuzz/corpus/csv/made$number.csv"
done
number=0
for literal in 2024-02-29 23:59:59 2026-10-25T02:30+01:00 PT1H30M '1 h 30 min' '-2 h 5 s' P1Y6M '18 years' 12.50 '12.50 EUR' '1.20 EUR/kg' '12.5 %' 1e3 1e-40 -0; do
  number=$((number + 1))
  printf '%s' "$literal" > "fuzz/corpus/literals/$number"
done
