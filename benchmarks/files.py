"""A large file in and out over HTTP: memory and CPU of the serving node, which hold one part at a time.

    python benchmarks/files.py [--mebibytes 1024]

A node is served as a process of its own; the file is made up as it is sent, and its digest compared when it comes back.
Printed are the node's peak of resident memory before and after, and its CPU seconds for each direction.
"""

import argparse
import hashlib
import http.client
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

CHUNK = 1024 * 1024
COMMAND = [sys.executable, "-c", "from comity.cli.main import main; main()"]


def chunks(mebibytes: int) -> Iterator[bytes]:
    for number in range(mebibytes):
        seed = hashlib.sha256(b"%d" % number).digest()
        yield seed * (CHUNK // len(seed))


def peak(pid: int) -> int:
    """Give the peak of resident memory, in MiB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("VmHWM"))) // 1024


def cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--mebibytes", type=int, default=1024)
    size = parser.parse_args().mebibytes
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"

        def comity(*words: str) -> str:
            done = subprocess.run([*COMMAND, *words], check=True, capture_output=True, text=True)
            return done.stdout.strip()

        comity("init", str(home), "--party", "north.example", "--port", "8391", "--console", "8392")
        comity("officer", "add", "bench", "--program", "--role", "liaison", "--home", str(home))
        token = comity("token", "add", "bench", "--label", "bench", "--home", str(home)).splitlines()[0]
        node = subprocess.Popen(
            [*COMMAND, "serve", "--home", str(home)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            headers = {"Host": "localhost:8392", "Authorization": f"Bearer {token}"}
            for _attempt in range(200):
                try:
                    link = http.client.HTTPConnection("127.0.0.1", 8392, timeout=600)
                    link.request("GET", "/api/v1/status", headers=headers)
                    assert link.getresponse().read()
                    break
                except ConnectionRefusedError:
                    time.sleep(0.2)
            rest, before = peak(node.pid), cpu(node.pid)
            whole = hashlib.sha256()

            def body() -> Iterator[bytes]:
                for chunk in chunks(size):
                    whole.update(chunk)
                    yield chunk

            said = "title=Disk&category=incident.reports&marking=TLP:GREEN"
            sent = {**headers, "Content-Length": str(size * CHUNK)}
            link.request("PUT", f"/api/v1/files?{said}", body(), sent)
            answer = link.getresponse()
            place = answer.headers["location"]
            assert answer.status == 201, answer.read()
            answer.read()
            into, after = peak(node.pid), cpu(node.pid)
            link.request("GET", f"{place}/content", headers=headers)
            answer, back = link.getresponse(), hashlib.sha256()
            while part := answer.read(CHUNK):
                back.update(part)
            assert back.digest() == whole.digest(), "what came back is not what went in"
            print(f"{size} MiB in and out, the same bytes")
            print(
                f"peak of memory: {rest} MiB at rest, {into} MiB with it coming in, {peak(node.pid)} MiB going out"
            )
            print(f"CPU: {after - before:.1f} s in, {cpu(node.pid) - after:.1f} s out")
        finally:
            node.terminate()
            node.wait()


if __name__ == "__main__":
    main()
