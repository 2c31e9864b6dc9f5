"""The policy that governed a recording, in words."""

from recorder.agent_events import PolicyInForce
from recorder.evidence.keys import fingerprint
from recorder.logrow import inert
from resources.words import Words


def policy_text(policy: PolicyInForce, words: Words) -> str:
    """Whose policy of which version it was, who signed it, and the digest that leads to the file."""
    if not policy.version:
        return words("report.policy_built_in")
    signed = words("report.policy_signed", root=fingerprint(policy.root)) if policy.root else None
    return words(
        "report.policy_held",
        organisation=inert(policy.organisation),
        version=policy.version,
        signed=signed or words("report.policy_unsigned"),
        sha256=policy.sha256.hex(),
    )
