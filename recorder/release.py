"""Which version of Tachiai this is."""

from importlib.metadata import PackageNotFoundError, version


def release() -> str:
    """The version of the package; "unreleased" of a checkout that was never installed."""
    try:
        return version("tachiai")
    except PackageNotFoundError:
        return "unreleased"
