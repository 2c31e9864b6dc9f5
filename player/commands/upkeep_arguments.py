"""What `tachiai-player reindex` and `tachiai-player walls` say of themselves."""

REINDEX_EPILOG = """\
examples:
  tachiai-player reindex

The index is only there to be quick. Deleting it, or making it again, loses nothing.
"""

WALLS_EPILOG = """\
examples:
  tachiai-player walls
  tachiai-player walls --json

Pictures are decoded in a process that can reach neither files nor network nor other processes. This lets one try.
"""
