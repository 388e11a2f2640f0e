# SPDX-License-Identifier: GPL-3.0-or-later
"""roads.py: what a key press costs on the direct road and through the relay, in CPU, bytes and time, on good lines and bad ones."""

import os
import pathlib
import subprocess
import sys
import tempfile
import time

TESTS = pathlib.Path(__file__).parents[1]
sys.path.insert(0, str(TESTS / 'direct'))
import laboratory  # noqa: E402
from pair import Pair, Typist, summary, trace_edits  # noqa: E402

KEYS = 300
IDLE_SECONDS = 15
LONG_ONES = ['test-loss.py', 'test-bulk.py']


def enter():
    """Starts this program again where it has a network of its own, with an address that is not loopback's."""
    reason = laboratory.why_not()
    if reason:
        sys.exit(f'measure direct: {reason}')
    internet = laboratory.Laboratory.make()
    # A bridge without a port has no carrier, and no address that anybody would use.
    internet.host()


def cpu(attachment):
    """Seconds of CPU that the process has used."""
    fields = (laboratory.process_folder(attachment.process.pid) / 'stat').read_text().rpartition(')')[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf('SC_CLK_TCK')


def cost(internet, folder, relay, road):
    hosts = [internet.host(), internet.host()]
    with Pair(folder, relay, hosts, attach=False) as pair:
        for peer in pair.peers:
            peer.run('profile', '--hide-address', 'no' if road == 'direct' else 'yes')
            pair.attach(peer)
        pair.wait_together()
        if road == 'direct':
            for attachment in pair.attachments:
                attachment.wait_road('direct')
        time.sleep(3)

        def look():
            return [time.monotonic(), *(host.bytes() for host in hosts), *map(cpu, pair.attachments)]
        before = look()
        time.sleep(IDLE_SECONDS)
        idle = look()
        typist = Typist(pair.ana, pair.ben, trace_edits(KEYS)).start().finish()
        typed = look()
        pair.check_texts(typist)
    rates = [(later - earlier) / (idle[0] - before[0]) for later, earlier in zip(idle, before)]
    used = [later - earlier - rate * (typed[0] - idle[0]) for later, earlier, rate in zip(typed, idle, rates)]
    figures = summary(typist.delays())
    return {'road': road, 'p50 ms': figures['p50'], 'p99 ms': figures['p99'], 'writer bytes': used[1] / KEYS, 'reader bytes': used[2] / KEYS,
            'writer CPU µs': used[3] / KEYS * 1e6, 'reader CPU µs': used[4] / KEYS * 1e6, 'idle bytes/s': rates[1], 'idle CPU µs/s': rates[3] * 1e6}


def measure():
    internet = laboratory.Laboratory.make()
    with tempfile.TemporaryDirectory(prefix='coquill-measure-') as folder:
        folder = pathlib.Path(folder)
        with laboratory.InternetRelay(internet, folder / 'relay') as relay:
            results = [cost(internet, folder / road, relay, road) for road in ('direct', 'relay')]
    laboratory.keep('cost', results)
    laboratory.table(f'a key press, of {KEYS} at 10 a second, without what is spent on nothing', list(results[0]), [list(result.values()) for result in results])
    for test in LONG_ONES:
        environment = {name: value for name, value in os.environ.items() if name != laboratory.INSIDE}
        subprocess.run([sys.executable, str(TESTS / 'direct' / test)], env={**environment, 'COQUILL_LONG': '1'}, check=False)
