"""What others notice of a scan: how long their own calls to the node take meanwhile."""

import subprocess
import threading
import time
from collections import namedtuple
from statistics import median

KEYS, SECONDS = 1_000_000, 3

Way = namedtuple("Way", "name arguments rounds")
Round = namedtuple("Round", "keys_per_second p50 p99 p999")


class Scanning:
    """Scans again and again, while the `with` block lasts."""

    def __init__(self, command):
        self.command, self.over = command, threading.Event()
        self.scans, self.thread = 0, threading.Thread(target=self.run)

    def run(self):
        start = time.monotonic()
        while not self.over.is_set():
            subprocess.run(self.command, stdout=subprocess.DEVNULL, check=True)
            self.scans += 1
        self.seconds = time.monotonic() - start

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()


def ways():
    fixed = [(f"--count {count}", ["--count", str(count)]) for count in (10, 100, 1000, 10_000)]
    yield Way("nobody scans", None, [])
    for strategy in ("scan", "slots"):
        for name, arguments in [*fixed, ("adaptive", [])]:
            yield Way(f"--strategy {strategy}, {name}", ["--strategy", strategy, *arguments], [])


def measure(cluster, program, client, rounds, say):
    """Rounds of all ways in turn, on a cluster with one primary that has been loaded."""
    host, port = cluster.addresses[0]
    keys = cluster.keys()
    scan = [str(program), "keys", f"{host}:{port}", "--quiet"]
    found = list(ways())
    for number in range(rounds):
        say(f"foreground, round {number + 1} of {rounds}")
        for way in found:
            if way.arguments is None:
                way.rounds.append(Round(0, *times(client, host, port)))
                continue
            with Scanning([*scan, *way.arguments]) as scanning:
                time.sleep(0.5)
                answered = times(client, host, port)
            way.rounds.append(Round(scanning.scans * keys / scanning.seconds, *answered))
    return found


def times(client, host, port):
    command = [str(client), host, str(port), str(SECONDS)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return [float(number) for number in done.stdout.split()[1:]]


def rows(found):
    idle = median(one.p99 for one in found[0].rounds)
    for way in found:
        speed, *waits = (median(values) for values in zip(*way.rounds))
        speed = f"{speed:,.0f}" if speed else ""
        yield [way.name, speed, *(f"{wait:,.0f}" for wait in waits), f"{waits[1] / idle:.1f}"]
