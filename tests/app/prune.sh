#!/bin/sh
# prune.sh - `tickertone model prune` as a user calls it: a smaller folder that the other commands read, texts of kept pieces
# answered as before, nothing unknown that was known. The binary is $TT_BINARY.
# shellcheck source=tests/app/command.sh
. "$(dirname "$0")/command.sh"

printf 'positive\tShares soar after record profit\nnegative\tShares plunge after profit warning\nneutral\tFirm to hold its meeting\n' >"$dir/texts.tsv"
echo '{"text": "Apple soars", "entities": [{"entity": "Apple", "start": 0, "end": 5}]}' >"$dir/texts.jsonl"
check prune 0 model prune "$dir/texts.tsv" "$dir/texts.jsonl" --out "$dir/small"
out_has prune ' of 30522 word pieces; weights 2'
out_has prune '0.00 % of the pieces in 4 texts are cut smaller'
[ "$(wc -l <"$dir/small/vocab.txt")" -lt 4000 ] || fail 'prune: many pieces are left'
for piece in '\[PAD\]' '\[MASK\]' plunge z '##z'; do grep -qx "$piece" "$dir/small/vocab.txt" || fail "prune: $piece is gone"; done
grep -qx hydrogen "$dir/small/vocab.txt" && fail 'prune: hydrogen is still there'

for file in texts.tsv texts.jsonl; do
	check "score $file" 0 score -p fp32 --json "$dir/$file"
	cp "$dir/out" "$dir/before"
	check "score $file" 0 score -p fp32 --json --model "$dir/small" "$dir/$file"
	cmp -s "$dir/before" "$dir/out" || fail "score $file: is answered otherwise"
done
echo 'Hydrogen' >"$dir/in"
check tokenize 0 tokenize --model "$dir/small" -
grep -q 'UNK' "$dir/out" && fail 'tokenize: a known word became unknown'
grep -q '##' "$dir/out" || fail 'tokenize: it was not cut'

check 'often enough' 0 model prune "$dir/texts.tsv" --out "$dir/smaller" --min-count 2
grep -qx profit "$dir/smaller/vocab.txt" || fail 'often enough: profit is gone'
grep -qx plunge "$dir/smaller/vocab.txt" && fail 'often enough: plunge is still there'

check 'no --out' 64 model prune "$dir/texts.tsv"
err_has 'no --out' '--out says where the new model goes'
check 'its own folder' 64 model prune "$dir/texts.tsv" --model "$dir/small" --out "$dir/small"
err_has 'its own folder' "is the model's own folder"
check 'no such file' 66 model prune "$dir/none.tsv" --out "$dir/x"
[ ! -e "$dir/x" ] || fail 'no such file: a folder was left behind'
: >"$dir/empty.tsv"
check 'no text' 65 model prune "$dir/empty.tsv" --out "$dir/x"
printf 'positive\tgood\nno label\n' >"$dir/bad.tsv"
check 'a bad row' 65 model prune "$dir/bad.tsv" --out "$dir/x"
err_has 'a bad row' "$dir/bad.tsv:2"

finish
