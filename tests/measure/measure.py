# SPDX-License-Identifier: GPL-3.0-or-later
"""measure.py: what people feel, beside the programs they would compare with, all in one run on one machine.

  start-up   from starting the program to its first complete picture of the same file, and its memory: coquill, gnome-text-editor
  key        from a key press in one window to the changed picture of the other: coquill over its relay, gobby over infinoted
  direct     the same with coquill on its direct road too; then what a key costs on each road, and how long it is under way on bad lines
"""

import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

from display import Display, environment, memory_of

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / 'programs'))
from harness import Peer, Relay, percentile  # noqa: E402

EDITOR = os.environ['COQUILL_EDITOR']
PICTURES = pathlib.Path(__file__).parents[2] / 'build' / 'measure'
RUNS = 7
KEYS = 150
TEXT_TOP = 90  # below the header bars of both, where only text is drawn


def end(process):
    try:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(10)
    except (ProcessLookupError, subprocess.TimeoutExpired):
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def start_up(name, command, program, text):
    """Medians of the time to the first complete picture (still for half a second) and of the memory then."""
    times, memories = [], []
    for _ in range(RUNS):
        with tempfile.TemporaryDirectory(prefix='coquill-measure-') as home:
            file = pathlib.Path(home) / 'file.md'
            file.write_text(text)
            display = Display()
            blank = display.picture()
            started = time.perf_counter_ns()
            process = display.run([*command, str(file)], environment(home))
            first = display.wait_change(blank, 0, None, 30)
            display.wait_still()
            times.append((first - started) / 1e6)
            memories.append(memory_of(process.pid, program))
            end(process)
            display.close()
    print(f'start-up {name}, {len(text) // 1000} KB: first frame {percentile(times, .5):.0f} ms, memory {percentile(memories, .5):.0f} MB', flush=True)
    return percentile(times, .5), percentile(memories, .5)


def keys(name, writer, reader):
    """Presses keys on one display and times the change on the other."""
    delays, missed = [], 0
    for number in range(KEYS):
        before = reader.wait_still(.08)[TEXT_TOP * reader.stride:]
        pressed = writer.press(ord('a') + number % 26)
        seen = reader.wait_change(before, TEXT_TOP, None, 2)
        if seen is None:
            missed += 1
            assert missed <= KEYS // 20, f'{missed} of {number + 1} keys were never seen'
        else:
            delays.append((seen - pressed) / 1e6)
    print(f'key to remote screen {name}: p50 {percentile(delays, .5):.1f} ms, p95 {percentile(delays, .95):.1f} ms, '
          f'p99 {percentile(delays, .99):.1f} ms ({len(delays)} keys)', flush=True)
    return percentile(delays, .5), percentile(delays, .99)


def coquill_keys(folder, direct=False):
    """Between two windows; straight where this machine has an address, unless that is hidden."""
    with Relay(folder / 'relay') as relay:
        homes = [folder / 'ana', folder / 'ben']
        peers = [Peer(home / 'data/coquill', home.name.title()) for home in homes]
        document = peers[0].word('new', '--title', 'Measured')
        peers[1].run('join', '-', input=peers[0].word('invite', document, '--relay', relay.url))
        for peer in peers:
            peer.run('profile', '--hide-address', 'no' if direct else 'yes')
        for home in homes:
            settings = home / 'config/glib-2.0/settings/keyfile'
            settings.parent.mkdir(parents=True)
            settings.write_text(f"[io/github/coquill/Coquill]\nopen-documents=['{document}']\n")
        displays = [Display(), Display()]
        windows = [display.run([EDITOR], environment(home)) for display, home in zip(displays, homes)]
        try:
            for display in displays:
                display.wait_still(2, 60)
                display.focus('coquill')
            return keys(f'coquill {"straight" if direct else "over its relay"}', *displays)
        finally:
            for number, display in enumerate(displays):
                display.screenshot(PICTURES / f'coquill-{number}.png')
            for window in windows:
                end(window)
            for display in displays:
                display.close()


def gobby_keys(folder):
    (folder / 'root').mkdir()
    (folder / 'root' / 'note.InfText').write_text(
        '<?xml version="1.0"?>\n<inf-text-session><buffer><segment author="0">.</segment></buffer></inf-text-session>\n')
    with socket.create_server(('127.0.0.1', 0)) as probe:
        port = probe.getsockname()[1]
    server = subprocess.Popen([shutil.which('infinoted') or 'infinoted-0.7', '--security-policy=no-tls', f'--port={port}',
                               f'--root-directory={folder / "root"}', '--plugins=note-text'],
                              stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                              env={**os.environ, 'HOME': str(folder)})
    displays, windows = [Display(), Display()], []
    try:
        for number, display in enumerate(displays):
            home = folder / f'home{number}'
            (home / 'config/gobby').mkdir(parents=True)
            (home / 'config/gobby/config.xml').write_text(
                f'<gobby-config><initial><run>1</run></initial><user><name>person{number}</name></user></gobby-config>')
            windows.append(display.run(['gobby', f'infinote://127.0.0.1:{port}/note'], environment(home)))
        for display in displays:
            display.wait_still(3, 60)
            display.focus('gobby')
        return keys('gobby', *displays)
    finally:
        for number, display in enumerate(displays):
            display.screenshot(PICTURES / f'gobby-{number}.png')
        for window in windows:
            end(window)
        server.terminate()
        for display in displays:
            display.close()


def compare_keys(*roads):
    """The windows of coquill on each road beside those of gobby."""
    with tempfile.TemporaryDirectory(prefix='coquill-measure-') as folder:
        for name in [*roads, 'gobby']:
            (pathlib.Path(folder) / name).mkdir()
        ours = {road: coquill_keys(pathlib.Path(folder) / road, road == 'direct') for road in roads}
        theirs = gobby_keys(pathlib.Path(folder) / 'gobby')
        for road, figures in ours.items():
            print(f'ratio {road}: p50 {figures[0] / theirs[0]:.2f}, p99 {figures[1] / theirs[1]:.2f}', flush=True)


def main():
    what = sys.argv[1:] or ['start-up', 'key']
    if 'direct' in what:
        import roads
        roads.enter()
    PICTURES.mkdir(parents=True, exist_ok=True)
    paragraph = 'The quick brown fox jumps over the lazy dog, **again** and again.\n\n'
    if 'start-up' in what:
        for text in (paragraph, paragraph * (1_000_000 // len(paragraph))):
            ours = start_up('coquill', [EDITOR], 'coquill', text)
            theirs = start_up('gnome-text-editor', ['gnome-text-editor', '--standalone'], 'gnome-text-editor', text)
            print(f'ratio: first frame {ours[0] / theirs[0]:.2f}, memory {ours[1] / theirs[1]:.2f}', flush=True)
    if 'key' in what:
        compare_keys('relay')
    if 'direct' in what:
        compare_keys('direct', 'relay')
        roads.measure()


main()
