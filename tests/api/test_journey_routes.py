"""The map and the features of now by the API, and the flow on the page of stages."""

from datetime import UTC, datetime

from fastapi.testclient import TestClient

from nlp.journeys.dictionary import FEATURES
from pipelines.features import features
from pipelines.stores.protocols import Store


def test_the_map_has_every_stage_seen_with_intervals_and_moves(client: TestClient) -> None:
    found = client.get("/v1/stages/map").json()
    assert found["gap"] == 30
    spoken = [row for row in found["stages"] if row["conversations"]]
    assert spoken
    assert all(row["friction"]["low"] <= row["friction"]["value"] <= row["friction"]["high"] for row in spoken)
    begun = sum(move["count"] for move in found["moves"] if move["origin"] == "start")
    assert begun == sum(row["entries"] for row in found["stages"])


def test_a_gap_that_ends_no_journey_is_refused(client: TestClient) -> None:
    answer = client.get("/v1/stages/map?gap=0")
    assert answer.status_code == 422
    assert "gap" in answer.text


def test_without_a_moment_features_are_those_of_now(client: TestClient, store: Store) -> None:
    customer = client.get("/v1/customers?limit=1").json()["items"][0]["id"]
    found = client.get(f"/v1/customers/{customer}/features").json()
    assert list(found["features"]) == [feature.name for feature in FEATURES]
    at = datetime.fromisoformat(found["at"]).astimezone(UTC)
    assert found["features"] == features(store, customer, at)


def test_a_summary_names_its_witnesses(client: TestClient) -> None:
    head = client.get("/v1/conversations?limit=1").json()["items"][0]
    kinds = [witness["kind"] for witness in head["summary"]["witnesses"]]
    assert kinds[0] == "words"
    assert set(kinds) <= {"words", "intent", "event"}


def test_the_page_of_stages_draws_the_flow_without_a_script(asked: TestClient) -> None:
    page = asked.get("/stages", headers={"accept": "text/html"}).text
    assert '<svg class="flow"' in page
    assert 'class="band' in page
