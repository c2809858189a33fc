"""The shipped models on the gold set, by the function behind `frictionary evaluate`."""

from benchmarks.heading import heading
from pipelines.annotate import Annotator
from pipelines.evaluate import Report, evaluate, gold
from pipelines.settings import ROOT, Settings

SEED = 7
MOST = 15
RESULT = ROOT / "benchmarks" / "results" / "gold.md"
NOTES = """
Each figure with its 95 % interval over resampled texts. "Of a conversation" is the rule of `nlp/summary.py` on the text
as a conversation of one turn, cut into segments. Friction is a formula; effort and leaving are told by their heads.
The gold set has one author a file and no second annotator, so agreement between people is not known.
"""


def markdown(report: Report) -> str:
    """Figures and confusions as two tables."""
    lines = ["| part | measure | figure | 95 % interval |", "|---|---|---|---|"]
    for part, found in report.figures.items():
        for measure, figure in found.items():
            shown = f"{figure.value:.3f} | {figure.low:.3f} to {figure.high:.3f}" if figure else "- | "
            lines.append(f"| {part} | {measure} | {shown} |")
    lines += ["", "| part | is | taken for | texts |", "|---|---|---|---|"]
    for part, pairs in report.confusions.items():
        lines += [f"| {part} | {truth} | {guess} | {count} |" for truth, guess, count in pairs[:MOST]]
    return "\n".join(lines) + "\n"


def main() -> None:
    settings = Settings.from_environment()
    annotator = Annotator.load(settings.models, settings.taxonomy)
    report = evaluate(annotator, gold(ROOT / "corpora" / "gold"), seed=SEED)
    head = heading("The gold set", command="python -m benchmarks.gold", seed=SEED)
    RESULT.write_text(f"{head}\n{report.texts} texts, encoder {report.model}.\n{NOTES}\n{markdown(report)}")
    print(RESULT.read_text())


if __name__ == "__main__":
    main()
