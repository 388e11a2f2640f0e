# SPDX-License-Identifier: GPL-3.0-or-later
"""test-alone.py: one person at one window: the first start, new documents, files, a second launch, a full disk."""

import ctypes
import os
import subprocess

from desk import XDesk
from harness import PATIENCE, Peer, Relay, Skipped, main


def first_start(folder):
    """The first start shows three ways to begin; what is written then is there again at the next start."""
    with XDesk(folder, 'Ana') as ana:
        ana.start_editor()
        ana.wait_label('Write, Alone or Together')
        for button in ('New Document', 'Open File…', 'Join with a Link…'):
            ana.wait_widget(button, 'button')
        ana.key('ctrl+n')
        ana.wait_focus()
        assert ana.text() == ''
        ana.type('Thoughts on tea\n\nIt should be hot.')
        ana.wait_widget('Thoughts on tea', 'list item')
        ana.wait_label('On this device')
        ana.key('ctrl+s')
        ana.wait_label('Saved automatically')
        ana.picture('new-document')
        ana.close_editor()
        assert ana.peer.cat(ana.document()) == 'Thoughts on tea\n\nIt should be hot.'

        ana.start_editor()
        ana.wait_text(lambda text: text == 'Thoughts on tea\n\nIt should be hot.', 'the text of before')
        ana.wait_label('Thoughts on tea')
        ana.wait_focus()
        ana.key('ctrl+End')
        ana.type(' Or cold.')
        ana.wait_has('It should be hot. Or cold.')
        ana.close_editor()
        assert ana.peer.cat(ana.document()).endswith('hot. Or cold.')


def an_editor_that_is_killed(folder):
    """What was typed a second ago survives the end of the program without warning."""
    with XDesk(folder, 'Ana') as ana:
        ana.start_editor()
        ana.key('ctrl+n')
        ana.wait_focus()
        ana.type('Not lost.')
        ana.wait(lambda: ana.peer.cat(ana.document()) == 'Not lost.', 'the text is on disk')
        ana.editor.kill()
        ana.editor.wait()
        ana.editor = None
        ana.start_editor()
        ana.wait_text(lambda text: text == 'Not lost.', 'the document that was open')
        ana.wait_widget('Not lost.', 'list item')


def save_a_copy(folder):
    """Save a Copy writes the text to a file, byte for byte."""
    with XDesk(folder, 'Ana') as ana:
        ana.start_editor()
        ana.key('ctrl+n')
        ana.wait_focus()
        ana.type('A copy of this\n\nwith two lines')
        ana.wait_has('with two lines')
        ana.key('ctrl+shift+s')
        ana.wait_widget(part='Save a Copy', role='dialog')
        ana.focus('Save a Copy')
        ana.wait(lambda: any('focused' in widget.states and widget.role == 'text box' for widget in ana.eyes.walk()), 'the name can be typed')
        target = folder / 'copy.md'
        ana.key('ctrl+a')
        ana.type(str(target))
        ana.picture('save-a-copy')
        ana.key('Return')
        ana.wait_label('Copy saved')
        assert target.read_text() == 'A copy of this\n\nwith two lines'


def files_on_the_command_line(folder):
    """A file given on the command line becomes a document; one that is no text is refused with the reason."""
    text = 'fn main() {\r\n\tprintln!("¡Hola, señor! 👩‍👩‍👧");\r\n}'
    (folder / 'hello.rs').write_bytes(text.encode())
    (folder / 'picture.png').write_bytes(b'\x89PNG\r\n\x1a\n\0\0\0\xff')
    with XDesk(folder, 'Ana') as ana:
        ana.start_editor(folder / 'hello.rs')
        ana.wait_text(lambda shown: 'señor' in shown, 'the text of the file')
        ana.wait_label('hello.rs')
        ana.picture('file')
        subprocess.run([os.environ['COQUILL_EDITOR'], folder / 'picture.png'], env=ana.environment, check=True, timeout=PATIENCE)
        ana.wait_label('no text that a document can hold')
        ana.picture('file-refused')
        ana.close_editor()
        assert ana.peer.run('cat', ana.document()) == text.encode()
        assert (folder / 'hello.rs').read_bytes() == text.encode()


def a_link_on_the_command_line(folder):
    """A second launch hands its link to the window that is there, which asks before it joins."""
    with Relay(folder / 'relay') as relay, XDesk(folder, 'Ana') as ana:
        ben = Peer(folder / 'data', 'Ben')
        (folder / 'text').write_text('From Ben, with love.\n')
        document = ben.word('new', '--from', folder / 'text')
        link = ben.word('invite', document, '--relay', relay.url)
        ana.start_editor()
        ana.wait_label('Write, Alone or Together')
        done = subprocess.run([os.environ['COQUILL_EDITOR'], link], env=ana.environment, timeout=PATIENCE)
        assert done.returncode == 0
        ana.wait_widget(part='Join a Shared Document?', role='dialog')
        ana.wait_label(relay.url)
        ana.focus()
        ana.wait_widget('Join', 'button', state='focused')
        ana.key('Return')
        ana.wait_text(lambda text: text == 'From Ben, with love.\n', 'the document')
        assert ana.document() == document and len(list(ana.eyes.windows())) == 1
        ana.close_editor()

        # A link that nobody can use is told, not asked about.
        ana.start_editor(link[:-9])
        ana.wait_widget(part='Join a Shared Document?', role='dialog')
        ana.wait_widget('Join', 'button', state='showing')
        assert 'sensitive' not in ana.eyes.find('Join', 'button').states
        ana.picture('link-cut-short')


def a_full_disk(folder):
    """A full disk is said in a red banner that stays; the text stays in the window, and a copy can be saved elsewhere."""
    small = folder / 'small'
    small.mkdir()
    libc = ctypes.CDLL(None)
    if libc.mount(b'tmpfs', bytes(small), b'tmpfs', 0, b'size=3m,mode=700') != 0:
        raise Skipped('no tmpfs can be mounted here')
    try:
        with XDesk(folder, 'Ana', XDG_DATA_HOME=str(small)) as ana:
            ana.data = ana.peer.data = small / 'coquill'
            ana.peer.run('profile', '--name', 'Ana')
            ana.start_editor()
            ana.key('ctrl+n')
            ana.wait_focus()
            ana.type('Before.')
            ana.wait(lambda: ana.peer.cat(ana.document()) == 'Before.', 'the text is on disk')
            with open(small / 'filler', 'wb', buffering=0) as filler:
                for size in (65536, 4096):
                    try:
                        while filler.write(b'x' * size) == size:
                            pass
                    except OSError:
                        pass
            for number in range(40):
                ana.type(f' After {number}, when nothing more fits.')
                if ana.eyes.find(part='New changes are not saved.', role='label'):
                    break
            ana.wait_label('New changes are not saved.')
            ana.wait_label('Not saved')
            ana.type(' The end.')
            kept = ana.wait_has('Before. After 0', 'The end.')
            ana.picture('full-disk')
            (small / 'filler').unlink()
            ana.wait_no_label('New changes are not saved.')
            ana.wait(lambda: ana.peer.cat(ana.document()) == kept, 'all is on disk after all')
            ana.picture('full-disk-over')
            ana.close_editor()
    finally:
        libc.umount2(bytes(small), 2)  # MNT_DETACH


main(first_start, an_editor_that_is_killed, save_a_copy, files_on_the_command_line, a_link_on_the_command_line, a_full_disk)
