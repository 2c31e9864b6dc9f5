"""Words, colours, icons and style sheets: complete, alike in every language, and readable."""

import ast
import re
import string
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest
from PySide6.QtWidgets import QComboBox, QDateEdit, QSpinBox

import resources
from player.lane_columns import COLOURS
from player.ui.access import Level
from player.ui.keys import GROUPS, LOG_SHORTCUTS, SHORTCUTS
from player.ui.log_columns import Column
from recorder.logrow import KINDS, SEVERITIES
from resources.ui.look import MARKS, SHEETS, Colours, Look, read_colours
from resources.words import LANGUAGES, language_of, read_sentences, read_words

UI = Path(__file__).parents[2] / "player" / "ui"
WINDOWS = sorted(
    path for part in ("player", "app", "resources") for path in (UI.parents[1] / part / "ui").rglob("*.py")
)
CODE = "\n".join(path.read_text(encoding="utf-8") for path in WINDOWS)


def placeholders(text):
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def luminance(colour):
    channels = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_all_languages_have_the_same_keys_with_the_same_placeholders():
    english = read_words("en")._sentences
    for language in LANGUAGES:
        other = read_words(language)._sentences
        assert other.keys() == english.keys()
        assert {key: placeholders(text) for key, text in other.items()} == {
            key: placeholders(text) for key, text in english.items()
        }


# A thing has one word in Japanese, wherever it is spoken of; before it stands the other that was used for it too.
OTHER_WORDS = {
    "一式": "証拠パッケージ",
    "改ざん": "改変",
    "黒塗り": "墨消し",
    "監査人": "監査者",
    "閲覧台帳": "台帳",
    "レビュー者": "レビュー担当者",
    "マシン": "コンピューター",
    "内蔵": "組み込み",
    "デバイス": "機器",
    "要調査": "要追跡",
    "要追跡調査": "要追跡",
    "操作なし": "無操作",
    "警告": "アラート",
}
WARNING_ITSELF = {"操作者に警告", "操作者へ警告"}  # the response that is called so, not an alert


BESIDE_WORDS = ("rows", "rules", "sentences")


def japanese_in(name):
    """What a catalogue beside that of the words says in Japanese."""
    tables = tomllib.loads(resources.path(f"i18n/{name}-ja.toml").read_text(encoding="utf-8"))
    return [text for table in tables.values() if isinstance(table, dict) for text in table.values()]


def other_words_in(text):
    return [word for word in OTHER_WORDS if word in text and text not in WARNING_ITSELF]


def test_japanese_calls_a_thing_by_one_word_everywhere():
    said = [*read_words("ja")._sentences.values(), *(text for name in BESIDE_WORDS for text in japanese_in(name))]
    assert len(said) > 1000
    assert {text: found for text in said if (found := other_words_in(text))} == {}


def test_pages_beside_each_other_have_names_that_are_told_apart_at_a_glance():
    japanese, english = read_words("ja"), read_words("en")
    assert japanese("findings.title") not in (japanese("facet.verdict"), japanese("search.title"))
    assert english("findings.title")[:2] != english("search.title")[:2]


def test_every_key_that_the_code_speaks_exists():
    words = read_words("en")
    spoken = set(re.findall(r'words\(\s*"([a-z_]+\.[a-z0-9_]+)"', CODE))
    assert len(spoken) > 60
    assert {key for key in spoken if key not in words} == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_verdict_and_key_has_words(language):
    words = read_words(language)
    wanted = [f"kind.{kind}" for kind in KINDS] + [f"keys.{shortcut.name}" for shortcut in (*SHORTCUTS, *LOG_SHORTCUTS)]
    wanted += [f"keys.group_{group}" for group in GROUPS] + [f"severity.{severity}" for severity in SEVERITIES]
    wanted += [f"log_columns.{column.name.lower()}" for column in Column]
    wanted += [f"verdict.{level.value}{end}" for level in Level for end in ("", "_text")]
    assert [key for key in wanted if key not in words] == []


def english_sentences():
    """Every text in the code, with {} for what is put in."""
    found = set()
    for path in (path for part in ("recorder", "player", "app") for path in (UI.parents[1] / part).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr):
                parts = (str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
                found.add("".join(parts).strip())
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(node.value)
    return found


def test_every_sentence_that_is_translated_is_one_that_is_said():
    said = english_sentences()
    ours = read_sentences("ja")
    assert len(ours) > 60
    assert [english for english in ours if re.sub(r"\{\d\}", "{}", english) not in said] == []
    for english, other in ours.items():
        assert set(re.findall(r"\{\d\}", english)) == set(re.findall(r"\{\d\}", other.replace(":said}", "}"))), english


CORE = [
    *(path for path in UI.parent.rglob("*.py") if not {"ui", "commands", "worker"} & {path.parent.name}),
    *(UI.parents[1] / "recorder" / "evidence" / name for name in ("reader.py", "beside.py", "opening.py")),
]
ON_THE_COMMAND_LINE = {"arguments.py", "cli.py"}


def text_of(node):
    """What a constant or an f-string says, with a sign where something is put in; None: it is neither."""
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "\u00a4" for part in node.values)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def raised_sentences(code):
    """Every whole sentence that a function makes an error of, at once or by a name that it gave it."""
    for function in (node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.FunctionDef)):
        named: dict[str, list[ast.expr]] = {}
        for node in ast.walk(function):
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                named.setdefault(node.targets[0].id, []).append(node.value)
        for call in (node for node in ast.walk(function) if isinstance(node, ast.Call) and node.args):
            kind = getattr(call.func, "id", getattr(call.func, "attr", ""))
            if not kind.endswith("Error") or kind == "BugError":
                continue
            first = call.args[0]
            for said in named.get(first.id, ()) if isinstance(first, ast.Name) else (first,):
                text = text_of(said)
                if text is not None and re.match(r"[A-Z\u00a4].*[a-z]{2}.*\.\)?$", text, re.DOTALL):
                    yield text


def in_english_only(code):
    """Those of which a part is said in Japanese as it is in English."""
    words = read_words("ja")
    return [
        text
        for text in raised_sentences(code)
        if any(part in words.said(text) for part in re.split(r"(?<=\.) (?=[A-Z\u00a4])", text))
    ]


def test_every_sentence_that_the_player_raises_is_said_in_japanese():
    paths = [path for path in CORE if path.name not in ON_THE_COMMAND_LINE]
    assert sum(len(list(raised_sentences(path.read_text(encoding="utf-8")))) for path in paths) > 100
    found = {path.name: in_english_only(path.read_text(encoding="utf-8")) for path in paths}
    assert {name: texts for name, texts in found.items() if texts} == {}


@pytest.mark.parametrize(
    "code",
    [
        'def one():\n    msg = f"{path} went quite wrong. Do something."\n    raise StorageError(msg)',
        'def one():\n    return UnreadableError(f"{path} is no such thing.")',
    ],
)
def test_a_raised_sentence_without_japanese_would_be_seen(code):
    assert len(in_english_only(code)) == 1


def test_every_finding_and_gap_is_said_in_japanese_with_its_numbers():
    words = read_words("ja")
    assert words.said("8 whole records (57 to 64) come after a damaged one, and nothing signed vouches for them.") == (
        "壊れたレコードの後に 8 件のレコード（57～64）が続きますが、それらを保証する署名がありません。"
    )
    two = words.said("The screen could not be read. Not recorded: screen 2.")
    assert two == "画面を読み取れませんでした。 記録されていないもの：screen 2。"
    assert words.said("Something quite new {1}.") == "Something quite new {1}."
    assert read_words("en").said("The clock went back.") == "The clock went back."


def test_a_length_of_time_has_the_units_of_the_language():
    words = read_words("ja")
    assert words.said("1 min 6 s outside working hours.") == "勤務時間外：1 分 6 秒"
    assert [words.length(one) for one in ("0.4 s", "8 h 2 min", "5 s of x")] == ["0.4 秒", "8 時間 2 分", "5 s of x"]
    assert read_words("en").length("3 min 5 s") == "3 min 5 s"


def test_japanese_is_chosen_by_locale_and_anything_unknown_is_english():
    assert [language_of(name) for name in ("ja_JP", "ja", "en_GB", "C", "")] == ["ja", "ja", "en", "en", "en"]


@pytest.mark.parametrize("name", ["dark", "light"])
def test_text_can_be_read_on_every_ground(name):
    c = read_colours(name)
    pairs = [(ink, ground) for ink in (c.text, c.text_dim) for ground in (c.window, c.panel, c.raised, c.neutral_fill)]
    pairs += [(c.good, c.good_fill), (c.warn, c.warn_fill), (c.bad, c.bad_fill), (c.on_accent_fill, c.accent_fill)]
    pairs += [(c.text, c.good_fill), (c.text, c.warn_fill), (c.text, c.bad_fill), (c.text, c.hover)]
    pairs += [(c.text_faint, c.window), (c.text_faint, c.panel)]
    pairs += [(c.on_application, getattr(c, f"application_{number}")) for number in (*range(COLOURS), "unknown")]
    assert [
        (ink, ground, round(contrast(ink, ground), 2)) for ink, ground in pairs if contrast(ink, ground) < 4.5
    ] == []


def test_style_sheets_use_only_colours_that_exist_and_no_number_of_their_own():
    names = {field.name for field in fields(Colours)} | {f"mark_{name}" for name in MARKS}
    for sheet in SHEETS:
        text = resources.path(f"qss/{sheet}.qss").read_text(encoding="utf-8")
        text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
        assert set(re.findall(r"\$(\w+)", text)) <= names
        assert re.findall(r"#[0-9a-fA-F]{3,8}\b", text) == []


def test_every_style_sheet_in_the_folder_is_used():
    assert {path.stem for path in resources.path("qss").glob("*.qss")} == set(SHEETS)


def test_icons_have_one_colour_and_are_there_for_every_name_the_code_uses():
    for path in resources.path("icons").glob("*.svg"):
        assert set(re.findall(r'(?:fill|stroke)="([^"]+)"', path.read_text(encoding="utf-8"))) <= {
            "none",
            "currentColor",
        }
    used = set(re.findall(r'(?:icon|pixmap)\((?:look, )?(?:self\._look, )?"([a-z_]+)"', CODE)) | {
        f"kind_{k}" for k in KINDS
    }
    assert len(used) > 20
    assert {name for name in used if not resources.path("icons").joinpath(f"{name}.svg").exists()} == set()


def test_the_door_leads_nowhere_else():
    with pytest.raises(ValueError, match="leads out"):
        resources.path("../pyproject.toml")
    with pytest.raises(FileNotFoundError, match="no resource"):
        resources.path("icons/nothing.svg")


SAYS = {
    "setText",
    "setToolTip",
    "setPlaceholderText",
    "setWindowTitle",
    "setAccessibleName",
    "setAccessibleDescription",
    "setTitle",
    "addAction",
    "addMenu",
    "addButton",
    "addItem",
    "addTab",
    "setStatusTip",
    "setWhatsThis",
    "setLabelText",
    "plain_label",
    "text_button",
    "icon_button",
    "filter_box",
    "name_control",
    "show_text",
    "drawText",
    "paint_text",
    "QLabel",
    "QPushButton",
    "QAction",
    "QMenu",
    "QCheckBox",
    "QGroupBox",
}
NO_TEXTS = {"look", "part", "icon", "surface", "key", "tone", "font", "colour"}  # names of things, not words


def texts_said(tree):
    """Every text given to a widget as it is: constants, and what stands in f-strings."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name not in SAYS:
            continue
        first_is_icon = name == "icon_button"
        given = [*node.args, *(one.value for one in node.keywords if one.arg not in NO_TEXTS)]
        for place, argument in enumerate(given):
            if first_is_icon and place == 1:
                continue
            parts = argument.values if isinstance(argument, ast.JoinedStr) else [argument]
            for part in parts:
                if isinstance(part, ast.Constant) and isinstance(part.value, str):
                    yield node.lineno, part.value


def untranslated(code):
    return [(line, text) for line, text in texts_said(ast.parse(code)) if re.search(r"[^\W\d_]{2,}", text)]


def test_no_widget_is_given_words_that_no_translation_knows():
    found = {path.name: untranslated(path.read_text(encoding="utf-8")) for path in WINDOWS}
    assert {name: texts for name, texts in found.items() if texts} == {}


@pytest.mark.parametrize(
    "code",
    [
        'label.setText("Ready")',
        'plain_label(f"{count} rows")',
        'box.setToolTip("開く")',
        'menu.addAction(icon, "Open")',
    ],
)
def test_words_without_translation_would_be_seen(code):
    assert len(untranslated(code)) == 1


def spoken_keys():
    """Every key that appears in the code, whole or as the beginning of an f-string."""
    whole, heads = set(), set()
    for path in (path for part in ("player", "app", "resources") for path in (UI.parents[1] / part).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                whole.add(node.value)
            elif isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
                heads.add(str(node.values[0].value))
            elif isinstance(node, ast.JoinedStr):
                tails = [str(part.value) for part in node.values if isinstance(part, ast.Constant)]
                whole.update(tails)
    return whole, {head for head in heads if re.match(r"[a-z_]+\.", head)}


def test_no_sentence_is_translated_that_nobody_says():
    whole, heads = spoken_keys()
    titles = {".title"}  # f"{name}.title"
    unsaid = [
        key
        for key in read_words("en")._sentences
        if key not in whole
        and not any(key.startswith(head) for head in heads)
        and not any(key.endswith(end) and end in whole for end in titles)
    ]
    assert unsaid == []


@pytest.mark.qt_log_ignore("does not support propagateSizeHints")
@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("make", [QComboBox, QDateEdit, QSpinBox])
def test_boxes_that_open_or_step_have_a_mark_in_the_colour_of_the_text(qapp, make, theme):
    colours = read_colours(theme)
    box = make()
    if isinstance(box, QDateEdit):
        box.setCalendarPopup(True)
    box.setStyleSheet(Look(read_words("en"), colours).stylesheet())
    box.resize(160, 32)
    right = box.grab().toImage().copy(130, 2, 28, 28)
    seen = {right.pixelColor(x, y).name() for x in range(28) for y in range(28)}
    assert colours.text_dim in seen


def test_the_marks_have_the_colours_of_their_theme():
    for theme in ("dark", "light"):
        colours = read_colours(theme)
        ways = ("down", "up", "left", "right")
        for name, colour in (*((way, colours.text_dim) for way in ways), ("tick", colours.window)):
            assert f'stroke="{colour}"' in resources.path(f"marks/{name}_{theme}.svg").read_text(encoding="utf-8")


def test_whose_keys_would_do_is_said_in_japanese_for_one_group_and_for_several():
    words = read_words("ja")
    said = words.said(
        "None of the keys at hand opens this recording; it is sealed to one of “audit” (sato, ken) and one of "
        "“privacy” (abe): give such a key (TACHIAI_KEY)."
    )
    assert "封印先はグループ「audit」の一人（sato, ken）とグループ「privacy」の一人（abe）です" in said
    assert "one of" not in said
