"""Settings of a server: what is read, and what is refused."""

from __future__ import annotations

import pytest

from serving.errors import ServingError
from serving.settings import DoorSettings


@pytest.mark.parametrize("name", ["STRIPE_SECRET_KEY", "STRIPE_API_KEY"])
@pytest.mark.parametrize("key", ["sk_live_x", "rk_live_x"])
def test_a_live_stripe_key_starts_no_server_that_debugs(name: str, key: str) -> None:
    with pytest.raises(
        ServingError, match=rf"DEBUG must be false .* a live {name}\. Set"
    ) as caught:
        DoorSettings.from_env({"DEBUG": "true", name: key})
    assert key not in str(caught.value)
    assert not DoorSettings.from_env({"DEBUG": "false", name: key}).debug
    assert DoorSettings.from_env({"DEBUG": "true", name: "sk_test_x"}).debug
