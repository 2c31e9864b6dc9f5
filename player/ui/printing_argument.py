"""What the frozen program is started with to print a report. Alone here, so that asking for it costs nothing."""

ARGUMENT = "--print-report"
