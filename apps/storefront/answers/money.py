"""An amount, as the schema tells it."""

from typing import Annotated

from msgspec import Meta

Money = Annotated[int, Meta(description="minor units")]
