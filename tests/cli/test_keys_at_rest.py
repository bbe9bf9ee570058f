"""Keys at rest (E13, E14): locked, refused when others could read them, and never shown by anything."""

import base64
import json
import os
import subprocess
import sys
import types
from pathlib import Path

import pytest

from cli.land import Comity
from comity.storage.body_keys import write_private
from comity.storage.home import HomeFolder

SECRET = "canary-correct-horse-battery"


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stretch passphrases a thousand times less than in earnest: seven keys a home, many commands."""
    monkeypatch.setattr("comity.keys._MEMORY_KIB", 64)


@pytest.fixture
def words(tmp_path: Path) -> Path:
    file = tmp_path / "words"
    file.write_text(SECRET + "\n")
    return file


@pytest.fixture
def locked(comity: Comity, tmp_path: Path, words: Path) -> Path:
    home = tmp_path / "home"
    assert comity("init", home, "--party", "h.example", "--passphrase-file", words).code == 0
    return home


def secrets(home: Path, words: Path) -> list[bytes]:
    """Give what must stand nowhere: the passphrase, and every private key, raw and in base64."""
    folder = HomeFolder(home)
    signing, sealing = folder.keys(words.read_text().strip)
    raw = [key.raw for key in (*signing, *sealing, *folder.root_keys(words.read_text().strip))]
    return [
        SECRET.encode(),
        *raw,
        *(base64.b64encode(each) for each in raw),
        *(each.hex().encode() for each in raw),
    ]


def test_nothing_shows_a_key_or_the_passphrase(comity: Comity, locked: Path, words: Path) -> None:
    given: tuple[object, ...] = ("--home", locked, "--passphrase-file", words)
    said = []
    for command in (
        ("card", "keys", *given),
        ("card", "keys", *given, "--json"),
        ("card", "show", *given),
        ("card", "rotate", "--role", "everyday", "--role", "sealing", *given),
        ("card", "revoke-key", "witness", "--as-of", "2026-01-01", "--because", "lost", *given, "--json"),
        ("status", *given),
        ("doctor", *given),
        ("journal", "show", *given, "--json"),
        ("card", "rotate", "--role", "tls", "--home", locked),  # no passphrase
        ("card", "publish", words, *given),  # the wrong file
    ):
        done = comity(*command)
        said.append(done.out + done.err)
    shown = "\n".join(said).encode()
    kept = {file: file.read_bytes() for file in locked.rglob("*") if file.is_file()}
    for secret in secrets(locked, words):
        assert secret not in shown
        assert not [file for file, data in kept.items() if secret in data]


def test_a_passphrase_comes_through_a_file_descriptor(locked: Path) -> None:
    read, write = os.pipe()
    os.write(write, SECRET.encode() + b"\n")
    os.close(write)
    code = (
        "import sys, comity.keys; comity.keys._MEMORY_KIB = 64; from comity.cli.main import run;"
        "sys.exit(run(sys.argv[1:]))"
    )
    command = [sys.executable, "-c", code, "card", "keys", "--home", str(locked)]
    done = subprocess.run(
        [*command, "--passphrase-file", f"/dev/fd/{read}"],
        pass_fds=(read,), capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    os.close(read)
    assert done.returncode == 0, done.stderr
    assert "everyday" in done.stdout
    assert SECRET not in done.stdout + done.stderr


def test_without_a_passphrase_the_command_says_how_to_give_it(comity: Comity, locked: Path) -> None:
    done = comity("card", "keys", "--home", locked)
    assert done.code == 2
    assert "locked with a passphrase" in done.err
    assert "--passphrase-file" in done.err


def test_a_wrong_passphrase_changes_nothing(comity: Comity, locked: Path, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong"
    wrong.write_text("another")
    before = {file: file.read_bytes() for file in (locked / "keys").iterdir()}
    done = comity("card", "rotate", "--role", "everyday", "--home", locked, "--passphrase-file", wrong)
    assert done.code == 6
    assert "wrong passphrase" in done.err
    assert {file: file.read_bytes() for file in (locked / "keys").iterdir()} == before


def test_keys_are_locked_afterwards_and_the_passphrase_changed(
    comity: Comity, tmp_path: Path, words: Path
) -> None:
    home, other = tmp_path / "plain", tmp_path / "other"
    other.write_text("quite another one")
    assert comity("init", home, "--party", "p.example").code == 0
    assert comity("card", "lock", "--home", home, "--new-passphrase-file", words).code == 0
    assert comity("card", "keys", "--home", home).code == 2
    change = ("--new-passphrase-file", other, "--passphrase-file", words)
    assert comity("card", "lock", "--home", home, *change).code == 0
    assert comity("card", "keys", "--home", home, "--passphrase-file", other).code == 0
    assert comity("card", "keys", "--home", home, "--passphrase-file", words).code == 6
    assert comity("card", "rotate", "--role", "officer", "--home", home, "--passphrase-file", other).code == 0


@pytest.mark.parametrize("done_before", range(8))
def test_a_change_of_passphrase_that_was_cut_short_goes_on(
    done_before: int,
    comity: Comity,
    tmp_path: Path,
    locked: Path,
    words: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    other = tmp_path / "other"
    other.write_text("quite another one")
    keyring = FakeKeyring()
    keyring.held[("comity", "h.example")] = SECRET
    monkeypatch.setitem(sys.modules, "keyring", keyring)
    change = ("--new-passphrase-file", other, "--passphrase-file", words, "--keyring", "--home", locked)
    written: list[Path] = []

    def write(file: Path, data: bytes) -> None:
        if len(written) == done_before:
            raise KeyboardInterrupt
        written.append(file)
        write_private(file, data)

    with monkeypatch.context() as cut:
        cut.setattr("comity.storage.home.write_private", write)
        assert comity("card", "lock", *change).code == 130
    assert keyring.held == {("comity", "h.example"): SECRET if done_before < 7 else "quite another one"}
    assert comity("card", "lock", *change).code == 0
    assert comity("card", "keys", "--home", locked, "--passphrase-file", other).code == 0
    assert comity("card", "keys", "--home", locked).code == 0
    assert keyring.held == {("comity", "h.example"): "quite another one"}


def test_every_key_file_that_others_could_read_is_refused_and_named(comity: Comity, tmp_path: Path) -> None:
    home = tmp_path / "home"
    comity("init", home, "--party", "p.example")
    for file in sorted((home / "keys").glob("*.key")):
        if file.stem in ("root", "mailbox"):
            continue
        file.chmod(0o640)
        done = comity("card", "keys", "--home", home)
        assert done.code != 0
        assert f"{file} is readable by others" in done.err
        found = json.loads(comity("doctor", "--home", home, "--json").out)
        assert next(each["name"] for each in found["checks"] if not each["ok"]) == f"key {file.stem}"
        file.chmod(0o600)


class FakeKeyring(types.ModuleType):
    """The library, with a keyring that lives in memory."""

    def __init__(self) -> None:
        super().__init__("keyring")
        self.held: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, user: str) -> str | None:
        return self.held.get((service, user))

    def set_password(self, service: str, user: str, password: str) -> None:
        self.held[(service, user)] = password


def test_the_keyring_of_the_system_holds_the_passphrase(
    comity: Comity, locked: Path, words: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keyring = FakeKeyring()
    monkeypatch.setitem(sys.modules, "keyring", keyring)
    change = ("--new-passphrase-file", words, "--passphrase-file", words, "--keyring")
    assert comity("card", "lock", "--home", locked, *change).code == 0
    assert keyring.held == {("comity", "h.example"): SECRET}
    assert comity("card", "keys", "--home", locked).code == 0
    assert comity("card", "rotate", "--role", "witness", "--home", locked).code == 0
    keyring.held.clear()
    done = comity("card", "keys", "--home", locked)
    assert done.code == 3
    assert "holds no passphrase of h.example" in done.err
    assert SECRET not in (locked / "node.toml").read_text()


def test_without_the_library_it_says_what_to_install(
    comity: Comity, locked: Path, words: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    before = {file: file.read_bytes() for file in (locked / "keys").iterdir()}
    change = ("--new-passphrase-file", words, "--passphrase-file", words, "--keyring")
    done = comity("card", "lock", "--home", locked, *change)
    assert done.code == 2
    assert "comity[keyring]" in done.err
    assert {file: file.read_bytes() for file in (locked / "keys").iterdir()} == before
