#!/usr/bin/env python3
"""Runs the load balancer of docker-compose.yml's profile cassandra, with its own configuration, in front of two real servers.

usage: balancer.py HAPROXY JAVA JAR

The servers are on 127.0.0.1 and 127.0.0.2 and the balancer on 127.0.0.3, all with the same ports. One server keeps its points in
memory; the other one has the address of a Cassandra that does not exist, so that it lives and is not ready. The balancer checks
them four times as often as configured, which changes only the time that this takes. Ends with 1 if something is not as
promised.
"""
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

sys.path.insert(0, 'src/build')
from ports import free_port  # noqa: E402

# Seconds that a session is silent, which the configuration allows: its short times, of connecting and of checks, are 2 and 3.
SILENCE = 5
CONFIGURATION = 'src/main/docker/cluster/haproxy.cfg'
READY, UNREADY, BALANCER = '127.0.0.1', '127.0.0.2', '127.0.0.3'
UNAVAILABLE = b'error\nstorage unavailable\n\n'


def configuration(ports):
    with open(CONFIGURATION, encoding='ascii') as file:
        text = file.read()
    for number, host in ((1, READY), (2, UNREADY)):
        text = re.sub(rf'eardrum-{number}:(\d+)', lambda match: f'{host}:{ports[match[1]]}', text)
    text = re.sub(r'bind :(\d+)', lambda match: f'bind {BALANCER}:{ports[match[1]]}', text)
    text, count = re.subn(r'check port 8080 inter 2s', f'check port {ports["8080"]} inter 500ms', text)
    assert count == 1, 'the servers are not checked as they were'
    return text.replace('127.0.0.1:8404', f'127.0.0.1:{ports["8404"]}')


def start_server(java, jar, folder, host, ports, variables):
    environment = {name: value for name, value in os.environ.items() if not name.startswith(('EARDRUM_', 'SPRING_'))}
    environment.update(EARDRUM_TCP_HOST=host, EARDRUM_TCP_PORT=str(ports['8888']), EARDRUM_GRAPHITE_PORT=str(ports['2003']),
                       SERVER_ADDRESS=host, SERVER_PORT=str(ports['8080']), **variables)
    log = open(os.path.join(folder, host + '.log'), 'ab')
    return subprocess.Popen([java, '-Xmx256m', '-XX:TieredStopAtLevel=1', '-jar', os.path.abspath(jar)], cwd=folder, env=environment,
                            stdout=log, stderr=log, stdin=subprocess.DEVNULL)


def ask(ports, text, half_close=False):
    """Sends commands over a new connection, and returns what comes until the empty line at the end of the last reply."""
    with socket.create_connection((BALANCER, ports['8888']), timeout=20) as connection:
        connection.sendall(text)
        if half_close:
            connection.shutdown(socket.SHUT_WR)
        return replies(connection, text.count(b'\n'))


def replies(connection, count):
    received = b''
    while received.count(b'\n\n') < count:
        data = connection.recv(65536)
        if not data:
            raise ConnectionError(f'cut after {received!r}')
        received += data
    return received


def until(what, condition, limit=60):
    """Waits until something is so, and checks that it stays so for several new connections."""
    end = time.monotonic() + limit
    in_a_row = 0
    last = None
    while in_a_row < 6:
        try:
            last = condition()
        except OSError as problem:
            last = problem
        in_a_row = in_a_row + 1 if last is True else 0
        if time.monotonic() > end:
            raise AssertionError(f'{what}: not so after {limit} s, last {last!r}')
        if last is not True:
            time.sleep(0.2)
    print(f'{what}: yes', flush=True)


def http(ports, path):
    with urllib.request.urlopen(f'http://{BALANCER}:{ports["8080"]}{path}', timeout=10) as answer:
        return answer.read()


def plaintext(ports):
    with socket.create_connection((BALANCER, ports['2003']), timeout=5) as connection:
        connection.sendall(b'b 2 2\n')
    return ask(ports, b'get b\n') == b'ok\nb 2.0 2\n\n'


def main():
    haproxy, java, jar = sys.argv[1:]
    ports = {name: free_port(READY, UNREADY, BALANCER) for name in ('8888', '8080', '2003', '8404')}
    processes = []
    with tempfile.TemporaryDirectory() as folder:
        file = os.path.join(folder, 'haproxy.cfg')
        with open(file, 'w', encoding='ascii') as target:
            target.write(configuration(ports))
        check = subprocess.run([haproxy, '-c', '-f', CONFIGURATION], capture_output=True, text=True, timeout=30)
        print(check.stdout + check.stderr, end='')
        if check.returncode or 'WARNING' in check.stderr:
            sys.exit('the configuration is not right')
        memory = {'EARDRUM_STORAGE_TYPE': 'memory'}
        nowhere = {'SPRING_PROFILES_ACTIVE': 'cassandra', 'SPRING_CASSANDRA_CONTACTPOINTS': f'{UNREADY}:{free_port(UNREADY)}'}
        try:
            with open(os.path.join(folder, 'haproxy.log'), 'ab') as log:
                processes.append(subprocess.Popen([haproxy, '-db', '-f', file], stdout=log, stderr=log, stdin=subprocess.DEVNULL))
            processes.append(start_server(java, jar, folder, UNREADY, ports, nowhere))
            until('with no server ready, one that lives says what is wrong', lambda: ask(ports, b'put a 1 1\n') == UNAVAILABLE)
            ready = start_server(java, jar, folder, READY, ports, memory)
            processes.append(ready)
            until('once one is ready, it gets all new connections', lambda: ask(ports, b'put a 1 1\n') == b'ok\n\n')
            with socket.create_connection((BALANCER, ports['8888']), timeout=20) as idle:
                idle.sendall(b'put c 1 1\n')
                assert replies(idle, 1) == b'ok\n\n'
                silent_since = time.monotonic()
                until('HTTP gets there too', lambda: b'"a"' in http(ports, '/api/series'))
                until("so does Graphite's protocol", lambda: plaintext(ports))
                half = ask(ports, b'put c 1 1\n' * 1000 + b'get c\n', half_close=True)
                assert half == b'ok\n\n' * 1000 + b'ok\nc 1.0 1\n\n', half[-100:]
                print('a client that half-closes gets all replies: yes', flush=True)
                time.sleep(max(0, silent_since + SILENCE - time.monotonic()))
                idle.sendall(b'get c\n')
                assert replies(idle, 1) == b'ok\nc 1.0 1\n\n'
                print('a session that was silent goes on: yes', flush=True)
                ready.kill()
                ready.wait()
                try:
                    cut = idle.recv(1) == b''
                except ConnectionError:
                    cut = True
                assert cut, 'the session of a dead server is still there'
                print('the session of a server that died ends: yes', flush=True)
            until('without it, the other one answers again', lambda: ask(ports, b'get c\n') == UNAVAILABLE)
            processes.append(start_server(java, jar, folder, READY, ports, memory))
            until('and once it is back, it is used again', lambda: ask(ports, b'put c 1 1\n') == b'ok\n\n')
        except BaseException:
            for name in sorted(os.listdir(folder)):
                if name.endswith('.log'):
                    with open(os.path.join(folder, name), encoding='utf-8', errors='replace') as log:
                        print(f'--- {name}\n' + ''.join(log.readlines()[-30:]))
            raise
        finally:
            for process in processes:
                process.kill()
                process.wait()


if __name__ == '__main__':
    main()
