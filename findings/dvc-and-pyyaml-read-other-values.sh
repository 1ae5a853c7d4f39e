#!/usr/bin/env bash
# DVC and PyYAML read other values from one params.yaml
#
# Expected: `${la}` in a command of dvc.yaml and `yaml.safe_load` in the notebook give the same value for the same
# line.
# What happens: DVC reads YAML 1.2, PyYAML YAML 1.1: 0302 is 302 or 194 (octal), 1e-3 a number or a text, yes a text or
# true, 12:30 a text or 750 (minutes).
# Versions: DVC 3.67.1 (with ruamel.yaml 0.19), PyYAML 6.0.3.
# Where it meets users: authority codes with a leading zero, thresholds, yes and no in params.yaml: the file name comes
# from DVC, the filter from the notebook.
# What to do: put such values in quotes, or read every value as a text and give it its kind by a schema. The product
# does the latter (pipeline/inputs/parameters_file.py).
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv env
install="env/bin/pip install --quiet --disable-pip-version-check"
if command -v uv > /dev/null; then install="uv pip install --quiet --python env/bin/python"; fi
$install dvc==3.67.1 pyyaml==6.0.3 ruamel.yaml==0.19.1

export DVC_NO_ANALYTICS=1 DVC_SITE_CACHE_DIR="$work/site" DVC_GLOBAL_CONFIG_DIR="$work/config"
export PATH="$work/env/bin:$PATH"
mkdir project
cd project
dvc init --quiet --no-scm

cat > params.yaml <<'END'
la: 0302
smallest_p: 1e-3
show_names: yes
start: 12:30
END
cat > dvc.yaml <<'END'
stages:
  tell:
    cmd: echo "${la} ${smallest_p} ${show_names} ${start}" > told.txt
    outs: [told.txt]
END
dvc repro --quiet
by_dvc=$(cat told.txt)
by_pyyaml=$(python -c 'import yaml; print(*yaml.safe_load(open("params.yaml")).values())')
kinds=$(python -c 'import yaml; print(*(type(v).__name__ for v in yaml.safe_load(open("params.yaml")).values()))')
echo "written: 0302 1e-3 yes 12:30"
echo "DVC:     $by_dvc"
echo "PyYAML:  $by_pyyaml ($kinds)"
still() {
    if [ "$1" != "$2" ]; then echo "It has changed: $3" >&2; exit 1; fi
}
still "$by_dvc" "302 0.001 yes 12:30" "DVC reads other values."
still "$by_pyyaml ($kinds)" "194 1e-3 True 750 (int str bool int)" "PyYAML reads other values."
