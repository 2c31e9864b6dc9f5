"""Why a picture cannot be read, as the codec says it: a worker may say nothing else in these places."""

import re

UNKNOWN = "its decoder gives no reason that is known"
_KNOWN = re.compile(
    "|".join(
        (
            "a sheet is damaged",
            "a snapshot is damaged",
            "it paints tiles that are not in the picture",
            "it refers to a tile that never came",
            "its colours are damaged",
            "a colour of it never came",
            "a full picture is not whole",
            "a number in it is cut short or too long",
            "a patch before it is missing",
            "a sheet before it is missing",
            "a sheet has another size than it says",
            "a sheet's size is impossible",
            "a snapshot is not whole",
            "a snapshot is of another size than the picture",
            "it has more operations than the picture has tiles",
            "it has no operations",
            "it holds more tiles than the picture",
            "it is longer or shorter than it says",
            "it moves an area that is not in the picture",
            "it says more than is possible",
            "it shows tiles that only a snapshot may hold",
            "its colours do not follow those before",
            "its operations are cut short or too long",
            "its operations are damaged",
            "its operations are longer or shorter than they say",
            "its operations are longer than they can be",
            "its size is impossible",
            r"a picture of -?[0-9]{1,20}×-?[0-9]{1,20} pixels",
            r"it is of codec version [0-9]{1,3}, newer than this program's [0-9]{1,3}",
            r"it says -?[0-9]{1,20} where at most [0-9]{1,20} is possible",
        )
    )
)


def known_reason(said: str) -> str:
    """What was said if the codec could have said it, else that there is no reason."""
    return said if _KNOWN.fullmatch(said) else UNKNOWN
