"""The worker process: takes tasks from the window's side and runs them one after the other."""

import importlib
import logging
import os
import pickle
import queue
import signal
import threading
import time
import traceback
import warnings
from multiprocessing.connection import Connection
from multiprocessing.shared_memory import SharedMemory
from pathlib import Path

from ichviewer import paths
from ichviewer.errors import IchViewerError
from ichviewer.language import use_language
from ichviewer.progress import Cancelled
from ichviewer.worker.blackbox import Blackbox
from ichviewer.worker.limits import (
    give_back_memory,
    keep_memory_together,
    let_the_window_go_first,
    limit_memory,
    peak_memory_bytes,
)
from ichviewer.worker.messages import (
    EXIT_OUT_OF_MEMORY,
    Announced,
    Cancel,
    Done,
    Failed,
    Message,
    Progressed,
    Ready,
    Received,
    SoFar,
    Started,
    Stopped,
    Task,
)
from ichviewer.worker.parcel import pack, unpack

#: At most 20 progress messages a second.
PROGRESS_INTERVAL_S = 0.05


def serve(
    connection: Connection,
    blackbox: str,
    memory_bytes: int,
    warm_imports: tuple[str, ...],
    language: str,
) -> None:
    """Run tasks until the window's side is gone; sentences are in its `language`."""
    use_language(language, paths.languages_folder())
    # Ctrl-C in a terminal reaches every process of the group; the window's side decides.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    limit_memory(memory_bytes)
    keep_memory_together()
    let_the_window_go_first()
    # Foreign libraries quote values of the file at hand when they warn: never on a terminal.
    logging.getLogger().addHandler(logging.NullHandler())
    warnings.simplefilter("ignore")
    _Server(connection, Blackbox(blackbox)).run(warm_imports)


class _Server:
    def __init__(self, connection: Connection, blackbox: Blackbox) -> None:
        self._connection = connection
        self._blackbox = blackbox
        self._tasks: queue.SimpleQueue[Task] = queue.SimpleQueue()
        self._cancelled = -1
        self._sent: SharedMemory | None = None
        self._send_lock = threading.Lock()

    def run(self, warm_imports: tuple[str, ...]) -> None:
        threading.Thread(target=self._listen, name="listener", daemon=True).start()
        self._send(Ready())
        for module in warm_imports:
            if self._tasks.empty():
                self._warm(module)
        while True:
            self._run_task(self._tasks.get())
            give_back_memory()

    def _listen(self) -> None:
        """Sort what comes in; end the process, busy or not, when the window's side is gone."""
        while True:
            try:
                message = self._connection.recv()
            except (EOFError, OSError):
                os._exit(0)
            if isinstance(message, Task):
                self._tasks.put(message)
            elif isinstance(message, Cancel):
                self._cancelled = message.number
            elif isinstance(message, Received) and self._sent is not None:
                self._sent.close()
                self._sent = None

    @staticmethod
    def _warm(module: str) -> None:
        try:
            importlib.import_module(module)
        except ImportError:
            return  # The step that needs it will say so, in its own words.

    def _send(self, message: Message) -> None:
        with self._send_lock:
            self._connection.send(message)

    def _run_task(self, task: Task) -> None:
        self._blackbox.note()
        try:
            reply = self._reply(task)
        except Cancelled:
            reply = Stopped(task.number)
        except MemoryError:
            os._exit(EXIT_OUT_OF_MEMORY)
        except Exception as error:  # noqa: BLE001 - the outermost call: all else rises at the client
            reply = _failed(task.number, error)
        self._send(reply)

    def _reply(self, task: Task) -> Message:
        function, arguments, keywords = unpack(task.call)
        self._send(Started(task.number))
        result = function(*arguments, **keywords, progress=self._progress(task.number))
        parcel, self._sent = pack(result, lambda name: self._send(Announced(name)))
        return Done(task.number, parcel, peak_memory_bytes())

    def _progress(self, number: int) -> "_Reporter":
        return _Reporter(self, number)

    def report(self, number: int, done: int, total: int, what: str, is_due: bool) -> None:
        """Note a step's progress, tell the window's side if it is due, raise if cancelled."""
        if self._cancelled == number:
            raise Cancelled("Cancelled.")
        self._blackbox.note()
        if is_due:
            self._send(Progressed(number, done, total, what))

    def show(self, number: int, value: object) -> None:
        """Send what has been found so far."""
        self._send(SoFar(number, pickle.dumps(value)))

    def open(self, number: int, file: Path) -> None:
        """Note the file at hand; raise if cancelled."""
        if self._cancelled == number:
            raise Cancelled("Cancelled.")
        self._blackbox.note(str(file))


class _Reporter:
    """The `progress` that a task's function is given."""

    def __init__(self, server: _Server, number: int) -> None:
        self._server = server
        self._number = number
        self._next_s = 0.0

    def __call__(self, done: int, total: int, what: str) -> None:
        now_s = time.monotonic()
        is_due = now_s >= self._next_s or (total > 0 and done >= total)
        if is_due:
            self._next_s = now_s + PROGRESS_INTERVAL_S
        self._server.report(self._number, done, total, what, is_due)

    def opening(self, file: Path) -> None:
        """What `ichviewer.progress.opening` tells."""
        self._server.open(self._number, file)

    def so_far(self, value: object) -> None:
        """What `ichviewer.progress.so_far` tells."""
        self._server.show(self._number, value)


def _failed(number: int, error: Exception) -> Failed:
    frames = traceback.extract_tb(error.__traceback__)
    places = tuple(f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames)
    return Failed(number, _pickled(error), traceback.format_exc(), places, peak_memory_bytes())


def _pickled(error: Exception) -> bytes:
    """The exception; a foreign one by its words, so that the window imports no foreign library."""
    if type(error).__module__ == "builtins" or isinstance(error, IchViewerError):
        return pickle.dumps(error)
    return pickle.dumps(RuntimeError(f"{type(error).__name__}: {error}"))
