#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""two_windows.py x|wayland PROGRAMS PICTURES: two people write one document in two real windows.

Each has a screen, a session bus and folders of their own; a relay is all that joins them. Everything is done as people
do it, by keys and buttons, and what is checked is what stands in the windows. Pictures are kept. TAP.
"""

import os
import re
import subprocess
import sys
import time
import traceback

from desktop import Relay, Stage, Trouble, WaylandDesktop, XDesktop, wait_for

ANA_COLOR, BEN_COLOR = '#2190a4', '#e62d42'  # Teal and Red

# What is typed: xdotool knows ASCII only.
WORDS = {
    'x': {'start': 'A walk by the sea\nWe meet at nine.\n', 'ana': 'Bring water.', 'ben': 'And something sweet.',
          'more': ' Really!'},
    'wayland': {'start': 'Ein Spaziergang am Meer 🌊\nWir treffen uns um neun.\n', 'ana': 'Wasser mitbringen – für alle',
                'ben': '水と お菓子', 'more': ' İyi ki'},
}


class Play:
    """The steps, in order; each needs those before it."""

    def __init__(self, stage, desktop, programs, words):
        self.relay = Relay(stage, os.path.join(programs, 'relay/coquill-relay'))
        self.ana, self.ben = (desktop(stage, name, programs) for name in ('Ana', 'Ben'))
        self.words = words
        self.link = None

    def both(self):
        return self.ana, self.ben

    def wait_until_equal(self):
        def equal():
            texts = [desktop.text() for desktop in self.both()]
            return texts[0] is not None and texts[0] == texts[1]

        try:
            wait_for('the same text in both windows', equal)
        except Trouble as trouble:
            raise Trouble(f'{trouble}: {[desktop.text() for desktop in self.both()]}') from None

    def ana_writes_alone(self):
        self.ana.start_editor()
        self.ana.wait_to_see('Write, Alone or Together')
        self.ana.take_picture('first-start')
        self.ana.focus()
        self.ana.key('ctrl+n')
        wait_for('an empty page', lambda: self.ana.text() == '')
        self.ana.type(self.words['start'])
        self.ana.wait_for_text(lambda text: text == self.words['start'], 'what Ana typed')
        self.ana.wait_to_see('On this device')
        self.ana.wait_to_see(self.words['start'].split('\n')[0])

    def ana_shares(self):
        self.ana.press('Share')
        self.ana.fill('Your Name', 'Ana')
        self.ana.press('Teal')
        self.ana.fill('Address of the Meeting Point', self.relay.address)
        self.ana.press('Create Link')
        self.ana.wait_to_see('Anyone with this link can read and edit.')
        self.ana.take_picture('link')
        self.link = next(name for name in self.ana.ask('names') if re.fullmatch(r'coquill:\S+', name))
        self.ana.key('Escape')
        self.ana.wait_to_see('Up to date')

    def ben_joins_by_the_link(self):
        self.ben.start_editor(self.link)
        self.ben.wait_to_see('Join a Shared Document?')
        self.ben.wait_to_see(self.relay.address)
        self.ben.take_picture('join')
        self.ben.fill('Your Name', 'Ben')
        self.ben.press('Red')
        self.ben.press('Join')
        self.ben.wait_for_text(lambda text: text == self.words['start'], 'what Ana typed')
        self.ben.focus()

    def what_one_types_is_in_the_other_window(self):
        self.ana.key('ctrl+End')
        self.ana.type(self.words['ana'] + '\n')
        self.ben.wait_for_text(lambda text: self.words['ana'] in text, "Ana's line")
        self.ben.key('ctrl+End')
        self.ben.type(self.words['ben'])
        self.ana.wait_for_text(lambda text: self.words['ben'] in text, "Ben's line")
        self.wait_until_equal()

    def caret_and_name_are_in_the_other_window(self):
        for one, other, color in ((self.ana, self.ben, ANA_COLOR), (self.ben, self.ana, BEN_COLOR)):
            other.wait_to_see(one.name)
            one.key('Left')
            # A flag with a name, and a caret below it.
            wait_for(f'{one.name}’s flag in {other.name}’s window', lambda: count_color(other, color) > 300, 10)
            other.take_picture('flag')

    def undo_takes_back_only_ones_own(self):
        self.ana.key('ctrl+Home')
        self.ana.type('Zero ')
        self.ben.wait_for_text(lambda text: text.startswith('Zero '), "Ana's word")
        self.ben.key('ctrl+End')
        self.ben.type(self.words['more'])
        self.ana.wait_for_text(lambda text: text.endswith(self.words['more']), "Ben's words")
        self.ana.key('ctrl+z')
        self.ben.wait_for_text(lambda text: not text.startswith('Zero'), 'nothing of Ana’s word')
        self.wait_until_equal()
        if not self.ana.text().endswith(self.words['more']):
            raise Trouble(f'Ana took back what Ben wrote: {self.ana.text()!r}')

    def both_write_while_one_is_off_line(self):
        self.ben.set_offline(True)
        self.ben.wait_to_see('Offline, changes kept here', patience=5)
        self.ana.key('ctrl+Home')
        self.ana.type('Ana was here\n')
        self.ben.key('ctrl+End', 'Up', 'Home')
        self.ben.type('Ben too: ')
        self.ben.wait_for_text(lambda text: 'Ben too: ' in text, 'what Ben typed')
        time.sleep(1)
        if 'Ana was here' in self.ben.text() or 'Ben too' in self.ana.text():
            raise Trouble('Something came through although Ben is off line.')
        self.ben.take_picture('offline')

    def after_the_return_they_are_equal_and_the_carets_line_is_in_place(self):
        line, height = self.ben.caret_line(), line_of_caret(self.ben)
        self.ben.set_offline(False)
        self.wait_until_equal()
        self.ben.wait_to_see('Up to date')
        text = self.ben.text()
        if not ('Ana was here' in text and 'Ben too: ' in text):
            raise Trouble(f'Something is lost: {text!r}')
        if self.ben.caret_line() != line or line_of_caret(self.ben) != height + 1:
            raise Trouble(f'The caret was in {line!r} and is in {self.ben.caret_line()!r}')
        for desktop in self.both():
            desktop.take_picture('together')

    def a_relay_that_dies_is_noticed_and_found_again(self):
        before = self.ana.text()
        self.relay.kill()
        for desktop in self.both():
            desktop.wait_to_see('Offline, changes kept here', patience=3)
        self.ana.key('ctrl+Home')
        self.ana.type('Alone. ')
        self.ben.key('ctrl+End')
        self.ben.type(' Alone, too.')
        for desktop in self.both():
            wait_for('the banner', lambda desktop=desktop: count_banner(desktop) > 0, 15)
            desktop.take_picture('no-relay')
        self.relay.start()
        self.wait_until_equal()
        if self.ana.text() != f'Alone. {before} Alone, too.':
            raise Trouble(f'Not what both typed: {self.ana.text()!r}')
        for desktop in self.both():
            desktop.wait_to_see('Up to date')

    def a_restart_restores_the_document(self):
        text = self.ben.text()
        self.ben.key('ctrl+w')
        wait_for('the end of Ben’s editor', lambda: self.ben.editor.poll() is not None)
        self.ben.start_editor()
        wait_for('the same text after a restart', lambda: self.ben.text() == text)
        self.ben.focus()
        self.ben.key('ctrl+End')
        self.ben.type('!')
        self.ana.wait_for_text(lambda now: now == text + '!', 'what Ben typed after the restart')


def line_of_caret(desktop):
    return desktop.text()[:desktop.caret()].count('\n')


def count_banner(desktop):
    """How many labels of the banner are really on screen: a banner that is rolled up still has its title."""
    return sum(name.startswith('label You’re offline.') for name in desktop.ask('roles') or ())


def count_color(desktop, color):
    """How many pixels of the text have exactly this colour."""
    path = desktop.take_picture('colour')
    done = subprocess.run(['convert', str(path), '-crop', '700x640+260+60', '+repage', '-fill', 'black', '+opaque', color,
                           '-fill', 'white', '-opaque', color, '-format', '%[fx:round(w*h*mean)]', 'info:'],
                          capture_output=True, check=True, timeout=30)
    path.unlink()
    return int(float(done.stdout))


STEPS = [Play.ana_writes_alone, Play.ana_shares, Play.ben_joins_by_the_link, Play.what_one_types_is_in_the_other_window,
         Play.caret_and_name_are_in_the_other_window, Play.undo_takes_back_only_ones_own,
         Play.both_write_while_one_is_off_line,
         Play.after_the_return_they_are_equal_and_the_carets_line_is_in_place, Play.a_relay_that_dies_is_noticed_and_found_again,
         Play.a_restart_restores_the_document]


def main():
    kind, programs, pictures = sys.argv[1:]
    print(f'1..{len(STEPS)}', flush=True)
    with Stage(pictures) as stage:
        play = Play(stage, {'x': XDesktop, 'wayland': WaylandDesktop}[kind], programs, WORDS[kind])
        for number, step in enumerate(STEPS, 1):
            name = step.__name__.replace('_', ' ')
            try:
                step(play)
                print(f'ok {number} - {name}', flush=True)
            except (Trouble, subprocess.SubprocessError):
                print(f'not ok {number} - {name}')
                print(''.join(f'# {line}\n' for line in traceback.format_exc().splitlines()), end='')
                for desktop in play.both():
                    if desktop.editor is not None:
                        desktop.take_picture('failed')
                print(f'Bail out! The pictures are in {pictures}', flush=True)
                return 1
    return 0


if __name__ == '__main__':
    sys.exit(main())
