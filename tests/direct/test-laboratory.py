# SPDX-License-Identifier: GPL-3.0-or-later
"""test-laboratory.py: routers and lines of the laboratory are what they are called; without this no other result here means anything."""

import itertools
import socket
import threading
import time

from laboratory import (BLOCKED, FULL_CONE, IPV6, NONE, PORT_RESTRICTED, SYMMETRIC, keep, main, plain_copy, say, TooLate)

PINGS = 300
QUESTIONS = itertools.count()


class Echo:
    """Two UDP ports on the internet that tell each sender its address as they see it."""

    def __init__(self, host):
        family = socket.AF_INET6 if ':' in host.address else socket.AF_INET
        self.host = host
        self.sockets = [host.socket(family, socket.SOCK_DGRAM) for _ in range(2)]
        for one in self.sockets:
            one.settimeout(None)
            one.bind((host.address, 0))
            threading.Thread(target=self.answer, args=[one], daemon=True).start()
        self.ports = [one.getsockname()[1] for one in self.sockets]

    @staticmethod
    def answer(one):
        while True:
            data, source = one.recvfrom(2048)
            one.sendto(f'{source[0]} {source[1]} '.encode() + data, source)


def ask(sender, echo, number=0, seconds=1.0):
    """The sender's address as the echo sees it, or None."""
    question = b'%d' % next(QUESTIONS)
    sender.settimeout(seconds)
    sender.sendto(question, (echo.host.address, echo.ports[number]))
    try:
        # What answers an earlier question comes too late.
        while (words := sender.recv(2048).split())[2:] != [question]:
            pass
        return words[0].decode(), int(words[1])
    except TimeoutError:
        return None


def ask_until_answered(sender, echo, number=0):
    """The same where there has to be an answer; who was never heard of before is looked for first, which a busy machine may be late with."""
    for _ in range(10):
        if (address := ask(sender, echo, number)) is not None:
            return address
    raise TooLate('no answer')


def hears(receiver, sender, address):
    """Whether a datagram from one socket to an address comes out of the other."""
    sender.sendto(b'knock', address)
    receiver.settimeout(2)
    try:
        while receiver.recv(2048) != b'knock':
            pass
        return True
    except TimeoutError:
        return False


def routers_are_what_they_are_called(laboratory, folder):
    """Each kind of router maps and filters UDP as its name says."""
    echo, stranger = Echo(laboratory.host()), laboratory.host().socket(socket.AF_INET, socket.SOCK_DGRAM)
    found = {}
    for kind in (NONE, FULL_CONE, PORT_RESTRICTED, SYMMETRIC, BLOCKED):
        host = laboratory.place(kind)
        inside = host.socket(socket.AF_INET, socket.SOCK_DGRAM)
        inside.bind((host.address, 40000))
        asking = ask if kind == BLOCKED else ask_until_answered
        first, second = asking(inside, echo, 0), asking(inside, echo, 1)
        if first is None:
            found[kind] = 'nothing'
            continue
        translated = first[0] != host.address
        same = first == second
        let_in = hears(inside, stranger, first)
        found[kind] = f'{"translated" if translated else "as is"}, {"one port" if same else "a port each"}, {"open" if let_in else "closed"}'
    say(found)
    assert found == {
        NONE: 'as is, one port, open',
        FULL_CONE: 'translated, one port, open',
        PORT_RESTRICTED: 'translated, one port, closed',
        SYMMETRIC: 'translated, a port each, closed',
        BLOCKED: 'nothing',
    }


def what_was_punched_is_open(laboratory, folder):
    """Two port-restricted routers let two peers through who both knock, also after a knock that came too early."""
    echo = Echo(laboratory.host())
    hosts = [laboratory.place(PORT_RESTRICTED), laboratory.home(PORT_RESTRICTED).home(PORT_RESTRICTED).host()]
    sockets = [host.socket(socket.AF_INET, socket.SOCK_DGRAM) for host in hosts]
    public = [ask_until_answered(one, echo) for one in sockets]
    assert not hears(sockets[1], sockets[0], public[1])
    assert hears(sockets[0], sockets[1], public[0])
    assert hears(sockets[1], sockets[0], public[1])


def a_new_public_address_ends_old_mappings(laboratory, folder):
    """After a change of the public address the outside sees the new one, and the old one is nobody's."""
    echo = Echo(laboratory.host())
    home = laboratory.home(PORT_RESTRICTED)
    inside = home.host().socket(socket.AF_INET, socket.SOCK_DGRAM)
    before = ask_until_answered(inside, echo)
    new = home.change_public_address()
    after = ask_until_answered(inside, echo)
    assert before[0] != new == after[0], (before, new, after)


def ipv6_needs_no_router(laboratory, folder):
    """Hosts with IPv6 addresses reach each other."""
    echo, host = Echo(laboratory.host(ipv6=True)), laboratory.place(IPV6)
    assert ask_until_answered(host.socket(socket.AF_INET6, socket.SOCK_DGRAM), echo)[0] == host.address


def a_bad_line_loses_and_delays(laboratory, folder):
    """Loss, delay and cuts of a line are as told, for UDP and for TCP."""
    line = laboratory.line(seed=7)
    echo, host = Echo(laboratory.host()), laboratory.host(line)
    probe = host.socket(socket.AF_INET, socket.SOCK_DGRAM)

    def ping(pings=PINGS):
        trips, answered = [], 0
        for _ in range(pings):
            started = time.perf_counter()
            if ask(probe, echo, seconds=.06) is not None:
                trips.append(time.perf_counter() - started)
                answered += 1
        return 1 - answered / pings, sorted(trips)[len(trips) // 2] * 1000

    ask_until_answered(probe, echo)
    lost, quick = ping()
    if lost > 0:
        raise TooLate(f'{lost:.0%} came too late')
    line.tell('loss', 10)
    lost, _ = ping()
    line.tell('loss', 0)
    line.tell('delay', 25)
    _, slow = ping(20)
    say(f'round trip {quick:.2f} ms, with 25 ms each way {slow:.2f} ms; of pings {lost:.0%} unanswered at 10 % loss each way')
    assert .12 < lost and 49 < slow
    if lost >= .28 or slow >= 60:
        raise TooLate('a busy machine loses and delays too')
    line.tell('delay', 0)
    line.tell('cut', 'back', 'udp')
    assert ask(probe, echo, seconds=.1) is None
    assert plain_copy(host, echo.host, 1 << 20) > 1
    line.tell('restore')
    ask_until_answered(probe, echo)
    rates = {}
    for loss, delay in ((0, 0), (5, 0), (0, 25), (5, 25)):
        line.tell('loss', loss)
        line.tell('delay', delay)
        rates[f'{loss} %, {2 * delay} ms'] = plain_copy(host, echo.host, 20 << 20 if loss == 0 else 1 << 20)
    say('plain TCP, MB/s: ' + ', '.join(f'{name}: {rate:.2f}' for name, rate in rates.items()))
    taken, lost, cut, overflown = line.tell('counts')
    say(f'{taken} frames, {lost} lost, {cut} cut, {overflown} overflown')
    assert lost > 0 and cut > 0
    keep('line', rates)


main(routers_are_what_they_are_called, what_was_punched_is_open, a_new_public_address_ends_old_mappings, ipv6_needs_no_router,
     a_bad_line_loses_and_delays)
