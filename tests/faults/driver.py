"""A fork server that lets a node do one thing to a home on disk, under the shim, and says what came of it.

Started with LD_PRELOAD by `storage.py`; reads one JSON request a line and answers with one. Every act runs in a child
of its own, which may be killed by the shim; the server, which has everything imported, goes on.

What is acknowledged is said through a pipe the moment the act has returned: from then on it must never be lost.
"""

import contextlib
import ctypes
import json
import os
import signal
import sys
import traceback
from datetime import datetime, timedelta
from pathlib import Path

from comity.assemble import Home, open_home
from comity.clock import SteppedClock
from comity.errors import CannotJournal, ComityError, NotFound, RefusedHere
from comity.node.check_journal import check_in_parts
from comity.node.disclose import disclose
from comity.node.receive import receive
from comity.node.withdraw import withdraw

ME = ctypes.CDLL(None)
SOUTH = "south.example"
#: What the child says has happened; each a line in its pipe.
ACKNOWLEDGED, REFUSED, RECOVERED = "acknowledged", "refused", "recovered"


class Act:
    """One act on a home: how it is done, and whether a home shows it whole, not at all, or in part."""

    later = timedelta(0)
    new = False

    def __init__(self, place: Path) -> None:
        self.place = place
        self.facts = json.loads((place / "facts.json").read_text())
        self.home = place / self.facts["home"]

    def open(self) -> Home:
        at = datetime.fromisoformat(self.facts["at"]) + self.later
        return open_home(self.home, clock=SteppedClock(at), threaded=False, new=self.new)

    def do(self, home: Home) -> None:
        """Do it; return once it is durable."""

    def count(self, home: Home) -> int:
        """Give how often the home says that it was done."""
        return 1

    def problems(self, home: Home) -> list[str]:
        """Say what is half done."""
        return []

    def _entered(self, home: Home, kind: str, act: str | None = None) -> int:
        rows = home.node.store.read(lambda transaction: transaction.journal(limit=100_000))
        return sum(row.kind == kind and act in (None, row.act) for row in rows)


class Accept(Act):
    """South takes a disclosure in."""

    def do(self, home: Home) -> None:
        envelope = (self.place / "envelope").read_bytes()
        taken = home.node.act(lambda transaction: receive(home.node, transaction, envelope, "https"))
        assert taken.state in ("accepted", "known") and taken.receipt, taken

    def count(self, home: Home) -> int:
        return self._entered(home, "received-disclosure", self.facts["message"])

    def problems(self, home: Home) -> list[str]:
        row, body, item = home.node.store.read(
            lambda transaction: (
                transaction.inbox(self.facts["message"]),
                transaction.body(self.facts["item"]),
                transaction.item(self.facts["item"]),
            )
        )
        whole = (row is not None, body is not None, item is not None)
        return [] if len(set(whole)) == 1 else [f"inbox, body, item: {whole}"]


class Send(Act):
    """North decides, journals, seals and owes a disclosure."""

    def do(self, home: Home) -> None:
        outcome = home.node.act(
            lambda transaction: disclose(
                home.node, transaction, self.facts["other"], to=SOUTH, purpose="network-defence"
            )
        )
        assert outcome.message, outcome

    def count(self, home: Home) -> int:
        return self._entered(home, "sent-disclosure") - self.facts["sent"]

    def problems(self, home: Home) -> list[str]:
        owed = home.node.store.read(lambda transaction: transaction.owed(None, None, 100))
        decided = self._entered(home, "decided") - self.facts["sent"]
        sent = self.count(home)
        owing = sum(row.kind == "disclosure" for row in owed)
        owing -= self.facts["sent"]
        return [] if decided == sent == owing else [f"decided {decided}, sent {sent}, owed {owing}"]


class Withdraw(Act):
    """North withdraws what it has given."""

    def do(self, home: Home) -> None:
        with contextlib.suppress(RefusedHere):  # done before
            home.node.act(lambda transaction: withdraw(home.node, transaction, self.facts["item"]))
            return
        assert self.count(home) == 1

    def count(self, home: Home) -> int:
        return self._entered(home, "withdrawal")

    def problems(self, home: Home) -> list[str]:
        owed = home.node.store.read(lambda transaction: transaction.owed(None, None, 100))
        told = sum(row.kind == "act" for row in owed)
        return [] if told == self.count(home) else [f"withdrawn {self.count(home)}, told {told}"]


class Erase(Act):
    """South takes a withdrawal in: it erases, answers and receipts."""

    def do(self, home: Home) -> None:
        envelope = (self.place / "withdrawal").read_bytes()
        taken = home.node.act(lambda transaction: receive(home.node, transaction, envelope, "https"))
        assert taken.state in ("accepted", "known"), taken

    def count(self, home: Home) -> int:
        return self._entered(home, "received-act")

    def problems(self, home: Home) -> list[str]:
        body, item = home.node.store.read(
            lambda transaction: (
                transaction.body(self.facts["item"]),
                transaction.item(self.facts["item"]),
            )
        )
        held = item is not None and item.state == "held"
        return (
            [] if held == (body is not None) == (not self.count(home)) else [f"held {held}, {body is None}"]
        )


class Renew(Act):
    """South begins a new epoch of the keys of bodies."""

    later = timedelta(days=31)

    def do(self, home: Home) -> None:
        home.node.store.renew_keys(home.node.clock.now())

    def problems(self, home: Home) -> list[str]:
        body = home.node.store.read(lambda transaction: transaction.body(self.facts["item"]))
        return [] if body is not None else ["the body cannot be opened any more"]


class Migrate(Act):
    """South lays its database out from nothing."""

    new = True

    def problems(self, home: Home) -> list[str]:
        with contextlib.suppress(NotFound):
            home.node.store.read(lambda transaction: (transaction.cards(), transaction.items()))
        return []


ACTS = {each.__name__.lower(): each for each in (Accept, Send, Withdraw, Erase, Renew, Migrate)}


def child(act: Act, mode: str, at: int, log: str, pipe: int) -> None:
    """Do one act under the shim; never returns."""

    def say(what: str) -> None:
        os.write(pipe, f"{what}\n".encode())

    if log:
        ME.comity_fault_log(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND))
    ME.comity_fault_arm(at, ord(mode))
    try:
        with act.open() as home:
            try:
                act.do(home)
            except CannotJournal as error:
                say(REFUSED)
                assert home.node.store.trouble == error.message, "why nothing can be written is not told"
                assert act.count(home) in (0, 1)  # reading goes on
                if mode in "nf":
                    ME.comity_fault_disarm()  # there is room again
                    act.do(home)
                    assert home.node.store.trouble == "", "the disk is well again and is said to be full"
                    say(RECOVERED)
                    say(ACKNOWLEDGED)
            else:
                say(ACKNOWLEDGED)
                if log:
                    os.write(os.open(log, os.O_WRONLY | os.O_APPEND), b"a" + bytes(14))
    except ComityError as error:
        say(REFUSED)
        say(f"  {error.message}")
    except BaseException:
        say(f"raised {traceback.format_exc(limit=-6)!r}")
    ME.comity_fault_disarm.restype = ctypes.c_long
    say(f"calls {ME.comity_fault_disarm()}")
    os._exit(0)


def look(act: Act, acknowledged: bool) -> list[str]:
    """Open the home again and say what is lost, doubled, half done or does not verify; then do the act once more."""
    problems: list[str] = []
    with act.open() as home:
        report = check_in_parts(home.node)
        problems += [f"journal: {fault.kind} {fault.text}" for fault in report.faults]
        problems += act.problems(home)
        done = act.count(home)
        if acknowledged and done == 0:
            problems.append("acknowledged and lost")
        if done == 0 or not (acknowledged or isinstance(act, Send)):
            act.do(home)
        if act.count(home) != 1:
            problems.append(f"done {act.count(home)} times")
        problems += act.problems(home)
        report = check_in_parts(home.node)
        problems += [f"journal afterwards: {fault.kind} {fault.text}" for fault in report.faults]
    return problems


def answer(request: dict) -> dict:
    act = ACTS[request["act"]](Path(request["place"]))
    if request["what"] == "look":
        return in_child(lambda pipe: looked(act, request["acknowledged"], pipe))
    return in_child(lambda pipe: child(act, request["mode"], request["at"], request.get("log", ""), pipe))


def looked(act: Act, acknowledged: bool, pipe: int) -> None:
    try:
        for problem in look(act, acknowledged):
            os.write(pipe, f"{problem}\n".encode())
    except BaseException:
        os.write(pipe, f"raised {traceback.format_exc(limit=-6)!r}\n".encode())
    os._exit(0)


def in_child(work) -> dict:
    out, into = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(out)
        signal.alarm(30)
        work(into)
        os._exit(1)
    os.close(into)
    with os.fdopen(out) as lines:
        said = lines.read().splitlines()
    _, status = os.waitpid(pid, 0)
    return {"said": said, "exit": os.waitstatus_to_exitcode(status)}


def main() -> None:
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
