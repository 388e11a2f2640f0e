# SPDX-License-Identifier: GPL-3.0-or-later
"""test-looks.py: the window in the dark, narrow, wide, from right to left, with long names: pictures, and that all of it fits."""

import contextlib

from desk import XDesk
from harness import Attachment, Peer, Relay, main

PURPLE, ORANGE = '#9141ac', '#ed5b00'

LONG = 'Wolfeschlegelsteinhausenbergerdorff-Maximiliane von und zu Hohenlohe'
TEXT = '''# Minutes of the garden club, with a first line that is much longer than any title bar

Present were **nearly all**, and *some* guests. We talked of:

1. the pond, which leaks
2. `watering-plan.ods`, see [the shed](https://example.org/shed)

> Nobody waters the fig. – Nobody should.

אחת, שתיים, שלוש. 你好。 The rest was tea 🍵.
'''

# A button may begin before its line, in pixels: GTK tells where its padding is.
SLACK = 10


class Company(contextlib.ExitStack):
    """Ana's window on a document that has two others in it, of whom one has a long name and a selection."""

    def __init__(self, folder, width=1000, height=720, settings=None, **environment):
        super().__init__()
        self.folder, self.settings = folder, settings or {}
        self.ana = XDesk(folder, 'Ana', width=width, height=height, **environment)

    def __enter__(self):
        relay = self.enter_context(Relay(self.folder / 'relay'))
        ana = self.enter_context(self.ana)
        for title in ('Letter to the council', 'A list of seeds'):
            ana.peer.run('new', '--title', title)
        (self.folder / 'text').write_text(TEXT)
        document = ana.peer.word('new', '--from', self.folder / 'text')
        link = ana.peer.word('invite', document, '--relay', relay.url)
        others = []
        for number, (name, color) in enumerate(((LONG, PURPLE), ('Ben', ORANGE))):
            peer = Peer(self.folder / f'peer-{number}')
            peer.run('profile', '--name', name, '--color', color)
            peer.run('join', '-', input=link)
            others.append(self.enter_context(Attachment(peer, document)))
        ana.restore(document, window_width=ana.size[0], window_height=ana.size[1], **self.settings)
        ana.start_editor()
        ana.wait_text(lambda text: text == TEXT, 'the document')
        start = TEXT.index('some')
        others[0].send({'caret': [start, start + len('some')]})
        others[1].send({'caret': [TEXT.index('rest'), TEXT.index('rest')]})
        for color in (PURPLE, ORANGE):
            ana.wait(lambda: ana.flag_of(color) > 300, 'the others with their names')
        return ana


def fits(desk):
    """Nothing that is shown reaches beyond the sides of the window."""
    left, _, width, _ = desk.eyes.find(role='window').place
    left, width = left - SLACK, width + 2 * SLACK
    for widget in desk.eyes.walk():
        if widget.role in ('button', 'toggle button', 'image', 'text box', 'label'):
            x, _, extent, _ = widget.place
            assert extent <= 0 or (x >= left and x + extent <= left + width), f'{widget} is at {x} and {extent} wide, in a window of {width}'


def light(folder):
    """In the light, with others' carets and a selection."""
    with Company(folder) as ana:
        ana.wait_label('Up to date')
        fits(ana)
        ana.picture('look-light')


def dark(folder):
    """In the dark the page is dark and the carets keep their colours."""
    with Company(folder, ADW_DEBUG_COLOR_SCHEME='prefer-dark') as ana:
        fits(ana)
        ana.picture('look-dark')
        assert not ana.pixels('#ffffff', (600, 500, 100, 100)), 'white paper in the dark'


def narrow(folder):
    """In 360 pixels the list and the text are pages, and everything fits."""
    with Company(folder, 360, 640) as ana:
        assert ana.eyes.find('Documents', 'list') is None, 'the list is beside the text'
        fits(ana)
        ana.picture('look-narrow')
        ana.key('F9')
        ana.wait_label(LONG[:20])
        fits(ana)
        ana.picture('look-narrow-people')


def wide(folder):
    """On a wide screen lines of prose do not get longer than can be read; people have a pane, with their long names."""
    with Company(folder, 1600, 900, {'show-people': 'true'}) as ana:
        ana.wait_label(LONG[:20])
        fits(ana)
        ana.picture('look-wide')
        assert ana.page.place[2] <= 768, ana.page.place


def right_to_left(folder):
    """Where one writes from right to left the list is at the right."""
    with Company(folder, LC_ALL='he_IL.UTF-8') as ana:
        fits(ana)
        ana.picture('look-right-to-left')
        x, _, _, _ = ana.wait_widget('Documents', 'list').place
        assert x > 500, 'the list is at the left'


main(light, dark, narrow, wide, right_to_left)
