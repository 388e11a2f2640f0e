# SPDX-License-Identifier: GPL-3.0-or-later
"""harness.py: real programs in temporary folders, and a TAP runner, for tests of the whole.

The programs are found through COQUILL_PEER and COQUILL_RELAY, which meson sets.
"""

import contextlib
import gzip
import json
import os
import pathlib
import queue
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback

PEER = os.environ['COQUILL_PEER']
RELAY = os.environ['COQUILL_RELAY']
TRACES = pathlib.Path(os.environ.get('COQUILL_TRACES', pathlib.Path(__file__).parents[3] / 'shared' / 'traces'))

# Longest wait for anything that ought to happen within a second: a busy machine, sanitizers.
PATIENCE = 60

# A machine that is busy for some seconds makes things late, so a test that found something late is run again. What is wrong fails at once.
TRIES = 3


class Skipped(Exception):
    """What this machine can't do; the test is counted as skipped, with the reason."""


class TooLate(AssertionError):
    """Something did not come, or end, within its time."""


def within(limit, took, what):
    """A floor of time, seconds."""
    if took > limit:
        raise TooLate(f'{what} took {took:.2f} s, not {limit} s')


def wait_until(condition, what, seconds=PATIENCE, interval=0.02):
    """Polls a state that announces itself in no other way, such as a file or a process list."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        value = condition()
        if value:
            return value
        time.sleep(interval)
    raise TooLate(f'not within {seconds} s: {what}')


class Folder:
    """A temporary folder that goes with the test, unless COQUILL_KEEP is set."""

    def __init__(self):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix='coquill-test-'))

    def __enter__(self):
        return self.path

    def __exit__(self, *_):
        if not os.environ.get('COQUILL_KEEP'):
            shutil.rmtree(self.path, ignore_errors=True)


class Relay:
    """A relay process on loopback; a restarted one keeps its port and data."""

    def __init__(self, data, *options):
        self.data, self.options, self.port = data, options, 0
        self.log = open(f'{data}.log', 'ab')
        self.start()

    @property
    def url(self):
        return f'http://127.0.0.1:{self.port}'

    def command(self):
        return [RELAY, '--listen', f'127.0.0.1:{self.port}', '--data', str(self.data), *self.options]

    def start(self):
        self.process = subprocess.Popen(self.command(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self.log, text=True)
        line = self.process.stdout.readline()
        assert line.startswith('listening on '), f'the relay said {line!r}'
        self.port = int(line.rsplit(':', 1)[1])

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def stop(self):
        """Ends it as a service manager does; returns the exit status."""
        self.process.send_signal(signal.SIGCONT)
        self.process.terminate()
        status = self.process.wait(PATIENCE)
        self.process.stdout.close()
        return status

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.kill()
        self.log.close()


class Peer:
    """coquill-peer with a data folder of its own."""

    def __init__(self, data, name=None):
        self.data = pathlib.Path(data)
        if name is not None:
            self.run('profile', '--name', name)

    def command(self, *arguments):
        return [PEER, '--data-dir', str(self.data), *map(str, arguments)]

    def call(self, *arguments, input=b'', timeout=PATIENCE):
        """Runs a command and returns what subprocess.run does, whatever its exit status."""
        if isinstance(input, str):
            input = input.encode()
        return subprocess.run(self.command(*arguments), input=input, capture_output=True, timeout=timeout)

    def run(self, *arguments, input=b'', timeout=PATIENCE):
        """Runs a command that must succeed and returns its standard output, bytes."""
        done = self.call(*arguments, input=input, timeout=timeout)
        assert done.returncode == 0, f'{arguments[0]} exited {done.returncode}: {done.stderr.decode()}'
        return done.stdout

    def word(self, *arguments, **options):
        """Runs a command that prints one line and returns that line."""
        return self.run(*arguments, **options).decode().strip()

    def edit(self, document, *lines):
        return self.run('edit', document, input='\n'.join(json.dumps(line) for line in lines))

    def cat(self, document):
        return self.run('cat', document).decode()


class Attachment:
    """A running `coquill-peer attach` (or `watch`): a mirror of the text, and its events as they come."""

    def __init__(self, peer, document, command='attach', options=()):
        self.stderr = tempfile.TemporaryFile()
        self.process = subprocess.Popen(peer.command(command, document, *options), stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=self.stderr)
        self.events = []
        self.arrived = threading.Condition()
        self.lines = 0
        self.saved = 0
        self.ended = False
        self.heard = None  # called with each event, in the reader's thread
        threading.Thread(target=self._read, daemon=True).start()
        self.wait(lambda event: event['event'] == 'open', 'the document is open')

    def _read(self):
        for line in self.process.stdout:
            event = json.loads(line)
            event['heard'] = time.time_ns() // 1000
            if self.heard is not None:
                self.heard(event)
            with self.arrived:
                self.events.append(event)
                if event['event'] == 'saved':
                    self.saved = event['lines']
                self.arrived.notify_all()
        with self.arrived:
            self.ended = True
            self.arrived.notify_all()

    def send(self, line):
        """Writes one line; returns its number."""
        self.process.stdin.write(json.dumps(line).encode() + b'\n')
        self.process.stdin.flush()
        self.lines += 1
        return self.lines

    def wait_for(self, condition, what, seconds=PATIENCE):
        deadline = time.monotonic() + seconds
        with self.arrived:
            while not condition():
                remaining = deadline - time.monotonic()
                if self.ended:
                    raise AssertionError(f'the program ended before: {what}; {self.complaints()}')
                if remaining <= 0:
                    raise TooLate(f'not within {seconds} s: {what}; {self.complaints()}')
                self.arrived.wait(remaining)

    def wait(self, accept, what, seconds=PATIENCE, since=0):
        """The first event from number `since` on that `accept` accepts."""
        found = []

        def look():
            found[:] = [event for event in self.events[since:] if accept(event)][:1]
            return found
        self.wait_for(look, what, seconds)
        return found[0]

    def wait_saved(self, lines=None, seconds=PATIENCE):
        lines = self.lines if lines is None else lines
        self.wait_for(lambda: self.saved >= lines, f'{lines} lines on disk', seconds)

    def complaints(self):
        self.stderr.seek(0)
        return self.stderr.read().decode(errors='replace')

    def text(self):
        """The text, by the events alone; local edits are no events, so only for a watcher that does not type."""
        text = ''
        for event in list(self.events):
            if event['event'] == 'open':
                text = event['text']
            elif event['event'] == 'text':
                position = event['position']
                text = text[:position] + event['inserted'] + text[position + event['deleted']:]
        return text

    def kill(self):
        self.process.kill()
        self.process.wait()

    def close(self, seconds=PATIENCE):
        """Ends the input and waits; returns the exit status."""
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()
        return self.process.wait(seconds)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.kill()
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()
        self.stderr.close()


def read_trace(name):
    path = TRACES / f'{name}.json.gz'
    if not path.exists():
        raise Skipped(f'no recorded trace at {path}; set COQUILL_TRACES')
    with gzip.open(path) as file:
        return json.load(file)


def percentile(values, share):
    values = sorted(values)
    return values[min(len(values) - 1, int(len(values) * share))]


def say(words):
    """A line of diagnosis in the TAP output."""
    for line in str(words).splitlines():
        print('#', line, flush=True)


def run_test(test):
    for tries_left in reversed(range(TRIES)):
        try:
            with Folder() as folder:
                return test(folder)
        except (TooLate, subprocess.TimeoutExpired):
            if tries_left == 0:
                raise
            say(traceback.format_exc())
            say('too late: once more')


def main(*tests):
    """Runs the test functions whose names contain the first argument, or all; prints TAP; the docstring's first line names each."""
    chosen = [test for test in tests if len(sys.argv) < 2 or sys.argv[1] in test.__name__]
    print(f'1..{len(chosen)}', flush=True)
    failed = 0
    for number, test in enumerate(chosen, 1):
        title = test.__doc__.strip().splitlines()[0].rstrip('.').replace('#', '')
        started = time.monotonic()
        try:
            run_test(test)
            print(f'ok {number} {title}', flush=True)
        except Skipped as reason:
            print(f'ok {number} {title} # SKIP {reason}', flush=True)
        except Exception:
            failed += 1
            say(traceback.format_exc())
            print(f'not ok {number} {title}', flush=True)
        say(f'{time.monotonic() - started:.1f} s')
    sys.exit(1 if failed else 0)
