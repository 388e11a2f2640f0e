# SPDX-License-Identifier: GPL-3.0-or-later
"""coverage.py BUILD FOLDER PERCENT LOG: prints how many lines of each file in FOLDER the tests in BUILD have run.

BUILD was made with --coverage and its tests have run. What they haven't is listed in BUILD/uncovered.txt. A line that
no test can reach says so and why: a comment on it, or alone on the line before it, that starts with "not covered:".
Such lines don't count, and are listed as well.

Writes LOG as meson writes its testlog.json, with one test: are at least PERCENT of all lines run?
"""

import json
import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

EXCUSE = re.compile(r'/\* not covered: ')


def counts(build, root, folder):
    """How often each line was run, by file: the most in any object, since inline functions are in several."""
    found = defaultdict(dict)
    data = sorted(build.rglob('*.gcda'))
    if not data:
        return found
    told = subprocess.run(['gcov', '--json-format', '--stdout', *map(str, data)], cwd=build, text=True, check=True,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
    for document in filter(None, told.splitlines()):
        report = json.loads(document)
        for file in report['files']:
            path = (Path(report['current_working_directory']) / file['file']).resolve()
            if path.is_relative_to(root / folder):
                lines = found[path.relative_to(root)]
                for line in file['lines']:
                    lines[line['line_number']] = max(lines.get(line['line_number'], 0), line['count'])
    return found


def excused(text):
    """The numbers of the lines that say why no test reaches them."""
    lines = text.splitlines()
    for number, line in enumerate(lines, 1):
        if EXCUSE.search(line):
            yield number + 1 if line.lstrip().startswith('/*') else number


def main(build, folder, percent, log):
    build, root = Path(build).resolve(), Path.cwd().resolve()
    table, uncovered, all_lines, all_run = [], [], 0, 0
    for path, lines in sorted(counts(build, root, folder).items()):
        text = (root / path).read_text()
        excuses = set(excused(text))
        missed = sorted(number for number, count in lines.items() if count == 0)
        counted = len(lines) - len(excuses & set(missed))
        run = len(lines) - len(missed)
        all_lines += counted
        all_run += run
        table.append((run / counted if counted else 1, run, counted, path))
        source = text.splitlines()
        for number in missed:
            mark = 'excused' if number in excuses else 'missed'
            uncovered.append(f'{path}:{number}: {mark}: {source[number - 1].strip()}')
    (build / 'uncovered.txt').write_text('\n'.join(uncovered) + '\n')

    share = 100 * all_run / all_lines if all_lines else 0
    report = [f'{100 * part:6.1f} % of {counted:5} lines  {path}' for part, run, counted, path in sorted(table)]
    report.append(f'{share:6.2f} % of {all_lines:5} lines  {folder}, and must be above {percent} %; '
                  f'the others are in {build.relative_to(root)}/uncovered.txt')
    fine = share > float(percent)
    print('\n'.join(['Coverage:', *report]))
    Path(log).write_text(json.dumps({'name': f'coverage of {folder}', 'result': 'OK' if fine else 'FAIL',
                                     'returncode': 0 if fine else 1, 'duration': 0,
                                     'stdout': report[-1], 'stderr': ''}) + '\n')


if __name__ == '__main__':
    main(*sys.argv[1:])
