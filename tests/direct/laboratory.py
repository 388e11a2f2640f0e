# SPDX-License-Identifier: GPL-3.0-or-later
"""laboratory.py: hosts, routers that translate addresses, and bad lines, in network namespaces of one test process.

`main(tests…)` starts the test again inside namespaces of its own, so that all of it dies with the test. README.md tells more.
"""

import atexit
import concurrent.futures
import contextlib
import functools
import itertools
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / 'programs'))
import harness  # noqa: E402
from harness import TRIES, Attachment, Peer, Relay, Skipped, TooLate, percentile, read_trace, say, wait_until, within  # noqa: E402, F401

BAD_LINE = os.environ['COQUILL_BAD_LINE']
RESULTS = pathlib.Path(os.environ.get('COQUILL_RESULTS', 'direct'))
LONG = bool(os.environ.get('COQUILL_LONG'))
AT_ONCE = 4  # pairs of peers that run side by side: two cores

TOOLS = ['unshare', 'nsenter', 'ip', 'nft', 'ethtool', 'mount']
INSIDE = 'COQUILL_LABORATORY'

# A test network that no router of the world carries (RFC 2544) and the addresses of examples (RFC 3849).
INTERNET, INTERNET_6 = '198.18', '2001:db8'
RELAY_PORT = 8080

NONE, FULL_CONE, PORT_RESTRICTED, SYMMETRIC, BLOCKED, IPV6 = 'none', 'full-cone', 'port-restricted', 'symmetric', 'blocked', 'ipv6'

# What of a home's UDP gets which public port. A full cone sends on whatever comes to a port that was ever used. All translate TCP as
# a port-restricted one does.
NAT_RULES = {
    PORT_RESTRICTED: 'oifname "wan" masquerade',
    SYMMETRIC: 'oifname "wan" meta l4proto udp masquerade fully-random; oifname "wan" masquerade',
    BLOCKED: 'oifname "wan" masquerade',
    FULL_CONE: 'oifname "wan" meta l4proto udp add @mapped { udp sport }; oifname "wan" masquerade',
}

# Only on the way out and in: where the kernel shows bridged frames to these rules too, neighbours must not be kept apart.
BLOCKING = 'oifname "wan" meta l4proto udp drop; iifname "wan" meta l4proto udp drop'


def run(*command, **options):
    """Runs a command that must succeed; returns what it printed."""
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=30, **options)
    assert done.returncode == 0, f'{" ".join(map(str, command))}: {done.stderr or done.stdout}'
    return done.stdout


def why_not():
    """Starts this process again in namespaces of its own; returns only if that can't be done, with the reason, or None inside."""
    if os.environ.get(INSIDE):
        return None
    missing = [tool for tool in TOOLS if not shutil.which(tool)]
    if missing:
        return f'there is no {missing[0]} here'
    reason = ''
    for options in (['-nmpf'], ['-Urnmpf']) if os.geteuid() == 0 else (['-Urnmpf'],):
        for more in (['--mount-proc'], []):
            command = ['unshare', *options, '--kill-child', *more]
            tried = subprocess.run([*command, 'sh', '-c', 'ip link add name try0 type veth peer name try1 && nft add table ip try'],
                                   capture_output=True, text=True, timeout=30)
            if tried.returncode == 0:
                os.environ[INSIDE] = '1'
                os.execvp(command[0], [*command, sys.executable, *sys.argv])
            reason = tried.stderr.strip().splitlines()[-1] if tried.stderr.strip() else f'status {tried.returncode}'
    return f'no network namespaces here: {reason}'


def process_folder(pid):
    """/proc/PID, also where /proc is that of the namespace outside."""
    if int(os.readlink('/proc/self')) == os.getpid():
        return pathlib.Path(f'/proc/{pid}')
    for path in pathlib.Path('/proc').glob('[0-9]*'):
        with contextlib.suppress(OSError):
            if read_status(path)['NSpid'].split()[-1] == str(pid):
                return path
    raise AssertionError(f'no process {pid}')


def read_status(folder):
    return dict(line.split(':\t', 1) for line in (folder / 'status').read_text().splitlines() if ':\t' in line)


def process_status(pid):
    """/proc/PID/status as a dictionary."""
    return read_status(process_folder(pid))


class Namespace:
    """A network namespace, and what runs in it."""

    def __init__(self, name):
        self.name = name
        self.path = f'/run/netns/{name}'
        run('ip', 'netns', 'add', name)
        self.ip('link', 'set', 'lo', 'up')

    @property
    def prefix(self):
        return ['nsenter', f'--net={self.path}']

    def ip(self, *arguments):
        return run('ip', '-n', self.name, *arguments)

    def run(self, *command, **options):
        return run(*self.prefix, *command, **options)

    def write_sysctl(self, name, value):
        self.run('sh', '-c', f'echo {value} >/proc/sys/net/{name}')

    def nft(self, rules):
        self.run('nft', '-f', '-', input=rules)

    def plain_offloads(self, interface):
        self.run('ethtool', '-K', interface, 'tx', 'off', 'tso', 'off', 'gso', 'off', 'gro', 'off')

    @contextlib.contextmanager
    def entered(self):
        """Sockets that this thread makes meanwhile are in the namespace."""
        outside = os.open('/proc/thread-self/ns/net', os.O_RDONLY)
        inside = os.open(self.path, os.O_RDONLY)
        try:
            os.setns(inside, os.CLONE_NEWNET)
            yield
        finally:
            os.setns(outside, os.CLONE_NEWNET)
            os.close(inside)
            os.close(outside)

    def socket(self, *arguments):
        with self.entered():
            made = socket.socket(*arguments)
        made.settimeout(5)
        return made


class BadLine:
    """A line between a host and its network that loses, delays, reorders and is cut; see bad-line.c."""

    def __init__(self, laboratory, seed=1):
        self.name = laboratory.new_name('line')
        self.ends = [f'{self.name}a', f'{self.name}b']
        self.seed = seed
        self.process = None

    def start(self):
        for end in self.ends:
            run('ip', 'link', 'set', end, 'up')
            run('ethtool', '-K', end, 'tx', 'off', 'tso', 'off', 'gso', 'off', 'gro', 'off')
        self.process = subprocess.Popen([BAD_LINE, *self.ends, str(self.seed)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout.readline() == 'ready\n'
        atexit.register(self.process.kill)

    def tell(self, *words):
        self.process.stdin.write(' '.join(map(str, words)) + '\n')
        self.process.stdin.flush()
        answer = self.process.stdout.readline().split()
        assert answer and answer[0] in ('done', 'counts'), answer
        return [int(count) for count in answer[1:]]


class Host(Namespace):
    """A machine with one interface, on the internet or in a home."""

    def connect(self, network, address, line=None):
        """Wires it to a network (Laboratory or Home) with an address and its default route, over a bad line if one is given."""
        laboratory = network.laboratory
        self.network, self.line = network, line
        port = self.port = laboratory.new_name('p')
        if line is None:
            run('ip', 'link', 'add', 'name', 'wan', 'netns', self.name, 'type', 'veth', 'peer', 'name', port)
        else:
            run('ip', 'link', 'add', 'name', 'wan', 'netns', self.name, 'type', 'veth', 'peer', 'name', line.ends[0])
            run('ip', 'link', 'add', 'name', port, 'type', 'veth', 'peer', 'name', line.ends[1])
        network.plug_in(port)
        self.plain_offloads('wan')
        self.ip('link', 'set', 'wan', 'up')
        if line is not None:
            line.start()
        self.set_address(address)
        return self

    def set_address(self, address):
        """Gives it this address and no other."""
        self.run('ip', 'addr', 'flush', 'dev', 'wan', 'scope', 'global')
        self.address = address
        if ':' in address:
            self.ip('addr', 'add', f'{address}/64', 'dev', 'wan', 'nodad')
            return
        self.ip('addr', 'add', f'{address}/{self.network.bits}', 'dev', 'wan')
        self.ip('route', 'replace', 'default', 'via', self.network.gateway)

    def bytes(self):
        """What went through its interface so far, both ways."""
        counts = json.loads(self.ip('-json', '-stats', 'link', 'show', 'dev', 'wan'))[0]['stats64']
        return counts['rx']['bytes'] + counts['tx']['bytes']

    def peer(self, data, name=None):
        return HostPeer(self, data, name)


class HostPeer(Peer):
    """coquill-peer on a host."""

    def __init__(self, host, data, name=None):
        self.host = host
        super().__init__(data, name)

    def command(self, *arguments):
        return [*self.host.prefix, *super().command(*arguments)]


class Home:
    """A router with a public and a private side, and the hosts behind it."""

    def __init__(self, laboratory, kind, network, line=None):
        self.laboratory, self.kind = laboratory, kind
        number = laboratory.new_number()
        self.subnet, self.bits = f'10.{number // 250}.{number % 250}', 24
        self.gateway = f'{self.subnet}.1'
        self.router = Host(laboratory.new_name('nat')).connect(network, network.new_address(), line)
        self.hosts = 0
        self.router.write_sysctl('ipv4/ip_forward', 1)
        self.router.ip('link', 'add', 'name', 'lan', 'type', 'bridge')
        self.router.ip('addr', 'add', f'{self.gateway}/24', 'dev', 'lan')
        self.router.ip('link', 'set', 'lan', 'up')
        # What nobody inside asked for is dropped, as by every router at home: without that a stray packet would take a port.
        full_cone = kind == FULL_CONE
        self.router.nft(f'''
            table ip nat {{
              set mapped {{ type inet_service; flags dynamic, timeout; timeout 5m; size 65535; }}
              chain prerouting {{ type nat hook prerouting priority dstnat;
                {f'iifname "wan" udp dport @mapped dnat to {self.subnet}.2' if full_cone else ''}
              }}
              chain postrouting {{ type nat hook postrouting priority srcnat;
                {NAT_RULES[kind]}
              }}
            }}
            table inet filter {{
              chain input {{ type filter hook input priority filter; policy drop;
                iifname {{ "lan", "lo" }} accept
                ct state established,related accept
                icmp type echo-request accept
              }}
              chain forward {{ type filter hook forward priority filter; policy drop;
                {BLOCKING if kind == BLOCKED else ''}
                iifname "lan" accept
                ct state established,related accept
                ct status dnat accept
              }}
            }}'''.replace('; oifname', '\n oifname').replace('; iifname', '\n iifname'))

    def plug_in(self, port):
        run('ip', 'link', 'set', port, 'netns', self.router.name)
        self.router.ip('link', 'set', port, 'master', 'lan')
        self.router.ip('link', 'set', port, 'up')
        self.router.plain_offloads(port)

    def new_address(self):
        self.hosts += 1
        return f'{self.subnet}.{1 + self.hosts}'

    def host(self, line=None):
        return Host(self.laboratory.new_name('h')).connect(self, self.new_address(), line)

    def home(self, kind, line=None):
        """A router behind this one."""
        return Home(self.laboratory, kind, self, line)

    def change_public_address(self):
        """As a provider does at night: another address, and nothing known of the old connections."""
        self.router.set_address(self.router.network.new_address())
        return self.router.address


class Laboratory:
    """The internet of a test: one network, its relay, its hosts and homes."""

    # Nobody answers there: what has no place on the internet vanishes, and no host says that it can't be reached.
    bits, gateway = 16, f'{INTERNET}.0.1'

    @classmethod
    @functools.cache
    def make(cls):
        """The one of this process."""
        return cls()

    def __init__(self):
        self.laboratory = self
        self.numbers = itertools.count(1)
        self.lock = threading.Lock()
        run('mount', '-t', 'tmpfs', 'none', '/run')
        run('ip', 'link', 'set', 'lo', 'up')
        run('ip', 'link', 'add', 'name', 'internet', 'type', 'bridge')
        run('ip', 'link', 'set', 'internet', 'up')
        run('ip', 'addr', 'add', f'{self.gateway}/{self.bits}', 'dev', 'internet')

    def new_number(self):
        with self.lock:
            return next(self.numbers)

    def new_name(self, kind):
        return f'{kind}{self.new_number()}'

    def new_address(self):
        number = self.new_number()
        return f'{INTERNET}.{1 + number // 250}.{1 + number % 250}'

    def plug_in(self, port):
        run('ip', 'link', 'set', port, 'master', 'internet')
        run('ip', 'link', 'set', port, 'up')
        run('ethtool', '-K', port, 'tx', 'off', 'tso', 'off', 'gso', 'off', 'gro', 'off')

    def host(self, line=None, ipv6=False):
        """A host without a router in between."""
        address = f'{INTERNET_6}::{self.new_number():x}:1' if ipv6 else self.new_address()
        return Host(self.new_name('h')).connect(self, address, line)

    def home(self, kind, line=None):
        return Home(self, kind, self, line)

    def place(self, kind, line=None):
        """A host that reaches the internet in the way that `kind` names."""
        if kind in (NONE, IPV6):
            return self.host(line, kind == IPV6)
        return self.home(kind, line).host()

    def line(self, seed=1):
        """A bad line, to be given to a host or home; its first end is the host's."""
        return BadLine(self, seed)


class InternetRelay(Relay):
    """coquill-relay on a host of its own, reached by IPv4 and IPv6."""

    def __init__(self, laboratory, data, *options, line=None):
        self.host = laboratory.host(line)
        self.address_6 = f'{INTERNET_6}::{laboratory.new_number():x}:2'
        self.host.ip('addr', 'add', f'{self.address_6}/64', 'dev', 'wan', 'nodad')
        super().__init__(data, *options)

    def command(self):
        return [*self.host.prefix, harness.RELAY, '--data', str(self.data), '--listen', f'[::]:{RELAY_PORT}', *self.options]

    def connections(self):
        """How many are connected to it now."""
        established = f':{RELAY_PORT:04X} '
        lines = [line.split() for table in ('tcp', 'tcp6') for line in self.host.run('cat', f'/proc/net/{table}').splitlines()[1:]]
        return sum(f'{words[1]} '.endswith(established) and words[3] == '01' for words in lines)

    @property
    def url(self):
        return f'http://{self.host.address}:{RELAY_PORT}'

    @property
    def url_6(self):
        return f'http://[{self.address_6}]:{RELAY_PORT}'


class Turn:
    """A coturn whose secret the relay shares."""

    PORT, SECRET = 3478, 'a secret of the laboratory'

    def __init__(self, laboratory, folder):
        if not shutil.which('turnserver'):
            raise Skipped('there is no coturn here')
        self.host = laboratory.host()
        self.secret_file = folder / 'turn-secret'
        self.secret_file.write_text(self.SECRET + '\n')
        self.secret_file.chmod(0o600)
        self.log = open(folder / 'coturn.log', 'wb')
        self.process = subprocess.Popen(
            [*self.host.prefix, 'turnserver', '-n', f'--listening-ip={self.host.address}', f'--relay-ip={self.host.address}',
             f'--listening-port={self.PORT}', '--use-auth-secret', f'--static-auth-secret={self.SECRET}', '--realm=laboratory',
             '--no-tls', '--no-dtls', '--no-cli', '--log-file=stdout', f'--pidfile={folder / "coturn.pid"}',
             f'--userdb={folder / "coturn.db"}', '--min-port=50000', '--max-port=50999', '--verbose'],
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        atexit.register(self.process.kill)
        wait_until(self.listens, 'coturn listens', 20)

    def listens(self):
        with contextlib.suppress(OSError), self.host.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.connect((self.host.address, self.PORT))
            return True
        return False

    @property
    def relay_options(self):
        where = f'turn:{self.host.address}:{self.PORT}?transport='
        return ['--turn', f'{where}udp', '--turn', f'{where}tcp', '--turn-secret-file', str(self.secret_file)]


def plain_copy(sender, receiver, size):
    """Copies bytes from one host to another by TCP; MB/s."""
    with receiver.socket(socket.AF_INET, socket.SOCK_STREAM) as server, sender.socket(socket.AF_INET, socket.SOCK_STREAM) as client:
        server.bind((receiver.address, 0))
        server.listen()

        def accept():
            with server.accept()[0] as accepted:
                accepted.settimeout(60)
                left = size
                while left:
                    left -= len(accepted.recv(1 << 18))
                accepted.sendall(b'.')
        thread = threading.Thread(target=accept)
        thread.start()
        client.settimeout(60)
        client.connect(server.getsockname())
        started = time.perf_counter()
        client.sendall(bytes(size))
        client.recv(1)
        took = time.perf_counter() - started
        thread.join()
    return size / took / 1e6


def side_by_side(function, arguments, at_once=AT_ONCE):
    """Calls the function with each argument, some at a time; returns the results in order, and raises the first failure at the end."""
    with concurrent.futures.ThreadPoolExecutor(at_once) as threads:
        futures = [threads.submit(function, argument) for argument in arguments]
    return [future.result() for future in futures]


def in_time(measure, arguments, at_once=AT_ONCE):
    """Calls measure (argument, attempt) with each argument, some at a time. What has words in its 'late' is measured again, alone, up to twice.

    Returns all results in order, several attempts of one after each other, each with its number as 'attempt', and those that were late every time.
    """
    def attempt(argument, number):
        return {**measure(argument, number), 'attempt': number}
    attempts = [[result] for result in side_by_side(lambda argument: attempt(argument, 1), arguments, at_once)]
    for argument, results in zip(arguments, attempts):
        while results[-1]['late'] and len(results) < TRIES:
            say(f'late, so once more: {results[-1]}')
            results.append(attempt(argument, len(results) + 1))
    return [result for results in attempts for result in results], [results for results in attempts if results[-1]['late']]


def keep(name, value):
    """Writes a measurement where the report finds it."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / f'{name}.json').write_text(json.dumps(value, indent=1) + '\n')


def table(title, head, rows):
    """Says a table, columns aligned."""
    cells = [head, *rows]
    cells = [[f'{cell:.1f}' if isinstance(cell, float) else str(cell) for cell in row] for row in cells]
    widths = [max(len(row[column]) for row in cells) for column in range(len(head))]
    say(title)
    for row in cells:
        say('  ' + '  '.join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())


def main(*tests):
    """harness.main, with the one laboratory of this process; where there can't be one every test is skipped with the reason."""
    reason = why_not()
    laboratory = Laboratory.make() if reason is None else None

    def wrapped(test):
        def call(folder):
            if reason is not None:
                raise Skipped(reason)
            test(laboratory, folder)
        call.__name__, call.__doc__ = test.__name__, test.__doc__
        return call
    harness.main(*map(wrapped, tests))
