# SPDX-License-Identifier: GPL-3.0-or-later
"""display.py: an X server in memory whose picture can be read without asking anyone, and real key presses on it."""

import ctypes
import ctypes.util
import mmap
import os
import pathlib
import struct
import subprocess
import tempfile
import time


class Display:
    """Xvfb with its frame buffer in a file: a change of the picture is seen within microseconds of being drawn."""

    def __init__(self, width=1000, height=700):
        self.folder = tempfile.TemporaryDirectory(prefix='coquill-display-')
        read, write = os.pipe()
        self.process = subprocess.Popen(
            ['Xvfb', '-displayfd', str(write), '-screen', '0', f'{width}x{height}x24', '-fbdir', self.folder.name, '-nolisten', 'tcp'],
            pass_fds=[write], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(write)
        with os.fdopen(read) as pipe:
            self.name = f':{pipe.readline().strip()}'
        file = open(pathlib.Path(self.folder.name) / 'Xvfb_screen0', 'rb')
        self.memory = mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)
        header = struct.unpack('>25I', self.memory[:100])
        # XWD: size of the header, …, bytes per line (13th), …, number of colours (20th) of 12 bytes each.
        self.start = header[0] + header[19] * 12
        self.stride = header[12]
        self.width, self.height = width, height
        self.x11 = ctypes.CDLL(ctypes.util.find_library('X11') or 'libX11.so.6')
        self.xtst = ctypes.CDLL(ctypes.util.find_library('Xtst') or 'libXtst.so.6')
        self.x11.XOpenDisplay.restype = ctypes.c_void_p
        for function in (self.x11.XFlush, self.x11.XKeysymToKeycode, self.xtst.XTestFakeKeyEvent):
            function.argtypes = None
        self.connection = ctypes.c_void_p(self.x11.XOpenDisplay(self.name.encode()))

    def picture(self, top=0, bottom=None):
        """The rows from `top` to `bottom`, as bytes."""
        bottom = self.height if bottom is None else bottom
        return self.memory[self.start + top * self.stride:self.start + bottom * self.stride]

    def press(self, keysym):
        """Presses and releases a key; returns when the X server has it, in nanoseconds."""
        code = self.x11.XKeysymToKeycode(self.connection, ctypes.c_ulong(keysym))
        now = time.perf_counter_ns()
        self.xtst.XTestFakeKeyEvent(self.connection, ctypes.c_uint(code), 1, ctypes.c_ulong(0))
        self.xtst.XTestFakeKeyEvent(self.connection, ctypes.c_uint(code), 0, ctypes.c_ulong(0))
        self.x11.XFlush(self.connection)
        return now

    def wait_change(self, before, top, bottom, seconds):
        """When the rows first differ from `before`, in nanoseconds, or None."""
        deadline = time.perf_counter_ns() + int(seconds * 1e9)
        while time.perf_counter_ns() < deadline:
            if self.picture(top, bottom) != before:
                return time.perf_counter_ns()
        return None

    def wait_still(self, quiet=.5, seconds=30):
        """Waits until nothing has been drawn for `quiet` seconds; returns the picture."""
        deadline = time.monotonic() + seconds
        last, since = self.picture(), time.monotonic()
        while time.monotonic() < deadline:
            time.sleep(.02)
            now = self.picture()
            if now != last:
                last, since = now, time.monotonic()
            elif time.monotonic() - since >= quiet:
                return now
        raise AssertionError('the picture never came to rest')

    def focus(self, window_class):
        """Gives the keyboard to a window: there is no window manager that would."""
        subprocess.run(['xdotool', 'search', '--sync', '--onlyvisible', '--class', window_class, 'windowfocus', '--sync'],
                       env={**os.environ, 'DISPLAY': self.name}, check=True, stdout=subprocess.DEVNULL, timeout=30)

    def run(self, command, environment):
        """Starts a program on this display with a session bus of its own."""
        return subprocess.Popen(['dbus-run-session', '--', *command], env={**environment, 'DISPLAY': self.name},
                                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)

    def screenshot(self, file):
        subprocess.run(['import', '-display', self.name, '-window', 'root', str(file)], check=True)

    def close(self):
        self.process.terminate()
        self.process.wait()
        self.folder.cleanup()


def environment(home):
    """A person's surroundings: own folders, no blinking caret, the cheap renderer."""
    home = pathlib.Path(home)
    for version in ('3.0', '4.0'):
        (home / f'config/gtk-{version}').mkdir(parents=True, exist_ok=True)
        (home / f'config/gtk-{version}/settings.ini').write_text('[Settings]\ngtk-cursor-blink=false\ngtk-enable-animations=false\n')
    (home / 'runtime').mkdir(mode=0o700, exist_ok=True)
    return {**os.environ, 'HOME': str(home), 'XDG_CONFIG_HOME': str(home / 'config'), 'XDG_DATA_HOME': str(home / 'data'),
            'XDG_CACHE_HOME': str(home / 'cache'), 'XDG_STATE_HOME': str(home / 'state'), 'XDG_RUNTIME_DIR': str(home / 'runtime'),
            'GSK_RENDERER': 'cairo', 'GDK_BACKEND': 'x11', 'LANG': 'C.UTF-8', 'GSETTINGS_BACKEND': 'keyfile', 'NO_AT_BRIDGE': '1',
            'GTK_A11Y': 'none'}


def descendants(pid):
    """The processes below `pid`."""
    children = {}
    for entry in os.listdir('/proc'):
        if entry.isdigit():
            try:
                stat = pathlib.Path(f'/proc/{entry}/stat').read_text()
            except OSError:
                continue
            children.setdefault(int(stat.rsplit(')', 1)[1].split()[1]), []).append(int(entry))
    found, queue = [], [pid]
    while queue:
        for child in children.get(queue.pop(), []):
            found.append(child)
            queue.append(child)
    return found


def memory_of(pid, program):
    """Proportional memory of the process named `program` below `pid`, in MB."""
    for process in descendants(pid):
        try:
            if program not in pathlib.Path(f'/proc/{process}/cmdline').read_bytes().split(b'\0')[0].decode():
                continue
            for line in pathlib.Path(f'/proc/{process}/smaps_rollup').read_text().splitlines():
                if line.startswith('Pss:'):
                    return int(line.split()[1]) / 1024
        except OSError:
            continue
    return float('nan')
