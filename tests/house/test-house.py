#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""test-house.py SOURCE_ROOT: does the source keep to the house's rules?

A folder includes only what the table in ARCHITECTURE.md lets it; every folder explains itself; every file says its
licence and stays readable.
"""

import re
import sys
from pathlib import Path

CORE = {'text', 'wire', 'trust', 'document', 'sync', 'sql', 'store', 'net'}

# What trust has for a room's lock and proofs, without the keys of documents.
ROOM_PROOFS = {'trust/room-', 'trust/relay-origin', 'trust/secret', 'trust/random', 'trust/error'}

# Folders, or beginnings of paths, that a folder may use beside itself.
MAY_USE = {
    'text': set(),
    'wire': set(),
    'trust': {'wire'},
    'document': {'text', 'wire', 'trust'},
    'sync': {'document', 'trust', 'wire'},
    'sql': set(),
    'store': {'sql'},
    'net': {'wire', 'trust/envelope'} | ROOM_PROOFS,
    'replica': CORE,
    'relay': {'wire', 'sql', 'trust/envelope'} | ROOM_PROOFS,
    'peer': {'replica'},
    'editor': {'replica'},
}

# The libraries that only some folders know, by their headers.
LIBRARIES = {
    r'glib|gio|gobject|gmodule': set(MAY_USE) - {'text'},
    r'gtk/|gdk/|gsk/|adwaita|gtksourceview/|libspelling': {'editor'},
    r'libsoup/': {'net', 'relay'},
    r'nice/|ngtcp2/|gnutls/|avahi-': {'net'},
    r'stun/': {'net', 'relay'},
    r'sqlite3\.h': {'sql', 'store', 'relay'},
    r'sodium': {'trust'},
    r'protobuf-c/|[\w-]+\.pb-c\.h': {'wire'},
    r'zstd': {'text'},
    r'uni(case|conv|ctype|gbrk|lbrk|name|norm|stdio|str|types|wbrk|width)\.h': {'document'},
    r'hiredis/|libpq': {'relay'},
}

LONGEST = 1000
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)


def sources(root, *folders):
    return sorted(path for folder in folders for path in (root / folder).rglob('*')
                  if path.suffix in {'.c', '.h', '.py', '.sh', '.proto'})


def unknown_folders(root):
    for folder in sorted((root / 'src').iterdir()):
        if folder.is_dir() and folder.name not in MAY_USE:
            yield f'src/{folder.name} is not in the table'


def allowed(folder, included):
    return any(included.startswith(use if '/' in use else use + '/') for use in MAY_USE[folder] | {folder})


def own_includes(root):
    for path in sources(root, 'src'):
        folder = path.relative_to(root / 'src').parts[0]
        for kind, included in INCLUDE.findall(path.read_text()):
            first = included.partition('/')[0]
            if kind == '"' and '/' in included and first not in MAY_USE:
                yield f'{path.relative_to(root)} includes "{included}", which is not below src/'
            elif kind == '"' and '/' in included and not allowed(folder, included):
                yield f'{path.relative_to(root)} includes "{included}", which {folder} may not use'


def library_includes(root):
    for path in sources(root, 'src'):
        folder = path.relative_to(root / 'src').parts[0]
        for _, included in INCLUDE.findall(path.read_text()):
            for pattern, users in LIBRARIES.items():
                if re.match(pattern, included) and folder not in users:
                    yield f'{path.relative_to(root)} includes <{included}>: not in {folder}'


def folders_without_readme(root):
    for folder in MAY_USE:
        if not (root / 'src' / folder / 'README.md').exists():
            yield f'src/{folder} has no README.md'


def files_without_licence(root):
    for path in sources(root, 'src', 'tests', 'tools'):
        of_text = any(path.is_relative_to(root / folder) for folder in ('src/text', 'tests/text', 'tests/fuzz'))
        licence = 'LGPL-2.1-or-later' if path.is_relative_to(root / 'src/text') else 'GPL-3.0-or-later'
        found = re.search(r'SPDX-License-Identifier: (\S+)', path.read_text()[:400])
        if not found or found[1] not in ({licence, 'LGPL-2.1-or-later'} if of_text else {licence}):
            yield f'{path.relative_to(root)} does not say its licence, {licence}'


def long_files(root):
    for path in sources(root, 'src', 'tests', 'tools'):
        lines = path.read_text().count('\n')
        if lines > LONGEST:
            yield f'{path.relative_to(root)} has {lines} lines; {LONGEST} is the most'


RULES = {
    '/house/every-folder-is-in-the-table': unknown_folders,
    '/house/folders-include-what-the-table-allows': own_includes,
    '/house/libraries-are-known-where-the-table-says': library_includes,
    '/house/every-folder-has-a-readme': folders_without_readme,
    '/house/every-file-says-its-licence': files_without_licence,
    '/house/files-stay-readable': long_files,
}


def main(root):
    print(f'TAP version 14\n1..{len(RULES)}')
    failed = False
    for number, (name, rule) in enumerate(RULES.items(), 1):
        faults = list(rule(root))
        failed = failed or bool(faults)
        print(f"{'not ok' if faults else 'ok'} {number} {name}")
        for fault in faults:
            print(f'# {fault}')
    return failed


if __name__ == '__main__':
    sys.exit(main(Path(sys.argv[1])))
