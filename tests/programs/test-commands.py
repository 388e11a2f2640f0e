# SPDX-License-Identifier: GPL-3.0-or-later
"""test-commands.py: what each command of coquill-peer promises."""

import contextlib
import email.utils
import http.server
import json
import os
import random
import re
import socket
import subprocess
import threading
import time

from harness import Attachment, Peer, Relay, main, say, wait_until, within

TEXTS = {
    'nothing': b'',
    'no final newline': b'one line',
    'line ends': b'unix\nwindows\r\nmac\rvertical\x0bform\x0cnel\xc2\x85ls\xe2\x80\xa8ps\xe2\x80\xa9end\n',
    'emoji sequences': '👩‍👩‍👧‍👦 🇩🇪 👍🏽 🏴󠁧󠁢󠁳󠁣󠁴󠁿 ❤️ e\u0301 \u200f\u202eABC\u202c\n'.encode(),
    'byte order mark': b'\xef\xbb\xbftext',
    'controls': bytes(range(1, 128)),
    'astral': ''.join(chr(c) for c in (0xFFFF, 0x10000, 0x10FFFF, 0xE000, 0xFFFE, 0xFDD0)).encode(),
}


class Stranger(http.server.BaseHTTPRequestHandler):
    """A web server that is no relay: it says so to whatever it is asked."""

    def log_message(self, *_):
        pass


class Late:
    """Before a relay on loopback: passes on everything, but the answers tell a time an hour ago."""

    def __init__(self, target):
        self.target = target
        self.listener = socket.create_server(('127.0.0.1', 0))
        self.url = f'http://127.0.0.1:{self.listener.getsockname()[1]}'
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                near, far = self.listener.accept()[0], socket.create_connection(('127.0.0.1', self.target))
                for ends in ((near, far), (far, near)):
                    threading.Thread(target=self.pass_on, args=ends, daemon=True).start()

    @staticmethod
    def pass_on(one, other):
        date = f'Date: {email.utils.formatdate(time.time() - 3600, usegmt=True)}\r\n'.encode()
        with contextlib.suppress(OSError):
            while data := one.recv(65536):
                other.sendall(re.sub(rb'Date: [^\r]*\r\n', date, data))
            other.shutdown(socket.SHUT_WR)

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


def any_text_comes_back_byte_for_byte(folder):
    """new --from and cat: any UTF-8 without U+0000 comes back byte for byte."""
    peer = Peer(folder / 'data')
    for name, text in TEXTS.items():
        file = folder / 'text'
        file.write_bytes(text)
        assert peer.run('cat', peer.word('new', '--from', file)) == text, name
    seed = 20261122
    say(f'seed {seed}')
    chance = random.Random(seed)
    for _ in range(5):
        text = ''.join(chr(chance.choice((chance.randrange(1, 0x80), chance.randrange(0xA0, 0xD800), chance.randrange(0xE000, 0x110000))))
                       for _ in range(chance.randrange(40000))).encode()
        (folder / 'text').write_bytes(text)
        assert peer.run('cat', peer.word('new', '--from', folder / 'text')) == text


def other_bytes_are_refused(folder):
    """new --from: bytes that are no text are refused with a reason, and leave nothing behind."""
    peer = Peer(folder / 'data')
    for bad in (b'a\x00b', b'\xff', b'\xc0\xaf', b'\xed\xa0\x80', b'\xf4\x90\x80\x80', b'cut \xe2\x82'):
        (folder / 'text').write_bytes(bad)
        done = peer.call('new', '--from', folder / 'text')
        assert done.returncode == 1 and len(done.stderr) > 20, done
        assert done.stdout == b'' and b'/text' in done.stderr, done
    assert peer.call('new', '--from', folder / 'missing').returncode == 1
    assert peer.run('list') == b''


def a_folder_without_documents_lists_none(folder):
    """list: before the first document there is nothing to list, which is no failure."""
    done = Peer(folder / 'never-made').call('list')
    assert (done.returncode, done.stdout, done.stderr) == (0, b'', b''), done


def output_that_nobody_gets_is_a_failure(folder):
    """new, list: a full disk at standard output, or a closed one, is told."""
    peer = Peer(folder / 'data')
    peer.run('new', '--title', 'Kept')
    for command in ('new', 'list'):
        done = subprocess.run(['sh', '-c', '"$@" >&-', 'sh', *peer.command(command)], stderr=subprocess.PIPE, timeout=60)
        assert done.returncode == 1 and b'could not be written' in done.stderr, done
    for command in ('new', 'list'):
        with open('/dev/full', 'wb') as full:
            done = subprocess.run(peer.command(command), stdout=full, stderr=subprocess.PIPE, timeout=60)
        assert done.returncode == 1 and b'No space left' in done.stderr, done


def edits_are_applied_and_clamped(folder):
    """edit: insertions, deletions, undo and redo; positions past the end are clamped."""
    peer = Peer(folder / 'data')
    document = peer.word('new')
    peer.edit(document, {'insert': [0, 'Hello 🌍']}, {'insert': [999, '!']}, {'delete': [5, 1]}, {'insert': [5, ', ']})
    assert peer.cat(document) == 'Hello, 🌍!'
    peer.edit(document, {'insert': [0, 'A']}, {'insert': [0, 'B']}, {'undo': 1}, {'delete': [7, 1000]}, {'undo': 1}, {'redo': 1},
              {'undo': 7}, {'redo': 1})
    assert peer.cat(document) == 'AHello, 🌍!', peer.cat(document)


def wrong_lines_are_refused(folder):
    """edit: a line that makes no sense is told with its number; the lines before it are kept."""
    peer = Peer(folder / 'data')
    document = peer.word('new')
    good = json.dumps({'insert': [0, 'x']})
    for bad in ('nonsense', '{"insert":[0]}', '{"insert":[-1,"x"]}', '{"insert":["0","x"]}', '{"delete":[0,"x"]}', '[]', '{}', '{"undo":-1}',
                '{"insert":[0,"a\\u0000b"]}', '{"caret":[0,0]}', '{"insert":[0,"x"],"delete":[0,1]}', '{"launch":1}', '{"insert":[1.5,"x"]}'):
        before = peer.cat(document)
        done = peer.call('edit', document, input=f'{good}\n{bad}\n{good}\n')
        assert done.returncode == 1 and b'2' in done.stderr, (bad, done)
        assert peer.cat(document) == 'x' + before, bad
    done = peer.call('edit', document, input=b'{"insert":[0,"\xff"]}\n')
    assert done.returncode == 1 and done.stderr


def title_is_the_first_line_until_set(folder):
    """list: the title is the first line unless one was given."""
    peer = Peer(folder / 'data')
    (folder / 'text').write_text('# Minutes\n\nof today')
    peer.run('new', '--from', folder / 'text')
    peer.run('new', '--title', 'A title ד')
    titles = sorted(json.loads(line)['title'] for line in peer.run('list', '--json').splitlines())
    assert len(titles) == 2 and titles[0] == 'A title ד' or titles[1] == 'A title ד', titles
    assert any('Minutes' in title for title in titles), titles
    assert b'Minutes' in peer.run('list')


def documents_are_found_by_the_beginning_of_their_id(folder):
    """An id may be shortened as long as it is unique; an unknown one is told."""
    peer = Peer(folder / 'data')
    document = peer.word('new', '--title', 'x')
    assert peer.cat(document[:8]) == ''
    done = peer.call('cat', '0' * 64)
    assert done.returncode == 1 and done.stderr


def export_writes_the_text(folder):
    """export writes the text to a file, whole or not at all."""
    peer = Peer(folder / 'data')
    (folder / 'in').write_bytes(TEXTS['line ends'])
    document = peer.word('new', '--from', folder / 'in')
    peer.run('export', document, folder / 'out')
    assert (folder / 'out').read_bytes() == TEXTS['line ends']
    done = peer.call('export', document, folder / 'no' / 'such')
    assert done.returncode == 1 and done.stderr


def profile_is_kept(folder):
    """profile: name and colour are kept, and checked."""
    peer = Peer(folder / 'data')
    peer.run('profile', '--name', 'Zoë 🦊', '--color', '#e66100', '--hide-address', 'yes')
    assert peer.word('profile') == '#e66100\tZoë 🦊'
    for wrong in (('--name', ''), ('--name', ' '), ('--name', 'x' * 200), ('--color', 'red'), ('--color', '#12345'), ('--hide-address', 'maybe')):
        assert peer.call('profile', *wrong).returncode == 2
    assert peer.word('profile') == '#e66100\tZoë 🦊'


def watch_tells_people_text_and_carets(folder):
    """watch --json: text with its author, people coming, moving and going, roads and status."""
    with Relay(folder / 'relay') as relay:
        ana, ben = Peer(folder / 'ana', 'Ana'), Peer(folder / 'ben', 'Ben')
        (folder / 'text').write_text('Start.')
        document = ana.word('new', '--from', folder / 'text')
        link = ana.word('invite', document, '--relay', relay.url)
        assert ben.word('join', '-', input=link) == document
        with Attachment(ana, document, 'watch', ['--json']) as watch, Attachment(ben, document) as typing:
            present = watch.wait(lambda e: e['event'] == 'present' and e['name'] == 'Ben', 'Ben is there')
            assert present['color'].startswith('#') and not present['self']
            typing.send({'insert': [6, ' More 🌍']})
            typing.send({'caret': [13, 7]})
            change = watch.wait(lambda e: e['event'] == 'text', 'the text comes')
            assert change['author']['name'] == 'Ben' and change['position'] == 6 and not change['local'], change
            within(5, abs(change['time'] - change['heard']) / 1e6, 'an event, from its time until it was heard,')
            watch.wait(lambda e: e['event'] == 'caret' and (e['caret'], e['anchor']) == (13, 7), 'the caret comes')
            road = watch.wait(lambda e: e['event'] == 'road' and e['road'] == 'relay', 'by which road')
            assert road['name'] == 'Ben' and road['age'] >= 0 and isinstance(road['round_trip'], float), road
            assert road['words'].startswith('Through the meeting point') and isinstance(road['why'], str), road
            assert all(isinstance(road[count], int) for count in ('sent', 'received')) and isinstance(road['refused'], dict), road
            watch.wait(lambda e: e['event'] == 'status' and e['status'] == 'up-to-date', 'the status')
            watch.wait_for(lambda: watch.text() == 'Start. More 🌍', 'the text is whole')
            assert typing.close() == 0
            watch.wait(lambda e: e['event'] == 'absent' and e['name'] == 'Ben', 'Ben has gone')
            told = [(e['caret'], e['anchor']) for e in watch.events if e['event'] == 'caret']
            assert all(one != next for one, next in zip(told, told[1:])), f'a move was told twice: {told}'
            watch.process.terminate()
            assert watch.process.wait(30) == 0


def watch_for_people_is_in_words(folder):
    """watch: without --json, lines for people, who is meant and how they are reached in words."""
    with Relay(folder / 'relay') as relay:
        ana, ben = Peer(folder / 'ana', 'Ana'), Peer(folder / 'ben', 'Ben')
        document = ana.word('new', '--title', 'T')
        ben.run('join', ana.word('invite', document, '--relay', relay.url))
        with open(folder / 'lines', 'wb') as lines, Attachment(ben, document):
            watching = subprocess.Popen(ana.command('watch', document), stdin=subprocess.DEVNULL, stdout=lines)
            wait_until(lambda: 'road      Ben  Through the meeting point' in (folder / 'lines').read_text(), 'the road of Ben in words')
            watching.terminate()
            assert watching.wait(30) == 0


def watch_tells_a_new_name(folder):
    """watch --json: who comes under another name than before is told with that."""
    with Relay(folder / 'relay') as relay:
        ana, ben = Peer(folder / 'ana', 'Ana'), Peer(folder / 'ben', 'Ben')
        document = ana.word('new', '--title', 'T')
        ben.run('join', ana.word('invite', document, '--relay', relay.url))
        with Attachment(ana, document, 'watch', ['--json']) as watch:
            for name in ('Ben', 'Benno', 'Benedict'):
                ben.run('profile', '--name', name)
                with Attachment(ben, document):
                    watch.wait(lambda e: e['event'] == 'present' and e['name'] == name, name)


def watch_tells_why_it_is_not_direct(folder):
    """profile --hide-address: nothing is direct, and both sides are told whose choice it is."""
    with Relay(folder / 'relay') as relay:
        ana, ben = Peer(folder / 'ana', 'Ana'), Peer(folder / 'ben', 'Ben')
        ana.run('profile', '--hide-address', 'yes')
        document = ana.word('new', '--title', 'T')
        ben.run('join', ana.word('invite', document, '--relay', relay.url))
        with Attachment(ana, document, 'watch', ['--json']) as here, Attachment(ben, document, 'watch', ['--json']) as there:
            for watch, why in ((here, 'hidden-here'), (there, 'hidden-there')):
                road = watch.wait(lambda e: e['event'] == 'road' and e['why'] == why, why)
                assert road['road'] == 'relay' and 'switched off' in road['words'], road
                assert not [e for e in watch.events if e['event'] == 'road' and e['road'] == 'direct'], watch.events


def doctor(peer, *options):
    """What `doctor --json` says, and its exit status."""
    done = peer.call('doctor', '--json', *options)
    assert not done.stderr, done
    told = json.loads(done.stdout)
    assert done.returncode == (0 if told['can_share'] else 1) and len(told['summary']) > 20, done
    assert all(check['state'] in ('ok', 'warning', 'failed', 'unknown') and check['words'] for check in told['checks']), told
    return {check['id']: check for check in told['checks']}, told


def doctor_finds_a_relay_well(folder):
    """doctor: with a relay that answers a document can be shared; no data folder is needed, and none is made."""
    peer = Peer(folder / 'never-made')
    with Relay(folder / 'relay') as relay:
        checks, told = doctor(peer, '--relay', relay.url)
        assert told['can_share'] and checks['relay']['state'] == 'ok' and relay.url in checks['relay']['words'], told
        assert checks['clock']['state'] == 'ok' and checks['udp']['state'] == 'ok', told
        lines = peer.run('doctor', '--relay', relay.url).decode().splitlines()
        assert lines[0].startswith('✓ ') and lines[-1].startswith('Documents can be shared'), lines
        assert all(line == '' or line[0] in '✓!✗? D' for line in lines), lines
    assert not peer.data.exists()


def doctor_tells_what_is_wrong(folder):
    """doctor: no relay there, something else there, none set, no STUN, a clock that is off: each is said, with advice."""
    peer = Peer(folder / 'never-made')
    relay = Relay(folder / 'relay', '--no-stun')
    with relay:
        checks, told = doctor(peer, '--relay', relay.url)
        assert told['can_share'] and checks['udp']['state'] != 'ok', told
    checks, told = doctor(peer, '--relay', relay.url)
    assert not told['can_share'] and checks['relay']['state'] == 'failed' and checks['relay']['advice'], told
    with http.server.ThreadingHTTPServer(('127.0.0.1', 0), Stranger) as other:
        threading.Thread(target=other.serve_forever, daemon=True).start()
        checks, told = doctor(peer, '--relay', f'http://127.0.0.1:{other.server_port}')
        assert not told['can_share'] and checks['relay']['state'] == 'failed', told
        other.shutdown()
    checks, told = doctor(peer)
    assert not told['can_share'] and checks['relay']['state'] == 'unknown' and checks['relay']['advice'], told
    done = peer.call('doctor', '--relay', relay.url)
    assert done.returncode == 1 and done.stdout.decode().startswith('✗ '), done
    assert "can't be shared" in done.stdout.decode().splitlines()[-1], done


def doctor_sees_a_clock_that_is_off(folder):
    """doctor: a clock an hour away from the relay's is told, which keeps nobody from sharing."""
    with Relay(folder / 'relay') as relay, contextlib.closing(Late(relay.port)) as late:
        checks, told = doctor(Peer(folder / 'never-made'), '--relay', late.url)
        assert checks['clock']['state'] == 'warning' and '60 minutes ahead' in checks['clock']['words'], told
        assert checks['clock']['advice'] and told['can_share'], told


def serve_keeps_a_document_on_line(folder):
    """serve stays on line with all documents, and ends cleanly when asked."""
    with Relay(folder / 'relay') as relay:
        ana, ben = Peer(folder / 'ana', 'Ana'), Peer(folder / 'ben', 'Ben')
        document = ana.word('new', '--title', 'T')
        ben.run('join', ana.word('invite', document, '--relay', relay.url))
        import subprocess
        serving = subprocess.Popen(ana.command('serve'), stdin=subprocess.DEVNULL)
        ben.edit(document, {'insert': [0, 'served']})
        wait_until(lambda: ana.cat(document) == 'served', 'the served replica has it')
        serving.terminate()
        assert serving.wait(30) == 0


def sync_brings_both_ways(folder):
    """sync brings what others wrote and takes out what was written here; a private document is told."""
    with Relay(folder / 'relay') as relay:
        ana, ben = Peer(folder / 'ana', 'Ana'), Peer(folder / 'ben', 'Ben')
        document = ana.word('new', '--title', 'T')
        assert ana.call('sync', document).returncode == 1
        ben.run('join', ana.word('invite', document, '--relay', relay.url))
        relay.kill()
        done = ana.call('edit', document, input=json.dumps({'insert': [0, 'ana ']}))
        assert done.returncode == 0 and done.stderr, 'saved, with a warning that nobody has it'
        assert ben.call('edit', document, input=json.dumps({'insert': [0, 'ben ']})).returncode == 0
        relay.start()
        ana.run('sync', document)
        ben.run('sync', document, '--until-quiet', '1')
        ana.run('sync', document)
        assert ana.cat(document) == ben.cat(document)
        assert sorted(ana.cat(document).split()) == ['ana', 'ben']


def one_writer_and_readers(folder):
    """A second writer of a data folder is told who holds it; readers are welcome."""
    peer = Peer(folder / 'data')
    (folder / 'text').write_text('text')
    document = peer.word('new', '--from', folder / 'text')
    with Attachment(peer, document) as holder:
        assert peer.cat(document) == 'text'
        done = peer.call('edit', document, input='{"insert":[0,"x"]}')
        assert done.returncode == 1 and str(holder.process.pid) in done.stderr.decode(), done
        holder.send({'insert': [0, 'my ']})
        holder.wait_saved()
        assert peer.cat(document) == 'my text'
        assert holder.close() == 0
    assert peer.cat(document) == 'my text'


def help_and_usage(folder):
    """--help lists every command; nonsense is refused with exit status 2."""
    peer = Peer(folder / 'data')
    text = peer.run('--help').decode()
    for command in 'new list invite join cat edit sync watch attach serve profile export doctor'.split():
        assert command in text, command
        assert peer.run(command, '--help'), command
    for wrong in ((), ('fly',), ('cat',), ('cat', 'a', 'b'), ('new', '--nonsense')):
        done = peer.call(*wrong)
        assert done.returncode == 2 and done.stderr, wrong
    assert not (folder / 'data').exists() or os.listdir(folder / 'data') == []


main(any_text_comes_back_byte_for_byte, other_bytes_are_refused, a_folder_without_documents_lists_none,
     output_that_nobody_gets_is_a_failure, edits_are_applied_and_clamped, wrong_lines_are_refused,
     title_is_the_first_line_until_set, documents_are_found_by_the_beginning_of_their_id, export_writes_the_text, profile_is_kept,
     watch_tells_people_text_and_carets, watch_for_people_is_in_words, watch_tells_a_new_name, watch_tells_why_it_is_not_direct,
     doctor_finds_a_relay_well, doctor_tells_what_is_wrong,
     doctor_sees_a_clock_that_is_off, serve_keeps_a_document_on_line, sync_brings_both_ways, one_writer_and_readers, help_and_usage)
