"""Playback's states on a clock that the test turns."""

import numpy as np
import pytest

from player.playback import SKIP_LEAD_NS, SKIP_SHOWN_NS, SPEEDS, Playback, State
from player.source import Span

S = 1_000_000_000


class TurnedClock:
    def __init__(self):
        self.now_ns = 5_000 * S

    def __call__(self):
        return self.now_ns

    def turn(self, seconds):
        self.now_ns += round(seconds * S)


@pytest.fixture
def clock():
    return TurnedClock()


@pytest.fixture
def playback(clock):
    playback = Playback(clock)
    playback.open(100 * S)
    return playback


def idle(*ranges):
    return [Span(start * S, end * S, "idle", "") for start, end in ranges]


def test_nothing_is_open_at_first_and_no_command_changes_that(clock):
    playback = Playback(clock)
    playback.play()
    playback.seek(4)
    playback.pause()
    assert not playback.step(1, np.array([3]))
    assert not playback.go_live()
    assert playback.update().state is State.EMPTY
    assert playback.position_ns == 0


def test_an_opened_recording_stands_where_it_was_opened(clock):
    playback = Playback(clock)
    playback.open(100 * S, at_ns=30 * S)
    clock.turn(10)
    assert playback.update().state is State.PAUSED
    assert playback.position_ns == 30 * S


def test_a_recording_opened_beyond_its_end_stands_at_its_end(clock):
    playback = Playback(clock)
    playback.open(100 * S, at_ns=300 * S)
    assert playback.position_ns == 100 * S


@pytest.mark.parametrize("speed", SPEEDS)
def test_the_position_runs_with_the_clock_at_every_speed(clock, playback, speed):
    playback.set_speed(speed)
    playback.play()
    clock.turn(2.5)
    assert playback.position_ns == round(2.5 * S * speed)
    assert playback.update().rate == speed


def test_nothing_drifts_however_unevenly_it_is_looked_at(clock):
    playback = Playback(clock)
    playback.open(8 * 3600 * S)
    playback.set_speed(32)
    playback.play()
    steps = np.random.default_rng(7).integers(1, 40_000_000, 20_000)
    for step_ns in steps:
        clock.now_ns += int(step_ns)
        playback.update()
    assert playback.position_ns == min(32 * int(steps.sum()), 8 * 3600 * S)


def test_a_change_of_speed_keeps_the_position(clock, playback):
    playback.play()
    clock.turn(10)
    playback.set_speed(4)
    assert playback.position_ns == 10 * S
    clock.turn(5)
    assert playback.position_ns == 30 * S


def test_faster_and_slower_walk_through_the_speeds_and_stop_at_their_ends(playback):
    for expected in (*SPEEDS[3:], SPEEDS[-1]):
        playback.faster()
        assert playback.speed == expected
    for expected in (*reversed(SPEEDS[:-1]), SPEEDS[0]):
        playback.slower()
        assert playback.speed == expected


def test_a_pause_stands_and_playing_goes_on_from_there(clock, playback):
    playback.toggle()
    clock.turn(3)
    playback.toggle()
    clock.turn(50)
    assert playback.position_ns == 3 * S
    playback.toggle()
    clock.turn(1)
    assert playback.position_ns == 4 * S


def test_playing_ends_at_the_end_and_starts_again_from_the_start(clock, playback):
    playback.play()
    clock.turn(101)
    assert playback.update().state is State.ENDED
    assert playback.position_ns == 100 * S
    playback.play()
    clock.turn(2)
    assert playback.update().state is State.PLAYING
    assert playback.position_ns == 2 * S


def test_a_recording_that_stands_at_its_end_plays_from_the_start(clock, playback):
    playback.seek(100 * S)
    playback.play()
    clock.turn(1)
    assert playback.position_ns == 1 * S


def test_a_seek_while_playing_goes_on_playing_from_there(clock, playback):
    playback.play()
    clock.turn(1)
    playback.seek(50 * S)
    clock.turn(1)
    assert playback.update().state is State.PLAYING
    assert playback.position_ns == 51 * S


def test_a_seek_while_paused_stands_there_and_stays_within_the_recording(playback):
    playback.seek(-5)
    assert playback.position_ns == 0
    playback.seek(10**15)
    assert playback.position_ns == 100 * S
    assert playback.state is State.PAUSED


def test_steps_go_to_the_next_and_the_last_change_and_pause(clock, playback):
    times_ns = np.array([1, 5, 9], dtype=np.int64) * S
    playback.play()
    clock.turn(2)
    assert playback.step(1, times_ns)
    assert (playback.state, playback.position_ns) == (State.PAUSED, 5 * S)
    assert playback.step(1, times_ns)
    assert not playback.step(1, times_ns)
    assert playback.position_ns == 9 * S
    assert playback.step(-1, times_ns)
    assert playback.step(-1, times_ns)
    assert not playback.step(-1, times_ns)
    assert playback.position_ns == 1 * S


def test_idle_time_is_skipped_visibly_and_the_clock_keeps_its_count(clock, playback):
    playback.set_idle(idle((10, 60)))
    playback.set_skip_idle(True)
    playback.play()
    clock.turn(10)
    moment = playback.update()
    assert moment.state is State.SKIPPING
    assert moment.skipped == Span(10 * S, 60 * S, "idle", "")
    clock.now_ns += SKIP_SHOWN_NS // 2
    assert 34 * S < playback.position_ns < 36 * S
    clock.now_ns += SKIP_SHOWN_NS - SKIP_SHOWN_NS // 2
    clock.turn(3)
    assert playback.update().state is State.PLAYING
    assert playback.position_ns == 60 * S - SKIP_LEAD_NS + 3 * S


def test_a_late_look_finds_what_punctual_looks_would_have_found(clock):
    spans = idle((10, 20), (30, 40), (50, 70))
    positions = []
    for looks in (1, 700):
        playback = Playback(clock)
        playback.open(100 * S)
        playback.set_idle(spans)
        playback.set_skip_idle(True)
        playback.play()
        for _look in range(looks):
            clock.turn(35 / looks)
            playback.update()
        positions.append(playback.position_ns)
    assert positions[0] == pytest.approx(positions[1], abs=1000)
    assert positions[0] > 60 * S


def test_idle_time_is_played_when_it_is_not_to_be_skipped(clock, playback):
    playback.set_idle(idle((10, 60)))
    playback.play()
    clock.turn(20)
    assert playback.update().state is State.PLAYING
    assert playback.position_ns == 20 * S


def test_the_skipping_of_one_idle_time_can_be_taken_back(clock, playback):
    playback.set_idle(idle((10, 60), (70, 90)))
    playback.set_skip_idle(True)
    playback.play()
    clock.turn(10)
    playback.play_idle()
    clock.turn(30)
    assert playback.update().state is State.PLAYING
    assert playback.position_ns == 40 * S
    clock.turn(30.1)
    assert playback.update().state is State.SKIPPING


def test_controls_work_while_idle_time_is_skipped(clock, playback):
    playback.set_idle(idle((10, 60)))
    playback.set_skip_idle(True)
    playback.play()
    clock.turn(10.1)
    playback.pause()
    assert playback.state is State.PAUSED
    playback.seek(5 * S)
    playback.play()
    clock.turn(5.1)
    assert playback.update().state is State.SKIPPING
    playback.seek(80 * S)
    assert playback.update().state is State.PLAYING
    playback.seek(20 * S)
    assert playback.update().state is State.SKIPPING
    playback.set_skip_idle(False)
    assert playback.update().state is State.PLAYING


def test_idle_time_that_plays_faster_than_it_is_skipped_is_played(clock, playback):
    playback.set_idle(idle((10, 25)))
    playback.set_skip_idle(True)
    playback.set_speed(32)
    playback.play()
    clock.turn(0.5)
    assert playback.update().state is State.PLAYING


def test_playing_reaches_the_live_edge_and_goes_with_it(clock):
    playback = Playback(clock)
    playback.open(10 * S, grows=True)
    playback.set_speed(2)
    playback.play()
    clock.turn(6)
    assert playback.update().state is State.LIVE
    playback.set_extent(13 * S, grows=True)
    assert playback.position_ns == 13 * S
    assert playback.update().rate == 1


def test_live_can_be_rewound_and_gone_back_to(clock):
    playback = Playback(clock)
    playback.open(60 * S, grows=True)
    assert playback.go_live()
    playback.seek(20 * S)
    clock.turn(5)
    assert playback.update().state is State.PLAYING
    assert playback.position_ns == 25 * S
    playback.set_extent(65 * S, grows=True)
    assert playback.go_live()
    assert playback.position_ns == 65 * S


def test_a_finished_recording_cannot_go_live(playback):
    assert not playback.can_go_live
    assert not playback.go_live()
    assert playback.state is State.PAUSED


def test_live_ends_when_the_recording_is_closed(clock):
    playback = Playback(clock)
    playback.open(60 * S, grows=True)
    playback.go_live()
    playback.set_extent(61 * S, grows=False)
    assert playback.update().state is State.ENDED
    assert playback.position_ns == 61 * S


def test_slower_than_life_leaves_the_live_edge(clock):
    playback = Playback(clock)
    playback.open(60 * S, grows=True)
    playback.go_live()
    playback.set_speed(0.5)
    clock.turn(1)
    playback.set_extent(61 * S, grows=True)
    assert playback.update().state is State.PLAYING
    assert playback.position_ns == 60 * S + S // 2


def test_an_ended_recording_that_grows_after_all_can_be_played_on(clock, playback):
    playback.play()
    clock.turn(200)
    assert playback.update().state is State.ENDED
    playback.set_extent(120 * S, grows=True)
    assert playback.update().state is State.PAUSED
    playback.play()
    clock.turn(5)
    assert playback.position_ns == 105 * S


def test_a_recording_never_gets_shorter(playback):
    playback.set_extent(40 * S, grows=False)
    assert playback.duration_ns == 100 * S


def test_closing_forgets_everything(clock, playback):
    playback.play()
    clock.turn(5)
    playback.close()
    assert playback.update().state is State.EMPTY
    assert (playback.position_ns, playback.duration_ns) == (0, 0)
