# SPDX-License-Identifier: GPL-3.0-or-later
"""test-faults.py: while people type, roads are cut, the relay dies, addresses change: nothing is lost, and little is noticed."""

import re
import threading
import time

from laboratory import FULL_CONE, InternetRelay, PORT_RESTRICTED, TRIES, TooLate, keep, main, say, table, wait_until
from pair import BORDER, PATIENCE, Pair, Typist, changes, trace_edits

KEYS_PER_SECOND = 20
KEYS = 6000  # more than anyone types here
FAULT_SECONDS = 4  # a cut of so long makes the road doubtful, and no more
AFTERWARDS_SECONDS = 3  # what is typed then is part of what the fault does
DIRECT_AGAIN_SECONDS = 45  # two attempts may fail in between

# Milliseconds that the reader may wait for a key. The relay is another road, so while it stands a cut is hardly noticed; while
# nothing passes the wait is that long, and then as long as it takes to notice and dial again.
CUT, NOTHING = 500, 12000


class Marker:
    """Ben's side: numbered marks below the border, and when Ana saw each."""

    def __init__(self, writer, reader):
        self.writer, self.tried, self.seen = writer, 0, {}
        self.stopped = threading.Event()
        self.sent = []
        reader.listen(self.hear)
        self.thread = threading.Thread(target=self.mark, daemon=True)
        self.thread.start()

    def hear(self, event):
        if event['event'] == 'text' and not event['local']:
            for mark in re.findall(r'⟨(\d+)⟩', event['inserted']):
                self.seen[int(mark)] = event['time']

    def mark(self):
        while not self.stopped.wait(.25):
            self.sent.append(time.time_ns() // 1000)
            self.writer.send({'insert': [10 ** 9, f'⟨{self.tried}⟩']})
            self.tried += 1

    def longest_gap(self, first):
        return max(((self.seen[number] - self.sent[number]) / 1000 for number in range(first, self.tried) if number in self.seen), default=0.0)

    def finish(self):
        self.stopped.set()
        self.thread.join()

    @property
    def text(self):
        return ''.join(f'⟨{number}⟩' for number in range(self.tried))


def caught_up(typist, marker, seconds=PATIENCE):
    """Waits until all that was typed so far is seen on both sides."""
    typed, marked = typist.pressed, marker.tried
    deadline = time.monotonic() + seconds
    with typist.condition:
        if not typist.condition.wait_for(lambda: typist.seen >= typed, seconds):
            raise TooLate(f'of {typed} keys {typist.seen} were seen; {typist.reader.complaints()}')
    while unseen := [number for number in range(marked) if number not in marker.seen]:
        if time.monotonic() > deadline:
            raise TooLate(f'marks were not seen: {unseen}')
        time.sleep(.02)


def is_bad(result):
    return result['failure'] or max(result['gap'], result['gap other way']) > result['limit']


def roads_break_while_people_type(laboratory, folder):
    """The direct road is cut, whole and one way, the relay is killed, addresses change, nothing passes: the texts end equal, nothing is lost."""
    line = laboratory.line(seed=4)
    homes = [laboratory.home(PORT_RESTRICTED, line), laboratory.home(FULL_CONE)]
    hosts = [home.host() for home in homes]
    with InternetRelay(laboratory, folder / 'relay') as relay, Pair(folder / 'pair', relay, hosts) as pair:
        pair.wait_together()
        for attachment in pair.attachments:
            attachment.wait_road('direct')
        typist = Typist(pair.ana, pair.ben, trace_edits(KEYS), KEYS_PER_SECOND).start()
        marker = Marker(pair.ben, pair.ana)

        def restart_relay():
            relay.kill()
            time.sleep(FAULT_SECONDS)
            relay.start()

        def change_public_address():
            homes[0].change_public_address()
            # Nobody tells the hosts: until the silence is noticed the road is called direct.
            for attachment in pair.attachments:
                attachment.wait_for(lambda: attachment.last_road['road'] != 'direct', 'the silence is noticed', 30)

        def for_a_while(*words, seconds=FAULT_SECONDS):
            line.tell(*words)
            time.sleep(seconds)
            line.tell('restore')

        # What ends a road for good comes last, one right after the other only where the network tells that it changed: the pauses between attempts
        # grow.
        faults = [
            ('nothing happens', lambda: time.sleep(FAULT_SECONDS), CUT),
            ('relay killed and restarted', restart_relay, CUT),
            ('cut from Ana to Ben', lambda: for_a_while('cut', 'there', 'udp'), CUT),
            ('cut from Ben to Ana', lambda: for_a_while('cut', 'back', 'udp'), CUT),
            ('direct road cut', lambda: for_a_while('cut', 'both', 'udp'), CUT),
            ('6 s of nothing', lambda: for_a_while('cut', 'both', seconds=6), NOTHING),
            ('the host\'s address changes', lambda: hosts[0].set_address(homes[0].new_address()), NOTHING),
            ('the NAT\'s address changes', change_public_address, NOTHING),
            ('direct road cut for long', lambda: for_a_while('cut', 'both', 'udp', seconds=12), CUT),
        ]

        def suffer(attempt, name, fault, limit):
            first, first_mark = typist.pressed, marker.tried
            since = [len(attachment.events) for attachment in pair.attachments]
            started = time.time_ns() // 1000
            failure = ''
            try:
                fault()
                time.sleep(AFTERWARDS_SECONDS)
                caught_up(typist, marker)
                for attachment in pair.attachments:
                    attachment.wait_for(lambda: attachment.last_road['road'] == 'direct', f'direct again after: {name}', DIRECT_AGAIN_SECONDS)
                # The next fault shall meet both roads, as this one did.
                wait_until(lambda: relay.connections() >= 2, f'the relay is reached again after: {name}', interval=.1)
            except TooLate as error:
                assert not any(attachment.ended for attachment in pair.attachments), [attachment.complaints() for attachment in pair.attachments]
                failure = str(error)[:300]
            moves = [f'{"AB"[number]} {road} {(when - started) / 1e6:.1f} s' for number, attachment in enumerate(pair.attachments)
                     for road, when in changes(attachment.events[since[number]:])]
            return {'fault': name, 'attempt': attempt, 'gap': typist.longest_gap(first), 'gap other way': marker.longest_gap(first_mark),
                    'limit': limit, 'failure': failure, 'roads': ', '.join(moves[:8])}

        results, bad = [], []
        for fault in faults:
            # A busy machine makes gaps too.
            for attempt in range(1, TRIES + 1):
                results.append(suffer(attempt, *fault))
                if not is_bad(results[-1]):
                    break
                say(f'too late: {results[-1]}')
            else:
                bad.append(fault[0])
        typist.stop()
        marker.finish()
        caught_up(typist, marker)
        typist.text = None
        text = pair.check_texts()
        above, _, below = text.partition(BORDER)
        assert typist.states.get(hash(above), [-1])[-1] >= typist.pressed - 1, 'the text is not what was typed'
        assert below == marker.text, 'marks are lost, doubled or out of order'
        say(f'{typist.pressed} keys and {marker.tried} marks, none lost, none doubled')
    keep('faults', results)
    table('the longest wait for a key, milliseconds', list(results[0]), [list(result.values()) for result in results])
    assert not bad, f'late every time: {bad}'


main(roads_break_while_people_type)
