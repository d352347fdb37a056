#!/bin/sh
# bench.sh - `tickertone bench` as a user calls it: both forms, labels, what is refused. Short runs: the figures are those
# of a busy machine, and only what must hold of them anywhere is looked at.
# The binary is $TT_BINARY; the model is the one that comes with it.
# shellcheck source=tests/app/command.sh
. "$(dirname "$0")/command.sh"
command='bench --seconds 0.05'

printf 'positive\tApple soars to a record\nnegative\tBanks plunge after fraud\nneutral\tThe meeting is on Monday
positive\tApple soars to a record\npositive\thttp://t.co/x\npositive\tProfit falls sharply\n' >"$dir/labelled.tsv"

check table 0 "$dir/labelled.tsv"
tr '\n' ' ' <"$dir/out" | grep -q '4 (of 6: each once' || fail 'table: not 4 of 6 texts'
out_has table 'accuracy'
out_has table 'precision: auto takes'
grep -Eq '^      precision: (auto|fp32|bf16|int8)$' "$dir/out" || fail 'table: no line for the configuration'
awk '/^(precision|fp32|bf16|int8) / && length > 90 { exit 1 }' "$dir/out" || fail 'table: too wide' # in bytes; 80 columns
[ -s "$dir/err" ] && fail 'table: something on standard error, which is no terminal'

check json 0 --json "$dir/labelled.tsv"
holds json '.texts == 4 and .labelled == 4 and .tokens > 20 and .longest >= 6 and .threads >= 1 and (.hash | length) == 36'
holds json '.rows | all(.texts_per_s > 0 and .tokens_per_s > .texts_per_s and .load_ms > 0 and .weight_bytes > 1000000)'
holds json '.rows | all(.p50_ms > 0 and .p99_ms >= .p50_ms and .times_fp32 > 0 and .alone >= 28)'
holds json '.rows | all(.accuracy == 0.75)' # the last label is wrong
holds json '.rows[0] | .precision == "fp32" and .times_fp32 == 1 and .mean_deviation == 0 and .largest_deviation == 0
	and .other_labels == 0'
holds json '.rows[1:] | all(.mean_deviation > 0 and .largest_deviation >= .mean_deviation)'
holds json '([.rows[].precision] + .left_out | sort) == ["bf16", "fp32", "int8"]'
holds json '[.recommended] - ["auto"] - [.rows[].precision] == []'

printf 'text\n"Shares rise, then fall"\n' >"$dir/plain.csv"
check 'one precision' 0 --json --precision fp32 --threads 1 --max-tokens 5 "$dir/plain.csv"
holds 'one precision' '(.rows | length) == 1 and .threads == 1 and .longest == 5 and .rows[0].accuracy == null'

# what comes with the program: many lengths, some of them long
check built-in 0 --json --precision fp32
holds built-in '.texts >= 100 and .longest > 512 and .labelled == 0 and .file == null'

TICKERTONE_ISA=plain
export TICKERTONE_ISA
check 'no instructions' 0 --threads 1 "$dir/plain.csv"
out_has 'no instructions' 'bf16 is left out: this processor has no instructions for it.'
out_has 'no instructions' 'int8 is left out: this processor has no instructions for it.'
out_has 'no instructions' '      precision: auto'
check 'no instructions for it' 64 --precision bf16 "$dir/plain.csv"
err_has 'no instructions for it' '--precision bf16: this processor has no instructions for it'
unset TICKERTONE_ISA

: >"$dir/empty.txt"
check empty 65 "$dir/empty.txt"
err_has empty "$dir/empty.txt: no text in it"
check 'no file' 66 "$dir/not-there"
err_has 'no file' 'not-there: No such file or directory'
printf 'positive\tfine\nodd\tx\n' >"$dir/bad.tsv"
check 'bad row' 65 "$dir/bad.tsv"
err_has 'bad row' "$dir/bad.tsv:2: the label is not negative, neutral or positive"
check 'no model' 66 -m "$dir/none"
err_has 'no model' "$dir/none: no such file or folder"
check 'unknown precision' 64 --precision int4
check 'no time' 64 --seconds 0

finish
