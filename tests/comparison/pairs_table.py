"""The table of `docs/comparison.md`: `python -m tests.comparison.pairs_table`."""

from tests.comparison.pairs import PAIRS, Outcome, Pair, is_available, run
from tests.comparison.scanner import Protocol

_HEAD = (
    *("head", "turn °", "shift mm", "prior", "current"),
    *("error mm", "error °", "skulls mm", "correlation", "quality"),
    *("true mL", "measured mL", "ratio off %", "trend", "CPU s"),
)


def _protocol(protocol: Protocol) -> str:
    words = [f"{protocol.slab_mm:g} mm", f"noise {protocol.noise_hu:g}"]
    if protocol.tilt_deg:
        words.append(f"tilt {protocol.tilt_deg:g}°")
    if protocol.uneven_from_mm is not None:
        words.append("uneven")
    if (protocol.low_mm, protocol.high_mm) != (Protocol.low_mm, Protocol.high_mm):
        words.append(f"{protocol.low_mm:g} to {protocol.high_mm:g} mm")
    return ", ".join(words)


def _row(outcome: Outcome) -> tuple[str, ...]:
    pair, found = outcome.pair, outcome.comparison
    fit = found.alignment.quality
    return (
        pair.head,
        " ".join(f"{angle:g}" for angle in pair.turn_deg),
        " ".join(f"{mm:g}" for mm in pair.shift_mm),
        _protocol(pair.prior),
        _protocol(pair.current),
        f"{outcome.error_mm:.3f}",
        f"{outcome.error_deg:.3f}",
        f"{fit.skull_mm:.2f}" if fit else "",
        f"{fit.correlation:.3f}" if fit else "",
        str(found.alignment.grade),
        "{:.2f} → {:.2f}".format(*outcome.true_ml),
        "{:.2f} → {:.2f}".format(*outcome.measured_ml),
        f"{100 * outcome.ratio_error:+.1f}",
        ", ".join(change.trend for change in found.lesions),
        f"{outcome.cpu_s:.1f}",
    )


def _line(cells: tuple[str, ...]) -> str:
    return "| " + " | ".join(cells) + " |"


def main() -> None:
    """Print one row per pair as it is done."""
    print(_line(_HEAD))
    print(_line(("---",) * len(_HEAD)), flush=True)
    outcomes = []
    for seed, pair in enumerate(PAIRS):
        if is_available(pair.head):
            outcomes.append(run(pair, seed))
            print(_line(_row(outcomes[-1])), flush=True)
        else:
            print(_missing(pair), flush=True)
    print(
        f"\nWorst of {len(outcomes)}: {max(one.error_mm for one in outcomes):.3f} mm, "
        f"{max(one.error_deg for one in outcomes):.3f}°, "
        f"{100 * max(abs(one.ratio_error) for one in outcomes):.1f} % of the volume ratio."
    )


def _missing(pair: Pair) -> str:
    return f"What the {pair.head} head is made from is not at hand."


if __name__ == "__main__":
    main()
