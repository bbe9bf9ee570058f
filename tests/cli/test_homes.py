"""Homes that cannot be used, and what a command says of each: one line with the cause, and what to do."""

import fcntl
import json
import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pysqlite3.dbapi2 as sqlite
import pytest

from cli.land import Comity, Land
from comity.serving import Serving


@contextmanager
def serving(home: Path) -> Iterator[Serving]:
    """Serve a home on a port that is free."""
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with Serving(home, port=port) as node:
        yield node


def test_a_home_and_everything_secret_in_it_is_for_its_owner_alone(comity: Comity, tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        assert comity("init", tmp_path / "home", "--party", "a.example").code == 0
        assert comity("status", "--home", tmp_path / "home").code == 0
    finally:
        os.umask(before)
    home = tmp_path / "home"
    open_ = [
        str(each.relative_to(home))
        for each in (home, *home.rglob("*"))
        if stat.S_IMODE(each.stat().st_mode) & 0o077 and each.name != "node.toml"
    ]
    assert open_ == []


@pytest.mark.parametrize("words", [("status",), ("item", "list"), ("journal", "verify")])
def test_a_database_whose_pages_were_lost_is_told_and_not_traced(
    words: tuple[str, ...], comity: Comity, land: Land
) -> None:
    database = land.north / "node.db"
    with database.open("r+b") as file:
        for page in range(1, database.stat().st_size // 4096):
            file.seek(page * 4096)
            file.write(bytes(4096))
    done = comity(*words, "--home", land.north)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("comity: ") and "malformed" in done.err and len(done.err.splitlines()) <= 2
    report = comity("doctor", "--home", land.north)
    assert report.code == 6 and "malformed" in report.out and "Traceback" not in report.err


@pytest.mark.parametrize("key", ["everyday", "officer", "sealing"])
def test_a_key_that_others_can_read_is_refused(key: str, comity: Comity, land: Land) -> None:
    file = land.north / "keys" / f"{key}.key"
    file.chmod(0o644)
    done = comity("status", "--home", land.north)
    assert (done.code, done.out) == (2, "")
    assert done.err == f"comity: {file} is readable by others\n  next: chmod 600 {file}\n"
    report = comity("doctor", "--home", land.north, "--json")
    assert report.code == 6
    wrong = [each["name"] for each in json.loads(report.out)["checks"] if not each["ok"]]
    assert f"key {key}" in wrong


@pytest.mark.parametrize(
    "damage",
    [b"", b"comity-key-v1 ed25519 !!!!\n", b"comity-key-v1 ed25519 AAAA\n", b"\xff\xfe\x00", b"a b c d"],
)
def test_a_damaged_key_file_is_one_clear_line(damage: bytes, comity: Comity, land: Land) -> None:
    file = land.north / "keys" / "everyday.key"
    file.write_bytes(damage)
    done = comity("status", "--home", land.north)
    assert (done.code, done.out, len(done.mistakes)) == (2, "", 1), done
    assert str(file) in done.mistakes[0]


@pytest.mark.parametrize("role", ["everyday", "sealing", "tls", "witness"])
def test_a_key_of_the_card_that_is_gone_is_named_and_the_next_command_replaces_it(
    role: str, comity: Comity, land: Land
) -> None:
    (land.north / "keys" / f"{role}.key").unlink()
    report = comity("doctor", "--home", land.north, "--json")
    assert report.code == 6
    (wrong,) = [each for each in json.loads(report.out)["checks"] if not each["ok"]]
    assert (wrong["name"], wrong["next"]) == (
        "keys",
        f"comity card revoke-key {role} --as-of DAY --because lost",
    )
    command = wrong["next"].removeprefix("comity ").replace("DAY", "2026-01-01").split()
    done = comity(*command, "--home", land.north)
    assert done.code == 0 and "published: card 2 of north.example" in done.out
    assert comity("doctor", "--home", land.north).code == 0


def test_doctor_names_modes_that_are_too_wide(comity: Comity, land: Land) -> None:
    land.north.chmod(0o755)
    (land.north / "node.db").chmod(0o644)
    report = comity("doctor", "--home", land.north, "--json")
    assert report.code == 6
    wrong = {each["name"]: each["next"] for each in json.loads(report.out)["checks"] if not each["ok"]}
    assert wrong == {
        "home": f"chmod 700 {land.north}",
        "node.db": f"chmod 600 {land.north / 'node.db'}",
    }


def test_a_home_owned_by_another_process_is_named_with_it(comity: Comity, land: Land) -> None:
    handle = os.open(land.north / "lock", os.O_RDWR)
    fcntl.flock(handle, fcntl.LOCK_EX)
    os.ftruncate(handle, 0)
    os.pwrite(handle, b"4711\n", 0)
    try:
        done = comity("item", "list", "--home", land.north)
        report = comity("doctor", "--home", land.north)
    finally:
        os.close(handle)
    assert (done.code, done.out) == (2, "")
    assert done.mistakes == [f"comity: {land.north} is in use by process 4711"]
    assert report.code == 6 and "WRONG lock: " in report.out


def test_a_home_written_by_a_newer_version_is_refused_by_name(comity: Comity, land: Land) -> None:
    with sqlite.connect(land.north / "node.db") as database:
        for name, value in (("version", "99"), ("oldest_reader", "99"), ("comity", "9.9")):
            database.execute("UPDATE house SET value = ? WHERE name = ?", (value, name))
    database.close()
    done = comity("status", "--home", land.north)
    assert (done.code, done.out, len(done.mistakes)) == (2, "", 1)
    assert "layout 99, written by comity 9.9" in done.mistakes[0]


def test_a_home_of_a_newer_version_that_says_this_one_may_read_it_is_opened_and_stays_so(
    comity: Comity, land: Land
) -> None:
    with sqlite.connect(land.north / "node.db") as database:
        for name, value in (("version", "99"), ("oldest_reader", "1"), ("comity", "9.9")):
            database.execute("UPDATE house SET value = ? WHERE name = ?", (value, name))
    database.close()
    assert comity("status", "--home", land.north).code == 0
    with sqlite.connect(land.north / "node.db") as database:
        said = dict(database.execute("SELECT name, value FROM house WHERE name IN ('version', 'comity')"))
    database.close()
    assert said == {"version": "99", "comity": "9.9"}  # brought back to nothing older


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "party"),
        ("party = 7", "party"),
        ('party = "a.example"\nprot = 8101', "prot"),
        ('party = "a.example"\nport = "8101"', "port"),
        ('party = "a.example"\nport = 70000', "port"),
        ('party = "Not A Party"', "Not A Party"),
        ("party = ", "node.toml"),
        ("\udcff", "node.toml"),
    ],
)
def test_a_settings_file_with_a_mistake_is_named_with_it(
    text: str, said: str, comity: Comity, land: Land
) -> None:
    (land.north / "node.toml").write_text(text, errors="surrogateescape")
    done = comity("status", "--home", land.north)
    assert (done.code, done.out, len(done.mistakes)) == (2, "", 1), done
    assert "node.toml" in done.mistakes[0] and said in done.mistakes[0]


@pytest.mark.parametrize("name", ["node.db", "body-keys.db", "body-epoch.json"])
def test_a_damaged_file_of_a_home_is_one_clear_line(name: str, comity: Comity, land: Land) -> None:
    (land.north / name).write_bytes(b"this is not what was here" * 400)
    done = comity("item", "show", "note", "--save", land.folder / "x", "--home", land.north)
    assert done.code == 2 and done.out == "" and len(done.mistakes) == 1, done
    assert name in done.mistakes[0]


@pytest.mark.parametrize(
    ("gone", "said"),
    [
        (("node.db",), "node.db is missing in "),
        (("body-keys.db",), "body-keys.db is missing in "),
        (("node.db", "body-keys.db"), "node.db is missing in "),
    ],
)
def test_what_is_gone_from_a_home_is_said_and_not_made_anew(
    gone: tuple[str, ...], said: str, comity: Comity, land: Land
) -> None:
    for name in gone:
        for file in land.north.glob(f"{name}*"):
            file.unlink()
    for words in (("item", "list"), ("item", "show", "note"), ("serve",)):
        done = comity(*words, "--home", land.north)
        assert (done.code, done.out) == (2, ""), (words, done)
        assert said in done.err and "restore a backup" in done.err
    report = comity("doctor", "--home", land.north)
    assert report.code == 6 and f"WRONG home: {said}" in report.out
    assert not any((land.north / name).exists() for name in gone)


def test_an_empty_database_is_not_taken_for_a_home(comity: Comity, land: Land) -> None:
    for file in land.north.glob("node.db-*"):
        file.unlink()
    (land.north / "node.db").write_bytes(b"")
    done = comity("item", "list", "--home", land.north)
    assert (done.code, done.out) == (2, "") and "node.db is empty" in done.err, done


def test_commands_go_to_the_node_that_serves_the_home(comity: Comity, land: Land) -> None:
    with serving(land.north):
        assert stat.S_IMODE((land.north / "control").stat().st_mode) == 0o600
        done = comity("status", "--json", "--home", land.north)
        assert (done.code, json.loads(done.out)["serving"]) == (0, True)
        assert (
            comity("share", "absent", "--to", "south.example", "--purpose", "x", "--home", land.north).code
            == 3
        )
        second = comity("serve", "--home", land.north, "--port", 9)
        assert (second.code, second.out) == (2, "")
        assert second.mistakes == [f"comity: {land.north} is in use by process {os.getpid()}"]
        assert comity("doctor", "--home", land.north).code == 0
    done = comity("status", "--json", "--home", land.north)
    assert (done.code, json.loads(done.out)["serving"]) == (0, False)


def test_a_socket_left_behind_is_no_obstacle(comity: Comity, land: Land) -> None:
    """After a power cut the socket's file is there and nobody listens."""
    import socket

    left = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    left.bind(str(land.north / "control"))
    left.close()
    assert comity("status", "--home", land.north).code == 0
    with serving(land.north):
        assert json.loads(comity("status", "--json", "--home", land.north).out)["serving"] is True


def test_a_path_longer_than_a_socket_address_serves_all_the_same(comity: Comity, land: Land) -> None:
    deep = land.folder / ("d" * 90) / ("e" * 90)
    deep.mkdir(parents=True)
    home = deep / "north"
    shutil.move(land.north, home)
    assert len(os.fsencode(home / "control")) > 108
    with serving(home):
        assert json.loads(comity("status", "--json", "--home", home).out)["serving"] is True
    assert not (home / "control").exists()


def test_keys_locked_with_a_passphrase_need_it(comity: Comity, tmp_path: Path) -> None:
    secret, wrong = tmp_path / "secret", tmp_path / "wrong"
    secret.write_text("correct horse battery staple\n")
    wrong.write_text("incorrect horse\n")
    home = tmp_path / "home"
    assert comity("init", home, "--party", "a.example", "--passphrase-file", secret).code == 0
    done = comity("status", "--home", home)
    assert (done.code, len(done.mistakes)) == (2, 1)
    assert "locked with a passphrase" in done.err and "--passphrase-file" in done.err
    done = comity("status", "--home", home, "--passphrase-file", wrong)
    assert done.code in (2, 6) and done.out == "" and len(done.mistakes) == 1
    assert "horse" not in done.err
    assert comity("status", "--home", home, "--passphrase-file", secret).code == 0


def test_a_home_without_an_endpoint_says_so(comity: Comity, tmp_path: Path) -> None:
    made = comity("init", tmp_path / "n", "--party", "north.example", "--card", tmp_path / "n.card")
    assert made.code == 0 and "the card names no endpoint: letters come by pouch and relay alone" in made.err
    assert f"next: give {tmp_path / 'n.card'} to your partners" in made.err
    assert "comity card show" not in made.err
    reached = comity("init", tmp_path / "s", "--party", "south.example", "--port", 8101)
    assert "names no endpoint" not in reached.err and "next: comity card show" in reached.err
    outside = comity("init", tmp_path / "e", "--party", "east.example", "--listen", "0.0.0.0")
    assert outside.code == 2 and "a node that listens on 0.0.0.0 needs a port" in outside.err
    assert "--endpoint https://NAME:PORT" in outside.err and not (tmp_path / "e").exists()


def test_a_refused_init_leaves_nothing_behind(comity: Comity, tmp_path: Path) -> None:
    home = tmp_path / "home"
    for words in (
        ("--party", "A"),
        ("--party", "a.example", "--function", "two words"),
        ("--party", "a.example", "--name", "x", "--language", "???"),
        ("--party", "a.example", "--deployment", 'x"y'),
    ):
        assert comity("init", home, *words).code == 2
        assert not home.exists(), words
    assert comity("init", home, "--party", "a.example").code == 0


def test_a_folder_that_cannot_be_written_is_named(comity: Comity, tmp_path: Path) -> None:
    if os.geteuid() == 0:
        done = comity("init", "/proc/comity", "--party", "a.example")  # nobody writes there, root neither
    else:
        tmp_path.chmod(0o500)
        done = comity("init", tmp_path / "home", "--party", "a.example")
    assert (done.code, done.out, len(done.mistakes)) == (2, "", 1), done


def test_a_disk_that_takes_no_more_ends_the_command_and_nothing_is_entered(
    comity: Comity, land: Land
) -> None:
    """A write that fails in the middle ends the process at once (74); the item is not there, the journal is whole."""
    import resource
    import signal
    import subprocess
    import sys

    big = land.folder / "big.bin"
    big.write_bytes(os.urandom(4_000_000))
    words = ["item", "add", str(big), "--category", "incident.reports", "--marking", "TLP:GREEN"]

    def small_files_only() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, 2_000_000))

    program = "import sys; from comity.cli.main import main; sys.argv[0] = 'comity'; main()"
    done = subprocess.run(
        [sys.executable, "-c", program, *words, "--home", str(land.north)],
        capture_output=True,
        text=True,
        preexec_fn=small_files_only,
    )
    assert (done.returncode, done.stdout) == (74, ""), done
    assert "INSERT" not in done.stderr and "Traceback" not in done.stderr
    assert "big.bin" not in comity("item", "list", "--home", land.north).out
    assert comity("journal", "verify", "--home", land.north).code == 0


def test_doctor_names_a_home_on_another_machine_s_disk(
    comity: Comity, land: Land, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "ok file system: " in comity("doctor", "--home", land.north).out
    monkeypatch.setattr("comity.storage.file_systems.kind_of", lambda _path: "nfs4")
    done = comity("doctor", "--home", land.north)
    assert done.code == 6 and f"WRONG file system: {land.north} is on nfs4" in done.out
    assert "next: move the home to a disk of this machine" in done.out


def test_a_clock_that_nothing_bears_out_is_told_until_a_person_confirms_it(
    comity: Comity, land: Land
) -> None:
    with sqlite.connect(land.north / "node.db") as database:
        known = ('{"until":"2020-01-01T00:00:00Z"}',)
        assert database.execute("UPDATE house SET value = ? WHERE name = 'time'", known).rowcount == 1
    database.close()
    why = "days after 2020-01-01, the last day that the journal or another Party bears out"
    report = comity("doctor", "--home", land.north)
    assert report.code == 6 and "WRONG time: the clock stands at " in report.out and why in report.out
    assert (
        "next: set the machine's clock, or, where it is right: comity duties --clock-is-right" in report.out
    )
    assert why in comity("status", "--home", land.north).out
    done = comity("duties", "--home", land.north)
    assert (
        done.code == 0
        and "nothing was erased or closed: the clock stands at " in done.out
        and why in done.out
    )
    refused = comity("duties", "--dry-run", "--clock-is-right", "--home", land.north)
    assert refused.code == 2 and refused.mistakes == [
        "comity: --dry-run does nothing, so it cannot confirm the clock"
    ]
    confirmed = comity("duties", "--clock-is-right", "--home", land.north)
    assert confirmed.code == 0 and why not in confirmed.out, confirmed
    assert "time-confirmed" in comity("journal", "show", "--home", land.north).out
    assert comity("doctor", "--home", land.north).code == 0
    again = comity("duties", "--clock-is-right", "--home", land.north)
    assert again.code == 1
    assert again.mistakes == ["comity: the time is borne out: there is nothing to confirm"]


def test_doctor_reads_everything_that_is_kept_and_names_what_changed(comity: Comity, land: Land) -> None:
    assert "ok kept: as it was kept" in comity("doctor", "--full", "--home", land.north).out
    with sqlite.connect(land.north / "node.db") as database:
        ((content,),) = database.execute("SELECT sealed FROM bodies LIMIT 1").fetchall()
        changed = bytes([content[0] ^ 1]) + content[1:]
        database.execute("UPDATE bodies SET sealed = ? WHERE sealed = ?", (changed, content))
    database.close()
    done = comity("doctor", "--full", "--home", land.north)
    assert done.code == 6 and "WRONG kept: item " in done.out, done
    assert comity("doctor", "--home", land.north).code == 0, "without --full the contents are not read"


def test_doctor_names_a_page_of_the_database_that_changed(comity: Comity, land: Land) -> None:
    with sqlite.connect(land.north / "node.db") as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        ((size,),) = database.execute("PRAGMA page_size").fetchall()
        ((page,),) = database.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'journal_by_channel'"
        ).fetchall()
    database.close()
    with (land.north / "node.db").open("r+b") as file:
        file.seek(page * size - 3)
        (last,) = file.read(1)
        file.seek(page * size - 3)
        file.write(bytes([last ^ 1]))
    done = comity("doctor", "--full", "--home", land.north)
    assert done.code == 6 and "WRONG kept: node.db: " in done.out, done
