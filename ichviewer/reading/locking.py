"""One writer per journal, as the system guarantees it: the lock ends with the process."""

import errno
import os
import sys

_TAKEN = {errno.EWOULDBLOCK, errno.EACCES, errno.EDEADLK}
#: Where Windows locks: far behind the end of any journal, so that others can still read it.
_LOCKED_BYTE = 1 << 60


def take_lock(file: int) -> bool:
    """Lock an open file for this process; False where another window has it.

    File systems without locks count as free: numbers and checksums still tell lines apart.
    """
    try:
        if sys.platform == "win32":
            import msvcrt

            os.lseek(file, _LOCKED_BYTE, os.SEEK_SET)
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno not in _TAKEN
    return True
