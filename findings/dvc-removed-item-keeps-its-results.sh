#!/usr/bin/env bash
# DVC: a foreach item that is taken out leaves its results, and its record, behind
#
# Expected: when a team is taken out of the list of a foreach stage, `dvc repro` removes its report, as it removes a
# stage's old outputs before running it, or `dvc status` says that something is left.
# What happens: the file stays in the folder, dvc.lock keeps the stage, status says that all is up to date.
# Versions: DVC 3.67.1.
# Where it meets users: a report for each survey or team: one that must not be published any more still lies in the
# folder that is published.
# What to do: delete outputs that no stage of dvc.yaml names, and their entries in dvc.lock. The product has a command
# for it, `golden-thread survey remove` (pipeline/workflow/survey_removing.py).
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

cat > dvc.yaml <<'END'
stages:
  report:
    foreach: [north, south]
    do:
      cmd: echo "report on ${item}" > ${item}.txt
      outs: ["${item}.txt"]
END
dvc repro --quiet
sed -i.old 's/\[north, south\]/[north]/' dvc.yaml
dvc repro --quiet
status=$(dvc status 2>&1)
files=$(ls ./*.txt | tr '\n' ' ')
recorded=$(grep -c '^  report@' dvc.lock)
echo "files after south was taken out: $files"
echo "stages in dvc.lock: $recorded"
echo "dvc status: $status"
still() {
    if [ "$1" != "$2" ]; then echo "It has changed: $3" >&2; exit 1; fi
}
still "$files" "./north.txt ./south.txt " "the files are others."
still "$recorded" 2 "dvc.lock no longer keeps the stage."
still "$status" "Data and pipelines are up to date." "dvc status tells it."
