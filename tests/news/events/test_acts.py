"""A headline's acts: what it says that happened, without background."""

import pytest

from bot.news.events.acts import Act, find_acts, have_common_act


@pytest.mark.parametrize(
    ("headline", "acts"),
    [
        ("EU imposes a duty on nickel", {Act.IMPOSE}),
        ("Peru lifts its levy to 12%", {Act.IMPOSE}),
        ("Peru lifts its levy", {Act.CUT}),
        ("Chile delays the increase of its duty", {Act.DELAY}),
        ("Trump drops threat of a duty on Chile", {Act.DELAY}),
        ("Trump threatens a duty on Chile", {Act.THREATEN}),
        ("US could raise its duty on Chile", {Act.THREATEN}),
        # A noun is no verb.
        ("Minister holds a session on the levy", set()),
        ("Peru to levy 12% on nickel", {Act.IMPOSE}),
        ("Peru drops plan for a duty on nickel", {Act.DELAY}),
        ("Peru widens its duty on nickel", {Act.WIDEN}),
        ("Duty on nickel takes effect", {Act.TAKE_EFFECT}),
        ("Commerce opens a probe into nickel", {Act.INVESTIGATE}),
        ("Nickel From Peru: Final Affirmative Determination", {Act.FINAL}),
        ("Nickel From Peru: Preliminary Results of Review", {Act.PRELIMINARY}),
        # Background is not read, except a clause of a court with "as".
        ("EU delays duties after talks", {Act.DELAY}),
        ("Stocks rally amid tariff cuts", set()),
        ("Importers win as judges void duties", {Act.VOID}),
        # Steps of a court case; only the first one counts.
        ("Court voids the tariffs", {Act.VOID}),
        ("Court pauses the ruling that voided the tariffs", {Act.STAY}),
        ("Court lifts the pause on the tariff ruling", {Act.STAY_ENDED}),
        ("Court upholds the tariffs", {Act.UPHOLD}),
        ("White House appeals the ruling on tariffs", {Act.APPEAL}),
        ("Appeals court hears arguments on tariffs", {Act.HEAR}),
        ("Court to rule on tariffs on Friday", {Act.SCHEDULE}),
        ("No court ruling on tariffs yet", {Act.NO_RULING}),
        ("What happens if the court strikes down the tariffs", set()),
        ("Brewer sues over tariffs", {Act.SUE}),
        # Talks and deals.
        ("US and Peru hold talks", {Act.TALK}),
        ("US suspends talks with Peru", {Act.BREAK_OFF}),
        ("US and Peru resume talks", {Act.RESUME}),
        ("US and Peru strike a trade deal", {Act.AGREE}),
        ("US and Peru sign the pact", {Act.SIGN}),
        ("Lawmakers approve the pact", {Act.APPROVE}),
        ("Minister wraps up visit to Lima", {Act.CONCLUDE}),
        # A reaction is the only act of its headline.
        ("Peru denies that it broke off talks", {Act.DENY}),
        ("Farmers protest against cuts of duties", {Act.PROTEST}),
        ("Miners urge Peru not to cut duties", {Act.URGE}),
        ("Peru condemns the duty on nickel", {Act.OPPOSE}),
        ("Peru retaliates with a duty on corn", {Act.RETALIATE}),
        ("", set()),
    ],
)
def test_a_headline_has_the_acts_of_its_verbs(headline: str, acts: set[Act]) -> None:
    assert find_acts(headline) == acts


def test_a_truce_and_a_cut_may_be_one_act() -> None:
    assert have_common_act(frozenset({Act.AGREE}), frozenset({Act.CUT}))
    assert not have_common_act(frozenset({Act.IMPOSE}), frozenset({Act.CUT}))
    assert not have_common_act(frozenset(), frozenset({Act.CUT}))
