# SPDX-License-Identifier: GPL-3.0-or-later
"""test-frozen.py: a process that stops for long and goes on, as a machine that slept, is where the others are at once."""

import signal
import time

from laboratory import InternetRelay, PORT_RESTRICTED, TooLate, keep, main, say, within
from pair import BORDER, PATIENCE, Pair, Typist, trace_edits

KEYS_PER_SECOND = 20
KEYS = 3000
FROZEN_SECONDS = 40
CAUGHT_UP_SECONDS = 10
DIRECT_AGAIN_SECONDS = 25


def a_process_is_frozen(laboratory, folder):
    """One process stops for 40 s and goes on: all that was typed meanwhile is there at once, and the road is direct again."""
    hosts = [laboratory.place(PORT_RESTRICTED), laboratory.place(PORT_RESTRICTED)]
    with InternetRelay(laboratory, folder / 'relay') as relay, Pair(folder / 'pair', relay, hosts) as pair:
        pair.wait_together()
        for attachment in pair.attachments:
            attachment.wait_road('direct')
        typist = Typist(pair.ana, pair.ben, trace_edits(KEYS), KEYS_PER_SECOND).start()
        pair.ben.process.send_signal(signal.SIGSTOP)
        time.sleep(FROZEN_SECONDS)
        typed = typist.pressed
        pair.ben.process.send_signal(signal.SIGCONT)
        resumed = time.monotonic()
        with typist.condition:
            if not typist.condition.wait_for(lambda: typist.seen >= typed, PATIENCE):
                raise TooLate('what was typed meanwhile comes')
        caught_up_after = time.monotonic() - resumed
        since = time.monotonic()
        for attachment in pair.attachments:
            attachment.wait_for(lambda: attachment.last_road['road'] == 'direct', 'direct again', DIRECT_AGAIN_SECONDS)
        say(f'{typed} keys typed meanwhile are there after {caught_up_after:.2f} s, direct after {caught_up_after + time.monotonic() - since:.1f} s')
        keep('frozen', {'caught up after': caught_up_after, 'keys': typed})
        time.sleep(1)
        typist.stop()
        typist.finish()
        text = pair.check_texts()
        assert typist.states.get(hash(text.partition(BORDER)[0]), [-1])[-1] >= typist.pressed - 1, 'the text is not what was typed'
    within(CAUGHT_UP_SECONDS, caught_up_after, 'catching up')


main(a_process_is_frozen)
