"""Measures clients in turns on one cluster and writes what came out. Started by run.sh."""

import argparse
import datetime
import importlib.metadata
import os
import platform
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from statistics import median

import chart
import foreground
import report
from servers import Cluster

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
TAG, TAG_KEYS = "benchmark", 5000


class Client:
    """A program that writes all names of the cluster, or all that match, to its standard output."""

    def __init__(self, name, command, note=""):
        self.name, self.command, self.note = name, [str(part) for part in command], note
        self.runs = []


def options():
    parser = argparse.ArgumentParser()
    parser.add_argument("--keys", type=int, default=3_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--output", type=Path, default=ROOT / "Docs")
    parser.add_argument("--products", type=Path, required=True, help="where Swift put what it built")
    parser.add_argument("--work", type=Path, required=True, help="a folder for temporary files")
    return parser.parse_args()


def say(text):
    print(text, file=sys.stderr, flush=True)


def output(*command):
    found = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    return found.stdout.strip()


def package_version(name):
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def redis_cli(count):
    """The program, what to give it for COUNT, and its name in the tables."""
    program = os.environ.get("REDIS_CLI") or shutil.which("redis-cli") or "redis-cli"
    version = output(program, "--version").removeprefix("redis-cli").strip().split(" ")[0]
    # Unreleased sources call themselves so.
    name = "redis-cli " + ("(unreleased)" if version.startswith("255.") else version)
    if "--count" in output(program, "--help"):
        return program, ["--count", str(count)], name, ""
    return program, [], f"{name} (COUNT 10)", f"{name} always scans with COUNT 10: `--count` came with 7.2."


def at_once(commands):
    """One shell that runs all commands in parallel and fails if one of them does."""
    started = "".join(f"{shlex.join(command)} & p{i}=$!; " for i, command in enumerate(commands))
    return ["sh", "-c", started + " && ".join(f"wait $p{i}" for i in range(len(commands)))]


def full_scans(cluster, arguments):
    """The clients for a scan of everything, and a line for each one that cannot be had."""
    host, port = cluster.addresses[0]
    count, work, products = arguments.count, arguments.work, arguments.products
    seed = [host, port]
    nodes = [part for address in cluster.addresses for part in address]
    program = [products / "cluster-scan", "keys", f"{host}:{port}", "--quiet", "--count", count, "--strategy"]
    library = products / "scan-benchmark"
    clients = [
        Client(report.FLOOR, [work / "bin/floor", count, *nodes]),
        Client("cluster-scan", [*program, "auto"]),
        Client("cluster-scan --strategy scan", [*program, "scan"]),
        Client("cluster-scan --strategy slots", [*program, "slots"]),
        Client("library, stream", [library, "stream", *seed, "auto", count]),
        Client("library, page by page", [library, "pages", *seed, "auto", count]),
    ]
    missing = []
    cli, cli_count, name, note = redis_cli(count)
    scans = [
        [cli, "-h", address, "-p", str(port), "--scan", "--pattern", "*", *cli_count]
        for address, port in cluster.addresses
    ]
    clients.append(Client(f"{name}, {len(scans)} in parallel", at_once(scans), note))
    if package_version("redis") and package_version("hiredis"):
        command = [sys.executable, HERE / "peers/redis_py.py", *seed, count]
        clients.append(Client(f"{report.REDIS_PY} {package_version('redis')}", command))
    else:
        missing.append("redis-py: `redis` and `hiredis` are not installed")
    if package_version("valkey-glide"):
        command = [sys.executable, HERE / "peers/valkey_glide.py", *seed, count]
        clients.append(Client(f"valkey-glide {package_version('valkey-glide')} (Python)", command))
    else:
        missing.append("valkey-glide: not installed")
    return clients, missing


def pattern_scans(cluster, arguments):
    """The clients for the keys of one hash tag."""
    host, port = cluster.addresses[0]
    pattern = f"{{{TAG}}}:*"
    program = [arguments.products / "cluster-scan", "keys", f"{host}:{port}", "--quiet"]
    cli, cli_count, name, note = redis_cli(arguments.count)
    owner = cluster.owner(TAG)
    asked = [cli, "-h", owner[0], "-p", owner[1], "--scan", "--pattern", pattern, *cli_count]
    return [
        Client("cluster-scan", [*program, "--count", arguments.count, "--match", pattern]),
        Client(f"{name}, on the owner", asked, note),
    ]


def check(client, work, least):
    """Runs a client once, so that nobody is measured who leaves keys out; returns the bytes it wrote."""
    names = work / "names"
    with open(names, "wb") as file:
        done = subprocess.run(client.command, stdout=file, stderr=subprocess.PIPE, check=False)
    size = names.stat().st_size
    names.unlink()
    if done.returncode != 0 or size < least:
        text = done.stderr.decode(errors="replace").strip()
        sys.exit(f"{client.name}: status {done.returncode}, {size} bytes of names, {least} expected\n{text}")
    return size


def measure(client, cluster, work):
    result = work / "result"
    before = cluster.cpu()
    command = [work / "bin/measure", result, *client.command]
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    if done.returncode != 0:
        sys.exit(f"{client.name}: status {done.returncode}")
    wall, cpu, memory = map(float, result.read_text().split())
    client.runs.append(report.Run(wall, cpu, cluster.cpu() - before, memory / (1 << 20)))


def take_turns(clients, cluster, arguments):
    least = 0
    for client in clients:
        size = check(client, arguments.work, least)
        # Names are escaped by some; the first is the one that changes nothing.
        least = least or int(size * 0.99)
    for number in range(arguments.rounds):
        say(f"round {number + 1} of {arguments.rounds}")
        # Every round begins with another client: the first finds the servers as the last has left them.
        for client in clients[number % len(clients) :] + clients[: number % len(clients)]:
            measure(client, cluster, arguments.work)


def machine():
    model = platform.processor() or platform.machine()
    if Path("/proc/cpuinfo").exists():
        found = re.search(r"^model name\s*:\s*(.*)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
        model = found.group(1) if found else model
    return f"{platform.system()}, {os.cpu_count()} × {model}"


def main():
    arguments = options()
    load_before = os.getloadavg()[0]
    with Cluster(ROOT / "docker/local-cluster.sh", arguments.work / "cluster") as cluster:
        host, port = cluster.addresses[0]
        mixed = max(0, arguments.keys - TAG_KEYS)
        load = [arguments.products / "sample-keys", f"{host}:{port}", "--count", mixed]
        load += ["--tag-keys", TAG_KEYS, "--tag", TAG]
        subprocess.run([str(part) for part in load], check=True)
        scans, missing = full_scans(cluster, arguments)
        take_turns(scans, cluster, arguments)
        patterns = pattern_scans(cluster, arguments)
        take_turns(patterns, cluster, arguments)
        facts = {
            "date": datetime.date.today().isoformat(),
            "machine": machine() + "; servers and clients share it",
            "servers": f"{cluster.version()}, {len(cluster.addresses)} primaries",
            "keys": f"{cluster.keys():,}",
            "COUNT": f"{arguments.count:,}",
            "rounds": arguments.rounds,
            "load average before the start": f"{load_before:.1f}",
            "Swift": re.sub(r" \(.*", "", output("swift", "--version").splitlines()[0]),
            "Python": f"{platform.python_version()}, hiredis {package_version('hiredis') or 'not installed'}",
        }
    with Cluster(ROOT / "docker/local-cluster.sh", arguments.work / "shared", primaries=1) as cluster:
        host, port = cluster.addresses[0]
        keys = str(min(arguments.keys, foreground.KEYS))
        loader = str(arguments.products / "sample-keys")
        subprocess.run([loader, f"{host}:{port}", "--count", keys], check=True)
        program, client = arguments.products / "cluster-scan", arguments.work / "bin/foreground"
        others = foreground.measure(cluster, program, client, arguments.rounds, say)
    say("single steps")
    steps = output(str(arguments.products / "core-benchmark"))
    text = report.markdown(facts, scans, patterns, others, missing, steps, load_before > os.cpu_count() / 2)
    print(text)
    arguments.output.mkdir(parents=True, exist_ok=True)
    (arguments.output / "Performance.md").write_text(text)
    title = f"{facts['keys']} keys, {facts['servers']}, COUNT {facts['COUNT']}"
    rows = [(c.name, *(median(run[field] for run in c.runs) for field in range(3))) for c in scans]
    (arguments.output / "performance.svg").write_text(chart.draw(title, rows))


if __name__ == "__main__":
    main()
