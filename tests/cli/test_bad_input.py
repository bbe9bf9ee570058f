"""Input that has the right form and is wrong all the same: what each command says, word for word.

`{north}` and the like stand for paths of the folder in `land.py`. The exit code says the kind of mistake: 2 what was
given cannot be read, 3 it is not there, 1 it is not allowed, 6 it does not verify.
"""

import click
import pytest

from cli.land import Comity, Land
from comity.cli.reference import commands
from comity.cooperation.kinds import KINDS

ITEM = "--category incident.indicators --marking TLP:GREEN"
KEEP_OR_ERASE = "an item whose source was withdrawn is kept or erased: --keep or --erase, one of them"
NOT_HELD = "no item `absent` is held here"
NO_FOLDER = "no folder `{absent}`"
NO_TEXT = "agreement: no text: the folder should hold a file such as `agreement.en.md`"
NOT_AGREED = "no agreement `absent` is held here"
NO_REQUEST = "`absent` names no request"

#: command line (`--home {north}` is added where the command wants one) -> exit code, mistakes
BAD: list[tuple[str, int, list[str]]] = [
    # agreements, as texts
    ("agreement lint {absent}", 3, [NO_FOLDER]),
    ("agreement lint {empty}", 2, [NO_TEXT]),
    ("agreement lint {absent} {empty} {note.txt}", 2, [NO_FOLDER, f"{{empty}}/{NO_TEXT}", "no folder `{note.txt}`"]),
    ("agreement status {absent}", 3, [NO_FOLDER]),
    ("agreement timeline {absent}", 3, [NO_FOLDER]),
    ("agreement diff {agreement} {empty}", 2, [NO_TEXT]),
    ("agreement leaks {absent}", 3, [NO_FOLDER]),
    ("agreement roots {empty} {north.card}", 2, [NO_TEXT]),
    ("agreement roots {agreement} {rubbish}", 2, ["card: not UTF-8 at byte 1"]),
    ("agreement roots {agreement} {nothing}", 2, ["card: empty"]),
    ("agreement verify {agreement}", 3, ["{agreement} holds no certificate.dsse"]),
    ("agreement export {empty} --form odrl", 2, [NO_TEXT]),
    ("agreement simulate {empty} --home {north}", 2, [NO_TEXT]),
    # agreements, at a node
    ("agreement propose {absent} --home {north}", 3, [NO_FOLDER]),
    ("agreement proposals absent --home {north}", 3, ["no proposal `absent`"]),
    ("agreement proposals --out {absent} --home {north}", 2, ["--out needs the AGREEMENT to write"]),
    ("agreement decline absent --because no --home {north}", 3, ["no text `absent` is proposed and open here"]),
    ("agreement sign absent --home {north}", 3, ["no text `absent` is proposed or held here"]),
    ("agreement sign {agreement} --function minister --home {north}", 1,
     ["no key here signs as minister for north.example"]),
    ("agreement hold {empty} --home {north}", 2, [NO_TEXT]),
    ("agreement copy absent {absent} --home {north}", 3, [NOT_AGREED]),
    ("agreement copy north-south-2026 {agreement} --home {north}", 1, ["{agreement} is not empty"]),
    ("agreement notice absent --kind denunciation --home {north}", 3, [NOT_AGREED]),
    ("agreement notice north-south-2026 --kind suspension --field from --home {north}", 2,
     ["--field `from` is not of the form NAME=VALUE"]),
    ("agreement notice north-south-2026 --kind suspension --field from=soon --home {north}", 2,
     ["field from: `soon` is not a day such as 2031-03-14"]),
    ("agreement notice north-south-2026 --kind denunciation --field zq=7 --home {north}", 2,
     ["notices/0001-denunciation.toml:4: `zq` is not a field of a notice"]),
    # cards
    ("card show absent.example --home {north}", 3, ["no card of absent.example is known here"]),
    ("card accept {rubbish} --home {north}", 2, ["card: not UTF-8 at byte 1"]),
    ("card accept {nothing} --home {north}", 2, ["card: empty"]),
    ("card accept {note.txt} --home {north}", 2, ["card: not JSON (line 1 column 1)"]),
    ("card rotate --role everyday --home {empty}", 3, ["{empty} is not a node's home"]),
    ("card revoke-key nobody --as-of 2031-01-01 --because lost --home {north}", 3,
     ["no one key of card 1 is `nobody`"]),
    ("card draft --out {absent} --name North --home {north}", 2, ["--name `North` is not of the form LANGUAGE=NAME"]),
    ("card sign {rubbish}", 2, ["card draft: not UTF-8 at byte 1"]),
    ("card publish {note.txt} --home {north}", 2, ["card draft: not JSON (line 1 column 1)"]),
    ("card root-key {absent}/x", 2, [NO_FOLDER]),
    ("card lock --home {empty}", 3, ["{empty} is not a node's home"]),
    ("agreement closing absent --home {north}", 3, [NOT_AGREED]),
    # cases
    ("decide {absent}", 3, ["no case file `{absent}`"]),
    ("decide {rubbish}", 2, ["{rubbish}: this is not UTF-8 text"]),
    ("decide {nothing}", 2, ["{nothing}: `agreements` is missing", "{nothing}: there is no [[case]] in it"]),
    # items
    ("item add {note.txt} --category a..b --marking TLP:GREEN --home {north}", 2,
     ["category `a..b` is not a dotted name such as `incident.indicators`"]),
    ("item add {note.txt} --category incident.indicators --home {north}", 2,
     ["{note.txt}: an item needs a marking"]),
    ("item add {note.txt} --category incident.indicators --marking TLP:PINK --home {north}", 2,
     ["`TLP:PINK` is not one of TLP:CLEAR, TLP:GREEN, TLP:AMBER, TLP:AMBER+STRICT, TLP:RED"]),
    ("item add {note.txt} " + ITEM + " --pap PAP:PINK --retention never --home {north}", 2,
     ["`PAP:PINK` is not one of PAP:CLEAR, PAP:GREEN, PAP:AMBER, PAP:RED",
      "retention: `never` is not a duration such as P6M, P15Y, P30D or PT48H"]),
    ("item add {note.txt} " + ITEM + " --made-from absent --home {north}", 3, [NOT_HELD]),
    ("item add {nothing} " + ITEM + " --home {north}", 2, ["{nothing}: empty: there is nothing in it to share"]),
    ("item show absent --home {north}", 3, [NOT_HELD]),
    ("item show note --save {absent}/x --home {north}", 2,
     ["{absent}/x cannot be written: No such file or directory"]),
    ("item read absent --home {north}", 3, [NOT_HELD]),
    # sharing
    ("share absent --to south.example --purpose network-defence --home {north}", 3, [NOT_HELD]),
    ("share note --to South --purpose network-defence --home {north}", 2,
     ["`South` is not a Party: a DNS name in lower case is"]),
    ("share {absent} " + ITEM + " --to south.example --purpose network-defence --home {north}", 3,
     ["{absent}: no such file"]),
    ("share {note.txt} --category incident.indicators --to south.example --purpose x --home {north}", 2,
     ["{note.txt}: an item needs a marking"]),
    # consents
    ("consent ask absent --to south.example --purpose x --home {north}", 3, [NOT_HELD]),
    ("consent ask note --to south.example --purpose network-defence --home {north}", 1,
     ["no consent is missing: the decision is permitted (north-south-2026 art. 2(1))"]),
    ("consent grant absent --until 2031-03-14 --home {north}", 3, [NO_REQUEST]),
    ("consent refuse absent --home {north}", 3, [NO_REQUEST]),
    ("consent revoke absent --home {north}", 3, [NO_REQUEST]),
    ("withdraw absent --home {north}", 3, [NOT_HELD]),
    ("review absent --keep --because x --home {north}", 3, [NOT_HELD]),
    ("review absent --keep --erase --because x --home {north}", 2, [KEEP_OR_ERASE]),
    ("review absent --because x --home {north}", 2, [KEEP_OR_ERASE]),
    ("consent give --holder south.example --to east.example --until 2020-01-01 --home {north}", 2,
     ["the end 2020-01-01T00:00:00Z is not after its beginning and now",
      "a consent names one item, or one class by agreement and category"]),
    ("consent give --holder south.example --to east.example --until 2099-01-01 --item absent --home {north}", 3,
     [NOT_HELD]),
    ("consent give --holder south.example --to east.example --until 2099-01-01 --item note --fresh x --home {north}",
     2, ["fresh: `x` is not a duration such as P6M, P15Y, P30D or PT48H"]),
    ("consent preview --home {north}", 2, ["say which request, or name holder and recipient"]),
    ("consent preview absent --home {north}", 3, [NO_REQUEST]),
    ("consent take-back absent --home {north}", 3, ["`absent` names no consent given here"]),
    ("withdraw --home {north}", 2, ["withdraw which item?"]),
    ("item hold absent --because x --home {north}", 3, [NOT_HELD]),
    ("item release absent --because x --home {north}", 3, [NOT_HELD]),
    ("share note --to south.example --purpose network-defence --necessity --home {north}", 2,
     ["--necessity goes with --approved-by, once for each of two officers, and --because"]),
    ("necessity review absent --contest --because x --home {north}", 3, ["`absent` names no one notice"]),
    ("necessity review absent --accept --contest --because x --home {north}", 2, [
        "an act of necessity is accepted or contested: --accept or --contest, one of them"
    ]),
    ("peer resume absent.example --because x --home {north}", 1,
     ["the channel of absent.example is not stopped"]),
    # pouches
    ("pouch pack absent.example {absent} --home {north}", 1,
     ["there is no agreement with absent.example and its card was not accepted: nothing to carry"]),
    ("pouch pack south.example {absent}/x --home {north}", 2,
     ["{absent}/x cannot be written: No such file or directory"]),
    ("pouch open {rubbish} --home {north}", 2, ["{rubbish}: not a pouch: it does not begin as one"]),
    ("pouch open {nothing} --home {north}", 2, ["{nothing}: not a pouch: it does not begin as one"]),
    ("deliver --to absent.example --home {north}", 3, ["no card of absent.example is known here"]),
    # journals
    ("journal verify --witnessed {rubbish} --home {north}", 2, ["checkpoint: holds a control character"]),
    ("journal verify --witnessed {nothing} --home {north}", 2, ["{nothing}: holds no checkpoint"]),
    ("journal witnessed absent.example --home {north}", 3, ["no checkpoint of absent.example is kept here"]),
    ("journal reconcile absent.example --home {north}", 1,
     ["there is no agreement with absent.example, so no channel to reconcile"]),
    ("journal replay 1 --home {north}", 3, ["entry 1 is of the kind `card`, which is no decision"]),
    ("journal replay 99999 --home {north}", 3, ["the journal has no entry 99999"]),
    ("journal export --out {absent} --home {north}", 2,
     ["one of --evidence, --overseer and --equivocation says what to write"]),
    ("journal export --out {absent} --evidence 99999 --home {north}", 3, ["no item `99999` is held here"]),
    ("journal export --out {absent} --equivocation absent.example --home {north}", 3,
     ["absent.example has shown no two heads of one size"]),
    ("verify {rubbish}", 6, ["{rubbish}: not a file of evidence"]),
    ("verify {nothing}", 6, ["{nothing}: not a file of evidence"]),
    ("verify {note.txt} --root x", 2, ["--root `x` is not PARTY=ed25519:… (or root:…) with 64 digits"]),
    # homes
    ("init {north} --party north.example", 1, ["{north} is not empty"]),
    ("init {absent} --party North", 2,
     ["`North` is not a Party id: a DNS name in lower case, such as `cert.north.example`"]),
    ("init {absent} --party a.example --language zq7q7q7q7", 2,
     ["card of a.example: names: `zq7q7q7q7` is not a language tag"]),
    ("init {absent} --party a.example --deployment War", 2,
     ["deployment `War` is not a word such as `production` or `exercise`"]),
    ("init {note.txt}/x --party a.example", 2, ["{note.txt}/x: Not a directory"]),
    ("init {absent} --party a.example --card {absent}/x", 3, [NO_FOLDER]),
    ("init {absent} --party a.example --passphrase-file {nothing}", 2,
     ["{nothing}: one line was expected, of 1 to 1024 bytes: the passphrase"]),
    ("init {absent} --party a.example --passphrase-file {rubbish}", 2, ["{rubbish}: the passphrase is not UTF-8"]),
    ("serve --home {absent}", 3, ["{absent} is not a node's home"]),
    ("serve --home {north}", 2, ["{north}: node.toml names no port"]),
    ("demo --once --item {nothing}", 2, ["{nothing}: empty: there is nothing in it to share"]),
    ("demo --once --item {note.txt}", 2, ["{note.txt}: an item needs a marking"]),
    ("status --home {empty}", 3, ["{empty} is not a node's home"]),
    ("doctor --home {empty}", 3, ["{empty} is not a node's home"]),
    ("demo --once --dir {north}", 1, ["{north} holds something else than the story"]),
    # one's own register
    ("register import {rubbish} --basis x --review 2031-01-01 --home {north}", 2,
     ["rubbish: a file of no format known"]),
    ("register export {rubbish} --home {north}", 2, ["{rubbish}: cannot be written: file exists"]),
    ("register link {rubbish}", 2, ["rubbish: a file of no format known"]),
    ("desk add Ghost {absent} --home {north}", 2,
     ["`Ghost` is not the name of a desk: up to 40 small letters, digits and hyphens"]),
    ("desk add ghost {rubbish} --home {north}", 2, ["{rubbish}: cannot be written: file exists"]),
    ("desk remove ghost --home {north}", 3, ["no desk `ghost`"]),
    ("register check --home {north}", 2, ["give a name, or --batch FILE, and not both"]),
    ("register show absent --home {north}", 3, ["no record `absent` in this register"]),
    # officers, requests of persons
    ("officer add a,b --role reader --home {north}", 2, [
        "`a,b` is no handle: letters a to z, digits, dot, hyphen and underscore, 64 at the most"
    ]),
    ("officer link absent --home {north}", 3, ["no officer `absent` here"]),
    ("officer resume absent --home {north}", 3, ["no officer `absent` here"]),
    ("officer roles absent --role reader --home {north}", 3, ["no officer `absent` here"]),
    ("officer suspend absent --home {north}", 3, ["no officer `absent` here"]),
    ("redress ask absent --wish erase --home {north}", 2, ["no option `--wish`; did you mean `--why`?"]),
    ("redress grant absent --home {north}", 3, ["`absent` names no one request"]),
    ("redress refuse absent --because x --home {north}", 3, ["`absent` names no one request"]),
    # the joint register
    ("register add --schema Person --basis x --review 2031-01-01 --home {north}", 2, ["ID is missing"]),
    ("register contribute --under absent --home {north}", 2, ["--purpose is missing"]),
    ("register correct {absent} --home {north}", 3, ["FILE: file `{absent}` does not exist"]),
    ("register erase absent --because x --home {north}", 3, ["no record `absent` in this register"]),
    ("register flag absent --with x --home {north}", 2, ["no option `--with`"]),
    ("register unflag absent --home {north}", 3, ["`absent` names no flag"]),
    ("register follow-up absent --because x --home {north}", 3, ["`absent` names no hit"]),
    ("register hits absent --home {north}", 2, ["unexpected: `absent`"]),
    ("register impact --name x --home {north}", 2, ["no option `--name`; did you mean `--home`?"]),
    ("register merge absent other --because x --office o --home {north}", 3, ["no record `absent` in this register"]),
    ("register unmerge absent --because x --office o --home {north}", 2, [
        "NUMBER: `absent` is not a whole number from 1 to 9007199254740991"
    ]),
    ("register note absent --look-alike x --home {north}", 2, ["no option `--look-alike`"]),
    ("register outcome absent false --home {north}", 3, ["`absent` names no hit"]),
    ("register release absent --home {north}", 3, ["`absent` names no hit"]),
    ("register refuse absent --because x --home {north}", 3, ["`absent` names no hit"]),
    ("register review absent --until 2031-01-01 --home {north}", 2, ["a review says why the record is still needed"]),
    ("register settle absent --because x --home {north}", 2, [
        "STATE is missing: one of acknowledged, corrected, upheld"
    ]),
    ("register watch absent --home {north}", 2, ["--until is missing"]),
    ("register unwatch absent --home {north}", 3, ["`absent` names no check"]),
    ("register withdraw absent --because x --home {north}", 3, ["no record `absent` in this register"]),
    # what may pass to whom
    ("item list --to south.example --home {north}", 2, ["--to goes with --purpose, and --only with both"]),
    ("item list --only refused --home {north}", 2, ["--to goes with --purpose, and --only with both"]),
    # pouches and relays
    ("pouch slip {note.txt} --out {absent} --home {north}", 2, ["{note.txt}: not a pouch: it does not begin as one"]),
    ("relay admit {absent} x", 2, ["`x` is not a mailbox: 64 hexadecimal digits"]),
    ("relay dismiss {absent} x", 3, ["{absent} is not a relay's folder"]),
    ("relay init {note.txt} --name x --port 1", 2, ["FOLDER: directory `{note.txt}` is a file"]),
    ("relay mailbox absent --home {north}", 2, [
        "`absent` is not of the form relay+https://HOST:PORT/NAME/KEY (in a card /MAILBOX stands behind it)"
    ]),
    ("relay serve {absent}", 3, ["{absent} is not a relay's folder"]),
    # files in parts
    ("file add {note.txt} --category c --marking TLP:GREEN --home {north}", 2, [
        "{note.txt}: a file in parts has more than 8388608 bytes, and 1073741824 at the most"
    ]),
    ("file read absent --home {north}", 3, ["no item `absent` is held here"]),
    ("file share absent --to south.example --purpose x --home {north}", 3, ["no item `absent` is held here"]),
    ("file show absent --home {north}", 3, ["no item `absent` is held here"]),
    # programs and who is told
    ("token add absent --home {north}", 2, ["--label is missing"]),
    ("token drop absent --home {north}", 3, ["no token `absent` here"]),
    ("hook add x --home {north}", 2, ["`x` is no address of the form https://HOST/PATH"]),
    ("hook drop absent --home {north}", 3, ["no hook `absent` here"]),
    ("hook resume absent --home {north}", 3, ["no hook `absent` here"]),
    ("register threshold absent 0.5 --because x --home {north}", 3, ["no register is in force under `absent`"]),
    ("relay status {absent}", 3, ["{absent} is not a relay's folder"]),
]  # fmt: skip


#: Commands that list what there is, and take nothing that could be wrong beyond its form.
NOTHING_TO_GET_WRONG = {
    "agreement list", "card keys", "consent given", "consent list", "desk list", "duties", "inbox",
    "journal show", "necessity list", "officer list", "outbox", "peer stopped", "protests", "redress list",
    "register checks", "register due", "register flags", "register merges", "register precision", "register quota",
    "register thresholds", "register watches", "token list", "hook list", "hook owed",
}  # fmt: skip


#: Groups made from the tables of matters: what one command of theirs refuses, all do (`test_working_together.py`).
MATTERS = frozenset(KINDS)


def test_no_command_is_left_out() -> None:
    every = {" ".join(path) for path, command in commands() if not isinstance(command, click.Group)}
    tried = {
        next(name for name in sorted(every, key=len, reverse=True) if line.startswith(name))
        for line, _, _ in BAD
    }
    assert tried | NOTHING_TO_GET_WRONG == {name for name in every if name.split()[0] not in MATTERS}


@pytest.mark.parametrize(("line", "code", "mistakes"), BAD, ids=[line for line, _, _ in BAD])
def test_bad_input(line: str, code: int, mistakes: list[str], comity: Comity, made_land: Land) -> None:
    def put(text: str) -> str:
        for name in ("north.card", "note.txt", "agreement", "rubbish", "nothing", "absent", "empty", "north"):
            text = text.replace(f"{{{name}}}", str(made_land.folder / name))
        return text

    before = made_land.state()
    done = comity(*put(line).split())
    assert done.code == code, done
    assert done.out == "", done
    assert done.mistakes == [f"comity: {put(each)}" for each in mistakes], done.err
    assert made_land.state() == before, "something was done all the same"


def test_a_mistake_is_followed_by_what_to_do_next(comity: Comity, made_land: Land) -> None:
    done = comity("share", "absent", "--to", "south.example", "--purpose", "x", "--home", made_land.north)
    assert done.err.splitlines()[1] == "  next: comity item list shows what is held"


def test_a_route_that_there_is_not_is_named(comity: Comity, made_land: Land) -> None:
    words = (
        "--to",
        "south.example",
        "--purpose",
        "network-defence",
        "--route",
        "7",
        "--home",
        made_land.north,
    )
    done = comity("share", "note", *words)
    assert (done.code, done.out, len(done.mistakes)) == (3, "", 1) and "7" in done.mistakes[0]


def test_a_file_that_cannot_be_written_leaves_the_old_one(comity: Comity, land: Land) -> None:
    """A pouch is written beside and put in its place when it is whole."""
    pouch = land.folder / "for-south.pouch"
    assert comity("pouch", "pack", "south.example", pouch, "--home", land.north).code == 0
    first = pouch.read_bytes()
    assert comity("pouch", "pack", "south.example", pouch, "--home", land.north).code == 0
    assert pouch.read_bytes()[:8] == first[:8]
    assert [each.name for each in land.folder.iterdir() if "for-south" in each.name] == ["for-south.pouch"]
