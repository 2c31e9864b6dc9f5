"""What can be wrong with a picture that is read back."""

from recorder.errors import WorldError


class DamagedPictureError(WorldError):
    """The bytes of a patch or snapshot do not make a picture."""

    exit_status = 4

    def __init__(self, what: str) -> None:
        super().__init__(f"A picture of this recording cannot be read ({what}); verify the recording.")
        self.what = what


class IntegrityMismatchError(DamagedPictureError):
    """A snapshot decodes to another picture than the one it was made from."""

    exit_status = 2
