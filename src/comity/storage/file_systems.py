"""On which file system a home stands: those kept on another machine promise neither locks nor what a sync means.

Two nodes on one home are kept apart by a lock, and an acknowledgement rests on a sync. Source: SQLite, How To Corrupt
An SQLite Database File §2.1, and File Locking And Concurrency §6.
"""

from pathlib import Path

__all__ = ["REMOTE", "kind_among", "kind_of"]

#: Kinds, as Linux names them, whose files are another machine's.
REMOTE = frozenset(
    {
        *(
            "9p",
            "afs",
            "beegfs",
            "ceph",
            "cifs",
            "coda",
            "davfs",
            "fuse.davfs2",
            "fuse.glusterfs",
            "fuse.rclone",
        ),
        *("fuse.s3fs", "fuse.sshfs", "glusterfs", "lustre", "ncpfs", "nfs", "nfs4", "ocfs2", "smb3", "smbfs"),
    }
)


def kind_of(path: Path) -> str:
    """Give the kind of file system a folder is on; empty where this machine does not tell."""
    try:
        mounts = Path("/proc/self/mountinfo").read_text(errors="replace")
    except OSError:  # no Linux
        return ""
    return kind_among(mounts, path.resolve())


def kind_among(mounts: str, path: Path) -> str:
    """Give the kind of file system a folder is on, by the list of mounts (proc(5), `/proc/pid/mountinfo`)."""
    kind, nearest = "", -1
    for line in mounts.splitlines():
        said, dash, rest = line.partition(" - ")
        words = said.split(" ")
        if not dash or len(words) < 5:
            continue
        point = Path(_plain(words[4]))
        if (
            path.is_relative_to(point) and len(point.parts) >= nearest
        ):  # of two on one point the later lies above
            kind, nearest = rest.split(" ")[0], len(point.parts)
    return kind


def _plain(word: str) -> str:
    """Put back what is written in octal: spaces, tabs, line ends, backslashes."""
    for code, letter in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        word = word.replace(code, letter)
    return word
