#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""test-bench.py: the benchmark prints what it promises, and fails over a wrong text. Its traces are tiny."""

import gzip
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import traceback

TOOL = pathlib.Path(__file__).resolve().parents[2] / 'tools/bench'
KEYS = ['work', 'trace', 'system', 'value', 'unit', 'ratio']
SEQUENTIAL_WORKS = {'local', 'linear', 'snapshot', 'live', 'size', 'encode', 'memory', 'memory-peak', 'memory-rest', 'growth'}
TRACE_WORKS = ','.join(sorted(SEQUENTIAL_WORKS | {'concurrent'}))
CONCURRENT_WORKS = SEQUENTIAL_WORKS - {'local', 'linear', 'growth'} | {'concurrent'}


def sequential(start, *patches, end=None):
    text = list(start)
    for position, deleted, inserted in patches:
        text[position:position + deleted] = inserted
    transactions = [{'time': '', 'patches': [list(patch)]} for patch in patches]
    return {'startContent': start, 'endContent': ''.join(text) if end is None else end, 'txns': transactions}


def transaction(parents, agent, *patches):
    return {'parents': parents, 'numChildren': 0, 'agent': agent, 'time': '', 'patches': [list(patch) for patch in patches]}


def concurrent(end, *transactions):
    return {'kind': 'concurrent', 'endContent': end, 'numAgents': 3, 'txns': list(transactions)}


TYPED = sequential('', *((i, 0, 'abcdefghij'[i % 10]) for i in range(100)), (50, 20, ''), (10, 1, 'Ü€😀é'))
STARTED = sequential('Grüße', (5, 0, '!'), (0, 1, 'g'))

# Two insert at one place; one joins them without writing, and goes on from there and from one of the two; another one
# writes where it was before, and so is in two places at once.
FORKED = concurrent('> start: ab.',
                    transaction([], 0, (0, 0, 'start: ')), transaction([0], 1, (7, 0, 'a')), transaction([0], 2, (7, 0, 'b')),
                    transaction([1, 2], 0), transaction([3, 2], 0, (9, 0, '.')),
                    transaction([0], 1, (0, 0, '> ')))


def bench(traces, *options, json_lines=True):
    """Its exit status, what it printed, and what it said."""
    with tempfile.TemporaryDirectory() as folder:
        for name, trace in traces.items():
            content = trace if isinstance(trace, bytes) else json.dumps(trace).encode()
            pathlib.Path(folder, name).write_bytes(gzip.compress(content) if name.endswith('.gz') else content)
        run = subprocess.run(
            [TOOL, 'text', '--traces', folder, '--only', 'coquill,baseline', '--runs', '1', *options, *(['--json'] if json_lines else [])],
            env={**os.environ, 'COQUILL_BENCH_QUICK': 'true', 'COQUILL_TRACES': folder}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    return run.returncode, [json.loads(line) for line in run.stdout.splitlines()] if json_lines else run.stdout, run.stderr


def works(rows, trace, system='coquill'):
    return {row['work'] for row in rows if row['trace'] == trace and row['system'] == system}


def test_every_work_has_a_row():
    status, rows, _ = bench({'automerge-paper.json.gz': TYPED, 'started.json': STARTED, 'forked': FORKED}, '--work', TRACE_WORKS)
    assert status == 0
    assert all(list(row) == KEYS for row in rows), rows
    assert all(row['value'] > 0 and row['ratio'] > 0 and row['unit'] in ('ms', 'bytes') for row in rows), rows
    assert works(rows, 'automerge-paper') == works(rows, 'started') == SEQUENTIAL_WORKS
    assert works(rows, 'forked') == CONCURRENT_WORKS
    assert works(rows, 'started', 'baseline') == {'local', 'linear', 'size'}


def test_a_wrong_text_fails_and_has_no_row():
    status, rows, said = bench({'edited.json': sequential('', (0, 0, 'right'), end='wrong'),
                                'merged.json.gz': FORKED | {'endContent': 'start: ba.'}, 'started.json': STARTED}, '--work', TRACE_WORKS)
    assert status == 1
    assert said.count('differs from endContent') >= 2 and 'edited' in said and 'merged' in said, said
    assert not works(rows, 'edited') and not works(rows, 'merged'), rows
    assert works(rows, 'started') == SEQUENTIAL_WORKS, rows


def test_what_is_no_trace_fails():
    for content in b'{"txns": 1', b'\x1f\x8bx':
        assert bench({'broken.json': content, 'started.json': STARTED}, '--work', 'size')[0] == 1, content
    assert bench({}, '--work', 'size')[0] == 1


def test_systems_works_and_traces_are_chosen():
    status, rows, _ = bench({'one.json': TYPED, 'two.json': STARTED}, '--only', 'coquill', '--work', 'local,size', '--trace', 'two')
    assert status == 0
    assert [(row['work'], row['trace'], row['system']) for row in rows] == [('local', 'two', 'coquill'), ('size', 'two', 'coquill')]


def test_the_table_has_limits():
    status, table, _ = bench({'automerge-paper.json': TYPED}, '--work', TRACE_WORKS, json_lines=False)
    assert status == 0
    assert all(word in table for word in ('≤ 2.2 ×', '≤ 3 ×', '≤ 13 ×', '≤ 1,400,000 B')), table


def test_worst_cases_have_rows():
    status, rows, said = bench({'one.json': TYPED}, '--work', 'worst', '--quick')
    assert status == 0, said
    keys = {row['trace'] for row in rows if row['work'] == 'worst-key'}
    sizes = [row['trace'].split()[0] for row in rows if row['work'] == 'worst']
    assert {'apart', 'crowd', 'branches', 'month', 'turns', 'paste', 'line', 'replace', 'front', 'wide'} <= keys, rows
    assert set(sizes) == keys and all(sizes.count(name) >= 2 for name in keys), rows
    assert bench({'one.json': TYPED}, '--work', 'worst-of-all')[0] != 0


def main():
    tests = [test for name, test in globals().items() if name.startswith('test_')]
    print(f'TAP version 14\n1..{len(tests)}')
    failed = False
    for number, test in enumerate(tests, 1):
        name = '/bench/' + test.__name__[5:].replace('_', '-')
        try:
            test()
            print(f'ok {number} {name}')
        except AssertionError:
            failed = True
            print(f'not ok {number} {name}')
            print(''.join(f'# {line}\n' for line in traceback.format_exc().splitlines()), end='')
    return failed


if __name__ == '__main__':
    sys.exit(main())
