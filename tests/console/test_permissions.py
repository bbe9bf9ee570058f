"""Roles: the table is whole, and no route answers what its table does not allow (D8, D18, D19)."""

import re
from collections.abc import Callable

import pytest

from comity.console.permissions import PERMISSIONS, TWO_PERSONS, may, needs_second
from comity.console.screens import SCREENS
from comity.control.verb import VERBS
from comity.node.roles import APART, CONTENT, Role
from console.browser import Browser
from console.conftest import Office


@pytest.mark.parametrize("verb", sorted(PERMISSIONS))
def test_the_table_names_verbs_that_there_are(verb: str) -> None:
    assert verb in VERBS


@pytest.mark.parametrize("verb", sorted(TWO_PERSONS))
def test_what_needs_two_persons_is_open_to_somebody(verb: str) -> None:
    assert PERMISSIONS[verb]
    assert set(TWO_PERSONS[verb]) <= set(VERBS[verb].types)


@pytest.mark.parametrize(
    "verb", ["item-content", "item-show", "item-find", "item-list", "inbox", "register-check"]
)
def test_who_runs_or_audits_reads_no_content(verb: str) -> None:
    assert not PERMISSIONS[verb] & APART
    assert PERMISSIONS[verb] <= CONTENT


def test_a_denunciation_needs_two_and_a_resumption_one() -> None:
    assert needs_second("agreement-notice", {"kind": "denunciation"})
    assert not needs_second("agreement-notice", {"kind": "resumption"})
    assert needs_second("agreement-sign-named", {"name": "x"})
    assert not needs_second("share", {})


@pytest.mark.parametrize("role", list(Role))
def test_every_screen_is_open_to_just_whom_its_verb_is(role: Role, enter: Callable[[str], Browser]) -> None:
    browser = enter(str(role))
    for screen in SCREENS:
        if "{id}" in screen.path:
            continue
        answer = browser.get(screen.path)
        expected = 200 if not screen.verb or may([role], screen.verb) else 404
        assert answer.status == expected, (screen.path, answer.text[:600])
        as_json = browser.get("/index.json" if screen.path == "/" else f"{screen.path}.json")
        assert as_json.status == expected, screen.path


@pytest.mark.parametrize("role", list(Role))
def test_every_verb_is_refused_to_whom_the_table_does_not_name(
    role: Role, enter: Callable[[str], Browser]
) -> None:
    browser = enter(str(role))
    token = browser.token()
    for verb in VERBS:
        if may([role], verb):
            continue
        answer = browser.post(f"/act/{verb}", {"form-token": token})
        assert answer.status in (403, 422), (verb, answer.text[:300])
        if answer.status == 422:  # a form that lacks what the verb needs: nothing was asked of it
            assert "none of your roles" not in answer.text


@pytest.mark.parametrize(
    "screen", [each for each in SCREENS if "{id}" in each.path], ids=lambda each: each.path
)
@pytest.mark.parametrize("foreign", ["0" * 64, "nothing", "..%2f..%2fnode.toml", "%00", "'--", "a" * 5000])
def test_a_thing_that_is_not_here_is_not_here_for_anybody(
    screen, foreign: str, enter: Callable[[str], Browser]
) -> None:
    for role in (Role.LIAISON, Role.AUDITOR):
        answer = enter(str(role)).get(screen.path.replace("{id}", foreign))
        assert answer.status == 404, answer.text[:300]


def test_nobody_raises_their_own_power_or_suspends_themselves(enter: Callable[[str], Browser]) -> None:
    browser = enter("administrator")
    for verb, fields in (
        ("officer-roles", {"handle": "administrator", "roles": "administrator auditor"}),
        ("officer-suspend", {"handle": "administrator"}),
    ):
        assert browser.act(verb, fields).status == 403


def test_the_menu_shows_what_is_open(enter: Callable[[str], Browser]) -> None:
    page = enter("auditor").get("/").text
    places = re.findall(r'<li><a href="([^"]+)"', page)
    assert "/journal" in places and "/items" not in places and "/officers" not in places


def test_whoever_loses_a_role_is_out(office: Office) -> None:
    office.tell("officer-add", handle="passing", roles=["reader"])
    browser = office.enter("passing")
    assert browser.get("/items").status == 200
    office.tell("officer-roles", handle="passing", roles=["auditor"])
    assert browser.get("/items").status == 303
