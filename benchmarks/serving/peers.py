"""What answers are measured beside, each as its own documentation serves it; source of the scripts that are started."""

EMPTY = '''
"""An empty route in a Bento that is tuned as ours is; where DIRECT is set, past its middlewares as well."""
import gc
import os
import bentoml

DIRECT = "DIRECT" in os.environ

async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        while (await receive())["type"] != "lifespan.shutdown":
            await send({"type": "lifespan.startup.complete"})
        await send({"type": "lifespan.shutdown.complete"})
        return
    if DIRECT:
        scope["app"].middleware_stack = answer
    await answer(scope, receive, send)

async def answer(scope, receive, send):
    while (await receive()).get("more_body", False):
        pass
    headers = [(b"content-type", b"application/json"), (b"content-length", b"2")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"{}"})

@bentoml.service(
    name="empty",
    workers=1,
    traffic={"timeout": 30},
    metrics={"enabled": False},
    logging={"access": {"enabled": False}},
    tracing={"excluded_urls": ".*"},
)
@bentoml.asgi_app(app, path="/")
class Service:
    def __init__(self):
        gc.collect()
        gc.freeze()
        gc.set_threshold(50_000, 20, 50)
'''

NOOP = '''
"""An async endpoint that does nothing, in a Bento as it comes."""
import bentoml

@bentoml.service(name="noop", workers=1)
class Service:
    @bentoml.api
    async def predict(self, tenant: str, features: dict) -> dict:
        return {}
'''

NATURAL = '''
"""The scikit-learn model behind a sync endpoint, by a frame of one row."""
import os
import bentoml
import joblib
import pandas as pd

@bentoml.service(name="natural", workers=1)
class Service:
    def __init__(self):
        self.names, self.model = joblib.load(os.environ["NATURAL"] + "/model.joblib")

    @bentoml.api
    def predict(self, tenant: str, features: dict) -> dict:
        frame = pd.DataFrame([features], columns=self.names).astype("float64")
        return {"probability": float(self.model.predict_proba(frame.to_numpy())[0, 1])}
'''

ECHO = '''
"""What came, sent back by bare ASGI: the limit."""
import sys
import uvicorn

async def app(scope, receive, send):
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})

uvicorn.run(
    app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning", access_log=False, lifespan="off"
)
'''
