# SPDX-License-Identifier: GPL-3.0-or-later
"""test-bad-input.py: each bad input gets a clear message on standard error and a non-zero exit, and nothing is lost."""

import json
import os

import shutil
import socket
import subprocess

from harness import Peer, Relay, Skipped, main, say


def shared_document(folder, relay):
    """A document with some text that Ana shares, and its link."""
    ana = Peer(folder / 'ana', 'Ana')
    (folder / 'text').write_text('Nothing of this may be lost.\n')
    document = ana.word('new', '--from', folder / 'text')
    return ana, document, ana.word('invite', document, '--relay', relay.url)


def refused(done, status=None):
    """The command failed with a sentence on standard error, and said no more than that."""
    words = done.stderr.decode()
    assert done.returncode != 0 and (status is None or done.returncode == status), done
    assert done.returncode > 0, f'it crashed: {done}'
    assert words.startswith('coquill-peer: ') and len(words) > 30, words
    for noise in ('CRITICAL', 'WARNING', 'Sanitizer', 'assert'):
        assert noise not in words, words
    return words


def a_link_with_one_character_changed(folder):
    """A link with one character changed, or cut short anywhere, is refused with what is wrong."""
    with Relay(folder / 'relay') as relay:
        _, _, link = shared_document(folder, relay)
        ben = Peer(folder / 'ben', 'Ben')
        for at in range(0, len(link), 9):
            other = 'A' if link[at] != 'A' else 'B'
            refused(ben.call('join', '-', input=link[:at] + other + link[at + 1:]), 2)
        for length in range(0, len(link), 13):
            refused(ben.call('join', '-', input=link[:length]), 2)
        for nonsense in ('', 'hello', 'coquill:', 'https://example.org/', 'x' * 100000, 'coquill:' + '\u00e9' * 50):
            refused(ben.call('join', '-', input=nonsense), 2)
        assert ben.run('list') == b''
        ben.run('join', '-', input=link)


def a_link_to_a_relay_that_is_not_there(folder):
    """A link to a relay that isn't there says so, and works once it is."""
    with Relay(folder / 'relay') as relay:
        _, document, link = shared_document(folder, relay)
        relay.kill()
        ben = Peer(folder / 'ben', 'Ben')
        words = refused(ben.call('join', '-', '--wait', '2', input=link), 2)
        say(words)
        relay.start()
        assert ben.word('join', '-', input=link) == document


def a_relay_that_is_something_else(folder):
    """An address where something else answers is told."""
    peer = Peer(folder / 'data', 'Ana')
    document = peer.word('new', '--title', 'T')
    with socket.create_server(('127.0.0.1', 0)) as mute:
        for address in (f'http://127.0.0.1:{mute.getsockname()[1]}', 'nonsense', 'ftp://127.0.0.1', 'http://127.0.0.1:1'):
            refused(peer.call('invite', document, '--relay', address))
    assert peer.call('invite', document).returncode != 0, 'no relay at all'
    assert json.loads(peer.run('list', '--json'))['shared'] is False


def a_flipped_byte_in_a_replica(folder):
    """A replica with a flipped byte is told as damaged or is whole; never a crash, never a wrong text."""
    peer = Peer(folder / 'data', 'Ana')
    text = 'Nothing of this may be changed. ' * 400
    (folder / 'text').write_text(text)
    document = peer.word('new', '--from', folder / 'text')
    peer.edit(document, {'insert': [0, 'X']})
    other = peer.word('new', '--title', 'Other')
    files = [file for file in (folder / 'data').rglob('*') if file.is_file() and file.stat().st_size > 100]
    assert files
    told = 0
    for file in files:
        whole = file.read_bytes()
        for at in range(11, len(whole), max(1, len(whole) // 40)):
            file.write_bytes(whole[:at] + bytes([whole[at] ^ 0x10]) + whole[at + 1:])
            done = peer.call('cat', document)
            if done.returncode == 0:
                assert done.stdout.decode() == 'X' + text, f'{file.name} at {at}: a wrong text'
            else:
                told += 1
                refused(done)
            file.write_bytes(whole)
    assert told > 0, 'some of it matters'
    say(f'{told} of {40 * len(files)} flips were told')
    assert peer.cat(document) == 'X' + text and peer.cat(other) == ''


def a_read_only_data_folder(folder):
    """A data folder that can't be written is told; reading still works."""
    peer = Peer(folder / 'data', 'Ana')
    (folder / 'text').write_text('text')
    document = peer.word('new', '--from', folder / 'text')
    with_mount = os.geteuid() == 0
    if with_mount:
        mounted = subprocess.run(['mount', '--bind', '-o', 'ro', folder / 'data', folder / 'data'], capture_output=True)
        if mounted.returncode != 0:
            raise Skipped('no right to mount here')
    else:
        for path in [*(folder / 'data').rglob('*'), folder / 'data']:
            path.chmod(path.stat().st_mode & ~0o222)
    try:
        refused(peer.call('edit', document, input='{"insert":[0,"x"]}'))
        refused(peer.call('new'))
        assert peer.cat(document) == 'text'
    finally:
        if with_mount:
            subprocess.run(['umount', folder / 'data'], check=True)
    peer.edit(document, {'insert': [0, 'a ']})
    assert peer.cat(document) == 'a text'


def a_full_disk(folder):
    """On a full disk an edit is refused with a clear message, and what was there before stays."""
    (folder / 'small').mkdir()
    if subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=2m,mode=700', 'tmpfs', folder / 'small'], capture_output=True).returncode != 0:
        raise Skipped('no right to mount here')
    try:
        peer = Peer(folder / 'small' / 'data', 'Ana')
        document = peer.word('new')
        peer.edit(document, {'insert': [0, 'kept']})
        big = os.urandom(4_000_000).hex()  # its entropy alone is more than the disk
        words = refused(peer.call('edit', document, input=json.dumps({'insert': [0, big]})))
        say(words)
        assert peer.cat(document) == 'kept'
        (folder / 'small' / 'filler').write_bytes(b'')
        with open(folder / 'small' / 'filler', 'wb') as filler:
            try:
                while True:
                    filler.write(b'x' * 4096)
                    filler.flush()
            except OSError:
                pass
        refused(peer.call('new', '--title', 'no room'))
        assert peer.cat(document) == 'kept'
        (folder / 'small' / 'filler').unlink()
        peer.edit(document, {'insert': [4, ' and more']})
        assert peer.cat(document) == 'kept and more'
    finally:
        subprocess.run(['umount', '-l', folder / 'small'], check=True)


def a_hundred_megabytes(folder):
    """An insertion of 100 MB is refused in words, or taken whole; the document goes on."""
    peer = Peer(folder / 'data', 'Ana')
    document = peer.word('new')
    peer.edit(document, {'insert': [0, 'kept']})
    refused(peer.call('edit', document, input=b'{"insert":[0,"' + b'x' * 100_000_000 + b'"]}', timeout=120))
    assert peer.cat(document) == 'kept'
    (folder / 'large').write_bytes(b'\x80' * 1000)
    refused(peer.call('new', '--from', folder / 'large'))


def a_copied_data_folder(folder):
    """A copied or restored data folder that writes again makes no two operations with one id."""
    with Relay(folder / 'relay') as relay:
        ana, document, link = shared_document(folder, relay)
        shutil.copytree(folder / 'ana', folder / 'copy')
        copy = Peer(folder / 'copy')
        ana.edit(document, {'insert': [0, 'first ']})
        copy.edit(document, {'insert': [0, 'second ']})
        for peer in (ana, copy, ana):
            peer.run('sync', document)
        assert ana.cat(document) == copy.cat(document)
        assert 'first' in ana.cat(document) and 'second' in ana.cat(document)


main(a_link_with_one_character_changed, a_link_to_a_relay_that_is_not_there, a_relay_that_is_something_else, a_flipped_byte_in_a_replica,
     a_read_only_data_folder, a_full_disk, a_hundred_megabytes, a_copied_data_folder)
