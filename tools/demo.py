# SPDX-License-Identifier: GPL-3.0-or-later
"""demo.py: two people write one document.

A relay on loopback, Ana's sample document, an invite link, Ben who joins by it, and an editor window for each, with a
session bus and folders of its own. With a display both windows stay open until they are closed. Without one, each has
a virtual screen; keys are typed in both, and both must end with the same text. All of it is left in build/demo/.
"""

import contextlib
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROGRAMS = ROOT / 'build/plain/src'
EDITOR = PROGRAMS / 'editor/coquill'
PEER = PROGRAMS / 'peer/coquill-peer'
RELAY = PROGRAMS / 'relay/coquill-relay'
PLACE = ROOT / 'build/demo'

PATIENCE = 30  # seconds that any one step may take

SAMPLE = '''# A walk by the sea

We meet at nine by the lighthouse. The path is easy, five miles, mostly level.

## To bring

- water
- something for the rain
'''


class Trouble(Exception):
    """What went wrong, in words for whoever runs this."""


def wait_for(what, condition):
    """Returns the first true answer of condition()."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        answer = condition()
        if answer:
            return answer
        time.sleep(0.05)
    raise Trouble(f'Waited {PATIENCE} s in vain for {what}.')


class Stage(contextlib.ExitStack):
    """Starts programs, with their words in build/demo/NAME.log, and ends them in reverse."""

    def start(self, name, command, **options):
        log = self.enter_context(open(PLACE / f'{name}.log', 'w'))
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, **options)
        self.callback(self.stop, process)
        return process

    @staticmethod
    def stop(process):
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


class Person:
    """One person's computer: folders, and what the programs say there."""

    def __init__(self, name, color):
        self.name = name
        self.folder = PLACE / name.lower()
        self.environment = {
            **os.environ,
            **{f'XDG_{kind}_HOME': str(self.folder / kind.lower()) for kind in ('DATA', 'CONFIG', 'CACHE', 'STATE')},
            'GSETTINGS_BACKEND': 'keyfile',
        }
        self.window = None
        self.peer('profile', '--name', name, '--color', color)

    def peer(self, *arguments, text=None):
        command = [PEER, '--data-dir', self.folder / 'data/coquill', *arguments]
        done = subprocess.run(command, input=text or b'', capture_output=True, env=self.environment,
                              timeout=2 * PATIENCE)
        if done.returncode != 0:
            raise Trouble(f'coquill-peer {arguments[0]} failed for {self.name}: {done.stderr.decode().strip()}')
        return done.stdout

    def open_window(self, stage, document):
        """An editor that opens the document as if it had been open the last time."""
        settings = self.folder / 'config/glib-2.0/settings/keyfile'
        settings.parent.mkdir(parents=True, exist_ok=True)
        settings.write_text(f"[io/github/coquill/Coquill]\nopen-documents=['{document}']\n")
        self.window = stage.start(f'{self.name}-window', ['dbus-run-session', '--', EDITOR], env=self.environment)

    # Without a display:

    def open_screen(self, stage):
        """A virtual screen; the server itself tells which number was free."""
        reader, writer = os.pipe()
        stage.start(f'{self.name}-screen',
                    ['Xvfb', '-displayfd', str(writer), '-screen', '0', '1000x720x24', '-nolisten', 'tcp'],
                    pass_fds=[writer])
        os.close(writer)
        with os.fdopen(reader) as answer:
            number = answer.readline().strip()
        if not number:
            raise Trouble(f'Xvfb did not start; see {self.name}-screen.log.')
        self.environment.update(DISPLAY=f':{number}', GDK_BACKEND='x11', GSK_RENDERER='cairo')
        self.environment.pop('WAYLAND_DISPLAY', None)

    def x(self, *command):
        done = subprocess.run(command, capture_output=True, env=self.environment, timeout=PATIENCE)
        return done.stdout.decode().split() if done.returncode == 0 else []

    def focus_window(self):
        def visible():
            if self.window.poll() is not None:
                raise Trouble(f"{self.name}'s editor ended; see {self.name}-window.log.")
            return self.x('xdotool', 'search', '--onlyvisible', '--class', 'coquill')

        window = wait_for(f"{self.name}'s window", visible)[-1]
        self.x('xdotool', 'windowfocus', '--sync', window)

    def type(self, words):
        print(f'{self.name} types: {words}')
        self.x('xdotool', 'key', 'ctrl+End')
        self.x('xdotool', 'type', '--delay', '15', '--', words)
        self.x('xdotool', 'key', 'Return')

    def wait_ready(self, document):
        """Until keys arrive in the text: a window that has just come may still be reading it."""
        def arrives():
            self.x('xdotool', 'key', 'ctrl+End', 'space')
            time.sleep(0.2)
            return self.peer('cat', document).endswith(b' ')

        wait_for(f"keys to arrive in {self.name}'s text", arrives)
        self.x('xdotool', 'key', 'ctrl+z')
        wait_for(f"{self.name}'s undo", lambda: not self.peer('cat', document).endswith(b' '))

    def take_picture(self):
        picture = PLACE / f'{self.name.lower()}.png'
        self.x('import', '-window', 'root', str(picture))
        print(f"{self.name}'s window: {picture.relative_to(ROOT)}")


def start_relay(stage):
    stage.start('relay', [RELAY, '--listen', '127.0.0.1:0', '--data', PLACE / 'relay'])
    said = wait_for('the relay', lambda: re.search(r'^listening on (\S+)$', (PLACE / 'relay.log').read_text(), re.M))
    print(f'A relay listens on {said[1]}.')
    return said[1]


def share_document(ana, ben, relay):
    sample = PLACE / 'sample.md'
    sample.write_text(SAMPLE)
    document = ana.peer('new', '--from', sample).decode().strip()
    print(f'Ana made the document {document[:8]}….')
    link = ana.peer('invite', document, '--relay', relay)
    print('Ana sent an invite link.')
    joined = ben.peer('join', '-', '--wait', str(PATIENCE), text=link).decode().strip()
    if joined != document:
        raise Trouble(f'Ben joined {joined} instead of {document}.')
    print('Ben joined by it.')
    return document


def write_together(people, document):
    """Types in both windows, in turns, and waits until both have it all."""
    for person in people:
        person.focus_window()
        person.wait_ready(document)
    marks = []
    for turn in ('first', 'second'):
        for person in people:
            marks.append(f'- {person.name} wrote this {turn} line')
            person.type(marks[-1])

    def texts():
        return [person.peer('cat', document).decode() for person in people]

    def same():
        one, other = texts()
        return one == other and all(one.count(mark) == 1 for mark in marks) and one

    try:
        text = wait_for('the same text in both windows', same)
    finally:
        for person in people:
            person.take_picture()
    print(f'Both have the same {len(text)} characters, and all that both typed is in them.')


def main():
    missing = [program.name for program in (EDITOR, PEER, RELAY) if not program.exists()]
    if missing:
        raise Trouble(f"There is no {' and no '.join(missing)} in build/plain yet.")
    shutil.rmtree(PLACE, ignore_errors=True)
    PLACE.mkdir(parents=True)
    has_display = bool(os.environ.get('WAYLAND_DISPLAY') or os.environ.get('DISPLAY'))
    with Stage() as stage:
        people = Person('Ana', '#3584e4'), Person('Ben', '#ed5b00')
        document = share_document(*people, start_relay(stage))
        for person in people:
            if not has_display:
                person.open_screen(stage)
            person.open_window(stage, document)
        print('Each has a window open on it.')
        if has_display:
            print('Write in both; close them to end.')
            for person in people:
                person.window.wait()
        else:
            write_together(people, document)


if __name__ == '__main__':
    sys.stdout.reconfigure(line_buffering=True)
    try:
        main()
    except (Trouble, subprocess.TimeoutExpired) as trouble:
        sys.exit(str(trouble))
    except KeyboardInterrupt:
        sys.exit(130)
