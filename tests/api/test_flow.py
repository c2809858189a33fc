"""The flow of journeys is drawn to scale, and nothing is drawn twice."""

from api.dashboard.flow import HEIGHT, WIDTH, flow

ORDER = ("buy", "use", "leave")
STEPS = [
    {"origin": "start", "target": "buy", "step": -1, "count": 10},
    {"origin": "buy", "target": "use", "step": 0, "count": 6},
    {"origin": "buy", "target": "silent", "step": 0, "count": 3},
    {"origin": "buy", "target": "open", "step": 0, "count": 1},
    {"origin": "use", "target": "leave", "step": 1, "count": 6},
    {"origin": "leave", "target": "silent", "step": 2, "count": 6},
]


def test_bands_are_as_wide_as_customers_go_that_way() -> None:
    found = flow({"steps": STEPS}, ORDER)
    assert found
    assert found["journeys"] == 10
    nodes = {(node["step"], node["name"]): node for node in found["nodes"]}
    assert set(nodes) == {(0, "buy"), (1, "use"), (1, "silent"), (2, "leave"), (3, "silent")}
    assert nodes[0, "buy"]["height"] > nodes[1, "use"]["height"] > nodes[1, "silent"]["height"]
    assert {(b["origin"], b["target"]): b["share"] for b in found["bands"]} == {
        ("buy", "use"): 0.6,
        ("buy", "silent"): 0.3,
        ("use", "leave"): 0.6,
        ("leave", "silent"): 0.6,
    }
    assert all(0 <= n["x"] <= WIDTH and n["y"] >= 0 and n["y"] + n["height"] <= HEIGHT + 0.2 for n in found["nodes"])


def test_without_a_journey_nothing_is_drawn_and_a_stage_of_an_earlier_taxonomy_is() -> None:
    assert flow({"steps": []}, ORDER) is None
    old = flow({"steps": [{"origin": "renew", "target": "silent", "step": 0, "count": 1}]}, ORDER)
    assert old
    assert [node["name"] for node in old["nodes"]] == ["renew", "silent"]


def test_what_goes_beyond_the_steps_drawn_is_left_out() -> None:
    long = [
        {"origin": "buy" if n % 2 else "use", "target": "use" if n % 2 else "buy", "step": n, "count": 1}
        for n in range(9)
    ]
    found = flow({"steps": long}, ORDER)
    assert found
    assert max(node["step"] for node in found["nodes"]) == 4
