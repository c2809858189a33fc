"""Presidio as a peer of masking: its analyzer with the same spaCy model, its types by our names."""

import logging
import time
from collections.abc import Sequence
from typing import Any

from nlp.english import MODELS
from pipelines.hiding import Hidden

TYPES = {
    "EMAIL_ADDRESS": "EMAIL",
    "PHONE_NUMBER": "PHONE",
    "CREDIT_CARD": "CARD",
    "IBAN_CODE": "IBAN",
    "US_BANK_NUMBER": "ACCOUNT",
    "IP_ADDRESS": "IP",
    "PERSON": "NAME",
    "CRYPTO": "SECRET",
    **dict.fromkeys(("US_SSN", "US_ITIN", "US_PASSPORT", "US_DRIVER_LICENSE", "UK_NHS", "UK_NINO", "ES_NIF"), "SSN"),
    **dict.fromkeys(("AU_TFN", "AU_MEDICARE", "IN_AADHAAR", "IN_PAN", "IT_FISCAL_CODE", "PL_PESEL"), "SSN"),
}
"""Places, dates and links, which it finds too, are no types of ours."""


def found(texts: Sequence[str]) -> tuple[list[list[Hidden]], float]:
    """What it finds in each text, and its processor milliseconds a text."""
    analyzer = _analyzer()
    wanted = sorted(set(TYPES) & set(analyzer.get_supported_entities()))
    analyzer.analyze("Jo, 020 7946 0018", language="en", entities=wanted)
    start = time.process_time()
    results = [analyzer.analyze(text, language="en", entities=wanted) for text in texts]
    cost = (time.process_time() - start) / len(texts) * 1000
    return [[(TYPES[r.entity_type], r.start, r.end) for r in each] for each in results], cost


def _analyzer() -> Any:
    """With every recognizer that it ships for English."""
    from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
    from presidio_analyzer.nlp_engine import NlpEngineProvider
    from spacy.util import is_package

    logging.getLogger("presidio-analyzer").setLevel(logging.ERROR)
    model = next(name for name in MODELS if is_package(name))
    told = {"nlp_engine_name": "spacy", "models": [{"lang_code": "en", "model_name": model}]}
    engine = NlpEngineProvider(nlp_configuration=told).create_engine()
    registry = RecognizerRegistry(supported_languages=["en"])
    registry.load_predefined_recognizers(languages=["en"], nlp_engine=engine)
    return AnalyzerEngine(nlp_engine=engine, registry=registry, supported_languages=["en"])
