"""The hash tree: known roots, and proofs checked against the definitions of RFC 6962 written out."""

import pytest

from comity.errors import ForeignInput, VerificationFailed
from comity.journal.merkle import (
    EMPTY_ROOT,
    Frontier,
    leaf_hash,
    node_hash,
    verify_consistency,
    verify_inclusion,
)
from comity.journal.proofs import Tree

#: The leaves and roots that implementations of Certificate Transparency test themselves with.
LEAVES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
HASHES = [leaf_hash(leaf) for leaf in LEAVES]
MANY = [leaf_hash(number.to_bytes(4)) for number in range(1300)]


def split(size: int) -> int:
    power = 1
    while power * 2 < size:
        power *= 2
    return power


def mth(leaves: list[bytes]) -> bytes:
    """RFC 6962 §2.1, as written."""
    if not leaves:
        return EMPTY_ROOT
    if len(leaves) == 1:
        return leaves[0]
    k = split(len(leaves))
    return node_hash(mth(leaves[:k]), mth(leaves[k:]))


def path(m: int, leaves: list[bytes]) -> list[bytes]:
    """RFC 6962 §2.1.1, as written."""
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if m < k:
        return [*path(m, leaves[:k]), mth(leaves[k:])]
    return [*path(m - k, leaves[k:]), mth(leaves[:k])]


def subproof(m: int, leaves: list[bytes], complete: bool = True) -> list[bytes]:
    """RFC 6962 §2.1.2, as written."""
    if m == len(leaves):
        return [] if complete else [mth(leaves)]
    k = split(len(leaves))
    if m <= k:
        return [*subproof(m, leaves[:k], complete), mth(leaves[k:])]
    return [*subproof(m - k, leaves[k:], False), mth(leaves[:k])]


@pytest.mark.parametrize("size", range(9))
def test_known_roots(size: int) -> None:
    assert Frontier().extend(HASHES[:size]).root.hex() == ROOTS[size]
    assert Tree.over(HASHES).root(size).hex() == ROOTS[size]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 63, 255, 256, 257, 300, 511, 512, 513, 1024, 1300])
def test_roots_are_those_of_the_definition(size: int) -> None:
    leaves = MANY[:size]
    assert Frontier().extend(leaves).root == Tree.over(MANY).root(size) == mth(leaves)


def test_appending_one_by_one_or_in_parts_is_the_same() -> None:
    one = Frontier()
    for leaf in MANY[:100]:
        one = one.append(leaf)
    parts = Frontier().extend(MANY[:37]).extend([]).extend(MANY[37:100])
    assert one == parts == Frontier.read(one.size, list(one.peaks))
    assert one.digest == parts.digest != Frontier().extend(MANY[:99]).digest


def test_inclusion_proofs_are_those_of_the_definition_and_hold() -> None:
    for size in range(1, 40):
        tree, leaves = Tree.over(MANY), MANY[:size]
        for index in range(size):
            proof = tree.inclusion(index, size)
            assert list(proof) == path(index, leaves)
            verify_inclusion(index, size, leaves[index], proof, mth(leaves))


def test_consistency_proofs_are_those_of_the_definition_and_hold() -> None:
    tree = Tree.over(MANY)
    for size in range(1, 40):
        for old in range(size + 1):
            proof = tree.consistency(old, size)
            assert list(proof) == (subproof(old, MANY[:size]) if old else [])
            verify_consistency(old, mth(MANY[:old]), size, mth(MANY[:size]), proof)


@pytest.mark.parametrize(
    ("index", "size"), [(0, 1300), (255, 257), (256, 257), (511, 1024), (1299, 1300), (700, 1111)]
)
def test_proofs_across_blocks_hold(index: int, size: int) -> None:
    tree = Tree.over(MANY)
    verify_inclusion(index, size, MANY[index], tree.inclusion(index, size), mth(MANY[:size]))
    verify_consistency(index, mth(MANY[:index]), size, mth(MANY[:size]), tree.consistency(index, size))


def test_one_proof_reads_few_leaves_back() -> None:
    read = []

    def count(start: int, stop: int) -> list[bytes]:
        read.append(stop - start)
        return MANY[start:stop]

    tree = Tree(count, MANY)
    tree.inclusion(700, 1111)
    tree.consistency(600, 1111)
    assert sum(read) <= 4 * 256


def test_a_tree_grows_as_a_journal_does() -> None:
    tree = Tree.over(MANY)
    grown = Tree(lambda start, stop: MANY[start:stop])
    for start in range(0, 1300, 77):
        grown.extend(MANY[start : start + 77])
    assert grown.root() == tree.root()
    assert grown.size == 1300


TREE = Tree.over(MANY[:21])
ROOT = TREE.root()


@pytest.mark.parametrize("index", range(21))
def test_no_inclusion_proof_serves_for_anything_else(index: int) -> None:
    proof = TREE.inclusion(index)
    wrong = [
        (index, 21, MANY[index + 1], proof, ROOT),  # another leaf
        (index ^ 1, 21, MANY[index], proof, ROOT),  # another place
        (index, 21, MANY[index], proof[:-1], ROOT),  # a shorter path
        (index, 21, MANY[index], (*proof, ROOT), ROOT),  # a longer one
        (index, 21, MANY[index], (), ROOT),
        (index, 21, MANY[index], tuple(reversed(proof)), ROOT)
        if len(set(proof)) > 1
        else (21, 21, ROOT, (), ROOT),
        (index, 21, MANY[index], proof, Tree.over(MANY[:20]).root()),  # another tree
        (index, 21, ROOT, (), ROOT),  # the root as a leaf
        (index + 21, 21, MANY[index], proof, ROOT),
        (-1, 21, MANY[index], proof, ROOT),
        (index, 0, MANY[index], proof, ROOT),
        (index, 2**60, MANY[index], proof, ROOT),
        (index, 21, MANY[index], (*proof[:-1], proof[-1][:-1]), ROOT),
        (index, 21, MANY[index], (b"",) * 60, ROOT),
    ]
    for case in wrong:
        with pytest.raises(VerificationFailed):
            verify_inclusion(*case)


@pytest.mark.parametrize("old", range(1, 21))
def test_no_consistency_proof_serves_for_another_history(old: int) -> None:
    proof, old_root = TREE.consistency(old), mth(MANY[:old])
    other = Tree.over([*MANY[: old - 1], leaf_hash(b"rewritten"), *MANY[old:21]])
    wrong = [
        (old, other.root(old), 21, ROOT, proof),
        (old, old_root, 21, other.root(), other.consistency(old)),  # the rewritten journal's own proof
        (old, old_root, 21, ROOT, proof[:-1]),
        (old, old_root, 21, ROOT, (*proof, ROOT)),
        (old, old_root, 21, ROOT, ()),
        (old, ROOT, 21, old_root, proof),
        (21, ROOT, old, old_root, proof),  # backwards
        (old - 1, old_root, 21, ROOT, proof),
        (old, old_root, old, ROOT, ()),  # two roots for one size
        (0, old_root, 21, ROOT, ()),  # the empty tree has one root
    ]
    for case in wrong:
        with pytest.raises(VerificationFailed):
            verify_consistency(*case)


def test_equal_and_empty_trees_need_no_proof() -> None:
    verify_consistency(21, ROOT, 21, ROOT, ())
    verify_consistency(0, EMPTY_ROOT, 21, ROOT, ())
    verify_consistency(0, EMPTY_ROOT, 0, EMPTY_ROOT, ())
    with pytest.raises(VerificationFailed):
        verify_consistency(21, ROOT, 21, ROOT, (ROOT,))


@pytest.mark.parametrize(
    ("size", "peaks"),
    [(0, (ROOT,)), (1, ()), (3, (ROOT,)), (4, (ROOT, ROOT)), (1, (b"short",)), (-1, ()), (2**60, (ROOT,))],
)
def test_a_frontier_that_does_not_fit_its_size_is_refused(size: int, peaks: tuple[bytes, ...]) -> None:
    with pytest.raises(ForeignInput, match="do not make a tree"):
        Frontier.read(size, peaks)


@pytest.mark.parametrize(
    "call", [lambda: TREE.root(22), lambda: TREE.inclusion(21), lambda: TREE.consistency(22)]
)
def test_there_are_no_proofs_about_the_future(call: object) -> None:
    with pytest.raises(IndexError):
        call()  # type: ignore[operator]
