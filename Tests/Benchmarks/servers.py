"""The cluster that is measured: local processes, started by docker/local-cluster.sh."""

import os
import socket
import subprocess


class Cluster:
    """Primaries without replicas; stopped when the `with` block ends, or this process."""

    def __init__(self, script, folder, primaries=3):
        self.script, self.folder, self.primaries = script, folder, str(primaries)

    def __enter__(self):
        command = [self.script, "start", "--primaries", self.primaries, "--replicas", "0"]
        command += ["--dir", self.folder, "--watch", str(os.getpid())]
        lines = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()
        nodes = [facts(line.split(), "=") for line in lines if line.startswith("node=")]
        self.addresses = [(host, int(port)) for host, port in (n["address"].rsplit(":", 1) for n in nodes)]
        self.slots = [[tuple(map(int, run.split("-"))) for run in n["slots"].split(",")] for n in nodes]
        return self

    def __exit__(self, *_):
        subprocess.run([self.script, "stop", "--dir", self.folder], check=False, stderr=subprocess.DEVNULL)

    def owner(self, tag):
        slot = int(ask(self.addresses[0], f"CLUSTER KEYSLOT {tag}").lstrip(":"))
        runs = zip(self.addresses, self.slots)
        return next(address for address, slots in runs if any(r[0] <= slot <= r[-1] for r in slots))

    def cpu(self):
        """Seconds that the servers have worked since they started."""
        seconds = 0.0
        for address in self.addresses:
            used = facts(ask(address, "INFO cpu").splitlines(), ":")
            seconds += float(used["used_cpu_user"]) + float(used["used_cpu_sys"])
        return seconds

    def keys(self):
        return sum(int(ask(address, "DBSIZE").lstrip(":")) for address in self.addresses)

    def version(self):
        server = facts(ask(self.addresses[0], "INFO server").splitlines(), ":")
        valkey = server.get("valkey_version")
        return f"Valkey {valkey}" if valkey else f"Redis {server['redis_version']}"


def facts(texts, separator):
    return dict(text.split(separator, 1) for text in texts if separator in text)


def ask(address, command):
    """The answer to one command: its line, or the text of a bulk string."""
    with socket.create_connection(address, 10) as connection, connection.makefile("rwb") as stream:
        stream.write(command.encode() + b"\r\n")
        stream.flush()
        line = stream.readline().decode().strip()
        if line.startswith("-"):
            raise RuntimeError(f"{command}: {line}")
        return stream.read(int(line[1:])).decode() if line.startswith("$") else line
