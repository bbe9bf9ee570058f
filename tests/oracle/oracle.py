"""The oracle: what the specification says of one try, worked out from the whole history with plain sets.

It was written from `specs/gate.md` alone and shares nothing with the engine: no clause types, no rules, no order of
evaluation. Everything that is the case is put into sets of tuples (who held what, what came from what, who is owed
what), closed by fixpoint where the text says "transitively", and the answer is read off. It is slow and says so.
"""

from collections import namedtuple
from itertools import product

from oracle.world import DAY, Deed

#: `carried`: a consent was used that had been given for an earlier hop.
Verdict = namedtuple("Verdict", "outcome refs ask deed carried", defaults=(False,))
UNKNOWN = 99


def under(pattern: str, category: str) -> bool:
    """A category is covered by its dotted parts; `x.*` covers x as well; `*` everything."""
    wanted = [part for part in pattern.split(".") if part != "*"]
    return category.split(".")[: len(wanted)] == wanted


def on(hour: int) -> int:
    return hour // DAY


def ever(deed: Deed) -> set:
    return set(deed.parties) | ({deed.joins[0]} if deed.joins else set())


def members(deed: Deed, hour: int) -> set:
    joined = {deed.joins[0]} if deed.joins and on(hour) >= deed.joins[1] else set()
    # A notice of withdrawal takes thirty days.
    left = {deed.leaves[0]} if deed.leaves and on(hour) >= deed.leaves[1] + 30 else set()
    if deed.denounced is not None and deed.joins and on(hour) >= deed.denounced + 30:
        left |= {deed.parties[0]}
    return (set(deed.parties) | joined) - left


def alive(deed: Deed, hour: int, one: str, two: str) -> bool:
    """In force between the two: begun, not over, its law not lapsed for either of them, both members."""
    if on(hour) < deed.begins or (deed.ends is not None and on(hour) >= deed.ends):
        return False
    if len(members(deed, hour)) < 2 or not {one, two} <= members(deed, hour) or one == two:
        return False
    lapsed = deed.gap is not None and deed.gap[0] <= on(hour) < deed.gap[1]
    return not (lapsed and (deed.gap_of is None or deed.gap_of in (one, two)))


def third(deed: Deed, hop_hour: int, now: int):
    """The third-party clause that binds a hop, with its citation."""
    plain = deed.onward and (deed.onward, f"{deed.id} art. 3")
    if not deed.later:
        return plain
    begins, clause, held = deed.later
    begins = max(begins, deed.begins)
    later = (clause, f"{deed.id} prot. 1 art. 1")
    if on(hop_hour) >= begins or (held and on(now) >= begins):
        return later
    return plain


def runs_out(hour: int, days: int):
    return hour + days * DAY


class Question(
    namedtuple(
        "Question",
        "hour item holder to purpose carrier judicial necessity officers under items custody",
    )
):
    """One try. `items`: id -> facts; `custody`: id -> hops (from, to, deed, hour, purpose)."""


def judge(acts: list, deeds: dict, q: Question) -> Verdict:
    past = [act for act in acts if act["hour"] <= q.hour]
    X, Y, now = q.holder, q.to, q.hour  # noqa: N806
    if q.item not in q.items:
        return Verdict("refused", {"rule 7 custody"}, set(), None)

    # What came from what, closed under "transitively".
    made = {(name, source) for name, facts in q.items.items() for source in facts["made_from"]}
    closed = set(made)
    while True:
        more = {(a, d) for (a, b), (c, d) in product(closed, made) if b == c} - closed
        if not more:
            break
        closed |= more
    lineage = {q.item} | {source for name, source in closed if name == q.item}
    at_hand = {name for name in lineage if name in q.items}

    # Custody.
    broken = set()
    if lineage - at_hand or any((name, name) in closed for name in lineage):
        broken.add("rule 7 custody")
    ends = {(q.item, X)} | {
        (source, q.items[name]["originator"])
        for name, source in made
        if name in at_hand and source in at_hand
    }
    for name, end in ends:
        places = [q.items[name]["originator"], *[hop[1] for hop in q.custody.get(name, ())]]
        starts = [*[hop[0] for hop in q.custody.get(name, ())], end]
        if places != starts or not q.items[name]["originator"]:
            broken.add("rule 7 custody")
    hops = {(name, place, *hop) for name in at_hand for place, hop in enumerate(q.custody.get(name, ()))}
    known_hops = set()
    for hop in hops:
        if hop[4] not in deeds or not {hop[2], hop[3]} <= ever(deeds[hop[4]]):
            broken.add("rule 7 custody")
        else:
            known_hops.add(hop)

    # Withdrawn.
    withdrawn = {act["item"] for act in past if act["act"] == "withdraw"}
    reviewed = {act["item"] for act in past if act["act"] == "review"}
    if q.item in withdrawn:
        broken.add("rule 7 withdrawn")
    if (withdrawn & at_hand) - {q.item} and q.item not in reviewed:
        broken.add("rule 7 source-withdrawn")

    # Necessity: what each agreement lifts for a pair.
    def lifts(deed: Deed, one: str, two: str) -> frozenset:
        enough = len(q.officers) >= deed.officers
        return (
            deed.lifts
            if q.necessity and enough and deed.lifts and alive(deed, now, one, two)
            else frozenset()
        )

    used, short = set(), set()

    def falls_short(what: str, deed: Deed, one: str, two: str) -> None:
        """Would lift it, had enough officers approved."""
        invoked = q.necessity and deed.lifts and what in deed.lifts and alive(deed, now, one, two)
        if invoked and len(q.officers) < deed.officers:
            short.add(f"{deed.id} art. 6")

    # Consents.
    gone = {(act["consent"], act["from"]) for act in past if act["act"] == "revoke"}
    sworn = {(act["consent"], act["hour"]) for act in past if act["act"] == "confirm"}

    circle = any((name, name) in closed for name in lineage)
    carried = set()

    def after_it(act, name):
        """Hops in one custody after the first that was made by this consent while it stood; None without one."""
        custody = q.custody.get(name, ())
        made_by_it = [
            place
            for place, hop in enumerate(custody)
            if (hop[0], hop[1]) == (act["holder"], act["to"])
            and act["from"] <= hop[3] < act["until"]
            and not any(number == act["number"] and gone_at <= hop[3] for number, gone_at in gone)
        ]
        return len(custody) - 1 - made_by_it[0] if made_by_it else None

    def reaches(act, carrier) -> bool:
        """Is this hop, counted from the one the consent was given for, still one of those it allows?"""
        if (act["holder"], act["to"]) == (X, Y):
            return True
        if circle or act["hops"] == 1:
            return False
        ways, ended = {(q.item,)}, set()
        while ways:
            ended |= {way for way in ways if way[-1] == carrier}
            ways = {(*way, below) for way in ways for above, below in made if above == way[-1]} - ended
        for way in ended:
            done = 0
            for name in way:
                if after_it(act, name) is not None:
                    done += after_it(act, name)
                    break
                done += len(q.custody.get(name, ()))
            else:
                return False
            if done + 2 > act["hops"]:
                return False
        carried.add(act["number"])
        return True

    def word(giver, carrier, deed, fresh, renamed=False) -> bool:
        for act in past:
            if act["act"] != "consent" or act["by"] != giver:
                continue
            if (act["holder"], act["to"]) != (X, Y) and act["hops"] == 1:
                continue
            names_item = act["item"] is not None
            names_class = act["deed"] is not None and act["category"] is not None
            half = (act["deed"] is not None) != (act["category"] is not None)
            if half or names_item == names_class:
                continue
            if not act["from"] <= now < act["until"]:
                continue
            if any(number == act["number"] and since <= now for number, since in gone):
                continue
            if act["purpose"] is not None and act["purpose"] != q.purpose:
                continue
            if renamed and act["purpose"] is None:
                continue
            lengths = [length for length in (fresh, act["fresh"]) if length is not None]
            last = max((hour for number, hour in sworn if number == act["number"]), default=None)
            if lengths and (last is None or now - last > min(lengths)):
                continue
            if names_item:
                on_the_way = {q.item, carrier} | {
                    middle for middle in at_hand if (q.item, middle) in closed and (middle, carrier) in closed
                }
                if act["item"] in on_the_way and reaches(act, carrier):
                    return True
            elif (
                deed == act["deed"]
                and under(act["category"], q.items[carrier]["category"])
                and reaches(act, carrier)
            ):
                return True
        return False

    # Who is owed what, over hops and lineage.
    owed, against = set(), set(broken)
    for name, place, sender, receiver, deed_id, hour, purpose in known_hops:
        deed, facts = deeds[deed_id], q.items[name]
        other = purpose is not None and purpose != q.purpose and sender != X
        if other and not word(sender, name, deed_id, None, renamed=True):
            if "purpose" in lifts(deed, sender, receiver):
                used.add(f"{deed_id} art. 6")
            else:
                falls_short("purpose", deed, sender, receiver)
                owed.add((sender, "rule 5 purpose"))
        if q.judicial:
            clauses = [
                each
                for each in deed.limits
                if not each.broken
                and (each.patterns is None or any(under(p, facts["category"]) for p in each.patterns))
                and each.judicial in ("consent", "never")
            ]
            if clauses and "marking" in lifts(deed, sender, receiver):
                used.add(f"{deed_id} art. 6")
            else:
                if clauses:
                    falls_short("marking", deed, sender, receiver)
                for each in clauses:
                    if each.judicial == "never":
                        against.add(f"{deed_id} art. 4({each.number})")
                    elif sender not in (X, Y) and not word(sender, name, deed_id, None):
                        owed.add((sender, f"{deed_id} art. 4({each.number})"))
        binding = third(deed, hour, now)
        if not binding or facts["kind"] not in binding[0].covers:
            continue
        clause, ref = binding
        if clause.broken:
            against.add(ref)
            continue
        custody = q.custody[name]
        givers = {
            "sender": {sender},
            "originator": {custody[0][0]},
            "everyone-upstream": {hop[0] for hop in custody[: place + 1]},
        }[clause.consent_of] - {X, Y}
        since = deed.joins[1] if deed.joins and deed.joins[0] == Y else None
        is_member = Y in members(deed, now) and (since is None or since * DAY <= hour or (deed.sees_earlier))
        if clause.members_exempt and is_member:
            continue
        if alive(deed, now, sender, receiver):
            today = third(deed, now, now)
            if (
                today
                and not today[0].broken
                and any(
                    to == Y
                    and (last is None or on(now) <= last)
                    and any(under(pattern, facts["category"]) for pattern in patterns)
                    for to, patterns, last in today[0].standing
                )
            ):
                continue
            if deed.overseer and deed.overseer[0] == Y and "content" in deed.overseer[1]:
                continue
        missing = {giver for giver in givers if not word(giver, name, deed_id, clause.fresh)}
        if missing and "third_party" in lifts(deed, sender, receiver):
            used.add(f"{deed_id} art. 6")
        else:
            if missing:
                falls_short("third_party", deed, sender, receiver)
            owed |= {(giver, ref) for giver in missing}

    # Retention of what the holder received.
    facts = q.items[q.item]
    for sender, receiver, deed_id, hour, _ in q.custody.get(q.item, ()):
        if receiver != X:
            continue
        if facts["retention"] and now >= runs_out(hour, facts["retention"]):
            against.add("rule 8 retention")
        if deed_id not in deeds or not {sender, receiver} <= ever(deeds[deed_id]):
            continue
        deed = deeds[deed_id]
        for each in deed.limits:
            if each.patterns is not None and not any(under(p, facts["category"]) for p in each.patterns):
                continue
            if each.broken or (each.retention and now >= runs_out(hour, each.retention)):
                against.add(f"{deed_id} art. 4({each.number})")
        if deed.excluded is not None and deed.keeps and now >= runs_out(hour, deed.keeps):
            against.add(f"{deed_id} art. 8")

    # Each agreement between the two.
    refusals, permits = set(), []
    tried = [
        deed for deed in deeds.values() if {X, Y} <= ever(deed) and X != Y and q.under in (None, deed.id)
    ]
    if not tried:
        refusals.add("state")
        if q.under is None:
            refusals.add("rule 3 parties and offices")
    for deed in tried:
        no, yes = one_agreement(deed, q, facts, lifts(deed, X, Y))
        refusals |= no
        if not no:
            permits.append((max(deed.begins, _entry(deed, X, Y)), deed.id, yes))
    short |= {
        f"{deed.id} art. 6"
        for deed in tried
        if deed.lifts is not None and alive(deed, now, X, Y) and len(q.officers) < deed.officers
    }
    invoked = (short or {"rule 10 necessity"}) if q.necessity else set()
    if against or not permits:
        grounds = against | {ref for _, ref in owed} | refusals | invoked
        return Verdict("refused", grounds, set(), None, bool(carried))
    if owed:
        return Verdict(
            "needs-consent",
            {ref for _, ref in owed} | invoked,
            {giver for giver, _ in owed},
            None,
            bool(carried),
        )
    begun = max(entry for entry, _, _ in permits)
    _, chosen, yes = min(each for each in permits if each[0] == begun)
    no, _ = one_agreement(deeds[chosen], q, facts, frozenset())
    if no:
        used.add(f"{chosen} art. 6")
    return Verdict("permitted", yes | used, set(), chosen, bool(carried))


def _entry(deed: Deed, one: str, two: str) -> int:
    return max(
        (deed.joins[1] for each in (one, two) if deed.joins and deed.joins[0] == each), default=deed.begins
    )


def one_agreement(deed: Deed, q: Question, facts: dict, lifted: frozenset) -> tuple[set, set]:
    """Rules 2 to 6 and 9 of one agreement: what stands against, and the articles that permit."""
    X, Y = q.holder, q.to  # noqa: N806
    against = set()
    if not alive(deed, q.hour, X, Y):
        against.add("state")
    if not {X, Y} <= members(deed, q.hour):
        against.add("rule 3 parties and offices")
    if against:
        return against, set()
    covering = [each for each in deed.passages if under(each.pattern, facts["category"])]
    sound = [each for each in covering if not each.broken]
    ways = [each for each in sound if each.directions is None or (X, Y) in each.directions]
    right = [each for each in ways if facts["kind"] in each.kinds]
    cite = lambda each: f"{deed.id} art. 2({each.number})"  # noqa: E731
    if not right:
        against |= {cite(each) for each in covering} or {"rule 4 category"}
    if "purpose" not in lifted:
        agreed = [each for each in right if each.purposes is None or q.purpose in each.purposes]
        if not q.purpose:
            against.add("rule 5 purpose")
        else:
            if deed.excluded is not None and q.purpose in deed.excluded:
                against.add(f"{deed.id} art. 8")
            if not agreed:
                against |= {cite(each) for each in right}
    else:
        agreed = right
    limits = [
        each
        for each in deed.limits
        if each.patterns is None or any(under(pattern, facts["category"]) for pattern in each.patterns)
    ]
    against |= {f"{deed.id} art. 4({each.number})" for each in limits if each.broken}
    limits = [each for each in limits if not each.broken]
    if "marking" not in lifted:
        level = facts["marking"]
        if level == UNKNOWN:
            against.add("rule 6 marking")
        elif level is not None:
            against |= {
                f"{deed.id} art. 4({each.number})"
                for each in limits
                if each.strictest is not None and level > each.strictest
            }
        if q.judicial:
            against |= {f"{deed.id} art. 4({each.number})" for each in limits if each.judicial == "never"}
    carriers = set(deed.carriers or ("https", "pouch"))
    if not deed.relays or not deed.carriers:
        carriers -= {"relay"}
    if not carriers or (q.carrier is not None and q.carrier not in carriers):
        against.add(f"{deed.id} art. 5" if deed.carriers else "rule 9 transport")
    return against, {cite(each) for each in agreed}
