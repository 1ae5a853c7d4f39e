#!/usr/bin/env bash
# DVC: answers put into another order, or 1 made true, are no change of a parameter
#
# Expected: a stage that depends on a parameter runs again when the parameter's text changes: the order of the answers
# of a scale, or `1` that becomes `true`.
# What happens: DVC compares values as Python does, where mappings have no order and 1 == 1.0 == True. `dvc status`
# says that all is up to date, and the results of the old order stay.
# Versions: DVC 3.67.1.
# Where it meets users: a scale in params.yaml as a mapping from answer to score: the order that a table or chart takes
# from it is not watched.
# What to do: write what has an order as a list, or make the file itself a dependency. The product's parameters are
# single values and lists, and a survey's scale is in survey.yaml, which its stages depend on as a file (dvc.yaml).
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv env
install="env/bin/pip install --quiet --disable-pip-version-check"
if command -v uv > /dev/null; then install="uv pip install --quiet --python env/bin/python"; fi
$install dvc==3.67.1

export DVC_NO_ANALYTICS=1 DVC_SITE_CACHE_DIR="$work/site" DVC_GLOBAL_CONFIG_DIR="$work/config"
export PATH="$work/env/bin:$PATH"
mkdir project
cd project
dvc init --quiet --no-scm

write() { printf 'scale: {%s}\nkeep: %s\n' "$1" "$2" > params.yaml; }
cat > label.py <<'END'
import ruamel.yaml
with open("params.yaml") as file:
    given = ruamel.yaml.YAML(typ="safe").load(file)
with open("labels.txt", "w") as file:
    print(*given["scale"], given["keep"], sep=", ", file=file)
END
cat > dvc.yaml <<'END'
stages:
  label:
    cmd: python label.py
    params: [scale, keep]
    outs: [labels.txt]
END
run() { dvc repro --quiet && echo "$1 -> $(cat labels.txt)"; }
write "never: 1, often: 2, always: 3" 1
first=$(run "as written")
echo "$first"
write "always: 3, never: 1, often: 2" 1
other_order=$(run "order changed")
echo "$other_order"
write "always: 3, never: 1, often: 2" true
true_for_1=$(run "1 made true")
echo "$true_for_1"
write "always: 3, never: 1, often: 2" 2
two_for_1=$(run "1 made 2")
echo "$two_for_1"
expected="never, often, always, 1"
still() {
    if [ "$1" != "$2" ]; then echo "It has changed: $3" >&2; exit 1; fi
}
still "$first" "as written -> $expected" "the stage writes something else."
still "$other_order" "order changed -> $expected" "DVC sees another order."
still "$true_for_1" "1 made true -> $expected" "DVC tells true from 1."
still "$two_for_1" "1 made 2 -> always, never, often, 2" "DVC does not see 2 for 1, or the stage writes otherwise."
