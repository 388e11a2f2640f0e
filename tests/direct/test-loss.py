# SPDX-License-Identifier: GPL-3.0-or-later
"""test-loss.py: how long a typed key is under way on a line that loses packets, on the direct road and through the relay."""

from laboratory import LONG, InternetRelay, in_time, keep, main, table
from pair import Pair, Typist, summary, trace_edits

LOSSES = [0, 2, 5, 10] if LONG else [5]
ROUND_TRIPS = [0, 50, 100]
KEYS = 600 if LONG else 240  # at 10 a second
AT_ONCE = 3

# Milliseconds that p99 may be at 5 % loss: without delay, and with a round trip.
LIMITS = {0: 30, 50: 100, 100: 200}


def over_limit(result):
    return result['road'] == 'direct' and result['loss'] == 5 and result['p99'] > LIMITS[result['round trip']]


def typed_under_loss(laboratory, folder):
    """A recorded history typed live over lines that lose packets: at 5 % a key's p99 stays under 30 ms, or twice the round trip."""
    with InternetRelay(laboratory, folder / 'relay') as relay:
        def measure(what, attempt):
            road, loss, round_trip = what
            line = laboratory.line(seed=loss * 1000 + round_trip)
            hosts = [laboratory.host(line), laboratory.host()]
            with Pair(folder / '-'.join(map(str, [*what, attempt])), relay, hosts, attach=False) as pair:
                for peer in pair.peers:
                    peer.run('profile', '--hide-address', 'yes' if road == 'relay' else 'no')
                    pair.attach(peer)
                pair.wait_together()
                if road == 'direct':
                    for attachment in pair.attachments:
                        attachment.wait_road('direct')
                line.tell('delay', round_trip / 2)
                line.tell('loss', loss)
                typist = Typist(pair.ana, pair.ben, trace_edits(KEYS)).start().finish()
                line.tell('loss', 0)
                pair.check_texts(typist)
            result = {'road': road, 'loss': loss, 'round trip': round_trip, **summary(typist.delays())}
            return {**result, 'late': 'p99' if over_limit(result) else ''}
        results, failed = in_time(measure, [(road, loss, round_trip) for loss in LOSSES for road in ('direct', 'relay') for round_trip in ROUND_TRIPS],
                                  AT_ONCE)
    keep('loss', results)
    table('key press to remote replica, milliseconds', list(results[0]), [list(result.values()) for result in results])
    assert not failed, f'p99 over the limit every time: {failed}'


main(typed_under_loss)
