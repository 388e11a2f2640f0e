# SPDX-License-Identifier: GPL-3.0-or-later
"""desk.py: one person's desk in a test: folders, session bus, screen, keyboard, eyes, and coquill on it.

The programs are found through COQUILL_EDITOR and COQUILL_PEER; pictures go to COQUILL_SCREENSHOTS.
"""

import contextlib
import os
import pathlib
import re
import signal
import subprocess
import time

import display
from eyes import Eyes
from gi.repository import GLib
from harness import PATIENCE, Peer, say, wait_until

EDITOR = os.environ['COQUILL_EDITOR']
PICTURES = pathlib.Path(os.environ['COQUILL_SCREENSHOTS'])

# What programs below ours say of a machine without a sound card, a portal or a GPU.
NOISE = re.compile('Vulkan|portal|libEGL|MESA|dconf|color-scheme|Theme parser|Unable to acquire the address of the accessibility bus')


class Desk(contextlib.ExitStack):
    """What both kinds of screen have in common. Enter it, then start_editor()."""

    # Whether others are reached only through their relay, so that a test can cut them off there, whatever networks this computer is on.
    hides_address = True

    def __init__(self, folder, name, color='#3584e4', **environment):
        super().__init__()
        self.name, self.color = name, color
        self.home = pathlib.Path(folder) / name.split()[0].lower()
        self.home.mkdir(parents=True, exist_ok=True)
        self.environment = display.environment(self.home)
        for variable in ('NO_AT_BRIDGE', 'GTK_A11Y', 'DISPLAY', 'WAYLAND_DISPLAY'):
            self.environment.pop(variable, None)
        self.environment.update(GSETTINGS_BACKEND='keyfile', GTK_USE_PORTAL='0', GDK_DEBUG='no-portals', G_DEBUG='fatal-criticals', **environment)
        self.data = self.home / 'data/coquill'
        self.peer = Peer(self.data)
        self.editor = None
        self.log = self.home / 'coquill.log'

    def __enter__(self):
        self.peer.run('profile', '--name', self.name, '--color', self.color, '--hide-address', 'yes' if self.hides_address else 'no')
        bus = self.start('dbus-daemon', '--session', '--nofork', '--nosyslog', '--print-address', stdout=subprocess.PIPE)
        self.environment['DBUS_SESSION_BUS_ADDRESS'] = bus.stdout.readline().decode().strip()
        self.callback(bus.stdout.close)
        self.open_screen()
        self.eyes = Eyes(self.environment['DBUS_SESSION_BUS_ADDRESS'])
        self.callback(self.stop_editor)
        return self

    def start(self, *command, **options):
        """Starts a program that ends with the desk."""
        log = self.enter_context(open(self.home / f'{pathlib.Path(command[0]).name}.log', 'ab'))
        process = subprocess.Popen(command, env=self.environment, **{'stdin': subprocess.DEVNULL, 'stdout': log, 'stderr': log, **options})
        self.callback(self.stop, process)
        return process

    @staticmethod
    def stop(process):
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def run(self, *command, **options):
        return subprocess.run(command, env=self.environment, stdin=subprocess.DEVNULL, capture_output=True, check=True,
                              timeout=PATIENCE, text=True, **options).stdout

    # Settings

    def restore(self, *documents, **settings):
        """Makes the editor start with these documents open, and as the settings say."""
        file = self.home / 'config/glib-2.0/settings/keyfile'
        file.parent.mkdir(parents=True, exist_ok=True)
        values = {'open-documents': str(list(documents)), **{key.replace('_', '-'): value for key, value in settings.items()}}
        file.write_text('[io/github/coquill/Coquill]\n' + ''.join(f'{key}={value}\n' for key, value in values.items()))

    # The editor

    def start_editor(self, *arguments):
        """Starts coquill and waits for its window."""
        with open(self.log, 'ab') as log:
            self.editor = subprocess.Popen([EDITOR, *map(str, arguments)], env=self.environment, cwd=self.home, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.wait(lambda: self.eyes.find(role='window'), 'a window')
        self.focus()

    def stop_editor(self):
        """Ends it if it runs, and holds what it said against it."""
        if self.editor is None:
            return
        ended = self.editor.poll()
        if ended is None:
            self.editor.send_signal(signal.SIGTERM)
            self.editor.wait(PATIENCE)
        self.editor = None
        words = self.log.read_text(errors='replace')
        bad = [line for line in words.splitlines() if re.search('WARNING|CRITICAL|ERROR|Sanitizer', line) and not NOISE.search(line)]
        assert not bad and ended in (None, 0), f"{self.name}'s editor ended with {ended} and said:\n{words}"

    def close_editor(self):
        """Closes the window by its key; returns when the program has ended."""
        self.key('ctrl+w')
        status = self.editor.wait(PATIENCE)
        assert status == 0, f'exit status {status}'
        self.stop_editor()

    def wait(self, condition, what, seconds=PATIENCE):
        """Polls; on failure leaves a picture and what a screen reader would read."""
        def quietly():
            if self.editor is not None and self.editor.poll() is not None:
                raise AssertionError(f"{self.name}'s editor ended with {self.editor.returncode}:\n{self.log.read_text(errors='replace')}")
            with contextlib.suppress(GLib.Error):  # what was looked at has gone
                return condition()
        try:
            return wait_until(quietly, f'{self.name}: {what}', seconds, interval=.05)
        except AssertionError:
            with contextlib.suppress(Exception):
                say(self.eyes.dump())
                say(repr(self.text()))
                say(self.log.read_text(errors='replace'))
                self.picture(f'failed-{self.name}')
            raise

    # What the window shows

    def wait_widget(self, name=None, role=None, part=None, state='sensitive', seconds=PATIENCE):
        """The widget, as soon as it is shown and has the state."""
        def look():
            widget = self.eyes.find(name, role, part)
            return widget if widget is not None and state in widget.states else None
        return self.wait(look, f'{role or "widget"} “{name or part}” {state}', seconds)

    def wait_label(self, part, seconds=PATIENCE):
        """Words that are on the screen, in a label."""
        return self.wait_widget(part=part, role='label', seconds=seconds)

    def wait_no_label(self, part, seconds=PATIENCE):
        self.wait(lambda: self.eyes.find(part=part, role='label') is None, f'no more “{part}”', seconds)

    def press(self, name, role='button'):
        self.wait_widget(name, role).press()

    @property
    def page(self):
        """The text that is being written."""
        return self.wait_widget('Text', 'text box')

    def text(self):
        found = self.eyes.find('Text', 'text box')
        return None if found is None else found.text

    def wait_text(self, condition, what, seconds=PATIENCE):
        def look():
            text = self.text()
            return text is not None and condition(text)
        self.wait(look, what, seconds)
        return self.text()

    def wait_has(self, *parts):
        return self.wait_text(lambda text: all(part in text for part in parts), f'the text has {parts}')

    def wait_focus(self):
        """Waits until keys go to the text."""
        self.wait_widget('Text', 'text box', state='focused')

    def document(self):
        """The only document's id."""
        lines = self.peer.run('list').decode().splitlines()
        assert len(lines) == 1, lines
        return lines[0].split()[0]

    def picture(self, name):
        PICTURES.mkdir(parents=True, exist_ok=True)
        file = PICTURES / f'{name}.png'
        self.take_picture(file)
        return file


class XDesk(Desk):
    """A desk with an X screen in memory and real key events."""

    def __init__(self, folder, name, color='#3584e4', width=1000, height=720, **environment):
        super().__init__(folder, name, color, **environment)
        self.size = (width, height)

    def open_screen(self):
        self.screen = display.Display(*self.size)
        self.callback(self.screen.close)
        self.environment.update(DISPLAY=self.screen.name, GDK_BACKEND='x11')

    def focus(self, title=None):
        """No window manager does it: gives the keyboard to the window of that title, or to the last one."""
        select = ['--name', f'^{re.escape(title)}'] if title else ['--class', 'coquill']

        def find():
            found = subprocess.run(['xdotool', 'search', '--onlyvisible', *select], env=self.environment, capture_output=True, text=True)
            return found.stdout.split()
        self.run('xdotool', 'windowfocus', '--sync', self.wait(find, f'a window {title or ""}')[-1])

    def key(self, *keys):
        self.run('xdotool', 'key', '--delay', '5', *keys)

    def type(self, words):
        for number, line in enumerate(words.split('\n')):
            if number > 0:
                self.key('Return')
            if line:
                self.run('xdotool', 'type', '--delay', '3', '--', line)

    def click(self, widget):
        x, y, width, height = widget.place
        x, y = self.on_screen(x, y)
        self.run('xdotool', 'mousemove', str(x + width // 2), str(y + height // 2), 'click', '1')

    def take_picture(self, file):
        self.screen.wait_still(.2)
        self.screen.screenshot(file)

    def pixels(self, color, area=None):
        """Where the screen has exactly this colour, as (x, y), within x, y, width and height."""
        left, top, width, height = area or (0, 0, *self.size)
        left, top = max(left, 0), max(top, 0)
        wanted = bytes.fromhex(color[5:7] + color[3:5] + color[1:3])
        rows = self.screen.picture(top, min(top + height, self.size[1]))
        stride, found = self.screen.stride, []
        for row in range(len(rows) // stride):
            line = rows[row * stride + left * 4:row * stride + min(left + width, self.size[0]) * 4]
            at = line.find(wanted)
            while at >= 0:
                if at % 4 == 0:
                    found.append((left + at // 4, top + row))
                at = line.find(wanted, at + 1)
        return found

    def on_screen(self, x, y):
        """A place in the window as GTK tells it, on the screen: it takes the window's frame off where it has to be added."""
        window = self.eyes.find(role='window').place
        return x - 2 * window[0], y - 2 * window[1]

    def page_area(self):
        x, y, width, height = self.page.place
        return *self.on_screen(x, y), width, height

    def caret_of(self, color):
        """Where another's caret stands on the screen, as x and bottom: the two columns below their flag or dot, or None."""
        found = set(self.pixels(color, self.page_area()))
        bottom = max((y for _, y in found), default=0)
        columns = sorted(x for x, y in found if y == bottom)
        if len(columns) != 2 or any((x, y) not in found for x in columns for y in range(bottom - 9, bottom)):
            return None
        return columns[0], bottom + 1

    def has_caret(self, color, offset):
        """Whether another's caret is drawn at that place of the text; not after the last line's end."""
        bar, page = self.caret_of(color), self.page
        after = offset > 0 and page.text[offset - 1] != '\n'
        x, y, width, height = page.place_of(offset - after)
        x, y = self.on_screen(x + width * after, y)
        return bar is not None and abs(bar[0] + 1 - x) <= 2 and abs(bar[1] - y - height) <= height / 2

    def flag_of(self, color):
        """How many pixels of the text are in this colour: a name's flag is some hundreds, a caret some dozens."""
        return len(self.pixels(color, self.page_area()))


class WaylandDesk(Desk):
    """A desk with a headless compositor and a keyboard that knows all of Unicode."""

    def open_screen(self):
        self.environment.update(WLR_BACKENDS='headless', WLR_RENDERER='pixman', WLR_LIBINPUT_NO_DEVICES='1', GDK_BACKEND='wayland')
        runtime = pathlib.Path(self.environment['XDG_RUNTIME_DIR'])
        settings = self.home / 'config/labwc'
        settings.mkdir(parents=True, exist_ok=True)
        (settings / 'rc.xml').write_text('<labwc_config><core><decoration>client</decoration></core></labwc_config>\n')
        self.start('labwc')
        socket = wait_until(lambda: [path for path in runtime.glob('wayland-*') if path.suffix != '.lock'], 'the compositor')[0]
        self.environment['WAYLAND_DISPLAY'] = socket.name

    def focus(self, title=None):
        """The compositor does it, for as long as there is a keyboard: while one types."""

    def key(self, *keys):
        for key in keys:
            *modifiers, name = key.split('+')
            pressed = [part for modifier in modifiers for part in ('-M', modifier)]
            released = [part for modifier in reversed(modifiers) for part in ('-m', modifier)]
            self.run('wtype', '-s', '50', *pressed, '-k', name, *released)

    def type(self, words):
        for number, line in enumerate(words.split('\n')):
            if number > 0:
                self.key('Return')
            if line:
                self.run('wtype', '-s', '300', line)

    def take_picture(self, file):
        self.run('grim', str(file))


@contextlib.contextmanager
def clipboard(desk, words=None):
    """Puts words on the desk's clipboard while it lasts; without any, gives what is on it."""
    script = pathlib.Path(__file__).with_name('clipboard.py')
    process = subprocess.Popen(['python3', script, *(['own'] if words is not None else [])], env=desk.environment, stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, text=True)
    try:
        if words is not None:
            process.stdin.write(words)
        process.stdin.close()
        yield process.stdout.readline().rstrip('\n')
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()
