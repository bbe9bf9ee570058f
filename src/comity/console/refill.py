"""A form that was refused comes back as it was filled in, each mistake beside its field.

Forms stand in many templates, some made by macros, some written out. So what was typed is put back where all of them
are alike: into the page once it is printed. The page is read as HTML, the form is found by where it is sent and by its
hidden fields, and only the tags of its controls are changed; whatever was typed goes in escaped. Passwords and files
never come back, as a browser would not bring them back either.

>>> page = '<form method="post" action="/act/x"><input name="why" type="text" value=""></form>'
>>> "a &#34;b&#34;" in (refilled(page, Refused("/act/x", [("why", 'a "b"')], ["why is missing"])) or "")
True
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from html.parser import HTMLParser
from urllib.parse import unquote

import msgspec
from markupsafe import Markup, escape

from comity.console.acts import OWN
from comity.console.paper import words
from comity.languages import _

#: Kinds of input whose value is typed by nobody, or must not come back.
_NOT_TYPED = frozenset({"hidden", "password", "file", "submit", "button"})
_CHOSEN = frozenset({"checkbox", "radio"})
_VALUE = re.compile(r'\svalue="[^"]*"')
_FLAG = re.compile(r"\s(?:checked|selected)(?=[\s>])")
_QUOTED = re.compile(r"`([^`]+)`")


class Refused(msgspec.Struct, frozen=True):
    """A form that was refused.

    Attributes:
        action: where it was sent.
        sent: its fields as they were sent, in order.
        mistakes: what is wrong, in the reader's language. `hint`: what to do next; `page`: where.
    """

    action: str
    sent: Sequence[tuple[str, str]]
    mistakes: Sequence[str]
    hint: str = ""
    page: str = ""


class _Control(msgspec.Struct):
    """A control of a form: its tag, where the tag begins and ends in the page; options of a `select`, what a `textarea`
    holds."""

    tag: str
    attributes: dict[str, str | None]
    begins: int
    ends: int
    options: list["_Control"] = []
    inner: tuple[int, int] = (0, 0)

    @property
    def name(self) -> str:
        return self.attributes.get("name") or ""

    @property
    def kind(self) -> str:
        return (self.attributes.get("type") or "text") if self.tag == "input" else self.tag

    @property
    def value(self) -> str:
        return self.attributes.get("value") or ""


class _Form(msgspec.Struct):
    """A form of a page: where it is sent, where what it holds begins, its controls, and the `details` it stands in."""

    action: str
    begins: int
    controls: list[_Control]
    folded: list[_Control]

    @property
    def sent_to(self) -> set[str]:
        """Where it can be sent: a button may have an address of its own."""
        others = {unquote(each.attributes.get("formaction") or "") for each in self.controls}
        return {self.action, *others} - {""}


class _Reader(HTMLParser):
    """Finds the forms of a page that send something."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=False)
        self.forms: list[_Form] = []
        self._form: _Form | None = None
        self._folded: list[_Control] = []
        self._lines = [0, *(found.end() for found in re.finditer("\n", page))]
        self.feed(page)
        self.close()

    def _place(self) -> int:
        line, column = self.getpos()
        return self._lines[line - 1] + column

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        begins = self._place()
        found = _Control(tag, dict(attrs), begins, begins + len(self.get_starttag_text() or ""))
        if tag == "details":
            self._folded.append(found)
        elif tag == "form":
            sends = (found.attributes.get("method") or "").lower() == "post"
            self._form = None
            if sends:
                action = unquote(found.attributes.get("action") or "")
                self._form = _Form(action, found.ends, [], list(self._folded))
                self.forms.append(self._form)
        elif self._form is not None and tag in ("input", "select", "textarea", "button"):
            self._form.controls.append(found)
        elif self._form is not None and tag == "option" and self._form.controls:
            last = self._form.controls[-1]
            if last.tag == "select":
                last.options.append(found)

    def handle_endtag(self, tag: str) -> None:
        if tag == "details" and self._folded:
            self._folded.pop()
        elif tag == "form":
            self._form = None
        elif tag == "textarea" and self._form is not None and self._form.controls:
            last = self._form.controls[-1]
            if last.tag == "textarea":
                last.inner = (last.ends, self._place())


def refilled(page: str, refused: Refused) -> str | None:
    """Give a page with the form filled in as it was sent; None where the form does not stand there."""
    form = next((each for each in _Reader(page).forms if _is(each, refused)), None)
    if form is None:
        return None
    typed: defaultdict[str, list[str]] = defaultdict(list)
    for name, value in refused.sent:
        typed[name].append(value)
    beside = _beside(form, refused.mistakes)
    edits = [(each.begins, each.ends, _open(page[each.begins : each.ends])) for each in form.folded]
    edits.append((form.begins, form.begins, _summary(refused, focused=not beside)))
    waits = bool(beside)
    for number, control in enumerate(form.controls):
        if control.kind in _NOT_TYPED:
            continue
        tag = page[control.begins : control.ends]
        tag, inside = _filled(page, control, tag, typed[control.name])
        edits += inside
        if control.name in beside:
            words = Markup("; ").join(beside.pop(control.name))
            note = Markup('<span class="mistake" id="m-{}">{}</span>').format(number, words)
            tag = str(note) + _pointing(tag, control, f"m-{number}", focused=waits)
            waits = False
        edits.append((control.begins, control.ends, tag))
    for begins, ends, text in sorted(edits, key=lambda edit: edit[:2], reverse=True):
        page = page[:begins] + text + page[ends:]
    return page


def _is(form: _Form, refused: Refused) -> bool:
    """Tell whether a form is the one that was sent: it has every field, and its hidden ones say the same."""
    sent = [(name, value) for name, value in refused.sent if name not in OWN]
    hidden = {(each.name, each.value) for each in form.controls if each.kind == "hidden"}
    return (
        unquote(refused.action) in form.sent_to
        and {name for name, _value in sent} <= {each.name for each in form.controls}
        and {pair for pair in hidden if pair[0] not in OWN} <= set(sent)
    )


def _beside(form: _Form, mistakes: Sequence[str]) -> dict[str, list[str]]:
    """Give the mistakes by the field that each names; some name none."""
    names = [each.name for each in form.controls if each.kind not in _NOT_TYPED]
    beside: dict[str, list[str]] = {}
    for mistake in mistakes:
        name = next((each for each in names if _names(mistake, each)), "")
        if name:
            beside.setdefault(name, []).append(mistake)
    return beside


def _names(mistake: str, control: str) -> bool:
    """Tell whether a mistake names a field: that it is missing, first of all, or as the first thing quoted."""
    name = control.partition("-")[2] if control[:2] in ("f-", "p-") else control
    quoted = _QUOTED.search(mistake)
    if mistake.startswith(f"{name}: "):
        return True
    return mistake == _("{name} is missing", name=name) or (quoted is not None and quoted[1] == name)


def _summary(refused: Refused, *, focused: bool) -> str:
    """Say that it did not work, and everything that is wrong; a reader of screens hears it at once."""
    lines = [Markup("<p><strong>{}</strong></p>").format(_("That did not work"))]
    lines += [Markup("<p><bdi>{}</bdi></p>").format(each) for each in refused.mistakes]
    if refused.hint:
        place = (
            Markup('<a href="{}">{}</a>').format(refused.page, refused.hint) if refused.page else refused.hint
        )
        lines.append(Markup("<p>{}</p>").format(words("next: {hint}", hint=place)))
    here = Markup(' tabindex="-1" autofocus') if focused else ""
    return str(Markup('<div class="mistake" role="alert"{}>{}</div>').format(here, Markup("").join(lines)))


def _filled(
    page: str, control: _Control, tag: str, values: list[str]
) -> tuple[str, list[tuple[int, int, str]]]:
    """Give the tag of a control with what was typed, and what else of the page changes; takes the value it uses."""
    if control.kind in _CHOSEN:
        return _marked(tag, "checked", (control.value or "on") in values), []
    if control.tag == "select":
        options = [(each, page[each.begins : each.ends]) for each in control.options]
        chosen = values.pop(0) if values else ""
        return tag, [
            (each.begins, each.ends, _marked(text, "selected", each.value == chosen))
            for each, text in options
        ]
    if not values:
        return tag, []
    text = str(escape(values.pop(0)))
    if control.tag == "textarea":
        begins, ends = control.inner
        return tag, [(begins, ends, "\n" + text)]  # the first line break after the tag is not of the text
    return _more(_VALUE.sub("", tag), f'value="{text}"'), []


def _pointing(tag: str, control: _Control, note: str, *, focused: bool) -> str:
    """Let a control say that it is mistaken, and by what; the first takes the reader there."""
    helped = control.attributes.get("aria-describedby")
    tag = tag.replace(f' aria-describedby="{helped}"', "") if helped else tag
    described = f"{note} {helped}" if helped else note
    tag = _more(tag, f'aria-invalid="true" aria-describedby="{described}"')
    return _more(tag, "autofocus") if focused else tag


def _marked(tag: str, flag: str, on: bool) -> str:
    tag = _FLAG.sub("", tag)
    return _more(tag, flag) if on else tag


def _open(tag: str) -> str:
    return tag if re.search(r"\sopen\b", tag) else _more(tag, "open")


def _more(tag: str, attribute: str) -> str:
    """Add to a tag, which ends with its bracket."""
    return f"{tag[:-1]} {attribute}>"
