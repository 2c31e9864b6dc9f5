"""`walls`: how the walls around the decoder of recorded pictures stand on this machine."""

from player.commands.desk import Desk
from player.picture_walls import WITHOUT_WALLS_VARIABLE, Standing, Walls, goes_without_walls
from player.worker_supply import WorkerSupply, tried_walls

NOT_ALL_STAND = 3
WORDS = {
    Standing.STAND: "All walls stand: recorded pictures are decoded in a process that reaches nothing but its memory.",
    Standing.NONE_HERE: "There are no walls here ({why}): recorded pictures are decoded in a process of its own, "
    "which can do what you can do.",
    Standing.BROKEN: "Not all walls stand ({why}): recorded pictures are not decoded here.",
}
GOES_WITHOUT = f"They are decoded all the same, because {WITHOUT_WALLS_VARIABLE} is 1."
MEANS = {
    "files": "open a file or folder",
    "names": "look whether a file is there",
    "network": "make a socket",
    "processes": "start a process",
    "programs": "run another program",
    "signals": "reach another process",
    "code": "make memory that can be executed",
    "memory": "take more memory than its limit",
}


def run_walls(desk: Desk, *, as_json: bool) -> int:
    """Start a worker, let it try its walls, and print what came of it; the exit status is 0 if all stand."""
    supply = WorkerSupply()
    try:
        walls = tried_walls(supply)
    finally:
        supply.close()
    if as_json:
        _say_objects(desk, walls)
    else:
        _say_words(desk, walls)
    return 0 if walls.standing is Standing.STAND else NOT_ALL_STAND


def _say_words(desk: Desk, walls: Walls) -> None:
    desk.say(WORDS[walls.standing].format(why=walls.why))
    if walls.standing is Standing.BROKEN and goes_without_walls():
        desk.say(GOES_WITHOUT)
    rows = [(one.wall, "stands" if one.stands else "DOES NOT STAND", _tried(one.wall, one.what)) for one in walls.tried]
    if rows:
        desk.say_table(rows, heads=("WALL", "STATE", "WHAT THE WORKER TRIED, AND WHAT CAME OF IT"))
    if walls.tried:
        second = f"version {walls.landlock}" if walls.landlock else "not in this kernel"
        desk.say(f"Beneath them, Landlock as a second layer: {second}.")


def _tried(wall: str, what: str) -> str:
    return f"{MEANS[wall]}: {what[:1].lower()}{what[1:]}"


def _say_objects(desk: Desk, walls: Walls) -> None:
    for one in walls.tried:
        desk.say_json({"type": "wall", "wall": one.wall, "stands": one.stands, "what": one.what})
    desk.say_json(
        {
            "type": "walls",
            "standing": walls.standing.value,
            "why": walls.why,
            "landlock": walls.landlock,
            "decodes": walls.standing is not Standing.BROKEN or goes_without_walls(),
        }
    )
