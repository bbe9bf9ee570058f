"""The catalogue of faults of networks and peers: every row has its test, by name, and the test is there."""

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]

#: row -> what goes wrong, and the tests that show what becomes of it
CATALOGUE: dict[str, tuple[str, tuple[str, ...]]] = {
    "N1": (
        "a connection cut after every byte, either way",
        (
            "carriers/test_cut_connections.py::test_a_request_cut_after_any_byte_leaves_nothing_behind",
            "carriers/test_cut_connections.py::test_an_answer_cut_on_the_wire_is_not_delivered_and_the_next_try_settles",
        ),
    ),
    "N2": (
        "a receipt lost many times",
        ("node/test_deliver.py::test_an_answer_that_is_lost_many_times_is_the_same_each_time",),
    ),
    "N3": (
        "one envelope a hundred times at once",
        (
            "carriers/test_cut_connections.py::"
            "test_the_same_envelope_a_hundred_times_at_once_counts_once_and_is_answered_alike",
        ),
    ),
    "N4": (
        "what comes before that on which it rests",
        (
            "node/test_receive.py::test_a_disclosure_waits_for_its_agreement_and_is_tried_again",
            "node/test_withdraw.py::test_a_withdrawal_that_comes_before_its_item_keeps_the_item_out",
        ),
    ),
    "N5": (
        "three weeks apart with 100,000 queued",
        (
            "carriers/test_partition.py::test_a_hundred_thousand_queued_are_never_loaded_together",
            "carriers/test_partition.py::test_a_partition_costs_a_try_an_hour_whatever_is_owed",
            "carriers/test_partition.py::"
            "test_after_three_weeks_everything_arrives_and_how_far_it_has_come_is_shown",
        ),
    ),
    "N6": (
        "wrong, endless, compressed, redirected answers",
        (
            "carriers/test_http.py::test_a_wrong_answer_counts_as_not_delivered",
            "carriers/test_http.py::test_an_answer_without_end_is_cut_off",
        ),
    ),
    "N7": (
        "slow headers and bodies",
        (
            "carriers/test_slow_peers.py::test_headers_that_do_not_end_are_ended",
            "carriers/test_slow_peers.py::test_a_body_that_pauses_or_drips_is_ended_with_a_reason",
            "carriers/test_slow_peers.py::test_an_answer_that_drips_is_given_up_in_time",
            "carriers/test_slow_peers.py::test_while_some_are_slow_others_are_answered",
        ),
    ),
    "N8": (
        "one poison envelope in a queue",
        (
            "node/test_receive.py::test_poison_quarantines_itself_and_what_follows_flows",
            "node/test_receive.py::test_hundred_envelopes_with_one_poisoned_among_them_all_arrive_but_that_one",
            "relay/test_relay.py::test_a_poison_box_is_let_go_and_blocks_nothing",
        ),
    ),
    "N9": (
        "what is too large from one keeps another waiting",
        (
            "carriers/test_intake.py::test_memory_is_bounded_for_all_together",
            "node/test_deliver.py::test_a_peer_that_is_cut_off_keeps_no_other_waiting",
        ),
    ),
    "N10": (
        "a flood from one peer",
        (
            "carriers/test_intake.py::test_a_peer_that_floods_keeps_no_other_waiting_for_more_than_a_round",
            "carriers/test_intake.py::test_who_has_enough_waiting_is_told_so_and_others_are_not",
        ),
    ),
    "N11": (
        "TLS: unknown, expired, another's, changed, downgraded",
        (
            "carriers/test_tls.py::test_what_the_cards_do_not_carry_is_refused_with_one_line_on_both_sides",
            "test_serving_tls.py::test_after_a_theft_nothing_is_lost_until_the_new_card_is_accepted",
        ),
    ),
    "N12": (
        "requests that can be read in two ways",
        (
            "carriers/test_slow_peers.py::test_a_request_with_two_readings_is_refused",
            "carriers/test_slow_peers.py::test_another_method_is_not_there",
        ),
    ),
    "N13": (
        "something in between rewrites",
        (
            "carriers/test_http.py::test_a_wrong_answer_counts_as_not_delivered",
            "carriers/test_slow_peers.py::test_a_request_with_two_readings_is_refused",
        ),
    ),
    "N14": (
        "pouches: missing, twice, late, damaged, another's",
        (
            "cli/test_pouches.py::test_missing_and_late_and_repeated_volumes_are_named",
            "cli/test_pouches.py::test_a_damaged_and_a_foreign_volume_are_named_at_once_and_nothing_is_opened",
            "cli/test_pouches.py::test_a_pouch_for_another_is_not_opened",
        ),
    ),
    "N15": (
        "a peer of another version",
        (
            "carriers/test_http.py::test_another_route_or_method_is_not_there",
            "test_vectors.py::test_envelopes",
        ),
    ),
    "N16": (
        "two envelopes under one number",
        ("node/test_receive.py::test_two_messages_under_one_number_are_both_kept_as_evidence",),
    ),
}


@pytest.mark.parametrize("row", CATALOGUE)
def test_every_row_has_a_test_of_that_name(row: str) -> None:
    what, tests = CATALOGUE[row]
    assert what and tests
    for test in tests:
        file, _, name = test.partition("::")
        text = (TESTS / file).read_text(encoding="utf-8")
        assert re.search(rf"^def {name}\(", text, re.MULTILINE), f"{row}: {test}"


def test_no_row_is_left_out() -> None:
    assert list(CATALOGUE) == [f"N{number}" for number in range(1, 17)]
