# SPDX-License-Identifier: GPL-3.0-or-later
"""report.py LOG…: reads meson's testlog.json files, shows what the failed tests said, and counts.

A TAP test counts as its cases, any other as one; a TAP test that fails without a failed case (a crash, a timeout)
counts as one failed case more. Exits with 1 if anything failed, or nothing ran.
"""

import json
import re
import sys
from pathlib import Path

CASE = re.compile(r'^(not ok|ok)\b(?:.*?# *(skip|todo))?', re.IGNORECASE | re.MULTILINE)
FINE = {'OK': 'passed', 'EXPECTEDFAIL': 'passed', 'SKIP': 'skipped'}


def cases(test):
    """The outcomes of one test's cases."""
    outcome = FINE.get(test['result'], 'failed')
    found = []
    if re.search(r'^(TAP version|1\.\.\d)', test.get('stdout', ''), re.MULTILINE):
        for verdict, directive in CASE.findall(test['stdout']):
            failed = verdict.lower() == 'not ok' and not directive
            found.append('failed' if failed else 'skipped' if directive else 'passed')
    if not found or (outcome == 'failed' and 'failed' not in found):
        found.append(outcome)
    return found


def main(logs):
    count = {'passed': 0, 'failed': 0, 'skipped': 0}
    for log in logs:
        for line in Path(log).read_text().splitlines() if Path(log).exists() else []:
            test = json.loads(line)
            found = cases(test)
            for outcome in found:
                count[outcome] += 1
            if 'failed' in found:
                print(f"\n── {test['name']}: {test['result'].lower()}, exit status {test['returncode']}, "
                      f"{test['duration']:.1f} s")
                print(test.get('stdout', '').strip())
                print(test.get('stderr', '').strip())
    print(f"\n{count['passed']} passed, {count['failed']} failed, {count['skipped']} skipped")
    return 1 if count['failed'] or not count['passed'] + count['skipped'] else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
