# SPDX-License-Identifier: GPL-3.0-or-later
"""test-doctor.py: the doctor names each kind of router, by a real relay's STUN."""

import json

from laboratory import BLOCKED, FULL_CONE, IPV6, NONE, PORT_RESTRICTED, SYMMETRIC, InternetRelay, main, side_by_side

EXPECTED = {  # of the checks udp and nat
    NONE: ('ok', 'ok'),
    FULL_CONE: ('ok', 'ok'),
    PORT_RESTRICTED: ('ok', 'ok'),
    SYMMETRIC: ('ok', 'warning'),
    BLOCKED: ('warning', 'unknown'),
    IPV6: ('ok', 'ok'),
}


def diagnose(host, relay, folder):
    told = json.loads(host.peer(folder, 'Ana').run('doctor', '--json', '--relay', relay))
    return told, {check['id']: check for check in told['checks']}


def the_doctor_names_each_kind_of_router(laboratory, folder):
    """Behind each kind of router the doctor says what works: whether UDP gets through, and what is done to addresses."""
    with InternetRelay(laboratory, folder / 'relay') as relay:
        def look(kind):
            host = laboratory.place(kind)
            told, checks = diagnose(host, relay.url_6 if kind == IPV6 else relay.url, folder / kind)
            assert told['can_share'], (kind, told)
            assert checks['clock']['state'] == 'ok', (kind, checks['clock'])
            assert (checks['udp']['state'], checks['nat']['state']) == EXPECTED[kind], (kind, checks['udp'], checks['nat'])
            for check in checks.values():
                assert check['words'] and (check['state'] != 'failed' or check['advice']), (kind, check)
            return checks['nat']['words']
        words = dict(zip(EXPECTED, side_by_side(look, EXPECTED)))
    assert words[NONE] != words[PORT_RESTRICTED] != words[SYMMETRIC] != words[BLOCKED], words


main(the_doctor_names_each_kind_of_router)
