"""Caveats are read before an item opens; use before a court needs the word of those who reserved it."""

from datetime import timedelta

import pytest

from comity.errors import BadInput, RefusedHere
from comity.node.disclose import disclose
from comity.node.items import NewItem, add_item, check_read, confirm_read
from comity.node.obtain_consent import ask_consent, grant
from comity.testing.world import World
from node.fuller import fuller, pass_around, quiet
from node.worlds import DEFENCE, EAST, NORTH, SOUTH, give, inbox, item, journal, report


def with_caveat(handling: tuple[str, ...] = (), caveat: str = "") -> tuple[World, str]:
    made = quiet(*fuller(handling=handling))
    new = NewItem(
        content=b"read with care",
        category="incident.reports",
        marking="TLP:GREEN",
        title="x",
        caveat=caveat,
    )
    row, _ = made.members[NORTH].act(add_item, new)
    give(made, row.digest)
    return made, row.digest


@pytest.mark.parametrize(
    ("handling", "caveat", "ref"),
    [
        (('caveat.en = "not for the press office"',), "", "north-south-2026 art. 4"),
        ((), "not for the press office", "rule 6 marking"),
    ],
)
def test_what_comes_with_a_caveat_opens_only_once_a_person_has_read_it(
    handling: tuple[str, ...], caveat: str, ref: str
) -> None:
    made, digest = with_caveat(handling, caveat)
    with made:
        row = item(made, SOUTH, digest)
        assert row.caveats == (f"not for the press office ({ref})",)
        with pytest.raises(RefusedHere, match="not for the press office"):
            check_read(row)
        made.members[SOUTH].act(confirm_read, digest)
        check_read(item(made, SOUTH, digest))
        (entry,) = [row for row in journal(made, SOUTH) if row.kind == "item-read"]
        assert entry.detail.decode().startswith("not for the press office")
        with pytest.raises(BadInput, match="needs no reading"):
            made.members[SOUTH].act(confirm_read, digest)


def test_nothing_is_made_from_what_nobody_has_read() -> None:
    made, digest = with_caveat(caveat="not for the press office")
    with made:
        with pytest.raises(RefusedHere, match="opens only once its caveats are read"):
            report(made, SOUTH, "summary", made_from=[digest], content=b"short words")
        made.members[SOUTH].act(confirm_read, digest)
        report(made, SOUTH, "summary", made_from=[digest], content=b"short words")


def test_its_originator_needs_no_reading_and_others_without_caveat_neither() -> None:
    made, digest = with_caveat(caveat="not for the press office")
    with made:
        check_read(item(made, NORTH, digest))
        plain = report(made)
        give(made, plain)
        check_read(item(made, SOUTH, plain))


# -- before a court ------------------------------------------------------------------------------------------------


def judged(made: World, party: str, digest: str, to: str) -> str:
    return made.members[party].act(disclose, digest, to=to, purpose=DEFENCE, judicial=True).decision.outcome


def test_a_text_that_forbids_use_before_a_court_refuses_it_and_nothing_else() -> None:
    with quiet(*fuller(handling=('judicial_use = "never"',))) as made:
        digest = report(made)
        assert judged(made, NORTH, digest, SOUTH) == "refused"
        assert made.share(NORTH, digest, SOUTH, DEFENCE).decision.permitted


def test_use_before_a_court_is_asked_for_passed_and_checked_by_the_receiver() -> None:
    third = ('standing = [{ to = "east.example", categories = ["incident"] }]',)
    with quiet(*fuller(third=third, handling=('judicial_use = "consent"',))) as made:
        digest = report(made)
        give(made, digest)
        assert made.share(SOUTH, digest, EAST, DEFENCE).decision.permitted
        assert judged(made, SOUTH, digest, EAST) == "needs-consent"
        _, (row,) = made.members[SOUTH].act(ask_consent, digest, to=EAST, purpose=DEFENCE, judicial=True)
        made.deliver(SOUTH)
        made.members[NORTH].act(grant, row.id, until=made.clock.now() + timedelta(days=1))
        pass_around(made)
        assert judged(made, SOUTH, digest, EAST) == "permitted"
        made.deliver(SOUTH)
        assert {row.state for row in inbox(made, EAST) if row.kind == "disclosure"} == {"accepted"}


def test_the_originator_s_own_term_binds_over_all_hands() -> None:
    with quiet(*fuller(third=('standing = [{ to = "east.example", categories = ["incident"] }]',))) as made:
        new = NewItem(
            content=b"x" * 20,
            category="incident.reports",
            marking="TLP:GREEN",
            title="x",
            judicial="never",
        )
        row, _ = made.members[NORTH].act(add_item, new)
        give(made, row.digest)
        assert made.share(SOUTH, row.digest, EAST, DEFENCE).decision.permitted
        assert judged(made, SOUTH, row.digest, EAST) == "refused"


def test_a_term_that_is_no_term_is_named() -> None:
    with quiet(*fuller()) as made:
        new = NewItem(content=b"x", category="incident", marking="TLP:GREEN", title="x", judicial="sometimes")
        with pytest.raises(BadInput, match="not one of free, consent, never"):
            made.members[NORTH].act(add_item, new)
