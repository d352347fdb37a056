#!/bin/sh
# data.sh - `tickertone data check|stats|split|clean|augment` as a user calls them: what is found and written, exit status.
# The binary is $TT_BINARY.
# shellcheck source=tests/app/command.sh
. "$(dirname "$0")/command.sh"
command='data'
# content NAME FILE TEXT (as printf reads it): all that the file has
content() {
	# shellcheck disable=SC2059
	printf "$3" | cmp -s - "$2" || { cp "$2" "$dir/out"; fail "$1: not '$3'"; }
}

# ---- check: one of each flaw, in a file with a byte order mark and CRLF ----
{
	printf '\357\273\277positive\tApple beats estimates on strong phone demand in Asia\r\n'
	printf 'positve\tFord recalls trucks over faulty wheels\r\n'
	printf 'no tab\r\n'
	printf 'negative\tapple  BEATS estimates on strong phone demand in Asia\r\n'
	printf 'neutral\thttps://t.co/x\r\n'
	printf 'neutral\tbroken \377 byte\r\n'
	printf 'Bullish\tTesla wins\r\nfoo\tTesla loses\r\n'
} >"$dir/train.tsv"
printf 'neutral\tApple beats estimates on strong phone demand in China\n' >"$dir/valid.tsv"
printf 'neutral\tNobody else says so\n' >>"$dir/valid.tsv"
check flaws 65 check "$dir/train.tsv" --against "$dir/valid.tsv" --similarity 0.7
out_has flaws 'train.tsv: 7 rows'
out_has flaws "line 2: label 'positve'; did you mean 'positive'?"
out_has flaws "line 7: label 'Bullish'; did you mean 'positive'?"
out_has flaws "line 8: label 'foo'"
out_has flaws 'line 3: no tab; want label<TAB>text'
out_has flaws '1 repeats of a text with a contradicting label'
out_has flaws '1 of 2 rows (50.0 %)'
err_has flaws 'there is what training must not see'
check 'flaws as JSON' 65 check "$dir/train.tsv" "$dir/valid.tsv" --similarity 0.7 --json
holds 'flaws as JSON' '.good == false'
holds 'flaws as JSON' '.files[0].labels == {"negative": 1, "neutral": 2, "positive": 1, "unlabelled": 3}'
holds 'flaws as JSON' '[.files[0].flaws[].count] == [1, 1, 1, 3, 0, 0, 0, 1, 0, 0, 0]'
holds 'flaws as JSON' '.files[0].flaws.encoding.examples[0].line == 6 and .files[0].flaws.empty.examples[0].line == 5'
holds 'flaws as JSON' '.files[0].flaws.conflict.examples[0] | .line == 4 and .like.line == 1'
holds 'flaws as JSON' '.files[1].leaks == [{"from": .files[0].file, "rows": 1, "same": 0}]'
holds 'flaws as JSON' '.files[1].flaws.leak.examples[0] | .line == 1 and .like.line == 1 and .like.similarity > 0.7'
check 'nothing wrong' 0 check "$dir/valid.tsv"
out_has 'nothing wrong' 'nothing is wrong'
: >"$dir/nothing.tsv"
check 'an empty file' 65 check "$dir/nothing.tsv"
err_has 'an empty file' 'nothing.tsv: there are no rows in it'
check 'not there' 66 check "$dir/none.tsv"
err_has 'not there' "$dir/none.tsv: No such file or directory"

# entities: off the text, another name, an unknown label; offsets are code points
cat >"$dir/e.jsonl" <<'END'
{"text": "Ünal and Apple soar", "entities": [{"entity": "Ünal", "start": 0, "end": 4, "label": "positive"}]}
{"text": "Apple soars", "entities": [{"entity": "Apple", "start": 6, "end": 99, "label": "positive"}]}
{"text": "Apple sinks", "entities": [{"entity": "Apple Inc.", "start": 0, "end": 5, "label": "negativ"}]}
END
check entities 65 check "$dir/e.jsonl" --json
holds entities '.files[0].flaws.misplaced_entity.examples[0].line == 2'
holds entities ".files[0].flaws.other_mention | .count == 1 and .examples[0].what == \"'Apple Inc.', the text has 'Apple'\""
holds entities ".files[0].flaws.unknown_label.examples[0].what == \"label 'negativ'; did you mean 'negative'?\""
check 'one text is too long' 0 check -f lines "$(awk 'BEGIN { for (i = 0; i < 600; i++) printf "up "; print "" }' >"$dir/long.txt"; echo "$dir/long.txt")"
out_has 'one text is too long' 'line 1: 602 tokens, the window has 512'

# ---- stats ----
check stats 0 stats "$dir/valid.tsv" --json
holds stats '.rows == 2 and .characters.max == 53 and .labels.neutral == 2 and .tokens.p50 > 5 and .imbalance == 0'
check 'stats of bad rows' 65 stats "$dir/train.tsv"
err_has 'stats of bad rows' '1 bad rows were skipped'

# ---- split: bytes unchanged, the header in every part, the same text in the same part, near-duplicates together ----
printf '\357\273\277id,text,label\r\n' >"$dir/s.csv"
awk 'BEGIN { for (i = 0; i < 400; i++) printf "%d,\"Company %c%c%c%c, \"\"said\"\"\nso %d\",%s\r\n", i, 97 + i % 26, 97 + i / 26, 97 + i % 7, 98 + i % 11, i * 7919, i % 3 ? "neutral" : "positive"; printf "x,the last has no newline,neutral" }' >>"$dir/s.csv"
check split 0 split "$dir/s.csv" --out "$dir/parts/"
out_has split '401 rows in 401 groups, the largest of 1'
for part in train valid test; do
	head -n 1 "$dir/parts/$part.csv" | cmp -s - "$(head -n 1 "$dir/s.csv" >"$dir/head"; echo "$dir/head")" || fail "split: the head of $part"
	tail -n +2 "$dir/parts/$part.csv"
done | sort >"$dir/together"
{ tail -n +2 "$dir/s.csv"; echo; } | sort | cmp -s - "$dir/together" || fail 'split: the bytes are not those given'
[ ! -e "$dir/parts/train.csv.new" ] || fail 'split: a file was left over'
head -n 401 "$dir/s.csv" >"$dir/half.csv" # the head and 200 rows of two lines
check 'split half' 0 split "$dir/half.csv" --out "$dir/half"
for part in train valid test; do
	tail -n +2 "$dir/half.$part.csv" | grep -vxFf "$dir/parts/$part.csv" && fail "split: a row has moved from $part"
done
check 'split again' 0 split "$dir/s.csv" --out "$dir/seed" --seed 1
cmp -s "$dir/seed.test.csv" "$dir/parts/test.csv" && fail 'split: the seed changes nothing'
printf 'neutral\ta\nno tab\n' >"$dir/bad.tsv"
check 'split of bad rows' 65 split "$dir/bad.tsv" --out "$dir/bad"
err_has 'split of bad rows' "$dir/bad.tsv:2: no tab; want label<TAB>text; 1 such rows, nothing was split"
[ ! -e "$dir/bad.train.tsv" ] || fail 'split of bad rows: something was written'
check 'split over itself' 64 split "$dir/half.train.csv" --parts train=0.5,b=0.5 --out "$dir/half"
check 'shares' 64 split "$dir/s.csv" --out "$dir/x" --parts a=0.5,b=0.6
err_has 'shares' 'the shares add up to 1.1, not 1'

# ---- clean ----
printf 'positive\t  Apple \t soars https://t.co/x\nneutral\thttps://t.co/y\nNegative\tApple SOARS\npositive\tApple soars\nneutral\tb\r\n' >"$dir/c.tsv"
check clean 0 clean "$dir/c.tsv"
content clean "$dir/out" 'positive\tApple soars\nNegative\tApple SOARS\npositive\tApple soars\nneutral\tb\n'
err_has clean "c.tsv: 5 rows, 2 changed, 4 written; dropped: 1 empty, 0 unreadable"
check duplicates 0 clean "$dir/c.tsv" --drop-duplicates
content duplicates "$dir/out" 'positive\tApple soars\nNegative\tApple SOARS\nneutral\tb\n'
check conflicts 0 clean "$dir/c.tsv" --drop-conflicts -o "$dir/c.tsv"
content conflicts "$dir/c.tsv" 'neutral\tb\n'
err_has conflicts '3 contradicted'
printf 'neutral\tMartian rovers outsell expectations again this year\nneutral\tb\npositive\tApple soars\nneutral\tnothing like it\n' >"$dir/d.tsv"
printf 'neutral\tMartian rovers outsell expectations again\npositive\tApple   SOARS\n' >"$dir/learnt.tsv"
check 'unlike' 0 clean "$dir/d.tsv" --drop-like "$dir/learnt.tsv" --similarity 0.7
content 'unlike' "$dir/out" 'neutral\tb\nneutral\tnothing like it\n'
err_has 'unlike' "d.tsv: 4 rows, 0 changed, 2 written; dropped: 0 empty, 0 unreadable, 2 as in $dir/learnt.tsv"
check 'unlike, exactly' 0 clean "$dir/d.tsv" --drop-like "$dir/learnt.tsv" --similarity 1
err_has 'unlike, exactly' '3 written'
check 'unlike bad rows' 65 clean "$dir/d.tsv" --drop-like "$dir/bad.tsv" -o "$dir/none.tsv"
err_has 'unlike bad rows' 'bad.tsv: 1 rows cannot be read, the first in line 2'
[ ! -e "$dir/none.tsv" ] || fail 'unlike bad rows: something was written'
printf 'id,text,n\r\n7,"call  (212) 555-0123, ""now""","a,b"\r\n8,"never closed' >"$dir/c.csv"
check 'clean CSV' 65 clean "$dir/c.csv" --redact -o "$dir/c2.csv"
content 'clean CSV' "$dir/c2.csv" 'id,text,n\n7,"call [phone], ""now""","a,b"\n'
err_has 'clean CSV' 'c.csv:3: a quoted field is not closed'
cat >"$dir/c.jsonl" <<'END'
{"id": 1, "text": "é  a@b.com http://x.y Apple  Inc. +49 30 1234567", "p": 0.1, "entities": [{"entity": "Apple  Inc.", "start": 22, "end": 33, "label": "neutral"}, {"entity": "a@b.com", "start": 3, "end": 10}, {"entity": "x.y", "start": 18, "end": 21}, {"entity": "Sony"}]}
END
check 'clean JSON' 0 clean "$dir/c.jsonl" --redact
holds 'clean JSON' '. == {"id": 1, "text": "é [email] Apple Inc. [phone]", "p": 0.1, "entities": [
	{"entity": "Apple Inc.", "start": 10, "end": 20, "label": "neutral"}, {"entity": "[email]", "start": 2, "end": 9},
	{"entity": "x.y", "start": -1, "end": -1}, {"entity": "Sony"}]}'
err_has 'clean JSON' '1 entities are in the text no more; redacted: 2 email, 1 phone, 0 iban, 0 card, 0 handle'
cp "$dir/out" "$dir/once.jsonl"
check 'clean twice' 0 clean "$dir/once.jsonl" --redact
cmp -s "$dir/once.jsonl" "$dir/out" || fail 'clean twice: is not once'

# ---- augment: rows stay, copies behind them say the same, spans move, columns stay ----
printf 'symbol\tname\tkind\tsector\tcountry\taliases\tnot\nAAPL\tApple Inc.\tcompany\tTech\tUS\t^Apple\nMSFT\tMicrosoft Corporation\tcompany\tTech\tUS\tMicrosoft\n' >"$dir/names.tsv"
printf 'id,text,label\n7,"Apple shares up, \044AAPL",positive\n8,nothing to change here,neutral\n' >"$dir/a.csv"
check augment 0 augment "$dir/a.csv" --entities "$dir/names.tsv" --kinds entity
content augment "$dir/out" 'id,text,label\n7,"Apple shares up, \044AAPL",positive\n7,"Microsoft shares up, \044MSFT",positive\n8,nothing to change here,neutral\n'
err_has augment 'a.csv: 2 rows, 1 copies added, 1 left out that changed nothing; changed in entity 1, number 0, synonym 0, noise 0'
cat >"$dir/a.jsonl" <<'END'
{"id": 1, "text": "é: Apple falls 10% to $200", "entities": [{"entity": "Apple", "start": 3, "end": 8, "label": "negative"}, {"entity": "Sony"}]}
END
check 'augment JSON' 0 augment "$dir/a.jsonl" -e "$dir/names.tsv" --copies 5 --seed 3 -o "$dir/a2.jsonl"
[ "$(wc -l <"$dir/a2.jsonl")" = 6 ] || fail 'augment JSON: not 6 rows'
jq -s '.[1:]' "$dir/a2.jsonl" >"$dir/out"
holds 'augment JSON' 'all(.text | test("^é: Microsoft falls [0-9]+% to \\$[0-9]+$"))'
holds 'augment JSON' 'all(.id == 1 and .entities[0] == {"entity": "Microsoft", "start": 3, "end": 12, "label": "negative"})'
check 'augment again' 0 augment "$dir/a.jsonl" -e "$dir/names.tsv" --copies 5 --seed 3
cmp -s "$dir/out" "$dir/a2.jsonl" || fail 'augment again: other copies of the same seed'
check 'augment by another seed' 0 augment "$dir/a.jsonl" -e "$dir/names.tsv" --copies 5 --seed 4
cmp -s "$dir/out" "$dir/a2.jsonl" && fail 'augment by another seed: the seed changes nothing'
check 'augment kinds' 64 augment "$dir/a.csv" --kinds names
err_has 'augment kinds' "data augment: --kinds: there is no kind 'names'; want some of entity,number,synonym,noise"
check 'augment bad rows' 65 augment "$dir/bad.tsv" --kinds synonym
content 'augment bad rows' "$dir/out" 'neutral\ta\n'
err_has 'augment bad rows' 'bad.tsv:2: no tab'

finish
