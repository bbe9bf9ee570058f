"""A node's home: its files and modes, its lock, its keys, and what is refused."""

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from comity.assemble import new_home, open_home
from comity.cards import read_card
from comity.clock import SteppedClock
from comity.errors import (
    BadInput,
    HomeInUse,
    HomeTooNew,
    NotFound,
    RefusedHere,
    StorageError,
    VerificationFailed,
)
from comity.storage import tables
from comity.storage.home import HomeFolder

START = datetime(2026, 3, 1, 9, 0, 0, 123456, tzinfo=UTC)


def clock() -> SteppedClock:
    return SteppedClock(START)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    new_home(tmp_path / "north", "north.example", names={"en": "North"}, port=8101, clock=clock())
    return tmp_path / "north"


def test_a_new_home_is_closed_to_others_and_has_what_it_needs(home: Path) -> None:
    with open_home(home, clock=clock(), threaded=False):
        modes = {
            str(file.relative_to(home)): file.stat().st_mode & 0o777
            for file in (home, *sorted(home.rglob("*")))
            if not file.name.endswith(("-shm", "-wal"))
        }
    assert modes.pop(".") == 0o700
    assert modes.pop("keys") == 0o700
    assert modes.pop("node.toml") in (0o600, 0o644)
    assert {
        "keys/root.key",
        "keys/everyday.key",
        "keys/officer.key",
        "keys/sealing.key",
        "keys/tls.key",
    } <= set(modes)
    assert {"node.db", "body-keys.db", "body-epoch.json", "lock"} <= set(modes)
    assert set(modes.values()) == {0o600}


def test_its_first_card_names_its_keys_and_is_under_its_root(tmp_path: Path) -> None:
    data = new_home(
        tmp_path / "n", "north.example", names={"en": "North", "pl": "Północ"}, port=8101, clock=clock()
    )
    card = read_card(data, root_fingerprint=None)
    assert (card.party, card.card.version, card.card.endpoints) == (
        "north.example",
        1,
        ("http://127.0.0.1:8101",),
    )
    assert card.card.names == {"en": "North", "pl": "Północ"}
    at = card.card.issued
    assert at == START.replace(microsecond=0)
    with open_home(tmp_path / "n", clock=clock(), threaded=False) as opened:
        for function in ("disclosure", "consent", "control", "journal", "agreement", "director", "tls"):
            assert opened.node.keyring.signer(card.card, function, at).fingerprint in card.signing_keys(
                function, at
            )
        assert (
            opened.node.keyring.signing_key(card.root_fingerprint) is None
        )  # the root signs cards and stays apart
        assert [key.fingerprint for key in opened.folder.root_keys()] == [card.root_fingerprint]


@pytest.mark.parametrize(
    ("listen", "port", "endpoint", "reached"),
    [
        ("127.0.0.1", 8101, "", ("http://127.0.0.1:8101",)),
        ("127.0.0.1", 8101, "https://node.north.example:443", ("https://node.north.example:443",)),
        ("192.0.2.7", 8101, "", ("https://192.0.2.7:8101",)),
        ("2001:db8::7", 8101, "", ("https://[2001:db8::7]:8101",)),
        ("0.0.0.0", 8101, "https://node.north.example:8101", ("https://node.north.example:8101",)),
        ("127.0.0.1", 0, "", ()),
    ],
)
def test_where_a_node_listens_says_how_others_reach_it(
    tmp_path: Path, listen: str, port: int, endpoint: str, reached: tuple[str, ...]
) -> None:
    card = new_home(
        tmp_path / "n", "north.example", names={"en": "N"}, port=port, listen=listen, endpoint=endpoint,
        clock=clock(),
    )  # fmt: skip
    assert read_card(card, root_fingerprint=None).card.endpoints == reached
    settings = HomeFolder(tmp_path / "n").settings()
    assert (settings.listen, settings.port, settings.endpoint) == (listen, port, endpoint)


@pytest.mark.parametrize(
    ("listen", "endpoint", "said"),
    [
        ("0.0.0.0", "", "needs the address others reach it at"),
        ("::", "", "needs the address others reach it at"),
        ("node.north.example", "", "is not an address to listen on"),
        ('1"\nparty = "x', "", "is not an address to listen on"),
        ("0.0.0.0", "http://node.north.example:8101", "endpoint 1: not https"),
    ],
)
def test_a_place_that_others_cannot_reach_is_refused_before_anything_stands(
    tmp_path: Path, listen: str, endpoint: str, said: str
) -> None:
    with pytest.raises(BadInput, match=said):
        new_home(
            tmp_path / "n", "north.example", names={"en": "N"}, port=8101, listen=listen, endpoint=endpoint,
            clock=clock(),
        )  # fmt: skip
    assert not (tmp_path / "n").exists()


def test_a_second_process_is_refused_and_told_which_one_has_it(home: Path) -> None:
    code = "import sys, pathlib, comity.assemble as a; a.open_home(pathlib.Path(sys.argv[1]), threaded=False)"
    command = [sys.executable, "-c", code, str(home)]
    with open_home(home, clock=clock(), threaded=False):
        other = subprocess.run(command, capture_output=True, text=True, timeout=60)
        assert other.returncode != 0
        assert f"HomeInUse: {home} is in use by process {os.getpid()}" in other.stderr
        with pytest.raises(HomeInUse):
            open_home(home, clock=clock(), threaded=False)
    open_home(home, clock=clock(), threaded=False).close()  # the lock goes with its owner


def test_a_folder_that_is_not_empty_is_never_written_over(home: Path) -> None:
    before = {file: file.read_bytes() for file in home.rglob("*") if file.is_file()}
    with pytest.raises(RefusedHere, match="is not empty"):
        new_home(home, "north.example", names={"en": "North"}, clock=clock())
    assert {file: file.read_bytes() for file in home.rglob("*") if file.is_file()} == before


@pytest.mark.parametrize(
    "party", ["", "North", "north", "north_.example", "north.example.", "-n.example", "a" * 300]
)
def test_a_party_is_a_dns_name(tmp_path: Path, party: str) -> None:
    with pytest.raises(BadInput):
        new_home(tmp_path / "n", party, names={"en": "N"}, clock=clock())
    assert not (tmp_path / "n").exists()


def test_where_there_is_no_home_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="is not a node's home") as refused:
        open_home(tmp_path, clock=clock())
    assert "comity init" in refused.value.hint


@pytest.mark.parametrize(
    "settings",
    ["party = ", "party = 7", 'party = "n.example"\nsecret = "x"', 'party = "n.example"\nport = "x"', "\x00"],
)
def test_settings_that_cannot_be_read_are_refused_with_the_file(home: Path, settings: str) -> None:
    (home / "node.toml").write_text(settings)
    with pytest.raises(BadInput, match=r"node\.toml"):
        open_home(home, clock=clock())


def test_a_key_file_that_others_may_read_is_refused(home: Path) -> None:
    (home / "keys" / "everyday.key").chmod(0o644)
    with pytest.raises(StorageError, match="is readable by others") as refused:
        open_home(home, clock=clock())
    assert refused.value.hint.startswith("chmod 600")
    (home / "keys" / "everyday.key").chmod(0o600)
    open_home(home, clock=clock(), threaded=False).close()  # the refusal left no lock behind


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"comity-key-v1 ed25519",
        b"comity-key-v1 ed25519 !!!!",
        b"comity-key-v1 ed25519 AAAA",
        b"\xff" * 40,
    ],
)
def test_a_key_file_that_cannot_be_read_is_refused(home: Path, content: bytes) -> None:
    file = home / "keys" / "everyday.key"
    file.write_bytes(content)
    with pytest.raises(BadInput):
        open_home(home, clock=clock())


def test_keys_under_a_passphrase_open_with_it_alone(tmp_path: Path) -> None:
    home = tmp_path / "n"
    new_home(home, "north.example", names={"en": "N"}, clock=clock(), passphrase="correct horse")
    assert not any(b"comity-key-v1" in file.read_bytes() for file in (home / "keys").iterdir())
    with pytest.raises(BadInput, match="locked with a passphrase"):
        open_home(home, clock=clock())
    with pytest.raises(VerificationFailed, match="wrong passphrase"):
        open_home(home, clock=clock(), passphrase=lambda: "wrong")
    open_home(home, clock=clock(), threaded=False, passphrase=lambda: "correct horse").close()


def test_a_root_key_taken_offline_is_missed_only_where_it_is_needed(home: Path) -> None:
    (home / "keys" / "root.key").unlink()
    open_home(home, clock=clock(), threaded=False).close()
    assert HomeFolder(home).root_keys() == []


def test_a_home_of_a_newer_comity_is_refused_by_name_and_let_go(home: Path) -> None:
    import pysqlite3.dbapi2 as sqlite

    database = sqlite.connect(str(home / "node.db"))
    for name, value in (("version", 99), ("oldest_reader", tables.SCHEMA_VERSION + 1), ("comity", "9.9")):
        database.execute("UPDATE house SET value = ? WHERE name = ?", (str(value), name))
    database.commit()
    database.close()
    for _ in range(2):  # the second time not `in use`: the first let its lock go
        with pytest.raises(HomeTooNew, match=r"layout 99, written by comity 9\.9"):
            open_home(home, clock=clock(), threaded=False)
