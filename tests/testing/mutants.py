"""Nodes with one thing wrong, written by hand: each must be caught by the simulator's invariants.

A mutant says where it cuts, what the source says there and what it says instead. It is played in a process of its own,
which loads the changed source in the module's place: `python tests/testing/mutants.py NUMBER WITHIN` plays histories
until a promise breaks and tells after how many. One whose words are no longer there is an error and not a pass.
"""

import importlib.abc
import importlib.machinery
import importlib.util
import sys
from dataclasses import dataclass

NODE, JOURNAL, STORAGE = "comity.node.", "comity.journal.", "comity.storage."
FEDERATION, DECISIONS = "comity.federation.", "comity.decisions."


@dataclass(frozen=True)
class Mutant:
    """One fault: its name says what the node would do."""

    name: str
    module: str
    says: str
    instead: str


MUTANTS = (
    # -- taking in
    Mutant(
        "counts the same message again in another envelope",
        NODE + "receive",
        'if once is not None and once.state != "waiting":',
        "if False:",
    ),
    Mutant(
        "counts the same envelope again",
        NODE + "receive",
        'if seen is not None and seen.state != "waiting":',
        "if False:",
    ),
    Mutant(
        "does not look whether a number was used before",
        NODE + "receive",
        "if other is not None and other.message != message.id:",
        "if False:",
    ),
    Mutant(
        "takes nothing that comes out of order",
        NODE + "receive",
        "if held is not None and held.name != name:",
        "if held is not None and sequence != held.last + 1:",
    ),
    Mutant(
        "falls over what it cannot open",
        NODE + "receive",
        "(node, verified, sender)\n    except (ForeignInput, VerificationFailed) as error:",
        "(node, verified, sender)\n    except VerificationFailed as error:",
    ),
    Mutant(
        "protests against nothing whose evidence does not hold",
        NODE + "receive",
        "            untold = True\n\n    if untold",
        "            untold = False\n\n    if untold",
    ),
    Mutant(
        "takes everything though it knows that it was restored",
        NODE + "receive",
        "if behind and not isinstance(content, _ABOUT_JOURNALS):",
        "if False:",
    ),
    Mutant(
        "keeps no fate of what it takes in",
        NODE + "fate",
        "verdict.state, grounds, at)\n    transaction.put_inbox(msgspec.structs.replace(row, receipt=receipt))\n",
        "verdict.state, grounds, at)\n",
    ),
    Mutant(
        "quarantines and accepts alike",
        NODE + "take_disclosure",
        "    if grounds:\n",
        "    if False:\n",
    ),
    Mutant(
        "takes a body that is not what its originator signed for",
        NODE + "take_disclosure",
        "if transaction.body(proof.disclosed.item) is None:\n        transaction.put_body(",
        "if False:\n        transaction.put_body(",
    ),
    Mutant(
        "keeps an item without its custody",
        NODE + "take_disclosure",
        "                custody=route.custody,\n",
        "                custody=route.custody[:-1],\n",
    ),
    Mutant(
        "protests to nobody",
        NODE + "protest",
        "for addressee in sorted({sender, *originators} - {node.party}):",
        "for addressee in ():",
    ),
    Mutant(
        "protests to the sender alone",
        NODE + "protest",
        "for addressee in sorted({sender, *originators} - {node.party}):",
        "for addressee in sorted({sender} - {node.party}):",
    ),
    # -- deciding again
    Mutant(
        "believes the sender's decision",
        NODE + "decide_again",
        "    if decision.permitted:\n        return\n",
        "    return\n",
    ),
    Mutant(
        "takes decisions of any age and from the future, and nothing else",
        NODE + "decide_again",
        "grounds = (*stale, *crossed.values(), *_against(decision, acts))",
        "grounds = (*stale, *crossed.values())",
    ),
    Mutant(
        "decides again at its own instant with all it knows by now",
        NODE + "decide_again",
        "decision = decide(_question(proof, sender, to, carrier), known, decided_at)",
        "decision = decide(_question(proof, sender, to, carrier), known, at.replace(year=at.year - 1))",
    ),
    Mutant(
        "asks for every purpose as for the first",
        NODE + "decide_again",
        "purpose=proof.hop.purpose,",
        'purpose="network-defence",',
    ),
    # -- evidence
    Mutant(
        "checks no signature of a consent",
        FEDERATION + "evidence",
        "    granted = statements.check(signed, ConsentGranted, book.keys)\n",
        "    granted = statements.read(signed, ConsentGranted)\n",
    ),
    Mutant(
        "lets every sender leave out what it was made from",
        FEDERATION + "evidence",
        "waiting = list(disclosed.manifest.made_from)",
        "waiting = []",
    ),
    # -- sending
    Mutant(
        "sends before it decides, whatever comes of it",
        NODE + "disclose",
        "    if not decision.permitted:\n        return Outcome(gathered.row, decision, lacking=lacking)\n    notice",
        "    if not decision.permitted:\n"
        "        from comity.testing.hostile import tampered\n"
        "        names = list(knowledge.agreements)\n"
        "        decision = tampered(decision, names[0])\n"
        "    notice",
    ),
    Mutant(
        "sends without entering the decision",
        NODE + "decided",
        '        node, transaction, "decided", channel=channel,',
        '        node, transaction, "decision", channel=channel,',
    ),
    Mutant(
        "forgets to whom it passed an item",
        NODE + "disclose",
        "    transaction.put_disclosure(\n",
        "    (lambda row: None)(\n",
    ),
    Mutant(
        "signs hops without what came before",
        NODE + "disclose",
        "previous=holding.custody[-1] if holding.custody else",
        "previous='' if holding.custody else",
    ),
    Mutant(
        "sends no consents along",
        NODE + "disclose",
        "consents=signed_consents(transaction, consents),",
        "consents=(),",
    ),
    Mutant(
        "uses one number twice",
        NODE + "post",
        "last=found.last + 1)",
        "last=max(found.last, 1))",
    ),
    Mutant(
        "does not enter what it sends",
        NODE + "post",
        'record.enter(node, transaction, f"sent-{kind}", channel=peer,',
        '(lambda *_, **__: None)(node, transaction, f"sent-{kind}", channel=peer,',
    ),
    Mutant(
        "owes nothing of what it has entered as sent",
        NODE + "post",
        "    transaction.put_outbox(\n",
        "    (lambda row: None)(\n",
    ),
    # -- receipts
    Mutant(
        "takes any reply for a receipt",
        NODE + "deliver",
        '        if settled is None or settled.state != "owed":\n            continue\n',
        '        if settled is None or settled.state != "owed":\n            continue\n'
        '        transaction.put_outbox(msgspec.structs.replace(settled, state="receipted"))\n        continue\n',
    ),
    Mutant(
        "takes a failed delivery for a receipt",
        NODE + "deliver",
        "    for row in rows:\n        transaction.note_attempt(row.message, row.next_at, reason)\n",
        '    for row in rows:\n        transaction.put_outbox(msgspec.structs.replace(row, state="receipted"))\n',
    ),
    Mutant(
        "forgets what could not be delivered at once",
        NODE + "deliver",
        "    for row in rows:\n        transaction.note_attempt(row.message, row.next_at, reason)\n",
        '    for row in rows:\n        transaction.put_outbox(msgspec.structs.replace(row, state="abandoned"))\n',
    ),
    Mutant(
        "settles as receipted what the peer set aside",
        NODE + "settle",
        "    changed = msgspec.structs.replace(\n        row,\n        state=state,",
        '    changed = msgspec.structs.replace(\n        row,\n        state="receipted",',
    ),
    Mutant(
        "signs that it accepted what it set aside",
        NODE + "fate",
        "_signed_receipt(node, transaction, row, verified, verdict.state, grounds, at)",
        '_signed_receipt(node, transaction, row, verified, "accepted", (), at)',
    ),
    # -- taking back
    Mutant(
        "holds on to what was withdrawn",
        NODE + "withdraw",
        "        _carry_out(node, transaction, row, kept, hand, at)\n    else:",
        "        pass\n    else:",
    ),
    Mutant(
        "does not answer a withdrawal",
        NODE + "withdrawal_answers",
        "    send_or_keep(node, transaction, row, to=said.by, about=about, at=at, back_through=came_from)\n",
        "",
    ),
    Mutant(
        "passes no withdrawal on",
        NODE + "withdraw",
        "    for party in recipients(transaction, item):\n        send_or_keep(",
        "    for party in ():\n        send_or_keep(",
    ),
    Mutant(
        "shows what was made from a withdrawn source as if nothing were",
        NODE + "withdraw",
        "            transaction.put_item(marked)\n",
        "",
    ),
    Mutant(
        "does not let its gate know of a withdrawal",
        NODE + "acts_known",
        "        withdrawn={item: at for (item, _), at in own.items()},\n",
        "        withdrawn={},\n",
    ),
    Mutant(
        "does not let its gate know of a revocation",
        NODE + "acts_known",
        "        if not revoked and not confirmed:\n            return consent\n",
        "        return consent\n",
    ),
    # -- the journal
    Mutant(
        "enters acts in the node's tree and not in the channel's",
        JOURNAL + "append",
        "        self._put(channel, tree.append(hashed))\n",
        "        self._touched.add(channel)\n        self._frontiers.setdefault(channel, tree)\n",
    ),
    Mutant(
        "does not chain an entry to the one before",
        JOURNAL + "append",
        "previous=tree.digest.hex(),",
        "previous=Frontier().digest.hex(),",
    ),
    Mutant(
        "commits to nothing",
        JOURNAL + "append",
        "commitment=commit(key, detail),",
        'commitment=commit(key, b""),',
    ),
    Mutant(
        "stores another instant than it hashed",
        JOURNAL + "append",
        "return Line(number, channel, entry.number, entry.at,",
        "return Line(number, channel, entry.number, entry.at.replace(microsecond=1),",
    ),
    Mutant(
        "enters what came twice",
        NODE + "receive",
        "    receipt = conclude(node, ",
        "    conclude(node, transaction, sender, verified, message, data, carrier, verdict, at, originator)\n"
        "    receipt = conclude(node, ",
    ),
    Mutant(
        "loses the frontiers of a batch",
        STORAGE + "journal_rows",
        "            self._hold(tables.heads, (head.channel,), head)\n",
        "            self._held[tables.heads.name, head.channel] = head\n",
    ),
    Mutant(
        "keeps frontiers that an undone piece has moved",
        STORAGE + "transaction",
        "        self._held, self._unwritten, self._behind, self._last_at, self._known_time = before\n",
        "",
    ),
    Mutant(
        "overwrites an entry's details",
        STORAGE + "journal_rows",
        '{"number": row.number, "key": row.key, "detail": row.detail}',
        '{"number": row.number, "key": row.key, "detail": row.detail[:-1]}',
    ),
    # -- the store
    Mutant(
        "does not undo a piece of work that failed",
        STORAGE + "transaction",
        'self._cursor.execute("ROLLBACK TO piece")\n',
        "pass\n",
    ),
    Mutant(
        "undoes nothing when power went before the commit",
        STORAGE + "database",
        "            except BaseException:\n                self._give_up(transaction)\n                raise\n",
        "            except BaseException:\n                transaction.commit()\n                raise\n",
    ),
    Mutant(
        "commits rows before the keys of their bodies",
        STORAGE + "database",
        "                self._beside.commit()\n                self._sequencer.commit(transaction)\n",
        "                self._sequencer.commit(transaction)\n                self._beside.commit()\n",
    ),
    Mutant(
        "destroys keys before the erasure is durable",
        STORAGE + "body_keys",
        "        self._fates.append((item, False))\n        return",
        "        self._begin()\n"
        '        self._db.execute("DELETE FROM body_keys WHERE item = ?", (item,))\n'
        '        self._db.execute("COMMIT")\n'
        "        self._open_transaction = False\n"
        "        return",
    ),
    Mutant(
        "forgets the keys of bodies at a restart",
        STORAGE + "body_keys",
        "[(item, False) for item in held if item not in here]",
        "[(item, False) for item in held]",
    ),
    # -- after a restore
    Mutant(
        "does not look at what its peers have kept of it",
        NODE + "restored",
        "    behind = (tree.size, tree.root) != (head.size, head.root)\n",
        "    behind = False\n",
    ),
    Mutant(
        "goes on in a channel that nobody knows",
        NODE + "restored",
        "    name = message.seen_on or (out.name",
        "    name = (out.name",
    ),
    Mutant(
        "enters new acts though it is behind",
        NODE + "record",
        "if kind not in _WHILE_BEHIND and (behind := transaction.behind()):",
        "if False and (behind := transaction.behind()):",
    ),
    # -- checks
    Mutant(
        "tells the reference of a record of which only its owner may be asked",
        NODE + "tell_found",
        'reference=match.record.id if shown is not Shown.OWNER else "",',
        "reference=match.record.id,",
    ),
    Mutant(
        "tells of silent records as of others",
        NODE + "find_matches",
        "    told = [match for match in shown if match.answer is not None]\n",
        "    told = [\n"
        "        each._replace(\n"
        "            answer=each.answer\n"
        "            or answer_for(each.hit, each.record, asker=asker, threshold=threshold, handling=Handling.ASK)\n"
        "        )\n"
        "        for each in (*shown, *silent)\n"
        "    ]\n",
    ),
    Mutant(
        "lets records to ask for be read at once",
        "comity.register.answers",
        "(Handling.ASK, Step.FIRST): Shown.OWNER,",
        "(Handling.ASK, Step.FIRST): Shown.RECORD,",
    ),
    Mutant(
        "lets nobody hear that a silent record was met",
        NODE + "tell_found",
        "more=found.more, unseen=json.dumps(unseen).encode()",
        "more=found.more",
    ),
    Mutant(
        "keeps no line that it told",
        NODE + "tell_found",
        "    transaction.put_hit(kept)\n",
        "",
    ),
    Mutant(
        "answers in as many bytes as it has to say",
        NODE + "tell_found",
        "        padded(answer),",
        "        answer,",
    ),
    Mutant(
        "answers without counting",
        NODE + "answer_check",
        "        spend(transaction, scope, asker=sender, holder=node.party, at=said if said <= at + SKEW else at)\n",
        "        pass\n",
    ),
    Mutant(
        "counts and answers beyond the day's capacity",
        NODE + "register_terms",
        "    if capacity is not None:",
        "    if False:",
    ),
    Mutant(
        "asks without counting",
        NODE + "ask_check",
        "            spend(transaction, scope, asker=node.party, holder=target.party, at=at)\n",
        "",
    ),
    Mutant(
        "enters in its journal whom it asked about",
        NODE + "ask_check",
        "            detail = commitment(question).encode()\n",
        "            detail = stored(question)\n",
    ),
    Mutant(
        "answers under an agreement to whose register a record was not given",
        "comity.register.scope",
        "    if scope.agreement not in filed.under and EVERY_AGREEMENT not in filed.under:",
        "    if False:",
    ),
    Mutant(
        "answers from records whose time has run out",
        "comity.register.scope",
        "    if today >= filed.runs_out:",
        "    if False:",
    ),
    # -- what runs out
    Mutant(
        "erases what has run out by a clock that leapt ahead",
        NODE + "daily_duties",
        "    dry_run = dry_run or bool(waits)\n",
        "",
    ),
    Mutant(
        "takes any clock for right",
        NODE + "known_time",
        """    known = borne_out(transaction, at)
    if at - known.until > LEAP:
        return (""",
        """    known = borne_out(transaction, at)
    if False:
        return (""",
    ),
    # -- safeguards
    Mutant(
        "has no door",
        NODE + "items",
        "    to_read = _door(new)\n",
        "    to_read = ()\n",
    ),
    Mutant(
        "has a gate without safeguards",
        DECISIONS + "rules.r01_safeguards",
        "    against = (*_against(item.category), *_against(purpose))\n",
        "    against = ()\n",
    ),
    Mutant(
        "tells by its size alone whether its peers have kept more of it",
        NODE + "restored",
        "    behind = (tree.size, tree.root) != (head.size, head.root)\n",
        "    behind = tree.size < head.size\n",
    ),
    # -- what is set aside
    Mutant(
        "destroys what was set aside of an item at anybody's word",
        STORAGE + "mailbox_rows",
        '            _I.originator == bindparam("by", type_=_I.originator.type),\n',
        '            bindparam("by", type_=_I.originator.type) != "",\n',
    ),
    Mutant(
        "keeps the content of what was withdrawn before it came",
        NODE + "fate",
        '    return any(each.by == originator for each in transaction.statements("withdrawal", item))\n',
        "    return False\n",
    ),
)


class _Mutating(importlib.abc.MetaPathFinder):
    """Loads one module with other words in it."""

    def __init__(self, mutant: Mutant) -> None:
        self._mutant = mutant

    def find_spec(self, name, path, target=None):
        if name != self._mutant.module:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path)
        assert spec is not None and spec.origin is not None
        loader = _MutatedLoader(name, spec.origin)
        loader.mutant = self._mutant
        return importlib.util.spec_from_file_location(name, spec.origin, loader=loader)


class _MutatedLoader(importlib.machinery.SourceFileLoader):
    mutant: Mutant

    def get_code(self, fullname):
        source = self.get_source(fullname)
        count = source.count(self.mutant.says)
        assert count == 1, f"{self.mutant.name}: {count} places in {fullname}"
        return compile(source.replace(self.mutant.says, self.mutant.instead), self.path, "exec")


def main(number: int, within: int) -> int:
    """Play histories with a mutant until a promise breaks; print after how many and which."""
    mutant = MUTANTS[number]
    sys.meta_path.insert(0, _Mutating(mutant))
    from comity.testing.__main__ import _quiet
    from comity.testing.histories import History
    from comity.testing.world import Broken

    _quiet()
    for played in range(1, within + 1):
        try:
            History(f"mutant-{played}").run().close()
        except Broken as broken:
            print(f"caught after {played}: {str(broken).splitlines()[1].strip()}")
            return 0
        except Exception as error:  # a faulty node may also fall over; that is caught too
            print(f"caught after {played}: {type(error).__name__}: {str(error).partition(chr(10))[0]}")
            return 0
    print(f"not caught within {within}")
    return 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2])))
