# SPDX-License-Identifier: GPL-3.0-or-later
"""test-convergence.py: people write one document, things break, and every text ends the same with nothing lost."""

import random
import re
import threading
import time

from harness import Attachment, Peer, Relay, main, percentile, read_trace, say, wait_until, within

EDITS_PER_SECOND = 200
EDITS_PER_MARK = 40
MARK = re.compile(r'⟨\w+⟩')

# The recorded positions fit the recorded timing only; played live they drift. The padding between them and the marks at the very end is
# longer than all that is ever deleted, so no deletion reaches a mark.
PADDING = '.' * 99 + '\n'
PADDING_LINES = 300
END = 10 ** 9


class Player:
    """One author's half of a trace, typed into an attached peer; the process may be killed and goes on with the next edit."""

    def __init__(self, peer, document, edits, letter):
        self.peer, self.document, self.letter = peer, document, letter
        self.edits = edits
        self.acknowledged, self.tried, self.sent_at, self.seen_at = set(), set(), {}, {}
        self.lock = threading.Lock()
        self.killed = 0
        self.attach()

    def attach(self):
        self.marks = []  # (line, mark) of this process
        self.attachment = Attachment(self.peer, self.document)
        self.attachment.heard = self.hear

    def hear(self, event):
        if event['event'] == 'text':
            for mark in MARK.findall(event['inserted']):
                self.seen_at.setdefault(mark, event['heard'])

    def note_acknowledged(self):
        self.acknowledged |= {mark for line, mark in self.marks if line <= self.attachment.saved}

    def send(self, line):
        with self.lock:
            try:
                return self.attachment.send(line)
            except BrokenPipeError:
                return None

    def kill_and_restart(self):
        with self.lock:
            self.attachment.kill()
            self.attachment.wait_for(lambda: self.attachment.ended, 'all that it had said is read')
            self.note_acknowledged()
            self.killed += 1
            self.attach()

    def mark(self, number):
        mark = f'⟨{self.letter}{number}⟩'
        with self.lock:
            self.tried.add(mark)
            self.sent_at[mark] = time.time_ns() // 1000
            self.marks.append((self.attachment.send({'insert': [END, mark]}), mark))

    def play(self):
        started = time.monotonic()
        for number, (position, deleted, inserted) in enumerate(self.edits):
            ahead = started + number / EDITS_PER_SECOND - time.monotonic()
            if ahead > 0:
                time.sleep(ahead)
            if deleted:
                self.send({'delete': [position, deleted]})
            if inserted:
                self.send({'insert': [position, inserted]})
            if number % EDITS_PER_MARK == 0:
                self.mark(number)

    def finish(self):
        self.attachment.wait_saved()
        self.note_acknowledged()
        assert self.attachment.close() == 0, self.attachment.complaints()
        assert not [event for event in self.attachment.events if event['event'] == 'error']
        self.attachment.__exit__()


def set_up(folder, relay, edits):
    """Two peers who share a padded document, and their players, each with its half of the trace."""
    ana, ben = Peer(folder / 'ana', 'Ana'), Peer(folder / 'ben', 'Ben')
    (folder / 'text').write_text(PADDING * PADDING_LINES)
    document = ana.word('new', '--from', folder / 'text')
    link = ana.word('invite', document, '--relay', relay.url)
    assert ben.word('join', '-', input=link) == document
    halves = [[], []]
    for transaction in read_trace('friendsforever')['txns'][:edits]:
        halves[transaction['agent']] += transaction['patches']
    return document, link, [Player(ana, document, halves[0], 'A'), Player(ben, document, halves[1], 'B')]


def play(players, disturb=lambda: None):
    threads = [threading.Thread(target=player.play) for player in players]
    for thread in threads:
        thread.start()
    disturb()
    for thread in threads:
        thread.join()


def check(folder, relay, document, link, players):
    """Everybody, and a newcomer, has the same text with every acknowledged mark once and no mark twice."""
    for player in players:
        player.peer.run('sync', document)
    for player in players:
        player.peer.run('sync', document)
    newcomer = Peer(folder / 'newcomer', 'Cleo')
    newcomer.run('join', '-', input=link)
    texts = [peer.cat(document) for peer in [player.peer for player in players] + [newcomer]]
    assert texts[0] == texts[1], 'the two writers differ'
    assert texts[0] == texts[2], 'the newcomer differs'
    found = MARK.findall(texts[0])
    assert len(found) == len(set(found)), 'a mark is there twice'
    lost = set.union(*(player.acknowledged for player in players)) - set(found)
    assert not lost, f'acknowledged and lost: {sorted(lost)}'
    strange = set(found) - set.union(*(player.tried for player in players))
    assert not strange, f'never written: {strange}'
    say(f'{len(texts[0])} characters, {sum(len(player.acknowledged) for player in players)} acknowledged marks, none lost, none doubled')


def two_people_type_a_recorded_history(folder):
    """Two attached peers type a recorded history at 200 edits a second each: all end equal, and a newcomer too."""
    with Relay(folder / 'relay') as relay:
        document, link, players = set_up(folder, relay, None)
        play(players)
        everything = set.union(*(player.tried for player in players))
        for player, other in (players, reversed(players)):
            player.attachment.wait_for(lambda: other.tried <= set(player.seen_at), 'all of the other\'s marks are seen')
        for player in players:
            player.finish()
        assert set.union(*(player.acknowledged for player in players)) == everything
        check(folder, relay, document, link, players)
        delays = [seen - other.sent_at[mark] for player, other in (players, reversed(players))
                  for mark, seen in player.seen_at.items() if mark in other.sent_at]
        say(f'key press to remote replica: p50 {percentile(delays, .5) / 1000:.1f} ms, p99 {percentile(delays, .99) / 1000:.1f} ms '
            f'({len(delays)} marks, {2 * EDITS_PER_SECOND} edits a second)')


def kills_lose_nothing_that_was_acknowledged(folder):
    """The relay is killed twice and a writer ten times by SIGKILL: nothing that was acknowledged is lost."""
    seed = 4
    say(f'seed {seed}')
    chance = random.Random(seed)
    with Relay(folder / 'relay') as relay:
        document, link, players = set_up(folder, relay, 16000)

        def disturb():
            for number in range(10):
                time.sleep(chance.uniform(1, 3.5))
                players[1].kill_and_restart()
                if number in (2, 6):
                    relay.kill()
                    time.sleep(chance.uniform(.2, 3))
                    relay.start()
        play(players, disturb)
        for player in players:
            player.finish()
        assert players[1].killed == 10
        check(folder, relay, document, link, players)


def they_are_never_on_line_together(folder):
    """A writes and leaves, B joins and writes while A is away, A returns: all equal."""
    with Relay(folder / 'relay') as relay:
        ana, ben = Peer(folder / 'ana', 'Ana'), Peer(folder / 'ben', 'Ben')
        (folder / 'text').write_text('One.\n')
        document = ana.word('new', '--from', folder / 'text')
        link = ana.word('invite', document, '--relay', relay.url)
        ana.edit(document, {'insert': [5, 'Two.\n']})
        assert ben.word('join', link) == document
        assert ben.cat(document) == 'One.\nTwo.\n'
        ben.edit(document, {'insert': [10, 'Three.\n']}, {'delete': [0, 5]})
        assert relay.stop() == 0
        relay.start()
        ana.run('sync', document)
        assert ana.cat(document) == ben.cat(document) == 'Two.\nThree.\n'


def off_line_everything_works_and_is_delivered_later(folder):
    """While the relay is away both write; when it returns, the attached peers notice by themselves."""
    with Relay(folder / 'relay') as relay:
        ana, ben = Peer(folder / 'ana', 'Ana'), Peer(folder / 'ben', 'Ben')
        document = ana.word('new', '--title', 'T')
        ben.run('join', ana.word('invite', document, '--relay', relay.url))
        with Attachment(ana, document) as a, Attachment(ben, document) as b:
            a.wait(lambda e: e['event'] == 'present' and e['name'] == 'Ben', 'they see each other')
            since = len(a.events)
            relay.kill()
            killed = time.monotonic()
            a.wait(lambda e: e['event'] == 'status' and e['status'] == 'offline', 'the loss is noticed', since=since)
            within(6, time.monotonic() - killed, 'noticing the loss')
            a.send({'insert': [0, 'from Ana\n']})
            b.send({'insert': [0, 'from Ben\n']})
            a.wait_saved()
            b.wait_saved()
            relay.start()
            a.wait(lambda e: e['event'] == 'text' and 'from Ben' in e['inserted'], 'Ben\'s arrives')
            b.wait(lambda e: e['event'] == 'text' and 'from Ana' in e['inserted'], 'Ana\'s arrives')
            assert a.close() == 0 and b.close() == 0
        assert ana.cat(document) == ben.cat(document)
        assert sorted(ana.cat(document).splitlines()) == ['from Ana', 'from Ben']


def a_frozen_relay_is_noticed(folder):
    """A relay that is stopped without closing anything is noticed within 6 s, and forgiven when it goes on."""
    import os
    import signal
    with Relay(folder / 'relay') as relay:
        ana = Peer(folder / 'ana', 'Ana')
        document = ana.word('new', '--title', 'T')
        ana.run('invite', document, '--relay', relay.url)
        with Attachment(ana, document) as a:
            a.wait(lambda e: e['event'] == 'status' and e['status'] == 'up-to-date', 'on line')
            since = len(a.events)
            os.kill(relay.process.pid, signal.SIGSTOP)
            stopped = time.monotonic()
            a.wait(lambda e: e['event'] == 'status' and e['status'] == 'offline', 'the silence is noticed', since=since)
            took = time.monotonic() - stopped
            say(f'noticed after {took:.1f} s')
            within(6.5, took, 'noticing the silence')
            since = len(a.events)
            os.kill(relay.process.pid, signal.SIGCONT)
            a.wait(lambda e: e['event'] == 'status' and e['status'] == 'up-to-date', 'on line again', since=since)


def undo_takes_back_only_ones_own(folder):
    """Undo while others write at the same place takes back one's own text and nothing else."""
    with Relay(folder / 'relay') as relay:
        ana, ben = Peer(folder / 'ana', 'Ana'), Peer(folder / 'ben', 'Ben')
        (folder / 'text').write_text('The end.')
        document = ana.word('new', '--from', folder / 'text')
        ben.run('join', ana.word('invite', document, '--relay', relay.url))
        with Attachment(ana, document) as a, Attachment(ben, document) as b:
            a.send({'insert': [4, 'very ']})
            b.wait(lambda e: e['event'] == 'text' and e['inserted'] == 'very ', 'Ana\'s word comes')
            b.send({'insert': [6, 'BEN']})
            a.wait(lambda e: e['event'] == 'text' and e['inserted'] == 'BEN', 'Ben\'s comes into the middle of it')
            since = len(b.events)
            a.send({'undo': 1})
            b.wait(lambda e: e['event'] == 'text' and e['deleted'], 'the undo arrives', since=since)
            wait_until(lambda: b.text() is not None and ben.cat(document) == 'The BENend.', 'only Ana\'s is gone')
            a.send({'redo': 1})
            wait_until(lambda: ben.cat(document) == 'The veBENry end.', 'redone around it')
            assert a.close() == 0 and b.close() == 0
        assert ana.cat(document) == ben.cat(document) == 'The veBENry end.'


main(two_people_type_a_recorded_history, kills_lose_nothing_that_was_acknowledged, they_are_never_on_line_together,
     off_line_everything_works_and_is_delivered_later, a_frozen_relay_is_noticed, undo_takes_back_only_ones_own)
