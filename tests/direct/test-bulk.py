# SPDX-License-Identifier: GPL-3.0-or-later
"""test-bulk.py: ten megabytes with history to a newcomer, over each road, while others type."""

import json
import random
import time

from laboratory import InternetRelay, in_time, keep, main, plain_copy, table
from pair import BORDER, Listener, Pair, Typist, summary, trace_edits

MEGABYTE = 1_000_000
WRITTEN, EDITED = 5 * MEGABYTE, 5 * MEGABYTE  # put in at once; typed and pasted in afterwards
CHUNK, PASTE = 250_000, 2_500
DELETE_EVERY, DELETED = 7, 500
KEYS_PER_SECOND = 10
KEYS = 3000

# What the other two may notice of it: milliseconds that a key may take.
TYPING_LIMIT = 1000


def words(chance, size):
    """Text that packs about as well as prose: words of a vocabulary of four thousand."""
    vocabulary = [''.join(chance.choices('etaoinshrdlucmfwypvbgkjqxz', k=chance.randint(2, 9))) for _ in range(4000)]
    out, length = [], 0
    while length < size:
        word = chance.choice(vocabulary) + chance.choice('  ' * 6 + '\n.')
        out.append(word)
        length += len(word)
    return ''.join(out)[:size]


def history(chance):
    """The lines for `edit`: half of it put in at once, then pastes all over the document, and deletions."""
    first = words(chance, WRITTEN)
    lines = [{'insert': [10 ** 9, first[start:start + CHUNK]]} for start in range(0, WRITTEN, CHUNK)]
    length = len(BORDER) + WRITTEN
    material = words(chance, EDITED)
    for number, start in enumerate(range(0, EDITED, PASTE)):
        lines.append({'insert': [chance.randrange(len(BORDER), length), material[start:start + PASTE]]})
        length += PASTE
        if number % DELETE_EVERY == 0:
            lines.append({'delete': [chance.randrange(len(BORDER), length - DELETED), DELETED]})
            length -= DELETED
    return lines


def measure(laboratory, folder, direct):
    """A newcomer gets the document while Ana and Ben type; how long it takes, and what Ben notices."""
    folder.mkdir()
    hosts = [laboratory.host(), laboratory.host(), laboratory.host()]
    with InternetRelay(laboratory, folder / 'relay') as relay, Pair(folder / 'pair', relay, hosts, attach=False) as pair:
        ana, ben = pair.peers
        if direct:
            # From now on the mailbox takes nothing more, so what comes later can only come straight.
            relay.options = ['--mailbox-bytes', '1024']
            relay.stop()
            relay.start()
        ana.run('edit', pair.document, input='\n'.join(map(json.dumps, history(random.Random(9)))), timeout=120)
        size = len(ana.cat(pair.document))
        with Listener(ana, pair.document) as a, Listener(ben, pair.document) as b:
            pair.attachments = [a, b]
            pair.wait_together()
            if direct:
                for attachment in pair.attachments:
                    attachment.wait_road('direct')
            b.wait_for(lambda: b.length >= size, 'Ben has it', 60)
            typist = Typist(a, b, trace_edits(KEYS), KEYS_PER_SECOND).start()
            time.sleep(5)
            before = typist.pressed
            cleo = hosts[2].peer(folder / 'cleo', 'Cleo')
            traffic = hosts[2].bytes()
            started = time.monotonic()
            cleo.run('join', '-', '--wait', 60, input=pair.link, timeout=90)
            with Listener(cleo, pair.document) as c:
                c.wait_for(lambda: c.length >= size, 'the newcomer has the text', 60)
                took = time.monotonic() - started
                moved = hosts[2].bytes() - traffic
                after = typist.pressed
                time.sleep(2)
                typist.stop()
                typist.finish()
                c.wait_for(lambda: c.length == b.length, 'the newcomer has the latest keys', 30)
                assert c.close() == 0
        meanwhile, otherwise = summary(typist.delays(before, after + 10)), summary(typist.delays(0, before))
        texts = [peer.run('cat', pair.document) for peer in (ana, ben, cleo)]
        assert texts[0] == texts[1] == texts[2], 'the texts differ'
    return {'text MB': size / MEGABYTE, 'moved MB': moved / MEGABYTE, 'seconds': took, 'text MB/s': size / MEGABYTE / took,
            'moved MB/s': moved / MEGABYTE / took, 'plain TCP MB/s': plain_copy(hosts[0], hosts[2], moved),
            'typing p50': otherwise['p50'], 'typing max': otherwise['max'], 'meanwhile p50': meanwhile['p50'], 'meanwhile max': meanwhile['max']}


def ten_megabytes_to_a_newcomer(laboratory, folder):
    """A document of 10 MB with history reaches a newcomer through the relay, and straight where the relay keeps too little, while others type on."""
    def attempt(road, number):
        result = measure(laboratory, folder / f'{road}-{number}', road == 'direct')
        return {'road': road, **result, 'late': 'noticed' if result['meanwhile max'] > TYPING_LIMIT else ''}
    results, failed = in_time(attempt, ['relay', 'direct'], 1)
    keep('bulk', results)
    table('to a newcomer', list(results[0]), [list(result.values()) for result in results])
    assert not failed, f'the others noticed it every time: {failed}'


main(ten_megabytes_to_a_newcomer)
