#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""report.py [--json] [--only SYSTEM,…] [--work WORK,…]: reads what was measured, a JSON object a line, and prints it with
ratios and limits as it comes.

What measures prints rows (row.h). Rows of peers come without a ratio and get theirs here. Other lines that it reads:
{"work": "unit"} is U, {"work": "text"} the bytes of a trace's text, {"note": …} something to say,
{"status": …} how a part ended.
"""

import argparse
import json
import os
import sys

from limits import limit_of

KEYS = ('work', 'trace', 'system', 'value', 'unit', 'ratio')
IN_UNITS = {'snapshot', 'concurrent', 'live', 'encode'}
TO_TEXT = {'memory', 'memory-peak', 'memory-rest'}


class Report:
    def __init__(self, options):
        self.options = options
        self.unit = None
        self.texts = {}
        self.baseline = {}
        self.trace = None
        self.failed = False
        self.unmet = 0

    def say(self, text):
        print(text, file=sys.stderr if self.options.json else sys.stdout, flush=True)

    def ratio_of(self, row):
        """For a peer's row; None if there is nothing to compare it with."""
        work, trace = row['work'], row['trace']
        base = self.unit if work in IN_UNITS else self.texts.get(trace) if work in TO_TEXT \
            else self.baseline.get((work, trace))
        return round(row['value'] / base, 4) if base else None

    def take(self, row):
        if 'note' in row:
            self.say(row['note'])
        elif 'status' in row:
            self.failed = self.failed or row['status'] != 0
        elif row['work'] == 'unit':
            self.unit = row['value']
            self.say(f'U, the baseline\'s replay of {row["trace"]}: {self.unit:.3f} ms')
        elif row['work'] == 'text':
            self.texts[row['trace']] = row['value']
        else:
            self.take_measure(row)

    def take_measure(self, row):
        if row['system'] == 'baseline':
            self.baseline[row['work'], row['trace']] = row['value']
        row.setdefault('ratio', self.ratio_of(row))
        if self.options.only and row['system'] not in self.options.only:
            return
        if self.options.json:
            print(json.dumps({key: row[key] for key in KEYS}), flush=True)
        else:
            self.print_line(row)

    def print_line(self, row):
        limit = None
        if row['system'] == 'coquill':
            limit = limit_of(row['work'], row['trace'], row['value'], row['ratio'], self.texts.get(row['trace'], 0))
            self.unmet += limit is not None and not limit.met
        worst = row['work'].startswith('worst') # several sizes, named behind the case
        work = row['work'] if not worst else 'key press' if row['work'] == 'worst-key' else row['trace'].split()[-1]
        if (trace := row['trace'].split()[0] if worst else row['trace']) != self.trace:
            self.trace = trace
            size = f' ({self.texts[self.trace]:,.0f} bytes of text)' if self.trace in self.texts else ''
            print(f'\n{self.trace}{size}')
        value = f'{row["value"]:,.3f} ms' if row['unit'] == 'ms' else f'{row["value"]:,.0f} B '
        ratio = '' if row['ratio'] is None else f'{row["ratio"]:,.2f} {"U" if row["work"] in IN_UNITS else "×"}'
        at_most = '' if limit is None else f'≤ {limit.shown:<14} {"✓" if limit.met else "✗ NOT MET"}'
        runs = f'{row["runs"]} runs' if row.get('runs') else ''
        print(f'  {work:<12} {row["system"]:<20} {value:>18} {ratio:>12}  {runs:<9} {at_most}'.rstrip(), flush=True)

    def end(self):
        if not self.options.json:
            print()
            if self.unmet:
                print(f'{self.unmet} of Coquill\'s limits not met.')


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--json', action='store_true')
    parser.add_argument('--only', type=lambda names: names.split(','))
    report = Report(parser.parse_args())
    for line in sys.stdin:
        report.take(json.loads(line))
    report.end()
    return report.failed


if __name__ == '__main__':
    try:
        sys.exit(main())
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
