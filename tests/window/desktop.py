# SPDX-License-Identifier: GPL-3.0-or-later
"""desktop.py: a person at a computer: a screen, a session bus, folders, an editor with a real window."""

import contextlib
import json
import os
import re
import shutil
import subprocess
import time
from pathlib import Path

from in_display import free_display

PATIENCE = 30  # seconds that any one step may take


class Trouble(Exception):
    """What went wrong, in words."""


def wait_for(what, condition, patience=PATIENCE):
    """Returns the first true answer of condition()."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        answer = condition()
        if answer:
            return answer
        time.sleep(0.05)
    raise Trouble(f'waited {patience} s in vain for {what}')


class Stage(contextlib.ExitStack):
    """Starts programs, with their words in FOLDER/NAME.log, and ends them in reverse."""

    def __init__(self, folder):
        super().__init__()
        self.folder = Path(folder)
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)

    def start(self, name, command, **options):
        log = self.enter_context(open(self.folder / f'{name}.log', 'w'))
        options = {'stdin': subprocess.DEVNULL, 'stdout': log, 'stderr': log, **options}
        process = subprocess.Popen(command, **options)
        self.callback(self.stop, process)
        return process

    @staticmethod
    def stop(process):
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


class Relay:
    """A relay on loopback that can die and come back at the same address."""

    def __init__(self, stage, program):
        self.stage, self.program = stage, program
        self.listen, self.lives = '127.0.0.1:0', 0
        self.start()

    def start(self):
        self.lives += 1
        name = f'relay-{self.lives}'
        self.process = self.stage.start(name, [self.program, '--listen', self.listen,
                                               '--data', self.stage.folder / 'relay'])
        log = self.stage.folder / f'{name}.log'
        self.address = wait_for('the relay', lambda: re.search(r'^listening on (\S+)$', log.read_text(), re.M))[1]
        self.listen = self.address.removeprefix('http://')

    def kill(self):
        self.process.kill()
        self.process.wait()


class Desktop:
    """What all desktops have; a subclass brings the screen and the keyboard."""

    def __init__(self, stage, name, programs):
        self.stage, self.name, self.programs = stage, name, Path(programs)
        self.folder = stage.folder / name.lower()
        runtime = self.folder / 'run'
        runtime.mkdir(parents=True, mode=0o700)
        self.environment = {
            **os.environ,
            **{f'XDG_{kind}_HOME': str(self.folder / kind.lower()) for kind in ('DATA', 'CONFIG', 'CACHE', 'STATE')},
            'XDG_RUNTIME_DIR': str(runtime),
            'GSETTINGS_BACKEND': 'keyfile',
            'GSK_RENDERER': 'cairo',
            'LC_ALL': 'C.UTF-8',
        }
        for gone in ('WAYLAND_DISPLAY', 'DISPLAY', 'DBUS_SESSION_BUS_ADDRESS', 'AT_SPI_BUS_ADDRESS'):
            self.environment.pop(gone, None)
        self.open_screen()
        self.open_bus()
        self.agent = stage.start(f'{name}-agent', ['python3', Path(__file__).parent / 'agent.py'],
                                 env=self.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.editor = None
        self.pictures = 0

    def open_bus(self):
        bus = self.stage.start(f'{self.name}-bus', ['dbus-daemon', '--session', '--nofork', '--print-address=1'],
                               env=self.environment, stdout=subprocess.PIPE, text=True)
        address = bus.stdout.readline().strip()
        if not address:
            raise Trouble(f'{self.name} has no session bus')
        self.environment['DBUS_SESSION_BUS_ADDRESS'] = address

    def ask(self, do, **request):
        self.agent.stdin.write(json.dumps({'do': do, **request}) + '\n')
        self.agent.stdin.flush()
        answer = self.agent.stdout.readline()
        if not answer:
            raise Trouble(f"{self.name}'s agent ended")
        return json.loads(answer)

    # The editor.

    def start_editor(self, *arguments):
        self.editor = self.stage.start(f'{self.name}-editor-{time.monotonic_ns()}',
                                       [self.programs / 'editor/coquill', *arguments], env=self.environment)
        wait_for(f"{self.name}'s window", lambda: self.alive() and self.ask('names'))

    def alive(self):
        if self.editor.poll() is not None:
            raise Trouble(f"{self.name}'s editor ended with {self.editor.returncode}")
        return True

    def close_editor(self):
        self.stage.stop(self.editor)

    def sees(self, words):
        return any(words in name for name in self.ask('names') or ())

    def wait_to_see(self, words, patience=PATIENCE):
        wait_for(f'“{words}” in {self.name}’s window', lambda: self.alive() and self.sees(words), patience)

    def press(self, name):
        wait_for(f'“{name}” to press in {self.name}’s window', lambda: self.alive() and self.ask('press', name=name))

    def fill(self, name, text):
        wait_for(f'“{name}” to fill in {self.name}’s window',
                 lambda: self.alive() and self.ask('fill', name=name, text=text))

    def text(self):
        return (self.ask('text') or {}).get('text')

    def caret(self):
        return (self.ask('text') or {}).get('caret')

    def caret_line(self):
        """The line that the caret is in."""
        answer = self.ask('text')
        before, after = answer['text'][:answer['caret']], answer['text'][answer['caret']:]
        return before.split('\n')[-1] + after.split('\n')[0]

    def wait_for_text(self, condition, what):
        wait_for(f'{what} in {self.name}’s text', lambda: self.alive() and condition(self.text() or ''))

    def set_offline(self, offline):
        """As the menu's Work Offline does, without the menu."""
        subprocess.run(['gdbus', 'call', '--session', '--dest', 'io.github.coquill.Coquill', '--object-path',
                        '/io/github/coquill/Coquill', '--method', 'org.gtk.Actions.SetState', 'offline',
                        f'<{str(offline).lower()}>', '{}'],
                       env=self.environment, check=True, capture_output=True, timeout=PATIENCE)

    def take_picture(self, what):
        self.pictures += 1
        path = self.stage.folder / f'{self.name.lower()}-{self.pictures:02}-{what}.png'
        self.photograph(path)
        return path


class XDesktop(Desktop):
    """An X screen of its own and xdotool; it types ASCII."""

    def open_screen(self):
        reader, writer = os.pipe()
        self.stage.start(f'{self.name}-screen',
                         ['Xvfb', f':{free_display()}', '-displayfd', str(writer), '-screen', '0', '1000x720x24', '-nolisten', 'tcp'],
                         pass_fds=[writer])
        os.close(writer)
        with os.fdopen(reader) as answer:
            number = answer.readline().strip()
        if not number:
            raise Trouble(f'{self.name} has no screen')
        self.environment.update(DISPLAY=f':{number}', GDK_BACKEND='x11')

    def x(self, *command):
        done = subprocess.run(command, capture_output=True, env=self.environment, timeout=PATIENCE)
        return done.stdout.decode().split() if done.returncode == 0 else []

    def focus(self):
        window = wait_for(f"{self.name}'s window",
                          lambda: self.alive() and self.x('xdotool', 'search', '--onlyvisible', '--class', 'coquill'))
        self.x('xdotool', 'windowfocus', '--sync', window[-1])

    def key(self, *keys):
        self.x('xdotool', 'key', '--delay', '30', *keys)

    def type(self, words):
        for index, line in enumerate(words.split('\n')):
            if index:
                self.key('Return')
            if line:
                self.x('xdotool', 'type', '--delay', '15', line)

    def photograph(self, path):
        self.x('import', '-window', 'root', str(path))


class WaylandDesktop(Desktop):
    """labwc without a screen, and wtype; it types any Unicode."""

    def open_screen(self):
        self.environment.update(WLR_BACKENDS='headless', WLR_RENDERER='pixman', WLR_LIBINPUT_NO_DEVICES='1')
        self.stage.start(f'{self.name}-screen', ['labwc'], env=self.environment)
        runtime = Path(self.environment['XDG_RUNTIME_DIR'])
        socket = wait_for('the compositor', lambda: [p.name for p in runtime.glob('wayland-*')
                                                     if not p.name.endswith('.lock')])
        self.environment.update(WAYLAND_DISPLAY=socket[0], GDK_BACKEND='wayland')

    def run(self, *command):
        subprocess.run(command, env=self.environment, check=True, capture_output=True, timeout=PATIENCE)

    def focus(self):
        """The compositor gives it to the only window."""

    def key(self, *keys):
        for key in keys:
            *modifiers, last = key.split('+')
            pressed = [argument for modifier in modifiers for argument in ('-M', modifier)]
            self.run('wtype', '-s', '300', *pressed, '-k', last)

    def type(self, words):
        self.run('wtype', '-s', '300', '-d', '15', words)

    def photograph(self, path):
        self.run('grim', str(path))
