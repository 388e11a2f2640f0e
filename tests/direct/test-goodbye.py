# SPDX-License-Identifier: GPL-3.0-or-later
"""test-goodbye.py: who ends a program is gone for the others at once, relay or not: nobody waits for a silence."""

import time

from laboratory import InternetRelay, PORT_RESTRICTED, main, say, within
from pair import Pair

GONE_WITHIN = 1  # seconds
TIMES = 5


def who_ends_says_goodbye(laboratory, folder):
    """Ben's program ends again and again, at last without a relay: Ana sees it within a second, not as a loss."""
    hosts = [laboratory.place(PORT_RESTRICTED), laboratory.place(PORT_RESTRICTED)]
    with InternetRelay(laboratory, folder / 'relay') as relay, Pair(folder / 'pair', relay, hosts) as pair:
        for number in range(TIMES):
            if number > 0:
                pair.attach(pair.peers[1])
            ben = pair.attachments[-1]
            ben.wait_road('direct')
            pair.ana.wait_for(lambda: pair.ana.last_road and pair.ana.last_road['road'] == 'direct', 'direct')
            if number == TIMES - 1:
                relay.kill()
            first = len(pair.ana.events)
            assert ben.close() == 0, ben.complaints()
            ended = time.time_ns() // 1000
            gone = pair.ana.wait(lambda event: event['event'] == 'absent' and event['name'] == 'Ben', 'Ben is gone', 10, first)
            say(f'gone for Ana {(gone["time"] - ended) / 1000:.0f} ms after the end{"" if number < TIMES - 1 else ", without a relay"}')
            within(GONE_WITHIN, (gone['time'] - ended) / 1e6, 'noticing that Ben is gone')
            whys = [event['why'] for event in pair.ana.events[first:] if event['event'] == 'road']
            assert 'lost' not in whys, whys


main(who_ends_says_goodbye)
