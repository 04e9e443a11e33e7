"""The process that readers are forked from. It has imported what they need, so that a reader costs a few
milliseconds and not an eighth of a second; it opens no document itself.

A job is one JSON array on the control socket, the arguments of `reading_child.main`, with two descriptors:
the reader's stdout, and its end: stderr, after it the exit status on a line of its own. Whoever shuts that
socket down for writing has the reader killed. A byte says that a job was taken. Without a control socket
there is nobody left to read for.

What does not belong here: limits and parsing (`reading_child`), the other side (`reading`).
"""

import contextlib
import gc
import json
import os
import selectors
import signal
import socket
import sys
import traceback
from collections.abc import Sequence

from freshet.documents import reading_child

# The most costly import, and the most common format; the others are imported by the readers.
_PRELOADED = "freshet.documents.formats.pdf"
_JOB_LIMIT = 65_536  # bytes; a path and a file name
_DESCRIPTORS = 2
_FIRST_OTHER, _OPEN_MAX = 3, 1024  # descriptors after stdin, stdout and stderr


class Server:
    """Forks a reader for each job, and tells how it ended."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._selector = selectors.DefaultSelector()
        self._readers: dict[int, socket.socket] = {}

    def serve(self) -> None:
        """Until the control socket is closed at the other end; readers that are left are killed."""
        self._selector.register(self._control, selectors.EVENT_READ)
        ended = self._watch_readers()
        while True:
            for key, _ in self._selector.select():
                if key.fileobj is self._control:
                    if not self._take():
                        return
                elif key.fileobj is ended:
                    ended.recv(_JOB_LIMIT)
                    self._reap()
                elif key.data in self._readers:
                    os.kill(key.data, signal.SIGKILL)
                    self._selector.unregister(key.fileobj)

    def _watch_readers(self) -> socket.socket:
        """What becomes readable when a reader ends."""
        ours, signalled = socket.socketpair()
        for end in (ours, signalled):
            end.setblocking(False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(signalled.detach())
        self._selector.register(ours, selectors.EVENT_READ)
        return ours

    def _take(self) -> bool:
        """Starts the next job; False if there will be none."""
        data, descriptors, _, _ = socket.recv_fds(self._control, _JOB_LIMIT, _DESCRIPTORS)
        if not data:
            for reader in self._readers:
                os.kill(reader, signal.SIGKILL)
            return False
        lines, end = descriptors
        reader = os.fork()
        if reader == 0:
            _read(json.loads(data), lines, end)
        os.close(lines)
        self._readers[reader] = socket.socket(fileno=end)
        self._selector.register(self._readers[reader], selectors.EVENT_READ, reader)
        self._control.send(b".")
        return True

    def _reap(self) -> None:
        while self._readers:
            reader, status = os.waitpid(-1, os.WNOHANG)
            if not reader:
                return
            end = self._readers.pop(reader)
            with contextlib.suppress(KeyError):  # unregistered if it was killed
                self._selector.unregister(end)
            with contextlib.suppress(OSError), end:  # nobody may be listening any more
                end.send(b"\n%d" % os.waitstatus_to_exitcode(status))


def _read(job: Sequence[str], lines: int, end: int) -> None:
    """In the reader: nothing is open but its own ends; it never returns."""
    code = 1
    try:
        signal.set_wakeup_fd(-1)
        os.dup2(lines, sys.stdout.fileno())
        os.dup2(end, sys.stderr.fileno())
        os.closerange(_FIRST_OTHER, _OPEN_MAX)
        reading_child.main(*job)
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


def main(control: str) -> None:
    """Serves the control socket that is the descriptor `control`."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for our parent: we go when it goes
    __import__(_PRELOADED)
    gc.freeze()  # what is shared with the readers stays shared
    Server(socket.socket(fileno=int(control))).serve()


if __name__ == "__main__":
    main(*sys.argv[1:])
