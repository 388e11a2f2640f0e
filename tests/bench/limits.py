# SPDX-License-Identifier: GPL-3.0-or-later
"""limits.py: what each kind of work may take at most, and in which measure that is told. The one place for it."""

import dataclasses

# (work, trace) or (work, None) for every trace -> how much, of what. The measures:
#   ratio    of the row: to the baseline (local, linear), in U (snapshot, concurrent, live, encode), to the least size
#            (size), to the time of one (growth), to the time of the size before (worst)
#   bytes    of the row
#   text     bytes: so many times the text, and some more
#   ms       milliseconds of the row
LIMITS = {
    ('local', None): (2.2, 'ratio'),
    ('linear', None): (3.0, 'ratio'),
    ('snapshot', 'automerge-paper'): (0.5, 'ratio'),
    ('concurrent', 'friendsforever'): (1.5, 'ratio'),
    ('concurrent', 'C1'): (40, 'ratio'),
    ('concurrent', 'node_nodecc'): (25, 'ratio'),
    ('live', 'friendsforever'): (120, 'ratio'),
    ('live', 'node_nodecc'): (100, 'ratio'),
    ('live', 'C1'): (600, 'ratio'),
    ('size', None): (1.1, 'ratio'),
    ('size', 'friendsforever'): (24_000, 'bytes'),
    ('encode', None): (150, 'ratio'),
    ('memory', 'automerge-paper'): (1_400_000, 'bytes'),
    ('memory-peak', 'C1'): (10_000_000, 'bytes'),
    ('memory-rest', None): (3, 'text'),
    ('growth', 'automerge-paper'): (13, 'ratio'),
    ('worst', None): (13, 'ratio'),
    ('worst-key', None): (16, 'ms'),
}

# At rest there is something beside the text, however short that is.
AT_REST = 64 * 1024


@dataclasses.dataclass
class Limit:
    shown: str
    met: bool


def limit_of(work, trace, value, ratio, text_bytes):
    """What our row may be at most and whether it is, or None where there is no limit."""
    amount, measure = LIMITS.get((work, trace)) or LIMITS.get((work, None)) or (None, None)
    if measure is None or (measure == 'ratio' and ratio is None):
        return None
    if measure == 'ratio':
        return Limit(f'{amount:g} ×', ratio <= amount)
    if measure == 'text':
        amount = amount * text_bytes + AT_REST
    return Limit(f'{amount:,} {"ms" if measure == "ms" else "B"}', value <= amount)
