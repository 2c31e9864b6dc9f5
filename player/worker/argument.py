"""What the frozen program is started with to be a worker. Alone here, so that asking for it costs no start anything."""

ARGUMENT = "--picture-worker"
