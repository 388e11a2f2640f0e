# SPDX-License-Identifier: GPL-3.0-or-later
"""clipboard.py [own]: prints the text on the X clipboard; or owns it, with what comes on standard input, until ended."""

import sys

import gi
gi.require_version('Gdk', '4.0')
gi.require_version('Gtk', '4.0')
from gi.repository import Gdk, GLib, Gtk  # noqa: E402

loop = GLib.MainLoop()


def read_cb(clipboard, result):
    print(clipboard.read_text_finish(result), flush=True)
    loop.quit()


Gtk.init()
clipboard = Gdk.Display.get_default().get_clipboard()
if sys.argv[1:] == ['own']:
    clipboard.set(sys.stdin.read())
    clipboard.get_display().sync()
    print('owned', flush=True)
else:
    clipboard.read_text_async(None, read_cb)
loop.run()
