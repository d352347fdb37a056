#!/usr/bin/env bash
# train.sh TICKERTONE: `tickertone train` as a user runs it: a model comes out that the other commands read; killed and
# resumed it is the same; what is wrong is said before anything is learnt.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
bin=$1
export TICKERTONE_MODEL=

# Rows enough for a few steps; the words tell the label, so that a few steps show.
rows() {
	local i
	for i in $(seq "$1"); do
		printf 'positive\tShares of firm %d soar after record profit\n' "$i"
		printf 'negative\tShares of firm %d plunge after profit warning\n' "$i"
		printf 'neutral\tFirm %d to hold its annual meeting on May %d\n' "$i" "$((i % 28 + 1))"
	done
}
rows 16 >"$tmp/train.tsv"
cat >"$tmp/entities.jsonl" <<'EOF'
{"text": "Apple soars as Samsung sinks", "entities": [{"entity": "Apple", "start": 0, "end": 5, "label": "positive"}, {"entity": "Samsung", "start": 15, "end": 22, "label": "negative"}]}
{"text": "Nokia falls", "entities": [{"entity": "Nokia", "start": 0, "end": 5, "label": "negative"}]}
EOF
train() { "$bin" train "$tmp/train.tsv" "$tmp/entities.jsonl" --batch 8 --epochs 2 --threads 2 --checkpoint-steps 0 "$@"; }
status() { # WANT COMMAND...
	local got=0 want=$1
	shift
	"$@" >"$tmp/out" 2>"$tmp/err" || got=$?
	equal "exit status of '$*'" "$got" "$want"
}
said() { grep -qF -- "$1" "$tmp/err" || fail "not said: $1"; }

# ---- a model that is read ----

status 0 train --valid "$tmp/train.tsv" --out "$tmp/whole" --plot "$tmp/plot.svg"
grep -q "^</svg>" "$tmp/plot.svg" || fail "half a picture"
equal "lines in the picture" "$(grep -c "<g stroke" "$tmp/plot.svg")" 4
grep -q '^epoch 2: loss .* valid loss .* items accuracy .* (48)' "$tmp/out" || fail "no figures of epoch 2"
[ ! -e "$tmp/whole/checkpoint.safetensors" ] || fail "the checkpoint was left"
[ "$(cut -f1 "$tmp/whole/log.tsv" | tr '\n' ' ')" = 'step 7 14 ' ] || fail "log.tsv"
"$bin" score --model "$tmp/whole" "$tmp/train.tsv" >"$tmp/out"
grep -q '^texts: 48 labelled, accuracy' "$tmp/out" || fail "the model is not read"

# ---- killed, and gone on with: the same bytes, whatever the threads ----

"$bin" train "$tmp/train.tsv" "$tmp/entities.jsonl" --batch 8 --epochs 2 --threads 1 --checkpoint-steps 2 \
	--valid "$tmp/train.tsv" --out "$tmp/killed" >"$tmp/killed.log" 2>&1 &
pids[train]=$!
await 'a checkpoint' test -e "$tmp/killed/checkpoint.safetensors"
kill -9 "${pids[train]}" 2>/dev/null || fail "it was done before it could be killed"
{ wait "${pids[train]}"; } 2>/dev/null || true
unset 'pids[train]'
status 78 train --valid "$tmp/train.tsv" --out "$tmp/killed" --resume --rate 1e-5
said "train.json': began with another --rate"
cp "$tmp/train.tsv" "$tmp/moved.tsv" # what a file says counts, not where it is
status 0 train --valid "$tmp/moved.tsv" --out "$tmp/killed" --resume
cmp "$tmp/whole/model.safetensors" "$tmp/killed/model.safetensors" || fail "another model after a kill"
grep -q '"blas": "OpenBLAS ' "$tmp/whole/train.json" || fail "nothing is said of what multiplied"
equal 'result in train.json' "$(jq -c .result "$tmp/killed/train.json")" "$(jq -c .result "$tmp/whole/train.json")"

# ---- finished is finished; one training at a time writes to a folder ----

before=$(stat -c %Y.%i "$tmp/killed/model.safetensors")
status 0 train --valid "$tmp/train.tsv" --out "$tmp/killed" --resume
equal 'what is said of it' "$(wc -l <"$tmp/out")" 1 # and nothing of an epoch
equal 'the finished model' "$(stat -c %Y.%i "$tmp/killed/model.safetensors")" "$before"
status 64 "$bin" train "$tmp/train.tsv" --objective words --consistency 1 --out "$tmp/x"
said '--objective words has none'
status 64 "$bin" train "$tmp/train.tsv" --objective words --join 0.5 --out "$tmp/x"
said '--join is for labels'
status 75 flock "$tmp/killed" "$bin" train "$tmp/train.tsv" --out "$tmp/killed" --epochs 1
said 'another training is writing there'

# ---- a pupil of that model, from texts without labels ----

cut -f2 "$tmp/train.tsv" >"$tmp/texts.txt"
status 0 "$bin" train "$tmp/texts.txt" --teacher "$tmp/whole,$tmp/killed" --batch 8 --epochs 1 --out "$tmp/pupil" \
	--layers 3 --exits 1,2 --exit-confidence 0.9
"$bin" score --model "$tmp/pupil" --exit-confidence 0 "$tmp/texts.txt" >"$tmp/out" || fail "the pupil is not read"
grep -q '"num_hidden_layers": 3' "$tmp/pupil/config.json" || fail "the pupil is no smaller"
pupil=("$bin" train "$tmp/texts.txt" --batch 8 --epochs 1 --out "$tmp/pupil" --layers 3 --exits "1,2" --exit-confidence 0.9 --resume)
mv "$tmp/killed" "$tmp/elsewhere" # teachers are what they say, not where they are
status 0 "${pupil[@]}" --teacher "$tmp/whole,$tmp/elsewhere"
printf ' ' >>"$tmp/elsewhere/tokenizer_config.json"
status 78 "${pupil[@]}" --teacher "$tmp/whole,$tmp/elsewhere"
said "train.json': began with another 'teachers'"

# ---- words of texts without labels; then the labels, said differently in each epoch, interrupted or not ----

status 0 "$bin" train --objective words --valid "$tmp/texts.txt" --batch 8 --epochs 2 --out "$tmp/words" "$tmp/texts.txt" # files last
equal 'files that were read' "$(jq -c '.paths.train | length' "$tmp/words/train.json")" 1
grep -q '^epoch 2: .* words right 0\.' "$tmp/out" || fail "no words"
said_differently=(--model "$tmp/words" --augment "entity,number,synonym,noise" --average 0.5 --smoothing 0.05 --class-weights balanced --consistency 1 --join 0.5)
status 0 train "${said_differently[@]}" --out "$tmp/other"
cmp -s "$tmp/other/model.safetensors" "$tmp/whole/model.safetensors" && fail "nothing was said differently"
"$bin" train "$tmp/train.tsv" "$tmp/entities.jsonl" --batch 8 --epochs 2 --threads 1 "${said_differently[@]}" \
	--out "$tmp/again" >"$tmp/out" 2>"$tmp/err" &
pids[train]=$!
await 'the first step' test -s "$tmp/again/log.tsv"
kill -INT "${pids[train]}"
got=0
wait "${pids[train]}" || got=$?
unset 'pids[train]'
equal 'status after an interrupt' "$got" 75
said 'go on with the same command and --resume'
status 0 train "${said_differently[@]}" --out "$tmp/again" --resume
cmp "$tmp/other/model.safetensors" "$tmp/again/model.safetensors" || fail "another model after an interrupt"

# ---- what is wrong ----

status 64 "$bin" train "$tmp/train.tsv"
said '--out is needed'
status 64 train --out "$tmp/no" --class-weights 1,2
said "--class-weights '1,2'"
status 64 train --out "$tmp/no" --exits 4,2
said "--exits '4,2'"
status 64 train --out "$tmp/no" --augment entity,nmber
said "there is no kind 'nmber'"
status 66 train --out "$tmp/no" --valid "$tmp/none.tsv"
printf 'positive\tgood\npostive\tbad\n' >"$tmp/typo.tsv"
status 65 "$bin" train "$tmp/typo.tsv" --out "$tmp/no"
said 'typo.tsv:2: '
status 65 "$bin" train "$tmp/texts.txt" --out "$tmp/no"
said "texts.txt:1: neither the text nor an entity has a label"
: >"$tmp/empty.tsv"
status 65 "$bin" train "$tmp/empty.tsv" --out "$tmp/no"
said 'there are no rows in it'
[ ! -e "$tmp/no" ] || fail "a folder was made for nothing"
status 74 train --out "$tmp/train.tsv/no"
