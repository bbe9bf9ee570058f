"""TLP 2.0 and PAP: order, old names, combination; what nobody knows is stricter than anything."""

import pytest

from comity.errors import BadInput
from comity.handling.markings import PAP_LEVELS, TLP_LEVELS, Marking, Pap, strictest, strictest_pap


def test_labels_stand_in_their_order():
    read = [Marking.parse(label) for label in TLP_LEVELS]
    assert read == sorted(read)
    assert [each.level for each in read] == [0, 1, 2, 3, 4]
    assert [Pap.parse(label).level for label in PAP_LEVELS] == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("TLP:WHITE", "TLP:CLEAR"),
        ("tlp:amber+strict", "TLP:AMBER+STRICT"),
        (" TLP: RED ", "TLP:RED"),
    ],
)
def test_a_label_reads_in_any_case_and_by_its_old_name(written, read):
    assert str(Marking.parse(written)) == read


@pytest.mark.parametrize("written", ["", "AMBER", "TLP:PURPLE", "TLP:AMBER-STRICT", "PAP:RED", "TLP:REDD"])
def test_what_is_no_label_is_refused_by_parse_and_strictest_by_read(written):
    with pytest.raises(BadInput, match="is not one of TLP:CLEAR"):
        Marking.parse(written)
    kept = Marking.read(written)
    assert not kept.known and kept.label == written and kept > Marking.parse("TLP:RED")


def test_combination_loses_no_restriction():
    amber, red = Marking.parse("TLP:AMBER"), Marking.parse("TLP:RED")
    assert strictest(amber, None, red) == red
    assert strictest(amber, Marking.read("TLP:MAUVE")) == Marking.read("TLP:MAUVE")
    assert strictest(None, None) is None is strictest()
    assert strictest_pap(Pap.parse("PAP:GREEN"), Pap.parse("PAP:AMBER")) == Pap.parse("PAP:AMBER")
    assert strictest_pap() is None
