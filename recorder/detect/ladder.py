"""What is to follow an alert: what its rule wants, or else the policy at its severity, and never more than allowed."""

from recorder.detect.rule import Rule
from recorder.events import AlertSeverity
from recorder.policy.sections import Response, RulesPolicy

LADDER = tuple(Response)


def wanted_response(rule: Rule, policy: RulesPolicy) -> Response:
    """The step of the ladder that an alert of this rule leads to."""
    assert rule.severity is not None  # it alerts
    wanted = rule.response if rule.response is not None else _at(rule.severity, policy)
    return min(wanted, policy.at_most, key=LADDER.index)


def wanted_steps(response: str) -> tuple[str, ...]:
    """As what a response is carried out, the mildest first: from notifying on, supervisors are notified too."""
    if response in ("", Response.RECORD):
        return ()
    return (str(Response.NOTIFY),) if response == Response.NOTIFY else (str(Response.NOTIFY), response)


def _at(severity: AlertSeverity, policy: RulesPolicy) -> Response:
    match severity:
        case AlertSeverity.INFORMATIONAL:
            return policy.at_informational
        case AlertSeverity.LOW:
            return policy.at_low
        case AlertSeverity.MEDIUM:
            return policy.at_medium
        case AlertSeverity.HIGH:
            return policy.at_high
        case AlertSeverity.CRITICAL:
            return policy.at_critical
