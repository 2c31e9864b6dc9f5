"""What height and width an encoded picture states, read before anything is allocated for it; None: not one of ours."""


def webp_size(data: bytes) -> tuple[int, int] | None:
    """Only lossless ones."""
    if len(data) < 25 or data[:4] != b"RIFF" or data[8:16] != b"WEBPVP8L" or data[20] != 0x2F:
        return None
    bits = int.from_bytes(data[21:25], "little")
    return (bits >> 14 & 0x3FFF) + 1, (bits & 0x3FFF) + 1


def jpeg_size(data: bytes) -> tuple[int, int] | None:
    """Only what this codec writes: baseline, so that no number of scans can be asked for."""
    at = 2
    while data[:2] == b"\xff\xd8" and at + 9 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xC0:
            return int.from_bytes(data[at + 5 : at + 7]), int.from_bytes(data[at + 7 : at + 9])
        if 0xC1 <= marker <= 0xCF and marker != 0xC4:
            return None
        at += 2 + int.from_bytes(data[at + 2 : at + 4])
    return None
