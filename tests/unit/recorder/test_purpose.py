"""A purpose is judged alike in the notice and on the command line, and what is wanted is said by an example."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recorder.patterns import Pattern
from recorder.policy.pattern_sample import pattern_sample
from recorder.policy.purpose import LONGEST_PURPOSE, PurposeCheck, purpose_problem
from recorder.policy.sections import NoticePolicy, PurposeAsked


@pytest.mark.parametrize(
    ("pattern", "sample"),
    [
        ("^CHG-[0-9]+", "CHG-1234"),
        (r"\b(?i)(CHG|INC)[-_ ]?\d{5}$", "CHG-12345"),
        ("変更[[:digit:]]+号", "変更1234号"),
        ("[A-Z]{2,10}-\\d+", "AB-1234"),
        # What no example can be thought of is only said to have a form.
        (".+", ""), ("[^a]+", ""), ("x{100}", ""), (r"\pL+", ""), ("((", ""), ("", ""),
    ],
)  # fmt: skip
def test_a_pattern_is_shown_as_an_example(pattern, sample):
    assert pattern_sample(pattern) == sample


@given(st.text(max_size=30) | st.text(alphabet="ab1-[]()|*+?{},\\d^$.", max_size=20))
def test_an_example_is_one_that_will_do_or_none(pattern):
    sample = pattern_sample(pattern)
    assert sample.isprintable()
    assert not sample or Pattern(pattern).is_in(sample)


@pytest.mark.parametrize("asked", PurposeAsked)
@pytest.mark.parametrize("said", ["", "  ", "tea", "CHG-1", f"CHG-1 {'x' * LONGEST_PURPOSE}"])
def test_notice_and_command_line_take_the_same_purposes(asked, said):
    notice = NoticePolicy(purpose=asked, purpose_pattern="CHG-[0-9]+")
    is_fault = PurposeCheck(asked, "CHG-[0-9]+").fault(said) is not None
    assert is_fault is bool(purpose_problem(notice, said))
