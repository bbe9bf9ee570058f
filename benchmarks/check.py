#!/usr/bin/env python3
"""Measure the check: speed, quality, size; beside a scan with rapidfuzz, and tantivy and pg_trgm where they are.

    python benchmarks/check.py [--sizes 20000,200000] [--questions 2000] [--peer-questions 100] [--json]
                               [--keep FILE] [--plots FOLDER] [--from FILE]

Data comes from the folder that COMITY_DATA names (`…/data`, with `matching/register.jsonl.gz` and
`matching/queries.jsonl.gz`), filled up to each size with people who do not exist (`background.py`). Without it, names
are invented and only speed and size are measured.

`--keep` writes all figures as JSON, `--from` takes them from there instead of measuring, `--plots` draws them as SVG.
The server for pg_trgm is the one that COMITY_PG_URL names (psycopg's form); what it does in its own processes cannot be
counted here, so its speed is by the clock.

Speed is CPU time of one thread and wall time, after a warm-up on other questions; *cold* questions find no word they
share with an earlier one remembered. Quality is F1 over questions (right: the right subject on top, at or above 0.7).
The shipped table was trained on this very data, so what it reaches here is no forecast: the figures for subjects
unseen in training are in the table itself and printed first.
"""

import argparse
import json
import os
import random
import shutil
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import plots
from background import Row, crossed, name_key
from entities import read_rows
from rapidfuzz import fuzz, process

from comity.register.characters import clean, plain
from comity.register.checking import check, check_many
from comity.register.examination import Query
from comity.register.index import Entry, NameIndex
from comity.register.index_files import open_index, save_index
from comity.register.scoring import THRESHOLD

Answers = list[tuple[str, float, list[str]]]  # the one on top, its score, the best five
Ask = Callable[[list[Row]], Answers]


def data_folder() -> Path | None:
    named = os.environ.get("COMITY_DATA")
    folder = Path(named) / "matching" if named else None
    return folder if folder and (folder / "register.jsonl.gz").exists() else None


def invented_rows(count: int) -> list[Row]:
    """Make persons out of syllables, where there is no data."""
    rng = random.Random(5)
    syllables = [
        a + b for a in "bdfgjklmnprstvz" for b in ("a", "e", "i", "o", "u", "an", "er", "il", "or", "un")
    ]
    words = ["".join(rng.choices(syllables, k=rng.randint(2, 3))).title() for _ in range(30_000)]
    return [
        {
            "id": f"i{n}",
            "schema": "Person",
            "names": [" ".join(rng.choices(words, k=2))],
            "dob": [],
            "countries": [],
        }
        for n in range(count)
    ]


def build(rows: list[Row]) -> NameIndex:
    index = NameIndex()
    for row in rows:
        index.add(
            Entry(row["id"], row["schema"], tuple(row["names"]), tuple(row["dob"]), tuple(row["countries"]))
        )
    return index


def as_query(q: Row, *, full: bool) -> Query:
    dates = (q["dob"],) if full and q.get("dob") else ()
    return Query(q["qid"], q["schema"], (q["name"],), dates, tuple(q.get("countries") or ()) if full else ())


def timed(work: Callable[[], Any]) -> tuple[Any, float, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    result = work()
    return result, time.perf_counter() - wall, time.process_time() - cpu


def measure_speed(index: NameIndex, warm: list[Query], asked: list[Query]) -> dict[str, float]:
    for _ in check_many(index, warm):
        pass
    _, wall, cpu = timed(lambda: list(check_many(index, asked)))
    index.nearness.clear()
    _, _, cold = timed(lambda: list(check_many(index, asked)))
    single = []
    for query in asked[:1000]:
        start = time.thread_time()
        check(index, query)
        single.append((time.thread_time() - start) * 1000)
    return {
        "questions": len(asked),
        "per second (CPU)": len(asked) / cpu,
        "per second (CPU, cold)": len(asked) / cold,
        "per second (wall)": len(asked) / wall,
        "single p50 ms (CPU)": float(np.percentile(single, 50)),
        "single p95 ms (CPU)": float(np.percentile(single, 95)),
    }


def our_answers(index: NameIndex, questions: list[Row], *, full: bool) -> Answers:
    answers = []
    for _, hits in check_many(index, [as_query(q, full=full) for q in questions]):
        answers.append((hits[0].id if hits else "", hits[0].score if hits else 0.0, [hit.id for hit in hits]))
    return answers


def scan(rows: list[Row]) -> Ask:
    """Compare sorted tokens with every name: what a few lines of rapidfuzz do."""
    pairs = [(sorted_key(name), row["id"]) for row in rows for name in row["names"]]
    keys, owners = [key for key, _ in pairs], [owner for _, owner in pairs]

    def ask(questions: list[Row]) -> Answers:
        answers = []
        for q in questions:
            found = process.extract(sorted_key(q["name"]), keys, scorer=fuzz.ratio, limit=5)
            best = [owners[at] for _, _, at in found]
            answers.append((best[0] if best else "", found[0][1] / 100 if found else 0.0, best))
        return answers

    return ask


def sorted_key(name: str) -> str:
    return " ".join(
        sorted(
            filter(None, (plain(word) for word in clean(name).replace(",", " ").replace("-", " ").split()))
        )
    )


def tantivy_index(rows: list[Row]) -> Ask | None:
    """Fuzzy terms in tantivy, re-ranked by token-sort ratio; None where it is not installed."""
    try:
        import tantivy  # type: ignore[import-not-found]
    except ImportError:
        return None
    schema = (
        tantivy.SchemaBuilder().add_text_field("name", stored=True).add_text_field("id", stored=True).build()
    )
    index = tantivy.Index(schema)
    writer = index.writer(200_000_000)
    for row in rows:
        for name in row["names"]:
            writer.add_document(tantivy.Document(name=[sorted_key(name)], id=[row["id"]]))
    writer.commit()
    index.reload()
    searcher = index.searcher()

    def ask(questions: list[Row]) -> Answers:
        answers = []
        for q in questions:
            key = sorted_key(q["name"])
            terms = [
                (tantivy.Occur.Should, tantivy.Query.fuzzy_term_query(schema, "name", word, distance=1))
                for word in key.split()
            ]
            found = searcher.search(tantivy.Query.boolean_query(terms), 50).hits if terms else []
            scored: dict[str, float] = {}
            for _, address in found:
                document = searcher.doc(address)
                owner = document["id"][0]
                scored[owner] = max(scored.get(owner, 0.0), fuzz.ratio(key, document["name"][0]) / 100)
            best = sorted(scored, key=lambda owner: -scored[owner])[:5]
            answers.append((best[0] if best else "", scored[best[0]] if best else 0.0, best))
        return answers

    return ask


def trigram_table(rows: list[Row]) -> Ask | None:
    """PostgreSQL's pg_trgm, with its index on sorted tokens; None where there is no server."""
    url = os.environ.get("COMITY_PG_URL")
    if not url:
        return None
    import psycopg

    with psycopg.connect(url, autocommit=True) as link:
        link.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        link.execute("DROP TABLE IF EXISTS comity_trgm")
        link.execute("CREATE TABLE comity_trgm (owner text, name text)")
        with link.cursor().copy("COPY comity_trgm FROM STDIN") as copy:
            for row in rows:
                for name in row["names"]:
                    copy.write_row((row["id"], sorted_key(name)))
        link.execute("CREATE INDEX ON comity_trgm USING gin (name gin_trgm_ops)")
        link.execute("ANALYZE comity_trgm")

    def ask(questions: list[Row]) -> Answers:
        answers: Answers = []
        with psycopg.connect(url, autocommit=True) as link:
            link.execute("SET pg_trgm.similarity_threshold = 0.35")
            for q in questions:
                key = sorted_key(q["name"])
                found = link.execute(
                    "SELECT owner, similarity(name, %s) AS alike FROM comity_trgm WHERE name %% %s"
                    " ORDER BY alike DESC LIMIT 20",
                    (key, key),
                ).fetchall()
                best = list(dict.fromkeys(owner for owner, _ in found))[:5]
                answers.append((best[0] if best else "", float(found[0][1]) if found else 0.0, best))
        return answers

    return ask


def logic_v2(rows: list[Row]) -> Ask | None:
    """The scorer of OpenSanctions' nomenklatura, put to our own best thirty; None where it is not installed.

    With our candidates nothing is lost before it judges; to find them is a small part of its time.
    """
    try:
        from followthemoney import model  # type: ignore[import-not-found]
        from nomenklatura.matching import get_algorithm  # type: ignore[import-not-found]
    except ImportError:
        return None
    algorithm = get_algorithm("logic-v2")
    config = algorithm.default_config()
    index = build(rows)
    entities = {row["id"]: as_entity(model, row["id"], row["schema"], row["names"]) for row in rows}

    def ask(questions: list[Row]) -> Answers:
        answers = []
        for q in questions:
            # it remembers entities by their id, so every question has its own
            asked = as_entity(model, f"asked {q['qid']}", q["schema"], [q["name"]])
            scored = {
                hit.id: algorithm.compare(asked, entities[hit.id], config).score
                for hit in check(index, as_query(q, full=False), limit=30, explain_from=2.0)
            }
            best = sorted(scored, key=lambda owner: -scored[owner])[:5]
            answers.append((best[0] if best else "", scored[best[0]] if best else 0.0, best))
        return answers

    return ask


def as_entity(model: Any, identity: str, schema: str, names: list[str]) -> Any:
    return model.get_proxy({"id": identity, "schema": schema, "properties": {"name": names}})


PEERS: dict[str, Callable[[list[Row]], Ask | None]] = {
    "rapidfuzz scan": scan,
    "tantivy + re-rank": tantivy_index,
    "nomenklatura logic-v2": logic_v2,
    "pg_trgm": trigram_table,
}


def measure_peers(rows: list[Row], few: list[Row], ours: float, *, judged: bool) -> dict[str, Any]:
    """Put the same questions to every peer that is here.

    Args:
        rows: the register.
        few: questions.
        ours: CPU seconds that we took for one of them.
        judged: whether they have a truth.
    """
    result: dict[str, Any] = {}
    for peer, prepare in PEERS.items():
        ask, _, preparing = timed(lambda prepare=prepare: prepare(rows))
        if ask is None:
            result[peer] = "not here"
            continue
        answers, wall, cpu = timed(lambda ask=ask: ask(few))
        each = (wall if peer == "pg_trgm" else cpu) / len(
            few
        )  # the server's own CPU time cannot be counted here
        result[peer] = {
            "questions": len(few),
            "prepared in CPU s": preparing,
            "per second (CPU)": 1 / each,
            "we are faster by": each / ours,
        }
        if judged:
            result[peer]["quality"] = quality(few, answers, full=False, threshold=None)
    return result


def quality(
    questions: list[Row], answers: Answers, *, full: bool, threshold: float | None = THRESHOLD
) -> dict[str, Any]:
    """F1 at the threshold and at the best one, false hits by kind of stranger, recall among five by kind."""
    counted = [(q, a) for q, a in zip(questions, answers, strict=True) if full or q["cat"] != "e_samename"]
    figures: dict[str, Any] = {}
    for name, kinds in (("Latin", "acde"), ("all", "abcde")):
        part = [(q, a) for q, a in counted if q["cat"][0] in kinds]
        wanted = sum(q["truth"] is not None for q, _ in part)
        scores = np.array([a[1] for _, a in part])
        right = np.array(
            [q["truth"] is not None and a[0] in {q["truth"], *q.get("also", [])} for q, a in part]
        )

        def f1(at: float, s: Any = scores, r: Any = right, w: int = wanted) -> float:
            return float(2 * (r & (s >= at)).sum() / max((s >= at).sum() + w, 1))

        figures[f"F1 {name}, best threshold"] = max(f1(at) for at in np.linspace(0.3, 0.99, 70))
        if threshold is not None:
            figures[f"F1 {name}, at {threshold}"] = f1(threshold)
    hits, recall = defaultdict(list), defaultdict(list)
    for q, a in counted:
        kind = q["cat"] + (f" {q['sub'].lower()}" if q["cat"][0] == "b" else "")
        if q["truth"] is None:
            hits[kind].append(a[1] >= (threshold or 2))
        else:
            recall[kind].append(bool({q["truth"], *q.get("also", [])} & set(a[2])))
    if threshold is not None:
        figures["false hits"] = {kind: float(np.mean(seen)) for kind, seen in sorted(hits.items())}
    figures["recall among 5"] = {
        kind: float(np.mean(seen)) for kind, seen in sorted(recall.items()) if len(seen) >= 5
    }
    return figures


def measure(size: int, folder: Path | None, given: argparse.Namespace) -> dict[str, Any]:
    """Measure one size."""
    rng = random.Random(size)
    questions: list[Row] = []
    if folder:
        register, invented = (
            read_rows(folder / "register.jsonl.gz"),
            read_rows(folder / "synthetic_persons.jsonl.gz"),
        )
        questions = [q for q in read_rows(folder / "queries.jsonl.gz") if q["cat"] != "z_unrelated"]
        avoid = {name_key(q["name"]) for q in questions}
        rows = register + crossed(register, invented, size - len(register), avoid=avoid, seed=size + 1)
        rng.shuffle(questions)
    else:
        rows = invented_rows(size)
        questions = [
            {
                "qid": row["id"],
                "schema": "Person",
                "name": row["names"][0][1:] + " x",
                "cat": "?",
                "truth": row["id"],
            }
            for row in rng.sample(rows, min(size, 2 * given.questions))
        ]
    index, _, cpu = timed(lambda: build(rows))
    home = Path(tempfile.mkdtemp())
    try:
        save_index(index, home / "index", "0")
        on_disk = sum(file.stat().st_size for file in (home / "index").iterdir())
        opened, wall, _ = timed(lambda: open_index(home / "index", "0"))
        half = len(questions) // 2
        asked = [as_query(q, full=False) for q in questions]
        result: dict[str, Any] = {
            "subjects": len(rows),
            "names": index.live_names,
            "names indexed per CPU second": index.live_names / cpu,
            "bytes a name": on_disk / index.live_names,
            "opened in s": wall,
            "speed": measure_speed(opened, asked[half : half + 3000], asked[: min(given.questions, half)]),
        }
        some = questions[: given.questions]
        if folder:
            result["name alone"] = quality(some, our_answers(opened, some, full=False), full=False)
            result["name, date, country"] = quality(some, our_answers(opened, some, full=True), full=True)
        few = questions[: given.peer_questions]
        ours, _, our_cpu = timed(lambda: our_answers(opened, few, full=False))
        del ours
        if few:
            result |= measure_peers(rows, few, our_cpu / len(few), judged=folder is not None)
    finally:
        shutil.rmtree(home)
    return result


def draw(report: dict[str, Any], folder: Path, command: str) -> None:
    """Draw what was measured; every picture names the command that made it."""
    folder.mkdir(parents=True, exist_ok=True)
    sizes = {
        int(name.split()[0].replace(",", "")): part
        for name, part in report.items()
        if name.endswith(" subjects")
    }
    unseen = report["F1 on subjects unseen in training (cross-validated)"]
    f1: dict[str, list[tuple[float, float]]] = {
        "Comity, unseen subjects": [
            (int(name.split()[0].replace(",", "")), figures["all at"])
            for name, figures in unseen.items()
            if name.endswith("name alone")
        ]
    }
    cost: dict[str, list[tuple[float, float]]] = {}
    for size, part in sorted(sizes.items()):
        for name, key, label in (
            ("name alone", "F1 all, at 0.7", "Comity"),
            ("name, date, country", "F1 all, at 0.7", "Comity, date and country"),
        ):
            f1.setdefault(label, []).append((size, part[name][key]))
        cost.setdefault("Comity", []).append((size, 1000 / part["speed"]["per second (CPU)"]))
        for peer in PEERS:
            if isinstance(part.get(peer), dict):
                f1.setdefault(peer, []).append((size, part[peer]["quality"]["F1 all, best threshold"]))
                cost.setdefault(peer, []).append((size, 1000 / part[peer]["per second (CPU)"]))
    below = f"{command}; ours at 0.7, the others at the best threshold for each size"
    title = "F1 as the register grows, by name alone unless said"
    plots.lines(folder / "check-quality.svg", title, below, f1)
    plots.lines(
        folder / "check-cost.svg", "Milliseconds of one core for a check", command, cost, logarithmic=True
    )
    first = sizes[min(sizes)]
    kinds = {
        "a_variant": "alias", "c_typo": "typo", "d_order": "order", "b_xscript cyrillic": "Cyrillic",
        "b_xscript arabic": "Arabic", "b_xscript hangul": "Hangul", "b_xscript hebrew": "Hebrew",
    }  # fmt: skip
    recall: dict[str, dict[str, float]] = {label: {} for label in kinds.values()}
    for name, part in [
        ("Comity", first["name alone"]),
        *((p, first[p]["quality"]) for p in PEERS if isinstance(first.get(p), dict)),
    ]:
        for kind, label in kinds.items():
            if kind in part["recall among 5"]:
                recall[label][name] = part["recall among 5"][kind]
    plots.bars(
        folder / "check-recall.svg",
        f"The right subject among five, {min(sizes):,} subjects",
        f"{command}; our tables had seen these subjects",
        {label: values for label, values in recall.items() if values},
    )
    strangers: dict[str, dict[str, float]] = {}
    for name in ("name alone", "name, date, country"):
        for kind, share in first[name]["false hits"].items():
            strangers.setdefault(kind.removeprefix("e_"), {})[name] = share
    plots.bars(
        folder / "check-false-hits.svg",
        f"Strangers taken for hits, {min(sizes):,} subjects",
        command,
        strangers,
    )


def show(value: Any, indent: int = 0) -> None:
    for name, part in value.items():
        if isinstance(part, dict):
            print("  " * indent + name)
            show(part, indent + 1)
        else:
            print(
                "  " * indent + f"{name}: {part:,.3f}"
                if isinstance(part, float)
                else "  " * indent + f"{name}: {part}"
            )


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("--sizes", default="20000,200000")
    arguments.add_argument("--questions", type=int, default=2000)
    arguments.add_argument("--peer-questions", type=int, default=100)
    arguments.add_argument("--json", action="store_true")
    arguments.add_argument("--keep", type=Path)
    arguments.add_argument("--plots", type=Path)
    arguments.add_argument("--from", type=Path, dest="taken")
    given = arguments.parse_args()
    command = f"python benchmarks/check.py --sizes {given.sizes}"
    if given.taken:
        draw(
            json.loads(given.taken.read_text(encoding="utf-8")), given.plots or Path("docs/pictures"), command
        )
        return
    folder = data_folder()
    table = json.loads(resources.files("comity.register").joinpath("tables/matcher.json").read_text("utf-8"))
    report: dict[str, Any] = {
        "F1 on subjects unseen in training (cross-validated)": table["f1_on_unseen_subjects"]
    }
    if folder is None:
        report["data"] = "COMITY_DATA names no folder with matching/register.jsonl.gz: names are invented"
    for size in given.sizes.split(","):
        report[f"{int(size):,} subjects"] = measure(int(size), folder, given)
        if given.keep:
            given.keep.write_text(json.dumps(report, indent=1), encoding="utf-8")
    if given.plots and folder:
        draw(report, given.plots, command)
    if given.json:
        print(json.dumps(report))
    else:
        show(report)


if __name__ == "__main__":
    main()
