"""Turns measurements into Markdown."""

from collections import namedtuple
from statistics import median

import foreground

FLOOR, REDIS_PY = "floor (C)", "redis-py"

Run = namedtuple("Run", "wall client server memory")

INTRODUCTION = """# Performance

Written by `Tests/Benchmarks/run.sh`, which measures this on your machine, too. All clients take turns on the
same cluster, round after round; every number is the median of its rounds. Each starts as a new process and
writes the names of the keys to `/dev/null`.

- **client CPU** and **server CPU** are user and system time, of all processes of the client and of all
  servers.
- **memory** is the peak of the largest process of the client.
- **floor** is the least a client can do with `SCAN`: one thread of C that chains the cursors of all nodes with
  `poll`, checks nothing and cannot resume (`Tests/Benchmarks/floor.c`). Reading by slot asks less of servers
  than `SCAN` and may be faster.
- **fastest–slowest** shows how quiet the machine was.
"""


def table(head, rows):
    """A Markdown table; all columns but the first are numbers."""
    lines = [head, ["---"] + ["---:"] * (len(head) - 1), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def medians(client):
    return Run(*(median(values) for values in zip(*client.runs)))


def reference(clients, name):
    return next((medians(client) for client in clients if client.name.startswith(name)), None)


def ratio(value, base):
    return f"{value / base:.2f}" if base else "–"


def measured(client):
    run, walls = medians(client), [run.wall for run in client.runs]
    spread = f"{min(walls):.3f}–{max(walls):.3f}"
    return [
        client.name, f"{run.wall:.3f}", spread, f"{run.client:.3f}", f"{run.server:.3f}", f"{run.memory:.1f}"
    ]


COLUMNS = ["client", "wall s", "fastest–slowest", "client CPU s", "server CPU s", "memory MiB"]


def relative(clients):
    rows = []
    floor, redis_py = reference(clients, FLOOR), reference(clients, REDIS_PY)
    for client in clients:
        run, row = medians(client), [client.name]
        for base in (floor, redis_py):
            row += [ratio(run.wall, base and base.wall), ratio(run.client, base and base.client)]
        rows.append(row)
    head = ["client", "wall / floor", "client CPU / floor", "wall / redis-py", "client CPU / redis-py"]
    return table(head, rows)


def digits(number):
    value = float(number)
    return f"{value:.1f}" if value < 100 else f"{value:,.0f}"


def step_table(lines):
    rows = []
    for line in lines.splitlines():
        name, whole, part, fastest = line.split("\t")
        rows.append([name, digits(whole), digits(fastest), digits(part) if part != whole else ""])
    return table(["step", "ns, median", "ns, fastest", "ns per key, lane or node"], rows)


FOREGROUND = f"""## What others notice

One primary with {foreground.KEYS:,} keys is scanned again and again. Meanwhile another client sends it about
1,500 times a second `PING` or `GET`, one at a time. How many microseconds the answers take: the middle one, one
in a hundred, one in a thousand; and the one in a hundred compared with when nobody scans."""

FOREGROUND_COLUMNS = ["way", "keys read a second", "p50 µs", "p99 µs", "p99.9 µs", "p99 / nobody scans"]

BUSY = """> **The machine was busy with other work.** Compare CPU times; wall times say more about how the system
> shares the processors between processes than about the clients. Run this again when it is quiet."""


def markdown(facts, scans, patterns, others, missing, steps, is_busy):
    notes = [client.note for client in scans if client.note]
    notes += [f"Not measured: {line}." for line in missing]
    sections = [
        INTRODUCTION,
        "\n".join(f"- {name}: {value}" for name, value in facts.items()),
        *([BUSY] if is_busy else []),
        "## All keys\n\n![The medians as bars](performance.svg)",
        table(COLUMNS, [measured(client) for client in scans]),
        "Ratios; below 1 is less than the one compared with.",
        relative(scans),
        *notes,
        "## 5,000 keys of one hash tag among all",
        table(COLUMNS, [measured(client) for client in patterns]),
        FOREGROUND,
        table(FOREGROUND_COLUMNS, foreground.rows(others)),
        "## Single steps",
        step_table(steps),
    ]
    return "\n\n".join(section.strip() for section in sections) + "\n"
