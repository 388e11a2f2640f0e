# SPDX-License-Identifier: GPL-3.0-or-later
"""test-secrecy.py: what the relay, its traffic and all logs may know: no word of the text, the title or the names."""

import os
import socket
import threading

from harness import Attachment, Peer, Relay, main, say

SECRETS = ('Aubergine', 'Quincunx', 'Wolfsmilch', 'Ziegenmelker', 'Honigtau')


class Tap:
    """A TCP proxy that keeps every byte it passes on, both ways."""

    def __init__(self, port):
        self.target = port
        self.bytes = bytearray()
        self.listener = socket.create_server(('127.0.0.1', 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
                server = socket.create_connection(('127.0.0.1', self.target))
            except OSError:
                return
            for source, sink in ((client, server), (server, client)):
                threading.Thread(target=self._pass_on, args=(source, sink), daemon=True).start()

    def _pass_on(self, source, sink):
        try:
            while data := source.recv(65536):
                self.bytes += data
                sink.sendall(data)
        except OSError:
            pass
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


def unmask_nothing(data, secrets):
    """Which of the secrets are in the data, in any encoding that a careless program would use."""
    import base64
    found = []
    for secret in secrets:
        for form in (secret.encode(), secret.lower().encode(), secret.encode('utf-16-le'), secret.encode('utf-32-le'),
                     secret.encode().hex().encode(), *(base64.b64encode(b'x' * lead + secret.encode())[4:-4] for lead in range(3))):
            if form in data:
                found.append((secret, form))
    return found


def unmask_frames(data):
    """Client frames of WebSocket are masked with a key in clear beside them: looks at every run under every key it could have."""
    out = bytearray()
    for at in range(len(data) - 8):
        if data[at] == 0x82 and data[at + 1] & 0x80:
            size = data[at + 1] & 0x7F
            head = at + 2 + (2 if size == 126 else 8 if size == 127 else 0)
            key = data[head:head + 4]
            length = size if size < 126 else int.from_bytes(data[at + 2:head], 'big')
            body = data[head + 4:head + 4 + min(length, 1 << 20)]
            out += bytes(byte ^ key[i & 3] for i, byte in enumerate(body)) + b'\n'
    return bytes(out)


def the_relay_knows_no_word(folder):
    """The relay's files, its traffic and all logs hold no word of the text, the title or the names."""
    with Relay(folder / 'relay') as relay:
        tap = Tap(relay.port)
        ana, ben = Peer(folder / 'ana', SECRETS[0]), Peer(folder / 'ben', SECRETS[1])
        (folder / 'text').write_text(f'{SECRETS[2]} first. ' * 50)
        document = ana.word('new', '--title', SECRETS[3], '--from', folder / 'text')
        link = ana.word('invite', document, '--relay', f'http://127.0.0.1:{tap.port}')
        os.environ['G_MESSAGES_DEBUG'] = 'all'
        try:
            assert ben.word('join', '-', input=link) == document
            with Attachment(ana, document) as a, Attachment(ben, document) as b:
                a.wait(lambda e: e['event'] == 'present' and e['name'] == SECRETS[1], 'they see each other\'s names')
                a.send({'insert': [0, SECRETS[4] + ' ']})
                a.send({'caret': [3, 1]})
                b.wait(lambda e: e['event'] == 'text' and SECRETS[4] in e['inserted'], 'the text comes')
                assert a.close() == 0 and b.close() == 0
                logs = (a.complaints() + b.complaints()).encode()
        finally:
            del os.environ['G_MESSAGES_DEBUG']
        assert SECRETS[2] in ben.cat(document)
        assert relay.stop() == 0
        kept = b''.join(file.read_bytes() for file in (folder / 'relay').rglob('*') if file.is_file())
        logs += (folder / 'relay.log').read_bytes()
        assert len(kept) > 1000 and len(tap.bytes) > 4000, 'there is something to look at'
        link_secret = link.removeprefix('coquill:').encode()
        unmasked = unmask_frames(bytes(tap.bytes))
        assert len(unmasked) > 1000
        for name, data in (('files', kept), ('traffic', bytes(tap.bytes)), ('unmasked traffic', unmasked), ('logs', logs)):
            assert not unmask_nothing(data, SECRETS), (name, unmask_nothing(data, SECRETS))
            assert link_secret[40:80] not in data, f'the {name} hold the link'
        say(f'{len(kept)} bytes of files, {len(tap.bytes)} of traffic, {len(logs)} of logs looked through')


def the_search_finds_what_is_there(folder):
    """The search that finds nothing above finds a word in each encoding, so that it can fail."""
    import base64
    for form in (b'..Aubergine..', b'..aubergine..', 'xAubergine'.encode('utf-16-le'), b'Aubergine'.hex().encode(),
                 base64.b64encode(b'some Aubergine here'), base64.b64encode(b'so Aubergine here'), base64.b64encode(b'sme Aubergine here')):
        assert unmask_nothing(form, SECRETS), form
    key, text = b'\x01\x82\x33\x74', b'Aubergine'
    frame = b'\x82' + bytes([0x80 | len(text)]) + key + bytes(byte ^ key[i & 3] for i, byte in enumerate(text))
    assert unmask_nothing(unmask_frames(b'lead' + frame + b'trailing bytes'), SECRETS)


def private_files_are_private(folder):
    """Nobody else on the machine can read the data folder."""
    peer = Peer(folder / 'data', 'Ana')
    peer.run('new', '--title', 'T')
    for path in [folder / 'data', *(folder / 'data').rglob('*')]:
        assert path.stat().st_mode & 0o077 == 0, path


main(the_relay_knows_no_word, the_search_finds_what_is_there, private_files_are_private)
