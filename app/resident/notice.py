"""What the operator is told at the start."""

from dataclasses import dataclass

from app.resident.telling import Fact, not_recorded, recorded
from recorder.policy.agent_policy import AgentPolicy
from resources.words import Words


@dataclass(frozen=True, slots=True)
class Notice:
    """The notice in one language. `text` is the organisation's own, or ours; the facts are the program's."""

    language: str
    title: str
    text: str
    recorded: tuple[Fact, ...]
    not_recorded: tuple[Fact, ...]
    contact: str

    def as_said(self) -> str:
        """All that the operator reads, as it is kept in the recording."""
        parts = [self.title, self.text, *(fact.sentence for fact in self.recorded)]
        parts += [fact.sentence for fact in self.not_recorded]
        return "\n".join(part for part in (*parts, self.contact) if part)


def notice_of(policy: AgentPolicy, words: Words) -> Notice:
    """The notice as this policy wants it, in the operator's language."""
    own = policy.notice.text_ja if words.language == "ja" else policy.notice.text_en
    by = policy.organisation
    built_in = words("agent_notice.why_of", organisation=by) if by else words("agent_notice.why")
    contact = words("agent_notice.contact", contact=policy.notice.contact) if policy.notice.contact else ""
    return Notice(
        words.language,
        words("agent_notice.title"),
        own.strip() or built_in,
        recorded(policy, words),
        not_recorded(policy, words),
        contact,
    )
