# SPDX-License-Identifier: GPL-3.0-or-later
"""test-wayland.py: all of Unicode, typed in two Wayland windows, arrives in the other one."""

import shutil

from desk import WaylandDesk
from harness import Relay, Skipped, main

# Hebrew with points, Arabic, Chinese, combining marks, emoji of one and of several code points, beyond the BMP.
LINES = ('שָׁלוֹם עולם', 'مرحبا بالعالم', '你好，世界', 'e\u0301 a\u0308 o\u0302\u0323', '🙂 👩‍👩‍👧‍👦 🏳️‍🌈 👍🏽', '𝒜𝔹 𓂀', 'naïve – “quoted” … ½ €')


def unicode_by_keys(folder):
    """Hebrew, Arabic, Chinese, combining marks and emoji typed in one Wayland window appear in the other, and back."""
    if not all(map(shutil.which, ('labwc', 'wtype', 'grim'))):
        raise Skipped('labwc, wtype or grim is not here')
    with Relay(folder / 'relay') as relay, WaylandDesk(folder, 'Ana') as ana, WaylandDesk(folder, 'Ben בן', '#ed5b00') as ben:
        document = ana.peer.word('new')
        ben.peer.run('join', '-', input=ana.peer.word('invite', document, '--relay', relay.url))
        for person in (ana, ben):
            person.restore(document)
            person.start_editor()
            person.wait_label('Up to date')
        text = '\n'.join(LINES)
        ana.type(text)
        for person in (ana, ben):
            person.wait_text(lambda shown: shown == text, 'what Ana typed')
        ben.key('ctrl+Home')
        ben.type('בן: 👋\n')
        for person in (ben, ana):
            person.wait_text(lambda shown: shown == 'בן: 👋\n' + text, 'the greeting of Ben')
        ana.wait_widget('Ben בן', 'image')
        ana.picture('wayland-ana')
        ben.picture('wayland-ben')
        ben.key('ctrl+z')
        ana.wait_text(lambda shown: shown.endswith(text) and '👋' not in shown, 'Ben took it back')
        both = ana.text()
        for person in (ana, ben):
            person.close_editor()
            assert person.peer.cat(document) == both, f'not all of it is on the disk of {person.name}'


main(unicode_by_keys)
