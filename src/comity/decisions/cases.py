"""Runs tables of cases: what `comity decide CASES.toml` prints, and the code it exits with.

>>> results = run_cases("examples/cases/custody.toml")    # doctest: +SKIP
>>> exit_code(results)                                    # doctest: +SKIP
0

Exit: 0 where every case came out as expected, 1 where any did not; a single case without `expect` exits by its outcome
(0 permitted, 1 refused, 4 needs consent). This module alone in `decisions` reads files.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from comity.agreements.agreement import Agreement
from comity.agreements.folder import read_folder
from comity.decisions.case_file import MAX_BYTES, Case, CaseFile, parse_case_file
from comity.decisions.decision import Decision
from comity.decisions.gate import decide
from comity.decisions.known import Known
from comity.errors import BadInput, NotFound
from comity.identifiers import ArticleRef

__all__ = ["CaseResult", "decide_cases", "exit_code", "read_cases", "run_cases"]

_EXIT = {"permitted": 0, "refused": 1, "needs-consent": 4}


class CaseResult(msgspec.Struct, frozen=True):
    """The answer to one case.

    Attributes:
        case: the case. `decision`: the answer. `known`: what it was judged by.
        differs: what came out other than expected, one sentence each; empty where all is as expected.
    """

    case: Case
    decision: Decision
    known: Known
    differs: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Tell whether all came out as expected."""
        return not self.differs

    def as_json(self) -> dict[str, Any]:
        """Give the object `comity decide --json` writes for the case."""
        decision = self.decision
        return {
            "name": self.case.name,
            "decision": decision.outcome,
            "grounds": [{"ref": ground.ref, "text": ground.text} for ground in decision.grounds],
            "ask": [ask.party for ask in decision.ask],
            "obligations": [
                {"kind": each.kind, "value": each.value, "to": each.to, "ref": each.ref}
                for each in decision.obligations
            ],
            "ok": self.ok,
        }

    def line(self) -> str:
        """Give the one line that people read: the outcome, whom to ask, and what differs."""
        decision = self.decision
        asked = f", ask {', '.join(ask.party for ask in decision.ask)}" if decision.ask else ""
        grounds = "; ".join(dict.fromkeys(ground.ref for ground in decision.grounds))
        differs = f"  NOT AS EXPECTED: {'; '.join(self.differs)}" if self.differs else ""
        return f"{decision.outcome}{asked}  {self.case.name}  [{grounds}]{differs}"


def read_cases(path: Path | str) -> tuple[CaseFile, Mapping[str, Agreement]]:
    """Read a case file and the agreements it names, by folder as written.

    Raises:
        NotFound: there is no such file.
        BadInput: with every mistake in the file and in the agreements, each naming its place.
    """
    path = Path(path)
    if not path.is_file():
        raise NotFound(f"no case file `{path}`", hint="name a TOML file with [[case]] tables")
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise BadInput(f"{path}: cannot be read: {error.strerror or error}") from None
    mistakes: list[str] = []
    agreements: dict[str, Agreement] = {}
    cases = parse_case_file(data, str(path))
    read: set[Path] = set()
    for folder in cases.agreements:
        place = (path.parent / folder).resolve()
        if place in read:
            continue  # the same folder, spelt otherwise
        read.add(place)
        try:
            agreements[folder] = read_folder(path.parent / folder)
        except BadInput as error:
            mistakes.extend(f"{path}: agreement `{folder}`: {each}" for each in error.mistakes)
        except NotFound as error:
            mistakes.append(f"{path}: agreement `{folder}`: {error.message}")
    seen: dict[str, str] = {}
    for folder, agreement in agreements.items():
        if agreement.id in seen:
            mistakes.append(
                f"{path}: agreement `{folder}` has the id of `{seen[agreement.id]}`: {agreement.id}"
            )
        seen[agreement.id] = folder
    if mistakes:
        raise BadInput(*mistakes)
    return cases, agreements


def run_cases(path: Path | str) -> list[CaseResult]:
    """Read a case file with its agreements, and decide every case.

    Raises:
        NotFound, BadInput: as `read_cases`.
    """
    cases, agreements = read_cases(path)
    return decide_cases(cases.cases, agreements.values())


def decide_cases(cases: Iterable[Case], agreements: Iterable[Agreement]) -> list[CaseResult]:
    """Decide cases under agreements, unsigned ones included."""
    texts = Known(agreements, unsigned=True)
    results = []
    for case in cases:
        known = texts.with_acts(case.consents, withdrawn=case.withdrawn, reviewed=case.reviewed)
        decision = decide(case.question, known, case.at)
        results.append(CaseResult(case, decision, known, tuple(_differences(case, decision))))
    return results


def exit_code(results: Sequence[CaseResult]) -> int:
    """Give the code `comity decide` exits with."""
    if any(not result.ok for result in results):
        return 1
    if len(results) == 1 and results[0].case.expect is None:
        return _EXIT[results[0].decision.outcome]
    return 0


def _differences(case: Case, decision: Decision) -> Iterable[str]:
    if case.expect is not None and decision.outcome != case.expect:
        yield f"{decision.outcome} instead of {case.expect}"
    given = {_comparable(ground.ref) for ground in decision.grounds}
    for expected in case.grounds or ():
        if _comparable(expected) not in given:
            yield f"`{expected}` is not among the grounds"
    asked = [ask.party for ask in decision.ask]
    if case.ask is not None and sorted(set(case.ask)) != asked:
        yield f"asks {', '.join(asked) or 'nobody'} instead of {', '.join(sorted(set(case.ask))) or 'nobody'}"


def _comparable(ref: str) -> object:
    """Reduce a citation so that equal places compare equal, whatever numerals they are printed in."""
    try:
        return ArticleRef.parse(ref).key()
    except BadInput:
        return " ".join(ref.split())
