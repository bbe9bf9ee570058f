"""Several processes serve one home whose rows are in PostgreSQL, and are killed at random under load."""

import base64
import random
import shutil
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import timedelta
from pathlib import Path

import pytest

import test_serving
from comity.assemble import new_home, open_home
from comity.cards import SignedCard
from comity.cards.drafts import finish, read_draft, sign_draft
from comity.control.client import node_at
from comity.errors import BadInput, ComityError, HomeInUse, RefusedHere
from comity.serving import Serving
from comity.storage.key_files import read_signing_key
from databases import drop, empty_database
from test_serving import NORTH, SOUTH, Process, add, conclude, free_port, process, share, until

pytestmark = pytest.mark.service

WORKERS = 3
#: How often a worker is killed.
KILLS = 8
#: Seconds for processes to start and to catch up, on a machine that has much else to do.
PATIENCE = 240.0


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(test_serving, "PATIENCE", PATIENCE)


@pytest.fixture
def database() -> Iterator[str]:
    address = empty_database()
    yield address
    drop(address)


@pytest.fixture
def homes(tmp_path: Path, database: str) -> dict[str, Path]:
    """North keeps its rows in a file, South in PostgreSQL."""
    cards = {
        party: new_home(tmp_path / party, party, names={"en": party}, port=free_port(), database=where)
        for party, where in ((NORTH, ""), (SOUTH, database))
    }
    conclude(tmp_path, cards)
    return {party: tmp_path / party for party in (NORTH, SOUTH)}


class Worker(Process):
    """One of the processes that serve a home."""

    def __init__(self, home: Path, number: int) -> None:
        super().__init__(home)
        self.log = home.with_name(f"{home.name}-{number}.log")


@contextmanager
def workers(home: Path) -> Iterator[list[Worker]]:
    made = [Worker(home, number) for number in range(WORKERS)]
    with ExitStack() as stack:
        for each in made:
            each.start()
            stack.callback(lambda each=each: each._process.poll() is None and each.kill())
        yield made


def test_a_home_in_postgresql_has_one_owner_for_commands_and_several_workers(
    homes: dict[str, Path], tmp_path: Path, database: str
) -> None:
    south = homes[SOUTH]
    assert not (south / "node.db").exists()
    with open_home(south, threaded=False), pytest.raises(HomeInUse):
        open_home(south, threaded=False)
    with Serving(south) as one, Serving(south) as other:
        assert (one.leads, other.leads) == (True, False)
        assert one.endpoint == other.endpoint
        with node_at(south) as tell:
            assert tell("status")["database"] == database
        with pytest.raises(HomeInUse):
            open_home(south, threaded=False)
        one.close()
        until(lambda: other.leads, "the other leads")
        with node_at(south) as tell:
            assert tell("journal-verify", witnessed=[])["ok"]
    with pytest.raises(RefusedHere, match="keeps the rows of a node already"):
        new_home(tmp_path / "second", "west.example", names={"en": "W"}, database=database)
    assert not (tmp_path / "second").exists()
    with pytest.raises(BadInput, match="a password does not belong"):
        new_home(tmp_path / "second", "west.example", names={}, database="postgresql://a:b@c/d")


def test_a_copy_of_a_home_is_refused_while_the_other_is_in_use(
    homes: dict[str, Path], tmp_path: Path
) -> None:
    """What the copy took in, the other could never open: the key of a content lies in the home."""
    south, copy = homes[SOUTH], tmp_path / "copy"
    shutil.copytree(south, copy)
    with open_home(south, worker=True), open_home(south, worker=True):
        for worker in (True, False):
            with pytest.raises(HomeInUse, match="another copy of this home"):
                open_home(copy, worker=worker)
    with open_home(copy), pytest.raises(HomeInUse, match="another copy of this home"):
        open_home(south)
    open_home(south).close()


def test_a_worker_that_leads_is_replaced_and_what_others_conclude_is_known_to_all(
    homes: dict[str, Path],
) -> None:
    with workers(homes[SOUTH]) as south, process(homes[NORTH]):
        with node_at(homes[NORTH]) as tell:
            message = share(tell, add(tell, 1))["message"]
            until(lambda: tell("delivery", message=message)["state"] == "receipted", "a receipt")
        south[0].kill()
        until(lambda: any("leads now" in each.events() for each in south[1:]), "another leads")
        with node_at(homes[SOUTH]) as tell:
            assert [row["state"] for row in tell("inbox") if row["kind"] == "disclosure"] == ["accepted"]
            item = tell("inbox")[0]["item"]["id"]
            tell("item-show", item=item)
        assert [each.stop() for each in south[1:]] == [0, 0]


def test_workers_killed_at_random_under_load_lose_nothing_and_double_nothing(
    homes: dict[str, Path],
) -> None:
    """Both share all the time; what a command has answered is kept; what came counts once; journals are whole."""
    chance = random.Random("workers")
    over = threading.Event()
    promised: dict[str, list[str]] = {NORTH: [], SOUTH: []}

    def load(party: str, to: str) -> None:
        number = 0
        while not over.is_set():
            number += 1
            with (
                suppress(ComityError, OSError),
                node_at(homes[party]) as tell,
            ):  # a command that was cut: not promised
                item = add(tell, number)
                promised[party].append(tell("share", item=item, to=to, purpose="network-defence")["message"])
            over.wait(0.05)

    with workers(homes[SOUTH]) as south, process(homes[NORTH]) as north:
        loads = [threading.Thread(target=load, args=way) for way in ((NORTH, SOUTH), (SOUTH, NORTH))]
        for each in loads:
            each.start()
        for _ in range(KILLS):
            more = {party: len(found) + chance.randrange(1, 6) for party, found in promised.items()}
            until(lambda more=more: all(len(promised[each]) >= more[each] for each in more), "both share on")
            victim = chance.choice(south)
            victim.kill()
            victim.start()
        over.set()
        for each in loads:
            each.join(60)
        for party in (NORTH, SOUTH):
            with node_at(homes[party]) as tell:
                until(lambda tell=tell: tell("deliver")["backlog"] == {}, f"{party} has delivered everything")
        for party, other in ((NORTH, SOUTH), (SOUTH, NORTH)):
            with node_at(homes[party]) as tell:
                entries = tell("journal-show", limit=100_000)
                sent = Counter(row["act"] for row in entries if row["kind"] == "sent-disclosure")
                assert set(promised[party]) <= set(sent), "a promise was lost"
                assert set(sent.values()) == {1}, "doubled at the sender"
                assert tell("journal-verify", witnessed=[])["ok"]
            with node_at(homes[other]) as tell:
                taken = Counter(
                    row["message"] for row in tell("inbox", limit=100_000) if row["kind"] == "disclosure"
                )
                got = Counter(
                    row["act"]
                    for row in tell("journal-show", limit=100_000)
                    if row["kind"] == "received-disclosure"
                )
                assert taken == got == sent, "lost or doubled at the receiver"
        stopped = [each.stop() for each in (*south, north)]
        assert stopped == [0] * len(stopped)
    for each in (*south, north):
        assert not {"command failed", "delivery stopped", "a thread ended"} & set(each.events())
    assert sum(each.events().count("leads now") for each in south) > 0, "the one that leads was never killed"


def test_every_worker_signs_and_opens_with_the_keys_of_the_newest_card(homes: dict[str, Path]) -> None:
    south = homes[SOUTH]
    with Serving(south) as one, Serving(south) as other, Serving(homes[NORTH]):
        assert one.leads
        old = [entry.keyid for entry in own_card(other).card.signing if "disclosure" in entry.functions]
        first = max(entry.from_ for entry in own_card(other).card.signing)
        until(lambda: other.node.clock.now() > first + timedelta(seconds=1), "a key that can end at once")
        with node_at(south) as tell:
            made = tell("card-draft", roles=["everyday", "sealing"])
            root = read_signing_key(south / "keys" / "root.key", None)
            draft = sign_draft(read_draft(base64.b64decode(made["draft"])), root)
            tell("card-publish", signed=finish(draft))
        card = own_card(other)
        assert card.card.version == 2
        now = other.node.clock.now()
        assert other.node.keyring.signer(card.card, "control", now).fingerprint not in old
        held = {key.fingerprint for key in other.node.keyring.sealing_keys()}
        assert set(card.card.sealing_keys(now)) <= held
        until(lambda: other.node.keyring.signing_key(old[0]) is None, "what was destroyed is let go of")
        one.close()
        with node_at(homes[NORTH]) as tell:
            message = share(tell, add(tell, 1))["message"]
            until(lambda: tell("delivery", message=message)["state"] == "receipted", "a receipt")


def own_card(serving: Serving) -> SignedCard:
    return serving.node.act(lambda transaction: serving.node.know(transaction).own)
