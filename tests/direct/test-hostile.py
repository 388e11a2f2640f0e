# SPDX-License-Identifier: GPL-3.0-or-later
"""test-hostile.py: a member who lies in signals, and strangers who send junk, get nothing but a place in the counts."""

import contextlib
import os
import random
import socket
import struct
import subprocess
import threading
import time

from laboratory import InternetRelay, TooLate, keep, main, say, table, wait_until
from pair import BORDER, Pair, Typist, summary, trace_edits

HOSTILE = os.environ['COQUILL_HOSTILE']
KEYS_PER_SECOND = 10
KEYS = 2000
CANDIDATES = 10_000
NOISE = 500
JUNK = 5000
MUTATED = 2000
HALF_OPEN_SECONDS = 5
COUNTED_SECONDS = 6  # counts are told every 5 s
UNMOVED = 150  # milliseconds that p99 of the honest two's typing under attack may be above their slowest key before

# What a third host may get of connectivity checks because a member named it: that is what ICE does with a candidate, so it is bounded by
# the candidates that an attempt takes and libnice's retransmissions. Datagrams.
THIRD_HOST_MAX = 2000


class Hostile:
    """A running coquill-hostile-member."""

    def __init__(self, host, data, *documents):
        self.process = subprocess.Popen([*host.prefix, HOSTILE, str(data), *documents], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.answers, self.signals = [], []
        self.arrived = threading.Condition()
        threading.Thread(target=self.read, daemon=True).start()
        self.device = self.wait(lambda answer: answer.startswith('ready'))[-1].split()[1]

    def read(self):
        for line in self.process.stdout:
            with self.arrived:
                (self.signals if line.startswith('signal') else self.answers).append(line.strip())
                self.arrived.notify_all()

    def wait(self, accept):
        """All lines up to the first answer that is accepted."""
        with self.arrived:
            if not self.arrived.wait_for(lambda: any(map(accept, self.answers)), 60):
                raise TooLate('the hostile member answers')
            number = next(number for number, answer in enumerate(self.answers) if accept(answer))
            lines, self.answers = self.answers[:number + 1], self.answers[number + 1:]
        return lines

    def tell(self, *words):
        self.process.stdin.write(' '.join(map(str, words)) + '\n')
        self.process.stdin.flush()
        lines = self.wait(lambda answer: answer in ('done', 'failed'))
        assert lines[-1] == 'done', f'{words}: {lines}'
        return lines[:-1]

    def people(self):
        return {line.split()[1]: line.split()[2] for line in self.tell('who')}

    def close(self):
        self.process.stdin.close()
        self.process.wait(60)


class Ear:
    """A host that has nothing to do with it, and counts what comes."""

    def __init__(self, host):
        self.host, self.heard = host, 0
        self.socket = host.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(0x0800))
        self.socket.settimeout(None)
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        while True:
            packet, source = self.socket.recvfrom(2048)
            self.heard += source[2] != socket.PACKET_OUTGOING and packet[9] == socket.IPPROTO_UDP


class Wire:
    """The wire to a host: what goes to it by UDP is recorded, and comes again, mutated and with its old sender."""

    def __init__(self, host):
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
        self.socket.bind((host.port, 0))
        self.frames = []
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        while True:
            frame, source = self.socket.recvfrom(2048)
            # What the test's side sends out on the port is what the host gets.
            if source[2] == socket.PACKET_OUTGOING and frame[12:14] == b'\x08\x00' and frame[23] == socket.IPPROTO_UDP and len(frame) > 60:
                if len(self.frames) < 500:
                    self.frames.append(frame)

    def send_mutated(self, chance, count):
        recorded = list(self.frames)
        for _ in range(count):
            frame = bytearray(chance.choice(recorded))
            payload = 14 + 20 + 8
            for _ in range(chance.choice([0, 1, 1, 2, 8, 40])):  # none: a plain replay
                frame[chance.randrange(payload, len(frame))] ^= 1 << chance.randrange(8)
            if chance.random() < .2:
                del frame[chance.randrange(payload + 1, len(frame)):]
                struct.pack_into('!H', frame, 16, len(frame) - 14)
                struct.pack_into('!H', frame, 38, len(frame) - 34)
                struct.pack_into('!H', frame, 24, 0)
                total = sum(struct.unpack('!10H', bytes(frame[14:34])))
                total = (total & 0xffff) + (total >> 16)
                struct.pack_into('!H', frame, 24, ~(total + (total >> 16)) & 0xffff)
            struct.pack_into('!H', frame, 40, 0)  # no UDP checksum
            with contextlib.suppress(OSError):
                self.socket.send(bytes(frame))
            time.sleep(.0005)
        return len(recorded)


def make_lower_member(host, folder, link, others):
    """A data folder of a member whose device id is lower than the others', so that it is the one who offers."""
    for number in range(200):
        peer = host.peer(folder / f'mallory{number}', 'Mallory')
        device = peer.word('join', '-', input=link) and Hostile(host, peer.data, *documents_of(peer))
        device.close()
        if all(device.device < other for other in others):
            return peer
    raise AssertionError('no lower device id')


def documents_of(peer):
    return [line.split()[0] for line in peer.run('list').decode().splitlines()]


def counts(attachment):
    return (attachment.last_road or {}).get('refused', {})


def a_hostile_member_and_strangers(laboratory, folder):
    """Ten thousand candidates, third hosts, loopback, noise, replays, foreign signals, half-open attempts, junk and mutated packets: counted, nothing disturbed."""
    chance = random.Random(7)
    hosts = [laboratory.host(), laboratory.host(), laboratory.host()]
    third = Ear(laboratory.host())
    wire = Wire(hosts[0])
    with InternetRelay(laboratory, folder / 'relay') as relay, Pair(folder / 'pair', relay, hosts) as pair:
        pair.wait_together()
        for attachment in pair.attachments:
            attachment.wait_road('direct')
        others = {event['device'] for one in pair.attachments for event in one.events if event['event'] == 'road'}
        assert len(others) == 2, others
        mallory = make_lower_member(hosts[2], folder, pair.link, others)
        (folder / 'text').write_text('Another document.')
        foreign = mallory.word('new', '--from', folder / 'text')
        mallory.run('invite', foreign, '--relay', relay.url)
        hostile = Hostile(hosts[2], mallory.data, pair.document, foreign)
        wait_until(lambda: 'Ana' in hostile.people(), 'Mallory sees Ana')
        typist = Typist(pair.ana, pair.ben, trace_edits(KEYS), KEYS_PER_SECOND).start()
        time.sleep(5)
        quiet = typist.pressed
        results = []

        def attack(name, act, seconds=1.5):
            first, heard = typist.pressed, third.heard
            said = act()
            time.sleep(seconds)
            results.append({'attack': name, 'slowest key': typist.longest_gap(first), 'third host heard': third.heard - heard,
                            'said': said if isinstance(said, str) else ''})

        def half_open():
            for _ in range(int(HALF_OPEN_SECONDS / 1.1)):
                hostile.tell('offer', 'Ana', 4, third.host.address, 20000)
                time.sleep(1.1)

        def junk():
            ports = {(words[index], int(words[index + 1])) for words in map(str.split, hostile.signals)
                     for index in range(3, len(words) - 1, 2) if words[index] == hosts[0].address}
            # Those of the road between Ana and Ben are on the wire.
            ports |= {(hosts[0].address, struct.unpack_from('!H', frame, 36)[0]) for frame in wire.frames}
            stranger = hosts[2].socket(socket.AF_INET, socket.SOCK_DGRAM)
            for number in range(JUNK):
                size = chance.choice([0, 1, 19, 20, 21, 64, 300, 1200, 1400])
                first = chance.choice([b'\xc3\0\0\0\1', b'\x40', b'\0\1\0\0\x21\x12\xa4\x42', b'\x16\xfe\xfd', b'\x80'])
                with contextlib.suppress(OSError):
                    stranger.sendto((first + chance.randbytes(size))[:max(size, 1)], chance.choice(sorted(ports)))
                time.sleep(.0004)
            return f'to {len(ports)} ports'

        # A peer may say 200 signals in 10 s; what is about the signals themselves has to fit, before the floods.
        attack('a third host', lambda: hostile.tell('offer', 'Ana', 1000, third.host.address, 10000), 4)
        attack('loopback', lambda: hostile.tell('offer', 'Ana', 16, '127.0.0.1', 20000))
        attack('link-local and multicast', lambda: (hostile.tell('offer', 'Ana', 16, '169.254.1.1', 20000), hostile.tell('more', 'Ana', 16, '224.0.0.1', 20000),
                                                    hostile.tell('more', 'Ana', 16, 'fe80::1', 20000), hostile.tell('more', 'Ana', 16, '10.9.8.7', 1)))
        attack('an offer replayed', lambda: [hostile.tell('again', 'Ana') for _ in range(30)], .5)
        attack('an envelope replayed', lambda: [hostile.tell('envelope') for _ in range(50)], .5)
        attack('for another run', lambda: [hostile.tell('stale', 'Ana') for _ in range(30)], .5)
        attack('of another document', lambda: [hostile.tell('foreign', 'Ana') for _ in range(50)], .5)
        attack('half-open attempts', half_open)
        attack('10,000 candidates', lambda: hostile.tell('offer', 'Ana', CANDIDATES, '10.9.8.7', 10000), 10)
        attack('noise as signals', lambda: hostile.tell('noise', 'Ana', NOISE))
        attack('junk from a stranger', junk, 2)
        attack('mutated and replayed packets', lambda: f'of {wire.send_mutated(chance, MUTATED)}', 2)
        time.sleep(COUNTED_SECONDS)
        typed = typist.pressed
        typist.stop()
        typist.finish()
        final = dict(counts(pair.ana))
        roads = [attachment.last_road['road'] for attachment in pair.attachments]
        before, under = summary(typist.delays(0, quiet)), summary(typist.delays(quiet, typed))
        left = [event for attachment in pair.attachments for event in attachment.events if event['event'] == 'absent' and event['name'] != 'Mallory']
        moved = [event for attachment in pair.attachments for event in attachment.events if event['event'] == 'road' and event['name'] != 'Mallory'
                 and event['road'] != 'direct' and event['time'] > typist.pressed_at[0]]
        hostile.close()
        text = pair.check_texts()
        assert typist.states.get(hash(text.partition(BORDER)[0]), [-1])[-1] >= typed - 1, 'the text is not what was typed'
    keep('hostile', {'attacks': results, 'counts': final, 'quiet': before, 'attacked': under})
    table('under attack, milliseconds', list(results[0]), [list(result.values()) for result in results])
    table('typing', ['', *before], [['before', *before.values()], ['attacked', *under.values()]])
    say(f'Ana counted {final}')
    assert not left and not moved, f'an honest road was disturbed: {left + moved}, {roads}'
    assert third.heard < THIRD_HOST_MAX, f'{third.heard} datagrams went to a third host'
    for what in ('candidates-loopback', 'candidates-link-local', 'candidates-multicast', 'candidates-port', 'candidates-too-many', 'signals-too-fast', 'packets-junk', 'signals-stale', 'signals-replayed', 'signals-malformed'):
        assert final.get(what, 0) > 0, f'{what} is not counted: {final}'
    if under['p99'] >= before['max'] + UNMOVED:
        raise TooLate(f'typing was disturbed: {before}, {under}')


main(a_hostile_member_and_strangers)
