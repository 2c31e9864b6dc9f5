"""A policy's text becomes settings, or faults with their lines."""

import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import resources
from recorder.geometry import Rect
from recorder.policy.agent_policy import AgentPolicy
from recorder.policy.parsing import parse_policy
from recorder.policy.policy_file import parse_policy_bytes
from recorder.policy.reference import setting_lines
from recorder.policy.sections import Day, KeysMode, PurposeAsked
from recorder.policy.toml_lines import key_lines

HEAD = 'version = 3\norganisation = "Example Bank"\n'
EXAMPLE = resources.path("policy/example.toml").read_text(encoding="utf-8")


def faults(text):
    return [(fault.line, fault.sentence) for fault in parse_policy(text).faults]


def only_fault(text):
    (fault,) = parse_policy(text).faults
    return fault


def test_a_file_without_settings_has_the_usual_ones_and_fixes_nothing():
    parsed = parse_policy(HEAD)
    assert parsed.faults == ()
    assert parsed.policy == AgentPolicy(version=3, organisation="Example Bank")


def test_what_a_file_sets_is_read_and_fixed():
    parsed = parse_policy(
        HEAD
        + '[recording]\nkeys = "activity"\nframes_per_s = 2\n[notice]\npurpose = "required"\n'
        + '[[masks]]\nname = "Break"\narea = [0, -10, 640, 480]\ndays = ["mon", "fri", "mon"]\n'
    )
    assert parsed.faults == ()
    policy = parsed.policy
    assert (policy.recording.keys, policy.recording.frames_per_s) == (KeysMode.ACTIVITY, 2.0)
    assert policy.notice.purpose is PurposeAsked.REQUIRED
    assert policy.masks[0].area == Rect(0, -10, 640, 480)
    assert policy.masks[0].days == (Day.MONDAY, Day.FRIDAY)
    assert policy.fixed == {"recording.keys", "recording.frames_per_s", "notice.purpose", "masks"}


def test_all_faults_are_told_at_once_each_with_its_line():
    text = (
        'version = "3"\n'  # 1
        "\n"
        "[recording]\n"  # 3
        'keys = "txt"\n'
        "frames_per_second = 5\n"  # 5
        "clipboard_text = 1\n"
        "[storage]\n"  # 7
        "low_mb = -5\n"
        'library = "/x"\n'  # 9
        "[[masks]]\n"
        "titles = [\n"  # 11
        '  "sound",\n'
        '  "(",\n'  # 13
        "]\n"
    )
    assert faults(text) == [
        (1, "`version` must be a whole number, without quotes."),
        (1, "`organisation` is missing. Who made this policy. Add it."),
        (4, '`recording.keys` is "txt"; it must be text, activity or off.'),
        (5, "There is no setting `recording.frames_per_second`; the nearest is `recording.frames_per_s`. "
            "Mend the name, or remove it."),
        (6, "`recording.clipboard_text` must be true or false, without quotes."),
        (8, "`storage.low_mb` is -5; it must be from 1 to 1000000000."),
        (9, "There is no setting `storage.library`; the nearest is `recording.library`. Mend the name, or remove it."),
        (10, "`masks.name` is missing. What operators and auditors read on the mask. Add it."),
        (13, "`masks.titles` \"(\" is not a regular expression (missing ): (); mend it "
             "(RE2's syntax: no look-around, no back-references)."),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("version = 3\nversion = 4\n", 2, "This is not TOML"),
        ("version = 3\n[recording\n", 2, "This is not TOML"),
        ('version = 3\norganisation = """never closed\n\n', 2, "This is not TOML"),
        (HEAD + "recording = 5\n", 3, "is a section; write [recording]"),
        (HEAD + 'masks = "all"\n', 3, "is a list of sections; write [[masks]]"),
        (HEAD + "masks = [\n 1,\n]\n", 4, "is a section; write [[masks]]"),
        (HEAD + '[masks]\nname = "x"\n', 3, "is a list of sections"),
        (HEAD + "[recording]\nframes_per_s = nan\n", 4, "a number that can be counted to"),
        (HEAD + "[recording]\nframes_per_s = 31\n", 4, "from 0.2 to 30"),
        (HEAD + '[recording]\nlibrary = "Recordings"\n', 4, "is not a full path"),
        (HEAD + '[notice]\ncontact = "a\\u001b[31mb"\n', 4, "signs that cannot be seen"),
        (HEAD + '[[masks]]\nname = "x"\nhours = "9-17"\n', 5, 'write them like "18:00-08:00"'),
        (HEAD + '[[masks]]\nname = "x"\nhours = "24:00-08:00"\n', 5, "are not hours"),
        (HEAD + '[[masks]]\nname = "x"\nhours = "08:00-08:00"\n', 5, "begin and end at once"),
        (HEAD + '[[masks]]\nname = "x"\narea = [0, 0, 0, 5]\n', 5, "the last two at least 1"),
        (HEAD + '[[masks]]\nname = "x"\ndays = ["Montag"]\n', 5, "must be mon, tue"),
        (HEAD + '[[masks]]\nname = "x"\ntitles = "x"\n', 5, "must be a list"),
        (HEAD + '[[masks]]\nname = "x"\ntitles = [""]\n', 5, "is empty"),
        *((HEAD + f'[[channels]]\nname = "x"\nkind = "mail"\nhost = "h"\nsender = "{sender}"\n', 7, "is not a mail")
          for sender in ("https://u:p@h/", "a@", "a@../x", "a@b@c", "a..b@c", "a b@c", "a@b c", "a@1.2.3")),
        *((HEAD + f'[[channels]]\nname = "x"\nkind = "syslog"\nhost = "{host}"\n', 6, "is not the name or address of a")
          for host in ("../x", "a b", "h:514", "https://h", "u@h", "-h", "a..b", "1.2.3.4.5", "[::1]")),
        *((HEAD + f'[[channels]]\nname = "x"\nkind = "webhook"\nurl = "{url}"\n', 6, "is not an address that begins")
          for url in ("http://h", "https://", "https://../x", "https://a b/", "h", "https://h:99999/")),
        *((HEAD + f'[[channels]]\nname = "x"\nkind = "webhook"\nurl = "https://{who}@h/"\n', 6, "which is never sent")
          for who in ("u:p", "u", ":p")),
        (HEAD + '[[masks]]\nname = " x"\ntitles = ["y"]\n', 4, "must not begin or end with a space"),
    ],
)  # fmt: skip
def test_a_fault_names_its_line_and_what_to_do(text, line, says):
    found = parse_policy(text).faults
    assert [fault.line for fault in found if says in fault.sentence] == [line], found


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ('[[masks]]\nname = "x"\n', 3, "nothing would be recorded"),
        ('[[masks]]\nname = "x"\ntitles = ["a", ".*"]\n', 5, "every title contains"),
        ('[[masks]]\nname = "x"\napplications = ["**"]\n', 5, "names every program"),
        ('[[masks]]\nname = "x"\ndays = ["mon"]\n[[masks]]\nname = "x"\ndays = ["tue"]\n', 7, "the same name"),
        ("[storage]\nlow_mb = 100\n", 3, "make each smaller"),
        ('[storage]\nat_reserve = "warn"\nat_low = "text_only"\n', 4, "does less than"),
        ("[notice]\nshown = false\nhold_session = true\n", 5, "switches off"),
        ('[notice]\npurpose_pattern = "CHG"\n', 4, "that nobody asks for"),
        ("[supervision]\nsilent_after_s = 1\n", 4, "half as long again"),
        ('[[channels]]\nname = "x"\nkind = "mail"\nhost = "a"\nsender = "a@b"\n', 3, "needs `channels.recipients`"),
        ('[[channels]]\nname = "x"\nkind = "desktop"\nurl = "https://a"\n', 6, "means nothing"),
        ('[[channels]]\nname = "x"\nkind = "syslog"\nhost = "a"\ntransport = "plain"\n', 7, "is tls or udp"),
    ],
)
def test_what_cannot_be_meant_is_a_fault(text, line, says):
    found = parse_policy(HEAD + text).faults
    assert [fault.line for fault in found if says in fault.sentence] == [line], found


@pytest.mark.parametrize(
    ("text", "nearest"),
    [
        ("[recording]\nclipboard = true\n", "recording.clipboard_text"),
        ("[recordings]\n", "recording"),
        ("version_number = 3\n", "version"),
        ("keep_days = 3\n", "storage.keep_days"),
        ('[[masks]]\nname = "x"\ndays = ["mon"]\ntitel = "y"\n', "masks.titles"),
        ("[recordng]\n", "recording"),
        ("[rule]\n", "rules"),
    ],
)
def test_an_unknown_setting_is_answered_with_the_nearest_known_one(text, nearest):
    assert f"; the nearest is `{nearest}" in only_fault(HEAD + text).sentence


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('"日本" = 1\n', "There is no setting `日本`; the sections are notice, recording, storage, masks,"),
        ("[screens]\nkeys = 1\n", "There is no section `screens`; the sections are notice, recording,"),
        ("[[organisations]]\nname = 1\n", "There is no section `organisations`; the sections are notice,"),
        ("[storage]\nfps = 1\n", "There is no setting `storage.fps`; `storage` has low_mb, reserve_mb, full_mb,"),
    ],
)
def test_a_name_that_is_like_no_other_is_answered_with_all_that_there_are(text, sentence):
    assert only_fault(HEAD + text).sentence.startswith(sentence)


@pytest.mark.parametrize("host", ["loghost", "log-1.example.com.", "10.0.0.1", "::1", "監査.example.jp", "log_1"])
def test_servers_are_named_in_many_ways(host):
    syslog = f'[[channels]]\nname = "s"\nkind = "syslog"\nhost = "{host}"\n'
    people = f'sender = "a.b+c/d@{host}"\nrecipients = ["r@[::1]"]\n'
    mail = f'[[channels]]\nname = "m"\nkind = "mail"\nhost = "{host}"\n{people}'
    shown = f"[{host}]" if ":" in host else host
    webhook = f'[[channels]]\nname = "w"\nkind = "webhook"\nurl = "https://{shown}:8443/x?to=a@b"\n'
    assert parse_policy(HEAD + syslog + mail + webhook).faults == ()


def test_a_password_in_an_address_is_not_repeated():
    fault = only_fault(HEAD + '[[channels]]\nname = "x"\nkind = "webhook"\nurl = "https://me:hunter2@h/"\n')
    assert fault.sentence.startswith('`channels.url` "https://…@h/" has a name or password before its @')


def test_a_name_that_must_be_given_is_not_to_be_left_out():
    assert only_fault('version = 3\norganisation = ""\n').sentence == (
        "`organisation` is empty. Who made this policy. Write it, in quotes."
    )


def test_a_fault_in_one_mask_hides_none_in_another():
    one, other = '[[masks]]\nname = "a"\ntitles = ["("]\n', '[[masks]]\nname = "b"\n'
    assert [line for line, _ in faults(HEAD + one + other)] == [5, 6]
    assert [line for line, _ in faults(HEAD + other + one)] == [3, 7]
    assert [line for line, _ in faults(HEAD + "masks = [\n 1,\n {name = 'b'},\n]\n")] == [4]


def test_a_setting_with_a_fault_of_its_own_contradicts_nothing():
    fault = only_fault(HEAD + "[storage]\nlow_mb = 100\nreserve_mb = true\n")
    assert fault.key == "storage.reserve_mb"


@pytest.mark.parametrize("close", ["]" * 5000, ""])
def test_lists_in_lists_without_end_are_refused_and_not_followed(close):
    found = parse_policy("version = " + "[" * 5000 + close).faults
    assert len(found) == 1
    assert "nests too deeply" in found[0].sentence


def test_a_number_of_thousands_of_digits_is_a_fault():
    assert "is not a policy" in only_fault("version = " + "9" * 6000).sentence
    assert "it must be from 1 to 2147483648" in faults("version = " + "9" * 4000)[0][1]
    assert "it must be from 0.2 to 30" in faults(f"{HEAD}[recording]\nframes_per_s = {'9' * 4000}\n")[0][1]


def test_other_encodings_and_line_ends_are_told_or_read():
    assert parse_policy_bytes(b"\xef\xbb\xbf" + HEAD.replace("\n", "\r\n").encode()).faults == ()
    (fault,) = parse_policy_bytes(HEAD.encode() + b'# "\x82\xa0"\n').faults
    assert (fault.line, "UTF-8" in fault.sentence) == (3, True)


def test_the_example_is_sound_and_has_every_setting():
    parsed = parse_policy(EXAMPLE)
    assert parsed.faults == ()
    table = tomllib.loads(EXAMPLE)
    written = {
        name if not isinstance(value, dict | list) else f"{name}.{inner}"
        for name, value in table.items()
        for part in (value if isinstance(value, list) else [value])
        for inner in (part if isinstance(part, dict) else [""])
    }
    assert written == {line.key for line in setting_lines()}


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=200) | st.text(alphabet="[]{}=.,\"'#\n \\abc1-:", max_size=80))
def test_no_text_breaks_the_parser(text):
    parsed = parse_policy(text)
    assert parsed.faults  # for want of a version, if for nothing else
    for fault in parsed.faults:
        assert fault.line is None or 1 <= fault.line <= text.count("\n") + 1
        assert fault.sentence.isprintable()


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_no_damage_to_the_example_breaks_the_parser(data):
    """Pieces of it taken out, doubled and exchanged: often TOML, and mostly no policy."""
    lines = EXAMPLE.splitlines(keepends=True)
    at = data.draw(st.integers(0, len(lines) - 1))
    end = data.draw(st.integers(at, min(len(lines), at + 5)))
    put = data.draw(st.lists(st.sampled_from(lines), max_size=3))
    text = "".join(lines[:at] + put + lines[end:])
    cut = data.draw(st.integers(0, len(text)))
    for one in (text, text[:cut]):
        for fault in parse_policy(one).faults:
            assert fault.line is None or 1 <= fault.line <= one.count("\n") + 1


_VALUES = st.recursive(
    st.sampled_from(['1', '"a # ] }"', "'x\"'", '"""two\nlines = 1 [x]\n"""', "'''[a]\n'''", '""', "''", "1.5e3",
                     "2026-11-23 08:10:00", "true", '""""q""""', "-inf"]),
    lambda inner: st.lists(inner, max_size=3).map(lambda items: "[ # list [\n" + ",\n".join(items) + "\n]")
    | st.lists(st.tuples(st.sampled_from(["a", '"b.c"', "d . e"]), inner), max_size=3, unique_by=lambda one: one[0])
        .map(lambda pairs: "{" + ", ".join(f"{key} = {value}" for key, value in pairs) + "}"),
    max_leaves=6,
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["[t{}]", "[[l]]", "[l.s{}]", "# = [", ""]), _VALUES), max_size=8))
def test_the_line_of_every_key_is_found_in_any_toml(parts):
    text, expected, tables = "", [], 0
    for number, (head, value) in enumerate(parts):
        if head.startswith("[l.") and not tables:
            head = "[[l]]"
        tables += head == "[[l]]"
        text += head.format(number) + "\n"
        expected.append((f"key{number}", text.count("\n") + 1))
        text += f"key{number} = {value} # {value.splitlines()[0]}\n"
    table = tomllib.loads(text)
    lines = key_lines(text)
    found = [(place[-1], line) for place, line in lines.items() if place and str(place[-1]).startswith("key")]
    assert found == expected
    assert set(places(table, ())) == set(lines)


def places(value, place):
    yield place
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from places(inner, (*place, name))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from places(inner, (*place, number))
