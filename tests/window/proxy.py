# SPDX-License-Identifier: GPL-3.0-or-later
"""proxy.py: the wire between programs and the relay, which a test can cut for one program and mend again."""

import contextlib
import os
import pathlib
import socket
import threading


def socket_of(port):
    """The inode of the loopback socket whose own port this is."""
    for line in pathlib.Path('/proc/net/tcp').read_text().splitlines()[1:]:
        fields = line.split()
        if int(fields[1].split(':')[1], 16) == port:
            return fields[9]
    return None


def owns(pid, inode):
    try:
        folder = f'/proc/{pid}/fd'
        return any(os.readlink(f'{folder}/{file}') == f'socket:[{inode}]' for file in os.listdir(folder))
    except OSError:
        return False


class Wire:
    """One connection."""

    def __init__(self, proxy, near, inode):
        self.proxy, self.near, self.inode = proxy, near, inode
        self.has_lost = False
        self.far = socket.create_connection(('127.0.0.1', proxy.target))
        for one, other in ((near, self.far), (self.far, near)):
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self.pump, args=(one, other), daemon=True).start()

    def pump(self, one, other):
        with contextlib.suppress(OSError):
            while data := one.recv(65536):
                if self.proxy.is_silent(self.inode):
                    self.has_lost = True
                else:
                    other.sendall(data)
        self.close()

    def close(self):
        for end in (self.near, self.far):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


class Proxy:
    """Listens on loopback and passes on to `target`, a port. Threads do it; they end with the sockets."""

    def __init__(self, target):
        self.target, self.cut_off, self.silenced, self.wires = target, set(), set(), []
        self.listener = socket.create_server(('127.0.0.1', 0))
        threading.Thread(target=self.accept, daemon=True).start()

    @property
    def url(self):
        return f'http://127.0.0.1:{self.listener.getsockname()[1]}'

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                near, (_, port) = self.listener.accept()
                inode = socket_of(port)
                if any(owns(pid, inode) for pid in self.cut_off | self.silenced):
                    near.close()
                    continue
                with contextlib.suppress(OSError):
                    self.wires.append(Wire(self, near, inode))

    def is_silent(self, inode):
        return any(owns(pid, inode) for pid in self.silenced)

    def cut(self, pid):
        """The program's connections break, and new ones are refused."""
        self.cut_off.add(pid)
        for wire in self.wires:
            if owns(pid, wire.inode):
                wire.close()

    def silence(self, pid):
        """Nothing more gets through, but nobody says so, as when a cable is pulled."""
        self.silenced.add(pid)

    def mend(self):
        self.cut_off.clear()
        self.silenced.clear()
        for wire in self.wires:
            if wire.has_lost:
                wire.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for wire in self.wires:
            wire.close()
