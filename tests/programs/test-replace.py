# SPDX-License-Identifier: GPL-3.0-or-later
"""test-replace.py: edit --replace makes the text that of a file by the few edits that a person would have made."""

import random
import subprocess
import time

from harness import Attachment, Peer, Relay, main, say, within

ALREADY = 'already'


def write(folder, text, name='text'):
    file = folder / name
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return file


def replace(peer, document, file, input=b''):
    """Replaces the text, and returns what was said about it."""
    done = peer.call('edit', document, '--replace', file, input=input)
    assert (done.returncode, done.stdout) == (0, b''), done
    return done.stderr.decode()


def the_text_becomes_that_of_the_file(folder):
    """edit --replace: whatever the file has, cat gives it back byte for byte."""
    peer = Peer(folder / 'data')
    document = peer.word('new')
    seed = 20261123
    say(f'seed {seed}')
    chance = random.Random(seed)
    words = ['word', 'words', 'ö', 'e\u0301', '\u0301', '👩‍👩‍👧', '🇩🇪', '🇫', '漢字', '한국어', '\n', '\r\n', '\r', ' ', '  ', '. ', '}\n', '\t', '\x01', '\u2028']
    text = ''
    for _ in range(12):
        for _ in range(chance.randrange(1, 30)):
            at = chance.randrange(len(text) + 1)
            text = text[:at] + ''.join(chance.choices(words, k=chance.randrange(6))) + text[at + chance.randrange(5):]
        assert replace(peer, document, write(folder, text)) == '', text
        assert peer.run('cat', document) == text.encode(), text
    assert replace(peer, document, write(folder, '')) == ''
    assert peer.run('cat', document) == b''


def the_same_file_changes_nothing(folder):
    """edit --replace: the text that is there already changes nothing, and that is told."""
    peer = Peer(folder / 'data')
    for text in (b'', b'The same\r\ntext.', b'\xef\xbb\xbfwith a mark'):
        file = write(folder, text)
        document = peer.word('new', '--from', file)
        listed = peer.run('list', '--json')
        assert ALREADY in replace(peer, document, file)
        assert ALREADY in replace(peer, document, '-', text)
        assert peer.run('cat', document) == text
        assert peer.run('list', '--json') == listed, 'it counts as changed'


def a_byte_order_mark_is_dropped(folder):
    """edit --replace: a byte order mark is the file's, unless the document has one too; line ends stay."""
    peer = Peer(folder / 'data')
    document = peer.word('new')
    replace(peer, document, write(folder, b'\xef\xbb\xbfone\r\ntwo\rthree\n'))
    assert peer.run('cat', document) == b'one\r\ntwo\rthree\n'
    document = peer.word('new', '--from', write(folder, b'\xef\xbb\xbfone'))
    replace(peer, document, write(folder, b'\xef\xbb\xbfone two'))
    assert peer.run('cat', document) == b'\xef\xbb\xbfone two'
    replace(peer, document, write(folder, b'\xef\xbb\xbf'))
    replace(peer, document, write(folder, b''))
    assert peer.run('cat', document) == b''


def what_is_no_text_is_refused(folder):
    """edit --replace: what is no text, or isn't there, changes nothing and is told with its place."""
    peer = Peer(folder / 'data')
    document = peer.word('new', '--from', write(folder, 'It stays.\n'))
    for bad in (b'a\x00b', b'\xff', b'\xc0\xaf', b'\xed\xa0\x80', b'\xf4\x90\x80\x80', b'cut \xe2\x82'):
        for name, input in ((write(folder, b'one\ntwo\n' + bad), b''), ('-', b'one\ntwo\n' + bad)):
            done = peer.call('edit', document, '--replace', name, input=input)
            words = done.stderr.decode()
            assert done.returncode == 1 and words.startswith('coquill-peer: ') and words.count('\n') == 1, done
            assert 'line 3' in words and 'nothing was changed' in words, words
    for missing in (folder / 'missing', folder):
        done = peer.call('edit', document, '--replace', missing)
        assert done.returncode == 1 and str(missing) in done.stderr.decode() and 'nothing was changed' in done.stderr.decode(), done
    assert peer.call('edit', document, '--replace').returncode == 2
    assert peer.call('edit', '0' * 64, '--replace', write(folder, 'x')).returncode == 1
    assert peer.run('cat', document) == b'It stays.\n'


def what_others_write_meanwhile_stays(folder):
    """edit --replace: what somebody else writes meanwhile survives, and lands where it was meant."""
    text = ('# Notes\n\nThe quick brown fox jumps over the lazy dog.\nAna likes apples, Ben likes pears.\n\n'
            '- first\n- second\n- third\n\nThe end of all of it.\n')
    with Relay(folder / 'relay') as relay:
        ana, ben = Peer(folder / 'ana', 'Ana'), Peer(folder / 'ben', 'Ben')
        document = ana.word('new', '--from', write(folder, text))
        ben.run('join', '-', input=ana.word('invite', document, '--relay', relay.url))
        relay.kill()
        # From the back, so that the places before stay.
        ben.edit(document, {'insert': [text.index('- third'), '- BEN\n']}, {'insert': [text.index(' likes pears'), ' from Bonn']},
                 {'insert': [text.index('jumps'), 'happily ']}, {'delete': [0, 2]})
        theirs = (text.replace('# Notes', '# my Notes').replace('brown', 'red').replace('lazy dog', 'sleeping cats')
                  .replace('- first\n', '- zeroth\n- first\n').replace('second', 'seconds').replace('all of it', 'everything'))
        replace(ana, document, write(folder, theirs))
        assert ana.cat(document) == theirs
        relay.start()
        for peer in (ana, ben, ana, ben):
            peer.run('sync', document)
        merged = ana.cat(document)
        assert merged == ben.cat(document)
        assert merged == ('my Notes\n\nThe quick red fox happily jumps over the sleeping cats.\n'
                          'Ana likes apples, Ben from Bonn likes pears.\n\n'
                          '- zeroth\n- first\n- seconds\n- BEN\n- third\n\nThe end of everything.\n'), merged


def others_see_few_changes(folder):
    """edit --replace: others see the few places that changed, as that person's."""
    with Relay(folder / 'relay') as relay:
        ana, ben = Peer(folder / 'ana', 'Ana'), Peer(folder / 'ben', 'Ben')
        text = ''.join(f'This is line {number} of them.\n' for number in range(2000))
        document = ana.word('new', '--from', write(folder, text))
        ben.run('join', '-', input=ana.word('invite', document, '--relay', relay.url))
        with Attachment(ben, document, 'watch', ('--json',)) as watch:
            other = text.replace('line 7 of', 'line seven of').replace('This is line 1500 of them.\n', '')
            replace(ana, document, write(folder, other))
            watch.wait_for(lambda: watch.text() == other, 'Ben has it')
            changes = [event for event in watch.events if event['event'] == 'text']
            assert sum(event['deleted'] for event in changes) == 1 + 27, changes
            assert ''.join(event['inserted'] for event in changes) == 'seven', changes
            assert {event['author']['name'] for event in changes} == {'Ana'}, changes


def a_large_file(folder):
    """edit --replace: 5 MB with a thousand edits take seconds, not minutes."""
    peer = Peer(folder / 'data')
    chance = random.Random(5)
    words = [''.join(chance.choices('abcdefghijklmnopqrstuvwxyz', k=chance.randrange(1, 10))) for _ in range(5000)]
    lines = [' '.join(chance.choices(words, k=12)) for _ in range(80000)]
    document = peer.word('new', '--from', write(folder, '\n'.join(lines)))
    for _ in range(1000):
        at = chance.randrange(len(lines))
        lines[at:at + chance.randrange(2)] = [' '.join(chance.choices(words, k=12))]
    text = '\n'.join(lines)
    assert len(text) > 5_000_000, len(text)
    started = time.monotonic()
    replace(peer, document, write(folder, text))
    took = time.monotonic() - started
    say(f'{took:.2f} s')
    within(20, took, 'replacing a large text')
    assert peer.cat(document) == text
    too_large = subprocess.run(['sh', '-c', 'yes | head -c 70000000 | "$@"', 'sh', *peer.command('edit', document, '--replace', '-')],
                               capture_output=True, timeout=60)
    assert too_large.returncode == 1 and b'larger than 64 MB' in too_large.stderr, too_large
    assert peer.cat(document) == text


main(the_text_becomes_that_of_the_file, the_same_file_changes_nothing, a_byte_order_mark_is_dropped, what_is_no_text_is_refused,
     what_others_write_meanwhile_stays, others_see_few_changes, a_large_file)
