"""The hot path: plain ASGI in front of the application, for the questions that are asked a thousand times a second.

`path` takes what is plainly right and answers it; whatever it is in doubt about goes on to the route in `serving.rest`,
which answers the same, only slower, and words every refusal. `bodies` reads and writes JSON, `door` tells who asks,
`together` decides what came at once, `limits` ends what takes too long; `front` puts it all before the application.
"""
