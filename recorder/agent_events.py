"""What the resident agent says of itself and of the operator: policy, notice, masks, storage, coverage, responses."""

from recorder.event import Event, Ns, Value
from recorder.geometry import Rect

HIDDEN_KEYS_STEP = 8


class PolicyInForce(Event, frozen=True, tag="policy_in_force"):
    """This policy governs the recording from now on.

    `version` 0: none was given, and the built-in one holds. `root` is the public key of the organisation that signed
    it, b"" if nobody did.
    """

    version: int
    organisation: str
    sha256: bytes
    root: bytes = b""


class NoticeShown(Event, frozen=True, tag="notice_shown"):
    """The operator was told in `language` what is recorded and why; `text` is what they read."""

    language: str
    text: str


class NoticeAcknowledged(Event, frozen=True, tag="notice_acknowledged"):
    """The operator confirmed the notice that was shown at `shown_at_ns`, and said what they are about to do."""

    shown_at_ns: Ns
    purpose: str = ""


class MaskedArea(Value, frozen=True):
    """An area of the desktop whose pixels are not recorded, and which rule of the policy says so."""

    area: Rect
    reason: str


class MaskChanged(Event, frozen=True, tag="mask_changed"):
    """From now on these areas are masked; none: nothing is."""

    areas: tuple[MaskedArea, ...]


class HiddenInput(Event, frozen=True, tag="hidden_input"):
    """Keys were pressed from `at_ns` to `end_ns` where what is typed is not recorded.

    `keys` is their number, rounded up to a multiple of `HIDDEN_KEYS_STEP`. `why` is one of "echo_off",
    "password_field", "password_dialog", "screen_lock", "masked"; `detail` says where.
    """

    end_ns: Ns
    keys: int
    why: str
    detail: str = ""


class EvasionSign(Event, frozen=True, tag="evasion_sign"):
    """Something that a person does who does not want to be recorded.

    `sign` is one of "injected_input", "pasted_instead_of_typed", "recorder_inspected", "recorder_stopped",
    "other_display", "remote_control", "tunnel", "curtain", "indicator_hidden", "policy_removed", "recorder_cut_off",
    "pretended_lock", "kept_unknown".
    `text` is what was pasted, only if the policy lets the text of clipboards be recorded.
    """

    sign: str
    detail: str
    pid: int | None = None
    executable: str | None = None
    text: str | None = None


class DeviceChanged(Event, frozen=True, tag="device_changed"):
    """A device was plugged in ("added"), was there at the start ("found"), or was taken out ("removed").

    `identity` is what the device says it is (vendor, product, serial number), "" if it does not say.
    """

    action: str
    kind: str
    name: str
    identity: str = ""


class StorageState(Event, frozen=True, tag="storage_state"):
    """The storage of recordings is now "ample", "low", "reserve" or "full"; `action` is what the policy does then."""

    state: str
    free_bytes: int
    action: str = ""


class Covered(Event, frozen=True, tag="covered"):
    """An entry of the coverage ledger: from `at_ns` to `end_ns` the session was of this class.

    `coverage` is one of "recorded", "idle", "locked", "masked", "gap"; `reason` says why for masks and gaps. Entries
    follow each other without a hole, from the session's start to its end.
    """

    end_ns: Ns
    coverage: str
    reason: str = ""


class ResponseGiven(Event, frozen=True, tag="response_given"):
    """What was done about the alert of `alert_at_ns`, how it went, and what the operator said (`said`).

    `response` is one of "notify", "warn", "demand_reason", "lock", "end_session".
    """

    alert_at_ns: Ns
    rule: str
    response: str
    outcome: str
    said: str = ""


AGENT_KINDS: tuple[type[Event], ...] = (
    PolicyInForce,
    NoticeShown,
    NoticeAcknowledged,
    MaskChanged,
    HiddenInput,
    EvasionSign,
    DeviceChanged,
    StorageState,
    Covered,
    ResponseGiven,
)
