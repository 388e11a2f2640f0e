#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""test-manual.py PROGRAM MANUAL: does the manual page tell every option and command that --help tells, and no other?"""

import re
import subprocess
import sys
from pathlib import Path

OPTION = re.compile(r'^\s+(?:-\w, )?--([a-z-]+)', re.MULTILINE)
COMMAND = re.compile(r'^  ([a-z]+) ', re.MULTILINE)

# GLib's own, about the others.
ABOUT_HELP = {'help', 'help-all', 'help-limits', 'help-gapplication'}


def help_of(*command):
    return subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True, timeout=60).stdout


def told_by_program(program):
    text = help_of(program, '--help-all')
    commands = set(COMMAND.findall(text.partition('\nCommands:')[2]))
    options = set(OPTION.findall(text))
    for command in commands:
        options |= set(OPTION.findall(help_of(program, command, '--help')))
    return options - ABOUT_HELP, commands


def told_by_manual(manual):
    text = Path(manual).read_text()
    options = set(re.findall(r'\bFl -([a-z-]+)', text))
    return options - ABOUT_HELP, set(re.findall(r'^\.It Cm ([a-z]+)', text, re.MULTILINE))


def main():
    program, manual = sys.argv[1:]
    checks = zip(('option', 'command'), told_by_program(program), told_by_manual(manual))

    print('TAP version 14\n1..2')
    failed = False
    for number, (what, in_program, in_manual) in enumerate(checks, 1):
        faults = [f'{name} is not in the manual' for name in sorted(in_program - in_manual)]
        faults += [f'{name} is only in the manual' for name in sorted(in_manual - in_program)]
        failed = failed or bool(faults)
        print(f'{"not ok" if faults else "ok"} {number} - every {what} is in both')
        for fault in faults:
            print(f'# {fault}')
    return failed


if __name__ == '__main__':
    sys.exit(main())
