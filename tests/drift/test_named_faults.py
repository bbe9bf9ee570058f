"""Every fault of journals (J) and keys (E) that the product must survive has a test of its name.

The catalogue is the one the house works from; a row here is the fault in a few words and the tests that show it. A
test that is renamed or taken away fails here, so that no row is left without one.
"""

import ast
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]

ROWS: dict[str, tuple[str, dict[str, list[str]]]] = {
    "J1": (
        "an entry missing, added, altered or moved on either side",
        {
            "journal/test_verify.py": ["test_no_field_of_any_entry_can_be_altered_unseen"],
            "journal/test_compare.py": ["test_the_first_entry_that_differs_is_found_with_few_questions"],
            "node/test_reconcile.py": ["test_an_entry_that_a_peer_left_out_is_named_by_the_other"],
        },
    ),
    "J2": (
        "two histories shown to two peers",
        {
            "node/test_witness.py": [
                "test_two_roots_for_one_size_are_entered_and_both_kept_for_anyone_to_check"
            ],
            "node/test_export_evidence.py": [
                "test_two_heads_of_one_size_are_a_file_that_convicts_their_signer"
            ],
        },
    ),
    "J3": (
        "a peer's tail cut off or rolled back",
        {
            "node/test_witness.py": [
                "test_a_smaller_tree_in_a_later_message_is_older_than_what_was_cosigned",
                "test_a_home_restored_from_an_old_backup_enters_nothing_until_it_has_reconciled",
            ],
        },
    ),
    "J4": (
        "a stored leaf flipped",
        {
            "node/test_witness.py": [
                "test_a_leaf_that_changed_where_it_is_stored_is_found_before_the_next_head_is_signed"
            ]
        },
    ),
    "J5": (
        "a proof for another tree, of nothing, beyond the head, backwards",
        {
            "journal/test_merkle.py": [
                "test_no_inclusion_proof_serves_for_anything_else",
                "test_no_consistency_proof_serves_for_another_history",
                "test_there_are_no_proofs_about_the_future",
            ],
        },
    ),
    "J6": (
        "a journal too long for one sitting",
        {
            "journal/test_verify.py": ["test_reading_goes_on_where_it_was_left"],
            "node/test_check_journal.py": ["test_how_far_it_came_is_noted_on_the_way"],
        },
    ),
    "J7": (
        "erasure against a journal that only grows",
        {
            "journal/test_verify.py": ["test_erased_details_leave_the_journal_whole"],
            "node/test_erasure_and_backups.py": [
                "test_a_backup_opens_an_erased_item_until_the_day_the_answer_states_and_never_after"
            ],
        },
    ),
    "J8": (
        "two that append at once",
        {
            "storage/test_database.py": ["test_many_pieces_of_work_share_a_commit"],
            "storage/test_home.py": ["test_a_second_process_is_refused_and_told_which_one_has_it"],
        },
    ),
    "E1": (
        "a bit flipped, a byte cut or added",
        {
            "sealing/test_envelope.py": ["test_no_bit_can_be_flipped"],
            "node/test_receive.py": ["test_an_envelope_cut_or_altered_anywhere_leaves_nothing_behind"],
        },
    ),
    "E2": (
        "signed by an unknown, expired, revoked or another Party's key, or one brought along",
        {
            "node/test_receive.py": ["test_an_unknown_sender_is_not_taken"],
            "node/test_introduce.py": ["test_letters_under_a_key_that_is_no_longer_in_force_are_not_taken"],
            "node/test_rotation.py": ["test_a_stolen_key_signs_nothing_that_counts_from_its_day_on"],
        },
    ),
    "E3": (
        "an unknown field, another suite",
        {"sealing/test_envelope.py": ["test_headers_out_of_bounds_are_refused_unopened"]},
    ),
    "E4": (
        "JSON that no two readers take alike",
        {
            "test_vectors.py": ["test_json"],
            "test_strict.py": ["test_any_bytes_are_read_or_refused_and_never_break_it"],
        },
    ),
    "E5": (
        "the same meaning in other bytes",
        {
            "test_signing.py": [
                "test_verifying_gives_back_the_exact_bytes",
                "test_no_flipped_bit_yields_another_payload",
            ]
        },
    ),
    "E6": (
        "played again to another recipient, agreement or world",
        {
            "node/test_receive.py": [
                "test_a_letter_for_another_party_is_not_opened",
                "test_a_message_that_is_not_what_its_envelope_says_is_kept_apart",
            ]
        },
    ),
    "E7": (
        "sealed for one more recipient than it says",
        {"sealing/test_envelope.py": ["test_a_recipient_cannot_be_added_or_taken_away_unseen"]},
    ),
    "E8": (
        "points of small order, signatures stretched",
        {
            "test_keys.py": [
                "test_refuses_sealing_keys_whose_curve_half_is_small",
                "test_refuses_verify_keys_under_which_one_signature_fits_many_texts",
                "test_a_signature_is_not_stretched_by_the_group_order",
            ]
        },
    ),
    "E9": (
        "a second reader, made from the specification",
        {"sealing/test_second_reader.py": ["test_a_reader_of_the_specification_comes_to_the_same"]},
    ),
    "E10": (
        "nothing, one byte, the limit and one more",
        {"sealing/test_envelope.py": ["test_content_at_the_limit_and_one_over"]},
    ),
    "E11": (
        "keys rotated while envelopes are under way",
        {
            "node/test_rotation.py": [
                "test_a_letter_signed_before_a_rotation_arrives_after_it_and_counts",
                "test_a_letter_sealed_for_the_old_key_is_opened_within_the_overlap_and_not_after",
                "test_a_letter_for_a_destroyed_key_is_kept_apart_and_its_sender_told",
            ]
        },
    ),
    "E12": (
        "a key lost or stolen on a day",
        {
            "node/test_flagged.py": [
                "test_later_entries_are_flagged_on_both_sides_and_nothing_is_deleted",
                "test_a_letter_dated_back_by_a_thief_is_flagged_when_it_arrives_late",
            ],
            "node/test_reintroduction.py": ["test_the_new_root_counts_once_the_other_party_has_signed_too"],
        },
    ),
    "E13": (
        "a wrong passphrase, a key file open to others or cut short",
        {
            "cli/test_keys_at_rest.py": [
                "test_a_wrong_passphrase_changes_nothing",
                "test_every_key_file_that_others_could_read_is_refused_and_named",
            ],
            "test_keys.py": ["test_a_truncated_key_file_is_refused"],
        },
    ),
    "E14": (
        "keys in output, files, arguments, a crash",
        {"cli/test_keys_at_rest.py": ["test_nothing_shows_a_key_or_the_passphrase"]},
    ),
}


@cache
def named_in(file: str) -> frozenset[str]:
    tree = ast.parse((TESTS / file).read_text(encoding="utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))


def test_no_row_is_left_out() -> None:
    assert list(ROWS) == [*(f"J{n}" for n in range(1, 9)), *(f"E{n}" for n in range(1, 15))]


@pytest.mark.parametrize("row", ROWS)
def test_a_fault_has_tests_of_its_name(row: str) -> None:
    fault, named = ROWS[row]
    missing = [
        f"{file}::{name}" for file, names in named.items() for name in names if name not in named_in(file)
    ]
    assert named
    assert missing == [], f"{row} ({fault})"
