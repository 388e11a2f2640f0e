# SPDX-License-Identifier: GPL-3.0-or-later
"""test-host.py: a relay hosted by the editor, a relay that is not there, and a folder that somebody else has."""

import os
import subprocess

from desk import EDITOR, XDesk
from harness import Relay, main


def click(desk, name, role):
    """For what a mouse can press, but no screen reader's button."""
    widget = desk.wait_widget(name, role)
    x, y, width, height = widget.place
    x, y = desk.on_screen(x + width // 2, y + height // 2)
    desk.run('xdotool', 'mousemove', str(x), str(y), 'click', '1')


def relays_of(desk):
    """The processes of relays that keep their files in this desk's folder."""
    folder, found = bytes(desk.data / 'relay'), []
    for process in filter(str.isdigit, os.listdir('/proc')):
        try:
            with open(f'/proc/{process}/cmdline', 'rb') as command:
                if folder in command.read().split(b'\0'):
                    found.append(process)
        except OSError:  # it ended meanwhile
            pass
    return found


def host_on_this_computer(folder):
    """A relay started from the share dialog ends with the editor, however that ends, and comes back with it."""
    with XDesk(folder, 'Ana') as ana:
        ana.start_editor()
        ana.key('ctrl+n')
        ana.wait_focus()
        ana.type('Hosted here.')
        ana.press('Share')
        click(ana, 'Host on This Computer', 'button')
        ana.press('Create Link')
        ana.wait_label('Anyone with this link can read and edit.')
        ana.picture('host')
        assert len(relays_of(ana)) == 1
        ana.editor.kill()
        ana.editor.wait()
        ana.editor = None
        ana.wait(lambda: not relays_of(ana), 'the relay ends with the editor')

        ana.start_editor()
        ana.wait_has('Hosted here.')
        ana.wait_label('Up to date')
        assert len(relays_of(ana)) == 1
        ana.close_editor()
        ana.wait(lambda: not relays_of(ana), 'the relay ends with the editor')


def a_relay_that_is_not_there(folder):
    """An address where nobody answers is said at once; the right one then serves."""
    with Relay(folder / 'relay') as relay, XDesk(folder, 'Ana') as ana:
        ana.start_editor()
        ana.key('ctrl+n')
        ana.wait_focus()
        ana.press('Share')
        ana.wait_widget('Address of the Meeting Point', 'text box').set_text('http://127.0.0.1:9')
        ana.wait_label('The meeting point can’t be reached')
        ana.picture('no-relay')
        assert 'sensitive' not in ana.eyes.find('Create Link', 'button').states
        ana.wait_widget('Address of the Meeting Point', 'text box').set_text(relay.url)
        ana.press('Create Link')
        ana.wait_label('Anyone with this link can read and edit.')


def a_folder_that_is_taken(folder):
    """A second editor on the same folder says who has it, and opens it once it is free."""
    with XDesk(folder, 'Ana') as ana:
        ana.start_editor()
        ana.key('ctrl+n')
        ana.wait_focus()
        ana.type('Mine.')
        ana.wait(lambda: ana.peer.cat(ana.document()) == 'Mine.', 'the text is on disk')
        first = ana.editor
        with open(ana.log, 'ab') as log:
            second = subprocess.Popen([EDITOR, '--data-dir', ana.data], env=ana.environment, stdout=log, stderr=log)
        try:
            ana.wait_label('Another program is using your documents: coquill')
            ana.picture('busy')
            first.terminate()
            first.wait()
            ana.editor = second
            ana.press('Try Again')
            ana.wait_has('Mine.')
            ana.stop_editor()
        finally:
            second.kill()
            second.wait()


main(host_on_this_computer, a_relay_that_is_not_there, a_folder_that_is_taken)
