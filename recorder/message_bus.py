"""Why the desktop's message bus (D-Bus) cannot be used, in words: what a library raises is none for a person."""

NO_BUS = "this session has no message bus"


def why_no_bus(error: Exception) -> str:
    """What became of the attempt to speak with a bus, as a part of a sentence."""
    if isinstance(error, TimeoutError):
        return "the message bus does not answer"
    if isinstance(error, EOFError | ConnectionError):
        return "the message bus hung up, or takes no connections"
    if isinstance(error, FileNotFoundError | KeyError):
        return NO_BUS
    if isinstance(error, OSError):
        return error.strerror or str(error)
    return "the address of the message bus cannot be read"


def is_switched_off(address: str) -> bool:
    """Whether an address says that there is no bus: "disabled:", so that no library starts one of its own."""
    return address.startswith("disabled:")
