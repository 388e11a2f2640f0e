# SPDX-License-Identifier: GPL-3.0-or-later
"""test-nat.py: what two people type reaches them at once through every pair of routers, and goes straight where any way is open."""

import time

from laboratory import (BLOCKED, FULL_CONE, InternetRelay, IPV6, NONE, PORT_RESTRICTED, SYMMETRIC, Turn, keep, main, side_by_side, table)
from pair import BORDER, KEYS_PER_SECOND, Pair, Typist, trace_edits

KINDS = [NONE, FULL_CONE, PORT_RESTRICTED, SYMMETRIC, BLOCKED]
PAIRS = [(one, other) for number, one in enumerate(KINDS) for other in KINDS[number:]] + [(IPV6, IPV6)]

# Keys typed while roads change: the first at once when the other is there.
KEYS = 40
SEEN_WITHIN = 1000  # milliseconds, each key
DIRECT_WITHIN = 2000
GIVEN_UP_WITHIN = 15  # seconds: the attempt's own time, and the words about it


def can_be_direct(pair, turn=False):
    """What libnice can, with STUN alone or with TURN."""
    if turn:
        return True
    return BLOCKED not in pair and not (SYMMETRIC in pair and set(pair) <= {SYMMETRIC, PORT_RESTRICTED})


def cell(folder, relay, hosts, direct, url=None):
    """Lets two hosts type to each other from the first moment; tells the longest wait of a key and when the road was direct."""
    with Pair(folder, relay, hosts, url=url) as pair:
        together = pair.wait_together()
        typist = Typist(pair.ana, pair.ben, trace_edits(KEYS), KEYS_PER_SECOND).start()
        answers = []
        pair.ana.listen(lambda event: answers.append(event) if event['event'] == 'text' and '!' in event['inserted'] else None)
        asked = time.time_ns() // 1000
        pair.ben.send({'insert': [10 ** 9, '!']})
        if direct:
            roads = [attachment.wait_road('direct') for attachment in pair.attachments]
            took = (max(event['time'] for event in roads) - together) / 1000
        else:
            took = None
        typist.finish()
        pair.ana.wait_for(lambda: answers, 'the other\'s key comes back')
        slowest = max([*typist.delays(), (answers[0]['time'] - asked) / 1000])
        why = None
        if not direct:
            told = pair.ana.wait(lambda event: event['event'] == 'road' and event['why'] not in ('none', 'trying', 'not-tried'),
                                 'why it is not direct is told', GIVEN_UP_WITHIN)
            why = told['why']
            assert not [event for one in pair.attachments for event in one.events if event['event'] == 'road' and event['road'] == 'direct'], \
                'it claims to be direct'
        assert pair.check_texts(typist).endswith(BORDER + '!')
    return {'slowest key': slowest, 'direct after': took, 'why': why}


def matrix(laboratory, folder, relay, pairs, turn, name):
    def measure(pair):
        hosts = [laboratory.place(kind) for kind in pair]
        url = relay.url_6 if IPV6 in pair else None
        try:
            return {'pair': pair, **cell(folder / '-'.join(pair), relay, hosts, can_be_direct(pair, turn), url)}
        except AssertionError as error:
            return {'pair': pair, 'failure': str(error)}
    results = side_by_side(measure, pairs)
    keep(name, results)
    table('milliseconds', ['one', 'other', 'slowest key', 'direct after', 'else why'],
          [[*result['pair'], *([result['failure'], '', ''] if 'failure' in result else
                               [result['slowest key'], result['direct after'] or '–', result['why'] or ''])] for result in results])
    failed = [result for result in results if 'failure' in result]
    assert not failed, f'{len(failed)} cells failed'
    slow = [result for result in results if result['slowest key'] > SEEN_WITHIN]
    assert not slow, f'a key took longer than {SEEN_WITHIN} ms: {slow}'
    late = [result for result in results if (result['direct after'] or 0) > DIRECT_WITHIN]
    assert not late, f'direct later than after {DIRECT_WITHIN} ms: {late}'


def every_pair_of_routers(laboratory, folder):
    """Through every pair of routers keys arrive from the first moment; the road is direct where libnice can make it so, else it says why."""
    with InternetRelay(laboratory, folder / 'relay') as relay:
        matrix(laboratory, folder, relay, PAIRS, False, 'nat')


def turn_helps_where_nothing_else_does(laboratory, folder):
    """With TURN the pairs that had no direct road have one."""
    turn = Turn(laboratory, folder)
    with InternetRelay(laboratory, folder / 'relay', *turn.relay_options) as relay:
        matrix(laboratory, folder, relay, [pair for pair in PAIRS if not can_be_direct(pair)], True, 'nat-turn')


def two_behind_one_router(laboratory, folder):
    """Two hosts behind one router reach each other inside, whatever the router is to the outside."""
    with InternetRelay(laboratory, folder / 'relay') as relay:
        def measure(kind):
            home = laboratory.home(kind)
            return kind, cell(folder / kind, relay, [home.host(), home.host()], True)
        results = side_by_side(measure, [PORT_RESTRICTED, SYMMETRIC, BLOCKED])
    keep('nat-one-router', results)
    table('milliseconds', ['router', 'slowest key', 'direct after'], [[kind, result['slowest key'], result['direct after']] for kind, result in results])
    assert all(result['slowest key'] <= SEEN_WITHIN and result['direct after'] <= DIRECT_WITHIN for _, result in results), results


def a_router_behind_a_router(laboratory, folder):
    """A host behind two routers reaches the internet, another such host, and its neighbour behind the first router."""
    with InternetRelay(laboratory, folder / 'relay') as relay:
        def measure(what):
            outer = laboratory.home(PORT_RESTRICTED)
            inner = outer.home(PORT_RESTRICTED).host()
            other = {'the internet': laboratory.host, 'another such': laboratory.home(PORT_RESTRICTED).home(FULL_CONE).host,
                     'its neighbour': outer.host}[what]()
            return what, cell(folder / what, relay, [inner, other], True)
        results = side_by_side(measure, ['the internet', 'another such', 'its neighbour'])
    keep('nat-behind-nat', results)
    table('milliseconds', ['other', 'slowest key', 'direct after'], [[what, result['slowest key'], result['direct after']] for what, result in results])
    assert all(result['slowest key'] <= SEEN_WITHIN and result['direct after'] <= DIRECT_WITHIN for _, result in results), results


main(every_pair_of_routers, turn_helps_where_nothing_else_does, two_behind_one_router, a_router_behind_a_router)
