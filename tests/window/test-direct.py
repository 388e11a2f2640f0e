# SPDX-License-Identifier: GPL-3.0-or-later
"""test-direct.py: two people in two windows whose devices reach each other without the relay, on a network of the test's own."""

import os
import subprocess
import sys
import time

from desk import XDesk, clipboard
from harness import Relay, Skipped, main, say

BLUE, ORANGE = '#3584e4', '#ed5b00'

# Both devices are this one host; an address of its own makes it one that is worth offering. RFC 2544's test network.
NETWORK = """set -e
ip link set lo up
ip link add name near type veth peer name far
ip address add 198.18.0.1/24 dev near
ip link set near up
ip link set far up
nft add table inet cut
"""
INSIDE = 'COQUILL_OWN_NETWORK'


class NearDesk(XDesk):
    hides_address = False


def why_not():
    """Starts this process again in a network of its own; returns only with the reason why not, or None inside."""
    if os.environ.get(INSIDE):
        return None
    inside = ['unshare', '-Urnm']
    try:
        tried = subprocess.run([*inside, 'sh', '-c', NETWORK], capture_output=True, text=True, timeout=30)
    except FileNotFoundError:
        return 'there is no unshare here'
    if tried.returncode != 0:
        return f'no network namespaces here: {tried.stderr.strip()}'
    os.environ[INSIDE] = '1'
    os.execvp(inside[0], [*inside, 'sh', '-c', f'{NETWORK} exec "$0" "$@"', sys.executable, *sys.argv])


NO_NETWORK = why_not()


def cut():
    """From now on nothing passes directly: UDP is what direct connections use."""
    subprocess.run(['nft', 'add chain inet cut in { type filter hook input priority 0; }; add rule inet cut in meta l4proto udp drop'], check=True)


def mend():
    subprocess.run(['nft', 'delete', 'chain', 'inet', 'cut', 'in'], check=True)


def wait_roads(people, words, what):
    """Until all see each other reached that way; tells how long it took."""
    started = time.monotonic()
    for person in people:
        person.wait_label(words)
    say(f'{what}: “{words}” after {time.monotonic() - started:.1f} s')


def open_row(person, name):
    """Opens a row of the list of people by the mouse."""
    person.click(person.wait_widget(name, 'list item', state='showing'))


def switch_directly(person):
    """Turns the document's switch in the Share dialog."""
    person.press('Share')
    person.click(person.wait_label('Connect Directly'))
    person.picture(f'direct-switch-{person.name.lower()}')
    person.key('Escape')
    person.wait_no_label('Connect Directly')


def from_meeting_point_to_directly(folder):
    """Shared in one window and joined in the other, people reach each other directly, and both panes say so."""
    if NO_NETWORK:
        raise Skipped(NO_NETWORK)
    with Relay(folder / 'relay') as relay, NearDesk(folder, 'Ana', BLUE) as ana, NearDesk(folder, 'Ben', ORANGE) as ben:
        ana.start_editor()
        ana.wait_label('Write, Alone or Together')
        ana.key('ctrl+n')
        ana.wait_focus()
        ana.type('Shopping')
        ana.press('Share')
        ana.wait_widget('Address of the Meeting Point', 'text box').set_text(relay.url)
        ana.press('Create Link')
        ana.wait_label('Others see your network address when connected directly')
        ana.press('Copy Link')
        ana.wait_label('Link copied')
        with clipboard(ana) as link:
            ana.key('Escape')
        ana.wait_focus()
        ana.key('F9')
        ana.wait_label('Ana (You)')

        ben.start_editor()
        ben.press('Join with a Link…')
        ben.wait_widget('Link', 'text box', state='focused')
        with clipboard(ben, link):
            ben.key('ctrl+v')
            ben.wait_label(relay.url)
        ben.wait_widget('Join', 'button')
        ben.key('Return')
        ben.wait_has('Shopping')
        ben.wait_focus()
        ben.key('F9')
        wait_roads((ana, ben), 'Directly', 'joined, with the pane just opened')
        ben.key('ctrl+End')
        ben.type(', figs')
        ana.wait_has('Shopping, figs')

        # A link of his own makes a new key for the document; what he writes then is not held up by that.
        ben.press('Share')
        ben.wait_label('Connect Directly')
        ben.key('Escape')
        ben.wait_no_label('Connect Directly')
        ben.wait_focus()
        ben.type(' & nuts')
        ana.wait_text(lambda text: 'figs & nuts' in text, 'what Ben wrote under a new key', 5)

        # The row opens and tells more.
        open_row(ana, 'Ben')
        for words in ('Round trip', 'Since', 'Sent', 'Received'):
            ana.wait_label(words)
        ana.picture('direct-ana')
        ana.click(ana.page)
        ben.picture('direct-ben')

        # Without the relay the two go on.
        relay.kill()
        ana.key('ctrl+End')
        ana.type(', olives')
        ben.wait_has('Shopping, figs & nuts, olives')
        for person in (ana, ben):
            person.wait_label('Up to date')
        relay.start()

        # Without a direct way the relay goes on, and it is said why.
        cut()
        ana.type(', bread')
        ben.wait_has('olives, bread')
        wait_roads((ana, ben), 'Through the meeting point', 'UDP cut')
        ana.picture('direct-cut')
        mend()
        wait_roads((ana, ben), 'Directly', 'UDP mended')

        switch_directly(ben)
        ana.wait_label('switched off there')
        open_row(ben, 'Ana')
        ben.wait_label('switched off here')
        ana.type(' and wine')
        ben.wait_has('bread and wine')
        ben.picture('direct-off')
        switch_directly(ben)
        wait_roads((ana, ben), 'Directly', 'switched on')


main(from_meeting_point_to_directly)
