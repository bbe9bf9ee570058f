"""Homes stand on a disk of their own machine: network file systems are named, those without locks refused (K21)."""

import errno
import fcntl
from pathlib import Path

import pytest

from comity.errors import BadInput
from comity.storage.file_systems import REMOTE, kind_among, kind_of
from comity.storage.home import HomeFolder

MOUNTS = r"""22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
23 22 0:21 / /proc rw - proc proc rw
30 22 0:40 / /srv/shared rw,relatime shared:9 - nfs4 store.example:/export rw,vers=4.2
31 22 0:41 / /srv/far\040away rw - fuse.sshfs far.example:/ rw
32 30 8:2 / /srv/shared/local rw - xfs /dev/sdb1 rw
33 22 0:42 / /over rw - overlay overlay rw,lowerdir=/a,upperdir=/b,workdir=/c
34 22 0:43 / /twice rw - ext4 /dev/sdc1 rw
35 22 0:44 / /twice rw - cifs //files.example/x rw
36 22 0:45 /
rubbish
"""


@pytest.mark.parametrize(
    ("path", "kind", "remote"),
    [
        ("/var/lib/comity", "ext4", False),
        ("/srv/shared/homes/north", "nfs4", True),
        ("/srv/shared", "nfs4", True),
        ("/srv/shared/local/north", "xfs", False),
        ("/srv/sharedless", "ext4", False),
        ("/srv/far away/north", "fuse.sshfs", True),
        ("/over/north", "overlay", False),
        ("/twice/north", "cifs", True),
    ],
)
def test_the_kind_is_that_of_the_nearest_mount(path: str, kind: str, remote: bool) -> None:
    assert kind_among(MOUNTS, Path(path)) == kind
    assert (kind in REMOTE) is remote


def test_a_machine_that_does_not_tell_is_taken_as_it_is() -> None:
    assert kind_among("", Path("/anywhere")) == "" and "" not in REMOTE


def test_this_machine_tells(tmp_path: Path) -> None:
    assert kind_of(tmp_path) not in REMOTE
    assert kind_of(Path("/proc/self")) in ("proc", "")


@pytest.mark.parametrize("code", [errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP])
def test_a_home_where_nothing_can_be_locked_is_refused(
    code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_locks(*_: object) -> None:
        raise OSError(code, "No locks available")

    monkeypatch.setattr(fcntl, "flock", no_locks)
    with pytest.raises(BadInput, match="on a file system that knows no locks: No locks available"):
        HomeFolder(tmp_path).take()
