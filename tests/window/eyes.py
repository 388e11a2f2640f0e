# SPDX-License-Identifier: GPL-3.0-or-later
"""eyes.py: what a window shows, as a screen reader sees it (AT-SPI), asked over its bus without a cache between."""

from gi.repository import Gio, GLib

ACCESSIBLE = 'org.a11y.atspi.Accessible'
TEXT = 'org.a11y.atspi.Text'
ROOT = '/org/a11y/atspi/accessible/root'

# Bits of the state set that the tests ask for.
STATES = {'active': 1, 'checked': 4, 'focused': 12, 'sensitive': 24, 'showing': 25}

CALL_MS = 20000


def connect(address):
    flags = Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION
    return Gio.DBusConnection.new_for_address_sync(address, flags, None, None)


class Widget:
    """One accessible object."""

    def __init__(self, bus, owner, path, depth=0):
        self.bus, self.owner, self.path, self.depth = bus, owner, path, depth

    def call(self, interface, method, arguments=None):
        return self.bus.call_sync(self.owner, self.path, interface, method, arguments, None,
                                  Gio.DBusCallFlags.NONE, CALL_MS, None).unpack()

    def get(self, interface, name):
        return self.call('org.freedesktop.DBus.Properties', 'Get', GLib.Variant('(ss)', (interface, name)))[0]

    @property
    def children(self):
        found = self.call(ACCESSIBLE, 'GetChildren')[0]
        return [Widget(self.bus, owner, path, self.depth + 1) for owner, path in found if path != '/org/a11y/atspi/null']

    @property
    def name(self):
        return self.get(ACCESSIBLE, 'Name')

    @property
    def description(self):
        return self.get(ACCESSIBLE, 'Description')

    @property
    def role(self):
        return self.call(ACCESSIBLE, 'GetRoleName')[0]

    @property
    def states(self):
        low, high = self.call(ACCESSIBLE, 'GetState')[0]
        bits = low | high << 32
        return {state for state, bit in STATES.items() if bits >> bit & 1}

    @property
    def text(self):
        return self.call(TEXT, 'GetText', GLib.Variant('(ii)', (0, -1)))[0]

    @property
    def caret(self):
        return self.get(TEXT, 'CaretOffset')

    @property
    def place(self):
        """x, y, width and height in the window."""
        return self.call('org.a11y.atspi.Component', 'GetExtents', GLib.Variant('(u)', (1,)))[0]

    def place_of(self, offset):
        """x, y, width and height of a character in the window."""
        return self.call(TEXT, 'GetCharacterExtents', GLib.Variant('(iu)', (offset, 1)))

    def set_text(self, text):
        self.call('org.a11y.atspi.EditableText', 'SetTextContents', GLib.Variant('(s)', (text,)))

    def press(self):
        self.call('org.a11y.atspi.Action', 'DoAction', GLib.Variant('(i)', (0,)))

    def walk(self):
        """This and what is shown below it; what vanishes meanwhile is passed over."""
        try:
            yield self
            for child in self.children:
                if 'showing' in child.states:
                    yield from child.walk()
        except GLib.Error:
            return

    def __str__(self):
        return f'{"  " * self.depth}{self.role} "{self.name}" {" ".join(sorted(self.states))}'


class Eyes:
    """All windows of the programs on one session bus."""

    def __init__(self, session_bus):
        session = connect(session_bus)
        address = session.call_sync('org.a11y.Bus', '/org/a11y/bus', 'org.a11y.Bus', 'GetAddress', None, None,
                                    Gio.DBusCallFlags.NONE, CALL_MS, None).unpack()[0]
        self.bus = connect(address)

    def windows(self):
        for application in Widget(self.bus, 'org.a11y.atspi.Registry', ROOT, -2).children:
            try:
                yield from application.children
            except GLib.Error:
                continue

    def walk(self):
        for window in self.windows():
            yield from window.walk()

    def find(self, name=None, role=None, part=None):
        """The first shown widget of that name (or whose name holds `part`) and role, or None."""
        for widget in self.walk():
            try:
                if role is not None and widget.role != role:
                    continue
                said = widget.name
                if (name is None or said == name) and (part is None or part in said):
                    return widget
            except GLib.Error:
                continue
        return None

    def says(self, part):
        return self.find(part=part) is not None

    def dump(self):
        return '\n'.join(str(widget) for widget in self.walk())
