"""Sheets that are decoded together: those of one group that follow each other, or one picture."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import cv2
import numpy as np

from recorder.codec import numbered
from recorder.codec.compiled_sheets import BeginGroup
from recorder.codec.errors import DamagedPictureError
from recorder.codec.kept_tiles import KeptTiles, Pictured
from recorder.codec.palette import Palette
from recorder.codec.stated_sizes import jpeg_size, webp_size
from recorder.codec.tiles import TILE_HEIGHT_PX, TILE_WIDTH_PX, Bytes
from recorder.codec.wire import Sheet, SheetKind

MAX_SHEET_SIDE_PX = 16383

_Decompressed: TypeAlias = Sequence[Pictured | numbered.Plain]


@dataclass(frozen=True, slots=True)
class Chain:
    """Sheets of one group to be decoded one after the other, whose reader stands before the first; or one picture."""

    reader: numbered.NumberedReader | None
    sheets: tuple[Sheet, ...]

    @property
    def tiles(self) -> int:
        """How much there is to decode."""
        return sum(sheet.tiles for sheet in self.sheets)

    def decompress(self) -> "_Decompressed":
        """What takes long and little of Python."""
        if self.reader is None:
            return [Pictured(_decode_picture(sheet)) for sheet in self.sheets]
        heads = [numbered.read(sheet.data, sheet.first_id, sheet.tiles) for sheet in self.sheets]
        return self.reader.decompress(heads)

    def decode(self, decompressed: "_Decompressed", palette: Palette) -> "dict[int, KeptTiles]":
        """The rest."""
        tiles: list[KeptTiles] = []
        for one in decompressed:
            if isinstance(one, numbered.Plain) and self.reader is not None:
                tiles.append(self.reader.decode(one, palette.colours_of))
            elif isinstance(one, Pictured):
                tiles.append(one)
        return dict(zip([sheet.first_id for sheet in self.sheets], tiles, strict=True))


def alone(sheet: Sheet, palette: Palette, begin_group: BeginGroup) -> KeptTiles:
    """A sheet that is alone in its group, if it has one."""
    reader = None
    if sheet.kind is SheetKind.NUMBERED:
        reader = begin_group(numbered.read(sheet.data, sheet.first_id, sheet.tiles).group)
    chain = Chain(reader, (sheet,))
    return chain.decode(chain.decompress(), palette)[sheet.first_id]


def _decode_picture(sheet: Sheet) -> Bytes:
    rows = -(-sheet.tiles // sheet.columns)
    height, width = rows * TILE_HEIGHT_PX, sheet.columns * TILE_WIDTH_PX
    if max(height, width) > MAX_SHEET_SIDE_PX or rows * sheet.columns - sheet.tiles >= sheet.columns:
        msg = "a sheet's size is impossible"
        raise DamagedPictureError(msg)
    if sheet.kind is SheetKind.JPEG_HALF:
        picture = _imdecode(sheet, height // 2, width // 2).repeat(2, axis=0).repeat(2, axis=1)
    else:
        picture = _imdecode(sheet, height, width)
    by_row = picture.reshape(rows, TILE_HEIGHT_PX, sheet.columns, TILE_WIDTH_PX, 3).swapaxes(1, 2)
    return np.ascontiguousarray(by_row).reshape(-1, TILE_HEIGHT_PX, TILE_WIDTH_PX, 3)[: sheet.tiles]


def _imdecode(sheet: Sheet, height: int, width: int) -> Bytes:
    # The size is read from the header first: OpenCV would allocate whatever a hostile header asks for.
    stated = webp_size(sheet.data) if sheet.kind is SheetKind.WEBP else jpeg_size(sheet.data)
    if stated != (height, width):
        msg = "a sheet has another size than it says"
        raise DamagedPictureError(msg)
    try:
        picture = cv2.imdecode(np.frombuffer(sheet.data, np.uint8), cv2.IMREAD_COLOR)
    except cv2.error as error:
        msg = "a sheet is damaged"
        raise DamagedPictureError(msg) from error
    if picture is None or picture.shape != (height, width, 3):
        msg = "a sheet is damaged"
        raise DamagedPictureError(msg)
    return np.asarray(picture, np.uint8)
