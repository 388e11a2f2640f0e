# SPDX-License-Identifier: GPL-3.0-or-later
"""test-switches.py: a direct road that comes and goes for long costs no memory, no descriptors, no threads."""

import time

from laboratory import LONG, InternetRelay, PORT_RESTRICTED, keep, main, process_folder, process_status, say, table
from pair import Pair, Typist, changes, trace_edits

SECONDS = 600 if LONG else 30
EVERY = 5
KEYS_PER_SECOND = 5
GROWTH_KIB = 4096  # what typed text, its history and an allocator's habits may add


def cost(attachment):
    status = process_status(attachment.process.pid)
    return {'memory': int(status['VmRSS'].split()[0]), 'threads': int(status['Threads']),
            'descriptors': len(list((process_folder(attachment.process.pid) / 'fd').iterdir()))}


def switches_cost_nothing(laboratory, folder):
    """The direct road goes and comes every 5 s while somebody types: memory, descriptors and threads stay as they were."""
    line = laboratory.line()
    home = laboratory.home(PORT_RESTRICTED, line)
    hosts = [home.host(), laboratory.place(PORT_RESTRICTED)]
    # A cut makes the road doubtful; a new address ends it, and a new attempt follows at once.
    steps = [lambda: line.tell('cut', 'both', 'udp'), lambda: line.tell('restore'), lambda: hosts[0].set_address(home.new_address()), lambda: None]
    with InternetRelay(laboratory, folder / 'relay') as relay, Pair(folder / 'pair', relay, hosts) as pair:
        pair.wait_together()
        for attachment in pair.attachments:
            attachment.wait_road('direct')
        edits = trace_edits(SECONDS * KEYS_PER_SECOND)
        typist = Typist(pair.ana, pair.ben, edits, KEYS_PER_SECOND).start()
        samples = []
        started = time.monotonic()
        for number in range(SECONDS // EVERY):
            steps[number % len(steps)]()
            time.sleep(max(0, started + (number + 1) * EVERY - time.monotonic()))
            samples.append([cost(attachment) for attachment in pair.attachments])
        line.tell('restore')
        typist.finish()
        for attachment in pair.attachments:
            attachment.wait_for(lambda: attachment.last_road['road'] == 'direct', 'direct again')
        time.sleep(1)
        samples.append([cost(attachment) for attachment in pair.attachments])
        moves = sum(len(changes(attachment.events)) - 1 for attachment in pair.attachments)
        pair.check_texts(typist)
    say(f'{moves} changes of a road told; the longest wait for a key {typist.longest_gap(0):.0f} ms')
    keep('switches', samples)
    table('over time', ['', *samples[0][0]],
          [[f'{"Ana" if who == 0 else "Ben"} {when}', *samples[index][who].values()]
           for who in (0, 1) for when, index in (('first', 0), ('middle', len(samples) // 2), ('last', -1))])
    for who in (0, 1):
        first, last = samples[min(2, len(samples) - 1)][who], samples[-1][who]
        assert last['memory'] - first['memory'] < GROWTH_KIB, (first, last)
        assert last['threads'] <= first['threads'] + 1, (first, last)
        assert last['descriptors'] <= first['descriptors'] + 4, (first, last)


main(switches_cost_nothing)
