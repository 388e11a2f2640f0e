# SPDX-License-Identifier: GPL-3.0-or-later
"""pair.py: two people who write one document from two hosts, and what one sees of the other's typing."""

import threading
import time

from harness import PATIENCE
from laboratory import Attachment, TooLate, percentile, read_trace, wait_until

# What the first types stands above this line, what the second types below it.
BORDER = '\n=====\n'
KEYS_PER_SECOND = 10


def trace_edits(keys, name='sveltecomponent'):
    """The first edits of a recorded history that starts from nothing, each one key press or paste: [position, deleted, inserted]."""
    trace = read_trace(name)
    assert not trace['startContent']
    return [patch for transaction in trace['txns'][:keys] for patch in transaction['patches']][:keys]


class Typist:
    """Types a recorded history above the border and times when the reader's text shows each key.

    The texts after each edit are known, so that a state of the reader's text tells how many edits it has seen: a lost, doubled or
    reordered one makes a text that no number of edits does.
    """

    def __init__(self, writer, reader, edits, keys_per_second=KEYS_PER_SECOND):
        self.writer, self.reader, self.edits, self.rate = writer, reader, edits, keys_per_second
        text, self.states = '', {}
        for number, (position, deleted, inserted) in enumerate(edits):
            text = text[:position] + inserted + text[position + deleted:]
            self.states.setdefault(hash(text), []).append(number)
        self.text = text
        self.mirror = reader.text()
        self.seen, self.seen_at = 0, [None] * len(edits)
        self.pressed_at = [None] * len(edits)
        self.glimpses = []  # when the reader saw something new
        self.condition = threading.Condition()
        self.stopped = threading.Event()
        self.pressed = 0
        reader.listen(self.hear)

    def hear(self, event):
        if event['event'] != 'text':
            return
        position = event['position']
        self.mirror = self.mirror[:position] + event['inserted'] + self.mirror[position + event['deleted']:]
        if event['local']:
            return
        numbers = self.states.get(hash(self.mirror.partition(BORDER)[0]), [])
        number = next((number for number in numbers if self.seen <= number <= self.pressed), None)
        if number is None:
            return
        with self.condition:
            for one in range(self.seen, number + 1):
                self.seen_at[one] = event['time']
            self.seen = number + 1
            self.glimpses.append(event['time'])
            self.condition.notify_all()

    def type(self):
        """Types all, or until stop()."""
        started = time.monotonic()
        for number, (position, deleted, inserted) in enumerate(self.edits):
            ahead = started + number / self.rate - time.monotonic()
            if self.stopped.wait(max(0, ahead)):
                break
            self.pressed_at[number] = time.time_ns() // 1000
            # Either alone is one line; a replaced word is two, and the state between them counts as nothing.
            if deleted:
                self.writer.send({'delete': [position, deleted]})
            if inserted:
                self.writer.send({'insert': [position, inserted]})
            self.pressed = number + 1

    def start(self):
        self.thread = threading.Thread(target=self.type, daemon=True)
        self.thread.start()
        return self

    def stop(self):
        self.stopped.set()
        self.thread.join()

    def finish(self, seconds=PATIENCE):
        """Waits until all is typed and seen."""
        self.thread.join()
        with self.condition:
            if not self.condition.wait_for(lambda: self.seen >= self.pressed, seconds):
                raise TooLate(f'of {self.pressed} keys {self.seen} were seen after {seconds} s; '
                              f'the reader has {self.mirror[:200]!r}…; {self.reader.complaints()}')
        return self

    def delays(self, first=0, last=None):
        """Milliseconds from key press to the reader's text, of the keys from number to number."""
        return [(seen - pressed) / 1000 for pressed, seen in list(zip(self.pressed_at, self.seen_at))[first:last] if pressed and seen]

    def longest_gap(self, first):
        """Milliseconds: the longest wait of any key from number `first` on, which is how long the reader saw nothing new."""
        return max(self.delays(first), default=0.0)


def changes(events):
    """(road, when) of each change of the road that the events tell."""
    told = [(event['road'], event['time']) for event in events if event['event'] == 'road']
    return [move for number, move in enumerate(told) if number == 0 or told[number - 1][0] != move[0]]


def summary(delays):
    """p50, p95, p99 and the greatest."""
    return {'p50': percentile(delays, .5), 'p95': percentile(delays, .95), 'p99': percentile(delays, .99), 'max': max(delays), 'keys': len(delays)}


class Listener(Attachment):
    """An attachment whose events several may hear, and that knows the roads."""

    def __init__(self, peer, document, **options):
        self.listeners = []
        self.last_road = None
        self.length = 0  # of the text, by the events
        super().__init__(peer, document, **options)

    @property
    def heard(self):
        return self.dispatch

    @heard.setter
    def heard(self, _):
        pass

    def dispatch(self, event):
        if event['event'] == 'road':
            self.last_road = event
        elif event['event'] == 'open':
            self.length = event['length']
        elif event['event'] == 'text':
            self.length += len(event['inserted']) - event['deleted']
        for listener in self.listeners:
            listener(event)

    def listen(self, listener):
        self.listeners.append(listener)

    def wait_road(self, road, since=0, seconds=PATIENCE):
        """The first event that tells this road of somebody else."""
        return self.wait(lambda event: event['event'] == 'road' and event['road'] == road, f'the road is {road}', seconds, since)

    def wait_present(self, name, seconds=PATIENCE):
        return self.wait(lambda event: event['event'] == 'present' and event['name'] == name, f'{name} is there', seconds)


class Pair:
    """Ana and Ben share a document with the border in it, each attached on a host."""

    def __init__(self, folder, relay, hosts, text=BORDER, url=None, attach=True):
        folder.mkdir(exist_ok=True)
        self.peers = [hosts[0].peer(folder / 'ana', 'Ana'), hosts[1].peer(folder / 'ben', 'Ben')]
        (folder / 'text').write_text(text)
        self.document = self.peers[0].word('new', '--from', folder / 'text')
        self.link = self.peers[0].word('invite', self.document, '--relay', url or relay.url)
        assert self.peers[1].word('join', '-', input=self.link) == self.document
        self.attachments = []
        if attach:
            for peer in self.peers:
                self.attach(peer)

    def attach(self, peer):
        self.attachments.append(Listener(peer, self.document))

    @property
    def ana(self):
        return self.attachments[0]

    @property
    def ben(self):
        return self.attachments[1]

    def wait_together(self, seconds=PATIENCE):
        """Until each sees the other; returns when, microseconds."""
        return max(self.ana.wait_present('Ben', seconds)['time'], self.ben.wait_present('Ana', seconds)['time'])

    def check_texts(self, *typists):
        """Both have the same text on disk, and above the border what was typed."""
        for attachment in self.attachments:
            attachment.wait_saved()
            status = attachment.close()
            assert status == 0, f'exit status {status}: {attachment.complaints()}'
            errors = [event for event in attachment.events if event['event'] == 'error']
            assert not errors, errors
        texts = [peer.cat(self.document) for peer in self.peers]
        if texts[0] != texts[1]:
            wait_until(lambda: self.synced(), 'the texts are equal')
            texts = [peer.cat(self.document) for peer in self.peers]
        for typist in typists:
            assert texts[0].partition(BORDER)[0] == typist.text, 'the text is not what was typed'
        return texts[0]

    def synced(self):
        for peer in self.peers:
            peer.run('sync', self.document)
        return self.peers[0].cat(self.document) == self.peers[1].cat(self.document)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for attachment in self.attachments:
            attachment.__exit__()
