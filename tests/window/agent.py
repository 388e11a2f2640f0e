# SPDX-License-Identifier: GPL-3.0-or-later
"""agent.py: reads and presses what is on one desktop, by the accessibility bus of its session.

It has a process of its own, because AT-SPI knows one bus per process. One JSON line in, one out.
"""

import json
import sys

import gi

gi.require_version('Atspi', '2.0')
from gi.repository import Atspi, GLib  # noqa: E402


def application():
    desktop = Atspi.get_desktop(0)
    for index in range(desktop.get_child_count()):
        child = desktop.get_child_at_index(index)
        if child is not None and 'coquill' in (child.get_name() or ''):
            return child
    return None


def walk(node):
    """All that is on screen below a node, in order."""
    try:
        states = node.get_state_set()
        if node.get_role() != Atspi.Role.APPLICATION and not states.contains(Atspi.StateType.VISIBLE):
            return
        yield node
        for index in range(node.get_child_count()):
            child = node.get_child_at_index(index)
            if child is not None:
                yield from walk(child)
    except GLib.Error:  # it went away meanwhile
        return


def everything():
    app = application()
    return walk(app) if app is not None else ()


def showing(node):
    return node.get_state_set().contains(Atspi.StateType.SHOWING)


def text_of(node):
    try:
        return Atspi.Text.get_text(node, 0, -1)
    except GLib.Error:
        return None


def document():
    for node in everything():
        if node.get_role() in (Atspi.Role.TEXT, Atspi.Role.ENTRY) and node.get_name() == 'Text' and showing(node):
            return node
    return None


def names(_):
    return [node.get_name() or text_of(node) or '' for node in everything() if showing(node)]


def roles(_):
    return [f'{node.get_role_name()} {node.get_name()}' for node in everything() if showing(node)]


def tree(_):
    return [f'{node.get_role_name()} {node.get_name()!r} {text_of(node)!r} showing={showing(node)}'
            for node in everything()]


def text(_):
    node = document()
    return None if node is None else {'text': text_of(node), 'caret': Atspi.Text.get_caret_offset(node)}


def find(name, interface):
    for node in everything():
        if node.get_name() == name and showing(node) and interface in node.get_interfaces():
            return node
    return None


def press(request):
    node = find(request['name'], 'Action')
    if node is None or not node.get_state_set().contains(Atspi.StateType.SENSITIVE):
        return False
    return Atspi.Action.do_action(node, 0)


def fill(request):
    node = find(request['name'], 'EditableText')
    return False if node is None else Atspi.EditableText.set_text_contents(node, request['text'])


def value(request):
    """The text of what has this name."""
    for node in everything():
        if node.get_name() == request['name'] and showing(node):
            return text_of(node)
    return None


def main():
    deeds = {deed.__name__: deed for deed in (names, roles, tree, text, press, fill, value)}
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = deeds[request['do']](request)
        except GLib.Error:  # the editor is starting, or ended
            answer = None
        Atspi.get_desktop(0).clear_cache()
        print(json.dumps(answer), flush=True)


if __name__ == '__main__':
    main()
