"""The commands of the player that are about the ledger, the policy and opening by two persons."""

LEDGER_COMMANDS = ("ledger", "policy", "open-request", "open-respond")
CONTENT_COMMANDS = ("open", "log", "accounted", "detect", "search", "frame", "export", "list", "report", "package")
