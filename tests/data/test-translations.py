#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""test-translations.py SOURCE_ROOT: is every file with words for people named in po/POTFILES, and no other?"""

import re
import sys
from pathlib import Path

CALL = re.compile(r'\b(_|N_|C_|NC_|Q_|ngettext|g_dngettext|g_dpgettext2?)\s*\(\s*"')
ATTRIBUTE = re.compile(r'translatable="(yes|true)"')
PATTERNS = {'.c': CALL, '.ui': ATTRIBUTE}
DATA = [
    'data/io.github.coquill.Coquill.desktop.in',
    'data/io.github.coquill.Coquill.gschema.xml',
    'data/io.github.coquill.Coquill.metainfo.xml.in',
]


def main():
    root = Path(sys.argv[1])
    named = [line for line in (root / 'po/POTFILES').read_text().splitlines() if line and not line.startswith('#')]
    found = DATA + [str(path.relative_to(root)) for path in (root / 'src').rglob('*')
                    if path.suffix in PATTERNS and PATTERNS[path.suffix].search(path.read_text())]
    checks = [
        ('every file with words is in po/POTFILES', sorted(set(found) - set(named))),
        ('every file in po/POTFILES has words', sorted(set(named) - set(found))),
        ('po/POTFILES is in alphabetical order', [] if named == sorted(named) else ['it is not']),
    ]

    print(f'TAP version 14\n1..{len(checks)}')
    for number, (what, faults) in enumerate(checks, 1):
        print(f'{"not ok" if faults else "ok"} {number} - {what}')
        for fault in faults:
            print(f'# {fault}')
    return any(faults for _, faults in checks)


if __name__ == '__main__':
    sys.exit(main())
