"""A second reader of envelopes in JavaScript, written from the specification alone, opens what Python seals."""

import hashlib
import json
import os
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from comity.keys import SealingKey, SigningKey
from comity.sealing.envelope import seal
from comity.sealing.inner import Head, write_message
from comity.strict import write_base64

pytestmark = pytest.mark.service

HERE = Path(__file__).parent
VECTORS = sorted((HERE.parents[1] / "specs/vectors/envelope").glob("*.json"))
NODE, NPM = shutil.which("node"), shutil.which("npm")
WITHOUT = "no node and npm here: the second reader in JavaScript is not tried"


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install what the reader needs, as its lock file names it, and give the reader."""
    if NODE is None or NPM is None:
        pytest.skip(WITHOUT)
    folder = tmp_path_factory.mktemp("reader")
    for name in ("package.json", "package-lock.json", "reader.mjs"):
        shutil.copy(HERE / name, folder / name)
    command = [NPM, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
    subprocess.run(command, cwd=folder, check=True, timeout=300, env=os.environ)
    return folder / "reader.mjs"


def read(reader: Path, files: list[Path]) -> subprocess.CompletedProcess[str]:
    assert NODE is not None
    return subprocess.run(
        [NODE, str(reader), *map(str, files)], capture_output=True, text=True, check=False, timeout=300
    )


def test_the_lock_file_names_versions_and_hashes_and_no_address() -> None:
    lock = json.loads((HERE / "package-lock.json").read_text(encoding="utf-8"))
    packages = {name: each for name, each in lock["packages"].items() if name}
    assert packages and all("integrity" in each and "resolved" not in each for each in packages.values())
    assert "://" not in "".join(json.dumps(each.get("resolved", "")) for each in packages.values())


def test_it_comes_to_the_same_for_every_vector(reader: Path) -> None:
    done = read(reader, VECTORS)
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(done.stdout.splitlines()) == len(VECTORS) > 30


@pytest.mark.parametrize("size", [0, 1, 65_000, 200_000])
def test_it_opens_what_python_has_just_sealed(reader: Path, tmp_path: Path, size: int) -> None:
    signer, box = SigningKey.generate(), SealingKey.generate()
    name, channel = os.urandom(16), os.urandom(16)
    head = Head(
        sender="north.example",
        recipient="south.example",
        channel=channel.hex(),
        sequence=9,
        suite="S2",
        type="disclosure",
        at=datetime(2031, 3, 14, 9, tzinfo=UTC),
        deployment="production",
        content={"item": "report-17"},
    )
    inner = write_message(head, os.urandom(size))
    envelope = seal(
        inner,
        channel=channel,
        sequence=9,
        card_version=1,
        recipients=[(name, box.public)],
        signer=signer,
        signer_key_name=os.urandom(16),
    )
    vector = {
        "signer": write_base64(signer.public.raw),
        "key_name": name.hex(),
        "key": write_base64(box.raw),
        "sender": head.sender,
        "recipient": head.recipient,
        "deployment": head.deployment,
        "envelope": write_base64(envelope),
        "expect": {"opened": hashlib.sha256(inner).hexdigest()},
    }
    file = tmp_path / "fresh.json"
    file.write_text(json.dumps(vector))
    done = read(reader, [file])
    assert done.returncode == 0, done.stdout + done.stderr
