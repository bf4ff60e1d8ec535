#!/bin/sh
# Runs progval/irctest against the ircd of this repository and prints passed, failed and skipped by file.
#
#   IRCTEST=/path/to/irctest e2e/irctest/run.sh [pytest arguments]
#
# IRCTEST         a clone of https://github.com/progval/irctest (required)
# IRCTEST_VENV    where the Python environment is kept (default: ~/.cache/signalbox/irctest-venv)
# IRCTEST_JOBS    tests at once (default 2)
# IRCTEST_IO_THREADS
#                 threads of the server that own the sockets, [ircd] io_threads (default 0)
# IRCTEST_RESULTS where the JUnit report goes (default: a temporary file)
set -eu

here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
if [ -z "${IRCTEST:-}" ] || [ ! -f "$IRCTEST/conftest.py" ]; then
  echo "Set IRCTEST to a clone of https://github.com/progval/irctest" >&2
  exit 2
fi
IRCTEST=$(CDPATH= cd -- "$IRCTEST" && pwd)
venv=${IRCTEST_VENV:-${XDG_CACHE_HOME:-$HOME/.cache}/signalbox/irctest-venv}
results=${IRCTEST_RESULTS:-$(mktemp)}

if [ ! -x "$venv/bin/pytest" ]; then
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet 'pytest!=9.0.0' pytest-xdist filelock websockets
fi

# Every file, but what left-out.txt names. Arguments that name test files replace them.
files="irctest/server_tests"
for argument in "$@"; do
  case $argument in irctest/*) files="" ;; esac
done
left_out=""
while read -r test; do
  case $test in "" | "#"*) ;; *) left_out="$left_out --deselect irctest/server_tests/$test" ;; esac
done <"$here/left-out.txt"

status=0
cd "$IRCTEST"
# Lists of options and files are split into words.
# shellcheck disable=SC2086
PATH="$here/../../node_modules/.bin:$PATH" PYTHONPATH="$here" "$venv/bin/pytest" --controller signalbox \
  -n "${IRCTEST_JOBS:-2}" -q --tb=short $left_out \
  -p no:cacheprovider --junitxml "$results" $files "$@" || status=$?
"$venv/bin/python" "$here/table.py" "$results"
exit $status
