"""The tutorial is true: every command runs, prints what the page says, and ends with the code it says."""

from pathlib import Path

from docs.walkthrough import PROJECT, Walkthrough, fits, read_page

PAGE = PROJECT / "docs/tutorial/two-organisations.md"


def test_the_tutorial_prints_what_it_says(tmp_path: Path) -> None:
    walk = Walkthrough(tmp_path, {"north": 8201, "south": 8202, "east": 8203})
    lines = read_page(PAGE)
    assert {line.who for line in lines} == {"north", "south", "east"}
    wrong: list[str] = []
    try:
        for line in lines:
            code, printed = walk.run(line)
            said = walk.as_printed(line)
            if code != line.code or not fits(said, printed):
                wrong.append(f"{PAGE.name}:{line.number}: {line.command}\nexit {code}\n{printed}")
                break  # what follows builds on it
    finally:
        walk.close()
    assert not wrong, "\n".join(wrong)


def test_what_is_printed_otherwise_is_found() -> None:
    assert fits(["a …", "…", "done"], "a b\n\nmore\nand more\ndone\n")
    assert fits(["2031-03-14T09:00:00Z  …"], "2032-01-01T00:00:00.25Z  x\n")
    assert not fits(["Permitted: …"], "Refused: A sighting\n")
    assert not fits(["a", "b"], "a\n")
    assert not fits(["a"], "a\nb\n")
