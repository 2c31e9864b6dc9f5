"""Who is logged in."""

import getpass
import os


def login_name() -> str:
    """The login name of whoever this process belongs to."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a user without a name, as in many containers
        return f"user {os.getuid()}"
