#!/bin/sh
# score.sh - `tickertone score` and `tickertone tokenize` as a user calls them: exit status, streams, order, forms.
# The binary is $TT_BINARY; the model is the one that comes with it.
# shellcheck source=tests/app/command.sh
. "$(dirname "$0")/command.sh"
out_lines() { [ "$(wc -l <"$dir/out")" = "$2" ] || fail "$1: not $2 lines of output"; }

echo 'Apple soars as Samsung sinks' >"$dir/in"
check table 0 score
out_has table 'AAPL'
grep -q "$(printf '\033')" "$dir/out" && fail 'table: colours where there is no terminal'
check json 0 score --json
out_has json '"entity": "AAPL", "start": 0, "end": 5, "label": "positive"'
out_has json '"entity": "005930.KS", "start": 15, "end": 22, "label": "negative"'
jq -e '(.p.negative + .p.neutral + .p.positive - 1 | fabs) < 1e-5 and (.score - .p.positive + .p.negative | fabs) < 1e-5' \
	"$dir/out" >/dev/null || fail 'json: the probabilities do not add up'
check csv 0 score --csv
out_has csv 'text,label,score,negative,neutral,positive,entities'
out_lines csv 2
check 'no entities' 0 score --json --no-entities
out_has 'no entities' '"entities": []'
TICKERTONE_ISA=avx3 check 'unknown instruction set' 78 score
err_has 'unknown instruction set' "the environment variable TICKERTONE_ISA is 'avx3', not one of plain, avx2, avx-vnni,"
[ "$(wc -l <"$dir/err")" = 1 ] || fail 'unknown instruction set: more than one line'
check 'both forms' 64 score --json --csv
check tokens 0 tokenize
out_has tokens '[CLS] apple so ##ars as samsung sinks [SEP]'
check 'token ids' 0 tokenize --json --max-tokens 3
out_has 'token ids' '{"ids": [101, 6207, 102], "offsets": [[0, 0], [0, 5], [0, 0]]}'

# entities that the row lists, where they are and are not; a web address before them does not move them
printf '%s\n' '{"text": "é http://t.co/x Apple soars", "entities": [{"entity": "A", "start": 16, "end": 21, "label": "positive"},
{"entity": "B", "start": -1, "end": -1, "label": "negative"}, {"entity": "C", "start": 2, "end": 9}]}' | tr '\n' ' ' >"$dir/in"
check listed 0 score --json
out_has listed '"entity": "A", "start": 16, "end": 21, "label": "positive"'
out_has listed '"entity": "B", "start": -1, "end": -1, "label": null, "score": null, "p": null, "unscored": "not in the text"'
out_has listed '"entity": "C", "start": 2, "end": 9, "label": null, "score": null, "p": null, "unscored": "nothing to read"'
err_has listed 'entities: 1 labelled, accuracy 1.0000'

: >"$dir/in"
check empty 0 score --json
out_lines empty 0
check 'empty tokens' 0 tokenize
out_lines 'empty tokens' 0

printf 'positive\tApple soars\nno tab here\nodd\tx\nnegative\thttp://t.co/x\nnegative\tBanks plunge after fraud\n' >"$dir/in"
check 'bad rows' 65 score --format tsv --json
out_lines 'bad rows' 3
err_has 'bad rows' 'standard input:2: no tab'
err_has 'bad rows' 'standard input:3: the label is not'
err_has 'bad rows' '2 bad rows were skipped, 3 scored'
err_has 'bad rows' 'texts: 2 labelled, accuracy 1.0000, macro-F1 1.0000'
out_has 'bad rows' '"label": null, "score": null, "p": null, "unscored": "no text"'

printf 'a NUL \000 byte and \377 broken\n' >"$dir/in"
check 'any bytes' 0 score --json
jq -e . "$dir/out" >/dev/null || fail 'any bytes: not JSON'
out_has 'any bytes' '\u0000'

# a very long line is one text, read in windows; --max-tokens reads only its beginning
awk 'BEGIN { for (i = 0; i < 3000; i++) printf "shares rise "; print "" }' >"$dir/in"
check 'long line' 0 score --json --no-entities
out_lines 'long line' 1
check 'long line cut' 0 score --json --no-entities --max-tokens 16
out_lines 'long line cut' 1

# the order stays, and neither the number of threads nor what stands beside a text changes its row
awk 'BEGIN { for (i = 0; i < 400; i++) print "Company number " i (i % 3 ? " rises" : " falls after a warning") }' >"$dir/in"
check 'one thread' 0 score --json --threads 1
cp "$dir/out" "$dir/one"
check 'three threads' 0 score --json --threads 3
cmp -s "$dir/one" "$dir/out" || fail 'threads: the output differs'
jq -r .text "$dir/out" | cmp -s - "$dir/in" || fail 'threads: the order differs'

# a model whose weights are a pytorch_model.bin; one that would run a program is refused, and runs none
torch=$(dirname "$0")/../nlp/model/torch_bin
mkdir "$dir/torch"
cp "$torch/config.json" "$torch/vocab.txt" "$torch/pytorch_model.bin" "$dir/torch"
echo 'Apple shares soars as Samsung sinks' >"$dir/in"
check torch 0 score --json --model "$dir/torch"
jq -e '.label and (.p.negative + .p.neutral + .p.positive - 1 | fabs) < 1e-5 and (.entities | length) == 2' "$dir/out" >/dev/null ||
	fail 'torch: not scored'
cp "$(dirname "$0")/../fuzz/corpus/torch_bin/system" "$dir/torch/pytorch_model.bin"
check 'torch program' 65 score --model "$dir/torch"
err_has 'torch program' "torch/pytorch_model.bin': pickle, byte 13: global 'posix.system' is none that tensors need"

# a model with heads behind inner layers: what is asked for is what is done, and 0 is what the model itself says (0.7)
exits=$(dirname "$0")/../nlp/model/tiny/exits
printf 'Apple soars as Samsung sinks\nTesla beats outlook\nof a\n' >"$dir/in"
for p in 0.34 0.7 1 0; do
	check "exit at $p" 0 score --json -m "$exits" -p fp32 --exit-confidence $p
	cp "$dir/out" "$dir/exit-$p"
done
cmp -s "$dir/exit-0" "$dir/exit-0.7" || fail 'exits: 0 is not what the model says'
cmp -s "$dir/exit-0.34" "$dir/exit-1" && fail 'exits: nothing left early'
cmp -s "$dir/exit-0" "$dir/exit-1" && fail 'exits: nothing left early at 0.7'
check 'no probability' 64 score --exit-confidence 1.5

# a pipe that stays open gets its answers at once
mkfifo "$dir/fifo"
"$TT_BINARY" score --json --no-entities "$dir/fifo" >"$dir/answers" 2>&1 &
job=$!
exec 3>"$dir/fifo"
echo 'Shares rise' >&3
tries=0
until [ -s "$dir/answers" ] || [ $tries -ge 100 ]; do
	sleep 0.1
	tries=$((tries + 1))
done
[ -s "$dir/answers" ] || { : >"$dir/out"; fail 'pipe: no answer before the end of the input'; }
exec 3>&-
wait $job || fail 'pipe: exit status'

check 'no file' 66 score "$dir/not-there"
err_has 'no file' 'not-there: No such file or directory'
check folder 74 score "$dir"
check 'no model' 66 score -m "$dir/none"
err_has 'no model' "$dir/none: no such file or folder"
mkdir "$dir/model"
check 'empty model' 66 tokenize -m "$dir/model"
err_has 'empty model' "$dir/model/vocab.txt: No such file or directory"
printf '[CLS]\n[SEP]\nx\n' >"$dir/model/vocab.txt"
check 'damaged model' 65 tokenize -m "$dir/model"
err_has 'damaged model' "$dir/model/vocab.txt:3: the vocabulary ends without the token [UNK]"
TICKERTONE_MODEL=$dir/none
export TICKERTONE_MODEL
check 'no model in the environment' 66 tokenize
err_has 'no model in the environment' 'TICKERTONE_MODEL'
unset TICKERTONE_MODEL
check 'too many files' 64 score a b
check 'bad format' 64 score --format xml

finish
