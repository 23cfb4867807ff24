#!/usr/bin/env bash
# What action.yml runs. All inputs come from the environment, and none is ever a part of the code.
set -euo pipefail
set -f # words of revisions are no file patterns

# A module of this action's own checkout. -I keeps the folder that is looked at, which anybody may
# have written, out of Python's path.
carbon() {
  python3 -I -c '
import sys
if sys.version_info < (3, 11):
    print("commit-carbon: needs Python 3.11 or newer: add actions/setup-python", file=sys.stderr)
    raise SystemExit(2)
from importlib import import_module
sys.path.insert(0, sys.argv[1])
raise SystemExit(import_module("commit_carbon_hook." + sys.argv[2]).main(sys.argv[3:]))
' "$GITHUB_ACTION_PATH" "$@"
}

# Nothing that a commit says is a command to the runner.
token=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
echo "::stop-commands::$token"
trap 'echo "::$token::"' EXIT

work=$(mktemp -d "${RUNNER_TEMP:-/tmp}/commit-carbon.XXXXXX")
cd -- "$CARBON_PATH" || exit 2
if [[ $CARBON_CHECK != true && $CARBON_CHECK != false ]]; then
  echo "commit-carbon: the input check must be true or false" >&2
  exit 2
fi

revisions=$CARBON_REVISIONS
if [[ -z $revisions && -n ${GITHUB_BASE_REF:-} ]]; then
  # In full, as a tag may have the short name, too.
  revisions=refs/remotes/origin/$GITHUB_BASE_REF..HEAD
fi
checked=$revisions
if [[ -z $checked && ${GITHUB_EVENT_NAME:-} == push && $CARBON_BEFORE =~ ^[0-9a-f]{40,64}$ ]] &&
  GIT_ALLOW_PROTOCOL='' git rev-parse --verify --quiet "$CARBON_BEFORE^{commit}" >/dev/null 2>&1; then
  checked=$CARBON_BEFORE..HEAD
fi
options=(--no-progress)
[[ -z $CARBON_SINCE ]] || options+=("--since=$CARBON_SINCE")
[[ -z $CARBON_UNTIL ]] || options+=("--until=$CARBON_UNTIL")
[[ -z $CARBON_RECOVER ]] || options+=("--recover=$CARBON_RECOVER")
limits=()
[[ -z $CARBON_MAX_GCO2E ]] || limits+=("--max-gco2e=$CARBON_MAX_GCO2E")
[[ -z $CARBON_MAX_PER_COMMIT ]] || limits+=("--max-per-commit=$CARBON_MAX_PER_COMMIT")
if ((${#limits[@]})); then
  limits+=("--value=$CARBON_VALUE")
fi

code=0
# shellcheck disable=SC2086 # revisions are words
carbon summarize "${options[@]}" ${limits[@]+"${limits[@]}"} --format=json -- ${revisions:-HEAD} \
  >"$work/summary.json" || code=$?
# With a summary, it is the limits that do not know.
((code <= 1)) || [[ -s $work/summary.json ]] || exit "$code"
# shellcheck disable=SC2086
carbon summarize "${options[@]}" --format=markdown -- ${revisions:-HEAD} >>"$GITHUB_STEP_SUMMARY"

python3 -I -c '
import json, sys
with open(sys.argv[1], encoding="utf-8") as file:
    found = json.load(file, parse_float=str)
for end, grams in found["recorded"]["emissions_gco2e"].items():
    print(f"{end}={grams}")
print("complete=" + str(found["complete"]).lower())
' "$work/summary.json" >>"$GITHUB_OUTPUT"
echo "summary=$work/summary.json" >>"$GITHUB_OUTPUT"

if [[ $CARBON_CHECK == true ]]; then
  ranges=()
  for word in $checked; do
    ranges+=("--range=$word")
  done
  ((${#ranges[@]})) || ranges=(--range=HEAD)
  carbon check "${ranges[@]}" || code=$?
fi
exit "$code"
