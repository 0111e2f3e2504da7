"""What the servers need of the machine: ports, processes that die with this one, and programs."""

import ctypes
import errno
import importlib.util
import os
import shutil
import signal
import socket
import sys
from pathlib import Path


class Failure(Exception):
    """Why something cannot be had, in words for whoever runs the tests."""


def free_port():
    """Returns a port that was free a moment ago; whoever binds it tries again with another when it is not."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def is_listening(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=2).close()
        return True
    except OSError:
        return False


def die_with_parent():
    """Runs in the child before its program: a group of its own, and the end when this process ends, however it does."""
    os.setpgid(0, 0)
    if sys.platform == "linux":
        parent_death_signal = 1
        ctypes.CDLL(None).prctl(parent_death_signal, signal.SIGKILL)


def family(pid):
    """Returns the process and all that it started, parents first."""
    children = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            # The name in parentheses may hold anything, the parent is the second field after it.
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        children.setdefault(int(fields[1]), []).append(int(entry.name))
    found = [pid]
    for parent in found:
        found.extend(children.get(parent, []))
    return found


def signal_family(pid, number):
    for member in family(pid):
        try:
            os.kill(member, number)
        except OSError as error:
            if error.errno != errno.ESRCH:
                raise


def holds_port(pid, port):
    """Tells whether the process, or one that it started, is who listens: on a port that was taken another may answer."""
    listening, wanted = "0A", f"0100007F:{port:04X}"
    try:
        rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
        sockets = {f"socket:[{row[9]}]" for row in rows if row[1] == wanted and row[3] == listening}
        return any(socket in sockets for member in family(pid) for socket in open_files(member))
    except OSError:
        # Not to be seen here: another system, or a container whose root may not look into another user's process.
        return True


def open_files(pid):
    """Returns what the process has open; one that ends meanwhile has nothing."""
    try:
        for descriptor in Path(f"/proc/{pid}/fd").iterdir():
            try:
                yield os.readlink(descriptor)
            except FileNotFoundError:
                continue
    except (FileNotFoundError, ProcessLookupError):
        return


def in_wheel(module, pattern):
    """Returns the first file of an installed wheel that fits the pattern."""
    spec = importlib.util.find_spec(module)
    if spec is None or not spec.submodule_search_locations:
        return None
    files = sorted(Path(spec.submodule_search_locations[0]).glob(pattern))
    return str(files[0]) if files else None


def program(name, *places):
    """Returns the first place that is one; `None` among them means that a wheel or a package is not installed."""
    for place in places:
        if place:
            return place
    why = os.environ.get("XTASK_NO_WHEELS", "its wheel is not installed")
    raise Failure(f"no program for {name}: {why}; and no package of the system brings it")


def on_path(*names):
    return next(filter(None, map(shutil.which, names)), None)
