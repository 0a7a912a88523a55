"""What is asked for now and done later, over HTTP."""

from __future__ import annotations

from uuid import uuid4

from tests.serving.jobs.begun import work_once
from tests.serving.rest.people import Shops

PATH = "/api/credit-profiles/recompute/"


def test_every_customer_is_scored_by_a_job_that_can_be_looked_at(shops: Shops) -> None:
    asked = shops.admin.post(PATH)
    assert asked.status_code == 202, asked.text
    job = asked.json()
    assert (job["state"], job["progress"]) == ("queued", {"done": 0, "total": None})
    assert (job["result"], job["link"], job["error"]) == (None, None, None)
    assert shops.admin.get(f"/api/jobs/{job['id']}/").json() == job
    assert shops.admin.get("/api/credit-profiles").json()["count"] == 0
    shops.clock.pass_by(minutes=1)
    assert work_once(shops.app.state.serving)
    done = shops.admin.get(f"/api/jobs/{job['id']}").json()
    assert (done["state"], done["progress"]) == ("succeeded", {"done": 2, "total": 2})
    assert (done["result"]["customers"], done["result"]["written"]) == (2, 2)
    assert done["finished_at"] == "2026-03-01T12:01:00Z"
    profiles = shops.admin.get(done["link"]).json()
    assert profiles["count"] == 2
    for each in profiles["results"]:
        assert each["as_of"] == "2026-03-01T12:00:00Z"  # when it was asked for
        assert (each["score"], each["band"]) == (600, "C")
        assert each["features"]
    one = shops.admin.post(f"/api/customers/{each['customer_id']}/recompute-score").json()
    assert {**one, "features": each["features"]} == one


def test_what_is_asked_for_twice_under_a_key_is_one_job(shops: Shops) -> None:
    key = {"headers": {"Idempotency-Key": "every night"}}
    first, second = shops.admin.post(PATH, **key), shops.admin.post(PATH, **key)
    assert (first.status_code, second.status_code) == (202, 202)
    assert first.json() == second.json()
    assert shops.admin.get("/api/jobs").json()["count"] == 1
    assert shops.admin.post(PATH).json()["id"] != first.json()["id"]


def test_jobs_are_listed_the_latest_first_and_filtered(shops: Shops) -> None:
    made = []
    for _ in range(3):
        made.append(shops.admin.post(PATH).json()["id"])
        shops.clock.pass_by(minutes=1)
    work_once(shops.app.state.serving)

    def listed(query: str = "") -> list[str]:
        return [each["id"] for each in shops.admin.get(f"/api/jobs/{query}").json()["results"]]

    assert listed() == made[::-1]
    assert listed("?ordering=created_at") == made
    assert listed("?state=succeeded") == made[:1]
    assert listed("?state=queued&page_size=1") == made[2:]
    assert listed("?kind=recompute-scores&state=running") == []
    for wrong in ("state=done", "kind=guess", "ordering=age"):
        refused = shops.admin.get(f"/api/jobs?{wrong}")
        assert (refused.status_code, refused.json()["field"]) == (422, wrong.partition("=")[0])


def test_a_job_is_its_own_shops_alone(shops: Shops) -> None:
    job = shops.admin.post(PATH).json()["id"]
    other = shops.of("other")["admin"]
    assert other.get("/api/jobs").json()["count"] == 0
    assert other.get(f"/api/jobs/{job}").status_code == 404
    assert shops.buyer.get("/api/jobs").json()["count"] == 0
    theirs = other.post(PATH).json()["id"]
    for _ in range(2):
        assert work_once(shops.app.state.serving)
    assert other.get(f"/api/jobs/{theirs}").json()["result"]["model_version"].startswith("other.")
    assert shops.admin.get(f"/api/jobs/{uuid4()}").status_code == 404
