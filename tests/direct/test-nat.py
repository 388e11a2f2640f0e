# SPDX-License-Identifier: GPL-3.0-or-later
"""test-nat.py: what two people type reaches them at once through every pair of routers, and goes straight where any way is open."""

import time

from laboratory import (BLOCKED, FULL_CONE, InternetRelay, IPV6, NONE, PORT_RESTRICTED, SYMMETRIC, TooLate, Turn, in_time, keep, main, table)
from pair import BORDER, KEYS_PER_SECOND, Pair, Typist, trace_edits

KINDS = [NONE, FULL_CONE, PORT_RESTRICTED, SYMMETRIC, BLOCKED]
PAIRS = [(one, other) for number, one in enumerate(KINDS) for other in KINDS[number:]] + [(IPV6, IPV6)]

# Keys typed while roads change: the first at once when the other is there.
KEYS = 40
SEEN_WITHIN = 1000  # milliseconds, each key
DIRECT_WITHIN = 2000
GIVEN_UP_WITHIN = 45  # seconds: three times what the attempt and the words about it take


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


def matrix(folder, relay, names, set_up, name):
    """Measures a cell for each name, whose hosts, whether it can be direct, and URL set_up tells; late every time is a failure, wrong at once."""
    def measure(which, attempt):
        hosts, *how = set_up(which)
        try:
            result = cell(folder / '-'.join([*which, str(attempt)]), relay, hosts, *how)
        except TooLate as reason:
            return {'pair': which, 'late': str(reason)}
        except AssertionError as error:
            raise AssertionError(f'{which}: {error}') from error
        late = [f'{what}: {result[what]:.0f} ms' for what, most in (('slowest key', SEEN_WITHIN), ('direct after', DIRECT_WITHIN)) if (result[what] or 0) > most]
        return {'pair': which, **result, 'late': ', '.join(late)}
    results, failed = in_time(measure, names)
    keep(name, results)
    table('milliseconds', ['one', 'other', 'attempt', 'slowest key', 'direct after', 'else why', 'late'],
          [[*result['pair'], result['attempt'], *(result.get(what) or '–' for what in ('slowest key', 'direct after', 'why')), result['late']]
           for result in results])
    assert not failed, f'{len(failed)} were late every time: {failed}'


def by_kinds(laboratory, relay, turn):
    def set_up(pair):
        return [laboratory.place(kind) for kind in pair], can_be_direct(pair, turn), relay.url_6 if IPV6 in pair else None
    return set_up


def every_pair_of_routers(laboratory, folder):
    """Through every pair of routers keys arrive from the first moment; the road is direct where libnice can make it so, else it says why."""
    with InternetRelay(laboratory, folder / 'relay') as relay:
        matrix(folder, relay, PAIRS, by_kinds(laboratory, relay, False), 'nat')


def turn_helps_where_nothing_else_does(laboratory, folder):
    """With TURN the pairs that had no direct road have one."""
    turn = Turn(laboratory, folder)
    with InternetRelay(laboratory, folder / 'relay', *turn.relay_options) as relay:
        matrix(folder, relay, [pair for pair in PAIRS if not can_be_direct(pair)], by_kinds(laboratory, relay, True), 'nat-turn')


def two_behind_one_router(laboratory, folder):
    """Two hosts behind one router reach each other inside, whatever the router is to the outside."""
    def set_up(pair):
        home = laboratory.home(pair[0])
        return [home.host(), home.host()], True
    with InternetRelay(laboratory, folder / 'relay') as relay:
        matrix(folder, relay, [(kind, 'the same') for kind in (PORT_RESTRICTED, SYMMETRIC, BLOCKED)], set_up, 'nat-one-router')


def a_router_behind_a_router(laboratory, folder):
    """A host behind two routers reaches the internet, another such host, and its neighbour behind the first router."""
    def set_up(pair):
        outer = laboratory.home(PORT_RESTRICTED)
        inner = outer.home(PORT_RESTRICTED).host()
        other = {'the internet': laboratory.host, 'another such': laboratory.home(PORT_RESTRICTED).home(FULL_CONE).host,
                 'its neighbour': outer.host}[pair[1]]()
        return [inner, other], True
    with InternetRelay(laboratory, folder / 'relay') as relay:
        matrix(folder, relay, [('behind two', other) for other in ('the internet', 'another such', 'its neighbour')], set_up, 'nat-behind-nat')


main(every_pair_of_routers, turn_helps_where_nothing_else_does, two_behind_one_router, a_router_behind_a_router)
