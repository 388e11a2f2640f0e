#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""in_display.py COMMAND…: runs a program with a virtual screen, a session bus and folders of its own."""

import os
import random
import subprocess
import sys
import tempfile


def free_display():
    """A number that is hardly taken. Left to choose, a server takes over one of another container with this /tmp."""
    while True:
        number = random.randrange(1000, 30000)
        if not os.path.exists(f'/tmp/.X{number}-lock'):
            return number


def main():
    reader, writer = os.pipe()
    screen = subprocess.Popen(
        ['Xvfb', f':{free_display()}', '-displayfd', str(writer), '-screen', '0', '1600x1200x24', '-nolisten', 'tcp'],
        pass_fds=[writer], stderr=subprocess.DEVNULL)
    os.close(writer)
    try:
        with os.fdopen(reader) as answer, tempfile.TemporaryDirectory(prefix='coquill-') as home:
            number = answer.readline().strip()
            if not number:
                sys.exit('Xvfb did not start.')
            environment = {
                **os.environ,
                **{f'XDG_{kind}_HOME': f'{home}/{kind.lower()}' for kind in ('DATA', 'CONFIG', 'CACHE', 'STATE')},
                'XDG_RUNTIME_DIR': home,
                'DISPLAY': f':{number}',
                'GDK_BACKEND': 'x11',
                'GSK_RENDERER': 'cairo',
                'GSETTINGS_BACKEND': 'memory',
                'NO_AT_BRIDGE': '1',
                'LC_ALL': 'C.UTF-8',
            }
            environment.pop('WAYLAND_DISPLAY', None)
            return subprocess.call(['dbus-run-session', '--', *sys.argv[1:]], env=environment)
    finally:
        screen.terminate()
        screen.wait()


if __name__ == '__main__':
    sys.exit(main())
