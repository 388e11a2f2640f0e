# SPDX-License-Identifier: GPL-3.0-or-later
"""test-together.py: two people in two windows, each with a screen, a session bus and folders of their own, write one document."""

import contextlib

from desk import XDesk, clipboard
from harness import Relay, main
from proxy import Proxy

BLUE, ORANGE = '#3584e4', '#ed5b00'
TEXT = '''# A walk by the sea

We meet at nine by the lighthouse. The path is easy, five miles, mostly level.

## To bring

- water
- something for the rain
'''


class Meeting(contextlib.ExitStack):
    """A relay behind a proxy, and Ana and Ben with the same document open in a window each."""

    def __init__(self, folder, text=TEXT):
        super().__init__()
        self.folder, self.text = folder, text

    def __enter__(self):
        self.relay = self.enter_context(Relay(self.folder / 'relay'))
        self.proxy = self.enter_context(Proxy(self.relay.port))
        self.ana = self.enter_context(XDesk(self.folder, 'Ana', BLUE))
        self.ben = self.enter_context(XDesk(self.folder, 'Ben', ORANGE))
        sample = self.folder / 'sample.md'
        sample.write_text(self.text)
        document = self.ana.peer.word('new', '--from', sample)
        self.ben.peer.run('join', '-', input=self.ana.peer.word('invite', document, '--relay', self.proxy.url))
        for person in self.people:
            person.restore(document)
            person.start_editor()
            person.wait_text(lambda text: text == self.text, 'the document')
            person.wait_label('Up to date')
            person.wait_focus()
        for person in self.people:
            person.wait_widget(self.other(person).name, 'image')
        return self

    @property
    def people(self):
        return self.ana, self.ben

    def other(self, person):
        return self.ben if person is self.ana else self.ana

    def wait_equal(self, *parts):
        """Until both windows show the same text, with each part in it once."""
        def same():
            text = self.ana.text()
            return text is not None and text == self.ben.text() and all(text.count(part) == 1 for part in parts)
        self.ben.wait(same, f'the same text in both windows, with {parts}')
        return self.ana.text()

    def pictures(self, name):
        for person in self.people:
            person.picture(f'{name}-{person.name.lower()}')


def share_and_join(folder):
    """A document is shared in one window, and joined in the other with the link that was copied."""
    with Relay(folder / 'relay') as relay, XDesk(folder, 'Ana', BLUE) as ana, XDesk(folder, 'Ben', ORANGE) as ben:
        ana.start_editor()
        ana.wait_label('Write, Alone or Together')
        ana.picture('welcome')
        ana.key('ctrl+n')
        ana.wait_focus()
        ana.type('Shopping for Friday\n\nbread, olives')
        ana.wait_label('On this device')
        ana.press('Share')
        ana.wait_widget('Address of the Meeting Point', 'text box').set_text(relay.url)
        create = ana.wait_widget('Create Link', 'button')
        ana.picture('share-set-up')
        create.press()
        ana.wait_label('Anyone with this link can read and edit.')
        ana.picture('share-link')
        ana.press('Copy Link')
        ana.wait_label('Link copied')
        with clipboard(ana) as link:
            assert link.startswith('coquill:'), link[:20]
        ana.key('Escape')  # closes the dialog, whatever its toast would do with it
        ana.wait_focus()

        ben.start_editor()
        ben.press('Join with a Link…')
        ben.wait_widget('Link', 'text box', state='focused')
        ben.type('coquill:nonsense')
        ben.wait_widget('Join', 'button', state='showing')
        assert 'sensitive' not in ben.eyes.find('Join', 'button').states, 'a bad link can be used'
        ben.picture('join-bad-link')
        with clipboard(ben, link):
            ben.key('ctrl+a', 'ctrl+v')
            ben.wait_label(relay.url)
        ben.wait_widget('Join', 'button')
        ben.picture('join')
        ben.key('Return')
        ben.wait_has('Shopping for Friday', 'bread, olives')
        ben.wait_focus()
        ben.key('ctrl+End')
        ben.type(', figs')
        ana.wait_has('bread, olives, figs')
        ana.wait_widget('Ben', 'image')
        ben.wait_widget('Ana', 'image')
        ben.picture('joined')
        assert ana.document() == ben.document()


def typing_caret_and_name(folder):
    """What one types, where their caret is and who it is appear in the other's window."""
    with Meeting(folder) as meeting:
        ana, ben = meeting.people
        ben.key('ctrl+Home', 'Down', 'Down', 'End')
        ben.type(' Bring bread.')
        ana.wait_has('mostly level. Bring bread.\n')
        here = ana.text().index(' Bring bread.') + len(' Bring bread.')
        ana.wait(lambda: ana.has_caret(ORANGE, here), 'the caret of Ben after his words')
        ana.wait(lambda: ana.flag_of(ORANGE) > 300, 'the name of Ben at his caret')
        ana.key('ctrl+End')
        ana.type('- a torch')
        text = ana.text()
        ben.wait_has('- a torch')
        ben.wait(lambda: ben.has_caret(BLUE, len(text)), 'the caret of Ana after her words')
        ben.wait(lambda: ben.flag_of(BLUE) > 300, 'the name of Ana at her caret')
        ana.key('F9')
        ana.wait_label('Ana (You)')
        ana.wait_label('Through the meeting point')
        meeting.pictures('typing')
        ana.key('F9')

        # The flag becomes a dot; the caret stays, and moves when he moves without writing.
        ana.wait(lambda: 0 < ana.flag_of(ORANGE) < 200, 'the flag of Ben shrinks')
        ben.key('ctrl+Home')
        ana.wait(lambda: ana.has_caret(ORANGE, 0), 'the caret of Ben at the start')
        ben.key('shift+End')
        ana.wait(lambda: ana.has_caret(ORANGE, len('# A walk by the sea')), 'the caret of Ben at the end of his selection')
        meeting.pictures('selection')
        both = meeting.wait_equal(' Bring bread.', '- a torch')
        for person in meeting.people:
            person.close_editor()
            assert person.peer.cat(person.document()) == both, f'not all of it is on the disk of {person.name}'


def undo_of_ones_own(folder):
    """Undo takes back one's own edits and leaves the other's; redo brings them again."""
    with Meeting(folder, 'start\n') as meeting:
        ana, ben = meeting.people
        for person, words in ((ana, 'mine'), (ben, 'yours'), (ana, 'my second')):
            person.key('ctrl+End')
            person.type(words + '\n')
            meeting.wait_equal(words + '\n')
        assert ana.text() == 'start\nmine\nyours\nmy second\n'
        ana.key('ctrl+z')
        for _ in range(8):
            if 'mine' not in ana.text():
                break
            ana.key('ctrl+z')
        for person in meeting.people:
            person.wait_text(lambda text: text == 'start\nyours\n', 'only what Ben wrote')
        meeting.pictures('undo')
        for _ in range(8):
            ana.key('ctrl+shift+z')
        for person in meeting.people:
            person.wait_text(lambda text: text == 'start\nmine\nyours\nmy second\n', 'what Ana wrote, again')
        ben.key('ctrl+z')
        meeting.wait_equal('mine')
        ana.wait_text(lambda text: 'yours' not in text and 'my second' in text, 'Ben took back only his own')


def off_line_and_back(folder):
    """One is cut off, both write; when the wire is mended all is in both, and nobody's line moved."""
    text = ''.join(f'Line {number} of the minutes.\n' for number in range(1, 13))
    with Meeting(folder, text) as meeting:
        ana, ben = meeting.people
        ben.key('ctrl+Home', *['Down'] * 7, 'End')
        meeting.proxy.cut(ben.editor.pid)
        ben.wait_label('Offline, changes kept here', 15)
        ben.type(' Written away.')
        ben.wait_label('You’re offline. Keep writing; your changes are kept on this device.', 30)
        meeting.pictures('offline')
        ana.wait(lambda: ana.eyes.find('Ben', 'image') is None, 'Ben has left the header')
        ana.key('ctrl+Home', 'Down', 'Down', 'End', 'Return')
        ana.type('Written at home.')
        ana.wait_label('Up to date')
        assert 'Written away' not in ana.text() and 'Written at home' not in ben.text()

        page = ben.page
        _, before, _, _ = page.place_of(page.caret)
        meeting.proxy.mend()
        both = meeting.wait_equal(' Written away.', 'Written at home.')
        assert both.split('\n')[3] == 'Written at home.', both
        assert both[:page.caret].endswith('Line 8 of the minutes. Written away.'), 'the caret is elsewhere in the text'
        ben.wait_no_label('You’re offline.')
        ben.wait_label('Up to date')
        ana.wait_widget('Ben', 'image')
        meeting.pictures('back')
        ben.type(' And on.')
        assert meeting.wait_equal('Line 8 of the minutes. Written away. And on.\n')


def a_silent_wire(folder):
    """A wire that goes dead without a word is noticed, said, and survived."""
    with Meeting(folder, 'One line.\n') as meeting:
        ana, ben = meeting.people
        meeting.proxy.silence(ana.editor.pid)
        ana.wait_label('Offline, changes kept here', 15)
        ana.key('ctrl+End')
        ana.type('More.')
        meeting.proxy.mend()
        ben.wait_has('One line.\nMore.')
        ana.wait_label('Up to date')


def a_relay_that_dies_and_returns(folder):
    """Without a relay both go on alone, and are told; once it is back all is in both."""
    with Meeting(folder, 'The middle.') as meeting:
        ana, ben = meeting.people
        meeting.relay.kill()
        for person in meeting.people:
            person.wait_label('Offline, changes kept here', 5)
        ana.key('ctrl+Home')
        ana.type('Alone. ')
        ben.key('ctrl+End')
        ben.type(' Alone, too.')
        ben.wait_has('The middle. Alone, too.')
        meeting.relay.start()
        assert meeting.wait_equal('Alone. ', ' Alone, too.') == 'Alone. The middle. Alone, too.'
        for person in meeting.people:
            person.wait_label('Up to date')


main(share_and_join, typing_caret_and_name, undo_of_ones_own, off_line_and_back, a_silent_wire, a_relay_that_dies_and_returns)
