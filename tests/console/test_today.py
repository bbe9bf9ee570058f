"""What Today counts: what waits for a person here, and nothing that is done with."""

import json

import pytest

from comity.console.views.today import Today
from comity.ports import ProposalRow
from console.api.conftest import Bureau, bureau, made_land
from console.test_rare_acts import enter

__all__ = ["bureau", "made_land"]


@pytest.mark.parametrize(
    ("by", "state", "counted"),
    [
        ("south.example", "open", True),
        ("south.example", "signed", False),
        ("south.example", "declined", False),
        ("north.example", "ours", False),  # what others answer is theirs
    ],
)
def test_a_text_waits_to_be_signed_until_it_is_or_is_declined(
    by: str, state: str, counted: bool, bureau: Bureau
) -> None:
    keeper = enter(bureau, "keeper", "agreement-keeper")

    def propose(node, transaction) -> None:
        held = transaction.agreements()[0]
        row = ProposalRow(
            by=by, agreement=held.id, digest=held.digest, to=(), files=held.files, at=node.clock.now(),
            state=state, declined=() if state != "ours" else ("south.example: not so",),
        )  # fmt: skip
        for each in transaction.proposals():
            transaction.put_proposal(type(each)(**{**_fields(each), "state": "signed", "declined": ()}))
        transaction.put_proposal(row)

    bureau.desk.act(propose)
    rows = json.loads(keeper.get("/index.json").body)["rows"]
    assert ("1 text proposed to sign" in [row["what"] for row in rows]) == counted


def _fields(row: ProposalRow) -> dict[str, object]:
    return {name: getattr(row, name) for name in row.__struct_fields__}


def test_the_table_of_a_page_has_every_column_of_its_rows() -> None:
    rows = [{"what": "a", "where": "/"}, {"what": "b", "urgent": True}]
    shown = Today(
        rows=rows, due=[], titles={}, notices=[], stopped=[], time_waits="", may_confirm=False,
        party="north.example", deployment="demo", last_entry=None, entries=0,
    )  # fmt: skip
    assert shown.to_csv() == "what,where,urgent\r\na,/,\r\nb,,True\r\n"
