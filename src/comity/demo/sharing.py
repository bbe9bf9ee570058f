"""Steps 1 to 5: agreements concluded, an item shared, refusals, consent."""

from datetime import timedelta
from itertools import chain
from pathlib import Path
from typing import Any

from comity.agreements.coherence import lint
from comity.agreements.folder import parse_agreement, write_files
from comity.agreements.roots import with_roots
from comity.cards import read_card
from comity.clock import format_instant
from comity.demo.stage import NAMES, Stage, example_agreement
from comity.demo.step import Script, Step
from comity.interop.files import describe

NORTH, SOUTH, EAST = NAMES
NORTH_SOUTH, SOUTH_EAST = "north-south-2026", "south-east-2026"
PAIRS = {NORTH_SOUTH: (NORTH, SOUTH), SOUTH_EAST: (SOUTH, EAST)}


def conclude(stage: Stage) -> Step:
    """1: cards exchanged, agreements linted, signed by both sides, in force."""
    script = Script(
        "conclude", "Cards are exchanged; two agreements are checked, signed by both sides and in force."
    )
    roots = {
        party: read_card(card, root_fingerprint=None).root_fingerprint for party, card in stage.cards.items()
    }
    for agreement_id, parties in PAIRS.items():
        for party in parties:
            for other in parties:
                if other != party:
                    stage.tell(party, "card-accept", signed=stage.cards[other])
        files = dict(with_roots(example_agreement(agreement_id), {party: roots[party] for party in parties}))
        agreement = parse_agreement(files)
        findings = lint(agreement)
        errors = [finding for finding in findings if finding.severity == "error"]
        script.expect(not errors, f"{agreement_id}: {errors and errors[0]}")
        script.scene(
            f"{' and '.join(parties)} check {agreement_id} before signing",
            f"{len(errors)} errors, {len(findings) - len(errors)} remarks",
            lines=(f"languages: {', '.join(agreement.languages)}, clauses equal in all of them",),
        )
        folder = stage.folder / "agreements" / agreement_id
        write_files(folder, files)
        for party in parties:
            added = stage.tell(party, "agreement-sign", files=files)["files"]
            files.update({name: as_bytes(data) for name, data in added.items()})
        write_files(folder, files)
        for party in parties:
            stage.tell(party, "agreement-hold", files=files)
            held = {each["id"]: each["status"] for each in stage.tell(party, "agreement-list")}
            state = held.get(agreement_id, {}).get("state")
            script.expect(state == "in-force", f"{agreement_id} is {state} for {party}")
        script.scene(
            f"the directors of {' and '.join(NAMES[party] for party in parties)} sign",
            "in force",
            held[agreement_id]["grounds"],
        )
    return script.done()


def share_item(stage: Stage, file: Path, marking: str) -> tuple[Step, str]:
    """2: North shares a real STIX bundle with South. Gives the step and the item's id."""
    script = Script(
        "share", "North shares a STIX bundle with South; South's node decides again and signs a receipt."
    )
    content = file.read_bytes()
    said = describe(file, content, "", marking)
    item = stage.tell(
        NORTH,
        "item-add",
        content=content,
        category="incident.indicators",
        marking=said.marking,
        title=said.title,
        media_type=said.media_type,
    )
    if item["needs_reading"]:
        stage.tell(NORTH, "item-read", item=item["id"])
        script.scene(
            "the door found words that a person must read", "North's officer has read it", ("safeguard 1",)
        )
    shown = stage.share(NORTH, item["id"], to=SOUTH)
    asked = f"North: may `{said.title}` ({said.marking}) go to South, for network-defence?"
    if shown["decision"] != "permitted":
        script.decision(asked, shown, ("nothing was sent",))
        script.expect(
            None,
            f"what North and South agreed does not let this item pass, marked {said.marking}; "
            "the story needs one that it does, such as TLP:AMBER",
        )
        return script.done(), item["id"]
    delivery = shown["delivery"]
    script.decision(
        asked,
        shown,
        (
            f"sealed with ML-KEM-768 + X25519, delivered over HTTP: {delivery['state']}",
            *(
                f"goes with it: {each['kind']} {each['value']} ({each['ref']})"
                for each in shown["obligations"]
            ),
        ),
    )
    arrived = [row for row in stage.tell(SOUTH, "inbox") if row["item"] and row["item"]["id"] == item["id"]]
    script.expect(delivery["state"] == "receipted", f"delivery is {delivery['state']}: {delivery['reason']}")
    script.expect(arrived and arrived[0]["state"] == "accepted", "South did not accept it")
    return script.done(), item["id"]


def share_uncovered(stage: Stage) -> Step:
    """3: North tries something that no article covers."""
    script = Script("refuse", "North tries to share what no article covers.")
    item = stage.tell(
        NORTH,
        "item-add",
        content=b"Which switch stands where in the control room.\n",
        category="network.topology",
        marking="TLP:GREEN",
        title="Plan of the control network",
    )
    shown = stage.share(NORTH, item["id"], to=SOUTH)
    script.decision(
        "North: may `Plan of the control network` (network.topology) go to South?",
        shown,
        (" ".join(ground["text"].split()) for ground in shown["grounds"]),
    )
    script.expect(shown["decision"] == "refused", f"the gate answered {shown['decision']}")
    script.expect(not shown["message"], "something was sent")
    return script.done()


def pass_on(stage: Stage, original: str) -> tuple[Step, str]:
    """4: South tries to pass on what North gave, and a summary made from it. Gives the step and the summary's id."""
    script = Script("third-party", "South may not pass on what North gave; a summary never launders.")
    shown = stage.share(SOUTH, original, to=EAST)
    script.decision("South: may North's bundle go on to East?", shown)
    script.expect(shown["decision"] == "needs-consent" and shown["ask"] == [NORTH], f"asked: {shown['ask']}")
    script.expect(_cites(shown, NORTH_SOUTH), "North–South's article is not cited")
    summary = stage.tell(
        SOUTH,
        "item-add",
        content=b"Water utilities: check remote access; three indicators and six techniques seen this month.\n",
        category="incident.summaries",
        marking="TLP:GREEN",
        title="Summary for water utilities",
        media_type="text/plain",
        made_from=[original],
    )
    shown = stage.share(SOUTH, summary["id"], to=EAST)
    script.decision(
        "South: may a summary made from it go to East?",
        shown,
        (f"it took over the strictest marking of its sources: {summary['marking']}", *shown["remedies"]),
    )
    script.expect(shown["decision"] == "needs-consent" and shown["ask"] == [NORTH], f"asked: {shown['ask']}")
    return script.done(), summary["id"]


def obtain_consent(stage: Stage, original: str, summary: str) -> Step:
    """5: South asks; North refuses, then grants for the summary only; East checks the chain offline and accepts."""
    script = Script(
        "consent", "North refuses the original and grants the summary, with an end; East checks the chain."
    )
    _ask(stage, script, original, "refuse", {"reason": "the addresses would tell who was hit"})
    stage.clock.step(timedelta(hours=2))
    until = format_instant(stage.clock.now() + timedelta(days=400))
    _ask(stage, script, summary, "grant", {"until": until})
    shown = stage.share(SOUTH, original, to=EAST)
    script.expect(shown["decision"] == "needs-consent", "the consent for the summary opened the original")
    shown = stage.share(SOUTH, summary, to=EAST)
    script.decision("South: may the summary go to East now?", shown)
    delivery = shown["delivery"] or {"state": "not sent", "reason": ""}
    script.expect(delivery["state"] == "receipted", f"delivery is {delivery['state']}: {delivery['reason']}")
    held = stage.tell(EAST, "item-show", item=summary) if shown["message"] else {"custody": [], "sources": []}
    script.scene(
        "East's node checks every hop, manifest and consent without asking anyone",
        "accepted" if delivery["state"] == "receipted" else delivery["state"],
        lines=(
            *(
                f"custody: {hop['from']} → {hop['to']}, {hop['agreement']}"
                for hop in chain.from_iterable(held["custody"])
            ),
            *(f"made from {source['id'][:12]} of {source['originator']}" for source in held["sources"]),
        ),
    )
    return script.done()


def _ask(stage: Stage, script: Script, item: str, answer: str, how: dict[str, Any]) -> None:
    """South asks North for consent, and North's officer answers."""
    asked = stage.tell(
        SOUTH, "consent-ask", item=item, to=EAST, purpose="network-defence", why="East's utilities"
    )
    request = asked["requests"][0]["id"]
    there = stage.until(lambda: _request(stage, NORTH, request))
    script.expect(there, "the request did not reach North")
    title = "the summary" if answer == "grant" else "the original"
    if there:
        stage.tell(NORTH, f"consent-{answer}", request=request, **how)
    wanted = {"grant": "granted", "refuse": "refused"}[answer]
    got = stage.until(lambda: (_request(stage, SOUTH, request) or {}).get("state") == wanted)
    script.expect(got, f"the answer for {title} did not come back")
    words = f"until {how['until']}" if answer == "grant" else how["reason"]
    script.scene(
        f"South asks North for {title}",
        f"North {answer}s: {words}",
        (ground for each in asked["asked_for"] for ground in each["grounds"]),
    )


def _request(stage: Stage, party: str, request: str) -> dict[str, Any] | None:
    return next((row for row in stage.tell(party, "consent-list") if row["id"] == request), None)


def _cites(shown: dict[str, Any], agreement: str) -> bool:
    return any(ground["ref"].startswith(f"{agreement} art.") for ground in shown["grounds"])


def as_bytes(data: str) -> bytes:
    """Give the bytes that a verb put as base64."""
    from base64 import b64decode

    return b64decode(data)
