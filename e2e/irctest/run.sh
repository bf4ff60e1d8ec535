#!/bin/sh
# Runs progval/irctest against the ircd of this repository and prints passed, failed and skipped by file.
#
#   IRCTEST=/path/to/irctest e2e/irctest/run.sh [pytest arguments]
#
# IRCTEST         a clone of https://github.com/progval/irctest (required)
# IRCTEST_VENV    where the Python environment is kept (default: ~/.cache/signalbox/irctest-venv)
# IRCTEST_JOBS    tests at once (default 2)
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

# The files that README.md names. Arguments that name test files replace them.
default_files="connection_registration cap channel join part kick invite topic names list lusers messages pingpong
  quit away away_notify extended_join whois who whowas isupport help info time kill oper wallops regressions buffering
  utf8 echo_message multi_prefix setname labeled_responses message_tags bot_mode statusmsg links websocket chmodes
  account_registration account_tag sasl monitor redact chathistory read_marker multiline metadata_3 channel_rename"
files=""
for name in $default_files; do
  if [ -d "$IRCTEST/irctest/server_tests/$name" ]; then
    files="$files irctest/server_tests/$name"
  else
    files="$files irctest/server_tests/$name.py"
  fi
done
for argument in "$@"; do
  case $argument in irctest/*) files="" ;; esac
done

# Tests for one other implementation, those the suite itself calls deprecated, the one that needs a linked services
# server, the one that wants one end for several NAMES and those that want always-on nicks do not apply (see README.md).
status=0
cd "$IRCTEST"
PATH="$here/../../node_modules/.bin:$PATH" PYTHONPATH="$here" "$venv/bin/pytest" --controller signalbox \
  -m "not implementation-specific and not deprecated" -n "${IRCTEST_JOBS:-2}" -q --tb=short \
  --deselect irctest/server_tests/links.py::ServicesLinksTestCase::testLinksWithServices \
  --deselect irctest/server_tests/names.py::NamesTestCase::testNamesMultipleChannels2812 \
  --deselect irctest/server_tests/read_marker.py::ReadMarkerServiceTestCase \
  -p no:cacheprovider --junitxml "$results" $files "$@" || status=$?
"$venv/bin/python" "$here/table.py" "$results"
exit $status
