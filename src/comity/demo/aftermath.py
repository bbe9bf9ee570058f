"""Steps 6 to 10: a tampered node, a withdrawal, a pouch, journals compared, an agreement that ends."""

import shutil
from contextlib import closing
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pysqlite3.dbapi2 as sqlite

from comity.agreements.folder import parse_agreement, write_files
from comity.agreements.governing import Timeline
from comity.assemble import open_home
from comity.carriers.postman import Postman
from comity.control.verb import VERBS, Desk
from comity.decisions.gate import decide
from comity.decisions.known import Known
from comity.demo.sharing import EAST, NORTH, NORTH_SOUTH, SOUTH, SOUTH_EAST, as_bytes
from comity.demo.stage import Stage, example_agreement
from comity.demo.step import Script, Step
from comity.demo.tampered import send_anyway
from comity.errors import ComityError
from comity.node.questions import find_item, gather, question_of
from comity.ports import Transaction


def tamper(stage: Stage, original: str) -> Step:
    """6: a tampered node sends East the original without consent."""
    script = Script(
        "tampered", "A tampered South sends East the original all the same; East's node finds out."
    )
    node = stage.nodes[SOUTH].node
    message = node.act(
        lambda transaction: send_anyway(
            node, transaction, original, to=EAST, purpose="network-defence", under=SOUTH_EAST
        )
    )
    stage.nodes[SOUTH].postman.wake()
    row = stage.until(
        lambda: next((each for each in stage.tell(EAST, "inbox") if each["message"] == message), None)
    )
    script.expect(row and row["state"] == "quarantined", "East did not quarantine it")
    reason = row["reason"] if row else "nothing came"
    refs = [ground.partition(": ")[0] for ground in reason.split("; ")]
    script.scene(
        "South, tampered, seals North's bundle for East", "East keeps it apart (quarantine)", refs, [reason]
    )
    for party in (SOUTH, NORTH):
        told = stage.until(partial(_protests, stage, party, message))
        script.expect(told, f"{party} was not told")
        script.scene(
            f"East tells {party}" + (", through South, along the custody" if party == NORTH else ""),
            "protest received" if told else "nothing came",
            (ground.partition(": ")[0] for each in told or () for ground in each["grounds"]),
        )
    held = stage.tell(EAST, "item-list")
    script.expect(all(item["id"] != original for item in held), "East holds the original")
    return script.done()


def withdraw(stage: Stage, original: str, summary: str) -> Step:
    """7: North withdraws; it reaches South and East; each answers; North sees the tree."""
    script = Script("withdraw", "North takes the bundle back; every holder answers, over two hops.")
    stage.clock.step(timedelta(days=3))
    stage.tell(NORTH, "withdraw", item=original, reason="one indicator was wrong")
    reached = stage.until(
        lambda: {SOUTH, EAST} <= {party for party, _, _ in _flat(_answers(stage, original))}
    )
    script.expect(reached, "the withdrawal did not reach South and East, or they did not answer")
    script.scene(
        "North withdraws the bundle", "it travels along the hops actually made", lines=_tree(stage, original)
    )
    script.expect(_state(stage, SOUTH, original) == "erased", "South still holds the original")
    for party, keep, because in (
        (SOUTH, False, "made from it; a new one follows"),
        (EAST, True, "evidence in an open incident"),
    ):
        if _state(stage, party, summary) == "source-withdrawn":
            stage.tell(party, "review", item=summary, keep=keep, because=because)
        script.scene(
            f"{party}'s officer decides about the summary made from it",
            f"{'keep' if keep else 'erase'}: {because}",
        )
    answers = stage.until(lambda: _all_answered(_answers(stage, original), original, summary))
    script.expect(answers, "not every holder has answered")
    script.scene("North looks at the answers", "a tree along the hops", lines=_tree(stage, original))
    return script.done()


def carry_pouch(stage: Stage) -> Step:
    """8: the network is cut; a pouch carries an envelope; a late duplicate over HTTP changes nothing."""
    script = Script(
        "pouch", "The network is cut: a file carries the envelope; the late duplicate changes nothing."
    )
    stage.quiet()
    stage.nodes[NORTH].postman.cut(lambda peer: peer == SOUTH)
    item = stage.tell(
        NORTH,
        "item-add",
        content=b'{"indicator": "203.0.113.9"}\n',
        category="incident.indicators",
        marking="TLP:AMBER",
        title="One more indicator",
        media_type="application/json",
    )
    shown = stage.share(NORTH, item["id"], to=SOUTH)
    script.decision(
        "North: may one more indicator go to South?", shown, [f"queued: {shown['delivery']['reason']}"]
    )
    packed = stage.tell(NORTH, "pouch-pack", peer=SOUTH)
    file = stage.folder / "north-to-south.pouch"
    file.write_bytes(as_bytes(packed["pouch"]))
    opened = stage.tell(SOUTH, "pouch-open", data=file.read_bytes())
    script.expect(opened["accepted"] == 1, f"the pouch brought {opened}")
    script.scene(
        f"a stick carries {file.name} to South", f"{opened['accepted']} new, decided again, receipted"
    )
    before = _entries(stage, SOUTH, shown["message"])
    stage.nodes[NORTH].postman.cut(lambda _peer: False)
    stage.tell(NORTH, "deliver", peer=SOUTH)
    late = stage.until(
        lambda: stage.tell(NORTH, "delivery", message=shown["message"])["state"] == "receipted"
    )
    after = _entries(stage, SOUTH, shown["message"])
    script.expect(late, "the late duplicate brought no receipt")
    script.expect(before == after == 1, f"South entered it {after} times")
    script.scene(
        "the network is back; the same envelope comes over HTTP", "known already: the same receipt again"
    )
    return script.done()


def compare_journals(stage: Stage) -> Step:
    """9: North and South reconcile; one row is altered in a copy of South's home: found and located."""
    script = Script("journals", "North and South compare their journals; a row altered in a copy is found.")
    stage.quiet()
    stage.tell(NORTH, "journal-reconcile", peer=SOUTH)
    found = stage.until(lambda: stage.tell(NORTH, "journal-comparison", peer=SOUTH))
    script.expect(found and found["clean"], f"the journals differ: {found}")
    script.scene(
        "North and South compare what each says it sent and received", f"{found['agreed']} messages agreed"
    )
    stage.quiet()
    copy = _copy_home(stage, SOUTH)
    number = _alter_one_row(copy)
    with closing(open_home(copy, clock=stage.clock, threaded=False)) as home:
        desk = Desk(home, Postman(home.node), serving=False)
        report = VERBS["journal-verify"](desk, {})
    located = [fault["number"] for fault in report["faults"]]
    script.expect(number in located, f"entry {number} was altered, found: {located}")
    script.scene(
        f"entry {number} is altered in a copy of South's home",
        f"found: entry {located[0] if located else '?'}",
        lines=[fault["text"] for fault in report["faults"][:2]],
    )
    whole = stage.tell(SOUTH, "journal-verify")
    script.expect(whole["ok"], "South's own journal does not verify")
    notes = stage.tell(NORTH, "journal-witnessed", peer=SOUTH)
    held = stage.tell(SOUTH, "journal-verify", witnessed=notes)
    script.expect(held["ok"] and notes, "South's journal differs from the checkpoints North kept")
    script.scene(
        "South's own journal, against the checkpoints North has kept",
        f"whole; {len(notes)} checkpoints agree",
    )
    return script.done()


def denounce(stage: Stage, summary: str) -> Step:
    """10: South denounces South–East; when the notice has run out, nothing new passes; what East holds stays bound."""
    script = Script("denounce", "South denounces South–East; once the notice has run out nothing new passes.")
    given = stage.tell(SOUTH, "agreement-notice", agreement=SOUTH_EAST, kind="denunciation")["files"]
    write_files(
        stage.folder / "agreements" / SOUTH_EAST, {name: as_bytes(data) for name, data in given.items()}
    )
    there = stage.until(lambda: _state_of(stage, EAST, SOUTH_EAST) == "under-notice")
    script.expect(there, "the notice did not reach East")
    script.scene(
        "South gives notice", "under notice: what is agreed still passes", (f"{SOUTH_EAST} notice 2",)
    )
    item = stage.tell(
        SOUTH,
        "item-add",
        content=b"Nothing new this month.\n",
        category="incident.summaries",
        marking="TLP:GREEN",
        title="Summary of the month",
        media_type="text/plain",
    )
    stage.quiet()
    stage.clock.catch_up()
    shown = stage.share(SOUTH, item["id"], to=EAST)
    script.decision("more than six months later, South: may its own summary go to East?", shown)
    script.expect(shown["decision"] == "refused", f"the gate answered {shown['decision']}")
    _still_bound(stage, script, summary)
    shown = stage.share(NORTH, _own_item(stage), to=SOUTH)
    script.decision("North–South stays in force: may North share with South?", shown)
    script.expect(shown["decision"] == "permitted", f"the gate answered {shown['decision']}")
    return script.done()


def _still_bound(stage: Stage, script: Script, summary: str) -> None:
    """Ask what East could do with the summary under a draft between East and another Party."""
    node = stage.nodes[EAST].node
    draft = parse_agreement(
        {
            name: data.replace(b"south-east-2026", b"east-west-draft").replace(
                b"south.example", b"west.example"
            )
            for name, data in example_agreement(SOUTH_EAST).items()
        }
    )

    def work(transaction: Transaction) -> Any:
        knowledge = node.know(transaction)
        known = Known(
            [*knowledge.timelines.values(), Timeline(draft, unsigned=True)],
            withdrawn=knowledge.known.withdrawn,
            reviewed=knowledge.known.reviewed,
        )
        gathered = gather(transaction, find_item(transaction, summary))
        question = question_of(
            transaction, gathered, holder=EAST, to="west.example", purpose="network-defence"
        )
        return decide(question, known, node.now(transaction))

    decision = node.act(work)
    asks = [ask.party for ask in decision.ask]
    script.scene(
        "East, under a draft with West: could the summary go to West?",
        decision.outcome.replace("-", " ") + (f" of {', '.join(asks)}" if asks else ""),
        (ground.ref for ground in decision.grounds),
        ["the agreement with South has ended; what it made owed has not (VCLT art. 70)"],
    )
    script.expect(not decision.permitted, "what East holds is no longer bound")
    cited = {ground.ref.partition(" art.")[0] for ground in decision.grounds}
    script.expect({NORTH_SOUTH, SOUTH_EAST} & cited, "neither North's nor South's terms are cited")


def _own_item(stage: Stage) -> str:
    item: str = stage.tell(
        NORTH,
        "item-add",
        content=b'{"indicator": "203.0.113.80"}\n',
        category="incident.indicators",
        marking="TLP:GREEN",
        title="Indicator of today",
        media_type="application/json",
    )["id"]
    return item


def _protests(stage: Stage, party: str, message: str) -> list[dict[str, Any]]:
    return [each for each in stage.tell(party, "protest-list") if each["message"] == message]


def _state(stage: Stage, party: str, item: str) -> str:
    try:
        return str(stage.tell(party, "item-show", item=item)["state"])
    except ComityError:
        return "absent"


def _state_of(stage: Stage, party: str, agreement: str) -> str:
    rows = {each["id"]: each["status"]["state"] for each in stage.tell(party, "agreement-list")}
    return str(rows.get(agreement))


def _answers(stage: Stage, original: str) -> dict[str, Any]:
    shown: dict[str, Any] = stage.tell(NORTH, "withdrawal", item=original)["answers"]
    return shown


def _all_answered(tree: dict[str, Any], original: str, summary: str) -> bool:
    said = {(party, item): answer for party, item, answer in _flat(tree)}
    return (
        said.get((SOUTH, original)) == "done"
        and said.get((SOUTH, summary)) == "done"
        and said.get((EAST, summary)) == "retained"
    )


def _flat(tree: dict[str, Any]) -> list[tuple[str, str, str]]:
    here = [(tree["party"], each["item"], each["answer"]) for each in tree["answers"]]
    return here + [each for below in tree["below"] for each in _flat(below)]


def _tree(stage: Stage, original: str, depth: int = 0, tree: dict[str, Any] | None = None) -> list[str]:
    tree = tree or _answers(stage, original)
    lines = [
        "   " * depth
        + f"{tree['party']}: {each['item'][:12]} {each['answer']}"
        + (f" ({each['because']})" if each["because"] else "")
        for each in tree["answers"]
    ] or ["   " * depth + tree["party"]]
    for below in tree["below"]:
        lines += _tree(stage, original, depth + 1, below)
    return lines


def _entries(stage: Stage, party: str, message: str) -> int:
    rows = stage.tell(party, "journal-show", channel=NORTH, limit=100_000)
    return sum(row["act"] == message for row in rows)


def _copy_home(stage: Stage, party: str) -> Path:
    """Copy a home while its node serves: the database by SQLite's own backup, so that the copy is consistent."""
    source, copy = stage.home(party), stage.folder / "copy-of-south"
    shutil.copytree(
        source, copy, ignore=shutil.ignore_patterns("control", "lock", "node.db*", "body-keys.db*")
    )
    for name in ("node.db", "body-keys.db"):
        with closing(sqlite.connect(source / name)) as there, closing(sqlite.connect(copy / name)) as here:
            there.backup(here)
    return copy


def _alter_one_row(home: Path) -> int:
    """Change what one entry says was done, as somebody with the disk in hand would; give its number."""
    with closing(sqlite.connect(home / "node.db")) as database:
        number, leaf = database.execute(
            "SELECT number, leaf FROM journal WHERE kind = 'received-disclosure' ORDER BY number LIMIT 1"
        ).fetchone()
        altered = bytes(leaf).replace(b"received-disclosure", b"received-materials1")
        database.execute(
            "UPDATE journal SET leaf = ?, kind = 'received-materials1' WHERE number = ?", (altered, number)
        )
        database.commit()
    return int(number)
