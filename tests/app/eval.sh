#!/bin/sh
# eval.sh - `tickertone eval` as a user calls it: figures, slices, two models, temperatures, the three forms of the report,
# exit status. The binary is $TT_BINARY; the model is the one that comes with it.
# shellcheck source=tests/app/command.sh
. "$(dirname "$0")/command.sh"
command='eval'
# copy of the model that comes with the program, whose configuration may be changed
model="$dir/model"
mkdir "$model"
for file in model.safetensors vocab.txt tokenizer_config.json; do ln -s "$TT_SOURCE_DIR/config/models/minilm-finance/$file" "$model/$file"; done
jq 'del(.temperature, .entity_temperature)' "$TT_SOURCE_DIR/config/models/minilm-finance/config.json" >"$model/config.json"

cat >"$dir/d.jsonl" <<'END'
{"text": "Apple soars as Samsung sinks", "source": "<a> & \"b\"", "entities": [{"entity": "Apple", "start": 0, "end": 5, "label": "positive"}, {"entity": "Samsung", "start": 15, "end": 22, "label": "negative"}, {"entity": "Sony", "start": -1, "end": -1, "label": "negative"}]}
{"text": "Boeing plunges as regulators widen probe", "source": "wire", "entities": [{"entity": "Boeing", "start": 0, "end": 6, "label": "negative"}]}
{"text": "Nvidia shares soar to a record", "source": "wire", "label": "positive"}
{"text": "Apple to hold annual shareholder meeting on February 25", "label": "positive"}
{"text": "Company warns of weaker demand and suspends dividend", "label": "negative"}
{"text": "https://t.co/x", "label": "negative"}
END

check json 0 "$dir/d.jsonl" -p fp32 --by source,length,class --format json --resamples 200
holds json '.rows == 6 and .resamples == 200 and .models[0].precision == "fp32" and .models[0].temperature == '"$(jq '.temperature // 1' "$TT_SOURCE_DIR/config/models/minilm-finance/config.json")"
# items: the first one's entities contradict each other, of the last nothing is left
holds json '.slices[0] | .by == "all" and .texts.n == 4 and .entities.n == 3'
holds json '.slices[0].texts.models[0] | .accuracy.value == 0.75 and .confusion == [[2, 0, 0], [0, 0, 0], [0, 1, 1]]'
holds json '.slices[0].texts.models[0] | .accuracy.low <= 0.75 and .accuracy.high >= 0.75 and .accuracy.low < .accuracy.high'
holds json '.slices[0].texts.models[0] | .classes.neutral == {"given": 0, "answered": 1, "precision": 0, "recall": null}'
holds json '.slices[0].texts.models[0] | ([.bins[].n] | add) == 4 and (.bins | length) == 15 and .ece > 0 and .log_loss.value > .2'
holds json '.slices[0].entities.models[0].accuracy == {"value": 1, "low": 1, "high": 1}'
holds json '[.slices[] | select(.by == "source") | [.name, .texts.n, .entities.n]] == [["<a> & \"b\"", 0, 2], ["wire", 2, 1], ["(none)", 2, 0]]'
holds json '[.slices[] | select(.by == "length") | .texts.n] == [4, 0, 0, 0, 0]'
holds json '[.slices[] | select(.by == "class") | [.name, .texts.n, .entities.n]] == [["negative", 2, 2], ["neutral", 0, 0], ["positive", 2, 1]]'
holds json '.calibration == {} and (.slices[0].texts | has("difference") | not)'
cp "$dir/out" "$dir/first.json"
check 'the same again' 0 "$dir/d.jsonl" -p fp32 --by source,length,class --format json --resamples 200
cmp -s "$dir/out" "$dir/first.json" || fail 'the same again: is not the same'

# the same as score says of the same texts
cp "$dir/d.jsonl" "$dir/in"
"$TT_BINARY" score --json -p fp32 --no-entities <"$dir/in" >"$dir/scored" 2>"$dir/err"
grep -q 'texts: 4 labelled, accuracy 0.7500' "$dir/err" || fail 'score: not the same accuracy'

check text 0 - --input jsonl -p fp32 --by source
out_has text 'texts: 4 labelled'
out_has text '  accuracy   0.7500 ['
out_has text 'entities: 3 labelled'
out_has text 'wire: 2, accuracy 1.0000'

# ---- a page that stands alone ----
check html 0 "$dir/d.jsonl" -p fp32 --by source --format html -o "$dir/r.html"
[ -s "$dir/out" ] && fail 'html: something on standard output'
cp "$dir/r.html" "$dir/out"
out_has html '&lt;a&gt; &amp; &quot;b&quot;'
[ "$(grep -c '<svg' "$dir/r.html")" = 4 ] || fail 'html: not four pictures'
grep -Eq '(src|href)=' "$dir/r.html" && fail 'html: it needs something else'
if command -v xmllint >/dev/null; then
	xmllint --noout --nonet "$dir/r.html" || fail 'html: not well-formed'
elif command -v python3 >/dev/null; then
	python3 -c 'import sys, xml.dom.minidom as d; d.parse(sys.argv[1])' "$dir/r.html" || fail 'html: not well-formed'
fi

# ---- two models ----
sed 's/"model_type"/"temperature": 3, &/' "$model/config.json" >"$dir/hot.json"
mkdir "$dir/hot"
for file in model.safetensors vocab.txt tokenizer_config.json; do ln -s "$(readlink "$model/$file")" "$dir/hot/$file"; done
cp "$dir/hot.json" "$dir/hot/config.json"
check compare 0 "$dir/d.jsonl" --compare "$model" "$dir/hot" -p fp32 --format json
holds compare '[.models[].temperature] == [1, 3] and [.models[].entity_temperature] == [1, 1]'
holds compare '.slices[0].texts.difference | .accuracy == {"value": 0, "low": 0, "high": 0} and .log_loss.value != 0 and .log_loss.low <= .log_loss.value'
holds compare '.slices[0].texts.mcnemar == {"only_first": 0, "only_second": 0, "exact": true, "p": 1}'
holds compare '.slices[0].entities.difference.log_loss.value == 0'
check 'compare, folders first' 0 --compare "$model" "$dir/hot" "$dir/d.jsonl" -p fp32
out_has 'compare, folders first' 'B less A'
out_has 'compare, folders first' 'McNemar p 1.0000 (exact)'

# ---- several seeds of one recipe: 0.8 and 0.9 have the mean 0.85, with 12.706 · 0.0707 / √2 = 0.6353 on either side (Student's t, one degree
# of freedom); an error is eval's ----
cat >"$dir/judge" <<'END'
#!/bin/sh
[ "$2" = set.tsv ] || exit 66
head='"n": 1, "models": [{"accuracy": {"value": 0.'${4##*-}'}, "macro_f1": {"value": 0.5}, "ece": 0}]'
echo '{"slices": [{"texts": {'"$head"'}, "entities": {"n": 0}}]}'
END
chmod +x "$dir/judge"
seeds() { "$TT_SOURCE_DIR/script/seed_figures.py" "$dir/judge" /m/before-7 "$1" /m/seed-8 /m/seed-9 >"$dir/out" 2>"$dir/err"; }
seeds set.tsv || fail 'seeds: it ends with an error'
out_has seeds '| set.tsv: texts, accuracy | 0.8000 | 0.9000 | 0.8500 [0.2147, 1.4853] | 0.7000 |'
out_has seeds '| set.tsv: texts, macro-F1 | 0.5000 | 0.5000 | 0.5000 [0.5000, 0.5000] | 0.5000 |'
seeds other.tsv
[ $? = 66 ] || fail 'seeds: another exit status than eval has'

# ---- temperatures: what is stored is what is used, and needs no other ----
cp "$model/config.json" "$dir/before.json"
head -n 2 "$dir/d.jsonl" >"$dir/right.jsonl"
check 'all are right' 65 "$dir/right.jsonl" --model "$model" --calibrate -p fp32
err_has 'all are right' 'no temperature from 0.05 to 20 is best'
cmp -s "$model/config.json" "$dir/before.json" || fail 'all are right: the configuration has changed'
{
	sed -n '3,5p' "$dir/d.jsonl"
	cat <<'END'
{"text": "Samsung sinks", "entities": [{"entity": "Samsung", "start": 0, "end": 7, "label": "negative"}]}
{"text": "Ford sinks", "entities": [{"entity": "Ford", "start": 0, "end": 4, "label": "negative"}]}
{"text": "Tesla soars to a record", "entities": [{"entity": "Tesla", "start": 0, "end": 5, "label": "positive"}]}
{"text": "Intel plunges", "entities": [{"entity": "Intel", "start": 0, "end": 5, "label": "negative"}]}
{"text": "IBM plunges", "entities": [{"entity": "IBM", "start": 0, "end": 3, "label": "negative"}]}
{"text": "Apple soars", "entities": [{"entity": "Apple", "start": 0, "end": 5, "label": "positive"}]}
{"text": "Sony soars", "entities": [{"entity": "Sony", "start": 0, "end": 4, "label": "negative"}]}
END
} >"$dir/mixed.jsonl"
check calibrate 0 "$dir/mixed.jsonl" --model "$model" --calibrate -p fp32 --format json
holds calibrate '.models[0].temperature == 1 and .calibration.texts.temperature > 1 and .calibration.entities.temperature > 1'
holds calibrate '.calibration | .texts.log_loss < .texts.log_loss_before and .entities.log_loss < .entities.log_loss_before'
cp "$dir/out" "$dir/fit.json"
jq -e --slurpfile before "$dir/before.json" --slurpfile fit "$dir/fit.json" '
	.temperature == $fit[0].calibration.texts.temperature and .entity_temperature == $fit[0].calibration.entities.temperature
	and del(.temperature, .entity_temperature) == $before[0]' "$model/config.json" >/dev/null || fail 'calibrate: not what is stored'
check 'calibrate again' 0 "$dir/mixed.jsonl" --model "$model" --calibrate -p fp32 --format json
jq -e --slurpfile fit "$dir/fit.json" '
	def near(b): (. - b | fabs) < 2e-3;
	(.models[0].temperature | near($fit[0].calibration.texts.temperature))
	and (.calibration.texts.temperature | near($fit[0].calibration.texts.temperature))
	and (.calibration.entities.temperature | near($fit[0].calibration.entities.temperature))
	and (.slices[0].texts.models[0].log_loss.value | near($fit[0].calibration.texts.log_loss))' "$dir/out" >/dev/null ||
	fail 'calibrate again: not the same'
sed -i 's/"temperature": [0-9.]*/"temperature": 0/' "$model/config.json"
check 'bad temperature' 65 "$dir/d.jsonl" --model "$model"
err_has 'bad temperature' "config.json': temperature: not a number from 0.01 to 100"

# ---- what is refused ----
check 'not there' 66 "$dir/none.tsv"
err_has 'not there' "$dir/none.tsv: No such file or directory"
check 'no model' 66 "$dir/d.jsonl" --model "$dir/none"
printf 'neutral\tApple to hold annual meeting\nnutral\tApple\n' >"$dir/bad.tsv"
check 'a bad row' 65 "$dir/bad.tsv"
err_has 'a bad row' "$dir/bad.tsv:2: the label is not"
err_has 'a bad row' '1 bad rows were skipped, 1 scored'
check 'a bad row, to calibrate by' 65 "$dir/bad.tsv" --calibrate --model "$dir/hot"
err_has 'a bad row, to calibrate by' 'no temperature was stored'
echo 'no label here' >"$dir/none.txt"
check 'no labels' 65 "$dir/none.txt"
err_has 'no labels' "$dir/none.txt: no text or entity in it has a label"
check 'unknown slices' 64 "$dir/d.jsonl" --by source,colour
err_has 'unknown slices' "--by: 'colour': want source, length or class"
check 'one folder' 64 "$dir/d.jsonl" --compare "$model"
err_has 'one folder' 'got 1 folders and 1 files'
check 'two without --compare' 64 "$dir/d.jsonl" "$model"
check 'which model?' 64 "$dir/d.jsonl" --calibrate
err_has 'which model?' 'name that one by --model'

# ---- the model that comes with it, where figures over whole sets hide much: invented headlines that are good for one and bad for
# another, and invented texts that are no headlines (news wire, press releases, analysts' notes) ----
check contrast 0 "$TT_SOURCE_DIR/tests/app/contrast.jsonl" --model "$TT_SOURCE_DIR/config/models/minilm-finance" --precision fp32 --format json
holds contrast '.slices[0].entities | .n == 64 and .models[0].accuracy.value >= 0.7'
check kinds 0 "$TT_SOURCE_DIR/tests/app/kinds.jsonl" --model "$TT_SOURCE_DIR/config/models/minilm-finance" --precision fp32 --format json
holds kinds '.slices[0].texts | .n == 58 and .models[0].accuracy.value >= 0.7'

finish
